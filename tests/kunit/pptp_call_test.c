// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of a PPTP control connection: linking of ids, life of a call, clashes.
 */
#include "pptp_test.h"

#define PNS	PPTP_INITIATOR
#define PAC	PPTP_RESPONDER

static void call_outgoing(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *c;
	u16 alias[2];

	pptp_test_dial(lab, 100, 200, alias);
	c = pptp_test_call(test, PNS, 100);
	KUNIT_EXPECT_PTR_EQ(test, c, pptp_test_call(test, PAC, 200));
	KUNIT_EXPECT_TRUE(test, c->up);
	KUNIT_EXPECT_EQ(test, c->call.pns, PNS);
	KUNIT_EXPECT_EQ(test, alias[PNS], 100);
	KUNIT_EXPECT_EQ(test, alias[PAC], 200);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_EDITED], 0);
}

/* The responder may be the PNS: roles follow the message types. */
static void call_outgoing_by_responder(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *c;

	lab_say(lab, PPTP_RESPONDER, PPTP_MSG_OUT_REQUEST, 5, 0, 0);
	lab_say(lab, PPTP_INITIATOR, PPTP_MSG_OUT_REPLY, 6, 5, PPTP_RESULT_CONNECTED);
	c = pptp_test_call(test, PPTP_RESPONDER, 5);
	KUNIT_EXPECT_TRUE(test, c->up);
	KUNIT_EXPECT_EQ(test, c->call.pns, PPTP_RESPONDER);
}

/* An incoming call is up when the PAC says connected, not when the PNS accepts. */
static void call_incoming(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *c;

	lab_say(lab, PAC, PPTP_MSG_IN_REQUEST, 7, 0, 0);
	lab_say(lab, PNS, PPTP_MSG_IN_REPLY, 8, 7, PPTP_RESULT_CONNECTED);
	c = pptp_test_call(test, PAC, 7);
	KUNIT_EXPECT_FALSE(test, c->up);
	lab_say(lab, PAC, PPTP_MSG_IN_CONNECTED, 8, 0, 0);
	KUNIT_EXPECT_TRUE(test, c->up);
	KUNIT_EXPECT_EQ(test, c->call.id[PNS], 8);
	KUNIT_EXPECT_EQ(test, c->call.pns, PNS);
}

static void call_both_ways(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];

	pptp_test_dial(lab, 1, 1, alias);
	lab_say(lab, PPTP_INITIATOR, PPTP_MSG_IN_REQUEST, 2, 0, 0);
	lab_say(lab, PPTP_RESPONDER, PPTP_MSG_IN_REPLY, 2, 2, PPTP_RESULT_CONNECTED);
	lab_say(lab, PPTP_INITIATOR, PPTP_MSG_IN_CONNECTED, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PPTP_INITIATOR, 1)->call.pns, PPTP_INITIATOR);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PPTP_INITIATOR, 2)->call.pns, PPTP_RESPONDER);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PPTP_INITIATOR, 2)->up);
}

/* Every field that names a clashing id, both ways. */
static void call_clash_is_translated(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];
	u32 off;

	lab_take(lab, PNS, 111);
	lab_take(lab, PAC, 111);
	pptp_test_dial(lab, 111, 111, alias);
	KUNIT_EXPECT_NE(test, alias[PNS], 111);
	KUNIT_EXPECT_NE(test, alias[PAC], 111);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, 14), 111);
	off = lab_say(lab, PNS, PPTP_MSG_SET_LINK, alias[PAC], 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), 111);
	off = lab_say(lab, PAC, PPTP_MSG_WAN_ERROR, alias[PNS], 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 12), 111);
	off = lab_say(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 111, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), alias[PNS]);
	off = lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 111, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 12), alias[PAC]);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNKNOWN_ID], 0);
}

static void call_refused(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *c;

	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	c = pptp_test_call(test, PNS, 1);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 2, 1, 4);
	KUNIT_EXPECT_TRUE(test, c->closing);
	KUNIT_EXPECT_FALSE(test, c->up);
	KUNIT_EXPECT_TRUE(test, lab_is_free(lab, PAC, 2));
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 2, 1, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_FALSE(test, c->up);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNEXPECTED], 1);
}

