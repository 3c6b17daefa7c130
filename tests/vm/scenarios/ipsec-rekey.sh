#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Lifetimes of seconds: the client's end re-keys, or the gateway's, or both, Child SAs and IKE
# SAs, while pings run. Each packet of the gateway must reach its owner. (Pings alone don't tell:
# a gateway may use a new SA before the client that asked for it has set it up.)
. "$(dirname "$0")/../lib/lab.sh"

export PROTO=ipsec
ALL="c1 c2 c3"
ipsec_lines both all salifetime=12s ikelifetime=22s rekeymargin=7s rekeyfuzz=0%
ipsec_lines gateway c1 rekey=no
ipsec_lines client c2 rekey=no

# How often the client's connection has got a new SA, as the gateway tells
rekeys() { # CLIENT Child|IKE
	grep "\"$1\"" "$LAB/ipsec-s/log" | grep -c "rekeyed $2 SA"
}

rekeyed() { # CLIENT
	[ "$(rekeys "$1" Child)" -ge 2 ] && [ "$(rekeys "$1" IKE)" -ge 1 ]
}

topology clients=3
# shellcheck disable=SC2086 # a list
tunnel_ends $ALL
help_on r
# shellcheck disable=SC2086 # a list
daemons $ALL
# shellcheck disable=SC2086 # a list
ipsec_dial $ALL
check "all clients have their SAs" each_of "$ALL" ipsec_wait
watch_esp
check "ping through each tunnel" each_of "$ALL" inner_ping 2
each_of "$ALL" inner_start
check "Child SAs twice and IKE SAs once re-keyed" wait_for 60 each_of "$ALL" rekeyed
for node in $ALL; do
	diag "$node: Child SA $(rekeys $node Child) times, IKE SA $(rekeys $node IKE) times re-keyed"
done
check "all answer afterwards" each_of "$ALL" more_answers 5
for node in $ALL; do
	ping_stop "$node" | tail -n 1 | sed "s/^/# $node: /"
done
# shellcheck disable=SC2086 # a list
check_watched $ALL
tell_pairing
# shellcheck disable=SC2086 # a list
check "vpnpass shows three tunnels that are up" up_by_talk 3 $ALL
settle
