// SPDX-License-Identifier: GPL-2.0
/*
 * Differential test of the PPTP stream parser. Two model ends hold random conversations of
 * several calls over segments that are cut anywhere, lost, repeated with other boundaries
 * and reordered. Each end checks every message it gets against what it must be: all bytes
 * as sent, and each call id as this end knows it. Nothing is taken from the parser's state
 * but which alias a new id got.
 *
 * Usage: pptp_stream_model [-s SEED] [-n CONVERSATIONS] [-t SECONDS]
 *        pptp_stream_model --cuts
 *        pptp_stream_model --corpus DIR	(writes the seeds for pptp_stream_fuzz)
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "pptp_talk.h"

#define MSS		1460

/* Arrival: what an end gets must be what it expects. */

static struct lab_call *helped(enum pptp_end end, u16 id)
{
	struct lab_call *c;

	for (c = lab.pool; c < lab.pool + LAB_CALLS; c++) {
		if (c->used && (c->call.known & BIT(end)) && c->call.id[end] == id)
			return c;
	}
	return NULL;
}

static void expect(u16 got, u16 want, const char *what)
{
	if (got != want)
		lab_broken(&lab, what);
}

/* @got is what the receiver has for the new id of @end. */
static void arrive_new_id(enum pptp_end end, struct call *c, u16 got)
{
	struct lab_call *helper = helped(end, c->id[end]);
	struct call *other;

	if (!helper || helper->closing) {
		lab_broken(&lab, "a call passes without help");
		return;
	}
	for (other = m.call; other < m.call + m.ncalls; other++) {
		if (other != c && other->stage != DEAD && other->has[end] &&
		    other->alias[end] == got)
			lab_broken(&lab, "two calls are known by the same alias");
	}
	if (lab_is_foreign(&lab, end, got))
		lab_broken(&lab, "a call is known by an alias of someone else");
	if (got != c->id[end] && lab_is_free(&lab, end, c->id[end]))
		lab_broken(&lab, "an id was rewritten without need");
	c->alias[end] = got;
	c->has[end] = true;
}

static void arrive_up(struct call *c)
{
	struct lab_call *helper = helped(c->pns, c->id[c->pns]);

	c->stage = UP;
	if (!helper || !helper->up || helper->closing ||
	    helper->call.id[pac_of(c)] != c->id[pac_of(c)] || helper->call.pns != c->pns)
		lab_broken(&lab, "the call is not up, or its ids are not linked");
}

static void arrive_reply(enum pptp_end end, const struct msg *msg, const u8 *got)
{
	struct call *c = msg->call;

	expect(pptp_get16(got + 14), c->id[pptp_other_end(end)], "reply: wrong peer's id");
	if (c->stage == DEAD)
		return;
	if (msg->result != PPTP_RESULT_CONNECTED) {
		c->stage = DEAD;
		return;
	}
	arrive_new_id(end, c, pptp_get16(got + 12));
	if (c->stage == DEAD)
		return;
	if (c->incoming)
		c->stage = ANSWERED;
	else
		arrive_up(c);
}

static void arrive_disconnect(struct call *c)
{
	struct lab_call *helper = helped(pac_of(c), c->id[pac_of(c)]);

	c->stage = DEAD;
	if (!helper || !helper->closing)
		lab_broken(&lab, "a disconnected call is not closing");
}

static void arrive_call(enum pptp_end end, const struct msg *msg, const u8 *got)
{
	enum pptp_end to = pptp_other_end(end);
	struct call *c = msg->call;
	u16 id = pptp_get16(got + 12);

	switch (msg->type) {
	case PPTP_MSG_OUT_REQUEST:
	case PPTP_MSG_IN_REQUEST:
		if (msg->replaces)
			msg->replaces->stage = DEAD;
		total.replaced += !!msg->replaces;
		c->stage = ASKED;
		arrive_new_id(end, c, id);
		break;
	case PPTP_MSG_OUT_REPLY:
	case PPTP_MSG_IN_REPLY:
		arrive_reply(end, msg, got);
		break;
	case PPTP_MSG_IN_CONNECTED:
		expect(id, c->id[to], "connected: wrong peer's id");
		arrive_up(c);
		break;
	case PPTP_MSG_CLEAR_REQUEST:
		expect(id, c->has[end] ? c->alias[end] : c->id[end], "clear: wrong own id");
		break;
	case PPTP_MSG_DISCONNECT:
		expect(id, c->alias[end], "disconnect: wrong own id");
		arrive_disconnect(c);
		break;
	default:
		expect(id, c->id[to], "wrong peer's id");
	}
}

