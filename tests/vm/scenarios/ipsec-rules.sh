#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What docs/ipsec.md says of rulesets: its examples load, conntrack zones of the user's, a
# port that a NAT rule names, IKE without ESP, a gateway behind the router for which only
# IKE's port is forwarded through a firewall that drops the rest.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec

examples() {
	check "the rule that picks IKE loads" at r nft -f - <<-'EOT'
		table inet filter {
			ct helper ike { type "ike" protocol udp; }
			chain prerouting {
				type filter hook prerouting priority filter;
				ip saddr 192.168.1.0/24 ip daddr 203.0.113.5 udp dport 500 ct helper set "ike"
			}
		}
	EOT
	at r nft delete table inet filter
	check "the firewall loads" at r nft -f - <<-'EOT'
		table inet filter {
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established,related accept
				iifname "lan" oifname "eth0" accept
			}
		}
	EOT
}

dial() { # what the gateway knows of them before is gone
	flush_conntrack >/dev/null 2>&1
	ipsec_dial c1 c2
	check "$1: both have their SAs" each_of "c1 c2" ipsec_wait
}

hang_up() {
	each_of "c1 c2" ipsec_hangup >/dev/null
	mode r off
	mode r on
}

controls_are() {
	vpnpass -n r status | grep -qE "^ipsec +on +loaded +$1 +$2\$"
}

firewall() {
	dial "firewall"
	check "IKE alone counts as a control flow" controls_are 0 2
	check "firewall: the gateway may speak first" reply_ping c1
	check "firewall: to the second client too" reply_ping c2
	check "firewall: clients ping" each_of "c1 c2" inner_ping
	check "two control flows, two tunnels" controls_are 2 2
	equal "their ports are their own" 0 "$(counter ike-port-translated)"
	hang_up
	at r nft delete table inet filter
}

# copies off: whoever is taken for the owner gets all
no_copies() {
	local before
	before=$(counter esp-copies)
	tune r ipsec_copies 0
	dial "without copies"
	check "without copies: the first pings" inner_ping c1
	check "without copies: the second pings" inner_ping c2
	equal "without copies: none were made" "$before" "$(counter esp-copies)"
	tune r ipsec_copies 16
	hang_up
}

zone_rule() { # RULE...: before connection tracking
	at r nft -f - <<-EOT
		table inet vpzone {
			chain pre {
				type filter hook prerouting priority raw;
				$*
			}
		}
	EOT
}

own_zone() {
	local before
	before=$(counter ike-port-translated)
	zone_rule 'iifname { "lan", "eth0" } ct zone set 7'
	dial "a zone for both directions"
	check "a zone for both directions: the port is translated, and counted" counter_over ike-port-translated "$before"
	check "doctor names it" doctor_finds ike-port-translated
	check "a zone for both directions: ESP is helped" each_of "c1 c2" inner_ping
	check "a zone for both directions: from the gateway too" each_of "c1 c2" reply_ping
	hang_up
	at r nft delete table inet vpzone
	before=$(counter user-zone)
	zone_rule 'iifname "lan" ct original zone set 7'
	flush_conntrack >/dev/null 2>&1
	ipsec_dial c1 c2
	check "a zone for one direction: counted" wait_for 20 counter_over user-zone "$before"
	check "a zone for one direction: nothing is helped" controls_are 0 0
	at r nft delete table inet vpzone
	hang_up
}

named_port() {
	local before
	before=$(counter ike-port-translated)
	at r nft flush chain inet vplab post
	at r nft add rule inet vplab post oifname eth0 meta l4proto udp masquerade to :1024-65535
	at r nft add rule inet vplab post oifname eth0 masquerade
	dial "a port that a rule names"
	check "a port that a rule names: is used, and counted" counter_over ike-port-translated "$before"
	check "a port that a rule names: ESP is helped" each_of "c1 c2" inner_ping
	hang_up
	at r nft flush chain inet vplab post
	at r nft add rule inet vplab post oifname eth0 masquerade
}

inside_gateway() {
	dnat r iifname eth0 udp dport '{ 500, 4500 }' dnat ip to "$LAN.11"
	at r nft -f - <<-'EOT'
		table inet filter {
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established,related accept
				iifname "lan" oifname "eth0" accept
				iifname "eth0" udp dport { 500, 4500 } accept
			}
		}
	EOT
	export GATEWAY=c1
	gateway o1 o2
	client o1 $ROUTER
	client o2 $ROUTER
	pluto_wait c1 o1 o2
	flush_conntrack >/dev/null 2>&1
	ipsec_dial o1 o2
	check "a gateway inside: both have their SAs" each_of "o1 o2" ipsec_wait
	check "a gateway inside: clients ping" each_of "o1 o2" inner_ping
	check "a gateway inside: it pings them" eval 'inner_ping c1 3 "$(inner o1)" && inner_ping c1 3 "$(inner o2)"'
	check "a gateway inside: two tunnels" wait_for 10 controls_are 2 2
}

topology clients=2 outside=2
tunnel_ends c1 c2 o1 o2
help_on r
examples
daemons c1 c2
firewall
no_copies
own_zone
named_port
each_of "c1 c2 s" whack --shutdown >/dev/null
inside_gateway
settle
