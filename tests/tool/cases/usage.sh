# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Command lines that are wrong, help, version.

fixture </dev/null
usage_error() { # NAME TEXT ARGS...
	local name=$1 text=$2
	shift 2
	exits 2 "$name" "$@"
	complains "$name: names '$text'" "$text"
	check "$name: nothing on stdout" [ ! -s "$OUT" ]
}

usage_error "unknown command" "'frob'; choose from status, enable, disable, block, tunnels" frob
usage_error "unknown letter" "'-x'; choose from -j" -x
usage_error "unknown letter among others" "'-x'; choose from -j" -jx status
usage_error "unknown option" "'--frob'" --frob
usage_error "option without its value" "'-n' needs a value" -n
usage_error "long option without its value" "'--netns' needs a value" status --netns
usage_error "value for an option that has none" "'--json=x'" --json=x
usage_error "--rule without enable" "'status' takes no --rule" status --rule
usage_error "--rule with disable" "'disable' takes no --rule" disable --rule pptp
usage_error "--watch with status" "'status' takes no --watch" status --watch
usage_error "--watch with a word" "'often' is no number of seconds" tunnels --watch often
usage_error "--watch with nothing" "'' is no number of seconds" tunnels --watch ''
usage_error "--watch with no time" "'0' is no number of seconds" tunnels --watch 0
usage_error "--watch with no number" "'nan' is no number of seconds" tunnels --watch=nan
usage_error "--watch with two numbers" "but there is '4' too" tunnels --watch 3 4
usage_error "--watch with two numbers, one in it" "but there is '4' too" tunnels --watch=3 4
usage_error "--lan with enable" "'enable' takes no --lan; only block does" enable --lan eth0 pptp
usage_error "--lan without its value" "'--lan' needs a value" block pptp --lan
usage_error "--lan with what is no interface" "'eth0/1' is no name of an interface" block pptp --lan eth0/1
usage_error "--lan with a name that is too long" "'abcdefghijklmnop' is no name of an interface" block pptp --lan abcdefghijklmnop
usage_error "--lan with nothing" "'' is no name of an interface" block pptp --lan ''
usage_error "--dry-run with disable" "'disable' takes no --dry-run; only block does" disable --dry-run pptp
usage_error "--lan with what is a comment in vpnpass.conf" "no place for a '#'" block pptp --lan 'eth#0'
usage_error "--dry-run with --persist" "leave out --persist, or --dry-run" block pptp --persist --dry-run
usage_error "block without a protocol" "pptp, l2tp, ipsec, all" block
usage_error "block of an unknown protocol" "'ppp'; choose from pptp, l2tp, ipsec, all" block ppp
usage_error "a word too much" "but there is 'now'" tunnels now
usage_error "enable without a protocol" "pptp, l2tp, ipsec, all" enable
usage_error "disable without a protocol" "pptp, l2tp, ipsec, all" disable
usage_error "unknown protocol" "'ppp'; choose from pptp, l2tp, ipsec, all" enable ppp
usage_error "unknown protocol behind a known one" "'ppp'" enable pptp ppp
usage_error "the helper's name for the protocol's" "'ike'; the one that it is part of is called ipsec" enable ike
usage_error "the data's name for the protocol's" "'ESP'; the one that it is part of is called ipsec" disable ESP
usage_error "the data's name for PPTP's" "'gre'; the one that it is part of is called pptp" enable gre
usage_error "a version for the protocol" "'L2TPv3'; the one that it is part of is called l2tp" enable L2TPv3
usage_error "empty word" "''" ""
check "no usage error reached the kernel" [ ! -s "$FAKE/log" ]

exits 0 "help" help
golden help
fits help
silent help
exits 0 "--help" --help
says "--help is the same as help" "usage: vpnpass"
exits 0 "-h with a command" enable -h
says "-h with a command is the same as help" "usage: vpnpass"
exits 0 "version" --version
check "version: has a number" grep -qE '^vpnpass [0-9]+\.[0-9]+\.[0-9]+, ABI version [0-9]+$' "$OUT"
exits 0 "version -j" version -j
json version "version -j"
