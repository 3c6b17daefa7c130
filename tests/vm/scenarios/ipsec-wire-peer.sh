#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The IPsec peer itself, without help and without NAT: all its steps go well on a router that
# leaves packets alone. With plain NAT it sees what is lost, so it can fail.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"

steps=("greet 100 3" "start all 500" "settle all" "ping all 3" "rekey all" "ping all 2" "old all" "ping all 2"
	"new all" "server-rekey all" "expire all" "ping all 2" "ike-rekey all" "info all" "server-ike-rekey all"
	"server-info all" "length 3000" "rekey all" "ping all 2" "length 200" "pieces 3" "rekey all" "pieces 1"
	"repeat 1" "rekey all" "repeat 0" "again 1" "atleast again 1" "spi 1-2 0x1000" "cookie 1-2 7"
	"start 1-2" "ping 1-2 2" "junk 1" "expect junk 5" "server-junk 1" "expect junk 6" "mute 1" "speak 1 20 3"
	"settle all" "unmute 1" "manual 2 1000" "ping 2 2" "replay 1 2" "settle all" "!expect ike 0")

no_nat() {
	local version
	for version in 1 2; do
		check "IKEv$version without NAT" play 3 --ike $version "${steps[@]}"
	done
	check "fifty clients" play 50 "greet 100 3" "start all 1000" "settle all" "expect retries 0"
}

# What plain NAT does: the second client's port is changed, inbound SPIs are unknown
plain_nat() {
	masquerade r eth0
	flush_conntrack
	check "one client has its port with plain NAT" play 1 "init all" "expect moved 0"
	flush_conntrack
	check "two do not" play 2 "init all" "atleast moved 1"
	flush_conntrack
	check "what the server says is lost" eval '! play 2 "start all" "speak all 20 3" "settle all"'
	flush_conntrack
	check "and counted" play 2 "start all" "speak all 20 3" "settle all -1"
}

esp_topology 50 nat=none
load_netfilter
no_nat
plain_nat
settle
