// SPDX-License-Identifier: GPL-2.0
/*
 * The simulated world: clients, their gateway, the router between them and the Internet,
 * which loses, delays and reorders. IKE messages are sent again after a second. All times
 * are in microseconds, those that the rules get in milliseconds.
 */
#include "sim.h"

#define TUNNELS		2	/* a client's SAs of different traffic selectors */
#define GENS		4	/* SAs of one tunnel that are remembered: re-keys overlap */

enum event_type {
	AT_ROUTER_UP,	/* from the client */
	AT_ROUTER_DOWN,	/* from the server */
	AT_SERVER,
	AT_CLIENT,
	START,
	REKEY,
	RETRY_BEGINNER,
	RETRY_RESPONDER,
	SWITCH,		/* the server begins to use a new SA later than it could */
	CLIENT_TALKS,
	SERVER_TALKS,
	CLIENT_SENDS,
	SERVER_SENDS,
};

struct event {
	u64 time;
	u64 order;
	u8 type;
	struct sim_packet p;
};

struct sa {
	u32 spi[2];	/* of packets from the client, from the server */
	u32 seq[2];	/* sent by the client, by the server */
	u64 first, copies;
	bool seen, exact, bad;
};

struct tunnel {
	struct sa sa[GENS];
	u32 gens;	/* SAs made */
	u32 sends[2];	/* generation that each end sends by, 0: none */
	u32 takes[2];	/* ... that it accepts */
	u32 xchg;	/* exchange going on */
	u8 from;
	bool begun_done, answered_done, lazy;
	u32 count;	/* stream packets that the client got */
	u32 asked;	/* requests sent */
	bool answered;
	bool talks[2];
};

struct client {
	struct tunnel tunnel[TUNNELS];
	u8 traffic, version, drift;	/* ms that its timers are slow by */
	u32 xchgs;
	u64 rnd;
};

struct world {
	const struct sim_scenario *sc;
	const struct sim_rule_ops *ops;
	void *rule;
	struct sim_result *res;
	struct event *heap;
	size_t events, room;
	u64 now, order, net, end;
	struct client client[SIM_CLIENTS];
};

const char *const sim_traffic_names[SIM_TRAFFICS] = {
	"requests", "stream", "ping", "idle", "called", "one-way in", "one-way out",
};

/* Events, in a heap. */

static bool earlier(const struct event *a, const struct event *b)
{
	return a->time != b->time ? a->time < b->time : a->order < b->order;
}

static void at(struct world *w, u64 time, u8 type, const struct sim_packet *p)
{
	struct event e = { .time = time, .order = w->order++, .type = type, .p = *p };
	size_t i = w->events++;

	if (time >= w->end) {
		w->events--;
		return;
	}
	if (w->events > w->room) {
		w->room = w->room * 2 + 1024;
		w->heap = realloc(w->heap, w->room * sizeof(e));
		if (!w->heap)
			abort();
	}
	for (; i && earlier(&e, &w->heap[(i - 1) / 2]); i = (i - 1) / 2)
		w->heap[i] = w->heap[(i - 1) / 2];
	w->heap[i] = e;
}

static struct event next_event(struct world *w)
{
	struct event first = w->heap[0], e = w->heap[--w->events];
	size_t i = 0, kid;

	for (kid = 1; kid < w->events; kid = 2 * i + 1) {
		if (kid + 1 < w->events && earlier(&w->heap[kid + 1], &w->heap[kid]))
			kid++;
		if (!earlier(&w->heap[kid], &e))
			break;
		w->heap[i] = w->heap[kid];
		i = kid;
	}
	w->heap[i] = e;
	return first;
}

/* Sending. */

static u64 wan(struct world *w)
{
	return 15 * MS + below(&w->net, w->sc->jitter_ms * MS);
}

static u64 lan(struct world *w)
{
	return MS / 2 + below(&w->net, MS / 2);
}

static void from_client(struct world *w, const struct sim_packet *p)
{
	at(w, w->now + lan(w), AT_ROUTER_UP, p);
}

