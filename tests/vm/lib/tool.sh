# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The tool: run it, look at what it says; modules where modprobe finds them.

MODULES=/lib/modules/$(uname -r)

# gives CODE CMD...: exit code; both outputs are kept
gives() {
	local want=$1 status=0
	shift
	"$@" >"$LAB/tool.out" 2>"$LAB/tool.err" || status=$?
	cat "$LAB/tool.out" "$LAB/tool.err"
	[ "$status" = "$want" ] || { echo "exit code $status"; return 1; }
}

vp() {
	vpnpass -n r "$@"
}

said() { # TEXT
	cat "$LAB/tool.out" "$LAB/tool.err" | grep -F -- "$1"
}

# A user without rights, already in the router's namespace
as_nobody() {
	ip netns exec r setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all vpnpass "$@"
}

# What make install does, for this guest
install_modules() {
	mkdir -p "$LAB/over"
	mount -t tmpfs over "$LAB/over" || return 1
	mkdir "$LAB/over/upper" "$LAB/over/work"
	mount -t overlay -o "lowerdir=$MODULES,upperdir=$LAB/over/upper,workdir=$LAB/over/work" \
		overlay "$MODULES" || return 1
	mkdir -p "$MODULES/updates"
	cp "$VP_KO"/nf_{vpnpass,nat_pptp,nat_l2tp,nat_esp}.ko "$MODULES/updates/"
	depmod
}

# Ours and netfilter's only, where nothing else is loaded any more: much faster
install_netfilter_modules() {
	local dir from=$LAB/modules
	mkdir "$from" && mount --bind "$MODULES" "$from" && mount -t tmpfs few "$MODULES" || return 1
	for dir in net/netfilter net/ipv4/netfilter net/ipv6/netfilter; do
		mkdir -p "$MODULES/kernel/$dir"
		cp -r "$from/kernel/$dir/." "$MODULES/kernel/$dir"
	done
	umount "$from"
	touch "$MODULES/modules.order" "$MODULES/modules.builtin"
	mkdir "$MODULES/updates"
	cp "$VP_KO"/nf_{vpnpass,nat_pptp,nat_l2tp,nat_esp}.ko "$MODULES/updates/"
	depmod
}

uninstall_modules() {
	umount "$MODULES" || return 1
	[ ! -d "$LAB/over" ] || umount "$LAB/over"
}

is_loaded() {
	lsmod | grep -q "^$1 "
}
