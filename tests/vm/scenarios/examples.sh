#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The rulesets in examples/nft, iptables and ufw, loaded as they are but for the names of
# interfaces and clients: what they promise to help works, what they refuse does not.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/tool.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

EXAMPLES=/vp/bin/examples
ALLOWED="$LAN.11, $LAN.100-$LAN.101" # c1, and the first two of the clients that c1 plays
LIMIT=3

load_nft() { # EXAMPLE
	sed "s/^define LAN = .*/define LAN = \"lan\"/; s/^define WAN = .*/define WAN = \"eth0\"/
		s/^define GUEST = .*/define GUEST = \"lan\"/
		s/^define CLIENTS = .*/define CLIENTS = { $ALLOWED }/" "$EXAMPLES/nft/$1.nft" >"$LAB/$1.nft"
	at r nft -f "$LAB/$1.nft"
}

load_iptables() { # EXAMPLE
	at r env LAN=lan WAN=eth0 GUEST=lan CLIENTS="$LAN.11 $LAN.100/31" "$EXAMPLES/iptables/$1.sh"
}

# As ufw loads it, beside a filter as ufw makes it
load_ufw() {
	sed 's/ lan0 / lan /; s/ wan0 / eth0 /' "$EXAMPLES/ufw/$1.rules" | at r iptables-restore -n
}

ruleset() {
	at r nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*/packets 0 bytes 0/'
}

# twice EXAMPLE: loaded again it is what it was
twice() {
	"load_$KIND" "$1" && ruleset >"$LAB/once" && "load_$KIND" "$1" && ruleset | diff "$LAB/once" -
}

# Each as plain NAT can't have it: a PPTP call; two L2TP clients whose server answers to port 1701;
# two IPsec clients on port 500 whose data the server begins
pptp_works() { # NODE
	peer "$1" --ids 7 --timeout $LIMIT "connect 1" "dial 1" "ping 3" "abort"
}

l2tp_works() { # FIRST-CLIENT
	l2tp_peer play --server "s=$SERVER" --clients "c1=$1+2" "set timeout ${LIMIT}000" \
		"set answer 1" "start all" "ping all 3" "stop all"
}

ipsec_works() { # FIRST-CLIENT
	ipsec_peer play --server "s=$SERVER" --clients "c1=$1+2" --timeout $LIMIT "start all" \
		"speak all 3 5" "ping all 3" "settle all" "expect moved 0"
}

# help_all [--rule]: for all, with nothing left of calls before
help_all() {
	vp disable all >/dev/null
	vp enable "$@" all >/dev/null || bail "help can't be enabled"
	flush_conntrack >/dev/null 2>&1
}

# all_tried [PPTP-CLIENT] [FIRST-CLIENT]: of all three protocols, at the same time
all_tried() {
	local proto pids=()
	pptp_works "${1:-c1}" >"$LAB/try-pptp" 2>&1 &
	pids+=($!)
	l2tp_works "${2:-$LAN.100}" >"$LAB/try-l2tp" 2>&1 &
	pids+=($!)
	ipsec_works "${2:-$LAN.100}" >"$LAB/try-ipsec" 2>&1 &
	pids+=($!)
	for proto in pptp l2tp ipsec; do
		wait "${pids[0]}"
		echo $? >"$LAB/status-$proto"
		pids=("${pids[@]:1}")
	done
}

worked() { # PROTOCOL
	cat "$LAB/try-$1"
	return "$(cat "$LAB/status-$1")"
}

all_work() { # WHAT
	local proto
	all_tried
	for proto in pptp l2tp ipsec; do
		check "$KIND: $1: $proto works" worked $proto
	done
}

none_works() { # WHAT [PPTP-CLIENT] [FIRST-CLIENT]
	local proto
	all_tried "${@:2}"
	for proto in pptp l2tp ipsec; do
		refute "$KIND: $1: no $proto" worked $proto
	done
	check "$KIND: $1: other traffic passes" at "${2:-c1}" ping -c 1 -W 3 $SERVER
}

example() { # NAME
	check "$KIND: $1 is loaded, and again" twice "$1"
}

examples() {
	KIND=$1
	at r nft flush ruleset
	example home-router
	help_all
	all_work "home-router, mode on"
	if [ "$1" = nft ]; then
		help_all --rule
		none_works "home-router, mode rule"
	fi
	example rule-mode
	help_all --rule
	count_helped
	all_work "rule-mode"
	check "$KIND: rule-mode: ct helper matches data of calls" counted pptp
	check "$KIND: rule-mode: ct helper matches ESP" counted ike
	at r nft flush ruleset
	"load_$KIND" home-router
	example allow-list
	help_all --rule
	all_work "allow-list, of the list"
	help_all --rule
	none_works "allow-list, others" c2 $LAN.102
	help_all
	example block
	none_works "block"
	vp disable all >/dev/null
}

ufw() {
	KIND=iptables
	at r nft flush ruleset
	load_iptables home-router
	at r iptables -t nat -F
	KIND=ufw
	example before
	help_all --rule
	all_work "before.rules, mode rule"
	vp disable all >/dev/null
}

# Rules that match data by the helper of what it belongs to, as VyOS makes for conntrack-helper
count_helped() {
	at r nft -f - <<-'EOT'
		table inet count {
			chain forward {
				type filter hook forward priority 10; policy accept;
				meta l4proto gre ct helper "pptp" counter comment "pptp"
				meta l4proto esp ct helper "ike" counter comment "ike"
			}
		}
	EOT
}

counted() { # COMMENT
	at r nft list table inet count | grep "packets [1-9].*comment \"$1\""
}

# What VyOS does for "set system conntrack modules pptp": both halves of the kernel's helper
vyos() {
	modprobe -a nf_nat_pptp nf_conntrack_pptp
}

ours_only() {
	is_loaded nf_vpnpass && ! is_loaded nf_conntrack_pptp
}

vyos_modules() {
	refute "vyos: the kernel's helper does not load beside ours" vyos
	check "the modules unload" unload_modules
	# from docs/firewalls.md
	echo 'install nf_conntrack_pptp /sbin/modprobe nf_nat_pptp' >/etc/modprobe.d/vyos.conf
	check "vyos: modprobe succeeds" vyos
	check "vyos: by loading ours" ours_only
	rm /etc/modprobe.d/vyos.conf
}

topology clients=2
l2tp_clients 4
at r nft delete table inet vplab
load_netfilter
check "the modules install" install_netfilter_modules
cp /vp/bin/install/etc/modprobe.d/vpnpass.conf /etc/modprobe.d/
peer_server s
examples nft
examples iptables
ufw
check "the PPTP server agrees" peer_server_stop s
end_processes_but_holders
at r nft flush ruleset
at r conntrack -F >/dev/null 2>&1
check "the modules unload" unload_modules
vyos_modules
check "the modules unload again" unload_modules
check "the modules uninstall" uninstall_modules
rm /etc/modprobe.d/vpnpass.conf
settle
