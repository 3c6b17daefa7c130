#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# l2tp_keep_port=1: every client of a server has source port 1701, where the id can be read.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

SAME=("set tunnel-id 7" "set session-id 9" "set answer 1")

many() {
	local count version
	for version in 2 3; do
		for count in 2 10 50; do
			begin "L2TPv$version, $count clients on port 1701" "$count" "set version $version" "${SAME[@]}" \
				"greet 100 3" "start all 1000" "settle all" "ping all 3" "expect moved 0" "atleast aliased $((count - 1))" clean
			check "all are up" tunnels_up $count
		done
		begin "L2TPv$version, messages of all kinds" 5 "set version $version" "${SAME[@]}" "${LIFE[@]}" "expect moved 0" clean
	done
}

others() {
	begin "several tunnels of each of three clients" 3 "${SAME[@]}" "start all" "start all" "ping all 5" "stop 1" \
		"ping all 3" "expect moved 0" clean
	begin "a server that answers from another port" 3 "set tunnel-id 7" "set answer 2" "${LIFE[@]}" "expect moved 0" clean
	begin "from a port of the client's own, NAT chooses" 3 "set tunnel-id 7" "set client-port 5000" "${LIFE[@]}" \
		"atleast moved 2" clean
	begin "hidden ids: a port of their own" 3 "set hidden 1" "start all 300" "ping all 5" "expect moved 3" clean
	begin "beside clients that hide nothing" 4 "set tunnel-id 7" "start 1-2" "ping 1-2 3" "set hidden 1" "start 3-4" \
		"ping all 5" clean
	begin "a digest and ids that are taken: a port of their own" 3 "set version 3" "set tunnel-id 7" "set session-id 9" \
		"set digest 1" "start all" "ping all 5" "expect aliased 0" "expect moved 2" clean
}

# The server speaks first when conntrack has forgotten all: ids tell who is meant
flushed() {
	afresh >/dev/null 2>&1
	play_start flush 5 "${SAME[@]}" "start all" "ping all 3" "touch $LAB/up" "wait $LAB/go" "speak all 40 3" \
		"settle all" "server-hello all" "ping all 3" "expect moved 0" clean
	check "five tunnels" await up
	flush_conntrack >/dev/null 2>&1
	signal go
	check "conntrack -F, then the server speaks: nothing is lost" play_end flush
}

l2tp_topology 50
help_on r
tune r l2tp_keep_port 1
many
others
flushed
settle
