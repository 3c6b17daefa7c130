// SPDX-License-Identifier: GPL-2.0
/*
 * Pairing: each step of the evidence ladder, by itself.
 */
#include "esp_pair_test.h"

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
	KUNIT_EXPECT_EQ(test, asked(lab, 0x1000, &seq, 1, 14), 1);
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
