# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# ICMP errors about GRE: forge one about a captured packet, look at what arrives.

# field NAME: value of key=value in what the last sniffer printed.
field() {
	tr ' ' '\n' <"$LAB/got" | sed -n "s/^$1=//p" | head -n 1
}

# capture NODE SOURCE SIGNAL: a GRE packet of NODE as the server sees it, sent when told so.
capture() {
	sniff_start gre s --proto gre --src "$2" --out "$LAB/gre-$1.bin"
	signal "$3"
	sniff_end gre >/dev/null
}

# send_error NODE HOP ROUTER TYPE CODE MTU QUOTE: a hop outside complains about NODE's packet,
# and NODE gets it.
send_error() {
	sniff_start icmp "$1" --proto icmp --timeout 5
	at s pptp_peer icmp --src "$2" --dst "$3" --type "$4" --code "$5" --mtu "$6" --quote "$7" \
		--packet "$LAB/gre-$1.bin"
	sniff_end icmp >"$LAB/got"
}

# keys ADDRESS [OPTION...]: srckey and dstkey of the original direction and of the reply, in
# decimal, of the GRE entries of a client.
keys() {
	local address=$1 key
	shift
	at r conntrack -L -p gre "$@" 2>/dev/null | grep "src=$address " | grep -o '[sd][rs][ct]key=0x[0-9a-f]*' |
		cut -d= -f2 | while read -r key; do echo $((key)); done
}
