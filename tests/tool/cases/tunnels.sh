# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# tunnels: rows, order, widths.

tunnel() { # STATE CLIENT SERVER CID CIDM SID SIDM AGE IDLE TXP TXB RXP RXB
	echo "tunnel-get reply protocol=pptp state=$1 client=$2 client-mapped=${MAPPED:-198.51.100.1}" \
		"server=$3 server-mapped=$3 client-id=$4 client-id-mapped=$5 server-id=$6" \
		"server-id-mapped=$7 age-ms=$8 idle-ms=$9 tx-packets=${10} tx-bytes=${11}" \
		"rx-packets=${12} rx-bytes=${13}"
}

tunnels_fixture() {
	{
		echo "family 40 1 7"
		cat
	} | fixture
}

tunnels_fixture </dev/null
exits 0 "no tunnels" tunnels
golden tunnels-none
exits 0 "no tunnels -j" tunnels -j
json tunnels "no tunnels -j"

{
	tunnel up 192.168.1.11 203.0.113.5 0 41927 256 256 720000 200 310 28000 298 30000
	tunnel up 192.168.1.10 203.0.113.5 0 0 128 128 10800000 1500 4211 1900000 5020 4400000
} | tunnels_fixture
exits 0 "two tunnels" tunnels
golden tunnels-two
fits "two tunnels"
silent "two tunnels"
exits 0 "two tunnels -j" tunnels -j
json tunnels "two tunnels -j"
golden tunnels-two-json

for i in 1 2 3 4 5 6 7 8 9 10; do
	tunnel up "192.168.100.$((i * 20))" 203.0.113.250 5 "$((60000 + i))" "$((i * 128))" "$((i * 128))" \
		"$((i * 777777))" "$((i * 999))" "$((i * 12345))" "$((i * 9876543))" "$((i * 23))" "$((i * 2345))"
done | tunnels_fixture
exits 0 "ten tunnels" tunnels
golden tunnels-ten
fits "ten tunnels"
check "ten tunnels: by address, not as text" eval \
	'[ "$(sed -n "2p;6p" "$OUT" | cut -d" " -f3 | tr "\n" " ")" = "192.168.100.20 192.168.100.100 " ]'

tunnel closing 192.168.100.100 203.100.113.250 65535 65534 65533 65532 99999999999 99999999999 \
	18446744073709551615 18446744073709551615 18446744073709551615 18446744073709551615 |
	tunnels_fixture
exits 0 "all as wide as can be" tunnels
golden tunnels-wide
fits "all as wide as can be"

MAPPED=2001:db8::1 tunnel up 2001:db8:aaaa:bbbb:cccc:dddd:eeee:1111 \
	2001:db8:1111:2222:3333:4444:5555:6666 1 2 3 3 1000 1000 1 1 1 1 | tunnels_fixture
exits 0 "IPv6" tunnels
golden tunnels-ipv6
exits 0 "IPv6 -j" tunnels -j
json tunnels "IPv6 -j"

echo "tunnel-get reply protocol=pptp state=setup client=10.0.0.2 client-mapped=10.0.0.2 server=10.9.9.9 \
server-mapped=10.9.9.9 client-id=7 client-id-mapped=7 age-ms=90 tx-packets=0 tx-bytes=0 rx-packets=0 rx-bytes=0" |
	tunnels_fixture
exits 0 "a call that is being set up" tunnels
golden tunnels-setup
exits 0 "a call that is being set up -j" tunnels -j
json tunnels "a call that is being set up -j"

tunnel up 10.0.0.2 10.9.9.9 7 8 9 9 1 1 1 1 1 1 | tunnels_fixture
LC_ALL=C.UTF-8 tool tunnels
says "arrows where the locale has them" "7→8/9"

echo "tunnel-get error 1" | tunnels_fixture
exits 4 "not permitted" tunnels
complains "not permitted: says what to do" "cannot list the tunnels: Operation not permitted; run it as root"

for i in $(seq 60); do
	tunnel up "10.1.0.$i" 10.9.9.9 "$i" "$i" "$i" "$i" 1 1 1 1 1 1
done | tunnels_fixture
exits 0 "many tunnels in many datagrams" tunnels
check "many tunnels in many datagrams: all are there" [ "$(wc -l <"$OUT")" = 61 ]

# Coloured states in a terminal
in_terminal() {
	TERM=xterm script -qec "$VPNPASS tunnels" /dev/null </dev/null >"$OUT"
	grep -c "$(printf '\033')\\[32mup" "$OUT"
}
check "colours on a terminal" [ "$(in_terminal)" = 60 ]
check "no colours with NO_COLOR" [ "$(NO_COLOR=1 in_terminal)" = 0 ]
check "no colours with NO_COLOR: but the rows" [ "$(grep -c ' up ' "$OUT")" = 60 ]
