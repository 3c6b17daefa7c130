// SPDX-License-Identifier: GPL-2.0
/*
 * Pairing: what clients wait for and own, and how that ends; repeated numbers; guesses.
 */
#include "esp_pair_test.h"

static struct esp_pair_in *in_of(struct esp_lab *lab, u32 spi)
{
	return &esp_lab_find(lab, spi)->in;
}

static struct esp_pair_out *out_of(struct esp_lab *lab, u32 spi)
{
	u32 i;

	for (i = 0; i < LAB_OUTS; i++) {
		if (lab->out[i].used && lab->out[i].out.spi == spi)
			return &lab->out[i].out;
	}
	return NULL;
}

static void cancel(struct esp_lab *lab, u32 client, u32 tag)
{
	struct esp_ike_event event = { .what = ESP_IKE_NONE, .cancel = tag, .time = lab->now };

	esp_pair_ike(&lab->group, &lab->client[client], &event);
}

/* @client owns @spi for certain: @n packets have come and were answered. */
static void own(struct kunit *test, u32 client, u32 spi, u32 n)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 0;

	esp_lab_exchange(lab, client);
	KUNIT_EXPECT_EQ(test, asked(lab, spi, &seq, client, n), client);
	KUNIT_EXPECT_EQ(test, state(lab, spi), ESP_PAIR_UP);
}

/* Inbound and outbound SPIs are halves of one tunnel by their order, until one goes. */
static void own_mates(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	esp_lab_out(lab, 0, 0x2000);
	esp_lab_to(lab, 0x1000, 1);
	esp_lab_exchange(lab, 0);
	esp_lab_to(lab, 0x1001, 1);
	esp_lab_out(lab, 0, 0x2001);
	KUNIT_EXPECT_PTR_EQ(test, in_of(lab, 0x1000)->mate, out_of(lab, 0x2000));
	KUNIT_EXPECT_PTR_EQ(test, in_of(lab, 0x1001)->mate, out_of(lab, 0x2001));
	esp_pair_out_del(out_of(lab, 0x2000));
	out_of(lab, 0x2000)->spi = 0;
	KUNIT_EXPECT_NULL(test, in_of(lab, 0x1000)->mate);
	KUNIT_EXPECT_PTR_EQ(test, out_of(lab, 0x2001)->mate, in_of(lab, 0x1001));
	esp_lab_forget(lab, 0x1001);
	KUNIT_EXPECT_NULL(test, out_of(lab, 0x2001)->mate);
	esp_lab_out(lab, 0, 0x2002);
	KUNIT_EXPECT_PTR_EQ(test, in_of(lab, 0x1000)->mate, out_of(lab, 0x2001));
	INIT_LIST_HEAD(&out_of(lab, 0)->list);	/* so that leaving does no harm */
	out_of(lab, 0)->mate = NULL;
}

/* A client waits for four SAs at most; the one that waited longest is forgotten. */
static void own_many_exchanges(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	for (i = 1; i <= ESP_PAIR_NEEDS; i++)
		esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_NEED_LOST], 0);
	esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_NEED_LOST], 1);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, ESP_PAIR_NEEDS);
	cancel(lab, 0, 1);	/* the first exchange, forgotten */
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, ESP_PAIR_NEEDS);
	cancel(lab, 0, 3);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, ESP_PAIR_NEEDS - 1);
	KUNIT_EXPECT_EQ(test, lab->client[0].need[0].tag, 2);
	KUNIT_EXPECT_EQ(test, lab->client[0].need[1].tag, 4);
}

/* An idle client re-keys the SA that was never used: that is waited for a little longer. */
static void own_idle_rekey(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	esp_lab_exchange(lab, 0);
	for (i = 0; i < 2; i++) {
		lab->now += 20000;
		esp_lab_exchange(lab, 0);
		KUNIT_EXPECT_EQ(test, lab->client[0].needs, i + 2);
	}
	lab->now += 11000;
	esp_pair_age(&lab->group, lab->now);	/* 31 seconds after the first re-key */
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 2);
	lab->now += 20000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 1);
	KUNIT_EXPECT_EQ(test, lab->client[0].need[0].tag, lab->tags);
}

