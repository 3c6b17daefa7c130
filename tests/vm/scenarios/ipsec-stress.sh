#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that takes state away, at random and at once, on all CPUs and under traffic: flushes,
# mode switches, reloads, namespaces that come and go, dumps, address pools. The kernel must not
# mind, and afterwards all must work as on the first day. STRESS_COUNT sets how often (40).
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"
. "$(dirname "$0")/../lib/stress.sh"

COUNT=${STRESS_COUNT:-40}
RANDOM=${STRESS_SEED:-500}

# Clients come and go; whatever happens to them is all right
caller() { # IKE_VERSION
	play 10 --ike "$1" --timeout 2 "greet 50 20" "-start all 300" "talk all 20" "speak all 30" "sleep 300" \
		"-rekey all 200" "-server-rekey all 200" "sleep 300" "-server-ike-rekey 1-5" "-replay all 5" "hush all"
}

# Other clients, with keys set by hand
sharer() {
	ipsec_peer play --server "s=$SERVER_TWO" --clients "c1=$LAN.110+5" "manual all" "talk all 10" \
		"spi all 0x99999" "speak all 20" "sleep 500" "manual all" "sleep 500"
}

flooder() { # NODE TARGET SOURCE
	local kinds=(esp ike-init ike-sa esp-short ike-length ah)
	flood "$1" --dst "$2" --src "$3" --count 200 "${kinds[RANDOM % 6]}"
}

reload() {
	rmmod nf_nat_esp && load_ipsec && mode r on
}

# Modules that a dump or a namespace holds for a moment do not unload; that is all right
disturb() {
	case $((RANDOM % 9)) in
	0) flush_conntrack ;;
	1) at r conntrack -D -p esp ;;
	2) at r conntrack -D -p udp ;;
	3) mode r off && mode r on ;;
	4) mode r rule && mode r on ;;
	5) reload ;;
	6) tune r ipsec_copies $((RANDOM % 3)) ;;
	7) tune r max_tunnels $((1 + RANDOM % 20)) ;;
	8) new_address ;;
	esac >/dev/null 2>&1
	sleep 0.2
}

topology clients=2
esp_clients 20
second_server
help_on r
start caller 1
start sharer
start flooder c2 $SERVER "$LAN.12"
start flooder s $ROUTER "$SERVER"
start dump
start namespace
for ((i = 0; i < COUNT; i++)); do
	disturb
done
stop_workers
check "the modules are there" load_modules
check "help goes off and on" eval 'mode r off && mode r on'
check "and leaves no tunnel" holds 0 tunnels
tune r ipsec_copies 16
tune r max_tunnels 16384
flush_conntrack
check "new clients work" play 10 "greet 100 10" "start all 500" "settle all" "ping all 10" "rekey all" "ping all 5"
settle
