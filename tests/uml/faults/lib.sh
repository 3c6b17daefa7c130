# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# failslab: on, off, and what it wrote taken out of the kernel log.

FAIL=/sys/kernel/debug/failslab
# shellcheck disable=SC2034 # for faultnth's callers
FAULTNTH=/vp/out/faultnth
eval "$(grep '^BAD_LOG' "$VP_TESTS/vm/guest-init")"

fail_set() { # NAME VALUE
	echo "$2" >"$FAIL/$1"
}

# Off; each failure will be told with its stack, however many there are
fail_setup() {
	fail_set probability 0
	fail_set verbose 2
	fail_set verbose_ratelimit_interval_ms 0
	fail_set task-filter N
	fail_set interval 1
	fail_set space 0
	fail_set cache-filter N
	fail_set ignore-gfp-wait N
	fail_set times -1
	dmesg -C
}

# inject PERCENT TIMES [CACHE...]: allocations that can't wait, which is all that packets cause,
# fail at random; only those from these caches, if any are named
inject() {
	local cache on
	for cache in /sys/kernel/slab/*/failslab; do
		read -r on <"$cache"
		[ "$on" = 0 ] || echo 0 >"$cache"
	done
	for cache in "${@:3}"; do
		echo 1 >"/sys/kernel/slab/$cache/failslab" || bail "cache $cache cannot be made to fail"
	done
	fail_set cache-filter "$([ $# -gt 2 ] && echo Y || echo N)"
	fail_set ignore-gfp-wait Y
	fail_set times "$2"
	fail_set probability "$1"
}

calm() {
	fail_set probability 0
	fail_set cache-filter N
	fail_set ignore-gfp-wait N
	fail_set times -1
}

# harvest: keep failslab's traces that pass our modules; anything else that the kernel must not
# say goes to $LAB/upset, and makes this fail
harvest() {
	dmesg -c | sed 's/^\[[ 0-9.]*\] \?//' >"$LAB/klog"
	awk -v traces="$VP_OUT/failslab.log" -v rest="$LAB/rest" '
		function flush_block() {
			if (ours) {
				printf "%s", block >>traces
				mine++
			}
			block = ""; inside = ours = 0
		}
		BEGIN { printf "" >rest }
		/FAULT_INJECTION: forcing a failure/ { flush_block(); inside = 1; all++ }
		/^vpnpass-fault: / { block = block $0 "\n"; ours = 1; flush_block(); next }
		# the note of one of our allocators may come still
		inside && !/^(FAULT_INJ|name |CPU: |Tainted|Hardware|Stack:|Call Trace:)/ &&
			!/^([0-9a-f]+( |$)| |\t|\[<|$)/ {
			print >>rest
			next
		}
		inside {
			block = block $0 "\n"
			if (/\[nf_(vpnpass|nat_pptp|nat_l2tp|nat_esp)\]/)
				ours = 1
			next
		}
		{ print >>rest }
		END { flush_block(); print all + 0, mine + 0 >"/dev/stderr" }' "$LAB/klog" 2>"$LAB/harvested"
	! grep -nE "$BAD_LOG" "$LAB/rest" >>"$LAB/upset"
}

# harvested: "failures, those through our modules" of the last harvest
harvested() {
	cat "$LAB/harvested"
}
