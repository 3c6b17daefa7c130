# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Our modules, the in-tree helper, conntrack.

VP_KO=${VP_KO:-/vp/ko}
PROTO=pptp # what is meant where no protocol is named

# Modules that ours and the tests need and that autoload would fetch late.
load_netfilter() {
	modprobe -aq nf_conntrack nf_nat nf_tables nft_chain_nat nft_nat nft_masq nft_ct nf_conntrack_netlink || true
}

load_core() {
	lsmod | grep -q '^nf_vpnpass ' || insmod "$VP_KO/nf_vpnpass.ko"
}

load_pptp() {
	lsmod | grep -q '^nf_nat_pptp ' || insmod "$VP_KO/nf_nat_pptp.ko"
}

load_l2tp() {
	lsmod | grep -q '^nf_nat_l2tp ' || insmod "$VP_KO/nf_nat_l2tp.ko"
}

load_ipsec() {
	lsmod | grep -q '^nf_nat_esp ' || insmod "$VP_KO/nf_nat_esp.ko"
}

load_modules() { # [PROTOCOL]
	load_netfilter
	load_core && "load_${1:-$PROTO}"
}

unload_modules() {
	local m
	for m in nf_nat_pptp nf_nat_l2tp nf_nat_esp nf_vpnpass; do
		! lsmod | grep -q "^$m " || rmmod $m || return 1
	done
}

# mode NODE off|on|rule [PROTOCOL]
mode() {
	local value
	case $2 in
	off) value=0 ;;
	on) value=1 ;;
	rule) value=2 ;;
	esac
	at "$1" sysctl -qw "net.netfilter.nf_vpnpass.${3:-$PROTO}=$value"
}

tune() { # NODE NAME VALUE
	at "$1" sysctl -qw "net.netfilter.nf_vpnpass.$2=$3"
}

# help_on [NODE] [PROTOCOL]: modules loaded and help enabled.
help_on() {
	load_modules "${2:-$PROTO}" || bail "the modules do not load"
	mode "${1:-r}" on "${2:-$PROTO}" || bail "help for ${2:-$PROTO} cannot be enabled"
}

# The kernel's own helper, for comparison.
intree_on() {
	modprobe nf_nat_pptp
	at r nft -f - <<-EOF
		table ip vphelper {
			ct helper pptp {
				type "pptp" protocol tcp
			}
			chain pre {
				type filter hook prerouting priority 0; policy accept;
				tcp dport 1723 ct helper set "pptp"
			}
		}
	EOF
}

conntrack_count() { # [NODE]
	at "${1:-r}" cat /proc/sys/net/netfilter/nf_conntrack_count
}

conntrack_empty() { # [NODE]
	at "${1:-r}" conntrack -F
	[ "$(conntrack_count "${1:-r}")" = 0 ]
}

flush_conntrack() { # [NODE]
	at "${1:-r}" conntrack -F
}

# Entries of GRE in the router, one per line.
gre_entries() {
	at r conntrack -L -p gre 2>/dev/null
}

gre_count() {
	gre_entries | wc -l
}

# Tunnels of a state, as the tool counts them.
tunnels() { # [STATE] [NODE]
	vpnpass -j -n "${2:-r}" tunnels | grep -o '"state": *"[a-z]*"' | grep -c "\"${1:-.*}\"" || true
}

tunnels_are() { # COUNT [STATE]
	[ "$(tunnels "${2:-up}")" = "$1" ]
}

# Control flows and tunnels of all protocols, as the router counts them
holdings() {
	vpnpass -j -n r status | tr ',{}' '\n' |
		awk -F'[:"]+' '/"controls"/ { c += $3 } /"tunnels"/ { t += $3 } END { print c + 0, t + 0 }'
}

# tunnels_up COUNT [SECONDS]: so many are up, sooner or later
tunnels_up() {
	wait_for "${2:-5}" tunnels_are "$1" && return
	vpnpass -n r tunnels
	return 1
}

# up_by_talk COUNT NODE...: so many IPsec tunnels are up when the clients have talked some more.
# Those that hardly talk can't be told apart; they get their packets all the same.
up_by_talk() {
	local count=$1 end=$((SECONDS + 60)) node
	shift
	until tunnels_are "$count"; do
		if [ "$SECONDS" -gt "$end" ]; then
			vpnpass -n r tunnels
			return 1
		fi
		for node; do
			inner_ping "$node" 4
		done
	done
}

# counter NAME [NODE] [PROTOCOL]: its value, 0 if there is none.
counter() {
	vpnpass -j -n "${2:-r}" status | tr ',{}' '\n' |
		sed -n "/\"protocol\": *\"${3:-$PROTO}\"/,/\"protocol\"/s/.*\"$1\": *\([0-9]*\).*/\1/p" |
		head -n 1 | grep . || echo 0
}

# doctor_finds ID [PROTOCOL]: it is among what doctor finds in the router
doctor_finds() {
	local status=0
	vpnpass -j -n r doctor "${2:-$PROTO}" >"$LAB/finds" || status=$?
	[ "$status" -le 1 ] && grep -qE "\"id\": *\"$1\"" "$LAB/finds" && return
	cat "$LAB/finds"
	return 1
}

counter_over() { # NAME VALUE
	[ "$(counter "$1")" -gt "$2" ]
}

# settle: nobody talks any more, so conntrack must empty and our modules must unload.
settle() {
	end_processes_but_holders
	check "conntrack of the router empties" wait_for 15 conntrack_empty r
	if lsmod | grep -q '^nf_vpnpass '; then
		check "the modules unload" unload_modules
	fi
}

end_processes_but_holders() {
	local pid holders=" ${NODE_PID[*]} "
	for pid in $(node_processes); do
		[[ $holders == *" $pid "* ]] || kill -9 "$pid" 2>/dev/null || true
	done
}

ports() { # NODE BRIDGE
	ip -n "$1" -o link show master "$2" | awk -F': |@' '{ print $2 }'
}

# flowtable: the router offloads all TCP and UDP that it forwards. Kernels before 5.13 know a
# bridge, 7.3 and newer offload only what they can follow to a bridge's port that is in the list.
flowtable() {
	local devices list
	mapfile -t list < <(ports r lan)
	devices=$(printf '%s, ' lan "${list[@]}" eth0)
	modprobe -aq nf_flow_table nft_flow_offload nf_flow_table_inet || true
	at r nft -f - <<-EOT
		table inet vpflow {
			flowtable fast {
				hook ingress priority 0; devices = { ${devices%, } };
			}
			chain forward {
				type filter hook forward priority 0; policy accept;
				ip protocol { tcp, udp } flow add @fast
			}
		}
	EOT
}

offloaded() { # tcp|udp PORT: how many flows
	at r conntrack -L -p "$1" 2>/dev/null | grep "dport=$2 " | grep -c OFFLOAD || true
}

# echo_udp NODE PORT: it sends back whatever comes there, of IPv4 and IPv6; $! is the process
echo_udp() {
	launch "$1" python3 -c '
import socket, sys
sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
sock.bind(("::", int(sys.argv[1])))
while True:
    data, peer = sock.recvfrom(2000)
    sock.sendto(data, peer)' "$2" </dev/null >/dev/null 2>&1
}
