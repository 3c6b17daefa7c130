// SPDX-License-Identifier: GPL-2.0
/*
 * Pairing: evidence that speaks for several SPIs, or for nothing.
 */
#include "esp_pair_test.h"

/* One round: a packet of @spi, that client @answers; returns how many got it. */
static u32 judge_round(struct esp_lab *lab, u32 spi, u32 seq, u32 answers)
{
	u32 n;

	lab->now += 300 + seq % 7;
	n = esp_lab_in(lab, spi, seq);
	lab->now += 3;
	esp_lab_out(lab, answers, 0x9000 + answers);
	return n;
}

/*
 * A client that waits for one SA answers the packets of two SPIs. As long as both come, it
 * is given neither; when one falls silent, it gets the other, and the next client that one.
 */
static void judge_two_spis_one_client(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	for (i = 1; i <= 20; i++) {
		KUNIT_EXPECT_EQ(test, judge_round(lab, 0x1000, i, 0), 2);
		KUNIT_EXPECT_EQ(test, judge_round(lab, 0x2000, i, 0), 2);
	}
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_AMBIGUOUS);
	KUNIT_EXPECT_EQ(test, state(lab, 0x2000), ESP_PAIR_AMBIGUOUS);
	for (; i <= 50; i++)
		judge_round(lab, 0x1000, i, 0);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, i), 0);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, i), 1);
}

/* Without IKE: who has an SA in use each way does not look for another. */
static void judge_served_already(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 seq = 1000;

	esp_lab_out(lab, 3, 0x9003);
	KUNIT_EXPECT_EQ(test, asked(lab, 0x1000, &seq, 3, 5), 3);
	esp_lab_out(lab, 2, 0x9002);
	lab->now += 100;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x1000, ++seq), 3);
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1001), 2);
	lab->now += 1000;
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x2000, 1002), 2);
	lab->now += 1500;	/* the first has had nothing for 2.6 s, the second for 1.5 s */
	KUNIT_EXPECT_EQ(test, esp_lab_to(lab, 0x3000, 2001), 3);
}

/* One that sends all the time has an answer to anything: that says nothing. */
static void judge_flood_answers_nothing(struct kunit *test)
{
	struct esp_lab *lab = test->priv;
	u32 i, j, to = 0, seq = 0;

	esp_lab_exchange(lab, 0);
	esp_lab_exchange(lab, 1);
	for (i = 0; i < 40; i++) {
		esp_lab_in(lab, 0x1000, ++seq);
		to = lab->d.n == 1 ? lab->d.to[0] - lab->client : 9;
		for (j = 0; j < 60; j++, lab->now += 5) {
			esp_lab_out(lab, 0, 0x9000);
			if (j == 1)
				esp_lab_out(lab, 1, 0x9001);
		}
	}
	KUNIT_EXPECT_EQ(test, to, 1);
	KUNIT_EXPECT_EQ(test, state(lab, 0x1000), ESP_PAIR_UP);
}

static struct kunit_case esp_judge_cases[] = {
	KUNIT_CASE(judge_two_spis_one_client),
	KUNIT_CASE(judge_served_already),
	KUNIT_CASE(judge_flood_answers_nothing),
	{}
};

static struct kunit_suite esp_judge_suite = {
	.name = "esp_judge",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = esp_judge_cases,
};

kunit_test_suite(esp_judge_suite);
