#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An nft flowtable offloads all TCP of the router: PPTP control connections must be left
# out, or the ids of later calls would go unseen; other TCP is offloaded.
. "$(dirname "$0")/../lib/lab.sh"

topology clients=2
check "a flowtable" flowtable
help_on r
launch s nc -lk -p 8080 </dev/null >/dev/null 2>&1
peer_server s
for i in 1 2; do
	peer_start "c$i" "c$i" --ids 4242 "connect 1" "echo" "dial 2" "ping 5" "touch $LAB/up$i" "wait $LAB/go" \
		"echo" "dial 2" "ping 5" "clear 2" "dial 2" "ping 5" "notice"
done
check "first calls of c1" await up1
check "first calls of c2" await up2
wait_for 10 listening s 8080
mkfifo "$LAB/talk"
launch c1 sh -c "exec nc $SERVER 8080 <>'$LAB/talk'" >/dev/null 2>&1
for i in 1 2 3 4 5; do echo "line $i" >"$LAB/talk"; done
check "other TCP is offloaded" wait_for 10 eval '[ "$(offloaded tcp 8080)" -gt 0 ]'
equal "control connections are not" 0 "$(offloaded tcp 1723)"
signal go
check "later calls on the same connection: c1" peer_end c1
check "later calls on the same connection: c2" peer_end c2
check "the server agrees" peer_server_stop s
settle
