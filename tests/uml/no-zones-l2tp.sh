#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# L2TP on a kernel without conntrack zones: port 1701 can't be kept for all, so that NAT chooses;
# what the server sends is told apart by its ids as ever.
. "$(dirname "$0")/../vm/lib/lab.sh"
. "$(dirname "$0")/../vm/lib/l2tpwire.sh"

SAME=("set tunnel-id 7" "set session-id 9" "set answer 1")

l2tp_topology 3
help_on r
for keep in 0 1; do
	tune r l2tp_keep_port $keep
	begin "l2tp_keep_port=$keep: L2TPv2" 3 "${SAME[@]}" "${LIFE[@]}" "atleast moved 2" "atleast aliased 2" clean
	begin "l2tp_keep_port=$keep: L2TPv3" 3 "set version 3" "${SAME[@]}" "${LIFE[@]}" "atleast moved 2" clean
done
begin "L2TPv3 over IP" 3 "set version 3" "set over-ip 1" "${SAME[@]}" "${LIFE[@]}" clean
settle
