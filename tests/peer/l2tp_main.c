// SPDX-License-Identifier: GPL-2.0
/* L2TP test peer: what no daemon can be made to do, in one static program. */
#include "l2tp.h"

#include <stdio.h>
#include <string.h>

struct mode {
	const char *name, *what;
	int (*main)(int argc, char **argv);
};

static const struct mode mode[] = {
	{ "play", "--server NETNS=A --clients NETNS=A[+N] [--nat A] "
	  "STEP...: all ends at once (an unknown step lists them)", play_main },
	{ "flood", "--dst A [--src A] [--sport N] [--dport N] "
	  "[--count N] [--ms N] KIND [VALUE]: packets that nobody asked for",
	  flood_main },
	{ "sniff", "prints packets as key=value lines", sniff_main },
	{ "icmp", "sends an ICMP error about a packet that sniff wrote", icmp_main },
};

static int help(void)
{
	size_t i;

	puts("l2tp_peer MODE [OPTION...]");
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
