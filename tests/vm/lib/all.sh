# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two clients of each protocol at once, with one server: c1 and c2 PPTP with the same call id,
# c3 and c4 L2TP with the same tunnel id, c5 and c6 IPsec. So one of each two has another id
# outside.

ALL="c1 c2 c3 c4 c5 c6"

ppp_daemons() {
	local node
	load_l2tp_stack
	pptpd_start s
	lns s
	for node in c1 c2; do
		call_id $node 777
	done
	for node in c3 c4; do
		lac $node
		tunnel_id $node 0x1234
	done
}

all_daemons() {
	tunnel_ends c5 c6
	ppp_daemons
	daemons c5 c6
}

all_help() { # NODE
	load_modules pptp && load_modules l2tp && load_modules ipsec &&
		mode "$1" on pptp && mode "$1" on l2tp && mode "$1" on ipsec
}

all_dial() {
	pptp_dial c1
	pptp_dial c2
	l2tp_dial c3 c4
	ipsec_dial c5 c6
}

wait_up() { # NODE
	case $1 in
	c1 | c2) ppp_wait "$1" 0 60 ;;
	c3 | c4) l2tp_wait "$1" 60 ;;
	*) ipsec_wait "$1" 60 ;;
	esac
}

# through NODE [COUNT]: pings through its tunnel
through() {
	case $1 in
	c1 | c2) ping_tunnel "$@" ;;
	c3 | c4) l2tp_ping "$@" ;;
	*) inner_ping "$@" ;;
	esac
}

# pings_start NODE: through its tunnel, until ping_stop
pings_start() {
	case $1 in
	c1 | c2) ping_start "$1" "$1" $TUNNEL_SERVER ;;
	c3 | c4) ping_start "$1" "$1" $L2TP_SERVER -I ppp0 ;;
	*) inner_start "$1" ;;
	esac
}

# Rows of the tool without what changes with time
all_ids() { # NODE
	vpnpass -j -n "$1" tunnels | grep -oE '"(protocol|client|server|client-mapped|(client|server)-(id|session)(-mapped)?)": *[^,}]*' |
		tr '\n' ' ' | sed 's/"protocol"/\n&/g' | sort
}

# all_up: all dial, and work; the tool's rows are kept in $LAB/before
all_up() {
	all_dial
	check "all have their tunnels" each_of "$ALL" wait_up
	check "all get pings through" each_of "$ALL" through 4
	check "the tool shows six tunnels that are up" up_by_talk 6 c5 c6
	all_ids r >"$LAB/before"
}

# Each hangs up by its control connection, which the server must understand
all_hang_up() {
	check "PPTP clients hang up" each_of "c1 c2" pptp_hangup
	l2tp_hangup c3 c4
	check "L2TP clients hang up" each_of "c3 c4" wait_down
	check "IPsec clients hang up" each_of "c5 c6" ipsec_hangup
}

wait_down() { # NODE
	wait_for 20 l2tp_down "$1"
}
