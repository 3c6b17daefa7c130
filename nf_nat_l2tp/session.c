// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP passthrough: sessions. Data of L2TPv2 names its tunnel, so that sessions are noted for
 * the tool alone; data of L2TPv3 names nothing else (RFC 3931 4.1).
 *
 * Sessions that nobody negotiates: a client's packets show the server's id only. The id that
 * the server uses, which the client has chosen, shows when the server sends, and whose it is
 * must be guessed: that of a client whose session the server has not used yet.
 */
#include <linux/slab.h>
#include "l2tp.h"

/**
 * l2tp_session_by_own() - find a session by the id that the client assigned
 * @t: its tunnel
 * @own: id
 *
 * Context: control->lock held.
 * Return: the session or NULL.
 */
struct l2tp_session *l2tp_session_by_own(struct l2tp_tunnel *t, u32 own)
{
	struct l2tp_session *s;

	list_for_each_entry(s, &t->sessions, list)
		if (own && s->own == own)
			return s;
	return NULL;
}

/**
 * l2tp_session_by_alias() - find a session by the id that the server knows
 * @t: its tunnel
 * @alias: the client's id as the server has it
 *
 * Context: control->lock held.
 * Return: the session or NULL.
 */
struct l2tp_session *l2tp_session_by_alias(struct l2tp_tunnel *t, u32 alias)
{
	struct l2tp_session *s;

	list_for_each_entry(s, &t->sessions, list)
		if (alias && s->alias == alias)
			return s;
	return NULL;
}

static atomic_t *l2tp_session_count(struct vpnpass_net *vn)
{
	return &vn->engines[VPNPASS_PROTO_L2TP].sessions;
}

static struct l2tp_session *l2tp_session_new(struct l2tp_tunnel *t)
{
	struct vpnpass_net *vn = l2tp_control_of(t)->base.vn;
	struct l2tp_session *s;

