# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# enable loads the module, and gets the in-tree helper out of the way or says who holds it.

TRACK='nf_conntrack_pptp 20480'
NAT='nf_nat_pptp 20480'

# A modprobe after which the module answers.
loading() {
	installed
	program modprobe <<-END
		echo "modprobe \$*" >>"\$VPNPASS_FAKE/log"
		cat >"\$VPNPASS_FAKE/netlink" <<-EOF
			family 40 1 7
			proto-get reply protocol=pptp mode=off tunnels=0 controls=0
		EOF
	END
	program rmmod <<-'END'
		echo "rmmod $*" >>"$VPNPASS_FAKE/log"
		sed -i "/^$1 /d" "$VPNPASS_FAKE/proc/modules"
	END
}

fixture </dev/null
loading
exits 0 "absent" enable pptp
logged "absent: modprobe" "modprobe nf_nat_pptp"
logged "absent: then the mode is set" "proto-set pptp on"
not_logged "absent: nothing is unloaded" rmmod

# As on OpenWrt: no list, one folder
fixture </dev/null
loading
rm "$FAKE/lib/modules/6.1.0-test/modules.dep"
exits 3 "no depmod, no modules" enable pptp
complains "no depmod, no modules: says so" "is not installed for this kernel"
touch "$FAKE/lib/modules/6.1.0-test/nf_vpnpass.ko" "$FAKE/lib/modules/6.1.0-test/nf_nat_pptp.ko"
exits 0 "no depmod" enable pptp
logged "no depmod: modprobe" "modprobe nf_nat_pptp"

fixture <<-END
	family 40 1 7
END
loading
exits 0 "only the core is loaded" enable pptp
logged "only the core is loaded: modprobe" "modprobe nf_nat_pptp"

fixture </dev/null
loading
VPNPASS_FAKE_UID=1000 exits 4 "absent, not root" enable pptp
complains "absent, not root: says so" "only root can load it"
not_logged "absent, not root: no modprobe" modprobe

fixture </dev/null
loading
echo 'echo "modprobe: FATAL: no signature" >&2; exit 1' | program modprobe
exits 3 "modprobe fails" enable pptp
complains "modprobe fails: its words" "FATAL: no signature"
complains "modprobe fails: names the module" "the module nf_nat_pptp cannot be loaded"
rm "$FAKE/sbin/modprobe"
exits 3 "no modprobe" enable pptp
complains "no modprobe: says so" "sbin/modprobe: No such file or directory; install the package kmod"

fixture </dev/null
loading
program modprobe <<-'END'
	echo 'nf_conntrack_pptp 20480 1 nf_nat_pptp, Live 0x0' >>"$VPNPASS_FAKE/proc/modules"
END
exits 3 "modprobe finds the in-tree module" enable pptp
complains "modprobe finds the in-tree module: says so" "the kernel's own module instead of ours"

intree() { # NAME LINES
	fixture </dev/null
	loading
	printf '%s\n' "$2" >"$FAKE/proc/modules"
	tool enable pptp
}

intree idle "$TRACK 1 nf_nat_pptp, Live 0x0
$NAT 0 - Live 0x0"
check "in-tree pair, idle: exit code 0" [ "$RC" = 0 ]
check "in-tree pair, idle: unloaded in order, then ours" eval \
	'[ "$(grep mod "$FAKE/log" | tr "\n" " ")" = "rmmod nf_nat_pptp rmmod nf_conntrack_pptp modprobe nf_nat_pptp " ]'
complains "in-tree pair, idle: says so" "unloaded the kernel's own PPTP helper"

intree half "$TRACK 0 - Live 0x0"
check "in-tree half, idle: exit code 0" [ "$RC" = 0 ]
not_logged "in-tree half, idle: only that is unloaded" "rmmod nf_nat_pptp"

held() { # NAME TEXT
	check "$1: exit code 1" [ "$RC" = 1 ]
	complains "$1: names who holds it" "$2"
	not_logged "$1: nothing is loaded or unloaded" mod
}

intree rules "$TRACK 3 nf_nat_pptp, Live 0x0
$NAT 0 - Live 0x0"
held "in-tree pair, used by rules" "in use by nft or iptables rules (2)"
intree natrules "$TRACK 1 nf_nat_pptp, Live 0x0
$NAT 1 - Live 0x0"
held "in-tree NAT half, used by rules" "in use by nft or iptables rules (1)"
intree module "$TRACK 2 nf_other,nf_nat_pptp, Live 0x0
$NAT 0 - Live 0x0"
held "in-tree pair, used by another module" "by the module nf_other,nf_nat_pptp"

# The other modules have no namesake: whoever uses the in-tree pair keeps it.
beside_intree() { # PROTO MODULE
	fixture </dev/null
	loading
	program modprobe <<-END
		echo "modprobe \$*" >>"\$VPNPASS_FAKE/log"
		cat >"\$VPNPASS_FAKE/netlink" <<-EOF
			family 40 1 7
			proto-get reply protocol=$1 mode=off tunnels=0 controls=0
		EOF
	END
	printf '%s\n' "$TRACK 3 nf_nat_pptp, Live 0x0" "$NAT 0 - Live 0x0" >"$FAKE/proc/modules"
	exits 0 "$1 beside the in-tree pair" enable "$1"
	logged "$1 beside the in-tree pair: modprobe" "modprobe $2"
	logged "$1 beside the in-tree pair: then the mode is set" "proto-set $1 on"
	not_logged "$1 beside the in-tree pair: nothing is unloaded" rmmod
}
beside_intree ipsec nf_nat_esp
beside_intree l2tp nf_nat_l2tp
fixture </dev/null
loading
echo ':' | program modprobe
printf '%s\n' "$TRACK 3 nf_nat_pptp, Live 0x0" "$NAT 0 - Live 0x0" >"$FAKE/proc/modules"
exits 3 "ipsec does not answer beside the in-tree pair" enable ipsec
complains "ipsec does not answer: the in-tree pair is not blamed" "nf_nat_esp is loaded but does not answer"

older() { # PROTO MODULE HAS...
	fixture </dev/null
	loading
	installed "${@:3}"
	exits 3 "an older installation without $1" enable "$1"
	complains "an older installation without $1: says what to do" "$2 is not installed for this kernel"
	not_logged "an older installation without $1: no modprobe" modprobe
}
older ipsec nf_nat_esp nf_vpnpass nf_nat_pptp
older l2tp nf_nat_l2tp nf_vpnpass nf_nat_pptp nf_nat_esp

fixture </dev/null
printf '%s\n' "$TRACK 0 - Live 0x0" >"$FAKE/proc/modules"
tool enable pptp
check "ours not installed: exit code 3" [ "$RC" = 3 ]
check "ours not installed: the in-tree helper stays" grep -q "^nf_conntrack_pptp" "$FAKE/proc/modules"
