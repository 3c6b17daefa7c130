#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vpnpass block: running tunnels end at once and others do not, each kind of packet is dropped
# from both sides and counted, IPv4 and IPv6, what is near to them passes, enable brings it
# back; nobody else's rules are touched, and saying it twice changes nothing.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/tool.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

# Each kind of packet: its name, IP protocol, contents in hexadecimal (ports@ are TCP and UDP
# headers), and how nft sees it; TCP's answers, which may be late, are no SYNs
SPORT=9c40 # 40000
KINDS=("pptp-to 6 06bb tcp flags == syn tcp dport 1723" "pptp-from 6 06bb: tcp flags == syn tcp sport 1723"
	"pptp-data 47 3001880b0004007700000001ff03c021 @th,8,24 & 0x07ffff == 0x01880b"
	"l2tp-to 17 06a5 udp dport 1701" "l2tp-from 17 06a5: udp sport 1701"
	"l2tp-ip 115 000000070000000000000000 meta l4proto 115"
	"ike-to 17 01f4 udp dport 500" "ike-from 17 01f4: udp sport 500"
	"natt-to 17 1194 udp dport 4500" "natt-from 17 1194: udp sport 4500"
	"natt-tcp-to 6 1194 tcp flags == syn tcp dport 4500" "natt-tcp-from 6 1194: tcp flags == syn tcp sport 4500"
	"esp 50 00001001000000010000000000000000 meta l4proto esp"
	"ah 51 3b040000000010010000000100000000000000000000000000000000 meta l4proto ah")
NEAR=("tcp-1724 6 06bc tcp dport 1724" "udp-1702 17 06a6 udp dport 1702" "tcp-500 6 01f4 tcp dport 500"
	"udp-1723 17 06bb udp dport 1723"
	"plain-gre 47 0000080045000014 @th,8,24 & 0x07ffff == 0x000800"
	"keyed-gre 47 2000880b0000000100000000 @th,8,24 & 0x07ffff == 0x00880b"
	"other-gre 47 300108000004007700000001 @th,8,24 & 0x07ffff == 0x010800")
EACH=3

rules() { # OPTION...: all rules of the router, without what they have counted
	at r nft "$@" list ruleset | sed 's/packets [0-9]* bytes [0-9]*/packets 0 bytes 0/'
}

has_table() {
	at r nft list tables | grep -x 'table inet vpnpass'
}

status_is() { # PPTP L2TP IPSEC: modes
	local proto status=0
	vp status >"$LAB/status.out"
	for proto in pptp l2tp ipsec; do
		grep -qE "^$proto +$1 " "$LAB/status.out" || status=1
		shift
	done
	[ $status = 0 ] || cat "$LAB/status.out"
	return $status
}

# Without any module of ours
without_modules() {
	check "without modules: block" gives 0 vp block l2tp ipsec
	check "without modules: says what changed" said "l2tp: block (was off)"
	refute "without modules: none was loaded" grep -q nf_vpnpass /proc/modules
	check "without modules: status" gives 3 vp status
	check "without modules: status shows it" status_is - block block
	check "without modules: disable" gives 0 vp disable all
	refute "without modules: no table is left" has_table
}

plain_gre() { # NODE LOCAL REMOTE ADDRESS
	ip -n "$1" link add plain type gre local "$2" remote "$3"
	ip -n "$1" addr add "$4/24" dev plain
	ip -n "$1" link set plain up
}

tunnels_start() {
	local proto
	modprobe -aq ip_gre || true
	for proto in pptp l2tp ipsec; do
		help_on r $proto
	done
	peer_server s
	peer_start call c1 --ids 9 "connect 1" "dial 2" "ping 5" "touch $LAB/call" "wait $LAB/go" "mute 5"
	l2tp_clients 1
	play_start l2tp 1 "start 1" "ping all 5" "touch $LAB/l2tp" "wait $LAB/go" "talk all 50 20" "speak all 50 20" "settle all -1"
	tunnel_ends c1
	xfrm_pair c1 0x1001 0x2001
	plain_gre c2 $LAN.12 $SERVER 10.77.0.12
	plain_gre s $SERVER $ROUTER 10.77.0.1
	inner_start c1
	ping_start plain c2 10.77.0.1
	check "a PPTP call runs" await call
	check "an L2TP tunnel runs" await l2tp
	check "an IPsec tunnel runs" more_answers c1 5
	check "plain GRE runs" more_answers plain 5
}

