// SPDX-License-Identifier: GPL-2.0
/* Control connections: who says what when, reliably and in order. */
#include "l2tp.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define TRIES	6

/* Ids */

static bool tunnel_id_taken(struct end *e, u32 id)
{
	struct tunnel *t;

	for (t = e->world->tunnels; t; t = t->all) {
		if (t->link->end[e->who] == e && t->h[e->who].active && t->h[e->who].own == id)
			return true;
	}
	return false;
}

static bool session_id_taken(struct end *e, u32 id)
{
	struct session *s;
	struct tunnel *t;

	for (t = e->world->tunnels; t; t = t->all) {
		for (s = t->link->end[e->who] == e ? t->sessions : NULL; s; s = s->next) {
			if (s->active[e->who] && s->id[e->who] == id)
				return true;
		}
	}
	return false;
}

/* From @first on, or random; unique at this end */
static u32 new_id(struct end *e, long first, u32 *next, int version,
		  bool (*taken)(struct end *e, u32 id))
{
	u32 id;

	do {
		id = first ? (u32)first + (*next)++ : roll32();
		if (version == 2)
			id &= 0xffff;
	} while (!id || taken(e, id));
	return id;
}

static void half_open(struct tunnel *t, int who)
{
	struct end *e = t->link->end[who];
	struct setting *set = &e->world->set;
	long first = who == CLIENT ? set->tunnel_id : set->server_tunnel_id;
	struct half *h = &t->h[who];

	h->own = new_id(e, first, &e->next_tunnel, t->version, tunnel_id_taken);
	h->active = true;
	h->port = who == CLIENT && set->client_port ? set->client_port : L2TP_PORT;
	if (who == SERVER && set->answer == ANSWER_FLOAT)
		h->port = e->world->next_port++;
	if (!t->over_ip)
		end_port(e, h->port);
}

struct tunnel *tunnel_new(struct link *l)
{
	struct tunnel *t = calloc(1, sizeof(*t));
	struct world *w = l->world;

	if (!t)
		die("out of memory");
	t->link = l;
	t->uid = ++w->uids;
	t->version = w->set.version;
	t->over_ip = w->set.over_ip;
	t->hidden = w->set.hidden;
	t->digest = w->set.digest && t->version == 3;
	t->next = l->tunnels;
	l->tunnels = t;
	t->all = w->tunnels;
	w->tunnels = t;
	half_open(t, CLIENT);
	t->h[CLIENT].remote = l->end[SERVER]->addr;
	((struct sockaddr_in *)&t->h[CLIENT].remote.ss)->sin_port = htons(L2TP_PORT);
	return t;
}

static void session_open(struct session *s, int who)
{
	struct tunnel *t = s->tunnel;
	struct end *e = t->link->end[who];
	struct setting *set = &e->world->set;
	long first = who == CLIENT ? set->session_id : set->server_session_id;

	s->id[who] = new_id(e, first, &e->next_session, t->version, session_id_taken);
	put32(s->cookie[who], roll32());
	put32(s->cookie[who] + 4, roll32());
	s->active[who] = true;
}

struct session *session_new(struct tunnel *t, int asker)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		die("out of memory");
	s->tunnel = t;
	s->uid = ++t->link->world->uids;
	s->asker = asker;
	s->next = t->sessions;
	t->sessions = s;
	session_open(s, asker);
	return s;
}

void session_static(struct link *l, u32 client_id, u32 server_id)
{
	struct tunnel *t = tunnel_new(l);
	struct session *s = session_new(t, CLIENT);
	int who;

	t->unmanaged = true;
	half_open(t, SERVER);
	t->h[SERVER].remote = l->world->nat.len ? l->world->nat : l->end[CLIENT]->addr;
	((struct sockaddr_in *)&t->h[SERVER].remote.ss)->sin_port = htons(L2TP_PORT);
	s->id[CLIENT] = client_id;
	s->id[SERVER] = server_id;
	put32(s->cookie[SERVER], roll32());
	put32(s->cookie[SERVER] + 4, roll32());
	for (who = CLIENT; who <= SERVER; who++) {
		s->told[who] = s->id[!who];
		s->active[who] = s->ready[who] = true;
	}
}

