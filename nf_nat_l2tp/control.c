// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP passthrough: flows that carry tunnels. The first packet of a flow is looked at after
 * NAT, which has chosen address and port by the user's rules; those that follow, before
 * conntrack.
 */
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "l2tp.h"

/**
 * l2tp_key() - fill in how packets of a flow are recognised, all but the id
 * @b: binding, not bound
 * @c: the flow
 * @src: source address
 * @dst: destination address
 * @kind: enum vpnpass_kind
 *
 * Context: any.
 */
void l2tp_key(struct vpnpass_binding *b, const struct l2tp_control *c,
	      const union nf_inet_addr *src, const union nf_inet_addr *dst, u8 kind)
{
	b->key = (struct vpnpass_key) {
		.src = *src,
		.dst = *dst,
		.zone = c->base.binding.key.zone,
		.l4proto = c->base.binding.key.l4proto,
		.kind = kind | (c->base.binding.key.kind & VPNPASS_IPV6),
	};
}

/**
 * l2tp_tuple() - what conntrack sees of a flow in one direction
 * @flow: of a control flow, or of a tunnel whose server's port floats
 * @dir: direction
 * @t: filled in
 *
 * IP protocol 115 has no ports: replies to several clients look the same, so that these have
 * an id that is in no packet, as with ESP.
 *
 * Context: see struct vpnpass_engine.
 */
void l2tp_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
		struct nf_conntrack_tuple *t)
{
	const struct l2tp_control *c = l2tp_control_from(flow->control);
	__be16 server_port = c->server_port[dir];

	if (!flow->is_control)
		server_port = container_of(flow, struct l2tp_tunnel, base.flow)->float_port;
	t->dst.protonum = c->base.binding.key.l4proto;
	if (dir == IP_CT_DIR_ORIGINAL) {
		t->src.u3 = c->base.binding.key.src;
		t->dst.u3 = c->base.binding.key.dst;
		t->src.u.all = c->port[dir];
		t->dst.u.all = server_port;
	} else {
		t->src.u3 = c->base.server_mapped;
		t->dst.u3 = c->base.client_mapped;
		t->src.u.all = server_port;
		t->dst.u.all = c->udp ? c->port[dir] : htons(c->id);
	}
}

/* The entry is the packet's own still: figures for the tool, and no flowtable. */
static void l2tp_entry_prepare(struct l2tp_control *c, struct nf_conn *ct)
{
	struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (!nf_conn_acct_find(ct))
		nf_ct_ext_add(ct, NF_CT_EXT_ACCT, GFP_ATOMIC);
	if (c->udp) {
		if (vpnpass_control_mark(ct))
			vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_NOMEM);
	} else if (vpnpass_ct_sole_owner(ct)) {
		reply.dst.u.all = htons(c->id);
		nf_conntrack_alter_reply(ct, &reply);
	}
}

/*
 * Is the client to have its own port outside? Where nobody negotiates anything the server's
 * end is configured, with port 1701 most likely. Else if that is wanted, and what the server
 * sends can be told apart.
 */
static bool l2tp_keeps_port(struct l2tp_control *c)
{
	const struct l2tp_tunnel *t;

	if (c->unmanaged)
		return true;
	t = list_first_entry_or_null(&c->tunnels, struct l2tp_tunnel, list);
	return t && l2tp_tunnel_bound(t) &&
	       vpnpass_param(c->base.vn, VPNPASS_PROTO_L2TP, L2TP_PARAM_KEEP_PORT);
}

/**
 * l2tp_zone_note() - replies are told from those of others by a zone
 * @c: flow, member of a group
 *
 * Context: control->lock held.
 */
void l2tp_zone_note(struct l2tp_control *c)
{
	struct l2tp_tunnel *t;

	c->flow.zone.id = c->id;
	c->flow.zone.dir = NF_CT_ZONE_DIR_REPL;
	list_for_each_entry(t, &c->tunnels, list)
		t->base.flow.zone = c->flow.zone;
}

