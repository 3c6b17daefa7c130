# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by packets.sh: what our modules do not handle.

# warm NUMBER STEP...: see bench_warm.c
warm() {
	set_up warm "$@"
}

# addressed FORMAT NUMBER: a line for each client, of its number and its address
addressed() {
	awk -v format="$1" -v n="$2" 'BEGIN {
		for (i = 1; i <= n; i++)
			printf format " 10.1.%d.%d\n", i, 128 + int(i / 256), i % 256
	}'
}

# As many UDP flows, each of a client of its own
udp_path() { # NUMBER
	set_up_begin
	memory_mark
	warm "$1" udp
	set_up_end udp "$1"
	memory_row udp "$1" "$1"
	addressed %d "$1" | awk '{ printf "0x%04x0009 %s\n", 10000 + $1, $2 }' >"$LAB/to-server"
	awk '{ print "0x0009" substr($1, 3, 4) }' "$LAB/to-server" >"$LAB/to-client"
	equal "conntrack has an entry for each of $1 flows" "$1" "$(conntrack_count r)"
	both_ways udp "$1" udp
	equal "and no more" "$1" "$(conntrack_count r)"
}

# flow KIND PATH SPORT DPORT: both directions of one flow
flow() {
	at c1 bench_send "$1" "$(many 1)" "$PEER" 1 "$3:$4" >/dev/null
	at s bench_send "$1" "$PEER" "$OUTSIDE" 1 "$4:$3" >/dev/null
	measure "$2" 1 to-server "$1" "$3:$4"
	measure "$2" 1 to-client "$1" "$4:$3"
}

flows() { # NAME
	flow udp "udp-$1" 4000 9
	flow tcp "tcp-$1" 4000 9
}

# What unrelated traffic pays for our modules: the same two flows, in turns
other() {
	local p
	flows alone
	need pptp ipsec l2tp
	flows off
	for p in pptp ipsec l2tp; do
		mode r on $p
		flows $p
		mode r off $p
	done
	for p in pptp ipsec l2tp; do
		mode r on $p
	done
	flows all
	unload_modules
	forget_all
}
