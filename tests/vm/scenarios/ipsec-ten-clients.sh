#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ten real IKEv2 clients to one gateway, all started in the same second.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
COUNT=${IPSEC_CLIENTS:-10}
ALL=$(seq -f 'c%g' -s ' ' "$COUNT")

dial_at_once() {
	local node pids=()
	for node in $ALL; do
		ipsec_dial "$node" &
		pids+=($!)
	done
	wait "${pids[@]}"
}

topology clients="$COUNT"
# shellcheck disable=SC2086 # a list
tunnel_ends $ALL
help_on r
# shellcheck disable=SC2086 # a list
daemons $ALL
each_of "$ALL" inner_start
start=$SECONDS
check "$COUNT clients dial at once" dial_at_once
diag "in $((SECONDS - start)) s"
check "all have their SAs" each_of "$ALL" ipsec_wait 60
diag "after $((SECONDS - start)) s"
check "all get answers to the pings that run since before" wait_for 30 each_of "$ALL" answered 10
check "the server pings each client" each_of "$ALL" reply_ping 2
# shellcheck disable=SC2086 # a list
check "vpnpass shows $COUNT tunnels that are up" up_by_talk "$COUNT" $ALL
equal "one ESP entry a client in conntrack" "$COUNT" "$(esp_count)"
settle
