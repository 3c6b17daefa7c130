/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vpnpass: the code is written for the newest kernel's interfaces. What older ones
 * lack is put in here. config.h is made at build time by compiling probes/, one for
 * each difference, as distributions carry changes back to kernels of any version.
 */
#ifndef _VPNPASS_COMPAT_H
#define _VPNPASS_COMPAT_H

#include <linux/sysctl.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include "config.h"

#ifdef VPNPASS_HAVE_GSO_HEADER
#include <net/gso.h>
#endif

#ifndef VPNPASS_HAVE_SANITY
#error "no probe compiles for this kernel: kernel headers and compiler do not fit together"
#endif

/* Conntrack's reference count was an atomic_t before it became a refcount_t. */
static inline bool vpnpass_ct_get_live(struct nf_conn *ct)
{
#ifdef VPNPASS_HAVE_CT_REFCOUNT
	return refcount_inc_not_zero(&ct->ct_general.use);
#else
	return atomic_inc_not_zero(&ct->ct_general.use);
#endif
}

/* Nobody but its packet refers to this entry. */
static inline bool vpnpass_ct_sole_owner(const struct nf_conn *ct)
{
#ifdef VPNPASS_HAVE_CT_REFCOUNT
	return refcount_read(&ct->ct_general.use) == 1;
#else
	return atomic_read(&ct->ct_general.use) == 1;
#endif
}

/* Call @iter for each entry of a namespace; an entry is deleted if it returns other than 0. */
static inline void vpnpass_ct_iterate(struct net *net, int (*iter)(struct nf_conn *ct, void *data))
{
#ifdef VPNPASS_HAVE_CT_ITER_DATA
	const struct nf_ct_iter_data d = { .net = net };

	nf_ct_iterate_cleanup_net(iter, &d);
#else
	nf_ct_iterate_cleanup_net(net, iter, NULL, 0, 0);
#endif
}

/* sysctl handlers get a constant table in newer kernels, ... */
#ifdef VPNPASS_HAVE_CTL_CONST
#define VPNPASS_CTL_TABLE const struct ctl_table
#else
#define VPNPASS_CTL_TABLE struct ctl_table
#endif

/* ... and tables have a length instead of an empty last entry. */
static inline struct ctl_table_header *
vpnpass_register_sysctl(struct net *net, const char *path, struct ctl_table *table, size_t n)
{
#ifdef VPNPASS_HAVE_SYSCTL_SZ
	return register_net_sysctl_sz(net, path, table, n);
#else
	return register_net_sysctl(net, path, table);
#endif
}

/**
 * struct vpnpass_helper - a conntrack helper and what the kernel made of it
 * @helper: as we describe it
 * @registered: the kernel's copy, where it makes one
 */
struct vpnpass_helper {
	struct nf_conntrack_helper helper;
	struct nf_conntrack_helper *registered;
};

typedef int (*vpnpass_help_fn)(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
			       enum ip_conntrack_info ctinfo);

/* Newer kernels have no ports in helpers and register a copy. */
static inline int vpnpass_helper_register(struct vpnpass_helper *h, u16 l3num, u16 l4proto,
					  const char *name, u16 port,
					  const struct nf_conntrack_expect_policy *policy,
					  vpnpass_help_fn help, struct module *module)
{
#ifdef VPNPASS_HAVE_HELPER_PORTS
	nf_ct_helper_init(&h->helper, l3num, l4proto, name, port, port, 0, policy, 0, help,
			  NULL, module);
#else
	nf_ct_helper_init(&h->helper, l3num, l4proto, name, policy, 0, help, NULL, module);
#endif
#ifdef VPNPASS_HAVE_HELPER_COPY
	return nf_conntrack_helper_register(&h->helper, &h->registered);
#else
	h->registered = &h->helper;
	return nf_conntrack_helper_register(&h->helper);
#endif
}

static inline void vpnpass_helper_unregister(struct vpnpass_helper *h)
{
	nf_conntrack_helper_unregister(h->registered);
	h->registered = NULL;
}

static inline const struct nf_conntrack_helper *
vpnpass_helper_ptr(const struct vpnpass_helper *h)
{
	return READ_ONCE(h->registered);
}

#endif /* _VPNPASS_COMPAT_H */
