// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: caps per client, per server and in total (RFC 6888 REQ-4), and what is
 * said when one is reached (RFC 5508 REQ-8). Only set-up and end of control flows
 * and tunnels come here, never data packets.
 */
#include <linux/icmpv6.h>
#include <linux/jhash.h>
#include <net/icmp.h>
#include "core.h"

static const struct rhashtable_params vpnpass_party_params = {
	.head_offset = offsetof(struct vpnpass_party, node),
	.key_offset = offsetof(struct vpnpass_party, key),
	.key_len = sizeof(struct vpnpass_party_key),
	.automatic_shrinking = true,
};

static struct vpnpass_party *vpnpass_party_find(struct vpnpass_net *vn,
						const union nf_inet_addr *addr, bool server)
{
	struct vpnpass_party_key key = { .addr = *addr, .server = server };

	return rhashtable_lookup_fast(&vn->parties, &key, vpnpass_party_params);
}

/* vn->lock held; so nobody else inserts or removes */
static struct vpnpass_party *vpnpass_party_get(struct vpnpass_net *vn,
					       const union nf_inet_addr *addr, bool server)
{
	struct vpnpass_party *p = vpnpass_party_find(vn, addr, server);

	if (p)
		return p;
	p = kzalloc(sizeof(*p), GFP_ATOMIC);
	if (!p)
		return NULL;
	p->key.addr = *addr;
	p->key.server = server;
	if (rhashtable_insert_fast(&vn->parties, &p->node, vpnpass_party_params)) {
		kfree(p);
		return NULL;
	}
	return p;
}

static void vpnpass_party_put(struct vpnpass_net *vn, struct vpnpass_party *p)
{
	if (!p || p->tunnels || p->controls)
		return;
	rhashtable_remove_fast(&vn->parties, &p->node, vpnpass_party_params);
	kfree_rcu(p, rcu);
}

static int vpnpass_control_cap(struct vpnpass_net *vn, const struct vpnpass_party *client)
{
	if (vn->ncontrols >= READ_ONCE(vn->limits.controls))
		return VPNPASS_COUNT_CAP_CONTROLS;
	if (client && client->controls >= READ_ONCE(vn->limits.controls_per_client))
		return VPNPASS_COUNT_CAP_CONTROLS_CLIENT;
	return 0;
}

/**
 * vpnpass_control_allowed() - is there room for one more control flow?
 * @vn: network namespace
 * @engine: protocol
 * @key: of the control flow
 *
 * Counts and reports if there is not.
 *
 * Context: softirq or process.
 * Return: true if there is room.
 */
bool vpnpass_control_allowed(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
			     const struct vpnpass_key *key)
{
	int why;

	spin_lock_bh(&vn->lock);
	why = vpnpass_control_cap(vn, vpnpass_party_find(vn, &key->src, false));
	spin_unlock_bh(&vn->lock);
	if (why)
		vpnpass_refused(vn, engine, why, key);
	return !why;
}
EXPORT_SYMBOL_GPL(vpnpass_control_allowed);

/**
 * vpnpass_charge_control() - count a control flow against the caps
 * @control: not listed yet
 *
 * Context: any but hard interrupts, vn->lock held.
 * Return: 0, or why it may not be: enum vpnpass_count.
 */
int vpnpass_charge_control(struct vpnpass_control *control)
{
	struct vpnpass_net *vn = control->vn;
	struct vpnpass_party *client;
	int why;

	client = vpnpass_party_get(vn, &control->binding.key.src, false);
	if (!client)
		return VPNPASS_COUNT_NOMEM;
	why = vpnpass_control_cap(vn, client);
	if (why) {
		vpnpass_party_put(vn, client);
		return why;
	}
	client->controls++;
	vn->ncontrols++;
	vn->engines[control->engine->id].controls++;
	return 0;
}

/**
 * vpnpass_uncharge_control() - take a control flow off the count
 * @control: was charged
 *
 * Context: any but hard interrupts, vn->lock held.
 */
void vpnpass_uncharge_control(struct vpnpass_control *control)
{
	struct vpnpass_net *vn = control->vn;
	struct vpnpass_party *client;

	client = vpnpass_party_find(vn, &control->binding.key.src, false);
	if (!WARN_ON_ONCE(!client))
		client->controls--;
	vpnpass_party_put(vn, client);
	vn->ncontrols--;
	vn->engines[control->engine->id].controls--;
}

/**
 * vpnpass_charge_tunnel() - count a tunnel against the caps
 * @tunnel: not listed yet
 *
 * Context: any but hard interrupts, vn->lock held.
 * Return: 0, or why it may not be: enum vpnpass_count.
 */
