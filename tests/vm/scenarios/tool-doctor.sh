#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vpnpass doctor on a real router: what stands in the way is put there, must be found, and the
# command that doctor names must mend it.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/tool.sh"

in_r() {
	ip netns exec r "$@"
}

# about ID: severity and command of a finding, in a line each
about() {
	python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["findings"]:
    if f["id"] == sys.argv[2]:
        print(f["severity"])
        print(f["command"] or "")
        break
else:
    sys.exit(1)' "$LAB/doctor.json" "$1"
}

# examine ARGS...: exit code 0 or 1, and JSON
examine() {
	local status=0
	in_r vpnpass -j doctor "$@" >"$LAB/doctor.json" || status=$?
	[ "$status" = 0 ] || [ "$status" = 1 ]
}

found() { # ID SEVERITY ARGS...
	local id=$1 severity=$2
	shift 2
	if ! examine "$@" || ! about "$id" >"$LAB/about" || [ "$(head -n 1 "$LAB/about")" != "$severity" ]; then
		in_r vpnpass doctor "$@"
		return 1
	fi
}

clear() { # ID ARGS...
	local id=$1
	shift
	examine "$@" && ! about "$id"
}

# ill ID SEVERITY ARGS...: it is found
ill() {
	check "$1: found" found "$@"
}

# cure ID SEVERITY ARGS...: it is found; the command that it names mends it
cure() {
	local id=$1
	ill "$@"
	shift 2
	check "$id: its command works" in_r sh -c "$(tail -n 1 "$LAB/about")"
	check "$id: gone" clear "$id" "$@"
}

call() {
	peer c1 --ids 7 "connect 1" "dial 1" "ping 3" "clear"
}

rules() { # from standard input
	at r nft -f -
}

modules() {
	ill module-not-installed fail pptp
	check "the modules install" install_modules
	echo Y >"$LAB/enforce"
	check "Secure Boot: doctor runs" unshare -m sh -c "mount --bind '$LAB/enforce' /sys/module/module/parameters/sig_enforce &&
		nsenter --net=/run/netns/r vpnpass -j doctor pptp >'$LAB/doctor.json' || [ \$? = 1 ]"
	check "module-unsigned: found" about module-unsigned
	cure module-absent fail pptp
	ill protocol-absent fail l2tp
	check "pptp: nothing in the way" gives 0 vp doctor pptp
	check "the modules unload" unload_modules
	if modinfo -F description nf_conntrack_pptp >/dev/null 2>&1; then
		modprobe nf_conntrack_pptp
		cure in-tree-helper fail pptp
	fi
	check "pptp is on" gives 0 vp enable pptp
}

system() {
	at r sysctl -qw net.ipv4.ip_forward=0
	cure no-forwarding fail pptp
	vp disable pptp >/dev/null
	cure mode-off fail pptp
	vp enable --rule pptp >/dev/null
	cure no-helper-rule fail pptp
	vp block pptp >/dev/null
	cure blocked fail pptp
	at r ip route add default via $LAN.11 dev lan metric 10
	at r ip route add default via $SERVER dev eth0 metric 20
	at r sysctl -qw net.ipv4.conf.eth0.rp_filter=1
	cure reverse-path warn pptp
	at r ip route del default dev lan
	at r ip route del default dev eth0
	at r ip link set eth0 mtu 1400
	at r ip route add default via $SERVER dev eth0
	ill small-mtu info pptp
	at r ip link set eth0 mtu 1500
}

table_full() {
	local max
	max=$(sysctl -n net.netfilter.nf_conntrack_max)
	at c1 ping -c 1 -W 1 -q $SERVER >/dev/null
	sysctl -qw net.netfilter.nf_conntrack_max=1
	ill conntrack-full fail pptp
	sysctl -qw "net.netfilter.nf_conntrack_max=$max"
	check "conntrack-full: gone" clear conntrack-full pptp
}

no_nat() {
	at r nft delete table inet vplab
	cure no-nat fail pptp
	check "no-nat: a call works now" call
	at r nft delete table ip nat
	masquerade r eth0
}

