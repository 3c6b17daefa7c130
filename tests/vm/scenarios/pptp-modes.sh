#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Switching help on and off, by sysctl and by the tool, in each network namespace alone.
. "$(dirname "$0")/../lib/lab.sh"

value() { # NODE
	at "$1" sysctl -n net.netfilter.nf_vpnpass.pptp
}

# Each try opens a connection of its own; helped: yes or no
try() { # NAME HELPED
	local step="ping 5"
	[ "$2" = yes ] || step="mute 3"
	peer_server s
	check "$1" peer c1 --ids 9 "connect 1" "dial 1" "$step" "abort"
	peer_server_stop s >/dev/null
	flush_conntrack >/dev/null 2>&1
}

topology clients=1
load_netfilter
load_core
for m in nf_nat_pptp nf_nat_l2tp nf_nat_esp; do
	refute "$m refuses mode 3" insmod "$VP_KO/$m.ko" mode=3
done
load_modules
equal "off at first" 0 "$(value r)"
try "off: no help" no
mode r on
try "on by sysctl: help" yes
equal "other namespaces stay off" 0 "$(value c1)"
mode r off
try "off again: no help" no
check "vpnpass enable pptp" vpnpass -n r enable pptp
equal "shows in the sysctl" 1 "$(value r)"
try "on by the tool: help" yes
check "vpnpass disable pptp" vpnpass -n r disable pptp
equal "shows in the sysctl" 0 "$(value r)"
try "off by the tool: no help" no
refute "mode 3 is refused" at r sysctl -w net.netfilter.nf_vpnpass.pptp=3
refute "mode -1 is refused" at r sysctl -w net.netfilter.nf_vpnpass.pptp=-1
equal "and changes nothing" 0 "$(value r)"

mode r on
peer_server s
peer_start call c1 --ids 9 "connect 1" "dial 2" "ping 5" "touch $LAB/up" "wait $LAB/go" "mute 5"
check "calls run" await up
mode r off
check "switched off in mid-call: the tunnels are gone" wait_for 10 tunnels_are 0 '[a-z]*'
signal go
check "and the data stops" peer_end call
peer_server_stop s >/dev/null
settle
