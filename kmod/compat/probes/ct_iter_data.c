// SPDX-License-Identifier: GPL-2.0
/* nf_ct_iterate_cleanup_net() takes a struct. */
#include <net/netfilter/nf_conntrack.h>

void probe(int (*iter)(struct nf_conn *ct, void *data), struct net *net);
void probe(int (*iter)(struct nf_conn *ct, void *data), struct net *net)
{
	struct nf_ct_iter_data d = { .net = net };

	nf_ct_iterate_cleanup_net(iter, &d);
}
