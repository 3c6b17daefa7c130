# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The lab: nodes (a network namespace and a mount namespace each) and how they are joined.
#
#   c1 c2 ... --+                       +-- s       server        203.0.113.10
#            LAN bridge in r (NAT) --- w -- o1 ...  outside       203.0.113.31 ...
#   192.168.77.11 ...   .1 | 203.0.113.1 +-- n (NAT) 203.0.113.20 -- b1 b2 ...  10.20.0.11 ...
#
# w is a bridge that stands for the Internet. IPv6 likewise: fd77::/64 and 2001:db8:1::/64.

declare -A NODE_PID

LAN=192.168.77
WAN=203.0.113
LAN6=fd77:
WAN6=2001:db8:1:
ROUTER=$WAN.1
SERVER=$WAN.10
SERVER6=$WAN6:10

# at NODE CMD...: run in the namespaces of a node.
at() {
	local node=$1
	shift
	nsenter -t "${NODE_PID[$node]}" -n -m -- "$@"
}

# launch NODE CMD...: the same in the background; $! is the command itself. Its end is for
# gone to see: not a job of this shell.
launch() {
	local node=$1
	shift
	nsenter -t "${NODE_PID[$node]}" -n -m -- "$@" &
	disown
}

# gone PID: the process has ended, whether or not somebody asked for its status.
gone() {
	! grep -q '^State:.*[^ZX] (' "/proc/$1/status" 2>/dev/null
}

# What a node does in its own namespaces before it holds them open; it writes its pid when done
NODE_INIT='
	mount -t tmpfs vprun /run
	mkdir -p /run/lock /run/ppp
	for f in all default; do
		echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter
		echo 0 >/proc/sys/net/ipv6/conf/$f/accept_dad
		echo 0 >/proc/sys/net/ipv6/conf/$f/router_solicitations
	done
	ip link set lo up
	echo $$ >"$0"
	exec sleep infinity'

node() {
	local name=$1
	mkdir -p "/etc/netns/$name"
	pptp_config "$name"
	ip netns add "$name"
	# not a child of this shell, which would report its end
	(ip netns exec "$name" sh -c "$NODE_INIT" "$LAB/node-$name" </dev/null >/dev/null 2>&1 &)
	wait_for 20 test -s "$LAB/node-$name" || bail "node $name did not start"
	NODE_PID[$name]=$(<"$LAB/node-$name")
}

bridge() { # NODE NAME
	ip -n "$1" link add "$2" up type bridge forward_delay 0
}

# plug NODE DEV BRIDGE_NODE BRIDGE ADDR ADDR6: a new device of a node in a bridge.
plug() {
	ip -n "$3" -batch - <<-EOT
		link add p-$1-$2 type veth peer name $2 netns $1
		link set p-$1-$2 master $4 up
	EOT
	ip -n "$1" -batch - <<-EOT
		addr add $5/24 dev $2
		addr add $6/64 dev $2 nodad
		link set $2 up
	EOT
}

default_route() { # NODE VIA [VIA6]
	ip -n "$1" -batch - <<-EOT
		route add default via $2
		${3:+route add default via $3}
	EOT
}

forwarding() { # NODE
	at "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# masquerade NODE DEV: source NAT of what leaves by DEV, IPv4 and IPv6.
masquerade() {
	at "$1" nft -f - <<-EOF
		table inet vplab {
			chain post {
				type nat hook postrouting priority srcnat; policy accept;
				oifname "$2" masquerade
			}
			chain pre {
				type nat hook prerouting priority dstnat; policy accept;
			}
		}
	EOF
}

# zones OF_LAN [OF_WAN]: conntrack zones of the router's administrator, as nft's ct statement has them
zones() {
	at r nft -f - <<-EOT
		table inet vpzone
		delete table inet vpzone
		table inet vpzone {
			chain pre {
				type filter hook prerouting priority raw; policy accept;
				iifname "lan" ct $1
				iifname "eth0" ${2:+ct }${2:-accept}
			}
		}
	EOT
}

# dnat NODE MATCH... -- TARGET: a rule of the nat table of a router.
dnat() {
	local node=$1
	shift
	at "$node" nft add rule inet vplab pre "$@"
}

clients() { # COUNT
	local i
	for ((i = 1; i <= $1; i++)); do
		node "c$i"
		plug "c$i" eth0 r lan "$LAN.$((10 + i))" "$LAN6:$((10 + i))"
		default_route "c$i" $LAN.1 $LAN6:1
	done
}

outside() { # COUNT
	local i
	for ((i = 1; i <= $1; i++)); do
		node "o$i"
		plug "o$i" eth0 w wan "$WAN.$((30 + i))" "$WAN6:$((30 + i))"
	done
}

# Clients behind another NAT router.
behind() { # COUNT
	local i
	[ "$1" -gt 0 ] || return 0
	node n
	bridge n lan
	ip -n n addr add 10.20.0.1/24 dev lan
	plug n eth0 w wan $WAN.20 $WAN6:20
	forwarding n
	masquerade n eth0
	for ((i = 1; i <= $1; i++)); do
		node "b$i"
		plug "b$i" eth0 n lan "10.20.0.$((10 + i))" "fd20::$((10 + i))"
		default_route "b$i" 10.20.0.1
	done
}

router() { # NAT
	node r
	bridge r lan
	ip -n r -batch - <<-EOT
		addr add $LAN.1/24 dev lan
		addr add $LAN6:1/64 dev lan nodad
	EOT
	plug r eth0 w wan $ROUTER $WAN6:1
	forwarding r
	case $1 in
	masquerade) masquerade r eth0 ;;
	none)
		ip -n s route add $LAN.0/24 via $ROUTER
		ip -6 -n s route add $LAN6:/64 via $WAN6:1
		;;
	esac
}

# topology [clients=N] [outside=N] [behind=N] [nat=masquerade|none]
topology() {
	local clients=2 outside=0 behind=0 nat=masquerade option i
	for option; do
		local "${option?}"
	done
	node w
	bridge w wan
	node s
	plug s eth0 w wan $SERVER $SERVER6
	router "$nat"
	clients "$clients"
	outside "$outside"
	behind "$behind"
	for ((i = 1; i <= clients; i++)); do
		wait_for 20 at "c$i" ping -c 1 -W 1 -q $SERVER || bail "c$i does not reach the server"
	done
}

# Processes in the nodes, those that hold them open among them
node_processes() {
	stat -Lc '%i %n' /run/netns/* /proc/[0-9]*/ns/net 2>/dev/null | awk '
		$2 ~ "^/run/" { node[$1] = 1; next }
		$1 in node { split($2, part, "/"); print part[3] }'
}

end_processes() {
	local pids
	pids=$(node_processes)
	# shellcheck disable=SC2086 # a list
	[ -z "$pids" ] || kill -9 $pids 2>/dev/null
}

remove_nodes() {
	local node
	end_processes
	for node in "${!NODE_PID[@]}"; do
		ip netns del "$node" 2>/dev/null
	done
	rm -rf /etc/netns
}

router_mac() { # NODE DEV
	at "$1" cat "/sys/class/net/$2/address"
}
