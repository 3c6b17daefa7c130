#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs in a guest whose clock counts instructions: what a packet costs on its whole way from
# one client through the router to the server, and back. One run, so that figures compare.
. "$(dirname "$0")/../vm/lib/lab.sh"

COUNT=${BENCH_COUNT:-20000}
CALLS=${BENCH_CALLS:-1 100 1000}
CLIENT=10.1.0.2
OUTSIDE=10.2.0.1
PEER=10.2.0.2
RESULTS=$VP_OUT/bench.tsv

link() { # NODE ADDR ROUTER_DEV ROUTER_ADDR
	ip -n r link add "$3" type veth peer name eth0 netns "$1"
	ip -n r addr add "$4/24" dev "$3"
	ip -n r link set "$3" up
	ip -n "$1" addr add "$2/24" dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$1" route add default via "$4"
}

lab() {
	load_netfilter
	node c1
	node r
	node s
	link c1 $CLIENT lan 10.1.0.1
	link s $PEER wan $OUTSIDE
	forwarding r
	masquerade r wan
	at r sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1 net.netfilter.nf_conntrack_udp_timeout=600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=600
}

# The ends drop at once what is measured, the same way for all kinds.
sinks() { # add|delete
	local node
	for node in c1 s; do
		if [ "$1" = delete ]; then
			at "$node" nft delete table ip benchsink
			continue
		fi
		at "$node" nft -f - <<-EOF
			table ip benchsink {
				chain in {
					type filter hook prerouting priority raw; policy accept;
					ip protocol gre drop
					udp sport 4000 drop
					udp dport 4000 drop
					tcp sport 4000 drop
					tcp dport 4000 drop
				}
			}
		EOF
	done
}

row() { # NAME WAY VALUE
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$RESULTS"
	diag "$1 $2: $3"
	check "$1 $2 was measured" test -n "$3"
}

# flow KIND NAME: both directions of an ordinary flow
flow() {
	at c1 bench_send "$1" $CLIENT $PEER 1 4000:9 >/dev/null
	at s bench_send "$1" $PEER $OUTSIDE 1 9:4000 >/dev/null
	row "$2" to-server "$(at c1 bench_send "$1" $CLIENT $PEER "$COUNT" 4000:9)"
	row "$2" to-client "$(at s bench_send "$1" $PEER $OUTSIDE "$COUNT" 9:4000)"
}

flows() { # NAME
	sinks add
	flow udp "udp$1"
	flow tcp "tcp$1"
	sinks delete
}

# Call ids as they are in packets, from conntrack's GRE entries
ids() {
	gre_entries >"$LAB/gre"
	grep -o ' dstkey=0x[0-9a-f]*' "$LAB/gre" | sed 's/.*=//' >"$LAB/keys"
	sed -n 'p;n' "$LAB/keys" >"$LAB/ids-to-server"
	sed -n 'n;p' "$LAB/keys" >"$LAB/ids-to-client"
}

# Bytes in use in the kernel's general caches, where tunnels live
kmalloc_bytes() {
	awk '$1 ~ /^kmalloc-/ { sum += $2 * $4 } END { print sum }' /proc/slabinfo
}

reached() { # FILE CALLS
	wait_for 900 test -e "$LAB/$1" && return
	cat "$LAB/client.log"
	bail "the peers' $2 connections do not get to '$1'"
}

# calls NAME NUMBER: so many calls, each on a connection of its own, then measure
calls() {
	launch s pptp_peer server </dev/null >"$LAB/server.log" 2>&1
	local server=$!
	wait_for 60 grep -q ready "$LAB/server.log" || bail "peer server does not start"
	launch c1 pptp_peer client --server $PEER --timeout 600 "connect $2" "touch $LAB/connected" \
		"wait $LAB/go" "dial 1" "touch $LAB/dialled" "wait $LAB/go-on" "ping 2" "touch $LAB/up" \
		"wait $LAB/measured" close </dev/null >"$LAB/client.log" 2>&1
	local client=$! before
	reached connected "$2"
	before=$(kmalloc_bytes)
	touch "$LAB/go"
	reached dialled "$2"
	[ "$2" -lt 1000 ] || row "$1-memory-a-call" bytes $((($(kmalloc_bytes) - before) / $2))
	touch "$LAB/go-on"
	reached up "$2"
	ids
	equal "$1: conntrack has a GRE entry for each of $2 calls" "$2" "$(wc -l <"$LAB/gre")"
	sinks add
	row "$1-$2" to-server "$(at c1 bench_send gre $CLIENT $PEER "$COUNT" "$LAB/ids-to-server")"
	row "$1-$2" to-client "$(at s bench_send gre $PEER $OUTSIDE "$COUNT" "$LAB/ids-to-client")"
	sinks delete
	touch "$LAB/measured"
	wait "$client" || true
	kill "$server"
	wait "$server" || true
	rm -f "$LAB"/{connected,go,dialled,go-on,up,measured}
	flush_conntrack >/dev/null 2>&1
}

all_calls() { # NAME
	local n
	for n in $CALLS; do
		calls "$1" "$n"
	done
}

lab
: >"$RESULTS"
flows ""
help_on r
tune r max_tunnels_per_client 20000
tune r max_controls_per_client 20000
flows "-loaded"
all_calls ours
mode r off
unload_modules
intree_on
sysctl -qw net.netfilter.nf_conntrack_expect_max=8192	# its two expectations a call do not fit else
all_calls in-tree
at r nft delete table ip vphelper
modprobe -r nf_nat_pptp nf_conntrack_pptp
settle
