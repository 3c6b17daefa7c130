#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs in a guest whose clock counts instructions: what a packet costs on its whole way from
# one client through the router to the server, and back; what it takes to set a tunnel up; and
# the same packets without the router. One run, so that figures compare.
#
#   c1 --- r (NAT) --- s        d --- e
#
# d and e send and receive what c1 and s do, with the same addresses and routes, but are joined
# directly. What c1 and s need more is the router's share.
. "$(dirname "$0")/../vm/lib/lab.sh"
. "$(dirname "$0")/memory.sh"
. "$(dirname "$0")/plain.sh"
. "$(dirname "$0")/pptp.sh"
. "$(dirname "$0")/ipsec.sh"
. "$(dirname "$0")/l2tp.sh"

COUNT=${BENCH_COUNT:-8000}
TUNNELS=${BENCH_TUNNELS:-1 100 1000 10000}
PATHS=${BENCH_PATHS:?}
CLIENT=10.1.0.2
OUTSIDE=10.2.0.1
PEER=10.2.0.2
RESULTS=$VP_OUT/bench.tsv

# attach NODE ADDR GATEWAY NODE DEV: eth0 of a node, whose gateway is that device
attach() {
	ip -n "$4" link add "$5" type veth peer name eth0 netns "$1"
	ip -n "$4" link set "$5" up
	end "$1" "$2" "$3" "$(router_mac "$4" "$5")"
}

# end NODE ADDR GATEWAY MAC: no ARP in between
end() {
	ip -n "$1" addr add "$2/16" dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$1" route add default via "$3"
	ip -n "$1" neigh replace "$3" lladdr "$4" nud permanent dev eth0
}

router_side() { # DEV ADDR NODE ADDR
	ip -n r addr add "$2/16" dev "$1"
	ip -n r neigh replace "$4" lladdr "$(router_mac "$3" eth0)" nud permanent dev "$1"
}

many() { # NUMBER: address of a client, from 10.1.128.1
	echo "10.1.$((128 + ($1 >> 8))).$(($1 & 255))"
}

# The ends drop at once what comes, the same way for all kinds.
sink() { # NODE
	at "$1" nft add table ip benchsink
	at "$1" nft add chain ip benchsink in '{ type filter hook prerouting priority raw; policy drop; }'
}

lab() {
	local n
	load_netfilter
	for n in c1 r s d e; do
		node $n
	done
	attach c1 $CLIENT 10.1.0.1 r lan
	attach s $PEER $OUTSIDE r wan
	router_side lan 10.1.0.1 c1 $CLIENT
	router_side wan $OUTSIDE s $PEER
	ip -n r route add 10.1.128.0/17 via $CLIENT dev lan
	attach d $CLIENT 10.1.0.1 e eth0
	end e $PEER $OUTSIDE "$(router_mac d eth0)"
	for n in c1 s d e; do
		sink $n
	done
	forwarding r
	masquerade r wan
	at r sysctl -qw net.netfilter.nf_conntrack_tcp_be_liberal=1 net.netfilter.nf_conntrack_udp_timeout=600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=600 net.netfilter.nf_conntrack_max=262144
}

row() { # PATH TUNNELS WHAT VALUE
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$RESULTS"
	diag "$1 $2 $3: $4"
	check "$1 $2 $3 was measured" test -n "$4"
}

received() { # NODE
	at "$1" cat /sys/class/net/eth0/statistics/rx_packets
}

# measure PATH TUNNELS WAY KIND WHAT: all packets must arrive
measure() {
	local from=c1 to=s alike=d src dst=$PEER before
	src=$(many 1)
	if [ "$3" = to-client ]; then
		from=s to=c1 alike=e src=$PEER dst=$OUTSIDE
	fi
	before=$(received $to)
	row "$1" "$2" "$3" "$(at $from bench_send "$4" "$src" $dst "$COUNT" "$5")"
	check "$1 $2 $3 arrived" test $(($(received $to) - before)) -ge "$COUNT"
	row "$1" "$2" "$3-direct" "$(at $alike bench_send "$4" "$src" $dst $((COUNT / 4)) "$5")"
}

both_ways() { # PATH TUNNELS KIND
	measure "$1" "$2" to-server "$3" "$LAB/to-server"
	measure "$1" "$2" to-client "$3" "$LAB/to-client"
}

# known PATH TUNNELS KIND PROTOCOL: the same, and our module has found the tunnel of each packet
known() {
	local before
	before=$(counter data-packets r "$4")
	both_ways "$1" "$2" "$3"
	check "$1 $2: all packets were known" test $(($(counter data-packets r "$4") - before)) -ge $((2 * COUNT))
	equal "$1 $2: none was unknown" 0 "$(counter data-unknown r "$4")"
}

# play CLIENT_NODE SERVER_NODE KIND...: what brings tunnels up, from these nodes
play() {
	local ends=("/proc/${NODE_PID[$1]}/ns/net" "/proc/${NODE_PID[$2]}/ns/net") kind=$3
	shift 3
	case $kind in
	pptp | warm) "bench_$kind" "${ends[@]}" "$(many 1)" "$1" $PEER $OUTSIDE "${@:2}" ;;
	l2tp*) bench_l2tp "$kind" "${ends[@]}" $PEER $OUTSIDE "$@" ;;
	esac
}

# set_up KIND...: with the router, and without it; the time adds up in the files
set_up() {
	play c1 s "$@" >>"$LAB/setup" || bail "$1 did not work"
	play d e "$@" >>"$LAB/setup-direct" || bail "$1 did not work"
}

set_up_begin() {
	rm -f "$LAB/setup" "$LAB/setup-direct"
}

set_up_end() { # PATH TUNNELS [NUMBER]: of so many, if not as many as tunnels
	local what
	for what in setup setup-direct; do
		row "$1" "$2" $what "$(awk -v n="${3:-$2}" '{ sum += $1 } END { printf "%.0f", sum / n }' "$LAB/$what")"
	done
}

forget_all() {
	flush_conntrack >/dev/null 2>&1
}

# the modules of the protocols named, or the test ends
need() { # PROTOCOL...
	local p
	for p; do
		load_modules "$p" || bail "the modules do not load"
	done
}

path() { # NAME
	local n
	case $1 in
	other | ike | esp-plain) "${1//-/_}" && return ;;
	udp | in-tree) ;;
	gre) need pptp ;;
	esp) need ipsec ;;
	l2tp*) need l2tp ;;
	*) bail "no path '$1'" ;;
	esac
	[ "$1" != in-tree ] || in_tree_on
	for n in $TUNNELS; do
		case $1 in
		l2tp2-edited) l2tp_edited "$n" ;;
		l2tp*-static) l2tp_static "${1%-static}" && break ;;
		l2tp*) l2tp_path "$1" "$n" ;;
		gre | in-tree) pptp_path "$1" "$n" ;;
		*) "${1}_path" "$n" ;;
		esac
		forget_all
	done
	[ "$1" != in-tree ] || in_tree_off
	unload_modules
}

lab
: >"$RESULTS"
for name in $PATHS; do
	diag "$name, $(cut -d' ' -f1 /proc/uptime)"
	path "$name"
done
settle
