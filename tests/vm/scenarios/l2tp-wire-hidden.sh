#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Hidden Assigned Tunnel IDs: no router can read them. The tunnels come up all the same, beside
# those that hide nothing; at the worst by a port of their own.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

l2tp_topology 10
help_on r
begin "one client, the server answers to 1701" 1 "set hidden 1" "set answer 1" "${LIFE[@]}" clean
begin "two, one after the other" 2 "set hidden 1" "start 1" "ping 1 3" "start 2" "ping all 5" clean
begin "ten at once" 10 "set hidden 1" "start all 300" "ping all 5" clean
begin "three live" 3 "set hidden 1" "${LIFE[@]}" clean
begin "all with the same id" 5 "set hidden 1" "set tunnel-id 7" "set session-id 9" "start all 300" "ping all 5" clean
begin "beside clients that hide nothing" 6 "set tunnel-id 7" "start 1-3" "ping 1-3 3" "set hidden 1" "start 4-6" \
	"ping all 5" "set hidden 0" "start 1-3" "ping all 3" clean
begin "retransmitted" 3 "set hidden 1" "set repeat 1" "start all" "again all" "ping all 3" clean
begin "L2TPv3" 3 "set version 3" "set hidden 1" "${LIFE[@]}" clean
check "doctor names it" doctor_finds id-hidden
settle
