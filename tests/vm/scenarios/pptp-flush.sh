#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# conntrack -F, and conntrack -D of parts, in mid-call: the calls go on, and the control
# connection can still dial and clear.
. "$(dirname "$0")/../lib/lab.sh"

LOST=8	# packets between the flush and the next one that opens the entry again

topology clients=3
help_on r
peer_server s
for i in 1 2; do
	peer_start "c$i" "c$i" --ids 4242 "connect 1" "dial 3" "ping 5" "touch $LAB/up$i" \
		"traffic $LAB/stop $LOST" "echo" "ping 5" "clear 1" "dial 1" "ping 5" "stop"
done
check "calls of both clients run" eval 'await up1 && await up2'
for what in "-D -p tcp --dport 1723" "-D -p gre" "-F" "-D -s $LAN.11" "-F" "-F"; do
	# shellcheck disable=SC2086 # words
	check "conntrack $what in mid-call" at r conntrack $what
	check "the calls go on: entries are back" wait_for 10 eval '[ "$(gre_count)" = 6 ]'
done
# of a call that is silent, while its control connection is not
tune r pptp_orphan_timeout 8
peer_start silent c3 --ids 5000 "connect 1" "dial 1" "ping 3" "touch $LAB/silent" "wait $LAB/speak" "echo" \
	"touch $LAB/spoken" "wait $LAB/flushed" "ping 5" "clear 1" "stop"
check "a call that is silent then" await silent
sleep 10
signal speak
check "its control connection speaks" await spoken
check "conntrack -F" at r conntrack -F
sleep 4
signal flushed
check "the silent call goes on" peer_end silent
signal stop
check "first client" peer_end c1
check "second client" peer_end c2
check "the server agrees" peer_server_stop s
check "entries were made anew" counter_over entry-rebuilt 5
settle
