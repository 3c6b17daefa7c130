/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Laboratory for the pairing: one group whose caller keeps books, for the unit tests and
 * the fuzzer. What is wrong by any means is put down in lab->broken.
 */
#ifndef ESP_LAB_H
#define ESP_LAB_H

#include "../../nf_nat_esp/pair.h"

#define LAB_CLIENTS	8
#ifndef LAB_INS
#define LAB_INS		64
#define LAB_OUTS	64
#endif
#define LAB_CASES	ESP_PAIR_CASES

struct esp_lab_in {
	bool used;
	struct esp_pair_in in;
};

struct esp_lab_out {
	bool used;
	u8 client;
	struct esp_pair_out out;
};

struct esp_lab_case {
	bool used;
	struct esp_pair_case c;
};

struct esp_lab {
	struct esp_pair_group group;
	struct esp_pair_client client[LAB_CLIENTS];
	bool present[LAB_CLIENTS];
	struct esp_lab_in in[LAB_INS];
	struct esp_lab_out out[LAB_OUTS];
	struct esp_lab_case cases[LAB_CASES];
	bool no_memory;
	u32 ncases, tags;
	u64 now;
	u64 counts[ESP_PAIR_COUNT_MAX];
	struct esp_pair_decision d;	/* the latest */
	const char *broken;
};

static inline void esp_lab_must(struct esp_lab *lab, bool ok, const char *what)
{
	if (!ok && !lab->broken)
		lab->broken = what;
}

static inline struct esp_pair_case *esp_lab_case_alloc(struct esp_pair_group *group)
{
	struct esp_lab *lab = list_entry(group, struct esp_lab, group);
	u32 i;

	for (i = 0; i < LAB_CASES && !lab->no_memory; i++) {
		if (lab->cases[i].used)
			continue;
		lab->cases[i].used = true;
		lab->ncases++;
		return &lab->cases[i].c;
	}
	esp_lab_must(lab, lab->no_memory, "there are more cases than the limit");
	return NULL;
}

static inline void esp_lab_case_free(struct esp_pair_group *group, struct esp_pair_case *c)
{
	struct esp_lab *lab = list_entry(group, struct esp_lab, group);
	struct esp_lab_case *own = list_entry(c, struct esp_lab_case, c);

	esp_lab_must(lab, own->used, "a case is freed twice");
	own->used = false;
	lab->ncases--;
}

static inline void esp_lab_changed(struct esp_pair_group *group, struct esp_pair_in *in)
{
	struct esp_lab *lab = list_entry(group, struct esp_lab, group);

	esp_lab_must(lab, in->state == ESP_PAIR_AMBIGUOUS || in->owner, "a state wants an owner");
}

static inline void esp_lab_count(struct esp_pair_group *group, enum esp_pair_count what, u32 n)
{
	struct esp_lab *lab = list_entry(group, struct esp_lab, group);

	esp_lab_must(lab, what < ESP_PAIR_COUNT_MAX, "counters exist");
	lab->counts[what] += n;
}

static const struct esp_pair_ops esp_lab_ops = {
	.case_alloc = esp_lab_case_alloc,
	.case_free = esp_lab_case_free,
	.changed = esp_lab_changed,
	.count = esp_lab_count,
};

static inline void esp_lab_join(struct esp_lab *lab, u32 client)
{
	if (!lab->present[client])
		esp_pair_client_add(&lab->group, &lab->client[client]);
	lab->present[client] = true;
}

/* @lab is zeroed memory; @clients of them join. */
static inline void esp_lab_init(struct esp_lab *lab, u32 clients)
{
	static const struct esp_pair_limits limits = ESP_PAIR_LIMITS_DEFAULT;
	u32 i;

	lab->now = 1000000;
	esp_pair_init(&lab->group, &esp_lab_ops, &limits);
	for (i = 0; i < clients; i++)
		esp_lab_join(lab, i);
}

static inline void esp_lab_leave(struct esp_lab *lab, u32 client)
{
	u32 i;

	if (!lab->present[client])
		return;
	for (i = 0; i < LAB_OUTS; i++) {
		if (!lab->out[i].used || lab->out[i].client != client)
			continue;
		esp_pair_out_del(&lab->out[i].out);
		lab->out[i].used = false;
	}
	esp_pair_client_del(&lab->group, &lab->client[client]);
	memset(&lab->client[client], 0xa5, sizeof(lab->client[client]));
	lab->present[client] = false;
}

static inline struct esp_lab_in *esp_lab_find(struct esp_lab *lab, u32 spi)
{
	u32 i;

	for (i = 0; i < LAB_INS; i++) {
		if (lab->in[i].used && lab->in[i].in.spi == spi)
			return &lab->in[i];
	}
	return NULL;
}

static inline struct esp_lab_in *esp_lab_room(struct esp_lab *lab)
{
	u32 i;

	for (i = 0; i < LAB_INS; i++) {
		if (!lab->in[i].used)
			return &lab->in[i];
	}
	return NULL;
}

static inline void esp_lab_forget(struct esp_lab *lab, u32 spi)
{
	struct esp_lab_in *in = esp_lab_find(lab, spi);

	if (!in)
		return;
	esp_pair_in_del(&lab->group, &in->in);
	memset(&in->in, 0x5a, sizeof(in->in));
	in->used = false;
}

