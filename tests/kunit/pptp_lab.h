/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A laboratory for the PPTP stream parser, for KUnit and for the userspace tests: an owner
 * of calls that checks how it is used, and two byte streams that go through the parser in
 * any segments. What is found wrong first is left in lab->broken.
 */
#ifndef PPTP_LAB_H
#define PPTP_LAB_H

#include "../../nf_nat_pptp/call.h"

#define LAB_CALLS	128	/* memory for calls */
#define LAB_BYTES	32768	/* length of each stream at most */

struct lab_call {
	struct pptp_call call;
	bool used;
	bool up;
	bool closing;
};

/* One direction. What is sent is in @sent; @got is valid where @have is set. */
struct lab_pipe {
	u32 isn;
	u32 len;
	u32 una;		/* first byte that the receiver lacks */
	u32 acked;		/* what it has acknowledged */
	u8 sent[LAB_BYTES];
	u8 got[LAB_BYTES];
	bool have[LAB_BYTES];
};

struct lab {
	struct pptp_conn conn;
	const char *broken;
	bool misuse;		/* worse than a wrong id: a rule of the interface was broken */
	unsigned int max_calls;
	bool hold_acks;		/* acknowledge nothing new */
	u32 counts[PPTP_COUNT_MAX];
	struct lab_call pool[LAB_CALLS];
	struct lab_pipe pipe[2];
	u8 msg[PPTP_MSG_MAX];	/* a message being built */
	u8 work[LAB_BYTES];	/* the segment under edit */
	const u8 *work_from;
	u32 work_len;
	u32 edited;		/* end of the latest edit */
	u32 gen;		/* entries of @owner below are of an earlier test */
	u32 owner[2][65536];	/* alias -> gen + 0: taken by someone else, + n: by call n - 1 */
};

static inline void lab_broken(struct lab *lab, const char *what)
{
	if (!lab->broken)
		lab->broken = what;
}

static inline void lab_misuse(struct lab *lab, const char *what)
{
	lab->misuse = true;
	lab_broken(lab, what);
}

static inline struct lab *lab_of(struct pptp_conn *conn)
{
	return list_entry(conn, struct lab, conn);
}

static inline struct lab_call *lab_call_of(struct pptp_call *call)
{
	return list_entry(call, struct lab_call, call);
}

/* The tag that marks an alias as owned by @c. */
static inline u32 lab_tag(struct lab *lab, const struct lab_call *c)
{
	return lab->gen + 1 + (u32)(c - lab->pool);
}

static inline bool lab_is_free(const struct lab *lab, enum pptp_end end, u16 alias)
{
	return lab->owner[end][alias] < lab->gen;
}

static inline bool lab_is_foreign(const struct lab *lab, enum pptp_end end, u16 alias)
{
	return lab->owner[end][alias] == lab->gen;
}

/* Someone else has this alias, unless it is in use here. */
static inline void lab_take(struct lab *lab, enum pptp_end end, u16 alias)
{
	if (lab_is_free(lab, end, alias))
		lab->owner[end][alias] = lab->gen;
}

/* Someone else has all aliases with this high byte. */
static inline void lab_take_page(struct lab *lab, enum pptp_end end, u8 high)
{
	unsigned int low;

	for (low = 0; low < 256; low++)
		lab_take(lab, end, high << 8 | low);
}

/* The owner's side. */

static inline struct pptp_call *lab_call_alloc(struct pptp_conn *conn)
{
	struct lab *lab = lab_of(conn);
	struct lab_call *c;

	if (conn->ncalls >= lab->max_calls)
		return NULL;
	for (c = lab->pool; c < lab->pool + LAB_CALLS; c++) {
		if (c->used)
			continue;
		memset(c, 0xa5, sizeof(*c));
		c->used = true;
		c->up = false;
		c->closing = false;
		return &c->call;
	}
	return NULL;
}

static inline int lab_find_alias(struct lab *lab, enum pptp_end end, u16 id, bool keep_high)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		u16 alias = (id & 0xff00) | ((id + i) & 0xff);

		if (lab_is_free(lab, end, alias))
			return alias;
	}
	for (i = 0; !keep_high && i < 65536; i++) {
		u16 alias = id * 7 + i * 257;

		if (lab_is_free(lab, end, alias))
			return alias;
	}
	return -1;
}