# Entries of the clients; what the server sends to tunnels that are gone is for the router itself
entries_left() {
	at r conntrack -L 2>/dev/null | grep " src=$LAN" | grep -E "port=(1723|1701|500|4500) |^unknown +(50|51|115) |^gre .*key=0x[1-9a-f]"
}

answers() { # NAME
	grep -c 'bytes from' "$LAB/ping-$1"
}

l2tp_lost_all() {
	tail -n 5 "$LAB/peer-l2tp.log"
	grep -q 'up: sent=25 got=5 lost=20 .*down: sent=25 got=5 lost=20 ' "$LAB/peer-l2tp.log"
}

tunnels_end() {
	local before
	check "block all" gives 0 vp block all
	check "block: says what changed" said "pptp: block (was on)"
	refute "no conntrack entry of them is left" entries_left
	check "no tunnel is left" wait_for 10 tunnels_are 0 '[a-z]*'
	check "status shows it" status_is block block block
	equal "help is off" "0 0 0" "$(at r sysctl -n net.netfilter.nf_vpnpass.{pptp,l2tp,ipsec} | xargs)"
	before=$(answers c1)	# what was under way has come by now
	signal go
	check "no data of the calls passes" peer_end call
	check "no data of the L2TP tunnel passes" play_end l2tp
	check "in neither direction" l2tp_lost_all
	check "plain GRE goes on" more_answers plain 20
	equal "no ping passed by IPsec meanwhile" "$before" "$(answers c1)"
	check "no packet of plain GRE was lost" ping_stop plain
	refute "nothing came back to conntrack" entries_left
	peer_server_stop s >/dev/null
}

# Counts what c1 has sent to UDP 4500, and how much of it came back
natt_talk() {
	echo_udp s 4500
	echoer=$!
	echo 'sent=0 got=0' >"$LAB/natt"
	launch c1 python3 -c '
import os, socket, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(0.1)
got = 0
for sent in range(100000):
    sock.sendto(b"x", (sys.argv[1], 4500))
    try:
        got += len(sock.recv(100))
    except OSError:
        pass
    with open(sys.argv[2] + ".new", "w") as f:
        f.write("sent=%d got=%d\n" % (sent, got))
    os.replace(sys.argv[2] + ".new", sys.argv[2])
    time.sleep(0.05)' $SERVER "$LAB/natt" </dev/null >/dev/null 2>&1
	talker=$!
}

natt() { # sent|got
	sed -n "s/.*$1=\([0-9]*\).*/\1/p" "$LAB/natt"
}

natt_more() { # sent|got COUNT: so many more, sooner or later
	local more=$(($(natt "$1") + $2))
	wait_for 20 eval "[ \"\$(natt $1)\" -ge $more ]"
}

# What a flowtable forwards does not come by the rules any more
offloading() {
	local got talker echoer
	check "offload: a flowtable" flowtable
	natt_talk
	check "offload: the tunnel talks" natt_more got 5
	check "offload: it is offloaded" wait_for 15 eval '[ "$(offloaded udp 4500)" -gt 0 ]'
	check "offload: and talks on" natt_more got 5
	check "offload: block" gives 0 vp block ipsec
	natt_more sent 2
	got=$(natt got)
	check "offload: the client goes on sending" natt_more sent 10
	equal "offload: nothing comes back" "$got" "$(natt got)"
	equal "offload: nothing is offloaded" 0 "$(offloaded udp 4500)"
	check "offload: disable" gives 0 vp disable ipsec
	check "offload: it talks again" natt_more got 5
	kill "$talker" "$echoer"
	at r nft delete table inet vpflow
}

