#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's netfilter selftests while our modules help in every namespace.
. "$(dirname "$0")/guest.sh"

# modes [NETNS]: of the three protocols
modes() {
	${1:+ip netns exec "$1"} sysctl -n net.netfilter.nf_vpnpass.{pptp,l2tp,ipsec} | tr -d '\n'
}

helped() {
	ip netns add probe
	[ "$(modes)$(modes probe)" = 111111 ]
}

load_netfilter
load_core
for m in nf_nat_pptp nf_nat_l2tp nf_nat_esp; do
	insmod "$VP_KO/$m.ko" mode=1
done
check "all protocols are helped, in new namespaces too" helped
ip netns del probe
selftests
check "all are helped still" helped
ip netns del probe
check "our modules unload" unload_modules