/* The client's port is 1701; the entry is the packet's own still. */
static void l2tp_port_choose(struct l2tp_control *c, struct sk_buff *skb, struct nf_conn *ct,
			     enum ip_conntrack_info ctinfo)
{
	if (!(ct->status & IPS_SRC_NAT))
		return;
	if (l2tp_keeps_port(c)) {
		if (vpnpass_late_zone(skb, ct, ctinfo, c->id))
			l2tp_zone_note(c);
	} else if (c->port[IP_CT_DIR_REPLY] == htons(VPNPASS_L2TP_PORT) &&
		   vpnpass_param(c->base.vn, VPNPASS_PROTO_L2TP, L2TP_PARAM_KEEP_PORT)) {
		/* others have it, and it can't be told from them */
		vpnpass_move_port(skb, ct, ctinfo);
	}
}

/**
 * l2tp_back_retry() - do what there was no memory for
 * @c: flow
 *
 * Context: control->lock held.
 */
void l2tp_back_retry(struct l2tp_control *c)
{
	if (!c->back.flow)
		return;		/* it begins */
	if (c->udp && !c->watched)
		c->watched = !vpnpass_port_watch(c->port[IP_CT_DIR_REPLY]);
	if (!c->back.bound && c->flow.zone.dir == NF_CT_DEFAULT_ZONE_DIR)
		vpnpass_bind(c->base.vn, &c->back);
}

/**
 * l2tp_back_bind() - take what comes back, whatever ids it has
 * @c: flow whose port no other one has
 *
 * Context: control->lock held.
 */
void l2tp_back_bind(struct l2tp_control *c)
{
	const struct vpnpass_key *ck = &c->base.binding.key;

	if (c->udp) {
		l2tp_key(&c->back, c, &c->base.server_mapped, &c->base.client_mapped,
			 VPNPASS_REPLY);
		c->back.key.id = htonl(ntohs(c->server_port[IP_CT_DIR_REPLY]) << 16 |
				       ntohs(c->port[IP_CT_DIR_REPLY]));
	} else {
		l2tp_key(&c->back, c, &ck->dst, &ck->src, VPNPASS_ERROR);
	}
	c->back.id = c->back.key.id;
	c->back.flow = &c->flow;
	c->back.dir = IP_CT_DIR_REPLY;
	l2tp_back_retry(c);
}

static void l2tp_ports_note(struct l2tp_control *c, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (!c->udp)
		return;
	c->port[IP_CT_DIR_ORIGINAL] = orig->src.u.udp.port;
	c->port[IP_CT_DIR_REPLY] = reply->dst.u.udp.port;
	c->server_port[IP_CT_DIR_ORIGINAL] = orig->dst.u.udp.port;
	c->server_port[IP_CT_DIR_REPLY] = reply->src.u.udp.port;
}

/**
 * l2tp_control_add() - make a flow known
 * @c: from l2tp_control_new()
 * @ct: its entry; NULL if addresses and ports are set already
 *
 * Context: softirq, RCU read lock, control->lock held.
 * Return: 0, or it is dead already; or an error after which the memory is the caller's.
 */
int l2tp_control_add(struct l2tp_control *c, struct nf_conn *ct)
{
	struct vpnpass_group *group;
	int err;

	err = vpnpass_control_add(&c->base, ct);
	if (err)
		return err;
	group = vpnpass_group_join(&c->base, c->base.binding.key.l4proto, &l2tp_group_ops, &c->id);
	if (IS_ERR(group)) {
		vpnpass_control_del(&c->base);
		vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_NOMEM);
		return 0;	/* freed after a grace period */
	}
	c->group = container_of(group, struct l2tp_group, base);
	if (ct)
		l2tp_ports_note(c, ct);
	return 0;
}

/**
 * l2tp_control_new() - make a flow that is not known yet
 * @vn: network namespace
 * @key: its key
 *
 * Context: softirq.
 * Return: the flow, for l2tp_control_add() or kfree(); NULL if there is no memory, which is
 * counted.
 */
