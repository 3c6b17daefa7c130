// SPDX-License-Identifier: GPL-2.0
/* Wire mode: options, and a first connection that holds the ids which the others choose too. */
#define _GNU_SOURCE
#include "wire.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options {
	const char *netns[2], *dev[2], *router[2], *ip[2];
	const char *dst, *holder;
	unsigned int hold, fuzz, seed;
	u16 port;
	bool brief;
};

enum { OPT_END = 256 };

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
	{ "holder", required_argument, NULL, 'h' },
	{ "hold", required_argument, NULL, 'n' },
	{ "port", required_argument, NULL, 'p' },
	{ "client-ids", required_argument, NULL, 'c' },
	{ "server-ids", required_argument, NULL, 's' },
	{ "client-rule", required_argument, NULL, 'C' },
	{ "server-rule", required_argument, NULL, 'S' },
	{ "fuzz", required_argument, NULL, 'f' },
	{ "seed", required_argument, NULL, 'e' },
	{ "brief", no_argument, NULL, 'b' },
	{ NULL, 0, NULL, 0 }
};

static enum alias_rule alias_rule(const char *text)
{
	static const char *const name[] = { "any", "same", "other" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name); i++) {
		if (!strcmp(text, name[i]))
			return i;
	}
	usage_error("'%s' is none of any, same, other", text);
}

static void parse(struct options *o, struct wire *w, int argc, char **argv)
{
	const char **text[] = { &o->netns[0], &o->netns[1], &o->dev[0], &o->dev[1],
				&o->router[0], &o->router[1], &o->ip[0], &o->ip[1] };
	int c;

	while ((c = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (c) {
		case 0 ... 7: *text[c] = optarg; break;
		case 'd': o->dst = optarg; break;
		case 'h': o->holder = optarg; break;
		case 'n': o->hold = number(optarg, "--hold", 0, WIRE_CALLS); break;
		case 'p': o->port = number(optarg, "--port", 1, 65535); break;
		case 'c': w->base[0] = number(optarg, "--client-ids", 0, 65000); break;
		case 's': w->base[1] = number(optarg, "--server-ids", 0, 65000); break;
		case 'C': w->rule[0] = alias_rule(optarg); break;
		case 'S': w->rule[1] = alias_rule(optarg); break;
		case 'f': o->fuzz = number(optarg, "--fuzz", 1, 1000000); break;
		case 'e': o->seed = number(optarg, "--seed", 0, 0x7fffffff); break;
		case 'b': o->brief = true; break;
		default: usage_error("wire: unknown option");
		}
	}
	for (c = 0; c < 8; c++) {
		if (!*text[c])
			usage_error("wire: --%s is missing", opts[c].name);
	}
}

static void setup(struct wire *w, const struct options *o)
{
	int i;

	for (i = 0; i < 2; i++) {
		w->local[i] = address(o->ip[i], i ? o->port : 0);
		port_open(&w->port[i], o->netns[i], o->dev[i], o->router[i],
			  w->local[i].ss.ss_family == AF_INET ? 0x0800 : 0x86dd);
	}
	w->dst = address(o->dst ? o->dst : o->ip[1], o->port);
	w->next_port = 20000 + time(NULL) % 20000;
}

/* Another client takes the ids first, so that the router must replace ours. */
static bool hold_ids(struct wire *w, struct flow *f, const struct options *o)
{
	struct addr ours = w->local[INITIATOR];
	unsigned int i;
	bool ok;

	w->local[INITIATOR] = address(o->holder, 0);
	ok = flow_open(f, w);
	f->rule[INITIATOR] = ALIAS_SAME;
	f->rule[RESPONDER] = ALIAS_ANY;
	flow_say(f, INITIATOR, SCCRQ, 0);
	ok = ok && flow_finish(f, INITIATOR);
	for (i = 0; i < o->hold && ok; i++) {
		flow_say(f, INITIATOR, OCRQ, i);
		ok = flow_finish(f, INITIATOR);
		flow_say(f, RESPONDER, OCRP, i);
		ok = ok && flow_finish(f, RESPONDER);
	}
	w->local[INITIATOR] = ours;
	return ok && !w->errors;
}

int wire_main(int argc, char **argv)
{
	struct options o = { .port = MSG_PORT, .seed = 1 };
	struct wire *w = calloc(1, sizeof(*w));
	struct flow *holder = calloc(1, sizeof(*holder));
	bool ok = true;

	if (!w || !holder)
		die("out of memory");
	w->base[0] = 4242;
	w->base[1] = 100;
	parse(&o, w, argc, argv);
	setup(w, &o);
	if (o.holder)
		ok = hold_ids(w, holder, &o);
	w->base[1] += 1000;
	if (ok)
		ok = o.fuzz ? wire_fuzz(w, o.seed, o.fuzz) : wire_cases(w, o.brief);
	if (o.holder)
		flow_close(holder);
	printf("wire: segments=%lu arrived=%lu bytes=%lu rewritten=%lu errors=%lu\n", w->segments,
	       w->arrived, w->bytes, w->rewritten, w->errors);
	return !ok;
}
