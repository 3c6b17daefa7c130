#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two real LACs (xl2tpd, ppp sessions) of another LNS: l2tpns.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"

topology clients=2
load_netfilter
load_l2tp_stack
l2tpns_start s
lac_user c1
lac_user c2
l2tp_dial c1 c2
equal "with plain NAT both work" 2 "$(working c1 c2)"
l2tp_hangup c1 c2
check "they hang up" wait_for 15 eval 'l2tp_down c1 && l2tp_down c2'
flush_conntrack >/dev/null 2>&1
help_on r
for node in c1 c2; do
	tunnel_id $node 0x1234
done
l2tp_dial c1 c2
l2tp_both_work
check "vpnpass shows two tunnels that are up" tunnels_up 2
settle
