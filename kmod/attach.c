// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: conntrack entries for data flows that conntrack itself can't match, made
 * here, put into its table, and attached to packets before conntrack sees them.
 *
 * An entry may vanish at any time (flush, expiry, early drop, masquerade's
 * address change). The tunnel stays and the next packet makes a new one.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_labels.h>
#include <net/netfilter/nf_conntrack_timestamp.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>
#include <net/route.h>
#include "core.h"

#define VPNPASS_KILLS_MAX	8	/* entries in a row that their first packet ended */

/**
 * vpnpass_entry_get() - take a reference to a flow's entry
 * @flow: the flow
 *
 * Conntrack entries are recycled within a grace period. The reference taken is to
 * the flow's entry only if the flow still names it afterwards.
 *
 * Context: RCU read lock.
 * Return: a live entry, or NULL.
 */
struct nf_conn *vpnpass_entry_get(struct vpnpass_flow *flow)
{
	struct nf_conn *ct = rcu_dereference(flow->ct);

	if (unlikely(!ct) || unlikely(!vpnpass_ct_get_live(ct)))
		return NULL;
	/* the reference comes first, then what it refers to is looked at */
	smp_acquire__after_ctrl_dep();
	if (likely(rcu_access_pointer(flow->ct) == ct && vpnpass_entry_live(ct)))
		return ct;
	nf_ct_put(ct);
	return NULL;
}

static struct nf_conn *vpnpass_entry_locked(const struct vpnpass_flow *flow)
{
	return rcu_dereference_protected(flow->ct, lockdep_is_held(&flow->control->lock));
}

/*
 * Masquerade ends each entry of a client whose packets leave by another interface now, its first
 * packet with it, which counts twice then. conntrack -F ends entries too, but not one after the
 * other at their first packet.
 */
static void vpnpass_entry_note_kill(struct vpnpass_flow *flow, const struct nf_conn *ct,
				    const struct nf_conn_acct *acct)
{
	if (!nf_ct_is_dying(ct) || nf_ct_is_expired(ct) || !acct ||
	    atomic64_read(&acct->counter[IP_CT_DIR_ORIGINAL].packets) > 2 ||
	    atomic64_read(&acct->counter[IP_CT_DIR_REPLY].packets))
		flow->kills = 0;
	else if (flow->kills < VPNPASS_KILLS_MAX)
		flow->kills++;
}

/* Let go of a flow's entry, if it has one. Context: control->lock held. */
static void vpnpass_entry_drop(struct vpnpass_flow *flow, bool kill)
{
	struct nf_conn *ct = vpnpass_entry_locked(flow);
	const struct nf_conn_acct *acct;
	int dir;

	if (!ct)
		return;
	acct = nf_conn_acct_find(ct);
	for (dir = 0; acct && dir < IP_CT_DIR_MAX; dir++) {
		flow->packets[dir] += atomic64_read(&acct->counter[dir].packets);
		flow->bytes[dir] += atomic64_read(&acct->counter[dir].bytes);
	}
#ifdef CONFIG_NF_CONNTRACK_MARK
	flow->mark = READ_ONCE(ct->mark);
#endif
#if IS_ENABLED(CONFIG_NF_NAT_MASQUERADE)
	if (nfct_nat(ct))
		flow->masq_index = nfct_nat(ct)->masq_index;
#endif
	vpnpass_entry_note_kill(flow, ct, acct);
	RCU_INIT_POINTER(flow->ct, NULL);
	if (kill)
		nf_ct_delete(ct, 0, 0);
	nf_ct_put(ct);
}

static const struct vpnpass_engine *vpnpass_flow_engine(const struct vpnpass_flow *flow)
{
	return flow->control->engine;
}

static void vpnpass_flow_count(const struct vpnpass_flow *flow, unsigned int what)
{
	vpnpass_count(flow->control->vn, vpnpass_flow_engine(flow)->id, what);
}

static unsigned int vpnpass_flow_timeout(const struct vpnpass_flow *flow, unsigned int param)
{
	return vpnpass_param(flow->control->vn, vpnpass_flow_engine(flow)->id, param) * HZ;
}

static void vpnpass_entry_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
				struct nf_conntrack_tuple *t)
{
	memset(t, 0, sizeof(*t));
	t->src.l3num = flow->control->binding.key.kind & VPNPASS_IPV6 ? NFPROTO_IPV6 :
									 NFPROTO_IPV4;
	t->dst.dir = dir;
	vpnpass_flow_engine(flow)->tuple(flow, dir, t);
}

