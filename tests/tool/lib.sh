# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# For the tests of the tool: run it against a fake kernel, look at what it gives.

NUMBER=0
FAILED=0

# ok NAME, not_ok NAME [REASON]
ok() {
	NUMBER=$((NUMBER + 1))
	echo "ok $NUMBER - tool: $1"
}

not_ok() {
	NUMBER=$((NUMBER + 1))
	FAILED=$((FAILED + 1))
	echo "not ok $NUMBER - tool: $1"
	[ $# = 1 ] || printf '%s\n' "$2" | sed 's/^/# /'
	sed 's/^/#   stdout: /' "$OUT"
	sed 's/^/#   stderr: /' "$ERR"
}

# check NAME COMMAND...: the command must succeed
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		ok "$name"
	else
		not_ok "$name" "$said"
	fi
}

# fixture: the fake kernel's answers from standard input, a system without modules
fixture() {
	rm -rf "$FAKE"
	mkdir -p "$FAKE/proc/sys/net/ipv4" "$FAKE/proc/sys/net/netfilter" "$FAKE/run/netns" "$FAKE/etc" \
		"$FAKE/sbin" "$FAKE/lib/modules/6.1.0-test"
	: >"$FAKE/log"
	: >"$FAKE/proc/modules"
	: >"$FAKE/lib/modules/6.1.0-test/modules.dep"
	echo 1 >"$FAKE/proc/sys/net/ipv4/ip_forward"
	cat >"$FAKE/netlink"
}

# sysctl_is PATH VALUE
sysctl_is() {
	echo "$2" >"$FAKE/proc/sys/net/$1"
}

# installed [MODULE...]: depmod lists these (default: all of ours)
installed() {
	local m
	[ $# -gt 0 ] || set -- nf_vpnpass nf_nat_pptp nf_nat_l2tp nf_nat_esp
	for m in "$@"; do
		echo "updates/$m.ko: kernel/net/netfilter/nf_nat.ko"
	done >"$FAKE/lib/modules/6.1.0-test/modules.dep"
}

# program NAME: a shell script from standard input takes the place of /sbin/NAME
program() {
	{
		echo '#!/bin/sh'
		cat
	} >"$FAKE/sbin/$1"
	chmod +x "$FAKE/sbin/$1"
}

# tool ARGS...: run it; output in $OUT and $ERR, exit code in $RC
tool() {
	RC=0
	"$VPNPASS" "$@" >"$OUT" 2>"$ERR" </dev/null || RC=$?
}

# exits CODE NAME ARGS...
exits() {
	local code=$1 name=$2
	shift 2
	tool "$@"
	check "$name: exit code $code" [ "$RC" = "$code" ]
}

# says NAME TEXT, complains NAME TEXT: on stdout, on stderr
says() {
	check "$1" grep -qF -- "$2" "$OUT"
}

complains() {
	check "$1" grep -qF -- "$2" "$ERR"
}

silent() {
	check "$1: nothing on stderr" [ ! -s "$ERR" ]
}

# golden NAME: stdout is what is kept in golden/NAME
golden() {
	local file=$HERE/golden/$1
	[ -z "$UPDATE" ] || cp "$OUT" "$file"
	check "$1: as in golden/$1" diff -u "$file" "$OUT"
}

within_80() {
	awk 'length($0) > 80 { print; bad = 1 } END { exit bad }' "$OUT"
}

fits() {
	check "$1: at most 80 columns" within_80
}

# json KIND NAME: stdout is valid JSON of that kind
json() {
	check "$2: JSON" python3 "$HERE/check-json" "$1" "$OUT"
}

logged() {
	check "$1" grep -qxF -- "$2" "$FAKE/log"
}

not_logged() {
	check "$1" eval "! grep -qF -- '$2' '$FAKE/log'"
}
