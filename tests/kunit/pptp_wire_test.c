// SPDX-License-Identifier: GPL-2.0
/*
 * Message table and header check of PPTP (RFC 2637, section 2).
 */
#include "pptp_test.h"

/* By RFC 2637: sender is the PNS, kind of the id at 12, kind of the id at 14. */
static const struct wire_row {
	bool from_pns;
	u8 kind[2];
} wire_rows[] = {
	[7] = { true, { PPTP_FIELD_OWN_NEW } },
	[8] = { false, { PPTP_FIELD_OWN_NEW, PPTP_FIELD_PEER } },
	[9] = { false, { PPTP_FIELD_OWN_NEW } },
	[10] = { true, { PPTP_FIELD_OWN_NEW, PPTP_FIELD_PEER } },
	[11] = { false, { PPTP_FIELD_PEER } },
	[12] = { true, { PPTP_FIELD_OWN_OLD } },
	[13] = { false, { PPTP_FIELD_OWN_OLD } },
	[14] = { false, { PPTP_FIELD_PEER } },
	[15] = { true, { PPTP_FIELD_PEER } },
};

static void wire_ids(struct kunit *test)
{
	const struct pptp_msg_info *info;
	unsigned int type, i;

	for (type = 7; type <= 15; type++) {
		info = pptp_msg_info(type);
		KUNIT_ASSERT_NOT_NULL(test, info);
		KUNIT_EXPECT_EQ(test, info->from_pns, wire_rows[type].from_pns);
		for (i = 0; i < 2; i++) {
			KUNIT_EXPECT_EQ(test, info->field[i].kind, wire_rows[type].kind[i]);
			if (info->field[i].kind)
				KUNIT_EXPECT_EQ(test, info->field[i].off, 12 + 2 * i);
		}
	}
}

static void wire_types_without_ids(struct kunit *test)
{
	const struct pptp_msg_info *info;
	u16 type;

	for (type = 1; type <= 6; type++) {
		info = pptp_msg_info(type);
		KUNIT_ASSERT_NOT_NULL(test, info);
		KUNIT_EXPECT_EQ(test, info->field[0].kind, PPTP_FIELD_NONE);
		KUNIT_EXPECT_EQ(test, info->min, PPTP_MSG_MIN);
		KUNIT_EXPECT_EQ(test, info->act, type == 4 ? PPTP_MSG_MIN : 0);
	}
}

/* What is read of a message must lie in its shortest form, which RFC lengths cover. */
static void wire_lengths(struct kunit *test)
{
	const struct pptp_msg_info *info;
	u16 type;

	for (type = 1; type <= 15; type++) {
		info = pptp_msg_info(type);
		KUNIT_ASSERT_NOT_NULL(test, info);
		KUNIT_EXPECT_LE(test, info->act, info->min);
		KUNIT_EXPECT_LE(test, info->act, PPTP_PREFIX_LEN);
		KUNIT_EXPECT_LE(test, info->min, lab_msg_len(type));
		if (info->field[1].kind)
			KUNIT_EXPECT_LE(test, info->field[1].off + 2, info->min);
	}
}

static void wire_unknown_types(struct kunit *test)
{
	unsigned int type;

	KUNIT_EXPECT_NULL(test, pptp_msg_info(0));
	for (type = 16; type <= 65535; type++) {
		if (pptp_msg_info(type))
			KUNIT_FAIL(test, "type %u is taken for known", type);
	}
}

static void wire_header(struct kunit *test)
{
	u8 good[8] = { 0, 156, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d }, bad[8];
	unsigned int i;

	KUNIT_EXPECT_TRUE(test, pptp_header_sane(good));
	for (i = 2; i < 8; i++) {
		memcpy(bad, good, sizeof(bad));
		bad[i] ^= 1;
		KUNIT_EXPECT_FALSE(test, pptp_header_sane(bad));
	}
}

static void wire_header_length(struct kunit *test)
{
	u8 head[8] = { 0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d };
	unsigned int len;

	for (len = 0; len <= 65535; len++) {
		lab_put16(head, len);
		if (pptp_header_sane(head) != (len >= 16 && len <= 1024))
			KUNIT_FAIL(test, "length %u is judged wrong", len);
	}
}

static void wire_sequence_numbers(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, pptp_before(1, 2));
	KUNIT_EXPECT_FALSE(test, pptp_before(2, 2));
	KUNIT_EXPECT_TRUE(test, pptp_before(0xffffffff, 0));
	KUNIT_EXPECT_FALSE(test, pptp_before(0, 0xffffffff));
	KUNIT_EXPECT_TRUE(test, pptp_before(0x7fffffff, 0x80000000));
}

/* Counters are shown by name: none may lack its text or share a name. */
static void wire_counter_texts(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < PPTP_COUNT_MAX; i++) {
		KUNIT_ASSERT_NOT_NULL(test, pptp_count_info[i].name);
		KUNIT_ASSERT_NOT_NULL(test, pptp_count_info[i].doc);
		KUNIT_EXPECT_EQ(test, strncmp(pptp_count_info[i].name, "pptp-", 5), 0);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_STRNEQ(test, pptp_count_info[i].name,
					    pptp_count_info[j].name);
	}
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE(wire_ids),
	KUNIT_CASE(wire_types_without_ids),
	KUNIT_CASE(wire_lengths),
	KUNIT_CASE(wire_unknown_types),
	KUNIT_CASE(wire_header),
	KUNIT_CASE(wire_header_length),
	KUNIT_CASE(wire_sequence_numbers),
	KUNIT_CASE(wire_counter_texts),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "vpnpass_pptp_wire",
	.test_cases = wire_cases,
};

kunit_test_suites(&wire_suite);
