/* SPDX-License-Identifier: GPL-2.0 */
/* Ethernet frames with TCP segments, sent and received past the kernel's own TCP. */
#ifndef PEER_FRAME_H
#define PEER_FRAME_H

#include "util.h"

#define TCP_FIN	0x01
#define TCP_SYN	0x02
#define TCP_RST	0x04
#define TCP_PSH	0x08
#define TCP_ACK	0x10

/* One interface of one network namespace, with the router behind it. */
struct port {
	int fd;
	int ifindex;
	u8 mac[6], router[6];
};

struct segment {
	struct addr src, dst;		/* with ports */
	u32 seq, ack;
	u8 flags;
	u8 tos;				/* IPv4 */
	const u8 *data;
	u16 len;
	bool csum_ok;			/* of IP and TCP, when received */
};

/* Everything that an AF_PACKET socket on @ifname in @netns sees of @ethertype. */
void port_open(struct port *p, const char *netns, const char *ifname, const char *router_mac,
	       u16 ethertype);
void port_send(struct port *p, const struct segment *s);
/*
 * Wait at most @timeout_us for a TCP segment to @local; data points into a buffer that the next
 * call overwrites.
 */
bool port_recv(struct port *p, const struct addr *local, struct segment *s, int timeout_us);
u16 addr_port(const struct addr *a);
void addr_set_port(struct addr *a, u16 port);
/* Parse the TCP segment in the IP packet @ip; false if there is none. */
bool segment_parse(const u8 *ip, size_t len, struct segment *s);

#endif
