// SPDX-License-Identifier: GPL-2.0
/*
 * PPTP passthrough (RFC 2637): any number of calls, in both roles, of many clients behind
 * one address, to one server or many. Successor of the kernel's module of that name.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include "pptp.h"

static unsigned int mode = VPNPASS_MODE_OFF;
module_param(mode, uint, 0444);
MODULE_PARM_DESC(mode, "mode in each network namespace at first: 0 off (default), 1 on, 2 rule");

static const struct vpnpass_param pptp_params[] = {
	[VPNPASS_PARAM_TIMEOUT_UNREPLIED] = {
		.name = "pptp_timeout_unreplied", .def = 130, .min = 1, .max = 86400,
	},
	/* RFC 2637 3.1.4: an end may be silent for 120 s before it is found dead */
	[VPNPASS_PARAM_TIMEOUT] = {
		.name = "pptp_timeout", .def = 300, .min = 1, .max = 864000,
	},
	[PPTP_PARAM_ORPHAN] = {
		.name = "pptp_orphan_timeout", .def = 180, .min = 1, .max = 86400,
	},
};

static const struct vpnpass_counter pptp_counters[] = {
#define X(id, n, d) { .name = n, .doc = d "." },
	PPTP_COUNTS(X)
#undef X
};

static int __net_init pptp_net_init(struct net *net)
{
	return vpnpass_engine_net_init(net, &pptp_engine);
}

static void __net_exit pptp_net_exit(struct net *net)
{
	vpnpass_engine_net_exit(net, &pptp_engine);
}

static struct pernet_operations pptp_net_ops = {
	.init = pptp_net_init,
	.exit = pptp_net_exit,
};

const struct vpnpass_engine pptp_engine = {
	.id = VPNPASS_PROTO_PPTP,
	.name = "pptp",
	.helper = "pptp",
	.control_l4proto = IPPROTO_TCP,
	.control_port = htons(VPNPASS_PPTP_PORT),
	.data_l4proto = IPPROTO_GRE,
	.default_mode = &mode,
	.pernet = &pptp_net_ops,
	.owner = THIS_MODULE,
	.params = pptp_params,
	.nparams = ARRAY_SIZE(pptp_params),
	.counters = pptp_counters,
	.ncounters = ARRAY_SIZE(pptp_counters),
	.tuple = pptp_tuple,
	.data = pptp_data,
	.error = pptp_error,
	.error_mangle = pptp_error_mangle,
	.control = pptp_control,
	.gc = pptp_gc,
	.tunnels_end = pptp_tunnels_end,
	.save = pptp_save,
	.restore = pptp_restore,
};

static int __init pptp_init(void)
{
	BUILD_BUG_ON(IP_CT_DIR_ORIGINAL != (int)PPTP_INITIATOR);
	BUILD_BUG_ON(IP_CT_DIR_REPLY != (int)PPTP_RESPONDER);
	BUILD_BUG_ON(ARRAY_SIZE(pptp_params) > VPNPASS_PARAMS_MAX);
	if (mode > VPNPASS_MODE_RULE) {
		pr_err("mode %u: choose 0 (off), 1 (on) or 2 (rule)\n", mode);
		return -EINVAL;
	}
	return vpnpass_engine_register(&pptp_engine);
}

static void __exit pptp_exit(void)
{
	vpnpass_engine_unregister(&pptp_engine);
}

module_init(pptp_init);
module_exit(pptp_exit);
MODULE_DESCRIPTION("Legacy VPN passthrough: PPTP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_NFCT_HELPER("pptp");
MODULE_ALIAS_NF_NAT_HELPER("pptp");
