// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: netfilter's netlink, for nft rules and for conntrack entries. */
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>
#include "nfnl.h"
#include "nlmsg.h"

/* The kernel fills dumps up to 32 KiB a datagram if there is room. */
#define RECEIVE_SIZE	32768

/**
 * struct talk - messages on their way
 * @first: number of the first one
 * @last: number of the last one
 * @cb: gets the answers, may be NULL
 * @ctx: for @cb
 * @done: the kernel has said all
 * @interrupted: what was dumped changed meanwhile
 */
struct talk {
	uint32_t first;
	uint32_t last;
	nfnl_cb cb;
	void *ctx;
	bool done;
	bool interrupted;
};

/**
 * nfnl_open() - open a socket
 * @n: to be filled; nfnl_close() it whatever the outcome
 *
 * Return: 0; -EPROTONOSUPPORT if the kernel has no nfnetlink; another negative errno.
 */
int nfnl_open(struct nfnl *n)
{
	*n = (struct nfnl){ .sock = mnl_socket_open(NETLINK_NETFILTER) };
	if (!n->sock || mnl_socket_bind(n->sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return 0;
}

void nfnl_close(struct nfnl *n)
{
	if (n->sock)
		mnl_socket_close(n->sock);
	n->sock = NULL;
}

static int on_code(struct talk *t, const struct nlmsghdr *nlh)
{
	int code = 0;

	t->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	else if (nlh->nlmsg_type == NLMSG_ERROR)
		code = -EBADMSG;
	return nlmsg_errno(code);
}

static int on_message(struct talk *t, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq - t->first > t->last - t->first)
		return 0;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
		return on_code(t, nlh);
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg))
		return -EBADMSG;
	return t->cb ? t->cb(nlh, t->ctx) : 0;
}

static int receive(struct nfnl *n, struct talk *t)
{
	char buf[RECEIVE_SIZE] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh = (void *)buf;
	ssize_t got;
	int len, err;

	do {
		got = mnl_socket_recvfrom(n->sock, buf, sizeof(buf));
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ENOSPC ? -EBADMSG : -errno;
	len = got;
	for (; nlmsg_fits(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		err = on_message(t, nlh);
		if (err || t->done)
			return err;
	}
	return len > 0 ? -EBADMSG : 0;
}

/**
 * nfnl_talk() - send a request, or a batch of them, and take in the answers
 * @n: socket
 * @msgs: messages, one behind the other, numbered in the order of @n's seq; one that asks
 *        for an acknowledgement or a dump must be among them
 * @len: length of them all
 * @cb: gets each answer, may be NULL
 * @ctx: for @cb
 *
 * The first error ends it, and of a batch nothing is done then.
 *
 * Return: 0; -EINTR if what was dumped changed meanwhile; -EBADMSG if the answer makes no
 * sense; another negative errno.
 */
int nfnl_talk(struct nfnl *n, const void *msgs, size_t len, nfnl_cb cb, void *ctx)
{
	struct talk t = { .last = n->seq, .cb = cb, .ctx = ctx };
	int err = 0;

	t.first = ((const struct nlmsghdr *)msgs)->nlmsg_seq;
	if (mnl_socket_sendto(n->sock, msgs, len) < 0)
		return -errno;
	while (!t.done && !err)
		err = receive(n, &t);
	return err ? err : t.interrupted ? -EINTR : 0;
}
