# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# IPsec without NAT traversal: libreswan on both ends, or keys by hand (ip xfrm). Each client
# has an inner address and reaches the gateway's inner address through its own tunnel only.

INNER=10.9
INNER_SERVER=$INNER.0.1
WHACK=/usr/libexec/ipsec/whack
XFRM_CIPHER=(enc 'ecb(cipher_null)' '' auth 'hmac(sha1)')

# Lines of a client's connection beside the usual ones, as words: ikev2=no aggressive=yes ...
declare -A IPSEC_CONN
# ... and of all connections
IPSEC_ALL=

inner() { # NODE
	case $1 in
	s) echo $INNER_SERVER ;;
	c*) echo "$INNER.0.$((10 + ${1#c}))" ;;
	b*) echo "$INNER.1.$((10 + ${1#b}))" ;;
	o*) echo "$INNER.2.$((10 + ${1#o}))" ;;
	r) echo $INNER.3.1 ;;
	esac
}

outer() { # NODE: its address, as it knows it
	case $1 in
	s) echo $SERVER ;;
	c*) echo "$LAN.$((10 + ${1#c}))" ;;
	b*) echo "10.20.0.$((10 + ${1#b}))" ;;
	o*) echo "$WAN.$((30 + ${1#o}))" ;;
	r) echo $ROUTER ;;
	esac
}

# The ciphers' modules come with the first SA and take seconds.
load_xfrm() {
	local sa=(src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode tunnel)
	modprobe -aq xfrm_user esp4 esp6 authenc || true
	at s ip xfrm state add "${sa[@]}" "${XFRM_CIPHER[@]}" 0x00
	at s ip xfrm state flush
	at s ip xfrm state add "${sa[@]}" enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff auth 'hmac(sha1)' 0x00
	at s ip xfrm state flush
}

inner_address() { # NODE VIA
	ip -n "$1" -batch - <<-EOT
		addr add $(inner "$1")/32 dev lo
		route add $INNER.0.0/16 via $2 src $(inner "$1")
	EOT
}

# tunnel_ends NODE...: inner addresses of the server and of these. The router routes none of
# them: without a tunnel nothing gets through.
tunnel_ends() {
	local node
	load_xfrm
	inner_address s $ROUTER
	for node; do
		case $node in
		c*) inner_address "$node" $LAN.1 ;;
		b*) inner_address "$node" 10.20.0.1 ;;
		o* | r) inner_address "$node" $SERVER ;;
		esac
	done
}

ipsec_setup() {
	cat <<-EOT
		config setup
		 uniqueids=no
		 ikev1-policy=accept
		 dnssec-enable=no
		 nhelpers=0
		conn %default
		 authby=secret
		 ikev2=insist
		 ike=aes128-sha1-dh31
		 esp=aes128-sha1
		 pfs=no
		 mobike=no
		 encapsulation=no
		 nat-ikev1-method=none
		 leftupdown=%disabled
		 auto=add
	EOT
}

ipsec_lines() { # CLIENT
	# shellcheck disable=SC2086 # words
	[ -z "$IPSEC_ALL${IPSEC_CONN[$1]:-}" ] || printf ' %s\n' $IPSEC_ALL ${IPSEC_CONN[$1]:-}
}

# pluto_start NODE, its connections on standard input: returns at once
pluto_start() {
	local dir=$LAB/ipsec-$1
	if [ ! -d "$LAB/nss" ]; then
		mkdir "$LAB/nss"
		/usr/sbin/ipsec initnss --nssdir "$LAB/nss" >/dev/null
	fi
	rm -rf "$dir"
	mkdir "$dir"
	cp -r "$LAB/nss" "$dir/nss"
	{ ipsec_setup && cat; } >"$dir/conf"
	echo ': PSK "a secret that all of them share"' >"$dir/secrets"
	launch "$1" /usr/libexec/ipsec/pluto --nofork --config "$dir/conf" --rundir /run/pluto --nssdir "$dir/nss" \
		--secretsfile "$dir/secrets" --logfile "$dir/log" </dev/null >"$dir/out" 2>&1
	echo $! >"$dir/pid"
}

pluto_ready() { # NODE
	grep -q 'loading secrets' "$LAB/ipsec-$1/log"
}

