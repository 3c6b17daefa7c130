#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Record what comes to the router from both sides while real daemons talk through it: two files
# for each capture, in $VP_OUT. Run by tests/fuzz/packets/record.
. "$(dirname "$0")/../../vm/lib/lab.sh"
. "$(dirname "$0")/../../vm/lib/l2tp.sh"
. "$(dirname "$0")/../../vm/lib/l2tpwire.sh"
. "$(dirname "$0")/../../vm/lib/all.sh"

PACKETS=90	# of one side of a capture, at most
LENGTH=1500

# record NAME: from now on, until recorded
record() {
	local dev side
	for side in lan wan; do
		dev=$side
		[ $side = lan ] || dev=eth0
		rm -f "$LAB/record-$side"
		launch r tcpdump -Z root -U -nn -Q in -c $PACKETS -s $LENGTH -i $dev -w "$VP_OUT/$1-$side.pcap" "$FILTER" \
			</dev/null >/dev/null 2>"$LAB/record-$side"
		echo $! >"$LAB/record-$side.pid"
		wait_for 20 grep -q listening "$LAB/record-$side" || bail "tcpdump does not start: $(cat "$LAB/record-$side")"
	done
}

recorded() { # NAME
	local side
	sleep 0.5
	for side in lan wan; do
		kill -INT "$(cat "$LAB/record-$side.pid")" 2>/dev/null
		wait_for 10 gone "$(cat "$LAB/record-$side.pid")"
		check "$1: something came from the $side" test "$(stat -c %s "$VP_OUT/$1-$side.pcap")" -gt 300
	done
}

# recording NAME COMMAND...
recording() {
	local name=$1
	shift
	record "$name"
	check "$name" "$@"
	recorded "$name"
}

pptp_talk() {
	pptp_dial c1
	pptp_dial c2
	ppp_wait c1 && ppp_wait c2 && ping_tunnel c1 3 && ping_tunnel c2 3 && pptp_hangup c1 && pptp_hangup c2
}

l2tp_talk() {
	l2tp_dial c3 c4
	l2tp_wait c3 && l2tp_wait c4 && l2tp_ping c3 3 && l2tp_ping c4 3 && lns_ping c3 3
	l2tp_hangup c3 c4
	wait_for 20 l2tp_down c3
}

wires_talk() {
	pseudowire 3 ip 301 1301 && pseudowire 4 ip 302 1302 && wire_ping 3 3 && wire_ping 4 3 && server_ping 3 3
}

v3_talk() { # STEP...
	play 2 "set version 3" "set answer 1" "set tunnel-id 7" "set session-id 9" "$@" "start all" "ping all 3"
}

ipsec_talk() { # NODE...
	ipsec_dial "$@"
	each_of "$*" ipsec_wait && each_of "$*" inner_ping 3 && each_of "$*" reply_ping 2 &&
		whack "$1" --rekey-ipsec --name "$1" && whack s --rekey-ike --name "$1" && inner_ping "$1" 3
}

reject() { # NODE
	at "$1" nft -f - <<-EOT
		table inet vpreject {
			chain in {
				type filter hook input priority -500; policy accept;
				meta l4proto { gre, esp, 115, udp } reject with icmpx type host-unreachable
			}
		}
	EOT
}

# Both ends say that they take no more
errors_talk() {
	local node to
	for node in s c1 c3 c5; do
		reject $node
		for to in $TUNNEL_SERVER $L2TP_SERVER $INNER_SERVER 10.99.0.10; do
			at $node ping -n -c 2 -i 0.2 -W 1 "$to"
		done
		reply_ping c5 2
		at $node nft delete table inet vpreject
	done
	return 0
}

pptp6_talk() {
	peer_server s --listen :: --ids peer --offer 1
	at c1 pptp_peer client --server "$SERVER6" --ids 4242 "connect 1" "incoming 1" "dial 2" "ping 3" "notice" "clear 1" "stop"
}

FILTER='tcp port 1723 or proto gre or udp port 1701 or proto 115 or udp port 500 or esp or icmp'
ipsec_lines both c6 ikev2=no
ipsec_lines both c7 ikev2=no aggressive=yes
topology clients=8
all_help r || bail "the modules do not load"
load_l2tp_stack
tunnel_ends c5 c6 c7 c8
pptpd_start s
lns s
call_id c1 24929
call_id c2 24929
lac c3
lac c4
daemons c5 c6 c7
recording pptp pptp_talk
recording l2tpv2 l2tp_talk
recording ikev2 ipsec_talk c5
recording ikev1 ipsec_talk c6 c7
pptp_dial c1
l2tp_dial c3
check "tunnels for errors" eval "ppp_wait c1 && l2tp_wait c3"
FILTER=icmp
recording icmp errors_talk
end_processes_but_holders
FILTER='udp port 1701 or proto 115 or icmp'
recording l2tpv3-ip-data wires_talk
wires_end c3 c4 s
flush_conntrack >/dev/null 2>&1
l2tp_clients 2
recording l2tpv3-ip v3_talk "set over-ip 1"
recording l2tpv3-udp v3_talk "set over-ip 0"
use_family 6
FILTER='ip6 and (tcp port 1723 or proto gre or udp port 500 or esp or proto 115)'
recording pptp-ipv6 pptp6_talk
end_processes_but_holders
daemons c8
recording ikev2-ipv6 ipsec_talk c8
reject s
FILTER='icmp6 and not (ip6[40] >= 133 and ip6[40] <= 137)'
recording icmp-ipv6 eval "inner_ping c8 3; at s nft delete table inet vpreject; reject c8; reply_ping c8 3; true"
at c8 nft delete table inet vpreject
settle
