// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: numbers and routes that the kernel shows as files. */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "sysfs.h"

/**
 * sysfs_number() - read a number
 * @fmt: path
 *
 * Return: the number, -1 if there is none.
 */
long sysfs_number(const char *fmt, ...)
{
	char path[512];
	long value = -1;
	va_list ap;
	FILE *f;

	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	f = fopen(path, "re");
	if (f && fscanf(f, "%ld", &value) != 1)
		value = -1;
	if (f)
		fclose(f);
	return value;
}

/**
 * routes_read() - the IPv4 routes of the main table
 * @routes: to be filled
 *
 * Return: how many there are, or fit.
 */
unsigned int routes_read(struct route routes[ROUTES_MAX])
{
	FILE *f = fopen("/proc/net/route", "re");
	unsigned int n = 0, flags;
	char line[256];

	while (f && n < ROUTES_MAX && fgets(line, sizeof(line), f)) {
		struct route *r = &routes[n];

		/* Iface Destination Gateway Flags RefCnt Use Metric Mask */
		if (sscanf(line, "%15s %8x %*x %4x %*d %*d %u %8x", r->dev, &r->dest, &flags,
			   &r->metric, &r->mask) == 5 && flags & 1)
			n++;
	}
	if (f)
		fclose(f);
	return n;
}

/**
 * routes_find() - the route to an address
 * @routes: routes
 * @n: how many
 * @addr: address in network order, 0 for the way out
 *
 * Return: the route, NULL if there is none.
 */
const struct route *routes_find(const struct route *routes, unsigned int n, uint32_t addr)
{
	const struct route *best = NULL;
	unsigned int i;

	for (i = 0; i < n; i++) {
		const struct route *r = &routes[i];

		if ((addr & r->mask) != r->dest)
			continue;
		if (!best || ntohl(r->mask) > ntohl(best->mask) ||
		    (r->mask == best->mask && r->metric < best->metric))
			best = r;
	}
	return best;
}

/**
 * route6_out() - where IPv6 leaves by
 * @dev: to be set to the interface of a default route, "" if there is none
 *
 * Return: whether there is one.
 */
bool route6_out(char dev[IFNAMSIZ])
{
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	char line[256], dest[33];
	unsigned int len;
	bool any = false;

	*dev = '\0';
	while (f && !any && fgets(line, sizeof(line), f))
		/* destination length source length gateway metric refs use flags interface */
		any = sscanf(line, "%32s %2x %*s %*s %*s %*s %*s %*s %*s %15s", dest, &len,
			     dev) == 3 && !len && strcmp(dev, "lo");
	if (!any)
		*dev = '\0';
	if (f)
		fclose(f);
	return any;
}