static void vpnpass_entry_extend(struct nf_conn *ct)
{
	struct nf_conn_tstamp *tstamp;

	nf_ct_ext_add(ct, NF_CT_EXT_ACCT, GFP_ATOMIC);	/* the tool shows figures always */
	tstamp = nf_ct_tstamp_ext_add(ct, GFP_ATOMIC);
	if (tstamp)
		tstamp->start = ktime_get_real_ns();
	nf_ct_ecache_ext_add(ct, 0, 0, GFP_ATOMIC);
	nf_ct_labels_ext_add(ct);
}

/* Bind one manip to exactly @addr and @id; nothing is left to choose. */
static bool vpnpass_entry_manip(struct nf_conn *ct, const union nf_inet_addr *addr, __be16 id,
				enum nf_nat_manip_type manip)
{
	struct nf_nat_range2 range = {
		.flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED,
		.min_addr = *addr,
		.max_addr = *addr,
		.min_proto.all = id,
		.max_proto.all = id,
	};

	return nf_nat_setup_info(ct, &range, manip) == NF_ACCEPT;
}

/* What the tuples say already is made known to NAT. */
static int vpnpass_entry_nat(struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (!vpnpass_entry_manip(ct, &reply.dst.u3, reply.dst.u.all, NF_NAT_MANIP_SRC) ||
	    !vpnpass_entry_manip(ct, &reply.src.u3, reply.src.u.all, NF_NAT_MANIP_DST))
		return -ENOMEM;
	if (!nf_ct_tuple_equal(&ct->tuplehash[IP_CT_DIR_REPLY].tuple, &reply))
		return -EEXIST;
	/* ids are the engine's to rewrite, so NAT need not touch packets for them alone */
	if (!nf_inet_addr_cmp(&orig->src.u3, &reply.dst.u3))
		ct->status |= IPS_SRC_NAT;
	if (!nf_inet_addr_cmp(&orig->dst.u3, &reply.src.u3))
		ct->status |= IPS_DST_NAT;
	return 0;
}

/*
 * Follow the control flow as an expected connection follows its master. Without a
 * helper extension in the master, some kernels' GRE destructor would crash; then,
 * and while there is no master, packets are RELATED without one.
 */
static void vpnpass_entry_master(struct nf_conn *ct, struct nf_conn *master)
{
#ifdef CONFIG_NF_CONNTRACK_MARK
	ct->mark = READ_ONCE(master->mark);
#endif
#ifdef CONFIG_NF_CONNTRACK_SECMARK
	ct->secmark = master->secmark;
#endif
	if (!nfct_help(master))
		return;
	nf_conntrack_get(&master->ct_general);
	ct->master = master;
	__set_bit(IPS_EXPECTED_BIT, &ct->status);
}

/* What is known from the control flow, or from the entry before this one. */
static void vpnpass_entry_inherit(struct vpnpass_flow *flow, struct nf_conn *ct,
				  struct nf_conn *master)
{
	struct nf_conn_nat *nat = nf_ct_nat_ext_add(ct);

#if IS_ENABLED(CONFIG_NF_NAT_MASQUERADE)
	if (nat)
		nat->masq_index = master && nfct_nat(master) ? nfct_nat(master)->masq_index :
								flow->masq_index;
#endif
#ifdef CONFIG_NF_CONNTRACK_MARK
	ct->mark = flow->mark;
#endif
	if (master)
		vpnpass_entry_master(ct, master);
	if (flow->is_control) {
		vpnpass_control_mark(ct);
		vpnpass_watch(ct);
	}
}

static void vpnpass_entry_free(struct nf_conn *ct)
{
	struct nf_conn *master = ct->master;

	ct->master = NULL;
	__clear_bit(IPS_CONFIRMED_BIT, &ct->status);
	nf_conntrack_free(ct);
	if (master)
		nf_ct_put(master);
}

static struct nf_conn *vpnpass_entry_alloc(struct vpnpass_flow *flow)
{
	struct nf_conntrack_tuple orig, reply;

	vpnpass_entry_tuple(flow, IP_CT_DIR_ORIGINAL, &orig);
	vpnpass_entry_tuple(flow, IP_CT_DIR_REPLY, &reply);
	return nf_conntrack_alloc(flow->control->vn->net, &flow->zone, &orig, &reply, GFP_ATOMIC);
}

static struct nf_conn *vpnpass_entry_find_master(const struct vpnpass_flow *flow)
{
	struct nf_conn *master = flow->control->ct;

