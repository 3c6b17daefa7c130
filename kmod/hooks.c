// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: netfilter hooks. Two for each packet:
 *  - right before conntrack, where data packets and the ICMP errors about them are
 *    given the conntrack entry of their tunnel,
 *  - right after source NAT, where control flows are read, as their addresses are
 *    known then and their entries are not confirmed yet.
 * Those of copies go on behind the first one.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jump_label.h>
#include <linux/l2tp.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "core.h"

#define VPNPASS_STRAYS_INTERVAL	(60 * HZ)

/* Is a protocol with UDP control flows helped in any network namespace? */
DEFINE_STATIC_KEY_FALSE(vpnpass_udp_key);

/**
 * vpnpass_zone() - what is on a packet already
 * @skb: packet before conntrack
 * @zone: conntrack zone that the ruleset chose for it
 *
 * Nothing, or a template that only names the zone, lets us go on.
 *
 * Context: softirq or process (own packets), RCU.
 * Return: false if it has an entry, or is not to be tracked.
 */
bool vpnpass_zone(const struct sk_buff *skb, u16 *zone)
{
	const struct nf_conntrack_zone *z;
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *tmpl;

	*zone = NF_CT_DEFAULT_ZONE_ID;
	if (likely(!skb->_nfct))
		return true;
	tmpl = nf_ct_get(skb, &ctinfo);
	if (!tmpl || !nf_ct_is_template(tmpl))
		return false;
	z = nf_ct_zone(tmpl);
	*zone = z->id;
	return z->dir == NF_CT_DEFAULT_ZONE_DIR || z->id == NF_CT_DEFAULT_ZONE_ID;
}

static const struct vpnpass_engine *vpnpass_wanted_engine(struct vpnpass_net *vn, unsigned int id)
{
	if (READ_ONCE(vn->engines[id].mode) == VPNPASS_MODE_OFF)
		return NULL;
	return rcu_dereference(vn->engines[id].engine);
}

/**
 * vpnpass_data_engine() - whose data packets are these?
 * @vn: network namespace
 * @l4proto: of the IP header
 *
 * Context: RCU.
 * Return: the protocol, NULL if there is none or it is not wanted here.
 */
const struct vpnpass_engine *vpnpass_data_engine(struct vpnpass_net *vn, u8 l4proto)
{
	unsigned int id;

	switch (l4proto) {
	case IPPROTO_GRE:
		id = VPNPASS_PROTO_PPTP;
		break;
	case IPPROTO_L2TP:
		id = VPNPASS_PROTO_L2TP;
		break;
	case IPPROTO_ESP:
	case IPPROTO_AH:
		id = VPNPASS_PROTO_IPSEC;
		break;
	default:
		return NULL;
	}
	return vpnpass_wanted_engine(vn, id);
}

/**
 * vpnpass_udp_engine() - whose control flows have this port?
 * @vn: network namespace
 * @port: of the server
 *
 * Context: RCU.
 * Return: the protocol, NULL if there is none or it is not wanted here.
 */
const struct vpnpass_engine *vpnpass_udp_engine(struct vpnpass_net *vn, __be16 port)
{
	if (port == htons(VPNPASS_IKE_PORT))
		return vpnpass_wanted_engine(vn, VPNPASS_PROTO_IPSEC);
	if (vpnpass_port_watched(port))
		return vpnpass_wanted_engine(vn, VPNPASS_PROTO_L2TP);
	return NULL;
}

static unsigned int vpnpass_split(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
				  struct sk_buff *skb, const struct nf_hook_state *state);

static unsigned int vpnpass_udp(struct vpnpass_net *vn, struct sk_buff *skb,
				struct vpnpass_packet *pkt)
{
	const struct vpnpass_engine *engine;
	const __be16 *port;
	__be16 _port[2];

	port = skb_header_pointer(skb, pkt->off, sizeof(_port), _port);
	engine = port ? vpnpass_udp_engine(vn, port[1]) : NULL;
	if (!engine || !engine->udp || !vpnpass_zone(skb, &pkt->zone))
		return NF_ACCEPT;
	if (unlikely(skb_is_gso(skb)))
		return vpnpass_split(vn, engine, skb, pkt->state);
	return engine->udp(vn, skb, pkt);
}

