// SPDX-License-Identifier: GPL-2.0
/* Registering a helper makes a copy of it and returns that. */
#include <net/netfilter/nf_conntrack_helper.h>

int probe(struct nf_conntrack_helper *h, struct nf_conntrack_helper **copy);
int probe(struct nf_conntrack_helper *h, struct nf_conntrack_helper **copy)
{
	return nf_conntrack_helper_register(h, copy);
}
