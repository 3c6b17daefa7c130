#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router that drops new ESP in its forward chain: the first packets are RELATED, so tunnels
# come up, and again after conntrack was flushed. ESP that nobody asked for gets in nowhere.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec

firewall() {
	at r nft -f - <<-EOT
		table inet vpfilter {
			counter related { }
			counter established { }
			counter dropped { }
			chain forward {
				type filter hook forward priority 0; policy accept;
				meta l4proto esp ct state related counter name related accept
				meta l4proto esp ct state established counter name established accept
				meta l4proto esp counter name dropped drop
				iifname "eth0" ct state new drop
			}
			chain input {
				type filter hook input priority 0; policy accept;
				iifname "eth0" meta l4proto esp drop
			}
		}
	EOT
}

packets() { # COUNTER
	at r nft list counter inet vpfilter "$1" | sed -n 's/.*packets \([0-9]*\).*/\1/p'
}

# ESP of a stranger, with an SPI in use and with one that is not
unsolicited() {
	local spi
	spi=$(at c1 ip xfrm state | awk -v to="$(outer c1)" '$4 == to { here = 1 } here && /spi/ { print $4; exit }')
	xfrm_end o1 0x9009 "$spi" "$(outer o1)" $ROUTER "$(inner o1)" "$(inner c1)"
	at o1 ping -n -c 3 -i 0.2 -W 1 "$(inner c1)"
	at o1 ip xfrm state flush
	at o1 ip xfrm policy flush
	xfrm_end o1 0x9009 0x9010 "$(outer o1)" $ROUTER "$(inner o1)" "$(inner c1)"
	at o1 ping -n -c 3 -i 0.2 -W 1 "$(inner c1)"
}

topology clients=2 outside=1
tunnel_ends c1 c2 o1
load_netfilter
firewall
help_on r
daemons c1 c2
ipsec_dial c1 c2
check "the clients have their SAs" each_of "c1 c2" ipsec_wait
check "the gateway speaks first to one" reply_ping c2
check "the other speaks first" inner_ping c1
check "both ways for both" each_of "c1 c2" inner_ping 3
check "first packets were RELATED" test "$(packets related)" -ge 2
check "later ones ESTABLISHED" test "$(packets established)" -ge 10
equal "none was dropped" 0 "$(packets dropped)"
check "conntrack is flushed" flush_conntrack
check "the gateway gets through to both at once" each_of "c1 c2" reply_ping
entries=$(esp_count)
equal "one entry a client" 2 "$entries"
launch r tcpdump -lnni lan "esp and src host $(outer o1)" </dev/null >"$LAB/strange" 2>/dev/null
refute "a stranger gets no answer" unsolicited
equal "nothing of it reaches the LAN" "" "$(cat "$LAB/strange")"
equal "it leaves no entry" "$entries" "$(esp_count)"
check "the tunnels go on" each_of "c1 c2" inner_ping
settle
