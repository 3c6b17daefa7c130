#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vpnpass load where the kernel has no memory for one thing or another: what it says was loaded is
# known, and nothing else.
. "$(dirname "$0")/../../vm/lib/lab.sh"
. "$(dirname "$0")/lib.sh"

POINTS=300	# more than the load makes allocations

# A client of IPsec with all that can be saved of one
records() {
	python3 - <<-'EOT'
		import json
		ends = {"protocol": "ipsec", "client": "192.168.1.10", "client-mapped": "198.51.100.1",
		        "server": "203.0.113.5", "server-mapped": "203.0.113.5", "l4proto": 50}
		records = [dict(ends, record="flow", **{
		    "client-port": 500, "client-port-mapped": 500, "server-port": 500,
		    "server-port-mapped": 500, "member": 32768})]
		records += [dict(ends, record="cookie", cookie=f"{n:#018x}") for n in range(1, 7)]
		records += [dict(ends, record="sa-out", **{"server-id": 0x1000 + n}) for n in range(3)]
		records += [dict(ends, record="sa-in", **{"client-id": 0x2000 + n}) for n in range(3)]
		print(json.dumps({"version": 1, "records": records}))
	EOT
}

# number NAME: of load's outcome
number() {
	sed -n "s/^ *\"$1\": \([0-9]*\).*/\1/p" "$LAB/outcome"
}

# with_failure N: the N-th allocation fails
with_failure() {
	rm -f "$LAB/hit"
	FAULT_NTH=$1 FAULT_HIT=$LAB/hit LD_PRELOAD=/vp/out/faultcall.so vpnpass -j load "$LAB/saved" \
		>"$LAB/outcome" 2>/dev/null
	[ -e "$LAB/hit" ]
}

# Not the tunnel: the first SA makes one
known() {
	vpnpass save | grep -cE '"record": "(flow|cookie|sa-out|sa-in)"'
}

each_point() {
	local n
	nomem=0 told=0
	for ((n = 1; n <= POINTS; n++)); do
		with_failure "$n" || break
		if [ -n "$(number loaded)" ]; then
			told=$((told + 1))
			[ "$(number loaded)" = "$(known)" ] ||
				{ echo "point $n: $(number loaded) loaded, $(known) known"; return 1; }
		fi
		! grep -q '"why": "Cannot allocate memory"' "$LAB/outcome" || nomem=$((nomem + 1))
		vpnpass disable ipsec >/dev/null && vpnpass enable ipsec >/dev/null || return 1
	done
	echo "$((n - 1)) allocations failed, load could say what it loaded $told times"
	harvest && [ "$n" -lt $POINTS ]
}

load_modules ipsec
check "help is on" vpnpass enable ipsec
records >"$LAB/saved"
check "all is loaded" eval 'vpnpass -j load "$LAB/saved" >"$LAB/outcome"'
equal "and known" "$(number loaded)" "$(known)"
check "off and on: nothing is known" eval \
	'vpnpass disable ipsec && vpnpass enable ipsec && [ "$(known)" = 0 ]'
fail_setup
check "each allocation has failed: what is said to be loaded is known" each_point
check "records were refused as there was no memory ($nomem times)" [ "$nomem" -ge 8 ]
check "load could mostly say so ($told times)" [ "$told" -ge 40 ]
check "the modules unload" unload_modules
