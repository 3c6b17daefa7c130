#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# L2TPv2 to servers that always send to port 1701: 2, 10 and 50 clients on port 1701, all with
# the same tunnel and session ids or with their own; retransmissions, several tunnels of one
# client, tunnels and sessions that come and go, all forms of data packets.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

SAME=("set tunnel-id 7" "set session-id 9" "set answer 1")

many() {
	local count
	for count in 2 10 50; do
		begin "$count clients with one tunnel id" "$count" "${SAME[@]}" "greet 100 3" "start all 1000" "settle all" "ping all 3" \
			"atleast aliased $((count - 1))" clean
		check "all are up" tunnels_up $count
	done
}

lives() {
	begin "own ids are left alone" 5 "set answer 1" "set tunnel-id 0" "${LIFE[@]}" clean
	begin "the same ids: messages of all kinds" 5 "${SAME[@]}" "${LIFE[@]}" clean
	begin "each message three times" 3 "${SAME[@]}" "set repeat 2" "${LIFE[@]}" "atleast again 20" clean
	begin "an alias is for the tunnel's life" 3 "${SAME[@]}" "start all" "ids all" "again all" "ping all 3" "again all" \
		"ping all 3" clean
	begin "several tunnels of each of three clients" 3 "${SAME[@]}" "start all" "start all" "start all" "ping all 5" \
		"stop 1" "ping all 3" clean
	begin "two servers" 5 --server "s=$SERVER_TWO" "${SAME[@]}" "start all@all" "ping all@all 3" clean
	begin "a server that answers to the source port" 5 "set tunnel-id 7" "${LIFE[@]}" clean
}

# Ids as clients have them must be in data of every form, and no checksum may break
forms() {
	local form sum=0
	for form in 0 1 2 4 7 8 7 8; do
		begin "data with fields $form, checksums $sum" 3 "${SAME[@]}" "set data $form" "set sum $sum" "start all" \
			"ping all 5" clean
		sum=$(((sum + 1) % 3))
	done
}

l2tp_topology 50
help_on r
many
lives
forms
settle
