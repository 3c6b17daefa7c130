// SPDX-License-Identifier: GPL-2.0
/*
 * AVPs of L2TP control messages: what is read of them and what is refused.
 */
#include "l2tp_lab.h"

/* The message types that carry ids; a v2 attribute of 0 stands for none. */
static const struct {
	u16 type, v2, v3;
	bool remote;
} carriers[] = {
	{ L2TP_SCCRQ, 9, 61 },
	{ L2TP_SCCRP, 9, 61 },
	{ L2TP_STOPCCN, 9, 61 },
	{ L2TP_OCRQ, 14, 63, true },
	{ L2TP_OCRP, 14, 63, true },
	{ L2TP_OCCN, 0, 63, true },
	{ L2TP_ICRQ, 14, 63, true },
	{ L2TP_ICRP, 14, 63, true },
	{ L2TP_ICCN, 0, 63, true },
	{ L2TP_CDN, 14, 63, true },
	{ L2TP_WEN, 0, 63, true },
	{ L2TP_SLI, 0, 63, true },
};

static void expect_carrier(struct kunit *test, enum wire wire, unsigned int i)
{
	u16 attr = wire == V2 ? carriers[i].v2 : carriers[i].v3;
	bool control = attr == 9 || attr == 61;
	static const u8 name[] = { 'l', 'a', 'c' };
	u32 own = 0, remote = 0, value;
	struct message *msg = test->priv;
	struct l2tp_message m;

	value = wire == V2 ? 0xabcd : 0xabcdef01;
	start_type(msg, wire, carriers[i].type);
	avp(msg, AVP_M, 7, name, 3);	/* a host name, so that offsets are odd */
	if (attr)
		own = avp_id(msg, attr, value);
	if (wire != V2 && carriers[i].remote)
		remote = avp_id(msg, 64, 0x0a0b0c0d);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, m.type, carriers[i].type);
	KUNIT_EXPECT_FALSE(test, m.digest);
	if (attr)
		expect_id(test, control ? &m.assigned : &m.local, value, own, wire == V2 ? 2 : 4);
	else
		expect_no_id(test, &m.local, L2TP_ABSENT);
	expect_no_id(test, control ? &m.local : &m.assigned, L2TP_ABSENT);
	if (remote)
		expect_id(test, &m.remote, 0x0a0b0c0d, remote, 4);
	else
		expect_no_id(test, &m.remote, L2TP_ABSENT);
	expect_no_id(test, &m.assigned3, L2TP_ABSENT);
}

static void avp_carriers(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(carriers); i++)
		for (j = 0; j < WIRES; j++)
			expect_carrier(test, j, i);
}

/* Acknowledgements, and messages without ids. */
static void avp_none(struct kunit *test)
{
	static const u16 types[] = { L2TP_SCCCN, L2TP_HELLO, L2TP_ACK, 0x7fff };
	struct l2tp_message m;
	struct message *msg = test->priv;
	unsigned int i, j;

	for (i = 0; i < WIRES; i++) {
		start(msg, i);
		m.type = 77;
		KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
		KUNIT_EXPECT_EQ(test, m.type, L2TP_ZLB);
		msg->len += 9;	/* padding behind the message is no AVP */
		KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
		KUNIT_EXPECT_EQ(test, m.type, L2TP_ZLB);
		for (j = 0; j < ARRAY_SIZE(types); j++) {
			start_type(msg, i, types[j]);
			KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
			KUNIT_EXPECT_EQ(test, m.type, types[j]);
			expect_no_id(test, &m.assigned, L2TP_ABSENT);
			expect_no_id(test, &m.local, L2TP_ABSENT);
			expect_no_id(test, &m.remote, L2TP_ABSENT);
		}
	}
}

