#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own pair nf_conntrack_pptp and nf_nat_pptp is loaded first: ours refuses to
# load, says why, and breaks nothing; when theirs is gone, ours loads.
. "$(dirname "$0")/../lib/lab.sh"

fails_with_exists() {
	insmod "$VP_KO/nf_nat_pptp.ko" && return 1
	insmod "$VP_KO/nf_nat_pptp.ko" 2>&1 | grep -i 'exist'
}

# Without the in-tree NAT half the module names do not clash, but the helper names do.
helper_clash() {
	insmod "$VP_KO/nf_nat_pptp.ko" && return 1
	insmod "$VP_KO/nf_nat_pptp.ko" 2>&1 | grep -i 'busy' &&
		dmesg | grep 'another module provides conntrack helper "pptp"'
}

tool_says_why() {
	vpnpass -n r enable pptp >"$LAB/tool" 2>&1 && return 1
	cat "$LAB/tool"
	grep -qi 'in-tree\|kernel.s own\|nf_conntrack_pptp' "$LAB/tool"
}

topology clients=2
if ! modinfo -F description nf_conntrack_pptp >/dev/null 2>&1; then
	bail "this kernel has no nf_conntrack_pptp to test against"
fi
load_netfilter
intree_on
peer_server s
peer_start old c1 --ids 3 "connect 1" "dial 1" "ping 5" "touch $LAB/up" "traffic $LAB/stop 0"
check "a call runs with the in-tree helper" await up
check "our core loads beside it" load_core
check "our nf_nat_pptp fails with EEXIST" fails_with_exists
check "the tool says why" tool_says_why
signal stop
check "the running call lost nothing" peer_end old
peer_server_stop s >/dev/null
at r nft delete table inet vphelper 2>/dev/null || at r nft delete table ip vphelper
flush_conntrack >/dev/null 2>&1
check "the in-tree NAT half unloads" wait_for 10 rmmod nf_nat_pptp
check "our module fails with EBUSY, and says why" helper_clash
check "the other half unloads" wait_for 10 rmmod nf_conntrack_pptp
check "now ours loads" load_pptp
mode r on
peer_server s
check "and helps" peer c1 "connect 1" "dial 2" "ping 5"
peer_server_stop s >/dev/null
settle
