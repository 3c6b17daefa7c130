# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# IPsec without NAT traversal: libreswan on both ends, or keys by hand (ip xfrm). Each client
# has an inner address and reaches the gateway's inner address through its own tunnel only.

INNER=10.9
INNER_SERVER=$INNER.0.1
WHACK=/usr/libexec/ipsec/whack
XFRM_CIPHER=(enc 'ecb(cipher_null)' '' auth 'hmac(sha1)')

# Set by the functions below. Lines of a connection beside the usual ones, by client and where
declare -A IPSEC_LINES
# The gateway's inner address for a client, where it has one of its own
declare -A IPSEC_SUBNET
GATEWAY=s
OUTER=4

# ipsec_lines both|gateway|client NODE|all WORD...: as ikev2=no aggressive=yes
ipsec_lines() {
	IPSEC_LINES[$1:$2]=${*:3}
}

# ipsec_subnet NODE ADDRESS: what this client reaches through its tunnel
ipsec_subnet() {
	IPSEC_SUBNET[$1]=$2
}

use_gateway() { # NODE
	GATEWAY=$1
}

use_family() { # 4|6: of the outer addresses
	OUTER=$1
}

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
	case $1$OUTER in
	s4) echo $SERVER ;;
	s6) echo $SERVER6 ;;
	c*4) echo "$LAN.$((10 + ${1#c}))" ;;
	c*6) echo "$LAN6:$((10 + ${1#c}))" ;;
	b*4) echo "10.20.0.$((10 + ${1#b}))" ;;
	o*4) echo "$WAN.$((30 + ${1#o}))" ;;
	r4) echo $ROUTER ;;
	r6) echo $WAN6:1 ;;
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

