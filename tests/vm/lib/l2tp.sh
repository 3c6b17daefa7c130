# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# L2TP with real ends: xl2tpd and pppd as LNS and LACs, and the kernel's own L2TPv3 (ip l2tp)
# with sessions that nobody negotiates.

# shellcheck disable=SC2034 # for lib/vpnpass.sh
PROTO=l2tp
L2TP_SERVER=10.98.0.1	# inside of the ppp sessions
WIRES=10.97		# inside of the pseudowires: one net for each

# What the ends need and autoload would fetch late.
load_l2tp_stack() {
	modprobe -aq ppp_generic pppox l2tp_core l2tp_netlink l2tp_ppp l2tp_eth l2tp_ip || true
}

l2tp_ppp_options() {
	cat <<-EOT
		noauth
		noccp
		nobsdcomp
		nodeflate
		novj
		novjccomp
		nodefaultroute
		ipcp-accept-local
		ipcp-accept-remote
		mtu 1300
		mru 1300
		lcp-echo-interval 0
		lcp-restart 1
		debug
		logfile $LAB/l2tp-$1.ppp
	EOT
}

# xl2tpd_start NODE, its configuration on standard input
xl2tpd_start() {
	local node=$1
	cat >"$LAB/l2tp-$node.conf"
	l2tp_ppp_options "$node" >"$LAB/l2tp-$node.options"
	: >"$LAB/l2tp-$node.secrets"
	at "$node" mkdir -p /run/xl2tpd
	launch "$node" xl2tpd -D -c "$LAB/l2tp-$node.conf" -s "$LAB/l2tp-$node.secrets" -p /run/xl2tpd.pid \
		-C /run/xl2tpd/l2tp-control </dev/null >"$LAB/l2tp-$node.log" 2>&1
	echo $! >"$LAB/l2tp-$node.pid"
	wait_for 20 at "$node" test -p /run/xl2tpd/l2tp-control ||
		bail "xl2tpd on $node does not start: $(tail -n 5 "$LAB/l2tp-$node.log")"
}

# lns NODE [ADDRESS]: a server
lns() {
	xl2tpd_start "$1" <<-EOT
		[global]
		listen-addr = ${2:-$SERVER}
		port = 1701
		[lns default]
		ip range = 10.98.0.10-10.98.0.200
		local ip = $L2TP_SERVER
		require authentication = no
		refuse pap = yes
		name = lns
		ppp debug = yes
		pppoptfile = $LAB/l2tp-$1.options
	EOT
}

# lac NODE [SERVER [HIDDEN]]: a client, which does not dial yet
lac() {
	xl2tpd_start "$1" <<-EOT
		[global]
		port = 1701
		[lac c]
		lns = ${2:-$SERVER}
		require authentication = no
		name = $1
		autodial = no
		redial = no
		pppoptfile = $LAB/l2tp-$1.options
	EOT
}

# tunnel_id NODE ID: of the node's next tunnel, and of its session; xl2tpd reads them from
# /dev/urandom. For one tunnel only: it would look for another id for ever.
tunnel_id() {
	local file=$LAB/random-$1
	# shellcheck disable=SC2059 # the format is the data
	printf "$(printf '\\x%02x\\x%02x' $(($2 & 255)) $(($2 >> 8)))" >"$file"
	at "$1" mount --bind "$file" /dev/urandom
}

l2tp_control() { # NODE WORD...
	at "$1" xl2tpd-control -c /run/xl2tpd/l2tp-control "${@:2}"
}

# l2tp_dial NODE...: all at once, returns at once
l2tp_dial() {
	local node
	for node; do
		l2tp_control "$node" connect-lac c >/dev/null &
		disown
	done
}

# l2tp_hangup NODE...: the server is told
l2tp_hangup() {
	local node
	for node; do
		l2tp_control "$node" disconnect-lac c >/dev/null
	done
}

l2tp_up() { # NODE
	at "$1" ip -4 addr show ppp0 | grep -q "peer $L2TP_SERVER"
}

l2tp_wait() { # NODE [SECONDS]
	wait_for "${2:-30}" l2tp_up "$1" && return
	tail -n 8 "$LAB/l2tp-$1.log" "$LAB/l2tp-$1.ppp"
	return 1
}

pppd_runs() { # NODE
	local pid
	for pid in $(ip netns pids "$1"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != pppd ] || return 0
	done
	return 1
}

# Nothing is left of it at the client: before, xl2tpd dials no other tunnel or loses its session
l2tp_down() { # NODE
	! l2tp_up "$1" && ! pppd_runs "$1" && [ "$(grep -c 'Connecting to host' "$LAB/l2tp-$1.log")" = "$(grep -c ' closed to ' "$LAB/l2tp-$1.log")" ]
}

# inner_ping NODE [COUNT]: through the ppp session
l2tp_ping() {
	at "$1" ping -n -I ppp0 -c "${2:-3}" -i 0.2 -w 15 $L2TP_SERVER
}

# l2tp_both_work: clients 1 and 2, who have dialled, have their sessions
l2tp_both_work() {
	local node
	for node in c1 c2; do
		check "$node has its session" l2tp_wait $node
	done
	for node in c1 c2 c1; do
		check "$node pings the server" l2tp_ping $node 5
	done
}

# The LNS pings the client: its address in the ppp session
lns_ping() { # NODE [COUNT]
	local address
	address=$(at "$1" ip -4 -o addr show ppp0 | sed -n 's/.* inet \([0-9.]*\) peer.*/\1/p')
	at s ping -n -c "${2:-3}" -i 0.2 -w 15 "$address"
}

