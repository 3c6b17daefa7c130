# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# tunnels --watch: tables one after the other, on a terminal in place, rates, a module that goes.

row() { # CLIENT TXP TXB RXP RXB
	echo "tunnel-get reply protocol=pptp state=up client=$1 client-mapped=198.51.100.1" \
		"server=10.9.8.7 server-mapped=10.9.8.7 client-id=0 client-id-mapped=0 server-id=9" \
		"server-id-mapped=9 age-ms=1000 idle-ms=0 tx-packets=$2 tx-bytes=$3 rx-packets=$4 rx-bytes=$5"
}

# round N: the fake kernel's answers from standard input, from the N-th look on (0: at first)
round() {
	cat >"$FAKE/netlink.$1"
}

untimed() { # FILE: no times, and rates in the size that they have
	sed -E -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}/TIME/g' -e 's/( +[0-9.]+[kM]){2}$/ RATES/' "$1"
}

tool_untimed() {
	tool "$@"
	untimed "$OUT" >"$OUT.untimed"
	mv "$OUT.untimed" "$OUT"
}

watch_fixture() {
	fixture </dev/null
	{ echo "family 40 1 7"; row 10.0.0.2 10 1000 10 1000; } | round 0
	{ echo "family 40 1 7"; row 10.0.0.2 10 1001000 10 501000; row 10.0.0.3 1 100 1 100; } | round 1
	{ echo "family 40 1 7"; echo "tunnel-get term"; row 10.0.0.3 0 0 0 0; } | round 2
}

watch_fixture
tool_untimed tunnels --watch 0.1
check "watch: exit code 0 on SIGTERM" [ "$RC" = 0 ]
golden watch
fits watch
silent watch
watch_fixture
exits 0 "watch -j" -j tunnels --watch=0.1
json watch "watch -j"
check "watch -j: a line each" [ "$(wc -l <"$OUT")" = 3 ]
check "watch -j: rates" grep -qE '"tx-bytes-per-s":[1-9][0-9]{5,}' "$OUT"

fixture </dev/null
{ echo "family 40 1 7"; row 10.0.0.2 10 1000 10 1000; } | round 0
: | round 1
: | round 2
: | round 3
{ echo "family 41 1 7"; echo "tunnel-get term"; row 10.0.0.2 10 1000 10 1000; } | round 4
tool_untimed tunnels --watch 0.1
check "watch, the module goes and comes: exit code 0" [ "$RC" = 0 ]
golden watch-gone

fixture </dev/null
exits 3 "watch without the module" tunnels --watch
fixture <<-END
	family 40 1 7
	tunnel-get error 1 not for you
END
exits 4 "watch without rights" tunnels --watch
complains "watch without rights: says so" "run it as root"

on_terminal() { # NAME SIZE ACTION... -- ARGS...
	local name=$1
	shift
	RC=0
	NO_COLOR=1 "$HERE/on-terminal" "$@" >"$OUT.raw" 2>"$ERR" </dev/null || RC=$?
	check "$name: exit code 0" [ "$RC" = 0 ]
	untimed <(tr -d '\r' <"$OUT.raw" | cat -v) >"$OUT"
	check "$name: the cursor is hidden once" [ "$(grep -o '?25l' "$OUT" | wc -l)" = 1 ]
	check "$name: the cursor is back at the end" eval 'tail -n 1 "$OUT" | grep -qF "^[[?7h^[[?25h"'
}

watch_fixture
on_terminal "watch on a terminal" 80x24 -- "$VPNPASS" tunnels --watch 0.1
golden watch-terminal

rows_fixture() {
	{
		echo "family 40 1 7"
		for i in 1 2 3 4 5 6 7 8 9; do row "10.0.0.$i" 1 100 1 100; done
	} | fixture
}
rows_fixture
on_terminal "watch in a low window" 80x8 "1:and 5 more:SIGINT" -- "$VPNPASS" tunnels --watch 3600
golden watch-low
rows_fixture
on_terminal "watch when the window grows" 80x8 "1:and 5 more:80x30" "1:10.0.0.9:SIGTERM" -- \
	"$VPNPASS" tunnels --watch 3600
golden watch-grows
rows_fixture
on_terminal "watch in a narrow window" 50x40 "1:10.0.0.9:SIGTERM" -- "$VPNPASS" tunnels --watch 3600
check "watch in a narrow window: nothing is wider" eval \
	'! grep -v netns "$OUT" | sed "s/\^\[\[?*[0-9]*[a-zA-Z]//g" | grep -E ".{51}"'
