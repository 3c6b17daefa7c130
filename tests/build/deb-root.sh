#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Part of tests/build/deb, inside a root of the suite: the packages of /src/first and /src/later
# come and go. TAP output.
# usage: root.sh install|remove KVER OTHER_KVER
kver=$2 other=$3 failed=0 log=/tmp/root.log
MODULES='nf_vpnpass nf_nat_pptp nf_nat_l2tp nf_nat_esp'
conf=/etc/vpnpass.conf
wants=/etc/systemd/system/multi-user.target.wants/vpnpass.service
export DEBIAN_FRONTEND=noninteractive

check() { # NAME CMD...
	what=$1
	shift
	if "$@" >$log 2>&1; then
		echo "ok - $what"
	else
		tail -n 40 $log | sed 's/^/# /'
		echo "not ok - $what"
		failed=1
	fi
}

refute() { # NAME CMD...
	what=$1
	shift
	if "$@" >$log 2>&1; then
		tail -n 20 $log | sed 's/^/# /'
		echo "not ok - $what"
		failed=1
	else
		echo "ok - $what"
	fi
}

# apt answers no question, and what it says is kept
apt() {
	apt-get -q -y --no-install-recommends "$@" </dev/null >/tmp/apt.log 2>&1
	apt_status=$?
	cat /tmp/apt.log
	return "$apt_status"
}
said() { grep -F -- "$1" /tmp/apt.log; }

# state PACKAGE WORDS: as dpkg sees it
state() { dpkg-query -W -f '${Status}\n' "$1" | tee /dev/stderr | grep -qx "$2"; }

ours() { find "/lib/modules/$1/updates" -name 'nf_*.ko*' 2>/dev/null; }

built() { # KVER
	for m in $MODULES; do
		ours "$1" | grep "/$m\.ko" || return 1
	done
}

preferred() { modinfo -k "$kver" -F filename nf_nat_pptp | tee /dev/stderr | grep /updates/; }
signed() { modinfo -k "$kver" -F signer nf_vpnpass | tee /dev/stderr | grep . && ls /var/lib/dkms/mok.pub; }
version() { modinfo -k "$kver" -F filename nf_vpnpass >/dev/null && dkms status vpnpass | grep -F "$1"; }
kernels_preferred() { modinfo -k "$kver" -F filename nf_nat_pptp | tee /dev/stderr | grep /kernel/net/; }
# The other kernel's index of modules stays when its package goes, ours or not
files_of() { find / -xdev \( -path /tmp -o -path /src -o -path /proc -o -path /dev -o -path /run \
	-o -path /var/log -o -path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /vp \
	-o -path "/usr/lib/modules/$other" \) -prune \
	-o -print | sort; }
unit_runs() { grep -x 'ExecStart=/usr/sbin/vpnpass apply' /lib/systemd/system/vpnpass.service; }

install_stage() {
	depmod "$kver" # this suite's writes indices that the one which unpacked the kernel does not
	files_of >/src/before
	check "apt installs both" apt install /src/first/*.deb
	check "the modules are built" built "$kver"
	check "they are signed with the machine's key" signed
	check "modprobe takes our nf_nat_pptp" preferred
	check "the kernel's PPTP helper is kept out" grep -x 'blacklist nf_conntrack_pptp' \
		/lib/modprobe.d/vpnpass.conf
	check "the tool runs and tells its version" sh -c 'vpnpass --version | grep -F 0.1.0'
	check "vpnpass.conf is the one shipped" cmp $conf /usr/share/vpnpass/vpnpass.conf
	refute "vpnpass.conf sets nothing" grep -v '^ *\(#.*\)\?$' $conf
	check "such a file can be applied without modules" vpnpass apply
	check "the service is enabled" test -e "$wants"
	check "the service runs what is installed" unit_runs
	cp $conf /src/shipped
	printf 'pptp = on\nmax_tunnels = 77\n# mine\n' >>$conf
	cp $conf /src/edited
	check "apt upgrades both" apt install /src/later/*.deb
	refute "nobody asks about vpnpass.conf" said vpnpass.conf
	check "the edited vpnpass.conf is as it was" cmp $conf /src/edited
	check "the later version is installed" version 0.1.1
	refute "the earlier one is not" version 0.1.0
	check "its modules are built" built "$kver"
	refute "the earlier one's sources are gone" ls /usr/src/vpnpass-0.1.0
	rm $conf
	check "apt installs the tool again" apt install --reinstall /src/later/vpnpass_*.deb
	refute "a vpnpass.conf that was removed stays so" ls $conf
	cp /src/edited $conf
}

# With this no build succeeds
break_builds() {
	echo 'MAKE[0]="false"' >/etc/dkms/vpnpass.conf
}

failing_builds() {
	break_builds
	# initrds take long and are not what this is about
	chmod -x /etc/kernel/postinst.d/initramfs-tools
	check "a kernel that nothing can be built for is installed" apt install \
		"linux-image-$other" "linux-headers-$other"
	check "its image" state "linux-image-$other" "install ok installed"
	check "its headers" state "linux-headers-$other" "install ok installed"
	check "apt says that there are no modules for it" \
		said "WARNING: the modules could not be built for $other"
	refute "there are none" built "$other"
	check "the other kernel's are still there" built "$kver"
	check "the package is installed while builds fail" apt install --reinstall /src/later/vpnpass-dkms*.deb
	check "it is installed" state vpnpass-dkms "install ok installed"
	check "apt says so of its kernel" said "WARNING: the modules could not be built for $kver"
	check "and is removed" apt remove vpnpass-dkms
	check "and comes back" apt install /src/later/vpnpass-dkms*.deb
	rm /etc/dkms/vpnpass.conf
	check "once that is mended" dkms install vpnpass/0.1.1 -k "$other"
	check "the kernel has its modules" built "$other"
	check "and by the hook" /etc/kernel/header_postinst.d/vpnpass-dkms "$kver"
	check "the first kernel as well" built "$kver"
	check "the kernel is removed" apt purge "linux-image-$other" "linux-headers-$other"
	refute "and its modules with it" built "$other"
	check "the other kernel's stay" built "$kver"
}

removal() {
	mkdir -p /sys/module/nf_vpnpass /sys/module/nf_nat_esp
	check "apt removes both" apt remove vpnpass vpnpass-dkms
	check "and says what is loaded still" said "rmmod nf_nat_esp nf_vpnpass"
	rm -r /sys/module
	refute "the modules are gone" sh -c "find /lib/modules/$kver/updates | grep nf_"
	check "the kernel's nf_nat_pptp is there, and preferred" kernels_preferred
	check "vpnpass.conf stays" cmp $conf /src/edited
	refute "nothing keeps the kernel's PPTP helper out" ls /lib/modprobe.d/vpnpass.conf
	check "the hook that stays does nothing" sh -c \
		"[ -z \"\$(/etc/kernel/postinst.d/vpnpass-dkms $kver 2>&1)\" ]"
	check "apt installs the tool again" apt install /src/later/vpnpass_*.deb
	check "with the vpnpass.conf of before" cmp $conf /src/edited
	touch /etc/.vpnpass.conf.new
	check "apt purges both" apt purge --autoremove vpnpass vpnpass-dkms
	files_of >/src/after
	check "nothing is left" sh -c \
		'diff /src/before /src/after | grep "^>" >/src/left; ! grep -v -E "/var/lib/dkms/mok\.|^> $" /src/left'
	check "nothing is missed" sh -c '! diff /src/before /src/after | grep "^<"'
}

case $1 in
install) install_stage ;;
remove) failing_builds && removal ;;
esac
exit $failed
