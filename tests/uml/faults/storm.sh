#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Allocations fail at random while packets set tunnels up and carry data, records are loaded, ICMP
# errors are translated. Six tunnels of real daemons are there before. After each storm they carry
# pings, and new ones come up; refusals were counted. FAULTS_ROUNDS: of each storm (3).
. "$(dirname "$0")/../../vm/lib/lab.sh"
. "$(dirname "$0")/../../vm/lib/l2tp.sh"
. "$(dirname "$0")/../../vm/lib/all.sh"
. "$(dirname "$0")/../../vm/lib/icmp.sh"
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/works.sh"

ROUNDS=${FAULTS_ROUNDS:-3}
OBJECTS=(kmalloc-64 kmalloc-96 kmalloc-128 kmalloc-192 kmalloc-256 kmalloc-512 kmalloc-1k
	kmalloc-2k kmalloc-4k)
PACKETS=(skbuff_head_cache skbuff_small_head kmalloc-1k)

# All entries have to be made anew, but those of the real clients' TCP: its server may speak first,
# and is told then that nobody listens
forget_entries() {
	local proto
	for proto in udp gre esp 115; do
		at r conntrack -D -p $proto
	done
	at r conntrack -D -p tcp -s "$(outer c7)"
}

# storm NAME PERCENT "CACHES" WORK...: the work goes on while allocations fail; then all is well
storm() {
	local name=$1 percent=$2 start=$SECONDS work i
	local -a caches
	read -ra caches <<<"$3"
	shift 3
	for ((i = 0; i < ROUNDS; i++)); do
		for work; do
			forget_entries >/dev/null 2>&1
			inject "$percent" 1500 "${caches[@]}"
			("$work") >"$LAB/work.log" 2>&1
			calm
			harvest || cp "$LAB/klog" "$VP_OUT/klog-$name-$i-$work"
			failures=$((failures + $(cut -d' ' -f1 <"$LAB/harvested")))
			traces=$((traces + $(cut -d' ' -f2 <"$LAB/harvested")))
		done
	done
	diag "$name: $((SECONDS - start)) s; so far $failures failures, $traces of them in our modules"
	after "$name"
}

# What must hold whenever nothing fails any more
after() { # NAME
	check "$1: the tunnels from before carry pings" or_tell "$1-before" each_of "$ALL" through 2
	new_ones "$1"
}

new_ones() { # NAME
	check "$1: new PPTP calls work" or_tell "$1-pptp" works_again pptp
	check "$1: new L2TP tunnels work" or_tell "$1-l2tp" works_again l2tp
	check "$1: new IPsec tunnels work" or_tell "$1-ipsec" works_again ipsec
}

# or_tell FILE COMMAND...: if it fails, what the router knows is kept
or_tell() {
	local status=0
	"${@:2}" || status=$?
	[ $status = 0 ] ||
		{ vpnpass -n r status; vpnpass -n r tunnels; at r conntrack -L; } >"$VP_OUT/$1" 2>&1
	return $status
}

nomem() { # PROTOCOL
	echo $(($(counter nomem r "$1") + $(counter data-nomem r "$1")))
}

