// SPDX-License-Identifier: GPL-2.0
/* PPTP server: takes every connection and call, echoes the data. */
#define _GNU_SOURCE
#include "engine.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	stop = 1;
}

static void ids_option(struct peer *p, const char *text)
{
	if (!strcmp(text, "peer")) {
		p->ids = IDS_PEER;
		return;
	}
	p->ids = IDS_COUNT;
	p->next_id = number(text, "--ids", 0, 65535);
}

static void options(struct peer *p, struct addr *listen, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "listen", required_argument, NULL, 'l' },
		{ "port", required_argument, NULL, 'p' },
		{ "ids", required_argument, NULL, 'i' },
		{ "offer", required_argument, NULL, 'o' },
		{ "refuse-every", required_argument, NULL, 'r' },
		{ "size", required_argument, NULL, 's' },
		{ "quiet", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 }
	};
	const char *host = "0.0.0.0";
	u16 port = MSG_PORT;
	int o;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 'l': host = optarg; break;
		case 'p': port = number(optarg, "--port", 1, 65535); break;
		case 'i': ids_option(p, optarg); break;
		case 'o': p->offers = number(optarg, "--offer", 0, 1000); break;
		case 'r': p->refuse_every = number(optarg, "--refuse-every", 1, 1000); break;
		case 's': p->data_len = number(optarg, "--size", DATA_MIN, DATA_MAX); break;
		case 'q': p->quiet = true; break;
		default: usage_error("server: unknown option");
		}
	}
	*listen = address(host, port);
}

static void summary(const struct peer *p)
{
	printf("server: messages=%llu unexpected=%llu garbled=%llu data=%llu wrong=%llu dup=%llu "
	       "connections=%u up=%u gone=%u\n",
	       (unsigned long long)p->messages, (unsigned long long)p->unexpected,
	       (unsigned long long)p->garbled, (unsigned long long)p->data_in,
	       (unsigned long long)p->data_wrong, (unsigned long long)p->data_dup,
	       p->nconns, p->calls[CALL_UP], p->calls[CALL_GONE]);
}

int server_main(int argc, char **argv)
{
	struct peer *p = calloc(1, sizeof(*p));
	struct addr listen;
	bool bad;

	if (!p)
		die("out of memory");
	p->next_id = 1;
	p->data_len = 64;
	options(p, &listen, argc, argv);
	raise_file_limit(20000);
	peer_init(p, listen.ss.ss_family);
	peer_listen(p, &listen);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	puts("ready");
	fflush(stdout);
	while (!stop)
		peer_poll(p, 200);
	summary(p);
	bad = p->unexpected || p->data_wrong || p->data_dup;
	puts(bad ? "FAILED" : "done");
	return bad;
}
