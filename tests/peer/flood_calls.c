// SPDX-License-Identifier: GPL-2.0
/*
 * Many PPTP clients: each of their connections shakes hands, begins, and asks for calls, a
 * segment of them at a time. At the end all are reset.
 */
#define _GNU_SOURCE
#include "flood.h"

#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT_FIRST	20000
#define RETRY_US	3000000
#define TRIES		3

enum phase { CLOSED, SYN_SENT, BEGUN, CALLING, SETTLED, REFUSED, GIVEN_UP };

struct conn {
	u32 next, ack;			/* sequence numbers: ours, theirs */
	u16 asked, answered;		/* calls */
	u8 phase, tries;
	u64 at;				/* when it last said something */
};

struct calls {
	struct port port;
	struct addr src, dst;
	u32 clients, connections, calls, rate, first;
	u8 tos;
	bool blast;			/* asks for all calls without waiting for answers */
	bool deaf;			/* acknowledges nothing once it has begun */
	struct conn *conn;
	u32 total, opened, looked;
	unsigned long connected, refused, answered, resets;
};

static struct addr client_of(const struct calls *c, u32 n)
{
	struct addr a = c->src;
	size_t len;
	u8 *p = addr_bytes(&a, &len);

	put32(p, get32(p) + n / c->connections);
	addr_set_port(&a, PORT_FIRST + n);
	return a;
}

static void say(struct calls *c, u32 n, u8 flags, const u8 *data, u16 len)
{
	struct conn *k = &c->conn[n];
	struct segment s = {
		.src = client_of(c, n), .dst = c->dst, .seq = k->next, .ack = k->ack,
		.flags = flags, .tos = c->tos, .data = data, .len = len,
	};

	port_send(&c->port, &s);
	k->next += len + !!(flags & TCP_SYN);
	k->at = now_us();
}

static void begin(struct calls *c, u32 n)
{
	u8 msg[MSG_MAX];

	say(c, n, TCP_ACK | TCP_PSH, msg, msg_build(msg, SCCRQ, 0, 0));
	c->conn[n].phase = BEGUN;
}

/* The next calls, as many as fit. */
static void ask(struct calls *c, u32 n)
{
	struct conn *k = &c->conn[n];
	u8 out[FLOOD_SEGMENT + MSG_MAX];
	u16 len = 0;

	while (k->asked < c->calls && len + msg_len(OCRQ) <= FLOOD_SEGMENT)
		len += msg_build(out + len, OCRQ, c->first + k->asked++, 0);
	k->phase = CALLING;
	k->tries = 0;
	say(c, n, TCP_ACK | (len ? TCP_PSH : 0), out, len);
}

static void settle(struct calls *c, u32 n)
{
	if (!c->deaf)
		say(c, n, TCP_ACK, NULL, 0);
	c->conn[n].phase = SETTLED;
}

static void go_on(struct calls *c, u32 n)
{
	struct conn *k = &c->conn[n];

	do {
		if (k->asked < c->calls)
			ask(c, n);
	} while (c->blast && k->asked < c->calls);
	if (k->answered >= k->asked || c->blast)
		settle(c, n);
}

static void hear(struct calls *c, u32 n, const struct segment *s)
{
	struct conn *k = &c->conn[n];
	u16 at = 0;

	if (c->deaf && k->phase > BEGUN)
		return;
	if (!s->len || s->seq != k->ack)
		return;
	k->ack += s->len;
	for (; at + 16 <= s->len && get16(s->data + at) >= 16; at += get16(s->data + at)) {
		if (msg_type(s->data + at) != OCRP)
			continue;
		k->answered++;
		c->answered++;
	}
	if (k->phase == SETTLED)
		say(c, n, TCP_ACK, NULL, 0);
	else if (k->phase == BEGUN || k->answered >= k->asked || k->asked < c->calls)
		go_on(c, n);
}

static void take(struct calls *c, u32 n, const struct segment *s)
{
	struct conn *k = &c->conn[n];

	if (s->flags & TCP_RST) {
		c->resets++;
		k->phase = GIVEN_UP;
	} else if (!(s->flags & TCP_SYN)) {
		hear(c, n, s);
	} else if (k->phase == SYN_SENT) {
		k->ack = s->seq + 1;
		k->tries = 0;
		c->connected++;
		begin(c, n);
	}
}

/* ICMP "prohibited" about a SYN */
static void take_icmp(struct calls *c, const u8 *ip, size_t len)
{
	u32 n;

	if (len < 20 + 8 + 20 + 4 || ip[20] != 3 || ip[21] != 13)
		return;
	n = get16(ip + 48) - PORT_FIRST;
	if (n >= c->opened || c->conn[n].phase != SYN_SENT)
		return;
	c->conn[n].phase = REFUSED;
	c->refused++;
}

static void receive(struct calls *c)
{
	u8 frame[FLOOD_FRAME];
	struct segment s;
	size_t len;
	u32 n;

	while (flood_frame(&c->port, frame, &len)) {
		if (frame[23] == IPPROTO_ICMP) {
			take_icmp(c, frame + 14, len - 14);
		} else if (segment_parse(frame + 14, len - 14, &s)) {
			/* a checksum that NAT leaves to the device is none yet */
			n = addr_port(&s.dst) - PORT_FIRST;
			if (n < c->opened && addr_port(&s.src) == MSG_PORT)
				take(c, n, &s);
		}
	}
}

