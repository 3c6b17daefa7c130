/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/record.c needs of <net/netfilter/nf_nat.h> is in tests/fuzz/record_kernel.h. */
#ifndef SHIM_NET_NETFILTER_NF_NAT_H
#define SHIM_NET_NETFILTER_NF_NAT_H
#endif
