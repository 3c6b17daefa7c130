# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by packets.sh: L2TP data of many clients of one server, over UDP and over IP.

L2TP_SET=1000000	# session ids of L2TPv3, see bench_l2tp.c
L2TP2_SET=100		# of L2TPv2: 16 bits

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

# l2tp_tunnels PATH TUNNELS KIND CLIENTS [ID STEP]: a tunnel with a session for each
l2tp_tunnels() {
	local set=$L2TP_SET
	[ "$3" = l2tp2 ] && set=$L2TP2_SET
	mode r on l2tp
	set_up_begin
	memory_mark
	set_up "$3" ask "$(many 1)" "$4" "${5:-5000}" "${6:-1}"
	l2tp_seen >"$LAB/seen"
	set_up "$3" answer "$LAB/seen"
	set_up "$3" session "$LAB/seen" "$set"
	set_up_end "$1" "$2" "$4"
	memory_row "$1" "$2" "$4"
	l2tp_streams "$3"
	equal "$1: each of $4 clients has a tunnel" "$4" "$(wc -l <"$LAB/seen")"
	check "$1: $4 tunnels are up" tunnels_are "$4"
}

l2tp_path() { # KIND NUMBER
	l2tp_tunnels "$1" "$2" "$1" "$2"
	known "$1" "$2" "$1" l2tp
	mode r off l2tp
}

# All clients but the first, which stays unmeasured, have another tunnel id outside
l2tp_edited() { # NUMBER
	l2tp_tunnels l2tp2-edited "$1" l2tp2 $(($1 + 1)) 4660 0
	sed -i 1d "$LAB/to-server" "$LAB/to-client"
	equal "there are $1 other clients" "$1" "$(wc -l <"$LAB/to-client")"
	refute "each of $1 other clients has another id outside" grep -q '^4660 ' "$LAB/to-client"
	known l2tp2-edited "$1" l2tp2 l2tp
	mode r off l2tp
}

# A session that nobody negotiates
l2tp_static() { # KIND
	mode r on l2tp
	echo 7001 "$(many 1)" >"$LAB/to-server"
	echo 7002 "$PEER" >"$LAB/to-client"
	at c1 bench_send "$1" "$(many 1)" "$PEER" 1 "$LAB/to-server"
	at s bench_send "$1" "$PEER" "$OUTSIDE" 1 "$LAB/to-client"
	known "$1-static" 1 "$1" l2tp
	mode r off l2tp
}