	if (t->nsessions >= L2TP_SESSIONS_MAX ||
	    atomic_read(l2tp_session_count(vn)) >= L2TP_SESSIONS_ALL) {
		l2tp_count(vn, L2TP_COUNT_SESSION_CAP);
		return NULL;
	}
	s = kzalloc(sizeof(*s), GFP_ATOMIC);
	if (!s) {
		vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	s->tunnel = t;
	s->last = jiffies;
	INIT_LIST_HEAD(&s->fixed);
	list_add_tail(&s->list, &t->sessions);
	t->nsessions++;
	atomic_inc(l2tp_session_count(vn));
	return s;
}

static void l2tp_session_show(struct l2tp_session *s)
{
	u32 *shown = s->tunnel->shown;

	WRITE_ONCE(shown[VPNPASS_SESSION_CLIENT], s->own);
	WRITE_ONCE(shown[VPNPASS_SESSION_CLIENT_MAPPED], s->alias);
	WRITE_ONCE(shown[VPNPASS_SESSION_SERVER], s->peer);
}

/* How the server's packets are recognised, all but the id. */
static void l2tp_session_key(struct l2tp_session *s)
{
	struct l2tp_control *c = l2tp_control_of(s->tunnel);

	l2tp_key(&s->data, c, &c->base.server_mapped, &c->base.client_mapped, VPNPASS_SESSION);
	s->data.flow = &c->flow;
	s->data.dir = IP_CT_DIR_REPLY;
}

/* The id that the server assigned: routers outside quote it. */
static void l2tp_session_answered(struct l2tp_session *s, u32 peer)
{
	struct l2tp_control *c = l2tp_control_of(s->tunnel);

	if (!peer || s->peer == peer)
		return;
	s->peer = peer;
	vpnpass_unbind(c->base.vn, &s->error);
	if (!s->error.key.l4proto)
		l2tp_key(&s->error, c, &c->base.client_mapped, &c->base.server_mapped,
			 VPNPASS_ERROR);
	s->error.flow = &c->flow;
	s->error.id = htonl(peer);
	s->error.key.id = s->error.id;
	vpnpass_bind(c->base.vn, &s->error);
}

/* A client offers or accepts a session. */
static struct l2tp_session *l2tp_session_begin(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_session *s = l2tp_session_by_own(t, m->local.value);

	if (s && s->closing) {
		l2tp_session_del(s);
		s = NULL;
	}
	if (s)
		return s;
	s = l2tp_session_new(t);
	if (!s)
		return NULL;
	l2tp_session_key(s);
	l2tp_bind(l2tp_control_of(t), &s->data, m->local.value, 4, m->digest);
	s->own = m->local.value;
	s->alias = ntohl(s->data.key.id);
	return s;
}

static void l2tp_session_close(struct l2tp_session *s)
{
	if (s->closing)
		return;
	s->closing = true;
	s->last = jiffies;
}

static bool l2tp_begins_session(const struct l2tp_message *m)
{
	return m->type == L2TP_ICRQ || m->type == L2TP_ICRP || m->type == L2TP_OCRQ ||
	       m->type == L2TP_OCRP;
}

/* L2TPv2: only to be shown. */
static void l2tp_session_note(struct l2tp_tunnel *t, const struct l2tp_message *m, int end)
{
	if (!m->local.value)
		return;
	if (l2tp_begins_session(m)) {
		WRITE_ONCE(t->shown[end], m->local.value);
		if (end == VPNPASS_SESSION_CLIENT)
			WRITE_ONCE(t->shown[VPNPASS_SESSION_CLIENT_MAPPED], m->local.value);
	} else if (m->type == L2TP_CDN && t->shown[end] == m->local.value) {
		WRITE_ONCE(t->shown[VPNPASS_SESSION_CLIENT], 0);
		WRITE_ONCE(t->shown[VPNPASS_SESSION_CLIENT_MAPPED], 0);
		WRITE_ONCE(t->shown[VPNPASS_SESSION_SERVER], 0);
	}
}

/**
 * l2tp_session_client() - learn from a client's message about sessions
 * @t: tunnel
 * @m: message, with ids as the client sent them
 *
 * Context: softirq, control->lock held.
 */
void l2tp_session_client(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_session *s;

	if (t->version == 2) {
		l2tp_session_note(t, m, VPNPASS_SESSION_CLIENT);
		return;
	}
	if (l2tp_begins_session(m) && m->local.value)
		s = l2tp_session_begin(t, m);
	else
		s = l2tp_session_by_own(t, m->local.value);
	if (!s)
		return;
	l2tp_session_answered(s, m->remote.value);
	if (m->type == L2TP_CDN)
		l2tp_session_close(s);
	l2tp_session_show(s);
}

/**
 * l2tp_session_server() - learn from a server's message about sessions
 * @t: tunnel
 * @m: message, with ids as the server sent them
 *
 * Context: softirq, control->lock held.
 */
void l2tp_session_server(struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	struct l2tp_session *s;

	if (t->version == 2) {
		l2tp_session_note(t, m, VPNPASS_SESSION_SERVER);
		return;
	}
	s = l2tp_session_by_alias(t, m->remote.value);
	if (!s)
		return;
	/* of an earlier session under the same id? */
	if (m->type == L2TP_CDN && s->peer && m->local.value && m->local.value != s->peer)
		return;
	l2tp_session_answered(s, m->local.value);
	if (m->type == L2TP_CDN)
		l2tp_session_close(s);
	l2tp_session_show(s);
}

/**
 * l2tp_session_del() - forget a session
 * @s: session
 *
 * Context: any but hard interrupts, control->lock held.
 */
void l2tp_session_del(struct l2tp_session *s)
{
	struct l2tp_control *c = l2tp_control_of(s->tunnel);
	struct vpnpass_net *vn = c->base.vn;

	spin_lock_bh(&c->group->base.lock);
	list_del_init(&s->fixed);
	vpnpass_unbind(vn, &s->data);
	spin_unlock_bh(&c->group->base.lock);
	vpnpass_unbind(vn, &s->error);
	vpnpass_unbind(vn, &s->out);
	list_del(&s->list);
	s->tunnel->nsessions--;
	atomic_dec(l2tp_session_count(vn));
	kfree_rcu(s, rcu);
}

/**
 * l2tp_sessions_gc() - forget the sessions of a tunnel that are over
 * @t: tunnel
 *
 * Context: process, control->lock held.
 */
void l2tp_sessions_gc(struct l2tp_tunnel *t)
{
	unsigned int secs = L2TP_LINGER;
	struct l2tp_session *s, *next;

	if (t->unmanaged)
		secs = vpnpass_param(l2tp_control_of(t)->base.vn, VPNPASS_PROTO_L2TP,
				     VPNPASS_PARAM_TIMEOUT);
	/* the server may talk without being answered */
	if (t->unmanaged && time_before(jiffies, READ_ONCE(t->last) + secs * HZ))
		return;
	list_for_each_entry_safe(s, next, &t->sessions, list)
		if ((s->closing || t->unmanaged) &&
		    time_after(jiffies, READ_ONCE(s->last) + secs * HZ))
			l2tp_session_del(s);
}

static struct l2tp_tunnel *l2tp_unmanaged(struct l2tp_control *c)
{
	struct l2tp_tunnel *t;

