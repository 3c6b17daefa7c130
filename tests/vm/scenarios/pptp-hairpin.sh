#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Hairpin: server and clients are in the same LAN, the clients use the router's outer
# address. An outside client uses the same server at the same time.
. "$(dirname "$0")/../lib/lab.sh"

topology clients=3 outside=1
dnat r ip daddr $ROUTER tcp dport 1723 dnat ip to $LAN.11
at r nft add rule inet vplab post ip saddr $LAN.0/24 oifname lan masquerade
help_on r
pptpd_start c1
for node in c2 c3 o1; do
	call_id $node 555
	pptp_dial $node $ROUTER
done
for node in c2 c3 o1; do
	check "$node gets its address" ppp_wait $node
	check "ping through the tunnel of $node" ping_tunnel $node
done
check "three tunnels" wait_for 5 tunnels_are 3
for node in c2 c3 o1; do
	check "$node hangs up" pptp_hangup $node
done
at c1 pkill -x pptpd

peer_server c1 --ids peer --offer 1
for node in c2 c3; do
	peer_start_to $ROUTER $node $node --ids 300 "connect 1" "incoming 1" "dial 2" \
		"ping 5" "notice" "clear 1" "dial 1" "ping 5"
done
check "calls both ways, ids equal at all ends, first client" peer_end c2
check "calls both ways, ids equal at all ends, second client" peer_end c3
check "the server agrees" peer_server_stop c1
settle
