#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors about GRE: "fragmentation needed" and "unreachable", from outside and from
# inside, with 8 and more quoted bytes. The right client gets them, quoting addresses and
# call id as that client knows them, and its path MTU changes.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/icmp.sh"

ID=4242
HOP=$WAN.99	# a router on the way that does not exist: only its ICMP does

path_mtu() { # NODE
	at "$1" ip route get $SERVER | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

from_outside() { # NODE ADDRESS MTU
	local quote server_id=$4
	for quote in 8 60; do
		check "too big ($quote bytes quoted) reaches $1" send_error "$1" $HOP $ROUTER 3 4 "$3" "$quote"
		equal "type and code" "3 4" "$(field type) $(field code)"
		equal "checksum" ok "$(field csum)"
		equal "for $1" "$2" "$(field dst)"
		equal "quotes the client's own address" "$2" "$(field inner_src)"
		equal "quotes the server" $SERVER "$(field inner_dst)"
		equal "quotes the server's call id" "$server_id" "$(field inner_id)"
	done
	equal "path MTU of $1 takes effect" "$3" "$(path_mtu "$1")"
	check "unreachable reaches $1" send_error "$1" $HOP $ROUTER 3 2 0 8
	equal "type and code" "3 2" "$(field type) $(field code)"
	equal "for $1" "$2" "$(field dst)"
}

# An inside host complains about a packet of the server to client c2, whose id is replaced.
from_inside() {
	sniff_start inner c2 --proto gre --src $SERVER --out "$LAB/gre-in.bin"
	signal ping3
	sniff_end inner >"$LAB/got"
	equal "c2 knows its own call id" $ID "$(field id)"
	sniff_start outer s --proto icmp --timeout 5
	at c2 pptp_peer icmp --src $LAN.12 --dst $SERVER --type 3 --code 2 --quote 8 --packet "$LAB/gre-in.bin"
	check "unreachable from inside reaches the server" sniff_end outer
	sniff_end outer >"$LAB/got" 2>&1 || true
	equal "from the router's address" $ROUTER "$(field src)"
	equal "checksum" ok "$(field csum)"
	equal "quotes the router's address" $ROUTER "$(field inner_dst)"
	refute "quotes the id that the server knows" test "$(field inner_id)" = $ID
	equal "which is the mapped one" "$(keys $LAN.12 | tail -n 1)" "$(field inner_id)"
}

topology clients=2
help_on r
peer_server s --ids 50000
for i in 1 2; do
	peer_start "c$i" "c$i" --ids $ID "connect 1" "dial 1" "ping 2" "touch $LAB/up$i" "wait $LAB/ping$i" \
		"ping 1" "wait $LAB/ping3" "ping 3" "wait $LAB/end" "ping 3"
	check "call of c$i" await "up$i"
done
capture c1 $ROUTER ping1
capture c2 $ROUTER ping2
from_outside c1 $LAN.11 1300 "$(keys $LAN.11 | sed -n 2p)"
from_outside c2 $LAN.12 1280 "$(keys $LAN.12 | sed -n 2p)"
equal "path MTU of c1 is untouched by what c2 got" 1300 "$(path_mtu c1)"
from_inside
check "errors are counted" counter_over icmp-errors 6
signal end
check "the calls survive all that: c1" peer_end c1
check "the calls survive all that: c2" peer_end c2
check "the server agrees" peer_server_stop s
settle
