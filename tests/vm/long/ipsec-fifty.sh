#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fifty real IKEv2 clients to one gateway: started in the same second, then all re-keyed twice,
# once by each end, while each pings through its own tunnel. Each packet of the gateway must
# reach its owner. Takes minutes: tests/vm/run -m 3000 -t 1800 vm/long/ipsec-fifty.sh
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
COUNT=${IPSEC_CLIENTS:-50}
ALL=$(seq -f 'c%g' -s ' ' "$COUNT")

slow_ping() { # NODE
	ping_start "$1" "$1" "$INNER_SERVER" -i 1
}

rekeyed() { # NODE COUNT
	[ "$(grep "\"$1\"" "$LAB/ipsec-s/log" | grep -c 'rekeyed Child SA')" -ge "$2" ]
}

# Asks for new SAs of all clients, from one end
rekey_all() { # s|clients
	local node end
	for node in $ALL; do
		end=$1
		[ "$end" = s ] || end=$node
		whack "$end" --rekey-ipsec --asynchronous --name "$node" >/dev/null
	done
}

# Each gets two more answers, all at the same time
all_go_on() {
	local node
	declare -A wanted
	for node in $ALL; do
		wanted[$node]=$(($(grep -c 'bytes from' "$LAB/ping-$node") + 2))
	done
	for node in $ALL; do
		wait_for 20 answered "$node" "${wanted[$node]}" || return 1
	done
}

lost_pings() {
	local node
	for node in $ALL; do
		ping_stop "$node" | sed -n 's/.*lost://p'
	done | grep -vc none
}

# shellcheck disable=SC2086 # a list
main() {
	local start
	topology clients="$COUNT"
	tunnel_ends $ALL
	help_on r
	daemons $ALL
	watch_esp
	start=$SECONDS
	ipsec_dial $ALL
	check "$COUNT clients have their SAs" each_of "$ALL" ipsec_wait 120
	diag "after $((SECONDS - start)) s"
	each_of "$ALL" slow_ping
	check "all pings are answered" wait_for 60 each_of "$ALL" answered 3
	check "clients ask for new SAs" rekey_all clients
	check "all are re-keyed once" wait_for 120 each_of "$ALL" rekeyed 1
	check "the gateway asks for new SAs" rekey_all s
	check "all are re-keyed twice" wait_for 120 each_of "$ALL" rekeyed 2
	check "all answer afterwards" all_go_on
	diag "clients that lost a ping: $(lost_pings)"
	check_watched $ALL
	tell_pairing
	check "vpnpass shows $COUNT tunnels that are up" tunnels_up "$COUNT" 20
	equal "one ESP entry a client in conntrack" "$COUNT" "$(esp_count)"
	settle
}

main
