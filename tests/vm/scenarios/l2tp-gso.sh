#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Several UDP packets that arrive as one, as receive offload makes them (here their sender has
# left them together): each goes to the client whose tunnel it names, with the client's id.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

BUNDLES=5	# of 20 packets: every other one is the second client's

# bundles ID ID: data of these two tunnels in turn
bundles() {
	at s python3 -c '
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[4], 1701))
s.setsockopt(17, 103, 100)    # UDP_SEGMENT
pair = b"".join(struct.pack("!HHH", 2, int(id), 9) + bytes(94) for id in sys.argv[1:3])
for n in range(int(sys.argv[5])):
    s.sendto(pair * 10, (sys.argv[3], 1701))
' "$@" $ROUTER $SERVER $BUNDLES
}

# got NUMBER: packets with id 7 that reached this client
got() {
	grep -c "> $LAN.$((99 + $1)).1701: .*(7/9)" "$LAB/lan"
}

bundled() {
	[ "$(grep -c "$SERVER.1701 > " "$LAB/wan")" = $BUNDLES ]
}

outside() { # NUMBER: the id that the server knows
	vpnpass -j -n r tunnels | python3 -c '
import json, sys
print([t["client-id-mapped"] for t in json.load(sys.stdin)["tunnels"] if t["client"] == sys.argv[1]][0])
' "$LAN.$((99 + $1))"
}

l2tp_topology 2
help_on r
tune r l2tp_keep_port 1
play_start pair 2 "set tunnel-id 7" "set session-id 9" "set answer 1" "start all" "touch $LAB/up" "wait $LAB/end"
check "two tunnels with one id" await up
launch r tcpdump -nnl -i lan "src $SERVER and udp" </dev/null >"$LAB/lan" 2>"$LAB/lan.err"
launch r tcpdump -nnl -i eth0 "src $SERVER and udp and greater 1000" </dev/null >"$LAB/wan" 2>"$LAB/wan.err"
wait_for 20 grep -q listening "$LAB/lan.err"
wait_for 20 grep -q listening "$LAB/wan.err"
check "bundles are sent" bundles "$(outside 1)" "$(outside 2)"
check "they arrive as such" wait_for 10 bundled
wait_for 10 eval '[ $(($(got 1) + $(got 2))) -ge $((BUNDLES * 20)) ]' || true
equal "half of the packets are the first client's" $((BUNDLES * 10)) "$(got 1)"
equal "half are the second's" $((BUNDLES * 10)) "$(got 2)"
signal end
check "the tunnels live" play_end pair
settle
