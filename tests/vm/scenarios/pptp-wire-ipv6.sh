#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# As pptp-wire-ipv4 over IPv6: routed, where no id may change, and masqueraded.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/wire.sh"

topology clients=2
wire_nodes
help_on r
wire_limits
check "clash behind NAT66: every id replaced and put back" \
	with_edits wire6 --rival $WIRE_RIVAL6 --hold 16 --client-ids 20000 --server-ids 10000
check "random segments, ids that clash" \
	wire6 --rival $WIRE_RIVAL6 --hold 4 --client-ids 30000 --server-ids 20000 --fuzz 120 --seed "$RANDOM"
at r nft flush chain inet vplab post
flush_conntrack >/dev/null 2>&1
check "routed: equal ids of two clients stay" \
	without_edits wire6 --routed --brief --rival $WIRE_RIVAL6 --hold 16 --client-ids 40000 --server-ids 30000
check "all calls are gone in the end" wait_for 30 tunnels_are 0 '[a-z]*'
settle
