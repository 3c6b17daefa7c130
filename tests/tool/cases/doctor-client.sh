# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# doctor and one connection; NAT traversal.

# shellcheck source=tests/tool/doctor.sh
. "$HERE/doctor.sh"

C=192.168.1.10
S=203.0.113.5

# entry "PROTOCOL NUMBER" CLIENT PORT [REPLY_DST [REMARK]]: of conntrack, to the server
entry() {
	local ports=
	[ "$3" = 0 ] || ports=" sport=1024 dport=$3"
	echo "ipv4     2 $1 29 src=$2 dst=$S$ports ${5:-}${5:+ }src=$S dst=${4:-198.51.100.1}$ports [ASSURED] mark=0 use=1" \
		>>"$FAKE/proc/net/nf_conntrack"
}

connected() {
	healthy on
	masquerade | firewall
	: >"$FAKE/proc/net/nf_conntrack"
}

ends() { # ID SEVERITY
	finds "$1" "$2" --client $C --server $S
}

connected
ends nothing-seen warn
mends nothing-seen "tcpdump -ni any host $C and host $S"
entry "tcp 6" 192.168.1.99 1723
ends nothing-seen warn
entry "tcp 6" $C 1723 198.51.100.1 "[UNREPLIED]"
ends no-answer fail
connected
entry "tcp 6" $C 1723 $C
ends not-translated warn
connected
entry "tcp 6" $C 1723
ends no-tunnel warn
mends no-tunnel "conntrack -D -s $C -d $S"
entry "gre 47" $C 0
echo "tunnel-get reply protocol=pptp state=up client=$C client-mapped=198.51.100.1 server=$S server-mapped=$S" \
	"client-id=7 client-id-mapped=7 server-id=9 server-id-mapped=9 age-ms=65000 tx-packets=9 rx-packets=8" >>"$FAKE/netlink"
exits 0 "doctor, a connection" doctor --client $C --server $S
golden doctor-client
fits doctor-client
ends tunnel ok
ends entry info
connected
entry "tcp 6" $C 1723
echo "tunnel-get reply protocol=pptp state=up client=$C server=$S tx-packets=9 rx-packets=0" >>"$FAKE/netlink"
ends one-way warn
connected
rm "$FAKE/proc/net/nf_conntrack"
ends entries-unread info

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
entry "udp 17" $C 4500
entry "udp 17" $C 4500
finds nat-t info ipsec
check "doctor, nat-t: one client" grep -q "by 1 client:" "$OUT"
check "doctor, nat-t: not several" eval '! grep -q nat-t-several "$OUT"'
entry "udp 17" 192.168.1.11 4500
finds nat-t-several info ipsec
check "doctor, nat-t: two clients" grep -q "by 2 clients:" "$OUT"
check "doctor, nat-t: told once" [ "$(grep -c '"nat-t"' "$OUT")" = 1 ]

exits 2 "doctor, a client alone" doctor --client $C
complains "doctor, a client alone: the other end is missing" "there is no --server"
exits 2 "doctor, a server alone" doctor --server $S
exits 2 "doctor, a client that is no address" doctor --client pc --server $S
complains "doctor, a client that is no address: is quoted" "'pc' is no IPv4 address"
exits 2 "status with --client" status --client $C
