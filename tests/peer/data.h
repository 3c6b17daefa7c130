/* SPDX-License-Identifier: GPL-2.0 */
/* Enhanced GRE (RFC 2637 section 4) over a raw socket, with a payload that names its call. */
#ifndef PEER_DATA_H
#define PEER_DATA_H

#include "util.h"

/* Payload of a test packet. */
struct data {
	u32 tag;	/* of the call, chosen by the client at random */
	u32 serial;	/* counts up in one call */
	bool echo;	/* on the way back */
};

#define DATA_MIN	32	/* GRE header and payload */
#define DATA_MAX	1400

/* Raw GRE socket of @family, non-blocking, large buffers. */
int data_socket(int family);
/* Write GRE header and payload for the receiver's call @id, @len bytes in all. */
void data_build(u8 *buf, size_t len, u16 id, u32 seq, const struct data *d);
/* Parse what follows the IP header; false if it is not one of ours. */
bool data_parse(const u8 *gre, size_t len, u16 *id, struct data *d);
/* Forget the ICMP errors that came in. */
void data_errors(int fd);
/*
 * Receive one packet: 1 ours, 0 nothing to read, -1 some other packet. @from gets the sender.
 */
int data_recv(int fd, struct addr *from, u16 *id, struct data *d);

#endif
