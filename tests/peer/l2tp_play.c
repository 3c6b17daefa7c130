// SPDX-License-Identifier: GPL-2.0
/* Make a world of clients and servers, then run steps in it. */
#define _GNU_SOURCE
#include "l2tp.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NETNS=ADDRESS[+COUNT] */
static void add_ends(struct world *w, int who, const char *option)
{
	char text[128], *addr, *plus;
	long count = 1, i;
	struct addr a;
	size_t len;
	u8 *p;

	snprintf(text, sizeof(text), "%s", option);
	addr = strchr(text, '=');
	if (!addr)
		usage_error("play: '%s' is not NETNS=ADDRESS[+COUNT]", option);
	*addr++ = '\0';
	plus = strchr(addr, '+');
	if (plus) {
		*plus++ = '\0';
		count = number(plus, "COUNT", 1, CLIENTS_MAX);
	}
	for (i = 0; i < count; i++) {
		a = address(addr, 0);
		p = addr_bytes(&a, &len);
		put32(p + len - 4, get32(p + len - 4) + i);
		world_end(w, who, text, a);
	}
}

int play_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "server", required_argument, NULL, 's' },
		{ "clients", required_argument, NULL, 'c' },
		{ "nat", required_argument, NULL, 'n' }, { NULL, 0, NULL, 0 }
	};
	struct world *w = world_new();
	int o;

	setvbuf(stdout, NULL, _IOLBF, 0);
	raise_file_limit(1000);
	while ((o = getopt_long(argc, argv, "+", opts, NULL)) != -1) {
		switch (o) {
		case 's': add_ends(w, SERVER, optarg); break;
		case 'c': add_ends(w, CLIENT, optarg); break;
		case 'n': w->nat = address(optarg, L2TP_PORT); break;
		default: usage_error("play: unknown option");
		}
	}
	if (!w->clients || !w->servers)
		usage_error("play: --server NETNS=A or --clients NETNS=A[+COUNT] is missing");
	world_links(w);
	return play_steps(w, argv + optind) ? 0 : 1;
}
