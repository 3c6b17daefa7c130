// SPDX-License-Identifier: GPL-2.0
/* Wire mode: one TCP connection, its two streams and what must arrive. */
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_US		2000
#define TRIES		9
#define PATIENCE	13	/* tries while ids of ended calls are kept */
#define SEGMENT_MAX	1400
#define LINGER_US	15000000	/* longer than a router keeps the ids of an ended call */

void wire_error(struct wire *w, const char *fmt, ...)
{
	va_list ap;

	if (++w->errors > 20)
		return;
	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
}

static void stream_grow(struct stream *s, size_t more)
{
	if (s->len + more <= s->room)
		return;
	s->room = (s->len + more) * 2;
	s->tx = realloc(s->tx, s->room);
	s->want = realloc(s->want, s->room);
	s->state = realloc(s->state, s->room);
	if (!s->tx || !s->want || !s->state)
		die("out of memory");
}

static void send_flags(struct flow *f, enum end end, u8 flags, u32 seq, u32 ack)
{
	struct segment s = {
		.src = f->local[end], .dst = f->remote[end],
		.seq = seq, .ack = ack, .flags = flags,
	};

	port_send(&f->w->port[end], &s);
}

/* Sequence number of the next byte, all before it having arrived. */
static u32 seq_next(const struct flow *f, enum end end)
{
	return f->isn[end] + 1 + f->s[end].next;
}

static void send_ack(struct flow *f, enum end end)
{
	send_flags(f, end, TCP_ACK, seq_next(f, end), seq_next(f, !end));
}

typedef bool (*filter)(const struct flow *f, enum end end, const struct segment *s);

static bool of_flow(const struct flow *f, enum end end, const struct segment *s)
{
	return addr_port(&s->dst) == addr_port(&f->local[end]) &&
	       addr_port(&s->src) == addr_port(&f->remote[end]);
}

/* The SYN of the other end; its source port is not known before. */
static bool is_syn(const struct flow *f, enum end end, const struct segment *s)
{
	return addr_port(&s->dst) == addr_port(&f->local[end]) && s->flags & TCP_SYN &&
	       s->seq == f->isn[!end];
}

/* Next segment that came to @end and that @wanted wants; what others left behind is skipped. */
static bool receive(struct flow *f, enum end end, struct segment *s, filter wanted,
		    int timeout_us)
{
	u64 stop = now_us() + timeout_us, now;

	do {
		now = now_us();
		if (!port_recv(&f->w->port[end], &f->local[end], s, now < stop ? stop - now : 0))
			return false;
	} while (!wanted(f, end, s));
	return true;
}

static bool handshake(struct flow *f)
{
	struct segment s = { 0 };
	int i;

	for (i = 0; i < TRIES; i++) {
		send_flags(f, INITIATOR, TCP_SYN, f->isn[INITIATOR], 0);
		if (receive(f, RESPONDER, &s, is_syn, WAIT_US << i))
			break;
	}
	f->remote[RESPONDER] = s.src;
	for (; i < TRIES; i++) {
		send_flags(f, RESPONDER, TCP_SYN | TCP_ACK, f->isn[RESPONDER],
			   f->isn[INITIATOR] + 1);
		if (receive(f, INITIATOR, &s, is_syn, WAIT_US << i))
			break;
	}
	if (i == TRIES)
		return false;
	send_ack(f, INITIATOR);
	receive(f, RESPONDER, &s, of_flow, WAIT_US);
	return true;
}

bool flow_open(struct flow *f, struct wire *w, bool rival)
{
	memset(f, 0, sizeof(*f));
	f->w = w;
	f->local[INITIATOR] = rival ? w->rival : w->local[INITIATOR];
	addr_set_port(&f->local[INITIATOR], w->next_port++);
	f->local[RESPONDER] = w->local[RESPONDER];
	f->remote[INITIATOR] = w->dst;
	f->space[INITIATOR] = w->space[INITIATOR][rival];
	f->space[RESPONDER] = w->space[RESPONDER][rival];
	f->base[INITIATOR] = w->base[INITIATOR];
	f->base[RESPONDER] = w->base[RESPONDER];
	/* let sequence numbers wrap early now and then */
	f->isn[INITIATOR] = rand() & 1 ? 0xffffff00u + rand() % 256 : (u32)rand();
	f->isn[RESPONDER] = rand() & 1 ? 0xffffff00u + rand() % 256 : (u32)rand();
	if (handshake(f))
		return true;
	wire_error(w, "no TCP connection through the router to %s", addr_text(&w->dst));
	return false;
}

