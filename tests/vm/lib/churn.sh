# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Traffic of all protocols that comes and goes, and actions that take away what it stands on.

SERVER_TWO=$WAN.12
spaces=0

# Clients of L2TP are .100 and on, of IPsec .150 and on, all of them addresses of c1
churn_addresses() {
	local i
	for i in {100..114} {150..164}; do
		echo "addr add $LAN.$i/32 dev eth0"
	done | ip -n c1 -batch -
	ip -n s addr add $SERVER_TWO/24 dev eth0
}

# Workers: whatever happens to them is all right

churn_pptp() { # NODE FIRST_ID
	peer "$1" --timeout 3 --ids "$2" "connect 3" "dial 3" "ping 20" "clear 1" "dial 2" "ping 40" \
		abort
	sleep 1
}

churn_l2tp() {
	local first=100 server=$SERVER kind=("set tunnel-id 7" "set answer 1")
	case $((RANDOM % 3)) in
	0) first=105 kind=("set tunnel-id 7" "set version 3" "set over-ip 1") ;;
	1) first=110 server=$SERVER_TWO kind=("set tunnel-id 7" "set answer 2") ;;
	esac
	l2tp_peer play --server "s=$server" --clients "c1=$LAN.$first+5" "set timeout 2000" \
		"set session-id 9" "${kind[@]}" "-start all 300" "-talk all 20" "-speak all 30" "sleep 200" \
		"-session all" "-server-session all" "-again all" "hush all" "-talk all 20" "-close all" \
		"-stop 1-3" "-early all" "sleep 100"
	sleep 1
}

churn_ipsec() {
	ipsec_peer play --server "s=$SERVER" --clients "c1=$LAN.150+10" --timeout 2 \
		--ike $((1 + RANDOM % 2)) \
		"greet 50 20" "-start all 300" "talk all 20" "speak all 30" "sleep 300" "-rekey all 200" \
		"-server-rekey all 200" "sleep 300" "-server-ike-rekey 1-5" "-replay all 5" "hush all"
	sleep 1
}

churn_manual() {
	ipsec_peer play --server "s=$SERVER_TWO" --clients "c1=$LAN.160+5" "manual all" "talk all 10" \
		"spi all 0x99999" "speak all 20" "sleep 500" "manual all" "sleep 500"
	sleep 3
}

churn_flood() { # NODE TARGET SOURCE
	local esp=(esp ike-init ike-sa esp-short ike-length ah)
	local l2tp=(sccrq hidden data v3-data ip-data avp-many stopccn cdn)
	case $((RANDOM % 3)) in
	0) at "$1" pptp_peer gre --dst "$2" --id $((RANDOM % 32)) --count 100 ;;
	1) at "$1" l2tp_peer flood --dst "$2" --src "$3" --count 100 "${l2tp[RANDOM % 8]}" ;;
	2) at "$1" ipsec_peer flood --dst "$2" --src "$3" --count 100 "${esp[RANDOM % 6]}" ;;
	esac
	sleep 2
}

# Rows with data both ways are counted, by protocol
churn_dump() {
	local proto old
	vpnpass -j -n r tunnels | tr '\n' ' ' | tr '{' '\n' >"$LAB/rows"
	for proto in pptp l2tp ipsec; do
		old=$(cat "$LAB/seen-$proto" 2>/dev/null || echo 0)
		echo $((old + $(grep "\"protocol\": *\"$proto\"" "$LAB/rows" | grep '"tx-packets": *[1-9]' |
			grep -c '"rx-packets": *[1-9]'))) >"$LAB/seen-$proto"
	done
	echo >>"$LAB/dumps"
	vpnpass -j -n r status
	at r conntrack -L
	sleep 3
}

# Follows tunnels' coming and going, so that events have a listener
churn_events() {
	timeout 5 vpnpass -n r events
}

churn_server() {
	launch s pptp_peer server </dev/null >"$LAB/churn-server.log" 2>&1
	echo $! >"$LAB/churn-server.pid"
}

churn_start() {
	churn_server
	start churn_pptp c2 1
	start churn_pptp c3 1
	start churn_l2tp
	start churn_ipsec
	start churn_manual
	start churn_flood c4 $SERVER $LAN.14
	start churn_flood s $ROUTER $SERVER
	start churn_dump
	start churn_events
	renice -n -10 $$ >/dev/null # actions before traffic
}

churn_end() {
	local i
	kill "$(cat "$LAB/churn-server.pid")"
	router_goes
	for ((i = 0; i < 4; i++)); do
		ip netns del "vptmp$i" 2>/dev/null
	done
	rules_go 2>/dev/null
	ip -n r link set eth0 up
}