struct l2tp_control *l2tp_control_new(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	struct l2tp_control *c = kzalloc(sizeof(*c), GFP_ATOMIC);

	BUILD_BUG_ON(offsetof(struct l2tp_control, base));
	if (!c) {
		vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	spin_lock_init(&c->base.lock);
	INIT_LIST_HEAD(&c->tunnels);
	c->udp = key->l4proto == IPPROTO_UDP;
	c->base.vn = vn;
	c->base.engine = &l2tp_engine;
	c->base.binding.key = *key;
	c->base.binding.id = key->id;
	c->base.binding.flow = &c->flow;
	c->base.binding.dir = IP_CT_DIR_ORIGINAL;
	c->base.last = jiffies;
	vpnpass_flow_init(&c->flow, &c->base);
	c->flow.is_control = true;
	return c;
}

/* The first packet of a flow. control->lock held. */
static unsigned int l2tp_control_start(struct l2tp_control *c, struct l2tp_packet *p,
				       const struct l2tp_message *m, struct nf_conn *ct,
				       enum ip_conntrack_info ctinfo)
{
	bool ok = true;

	c->unmanaged = !p->h.control;
	if (c->unmanaged)
		l2tp_static_new(c, p->h.session.value);
	else
		ok = l2tp_message_out(c, p, m);
	if (!nf_ct_is_confirmed(ct)) {
		l2tp_entry_prepare(c, ct);
		if (c->port[IP_CT_DIR_ORIGINAL] == htons(VPNPASS_L2TP_PORT))
			l2tp_port_choose(c, p->skb, ct, ctinfo);
		l2tp_ports_note(c, ct);
	}
	l2tp_back_bind(c);
	if (ok)
		return NF_ACCEPT;
	vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA_NOMEM);
	return NF_DROP;
}

/* A packet of a flow that became known since it passed the hook before conntrack. */
static unsigned int l2tp_control_repeat(struct vpnpass_net *vn, const struct vpnpass_key *key,
					struct l2tp_packet *p, const struct l2tp_message *m)
{
	struct vpnpass_control *control = vpnpass_control_find(vn, key);
	struct l2tp_control *c;
	bool ok = true;

	if (!control || !p->h.control)
		return NF_ACCEPT;
	c = l2tp_control_from(control);
	spin_lock_bh(&c->base.lock);
	if (!c->base.dead)
		ok = l2tp_message_out(c, p, m);
	spin_unlock_bh(&c->base.lock);
	return ok ? NF_ACCEPT : NF_DROP;
}

static unsigned int l2tp_begin(struct vpnpass_net *vn, const struct vpnpass_key *key,
			       struct l2tp_packet *p, const struct l2tp_message *m,
			       struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	struct l2tp_control *c = l2tp_control_new(vn, key);
	unsigned int verdict = NF_ACCEPT;
	int err;

	if (!c)
		return NF_ACCEPT;
	spin_lock_bh(&c->base.lock);
	err = l2tp_control_add(c, ct);
	if (!err && !c->base.dead)
		verdict = l2tp_control_start(c, p, m, ct, ctinfo);
	spin_unlock_bh(&c->base.lock);
	if (!err)
		return verdict;
	kfree(c);
	return err == -EEXIST ? l2tp_control_repeat(vn, key, p, m) : NF_ACCEPT;
}

/*
 * Is this a client of ours? One that NAT translates, or the router itself, as it may have
 * the same ids as they.
 */
static bool l2tp_wanted(const struct nf_conn *ct, const struct sk_buff *skb)
{
	return (ct->status & IPS_SRC_NAT) || (skb->sk && !skb->skb_iif);
}