static unsigned int vpnpass_data(struct sk_buff *skb, struct vpnpass_packet *pkt)
{
	struct vpnpass_net *vn = vpnpass_pernet(pkt->state->net);
	const struct vpnpass_engine *engine;

	if (pkt->l4proto == IPPROTO_UDP)
		return vpnpass_udp(vn, skb, pkt);
	engine = vpnpass_data_engine(vn, pkt->l4proto);
	if (!engine || !vpnpass_zone(skb, &pkt->zone))
		return NF_ACCEPT;
	return engine->data(vn, skb, pkt);
}

/* Not cloned, for the same arguments in the same registers */
static noinline __noclone unsigned int
vpnpass_in4_slow(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ih = ip_hdr(skb);
	struct vpnpass_packet pkt = {
		.state = state,
		.off = skb_network_offset(skb) + ih->ihl * 4,
		.l4proto = ih->protocol,
	};

	if (ip_is_fragment(ih))
		return NF_ACCEPT;
	if (unlikely(ih->protocol == IPPROTO_ICMP))
		return vpnpass_icmp(skb, &pkt);
	return vpnpass_data(skb, &pkt);
}

/*
 * Is it to a port of our UDP control flows, where any are helped? Quick. Who looks at it in
 * earnest looks at the rest of the packet too.
 */
static __always_inline bool vpnpass_udp_port(const struct sk_buff *skb, unsigned int off)
{
	const struct udphdr *uh = (const struct udphdr *)(skb->data + off);

	if (!static_branch_unlikely(&vpnpass_udp_key))
		return false;
	return skb_headlen(skb) < off + sizeof(*uh) || vpnpass_port_watched(uh->dest);
}

/*
 * PRE_ROUTING and LOCAL_OUT, before conntrack, where skb->data is the network header. All
 * traffic pays for these lines, so they need no stack frame, and leave what is rare to the
 * other function.
 */
static unsigned int vpnpass_in4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct iphdr *ih = (const struct iphdr *)skb->data;

	if (likely(ih->protocol == IPPROTO_TCP))
		return NF_ACCEPT;
	/* version 4, no options */
	if (likely(ih->protocol == IPPROTO_UDP && *skb->data == 0x45 &&
		   !vpnpass_udp_port(skb, sizeof(*ih))))
		return NF_ACCEPT;
	return vpnpass_in4_slow(priv, skb, state);
}

/* Step over extension headers. Return: offset of the upper layer, negative if none. */
static int vpnpass_ipv6_upper(const struct sk_buff *skb, u8 *nexthdr)
{
	__be16 frag_off = 0;
	int off = skb_network_offset(skb) + sizeof(struct ipv6hdr);

	if (!ipv6_ext_hdr(*nexthdr))
		return off;
	off = ipv6_skip_exthdr(skb, off, nexthdr, &frag_off);
	return frag_off & htons(~0x7) ? -1 : off;
}

static noinline __noclone unsigned int
vpnpass_in6_slow(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct ipv6hdr *ih = ipv6_hdr(skb);
	struct vpnpass_packet pkt = {
		.state = state,
		.ipv6 = true,
	};
	u8 nexthdr = ih->nexthdr;
	int off = vpnpass_ipv6_upper(skb, &nexthdr);

	if (off < 0)
		return NF_ACCEPT;
	pkt.off = off;
	/* what AH covers is not looked into */
	pkt.l4proto = ih->nexthdr == NEXTHDR_AUTH ? IPPROTO_AH : nexthdr;
	if (pkt.l4proto == IPPROTO_AH)
		return vpnpass_data(skb, &pkt);
	if (nexthdr == IPPROTO_ICMPV6)
		return vpnpass_icmp(skb, &pkt);
	return vpnpass_data(skb, &pkt);
}

static unsigned int vpnpass_in6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct ipv6hdr *ih = (const struct ipv6hdr *)skb->data;

	if (likely(ih->nexthdr == IPPROTO_TCP))
		return NF_ACCEPT;
	if (likely(ih->nexthdr == IPPROTO_UDP && !vpnpass_udp_port(skb, sizeof(*ih))))
		return NF_ACCEPT;
	return vpnpass_in6_slow(priv, skb, state);
}

static bool vpnpass_port(const struct nf_conn *ct, __be16 port)
{
	return ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.dst.u.all == port ||
	       ct->tuplehash[IP_CT_DIR_REPLY].tuple.src.u.all == port;
}

