#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# L2TPv3 over UDP: control connections and sessions of several clients, with the same ids or
# their own; cookies; where a Message Digest protects the messages nothing is rewritten.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

V3=("set version 3" "set answer 1")
SAME=("set tunnel-id 7" "set session-id 9")

l2tp_topology 50
help_on r
for count in 2 50; do
	begin "$count clients with the same ids" "$count" "${V3[@]}" "${SAME[@]}" "greet 100 3" "start all 1000" "settle all" \
		"ping all 3" "atleast aliased $((count - 1))" clean
	check "all are up" tunnels_up $count
done
begin "own ids are left alone" 5 "${V3[@]}" "${LIFE[@]}" "expect aliased 0" clean
begin "the same ids: messages of all kinds" 5 "${V3[@]}" "${SAME[@]}" "${LIFE[@]}" clean
begin "each message three times" 3 "${V3[@]}" "${SAME[@]}" "set repeat 2" "${LIFE[@]}" clean
begin "cookies" 3 "${V3[@]}" "${SAME[@]}" "set cookie 8" "${LIFE[@]}" clean
begin "with a digest, own ids" 5 "${V3[@]}" "set digest 1" "${LIFE[@]}" "expect aliased 0" clean
begin "with a digest, ids that are taken: those who are up go on" 2 "${V3[@]}" "${SAME[@]}" "set digest 1" "start 1" \
	"ping 1 3" "-start 2" "ping 1 5" "expect aliased 0" "expect foreign 0" "expect garbled 0"
check "doctor names it" doctor_finds id-taken
begin "two servers" 5 --server "s=$SERVER_TWO" "${V3[@]}" "${SAME[@]}" "start all@all" "ping all@all 3" clean
begin "with a digest, the same ids, a server that answers to the source port" 5 "set version 3" "${SAME[@]}" \
	"set digest 1" "start all" "ping all 5" "expect aliased 0" clean
settle
