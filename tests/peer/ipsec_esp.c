// SPDX-License-Identifier: GPL-2.0
/* ESP packets (RFC 4303) whose payload names SA, direction and serial number; and their ledger. */
#define _GNU_SOURCE
#include "ipsec.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOAD_MAGIC	0x56504553	/* "VPES" */

struct data {
	u32 client, server, sa, serial;
	bool down, echo;
};

static u32 new_spi(void)
{
	return 256 + roll(0xfffffe00);
}

struct sa *sa_new(struct link *l)
{
	struct sa *sa = calloc(1, sizeof(*sa));

	if (!sa)
		die("out of memory");
	sa->link = l;
	sa->uid = ++l->world->uids;
	sa->spi[UP] = new_spi();
	sa->spi[DOWN] = l->next_spi ? l->next_spi : new_spi();
	sa->stream[UP].first_seq = 1;
	sa->stream[DOWN].first_seq = 1;
	l->next_spi = 0;
	sa->next = l->sas;
	l->sas = sa;
	return sa;
}

static struct sa *sa_find(struct link *l, u32 uid)
{
	struct sa *sa;

	for (sa = l->sas; sa && sa->uid != uid; sa = sa->next)
		;
	return sa;
}

/* The SA by which packets of a direction go: the newest that is ready, or the one before. */
static struct sa *sa_use(struct link *l, enum dir dir)
{
	struct sa *sa, *newest = NULL;

	for (sa = l->sas; sa; sa = sa->next) {
		if (!sa->ready[dir] || sa->gone)
			continue;
		if (!l->old || newest)
			return sa;
		newest = sa;
	}
	return newest;
}

/* Sending */

