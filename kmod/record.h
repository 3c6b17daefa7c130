/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass: records, what outlives the modules. */
#ifndef _VPNPASS_RECORD_H
#define _VPNPASS_RECORD_H

#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include "key.h"

/* What vpnpass_engine.sessions gives. */
enum {
	VPNPASS_SESSION_CLIENT,
	VPNPASS_SESSION_CLIENT_MAPPED,
	VPNPASS_SESSION_SERVER,
	VPNPASS_SESSION_IDS,
};

/**
 * struct vpnpass_record - a piece of what is known, to be saved and made known again
 * @kind: enum vpnpass_record_kind, what it is about
 * @key: of the control flow, as vpnpass_control_key() makes it
 * @client_mapped: the client's address as the server sees it
 * @server_mapped: the server's own address
 * @client_port: the client's port, inside and outside
 * @server_port: the server's port, inside and outside
 * @floated: another port from which the server answers, or 0
 * @member: id in the group, 0 without one
 * @flags: enum vpnpass_record_flag
 * @version: of L2TP
 * @client_id: id that the client assigned, inside and outside; 0: none, as all ids
 * @server_id: id that the server assigned, inside and outside
 * @session: of a tunnel, to be shown
 * @parent: client's id of the tunnel that a session is in
 * @mate: SPI of the other direction
 * @seq: highest sequence number
 * @cookie: of an IKE SA's initiator and responder
 * @mark: connection mark of the flow's entry, as all that follows
 * @seen: directions that had a packet
 * @packets: per direction
 * @bytes: per direction
 * @age: of a tunnel, in ms
 */
struct vpnpass_record {
	u8 kind;
	struct vpnpass_key key;
	union nf_inet_addr client_mapped;
	union nf_inet_addr server_mapped;
	__be16 client_port[IP_CT_DIR_MAX];
	__be16 server_port[IP_CT_DIR_MAX];
	__be16 floated;
	u16 member;
	u32 flags;
	u8 version;
	u32 client_id[IP_CT_DIR_MAX];
	u32 server_id[IP_CT_DIR_MAX];
	u32 session[VPNPASS_SESSION_IDS];
	u32 parent;
	u32 mate;
	u32 seq;
	u64 cookie[2];
	u32 mark;
	u8 seen;
	u64 packets[IP_CT_DIR_MAX];
	u64 bytes[IP_CT_DIR_MAX];
	u64 age;
};

#endif /* _VPNPASS_RECORD_H */
