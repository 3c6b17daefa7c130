#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Part of tests/build/deb, in a guest whose root has the packages: does what DKMS built load, and
# does the suite's own build of the tool speak to it?
LAB=$(mktemp -d)
. "$(dirname "$0")/../vm/lib/tap.sh"

installed() { # MODULE
	modinfo -F filename "$1" | tee /dev/stderr | grep -q /updates/
}

loaded() {
	lsmod | grep "^$1 "
}

mode() { # PROTOCOL WANTED
	equal "$1's mode" "$2" "$(cat "/proc/sys/net/netfilter/nf_vpnpass/$1")"
}

tool=/usr/sbin/vpnpass
for m in nf_vpnpass nf_nat_pptp nf_nat_l2tp nf_nat_esp; do
	check "$m is DKMS's" installed $m
done
check "vpnpass apply does what /etc/vpnpass.conf says" $tool apply
check "nf_nat_pptp is loaded for it" loaded nf_nat_pptp
mode pptp 1
equal "a limit of the file" 77 "$(cat /proc/sys/net/netfilter/nf_vpnpass/max_tunnels)"
check "vpnpass enable all" $tool enable all
for m in nf_vpnpass nf_nat_pptp nf_nat_l2tp nf_nat_esp; do
	check "$m is loaded" loaded $m
done
mode l2tp 1
mode ipsec 1
check "vpnpass status" $tool status
check "vpnpass block" $tool block l2tp
check "makes rules" nft list table inet vpnpass
check "vpnpass disable all" $tool disable all
for m in nf_nat_pptp nf_nat_l2tp nf_nat_esp nf_vpnpass; do
	check "$m unloads" rmmod $m
done
tap_finish
