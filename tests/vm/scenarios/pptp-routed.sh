#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router without NAT: calls work with help switched on, and no call id changes although
# both clients choose the same.
. "$(dirname "$0")/../lib/lab.sh"

unequal_ids() { # tunnels whose id is not the same on both sides
	vpnpass -j -n r tunnels | tr -d ' \n' | grep -oE '"client-id":[0-9]+,"client-id-mapped":[0-9]+' |
		awk -F'[:,]' '$2 != $4' | wc -l
}

topology clients=2 nat=none
help_on r
pptpd_start s
for node in c1 c2; do
	call_id $node 4242
	pptp_dial $node
	check "$node gets its address" ppp_wait $node
	check "ping through the tunnel of $node" ping_tunnel $node
done
check "two tunnels" wait_for 5 tunnels_are 2
equal "no id was changed" 0 "$(unequal_ids)"
check "first client hangs up" pptp_hangup c1
check "second client hangs up" pptp_hangup c2
settle
