# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced: results of the kernel matrix. A line of tests/vm/matrix.tsv is: series, version,
# scenario, passed, failed, skipped, seconds, tries, date, commit (+ where the tree held more
# than that), hash of the modules' sources, hash of the scenario's text. A line of tests/vm/gaps
# is: series, scenario, the reason why it does not pass there.

RESULTS=$TOP/tests/vm/matrix.tsv
GAPS=$TOP/tests/vm/gaps
[ -e "$RESULTS" ] || : >"$RESULTS"

text_of() { # SCENARIO
	sha256sum <"$TOP/tests/vm/scenarios/$1.sh" | cut -c1-8
}

# has_passed KERNEL SCENARIO: with these sources, this version of the kernel, this text
# shellcheck disable=SC2154 # sources and version are the caller's
has_passed() {
	awk -F'\t' -v k="$1" -v s="$2" -v v="${version[$1]}" -v src="$sources" \
		-v t="$(text_of "$2")" '
		$1 == k && $2 == v && $3 == s && $4 > 0 && $5 == 0 && $6 == 0 && $11 == src && $12 == t {
			found = 1
		}
		END { exit !found }' "$RESULTS"
}

# result_of SCENARIO TAP: passed, failed, skipped, seconds, 1 if the kernel complained. A guest that
# ended early is a failure of the scenario that ran, and of those that did not come to run.
result_of() {
	awk -v s="$1" '
		/^# [a-z0-9-]+ on [0-9]+[.][0-9]+[.][0-9]+[^ ]*$/ { current = $2 }
		/^not ok - [a-z0-9-]+: (was run|not run)/ { failed += $4 == s ":"; next }
		current != s { next }
		/^ok.*# [sS][kK][iI][pP]/ { skipped++; next }
		/^ok/ { passed++ }
		/^not ok/ { failed++ }
		/^not ok.*(kernel log clean|left over|memory leaked|reached its end)/ { trouble = 1 }
		$2 == s ":" && $3 == "took" { seconds = $4 }
		END {
			if (!passed && !failed)
				failed = 1
			printf "%d %d %d %.0f %d\n", passed, failed, skipped, seconds, trouble
		}' "$2" 2>/dev/null || echo 0 1 0 0 0
}

# show_failed SCENARIO TAP: what failed, and what it said
show_failed() {
	awk -v s="$1" '
		/^# [a-z0-9-]+ on [0-9]+[.][0-9]+[.][0-9]+[^ ]*$/ { current = $2 }
		current == s' "$2" 2>/dev/null |
		grep -A 12 '^not ok' | head -n 60 | sed 's/^/    /' || true
}

record_locked() { # FIELD...
	local new=$RESULTS.new
	{
		awk -F'\t' -v k="$1" -v s="$3" '!($1 == k && $3 == s)' "$RESULTS" |
			while IFS=$'\t' read -r -a f; do
				[ ! -e "$TOP/tests/vm/scenarios/${f[2]}.sh" ] || (IFS=$'\t' && echo "${f[*]}")
			done
		(IFS=$'\t' && echo "$*")
	} | sort -t $'\t' -k1,1V -k3,3 >"$new"
	mv "$new" "$RESULTS"
}

# record FIELD...: in place of the line of that kernel and scenario; lines of scenarios that are
# gone go
record() {
	locked matrix record_locked "$@"
}

# gaps: series, scenario and reason of each, single spaces between them
gaps() {
	sed -E 's/[[:space:]]+/ /g; s/^ | $//g; /^(#|$)/d' "$GAPS"
}

# state KERNEL SCENARIO: passed, failed (or skipped in part), or none where there is no result
state() {
	awk -F'\t' -v k="$1" -v s="$2" '
		$1 == k && $3 == s { got = $4 > 0 && $5 == 0 && $6 == 0 ? "passed" : "failed" }
		END { print got ? got : "none" }' "$RESULTS"
}

# Series and scenario of each result that is not a pass
failures() {
	awk -F'\t' '!($4 > 0 && $5 == 0 && $6 == 0) { print $1, $3 }' "$RESULTS"
}

# Every pair asked for has passed or is a named gap
# shellcheck disable=SC2154 # kernels and scenarios are the caller's
judge_pairs() {
	local k s bad=0 passed=0 named=0
	for k in "${kernels[@]}"; do
		for s in "${scenarios[@]}"; do
			if [ "$(state "$k" "$s")" = passed ]; then
				passed=$((passed + 1))
			elif gaps | grep -q "^$k $s ."; then
				named=$((named + 1))
			else
				echo "not ok - $s on $k, and tests/vm/gaps names no reason"
				bad=$((bad + 1))
			fi
		done
	done
	printf '%d passed, %d failed, %d named in tests/vm/gaps\n' "$passed" "$bad" "$named"
	[ "$bad" = 0 ]
}
