#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mode "rule": only clients whose IKE flow an nft rule gave a helper of type ike are helped.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec

rules() {
	at r nft -f - <<-EOT
		table inet vprule {
			ct helper vpn {
				type "ike" protocol udp
				l3proto ip
			}
			chain pre {
				type filter hook prerouting priority 0; policy accept;
				ip saddr { $(outer c1), $(outer c2) } udp dport 500 ct helper set "vpn"
			}
		}
	EOT
}

# Clients that get a ping through
working() { # NODE...
	local node count=0
	for node; do
		! at "$node" ping -n -c 3 -i 0.2 -W 1 $INNER_SERVER >/dev/null || count=$((count + 1))
	done
	echo $count
}

topology clients=4
tunnel_ends c1 c2 c3 c4
load_modules
mode r rule
check "a rule can name the helper" rules
daemons c1 c2 c3 c4
ipsec_dial c1 c2
check "picked clients have their SAs" each_of "c1 c2" ipsec_wait
check "ping through each of their tunnels" each_of "c1 c2" inner_ping 5
check "vpnpass shows two tunnels that are up" up_by_talk 2 c1 c2
ipsec_dial c3 c4
check "the others have their SAs too" each_of "c3 c4" ipsec_wait
equal "but, as with plain NAT, only one of them works" 1 "$(working c3 c4)"
check "the gateway pings the picked ones" each_of "c1 c2" reply_ping
equal "no further tunnel" 2 "$(tunnels '[a-z]*')"
at r nft delete table inet vprule
settle
