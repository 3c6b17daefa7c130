#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The configuration file with real modules: apply, show --config, --persist (full disk, read-only, without
# rights, several at once), and what vpnpass.service does.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/tool.sh"

CONF=$LAB/vpnpass.conf
UNIT=/vp/bin/install/usr/lib/systemd/system/vpnpass.service
SYSCTLS=/proc/sys/net/netfilter/nf_vpnpass

param_is() { # NAME VALUE
	[ "$(at r cat $SYSCTLS/"$1")" = "$2" ]
}

conf() { # LINE...
	printf '%s\n' "$@" >"$CONF"
}

with_errors() {
	conf 'pptp = on' 'l2tp = maybe' 'max_tunnels' 'ipsec_copies = 1001'
	check "errors: apply gives 1" gives 1 vp apply "$CONF"
	check "errors: a mode" said "$CONF:2: l2tp: 'maybe'"
	check "errors: a line" said "$CONF:3: there is no '='"
	check "errors: a number" said "$CONF:4: ipsec_copies: '1001'"
	refute "errors: no module is loaded" is_loaded nf_vpnpass
	check "off: apply gives 0" gives 0 eval 'echo "pptp = off" | vp apply -'
	refute "off: no module is loaded" is_loaded nf_vpnpass
}

loading() {
	conf 'pptp = on' 'ipsec = rule' 'l2tp = off' '' '# limits' 'pptp_timeout = 222 # s' 'l2tp_timeout = 99' \
		'max_tunnels = 333' 'ipsec_copies = 0'
	check "apply gives 0" gives 0 vp apply "$CONF"
	check "apply says what has no place" said "l2tp_timeout: not set"
	check "apply loads nf_nat_pptp" is_loaded nf_nat_pptp
	check "apply loads nf_nat_esp" is_loaded nf_nat_esp
	refute "apply loads nothing else" is_loaded nf_nat_l2tp
	check "apply: mode on" param_is pptp 1
	check "apply: mode rule" param_is ipsec 2
	check "apply: a timeout" param_is pptp_timeout 222
	check "apply: a limit" param_is max_tunnels 333
	check "apply: copies" param_is ipsec_copies 0
	equal "apply: another network namespace has help off" 0 "$(cat $SYSCTLS/pptp)"
	equal "apply: and its own limits" 16384 "$(cat $SYSCTLS/max_tunnels)"
	check "apply again gives 0" gives 0 vp apply "$CONF"
	refute "apply again changes nothing" said "(was "
}

# All keys that there are, and no others, with the kernel's ranges
keys() {
	local key low high bad=
	check "all modules: apply gives 0" gives 0 eval 'echo "l2tp = rule" | vp apply -'
	equal "each sysctl is a key" "$(at r ls $SYSCTLS | sort)" "$(vp show --config | sed -n 's/ =.*//p' | sort)"
	for key in $(vp show --config | sed -n 's/ = [0-9].*//p'); do
		read -r low high < <(echo "$key = x" | vp apply - 2>&1 | sed -n 's/.*number from \([0-9]*\) to \([0-9]*\).*/\1 \2/p')
		if ! printf '%s\n' "$key = $low" | vp apply - || ! param_is "$key" "$low" ||
			! printf '%s\n' "$key = $high" | vp apply - || ! param_is "$key" "$high"; then
			bad+=" $key"
		fi
		! at r sysctl -qw "net.netfilter.nf_vpnpass.$key=$((high + 1))" 2>/dev/null || bad+=" $key($high)"
		[ "$low" = 0 ] || ! at r sysctl -qw "net.netfilter.nf_vpnpass.$key=$((low - 1))" 2>/dev/null || bad+=" $key($low)"
	done >/dev/null
	equal "the tool's ranges are the kernel's" "" "$bad"
}

round_trip() {
	check "apply what it was" gives 0 vp apply "$CONF"
	vp show --config >"$LAB/shown"
	check "show --config: applied again" gives 0 vp apply "$LAB/shown"
	refute "show --config: applied again changes nothing" said "(was "
	check "disable all" gives 0 vp disable all
	tune r max_tunnels 5
	tune r pptp_timeout 6
	refute "it is another one now" eval 'vp show --config | cmp - "$LAB/shown"'
	check "show --config: applied to that" gives 0 vp apply "$LAB/shown"
	check "show --config: is the same afterwards" eval 'vp show --config | diff "$LAB/shown" -'
	check "show --config: is JSON too" eval 'vp -j show --config | python3 -m json.tool'
}

