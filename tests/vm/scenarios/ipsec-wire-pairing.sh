#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Whose is an inbound SPI? 2, 10 and 50 clients that start in the same second while the server
# speaks first: no packet is lost, none comes only to a wrong client (of 50: hardly any). What the
# pairing did shows in counters and in the states of tunnels.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"

starts() {
	local count version
	for version in 1 2; do
		for count in 2 10; do
			check "help begins afresh" afresh
			check "$count clients start at once, IKEv$version, and the server speaks first" \
				play $count --ike $version "greet 100 20" "start all 1000" "settle all" "ping all 5"
			check "all are up" tunnels_up $count
		done
	done
}

# What the peer says of the way down: sent, got, lost, wrong
down() { # FIELD
	sed -n "s/.*down:.* $1=\([0-9]*\).*/\1/p" "$LAB/many" | head -n 1
}

# The server says the same to all at the same times, and all answer at the same times: on a busy
# machine chance may speak for the wrong one, so not quite all packets have to arrive
many() {
	local sent lost
	check "help begins afresh" afresh
	play 50 "greet 100 20" "start all 1000" "-settle all" "ping all 30 150" >"$LAB/many" 2>&1
	check "50 clients start at once and all get answers" test $? = 0
	sent=$(down sent) lost=$(down lost)
	diag "$(grep down: "$LAB/many")" "$(tunnels up) up, $(tunnels pairing) pairing, $(tunnels ambiguous) ambiguous"
	check "at most 2 in 100 packets were lost to the pairing ($lost of $sent)" test $((lost * 50)) -le "$sent"
	check "nobody waits still" tunnels_are 0 setup
}

# Servers that say something to clients that say nothing: nobody knows whose it is, all get it
oneway() {
	check "help begins afresh" afresh
	play_start oneway 5 "mute all" "start all" "speak all 60 4" "settle all" "touch $LAB/ambiguous" \
		"wait $LAB/answer" "unmute all" "ping all 1" "touch $LAB/answered" "wait $LAB/more" \
		"speak all 100 20" "settle all" "ping all 2" "touch $LAB/up" "wait $LAB/end"
	check "what is said to five silent clients arrives" await ambiguous
	check "while nobody knows whose it is" test "$(tunnels ambiguous)" -gt 0
	signal answer
	check "they answer" await answered
	diag "after one answer: $(tunnels ambiguous) ambiguous, $(tunnels pairing) pairing, $(tunnels up) up"
	signal more
	check "they talk" await up
	check "nobody waits still" tunnels_are 0 setup
	signal end
	check "all have got their own" play_end oneway
	check "others got copies" test "$(copies oneway)" -gt 0
}

# One that waits alone: given at once, then confirmed by its traffic
alone() {
	check "help begins afresh" afresh
	play_start alone 2 "start 1" "mute 1" "speak 1 20 2" "settle 1" "touch $LAB/first" "wait $LAB/confirm" \
		"unmute 1" "ping 1 3" "touch $LAB/second" "wait $LAB/last"
	check "the server speaks to the only client" await first
	check "its tunnel is pairing" tunnels_are 1 pairing
	signal confirm
	check "it answers" await second
	check "it is up" tunnels_are 1
	signal last
	check "nothing was lost" play_end alone
	equal "and nothing copied" 0 "$(copies alone)"
}

# No pause tells who answers whom
busy() {
	check "help begins afresh" afresh
	check "two that start at once and speak without pause both ways" play 2 "start all" "talk all 40" "speak all 60" \
		"sleep 8000" "hush all" "settle all"
	check "neither waits still" tunnels_are 0 setup
}

counted() {
	local name
	for name in only-candidate copied copies evidence confirmed bound; do
		check "counted: $name ($(counter "esp-$name"))" counter_over "esp-$name" 0
	done
}

esp_topology 50
help_on r
alone
starts
many
oneway
busy
counted
settle
