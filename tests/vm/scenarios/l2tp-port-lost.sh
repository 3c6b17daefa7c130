#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client's first packet is lost behind NAT: its port is free again, and another client gets
# it. The first one gets another port, and nobody loses a packet after that.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

lose_first() {
	at r nft -f - <<-EOT
		table inet lose {
			chain post {
				type filter hook postrouting priority 200;
				ct original ip saddr $L2TP_FIRST udp dport 1701 limit rate 1/minute burst 1 packets drop
			}
		}
	EOT
}

l2tp_topology 2
help_on r
for port in 0 1; do
	tune r l2tp_keep_port $port
	flush_conntrack >/dev/null 2>&1
	check "l2tp_keep_port=$port: a rule that drops the first packet" lose_first
	begin "l2tp_keep_port=$port: both clients work" 2 "set tunnel-id 7" "start all" "ping all 20" "ping all 20" clean
	at r nft delete table inet lose
done
equal "none was thrown out" 0 "$(counter entry-clash)"
settle
