# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# -n with what is no network namespace.

fixture <<-END
	family 40 1 7
END
exits 1 "unknown netns" -n blue status
complains "unknown netns: is quoted" "'blue'"
complains "unknown netns: there are none" "(there are: none)"
touch "$FAKE/run/netns/green"
tool -n blue status
complains "unknown netns: lists what there is" "(there are: green)"
exits 1 "no netns behind the name" -n green status
complains "no netns behind the name: says so" "'green' is not a network namespace"
exits 1 "path that does not exist" -n ./nowhere tunnels
complains "path that does not exist: is quoted" "'./nowhere'"
exits 1 "path of no netns" -n "$FAKE/log" tunnels
complains "path of no netns: says so" "is not a network namespace"
exits 1 "no such process" -n 4194305 tunnels
complains "no such process: is quoted" "'4194305'"
check "nothing was asked in the wrong netns" [ ! -s "$FAKE/log" ]
