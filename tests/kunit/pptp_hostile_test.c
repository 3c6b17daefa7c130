// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP control streams that mean harm, or come from broken software.
 */
#include "pptp_test.h"

#define PNS	PPTP_INITIATOR
#define PAC	PPTP_RESPONDER

/* Lengths that no message can have end the reading, and the next good message resumes it. */
static void hostile_lengths(struct kunit *test)
{
	static const u16 lengths[] = { 0, 1, 9, 10, 15, 1025, 0x8000, 65535 };
	struct lab *lab = test->priv;
	unsigned int i;
	u32 off;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		off = lab_queue(lab, PNS, 1, 0, 0, 0);
		lab_put16(lab->pipe[PNS].sent + off, lengths[i]);
		KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
		KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_MALFORMED], i + 1);
		lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 100 + i, 0, 0);
		KUNIT_EXPECT_EQ(test, lab->conn.ncalls, i + 1);
	}
}

/* Known types that are too short for their ids and result are skipped. */
static void hostile_short_messages(struct kunit *test)
{
	struct lab *lab = test->priv;
	u8 msg[16];
	u32 off;

	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	off = lab_queue(lab, PAC, PPTP_MSG_OUT_REPLY, 2, 1, PPTP_RESULT_CONNECTED);
	memcpy(msg, lab->pipe[PAC].sent + off, sizeof(msg));
	lab->pipe[PAC].len = off;
	lab_put16(msg, sizeof(msg));
	lab_queue_raw(lab, PAC, msg, sizeof(msg));
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_MALFORMED], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_BYPASS], 0);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 2, 1, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->up);
}

/* Each byte of the header wrong in turn. */
static void hostile_headers(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;
	u32 off;

	for (i = 2; i < 8; i++) {
		off = lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, i, 0, 0);
		lab->pipe[PNS].sent[off + i] ^= 0xff;
		KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
		lab_say(lab, PNS, 5, 0, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_MALFORMED], 6);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 0);
}

/* Unknown types are skipped by their length, whatever they contain. */
static void hostile_unknown_types(struct kunit *test)
{
	static const u16 types[] = { 0, 16, 255, 256 + 7, 0x8007, 65535 };
	struct lab *lab = test->priv;
	unsigned int i;
	u32 off;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		off = lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, i, 0, 0);
		lab_put16(lab->pipe[PNS].sent + off + 8, types[i]);
	}
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 4711, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNKNOWN_TYPE], ARRAY_SIZE(types));
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
	pptp_test_call(test, PNS, 4711);
}

/* Send @msg, of @len bytes, as the next bytes of @from, without a pipe. */
static enum pptp_verdict hostile_send(struct lab *lab, enum pptp_end from, const u8 *msg, u32 len)
{
	struct pptp_segment seg = {
		.seq = lab->conn.stream[from].next,
		.ack = lab->conn.stream[pptp_other_end(from)].next,
		.data = msg, .len = len,
	};

	lab->work_len = len;
	lab->edited = 0;
	return pptp_stream_segment(&lab->conn, from, &seg, lab_edit, lab);
}

/* The owner's limit holds; calls beyond it are dropped and counted. */
static void hostile_10000_calls(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int id, passed = 0;
	u8 *msg = lab->pipe[PNS].sent;

	lab->max_calls = 100;
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 0, 0, 0);
	for (id = 1; id <= 10000; id++) {
		lab_put16(msg + 12, id);
		passed += hostile_send(lab, PNS, msg, 168) == PPTP_PASS;
	}
	KUNIT_EXPECT_EQ(test, passed, 100);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 100);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_REFUSED], 9900);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
}

/* One id requested again and again, up in between: old calls close, one is left. */
static void hostile_same_id(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct lab_call *c;
	u16 alias[2];
	unsigned int i, closing = 0;

	for (i = 0; i < 100; i++)
		pptp_test_dial(lab, 1, 2, alias);
	for (c = lab->pool; c < lab->pool + LAB_CALLS; c++)
		closing += c->used && c->closing;
	KUNIT_EXPECT_EQ(test, closing, 99);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->up);
	KUNIT_EXPECT_EQ(test, alias[PNS], 1);
}

/* A segment as large as they come, full of the shortest messages. */
static void hostile_full_segment(struct kunit *test)
{
	struct lab *lab = test->priv;
	const u32 n = 65535 / 16;
	u8 *data = vmalloc(n * 16);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, data);
	lab_queue(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	for (i = 0; i < n; i++)
		memcpy(data + i * 16, lab->pipe[PNS].sent, 16);
	lab_take(lab, PNS, 1);
	lab_put16(lab->pipe[PNS].sent + 8, PPTP_MSG_OUT_REQUEST);
	hostile_send(lab, PNS, lab->pipe[PNS].sent, 16);
	hostile_send(lab, PAC, NULL, 0);
	KUNIT_EXPECT_EQ(test, hostile_send(lab, PNS, data, n * 16), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_EDITED], 1 + PPTP_LOG_LEN);
	vfree(data);
}

/* Everything is 0xff, or 0: no reading, no calls, and it passes. */
static void hostile_constant_bytes(struct kunit *test)
{
	struct lab *lab = test->priv;
	u8 *bytes = lab->pipe[PNS].sent;

	memset(bytes, 0xff, LAB_BYTES);
	KUNIT_EXPECT_EQ(test, hostile_send(lab, PNS, bytes, LAB_BYTES), PPTP_PASS);
	memset(bytes, 0, LAB_BYTES);
	KUNIT_EXPECT_EQ(test, hostile_send(lab, PAC, bytes, LAB_BYTES), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_BYPASS], 2);
}

/* After jumps of sequence numbers the log may wrap: edits still come in ascending order. */
static void hostile_log_order(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct pptp_stream *s = &lab->conn.stream[PNS];

	lab_queue(lab, PNS, 1, 0, 0, 0);
	s->sync = PPTP_SYNC_LOST;
	s->next = TEST_ISN0 + 156;
	s->nlog = 3;
	s->log[0] = (struct pptp_logged) { .seq = TEST_ISN0 + 50, .len = 2 };
	s->log[1] = (struct pptp_logged) { .seq = TEST_ISN0 + 20, .len = 2 };
	s->log[2] = (struct pptp_logged) { .seq = TEST_ISN0 + 51, .len = 2 };
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 0, 156), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->edited, 53);
}

/* An ACK for what was never sent only hurts the connection's own reading. */
static void hostile_ack(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct pptp_segment seg = { .seq = TEST_ISN1, .ack = TEST_ISN0 + 0x70000000 };

	KUNIT_EXPECT_EQ(test, pptp_stream_segment(&lab->conn, PAC, &seg, lab_edit, lab),
			PPTP_PASS);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
}

static struct kunit_case hostile_cases[] = {
	KUNIT_CASE(hostile_lengths),
	KUNIT_CASE(hostile_short_messages),
	KUNIT_CASE(hostile_headers),
	KUNIT_CASE(hostile_unknown_types),
	KUNIT_CASE(hostile_10000_calls),
	KUNIT_CASE(hostile_same_id),
	KUNIT_CASE(hostile_full_segment),
	KUNIT_CASE(hostile_constant_bytes),
	KUNIT_CASE(hostile_log_order),
	KUNIT_CASE(hostile_ack),
	{}
};

static struct kunit_suite hostile_suite = {
	.name = "vpnpass_pptp_hostile",
	.init = pptp_test_init,
	.exit = pptp_test_exit,
	.test_cases = hostile_cases,
};

kunit_test_suites(&hostile_suite);
