# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# doctor and the firewall's rules: what drops, what does not, and what can't be told.

# shellcheck source=tests/tool/doctor.sh
. "$HERE/doctor.sh"

ACCEPT='{"accept": null}'
ESTABLISHED=$(match 'ct state' '["established", "related"]' in)

# forward: the rules of standard input, in a forward chain that drops what is left
forward() {
	{
		masquerade
		chain f forward filter forward drop
		cat
	} | firewall
}

# all_on: not PPTP alone
all_on() {
	healthy
	for proto in l2tp ipsec; do
		echo "proto-get reply protocol=$proto mode=on tunnels=0 controls=0" >>"$FAKE/netlink"
	done
}

healthy
finds rules-unread info
mends rules-unread "nftables"
masquerade | firewall
VPNPASS_FAKE_UID=1000 finds rules-unread info
echo nonsense >"$FAKE/ruleset"
finds rules-unread info

# passes NAME ID [PROTOCOL]: no such finding
passes() {
	exits 0 "doctor, $1" -j doctor "${3:-pptp}"
	check "doctor, $1: no $2" eval "! grep -q '\"$2\"' '$OUT'"
}

# the forward chain
all_on
forward </dev/null
exits 1 "doctor, a policy that drops all" doctor
golden doctor-forward-drop
all_on
rule f forward "$ESTABLISHED" "$ACCEPT" | forward
finds forward-drop fail pptp
mends forward-drop "nft insert rule inet f forward tcp dport 1723 accept"
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'tcp dport' '{"set": [80, {"range": [1700, 1800]}]}')" "$ACCEPT"
} | forward
passes "ports of a set" forward-drop
check "doctor, ports of a set: it passes" has_finding forward ok
{
	echo '{"set": {"family": "inet", "name": "vpn", "table": "f", "elem": [1723, {"elem": {"val": 1701}}]}}'
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'th dport' '"@vpn"')" "$ACCEPT"
} | forward
passes "ports of a named set" forward-drop
finds forward-drop warn l2tp
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'meta oifname' '"wan*"')" "$ACCEPT"
} | forward
passes "what leaves by the way out" forward-drop
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'meta oifname' '"wan0"' '!=')" "$ACCEPT"
} | forward
finds forward-drop fail pptp
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'meta iifname' '"lan0"')" "$ACCEPT"
} | forward
finds forward-unsure info pptp
mends forward-unsure "--client IP --server IP"
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward '{"xt": null}' "$ACCEPT"
} | forward
finds forward-unsure info pptp
{
	rule f forward "$(match 'tcp dport' 1723)" '{"jump": {"target": "vpn"}}'
	rule f forward '{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["established", {"accept": null}], ["related", {"accept": null}]]}}}'
	rule f vpn "$(match 'ip6 daddr' '"::1"')" '{"drop": null}'
	rule f vpn "$ACCEPT"
	chain f vpn
} | forward
passes "a jump and a vmap" forward-drop
{
	rule f forward "$(match 'ip protocol' '"gre"')" '{"drop": null}'
	rule f forward "$ACCEPT"
} | forward
finds forward-drop fail pptp
mends forward-drop "nft delete rule inet f forward handle 7"
{
	rule f forward "$(match 'meta l4proto' '{"set": ["esp", 51]}')" '{"reject": null}'
	rule f forward "$ACCEPT"
} | forward
finds forward-drop fail ipsec
passes "ESP is not PPTP" forward-drop
{
	rule f forward "$(match 'ip protocol' 115)" '{"drop": null}'
	rule f forward "$ACCEPT"
} | forward
finds forward-drop warn l2tp
{
	rule f forward "$(match 'udp dport' 1701)" '{"drop": null}'
	rule f forward "$ACCEPT"
} | forward
finds forward-drop fail l2tp
{
	rule f forward "$(match 'udp sport' 500)" '{"drop": null}'
	rule f forward "$ACCEPT"
} | forward
finds forward-drop fail ipsec
check "doctor, answers that are dropped: says so" grep -q "the answers" "$OUT"

# named maps of verdicts, and more ways through chains than can be walked
all_on
{
	echo '{"map": {"family": "inet", "name": "ports", "table": "f", "map": "verdict", "elem": [[1723, {"accept": null}], [1701, {"drop": null}]]}}'
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward '{"vmap": {"key": {"payload": {"protocol": "th", "field": "dport"}}, "data": "@ports"}}'
} | forward
passes "a named map" forward-drop
finds forward-drop fail l2tp
{
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		chain f "c$i"
		for _ in 1 2 3 4 5; do
			rule f "c$i" "{\"jump\": {\"target\": \"c$((i + 1))\"}}"
		done
	done
	rule f forward '{"jump": {"target": "c1"}}'
} | forward
finds forward-unsure info pptp

