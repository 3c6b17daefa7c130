// SPDX-License-Identifier: GPL-2.0
/*
 * The TCP stream of a PPTP control connection: cuts, repetitions, gaps, loss of place.
 */
#include "pptp_test.h"
#include "pptp_cuts.h"

#define PNS	PPTP_INITIATOR
#define PAC	PPTP_RESPONDER

static void stream_every_cut(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct cut cut;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cut_types); i++) {
		cut_type(lab, cut_types[i], &cut);
		if (lab->broken) {
			KUNIT_FAIL(test, "type %u, PNS is end %u, crowd %d: %s", cut.type,
				   cut.pns, cut.crowd, lab->broken);
			return;
		}
	}
}

static void stream_coalesced(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int id;
	u32 off;

	for (id = 1; id <= 60; id++) {
		lab_queue(lab, PNS, 1, 0, 0, 0);
		lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, id, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	for (id = 1; id <= 60; id++) {
		lab_queue(lab, PAC, PPTP_MSG_OUT_REPLY, 1000 + id, id, PPTP_RESULT_CONNECTED);
		lab_queue(lab, PAC, PPTP_MSG_WAN_ERROR, id, 0, 0);
	}
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	for (id = 1; id <= 60; id++)
		KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PAC, 1000 + id)->up);
	off = lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 1060, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 12), 1060);
}

/* Old and new bytes in one segment, cut elsewhere each time; lab_deliver() compares. */
static void stream_retransmission(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 len, start, end;
	u16 alias;

	lab_take(lab, PNS, 1);
	lab->hold_acks = true;
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	len = lab->pipe[PNS].len;
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 0, 20), PPTP_PASS);
	alias = lab_got16(lab, PNS, 12);
	KUNIT_EXPECT_NE(test, alias, 1);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 10, 171), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	for (start = 0; start < len; start++) {
		for (end = start + 1; end <= len; end++)
			lab_send(lab, PNS, start, end - start);
	}
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, 12), alias);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, 168 + 12), alias);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
}

/* A retransmission with other contents gets what was decided, and is not parsed. */
static void stream_changed_retransmission(struct kunit *test)
{
	struct lab *lab = test->priv;

	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_filter(lab, PNS, 0, 168);
	lab_put16(lab->pipe[PNS].sent + 12, 2);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 0, 168), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
	pptp_test_call(test, PNS, 1);
}

static void stream_gap(struct kunit *test)
{
	struct lab *lab = test->priv;

	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 168, 168), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 1, 168), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_GAP], 2);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 0);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 2);
}

/* The receiver has bytes that never came by: give up reading until a message starts. */
static void stream_bytes_went_elsewhere(struct kunit *test)
{
	struct lab *lab = test->priv;

	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 3, 0, 0);
	lab->work_len = 100;
	lab_deliver(lab, &lab->pipe[PNS], 0);
	lab_filter(lab, PAC, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 100, 100), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_BYPASS], 1);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 168, 168), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_RESYNC], 0);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 336, 168), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_RESYNC], 1);
	pptp_test_call(test, PNS, 3);
}

/* Reading begins again at new bytes only: an old message is not parsed twice. */
static void stream_malformed_then_resync(struct kunit *test)
{
	static const u8 junk[40] = { 0, 40, 0, 1, 0x1a, 0x2b, 0x3c, 0x4e };
	struct lab *lab = test->priv;

	lab_take(lab, PNS, 1);
	lab->hold_acks = true;
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_queue_raw(lab, PNS, junk, sizeof(junk));
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_MALFORMED], 1);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_BYPASS], 1);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 0, 168), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_RESYNC], 0);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_RESYNC], 1);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 2);
}

