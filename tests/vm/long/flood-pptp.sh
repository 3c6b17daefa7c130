#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each cap that PPTP can reach, from LAN and WAN, while thirty real tunnels carry pings.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"
. "$(dirname "$0")/../lib/floods.sh"

# shellcheck disable=SC2034 # for lib/vpnpass.sh
PROTO=pptp
RATE=${FLOOD_RATE:-400}	# connections a second
answer_pid=

# answers NODE [OPTION...]: who answers from now on
answers() {
	local node=$1
	shift
	if [ -n "$answer_pid" ]; then
		kill "$answer_pid"
		wait_for 20 gone "$answer_pid"
	fi
	rm -f "$LAB/answers"
	launch "$node" flood_peer answer --dev eth0 --tos $FLOOD_TOS --ready "$LAB/answers" "$@" </dev/null >"$LAB/answer-out" 2>&1
	answer_pid=$!
	wait_for 20 test -e "$LAB/answers" || bail "nobody answers: $(cat "$LAB/answer-out")"
}

# dial NODE TO CLIENTS CONNECTIONS CALLS [OPTION...]: all of them there when it returns
dial() {
	local node=$1 dev=lan src=$FLOOD_LAN
	[ "$node" != o1 ] || dev=eth0 src=$FLOOD_WAN
	launch "$node" flood_peer calls --dev eth0 --router "$(router_mac r $dev)" --src $src --dst "$2" --clients "$3" \
		--connections "$4" --calls "$5" --rate "$RATE" --tos $FLOOD_TOS --full "$LAB/flood-full" \
		--end "$LAB/flood-end" "${@:6}" </dev/null
	flood_pid=$!
	wait_for 400 dialled && test -e "$LAB/flood-full"
}

dialled() {
	[ -e "$LAB/flood-full" ] || gone "$flood_pid"
}

lan() { # CLIENTS CONNECTIONS CALLS [OPTION...]
	dial c11 "$SERVER" "$@"
}

wan() {
	dial o1 "$ROUTER" "$@"
}

raw() { # SOURCE SOURCES KIND
	at o1 flood_peer raw --src "$1" --clients "$2" --dst "$ROUTER" --count 2000 --rate "$RATE" "$3"
}

flood_topology
dnat r iifname eth0 ip saddr 198.18.0.0/15 tcp dport 1723 ip dscp ef dnat ip to "$FLOOD_INNER"
cat >"$LAB/list" <<-EOT
	! answers s
	max_controls_per_client 256 | LAN | cap-controls-client | 40 | lan 1 300 0
	max_controls 16384 | LAN | cap-controls | 1000 | lan 68 256 0
	max_tunnels_per_client 256 | LAN | cap-tunnels-client | 1 | lan 1 2 150
	max_tunnels 16384 | LAN | cap-tunnels | 1 | lan 66 1 256
	max_tunnels_per_server=4096 | LAN | cap-tunnels-server | 1 | lan 20 1 256
	! answers s --mute
	64 edits not acknowledged | LAN | pptp-edit-log-full | 1 | lan 1 2 120 --blast
	! answers s --offer 300
	max_tunnels_per_client 256, by the server's calls | WAN | cap-tunnels-client | 1 | lan 1 1 0
	! answers s --offer 100
	64 edits not acknowledged, of the server's calls | WAN | pptp-edit-log-full | 1 | lan 1 2 0 --deaf
	! answers c11
	max_controls_per_client 256, through a forwarded port | WAN | cap-controls-client | 40 | wan 1 300 0
	max_controls=2048, through a forwarded port | WAN | cap-controls | 200 | wan 9 256 0
	max_tunnels=2048, through a forwarded port | WAN | cap-tunnels | 1 | wan 9 1 256
	GRE of 1000 addresses | WAN | | | raw $FLOOD_WAN 1000 gre
	GRE of the server | WAN | | | raw $SERVER 1 gre
	SYNs of 1000 addresses | WAN | | | raw $FLOOD_WAN 1000 syn
	ACKs of 1000 addresses | WAN | | | raw $FLOOD_WAN 1000 ack
EOT
both_passes "$LAB/list"
settle