static void from_server(struct world *w, const struct sim_packet *p)
{
	if (below(&w->net, 10000) >= w->sc->loss)
		at(w, w->now + wan(w), AT_ROUTER_DOWN, p);
}

static struct tunnel *tunnel(struct world *w, const struct sim_packet *p)
{
	return &w->client[p->client].tunnel[p->sa];
}

static void send_from(struct world *w, enum esp_ike_end end, const struct sim_packet *p)
{
	if (end == ESP_IKE_CLIENT)
		from_client(w, p);
	else
		from_server(w, p);
}

static void send_esp(struct world *w, enum esp_ike_end end, const struct sim_packet *like,
		     bool question, u8 left)
{
	struct tunnel *t = tunnel(w, like);
	struct sim_packet p = { .client = like->client, .sa = like->sa, .esp = true };
	struct sa *sa;

	if (!t->sends[end])
		return;
	sa = &t->sa[t->sends[end] % GENS];
	p.spi = sa->spi[end];
	p.seq = ++sa->seq[end];
	p.xchg = t->sends[end];
	p.question = question;
	p.left = left;
	send_from(w, end, &p);
}

/* Exchanges. */

static void send_ike(struct world *w, const struct sim_packet *p, u8 step)
{
	struct sim_packet next = *p;

	next.step = step;
	send_from(w, step % 2 ? next.from : !next.from, &next);
}

static void begin(struct world *w, const struct sim_packet *like, enum esp_ike_end from)
{
	struct client *c = &w->client[like->client];
	struct tunnel *t = tunnel(w, like);
	struct sim_packet p = { .client = like->client, .sa = like->sa, .from = from };

	t->xchg = ++c->xchgs;
	t->from = from;
	t->begun_done = false;
	t->answered_done = false;
	t->lazy = t->gens && below(&c->rnd, 2);
	p.xchg = t->xchg;
	send_ike(w, &p, 1);
	at(w, w->now + SEC, RETRY_BEGINNER, &p);
}

static void account_sa(struct world *w, struct sa *sa)
{
	if (!sa->seen)
		return;
	w->res->spis++;
	w->res->exact += sa->exact;
	w->res->bad_spis += sa->bad;
	if (sa->copies > w->res->worst_copies)
		w->res->worst_copies = sa->copies;
}

/* The SPIs of the exchange are clear from its beginning; both ends choose at random. */
static void make_sa(struct world *w, const struct sim_packet *p)
{
	struct tunnel *t = tunnel(w, p);
	struct sa *sa = &t->sa[++t->gens % GENS];

	account_sa(w, sa);
	memset(sa, 0, sizeof(*sa));
	sa->spi[0] = 256 + below(&w->client[p->client].rnd, 0xfffffe00);
	sa->spi[1] = 256 + below(&w->client[p->client].rnd, 0xfffffe00);
	if (w->sc->equal && p->client < 2 && !p->sa)
		sa->spi[1] = 4096 + t->gens;
}

static void talk(struct world *w, const struct sim_packet *p, enum esp_ike_end end)
{
	struct client *c = &w->client[p->client];
	struct tunnel *t = tunnel(w, p);
	bool client_talks = c->traffic != SIM_STREAM && c->traffic != SIM_CALLED &&
			    c->traffic != SIM_ONEWAY_IN;

	if (t->talks[end] || client_talks != (end == ESP_IKE_CLIENT))
		return;
	t->talks[end] = true;
	at(w, w->now + below(&c->rnd, 20 * MS), client_talks ? CLIENT_TALKS : SERVER_TALKS, p);
}

/* An end has the SA now, and uses it at once, or a little later (as some servers do). */
static void install(struct world *w, const struct sim_packet *p, enum esp_ike_end end)
{
	struct tunnel *t = tunnel(w, p);

	t->takes[end] = t->gens;
	if (t->lazy && end == ESP_IKE_SERVER) {
		at(w, w->now + 200 * MS, SWITCH, p);
		return;
	}
	t->sends[end] = t->gens;
	talk(w, p, end);
}

