#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tool and the real modules: absent, loaded on demand (in place of the idle in-tree
# pair too, or by a rule), used without root, tunnels and events of real calls, of L2TP and of
# IPsec, unloaded under it.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"
. "$(dirname "$0")/../lib/tool.sh"

absent() {
	check "absent: status gives 3" gives 3 vp status
	check "absent: status says so" said "neither loaded nor installed"
	check "absent: status -j gives 3" gives 3 vp -j
	check "absent: tunnels gives 3" gives 3 vp tunnels
	check "absent: events gives 3" gives 3 vp events
	check "absent: enable gives 3" gives 3 vp enable pptp
	check "absent: disable gives 0" gives 0 vp disable pptp
}

loading() {
	check "the modules install" install_modules
	check "installed: status says what to do" gives 3 vp status
	check "installed: with a command" said "vpnpass enable pptp"
	check "enable loads them" gives 0 vp enable pptp
	check "enable says what changed" said "pptp: on (was off)"
	check "enable again changes nothing" gives 0 vp enable pptp
	check "enable again says so" said "pptp: on already"
	check "enable --rule" gives 0 vp enable --rule pptp
	equal "enable --rule sets the mode" 2 "$(at r sysctl -n net.netfilter.nf_vpnpass.pptp)"
	check "disable" gives 0 vp disable pptp
	equal "disable sets the mode" 0 "$(at r sysctl -n net.netfilter.nf_vpnpass.pptp)"
	check "they unload" unload_modules
}

loading_other() { # PROTO MODULE HELPER
	check "$1: enable loads it" gives 0 vp enable "$1"
	check "$1: enable says what changed" said "$1: on (was off)"
	check "$1: its module is there" is_loaded "$2"
	refute "$1: that for PPTP is not" is_loaded nf_nat_pptp
	check "$1: enable --rule" gives 0 vp enable --rule "$1"
	equal "$1: enable --rule sets the mode" 2 "$(at r sysctl -n "net.netfilter.nf_vpnpass.$1")"
	check "$1: disable" gives 0 vp disable "$1"
	equal "$1: disable sets the mode" 0 "$(at r sysctl -n "net.netfilter.nf_vpnpass.$1")"
	check "$1: it unloads" unload_modules
	check "$1: a rule loads it too" at r nft "table ip t { ct helper h { type \"$3\" protocol udp; }; }"
	check "$1: its module is there again" is_loaded "$2"
	equal "$1: a rule alone changes no mode" 0 "$(at r sysctl -n "net.netfilter.nf_vpnpass.$1")"
	at r nft delete table ip t
	wait_for 10 eval '[ "$(cat "/sys/module/'"$2"'/refcnt")" = 0 ]'
	refute "$1: no helper has this name" at r nft 'table ip t { ct helper h { type "ipsec" protocol udp; }; }'
	check "$1: it unloads again" unload_modules
}

loading_all() {
	check "all: enable gives 0" gives 0 vp enable all
	check "all: three are on" eval '[ "$(vp status | grep -cE "^(pptp|l2tp|ipsec) +on +loaded")" = 3 ]'
	check "all: disable gives 0" gives 0 vp disable all
	check "all: three are off" eval '[ "$(vp status | grep -cE "^(pptp|l2tp|ipsec) +off +loaded")" = 3 ]'
	check "all: they unload" unload_modules
}

# Only where this kernel has the in-tree pair
intree() {
	modinfo -F description nf_conntrack_pptp >/dev/null 2>&1 || return 0
	check "the in-tree half loads" modprobe nf_conntrack_pptp
	check "status says that it is in the way" gives 3 vp status
	check "status names it" said nf_conntrack_pptp
	at r nft "table ip t { ct helper h { type \"pptp\" protocol tcp; }; }"
	check "in use: enable gives 1" gives 1 vp enable pptp
	check "in use: enable says by what" said "rules"
	at r nft delete table ip t
	wait_for 10 eval '[ "$(cat /sys/module/nf_conntrack_pptp/refcnt)" = 0 ]'
	check "not in use: enable unloads it" gives 0 vp enable pptp
	check "not in use: enable said so" said "unloaded the kernel's own PPTP helper"
	refute "not in use: it is gone" is_loaded nf_conntrack_pptp
	check "not in use: ours is there" is_loaded nf_vpnpass
	check "and unloads" unload_modules
}