# growth_storm NAME CROWD [WORK]: hash tables that cannot grow. That of bindings is the first which is
# too small, but for what goes on before.
growth_storm() {
	local before=
	hang_up >/dev/null 2>&1
	vpnpass -n r disable all && all_help r # tables as small as at first
	rm -f "$LAB/crowd" "$LAB/begin" "$LAB/ready" "$LAB/over"
	if [ $# -gt 2 ]; then
		"$3" >"$LAB/before.log" 2>&1 &
		before=$!
		check "$1: $3 goes on" await ready
	fi
	"$2" >"$LAB/work.log" 2>&1 &
	check "$1: a crowd stands ready" await crowd
	inject 100 3000 kmalloc-2k kmalloc-4k
	fail_set ignore-gfp-wait N
	until : >"$LAB/begin"; do :; done	# no memory for another process
	wait $!
	calm
	: >"$LAB/over"
	[ -z "$before" ] || wait "$before"
	harvest || cp "$LAB/klog" "$VP_OUT/klog-$1"
	all_dial
	check "$1: all come up when nothing fails any more" each_of "$ALL" wait_up
	after "$1"
}

# Records of running tunnels, made known again while allocations fail; then all of them, for good.
# Ends whose records were refused may have given up by then.
load_storm() {
	local i refused=0
	check "running tunnels are saved" vpnpass -n r save "$LAB/saved"
	for ((i = 0; i < ROUNDS * 4; i++)); do
		vpnpass -n r disable all && all_help r
		inject 30 1500 "${OBJECTS[@]}" nf_conntrack radix_tree_node
		vpnpass -n r load "$LAB/saved" >"$LAB/loaded" 2>&1 && grep -q ' 0 refused' "$LAB/loaded" ||
			refused=$((refused + 1))
		each_of "$ALL" ping_once
		calm
		harvest || cp "$LAB/klog" "$VP_OUT/klog-load-$i"
	done
	check "records were refused in $refused of $i loads" test "$refused" -gt 0
	vpnpass -n r disable all && all_help r
	check "then all are loaded" vpnpass -n r load "$LAB/saved"
	new_ones load
}

ping_once() { # NODE
	through "$1" 1 >/dev/null 2>&1 &
	wait_for 3 gone $!
	kill $! 2>/dev/null || true
}

hang_up() {
	local node
	each_of "c1 c2" pptp_hangup
	l2tp_hangup c3 c4
	each_of "c5 c6" ipsec_hangup
	for node in c3 c4; do
		wait_for 60 l2tp_down $node
	done
}

# pluto aborts at times when the kernel had no memory for what it asked
plutos_again() {
	local node pid
	for node in s c5 c6; do
		pid=$(cat "$LAB/ipsec-$node/pid")
		kill "$pid" 2>/dev/null || true
		wait_for 20 gone "$pid"
		ip -n $node xfrm state flush
		ip -n $node xfrm policy flush
	done
	daemons c5 c6
}

# The real daemons set their tunnels up while allocations fail
dial_storm() {
	hang_up >/dev/null 2>&1
	inject 20 1500 "${OBJECTS[@]}" nf_conntrack
	all_dial
	sleep 15
	calm
	harvest || cp "$LAB/klog" "$VP_OUT/klog-dial"
	hang_up >/dev/null 2>&1
	plutos_again
	all_dial
	check "dial: all come up when nothing fails any more" each_of "$ALL" wait_up
	check "dial: all get pings through" each_of "$ALL" through 2
}

failures=0 traces=0
topology clients=7 outside=1
all_help r || bail "the modules do not load"
works_setup
all_daemons
all_up
quoted_packet
fail_setup
storm objects 30 "${OBJECTS[*]}" w_pptp w_l2tp w_l2tp3 w_l2tp_ip w_static w_ike1 w_ike2 w_manual
storm entries 50 "nf_conntrack radix_tree_node ${OBJECTS[*]}" w_pptp w_l2tp w_l2tp_ip w_ike2 w_manual
storm packets 20 "${PACKETS[*]}" w_pptp w_l2tp w_l2tp_ip w_ike2 w_guess w_icmp w_bundles w_parts
storm anything 15 "" w_pptp w_l2tp w_l2tp3 w_static w_ike1 w_ike2 w_guess w_icmp w_caps
load_storm
dial_storm
growth_storm addresses w_crowd w_calls
growth_storm bindings w_crowd
for proto in pptp l2tp ipsec; do
	check "refusals of $proto were counted" test "$(nomem $proto)" -gt 0
	diag "$proto: nomem $(counter nomem r $proto), data-nomem $(counter data-nomem r $proto)"
done
diag "$failures allocations failed, $traces of them in our modules"
check "the kernel said nothing else that it must not" test ! -s "$LAB/upset"
sed 's/^/# /' "$LAB/upset" 2>/dev/null | head -n 40
settle
