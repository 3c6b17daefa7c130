#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors about GRE: "fragmentation needed" and "unreachable", from outside and from
# inside, with 8 and more quoted bytes. The right client gets them, quoting addresses and
# call id as that client knows them, and its path MTU changes.
. "$(dirname "$0")/../lib/lab.sh"

ID=4242
HOP=$WAN.99	# a router on the way that does not exist: only its ICMP does

# field NAME FILE: value of key=value in what a sniffer printed
field() {
	tr ' ' '\n' <"$2" | sed -n "s/^$1=//p" | head -n 1
}

# Capture one GRE packet of client NODE at the server, as the Internet sees it.
capture() { # NODE NUMBER
	sniff_start gre s --proto gre --src $ROUTER --out "$LAB/gre-$1.bin"
	signal "ping$2"
	sniff_end gre >/dev/null
}

# send_error NODE TYPE CODE MTU QUOTE: a hop outside complains about NODE's packet
send_error() {
	sniff_start icmp "$1" --proto icmp --timeout 5
	at s pptp_peer icmp --src $HOP --dst $ROUTER --type "$2" --code "$3" --mtu "$4" \
		--quote "$5" --packet "$LAB/gre-$1.bin"
	sniff_end icmp >"$LAB/got"
}

path_mtu() { # NODE
	at "$1" ip route get $SERVER | sed -n 's/.* mtu \([0-9]*\).*/\1/p'
}

from_outside() { # NODE ADDRESS MTU
	local quote server_id=$4
	for quote in 8 60; do
		check "too big ($quote bytes quoted) reaches $1" send_error "$1" 3 4 "$3" "$quote"
		equal "type and code" "3 4" "$(field type "$LAB/got") $(field code "$LAB/got")"
		equal "checksum" ok "$(field csum "$LAB/got")"
		equal "for $1" "$2" "$(field dst "$LAB/got")"
		equal "quotes the client's own address" "$2" "$(field inner_src "$LAB/got")"
		equal "quotes the server" $SERVER "$(field inner_dst "$LAB/got")"
		equal "quotes the server's call id" "$server_id" "$(field inner_id "$LAB/got")"
	done
	equal "path MTU of $1 takes effect" "$3" "$(path_mtu "$1")"
	check "unreachable reaches $1" send_error "$1" 3 2 0 8
	equal "type and code" "3 2" "$(field type "$LAB/got") $(field code "$LAB/got")"
	equal "for $1" "$2" "$(field dst "$LAB/got")"
}

# An inside host complains about a packet of the server to client c2, whose id is replaced.
from_inside() {
	sniff_start inner c2 --proto gre --src $SERVER --out "$LAB/gre-in.bin"
	signal ping3
	sniff_end inner >"$LAB/inner"
	equal "c2 knows its own call id" $ID "$(field id "$LAB/inner")"
	sniff_start outer s --proto icmp --timeout 5
	at c2 pptp_peer icmp --src $LAN.12 --dst $SERVER --type 3 --code 2 --quote 8 --packet "$LAB/gre-in.bin"
	check "unreachable from inside reaches the server" sniff_end outer
	sniff_end outer >"$LAB/got" 2>&1 || true
	equal "from the router's address" $ROUTER "$(field src "$LAB/got")"
	equal "checksum" ok "$(field csum "$LAB/got")"
	equal "quotes the router's address" $ROUTER "$(field inner_dst "$LAB/got")"
	refute "quotes the id that the server knows" test "$(field inner_id "$LAB/got")" = $ID
	equal "which is the mapped one" "$(mapped_id)" "$(field inner_id "$LAB/got")"
}

mapped_id() {
	at r conntrack -L -p gre 2>/dev/null | grep "src=$LAN.12 " |
		sed 's/.*dstkey=0x\([0-9a-f]*\).*/\1/' | while read -r hex; do echo $((16#$hex)); done
}

server_id() { # ADDRESS
	at r conntrack -L -p gre 2>/dev/null | grep "src=$1 " |
		sed 's/[^k]*srckey=[^ ]* dstkey=0x\([0-9a-f]*\).*/\1/' | while read -r hex; do echo $((16#$hex)); done
}

topology clients=2
help_on r
peer_server s --ids 50000
for i in 1 2; do
	peer_start "c$i" "c$i" --ids $ID "connect 1" "dial 1" "ping 2" "touch $LAB/up$i" "wait $LAB/ping$i" \
		"ping 1" "wait $LAB/ping3" "ping 3" "wait $LAB/end" "ping 3"
	check "call of c$i" await "up$i"
done
capture c1 1
capture c2 2
from_outside c1 $LAN.11 1300 "$(server_id $LAN.11)"
from_outside c2 $LAN.12 1280 "$(server_id $LAN.12)"
equal "path MTU of c1 is untouched by what c2 got" 1300 "$(path_mtu c1)"
from_inside
check "errors are counted" counter_over icmp-errors 6
signal end
check "the calls survive all that: c1" peer_end c1
check "the calls survive all that: c2" peer_end c2
check "the server agrees" peer_server_stop s
settle
