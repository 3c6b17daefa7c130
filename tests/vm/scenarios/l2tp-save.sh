#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The modules are replaced under L2TP of all kinds: sessions of L2TPv3 over UDP and IP, hidden ids,
# a server that answers from another port, sessions that nobody negotiated. vpnpass save, unload,
# load, vpnpass load: all carry data again, and what their ends negotiate then is understood.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"
. "$(dirname "$0")/../lib/tool.sh"

kinds=0 names=

# kind NAME STEP...: three clients and a server of its own; they wait in the middle
kind() {
	local name=$1 server=$WAN.$((20 + kinds)) first=$LAN.$((100 + 3 * kinds)) after=()
	shift
	[[ $name = static* ]] || after=("session all" "ping all 3" "stop all")
	ip -n s addr add "$server/24" dev eth0
	l2tp_peer play --server "s=$server" --clients "c1=$first+3" --nat $ROUTER \
		"set tunnel-id 7" "$@" "ping all 3" \
		"touch $LAB/up-$name" "wait $LAB/go" "ping all 5" "${after[@]}" clean </dev/null \
		>"$LAB/peer-$name.log" 2>&1 &
	echo $! >"$LAB/peer-$name.pid"
	disown
	check "$name: three clients" await "up-$name"
	kinds=$((kinds + 1))
	names+=" $name"
}

l2tp_ids() {
	vp -j tunnels | grep -E '"(client|server)' | sort
}

reload() {
	vp save "$LAB/saved" && unload_modules && help_on r
}

l2tp_topology 24
help_on r
kind v2 "start all" "session all"
kind v2-answered-to-1701 "set answer 1" "start all"
kind v2-floating "set answer 2" "start all"
kind v2-hidden "set hidden 1" "start all"
kind v3-udp "set version 3" "start all" "session all" "server-session all"
kind v3-ip "set version 3" "set over-ip 1" "start all" "session all" "server-session all"
kind static-udp "set version 3" "static all 100 200 1 1"
kind static-ip "set version 3" "set over-ip 1" "static all 100 200 1 1"
l2tp_ids >"$LAB/before"
check "save, unload, load" reload
equal "nothing is known" 0 "$(tunnels)"
check "what was saved is loaded" eval \
	'vp load "$LAB/saved" | grep -E "^[1-9][0-9]* records loaded, .* 0 refused"'
equal "the ids are what they were" "$(cat "$LAB/before")" "$(l2tp_ids)"
check "all records are known when loaded again" eval \
	'vp load "$LAB/saved" | grep -q "^0 records loaded, [1-9][0-9]* known already, 0 refused"'
signal go
for name in $names; do
	check "$name: data both ways, and new sessions" peer_end "$name"
done
settle
