#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# No legacy VPNs from and to one network, as rules of your own: running tunnels end too, IPv4
# and IPv6. "vpnpass block all --lan guest0" does the same, and removes conntrack's entries.
# All GRE is dropped, not only PPTP's. Run again, it replaces what it made.
# usage: GUEST=interface block.sh
set -e
GUEST=${GUEST:-guest0}

for ip in iptables ip6tables; do
	$ip-restore --noflush <<-END
		*filter
		:vpn_block -
		-A vpn_block -p tcp -m multiport --ports 1723,4500 -j DROP
		-A vpn_block -p udp -m multiport --ports 1701,500,4500 -j DROP
		-A vpn_block -p gre -j DROP
		-A vpn_block -p esp -j DROP
		-A vpn_block -p ah -j DROP
		-A vpn_block -p 115 -j DROP
		COMMIT
	END
	$ip -C FORWARD -i "$GUEST" -j vpn_block 2>/dev/null || $ip -I FORWARD -i "$GUEST" -j vpn_block
	$ip -C FORWARD -o "$GUEST" -j vpn_block 2>/dev/null || $ip -I FORWARD -o "$GUEST" -j vpn_block
done
