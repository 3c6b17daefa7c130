#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Source NAT to several addresses: IKE and ESP of a client leave by the same one.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ALL="c1 c2 c3 c4"

pool() {
	local i
	for i in 41 42 43; do
		ip -n r addr add $WAN.$i/24 dev eth0
	done
	at r nft flush chain inet vplab post
	at r nft add rule inet vplab post oifname eth0 snat ip to $WAN.41-$WAN.43
}

# Outside address of a client's flow
mapped() { # NODE CONNTRACK_OPTION...
	at r conntrack -L -s "$(outer "$1")" "${@:2}" 2>/dev/null |
		sed -n 's/.*src=.* dst=.* src=.* dst=\([0-9.]*\).*/\1/p' | sort -u
}

topology clients=4
# shellcheck disable=SC2086 # a list
tunnel_ends $ALL
load_netfilter
pool
help_on r
# shellcheck disable=SC2086 # a list
daemons $ALL
# shellcheck disable=SC2086 # a list
ipsec_dial $ALL
check "all clients have their SAs" each_of "$ALL" ipsec_wait
check "ping through each tunnel" each_of "$ALL" inner_ping
check "the server pings each client" each_of "$ALL" reply_ping
for node in $ALL; do
	equal "$node: ESP leaves by the address of IKE" "$(mapped $node -p udp --dport 500)" "$(mapped $node -p esp)"
done
check "the addresses are of the pool, and not all the same" \
	test "$(at r conntrack -L -p esp 2>/dev/null | grep -o "dst=$WAN.4[123]" | sort -u | wc -l)" -gt 1
# shellcheck disable=SC2086 # a list
check "vpnpass shows four tunnels that are up" up_by_talk 4 $ALL
check "conntrack is flushed" flush_conntrack
check "all go on" each_of "$ALL" inner_ping
settle
