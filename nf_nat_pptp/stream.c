// SPDX-License-Identifier: GPL-2.0
/*
 * The TCP stream of a PPTP control connection (RFC 2637).
 *
 * Each byte is decided once, when the parser first sees it, and never again: edits are
 * logged by sequence number and repeated on retransmission until they are acknowledged. So
 * a dropped segment needs no undo: what was parsed of it stays parsed.
 */
#include "call.h"

#define PPTP_SANE_LEN	8	/* what pptp_header_sane() reads */

/**
 * struct pptp_walk - one segment in parsing
 * @conn: its connection
 * @s: its direction
 * @from: the end that sent it
 * @seg: the segment
 * @pos: first byte of it not handled yet
 * @seen: bytes of s->head that are known, from this and earlier segments
 * @edit: called for each edit
 * @ctx: argument of @edit
 */
struct pptp_walk {
	struct pptp_conn *conn;
	struct pptp_stream *s;
	enum pptp_end from;
	const struct pptp_segment *seg;
	u32 pos;
	u8 seen;
	pptp_edit_fn edit;
	void *ctx;
};

void pptp_stream_init(struct pptp_stream *s, const u32 *next)
{
	memset(s, 0, sizeof(*s));
	if (!next)
		return;
	s->next = *next;
	s->acked = *next;
	s->sync = PPTP_SYNC_OK;
}

static void pptp_count(struct pptp_walk *w, enum pptp_count what)
{
	w->conn->ops->count(w->conn, what);
}

static u32 pptp_left(const struct pptp_walk *w)
{
	return w->seg->len - w->pos;
}

/* The log of edits. */

/* The receiver has all bytes before @ack: they are never sent again. */
static void pptp_log_trim(struct pptp_stream *s, u32 ack)
{
	u8 i, kept = 0;

	if (s->sync == PPTP_SYNC_NONE || !pptp_before(s->acked, ack))
		return;
	s->acked = ack;
	s->overflow = false;
	for (i = 0; i < s->nlog; i++) {
		if (pptp_before(ack, s->log[i].seq + s->log[i].len))
			s->log[kept++] = s->log[i];
	}
	s->nlog = kept;
}

static void pptp_log_forget_oldest(struct pptp_stream *s)
{
	s->nlog--;
	memmove(&s->log[0], &s->log[1], s->nlog * sizeof(s->log[0]));
}

/* The part of a logged edit that lies in the first @old bytes of the segment. */
static void pptp_replay_one(struct pptp_walk *w, const struct pptp_logged *logged, u32 old)
{
	struct pptp_edit edit = {};
	u32 off;
	u8 i;

	for (i = 0; i < logged->len; i++) {
		off = logged->seq + i - w->seg->seq;
		if (off < w->pos || off >= old)
			continue;
		if (!edit.len)
			edit.off = off;
		edit.val[edit.len++] = logged->val[i];
	}
	if (!edit.len)
		return;
	w->edit(w->ctx, &edit);
	w->pos = edit.off + edit.len;
}

/* The first @old bytes were parsed earlier: edit them as was done then. */
static void pptp_replay(struct pptp_walk *w, u32 old)
{
	u8 i;

	for (i = 0; i < w->s->nlog; i++)
		pptp_replay_one(w, &w->s->log[i], old);
	w->pos = old;
}

/* Send @len bytes of @val in place of those at w->pos. */
static void pptp_put(struct pptp_walk *w, const u8 *val, u8 len)
{
	struct pptp_logged *logged = &w->s->log[w->s->nlog++];
	struct pptp_edit edit = { .off = w->pos, .len = len };

	logged->seq = w->s->next;
	logged->len = len;
	memcpy(logged->val, val, len);
	memcpy(edit.val, val, len);
	w->edit(w->ctx, &edit);
	pptp_count(w, PPTP_COUNT_EDITED);
}

/* Not knowing where messages start. */

static void pptp_lose_sync(struct pptp_walk *w)
{
	w->s->sync = PPTP_SYNC_LOST;
	pptp_count(w, PPTP_COUNT_BYPASS);
}

