/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: netfilter's netlink, for nft rules and for conntrack entries. */
#ifndef VPNPASS_NFNL_H
#define VPNPASS_NFNL_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#define NFNL_REQUEST_SIZE	1024

/**
 * struct nfnl - a socket
 * @sock: libmnl's socket, NULL if not open
 * @seq: number of the last message
 */
struct nfnl {
	struct mnl_socket *sock;
	uint32_t seq;
};

/* Gets each message; 0 or a negative errno, which ends the request. */
typedef int (*nfnl_cb)(const struct nlmsghdr *nlh, void *ctx);

int nfnl_open(struct nfnl *n);
void nfnl_close(struct nfnl *n);
int nfnl_talk(struct nfnl *n, const void *msgs, size_t len, nfnl_cb cb, void *ctx);

#endif /* VPNPASS_NFNL_H */
