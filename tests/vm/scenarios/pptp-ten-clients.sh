#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ten real PPTP clients to one pptpd at once, all with the same call id.
. "$(dirname "$0")/../lib/lab.sh"

COUNT=10
ID=4242

each() { # COMMAND ARGUMENT...: for every client, in order; false if one fails
	local i
	for ((i = 1; i <= COUNT; i++)); do
		"$1" "c$i" "${@:2}" || return 1
	done
}

all_have_ten() {
	each ten_answers
}

ping_begin() { # NODE
	ping_start "$1" "$1" "$TUNNEL_SERVER"
}

ten_answers() { # NODE
	[ "$(grep -c 'bytes from' "$LAB/ping-$1")" -ge 10 ]
}

ping_all_at_once() {
	each ping_begin && wait_for 60 all_have_ten && each ping_stop
}

# Call ids of all tunnels, as the clients chose them or as the server sees them.
ids() { # FIELD
	vpnpass -j -n r tunnels | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" | sort -u
}

topology clients=$COUNT
pptpd_start s
help_on r
each call_id $ID
each pptp_dial
check "ten clients get their addresses" each ppp_wait 0 60
check "vpnpass shows ten tunnels that are up" wait_for 10 tunnels_are 10
equal "all clients chose the same call id" $ID "$(ids client-id)"
equal "the server sees ten different ones" 10 "$(ids client-id-mapped | wc -l)"
check "ping through each tunnel" each ping_tunnel 3
check "ping through all tunnels at once" ping_all_at_once
check "one client hangs up" pptp_hangup c5
check "the others go on" ping_tunnel c6
check "it dials again" eval 'pptp_dial c5; ppp_wait c5'
check "ping through its new tunnel" ping_tunnel c5
settle
