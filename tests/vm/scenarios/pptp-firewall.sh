#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router that drops new GRE in its forward chain: the first packets of a call are
# RELATED, so calls come up; GRE that nobody asked for gets in nowhere and leaves no state.
. "$(dirname "$0")/../lib/lab.sh"

firewall() {
	at r nft -f - <<-EOF
		table inet vpfilter {
			counter related { }
			counter established { }
			counter dropped { }
			chain forward {
				type filter hook forward priority 0; policy accept;
				meta l4proto gre ct state related counter name related accept
				meta l4proto gre ct state established counter name established accept
				meta l4proto gre counter name dropped drop
				iifname "eth0" ct state new drop
			}
			chain input {
				type filter hook input priority 0; policy accept;
				iifname "eth0" meta l4proto gre drop
			}
		}
	EOF
}

packets() { # COUNTER
	at r nft list counter inet vpfilter "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# GRE from a host that has no call, for every id in use, and from the server for none.
unsolicited() {
	local id
	for id in 4242 4243 1 2 0 65535; do
		at o1 pptp_peer gre --dst $ROUTER --id $id || return 1
	done
	for id in 9 0 65535; do
		at s pptp_peer gre --dst $ROUTER --id $id || return 1
	done
}

topology clients=2 outside=1
firewall
help_on r
peer_server s
peer_start one c1 --ids 4242 "connect 1" "dial 2" "ping 10" "touch $LAB/up1" "wait $LAB/go" "ping 5"
peer_start two c2 --ids 4242 "connect 1" "dial 2" "ping 10" "touch $LAB/up2" "wait $LAB/go" "ping 5"
check "calls of the first client come up" await up1
check "calls of the second client come up" await up2
check "first packets were RELATED" test "$(packets related)" -ge 4
equal "none was dropped" 0 "$(packets dropped)"
entries=$(gre_count)
equal "one entry a call" 4 "$entries"
sniff_start c1 c1 --proto gre --src $WAN.31 --timeout 3
check "send GRE that nobody asked for" unsolicited
refute "it does not reach a client" sniff_end c1
equal "it leaves no entry" "$entries" "$(gre_count)"
signal go
check "first client unharmed" peer_end one
check "second client unharmed" peer_end two
check "the server agrees" peer_server_stop s
settle
