// SPDX-License-Identifier: GPL-2.0
/* Make a world of clients and servers, then run steps in it. */
#define _GNU_SOURCE
#include "ipsec.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ADDRESS with its last bytes advanced by @n */
static struct addr addr_plus(const char *text, u32 n)
{
	struct addr a = address(text, IKE_PORT);
	size_t len;
	u8 *p = addr_bytes(&a, &len);

	put32(p + len - 4, get32(p + len - 4) + n);
	return a;
}

/* NETNS=ADDRESS[+COUNT] */
static void add_ends(struct world *w, bool server, const char *option)
{
	char text[128], *addr, *plus;
	long count = 1, i;

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
	for (i = 0; i < count; i++)
		world_end(w, server, text, addr_plus(addr, i));
}

static void set_nat(struct world *w, const char *text)
{
	u32 c, s;

	for (c = 0; text && c < w->clients; c++) {
		for (s = 0; s < w->servers; s++)
			w->link[c][s]->nat = address(text, IKE_PORT);
	}
}

int play_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "server", required_argument, NULL, 's' },
		{ "clients", required_argument, NULL, 'c' },
		{ "ike", required_argument, NULL, 'i' }, { "nat", required_argument, NULL, 'n' },
		{ "timeout", required_argument, NULL, 't' },
		{ "size", required_argument, NULL, 'l' }, { NULL, 0, NULL, 0 }
	};
	struct world *w = world_new();
	const char *nat = NULL;
	int o;

	setvbuf(stdout, NULL, _IOLBF, 0);
	raise_file_limit(1000);
	while ((o = getopt_long(argc, argv, "+", opts, NULL)) != -1) {
		switch (o) {
		case 's': add_ends(w, true, optarg); break;
		case 'c': add_ends(w, false, optarg); break;
		case 'i': w->version = number(optarg, "--ike", 1, 2); break;
		case 'n': nat = optarg; break;
		case 't': w->timeout_ms = number(optarg, "--timeout", 1, 600) * 1000; break;
		case 'l': w->esp_len = number(optarg, "--size", ESP_LEN_MIN, ESP_LEN_MAX); break;
		default: usage_error("play: unknown option");
		}
	}
	if (!w->clients || !w->servers)
		usage_error("play: --server NETNS=ADDRESS or --clients NETNS=ADDRESS[+COUNT] is missing");
	world_links(w);
	set_nat(w, nat);
	return play_steps(w, argv + optind) ? 0 : 1;
}