static void avp_hidden_ids(struct kunit *test)
{
	struct l2tp_message m;
	struct message *msg = test->priv;
	u32 off;

	start_type(msg, V2, L2TP_SCCRQ);
	avp_hidden(msg, 9, 4);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_no_id(test, &m.assigned, L2TP_HIDDEN);
	start_type(msg, V2, L2TP_ICRQ);
	avp_hidden(msg, 14, 32);	/* padded */
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_no_id(test, &m.local, L2TP_HIDDEN);
	start_type(msg, V3_IP, L2TP_ICRP);
	avp_hidden(msg, 63, 6);
	off = avp_id(msg, 64, 5);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_no_id(test, &m.local, L2TP_HIDDEN);
	expect_id(test, &m.remote, 5, off, 4);
	/* too short to hold length and id */
	start_type(msg, V2, L2TP_SCCRQ);
	avp_hidden(msg, 9, 3);
	KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_SIZE);
	start_type(msg, V3_UDP, L2TP_SCCRQ);
	avp_hidden(msg, 61, 5);
	KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_SIZE);
	/* in clear and hidden */
	start_type(msg, V2, L2TP_SCCRQ);
	avp_id(msg, 9, 1);
	avp_hidden(msg, 9, 4);
	KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TWICE);
}

static void avp_digest(struct kunit *test)
{
	static const u8 digest[21];
	struct l2tp_message m;
	struct message *msg = test->priv;
	unsigned int i;

	for (i = 0; i < WIRES; i++) {
		start_type(msg, i, L2TP_SCCRQ);
		avp(msg, AVP_M, 59, digest, 17);
		avp(msg, AVP_M, 59, digest, 21);	/* one for each of two secrets */
		avp_id(msg, 61, 1);
		KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
		KUNIT_EXPECT_TRUE(test, m.digest);
		/* malformed, and of a vendor */
		start_type(msg, i, L2TP_HELLO);
		avp(msg, AVP_RESERVED | AVP_H, 59, digest, 0);
		KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
		KUNIT_EXPECT_TRUE(test, m.digest);
		put16(msg->p + msg->len - 4, 9);
		KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
		KUNIT_EXPECT_FALSE(test, m.digest);
	}
}

/* Ids of the other version: an SCCRQ for both offers both, nothing else is read. */
static void avp_other_version(struct kunit *test)
{
	struct l2tp_message m;
	struct message *msg = test->priv;
	u32 v2, v3;

	start_type(msg, V2, L2TP_SCCRQ);
	v3 = avp_id(msg, 61, 0x11223344);
	v2 = avp_id(msg, 9, 0x5566);
	avp_id(msg, 63, 1);
	avp_id(msg, 64, 1);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_id(test, &m.assigned, 0x5566, v2, 2);
	expect_id(test, &m.assigned3, 0x11223344, v3, 4);
	expect_no_id(test, &m.local, L2TP_ABSENT);
	expect_no_id(test, &m.remote, L2TP_ABSENT);
	start_type(msg, V3_UDP, L2TP_SCCRP);
	avp_id(msg, 9, 0x5566);
	avp_id(msg, 14, 0x7788);
	v3 = avp_id(msg, 61, 0x11223344);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_id(test, &m.assigned, 0x11223344, v3, 4);
	expect_no_id(test, &m.assigned3, L2TP_ABSENT);
	expect_no_id(test, &m.local, L2TP_ABSENT);
}

/* AVPs of vendors and unknown mandatory ones are not ours to judge. */
static void avp_unknown(struct kunit *test)
{
	static const u8 value[1017];
	struct l2tp_message m;
	struct message *msg = test->priv;
	u32 off;

	start_type(msg, V2, L2TP_SCCRQ);
	avp(msg, AVP_M | AVP_RESERVED, 0x1234, value, 1017);	/* the longest there is */
	off = avp_id(msg, 9, 7);
	avp_id(msg, 9, 8);
	put16(msg->p + msg->len - 6, 0x0100);	/* of a vendor: another attribute 9 */
	avp(msg, AVP_M, 9, value, 0);
	put16(msg->p + msg->len - 4, 9);
	avp(msg, AVP_M, 0, value, 2);
	put16(msg->p + msg->len - 6, 9);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_id(test, &m.assigned, 7, off, 2);
	put16(msg->p + msg->len - 6, 0);
	KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TWICE);
}