static void arrive(enum pptp_end end, const struct msg *msg)
{
	const u8 *sent = lab.pipe[end].sent + msg->off, *got = lab.pipe[end].got + msg->off;
	u32 field = 12, field_end = 12;

	if (msg->call) {
		arrive_call(end, msg, got);
		field_end = msg->type == 8 || msg->type == 10 ? 16 : 14;
	}
	if (memcmp(sent, got, field) || memcmp(sent + field_end, got + field_end,
					       msg->len - field_end))
		lab_broken(&lab, "a byte that is no call id was changed");
}

static void arrivals(enum pptp_end end)
{
	struct msg *msg = &m.msg[end][m.arrived[end]];

	while (m.arrived[end] < m.nmsgs[end] && lab.pipe[end].una >= msg->off + msg->len) {
		arrive(end, msg++);
		m.arrived[end]++;
	}
}

/* The network. */

/* Choose a segment: mostly the next bytes, sometimes old ones or later ones. */
static void choose(enum pptp_end end, u32 *off, u32 *len)
{
	const struct lab_pipe *pipe = &lab.pipe[end];
	u32 left = pipe->len - pipe->una;

	*off = pipe->una;
	if (m.fails[end] && chance(70)) {	/* as TCP does: all that fits */
		*len = left < MSS ? left : MSS;
		return;
	}
	if (chance(25))
		*off += rnd(left);
	if (chance(16))
		*off -= rnd(*off < 40 ? *off + 1 : 40);
	*len = 1 + rnd(chance(60) ? 5 : m.max_cut);
	if (*len > pipe->len - *off)
		*len = pipe->len - *off;
}

static void transmit(enum pptp_end end)
{
	u32 before = lab.pipe[end].una, off, len;

	choose(end, &off, &len);
	total.segments++;
	lab.hold_acks = !m.fails[0] && !m.fails[1] && chance(m.burst ? 99 : 50);
	if (lab_filter(&lab, end, off, len) == PPTP_PASS && !chance(20))
		lab_deliver(&lab, &lab.pipe[end], off);
	m.fails[end] = lab.pipe[end].una > before ? 0 : m.fails[end] + 1;
	arrivals(end);
}

static void acknowledge(enum pptp_end end)
{
	lab.hold_acks = false;
	total.segments++;
	lab_filter(&lab, end, lab.pipe[end].una, 0);
}

static bool pending(enum pptp_end end)
{
	return lab.pipe[end].una < lab.pipe[end].len;
}

static void round_trip(void)
{
	unsigned int patience;

	for (patience = 20000; pending(0) || pending(1); patience--) {
		enum pptp_end end = rnd(2);

		/* no id is free: TCP asks again and again, and the ends give up some day */
		if (m.fails[end] > 100 && lab.counts[PPTP_COUNT_NO_ID]) {
			m.stuck = true;
			return;
		}
		if (!patience) {
			lab_misuse(&lab, "stalled");
			return;
		}
		if (pending(end))
			transmit(end);
		if (chance(m.burst ? 0 : 30) || m.fails[!end])
			acknowledge(end);
		if (lab.broken)
			return;
	}
}

/* Conversations. */

static void free_some_calls(void)
{
	unsigned int i;

	for (i = 0; i < LAB_CALLS; i++) {
		struct lab_call *c = &lab.pool[i];

		if (c->used && c->closing && chance(60))
			lab_free_call(&lab, &c->call);
	}
}

static void start(u64 seed)
{
	rng = seed * 0x9e3779b97f4a7c15ull + 1;
	rnd(2);
	memset(&m, 0, sizeof(m));
	lab_init(&lab, chance(50) ? 0xffffff00u + rnd(256) : rnd(1u << 31) * 2,
		 chance(50) ? 0x7fffff00u + rnd(256) : rnd(1u << 31) * 2);
	lab_take_page(&lab, PPTP_INITIATOR, UNKNOWN_PAGE);
	lab_take_page(&lab, PPTP_RESPONDER, UNKNOWN_PAGE);
	m.clash = rnd(3) * 50;
	m.pages = rnd(4);
	m.max_cut = chance(50) ? 60 : 2000;
	if (m.pages && chance(30))
		lab_take_page(&lab, rnd(2), 0x10 + rnd(m.pages));
}

/* True if the parser was forced to guess: ids may be wrong then, but nothing else. */
static bool gave_up(void)
{
	return lab.counts[PPTP_COUNT_GUESSED] || lab.counts[PPTP_COUNT_EDIT_LOG_LOST];
}

static void say_all(enum pptp_end end)
{
	unsigned int n = rnd(chance(10) ? 30 : 5);

	if (m.burst)
		n += 150;
	while (n-- && m.nmsgs[end] < MSGS && lab.pipe[end].len < LAB_BYTES - PPTP_MSG_MAX)
		say_something(end);
}

