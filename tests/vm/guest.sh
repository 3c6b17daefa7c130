# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by tests/vm/run and tests/uml/run: what the host side of a guest of
# either kind has to do before and after. The caller sets limit, guest_env,
# total and out.
# shellcheck disable=SC2154

# scenario_file NAME: path below tests/ of a scenario, or of any script named with a slash
scenario_file() {
	local f
	for f in "vm/scenarios/$1.sh" "$1.sh" "$1"; do
		if [ -f "$TOP/tests/$f" ]; then
			echo "/vp/tests/$f"
			return
		fi
	done
	die "no scenario '$1'; there are: $(cd "$TOP/tests/vm/scenarios" 2>/dev/null && echo *.sh | sed 's/\.sh//g')"
}

# add_env VAR=VALUE: export it to the scenarios
add_env() {
	guest_env+=("export $(printf '%s=%q' "${1%%=*}" "${1#*=}")")
}

# prepare_out NAME: make the output folder (unless -o named one), write the plan
prepare_out() {
	local s what=$1
	shift
	if [ -z "$out" ]; then
		mkdir -p "$CACHE/out"
		prune_out
		out=$(mktemp -d "$CACHE/out/$(date +%m%d-%H%M%S)-$what-$(basename "$1" .sh)-XXX")
	fi
	mkdir -p "$out"
	rm -f "$out/.done" "$out/.plan" "$out/.env"
	for s in "$@"; do
		scenario_file "$s" >>"$out/.plan"
	done
	printf '%s\n' "limit=$limit" "${guest_env[@]}" >"$out/.env"
}

# Keep the output of the last forty runs
prune_out() {
	find "$CACHE/out" -mindepth 1 -maxdepth 1 -type d -mmin +30 -printf '%f\n' | sort -r | tail -n +40 |
		while read -r old; do as_root rm -rf "$CACHE/out/$old"; done
}

# Pass on what the guest says between its start and its end, keep all of it
show_console() {
	sed -u 's|\r||g' | tee "$out/console.log" | sed -un '/^VP-START/,/^VP-END/{/^VP-/d;p}' | tee "$out/tap.log"
}

# Scenarios of the plan that the guest did not come to
not_run() {
	local s
	while read -r s; do
		s=$(basename "$s" .sh)
		[ -d "$out/$s" ] || echo "not ok - $s: was run"
	done <"$out/.plan"
}

# judge STATUS WHAT: add what the guest itself could not say, set the exit status
judge() {
	local rc=$1 what=$2
	set +e
	if [ ! -e "$out/.done" ]; then
		not_run | tee -a "$out/tap.log"
		sed -n '/^VP-START/,$!p' "$out/console.log" | tail -n 20 | sed 's/^/# boot: /'
		grep -nE 'panic|Oops|BUG|RIP|Call Trace' "$out/console.log" | head -n 20 | sed 's/^/# /'
		case $rc in
		124 | 137) echo "not ok - guest $what ended in time (killed after $total s)" ;;
		*) echo "not ok - guest $what reached its end (status $rc, a kernel panic?)" ;;
		esac | tee -a "$out/tap.log"
	fi
	say "$what: $(grep -c '^ok' "$out/tap.log") passed, $(grep -c '^not ok' "$out/tap.log") failed; output in $out"
	[ -e "$out/.done" ] && [ "$(cat "$out/.done")" = 0 ] && ! grep -q '^not ok' "$out/tap.log"
}
