# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The configuration file: apply, show --config, --persist.

CONF=$TMP/conf/vpnpass.conf

# running [PROTO=MODE...]: these modules are loaded, with their sysctls
running() {
	local word proto
	{
		echo "family 40 1 7"
		for word; do
			echo "proto-get reply protocol=${word%=*} mode=${word#*=} tunnels=0 controls=0"
		done
	} | fixture
	mkdir -p "$FAKE/proc/sys/net/netfilter/nf_vpnpass"
	sysctl_is netfilter/nf_vpnpass/max_tunnels 16384
	sysctl_is netfilter/nf_vpnpass/max_controls_per_client 256
	for word; do
		proto=${word%=*}
		sysctl_is "netfilter/nf_vpnpass/${proto}_timeout" 300
		sysctl_is "netfilter/nf_vpnpass/${proto}_timeout_unreplied" 60
	done
}

# conf: the file from standard input
conf() {
	rm -rf "$TMP/conf"
	mkdir -p "$TMP/conf"
	cat >"$CONF"
}

value() { # SYSCTL VALUE
	[ "$(cat "$FAKE/proc/sys/net/netfilter/nf_vpnpass/$1")" = "$2" ]
}

conf_is() { # NAME, the text from standard input
	check "$1" diff -u - "$CONF"
}

nothing_else() { # NAME: no other file is left in its folder
	check "$1: leaves no other file" [ "$(ls -A "$TMP/conf")" = vpnpass.conf ]
}

untouched() { # NAME: nothing was set
	not_logged "$1: no mode is set" proto-set
	check "$1: no sysctl is set" value max_tunnels 16384
}

# apply
running pptp=off ipsec=on
conf <<-END
	# what a person writes
	max_tunnels=100# few
	pptp = on	# all of them

	  pptp_timeout	=  900
	l2tp_timeout = 700
	ipsec = on
END
exits 0 "apply" apply "$CONF"
silent apply
golden apply
logged "apply: the mode is set" "proto-set pptp on"
not_logged "apply: what is so already is not set" "proto-set ipsec"
check "apply: a timeout" value pptp_timeout 900
check "apply: a limit" value max_tunnels 100
check "apply: what is not in the file stays" value ipsec_timeout 300
exits 0 "apply -j" -j apply "$CONF"
json applied "apply -j"
golden apply-json

running pptp=on l2tp=on ipsec=rule
printf 'pptp = off\r\nl2tp=rule' | conf
exits 0 "apply, lines of DOS and the last one without its end" apply "$CONF"
logged "apply: off" "proto-set pptp off"
logged "apply: rule" "proto-set l2tp rule"
printf 'ipsec = on\n' >"$TMP/conf/pipe"
RC=0
"$VPNPASS" apply - <"$TMP/conf/pipe" >"$OUT" 2>"$ERR" || RC=$?
check "apply standard input" [ "$RC" = 0 ]
logged "apply standard input: the mode is set" "proto-set ipsec on"
cp "$TMP/conf/pipe" "$FAKE/etc/vpnpass.conf"
exits 0 "apply without a file" apply
says "apply without a file: takes that of /etc" "ipsec: on"

# all errors at once, and nothing is applied
running pptp=off l2tp=off
conf <<-'END'
	max_tunnels = 100
	pptp = on
	l2tp = yes
	ipsec
	l2tp_timout = 5
	frobnicate = 1
	max_tunnels = 7
	ipsec_copies = 1001
	pptp_timeout = -1
	pptp_timeout_unreplied = 0x10
	max_controls = 0
	l2tp_keep_port =
	= 3
	[section]
