// SPDX-License-Identifier: GPL-2.0
/* PPTP passthrough: the data, enhanced GRE (RFC 2637, section 4.1). */
#include <linux/skbuff.h>
#include "pptp.h"

/* As far as ICMP errors quote it, which is all that is ever needed. */
struct pptp_gre {
	__be16 flags;
	__be16 protocol;
	__be16 len;
	__be16 call_id;		/* of the receiver */
};

#define PPTP_GRE_FLAGS_MASK	htons(0xef7f)	/* all but S and A */
#define PPTP_GRE_FLAGS		htons(0x2001)	/* key present, version 1 */
#define PPTP_GRE_PROTOCOL	htons(0x880b)	/* PPP */

static bool pptp_gre_is_ours(const struct pptp_gre *h)
{
	return (h->flags & PPTP_GRE_FLAGS_MASK) == PPTP_GRE_FLAGS &&
	       h->protocol == PPTP_GRE_PROTOCOL;
}

static __be32 pptp_gre_id(const struct pptp_gre *h)
{
	return htonl(ntohs(h->call_id));
}

static bool pptp_gre_write_id(struct sk_buff *skb, unsigned int off, __be32 id)
{
	struct pptp_gre *h;

	if (skb_ensure_writable(skb, off + sizeof(*h)))
		return false;
	h = (struct pptp_gre *)(skb->data + off);
	h->call_id = htons(ntohl(id));
	return true;
}

/**
 * pptp_data() - a GRE packet before conntrack
 * @vn: network namespace
 * @skb: the packet
 * @pkt: where its parts are
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int pptp_data(struct vpnpass_net *vn, struct sk_buff *skb,
		       const struct vpnpass_packet *pkt)
{
	const struct pptp_gre *h;
	struct vpnpass_binding *b;
	struct vpnpass_key key;
	unsigned int why;
	struct pptp_gre _h;

	h = skb_header_pointer(skb, pkt->off, sizeof(_h), &_h);
	why = VPNPASS_COUNT_DATA_TRUNCATED;
	if (unlikely(!h))
		goto ignore;
	if (!pptp_gre_is_ours(h))
		return NF_ACCEPT;
	key.l4proto = IPPROTO_GRE;
	vpnpass_packet_key(&key, skb, pkt);
	key.id = pptp_gre_id(h);
	b = vpnpass_lookup(vn, &key);
	why = VPNPASS_COUNT_DATA_UNKNOWN;
	if (unlikely(!b))
		goto ignore;
	why = VPNPASS_COUNT_DATA_NOT_UP;
	/* pairs with vpnpass_tunnel_up() */
	if (unlikely(!smp_load_acquire(&vpnpass_tunnel_of(b->flow)->up)))
		goto ignore;
	if (unlikely(b->id != key.id) && !pptp_gre_write_id(skb, pkt->off, b->id)) {
		vpnpass_count(vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_DATA_NOMEM);
		return NF_DROP;
	}
	vpnpass_count(vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_DATA);
	return vpnpass_attach(skb, b->flow, b->dir);
ignore:
	vpnpass_count(vn, VPNPASS_PROTO_PPTP, why);
	return NF_ACCEPT;
}

/**
 * pptp_tuple() - what conntrack sees of a call's packets in one direction
 * @flow: of the call
 * @dir: direction
 * @t: addresses and ids are filled in
 *
 * A call id identifies its receiver: the sender's own one is in what comes back.
 *
 * Context: see struct vpnpass_engine.
 */
void pptp_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
		struct nf_conntrack_tuple *t)
{
	const struct vpnpass_tunnel *tunnel = container_of(flow, struct vpnpass_tunnel, flow);
	const struct vpnpass_binding *to = &tunnel->slot[dir], *back = &tunnel->slot[!dir];

	t->src.u3 = to->key.src;
	t->dst.u3 = to->key.dst;
	t->dst.protonum = IPPROTO_GRE;
	t->src.u.gre.key = htons(ntohl(back->id));
	t->dst.u.gre.key = htons(ntohl(to->key.id));
}

/**
 * pptp_error() - find the call of a quoted packet
 * @vn: network namespace
 * @skb: ICMP error
 * @off: of the quoted GRE header, 8 bytes of which RFC 792 promises
 * @key: addresses of the quoted packet; id is filled in
 *
 * Context: RCU read lock.
 * Return: its binding; NULL if there is no such call, ERR_PTR() if it isn't PPTP's.
 */
struct vpnpass_binding *pptp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
				   unsigned int off, struct vpnpass_key *key)
{
	struct pptp_gre _h;
	const struct pptp_gre *h = skb_header_pointer(skb, off, sizeof(_h), &_h);

	if (!h || !pptp_gre_is_ours(h))
		return ERR_PTR(-EPROTO);
	key->id = pptp_gre_id(h);
	return vpnpass_lookup(vn, key);
}

/**
 * pptp_error_mangle() - write an id into a quoted header
 * @skb: ICMP error
 * @off: of the quoted GRE header
 * @from: what is there
 * @to: what is to be there
 *
 * Context: see struct vpnpass_engine.
 * Return: false if the packet could not be made writable.
 */
bool pptp_error_mangle(struct sk_buff *skb, unsigned int off, __be32 from, __be32 to)
{
	return pptp_gre_write_id(skb, off, to);
}
