# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by packets.sh: kernel memory by slab caches, between two points in time.

# Bytes in use: kmalloc's caches, where tunnels and extensions of conntrack entries live, and
# conntrack's own. A shrunk cache counts objects that are free at a CPU as free.
slabs() {
	local cache
	for cache in /sys/kernel/slab/kmalloc-* /sys/kernel/slab/nf_conntrack; do
		echo 1 >"$cache/shrink"
	done
	awk '$1 ~ /^(kmalloc-|nf_conntrack$)/ { print $1, $2 * $4, $4 }' /proc/slabinfo | sort
}

memory_mark() {
	sleep 6	# what kfree_rcu() was given goes some seconds later; no time in a guest that counts
	slabs >"$LAB/slabs"
}

# memory_row PATH TUNNELS NUMBER [PREFIX]: what each of so many took since memory_mark; of few
# of them the figure means nothing
memory_row() {
	[ "$3" -ge 1000 ] || return 0
	slabs | join "$LAB/slabs" - >"$LAB/grown"
	row "$1" "$2" "${4:-}bytes" "$(awk -v n="$3" '$1 !~ /^nf_/ { sum += $4 - $2 } END { printf "%d", sum / n }' "$LAB/grown")"
	row "$1" "$2" "${4:-}conntrack-bytes" \
		"$(awk -v n="$3" '$1 ~ /^nf_/ { sum += $4 - $2 } END { printf "%d", sum / n }' "$LAB/grown")"
	awk -v n="$3" '$4 - $2 > n || $2 - $4 > n { printf "#   %s: %.2f each\n", $1, ($4 - $2) / $3 / n }' "$LAB/grown"
}