END
printf 'ipsec_\033[31m = \001\n' >>"$CONF"
exits 1 "errors" apply "$CONF"
check "errors: nothing on stdout" [ ! -s "$OUT" ]
untouched errors
complains "errors: choices of a mode" "$CONF:3: l2tp: 'yes' is no value for it; choose from off, on, rule, block"
complains "errors: a line without a value" "$CONF:4: there is no '=' in 'ipsec'"
complains "errors: a typing error" "$CONF:5: there is no key 'l2tp_timout'; is 'l2tp_timeout' meant?"
complains "errors: an unknown key" "$CONF:6: there is no key 'frobnicate'; choose from pptp, l2tp, ipsec, pptp_timeout"
complains "errors: a key that is there twice" "$CONF:7: max_tunnels is set in line 1 already"
complains "errors: too large" "$CONF:8: ipsec_copies: '1001' is no value for it; a number from 0 to 1000 would do"
complains "errors: negative" "$CONF:9: pptp_timeout: '-1' is no value"
complains "errors: not decimal" "$CONF:10: pptp_timeout_unreplied: '0x10' is no value"
complains "errors: too small" "$CONF:11: max_controls: '0' is no value for it; a number from 1 to 1048576"
complains "errors: no value" "$CONF:12: l2tp_keep_port: there is no value behind the '='; a number from 0 to 1"
complains "errors: no key" "$CONF:13: there is no key ''"
complains "errors: a section" "$CONF:14: there is no '=' in '[section]'"
complains "errors: no control characters on the terminal" "$CONF:15: there is no key 'ipsec_?[31m'"
complains "errors: what that means" "nothing was changed; mend $CONF"
check "errors: one line each" [ "$(wc -l <"$ERR")" = 14 ]

exits 1 "apply a file that is not there" apply "$TMP/nowhere"
complains "apply a file that is not there: says so" "cannot read $TMP/nowhere: No such file"
exits 1 "apply a folder" apply "$TMP"
complains "apply a folder: says so" "cannot read $TMP: Is a directory"
exits 2 "apply two files" apply "$CONF" second
complains "apply two files: says so" "'second'"
head -c 65537 /dev/zero | tr '\0' '#' | conf
exits 1 "apply a file that is too large" apply "$CONF"
complains "apply a file that is too large: says so" "more than 65536 bytes"
truncate -s 65536 "$CONF"
exits 0 "apply the largest file" apply "$CONF"
: | conf
exits 0 "apply an empty file" apply "$CONF"
untouched "apply an empty file"

# modules
loads() {
	installed
	program modprobe <<-END
		echo "modprobe \$*" >>"\$VPNPASS_FAKE/log"
		[ "\$1" = nf_nat_pptp ] || exit 1
		cp -r "$TMP/sys/." "\$VPNPASS_FAKE"
	END
}
running pptp=off
rm -rf "$TMP/sys"
mkdir "$TMP/sys"
cp -r "$FAKE/netlink" "$FAKE/proc" "$TMP/sys"
conf <<-END
	pptp = on
	pptp_timeout = 77
	l2tp = off
	l2tp_timeout = 78
END
fixture </dev/null
loads
exits 0 "apply with no module loaded" apply "$CONF"
logged "apply with no module loaded: it is loaded" "modprobe nf_nat_pptp"
not_logged "apply with no module loaded: no other one" "modprobe nf_nat_l2tp"
check "apply with no module loaded: then its sysctl is set" value pptp_timeout 77
logged "apply with no module loaded: and its mode" "proto-set pptp on"
says "apply with no module loaded: what has no place" "l2tp_timeout: not set"
echo 'ipsec = on' >>"$CONF"
echo 'ipsec_timeout = 5' >>"$CONF"
exits 3 "one module fails" apply "$CONF"
complains "one module fails: names it" "the module nf_nat_esp cannot be loaded"
says "one module fails: the others are set" "pptp: on (was off)"
check "one module fails: nothing is said of its keys" eval '! grep -q ipsec "$OUT"'
running pptp=off
sed -i '$d' "$CONF"
VPNPASS_FAKE_UID=1000 exits 4 "not root, a module is missing" apply "$CONF"
not_logged "not root, a module is missing: nothing is set" proto-set
check "not root, a module is missing: no sysctl" value pptp_timeout 300
running pptp=off
echo 'proto-set error 1 no' >>"$FAKE/netlink"
echo 'pptp = on' | conf
exits 4 "apply is not permitted" apply "$CONF"
sed -i 's/^family.*/family 40 9 7/' "$FAKE/netlink"
echo 'max_tunnels = 9' >>"$CONF"
exits 3 "apply with a module of another ABI" apply "$CONF"
check "apply with a module of another ABI: no sysctl is set" value max_tunnels 16384
exits 3 "show --config with a module of another ABI" show --config

