// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: what is known, as records over netlink, so that it outlives the modules or a
 * router. Only what is certain is told; conntrack entries are no part of it, as the next
 * packet of each flow makes its own.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/netfilter/nf_nat.h>
#include <net/route.h>
#include "core.h"
#include "netlink-gen.h"

#define VPNPASS_AGE_MAX		(10ULL * 365 * 86400 * MSEC_PER_SEC)

/**
 * vpnpass_flow_save() - say what there is to say of a flow
 * @flow: the flow
 * @rec: mark, figures and flags are filled in
 *
 * Context: RCU read lock, control->lock held.
 */
void vpnpass_flow_save(struct vpnpass_flow *flow, struct vpnpass_record *rec)
{
	struct nf_conn *ct = vpnpass_entry_get(flow);
	int masq_index = flow->masq_index;

	vpnpass_flow_acct(flow, rec->packets, rec->bytes);
	rec->seen = READ_ONCE(flow->seen);
	rec->mark = flow->mark;
	if (ct) {
#ifdef CONFIG_NF_CONNTRACK_MARK
		rec->mark = READ_ONCE(ct->mark);
#endif
#if IS_ENABLED(CONFIG_NF_NAT_MASQUERADE)
		if (nfct_nat(ct))
			masq_index = nfct_nat(ct)->masq_index;
#endif
		nf_ct_put(ct);
	}
	if (masq_index)
		rec->flags |= VPNPASS_RECORD_FLAG_MASQUERADE;
}
EXPORT_SYMBOL_GPL(vpnpass_flow_save);

/* The interface that has the mapped address, so that losing it is noticed; 0: none here. */
static int vpnpass_masq_index(struct net *net, const struct vpnpass_record *rec)
{
	struct net_device *dev = NULL;

	if (!(rec->flags & VPNPASS_RECORD_FLAG_MASQUERADE))
		return 0;
	if (!(rec->key.kind & VPNPASS_IPV6))
		dev = __ip_dev_find(net, rec->client_mapped.ip, false);
#if IS_BUILTIN(CONFIG_IPV6)
	else
		dev = ipv6_dev_find(net, &rec->client_mapped.in6, NULL);
#endif
	return dev ? dev->ifindex : 0;
}

/**
 * vpnpass_flow_restore() - a flow goes on
 * @flow: prepared by vpnpass_flow_init(), without an entry
 * @rec: what was said of it
 *
 * Context: RCU read lock, control->lock held.
 */
void vpnpass_flow_restore(struct vpnpass_flow *flow, const struct vpnpass_record *rec)
{
	int dir;

	flow->had_entry = true;
	flow->mark = rec->mark;
	flow->seen = rec->seen;
	flow->masq_index = vpnpass_masq_index(flow->control->vn->net, rec);
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		flow->packets[dir] = rec->packets[dir];
		flow->bytes[dir] = rec->bytes[dir];
	}
}
EXPORT_SYMBOL_GPL(vpnpass_flow_restore);

/**
 * vpnpass_tunnel_save() - say what there is to say of a tunnel
 * @tunnel: the tunnel
 * @rec: age and what its flow has are filled in
 *
 * Context: RCU read lock, control->lock held.
 */
void vpnpass_tunnel_save(struct vpnpass_tunnel *tunnel, struct vpnpass_record *rec)
{
	rec->kind = VPNPASS_RECORD_KIND_TUNNEL;
	rec->age = div_u64(ktime_get_boottime_ns() - tunnel->created, NSEC_PER_MSEC);
	vpnpass_flow_save(&tunnel->flow, rec);
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_save);

/**
 * vpnpass_tunnel_restore() - a tunnel goes on
 * @tunnel: from vpnpass_tunnel_add()
 * @rec: what was said of it
 *
 * Context: RCU read lock, control->lock held.
 */
