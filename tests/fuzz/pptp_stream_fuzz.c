// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for the PPTP stream parser: any segments, any acknowledgements, calls
 * freed at any time. Whatever comes in, edits stay inside call ids, aliases stay unique
 * and the owner's functions are called in the right order.
 *
 * Input: records of three bytes (control, argument, length) and the payload.
 * Control: bit 0 sender; bits 1-2 where the segment starts: at the next byte, there plus the
 * signed argument, as the sender's last one, or anywhere; bit 3 acknowledges nothing; bit 4
 * frees closing calls; bit 5 takes the page of aliases named by the argument; bit 6 (of the
 * first record) picks the connection up in mid-stream; bit 7 sends the payload 64 times.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../kunit/pptp_lab.h"

#define REPEAT	64

static struct lab lab;
static u32 last_seq[2];
static u8 payload[255 * REPEAT];

struct fuzz_segment {
	struct pptp_segment seg;
	struct pptp_stream *stream;
	u32 edited;	/* end of the latest edit */
};

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

static bool logged(const struct pptp_stream *s, u32 seq, u8 val)
{
	u8 i, j;

	for (i = 0; i < s->nlog; i++) {
		for (j = 0; j < s->log[i].len; j++) {
			if (s->log[i].seq + j == seq && s->log[i].val[j] == val)
				return true;
		}
	}
	return false;
}

static void check_edit(void *ctx, const struct pptp_edit *edit)
{
	struct fuzz_segment *f = ctx;
	u32 seq = f->seg.seq + edit->off, i;

	must(edit->len == 1 || edit->len == 2, "length of an edit");
	must(edit->off >= f->edited, "edits are in ascending order");
	must(edit->off < f->seg.len && edit->len <= f->seg.len - edit->off,
	     "edits are inside the payload");
	for (i = 0; i < edit->len; i++)
		must(logged(f->stream, seq + i, edit->val[i]), "edits are in the log");
	if (f->stream->sync == PPTP_SYNC_OK && seq == f->stream->next)
		must(f->stream->have >= 12 && f->stream->have + edit->len <= 16,
		     "edits are inside the call ids");
	f->edited = edit->off + edit->len;
}

static void check_stream(const struct pptp_stream *s)
{
	must(s->nlog <= PPTP_LOG_LEN, "length of the log");
	must(s->drops <= PPTP_MAX_DROPS, "number of drops at one place");
	if (s->sync == PPTP_SYNC_OK && s->have >= PPTP_HEADER_LEN)
		must(s->have < s->mlen && s->mlen <= PPTP_MSG_MAX, "place in a message");
}

static void check_calls(void)
{
	struct pptp_call *call;
	enum pptp_end end;
	unsigned int n = 0;

	list_for_each_entry(call, &lab.conn.calls, list) {
		n++;
		must(call->state == PPTP_CALL_CLOSING || call->known, "open calls have an id");
		for (end = PPTP_INITIATOR; end <= PPTP_RESPONDER; end++) {
			if (call->known & BIT(end))
				must(lab.owner[end][call->alias[end]] ==
				     lab_tag(&lab, lab_call_of(call)), "aliases are unique");
		}
	}
	must(n == lab.conn.ncalls, "number of calls");
}

static void free_closing(void)
{
	struct pptp_call *call, *next;

	list_for_each_entry_safe(call, next, &lab.conn.calls, list) {
		if (call->state == PPTP_CALL_CLOSING)
			lab_free_call(&lab, call);
	}
}

static u32 choose_seq(enum pptp_end from, u8 control, u8 argument)
{
	u32 next = lab.conn.stream[from].next;

	switch (control >> 1 & 3) {
	case 0:
		return next;
	case 1:
		return next + (u32)(int)(signed char)argument;
	case 2:
		return last_seq[from];
	default:
		return argument * 0x01010101u;
	}
}

static void run_segment(u8 control, u8 argument, const u8 *data, u32 len)
{
	enum pptp_end from = control & 1 ? PPTP_RESPONDER : PPTP_INITIATOR;
	const struct pptp_stream *back = &lab.conn.stream[pptp_other_end(from)];
	struct fuzz_segment f = { .stream = &lab.conn.stream[from] };
	u32 i, copies = control & 0x80 ? REPEAT : 1;

	for (i = 0; i < copies; i++)
		memcpy(payload + i * len, data, len);
	f.seg.data = payload;
	f.seg.len = len * copies;
	f.seg.seq = choose_seq(from, control, argument);
	f.seg.ack = control & 8 ? back->acked : back->next;
	last_seq[from] = f.seg.seq;
	if (control & 0x10)
		free_closing();
	if (control & 0x20)
		lab_take_page(&lab, from, argument);
	pptp_stream_segment(&lab.conn, from, &f.seg, check_edit, &f);
	check_stream(f.stream);
	check_calls();
	must(!lab.broken, lab.broken);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	lab_init(&lab, 0xffffff80u, 0x7fffff80u);
	lab.max_calls = 100;
	if (size && data[0] & 0x40)
		pptp_conn_init(&lab.conn, &lab_ops, NULL);
	while (size >= 3) {
		size_t len = data[2] < size - 3 ? data[2] : size - 3;

		run_segment(data[0], data[1], data + 3, len);
		data += 3 + len;
		size -= 3 + len;
	}
	return 0;
}
