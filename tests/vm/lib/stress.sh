# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Workers that go on in the background until they are told to stop, for scenarios of stress.

workers=()

seed() { # NUMBER
	RANDOM=$1
}

# start FUNCTION...: again and again until stop_workers; whatever happens to it is all right. Each
# worker has random numbers of its own, the same with the same STRESS_SEED.
start() {
	(
		seed $((${STRESS_SEED:-0} + ${#workers[@]}))
		until [ -e "$LAB/stop" ]; do
			"$@"
		done >/dev/null 2>&1
	) &
	workers+=($!)
}

all_ended() {
	local pid
	for pid in "${workers[@]}"; do
		! kill -0 "$pid" 2>/dev/null || return 1
	done
}

stop_workers() {
	touch "$LAB/stop"
	check "all workers end" wait_for 60 all_ended
}

dump() {
	vpnpass -j -n r tunnels
	vpnpass -j -n r status
	at r conntrack -L
}

namespace() {
	ip netns add vptmp && ip netns exec vptmp sysctl -qw "net.netfilter.nf_vpnpass.$PROTO=1"
	ip netns del vptmp
}

# Masquerading to another address, as after a new lease
new_address() {
	ip -n r addr add $WAN.3/24 dev eth0 && ip -n r addr del $WAN.3/24 dev eth0
	at r conntrack -D -p udp
}