lines_of() { # CLIENT gateway|client
	local words
	read -ra words <<<"${IPSEC_LINES[both:all]:-} ${IPSEC_LINES[both:$1]:-} ${IPSEC_LINES[$2:$1]:-}"
	[ ${#words[@]} = 0 ] || printf ' %s\n' "${words[@]}"
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

# gateway CLIENT...: a libreswan gateway for these clients
gateway() {
	local name
	for name; do
		cat <<-EOT
			conn $name
			 left=$(outer $GATEWAY)
			 leftid=@gateway
			 leftsubnet=${IPSEC_SUBNET[$name]:-$(inner $GATEWAY)}/32
			 right=%any
			 rightid=@$name
			 rightsubnet=$(inner "$name")/32
		EOT
		lines_of "$name" gateway
	done | pluto_start $GATEWAY
}

# client NODE [ADDRESS]: a libreswan client of the gateway at that address
client() {
	pluto_start "$1" <<-EOT
		conn $1
		 left=$(outer "$1")
		 leftid=@$1
		 leftsubnet=$(inner "$1")/32
		 right=${2:-$(outer $GATEWAY)}
		 rightid=@gateway
		 rightsubnet=${IPSEC_SUBNET[$1]:-$(inner $GATEWAY)}/32
		$(lines_of "$1" client)
	EOT
}

# daemons CLIENT...: gateway and clients, all ready
daemons() {
	local node
	gateway "$@"
	for node; do
		client "$node"
	done
	pluto_wait $GATEWAY "$@"
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

# each_of "NODE..." COMMAND [ARGUMENT...]: for each node; false if one fails
each_of() {
	local node
	for node in $1; do
		"$2" "$node" "${@:3}" || return 1
	done
}

# inner_ping NODE [COUNT] [TO]: through the tunnel, so many answers in time
inner_ping() {
	at "$1" ping -n -c "${2:-3}" -i 0.2 -w 15 "${3:-$(inner $GATEWAY)}"
}

# inner_start NODE: ping until ping_stop
inner_start() {
	ping_start "$1" "$1" "$(inner $GATEWAY)"
}

# reply_ping NODE [COUNT]: the gateway speaks first
reply_ping() {
	inner_ping $GATEWAY "${2:-3}" "$(inner "$1")"
}

# xfrm_sa NODE SRC DST SPI REQID: one SA, its key made of the SPI
xfrm_sa() {
	at "$1" ip xfrm state add src "$2" dst "$3" proto esp spi "$4" reqid "$5" mode tunnel flag af-unspec \
		"${XFRM_CIPHER[@]}" "$(printf '0x%040x' "$4")"
}

xfrm_policy() { # NODE in|out FROM TO SRC DST REQID: inner addresses, then those of the tunnel
	at "$1" ip xfrm policy add src "$3" dst "$4" dir "$2" \
		tmpl src "$5" dst "$6" proto esp reqid "$7" mode tunnel
}

# xfrm_end NODE IN OUT LOCAL REMOTE INNER_LOCAL INNER_REMOTE: one end's SAs and policies
xfrm_end() {
	local id=$((($2 << 16 ^ $3) & 0x7fffffff))
	xfrm_sa "$1" "$5" "$4" "$2" $id
	xfrm_sa "$1" "$4" "$5" "$3" $id
	xfrm_policy "$1" in "$7" "$6" "$5" "$4" $id
	xfrm_policy "$1" out "$6" "$7" "$4" "$5" $id
}

# xfrm_pair NODE IN OUT [AS]: keys by hand between a client and the gateway, which sees it at
# address AS; the client's SPIs. No IKE.
xfrm_pair() {
	local here there as
	here=$(outer "$1")
	there=$(outer $GATEWAY)
	as=${4:-$(outer r)}
	xfrm_end "$1" "$2" "$3" "$here" "$there" "$(inner "$1")" "$(inner $GATEWAY)"
	xfrm_end $GATEWAY "$3" "$2" "$there" "$as" "$(inner $GATEWAY)" "$(inner "$1")"
}

xfrm_flush() { # NODE
	ip -n "$1" xfrm state flush
	ip -n "$1" xfrm policy flush
}

# Entries of ESP in the router, one per line.
esp_entries() {
	at r conntrack -L -p esp 2>/dev/null
}

esp_count() {
	esp_entries | wc -l
}

# watch_esp: from now on record what ESP of the server comes to the router and what goes on
watch_esp() {
	local dev
	for dev in eth0 lan; do
		launch r tcpdump -lnn -B 4096 -i $dev "src host $SERVER and esp" </dev/null >"$LAB/esp-$dev" 2>"$LAB/esp-$dev.err"
		echo $! >"$LAB/esp-$dev.pid"
		wait_for 20 grep -q listening "$LAB/esp-$dev.err" || bail "tcpdump does not start"
	done
}

# SPIs that the clients chose, each with the client's address, from their daemons' logs
spi_owners() { # NODE...
	local node
	for node; do
		grep -ho '<0x[0-9a-f]*' "$LAB/ipsec-$node/log" | sort -u | sed "s/<0x0*\(.*\)/\1 $(outer "$node")/"
	done
}

# watch_end NODE...: true if each of these packets went to its owner too, copies or not
watch_end() {
	local dev
	for dev in eth0 lan; do
		kill -INT "$(cat "$LAB/esp-$dev.pid")"
		wait_for 10 gone "$(cat "$LAB/esp-$dev.pid")"
	done
	spi_owners "$@" >"$LAB/owners"
	awk '
		FILENAME ~ /owners$/ { owner[$1] = $2; next }
		!/ESP\(/ { next }
		{
			spi = seq = $0
			sub(/.*spi=0x0*/, "", spi); sub(/,.*/, "", spi)
			sub(/.*seq=0x/, "", seq); sub(/\).*/, "", seq)
			to = $5
			sub(/:$/, "", to)
		}
		FILENAME ~ /lan$/ { forwarded++; got[to, spi, seq] = 1; next }
		{
			n++
			if (!(spi in owner))
				nobody++
			else if (!((owner[spi], spi, seq) in got)) {
				print "not to its owner: SPI", spi, "of", owner[spi], "seq", seq
				lost++
			}
		}
		END {
			printf "%d packets from the server, %d went on, %d not to their owner, %d of no owner\n",
				n, forwarded, lost, nobody
			exit n < 10 || lost || nobody
		}' "$LAB/owners" "$LAB/esp-lan" "$LAB/esp-eth0"
}

# check_watched NODE...: no packet of the server was kept from its owner
check_watched() {
	watch_end "$@" >"$LAB/watched"
	result $? "each packet of the gateway went to its owner"
	tail -n 8 "$LAB/watched" | sed 's/^/# /'
}

# Copies of packets whose owner was not known yet, and how the owner was found
tell_pairing() {
	local name
	for name in only-candidate evidence elimination guessed oldest confirmed reopened copied copies capped; do
		printf '%s %s, ' "$name" "$(counter "esp-$name")"
	done | sed 's/^/# pairing: /; s/, $//'
	echo
}
