// SPDX-License-Identifier: GPL-2.0
/* ct_general.use is a refcount_t. */
#include <net/netfilter/nf_conntrack.h>

bool probe(struct nf_conn *ct);
bool probe(struct nf_conn *ct)
{
	return refcount_inc_not_zero(&ct->ct_general.use);
}
