// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: UDP control flows whose server expects one source port of all clients (IKE 500,
 * L2TP 1701). Their replies look the same, so each flow's reply direction gets a conntrack
 * zone of its own; who a reply is for is the protocol's to tell.
 */
#include <linux/random.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/netfilter/nf_nat.h>
#include "core.h"

/* Has somebody in the default zone this port outside? */
static bool vpnpass_port_taken(const struct nf_conn *ct, __be16 port)
{
	struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;
	struct nf_conntrack_tuple_hash *h;

	reply.dst.u.all = port;
	h = nf_conntrack_find_get(nf_ct_net(ct), &nf_ct_zone_dflt, &reply);
	if (!h)
		return false;
	nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
	return true;
}

/* The client is to have this port outside. */
static void vpnpass_port_set(struct sk_buff *skb, struct nf_conn *ct,
			     enum ip_conntrack_info ctinfo, __be16 port)
{
	struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	reply.dst.u.all = port;
	nf_conntrack_alter_reply(ct, &reply);
	nf_nat_packet(ct, ctinfo, NF_INET_POST_ROUTING, skb);
}

/**
 * vpnpass_late_zone() - put the replies of a new flow into a zone of their own
 * @skb: its first packet, after source NAT
 * @ct: its entry, unconfirmed, source NATed
 * @ctinfo: direction
 * @id: zone
 *
 * After source NAT, as NAT picks a pool address by the zone too. The original direction
 * stays where it is, so that conntrack finds the flow without our doing.
 *
 * Context: softirq, RCU read lock.
 * Return: false if there are no zones, the user has zones of his own, a rule chose
 * another port, or the entry is not the packet's alone: the translation of the port
 * stays in force.
 */
bool vpnpass_late_zone(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo,
		       u16 id)
{
	struct nf_conntrack_zone zone = { .id = id, .dir = NF_CT_ZONE_DIR_REPL };
	__be16 port = ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u.all;
	bool moved = ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u.all != port;

	if (!IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES) ||
	    nf_ct_zone(ct)->id != NF_CT_DEFAULT_ZONE_ID || !vpnpass_ct_sole_owner(ct) ||
	    (moved && !vpnpass_port_taken(ct, port)))
		return false;
	nf_ct_zone_add(ct, &zone);
	if (moved)
		vpnpass_port_set(skb, ct, ctinfo, port);
	return true;
}
EXPORT_SYMBOL_GPL(vpnpass_late_zone);

/**
 * vpnpass_move_port() - give a new flow a port of its own outside, as if its were taken
 * @skb: its first packet, after source NAT
 * @ct: its entry, unconfirmed, source NATed
 * @ctinfo: direction
 *
 * For one that could not be told from those that vpnpass_late_zone() gave the same port.
 *
 * Context: softirq, RCU read lock.
 * Return: false if the entry is not the packet's alone, or if no free port was found.
 */
bool vpnpass_move_port(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	unsigned int tries;
	__be16 port;

	if (!vpnpass_ct_sole_owner(ct))
		return false;
	for (tries = 0; tries < 64; tries++) {
		port = htons(1024 + get_random_u32() % (65536 - 1024));
		if (vpnpass_port_taken(ct, port))
			continue;
		vpnpass_port_set(skb, ct, ctinfo, port);
		return true;
	}
	return false;
}
EXPORT_SYMBOL_GPL(vpnpass_move_port);
