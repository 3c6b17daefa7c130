// SPDX-License-Identifier: GPL-2.0
/* Data packets whose payload names session, direction and serial number; and their ledger. */
#include "l2tp.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define PAYLOAD_MAGIC	0x56504c44	/* "VPLD" */
#define PAYLOAD_LEN	28

#define F_ECHO	1
#define F_SUM	2

struct data {
	u32 session, serial, flags;
	int who;		/* sent it */
};

/* Sending */

static size_t put_v2(const struct session *s, int who, u8 *p, u16 seq, long form)
{
	const struct tunnel *t = s->tunnel;
	u8 *at = p + 2;
	u16 flags = 2, pad;

	if (form & DATA_MIXED)
		form = roll(8);
	if (form & DATA_LENGTH) {
		flags |= 0x4000;
		at += 2;		/* filled in when the length is known */
	}
	put16(at, t->h[who].peer);
	put16(at + 2, s->told[who]);
	at += 4;
	if (form & DATA_SEQ) {
		flags |= 0x0800;
		put16(at, seq);
		put16(at + 2, 0);
		at += 4;
	}
	if (form & DATA_OFFSET) {
		flags |= 0x0200;
		pad = roll(16);
		put16(at, pad);
		memset(at + 2, 0xee, pad);
		at += 2 + pad;
	}
	put16(p, flags);
	put32(at, 0xff030021);		/* PPP */
	return at + 4 - p;
}

static size_t put_v3(const struct session *s, int who, u8 *p)
{
	long cookie = s->tunnel->link->world->set.cookie;
	u8 *at = p;

	if (!s->tunnel->over_ip) {
		put32(at, 0x00030000);
		at += 4;
	}
	put32(at, s->told[who]);
	memcpy(at + 4, s->cookie[!who], cookie);
	return at + 4 + cookie - p;
}

static void put_payload(const struct session *s, int who, u8 *p, size_t size, u32 serial,
			u32 flags)
{
	memset(p, 0x5a, size);
	put32(p, PAYLOAD_MAGIC);
	put32(p + 4, s->uid);
	put32(p + 8, who);
	put32(p + 12, serial);
	put32(p + 16, flags);
}

static void fate_room(struct stream *s)
{
	if (s->sent < s->room)
		return;
	s->room = s->room ? s->room * 2 : 64;
	s->fate = realloc(s->fate, s->room);
	if (!s->fate)
		die("out of memory");
}

bool data_send(struct session *s, int who, bool echo)
{
	struct tunnel *t = s->tunnel;
	struct setting *set = &t->link->world->set;
	bool sum = set->sum == SUM_MIXED ? roll(2) : set->sum == SUM_FULL;
	struct stream *st = &s->stream[who];
	u8 buf[DATA_MAX + 100];
	size_t at;

	if (!s->ready[who] || !t->h[who].remote.len)
		return false;
	if (t->version == 2)
		at = put_v2(s, who, buf, s->seq[who]++, set->data);
	else
		at = put_v3(s, who, buf);
	fate_room(st);
	st->fate[st->sent++] = 0;
	put_payload(s, who, buf + at, set->size, st->sent,
		    (echo ? F_ECHO : 0) | (sum || t->over_ip ? F_SUM : 0));
	if (t->version == 2 && buf[0] & 0x40)
		put16(buf + 2, at + set->size);
	half_send(t, who, buf, at + set->size, sum);
	return true;
}

/* Receiving */

/* Behind the header of a v2 packet; NULL if it is malformed */
static const u8 *take_v2(const struct packet *in, u32 *tunnel, u32 *session, size_t *left)
{
	const u8 *p = in->p, *end = p + in->len;
	u16 flags = get16(p);

	p += 2;
	if (flags & 0x4000) {
		if (get16(p) != in->len)
			return NULL;
		p += 2;
	}
	if (end - p < 10)
		return NULL;
	*tunnel = get16(p);
	*session = get16(p + 2);
	p += 4;
	if (flags & 0x0800)
		p += 4;
	if (flags & 0x0200)
		p += 2 + get16(p);
	if (end - p < 4 + PAYLOAD_LEN || get32(p) != 0xff030021)
		return NULL;
	*left = end - p - 4;
	return p + 4;
}

static const u8 *take_v3(struct world *w, const struct packet *in, u32 *session,
			 const u8 **cookie, size_t *left)
{
	size_t at = in->over_ip ? 0 : 4;

	if (in->len < at + 4 + w->set.cookie + PAYLOAD_LEN)
		return NULL;
	*session = get32(in->p + at);
	*cookie = in->p + at + 4;
	at += 4 + w->set.cookie;
	*left = in->len - at;
	return in->p + at;
}

static bool same_host(const struct session *s, const struct packet *p, int who)
{
	return addr_same_host(&p->from, &s->tunnel->h[who].remote);
}

/* As an end finds it: by ids, and where it comes from */
static struct session *find_session(struct end *e, const struct packet *p, int version, u32 tunnel,
				    u32 session)
{
	struct session *s;
	struct tunnel *t;

	for (t = e->world->tunnels; t; t = t->all) {
		if (t->link->end[e->who] != e || !t->h[e->who].active || t->version != version ||
		    t->over_ip != p->over_ip || (version == 2 && t->h[e->who].own != tunnel))
			continue;
		for (s = t->sessions; s; s = s->next) {
			if (s->active[e->who] && s->id[e->who] == session && same_host(s, p, e->who))
				return s;
		}
	}
	return NULL;
}

