// SPDX-License-Identifier: GPL-2.0
/*
 * Plays the scenarios under every rule, prints a table and checks our rule against the
 * bounds. TAP output.
 */
#include "sim.h"

#define EVERYTHING	{ 25, 15, 20, 15, 15, 5, 5 }
#define ANSWERED	{ 30, 20, 20, 15, 15 }

static const char usage[] =
	"usage: pair_sim [OPTION]...\n"
	"  --quick            parts of the days, some seconds in all\n"
	"  --ours             our rule only\n"
	"  --seed N           other clients, another network (1)\n"
	"  --only SCENARIO    one of start, day, office, equal, manual\n"
	"  --limits R,F,P     our limits of copies: rounds, few, packets\n"
	"  --counters         print our rule's counters too\n"
	"  --tradeoff         instead: what limits of copies cost, in start and day\n";

struct scenario {
	struct sim_scenario sc;
	bool judged;	/* by the bounds */
	u32 quick_s;	/* simulated seconds of a quick run */
	u32 copies;	/* at most so many for an SPI */
	u32 wrong;	/* at most so many of a million misdelivered */
};

static const struct scenario scenarios[] = {
	{ { .name = "start", .title = "100 clients of one gateway start within one second",
	    .clients = 100, .seconds = 60, .start_ms = 1000, .loss = 100, .jitter_ms = 20,
	    .share = EVERYTHING }, true, 60, 10 * 100, 0 },
	{ { .name = "day", .title = "100 clients re-key every minute",
	    .clients = 100, .seconds = 86400, .start_ms = 60000, .rekey_s = 60, .loss = 100,
	    .jitter_ms = 20, .share = EVERYTHING }, true, 900, 10 * 100, 0 },
	{ { .name = "office", .title = "20 clients re-key every half hour",
	    .clients = 20, .seconds = 86400, .start_ms = 600000, .rekey_s = 1800, .loss = 100,
	    .jitter_ms = 20, .share = EVERYTHING, .twin = 10 }, true, 7200, 10 * 20, 0 },
	{ { .name = "equal", .title = "5 clients, two of which choose the same SPIs",
	    .clients = 5, .seconds = 3600, .start_ms = 5000, .rekey_s = 300, .loss = 100,
	    .jitter_ms = 20, .share = ANSWERED, .equal = true }, true, 3600, 1000, 1000 },
	{ { .name = "manual", .title = "20 clients with manual keys, no IKE",
	    .clients = 20, .seconds = 60, .start_ms = 10000, .loss = 100, .jitter_ms = 20,
	    .share = { 40, 0, 40, 20 }, .blind = true }, false, 60, 0, 0 },
};

static struct options {
	bool quick, ours_only, tradeoff, counters;
	const char *only;
	struct esp_pair_limits limits;
	u64 seed;
} options = { .limits = ESP_PAIR_LIMITS_DEFAULT, .seed = 1 };

static u32 tests, failed;

static void check(bool ok, const char *scenario, const char *what)
{
	printf("%sok %u - sim: %s: %s\n", ok ? "" : "not ", ++tests, scenario, what);
	failed += !ok;
}

/* Time by which so many of 100 SPIs that were ever paired were so. */
static u64 percentile(const struct sim_result *r, u32 percent)
{
	u64 want = (r->exact * percent + 99) / 100, sum = 0;
	u32 i;

	for (i = 0; i < SIM_SLOTS; i++) {
		sum += r->pair[i];
		if (sum >= want)
			return sim_slot_ms(i);
	}
	return 0;
}

static void head(const struct sim_scenario *sc)
{
	printf("#\n# %s: %s; %u s, %u.%02u %% lost, jitter %u ms, seed %llu\n", sc->name, sc->title,
	       sc->seconds, sc->loss / 100, sc->loss % 100, sc->jitter_ms,
	       (unsigned long long)options.seed);
	printf("# %-14s %10s %7s %9s %7s %9s %7s %8s %9s %7s %6s %7s %7s %6s\n", "rule", "packets",
	       "SPIs", "wrong", "%", "lost", "%", "copies/p", "copies/SPI", "most", "pair50", "pair99",
	       "never", "held");
}

