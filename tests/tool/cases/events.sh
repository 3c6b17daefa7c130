# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# events: lines, JSON, losses, the end.

T="protocol=pptp state=up client=192.168.1.10 client-mapped=198.51.100.1 server=203.0.113.5 \
server-mapped=203.0.113.5 client-id=0 client-id-mapped=17 server-id=384 server-id-mapped=384 \
age-ms=65000 tx-packets=1000 tx-bytes=20000 rx-packets=5 rx-bytes=600"

fixture <<-END
	family 40 1 7
	event tunnel-up $T
	event refused protocol=pptp name=cap-tunnels-client client=192.168.1.11 server=203.0.113.5
	event lost
	event tunnel-down $T
END
exits 0 "events, then SIGTERM" events
complains "events: says when it listens" "listening for events"
mv "$OUT" "$OUT.timed"
sed -E 's/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z /TIME /' "$OUT.timed" >"$OUT"
golden events
exits 0 "events -j, then SIGTERM" events -j
json events "events -j"
check "events -j: a line each" [ "$(wc -l <"$OUT")" = 4 ]

fixture <<-END
	family 40 1 7
END
exits 0 "no event, then SIGTERM" events
check "no event: no output" [ ! -s "$OUT" ]

fixture <<-END
	family 40 1 7
	event gone
	event tunnel-up $T
END
exits 3 "the module is unloaded" events
complains "the module is unloaded: says so" "the module was unloaded"

fixture <<-END
	family 40 1 7
	event raw 05 00
END
exits 3 "malformed event" events
complains "malformed event: says so" "makes no sense"

fixture <<-END
	family 40 1 0
END
exits 3 "a module without events" events
complains "a module without events: says so" "without events"