blocking() {
	at r nft 'table inet mine { chain c { type filter hook forward priority 0; counter; }; }'
	conf 'l2tp = block' 'pptp = on'
	check "block: apply gives 0" gives 0 vp apply "$CONF"
	check "block: apply says so" said "l2tp: block (was "
	check "block: there are rules" at r nft list table inet vpnpass
	check "block: show --config shows it" eval 'vp show --config | grep -x "l2tp = block"'
	check "block: apply again gives 0" gives 0 vp apply "$CONF"
	check "block: apply again changes nothing" said "l2tp: block already"
	conf 'l2tp = on'
	check "block: ends with another mode" gives 0 vp apply "$CONF"
	refute "block: the rules are gone" eval 'at r nft list ruleset | grep -E "1701|l2tp"'
	check "block: --persist" gives 0 vp block l2tp --persist --config-file "$CONF"
	equal "block: is kept" "l2tp = block" "$(cat "$CONF")"
	check "block --lan: --persist" gives 0 vp block l2tp --lan lan --persist --config-file "$CONF"
	equal "block --lan: is kept" "l2tp = block on lan" "$(cat "$CONF")"
	check "block --lan: show --config shows it" eval 'vp show --config | grep -x "l2tp = block on lan"'
	check "block: somebody else's table stays" at r nft list chain inet mine c
	at r nft flush ruleset
	check "a flush of all rules: apply gives 0" gives 0 vp apply "$CONF"
	check "a flush of all rules: apply brings the block back" said "l2tp: block on lan (was off)"
	equal "at that interface" 6 "$(at r nft list table inet vpnpass | grep -c '[io]ifname "lan".* drop')"
	check "block: ends with disable" gives 0 vp disable l2tp --persist --config-file "$CONF"
	equal "block: that is kept too" "l2tp = off" "$(cat "$CONF")"
}

persist() {
	conf '# mine' '#l2tp = off' 'max_tunnels = 7' '' 'pptp   = off # all'
	check "--persist gives 0" gives 0 vp enable pptp l2tp --persist --config-file "$CONF"
	equal "--persist changes two lines" "# mine,#l2tp = off,l2tp = on,max_tunnels = 7,,pptp   = on # all," \
		"$(tr '\n' , <"$CONF")"
	check "--persist changes what runs" param_is pptp 1
	check "--persist without a file needs one for a netns" gives 2 vp enable pptp --persist
	check "--persist at home" gives 0 vpnpass enable pptp --persist
	check "--persist at home: it is in /etc" grep -qx 'pptp = on' /etc/vpnpass.conf
	check "--persist at home: it runs" eval '[ "$(cat $SYSCTLS/pptp)" = 1 ]'
	check "disable at home" gives 0 vpnpass disable all --persist
	equal "disable at home: it is in /etc" 3 "$(grep -c ' = off$' /etc/vpnpass.conf)"
	rm /etc/vpnpass.conf
}

# A file system whose free pages are taken then
full_disk() {
	local small=$LAB/small
	mkdir "$small"
	mount -t tmpfs -o size=16k small "$small"
	head -c 4096 /dev/zero | tr '\0' '#' >"$small/vpnpass.conf"
	cp "$small/vpnpass.conf" "$LAB/before"
	dd if=/dev/zero of="$small/rest" bs=4096 count=8 2>/dev/null
	vp disable l2tp >/dev/null
	check "full disk: gives 1" gives 1 vp enable l2tp --persist --config-file "$small/vpnpass.conf"
	check "full disk: says so" said "No space left on device; nothing was changed"
	check "full disk: nothing is done" param_is l2tp 0
	check "full disk: the old file is whole" cmp "$LAB/before" "$small/vpnpass.conf"
	equal "full disk: nothing else is left" "rest vpnpass.conf" "$(cd "$small" && echo * .[a-z]* | sed 's/ \.\[.*//')"
	rm "$small/rest"
	check "space again: gives 0" gives 0 vp enable l2tp --persist --config-file "$small/vpnpass.conf"
	vp disable l2tp >/dev/null
	mount -o remount,ro "$small"
	check "read-only: gives 1" gives 1 vp enable l2tp --persist --config-file "$small/vpnpass.conf"
	check "read-only: says so" said "Read-only file system"
	check "read-only: nothing is done" param_is l2tp 0
	umount "$small"
}

no_rights() {
	chmod 755 "$LAB"
	conf 'pptp = rule' 'max_tunnels = 44'
	check "nobody: apply gives 4" gives 4 as_nobody apply "$CONF"
	check "nobody: says what to do" said "run it as root"
	check "nobody: no limit is set" param_is max_tunnels 333
	check "nobody: no mode is set" param_is pptp 1
	check "nobody: --persist gives 4" gives 4 as_nobody enable pptp --persist --config-file "$CONF"
	equal "nobody: the file is as it was" "pptp = rule,max_tunnels = 44," "$(tr '\n' , <"$CONF")"
}

at_once() {
	local i p pids=() failed=0
	conf '# nothing'
	for i in 1 2 3 4; do
		for p in pptp l2tp ipsec; do
			vp "$([ $((i % 2)) = 1 ] && echo disable || echo enable)" $p --persist --config-file "$CONF" >/dev/null &
			pids+=($!)
		done
		for p in "${pids[@]}"; do
			wait "$p" || failed=$((failed + 1))
		done
		pids=()
	done
	equal "several at once: all succeed" 0 $failed
	equal "several at once: no change is lost" "# nothing 3" "$(head -n 1 "$CONF") $(grep -c ' = on$' "$CONF")"
}