/* The length of the last AVP, which has 2 bytes of value: all but 8 break the message. */
static void avp_lengths(struct kunit *test)
{
	struct message *msg = test->priv;
	u32 len;

	for (len = 0; len < 1024; len++) {
		enum l2tp_wire_error want = L2TP_WIRE_AVP_END;

		start_type(msg, V2, L2TP_SCCRQ);
		avp_id(msg, 9, 0x1001);
		put16(msg->p + msg->len - 8, AVP_M | len);
		if (len < 6)	/* 0 would never end */
			want = L2TP_WIRE_AVP_SHORT;
		else if (len < 8)
			want = L2TP_WIRE_AVP_SIZE;
		else if (len == 8)
			want = L2TP_WIRE_OK;
		KUNIT_ASSERT_EQ(test, check(msg), want);
		/* the same of the type, with the id behind it */
		start_type(msg, V2, L2TP_SCCRQ);
		avp_id(msg, 9, 0x1001);
		put16(msg->p + msg->len - 16, AVP_M | len);
		if (len >= 6 && len <= 16 && len != 8)
			want = L2TP_WIRE_AVP_TYPE;
		KUNIT_ASSERT_EQ(test, check(msg), want);
	}
}

static void avp_type(struct kunit *test)
{
	struct message *msg = test->priv;
	unsigned int i;

	for (i = 0; i < WIRES; i++) {
		start_type(msg, i, 0);	/* reserved */
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TYPE);
		start_type(msg, i, L2TP_HELLO);
		put16(msg->p + msg->len - 8, AVP_H | 8);
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TYPE);
		put16(msg->p + msg->len - 8, 0x0400 | 8);
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_RESERVED);
		put16(msg->p + msg->len - 8, 8);	/* M or not */
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_OK);
		put16(msg->p + msg->len - 6, 9);	/* a vendor's */
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TYPE);
		start(msg, i);
		avp_id(msg, 9, 1);
		avp_id(msg, 0, L2TP_SCCRQ);
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TYPE);
		start_type(msg, i, L2TP_HELLO);
		avp_id(msg, 0, L2TP_HELLO);
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TWICE);
	}
}

/* Each id of a version: wrong sizes, reserved bits, twice. */
static void avp_bad_ids(struct kunit *test)
{
	static const struct {
		enum wire wire;
		u16 attr, width;
	} ids[] = {
		{ V2, 9, 2 }, { V2, 14, 2 }, { V2, 61, 4 },
		{ V3_UDP, 61, 4 }, { V3_UDP, 63, 4 }, { V3_IP, 64, 4 },
	};
	static const u8 value[8] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	struct message *msg = test->priv;
	unsigned int i;
	u32 len;
	u16 bit;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		for (len = 0; len <= 8; len++) {
			start_type(msg, ids[i].wire, L2TP_STOPCCN);
			avp(msg, AVP_M, ids[i].attr, value, len);
			KUNIT_EXPECT_EQ(test, check(msg), len == ids[i].width ? L2TP_WIRE_OK :
					L2TP_WIRE_AVP_SIZE);
		}
		for (bit = 0x0400; bit <= 0x2000; bit <<= 1) {
			start_type(msg, ids[i].wire, L2TP_STOPCCN);
			avp(msg, AVP_M | bit, ids[i].attr, value, ids[i].width);
			KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_RESERVED);
		}
		start_type(msg, ids[i].wire, L2TP_STOPCCN);
		avp_id(msg, ids[i].attr, 1);
		avp_id(msg, ids[i].attr, 1);
		KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_TWICE);
	}
}

/* 0 can't be assigned, but repeated by one that has assigned none, or not know the other's. */
static void avp_zero(struct kunit *test)
{
	struct l2tp_message m;
	struct message *msg = test->priv;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(carriers); i++) {
		u16 type = carriers[i].type;
		bool assigns = type == L2TP_SCCRQ || type == L2TP_SCCRP || type == L2TP_OCRQ ||
			       type == L2TP_OCRP || type == L2TP_ICRQ || type == L2TP_ICRP;

		for (j = 0; j < WIRES; j++) {
			u16 attr = j == V2 ? carriers[i].v2 : carriers[i].v3;

			start_type(msg, j, type);
			avp_id(msg, 64, 0);
			KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_OK);
			if (!attr)
				continue;
			avp_id(msg, attr, 0);
			KUNIT_EXPECT_EQ(test, check(msg), assigns ? L2TP_WIRE_AVP_ZERO :
					L2TP_WIRE_OK);
		}
	}
	start_type(msg, V2, L2TP_SCCRQ);
	avp_id(msg, 9, 1);
	avp_id(msg, 61, 0);
	KUNIT_EXPECT_EQ(test, check(msg), L2TP_WIRE_AVP_ZERO);
	start_type(msg, V2, L2TP_STOPCCN);
	avp_id(msg, 9, 0);
	KUNIT_ASSERT_EQ(test, parse(msg, &m), L2TP_WIRE_OK);
	expect_id(test, &m.assigned, 0, msg->len - 2, 2);
}

