// SPDX-License-Identifier: GPL-2.0
/* Wire mode: dialogues and the ways to cut them. */
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct line {
	u8 end, type, call;
};

/* Every message type, both roles at both ends, several calls at once. */
static const struct line dialogue[] = {
	{ INITIATOR, SCCRQ, 0 }, { RESPONDER, SCCRP, 0 },
	/* the initiator is the PNS: four calls asked for at once */
	{ INITIATOR, OCRQ, 0 }, { INITIATOR, ECHO_REQ, 0 }, { INITIATOR, OCRQ, 1 },
	{ INITIATOR, OCRQ, 2 }, { INITIATOR, OCRQ, 3 },
	{ RESPONDER, OCRP, 1 }, { RESPONDER, OCRP, 0 }, { RESPONDER, ECHO_REP, 0 },
	{ RESPONDER, OCRP, 3 }, { RESPONDER, OCRP, 2 }, { RESPONDER, WEN, 0 },
	{ INITIATOR, SLI, 0 }, { INITIATOR, SLI, 3 },
	{ RESPONDER, WEN, 2 }, { RESPONDER, WEN, 1 },
	/* an incoming call for it */
	{ RESPONDER, ICRQ, 4 }, { INITIATOR, ICRP, 4 }, { RESPONDER, ICCN, 4 },
	{ RESPONDER, WEN, 4 }, { INITIATOR, SLI, 4 },
	/* the initiator is the PAC */
	{ INITIATOR, ICRQ, 5 }, { RESPONDER, ICRP, 5 }, { INITIATOR, ICCN, 5 },
	{ INITIATOR, WEN, 5 }, { RESPONDER, SLI, 5 },
	{ RESPONDER, OCRQ, 6 }, { RESPONDER, OCRQ, 7 },
	{ INITIATOR, OCRP, 6 }, { INITIATOR, OCRP, 7 }, { RESPONDER, SLI, 6 },
	/* all ends */
	{ INITIATOR, CCRQ, 0 }, { INITIATOR, CCRQ, 4 }, { INITIATOR, CDN, 5 },
	{ RESPONDER, CDN, 0 }, { RESPONDER, CDN, 4 }, { RESPONDER, CDN, 1 },
	{ RESPONDER, CCRQ, 6 }, { INITIATOR, CDN, 6 },
	{ INITIATOR, OCRQ, 8 }, { RESPONDER, OCRP, 8 },
	{ INITIATOR, STOPCCRQ, 0 }, { RESPONDER, STOPCCRP, 0 },
};

/* One round: lines [first, last) of one end. */
struct round {
	enum end end;
	size_t base;			/* where it starts in the stream */
	size_t start[16];		/* of each message */
	unsigned int n;
};

typedef void (*cutter)(struct flow *f, const struct round *r, unsigned int p);

static size_t say_round(struct flow *f, struct round *r, size_t at)
{
	r->end = dialogue[at].end;
	r->base = f->s[r->end].len;
	r->n = 0;
	while (at < ARRAY_SIZE(dialogue) && dialogue[at].end == r->end) {
		r->start[r->n++] = f->s[r->end].len;
		flow_say(f, r->end, dialogue[at].type, dialogue[at].call);
		at++;
	}
	r->start[r->n] = f->s[r->end].len;
	return at;
}

/* Send the pieces between message starts and @p bytes into each message. */
static void cut_messages(struct flow *f, const struct round *r, unsigned int p)
{
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		size_t a = r->start[i], b = r->start[i + 1];

		if (p < b - a) {
			flow_send(f, r->end, a, a + p);
			flow_send(f, r->end, a + p, b);
		} else {
			flow_send(f, r->end, a, b);
		}
	}
}

/* Only @p bytes into each message: a segment ends one message and begins the next. */
static void cut_across(struct flow *f, const struct round *r, unsigned int p)
{
	size_t at = r->base;
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		if (p >= r->start[i + 1] - r->start[i])
			continue;
		flow_send(f, r->end, at, r->start[i] + p);
		at = r->start[i] + p;
	}
	if (at < r->start[r->n])
		flow_send(f, r->end, at, r->start[r->n]);
}

static void all_in_one(struct flow *f, const struct round *r, unsigned int p)
{
	flow_send(f, r->end, r->base, r->start[r->n]);
}

static void single_bytes(struct flow *f, const struct round *r, unsigned int p)
{
	size_t i;

	for (i = r->base; i < r->start[r->n]; i++)
		flow_send(f, r->end, i, i + 1);
}

