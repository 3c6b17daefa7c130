// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP passthrough: packets of known flows, before conntrack. All of a client's are given
 * the entry of its flow; those of a server, the entry of the flow whose tunnel or session
 * they name.
 */
#include <linux/skbuff.h>
#include <linux/udp.h>
#include "l2tp.h"

/* Ports of a UDP packet; both 0 over IP. */
struct l2tp_ports {
	__be16 src;
	__be16 dst;
};

static struct vpnpass_binding *l2tp_lookup(struct vpnpass_net *vn, struct vpnpass_key *key,
					   u8 kind, u32 id)
{
	key->kind = kind | (key->kind & VPNPASS_IPV6);
	key->id = htonl(id);
	return vpnpass_lookup(vn, key);
}

static u32 l2tp_ports_id(const struct l2tp_ports *ports)
{
	return ntohs(ports->src) << 16 | ntohs(ports->dst);
}

static unsigned int l2tp_nomem(struct vpnpass_net *vn)
{
	vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA_NOMEM);
	return NF_DROP;
}

/* From client to server. */

static bool l2tp_client_says(struct l2tp_control *c, struct l2tp_packet *p)
{
	struct l2tp_message m;
	bool ok = true;

	spin_lock_bh(&c->base.lock);
	if (!c->base.dead && l2tp_read_message(c->base.vn, p, &m))
		ok = l2tp_message_out(c, p, &m);
	spin_unlock_bh(&c->base.lock);
	return ok;
}

/* Is this the server's id of a session that was negotiated in this flow? */
static bool l2tp_negotiated(const struct l2tp_control *c, u32 id)
{
	struct vpnpass_binding like, *b;

	l2tp_key(&like, c, &c->base.client_mapped, &c->base.server_mapped, VPNPASS_ERROR);
	b = l2tp_lookup(c->base.vn, &like.key, VPNPASS_ERROR, id);
	return b && b->flow == &c->flow;
}

/* A session that nobody negotiated is used, or one that was. */
static void l2tp_client_uses(struct l2tp_control *c, u32 id)
{
	struct vpnpass_key key = c->base.binding.key;
	struct vpnpass_binding *b = l2tp_lookup(c->base.vn, &key, VPNPASS_SESSION, id);

	if (b) {
		/* between the same addresses the server of one may be the client of another */
		if (b->dir == IP_CT_DIR_ORIGINAL)
			l2tp_static_out(container_of(b, struct l2tp_session, out));
		return;
	}
	if (l2tp_negotiated(c, id))
		return;
	spin_lock_bh(&c->base.lock);
	if (!c->base.dead)
		l2tp_static_new(c, id);
	spin_unlock_bh(&c->base.lock);
}

static unsigned int l2tp_out(struct l2tp_packet *p, struct vpnpass_flow *flow)
{
	struct l2tp_control *c = l2tp_control_from(flow->control);
	enum l2tp_wire_error why;

	/* before anything is changed: if the flow is forgotten, the packet is its first again */
	if (unlikely(vpnpass_attach(p->skb, flow, IP_CT_DIR_ORIGINAL) != NF_ACCEPT))
		return READ_ONCE(c->base.dead) ? NF_ACCEPT : NF_DROP;
	why = l2tp_read(p);
	if (unlikely(why != L2TP_WIRE_OK)) {
		l2tp_count_wire(c->base.vn, why);
	} else if (unlikely(p->h.control)) {
		if (!l2tp_client_says(c, p))
			return l2tp_nomem(c->base.vn);
	} else {
		vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA);
		if (unlikely(c->unmanaged) && p->h.version == 3)
			l2tp_client_uses(c, p->h.session.value);
	}
	return NF_ACCEPT;
}

/* From server to client. */

/**
 * l2tp_arrived() - may a packet to this port be for this flow?
 * @c: the flow
 * @port: 0 over IP
 *
 * To the port that it has outside; or to 1701 if its server has never used that one.
 *
 * Context: RCU read lock.
 * Return: true if it may.
 */
