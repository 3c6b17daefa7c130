// SPDX-License-Identifier: GPL-2.0
/*
 * IKE and ESP headers: what is read of them and what is refused.
 */
#include <kunit/test.h>

#include "../../nf_nat_esp/wire.h"

/* An IKE header: both cookies, version, exchange, flags, message id 0x01020304, 28 bytes. */
#define IKE(version, exchange, flags) \
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, \
	33, (version) << 4, (exchange), (flags), 1, 2, 3, 4, 0, 0, 0, 28

static void wire_ike_fields(struct kunit *test)
{
	const u8 p[] = { IKE(2, ESP_IKE2_CHILD, ESP_IKE2_RESPONSE) };
	struct esp_ike ike;

	KUNIT_ASSERT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, ike.cookie[0], 0x0102030405060708ull);
	KUNIT_EXPECT_EQ(test, ike.cookie[1], 0x090a0b0c0d0e0f10ull);
	KUNIT_EXPECT_EQ(test, ike.next, 33);
	KUNIT_EXPECT_EQ(test, ike.version, 2);
	KUNIT_EXPECT_EQ(test, ike.exchange, ESP_IKE2_CHILD);
	KUNIT_EXPECT_EQ(test, ike.flags, ESP_IKE2_RESPONSE);
	KUNIT_EXPECT_EQ(test, ike.msgid, 0x01020304);
	KUNIT_EXPECT_EQ(test, ike.len, 28);
}

/* Nothing is read beyond the length given, and nothing is written if it is refused. */
static void wire_ike_short(struct kunit *test)
{
	const u8 p[] = { IKE(2, ESP_IKE2_INIT, 0) };
	struct esp_ike ike = { .msgid = 77 };
	u32 len;

	for (len = 0; len < sizeof(p); len++)
		KUNIT_EXPECT_EQ(test, esp_ike_parse(p, len, &ike), ESP_WIRE_IKE_SHORT);
	KUNIT_EXPECT_EQ(test, ike.msgid, 77);
}

static void wire_ike_length(struct kunit *test)
{
	u8 p[32] = { IKE(2, ESP_IKE2_INIT, 0) };
	struct esp_ike ike;

	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, 32, &ike), ESP_WIRE_OK);	/* padded */
	p[27] = 27;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, 32, &ike), ESP_WIRE_IKE_LENGTH);
	p[27] = 33;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, 32, &ike), ESP_WIRE_IKE_LENGTH);
	p[27] = 32;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, 32, &ike), ESP_WIRE_OK);
	p[24] = 0x80;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, 32, &ike), ESP_WIRE_IKE_LENGTH);
}

static enum esp_wire_error parse(u8 version, u8 exchange)
{
	const u8 p[] = { IKE(version, exchange, 0) };
	struct esp_ike ike;

	return esp_ike_parse(p, sizeof(p), &ike);
}

static void wire_ike_version_and_exchange(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, parse(0, ESP_IKE1_MAIN), ESP_WIRE_IKE_VERSION);
	KUNIT_EXPECT_EQ(test, parse(3, ESP_IKE2_INIT), ESP_WIRE_IKE_VERSION);
	KUNIT_EXPECT_EQ(test, parse(1, ESP_IKE1_MAIN), ESP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, parse(1, ESP_IKE1_QUICK), ESP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, parse(1, 240), ESP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, parse(1, 0), ESP_WIRE_IKE_EXCHANGE);
	KUNIT_EXPECT_EQ(test, parse(1, ESP_IKE2_INIT), ESP_WIRE_IKE_EXCHANGE);
	KUNIT_EXPECT_EQ(test, parse(2, ESP_IKE1_QUICK), ESP_WIRE_IKE_EXCHANGE);
	KUNIT_EXPECT_EQ(test, parse(2, ESP_IKE2_FOLLOWUP_KE), ESP_WIRE_OK);
}

static void wire_ike_cookies(struct kunit *test)
{
	u8 p[] = { IKE(2, ESP_IKE2_INIT, 0) };
	struct esp_ike ike;

	memset(p + 8, 0, 8);
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_OK);
	p[18] = ESP_IKE2_RESUME;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_OK);
	p[18] = ESP_IKE2_CHILD;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_IKE_COOKIE);
	p[17] = 0x10;
	p[18] = ESP_IKE1_QUICK;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_IKE_COOKIE);
	p[18] = ESP_IKE1_AGGRESSIVE;
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_OK);
	memset(p, 0, 8);
	KUNIT_EXPECT_EQ(test, esp_ike_parse(p, sizeof(p), &ike), ESP_WIRE_IKE_COOKIE);
}