void vpnpass_tunnel_restore(struct vpnpass_tunnel *tunnel, const struct vpnpass_record *rec)
{
	tunnel->created -= min(rec->age, VPNPASS_AGE_MAX) * NSEC_PER_MSEC;
	vpnpass_flow_restore(&tunnel->flow, rec);
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_restore);

/**
 * vpnpass_restore_part() - make known what belongs to a control flow
 * @vn: network namespace
 * @rec: the record
 * @restore: does it, control->lock held
 *
 * Context: RCU read lock, BH off.
 * Return: what @restore returns, or -ENOENT if there is no such flow.
 */
int vpnpass_restore_part(struct vpnpass_net *vn, const struct vpnpass_record *rec,
			 vpnpass_restore_fn restore)
{
	struct vpnpass_control *control = vpnpass_control_find(vn, &rec->key);
	int err = -ENOENT;

	if (!control)
		return err;
	spin_lock_bh(&control->lock);
	if (!control->dead)
		err = restore(control, rec);
	spin_unlock_bh(&control->lock);
	return err;
}
EXPORT_SYMBOL_GPL(vpnpass_restore_part);

/* To netlink. What is zero is left out. */

static int vpnpass_put_some_u32(struct sk_buff *msg, int attr, u32 value)
{
	return value ? nla_put_u32(msg, attr, value) : 0;
}

static int vpnpass_put_some_u16(struct sk_buff *msg, int attr, u16 value)
{
	return value ? nla_put_u16(msg, attr, value) : 0;
}

static int vpnpass_put_some_u64(struct sk_buff *msg, int attr, u64 value)
{
	return value ? vpnpass_put_u64(msg, attr, value) : 0;
}

static int vpnpass_put_record_ends(struct sk_buff *msg, const struct vpnpass_record *rec)
{
	const struct vpnpass_key *key = &rec->key;

	if (vpnpass_put_addr(msg, VPNPASS_A_CLIENT, key, &key->src) ||
	    vpnpass_put_addr(msg, VPNPASS_A_CLIENT_MAPPED, key, &rec->client_mapped) ||
	    vpnpass_put_addr(msg, VPNPASS_A_SERVER, key, &key->dst) ||
	    vpnpass_put_addr(msg, VPNPASS_A_SERVER_MAPPED, key, &rec->server_mapped) ||
	    nla_put_u8(msg, VPNPASS_A_L4PROTO, key->l4proto) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_ZONE, key->zone) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_MEMBER, rec->member) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_CLIENT_PORT, ntohs(rec->client_port[0])) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_CLIENT_PORT_MAPPED, ntohs(rec->client_port[1])) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_SERVER_PORT, ntohs(rec->server_port[0])) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_SERVER_PORT_MAPPED, ntohs(rec->server_port[1])) ||
	    vpnpass_put_some_u16(msg, VPNPASS_A_SERVER_PORT_FLOATED, ntohs(rec->floated)))
		return -EMSGSIZE;
	return 0;
}

static int vpnpass_put_record_ids(struct sk_buff *msg, const struct vpnpass_record *rec)
{
	if (vpnpass_put_some_u32(msg, VPNPASS_A_CLIENT_ID, rec->client_id[0]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_CLIENT_ID_MAPPED, rec->client_id[1]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_SERVER_ID, rec->server_id[0]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_SERVER_ID_MAPPED, rec->server_id[1]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_CLIENT_SESSION,
				 rec->session[VPNPASS_SESSION_CLIENT]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_CLIENT_SESSION_MAPPED,
				 rec->session[VPNPASS_SESSION_CLIENT_MAPPED]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_SERVER_SESSION,
				 rec->session[VPNPASS_SESSION_SERVER]) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_PARENT, rec->parent) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_MATE, rec->mate) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_SEQUENCE, rec->seq) ||
	    vpnpass_put_some_u64(msg, VPNPASS_A_COOKIE, rec->cookie[0]) ||
	    vpnpass_put_some_u64(msg, VPNPASS_A_COOKIE_RESPONDER, rec->cookie[1]))
		return -EMSGSIZE;
	return 0;
}

