#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Malformed control data, too many calls on one connection, floods of connections, segments of no
# connection: counted and capped, while a real tunnel of another client loses no ping.
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

# Ids of ended calls are kept for a while.
quiet() {
	wait_for 30 eval '[ "$(total)" = 1 ]'
}

call_flood() {
	check "only the real tunnel is left" quiet
	check "ten thousand calls on one connection" attacker "connect 1" "flood 10000" "abort"
	check "capped" counter_over cap-tunnels-client 0
	check "at most as many tunnels as the cap allows" test "$(total)" -le 257
}

# Its id might be another client's, so that it waits; TCP asks again
call_too_many() {
	local before
	check "only the real tunnel is left" quiet
	tune r max_tunnels_per_client 1
	peer_start late c2 --server $WAN.31 --timeout 40 "connect 1" "dial 1" "touch $LAB/one" "dial 1" \
		"touch $LAB/two" "ping 5" "stop"
	check "one call is made" await one
	before=$(counter pptp-refused)
	check "the next one is refused" wait_for 10 counter_over pptp-refused "$before"
	sleep 2
	check "and waits" test ! -e "$LAB/two"
	tune r max_tunnels_per_client 256
	check "until there is room" peer_end late
}

lone_acks() {
	check "only the real tunnel's connection is left" wait_for 30 controls_are 1
	dnat r iifname eth0 ip saddr 198.18.0.0/15 tcp dport 1723 dnat ip to $LAN.77
	check "ACKs of no connection, from 300 addresses" \
		at o1 flood_peer raw --src 198.18.0.1 --clients 300 --dst $ROUTER --count 300 --rate 300 ack
	check "they get as far as conntrack" conntrack_over 250
	check "they leave no control flow" controls_are 1
}

conntrack_over() { # COUNT
	[ "$(at r conntrack -L -p tcp --dport 1723 2>/dev/null | grep -c "src=198.18")" -gt "$1" ]
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
call_too_many
lone_acks
connection_flood
check "another client still gets a call" at c3 pptp_peer client --server $WAN.31 "connect 1" "dial 2" "ping 5" "stop"
check "no ping was lost in the real tunnel" ping_stop c1
check "it hangs up" pptp_hangup c1
settle
