#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Clients with several SAs to one gateway, and to two gateways, some of which have the same
# SPIs. Keys by hand.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
FIRST=$INNER_SERVER
SECOND=$INNER.2.11

# second_sa NODE IN OUT: one more SA to the gateway, between addresses of its own
second_sa() {
	local here
	here=$INNER.4.$((10 + ${1#c}))
	ip -n "$1" addr add "$here/32" dev lo
	xfrm_end "$1" "$2" "$3" "$(outer "$1")" $SERVER "$here" $FIRST
	xfrm_end s "$3" "$2" $SERVER $ROUTER $FIRST "$here"
}

ping_second() { # NODE
	at "$1" ping -n -c 3 -i 0.2 -w 15 -I "$INNER.4.$((10 + ${1#c}))" $FIRST
}

second_ping() { # NODE
	inner_ping s 2 "$INNER.4.$((10 + ${1#c}))"
}

topology clients=2 outside=1
tunnel_ends c1 c2
inner_address o1 $ROUTER
help_on r
xfrm_pair c1 0x1001 0x2001
second_sa c1 0x1011 0x2011
xfrm_pair c2 0x1002 0x2002
second_sa c2 0x1012 0x2012
use_gateway o1
xfrm_pair c1 0x1002 0x2002
xfrm_pair c2 0x1001 0x2001
check "first SAs of both clients to the one gateway" each_of "c1 c2" inner_ping 3 $FIRST
check "second SAs of both" each_of "c1 c2" ping_second
check "SAs to the other gateway" each_of "c1 c2" inner_ping 3 $SECOND
check "first SAs again" each_of "c1 c2" inner_ping 3 $FIRST
check "second ones again" each_of "c1 c2" ping_second
check "the other gateway speaks first" each_of "c1 c2" reply_ping 3
use_gateway s
check "the one gateway too" each_of "c1 c2" reply_ping 3
check "by the second SAs too" each_of "c1 c2" second_ping
equal "one ESP entry a client and gateway" 4 "$(esp_count)"
check "vpnpass shows four tunnels that are up" tunnels_up 4
settle
