#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The control stream cut, coalesced, resent, reordered and lost in every way; every byte
# that arrives is compared. IPv4: masqueraded, hairpinned, ids that clash and that do not.
# Resets that are none, and connections that begin anew on an old entry.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/wire.sh"

topology clients=2
wire_nodes
help_on r
wire_limits
check "no clash: every byte stays" without_edits wire4
check "clash: every id replaced and put back" \
	with_edits wire4 --rival $WIRE_RIVAL --hold 16 --client-ids 20000 --server-ids 10000
check "clash with a whole page of ids" \
	wire4 --brief --rival $WIRE_RIVAL --hold 256 --client-ids 0x2000
check "random segments, ids that clash" \
	wire4 --rival $WIRE_RIVAL --hold 4 --client-ids 30000 --server-ids 20000 --fuzz 120 --seed "$RANDOM"
check "resets that nobody believes; ends that begin anew" \
	with_edits wire4 --rival $WIRE_RIVAL --hold 16 --client-ids 40000 --server-ids 30000 --upset
check "hairpin: both ends behind the router" wire4_hairpin --brief --client-ids 50000
check "all calls are gone in the end" wait_for 30 tunnels_are 0 '[a-z]*'
settle
