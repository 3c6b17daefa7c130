# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The IPsec peer (tests/peer): clients are addresses of c1, servers addresses of s, and one
# process plays them all.

# shellcheck disable=SC2034 # for lib/vpnpass.sh
PROTO=ipsec
ESP_FIRST=$LAN.100	# the first client; the others follow
SERVER_TWO=$WAN.12

# esp_clients COUNT: so many addresses more at c1
esp_clients() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "addr add $LAN.$((100 + i))/32 dev eth0"
	done | ip -n c1 -batch -
}

second_server() {
	ip -n s addr add $SERVER_TWO/24 dev eth0
}

# esp_topology COUNT [OPTION...]: the lab with so many clients, help not yet on
esp_topology() {
	topology clients=1 "${@:2}"
	esp_clients "$1"
	second_server
}

# play COUNT [OPTION...] STEP...: so many clients and the usual server, in the foreground
play() {
	local count=$1
	shift
	ipsec_peer play --server "s=$SERVER" --clients "c1=$ESP_FIRST+$count" "$@"
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

# copies NAME: what clients got that was for others, up to the latest settling of a peer
copies() {
	sed -n 's/.*copies=\([0-9]*\).*/\1/p' "$LAB/peer-$1.log" | tail -n 1
}

flood() { # NODE [OPTION...] KIND [VALUE]
	local node=$1
	shift
	at "$node" ipsec_peer flood "$@"
}

esp_entries() {
	at r conntrack -L -p esp 2>/dev/null
}

# held tunnels|controls: how many the router has, in whatever state
held() {
	vpnpass -j -n r status | tr ',{}' '\n' |
		sed -n "/\"protocol\": *\"ipsec\"/,/\"protocol\"/s/.*\"$1\": *\([0-9]*\).*/\1/p" | head -n 1
}

# holds COUNT tunnels|controls
holds() {
	[ "$(held "$2")" = "$1" ]
}

# All tunnels and entries gone, as if help had just been switched on
afresh() {
	mode r off && flush_conntrack && mode r on && holds 0 tunnels && holds 0 controls
}
