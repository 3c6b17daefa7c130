#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Unloaded and loaded again under traffic of tunnels, ICMP and TCP. Each time new tunnels work;
# what is not L2TP does not notice.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

ROUNDS=10

# Clients and ids that no earlier tunnel has: the server still sends data of those
round() { # NUMBER
	if ! { unload_modules && load_core && load_l2tp && mode r on; }; then
		return 1
	fi
	l2tp_peer play --server "s=$SERVER_TWO" --clients "c1=$LAN.$((101 + 2 * $1))+2" "set tunnel-id $((100 * $1))" \
		"set answer 1" "start all" "ping all 3" clean
}

rounds() {
	local i
	for ((i = 1; i <= ROUNDS; i++)); do
		round "$i" || {
			echo "in round $i"
			return 1
		}
	done
}

topology clients=2
l2tp_clients 30
ip -n s addr add $SERVER_TWO/24 dev eth0
help_on r
play_start old 1 "start all" "talk all 50" "speak all 70" "touch $LAB/up" "wait $LAB/end" "hush all" "settle all -1" \
	"expect foreign 0" "expect control-foreign 0"
check "a tunnel runs" await up
ping_start c2 c2 $SERVER
check "unloaded and loaded $ROUNDS times, new tunnels each time" rounds
signal end
check "the old tunnel got nothing that was not its own" play_end old
check "no ping of another client was lost" ping_stop c2
settle
