#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IKE on port 500: every client keeps its port, every message of a server reaches the client that
# it is for and nobody else, unchanged: fragments, retransmissions, new IKE SAs from either side,
# after a flush of conntrack, beside the router's own IKE.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"

# What every run of IKE must end with; the router moved no port and no address
fine=("expect moved 0" "expect ike-foreign 0" "expect garbled 0" "expect strange 0")

begin() { # WHAT COUNT STEP...
	local what=$1
	shift
	afresh || bail "help does not begin afresh"
	check "$what" play "$@" "${fine[@]}"
}

exchanges() {
	local version
	for version in 1 2; do
		begin "phase 1, SAs, informational exchanges of both ends, IKEv$version" 10 --ike $version "start all 300" \
			"info all 100" "server-info all 100" "rekey all" "server-rekey all" "expect retries 0"
		begin "IKE fragments, IKEv$version" 3 --ike $version "pieces 4" "start all" "server-info all" "rekey all" \
			"expect retries 0"
		begin "IP fragments, IKEv$version" 3 --ike $version "length 4000" "start all" "server-info all" "rekey all" \
			"expect retries 0"
		begin "every message comes twice, IKEv$version" 3 --ike $version "repeat 1" "start all" "rekey all" \
			"server-rekey all" "repeat 0" "again all" "atleast again 10" "ping all 5"
		begin "a new IKE SA by the client, IKEv$version" 3 --ike $version "start all" "ike-rekey all" "info all" \
			"server-info all" "rekey all" "ping all 5" "expect retries 0"
	done
	begin "aggressive mode" 3 "aggressive all" "rekey all" "ping all 5" "expect retries 0"
}

# Nothing tells whose a new cookie of the server is: a repeated message goes to the next client
server_begins() {
	begin "a server begins a new IKE SA with its only client" 1 "start all" "server-ike-rekey all" \
		"server-rekey all" "ping all 5" "expect retries 0"
	afresh
	check "with one of three" play 3 --timeout 10 "start all" "server-ike-rekey 2" "server-rekey 2" "server-info 2" \
		"ping all 5" "expect moved 0" "expect garbled 0"
	afresh
	check "a server re-keys its IKE SA and uses the new one, IKEv2" play 3 --ike 2 --timeout 10 "start all" \
		"server-ike-rekey 3" "server-info 3" "server-rekey 3" "ping all 5" "expect moved 0" "expect garbled 0"
	check "unknown cookies are counted" counter_over ike-unknown-cookie 2
}

# The first owner of a cookie keeps it; the other tries again with another one, as IKE does
equal_cookies() {
	afresh
	check "a cookie that another client uses" play 2 --timeout 4 "cookie 1-2 77" "start 1" "ping 1 3" "-start 2" \
		"server-info 1" "rekey 1" "ping 1 3" "start 2" "server-info 1-2" "ping all 5" "expect moved 0"
	check "is counted" counter_over ike-cookie-taken 0
}

flushed() {
	local version
	for version in 1 2; do
		afresh
		rm -f "$LAB"/flush-*
		play_start flush 5 --ike $version "start all" "ping all 2" "touch $LAB/flush-me" "wait $LAB/flush-done" \
			"server-info all" "speak all 40 5" "settle all" "touch $LAB/flush-2" "wait $LAB/flush-done2" \
			"server-rekey all" "ping all 5" "${fine[@]}" "expect retries 0"
		await flush-me
		flush_conntrack
		signal flush-done
		check "the server speaks after conntrack -F, IKEv$version" await flush-2
		flush_conntrack
		signal flush-done2
		check "and re-keys after another: nothing is lost" play_end flush
	done
}

no_ike() {
	begin "what is no IKE passes to the server" 3 "init all" "junk all" "expect junk 15"
	begin "and from the server to its only client" 1 "init all" "junk all" "expect junk 5" "server-junk all" \
		"expect junk 6"
	afresh
	check "with three clients nobody gets what is for nobody" play 3 "init all" "server-junk 1" "expect junk 0" \
		"expect ike-foreign 0"
}

# Its SA is in the kernel's table, which tells that its SPI is none of a client's
router_itself() {
	modprobe -aq esp4 gcm || true
	at r ip xfrm state add src $SERVER dst $ROUTER proto esp spi 0x4711 mode tunnel \
		aead 'rfc4106(gcm(aes))' "0x$(printf '%040d' 0)" 128 || bail "the router takes no SA"
	begin "the router's own IKE and ESP beside its clients'" 3 --clients "r=$ROUTER+1" "spi 4 0x4711" "start all" \
		"server-info all" "info all" "server-info 1-3" "speak 4 20 5" "settle 4" "ping all 5" "expect retries 0"
	check "its SA is known as its own" counter_over esp-own-sa 0
	at r ip xfrm state flush
	afresh
	check "an IKE SA that the server has with the router, begun before clients came" \
		play 3 --ike 2 --nat $ROUTER --clients "r=$ROUTER+1" "server-init 4" "start 1-3" "server-info 4" \
		"server-info 1-3" "server-info 4" "ping 1-3 5" "${fine[@]}" "expect retries 0"
	# only the port is another: that makes it no client
	at r nft insert rule inet vplab post oifname eth0 ip saddr $ROUTER udp sport 500 masquerade to :2000-3000
	afresh
	check "the router's own IKE from another port" play 3 --clients "r=$ROUTER+1" "start 1-3" "init 4" \
		"atleast moved 1" "server-info 1-3" "server-info 4" "rekey 1-3" "server-rekey 1-3" \
		"expect retries 0" "expect ike-foreign 0"
	equal "is no client's" 3 "$(held controls)"
}

esp_topology 10
help_on r
exchanges
server_begins
equal_cookies
flushed
no_ike
router_itself
settle