static void build(u8 *p, size_t len, const struct sa *sa, enum dir dir, u32 serial, bool echo)
{
	memset(p, 0x5a, len);
	put32(p, sa->told[dir]);
	put32(p + 4, sa->stream[dir].first_seq + serial - 1);
	put32(p + 8, PAYLOAD_MAGIC);
	put32(p + 12, sa->link->client->index);
	put32(p + 16, sa->link->server->index);
	put32(p + 20, sa->uid);
	put32(p + 24, serial);
	put32(p + 28, dir);
	put32(p + 32, echo);
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

static void transmit(struct sa *sa, enum dir dir, u32 serial, bool echo)
{
	struct link *l = sa->link;
	u32 len = l->world->esp_len;
	u8 buf[ESP_LEN_MAX];

	build(buf, len, sa, dir, serial, echo);
	if (dir == UP)
		world_send(l->client, l->client->esp_fd, &l->server->addr, buf, len);
	else
		world_send(l->server, l->server->esp_fd, &l->nat, buf, len);
}

bool esp_send(struct link *l, enum dir dir, bool echo)
{
	struct sa *sa = sa_use(l, dir);
	struct stream *s;

	if (!sa || (dir == DOWN && !l->nat.len))
		return false;
	s = &sa->stream[dir];
	fate_room(s);
	s->fate[s->sent++] = 0;
	transmit(sa, dir, s->sent, echo);
	return true;
}

void esp_replay(struct link *l, enum dir dir)
{
	struct sa *sa = sa_use(l, dir);

	if (!sa || !sa->stream[dir].sent || (dir == DOWN && !l->nat.len))
		return;
	transmit(sa, dir, sa->stream[dir].sent, true);
	l->replayed++;
}

/* Receiving */

static bool parse(const u8 *p, size_t len, struct data *d)
{
	if (len < ESP_LEN_MIN || get32(p + 8) != PAYLOAD_MAGIC)
		return false;
	d->client = get32(p + 12);
	d->server = get32(p + 16);
	d->sa = get32(p + 20);
	d->serial = get32(p + 24);
	d->down = get32(p + 28);
	d->echo = get32(p + 32);
	return true;
}

static struct sa *data_sa(struct world *w, const struct data *d)
{
	if (!d->client || d->client > w->clients || !d->server || d->server > w->servers)
		return NULL;
	return sa_find(w->link[d->client - 1][d->server - 1], d->sa);
}

/* It went to where it was meant to. */
static void accept_own(struct sa *sa, const struct data *d, const u8 *p, const struct addr *from)
{
	enum dir dir = d->down ? DOWN : UP;
	struct stream *s = &sa->stream[dir];
	struct link *l = sa->link;
	u8 want[8];

	put32(want, sa->spi[dir]);
	put32(want + 4, s->first_seq + d->serial - 1);
	if (memcmp(want, p, sizeof(want)))
		l->world->garbled++;
	if (s->fate[d->serial - 1] & FATE_GOT) {
		s->dup++;
		return;
	}
	if (s->fate[d->serial - 1] & FATE_FORGIVEN)
		s->forgiven--;
	s->fate[d->serial - 1] = FATE_GOT;
	s->got++;
	if (dir == UP) {
		if (l->nat.len && !addr_same_host(&l->nat, from))
			l->world->moved++;
		if (!l->nat.len)
			l->nat = address(addr_text(from), IKE_PORT);
	}
	if (!d->echo && !(dir == DOWN && l->mute))
		esp_send(l, dir == UP ? DOWN : UP, true);
}

void esp_receive(struct end *e, const u8 *p, size_t len, const struct addr *from)
{
	struct stream *s;
	struct data d;
	struct sa *sa;

	if (!parse(p, len, &d)) {
		e->world->strange++;
		return;
	}
	sa = data_sa(e->world, &d);
	s = sa ? &sa->stream[d.down ? DOWN : UP] : NULL;
	if (!sa || !d.serial || d.serial > s->sent) {
		e->world->strange++;
		return;
	}
	if (e != (d.down ? sa->link->client : sa->link->server)) {
		s->fate[d.serial - 1] |= FATE_FOREIGN;
		e->world->foreign++;
		return;
	}
	accept_own(sa, &d, p, from);
}

/* Talking */

void talk(struct link *l, enum dir who, u32 ms, long count)
{
	struct talker *t = &l->talk[who];

	t->ms = ms ? ms : 1;
	t->left = count;
	t->next = now_ms() + roll(t->ms);
}

/* A fifth earlier or later, as hosts do not keep step. */
static u64 talk_one(struct link *l, enum dir who, u64 now)
{
	struct talker *t = &l->talk[who];

	if (!t->left)
		return ~0ULL;
	if (t->next > now)
		return t->next;
	if (esp_send(l, who, false) && t->left > 0)
		t->left--;
	t->next = now + t->ms - t->ms / 5 + roll(2 * (t->ms / 5) + 1);
	return t->next;
}

u64 talk_timers(struct world *w, u64 now)
{
	u64 next = ~0ULL, at;
	u32 c, s, who;

	for (c = 0; c < w->clients; c++) {
		for (s = 0; s < w->servers; s++) {
			for (who = UP; who <= DOWN; who++) {
				at = talk_one(w->link[c][s], who, now);
				if (at < next)
					next = at;
			}
		}
	}
	return next;
}

/* The ledger */

static void add_stream(struct totals *t, const struct stream *s, enum dir dir)
{
	u32 i, lost = 0;

	for (i = 0; i < s->sent; i++) {
		if (s->fate[i] & (FATE_GOT | FATE_FORGIVEN))
			continue;
		lost++;
		if (s->fate[i] & FATE_FOREIGN)
			t->wrong[dir]++;
	}
	t->sent[dir] += s->sent;
	t->got[dir] += s->got;
	t->lost[dir] += lost;
	t->dup += s->dup;
}

void totals(struct link *const *l, u32 n, struct totals *t)
{
	struct sa *sa;
	u32 i;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < n; i++) {
		t->replayed += l[i]->replayed;
		for (sa = l[i]->sas; sa; sa = sa->next) {
			add_stream(t, &sa->stream[UP], UP);
			add_stream(t, &sa->stream[DOWN], DOWN);
		}
	}
}

static void forgive_stream(struct stream *s)
{
	u32 i;

	for (i = 0; i < s->sent; i++) {
		if (s->fate[i] & (FATE_GOT | FATE_FORGIVEN))
			continue;
		s->fate[i] |= FATE_FORGIVEN;
		s->forgiven++;
	}
}

void forgive(struct link *const *l, u32 n)
{
	struct sa *sa;
	u32 i;

	for (i = 0; i < n; i++) {
		for (sa = l[i]->sas; sa; sa = sa->next) {
			forgive_stream(&sa->stream[UP]);
			forgive_stream(&sa->stream[DOWN]);
		}
	}
}

static bool stream_complete(const struct stream *s)
{
	return s->got + s->forgiven >= s->sent;
}

bool esp_complete(struct link *const *l, u32 n)
{
	struct sa *sa;
	u32 i;

	for (i = 0; i < n; i++) {
		for (sa = l[i]->sas; sa; sa = sa->next) {
			if (!stream_complete(&sa->stream[UP]) ||
			    !stream_complete(&sa->stream[DOWN]))
				return false;
		}
	}
	return true;
}
