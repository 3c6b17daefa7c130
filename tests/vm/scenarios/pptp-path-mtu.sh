#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A real narrow hop between router and server: a large packet in the tunnel of the second
# client makes it send "fragmentation needed", and the client takes the smaller path MTU.
. "$(dirname "$0")/../lib/lab.sh"

MTU=1000
FAR=198.51.100.10

# A second server behind a hop with a small MTU.
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

topology clients=2
narrow_hop
help_on r
pptpd_start f
for node in c1 c2; do
	call_id $node 4242
	pptp_dial $node $FAR
	check "$node gets its address" ppp_wait $node
	check "small pings pass" ping_tunnel $node
done
check "large pings of c2 pass once it knows" \
	wait_for 20 at c2 ping -c 1 -W 1 -M dont -s 1300 $TUNNEL_SERVER
equal "path MTU of c2" $MTU "$(path_mtu c2)"
equal "path MTU of c1 is not touched" "" "$(path_mtu c1)"
check "large pings of c1 pass once it knows" \
	wait_for 20 at c1 ping -c 1 -W 1 -M dont -s 1300 $TUNNEL_SERVER
equal "path MTU of c1" $MTU "$(path_mtu c1)"
check "c1 hangs up" pptp_hangup c1
check "c2 hangs up" pptp_hangup c2
settle
