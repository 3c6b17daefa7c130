// SPDX-License-Identifier: GPL-2.0
/*
 * Pairing: more clients than packets are copied to, and more undecided SPIs than there is
 * room for.
 */
#include <kunit/test.h>
#include <linux/vmalloc.h>

#include "../../nf_nat_esp/pair.h"

#define CROWD		(2 * ESP_PAIR_CANDS)
#define CROWD_SPIS	(ESP_PAIR_CASES + 4)

struct crowd {
	struct esp_pair_group group;
	struct esp_pair_client client[CROWD];
	struct esp_pair_in in[CROWD_SPIS];
	struct esp_pair_case cases[ESP_PAIR_CASES];
	bool used[ESP_PAIR_CASES];
	u32 counts[ESP_PAIR_COUNT_MAX];
	u64 now;
	struct esp_pair_decision d;
};

static struct crowd *crowd_of(struct esp_pair_group *group)
{
	return list_entry(group, struct crowd, group);
}

static struct esp_pair_case *crowd_case_alloc(struct esp_pair_group *group)
{
	struct crowd *crowd = crowd_of(group);
	u32 i;

	for (i = 0; i < ESP_PAIR_CASES; i++) {
		if (crowd->used[i])
			continue;
		crowd->used[i] = true;
		return &crowd->cases[i];
	}
	return NULL;
}

static void crowd_case_free(struct esp_pair_group *group, struct esp_pair_case *c)
{
	crowd_of(group)->used[c - crowd_of(group)->cases] = false;
}

static void crowd_changed(struct esp_pair_group *group, struct esp_pair_in *in)
{
}

static void crowd_count(struct esp_pair_group *group, enum esp_pair_count what, u32 n)
{
	crowd_of(group)->counts[what] += n;
}

static int crowd_init(struct kunit *test)
{
	static const struct esp_pair_limits limits = {
		.rounds = 100, .few = 500, .packets = 500, .rate = 100000, .burst = 60000,
	};
	static const struct esp_pair_ops ops = {
		.case_alloc = crowd_case_alloc,
		.case_free = crowd_case_free,
		.changed = crowd_changed,
		.count = crowd_count,
	};
	struct crowd *crowd = vzalloc(sizeof(*crowd));

	if (!crowd)
		return -ENOMEM;
	crowd->now = 1000000;
	esp_pair_init(&crowd->group, &ops, &limits);
	test->priv = crowd;
	return 0;
}

static void crowd_exit(struct kunit *test)
{
	vfree(test->priv);
}

/* Client @i comes and has an exchange. */
static void crowd_join(struct crowd *crowd, u32 i)
{
	struct esp_ike_event event = { .what = ESP_IKE_ARMED, .tag = i + 1, .time = crowd->now };

	esp_pair_client_add(&crowd->group, &crowd->client[i]);
	esp_pair_ike(&crowd->group, &crowd->client[i], &event);
}

/* Packet @seq of SPI 256 + @i. Returns how many get it. */
static u32 crowd_in(struct crowd *crowd, u32 i, u32 seq)
{
	struct esp_wire esp = { .spi = 256 + i, .seq = seq };

	if (seq == 1)
		esp_pair_in_add(&crowd->group, &crowd->in[i], &esp, crowd->now, &crowd->d);
	else
		esp_pair_in(&crowd->group, &crowd->in[i], seq, crowd->now, &crowd->d);
	return crowd->d.n;
}

/* How many of the clients @from to @to - 1 got the latest packet, each once? */
static u32 crowd_among(struct crowd *crowd, u32 from, u32 to)
{
	bool got[CROWD] = { false };
	u32 i, n = 0;

	for (i = 0; i < crowd->d.n; i++)
		got[crowd->d.to[i] - crowd->client] = true;
	for (i = from; i < to; i++)
		n += got[i];
	return n;
}

static u32 crowd_watched(struct crowd *crowd, u32 clients)
{
	u32 i, n = 0;

	for (i = 0; i < clients; i++)
		n += crowd->client[i].watched;
	return n;
}

