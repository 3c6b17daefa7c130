#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An nft flowtable offloads all UDP of the router: IKE of several clients, the same ports all,
# must still go to the right one; other UDP is offloaded.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ALL="c1 c2 c3"

# UDP that is answered, until the script ends
other_udp() {
	mkfifo "$LAB/echo" "$LAB/talk"
	launch s sh -c "nc -lu 9999 <>'$LAB/echo' >'$LAB/echo'" >/dev/null 2>&1
	# a refused packet would end the other nc
	wait_for 20 at s sh -c 'ss -Hlun "sport = :9999" | grep -q .'
	launch c1 sh -c "exec nc -u $SERVER 9999 <>'$LAB/talk'" >/dev/null 2>&1
}

is_offloaded() {
	echo more 1<>"$LAB/talk"
	[ "$(offloaded udp 9999)" -gt 0 ]
}

# Both ends start exchanges, whose messages must find their way
exchanges() { # NODE
	whack "$1" --rekey-ipsec --name "$1" && whack s --rekey-ipsec --name "$1" &&
		whack "$1" --rekey-ike --name "$1" && whack s --rekey-ike --name "$1"
}

topology clients=3
tunnel_ends c1 c2 c3
load_netfilter
check "a flowtable" flowtable
help_on r
daemons c1 c2 c3
ipsec_dial c1 c2 c3
check "all clients have their SAs" each_of "$ALL" ipsec_wait
check "ping through each tunnel" each_of "$ALL" inner_ping
other_udp
check "other UDP is offloaded" wait_for 20 is_offloaded
each_of "$ALL" inner_start
check "both ends start exchanges with each client" each_of "$ALL" exchanges
check "all go on" each_of "$ALL" more_answers 5
# libreswan repeats after half a second already, which a busy machine can take to answer
equal "no message had to be sent a third time" "" \
	"$(grep -h 'retransmission; will wait [1-9]' "$LAB"/ipsec-*/log)"
diag "IKE flows offloaded: $(offloaded udp 500)"
settle
