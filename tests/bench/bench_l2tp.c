// SPDX-License-Identifier: GPL-2.0
/*
 * Bring L2TP tunnels of many clients up, as far as a router can see: the control messages of
 * both ends, in the order of real ones. One process plays all clients and their server, each
 * from a network namespace. The first argument says what is spoken: l2tp2, l2tp3 (over UDP)
 * or l2tpip.
 *
 *   ask FIRST COUNT ID STEP  so many clients, whose addresses follow each other, ask for a
 *                            tunnel, the first one with this id, the others with ids behind it
 *   answer FILE              the server answers; lines "CLIENT ID PORT", id and UDP port that
 *                            it knows the client by. The Nth line's tunnel has its id 20000 + N
 *   session FILE SET         a session in each tunnel, with the ids SET + N and, of the
 *                            server, SET + 20000 + N
 *
 * Prints the nanoseconds that it took.
 */
#include "bench.h"

#define L2TP_PORT	1701
#define L2TP_PROTOCOL	115
#define SERVER_ID	20000
#define UDP_HEADER	8

enum { SCCRQ = 1, SCCRP, SCCCN, ICRQ = 10, ICRP, ICCN };
enum { TYPE = 0, HOST = 7, TUNNEL = 9, SESSION = 14, CONNECTION = 61, LOCAL = 63, REMOTE = 64 };

struct message {
	unsigned char octets[200];
	size_t len;
};

static int version;
static int over_ip;

static void put16(struct message *m, unsigned int v)
{
	m->octets[m->len++] = v >> 8;
	m->octets[m->len++] = v;
}

static void put32(struct message *m, unsigned int v)
{
	put16(m, v >> 16);
	put16(m, v & 0xffff);
}

/* @width: 2 or 4 octets */
static void put_attribute(struct message *m, unsigned int type, unsigned int value, int width)
{
	put16(m, 0x8000 | (6 + width));
	put16(m, 0);
	put16(m, type);
	if (width == 2)
		put16(m, value);
	else
		put32(m, value);
}

/* The header of a message to whom @id was assigned by, its length still to come */
static void begin(struct message *m, unsigned int id, unsigned int session, unsigned int type)
{
	m->len = over_ip ? 0 : UDP_HEADER;
	if (over_ip)
		put32(m, 0);
	put16(m, 0xc800 | version);
	put16(m, 0);
	if (version == 2) {
		put16(m, id);
		put16(m, session);
	} else {
		put32(m, id);
	}
	put32(m, 0);
	put_attribute(m, TYPE, type, 2);
}

static void assign(struct message *m, unsigned int id)
{
	put_attribute(m, HOST, 0x68303031, 4);	/* "h001" */
	if (version == 2)
		put_attribute(m, TUNNEL, id, 2);
	else
		put_attribute(m, CONNECTION, id, 4);
}

/* @port: UDP port of the receiver */
static void send_message(const struct way *way, struct message *m, unsigned int port)
{
	size_t at = over_ip ? 4 : UDP_HEADER;

	store16(m->octets + at + 2, m->len - at);
	if (!over_ip) {
		store16(m->octets, L2TP_PORT);
		store16(m->octets + 2, port);
		store16(m->octets + 4, m->len);
		store16(m->octets + 6, 0);
	}
	send_ip(way, over_ip ? L2TP_PROTOCOL : IPPROTO_UDP, m->octets, m->len);
}

static void tell(const struct way *way, unsigned int port, unsigned int id, unsigned int type,
		 unsigned int assigned)
{
	struct message m;

	begin(&m, id, 0, type);
	if (assigned)
		assign(&m, assigned);
	send_message(way, &m, port);
}

/* @local, @remote: session ids of who sends and who receives, 0: not known */
static void tell_session(const struct way *way, unsigned int port, unsigned int id,
			 unsigned int type, unsigned int local, unsigned int remote)
{
	struct message m;

	begin(&m, id, version == 2 ? remote : 0, type);
	if (version == 2) {
		if (type != ICCN)
			put_attribute(&m, SESSION, local, 2);
	} else {
		put_attribute(&m, LOCAL, local, 4);
		put_attribute(&m, REMOTE, remote, 4);
	}
	send_message(way, &m, port);
}

static void ask(struct way *up, char **argv)
{
	unsigned int count = atoi(argv[1]), id = strtoul(argv[2], NULL, 0), step = atoi(argv[3]);

	parse_address(&up->src, argv[0]);
	for (; count; count--, id += step, next_address(&up->src))
		tell(up, L2TP_PORT, 0, SCCRQ, id);
}

/* @set: of session ids, 0: the tunnel itself */
static void answer(struct way *up, struct way *down, const char *file, unsigned int set)
{
	FILE *f = fopen(file, "r");
	unsigned int id, n = 0, ours, mine, port;
	char line[80], client[32];

	if (!f)
		die(file);
	while (fgets(line, sizeof(line), f) &&
	       sscanf(line, "%31s %i %u", client, (int *)&id, &port) == 3) {
		parse_address(&up->src, client);
		ours = SERVER_ID + ++n;
		mine = set + n;
		if (!set) {
			tell(down, port, id, SCCRP, ours);
			tell(up, L2TP_PORT, ours, SCCCN, 0);
			continue;
		}
		tell_session(up, L2TP_PORT, ours, ICRQ, mine, 0);
		tell_session(down, port, id, ICRP, SERVER_ID + mine, mine);
		tell_session(up, L2TP_PORT, ours, ICCN, mine, SERVER_ID + mine);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	struct way up, down;
	long long start;

	if (argc < 8) {
		fprintf(stderr, "usage: bench_l2tp l2tp2|l2tp3|l2tpip CLIENT_NETNS SERVER_NETNS SERVER OUTSIDE ask FIRST COUNT ID STEP|answer FILE|session FILE SET\n");
		return 2;
	}
	version = strcmp(argv[1], "l2tp2") ? 3 : 2;
	over_ip = !strcmp(argv[1], "l2tpip");
	open_ways(&up, &down, argv + 2, argv[4], argv[5]);
	start = now();
	if (!strcmp(argv[6], "ask") && argc == 11)
		ask(&up, argv + 7);
	else
		answer(&up, &down, argv[7], argc == 9 ? strtoul(argv[8], NULL, 0) : 0);
	printf("%lld\n", now() - start);
	return 0;
}
