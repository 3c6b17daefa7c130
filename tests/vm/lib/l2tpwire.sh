# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The L2TP peer (tests/peer): clients are addresses of c1, servers addresses of s, and one
# process plays them all.

# shellcheck disable=SC2034 # for lib/vpnpass.sh
PROTO=l2tp
L2TP_FIRST=$LAN.100	# the first client; the others follow
SERVER_TWO=$WAN.12

# l2tp_clients COUNT: so many addresses more at c1
l2tp_clients() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "addr add $LAN.$((100 + i))/32 dev eth0"
	done | ip -n c1 -batch -
}

# l2tp_topology COUNT [OPTION...]: the lab with so many clients, help not yet on
l2tp_topology() {
	topology clients=1 "${@:2}"
	l2tp_clients "$1"
	ip -n s addr add $SERVER_TWO/24 dev eth0
}

# play COUNT [OPTION...] STEP...: so many clients and the usual server, in the foreground
play() {
	local count=$1
	shift
	l2tp_peer play --server "s=$SERVER" --clients "c1=$L2TP_FIRST+$count" "$@"
}

# play_start NAME COUNT [OPTION...] STEP...: the same in the background
play_start() {
	local name=$1
	shift
	play "$@" </dev/null >"$LAB/peer-$name.log" 2>&1 &
	echo $! >"$LAB/peer-$name.pid"
	disown
}

# play_end NAME: wait for it, give its output and status
play_end() {
	verdict "peer-$1"
}

flood() { # NODE [OPTION...] KIND [VALUE]
	local node=$1
	shift
	at "$node" l2tp_peer flood "$@"
}

flood_kinds() {
	l2tp_peer flood --dst $SERVER help 2>&1 | sed -n 's/^Kinds: //p'
}

# All tunnels and entries gone, as if help had just been switched on
afresh() {
	mode r off && flush_conntrack && mode r on
}

# begin WHAT COUNT STEP...: with nothing left of what was before
begin() {
	local what=$1
	shift
	afresh >/dev/null 2>&1 || bail "help does not begin afresh"
	check "$what" play "$@"
}


# The life of some tunnels, all messages of both ends in it
# shellcheck disable=SC2034 # for scenarios
LIFE=("start all 300" "ping all 3" "session all" "server-session all" "ping all 2" "hello all" "server-hello all"
	"again all" "ping all 2" "close all" "server-close all" "ping all 2" "start all" "ping all 2" "stop all"
	"ping all 2" "start all" "server-stop all" "early all" "start all" "ping all 2")
