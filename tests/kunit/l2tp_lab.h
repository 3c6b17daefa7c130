/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L2TP control messages for the unit tests: built AVP by AVP, and read.
 */
#ifndef TESTS_KUNIT_L2TP_LAB_H
#define TESTS_KUNIT_L2TP_LAB_H

#include <kunit/test.h>
#include <linux/string.h>

#include "../../nf_nat_l2tp/wire.h"

#define AVP_M	0x8000
#define AVP_H	0x4000
#define AVP_RESERVED	0x3c00

/* Where a control message of the tests runs. */
enum wire {
	V2,
	V3_UDP,
	V3_IP,
	WIRES,
};

/* A message under construction: a control message, which begins at byte @at. */
struct message {
	u8 p[1200];
	u32 len;
	u32 at;
	enum wire wire;
};

static inline void put16(u8 *p, u16 value)
{
	p[0] = value >> 8;
	p[1] = value & 0xff;
}

static inline void put32(u8 *p, u32 value)
{
	put16(p, value >> 16);
	put16(p + 2, value & 0xffff);
}

/* The length field as it ought to be. */
static inline void finish(struct message *msg)
{
	put16(msg->p + msg->at + 2, msg->len - msg->at);
}

/* A header: tunnel 0x0102 and session 0x0304, or control connection 0x01020304. */
static inline void start(struct message *msg, enum wire wire)
{
	memset(msg, 0, sizeof(*msg));
	msg->wire = wire;
	msg->at = wire == V3_IP ? 4 : 0;
	msg->len = msg->at + 12;
	put16(msg->p + msg->at, wire == V2 ? 0xc802 : 0xc803);
	put32(msg->p + msg->at + 4, 0x01020304);
	finish(msg);
}

/* Returns where its value is. */
static inline u32 avp(struct message *msg, u16 flags, u16 attr, const u8 *value, u32 len)
{
	u8 *p = msg->p + msg->len;

	put16(p, flags | (6 + len));
	put16(p + 4, attr);
	memcpy(p + 6, value, len);
	msg->len += 6 + len;
	finish(msg);
	return msg->len - len;
}

static inline u32 avp_id(struct message *msg, u16 attr, u32 id)
{
	u8 value[4];

	if (attr > 14) {
		put32(value, id);
		return avp(msg, AVP_M, attr, value, 4);
	}
	put16(value, id);
	return avp(msg, AVP_M, attr, value, 2);
}

/* Length, value and padding, unreadable. */
static inline void avp_hidden(struct message *msg, u16 attr, u32 len)
{
	static const u8 noise[32] = { 0x9e, 0x37, 0x79, 0xb9, 0x7f, 0x4a, 0x7c, 0x15 };

	avp(msg, AVP_M | AVP_H, attr, noise, len);
}

static inline void start_type(struct message *msg, enum wire wire, u16 type)
{
	start(msg, wire);
	avp_id(msg, 0, type);
}

static inline enum l2tp_wire_error header(const struct message *msg, u32 len, struct l2tp_header *h)
{
	return msg->wire == V3_IP ? l2tp_ip_parse(msg->p, len, len, h) :
				    l2tp_udp_parse(msg->p, len, len, h);
}

/* Header and AVPs. */
static inline enum l2tp_wire_error parse(const struct message *msg, struct l2tp_message *m)
{
	struct l2tp_header h;
	enum l2tp_wire_error err = header(msg, msg->len, &h);

	return err ?: l2tp_message_parse(msg->p, msg->len, &h, m);
}

static inline enum l2tp_wire_error check(const struct message *msg)
{
	struct l2tp_message m;

	return parse(msg, &m);
}

static inline void expect_id(struct kunit *test, const struct l2tp_id *id, u32 value, u32 off,
			     u8 width)
{
	KUNIT_EXPECT_EQ(test, id->sight, L2TP_CLEAR);
	KUNIT_EXPECT_EQ(test, id->value, value);
	KUNIT_EXPECT_EQ(test, id->off, off);
	KUNIT_EXPECT_EQ(test, id->width, width);
}

static inline void expect_no_id(struct kunit *test, const struct l2tp_id *id, u8 sight)
{
	KUNIT_EXPECT_EQ(test, id->sight, sight);
	KUNIT_EXPECT_EQ(test, id->value, 0);
	KUNIT_EXPECT_EQ(test, id->off, 0);
	KUNIT_EXPECT_EQ(test, id->width, 0);
}

/* Each test case gets a message to build. */
static inline int l2tp_lab_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct message), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

#endif
