// SPDX-License-Identifier: GPL-2.0
/*
 * The rules: ours, and what others do. "Oldest" and "newest" bind an unknown inbound SPI to
 * the client whose new outbound SPI waits longest or shortest. "One at a time" lets one
 * client at a time through an exchange that makes an SA and holds back all others, until
 * the SPIs of both directions have been seen or five seconds have passed.
 */
#include "sim.h"

#define BUCKETS		4096
#define PENDING_MS	180000
#define GATE_MS		5000
#define SPI_IDLE_MS	3600000

/* SPIs by number, in a table with chains. */
struct spi {
	struct spi *next;
	u32 spi, client;
	bool outbound;
	u64 last;
	struct esp_pair_in in;
	struct esp_pair_out out;
};

struct table {
	struct spi *bucket[BUCKETS];
};

static struct spi *spi_find(struct table *t, u32 spi, bool outbound)
{
	struct spi *s = t->bucket[(spi ^ spi >> 16) % BUCKETS];

	while (s && (s->spi != spi || s->outbound != outbound))
		s = s->next;
	return s;
}

static struct spi *spi_add(struct table *t, u32 spi, bool outbound, u32 client)
{
	struct spi **b = &t->bucket[(spi ^ spi >> 16) % BUCKETS];
	struct spi *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->spi = spi;
	s->outbound = outbound;
	s->client = client;
	s->next = *b;
	*b = s;
	return s;
}

static void spi_drop(struct table *t, struct spi *s)
{
	struct spi **p = &t->bucket[(s->spi ^ s->spi >> 16) % BUCKETS];

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	free(s);
}

static void spi_sweep(struct table *t, u64 older, void *ctx, void (*gone)(void *, struct spi *))
{
	struct spi *s, *next;
	u32 i;

	for (i = 0; i < BUCKETS; i++) {
		for (s = t->bucket[i]; s; s = next) {
			next = s->next;
			if (s->last >= older)
				continue;
			if (gone)
				gone(ctx, s);
			spi_drop(t, s);
		}
	}
}

/* Ours. */

struct ours {
	struct esp_pair_group group;
	struct table table;
	struct {
		struct esp_ike_flow flow;
		struct esp_pair_client pair;
	} client[SIM_CLIENTS];
	u64 counts[ESP_PAIR_COUNT_MAX];
};

static struct esp_pair_case *ours_case_alloc(struct esp_pair_group *group)
{
	(void)group;
	return malloc(sizeof(struct esp_pair_case));
}

static void ours_case_free(struct esp_pair_group *group, struct esp_pair_case *c)
{
	(void)group;
	free(c);
}

static void ours_changed(struct esp_pair_group *group, struct esp_pair_in *in)
{
	(void)group;
	(void)in;
}

static void ours_count(struct esp_pair_group *group, enum esp_pair_count what, u32 n)
{
	struct ours *o = list_entry(group, struct ours, group);

	o->counts[what] += n;
}

static const struct esp_pair_ops ours_ops = {
	.case_alloc = ours_case_alloc,
	.case_free = ours_case_free,
	.changed = ours_changed,
	.count = ours_count,
};

static void *ours_start(const struct sim_scenario *sc)
{
	struct ours *o = calloc(1, sizeof(*o));
	u32 i;

	if (!o)
		abort();
	esp_pair_init(&o->group, &ours_ops, &sc->limits);
	for (i = 0; i < sc->clients; i++)
		esp_pair_client_add(&o->group, &o->client[i].pair);
	return o;
}

static void ours_gone(void *ctx, struct spi *s)
{
	struct ours *o = ctx;

	if (s->outbound)
		esp_pair_out_del(&s->out);
	else
		esp_pair_in_del(&o->group, &s->in);
}

static void ours_stop(void *rule)
{
	struct ours *o = rule;

	spi_sweep(&o->table, UINT64_MAX, o, ours_gone);
	free(o);
}

