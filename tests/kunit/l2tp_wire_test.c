// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP headers: what is read of them and what is refused.
 */
#include "l2tp_lab.h"

static void header_control(struct kunit *test)
{
	struct l2tp_header h;
	struct message *msg = test->priv;

	start(msg, V2);
	KUNIT_ASSERT_EQ(test, header(msg, 12, &h), L2TP_WIRE_OK);
	KUNIT_EXPECT_TRUE(test, h.control);
	KUNIT_EXPECT_EQ(test, h.version, 2);
	KUNIT_EXPECT_EQ(test, h.body, 12);
	KUNIT_EXPECT_EQ(test, h.end, 12);
	expect_id(test, &h.tunnel, 0x0102, 4, 2);
	expect_id(test, &h.session, 0x0304, 6, 2);
	start(msg, V3_UDP);
	KUNIT_ASSERT_EQ(test, header(msg, 12, &h), L2TP_WIRE_OK);
	KUNIT_EXPECT_TRUE(test, h.control);
	KUNIT_EXPECT_EQ(test, h.version, 3);
	KUNIT_EXPECT_EQ(test, h.body, 12);
	expect_id(test, &h.tunnel, 0x01020304, 4, 4);
	expect_no_id(test, &h.session, L2TP_ABSENT);
	start(msg, V3_IP);
	KUNIT_ASSERT_EQ(test, header(msg, 16, &h), L2TP_WIRE_OK);
	KUNIT_EXPECT_TRUE(test, h.control);
	KUNIT_EXPECT_EQ(test, h.version, 3);
	KUNIT_EXPECT_EQ(test, h.body, 16);
	KUNIT_EXPECT_EQ(test, h.end, 16);
	expect_id(test, &h.tunnel, 0x01020304, 8, 4);
	expect_no_id(test, &h.session, L2TP_ABSENT);
}

static void header_control_flags(struct kunit *test)
{
	/* without L; without S; with O; reserved bits and P, which move nothing */
	static const u16 flags[] = { 0x8802, 0xc002, 0xca02, 0xfdf2 };
	struct l2tp_header h;
	struct message *msg = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		start(msg, V2);
		put16(msg->p, flags[i]);
		KUNIT_EXPECT_EQ(test, header(msg, msg->len, &h), i < 3 ? L2TP_WIRE_FLAGS :
				L2TP_WIRE_OK);
	}
	for (i = 1; i < WIRES; i++) {
		start(msg, i);
		put16(msg->p + msg->at, 0x8803);
		KUNIT_EXPECT_EQ(test, header(msg, msg->len, &h), L2TP_WIRE_FLAGS);
		put16(msg->p + msg->at, 0xc003);
		KUNIT_EXPECT_EQ(test, header(msg, msg->len, &h), L2TP_WIRE_FLAGS);
		put16(msg->p + msg->at, 0xfff3);	/* O is reserved, and ignored, in L2TPv3 */
		KUNIT_EXPECT_EQ(test, header(msg, msg->len, &h), L2TP_WIRE_OK);
	}
	put16(msg->p + 4, 0x4803);	/* nothing but control messages has session 0 over IP */
	KUNIT_EXPECT_EQ(test, header(msg, msg->len, &h), L2TP_WIRE_FLAGS);
}

static void header_versions(struct kunit *test)
{
	struct l2tp_header h;
	struct message *msg = test->priv;
	u16 version;

	for (version = 0; version < 16; version++) {
		bool v2 = version == 2, v3 = version == 3;

		start(msg, V2);
		put16(msg->p, 0xc800 | version);
		KUNIT_EXPECT_EQ(test, header(msg, 12, &h), v2 || v3 ? L2TP_WIRE_OK :
				L2TP_WIRE_VERSION);
		put16(msg->p, version);
		KUNIT_EXPECT_EQ(test, header(msg, 12, &h), v2 || v3 ? L2TP_WIRE_OK :
				L2TP_WIRE_VERSION);
		start(msg, V3_IP);
		put16(msg->p + 4, 0xc800 | version);
		KUNIT_EXPECT_EQ(test, header(msg, 16, &h), v3 ? L2TP_WIRE_OK :
				L2TP_WIRE_VERSION);
		KUNIT_EXPECT_EQ(test, header(msg, 6, &h), v3 ? L2TP_WIRE_SHORT :
				L2TP_WIRE_VERSION);
	}
}

static void header_control_length(struct kunit *test)
{
	struct l2tp_header h = { .body = 77 };
	struct message *msg = test->priv;
	unsigned int i;
	u32 length;

	for (i = 0; i < WIRES; i++) {
		start(msg, i);
		for (length = 0; length < 65536; length++) {
			put16(msg->p + msg->at + 2, length);
			if (length >= 12 && length <= 40)
				continue;
			KUNIT_ASSERT_EQ(test, header(msg, msg->at + 40, &h), L2TP_WIRE_LENGTH);
		}
		KUNIT_EXPECT_EQ(test, h.body, 77);
		put16(msg->p + msg->at + 2, 40);
		KUNIT_ASSERT_EQ(test, header(msg, msg->at + 40, &h), L2TP_WIRE_OK);
		KUNIT_EXPECT_EQ(test, h.end, msg->at + 40);
		put16(msg->p + msg->at + 2, 12);	/* the rest is padding */
		KUNIT_ASSERT_EQ(test, header(msg, msg->at + 40, &h), L2TP_WIRE_OK);
		KUNIT_EXPECT_EQ(test, h.end, msg->at + 12);
		h.body = 77;
	}
}

