# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The C peer (tests/peer): server, client with steps, sniffer.

# peer_server NODE [OPTION...]: echo server; its summary goes to the log when it is stopped.
peer_server() {
	local node=$1
	shift
	launch "$node" pptp_peer server "$@" </dev/null >"$LAB/peer-server-$node.log" 2>&1
	echo $! >"$LAB/peer-server-$node.pid"
	wait_for 20 grep -qx ready "$LAB/peer-server-$node.log" ||
		bail "the peer on $node does not start: $(cat "$LAB/peer-server-$node.log")"
}

# Every mode of the peer ends its log with "done" or the reason why not.
peer_ended() { # NAME: of the log and pid file
	grep -qE '^(done|FAILED|pptp_peer: )' "$LAB/$1.log" || gone "$(cat "$LAB/$1.pid")"
}

verdict() { # NAME
	wait_for 120 peer_ended "$1"
	cat "$LAB/$1.log"
	[ "$(tail -n 1 "$LAB/$1.log")" = "done" ]
}

# peer_server_stop NODE: true if it saw nothing unexpected.
peer_server_stop() {
	kill "$(cat "$LAB/peer-server-$1.pid")"
	verdict "peer-server-$1"
}

# peer NODE [OPTION...] STEP...: a client to the usual server, in the foreground.
peer() {
	local node=$1
	shift
	at "$node" pptp_peer client --server $SERVER "$@"
}

# peer_start_to ADDRESS NAME NODE STEP...: a client in the background, with a name.
peer_start_to() {
	local server=$1 name=$2 node=$3
	shift 3
	launch "$node" pptp_peer client --server "$server" "$@" </dev/null >"$LAB/peer-$name.log" 2>&1
	echo $! >"$LAB/peer-$name.pid"
}

# peer_start NAME NODE STEP...: the same to the usual server.
peer_start() {
	peer_start_to "$SERVER" "$@"
}

# peer_end NAME: wait for it, give its output and status.
peer_end() {
	verdict "peer-$1"
}

# signal NAME: the file that a "wait" or "traffic" step of a peer looks for.
signal() {
	touch "$LAB/$1"
}

# await NAME [SECONDS]: the file that a "touch" step of a peer makes.
await() {
	wait_for "${2:-30}" test -e "$LAB/$1"
}

# sniff_start NAME NODE OPTION...: in the background, ready when this returns.
sniff_start() {
	local name=$1 node=$2
	shift 2
	rm -f "$LAB/sniff-$name.ready"
	launch "$node" pptp_peer sniff --ready "$LAB/sniff-$name.ready" "$@" \
		</dev/null >"$LAB/sniff-$name.log" 2>&1
	echo $! >"$LAB/sniff-$name.pid"
	wait_for 20 test -e "$LAB/sniff-$name.ready" || bail "the sniffer on $node does not start"
}

sniff_end() { # NAME
	verdict "sniff-$1"
}
