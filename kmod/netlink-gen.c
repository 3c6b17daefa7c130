// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vpnpass.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/netfilter/nf_vpnpass.h>

/* Global operation policy for vpnpass */
const struct nla_policy vpnpass_nl_policy[VPNPASS_A_MODE + 1] = {
	[VPNPASS_A_PROTO] = NLA_POLICY_MAX(NLA_U8, 2),
	[VPNPASS_A_MODE] = NLA_POLICY_MAX(NLA_U8, 2),
};

/* Ops table for vpnpass */
const struct genl_small_ops vpnpass_nl_ops[4] = {
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
};

static const struct genl_multicast_group vpnpass_nl_mcgrps[] = {
	[VPNPASS_NLGRP_EVENTS] = { "events", },
};