/* Has vpnpass_control_mark() been here, and no rule that picks a helper? */
static bool vpnpass_marked(const struct nf_conn *ct)
{
	const struct nf_conn_help *help = nfct_help(ct);

	return help && !rcu_access_pointer(help->helper);
}

/* Could it be a control flow, or data that nothing was known of? */
static bool vpnpass_watched(const struct nf_conn *ct)
{
	switch (nf_ct_protonum(ct)) {
	case IPPROTO_TCP:
		return vpnpass_port(ct, htons(VPNPASS_PPTP_PORT));
	case IPPROTO_UDP:
		/* of a flow that has our mark, all packets were looked at before conntrack */
		return vpnpass_port(ct, htons(VPNPASS_IKE_PORT)) ||
		       (vpnpass_port(ct, htons(VPNPASS_L2TP_PORT)) && !vpnpass_marked(ct));
	case IPPROTO_ESP:
	case IPPROTO_L2TP:
		/* entries of ours have an id there, see esp_tuple() and l2tp_tuple() */
		return !ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u.all;
	default:
		return false;
	}
}

/**
 * vpnpass_watch() - have packets of a flow looked at after NAT, if they are to be
 * @ct: its entry, not in conntrack's table yet
 *
 * Such entries have IPS_HELPER, as those have that a rule gave a helper. Some kernels set it
 * with the mark too.
 *
 * Context: any, the caller is the entry's only user.
 */
void vpnpass_watch(struct nf_conn *ct)
{
	if (vpnpass_watched(ct))
		set_bit(IPS_HELPER_BIT, &ct->status);
	else if (vpnpass_marked(ct))
		clear_bit(IPS_HELPER_BIT, &ct->status);
}

static int vpnpass_stray(struct nf_conn *ct, void *data)
{
	if (vpnpass_watched(ct))
		set_bit(IPS_HELPER_BIT, &ct->status);
	return 0;
}

/**
 * vpnpass_strays() - find flows whose first packet we did not see
 * @vn: network namespace
 *
 * They are older than our hooks, or conntrackd brought them from another router.
 *
 * Context: process.
 */
void vpnpass_strays(struct vpnpass_net *vn)
{
	WRITE_ONCE(vn->walk, jiffies + VPNPASS_STRAYS_INTERVAL);
	vpnpass_ct_iterate(vn->net, vpnpass_stray);
}

/* Is it one of this engine, which mode and rules want helped? */
static bool vpnpass_picked(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
			   const struct nf_conn *ct)
{
	unsigned int mode = READ_ONCE(vn->engines[engine->id].mode);

	if (mode == VPNPASS_MODE_OFF || nf_ct_protonum(ct) != engine->control_l4proto)
		return false;
	return (mode == VPNPASS_MODE_ON && vpnpass_port(ct, engine->control_port)) ||
	       vpnpass_helper_picked(ct, engine->id) ||
	       (engine->known && vpnpass_port(ct, engine->control_port) && engine->known(vn, ct));
}

/*
 * NAT gives a client's new flow what one of its flows has already, be it an id that we gave
 * to the latter's replies alone.
 */
static void vpnpass_forget_id(struct nf_conn *ct)
{
	struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (!reply.dst.u.all || nf_ct_is_confirmed(ct) || !vpnpass_ct_sole_owner(ct))
		return;
	reply.dst.u.all = 0;
	nf_conntrack_alter_reply(ct, &reply);
}

/* Data packets that conntrack made an entry for, as no control flow told us of them. */
static unsigned int vpnpass_foreign(struct vpnpass_net *vn, struct sk_buff *skb,
				    struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	const struct vpnpass_engine *engine = vpnpass_data_engine(vn, nf_ct_protonum(ct));

	vpnpass_forget_id(ct);
	if (!engine || !engine->foreign ||
	    READ_ONCE(vn->engines[engine->id].mode) != VPNPASS_MODE_ON)
		return NF_ACCEPT;
	return engine->foreign(vn, skb, ct, ctinfo);
}

static unsigned int vpnpass_control_packet(struct vpnpass_net *vn, struct sk_buff *skb,
					   struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	const struct vpnpass_engine *engine;
	unsigned int id;

	if (nf_ct_protonum(ct) == IPPROTO_ESP || nf_ct_protonum(ct) == IPPROTO_L2TP)
		return vpnpass_foreign(vn, skb, ct, ctinfo);
	for (id = 0; id < VPNPASS_PROTOS; id++) {
		engine = rcu_dereference(vn->engines[id].engine);
		if (engine && vpnpass_picked(vn, engine, ct))
			return engine->control(vn, skb, ct, ctinfo);
	}
	return NF_ACCEPT;
}