/* A packet of a flow that is not known. */
static unsigned int l2tp_unknown(struct vpnpass_net *vn, struct l2tp_packet *p,
				 struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	enum l2tp_wire_error why = l2tp_read(p);
	struct l2tp_message m = {};
	struct vpnpass_key key;

	if (why != L2TP_WIRE_OK) {
		l2tp_count_wire(vn, why);
		return NF_ACCEPT;
	}
	if (p->h.control && !l2tp_read_message(vn, p, &m))
		return NF_ACCEPT;
	if (CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL || !l2tp_wanted(ct, p->skb) ||
	    (p->h.control ? m.type != L2TP_SCCRQ : p->h.version != 3))
		return NF_ACCEPT;
	if (vpnpass_control_key(ct, &key))
		return l2tp_begin(vn, &key, p, &m, ct, ctinfo);
	if (!nf_ct_is_confirmed(ct))
		vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_USER_ZONE);
	return NF_ACCEPT;
}

/**
 * l2tp_control() - a packet of a UDP flow that is not known
 * @vn: network namespace
 * @skb: after NAT
 * @ct: its entry
 * @ctinfo: direction
 *
 * A flow is known from its first SCCRQ on, or its first data of L2TPv3.
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int l2tp_control(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			  enum ip_conntrack_info ctinfo)
{
	int off = vpnpass_upper(skb, ct);
	struct l2tp_packet p = { .skb = skb, .l4 = off, .udp = true };
	struct vpnpass_key key;

	if (off < 0)
		return NF_ACCEPT;
	/* a rule's helper is no sign that it is not */
	if (nf_ct_is_confirmed(ct) && vpnpass_control_key(ct, &key) &&
	    vpnpass_control_find(vn, &key))
		return NF_ACCEPT;
	p.off = off + sizeof(struct udphdr);
	return l2tp_unknown(vn, &p, ct, ctinfo);
}

/**
 * l2tp_foreign() - a packet of IP protocol 115 whose client is not known
 * @vn: network namespace
 * @skb: after NAT
 * @ct: its entry
 * @ctinfo: direction
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int l2tp_foreign(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			  enum ip_conntrack_info ctinfo)
{
	int off = vpnpass_upper(skb, ct);
	struct l2tp_packet p = { .skb = skb, .l4 = off, .off = off };

	return off < 0 ? NF_ACCEPT : l2tp_unknown(vn, &p, ct, ctinfo);
}

/**
 * l2tp_gc() - is a flow over?
 * @control: the flow, locked
 *
 * Context: softirq, @control->lock held.
 * Return: false if it is.
 */
bool l2tp_gc(struct vpnpass_control *control)
{
	struct l2tp_control *c = l2tp_control_from(control);
	unsigned int param = VPNPASS_PARAM_TIMEOUT_UNREPLIED;
	struct l2tp_tunnel *t, *next;
	unsigned int secs;
	bool idle;

	if (c->flow.seen & BIT(IP_CT_DIR_REPLY))
		param = VPNPASS_PARAM_TIMEOUT;
	secs = vpnpass_param(control->vn, VPNPASS_PROTO_L2TP, param);
	vpnpass_flow_gc(&c->flow);
	idle = vpnpass_flow_idle(&c->flow, secs);
	list_for_each_entry_safe(t, next, &c->tunnels, list) {
		if (t->floated)
			idle &= vpnpass_flow_idle(&t->base.flow, secs);
		l2tp_tunnel_gc(t);
	}
	return !idle;
}

/**
 * l2tp_tunnels_end() - end all that a flow has
 * @control: the flow
 *
 * Context: control->lock held.
 */
void l2tp_tunnels_end(struct vpnpass_control *control)
{
	struct l2tp_control *c = l2tp_control_from(control);
	struct l2tp_tunnel *t, *next;

	list_for_each_entry_safe(t, next, &c->tunnels, list)
		l2tp_tunnel_del(t);
	if (c->group)
		vpnpass_group_leave(&c->group->base, control, c->id);
	vpnpass_unbind(control->vn, &c->back);
	if (c->watched)
		vpnpass_port_unwatch(c->port[IP_CT_DIR_REPLY]);
	vpnpass_flow_end(&c->flow);
}
