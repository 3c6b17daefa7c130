# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Results of a scenario, in TAP: check, refute, equal. finish is called by the exit trap.

tap_count=0
tap_failed=0

diag() {
	printf '# %s\n' "$@"
}

result() { # STATUS NAME
	tap_count=$((tap_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_count - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $2"
	fi
}

# check NAME CMD...: the command must succeed. Its output is shown if it does not.
check() {
	local name=$1 status=0 start=$SECONDS
	shift
	"$@" >"$LAB/check.out" 2>&1 || status=$?
	result "$status" "$name"
	[ $((SECONDS - start)) -lt 10 ] || diag "took $((SECONDS - start)) s"
	[ "$status" = 0 ] || {
		diag "status $status of: $*"
		tail -n 25 "$LAB/check.out" | sed 's/^/#   /'
	}
	return 0
}

# refute NAME CMD...: the command must fail.
refute() {
	local name=$1
	shift
	if "$@" >"$LAB/check.out" 2>&1; then
		result 1 "$name"
		diag "should have failed: $*"
		tail -n 25 "$LAB/check.out" | sed 's/^/#   /'
	else
		result 0 "$name"
	fi
}

# equal NAME WANTED GOT
equal() {
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		diag "wanted: $2" "got:    $3"
	fi
}

# bail TEXT: the scenario cannot go on.
bail() {
	result 1 "$1"
	exit 1
}

# pause SECONDS: in a guest without a process of its own for it, which costs more than the pause
pause() {
	if [ -p /run/vp/never ]; then # guest-init made it: nothing is ever written there
		read -rt "$1" <>/run/vp/never || true
	else
		sleep "$1"
	fi
}

# wait_for SECONDS CMD...: until the command succeeds; false if it never does.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -le "$end" ] || return 1
		pause 0.1
	done
}

tap_finish() {
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ] && [ "$tap_count" -gt 0 ]
}