pluto_wait() { # NODE...
	local node
	for node; do
		wait_for 60 pluto_ready "$node" ||
			bail "pluto on $node does not start: $(tail -n 5 "$LAB/ipsec-$node/log" "$LAB/ipsec-$node/out")"
	done
}

whack() { # NODE OPTION...
	at "$1" $WHACK "${@:2}"
}

# gateway NODE CLIENT...: a libreswan gateway for these clients
gateway() {
	local node=$1 name
	shift
	for name; do
		cat <<-EOT
			conn $name
			 left=$(outer "$node")
			 leftid=@s
			 leftsubnet=$INNER_SERVER/32
			 right=%any
			 rightid=@$name
			 rightsubnet=$(inner "$name")/32
		EOT
		ipsec_lines "$name"
	done | pluto_start "$node"
}

# client NODE [ADDRESS]: a libreswan client of the gateway at that address
client() {
	pluto_start "$1" <<-EOT
		conn $1
		 left=$(outer "$1")
		 leftid=@$1
		 leftsubnet=$(inner "$1")/32
		 right=${2:-$SERVER}
		 rightid=@s
		 rightsubnet=$INNER_SERVER/32
		$(ipsec_lines "$1")
	EOT
}

# daemons CLIENT...: gateway and clients, all ready
daemons() {
	local node
	gateway s "$@"
	for node; do
		client "$node"
	done
	pluto_wait s "$@"
}

# ipsec_dial NODE...: bring the tunnels up, return at once
ipsec_dial() {
	local node
	for node; do
		whack "$node" --initiate --asynchronous --name "$node" >/dev/null
	done
}

ipsec_up() { # NODE
	whack "$1" --trafficstatus | grep -q type=ESP
}

ipsec_wait() { # NODE [SECONDS]
	wait_for "${2:-30}" ipsec_up "$1" && return
	tail -n 15 "$LAB/ipsec-$1/log"
	return 1
}

# ipsec_hangup NODE: as "ipsec auto --down" does; the gateway is told
ipsec_hangup() {
	whack "$1" --terminate --name "$1"
}

# inner_ping NODE [COUNT] [TO]: through the tunnel, so many answers in time
inner_ping() {
	at "$1" ping -n -c "${2:-3}" -i 0.2 -w 15 "${3:-$INNER_SERVER}"
}

# reply_ping NODE [COUNT]: the gateway speaks first
reply_ping() {
	inner_ping s "${2:-3}" "$(inner "$1")"
}

# xfrm_half NODE SRC DST SPI REQID [OPTION...]: one SA with a key of its own
xfrm_sa() {
	at "$1" ip xfrm state add src "$2" dst "$3" proto esp spi "$4" reqid "$5" mode tunnel "${@:6}" \
		"${XFRM_CIPHER[@]}" "$(printf '0x%040x' "$4")"
}

# xfrm_policy NODE DIR FROM TO SRC DST REQID: inner addresses, then those of the tunnel
xfrm_policy() {
	at "$1" ip xfrm policy add src "$3" dst "$4" dir "$2" tmpl src "$5" dst "$6" proto esp reqid "$7" mode tunnel
}

# xfrm_pair NODE SPI_IN SPI_OUT [AS]: keys by hand between a client and the server, which sees
# the client at address AS. No IKE.
xfrm_pair() {
	local node=$1 in=$2 out=$3 as=${4:-$ROUTER} local_=$(outer "$1") inner=$(inner "$1")
	xfrm_sa "$node" "$local_" $SERVER "$out" 1
	xfrm_sa "$node" $SERVER "$local_" "$in" 1
	xfrm_policy "$node" out "$inner" $INNER_SERVER "$local_" $SERVER 1
	xfrm_policy "$node" in $INNER_SERVER "$inner" $SERVER "$local_" 1
	xfrm_sa s "$as" $SERVER "$out" $((out))
	xfrm_sa s $SERVER "$as" "$in" $((out))
	xfrm_policy s in "$inner" $INNER_SERVER "$as" $SERVER $((out))
	xfrm_policy s out $INNER_SERVER "$inner" $SERVER "$as" $((out))
}

# Entries of ESP in the router, one per line.
esp_entries() {
	at r conntrack -L -p esp 2>/dev/null
}

esp_count() {
	esp_entries | wc -l
}