static void take_first(struct world *w, const struct sim_packet *p, bool quick)
{
	struct tunnel *t = tunnel(w, p);
	bool again = t->answered_done;

	if (!again) {
		make_sa(w, p);
		t->answered_done = true;
		if (quick)
			at(w, w->now + SEC, RETRY_RESPONDER, p);
		else
			install(w, p, !p->from);
	}
	send_ike(w, p, 2);
}

static void take_second(struct world *w, const struct sim_packet *p, bool quick)
{
	struct tunnel *t = tunnel(w, p);

	if (!t->begun_done) {
		t->begun_done = true;
		install(w, p, p->from);
		if (w->sc->rekey_s && t->from == ESP_IKE_CLIENT && t->gens == 1 && p->sa == 0 &&
		    below(&w->client[p->client].rnd, 100) < w->sc->twin) {
			struct sim_packet twin = { .client = p->client, .sa = 1 };

			begin(w, &twin, ESP_IKE_CLIENT);
		}
	}
	if (quick)
		send_ike(w, p, 3);
}

static void take_ike(struct world *w, const struct sim_packet *p)
{
	struct tunnel *t = tunnel(w, p);
	bool quick = w->client[p->client].version == 1;

	if (p->xchg != t->xchg)
		return;
	if (p->step == 1)
		take_first(w, p, quick);
	else if (p->step == 2)
		take_second(w, p, quick);
	else if (t->takes[!p->from] != t->gens)
		install(w, p, !p->from);
}

static void retry(struct world *w, const struct sim_packet *p, bool beginner)
{
	struct tunnel *t = tunnel(w, p);

	if (p->xchg != t->xchg)
		return;
	if (beginner ? t->begun_done : t->takes[!p->from] == t->gens)
		return;
	send_ike(w, p, beginner ? 1 : 2);
	at(w, w->now + SEC, beginner ? RETRY_BEGINNER : RETRY_RESPONDER, p);
}

static void rekey(struct world *w, const struct sim_packet *p)
{
	struct tunnel *t = tunnel(w, p);
	struct client *c = &w->client[p->client];
	u64 period = w->sc->rekey_s * SEC;

	if (t->gens && t->takes[0] == t->gens && t->takes[1] == t->gens)
		begin(w, p, below(&c->rnd, 2) ? ESP_IKE_SERVER : ESP_IKE_CLIENT);
	at(w, w->now + period * 9 / 10 + below(&c->rnd, period / 5), REKEY, p);
}

/* What an IKE message looks like. */
static void ike_bytes(const struct client *c, const struct sim_packet *p, u8 *b, u32 *len)
{
	u8 first = c->version == 1 ? ESP_IKE1_QUICK :
		   p->xchg == 1 ? ESP_IKE2_AUTH : ESP_IKE2_CHILD;

	*len = p->step == 3 ? 60 : 300;
	memset(b, 0, ESP_IKE_HEADER_LEN);
	b[0] = 0xc0;
	b[6] = p->client >> 8;
	b[7] = p->client;
	b[8] = 0x5e;
	b[15] = p->client;
	b[17] = c->version << 4;
	b[18] = first;
	b[19] = c->version == 2 && p->step == 2 ? ESP_IKE2_RESPONSE : 0;
	b[22] = p->xchg >> 8;
	b[23] = p->xchg;
	b[26] = *len >> 8;
	b[27] = *len;
}

/* The router. */

static bool router_ike(struct world *w, const struct sim_packet *p)
{
	enum esp_ike_end from = p->step % 2 ? p->from : !p->from;
	u8 msg[ESP_IKE_HEADER_LEN];
	bool pass;
	u32 len;

	if (w->sc->blind)
		return true;
	ike_bytes(&w->client[p->client], p, msg, &len);
	pass = w->ops->ike(w->rule, p->client, from, msg, len, w->now / MS, true);
	w->res->held += !pass;
	return pass;
}

static void router_up(struct world *w, const struct sim_packet *p)
{
	if (p->esp)
		w->ops->out(w->rule, p->client, p->spi, w->now / MS);
	else if (!router_ike(w, p))
		return;
	if (below(&w->net, 10000) >= w->sc->loss)
		at(w, w->now + wan(w), AT_SERVER, p);
}

