#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPVS on the router, by NAT and by direct routing, with its conntrack, beside six tunnels of all
# protocols: it balances before, with and after our modules, and no ping in a tunnel is lost.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"

DIRECT=$WAN.50 # the direct service's address; $ROUTER is the other's

real_server() { # NODE
	launch "$1" socat TCP-LISTEN:8080,fork,reuseaddr "SYSTEM:echo $1" </dev/null >/dev/null 2>&1
	wait_for 20 listening "$1" 8080 || bail "no service on $1"
}

# They have the service's address and answer by themselves, but not to ARP
direct_servers() {
	local node
	for node in o2 o3; do
		at $node sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
		ip -n $node addr add $DIRECT/32 dev lo
		real_server $node
	done
	ip -n r addr add $DIRECT/24 dev eth0
	# they are to see who asks
	at r nft insert rule inet vplab post ip saddr != $LAN.0/24 accept
}

balance() {
	modprobe -a ip_vs ip_vs_rr && at r sysctl -qw net.ipv4.vs.conntrack=1 &&
		at r ipvsadm -R <<-EOT
			-A -t $ROUTER:8080 -s rr
			-a -t $ROUTER:8080 -r $LAN.11:8080 -m
			-a -t $ROUTER:8080 -r $LAN.12:8080 -m
			-A -t $DIRECT:8080 -s rr
			-a -t $DIRECT:8080 -r $WAN.32:8080 -g
			-a -t $DIRECT:8080 -r $WAN.33:8080 -g
		EOT
}

# answers ADDRESS COUNT: who answers so many connections from outside
answers() {
	local i
	for ((i = 0; i < $2; i++)); do
		at o1 socat -u -T 15 "TCP:$1:8080,connect-timeout=15" - || return 1
	done | sort | uniq -c | tr -s ' \n' ' '
}

services_work() { # WHEN
	equal "$1: the NAT service takes both servers" " 4 c1 4 c2 " "$(answers $ROUTER 8)"
	equal "$1: so does the direct one" " 4 o2 4 o3 " "$(answers $DIRECT 8)"
}

topology clients=6 outside=3
load_netfilter
real_server c1
real_server c2
direct_servers
refute "without IPVS nobody answers at the router" at o1 socat -u -T 15 "TCP:$ROUTER:8080" -
check "IPVS" balance
services_work before

all_help r || bail "the modules do not load"
services_work "with our modules"
all_daemons
all_up
check "pings go through all tunnels" each_of "$ALL" pings_start
services_work "beside the tunnels"
services_work "beside the tunnels, again"
check "IPVS tells conntrack" eval 'at r conntrack -L -p tcp 2>/dev/null | grep -q "dst=$ROUTER .*dport=8080 src=$LAN.1[12] "'
check "no ping was lost" each_of "$ALL" ping_stop
all_hang_up

check "our modules unload" unload_modules
services_work after
at r ipvsadm -C
settle
check "IPVS unloads" modprobe -r ip_vs_rr ip_vs
