#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A second router takes over the addresses of the first under running tunnels: conntrackd has
# told it of TCP connections, vpnpass save and load of tunnels. All go on, with their ids.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"

SYNC=10.1.1 # the wire between the routers

# conntrackd_start NODE OWN OTHER: last byte of its address and of the other's
conntrackd_start() {
	cat >"$LAB/conntrackd-$1.conf" <<-EOT
		Sync {
			Mode NOTRACK {
				DisableInternalCache no
			}
			UDP {
				IPv4_address $SYNC.$2
				IPv4_Destination_Address $SYNC.$3
				Port 3780
				Interface sync
				Checksum on
			}
		}
		General {
			HashSize 1024
			HashLimit 4096
			LogFile $LAB/conntrackd-$1.log
			LockFile /run/conntrackd.lock
			UNIX {
				Path /run/conntrackd.ctl
			}
			NetlinkBufferSize 2097152
			Filter From Userspace {
				Protocol Accept {
					TCP
				}
			}
		}
	EOT
	launch "$1" conntrackd -C "$LAB/conntrackd-$1.conf" </dev/null >"$LAB/conntrackd-$1.out" 2>&1
	wait_for 20 conntrackd_ask "$1" -s || bail "conntrackd on $1 does not start: $(cat "$LAB/conntrackd-$1.out")"
}

conntrackd_ask() { # NODE OPTION
	at "$1" conntrackd -C "$LAB/conntrackd-$1.conf" "$2"
}

# The standby router: t, with addresses of its own in both nets
standby() {
	node t
	plug t lan r lan $LAN.2 $LAN6:2
	plug t eth0 w wan $WAN.2 $WAN6:2
	forwarding t
	masquerade t eth0
	ip -n r link add sync type veth peer name sync netns t
	ip -n r addr add $SYNC.1/24 dev sync
	ip -n t addr add $SYNC.2/24 dev sync
	ip -n r link set sync up
	ip -n t link set sync up
}

# What keepalived would do
take_over() {
	local node
	vpnpass -n r save >"$LAB/saved"
	ip -n r addr del $ROUTER/24 dev eth0
	ip -n r addr del $LAN.1/24 dev lan
	ip -n t addr add $ROUTER/24 dev eth0
	ip -n t addr add $LAN.1/24 dev lan
	for node in $ALL s; do
		ip -n "$node" neigh flush dev eth0
	done
	conntrackd_ask t -c && vpnpass -n t load <"$LAB/saved"
}

knows_calls() { # the standby router's conntrackd
	[ "$(conntrackd_ask t -e | grep -c dport=1723)" -ge 2 ]
}

topology clients=6
standby
all_help r || bail "the modules do not load"
all_help t || bail "the modules do not work in the second router"
conntrackd_start r 1 2
conntrackd_start t 2 1
all_daemons
all_up
check "the standby router knows of the control connections" wait_for 20 knows_calls
equal "it knows of no tunnel" 0 "$(tunnels '' t)"

check "the standby router takes over" take_over
check "all get pings through" each_of "$ALL" through 4
equal "the ids are what they were" "$(cat "$LAB/before")" "$(all_ids t)"
all_hang_up
check "calls and L2TP tunnels are over for the second router" wait_for 60 eval '! vpnpass -n t tunnels | grep -qE "^(pptp|l2tp).* up "'
settle
