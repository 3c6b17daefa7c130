// SPDX-License-Identifier: GPL-2.0
/* IPsec test peer: what no daemon can be made to do, in one static program. */
#include "ipsec.h"

static const struct mode mode[] = {
	{ "play", "--server NETNS=A --clients NETNS=A[+N] [--ike 1|2] [--nat A] [--timeout S] [--size N] "
	  "STEP...: all ends at once (an unknown step lists them)", play_main },
	{ "flood", "--dst A [--src A] [--count N] [--ms N] [--clients N] [--servers N] [--rate N] "
	  "[--tos N] [--up] KIND [VALUE]: packets that nobody asked for",
	  flood_main },
	{ "sniff", "prints packets as key=value lines", sniff_main },
	{ "icmp", "sends an ICMP error about a packet that sniff wrote", icmp_main },
};

int main(int argc, char **argv)
{
	return run_mode("ipsec_peer", mode, ARRAY_SIZE(mode), argc, argv);
}
