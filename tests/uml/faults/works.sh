# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What goes on while allocations fail: the peers (tests/peer), as clients at c7 and as servers at
# o1. All of it may fail.
#
# A packet that the router has no memory to recognise is for nobody, which the router says to its
# sender; and a raw socket of pptpd or pppd would take that for the end of its peer.

OTHER=$WAN.31

no_complaints() { # NODE
	at "$1" nft -f - <<-EOT
		table ip guard {
			chain pre {
				type filter hook prerouting priority -500; policy accept;
				icmp type destination-unreachable drop
			}
		}
	EOT
}

works_setup() {
	local i
	each_of "s $ALL" no_complaints
	for i in {100..219}; do
		echo "addr add $LAN.$i/32 dev eth0"
	done | ip -n c7 -batch -
	launch o1 pptp_peer server </dev/null >"$LAB/other.log" 2>&1
	# cloned packets have to be copied before they are changed; events have listeners
	launch r python3 -c 'import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.ntohs(3))
while True:
    s.recv(100)' </dev/null >/dev/null 2>&1
	launch r vpnpass events </dev/null >/dev/null 2>&1
	launch r conntrack -E </dev/null >/dev/null 2>&1
	at r sysctl -qw net.netfilter.nf_conntrack_timestamp=1 net.netfilter.nf_conntrack_events=1 \
		net.netfilter.nf_conntrack_acct=0	# ours add the counters
	at r nft -f - <<-EOT
		table inet labels {
			chain labelled {
				type filter hook forward priority 10;
				ct label 5 counter
			}
		}
	EOT
}

pptp_client() { # ID STEP...
	at c7 pptp_peer client --server "$OTHER" --timeout 2 --ids "$1" "${@:2}"
}

l2tp_clients_at() { # FIRST STEP...
	l2tp_peer play --server "o1=$OTHER" --clients "c7=$LAN.$1+5" "set timeout 2000" "${@:2}"
}

ipsec_clients_at() { # FIRST [OPTION...] STEP...
	ipsec_peer play --server "o1=$OTHER" --clients "c7=$LAN.$1+5" "${@:2}"
}

w_pptp() {
	local i
	for i in 1 2 3 4 5 6; do
		pptp_client $i "connect 3" "dial 3" "ping 5" "dial 2" "clear 1" abort
	done
}

l2tp_life() { # FIRST STEP...
	l2tp_clients_at "$1" "set session-id 9" "set tunnel-id 7" "${@:2}" "-start all 300" \
		"-talk all 20" "-speak all 20" "-session all" "-server-session all" "-again all" "hush all" \
		"-close all" "-early all" "-talk all 20" "-stop all"
}

w_l2tp() {
	l2tp_life 100 "set answer 1"
	l2tp_life 210 "set answer 2"
}

w_l2tp3() {
	l2tp_life 105 "set version 3"
}

w_l2tp_ip() {
	l2tp_life 105 "set version 3" "set over-ip 1"
}

w_static() {
	local ip
	for ip in 0 1; do
		l2tp_clients_at 110 "set version 3" "set over-ip $ip" "static all 100 200 1 1" \
			"-talk all 20" "-speak all 20" "sleep 300"
	done
}

ipsec_life() { # FIRST VERSION
	ipsec_clients_at "$1" --ike "$2" --timeout 2 "greet 50 20" "-start all 300" "talk all 20" \
		"speak all 20" "-rekey all 200" "-server-rekey all 200" "-server-ike-rekey 1-5" \
		"-info all" "hush all"
}

w_ike1() {
	ipsec_life 115 1
}

w_ike2() {
	ipsec_life 115 2
}

w_manual() {
	ipsec_clients_at 120 "manual all" "talk all 20" "spi all 0x99999" "speak all 20" "sleep 300" \
		"manual all" "sleep 300"
}

# Data of the server before any client's: copies
w_guess() {
	ipsec_clients_at 125 --timeout 2 "greet 50 20" "-start all 0" "speak all 20" "talk all 50" \
		"-rekey all 0" "sleep 500"
}

# Half of them are refused, and told so
w_caps() {
	at r sysctl -qw net.netfilter.nf_vpnpass.max_controls=8
	w_l2tp
	w_ike2
	w_pptp
	at r sysctl -qw net.netfilter.nf_vpnpass.max_controls=16384
}

# A GRE packet to c2 as c2 sees it, with its own call id, which the router has put there
quoted_packet() {
	sniff_start gre c2 --proto gre --src "$SERVER" --out "$LAB/gre.bin"
	ping_tunnel c2 2 >/dev/null
	sniff_end gre >/dev/null
}

# Routers inside complain to the server about it, while its call has an entry
w_icmp() {
	local i
	through c2 5
	for i in {1..30}; do
		at c7 pptp_peer icmp --src "$(outer c7)" --dst "$SERVER" --type 3 --code 2 --mtu 0 \
			--quote 60 --packet "$LAB/gre.bin"
	done
}

# Several packets of the LNS that arrive as one
w_bundles() {
	l2tp_clients_at 100 "set tunnel-id 7" "set session-id 9" "set answer 1" "-start all 300" \
		"sleep 5000" &
	sleep 2
	at o1 python3 -c '
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind((sys.argv[1], 1701))
s.setsockopt(17, 103, 100)    # UDP_SEGMENT
bundle = b"".join(struct.pack("!HHH", 2, 7, 9) + bytes(94) for n in range(20))
for n in range(60):
    try:
        s.sendto(bundle, (sys.argv[2], 1701))
    except OSError:
        pass
' "$OTHER" "$ROUTER"
	wait
}

# Messages of which only the first bytes are where a packet's headers are
w_parts() {
	at c7 python3 -c '
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 1701))
avps = struct.pack("!HHHH HHHH", 0x8008, 0, 0, 1, 0x8008, 0, 9, 7)
for n in range(40):
    head = struct.pack("!HHHHHH", 0xc802, 12 + len(avps), 0, 0, 0, 0)
    try:
        s.sendto(head, socket.MSG_MORE, (sys.argv[1], 1701))
        s.sendto(avps, (sys.argv[1], 1701))
    except OSError:
        pass
' "$OTHER"
}

# One client has many calls
w_calls() {
	pptp_client 1 "connect 1" "dial 200" "touch $LAB/ready" "wait $LAB/over" close
}

# Eighty clients at once, told when to begin, of which little is to be remembered: the tables want
# memory from the same cache as what IPsec keeps of a client
w_crowd() {
	l2tp_peer play --server "o1=$OTHER" --clients "c7=$LAN.130+80" "set timeout 2000" "touch $LAB/crowd" \
		"wait $LAB/begin" "-start all 10" "sleep 1000"
}

# works_again PROTOCOL: clients that nobody knows yet, with nothing failing
works_again() {
	case $1 in
	pptp) pptp_client 700 "connect 2" "dial 3" "ping 5" close ;;
	l2tp)
		l2tp_clients_at 100 "set session-id 9" "set tunnel-id 7" "set answer 1" "start all 300" \
			"ping all 3" "stop all"
		;;
	ipsec) ipsec_clients_at 115 "greet 50 5" "start all 300" "settle all" "ping all 3" ;;
	esac
}