	list_for_each_entry(t, &c->tunnels, list)
		if (t->unmanaged)
			return t;
	t = l2tp_tunnel_new(c, 3);
	if (t)
		t->unmanaged = true;
	return t;
}

/**
 * l2tp_static_out() - a client uses a session that nobody negotiated
 * @s: the session
 *
 * Context: softirq, RCU read lock.
 */
void l2tp_static_out(struct l2tp_session *s)
{
	WRITE_ONCE(s->last, jiffies);
	if (READ_ONCE(s->waiting))
		return;
	WRITE_ONCE(s->asked, jiffies);
	WRITE_ONCE(s->waiting, true);
}

/**
 * l2tp_static_new() - a client uses a session that nobody negotiated, for the first time
 * @c: control flow
 * @id: of the session, assigned by the server
 *
 * Context: softirq, control->lock held, a member of its group.
 */
void l2tp_static_new(struct l2tp_control *c, u32 id)
{
	const struct vpnpass_key *ck = &c->base.binding.key;
	struct l2tp_tunnel *t = l2tp_unmanaged(c);
	struct l2tp_session *s;

	if (!t)
		return;
	s = l2tp_session_new(t);
	if (!s)
		return;
	l2tp_key(&s->out, c, &ck->src, &ck->dst, VPNPASS_SESSION);
	s->out.key.id = htonl(id);
	s->out.id = s->out.key.id;
	s->out.flow = &c->flow;
	if (vpnpass_bind(c->base.vn, &s->out)) {
		l2tp_session_del(s);
		return;
	}
	l2tp_session_key(s);
	l2tp_session_answered(s, id);
	l2tp_session_show(s);
	l2tp_static_out(s);
	spin_lock_bh(&c->group->base.lock);
	list_add_tail(&s->fixed, &c->group->statics);
	spin_unlock_bh(&c->group->base.lock);
}

/* The id that the client assigned is known. Context: control->lock held. */
static int l2tp_session_rebind(struct l2tp_session *s, const struct vpnpass_record *rec)
{
	struct l2tp_control *c = l2tp_control_of(s->tunnel);
	int err = 0;

	if (!rec->client_id[0])
		return 0;	/* the server has not used it yet */
	spin_lock_bh(&c->group->base.lock);
	vpnpass_unbind(c->base.vn, &s->data);	/* a packet may have been faster */
	s->own = rec->client_id[0];
	s->alias = rec->client_id[1];
	s->data.id = htonl(s->own);
	s->data.key.id = htonl(s->alias);
	if (!(rec->flags & VPNPASS_RECORD_FLAG_UNBOUND))
		err = vpnpass_bind(c->base.vn, &s->data);
	spin_unlock_bh(&c->group->base.lock);
	return err;
}

/* A session that nobody negotiated. Its tunnel is up when the server has used it. */
static struct l2tp_session *l2tp_static_restore(struct l2tp_control *c,
						const struct vpnpass_record *rec)
{
	struct l2tp_tunnel *t = l2tp_unmanaged(c);
	struct l2tp_session *s;

	if (!t)
		return ERR_PTR(-ENOSPC);
	list_for_each_entry(s, &t->sessions, list)
		if (s->peer == rec->server_id[0])
			return ERR_PTR(-EEXIST);
	l2tp_static_new(c, rec->server_id[0]);
	if (list_empty(&t->sessions))
		return ERR_PTR(-ENOSPC);
	s = list_last_entry(&t->sessions, struct l2tp_session, list);
	if (s->peer != rec->server_id[0])
		return ERR_PTR(-ENOSPC);
	if (rec->client_id[0] && !t->base.up)
		vpnpass_tunnel_up(&t->base);
	return s;
}

static struct l2tp_session *l2tp_managed_restore(struct l2tp_control *c,
						 const struct vpnpass_record *rec)
{
	struct l2tp_tunnel *t = l2tp_tunnel_by_own(c, rec->parent);
	struct l2tp_session *s;

	if (!t || t->version != 3)
		return ERR_PTR(-ENOENT);
	if (l2tp_session_by_own(t, rec->client_id[0]))
		return ERR_PTR(-EEXIST);
	s = l2tp_session_new(t);
	if (!s)
		return ERR_PTR(-ENOSPC);
	l2tp_session_key(s);
	l2tp_session_answered(s, rec->server_id[0]);
	return s;
}

/**
 * l2tp_session_restore() - a session of L2TPv3 goes on
 * @c: control flow
 * @rec: what was said of it
 *
 * Context: softirq, control->lock held.
 * Return: 0, -ENOENT, -EEXIST, -EADDRINUSE, -ENOSPC or -ENOMEM.
 */
int l2tp_session_restore(struct l2tp_control *c, const struct vpnpass_record *rec)
{
	struct l2tp_session *s;
	int err;

	if (rec->flags & VPNPASS_RECORD_FLAG_UNMANAGED)
		s = l2tp_static_restore(c, rec);
	else
		s = l2tp_managed_restore(c, rec);
	if (IS_ERR(s))
		return PTR_ERR(s);
	err = l2tp_session_rebind(s, rec);
	if (err) {
		l2tp_session_del(s);
		return err == -EEXIST ? -EADDRINUSE : err;
	}
	l2tp_session_show(s);
	return 0;
}

/*
 * Is @s likelier than @best to be the session that the server uses now? One with the same id
 * in both directions, as many are made, is the likeliest; then one that the server has not
 * used yet: the client who has just sent something, as this may be the answer, else the
 * oldest. What the server has used, but has not answered for some time, comes last.
 */
static bool l2tp_static_likelier(const struct l2tp_session *s, const struct l2tp_session *best,
				 u32 id)
{
	unsigned long just = jiffies - L2TP_PAIR_WINDOW;

	if (!best || best->peer == id)
		return !best;
	if (s->peer == id)
		return true;
	if (s->data.bound != best->data.bound)
		return best->data.bound;
	return time_after(s->last, just) && time_after(s->last, best->last);
}

/* Could it be this one? */
static bool l2tp_static_open(const struct l2tp_session *s, __be16 port)
{
	if (!l2tp_arrived(l2tp_control_of(s->tunnel), port))
		return false;
	return !s->data.bound ||
	       (READ_ONCE(s->waiting) && time_after(jiffies, s->asked + L2TP_PAIR_AGAIN));
}

/* What comes from outside unasked must not keep us busy. */
static bool l2tp_static_may_guess(struct l2tp_group *group)
{
	if (time_after(jiffies, group->second + HZ)) {
		group->second = jiffies;
		group->guesses = 0;
		group->steps = 0;
	}
	return group->guesses++ < L2TP_GUESSES_MAX && group->steps < L2TP_STEPS_MAX;
}

static struct l2tp_session *l2tp_static_guess(struct l2tp_group *group, u32 id, __be16 port)
{
	struct l2tp_session *s, *best = NULL;

