// SPDX-License-Identifier: GPL-2.0
/*
 * Send captured packets through a router again, from both its sides, many conversations at once,
 * most of their packets changed. What is sent carries FUZZ_TOS.
 *
 * A capture NAME is the two files NAME-lan.pcap and NAME-wan.pcap.
 */
#define _GNU_SOURCE
#include "packet.h"
#include "../../peer/frame.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CAPTURES	32
#define AT_ONCE		8	/* conversations */
#define FRAGMENTS	8
#define CLIENTS		32	/* addresses from .100 on */
#define SERVERS		16	/* addresses from .100 on */

struct conversation {
	const struct capture *capture;
	unsigned int next;
	u32 percent;		/* of packets that are changed */
	struct parties who;
	struct packet last;	/* as it was meant to be sent */
};

static struct {
	struct port port[2][2];	/* side, IPv6 */
	struct capture capture[CAPTURES];
	unsigned int captures;
	struct conversation talk[AT_ONCE];
	u64 sent[2], changed, fragments, errors, talks, refused;
} fuzz;

static void send_raw(const struct packet *p)
{
	const struct port *port = &fuzz.port[p->wan][p->v6];
	u8 frame[14 + PACKET_MAX];

	memcpy(frame, port->router, 6);
	memcpy(frame + 6, port->mac, 6);
	put16(frame + 12, p->v6 ? 0x86dd : 0x0800);
	memcpy(frame + 14, p->data, p->len);
	if (send(port->fd, frame, 14 + p->len, 0) < 0)
		fuzz.refused++;
	else
		fuzz.sent[p->wan]++;
}

static void send_marked(struct packet *p)
{
	packet_mark(p);
	send_raw(p);
}

static void send_whole_or_not(struct packet *p)
{
	static struct packet v[FRAGMENTS];
	unsigned int n = 0, i;

	packet_mark(p);
	if (chance(5))
		n = packet_fragments(p, v, FRAGMENTS);
	if (!n) {
		send_raw(p);
		return;
	}
	fuzz.fragments += n;
	if (chance(20)) {
		struct packet first = v[0];

		v[0] = v[n - 1];
		v[n - 1] = first;
	}
	for (i = 0; i < n; i++)
		send_raw(&v[i]);
}

static void use_v4(struct parties *who, u8 client, u8 server)
{
	const u8 c[] = { 192, 168, 77, client }, s[] = { 203, 0, 113, server };
	const u8 r[] = { 203, 0, 113, 1 };

	memcpy(who->client, c, 4);
	memcpy(who->server, s, 4);
	memcpy(who->router, r, 4);
}

/* As the lab writes them: the same digits, in hexadecimal. */
static void use_v6(struct parties *who, u16 client, u16 server)
{
	static const u8 inside[] = { 0xfd, 0x77 }, outside[] = { 0x20, 0x01, 0x0d, 0xb8, 0, 1 };

	memset(who->client, 0, 48);
	memcpy(who->client, inside, sizeof(inside));
	put16(who->client + 14, client);
	memcpy(who->server, outside, sizeof(outside));
	put16(who->server + 14, server);
	memcpy(who->router, outside, sizeof(outside));
	put16(who->router + 14, 1);
}

/* The server is the real one, or one of its own. */
static void begin(struct conversation *t)
{
	u8 client = 100 + roll(CLIENTS), server = chance(40) ? 10 : 100 + roll(SERVERS);

	t->capture = &fuzz.capture[roll(fuzz.captures)];
	t->next = 0;
	t->percent = chance(15) ? 0 : 20 + roll(80);
	t->last.len = 0;
	t->who.port = roll(64000);
	fuzz.talks++;
	if (t->capture->v[0].v6)
		use_v6(&t->who, 0x100 + client - 100, server == 10 ? 0x10 : 0x100 + server - 100);
	else
		use_v4(&t->who, client, server);
}

/* An error about what was sent last, now and then. */
static void complain(struct conversation *t)
{
	static struct packet error;

	if (!t->last.len || !chance(6) || !packet_error(&error, &t->last, &t->who))
		return;
	if (chance(40))
		packet_mutate(&error, &t->last);
	packet_checksums(&error);
	send_marked(&error);
	fuzz.errors++;
}

