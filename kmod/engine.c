// SPDX-License-Identifier: GPL-2.0
/* vpnpass: protocol modules, and what each network namespace wants of them. */
#include <net/net_namespace.h>
#include "core.h"

static const struct vpnpass_counter vpnpass_counters[] = {
#define X(id, n, d) { .name = n, .doc = d },
	VPNPASS_COUNTERS(X)
#undef X
};

/**
 * vpnpass_counter() - name and text of a counter
 * @engine: protocol
 * @i: which; the common ones come first
 *
 * Context: any, while the protocol is registered.
 * Return: the counter.
 */
const struct vpnpass_counter *vpnpass_counter(const struct vpnpass_engine *engine, unsigned int i)
{
	return i < VPNPASS_COUNT_MAX ? &vpnpass_counters[i] :
				       &engine->counters[i - VPNPASS_COUNT_MAX];
}

static bool vpnpass_wanted(const struct vpnpass_net *vn)
{
	unsigned int id;

	for (id = 0; id < VPNPASS_PROTOS; id++)
		if (vn->engines[id].mode != VPNPASS_MODE_OFF)
			return true;
	return false;
}

/* Count those that want UDP packets looked at before conntrack, see vpnpass_udp_port(). */
static void vpnpass_udp_wanted(const struct vpnpass_engine_net *en, bool wanted)
{
	const struct vpnpass_engine *engine;

	engine = rcu_dereference_protected(en->engine, lockdep_is_held(&vpnpass_mutex));
	if (!engine->udp)
		return;
	if (wanted)
		static_branch_inc(&vpnpass_udp_key);
	else
		static_branch_dec(&vpnpass_udp_key);
}

/**
 * vpnpass_mode_set() - change what is done for a protocol
 * @vn: network namespace
 * @id: enum vpnpass_proto
 * @mode: enum vpnpass_mode
 *
 * Off ends all tunnels of the protocol. The hooks are there only while some
 * protocol is not off.
 *
 * Context: process, vpnpass_mutex held.
 * Return: 0, -ENOENT without the protocol's module, or why conntrack can't be used.
 */
int vpnpass_mode_set(struct vpnpass_net *vn, unsigned int id, unsigned int mode)
{
	struct vpnpass_engine_net *en = &vn->engines[id];
	unsigned int old = en->mode;
	int err;

	if (!rcu_access_pointer(en->engine))
		return -ENOENT;
	WRITE_ONCE(en->mode, mode);
	if (mode != VPNPASS_MODE_OFF) {
		err = vpnpass_hooks_register(vn->net);
		if (err)
			WRITE_ONCE(en->mode, old);
		else if (old == VPNPASS_MODE_OFF)
			vpnpass_udp_wanted(en, true);
		return err;
	}
	if (old == VPNPASS_MODE_OFF)
		return 0;
	vpnpass_udp_wanted(en, false);
	if (!vpnpass_wanted(vn))
		vpnpass_hooks_unregister(vn->net);
	synchronize_net();
	vpnpass_flush(vn, id);
	return 0;
}

static int vpnpass_engine_net_setup(struct vpnpass_net *vn, const struct vpnpass_engine *engine)
{
	struct vpnpass_engine_net *en = &vn->engines[engine->id];
	unsigned int i;
	int err;

	en->stats = __alloc_percpu((VPNPASS_COUNT_MAX + engine->ncounters) * sizeof(u64),
				   sizeof(u64));
	if (!en->stats)
		return -ENOMEM;
	for (i = 0; i < engine->nparams; i++)
		en->param[i] = engine->params[i].def;
	rcu_assign_pointer(en->engine, engine);
	mutex_lock(&vpnpass_mutex);
	err = vpnpass_mode_set(vn, engine->id, *engine->default_mode);
	mutex_unlock(&vpnpass_mutex);
	return err;
}

/* No packet looks at @en any more once the mode is off. */
static void vpnpass_engine_net_teardown(struct vpnpass_net *vn, unsigned int id)
{
	struct vpnpass_engine_net *en = &vn->engines[id];

	mutex_lock(&vpnpass_mutex);
	if (rcu_access_pointer(en->engine))
		vpnpass_mode_set(vn, id, VPNPASS_MODE_OFF);
	RCU_INIT_POINTER(en->engine, NULL);
	free_percpu(en->stats);
	en->stats = NULL;
	mutex_unlock(&vpnpass_mutex);
}

/**
 * vpnpass_engine_net_init() - bring a protocol to a network namespace
 * @net: the namespace
 * @engine: the protocol
 *
 * Context: process, from the protocol's pernet_operations.
 * Return: 0 or -errno.
 */
int vpnpass_engine_net_init(struct net *net, const struct vpnpass_engine *engine)
{
	struct vpnpass_net *vn = vpnpass_pernet(net);
	int err;

	err = vpnpass_engine_net_setup(vn, engine);
	if (!err)
		err = vpnpass_sysctl_add(vn, engine);
	if (err)
		vpnpass_engine_net_teardown(vn, engine->id);
	return err;
}
EXPORT_SYMBOL_GPL(vpnpass_engine_net_init);

/**
 * vpnpass_engine_net_exit() - take a protocol and all its tunnels from a namespace
 * @net: the namespace
 * @engine: the protocol
 *
 * Context: process, from the protocol's pernet_operations.
 */
void vpnpass_engine_net_exit(struct net *net, const struct vpnpass_engine *engine)
{
	struct vpnpass_net *vn = vpnpass_pernet(net);

	/* waits for writers, who want the mutex: so not under it */
	vpnpass_sysctl_del(vn, engine->id);
	vpnpass_engine_net_teardown(vn, engine->id);
}
EXPORT_SYMBOL_GPL(vpnpass_engine_net_exit);

/**
 * vpnpass_engine_register() - add a protocol, in all network namespaces
 * @engine: the protocol; stays until vpnpass_engine_unregister()
 *
 * Context: process.
 * Return: 0; -EBUSY if the kernel's own helper for the protocol is loaded; -errno.
 */
int vpnpass_engine_register(const struct vpnpass_engine *engine)
{
	int err = vpnpass_helper_add(engine);

	if (err)
		return err;
	err = register_pernet_subsys(engine->pernet);
	if (err)
		vpnpass_helper_del(engine);
	return err;
}
EXPORT_SYMBOL_GPL(vpnpass_engine_register);

/**
 * vpnpass_engine_unregister() - remove a protocol and all its tunnels
 * @engine: the protocol
 *
 * Context: process. When it returns no code of the module is reachable any more.
 */
void vpnpass_engine_unregister(const struct vpnpass_engine *engine)
{
	unregister_pernet_subsys(engine->pernet);
	vpnpass_helper_del(engine);
}
EXPORT_SYMBOL_GPL(vpnpass_engine_unregister);
