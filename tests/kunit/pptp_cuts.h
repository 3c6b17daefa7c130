/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every PPTP message with call ids, cut at every place: the receiver must get the same bytes
 * however the message travels. For KUnit and for the userspace tests.
 */
#ifndef PPTP_CUTS_H
#define PPTP_CUTS_H

#include "pptp_lab.h"

#define CUT_ID		0x1234	/* its alias has another high byte */
#define CUT_NEW_ID	0x5640	/* its alias has the same high byte, as it may be cut in two */
#define CUT_FREE_ID	0x7f01	/* is its own alias, which begins like the alias of CUT_ID */
#define CUT_THIRD_ID	0x1201	/* begins like CUT_ID, its alias like neither */
#define CUT_END		22	/* nothing is decided beyond this offset */

/**
 * struct cut - one message under test
 * @type: its type
 * @pns: which end is the PNS
 * @crowd: other calls make half an id ambiguous
 * @from: its sender
 * @off: where it starts in the stream
 * @len: its length
 * @want: what its receiver must get, but for an alias that is chosen only when it is sent
 */
struct cut {
	u16 type;
	enum pptp_end pns;
	bool crowd;
	enum pptp_end from;
	u32 off;
	u32 len;
	u8 want[256];
};

static const u16 cut_types[] = { 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static inline bool cut_is_in(u16 type)
{
	return type >= PPTP_MSG_IN_REQUEST && type <= PPTP_MSG_IN_CONNECTED;
}

/* The message before the one under test, for the call with @id at both ends. */
static inline void cut_request(struct lab *lab, const struct cut *cut, u16 id, u16 *alias)
{
	enum pptp_end end = cut_is_in(cut->type) ? pptp_other_end(cut->pns) : cut->pns;
	u16 type = cut_is_in(cut->type) ? PPTP_MSG_IN_REQUEST : PPTP_MSG_OUT_REQUEST;
	u32 off = lab_say(lab, end, type, id, 0, 0);

	alias[end] = lab_got16(lab, end, off + 12);
}

static inline void cut_reply(struct lab *lab, const struct cut *cut, u16 id, u16 *alias)
{
	enum pptp_end end = cut_is_in(cut->type) ? cut->pns : pptp_other_end(cut->pns);
	u16 type = cut_is_in(cut->type) ? PPTP_MSG_IN_REPLY : PPTP_MSG_OUT_REPLY;
	u32 off = lab_say(lab, end, type, id, alias[pptp_other_end(end)],
			  PPTP_RESULT_CONNECTED);

	alias[end] = lab_got16(lab, end, off + 12);
}

/* One call with @id at both ends, as far as the message under test needs it. */
static inline void cut_call(struct lab *lab, const struct cut *cut, u16 id, u16 *alias)
{
	if (cut->type == PPTP_MSG_OUT_REQUEST || cut->type == PPTP_MSG_IN_REQUEST)
		return;
	cut_request(lab, cut, id, alias);
	if (cut->type == PPTP_MSG_OUT_REPLY || cut->type == PPTP_MSG_IN_REPLY)
		return;
	cut_reply(lab, cut, id, alias);
}

/* Queue the message under test and note what must come out. */
static inline void cut_queue(struct lab *lab, struct cut *cut, const u16 *alias)
{
	const struct pptp_msg_info *info = pptp_msg_info(cut->type);
	enum pptp_end to = pptp_other_end(cut->from);
	u8 kind = info->field[0].kind;
	u16 a = kind == PPTP_FIELD_PEER ? alias[to] : CUT_ID;

	if (kind == PPTP_FIELD_OWN_NEW)
		a = CUT_NEW_ID;
	cut->off = lab_queue(lab, cut->from, cut->type, a, alias[to], PPTP_RESULT_CONNECTED);
	cut->len = lab_msg_len(cut->type);
	memcpy(cut->want, lab->pipe[cut->from].sent + cut->off, cut->len);
	if (kind == PPTP_FIELD_OWN_OLD)
		lab_put16(cut->want + 12, alias[cut->from]);
	else if (kind == PPTP_FIELD_PEER)
		lab_put16(cut->want + 12, CUT_ID);
	if (info->field[1].kind)
		lab_put16(cut->want + 14, CUT_ID);
	lab_queue(lab, cut->from, 5, 0, 0, 0);
}

/* Set the stage: all is sent but the message under test, which is followed by an echo. */
static inline void cut_start(struct lab *lab, struct cut *cut)
{
	u16 alias[2] = { 0, 0 }, other[2];

	cut->from = pptp_msg_info(cut->type)->from_pns ? cut->pns : pptp_other_end(cut->pns);
	lab_init(lab, 0xffffff80u, 0x7fffff00u);
	lab_take_page(lab, PPTP_INITIATOR, CUT_ID >> 8);
	lab_take_page(lab, PPTP_RESPONDER, CUT_ID >> 8);
	lab_take(lab, cut->from, CUT_NEW_ID);
	cut_call(lab, cut, CUT_ID, alias);
	if (cut->crowd) {
		cut_call(lab, cut, CUT_FREE_ID, other);
		cut_call(lab, cut, CUT_THIRD_ID, other);
	}
	cut_queue(lab, cut, alias);
}

/* The call that the message was about. */
static inline struct lab_call *cut_find(struct lab *lab, const struct cut *cut)
{
	bool fresh = pptp_msg_info(cut->type)->field[0].kind == PPTP_FIELD_OWN_NEW;
	u16 id = fresh ? CUT_NEW_ID : CUT_ID;
	struct lab_call *c;

	for (c = lab->pool; c < lab->pool + LAB_CALLS; c++) {
		if (c->used && (c->call.known & BIT(cut->from)) && c->call.id[cut->from] == id)
			return c;
	}
	return NULL;
}

/* The first field if it introduced an id: an alias that was free, and the call's. */
static inline void cut_check_alias(struct lab *lab, const struct cut *cut, const struct lab_call *c)
{
	u16 alias = lab_got16(lab, cut->from, cut->off + 12);

	if (lab->owner[cut->from][alias] != lab_tag(lab, c) || c->call.alias[cut->from] != alias)
		lab_broken(lab, "cut: the receiver knows the call by an alias that isn't its own");
}

static inline void cut_check_state(struct lab *lab, const struct cut *cut, const struct lab_call *c)
{
	bool ends = cut->type == PPTP_MSG_DISCONNECT;
	bool request = cut->type == PPTP_MSG_OUT_REQUEST || cut->type == PPTP_MSG_IN_REQUEST;
	bool up = !request && cut->type != PPTP_MSG_IN_REPLY;

	if (c->up != up)
		lab_broken(lab, "cut: the call is up too early or not at all");
	if (c->closing != ends)
		lab_broken(lab, "cut: the call is closing too early or not at all");
}

/* All is delivered, with the right bytes and the right effect. @exact: the ids too. */
static inline void cut_check(struct lab *lab, const struct cut *cut, bool exact)
{
	const u8 *got = lab->pipe[cut->from].got + cut->off;
	const struct pptp_stream *s = &lab->conn.stream[cut->from];
	bool fresh = pptp_msg_info(cut->type)->field[0].kind == PPTP_FIELD_OWN_NEW;
	const struct lab_call *c = cut_find(lab, cut);

	if (lab->pipe[cut->from].una != lab->pipe[cut->from].len)
		lab_broken(lab, "cut: stalled");
	if (s->sync != PPTP_SYNC_OK || s->have)
		lab_broken(lab, "cut: the parser lost its place");
	if (memcmp(got, cut->want, 12) || memcmp(got + 16, cut->want + 16, cut->len - 16))
		lab_broken(lab, "cut: a byte outside the ids was changed");
	if (!exact)
		return;
	if (memcmp(got + 14, cut->want + 14, 2) || (!fresh && memcmp(got + 12, cut->want + 12, 2)))
		lab_broken(lab, "cut: the receiver got a wrong id");
	if (!c) {
		lab_broken(lab, "cut: the call is gone");
		return;
	}
	if (fresh)
		cut_check_alias(lab, cut, c);
	cut_check_state(lab, cut, c);
}

/* Send a piece; if it is dropped, send all from its start on, as TCP would. */
static inline void cut_piece(struct lab *lab, const struct cut *cut, u32 start, u32 end)
{
	if (start < end && lab_send(lab, cut->from, cut->off + start, end - start) == PPTP_DROP)
		lab_flush(lab, cut->from);
}

/* How the pieces travel. */
enum cut_travel {
	CUT_PLAIN,
	CUT_LOST,		/* the first is lost behind us, then all comes in one */
	CUT_OVERLAP,		/* the first arrives, then all comes in one */
	CUT_LATE,		/* the last comes first */
	CUT_TRAVELS,
};

/* Three pieces, cut at @i and @j. */
static inline void cut_three(struct lab *lab, struct cut *cut, u32 i, u32 j, enum cut_travel travel)
{
	u32 len;

	cut_start(lab, cut);
	len = lab->pipe[cut->from].len - cut->off;
	if (travel == CUT_LATE && lab_send(lab, cut->from, cut->off + j, len - j) != PPTP_DROP)
		lab_broken(lab, "cut: a gap was passed");
	if (travel == CUT_LOST) {
		lab_filter(lab, cut->from, cut->off, i);
		lab_filter(lab, cut->from, cut->off, j);
	} else {
		cut_piece(lab, cut, 0, i);
		cut_piece(lab, cut, i, j);
	}
	if (travel == CUT_LOST || travel == CUT_OVERLAP)
		cut_piece(lab, cut, 0, len);
	else
		cut_piece(lab, cut, j, len);
	cut_check(lab, cut, true);
}

/* One byte a segment. @stubborn: a dropped byte is sent alone again and again. */
static inline void cut_bytes(struct lab *lab, struct cut *cut, bool stubborn)
{
	struct lab_pipe *pipe = &lab->pipe[cut->from];
	u32 tries = 0, n = 1;

	cut_start(lab, cut);
	while (pipe->una < pipe->len) {
		u32 before = pipe->una;

		lab_send(lab, cut->from, before, n);
		if (pipe->una > before) {
			n = 1;
			tries = 0;
			continue;
		}
		if (++tries > PPTP_MAX_DROPS) {
			lab_broken(lab, "cut: stalled at one byte");
			return;
		}
		if (!stubborn)
			n += 4;
	}
	cut_check(lab, cut, !stubborn || !cut->crowd);
}

/* Two pieces cut at any byte, and three cut at any two bytes that matter. */
static inline u32 cut_all_ways(struct lab *lab, struct cut *cut)
{
	enum cut_travel travel;
	u32 i, j, n = 0, len = lab_msg_len(cut->type);

	for (travel = CUT_PLAIN; travel < CUT_TRAVELS; travel++) {
		for (i = 1; i < len && !lab->broken; i++, n++)
			cut_three(lab, cut, i, len, travel);
		for (i = 1; i < CUT_END; i++) {
			for (j = i + 1; j < CUT_END && !lab->broken; j++, n++)
				cut_three(lab, cut, i, j, travel);
		}
	}
	if (!lab->broken)
		cut_bytes(lab, cut, false);
	if (!lab->broken)
		cut_bytes(lab, cut, true);
	return n + 2;
}

/*
 * One type, as PNS and as PAC, alone and in a crowd. Returns the number of ways in which
 * the message was sent; on a mistake lab->broken is set and @cut is the message.
 */
static inline u32 cut_type(struct lab *lab, u16 type, struct cut *cut)
{
	u32 n = 0, i;

	for (i = 0; i < 4; i++) {
		memset(cut, 0, sizeof(*cut));
		cut->type = type;
		cut->pns = i & 1 ? PPTP_RESPONDER : PPTP_INITIATOR;
		cut->crowd = i & 2;
		n += cut_all_ways(lab, cut);
		if (lab->broken)
			break;
	}
	return n;
}

#endif
