# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by packets.sh: PPTP calls, with our module and with the kernel's own helper.

IN_TREE_PACKETS=2000 # it takes long; at 10 000 calls each packet is one of another call

pptp_step() { # NUMBER STEP
	set_up pptp "$@"
}

in_tree_on() {
	intree_on
	sysctl -qw net.netfilter.nf_conntrack_expect_max=8192
}

in_tree_off() {
	at r nft delete table ip vphelper
	modprobe -r nf_nat_pptp nf_conntrack_pptp
}

# Ids as bench_pptp chooses them: the server's in packets to it, the client's in others
pptp_streams() { # NUMBER
	addressed %d "$1" | awk '{ print 40000 + $1, $2 }' >"$LAB/to-server"
	awk '{ print $1 - 20000 }' "$LAB/to-server" >"$LAB/to-client"
}

# pptp_path gre|in-tree NUMBER: so many calls, each on a connection of its own
pptp_path() {
	[ "$1" = in-tree ] || mode r on pptp
	set_up_begin
	memory_mark
	pptp_step "$2" connect
	memory_row "$1" "$2" "$2" control-
	memory_mark
	pptp_step "$2" call
	memory_row "$1" "$2" "$2"
	set_up_end "$1" "$2"
	pptp_streams "$2"
	equal "$1: conntrack has a GRE entry for each of $2 calls" "$2" "$(gre_count)"
	"${1//-/_}_measure" "$2"
	equal "$1: and no more" "$2" "$(gre_count)"
	[ "$1" = in-tree ] || mode r off pptp
}

gre_measure() { # NUMBER
	check "gre: $1 calls are up" tunnels_are "$1" up
	known gre "$1" gre pptp
}

in_tree_measure() { # NUMBER
	# shellcheck disable=SC2034 # both_ways reads it
	local COUNT=$IN_TREE_PACKETS
	both_ways in-tree "$1" gre
}
