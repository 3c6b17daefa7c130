#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ICMP errors about ESP and IKE, from outside and from inside: the right client gets them, quoting
# what it knows. ESP's SPI is in the 8 bytes that every router quotes; IKE's cookie is behind
# them: what then can't be told goes to nobody.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/icmp.sh"
. "$(dirname "$0")/../lib/espwire.sh"

HOP=$WAN.99	# routers on the way that do not exist: only their ICMP does
INNER_HOP=$LAN.99
ONE=$LAN.100
TWO=$LAN.101

# catch NAME NODE OPTION...: write the next such packet to a file, sent when told by that name
catch() {
	local name=$1 node=$2
	shift 2
	sniff_start "$name" "$node" --out "$LAB/$name.bin" "$@"
	signal "$name"
	sniff_end "$name" >"$LAB/$name.got" || bail "no packet: $name"
}

# of NAME FIELD: of a packet that was caught
of() {
	tr ' ' '\n' <"$LAB/$1.got" | sed -n "s/^$2=//p" | head -n 1
}

# complain PACKET TYPE CODE MTU QUOTE [SECONDS]: a hop outside complains about a client's packet
complain() {
	sniff_start icmp c1 --proto icmp --timeout "${6:-5}"
	at s ipsec_peer icmp --src "$HOP" --dst "$ROUTER" --type "$2" --code "$3" --mtu "$4" --quote "$5" \
		--packet "$LAB/$1.bin"
	sniff_end icmp >"$LAB/got"
}

# reaches CLIENT TYPE CODE: what the last error has become
reaches() {
	equal "type and code" "$2 $3" "$(field type) $(field code)"
	equal "checksum" ok "$(field csum)"
	equal "for $1" "$1" "$(field dst)"
	equal "quotes the client's own address" "$1" "$(field inner_src)"
	equal "quotes the server" $SERVER "$(field inner_dst)"
}

about_esp() { # NAME CLIENT MTU
	local quote
	for quote in 8 40; do
		check "too big about ESP ($quote bytes quoted)" complain "$1" 3 4 "$3" $quote
		reaches "$2" 3 4
		equal "quotes the SPI" "$(of "$1" spi)" "$(field inner_spi)"
		equal "quotes the number" "$(of "$1" seq)" "$(field inner_seq)"
	done
	check "path MTU takes effect" eval "at c1 ip route get $SERVER from $2 | grep 'mtu $3'"
	check "unreachable about ESP" complain "$1" 3 2 0 8
	reaches "$2" 3 2
}

about_ike() { # NAME CLIENT
	local quote
	for quote in 16 60; do
		check "unreachable about IKE ($quote bytes quoted)" complain "$1" 3 3 0 $quote
		reaches "$2" 3 3
		equal "quotes the cookie" "$(of "$1" cookie)" "$(field inner_cookie)"
		equal "quotes port 500" "500 500" "$(field inner_sport) $(field inner_dport)"
	done
}

# unknown WHAT PACKET QUOTE: goes to nobody
unknown() {
	local before
	before=$(counter icmp-errors-unknown)
	refute "$1 reaches nobody" complain "$2" 3 3 0 "$3" 2
	equal "counted" $((before + 1)) "$(counter icmp-errors-unknown)"
	check "doctor names it" doctor_finds icmp-errors-unknown
}

# A client, or a hop inside, complains about what the server sent
from_inside() { # NAME SOURCE CODE
	sniff_start outer s --proto icmp --timeout 5
	at c1 ipsec_peer icmp --src "$2" --dst $SERVER --type 3 --code "$3" --quote 8 --packet "$LAB/$1.bin"
	check "unreachable from inside about $1" sniff_end outer
	cp "$LAB/sniff-outer.log" "$LAB/got"
	equal "from the router's address" $ROUTER "$(field src)"
	equal "checksum" ok "$(field csum)"
	equal "quotes the server" $SERVER "$(field inner_src)"
	equal "quotes the router's address" $ROUTER "$(field inner_dst)"
	equal "quotes the SPI" "$(of "$1" spi)" "$(field inner_spi)"
	equal "or the ports" "$(of "$1" dport)" "$(field inner_dport)"
}

only_client() {
	afresh
	play_start only 1 "start 1" "touch $LAB/alone" "wait $LAB/ike-only" "info 1" "wait $LAB/end-only"
	check "one client" await alone
	catch ike-only s --proto udp --src $ROUTER
	check "8 bytes about IKE are enough with one client" complain ike-only 3 3 0 8
	reaches $ONE 3 3
	signal end-only
	check "it goes on" play_end only
}

esp_topology 10
help_on r
play_start icmp 2 "start 1" "ping 1 5" "start 2" "ping 2 5" "touch $LAB/up" \
	"wait $LAB/esp-1" "ping 1 1" "wait $LAB/esp-2" "ping 2 1" "wait $LAB/ike-1" "info 1" "wait $LAB/ike-2" "info 2" \
	"wait $LAB/esp-in-2" "ping 2 1" "wait $LAB/ike-in-1" "server-info 1" "wait $LAB/end" "ping all 5" \
	"rekey all" "server-info all"
check "two tunnels" await up
catch esp-1 s --proto esp --src $ROUTER
catch esp-2 s --proto esp --src $ROUTER
catch ike-1 s --proto udp --src $ROUTER
catch ike-2 s --proto udp --src $ROUTER
about_esp esp-1 $ONE 1300
about_esp esp-2 $TWO 1280
about_ike ike-1 $ONE
about_ike ike-2 $TWO
unknown "an error about IKE with 8 bytes" ike-1 8
sniff_start stray s --out "$LAB/stray.bin" --proto esp --src $ROUTER
flood r --dst $SERVER esp 0x55555555
sniff_end stray >/dev/null
unknown "an error about an SPI that nobody uses" stray 8
catch esp-in-2 c1 --proto esp --src $SERVER --dst $TWO
from_inside esp-in-2 $TWO 2
from_inside esp-in-2 $INNER_HOP 1
catch ike-in-1 c1 --proto udp --src $SERVER --dst $ONE
from_inside ike-in-1 $ONE 3
check "errors are counted" counter_over icmp-errors 8
signal end
check "the tunnels survive all that" play_end icmp
only_client
settle
