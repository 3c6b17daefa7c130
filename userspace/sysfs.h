/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: numbers and routes that the kernel shows as files. */
#ifndef VPNPASS_SYSFS_H
#define VPNPASS_SYSFS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define ROUTES_MAX	256

/**
 * struct route - an IPv4 route
 * @dev: where to
 * @dest: destination, network order
 * @mask: its mask, network order
 * @metric: the smaller the better
 */
struct route {
	char dev[IFNAMSIZ];
	uint32_t dest;
	uint32_t mask;
	unsigned int metric;
};

long sysfs_number(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool route6_out(char dev[IFNAMSIZ]);
unsigned int routes_read(struct route routes[ROUTES_MAX]);
const struct route *routes_find(const struct route *routes, unsigned int n, uint32_t addr);

#endif /* VPNPASS_SYSFS_H */
