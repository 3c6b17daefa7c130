# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# L2TP: ids of tunnels and of their latest sessions, its counters.

lt() { # STATE CLIENT CID CIDM SID CSESSION CSESSIONM SSESSION AGE IDLE TXP TXB RXP RXB; "-": not known
	local ids='' name
	for name in client-id client-id-mapped server-id client-session client-session-mapped server-session; do
		[ "$3" = - ] || ids="$ids $name=$3"
		[ "$3" = - ] || [ $name != server-id ] || ids="$ids server-id-mapped=$3"
		set -- "$1" "$2" "${@:4}"
	done
	echo "tunnel-get reply protocol=l2tp state=$1 client=$2 client-mapped=${MAPPED:-198.51.100.1}" \
		"server=${SERVER:-203.0.113.5} server-mapped=${SERVER:-203.0.113.5} $ids age-ms=$3 idle-ms=$4" \
		"tx-packets=$5 tx-bytes=$6 rx-packets=$7 rx-bytes=$8"
}

with_family() {
	{
		echo "family 40 1 7"
		cat
	} | fixture
}

# Two that chose the same ids, one that waits for an answer, one whose session is being made, a
# hidden id, L2TPv3 with sessions whose ids clash, and "ip l2tp" before and after the server spoke
all_sorts() {
	lt up 192.168.1.10 7 7 4 9 9 12 10800000 1500 4211 1900000 5020 4400000
	lt up 192.168.1.11 7 4660 19 9 9 13 720000 200 310 28000 298 30000
	lt setup 192.168.1.12 7 61000 - - - - 900 900 1 120 0 0
	lt up 192.168.1.13 3 3 21 5 5 - 900 900 4 620 4 500
	lt setup 192.168.1.14 - - - - - - 900 900 1 120 0 0
	lt up 192.168.1.15 42 42 22 9 801 14 60000 100 9 900 9 900
	lt setup 192.168.1.16 - - - - - 1001 60000 100 2 200 0 0
	lt up 192.168.1.17 - - - 12 12 1002 60000 100 9 900 9 900
	lt closing 192.168.1.18 8 8 23 - - - 60000 100 9 900 9 900
}

all_sorts | with_family
exits 0 "l2tp tunnels" tunnels
golden l2tp-tunnels
fits "l2tp tunnels"
silent "l2tp tunnels"
exits 0 "l2tp tunnels -j" tunnels -j
json tunnels "l2tp tunnels -j"
golden l2tp-tunnels-json

# 16 bits each
SERVER=203.100.113.250 lt closing 192.168.100.100 65535 65534 65533 65532 65532 65531 99999999999 99999999999 \
	18446744073709551615 18446744073709551615 18446744073709551615 18446744073709551615 | with_family
exits 0 "l2tp, as wide as version 2 can be" tunnels
golden l2tp-tunnels-wide
fits "l2tp, as wide as version 2 can be"
# 32 bits each
SERVER=203.100.113.250 lt closing 192.168.100.100 4294967295 4294967294 4294967293 4294967292 4294967291 4294967290 \
	99999999999 99999999999 18446744073709551615 18446744073709551615 18446744073709551615 18446744073709551615 |
	with_family
exits 0 "l2tp, as wide as version 3 can be" tunnels
golden l2tp-tunnels-v3-wide
fits "l2tp, as wide as version 3 can be"
LC_ALL=C.UTF-8 tool tunnels
says "ids that differ, with arrows" "4294967295→4294967294/4294967293 s4294967292→4294967291/4294967290"

{
	for i in 3 1 2; do
		lt up 192.168.1.10 - - - "$i" "$i" "100$i" 1 1 1 1 1 1
	done
} | with_family
tool tunnels
check "l2tp: rows without tunnel ids by those of sessions" eval \
	'[ "$(sed -n "2,\$s/.* s\([0-9]\).*/\1/p" "$OUT" | tr -d "\n")" = 123 ]'

LT="protocol=l2tp state=up client=192.168.1.10 client-mapped=198.51.100.1 server=203.0.113.5 \
server-mapped=203.0.113.5 client-id=7 client-id-mapped=4660 server-id=19 server-id-mapped=19 \
age-ms=65000 tx-packets=1000 tx-bytes=20000 rx-packets=5 rx-bytes=600"
fixture <<-END
	family 40 1 7
	event tunnel-up $LT
	event refused protocol=l2tp name=cap-controls-client client=192.168.1.11 server=203.0.113.5
	event tunnel-down $LT client-session=9 client-session-mapped=9 server-session=12
END
exits 0 "l2tp events" events
mv "$OUT" "$OUT.timed"
sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z /TIME /' "$OUT.timed" >"$OUT"
golden l2tp-events
exits 0 "l2tp events -j" events -j
json events "l2tp events -j"
says "l2tp events -j: sessions are numbers" '"server-session":12'

# The counters and their sentences as the module has them
counters() {
	local value=0 file
	for file in l2tp wire; do
		sed -nE 'N; s/^\tX\([A-Z_0-9]+, "([a-z0-9-]+)", \\\n\t  "([^"]*)"\).*/\1=\2/p; D' \
			"$TOP/nf_nat_l2tp/$file.h"
	done | while IFS='=' read -r name doc; do
		value=$((value + 1))
		echo "counter-get reply protocol=l2tp name=$name value=$value doc=\"$doc.\""
	done
}

with_family <<-END
	proto-get reply protocol=l2tp mode=on tunnels=2 controls=2
	counter-get reply protocol=l2tp name=data-packets value=1234567 doc="Data packets."
	counter-get reply protocol=l2tp name=id-aliased value=1 doc="Ids that another client had assigned already."
	counter-get reply protocol=l2tp name=id-taken value=0 doc="Ids that another client had assigned already, left."
END
exits 0 "l2tp status" status
golden l2tp-status
{
	echo "proto-get reply protocol=l2tp mode=on tunnels=2 controls=2"
	counters
} | with_family
check "l2tp status: counters of the module" [ "$(grep -c counter-get "$FAKE/netlink")" -gt 20 ]
exits 0 "l2tp status, all counters" status
fits "l2tp status, all counters"
check "l2tp status, all counters: a column for their names" eval \
	'[ "$(grep -cE "^  [a-z0-9-]{1,21} +[0-9]{1,12}  [A-Za-z]" "$OUT")" = "$(grep -c counter-get "$FAKE/netlink")" ]'
exits 0 "l2tp status -j" status -j
json status "l2tp status -j"
says "l2tp status -j: names the module" '"module": "nf_nat_l2tp"'
