#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The router itself is a PPTP client of the server that its LAN clients use.
. "$(dirname "$0")/../lib/lab.sh"

topology clients=2
help_on r
pptpd_start s
for node in c1 r c2; do
	call_id $node 4242
	pptp_dial $node
	check "$node gets its address" ppp_wait $node
done
for node in c1 r c2; do
	check "ping through the tunnel of $node" ping_tunnel $node
done
check "three tunnels" wait_for 5 tunnels_are 3
check "the router hangs up" pptp_hangup r
check "the LAN client goes on" ping_tunnel c1
for node in c1 c2; do
	check "$node hangs up" pptp_hangup $node
done
at s pkill -x pptpd

peer_server s --ids peer
for node in r c1 c2; do
	peer_start $node $node --ids 300 "connect 2" "dial 3" "ping 5" "clear 1" "dial 1" "ping 5" "stop"
done
for node in r c1 c2; do
	check "many calls of $node with equal ids" peer_end $node
done
check "the server agrees" peer_server_stop s
settle