tunnels_again() {
	check "enable all" gives 0 vp enable all
	check "enable: says what changed" said "ipsec: on (was block)"
	check "enable: status shows it" status_is on on on
	refute "enable: no table is left" has_table
	check "the IPsec tunnel is back" more_answers c1 5
	ping_stop c1 >/dev/null
	peer_server s
	check "new PPTP calls work" peer c1 --ids 9 "connect 1" "dial 1" "ping 5" "abort"
	peer_server_stop s >/dev/null
	check "new L2TP tunnels work" play 1 "start 1" "ping all 5"
}

# send NODE TO KIND...: EACH packets of each kind
send() {
	local node=$1 to=$2
	shift 2
	printf '%s\n' "$@" | at "$node" python3 -c '
import socket, sys
to, each, sport = sys.argv[1], int(sys.argv[2]), sys.argv[3]
family = socket.AF_INET6 if ":" in to else socket.AF_INET
for line in sys.stdin:
    proto, data = line.split()[1:3]
    if proto in ("6", "17"):
        data = data[:4] + sport if data.endswith(":") else sport + data
        data += {"6": "00000001000000005002ffff00000000", "17": "0010000000000000000000000"[:24]}[proto]
    sock = socket.socket(family, socket.SOCK_RAW, int(proto))
    for i in range(each):
        sock.sendto(bytes.fromhex(data), (to, 0))
' "$to" $EACH $SPORT
}

