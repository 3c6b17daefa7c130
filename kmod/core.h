/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass: what the core's own files share. */
#ifndef _VPNPASS_CORE_H
#define _VPNPASS_CORE_H

#include <linux/bitops.h>
#include <linux/jump_label.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "vpnpass.h"

extern unsigned int vpnpass_net_id;
extern struct mutex vpnpass_mutex;	/* modes, hooks, engines */

static inline struct vpnpass_net *vpnpass_pernet(const struct net *net)
{
	return net_generic(net, vpnpass_net_id);
}

/**
 * struct vpnpass_party - an address that has tunnels or control flows
 * @node: in vpnpass_net.parties
 * @key: who, as client or as server
 * @tunnels: its tunnels
 * @controls: its control flows
 * @rcu: for the end
 */
struct vpnpass_party {
	struct rhash_head node;
	struct vpnpass_party_key {
		union nf_inet_addr addr;
		u32 server;
	} key;
	unsigned int tunnels;
	unsigned int controls;
	struct rcu_head rcu;
};

/* bind.c */
int vpnpass_bind_init(struct vpnpass_net *vn);
void vpnpass_bind_exit(struct vpnpass_net *vn);

/* limit.c */
int vpnpass_limit_init(struct vpnpass_net *vn);
void vpnpass_limit_exit(struct vpnpass_net *vn);
int vpnpass_charge_control(struct vpnpass_control *control);
void vpnpass_uncharge_control(struct vpnpass_control *control);
int vpnpass_charge_tunnel(struct vpnpass_tunnel *tunnel);
void vpnpass_uncharge_tunnel(struct vpnpass_tunnel *tunnel);

/* attach.c */
static inline bool vpnpass_entry_live(const struct nf_conn *ct)
{
	return !nf_ct_is_dying(ct) && !nf_ct_is_expired(ct);
}

struct nf_conn *vpnpass_entry_get(struct vpnpass_flow *flow);

/* port.c */
extern unsigned long vpnpass_ports[];

/* Is a packet to this UDP port to be looked at before conntrack? */
static __always_inline bool vpnpass_port_watched(__be16 port)
{
	return test_bit((__force u16)port, vpnpass_ports);
}

int vpnpass_port_init(void);
void vpnpass_port_exit(void);

/* hooks.c */
DECLARE_STATIC_KEY_FALSE(vpnpass_udp_key);
bool vpnpass_zone(const struct sk_buff *skb, u16 *zone);
const struct vpnpass_engine *vpnpass_data_engine(struct vpnpass_net *vn, u8 l4proto);
const struct vpnpass_engine *vpnpass_udp_engine(struct vpnpass_net *vn, __be16 port);
void vpnpass_watch(struct nf_conn *ct);
void vpnpass_strays(struct vpnpass_net *vn);
int vpnpass_hooks_register(struct net *net);
void vpnpass_hooks_unregister(struct net *net);

/* icmp.c */
unsigned int vpnpass_icmp(struct sk_buff *skb, struct vpnpass_packet *pkt);

/* engine.c */
int vpnpass_mode_set(struct vpnpass_net *vn, unsigned int id, unsigned int mode);
const struct vpnpass_counter *vpnpass_counter(const struct vpnpass_engine *engine,
					      unsigned int i);

/* gc.c */
void vpnpass_gc(struct work_struct *work);
void vpnpass_flush(struct vpnpass_net *vn, unsigned int id);

/* sysctl.c */
int vpnpass_sysctl_init(struct vpnpass_net *vn);
void vpnpass_sysctl_exit(struct vpnpass_net *vn);
int vpnpass_sysctl_add(struct vpnpass_net *vn, const struct vpnpass_engine *engine);
void vpnpass_sysctl_del(struct vpnpass_net *vn, unsigned int id);

/* helper.c */
bool vpnpass_helper_picked(const struct nf_conn *ct, unsigned int id);
int vpnpass_helper_add(const struct vpnpass_engine *engine);
void vpnpass_helper_del(const struct vpnpass_engine *engine);

/* netlink.c */
extern struct genl_family vpnpass_family;
int vpnpass_netlink_init(void);
void vpnpass_netlink_exit(void);
int vpnpass_put_addr(struct sk_buff *msg, int attr, const struct vpnpass_key *key,
		     const union nf_inet_addr *addr);
int vpnpass_put_u64(struct sk_buff *msg, int attr, u64 value);
int vpnpass_put_acct(struct sk_buff *msg, const u64 packets[], const u64 bytes[]);
void vpnpass_flow_acct(struct vpnpass_flow *flow, u64 packets[], u64 bytes[]);
void vpnpass_notify_tunnel(struct vpnpass_tunnel *tunnel, u8 cmd);
void vpnpass_notify_refused(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
			    const char *why, const struct vpnpass_key *key);

#endif /* _VPNPASS_CORE_H */
