#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's helpers for FTP and SIP beside six tunnels, two of each protocol, behind a
# firewall that lets nothing unasked through: they work before, with and after our modules, and
# the tunnels go on while they do.
. "$(dirname "$0")/../lib/lab.sh"
. "$(dirname "$0")/../lib/l2tp.sh"
. "$(dirname "$0")/../lib/all.sh"

FTP=/srv/vpftp

firewall() {
	at r nft -f - <<-EOT
		table ip vpwall {
			ct helper ftp {
				type "ftp" protocol tcp
			}
			ct helper sip {
				type "sip" protocol udp
			}
			chain helpers {
				type filter hook prerouting priority filter; policy accept;
			}
			chain forward {
				type filter hook forward priority filter; policy drop;
				ct state established,related accept
				iifname "lan" tcp dport { 21, 1723 } accept
				iifname "lan" udp dport { 500, 1701, 5060 } accept
				iifname "lan" icmp type echo-request accept
			}
		}
	EOT
}

helpers() {
	modprobe -a nf_nat_ftp nf_nat_sip &&
		at r nft add rule ip vpwall helpers tcp dport 21 ct helper set "ftp" &&
		at r nft add rule ip vpwall helpers udp dport 5060 ct helper set "sip"
}

ftp_server() {
	mkdir -p $FTP
	head -c 300000 /dev/urandom >$FTP/file
	cat >"$LAB/vsftpd.conf" <<-EOT
		listen=YES
		background=NO
		anonymous_enable=YES
		anon_root=$FTP
		ftp_username=daemon
		no_anon_password=YES
		connect_from_port_20=YES
		secure_chroot_dir=/run/vsftpd
		seccomp_sandbox=NO
		isolate=NO
		isolate_network=NO
	EOT
	at s mkdir -p /run/vsftpd
	launch s vsftpd "$LAB/vsftpd.conf" </dev/null >"$LAB/vsftpd.log" 2>&1
	wait_for 20 listening s 21 || bail "vsftpd does not listen: $(cat "$LAB/vsftpd.log")"
}

sip_server() {
	launch s python3 "$VP_TESTS/vm/lib/sip.py" server $SERVER </dev/null >"$LAB/sip.log" 2>&1
	wait_for 20 udp_bound s 5060 || bail "no SIP server: $(cat "$LAB/sip.log")"
}

# ftp_get NODE active|passive
ftp_get() {
	local how=()
	[ "$2" = passive ] || how=(-P -)
	rm -f "$LAB/got"
	at "$1" curl -sS --connect-timeout 15 --max-time 60 "${how[@]}" -o "$LAB/got" "ftp://$SERVER/file" &&
		cmp "$LAB/got" $FTP/file
}

sip_call() { # NODE
	at "$1" python3 "$VP_TESTS/vm/lib/sip.py" client "$(outer "$1")" $SERVER
}

neighbours_work() { # WHEN NODE NODE
	check "$1: FTP, active" ftp_get "$2" active
	check "$1: FTP, passive" ftp_get "$3" passive
	check "$1: a SIP call, heard at both ends" sip_call "$2"
}

topology clients=6
load_netfilter
check "a firewall" firewall
ftp_server
sip_server
refute "without the kernel's helpers there is no active FTP" ftp_get c1 active
refute "nor SIP" sip_call c1
flush_conntrack >/dev/null 2>&1
check "the kernel's helpers" helpers
neighbours_work "before" c1 c3

all_help r || bail "the modules do not load"
neighbours_work "with our modules" c3 c5
all_daemons
all_up
check "pings go through all tunnels" each_of "$ALL" pings_start
neighbours_work "beside the tunnels" c5 c1
neighbours_work "beside the tunnels, again" c1 c3
check "no ping was lost" each_of "$ALL" ping_stop
all_hang_up

check "our modules unload" unload_modules
neighbours_work "after" c1 c3
settle
