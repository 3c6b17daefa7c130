#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An hour of everything at random, under traffic of all three protocols: modules go and come,
# network namespaces too, modes change by sysctl and by netlink, conntrack is flushed, tunnels are
# set up and end. Then nothing may be left, and tunnels of real daemons must work.
# RANDOM_SECONDS: how long; RANDOM_SEED: which order of actions; RANDOM_ACTIONS: only these.
# `make check-random`.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"
. "$(dirname "$0")/../lib/stress.sh"
. "$(dirname "$0")/../lib/churn.sh"

DURATION=${RANDOM_SECONDS:-3600}
SEED=${RANDOM_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
RECORD=${VP_OUT:-$LAB}/actions

# Actions, each as often as it stands here
ACTIONS=(reload_one reload_one reload_all new_space new_space old_space old_space
	router_comes router_goes sysctl_mode sysctl_mode netlink_mode netlink_mode
	flush_all flush_all flush_one flush_one tune_one tune_one new_address link_down
	rules_come rules_go save_load save_load calm calm calm calm)
read -ra ACTIONS <<<"${RANDOM_ACTIONS:-${ACTIONS[*]}}"

# What an action needs to be there may be missing, or be in use: that is all right
act() {
	local action=${ACTIONS[RANDOM % ${#ACTIONS[@]}]} status=0
	echo "$SECONDS $action" >>"$RECORD"
	"$action" >/dev/null 2>&1 || status=$?
	tried[$action]=$((${tried[$action]:-0} + 1))
	[ "$status" != 0 ] || done_[$action]=$((${done_[$action]:-0} + 1))
	sleep "0.$((RANDOM % 10))"
}

# The kernel said something that it must not: no use to go on
kernel_upset() {
	dmesg | grep -qE 'BUG:|WARNING:|KASAN|UBSAN|possible .*(lock|deadlock)|suspicious RCU|refcount_t'
}

storm() {
	local start=$SECONDS n=0
	while [ $((SECONDS - start)) -lt "$DURATION" ]; do
		act
		n=$((n + 1))
		if [ $((n % 40)) = 0 ] && kernel_upset; then
			diag "after action $n, of which $RECORD has a list:" "$(tail -n 5 "$RECORD" | tr '\n' ' ')"
			break
		fi
	done
	check "the kernel had nothing to say in $((SECONDS - start)) s" eval '! kernel_upset'
	diag "$n actions with seed $SEED"
}

tell_actions() {
	local action
	for action in $(printf '%s\n' "${!tried[@]}" | sort); do
		diag "$action: ${tried[$action]} times, ${done_[$action]:-0} of them done"
	done
	for action in $(printf '%s\n' "${ACTIONS[@]}" | sort -u); do
		# a short run does not come to each
		[ "$DURATION" -lt 600 ] || check "$action was done" test "${done_[$action]:-0}" -gt 0
	done
}

# Tunnels of each protocol were up, and carried data both ways, while all that went on
tell_traffic() {
	local proto seen
	for proto in pptp l2tp ipsec; do
		seen=$(cat "$LAB/seen-$proto" 2>/dev/null || echo 0)
		check "tunnels of $proto carried data meanwhile" test "$seen" -gt 0
		diag "$proto: $seen rows of tunnels with data both ways in $(wc -l <"$LAB/dumps") dumps"
	done
}

nothing_left() {
	local proto
	for proto in pptp l2tp ipsec; do
		mode r off $proto || return 1
	done
	[ "$(tunnels '.*')" = 0 ] && ! vpnpass -j -n r status | grep -E '"(tunnels|controls)": *[1-9]'
}

declare -A tried=() done_=()
topology clients=6
churn_addresses
cp "$VP_KO"/*.ko "$LAB" # the host may build others meanwhile
VP_KO=$LAB
all_help r || bail "the modules do not load"
diag "seed $SEED, $DURATION s"
RANDOM=$SEED
STRESS_SEED=$SEED
churn_start
storm
stop_workers
renice -n 0 $$ >/dev/null
churn_end
tell_actions
tell_traffic
check "the modules are there" all_help r
check "help goes off and leaves nothing" nothing_left
churn_defaults
flush_conntrack
check "conntrack is empty" conntrack_empty
all_help r
all_daemons
all_up
all_hang_up
settle
