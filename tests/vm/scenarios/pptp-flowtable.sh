#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An nft flowtable offloads all TCP of the router: PPTP control connections must be left
# out, or the ids of later calls would go unseen; other TCP is offloaded.
. "$(dirname "$0")/../lib/lab.sh"

flowtable() {
	at r nft -f - <<-EOF
		table inet vpflow {
			flowtable fast {
				hook ingress priority 0; devices = { lan, eth0 };
			}
			chain forward {
				type filter hook forward priority 0; policy accept;
				ip protocol { tcp, udp } flow add @fast
			}
		}
	EOF
}

offloaded() { # PORT
	at r conntrack -L -p tcp 2>/dev/null | grep "dport=$1 " | grep -c OFFLOAD || true
}

topology clients=2
modprobe -aq nf_flow_table nft_flow_offload nf_flow_table_inet || true
check "a flowtable" flowtable
help_on r
launch s nc -lk -p 8080 </dev/null >/dev/null 2>&1
peer_server s
for i in 1 2; do
	peer_start "c$i" "c$i" --ids 4242 "connect 1" "echo" "dial 2" "ping 5" "touch $LAB/up$i" "wait $LAB/go" \
		"echo" "dial 2" "ping 5" "clear 2" "dial 2" "ping 5" "notice"
done
check "first calls of c1" await up1
check "first calls of c2" await up2
wait_for 10 listening s 8080
mkfifo "$LAB/talk"
launch c1 sh -c "exec nc $SERVER 8080 <>'$LAB/talk'" >/dev/null 2>&1
for i in 1 2 3 4 5; do echo "line $i" >"$LAB/talk"; done
check "other TCP is offloaded" wait_for 10 eval '[ "$(offloaded 8080)" -gt 0 ]'
equal "control connections are not" 0 "$(offloaded 1723)"
signal go
check "later calls on the same connection: c1" peer_end c1
check "later calls on the same connection: c2" peer_end c2
check "the server agrees" peer_server_stop s
settle