bool l2tp_arrived(struct l2tp_control *c, __be16 port)
{
	if (port == c->port[IP_CT_DIR_REPLY]) {
		if (!READ_ONCE(c->by_port) && port != htons(VPNPASS_L2TP_PORT))
			WRITE_ONCE(c->by_port, true);
		return true;
	}
	return port == htons(VPNPASS_L2TP_PORT) && !READ_ONCE(c->by_port);
}

/* A packet from a port that is not the server's: the first answer, maybe. */
static noinline bool l2tp_floats(struct l2tp_tunnel *t, struct l2tp_packet *p, __be16 port)
{
	struct l2tp_control *c = l2tp_control_of(t);
	struct l2tp_message m;
	bool floats = false;

	if (!p->h.control || !l2tp_read_message(c->base.vn, p, &m) || m.type != L2TP_SCCRP)
		return false;
	spin_lock_bh(&c->base.lock);
	if (!c->base.dead && l2tp_tunnel_bound(t))
		floats = l2tp_tunnel_float(t, port);
	spin_unlock_bh(&c->base.lock);
	return floats;
}

/* The flow by which a packet of this tunnel may come, NULL if it can't be the tunnel's. */
static struct vpnpass_flow *l2tp_expected(struct l2tp_tunnel *t, struct l2tp_packet *p,
					  const struct l2tp_ports *ports)
{
	struct l2tp_control *c = l2tp_control_of(t);

	if (unlikely(!l2tp_arrived(c, ports->dst)))
		return NULL;
	if (likely(ports->src == c->server_port[IP_CT_DIR_REPLY]))
		return &c->flow;
	if ((READ_ONCE(t->floated) && ports->src == READ_ONCE(t->float_port)) ||
	    l2tp_floats(t, p, ports->src))
		return &t->base.flow;
	l2tp_count(c->base.vn, L2TP_COUNT_FLOAT_REFUSED);
	return NULL;
}

/* @t may be NULL, if none is known by the id in the packet. */
static bool l2tp_server_says(struct l2tp_control *c, struct l2tp_tunnel *t, struct l2tp_packet *p)
{
	bool ok = true;

	spin_lock_bh(&c->base.lock);
	if (!c->base.dead)
		ok = l2tp_message_in(c, t && l2tp_tunnel_bound(t) ? t : NULL, p);
	spin_unlock_bh(&c->base.lock);
	return ok;
}

static unsigned int l2tp_give(struct l2tp_packet *p, struct l2tp_tunnel *t,
			      const struct vpnpass_binding *b, struct vpnpass_flow *flow)
{
	struct l2tp_control *c = l2tp_control_from(flow->control);
	unsigned long now = jiffies;
	bool ok;

	if (READ_ONCE(t->last) != now)	/* keeps the cache line clean */
		WRITE_ONCE(t->last, now);
	if (unlikely(p->h.control)) {
		ok = l2tp_server_says(c, t, p);
	} else {
		vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA);
		ok = l2tp_write(p, p->h.version == 2 ? &p->h.tunnel : &p->h.session,
				ntohl(b->id));
	}
	if (unlikely(!ok))
		return l2tp_nomem(c->base.vn);
	return vpnpass_attach(p->skb, flow, IP_CT_DIR_REPLY);
}

static unsigned int l2tp_give_session(struct l2tp_packet *p, struct l2tp_session *s,
				      struct vpnpass_flow *flow)
{
	if (READ_ONCE(s->waiting))
		WRITE_ONCE(s->waiting, false);
	return l2tp_give(p, s->tunnel, &s->data, flow);
}

/* To a port, or from a server, that is one client's alone. */
static unsigned int l2tp_give_flow(struct l2tp_packet *p, struct vpnpass_flow *flow, bool readable)
{
	struct l2tp_control *c = l2tp_control_from(flow->control);

	if (readable && p->h.control) {
		if (!l2tp_server_says(c, NULL, p))
			return l2tp_nomem(c->base.vn);
	} else if (readable) {
		vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA);
	}
	return vpnpass_attach(p->skb, flow, IP_CT_DIR_REPLY);
}