/* Passed the router, lost behind it, then sent again with other boundaries. */
static void resent_otherwise(struct flow *f, const struct round *r, unsigned int p)
{
	unsigned int q = p / 2 + 1;

	f->lose = true;
	cut_across(f, r, p);
	f->lose = false;
	if (q == p)
		q++;
	cut_across(f, r, q);
}

/* As above, in one piece first and then byte by byte around the ids. */
static void resent_in_bits(struct flow *f, const struct round *r, unsigned int p)
{
	unsigned int i;
	size_t a;

	f->lose = true;
	all_in_one(f, r, p);
	f->lose = false;
	for (i = 0; i < r->n; i++) {
		a = r->start[i];
		flow_send(f, r->end, a, a + 12);
		flow_send(f, r->end, a + 12, a + 13);
		flow_send(f, r->end, a + 13, a + 14);
		flow_send(f, r->end, a + 14, a + 15);
		flow_send(f, r->end, a + 15, r->start[i + 1]);
	}
}

/* The second part of each message comes first. */
static void reordered(struct flow *f, const struct round *r, unsigned int p)
{
	unsigned int i;

	for (i = 0; i < r->n; i++) {
		size_t a = r->start[i], b = r->start[i + 1];

		if (p < b - a)
			flow_send(f, r->end, a + p, b);
		flow_send(f, r->end, a, p < b - a ? a + p : b);
	}
}

/* Every second segment never leaves its sender. */
static void with_gaps(struct flow *f, const struct round *r, unsigned int p)
{
	unsigned int i;

	for (i = r->n; i-- > 0;) {
		if (i & 1 || p >= r->start[i + 1] - r->start[i])
			flow_send(f, r->end, r->start[i], r->start[i + 1]);
		else
			flow_send(f, r->end, r->start[i], r->start[i] + p);
	}
}

struct kind {
	const char *name;
	cutter cut;
	unsigned int max, step_from, step;	/* every p up to step_from, then each step-th */
};

static const struct kind kind[] = {
	{ "all messages of a round in one segment", all_in_one, 1, 1, 1 },
	{ "single bytes", single_bytes, 1, 1, 1 },
	{ "each message cut at every byte", cut_messages, 219, 219, 1 },
	{ "segments across messages, cut at every byte", cut_across, 219, 219, 1 },
	{ "resent with other boundaries", resent_otherwise, 219, 60, 5 },
	{ "resent in small bits", resent_in_bits, 1, 1, 1 },
	{ "reordered", reordered, 219, 20, 24 },
	{ "with gaps", with_gaps, 219, 20, 24 },
};

/* Another client takes the ids first, so that the router must replace those of the dialogue. */
static bool rival_calls(struct wire *w, struct flow *f)
{
	unsigned int i;
	bool ok = flow_open(f, w, true);

	f->base[RESPONDER] += 16;
	flow_say(f, INITIATOR, SCCRQ, 0);
	for (i = 0; i < w->hold; i++)
		flow_say(f, INITIATOR, OCRQ, i);
	ok = ok && flow_finish(f, INITIATOR);
	for (i = 0; i < w->hold && ok; i++)
		flow_say(f, RESPONDER, OCRP, i);
	return ok && flow_finish(f, RESPONDER);
}

/* An ended call may keep its ids for a while: each dialogue takes others. */
static void fresh_ids(struct wire *w)
{
	w->base[INITIATOR] += w->hold > 16 ? w->hold : 16;
	w->base[RESPONDER] += 32;
}

/* From line @at to line @end, or the end of its round. */
static bool run_lines(struct flow *f, cutter cut, unsigned int p, size_t *at, size_t end)
{
	struct round r;
	bool ok = true;

	while (ok && *at < end) {
		*at = say_round(f, &r, *at);
		cut(f, &r, p);
		ok = flow_finish(f, r.end);
	}
	return ok;
}

static bool run_rounds(struct flow *f, cutter cut, unsigned int p)
{
	size_t at = 0;

	return run_lines(f, cut, p, &at, ARRAY_SIZE(dialogue));
}

static bool run_dialogue(struct wire *w, cutter cut, unsigned int p)
{
	unsigned long before = w->errors;
	struct flow f = { 0 }, rival = { 0 };
	bool ok = true;

	if (w->hold)
		ok = rival_calls(w, &rival);
	ok = ok && flow_open(&f, w, false) && run_rounds(&f, cut, p);
	flow_close(&f);
	if (w->hold)
		flow_close(&rival);
	fresh_ids(w);
	return ok && w->errors == before;
}

