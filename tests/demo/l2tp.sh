# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by demo.sh: L2TP clients of two kinds. "l2tp" are xl2tpd and pppd, all of which
# choose the same tunnel id; "l2tpv3" pseudowires of the kernel's over IP, made by ip l2tp.
. "$(dirname "$0")/../vm/lib/l2tp.sh"

# All ends anew, as they keep ids for a while that are to be used again at once
l2tp_ends() {
	local i
	lns s
	for ((i = 1; i <= MOST; i++)); do
		lac "c$i"
		tunnel_id "c$i" 0x1234
	done
}

l2tp_again() {
	local node
	end_processes_but_holders
	for node in s $(seq -f 'c%g' "$MOST"); do
		at "$node" rm -f /run/xl2tpd/l2tp-control
		at "$node" umount /dev/urandom 2>/dev/null || true
	done
	l2tp_ends
}

l2tp_works() { # NODE SECONDS
	l2tp_wait "$1" "$2" >/dev/null 2>&1 && at "$1" ping -n -I ppp0 -c 3 -i 0.2 -W 1 $L2TP_SERVER >/dev/null
}

ping_more_l2tp() { # NODE
	l2tp_ping "$1" 2 && lns_ping "$1" 2
}

# Both ends of a session use the same id
l2tpv3_dial() { # NODE
	pseudowire "${1#c}" ip $((1000 + ${1#c})) $((1000 + ${1#c}))
}

wire_answers() { # NODE
	at "$1" ping -n -c 3 -i 0.2 -W 1 "$WIRES.${1#c}.1"
}

l2tpv3_works() { # NODE SECONDS
	wait_for "$2" wire_answers "$1"
}

l2tpv3_hangup() { # NODE
	wires_end "$1"
}

ping_more_l2tpv3() { # NODE
	wire_ping "${1#c}" 2 && server_ping "${1#c}" 2
}
