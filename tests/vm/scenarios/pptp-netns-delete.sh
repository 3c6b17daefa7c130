#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The router's network namespace is deleted in mid-call, and then that of a client; other
# namespaces go on. No module reference is left.
. "$(dirname "$0")/../lib/lab.sh"

references() {
	lsmod | awk '$1 == "nf_nat_pptp" { print $3 }'
}

delete() { # NODE
	kill -9 "${NODE_PID[$1]}"
	ip netns del "$1"
}

tunnels_of_n() {
	[ "$(tunnels up n)" = 2 ]
}

topology clients=2 behind=1
help_on r
mode n on
peer_server s
peer_start in c1 --ids 1 "connect 2" "dial 3" "ping 5" "touch $LAB/in" "traffic $LAB/gone -1"
peer_start other b1 --ids 1 "connect 1" "dial 2" "ping 5" "touch $LAB/other" "traffic $LAB/stop 0" "ping 5"
check "calls run through the router" await in
check "calls run through another router" await other
check "delete the router's namespace" delete r
signal gone
unset 'NODE_PID[r]'
check "the other router has its tunnels" wait_for 10 tunnels_of_n
signal stop
check "no packet lost there" peer_end other
peer_end in >/dev/null
check "delete a client's namespace" delete c1
unset 'NODE_PID[c1]'
peer_server_stop s >/dev/null
end_processes_but_holders
check "conntrack of the other router empties" wait_for 15 conntrack_empty n
equal "no reference to the module is left" 0 "$(references)"
check "the modules unload" unload_modules
