#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One packet that nobody answers, and the flow is forgotten before conntrack would forget it: its
# entry goes with it, so that the client is helped when it begins again.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

controls_are() { # COUNT PROTOCOL
	vpnpass -n r status | grep -E "^$2 +on +loaded +[0-9]+ +$1\$"
}

# twice PROTOCOL COMMAND...: it sends one packet
twice() {
	local proto=$1
	shift
	tune r "${proto}_timeout_unreplied" 2
	"$@"
	check "$proto: known" controls_are 1 "$proto"
	check "$proto: forgotten" wait_for 60 controls_are 0 "$proto"
	"$@"
	check "$proto: known again" controls_are 1 "$proto"
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
