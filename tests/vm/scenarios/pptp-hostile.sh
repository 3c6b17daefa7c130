#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Malformed control data, ten thousand calls on one connection, floods of connections:
# counted and capped, while a real tunnel of another client loses no ping.
. "$(dirname "$0")/../lib/lab.sh"

total() { # what the router holds, all states
	tunnels '[a-z]*'
}

controls_are() { # COUNT
	vpnpass -j -n r status | grep -q "\"controls\": *$1\b"
}

garbage() {
	local kind
	for kind in magic zero huge short type management; do
		check "garbage ($kind)" attacker "connect 2" "dial 1" "garbage $kind" "abort"
	done
	check "malformed messages are counted" counter_over pptp-malformed 0
	check "doctor names them" doctor_finds pptp-malformed
}

# The attacker uses a server of its own, which pptpd knows nothing of.
attacker() {
	at c2 pptp_peer client --server $WAN.31 --timeout 5 "$@"
}

# Ids of ended calls are kept for a while, and a call beyond the cap keeps its id whatever it is.
quiet() {
	wait_for 30 eval '[ "$(total)" = 1 ]'
}

call_flood() {
	check "only the real tunnel is left" quiet
	check "ten thousand calls on one connection" attacker "connect 1" "flood 10000" "abort"
	check "capped" counter_over cap-tunnels-client 1000
	check "at most as many tunnels as the cap allows" test "$(total)" -le 257
}

connection_flood() {
	check "a flood of connections is cut off" eval '! attacker "connect 600"'
	check "refusals are counted" counter_over cap-controls-client 10
	check "doctor names the cap" doctor_finds cap-controls-client
	check "those connections end" wait_for 30 controls_are 1
	check "caps can be lowered" tune r max_controls_per_client 3
	check "at the cap connections work" attacker "connect 3" "abort"
	check "and end" wait_for 30 controls_are 1
	check "beyond the cap they do not" eval '! attacker "connect 4"'
}

topology clients=3 outside=1
help_on r
pptpd_start s
pptp_dial c1
check "a real tunnel" ppp_wait c1
ping_start c1 c1 $TUNNEL_SERVER
peer_server o1
garbage
call_flood
connection_flood
check "another client still gets a call" at c3 pptp_peer client --server $WAN.31 "connect 1" "dial 2" "ping 5" "stop"
check "no ping was lost in the real tunnel" ping_stop c1
check "it hangs up" pptp_hangup c1
settle