static void forget_ids(struct flow *f, enum end end)
{
	const struct wire_call *call;

	for (call = f->call; call < f->call + WIRE_CALLS; call++) {
		if (!call->learnt[end])
			continue;
		f->space[end]->live[call->alias[end]] = false;
		f->space[end]->until[call->alias[end]] = now_us() + LINGER_US;
	}
}

void flow_close(struct flow *f)
{
	int i;

	if (!f->w)
		return;
	send_flags(f, INITIATOR, TCP_RST | TCP_ACK, seq_next(f, INITIATOR),
		   seq_next(f, RESPONDER));
	for (i = 0; i < 2; i++) {
		forget_ids(f, i);
		free(f->s[i].tx);
		free(f->s[i].want);
		free(f->s[i].state);
	}
	memset(f->s, 0, sizeof(f->s));
}

/* What @end writes into a field, and what the other end must read there. */
static void fill_field(struct flow *f, enum end end, enum field kind, struct wire_call *call,
		       size_t at)
{
	struct stream *s = &f->s[end];
	enum end other = !end;

	switch (kind) {
	case FIELD_NONE:
		return;
	case FIELD_OWN_NEW:
		put16(s->tx + at, call->id[end]);
		s->state[at] = s->state[at + 1] = BYTE_LEARN;
		call->learn[end] = at;
		call->learning[end] = true;
		return;
	case FIELD_OWN:
		put16(s->tx + at, call->id[end]);
		put16(s->want + at, call->alias[end]);
		return;
	case FIELD_PEER:
		put16(s->tx + at, call->alias[other]);
		put16(s->want + at, call->id[other]);
		return;
	}
}

void flow_say(struct flow *f, enum end end, enum msg_type type, unsigned int number)
{
	struct wire_call *call = &f->call[number];
	struct stream *s = &f->s[end];
	size_t at = s->len;
	u8 msg[MSG_MAX];
	u16 len = msg_build(msg, type, 0, 0);

	stream_grow(s, len);
	memcpy(s->tx + at, msg, len);
	memcpy(s->want + at, msg, len);
	memset(s->state + at, BYTE_KNOWN, len);
	s->len += len;
	if (msg_field(type, 12) == FIELD_OWN_NEW)
		call->id[end] = f->base[end] + number;
	fill_field(f, end, msg_field(type, 12), call, at + 12);
	fill_field(f, end, msg_field(type, 14), call, at + 14);
}

/*
 * Is the alias that the router chose a legal one? It must change an id that is in use and
 * no other; a call that ended a moment ago may or may not hold its id.
 */
static void judge_alias(struct flow *f, enum end end, const struct wire_call *call)
{
	struct id_space *space = f->space[end];
	u16 id = call->id[end], alias = call->alias[end];

	if (!space->live[id] && space->until[id] < now_us() && alias != id)
		wire_error(f->w, "id %u became %u without need", id, alias);
	if (space->live[alias])
		wire_error(f->w, "id %u became %u, which is in use", id, alias);
	space->live[alias] = true;
	f->w->rewritten += alias != id;
}

static void learn_alias(struct flow *f, enum end end)
{
	struct stream *s = &f->s[end];
	struct wire_call *call;
	u32 at;

	for (call = f->call; call < f->call + WIRE_CALLS; call++) {
		at = call->learn[end];
		if (!call->learning[end] || s->state[at] & BYTE_LEARN ||
		    s->state[at + 1] & BYTE_LEARN)
			continue;
		call->learning[end] = false;
		call->learnt[end] = true;
		call->alias[end] = get16(s->want + at);
		judge_alias(f, end, call);
	}
}