static void stream_picked_up_late(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias;

	lab_init(lab, 0xf0000000u, TEST_ISN1);
	pptp_conn_init(&lab->conn, &lab_ops, NULL);
	lab_take(lab, PNS, 2);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 50, 118), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, 168, 168), PPTP_PASS);
	alias = lab_got16(lab, PNS, 168 + 12);
	KUNIT_EXPECT_NE(test, alias, 2);
	KUNIT_EXPECT_EQ(test, lab->conn.stream[PNS].nlog, 1);
	lab->pipe[PNS].una = lab->pipe[PNS].len;
	lab_filter(lab, PAC, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->conn.stream[PNS].nlog, 0);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 1, alias, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 2)->up);
}

/* A FIN counts one in the ACK: that is no missing byte. */
static void stream_fin_is_acknowledged(struct kunit *test)
{
	struct lab *lab = test->priv;
	struct pptp_segment seg = { .seq = TEST_ISN1, .ack = TEST_ISN0 + 1 };

	pptp_stream_segment(&lab->conn, PAC, &seg, lab_edit, lab);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_BYPASS], 0);
	KUNIT_EXPECT_EQ(test, lab->conn.ncalls, 1);
}

/* Fill the log: a call under an alias, then messages that name it. */
static u32 stream_fill_log(struct lab *lab)
{
	unsigned int i;

	lab_take(lab, PNS, 1);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_filter(lab, PAC, 0, 0);
	lab->hold_acks = true;
	for (i = 0; i < PPTP_LOG_LEN; i++)
		lab_say(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	return lab_queue(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
}

static void stream_log_full(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off = stream_fill_log(lab);

	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_EDIT_LOG_FULL], 1);
	lab->hold_acks = false;
	lab_filter(lab, PAC, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), lab_got16(lab, PNS, 12));
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_EDIT_LOG_LOST], 0);
}

/* ACKs don't come by: after three drops the oldest edit is forgotten, not the newest. */
static void stream_log_overflow(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off = stream_fill_log(lab);
	unsigned int i;

	for (i = 0; i < PPTP_MAX_DROPS; i++)
		KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), lab_got16(lab, PNS, 12));
	off = lab_say(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PNS, off + 12), lab_got16(lab, PNS, 12));
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_EDIT_LOG_LOST], 2);
}

/* One ACK, and a full log is a reason to wait again. */
static void stream_log_recovers(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;

	stream_fill_log(lab);
	for (i = 0; i <= PPTP_MAX_DROPS; i++)
		lab_flush(lab, PNS);
	lab->hold_acks = false;
	lab_filter(lab, PAC, 0, 0);
	KUNIT_EXPECT_EQ(test, lab->conn.stream[PNS].nlog, 0);
	lab->hold_acks = true;
	for (i = 0; i < PPTP_LOG_LEN; i++)
		lab_say(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_CLEAR_REQUEST, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
}

/* Two calls whose aliases begin alike, but their ids don't. Returns one alias. */
static u16 stream_ambiguity(struct lab *lab)
{
	u16 alias[2], other[2];

	lab_take_page(lab, PNS, CUT_ID >> 8);
	pptp_test_dial(lab, CUT_ID, 1, alias);
	pptp_test_dial(lab, CUT_FREE_ID, 2, other);
	if (alias[PNS] >> 8 != other[PNS] >> 8)
		lab_broken(lab, "lab: aliases don't begin alike");
	return alias[PNS];
}

/* Dropped in the middle, after edits that stay decided; sent again with other cuts. */
static void stream_ambiguous_then_recut(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias = stream_ambiguity(lab);
	u32 first, second;

	lab->hold_acks = true;
	first = lab_queue(lab, PAC, PPTP_MSG_WAN_ERROR, alias, 0, 0);
	second = lab_queue(lab, PAC, PPTP_MSG_WAN_ERROR, alias, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, first, 40 + 13), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_AMBIGUOUS], 1);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, first, 13), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, first + 13, 40), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, first + 13, 41), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, first + 12), CUT_ID);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, second + 12), CUT_ID);
}

