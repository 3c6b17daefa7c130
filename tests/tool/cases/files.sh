# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What comes with the tool: manual, completion, installation.

man_lint() {
	# manuals of other packages need not be installed here
	local found
	found=$(mandoc -Tlint "$TOP/userspace/man/vpnpass.8" 2>&1 | grep -v 'referenced manual not found\|mandoc.db')
	[ -z "$found" ] || { echo "$found"; return 1; }
}
check "the manual is well-formed" man_lint
words_in_manual() {
	local word
	for word in status enable disable tunnels events help version; do
		grep -q "^\.It Cm $word" "$TOP/userspace/man/vpnpass.8" || { echo "$word is missing"; return 1; }
	done
}
check "the manual knows all commands" words_in_manual

# Every sysctl that the IPsec module has
sysctls_in_manual() {
	local have name
	have=$(sed -n 's/^\t*\.name = "\(ipsec[a-z_]*\)".*/\1/p' "$TOP/nf_nat_esp/main.c")
	for name in $have; do
		grep -q "^\.It Va $name$" "$TOP/userspace/man/vpnpass.8" || { echo "$name is missing"; return 1; }
	done
	[ -n "$have" ]
}
check "the manual knows the sysctls of IPsec" sysctls_in_manual

# The counters that docs/ipsec.md explains are those that there are, and it explains all
counters_in_docs() {
	local have told
	have=$(sed -nE 's/^\tX\([A-Z_0-9]+, "([a-z0-9-]+)",.*/\1/p' "$TOP"/nf_nat_esp/{esp,wire,pair}.h | sort)
	told=$(sed -nE '/^## Counters/,/^## [^C]/s/^\| (`[^|]*`) \|.*/\1/p' "$TOP/docs/ipsec.md" | tr -d '`' |
		tr ' ' '\n' | sort)
	[ -n "$have" ] && diff <(echo "$have") <(echo "$told")
}
check "docs/ipsec.md explains all counters of IPsec" counters_in_docs

complete_words() { # WORDS...: what the last one may become
	(
		# shellcheck source=userspace/completion/vpnpass.bash
		. "$TOP/userspace/completion/vpnpass.bash"
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		_vpnpass
		echo "${COMPREPLY[*]}"
	)
}
check "completion of commands" [ "$(complete_words vpnpass st)" = status ]
check "completion of protocols" [ "$(complete_words vpnpass -j enable p)" = pptp ]
check "completion of the second protocol" [ "$(complete_words vpnpass enable pptp i)" = ipsec ]
check "completion of --rule" [ "$(complete_words vpnpass enable --r)" = --rule ]
check "completion of nothing more" [ "$(complete_words vpnpass tunnels p)" = "" ]

install_and_remove() {
	local left
	make -s -C "$TOP/userspace" install DESTDIR="$TMP/root" PREFIX=/usr >/dev/null
	[ -x "$TMP/root/usr/sbin/vpnpass" ] && [ -s "$TMP/root/usr/share/man/man8/vpnpass.8" ] &&
		[ -s "$TMP/root/usr/share/bash-completion/completions/vpnpass" ] &&
		grep -qx 'blacklist nf_conntrack_pptp' "$TMP/root/etc/modprobe.d/vpnpass.conf" || return 1
	make -s -C "$TOP/userspace" uninstall DESTDIR="$TMP/root" PREFIX=/usr >/dev/null
	left=$(find "$TMP/root" -type f)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
}
check "install and uninstall" install_and_remove

hardened() {
	readelf -lW "$REAL" | grep -q GNU_RELRO && readelf -hW "$REAL" | grep -q 'DYN' &&
		readelf -dW "$REAL" | grep -q BIND_NOW
}
check "the tool is built hardened" hardened