static int vpnpass_put_record(struct sk_buff *msg, u8 proto, const struct vpnpass_record *rec)
{
	if (nla_put_u8(msg, VPNPASS_A_PROTO, proto) ||
	    nla_put_u8(msg, VPNPASS_A_RECORD, rec->kind) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_FLAGS, rec->flags) ||
	    vpnpass_put_record_ends(msg, rec) || vpnpass_put_record_ids(msg, rec) ||
	    (rec->version && nla_put_u8(msg, VPNPASS_A_VERSION, rec->version)) ||
	    vpnpass_put_some_u32(msg, VPNPASS_A_MARK, rec->mark) ||
	    (rec->seen && nla_put_u8(msg, VPNPASS_A_SEEN, rec->seen)) ||
	    vpnpass_put_some_u64(msg, VPNPASS_A_AGE, rec->age) ||
	    vpnpass_put_acct(msg, rec->packets, rec->bytes))
		return -EMSGSIZE;
	return 0;
}

static int vpnpass_fill_record(struct sk_buff *msg, struct netlink_callback *cb, u8 proto,
			       const struct vpnpass_record *rec)
{
	void *hdr = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&vpnpass_family, NLM_F_MULTI, VPNPASS_CMD_RECORD_GET);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (vpnpass_put_record(msg, proto, rec)) {
		genlmsg_cancel(msg, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(msg, hdr);
	return 0;
}

/* Records from @first on. Return: 0, or the number of the first one that had no room, + 1. */
static unsigned int vpnpass_fill_control(struct sk_buff *msg, struct netlink_callback *cb,
					 struct vpnpass_control *control, unsigned int first)
{
	const struct vpnpass_engine *engine = control->engine;
	u32 ports = ntohl(control->binding.key.id);
	unsigned int i;

	spin_lock_bh(&control->lock);
	for (i = first; !control->dead; i++) {
		struct vpnpass_record rec = {
			.key = control->binding.key,
			.client_mapped = control->client_mapped,
			.server_mapped = control->server_mapped,
			.client_port[0] = htons(ports >> 16),
			.server_port[0] = htons(ports),
		};

		if (!engine->save(control, i, &rec))
			break;
		if (!vpnpass_fill_record(msg, cb, engine->id, &rec))
			continue;
		spin_unlock_bh(&control->lock);
		return i + 1;
	}
	spin_unlock_bh(&control->lock);
	return 0;
}

/* args[0]: number of the control flow, args[1]: its next record */
int vpnpass_nl_record_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct vpnpass_net *vn = vpnpass_pernet(sock_net(skb->sk));
	struct vpnpass_control *control;
	unsigned int next;
	long n = 0;

	/* places in the list count: a change means that something may be missing */
	cb->seq = READ_ONCE(vn->changes) ?: 1;
	rcu_read_lock();
	list_for_each_entry_rcu(control, &vn->controls, list) {
		if (n++ < cb->args[0])
			continue;
		next = vpnpass_fill_control(skb, cb, control, cb->args[1]);
		if (next) {
			cb->args[1] = next - 1;
			break;
		}
		cb->args[0] = n;
		cb->args[1] = 0;
	}
	rcu_read_unlock();
	return skb->len;
}

/* From netlink. */

static u32 vpnpass_get_u32(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u32(info->attrs[attr]) : 0;
}

static u16 vpnpass_get_u16(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u16(info->attrs[attr]) : 0;
}

static u64 vpnpass_get_u64(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u64(info->attrs[attr]) : 0;
}

static u8 vpnpass_get_u8(const struct genl_info *info, int attr)
{
	return info->attrs[attr] ? nla_get_u8(info->attrs[attr]) : 0;
}

