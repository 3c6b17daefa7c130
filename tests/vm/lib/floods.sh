# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Floods that reach a cap, while ten clients have a real tunnel of each protocol and ping
# through all of them. First the same floods pass through plain NAT, which must lose no ping
# either: a flood that is too much for the guest itself would prove nothing.
#
# Attackers are 10.64.0.0/16, routed to c11, and 198.18.0.0/16 outside, routed to o1. What they
# send is marked; the server's kernel drops it, and a peer beside it answers. The router says of
# packets in the server's name that nobody wants them, which would end the raw socket of a real one.

# shellcheck disable=SC2034 # for the scenarios
{
	FLOOD_LAN=10.64.0.1
	FLOOD_INNER=10.65.0.1	# a server behind the router, at c11
	FLOOD_WAN=198.18.0.1
	FLOOD_TOS=0xb8
}
FLEET="c1 c2 c3 c4 c5 c6 c7 c8 c9 c10"
PROTOCOLS=${FLOOD_PROTOCOLS:-l2tp pptp ipsec}
REAL=$(($(wc -w <<<"$PROTOCOLS") * 10))
PASS=plain	# or help
pinging=()
flood_pid=

drop_marked() { # NODE
	at "$1" nft -f - <<-EOT
		table ip vpflood {
			chain pre {
				type filter hook prerouting priority raw; policy accept;
				ip dscp ef drop
				icmp type destination-unreachable drop
			}
		}
	EOT
}

flood_topology() {
	topology clients=11 outside=1
	load_netfilter
	ip -n r route add 10.64.0.0/15 via "$(outer c11)"
	ip -n r route add 198.18.0.0/15 via "$(outer o1)"
	drop_marked s
	drop_marked c11
	sysctl -qw net.netfilter.nf_conntrack_buckets=65536 net.netfilter.nf_conntrack_max=262144
}

# Ten tunnels of each protocol, or of those that FLOOD_PROTOCOLS names

carries() { # PROTOCOL
	[[ " $PROTOCOLS " = *" $1 "* ]]
}

fleet_ready() {
	local node
	if carries ipsec; then
		tunnel_ends $FLEET
		daemons $FLEET
	fi
	! carries pptp || pptpd_start s
	carries l2tp || return 0
	load_l2tp_stack
	lns s
	for node in $FLEET; do
		lac "$node"
	done
}

# L2TP first, which has ppp0 then
fleet_up() {
	local node
	fleet_ready
	all_help r || bail "help cannot be enabled"
	# what floods leave is to go soon; real tunnels are never silent
	tune r l2tp_timeout 40
	tune r ipsec_timeout 40
	if carries l2tp; then
		l2tp_dial $FLEET
		check "ten L2TP tunnels" each_of "$FLEET" l2tp_wait 90
	fi
	if carries pptp; then
		for node in $FLEET; do
			pptp_dial "$node" $SERVER 1
		done
		check "ten PPTP tunnels" each_of "$FLEET" ppp_wait 1 90
	fi
	if carries ipsec; then
		ipsec_dial $FLEET
		check "ten IPsec tunnels" each_of "$FLEET" ipsec_wait 90
	fi
}

ping_add() { # NAME NODE ADDRESS [OPTION...]
	ping_start "$1" "$2" "$3" -i 1 "${@:4}"
	pinging+=("$1")
}

fleet_pings() {
	local node
	for node in $FLEET; do
		! carries l2tp || ping_add "l2tp-$node" "$node" $L2TP_SERVER -I ppp0
		! carries pptp || ping_add "pptp-$node" "$node" $TUNNEL_SERVER
		! carries ipsec || ping_add "ipsec-$node" "$node" $INNER_SERVER
	done
	check "pings through ${#pinging[@]} tunnels" wait_for 60 all_answered 8
}

# The same number without tunnels
plain_pings() {
	local node i
	for node in $FLEET; do
		for i in $PROTOCOLS; do
			ping_add "plain-$i-$node" "$node" $SERVER
		done
	done
	check "${#pinging[@]} pings through plain NAT" wait_for 30 all_answered 3
}

all_answered() { # COUNT
	local name
	for name in "${pinging[@]}"; do
		answered "$name" "$1" || return 1
	done
}

stop_pings() {
	local name failed=0
	: >"$LAB/pings"
	for name in "${pinging[@]}"; do
		ping_stop "$name" >"$LAB/stopped" || failed=1
		sed -n "s/^answers: /$name: /p" "$LAB/stopped" >>"$LAB/pings"
	done
	grep -v 'lost: none' "$LAB/pings"
	return $failed
}

# check_pings WHAT: each of the pings that run has had its one answer
check_pings() {
	check "no ping lost: $1" stop_pings
	diag "$1: $(awk '{ n++; answers += $2 } END { print answers " pings answered, " n " pingers" }' "$LAB/pings"), lost: $(
		sed -n 's/.*lost: //p' "$LAB/pings" | grep -v none | wc -w)"
	pinging=()
}

# Figures

# memory: what is available, what kmalloc and conntrack's entries take, kB
memory() {
	awk '/^kmalloc-[0-9]/ { kmalloc += $2 * $4 }
		$1 == "nf_conntrack" { entries = $2 * $4 }
		/^MemAvailable/ { available = $2 }
		END { print available, int(kmalloc / 1024), int(entries / 1024) }' /proc/slabinfo /proc/meminfo
}

# grown BEFORE AFTER: by how many kB kmalloc and conntrack's entries have, of two of memory()
grown() {
	local before after
	read -ra before <<<"$1"
	read -ra after <<<"$2"
	echo $((after[1] + after[2] - before[1] - before[2]))
}