# show --config
running pptp=on l2tp=rule
exits 0 "show --config" show --config
silent "show --config"
golden show-config
cp "$OUT" "$TMP/shown"
exits 0 "what was shown can be applied" apply "$TMP/shown"
check "what was shown changes nothing" eval '! grep -v already "$OUT"'
not_logged "what was shown sets nothing" proto-set
exits 0 "show --config -j" show --config -j
json config "show --config -j"
fixture </dev/null
exits 0 "show --config without modules" show --config
says "show --config without modules: all is off" "ipsec = off"
exits 2 "show nothing" show
complains "show nothing: choices" "Choose from --config"
exits 2 "show with a word" show --config pptp
exits 2 "--config elsewhere" status --config
complains "--config elsewhere: says where" "'status' takes no --config; only show does"

# --persist
running pptp=off l2tp=off ipsec=off
conf <<-'END'
	# my file

	 ipsec	=  rule   # them all = yes
	#pptp = off
	max_tunnels = 5
	#l2tp = off
END
echo '# the end' >>"$CONF"
chmod 640 "$CONF"
exits 0 "--persist" enable pptp ipsec --persist --config-file "$CONF"
conf_is "--persist: keeps comments, order and spaces" <<-'END'
	# my file

	 ipsec	=  on   # them all = yes
	#pptp = off
	pptp = on
	max_tunnels = 5
	#l2tp = off
	# the end
END
check "--persist: keeps the mode" [ "$(stat -c %a "$CONF")" = 640 ]
nothing_else "--persist"
logged "--persist: what runs is set too" "proto-set pptp on"
printf 'max_tunnels = 5 # no line after this' | conf
exits 0 "--persist adds a line" disable l2tp --persist --config-file "$CONF"
conf_is "--persist adds a line, at the end" <<-'END'
	max_tunnels = 5 # no line after this
	l2tp = off
END
before=$(stat -c %i "$CONF")
exits 0 "--persist of what is there" disable l2tp --persist --config-file "$CONF"
check "--persist of what is there: does not write" [ "$(stat -c %i "$CONF")" = "$before" ]
nothing_else "--persist of what is there"
exits 0 "--persist --rule" enable --rule l2tp --persist --config-file "$CONF"
check "--persist --rule: is kept" grep -qx 'l2tp = rule' "$CONF"
exits 0 "--persist in /etc" enable pptp --persist
check "--persist in /etc: is there, for all to read" eval 'grep -qx "pptp = on" "$FAKE/etc/vpnpass.conf" &&
	[ "$(stat -c %a "$FAKE/etc/vpnpass.conf")" = 644 ]'
exits 0 "--persist for all" enable all --persist -j
json changes "--persist for all"
check "--persist for all: each has its line" [ "$(grep -c ' = on' "$FAKE/etc/vpnpass.conf")" = 3 ]
mv "$CONF" "$TMP/conf/real"
ln -s real "$CONF"
exits 0 "--persist behind a symbolic link" disable pptp --persist --config-file "$CONF"
check "--persist behind a symbolic link: it stays" [ -L "$CONF" ]
check "--persist behind a symbolic link: is kept" grep -qx 'pptp = off' "$TMP/conf/real"

echo 'pptp = on' | conf
echo rubbish >"$TMP/conf/.vpnpass.conf.new"
exits 0 "--persist after one that was killed" disable pptp --persist --config-file "$CONF"
conf_is "--persist after one that was killed: is kept" <<<'pptp = off'
nothing_else "--persist after one that was killed"
mkdir "$TMP/conf/.vpnpass.conf.new"
exits 1 "--persist with something in its way" enable pptp --persist --config-file "$CONF"
ln "$CONF" "$TMP/conf/other"
rmdir "$TMP/conf/.vpnpass.conf.new"
ln "$CONF" "$TMP/conf/.vpnpass.conf.new"
exits 1 "--persist with a link in its way" enable pptp --persist --config-file "$CONF"
complains "--persist with a link in its way: names it" "$TMP/conf/.vpnpass.conf.new is in the way"
conf_is "--persist with a link in its way: nothing is lost" <<<'pptp = off'