static inline int lab_reserve(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end,
			      u16 id, bool keep_high)
{
	struct lab *lab = lab_of(conn);
	struct lab_call *c = lab_call_of(call);
	int alias = lab_find_alias(lab, end, id, keep_high);

	if (!c->used || (call->known & BIT(end)))
		lab_misuse(lab, "reserve: call is free or has that id already");
	if (alias >= 0)
		lab->owner[end][alias] = lab_tag(lab, c);
	return alias;
}

static inline void lab_release(struct pptp_conn *conn, struct pptp_call *call, enum pptp_end end)
{
	struct lab *lab = lab_of(conn);
	struct lab_call *c = lab_call_of(call);

	if (!c->used || !(call->known & BIT(end)) ||
	    lab->owner[end][call->alias[end]] != lab_tag(lab, c))
		lab_misuse(lab, "release: the call does not hold that alias");
	lab->owner[end][call->alias[end]] = 0;
}

static inline void lab_call_up(struct pptp_conn *conn, struct pptp_call *call)
{
	struct lab_call *c = lab_call_of(call);

	if (!c->used || c->up || c->closing || call->state != PPTP_CALL_UP || call->known != 3)
		lab_misuse(lab_of(conn), "call_up: twice, too late or with an id unknown");
	c->up = true;
}

static inline void lab_call_closing(struct pptp_conn *conn, struct pptp_call *call)
{
	struct lab_call *c = lab_call_of(call);

	if (!c->used || c->closing || call->state != PPTP_CALL_CLOSING)
		lab_misuse(lab_of(conn), "call_closing: twice or in a wrong state");
	c->closing = true;
}

static inline void lab_count(struct pptp_conn *conn, enum pptp_count what)
{
	struct lab *lab = lab_of(conn);

	if (what >= PPTP_COUNT_MAX)
		lab_misuse(lab, "count: no such counter");
	else
		lab->counts[what]++;
}

static const struct pptp_ops lab_ops = {
	.call_alloc = lab_call_alloc,
	.reserve = lab_reserve,
	.release = lab_release,
	.call_up = lab_call_up,
	.call_closing = lab_call_closing,
	.count = lab_count,
};

/* Free a call as an owner does: aliases first, then the memory. */
static inline void lab_free_call(struct lab *lab, struct pptp_call *call)
{
	enum pptp_end end;

	for (end = PPTP_INITIATOR; end <= PPTP_RESPONDER; end++) {
		if (call->known & BIT(end))
			lab_release(&lab->conn, call, end);
	}
	pptp_call_unlink(&lab->conn, call);
	memset(call, 0x5a, sizeof(*call));
	lab_call_of(call)->used = false;
}

/* Start anew: no calls, empty streams, every alias free. @lab must have been zeroed once. */
static inline void lab_init(struct lab *lab, u32 isn0, u32 isn1)
{
	const u32 isn[2] = { isn0, isn1 };
	unsigned int i;

	pptp_conn_init(&lab->conn, &lab_ops, isn);
	lab->broken = NULL;
	lab->misuse = false;
	lab->max_calls = LAB_CALLS;
	lab->hold_acks = false;
	memset(lab->counts, 0, sizeof(lab->counts));
	for (i = 0; i < LAB_CALLS; i++)
		lab->pool[i].used = false;
	for (i = 0; i < 2; i++) {
		memset(lab->pipe[i].have, 0, lab->pipe[i].len * sizeof(bool));
		lab->pipe[i].isn = isn[i];
		lab->pipe[i].len = 0;
		lab->pipe[i].una = 0;
		lab->pipe[i].acked = 0;
	}
	lab->gen += LAB_CALLS + 1;
	if (lab->gen < 0xffff0000u)
		return;
	memset(lab->owner, 0, sizeof(lab->owner));
	lab->gen = 1;
}

/* The streams. */

static inline void lab_edit(void *ctx, const struct pptp_edit *edit)
{
	struct lab *lab = ctx;
	u32 i;

	if (edit->len < 1 || edit->len > 2 || edit->off >= lab->work_len ||
	    edit->off + edit->len > lab->work_len) {
		lab_misuse(lab, "edit: outside the payload");
		return;
	}
	if (edit->off < lab->edited)
		lab_misuse(lab, "edit: not in ascending order");
	lab->edited = edit->off + edit->len;
	for (i = 0; i < edit->len; i++)
		lab->work[edit->off + i] = edit->val[i];
}