# A call goes on while what it needs is applied again
running_call() {
	peer_server s
	peer_start one c1 "connect 1" "dial 1" "ping 5" "touch $LAB/one" "wait $LAB/go" "ping 5" "clear"
	check "call: runs" await one
	check "call: apply" gives 0 vp apply "$LAB/shown"
	check "call: the tunnel is there" tunnels_up 1
	signal go
	check "call: goes on" peer_end one
	peer_server_stop s >/dev/null
}

# What the unit runs, by hand
service() {
	ln -s "$(command -v vpnpass)" /usr/sbin/vpnpass
	cp /vp/bin/install/etc/vpnpass.conf /etc/vpnpass.conf
	vp show --config >"$LAB/before"
	check "service: as installed" gives 0 ip netns exec r "${start[@]}"
	check "service: as installed it changes nothing" eval 'vp show --config | diff "$LAB/before" -'
	check "the modules unload" unload_modules
	cp "$LAB/shown" /etc/vpnpass.conf
	at r nft add table inet mine
	check "service: after a boot" gives 0 ip netns exec r "${start[@]}"
	check "service: all is as it was" eval 'vp show --config | grep -v l2tp_ | diff <(grep -v l2tp_ "$LAB/shown") -'
	check "service: touches no other table" at r nft list table inet mine
	check "service: has nothing to do when it stops" eval '! grep ExecStop "$UNIT"'
	at r nft delete table inet mine
	rm /etc/vpnpass.conf /usr/sbin/vpnpass
}

ctl() {
	systemctl --user "$@"
}

table_handle() {
	at r nft -a list table inet vpnpass 2>/dev/null | sed -n '1s/.*# handle //p'
}

# It is there, another one than last time, and whoever made it is done
new_table() {
	local now
	now=$(table_handle)
	[ -n "$now" ] && [ "$now" != "$handle" ] && ctl is-active vpnpass && handle=$now
}

# manager_start: systemd's user instance, with the unit as it is but for the namespace that it
# works in, and an nftables.service that flushes all rules as Debian's does
manager_start() {
	local in_r units
	in_r="$(type -P ip) netns exec r"
	export XDG_RUNTIME_DIR=$LAB/run XDG_CONFIG_HOME=$LAB/config
	units=$XDG_CONFIG_HOME/systemd/user
	mkdir -p "$XDG_RUNTIME_DIR" "$units"
	sed "s|^ConditionPathExists=.*||; s|/usr/sbin/vpnpass apply|$in_r $(type -P vpnpass) apply $CONF|" "$UNIT" \
		>"$units/vpnpass.service"
	cat >"$units/nftables.service" <<-END
		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=$in_r nft add table inet mine
		ExecReload=$in_r nft flush ruleset
		ExecStop=$in_r nft flush ruleset
	END
	mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
	mkdir -p /sys/fs/cgroup/manager /run/systemd/system
	(echo "$BASHPID" >/sys/fs/cgroup/manager/cgroup.procs && exec /lib/systemd/systemd --user) >"$LAB/manager" 2>&1 &
	manager=$!
	wait_for 60 ctl is-system-running && return
	cat "$LAB/manager"
	return 1
}

# Whatever nftables.service does to the rules, ours are there afterwards
restarts() {
	local manager handle=
	conf 'l2tp = block'
	check "systemd: a manager runs" manager_start
	check "systemd: enable" ctl enable vpnpass
	check "systemd: nftables starts" ctl start nftables
	check "systemd: and so do we" wait_for 20 new_table
	check "systemd: nftables restarts" ctl restart nftables
	check "systemd: the block is back" wait_for 20 new_table
	check "systemd: nftables reloads" ctl reload nftables
	check "systemd: the block is back again" wait_for 20 new_table
	check "systemd: nftables stops" ctl stop nftables
	equal "systemd: with all rules" "" "$(table_handle)"
	check "systemd: nftables starts again" ctl start nftables
	check "systemd: the block is there again" wait_for 20 new_table
	check "systemd: stop" ctl stop vpnpass
	check "systemd: stopped, the block stays" [ "$handle" = "$(table_handle)" ]
	kill "$manager"
	wait "$manager"
	rmdir /sys/fs/cgroup/manager /run/systemd/system
	at r nft delete table inet mine
	check "systemd: disable" gives 0 vp disable l2tp
}

topology clients=1
load_netfilter
check "the modules install" install_netfilter_modules
with_errors
loading
keys
round_trip
no_rights
running_call
blocking
persist
full_disk
at_once
read -ra start < <(sed -n 's/^ExecStart=//p' "$UNIT")
equal "the unit runs the tool" "/usr/sbin/vpnpass apply" "${start[*]}"
service
restarts
check "the modules unload" unload_modules
check "the modules uninstall" uninstall_modules
settle
