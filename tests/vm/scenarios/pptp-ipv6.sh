#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Calls over IPv6: routed, where nothing may change, and behind NAT66 with ids that clash.
. "$(dirname "$0")/../lib/lab.sh"

both() { # NAME
	peer_server s --listen :: --ids peer --offer 1
	peer_start_to $SERVER6 one c1 --ids 4242 "connect 2" "incoming 2" "dial 3" "ping 5" "notice" "clear 1" "dial 1" "ping 5"
	peer_start_to $SERVER6 two c2 --ids 4242 "connect 2" "incoming 2" "dial 3" "ping 5" "notice" "clear 1" "dial 1" "ping 5"
	check "$1: first client" peer_end one
	check "$1: second client" peer_end two
	check "$1: the server agrees" peer_server_stop s
}

topology clients=2
help_on r
both "behind NAT66"
flush_conntrack >/dev/null 2>&1
at r nft flush chain inet vplab post
ip -6 -n s route add $LAN6:/64 via $WAN6:1
both "routed"
settle