/* A refusal that carries the id of a running call does that call no harm. */
static void call_refused_with_stale_id(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];

	pptp_test_dial(lab, 1, 50, alias);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 50, 2, 2);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PAC, 50)->closing);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 2)->closing);
}

static void call_incoming_refused(struct kunit *test)
{
	struct lab *lab = test->priv;

	lab_say(lab, PAC, PPTP_MSG_IN_REQUEST, 7, 0, 0);
	lab_say(lab, PNS, PPTP_MSG_IN_REPLY, 0, 7, 3);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PAC, 7)->closing);
	lab_say(lab, PAC, PPTP_MSG_IN_CONNECTED, 0, 0, 0);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PAC, 7)->up);
}

static void call_disconnect(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2], other[2];

	pptp_test_dial(lab, 1, 1, alias);
	pptp_test_dial(lab, 2, 2, other);
	lab_say(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
	lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 1, 0, 0);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->closing);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 2)->closing);
}

/* Cleared and dialled again with the same ids, before the owner freed the old call. */
static void call_redial(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *old;
	u16 alias[2];

	lab_take(lab, PNS, 1);
	pptp_test_dial(lab, 1, 9, alias);
	old = pptp_test_call(test, PNS, 1);
	lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 9, 0, 0);
	pptp_test_dial(lab, 1, 9, alias);
	KUNIT_EXPECT_PTR_NE(test, old, pptp_test_call(test, PNS, 1));
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->up);
	KUNIT_EXPECT_EQ(test, alias[PAC], 9);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_REPLACED], 0);
	lab_free_call(lab, &old->call);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
}

static void call_replaced(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *old;
	u16 alias[2];

	pptp_test_dial(lab, 1, 9, alias);
	old = pptp_test_call(test, PNS, 1);
	pptp_test_dial(lab, 1, 10, alias);
	KUNIT_EXPECT_TRUE(test, old->closing);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PAC, 10)->up);
	KUNIT_EXPECT_EQ(test, alias[PNS], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_REPLACED], 1);
}

/* The same request twice is one call, under one alias. */
static void call_repeated(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 first, second;

	lab_take(lab, PNS, 1);
	first = lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	second = lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, first + 12), lab_got16(lab, PNS, second + 12));
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_REPEATED], 1);
}

/* A second reply can't give a running call another id. */
static void call_answered_twice(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];

	pptp_test_dial(lab, 1, 9, alias);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 77, 1, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PNS, 1)->call.id[PAC], 9);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 9, 1, 2);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNEXPECTED], 2);
}

/* The same answer once more carries the same ids, and changes nothing. */
static void call_answered_again(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];
	u32 off;

	lab_take(lab, PNS, 1);
	lab_take(lab, PAC, 9);
	pptp_test_dial(lab, 1, 9, alias);
	off = lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 9, alias[PNS], PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_NE(test, alias[PAC], 9);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 12), alias[PAC]);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 14), 1);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNEXPECTED], 1);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->up);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
}

/* A reply of the wrong kind answers nothing. */
static void call_wrong_reply(struct kunit *test)
{
	struct lab *lab = test->priv;

	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_say(lab, PAC, PPTP_MSG_IN_REPLY, 2, 1, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PNS, 1)->call.known, BIT(PNS));
	lab_say(lab, PAC, PPTP_MSG_IN_CONNECTED, 1, 0, 0);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->up);
	lab_say(lab, PAC, PPTP_MSG_IN_REPLY, 2, 1, 3);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
}

static void call_stop(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];

	pptp_test_dial(lab, 1, 1, alias);
	pptp_test_dial(lab, 2, 2, alias);
	lab_say(lab, PNS, 3, 0, 0, 0);
	KUNIT_EXPECT_FALSE(test, lab->conn.stopped);
	lab_say(lab, PAC, PPTP_MSG_STOP_REPLY, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, lab->conn.stopped);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->closing);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 2)->closing);
}

/* The owner ends the connection: nothing comes up any more. */
static void call_connection_closed(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];

	pptp_test_dial(lab, 1, 1, alias);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	pptp_conn_close(&lab->conn);
	KUNIT_EXPECT_TRUE(test, lab->conn.stopped);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->closing);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 2, 2, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 2)->up);
}