static bool ours_ike(void *rule, u32 client, enum esp_ike_end from, const u8 *msg, u32 len,
		     u64 now, bool makes_sa)
{
	struct ours *o = rule;
	struct esp_ike_event event;
	struct esp_ike ike;

	(void)makes_sa;
	if (esp_ike_parse(msg, len, &ike) != ESP_WIRE_OK)
		abort();
	event = esp_ike_message(&o->client[client].flow, from, &ike, now);
	esp_pair_ike(&o->group, &o->client[client].pair, &event);
	return true;
}

static void ours_out(void *rule, u32 client, u32 spi, u64 now)
{
	struct ours *o = rule;
	struct esp_pair_client *pair = &o->client[client].pair;
	struct spi *s = spi_find(&o->table, spi, true);

	if (!s) {
		s = spi_add(&o->table, spi, true, client);
		esp_pair_out_add(&o->group, pair, &s->out, spi, now);
	}
	s->last = now;
	if (esp_pair_out_matters(pair))
		esp_pair_out(&o->group, pair, now);
	else
		esp_pair_out_note(pair, now);
}

static u32 ours_number(struct ours *o, struct esp_pair_client *pair)
{
	return ((char *)pair - (char *)&o->client[0].pair) / sizeof(o->client[0]);
}

static u32 ours_in(void *rule, u32 spi, u32 seq, u64 now, u32 *to)
{
	struct esp_wire esp = { .spi = spi, .seq = seq };
	struct esp_pair_client *owner;
	struct spi *s;
	struct ours *o = rule;
	struct esp_pair_decision d;
	u32 i;

	s = spi_find(&o->table, spi, false);
	if (s) {
		s->last = now;
		owner = esp_pair_in_known(&s->in, seq, now);
		if (owner) {
			to[0] = ours_number(o, owner);
			return 1;
		}
		esp_pair_in(&o->group, &s->in, seq, now, &d);
	} else {
		s = spi_add(&o->table, spi, false, 0);
		s->last = now;
		esp_pair_in_add(&o->group, &s->in, &esp, now, &d);
		if (d.verdict != ESP_PAIR_DELIVER)
			spi_drop(&o->table, s);
	}
	for (i = 0; i < d.n; i++)
		to[i] = ours_number(o, d.to[i]);
	return d.n;
}

static void ours_age(void *rule, u64 now)
{
	struct ours *o = rule;

	esp_pair_age(&o->group, now);
	if (now > SPI_IDLE_MS)
		spi_sweep(&o->table, now - SPI_IDLE_MS, o, ours_gone);
}

static void ours_report(void *rule)
{
	struct ours *o = rule;
	u32 i;

	for (i = 0; i < ESP_PAIR_COUNT_MAX; i++) {
		if (o->counts[i])
			printf("#     %-22s %llu\n", esp_pair_info[i].name,
			       (unsigned long long)o->counts[i]);
	}
}

const struct sim_rule_ops sim_ours = {
	.name = "evidence", .start = ours_start, .stop = ours_stop, .ike = ours_ike,
	.out = ours_out, .in = ours_in, .age = ours_age, .report = ours_report,
};

/* Theirs. */

struct pending {
	u32 client;
	u64 since;
};

struct theirs {
	struct table table;
	struct pending pending[2 * SIM_CLIENTS];
	u32 n;
	u32 gate;	/* client + 1 */
	u64 gate_since;
	bool gate_in, gate_out;
};

static void *theirs_start(const struct sim_scenario *sc)
{
	void *t = calloc(1, sizeof(struct theirs));

	(void)sc;
	if (!t)
		abort();
	return t;
}

static void theirs_stop(void *rule)
{
	struct theirs *t = rule;

	spi_sweep(&t->table, UINT64_MAX, NULL, NULL);
	free(t);
}

static bool theirs_ike(void *rule, u32 client, enum esp_ike_end from, const u8 *msg, u32 len,
		       u64 now, bool makes_sa)
{
	(void)rule;
	(void)client;
	(void)from;
	(void)msg;
	(void)len;
	(void)now;
	(void)makes_sa;
	return true;
}

