// SPDX-License-Identifier: GPL-2.0
/* Must compile on every kernel: shows that the other probes' answers mean something. */
#include <linux/module.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_helper.h>

int probe(struct nf_conn *ct);
int probe(struct nf_conn *ct)
{
	return nf_ct_is_confirmed(ct);
}
