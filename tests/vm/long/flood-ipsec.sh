#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each cap that IPsec can reach, from LAN and WAN, while thirty real tunnels carry pings.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"
. "$(dirname "$0")/../lib/floods.sh"

# shellcheck disable=SC2034 # for lib/vpnpass.sh
PROTO=ipsec
RATE=${FLOOD_RATE:-400}	# packets a second

# send NODE SOURCE TO COUNT CLIENTS SERVERS [OPTION...] KIND [VALUE]
send() {
	at "$1" ipsec_peer flood --src "$2" --dst "$3" --count "$4" --clients "$5" --servers "$6" --rate "$RATE" \
		--tos $FLOOD_TOS "${@:7}"
}

lan() { # COUNT CLIENTS SERVERS [OPTION...] KIND [VALUE]: to other gateways
	send c11 $FLOOD_LAN $FLOOD_WAN "$@"
}

same() { # COUNT CLIENTS [OPTION...] KIND [VALUE]: to the real ones' gateway
	send c11 $FLOOD_LAN "$SERVER" "$1" "$2" 1 "${@:3}"
}

wan() { # SOURCE COUNT CLIENTS KIND [VALUE]
	send o1 "$1" "$ROUTER" "$2" "$3" 1 "${@:4}"
}

# Clients of the same gateway wait for SAs; the gateway, or who says so, uses many
waiting() { # CLIENTS
	same $((4 * $1)) "$1" ike-sa
	same "$1" "$1" esp
	wan "$SERVER" 3000 1 esp
}

flood_topology
cat >"$LAB/list" <<-EOT
	max_controls_per_client 256 | LAN | cap-controls-client | 40 | lan 300 1 300 ike-init
	max_controls 16384 | LAN | cap-controls | 500 | lan 17000 68 250 ike-init
	max_tunnels_per_client=100 | LAN | cap-tunnels-client | 40 | lan 150 1 150 esp
	max_tunnels=4096 | LAN | cap-tunnels | 500 | lan 5000 20 250 esp
	max_tunnels_per_server=1024 | LAN | cap-tunnels-server | 500 | same 2000 2000 esp
	8 IKE SAs of a pair | LAN | ike-cookie-cap | 40 | same 60 1 ike-init
	! forget_entries
	64 SPIs of a client | LAN | esp-sa-cap | 100 | same 200 1 esp
	4 SAs waited for | LAN | esp-need-lost | 40 | same 100 1 ike-sa
	128 undecided SPIs, 16 waiting clients | WAN | esp-evicted | 100 | waiting 16
	128 clients of one SPI | WAN | esp-crowded | 10 | waiting 200
	16 IKE SAs of a gateway that nobody answers | WAN | ike-guest-cap | 100 | wan $SERVER 500 1 ike-init
	ESP of 500 addresses | WAN | | | wan $FLOOD_WAN 1000 500 esp
	ESP of the gateway | WAN | | | wan $SERVER 1000 1 esp
	IKE of 500 addresses | WAN | | | wan $FLOOD_WAN 1000 500 ike-init
	IKE on SAs that nobody has, of 500 addresses | WAN | | | wan $FLOOD_WAN 1000 500 ike-sa
EOT
both_passes "$LAB/list"
settle