/* As many as there is room for get copies, whoever they are. */
static void crowd_all_alike(struct kunit *test)
{
	struct crowd *crowd = test->priv;
	u32 i;

	for (i = 0; i < CROWD; i++)
		crowd_join(crowd, i);
	KUNIT_EXPECT_EQ(test, crowd_in(crowd, 0, 1), ESP_PAIR_CANDS);
	KUNIT_EXPECT_EQ(test, crowd_among(crowd, 0, CROWD), ESP_PAIR_CANDS);
	KUNIT_EXPECT_EQ(test, crowd->counts[ESP_PAIR_CROWDED], 1);
	KUNIT_EXPECT_EQ(test, crowd->counts[ESP_PAIR_COPIES], ESP_PAIR_CANDS - 1);
	KUNIT_EXPECT_EQ(test, crowd_watched(crowd, CROWD), ESP_PAIR_CANDS);
}

/* Those whose exchange has just ended take the places of those who have waited for long. */
static void crowd_latest_first(struct kunit *test)
{
	struct crowd *crowd = test->priv;
	u32 i;

	for (i = 0; i < ESP_PAIR_CANDS; i++)
		crowd_join(crowd, i);
	crowd->now += 600000;
	for (; i < ESP_PAIR_CANDS + 20; i++)
		crowd_join(crowd, i);
	KUNIT_EXPECT_EQ(test, crowd_in(crowd, 0, 1), ESP_PAIR_CANDS);
	KUNIT_EXPECT_EQ(test, crowd_among(crowd, ESP_PAIR_CANDS, i), 20);
	KUNIT_EXPECT_EQ(test, crowd_among(crowd, 0, ESP_PAIR_CANDS), ESP_PAIR_CANDS - 20);
	KUNIT_EXPECT_EQ(test, crowd_watched(crowd, i), ESP_PAIR_CANDS);
	esp_pair_in_del(&crowd->group, &crowd->in[0]);
	KUNIT_EXPECT_EQ(test, crowd_watched(crowd, i), 0);
}

/* The SPI that has been quiet for longest makes room for a new one, and may come again. */
static void crowd_of_spis(struct kunit *test)
{
	struct crowd *crowd = test->priv;
	u32 i;

	crowd_join(crowd, 0);
	crowd_join(crowd, 1);
	for (i = 0; i < ESP_PAIR_CASES; i++, crowd->now += 10)
		KUNIT_EXPECT_EQ(test, crowd_in(crowd, i, 1), 2);
	KUNIT_EXPECT_EQ(test, crowd_in(crowd, 0, 2), 2);
	KUNIT_EXPECT_EQ(test, crowd->counts[ESP_PAIR_EVICTED], 0);
	KUNIT_EXPECT_EQ(test, crowd_in(crowd, ESP_PAIR_CASES, 1), 2);
	KUNIT_EXPECT_EQ(test, crowd->counts[ESP_PAIR_EVICTED], 1);
	KUNIT_EXPECT_EQ(test, crowd->group.cases, ESP_PAIR_CASES);
	KUNIT_EXPECT_NOT_NULL(test, crowd->in[0].undecided);
	KUNIT_EXPECT_NULL(test, crowd->in[1].undecided);
	KUNIT_EXPECT_EQ(test, crowd->in[1].how, ESP_PAIR_EVICTED);
	KUNIT_EXPECT_EQ(test, crowd_in(crowd, 1, 2), 2);
	KUNIT_EXPECT_EQ(test, crowd->counts[ESP_PAIR_EVICTED], 2);
	KUNIT_EXPECT_NULL(test, crowd->in[2].undecided);
}

static struct kunit_case esp_crowd_cases[] = {
	KUNIT_CASE(crowd_all_alike),
	KUNIT_CASE(crowd_latest_first),
	KUNIT_CASE(crowd_of_spis),
	{}
};

static struct kunit_suite esp_crowd_suite = {
	.name = "esp_crowd",
	.init = crowd_init,
	.exit = crowd_exit,
	.test_cases = esp_crowd_cases,
};

kunit_test_suite(esp_crowd_suite);
