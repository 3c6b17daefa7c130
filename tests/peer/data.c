// SPDX-License-Identifier: GPL-2.0
/* Enhanced GRE (RFC 2637 section 4) over a raw socket, with a payload that names its call. */
#define _GNU_SOURCE
#include "data.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#define PAYLOAD_MAGIC	0x56504752	/* "VPGR" */
#define GRE_FLAGS	0x3001		/* key, sequence number, version 1 */
#define GRE_PPP		0x880b

int data_socket(int family)
{
	int fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_GRE);
	int size = 16 << 20, one = 1;

	if (fd < 0)
		die_errno("cannot open a raw GRE socket (needs root)");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	/* without this IPv6 keeps errors, and so the path MTU, from sockets that are not connected */
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof(one));
	return fd;
}

void data_build(u8 *buf, size_t len, u16 id, u32 seq, const struct data *d)
{
	memset(buf, 0x5a, len);
	put16(buf, GRE_FLAGS);
	put16(buf + 2, GRE_PPP);
	put16(buf + 4, len - 12);
	put16(buf + 6, id);
	put32(buf + 8, seq);
	put32(buf + 12, PAYLOAD_MAGIC);
	put32(buf + 16, d->tag);
	put32(buf + 20, d->serial);
	put32(buf + 24, d->echo);
}

bool data_parse(const u8 *gre, size_t len, u16 *id, struct data *d)
{
	if (len < DATA_MIN || get16(gre) != GRE_FLAGS || get16(gre + 2) != GRE_PPP ||
	    get16(gre + 4) != len - 12 || get32(gre + 12) != PAYLOAD_MAGIC)
		return false;
	*id = get16(gre + 6);
	d->tag = get32(gre + 16);
	d->serial = get32(gre + 20);
	d->echo = get32(gre + 24);
	return true;
}

void data_errors(int fd)
{
	u8 buf[64];

	while (recv(fd, buf, sizeof(buf), MSG_ERRQUEUE) >= 0)
		;
}

int data_recv(int fd, struct addr *from, u16 *id, struct data *d)
{
	u8 buf[2048], *gre = buf;
	ssize_t n;

	from->len = sizeof(from->ss);
	n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&from->ss, &from->len);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
	if (from->ss.ss_family == AF_INET) {
		gre += (buf[0] & 15) * 4;
		n -= (buf[0] & 15) * 4;
	}
	return n > 0 && data_parse(gre, n, id, d) ? 1 : -1;
}
