/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure IPsec files (wire, ike, pair, judge) build on. They use no allocation,
 * no clock, no kernel state and no netfilter, so that the same source runs in the module,
 * under KUnit, in the userspace fuzzers and in the simulator. Times are milliseconds of
 * any monotonic clock, never 0.
 */
#ifndef NF_NAT_ESP_PURE_H
#define NF_NAT_ESP_PURE_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/string.h>
#include <linux/types.h>

/* Read 32 bits in network order from any address. */
static inline u32 esp_get32(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* Read 64 bits in network order from any address. */
static inline u64 esp_get64(const u8 *p)
{
	return (u64)esp_get32(p) << 32 | esp_get32(p + 4);
}

/*
 * Time that has passed. CPUs take the time before they take a lock, so that what another has
 * noted may be a little later than now: none, then.
 */
static inline u64 esp_since(u64 then, u64 now)
{
	return now > then ? now - then : 0;
}

#define ESP_CLOCK_APART	32	/* ms: two late ticks of 10 ms, and some more */

/*
 * A clock of milliseconds beside one of ticks, by which the fast paths note their times. Ticks
 * get lost, so that the clocks part, and then times of the one would be old by the other.
 * Return: what to add to @ms for the time of @ticks: @offset, as long as it is near that.
 */
static inline u64 esp_clock(u64 offset, u64 ms, u64 ticks)
{
	return ms + offset - ticks <= ESP_CLOCK_APART ? offset : ticks - ms;
}

#endif
