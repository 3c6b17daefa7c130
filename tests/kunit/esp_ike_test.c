// SPDX-License-Identifier: GPL-2.0
/*
 * What IKE messages say about exchanges that make SAs.
 */
#include <kunit/test.h>

#include "../../nf_nat_esp/ike.h"

#define C	ESP_IKE_CLIENT
#define S	ESP_IKE_SERVER
#define RESP	ESP_IKE2_RESPONSE

static struct esp_ike_flow flow;
static u64 clock;

static int ike_init(struct kunit *test)
{
	memset(&flow, 0, sizeof(flow));
	clock = 0;
	return 0;
}

static struct esp_ike_event say(enum esp_ike_end from, u64 sa, u8 version, u8 exchange, u8 flags,
				u32 msgid, u32 len)
{
	struct esp_ike ike = {
		.cookie = { sa, sa + 1000 }, .msgid = msgid, .len = len,
		.version = version, .exchange = exchange, .flags = flags,
	};

	return esp_ike_message(&flow, from, &ike, ++clock);
}

static struct esp_ike_event quick(enum esp_ike_end from, u32 msgid, u32 len)
{
	return say(from, 7, 1, ESP_IKE1_QUICK, 1, msgid, len);
}

static struct esp_ike_event v2(enum esp_ike_end from, u8 exchange, u8 flags, u32 msgid)
{
	return say(from, 7, 2, exchange, flags, msgid, 300);
}

static void ike_quick_by_client(struct kunit *test)
{
	u32 tag;

	tag = quick(C, 5, 300).tag;
	KUNIT_EXPECT_NE(test, tag, 0);
	KUNIT_EXPECT_EQ(test, quick(C, 5, 300).what, ESP_IKE_AGAIN);
	KUNIT_EXPECT_EQ(test, quick(S, 5, 280).what, ESP_IKE_AGAIN);
	KUNIT_EXPECT_EQ(test, quick(C, 5, 300).what, ESP_IKE_AGAIN);	/* first one again */
	KUNIT_EXPECT_EQ(test, quick(C, 5, 60).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_EQ(test, quick(C, 5, 60).what, ESP_IKE_AGAIN);
	KUNIT_EXPECT_EQ(test, quick(C, 5, 60).tag, tag);
	KUNIT_EXPECT_EQ(test, quick(C, 6, 300).what, ESP_IKE_OPEN);
	KUNIT_EXPECT_NE(test, quick(C, 6, 300).tag, tag);
}

/* The server can't use the SA before the client's answer. */
static void ike_quick_by_server(struct kunit *test)
{
	say(C, 7, 1, ESP_IKE1_MAIN, 0, 0, 100);
	KUNIT_EXPECT_EQ(test, quick(S, 5, 300).what, ESP_IKE_NONE);
	KUNIT_EXPECT_EQ(test, quick(S, 5, 300).what, ESP_IKE_NONE);
	KUNIT_EXPECT_EQ(test, quick(C, 5, 280).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_EQ(test, quick(S, 5, 60).what, ESP_IKE_AGAIN);
	KUNIT_EXPECT_EQ(test, quick(C, 5, 280).what, ESP_IKE_AGAIN);
}

static void ike_auth(struct kunit *test)
{
	u32 tag;

	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_INIT, 0, 0).what, ESP_IKE_NONE);
	tag = v2(C, ESP_IKE2_AUTH, 0, 1).tag;
	KUNIT_EXPECT_NE(test, tag, 0);
	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_AUTH, 0, 1).what, ESP_IKE_AGAIN);	/* fragment */
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_AUTH, RESP, 1).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_AUTH, RESP, 1).what, ESP_IKE_AGAIN);
	/* EAP: more rounds, one SA */
	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_AUTH, 0, 2).what, ESP_IKE_OPEN);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_AUTH, RESP, 1).what, ESP_IKE_AGAIN);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_AUTH, RESP, 2).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_AUTH, RESP, 2).tag, tag);
}

