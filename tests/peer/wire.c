// SPDX-License-Identifier: GPL-2.0
/* Wire mode: options. */
#define _GNU_SOURCE
#include "wire.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options {
	const char *netns[2], *dev[2], *router[2], *ip[2];
	const char *dst, *rival;
	unsigned int fuzz, seed;
	u16 port;
	bool brief, upset;
};

static const struct option opts[] = {
	{ "client-netns", required_argument, NULL, 0 },
	{ "server-netns", required_argument, NULL, 1 },
	{ "client-dev", required_argument, NULL, 2 },
	{ "server-dev", required_argument, NULL, 3 },
	{ "client-router", required_argument, NULL, 4 },
	{ "server-router", required_argument, NULL, 5 },
	{ "client", required_argument, NULL, 6 },
	{ "server", required_argument, NULL, 7 },
	{ "dst", required_argument, NULL, 'd' },
	{ "rival", required_argument, NULL, 'h' },
	{ "hold", required_argument, NULL, 'n' },
	{ "port", required_argument, NULL, 'p' },
	{ "client-ids", required_argument, NULL, 'c' },
	{ "server-ids", required_argument, NULL, 's' },
	{ "routed", no_argument, NULL, 'R' },
	{ "fuzz", required_argument, NULL, 'f' },
	{ "seed", required_argument, NULL, 'e' },
	{ "brief", no_argument, NULL, 'b' },
	{ "upset", no_argument, NULL, 'u' },
	{ NULL, 0, NULL, 0 }
};

static void parse(struct options *o, struct wire *w, int argc, char **argv)
{
	const char **text[] = { &o->netns[0], &o->netns[1], &o->dev[0], &o->dev[1],
				&o->router[0], &o->router[1], &o->ip[0], &o->ip[1] };
	int c;

	while ((c = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (c) {
		case 0 ... 7: *text[c] = optarg; break;
		case 'd': o->dst = optarg; break;
		case 'h': o->rival = optarg; break;
		case 'n': w->hold = number(optarg, "--hold", 0, WIRE_CALLS); break;
		case 'p': o->port = number(optarg, "--port", 1, 65535); break;
		case 'c': w->base[0] = number(optarg, "--client-ids", 0, 65000); break;
		case 's': w->base[1] = number(optarg, "--server-ids", 0, 65000); break;
		case 'R': w->routed = true; break;
		case 'f': o->fuzz = number(optarg, "--fuzz", 1, 1000000); break;
		case 'e': o->seed = number(optarg, "--seed", 0, 0x7fffffff); break;
		case 'b': o->brief = true; break;
		case 'u': o->upset = true; break;
		default: usage_error("wire: unknown option");
		}
	}
	for (c = 0; c < 8; c++) {
		if (!*text[c])
			usage_error("wire: --%s is missing", opts[c].name);
	}
}

/* Both clients are one to the server, unless they keep their addresses; it is two to them. */
static void make_spaces(struct wire *w)
{
	unsigned int end, rival;

	for (end = INITIATOR; end <= RESPONDER; end++) {
		for (rival = 0; rival < 2; rival++) {
			w->space[end][rival] = calloc(1, sizeof(struct id_space));
			if (!w->space[end][rival])
				die("out of memory");
		}
	}
	if (!w->routed)
		w->space[INITIATOR][1] = w->space[INITIATOR][0];
}

static void setup(struct wire *w, const struct options *o)
{
	int i;

	for (i = 0; i < 2; i++) {
		w->local[i] = address(o->ip[i], i ? o->port : 0);
		port_open(&w->port[i], o->netns[i], o->dev[i], o->router[i],
			  w->local[i].ss.ss_family == AF_INET ? 0x0800 : 0x86dd);
	}
	if ((w->hold || o->upset) && !o->rival)
		usage_error("wire: --hold and --upset need --rival ADDRESS");
	if (o->rival)
		w->rival = address(o->rival, 0);
	make_spaces(w);
	w->dst = address(o->dst ? o->dst : o->ip[1], o->port);
	w->next_port = 20000 + time(NULL) % 20000;
}

int wire_main(int argc, char **argv)
{
	struct options o = { .port = MSG_PORT, .seed = 1 };
	struct wire *w = calloc(1, sizeof(*w));
	bool ok;

	if (!w)
		die("out of memory");
	w->base[0] = 4242;
	w->base[1] = 100;
	parse(&o, w, argc, argv);
	setup(w, &o);
	if (o.upset)
		ok = wire_upset(w);
	else
		ok = o.fuzz ? wire_fuzz(w, o.seed, o.fuzz) : wire_cases(w, o.brief);
	printf("wire: segments=%lu arrived=%lu bytes=%lu rewritten=%lu errors=%lu\n", w->segments,
	       w->arrived, w->bytes, w->rewritten, w->errors);
	return !ok;
}
