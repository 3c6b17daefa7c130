# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# status: tables, JSON, problems.

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=on tunnels=3 controls=2
	counter-get reply protocol=pptp name=data-packets value=1234567 doc="Data packets given to the tunnel they belong to."
	counter-get reply protocol=pptp name=data-unknown value=0 doc="Data packets whose id belongs to no tunnel; left to conntrack."
	counter-get reply protocol=pptp name=user-zone value=1 doc="Control flows not helped: the ruleset puts their two directions in different conntrack zones."
	counter-get reply protocol=pptp name=nomem value=18446744073709551615 doc="Tunnels or control flows not helped for lack of memory."
END
exits 0 "status" status
golden status
fits status
silent status
exits 0 "status without a word" --
golden status
exits 0 "status -j" status --json
json status "status -j"
says "status -j: a counter" '"data-packets": 1234567'
says "status -j: a counter that is zero" '"data-unknown": 0'

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=off tunnels=0 controls=0
END
exits 0 "module loaded, nothing enabled" status
golden status-off
check "module loaded, nothing enabled: no problem" eval '! grep -q problem "$OUT"'

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=rule tunnels=0 controls=0
END
sysctl_is ipv4/ip_forward 0
sysctl_is netfilter/nf_conntrack_count 65000
sysctl_is netfilter/nf_conntrack_max 65536
echo 'nf_conntrack_pptp 20480 1 - Live 0x0000000000000000' >"$FAKE/proc/modules"
exits 0 "all problems" status
golden status-problems
fits "all problems"
exits 0 "all problems -j" status -j
json status "all problems -j"
sysctl_is netfilter/nf_conntrack_count 58000
tool
check "a table that is not full is no problem" eval '! grep -q "nearly full" "$OUT"'

fixture </dev/null
echo 'nf_conntrack_pptp 20480 0 - Live 0x0000000000000000' >"$FAKE/proc/modules"
installed
exits 3 "in-tree helper in place of ours" status
golden status-intree

fixture <<-END
	family 40 9 7
END
exits 3 "another ABI" status
complains "another ABI: both versions" "the loaded module speaks ABI version 9, this tool version 1"

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=7 tunnels=1 controls=1
	proto-get reply protocol=9 mode=on tunnels=1 controls=1
END
exits 0 "values newer than the tool" status
says "values newer than the tool: by number" "mode-7"
exits 0 "values newer than the tool -j" status -j
json status "values newer than the tool -j"

fixture <<-END
	family 40 1 7
	proto-get interrupted
	proto-get reply protocol=pptp mode=on tunnels=1 controls=1
END
exits 0 "interrupted dump" status
check "interrupted dump: asked again" [ "$(grep -c proto-get "$FAKE/log")" = 2 ]

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=on tunnels=1 controls=1
	counter-get done 12 out of counters
END
exits 1 "dump that breaks off" status
complains "dump that breaks off: the kernel's words" "Cannot allocate memory: out of counters"

if [ -w /dev/full ]; then
	fixture <<-END
		family 40 1 7
		proto-get reply protocol=pptp mode=on tunnels=1 controls=1
	END
	RC=0
	"$VPNPASS" status >/dev/full 2>"$ERR" || RC=$?
	check "output that cannot be written: exit code 1" [ "$RC" = 1 ]
	complains "output that cannot be written: says so" "cannot write the output"
fi
