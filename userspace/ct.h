/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: conntrack entries, to be looked at and to be deleted. */
#ifndef VPNPASS_CT_H
#define VPNPASS_CT_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct ct_addr - an address
 * @len: 4 or 16 bytes, 0 if there is none
 * @bytes: as on the wire, zeros behind
 */
struct ct_addr {
	uint8_t len;
	uint8_t bytes[16];
};

/**
 * struct ct_tuple - one direction of an entry
 * @src: source address
 * @dst: destination address
 * @l4: what the IP header says it is
 * @sport: source port, or GRE's call id; 0 if there are none
 * @dport: likewise
 */
struct ct_tuple {
	struct ct_addr src;
	struct ct_addr dst;
	uint8_t l4;
	uint16_t sport;
	uint16_t dport;
};

/**
 * struct ct_entry - a conntrack entry
 * @orig: as who began sent it
 * @reply: as answers come
 * @replied: one has come
 * @msg: how the kernel listed it
 */
struct ct_entry {
	struct ct_tuple orig;
	struct ct_tuple reply;
	bool replied;
	struct nlmsghdr *msg;
};

/**
 * struct ct_entries - some of them
 * @v: entries
 * @n: how many
 */
struct ct_entries {
	struct ct_entry *v;
	size_t n;
};

/* Is this entry one of those asked for? It has no @msg yet. */
typedef bool (*ct_filter)(const struct ct_entry *e, const void *ctx);

int ct_read(struct ct_entries *list, ct_filter filter, const void *ctx);
int ct_delete(const struct ct_entries *list);
void ct_free(struct ct_entries *list);

bool ct_addr_set(struct ct_addr *addr, const void *bytes, size_t len);
bool ct_addr_equal(const struct ct_addr *a, const struct ct_addr *b);

#endif /* VPNPASS_CT_H */
