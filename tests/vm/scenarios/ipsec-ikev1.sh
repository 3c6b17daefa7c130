#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IKEv1 clients of one gateway: main and aggressive mode side by side, and an IKEv2 client.
# Re-keys from both ends.
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ALL="c1 c2 c3 c4 c5"
ipsec_lines both c1 ikev2=no
ipsec_lines both c2 ikev2=no
ipsec_lines both c3 ikev2=no aggressive=yes
ipsec_lines both c4 ikev2=no aggressive=yes

# Quick mode and main mode again, asked for by one end while pings run
rekey() { # END CLIENT
	whack "$1" --rekey-ipsec --name "$2" &&
		whack "$1" --rekey-ike --name "$2"
}

topology clients=5
tunnel_ends $ALL
help_on r
daemons $ALL
ipsec_dial $ALL
check "all clients have their SAs" each_of "$ALL" ipsec_wait
check "ping through each tunnel" each_of "$ALL" inner_ping 3
check "the server pings each client" each_of "$ALL" reply_ping 2
check "vpnpass shows five tunnels that are up" up_by_talk 5 c1 c2 c3 c4 c5
each_of "$ALL" inner_start
check "a client of main mode re-keys" rekey c1 c1
check "the gateway re-keys to another" rekey s c2
check "a client of aggressive mode re-keys" rekey c3 c3
check "the gateway re-keys to another" rekey s c4
check "all answer afterwards" each_of "$ALL" more_answers 5
check "no ping was lost" each_of "$ALL" ping_stop
settle
