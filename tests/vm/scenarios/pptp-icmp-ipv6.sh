#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMPv6 "packet too big" and "unreachable" about GRE behind NAT66: the right client gets
# them, quoting its own address, and its path MTU changes; an inside host's error as well.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/icmp.sh"

ID=4242
ROUTER6=$WAN6:1
HOP6=$WAN6:99	# a router on the way that does not exist: only its ICMP does

path_mtu() { # NODE
	at "$1" ip -6 route get $SERVER6 | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

from_outside() { # NODE ADDRESS MTU
	local quote
	for quote in 8 60; do
		check "too big ($quote bytes quoted) reaches $1" \
			send_error "$1" $HOP6 $ROUTER6 2 0 "$3" "$quote"
		equal "type, code and MTU" "2 0 $3" "$(field type) $(field code) $(field mtu)"
		equal "checksum" ok "$(field csum)"
		equal "for $1" "$2" "$(field dst)"
		equal "quotes the client's own address" "$2" "$(field inner_src)"
		equal "quotes the server" $SERVER6 "$(field inner_dst)"
	done
	equal "path MTU of $1 takes effect" "$3" "$(path_mtu "$1")"
	check "unreachable reaches $1" send_error "$1" $HOP6 $ROUTER6 1 3 0 8
	equal "for $1" "$2" "$(field dst)"
}

from_inside() {
	sniff_start inner c2 --proto gre --src $SERVER6 --out "$LAB/gre-in.bin"
	signal ping3
	sniff_end inner >"$LAB/got"
	equal "c2 knows its own call id" $ID "$(field id)"
	sniff_start outer s --proto icmp --timeout 5
	at c2 pptp_peer icmp --src $LAN6:12 --dst $SERVER6 --type 1 --code 3 --quote 8 --packet "$LAB/gre-in.bin"
	check "unreachable from inside reaches the server" sniff_end outer
	cp "$LAB/sniff-outer.log" "$LAB/got"
	equal "checksum" ok "$(field csum)"
	equal "quotes the router's address" $ROUTER6 "$(field inner_dst)"
	refute "quotes another id than the client's" test "$(field inner_id)" = $ID
}

topology clients=2
help_on r
peer_server s --listen :: --ids 50000
for i in 1 2; do
	peer_start_to $SERVER6 "c$i" "c$i" --ids $ID "connect 1" "dial 1" "ping 2" "touch $LAB/up$i" \
		"wait $LAB/ping$i" "ping 1" "wait $LAB/ping3" "ping 3" "wait $LAB/end" "ping 3"
	check "call of c$i" await "up$i"
done
capture c1 $ROUTER6 ping1
capture c2 $ROUTER6 ping2
from_outside c1 $LAN6:11 1300
from_outside c2 $LAN6:12 1290
equal "path MTU of c1 is untouched by what c2 got" 1300 "$(path_mtu c1)"
from_inside
signal end
check "the calls survive all that: c1" peer_end c1
check "the calls survive all that: c2" peer_end c2
check "the server agrees" peer_server_stop s
settle