int vpnpass_charge_tunnel(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->flow.control;
	const struct vpnpass_key *key = &control->binding.key;
	struct vpnpass_net *vn = control->vn;
	struct vpnpass_party *client, *server;
	int why = 0;

	if (vn->ntunnels >= READ_ONCE(vn->limits.tunnels))
		return VPNPASS_COUNT_CAP_TUNNELS;
	client = vpnpass_party_get(vn, &key->src, false);
	server = vpnpass_party_get(vn, &control->server_mapped, true);
	if (!client || !server)
		why = VPNPASS_COUNT_NOMEM;
	else if (client->tunnels >= READ_ONCE(vn->limits.tunnels_per_client))
		why = VPNPASS_COUNT_CAP_TUNNELS_CLIENT;
	else if (server->tunnels >= READ_ONCE(vn->limits.tunnels_per_server))
		why = VPNPASS_COUNT_CAP_TUNNELS_SERVER;
	if (why) {
		vpnpass_party_put(vn, client);
		vpnpass_party_put(vn, server);
		return why;
	}
	client->tunnels++;
	server->tunnels++;
	vn->ntunnels++;
	vn->engines[control->engine->id].tunnels++;
	return 0;
}

/**
 * vpnpass_uncharge_tunnel() - take a tunnel off the count
 * @tunnel: was charged
 *
 * Context: any but hard interrupts, vn->lock held.
 */
void vpnpass_uncharge_tunnel(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->flow.control;
	struct vpnpass_net *vn = control->vn;
	struct vpnpass_party *client, *server;

	client = vpnpass_party_find(vn, &control->binding.key.src, false);
	server = vpnpass_party_find(vn, &control->server_mapped, true);
	if (!WARN_ON_ONCE(!client))
		client->tunnels--;
	if (!WARN_ON_ONCE(!server))
		server->tunnels--;
	vpnpass_party_put(vn, client);
	vpnpass_party_put(vn, server);
	vn->ntunnels--;
	vn->engines[control->engine->id].tunnels--;
}

/**
 * vpnpass_refused() - count a refusal, log it and tell listeners, rate limited
 * @vn: network namespace
 * @engine: protocol
 * @why: enum vpnpass_count
 * @key: of the control flow
 *
 * Context: softirq or process.
 */
void vpnpass_refused(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
		     unsigned int why, const struct vpnpass_key *key)
{
	const struct vpnpass_counter *counter = vpnpass_counter(engine, why);

	vpnpass_count(vn, engine->id, why);
	if (!__ratelimit(&vn->log))
		return;
	if (key->kind & VPNPASS_IPV6)
		pr_notice("nf_vpnpass: %s from %pI6c to %pI6c: %s\n", engine->name,
			  &key->src.in6, &key->dst.in6, counter->doc);
	else
		pr_notice("nf_vpnpass: %s from %pI4 to %pI4: %s\n", engine->name,
			  &key->src.ip, &key->dst.ip, counter->doc);
	vpnpass_notify_refused(vn, engine, counter->name, key);
}
EXPORT_SYMBOL_GPL(vpnpass_refused);

/**
 * vpnpass_prohibit() - answer "communication administratively prohibited"
 * @skb: packet after source NAT; its sender is told under its own address
 * @ipv6: IPv6
 *
 * RFC 5508 REQ-8: ICMP type 3 code 13, within the kernel's ICMP rate limits.
 *
 * Context: softirq or process, no locks held.
 */
void vpnpass_prohibit(struct sk_buff *skb, bool ipv6)
{
	if (!ipv6)
		icmp_ndo_send(skb, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, 0);
	else if (IS_ENABLED(CONFIG_IPV6))
		icmpv6_ndo_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED, 0);
}
EXPORT_SYMBOL_GPL(vpnpass_prohibit);

/**
 * vpnpass_limit_init() - set the caps to their defaults
 * @vn: network namespace that begins
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int vpnpass_limit_init(struct vpnpass_net *vn)
{
	vn->limits = (struct vpnpass_limits) {
		.tunnels = 16384,
		.tunnels_per_client = 256,
		.tunnels_per_server = 16384,
		.controls = 16384,
		.controls_per_client = 256,
	};
	ratelimit_state_init(&vn->log, 5 * HZ, 5);
	ratelimit_set_flags(&vn->log, RATELIMIT_MSG_ON_RELEASE);
	return rhashtable_init(&vn->parties, &vpnpass_party_params);
}

/**
 * vpnpass_limit_exit() - forget who has what
 * @vn: network namespace that ends; nothing is charged in it
 *
 * Context: process.
 */
void vpnpass_limit_exit(struct vpnpass_net *vn)
{
	rhashtable_destroy(&vn->parties);
}
