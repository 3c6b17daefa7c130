#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs in the guest, for tests/demo/run: lines that start with a bar are for people.
. "$(dirname "$0")/../vm/lib/lab.sh"

MOST=10
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

# Has a client of that protocol a tunnel that carries pings, before the time is over?
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
		! "${PROTO}_works" "c$i" $((end > SECONDS ? end - SECONDS : 1)) || count=$((count + 1))
	done
	echo $count
}

# try NAME NUMBER SECONDS
try() {
	local working
	tell "$2 $PROTO clients dial $1 ..."
	each "$2" "${PROTO}_dial"
	working=$(count_working "$2" "$3")
	result[$PROTO:$1:$2]=$working
	tell "    $working of $2 tunnels carry pings"
}

# hang_up NUMBER: conntrack forgets too, so each try begins in the same way
hang_up() {
	each "$1" "${PROTO}_hangup" >/dev/null 2>&1
	[ "$PROTO" != pptp ] || wait_for 15 tunnels_are 0 || true
	flush_conntrack >/dev/null 2>&1
}

live() {
	tell
	tell "\$ vpnpass tunnels"
	vpnpass -n r tunnels | sed 's/^/| /'
	tell
}

# show PROTOCOL SECONDS: without help, then with it
show() {
	local n
	export PROTO=$1
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
			each "$n" "ping_more_$PROTO" >/dev/null
			live
		fi
		hang_up "$n"
	done
}

cell() { # WAY NUMBER
	printf '%d of %d work' "${result[$PROTO:$1:$2]}" "$2"
}

table() {
	local n
	tell "clients at once   plain NAT        with vpnpass"
	tell "---------------   --------------   --------------"
	for PROTO in pptp ipsec; do
		for n in 2 $MOST; do
			tell "$(printf '%-15s   %-14s   %s' "$n $PROTO" "$(cell 'through plain NAT' "$n")" \
				"$(cell 'with help' "$n")")"
		done
	done
}

judge() { # PROTOCOL
	check "plain NAT leaves $1 clients without a tunnel" test "${result[$1:through plain NAT:$MOST]}" -lt $MOST
	equal "two $1 clients work with help" 2 "${result[$1:with help:2]}"
	equal "$MOST $1 clients work with help" $MOST "${result[$1:with help:$MOST]}"
}

tell "one router (NAT), $MOST clients, one server, kernel $(uname -r)"
topology clients=$MOST
load_modules pptp || bail "the modules do not load"
load_modules ipsec || bail "the IPsec module does not load"
pptpd_start s
show pptp 8
end_processes_but_holders
flush_conntrack >/dev/null 2>&1
# shellcheck disable=SC2046 # a list
{
	tunnel_ends $(seq -f 'c%g' $MOST)
	daemons $(seq -f 'c%g' $MOST)
}
tell "IPsec without NAT traversal: libreswan, plain ESP"
show ipsec 8
table
judge pptp
judge ipsec
settle
