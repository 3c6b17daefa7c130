/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libmnl's socket for fuzzers: what is sent is looked at, what is received is the fuzzer's input.
 *
 * Input: datagrams, each behind a byte of options (bit 0: its messages get the number of the
 * latest request; bit 1: and its type; bit 2: all are from port 0; bit 3: the last message's
 * length is what there is) and two of its length, the lower one first.
 */
#ifndef FUZZ_FAKE_SOCKET_H
#define FUZZ_FAKE_SOCKET_H

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mnl_socket {
	int opened;
};

static struct {
	struct mnl_socket sock;
	const unsigned char *data;
	size_t size;
	uint32_t seq;
	uint16_t type;
	unsigned int sent, received;
} fake;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* The target says what may be sent. */
static void sent(const struct nlmsghdr *nlh);

struct mnl_socket *mnl_socket_open(int bus)
{
	(void)bus;
	fake.sock.opened++;
	fake.sent = 0;
	return &fake.sock;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl, (void)groups, (void)pid;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	must(nl->opened-- > 0, "what is closed was open");
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl, (void)type, (void)buf, (void)len;
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 7;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t size)
{
	const struct nlmsghdr *nlh = req;

	(void)nl;
	must(size >= sizeof(*nlh) && nlh->nlmsg_len <= size, "a request is whole");
	must(nlh->nlmsg_flags & NLM_F_REQUEST, "a request is one");
	must(!fake.sent || nlh->nlmsg_seq != fake.seq, "each request of a socket has its number");
	fake.seq = nlh->nlmsg_seq;
	fake.type = nlh->nlmsg_type;
	fake.sent++;
	sent(nlh);
	return size;
}

static void mend_header(struct nlmsghdr *h, unsigned char how, size_t left)
{
	if (how & 1)
		h->nlmsg_seq = fake.seq;
	if (how & 2 && h->nlmsg_type >= NLMSG_MIN_TYPE)
		h->nlmsg_type = fake.type;
	if (how & 4)
		h->nlmsg_pid = 0;
	if (how & 8 && h->nlmsg_len > left)
		h->nlmsg_len = left;
}

static void mend(unsigned char *p, size_t len, unsigned char how)
{
	struct nlmsghdr h;
	size_t at, step;

	for (at = 0; len - at >= sizeof(h); at += step) {
		memcpy(&h, p + at, sizeof(h));
		mend_header(&h, how, len - at);
		memcpy(p + at, &h, sizeof(h));
		step = MNL_ALIGN((size_t)h.nlmsg_len);
		if (h.nlmsg_len < sizeof(h) || step > len - at)
			return;
	}
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t size)
{
	unsigned char how;
	size_t len;

	(void)nl;
	if (fake.size < 3) {
		errno = EAGAIN;
		return -1;
	}
	how = fake.data[0];
	len = fake.data[1] | fake.data[2] << 8;
	fake.data += 3;
	fake.size -= 3;
	if (len > fake.size)
		len = fake.size;
	if (len > size) {
		errno = ENOSPC;
		return -1;
	}
	memcpy(buf, fake.data, len);
	mend(buf, len, how);
	fake.data += len;
	fake.size -= len;
	fake.received++;
	return len;
}

static void fake_begin(const unsigned char *data, size_t size)
{
	memset(&fake, 0, sizeof(fake));
	fake.data = data;
	fake.size = size;
}

#endif
