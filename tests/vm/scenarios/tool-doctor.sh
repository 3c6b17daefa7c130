#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# vpnpass doctor on a real router: what stands in the way is put there, must be found, and the
# command that doctor names must mend it.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/tool.sh"

in_r() {
	ip netns exec r "$@"
}

# about ID: severity and command of the first such finding, in a line each. A member stands in a
# line of its own; python takes a second here
about() {
	sed -n "/\"id\": \"$1\"/,/^ *}/{
		s/.*\"severity\": \"\(.*\)\",\?\$/\1/p
		s/.*\"command\": null\$//p
		/.*\"command\": \"\(.*\)\"\$/{
			s//\1/
			s/\\\\\([\"\\\\]\)/\1/g
			p
		}
		/^ *}/q
	}" "$LAB/doctor.json" | grep ''
}

# examine ARGS...: exit code 0 or 1, and JSON
examine() {
	local status=0
	vp -j doctor "$@" >"$LAB/doctor.json" || status=$?
	[ "$status" = 0 ] || [ "$status" = 1 ]
}

found() { # ID SEVERITY ARGS...
	local id=$1 severity=$2
	shift 2
	if ! examine "$@" || ! about "$id" >"$LAB/about" || [ "$(head -n 1 "$LAB/about")" != "$severity" ]; then
		vp doctor "$@"
		return 1
	fi
}