# A control flow, a tunnel, and a conntrack entry for each take less than 3 kB; and what else the
# kernel does meanwhile
may_grow() { # CONTROLS TUNNELS
	echo $((3 * ($1 + $2) + 8192))
}

holdings_are() { # CONTROLS TUNNELS
	[ "$(holdings)" = "$1 $2" ]
}

log_lines() {
	dmesg | grep -c 'nf_vpnpass: '
}

row() { # COLUMN...
	local line
	line=$(printf '| %s ' "$@")
	diag "$line|"
	echo "$line|" >>"$VP_OUT/figures"
}

# The senders that wait end what they began
flood_over() {
	touch "$LAB/flood-end"
	[ -z "$flood_pid" ] || wait_for 120 gone "$flood_pid"
	flood_pid=
}

flood_send() {
	rm -f "$LAB/flood-end" "$LAB/flood-full"
	"$@" >"$LAB/flood-out" 2>&1 || bail "cannot send: $*: $(tail -n 3 "$LAB/flood-out")"
}

unreplied() { # SECONDS
	tune r l2tp_timeout_unreplied "$1"
	tune r ipsec_timeout_unreplied "$1"
}

# What nobody answers waits for that no longer, once the cap was reached
all_goes() {
	local status=0
	unreplied 5
	wait_for 240 holdings_are "$REAL" "$REAL" || status=1
	unreplied 60
	return $status
}

# flood CAP FROM COUNTER LEAST COMMAND...: the command reaches a cap, which is counted that
# often at least, and what it left goes again. Nothing but the sending with plain NAT.
flood() {
	local cap=$1 from=$2 name=$3 least=$4 start=$SECONDS before lines memory top held seconds more
	shift 4
	if [ $PASS = plain ]; then
		flood_send "$@"
		flood_over
		return
	fi
	before=$(counter "$name") lines=$(log_lines) memory=$(memory)
	flood_send "$@"
	seconds=$((SECONDS - start))
	top=$(memory) held=$(holdings) lines=$(($(log_lines) - lines))
	more=$(grown "$memory" "$top")
	[ ! -s "$LAB/flood-out" ] || diag "$(tail -n 1 "$LAB/flood-out")"
	check "$from: $cap: counted ($name)" counter_over "$name" $((before + least - 1))
	check "$from: $cap: a few lines in the log ($lines in $seconds s)" test "$lines" -le $((10 + 2 * seconds))
	check "$from: $cap: memory is bounded ($more kB more for $held)" test "$more" -le "$(may_grow $held)"
	flood_over
	check "$from: $cap: all that it left goes again" all_goes
	row "$cap" "$from" "$name +$(($(counter "$name") - before))" "$held" "$memory" "$top" "$(memory)" "$seconds s"
}

# But those of TCP, whose ends have to speak first; tunnels get theirs again
forget_entries() {
	local proto
	for proto in gre udp esp 115; do
		at r conntrack -D -p $proto
	done
}

# unasked WHAT COMMAND...: from outside; nothing of ours is left, and no more conntrack entries
# than plain NAT makes
unasked() {
	local what=$1 entries memory plain made
	shift
	forget_entries >/dev/null 2>&1
	entries=$(conntrack_count) memory=$(memory)
	flood_send "$@"
	made=$(($(conntrack_count) - entries))
	if [ $PASS = plain ]; then
		echo $made >"$LAB/plain-$what"
		return
	fi
	plain=$(cat "$LAB/plain-$what")
	equal "WAN: unasked $what leaves no control flow and no tunnel" "$REAL $REAL" "$(holdings)"
	check "WAN: unasked $what makes $made conntrack entries, with plain NAT $plain" \
		test $made -le $((plain + plain / 20 + REAL + 20))
	row "unasked $what" WAN "none" "$(holdings)" "$memory" "$(memory)" "" ""
}

# floods FILE: one a line, cap | from | counter | least count | command. A cap NAME=VALUE is
# lowered for it. Without a counter: what nobody asked for; without a command, something to do first.
floods() {
	local cap from name least command words old
	while IFS='|' read -r -u 9 cap from name least command; do
		read -r cap <<<"$cap"
		read -ra words <<<"$command"
		case $cap in
		'' | '#'*) continue ;;
		'!'*)
			read -ra words <<<"${cap#!}"
			"${words[@]}"
			continue
			;;
		*=*) old=$(lower "${cap%%[, ]*}") ;;
		*) old= ;;
		esac
		if [ -n "${name// /}" ]; then
			# shellcheck disable=SC2086 # words without blanks around
			flood "${cap/=/ lowered to }" $from $name $least "${words[@]}"
		else
			unasked "$cap" "${words[@]}"
		fi
		[ -z "$old" ] || tune r ${old/=/ }
	done 9<"$1"
}

# lower NAME=VALUE: prints the same with the value from before; nothing with plain NAT
lower() {
	[ $PASS != plain ] || return 0
	echo "${1%=*}=$(at r sysctl -n "net.netfilter.nf_vpnpass.${1%=*}")"
	tune r "${1%=*}" "${1#*=}" >/dev/null
}

# both_passes FILE: which floods
both_passes() {
	row cap from counter 'held at the top: controls, tunnels' \
		'kB before: available, kmalloc, conntrack' 'at the top' after time
	row --- --- --- --- --- --- --- ---
	plain_pings
	floods "$1"
	check_pings "the same floods, plain NAT without modules"
	# shellcheck disable=SC2034 # the caller's too
	PASS=help
	flush_conntrack >/dev/null 2>&1
	fleet_up
	fleet_pings
	equal "control flows and tunnels held" "$REAL $REAL" "$(holdings)"
	floods "$1"
	check_pings "$REAL tunnels under floods"
}
