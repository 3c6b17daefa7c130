// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: "ct helper" names, so that nft and iptables rules can pick control flows.
 * The helpers do nothing themselves: the hooks look at which one a flow was given.
 */
#include <linux/in.h>
#include <net/netfilter/nf_conntrack_helper.h>
#include "core.h"

enum { VPNPASS_HELPER_IPV4, VPNPASS_HELPER_IPV6, VPNPASS_HELPERS };

static struct vpnpass_helper vpnpass_helpers[VPNPASS_PROTOS][VPNPASS_HELPERS];

static const struct nf_conntrack_expect_policy vpnpass_no_expect;

static int vpnpass_help(struct sk_buff *skb, unsigned int protoff, struct nf_conn *ct,
			enum ip_conntrack_info ctinfo)
{
	return NF_ACCEPT;
}

/**
 * vpnpass_helper_picked() - did a rule give this flow a protocol's helper?
 * @ct: conntrack entry of the flow
 * @id: enum vpnpass_proto
 *
 * Context: RCU read lock.
 * Return: true if one did.
 */
bool vpnpass_helper_picked(const struct nf_conn *ct, unsigned int id)
{
	const struct nf_conn_help *help = nfct_help(ct);
	const struct nf_conntrack_helper *helper;
	int i;

	helper = help ? rcu_dereference(help->helper) : NULL;
	if (!helper)
		return false;
	for (i = 0; i < VPNPASS_HELPERS; i++)
		if (helper == vpnpass_helper_ptr(&vpnpass_helpers[id][i]))
			return true;
	return false;
}

static void vpnpass_helper_del_first(const struct vpnpass_engine *engine, int n)
{
	while (n--)
		vpnpass_helper_unregister(&vpnpass_helpers[engine->id][n]);
}

/**
 * vpnpass_helper_add() - register a protocol's helper name for IPv4 and IPv6
 * @engine: the protocol
 *
 * Context: process.
 * Return: 0; -EBUSY if somebody else has the name. Not -EEXIST, which modprobe takes for a module
 * that is loaded already.
 */
int vpnpass_helper_add(const struct vpnpass_engine *engine)
{
	static const u16 family[VPNPASS_HELPERS] = { NFPROTO_IPV4, NFPROTO_IPV6 };
	int i, err;

	for (i = 0; i < VPNPASS_HELPERS; i++) {
		err = vpnpass_helper_register(&vpnpass_helpers[engine->id][i], family[i],
					      engine->control_l4proto, engine->helper,
					      ntohs(engine->control_port), &vpnpass_no_expect,
					      vpnpass_help, engine->owner);
		if (err)
			break;
	}
	if (!err)
		return 0;
	vpnpass_helper_del_first(engine, i);
	if (err != -EBUSY && err != -EEXIST)
		return err;
	pr_err("nf_vpnpass: another module provides conntrack helper \"%s\"; unload it first (modprobe -r nf_nat_%s nf_conntrack_%s)\n",
	       engine->helper, engine->helper, engine->helper);
	return -EBUSY;
}

/**
 * vpnpass_helper_del() - withdraw the "ct helper" type of a protocol
 * @engine: protocol
 *
 * Context: process.
 */
void vpnpass_helper_del(const struct vpnpass_engine *engine)
{
	vpnpass_helper_del_first(engine, VPNPASS_HELPERS);
}
