#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Clients that use NAT traversal (libreswan, strongSwan) beside plain ones, all to one gateway.
# Theirs is UDP 4500 and needs no help.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ALL="c1 c2 c3 c4"
# the gateway knows by the version of IKE whom to offer NAT traversal
for node in c1 c2; do
	ipsec_lines both $node ikev2=no
done
for node in c3 c4; do
	ipsec_lines both $node encapsulation=auto ike=aes128-sha1-dh31,aes128-sha1-modp1536
done

encapsulated() { # NODE: how many of its SAs
	ip -n "$1" xfrm state | grep -c 'encap type'
}

natt_flows() {
	at r conntrack -L -p udp --dport 4500 2>/dev/null | grep -c "src=$LAN"
}

topology clients=4
# shellcheck disable=SC2086 # a list
tunnel_ends $ALL
help_on r
# shellcheck disable=SC2086 # a list
gateway $ALL
for node in c1 c2 c3; do
	client $node
done
pluto_wait s c1 c2 c3
swan c4
ipsec_dial c1 c2 c3
check "strongSwan dials, with NAT traversal" swan_dial c4
check "libreswan has its SAs with NAT traversal" ipsec_wait c3
check "libreswan has its SAs without" each_of "c1 c2" ipsec_wait
check "ping through each tunnel" each_of "$ALL" inner_ping 3
check "the server pings each client" each_of "$ALL" reply_ping 2
equal "the server has two SAs a client that uses NAT traversal" 4 "$(encapsulated s)"
equal "which have flows on port 4500" 2 "$(natt_flows)"
check "vpnpass shows the two tunnels of the others" up_by_talk 2 c1 c2
each_of "$ALL" inner_start
# Re-keys of those with NAT traversal, whom nothing here touches, may cost them a ping
for node in c1 c3; do
	check "$node re-keys" whack $node --rekey-ipsec --name $node
	check "the gateway re-keys to $node" whack s --rekey-ipsec --name $node
done
check "strongSwan re-keys" swanctl c4 --rekey --child c4
check "all answer afterwards" each_of "$ALL" more_answers 5
check "those without NAT traversal have lost no ping" each_of "c1 c2" ping_stop
settle
