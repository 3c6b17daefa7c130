#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# PPTP and L2TP in conntrack zones of the user's own: the same one for both directions is worked
# with. Where the directions' zones differ the modules keep out and say so.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"

ALL="c1 c2 c3 c4" # as in all.sh, without IPsec

# How many control connections are in the zone
in_zone() {
	at r conntrack -L --zone 7 2>/dev/null | grep -cE 'dport=(1723|1701) '
}

topology clients=4
load_netfilter
check "one zone for both directions" zones "zone set 7" "zone set 7"
help_on r pptp
help_on r l2tp
ppp_daemons
pptp_dial c1
pptp_dial c2
l2tp_dial c3 c4
check "all have their tunnels" each_of "$ALL" wait_up
check "all get pings through" each_of "$ALL" through 4
check "the tool shows four tunnels" tunnels_up 4
equal "the control connections are in that zone" 4 "$(in_zone)"
check "all get pings through after conntrack -F" eval 'flush_conntrack; each_of "$ALL" through 4'
equal "nothing was refused" "0 0" "$(counter user-zone r pptp) $(counter user-zone r l2tp)"
check "PPTP clients hang up" each_of "c1 c2" pptp_hangup
l2tp_hangup c3 c4
check "L2TP clients hang up" each_of "c3 c4" wait_down

check "a zone for one direction only" zones "original zone set 7"
flush_conntrack >/dev/null 2>&1
l2tp_dial c3
check "an L2TP client that dials now works as with plain NAT" wait_up c3
check "ping through its tunnel" through c3
pptp_dial c1
check "PPTP and L2TP count that they kept out" wait_for 20 eval \
	'[ "$(counter user-zone r pptp)" -gt 0 ] && [ "$(counter user-zone r l2tp)" -gt 0 ]'
at r nft delete table inet vpzone
settle
