#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mode "rule": only flows that an nft rule gave a helper of type l2tp are helped.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

rules() {
	at r nft -f - <<-EOT
		table inet vprule {
			ct helper vpn {
				type "l2tp" protocol udp
				l3proto ip
			}
			chain pre {
				type filter hook prerouting priority 0; policy accept;
				ip daddr $SERVER udp dport 1701 ct helper set "vpn"
			}
		}
	EOT
}

l2tp_topology 3
load_modules
mode r rule
check "a rule can name the helper" rules
check "picked flows are helped" play 3 "set tunnel-id 7" "set answer 1" "start all" "ping all 5" clean
check "and shown" tunnels_up 3
flush_conntrack >/dev/null 2>&1
mode r off
mode r rule
check "to a server that no rule picks: plain NAT" l2tp_peer play --server "s=$SERVER_TWO" --clients "c1=$L2TP_FIRST+2" \
	"set timeout 4000" "set answer 1" "start 1" "!start 2" "ping 1 3"
equal "and no tunnel" 0 "$(tunnels '[a-z]*')"
at r nft delete table inet vprule
settle