/* Sending */

void tunnel_send_control(struct tunnel *t, int who, struct msg *m)
{
	long i;

	msg_finish(t, who, m);
	for (i = 0; i <= t->link->world->set.repeat; i++)
		half_send(t, who, m->buf, m->len, true);
}

static u64 retry_after(const struct msg *m)
{
	return m->tries < 4 ? 1000 << m->tries : 8000;
}

void control_send(struct tunnel *t, int who, enum msg_type type, struct session *s)
{
	struct half *h = &t->h[who];
	struct msg *m = calloc(1, sizeof(*m)), **end;

	if (!m)
		die("out of memory");
	m->ns = h->ns++;
	msg_build(t, who, type, s, m);
	for (end = &h->queue; *end; end = &(*end)->next)
		;
	*end = m;
	m->due = now_ms() + retry_after(m);
	tunnel_send_control(t, who, m);
}

static void acknowledge(struct tunnel *t, int who)
{
	u8 buf[16];

	half_send(t, who, buf, ack_build(t, who, buf), true);
}

void tunnel_start(struct tunnel *t)
{
	control_send(t, CLIENT, SCCRQ, NULL);
}

void session_ask(struct session *s)
{
	control_send(s->tunnel, s->asker, s->asker == CLIENT ? ICRQ : OCRQ, s);
}

void session_close(struct session *s, int who)
{
	control_send(s->tunnel, who, CDN, s);
	s->active[who] = s->ready[who] = false;
}

static void half_close(struct tunnel *t, int who)
{
	struct session *s;

	t->h[who].up = false;
	for (s = t->sessions; s; s = s->next)
		s->active[who] = s->ready[who] = false;
}

void tunnel_stop(struct tunnel *t, int who)
{
	control_send(t, who, STOPCCN, NULL);
	t->h[who].stopped = true;
	half_close(t, who);
}

/* Receiving */

static struct tunnel *find_tunnel(struct end *e, const struct control *c, const struct packet *p)
{
	struct tunnel *t;

	for (t = e->world->tunnels; t; t = t->all) {
		struct half *h = &t->h[e->who];

		if (t->link->end[e->who] == e && h->active && h->own == c->id &&
		    t->version == c->version && t->over_ip == p->over_ip && !t->unmanaged &&
		    addr_same_host(&h->remote, &p->from))
			return t;
	}
	return NULL;
}

static u16 port_of(const struct addr *a)
{
	return ntohs(((const struct sockaddr_in *)&a->ss)->sin_port);
}

/* A tunnel of which this server knows the client's side of: same address, port and id */
static struct tunnel *known_client(struct end *e, const struct packet *p, u32 id)
{
	struct tunnel *t;
	struct half *h;

	for (t = e->world->tunnels; t; t = t->all) {
		h = &t->h[SERVER];
		if (t->link->end[SERVER] == e && h->active && h->peer == id &&
		    t->over_ip == p->over_ip && addr_same_host(&h->from, &p->from) &&
		    port_of(&h->from) == port_of(&p->from))
			return t;
	}
	return NULL;
}

static void learn_remote(struct tunnel *t, const struct packet *p)
{
	struct world *w = t->link->world;

	t->h[SERVER].remote = p->from;
	t->h[SERVER].from = p->from;
	if (t->over_ip)
		return;
	if (port_of(&p->from) != t->h[CLIENT].port && !t->moved) {
		t->moved = true;
		w->n.moved++;
	}
	if (w->set.answer == ANSWER_1701)
		((struct sockaddr_in *)&t->h[SERVER].remote.ss)->sin_port = htons(L2TP_PORT);
}

