/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/icmp.c needs of <net/netfilter/nf_conntrack.h> is in tests/fuzz/skb.h. */
#ifndef SHIM_NET_NETFILTER_NF_CONNTRACK_H
#define SHIM_NET_NETFILTER_NF_CONNTRACK_H
#endif
