#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Captured packets, most of them changed, from both sides through a router that helps all
# protocols, while tunnels of real daemons carry pings. Run by tests/fuzz/packets/run.
#
# The packets are of other clients, and of other servers or in the name of the real one. All carry
# a DSCP by which the ends of the real tunnels drop them: the router is what is tested, not them.
. "$(dirname "$0")/../../vm/lib/lab.sh"
. "$(dirname "$0")/../../vm/lib/l2tp.sh"
. "$(dirname "$0")/../../vm/lib/all.sh"

SECONDS_OF_IT=${PACKET_FUZZ_SECONDS:-60}
SEED=${PACKET_FUZZ_SEED:-1}
CAPTURES=$(dirname "$0")/captures
REAL="c1 c2 c3 c4 c5 c6"
CAP=16384	# max_tunnels and max_controls
OTHERS=32	# other clients and servers, at most

# What is sent to the other clients goes to c7, what is sent to the other servers to o1
neighbours() {
	local i sink there
	sink=$(router_mac c7 eth0) there=$(router_mac o1 eth0)
	for ((i = 0; i < OTHERS; i++)); do
		echo "neigh add $LAN.$((100 + i)) lladdr $sink dev lan nud permanent"
		echo "neigh add $WAN.$((100 + i)) lladdr $there dev eth0 nud permanent"
		printf 'neigh add %s:%x lladdr %s dev lan nud permanent\n' "$LAN6" $((256 + i)) "$sink"
		printf 'neigh add %s:%x lladdr %s dev eth0 nud permanent\n' "$WAN6" $((256 + i)) "$there"
	done | ip -n r -batch -
}

# The router complains about packets in the server's name that are for nobody, and a raw socket
# of pptpd or pppd would take that for the end of its peer.
guard() { # NODE
	at "$1" nft -f - <<-EOT
		table inet vpguard {
			chain pre {
				type filter hook prerouting priority -500; policy accept;
				ip dscp 12 drop
				ip6 dscp 12 drop
				icmp type { destination-unreachable, time-exceeded, parameter-problem } counter drop
			}
		}
	EOT
}

slab() {
	awk '/^Slab:/ { print $2 }' /proc/meminfo
}

# One line a second: control flows, tunnels, conntrack entries, kB of slab
watch_holdings() {
	until [ -e "$LAB/enough" ]; do
		echo "$(holdings) $(conntrack_count) $(slab)" >>"$LAB/held"
		sleep 1
	done
}

most() { # FIELD
	awk -v f="$1" '$f > most { most = $f } END { print most + 0 }' "$LAB/held"
}

pings() {
	ping_start c1 c1 "$TUNNEL_SERVER"
	ping_start c2 c2 "$TUNNEL_SERVER"
	ping_start c3 c3 "$L2TP_SERVER" -I ppp0
	ping_start c4 c4 "$L2TP_SERVER" -I ppp0
	inner_start c5
	inner_start c6
	ping_start c7 c7 "$WIRES.7.1"
}

fuzz() {
	# shellcheck disable=SC2046 # names without spaces
	packet_fuzz --lan "c7:eth0:$(router_mac r lan)" --wan "o1:eth0:$(router_mac r eth0)" --seed "$SEED" \
		--seconds "$SECONDS_OF_IT" $(printf '%s\n' "$CAPTURES"/*-lan.pcap | sed 's/-lan.pcap$//') >"$LAB/sent"
}

delete_entries() { # FAMILY ADDRESS
	at r conntrack -D -f "$1" -s "$2"
	at r conntrack -D -f "$1" -d "$2"
}

# Connections that are not up end soon
short_tcp() {
	local state
	for state in syn_sent syn_recv fin_wait close_wait last_ack time_wait close max_retrans unacknowledged; do
		at r sysctl -qw net.netfilter.nf_conntrack_tcp_timeout_$state=10
	done
}

# Whoever has a TCP connection through the router and is no real client: addresses are changed too
strays() { # FAMILY
	at r conntrack -L -f "$1" -p tcp 2>/dev/null | sed 's/.*ESTABLISHED src=\([^ ]*\) .*/\1/; / /d' |
		grep -vxE "$LAN.1[12]" | sort -u
}

# What the other clients left is to go: their connections end, and what is silent ends soon
forget() {
	local i p family
	for p in l2tp ipsec pptp; do
		tune r ${p}_timeout 5
		tune r ${p}_timeout_unreplied 2
	done
	tune r pptp_orphan_timeout 5
	for ((i = 0; i < OTHERS; i++)); do
		delete_entries ipv4 "$LAN.$((100 + i))"
		delete_entries ipv6 "$(printf '%s:%x' "$LAN6" $((256 + i)))"
	done >/dev/null 2>&1
	for family in ipv4 ipv6; do
		for i in $(strays $family); do
			delete_entries $family "$i"
		done
	done >/dev/null 2>&1
}

holds() { # HOLDINGS
	[ "$(holdings)" = "$1" ]
}

report() {
	local packets
	packets=$(awk '{ print $1 }' "$LAB/sent")
	diag "seed $SEED: $(cat "$LAB/sent")" "$((packets / SECONDS_OF_IT)) packets per second"
	diag "most at a time: $(most 1) control flows, $(most 2) tunnels, $(most 3) conntrack entries, slab $(most 4) kB (before: $slab_before kB)"
	diag "dropped at the server: $(at s nft list chain inet vpguard pre | sed -n 's/.*counter packets \([0-9]*\).*/\1/p') ICMP errors"
	vpnpass -n r status >"$VP_OUT/status"
	cp "$LAB/held" "$VP_OUT/held"
}

topology clients=7 outside=1
all_help r || bail "the modules do not load"
modprobe -aq l2tp_ip || true
neighbours
short_tcp
all_daemons
all_up
check "a pseudowire" pseudowire 7 ip 701 1701
check "pings through the pseudowire" wire_ping 7
each_of "s $REAL c7" guard
pings
sleep 2
before=$(holdings) slab_before=$(slab)
watch_holdings &
check "packets are sent" fuzz
touch "$LAB/enough"
wait $!
report
check "the other clients had control flows and tunnels" test "$(most 1)" -gt 20 -a "$(most 2)" -gt 20
check "no more of them than the caps allow" test "$(most 1)" -le $((3 * CAP)) -a "$(most 2)" -le $((3 * CAP))
for what in "pptp pptp-malformed" "l2tp l2tp-length" "ipsec ike-length" "l2tp icmp-errors"; do
	check "${what% *} counts ${what#* }" test "$(counter "${what#* }" r "${what% *}")" -gt 0
done
for node in $REAL c7; do
	check "$node gets answers" more_answers "$node" 5
done
forget
check "what was left of them goes ($before control flows and tunnels before)" wait_for 120 holds "$before"
holds "$before" || vpnpass -n r status >"$VP_OUT/left"
diag "slab then: $(slab) kB"
for node in $REAL c7; do
	check "no ping of $node was lost" ping_stop "$node"
done
all_hang_up
wires_end c7 s
settle
