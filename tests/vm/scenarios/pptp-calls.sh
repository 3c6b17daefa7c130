#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Many calls on one control connection, cleared, dialled again, refused, incoming, both
# roles, and ids that are equal at all ends. Two clients choose the same ids throughout.
. "$(dirname "$0")/../lib/lab.sh"

# both NAME STEP...: two clients at the same time with the same ids, both must succeed
both() {
	local name=$1 status=0
	shift
	peer_start "$name-1" c1 --ids 4242 "$@"
	peer_start "$name-2" c2 --ids 4242 "$@"
	peer_end "$name-1" || status=1
	peer_end "$name-2" || status=1
	return $status
}

# try NAME SERVER_OPTION... -- STEP...
try() {
	local name=$1 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	peer_server s "${options[@]}"
	check "$name" both run "$@"
	check "$name: the server agrees" peer_server_stop s
}

topology clients=2
help_on r
try "five calls on one connection" -- "connect 1" "dial 5" "ping 5" "notice"
try "three connections of each client" -- "connect 3" "dial 3" "ping 5" "stop"
try "calls cleared and dialled again" -- "connect 1" "dial 4" "ping 3" "clear 2" "ping 3" \
	"ids 4242" "dial 2" "ping 3" "clear" "ids 4242" "dial 4" "ping 3"
try "the server's ids equal the clients'" --ids peer -- "connect 1" "dial 4" "ping 5" \
	"clear 2" "dial 2" "ping 5"
try "the server counts from the same id" --ids 4242 -- "connect 1" "dial 4" "ping 5"
try "call id 0 is a call id" --ids 0 -- "connect 1" "ids 0" "dial 3" "ping 5" "clear"
try "incoming calls of the server" --offer 3 -- "connect 1" "incoming 3" "ping 5" "notice"
try "incoming and outgoing calls" --offer 2 --ids peer -- "connect 1" "incoming 2" "dial 2" \
	"ping 5" "notice" "clear"
try "the client is the PAC" -- "connect 1" "offer 3" "ping 5" "notice" "clear"
try "the client is PAC and PNS" --ids peer -- "connect 1" "offer 2" "dial 2" "ping 5" "clear"
try "refused calls" --refuse-every 3 -- "connect 1" "mixed 9" "ping 5"
try "connections ended by RST" -- "connect 2" "dial 2" "ping 3" "abort" "connect 2" "dial 2" "ping 3"
check "no tunnel left" wait_for 20 tunnels_are 0 up
settle