/* Tunnel 0 at a server: SCCRQ of a new client, or of one that did not hear the answer */
static struct tunnel *new_client(struct end *e, const struct control *c, const struct packet *p)
{
	struct world *w = e->world;
	u32 id = control_id(c, 9, 61);
	struct tunnel *t = known_client(e, p, id);

	if (t && t->uid != c->tunnel_uid) {
		w->n.confused++;
		return NULL;
	}
	if (t)
		return t;
	t = tunnel_by_uid(w, c->tunnel_uid);
	if (!t || !id || t->link->end[SERVER] != e || t->h[SERVER].active)
		return NULL;
	half_open(t, SERVER);
	t->h[SERVER].peer = id;
	if (id != t->h[CLIENT].own)
		w->n.aliased++;
	learn_remote(t, p);
	return t;
}

static struct tunnel *half_of(struct end *e, const struct control *c, const struct packet *p)
{
	if (c->id)
		return find_tunnel(e, c, p);
	if (e->who == SERVER && c->type == SCCRQ)
		return new_client(e, c, p);
	if (e->who == SERVER && c->type == STOPCCN)	/* before it knows ours */
		return known_client(e, p, control_id(c, 9, 61));
	return NULL;
}

static void take_acks(struct half *h, u16 nr, struct world *w)
{
	struct msg *m;

	if ((short)(nr - h->ns) > 0) {
		w->n.garbled++;
		return;
	}
	while ((m = h->queue) && (short)(m->ns - nr) < 0) {
		h->queue = m->next;
		m->next = h->log;
		h->log = m;
	}
}

/* The session that a message is about; it begins with a request */
static struct session *session_of(struct tunnel *t, int who, const struct control *c)
{
	struct world *w = t->link->world;
	struct session *s = session_by_uid(w, c->session_uid);
	bool request = c->type == ICRQ || c->type == OCRQ;
	u32 told = control_id(c, 14, 63);
	u32 mine = c->version == 3 ? control_id(c, 0, 64) : c->session;

	if (!s || s->tunnel != t) {
		w->n.control_foreign++;
		return NULL;
	}
	if (request && !s->id[who])
		session_open(s, who);
	/* what identifies it, beside the vendor AVP */
	if (!request && mine != s->id[who] && !(c->type == CDN && !mine)) {
		w->n.garbled++;
		return NULL;
	}
	if (told && told != s->id[!who] && told != s->told[who])
		w->n.aliased++;
	if (told && s->told[who] && told != s->told[who])
		w->n.garbled++;
	if (told)
		s->told[who] = told;
	return s;
}

static void session_message(struct tunnel *t, int who, const struct control *c)
{
	struct session *s = session_of(t, who, c);

	if (!s)
		return;
	switch (c->type) {
	case ICRQ:
		control_send(t, who, ICRP, s);
		break;
	case ICRP:
		control_send(t, who, ICCN, s);
		s->ready[who] = true;
		break;
	case OCRQ:
		control_send(t, who, OCRP, s);
		control_send(t, who, OCCN, s);
		s->ready[who] = true;
		break;
	case ICCN:
	case OCCN:
		s->ready[who] = s->active[who];
		break;
	case CDN:
		t->link->world->n.gone++;
		s->active[who] = s->ready[who] = false;
		break;
	}
}

static void act(struct tunnel *t, int who, const struct control *c, const struct packet *p)
{
	struct half *h = &t->h[who];
	struct session *s;

	switch (c->type) {
	case SCCRQ:
		control_send(t, SERVER, SCCRP, NULL);
		break;
	case SCCRP:
		h->peer = control_id(c, 9, 61);
		h->remote = p->from;	/* the server may have chosen another port */
		if (h->stopped)
			break;
		if (h->peer != t->h[SERVER].own)
			t->link->world->n.aliased++;
		h->up = true;
		control_send(t, CLIENT, SCCCN, NULL);
		for (s = t->sessions; s; s = s->next)
			session_ask(s);
		break;
	case SCCCN:
		h->up = true;
		break;
	case STOPCCN:
		if (control_id(c, 9, 61) != h->peer)
			t->link->world->n.garbled++;
		t->link->world->n.gone++;
		half_close(t, who);
		break;
	case HELLO:
		break;
	default:
		session_message(t, who, c);
	}
}

