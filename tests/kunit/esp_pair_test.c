// SPDX-License-Identifier: GPL-2.0
/*
 * Pairing: each step of the evidence ladder, by itself.
 */
#include <kunit/test.h>
#include <linux/vmalloc.h>

#include "esp_lab.h"

static int pair_init(struct kunit *test)
{
	struct esp_lab *lab = vzalloc(sizeof(*lab));

	if (!lab)
		return -ENOMEM;
	esp_lab_init(lab, 4);
	test->priv = lab;
	return 0;
}

static void pair_exit(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	if (lab) {
		esp_lab_check(lab);
		KUNIT_EXPECT_STREQ(test, lab->broken ?: "", "");
	}
	vfree(lab);
}

static u8 state(struct esp_lab *lab, u32 spi)
{
	struct esp_lab_in *in = esp_lab_find(lab, spi);

	return in ? in->in.state : 0xff;
}

/* The server asks, the client answers: each 100 ms. Returns whom the last one went to. */
static int asked(struct esp_lab *lab, u32 spi, u32 *seq, u32 owner, u32 times)
{
	int to = -1;

	while (times--) {
		lab->now += 300 + lab->now % 70;
		to = esp_lab_to(lab, spi, ++*seq);
		lab->now += 3;
		esp_lab_out(lab, owner, 0x9000 + owner);
	}
	return to;
}

static void pair_only_candidate(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 2);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_PAIRING);
	lab->now += 5;
	esp_lab_out(lab, 2, 0x2000);
	lab->now += 50;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 2), 2);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_ONLY], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_CONFIRMED], 1);
	KUNIT_EXPECT_EQ(test, lab->client[2].needs, 0);
	KUNIT_EXPECT_EQ(test, esp_lab_find(lab, 0x1000)->in.mate->spi, 0x2000);
}

/* It makes no difference that nothing ever comes back: a one-way SA. */
static void pair_one_way(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	esp_lab_exchange(lab, 1);
	for (i = 1; i < 20; i++, lab->now += 200)
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, i), 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
}

static void pair_nobody(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), -1);
	KUNIT_EXPECT_EQ(test, lab->d.verdict, ESP_PAIR_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_UNASKED], 1);
}

/* An exchange that began after the SPI came up can't have made it. */
static void pair_causality(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 2);
	lab->now += 10;
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x2000, 1), 3);
}

/* Mid-exchange counts: the server's packet may overtake its own last message. */
static void pair_mid_exchange(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	esp_lab_ike(lab, 1, ESP_IKE_OPEN, 77);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 1), 2);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
}

static void pair_several_by_answers(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 3);
	esp_lab_out(lab, 1, 0x9001);
	KUNIT_EXPECT_EQ(test, asked(lab, 0x1000, &seq, 1, 12), 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_GE(test, lab->counts[ESP_PAIR_EVIDENCE], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_CAPPED], 0);
	KUNIT_EXPECT_EQ(test, lab->ncases, 0);
}

/* The last one that waits gets the last SPI. */
static void pair_elimination(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 a = 0, b = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++a), 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x2000, ++b), 2);
	asked(lab, 0x1000, &a, 0, 14);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, ++b), 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_ELIMINATION], 1);
}

/* Old and new SPI side by side; a re-key by either side arms the client all the same. */
static void pair_make_before_break(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 0);
	lab->now += 60000;
	esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 2), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1001, 1), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 3), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1001, 2), 0);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_ONLY], 2);
}

static void pair_two_sas(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 0);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1001, 1), 0);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 0);
}

/* The SA of an IKE re-key is none: nothing is waited for. */
static void pair_cancel(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	struct esp_ike_event event = { .what = ESP_IKE_NONE, .cancel = 1 };

	esp_lab_exchange(lab, 0);
	event.time = lab->now;
	esp_pair_ike(&lab->group, &lab->client[0], &event);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 0);
	KUNIT_EXPECT_EQ(test, lab->group.waiting, 0);
	esp_lab_ike(lab, 0, ESP_IKE_AGAIN, 1);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 0);
}