static void step(struct conversation *t)
{
	static struct packet p;
	const struct capture *c = t->capture;

	if (!c || t->next >= c->n)
		return begin(t);
	if (chance(4) && t->next + 1 < c->n)
		t->next++;		/* lost */
	p = c->v[chance(4) ? roll(c->n) : t->next];	/* or another one first */
	packet_address(&p, &t->who);
	t->last = p;
	if (chance(t->percent)) {
		packet_mutate(&p, &c->v[roll(c->n)]);
		fuzz.changed++;
	}
	if (chance(92))
		packet_checksums(&p);
	if (chance(2))
		p.wan = !p.wan;		/* from the wrong side */
	send_whole_or_not(&p);
	if (chance(5))
		send_raw(&p);		/* twice */
	complain(t);
	t->next += !chance(3);
}

static void load(const char *name)
{
	struct capture *c = &fuzz.capture[fuzz.captures++];
	char path[512];

	if (fuzz.captures > CAPTURES)
		die("more than %d captures", CAPTURES);
	snprintf(path, sizeof(path), "%s-lan.pcap", name);
	capture_load(c, path, false);
	snprintf(path, sizeof(path), "%s-wan.pcap", name);
	capture_load(c, path, true);
	capture_sort(c);
	if (c->n < 4)
		die("capture '%s' has %u packets", name, c->n);
}

/* NETNS:INTERFACE:MAC of the router there. Nothing is received. */
static void open_side(bool wan, char *text)
{
	int little = 1, i;
	char *netns = strsep(&text, ":"), *ifname = strsep(&text, ":");

	if (!text)
		usage_error("a side is NETNS:INTERFACE:MAC");
	port_open(&fuzz.port[wan][0], netns, ifname, text, 0x0800);
	port_open(&fuzz.port[wan][1], netns, ifname, text, 0x86dd);
	for (i = 0; i < 2; i++)
		setsockopt(fuzz.port[wan][i].fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
}

static int usage(const char *program)
{
	fprintf(stderr, "usage: %s --lan SIDE --wan SIDE [--seed N] [--seconds N] [--rate N] NAME...\n"
		"SIDE is NETNS:INTERFACE:MAC of the router there; NAME-lan.pcap, NAME-wan.pcap are captures\n",
		program);
	return 2;
}

static void run(long seconds, long rate)
{
	u64 begun = now_us(), end = begun + seconds * 1000000ULL, all, due;

	do {
		step(&fuzz.talk[roll(AT_ONCE)]);
		all = fuzz.sent[0] + fuzz.sent[1];
		due = begun + all * 1000000ULL / rate;
		if (now_us() < due)
			usleep(due - now_us() < 100000 ? due - now_us() : 100000);
	} while (now_us() < end);
	printf("%llu packets in %ld s, %llu from the LAN, %llu from the WAN; %llu changed, %llu fragments, %llu ICMP errors, %llu conversations, %llu not accepted\n",
	       (unsigned long long)all, seconds, (unsigned long long)fuzz.sent[0],
	       (unsigned long long)fuzz.sent[1], (unsigned long long)fuzz.changed,
	       (unsigned long long)fuzz.fragments, (unsigned long long)fuzz.errors,
	       (unsigned long long)fuzz.talks, (unsigned long long)fuzz.refused);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "lan", required_argument, NULL, 'l' }, { "wan", required_argument, NULL, 'w' },
		{ "seed", required_argument, NULL, 's' }, { "seconds", required_argument, NULL, 't' },
		{ "rate", required_argument, NULL, 'r' }, { 0 },
	};
	long seconds = 10, rate = 1000000;
	bool sides[2] = { false, false };
	int o;

	while ((o = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (o == 'l' || o == 'w')
			open_side(o == 'w', optarg);
		else if (o == 's')
			roll_seed(number(optarg, "seed", 1, 0x7fffffff));
		else if (o == 't')
			seconds = number(optarg, "seconds", 1, 1000000);
		else if (o == 'r')
			rate = number(optarg, "rate", 1, 1000000);
		else
			return usage(argv[0]);
		if (o == 'l' || o == 'w')
			sides[o == 'w'] = true;
	}
	if (!sides[0] || !sides[1] || optind == argc)
		return usage(argv[0]);
	while (optind < argc)
		load(argv[optind++]);
	run(seconds, rate);
	return 0;
}
