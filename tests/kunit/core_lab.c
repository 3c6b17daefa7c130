// SPDX-License-Identifier: GPL-2.0
/*
 * A network namespace of the core for the unit tests.
 */
#include "core_lab.h"

static struct vpnpass_counter core_counters[VPNPASS_COUNT_MAX];

/* In place of engine.c: each counter has a name of its own. */
const struct vpnpass_counter *vpnpass_counter(const struct vpnpass_engine *engine, unsigned int i)
{
	static const char * const names[] = {
#define X(id, n, d) n,
		VPNPASS_COUNTERS(X)
#undef X
	};

	core_counters[i] = (struct vpnpass_counter) { .name = names[i], .doc = "a unit test" };
	return &core_counters[i];
}

/* In place of netlink.c */
void vpnpass_notify_refused(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
			    const char *why, const struct vpnpass_key *key)
{
	struct core_lab *lab = container_of(vn, struct core_lab, vn);

	lab->notified++;
	lab->why = why;
}

struct core_lab *core_lab_new(struct kunit *test)
{
	struct core_lab *lab = kunit_kzalloc(test, sizeof(*lab), GFP_KERNEL);
	struct vpnpass_engine_net *en;
	struct vpnpass_net *vn;

	KUNIT_ASSERT_NOT_NULL(test, lab);
	vn = &lab->vn;
	en = &vn->engines[VPNPASS_PROTO_PPTP];
	vn->net = &init_net;
	spin_lock_init(&vn->lock);
	lab->engine.id = VPNPASS_PROTO_PPTP;
	lab->engine.name = "unit test";
	en->stats = __alloc_percpu(VPNPASS_COUNT_MAX * sizeof(u64), sizeof(u64));
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)en->stats);
	KUNIT_ASSERT_EQ(test, vpnpass_bind_init(vn), 0);
	KUNIT_ASSERT_EQ(test, vpnpass_limit_init(vn), 0);
	return lab;
}

void core_lab_end(struct core_lab *lab)
{
	vpnpass_limit_exit(&lab->vn);
	vpnpass_bind_exit(&lab->vn);
	free_percpu(lab->vn.engines[VPNPASS_PROTO_PPTP].stats);
}

/* Value of a counter */
u64 core_lab_count(struct core_lab *lab, unsigned int what)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(lab->vn.engines[VPNPASS_PROTO_PPTP].stats, cpu)[what];
	return sum;
}

/* How many addresses are remembered */
unsigned int core_lab_parties(struct core_lab *lab)
{
	return atomic_read(&lab->vn.parties.nelems);
}

void core_lab_control(struct core_lab *lab, struct vpnpass_control *control, unsigned int client,
		      unsigned int server)
{
	*control = (struct vpnpass_control) {
		.vn = &lab->vn,
		.engine = &lab->engine,
		.binding.key = {
			.src.ip = CORE_CLIENT(client),
			.dst.ip = CORE_SERVER(server),
			.l4proto = IPPROTO_TCP,
			.kind = VPNPASS_CONTROL,
		},
		.server_mapped.ip = CORE_SERVER(server),
		.client_mapped.ip = CORE_MAPPED,
	};
}
