/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/record.c needs of <net/genetlink.h> is in tests/fuzz/record_kernel.h. */
#ifndef SHIM_NET_GENETLINK_H
#define SHIM_NET_GENETLINK_H
#endif
