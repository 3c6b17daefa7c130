# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What comes with the tool: manual, completion, installation.

man_lint() {
	# manuals of other packages need not be installed here
	local found
	found=$(mandoc -Tlint "$TOP"/userspace/man/* 2>&1 | grep -v 'referenced manual not found\|mandoc.db')
	[ -z "$found" ] || { echo "$found"; return 1; }
}
check "the manuals are well-formed" man_lint
# What main.c takes: commands, and long options
commands=$(sed -nE 's/^\t\{ "([a-z]+)", "[^"]*",( "|$).*/\1/p' "$TOP/userspace/main.c")
options=$(sed -nE 's/^\t\{ "([a-z-]+)", (no|required|optional)_argument,.*/\1/p' "$TOP/userspace/main.c")
check "main.c has a table of commands" [ "$(wc -w <<<"$commands")" -ge 14 ]
check "main.c has a table of options" [ "$(wc -w <<<"$options")" -ge 13 ]

# all_in PATTERN FILE WORD...: each word is there, in place of WORD in the pattern
all_in() {
	local pattern=$1 file=$2 word
	shift 2
	for word; do
		grep -qE -- "${pattern//WORD/$word}" "$file" || { echo "$word is missing"; return 1; }
	done
}
tool help
# shellcheck disable=SC2086 # lists of words
{
	check "the manual knows all commands" all_in '^\.It .*Cm WORD( |$)' "$TOP/userspace/man/vpnpass.8" $commands
	check "the manual knows all options" all_in '(Fl|Oo Fl) -WORD( |$)' "$TOP/userspace/man/vpnpass.8" $options
	check "help knows all commands" all_in '^  WORD ' "$OUT" $commands
	check "help knows all options" all_in '(^| )--WORD( |$)' "$OUT" $options
	check "completion knows all commands" all_in '[" ]WORD[" ]' "$TOP/userspace/completion/vpnpass.bash" $commands
	check "completion knows all options" all_in '[^a-z-]--WORD[^a-z-]' "$TOP/userspace/completion/vpnpass.bash" $options
}

# Every sysctl that a module has
sysctls_in_manual() { # PROTO MODULE
	local have name
	have=$(sed -n 's/^\t*\.name = "\('"$1"'[a-z_0-9]*\)".*/\1/p' "$TOP/nf_nat_$2/main.c")
	for name in $have; do
		grep -q "^\.It Va $name$" "$TOP/userspace/man/vpnpass.8" || { echo "$name is missing"; return 1; }
	done
	[ -n "$have" ]
}
check "the manual knows the sysctls of IPsec" sysctls_in_manual ipsec esp
check "the manual knows the sysctls of L2TP" sysctls_in_manual l2tp l2tp

sysctls_in_readme() {
	local have name
	have=$(sed -n 's/^\t*\.name = "\([a-z]*2\?[a-z]*_[a-z_]*\)".*/\1/p' "$TOP"/nf_nat_*/main.c)
	for name in $have; do
		grep -q "^|.*\`$name\`" "$TOP/README.md" || { echo "$name is missing"; return 1; }
	done
	[ -n "$have" ]
}
check "README knows the sysctls of all modules" sysctls_in_readme

# The counters that a page explains are those that there are, and it explains all
counters_in_docs() { # PAGE SOURCE...
	local page=$TOP/docs/$1.md have told
	shift
	have=$(sed -nE 's/^\tX\([A-Z_0-9]+, "([a-z0-9-]+)",.*/\1/p' "$@" | sort)
	told=$(sed -nE '/^## Counters/,/^## [^C]/s/^\| (`[^|]*`) \|.*/\1/p' "$page" | tr -d '`' |
		tr ' ' '\n' | sort)
	[ -n "$have" ] && diff <(echo "$have") <(echo "$told")
}
check "docs/ipsec.md explains all counters of IPsec" counters_in_docs ipsec "$TOP"/nf_nat_esp/{esp,wire,pair}.h
check "docs/l2tp.md explains all counters of L2TP" counters_in_docs l2tp "$TOP"/nf_nat_l2tp/{l2tp,wire}.h

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
check "completion of a protocol to block" [ "$(complete_words vpnpass block l)" = l2tp ]
check "completion of an interface" [ "$(complete_words vpnpass block pptp --lan lo)" = lo ]
check "completion behind the value of an option" [ "$(complete_words vpnpass --client 10.0.0.1 doctor --s)" = --server ]
check "completion of --dry-run" [ "$(complete_words vpnpass block --d)" = --dry-run ]
check "completion of --rule" [ "$(complete_words vpnpass enable --r)" = --rule ]
check "completion of --persist" [ "$(complete_words vpnpass disable l2tp --p)" = --persist ]
check "completion of what to show" [ "$(complete_words vpnpass show --c)" = --config ]
check "completion of a file" [ "$(complete_words vpnpass apply "$TOP/READM")" = "$TOP/README.md" ]
check "completion of --config-file's value" \
	[ "$(complete_words vpnpass enable --persist --config-file "$TOP/READM")" = "$TOP/README.md" ]
check "completion of the shell" [ "$(complete_words vpnpass completion b)" = bash ]
check "completion of nothing more" [ "$(complete_words vpnpass tunnels p)" = "" ]

exits 0 "completion bash" completion bash
check "completion bash: prints what is installed" cmp "$OUT" "$TOP/userspace/completion/vpnpass.bash"
exits 2 "completion of another shell" completion fish
complains "completion of another shell: choices" "'fish'; choose from bash"

install_and_remove() {
	local left
	make -s -C "$TOP/userspace" install DESTDIR="$TMP/root" PREFIX=/usr >/dev/null
	[ -x "$TMP/root/usr/sbin/vpnpass" ] && [ -s "$TMP/root/usr/share/man/man8/vpnpass.8" ] &&
		[ -s "$TMP/root/usr/share/bash-completion/completions/vpnpass" ] &&
		[ -s "$TMP/root/usr/share/man/man5/vpnpass.conf.5" ] &&
		cmp "$TOP/userspace/vpnpass.conf" "$TMP/root/etc/vpnpass.conf" &&
		grep -qx 'ExecStart=/usr/sbin/vpnpass apply' "$TMP/root/usr/lib/systemd/system/vpnpass.service" &&
		! grep @ "$TMP/root/usr/lib/systemd/system/vpnpass.service" &&
		grep -qx 'blacklist nf_conntrack_pptp' "$TMP/root/etc/modprobe.d/vpnpass.conf" || return 1
	make -s -C "$TOP/userspace" uninstall DESTDIR="$TMP/root" PREFIX=/usr >/dev/null
	left=$(find "$TMP/root" -type f)
	[ -z "$left" ] || { echo "left behind: $left"; return 1; }
}
check "install and uninstall" install_and_remove

keeps_configuration() {
	mkdir -p "$TMP/kept/etc"
	echo 'pptp = on' >"$TMP/kept/etc/vpnpass.conf"
	make -s -C "$TOP/userspace" install DESTDIR="$TMP/kept" PREFIX=/usr >/dev/null
	make -s -C "$TOP/userspace" uninstall DESTDIR="$TMP/kept" PREFIX=/usr >/dev/null
	[ "$(cat "$TMP/kept/etc/vpnpass.conf")" = 'pptp = on' ]
}
check "install and uninstall leave the administrator's vpnpass.conf alone" keeps_configuration

if command -v systemd-analyze >/dev/null; then
	unit_verifies() {
		local found
		make -s -C "$TOP/userspace" install PREFIX="$TMP/unit" SYSCONFDIR="$TMP/unit/etc" >/dev/null
		found=$(systemd-analyze verify --man=no "$TMP/unit/lib/systemd/system/vpnpass.service" 2>&1 |
			grep -F vpnpass.service)
		[ -z "$found" ] || { echo "$found"; return 1; }
	}
	check "systemd finds nothing wrong with vpnpass.service" unit_verifies
fi

hardened() {
	readelf -lW "$REAL" | grep -q GNU_RELRO && readelf -hW "$REAL" | grep -q 'DYN' &&
		readelf -dW "$REAL" | grep -q BIND_NOW
}
check "the tool is built hardened" hardened
