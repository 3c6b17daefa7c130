#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The L2TP peer itself, without help and without NAT: all its steps go well on a router that
# leaves packets alone. With plain NAT it sees what fails, so it can fail.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

UNTOUCHED=("expect moved 0" "expect aliased 0" clean)

life() { # WHAT STEP...
	check "$1" play 3 "${@:2}" "${LIFE[@]}" "${UNTOUCHED[@]}"
}

no_nat() {
	local form
	for form in "set version 2" "set version 3" "set over-ip 1"; do
		life "$form, the same ids" "set version 3" "$form" "set tunnel-id 7" "set session-id 9" "set answer 1"
		life "$form, hidden, each message twice" "set version 3" "$form" "set hidden 1" "set repeat 1"
		life "$form, the server answers from elsewhere" "set version 3" "$form" "set answer 2"
		life "$form, cookies and digest" "set version 3" "$form" "set cookie 8" "set digest 1"
	done
	check "optional fields, checksums or none" play 3 "set data 8" "set sum 2" "start all" "ping all 20" "${UNTOUCHED[@]}"
	check "sessions that were not negotiated" play 3 "set version 3" "static all 100 200 0 1" "ping all 3" "${UNTOUCHED[@]}"
	check "fifty clients, the server speaks first" play 50 "greet 100 3" "start all 1000" "settle all" "${UNTOUCHED[@]}"
}

# plain WHAT COUNT STEP...
plain() {
	flush_conntrack >/dev/null 2>&1
	check "plain NAT: $1" play "$2" --nat $ROUTER "set timeout 2500" "${@:3}"
}

# What plain NAT does: it moves the second client's port, and knows one client of IP 115
plain_nat() {
	masquerade r eth0
	plain "one client keeps its port" 1 "set answer 1" "start all" "ping all 3" "expect moved 0" clean
	plain "of two one does not, and it works if the server answers there" 2 "set tunnel-id 7" "start all" "ping all 3" \
		"expect moved 1" clean
	plain "it does not if the server answers to 1701" 2 "set answer 1" "start 1" "!start 2" "ping 1 2" "expect moved 1"
	plain "nor with the same ids, which its first client sees" 2 "set answer 1" "set tunnel-id 7" "start 1" "!start 2" \
		"atleast control-foreign 1" "!clean"
	plain "an answer from another port is lost" 1 "set answer 2" "!start 1" "atleast again 1"
	plain "L2TPv3 over IP: one client works" 2 "set version 3" "set over-ip 1" "start 1" "!start 2" "ping 1 2"
	plain "so does its static session" 2 "set version 3" "set over-ip 1" "static all 100 200 1 1" \
		"ping 1 2" "!ping 2 2"
}

l2tp_topology 50 nat=none
load_netfilter
no_nat
plain_nat
settle
