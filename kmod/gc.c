// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: what time takes away. Nothing here has a timer of its own: one pass every
 * few seconds lets go of dead conntrack entries and asks the protocols what is over.
 */
#include <net/netfilter/nf_conntrack.h>
#include "core.h"

static void vpnpass_gc_entries(struct vpnpass_net *vn)
{
	struct vpnpass_control *control;
	struct vpnpass_tunnel *tunnel;
	struct nf_conn *ct;

	list_for_each_entry_rcu(tunnel, &vn->tunnels, list) {
		ct = rcu_dereference(tunnel->flow.ct);
		if (!ct || vpnpass_entry_live(ct))
			continue;
		control = tunnel->flow.control;
		spin_lock_bh(&control->lock);
		vpnpass_flow_gc(&tunnel->flow);
		spin_unlock_bh(&control->lock);
	}
}

static void vpnpass_gc_controls(struct vpnpass_net *vn)
{
	struct vpnpass_control *control;

	list_for_each_entry_rcu(control, &vn->controls, list) {
		spin_lock_bh(&control->lock);
		if (!control->dead && control->ct && !vpnpass_entry_live(control->ct)) {
			nf_ct_put(control->ct);
			control->ct = NULL;
		}
		if (!control->dead && !control->engine->gc(control))
			vpnpass_control_del(control);
		spin_unlock_bh(&control->lock);
	}
}

/**
 * vpnpass_gc() - look after what has grown old
 * @work: delayed work of one network namespace, while its hooks are registered
 *
 * Context: process.
 */
void vpnpass_gc(struct work_struct *work)
{
	struct vpnpass_net *vn = container_of(to_delayed_work(work), struct vpnpass_net, gc);

	rcu_read_lock();
	vpnpass_gc_controls(vn);
	vpnpass_gc_entries(vn);
	rcu_read_unlock();
	if (time_after_eq(jiffies, READ_ONCE(vn->walk)))
		vpnpass_strays(vn);
	schedule_delayed_work(&vn->gc, VPNPASS_GC_INTERVAL);
}

/**
 * vpnpass_flush() - end all control flows and tunnels of a protocol
 * @vn: network namespace
 * @id: enum vpnpass_proto
 *
 * Context: process; packets can't add new ones any more.
 */
void vpnpass_flush(struct vpnpass_net *vn, unsigned int id)
{
	struct vpnpass_control *control;

	rcu_read_lock();
	list_for_each_entry_rcu(control, &vn->controls, list) {
		if (control->engine->id != id)
			continue;
		spin_lock_bh(&control->lock);
		if (!control->dead)
			vpnpass_control_del(control);
		spin_unlock_bh(&control->lock);
	}
	rcu_read_unlock();
}