static void stream_ambiguous_by_force(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias = stream_ambiguity(lab);
	u32 off = lab_queue(lab, PAC, PPTP_MSG_WAN_ERROR, alias, 0, 0);
	unsigned int i;

	for (i = 0; i < PPTP_MAX_DROPS; i++)
		KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, off, 13), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, off, 13), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_GUESSED], 1);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_got16(lab, PAC, off + 12), alias);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNKNOWN_ID], 1);
}

/* Drops at one place don't shorten the patience at the next. */
static void stream_ambiguous_twice(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias = stream_ambiguity(lab);
	unsigned int i, j;
	u32 off;

	for (i = 0; i < 2; i++) {
		off = lab_queue(lab, PAC, PPTP_MSG_WAN_ERROR, alias, 0, 0);
		for (j = 1; j < PPTP_MAX_DROPS; j++)
			KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, off, 13), PPTP_DROP);
		if (!i)
			KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	}
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, off, 13), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_GUESSED], 0);
}

/* Two requests wait; the reply to the second comes byte by byte and is first guessed wrong. */
static void stream_wrong_guess_is_mended(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off, tries = 0;

	lab_take(lab, PAC, 9);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	off = lab_queue(lab, PAC, PPTP_MSG_OUT_REPLY, 9, 2, PPTP_RESULT_CONNECTED);
	while (lab->pipe[PAC].una < lab->pipe[PAC].len && tries++ < 100)
		lab_send(lab, PAC, lab->pipe[PAC].una, 1);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_GUESSED], 1);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 2)->up);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PNS, 2)->call.alias[PAC],
			lab_got16(lab, PAC, off + 12));
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 8, 1, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 1)->up);
}

/* A refusal was taken for an answer to another call: that one waits on. */
static void stream_wrong_guess_refused(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;

	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	lab_queue(lab, PAC, PPTP_MSG_OUT_REPLY, 9, 2, 3);
	for (i = 0; i <= PPTP_MAX_DROPS; i++)
		lab_send(lab, PAC, 0, 14);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PNS, 2)->closing);
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PNS, 1)->call.known, BIT(PNS));
	KUNIT_EXPECT_TRUE(test, lab_is_free(lab, PAC, 9));
}

/* A guess is about its own message: a later refusal with a stale id does no harm. */
static void stream_guess_is_forgotten(struct kunit *test)
{
	struct lab *lab = test->priv;

	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 1, 0, 0);
	lab_queue(lab, PAC, PPTP_MSG_OUT_REPLY, 9, 1, PPTP_RESULT_CONNECTED);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, 0, 14), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, 2, 0, 0);
	lab_say(lab, PAC, PPTP_MSG_OUT_REPLY, 9, 2, 3);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PNS, 1)->call.known, BIT(PNS) | BIT(PAC));
	KUNIT_EXPECT_FALSE(test, pptp_test_call(test, PNS, 1)->closing);
}

/* A call that came up under a wrong guess closes before it loses its id. */
static void stream_wrong_guess_came_up(struct kunit *test)
{
	struct lab *lab = test->priv;
	unsigned int i;

	lab_say(lab, PAC, PPTP_MSG_IN_REQUEST, 1, 0, 0);
	lab_say(lab, PAC, PPTP_MSG_IN_REQUEST, 2, 0, 0);
	lab_queue(lab, PNS, PPTP_MSG_IN_REPLY, 9, 2, PPTP_RESULT_CONNECTED);
	for (i = 0; i <= PPTP_MAX_DROPS; i++)
		lab_send(lab, PNS, 0, 14);
	lab_say(lab, PAC, PPTP_MSG_IN_CONNECTED, 9, 0, 0);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PAC, 1)->up);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_PASS);
	KUNIT_EXPECT_TRUE(test, pptp_test_call(test, PAC, 1)->closing);
	KUNIT_EXPECT_EQ(test, pptp_test_call(test, PAC, 2)->call.id[PNS], 9);
}

