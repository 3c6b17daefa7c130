// SPDX-License-Identifier: GPL-2.0
/* L2TP passthrough: tunnels and control connections, and the ids by which they are known. */
#include <linux/random.h>
#include <linux/slab.h>
#include "l2tp.h"

/**
 * l2tp_bind() - bind what a server sends, under the client's own id if it is free
 * @c: control flow
 * @b: not bound, all but the ids filled in
 * @own: id that the client assigned
 * @width: its bytes, 2 or 4
 * @fixed: no other id will do, as a digest protects it
 *
 * Context: softirq, control->lock held.
 * Return: 0, then b->key.id is the id towards the server; -EEXIST or -ENOMEM.
 */
int l2tp_bind(struct l2tp_control *c, struct vpnpass_binding *b, u32 own, u8 width, bool fixed)
{
	struct vpnpass_net *vn = c->base.vn;
	unsigned int tries;
	u32 id = own;
	int err;

	b->id = htonl(own);
	b->key.id = b->id;
	err = vpnpass_bind(vn, b);
	if (err != -EEXIST)
		return err;
	if (fixed)
		goto taken;
	for (tries = 0; err == -EEXIST && tries < L2TP_ALIAS_TRIES; tries++) {
		do {
			id = get_random_u32() >> (width == 2 ? 16 : 0);
		} while (!id);
		b->key.id = htonl(id);
		err = vpnpass_bind(vn, b);
	}
	if (!err) {
		l2tp_count(vn, L2TP_COUNT_ALIAS);
		return 0;
	}
taken:
	b->key.id = b->id;
	l2tp_count(vn, L2TP_COUNT_TAKEN);
	return err;
}

/**
 * l2tp_tunnel_new() - make a tunnel known, of which no id is known yet
 * @c: control flow
 * @version: 2 or 3
 *
 * Context: softirq, control->lock held.
 * Return: it, or NULL: refused, and counted.
 */
struct l2tp_tunnel *l2tp_tunnel_new(struct l2tp_control *c, u8 version)
{
	struct l2tp_tunnel *t = kzalloc(sizeof(*t), GFP_ATOMIC);

