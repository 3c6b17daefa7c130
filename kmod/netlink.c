// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: generic netlink family "vpnpass". Messages are described in
 * Documentation/netlink/specs/vpnpass.yaml, from which netlink-gen.[ch] are made.
 */
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/sock.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include "core.h"
#include "netlink-gen.c"	/* its multicast groups are static */

struct genl_family vpnpass_family __ro_after_init = {
	.name = VPNPASS_FAMILY_NAME,
	.version = VPNPASS_FAMILY_VERSION,
	.netnsok = true,
	.module = THIS_MODULE,
	.maxattr = ARRAY_SIZE(vpnpass_nl_policy) - 1,
	.policy = vpnpass_nl_policy,
	.small_ops = vpnpass_nl_ops,
	.n_small_ops = ARRAY_SIZE(vpnpass_nl_ops),
	.mcgrps = vpnpass_nl_mcgrps,
	.n_mcgrps = ARRAY_SIZE(vpnpass_nl_mcgrps),
};

/**
 * vpnpass_put_addr() - write an address into a message
 * @msg: message
 * @attr: attribute
 * @key: key of the same family
 * @addr: address
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpnpass_put_addr(struct sk_buff *msg, int attr, const struct vpnpass_key *key,
		     const union nf_inet_addr *addr)
{
	bool ipv6 = key->kind & VPNPASS_IPV6;

	return nla_put(msg, attr, ipv6 ? sizeof(addr->in6) : sizeof(addr->in), addr);
}

/**
 * vpnpass_put_u64() - write a number into a message
 * @msg: message
 * @attr: attribute
 * @value: number
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpnpass_put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, VPNPASS_A_PAD);
}

static int vpnpass_put_ids(struct sk_buff *msg, const struct vpnpass_tunnel *tunnel)
{
	const struct vpnpass_binding *to_server = &tunnel->slot[VPNPASS_TO_SERVER];
	const struct vpnpass_binding *to_client = &tunnel->slot[VPNPASS_TO_CLIENT];

	if (to_client->key.l4proto &&
	    (nla_put_u32(msg, VPNPASS_A_CLIENT_ID, ntohl(to_client->id)) ||
	     nla_put_u32(msg, VPNPASS_A_CLIENT_ID_MAPPED, ntohl(to_client->key.id))))
		return -EMSGSIZE;
	if (to_server->key.l4proto &&
	    (nla_put_u32(msg, VPNPASS_A_SERVER_ID, ntohl(to_server->key.id)) ||
	     nla_put_u32(msg, VPNPASS_A_SERVER_ID_MAPPED, ntohl(to_server->id))))
		return -EMSGSIZE;
	return 0;
}

static int vpnpass_put_sessions(struct sk_buff *msg, const struct vpnpass_tunnel *tunnel)
{
	static const int attrs[VPNPASS_SESSION_IDS] = {
		[VPNPASS_SESSION_CLIENT] = VPNPASS_A_CLIENT_SESSION,
		[VPNPASS_SESSION_CLIENT_MAPPED] = VPNPASS_A_CLIENT_SESSION_MAPPED,
		[VPNPASS_SESSION_SERVER] = VPNPASS_A_SERVER_SESSION,
	};
	const struct vpnpass_engine *engine = tunnel->flow.control->engine;
	u32 ids[VPNPASS_SESSION_IDS];
	int i;

	if (!engine->sessions)
		return 0;
	engine->sessions(tunnel, ids);
	for (i = 0; i < VPNPASS_SESSION_IDS; i++)
		if (ids[i] && nla_put_u32(msg, attrs[i], ids[i]))
			return -EMSGSIZE;
	return 0;
}

static int vpnpass_put_ends(struct sk_buff *msg, const struct vpnpass_control *control)
{
	const struct vpnpass_key *key = &control->binding.key;

	if (vpnpass_put_addr(msg, VPNPASS_A_CLIENT, key, &key->src) ||
	    vpnpass_put_addr(msg, VPNPASS_A_CLIENT_MAPPED, key, &control->client_mapped) ||
	    vpnpass_put_addr(msg, VPNPASS_A_SERVER, key, &key->dst) ||
	    vpnpass_put_addr(msg, VPNPASS_A_SERVER_MAPPED, key, &control->server_mapped))
		return -EMSGSIZE;
	return 0;
}

/**
 * vpnpass_flow_acct() - what passed on a flow
 * @flow: flow
 * @packets: filled in, by direction
 * @bytes: likewise
 *
 * The figures of its present conntrack entry and of those before it.
 *
 * Context: RCU read lock.
 */
void vpnpass_flow_acct(struct vpnpass_flow *flow, u64 packets[], u64 bytes[])
{
	struct nf_conn *ct = vpnpass_entry_get(flow);
	const struct nf_conn_acct *acct = ct ? nf_conn_acct_find(ct) : NULL;
	int dir;

	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		packets[dir] = flow->packets[dir];
		bytes[dir] = flow->bytes[dir];
		if (!acct)
			continue;
		packets[dir] += atomic64_read(&acct->counter[dir].packets);
		bytes[dir] += atomic64_read(&acct->counter[dir].bytes);
	}
	if (ct)
		nf_ct_put(ct);
}

