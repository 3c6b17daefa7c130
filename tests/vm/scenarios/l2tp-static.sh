#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Sessions that nobody negotiates, as "ip l2tp" makes them (kernel ends, Ethernet pseudowires):
# two clients of a server that expects both at the router's address and port 1701.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"

SERVER_TWO=$WAN.12

# pair ENCAP FIRST SECOND [SERVER]: session ids of the two clients, server of the second
pair() {
	local encap=$1
	wires_end c1 c2 s
	flush_conntrack >/dev/null 2>&1
	[ $encap = ip ] || wire_tunnel s udp 1 $SERVER $ROUTER || bail "no tunnel at the server"
	pseudowire 1 $encap "$2" 1001 || bail "no pseudowire of the first client"
	pseudowire 2 $encap "$3" 1002 "${4:-$SERVER}" || bail "no pseudowire of the second"
}

# So many of two clients work with plain NAT
baseline() {
	local encap n works
	for encap in udp ip; do
		pair $encap 11 12
		works=0
		for n in 1 2; do
			! at c$n ping -n -c 3 -i 0.2 -W 1 $WIRES.$n.1 >/dev/null || works=$((works + 1))
		done
		equal "with plain NAT one of two works, $encap" 1 $works
	done
}

helped() {
	local encap
	for encap in udp ip; do
		pair $encap 11 12
		wires_work "$encap, own session ids"
		flush_conntrack >/dev/null 2>&1
		wires_work "$encap, after conntrack -F"
	done
	pair ip 4242 4242 $SERVER_TWO
	wires_work "ip, the same session id, two servers"
}

topology clients=2
ip -n s addr add $SERVER_TWO/24 dev eth0
load_netfilter
load_l2tp_stack
baseline
help_on r
helped
wires_end c1 c2 s
settle
