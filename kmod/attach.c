// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: conntrack entries for data flows that conntrack itself can't match, made
 * here, put into its table, and attached to packets before conntrack sees them.
 *
 * An entry may vanish at any time (flush, expiry, early drop, masquerade's
 * address change). The tunnel stays and the next packet makes a new one.
 */
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_ecache.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_labels.h>
#include <net/netfilter/nf_conntrack_timestamp.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>
#include "core.h"

static bool vpnpass_entry_live(const struct nf_conn *ct)
{
	return !nf_ct_is_dying(ct) && !nf_ct_is_expired(ct);
}

/**
 * vpnpass_entry_get() - take a reference to a tunnel's entry
 * @tunnel: the tunnel
 *
 * Conntrack entries are recycled within a grace period. The reference taken is to
 * the tunnel's entry only if the tunnel still names it afterwards.
 *
 * Context: RCU read lock.
 * Return: a live entry, or NULL.
 */
struct nf_conn *vpnpass_entry_get(struct vpnpass_tunnel *tunnel)
{
	struct nf_conn *ct = rcu_dereference(tunnel->ct);

	if (unlikely(!ct) || unlikely(!vpnpass_ct_get_live(ct)))
		return NULL;
	/* the reference comes first, then what it refers to is looked at */
	smp_acquire__after_ctrl_dep();
	if (likely(rcu_access_pointer(tunnel->ct) == ct && vpnpass_entry_live(ct)))
		return ct;
	nf_ct_put(ct);
	return NULL;
}

/**
 * vpnpass_entry_drop() - let go of a tunnel's entry, if it has one
 * @tunnel: the tunnel
 * @kill: take it out of conntrack's table as well
 *
 * Context: any but hard interrupts, control->lock held.
 */
void vpnpass_entry_drop(struct vpnpass_tunnel *tunnel, bool kill)
{
	struct nf_conn *ct = rcu_dereference_protected(tunnel->ct,
				lockdep_is_held(&tunnel->control->lock));
	const struct nf_conn_acct *acct;
	int dir;

	if (!ct)
		return;
	acct = nf_conn_acct_find(ct);
	for (dir = 0; acct && dir < IP_CT_DIR_MAX; dir++) {
		tunnel->packets[dir] += atomic64_read(&acct->counter[dir].packets);
		tunnel->bytes[dir] += atomic64_read(&acct->counter[dir].bytes);
	}
	RCU_INIT_POINTER(tunnel->ct, NULL);
	if (kill)
		nf_ct_delete(ct, 0, 0);
	nf_ct_put(ct);
}

