#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An nft flowtable offloads UDP of the router: flows of port 1701 must be left out, or it would
# misdeliver what only a tunnel id tells apart. Other UDP is offloaded.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

other_udp() {
	echo_udp s 8081
	launch c1 python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    s.sendto(b'x', ('$SERVER', 8081))
    time.sleep(0.2)" </dev/null >/dev/null 2>&1
}

l2tp_topology 5
check "a flowtable" flowtable
help_on r
other_udp
play_start flow 5 "set tunnel-id 7" "set session-id 9" "set answer 1" "start all" "ping all 10" "touch $LAB/up" "talk all 50" \
	"speak all 70" "wait $LAB/end" "hush all" "settle all" "${LIFE[@]}" clean
check "five tunnels with one id" await up
check "other UDP is offloaded" wait_for 15 eval '[ "$(offloaded udp 8081)" -gt 0 ]'
equal "port 1701 is not" 0 "$(offloaded udp 1701)"
signal end
check "each got its own" play_end flow
settle
