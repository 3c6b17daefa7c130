// SPDX-License-Identifier: GPL-2.0
/* PPTP test peer: what no daemon can do, in one static program with several modes. */
#include "util.h"

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

int main(int argc, char **argv)
{
	return run_mode("pptp_peer", mode, ARRAY_SIZE(mode), argc, argv);
}