/* A packet whose id, if it has one that can be read, nobody has by whom it may come. */
static noinline unsigned int l2tp_in_unknown(struct vpnpass_net *vn, struct l2tp_packet *p,
					     struct vpnpass_key *key,
					     const struct l2tp_ports *ports,
					     enum l2tp_wire_error why)
{
	struct l2tp_group *group = l2tp_group_find(vn, key, p->udp);
	bool readable = why == L2TP_WIRE_OK;
	struct vpnpass_binding *b;
	struct l2tp_control *c;
	struct l2tp_session *s;

	if (!group)
		return NF_ACCEPT;
	if (!readable)
		l2tp_count_wire(vn, why);
	if (readable && !p->h.control && p->h.version == 3) {
		s = l2tp_static_in(group, p->h.session.value, ports->dst);
		if (s)
			return l2tp_give_session(p, s, &l2tp_control_of(s->tunnel)->flow);
	}
	b = p->udp ? l2tp_lookup(vn, key, VPNPASS_REPLY, l2tp_ports_id(ports)) : NULL;
	if (b)
		return l2tp_give_flow(p, b->flow, readable);
	c = l2tp_group_only(group);
	if (c && ports->src == c->server_port[IP_CT_DIR_REPLY] &&
	    ports->dst == c->port[IP_CT_DIR_REPLY])
		return l2tp_give_flow(p, &c->flow, readable);
	if (readable)
		vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA_UNKNOWN);
	return NF_ACCEPT;
}

static unsigned int l2tp_in(struct vpnpass_net *vn, struct l2tp_packet *p,
			    struct vpnpass_key *key, const struct l2tp_ports *ports)
{
	enum l2tp_wire_error why = l2tp_read(p);
	struct vpnpass_flow *flow = NULL;
	struct l2tp_session *s = NULL;
	struct vpnpass_binding *b;
	struct l2tp_tunnel *t;

	if (unlikely(why != L2TP_WIRE_OK))
		return l2tp_in_unknown(vn, p, key, ports, why);
	if (p->h.version == 3 && !p->h.control) {
		b = l2tp_lookup(vn, key, VPNPASS_SESSION, p->h.session.value);
		if (!b || b->dir != IP_CT_DIR_REPLY)
			return l2tp_in_unknown(vn, p, key, ports, why);
		s = container_of(b, struct l2tp_session, data);
		t = s->tunnel;
	} else {
		b = l2tp_lookup(vn, key, VPNPASS_CONNECTION, p->h.tunnel.value);
		if (!b)
			return l2tp_in_unknown(vn, p, key, ports, why);
		t = container_of(b, struct l2tp_tunnel, base.slot[VPNPASS_TO_CLIENT]);
	}
	flow = l2tp_expected(t, p, ports);
	if (unlikely(!flow))
		return l2tp_in_unknown(vn, p, key, ports, why);
	return s ? l2tp_give_session(p, s, flow) : l2tp_give(p, t, b, flow);
}

