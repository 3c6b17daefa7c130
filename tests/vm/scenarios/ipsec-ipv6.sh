#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPv6: without NAT nothing is touched, with NAT66 several clients work, by hand and by IKE.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
use_family 6

unnated() {
	at r nft flush chain inet vplab post
	ip -6 -n s route add $LAN6:/64 via $WAN6:1
}

nated() {
	at r nft add rule inet vplab post oifname eth0 masquerade
	ip -6 -n s route del $LAN6:/64 via $WAN6:1
}

topology clients=4
tunnel_ends c1 c2 c3 c4
help_on r
unnated
xfrm_pair c1 0x1001 0x2001 "$(outer c1)"
xfrm_pair c2 0x1002 0x2002 "$(outer c2)"
check "without NAT both work" each_of "c1 c2" inner_ping
check "from the gateway's side too" each_of "c1 c2" reply_ping
equal "no packet was looked at" 0 "$(counter data-packets)"
equal "no tunnel is known" 0 "$(tunnels '[a-z]*')"
nated
each_of "s c1 c2" xfrm_flush
flush_conntrack >/dev/null 2>&1
xfrm_pair c1 0x1001 0x2001
xfrm_pair c2 0x1002 0x2002
check "with NAT66 and keys by hand both work" each_of "c1 c2" inner_ping
daemons c3 c4
ipsec_dial c3 c4
check "two more have their SAs by IKE" each_of "c3 c4" ipsec_wait
check "all work" each_of "c1 c2 c3 c4" inner_ping
check "from the gateway's side too" each_of "c1 c2 c3 c4" reply_ping
equal "one ESP entry a client" 4 "$(at r conntrack -f ipv6 -L -p esp 2>/dev/null | wc -l)"
check "vpnpass shows four tunnels that are up" up_by_talk 4 c1 c2 c3 c4
settle
