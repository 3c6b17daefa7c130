#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Unloaded and loaded again eight times under traffic of calls, ICMP and TCP. Each time
# new calls work; what is not PPTP does not notice.
. "$(dirname "$0")/../lib/lab.sh"

ROUNDS=8

reload() {
	unload_modules && load_core && load_pptp && mode r on
}

# Ids that no earlier call has: the server still sends data of calls that were forgotten.
round() { # NUMBER
	reload || return 1
	peer c2 --ids $((100 * $1)) "connect 1" "dial 2" "ping 2" "abort"
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

topology clients=3
help_on r
peer_server s
peer_start old c1 --ids 40000 "connect 2" "dial 3" "ping 5" "touch $LAB/up" "traffic $LAB/stop -1"
check "calls run" await up
ping_start c3 c3 $SERVER
check "unloaded and loaded $ROUNDS times, new calls each time" rounds
signal stop
check "the old calls got nothing that was not theirs" peer_end old
check "no ping of a third client was lost" ping_stop c3
check "the server agrees" peer_server_stop s
settle
