#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A real narrow hop between router and server: large packets of a call make it send
# "fragmentation needed", the client takes the smaller path MTU, and all data gets through.
. "$(dirname "$0")/../lib/lab.sh"

MTU=1000
FAR=198.51.100.10

# A server behind a hop with a small MTU.
narrow_hop() {
	node m
	node f
	plug m eth0 w wan $WAN.40 $WAN6:40
	ip -n m link add far type veth peer name eth0 netns f
	ip -n m addr add 198.51.100.1/24 dev far
	ip -n m link set far mtu $MTU up
	ip -n f addr add $FAR/24 dev eth0
	ip -n f link set eth0 mtu $MTU up
	forwarding m
	default_route f 198.51.100.1
	ip -n r route add 198.51.100.0/24 via $WAN.40
}

path_mtu() { # NODE
	at "$1" ip route get $FAR | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

knows() { # NODE
	[ "$(path_mtu "$1")" = $MTU ]
}

# Large data until told to stop, then none may be lost.
large_call() { # NODE
	peer_start_to $FAR "$1" "$1" --ids 4242 --size 1300 "connect 1" "dial 1" "touch $LAB/up-$1" \
		"wait $LAB/go-$1" "traffic $LAB/stop-$1 -1" "ping 10"
	check "call of $1" await "up-$1"
}

topology clients=2
narrow_hop
help_on r
peer_server f --size 1300
large_call c1
large_call c2
signal go-c2
check "c2 learns the path MTU" wait_for 20 knows c2
equal "c1 does not, it sent nothing large" "" "$(path_mtu c1)"
signal go-c1
check "c1 learns the path MTU" wait_for 20 knows c1
signal stop-c1
signal stop-c2
check "large data of c1 gets through" peer_end c1
check "large data of c2 gets through" peer_end c2
check "the server agrees" peer_server_stop f
settle
