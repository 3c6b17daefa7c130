// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass: which UDP packets are looked at before conntrack: those to the ports of control
 * flows, and those to ports that a protocol asks for as NAT, or a server, has moved there.
 * All UDP traffic is asked this, hence one bit per port for all network namespaces.
 */
#include <linux/xarray.h>
#include "core.h"

/* by port as it is in the packet */
DECLARE_BITMAP(vpnpass_ports, 65536);

/* How many want a port; its lock guards the bits too. */
static DEFINE_XARRAY(vpnpass_port_users);

/**
 * vpnpass_port_watch() - have UDP packets to a port looked at
 * @port: destination port
 *
 * Context: process or softirq.
 * Return: 0 or -ENOMEM; then packets to it are conntrack's alone.
 */
int vpnpass_port_watch(__be16 port)
{
	unsigned long p = (__force u16)port, n;
	int err;

	xa_lock_bh(&vpnpass_port_users);
	n = xa_to_value(xa_load(&vpnpass_port_users, p) ?: xa_mk_value(0));
	err = xa_err(__xa_store(&vpnpass_port_users, p, xa_mk_value(n + 1), GFP_ATOMIC));
	if (!err)
		__set_bit(p, vpnpass_ports);
	xa_unlock_bh(&vpnpass_port_users);
	return err;
}
EXPORT_SYMBOL_GPL(vpnpass_port_watch);

/**
 * vpnpass_port_unwatch() - the end of one vpnpass_port_watch() that succeeded
 * @port: destination port
 *
 * Context: process or softirq.
 */
void vpnpass_port_unwatch(__be16 port)
{
	unsigned long p = (__force u16)port, n;

	xa_lock_bh(&vpnpass_port_users);
	n = xa_to_value(xa_load(&vpnpass_port_users, p));
	if (n > 1) {
		/* replaces what is there, so that it can't fail */
		__xa_store(&vpnpass_port_users, p, xa_mk_value(n - 1), GFP_ATOMIC);
	} else {
		__xa_erase(&vpnpass_port_users, p);
		__clear_bit(p, vpnpass_ports);
	}
	xa_unlock_bh(&vpnpass_port_users);
}
EXPORT_SYMBOL_GPL(vpnpass_port_unwatch);

/**
 * vpnpass_port_init() - watch the ports that are the protocols' own
 *
 * Context: process, once.
 * Return: 0 or a negative errno.
 */
int vpnpass_port_init(void)
{
	int err = vpnpass_port_watch(htons(VPNPASS_IKE_PORT));

	return err ?: vpnpass_port_watch(htons(VPNPASS_L2TP_PORT));
}

/**
 * vpnpass_port_exit() - free what is known of ports
 *
 * Context: process, once; nobody watches any more.
 */
void vpnpass_port_exit(void)
{
	xa_destroy(&vpnpass_port_users);
}
