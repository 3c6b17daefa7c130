#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# conntrack -F and -D while tunnels run, whoever speaks first afterwards: they go on, with the
# same ids inside and outside, and control messages too.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

flushed() { # WHAT STEP...
	local what=$1 part n=0
	shift
	afresh >/dev/null 2>&1
	rm -f "$LAB"/at-* "$LAB"/go-*
	play_start flush 3 "$@" "set tunnel-id 7" "set session-id 9" "set answer 1" "start all" "ping all 3" \
		"touch $LAB/at-1" "wait $LAB/go-1" "ping all 3" "touch $LAB/at-2" "wait $LAB/go-2" "speak all 40 3" "settle all" \
		"touch $LAB/at-3" "wait $LAB/go-3" "server-hello all" "hello all" "server-session all" "ping all 3" \
		"touch $LAB/at-4" "wait $LAB/go-4" "session all" "close all" "ping all 3" "stop all" clean
	for part in "-F" "-F" "-F" "-D -s $L2TP_FIRST"; do
		n=$((n + 1))
		check "$what: tunnels run ($n)" await at-$n
		# shellcheck disable=SC2086 # words
		at r conntrack $part >/dev/null 2>&1
		signal go-$n
	done
	check "$what: nothing is lost" play_end flush
}

l2tp_topology 3
help_on r
flushed "L2TPv2"
flushed "L2TPv3 over UDP" "set version 3"
flushed "L2TPv3 over IP" "set version 3" "set over-ip 1"
settle
