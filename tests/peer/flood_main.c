// SPDX-License-Identifier: GPL-2.0
/* PPTP in bulk, in one static program. */
#include "flood.h"

#include <linux/if_packet.h>

static const struct mode mode[] = {
	{ "calls", "--dev D --router MAC --src A --dst A [--clients N] [--connections N] [--calls N] "
	  "[--rate N] [--tos N] [--first ID] [--blast] [--deaf] [--full FILE --end FILE]: "
	  "control connections of many clients", calls_main },
	{ "answer", "--dev D --tos N --ready FILE [--offer N] [--mute]: "
	  "the servers of all packets with that TOS", answer_main },
	{ "raw", "--dst A --src A [--clients N] [--servers N] [--ports N] [--count N] [--rate N] "
	  "KIND: packets that nobody asked for", raw_main },
};

bool flood_frame(struct port *p, u8 *frame, size_t *len)
{
	struct sockaddr_ll from;
	socklen_t flen = sizeof(from);
	ssize_t n;

	do {
		n = recvfrom(p->fd, frame, FLOOD_FRAME, 0, (void *)&from, &flen);
		if (n < 0)
			return false;
	} while (from.sll_pkttype == PACKET_OUTGOING || n < 34);
	*len = n;
	return true;
}

int main(int argc, char **argv)
{
	return run_mode("flood_peer", mode, ARRAY_SIZE(mode), argc, argv);
}
