# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by packets.sh: ESP of many clients of one gateway, and of one client of plain NAT.

spis() { # NUMBER
	addressed %d "$1" | awk '{ printf "0x%x %s\n", 268435456 + $1, $2 }' >"$LAB/to-server"
	sed 's/^0x10/0x18/; s/ .*//' "$LAB/to-server" >"$LAB/to-client"
}

# One client without help: conntrack knows ESP by its addresses only
esp_plain() {
	spis 1
	set_up_begin
	warm 1 init
	warm 1 sa 1
	equal "plain ESP: one entry in conntrack" 1 "$(esp_count)"
	both_ways esp-plain 1 esp
	forget_all
}

esp_state() { # NUMBER STATE
	wait_for 20 tunnels_are "$1" up && return
	vpnpass -n r tunnels | head -n 5
	vpnpass -n r status
	return 1
}

esp_path() { # NUMBER
	spis "$1"
	mode r on ipsec
	set_up_begin
	memory_mark
	warm "$1" init
	memory_row esp "$1" "$1" control-
	memory_mark
	warm "$1" sa 1
	set_up_end esp "$1"
	memory_row esp "$1" "$1"
	check "$1 IPsec tunnels are up" esp_state "$1"
	equal "an ESP entry for each of $1 tunnels" "$1" "$(esp_count)"
	both_ways esp "$1" esp
	equal "$1 tunnels: each packet had one receiver" 0 "$(counter esp-copies r ipsec)"
	check "$1 IPsec tunnels are up still" esp_state "$1"
	esp_more "$1"
	mode r off ipsec
}

esp_more() { # NUMBER: a second pair of SAs for each
	[ "$1" = 1000 ] || return 0
	memory_mark
	warm "$1" sa 2
	memory_row esp "$1" "$1" more-
	check "$1 IPsec tunnels are up with two SAs each way" esp_state "$1"
}

# Dead peer detection of one client, without and with help
ike() {
	warm 1 init
	flow ike ike-plain 500 500
	forget_all
	need ipsec
	mode r on ipsec
	warm 1 init
	flow ike ike-ours 500 500
	equal "IKE packets were read" 0 "$(counter ike-unknown-cookie r ipsec)"
	mode r off ipsec
	forget_all
	unload_modules
}