static void count_foreign(struct world *w, const struct data *d)
{
	struct session *s = session_by_uid(w, d->session);

	w->n.foreign++;
	if (s && d->serial && d->serial <= s->stream[d->who].sent)
		s->stream[d->who].fate[d->serial - 1] |= FATE_FOREIGN;
}

static void count_own(struct session *s, const struct data *d)
{
	struct stream *st = &s->stream[d->who];
	u8 *fate;

	if (!d->serial || d->serial > st->sent)
		return;
	fate = &st->fate[d->serial - 1];
	if (*fate & FATE_GOT)
		st->dup++;
	else if (!(*fate & FATE_FORGIVEN))
		st->got++;
	*fate |= FATE_GOT;
}

static void keep(struct session *s, int dir, const struct packet *p)
{
	if (p->ip_len > sizeof(s->last[dir]))
		return;
	memcpy(s->last[dir], p->ip, p->ip_len);
	s->last_len[dir] = p->ip_len;
}

void data_receive(struct end *e, const struct packet *p)
{
	struct world *w = e->world;
	int version = p->over_ip ? 3 : p->p[1] & 15;
	const u8 *body = NULL, *cookie = NULL;
	u32 tunnel = 0, session = 0;
	struct session *s;
	struct data d;
	size_t left = 0;

	if (version == 2 && p->len >= 12)
		body = take_v2(p, &tunnel, &session, &left);
	else if (version == 3)
		body = take_v3(w, p, &session, &cookie, &left);
	if (!body || get32(body) != PAYLOAD_MAGIC) {
		w->n.strange++;
		return;
	}
	d = (struct data){ .session = get32(body + 4), .who = get32(body + 8) & 1,
			   .serial = get32(body + 12), .flags = get32(body + 16) };
	s = find_session(e, p, version, tunnel, session);
	if (!s || s->uid != d.session || d.who == e->who ||
	    (cookie && memcmp(cookie, s->cookie[e->who], w->set.cookie))) {
		count_foreign(w, &d);
		return;
	}
	if (left != (size_t)w->set.size)
		w->n.garbled++;
	if (p->sum != !!(d.flags & F_SUM))
		w->n.sum_changed++;
	if (p->port && p->port != s->tunnel->h[e->who].port)
		w->n.port_wrong++;
	keep(s, d.who, p);
	count_own(s, &d);
	if (d.flags & F_ECHO && !(e->who == CLIENT && s->tunnel->link->mute))
		data_send(s, e->who, false);
}

/* Talkers */

void talk(struct link *l, int who, u32 ms, long count)
{
	l->talk[who] = (struct talker){ .ms = ms, .left = count, .next = now_ms() + roll(ms) };
}

static bool say(struct link *l, int who)
{
	bool said = false;
	struct session *s;
	struct tunnel *t;

	if (who == CLIENT && l->mute)
		return false;
	for (t = l->tunnels; t; t = t->next) {
		for (s = t->sessions; s; s = s->next)
			said |= data_send(s, who, true);
	}
	return said;
}

u64 talk_timers(struct world *w, u64 now)
{
	u64 next = now + 1000;
	struct talker *k;
	struct link *l;
	u32 i, j;

	for (i = 0; i < 2 * w->clients * w->servers; i++) {
		j = i / 2;
		l = w->link[j / w->servers][j % w->servers];
		k = &l->talk[i & 1];
		if (!k->left)
			continue;
		if (k->next <= now) {
			if (say(l, i & 1) && k->left > 0)
				k->left--;
			k->next = now + k->ms;
		}
		if (k->next < next)
			next = k->next;
	}
	return next;
}

/* Ledger */

static void add_stream(const struct stream *st, int dir, struct totals *t)
{
	u32 i;

	t->sent[dir] += st->sent - st->forgiven;
	t->got[dir] += st->got;
	t->dup += st->dup;
	for (i = 0; i < st->sent; i++) {
		if (st->fate[i] & (FATE_GOT | FATE_FORGIVEN))
			continue;
		t->lost[dir]++;
		if (st->fate[i] & FATE_FOREIGN)
			t->wrong[dir]++;
	}
}

void totals(struct link *const *l, u32 n, struct totals *t)
{
	struct session *s;
	struct tunnel *tu;
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < n; i++) {
		for (tu = l[i]->tunnels; tu; tu = tu->next) {
			for (s = tu->sessions; s; s = s->next) {
				add_stream(&s->stream[UP], UP, t);
				add_stream(&s->stream[DOWN], DOWN, t);
			}
		}
	}
}

static void forgive_stream(struct stream *st)
{
	u32 i;

	for (i = 0; i < st->sent; i++) {
		if (st->fate[i] & (FATE_GOT | FATE_FORGIVEN))
			continue;
		st->fate[i] |= FATE_FORGIVEN;
		st->forgiven++;
	}
}

void forgive(struct link *const *l, u32 n)
{
	struct session *s;
	struct tunnel *t;
	u32 i;

	for (i = 0; i < n; i++) {
		for (t = l[i]->tunnels; t; t = t->next) {
			for (s = t->sessions; s; s = s->next) {
				forgive_stream(&s->stream[UP]);
				forgive_stream(&s->stream[DOWN]);
			}
		}
	}
}

bool data_complete(struct link *const *l, u32 n)
{
	struct totals t;

	totals(l, n, &t);
	return !t.lost[UP] && !t.lost[DOWN];
}