churn_defaults() {
	tune r max_tunnels 16384
	tune r ipsec_copies 16
	tune r l2tp_keep_port 0
}

any_proto() {
	local all=(pptp l2tp ipsec)
	echo "${all[$1]}"
}

# Actions

reload_one() {
	local i=$((RANDOM % 3)) modules=(nf_nat_pptp nf_nat_l2tp nf_nat_esp) proto
	proto=$(any_proto $i)
	rmmod "${modules[i]}" && sleep "0.$((RANDOM % 5))" && "load_$proto" && mode r on "$proto"
}

reload_all() {
	local i first=$((RANDOM % 3)) proto
	unload_modules
	load_core
	for i in 0 1 2; do
		proto=$(any_proto $(((first + i) % 3)))
		"load_$proto"
		mode r on "$proto"
	done
	lsmod | grep -q '^nf_nat_esp '
}

new_space() {
	local name=vptmp$((spaces++ % 4)) proto
	ip netns add "$name" || return 1
	for proto in pptp l2tp ipsec; do
		ip netns exec "$name" sysctl -qw "net.netfilter.nf_vpnpass.$proto=$((RANDOM % 3))"
	done
}

old_space() {
	ip netns del "vptmp$((RANDOM % 4))"
}

# Another router with help, a client of its own and calls
router_comes() {
	local proto
	[ -z "${NODE_PID[n]:-}" ] || return 1
	behind 1
	for proto in pptp l2tp ipsec; do
		mode n on $proto
	done
	# or TCP keeps a namespace for minutes whose connections were cut
	at b1 sysctl -qw net.ipv4.tcp_orphan_retries=1
	launch b1 pptp_peer client --server $SERVER --timeout 3 --ids 1 "connect 2" "dial 3" "ping 5" \
		"traffic $LAB/never 0" </dev/null >/dev/null 2>&1
}

# It goes with its tunnels, at times in mid-call
router_goes() {
	local node pids
	[ -n "${NODE_PID[n]:-}" ] || return 1
	for node in n b1; do
		pids=$(ip netns pids $node)
		# shellcheck disable=SC2086 # a list
		[ -z "$pids" ] || kill -9 $pids
		ip netns del $node
		unset "NODE_PID[$node]"
	done
}

sysctl_mode() {
	local modes=(off on rule on) proto
	proto=$(any_proto $((RANDOM % 3)))
	mode r "${modes[RANDOM % 4]}" "$proto" && sleep "0.$((RANDOM % 10))" && mode r on "$proto"
}

netlink_mode() {
	local verbs=(disable enable "enable --rule" enable) proto
	proto=$(any_proto $((RANDOM % 3)))
	# shellcheck disable=SC2086 # a verb and its option
	vpnpass -n r ${verbs[RANDOM % 4]} "$proto" && sleep "0.$((RANDOM % 10))" && vpnpass -n r enable "$proto"
}

flush_all() {
	flush_conntrack
}

flush_one() {
	local kinds=(tcp udp gre esp 115)
	at r conntrack -D -p "${kinds[RANDOM % 5]}"
}

tune_one() {
	case $((RANDOM % 6)) in
	0) tune r max_tunnels $((1 + RANDOM % 40)) ;;
	1) tune r max_tunnels 16384 ;;
	2) tune r ipsec_copies $((RANDOM % 17)) ;;
	3) tune r l2tp_keep_port $((RANDOM % 2)) ;;
	4) tune r pptp_timeout $((1 + RANDOM % 300)) ;;
	5) tune r l2tp_timeout $((1 + RANDOM % 600)) ;;
	esac
}

# Rules that hold the helpers, and so the modules
rules_come() {
	at r nft -f - <<-EOT
		table inet churn {
			ct helper pptp { type "pptp" protocol tcp; }
			ct helper l2tp { type "l2tp" protocol udp; }
			ct helper ike { type "ike" protocol udp; }
			chain pre {
				type filter hook prerouting priority filter;
				tcp dport 1723 ct helper set "pptp"
				udp dport 1701 ct helper set "l2tp"
				udp dport 500 ct helper set "ike"
			}
		}
	EOT
}

rules_go() {
	at r nft delete table inet churn
}

save_load() {
	vpnpass -n r save "$LAB/churn-saved" || return 1
	[ $((RANDOM % 2)) = 0 ] || reload_one
	vpnpass -n r load "$LAB/churn-saved"
}

link_down() {
	ip -n r link set eth0 down
	ip -n r link set eth0 up
}

calm() {
	sleep $((1 + RANDOM % 3))
}
