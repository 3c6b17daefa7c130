#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each cap that L2TP can reach, from LAN and WAN, while thirty real tunnels carry pings.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"
. "$(dirname "$0")/../lib/floods.sh"

RATE=${FLOOD_RATE:-400}	# packets a second

# send NODE SOURCE TO COUNT CLIENTS PORTS [OPTION...] KIND [VALUE]
send() {
	at "$1" l2tp_peer flood --src "$2" --dst "$3" --count "$4" --clients "$5" --ports "$6" --rate "$RATE" \
		--tos $FLOOD_TOS "${@:7}"
}

lan() { # COUNT CLIENTS PORTS [OPTION...] KIND [VALUE]
	send c11 $FLOOD_LAN "$SERVER" "$@"
}

wan() { # SOURCE COUNT CLIENTS KIND [VALUE]
	send o1 "$1" "$ROUTER" "$2" "$3" 1 "${@:4}"
}

# Clients use sessions that nobody negotiated; the server, or who says so, uses many more
guesses() {
	lan 1000 4 1 --sport 10000 --up v3-data 1
	RATE=1500 wan "$SERVER" 9000 1 --up v3-data 100000
}

flood_topology
cat >"$LAB/list" <<-EOT
	max_controls_per_client 256 | LAN | cap-controls-client | 40 | lan 300 1 300 --up sccrq 1
	max_controls 16384 | LAN | cap-controls | 500 | lan 17000 68 250 --sport 10000 --up sccrq 1
	max_tunnels_per_client 256 | LAN | cap-tunnels-client | 40 | lan 300 1 1 --sport 10000 --up sccrq 1
	max_tunnels 16384 | LAN | cap-tunnels | 500 | lan 17000 68 1 --sport 10000 --up sccrq 1
	max_tunnels_per_server=4096 | LAN | cap-tunnels-server | 500 | lan 4700 20 1 --sport 10000 --up sccrq 1
	256 sessions, UDP | LAN | session-cap | 40 | lan 300 1 1 --sport 10000 --up v3-data 1
	256 sessions, IP | LAN | session-cap | 40 | lan 300 1 1 --up ip-data 1
	1000 guesses a second | WAN | session-guess-cap | 500 | guesses
EOT
for kind in sccrq sccrp icrq data v3-data ip-data ip-icrq; do
	echo "$kind of 500 addresses | WAN | | | wan $FLOOD_WAN 1000 500 $kind"
	echo "$kind of the server | WAN | | | wan $SERVER 1000 1 $kind"
done >>"$LAB/list"
both_passes "$LAB/list"
settle