# watch NODE: count what comes there
watch() {
	local kind name match
	at "$1" nft delete table inet seen 2>/dev/null
	{
		echo "table inet seen { chain pre { type filter hook prerouting priority -350;"
		for kind in "${KINDS[@]}" "${NEAR[@]}"; do
			name=${kind%% *}
			match=${kind#* * * }
			echo "$match counter comment \"$name\""
		done
		printf '}\n}\n'
	} | at "$1" nft -f -
}

# seen NODE: what was counted since, a line for each kind
seen() {
	at "$1" nft list table inet seen | sed -n 's/.*counter packets \([0-9]*\) .*comment "\(.*\)"/\2 \1/p'
}

expected() { # BLOCKED NEAR: so many of each kind
	local kind
	for kind in "${KINDS[@]}"; do
		echo "${kind%% *} $1"
	done
	for kind in "${NEAR[@]}"; do
		echo "${kind%% *} $2"
	done
}

arrived() { # NODE BLOCKED NEAR
	diff <(expected "$2" "$3") <(seen "$1")
}

# passes NAME FROM TO-NODE TO-ADDRESS COUNT: so many of each kind that may be blocked arrive, and
# all of the others. Those are sent last.
passes() {
	watch "$3"
	check "$1: packets are sent" send "$2" "$4" "${KINDS[@]}" "${NEAR[@]}"
	wait_for 5 arrived "$3" "$5" $EACH
	check "$1: $5 of $EACH arrive, $EACH of others" arrived "$3" "$5" $EACH
}

ways() { # NAME COUNT
	passes "$1: from the LAN" c1 s $SERVER "$2"
	passes "$1: to the LAN" s c1 $LAN.11 "$2"
	passes "$1: from the LAN, IPv6" c1 s $SERVER6 "$2"
	passes "$1: to the LAN, IPv6" s c1 $LAN6:11 "$2"
}

routed() {
	at r nft flush chain inet vplab post
	ip -n s route add $LAN.0/24 via $ROUTER
	ip -6 -n s route add $LAN6:/64 via $WAN6:1
	flush_conntrack >/dev/null 2>&1
}

# Of TCP some more: connections that were blocked say goodbye for minutes
each_counted() { # COUNT
	at r nft list table inet vpnpass | grep packets >"$LAB/counted"
	[ "$(wc -l <"$LAB/counted")" = ${#KINDS[@]} ] && awk -v want="$1" '{
		sub(/.*packets /, ""); n = $1
		if (n < want || (n > want && !/pptp/) || n > want + 9) exit 1
	}' "$LAB/counted" && return
	at r nft list table inet vpnpass
	return 1
}

wire() {
	check "wire: disable all" gives 0 vp disable all
	ways "not blocked" $EACH
	check "wire: block all" gives 0 vp block all
	ways "blocked" 0
	check "each rule has counted its packets" each_counted $((4 * EACH))
	check "status counts them" eval "vp status | grep -qx 'ipsec is blocked: $((4 * 8 * EACH)) packets dropped (.*)'"
	passes "blocked: the router's own" r s $SERVER $EACH
	passes "blocked: to the router" s r $ROUTER $EACH
	check "one is let through again" gives 0 vp disable pptp ipsec
	check "the others stay blocked" status_is off block off
	check "the last one" gives 0 vp enable --rule l2tp
	check "help by rule: status" status_is off rule off
	ways "not blocked any more" $EACH
}

narrowed() {
	bridge r guest
	check "--lan: block all" gives 0 vp block all --lan guest
	passes "--lan of another network" c1 s $SERVER $EACH
	check "--lan: block all of ours" gives 0 vp block all --lan lan
	check "--lan: says what changed" said "pptp: block on lan (was block on guest)"
	ways "--lan of ours" 0
	check "--lan: that does not exist" gives 0 vp block pptp --lan nowhere
	check "--lan: that does not exist, says so" said "there is no interface 'nowhere' now"
	check "--lan: disable all" gives 0 vp disable all
}

at_once() {
	local i pids=() status=0
	for i in 1 2 3 4 5 6; do
		vp block all >"$LAB/once-$i" 2>&1 &
		pids+=($!)
	done
	for i in 1 2 3 4 5 6; do
		wait "${pids[i - 1]}" || status=1
	done
	cat "$LAB"/once-*
	[ $status = 0 ] && [ "$(cat "$LAB"/once-* | grep -c '^pptp: block (was off)$')" -ge 1 ]
}

other_tables() {
	at r nft -f - <<-'END'
		table inet other { chain f { type filter hook forward priority 0; counter comment "block pptp"; }; }
		table ip vpnpass { chain block_pptp { counter; }; }
	END
	rules >"$LAB/before"
	check "others' tables: six block at once" at_once
	rules -a >"$LAB/blocked"
	check "others' tables: block again" gives 0 vp block all
	check "block again: says so" said "ipsec: block already"
	check "block again changes nothing, handles neither" eval 'rules -a | diff "$LAB/blocked" -'
	vp block all --dry-run >"$LAB/dry-run"
	check "nft reads what --dry-run prints" at c2 nft -f "$LAB/dry-run"
	check "and has the same rules then" diff <(at c2 nft list table inet vpnpass) \
		<(at r nft list table inet vpnpass | sed 's/packets [0-9]* bytes [0-9]*/packets 0 bytes 0/')
	check "nft reads what it lists" eval 'at r nft list table inet vpnpass >"$LAB/list" && at r nft delete table inet vpnpass &&
		at r nft -f "$LAB/list" && gives 0 vp block all && said "pptp: block already"'
	check "others' tables: disable" gives 0 vp disable all
	check "others' tables: they are as before" eval 'rules | diff "$LAB/before" -'
	at r nft 'delete table inet other; delete table ip vpnpass'
}

foreign_table() {
	at r nft 'add table inet vpnpass; add set inet vpnpass mine { type ipv4_addr; }; add chain inet vpnpass block_pptp'
	rules -a >"$LAB/before"
	check "a table of our name: block" gives 1 vp block pptp
	check "a table of our name: says why" said 'the nft table "inet vpnpass" is not this tool'
	check "a table of our name: disable" gives 0 vp disable pptp
	check "a table of our name: status" gives 0 vp status
	check "a table of our name: status says so" said "is not this"
	check "a table of our name is untouched" eval 'rules -a | diff "$LAB/before" -'
	at r nft delete table inet vpnpass
}

as_nobody() {
	ip netns exec r setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all vpnpass "$@"
}

no_rights() {
	check "nobody: block" gives 4 as_nobody block all
	check "nobody: says what to do" said "run it as root"
	refute "nobody: nothing changed" has_table
	check "nobody: status" gives 0 as_nobody status
	check "nobody: status says what it can't see" said "Only root can see"
	check "no such netns" gives 1 vpnpass -n nowhere block all
}

topology clients=2
load_netfilter
without_modules
tunnels_start
tunnels_end
tunnels_again
offloading
routed
wire
narrowed
other_tables
foreign_table
no_rights
settle
