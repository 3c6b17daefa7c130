# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# doctor: each finding is provoked, each healthy state passes.

# shellcheck source=tests/tool/doctor.sh
. "$HERE/doctor.sh"

healthy
masquerade | firewall
exits 0 "doctor, nothing in the way" doctor
golden doctor
fits doctor
silent doctor
exits 0 "doctor -j" -j doctor
json doctor "doctor -j"
exits 0 "doctor of a protocol" doctor pptp
golden doctor
exits 1 "doctor of a protocol without its module" doctor l2tp
golden doctor-l2tp
exits 2 "doctor of no protocol" doctor ppp
complains "doctor of no protocol: is quoted" "'ppp'"

healthy off
finds mode-off fail
mends mode-off "vpnpass enable pptp"
healthy
finds protocol-absent fail ipsec

# the modules
healthy
: >"$FAKE/netlink"
exits 1 "doctor, not installed" doctor
golden doctor-not-installed
finds headers-missing fail
mkdir -p "$FAKE/lib/modules/6.1.0-test/build" "$FAKE/lib/modules/6.1.0-old"
touch "$FAKE/lib/modules/6.1.0-test/build/Makefile"
finds module-not-installed fail
check "doctor, headers are there" eval '! grep -q headers-missing "$OUT"'
echo "updates/nf_vpnpass.ko: kernel/net/netfilter/nf_nat.ko" >"$FAKE/lib/modules/6.1.0-old/modules.dep"
finds module-other-kernel fail
mends module-other-kernel "make install"
mkdir -p "$FAKE/var/lib/dkms/vpnpass/0.1.0/build"
finds module-other-kernel fail
mends module-other-kernel "dkms install vpnpass/0.1.0 -k 6.1.0-test"
touch "$FAKE/var/lib/dkms/vpnpass/0.1.0/build/make.log"
finds dkms-build-failed fail
installed
finds module-absent fail
mkdir -p "$FAKE/dev" "$FAKE/sys/kernel/security" "$FAKE/sys/module/module/parameters"
echo "6,1,2,-;nf_vpnpass: disagrees about version of symbol module_layout" >"$FAKE/dev/kmsg"
finds module-mismatch fail
echo "none [integrity] confidentiality" >"$FAKE/sys/kernel/security/lockdown"
mkdir -p "$FAKE/lib/modules/6.1.0-test/updates"
echo "no signature" >"$FAKE/lib/modules/6.1.0-test/updates/nf_vpnpass.ko"
finds module-unsigned fail
mends module-unsigned "mokutil"
echo "code~Module signature appended~" >"$FAKE/lib/modules/6.1.0-test/updates/nf_vpnpass.ko"
: >"$FAKE/dev/kmsg"
finds module-absent fail
echo "6,1,2,-;PKCS#7 signature not signed with a trusted key" >"$FAKE/dev/kmsg"
finds module-unsigned fail
mends module-unsigned "Key was rejected"
echo "none [none] integrity confidentiality" >"$FAKE/sys/kernel/security/lockdown"
echo Y >"$FAKE/sys/module/module/parameters/sig_enforce"
finds module-unsigned fail
healthy
sed -i 's/family 40 1/family 40 9/' "$FAKE/netlink"
finds module-abi fail
healthy
echo 'counter-get error 5 the disk is full' >>"$FAKE/netlink"
finds module-mute fail

# the system
healthy
echo 'nf_conntrack_pptp 20480 1 - Live 0x0000000000000000' >"$FAKE/proc/modules"
finds in-tree-helper fail
healthy
sysctl_is ipv4/ip_forward 0
finds no-forwarding fail
healthy
sysctl_is netfilter/nf_conntrack_count 65536
finds conntrack-full fail
healthy
sysctl_is netfilter/nf_conntrack_helper 1
finds helper-sysctl warn
healthy
echo '#net.netfilter.nf_conntrack_helper = 1' >"$FAKE/etc/sysctl.d/10-vpn.conf"
exits 0 "doctor, a comment" -j doctor
check "doctor, a comment is no recipe" eval '! grep -q recipe "$OUT"'
echo 'net.netfilter.nf_conntrack_helper = 1' >"$FAKE/etc/sysctl.d/10-vpn.conf"
finds helper-recipe warn
mends helper-recipe "/etc/sysctl.d/10-vpn.conf"
echo 'nf_conntrack_pptp' >"$FAKE/etc/modules-load.d/vpn.conf"
finds in-tree-at-boot warn
healthy
sysctl_is ipv4/conf/all/rp_filter 1
exits 0 "doctor, one way out" -j doctor
check "doctor, one way out: no reverse path trouble" has_finding reverse-path ok
route wan1 00000000 00000000
finds reverse-path warn
mends reverse-path "rp_filter=2"
sysctl_is ipv4/conf/wan0/rp_filter 2
sysctl_is ipv4/conf/wan1/rp_filter 2
finds reverse-path ok
healthy
sysctl_is ipv6/conf/wan0/mtu 1492
finds small-mtu info

# limits, counters, tunnels
for limit in tunnels tunnels-client tunnels-server controls controls-client; do
	healthy
	name=max_${limit/-/_per_}
	sysctl_is "netfilter/nf_vpnpass/$name" 16
	counted pptp "cap-$limit"
	finds "cap-$limit" fail
	mends "cap-$limit" "$name=32"
done
healthy
counted pptp user-zone
finds user-zone fail
for name in data-unknown data-no-entry nomem icmp-errors-bad pptp-malformed; do
	healthy
	counted pptp $name
	finds $name warn
done
healthy
counted pptp data-unknown 0
exits 0 "doctor, a counter that is zero" -j doctor
check "doctor, a counter that is zero is no finding" eval '! grep -q data-unknown "$OUT"'
other() { # PROTOCOL COUNTER SEVERITY
	healthy
	echo "proto-get reply protocol=$1 mode=on tunnels=0 controls=0" >>"$FAKE/netlink"
	counted "$1" "$2"
	exits 0 "doctor, $2" -j doctor "$1"
	check "doctor, $2: is found" has_finding "$2" "$3" whether-or-not-there-is-a-command
}
for name in port-unexpected id-taken session-cap; do other l2tp $name warn; done
for name in id-hidden both-versions icmp-errors-unknown address-gone data-not-up; do other l2tp $name info; done
for name in ike-port-translated ah-packets esp-copy-limit; do other ipsec $name warn; done
other ipsec esp-shared info
healthy
tunnel pptp setup 192.168.1.10 15000
finds server-silent warn
tunnel pptp up 192.168.1.11 15000
finds server-limit warn
healthy
tunnel pptp setup 192.168.1.10 500
tunnel pptp up 192.168.1.11 500
exits 0 "doctor, a tunnel that is new" doctor
says "doctor, a tunnel that is new: one is up" "Tunnels that are up: 1."
healthy
echo "tunnel-get error 1 not for you" >>"$FAKE/netlink"
finds tunnels-unread info

# all at once, for eyes
healthy
sysctl_is ipv4/ip_forward 0
sysctl_is netfilter/nf_conntrack_helper 1
sysctl_is netfilter/nf_vpnpass/max_tunnels 16
counted pptp cap-tunnels
counted pptp data-unknown 12
tunnel pptp setup 192.168.1.10 15000
exits 1 "doctor, ill" doctor
golden doctor-ill
fits doctor-ill
exits 1 "doctor -j, ill" -j doctor
json doctor "doctor -j, ill"
