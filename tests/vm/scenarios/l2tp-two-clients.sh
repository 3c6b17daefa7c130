#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two real LACs of one LNS (xl2tpd, ppp sessions), both from port 1701: what plain NAT does,
# what the help changes. With KEEP_PORT=1 both have that port outside too: an LNS on a kernel
# before 6.11 loses the first session then, whose socket it can't tell from the second's.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"

KEEP_PORT=${KEEP_PORT:-0}

# The second client's port is moved, and xl2tpd answers there
baseline() {
	l2tp_dial c1 c2
	equal "with plain NAT both work" 2 "$(working c1 c2)"
	equal "by a port of its own for one of them" 2 "$(outer_ports | wc -l)"
	l2tp_hangup c1 c2
	check "they hang up" wait_for 15 eval 'l2tp_down c1 && l2tp_down c2'
	flush_conntrack >/dev/null 2>&1
}

helped() {
	help_on r
	tune r l2tp_keep_port "$KEEP_PORT"
	l2tp_dial c1 c2
	l2tp_both_work
	check "the server pings the first client" lns_ping c1
	check "the server pings the second client" lns_ping c2
	check "vpnpass shows two tunnels that are up" tunnels_up 2
}

hang_up() {
	l2tp_hangup c1
	check "first client hangs up" wait_for 15 l2tp_down c1
	check "vpnpass shows one" tunnels_up 1
	check "second session goes on" l2tp_ping c2
	l2tp_dial c1
	check "first client dials again" l2tp_wait c1
	check "and works" l2tp_ping c1
	check "so does the second" l2tp_ping c2
}

topology clients=2
load_netfilter
load_l2tp_stack
lns s
lac c1
lac c2
baseline
helped
hang_up
settle