no_rights() {
	check "nobody: status" gives 0 as_nobody status
	check "nobody: tunnels gives 4" gives 4 as_nobody tunnels
	check "nobody: disable gives 4" gives 4 as_nobody disable pptp
	check "nobody: -n gives 4" gives 4 as_nobody -n r status
	check "nobody: says what to do" said "run it as root"
	equal "nobody: nothing changed" 1 "$(at r sysctl -n net.netfilter.nf_vpnpass.pptp)"
}

listen() { # NAME ARGS...
	local name=$1
	shift
	vpnpass -n r events "$@" >"$LAB/events-$name" 2>"$LAB/events-$name.err" </dev/null &
	echo $! >"$LAB/events-$name.pid"
	wait_for 20 grep -q listening "$LAB/events-$name.err"
}

listener_ends() { # NAME CODE
	local status=0
	wait "$(cat "$LAB/events-$1.pid")" || status=$?
	cat "$LAB/events-$1" "$LAB/events-$1.err"
	[ "$status" = "$2" ]
}

seen() { # NAME PATTERN COUNT
	[ "$(grep -c -- "$2" "$LAB/events-$1")" = "$3" ]
}

rows() { # PROTO COUNT: the table that was printed has so many; what is wide takes two lines
	[ "$(grep -c "^$1 " "$LAB/tool.out")" = "$2" ] || { cat "$LAB/tool.out"; return 1; }
}

calls() {
	check "events in words" listen words
	check "events as JSON" listen json -j
	peer_server s
	peer_start one c1 --ids 7 "connect 1" "dial 2" "ping 5" "touch $LAB/one" "wait $LAB/go" "clear"
	peer_start two c2 --ids 7 "connect 1" "dial 2" "ping 5" "touch $LAB/two" "wait $LAB/go" "clear"
	check "calls run" eval 'await one && await two'
	check "tunnels" gives 0 vp tunnels
	check "a row for each" rows pptp 4
	check "with client, server and state" grep -qE "^pptp +$LAN.11 +$SERVER +.* up " "$LAB/tool.out"
	check "no row is longer than 80" eval '! grep -E ".{81}" "$LAB/tool.out"'
	check "tunnels -j is JSON" eval 'vp -j tunnels | python3 -m json.tool'
	check "status -j is JSON" eval 'vp -j status | python3 -m json.tool'
	check "status counts them" eval "vp status | grep -E '^pptp +on +loaded +4 +2'"
	check "tunnel-up in words" wait_for 10 seen words 'tunnel-up pptp client' 4
	check "tunnel-up as JSON" wait_for 10 seen json '"event":"tunnel-up"' 4
	signal go
	check "first client ends" peer_end one
	check "second client ends" peer_end two
	check "tunnel-down in words" wait_for 20 seen words 'tunnel-down pptp client' 4
	check "tunnel-down as JSON, with figures" wait_for 20 seen json '"event":"tunnel-down".*"tx-packets":[1-9]' 4
	peer_server_stop s >/dev/null
	kill -TERM "$(cat "$LAB/events-words.pid")"
	check "SIGTERM ends events cleanly" listener_ends words 0
	kill -INT "$(cat "$LAB/events-json.pid")"
	check "SIGINT ends events cleanly" listener_ends json 0
}

