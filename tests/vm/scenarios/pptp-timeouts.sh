#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Silence: of the control connection beyond every timeout, its TCP one included (the call
# stays), of the data beyond its conntrack entry's life (the call goes on); and a server
# that dies (its state goes). Timeouts are shortened by sysctl.
. "$(dirname "$0")/../lib/lab.sh"

short_timeouts() {
	tune r pptp_timeout 4
	tune r pptp_timeout_unreplied 3
	tune r pptp_orphan_timeout 6
	at r sysctl -qw net.netfilter.nf_conntrack_gre_timeout=2 \
		net.netfilter.nf_conntrack_gre_timeout_stream=2
}

no_gre_entry() {
	[ "$(gre_count)" = 0 ]
}

silent_control() {
	# the data flows, the control connection is silent so long that its conntrack entry expires
	at r sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=5
	peer_start talk c1 --ids 4242 "connect 1" "dial 2" "ping 3" "touch $LAB/talks" \
		"traffic $LAB/enough 0" "echo" "clear 1" "dial 1" "ping 3"
	check "calls run" await talks
	local end=$((SECONDS + 18))
	wait_for 30 eval "[ \$SECONDS -ge $end ]"
	equal "control silent: its entry is gone" 0 "$(at r conntrack -L -p tcp 2>/dev/null | grep -c 1723)"
	equal "the calls are still up" 2 "$(tunnels up)"
	at r sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_established=432000
	signal enough
	check "no packet lost, control connection works" peer_end talk
}

silent_data() {
	peer_start hush c2 --ids 4242 "connect 1" "dial 2" "ping 3" "touch $LAB/hush" "wait $LAB/again" "ping 5"
	check "calls run" await hush
	check "all silent: the entries expire" wait_for 20 no_gre_entry
	equal "the calls are still up" 2 "$(tunnels up)"
	signal again
	check "data flows again, none lost" peer_end hush
}

server_speaks_first() {
	pptpd_start s
	pptp_dial c1
	check "real call up" ppp_wait c1
	check "ping" ping_tunnel c1
	check "all silent: the entry expires" wait_for 20 no_gre_entry
	local address
	address=$(at c1 ip -4 -o addr show ppp0 | sed 's/.*inet \([0-9.]*\).*/\1/')
	check "the server's packet is the first one after" at s ping -c 3 -i 0.2 -W 2 "$address"
	check "hang up" pptp_hangup c1
	at s pkill -x pptpd
}

dead_server() {
	peer_server s
	peer_start lonely c1 --ids 4242 "connect 1" "dial 2" "ping 3" "touch $LAB/alone" "wait $LAB/never"
	check "calls run" await alone
	ip -n s link set eth0 down
	at r conntrack -D -p tcp >/dev/null 2>&1
	check "server dead, its connection forgotten: the state goes" wait_for 40 tunnels_are 0 '[a-z]*'
	ip -n s link set eth0 up
	peer_server_stop s >/dev/null
}

topology clients=2
help_on r
short_timeouts
peer_server s
silent_control
silent_data
peer_server_stop s >/dev/null
server_speaks_first
dead_server
settle
