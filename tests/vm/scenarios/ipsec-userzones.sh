#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Conntrack zones of the user's own: the same one for both directions is worked with. Where the
# directions' zones differ the module keeps out, says so, and plain NAT goes on.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec

topology clients=2
tunnel_ends c1 c2
load_netfilter
check "one zone for both directions" zones "zone set 7" "zone set 7"
help_on r
daemons c1 c2
ipsec_dial c1 c2
check "both clients have their SAs" each_of "c1 c2" ipsec_wait
check "ping through both tunnels" each_of "c1 c2" inner_ping
check "the gateway pings both clients" each_of "c1 c2" reply_ping
equal "nothing was refused" 0 "$(counter user-zone)"
each_of "c1 c2" ipsec_hangup >/dev/null
check "a zone for one direction only" zones "original zone set 7"
flush_conntrack >/dev/null 2>&1
ipsec_dial c1
check "a client that dials now works as with plain NAT" ipsec_wait c1
check "ping through its tunnel" inner_ping c1
check "that it was not helped is counted" counter_over user-zone 0
at r nft delete table inet vpzone
settle
