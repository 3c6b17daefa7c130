#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs in a guest whose clock counts instructions: what a packet costs on its whole way from
# one client through the router to the server, and back. One run, so that figures compare.
. "$(dirname "$0")/../vm/lib/lab.sh"
. "$(dirname "$0")/memory.sh"
. "$(dirname "$0")/l2tp.sh"

COUNT=${BENCH_COUNT:-8000}
TUNNELS=${BENCH_TUNNELS:-1 100 1000}
PARTS=${BENCH_PARTS:-ipsec gre l2tp}
ONLY=${BENCH_ONLY:-}
CLIENT=10.1.0.2
OUTSIDE=10.2.0.1
PEER=10.2.0.2
RESULTS=$VP_OUT/bench.tsv

link() { # NODE ADDR ROUTER_DEV ROUTER_ADDR
	ip -n r link add "$3" type veth peer name eth0 netns "$1"
	ip -n r addr add "$4/16" dev "$3"
	ip -n r link set "$3" up
	ip -n "$1" addr add "$2/16" dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$1" route add default via "$4"
	# no ARP in between
	ip -n r neigh replace "$2" lladdr "$(router_mac "$1" eth0)" nud permanent dev "$3"
	ip -n "$1" neigh replace "$4" lladdr "$(router_mac r "$3")" nud permanent dev eth0
}

many() { # NUMBER: address of an IPsec or L2TP client, from 10.1.16.1
	echo "10.1.$((16 + ($1 >> 8))).$(($1 & 255))"
}

# Addresses of a thousand clients, all in c1
many_clients() {
	local i mac
	mac=$(router_mac c1 eth0)
	for ((i = 1; i <= 1000; i++)); do
		echo "addr add $(many $i)/32 dev eth0"
	done | ip -n c1 -batch -
	for ((i = 1; i <= 1000; i++)); do
		echo "neigh add $(many $i) lladdr $mac nud permanent dev lan"
	done | ip -n r -batch -
}

lab() {
	load_netfilter
	node c1
	node r
	node s
	link c1 $CLIENT lan 10.1.0.1
	link s $PEER wan $OUTSIDE
	many_clients
	forwarding r
	masquerade r wan
	at r sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1 net.netfilter.nf_conntrack_udp_timeout=600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=600
}

# The ends drop at once what comes, the same way for all kinds.
sinks() { # add|delete
	local node
	for node in c1 s; do
		if [ "$1" = delete ]; then
			at "$node" nft delete table ip benchsink
			continue
		fi
		at "$node" nft add table ip benchsink
		at "$node" nft add chain ip benchsink in '{ type filter hook prerouting priority raw; policy drop; }'
	done
}

row() { # NAME WAY VALUE
	printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$RESULTS"
	diag "$1 $2: $3"
	check "$1 $2 was measured" test -n "$3"
}

received() { # NODE
	at "$1" cat /sys/class/net/eth0/statistics/rx_packets
}

# measure NAME WAY KIND WHAT: all packets must arrive
measure() {
	local from=c1 to=s src=$CLIENT dst=$PEER before value
	if [ "$2" = to-client ]; then
		from=s to=c1 src=$PEER dst=$OUTSIDE
	fi
	before=$(received $to)
	value=$(at $from bench_send "$3" $src $dst "$COUNT" "$4")
	row "$1" "$2" "$value"
	check "$1 $2 arrived" test $(($(received $to) - before)) -ge "$COUNT"
}

# flow KIND NAME PORT PORT: both directions of an ordinary flow
flow() {
	at c1 bench_send "$1" $CLIENT $PEER 1 "$3:$4" >/dev/null
	at s bench_send "$1" $PEER $OUTSIDE 1 "$4:$3" >/dev/null
	measure "$2" to-server "$1" "$3:$4"
	measure "$2" to-client "$1" "$4:$3"
}

flows() { # NAME
	flow udp "udp$1" 4000 9
	flow tcp "tcp$1" 4000 9
}

