#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Modules loaded and help switched on while connections run: none of them is disturbed,
# and a control connection older than the modules is helped from its next message on.
. "$(dirname "$0")/../lib/lab.sh"

# A TCP download that runs over the whole time; its end is checked byte by byte.
download_start() {
	head -c 3000000 /dev/urandom >"$LAB/data"
	launch s sh -c "exec nc -l -p 8080 -N <'$LAB/data' >/dev/null"
	wait_for 10 listening s 8080
	launch c1 sh -c "exec nc -d $SERVER 8080 >'$LAB/copy'"
	download=$!
}

topology clients=2
load_netfilter
at r tc qdisc add dev p-c1-eth0 root tbf rate 4mbit burst 20k latency 400ms
peer_server s --ids peer
peer_start old c1 --ids 5 "connect 2" "touch $LAB/connected" "wait $LAB/helped" "echo" "dial 2" "ping 5" \
	"notice" "clear 1" "dial 1" "ping 5" "stop"
check "control connections before the modules" await connected
download_start
ping_start c2 c2 $SERVER
help_on r
signal helped
check "old control connections are helped from now on" peer_end old
check "a new one as well" peer c2 --ids 5 "connect 1" "dial 2" "ping 5" "stop"
check "no ping was lost" ping_stop c2
check "the download ends" wait_for 60 gone $download
check "and is right" cmp "$LAB/data" "$LAB/copy"
check "the server agrees" peer_server_stop s
settle
