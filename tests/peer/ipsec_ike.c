// SPDX-License-Identifier: GPL-2.0
/*
 * IKE exchanges (RFC 2409, 7296) as far as a router sees them: headers, order and direction of
 * the messages. The body says in clear text what a real one hides.
 */
#define _GNU_SOURCE
#include "ipsec.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_LEN	28
#define BODY_LEN	32
#define BODY_MAGIC	0x56504b45	/* "VPKE" */
#define JUNK_MAGIC	0x56504a4b	/* "VPJK" */
#define RETRY_MS	1500
#define TRIES		5
#define V2_INITIATOR	0x08
#define V2_RESPONSE	0x20
#define SK		46		/* payload type of what is encrypted */
#define SKF		53		/* of an IKE fragment */

struct rule {
	u8 version, exchange, messages;
	bool begins;		/* the responder's cookie is not known yet */
	bool makes_sa;
};

static const struct rule rules[] = {
	[X_MAIN] = { 1, 2, 6, true, false },
	[X_AGGRESSIVE] = { 1, 4, 3, true, false },
	[X_QUICK] = { 1, 32, 3, false, true },
	[X_INFO1] = { 1, 5, 1, false, false },
	[X_INIT] = { 2, 34, 2, true, false },
	[X_AUTH] = { 2, 35, 2, false, true },
	[X_CHILD] = { 2, 36, 2, false, true },
	[X_IKE_CHILD] = { 2, 36, 2, false, false },
	[X_INFO2] = { 2, 37, 2, false, false },
};

/* What a message says. */
struct body {
	u32 uid, spi[2];
	u8 number, piece, pieces;
};

static struct end *sender(const struct xchg *x, u8 number)
{
	bool client = (x->from == UP) == (number & 1);

	return client ? x->link->client : x->link->server;
}

static u8 flags(const struct xchg *x, u8 number)
{
	bool client = !sender(x, number)->server;
	u8 f = 0;

	if (rules[x->kind].version == 1)
		return x->kind == X_MAIN || x->kind == X_AGGRESSIVE ? 0 : 1;
	if (client == (x->isa->initiator == UP))
		f |= V2_INITIATOR;
	return number & 1 ? f : f | V2_RESPONSE;
}

static size_t message_len(const struct xchg *x, u8 number)
{
	/* messages of one exchange differ, as real ones do */
	return x->link->world->ike_len + 16 * number;
}

static u8 first_payload(const struct xchg *x)
{
	const struct rule *r = &rules[x->kind];

	if (x->pieces > 1)
		return SKF;
	if (r->version == 1)
		return 1;
	return r->begins ? 33 : SK;
}

static void build_header(u8 *p, const struct xchg *x, u8 number, size_t len)
{
	const struct rule *r = &rules[x->kind];

	memcpy(p, x->isa->cookie[0], 8);
	if (r->begins && number == 1)
		memset(p + 8, 0, 8);
	else
		memcpy(p + 8, x->isa->cookie[1], 8);
	p[16] = first_payload(x);
	p[17] = r->version << 4;
	p[18] = r->exchange;
	p[19] = flags(x, number);
	put32(p + 20, x->msgid);
	put32(p + 24, len);
}

static size_t build(u8 *p, const struct xchg *x, u8 number, u8 piece)
{
	size_t len = message_len(x, number), i;
	struct end *from = sender(x, number);
	u8 *b = p + HEADER_LEN;

	build_header(p, x, number, len);
	put32(b, BODY_MAGIC);
	put32(b + 4, x->uid);
	b[8] = number;
	b[9] = piece;
	b[10] = x->pieces;
	b[11] = 0;
	/* each end tells the SPI that it chose */
	put32(b + 12, x->sa && from->server ? x->sa->spi[UP] : 0);
	put32(b + 16, x->sa && !from->server ? x->sa->spi[DOWN] : 0);
	for (i = HEADER_LEN + 20; i < len; i++)
		p[i] = i * 7 + number;
	return len;
}