static void row(const char *name, const struct sim_result *r)
{
	double percent = r->packets ? 100.0 / r->packets : 0;

	printf("# %-14s %10llu %7llu %9llu %7.3f %9llu %7.3f %8.3f %9.1f %7llu %6llu %7llu %7llu %6llu\n",
	       name, (unsigned long long)r->packets, (unsigned long long)r->spis,
	       (unsigned long long)r->misdelivered, r->misdelivered * percent,
	       (unsigned long long)r->lost, r->lost * percent, r->copies * percent / 100,
	       r->spis ? (double)r->copies / r->spis : 0, (unsigned long long)r->worst_copies,
	       (unsigned long long)percentile(r, 50), (unsigned long long)percentile(r, 99),
	       (unsigned long long)(r->spis - r->exact), (unsigned long long)r->held);
	fflush(stdout);
}

static void judge(const struct scenario *s, const struct sim_result *r)
{
	char what[80];

	snprintf(what, sizeof(what), "at most %u in a million packets went to wrong clients only",
		 s->wrong);
	check(r->packets && r->misdelivered * 1000000 <= s->wrong * r->packets, s->sc.name, what);
	check(r->packets && !r->lost, s->sc.name, "no packet was lost by the pairing");
	snprintf(what, sizeof(what), "at most %u copies an SPI", s->copies);
	check(r->packets && r->copies <= s->copies * r->spis, s->sc.name, what);
}

static void play(const struct scenario *s)
{
	static const struct sim_rule_ops *const others[] = { &sim_oldest, &sim_newest, &sim_gate };
	struct sim_scenario sc = s->sc;
	struct sim_result ours, r;
	u32 i;

	sc.limits = options.limits;
	sc.counters = options.counters;
	if (options.quick)
		sc.seconds = s->quick_s;
	head(&sc);
	sim_play(&sc, &sim_ours, options.seed, &ours);
	row(sim_ours.name, &ours);
	for (i = 0; !options.ours_only && i < 3; i++) {
		sim_play(&sc, others[i], options.seed, &r);
		row(others[i]->name, &r);
	}
	for (i = 0; i < SIM_TRAFFICS; i++) {
		if (ours.bad[i])
			printf("# %s: %llu packets of clients with traffic '%s' wrong or lost\n",
			       sim_ours.name, (unsigned long long)ours.bad[i], sim_traffic_names[i]);
	}
	if (s->judged)
		judge(s, &ours);
}

/* What limits of copies cost. */
static void tradeoff(const struct scenario *s)
{
	static const struct {
		u16 rounds, few, packets;
	} limits[] = {
		{ 0, 0, 0 }, { 1, 2, 4 }, { 1, 4, 8 }, { 1, 8, 256 }, { 2, 8, 256 }, { 4, 8, 256 },
		{ 8, 8, 256 }, { 12, 8, 256 }, { 16, 4, 256 }, { 16, 8, 64 }, { 16, 8, 256 },
		{ 32, 8, 256 }, { 1000, 128, 60000 },
	};
	struct sim_scenario sc = s->sc;
	struct sim_result r;
	char name[32];
	u32 i;

	if (sc.seconds > 3600)
		sc.seconds = 3600;
	head(&sc);
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		sc.limits = options.limits;
		sc.limits.rounds = limits[i].rounds;
		sc.limits.few = limits[i].few;
		sc.limits.packets = limits[i].packets;
		sim_play(&sc, &sim_ours, options.seed, &r);
		snprintf(name, sizeof(name), "%u,%u,%u", limits[i].rounds, limits[i].few,
			 limits[i].packets);
		row(name, &r);
	}
}

static bool limits_option(const char *arg)
{
	struct esp_pair_limits *l = &options.limits;

	return sscanf(arg, "%hu,%hu,%hu", &l->rounds, &l->few, &l->packets) == 3;
}

static bool parse(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--quick"))
			options.quick = true;
		else if (!strcmp(argv[i], "--ours"))
			options.ours_only = true;
		else if (!strcmp(argv[i], "--counters"))
			options.counters = true;
		else if (!strcmp(argv[i], "--tradeoff"))
			options.tradeoff = true;
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			options.seed = strtoull(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--only") && i + 1 < argc)
			options.only = argv[++i];
		else if (strcmp(argv[i], "--limits") || i + 1 >= argc || !limits_option(argv[++i]))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	u32 i, played = 0;

	if (!parse(argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	if (options.tradeoff) {
		tradeoff(&scenarios[0]);
		tradeoff(&scenarios[1]);
		return 0;
	}
	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		if (options.only && strcmp(options.only, scenarios[i].sc.name))
			continue;
		play(&scenarios[i]);
		played++;
	}
	if (!played) {
		fprintf(stderr, "pair_sim: no scenario '%s'\n%s", options.only, usage);
		return 2;
	}
	printf("1..%u\n", tests);
	return failed ? 1 : 0;
}
