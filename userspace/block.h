/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: which protocols our nft rules block, and changing that. */
#ifndef VPNPASS_BLOCK_H
#define VPNPASS_BLOCK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include "mode.h"

/**
 * struct block - how a protocol is blocked
 * @there: there is a chain for it
 * @intact: with the rules that this tool writes
 * @rules: how many there are; it is blocked if there is one
 * @lan: only what comes from or goes to this interface, "" for everything
 * @packets: they dropped so many
 * @bytes: of this length together
 */
struct block {
	bool there;
	bool intact;
	unsigned int rules;
	char lan[IFNAMSIZ];
	uint64_t packets;
	uint64_t bytes;
};

/**
 * struct blocks - our nft table in this network namespace
 * @of: each protocol
 * @table: it exists
 * @foreign: what shows that it is not ours, NULL if it is
 * @generation: of all nft rules
 */
struct blocks {
	struct block of[NPROTOS];
	bool table;
	const char *foreign;
	uint32_t generation;
};

int blocks_read(struct blocks *b);
int blocks_fail(int err, const char *what);
int blocks_change(unsigned int add, unsigned int del, const char *lan, struct blocks *before);
void blocks_print(unsigned int set, const char *lan, char **text);

#endif /* VPNPASS_BLOCK_H */
