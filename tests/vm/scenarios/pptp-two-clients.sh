#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two real PPTP clients to one pptpd: what plain NAT does, what the help changes.
. "$(dirname "$0")/../lib/lab.sh"

dial_both() {
	pptp_dial c1
	pptp_dial c2
}

# How many of the two clients get a ping through.
working() {
	local node count=0
	for node in c1 c2; do
		if ppp_wait "$node" 0 "$1" >/dev/null && ping_tunnel "$node" >/dev/null; then
			count=$((count + 1))
		fi
	done
	echo $count
}

baseline() {
	dial_both
	local count
	count=$(working 7)
	diag "plain NAT: $count of 2 clients work"
	check "with plain NAT not both clients work" test "$count" -lt 2
	pptp_hangup c1
	pptp_hangup c2
	flush_conntrack >/dev/null 2>&1
}

helped() {
	help_on r
	dial_both
	check "first client gets its address" ppp_wait c1
	check "second client gets its address" ppp_wait c2
	check "ping through the first tunnel" ping_tunnel c1 5
	check "ping through the second tunnel" ping_tunnel c2 5
	check "ping through the first tunnel still" ping_tunnel c1 2
	check "vpnpass shows two tunnels that are up" wait_for 5 tunnels_are 2
	equal "one GRE entry a call in conntrack" 2 "$(gre_count)"
}

hang_up() {
	check "first client hangs up" pptp_hangup c1
	check "second tunnel goes on" ping_tunnel c2
	check "one tunnel left" wait_for 15 tunnels_are 1
	check "second client hangs up" pptp_hangup c2
	check "no tunnel left" wait_for 15 tunnels_are 0
}

topology clients=2
pptpd_start s
baseline
helped
hang_up
settle
