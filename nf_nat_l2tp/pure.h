/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the pure L2TP files build on. They use no allocation, no clock, no kernel state and
 * no netfilter, so that the same source runs in the module, under KUnit and in the
 * userspace fuzzer.
 */
#ifndef NF_NAT_L2TP_PURE_H
#define NF_NAT_L2TP_PURE_H

#include <linux/types.h>

/* Read 16 bits in network order from any address. */
static inline u16 l2tp_get16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/* Read 32 bits in network order from any address. */
static inline u32 l2tp_get32(const u8 *p)
{
	return (u32)l2tp_get16(p) << 16 | l2tp_get16(p + 2);
}

#endif
