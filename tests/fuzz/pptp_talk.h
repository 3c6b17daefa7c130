/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random PPTP conversations for pptp_stream_model.c: the calls of two model ends, and what
 * an end may say next by what it knows.
 */
#ifndef PPTP_TALK_H
#define PPTP_TALK_H

#include "../kunit/pptp_cuts.h"

#define CALLS		48
#define MSGS		512
#define UNKNOWN_PAGE	0xee	/* ids that no call ever has */
#define TYPE_JUNK	99

enum stage {
	UNUSED,
	REQUESTED,	/* request sent */
	ASKED,		/* and arrived */
	REPLIED,	/* reply sent */
	ANSWERED,	/* incoming call: reply arrived */
	CONNECTED,	/* incoming call: connected sent */
	UP,
	OVER,		/* disconnect sent */
	DEAD,		/* both know */
};

struct call {
	enum stage stage;
	enum pptp_end pns;
	bool incoming;
	u16 id[2], alias[2];
	bool has[2];	/* the other end knows the alias */
};

struct msg {
	u16 type;
	u32 off, len;
	struct call *call;	/* NULL: names none */
	u8 result;
	struct call *replaces;
};

static struct model {
	struct call call[CALLS];
	unsigned int ncalls;
	struct msg msg[2][MSGS];
	unsigned int nmsgs[2], arrived[2];
	unsigned int fails[2];
	unsigned int clash;	/* percentage of ids that someone else has too */
	unsigned int pages;	/* ids are taken from so many high bytes; 0: from all */
	unsigned int max_cut;
	bool stuck;		/* no id is free for a call */
	bool quiet;		/* only one end speaks this round */
	bool burst;		/* much is said, and acknowledged as late as can be */
} m;

static struct lab lab;
static u64 rng;
static struct {
	u64 talks, segments, messages, given_up, replaced, stuck;
	u64 counts[PPTP_COUNT_MAX];
} total;

static u32 rnd(u32 n)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (u32)((rng * 0x2545f4914f6cdd1dull) >> 33) % n;
}

static bool chance(u32 percent)
{
	return rnd(100) < percent;
}

static enum pptp_end pac_of(const struct call *c)
{
	return pptp_other_end(c->pns);
}

/* Scripts: what an end may send, by what it knows. */

static bool id_in_use(enum pptp_end end, u16 id)
{
	struct call *c;

	for (c = m.call; c < m.call + m.ncalls; c++) {
		if (c->stage != DEAD && c->stage != UNUSED && c->id[end] == id)
			return true;
	}
	return false;
}

/* An id that @end may assign now: often one that clashes, or one that it used before. */
static u16 new_id(enum pptp_end end, u16 peer_id)
{
	u16 id;

	do {
		id = rnd(65536);
		if (m.pages)
			id = (0x10 + rnd(m.pages)) << 8 | (id & 0xff);
		if (chance(20))
			id = peer_id;
		else if (m.ncalls && chance(20))
			id = m.call[rnd(m.ncalls)].id[end];
	} while (id >> 8 == UNKNOWN_PAGE || id_in_use(end, id));
	if (chance(m.clash) && lab_is_free(&lab, end, id))
		lab_take(&lab, end, id);
	return id;
}

static struct msg *queue(enum pptp_end end, u16 type, struct call *call, u16 a, u16 b, u8 result)
{
	struct msg *msg = &m.msg[end][m.nmsgs[end]++];

	*msg = (struct msg) { .type = type, .call = call, .result = result };
	msg->off = lab_queue(&lab, end, type, a, b, result);
	msg->len = lab.pipe[end].len - msg->off;
	total.messages++;
	return msg;
}