/* Manual keys: who sends and has no answer. */
static void pair_without_ike(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 1000;

	esp_lab_out(lab, 3, 0x9003);
	lab->now += 40;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 3);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_OLDEST], 1);
	KUNIT_EXPECT_EQ(test, asked(lab, 0x1000, &seq, 3, 4), 3);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
}

/* A guess without evidence that is never answered is given up when there is another. */
static void pair_wrong_guess_is_no_lasting_one(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 1000;

	esp_lab_out(lab, 3, 0x9003);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 3);
	lab->now += 3000;
	esp_lab_out(lab, 2, 0x9002);
	asked(lab, 0x1000, &seq, 2, 60);
	KUNIT_EXPECT_EQ(test, asked(lab, 0x1000, &seq, 2, 1), 2);
	KUNIT_EXPECT_GE(test, lab->counts[ESP_PAIR_REOPENED], 1);
}

/* Two clients chose one SPI: numbers come again, and both get them from then on. */
static void pair_equal_spis(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 a = 0, b = 0, i;

	esp_lab_exchange(lab, 0);
	for (i = 0; i < 20; i++, lab->now += 100)
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++a), 0);
	esp_lab_exchange(lab, 1);
	for (i = 0; i < 40; i++, lab->now += 100) {
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++b), 2);
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++a), 2);
	}
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_SHARED], 1);
}

/* The same while nobody owns it, by a client whose exchange came after the SPI. */
static void pair_equal_spis_undecided(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 a = 0, b = 0, i;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++a), 2);
	lab->now += 100;
	esp_lab_exchange(lab, 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++a), 2);
	for (i = 0; i < 5; i++, lab->now += 100) {
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++b), 3);
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++a), 3);
	}
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_SHARED], 1);
}

/* A packet that the network delivers twice is no second owner. */
static void pair_one_repeat_is_a_mistake(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 a = 0, i;

	esp_lab_exchange(lab, 0);
	for (i = 0; i < 20; i++, lab->now += 100)
		esp_lab_in(lab, 0x1000, ++a);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, a), 2);
	for (i = 0; i < 40; i++, lab->now += 100)
		esp_lab_in(lab, 0x1000, ++a);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++a), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1), 1);
}

static void pair_limits(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	lab->group.limits.burst = 5;
	lab->group.limits.rate = 0;
	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	for (i = 1; i <= 5; i++, lab->now += 30)
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), 0);
	KUNIT_EXPECT_EQ(test, lab->d.verdict, ESP_PAIR_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_CAPPED], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_COPIES], 5);
}

/* The owner comes to the front by its answers: fewer and fewer get copies. */
static void pair_fewer_copies(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, seq = 0;

	for (i = 0; i < LAB_CLIENTS; i++) {
		esp_lab_join(lab, i);
		esp_lab_exchange(lab, i);
	}
	lab->group.limits.rounds = 1;
	lab->group.limits.few = 2;
	for (i = 0; i < 3; i++, lab->now += 100)
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), LAB_CLIENTS);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 6);
	for (i = 0; i < 10; i++, lab->now += 100)
		esp_lab_in(lab, 0x1000, ++seq);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 2);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_CAPPED], 0);
}

static struct esp_pair_cand *cand(struct esp_lab *lab, u32 spi, u32 client)
{
	struct esp_pair_case *c = esp_lab_find(lab, spi)->in.undecided;
	u16 i;

	for (i = 0; c && i < c->n; i++) {
		if (c->cand[i].client == &lab->client[client])
			return &c->cand[i];
	}
	return NULL;
}

