/* SPDX-License-Identifier: GPL-2.0 */
/* Captured IP packets, and what is done to them before they are sent again. */
#ifndef FUZZ_PACKET_H
#define FUZZ_PACKET_H

#include "../../peer/util.h"

#define PACKET_MAX	4096
#define CAPTURE_MAX	400	/* packets of a capture */
#define FUZZ_TOS	0x30	/* what all that is sent carries, so that receivers can drop it */

/* One IP packet, without its Ethernet header. */
struct packet {
	u64 time;		/* us, of the capture */
	bool wan;		/* came from the outside */
	bool v6;
	u16 len;
	u8 data[PACKET_MAX];
};

/* What came to the router from both sides, in order. */
struct capture {
	struct packet *v;
	unsigned int n;
};

/* Who takes part in a conversation; in the first bytes of the addresses if IPv4. */
struct parties {
	u8 client[16], server[16], router[16];
	u16 port;		/* added to the client's TCP port */
};

/* pcap.c: add the packets of a file, @wan tells from where; then sort them by time. */
void capture_load(struct capture *c, const char *path, bool wan);
void capture_sort(struct capture *c);

/* mutate.c: random numbers, which the seed decides */
void roll_seed(u64 seed);
u32 roll(u32 n);
bool chance(u32 percent);

/* address.c */
u8 packet_proto(const struct packet *p, u16 *off);
void packet_address(struct packet *p, const struct parties *who);
void packet_lengths(struct packet *p);
void packet_checksums(struct packet *p);
void packet_mark(struct packet *p);

/* Change something; @other is another packet of the capture. */
void packet_mutate(struct packet *p, const struct packet *other);
/* An ICMP error about @about, which went out, from the outside, or that came in, from a client. */
bool packet_error(struct packet *error, const struct packet *about, const struct parties *who);
/* Cut into fragments, of which some may overlap or be missing. Returns how many. */
unsigned int packet_fragments(const struct packet *p, struct packet *v, unsigned int max);

#endif
