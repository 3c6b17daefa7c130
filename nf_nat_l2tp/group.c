// SPDX-License-Identifier: GPL-2.0
/* L2TP passthrough: all flows to one server from one of our addresses. */
#include <linux/slab.h>
#include "l2tp.h"

static struct l2tp_group *l2tp_group_from(struct vpnpass_group *base)
{
	return container_of(base, struct l2tp_group, base);
}

static struct vpnpass_group *l2tp_group_alloc(void)
{
	struct l2tp_group *group = kzalloc(sizeof(*group), GFP_ATOMIC);

	BUILD_BUG_ON(offsetof(struct l2tp_group, base));
	if (!group)
		return NULL;
	INIT_LIST_HEAD(&group->members);
	INIT_LIST_HEAD(&group->statics);
	group->second = jiffies;
	return &group->base;
}

static void l2tp_group_enter(struct vpnpass_group *base, struct vpnpass_control *control)
{
	list_add_tail(&l2tp_control_from(control)->member, &l2tp_group_from(base)->members);
}

static void l2tp_group_leave(struct vpnpass_group *base, struct vpnpass_control *control)
{
	list_del(&l2tp_control_from(control)->member);
}

const struct vpnpass_group_ops l2tp_group_ops = {
	.alloc = l2tp_group_alloc,
	.enter = l2tp_group_enter,
	.leave = l2tp_group_leave,
};

/**
 * l2tp_group_find() - the group that a packet from a server is for
 * @vn: network namespace
 * @packet: its addresses, zone and family
 * @udp: over UDP
 *
 * Context: RCU read lock.
 * Return: the group, to be locked and its @dead tested, or NULL.
 */
struct l2tp_group *l2tp_group_find(struct vpnpass_net *vn, const struct vpnpass_key *packet,
				   bool udp)
{
	struct vpnpass_group *group;

	group = vpnpass_group_find(vn, packet, udp ? IPPROTO_UDP : IPPROTO_L2TP);
	return group ? l2tp_group_from(group) : NULL;
}

/**
 * l2tp_group_only() - the only member, who gets what no id tells whose it is
 * @group: the group
 *
 * Context: softirq, RCU read lock, no locks held.
 * Return: it, or NULL if there are others.
 */
struct l2tp_control *l2tp_group_only(struct l2tp_group *group)
{
	struct l2tp_control *c = NULL;

	spin_lock_bh(&group->base.lock);
	if (!group->base.dead && group->base.members == 1)
		c = list_first_entry(&group->members, struct l2tp_control, member);
	spin_unlock_bh(&group->base.lock);
	return c;
}