# What unrelated traffic pays for our modules: one flow, in turns
bystanders() {
	flows ""
	if ! load_modules pptp || ! load_modules ipsec || ! load_modules l2tp; then
		bail "the modules do not load"
	fi
	flows -off
	mode r on pptp
	flows -pptp
	mode r on ipsec
	flows -both
	mode r off pptp
	flows -ipsec
	mode r off ipsec
	mode r on l2tp
	flows -l2tp
	mode r off l2tp
	flows -off-again
	unload_modules
}

# Call ids as they are in packets, from conntrack's GRE entries
ids() {
	gre_entries >"$LAB/gre"
	grep -o ' dstkey=0x[0-9a-f]*' "$LAB/gre" | sed 's/.*=//' >"$LAB/keys"
	sed -n 'p;n' "$LAB/keys" >"$LAB/to-server"
	sed -n 'n;p' "$LAB/keys" >"$LAB/to-client"
}

reached() { # FILE CALLS
	wait_for 900 test -e "$LAB/$1" && return
	cat "$LAB/client.log"
	bail "the peers' $2 connections do not get to '$1'"
}

both_ways() { # NAME KIND
	sinks add
	measure "$1" to-server "$2" "$LAB/to-server"
	measure "$1" to-client "$2" "$LAB/to-client"
	sinks delete
}

# calls NAME NUMBER: so many calls, each on a connection of its own, then measure
calls() {
	launch s pptp_peer server </dev/null >"$LAB/server.log" 2>&1
	local server=$!
	wait_for 60 grep -q ready "$LAB/server.log" || bail "peer server does not start"
	launch c1 pptp_peer client --server $PEER --timeout 600 "connect $2" "touch $LAB/connected" \
		"wait $LAB/go" "dial 1" "touch $LAB/dialled" "wait $LAB/go-on" "ping 2" "touch $LAB/up" \
		"wait $LAB/measured" close </dev/null >"$LAB/client.log" 2>&1
	local client=$!
	reached connected "$2"
	memory_mark
	touch "$LAB/go"
	reached dialled "$2"
	[ "$2" -lt 1000 ] || memory_row "$1-call" "$2"
	touch "$LAB/go-on"
	reached up "$2"
	ids
	equal "$1: conntrack has a GRE entry for each of $2 calls" "$2" "$(wc -l <"$LAB/gre")"
	both_ways "$1-$2" gre
	touch "$LAB/measured"
	wait_for 60 gone "$client" || bail "the peers' client does not end"
	kill "$server"
	wait_for 60 gone "$server" || bail "the peers' server does not end"
	rm -f "$LAB"/{connected,go,dialled,go-on,up,measured}
	flush_conntrack >/dev/null 2>&1
}

all_calls() { # NAME
	local n
	for n in $TUNNELS; do
		calls "$1" "$n"
	done
}

gre_ours() {
	help_on r pptp
	tune r max_tunnels_per_client 20000
	tune r max_controls_per_client 20000
	all_calls gre-ours
	mode r off pptp
	unload_modules
}

gre_in_tree() {
	intree_on
	sysctl -qw net.netfilter.nf_conntrack_expect_max=8192	# its two expectations a call do not fit else
	all_calls gre-in-tree
	at r nft delete table ip vphelper
	modprobe -r nf_nat_pptp nf_conntrack_pptp
}

gre() {
	gre_ours
	gre_in_tree
}

# warm NUMBER STEP...: see bench_warm.c
warm() {
	bench_warm "/proc/${NODE_PID[c1]}/ns/net" "/proc/${NODE_PID[s]}/ns/net" "$(many 1)" "$1" $PEER $OUTSIDE "${@:2}"
}

spis() { # NUMBER
	local i
	for ((i = 1; i <= $1; i++)); do
		printf '0x%x %s\n' $((0x10000000 + i)) "$(many $i)"
	done >"$LAB/to-server"
	sed 's/^0x10/0x18/; s/ .*//' "$LAB/to-server" >"$LAB/to-client"
}

