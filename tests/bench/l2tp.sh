# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by packets.sh: L2TP data of many clients of one server, over UDP and over IP.

L2TP_SET=1000000	# session ids of the first set, see bench_l2tp.c

l2tp_warm() { # KIND STEP...
	bench_l2tp "$1" "/proc/${NODE_PID[c1]}/ns/net" "/proc/${NODE_PID[s]}/ns/net" "$PEER" "$OUTSIDE" "${@:2}"
}

# "CLIENT ID PORT" of each tunnel, id and port as the server knows them, by the client's address
l2tp_seen() {
	vpnpass -j -n r tunnels | tr -d ' ",' | awk -F: '
		$1 == "client" { client = $2 }
		$1 == "client-id-mapped" { print client, $2 }' | sort >"$LAB/ids"
	# of both directions of an entry: the client's address is first, its port outside last
	at r conntrack -L -p udp --orig-port-dst 1701 2>/dev/null | awk '{
		for (i = NF; i; i--) {
			if ($i ~ /^src=/)
				src = $i
			if ($i ~ /^dport=/ && !last)
				last = $i
		}
		print substr(src, 5), substr(last, 7)
		last = ""
	}' | sort >"$LAB/ports"
	join -a 1 -e 0 -o 0,1.2,2.2 "$LAB/ids" "$LAB/ports" | sort -t . -k 3,3n -k 4,4n
}

# Ids of data packets as bench_send reads them: those of tunnels, or of sessions
l2tp_streams() { # KIND
	awk -v kind="$1" -v set=$L2TP_SET -v server="$PEER" -v up="$LAB/to-server" -v down="$LAB/to-client" '{
		theirs = 20000 + NR
		mine = $2
		if (kind != "l2tp2") {
			mine = set + NR
			theirs = mine + 20000
		}
		print theirs, $1 >up
		print mine, server, kind == "l2tpip" ? "" : $3 >down
	}' "$LAB/seen"
}

# l2tp_tunnels KIND NUMBER [ID STEP]: tunnels of so many clients, L2TPv3 with a session each
l2tp_tunnels() {
	mode r on l2tp
	sinks add
	memory_mark
	l2tp_warm "$1" ask "$(many 1)" "$2" "${3:-5000}" "${4:-1}"
	l2tp_seen >"$LAB/seen"
	l2tp_warm "$1" answer "$LAB/seen"
	[ "$1" = l2tp2 ] || l2tp_warm "$1" session "$LAB/seen" $L2TP_SET
	[ "$2" -lt 1000 ] || memory_row "$1-client" "$2"
	sinks delete
	l2tp_streams "$1"
	equal "$1: each of $2 clients has a tunnel" "$2" "$(wc -l <"$LAB/seen")"
	check "$1: $2 tunnels are up" tunnels_are "$2"
}

l2tp_measure() { # NAME KIND
	local before
	before=$(counter data-packets r l2tp)
	both_ways "$1" "$2"
	check "$1: all packets were known" test $(($(counter data-packets r l2tp) - before)) -ge $((2 * COUNT))
	equal "$1: none was unknown" 0 "$(counter data-unknown r l2tp)"
}

l2tp_end() {
	mode r off l2tp
	flush_conntrack >/dev/null 2>&1
}

# One more session for each client
l2tp_more() { # KIND NUMBER
	[ "$1" != l2tp2 ] && [ "$2" -ge 1000 ] || return 0
	sinks add
	memory_mark
	l2tp_warm "$1" session "$LAB/seen" $((2 * L2TP_SET))
	memory_row "$1-session" "$2"
	sinks delete
}

# The second of two clients with the same tunnel id: packets to it are edited
l2tp_edited() {
	l2tp_tunnels l2tp2 2 4660 0
	sed -i 1d "$LAB/to-server" "$LAB/to-client"
	refute "the second client has another id outside" grep -q '^4660 ' "$LAB/to-client"
	l2tp_measure l2tp2-edited l2tp2
	l2tp_end
}

# A session that nobody negotiates
l2tp_static() { # KIND
	mode r on l2tp
	echo 7001 "$CLIENT" >"$LAB/to-server"
	echo 7002 "$PEER" >"$LAB/to-client"
	sinks add
	at c1 bench_send "$1" "$CLIENT" "$PEER" 1 "$LAB/to-server"
	at s bench_send "$1" "$PEER" "$OUTSIDE" 1 "$LAB/to-client"
	sinks delete
	l2tp_measure "$1-static" "$1"
	l2tp_end
}

# One client over IP without help
l2tp_plain() {
	echo 7001 "$CLIENT" >"$LAB/to-server"
	echo 7002 "$PEER" >"$LAB/to-client"
	both_ways l2tpip-plain l2tpip
	flush_conntrack >/dev/null 2>&1
}

l2tp_kind() { # KIND
	local n
	for n in $TUNNELS; do
		l2tp_tunnels "$1" "$n"
		l2tp_measure "$1-$n" "$1"
		l2tp_more "$1" "$n"
		l2tp_end
	done
}

l2tp() {
	local kind
	l2tp_plain
	load_modules l2tp || bail "the modules do not load"
	for kind in l2tp2 l2tp3 l2tpip; do
		l2tp_kind $kind
	done
	l2tp_edited
	l2tp_static l2tp3
	l2tp_static l2tpip
	unload_modules
}
