// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the scenarios under every rule, prints a table and checks our rule against the
 * bounds. TAP output.
 * usage: pair_sim [--quick] [--seed N] [--only SCENARIO] [--ours]
 */
#include "sim.h"

#define EVERYTHING	{ 25, 15, 20, 15, 15, 5, 5 }
#define ANSWERED	{ 30, 20, 20, 15, 15 }

struct bound {
	struct sim_scenario sc;
	bool judged;	/* by the bounds */
	u32 quick_s;	/* simulated seconds of a quick run, and of the other rules */
	u32 copies;	/* at most so many for 100 packets */
	u32 bad;	/* at most so many of a million misdelivered or lost */
};

static const struct bound scenarios[] = {
	{ { .name = "start", .title = "100 clients start within one second",
	    .clients = 100, .seconds = 60, .start_ms = 1000, .loss = 100, .jitter_ms = 20,
	    .share = EVERYTHING }, true, 60, 600, 0 },
	{ { .name = "day", .title = "100 clients re-key every minute",
	    .clients = 100, .seconds = 86400, .start_ms = 60000, .rekey_s = 60, .loss = 100,
	    .jitter_ms = 20, .share = EVERYTHING }, true, 900, 500, 0 },
	{ { .name = "office", .title = "20 clients re-key every half hour",
	    .clients = 20, .seconds = 86400, .start_ms = 600000, .rekey_s = 1800, .loss = 100,
	    .jitter_ms = 20, .share = EVERYTHING, .twin = 10 }, true, 7200, 10, 0 },
	{ { .name = "equal", .title = "5 clients, two of which choose the same SPIs",
	    .clients = 5, .seconds = 3600, .start_ms = 5000, .rekey_s = 300, .loss = 100,
	    .jitter_ms = 20, .share = ANSWERED, .equal = true }, true, 3600, 300, 1000 },
	{ { .name = "manual", .title = "20 clients with manual keys, no IKE",
	    .clients = 20, .seconds = 60, .start_ms = 10000, .loss = 100, .jitter_ms = 20,
	    .share = { 40, 0, 40, 20 }, .blind = true }, false, 60, 0, 0 },
};

static u32 tests, failed;

static void check(bool ok, const char *scenario, const char *what)
{
	printf("%sok %u - sim: %s: %s\n", ok ? "" : "not ", ++tests, scenario, what);
	failed += !ok;
}

static void row(const struct sim_rule_ops *ops, const struct sim_result *r)
{
	double million = r->packets ? 1e6 / r->packets : 0;

	printf("# %-15s %10llu %8llu %9llu %9.1f %9llu %9.1f %9llu %6llu %8llu %7.0f %7llu\n",
	       ops->name, (unsigned long long)r->packets, (unsigned long long)r->spis,
	       (unsigned long long)r->misdelivered, r->misdelivered * million,
	       (unsigned long long)r->lost, r->lost * million, (unsigned long long)r->copies,
	       (unsigned long long)r->worst_copies, (unsigned long long)r->held,
	       r->exact ? (double)r->pair_ms / r->exact : 0,
	       (unsigned long long)r->pair_ms_max);
}

static void head(const struct sim_scenario *sc)
{
	printf("#\n# %s: %s; %u.%02u %% lost, jitter %u ms\n", sc->name, sc->title,
	       sc->loss / 100, sc->loss % 100, sc->jitter_ms);
	printf("# %-15s %10s %8s %9s %9s %9s %9s %9s %6s %8s %7s %7s\n", "rule", "packets", "SPIs",
	       "wrong", "per mill.", "lost", "per mill.", "copies", "most", "IKE held",
	       "pair ms", "worst");
}

static void details(const struct sim_result *r)
{
	static const char *const limit[] = { "0", "50", "100", "200", "500", "1000", "5000", "more" };
	u32 i;

	printf("#     SPIs by ms until only the owner got packets:");
	for (i = 0; i < 8; i++)
		printf(" %s:%llu", limit[i], (unsigned long long)r->slow_hist[i]);
	printf(" never:%llu\n", (unsigned long long)(r->spis - r->exact));
	for (i = 0; i < SIM_TRAFFICS; i++) {
		if (r->bad[i])
			printf("#     bad packets of %s: %llu\n", sim_traffic_names[i],
			       (unsigned long long)r->bad[i]);
	}
}

static void play(const struct bound *b, bool quick, bool ours_only, u64 seed)
{
	static const struct sim_rule_ops *const others[] = { &sim_oldest, &sim_newest, &sim_gate };
	struct sim_scenario sc = b->sc;
	struct sim_result r;
	char what[80];
	u32 i;

	if (quick)
		sc.seconds = b->quick_s;
	head(&sc);
	sim_play(&sc, &sim_ours, seed, &r);
	row(&sim_ours, &r);
	details(&r);
	if (b->judged) {
		snprintf(what, sizeof(what), "at most %u in a million packets went to wrong clients only",
			 b->bad);
		check(r.packets && r.misdelivered * 1000000 <= b->bad * r.packets, sc.name, what);
		check(r.packets && !r.lost, sc.name, "no packet was lost by the pairing");
		check(r.copies <= b->copies * r.packets / 100, sc.name,
		      "copies stay below the bound");
	}
	sc.seconds = b->quick_s;
	for (i = 0; !ours_only && i < 3; i++) {
		sim_play(&sc, others[i], seed, &r);
		row(others[i], &r);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	bool quick = false, ours_only = false;
	const char *only = NULL;
	u64 seed = 1;
	int i;
	u32 s;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quick"))
			quick = true;
		else if (!strcmp(argv[i], "--ours"))
			ours_only = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			only = argv[++i];
		else
			return fprintf(stderr, "usage: %s [--quick] [--ours] [--seed N] [--only SCENARIO]\n",
				       argv[0]), 2;
	}
	for (s = 0; s < sizeof(scenarios) / sizeof(scenarios[0]); s++) {
		if (!only || !strcmp(only, scenarios[s].sc.name))
			play(&scenarios[s], quick, ours_only, seed);
	}
	printf("1..%u\n", tests);
	return failed ? 1 : 0;
}
