// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vpnpass.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/netfilter/nf_vpnpass.h>

/* Global operation policy for vpnpass */
const struct nla_policy vpnpass_nl_policy[VPNPASS_A_SEEN + 1] = {
	[VPNPASS_A_PROTO] = NLA_POLICY_MAX(NLA_U8, 2),
	[VPNPASS_A_MODE] = NLA_POLICY_MAX(NLA_U8, 2),
	[VPNPASS_A_CLIENT] = { .type = NLA_BINARY, },
	[VPNPASS_A_CLIENT_MAPPED] = { .type = NLA_BINARY, },
	[VPNPASS_A_SERVER] = { .type = NLA_BINARY, },
	[VPNPASS_A_SERVER_MAPPED] = { .type = NLA_BINARY, },
	[VPNPASS_A_CLIENT_ID] = { .type = NLA_U32, },
	[VPNPASS_A_CLIENT_ID_MAPPED] = { .type = NLA_U32, },
	[VPNPASS_A_SERVER_ID] = { .type = NLA_U32, },
	[VPNPASS_A_SERVER_ID_MAPPED] = { .type = NLA_U32, },
	[VPNPASS_A_AGE] = { .type = NLA_U64, },
	[VPNPASS_A_TX_PACKETS] = { .type = NLA_U64, },
	[VPNPASS_A_TX_BYTES] = { .type = NLA_U64, },
	[VPNPASS_A_RX_PACKETS] = { .type = NLA_U64, },
	[VPNPASS_A_RX_BYTES] = { .type = NLA_U64, },
	[VPNPASS_A_CLIENT_SESSION] = { .type = NLA_U32, },
	[VPNPASS_A_CLIENT_SESSION_MAPPED] = { .type = NLA_U32, },
	[VPNPASS_A_SERVER_SESSION] = { .type = NLA_U32, },
	[VPNPASS_A_RECORD] = NLA_POLICY_MAX(NLA_U8, 5),
	[VPNPASS_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x7f),
	[VPNPASS_A_L4PROTO] = { .type = NLA_U8, },
	[VPNPASS_A_ZONE] = { .type = NLA_U16, },
	[VPNPASS_A_MEMBER] = { .type = NLA_U16, },
	[VPNPASS_A_CLIENT_PORT] = { .type = NLA_U16, },
	[VPNPASS_A_CLIENT_PORT_MAPPED] = { .type = NLA_U16, },
	[VPNPASS_A_SERVER_PORT] = { .type = NLA_U16, },
	[VPNPASS_A_SERVER_PORT_MAPPED] = { .type = NLA_U16, },
	[VPNPASS_A_SERVER_PORT_FLOATED] = { .type = NLA_U16, },
	[VPNPASS_A_VERSION] = { .type = NLA_U8, },
	[VPNPASS_A_PARENT] = { .type = NLA_U32, },
	[VPNPASS_A_MATE] = { .type = NLA_U32, },
	[VPNPASS_A_SEQUENCE] = { .type = NLA_U32, },
	[VPNPASS_A_COOKIE] = { .type = NLA_U64, },
	[VPNPASS_A_COOKIE_RESPONDER] = { .type = NLA_U64, },
	[VPNPASS_A_MARK] = { .type = NLA_U32, },
	[VPNPASS_A_SEEN] = { .type = NLA_U8, },
};

/* Ops table for vpnpass */
const struct genl_small_ops vpnpass_nl_ops[6] = {
	{
		.cmd	= VPNPASS_CMD_PROTO_GET,
		.dumpit	= vpnpass_nl_proto_get_dumpit,
	},
	{
		.cmd	= VPNPASS_CMD_PROTO_SET,
		.doit	= vpnpass_nl_proto_set_doit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNPASS_CMD_TUNNEL_GET,
		.dumpit	= vpnpass_nl_tunnel_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNPASS_CMD_COUNTER_GET,
		.dumpit	= vpnpass_nl_counter_get_dumpit,
	},
	{
		.cmd	= VPNPASS_CMD_RECORD_GET,
		.dumpit	= vpnpass_nl_record_get_dumpit,
		.flags	= GENL_ADMIN_PERM,
	},
	{
		.cmd	= VPNPASS_CMD_RECORD_NEW,
		.doit	= vpnpass_nl_record_new_doit,
		.flags	= GENL_ADMIN_PERM,
	},
};

static const struct genl_multicast_group vpnpass_nl_mcgrps[] = {
	[VPNPASS_NLGRP_EVENTS] = { "events", },
};
