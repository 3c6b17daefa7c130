# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Wire mode of the C peer: addresses that no kernel owns, in the namespaces of c1 and s.

WIRE_CLIENT=$LAN.200
WIRE_RIVAL=$LAN.201
WIRE_SERVER=$WAN.200
WIRE_INSIDE=$LAN.202
WIRE_CLIENT6=$LAN6:200
WIRE_RIVAL6=$LAN6:201
WIRE_SERVER6=$WAN6:200

neighbour() { # DEV NODE ADDRESS...
	local dev=$1 mac address
	mac=$(router_mac "$2" eth0)
	shift 2
	for address; do
		ip -n r neigh replace "$address" lladdr "$mac" dev "$dev" nud permanent
	done
}

wire_nodes() {
	local dev
	neighbour lan c1 $WIRE_CLIENT $WIRE_RIVAL $WIRE_CLIENT6 $WIRE_RIVAL6
	neighbour lan c2 $WIRE_INSIDE
	neighbour eth0 s $WIRE_SERVER $WIRE_SERVER6
	# checksums complete in every packet, as without offload
	for dev in eth0 p-c1-eth0 p-c2-eth0; do
		at r ethtool -K $dev tx off >/dev/null
	done
}

# Thousands of dialogues in seconds: nothing may be refused.
wire_limits() {
	local name
	for name in tunnels tunnels_per_client tunnels_per_server controls controls_per_client; do
		tune r "max_$name" 100000
	done
}

# Calls of the run before hold their ids for some seconds. A debug kernel is slow.
wire() {
	wait_for 30 tunnels_are 0 '[a-z]*' || return 1
	case $(uname -r) in
	*-debug) set -- --brief "$@" ;;
	esac
	pptp_peer wire --client-netns c1 --client-dev eth0 --client-router "$(router_mac r lan)" "$@"
}

outside_server() {
	wire --server-netns s --server-dev eth0 --server-router "$(router_mac r eth0)" "$@"
}

# with_edits CMD..., without_edits CMD...: did the router replace ids at all?
with_edits() {
	"$@" >"$LAB/wire" || { cat "$LAB/wire"; return 1; }
	cat "$LAB/wire"
	! grep -q ' rewritten=0 ' "$LAB/wire"
}

without_edits() {
	! with_edits "$@" && grep ' rewritten=0 errors=0' "$LAB/wire"
}

wire4() {
	outside_server --client $WIRE_CLIENT --server $WIRE_SERVER "$@"
}

wire6() {
	outside_server --client $WIRE_CLIENT6 --server $WIRE_SERVER6 "$@"
}

# The server is in the LAN too and is reached by the router's outer address.
wire4_hairpin() {
	dnat r ip daddr $ROUTER tcp dport 1723 dnat ip to $WIRE_INSIDE
	at r nft add rule inet vplab post ip saddr $LAN.0/24 oifname lan masquerade
	wire --server-netns c2 --server-dev eth0 --server-router "$(router_mac r lan)" \
		--client $WIRE_CLIENT --server $WIRE_INSIDE --dst $ROUTER "$@"
}
