#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPsec on a kernel without conntrack zones: ESP is helped as ever, the port of IKE is
# translated for all clients but the first, as without help, and counted.
. "$(dirname "$0")/../vm/lib/lab.sh"

export PROTO=ipsec

ike_ports() { # source ports that the server sees
	whack s --status | grep -o "$ROUTER:[0-9]* STATE_V2_ESTABLISHED_IKE" | sort -u | wc -l
}

topology clients=2
tunnel_ends c1 c2
daemons c1 c2
help_on r
ipsec_dial c1 c2
check "first client has its SAs" ipsec_wait c1
check "second client has its SAs" ipsec_wait c2
check "ping through the first tunnel" inner_ping c1 5
check "ping through the second tunnel" inner_ping c2 5
check "the server pings the first client" reply_ping c1
check "the server pings the second client" reply_ping c2
equal "two ports at the server" 2 "$(ike_ports)"
check "which is counted" counter_over ike-port-translated 0
inner_start c1
inner_start c2
check "vpnpass shows two tunnels that are up" wait_for 30 tunnels_are 2
check "both get more answers" each_of "c1 c2" more_answers 10
check "no ping of the first client was lost" ping_stop c1
check "no ping of the second client was lost" ping_stop c2
settle