/* The first address tells the family, the others must be of the same. */
static bool vpnpass_get_addr(const struct genl_info *info, int attr, union nf_inet_addr *addr)
{
	const struct nlattr *nla = info->attrs[attr];
	const struct nlattr *first = info->attrs[VPNPASS_A_CLIENT];

	if (!nla || !first || nla_len(nla) != nla_len(first) ||
	    (nla_len(nla) != sizeof(addr->in) && nla_len(nla) != sizeof(addr->in6)))
		return false;
	memcpy(addr, nla_data(nla), nla_len(nla));
	return true;
}

static bool vpnpass_get_ends(const struct genl_info *info, struct vpnpass_record *rec)
{
	struct vpnpass_key *key = &rec->key;

	if (!vpnpass_get_addr(info, VPNPASS_A_CLIENT, &key->src) ||
	    !vpnpass_get_addr(info, VPNPASS_A_CLIENT_MAPPED, &rec->client_mapped) ||
	    !vpnpass_get_addr(info, VPNPASS_A_SERVER, &key->dst) ||
	    !vpnpass_get_addr(info, VPNPASS_A_SERVER_MAPPED, &rec->server_mapped))
		return false;
	key->kind = VPNPASS_CONTROL;
	if (nla_len(info->attrs[VPNPASS_A_CLIENT]) == sizeof(key->src.in6))
		key->kind |= VPNPASS_IPV6;
	key->l4proto = vpnpass_get_u8(info, VPNPASS_A_L4PROTO);
	key->zone = vpnpass_get_u16(info, VPNPASS_A_ZONE);
	rec->client_port[0] = htons(vpnpass_get_u16(info, VPNPASS_A_CLIENT_PORT));
	rec->client_port[1] = htons(vpnpass_get_u16(info, VPNPASS_A_CLIENT_PORT_MAPPED));
	rec->server_port[0] = htons(vpnpass_get_u16(info, VPNPASS_A_SERVER_PORT));
	rec->server_port[1] = htons(vpnpass_get_u16(info, VPNPASS_A_SERVER_PORT_MAPPED));
	rec->floated = htons(vpnpass_get_u16(info, VPNPASS_A_SERVER_PORT_FLOATED));
	/* as vpnpass_control_key(): data protocols have no ports */
	if (key->l4proto == IPPROTO_TCP || key->l4proto == IPPROTO_UDP)
		key->id = htonl((u32)ntohs(rec->client_port[0]) << 16 |
				ntohs(rec->server_port[0]));
	return true;
}

static void vpnpass_get_ids(const struct genl_info *info, struct vpnpass_record *rec)
{
	rec->client_id[0] = vpnpass_get_u32(info, VPNPASS_A_CLIENT_ID);
	rec->client_id[1] = vpnpass_get_u32(info, VPNPASS_A_CLIENT_ID_MAPPED);
	rec->server_id[0] = vpnpass_get_u32(info, VPNPASS_A_SERVER_ID);
	rec->server_id[1] = vpnpass_get_u32(info, VPNPASS_A_SERVER_ID_MAPPED);
	rec->session[VPNPASS_SESSION_CLIENT] = vpnpass_get_u32(info, VPNPASS_A_CLIENT_SESSION);
	rec->session[VPNPASS_SESSION_CLIENT_MAPPED] =
		vpnpass_get_u32(info, VPNPASS_A_CLIENT_SESSION_MAPPED);
	rec->session[VPNPASS_SESSION_SERVER] = vpnpass_get_u32(info, VPNPASS_A_SERVER_SESSION);
	rec->parent = vpnpass_get_u32(info, VPNPASS_A_PARENT);
	rec->mate = vpnpass_get_u32(info, VPNPASS_A_MATE);
	rec->seq = vpnpass_get_u32(info, VPNPASS_A_SEQUENCE);
	rec->cookie[0] = vpnpass_get_u64(info, VPNPASS_A_COOKIE);
	rec->cookie[1] = vpnpass_get_u64(info, VPNPASS_A_COOKIE_RESPONDER);
}