/**
 * vpnpass_put_acct() - write figures of both directions into a message
 * @msg: message
 * @packets: by direction
 * @bytes: likewise
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int vpnpass_put_acct(struct sk_buff *msg, const u64 packets[], const u64 bytes[])
{
	if (vpnpass_put_u64(msg, VPNPASS_A_TX_PACKETS, packets[IP_CT_DIR_ORIGINAL]) ||
	    vpnpass_put_u64(msg, VPNPASS_A_TX_BYTES, bytes[IP_CT_DIR_ORIGINAL]) ||
	    vpnpass_put_u64(msg, VPNPASS_A_RX_PACKETS, packets[IP_CT_DIR_REPLY]) ||
	    vpnpass_put_u64(msg, VPNPASS_A_RX_BYTES, bytes[IP_CT_DIR_REPLY]))
		return -EMSGSIZE;
	return 0;
}

static int vpnpass_put_times(struct sk_buff *msg, const struct vpnpass_tunnel *tunnel,
			     const struct vpnpass_flow *flow)
{
	u64 age = ktime_get_boottime_ns() - tunnel->created;
	unsigned long last = flow->last[0];

	if (time_after(flow->last[1], last))
		last = flow->last[1];
	if (vpnpass_put_u64(msg, VPNPASS_A_AGE, div_u64(age, NSEC_PER_MSEC)))
		return -EMSGSIZE;
	if (!flow->seen)
		return 0;
	return vpnpass_put_u64(msg, VPNPASS_A_IDLE, jiffies_to_msecs(jiffies - last));
}

static int vpnpass_fill_tunnel(struct sk_buff *msg, struct vpnpass_tunnel *tunnel, u32 portid,
			       u32 seq, int flags, u8 cmd)
{
	const struct vpnpass_control *control = tunnel->flow.control;
	struct vpnpass_flow *flow = control->engine->carrier ?
				    control->engine->carrier(tunnel) : &tunnel->flow;
	void *hdr = genlmsg_put(msg, portid, seq, &vpnpass_family, flags, cmd);
	u64 packets[IP_CT_DIR_MAX], bytes[IP_CT_DIR_MAX];

	if (!hdr)
		return -EMSGSIZE;
	vpnpass_flow_acct(flow, packets, bytes);
	if (nla_put_u8(msg, VPNPASS_A_PROTO, control->engine->id) ||
	    nla_put_u8(msg, VPNPASS_A_STATE, READ_ONCE(tunnel->state)) ||
	    vpnpass_put_ends(msg, control) || vpnpass_put_ids(msg, tunnel) ||
	    vpnpass_put_sessions(msg, tunnel) || vpnpass_put_times(msg, tunnel, flow) ||
	    vpnpass_put_acct(msg, packets, bytes)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

static int vpnpass_fill_proto(struct sk_buff *msg, struct netlink_callback *cb,
			      const struct vpnpass_engine_net *en, unsigned int id)
{
	void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&vpnpass_family, NLM_F_MULTI, VPNPASS_CMD_PROTO_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u8(msg, VPNPASS_A_PROTO, id) ||
	    nla_put_u8(msg, VPNPASS_A_MODE, en->mode) ||
	    nla_put_u32(msg, VPNPASS_A_TUNNELS, READ_ONCE(en->tunnels)) ||
	    nla_put_u32(msg, VPNPASS_A_CONTROLS, READ_ONCE(en->controls))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

int vpnpass_nl_proto_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vpnpass_net *vn = vpnpass_pernet(sock_net(skb->sk));

	mutex_lock(&vpnpass_mutex);
	for (; cb->args[0] < VPNPASS_PROTOS; cb->args[0]++) {
		const struct vpnpass_engine_net *en = &vn->engines[cb->args[0]];

		if (rcu_access_pointer(en->engine) &&
		    vpnpass_fill_proto(skb, cb, en, cb->args[0]))
			break;
	}
	mutex_unlock(&vpnpass_mutex);
	return skb->len;
}

int vpnpass_nl_proto_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vpnpass_net *vn = vpnpass_pernet(genl_info_net(info));
	unsigned int id, mode;
	int err;

	if (!info->attrs[VPNPASS_A_PROTO] || !info->attrs[VPNPASS_A_MODE]) {
		NL_SET_ERR_MSG(info->extack, "both the protocol and its mode are needed");
		return -EINVAL;
	}
	id = nla_get_u8(info->attrs[VPNPASS_A_PROTO]);
	mode = nla_get_u8(info->attrs[VPNPASS_A_MODE]);
	mutex_lock(&vpnpass_mutex);
	err = vpnpass_mode_set(vn, id, mode);
	mutex_unlock(&vpnpass_mutex);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "the protocol's module is not loaded");
	else if (err)
		NL_SET_ERR_MSG(info->extack, "connection tracking could not be turned on");
	return err;
}

int vpnpass_nl_tunnel_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vpnpass_net *vn = vpnpass_pernet(sock_net(skb->sk));
	struct vpnpass_tunnel *tunnel;
	long i = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(tunnel, &vn->tunnels, list) {
		if (i++ < cb->args[0])
			continue;
		if (vpnpass_fill_tunnel(skb, tunnel, NETLINK_CB(cb->skb).portid,
					cb->nlh->nlmsg_seq, NLM_F_MULTI,
					VPNPASS_CMD_TUNNEL_GET))
			break;
		cb->args[0] = i;
	}
	rcu_read_unlock();
	return skb->len;
}

static u64 vpnpass_stat(const struct vpnpass_engine_net *en, unsigned int i)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu_ptr(en->stats, cpu)[i]);
	return sum;
}

static int vpnpass_fill_counter(struct sk_buff *msg, struct netlink_callback *cb,
				const struct vpnpass_engine_net *en,
				const struct vpnpass_engine *engine, unsigned int i)
{
	const struct vpnpass_counter *counter = vpnpass_counter(engine, i);
	void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&vpnpass_family, NLM_F_MULTI, VPNPASS_CMD_COUNTER_GET);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u8(msg, VPNPASS_A_PROTO, engine->id) ||
	    nla_put_string(msg, VPNPASS_A_NAME, counter->name) ||
	    nla_put_string(msg, VPNPASS_A_DOC, counter->doc) ||
	    vpnpass_put_u64(msg, VPNPASS_A_VALUE, vpnpass_stat(en, i))) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* args[0]: protocol, args[1]: its next counter */