/* ESP comes before the end of the exchange that lets the server send it: one SA all the same. */
static void own_esp_overtakes_ike(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_ike(lab, 0, ESP_IKE_OPEN, 5);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 0);
	esp_lab_ike(lab, 0, ESP_IKE_ARMED, 5);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1), 1);
	/* another round of it: what came wasn't its SA */
	esp_lab_ike(lab, 0, ESP_IKE_OPEN, 5);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 1);
	esp_lab_ike(lab, 0, ESP_IKE_ARMED, 5);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 1);
	/* an exchange that only its end tells of */
	esp_lab_ike(lab, 0, ESP_IKE_ARMED, 6);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 2);
}

/* Several SAs in quick succession: nobody knows which one a re-key replaces. */
static void own_several_sas(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 0);
	lab->now += 20000;
	esp_lab_exchange(lab, 0);
	lab->now += 60000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 3);
}

/* The owner is gone: its SPI is nobody's, then of the next one that waits. */
static void own_owner_leaves(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	own(test, 0, 0x1000, 5);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1), 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x2000), ESP_PAIR_PAIRING);
	esp_lab_leave(lab, 0);
	esp_lab_leave(lab, 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
	KUNIT_EXPECT_EQ(test, state(lab, 0x2000), ESP_PAIR_AMBIGUOUS);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 3), 0);	/* not even if seen before */
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 100), 0);
	KUNIT_EXPECT_EQ(test, lab->d.verdict, ESP_PAIR_PASS);
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 101), 0);	/* it was there before */
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x3000, 1), 2);
}

/* An SPI that two clients use: one of them leaves, be it the first owner or the other. */
static void own_sharer_leaves(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 leaver, i;

	for (leaver = 0; leaver < 2; leaver++) {
		u32 spi = 0x1000 + leaver, a = 0, b = 0;

		esp_lab_join(lab, leaver);
		esp_lab_exchange(lab, 0);
		for (i = 0; i < 20; i++, lab->now += 100)
			KUNIT_EXPECT_EQ(test, esp_lab_to(lab, spi, ++a), 0);
		esp_lab_exchange(lab, 1);
		for (i = 0; i < 5; i++, lab->now += 100)
			KUNIT_EXPECT_EQ(test, esp_lab_in(lab, spi, ++b), 2);
		esp_lab_leave(lab, leaver);
		for (i = 0; i < 5; i++, lab->now += 100)
			KUNIT_EXPECT_EQ(test, esp_lab_to(lab, spi, ++a), 1 - leaver);
		esp_lab_leave(lab, 1 - leaver);
		esp_lab_join(lab, 0);
		esp_lab_join(lab, 1);
	}
}

/* An SPI goes while it has an owner that nothing has confirmed, with and without rivals. */
static void own_forgotten_early(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 0);
	KUNIT_EXPECT_EQ(test, lab->client[0].watched, 1);
	esp_lab_forget(lab, 0x1000);
	KUNIT_EXPECT_EQ(test, lab->client[0].watched, 0);
	lab->group.limits.rounds = 0;	/* no copies: the likeliest */
	esp_lab_exchange(lab, 1);
	lab->now += 20000;
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1), 2);
	KUNIT_EXPECT_EQ(test, lab->client[2].tentative, 1);
	esp_lab_forget(lab, 0x2000);
	KUNIT_EXPECT_EQ(test, lab->client[2].tentative, 0);
	KUNIT_EXPECT_EQ(test, lab->client[1].watched, 0);
	KUNIT_EXPECT_EQ(test, lab->ncases, 0);
}

/* Silence: what was as good as decided is, a single repeated number is nothing. */
static void own_silence_settles(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 a = 0, b = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	esp_lab_in(lab, 0x1000, ++a);
	esp_lab_in(lab, 0x2000, ++b);
	asked(lab, 0x1000, &a, 0, 14);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, ++b), 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x2000), ESP_PAIR_PAIRING);
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, a), 2);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
	lab->now += 9000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->ncases, 2);
	lab->now += 2000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->ncases, 0);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, state(lab, 0x2000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++a), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, ++b), 1);
}

/* Numbers that come again are nothing while nobody else waits for an SA. */
static void own_repeats_nobody_waits(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	own(test, 0, 0x1000, 20);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 5), 0);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_REPEATED], 0);
	KUNIT_EXPECT_EQ(test, lab->ncases, 0);
}

