// SPDX-License-Identifier: GPL-2.0
/* Steps of the IPsec world: each does a thing to some links, waits for its end, says how it went. */
#define _GNU_SOURCE
#include "ipsec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS	6

struct args {
	char *word[WORDS];	/* behind the step's name, "" if absent */
	struct link *link[CLIENTS_MAX * SERVERS_MAX];
	u32 links;		/* of the first word, if the step takes links */
	long n[WORDS];		/* words as numbers, 0 if they are none */
};

struct step {
	const char *name;
	bool takes_links;
	const char *what;
	bool (*run)(struct world *w, const struct args *a);
};

/* Which links: all, 3 or 2-5, then @2 for the second server or @all; the first one if absent. */
static void choose(struct world *w, const char *text, struct args *a)
{
	char buf[64], *at, *dash;
	long c1, c2, s1 = 1, s2 = 1, c, s;

	snprintf(buf, sizeof(buf), "%s", text);
	at = strchr(buf, '@');
	if (at) {
		*at++ = '\0';
		s1 = strcmp(at, "all") ? number(at, "server", 1, w->servers) : 1;
		s2 = strcmp(at, "all") ? s1 : (long)w->servers;
	}
	dash = strchr(buf, '-');
	if (dash)
		*dash++ = '\0';
	if (!strcmp(buf, "all")) {
		c1 = 1;
		c2 = w->clients;
	} else {
		c1 = number(buf, "client", 1, w->clients);
		c2 = dash ? number(dash, "last client", c1, w->clients) : c1;
	}
	for (c = c1; c <= c2; c++) {
		for (s = s1; s <= s2; s++)
			a->link[a->links++] = w->link[c - 1][s - 1];
	}
}

/* IKE */

static bool ike_wait(struct world *w, const char *name, const struct args *a)
{
	bool ok = world_run(w, w->timeout_ms, ike_idle);

	printf("%s: links=%u ike=%llu retries=%llu %s\n", name, a->links,
	       (unsigned long long)w->ike, (unsigned long long)w->retries,
	       ok ? "complete" : "incomplete");
	return ok;
}

static bool begin_all(struct world *w, const struct args *a, enum kind kind, enum kind then,
		      enum dir from, const char *name)
{
	struct xchg *x;
	u32 i;

	for (i = 0; i < a->links; i++) {
		x = ike_begin(a->link[i], kind, from, roll(a->n[1]));
		x->then = then;
	}
	return ike_wait(w, name, a);
}

static enum kind phase1(const struct world *w)
{
	return w->version == 1 ? X_MAIN : X_INIT;
}

static bool do_start(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), w->version == 1 ? X_QUICK : X_AUTH, UP, "start");
}

static bool do_init(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), X_NONE, UP, "init");
}

static bool do_server_init(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), X_NONE, DOWN, "server-init");
}

static bool do_server_start(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), w->version == 1 ? X_QUICK : X_AUTH, DOWN,
			 "server-start");
}

static bool do_aggressive(struct world *w, const struct args *a)
{
	return begin_all(w, a, X_AGGRESSIVE, X_NONE, UP, "aggressive");
}

static bool rekey(struct world *w, const struct args *a, enum dir from, const char *name)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		ike_begin_sa(a->link[i], from, roll(a->n[1]));
	return ike_wait(w, name, a);
}

static bool do_rekey(struct world *w, const struct args *a)
{
	return rekey(w, a, UP, "rekey");
}

static bool do_server_rekey(struct world *w, const struct args *a)
{
	return rekey(w, a, DOWN, "server-rekey");
}

static bool do_ike_rekey(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_MAIN : X_IKE_CHILD, X_NONE, UP, "ike-rekey");
}

static bool do_server_ike_rekey(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_MAIN : X_IKE_CHILD, X_NONE, DOWN,
			 "server-ike-rekey");
}

static bool do_info(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_INFO1 : X_INFO2, X_NONE, UP, "info");
}

static bool do_server_info(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_INFO1 : X_INFO2, X_NONE, DOWN, "server-info");
}

static bool do_again(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		ike_again(a->link[i]);
	return world_run(w, 500, NULL);
}

