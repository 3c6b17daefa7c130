// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: ICMP errors about data packets, and about UDP control flows, that conntrack can't
 * give to the right flow. They get its entry, and nf_nat translates what they quote.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include "core.h"

#define VPNPASS_ICMP_HDR	8	/* in front of what is quoted, ICMP and ICMPv6 */

struct vpnpass_quoted {
	const struct vpnpass_engine *engine;
	struct vpnpass_key key;
	unsigned int off;	/* of the quoted data protocol's header */
};

/* Return: the engine for a quoted packet, whose transport header is at @off. */
static const struct vpnpass_engine *vpnpass_quoted_engine(struct vpnpass_net *vn,
							  const struct sk_buff *skb,
							  unsigned int off, u8 l4proto)
{
	const struct vpnpass_engine *engine;
	const __be16 *port;
	__be16 _port[2];

	if (l4proto != IPPROTO_UDP)
		return vpnpass_data_engine(vn, l4proto);
	if (!static_branch_unlikely(&vpnpass_udp_key))
		return NULL;
	port = skb_header_pointer(skb, off, sizeof(_port), _port);
	engine = port ? vpnpass_udp_engine(vn, port[1]) : NULL;
	return engine && engine->udp ? engine : NULL;
}

/* Read the quoted IPv4 header at @off. */
static bool vpnpass_quoted4(struct vpnpass_net *vn, const struct sk_buff *skb, unsigned int off,
			    struct vpnpass_quoted *q)
{
	const struct iphdr *ih;
	struct iphdr _ih;

	ih = skb_header_pointer(skb, off, sizeof(_ih), &_ih);
	if (!ih || ih->version != 4 || ih->ihl < 5 || (ih->frag_off & htons(IP_OFFSET)))
		return false;
	q->off = off + ih->ihl * 4;
	q->engine = vpnpass_quoted_engine(vn, skb, q->off, ih->protocol);
	q->key.src.ip = ih->saddr;
	q->key.dst.ip = ih->daddr;
	q->key.l4proto = ih->protocol;
	return q->engine;
}

/* Read the quoted IPv6 header at @off; extension headers in it are not walked. */
static bool vpnpass_quoted6(struct vpnpass_net *vn, const struct sk_buff *skb, unsigned int off,
			    struct vpnpass_quoted *q)
{
	const struct ipv6hdr *ih;
	struct ipv6hdr _ih;

	ih = skb_header_pointer(skb, off, sizeof(_ih), &_ih);
	if (!ih || ih->version != 6)
		return false;
	q->off = off + sizeof(_ih);
	q->engine = vpnpass_quoted_engine(vn, skb, q->off, ih->nexthdr);
	q->key.src.in6 = ih->saddr;
	q->key.dst.in6 = ih->daddr;
	q->key.l4proto = ih->nexthdr;
	q->key.kind |= VPNPASS_IPV6;
	return q->engine;
}

static bool vpnpass_icmp_is_error(const struct sk_buff *skb, const struct vpnpass_packet *pkt)
{
	const u8 *type;
	u8 _type;

	type = skb_header_pointer(skb, pkt->off, sizeof(_type), &_type);
	if (!type)
		return false;
	return pkt->ipv6 ? *type < ICMPV6_INFOMSG_MASK : icmp_is_err(*type);
}

/* conntrack would have looked at the checksum, but won't see this packet. */
static bool vpnpass_icmp_valid(struct sk_buff *skb, const struct vpnpass_packet *pkt,
			       const struct vpnpass_quoted *q)
{
	struct vpnpass_key outer = {};

	vpnpass_packet_key(&outer, skb, pkt);
	if (!nf_inet_addr_cmp(&outer.dst, &q->key.src))
		return false;
	if (!pkt->state->net->ct.sysctl_checksum ||
	    pkt->state->hook != NF_INET_PRE_ROUTING)
		return true;
	if (pkt->ipv6)
		return !nf_ip6_checksum(skb, pkt->state->hook, pkt->off, IPPROTO_ICMPV6);
	return !nf_ip_checksum(skb, pkt->state->hook, pkt->off, IPPROTO_ICMP);
}

/* Turn the quoted id into the one that the receiver of the error knows. */
static bool vpnpass_icmp_mangle(struct sk_buff *skb, const struct vpnpass_packet *pkt,
				const struct vpnpass_quoted *q, __be32 to)
{
	__sum16 *check;

	/* without one nothing of ours is quoted; ids differ if the binding's changed meanwhile */
	if (to == q->key.id || !q->engine->error_mangle)
		return true;
	if (skb_ensure_writable(skb, pkt->off + VPNPASS_ICMP_HDR) ||
	    !q->engine->error_mangle(skb, q->off, q->key.id, to))
		return false;
	/* same place in ICMP and ICMPv6; ids of 16 bit are the low half on both sides */
	check = &((struct icmphdr *)(skb->data + pkt->off))->checksum;
	csum_replace4(check, q->key.id, to);
	return true;
}

/*
 * An error travels against the packet that it quotes. nf_nat turns the addresses in
 * it around, as the entry that we attach tells it to.
 */
static unsigned int vpnpass_icmp_give(struct vpnpass_net *vn, struct sk_buff *skb,
				      const struct vpnpass_packet *pkt,
				      const struct vpnpass_quoted *q,
				      const struct vpnpass_binding *b)
{
	struct nf_conn *ct = b ? vpnpass_entry_get(b->flow) : NULL;
	unsigned int why = VPNPASS_COUNT_ERROR_UNKNOWN;
	unsigned int verdict = NF_ACCEPT;

	if (!ct)
		goto count;
	why = VPNPASS_COUNT_ERROR_BAD;
	if (!vpnpass_icmp_valid(skb, pkt, q))
		goto put;
	why = VPNPASS_COUNT_DATA_NOMEM;
	verdict = NF_DROP;
	if (!vpnpass_icmp_mangle(skb, pkt, q, b->id))
		goto put;
	vpnpass_count(vn, q->engine->id, VPNPASS_COUNT_ERROR);
	nf_reset_ct(skb);
	nf_ct_set(skb, ct, b->dir == IP_CT_DIR_ORIGINAL ? IP_CT_RELATED_REPLY : IP_CT_RELATED);
	return NF_ACCEPT;
put:
	nf_ct_put(ct);
count:
	vpnpass_count(vn, q->engine->id, why);
	return verdict;
}

/**
 * vpnpass_icmp() - an ICMP message before conntrack
 * @skb: the message
 * @pkt: where its parts are
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int vpnpass_icmp(struct sk_buff *skb, struct vpnpass_packet *pkt)
{
	struct vpnpass_net *vn = vpnpass_pernet(pkt->state->net);
	struct vpnpass_quoted q = { .key.kind = VPNPASS_ERROR };
	struct vpnpass_binding *b;

	if (!vpnpass_zone(skb, &pkt->zone) || !vpnpass_icmp_is_error(skb, pkt))
		return NF_ACCEPT;
	q.key.zone = pkt->zone;
	if (pkt->ipv6 ? !vpnpass_quoted6(vn, skb, pkt->off + VPNPASS_ICMP_HDR, &q) :
			!vpnpass_quoted4(vn, skb, pkt->off + VPNPASS_ICMP_HDR, &q))
		return NF_ACCEPT;
	b = q.engine->error(vn, skb, q.off, &q.key);
	return IS_ERR(b) ? NF_ACCEPT : vpnpass_icmp_give(vn, skb, pkt, &q, b);
}
