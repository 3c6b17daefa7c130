/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/icmp.c needs of <net/ipv6.h> is in tests/fuzz/skb.h. */
#ifndef SHIM_NET_IPV6_H
#define SHIM_NET_IPV6_H
#endif
