// SPDX-License-Identifier: GPL-2.0
/* IPsec passthrough: all clients of one server behind one of our addresses. */
#include <linux/slab.h>
#include "esp.h"

static void esp_group_key(struct vpnpass_key *key, const union nf_inet_addr *server,
			  const union nf_inet_addr *mapped, u16 zone, u8 ipv6)
{
	*key = (struct vpnpass_key) {
		.src = *server,
		.dst = *mapped,
		.zone = zone,
		.l4proto = IPPROTO_ESP,
		.kind = VPNPASS_GROUP | ipv6,
	};
}

static struct esp_group *esp_group_lookup(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	struct vpnpass_binding *b = vpnpass_lookup(vn, key);

	return b ? container_of(b, struct esp_group, binding) : NULL;
}

/**
 * esp_group_find() - the group that a packet from a server is for
 * @vn: network namespace
 * @packet: its addresses, zone and family
 *
 * Context: RCU read lock.
 * Return: the group, to be locked and its @dead tested, or NULL.
 */
struct esp_group *esp_group_find(struct vpnpass_net *vn, const struct vpnpass_key *packet)
{
	struct vpnpass_key key;

	esp_group_key(&key, &packet->src, &packet->dst, packet->zone,
		      packet->kind & VPNPASS_IPV6);
	return esp_group_lookup(vn, &key);
}

static struct esp_group *esp_group_new(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	const struct esp_pair_limits limits = ESP_PAIR_LIMITS_DEFAULT;
	struct esp_group *group = kzalloc(sizeof(*group), GFP_ATOMIC);

	if (!group)
		return NULL;
	spin_lock_init(&group->lock);
	group->vn = vn;
	group->binding.key = *key;
	INIT_LIST_HEAD(&group->unsure);
	INIT_LIST_HEAD(&group->guests);
	ida_init(&group->ids);
	group->aged = jiffies;
	esp_pair_init(&group->pair, &esp_pair_ops, &limits);
	return group;
}

/* group->lock held, released here; nobody is in it */
static void esp_group_end(struct esp_group *group)
	__releases(&group->lock)
{
	esp_guests_age(group, true);
	esp_sa_end(group);
	group->dead = true;
	vpnpass_unbind(group->vn, &group->binding);
	spin_unlock_bh(&group->lock);
	ida_destroy(&group->ids);
	kfree_rcu(group, rcu);
}

/* group->lock held */
static int esp_group_enter(struct esp_group *group, struct esp_peers *peers)
{
	int id = ida_alloc_range(&group->ids, ESP_ID_MIN, ESP_ID_MAX, GFP_ATOMIC);

	if (id < 0)
		return id;
	peers->id = id;
	group->members++;
	group->direct = nf_inet_addr_cmp(&peers->base.client_mapped, &peers->base.binding.key.src);
	esp_pair_client_add(&group->pair, &peers->client);
	return 0;
}

static int esp_group_join_one(struct esp_group *group, struct esp_peers *peers)
{
	int err = -EAGAIN;

	spin_lock_bh(&group->lock);
	if (!group->dead)
		err = esp_group_enter(group, peers);
	if (err && err != -EAGAIN && !group->members)
		esp_group_end(group);
	else
		spin_unlock_bh(&group->lock);
	return err;
}

/**
 * esp_group_join() - make a client a member of its server's group
 * @peers: with all addresses
 *
 * Context: softirq, control->lock held.
 * Return: 0, -ENOMEM, or -ENOSPC if the group is full.
 */
int esp_group_join(struct esp_peers *peers)
{
	struct vpnpass_control *control = &peers->base;
	const struct vpnpass_key *ck = &control->binding.key;
	struct vpnpass_net *vn = control->vn;
	struct esp_group *group;
	struct vpnpass_key key;
	int err;

	esp_group_key(&key, &control->server_mapped, &control->client_mapped, ck->zone,
		      ck->kind & VPNPASS_IPV6);
	do {
		group = esp_group_lookup(vn, &key);
		if (!group) {
			group = esp_group_new(vn, &key);
			if (!group)
				return -ENOMEM;
			err = vpnpass_bind(vn, &group->binding);
			if (err) {
				kfree(group);
				if (err != -EEXIST)
					return err;
				err = -EAGAIN;
				continue;
			}
		}
		err = esp_group_join_one(group, peers);
	} while (err == -EAGAIN);
	if (!err)
		/* pairs with readers that find the client by the table */
		smp_store_release(&peers->group, group);
	return err;
}

/**
 * esp_group_leave() - a client is over: its SAs and cookies go
 * @peers: the client and its server
 *
 * Context: any but hard interrupts, control->lock held.
 */
void esp_group_leave(struct esp_peers *peers)
{
	struct esp_group *group = peers->group;

	if (!group)
		return;
	spin_lock_bh(&group->lock);
	esp_sa_end_outs(peers);
	esp_cookies_end(peers);
	esp_pair_client_del(&group->pair, &peers->client);
	ida_free(&group->ids, peers->id);
	group->members--;
	if (group->members)
		spin_unlock_bh(&group->lock);
	else
		esp_group_end(group);
}

/**
 * esp_group_age() - let time take what is over
 * @group: the group
 *
 * Context: any but hard interrupts, group->lock held.
 */
void esp_group_age(struct esp_group *group)
{
	if (time_before(jiffies, group->aged + VPNPASS_GC_INTERVAL / 2))
		return;
	group->aged = jiffies;
	esp_pair_age(&group->pair, esp_now());
	esp_guests_age(group, false);
	esp_sa_age(group);
}