static void paired(struct world *w, struct sa *sa)
{
	sa->exact = true;
	w->res->pair[sim_slot((w->now - sa->first) / MS)]++;
}

/* Count what the rule did to a packet. Does its owner get it? */
static bool account(struct world *w, const struct sim_packet *p, const u32 *to, u32 n)
{
	struct sa *sa = &tunnel(w, p)->sa[p->xchg % GENS];
	bool got = false;
	u32 i;

	if (!sa->seen)
		sa->first = w->now;
	sa->seen = true;
	for (i = 0; i < n; i++)
		got |= to[i] == p->client;
	w->res->packets++;
	w->res->misdelivered += n && !got;
	w->res->lost += !n;
	w->res->copied += n > 1;
	w->res->copies += n > 1 ? n - 1 : 0;
	sa->copies += n > 1 ? n - 1 : 0;
	sa->bad |= !got;
	if (!got)
		w->res->bad[w->client[p->client].traffic]++;
	if (n == 1 && got && !sa->exact)
		paired(w, sa);
	return got;
}

static void router_down(struct world *w, const struct sim_packet *p)
{
	u32 to[ESP_PAIR_CANDS], n;

	if (p->esp) {
		n = w->ops->in(w->rule, p->spi, p->seq, w->now / MS, to);
		if (!account(w, p, to, n))
			return;
	} else if (!router_ike(w, p)) {
		return;
	}
	at(w, w->now + lan(w), AT_CLIENT, p);
}

/* Traffic. */

static void client_got(struct world *w, const struct sim_packet *p)
{
	struct client *c = &w->client[p->client];
	struct tunnel *t = tunnel(w, p);

	if (p->xchg > t->takes[ESP_IKE_CLIENT])
		return;		/* it hasn't got this SA yet */
	if (p->question)
		at(w, w->now + MS, CLIENT_SENDS, p);
	else if (c->traffic == SIM_STREAM && ++t->count % 2 == 0)
		at(w, w->now + MS, CLIENT_SENDS, p);
	else if (c->traffic == SIM_REQUESTS && !t->answered) {
		t->answered = true;
		at(w, w->now + about(&c->rnd, 300 * MS), CLIENT_TALKS, p);
	}
}

static void server_got(struct world *w, const struct sim_packet *p)
{
	if (p->xchg <= tunnel(w, p)->takes[ESP_IKE_SERVER] && p->question)
		at(w, w->now + 2 * MS + below(&w->client[p->client].rnd, 8 * MS), SERVER_SENDS, p);
}

/* The client begins, or goes on. */
static void client_talks(struct world *w, const struct sim_packet *p)
{
	struct client *c = &w->client[p->client];
	struct tunnel *t = tunnel(w, p);
	struct sim_packet next = *p;

	if (c->traffic == SIM_REQUESTS) {
		if (p->step == 99 && (p->xchg != t->asked || t->answered))
			return;		/* a reminder; the answer came */
		next.step = 99;
		next.xchg = ++t->asked;
		t->answered = false;
		send_esp(w, ESP_IKE_CLIENT, p, true, 0);
		at(w, w->now + SEC, CLIENT_TALKS, &next);
	} else if (c->traffic == SIM_PING) {
		send_esp(w, ESP_IKE_CLIENT, p, true, 0);
		at(w, w->now + SEC + c->drift * MS, CLIENT_TALKS, p);
	} else if (c->traffic == SIM_IDLE) {
		send_esp(w, ESP_IKE_CLIENT, p, true, 0);
		next.left = p->left ? p->left - 1 : 4;
		at(w, w->now + (next.left ? 300 * MS : about(&c->rnd, 40 * SEC)), CLIENT_TALKS, &next);
	} else {
		send_esp(w, ESP_IKE_CLIENT, p, false, 0);
		at(w, w->now + (500 + c->drift) * MS, CLIENT_TALKS, p);
	}
}