static void theirs_age(void *rule, u64 now)
{
	struct theirs *t = rule;

	if (now > SPI_IDLE_MS)
		spi_sweep(&t->table, now - SPI_IDLE_MS, NULL, NULL);
}

static void theirs_out(void *rule, u32 client, u32 spi, u64 now)
{
	struct theirs *t = rule;
	struct spi *s = spi_find(&t->table, spi, true);

	if (s) {
		s->last = now;
		return;
	}
	spi_add(&t->table, spi, true, client)->last = now;
	if (t->n == 2 * SIM_CLIENTS)
		memmove(t->pending, t->pending + 1, --t->n * sizeof(t->pending[0]));
	t->pending[t->n].client = client;
	t->pending[t->n++].since = now;
}

static void theirs_expire(struct theirs *t, u64 now)
{
	while (t->n && now - t->pending[0].since > PENDING_MS)
		memmove(t->pending, t->pending + 1, --t->n * sizeof(t->pending[0]));
}

static u32 theirs_in(struct theirs *t, u32 spi, u64 now, u32 *to, bool oldest)
{
	struct spi *s = spi_find(&t->table, spi, false);
	u32 at;

	if (!s) {
		theirs_expire(t, now);
		if (!t->n)
			return 0;
		at = oldest ? 0 : t->n - 1;
		s = spi_add(&t->table, spi, false, t->pending[at].client);
		t->n--;
		memmove(t->pending + at, t->pending + at + 1, (t->n - at) * sizeof(t->pending[0]));
	}
	s->last = now;
	to[0] = s->client;
	return 1;
}

static u32 oldest_in(void *rule, u32 spi, u32 seq, u64 now, u32 *to)
{
	(void)seq;
	return theirs_in(rule, spi, now, to, true);
}

static u32 newest_in(void *rule, u32 spi, u32 seq, u64 now, u32 *to)
{
	(void)seq;
	return theirs_in(rule, spi, now, to, false);
}

static void theirs_report(void *rule)
{
	(void)rule;
}

const struct sim_rule_ops sim_oldest = {
	.name = "oldest pending", .start = theirs_start, .stop = theirs_stop, .ike = theirs_ike,
	.out = theirs_out, .in = oldest_in, .age = theirs_age, .report = theirs_report,
};

const struct sim_rule_ops sim_newest = {
	.name = "newest pending", .start = theirs_start, .stop = theirs_stop, .ike = theirs_ike,
	.out = theirs_out, .in = newest_in, .age = theirs_age, .report = theirs_report,
};

static bool gate_ike(void *rule, u32 client, enum esp_ike_end from, const u8 *msg, u32 len,
		     u64 now, bool makes_sa)
{
	struct theirs *t = rule;

	(void)from;
	(void)msg;
	(void)len;
	if (!makes_sa)
		return true;
	if (t->gate == client + 1)
		return true;
	if (t->gate && !(t->gate_in && t->gate_out) && now - t->gate_since < GATE_MS)
		return false;
	t->gate = client + 1;
	t->gate_since = now;
	t->gate_in = false;
	t->gate_out = false;
	return true;
}

static void gate_out(void *rule, u32 client, u32 spi, u64 now)
{
	struct theirs *t = rule;
	struct spi *s = spi_find(&t->table, spi, true);

	if (!s) {
		s = spi_add(&t->table, spi, true, client);
		if (t->gate == client + 1)
			t->gate_out = true;
	}
	s->last = now;
}

static u32 gate_in(void *rule, u32 spi, u32 seq, u64 now, u32 *to)
{
	struct theirs *t = rule;
	struct spi *s = spi_find(&t->table, spi, false);

	(void)seq;
	if (!s) {
		if (!t->gate || t->gate_in)
			return 0;
		s = spi_add(&t->table, spi, false, t->gate - 1);
		t->gate_in = true;
	}
	s->last = now;
	to[0] = s->client;
	return 1;
}

const struct sim_rule_ops sim_gate = {
	.name = "one at a time", .start = theirs_start, .stop = theirs_stop, .ike = gate_ike,
	.out = gate_out, .in = gate_in, .age = theirs_age, .report = theirs_report,
};