	return master && !flow->is_control && vpnpass_entry_live(master) ? master : NULL;
}

/* One try. Return: an entry in conntrack's table with one reference for the caller. */
static struct nf_conn *vpnpass_entry_make(struct vpnpass_flow *flow)
{
	struct nf_conn *ct = vpnpass_entry_alloc(flow);
	int err;

	if (IS_ERR(ct))
		return ct;
	vpnpass_entry_extend(ct);
	vpnpass_entry_inherit(flow, ct, vpnpass_entry_find_master(flow));
	err = vpnpass_entry_nat(ct);
	if (err)
		goto fail;
	__set_bit(IPS_CONFIRMED_BIT, &ct->status);
	WRITE_ONCE(ct->timeout, nfct_time_stamp +
		   vpnpass_flow_timeout(flow, VPNPASS_PARAM_TIMEOUT_UNREPLIED));
	err = nf_conntrack_hash_check_insert(ct);
	if (err)
		goto fail;
	nf_conntrack_event_cache(ct->master ? IPCT_RELATED : IPCT_NEW, ct);
	nf_ct_deliver_cached_events(ct);
	return ct;
fail:
	vpnpass_entry_free(ct);
	return ERR_PTR(err);
}

/* Return: the entry that another hand put on our tuple of one direction, referenced. */
static struct nf_conn *vpnpass_entry_find(struct vpnpass_flow *flow, enum ip_conntrack_dir dir)
{
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;

	vpnpass_entry_tuple(flow, dir, &tuple);
	h = nf_conntrack_find_get(flow->control->vn->net, &flow->zone, &tuple);
	return h ? nf_ct_tuplehash_to_ctrack(h) : NULL;
}

/* Is it what we would have made? A packet that passed before, or conntrackd, made it. */
static bool vpnpass_entry_fits(const struct vpnpass_flow *flow, const struct nf_conn *ct)
{
	struct nf_conntrack_tuple tuple;
	int dir;

	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		vpnpass_entry_tuple(flow, dir, &tuple);
		if (!nf_ct_tuple_equal(&ct->tuplehash[dir].tuple, &tuple))
			return false;
	}
	return vpnpass_entry_live(ct);
}

/*
 * Did another client get the port that NAT had chosen for us? It may if our first packet was
 * lost on its way out, as there was no entry yet.
 */
static bool vpnpass_entry_lost(const struct vpnpass_flow *flow, const struct nf_conn *ct)
{
	struct nf_conntrack_tuple tuple;

	if (!flow->is_control || flow->had_entry)
		return false;
	vpnpass_entry_tuple(flow, IP_CT_DIR_ORIGINAL, &tuple);
	return !nf_ct_tuple_equal(&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple, &tuple);
}

/*
 * Take the entry that sits on our tuples if it fits, remove what does not.
 * Return: as vpnpass_entry_make(), ERR_PTR(-EBUSY) if it is rightly another's.
 */
static struct nf_conn *vpnpass_entry_take_over(struct vpnpass_flow *flow)
{
	struct nf_conn *ct;
	int dir;

	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		ct = vpnpass_entry_find(flow, dir);
		if (!ct)
			continue;
		if (vpnpass_entry_fits(flow, ct))
			return ct;
		if (vpnpass_entry_lost(flow, ct)) {
			nf_ct_put(ct);
			return ERR_PTR(-EBUSY);
		}
		nf_ct_delete(ct, 0, 0);
		nf_ct_put(ct);
		vpnpass_flow_count(flow, VPNPASS_COUNT_ENTRY_CLASH);
	}
	return vpnpass_entry_make(flow);
}

/*
 * Masquerade gave the client the address of an interface; is it ours still, and does it let
 * packets with it pass? If not, no new entry may have it: the next packets are NAT's to translate.
 */
static bool vpnpass_mapped_gone(const struct vpnpass_flow *flow)
{
	const struct vpnpass_control *control = flow->control;
	const union nf_inet_addr *mapped = &control->client_mapped;
	struct net *net = control->vn->net;
	const struct net_device *dev;

	if (!flow->masq_index)
		return false;
	if (flow->kills == VPNPASS_KILLS_MAX)
		return true;
	dev = dev_get_by_index_rcu(net, flow->masq_index);	/* tells the VRF */
	if (!(control->binding.key.kind & VPNPASS_IPV6))
		return inet_addr_type_dev_table(net, dev, mapped->ip) != RTN_LOCAL;
#if IS_BUILTIN(CONFIG_IPV6)
	return !ipv6_chk_addr(net, &mapped->in6, dev, 0);
#else
	return false;
#endif
}

