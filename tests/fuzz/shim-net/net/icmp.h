/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/icmp.c needs of <net/icmp.h> is in tests/fuzz/skb.h. */
#ifndef SHIM_NET_ICMP_H
#define SHIM_NET_ICMP_H
#endif
