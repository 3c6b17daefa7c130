#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs in the guest, for tests/demo/run: lines that start with a bar are for people.
. "$(dirname "$0")/../vm/lib/lab.sh"
. "$(dirname "$0")/l2tp.sh"

MOST=10
KINDS=${DEMO_KINDS:-pptp ipsec l2tp l2tpv3}	# of clients
declare -A result

tell() {
	printf '| %s\n' "$*"
}

each() { # NUMBER COMMAND [ARGUMENT...]: for the first so many clients
	local i
	for ((i = 1; i <= $1; i++)); do
		"$2" "c$i" "${@:3}" || true
	done
}

# Has a client of that kind a tunnel that carries pings, before the time is over?
pptp_works() { # NODE SECONDS
	# the client is ready a moment before the server's pppd is
	ppp_wait "$1" 0 "$2" >/dev/null && wait_for 10 ping_tunnel "$1" >/dev/null
}

ipsec_works() { # NODE SECONDS
	ipsec_wait "$1" "$2" >/dev/null && at "$1" ping -n -c 3 -i 0.2 -W 1 "$INNER_SERVER" >/dev/null
}

ping_more_pptp() {
	ping_tunnel "$@"
}

ping_more_ipsec() {
	reply_ping "$@" && inner_ping "$@"
}

count_working() { # NUMBER SECONDS
	local i count=0 end=$((SECONDS + $2))
	for ((i = 1; i <= $1; i++)); do
		! "${KIND}_works" "c$i" $((end > SECONDS ? end - SECONDS : 1)) || count=$((count + 1))
	done
	echo $count
}

# try NAME NUMBER SECONDS
try() {
	local working
	tell "$2 $KIND clients dial $1 ..."
	each "$2" "${KIND}_dial"
	working=$(count_working "$2" "$3")
	result[$KIND:$1:$2]=$working
	tell "    $working of $2 tunnels carry pings"
}

# hang_up NUMBER: conntrack forgets too, so each try begins in the same way
hang_up() {
	each "$1" "${KIND}_hangup" >/dev/null 2>&1
	case $KIND in
	pptp) wait_for 15 tunnels_are 0 || true ;;
	l2tp) l2tp_again ;;
	l2tpv3) wires_end s ;;
	esac
	flush_conntrack >/dev/null 2>&1
}

live() {
	tell
	tell "\$ vpnpass tunnels"
	vpnpass -n r tunnels | sed 's/^/| /'
	tell
}

# show KIND SECONDS: without help, then with it
show() {
	local n
	KIND=$1
	PROTO=${1%v3}
	for n in 2 $MOST; do
		try "through plain NAT" "$n" "$2"
		hang_up "$n"
	done
	tell
	tell "\$ vpnpass enable $PROTO"
	vpnpass -n r enable "$PROTO" | sed 's/^/| /'
	tell
	for n in 2 $MOST; do
		try "with help" "$n" 60
		if [ "$n" != 2 ]; then
			each "$n" "ping_more_$KIND" >/dev/null 2>&1
			live
		fi
		hang_up "$n"
	done
	vpnpass -n r disable "$PROTO" >/dev/null
}

cell() { # WAY NUMBER
	printf '%d of %d work' "${result[$KIND:$1:$2]}" "$2"
}

table() {
	local n
	tell "clients at once   plain NAT        with vpnpass"
	tell "---------------   --------------   --------------"
	for KIND in $KINDS; do
		for n in 2 $MOST; do
			tell "$(printf '%-15s   %-14s   %s' "$n $KIND" "$(cell 'through plain NAT' "$n")" \
				"$(cell 'with help' "$n")")"
		done
	done
}

judge() { # KIND
	check "plain NAT leaves $1 clients without a tunnel" test "${result[$1:through plain NAT:$MOST]}" -lt $MOST
	equal "two $1 clients work with help" 2 "${result[$1:with help:2]}"
	equal "$MOST $1 clients work with help" $MOST "${result[$1:with help:$MOST]}"
}

# begin_KIND: the ends, and what is said of them

begin_pptp() {
	pptpd_start s
}

begin_ipsec() {
	tell "IPsec without NAT traversal: libreswan, plain ESP"
	# shellcheck disable=SC2046 # a list
	{
		tunnel_ends $(seq -f 'c%g' $MOST)
		daemons $(seq -f 'c%g' $MOST)
	}
}

begin_l2tp() {
	tell "L2TP: xl2tpd. All clients have chosen the same tunnel id; with different ones, and a"
	tell "server that answers to the port that it sees, plain NAT does"
	load_l2tp_stack
	l2tp_ends
}

begin_l2tpv3() {
	tell "L2TPv3: pseudowires of the kernel, over IP protocol 115, which has no ports"
	load_l2tp_stack
}

tell "one router (NAT), $MOST clients, one server, kernel $(uname -r)"
topology clients=$MOST
for proto in pptp ipsec l2tp; do
	load_modules $proto || bail "the modules for $proto do not load"
done
for kind in $KINDS; do
	"begin_$kind"
	case $kind in
	l2tp) show "$kind" 15 ;;
	*) show "$kind" 8 ;;
	esac
	end_processes_but_holders
	flush_conntrack >/dev/null 2>&1
done
table
for kind in $KINDS; do
	judge "$kind"
done
settle
