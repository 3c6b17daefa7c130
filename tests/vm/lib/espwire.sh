# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The IPsec peer (tests/peer): all clients are addresses of c1, servers addresses of s, and one
# process plays them all.

ESP_NET=$LAN.1		# the first client is .100: $LAN.100
SERVER_TWO=$WAN.12

load_ipsec() {
	lsmod | grep -q '^nf_nat_esp ' || insmod "$VP_KO/nf_nat_esp.ko"
}

# ipsec NODE off|on|rule
ipsec() {
	local value
	case $2 in
	off) value=0 ;;
	on) value=1 ;;
	rule) value=2 ;;
	esac
	at "$1" sysctl -qw "net.netfilter.nf_vpnpass.ipsec=$value"
}

ipsec_on() {
	load_netfilter
	load_core && load_ipsec || bail "the modules do not load"
	ipsec r on || bail "IPsec help cannot be enabled"
}

# esp_clients COUNT: so many more addresses of c1
esp_clients() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "addr add ${ESP_NET}$(printf %02d "$i")/32 dev eth0"
	done | ip -n c1 -batch -
}

second_server() {
	ip -n s addr add $SERVER_TWO/24 dev eth0
}

# play COUNT [OPTION...] STEP...: so many clients and the usual server, in the foreground
play() {
	local count=$1
	shift
	ipsec_peer play --server "s=$SERVER" --clients "c1=${ESP_NET}00+$count" "$@"
}

# play_start NAME COUNT [OPTION...] STEP...: the same in the background
play_start() {
	local name=$1
	shift
	play "$@" </dev/null >"$LAB/peer-$name.log" 2>&1 &
	echo $! >"$LAB/peer-$name.pid"
	disown
}

# play_end NAME: wait for it, give its output and status
play_end() {
	verdict "peer-$1"
}

# ledger NAME FIELD: a field of the latest ledger of a background peer, both directions added up
ledger() {
	grep '^up:' "$LAB/peer-$1.log" | tail -n 1 | tr ' ' '\n' | awk -F= -v f="$2" '$1 == f { n += $2 } END { print n + 0 }'
}

flood() { # NODE [OPTION...] KIND [VALUE]
	local node=$1
	shift
	at "$node" ipsec_peer flood "$@"
}

esp_entries() {
	at r conntrack -L -p esp 2>/dev/null
}

esp_count() {
	esp_entries | wc -l
}

unload_ipsec() {
	rmmod nf_nat_esp && rmmod nf_vpnpass
}

# Nobody talks any more: conntrack must empty and the modules unload.
ipsec_settle() {
	end_processes_but_holders
	check "conntrack of the router empties" wait_for 15 conntrack_empty r
	if lsmod | grep -q '^nf_nat_esp '; then
		check "the modules unload" unload_ipsec
	fi
}