/* Far behind the others a low number is of a new SA; a high one only came late. */
static void own_numbers_far_behind(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	own(test, 0, 0x1000, 20);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1000), 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1000 - 64), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1000 - 63), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ESP_PAIR_YOUNG + 1), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ESP_PAIR_YOUNG), 2);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_REPEATED], 1);
}

/* The second owner shows before the first is confirmed. */
static void own_repeat_while_pairing(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 0);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_PAIRING);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 1), 2);
	KUNIT_EXPECT_EQ(test, lab->client[0].watched, 0);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
	lab->no_memory = true;
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 1), 3);
}

/* No memory to doubt: it stays the owner's. */
static void own_repeat_no_memory(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	own(test, 0, 0x1000, 5);
	esp_lab_exchange(lab, 1);
	lab->no_memory = true;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 0);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_REPEATED], 0);
}

/* At the limit of copies a shared SPI is its first owner's; without one packets are dropped. */
static void own_shared_at_the_limit(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	own(test, 0, 0x1000, 20);
	esp_lab_exchange(lab, 1);
	lab->group.limits.rate = 0;
	lab->group.limits.burst = 6;
	lab->group.tokens = 6000;
	for (i = 1; i <= 4; i++)	/* a copy each, until nothing is left */
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), 2);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_SHARED], 1);
	for (; i <= 6; i++)
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), 2);
	for (; i <= 9; i++)
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, i), 0);
	esp_lab_exchange(lab, 2);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x2000, 1), 0);
	KUNIT_EXPECT_EQ(test, lab->d.verdict, ESP_PAIR_DROP);
	KUNIT_EXPECT_EQ(test, lab->d.why, ESP_PAIR_CAPPED);
}

/* Nothing but outbound SAs to go by, and no copies: the one that waits longest. */
static void own_oldest(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 1000;

	lab->group.limits.packets = 0;
	esp_lab_out(lab, 1, 0x9001);
	lab->now += 2000;
	esp_lab_out(lab, 3, 0x9003);
	esp_lab_out(lab, 0, 0x9000);
	lab->now += 30;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_OLDEST], 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_PAIRING);
}

/* An SPI of long ago, and a client that waits for another: it doesn't count as what it got. */
static void own_old_spi(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 50000, i;

	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 0);
	KUNIT_EXPECT_EQ(test, lab->d.verdict, ESP_PAIR_PASS);
	esp_lab_exchange(lab, 1);
	for (i = 0; i < 20; i++, lab->now += 200)
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_PAIRING);
	KUNIT_EXPECT_EQ(test, lab->client[1].needs, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1), 1);
	KUNIT_EXPECT_EQ(test, lab->client[1].needs, 0);
	/* it was another's, who speaks at last, be there one that waits or not */
	esp_lab_exchange(lab, 1);
	esp_lab_out(lab, 3, 0x9003);
	lab->now += 20;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 3);
	KUNIT_EXPECT_EQ(test, lab->client[1].needs, 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_REOPENED], 1);
}

static struct kunit_case esp_own_cases[] = {
	KUNIT_CASE(own_mates),
	KUNIT_CASE(own_many_exchanges),
	KUNIT_CASE(own_idle_rekey),
	KUNIT_CASE(own_esp_overtakes_ike),
	KUNIT_CASE(own_several_sas),
	KUNIT_CASE(own_owner_leaves),
	KUNIT_CASE(own_sharer_leaves),
	KUNIT_CASE(own_forgotten_early),
	KUNIT_CASE(own_silence_settles),
	KUNIT_CASE(own_repeats_nobody_waits),
	KUNIT_CASE(own_numbers_far_behind),
	KUNIT_CASE(own_repeat_while_pairing),
	KUNIT_CASE(own_repeat_no_memory),
	KUNIT_CASE(own_shared_at_the_limit),
	KUNIT_CASE(own_oldest),
	KUNIT_CASE(own_old_spi),
	{}
};

static struct kunit_suite esp_own_suite = {
	.name = "esp_own",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = esp_own_cases,
};

kunit_test_suite(esp_own_suite);