/* What was not answered is said once more; nothing of it if it was more than the beginning. */
static void retry(struct calls *c, u32 n)
{
	struct conn *k = &c->conn[n];

	if (k->phase == CLOSED || k->phase >= SETTLED || now_us() - k->at < RETRY_US)
		return;
	if (++k->tries >= TRIES || k->phase == CALLING) {
		k->phase = GIVEN_UP;
	} else if (k->phase == SYN_SENT) {
		k->next--;
		say(c, n, TCP_SYN, NULL, 0);
	} else {
		k->next -= msg_len(SCCRQ);
		begin(c, n);
	}
}

/* Some of them at a time; true if all are where they get. */
static bool look(struct calls *c)
{
	u32 i;

	for (i = 0; i < 100 && c->looked < c->total; i++) {
		if (c->conn[c->looked].phase < SETTLED)
			break;
		c->looked++;
	}
	for (i = c->looked; i < c->opened; i++)
		retry(c, i);
	return c->looked == c->total;
}

static void dial(struct calls *c)
{
	struct pollfd pfd = { .fd = c->port.fd, .events = POLLIN };
	u64 start = now_us(), looked = start;

	for (;;) {
		while (c->opened < c->total &&
		       now_us() - start >= c->opened * 1000000ULL / c->rate) {
			c->conn[c->opened].phase = SYN_SENT;
			say(c, c->opened, TCP_SYN, NULL, 0);
			c->opened++;
			receive(c);
		}
		receive(c);
		if (now_us() - looked > RETRY_US / 30) {
			looked = now_us();
			if (look(c))
				return;
		}
		poll(&pfd, 1, 1);
	}
}

static void hang_up(struct calls *c)
{
	u32 n;

	for (n = 0; n < c->opened; n++) {
		receive(c);
		if (!c->conn[n].ack)
			continue;
		say(c, n, TCP_RST | TCP_ACK, NULL, 0);
		usleep(1000000 / c->rate);
	}
}

static void parse(struct calls *c, int argc, char **argv, const char **file)
{
	static const struct option opts[] = {
		{ "dev", required_argument, NULL, 'd' }, { "router", required_argument, NULL, 'm' },
		{ "src", required_argument, NULL, 's' }, { "dst", required_argument, NULL, 'D' },
		{ "clients", required_argument, NULL, 'c' },
		{ "connections", required_argument, NULL, 'n' },
		{ "calls", required_argument, NULL, 'k' }, { "rate", required_argument, NULL, 'r' },
		{ "tos", required_argument, NULL, 't' }, { "first", required_argument, NULL, 'i' },
		{ "blast", no_argument, NULL, 'b' }, { "deaf", no_argument, NULL, 'x' },
		{ "full", required_argument, NULL, 'f' }, { "end", required_argument, NULL, 'e' },
		{ NULL, 0, NULL, 0 }
	};
	const char *dev = NULL, *router = NULL;
	int o;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 'd': dev = optarg; break;
		case 'm': router = optarg; break;
		case 's': c->src = address(optarg, 0); break;
		case 'D': c->dst = address(optarg, MSG_PORT); break;
		case 'c': c->clients = number(optarg, "--clients", 1, 40000); break;
		case 'n': c->connections = number(optarg, "--connections", 1, 40000); break;
		case 'k': c->calls = number(optarg, "--calls", 0, 65535); break;
		case 'r': c->rate = number(optarg, "--rate", 1, 1000000); break;
		case 't': c->tos = number(optarg, "--tos", 0, 255); break;
		case 'i': c->first = number(optarg, "--first", 0, 65535); break;
		case 'b': c->blast = true; break;
		case 'x': c->deaf = true; break;
		case 'f': file[0] = optarg; break;
		case 'e': file[1] = optarg; break;
		default: usage_error("calls: unknown option");
		}
	}
	if (!dev || !router || c->src.ss.ss_family != AF_INET || c->dst.ss.ss_family != AF_INET)
		usage_error("calls: --dev, --router, --src and --dst (IPv4) are needed");
	port_open(&c->port, NULL, dev, router, 0x0800);
}

int calls_main(int argc, char **argv)
{
	struct calls c = { .clients = 1, .connections = 1, .rate = 500, .first = 1 };
	const char *file[2] = { NULL, NULL };

	parse(&c, argc, argv, file);
	c.total = c.clients * c.connections;
	if (c.total > 65535 - PORT_FIRST)
		usage_error("calls: more than %d connections", 65535 - PORT_FIRST);
	c.conn = calloc(c.total, sizeof(*c.conn));
	if (!c.conn)
		die("no memory");
	dial(&c);
	printf("connections tried %u, connected %lu, told of refusal %lu, reset %lu; calls answered %lu\n",
	       c.total, c.connected, c.refused, c.resets, c.answered);
	fflush(stdout);
	if (file[0])
		touch(file[0]);
	while (file[1] && !file_exists(file[1])) {
		receive(&c);
		usleep(20000);
	}
	hang_up(&c);
	return 0;
}
