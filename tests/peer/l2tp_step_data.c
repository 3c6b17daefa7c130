// SPDX-License-Identifier: GPL-2.0
/* Data steps of the L2TP world: who speaks, and what has arrived. */
#define _GNU_SOURCE
#include "l2tp.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool talk_all(const struct args *a, int who)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		talk(a->link[i], who, a->n[1], a->n[2] ? a->n[2] : -1);
	return true;
}

static bool do_talk(struct world *w, const struct args *a)
{
	return talk_all(a, CLIENT);
}

static bool do_speak(struct world *w, const struct args *a)
{
	return talk_all(a, SERVER);
}

static bool do_hush(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->talk[CLIENT].left = a->link[i]->talk[SERVER].left = 0;
	return true;
}

static bool set_mute(const struct args *a, bool mute)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->mute = mute;
	return true;
}

static bool do_mute(struct world *w, const struct args *a)
{
	return set_mute(a, true);
}

static bool do_unmute(struct world *w, const struct args *a)
{
	return set_mute(a, false);
}

/* Counters */

static const struct {
	const char *name;
	size_t at;
} counters[] = {
#define COUNTER(text, field) { text, offsetof(struct count, field) / sizeof(u64) }
	COUNTER("foreign", foreign), COUNTER("control-foreign", control_foreign),
	COUNTER("strange", strange), COUNTER("unknown", unknown), COUNTER("garbled", garbled),
	COUNTER("sum-bad", sum_bad), COUNTER("sum-changed", sum_changed), COUNTER("moved", moved),
	COUNTER("aliased", aliased), COUNTER("confused", confused), COUNTER("control", control),
	COUNTER("again", again), COUNTER("retries", retries), COUNTER("gone", gone),
	COUNTER("unsent", unsent), COUNTER("port-wrong", port_wrong),
#undef COUNTER
};

static long long counted(struct world *w, const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		if (!strcmp(counters[i].name, name))
			return ((u64 *)&w->n)[counters[i].at];
	}
	usage_error("nothing is counted as '%s'", name);
}

static void print_ledger(struct world *w, const struct totals *t)
{
	size_t i;

	printf("up: sent=%llu got=%llu lost=%llu wrong=%llu  down: sent=%llu got=%llu lost=%llu "
	       "wrong=%llu  dup=%llu\n",
	       (unsigned long long)t->sent[UP], (unsigned long long)t->got[UP],
	       (unsigned long long)t->lost[UP], (unsigned long long)t->wrong[UP],
	       (unsigned long long)t->sent[DOWN], (unsigned long long)t->got[DOWN],
	       (unsigned long long)t->lost[DOWN], (unsigned long long)t->wrong[DOWN],
	       (unsigned long long)t->dup);
	printf("counted:");
	for (i = 0; i < ARRAY_SIZE(counters); i++) {
		if (counted(w, counters[i].name))
			printf(" %s=%lld", counters[i].name, counted(w, counters[i].name));
	}
	printf("\n");
}

static bool do_expect(struct world *w, const struct args *a)
{
	long long v = counted(w, a->word[0]);

	printf("expect: %s=%lld wanted %ld\n", a->word[0], v, a->n[1]);
	return v == a->n[1];
}

static bool do_atleast(struct world *w, const struct args *a)
{
	long long v = counted(w, a->word[0]);

	printf("atleast: %s=%lld wanted %ld or more\n", a->word[0], v, a->n[1]);
	return v >= a->n[1];
}

/* Nothing came to others, nothing was changed on the way but what may be. */
static bool do_clean(struct world *w, const struct args *a)
{
	const struct count *n = &w->n;
	struct totals none = { .dup = 0 };

	if (!(n->foreign | n->control_foreign | n->strange | n->garbled | n->sum_bad |
	      n->sum_changed | n->confused | n->unsent | n->port_wrong))
		return true;
	print_ledger(w, &none);
	return false;
}

static const struct args *settling;

static bool all_said(struct world *w)
{
	const struct talker *k;
	u32 i;

	for (i = 0; i < settling->links; i++) {
		k = settling->link[i]->talk;
		if (k[CLIENT].left > 0 || k[SERVER].left > 0)
			return false;
	}
	return true;
}

static bool all_arrived(struct world *w)
{
	return data_complete(settling->link, settling->links);
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
	world_run(w, 100, NULL);	/* what comes twice, or to others */
	totals(a->link, a->links, &t);
	print_ledger(w, &t);
	forgive(a->link, a->links);
	if (!t.sent[UP] && !t.sent[DOWN])
		return false;
	if (max < 0)
		return true;
	return t.lost[UP] + t.lost[DOWN] <= (u64)max && !t.wrong[UP] && !t.wrong[DOWN] && !t.dup;
}

static bool do_settle(struct world *w, const struct args *a)
{
	return settle(w, a, a->n[1]);
}

/* @n[1] questions of each session's client, all must be answered. */
static bool do_ping(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		talk(a->link[i], CLIENT, a->n[2] ? a->n[2] : 30, a->n[1]);
	return settle(w, a, 0);
}

/* The latest data packet that arrived, as it looked there, from its IP header on */
static bool save(const struct args *a, int dir)
{
	struct tunnel *t = a->link[0]->tunnels;
	struct session *s = t ? t->sessions : NULL;
	int fd;

	if (!s || !s->last_len[dir])
		return false;
	fd = open(a->word[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, s->last[dir], s->last_len[dir]) != s->last_len[dir])
		die_errno("cannot write %s", a->word[1]);
	close(fd);
	return true;
}

static bool do_save_up(struct world *w, const struct args *a)
{
	return save(a, UP);
}

static bool do_save_down(struct world *w, const struct args *a)
{
	return save(a, DOWN);
}

const struct step data_steps[] = {
	{ "talk", true, "MS [N]: the client speaks in the background", do_talk },
	{ "speak", true, "MS [N]: the server does", do_speak },
	{ "hush", true, "both stop", do_hush },
	{ "mute", true, "the client does not answer", do_mute },
	{ "unmute", true, "it does", do_unmute },
	{ "ping", true, "N [MS]: N packets of each session, all answered, then settle", do_ping },
	{ "settle", true, "[MAX]: all has arrived but MAX (-1: any number)", do_settle },
	{ "save-up", true, "FILE: the client's latest packet as the server got it", do_save_up },
	{ "save-down", true, "FILE: the server's as the client got it", do_save_down },
	{ "expect", false, "COUNTER N", do_expect },
	{ "atleast", false, "COUNTER N", do_atleast },
	{ "clean", false, "nothing came to others or was garbled", do_clean },
	{ NULL, false, NULL, NULL },
};
