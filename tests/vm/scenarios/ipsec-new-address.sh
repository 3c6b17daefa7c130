#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The router gets another address from its provider, then another uplink: what was masqueraded to
# the old address is forgotten, and the clients' next packets leave by the new one. Keys by hand, so that no IKE
# tells of it, and the server is told as an administrator would.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
NEW=$WAN.5
SECOND=$WAN.6

both_answer() {
	each_of "c1 c2" inner_ping 3
}

# leaves_by ADDRESS: as the server sees the ESP of each client
leaves_by() {
	local node
	for node in c1 c2; do
		sniff_start "$node" s --proto esp --src "$1"
		at "$node" ping -n -c 4 -i 0.2 -W 1 $INNER_SERVER
		sniff_end "$node" || return 1
	done
}

# Masquerade lets nothing pass that has the first one's address, which is noticed after some packets
second_uplink() {
	plug r eth1 w wan $SECOND $WAN6:6
	at r nft add rule inet vplab post oifname eth1 masquerade
	ip -n r route add $SERVER/32 dev eth1
	for node in c1 c2; do
		! at $node ping -n -c 12 -i 0.2 -W 1 $INNER_SERVER || return 1
	done
}

topology clients=2
tunnel_ends c1 c2
help_on r
xfrm_pair c1 0x1001 0x2001
xfrm_pair c2 0x1002 0x2002
check "both work" both_answer
check "the provider takes the address" ip -n r addr del $ROUTER/24 dev eth0
check "and gives another" ip -n r addr add $NEW/24 dev eth0
at s ip xfrm state flush
at s ip xfrm policy flush
check "ESP leaves by the new address" leaves_by $NEW
for node in c1 c2; do
	at $node ip xfrm state flush
	at $node ip xfrm policy flush
done
xfrm_pair c1 0x1001 0x2001 $NEW
xfrm_pair c2 0x1002 0x2002 $NEW
check "both work by the new address" both_answer
check "what was known of the old one is gone" counter_over address-gone 1
check "doctor names it" doctor_finds address-gone
equal "one ESP entry a client" 2 "$(esp_count)"
check "another uplink takes over; the first one keeps its address" second_uplink
check "ESP leaves by the new one's" leaves_by $SECOND
settle
