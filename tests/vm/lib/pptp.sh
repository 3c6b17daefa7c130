# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Real PPTP daemons: pptpd and pppd on the server, pptp-linux and pppd on the clients.

TUNNEL_SERVER=10.99.0.1

ppp_options() {
	cat <<-EOF
		noauth
		noccp
		nobsdcomp
		nodeflate
		novj
		novjccomp
		mtu 1400
		mru 1400
		lcp-echo-interval 0
		lcp-restart 1
	EOF
}

# Configuration of one node, before it is made: ip-netns binds /etc/netns/NAME over /etc.
pptp_config() {
	local dir=/etc/netns/$1
	mkdir -p "$dir/ppp"
	: >"$dir/ppp/options"
	printf '* * * *\n' >"$dir/ppp/chap-secrets"
	printf '#!/bin/sh\n' | tee "$dir/ppp/ip-up" >"$dir/ppp/ip-down"
	chmod +x "$dir/ppp/ip-up" "$dir/ppp/ip-down"
	{
		ppp_options
		printf 'name pptpd\nipcp-accept-remote\nnolock\n'
	} >"$dir/ppp/pptpd-options"
	cat >"$dir/pptpd.conf" <<-EOF
		ppp /usr/sbin/pppd
		option /etc/ppp/pptpd-options
		noipparam
		localip $TUNNEL_SERVER
		remoteip 10.99.0.10-60
	EOF
}

listening() { # NODE PORT
	at "$1" ss -Hltn "sport = :$2" | grep -q .
}

# pptpd_start NODE: a PPTP server.
pptpd_start() {
	modprobe -aq ppp_generic ppp_async ppp_synctty || true
	launch "$1" pptpd -f -o /etc/ppp/pptpd-options -c /etc/pptpd.conf </dev/null >"$LAB/pptpd-$1.log" 2>&1
	wait_for 20 listening "$1" 1723 || bail "pptpd on $1 does not listen"
}

# The node's pptp takes ID as its call id: pptp-linux reads it from /dev/random, host byte order.
call_id() { # NODE ID
	local file=$LAB/random-$1
	# shellcheck disable=SC2059 # the format is the data
	printf "$(printf '\\x%02x\\x%02x' $(($2 & 255)) $(($2 >> 8)))" >"$file"
	at "$1" mount --bind "$file" /dev/random
}

# pptp_dial NODE [SERVER] [UNIT]: start a client, return at once.
pptp_dial() {
	local node=$1 server=${2:-$SERVER} unit=${3:-0}
	# shellcheck disable=SC2046 # options are words
	launch "$node" pppd pty "pptp $server --nolaunchpppd --nohostroute --loglevel 0 --logstring vplab-$node-$unit" \
		nodetach user test password test nodefaultroute nolock unit "$unit" lcp-max-configure 8 \
		ipcp-accept-local ipcp-accept-remote $(ppp_options) debug \
		</dev/null >"$LAB/pppd-$node-$unit.log" 2>&1
	echo $! >"$LAB/pppd-$node-$unit.pid"
}

ppp_up() { # NODE [UNIT]
	at "$1" ip -4 addr show "ppp${2:-0}" | grep -q 'inet .*peer'
}

# ppp_wait NODE [UNIT] [SECONDS]
ppp_wait() {
	wait_for "${3:-30}" ppp_up "$1" "${2:-0}" && return
	tail -n 5 "$LAB/pppd-$1-${2:-0}.log"
	return 1
}

# pptp_hangup NODE [UNIT]: as a user would, by SIGTERM to pppd.
pptp_hangup() {
	local pid
	pid=$(cat "$LAB/pppd-$1-${2:-0}.pid")
	kill "$pid" 2>/dev/null
	wait_for 15 gone "$pid"
}

# ping_tunnel NODE [COUNT]: through the tunnel to the server, so many answers in time. (Without
# -w ping waits only two round trips for the last answer, too short on a busy machine.)
ping_tunnel() {
	at "$1" ping -n -c "${2:-3}" -i 0.2 -w 15 "$TUNNEL_SERVER"
}
