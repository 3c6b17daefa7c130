# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced first by every scenario: the library, and a trap that ends the lab however the script ends.

set -u

here=$(dirname "${BASH_SOURCE[0]}")
. "$here/tap.sh"
. "$here/net.sh"
. "$here/ping.sh"
. "$here/pptp.sh"
. "$here/ipsec.sh"
. "$here/swan.sh"
. "$here/peer.sh"
. "$here/vpnpass.sh"

LAB=$(mktemp -d)

lab_end() {
	local status=$?
	trap - EXIT
	remove_nodes
	rm -rf "$LAB"
	[ "$status" = 0 ] || [ "$tap_failed" -gt 0 ] || result 1 "scenario ended early with status $status"
	tap_finish
	exit
}

trap lab_end EXIT
trap 'exit 143' TERM INT
