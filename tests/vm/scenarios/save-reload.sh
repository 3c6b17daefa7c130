#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The modules are replaced under running tunnels of real daemons: vpnpass save, unload, load,
# vpnpass load. All go on, with their ids; control connections are understood afterwards. Then
# records that nobody saved are loaded, thousands of them: the tunnels don't notice.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"
. "$(dirname "$0")/../lib/tool.sh"

SAVED=$LAB/saved
BAD=3000

reload() {
	vp save "$SAVED" && unload_modules && all_help r
}

rekey() { # NODE: begun by the server
	whack s --rekey-ipsec --name "$1" && whack s --rekey-ike --name "$1"
}

# What was saved, with values changed at random: all of them may be in a record
mutate() { # COUNT
	python3 - "$SAVED" "$1" <<-'EOT'
		import json, random, sys
		random.seed(4711)
		doc = json.load(open(sys.argv[1]))
		saved, doc["records"] = doc["records"], []
		wide = {"client-port", "server-port", "client-port-mapped", "server-port-mapped", "member", "zone",
		        "server-port-floated"}
		narrow = {"l4proto", "version", "seen"}
		names = {"protocol": ["pptp", "l2tp", "ipsec"],
		         "record": ["flow", "tunnel", "session", "cookie", "sa-out", "sa-in"]}
		flags = ["own-zone", "masquerade", "server-pns", "unbound", "hidden", "unmanaged", "by-port"]
		keys = sorted({key for record in saved for key in record} | wide | narrow | {"parent", "mate", "mark"})
		def value(key):
		    if key in names:
		        return random.choice(names[key])
		    if key in ("client", "server", "client-mapped", "server-mapped"):
		        return f"10.1.{random.randrange(4)}.{random.randrange(256)}"
		    if key == "flags":
		        return random.sample(flags, random.randrange(4))
		    if key.startswith("cookie"):
		        return f"0x{random.getrandbits(64):016x}"
		    bits = 8 if key in narrow else 16 if key in wide else 32
		    return random.choice([0, 1, 2, 3, 17, 115, random.getrandbits(8), random.getrandbits(bits)]) % (1 << bits)
		for i in range(int(sys.argv[2])):
		    record = dict(random.choice(saved))
		    record["client"] = value("client")
		    if i and random.random() < 0.7:
		        for key in ("client", "client-mapped", "client-port", "client-port-mapped", "l4proto", "protocol"):
		            if key in last:
		                record[key] = last[key]
		    for key in random.sample(keys, random.choice([1, 1, 2, 4])):
		        record[key] = value(key)
		    doc["records"].append(record)
		    last = record
		json.dump(doc, sys.stdout)
	EOT
}

load_bad() {
	mutate $BAD >"$LAB/bad" || return 1
	vp -j load "$LAB/bad" >"$LAB/outcome"
	grep -E '"loaded": [1-9][0-9]+' "$LAB/outcome" && grep -q '"why"' "$LAB/outcome"
}

# Rows of PPTP and L2TP that were there before
still_there() {
	all_ids r | grep -E '"(pptp|l2tp)"' | grep -cxF -f "$LAB/before"
}

over() {
	[ "$(still_there)" = 0 ]
}

topology clients=6
all_help r || bail "the modules do not load"
all_daemons
all_up

check "save, unload, load" reload
equal "nothing is known" 0 "$(tunnels)"
refute "the second PPTP client gets nothing through" timeout 4 at c2 ping -n -c 2 -W 1 $TUNNEL_SERVER
check "what was saved is loaded" vp load "$SAVED"
check "all get pings through" each_of "$ALL" through 4
equal "the ids are what they were" "$(cat "$LAB/before")" "$(all_ids r)"
check "all records are known when loaded again" eval 'vp load "$SAVED" | grep -q "^0 records loaded, [1-9][0-9]* known already, 0 refused"'

check "the gateway re-keys with each client" each_of "c5 c6" rekey
check "all get pings through" each_of "$ALL" through 4
check "$BAD records of nobody are loaded or refused" load_bad
check "all get pings through" each_of "$ALL" through 4
equal "the rows of calls and L2TP tunnels are still there" 4 "$(still_there)"
all_hang_up
check "calls and L2TP tunnels are over for the router" wait_for 60 over
check "all is switched off" vp disable all
equal "nothing is known" 0 "$(tunnels '.*')"
settle
