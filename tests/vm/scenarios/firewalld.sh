#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A router run by firewalld, which refuses what the LAN sends out. With our service files in a
# policy, examples/firewalld/vpn-out.xml, clients of one server work in mode "rule".
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/tool.sh"
. "$(dirname "$0")/../lib/l2tpwire.sh"

POLICY=/vp/bin/examples/firewalld/vpn-out.xml

zone() { # NAME INTERFACE
	sed "s|</zone>|<interface name=\"$2\"/></zone>|" "$LAB/usr/zones/$1.xml" >"$LAB/etc/zones/$1.xml"
}

# Files of this node only: zones with the router's interfaces, and what make install adds
firewalld_files() {
	mkdir "$LAB/usr" "$LAB/etc"
	cp -r /usr/lib/firewalld/. /vp/bin/install/usr/lib/firewalld/. "$LAB/usr"
	cp -r /etc/firewalld/. "$LAB/etc"
	zone internal lan
	zone external eth0
	at r mount --bind "$LAB/usr" /usr/lib/firewalld
	at r mount --bind "$LAB/etc" /etc/firewalld
	cp /vp/bin/install/etc/modprobe.d/vpnpass.conf /etc/modprobe.d/
}

bus_is_there() {
	at r test -S /run/dbus/system_bus_socket
}

# It has its name on the bus before its rules are there; flows that begin meanwhile pass untranslated,
# and would go on so
firewalld_runs() {
	[ "$(at r firewall-cmd --state 2>&1)" = running ]
}

firewalld_start() {
	at r mkdir /run/dbus
	launch r dbus-daemon --system --nofork --nopidfile </dev/null >"$LAB/dbus.log" 2>&1
	wait_for 20 bus_is_there || bail "dbus-daemon does not start: $(cat "$LAB/dbus.log")"
	launch r firewalld --nofork --nopid </dev/null >"$LAB/firewalld.log" 2>&1
	wait_for 60 firewalld_runs ||
		bail "firewalld does not start: $(tail -n 5 "$LAB/firewalld.log" /var/log/firewalld)"
}

# Clients with the same ids, as plain NAT can't have them: three L2TP, whose server answers to
# port 1701, and three IPsec. Seconds: how long to wait for an answer
l2tp_clients_work() { # [SECONDS]
	play 3 "set timeout ${1:-20}000" "set tunnel-id 7" "set answer 1" "start all" "ping all 3"
}

ipsec_clients_work() { # [SECONDS]
	ipsec_peer play --server "s=$SERVER" --clients "c1=$L2TP_FIRST+3" --timeout "${1:-20}" \
		"start all" "ping all 3" "expect moved 0"
}

refused() { # NODE: and is told so
	at "$1" ping -c 1 -W 2 $SERVER | grep 'Packet filtered'
}

blocked() {
	check "firewalld refuses what the LAN sends out" refused c1
	refute "firewalld refuses PPTP" peer c1 --timeout 3 "connect 1" "dial 1" "ping 3"
	refute "firewalld refuses L2TP" l2tp_clients_work 3
	refute "firewalld refuses IKE" ipsec_clients_work 3
}

topology clients=2
l2tp_clients 3
at r nft delete table inet vplab
load_netfilter
check "the modules install" install_netfilter_modules
firewalld_files
firewalld_start
peer_server s
blocked
refute "no module is loaded" is_loaded nf_vpnpass
cp $POLICY "$LAB/etc/policies/"
check "firewalld takes the policy" at r firewall-cmd --reload
for m in nf_nat_pptp nf_nat_l2tp nf_nat_esp; do
	check "its helpers load $m" is_loaded $m
done
check "help by rule" vp enable --rule all
peer_start one c1 --ids 7 "connect 1" "dial 2" "ping 5" "touch $LAB/one" "wait $LAB/go" "ping 5"
peer_start two c2 --ids 7 "connect 1" "dial 2" "ping 5" "touch $LAB/two" "wait $LAB/go" "ping 5"
check "PPTP: calls of the first client" await one
check "PPTP: calls of the second client, same ids" await two
check "PPTP: four tunnels" tunnels_up 4
check "L2TP: clients with the same ids" l2tp_clients_work
check "IPsec: clients keep port 500" ipsec_clients_work
check "firewalld reloads" at r firewall-cmd --reload
signal go
check "the calls of the first client go on" peer_end one
check "the calls of the second client go on" peer_end two
check "the PPTP server agrees" peer_server_stop s
check "other traffic stays refused" refused c1
end_processes_but_holders
at r nft flush ruleset
at r conntrack -F >/dev/null 2>&1
check "the modules unload" unload_modules
check "the modules uninstall" uninstall_modules
rm /etc/modprobe.d/vpnpass.conf
settle