/* control->lock held */
static struct nf_conn *vpnpass_entry_rebuild(struct vpnpass_flow *flow)
{
	struct nf_conn *ct;

	if (flow->dead)
		return NULL;
	ct = vpnpass_entry_locked(flow);
	if (ct && vpnpass_entry_live(ct))
		goto get;		/* another CPU was faster */
	if (flow->had_entry)
		vpnpass_flow_count(flow, VPNPASS_COUNT_ENTRY_REBUILT);
	vpnpass_entry_drop(flow, true);
	if (vpnpass_mapped_gone(flow)) {
		vpnpass_flow_count(flow, VPNPASS_COUNT_ADDRESS_GONE);
		vpnpass_control_del(flow->control);
		return NULL;
	}
	ct = vpnpass_entry_make(flow);
	if (ct == ERR_PTR(-EEXIST))
		ct = vpnpass_entry_take_over(flow);
	if (ct == ERR_PTR(-EBUSY)) {
		vpnpass_flow_count(flow, VPNPASS_COUNT_PORT_LOST);
		vpnpass_control_del(flow->control);
	}
	if (IS_ERR(ct))
		return NULL;
	flow->had_entry = true;
	rcu_assign_pointer(flow->ct, ct);
get:
	nf_conntrack_get(&ct->ct_general);
	return ct;
}

static struct nf_conn *vpnpass_entry_slow(struct vpnpass_flow *flow)
{
	struct vpnpass_control *control = flow->control;
	struct nf_conn *ct;

	spin_lock_bh(&control->lock);
	ct = vpnpass_entry_rebuild(flow);
	spin_unlock_bh(&control->lock);
	return ct;
}

/**
 * vpnpass_flow_init() - prepare a flow that has no entry yet
 * @flow: zeroed
 * @control: the control flow that it belongs to, with its key
 *
 * Context: any, nobody else knows @flow yet.
 */
void vpnpass_flow_init(struct vpnpass_flow *flow, struct vpnpass_control *control)
{
	int dir;

	flow->control = control;
	flow->zone.id = control->binding.key.zone;
	flow->zone.dir = NF_CT_DEFAULT_ZONE_DIR;
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++)
		flow->last[dir] = jiffies;
}
EXPORT_SYMBOL_GPL(vpnpass_flow_init);

/**
 * vpnpass_flow_use() - take the entry that conntrack made for a flow
 * @flow: the flow
 * @ct: a confirmed entry
 *
 * Context: control->lock held.
 */
void vpnpass_flow_use(struct vpnpass_flow *flow, struct nf_conn *ct)
{
	if (flow->dead || vpnpass_entry_locked(flow) == ct)
		return;
	vpnpass_entry_drop(flow, false);
	nf_conntrack_get(&ct->ct_general);
	flow->had_entry = true;
	rcu_assign_pointer(flow->ct, ct);
}
EXPORT_SYMBOL_GPL(vpnpass_flow_use);

/**
 * vpnpass_flow_gc() - let go of an entry that left conntrack's table
 * @flow: the flow
 *
 * Such entries are freed only when nobody refers to them.
 *
 * Context: control->lock held.
 */
void vpnpass_flow_gc(struct vpnpass_flow *flow)
{
	struct nf_conn *ct = vpnpass_entry_locked(flow);

	if (ct && !vpnpass_entry_live(ct))
		vpnpass_entry_drop(flow, false);
}
EXPORT_SYMBOL_GPL(vpnpass_flow_gc);

/**
 * vpnpass_flow_idle() - have both directions been silent for long?
 * @flow: the flow
 * @secs: how long, in seconds
 *
 * Context: any.
 * Return: true if neither had a packet for @secs.
 */
bool vpnpass_flow_idle(const struct vpnpass_flow *flow, unsigned int secs)
{
	unsigned long limit = secs * HZ;

	return time_after(jiffies, READ_ONCE(flow->last[0]) + limit) &&
	       time_after(jiffies, READ_ONCE(flow->last[1]) + limit);
}
EXPORT_SYMBOL_GPL(vpnpass_flow_idle);

/*
 * The entry of a first packet which no other followed is conntrack's own, and nobody has kept it.
 * Left alone it would keep the flow's next packet from being taken for a first one.
 */