	BUILD_BUG_ON(offsetof(struct l2tp_tunnel, base));
	/* there are many of them: what kmalloc rounds up to */
	BUILD_BUG_ON(IS_ENABLED(CONFIG_64BIT) && !IS_ENABLED(CONFIG_PROVE_LOCKING) &&
		     (sizeof(struct l2tp_control) > 512 || sizeof(struct l2tp_tunnel) > 512));
	if (!t) {
		vpnpass_count(c->base.vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	if (vpnpass_tunnel_add(&t->base, &c->base)) {
		kfree(t);
		return NULL;
	}
	t->base.flow.zone = c->flow.zone;
	t->version = version;
	t->last = jiffies;
	t->since = jiffies;
	INIT_LIST_HEAD(&t->sessions);
	list_add_tail(&t->list, &c->tunnels);
	return t;
}

/* What the server sends, all but the id. */
static struct vpnpass_binding *l2tp_tunnel_back(struct l2tp_tunnel *t)
{
	struct l2tp_control *c = l2tp_control_of(t);
	struct vpnpass_binding *b = &t->base.slot[VPNPASS_TO_CLIENT];

	l2tp_key(b, c, &c->base.server_mapped, &c->base.client_mapped, VPNPASS_CONNECTION);
	b->flow = &c->flow;
	b->dir = IP_CT_DIR_REPLY;
	return b;
}

/* Its id is known: what the server sends is recognised by it from now on. */
static void l2tp_tunnel_bind(struct l2tp_tunnel *t, u32 own, bool fixed)
{
	struct vpnpass_binding *b = l2tp_tunnel_back(t);

	l2tp_bind(l2tp_control_of(t), b, own, t->version == 2 ? 2 : 4, fixed);
	t->own = own;
	t->alias = ntohl(b->key.id);
}

static int l2tp_tunnel_rebind(struct l2tp_tunnel *t, const struct vpnpass_record *rec)
{
	struct vpnpass_binding *b;

	t->own = rec->client_id[0];
	t->alias = rec->client_id[1];
	if (!t->own)
		return 0;	/* hidden still */
	b = l2tp_tunnel_back(t);
	b->id = htonl(t->own);
	b->key.id = htonl(t->alias);
	if (rec->flags & VPNPASS_RECORD_FLAG_UNBOUND)
		return 0;
	return vpnpass_bind(l2tp_control_of(t)->base.vn, b);
}

/**
 * l2tp_tunnel_restore() - a tunnel goes on
 * @c: control flow
 * @rec: what was said of it
 *
 * Context: softirq, control->lock held.
 * Return: 0, -EEXIST, -EADDRINUSE, -ENOSPC or -ENOMEM.
 */
int l2tp_tunnel_restore(struct l2tp_control *c, const struct vpnpass_record *rec)
{
	struct l2tp_tunnel *t;
	int err;

	if (l2tp_tunnel_by_own(c, rec->client_id[0]))
		return -EEXIST;
	t = l2tp_tunnel_new(c, rec->version);
	if (!t)
		return -ENOSPC;
	err = l2tp_tunnel_rebind(t, rec);
	if (err) {
		l2tp_tunnel_del(t);
		return err == -EEXIST ? -EADDRINUSE : err;
	}
	t->hidden = rec->flags & VPNPASS_RECORD_FLAG_HIDDEN;
	memcpy(t->shown, rec->session, sizeof(t->shown));
	l2tp_tunnel_answered(t, rec->server_id[0]);
	vpnpass_tunnel_restore(&t->base, rec);
	t->asked = rec->floated;
	if (rec->floated)
		l2tp_tunnel_float(t, rec->floated);
	vpnpass_tunnel_up(&t->base);
	return 0;
}

/**
 * l2tp_tunnel_show_own() - an id that was hidden shows in what the server sends
 * @t: tunnel
 * @own: the id; both ends know it
 *
 * Context: softirq, control->lock held.
 */
void l2tp_tunnel_show_own(struct l2tp_tunnel *t, u32 own)
{
	if (own)
		l2tp_tunnel_bind(t, own, true);
}

/**
 * l2tp_tunnel_by_own() - find a tunnel by the id that the client assigned
 * @c: control flow
 * @own: id
 *
 * Context: control->lock held.
 * Return: the tunnel or NULL.
 */
struct l2tp_tunnel *l2tp_tunnel_by_own(struct l2tp_control *c, u32 own)
{
	struct l2tp_tunnel *t;

	list_for_each_entry(t, &c->tunnels, list)
		if (own && t->own == own)
			return t;
	return NULL;
}

/**
 * l2tp_tunnel_by_peer() - find the newest tunnel by the id that the server assigned
 * @c: control flow
 * @peer: id
 *
 * Context: control->lock held.
 * Return: the tunnel or NULL.
 */
struct l2tp_tunnel *l2tp_tunnel_by_peer(struct l2tp_control *c, u32 peer)
{
	struct l2tp_tunnel *t;

	/* a server that has started anew gives ids of tunnels that it knows no more */
	list_for_each_entry_reverse(t, &c->tunnels, list)
		if (peer && t->peer == peer)
			return t;
	return NULL;
}

/**
 * l2tp_tunnel_hidden() - find the newest tunnel of which an id is hidden still
 * @c: control flow
 *
 * Context: control->lock held.
 * Return: the tunnel or NULL.
 */
struct l2tp_tunnel *l2tp_tunnel_hidden(struct l2tp_control *c)
{
	struct l2tp_tunnel *t;

	list_for_each_entry_reverse(t, &c->tunnels, list)
		if (t->hidden && (!t->own || !t->peer))
			return t;
	return NULL;
}

static struct l2tp_tunnel *l2tp_tunnel_ask_hidden(struct l2tp_control *c, u8 version)
{
	struct l2tp_tunnel *t = l2tp_tunnel_hidden(c);

	if (t)
		return t;
	t = l2tp_tunnel_new(c, version);
	if (!t)
		return NULL;
	t->hidden = true;
	l2tp_count(c->base.vn, L2TP_COUNT_HIDDEN);
	return t;
}

static struct l2tp_tunnel *l2tp_tunnel_ask_clear(struct l2tp_control *c, u8 version,
						 const struct l2tp_message *m)
{
	struct l2tp_tunnel *t = l2tp_tunnel_by_own(c, m->assigned.value);

	if (t && t->base.state == VPNPASS_STATE_CLOSING) {
		l2tp_tunnel_del(t);
		t = NULL;
	}
	if (!t)
		t = l2tp_tunnel_new(c, version);
	if (t && !l2tp_tunnel_bound(t))	/* or there was no memory for it before */
		l2tp_tunnel_bind(t, m->assigned.value, m->digest);
	return t;
}

/**
 * l2tp_tunnel_ask() - a client asks for a tunnel (SCCRQ, RFC 2661 6.1), for the first time
 *	or again
 * @c: control flow
 * @h: header of the message
 * @m: the message
 *
 * Context: softirq, control->lock held.
 * Return: the tunnel, or NULL if none can be made known.
 */
struct l2tp_tunnel *l2tp_tunnel_ask(struct l2tp_control *c, const struct l2tp_header *h,
				    const struct l2tp_message *m)
{
	struct l2tp_tunnel *t = NULL;

	l2tp_back_retry(c);
	if (m->assigned3.sight != L2TP_ABSENT)
		l2tp_count(c->base.vn, L2TP_COUNT_BOTH);
	else if (m->assigned.sight == L2TP_HIDDEN)
		t = l2tp_tunnel_ask_hidden(c, h->version);
	else if (m->assigned.sight == L2TP_CLEAR)
		t = l2tp_tunnel_ask_clear(c, h->version, m);
	if (!t)
		return NULL;
	t->asked = true;
	t->since = jiffies;
	return t;
}

/**
 * l2tp_tunnel_answered() - the server has assigned its id
 * @t: tunnel
 * @peer: the id
 *
 * Context: softirq, control->lock held.
 */
void l2tp_tunnel_answered(struct l2tp_tunnel *t, u32 peer)
{
	struct l2tp_control *c = l2tp_control_of(t);
	struct vpnpass_binding *error = &t->base.slot[VPNPASS_ERR_TO_SERVER];
	struct vpnpass_binding *shown = &t->base.slot[VPNPASS_TO_SERVER];

	if (!peer || t->peer == peer)
		return;
	t->peer = peer;
	shown->key.l4proto = c->base.binding.key.l4proto;
	shown->id = htonl(peer);
	shown->key.id = shown->id;
	vpnpass_unbind(c->base.vn, error);
	if (!error->key.l4proto)
		l2tp_key(error, c, &c->base.client_mapped, &c->base.server_mapped,
			 VPNPASS_ERROR_CONNECTION);
	error->flow = &c->flow;
	error->id = htonl(peer);
	error->key.id = error->id;
	vpnpass_bind(c->base.vn, error);
}

/* Its client has begun anew under the same id, and was answered from yet another port. */
static void l2tp_tunnel_sink(struct l2tp_tunnel *t)
{
	struct l2tp_control *c = l2tp_control_of(t);
	struct nf_conn *ct;

	if (!t->floated)
		return;
	vpnpass_port_unwatch(t->float_port);
	vpnpass_unbind(c->base.vn, &t->base.slot[L2TP_TO_FLOATED]);
	ct = rcu_dereference_protected(t->base.flow.ct, lockdep_is_held(&c->base.lock));
	if (ct)
		nf_ct_kill(ct);		/* the next packet makes one with the new port */
}

/**
 * l2tp_tunnel_float() - the first answer came from another port (RFC 2661 8.1, RFC 3931
 *	4.1.2.2)
 * @t: tunnel
 * @port: the port
 *
 * The other port is for this tunnel alone, and only while its client waits for an answer.
 *
 * Context: softirq, control->lock held.
 * Return: false if nobody waits.
 */
bool l2tp_tunnel_float(struct l2tp_tunnel *t, __be16 port)
{
	struct l2tp_control *c = l2tp_control_of(t);
	struct vpnpass_binding *out = &t->base.slot[L2TP_TO_FLOATED];
	const struct vpnpass_key *ck = &c->base.binding.key;

	if (t->floated && t->float_port == port)
		return true;
	if (!t->asked || time_after(jiffies, t->since + L2TP_FLOAT_WINDOW * HZ) ||
	    vpnpass_port_watch(port))
		return false;
	l2tp_tunnel_sink(t);
	t->asked = false;
	WRITE_ONCE(t->float_port, port);
	l2tp_key(out, c, &ck->src, &ck->dst, VPNPASS_CONTROL);
	out->key.id = htonl(ntohs(c->port[IP_CT_DIR_ORIGINAL]) << 16 | ntohs(port));
	out->id = out->key.id;
	out->dir = IP_CT_DIR_ORIGINAL;
	vpnpass_bind(c->base.vn, out);
	t->floated = true;
	l2tp_count(c->base.vn, L2TP_COUNT_FLOAT);
	return true;
}

/**
 * l2tp_tunnel_close() - one end ends a tunnel (StopCCN); late packets still pass
 * @t: tunnel
 *
 * Context: softirq, control->lock held.
 */
void l2tp_tunnel_close(struct l2tp_tunnel *t)
{
	if (t->base.state == VPNPASS_STATE_CLOSING)
		return;
	vpnpass_tunnel_closing(&t->base);
	t->since = jiffies;
}

/**
 * l2tp_tunnel_del() - forget a tunnel and its sessions
 * @t: tunnel
 *
 * Context: any but hard interrupts, control->lock held.
 */
void l2tp_tunnel_del(struct l2tp_tunnel *t)
{
	struct l2tp_session *s, *next;

	list_for_each_entry_safe(s, next, &t->sessions, list)
		l2tp_session_del(s);
	if (t->floated)
		vpnpass_port_unwatch(t->float_port);
	list_del(&t->list);
	vpnpass_tunnel_del(&t->base);
}

/**
 * l2tp_tunnel_gc() - is a tunnel over?
 * @t: tunnel; gone afterwards if it is
 *
 * When its end was said, when nobody answered, or when the server has not named it for long,
 * not even to say hello.
 *
 * Context: process, control->lock held.
 */
void l2tp_tunnel_gc(struct l2tp_tunnel *t)
{
	struct vpnpass_net *vn = l2tp_control_of(t)->base.vn;
	unsigned long since = t->since;
	unsigned int secs;

	l2tp_sessions_gc(t);
	switch (t->base.state) {
	case VPNPASS_STATE_CLOSING:
		secs = L2TP_LINGER;
		if (time_after(READ_ONCE(t->last), since))
			since = READ_ONCE(t->last);	/* or it wasn't the end */
		break;
	case VPNPASS_STATE_SETUP:
		secs = vpnpass_param(vn, VPNPASS_PROTO_L2TP, VPNPASS_PARAM_TIMEOUT_UNREPLIED);
		break;
	default:
		secs = vpnpass_param(vn, VPNPASS_PROTO_L2TP, VPNPASS_PARAM_TIMEOUT);
		since = READ_ONCE(t->last);
	}
	if (t->unmanaged ? list_empty(&t->sessions) : time_after(jiffies, since + secs * HZ))
		l2tp_tunnel_del(t);
}

/**
 * l2tp_carrier() - the flow that has a tunnel's packets
 * @tunnel: tunnel
 *
 * Context: see struct vpnpass_engine.
 * Return: the flow.
 */
struct vpnpass_flow *l2tp_carrier(struct vpnpass_tunnel *tunnel)
{
	struct l2tp_tunnel *t = l2tp_tunnel_from(tunnel);

	return READ_ONCE(t->floated) ? &t->base.flow : &l2tp_control_of(t)->flow;
}

/**
 * l2tp_sessions() - the latest session, for the tool
 * @tunnel: its tunnel
 * @ids: filled in; 0 where none is known
 *
 * Context: see struct vpnpass_engine.
 */
void l2tp_sessions(const struct vpnpass_tunnel *tunnel, u32 ids[VPNPASS_SESSION_IDS])
{
	const struct l2tp_tunnel *t = container_of(tunnel, struct l2tp_tunnel, base);
	int i;

	for (i = 0; i < VPNPASS_SESSION_IDS; i++)
		ids[i] = READ_ONCE(t->shown[i]);
}