/* Nobody may get a call under an id that is another's, however often it asks. */
static void call_no_alias_left(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;

	for (i = 0; i < 256; i++)
		lab_take_page(lab, PNS, i);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	for (i = 1; i <= 2 * PPTP_MAX_DROPS; i++) {
		KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
		KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_NO_ID], i);
	}
	KUNIT_EXPECT_TRUE(test, lab->pool[0].closing);
}

static void call_no_alias_for_reply(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;

	for (i = 0; i < 256; i++)
		lab_take_page(lab, PNS, i);
	lab_say(lab, PAC, PPTP_MSG_IN_REQUEST, 1, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_IN_REPLY, 7, 1, PPTP_RESULT_CONNECTED);
	for (i = 1; i <= 2 * PPTP_MAX_DROPS; i++)
		KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_NO_ID], 2 * PPTP_MAX_DROPS);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PAC, 1)->up);
}

/* A call beyond the limit is asked for again by TCP, and is made when there is room. */
static void call_at_limit(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;
	u16 alias[2];

	lab->max_calls = 1;
	pptp_test_dial(lab, 1, 1, alias);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	for (i = 1; i <= 2 * PPTP_MAX_DROPS; i++) {
		KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
		KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_REFUSED], i);
	}
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
	lab->max_calls = 2;
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 2, 2, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 2)->up);
}

static void call_unknown_id(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off = lab_say(lab, PNS, PPTP_MSG_SET_LINK, 4711, 0, 0);

	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), 4711);
	lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 4711, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNKNOWN_ID], 2);
}

/* A call that was saved: its ids are translated, and it ends, as if it had been dialled. */
static void call_restored(struct kunit *test)
{
	const struct pptp_call like = { .id = { 111, 112 }, .alias = { 211, 212 }, .pns = PNS };
	struct lab *lab = test->priv;
	struct pptp_call *call = pptp_call_restore(&lab->conn, &like);
	struct lab_call *c;
	u32 off;

	KUNIT_ASSERT_FALSE(test, IS_ERR(call));
	c = lab_call_of(call);
	c->up = true;
	lab->owner[PNS][211] = lab_tag(lab, c);
	lab->owner[PAC][212] = lab_tag(lab, c);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pptp_call_restore(&lab->conn, &like)), -EEXIST);
	off = lab_say(lab, PNS, PPTP_MSG_SET_LINK, 212, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), 112);
	off = lab_say(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 111, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), 211);
	off = lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 112, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 12), 212);
	KUNIT_EXPECT_TRUE(test, c->closing);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNKNOWN_ID], 0);
}

/* One call more than there may be is not restored. */
static void call_restored_at_limit(struct kunit *test)
{
	const struct pptp_call like = { .id = { 111, 112 }, .alias = { 111, 112 }, .pns = PNS };
	struct lab *lab = test->priv;
	u16 alias[2];

	lab->max_calls = 1;
	pptp_test_dial(lab, 1, 1, alias);
	KUNIT_EXPECT_EQ(test, PTR_ERR(pptp_call_restore(&lab->conn, &like)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
}

static struct kunit_case call_cases[] = {
	KUNIT_CASE(call_outgoing),
	KUNIT_CASE(call_outgoing_by_responder),
	KUNIT_CASE(call_incoming),
	KUNIT_CASE(call_both_ways),
	KUNIT_CASE(call_clash_is_translated),
	KUNIT_CASE(call_refused),
	KUNIT_CASE(call_refused_with_stale_id),
	KUNIT_CASE(call_incoming_refused),
	KUNIT_CASE(call_disconnect),
	KUNIT_CASE(call_redial),
	KUNIT_CASE(call_replaced),
	KUNIT_CASE(call_repeated),
	KUNIT_CASE(call_answered_twice),
	KUNIT_CASE(call_answered_again),
	KUNIT_CASE(call_wrong_reply),
	KUNIT_CASE(call_stop),
	KUNIT_CASE(call_connection_closed),
	KUNIT_CASE(call_no_alias_left),
	KUNIT_CASE(call_no_alias_for_reply),
	KUNIT_CASE(call_at_limit),
	KUNIT_CASE(call_unknown_id),
	KUNIT_CASE(call_restored),
	KUNIT_CASE(call_restored_at_limit),
	{}
};

static struct kunit_suite call_suite = {
	.name = "vpnpass_pptp_call",
	.init = pptp_test_init,
	.exit = pptp_test_exit,
	.test_cases = call_cases,
};

kunit_test_suites(&call_suite);