/* Each of the optional fields of L2TPv2: where they put the ids and the payload. */
static void header_data2(struct kunit *test)
{
	struct l2tp_header h;
	u16 flags;

	for (flags = 0; flags < 16; flags++) {
		bool l = flags & 1, s = flags & 2, o = flags & 4, pri = flags & 8;
		u32 ids = l ? 4 : 2, body = ids + 4 + (s ? 4 : 0) + (o ? 2 + 3 : 0);
		u8 p[32] = { 0 };

		put16(p, 2 | (l ? 0x4000 : 0) | (s ? 0x800 : 0) | (o ? 0x200 : 0) |
		      (pri ? 0x100 : 0));
		put16(p + ids, 0x0506);
		put16(p + ids + 2, 0x0708);
		if (o)
			put16(p + body - 5, 3);
		KUNIT_ASSERT_EQ(test, l2tp_udp_parse(p, L2TP_HEADER_READ, 32, &h), L2TP_WIRE_OK);
		KUNIT_EXPECT_FALSE(test, h.control);
		KUNIT_EXPECT_EQ(test, h.version, 2);
		KUNIT_EXPECT_EQ(test, h.body, body);
		KUNIT_EXPECT_EQ(test, h.end, 32);
		expect_id(test, &h.tunnel, 0x0506, ids, 2);
		expect_id(test, &h.session, 0x0708, ids + 2, 2);
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, body, body, &h), L2TP_WIRE_OK);
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, body - 1, body - 1, &h),
				body == ids + 4 ? L2TP_WIRE_SHORT : L2TP_WIRE_LENGTH);
		/* all that a quote needs */
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, ids + 4, 32, &h), L2TP_WIRE_OK);
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, ids + 3, 32, &h), L2TP_WIRE_SHORT);
		if (o) {	/* with and without the last byte of the offset's size */
			KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, body - 3, 32, &h), L2TP_WIRE_OK);
			KUNIT_EXPECT_EQ(test, h.body, body);
			KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, body - 4, 32, &h), L2TP_WIRE_OK);
			KUNIT_EXPECT_EQ(test, h.body, body - 3);
		}
		put16(p + ids + 2, 0);
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, 32, 32, &h), L2TP_WIRE_OK);
		put16(p + ids, 0);
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(p, 32, 32, &h), L2TP_WIRE_DATA_ID);
	}
}

static void header_data3(struct kunit *test)
{
	u8 udp[12] = { 0x7f, 0xf3, 0xff, 0xff, 1, 2, 3, 4 }, ip[8] = { 1, 2, 3, 4 };
	struct l2tp_header h;
	u32 len;

	KUNIT_ASSERT_EQ(test, l2tp_udp_parse(udp, 8, 12, &h), L2TP_WIRE_OK);
	KUNIT_EXPECT_FALSE(test, h.control);
	KUNIT_EXPECT_EQ(test, h.version, 3);
	KUNIT_EXPECT_EQ(test, h.body, 8);
	KUNIT_EXPECT_EQ(test, h.end, 12);
	expect_id(test, &h.session, 0x01020304, 4, 4);
	expect_no_id(test, &h.tunnel, L2TP_ABSENT);
	KUNIT_ASSERT_EQ(test, l2tp_ip_parse(ip, 4, 8, &h), L2TP_WIRE_OK);
	KUNIT_EXPECT_FALSE(test, h.control);
	KUNIT_EXPECT_EQ(test, h.version, 3);
	KUNIT_EXPECT_EQ(test, h.body, 4);
	KUNIT_EXPECT_EQ(test, h.end, 8);
	expect_id(test, &h.session, 0x01020304, 0, 4);
	expect_no_id(test, &h.tunnel, L2TP_ABSENT);
	for (len = 0; len < 8; len++)
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(udp, len, len, &h), L2TP_WIRE_SHORT);
	for (len = 0; len < 4; len++)
		KUNIT_EXPECT_EQ(test, l2tp_ip_parse(ip, len, len, &h), L2TP_WIRE_SHORT);
	put32(udp + 4, 0);
	KUNIT_EXPECT_EQ(test, l2tp_udp_parse(udp, 12, 12, &h), L2TP_WIRE_DATA_ID);
}

/* What a quote has of a control message: 8 bytes of UDP payload hold the ids. */
static void header_quoted(struct kunit *test)
{
	struct l2tp_header h;
	struct message *msg = test->priv;
	u32 head;

	start_type(msg, V2, L2TP_HELLO);
	for (head = 0; head <= 20; head++)
		KUNIT_EXPECT_EQ(test, l2tp_udp_parse(msg->p, head, msg->len, &h),
				head < 8 ? L2TP_WIRE_SHORT : L2TP_WIRE_OK);
	start_type(msg, V3_IP, L2TP_HELLO);
	for (head = 0; head <= 20; head++)
		KUNIT_EXPECT_EQ(test, l2tp_ip_parse(msg->p, head, msg->len, &h),
				head < 12 ? L2TP_WIRE_SHORT : L2TP_WIRE_OK);
	expect_id(test, &h.tunnel, 0x01020304, 8, 4);
}

static struct kunit_case l2tp_wire_cases[] = {
	KUNIT_CASE(header_control),
	KUNIT_CASE(header_control_flags),
	KUNIT_CASE(header_versions),
	KUNIT_CASE(header_control_length),
	KUNIT_CASE(header_data2),
	KUNIT_CASE(header_data3),
	KUNIT_CASE(header_quoted),
	{}
};

static struct kunit_suite l2tp_wire_suite = {
	.name = "l2tp_wire",
	.init = l2tp_lab_init,
	.test_cases = l2tp_wire_cases,
};

kunit_test_suite(l2tp_wire_suite);
