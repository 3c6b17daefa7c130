/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: conntrack entries, for looking at. */
#ifndef VPNPASS_CONNTRACK_H
#define VPNPASS_CONNTRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct entry - an IPv4 conntrack entry; addresses in host order
 * @l4: protocol
 * @src: who began
 * @dst: with whom
 * @sport: from this port, 0 if there are none
 * @dport: to this port
 * @reply_dst: where answers go to
 * @unreplied: none has come yet
 */
struct entry {
	unsigned int l4;
	uint32_t src;
	uint32_t dst;
	unsigned int sport;
	unsigned int dport;
	uint32_t reply_dst;
	bool unreplied;
};

struct entries {
	struct entry *v;
	size_t n;
	bool read;
};

void entries_read(struct entries *e);
void entries_free(struct entries *e);

#endif /* VPNPASS_CONNTRACK_H */
