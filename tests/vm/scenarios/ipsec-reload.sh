#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Unloaded and loaded again under traffic of tunnels and of others. Then the router's network
# namespace is deleted in mid-stream; no reference to the module is left.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ROUNDS=5

reload() {
	unload_modules && load_core && load_ipsec && mode r on
}

rounds() {
	local i
	for ((i = 1; i <= ROUNDS; i++)); do
		if ! reload || ! each_of "c1 c2" more_answers 3; then
			echo "in round $i"
			return 1
		fi
	done
}

references() {
	lsmod | awk '$1 == "nf_nat_esp" { print $3 }'
}

delete() { # NODE
	kill -9 "${NODE_PID[$1]}"
	ip netns del "$1"
}

topology clients=3
tunnel_ends c1 c2
xfrm_pair c1 0x1001 0x2001
xfrm_pair c2 0x1002 0x2002
help_on r
each_of "c1 c2" inner_start
ping_start other c3 $SERVER
check "tunnels run" each_of "c1 c2" more_answers 5
check "unloaded and loaded $ROUNDS times, the tunnels run each time" rounds
check "no ping of a third client was lost" ping_stop other
check "off and on" eval 'mode r off && mode r on'
check "tunnels run" each_of "c1 c2" more_answers 5
check "delete the router's namespace" delete r
unset 'NODE_PID[r]'
check "delete a client's namespace" delete c1
unset 'NODE_PID[c1]'
equal "no reference to the module is left" 0 "$(references)"
check "the modules unload" unload_modules
