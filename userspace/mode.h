/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: protocols on the command line, and the mode that one has in the kernel. */
#ifndef VPNPASS_MODE_H
#define VPNPASS_MODE_H

#include <linux/netfilter/nf_vpnpass.h>
#include <stdbool.h>

#define NPROTOS		(VPNPASS_PROTO_IPSEC + 1)

/* Beside the kernel's modes: our nft rules drop the protocol, see block.h. */
#define MODE_BLOCK	(VPNPASS_MODE_RULE + 1)

/**
 * struct mode_change - what one protocol goes through
 * @proto: protocol
 * @before: mode it had
 * @after: mode it has
 */
struct mode_change {
	unsigned int proto;
	unsigned int before;
	unsigned int after;
};

const char *proto_name(unsigned int proto);
const char *mode_name(unsigned int mode);
int protos_parse(int argc, char **argv, unsigned int *set);

int mode_get(unsigned int proto, unsigned int *mode, bool *loaded);
int mode_need(unsigned int proto);
int mode_help(struct mode_change *c);
int mode_set(struct mode_change *c);

#endif /* VPNPASS_MODE_H */
