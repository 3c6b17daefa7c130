#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# At every cap the next client is refused and counted, while those that are up lose nothing.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/espwire.sh"

# caps NAME=VALUE...: the others as they are by default
caps() {
	local cap
	for cap in tunnels=16384 tunnels_per_client=256 tunnels_per_server=16384 controls=16384 \
		controls_per_client=256 "$@"; do
		tune r "max_${cap%=*}" "${cap#*=}"
	done
}

# capped COUNTER CAP=VALUE COUNT [OPTION...] STEP...: two talk while what comes next is refused
capped() {
	local name=$1 cap=$2 before
	shift 2
	caps
	afresh || bail "help does not begin afresh"
	before=$(counter "$name")
	play_start caps "$@" "hush all@all" "settle 1-2" "ping 1-2 10" "touch $LAB/$name-last" "wait $LAB/$name-end"
	check "two clients talk" await "$name-talk"
	check "cap: $cap" caps "$cap"
	signal "$name-go"
	check "they talk on beyond the cap" await "$name-last"
	check "counted: $name" counter_over "$name" "$before"
	check "doctor names it: $name" doctor_finds "$name"
	equal "two tunnels" 2 "$(held tunnels)"
	signal "$name-end"
	check "those up lose nothing, the next gets nothing" play_end caps
}

tunnel_caps() {
	local talk=("start 1-2" "ping 1-2 5" "talk 1-2 50")
	capped cap-tunnels tunnels=2 3 "${talk[@]}" "touch $LAB/cap-tunnels-talk" "wait $LAB/cap-tunnels-go" \
		"start 3" "!ping 3 3" "speak 3 20 3" "!settle 3"
	capped cap-tunnels-server tunnels_per_server=2 3 "${talk[@]}" "touch $LAB/cap-tunnels-server-talk" \
		"wait $LAB/cap-tunnels-server-go" "start 3" "!ping 3 3"
	capped cap-tunnels-client tunnels_per_client=1 2 --server "s=$SERVER_TWO" "${talk[@]}" \
		"touch $LAB/cap-tunnels-client-talk" "wait $LAB/cap-tunnels-client-go" "start 1@2" "!ping 1@2 3"
}

control_caps() {
	local talk=("start 1-2" "ping 1-2 5" "talk 1-2 50")
	capped cap-controls controls=2 3 --timeout 3 "${talk[@]}" "touch $LAB/cap-controls-talk" \
		"wait $LAB/cap-controls-go" "!start 3"
	capped cap-controls-client controls_per_client=1 2 --timeout 3 --server "s=$SERVER_TWO" "${talk[@]}" \
		"touch $LAB/cap-controls-client-talk" "wait $LAB/cap-controls-client-go" "!start 1@2"
}

# saved KIND: how many records of that kind the router would save
saved() {
	vpnpass -n r save "$LAB/saved" && grep -o "\"record\": *\"$1\"" "$LAB/saved" | wc -l
}

# One client makes SA after SA, each is used: those that are silent for longest are forgotten
sa_caps() {
	local steps=() i
	for ((i = 0; i < 66; i++)); do
		steps+=("rekey 1" "ping 1 2")
	done
	caps
	afresh
	play_start sas 1 "start 1" "ping 1 2" "${steps[@]}" "touch $LAB/sas-last" "wait $LAB/sas-end" "ping 1 5"
	check "a client makes 67 SAs" await sas-last 60
	equal "64 are known that it receives by" 64 "$(saved sa-in)"
	equal "and 64 that it sends by" 64 "$(saved sa-out)"
	signal sas-end
	check "it has lost nothing" play_end sas
}

# A refused client is told so, and gets in when there is room again
room_again() {
	caps controls=2
	afresh
	check "two get in" play 2 "start all" "ping all 3"
	sniff_start told c1 --proto icmp --dst $LAN.102 --timeout 10
	check "the third does not" play 3 --timeout 2 "!start 3"
	sniff_end told >"$LAB/got"
	check "it is told: prohibited" grep -q 'type=3 code=13' "$LAB/got"
	caps controls=3
	check "with more room it gets in" play 3 "start 3" "ping 3 3"
	caps tunnels=3 controls=16384
	tune r ipsec_timeout 2
	check "idle ones make room" wait_for 20 holds 0 tunnels
	tune r ipsec_timeout 3600
	check "for others" play 6 "start 4-6" "ping 4-6 3"
}

esp_topology 10
help_on r
tunnel_caps
control_caps
sa_caps
room_again
settle
