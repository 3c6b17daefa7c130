# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Must see nothing of what the one before left.
for what in "ip netns list" "ip -br link show left0" "lsmod" "pgrep -f left-behind"; do
	if $what 2>/dev/null | grep -E "left|nf_conntrack|^[0-9]+$"; then
		echo "not ok - state of another scenario: $what"
	fi
done
echo "ok 1 - looked"
