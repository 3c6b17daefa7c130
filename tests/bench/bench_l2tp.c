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
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bench.h"

#define L2TP_PORT	1701
#define L2TP_PROTOCOL	115
#define SERVER_ID	20000
#define UDP_HEADER	8

enum { SCCRQ = 1, SCCRP, SCCCN, ICRQ = 10, ICRP, ICCN };
enum { TYPE = 0, HOST = 7, TUNNEL = 9, CONNECTION = 61, LOCAL = 63, REMOTE = 64 };

/* Where packets come from and go to. */
struct way {
	int fd;
	struct in_addr src, dst;
	unsigned int port;
};

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
static void begin(struct message *m, unsigned int id, unsigned int type)
{
	m->len = over_ip ? 0 : UDP_HEADER;
	if (over_ip)
		put32(m, 0);
	put16(m, 0xc800 | version);
	put16(m, 0);
	if (version == 2) {
		put16(m, id);
		put16(m, 0);
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

static void send_message(const struct way *way, struct message *m)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = way->dst };
	struct iphdr ih = {
		.version = 4, .ihl = 5, .ttl = 64,
		.protocol = over_ip ? L2TP_PROTOCOL : IPPROTO_UDP,
		.tot_len = htons(sizeof(ih) + m->len),
		.saddr = way->src.s_addr, .daddr = way->dst.s_addr,
	};
	unsigned char packet[sizeof(ih) + sizeof(m->octets)];
	struct message head = { .len = 0 };
	size_t at = over_ip ? 4 : UDP_HEADER, len = m->len;

	m->octets[at + 2] = (len - at) >> 8;
	m->octets[at + 3] = len - at;
	if (!over_ip) {
		put16(&head, L2TP_PORT);
		put16(&head, way->port);
		put16(&head, len);
		put16(&head, 0);
		memcpy(m->octets, head.octets, head.len);
	}
	memcpy(packet, &ih, sizeof(ih));
	memcpy(packet + sizeof(ih), m->octets, len);
	if (sendto(way->fd, packet, sizeof(ih) + len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("sendto");
}

static void tell(const struct way *way, unsigned int id, unsigned int type, unsigned int assigned)
{
	struct message m;

	begin(&m, id, type);
	if (assigned)
		assign(&m, assigned);
	send_message(way, &m);
}

static void tell_session(const struct way *way, unsigned int id, unsigned int type,
			 unsigned int local, unsigned int remote)
{
	struct message m;

	begin(&m, id, type);
	put_attribute(&m, LOCAL, local, 4);
	put_attribute(&m, REMOTE, remote, 4);
	send_message(way, &m);
}

static void parse_address(struct in_addr *a, const char *text)
{
	if (inet_pton(AF_INET, text, a) != 1) {
		fprintf(stderr, "bench_l2tp: '%s' is not an IPv4 address\n", text);
		exit(2);
	}
}

static void ask(struct way *up, char **argv)
{
	unsigned int count = atoi(argv[1]), id = strtoul(argv[2], NULL, 0), step = atoi(argv[3]);

	parse_address(&up->src, argv[0]);
	for (; count; count--, id += step) {
		tell(up, 0, SCCRQ, id);
		up->src.s_addr = htonl(ntohl(up->src.s_addr) + 1);
	}
}

/* @set: of session ids, 0: the tunnel itself */
static void answer(struct way *up, struct way *down, const char *file, unsigned int set)
{
	FILE *f = fopen(file, "r");
	unsigned int id, n = 0, ours, mine;
	char line[80], client[32];

	if (!f)
		die(file);
	while (fgets(line, sizeof(line), f) &&
	       sscanf(line, "%31s %i %u", client, (int *)&id, &down->port) == 3) {
		parse_address(&up->src, client);
		ours = SERVER_ID + ++n;
		mine = set + n;
		if (!set) {
			tell(down, id, SCCRP, ours);
			tell(up, ours, SCCCN, 0);
			continue;
		}
		tell_session(up, ours, ICRQ, mine, 0);
		tell_session(down, id, ICRP, SERVER_ID + mine, mine);
		tell_session(up, ours, ICCN, mine, SERVER_ID + mine);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	struct way up = { .port = L2TP_PORT }, down = { .port = L2TP_PORT };

	if (argc < 8) {
		fprintf(stderr, "usage: bench_l2tp l2tp2|l2tp3|l2tpip CLIENT_NETNS SERVER_NETNS SERVER OUTSIDE ask FIRST COUNT ID STEP|answer FILE|session FILE SET\n");
		return 2;
	}
	version = strcmp(argv[1], "l2tp2") ? 3 : 2;
	over_ip = !strcmp(argv[1], "l2tpip");
	up.fd = socket_in(argv[2]);
	down.fd = socket_in(argv[3]);
	parse_address(&up.dst, argv[4]);
	parse_address(&down.dst, argv[5]);
	down.src = up.dst;
	if (!strcmp(argv[6], "ask") && argc == 11)
		ask(&up, argv + 7);
	else
		answer(&up, &down, argv[7], argc == 9 ? strtoul(argv[8], NULL, 0) : 0);
	return 0;
}