int vpnpass_nl_counter_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vpnpass_net *vn = vpnpass_pernet(sock_net(skb->sk));
	const struct vpnpass_engine *engine;

	mutex_lock(&vpnpass_mutex);
	for (; cb->args[0] < VPNPASS_PROTOS; cb->args[0]++, cb->args[1] = 0) {
		const struct vpnpass_engine_net *en = &vn->engines[cb->args[0]];

		engine = rcu_dereference_protected(en->engine,
						   lockdep_is_held(&vpnpass_mutex));
		if (!engine)
			continue;
		for (; cb->args[1] < VPNPASS_COUNT_MAX + engine->ncounters; cb->args[1]++)
			if (vpnpass_fill_counter(skb, cb, en, engine, cb->args[1]))
				goto out;
	}
out:
	mutex_unlock(&vpnpass_mutex);
	return skb->len;
}

static struct sk_buff *vpnpass_event_new(struct vpnpass_net *vn)
{
	if (!genl_has_listeners(&vpnpass_family, vn->net, VPNPASS_NLGRP_EVENTS))
		return NULL;
	return genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_ATOMIC);
}

static void vpnpass_event_send(struct vpnpass_net *vn, struct sk_buff *msg)
{
	genlmsg_multicast_netns(&vpnpass_family, vn->net, msg, 0, VPNPASS_NLGRP_EVENTS,
				GFP_ATOMIC);
}

/**
 * vpnpass_notify_tunnel() - tell listeners of a tunnel's coming or going
 * @tunnel: the tunnel
 * @cmd: VPNPASS_CMD_TUNNEL_UP or VPNPASS_CMD_TUNNEL_DOWN
 *
 * Context: any but hard interrupts, control->lock held.
 */
void vpnpass_notify_tunnel(struct vpnpass_tunnel *tunnel, u8 cmd)
{
	struct vpnpass_net *vn = tunnel->flow.control->vn;
	struct sk_buff *msg;
	int err;

	rcu_read_lock();
	msg = vpnpass_event_new(vn);
	if (!msg)
		goto out;
	err = vpnpass_fill_tunnel(msg, tunnel, 0, 0, 0, cmd);
	if (err)
		nlmsg_free(msg);
	else
		vpnpass_event_send(vn, msg);
out:
	rcu_read_unlock();
}

/**
 * vpnpass_notify_refused() - tell listeners that help was refused
 * @vn: network namespace
 * @engine: protocol
 * @why: a counter's name
 * @key: of the control flow
 *
 * Context: any but hard interrupts.
 */
void vpnpass_notify_refused(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
			    const char *why, const struct vpnpass_key *key)
{
	struct sk_buff *msg = vpnpass_event_new(vn);
	void *hdr;

	if (!msg)
		return;
	hdr = genlmsg_put(msg, 0, 0, &vpnpass_family, 0, VPNPASS_CMD_REFUSED);
	if (!hdr || nla_put_u8(msg, VPNPASS_A_PROTO, engine->id) ||
	    nla_put_string(msg, VPNPASS_A_NAME, why) ||
	    vpnpass_put_addr(msg, VPNPASS_A_CLIENT, key, &key->src) ||
	    vpnpass_put_addr(msg, VPNPASS_A_SERVER, key, &key->dst)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	vpnpass_event_send(vn, msg);
}

/**
 * vpnpass_netlink_init() - offer the netlink family
 *
 * Context: process, once.
 * Return: 0 or a negative errno.
 */
int vpnpass_netlink_init(void)
{
	return genl_register_family(&vpnpass_family);
}

/**
 * vpnpass_netlink_exit() - withdraw the netlink family
 *
 * Context: process, once.
 */
void vpnpass_netlink_exit(void)
{
	genl_unregister_family(&vpnpass_family);
}
