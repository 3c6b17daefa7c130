# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Runs the selftests named in $SELFTESTS, three at a time. Each one's result goes to
# $VP_OUT/results: name, pass|skip|fail|timeout, seconds, lines that say PASS, why not.
. "$(dirname "${BASH_SOURCE[0]}")/../vm/lib/lab.sh"

JOBS=3

# Seconds: the kernel's own limit is 120 for all, on real machines
time_limit() {
	case $1 in
	nft_concat_range | nft_nat | nft_nat_zones | nft_zones_many) echo 900 ;;
	nft_trans_stress | nft_queue | nft_flowtable | nft_conntrack_helper) echo 900 ;;
	*) echo 450 ;;
	esac
}

# The reason that a test's log names
reason() {
	grep -iE 'SKIP|FAIL|ERROR|not found|syntax' "$1" | tail -n 1 |
		tr -s '[:space:]' ' ' | tr -d '|' | cut -c1-110
}

# verdict STATUS LOG: some tests say FAIL and end with status 0
verdict() {
	case $1 in
	0) if grep -qE '^ *(FAIL|ERROR)' "$2"; then echo fail; else echo pass; fi ;;
	4) echo skip ;;
	124 | 137) echo timeout ;;
	*) echo fail ;;
	esac
}

# alone SECONDS COMMAND: with names of network namespaces, and processes, of its own: nothing
# that it leaves behind is there when it has ended
alone() {
	timeout -k 5 "$1" unshare -n -m -p -f --kill-child --mount-proc bash -c \
		'mount -t tmpfs netns /run/netns; ip link set lo up; "$@"; exit $?' - "${@:2}"
}

selftest() {
	local status=0 start=$SECONDS log=$VP_OUT/$1.log verdict seconds why=
	alone "$(time_limit "$1")" "./$1.sh" >"$log" 2>&1 </dev/null || status=$?
	verdict=$(verdict $status "$log")
	[ "$verdict" = pass ] || why=$(reason "$log")
	seconds=$((SECONDS - start))
	printf '%s|%s|%s|%s|%s\n' "$1" "$verdict" $seconds "$(grep -c PASS "$log")" "$why" \
		>>"$VP_OUT/results"
	diag "$1: $verdict, $seconds s${why:+ ($why)}"
}

# Which child has ended is told by wait; the lab's nodes are none of ours
selftests() {
	local name running=0
	rm -f "$VP_OUT/results"
	uname -srv >"$VP_OUT/kernel"
	mkdir -p /tmp/mount /tmp/selftests
	mount -t 9p -o trans=virtio,version=9p2000.L,ro selftests /tmp/mount || bail "no selftests"
	cp -r /tmp/mount/. /tmp/selftests
	umount /tmp/mount
	cd "/tmp/selftests/$SELFTESTS_DIR" || bail "no selftests in $SELFTESTS_DIR"
	for name in $SELFTESTS; do
		[ $running -lt $JOBS ] || { wait -n; running=$((running - 1)); }
		selftest "$name" &
		running=$((running + 1))
	done
	wait
	cd /
	modprobe -aqr ip_vs_rr ip_vs nf_conntrack_ftp ip6t_SYNPROXY ipt_SYNPROXY
	equal "every test came to a verdict" "$(wc -w <<<"$SELFTESTS")" "$(wc -l <"$VP_OUT/results")"
}
