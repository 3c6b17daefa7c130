#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ten real LACs of one LNS (xl2tpd) that dial at once, all with the same tunnel and session id.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"

topology clients=10
help_on r
load_l2tp_stack
lns s
nodes=()
for i in {1..10}; do
	lac "c$i"
	tunnel_id "c$i" 0x1234
	nodes+=("c$i")
done
l2tp_dial "${nodes[@]}"
for node in "${nodes[@]}"; do
	check "$node has its session" l2tp_wait "$node" 60
done
for node in "${nodes[@]}"; do
	check "$node pings the server" l2tp_ping "$node" 2
done
check "vpnpass shows ten tunnels that are up" tunnels_up 10
check "the server pings the first" lns_ping c1 2
check "the server pings the last" lns_ping c10 2
equal "each chose the same tunnel id" 10 "$(cat "$LAB"/l2tp-c*.log | grep -c 'Connection established.*Local: 4660,')"
settle