static noinline __noclone unsigned int
vpnpass_out_slow(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);
	unsigned int verdict;

	/* an ICMP error about a control flow is none of its packets */
	if (nf_ct_is_template(ct) || ctinfo == IP_CT_RELATED || ctinfo == IP_CT_RELATED_REPLY)
		return NF_ACCEPT;
	verdict = vpnpass_control_packet(vpnpass_pernet(state->net), skb, ct, ctinfo);
	if (!nf_ct_is_confirmed(ct))
		vpnpass_watch(ct);
	return verdict;
}

/*
 * POST_ROUTING and LOCAL_IN, after source NAT. All traffic pays for these lines: they only
 * tell what is neither a flow's first packet nor one of a flow to be watched.
 */
static unsigned int vpnpass_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct || likely((READ_ONCE(ct->status) & (IPS_CONFIRMED | IPS_HELPER)) == IPS_CONFIRMED))
		return NF_ACCEPT;
	return vpnpass_out_slow(priv, skb, state);
}

/* Hooks are called by an array that holds the index of ours. Return: the next one's. */
static int vpnpass_next_hook(const struct nf_hook_entries *e)
{
	unsigned int i;

	for (i = 0; e && i < e->num_hook_entries; i++)
		if (e->hooks[i].hook == vpnpass_in4 || e->hooks[i].hook == vpnpass_in6)
			return i + 1;
	return -ENOENT;
}

static bool vpnpass_is_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	return nf_bridge_info_exists(skb);
#else
	return false;
#endif
}

/* Where our hook is called from here. */
static const struct nf_hook_entries *vpnpass_hook_entries(const struct nf_hook_state *state)
{
	const struct netns_nf *nf = &state->net->nf;

	if (state->pf == NFPROTO_IPV6)
		return rcu_dereference(nf->hooks_ipv6[state->hook]);
	return rcu_dereference(nf->hooks_ipv4[state->hook]);
}

/* A packet of our making passes the hooks from number @from on. */
static void vpnpass_resume(struct sk_buff *skb, const struct nf_hook_state *state,
			   const struct nf_hook_entries *e, unsigned int from)
{
	struct nf_hook_state s = *state;

	if (nf_hook_slow(skb, &s, e, from) == 1)
		s.okfn(s.net, s.sk, skb);
}

/*
 * Several UDP packets that were put together on receipt, or never taken apart by their sender:
 * each may be for another client, so that each passes on its own, our hook first.
 */
static unsigned int vpnpass_split(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
				  struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct nf_hook_entries *e = vpnpass_hook_entries(state);
	struct sk_buff *segs, *seg, *next;
	int behind = vpnpass_next_hook(e);

	/* those of the router itself, and of bridges, are left to conntrack */
	if (state->hook != NF_INET_PRE_ROUTING || !state->okfn || behind < 0 ||
	    vpnpass_is_bridged(skb))
		return NF_ACCEPT;
	segs = skb_gso_segment(skb, 0);
	if (IS_ERR_OR_NULL(segs)) {
		vpnpass_count(vn, engine->id, VPNPASS_COUNT_DATA_NOMEM);
		return NF_DROP;
	}
	consume_skb(skb);	/* may be the first segment too, and that must not be shared */
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		vpnpass_resume(seg, state, e, behind - 1);
	}
	return NF_STOLEN;
}

/**
 * vpnpass_may_copy() - may copies of this packet be sent on?
 * @skb: packet in the hook before conntrack
 * @state: of the hook
 *
 * Bridges share what belongs to a packet with its copies, devices of a VRF have the
 * packet pass twice, and a packet of several is none that a receiver would take.
 *
 * Context: softirq.
 * Return: true if so.
 */
bool vpnpass_may_copy(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	return state->hook == NF_INET_PRE_ROUTING && state->okfn && !skb_is_gso(skb) &&
	       !vpnpass_is_bridged(skb) && !netif_is_l3_master(state->in);
}
EXPORT_SYMBOL_GPL(vpnpass_may_copy);

