#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One packet that nobody answers, and the flow is forgotten before conntrack would forget it: its
# entry goes with it, so that the client is helped when it begins again.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

held() { # PROTOCOL
	vpnpass -j -n r status | python3 -c '
import json, sys
print(next(p["controls"] for p in json.load(sys.stdin)["protocols"] if p["protocol"] == sys.argv[1]))' "$1"
}

helps() { # PROTOCOL
	[ "$(held "$1")" = 1 ]
}

nothing_held() { # PROTOCOL
	[ "$(held "$1")" = 0 ]
}

# twice PROTOCOL COMMAND...: it sends one packet
twice() {
	local proto=$1
	shift
	tune r "${proto}_timeout_unreplied" 2
	"$@"
	check "$proto: known" helps "$proto"
	check "$proto: forgotten" wait_for 60 nothing_held "$proto"
	"$@"
	check "$proto: known again" helps "$proto"
}

l2tp_topology 1
at s nft -f - <<-EOT
	table ip mute {
		chain pre {
			type filter hook prerouting priority -500; policy accept;
			meta l4proto { udp, esp, 115 } drop
		}
	}
EOT
for proto in l2tp ipsec; do
	load_modules $proto
	mode r on $proto
done
twice l2tp flood c1 --src $L2TP_FIRST --dst $SERVER --count 1 sccrq 1
twice ipsec at c1 ipsec_peer flood --src $L2TP_FIRST --dst $SERVER --count 1 esp
settle