# One client without help: conntrack knows ESP by its addresses only
esp_plain() {
	spis 1
	sinks add
	warm 1 sa 1
	sinks delete
	equal "plain ESP: one entry in conntrack" 1 "$(esp_count)"
	both_ways esp-plain esp
	flush_conntrack >/dev/null 2>&1
}

esp_state() { # NUMBER STATE
	wait_for 20 tunnels_are "$1" up && return
	vpnpass -n r tunnels | head -n 5
	vpnpass -n r status
	return 1
}

esp_ours() { # NUMBER
	spis "$1"
	mode r on ipsec
	sinks add
	memory_mark
	warm "$1" init
	[ "$1" -lt 1000 ] || memory_row ipsec-ike "$1"
	memory_mark
	warm "$1" sa 1
	[ "$1" -lt 1000 ] || memory_row ipsec-first-sas "$1"
	sinks delete
	check "$1 IPsec tunnels are up" esp_state "$1"
	equal "an ESP entry for each of $1 tunnels" "$1" "$(esp_count)"
	both_ways "esp-ours-$1" esp
	equal "$1 tunnels: each packet had one receiver" 0 "$(counter esp-copies r ipsec)"
	check "$1 IPsec tunnels are up still" esp_state "$1"
}

esp_more() { # NUMBER: a second pair of SAs for each
	sinks add
	memory_mark
	warm "$1" sa 2
	memory_row ipsec-more-sas "$1"
	sinks delete
	check "$1 IPsec tunnels are up with two SAs each way" esp_state "$1"
}

esp_end() {
	mode r off ipsec
	flush_conntrack >/dev/null 2>&1
}

ipsec() {
	local n last=0
	esp_plain
	sinks add
	flow ike ike-plain 500 500
	sinks delete
	flush_conntrack >/dev/null 2>&1
	load_modules ipsec || bail "the modules do not load"
	for n in $TUNNELS; do
		[ "$last" = 0 ] || esp_end
		esp_ours "$n"
		last=$n
	done
	sinks add
	flow ike ike-ours 500 500
	sinks delete
	equal "IKE packets were read" 0 "$(counter ike-unknown-cookie r ipsec)"
	esp_more "$last"
	esp_end
	unload_modules
}

# What conntrack itself takes for a flow, without any module of ours
plain_memory() {
	sinks add
	memory_mark
	warm 1000 init
	memory_row udp-flow "$(conntrack_count r)"	# ports below 512 stay there, so some get none
	sinks delete
	flush_conntrack >/dev/null 2>&1
}

esp_only() {
	local n
	load_modules ipsec || bail "the modules do not load"
	for n in $TUNNELS; do
		esp_ours "$n"
		esp_end
	done
	unload_modules
}

# One path of those that run --only takes
path() { # NAME
	case $1 in
	udp | tcp) sinks add && flow "$1" "$1" 4000 9 && sinks delete ;;
	other) sinks add && bystanders && sinks delete ;;
	gre) gre_ours ;;
	in-tree) gre_in_tree ;;
	esp-plain) esp_plain ;;
	esp) esp_only ;;
	l2tp2 | l2tp3 | l2tpip)
		load_modules l2tp || bail "the modules do not load"
		l2tp_kind "$1"
		unload_modules
		;;
	l2tp2-edited)
		load_modules l2tp || bail "the modules do not load"
		l2tp_edited
		unload_modules
		;;
	*) bail "no path '$1'; there are udp tcp other gre in-tree esp-plain esp l2tp2 l2tp2-edited l2tp3 l2tpip" ;;
	esac
}

everything() {
	sinks add
	bystanders
	sinks delete
	plain_memory
	# shellcheck disable=SC2086 # words
	for part in $PARTS; do
		$part
	done
}

lab
: >"$RESULTS"
if [ -n "$ONLY" ]; then
	for name in ${ONLY//,/ }; do
		path "$name"
	done
else
	everything
fi
settle
