# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the tests of doctor: a system in which nothing is in the way, and what can be put there.

# healthy [MODE]: a system in which nothing is in the way of PPTP
healthy() {
	fixture <<-END
		family 40 1 7
		proto-get reply protocol=pptp mode=${1:-on} tunnels=1 controls=1
	END
	sysctl_is netfilter/nf_conntrack_count 10
	sysctl_is netfilter/nf_conntrack_max 65536
	mkdir -p "$FAKE/proc/sys/net/ipv4/conf/all" "$FAKE/proc/sys/net/ipv6/conf" "$FAKE/proc/net" \
		"$FAKE/proc/sys/net/netfilter/nf_vpnpass" "$FAKE/etc/sysctl.d" "$FAKE/etc/modules-load.d"
	sysctl_is ipv4/conf/all/rp_filter 0
	route wan0 00000000 00000000
}

# route DEV DESTINATION MASK: one more; in hexadecimal as the kernel shows them
route() {
	[ -e "$FAKE/proc/net/route" ] || echo "Iface Destination Gateway Flags" >"$FAKE/proc/net/route"
	echo "$1 $2 0101A8C0 0003 0 0 0 $3 0 0 0" >>"$FAKE/proc/net/route"
	mkdir -p "$FAKE/proc/sys/net/ipv4/conf/$1" "$FAKE/proc/sys/net/ipv6/conf/$1"
	sysctl_is "ipv4/conf/$1/rp_filter" 0
	sysctl_is "ipv6/conf/$1/mtu" 1500
}

counted() { # PROTOCOL NAME [VALUE]
	echo "counter-get reply protocol=$1 name=$2 value=${3:-3} doc=\"Sentence.\"" >>"$FAKE/netlink"
}

tunnel() { # PROTOCOL STATE CLIENT AGE
	echo "tunnel-get reply protocol=$1 state=$2 client=$3 client-mapped=198.51.100.1" \
		"server=203.0.113.5 server-mapped=203.0.113.5 age-ms=$4" >>"$FAKE/netlink"
}

has_finding() { # ID SEVERITY
	python3 -c 'import json, sys
found = [f for f in json.load(open(sys.argv[1]))["findings"] if f["id"] == sys.argv[2]]
assert found, "no finding of this id"
assert found[0]["severity"] == sys.argv[3], found[0]
assert found[0]["severity"] not in ("fail", "warn") or len(sys.argv) > 4 or found[0]["command"], "no command"
' "$OUT" "$@"
}

# finds ID SEVERITY ARGS...: this is found, with a command, and the exit code fits
finds() {
	local id=$1 severity=$2 code=0
	shift 2
	[ "$severity" != fail ] || code=1
	exits "$code" "doctor, $id" -j doctor "$@"
	check "doctor, $id: is found" has_finding "$id" "$severity"
}

mends() { # ID TEXT
	check "doctor, $1: the command that mends it" grep -qF -- "$2" "$OUT"
}

# firewall: the JSON objects of standard input, one in a line, are what nft lists
firewall() {
	{
		printf '{"nftables": [{"metainfo": {"json_schema_version": 1}}'
		sed 's/^/, /'
		echo ']}'
	} >"$FAKE/ruleset"
	mkdir -p "$FAKE/usr/sbin"
	printf '#!/bin/sh\n[ "$*" = "-j list ruleset" ] && cat "%s/ruleset"\n' "$FAKE" >"$FAKE/usr/sbin/nft"
	chmod +x "$FAKE/usr/sbin/nft"
}

# chain TABLE NAME [TYPE HOOK POLICY]
chain() {
	printf '{"chain": {"family": "inet", "table": "%s", "name": "%s"' "$1" "$2"
	[ $# = 2 ] || printf ', "type": "%s", "hook": "%s", "prio": 0, "policy": "%s"' "$3" "$4" "$5"
	echo '}}'
}

# rule TABLE CHAIN STATEMENT...: each is JSON
rule() {
	local table=$1 chain=$2
	shift 2
	printf '{"rule": {"family": "inet", "table": "%s", "chain": "%s", "handle": 7%s, "expr": [%s]}}\n' \
		"$table" "$chain" "${COMMENT:+, \"comment\": \"$COMMENT\"}" "$(IFS=, && echo "$*")"
}

# match LEFT RIGHT [OP]: "tcp dport", "meta oifname" or "ct state"
match() {
	local left=${1% *} field=${1#* } json
	case $left in
	meta | ct) json="{\"$left\": {\"key\": \"$field\"}}" ;;
	*) json="{\"payload\": {\"protocol\": \"$left\", \"field\": \"$field\"}}" ;;
	esac
	echo "{\"match\": {\"op\": \"${3:-==}\", \"left\": $json, \"right\": $2}}"
}

masquerade() {
	chain nat post nat postrouting accept
	rule nat post "$(match 'meta oifname' '"wan0"')" '{"masquerade": null}'
}
