#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Each allocation of a module's load, of a network namespace's creation, of a switch of mode by
# sysctl and by netlink, of a dump fails once: the call fails or does without, and all goes on.
. "$(dirname "$0")/../../vm/lib/lab.sh"
. "$(dirname "$0")/lib.sh"

CHUNK=100	# points between two looks at the kernel log

# each_point NAME CALL ARGUMENT...: all points, in chunks
each_point() {
	local name=$1 call=$2 first=1 status=3 start=$SECONDS traces=0
	shift 2
	: >"$LAB/points"
	while [ $status = 3 ]; do
		"$FAULTNTH" "$call" $first $CHUNK "$@" >>"$LAB/points" 2>"$LAB/points.err"
		status=$?
		harvest || { status=99; cp "$LAB/klog" "$VP_OUT/klog-$first"; }
		traces=$((traces + $(harvested | cut -d' ' -f1)))
		first=$((first + CHUNK))
		[ "$first" -lt "${POINTS_MAX:-20000}" ] || break
	done
	result $status "$name: each allocation has failed once"
	tail -n 1 "$LAB/points" | sed 's/^/# last: /'
	diag "the call failed $(awk '{ n += $(NF - 1) } END { print n + 0 }' "$LAB/points") times" \
		"$traces stack traces, $((SECONDS - start)) s"
	[ $status = 0 ] || sed 's/^/# /' "$LAB/points.err"
}

loads() {
	local m
	for m in nf_vpnpass nf_nat_pptp nf_nat_l2tp nf_nat_esp; do
		each_point "load of $m" load "$VP_KO/$m.ko"
		check "then $m loads" insmod "$VP_KO/$m.ko"
	done
}

modes() {
	local proto
	for proto in pptp l2tp ipsec; do
		each_point "$proto on by sysctl" write /proc/sys/net/netfilter/nf_vpnpass/$proto 1 0
	done
	each_point "on by netlink" run /vp/out/faultcall.so vpnpass enable pptp
	vpnpass disable all
	each_point "off by netlink" run /vp/out/faultcall.so vpnpass disable pptp
	each_point "dump of counters" run /vp/out/faultcall.so vpnpass -j status
	each_point "dump of tunnels" run /vp/out/faultcall.so vpnpass -j tunnels
	each_point "dump of records" run /vp/out/faultcall.so vpnpass save
}

load_netfilter
fail_setup
loads
modes
check "all are on" vpnpass enable all
each_point "a network namespace" space
check "a namespace comes and goes" eval 'ip netns add vptmp && ip netns del vptmp'
check "the modules unload" unload_modules
