// SPDX-License-Identifier: GPL-2.0
/*
 * Bring PPTP calls of many clients up, as far as a router can see: the TCP segments, control
 * messages and first data packets of both ends, in the order of real ones. One process plays
 * all clients, whose addresses follow each other, and their server, each from a network
 * namespace. Prints the nanoseconds that it took.
 *
 *   connect  the TCP connection and the control connection of each client
 *   call     a call on it, and its first data packet each way
 *
 * A client's TCP port and call id are both 20000 + its number, which no NAT has to change and
 * the in-tree helper, which takes the port as call id outside, doesn't either. The server's
 * call id is 40000 + this number.
 */
#include <netinet/tcp.h>
#include "bench.h"

#define PPTP_PORT	1723
#define CLIENT_PORT	20000
#define CLIENT_CALL	20000
#define SERVER_CALL	40000
#define CLIENT_SEQ	1000000
#define SERVER_SEQ	2000000
#define GRE_LEN		100

enum { START_REQUEST = 1, START_REPLY, OUT_REQUEST = 7, OUT_REPLY, SET_LINK = 15 };
enum { START_LEN = 156, OUT_REQUEST_LEN = 168, OUT_REPLY_LEN = 32, SET_LINK_LEN = 24 };

/* A connection, with what each end has sent so far. */
struct talk {
	const struct way *up, *down;
	unsigned int number;
	unsigned int seq[2];	/* client's, server's */
};

static unsigned int sum16(const void *data, size_t len, unsigned int sum)
{
	const unsigned char *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return sum;
}

static void segment(struct talk *t, int from_server, int flags, const void *payload, size_t len)
{
	const struct way *way = from_server ? t->down : t->up;
	unsigned int client = CLIENT_PORT + t->number, sum;
	unsigned char m[20 + START_LEN + 100] = { 0 };

	store16(m, from_server ? PPTP_PORT : client);
	store16(m + 2, from_server ? client : PPTP_PORT);
	store32(m + 4, t->seq[from_server]);
	if (flags & TH_ACK)
		store32(m + 8, t->seq[!from_server]);
	m[12] = 5 << 4;
	m[13] = flags;
	store16(m + 14, 8192);
	memcpy(m + 20, payload, len);
	sum = sum16(&way->src, 4, sum16(&way->dst, 4, IPPROTO_TCP + 20 + len));
	sum = sum16(m, 20 + len, sum);
	sum = (sum & 0xffff) + (sum >> 16);
	store16(m + 16, ~(sum + (sum >> 16)));
	send_ip(way, IPPROTO_TCP, m, 20 + len);
	t->seq[from_server] += len + !!(flags & TH_SYN);
}

/* @own, @peer: what the message's first fields hold, two octets each */
static void message(struct talk *t, int from_server, int type, size_t len, unsigned int own,
		    unsigned int peer)
{
	unsigned char m[OUT_REQUEST_LEN] = { 0 };

	store16(m, len);
	store16(m + 2, 1);
	store32(m + 4, 0x1a2b3c4d);
	store16(m + 8, type);
	store16(m + 12, own);
	store16(m + 14, peer);
	if (type == OUT_REPLY)
		m[16] = 1;	/* connected */
	segment(t, from_server, TH_ACK | TH_PUSH, m, len);
}

static void connect_up(struct talk *t)
{
	segment(t, 0, TH_SYN, "", 0);
	segment(t, 1, TH_SYN | TH_ACK, "", 0);
	segment(t, 0, TH_ACK, "", 0);
	message(t, 0, START_REQUEST, START_LEN, 0x100, 0);
	message(t, 1, START_REPLY, START_LEN, 0x100, 0x100);	/* version; result 1 */
}

static void gre(const struct way *way, unsigned int call_id)
{
	unsigned char m[GRE_LEN] = { 0x30, 0x01, 0x88, 0x0b, 0, GRE_LEN - 12 };

	store16(m + 6, call_id);
	send_ip(way, IPPROTO_GRE, m, sizeof(m));
}

static void call_up(struct talk *t)
{
	unsigned int ours = CLIENT_CALL + t->number, theirs = SERVER_CALL + t->number;

	t->seq[0] += 1 + START_LEN;
	t->seq[1] += 1 + START_LEN;
	message(t, 0, OUT_REQUEST, OUT_REQUEST_LEN, ours, 1);
	message(t, 1, OUT_REPLY, OUT_REPLY_LEN, theirs, ours);
	message(t, 0, SET_LINK, SET_LINK_LEN, theirs, 0);
	segment(t, 1, TH_ACK, "", 0);
	gre(t->up, theirs);
	gre(t->down, ours);
}

int main(int argc, char **argv)
{
	unsigned int count, client;
	struct way up, down;
	long long start;

	if (argc != 8) {
		fprintf(stderr, "usage: bench_pptp CLIENT_NETNS SERVER_NETNS FIRST_CLIENT COUNT SERVER OUTSIDE connect|call\n");
		return 2;
	}
	open_ways(&up, &down, argv + 1, argv[5], argv[6]);
	parse_address(&up.src, argv[3]);
	count = atoi(argv[4]);
	start = now();
	for (client = 1; client <= count; client++, next_address(&up.src)) {
		struct talk t = { &up, &down, client, { CLIENT_SEQ, SERVER_SEQ } };

		if (!strcmp(argv[7], "connect"))
			connect_up(&t);
		else
			call_up(&t);
	}
	printf("%lld\n", now() - start);
	return 0;
}