static enum l2tp_wire_error exact(enum wire wire, const u8 *p, u32 len, struct l2tp_header *h)
{
	return wire == V3_IP ? l2tp_ip_parse(p, len, len, h) : l2tp_udp_parse(p, len, len, h);
}

/*
 * A message cut after @len bytes, first by the packet's end and then by its length field too:
 * never an id from behind the cut. The copy has no byte too many, for KASAN.
 */
static void expect_cut(struct kunit *test, const struct l2tp_header *whole, u32 local, u32 len)
{
	struct message *msg = test->priv;
	u8 *p = kunit_kmalloc(test, len + !len, GFP_KERNEL);
	u32 header_len = msg->at + 12;
	enum l2tp_wire_error err;
	struct l2tp_header h;
	struct l2tp_message m;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	memcpy(p, msg->p, len);
	KUNIT_EXPECT_EQ(test, exact(msg->wire, p, len, &h),
			len < header_len ? L2TP_WIRE_SHORT : L2TP_WIRE_LENGTH);
	KUNIT_EXPECT_EQ(test, l2tp_message_parse(p, len, whole, &m), L2TP_WIRE_LENGTH);
	if (len < header_len)
		return;
	put16(p + msg->at + 2, len - msg->at);
	KUNIT_ASSERT_EQ(test, exact(msg->wire, p, len, &h), L2TP_WIRE_OK);
	err = l2tp_message_parse(p, len, &h, &m);
	if (len != header_len && len != header_len + 8 && len != local) {
		KUNIT_EXPECT_EQ(test, err, L2TP_WIRE_AVP_END);
		return;
	}
	KUNIT_ASSERT_EQ(test, err, L2TP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, m.type, len == header_len ? L2TP_ZLB : L2TP_ICRP);
	KUNIT_EXPECT_EQ(test, m.local.sight, len == local ? L2TP_CLEAR : L2TP_ABSENT);
	KUNIT_EXPECT_EQ(test, m.remote.sight, L2TP_ABSENT);
}

static void avp_truncated(struct kunit *test)
{
	struct message *msg = test->priv;
	struct l2tp_header whole;
	unsigned int i;
	u32 len, local;

	for (i = 0; i < WIRES; i++) {
		start_type(msg, i, L2TP_ICRP);
		avp_id(msg, i == V2 ? 14 : 63, 0x2222);
		local = msg->len;
		avp_id(msg, i == V2 ? 15 : 64, 0x3333);
		KUNIT_ASSERT_EQ(test, header(msg, msg->len, &whole), L2TP_WIRE_OK);
		for (len = 0; len < msg->len; len++)
			expect_cut(test, &whole, local, len);
	}
}

static struct kunit_case l2tp_avp_cases[] = {
	KUNIT_CASE(avp_carriers),
	KUNIT_CASE(avp_none),
	KUNIT_CASE(avp_hidden_ids),
	KUNIT_CASE(avp_digest),
	KUNIT_CASE(avp_other_version),
	KUNIT_CASE(avp_unknown),
	KUNIT_CASE(avp_lengths),
	KUNIT_CASE(avp_type),
	KUNIT_CASE(avp_bad_ids),
	KUNIT_CASE(avp_zero),
	KUNIT_CASE(avp_truncated),
	{}
};

static struct kunit_suite l2tp_avp_suite = {
	.name = "l2tp_avp",
	.init = l2tp_lab_init,
	.test_cases = l2tp_avp_cases,
};

kunit_test_suite(l2tp_avp_suite);