static void send_message(struct xchg *x, u8 number)
{
	struct end *from = sender(x, number);
	struct link *l = x->link;
	u8 buf[IKE_MAX], piece;
	size_t len;
	u32 i;

	if (from->server && !l->nat.len)
		return;
	for (i = 0; i <= l->world->repeat; i++) {
		for (piece = 1; piece <= x->pieces; piece++) {
			len = build(buf, x, number, piece);
			world_send(from, from->ike_fd, from->server ? &l->nat : &l->server->addr,
				   buf, len);
		}
	}
}

/* IKE SAs */

static void cookie_new(u8 *c)
{
	put32(c, roll32() | 0x01000000);
	put32(c + 4, roll32());
}

static struct ike_sa *isa_new(struct link *l, int version, enum dir from)
{
	struct ike_sa *isa = calloc(1, sizeof(*isa));

	if (!isa)
		die("out of memory");
	cookie_new(isa->cookie[0]);
	cookie_new(isa->cookie[1]);
	if (from == UP && l->has_cookie)
		memcpy(isa->cookie[0], l->next_cookie, 8);
	if (from == UP)
		l->has_cookie = false;
	isa->version = version;
	isa->initiator = from;
	isa->next = l->isas;
	l->isas = isa;
	return isa;
}

/* Exchanges */

static bool take_isa(struct xchg *x)
{
	const struct rule *r = &rules[x->kind];

	if (r->begins)
		x->isa = isa_new(x->link, r->version, x->from);
	else
		x->isa = x->link->isas;
	if (!x->isa)
		return false;
	if (r->version == 2)
		x->msgid = x->isa->msgid[x->from]++;
	else
		x->msgid = r->begins ? 0 : roll32() | 1;
	return true;
}

static void start(struct xchg *x, u64 now)
{
	if (!take_isa(x))
		die("an exchange of client %u has no IKE SA", x->link->client->index);
	if (rules[x->kind].makes_sa)
		x->sa = sa_new(x->link);
	x->sent = 1;
	x->retry = now + RETRY_MS;
	send_message(x, 1);
}

struct xchg *ike_begin(struct link *l, enum kind kind, enum dir from, u64 delay)
{
	struct xchg *x = calloc(1, sizeof(*x));

	if (!x)
		die("out of memory");
	x->link = l;
	x->kind = kind;
	x->from = from;
	x->uid = ++l->world->uids;
	x->pieces = l->world->pieces;
	x->begin = now_ms() + delay;
	x->next = l->world->xchgs;
	l->world->xchgs = x;
	return x;
}

struct xchg *ike_begin_sa(struct link *l, enum dir from, u64 delay)
{
	if (l->world->version == 1)
		return ike_begin(l, X_QUICK, from, delay);
	return ike_begin(l, l->sas ? X_CHILD : X_AUTH, from, delay);
}

/* An end may use the SA as soon as it is sure that the other one has it. */
static void make_ready(struct xchg *x, u8 number, const struct body *b)
{
	bool last = number == rules[x->kind].messages;
	struct world *w = x->link->world;
	bool server = !sender(x, number)->server;	/* who has got it */
	bool was = x->sa->ready[DOWN];

	if (b->spi[DOWN])
		x->sa->told[DOWN] = b->spi[DOWN];
	if (b->spi[UP])
		x->sa->told[UP] = b->spi[UP];
	if (number == 2)
		x->sa->ready[x->from] = true;	/* who began has the answer */
	if (last || rules[x->kind].version == 2)
		x->sa->ready[server ? DOWN : UP] = true;
	if (x->sa->ready[DOWN] && !was && w->greet_ms)
		talk(x->link, DOWN, w->greet_ms, w->greet_count);
}

static void finish(struct xchg *x)
{
	struct xchg *n;

	x->done = true;
	if (x->kind == X_IKE_CHILD)
		isa_new(x->link, 2, x->from);
	if (x->then) {
		n = ike_begin(x->link, x->then, x->from, 0);
		if (n->kind == X_AUTH && x->link->sas)
			n->kind = X_CHILD;
	}
}

static void take(struct xchg *x, const struct body *b)
{
	u8 n = b->number;

	if (n <= x->seen) {	/* again: so is the answer */
		x->link->world->ike_again++;
		if (n == x->seen && n < rules[x->kind].messages && !x->link->world->repeat)
			send_message(x, n + 1);
		return;
	}
	x->seen = n;
	x->tries = 0;
	if (x->sa)
		make_ready(x, n, b);
	if (n < rules[x->kind].messages) {
		x->sent = n + 1;
		x->retry = now_ms() + RETRY_MS;
		send_message(x, n + 1);
	} else {
		finish(x);
	}
}