static bool vpnpass_get_record(const struct genl_info *info, struct vpnpass_record *rec)
{
	if (!info->attrs[VPNPASS_A_PROTO] || !info->attrs[VPNPASS_A_RECORD] ||
	    !vpnpass_get_ends(info, rec))
		return false;
	vpnpass_get_ids(info, rec);
	rec->kind = vpnpass_get_u8(info, VPNPASS_A_RECORD);
	rec->flags = vpnpass_get_u32(info, VPNPASS_A_FLAGS);
	rec->member = vpnpass_get_u16(info, VPNPASS_A_MEMBER);
	rec->version = vpnpass_get_u8(info, VPNPASS_A_VERSION);
	rec->mark = vpnpass_get_u32(info, VPNPASS_A_MARK);
	rec->seen = vpnpass_get_u8(info, VPNPASS_A_SEEN) &
		    (BIT(IP_CT_DIR_ORIGINAL) | BIT(IP_CT_DIR_REPLY));
	rec->packets[IP_CT_DIR_ORIGINAL] = vpnpass_get_u64(info, VPNPASS_A_TX_PACKETS);
	rec->bytes[IP_CT_DIR_ORIGINAL] = vpnpass_get_u64(info, VPNPASS_A_TX_BYTES);
	rec->packets[IP_CT_DIR_REPLY] = vpnpass_get_u64(info, VPNPASS_A_RX_PACKETS);
	rec->bytes[IP_CT_DIR_REPLY] = vpnpass_get_u64(info, VPNPASS_A_RX_BYTES);
	rec->age = vpnpass_get_u64(info, VPNPASS_A_AGE);
	return true;
}

/* vpnpass_mutex held */
static int vpnpass_restore(struct vpnpass_net *vn, unsigned int id,
			   const struct vpnpass_record *rec)
{
	const struct vpnpass_engine_net *en = &vn->engines[id];
	const struct vpnpass_engine *engine;
	int err;

	engine = rcu_dereference_protected(en->engine, lockdep_is_held(&vpnpass_mutex));
	if (!engine || en->mode == VPNPASS_MODE_OFF)
		return -EOPNOTSUPP;
	local_bh_disable();
	rcu_read_lock();
	err = engine->restore(vn, rec);
	rcu_read_unlock();
	local_bh_enable();
	/* conntrackd may have brought its flow just now */
	WRITE_ONCE(vn->walk, jiffies);
	return err;
}

static void vpnpass_restore_why(struct netlink_ext_ack *extack, int err)
{
	switch (err) {
	case -EOPNOTSUPP:
		NL_SET_ERR_MSG(extack, "the protocol is off, or its module not loaded");
		break;
	case -EEXIST:
		NL_SET_ERR_MSG(extack, "known already");
		break;
	case -ENOENT:
		NL_SET_ERR_MSG(extack, "what it belongs to is not known");
		break;
	case -EADDRINUSE:
		NL_SET_ERR_MSG(extack, "another client has this id now");
		break;
	case -ENOSPC:
		NL_SET_ERR_MSG(extack, "a cap is reached");
		break;
	case -EINVAL:
		NL_SET_ERR_MSG(extack, "no record that the module could have made");
		break;
	}
}

int vpnpass_nl_record_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct vpnpass_net *vn = vpnpass_pernet(genl_info_net(info));
	struct vpnpass_record rec = {};
	int err = -EINVAL;

	if (vpnpass_get_record(info, &rec)) {
		mutex_lock(&vpnpass_mutex);
		err = vpnpass_restore(vn, nla_get_u8(info->attrs[VPNPASS_A_PROTO]), &rec);
		mutex_unlock(&vpnpass_mutex);
	}
	vpnpass_restore_why(info->extack, err);
	return err;
}