static void vpnpass_entry_tuple(struct nf_conntrack_tuple *t, const struct vpnpass_binding *to,
				const struct vpnpass_binding *back)
{
	memset(t, 0, sizeof(*t));
	t->src.l3num = to->key.kind & VPNPASS_IPV6 ? NFPROTO_IPV6 : NFPROTO_IPV4;
	t->src.u3 = to->key.src;
	t->dst.u3 = to->key.dst;
	t->dst.protonum = to->key.l4proto;
	t->dst.dir = to->dir;
	/* a call id identifies its receiver: the sender's own one is in what comes back */
	t->src.u.gre.key = htons(ntohl(back->id));
	t->dst.u.gre.key = htons(ntohl(to->key.id));
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
static void vpnpass_entry_follow(struct vpnpass_tunnel *tunnel, struct nf_conn *ct,
				 struct nf_conn *master)
{
	struct nf_conn_nat *nat = nf_ct_nat_ext_add(ct);

	if (master) {
#if IS_ENABLED(CONFIG_NF_NAT_MASQUERADE)
		const struct nf_conn_nat *master_nat = nfct_nat(master);

		if (nat && master_nat)
			nat->masq_index = master_nat->masq_index;
#endif
#ifdef CONFIG_NF_CONNTRACK_MARK
		tunnel->mark = READ_ONCE(master->mark);
#endif
#ifdef CONFIG_NF_CONNTRACK_SECMARK
		ct->secmark = master->secmark;
#endif
		if (nfct_help(master)) {
			nf_conntrack_get(&master->ct_general);
			ct->master = master;
			__set_bit(IPS_EXPECTED_BIT, &ct->status);
		}
	}
#ifdef CONFIG_NF_CONNTRACK_MARK
	ct->mark = tunnel->mark;
#endif
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

static struct nf_conn *vpnpass_entry_alloc(struct vpnpass_tunnel *tunnel)
{
	const struct vpnpass_binding *to_server = &tunnel->slot[VPNPASS_TO_SERVER];
	const struct vpnpass_binding *to_client = &tunnel->slot[VPNPASS_TO_CLIENT];
	struct nf_conntrack_zone zone = {
		.id = to_server->key.zone,
		.dir = NF_CT_DEFAULT_ZONE_DIR,
	};
	struct vpnpass_net *vn = tunnel->control->vn;
	struct nf_conntrack_tuple orig, reply;

	vpnpass_entry_tuple(&orig, to_server, to_client);
	vpnpass_entry_tuple(&reply, to_client, to_server);
	return nf_conntrack_alloc(vn->net, &zone, &orig, &reply, GFP_ATOMIC);
}

/* One try. Return: an entry in conntrack's table with one reference for the caller. */
static struct nf_conn *vpnpass_entry_make(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->control;
	struct nf_conn *master = control->ct;
	struct nf_conn *ct;
	unsigned int secs;
	int err;

	if (master && !vpnpass_entry_live(master))
		master = NULL;
	ct = vpnpass_entry_alloc(tunnel);
	if (IS_ERR(ct))
		return ct;
	vpnpass_entry_extend(ct);
	vpnpass_entry_follow(tunnel, ct, master);
	err = vpnpass_entry_nat(ct);
	if (err)
		goto fail;
	secs = vpnpass_param(control->vn, control->engine->id, VPNPASS_PARAM_TIMEOUT_UNREPLIED);
	__set_bit(IPS_CONFIRMED_BIT, &ct->status);
	WRITE_ONCE(ct->timeout, nfct_time_stamp + secs * HZ);
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

/* Remove what another hand put on our tuples: conntrackd, or a packet before us. */
static bool vpnpass_entry_evict(struct vpnpass_tunnel *tunnel, unsigned int slot)
{
	const struct vpnpass_binding *to = &tunnel->slot[slot];
	const struct vpnpass_binding *back = &tunnel->slot[!slot];
	struct nf_conntrack_zone zone = {
		.id = to->key.zone,
		.dir = NF_CT_DEFAULT_ZONE_DIR,
	};
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	struct nf_conn *ct;

	vpnpass_entry_tuple(&tuple, to, back);
	h = nf_conntrack_find_get(tunnel->control->vn->net, &zone, &tuple);
	if (!h)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(h);
	nf_ct_delete(ct, 0, 0);
	nf_ct_put(ct);
	vpnpass_count(tunnel->control->vn, tunnel->control->engine->id,
		      VPNPASS_COUNT_ENTRY_CLASH);
	return true;
}

/* control->lock held */
static struct nf_conn *vpnpass_entry_rebuild(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->control;
	struct nf_conn *ct;

	if (tunnel->dead)
		return NULL;
	ct = rcu_dereference_protected(tunnel->ct, lockdep_is_held(&control->lock));
	if (ct && vpnpass_entry_live(ct))
		goto get;		/* another CPU was faster */
	if (tunnel->seen)
		vpnpass_count(control->vn, control->engine->id, VPNPASS_COUNT_ENTRY_REBUILT);
	vpnpass_entry_drop(tunnel, true);
	ct = vpnpass_entry_make(tunnel);
	if (ct == ERR_PTR(-EEXIST)) {
		bool evicted = vpnpass_entry_evict(tunnel, VPNPASS_TO_SERVER);

		if (vpnpass_entry_evict(tunnel, VPNPASS_TO_CLIENT) || evicted)
			ct = vpnpass_entry_make(tunnel);
	}
	if (IS_ERR(ct))
		return NULL;
	rcu_assign_pointer(tunnel->ct, ct);
get:
	nf_conntrack_get(&ct->ct_general);
	return ct;
}

static struct nf_conn *vpnpass_entry_slow(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->control;
	struct nf_conn *ct;

	spin_lock_bh(&control->lock);
	ct = vpnpass_entry_rebuild(tunnel);
	spin_unlock_bh(&control->lock);
	return ct;
}

static enum ip_conntrack_info vpnpass_ctinfo(struct nf_conn *ct, enum ip_conntrack_dir dir)
{
	if (dir == IP_CT_DIR_ORIGINAL)
		return test_bit(IPS_SEEN_REPLY_BIT, &ct->status) ? IP_CT_ESTABLISHED :
								   IP_CT_RELATED;
	if (!test_bit(IPS_SEEN_REPLY_BIT, &ct->status) &&
	    !test_and_set_bit(IPS_SEEN_REPLY_BIT, &ct->status))
		nf_conntrack_event_cache(IPCT_REPLY, ct);
	return IP_CT_ESTABLISHED_REPLY;
}

static void vpnpass_refresh(struct vpnpass_tunnel *tunnel, struct nf_conn *ct,
			    enum ip_conntrack_info ctinfo, const struct sk_buff *skb)
{
	const struct vpnpass_control *control = tunnel->control;
	unsigned int param = VPNPASS_PARAM_TIMEOUT_UNREPLIED;
	enum ip_conntrack_dir dir = CTINFO2DIR(ctinfo);
	unsigned long now = jiffies;

	if (ctinfo != IP_CT_RELATED) {
		param = VPNPASS_PARAM_TIMEOUT;
		/* a packet each way: no prey for early drop any more */
		if (dir == IP_CT_DIR_ORIGINAL && !test_bit(IPS_ASSURED_BIT, &ct->status) &&
		    !test_and_set_bit(IPS_ASSURED_BIT, &ct->status))
			nf_conntrack_event_cache(IPCT_ASSURED, ct);
	}
	nf_ct_refresh_acct(ct, ctinfo, skb,
			   vpnpass_param(control->vn, control->engine->id, param) * HZ);
	if (READ_ONCE(tunnel->last[dir]) != now)	/* keeps the cache line clean */
		WRITE_ONCE(tunnel->last[dir], now);
	if (unlikely(!(READ_ONCE(tunnel->seen) & BIT(dir))))
		WRITE_ONCE(tunnel->seen, tunnel->seen | BIT(dir));
}

/**
 * vpnpass_attach() - give a data packet the conntrack entry of its tunnel
 * @skb: packet without an entry, a template at most
 * @tunnel: from a binding
 * @dir: from the binding
 *
 * conntrack leaves such a packet alone; NAT and filter rules see it as RELATED until
 * the tunnel had a packet each way, then as ESTABLISHED.
 *
 * Context: softirq or process, BH off, RCU read lock.
 * Return: NF_ACCEPT, or NF_DROP if no entry could be made.
 */
unsigned int vpnpass_attach(struct sk_buff *skb, struct vpnpass_tunnel *tunnel,
			    enum ip_conntrack_dir dir)
{
	struct nf_conn *ct = vpnpass_entry_get(tunnel);
	enum ip_conntrack_info ctinfo;

	if (unlikely(!ct)) {
		ct = vpnpass_entry_slow(tunnel);
		if (!ct) {
			vpnpass_count(tunnel->control->vn, tunnel->control->engine->id,
				      VPNPASS_COUNT_DATA_NO_ENTRY);
			return NF_DROP;
		}
	}
	ctinfo = vpnpass_ctinfo(ct, dir);
	vpnpass_refresh(tunnel, ct, ctinfo, skb);
	nf_reset_ct(skb);
	nf_ct_set(skb, ct, ctinfo);
	return NF_ACCEPT;
}
EXPORT_SYMBOL_GPL(vpnpass_attach);