/* Does a message start with this segment, which has not been sent before? */
static bool pptp_resync(struct pptp_walk *w)
{
	struct pptp_stream *s = w->s;

	if (s->sync == PPTP_SYNC_NONE) {
		s->next = w->seg->seq;
		s->acked = w->seg->seq;
	}
	s->sync = PPTP_SYNC_LOST;
	if (pptp_before(w->seg->seq, s->next) || w->seg->len < PPTP_SANE_LEN ||
	    !pptp_header_sane(w->seg->data))
		return false;
	s->sync = PPTP_SYNC_OK;
	s->next = w->seg->seq;
	s->have = 0;
	pptp_count(w, PPTP_COUNT_RESYNC);
	return true;
}

/* The rest of the segment goes by unread. */
static void pptp_bypass(struct pptp_walk *w)
{
	u32 end = w->seg->seq + w->seg->len;

	if (pptp_before(w->s->next, end))
		w->s->next = end;
	w->pos = w->seg->len;
}

/* Messages. */

/* Copy to s->head what the segment holds of it beyond what is parsed. */
static void pptp_look_ahead(struct pptp_walk *w)
{
	struct pptp_stream *s = w->s;
	u32 n;

	w->seen = PPTP_PREFIX_LEN;
	if (s->have >= PPTP_PREFIX_LEN)
		return;
	n = PPTP_PREFIX_LEN - s->have;
	if (n > pptp_left(w))
		n = pptp_left(w);
	memcpy(s->head + s->have, w->seg->data + w->pos, n);
	w->seen = s->have + n;
}

static struct pptp_view pptp_view(const struct pptp_walk *w)
{
	const struct pptp_stream *s = w->s;

	return (struct pptp_view) {
		.from = w->from,
		.info = s->info,
		.type = pptp_get16(s->head + 8),
		.head = s->head,
		.seen = w->seen,
		.force = s->drops >= PPTP_MAX_DROPS && s->drop_seq == s->next,
	};
}

/* The header is complete. */
static void pptp_message_begin(struct pptp_walk *w)
{
	struct pptp_stream *s = w->s;

	if (!pptp_header_sane(s->head)) {
		pptp_count(w, PPTP_COUNT_MALFORMED);
		pptp_lose_sync(w);
		return;
	}
	s->guessed = false;
	s->mlen = pptp_get16(s->head);
	s->info = pptp_msg_info(pptp_get16(s->head + 8));
	if (!s->info) {
		pptp_count(w, PPTP_COUNT_UNKNOWN_TYPE);
	} else if (s->mlen < s->info->min) {
		pptp_count(w, PPTP_COUNT_MALFORMED);
		s->info = NULL;
	}
}

/* @n bytes are parsed, up to one of the offsets where something is due at most. */
static void pptp_consume(struct pptp_walk *w, u32 n)
{
	struct pptp_stream *s = w->s;
	struct pptp_view view;

	w->pos += n;
	s->next += n;
	s->have += n;
	if (s->have < PPTP_HEADER_LEN)
		return;
	if (s->have == PPTP_HEADER_LEN) {
		pptp_message_begin(w);
		return;
	}
	if (s->info && s->have == s->info->act) {
		view = pptp_view(w);
		pptp_call_message(w->conn, &view);
	}
	if (s->have == s->mlen)
		s->have = 0;
}

/* The offset in the message, after s->have, where something is due next. */
static u16 pptp_next_stop(const struct pptp_stream *s)
{
	const struct pptp_field *f;
	u16 stop = s->mlen;

	if (s->have < PPTP_HEADER_LEN)
		return PPTP_HEADER_LEN;
	if (!s->info)
		return stop;
	for (f = s->info->field; f < s->info->field + 2; f++) {
		if (f->kind && f->off > s->have && f->off < stop)
			stop = f->off;
	}
	if (s->info->act > s->have && s->info->act < stop)
		stop = s->info->act;
	return stop;
}

/* The field that the next byte belongs to. */
static const struct pptp_field *pptp_field_here(const struct pptp_stream *s)
{
	const struct pptp_field *f;

	if (s->have < PPTP_HEADER_LEN || !s->info)
		return NULL;
	for (f = s->info->field; f < s->info->field + 2; f++) {
		if (f->kind && (s->have == f->off || s->have == f->off + 1))
			return f;
	}
	return NULL;
}