forward_drop() {
	rules <<-EOF
		table inet f {
			chain forward {
				type filter hook forward priority 0; policy drop;
				tcp dport { 80, 443 } accept
				icmp type echo-request accept
			}
		}
	EOF
	refute "forward-drop: a call fails" call
	ill forward-drop fail pptp
	check "forward-drop: its first command works" in_r sh -c "$(tail -n 1 "$LAB/about")"
	cure forward-drop fail pptp
	check "forward-drop: a call works now" call
	at r nft flush chain inet f forward
	rules <<-EOF
		table inet f {
			chain forward {
				iifname "lan" ip saddr $LAN.11 accept
				ct state established,related accept
			}
		}
	EOF
	ill forward-unsure info pptp
	check "with the client it can be told" found forward ok --client $LAN.11 --server $SERVER pptp
	check "with another one too" found forward-drop fail --client $LAN.12 --server $SERVER pptp
	at r nft delete table inet f
	rules <<-EOF
		table ip f {
			chain forward {
				type filter hook forward priority 0; policy accept;
				meta l4proto gre drop
			}
		}
	EOF
	cure forward-drop fail pptp
	at r nft delete table ip f
}

tracking() {
	rules <<-EOF
		table inet raw {
			chain pre {
				type filter hook prerouting priority raw;
				tcp dport 1723 notrack
			}
		}
	EOF
	cure notrack fail pptp
	rules <<-EOF
		table inet raw {
			chain pre {
				tcp dport 1723 ct original zone set 5
			}
		}
	EOF
	ill zones warn pptp
	call >/dev/null 2>&1
	ill user-zone fail pptp
	cure zones warn pptp
	at r nft delete table inet raw
	rules <<-EOF
		table inet f {
			flowtable ft { hook ingress priority 0; devices = { eth0 }; }
			chain forward {
				type filter hook forward priority 0; policy accept;
				meta l4proto udp flow add @ft
			}
		}
	EOF
	ill flowtable info pptp
	at r nft delete table inet f
}

# iptables, if it writes nft's rules
iptables_nft() {
	at r iptables-nft -P FORWARD DROP || return 0
	at r iptables-nft -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	at r iptables-nft -A FORWARD -p tcp --dport 1723 -m limit --limit 100/s -j ACCEPT
	ill forward-unsure info pptp
	at r iptables-nft -F FORWARD
	ill forward-drop fail pptp
	at r nft delete table ip filter
}

limits() {
	tune r max_tunnels_per_client 1
	peer c1 --ids 7 "connect 1" "dial 1" "dial 1" >/dev/null 2>&1
	ill cap-tunnels-client fail pptp
	check "cap-tunnels-client: its command works" in_r sh -c "$(tail -n 1 "$LAB/about")"
	equal "cap-tunnels-client: the limit is twice as large" 2 "$(at r sysctl -n net.netfilter.nf_vpnpass.max_tunnels_per_client)"
	tune r max_tunnels_per_client 256
}

connection() {
	check "nothing-seen" found nothing-seen warn --client $LAN.12 --server $SERVER pptp
	peer_start one c1 --ids 7 "connect 1" "dial 1" "ping 5" "touch $LAB/up" "wait $LAB/go" "clear"
	check "a call is up" await up
	check "its tunnel is named" found tunnel ok --client $LAN.11 --server $SERVER pptp
	check "its entries too" found entry info --client $LAN.11 --server $SERVER pptp
	check "in words, within 80 columns" eval 'vp doctor pptp --client $LAN.11 --server $SERVER >"$LAB/words"; ! grep -E ".{81}" "$LAB/words" |
		grep -v "do: "'
	signal go
	check "the call ends" peer_end one
}

topology clients=2
load_netfilter
at r ip route add default via $SERVER dev eth0
modules
peer_server s
check "a call works" call
at r ip route del default
system
table_full
no_nat
forward_drop
tracking
iptables_nft
limits
connection
peer_server_stop s >/dev/null
flush_conntrack >/dev/null 2>&1
check "the modules unload" unload_modules
check "the modules uninstall" uninstall_modules
settle
