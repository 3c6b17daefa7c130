#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The PPTP server is behind the router (DNAT), its clients outside, two of them behind one
# other NAT router that helps as well.
. "$(dirname "$0")/../lib/lab.sh"

CLIENTS="o1 b1 b2"

baseline() {
	peer_server c1
	check "without help no data passes" at o1 pptp_peer client --server $ROUTER \
		"connect 1" "dial 1" "mute 3"
	peer_server_stop c1 >/dev/null
	flush_conntrack >/dev/null 2>&1
}

daemons() {
	local node
	pptpd_start c1
	for node in $CLIENTS; do
		call_id "$node" 777
		pptp_dial "$node" $ROUTER
	done
	for node in $CLIENTS; do
		check "$node gets its address" ppp_wait "$node"
		check "ping through the tunnel of $node" ping_tunnel "$node"
	done
	check "three tunnels" wait_for 5 tunnels_are 3
	for node in $CLIENTS; do
		check "$node hangs up" pptp_hangup "$node"
	done
	at c1 pkill -x pptpd
}

many_calls() {
	local node
	peer_server c1 --ids peer --offer 1
	for node in $CLIENTS; do
		peer_start_to $ROUTER "$node" "$node" --ids 300 "connect 2" "incoming 2" "dial 2" \
			"ping 5" "clear 1" "dial 1" "ping 5" "stop"
	done
	for node in $CLIENTS; do
		check "many calls of $node, both ways" peer_end "$node"
	done
	check "the server agrees" peer_server_stop c1
}

topology clients=1 outside=1 behind=2
dnat r iifname eth0 tcp dport 1723 dnat ip to $LAN.11
baseline
help_on r
mode n on
daemons
many_calls
settle
