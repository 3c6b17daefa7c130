// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: groups. The control flows between a server and one address of ours are a group:
 * what the server sends to that address could be for any of them. Each member has an id
 * that makes the reply tuples, or the reply zones, of its entries differ.
 */
#include "core.h"

static void vpnpass_group_key(struct vpnpass_key *key, const union nf_inet_addr *server,
			      const union nf_inet_addr *mapped, u16 zone, u8 l4proto, u8 ipv6)
{
	*key = (struct vpnpass_key) {
		.src = *server,
		.dst = *mapped,
		.zone = zone,
		.l4proto = l4proto,
		.kind = VPNPASS_GROUP | ipv6,
	};
}

static struct vpnpass_group *vpnpass_group_lookup(struct vpnpass_net *vn,
						  const struct vpnpass_key *key)
{
	struct vpnpass_binding *b = vpnpass_lookup(vn, key);

	return b ? container_of(b, struct vpnpass_group, binding) : NULL;
}

/**
 * vpnpass_group_find() - the group that a packet from a server is for
 * @vn: network namespace
 * @packet: its addresses, zone and family
 * @l4proto: protocol of the group
 *
 * Context: RCU read lock.
 * Return: the group, to be locked and its @dead tested, or NULL.
 */
struct vpnpass_group *vpnpass_group_find(struct vpnpass_net *vn,
					 const struct vpnpass_key *packet, u8 l4proto)
{
	struct vpnpass_key key;

	vpnpass_group_key(&key, &packet->src, &packet->dst, packet->zone, l4proto,
			  packet->kind & VPNPASS_IPV6);
	return vpnpass_group_lookup(vn, &key);
}
EXPORT_SYMBOL_GPL(vpnpass_group_find);

/* group->lock held, released here; nobody is in it */
static void vpnpass_group_end(struct vpnpass_group *group)
	__releases(&group->lock)
{
	if (group->ops->end)
		group->ops->end(group);
	group->dead = true;
	vpnpass_unbind(group->vn, &group->binding);
	spin_unlock_bh(&group->lock);
	ida_destroy(&group->ids);
	kfree_rcu(group, rcu);
}

/* The wanted id if it is free, else any. */
static int vpnpass_group_id(struct vpnpass_group *group, u16 wanted)
{
	int id = -ENOSPC;

	if (wanted >= VPNPASS_ZONE_MIN)
		id = ida_alloc_range(&group->ids, wanted, wanted, GFP_ATOMIC);
	if (id < 0)
		id = ida_alloc_range(&group->ids, VPNPASS_ZONE_MIN, VPNPASS_ZONE_MAX, GFP_ATOMIC);
	return id;
}

static int vpnpass_group_enter(struct vpnpass_group *group, struct vpnpass_control *control,
			       u16 wanted)
{
	int id = -EAGAIN;

	spin_lock_bh(&group->lock);
	if (!group->dead)
		id = vpnpass_group_id(group, wanted);
	if (id > 0) {
		group->members++;
		group->ops->enter(group, control);
	}
	if (!group->dead && !group->members)
		vpnpass_group_end(group);
	else
		spin_unlock_bh(&group->lock);
	return id;
}

static struct vpnpass_group *vpnpass_group_new(struct vpnpass_net *vn,
					       const struct vpnpass_key *key,
					       const struct vpnpass_group_ops *ops)
{
	struct vpnpass_group *group = ops->alloc();
	int err;

	if (!group)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&group->lock);
	group->vn = vn;
	group->ops = ops;
	group->binding.key = *key;
	ida_init(&group->ids);
	err = vpnpass_bind(vn, &group->binding);
	if (!err)
		return group;
	kfree(group);
	return ERR_PTR(err == -EEXIST ? -EAGAIN : err);
}

/**
 * vpnpass_group_join() - make a control flow a member of its server's group
 * @control: with all addresses
 * @l4proto: protocol of the group
 * @ops: of the group, if there is none yet
 * @id: its id, VPNPASS_ZONE_MIN to VPNPASS_ZONE_MAX; before, the one that it is to have if that
 *	is free, or 0
 *
 * Context: softirq, RCU read lock, control->lock held.
 * Return: the group; ERR_PTR(-ENOMEM) or, if the group is full, ERR_PTR(-ENOSPC).
 */
struct vpnpass_group *vpnpass_group_join(struct vpnpass_control *control, u8 l4proto,
					 const struct vpnpass_group_ops *ops, u16 *id)
{
	const struct vpnpass_key *ck = &control->binding.key;
	struct vpnpass_net *vn = control->vn;
	struct vpnpass_group *group;
	struct vpnpass_key key;
	int n;

	vpnpass_group_key(&key, &control->server_mapped, &control->client_mapped, ck->zone,
			  l4proto, ck->kind & VPNPASS_IPV6);
	do {
		group = vpnpass_group_lookup(vn, &key);
		if (!group)
			group = vpnpass_group_new(vn, &key, ops);
		n = IS_ERR(group) ? PTR_ERR(group) : vpnpass_group_enter(group, control, *id);
	} while (n == -EAGAIN);
	if (n < 0)
		return ERR_PTR(n);
	*id = n;
	return group;
}
EXPORT_SYMBOL_GPL(vpnpass_group_join);

/**
 * vpnpass_group_leave() - a control flow is over
 * @group: its group
 * @control: the flow
 * @id: its id
 *
 * Context: any but hard interrupts, control->lock held.
 */
void vpnpass_group_leave(struct vpnpass_group *group, struct vpnpass_control *control, u16 id)
{
	spin_lock_bh(&group->lock);
	group->ops->leave(group, control);
	ida_free(&group->ids, id);
	group->members--;
	if (group->members)
		spin_unlock_bh(&group->lock);
	else
		vpnpass_group_end(group);
}
EXPORT_SYMBOL_GPL(vpnpass_group_leave);