# IPv6
ip6() {
	all_on
	mkdir -p "$FAKE/proc/sys/net/ipv6/conf/all"
	sysctl_is ipv6/conf/all/forwarding "$1"
	printf '%s\n' "fe800000000000000000000000000000 40 $Z 00 $Z 00000100 00000001 00000000 00000001     lan0" \
		"$Z 00 $Z 00 $Z ffffffff 00000001 00000000 00200200       lo" \
		"$Z 00 $Z 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     wan0" \
		>"$FAKE/proc/net/ipv6_route"
}
Z=00000000000000000000000000000000
v4_only() { # RULE...: IPv4 passes, of IPv6 what these let
	{
		rule f forward "$(match 'meta nfproto' '"ipv4"')" "$ACCEPT"
		cat
	} | forward
}
ip6 1
rule f forward "$ESTABLISHED" "$ACCEPT" | v4_only
finds forward-drop-ipv6 warn pptp
mends forward-drop-ipv6 "nft insert rule inet f forward tcp dport 1723 accept"
finds forward-drop-ipv6 warn ipsec
check "doctor, IPv6: says so" grep -q "UDP to port 500 over IPv6 (from client to server) is dropped by the policy" "$OUT"
ip6 0
rule f forward "$ESTABLISHED" "$ACCEPT" | v4_only
passes "IPv6 is not forwarded" forward-drop-ipv6
ip6 1
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'udp dport' '{"set": [500, 1701, 4500]}')" "$ACCEPT"
	rule f forward "$(match 'tcp dport' 1723)" "$ACCEPT"
} | v4_only
passes "GRE of helped calls over IPv6 is related" forward-drop-ipv6
finds forward-drop-ipv6 warn ipsec
mends forward-drop-ipv6 "nft insert rule inet f forward meta l4proto esp accept"
{
	rule f forward "$ESTABLISHED" "$ACCEPT"
	rule f forward "$(match 'meta oifname' '"wan0"')" "$ACCEPT"
} | v4_only
passes "IPv6 that leaves by the way out" forward-drop-ipv6 ipsec
ip6 1
rule f forward "$(match 'ip6 nexthdr' '{"set": ["gre", "esp"]}')" '{"drop": null}' | v4_only
finds forward-drop-ipv6 warn pptp
ip6 1
{
	masquerade
	printf '{"chain": {"family": "ip6", "table": "f6", "name": "forward", "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}\n'
} | firewall
finds forward-drop-ipv6 warn pptp
check "doctor, a table ip6 is not about IPv4" has_finding forward ok
mends forward-drop-ipv6 "nft insert rule ip6 f6 forward tcp dport 1723 accept"
check "doctor, IPv6 needs no NAT" eval '! grep -q no-nat "$OUT"'

# translation
all_on
firewall </dev/null
finds no-nat fail pptp
mends no-nat 'oifname \"wan0\" masquerade'
{
	chain nat post nat postrouting accept
	rule nat post "$(match 'meta oifname' '"ppp0"')" '{"masquerade": null}'
} | firewall
finds no-nat fail pptp
{
	chain nat post nat postrouting accept
	rule nat post "$(match 'ip saddr' '{"prefix": {"addr": "192.168.1.0", "len": 24}}')" '{"snat": {"addr": "198.51.100.1"}}'
} | firewall
finds nat-unsure info pptp
{
	chain nat post nat postrouting accept
	rule nat post "$(match 'meta l4proto' '"udp"')" '{"masquerade": {"port": {"range": [1024, 65535]}}}'
} | firewall
finds nat-ports warn l2tp
finds no-nat fail pptp
finds no-nat fail ipsec
check "doctor, ESP without NAT: says so" grep -q "source of ESP" "$OUT"
firewall </dev/null
echo nat >"$FAKE/proc/net/ip_tables_names"
finds rules-legacy info pptp

# tracking, zones, offload
all_on
{
	masquerade
	chain raw pre filter prerouting accept
	rule raw pre "$(match 'tcp dport' 1723)" '{"notrack": null}'
} | firewall
finds notrack fail pptp
mends notrack "nft delete rule inet raw pre handle 7"
passes "notrack of another port" notrack l2tp
{
	masquerade
	chain raw pre filter prerouting accept
	rule raw pre "$(match 'meta iifname' '"lan0"')" '{"notrack": null}'
} | firewall
finds notrack warn pptp
{
	masquerade
	chain raw pre filter prerouting accept
	rule raw pre '{"mangle": {"key": {"ct": {"key": "zone", "dir": "original"}}, "value": 5}}'
} | firewall
finds zones warn pptp
{
	masquerade
	chain raw pre filter prerouting accept
	rule raw pre '{"mangle": {"key": {"ct": {"key": "zone"}}, "value": 5}}'
} | firewall
passes "one zone for both directions" zones
{
	masquerade
	echo '{"flowtable": {"family": "inet", "name": "ft", "table": "f", "hook": "ingress", "prio": 0, "dev": "wan0"}}'
} | firewall
finds flowtable info pptp

# block, mode rule
{
	masquerade
	chain vpnpass forward filter forward accept
	COMMENT="block pptp on lan0" rule vpnpass forward "$(match 'tcp dport' 1723)" '{"drop": null}'
} | firewall
finds blocked fail pptp
mends blocked "vpnpass enable pptp"
passes "another is blocked" blocked l2tp
healthy rule
masquerade | firewall
finds no-helper-rule fail
{
	masquerade
	echo '{"ct helper": {"family": "inet", "name": "vpn", "table": "f", "type": "pptp", "protocol": "tcp"}}'
} | firewall
finds no-helper-rule fail
{
	masquerade
	echo '{"ct helper": {"family": "inet", "name": "vpn", "table": "f", "type": "pptp", "protocol": "tcp"}}'
	chain f pre filter prerouting accept
	rule f pre "$(match 'tcp dport' 1723)" '{"ct helper": "vpn"}'
} | firewall
passes "a rule picks" no-helper-rule
{
	masquerade
	chain f pre filter prerouting accept
	rule f pre '{"xt": null}'
} | firewall
finds rule-unsure info