/**
 * vpnpass_send_copy() - send a copy of a packet on to one more flow
 * @skb: packet without an entry, in the hook before conntrack; vpnpass_may_copy()
 * @flow: whose packet the copy is taken for
 * @dir: its direction
 * @state: of the hook
 *
 * The copy passes all hooks behind ours: to nftables and conntrack it is a packet like
 * any other.
 *
 * Context: softirq, RCU read lock.
 */
void vpnpass_send_copy(struct sk_buff *skb, struct vpnpass_flow *flow,
		       enum ip_conntrack_dir dir, const struct nf_hook_state *state)
{
	const struct nf_hook_entries *e = vpnpass_hook_entries(state);
	struct sk_buff *copy = pskb_copy(skb, GFP_ATOMIC);
	int next = vpnpass_next_hook(e);

	if (!copy) {
		vpnpass_count(flow->control->vn, flow->control->engine->id,
			      VPNPASS_COUNT_DATA_NOMEM);
		return;
	}
	if (next < 0 || vpnpass_attach(copy, flow, dir) != NF_ACCEPT)
		kfree_skb(copy);
	else
		vpnpass_resume(copy, state, e, next);
}
EXPORT_SYMBOL_GPL(vpnpass_send_copy);

#define VPNPASS_HOOK(fn, family, num, prio) \
	{ .hook = fn, .pf = family, .hooknum = num, .priority = prio }

static const struct nf_hook_ops vpnpass_hooks[] = {
	VPNPASS_HOOK(vpnpass_in4, NFPROTO_IPV4, NF_INET_PRE_ROUTING, NF_IP_PRI_CONNTRACK - 1),
	VPNPASS_HOOK(vpnpass_in4, NFPROTO_IPV4, NF_INET_LOCAL_OUT, NF_IP_PRI_CONNTRACK - 1),
	VPNPASS_HOOK(vpnpass_out, NFPROTO_IPV4, NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC + 1),
	VPNPASS_HOOK(vpnpass_out, NFPROTO_IPV4, NF_INET_LOCAL_IN, NF_IP_PRI_NAT_SRC + 1),
#if IS_ENABLED(CONFIG_IPV6)
	VPNPASS_HOOK(vpnpass_in6, NFPROTO_IPV6, NF_INET_PRE_ROUTING, NF_IP6_PRI_CONNTRACK - 1),
	VPNPASS_HOOK(vpnpass_in6, NFPROTO_IPV6, NF_INET_LOCAL_OUT, NF_IP6_PRI_CONNTRACK - 1),
	VPNPASS_HOOK(vpnpass_out, NFPROTO_IPV6, NF_INET_POST_ROUTING, NF_IP6_PRI_NAT_SRC + 1),
	VPNPASS_HOOK(vpnpass_out, NFPROTO_IPV6, NF_INET_LOCAL_IN, NF_IP6_PRI_NAT_SRC + 1),
#endif
};

/**
 * vpnpass_hooks_register() - start to look at packets
 * @net: network namespace
 *
 * Turns conntrack (and with it defragmentation) on, as rules may not have yet.
 *
 * Context: process, vpnpass_mutex held.
 * Return: 0 or -errno.
 */
int vpnpass_hooks_register(struct net *net)
{
	struct vpnpass_net *vn = vpnpass_pernet(net);
	int err;

	if (vn->hooked)
		return 0;
	err = nf_ct_netns_get(net, NFPROTO_INET);
	if (err)
		return err;
	err = nf_register_net_hooks(net, vpnpass_hooks, ARRAY_SIZE(vpnpass_hooks));
	if (err) {
		nf_ct_netns_put(net, NFPROTO_INET);
		return err;
	}
	vn->hooked = true;
	vpnpass_strays(vn);
	/* once more for packets that were between our hooks and conntrack's table */
	vn->walk = jiffies;
	schedule_delayed_work(&vn->gc, VPNPASS_GC_INTERVAL);
	return 0;
}

/**
 * vpnpass_hooks_unregister() - stop looking at packets
 * @net: network namespace
 *
 * Context: process, vpnpass_mutex held. The caller waits for a grace period.
 */
void vpnpass_hooks_unregister(struct net *net)
{
	struct vpnpass_net *vn = vpnpass_pernet(net);

	if (!vn->hooked)
		return;
	cancel_delayed_work_sync(&vn->gc);
	nf_unregister_net_hooks(net, vpnpass_hooks, ARRAY_SIZE(vpnpass_hooks));
	nf_ct_netns_put(net, NFPROTO_INET);
	vn->hooked = false;
}