/* First, last and step of the cuts to try; around the ids only if a page of ids is full. */
static void cuts(const struct wire *w, const struct kind *k, bool brief, unsigned int cut[3])
{
	cut[0] = 1;
	cut[1] = k->max;
	cut[2] = brief ? 9 : k->step;
	if (w->hold < 256 || k->max == 1)
		return;
	cut[0] = 12;
	cut[1] = 16;
}

/* With no id free under a high byte that has gone out already, a call is beyond help. */
static bool beyond_help(const struct wire *w, const struct kind *k, unsigned int p)
{
	return w->hold >= 256 && (p == 13 || k->cut == single_bytes);
}

static bool run_kind(struct wire *w, const struct kind *k, bool brief)
{
	unsigned int from = brief && k->step_from > 20 ? 20 : k->step_from;
	unsigned int p, cut[3], runs = 0, bad = 0;

	cuts(w, k, brief, cut);
	for (p = cut[0]; p <= cut[1] && bad < 4; p += p < from ? 1 : cut[2]) {
		if (beyond_help(w, k, p))
			continue;
		runs++;
		bad += !run_dialogue(w, k->cut, p);
	}
	printf("# %s: %u dialogues, %u wrong\n", k->name, runs, bad);
	fflush(stdout);
	return !bad;
}

bool wire_cases(struct wire *w, bool brief)
{
	size_t i;
	bool ok = true;

	for (i = 0; i < ARRAY_SIZE(kind); i++)
		ok = run_kind(w, &kind[i], brief) && ok;
	return ok;
}

/* Random segments from anywhere in what is not acknowledged yet, some of them lost. */
static void random_cut(struct flow *f, const struct round *r, unsigned int p)
{
	struct stream *s = &f->s[r->end];
	unsigned int guard = 40;
	size_t from, to;

	while (s->next < s->len && guard--) {
		from = s->next;
		if (rand() % 4 == 0)
			from += rand() % (s->len - s->next);
		if (rand() % 6 == 0 && from > 40)
			from -= rand() % 40;
		to = from + 1 + rand() % (rand() & 1 ? 6 : 400);
		if (to > s->len)
			to = s->len;
		f->lose = rand() % 5 == 0;
		flow_send(f, r->end, from, to);
	}
	f->lose = false;
}

bool wire_fuzz(struct wire *w, unsigned int seed, unsigned int rounds)
{
	unsigned int i, bad = 0;

	for (i = 0; i < rounds && bad < 3; i++) {
		srand(seed + i);
		if (!run_dialogue(w, random_cut, 0)) {
			printf("# wrong with seed %u\n", seed + i);
			bad++;
		}
	}
	printf("# random segments: %u dialogues, %u wrong\n", i, bad);
	return !bad;
}

/*
 * Resets in mid-dialogue that neither end believes, as others come first (RFC 5961), and the time
 * after which a router would have forgotten the calls of an ended connection.
 */
static bool doubtful_resets(struct flow *f)
{
	size_t at = 0;
	bool ok;

	ok = run_lines(f, all_in_one, 0, &at, ARRAY_SIZE(dialogue) / 2);
	flow_doubtful_reset(f, INITIATOR);
	flow_doubtful_reset(f, RESPONDER);
	flow_pause(f, 10);
	return ok && run_lines(f, all_in_one, 0, &at, ARRAY_SIZE(dialogue));
}

/* Both ends lose their memory in mid-dialogue; the same ports, and maybe ids, come again. */
static bool begun_anew(struct flow *f)
{
	size_t at = 0;

	return run_lines(f, all_in_one, 0, &at, ARRAY_SIZE(dialogue) / 2) && flow_anew(f) &&
	       run_rounds(f, all_in_one, 0);
}

static bool run_upset(struct wire *w, const char *name, bool (*upset)(struct flow *f))
{
	unsigned long before = w->errors;
	struct flow f = { 0 }, rival = { 0 };
	bool ok = rival_calls(w, &rival) && flow_open(&f, w, false) && upset(&f);

	ok = ok && w->errors == before;
	flow_close(&f);
	flow_close(&rival);
	fresh_ids(w);
	printf("# %s: %s\n", name, ok ? "as it must be" : "wrong");
	return ok;
}

bool wire_upset(struct wire *w)
{
	bool ok = run_upset(w, "doubtful resets", doubtful_resets);
	int i;

	for (i = 0; i < 4; i++)
		ok = run_upset(w, "begun anew", begun_anew) && ok;
	return ok;
}
