// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec passthrough: ESP without NAT traversal (RFC 4303) and its IKE (RFC 2409, 7296), of
 * many clients behind one address, to one gateway or many.
 */
#include <linux/module.h>
#include <net/net_namespace.h>
#include "esp.h"

atomic64_t esp_clock_offset = ATOMIC64_INIT(0);

static unsigned int mode = VPNPASS_MODE_OFF;
module_param(mode, uint, 0444);
MODULE_PARM_DESC(mode, "mode in each network namespace at first: 0 off (default), 1 on, 2 rule");

static const struct vpnpass_param esp_params[] = {
	[VPNPASS_PARAM_TIMEOUT_UNREPLIED] = {
		.name = "ipsec_timeout_unreplied", .def = 60, .min = 1, .max = 86400,
	},
	/* an SA may be silent for long: it is forgotten later than most re-key it */
	[VPNPASS_PARAM_TIMEOUT] = {
		.name = "ipsec_timeout", .def = 3600, .min = 1, .max = 864000,
	},
	[ESP_PARAM_COPIES] = {
		.name = "ipsec_copies", .def = 16, .min = 0, .max = 1000,
	},
};

static const struct vpnpass_counter esp_counters[] = {
#define X(id, n, d) { .name = n, .doc = d "." },
	ESP_COUNTS(X)
	ESP_WIRE_ERRORS(X)
	ESP_PAIR_COUNTS(X)
#undef X
};

static int __net_init esp_net_init(struct net *net)
{
	return vpnpass_engine_net_init(net, &esp_engine);
}

static void __net_exit esp_net_exit(struct net *net)
{
	vpnpass_engine_net_exit(net, &esp_engine);
}

static struct pernet_operations esp_net_ops = {
	.init = esp_net_init,
	.exit = esp_net_exit,
};

const struct vpnpass_engine esp_engine = {
	.id = VPNPASS_PROTO_IPSEC,
	.name = "ipsec",
	.helper = "ike",
	.control_l4proto = IPPROTO_UDP,
	.control_port = htons(VPNPASS_IKE_PORT),
	.data_l4proto = IPPROTO_ESP,
	.default_mode = &mode,
	.pernet = &esp_net_ops,
	.owner = THIS_MODULE,
	.params = esp_params,
	.nparams = ARRAY_SIZE(esp_params),
	.counters = esp_counters,
	.ncounters = ARRAY_SIZE(esp_counters),
	.tuple = esp_tuple,
	.data = esp_data,
	.udp = esp_udp,
	.error = esp_error,
	.control = esp_control,
	.known = esp_known,
	.foreign = esp_foreign,
	.gc = esp_gc,
	.tunnels_end = esp_tunnels_end,
	.save = esp_save,
	.restore = esp_restore,
};

static int __init esp_init(void)
{
	BUILD_BUG_ON(ARRAY_SIZE(esp_params) > VPNPASS_PARAMS_MAX);
	BUILD_BUG_ON(ARRAY_SIZE(esp_counters) !=
		     ESP_COUNT_MAX + ESP_WIRE_MAX - 1 + ESP_PAIR_COUNT_MAX);
	if (mode > VPNPASS_MODE_RULE) {
		pr_err("mode %u: choose 0 (off), 1 (on) or 2 (rule)\n", mode);
		return -EINVAL;
	}
	esp_cookie_init();
	return vpnpass_engine_register(&esp_engine);
}

static void __exit esp_exit(void)
{
	vpnpass_engine_unregister(&esp_engine);
}

module_init(esp_init);
module_exit(esp_exit);
MODULE_DESCRIPTION("Legacy VPN passthrough: IPsec");
MODULE_LICENSE("GPL");
MODULE_ALIAS_NFCT_HELPER("ike");
