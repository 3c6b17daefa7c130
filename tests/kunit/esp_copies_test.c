// SPDX-License-Identifier: GPL-2.0
/*
 * Pairing while an SPI is undecided: who gets copies, how many, what the evidence is.
 */
#include "esp_pair_test.h"

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

/* Nothing tells who the owner is: nobody is left out, whatever the limits. */
static void pair_nobody_left_out(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	for (i = 0; i < LAB_CLIENTS; i++) {
		esp_lab_join(lab, i);
		esp_lab_ike(lab, i, ESP_IKE_ARMED, ++lab->tags);
	}
	lab->group.limits.rounds = 1;
	lab->group.limits.few = 2;
	for (i = 1; i <= 40; i++, lab->now += 500)
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), LAB_CLIENTS);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_CROWDED], 0);
}

/* One pings, the other is silent since its exchange. */
static void pair_ping_beside_silence(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	int to = -1;
	u32 i;

	esp_lab_exchange(lab, 0);
	lab->now += 60;
	esp_lab_exchange(lab, 1);
	lab->now += 500;
	for (i = 1; i <= 10; i++, lab->now += 200) {
		esp_lab_out(lab, 0, 0x9000);
		lab->now++;
		to = esp_lab_to(lab, 0x1000, i);
	}
	KUNIT_EXPECT_EQ(test, to, 0);
}

/* Two that send 40 packets a second each are known by how soon they answer. */
static void pair_busy(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u64 next[2] = { lab->now + 100, lab->now + 111 };
	u32 seq[2] = { 0 }, who;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	while (seq[0] < 150) {
		who = next[1] < next[0];
		lab->now = next[who];
		next[who] += 24 + who;
		esp_lab_in(lab, 0x1000 + who, ++seq[who]);
		lab->now += seq[who] % 3 == 0;
		esp_lab_out(lab, who, 0x9000 + who);
	}
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1001), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq[0]), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1001, ++seq[1]), 1);
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
	KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, ++seq), LAB_CLIENTS);
	for (i = 0; i < 8; i++) {
		lab->now += 3;
		esp_lab_out(lab, 0, 0x9000);
		lab->now += 330 + 40 * (i % 4);
		esp_lab_in(lab, 0x1000, ++seq);
	}
	KUNIT_EXPECT_LT(test, esp_lab_in(lab, 0x1000, ++seq), 4);
	KUNIT_EXPECT_GE(test, lab->counts[ESP_PAIR_CROWDED], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[ESP_PAIR_CAPPED], 0);
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

/* No more so if it went on for a while: it stops now and then, that is all. */
static void pair_not_taken_over(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, seq[2] = { 0 };

	esp_lab_exchange(lab, 0);
	for (i = 0; i < 60; i++, lab->now += 100)
		esp_lab_in(lab, 0x1000, ++seq[0]);
	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	for (i = 0; i < 30; i++, lab->now += 50) {
		esp_lab_in(lab, 0x2000, ++seq[1]);
		lab->now += 50;
		if (i < 3)
			esp_lab_in(lab, 0x1000, ++seq[0]);
	}
	KUNIT_ASSERT_NOT_NULL(test, cand(lab, 0x2000, 0));
	KUNIT_EXPECT_LT(test, cand(lab, 0x2000, 0)->taken_over, 0);
}

/* What is known of an SPI outlives a pause; an SPI that came once does not. */
static void pair_pause(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	esp_lab_in(lab, 0x2000, 1);
	for (i = 1; i <= 5; i++, lab->now += 100)
		esp_lab_in(lab, 0x1000, i);
	lab->now += 60000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_NOT_NULL(test, cand(lab, 0x1000, 0));
	KUNIT_EXPECT_NULL(test, cand(lab, 0x2000, 0));
	lab->now += 180000;
	esp_pair_age(&lab->group, lab->now);
	KUNIT_EXPECT_NULL(test, cand(lab, 0x1000, 0));
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
		KUNIT_EXPECT_EQ(test, esp_lab_in(lab, 0x1000, i), 4);
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

static struct kunit_case esp_copies_cases[] = {
	KUNIT_CASE(pair_limits),
	KUNIT_CASE(pair_nobody_left_out),
	KUNIT_CASE(pair_ping_beside_silence),
	KUNIT_CASE(pair_busy),
	KUNIT_CASE(pair_fewer_copies),
	KUNIT_CASE(pair_not_yet_able),
	KUNIT_CASE(pair_late_answers),
	KUNIT_CASE(pair_got_no_copy),
	KUNIT_CASE(pair_taken_over),
	KUNIT_CASE(pair_not_taken_over),
	KUNIT_CASE(pair_pause),
	KUNIT_CASE(pair_no_packets_to_copy),
	KUNIT_CASE(pair_stuck),
	KUNIT_CASE(pair_stuck_alike),
	KUNIT_CASE(pair_guess_rules_nobody_out),
	KUNIT_CASE(pair_no_copies),
	KUNIT_CASE(pair_flood),
	KUNIT_CASE(pair_no_memory),
	{}
};

static struct kunit_suite esp_copies_suite = {
	.name = "esp_copies",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = esp_copies_cases,
};

kunit_test_suite(esp_copies_suite);