/**
 * l2tp_udp() - a UDP packet to port 1701, or to one that NAT or a server uses for L2TP
 * @vn: network namespace
 * @skb: the packet
 * @pkt: where its parts are
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int l2tp_udp(struct vpnpass_net *vn, struct sk_buff *skb,
		      const struct vpnpass_packet *pkt)
{
	struct l2tp_packet p = {
		.skb = skb,
		.l4 = pkt->off,
		.off = pkt->off + sizeof(struct udphdr),
		.udp = true,
	};
	const struct l2tp_ports *ports;
	struct l2tp_ports _ports;
	struct vpnpass_binding *b;
	struct vpnpass_key key;

	ports = skb_header_pointer(skb, pkt->off, sizeof(_ports), &_ports);
	if (!ports)
		return NF_ACCEPT;
	_ports = *ports;
	key.l4proto = IPPROTO_UDP;
	vpnpass_packet_key(&key, skb, pkt);
	b = l2tp_lookup(vn, &key, VPNPASS_CONTROL, l2tp_ports_id(&_ports));
	return b ? l2tp_out(&p, b->flow) : l2tp_in(vn, &p, &key, &_ports);
}

/**
 * l2tp_data() - a packet of IP protocol 115
 * @vn: network namespace
 * @skb: the packet
 * @pkt: where its parts are
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int l2tp_data(struct vpnpass_net *vn, struct sk_buff *skb,
		       const struct vpnpass_packet *pkt)
{
	struct l2tp_packet p = { .skb = skb, .l4 = pkt->off, .off = pkt->off };
	const struct l2tp_ports none = {};
	struct vpnpass_binding *b;
	struct vpnpass_key key;

	key.l4proto = IPPROTO_L2TP;
	vpnpass_packet_key(&key, skb, pkt);
	b = l2tp_lookup(vn, &key, VPNPASS_CONTROL, 0);
	return b ? l2tp_out(&p, b->flow) : l2tp_in(vn, &p, &key, &none);
}

/* Of a single client, what an error quotes needs no id; @ports are those quoted. */
static struct vpnpass_binding *l2tp_quoted_only(struct vpnpass_net *vn, struct vpnpass_key *key,
						const struct l2tp_ports *ports, bool udp)
{
	struct vpnpass_key back = { .src = key->dst, .dst = key->src, .zone = key->zone,
				    .kind = key->kind & VPNPASS_IPV6 };
	struct l2tp_group *group = l2tp_group_find(vn, &back, udp);
	struct l2tp_control *c = group ? l2tp_group_only(group) : NULL;

	if (!c || ports->src != c->port[IP_CT_DIR_REPLY] ||
	    ports->dst != c->server_port[IP_CT_DIR_REPLY])
		return NULL;
	key->id = c->base.binding.id;
	return &c->base.binding;
}

/**
 * l2tp_error() - find the flow of a packet quoted in an ICMP error
 * @vn: network namespace
 * @skb: ICMP error
 * @off: of the quoted UDP header, or of what follows the IP header
 * @key: addresses of the quoted packet
 *
 * By the id that the server assigned. Where UDP ports tell the flow, conntrack finds it.
 *
 * Context: RCU read lock.
 * Return: its binding; NULL if it is not known, ERR_PTR() if it is conntrack's to find.
 */
struct vpnpass_binding *l2tp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
				   unsigned int off, struct vpnpass_key *key)
{
	bool udp = key->l4proto == IPPROTO_UDP;
	unsigned int at = off + (udp ? sizeof(struct udphdr) : 0);
	unsigned int head = skb->len > at ? skb->len - at : 0;
	struct l2tp_ports none = {}, _ports;
	const struct l2tp_ports *ports = &none;
	struct vpnpass_binding *b = NULL;
	u8 _h[L2TP_HEADER_READ];
	struct l2tp_header h;
	const u8 *p;
	int err;

	head = min_t(unsigned int, head, L2TP_HEADER_READ);
	p = skb_header_pointer(skb, at, head, _h);
	if (udp)
		ports = skb_header_pointer(skb, off, sizeof(_ports), &_ports);
	if (!p || !ports)
		return ERR_PTR(-EPROTO);
	/* what is quoted is cut: only its head is looked at */
	err = udp ? l2tp_udp_parse(p, head, U16_MAX, &h) : l2tp_ip_parse(p, head, U16_MAX, &h);
	if (!err && h.version == 3 && !h.control)
		b = l2tp_lookup(vn, key, VPNPASS_ERROR, h.session.value);
	else if (!err)
		b = l2tp_lookup(vn, key, VPNPASS_ERROR_CONNECTION, h.tunnel.value);
	if (!b && !udp)		/* quoted inside, where the client is named */
		b = l2tp_lookup(vn, key, VPNPASS_ERROR, 0);
	if (!b)
		b = l2tp_quoted_only(vn, key, ports, udp);
	if (!b && udp)
		return ERR_PTR(-ENOENT);
	return b;
}
