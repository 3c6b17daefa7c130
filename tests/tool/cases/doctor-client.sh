# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# doctor and one connection; NAT traversal.

# shellcheck source=tests/tool/doctor.sh
. "$HERE/doctor.sh"

C=192.168.1.10
S=203.0.113.5

# entry L4 CLIENT PORT [REPLY_DST [STATUS]]: of conntrack, to the server
entry() {
	local sport=1024
	[ "$3" != 0 ] || sport=0
	echo "conntrack $1 $2 $sport $S $3 $S $3 ${4:-198.51.100.1} ${5:-}" >>"$FAKE/netlink"
}

connected() {
	healthy on
	masquerade | firewall
}

ends() { # ID SEVERITY
	finds "$1" "$2" --client $C --server $S
}

connected
ends nothing-seen warn
mends nothing-seen "tcpdump -ni any host $C and host $S"
entry 6 192.168.1.99 1723
ends nothing-seen warn
entry 6 $C 1723 198.51.100.1 0
ends no-answer fail
connected
entry 6 $C 1723 $C
ends not-translated warn
connected
entry 6 $C 1723
ends no-tunnel warn
mends no-tunnel "conntrack -D -s $C -d $S"
entry 47 $C 0
echo "tunnel-get reply protocol=pptp state=up client=$C client-mapped=198.51.100.1 server=$S server-mapped=$S" \
	"client-id=7 client-id-mapped=7 server-id=9 server-id-mapped=9 age-ms=65000 tx-packets=9 rx-packets=8" >>"$FAKE/netlink"
exits 0 "doctor, a connection" doctor --client $C --server $S
golden doctor-client
fits doctor-client
ends tunnel ok
ends entry info
connected
entry 6 $C 1723
echo "tunnel-get reply protocol=pptp state=up client=$C server=$S tx-packets=9 rx-packets=0" >>"$FAKE/netlink"
ends one-way warn
connected
echo "conntrack-error 1" >>"$FAKE/netlink"
ends entries-unread info
mends entries-unread "sudo vpnpass doctor"
connected
echo "conntrack-error 22" >>"$FAKE/netlink"
ends entries-unread info
mends entries-unread "modprobe nf_conntrack_netlink"
connected
entry 6 $C 1723
rm "$FAKE/proc/sys/net/netfilter/nf_conntrack_count"
ends nothing-seen warn
connected
entry 17 $C 1723
entry 6 $C 1724
ends nothing-seen warn

# the same over IPv6
C6=fd00::10
S6=2001:db8::5
ends6() { # ID SEVERITY
	finds "$1" "$2" --client $C6 --server $S6
}
connected
entry 6 $C 1723
ends6 nothing-seen warn
mends nothing-seen "tcpdump -ni any host $C6 and host $S6"
echo "conntrack 6 $C6 1024 $S6 1723 $S6 1723 2001:db8:1::1" >>"$FAKE/netlink"
ends6 no-tunnel warn
ends6 entry info
says "doctor, IPv6: the address outside" "outside as 2001:db8:1::1, answered"
check "doctor, IPv6: says nothing of IPv4's rules" eval '! grep -q "\"forward\"\|no-nat" "$OUT"'
echo "tunnel-get reply protocol=pptp state=up client=$C6 server=$S6 tx-packets=9 rx-packets=0" >>"$FAKE/netlink"
ends6 one-way warn
connected
echo "conntrack 6 $C6 1024 $S6 1723 $S6 1723 $C6" >>"$FAKE/netlink"
ends6 not-translated warn

# what can't be told without the ends, with them
connected
route lan0 0001A8C0 00FFFFFF
{
	masquerade
	chain f forward filter forward drop
	rule f forward "$(match 'ct state' '"established"')" '{"accept": null}'
	rule f forward "$(match 'ct state' '"related"')" '{"accept": null}'
	rule f forward "$(match 'meta iifname' '"lan0"')" "$(match 'ip saddr' '{"prefix": {"addr": "192.168.1.0", "len": 24}}')" \
		'{"accept": null}'
} | firewall
finds forward-unsure info pptp
exits 0 "doctor, the same with a client" -j doctor --client $C --server $S
check "doctor, the same with a client: it passes" has_finding forward ok
exits 1 "doctor, with another client" -j doctor --client 192.168.2.10 --server $S
check "doctor, with another client: it is dropped" has_finding forward-drop fail

connected
echo "proto-get reply protocol=ipsec mode=on tunnels=0 controls=0" >>"$FAKE/netlink"
entry 17 $C 4500
entry 17 $C 4500
finds nat-t info ipsec
check "doctor, nat-t: one client" grep -q "by 1 client:" "$OUT"
check "doctor, nat-t: not several" eval '! grep -q nat-t-several "$OUT"'
entry 17 192.168.1.11 4500
finds nat-t-several info ipsec
check "doctor, nat-t: two clients" grep -q "by 2 clients:" "$OUT"
check "doctor, nat-t: told once" [ "$(grep -c '"nat-t"' "$OUT")" = 1 ]
entry 17 192.168.1.12 4500 198.51.100.1 0
finds nat-t-several info ipsec
check "doctor, nat-t: one without an answer does not count" grep -q "by 2 clients:" "$OUT"
for client in fd00::11 fd00::10 fd00::12 fd00::10; do
	echo "conntrack 17 $client 1024 $S6 4500" >>"$FAKE/netlink"
done
finds nat-t info ipsec
check "doctor, nat-t: IPv6" grep -q "with $S6 by 3 clients:" "$OUT"
check "doctor, nat-t: IPv4 beside it" grep -q "with $S by 2 clients:" "$OUT"
check "doctor, nat-t: each server told once" [ "$(grep -c '"nat-t"' "$OUT")" = 2 ]

exits 2 "doctor, a client alone" doctor --client $C
complains "doctor, a client alone: the other end is missing" "there is no --server"
exits 2 "doctor, a server alone" doctor --server $S
exits 2 "doctor, a client that is no address" doctor --client pc --server $S
complains "doctor, a client that is no address: is quoted" "'pc' is no IP address"
exits 2 "doctor, a client that is any" doctor --client :: --server $S6
exits 2 "doctor, ends of two families" doctor --client $C --server $S6
complains "doctor, ends of two families: says so" "one is of IPv4, the other of IPv6"
exits 2 "status with --client" status --client $C
