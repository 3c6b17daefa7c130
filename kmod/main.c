// SPDX-License-Identifier: GPL-2.0
/* vpnpass: legacy VPN passthrough for NAT routers, the core of all protocols. */
#include <linux/module.h>
#include <net/net_namespace.h>
#include "core.h"

unsigned int vpnpass_net_id;
/* modes, hooks and engines of all network namespaces */
DEFINE_MUTEX(vpnpass_mutex);

static int __net_init vpnpass_net_init(struct net *net)
{
	struct vpnpass_net *vn = vpnpass_pernet(net);
	int err;

	vn->net = net;
	spin_lock_init(&vn->lock);
	INIT_LIST_HEAD(&vn->tunnels);
	INIT_LIST_HEAD(&vn->controls);
	INIT_DELAYED_WORK(&vn->gc, vpnpass_gc);
	err = vpnpass_bind_init(vn);
	if (err)
		return err;
	err = vpnpass_limit_init(vn);
	if (err)
		goto bind;
	err = vpnpass_sysctl_init(vn);
	if (err)
		goto limit;
	return 0;
limit:
	vpnpass_limit_exit(vn);
bind:
	vpnpass_bind_exit(vn);
	return err;
}

/* The protocols are gone by now, and with them hooks, tunnels and control flows. */
static void __net_exit vpnpass_net_exit(struct net *net)
{
	struct vpnpass_net *vn = vpnpass_pernet(net);

	WARN_ON_ONCE(vn->hooked || vn->ntunnels || vn->ncontrols);
	vpnpass_sysctl_exit(vn);
	vpnpass_limit_exit(vn);
	vpnpass_bind_exit(vn);
}

static struct pernet_operations vpnpass_net_ops = {
	.init = vpnpass_net_init,
	.exit = vpnpass_net_exit,
	.id = &vpnpass_net_id,
	.size = sizeof(struct vpnpass_net),
};

static int __init vpnpass_init(void)
{
	int err;

	BUILD_BUG_ON(sizeof(struct vpnpass_key) != 40);
	err = vpnpass_port_init();
	if (err)
		goto ports;
	err = register_pernet_subsys(&vpnpass_net_ops);
	if (err)
		goto ports;
	err = vpnpass_netlink_init();
	if (err)
		goto pernet;
	return 0;
pernet:
	unregister_pernet_subsys(&vpnpass_net_ops);
ports:
	vpnpass_port_exit();
	return err;
}

static void __exit vpnpass_exit(void)
{
	vpnpass_netlink_exit();
	unregister_pernet_subsys(&vpnpass_net_ops);
	vpnpass_port_exit();
}

module_init(vpnpass_init);
module_exit(vpnpass_exit);
MODULE_DESCRIPTION("Legacy VPN passthrough: core");
MODULE_LICENSE("GPL");
