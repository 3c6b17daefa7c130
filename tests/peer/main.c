// SPDX-License-Identifier: GPL-2.0
/* PPTP test peer: what no daemon can do, in one static program with several modes. */
#include "util.h"

#include <stdio.h>
#include <string.h>

struct mode {
	const char *name, *what;
	int (*main)(int argc, char **argv);
};

static const struct mode mode[] = {
	{ "server", "[--listen A] [--port N] [--ids N|peer] [--offer N] [--refuse-every N]: "
	  "takes all calls, echoes data", server_main },
	{ "client", "--server A [--port N] [--bind A] [--ids N] [--timeout S] STEP...: "
	  "runs the steps (an unknown one lists them)", client_main },
	{ "wire", "plays both ends with TCP segments of its own", wire_main },
	{ "sniff", "prints packets as key=value lines", sniff_main },
	{ "icmp", "sends an ICMP error about a packet that sniff wrote", icmp_main },
	{ "gre", "--dst A [--id N] [--count N]: sends data that belongs to no call", gre_main },
};

static int help(void)
{
	size_t i;

	puts("pptp_peer MODE [OPTION...]");
	for (i = 0; i < ARRAY_SIZE(mode); i++)
		printf("  %-7s %s\n", mode[i].name, mode[i].what);
	return 0;
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2 || !strcmp(argv[1], "help"))
		return help();
	for (i = 0; i < ARRAY_SIZE(mode); i++) {
		if (!strcmp(mode[i].name, argv[1]))
			return mode[i].main(argc - 1, argv + 1);
	}
	usage_error("no mode is called '%s'", argv[1]);
}
