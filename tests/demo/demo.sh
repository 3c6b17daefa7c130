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

# Clients of the first $1 whose pings come back through their tunnels
count_working() { # NUMBER SECONDS
	local i count=0 end=$((SECONDS + $2))
	for ((i = 1; i <= $1; i++)); do
		# the client is ready a moment before the server's pppd is
		if ppp_wait "c$i" 0 $((end > SECONDS ? end - SECONDS : 1)) >/dev/null &&
			wait_for 10 ping_tunnel "c$i" >/dev/null; then
			count=$((count + 1))
		fi
	done
	echo $count
}

# try NAME NUMBER SECONDS
try() {
	local working
	tell "$2 clients dial $1 ..."
	each "$2" pptp_dial
	working=$(count_working "$2" "$3")
	result[$1:$2]=$working
	tell "    $working of $2 tunnels carry pings"
}

hang_up() { # NUMBER
	each "$1" pptp_hangup
	wait_for 15 tunnels_are 0 >/dev/null || true
	flush_conntrack >/dev/null 2>&1
}

live() {
	tell
	tell "\$ vpnpass tunnels"
	vpnpass -n r tunnels | sed 's/^/| /'
	tell
}

cell() { # WAY NUMBER
	printf '%d of %d work' "${result[$1:$2]}" "$2"
}

table() {
	tell "clients at once   plain NAT        with vpnpass"
	tell "---------------   --------------   --------------"
	local n
	for n in 2 $MOST; do
		tell "$(printf '%-15s   %-14s   %s' "$n" "$(cell 'through plain NAT' "$n")" "$(cell 'with help' "$n")")"
	done
}

tell "one router (NAT), $MOST clients, one server, kernel $(uname -r)"
topology clients=$MOST
pptpd_start s
load_modules || bail "the modules do not load"
for n in 2 $MOST; do
	try "through plain NAT" "$n" 8
	hang_up "$n"
done
tell
tell "\$ vpnpass enable pptp"
vpnpass -n r enable pptp | sed 's/^/| /'
tell
for n in 2 $MOST; do
	try "with help" "$n" 60
	[ "$n" = 2 ] || live
	[ "$n" = "$MOST" ] || hang_up "$n"
done
table
check "plain NAT leaves clients without a tunnel" test "${result[through plain NAT:$MOST]}" -lt $MOST
equal "two clients work with help" 2 "${result[with help:2]}"
equal "$MOST clients work with help" $MOST "${result[with help:$MOST]}"
hang_up $MOST
settle
