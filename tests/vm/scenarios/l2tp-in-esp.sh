#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# L2TP inside ESP is ESP's business: two real LACs (xl2tpd) whose L2TP goes through IPsec tunnels
# with keys set by hand, to one gateway that is the LNS too. The L2TP module is on and sees none.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"

topology clients=2
tunnel_ends c1 c2
xfrm_pair c1 0x1001 0x2001
xfrm_pair c2 0x1002 0x2002
load_l2tp_stack
help_on r ipsec
help_on r l2tp
lns s $INNER_SERVER
for node in c1 c2; do
	lac $node $INNER_SERVER
done
l2tp_dial c1 c2
l2tp_both_work
check "the server pings the first client" lns_ping c1
check "the server pings the second client" lns_ping c2
check "vpnpass shows two IPsec tunnels that are up" up_by_talk 2 c1 c2
equal "and no L2TP" 0 "$(vpnpass -n r tunnels | grep -c '^l2tp ')"
settle
