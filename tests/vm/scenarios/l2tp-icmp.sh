#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors about UDP 1701 and IP 115, with 8 and more quoted bytes, of clients with one
# tunnel id: the right client gets them, quoting what it sent itself.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"
. "$(dirname "$0")/../lib/icmp.sh"

HOP=$WAN.99	# a router on the way that does not exist: only its ICMP does

# complain NUMBER QUOTE: about the latest packet of a client, as the server got it
complain() {
	sniff_start icmp c1 --proto icmp --timeout 5
	at s l2tp_peer icmp --src $HOP --dst $ROUTER --type 3 --code 4 --mtu 1300 --quote "$2" --packet "$LAB/packet-$1"
	sniff_end icmp >"$LAB/got"
}

errors() { # WHAT COUNT QUOTE PROTO
	local n address
	for ((n = 1; n <= $2; n++)); do
		address=$LAN.$((99 + n))
		check "$1: too big ($3 bytes quoted) about client $n arrives" complain $n "$3"
		equal "$1: at client $n, quoting it" "$address $address $SERVER $4" \
			"$(field dst) $(field inner_src) $(field inner_dst) $(field inner_proto)"
		equal "$1: checksum" ok "$(field csum)"
		[ "$4" = 115 ] || equal "$1: quotes its own port" 1701 "$(field inner_sport)"
	done
}

about() { # WHAT COUNT PROTO QUOTES STEP...
	local what=$1 count=$2 proto=$3 quotes=$4 quote n saves=()
	shift 4
	for ((n = 1; n <= count; n++)); do
		saves+=("save-up $n $LAB/packet-$n")
	done
	afresh >/dev/null 2>&1
	rm -f "$LAB/up" "$LAB/end"
	play_start icmp "$count" "$@" "start all" "ping all 3" "${saves[@]}" "touch $LAB/up" "wait $LAB/end" \
		"ping all 3" clean
	check "$what: tunnels run" await up
	for quote in $quotes; do
		errors "$what" "$count" "$quote" "$proto"
	done
	signal end
	check "$what: the tunnels survive" play_end icmp
}

l2tp_topology 3
help_on r
# 8 bytes of UDP hold no id: they are enough for one client only
about "one client" 1 17 "8 60" "set answer 1"
about "three clients" 3 17 60 "set tunnel-id 7" "set session-id 9" "set answer 1"
about "L2TPv3 over UDP" 3 17 60 "set version 3" "set session-id 9" "set tunnel-id 7" "set answer 1"
about "L2TPv3 over IP" 3 115 "8 60" "set version 3" "set over-ip 1" "set session-id 9" "set tunnel-id 7"
check "errors are counted" counter_over icmp-errors 6
settle
