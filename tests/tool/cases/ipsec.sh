# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# IPsec: SPIs in hexadecimal, states that only it has, its counters.

sa() { # STATE CLIENT SERVER IN OUT AGE IDLE TXP TXB RXP RXB; "-" for an SPI not seen yet
	local ids=
	[ "$4" = - ] || ids="client-id=$4 client-id-mapped=$4"
	[ "$5" = - ] || ids="$ids server-id=$5 server-id-mapped=$5"
	echo "tunnel-get reply protocol=ipsec state=$1 client=$2 client-mapped=${MAPPED:-198.51.100.1}" \
		"server=$3 server-mapped=$3 $ids age-ms=$6 idle-ms=$7 tx-packets=$8 tx-bytes=$9" \
		"rx-packets=${10} rx-bytes=${11}"
}

with_family() {
	{
		echo "family 40 1 7"
		cat
	} | fixture
}

four_states() {
	sa up 192.168.1.10 203.0.113.5 0xc1a2b3c4 0x0badcafe 10800000 1500 4211 1900000 5020 4400000
	sa pairing 192.168.1.11 203.0.113.5 0x00000100 0x9 60000 0 12 1400 12 1400
	sa ambiguous 192.168.1.12 203.0.113.5 - 0xffffffff 60000 100 12 1400 3 300
	sa setup 192.168.1.13 203.0.113.5 - - 900 900 0 0 0 0
}

four_states | with_family
exits 0 "ipsec tunnels" tunnels
golden ipsec-tunnels
fits "ipsec tunnels"
silent "ipsec tunnels"
exits 0 "ipsec tunnels -j" tunnels -j
json tunnels "ipsec tunnels -j"
golden ipsec-tunnels-json

{
	sa ambiguous 192.168.100.100 203.100.113.250 0xffffffff 0xfffffffe 99999999999 99999999999 \
		18446744073709551615 18446744073709551615 18446744073709551615 18446744073709551615
	echo "tunnel-get reply protocol=pptp state=up client=192.168.1.10 client-mapped=198.51.100.1" \
		"server=203.0.113.9 server-mapped=203.0.113.9 client-id=0 client-id-mapped=4096 server-id=128" \
		"server-id-mapped=128 age-ms=1 idle-ms=1 tx-packets=1 tx-bytes=1 rx-packets=1 rx-bytes=1"
} | with_family
exits 0 "ipsec and pptp, as wide as can be" tunnels
golden ipsec-tunnels-wide
fits "ipsec and pptp, as wide as can be"

MAPPED=2001:db8:1::2 sa up fd00:aaaa:bbbb:cccc:dddd:eeee:ffff:1111 2001:db8:1111:2222:3333:4444:5555:6666 \
	0xc0000001 0xc0000002 1 1 1 1 1 1 | with_family
exits 0 "ipsec, IPv6" tunnels
golden ipsec-tunnels-ipv6

# No module of ours rewrites SPIs; one that did would fit as well
echo "tunnel-get reply protocol=ipsec state=up client=10.0.0.2 client-mapped=10.9.9.1 server=10.9.9.9 \
server-mapped=10.9.9.9 client-id=0xc0000001 client-id-mapped=0xc0000002 server-id=0xd0000001 \
server-id-mapped=0xd0000002 age-ms=1 idle-ms=1 tx-packets=1 tx-bytes=1 rx-packets=1 rx-bytes=1" | with_family
LC_ALL=C.UTF-8 tool tunnels
says "SPIs that differ, with arrows" "0xc0000001→0xc0000002/0xd0000001→0xd0000002"

SA="protocol=ipsec state=up client=192.168.1.10 client-mapped=198.51.100.1 server=203.0.113.5 \
server-mapped=203.0.113.5 client-id=0xc1a2b3c4 client-id-mapped=0xc1a2b3c4 server-id=0x9 \
server-id-mapped=0x9 age-ms=65000 tx-packets=1000 tx-bytes=20000 rx-packets=5 rx-bytes=600"
fixture <<-END
	family 40 1 7
	event tunnel-up $SA
	event refused protocol=ipsec name=cap-controls-client client=192.168.1.11 server=203.0.113.5
	event tunnel-down $SA
END
exits 0 "ipsec events" events
mv "$OUT" "$OUT.timed"
sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z /TIME /' "$OUT.timed" >"$OUT"
golden ipsec-events
exits 0 "ipsec events -j" events -j
json events "ipsec events -j"
says "ipsec events -j: SPIs are numbers" '"client-id":3248665540'

# The counters and their sentences as the module has them
counters() {
	local value=0 file
	for file in esp wire pair; do
		sed -nE 'N; s/^\tX\([A-Z_0-9]+, "([a-z0-9-]+)", \\\n\t  "([^"]*)"\).*/\1=\2/p; D' \
			"$TOP/nf_nat_esp/$file.h"
	done | while IFS='=' read -r name doc; do
		value=$((value + 1))
		echo "counter-get reply protocol=ipsec name=$name value=$value doc=\"$doc.\""
	done
}

with_family <<-END
	proto-get reply protocol=pptp mode=off tunnels=0 controls=0
	proto-get reply protocol=ipsec mode=rule tunnels=2 controls=2
	counter-get reply protocol=ipsec name=data-packets value=1234567 doc="Data packets."
	counter-get reply protocol=ipsec name=ike-port-translated value=1 doc="Clients whose IKE port had to be translated."
	counter-get reply protocol=ipsec name=esp-guessed value=0 doc="SPIs given to the likeliest client."
END
exits 0 "ipsec status" status
golden ipsec-status
{
	echo "proto-get reply protocol=ipsec mode=on tunnels=2 controls=2"
	counters
} | with_family
check "ipsec status: counters of the module" [ "$(grep -c counter-get "$FAKE/netlink")" -gt 30 ]
exits 0 "ipsec status, all counters" status
fits "ipsec status, all counters"
check "ipsec status, all counters: a column for their names" eval \
	'[ "$(grep -cE "^  [a-z0-9-]{1,21} +[0-9]{1,12}  [A-Z]" "$OUT")" = "$(grep -c counter-get "$FAKE/netlink")" ]'
exits 0 "ipsec status -j" status -j
json status "ipsec status -j"
says "ipsec status -j: names the module" '"module": "nf_nat_esp"'