# working NODE...: how many get pings through
working() {
	local node count=0
	for node; do
		! l2tp_wait "$node" 10 >/dev/null || ! at "$node" ping -n -I ppp0 -c 3 -i 0.2 -W 1 $L2TP_SERVER >/dev/null ||
			count=$((count + 1))
	done
	echo $count
}

# Entries of UDP 1701 and of IP 115 in the router, one per line
l2tp_entries() {
	at r conntrack -L -p udp --orig-port-dst 1701 2>/dev/null
	at r conntrack -L -p 115 2>/dev/null
}

# Source ports that the server sees, from conntrack's reply tuples, each once
outer_ports() {
	at r conntrack -L -p udp --orig-port-dst 1701 2>/dev/null | sed 's/.*sport=1701 dport=//; s/ .*//' | sort -un
}

# Pseudowires. An UDP tunnel of the server is one socket: it serves all clients of one address.

wire_tunnel() { # NODE ENCAP ID LOCAL REMOTE
	local ports=()
	[ "$2" = ip ] || ports=(udp_sport 1701 udp_dport 1701)
	at "$1" ip l2tp add tunnel tunnel_id "$3" peer_tunnel_id "$3" encap "$2" local "$4" remote "$5" "${ports[@]}"
}

# wire_session NODE TUNNEL NAME OWN PEER ADDRESS [OPTION...]: own and peer's session id
wire_session() {
	at "$1" ip l2tp add session name "$3" tunnel_id "$2" session_id "$4" peer_session_id "$5" "${@:7}" &&
		ip -n "$1" link set "$3" up mtu 1400 && ip -n "$1" addr add "$6/24" dev "$3"
}

# pseudowire NUMBER ENCAP CLIENT_ID SERVER_ID [SERVER]: between c<NUMBER> and the server, which
# sees the router's address. Its tunnel is there already with encapsulation in UDP.
pseudowire() {
	local n=$1 server=${5:-$SERVER} tunnel=$((100 + $1))
	wire_tunnel "c$n" "$2" $tunnel "$LAN.$((10 + n))" "$server" &&
		wire_session "c$n" $tunnel wire "$3" "$4" "$WIRES.$n.2" || return 1
	if [ "$2" = udp ]; then
		tunnel=1
	else
		wire_tunnel s "$2" $tunnel "$server" "${SEEN_AS:-$ROUTER}" || return 1
	fi
	wire_session s $tunnel "wire$n" "$4" "$3" "$WIRES.$n.1"
}

wires_end() { # NODE...
	local node id
	for node; do
		for id in $(at "$node" ip l2tp show tunnel | sed -n 's/^Tunnel \([0-9]*\),.*/\1/p'); do
			at "$node" ip l2tp del tunnel tunnel_id "$id"
		done
	done
}

wire_ping() { # NUMBER [COUNT]
	at "c$1" ping -n -c "${2:-3}" -i 0.2 -w 15 "$WIRES.$1.1"
}

# server_ping NUMBER [COUNT]: the server speaks first
server_ping() {
	at s ping -n -c "${2:-3}" -i 0.2 -w 15 "$WIRES.$1.2"
}

# wires_work WHAT: pings through the pseudowires of two clients, from either end
wires_work() {
	local n
	for n in 1 2 1; do
		check "$1: client $n pings the server" wire_ping $n
	done
	for n in 1 2; do
		check "$1: the server pings client $n" server_ping $n
	done
}

# l2tpns, another LNS: it asks a RADIUS server, which lets everybody in.

radius() { # NODE
	launch "$1" python3 -c '
import hashlib, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 1812))
while True:
    ask, who = s.recvfrom(4096)
    attributes = bytes([6, 6, 0, 0, 0, 2, 7, 6, 0, 0, 0, 1])    # framed, PPP
    head = struct.pack("!BBH", 2, ask[1], 20 + len(attributes))
    digest = hashlib.md5(head + ask[4:20] + attributes + b"secret").digest()
    s.sendto(head + digest + attributes, who)' </dev/null >"$LAB/radius.log" 2>&1
}

# udp_bound NODE PORT
udp_bound() {
	at "$1" ss -Hlun "sport = :$2" | grep -q .
}

l2tpns_start() { # NODE
	radius "$1"
	wait_for 20 udp_bound "$1" 1812 || bail "no RADIUS server: $(cat "$LAB/radius.log")"
	ip -n "$1" addr add $L2TP_SERVER/32 dev lo
	echo 10.98.0.64/26 >/etc/l2tpns/ip_pool
	cat >"$LAB/l2tpns.conf" <<-EOT
		set debug 3
		set log_file "$LAB/l2tpns.log"
		set pid_file "/run/l2tpns.pid"
		set primary_dns 10.0.0.1
		set primary_radius 127.0.0.1
		set primary_radius_port 1812
		set radius_secret "secret"
		set radius_authtypes "pap"
		set bind_address $SERVER
		set peer_address $L2TP_SERVER
		set cluster_interface "eth0"
		set lock_pages no
	EOT
	modprobe -q tun || true
	launch "$1" l2tpns -c "$LAB/l2tpns.conf" </dev/null >"$LAB/l2tpns.out" 2>&1
	wait_for 30 udp_bound "$1" 1701 || bail "l2tpns does not listen: $(tail -n 5 "$LAB/l2tpns.out" "$LAB/l2tpns.log")"
	# not before it has found itself alone in its cluster
	wait_for 30 grep -q 'myself the master' "$LAB/l2tpns.log" || bail "l2tpns does not become master"
}

# lac_user NODE: as lac, with a name and a password of its own
lac_user() {
	lac "$1"
	printf 'user %s\npassword test\n' "$1" >>"$LAB/l2tp-$1.options"
}
