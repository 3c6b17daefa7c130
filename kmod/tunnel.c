// SPDX-License-Identifier: GPL-2.0
/* vpnpass: tunnels, what the tool shows a row of. */
#include <linux/ktime.h>
#include "core.h"

/**
 * vpnpass_tunnel_add() - make a new tunnel known, in state setup
 * @tunnel: zeroed
 * @control: the flow that negotiates it
 *
 * Context: softirq, control->lock held. The caller frees @tunnel if this fails.
 * Return: 0, or -ENOSPC at a cap or -ENOMEM, counted and reported.
 */
int vpnpass_tunnel_add(struct vpnpass_tunnel *tunnel, struct vpnpass_control *control)
{
	struct vpnpass_net *vn = control->vn;
	int why, i;

	vpnpass_flow_init(&tunnel->flow, control);
	tunnel->created = ktime_get_boottime_ns();
	tunnel->state = VPNPASS_STATE_SETUP;
	for (i = 0; i < VPNPASS_SLOTS; i++) {
		tunnel->slot[i].flow = &tunnel->flow;
		tunnel->slot[i].dir = i & 1;
	}
	spin_lock_bh(&vn->lock);
	why = vpnpass_charge_tunnel(tunnel);
	if (!why)
		list_add_tail_rcu(&tunnel->list, &vn->tunnels);
	spin_unlock_bh(&vn->lock);
	if (!why)
		return 0;
	vpnpass_refused(vn, control->engine, why, &control->binding.key);
	return why == VPNPASS_COUNT_NOMEM ? -ENOMEM : -ENOSPC;
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_add);

/**
 * vpnpass_tunnel_up() - both ends agreed, data packets may pass from now
 * @tunnel: all slots that it needs are bound
 *
 * Context: softirq, control->lock held.
 */
void vpnpass_tunnel_up(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->flow.control;

	WRITE_ONCE(tunnel->state, VPNPASS_STATE_UP);
	/* pairs with the data path: who sees it up sees all of it */
	smp_store_release(&tunnel->up, true);
	vpnpass_count(control->vn, control->engine->id, VPNPASS_COUNT_TUNNEL_UP);
	vpnpass_notify_tunnel(tunnel, VPNPASS_CMD_TUNNEL_UP);
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_up);

/**
 * vpnpass_tunnel_closing() - one end ended it, late packets still pass
 * @tunnel: the tunnel
 *
 * Context: any but hard interrupts, control->lock held.
 */
void vpnpass_tunnel_closing(struct vpnpass_tunnel *tunnel)
{
	WRITE_ONCE(tunnel->state, VPNPASS_STATE_CLOSING);
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_closing);

/**
 * vpnpass_tunnel_idle() - has a direction been silent for long?
 * @tunnel: the tunnel
 * @secs: how long, in seconds
 *
 * Context: any.
 * Return: true if either direction had no packet for @secs.
 */
bool vpnpass_tunnel_idle(const struct vpnpass_tunnel *tunnel, unsigned int secs)
{
	unsigned long limit = secs * HZ;

	return time_after(jiffies, READ_ONCE(tunnel->flow.last[0]) + limit) ||
	       time_after(jiffies, READ_ONCE(tunnel->flow.last[1]) + limit);
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_idle);

/**
 * vpnpass_tunnel_del() - end a tunnel and its conntrack entry
 * @tunnel: the tunnel; off its protocol's own lists
 *
 * Context: any but hard interrupts, control->lock held. The memory lives until the
 * end of an RCU grace period.
 */
void vpnpass_tunnel_del(struct vpnpass_tunnel *tunnel)
{
	struct vpnpass_control *control = tunnel->flow.control;
	struct vpnpass_net *vn = control->vn;
	int i;

	for (i = 0; i < VPNPASS_SLOTS; i++)
		vpnpass_unbind(vn, &tunnel->slot[i]);
	if (tunnel->up) {
		vpnpass_count(vn, control->engine->id, VPNPASS_COUNT_TUNNEL_DOWN);
		vpnpass_notify_tunnel(tunnel, VPNPASS_CMD_TUNNEL_DOWN);
	}
	vpnpass_flow_end(&tunnel->flow);
	spin_lock_bh(&vn->lock);
	list_del_rcu(&tunnel->list);
	vpnpass_uncharge_tunnel(tunnel);
	spin_unlock_bh(&vn->lock);
	kfree_rcu(tunnel, rcu);
}
EXPORT_SYMBOL_GPL(vpnpass_tunnel_del);
