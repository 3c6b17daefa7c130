/* SPDX-License-Identifier: GPL-2.0 */
/* The part of <linux/bits.h> that the pure files use, for userspace. */
#ifndef SHIM_LINUX_BITS_H
#define SHIM_LINUX_BITS_H

#define BIT(n)	(1UL << (n))

#endif
