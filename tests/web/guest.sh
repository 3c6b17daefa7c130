#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's side of tests/web/run: the lab, and Cockpit in the router's network namespace,
# reached by the guest's own network device. Then it does what the host's side asks for, till
# that says "end".
. "$(dirname "$0")/../vm/lib/lab.sh"
. "$(dirname "$0")/../vm/lib/tool.sh"

PAGE=/vp/bin/install/usr/share/cockpit/vpnpass
CONF=/etc/vpnpass.conf

network() {
	modprobe virtio_net && wait_for 10 test -e /sys/class/net/eth0 &&
		ip addr add 10.0.2.15/24 dev eth0 && ip link set eth0 up
}

install_page() {
	cp -r "$PAGE" /usr/share/cockpit/ && cp /vp/bin/install$CONF $CONF
}

install_tool() {
	ln -sf /vp/bin/vpnpass /usr/sbin/vpnpass
}

# What Cockpit runs for whoever looks; the second one has no rights
write_bridges() {
	cat >"$LAB/admin" <<-END
		#!/bin/sh
		exec nsenter -t ${NODE_PID[r]} -n -- env PATH=/usr/bin:/bin cockpit-bridge
	END
	cat >"$LAB/nobody" <<-END
		#!/bin/sh
		exec nsenter -t ${NODE_PID[r]} -n -- \
			setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
			env PATH=/usr/bin:/bin HOME=/tmp cockpit-bridge
	END
	chmod 755 "$LAB" "$LAB/admin" "$LAB/nobody"
}

answers() { # PORT
	nc -z 127.0.0.1 "$1"
}

# cockpit PORT BRIDGE
cockpit() {
	setsid /usr/lib/cockpit/cockpit-ws --no-tls --port "$1" --local-session="$LAB/$2" </dev/null \
		>"$VP_OUT/cockpit-$2.log" 2>&1 &
	disown
	wait_for 60 answers "$1"
}

# Each request is a file with a command, each answer one with its output and one with its status
serve() {
	local n=0 request=
	while [ "$request" != end ]; do
		n=$((n + 1))
		wait_for 600 test -e "$VP_OUT/ask-$n" || bail "the browser's side asks for nothing any more"
		request=$(cat "$VP_OUT/ask-$n")
		eval "$request" >"$VP_OUT/output-$n" 2>&1
		echo $? >"$VP_OUT/status-$n"
	done
}

topology clients=2
load_netfilter
check "the guest has a network device" network
check "the page is installed" install_page
write_bridges
check "Cockpit runs" cockpit 9090 admin
check "Cockpit runs for nobody" cockpit 9091 nobody
serve
check "the modules uninstall" eval 'unload_modules && uninstall_modules'
rm -rf /usr/share/cockpit/vpnpass $CONF /usr/sbin/vpnpass
settle
