// SPDX-License-Identifier: GPL-2.0
/* vpnpass: control flows, the TCP or UDP flows by which tunnels are negotiated. */
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "core.h"

/**
 * vpnpass_upper() - where the transport header of a control packet is
 * @skb: the packet
 * @ct: its entry
 *
 * Context: any.
 * Return: offset from skb->data, negative if there is none.
 */
int vpnpass_upper(const struct sk_buff *skb, const struct nf_conn *ct)
{
	u8 nexthdr;
	__be16 frag;

	if (nf_ct_l3num(ct) == NFPROTO_IPV4)
		return skb_network_offset(skb) + ip_hdrlen(skb);
	nexthdr = ipv6_hdr(skb)->nexthdr;
	return ipv6_skip_exthdr(skb, skb_network_offset(skb) + sizeof(struct ipv6hdr), &nexthdr,
				&frag);
}
EXPORT_SYMBOL_GPL(vpnpass_upper);

/**
 * vpnpass_control_key() - the key of a control flow
 * @ct: its conntrack entry
 * @key: filled in
 *
 * Context: any.
 * Return: false if the two directions are in different conntrack zones, where
 * data packets could not be told apart.
 */
bool vpnpass_control_key(const struct nf_conn *ct, struct vpnpass_key *key)
{
	const struct nf_conntrack_tuple *t = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_zone *zone = nf_ct_zone(ct);

	if (zone->dir != NF_CT_DEFAULT_ZONE_DIR)
		return false;
	*key = (struct vpnpass_key) {
		.src = t->src.u3,
		.dst = t->dst.u3,
		.id = htonl(ntohs(t->src.u.all) << 16 | ntohs(t->dst.u.all)),
		.zone = zone->id,
		.l4proto = t->dst.protonum,
		.kind = VPNPASS_CONTROL |
			(t->src.l3num == NFPROTO_IPV6 ? VPNPASS_IPV6 : 0),
	};
	return true;
}
EXPORT_SYMBOL_GPL(vpnpass_control_key);

/**
 * vpnpass_control_find() - find a control flow
 * @vn: network namespace
 * @key: from vpnpass_control_key()
 *
 * Context: RCU read lock.
 * Return: the flow, to be locked and its @dead tested, or NULL.
 */
struct vpnpass_control *vpnpass_control_find(struct vpnpass_net *vn,
					     const struct vpnpass_key *key)
{
	struct vpnpass_binding *b = vpnpass_lookup(vn, key);

	if (b && b->flow)	/* it may be a tunnel's that the control flow has under this key */
		return b->flow->control;
	return b ? container_of(b, struct vpnpass_control, binding) : NULL;
}
EXPORT_SYMBOL_GPL(vpnpass_control_find);

/**
 * vpnpass_control_add() - make a control flow known
 * @control: zeroed, with @vn, @engine and its key set, lock initialised
 * @ct: its conntrack entry; NULL if the mapped addresses are set already
 *
 * Context: softirq. The caller frees @control if this fails.
 * Return: 0, -EEXIST if another CPU was faster, -ENOSPC at a cap, -ENOMEM.
 */
int vpnpass_control_add(struct vpnpass_control *control, struct nf_conn *ct)
{
	struct vpnpass_net *vn = control->vn;
	int why, err = -ENOSPC;

	if (ct) {
		control->server_mapped = ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u3;
		control->client_mapped = ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u3;
	}
	spin_lock_bh(&vn->lock);
	why = vpnpass_charge_control(control);
	if (!why) {
		err = vpnpass_bind(vn, &control->binding);
		if (err)
			vpnpass_uncharge_control(control);
		else
			list_add_tail_rcu(&control->list, &vn->controls);
		if (err && err != -EEXIST)
			why = VPNPASS_COUNT_NOMEM;
		WRITE_ONCE(vn->changes, vn->changes + 1);
	}
	spin_unlock_bh(&vn->lock);
	if (why)
		vpnpass_refused(vn, control->engine, why, &control->binding.key);
	return err;
}
EXPORT_SYMBOL_GPL(vpnpass_control_add);

/**
 * vpnpass_control_seen() - note a control packet and its conntrack entry
 * @control: the flow
 * @ct: entry of the packet
 *
 * Keeps one reference to the newest confirmed entry. An unconfirmed one is
 * nobody's but the packet's, so it is not kept.
 *
 * Context: softirq, control->lock held.
 */
void vpnpass_control_seen(struct vpnpass_control *control, struct nf_conn *ct)
{
	control->last = jiffies;
	if (likely(control->ct == ct) || !nf_ct_is_confirmed(ct))
		return;
	if (control->ct)
		nf_ct_put(control->ct);
	nf_conntrack_get(&ct->ct_general);
	control->ct = ct;
}
EXPORT_SYMBOL_GPL(vpnpass_control_seen);

/**
 * vpnpass_control_del() - end a control flow and its tunnels
 * @control: the flow
 *
 * Context: any but hard interrupts, control->lock held. The memory lives until the
 * end of an RCU grace period, @dead tells those who still see it.
 */
void vpnpass_control_del(struct vpnpass_control *control)
{
	struct vpnpass_net *vn = control->vn;

	control->engine->tunnels_end(control);
	control->dead = true;
	if (control->ct)
		nf_ct_put(control->ct);
	control->ct = NULL;
	spin_lock_bh(&vn->lock);
	vpnpass_unbind(vn, &control->binding);
	list_del_rcu(&control->list);
	WRITE_ONCE(vn->changes, vn->changes + 1);
	vpnpass_uncharge_control(control);
	spin_unlock_bh(&vn->lock);
	kfree_rcu(control, rcu);
}
EXPORT_SYMBOL_GPL(vpnpass_control_del);

/**
 * vpnpass_control_mark() - make an unconfirmed entry fit to be a control flow
 * @ct: unconfirmed conntrack entry
 *
 * An empty helper extension keeps the flow off flowtables, which know neither
 * control messages nor zones. It also keeps kernels that take any master of a GRE
 * entry for one of the in-tree PPTP helper from following a NULL pointer.
 *
 * Context: softirq, the caller is the entry's only user.
 * Return: 0 or -ENOMEM.
 */
int vpnpass_control_mark(struct nf_conn *ct)
{
	if (nfct_help(ct) || nf_ct_helper_ext_add(ct, GFP_ATOMIC))
		return 0;
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(vpnpass_control_mark);
