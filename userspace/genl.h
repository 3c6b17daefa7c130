/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: generic netlink, requests and events of one family. */
#ifndef VPNPASS_GENL_H
#define VPNPASS_GENL_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_vpnpass.h>
#include <stdint.h>

#define GENL_REQUEST_SIZE	256

/**
 * struct genl - a socket that talks to the module
 * @sock: libmnl's socket, NULL if not open
 * @family: number of the family, 0 while unknown
 * @version: its ABI version
 * @events: multicast group of its events, 0 for none
 * @seq: number of the last request
 * @extack: what the kernel said about the last request besides an error number
 */
struct genl {
	struct mnl_socket *sock;
	uint16_t family;
	uint32_t version;
	uint32_t events;
	uint32_t seq;
	char extack[256];
};

/* Gets each message; 0 or a negative errno, which ends the request. */
typedef int (*genl_cb)(const struct nlmsghdr *nlh, void *ctx);

int genl_open(struct genl *g);
int genl_open_or_fail(struct genl *g);
void genl_close(struct genl *g);

struct nlmsghdr *genl_request(struct genl *g, void *buf, uint8_t cmd, uint16_t flags);
int genl_talk(struct genl *g, struct nlmsghdr *nlh, genl_cb cb, void *ctx);
int genl_dump(struct genl *g, uint8_t cmd, genl_cb cb, void *ctx);
int genl_subscribe(struct genl *g);
int genl_receive(struct genl *g, genl_cb cb, void *ctx);
int genl_gone(const struct genl *g, const struct nlmsghdr *nlh);

int genl_fail(const struct genl *g, int err, const char *what);

#endif /* VPNPASS_GENL_H */
