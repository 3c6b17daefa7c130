#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# fw4 reads the ct helpers that there are from one file, and takes the first of a name. Put ours
# there and the kernel's of the same name aside, or undo that.
# usage: fw4-helpers.sh add|remove [FILE]

FILE=${2:-/usr/share/firewall4/helpers}
OURS=${0%/*}/fw4-helpers
BEGIN='# vpnpass: begin'
END='# vpnpass: end'
ASIDE='#vpnpass#'

# The file as it was before
without() {
	sed "/^$BEGIN\$/,/^$END\$/d; s/^$ASIDE//" "$FILE"
}

# Sections of helpers whose names are ours become comments
put_aside() {
	awk -v aside="$ASIDE" '
		function flush_section(i) {
			for (i = 0; i < n; i++)
				print (ours ? aside : "") line[i]
			n = ours = 0
		}
		/^[ \t]*config[ \t]/ { flush_section() }
		{ line[n++] = $0 }
		/^[ \t]*option[ \t]+name[ \t]/ {
			gsub(/["\047]/, "", $3)
			if ($3 ~ /^(pptp|l2tp|ike)$/)
				ours = 1
		}
		END { flush_section() }'
}

with() {
	without | put_aside
	echo "$BEGIN"
	cat "$OURS"
	echo "$END"
}

case $1 in
add) make=with ;;
remove) make=without ;;
*)
	echo "usage: ${0##*/} add|remove [FILE]" >&2
	exit 2
	;;
esac
[ -e "$FILE" ] || exit 0 # no fw4 here

$make >"$FILE.vpnpass" || { rm -f "$FILE.vpnpass"; exit 1; }
if cmp -s "$FILE" "$FILE.vpnpass"; then
	rm "$FILE.vpnpass"
else
	mv "$FILE.vpnpass" "$FILE"
fi