static void take_byte(struct flow *f, enum end end, size_t at, u8 byte)
{
	struct stream *s = &f->s[end];

	if (s->state[at] & BYTE_LEARN) {
		s->want[at] = byte;
		s->state[at] = BYTE_KNOWN;
	} else if (s->want[at] != byte) {
		wire_error(f->w, "byte %zu of the %s: wanted %02x, got %02x (sent %02x)", at,
			   end ? "responder" : "initiator", s->want[at], byte, s->tx[at]);
	}
	if (!f->lose)
		s->state[at] |= BYTE_GOT;
}

/* Check a segment of the stream of @end. */
static void arrived(struct flow *f, enum end end, const struct segment *g)
{
	struct stream *s = &f->s[end];
	u32 at = g->seq - f->isn[end] - 1;
	u16 i;

	f->w->arrived++;
	if (!g->csum_ok)
		wire_error(f->w, "wrong checksum at byte %u", at);
	if (g->flags & TCP_RST || !g->len)
		return;
	if (at >= s->len || at + g->len > s->len) {
		wire_error(f->w, "sequence number off: bytes %u to %u of %zu", at, at + g->len,
			   s->len);
		return;
	}
	/* a receiver does not look at bytes that it has acknowledged */
	for (i = 0; i < g->len; i++) {
		if (at + i >= s->next)
			take_byte(f, end, at + i, g->data[i]);
	}
	f->w->bytes += g->len;
	learn_alias(f, end);
	while (s->next < s->len && s->state[s->next] & BYTE_GOT)
		s->next++;
}

static bool gather(struct flow *f, enum end end, int timeout_us)
{
	struct segment g;
	bool any = false;

	while (receive(f, !end, &g, of_flow, any ? 0 : timeout_us)) {
		if (!g.len)
			continue;
		arrived(f, end, &g);
		any = true;
	}
	return any;
}

static void send_range(struct flow *f, enum end end, size_t from, size_t to, int timeout_us)
{
	struct stream *s = &f->s[end];
	struct segment g = {
		.src = f->local[end], .dst = f->remote[end],
		.seq = f->isn[end] + 1 + from, .ack = seq_next(f, !end),
		.flags = TCP_ACK | TCP_PSH, .data = s->tx + from, .len = to - from,
	};
	size_t before = s->next;

	f->w->segments++;
	port_send(&f->w->port[end], &g);
	gather(f, end, timeout_us);
	if (s->next != before)
		send_ack(f, !end);
}

void flow_send(struct flow *f, enum end end, size_t from, size_t to)
{
	send_range(f, end, from, to, WAIT_US);
}

bool flow_finish(struct flow *f, enum end end)
{
	struct stream *s = &f->s[end];
	size_t to, before;
	int tries = 0;

	while (s->next < s->len && tries < PATIENCE) {
		to = s->len - s->next > SEGMENT_MAX ? s->next + SEGMENT_MAX : s->len;
		before = s->next;
		send_range(f, end, before, to, WAIT_US << tries);
		tries = s->next == before ? tries + 1 : 0;
	}
	if (s->next == s->len)
		return true;
	wire_error(f->w, "the stream stalled at byte %zu of %zu of the %s", s->next, s->len,
		   end ? "responder" : "initiator");
	return false;
}

/* In the window, but not what comes next. */
void flow_doubtful_reset(struct flow *f, enum end end)
{
	send_flags(f, end, TCP_RST, seq_next(f, end) + 100, 0);
}

void flow_pause(struct flow *f, unsigned int seconds)
{
	while (seconds--) {
		send_ack(f, INITIATOR);
		sleep(1);
	}
}

bool flow_anew(struct flow *f)
{
	int i;

	for (i = 0; i < 2; i++) {
		forget_ids(f, i);
		f->s[i].len = 0;
		f->s[i].next = 0;
		f->isn[i] += 0x10000000u + (u32)rand() % 0xe0000000u;
	}
	memset(f->call, 0, sizeof(f->call));
	if (handshake(f))
		return true;
	wire_error(f->w, "no second connection with the same ports");
	return false;
}
