#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bad input from both sides: truncated and forged ESP and IKE, reserved SPIs, floods of random
# SPIs and cookies from the server's address and from others, replays, AH. Counted by reason, no
# state is left from outside, and two running tunnels lose no packet meanwhile.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"

COUNT=${HOSTILE_COUNT:-1000}
ATTACKER=$WAN.31	# o1

# counted NAME CMD...: a flood that is counted by this name
counted() {
	local name=$1 before
	shift
	before=$(counter "$name")
	"$@" || bail "cannot send: $*"
	check "counted as $name: ${*:2}" counter_over "$name" $((before + 1))
}

# What the router holds: pairs, tunnels, conntrack entries
holdings() {
	echo "$(held controls) pairs, $(held tunnels) tunnels"
}

from_lan() {
	local kind
	counted esp-short flood c2 --dst $SERVER --count 100 esp-short
	counted esp-bad-spi flood c2 --dst $SERVER --count 100 esp-zero
	counted esp-bad-spi flood c2 --dst $SERVER --count 100 esp-low
	for kind in short version length cookie exchange; do
		counted "ike-$kind" flood c2 --dst $SERVER --count 100 "ike-$kind"
	done
	counted ike-packets flood c2 --dst $SERVER --count "$COUNT" ike-init
	counted ike-packets flood c2 --dst $SERVER --count "$COUNT" ike-sa
	counted esp-sa-cap flood c2 --dst $SERVER --count "$COUNT" esp
	# in the name of a client that is up
	flood c2 --dst $SERVER --src "$ESP_FIRST" --count 200 ike-sa
	flood c2 --dst $SERVER --src "$ESP_FIRST" --count 200 ike-init
	flood c2 --dst $SERVER --src "$ESP_FIRST" --count 200 esp
}

from_wan() {
	local kind src
	for src in $SERVER $ATTACKER; do
		for kind in esp-short esp-zero esp-low ike-short ike-version ike-length ike-cookie ike-exchange; do
			flood o1 --src $src --dst $ROUTER --count 100 $kind
		done
		for kind in esp ike-init ike-sa; do
			flood o1 --src $src --dst $ROUTER --count "$COUNT" $kind
		done
	done
}

# Beside the running pair, with one that nobody has answered yet
unaskeds() {
	counted esp-unasked flood o1 --src $SERVER --dst $ROUTER --count "$COUNT" esp
	counted data-unknown flood o1 --dst $ROUTER --count "$COUNT" esp
	check "doctor names it" doctor_finds data-unknown
	counted esp-short flood o1 --src $SERVER --dst $ROUTER --count 100 esp-short
	counted esp-bad-spi flood o1 --src $SERVER --dst $ROUTER --count 100 esp-low
	counted ike-unknown-cookie flood o1 --src $SERVER --dst $ROUTER --count 100 ike-init
}

ah() {
	sniff_start ah s --proto ah --timeout 10
	counted ah-packets flood c2 --dst $SERVER --count 10 ah
	check "doctor names it" doctor_finds ah-packets
	check "AH passes" sniff_end ah
}

replays() {
	afresh
	check "replays do no harm" play 3 "start 1-2" "ping 1-2 5" "replay 1-2 50" "ping 1-2 5" "start 3" "replay 1-2 20" \
		"ping all 20 60" "replay 1-3 50" "ping all 20 60"
}

# IKE that is for nobody has an entry in conntrack, as all that is for the router itself
strays() {
	afresh
	play_start stray 1 "start 1" "touch $LAB/stray-up" "wait $LAB/stray-sent" "server-ike-rekey 1" "server-rekey 1" \
		"ping 1 3" "expect retries 0"
	await stray-up
	flood o1 --src $SERVER --dst $ROUTER --count 8 ike-sa
	signal stray-sent
	check "after stray IKE from its address a server can re-key its IKE SA" play_end stray
}

# Attackers that guess while clients are about to come up
while_starting() {
	afresh
	(for ((i = 0; i < 20; i++)); do
		flood o1 --dst $ROUTER --count 50 esp
		flood o1 --dst $ROUTER --count 50 ike-init
	done) &
	check "clients come up under a flood from elsewhere" play 10 "greet 100 10" "start all 1000" "settle all" "ping all 5"
	wait $!
}

topology clients=2 outside=1
esp_clients 10
help_on r
play_start pair 2 "start 1" "ping 1 5" "start 2" "ping 2 5" "talk all 40" "speak all 60" "touch $LAB/up" "wait $LAB/end" "hush all" \
	"settle all" "ping all 10" "rekey all" "server-rekey all" "ping all 10"
check "two tunnels talk" await up
check "and are up" wait_for 10 tunnels_are 2
unaskeds
entries=$(conntrack_count) before=$(holdings)
from_wan
equal "the WAN leaves nothing" "$before" "$(holdings)"
check "but a few conntrack entries ($entries, now $(conntrack_count))" test $(($(conntrack_count) - entries)) -le 8
from_lan
ah
signal end
check "the running pair has lost nothing, re-keys and goes on" play_end pair
replays
strays
while_starting
settle
