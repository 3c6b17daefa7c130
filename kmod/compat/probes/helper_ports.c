// SPDX-License-Identifier: GPL-2.0
/* nf_ct_helper_init() takes ports and an id. */
#include <net/netfilter/nf_conntrack_helper.h>

void probe(struct nf_conntrack_helper *h, const struct nf_conntrack_expect_policy *p);
void probe(struct nf_conntrack_helper *h, const struct nf_conntrack_expect_policy *p)
{
	nf_ct_helper_init(h, 0, 0, "", 1, 1, 0, p, 0, NULL, NULL, NULL);
}
