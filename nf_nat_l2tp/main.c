// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP passthrough: L2TPv2 (RFC 2661) and L2TPv3 (RFC 3931), over UDP and over IP, of many
 * clients behind one address, to one server or many.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include "l2tp.h"

static unsigned int mode = VPNPASS_MODE_OFF;
module_param(mode, uint, 0444);
MODULE_PARM_DESC(mode, "mode in each network namespace at first: 0 off (default), 1 on, 2 rule");

static const struct vpnpass_param l2tp_params[] = {
	[VPNPASS_PARAM_TIMEOUT_UNREPLIED] = {
		.name = "l2tp_timeout_unreplied", .def = 60, .min = 1, .max = 86400,
	},
	/* ends say hello after 60 s of silence (RFC 2661 6.5), and may be told to say less */
	[VPNPASS_PARAM_TIMEOUT] = {
		.name = "l2tp_timeout", .def = 600, .min = 1, .max = 864000,
	},
	[L2TP_PARAM_KEEP_PORT] = {
		.name = "l2tp_keep_port", .def = 0, .min = 0, .max = 1,
	},
};

static const struct vpnpass_counter l2tp_counters[] = {
#define X(id, n, d) { .name = n, .doc = d "." },
	L2TP_COUNTS(X)
	L2TP_WIRE_ERRORS(X)
#undef X
};

static int __net_init l2tp_net_init(struct net *net)
{
	return vpnpass_engine_net_init(net, &l2tp_engine);
}

static void __net_exit l2tp_net_exit(struct net *net)
{
	vpnpass_engine_net_exit(net, &l2tp_engine);
}

static struct pernet_operations l2tp_net_ops = {
	.init = l2tp_net_init,
	.exit = l2tp_net_exit,
};

const struct vpnpass_engine l2tp_engine = {
	.id = VPNPASS_PROTO_L2TP,
	.name = "l2tp",
	.helper = "l2tp",
	.control_l4proto = IPPROTO_UDP,
	.control_port = htons(VPNPASS_L2TP_PORT),
	.data_l4proto = IPPROTO_L2TP,
	.default_mode = &mode,
	.pernet = &l2tp_net_ops,
	.owner = THIS_MODULE,
	.params = l2tp_params,
	.nparams = ARRAY_SIZE(l2tp_params),
	.counters = l2tp_counters,
	.ncounters = ARRAY_SIZE(l2tp_counters),
	.tuple = l2tp_tuple,
	.carrier = l2tp_carrier,
	.sessions = l2tp_sessions,
	.data = l2tp_data,
	.udp = l2tp_udp,
	.error = l2tp_error,
	.control = l2tp_control,
	.foreign = l2tp_foreign,
	.gc = l2tp_gc,
	.tunnels_end = l2tp_tunnels_end,
	.save = l2tp_save,
	.restore = l2tp_restore,
};

static int __init l2tp_init(void)
{
	BUILD_BUG_ON(ARRAY_SIZE(l2tp_params) > VPNPASS_PARAMS_MAX);
	BUILD_BUG_ON(ARRAY_SIZE(l2tp_counters) != L2TP_COUNT_MAX + L2TP_WIRE_MAX - 1);
	if (mode > VPNPASS_MODE_RULE) {
		pr_err("mode %u: choose 0 (off), 1 (on) or 2 (rule)\n", mode);
		return -EINVAL;
	}
	return vpnpass_engine_register(&l2tp_engine);
}

static void __exit l2tp_exit(void)
{
	vpnpass_engine_unregister(&l2tp_engine);
}

module_init(l2tp_init);
module_exit(l2tp_exit);
MODULE_DESCRIPTION("Legacy VPN passthrough: L2TP");
MODULE_LICENSE("GPL");
MODULE_ALIAS_NFCT_HELPER("l2tp");