/* Count a drop at s->next, after which the next attempts know how often that happened. */
static bool pptp_drop(struct pptp_walk *w, enum pptp_count why)
{
	struct pptp_stream *s = w->s;

	if (s->drop_seq != s->next)
		s->drops = 0;
	s->drop_seq = s->next;
	s->drops++;
	pptp_count(w, why);
	return false;
}

/* Make room in the log for one edit. */
static bool pptp_log_room(struct pptp_walk *w, bool force)
{
	struct pptp_stream *s = w->s;

	if (s->nlog < PPTP_LOG_LEN)
		return true;
	if (force)
		s->overflow = true;
	if (!s->overflow)
		return false;
	pptp_log_forget_oldest(s);
	pptp_count(w, PPTP_COUNT_EDIT_LOG_LOST);
	return true;
}

/* What the receiver gets for the bytes of a field that are there, and how many they are. */
static int pptp_decide(struct pptp_walk *w, const struct pptp_view *view,
		       const struct pptp_field *f, u8 *len)
{
	const struct pptp_stream *s = w->s;

	*len = 1;
	if (s->have > f->off)
		return pptp_call_field_low(w->conn, view, f, s->high);
	if (w->seen == f->off + 1)
		return pptp_call_field_high(w->conn, view, f);
	*len = 2;
	return pptp_call_field(w->conn, view, f);
}

/* Parse a field, or the byte of it that is there. False: drop the segment. */
static bool pptp_step_field(struct pptp_walk *w, const struct pptp_field *f)
{
	struct pptp_view view = pptp_view(w);
	struct pptp_stream *s = w->s;
	u8 val[2], len;
	int ret;

	if (!pptp_log_room(w, view.force))
		return pptp_drop(w, PPTP_COUNT_EDIT_LOG_FULL);
	ret = pptp_decide(w, &view, f, &len);
	if (ret == PPTP_REFUSED)
		return false;
	if (ret < 0)
		return pptp_drop(w, PPTP_COUNT_AMBIGUOUS);
	val[0] = len == 2 ? ret >> 8 : ret;
	val[1] = ret;
	s->high = val[0];
	if (memcmp(val, s->head + s->have, len))
		pptp_put(w, val, len);
	pptp_consume(w, len);
	return true;
}

/* Parse up to the next offset where something is due. False: drop the segment. */
static bool pptp_step(struct pptp_walk *w)
{
	const struct pptp_field *f = pptp_field_here(w->s);
	u32 n;

	pptp_look_ahead(w);
	if (f)
		return pptp_step_field(w, f);
	n = pptp_next_stop(w->s) - w->s->have;
	pptp_consume(w, n < pptp_left(w) ? n : pptp_left(w));
	return true;
}

/* Parse all bytes that are new. */
static enum pptp_verdict pptp_parse(struct pptp_walk *w)
{
	u32 old = w->s->next - w->seg->seq;

	if (old) {
		pptp_count(w, PPTP_COUNT_RETRANSMIT);
		pptp_replay(w, old < w->seg->len ? old : w->seg->len);
	}
	while (pptp_left(w)) {
		if (w->s->sync != PPTP_SYNC_OK)
			pptp_bypass(w);
		else if (!pptp_step(w))
			return PPTP_DROP;
	}
	return PPTP_PASS;
}

enum pptp_verdict pptp_stream_segment(struct pptp_conn *conn, enum pptp_end from,
				      const struct pptp_segment *seg,
				      pptp_edit_fn edit, void *ctx)
{
	struct pptp_stream *s = &conn->stream[from];
	struct pptp_walk w = {
		.conn = conn, .s = s, .from = from, .seg = seg, .edit = edit, .ctx = ctx,
	};

	pptp_log_trim(&conn->stream[pptp_other_end(from)], seg->ack);
	if (!seg->len)
		return PPTP_PASS;
	if (s->sync == PPTP_SYNC_OK && pptp_before(s->next, seg->seq)) {
		if (!pptp_before(s->next, s->acked)) {
			pptp_count(&w, PPTP_COUNT_GAP);
			return PPTP_DROP;
		}
		pptp_lose_sync(&w);
	}
	if (s->sync != PPTP_SYNC_OK && !pptp_resync(&w)) {
		pptp_replay(&w, seg->len);
		pptp_bypass(&w);
		return PPTP_PASS;
	}
	return pptp_parse(&w);
}