# Two clients with the same ids, to a server that answers to port 1701
l2tp_tunnels() {
	check "l2tp: enable" gives 0 vp enable l2tp
	check "l2tp: events in words" listen l2tp
	l2tp_clients 2
	play_start l2tp 2 "set tunnel-id 7" "set session-id 9" "set answer 1" "start 1" "start 2" "ping all 5" "touch $LAB/l2tp" \
		"wait $LAB/l2tp-more" "session all" "ping all 5" "touch $LAB/l2tp-two" "wait $LAB/l2tp-end" clean
	check "l2tp: tunnels run" await l2tp
	check "l2tp: both are up" tunnels_up 2
	check "l2tp: tunnels" gives 0 vp tunnels
	check "l2tp: a row for each" rows l2tp 2
	check "l2tp: with ids of tunnel and session" grep -qE "^l2tp +$LAN.100 +$SERVER +7/[1-9][0-9]* s9/[1-9][0-9]* +up " \
		"$LAB/tool.out"
	check "l2tp: the second's tunnel has another outside" \
		grep -qE "^l2tp +$LAN.101 +$SERVER +7(>|→)[1-9][0-9]*/[1-9][0-9]* s9/[1-9][0-9]* +up " "$LAB/tool.out"
	check "l2tp: no row is longer than 80" eval '! grep -E ".{81}" "$LAB/tool.out"'
	check "l2tp: in JSON as numbers" eval 'vp -j tunnels | grep -q "\"client-session\": 9"'
	check "l2tp: status counts them" eval "vp status | grep -E '^l2tp +on +loaded +2 +2'"
	check "l2tp: tunnel-up in words" wait_for 10 seen l2tp 'tunnel-up l2tp client .* ids 7.*/[0-9]' 2
	signal l2tp-more
	check "l2tp: a further session of each" await l2tp-two
	check "l2tp: still a row for each" eval 'gives 0 vp tunnels && rows l2tp 2'
	check "l2tp: with ids of the latest session" eval '[ "$(grep -cE "^l2tp .* s10/[1-9][0-9]* +up " "$LAB/tool.out")" = 2 ]'
	check "l2tp: disable" gives 0 vp disable l2tp
	check "l2tp: tunnel-down in words, with figures" wait_for 20 seen l2tp 'tunnel-down l2tp client .* s10/.* after .* tx [1-9]' 2
	signal l2tp-end
	check "l2tp: the clients end" play_end l2tp
	kill -TERM "$(cat "$LAB/events-l2tp.pid")"
	check "l2tp: SIGTERM ends events" listener_ends l2tp 0
}

# Keys by hand: the SPIs are known before
sas() {
	check "ipsec: enable" gives 0 vp enable ipsec
	check "ipsec: events in words" listen sas
	tunnel_ends c1 c2
	xfrm_pair c1 0x1001 0x2001
	xfrm_pair c2 0xc0000002 0x2002
	check "ipsec: first client's pings" inner_ping c1 5
	check "ipsec: second client's pings" inner_ping c2 5
	check "ipsec: the first client answers" reply_ping c1
	check "ipsec: the second client answers" reply_ping c2
	check "ipsec: both are up" tunnels_up 2 10
	check "ipsec: tunnels" gives 0 vp tunnels
	check "ipsec: a row for each" rows ipsec 2
	check "ipsec: with SPIs in hexadecimal" grep -qE "^ipsec $LAN.11 +$SERVER +0x00001001/0x00002001 +up " "$LAB/tool.out"
	check "ipsec: the second's too" grep -qE "^ipsec $LAN.12 +$SERVER +0xc0000002/0x00002002 +up " "$LAB/tool.out"
	check "ipsec: no row is longer than 80" eval '! grep -E ".{81}" "$LAB/tool.out"'
	check "ipsec: in JSON as numbers" eval 'vp -j tunnels | grep -q "\"client-id\": 3221225474"'
	check "ipsec: status counts them" eval "vp status | grep -E '^ipsec +on +loaded +2 +2'"
	check "ipsec: tunnel-up in words" wait_for 10 seen sas "tunnel-up ipsec client .* ids 0x[0-9a-f]*/0x[0-9a-f]*\$" 2
	check "ipsec: disable" gives 0 vp disable ipsec
	check "ipsec: tunnel-down in words" wait_for 20 seen sas 'tunnel-down ipsec client .* after ' 2
	kill -TERM "$(cat "$LAB/events-sas.pid")"
	check "ipsec: SIGTERM ends events" listener_ends sas 0
}

topology clients=2
load_netfilter
absent
loading
loading_other ipsec nf_nat_esp ike
loading_other l2tp nf_nat_l2tp l2tp
loading_all
intree
check "enable" gives 0 vp enable pptp
no_rights
calls
l2tp_tunnels
sas
check "events while the modules unload" listen last
flush_conntrack >/dev/null 2>&1
check "the modules unload under it" unload_modules
check "events ends with 3" listener_ends last 3
check "the modules uninstall" uninstall_modules
settle