/* A client whose exchange hasn't ended may not have the SA, and doesn't answer for that. */
static void pair_not_yet_able(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_ike(lab, 1, ESP_IKE_OPEN, 77);
	for (; seq < 5; lab->now += 200)
		esp_lab_in(lab, 0x1000, ++seq);
	KUNIT_ASSERT_NOT_NULL(test, cand(lab, 0x1000, 0));
	KUNIT_ASSERT_NOT_NULL(test, cand(lab, 0x1000, 1));
	KUNIT_EXPECT_LT(test, cand(lab, 0x1000, 0)->answers, 0);
	KUNIT_EXPECT_EQ(test, cand(lab, 0x1000, 1)->answers, 0);
}

/* One that sends all the time: that an answer comes late says no more than that none does. */
static void pair_late_answers(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, seq = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	esp_lab_in(lab, 0x1000, ++seq);
	for (i = 1; i < 20; i++) {
		lab->now += 24;
		esp_lab_out(lab, 0, 0x9000);
		lab->now += 1;
		if (i % 5 == 0)
			esp_lab_in(lab, 0x1000, ++seq);
	}
	KUNIT_ASSERT_NOT_NULL(test, cand(lab, 0x1000, 0));
	KUNIT_EXPECT_GE(test, cand(lab, 0x1000, 0)->answers, -12);
}

/* Nor does one answer what it didn't get. */
static void pair_got_no_copy(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, seq = 0;

	lab->group.limits.rounds = 1;
	lab->group.limits.few = 2;
	esp_lab_exchange(lab, 0);
	lab->now += 20000;
	for (i = 1; i < 4; i++)
		esp_lab_exchange(lab, i);
	for (; seq < 100; lab->now += 200)
		esp_lab_in(lab, 0x1000, ++seq);
	KUNIT_ASSERT_NOT_NULL(test, cand(lab, 0x1000, 0));
	KUNIT_EXPECT_GE(test, cand(lab, 0x1000, 0)->answers, -24);
	KUNIT_EXPECT_LE(test, cand(lab, 0x1000, 3)->answers, -28);
}

/* A re-key: its packets stop coming by the old SPI, while others' go on. */
static void pair_taken_over(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, seq[3] = { 0 };

	for (i = 0; i < 2; i++) {
		esp_lab_exchange(lab, i);
		esp_lab_in(lab, 0x1000 + i, ++seq[i]);
	}
	for (i = 0; i < 60; i++, lab->now += 100) {
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq[0]), 0);
		KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1001, ++seq[1]), 1);
	}
	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	for (i = 0; i < 30; i++, lab->now += 50) {
		esp_lab_in(lab, 0x2000, ++seq[2]);
		lab->now += 50;
		esp_lab_in(lab, 0x1001, ++seq[1]);
	}
	KUNIT_ASSERT_NOT_NULL(test, cand(lab, 0x2000, 0));
	KUNIT_EXPECT_EQ(test, cand(lab, 0x2000, 0)->taken_over, 24);
	KUNIT_EXPECT_EQ(test, cand(lab, 0x2000, 1)->taken_over, -16);
}

/* The limits may be anything. */
static void pair_no_packets_to_copy(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	lab->group.limits.packets = 0;
	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 1), 2);
}

/* Nothing ever tells who a one-way SPI is for: copies become rare, nothing is dropped. */
static void pair_stuck(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	esp_lab_exchange(lab, 0);
	lab->now += 20000;
	esp_lab_exchange(lab, 1);
	for (i = 1; i <= 2000; i++, lab->now += 500)
		KUNIT_EXPECT_GE(test, esp_lab_in(lab, 0x1000, i), 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_PAIRING);
	KUNIT_EXPECT_LE(test, lab->counts[ESP_PAIR_COPIES], lab->group.limits.packets + 12);
	KUNIT_EXPECT_GT(test, lab->counts[ESP_PAIR_COPIES], lab->group.limits.packets + 5);
}

static void pair_stuck_alike(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	for (i = 0; i < 4; i++)
		esp_lab_ike(lab, i, ESP_IKE_ARMED, ++lab->tags);
	for (i = 1; i <= 2000; i++, lab->now += 500)
		KUNIT_EXPECT_GE(test, esp_lab_in(lab, 0x1000, i), 2);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), 2);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
}

