/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass: counters. Names are part of the ABI. */
#ifndef _VPNPASS_COUNTER_H
#define _VPNPASS_COUNTER_H

/**
 * struct vpnpass_counter - one counter
 * @name: lower case with dashes, part of the ABI
 * @doc: one sentence for people
 */
struct vpnpass_counter {
	const char *name;
	const char *doc;
};

/* Counters that every protocol has; a protocol's own follow them. */
#define VPNPASS_COUNTERS(X) \
	X(DATA, "data-packets", \
	  "Data packets given to the tunnel they belong to.") \
	X(DATA_UNKNOWN, "data-unknown", \
	  "Data packets whose id belongs to no tunnel; left to conntrack.") \
	X(DATA_TRUNCATED, "data-truncated", \
	  "Data packets too short to carry an id; left to conntrack.") \
	X(DATA_NOT_UP, "data-not-up", \
	  "Data packets of a tunnel that both ends have not agreed on yet; left to conntrack.") \
	X(DATA_NO_ENTRY, "data-no-entry", \
	  "Data packets dropped as no conntrack entry could be made.") \
	X(DATA_NOMEM, "data-nomem", \
	  "Packets dropped, or copies of them not made, as there was no memory.") \
	X(ENTRY_REBUILT, "entry-rebuilt", \
	  "Conntrack entries made anew for a running tunnel (after a flush or an idle time).") \
	X(ENTRY_CLASH, "entry-clash", \
	  "Foreign conntrack entries removed as they sat on a tunnel's ids.") \
	X(ADDRESS_GONE, "address-gone", \
	  "Control flows forgotten as masquerade gives them another address now.") \
	X(PORT_LOST, "port-lost", \
	  "Control flows forgotten as another got their port before their first packet was out.") \
	X(ERROR, "icmp-errors", \
	  "ICMP errors about data packets given to the right end.") \
	X(ERROR_UNKNOWN, "icmp-errors-unknown", \
	  "ICMP errors about data packets that belong to no tunnel.") \
	X(ERROR_BAD, "icmp-errors-bad", \
	  "ICMP errors with a wrong checksum or for somebody else.") \
	X(USER_ZONE, "user-zone", \
	  "Control flows not helped: their two directions are in different conntrack zones.") \
	X(CAP_TUNNELS, "cap-tunnels", \
	  "Tunnels not helped: max_tunnels reached.") \
	X(CAP_TUNNELS_CLIENT, "cap-tunnels-client", \
	  "Tunnels not helped: max_tunnels_per_client reached.") \
	X(CAP_TUNNELS_SERVER, "cap-tunnels-server", \
	  "Tunnels not helped: max_tunnels_per_server reached.") \
	X(CAP_CONTROLS, "cap-controls", \
	  "Control flows refused: max_controls reached.") \
	X(CAP_CONTROLS_CLIENT, "cap-controls-client", \
	  "Control flows refused: max_controls_per_client reached.") \
	X(NOMEM, "nomem", \
	  "Tunnels or control flows not helped for lack of memory.") \
	X(TUNNEL_UP, "tunnels-up", \
	  "Tunnels that came up.") \
	X(TUNNEL_DOWN, "tunnels-down", \
	  "Tunnels that ended after they were up.")

enum vpnpass_count {
#define X(id, name, doc) VPNPASS_COUNT_##id,
	VPNPASS_COUNTERS(X)
#undef X
	VPNPASS_COUNT_MAX,
};

#endif /* _VPNPASS_COUNTER_H */
