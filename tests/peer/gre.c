// SPDX-License-Identifier: GPL-2.0
/* Send one data packet that belongs to no call of this end. */
#define _GNU_SOURCE
#include "data.h"

#include <getopt.h>
#include <stdlib.h>

int gre_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "dst", required_argument, NULL, 'd' }, { "id", required_argument, NULL, 'i' },
		{ "count", required_argument, NULL, 'c' }, { NULL, 0, NULL, 0 }
	};
	struct data d = { .tag = (u32)now_us(), .serial = 1 };
	struct addr to = { 0 };
	long count = 1;
	u16 id = 0;
	u8 buf[64];
	int o, fd;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 'd': to = address(optarg, 0); break;
		case 'i': id = number(optarg, "--id", 0, 65535); break;
		case 'c': count = number(optarg, "--count", 1, 1000000); break;
		default: usage_error("gre: unknown option");
		}
	}
	if (!to.len)
		usage_error("gre: --dst ADDRESS is missing");
	fd = data_socket(to.ss.ss_family);
	for (; count; count--, d.serial++) {
		data_build(buf, sizeof(buf), id, d.serial, &d);
		if (sendto(fd, buf, sizeof(buf), 0, (void *)&to.ss, to.len) < 0)
			die_errno("cannot send GRE to %s", addr_text(&to));
	}
	return 0;
}