/* The receiver gets bytes: each must be the same whenever it comes, until it is acknowledged. */
static inline void lab_deliver(struct lab *lab, struct lab_pipe *pipe, u32 off)
{
	u32 i;

	for (i = 0; i < lab->work_len; i++) {
		if (off + i < pipe->acked)
			continue;
		if (pipe->have[off + i] && pipe->got[off + i] != lab->work[i])
			lab_broken(lab, "a byte differs from what was delivered before");
		pipe->got[off + i] = lab->work[i];
		pipe->have[off + i] = true;
	}
	while (pipe->una < pipe->len && pipe->have[pipe->una])
		pipe->una++;
}

/* Run bytes [@off, @off + @len) of what @from sends through the parser, into lab->work. */
static inline enum pptp_verdict lab_filter(struct lab *lab, enum pptp_end from, u32 off, u32 len)
{
	struct lab_pipe *pipe = &lab->pipe[from];
	struct lab_pipe *back = &lab->pipe[pptp_other_end(from)];
	struct pptp_segment seg = {
		.seq = pipe->isn + off, .data = pipe->sent + off, .len = len,
	};

	if (!lab->hold_acks)
		back->acked = back->una;
	seg.ack = back->isn + back->acked;
	memcpy(lab->work, pipe->sent + off, len);
	lab->work_len = len;
	lab->edited = 0;
	return pptp_stream_segment(&lab->conn, from, &seg, lab_edit, lab);
}

/* The same, and to the receiver if it passes. */
static inline enum pptp_verdict lab_send(struct lab *lab, enum pptp_end from, u32 off, u32 len)
{
	enum pptp_verdict verdict = lab_filter(lab, from, off, len);

	if (verdict == PPTP_PASS)
		lab_deliver(lab, &lab->pipe[from], off);
	return verdict;
}

/* All that is queued and hasn't been delivered, in one segment. */
static inline enum pptp_verdict lab_flush(struct lab *lab, enum pptp_end from)
{
	struct lab_pipe *pipe = &lab->pipe[from];

	return lab_send(lab, from, pipe->una, pipe->len - pipe->una);
}

/* Messages. */

static inline void lab_put16(u8 *p, u16 val)
{
	p[0] = val >> 8;
	p[1] = val & 0xff;
}

/* Length of a message of @type by RFC 2637. */
static inline u16 lab_msg_len(u16 type)
{
	static const u16 len[] = { 0, 156, 156, 16, 16, 16, 20, 168, 32, 220, 24, 28, 16, 148,
				   40, 24 };

	return type < ARRAY_SIZE(len) ? len[type] : 16;
}

/* Queue any bytes. Returns their offset. */
static inline u32 lab_queue_raw(struct lab *lab, enum pptp_end from, const void *bytes, u32 len)
{
	struct lab_pipe *pipe = &lab->pipe[from];
	u32 off = pipe->len;

	if (len > LAB_BYTES - pipe->len) {
		lab_broken(lab, "lab: stream is full");
		return 0;
	}
	memcpy(pipe->sent + off, bytes, len);
	pipe->len += len;
	return off;
}

/* Queue a message with ids @a at 12 and @b at 14 and @result at 16. Returns its offset. */
static inline u32 lab_queue(struct lab *lab, enum pptp_end from, u16 type, u16 a, u16 b, u8 result)
{
	u16 len = lab_msg_len(type), i;
	u8 *m = lab->msg;

	for (i = 0; i < len; i++)
		m[i] = (u8)(i * 37 + type);
	lab_put16(m, len);
	lab_put16(m + 2, 1);
	lab_put16(m + 4, PPTP_MAGIC >> 16);
	lab_put16(m + 6, PPTP_MAGIC & 0xffff);
	lab_put16(m + 8, type);
	lab_put16(m + 12, a);
	lab_put16(m + 14, b);
	if (len > 16)
		m[16] = result;
	return lab_queue_raw(lab, from, m, len);
}

/* What the receiver has at @off of the stream from @from. */
static inline u16 lab_got16(const struct lab *lab, enum pptp_end from, u32 off)
{
	return pptp_get16(lab->pipe[from].got + off);
}

/* Queue one message and deliver all that is queued. Returns its offset. */
static inline u32 lab_say(struct lab *lab, enum pptp_end from, u16 type, u16 a, u16 b, u8 result)
{
	u32 off = lab_queue(lab, from, type, a, b, result);

	if (lab_flush(lab, from) != PPTP_PASS)
		lab_broken(lab, "lab: a whole message was dropped");
	return off;
}

#endif
