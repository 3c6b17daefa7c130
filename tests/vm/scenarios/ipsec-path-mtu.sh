#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A real narrow hop between router and gateway: large packets of a tunnel make it send
# "fragmentation needed", and the client that sent them takes the smaller path MTU, no other.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
MTU=1000
FAR=198.51.100.10

# A gateway behind a hop with a small MTU.
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

# far_pair NODE IN OUT: keys by hand with that gateway
far_pair() {
	xfrm_end "$1" "$2" "$3" "$(outer "$1")" $FAR "$(inner "$1")" $INNER_SERVER
	xfrm_end f "$3" "$2" $FAR $ROUTER $INNER_SERVER "$(inner "$1")"
}

knows() { # NODE
	at "$1" ip route get $FAR | grep -q " mtu $MTU"
}

large_learns() { # NODE
	at "$1" ping -n -c 1 -W 1 -M "do" -s 1300 $INNER_SERVER
	knows "$1"
}

topology clients=2
narrow_hop
load_xfrm
inner_address c1 $LAN.1
inner_address c2 $LAN.1
ip -n f addr add $INNER_SERVER/32 dev lo
ip -n f route replace default via 198.51.100.1 src $INNER_SERVER
help_on r
far_pair c1 0x1001 0x2001
far_pair c2 0x1002 0x2002
check "both tunnels work" each_of "c1 c2" inner_ping
refute "neither client knows the path MTU yet" eval 'knows c1 || knows c2'
check "c2 learns it from its own large packets" wait_for 20 large_learns c2
refute "c1 does not, it sent nothing large" knows c1
check "c1 learns it from its own" wait_for 20 large_learns c1
check "packets that large go through, in pieces" at c1 ping -n -c 3 -i 0.2 -w 15 -M dont -s 1300 $INNER_SERVER
check "both tunnels still work" each_of "c1 c2" inner_ping
check "the errors were counted" test "$(counter icmp-errors)" -ge 2
settle
