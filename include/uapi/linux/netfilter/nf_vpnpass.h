/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vpnpass.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_NETFILTER_NF_VPNPASS_H
#define _UAPI_LINUX_NETFILTER_NF_VPNPASS_H

#define VPNPASS_FAMILY_NAME	"vpnpass"
#define VPNPASS_FAMILY_VERSION	1

/**
 * enum vpnpass_proto - VPN protocols with a passthrough module.
 */
enum vpnpass_proto {
	VPNPASS_PROTO_PPTP,
	VPNPASS_PROTO_L2TP,
	VPNPASS_PROTO_IPSEC,
};

/**
 * enum vpnpass_mode - What the router does for a protocol.
 * @VPNPASS_MODE_OFF: No help, the kernel's plain NAT.
 * @VPNPASS_MODE_ON: Every control flow on the protocol's port is helped.
 * @VPNPASS_MODE_RULE: Only flows that a "ct helper" rule picked are helped.
 */
enum vpnpass_mode {
	VPNPASS_MODE_OFF,
	VPNPASS_MODE_ON,
	VPNPASS_MODE_RULE,
};

/**
 * enum vpnpass_state - Life of a tunnel.
 * @VPNPASS_STATE_SETUP: One end asked for it, the other has not answered yet.
 * @VPNPASS_STATE_UP: Agreed by both ends, data may flow.
 * @VPNPASS_STATE_CLOSING: Ended by one end, late packets are still delivered.
 * @VPNPASS_STATE_PAIRING: Data from the server goes to the likeliest client
 *   (IPsec), not confirmed yet.
 * @VPNPASS_STATE_AMBIGUOUS: Data from the server goes to several clients as it
 *   could be for any (IPsec).
 */
enum vpnpass_state {
	VPNPASS_STATE_SETUP,
	VPNPASS_STATE_UP,
	VPNPASS_STATE_CLOSING,
	VPNPASS_STATE_PAIRING,
	VPNPASS_STATE_AMBIGUOUS,
};

/**
 * enum vpnpass_record_kind - What a saved record is about. Records of a flow
 *   follow the flow's own.
 * @VPNPASS_RECORD_KIND_FLOW: A control connection, or a client and its server.
 * @VPNPASS_RECORD_KIND_TUNNEL: A tunnel (PPTP call, L2TP tunnel, all ESP
 *   between two hosts) of a flow.
 * @VPNPASS_RECORD_KIND_SESSION: A session of an L2TPv3 tunnel.
 * @VPNPASS_RECORD_KIND_COOKIE: An IKE SA that a client has used.
 * @VPNPASS_RECORD_KIND_SA_OUT: An SA by which a client sends.
 * @VPNPASS_RECORD_KIND_SA_IN: An SA by which a client receives.
 */
enum vpnpass_record_kind {
	VPNPASS_RECORD_KIND_FLOW,
	VPNPASS_RECORD_KIND_TUNNEL,
	VPNPASS_RECORD_KIND_SESSION,
	VPNPASS_RECORD_KIND_COOKIE,
	VPNPASS_RECORD_KIND_SA_OUT,
	VPNPASS_RECORD_KIND_SA_IN,
};

/**
 * enum vpnpass_record_flag - What else there is to know of it.
 * @VPNPASS_RECORD_FLAG_OWN_ZONE: Replies have a conntrack zone of their own,
 *   as the client's port is kept.
 * @VPNPASS_RECORD_FLAG_MASQUERADE: The mapped address is that of the interface
 *   by which the flow leaves.
 * @VPNPASS_RECORD_FLAG_SERVER_PNS: The server is the PNS of a PPTP call.
 * @VPNPASS_RECORD_FLAG_UNBOUND: Data from the server is told by its port, not
 *   by its id (L2TP).
 * @VPNPASS_RECORD_FLAG_HIDDEN: The id is or was hidden (L2TP).
 * @VPNPASS_RECORD_FLAG_UNMANAGED: Nobody negotiated it (L2TPv3).
 * @VPNPASS_RECORD_FLAG_BY_PORT: The server answers to the translated port
 *   (L2TP).
 */
enum vpnpass_record_flag {
	VPNPASS_RECORD_FLAG_OWN_ZONE = 1,
	VPNPASS_RECORD_FLAG_MASQUERADE = 2,
	VPNPASS_RECORD_FLAG_SERVER_PNS = 4,
	VPNPASS_RECORD_FLAG_UNBOUND = 8,
	VPNPASS_RECORD_FLAG_HIDDEN = 16,
	VPNPASS_RECORD_FLAG_UNMANAGED = 32,
	VPNPASS_RECORD_FLAG_BY_PORT = 64,
};

enum {
	VPNPASS_A_PAD = 1,
	VPNPASS_A_PROTO,
	VPNPASS_A_MODE,
	VPNPASS_A_TUNNELS,
	VPNPASS_A_CONTROLS,
	VPNPASS_A_NAME,
	VPNPASS_A_VALUE,
	VPNPASS_A_DOC,
	VPNPASS_A_STATE,
	VPNPASS_A_CLIENT,
	VPNPASS_A_CLIENT_MAPPED,
	VPNPASS_A_SERVER,
	VPNPASS_A_SERVER_MAPPED,
	VPNPASS_A_CLIENT_ID,
	VPNPASS_A_CLIENT_ID_MAPPED,
	VPNPASS_A_SERVER_ID,
	VPNPASS_A_SERVER_ID_MAPPED,
	VPNPASS_A_AGE,
	VPNPASS_A_IDLE,
	VPNPASS_A_TX_PACKETS,
	VPNPASS_A_TX_BYTES,
	VPNPASS_A_RX_PACKETS,
	VPNPASS_A_RX_BYTES,
	VPNPASS_A_CLIENT_SESSION,
	VPNPASS_A_CLIENT_SESSION_MAPPED,
	VPNPASS_A_SERVER_SESSION,
	VPNPASS_A_RECORD,
	VPNPASS_A_FLAGS,
	VPNPASS_A_L4PROTO,
	VPNPASS_A_ZONE,
	VPNPASS_A_MEMBER,
	VPNPASS_A_CLIENT_PORT,
	VPNPASS_A_CLIENT_PORT_MAPPED,
	VPNPASS_A_SERVER_PORT,
	VPNPASS_A_SERVER_PORT_MAPPED,
	VPNPASS_A_SERVER_PORT_FLOATED,
	VPNPASS_A_VERSION,
	VPNPASS_A_PARENT,
	VPNPASS_A_MATE,
	VPNPASS_A_SEQUENCE,
	VPNPASS_A_COOKIE,
	VPNPASS_A_COOKIE_RESPONDER,
	VPNPASS_A_MARK,
	VPNPASS_A_SEEN,

	__VPNPASS_A_MAX,
	VPNPASS_A_MAX = (__VPNPASS_A_MAX - 1)
};

enum {
	VPNPASS_CMD_PROTO_GET = 1,
	VPNPASS_CMD_PROTO_SET,
	VPNPASS_CMD_TUNNEL_GET,
	VPNPASS_CMD_COUNTER_GET,
	VPNPASS_CMD_TUNNEL_UP,
	VPNPASS_CMD_TUNNEL_DOWN,
	VPNPASS_CMD_REFUSED,
	VPNPASS_CMD_RECORD_GET,
	VPNPASS_CMD_RECORD_NEW,

	__VPNPASS_CMD_MAX,
	VPNPASS_CMD_MAX = (__VPNPASS_CMD_MAX - 1)
};

#define VPNPASS_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_NETFILTER_NF_VPNPASS_H */
