#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPv6, with the kernel's own ends ("ip l2tp", over UDP and over IP): without NAT nothing is
# touched, with NAT66 both clients of a server work.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"

use_family 6

# ends ENCAP AS...: pseudowires of two clients, whom the server sees at these addresses
ends() {
	local encap=$1 n as wire
	shift
	wires_end c1 c2 s
	flush_conntrack >/dev/null 2>&1
	for n in 1 2; do
		as=$1 wire=$((10 + n))
		[ $# -eq 1 ] || shift
		wire_tunnel "c$n" "$encap" $wire "$(outer "c$n")" "$(outer s)" || return 1
		if [ "$encap" = ip ] || [ "$n" = 1 ]; then
			wire_tunnel s "$encap" $wire "$(outer s)" "$as" || return 1
		else
			wire=11 # one socket for all clients of an address
		fi
		wire_session "c$n" $((10 + n)) wire $((100 + n)) $((1000 + n)) "$WIRES.$n.2" &&
			wire_session s $wire "wire$n" $((1000 + n)) $((100 + n)) "$WIRES.$n.1" || return 1
	done
}

topology clients=2
load_netfilter
load_l2tp_stack
help_on r
at r nft flush chain inet vplab post
ip -6 -n s route add $LAN6:/64 via $WAN6:1
check "pseudowires" ends ip "$(outer c1)" "$(outer c2)"
wires_work "without NAT"
equal "no packet was looked at" 0 "$(counter data-packets)"
equal "no tunnel is known" 0 "$(tunnels '[a-z]*')"
at r nft add rule inet vplab post oifname eth0 masquerade
ip -6 -n s route del $LAN6:/64 via $WAN6:1
for encap in ip udp; do
	check "pseudowires over $encap" ends $encap "$(outer r)"
	wires_work "NAT66, $encap"
done
wires_end c1 c2 s
settle
