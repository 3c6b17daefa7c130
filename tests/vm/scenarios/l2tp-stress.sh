#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that takes state away, at random and at once, on all CPUs and under traffic: flushes,
# mode switches, reloads, namespaces that come and go, dumps, address pools. The kernel must not
# mind, and afterwards all must work as on the first day. STRESS_COUNT sets how often (40).
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"
. "$(dirname "$0")/../lib/stress.sh"

COUNT=${STRESS_COUNT:-40}
RANDOM=${STRESS_SEED:-1701}

# Clients come and go, by all transports; whatever happens to them is all right
caller() { # FIRST SERVER STEP...
	l2tp_peer play --server "s=$2" --clients "c1=$LAN.$1+5" "set timeout 2000" "set session-id 9" "${@:3}" \
		"-start all 300" "-talk all 20" "-speak all 30" "sleep 200" "-session all" "-server-session all" "-again all" \
		"hush all" "-close all" "-stop 1-3" "-early all" "sleep 100"
}

sharer() {
	l2tp_peer play --server "s=$SERVER_TWO" --clients "c1=$LAN.115+5" "set version 3" "set over-ip $((RANDOM % 2))" \
		"static all 100 200 1 1" "-talk all 10" "-speak all 20" "sleep 500"
}

flooder() { # NODE TARGET SOURCE
	local kinds=(sccrq hidden data v3-data ip-data avp-many stopccn cdn)
	flood "$1" --dst "$2" --src "$3" --count 200 "${kinds[RANDOM % 8]}"
}

reload() {
	rmmod nf_nat_l2tp && load_l2tp && mode r on
}

# Modules that a dump or a namespace holds for a moment do not unload; that is all right
disturb() {
	case $((RANDOM % 9)) in
	0) flush_conntrack ;;
	1) at r conntrack -D -p 115 ;;
	2) at r conntrack -D -p udp ;;
	3) mode r off && mode r on ;;
	4) mode r rule && mode r on ;;
	5) reload ;;
	6) tune r l2tp_keep_port $((RANDOM % 2)) ;;
	7) tune r max_tunnels $((1 + RANDOM % 20)) ;;
	8) new_address ;;
	esac >/dev/null 2>&1
	sleep 0.2
}

topology clients=2
l2tp_clients 20
ip -n s addr add $SERVER_TWO/24 dev eth0
help_on r
start caller 100 $SERVER "set tunnel-id 7" "set answer 1"
start caller 105 $SERVER "set tunnel-id 7" "set version 3" "set over-ip 1"
start caller 110 $SERVER_TWO "set tunnel-id 7" "set answer 2"
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
equal "and leaves no tunnel" 0 "$(tunnels '[a-z]*')"
tune r l2tp_keep_port 0
tune r max_tunnels 16384
for form in "set version 2" "set version 3" "set over-ip 1"; do
	begin "new clients work: $form" 10 "set version 3" "$form" "set tunnel-id 7" "set session-id 9" "set answer 1" \
		"start all 500" "ping all 10" clean
done
settle
