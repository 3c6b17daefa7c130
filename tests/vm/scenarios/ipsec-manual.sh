#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two clients with keys set by hand, so no IKE says anything: what plain NAT does, the module
# loaded under running traffic, conntrack flushed in mid-stream, the server speaking first.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec

both_answer() { # COUNT
	more_answers one "$1" && more_answers two "$1"
}

topology clients=2
tunnel_ends c1 c2
xfrm_pair c1 0x1001 0x2001
xfrm_pair c2 0x1002 0x2002
load_netfilter
check "with plain NAT the first client works" inner_ping c1
refute "and the second does not" at c2 ping -n -c 3 -i 0.2 -W 1 $INNER_SERVER
flush_conntrack >/dev/null 2>&1

ping_start one c1 $INNER_SERVER
more_answers one 5
help_on r
check "pings of the first client go on when help comes" more_answers one 5
check "the second client works" inner_ping c2 5
ping_start two c2 $INNER_SERVER
check "both at once" both_answer 5
check "the server pings the first client" reply_ping c1
check "the server pings the second client" reply_ping c2
check "vpnpass shows two tunnels that are up" tunnels_up 2
equal "one ESP entry a client in conntrack" 2 "$(esp_count)"
check "conntrack is flushed" flush_conntrack
check "both go on" both_answer 10
check "no ping of the first client was lost" ping_stop one
check "no ping of the second client was lost" ping_stop two
settle