/* Receiving */

static bool parse(const u8 *p, size_t len, struct body *b)
{
	const u8 *q = p + HEADER_LEN;

	if (len < HEADER_LEN + BODY_LEN || get32(q) != BODY_MAGIC)
		return false;
	b->uid = get32(q + 4);
	b->number = q[8];
	b->piece = q[9];
	b->pieces = q[10];
	b->spi[UP] = get32(q + 12);
	b->spi[DOWN] = get32(q + 16);
	return true;
}

static struct xchg *xchg_find(struct world *w, u32 uid)
{
	struct xchg *x;

	for (x = w->xchgs; x && x->uid != uid; x = x->next)
		;
	return x;
}

static void learn_nat(struct link *l, const struct addr *from)
{
	u16 port = get16((const u8 *)&from->ss + 2);

	if (port != IKE_PORT || (l->nat.len && !addr_same_host(&l->nat, from)))
		l->world->moved++;
	l->nat = *from;
}

static void receive_junk(struct end *e, const u8 *p, size_t len)
{
	if (len < 12 || get32(p) != JUNK_MAGIC)
		e->world->strange++;
	else if (get32(p + 4) == e->index && p[8] == e->server)
		e->world->junk++;
	else
		e->world->ike_foreign++;
}

void ike_receive(struct end *e, const u8 *p, size_t len, const struct addr *from)
{
	struct world *w = e->world;
	u8 want[IKE_MAX];
	struct xchg *x;
	struct body b;

	if (!parse(p, len, &b)) {
		receive_junk(e, p, len);
		return;
	}
	x = xchg_find(w, b.uid);
	if (!x || !b.number || b.number > x->sent) {
		w->strange++;
		return;
	}
	if (e != (sender(x, b.number)->server ? x->link->client : x->link->server)) {
		w->ike_foreign++;
		return;
	}
	w->ike++;
	if (build(want, x, b.number, b.piece) != len || memcmp(want, p, len))
		w->garbled++;
	if (e->server)
		learn_nat(x->link, from);
	if (b.piece == b.pieces)
		take(x, &b);
}

/* Time */

static u64 timer(struct xchg *x, u64 now)
{
	if (x->done)
		return ~0ULL;
	if (!x->sent) {
		if (x->begin > now)
			return x->begin;
		start(x, now);
	} else if (x->retry <= now && x->tries < TRIES) {
		x->tries++;
		x->retry = now + RETRY_MS;
		if (rules[x->kind].messages > 1) {
			x->link->world->retries++;
			send_message(x, x->sent);
		}
	}
	return x->tries < TRIES ? x->retry : ~0ULL;
}

u64 ike_timers(struct world *w, u64 now)
{
	u64 next = ~0ULL, at;
	struct xchg *x;

	for (x = w->xchgs; x; x = x->next) {
		at = timer(x, now);
		if (at < next)
			next = at;
	}
	return next;
}

bool ike_idle(struct world *w)
{
	struct xchg *x;

	for (x = w->xchgs; x; x = x->next) {
		if (!x->done)
			return false;
	}
	return true;
}

void ike_abandon(struct world *w)
{
	struct xchg *x;

	for (x = w->xchgs; x; x = x->next)
		x->done = true;
}

void ike_again(struct link *l)
{
	struct xchg *x;
	u8 n;

	for (x = l->world->xchgs; x && x->link != l; x = x->next)
		;
	for (n = 1; x && n <= x->sent; n++)
		send_message(x, n);
}

void ike_junk(struct link *l, enum dir dir, size_t len)
{
	struct end *from = dir == UP ? l->client : l->server;
	struct end *to = dir == UP ? l->server : l->client;
	u8 buf[IKE_MAX];

	if (dir == DOWN && !l->nat.len)
		return;
	memset(buf, 0xa5, len);
	put32(buf, JUNK_MAGIC);
	put32(buf + 4, to->index);
	put32(buf + 8, 0);
	buf[8] = to->server;
	world_send(from, from->ike_fd, dir == UP ? &l->server->addr : &l->nat, buf, len);
}
