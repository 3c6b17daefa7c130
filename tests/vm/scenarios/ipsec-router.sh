#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The router has a tunnel of its own to the gateway that clients behind it use: by IKE, and one
# with keys by hand. Its own SAs are left alone.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
OWN=$INNER.9.1 # the gateway's inner address for the router, the only one with a route there
BY_HAND=$INNER.9.2

own_address() {
	ip -n r addr add "$(inner r)/32" dev lo
	ip -n s addr add $OWN/32 dev lo
	ip -n s addr add $BY_HAND/32 dev lo
	ip -n r route add $OWN via $SERVER src "$(inner r)"
	ip -n r route add $BY_HAND via $SERVER src "$(inner r)"
}

by_hand() {
	xfrm_end r 0x1001 0x2001 $ROUTER $SERVER "$(inner r)" $BY_HAND
	xfrm_end s 0x2001 0x1001 $SERVER $ROUTER $BY_HAND "$(inner r)"
}

own_ping() {
	inner_ping r 3 $OWN && inner_ping r 3 $BY_HAND && at s ping -n -c 3 -i 0.2 -w 15 -I $OWN "$(inner r)"
}

topology clients=2
tunnel_ends c1 c2
own_address
help_on r
by_hand
ipsec_subnet r $OWN
daemons r c1 c2
ipsec_dial r
check "the router has its SAs" ipsec_wait r
check "ping through its own tunnels" own_ping
ipsec_dial c1 c2
check "the clients have theirs" each_of "c1 c2" ipsec_wait
check "ping through the clients' tunnels" each_of "c1 c2" inner_ping
check "the gateway pings the clients" each_of "c1 c2" reply_ping
check "ping through the router's own tunnels" own_ping
check "the router re-keys" whack r --rekey-ipsec --name r
check "the gateway re-keys to the router" whack s --rekey-ipsec --name r
check "a client re-keys" whack c1 --rekey-ipsec --name c1
check "the gateway re-keys to a client" whack s --rekey-ipsec --name c2
check "ping through the router's own tunnels" own_ping
check "ping through the clients' tunnels" each_of "c1 c2" inner_ping
equal "vpnpass knows of the clients' tunnels only" 2 "$(tunnels '[a-z]*')"
settle
