/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure PPTP files (wire, call, stream) build on. They use no allocation,
 * no kernel state and no netfilter, so that the same source runs in the module,
 * under KUnit and in the userspace fuzzer (which brings these headers as a shim).
 */
#ifndef NF_NAT_PPTP_PURE_H
#define NF_NAT_PPTP_PURE_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/string.h>
#include <linux/types.h>

/* Read 16 bits in network order from any address. */
static inline u16 pptp_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/* Read 32 bits in network order from any address. */
static inline u32 pptp_get32(const u8 *p)
{
	return (u32)pptp_get16(p) << 16 | pptp_get16(p + 2);
}

/* True if TCP sequence number @a comes before @b. */
static inline bool pptp_before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

#endif
