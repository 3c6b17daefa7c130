// SPDX-License-Identifier: GPL-2.0
/* PPTP client that is driven by a list of steps; see step.c. */
#define _GNU_SOURCE
#include "step.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static void options(struct client *cl, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "server", required_argument, NULL, 's' },
		{ "port", required_argument, NULL, 'p' },
		{ "bind", required_argument, NULL, 'b' },
		{ "ids", required_argument, NULL, 'i' },
		{ "size", required_argument, NULL, 'l' },
		{ "timeout", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 }
	};
	const char *server = NULL;
	u16 port = MSG_PORT;
	int o;

	while ((o = getopt_long(argc, argv, "+", opts, NULL)) != -1) {
		switch (o) {
		case 's': server = optarg; break;
		case 'p': port = number(optarg, "--port", 1, 65535); break;
		case 'b': cl->from = address(optarg, 0); break;
		case 'i': cl->peer.next_id = number(optarg, "--ids", 0, 65535); break;
		case 'l': cl->peer.data_len = number(optarg, "--size", DATA_MIN, DATA_MAX); break;
		case 't': cl->timeout_ms = number(optarg, "--timeout", 1, 3600) * 1000; break;
		default: usage_error("client: unknown option");
		}
	}
	if (!server)
		usage_error("client: --server ADDRESS is missing");
	cl->to = address(server, port);
}

int client_main(int argc, char **argv)
{
	struct client *cl = calloc(1, sizeof(*cl));

	if (!cl)
		die("out of memory");
	cl->peer.next_id = 1;
	cl->peer.data_len = 64;
	cl->timeout_ms = 15000;
	options(cl, argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	raise_file_limit(20000);
	peer_init(&cl->peer, cl->to.ss.ss_family);
	return steps_run(cl, argv + optind) ? 0 : 1;
}