/* A message that the parser must skip: a type without ids, one unknown, or an unknown id. */
static void say_other(enum pptp_end end)
{
	static const u16 named[] = { 12, 13, 14, 15 };
	static const u16 plain[] = { 1, 2, 5, 6 };
	u8 junk[PPTP_MSG_MAX];
	struct msg *msg;
	u16 i, len;

	if (chance(40)) {
		queue(end, named[rnd(4)], NULL, UNKNOWN_PAGE << 8 | rnd(256), rnd(65536), 0);
		return;
	}
	if (chance(60)) {
		queue(end, plain[rnd(4)], NULL, rnd(65536), rnd(65536), 0);
		return;
	}
	len = 16 + rnd(chance(10) ? 1009 : 40);
	msg = queue(end, TYPE_JUNK, NULL, rnd(65536), rnd(65536), 0);
	for (i = 0; i < len - 16; i++)
		junk[i] = rnd(256);
	lab_put16(lab.pipe[end].sent + msg->off, len);
	lab_queue_raw(&lab, end, junk, len - 16);
	msg->len = len;
}

static void say_request(enum pptp_end end)
{
	bool incoming = chance(30);
	struct call *c = &m.call[m.ncalls];
	struct call *old = m.quiet && m.ncalls && chance(30) ? &m.call[rnd(m.ncalls)] : NULL;
	struct msg *msg;

	if (m.ncalls == CALLS) {
		say_other(end);
		return;
	}
	*c = (struct call) { .stage = REQUESTED, .incoming = incoming };
	c->pns = incoming ? pptp_other_end(end) : end;
	c->id[end] = new_id(end, rnd(65536));
	if (old && old->stage == UP) {
		c->id[end] = old->id[end];
		old->stage = OVER;
	} else {
		old = NULL;
	}
	m.ncalls++;
	msg = queue(end, incoming ? PPTP_MSG_IN_REQUEST : PPTP_MSG_OUT_REQUEST, c,
		    c->id[end], rnd(65536), rnd(256));
	msg->replaces = old;
}

static void say_reply(enum pptp_end end, struct call *c)
{
	enum pptp_end other = pptp_other_end(end);
	u8 result = chance(85) ? PPTP_RESULT_CONNECTED : rnd(6) + (rnd(2) ? 2 : 0);

	c->stage = REPLIED;
	c->id[end] = new_id(end, c->id[other]);
	queue(end, c->incoming ? PPTP_MSG_IN_REPLY : PPTP_MSG_OUT_REPLY, c, c->id[end],
	      c->alias[other], result);
}

static void say_in_call(enum pptp_end end, struct call *c)
{
	if (end == c->pns && chance(50)) {
		queue(end, PPTP_MSG_CLEAR_REQUEST, c, c->id[end], rnd(65536), 0);
	} else if (end == c->pns) {
		queue(end, PPTP_MSG_SET_LINK, c, c->alias[pac_of(c)], rnd(65536), rnd(256));
	} else if (chance(40)) {
		queue(end, PPTP_MSG_WAN_ERROR, c, c->alias[c->pns], rnd(65536), rnd(256));
	} else {
		queue(end, PPTP_MSG_DISCONNECT, c, c->id[end], rnd(65536), rnd(256));
		c->stage = OVER;
	}
}

/* Something about @c, if it is @end's turn to say anything. */
static bool say_about(enum pptp_end end, struct call *c)
{
	if (c->stage == ASKED && end == (c->incoming ? c->pns : pac_of(c))) {
		say_reply(end, c);
	} else if (c->stage == ANSWERED && end == pac_of(c)) {
		c->stage = CONNECTED;
		queue(end, PPTP_MSG_IN_CONNECTED, c, c->alias[c->pns], rnd(65536), rnd(256));
	} else if (c->stage == UP) {
		say_in_call(end, c);
	} else if (c->stage <= REPLIED && !c->incoming && end == c->pns && chance(20)) {
		queue(end, PPTP_MSG_CLEAR_REQUEST, c, c->id[end], rnd(65536), 0);
	} else {
		return false;
	}
	return true;
}

static void say_something(enum pptp_end end)
{
	unsigned int tries;

	for (tries = 0; m.ncalls && tries < 3; tries++) {
		if (say_about(end, &m.call[rnd(m.ncalls)]))
			return;
	}
	if (chance(60))
		say_request(end);
	else
		say_other(end);
}

#endif
