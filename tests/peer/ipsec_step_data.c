// SPDX-License-Identifier: GPL-2.0
/* ESP steps of the IPsec world: who speaks, and what has arrived. */
#define _GNU_SOURCE
#include "ipsec_step.h"

#include <stdio.h>
#include <string.h>

static bool talk_all(struct world *w, const struct args *a, enum dir who)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		talk(a->link[i], who, a->n[1], a->n[2] ? a->n[2] : -1);
	return true;
}

static bool do_talk(struct world *w, const struct args *a)
{
	return talk_all(w, a, UP);
}

static bool do_speak(struct world *w, const struct args *a)
{
	return talk_all(w, a, DOWN);
}

static bool do_hush(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++) {
		a->link[i]->talk[UP].left = 0;
		a->link[i]->talk[DOWN].left = 0;
	}
	return true;
}

static bool do_mute(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->mute = true;
	return true;
}

static bool do_unmute(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->mute = false;
	return true;
}

static bool use_old(const struct args *a, bool old)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->old = old;
	return true;
}

static bool do_old(struct world *w, const struct args *a)
{
	return use_old(a, true);
}

static bool do_new(struct world *w, const struct args *a)
{
	return use_old(a, false);
}

static bool do_expire(struct world *w, const struct args *a)
{
	struct sa *sa;
	u32 i;

	for (i = 0; i < a->links; i++) {
		for (sa = a->link[i]->sas ? a->link[i]->sas->next : NULL; sa; sa = sa->next)
			sa->gone = true;
	}
	return true;
}

static bool do_replay(struct world *w, const struct args *a)
{
	u32 i;
	long n;

	for (i = 0; i < a->links; i++) {
		for (n = 0; n < (a->n[1] ? a->n[1] : 1); n++)
			esp_replay(a->link[i], DOWN);
	}
	return world_run(w, 200, NULL);
}

static void print_ledger(struct world *w, const struct totals *t)
{
	printf("up: sent=%llu got=%llu lost=%llu wrong=%llu  down: sent=%llu got=%llu lost=%llu "
	       "wrong=%llu  dup=%llu copies=%llu strange=%llu\n",
	       (unsigned long long)t->sent[UP], (unsigned long long)t->got[UP],
	       (unsigned long long)t->lost[UP], (unsigned long long)t->wrong[UP],
	       (unsigned long long)t->sent[DOWN], (unsigned long long)t->got[DOWN],
	       (unsigned long long)t->lost[DOWN], (unsigned long long)t->wrong[DOWN],
	       (unsigned long long)t->dup, (unsigned long long)w->foreign,
	       (unsigned long long)w->strange);
	if (w->ike_foreign || w->garbled || w->moved || w->unsent)
		printf("ike: foreign=%llu garbled=%llu moved=%llu unsent=%llu\n",
		       (unsigned long long)w->ike_foreign, (unsigned long long)w->garbled,
		       (unsigned long long)w->moved, (unsigned long long)w->unsent);
}

static const struct args *settling;

static bool all_said(struct world *w)
{
	u32 i;

	for (i = 0; i < settling->links; i++) {
		if (settling->link[i]->talk[UP].left > 0 || settling->link[i]->talk[DOWN].left > 0)
			return false;
	}
	return true;
}

static bool all_arrived(struct world *w)
{
	return esp_complete(settling->link, settling->links);
}

/*
 * All that was to be said has been said and has arrived, but for @max (-1: any number). Those who
 * speak without end have to be hushed before.
 */
static bool settle(struct world *w, const struct args *a, long max)
{
	struct totals t;

	settling = a;
	if (!world_run(w, 30000, all_said)) {
		puts("settle: somebody cannot speak");
		do_hush(w, a);
		return false;
	}
	world_run(w, 3000, all_arrived);
	world_run(w, 100, NULL);	/* copies, and what comes twice */
	totals(a->link, a->links, &t);
	print_ledger(w, &t);
	forgive(a->link, a->links);
	if (!t.sent[UP] && !t.sent[DOWN])
		return false;
	if (max < 0)
		return true;
	return t.lost[UP] + t.lost[DOWN] <= (u64)max && !t.wrong[UP] && !t.wrong[DOWN] &&
	       t.dup <= t.replayed && !w->garbled && !w->moved;
}