static void ike_child_both_ways(struct kunit *test)
{
	u32 mine;

	mine = v2(C, ESP_IKE2_CHILD, 0, 2).tag;
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_CHILD, 0, 2).what, ESP_IKE_NONE);	/* same id */
	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_CHILD, RESP, 2).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_NE(test, v2(C, ESP_IKE2_CHILD, RESP, 2).tag, mine);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_CHILD, RESP, 2).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_CHILD, RESP, 2).tag, mine);
	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_INFO, 0, 3).what, ESP_IKE_NONE);
}

static void ike_followup_is_the_same_exchange(struct kunit *test)
{
	u32 tag = v2(C, ESP_IKE2_CHILD, 0, 2).tag;

	v2(S, ESP_IKE2_CHILD, RESP, 2);
	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_FOLLOWUP_KE, 0, 3).what, ESP_IKE_OPEN);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_FOLLOWUP_KE, RESP, 3).what, ESP_IKE_ARMED);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_FOLLOWUP_KE, RESP, 3).tag, tag);
}

/* A new IKE SA out of nowhere was made by the latest CREATE_CHILD_SA. */
static void ike_rekey_of_the_ike_sa(struct kunit *test)
{
	u32 tag = v2(C, ESP_IKE2_CHILD, 0, 2).tag;
	struct esp_ike_event event;

	v2(S, ESP_IKE2_CHILD, RESP, 2);
	KUNIT_EXPECT_EQ(test, v2(C, ESP_IKE2_INFO, 0, 3).cancel, 0);
	event = say(C, 8, 2, ESP_IKE2_INFO, 0, 0, 80);
	KUNIT_EXPECT_EQ(test, event.what, ESP_IKE_NONE);
	KUNIT_EXPECT_EQ(test, event.cancel, tag);
	KUNIT_EXPECT_EQ(test, say(C, 8, 2, ESP_IKE2_INFO, 0, 1, 80).cancel, 0);
	/* a second IKE SA that begins as such cancels nothing */
	v2(C, ESP_IKE2_CHILD, 0, 4);
	v2(S, ESP_IKE2_CHILD, RESP, 4);
	KUNIT_EXPECT_EQ(test, say(C, 9, 2, ESP_IKE2_AUTH, 0, 1, 300).cancel, 0);
}

/* Nobody outside makes state: what the client hasn't used is not taken note of. */
static void ike_server_introduces_nothing(struct kunit *test)
{
	struct esp_ike_flow empty = flow;

	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_CHILD, RESP, 2).what, ESP_IKE_NONE);
	KUNIT_EXPECT_EQ(test, quick(S, 5, 300).what, ESP_IKE_NONE);
	KUNIT_EXPECT_EQ(test, v2(S, ESP_IKE2_INIT, 0, 0).what, ESP_IKE_NONE);
	KUNIT_EXPECT_EQ(test, memcmp(&flow, &empty, sizeof(flow)), 0);
}

/* Rings are bounded, tags never 0. */
static void ike_many(struct kunit *test)
{
	u32 i, last = 0, tag;

	flow.tags = 0xfffffff0u;
	for (i = 0; i < 100; i++) {
		tag = say(C, 100 + i, 2, ESP_IKE2_CHILD, 0, i, 300).tag;
		KUNIT_EXPECT_NE(test, tag, 0);
		KUNIT_EXPECT_NE(test, tag, last);
		KUNIT_EXPECT_EQ(test, say(S, 100 + i, 2, ESP_IKE2_CHILD, RESP, i, 300).tag, tag);
		last = tag;
	}
	KUNIT_EXPECT_EQ(test, say(S, 100, 2, ESP_IKE2_CHILD, RESP, 0, 300).what, ESP_IKE_NONE);
}

static struct kunit_case esp_ike_cases[] = {
	KUNIT_CASE(ike_quick_by_client),
	KUNIT_CASE(ike_quick_by_server),
	KUNIT_CASE(ike_auth),
	KUNIT_CASE(ike_child_both_ways),
	KUNIT_CASE(ike_followup_is_the_same_exchange),
	KUNIT_CASE(ike_rekey_of_the_ike_sa),
	KUNIT_CASE(ike_server_introduces_nothing),
	KUNIT_CASE(ike_many),
	{}
};

static struct kunit_suite esp_ike_suite = {
	.name = "esp_ike",
	.init = ike_init,
	.test_cases = esp_ike_cases,
};

kunit_test_suite(esp_ike_suite);
