#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bad input from both sides: broken headers and AVPs, floods of SCCRQs and of data with random
# ids, forged messages from third addresses and from the server's. Counted by reason, no state
# is left from outside, and two running tunnels with one id lose no packet meanwhile.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

COUNT=${HOSTILE_COUNT:-1000}
ATTACKER=$WAN.31	# o1

# reason KIND: the counter of what a flood is refused for
reason() {
	case $1 in
	short | data-short | v3-short | ip-short) echo l2tp-short ;;
	version) echo l2tp-version ;;
	flags) echo l2tp-flags ;;
	length | data-offset) echo l2tp-length ;;
	avp-short | ip-avp-short) echo avp-short ;;
	avp-long | avp-cut) echo avp-past-end ;;
	no-type) echo avp-no-type ;;
	id-length) echo avp-id-size ;;
	id-twice) echo avp-twice ;;
	id-zero) echo avp-id-zero ;;
	esac
}

broken() {
	local kind name before
	for kind in $(flood_kinds); do
		name=$(reason "$kind")
		[ -n "$name" ] || continue
		before=$(counter "$name")
		flood c2 --dst $SERVER --count 100 "$kind" || bail "cannot send $kind"
		check "counted as $name: $kind" counter_over "$name" $((before + 49))
	done
}

holdings() {
	vpnpass -j -n r tunnels | grep -c '"state"'
}

from_wan() {
	local kind src
	for src in $SERVER $ATTACKER; do
		for kind in $(flood_kinds); do
			flood o1 --src $src --dst $ROUTER --count 100 "$kind"
		done
		flood o1 --src $src --dst $ROUTER --count "$COUNT" sccrq
		flood o1 --src $src --dst $ROUTER --count "$COUNT" data
		flood o1 --src $src --dst $ROUTER --count "$COUNT" ip-data
	done
	# in the name of running tunnels, but from elsewhere
	for kind in stopccn cdn icrq sccrp zlb data; do
		flood o1 --dst $ROUTER --count 50 $kind 7
	done
	flood o1 --src $SERVER --dst $ROUTER --count 50 stopccn 7
}

from_lan() {
	local kind
	for kind in sccrq hidden avp-many avp-unknown v3-sccrq ip-sccrq ip-data v3-data; do
		flood c2 --dst $SERVER --count "$COUNT" $kind
	done
	for kind in stopccn cdn icrq data; do
		flood c2 --dst $SERVER --count 50 $kind 7
	done
}

topology clients=2 outside=1
l2tp_clients 2
help_on r
play_start pair 2 "set tunnel-id 7" "set session-id 9" "set answer 1" "start all" "ping all 5" "talk all 40" "speak all 60" \
	"touch $LAB/up" "wait $LAB/end" "hush all" "settle all" "session all" "server-session all" "ping all 5" \
	"expect foreign 0" "expect control-foreign 0" "expect sum-bad 0" "stop all"
check "two tunnels with one id talk" await up
check "and are up" tunnels_up 2
before=$(holdings) entries=$(conntrack_count)
from_wan
check "forged farewells of the server, with ids that it has not given, end nothing" tunnels_up 2
equal "the WAN leaves no tunnel" "$before" "$(holdings)"
check "and few conntrack entries ($entries, now $(conntrack_count))" test $(($(conntrack_count) - entries)) -le 8
broken
from_lan
check "requests stop at a cap" counter_over cap-tunnels-client 0
signal end
check "the running pair has lost nothing, goes on and ends well" play_end pair
settle