	if (!l2tp_static_may_guess(group)) {
		l2tp_count(group->base.vn, L2TP_COUNT_GUESS_CAP);
		return NULL;
	}
	list_for_each_entry(s, &group->statics, fixed) {
		group->steps++;
		if (l2tp_static_open(s, port) && l2tp_static_likelier(s, best, id))
			best = s;
	}
	return best;
}

/* The tool is told. */
static void l2tp_static_up(struct l2tp_session *s)
{
	struct l2tp_tunnel *t = s->tunnel;
	struct l2tp_control *c = l2tp_control_of(t);

	spin_lock_bh(&c->base.lock);
	if (!c->base.dead && s->data.bound) {
		l2tp_session_show(s);
		if (!t->base.up)
			vpnpass_tunnel_up(&t->base);
	}
	spin_unlock_bh(&c->base.lock);
}

/**
 * l2tp_static_in() - the server uses a session that nobody negotiated, for the first time
 * @group: of the server
 * @id: of the session, assigned by a client
 * @port: UDP port that it came to, 0 without UDP
 *
 * Context: softirq, RCU read lock, no locks held.
 * Return: the session, bound; NULL if no client waits for one.
 */
struct l2tp_session *l2tp_static_in(struct l2tp_group *group, u32 id, __be16 port)
{
	struct l2tp_session *s = NULL;

	spin_lock_bh(&group->base.lock);
	if (!group->base.dead)
		s = l2tp_static_guess(group, id, port);
	if (s) {
		vpnpass_unbind(group->base.vn, &s->data);
		s->data.id = htonl(id);
		s->data.key.id = s->data.id;
		s->own = id;
		s->alias = id;
		if (vpnpass_bind(group->base.vn, &s->data))
			s = NULL;	/* another CPU was faster */
	}
	spin_unlock_bh(&group->base.lock);
	if (!s)
		return NULL;
	l2tp_count(group->base.vn, L2TP_COUNT_PAIRED);
	l2tp_static_up(s);
	return s;
}
