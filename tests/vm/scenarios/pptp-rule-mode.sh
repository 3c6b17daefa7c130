#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mode "rule": only connections that an nft rule gave a helper of type pptp are helped, on
# any port.
. "$(dirname "$0")/../lib/lab.sh"

PORT=2723

rules() {
	at r nft -f - <<-EOF
		table inet vprule {
			ct helper vpn {
				type "pptp" protocol tcp
				l3proto ip
			}
			chain pre {
				type filter hook prerouting priority 0; policy accept;
				tcp dport $PORT ct helper set "vpn"
			}
		}
	EOF
}

topology clients=2
load_modules
mode r rule
check "a rule can name the helper" rules
peer_server s --port $PORT
peer_start one c1 --port $PORT --ids 7 "connect 1" "dial 2" "ping 5"
peer_start two c2 --port $PORT --ids 7 "connect 1" "dial 2" "ping 5"
check "picked connection of the first client" peer_end one
check "picked connection of the second client" peer_end two
check "the server agrees" peer_server_stop s
flush_conntrack >/dev/null 2>&1
peer_server s --ids 500
check "a connection to port 1723 that no rule picks gets no help" \
	peer c1 --ids 70 "connect 1" "dial 1" "mute 5"
peer_server_stop s >/dev/null
equal "and no tunnel" 0 "$(tunnels up)"
at r nft delete table inet vprule
settle
