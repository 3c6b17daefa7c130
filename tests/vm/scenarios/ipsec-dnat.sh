#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A gateway behind the router, which forwards UDP 500 and ESP to it. Clients outside, and two
# that are behind another router with help.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ALL="o1 o2 b1 b2"
use_gateway c1

ends() {
	load_xfrm
	inner_address c1 $LAN.1
	inner_address o1 $ROUTER
	inner_address o2 $ROUTER
	inner_address b1 10.20.0.1
	inner_address b2 10.20.0.1
}

topology clients=1 outside=2 behind=2
ends
load_netfilter
dnat r iifname eth0 ip daddr $ROUTER udp dport 500 dnat ip to "$(outer c1)"
dnat r iifname eth0 ip daddr $ROUTER ip protocol esp dnat ip to "$(outer c1)"
help_on r
mode n on
# shellcheck disable=SC2086 # a list
gateway $ALL
for node in $ALL; do
	client $node $ROUTER
done
# shellcheck disable=SC2086 # a list
pluto_wait c1 $ALL
# shellcheck disable=SC2086 # a list
ipsec_dial $ALL
check "all clients have their SAs" each_of "$ALL" ipsec_wait
check "ping through each tunnel" each_of "$ALL" inner_ping
check "the gateway pings each client" each_of "$ALL" reply_ping
check "a client re-keys" whack b1 --rekey-ipsec --name b1
check "the gateway re-keys to another" whack c1 --rekey-ipsec --name b2
check "the gateway re-keys to a third" whack c1 --rekey-ipsec --name o1
check "ping through each tunnel" each_of "$ALL" inner_ping
check "the gateway pings each client" each_of "$ALL" reply_ping
settle
