#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A home router: one LAN behind one public address. Nothing in it is about VPNs: after
# "vpnpass enable all" the packets of tunnels are ESTABLISHED or RELATED, like any others.
# It replaces what the tables filter and nat have.
# usage: LAN=interface WAN=interface home-router.sh
set -e
LAN=${LAN:-lan0} WAN=${WAN:-wan0}

filter() { # NAME-OF-ICMP
	cat <<-END
		*filter
		:INPUT DROP
		:FORWARD DROP
		:OUTPUT ACCEPT
		-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		-A INPUT -m conntrack --ctstate INVALID -j DROP
		-A INPUT -i lo -j ACCEPT
		-A INPUT -i $LAN -j ACCEPT
		-A INPUT -p $1 -j ACCEPT
		-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		-A FORWARD -m conntrack --ctstate INVALID -j DROP
		-A FORWARD -i $LAN -o $WAN -j ACCEPT
		COMMIT
	END
}

nat() {
	cat <<-END
		*nat
		-A POSTROUTING -o $WAN -j MASQUERADE
		COMMIT
	END
}

{ filter icmp && nat; } | iptables-restore
filter ipv6-icmp | ip6tables-restore
