// SPDX-License-Identifier: GPL-2.0
/* vpnpass: net.netfilter.nf_vpnpass.*, per network namespace. */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>
#include "core.h"

#define VPNPASS_SYSCTL_PATH	"net/netfilter/nf_vpnpass"

static const unsigned int vpnpass_one = 1;
static const unsigned int vpnpass_limit_max = 1 << 20;
static const unsigned int vpnpass_mode_off = VPNPASS_MODE_OFF;
static const unsigned int vpnpass_mode_max = VPNPASS_MODE_RULE;

#define VPNPASS_LIMIT(name) {						\
	.procname = "max_" #name,					\
	.data = (void *)offsetof(struct vpnpass_limits, name),		\
	.maxlen = sizeof(unsigned int),					\
	.mode = 0644,							\
	.proc_handler = proc_douintvec_minmax,				\
	.extra1 = (void *)&vpnpass_one,					\
	.extra2 = (void *)&vpnpass_limit_max,				\
}

static const struct ctl_table vpnpass_limit_table[] = {
	VPNPASS_LIMIT(tunnels),
	VPNPASS_LIMIT(tunnels_per_client),
	VPNPASS_LIMIT(tunnels_per_server),
	VPNPASS_LIMIT(controls),
	VPNPASS_LIMIT(controls_per_client),
};

/*
 * The mode's value lives behind vpnpass_mode_set(), which may refuse it: so a copy is
 * read and written here.
 */
static int vpnpass_sysctl_mode(VPNPASS_CTL_TABLE *table, int write, void *buffer,
			       size_t *lenp, loff_t *ppos)
{
	struct vpnpass_engine_net *en = table->data;
	struct vpnpass_net *vn = table->extra1;
	unsigned int mode = READ_ONCE(en->mode);
	struct ctl_table copy = {
		.data = &mode,
		.maxlen = sizeof(mode),
		.extra1 = (void *)&vpnpass_mode_off,
		.extra2 = (void *)&vpnpass_mode_max,
	};
	int err;

	err = proc_douintvec_minmax(&copy, write, buffer, lenp, ppos);
	if (err || !write)
		return err;
	mutex_lock(&vpnpass_mutex);
	err = vpnpass_mode_set(vn, en - vn->engines, mode);
	mutex_unlock(&vpnpass_mutex);
	return err;
}

static void vpnpass_sysctl_fill(struct ctl_table *table, struct vpnpass_net *vn,
				const struct vpnpass_engine *engine)
{
	struct vpnpass_engine_net *en = &vn->engines[engine->id];
	unsigned int i;

	table[0] = (struct ctl_table) {
		.procname = engine->name,
		.data = en,
		.maxlen = sizeof(unsigned int),
		.mode = 0644,
		.proc_handler = vpnpass_sysctl_mode,
		.extra1 = vn,
	};
	for (i = 0; i < engine->nparams; i++)
		table[1 + i] = (struct ctl_table) {
			.procname = engine->params[i].name,
			.data = &en->param[i],
			.maxlen = sizeof(unsigned int),
			.mode = 0644,
			.proc_handler = proc_douintvec_minmax,
			.extra1 = (void *)&engine->params[i].min,
			.extra2 = (void *)&engine->params[i].max,
		};
}

/**
 * vpnpass_sysctl_add() - sysctls of a protocol: its mode and parameters
 * @vn: network namespace
 * @engine: the protocol
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int vpnpass_sysctl_add(struct vpnpass_net *vn, const struct vpnpass_engine *engine)
{
	struct vpnpass_engine_net *en = &vn->engines[engine->id];
	unsigned int n = 1 + engine->nparams;

	en->table = kcalloc(n + 1, sizeof(*en->table), GFP_KERNEL);
	if (!en->table)
		return -ENOMEM;
	vpnpass_sysctl_fill(en->table, vn, engine);
	en->sysctl = vpnpass_register_sysctl(vn->net, VPNPASS_SYSCTL_PATH, en->table, n);
	if (en->sysctl)
		return 0;
	kfree(en->table);
	en->table = NULL;
	return -ENOMEM;
}

/**
 * vpnpass_sysctl_del() - take away a protocol's sysctls
 * @vn: network namespace
 * @id: enum vpnpass_proto
 *
 * Context: process, vpnpass_mutex not held, as writers take it.
 */
void vpnpass_sysctl_del(struct vpnpass_net *vn, unsigned int id)
{
	struct vpnpass_engine_net *en = &vn->engines[id];

	if (!en->sysctl)
		return;
	unregister_net_sysctl_table(en->sysctl);
	kfree(en->table);
	en->sysctl = NULL;
	en->table = NULL;
}

/**
 * vpnpass_sysctl_init() - show the caps as sysctls
 * @vn: network namespace that begins
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int vpnpass_sysctl_init(struct vpnpass_net *vn)
{
	unsigned int i, n = ARRAY_SIZE(vpnpass_limit_table);

	/* one more, all zero, ends the table on older kernels */
	vn->ctl_table = kcalloc(n + 1, sizeof(*vn->ctl_table), GFP_KERNEL);
	if (!vn->ctl_table)
		return -ENOMEM;
	memcpy(vn->ctl_table, vpnpass_limit_table, sizeof(vpnpass_limit_table));
	for (i = 0; i < n; i++)
		vn->ctl_table[i].data = (void *)&vn->limits + (size_t)vn->ctl_table[i].data;
	vn->sysctl = vpnpass_register_sysctl(vn->net, VPNPASS_SYSCTL_PATH, vn->ctl_table, n);
	if (vn->sysctl)
		return 0;
	kfree(vn->ctl_table);
	return -ENOMEM;
}

/**
 * vpnpass_sysctl_exit() - take away the sysctls of the caps
 * @vn: network namespace that ends
 *
 * Context: process.
 */
void vpnpass_sysctl_exit(struct vpnpass_net *vn)
{
	unregister_net_sysctl_table(vn->sysctl);
	kfree(vn->ctl_table);
}
