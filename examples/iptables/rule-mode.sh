#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Help for the LAN only, beside the rules that do NAT (home-router.sh): for mode "rule",
# "vpnpass enable --rule all". Run again, it replaces what it made.
# usage: LAN=interface rule-mode.sh
set -e
LAN=${LAN:-lan0}

for ip in iptables ip6tables; do
	$ip-restore --noflush <<-END
		*raw
		:vpn_rule -
		-A vpn_rule -p tcp --dport 1723 -j CT --helper pptp
		-A vpn_rule -p udp --dport 1701 -j CT --helper l2tp
		-A vpn_rule -p udp --dport 500 -j CT --helper ike
		COMMIT
	END
	$ip -t raw -C PREROUTING -i "$LAN" -j vpn_rule 2>/dev/null ||
		$ip -t raw -A PREROUTING -i "$LAN" -j vpn_rule
done