static void vpnpass_entry_drop_first(struct vpnpass_flow *flow)
{
	struct nf_conn *ct;

	if (flow->had_entry || rcu_access_pointer(flow->ct))
		return;
	ct = vpnpass_entry_find(flow, IP_CT_DIR_ORIGINAL);
	if (!ct)
		return;
	if (vpnpass_entry_fits(flow, ct))
		nf_ct_delete(ct, 0, 0);
	nf_ct_put(ct);
}

/**
 * vpnpass_flow_end() - a flow is over: its entry goes, and it gets no other
 * @flow: the flow
 *
 * Context: control->lock held.
 */
void vpnpass_flow_end(struct vpnpass_flow *flow)
{
	flow->dead = true;
	vpnpass_entry_drop_first(flow);
	vpnpass_entry_drop(flow, true);
}
EXPORT_SYMBOL_GPL(vpnpass_flow_end);

/*
 * Data is RELATED until there was a packet each way, be the first one of whichever end.
 * Control flows are what they are without us.
 */
static enum ip_conntrack_info vpnpass_ctinfo(const struct vpnpass_flow *flow, struct nf_conn *ct,
					     enum ip_conntrack_dir dir)
{
	if (dir == IP_CT_DIR_ORIGINAL) {
		if (test_bit(IPS_SEEN_REPLY_BIT, &ct->status))
			return IP_CT_ESTABLISHED;
		return flow->is_control ? IP_CT_NEW : IP_CT_RELATED;
	}
	if (!test_bit(IPS_SEEN_REPLY_BIT, &ct->status) &&
	    !test_and_set_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		nf_conntrack_event_cache(IPCT_REPLY, ct);
	if (unlikely(!(READ_ONCE(flow->seen) & BIT(IP_CT_DIR_ORIGINAL))) && !flow->is_control)
		return IP_CT_RELATED_REPLY;
	return IP_CT_ESTABLISHED_REPLY;
}

static void vpnpass_refresh(struct vpnpass_flow *flow, struct nf_conn *ct,
			    enum ip_conntrack_info ctinfo, const struct sk_buff *skb)
{
	unsigned int param = VPNPASS_PARAM_TIMEOUT_UNREPLIED;
	enum ip_conntrack_dir dir = CTINFO2DIR(ctinfo);
	unsigned long now = jiffies;

	if (ctinfo == IP_CT_ESTABLISHED || ctinfo == IP_CT_ESTABLISHED_REPLY) {
		param = VPNPASS_PARAM_TIMEOUT;
		/* a packet each way: no prey for early drop any more */
		if (dir == IP_CT_DIR_ORIGINAL && !test_bit(IPS_ASSURED_BIT, &ct->status) &&
		    !test_and_set_bit(IPS_ASSURED_BIT, &ct->status))
			nf_conntrack_event_cache(IPCT_ASSURED, ct);
	}
	nf_ct_refresh_acct(ct, ctinfo, skb, vpnpass_flow_timeout(flow, param));
	if (READ_ONCE(flow->last[dir]) != now)	/* keeps the cache line clean */
		WRITE_ONCE(flow->last[dir], now);
	if (unlikely(!(READ_ONCE(flow->seen) & BIT(dir))))
		WRITE_ONCE(flow->seen, flow->seen | BIT(dir));
}

/**
 * vpnpass_attach() - give a packet the conntrack entry of its flow
 * @skb: packet without an entry, a template at most
 * @flow: from a binding
 * @dir: from the binding
 *
 * conntrack leaves such a packet alone; NAT and filter rules see it as RELATED until
 * the flow had a packet each way, then as ESTABLISHED.
 *
 * Context: softirq or process, BH off, RCU read lock.
 * Return: NF_ACCEPT, or NF_DROP if no entry could be made.
 */
unsigned int vpnpass_attach(struct sk_buff *skb, struct vpnpass_flow *flow,
			    enum ip_conntrack_dir dir)
{
	struct nf_conn *ct = vpnpass_entry_get(flow);
	enum ip_conntrack_info ctinfo;

	if (unlikely(!ct)) {
		ct = vpnpass_entry_slow(flow);
		if (!ct) {
			vpnpass_flow_count(flow, VPNPASS_COUNT_DATA_NO_ENTRY);
			return NF_DROP;
		}
	}
	ctinfo = vpnpass_ctinfo(flow, ct, dir);
	vpnpass_refresh(flow, ct, ctinfo, skb);
	nf_reset_ct(skb);
	nf_ct_set(skb, ct, ctinfo);
	return NF_ACCEPT;
}
EXPORT_SYMBOL_GPL(vpnpass_attach);