static bool do_settle(struct world *w, const struct args *a)
{
	return settle(w, a, a->n[1]);
}

/* @n[1] questions of each client, all must be answered. */
static bool do_ping(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		talk(a->link[i], UP, a->n[2] ? a->n[2] : 30, a->n[1]);
	return settle(w, a, 0);
}

/* Nothing may arrive */
static bool do_deaf(struct world *w, const struct args *a)
{
	struct totals before, after;
	u64 foreign = w->foreign;
	u32 i;

	totals(a->link, a->links, &before);
	for (i = 0; i < a->links; i++)
		esp_send(a->link[i], DOWN, true);
	world_run(w, 1000, NULL);
	totals(a->link, a->links, &after);
	print_ledger(w, &after);
	forgive(a->link, a->links);
	return after.sent[DOWN] > before.sent[DOWN] && after.got[DOWN] == before.got[DOWN] &&
	       w->foreign == foreign;
}

/* Counters */

static long long value(struct world *w, const char *name)
{
	const struct {
		const char *name;
		u64 v;
	} list[] = {
		{ "foreign", w->foreign }, { "strange", w->strange }, { "junk", w->junk },
		{ "ike", w->ike }, { "ike-foreign", w->ike_foreign }, { "again", w->ike_again },
		{ "garbled", w->garbled }, { "moved", w->moved }, { "retries", w->retries },
		{ "unsent", w->unsent },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		if (!strcmp(list[i].name, name))
			return list[i].v;
	}
	usage_error("nothing is counted as '%s'", name);
}

static bool do_expect(struct world *w, const struct args *a)
{
	long long v = value(w, a->word[0]);

	printf("expect: %s=%lld wanted %ld\n", a->word[0], v, a->n[1]);
	return v == a->n[1];
}

static bool do_atleast(struct world *w, const struct args *a)
{
	long long v = value(w, a->word[0]);

	printf("atleast: %s=%lld wanted %ld or more\n", a->word[0], v, a->n[1]);
	return v >= a->n[1];
}

static bool do_spis(struct world *w, const struct args *a)
{
	struct link *l;
	u32 i;

	for (i = 0; i < a->links; i++) {
		l = a->link[i];
		if (l->sas)
			printf("spis: client=%s server=%s in=%u out=%u\n",
			       addr_text(&l->client->addr), addr_text(&l->server->addr),
			       l->sas->spi[DOWN], l->sas->spi[UP]);
	}
	return true;
}

const struct step data_steps[] = {
	{ "spis", true, "print those of the newest SA", do_spis },
	{ "talk", true, "MS [N]: the client speaks in the background", do_talk },
	{ "speak", true, "MS [N]: the server does", do_speak },
	{ "hush", true, "both stop", do_hush },
	{ "mute", true, "the client does not answer", do_mute },
	{ "unmute", true, "it does", do_unmute },
	{ "old", true, "use the SA before the newest", do_old },
	{ "new", true, "use the newest", do_new },
	{ "expire", true, "old SAs are used no more", do_expire },
	{ "replay", true, "[N]: the server's latest packet N times more", do_replay },
	{ "ping", true, "N [MS]: N packets of each client, all answered, then settle", do_ping },
	{ "deaf", true, "a packet from the server, which nobody may get", do_deaf },
	{ "settle", true, "[MAX]: all has arrived but MAX (-1: any number)", do_settle },
	{ "expect", false, "COUNTER N", do_expect },
	{ "atleast", false, "COUNTER N", do_atleast },
	{ NULL, false, NULL, NULL },
};

const struct step *const step_tables[] = { ike_steps, data_steps, shell_steps, NULL };
