# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Guest script: run the KUnit suites of vpnpass_kunit.ko. Loading it succeeds even
# when tests fail, so the results are read back from debugfs, one line per case.

results=/sys/kernel/debug/kunit
before=$(ls $results)

# the suite of zones has conntrack entries
modprobe nf_nat
if ! insmod /vp/ko/vpnpass_kunit.ko; then
	echo "not ok - kunit: vpnpass_kunit.ko loads"
	exit 1
fi

suites=0
for dir in "$results"/*/; do
	suite=$(basename "$dir")
	if grep -qxF "$suite" <<<"$before"; then
		continue
	fi
	suites=$((suites + 1))
	cases=$(grep -cE '^ +(not )?ok [0-9]' "$dir/results")
	[ "$cases" -gt 0 ] || echo "not ok - kunit: suite $suite has cases"
	sed -nE "s/^ +(not ok|ok) [0-9]+ /\\1 - kunit: $suite: /p" "$dir/results"
	if grep -q '^ *not ok' "$dir/results"; then
		sed 's/^/# /' "$dir/results"
		failed=1
	fi
done
[ "$suites" -gt 0 ] || echo "not ok - kunit: found suites in vpnpass_kunit.ko"
exit "${failed:-0}"
