// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP servers without memory: whatever address a marked packet is for, it is answered as a
 * server would. The kernel must drop these packets, or it answers too.
 */
#define _GNU_SOURCE
#include "flood.h"

#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct answer {
	struct port port;
	u8 tos;
	u32 offer;		/* incoming calls that each connection gets */
	bool mute;		/* says nothing but to begin a connection */
	unsigned long connections, calls, offered;
};

static volatile sig_atomic_t ended;

static void end(int sig)
{
	ended = 1;
}

/* The first sequence number of a server, from the other end's */
static u32 isn(const struct segment *in)
{
	return 0x10000000 + addr_port(&in->src) * 4096u;
}

static void reply(struct answer *a, const struct segment *in, u32 seq, u8 flags, const u8 *data,
		  u16 len)
{
	struct segment s = {
		.src = in->dst, .dst = in->src, .seq = seq, .flags = flags | TCP_ACK, .tos = a->tos,
		.ack = in->seq + in->len + !!(in->flags & (TCP_SYN | TCP_FIN)),
		.data = data, .len = len,
	};

	port_send(&a->port, &s);
}

static u16 put_answer(struct answer *a, u8 *out, const u8 *msg, bool *began)
{
	if (msg_type(msg) == SCCRQ) {
		*began = true;
		return msg_build(out, SCCRP, 0, 0);
	}
	if (msg_type(msg) != OCRQ)
		return 0;
	a->calls++;
	return msg_build(out, OCRP, get16(msg + 12), get16(msg + 12));
}

/* Incoming calls, all at once; ids from 1 on. */
static void offer(struct answer *a, const struct segment *in, u32 seq)
{
	u8 out[FLOOD_SEGMENT + MSG_MAX];
	u16 len = 0;
	u32 i;

	for (i = 1; i <= a->offer; i++) {
		len += msg_build(out + len, ICRQ, i, 0);
		a->offered++;
		if (len + msg_len(ICRQ) <= FLOOD_SEGMENT && i < a->offer)
			continue;
		reply(a, in, seq, TCP_PSH, out, len);
		seq += len;
		len = 0;
	}
}

/* All messages of a segment are whole. */
static void answer_messages(struct answer *a, const struct segment *in)
{
	u8 out[FLOOD_SEGMENT + MSG_MAX];
	bool began = false;
	u16 at = 0, len = 0;

	while (at + 16 <= in->len && get16(in->data + at) >= 16 && len <= FLOOD_SEGMENT) {
		len += put_answer(a, out + len, in->data + at, &began);
		at += get16(in->data + at);
	}
	reply(a, in, in->ack, TCP_PSH, out, len);
	if (began)
		offer(a, in, in->ack + len);
}

static void take(struct answer *a, const struct segment *in)
{
	if (in->flags & TCP_RST)
		return;
	if (in->flags & TCP_SYN) {
		a->connections++;
		reply(a, in, isn(in), TCP_SYN, NULL, 0);
	} else if (in->len && (!a->mute || msg_type(in->data) == SCCRQ)) {
		answer_messages(a, in);
	}
}

static void serve(struct answer *a)
{
	struct pollfd pfd = { .fd = a->port.fd, .events = POLLIN };
	u8 frame[FLOOD_FRAME];
	struct segment s;
	size_t len;

	while (!ended) {
		poll(&pfd, 1, 200);
		while (flood_frame(&a->port, frame, &len)) {
			if (frame[15] != a->tos || !segment_parse(frame + 14, len - 14, &s) ||
			    addr_port(&s.dst) != MSG_PORT)
				continue;
			memcpy(a->port.router, frame + 6, 6);
			take(a, &s);
		}
	}
}

int answer_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "dev", required_argument, NULL, 'd' }, { "tos", required_argument, NULL, 't' },
		{ "ready", required_argument, NULL, 'r' },
		{ "offer", required_argument, NULL, 'o' }, { "mute", no_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 }
	};
	struct answer a = { .offer = 0 };
	const char *dev = NULL, *ready = NULL;
	int o;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 'd': dev = optarg; break;
		case 't': a.tos = number(optarg, "--tos", 1, 255); break;
		case 'r': ready = optarg; break;
		case 'o': a.offer = number(optarg, "--offer", 0, 60000); break;
		case 'm': a.mute = true; break;
		default: usage_error("answer: unknown option");
		}
	}
	if (!dev || !a.tos || !ready)
		usage_error("answer: --dev, --tos and --ready are needed");
	port_open(&a.port, NULL, dev, NULL, 0x0800);
	signal(SIGTERM, end);
	touch(ready);
	serve(&a);
	printf("connections %lu, calls %lu, offered %lu\n", a.connections, a.calls, a.offered);
	return 0;
}