static const char *converse(u64 seed)
{
	unsigned int rounds, i;
	enum pptp_end end;

	start(seed);
	for (rounds = 4 + rnd(8); rounds && !lab.broken && !m.stuck; rounds--) {
		m.quiet = chance(20);
		m.burst = chance(1);
		for (end = PPTP_INITIATOR; end <= PPTP_RESPONDER; end++) {
			if (!m.quiet || end == (enum pptp_end)(rounds & 1))
				say_all(end);
		}
		round_trip();
		free_some_calls();
	}
	total.talks++;
	total.stuck += m.stuck;
	for (i = 0; i < PPTP_COUNT_MAX; i++)
		total.counts[i] += lab.counts[i];
	if (lab.counts[PPTP_COUNT_BYPASS] || lab.counts[PPTP_COUNT_MALFORMED])
		lab_broken(&lab, "a good stream was taken for a bad one");
	if (gave_up() && !lab.misuse) {
		total.given_up++;
		return NULL;
	}
	return lab.broken;
}

static void summary(void)
{
	unsigned int i;

	printf("# %llu conversations, %llu messages, %llu segments; %llu calls replaced, %llu conversations without a free id, %llu conversations left unjudged after a forced guess\n",
	       (unsigned long long)total.talks, (unsigned long long)total.messages,
	       (unsigned long long)total.segments, (unsigned long long)total.replaced,
	       (unsigned long long)total.stuck, (unsigned long long)total.given_up);
	for (i = 0; i < PPTP_COUNT_MAX; i++) {
		if (total.counts[i])
			printf("# %s %llu\n", pptp_count_info[i].name,
			       (unsigned long long)total.counts[i]);
	}
}

static int run_random(u64 seed, u64 talks, unsigned int seconds)
{
	time_t end = time(NULL) + seconds;
	const char *broken = NULL;
	u64 i;

	for (i = 0; !broken && (seconds ? time(NULL) < end : i < talks); i++)
		broken = converse(seed + i);
	summary();
	if (broken)
		printf("# wrong: %s; again with: -s %llu -n 1\n", broken,
		       (unsigned long long)(seed + i - 1));
	if (total.given_up * 100 > total.talks) {
		printf("# wrong: more than 1 %% of the conversations ended in a guess\n");
		return 1;
	}
	return !!broken;
}

static int run_cuts(void)
{
	unsigned long ways = 0;
	struct cut cut;
	size_t i;

	for (i = 0; i < sizeof(cut_types) / sizeof(cut_types[0]); i++) {
		ways += cut_type(&lab, cut_types[i], &cut);
		if (lab.broken) {
			printf("# wrong: %s; message type %u, PNS is end %u%s\n", lab.broken,
			       cut.type, cut.pns, cut.crowd ? ", other calls around" : "");
			return 1;
		}
	}
	printf("# %lu ways to send a message\n", ways);
	return 0;
}

/* Fuzzer input is a row of records; see pptp_stream_fuzz.c. One file for each message type. */
static int write_corpus(const char *dir)
{
	struct cut cut;
	char path[4096];
	size_t i;

	for (i = 0; i < sizeof(cut_types) / sizeof(cut_types[0]); i++) {
		enum pptp_end end;
		FILE *f;

		cut = (struct cut) { .type = cut_types[i], .crowd = true };
		cut_start(&lab, &cut);
		snprintf(path, sizeof(path), "%s/type-%02u", dir, cut.type);
		f = fopen(path, "wb");
		if (!f) {
			perror(path);
			return 1;
		}
		for (end = PPTP_INITIATOR; end <= PPTP_RESPONDER; end++) {
			u32 len = lab.pipe[end].len, off, n;

			for (off = 0; off < len; off += n) {
				n = len - off < 255 ? len - off : 255;
				fprintf(f, "%c%c%c", end ? 1 : 0, 0, (int)n);
				fwrite(lab.pipe[end].sent + off, 1, n, f);
			}
		}
		if (fclose(f)) {
			perror(path);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	u64 seed = 1, talks = 20000;
	unsigned int seconds = 0;
	int i;

	if (argc == 2 && !strcmp(argv[1], "--cuts"))
		return run_cuts();
	if (argc == 3 && !strcmp(argv[1], "--corpus"))
		return write_corpus(argv[2]);
	for (i = 1; i + 1 < argc; i += 2) {
		if (!strcmp(argv[i], "-s"))
			seed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "-n"))
			talks = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "-t"))
			seconds = strtoul(argv[i + 1], NULL, 0);
		else
			break;
	}
	if (i != argc) {
		fprintf(stderr, "usage: %s [-s SEED] [-n CONVERSATIONS] [-t SECONDS] | --cuts | --corpus DIR\n",
			argv[0]);
		return 2;
	}
	return run_random(seed, talks, seconds);
}
