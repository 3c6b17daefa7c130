#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two real IKEv2 clients to one gateway, without NAT traversal: what plain NAT does, what the
# help changes.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec

# How many of the two clients get a ping through.
working() {
	local node count=0
	for node in c1 c2; do
		if ipsec_wait $node 10 >/dev/null && at $node ping -n -c 3 -i 0.2 -W 1 $INNER_SERVER >/dev/null; then
			count=$((count + 1))
		fi
	done
	echo $count
}

ike_ports() { # source ports that the server sees
	whack s --status | grep -o "$ROUTER:[0-9]* STATE_V2_ESTABLISHED_IKE" | sort | uniq -c
}

baseline() {
	local count
	ipsec_dial c1 c2
	count=$(working)
	diag "plain NAT: $count of 2 clients work"
	equal "with plain NAT one of them works" 1 "$count"
	ipsec_hangup c1 >/dev/null
	ipsec_hangup c2 >/dev/null
	flush_conntrack >/dev/null 2>&1
}

helped() {
	help_on r
	ipsec_dial c1 c2
	check "first client has its SAs" ipsec_wait c1
	check "second client has its SAs" ipsec_wait c2
	check "ping through the first tunnel" inner_ping c1 5
	check "ping through the second tunnel" inner_ping c2 5
	check "ping through the first tunnel still" inner_ping c1 2
	check "the server pings the first client" reply_ping c1
	check "the server pings the second client" reply_ping c2
	check "vpnpass shows two tunnels that are up" up_by_talk 2 c1 c2
	equal "one ESP entry a client in conntrack" 2 "$(esp_count)"
	equal "both come from port 500" "      2 $ROUTER:500 STATE_V2_ESTABLISHED_IKE" "$(ike_ports)"
}

hang_up() {
	check "first client hangs up" ipsec_hangup c1
	check "second tunnel goes on" inner_ping c2
	check "second client hangs up" ipsec_hangup c2
	refute "nothing passes without a tunnel" at c2 ping -n -c 1 -W 1 $INNER_SERVER
}

topology clients=2
tunnel_ends c1 c2
daemons c1 c2
baseline
helped
hang_up
settle