static bool do_junk(struct world *w, const struct args *a)
{
	static const size_t len[] = { 12, 27, 28, 29, 200 };
	size_t i;
	u32 k;

	for (k = 0; k < a->links; k++) {
		for (i = 0; i < ARRAY_SIZE(len); i++)
			ike_junk(a->link[k], UP, len[i]);
	}
	return world_run(w, 500, NULL);
}

static bool do_server_junk(struct world *w, const struct args *a)
{
	u32 k;

	for (k = 0; k < a->links; k++)
		ike_junk(a->link[k], DOWN, 40);
	return world_run(w, 500, NULL);
}

static bool do_manual(struct world *w, const struct args *a)
{
	struct sa *sa;
	u32 i, d;

	for (i = 0; i < a->links; i++) {
		sa = sa_new(a->link[i]);
		for (d = UP; d <= DOWN; d++) {
			sa->told[d] = sa->spi[d];
			sa->ready[d] = true;
			if (a->n[1])
				sa->stream[d].first_seq = a->n[1];
		}
	}
	return true;
}

/* What the next exchanges are like */

static bool do_spi(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->next_spi = a->n[1];
	return true;
}

static bool do_cookie(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++) {
		put32(a->link[i]->next_cookie, a->n[1]);
		put32(a->link[i]->next_cookie + 4, a->n[1] ^ 0x5a5a5a5a);
		a->link[i]->has_cookie = true;
	}
	return true;
}

static bool do_length(struct world *w, const struct args *a)
{
	if (a->n[0] < 60 || a->n[0] > IKE_MAX - 200)
		usage_error("length: from 60 to %d", IKE_MAX - 200);
	w->ike_len = a->n[0];
	return true;
}

static bool do_pieces(struct world *w, const struct args *a)
{
	w->pieces = a->n[0] > 0 ? a->n[0] : 1;
	return true;
}

static bool do_repeat(struct world *w, const struct args *a)
{
	w->repeat = a->n[0];
	return true;
}

static bool do_greet(struct world *w, const struct args *a)
{
	w->greet_ms = a->n[0];
	w->greet_count = a->n[1] ? a->n[1] : -1;
	return true;
}

/* Data */

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
	       (unsigned long long)t->dup, (unsigned long long)t->foreign,
	       (unsigned long long)w->strange);
	if (w->ike_foreign || w->garbled || w->moved || w->unsent)
		printf("ike: foreign=%llu garbled=%llu moved=%llu unsent=%llu\n",
		       (unsigned long long)w->ike_foreign, (unsigned long long)w->garbled,
		       (unsigned long long)w->moved, (unsigned long long)w->unsent);
}

/* All that was to be said has been said and has arrived, but for so many (-1: any number). */
static bool do_settle(struct world *w, const struct args *a)
{
	long max = *a->word[0] ? a->n[0] : 0;
	struct totals t;

	if (!world_run(w, 60000, talk_over)) {
		puts("settle: somebody cannot speak");
		return false;
	}
	world_run(w, 3000, esp_complete);
	world_run(w, 100, NULL);	/* copies, and what comes twice */
	totals(w, &t);
	print_ledger(w, &t);
	forgive(w);
	if (!t.sent[UP] && !t.sent[DOWN])
		return false;
	if (max < 0)
		return true;
	return t.lost[UP] + t.lost[DOWN] <= (u64)max && !t.wrong[UP] && !t.wrong[DOWN] &&
	       !t.dup && !w->garbled && !w->ike_foreign && !w->moved;
}

/* @n[1] questions of each client, all must be answered. */
static bool do_ping(struct world *w, const struct args *a)
{
	struct args b = *a;

	b.n[2] = a->n[1];
	b.n[1] = a->n[2] ? a->n[2] : 30;
	talk_all(w, &b, UP);
	b.word[0] = "";
	return do_settle(w, &b);
}

/* Nothing may arrive */
static bool do_deaf(struct world *w, const struct args *a)
{
	struct totals before, after;
	u32 i;

	totals(w, &before);
	for (i = 0; i < a->links; i++)
		esp_send(a->link[i], DOWN, true);
	world_run(w, 1000, NULL);
	totals(w, &after);
	print_ledger(w, &after);
	forgive(w);
	return after.sent[DOWN] > before.sent[DOWN] && after.got[DOWN] == before.got[DOWN] &&
	       after.foreign == before.foreign;
}

/* Counters */