static inline bool esp_lab_is_client(const struct esp_lab *lab, const struct esp_pair_client *c)
{
	u32 i = c - lab->client;

	return i < LAB_CLIENTS && c == &lab->client[i] && lab->present[i];
}

static inline void esp_lab_check_decision(struct esp_lab *lab, const struct esp_pair_decision *d)
{
	u16 i, j;

	esp_lab_must(lab, !d->n == (d->verdict != ESP_PAIR_DELIVER), "deliver means to somebody");
	esp_lab_must(lab, d->n <= ESP_PAIR_CANDS, "no more receivers than candidates");
	for (i = 0; i < d->n; i++) {
		esp_lab_must(lab, esp_lab_is_client(lab, d->to[i]), "receivers are clients");
		for (j = 0; j < i; j++)
			esp_lab_must(lab, d->to[i] != d->to[j], "nobody gets two");
	}
}

/* A packet from the server. Returns how many get it; they are in lab->d. */
static inline u32 esp_lab_in(struct esp_lab *lab, u32 spi, u32 seq)
{
	struct esp_lab_in *in = esp_lab_find(lab, spi);
	struct esp_wire esp = { .spi = spi, .seq = seq };

	memset(&lab->d, 0, sizeof(lab->d));
	if (in) {
		lab->d.to[0] = esp_pair_in_known(&in->in, seq, lab->now);
		lab->d.n = !!lab->d.to[0];
		if (!lab->d.n)
			esp_pair_in(&lab->group, &in->in, seq, lab->now, &lab->d);
	} else {
		in = esp_lab_room(lab);
		if (!in)
			return 0;
		esp_pair_in_add(&lab->group, &in->in, &esp, lab->now, &lab->d);
		in->used = lab->d.verdict == ESP_PAIR_DELIVER;
	}
	esp_lab_check_decision(lab, &lab->d);
	return lab->d.n;
}

/* Number of the only receiver; -1 if there is none, -2 if there are several. */
static inline int esp_lab_to(struct esp_lab *lab, u32 spi, u32 seq)
{
	u32 n = esp_lab_in(lab, spi, seq);

	return n == 1 ? (int)(lab->d.to[0] - lab->client) : n ? -2 : -1;
}

/* A packet to the server. */
static inline void esp_lab_out(struct esp_lab *lab, u32 client, u32 spi)
{
	struct esp_lab_out *free = NULL;
	bool known = false;
	u32 i;

	for (i = 0; i < LAB_OUTS; i++) {
		if (!lab->out[i].used)
			free = &lab->out[i];
		else if (lab->out[i].client == client && lab->out[i].out.spi == spi)
			known = true;
	}
	if (!known && free) {
		free->used = true;
		free->client = client;
		esp_pair_out_add(&lab->group, &lab->client[client], &free->out, spi, lab->now);
	}
	if (esp_pair_out_matters(&lab->client[client]))
		esp_pair_out(&lab->group, &lab->client[client], lab->now);
	else
		esp_pair_out_note(&lab->client[client], lab->now);
}

/* A message of an exchange that makes an SA. */
static inline u32 esp_lab_ike(struct esp_lab *lab, u32 client, enum esp_ike_what what, u32 tag)
{
	struct esp_ike_event event = { .what = what, .tag = tag, .time = lab->now };

	esp_pair_ike(&lab->group, &lab->client[client], &event);
	return tag;
}

/* A whole exchange. */
static inline void esp_lab_exchange(struct esp_lab *lab, u32 client)
{
	esp_lab_ike(lab, client, ESP_IKE_OPEN, ++lab->tags);
	lab->now += 40;
	esp_lab_ike(lab, client, ESP_IKE_ARMED, lab->tags);
}

/* Books: what the group and its clients count is what there is. */
static inline void esp_lab_check(struct esp_lab *lab)
{
	u32 i, j, k, waiting = 0, watched[LAB_CLIENTS] = { 0 }, tentative[LAB_CLIENTS] = { 0 };
	const struct esp_pair_in *in;

	for (i = 0; i < LAB_INS; i++) {
		in = &lab->in[i].in;
		if (!lab->in[i].used)
			continue;
		esp_lab_must(lab, !in->owner || esp_lab_is_client(lab, in->owner),
			     "owners are clients");
		esp_lab_must(lab, in->state != ESP_PAIR_UP || !in->undecided, "up means decided");
		esp_lab_must(lab, in->owner || in->state == ESP_PAIR_AMBIGUOUS,
			     "states want owners");
		if (in->state == ESP_PAIR_PAIRING && in->undecided)
			tentative[in->owner - lab->client] += in->undecided->counted;
		else if (in->state == ESP_PAIR_PAIRING)
			watched[in->owner - lab->client]++;
		for (j = 0; in->undecided && j < in->undecided->n; j++)
			watched[in->undecided->cand[j].client - lab->client]++;
	}
	for (k = 0; k < LAB_CLIENTS; k++) {
		if (!lab->present[k])
			continue;
		waiting += !!lab->client[k].needs;
		esp_lab_must(lab, lab->client[k].needs <= ESP_PAIR_NEEDS, "needs are bounded");
		esp_lab_must(lab, lab->client[k].watched == watched[k],
			     "watched is counted right");
		esp_lab_must(lab, lab->client[k].tentative == tentative[k],
			     "tentative is counted right");
	}
	esp_lab_must(lab, lab->group.waiting == waiting, "waiting is counted right");
	esp_lab_must(lab, lab->group.cases == lab->ncases, "cases are counted right");
}

#endif