/* A guess may be wrong. It leaves the guessed one among those that other SPIs may be for. */
static void pair_guess_rules_nobody_out(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 0;

	lab->group.limits.packets = 2;
	esp_lab_exchange(lab, 0);
	lab->now += 20000;
	esp_lab_exchange(lab, 1);
	for (; seq < 2; lab->now += 50)
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), 2);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_GUESSED], 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x2000, 1), 2);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_ELIMINATION], 0);
}

/* Copying turned off: the likeliest one. */
static void pair_no_copies(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	lab->group.limits.rounds = 0;
	esp_lab_exchange(lab, 0);
	lab->now += 20000;
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 1), 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_COPIES], 0);
}

/* A flood of invented SPIs: bounded cases, and the true one is found all the same. */
static void pair_flood(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, seq = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	for (i = 0; i < 500; i++, lab->now += 1) {
		esp_lab_in(lab, 0x10000 + i, 1);
		esp_lab_forget(lab, 0x10000 + i - 40);
	}
	lab->now += 20000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->ncases, 0);
	esp_lab_in(lab, 0x1000, ++seq);
	KUNIT_EXPECT_EQ(test, asked(lab, 0x1000, &seq, 1, 25), 1);
}

static void pair_no_memory(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	lab->no_memory = true;
	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 1), 0);
	KUNIT_EXPECT_EQ(test, lab->d.verdict, ESP_PAIR_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_NO_MEMORY], 1);
}

static void pair_client_leaves(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	esp_lab_in(lab, 0x1000, 1);
	esp_lab_leave(lab, 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, 2), 1);
	esp_lab_leave(lab, 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, 3), 0);
}

static void pair_waits_no_longer(struct kunit *test)
{
	struct esp_lab *lab = test->priv;

	esp_lab_ike(lab, 0, ESP_IKE_OPEN, 1);
	esp_lab_exchange(lab, 1);
	lab->now += 61000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->client[0].needs, 0);
	KUNIT_EXPECT_EQ(test, lab->client[1].needs, 1);
	lab->now += 3600000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_EQ(test, lab->client[1].needs, 0);
}

static struct kunit_case esp_pair_cases[] = {
	KUNIT_CASE(pair_only_candidate),
	KUNIT_CASE(pair_one_way),
	KUNIT_CASE(pair_nobody),
	KUNIT_CASE(pair_causality),
	KUNIT_CASE(pair_mid_exchange),
	KUNIT_CASE(pair_several_by_answers),
	KUNIT_CASE(pair_elimination),
	KUNIT_CASE(pair_make_before_break),
	KUNIT_CASE(pair_two_sas),
	KUNIT_CASE(pair_cancel),
	KUNIT_CASE(pair_without_ike),
	KUNIT_CASE(pair_wrong_guess_is_no_lasting_one),
	KUNIT_CASE(pair_equal_spis),
	KUNIT_CASE(pair_equal_spis_undecided),
	KUNIT_CASE(pair_one_repeat_is_a_mistake),
	KUNIT_CASE(pair_limits),
	KUNIT_CASE(pair_fewer_copies),
	KUNIT_CASE(pair_not_yet_able),
	KUNIT_CASE(pair_late_answers),
	KUNIT_CASE(pair_got_no_copy),
	KUNIT_CASE(pair_taken_over),
	KUNIT_CASE(pair_no_packets_to_copy),
	KUNIT_CASE(pair_stuck),
	KUNIT_CASE(pair_stuck_alike),
	KUNIT_CASE(pair_guess_rules_nobody_out),
	KUNIT_CASE(pair_no_copies),
	KUNIT_CASE(pair_flood),
	KUNIT_CASE(pair_no_memory),
	KUNIT_CASE(pair_client_leaves),
	KUNIT_CASE(pair_waits_no_longer),
	{}
};

static struct kunit_suite esp_pair_suite = {
	.name = "esp_pair",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = esp_pair_cases,
};

kunit_test_suite(esp_pair_suite);
