# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced: copies of the parts of the tree that a build needs.

# What the kernel modules are made of
MODULE_PARTS=(--include=/Kbuild --include='/kmod/***' --include='/nf_nat_*/***'
	--include='/include/***' --include=/tests/ --include='/tests/kunit/***')

# copy_parts DIR FILTER...: only changed files are written, so that make sees
# what is new; build products (ignored by git) are neither copied nor removed
copy_parts() {
	local dir=$1
	shift
	rsync -rlpc --delete --delete-after --filter='dir-merge,- .gitignore' --include=/.gitignore \
		"$@" --exclude='*' "$TOP/" "$dir/"
}

copy_tree() {
	copy_parts "$1" "${MODULE_PARTS[@]}"
}

# tree_hash WORD...: changes when a source of the modules or a word does
tree_hash() {
	local parts=()
	cd "$TOP" || return
	for p in Kbuild kmod nf_nat_* include tests/kunit; do
		[ ! -e "$p" ] || parts+=("$p")
	done
	{
		printf '%s\n' "$@"
		git ls-files -co --exclude-standard -- "${parts[@]}" | sort | while read -r f; do
			[ ! -f "$f" ] || sha256sum "$f"
		done
	} | sha256sum | cut -c1-32
}

# Warnings of compiler, modpost and kbuild; the one excepted only says that
# Debian's compiler is a point release away from the one of the kernel image
find_warnings() {
	grep -iE 'warning:|warning ' "$1" | grep -v 'the compiler differs from the one used to build the kernel'
}
