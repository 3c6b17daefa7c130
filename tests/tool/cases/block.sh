# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# block and its undoing: what is written in which order, what is left alone, what is said.

has_conntrack() {
	sysctl_is netfilter/nf_conntrack_count 1
}

helped() { # MODE [LINE...]: the modules, and what else there is
	{
		echo 'family 40 1 7'
		echo "proto-get reply protocol=pptp mode=$1 tunnels=1 controls=1"
		shift
		[ $# = 0 ] || printf '%s\n' "$@"
	} | fixture
	has_conntrack
}

order() { # NAME LINE...: the log has these, in this order, and no more
	local name=$1
	shift
	printf '%s\n' "$@" | grep -v '^$' >"$TMP/order" || true
	check "$name: what is done, in order" diff -u "$TMP/order" <(grep -v -- '-get' "$FAKE/log")
}

again() { # LINE...: what is asked and was done is forgotten, rules stay
	: >"$FAKE/log"
}

helped on
exits 0 "block" block pptp
says "block: says what changed" "pptp: block (was on)"
silent "block"
order "block" "nft newtable newchain=block_pptp newrule newrule newrule" "proto-set pptp off"
again
echo "family 40 1 7
proto-get reply protocol=pptp mode=off tunnels=0 controls=0" >"$FAKE/netlink"
exits 0 "block again" block pptp
says "block again: says so" "pptp: block already"
order "block again"
exits 0 "block one more" -j block l2tp pptp
json changes "block one more"
golden block-json
order "block one more" "nft newchain=block_l2tp newrule newrule newrule"
again
exits 0 "blocked: status" status
golden block-status
fits "blocked: status"
exits 0 "blocked: status -j" -j status
json status "blocked: status -j"
says "blocked: status -j: mode" '"mode": "block"'
exits 0 "enable what is blocked" enable pptp
says "enable what is blocked: says what changed" "pptp: on (was block)"
order "enable what is blocked: help, then its rules go" "proto-set pptp on" "nft flush=block_pptp delchain=block_pptp"
again
exits 0 "disable the last one that is blocked" disable l2tp
says "disable the last one that is blocked: says what changed" "l2tp: off (was block)"
order "disable the last one: the table goes too" "nft flush=block_l2tp delchain=block_l2tp deltable"
again
exits 0 "disable once more" disable l2tp
order "disable once more"
exits 0 "none blocked: status -j" -j status
check "none blocked: status -j" eval '! grep -q "\"block\"" "$OUT"'

fixture </dev/null
exits 0 "block all without modules" block all
order "block all: one transaction" "nft newtable newchain=block_pptp newrule newrule newrule \
newchain=block_l2tp newrule newrule newrule \
newchain=block_ipsec newrule newrule newrule newrule newrule newrule newrule newrule"
exits 3 "block all without modules: status" status
golden block-status-absent
again
exits 3 "enable without modules" enable pptp
order "enable without modules: it stays blocked"
exits 0 "disable all" disable all
order "disable all" "nft flush=block_pptp delchain=block_pptp" "nft flush=block_l2tp delchain=block_l2tp" \
	"nft flush=block_ipsec delchain=block_ipsec deltable"

# Narrowed to an interface
printf 'interface %s\n' lan0 guest.7 | fixture
exits 0 "--lan" block l2tp --lan lan0
silent "--lan"
says "--lan: says so" "l2tp: block on lan0 (was off)"
order "--lan: twice as many rules" "nft newtable newchain=block_l2tp newrule newrule newrule newrule newrule newrule"
again
exits 0 "--lan again" block l2tp --lan=lan0
says "--lan again: says so" "l2tp: block on lan0 already"
order "--lan again"
tool status
says "--lan: status" "l2tp is blocked on lan0: 0 packets dropped"
exits 3 "--lan: status -j" -j status
json status "--lan: status -j"
says "--lan: status -j: the interface" '"lan": "lan0"'
exits 0 "another --lan" -j block l2tp --lan guest.7
json changes "another --lan"
says "another --lan: is a change" '"changed": true'
order "another --lan: the rules are exchanged" \
	"nft flush=block_l2tp newrule newrule newrule newrule newrule newrule"
again
exits 0 "without --lan" block l2tp
says "without --lan: says what changed" "l2tp: block (was block on guest.7)"
order "without --lan: the rules are exchanged" "nft flush=block_l2tp newrule newrule newrule"
exits 0 "--lan that is not there" block pptp --lan lan9
complains "--lan that is not there: says so" "there is no interface 'lan9' now"

# What would be written
fixture </dev/null
exits 0 "--dry-run" block --dry-run all
golden block-rules
check "--dry-run: nothing was asked" [ ! -s "$FAKE/log" ]
exits 0 "--dry-run --lan" block --dry-run all --lan lan0
golden block-rules-lan
exits 0 "--dry-run -j" -j block pptp --dry-run
json ruleset "--dry-run -j"

# Rules that are not as they should be, tables that are not ours
blocked_then() { # [LINE...]: pptp and l2tp are blocked, then the kernel says this
	fixture </dev/null
	tool block pptp l2tp
	again
	[ $# = 0 ] || printf '%s\n' "$@" >>"$FAKE/netlink"
}

in_rules() { # SED-SCRIPT CHAIN
	LC_ALL=C sed -i "$1" "$FAKE/nft/$2"
}

blocked_then
truncate -s 200 "$FAKE/nft/block_pptp"
in_rules 's/\x06\xa5/\x06\xa6/' block_l2tp
exits 3 "changed rules: status" status
golden block-status-changed
exits 0 "changed rules: block" block pptp l2tp
order "changed rules: block writes them anew" \
	"nft flush=block_pptp newrule newrule newrule flush=block_l2tp newrule newrule newrule"

foreign() { # NAME REASON
	exits 1 "$1: block" block pptp ipsec
	complains "$1: block says why" "is not this tool's ($2"
	order "$1: block leaves all as it is"
	tool disable all
	order "$1: disable too"
	exits 3 "$1: status" status
	says "$1: status says so" 'The nft table "inet vpnpass" is not this tool'
	exits 3 "$1: status -j" -j status
	json status "$1: status -j"
	check "$1: nothing counts as blocked" eval '! grep -q "\"block\"" "$OUT"'
}

fixture <<<'nft table 0 1'
foreign "a table of somebody else's" "there is more in it than the chains"
blocked_then 'nft table 0 1'
foreign "something else in the table" "there is more in it than the chains"
blocked_then 'nft table 1 0'
foreign "a dormant table" "it has flags"
blocked_then 'nft priority 0'
foreign "a chain of another kind" "a chain in it is none of the kind"
blocked_then
in_rules 's/block l2tp/a l2tp rule/' block_l2tp
foreign "a rule of somebody else's" "a rule in it has no comment of ours"
blocked_then
in_rules 's/block l2tp/block pptp/' block_l2tp
foreign "a rule in the wrong chain" "a rule in it has no comment of ours"
fixture <<<'nft table 0 0'
exits 0 "an empty table" block pptp
order "an empty table is taken" "nft newchain=block_pptp newrule newrule newrule"

# Others that write at the same time
fixture <<<'nft changes 3'
exits 0 "rules change meanwhile" block l2tp
order "rules change meanwhile: written in the end" "nft newtable newchain=block_l2tp newrule newrule newrule"
fixture <<<'nft changes 100'
exits 1 "rules change all the time" block l2tp
complains "rules change all the time: says so" "somebody else changes nft rules all the time; try again"

refused() { # NAME CODE TEXT LINE
	helped on "$4"
	exits "$2" "$1" block pptp
	complains "$1: says what to do" "$3"
	order "$1: nothing is done"
}
refused "no rights to see the rules" 4 "run it as root" "nft error 1"
refused "no rights to write them" 4 "Operation not permitted; run it as root" "nft commit 1"
refused "no nf_tables" 3 "this kernel has no nf_tables for the family inet" "nft error 22"
refused "no nf_tables for inet" 3 "this kernel has no nf_tables for the family inet" "nft commit 97"
refused "no chains of that type" 3 "lacks chains of type filter" "nft commit 2"
refused "no memory" 1 "Cannot allocate memory" "nft commit 12"

helped off "nft error 1"
exits 0 "no rights: status" status
says "no rights: status says what it can't see" "Only root can see whether a protocol is blocked."
exits 0 "no rights: status -j" -j status
json status "no rights: status -j"
says "no rights: status -j says so" '"block-known": false'
exits 4 "no rights: disable" disable pptp
complains "no rights: disable says so" "run it as root"
helped off "nft error 22"
exits 0 "no nf_tables: status" status
silent "no nf_tables: status"
exits 0 "no nf_tables: enable" enable pptp
says "no nf_tables: enable says what changed" "pptp: on (was off)"
helped on "proto-set error 1"
exits 4 "help can't be switched off" block pptp
check "help can't be switched off: the rules are there" grep -q "^nft newtable" "$FAKE/log"

# Running tunnels
entries=('address 198.51.100.1'
	'conntrack 6 192.168.1.10 40000 203.0.113.5 1723 203.0.113.5 1723'
	'conntrack 6 192.168.1.10 40001 203.0.113.5 1724'
	'conntrack 6 203.0.113.7 40002 198.51.100.1 9999 192.168.1.10 1723'
	'conntrack 6 198.51.100.1 40003 203.0.113.5 1723'
	'conntrack 47 192.168.1.10 0 203.0.113.5 77'
	'conntrack 47 192.168.1.10 0 203.0.113.6 0'
	'conntrack 6 fd00::10 40004 2001:db8::5 1723'
	'conntrack 17 192.168.1.10 1701 203.0.113.5 1701'
	'conntrack 115 192.168.1.10 0 203.0.113.5 0'
	'conntrack 17 192.168.1.10 500 203.0.113.5 500'
	'conntrack 17 192.168.1.10 500 198.51.100.1 500'
	'conntrack 17 fd00::10 40005 2001:db8::5 4500'
	'conntrack 6 192.168.1.10 40006 203.0.113.5 4500'
	'conntrack 50 192.168.1.10 0 203.0.113.5 0'
	'conntrack 51 fd00::10 0 2001:db8::5 0')
ends() { # PROTO NUMBER...: which entries
	local proto=$1
	shift
	helped off "${entries[@]}"
	exits 0 "running $proto" block "$proto"
	check "running $proto: these entries go" diff <(printf 'conntrack-delete %s\n' "$@") \
		<(grep conntrack "$FAKE/log")
}
ends pptp 1 3 5 7
ends l2tp 8 9
ends ipsec 10 12 13 14 15
helped off "${entries[@]}" "conntrack-error 22"
exits 3 "no ctnetlink" block pptp
complains "no ctnetlink: says so" "the nft rules are in place, but conntrack entries of running tunnels could not be"
helped off "conntrack-error 22"
rm "$FAKE/proc/sys/net/netfilter/nf_conntrack_count"
exits 0 "no conntrack at all" block pptp
silent "no conntrack at all"

# Answers that are random
random_rules() {
	local seed
	for seed in $(seq 150); do
		VPNPASS_FAKE_SEED=$seed tool "${@}"
		[ "$RC" -le 4 ] && ! grep -q 'Sanitizer\|runtime error\|fake-' "$ERR" && continue
		echo "seed $seed"
		return 1
	done
}
helped off "${entries[@]}"
tool block l2tp
check "150 answers about rules with some random bytes" random_rules status
helped off "${entries[@]}"
check "150 answers about entries with some random bytes" random_rules block pptp

# This machine's own kernel, if it lets us have a namespace of our own
real() {
	unshare -rn "$REAL" "$@"
}
if real block pptp >"$OUT" 2>"$ERR"; then
	real_again() {
		# shellcheck disable=SC2016 # for the inner shell
		unshare -rn sh -c '"$1" block all && "$1" -j block all && "$1" disable l2tp && "$1" block pptp &&
			"$1" disable all && "$1" disable all' sh "$REAL" >"$OUT" 2>"$ERR"
	}
	check "this machine: block and disable" real_again
	says "this machine: block" "ipsec: block (was off)"
	check "this machine: block again changes nothing" [ "$(grep -c '"changed": false' "$OUT")" = 3 ]
	says "this machine: one stays blocked while another is not" "pptp: block already"
	says "this machine: disable" "ipsec: off (was block)"
	says "this machine: disable again" "ipsec: off already"
else
	echo "# this machine has no network namespaces for us, or no nf_tables: not tested with its own kernel"
fi