refused() { # NAME: neither the file nor what runs has changed
	not_logged "$1: what runs has not changed" proto-set
	conf_is "$1: the file has not changed" <"$TMP/before"
}
running pptp=off
printf 'pptp = off\nfrob\nl2tp = 1\n' | conf
cp "$CONF" "$TMP/before"
exits 1 "--persist with errors in the file" enable pptp --persist --config-file "$CONF"
complains "--persist with errors in the file: the first" "$CONF:2: there is no '='"
complains "--persist with errors in the file: the second" "$CONF:3: l2tp: '1'"
refused "--persist with errors in the file"
nothing_else "--persist with errors in the file"
exits 1 "--persist in no folder" enable pptp --persist --config-file "$TMP/no/where"
complains "--persist in no folder: names it" "cannot change $TMP/no/where: No such file"
exits 2 "--persist for another netns" -n blue enable pptp --persist
complains "--persist for another netns: says how" "'blue'; name its file with --config-file"
exits 2 "--config-file alone" enable pptp --config-file "$CONF"
exits 2 "--persist with status" --persist status
complains "--persist with status: says where" "only enable, disable"
refused "wrong usage"

# Nobody may write there: for root only without capabilities, in somebody else's folder
without_rights() {
	if [ "$(id -u)" = 0 ]; then
		chown 65534:65534 "$TMP/conf" "$CONF"
		setpriv --inh-caps=-all --bounding-set=-all "$VPNPASS" "$@"
	else
		chmod a-w "$TMP/conf" "$CONF"
		"$VPNPASS" "$@"
	fi
}
echo 'pptp = off' | conf
cp "$CONF" "$TMP/before"
RC=0
without_rights enable pptp --persist --config-file "$CONF" >"$OUT" 2>"$ERR" || RC=$?
chmod u+w "$TMP/conf" "$CONF"
check "--persist without rights: exit code 4" [ "$RC" = 4 ]
complains "--persist without rights: says what to do" "cannot change $CONF: Permission denied; run it as root"
refused "--persist without rights"

if [ "$(id -u)" = 0 ]; then
	echo 'pptp = off' | conf
	chown 65534:65533 "$CONF"
	exits 0 "--persist in somebody's file" enable pptp --persist --config-file "$CONF"
	check "--persist in somebody's file: it is still his" [ "$(stat -c %u:%g "$CONF")" = 65534:65533 ]
fi

# A full disk: no file can get any longer
with_no_space() {
	(
		code=0
		trap '' XFSZ
		ulimit -f 0
		"$VPNPASS" "$@" 2>&1 || code=$?
		echo "exit code $code"
	) | cat >"$TMP/full"
	cp "$TMP/full" "$ERR"
}
running pptp=off
{ echo 'pptp = off' && seq 1000 | sed 's/^/# /'; } | conf
cp "$CONF" "$TMP/before"
with_no_space enable pptp --persist --config-file "$CONF"
complains "--persist on a full disk: exit code 1" "exit code 1"
complains "--persist on a full disk: says what is how" "cannot write $CONF: File too large; nothing was changed"
refused "--persist on a full disk"
nothing_else "--persist on a full disk"

# Several at once
running pptp=off l2tp=off ipsec=off
seq 100 | sed 's/^/# /' | conf
for round in 1 2 3 4; do
	for proto in pptp l2tp ipsec; do
		mode=$([ $((round % 2)) = 1 ] && echo enable || echo disable)
		"$VPNPASS" "$mode" $proto --persist --config-file "$CONF" >/dev/null 2>>"$TMP/at-once" &
	done
	wait
	word=$([ $((round % 2)) = 1 ] && echo on || echo off)
	check "several at once, round $round: no change is lost" [ "$(grep -c " = $word" "$CONF")" = 3 ]
