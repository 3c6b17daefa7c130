/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/record.c needs of <net/route.h> is in tests/fuzz/record_kernel.h. */
#ifndef SHIM_NET_ROUTE_H
#define SHIM_NET_ROUTE_H
#endif