static void in_order(struct tunnel *t, int who, const struct control *c, const struct packet *p)
{
	struct half *h = &t->h[who];
	u16 sent = h->ns;

	if (!c->type)
		return;
	if (c->ns == h->nr) {
		h->nr++;
		act(t, who, c, p);
	} else if ((short)(c->ns - h->nr) < 0) {
		t->link->world->n.again++;
	} else {
		return;
	}
	if (sent == h->ns)
		acknowledge(t, who);
}

void control_receive(struct end *e, const struct packet *p)
{
	struct count *n = &e->world->n;
	struct control c;
	struct tunnel *t;

	if (!control_parse(p, &c) || c.digest_wrong) {
		n->garbled++;
		return;
	}
	n->control++;
	if (c.type && (c.from == e->who || !tunnel_by_uid(e->world, c.tunnel_uid) ||
		       tunnel_by_uid(e->world, c.tunnel_uid)->link->end[e->who] != e)) {
		n->control_foreign++;
		return;
	}
	t = half_of(e, &c, p);
	if (!t) {
		n->unknown++;
		return;
	}
	if (c.type && t->uid != c.tunnel_uid) {
		n->control_foreign++;
		return;
	}
	if (c.id && p->port && p->port != t->h[e->who].port)
		n->port_wrong++;
	if (e->who == SERVER && port_of(&p->from) != port_of(&t->h[SERVER].remote))
		learn_remote(t, p);
	take_acks(&t->h[e->who], c.nr, e->world);
	in_order(t, e->who, &c, p);
}

/* Timers */

static void retry(struct tunnel *t, int who, u64 now, u64 *next)
{
	struct msg *m = t->h[who].queue;

	if (!m || t->failed)
		return;
	if (m->due <= now) {
		if (++m->tries == TRIES) {
			t->failed = true;
			return;
		}
		t->link->world->n.retries++;
		m->due = now + retry_after(m);
		tunnel_send_control(t, who, m);
	}
	if (m->due < *next)
		*next = m->due;
}

u64 control_timers(struct world *w, u64 now)
{
	u64 next = now + 1000;
	struct tunnel *t;
	struct link *l;
	u32 i;

	for (i = 0; i < w->clients * w->servers; i++) {
		l = w->link[i / w->servers][i % w->servers];
		if (l->due && l->due <= now) {
			l->due = 0;
			t = tunnel_new(l);
			session_new(t, CLIENT);
			tunnel_start(t);
		}
		if (l->due && l->due < next)
			next = l->due;
	}
	for (t = w->tunnels; t; t = t->all) {
		retry(t, CLIENT, now, &next);
		retry(t, SERVER, now, &next);
	}
	return next;
}

bool control_idle(struct world *w)
{
	struct tunnel *t;
	u32 i;

	for (i = 0; i < w->clients * w->servers; i++) {
		if (w->link[i / w->servers][i % w->servers]->due)
			return false;
	}
	for (t = w->tunnels; t; t = t->all) {
		if (!t->failed && (t->h[CLIENT].queue || t->h[SERVER].queue))
			return false;
	}
	return true;
}

static void again(struct tunnel *t, int who, struct msg *m)
{
	if (!m)
		return;
	again(t, who, m->next);
	tunnel_send_control(t, who, m);
}

void control_again(struct tunnel *t)
{
	again(t, CLIENT, t->h[CLIENT].log);
	again(t, SERVER, t->h[SERVER].log);
}