done
check "several at once: all succeeded" [ ! -s "$TMP/at-once" ]
nothing_else "several at once"
cp "$CONF" "$TMP/before"
running pptp=on
RC=0
(
	flock 9
	tool disable pptp --persist --config-file "$CONF" 9>&-
	exit "$RC"
) 9>"$TMP/conf/.vpnpass.conf.new" || RC=$?
check "another one takes too long: exit code 1" [ "$RC" = 1 ]
complains "another one takes too long: says so" "another vpnpass has been changing $CONF"
refused "another one takes too long"

# block
running pptp=on l2tp=off
sysctl_is netfilter/nf_conntrack_count 1
printf 'pptp = block\nl2tp = on\n' | conf
exits 0 "apply a block" apply "$CONF"
says "apply a block: says so" "pptp: block (was on)"
logged "apply a block: help ends" "proto-set pptp off"
check "apply a block: there are rules" grep -q '^nft newtable newchain=block_pptp' "$FAKE/log"
exits 0 "show --config of a block" show --config
says "show --config of a block: says so" "pptp = block"
: >"$FAKE/log"
printf 'pptp = block\n' | conf
sed -i 's/mode=on/mode=off/' "$FAKE/netlink"
exits 0 "apply a block again" apply "$CONF"
says "apply a block again: says so" "pptp: block already"
check "apply a block again: changes nothing" eval '! grep -E "new|proto-set" "$FAKE/log"'
exits 0 "--persist a block" block l2tp --persist --config-file "$CONF"
conf_is "--persist a block: is kept" <<-'END'
	pptp = block
	l2tp = block
END
exits 0 "--persist a block at an interface" block l2tp --lan lan0 --persist --config-file "$CONF"
conf_is "--persist a block at an interface: is kept" <<-'END'
	pptp = block
	l2tp = block on lan0
END
exits 0 "show --config of a block at an interface" show --config
cp "$OUT" "$TMP/shown"
says "show --config of a block at an interface: says so" "l2tp = block on lan0"
exits 0 "apply that" apply "$TMP/shown"
says "apply that: is so already" "l2tp: block on lan0 already"
printf 'pptp=block\ton  guest.7 # all\nl2tp = block\n' | conf
exits 0 "apply other interfaces" apply "$CONF"
says "apply other interfaces: a narrower one" "pptp: block on guest.7 (was block)"
says "apply other interfaces: everywhere" "l2tp: block (was block on lan0)"
exits 0 "apply other interfaces -j" -j apply "$CONF"
json applied "apply other interfaces"
says "apply other interfaces -j: as text" '"value": "block on guest.7"'
exits 0 "the interface of a line is exchanged" block pptp --lan lan1 --persist --config-file "$CONF"
check "the interface of a line is exchanged: what is around it stays" grep -qx 'pptp=block on lan1 # all' "$CONF"
exits 0 "the interface of a line goes" disable pptp --persist --config-file "$CONF"
check "the interface of a line goes: what is around it stays" grep -qx 'pptp=off # all' "$CONF"
for word in "block on" "block at lan0" "block lan0" "block on lan0 lan1" "block on a/b" "blockon lan0" "on on lan0" \
	"block on abcdefghijklmnop" "block on ."; do
	echo "pptp = $word" | conf
	exits 1 "a mode '$word'" apply "$CONF"
	complains "a mode '$word': choices" "$CONF:1: pptp: '$word' is no value for it; choose from off, on, rule, block, block on INTERFACE"
done
tool disable l2tp
tool block pptp --lan lan1
: >"$FAKE/log"
printf 'pptp = off\n' | conf
exits 0 "apply the end of a block" apply "$CONF"
says "apply the end of a block: says so" "pptp: off (was block on lan1)"
check "apply the end of a block: its rules are gone" grep -q 'delchain=block_pptp' "$FAKE/log"
running pptp=off
echo 'nft error 1' >>"$FAKE/netlink"
printf 'pptp = block\nmax_tunnels = 8' | conf
exits 4 "a block that is not permitted" apply "$CONF"
untouched "a block that is not permitted"