/* A request repeated in two halves can't use an alias with another high byte. */
static void stream_repeated_in_halves(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off;

	lab_take_page(lab, PNS, CUT_ID >> 8);
	lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, CUT_ID, 0, 0);
	off = lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, CUT_ID, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, off, 13), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_REPEATED], 0);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_NO_ID], 1);
}

/* The owner frees a call while half of its id has passed. */
static void stream_call_freed_in_half(struct kunit *test)
{
	struct lab *lab = test->priv;
	u16 alias[2];
	u32 off;

	lab_take_page(lab, PNS, CUT_ID >> 8);
	pptp_test_dial(lab, CUT_ID, 1, alias);
	lab_say(lab, PAC, PPTP_MSG_DISCONNECT, 1, 0, 0);
	off = lab_queue(lab, PAC, PPTP_MSG_WAN_ERROR, alias[PNS], 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PAC, off, 13), PPTP_PASS);
	lab_free_call(lab, &pptp_test_call(test, PNS, CUT_ID)->call);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PAC), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_UNKNOWN_ID], 1);
}

/* The high byte of a new id has passed: only an alias with the same one will do. */
static void stream_no_alias_for_low_byte(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off;

	lab_take_page(lab, PNS, CUT_ID >> 8);
	off = lab_queue(lab, PNS, PPTP_MSG_OUT_REQUEST, CUT_ID, 0, 0);
	KUNIT_EXPECT_EQ(test, lab_send(lab, PNS, off, 13), PPTP_PASS);
	KUNIT_EXPECT_EQ(test, lab_flush(lab, PNS), PPTP_DROP);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_NO_ID], 1);
}

/* Whole, the same id gets an alias with another high byte. */
static void stream_alias_for_whole_id(struct kunit *test)
{
	struct lab *lab = test->priv;
	u32 off;

	lab_take_page(lab, PNS, CUT_ID >> 8);
	off = lab_say(lab, PNS, PPTP_MSG_OUT_REQUEST, CUT_ID, 0, 0);
	KUNIT_EXPECT_NE(test, lab_got16(lab, PNS, off + 12) >> 8, CUT_ID >> 8);
	KUNIT_EXPECT_EQ(test, lab->counts[PPTP_COUNT_NO_ID], 0);
}

static struct kunit_case stream_cases[] = {
	KUNIT_CASE(stream_every_cut),
	KUNIT_CASE(stream_coalesced),
	KUNIT_CASE(stream_retransmission),
	KUNIT_CASE(stream_changed_retransmission),
	KUNIT_CASE(stream_gap),
	KUNIT_CASE(stream_bytes_went_elsewhere),
	KUNIT_CASE(stream_malformed_then_resync),
	KUNIT_CASE(stream_picked_up_late),
	KUNIT_CASE(stream_fin_is_acknowledged),
	KUNIT_CASE(stream_log_full),
	KUNIT_CASE(stream_log_overflow),
	KUNIT_CASE(stream_log_recovers),
	KUNIT_CASE(stream_ambiguous_then_recut),
	KUNIT_CASE(stream_ambiguous_by_force),
	KUNIT_CASE(stream_ambiguous_twice),
	KUNIT_CASE(stream_wrong_guess_is_mended),
	KUNIT_CASE(stream_wrong_guess_refused),
	KUNIT_CASE(stream_guess_is_forgotten),
	KUNIT_CASE(stream_wrong_guess_came_up),
	KUNIT_CASE(stream_repeated_in_halves),
	KUNIT_CASE(stream_call_freed_in_half),
	KUNIT_CASE(stream_no_alias_for_low_byte),
	KUNIT_CASE(stream_alias_for_whole_id),
	{}
};

static struct kunit_suite stream_suite = {
	.name = "vpnpass_pptp_stream",
	.init = pptp_test_init,
	.exit = pptp_test_exit,
	.test_cases = stream_cases,
};

kunit_test_suites(&stream_suite);
