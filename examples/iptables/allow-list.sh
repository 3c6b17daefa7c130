#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Legacy VPNs for some clients only: these are helped, all others are refused. Beside the rules
# that do NAT (home-router.sh), for mode "rule", "vpnpass enable --rule all". IPv6 is refused to
# all, as the list is of IPv4 addresses. Run again, it replaces what it made.
# usage: LAN=interface CLIENTS="address[/length]..." allow-list.sh
set -e
LAN=${LAN:-lan0} CLIENTS=${CLIENTS:-192.168.1.10 192.168.1.20/30}

helped() {
	printf '*raw\n:vpn_list -\n'
	for client in $CLIENTS; do
		cat <<-END
			-A vpn_list -s $client -p tcp --dport 1723 -j CT --helper pptp
			-A vpn_list -s $client -p udp --dport 1701 -j CT --helper l2tp
			-A vpn_list -s $client -p udp --dport 500 -j CT --helper ike
		END
	done
	echo COMMIT
}

refused() { # CLIENT-NOT-REFUSED...
	printf '*filter\n:vpn_list -\n'
	for client; do
		echo "-A vpn_list -s $client -j RETURN"
	done
	cat <<-END
		-A vpn_list -p tcp -m multiport --dports 1723,4500 -j REJECT
		-A vpn_list -p udp -m multiport --dports 1701,500,4500 -j REJECT
		-A vpn_list -p gre -j DROP
		-A vpn_list -p esp -j DROP
		-A vpn_list -p ah -j DROP
		-A vpn_list -p 115 -j DROP
		COMMIT
	END
}

# first COMMAND TABLE HOOK: what comes from the LAN goes there first
first() {
	$1 -t "$2" -C "$3" -i "$LAN" -j vpn_list 2>/dev/null || $1 -t "$2" -I "$3" -i "$LAN" -j vpn_list
}

# shellcheck disable=SC2086 # a list
{ helped && refused $CLIENTS; } | iptables-restore --noflush
refused | ip6tables-restore --noflush
first iptables raw PREROUTING
first iptables filter FORWARD
first ip6tables filter FORWARD
