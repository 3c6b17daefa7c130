#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The modules are replaced under running tunnels of real daemons: vpnpass save, unload, load,
# vpnpass load. All go on, with their ids; control connections are understood afterwards.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"

SAVED=$LAB/saved

vp() {
	vpnpass -n r "$@"
}

reload() {
	vp save "$SAVED" && unload_modules && all_help r
}

rekey() { # NODE: begun by the server
	whack s --rekey-ipsec --name "$1" && whack s --rekey-ike --name "$1"
}

topology clients=6
all_help r || bail "the modules do not load"
all_daemons
all_dial
check "all have their tunnels" each_of "$ALL" wait_up
check "all get pings through" each_of "$ALL" through 4
check "the tool shows six tunnels that are up" up_by_talk 6 c5 c6
all_ids r >"$LAB/before"

check "save, unload, load" reload
equal "nothing is known" 0 "$(tunnels)"
refute "the second PPTP client gets nothing through" timeout 4 at c2 ping -n -c 2 -W 1 $TUNNEL_SERVER
check "what was saved is loaded" vp load "$SAVED"
check "all get pings through" each_of "$ALL" through 4
equal "the ids are what they were" "$(cat "$LAB/before")" "$(all_ids r)"
check "all records are known when loaded again" eval 'vp load "$SAVED" | grep -q "^0 records loaded, [1-9][0-9]* known already, 0 refused"'

check "the gateway re-keys with each client" each_of "c5 c6" rekey
check "all get pings through" each_of "$ALL" through 4
all_hang_up
check "calls and L2TP tunnels are over for the router" wait_for 60 eval '! vp tunnels | grep -qE "^(pptp|l2tp).* up "'
equal "nothing is saved of tunnels that are over" 0 \
	"$(vp save | tr -d '\n' | grep -oE '"protocol": "(pptp|l2tp)"[^{]*"record": "(tunnel|session)"' | wc -l)"
settle
