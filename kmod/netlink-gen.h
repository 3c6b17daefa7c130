/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/vpnpass.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_VPNPASS_GEN_H
#define _LINUX_VPNPASS_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/netfilter/nf_vpnpass.h>

/* Global operation policy for vpnpass */
extern const struct nla_policy vpnpass_nl_policy[VPNPASS_A_SEEN + 1];

/* Ops table for vpnpass */
extern const struct genl_small_ops vpnpass_nl_ops[6];

int vpnpass_nl_proto_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int vpnpass_nl_proto_set_doit(struct sk_buff *skb, struct genl_info *info);
int vpnpass_nl_tunnel_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int vpnpass_nl_counter_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int vpnpass_nl_record_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int vpnpass_nl_record_new_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	VPNPASS_NLGRP_EVENTS,
};

#endif /* _LINUX_VPNPASS_GEN_H */