/* Whose is what the server has begun? Not of one that only says no. */
static void wire_ike_accepts(struct kunit *test)
{
	struct esp_ike ike = { .cookie = { 1, 2 }, .version = 2, .exchange = ESP_IKE2_INFO };

	ike.next = ESP_IKE2_ENCRYPTED;
	KUNIT_EXPECT_TRUE(test, esp_ike_accepts(&ike, false));
	ike.next = ESP_IKE2_FRAGMENT;
	KUNIT_EXPECT_TRUE(test, esp_ike_accepts(&ike, false));
	ike.next = ESP_IKE2_NOTIFY;	/* INVALID_IKE_SPI */
	KUNIT_EXPECT_FALSE(test, esp_ike_accepts(&ike, false));
	ike.exchange = ESP_IKE2_INIT;	/* NO_PROPOSAL_CHOSEN */
	KUNIT_EXPECT_FALSE(test, esp_ike_accepts(&ike, true));
	ike.next = 33;
	KUNIT_EXPECT_TRUE(test, esp_ike_accepts(&ike, true));
	ike.cookie[1] = 0;
	KUNIT_EXPECT_FALSE(test, esp_ike_accepts(&ike, true));
	ike.version = 1;
	ike.exchange = ESP_IKE1_MAIN;
	KUNIT_EXPECT_TRUE(test, esp_ike_accepts(&ike, true));
	ike.exchange = ESP_IKE1_INFO;
	KUNIT_EXPECT_FALSE(test, esp_ike_accepts(&ike, true));
}

static void wire_esp(struct kunit *test)
{
	u8 p[] = { 0, 0, 1, 0, 0xff, 0xfe, 0xfd, 0xfc };
	struct esp_wire esp;

	KUNIT_ASSERT_EQ(test, esp_wire_parse(p, 8, &esp), ESP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, esp.spi, 256);
	KUNIT_EXPECT_EQ(test, esp.seq, 0xfffefdfc);
	KUNIT_EXPECT_EQ(test, esp_wire_parse(p, 7, &esp), ESP_WIRE_ESP_SHORT);
	p[2] = 0;
	p[3] = 255;
	KUNIT_EXPECT_EQ(test, esp_wire_parse(p, 8, &esp), ESP_WIRE_ESP_SPI);
	p[3] = 0;
	KUNIT_EXPECT_EQ(test, esp_wire_parse(p, 8, &esp), ESP_WIRE_ESP_SPI);
}

static void wire_natt(struct kunit *test)
{
	const u8 keepalive[] = { 0xff }, esp[] = { 0, 0, 1, 0 };
	const u8 marked[4 + ESP_IKE_HEADER_LEN] = { 0, 0, 0, 0, 1 };

	KUNIT_EXPECT_EQ(test, esp_natt_kind(keepalive, 1), ESP_NATT_KEEPALIVE);
	KUNIT_EXPECT_EQ(test, esp_natt_kind(esp, 1), ESP_NATT_SHORT);
	KUNIT_EXPECT_EQ(test, esp_natt_kind(esp, 3), ESP_NATT_SHORT);
	KUNIT_EXPECT_EQ(test, esp_natt_kind(esp, 4), ESP_NATT_ESP);
	KUNIT_EXPECT_EQ(test, esp_natt_kind(marked, sizeof(marked)), ESP_NATT_IKE);
	KUNIT_EXPECT_EQ(test, esp_natt_kind(marked, sizeof(marked) - 1), ESP_NATT_SHORT);
}

/* Ticks of 4 ms beside a clock: each hundredth is lost, later some come twice as fast. */
static void wire_clocks(struct kunit *test)
{
	u64 ticks = 5000000000ull, ms = 77, offset = 0, last = 0, now;
	u32 i, changes = 0;

	for (i = 0; i < 100000; i++) {
		u64 was = offset;

		ms += 4;
		if (i < 50000)
			ticks += i % 100 ? 4 : 0;
		else
			ticks += i % 100 ? 4 : 8;
		offset = esp_clock(offset, ms + i % 4, ticks);
		changes += offset != was;
		now = ms + i % 4 + offset;
		KUNIT_ASSERT_GE(test, now, ticks);
		KUNIT_ASSERT_LE(test, now, ticks + ESP_CLOCK_APART);
		if (was)	/* back no further than they were apart */
			KUNIT_ASSERT_GE(test, now + ESP_CLOCK_APART + 4, last);
		last = now;
	}
	KUNIT_EXPECT_LE(test, changes, 1000u);
}

static struct kunit_case esp_wire_cases[] = {
	KUNIT_CASE(wire_ike_fields),
	KUNIT_CASE(wire_ike_short),
	KUNIT_CASE(wire_ike_length),
	KUNIT_CASE(wire_ike_version_and_exchange),
	KUNIT_CASE(wire_ike_cookies),
	KUNIT_CASE(wire_ike_accepts),
	KUNIT_CASE(wire_esp),
	KUNIT_CASE(wire_natt),
	KUNIT_CASE(wire_clocks),
	{}
};

static struct kunit_suite esp_wire_suite = {
	.name = "esp_wire",
	.test_cases = esp_wire_cases,
};

kunit_test_suite(esp_wire_suite);