static void server_talks(struct world *w, const struct sim_packet *p)
{
	struct client *c = &w->client[p->client];
	struct sim_packet next = *p;

	if (c->traffic == SIM_CALLED) {
		send_esp(w, ESP_IKE_SERVER, p, true, 0);
		next.left = p->left ? p->left - 1 : 4;
		at(w, w->now + (next.left ? 300 * MS : about(&c->rnd, 40 * SEC)), SERVER_TALKS, &next);
		return;
	}
	send_esp(w, ESP_IKE_SERVER, p, false, 0);
	at(w, w->now + (c->traffic == SIM_STREAM ? about(&c->rnd, 150 * MS) :
						     (500 + c->drift) * MS),
	   SERVER_TALKS, p);
}

static void handle(struct world *w, const struct event *e)
{
	const struct sim_packet *p = &e->p;

	switch (e->type) {
	case AT_ROUTER_UP:
		return router_up(w, p);
	case AT_ROUTER_DOWN:
		return router_down(w, p);
	case AT_SERVER:
		return p->esp ? server_got(w, p) : take_ike(w, p);
	case AT_CLIENT:
		return p->esp ? client_got(w, p) : take_ike(w, p);
	case START:
		return begin(w, p, ESP_IKE_CLIENT);
	case REKEY:
		return rekey(w, p);
	case RETRY_BEGINNER:
	case RETRY_RESPONDER:
		return retry(w, p, e->type == RETRY_BEGINNER);
	case SWITCH:
		tunnel(w, p)->sends[ESP_IKE_SERVER] = tunnel(w, p)->takes[ESP_IKE_SERVER];
		return talk(w, p, ESP_IKE_SERVER);
	case CLIENT_TALKS:
		return client_talks(w, p);
	case SERVER_TALKS:
		return server_talks(w, p);
	case CLIENT_SENDS:
		return send_esp(w, ESP_IKE_CLIENT, p, false, 0);
	case SERVER_SENDS:
		return send_esp(w, ESP_IKE_SERVER, p, false, 0);
	}
}

static void people(struct world *w, u64 seed)
{
	const struct sim_scenario *sc = w->sc;
	u32 i, kind, sum, sa;

	for (i = 0; i < sc->clients; i++) {
		struct sim_packet p = { .client = i };
		struct client *c = &w->client[i];

		c->rnd = seed * 1000003 + i;
		sum = below(&c->rnd, 100);
		for (kind = 0; kind + 1 < SIM_TRAFFICS && sum >= sc->share[kind]; kind++)
			sum -= sc->share[kind];
		c->traffic = kind;
		c->version = 1 + below(&c->rnd, 2);
		c->drift = below(&c->rnd, 25);
		at(w, below(&c->rnd, sc->start_ms * MS) + SEC, START, &p);
		for (sa = 0; sc->rekey_s && sa < TUNNELS; sa++) {
			p.sa = sa;
			at(w, 5 * SEC + below(&c->rnd, sc->rekey_s * SEC), REKEY, &p);
		}
	}
}

void sim_play(const struct sim_scenario *sc, const struct sim_rule_ops *ops, u64 seed,
	      struct sim_result *res)
{
	struct world *w = calloc(1, sizeof(*w));
	u64 age = 0;
	u32 i, j, k;

	if (!w)
		abort();
	memset(res, 0, sizeof(*res));
	w->sc = sc;
	w->ops = ops;
	w->res = res;
	w->net = seed;
	w->end = sc->seconds * SEC;
	w->rule = ops->start(sc);
	people(w, seed);
	while (w->events) {
		struct event e = next_event(w);

		w->now = e.time;
		if (w->now > age) {
			ops->age(w->rule, w->now / MS);
			age = w->now + 5 * SEC;
		}
		handle(w, &e);
	}
	for (i = 0; i < sc->clients; i++)
		for (j = 0; j < TUNNELS; j++)
			for (k = 0; k < GENS; k++)
				account_sa(w, &w->client[i].tunnel[j].sa[k]);
	if (sc->counters)
		ops->report(w->rule);
	ops->stop(w->rule);
	free(w->heap);
	free(w);
}
