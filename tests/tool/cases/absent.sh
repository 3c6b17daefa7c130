# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# No module: with a fake kernel, and on this very machine if it has none.

absent() { # NAME
	exits 3 "$1: status" status
	says "$1: status says so" "loaded"
	fits "$1: status"
	exits 3 "$1: status -j" -j status
	json status "$1: status"
	says "$1: status -j names the problem" '"module-absent"'
	exits 3 "$1: tunnels" tunnels
	complains "$1: tunnels says why" "the module nf_vpnpass is"
	exits 3 "$1: events" events
	complains "$1: events says why" "the module nf_vpnpass is"
	exits 0 "$1: disable" disable all
	says "$1: disable says that it is off" "pptp: off already"
}

fixture </dev/null
absent "not installed"
tool
golden status-not-installed
exits 3 "not installed: enable" enable pptp
complains "not installed: enable says what to do" "make && make install"

fixture </dev/null
installed
absent "not loaded"
tool
golden status-not-loaded
complains_installed() { grep -qF "load it with: vpnpass enable pptp" "$ERR"; }
tool tunnels
check "not loaded: tunnels says what to do" complains_installed

if [ -e /sys/module/nf_vpnpass ]; then
	echo "# this machine has the module loaded: not tested with its own kernel"
else
	fake=$VPNPASS
	VPNPASS=$REAL
	absent "this machine"
	exits 1 "this machine: no such netns" -n no-such-netns status
	complains "this machine: names the netns" "'no-such-netns'"
	VPNPASS=$fake
fi