static long long value(struct world *w, const char *name)
{
	struct totals t;
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
	totals(w, &t);
	if (!strcmp(name, "dup"))
		return t.dup;
	if (!strcmp(name, "lost"))
		return t.lost[UP] + t.lost[DOWN];
	if (!strcmp(name, "wrong"))
		return t.wrong[UP] + t.wrong[DOWN];
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

/* With the shell */

static bool do_touch(struct world *w, const struct args *a)
{
	touch(a->word[0]);
	return true;
}

static const char *awaited;

static bool appeared(struct world *w)
{
	return file_exists(awaited);
}

static bool do_wait(struct world *w, const struct args *a)
{
	awaited = a->word[0];
	return world_run(w, 600000, appeared);
}

static bool do_sleep(struct world *w, const struct args *a)
{
	return world_run(w, a->n[0], NULL);
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

static const struct step step_table[] = {
	{ "start", true, "[MS]: phase 1 and an SA, begun by the client within MS", do_start },
	{ "init", true, "[MS]: phase 1 only", do_init },
	{ "aggressive", true, "[MS]: aggressive mode", do_aggressive },
	{ "server-init", true, "[MS]: phase 1 that the server begins", do_server_init },
	{ "server-start", true, "[MS]: and an SA", do_server_start },
	{ "rekey", true, "[MS]: the client makes another SA, the old one stays", do_rekey },
	{ "server-rekey", true, "[MS]: the server does", do_server_rekey },
	{ "ike-rekey", true, "[MS]: the client makes another IKE SA", do_ike_rekey },
	{ "server-ike-rekey", true, "[MS]: the server does", do_server_ike_rekey },
	{ "info", true, "an informational exchange by the client", do_info },
	{ "server-info", true, "by the server", do_server_info },
	{ "again", true, "all messages of the latest exchange once more", do_again },
	{ "junk", true, "five datagrams to port 500 that are no IKE", do_junk },
	{ "server-junk", true, "one from the server", do_server_junk },
	{ "manual", true, "[SEQ]: an SA without IKE, at sequence number SEQ", do_manual },
	{ "spi", true, "SPI: the next that the client chooses", do_spi },
	{ "cookie", true, "N: of the client's next IKE SA", do_cookie },
	{ "length", false, "N: octets of IKE messages", do_length },
	{ "pieces", false, "N: IKE fragments of each message", do_pieces },
	{ "repeat", false, "N: send each IKE message N times more", do_repeat },
	{ "greet", false, "MS [N]: servers speak as soon as there is an SA", do_greet },
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
	{ "settle", false, "[MAX]: all has arrived but MAX (-1: any number)", do_settle },
	{ "expect", false, "COUNTER N", do_expect },
	{ "atleast", false, "COUNTER N", do_atleast },
	{ "spis", true, "print those of the newest SA", do_spis },
	{ "touch", false, "FILE: create it", do_touch },
	{ "wait", false, "FILE: until it exists", do_wait },
	{ "sleep", false, "MS: go on for so long", do_sleep },
};

static const struct step *find_step(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(step_table); i++) {
		if (!strcmp(step_table[i].name, name))
			return &step_table[i];
	}
	fprintf(stderr, "Steps:\n");
	for (i = 0; i < ARRAY_SIZE(step_table); i++)
		fprintf(stderr, "  %-16s %s%s\n", step_table[i].name,
			step_table[i].takes_links ? "LINKS " : "", step_table[i].what);
	usage_error("no step is called '%s'", name);
}

static bool run_step(struct world *w, const char *line)
{
	static struct args a;
	char text[512], *word;
	const struct step *s;
	size_t i;

	memset(&a, 0, sizeof(a));
	snprintf(text, sizeof(text), "%s", line);
	word = strtok(text, " ");
	s = find_step(word ? word : "");
	for (i = 0; i < WORDS; i++) {
		word = strtok(NULL, " ");
		a.word[i] = word ? word : "";
		a.n[i] = strtol(a.word[i], NULL, 0);
	}
	if (s->takes_links)
		choose(w, a.word[0], &a);
	return s->run(w, &a);
}

bool play_steps(struct world *w, char **steps)
{
	for (; *steps; steps++) {
		if (!run_step(w, *steps)) {
			printf("FAILED: %s\n", *steps);
			return false;
		}
	}
	puts("done");
	return true;
}