clear() { # ID ARGS...: not found any more, or that all is well there
	local id=$1
	shift
	examine "$@" && { ! about "$id" >"$LAB/about" || [ "$(head -n 1 "$LAB/about")" = ok ]; }
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

# Not installed, for several reasons
installation() {
	local dkms=/var/lib/dkms/vpnpass/0.1.0/build other=/lib/modules/1.0.0-other
	ill module-not-installed fail pptp
	[ -e "$MODULES/build/Makefile" ] || ill headers-missing fail pptp
	mkdir -p $dkms $other
	touch $dkms/make.log
	ill dkms-build-failed fail pptp
	echo "updates/nf_vpnpass.ko:" >$other/modules.dep
	ill module-other-kernel fail pptp
	check "module-other-kernel: its command is DKMS's" grep "dkms install vpnpass/0.1.0 -k $(uname -r)" "$LAB/about"
	rm -r /var/lib/dkms/vpnpass $other
}

# Built for another kernel. It stays in the kernel's log, so this comes last
mismatch() {
	LC_ALL=C sed "s/\(vermagic=.*\) mod_unload/\1 mod_onload/" "$VP_KO/nf_vpnpass.ko" >"$LAB/old.ko"
	refute "module-mismatch: does not load" insmod "$LAB/old.ko"
	ill module-mismatch fail pptp
}

# Old advice
recipes() {
	echo 'net.netfilter.nf_conntrack_helper = 1' >/etc/sysctl.d/99-vpn.conf
	cure helper-recipe warn pptp
	echo nf_conntrack_pptp >/etc/modules-load.d/vpn.conf
	cure in-tree-at-boot warn pptp
	rm /etc/sysctl.d/99-vpn.conf /etc/modules-load.d/vpn.conf
	# gone since 6.0
	if at r sysctl -qw net.netfilter.nf_conntrack_helper=1 2>/dev/null; then
		cure helper-sysctl warn pptp
	fi
}

# nobody_finds ID ARGS...
nobody_finds() {
	local id=$1 status=0
	shift
	as_nobody -j doctor "$@" >"$LAB/doctor.json" || status=$?
	[ "$status" -le 1 ] && about "$id"
}

no_rights() {
	check "nobody: rules-unread: found" nobody_finds rules-unread pptp
	check "nobody: tunnels-unread: found" nobody_finds tunnels-unread pptp
	check "nobody: entries-unread: found" nobody_finds entries-unread pptp --client $LAN.11 --server $SERVER
}

# DKMS signs what it builds, if it can
without_signatures() {
	python3 - "$MODULES"/updates/*.ko <<-'EOT'
		import pathlib, sys
		END = b"~Module signature appended~\n"
		for path in map(pathlib.Path, sys.argv[1:]):
		    data = path.read_bytes()
		    if data.endswith(END):
		        data = data[:-len(END)]
		        path.write_bytes(data[:-12 - int.from_bytes(data[-4:], "big")])
	EOT
}

modules() {
	installation
	check "the modules install" install_netfilter_modules
	without_signatures
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
	rules <<<"table ip nat { chain post { type nat hook postrouting priority 100; ip saddr $LAN.12 masquerade; }; }"
	ill nat-unsure info pptp
	check "with the client it can be told: not this one" found no-nat fail --client $LAN.11 --server $SERVER pptp
	check "with the client it can be told: that one" found nat ok --client $LAN.12 --server $SERVER pptp
	flush_conntrack >/dev/null 2>&1
	peer c1 --timeout 1 "connect 1" >/dev/null 2>&1
	check "no-answer: found" wait_for 15 found no-answer fail --client $LAN.11 --server $SERVER pptp
	ip -n s route add $LAN.0/24 via $ROUTER
	peer c1 "connect 1" "abort" >/dev/null 2>&1
	check "not-translated: found" wait_for 10 found not-translated warn --client $LAN.11 --server $SERVER pptp
	ip -n s route del $LAN.0/24
	at r nft delete table ip nat
	masquerade r eth0
	rules <<<"table ip nat { chain post { type nat hook postrouting priority 99; meta l4proto udp masquerade to :1024-65535; }; }"
	vp enable ipsec >/dev/null
	ill nat-ports warn ipsec
	vp disable ipsec >/dev/null
	at r nft delete table ip nat
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
	ill forward-drop fail l2tp
	ill forward-drop fail ipsec
	ill forward-drop fail pptp
	check "forward-drop: its first command works" in_r sh -c "$(tail -n 1 "$LAB/about")"
	cure forward-drop fail pptp
	check "forward-drop: a call works now" call
	at r nft flush chain inet f forward
	rules <<-EOF
		table inet f {
			chain forward {
				meta nfproto ipv4 accept
				ct state established,related accept
				udp dport { 500, 4500 } accept
			}
		}
	EOF
	cure forward-drop-ipv6 warn ipsec
	check "forward-drop-ipv6: was about ESP" eval 'at r nft list chain inet f forward | grep "l4proto esp accept"'
	cure forward-drop-ipv6 warn pptp
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
	vp enable --rule pptp >/dev/null
	at r iptables-nft -t raw -A PREROUTING -p tcp --dport 1723 -j CT --helper pptp
	ill rule-unsure info pptp
	vp enable pptp >/dev/null
	at r nft delete table ip raw
	at r nft delete table ip filter
}

# An SCCRQ that has ids of both versions
both_versions() {
	vp enable l2tp >/dev/null
	at c1 python3 -c '
import socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("", 1701))
sock.sendto(bytes.fromhex("c8020026000000000000000080080000000000018008000000091234000a0000003d11223344"),
            (sys.argv[1], 1701))' $SERVER
	ill both-versions info l2tp
	vp disable l2tp >/dev/null
}

# An ICMP error about a tunnel's packet, with a wrong checksum
bad_error() { # ID: of the tunnel's packets to the server
	at s python3 -c '
import socket, struct, sys
def address(text):
    return socket.inet_aton(text)
quote = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 60, 1, 0, 64, 47, 0, address(sys.argv[1]), address(sys.argv[2]))
quote += struct.pack("!HHHHI", 0x3001, 0x880b, 4, int(sys.argv[3]), 1)
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
sock.sendto(struct.pack("!BBHI", 3, 1, 0xdead, 0) + quote, (sys.argv[1], 0))' $ROUTER $SERVER "$1"
}

# tunnel_member STATE NAME: of the first tunnel in this state
tunnel_member() {
	vp -j tunnels | awk -v state="$1" -v name="$2" 'BEGIN { RS = "}" }
		index($0, "\"state\": \"" state "\"") && match($0, "\"" name "\": [0-9]+") {
			split(substr($0, RSTART, RLENGTH), part, ": ")
			print part[2]
			exit
		}'
}

limits() {
	both_versions
	at s pptp_peer gre --dst $ROUTER --id 4321 --count 3 >/dev/null
	ill data-unknown warn pptp
	tune r max_tunnels_per_client 1
	peer c1 --ids 7 "connect 1" "dial 1" "dial 1" >/dev/null 2>&1
	ill cap-tunnels-client fail pptp
	check "cap-tunnels-client: its command works" in_r sh -c "$(tail -n 1 "$LAB/about")"
	equal "cap-tunnels-client: the limit is twice as large" 2 "$(at r sysctl -n net.netfilter.nf_vpnpass.max_tunnels_per_client)"
	tune r max_tunnels_per_client 256
}

# A server that answers to requests of one client only
server_limit() {
	local port
	flush_conntrack >/dev/null 2>&1
	peer_start one c1 --ids 7 "connect 1" "dial 1" "touch $LAB/one" "wait $LAB/one-end"
	check "server-limit: one client has a call" await one
	peer_start two c2 --ids 7 --timeout 120 "connect 1" "touch $LAB/two" "wait $LAB/two-dial" "dial 1"
	check "server-limit: another one connects" await two
	port=$(at r conntrack -L -p tcp -s $LAN.12 2>/dev/null | sed -n 's/.*dport=\([0-9]*\) .*/\1/p')
	at s nft "table ip mute { chain c { type filter hook output priority 0; tcp sport 1723 tcp dport $port ip length > 60 drop; }; }"
	signal two-dial
	check "server-limit: a call is asked for" wait_for 10 tunnels_are 1 setup
	at s pptp_peer gre --dst $ROUTER --id "$(tunnel_member setup client-id-mapped)" --count 3 >/dev/null
	ill data-not-up info pptp
	check "server-limit: found" wait_for 30 found server-limit warn pptp
	signal one-end
	peer_end one >/dev/null
	check "server-silent: found" found server-silent warn pptp
	at s nft delete table ip mute
	kill "$(cat "$LAB/peer-two.pid")"
}

# Clients that need no help
nat_t() {
	local echoer node talk='
import socket, sys
family, kind, proto, name, addr = socket.getaddrinfo(sys.argv[1], 4500, type=socket.SOCK_DGRAM)[0]
sock = socket.socket(family, kind)
sock.settimeout(1)
for i in range(30):
    sock.sendto(b"x", addr)
    try:
        sys.exit(not sock.recv(100))
    except OSError:
        pass
sys.exit(1)'
	echo_udp s 4500
	echoer=$!
	for node in c1 c2; do
		check "nat-t: $node talks" at $node python3 -c "$talk" $SERVER
	done
	ill nat-t info ipsec
	ill nat-t-several info ipsec
	check "nat-t, IPv6: c1 talks" at c1 python3 -c "$talk" $SERVER6
	check "nat-t, IPv6: is seen" eval 'vp doctor ipsec | tr -s "\n " " " | grep -q "used with $SERVER6 by 1 client:"'
	check "nat-t, IPv6: the connection is seen" found entry info --client $LAN6:11 --server $SERVER6 ipsec
	check "nat-t, IPv6: one that is not there" found nothing-seen warn --client $LAN6:12 --server $SERVER6 ipsec
	kill "$echoer"
}

connection() {
	flush_conntrack >/dev/null 2>&1
	check "nothing-seen" found nothing-seen warn --client $LAN.12 --server $SERVER pptp
	peer c2 "connect 1" "abort" >/dev/null 2>&1
	check "no-tunnel" wait_for 10 found no-tunnel warn --client $LAN.12 --server $SERVER pptp
	peer_start deaf c2 --ids 7 "connect 1" "dial 1" "touch $LAB/deaf" "wait $LAB/deaf-ping" "mute 3" \
		"wait $LAB/deaf-end" "abort"
	check "one-way: a call is up" await deaf
	at s nft 'table ip mute { chain c { type filter hook prerouting priority -300; ip protocol gre drop; }; }'
	signal deaf-ping
	check "one-way: found" wait_for 10 found one-way warn --client $LAN.12 --server $SERVER pptp
	signal deaf-end
	peer_end deaf >/dev/null
	at s nft delete table ip mute
	peer_start one c1 --ids 7 "connect 1" "dial 1" "ping 5" "touch $LAB/up" "wait $LAB/go" "clear"
	check "a call is up" await up
	check "its tunnel is named" found tunnel ok --client $LAN.11 --server $SERVER pptp
	bad_error "$(tunnel_member up server-id)"
	ill icmp-errors-bad warn pptp
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
recipes
no_rights
table_full
no_nat
forward_drop
tracking
iptables_nft
limits
connection
server_limit
nat_t
peer_server_stop s >/dev/null
flush_conntrack >/dev/null 2>&1
check "the modules unload" unload_modules
mismatch
check "the modules uninstall" uninstall_modules
settle
