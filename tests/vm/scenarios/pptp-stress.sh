#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Everything that takes state away, at random and at once, on all CPUs and under traffic: flushes,
# mode switches, reloads, namespaces that come and go, dumps. The kernel must not mind, and
# afterwards all must work as on the first day. STRESS_COUNT sets how often (40).
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/stress.sh"

COUNT=${STRESS_COUNT:-40}
RANDOM=${STRESS_SEED:-1723}

# Calls come and go; whatever happens to them is all right
caller() { # NODE FIRST_ID
	peer "$1" --timeout 3 --ids "$2" "connect 3" "dial 3" "ping 20" "clear 1" "dial 2" "ping 20" abort
}

flooder() { # NODE TARGET: GRE of no call
	at "$1" pptp_peer gre --dst "$2" --id $((RANDOM % 32)) --count 200
}

reload() {
	rmmod nf_nat_pptp && load_pptp && mode r on
}

# Modules that a dump or a namespace holds for a moment do not unload; that is all right
disturb() {
	case $((RANDOM % 6)) in
	0) flush_conntrack ;;
	1) at r conntrack -D -p gre ;;
	2) at r conntrack -D -p tcp ;;
	3) mode r off && mode r on ;;
	4) mode r rule && mode r on ;;
	5) reload ;;
	esac >/dev/null 2>&1
}

topology clients=3
help_on r
peer_server s
start caller c1 1
start caller c2 1
start flooder c3 $SERVER
start flooder s $ROUTER
start dump
start namespace
for ((i = 0; i < COUNT; i++)); do
	disturb
done
stop_workers
peer_server_stop s >/dev/null
check "the modules are there" load_modules
# a connection whose entry was flushed when it ended is only missed after pptp_orphan_timeout
check "help goes off and on" eval 'mode r off && mode r on'
equal "and leaves no tunnel" 0 "$(tunnels '[a-z]*')"
peer_server s
check "new calls work" peer c1 --ids 7000 "connect 2" "dial 3" "ping 10" close
check "the server agrees" peer_server_stop s
settle
