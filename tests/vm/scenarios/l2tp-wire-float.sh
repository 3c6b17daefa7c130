#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A server that answers from another port (RFC 2661 8.1): the tunnel comes up, for that client
# and server only; others get nothing by the hole that was made.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

FLOAT=40000	# the first port that the peer's server takes

floats() {
	begin "one client" 1 "set answer 2" "${LIFE[@]}" clean
	begin "three clients with one tunnel id" 3 "set answer 2" "set tunnel-id 7" "${LIFE[@]}" clean
	begin "from a port of the client's own" 3 "set answer 2" "set client-port 5000" "${LIFE[@]}" clean
	begin "L2TPv3" 3 "set version 3" "set answer 2" "${LIFE[@]}" clean
	begin "retransmitted" 3 "set answer 2" "set repeat 2" "start all" "ping all 3" clean
	begin "ten at once, the server speaks first" 10 "set answer 2" "set tunnel-id 7" "greet 100 3" "start all 500" \
		"settle all" "ping all 3" clean
}

# Neither a third address nor the server's from yet another port gets through
closed_to_others() {
	afresh
	play_start float 2 "set answer 2" "set tunnel-id 7" "start all" "ping all 3" "touch $LAB/up" "wait $LAB/end" \
		"ping all 3" clean
	check "two tunnels float" await up
	flood o1 --dst $ROUTER --sport $FLOAT --count 50 data 7
	flood o1 --dst $ROUTER --sport 1701 --count 50 data 7
	flood s --dst $ROUTER --sport 41234 --count 50 data 7
	flood s --dst $ROUTER --sport 41234 --count 50 sccrp 7
	check "doctor names it" doctor_finds port-unexpected
	signal end
	check "nothing strange came through the hole" play_end float
}

l2tp_topology 10 outside=1
help_on r
floats
closed_to_others
settle
