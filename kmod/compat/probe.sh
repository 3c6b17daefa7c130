#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Compile each probe and write down which of them do: called by Kbuild with the
# compiler in $CC as: probe.sh PROBE_DIR HEADER FLAG...
set -eu
dir=$1 header=$2
shift 2
tmp=$header.tmp
{
	echo "/* Made by probe.sh, see compat.h. */"
	for probe in "$dir"/*.c; do
		name=$(basename "$probe" .c | tr '[:lower:]' '[:upper:]')
		# $CC may be more than one word (a wrapper and the compiler)
		if $CC "$@" -Werror=implicit-function-declaration \
			-Werror=incompatible-pointer-types -Werror=int-conversion \
			-c -o "$header.o" "$probe" >"$header.$name.log" 2>&1; then
			echo "#define VPNPASS_HAVE_$name 1"
			rm -f "$header.$name.log"
		fi
	done
} >"$tmp"
rm -f "$header.o"
mv "$tmp" "$header"
if ! grep -q VPNPASS_HAVE_SANITY "$header"; then
	cat "$header.SANITY.log" >&2
	rm -f "$header"
	exit 1
fi
