/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: protocols on the command line, and the mode that one has in the kernel. */
#ifndef VPNPASS_MODE_H
#define VPNPASS_MODE_H

#include <linux/netfilter/nf_vpnpass.h>
#include <net/if.h>

#define NPROTOS		(VPNPASS_PROTO_IPSEC + 1)

/* Beside the kernel's modes: our nft rules drop the protocol, see block.h. */
#define MODE_BLOCK	(VPNPASS_MODE_RULE + 1)

/**
 * struct mode_change - what one protocol goes through
 * @proto: protocol
 * @before: mode it had
 * @after: mode it has
 * @lan_before: if it was MODE_BLOCK, at this interface, "" for everywhere
 * @lan: if it is MODE_BLOCK, likewise
 */
struct mode_change {
	unsigned int proto;
	unsigned int before;
	unsigned int after;
	char lan_before[IFNAMSIZ];
	char lan[IFNAMSIZ];
};

const char *proto_name(unsigned int proto);
const char *mode_name(unsigned int mode);
int protos_parse(int argc, char **argv, unsigned int *set);

int mode_get(unsigned int proto, unsigned int *mode, char lan[IFNAMSIZ]);
int mode_check(void);
int mode_need(unsigned int proto);
int mode_help(struct mode_change *c);
int mode_set(struct mode_change *c);

#endif /* VPNPASS_MODE_H */
