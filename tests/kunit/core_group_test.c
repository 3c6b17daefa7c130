// SPDX-License-Identifier: GPL-2.0
/*
 * The table of bindings, and groups: which flows share one, which id (and so which conntrack
 * zone) each member gets, and when a group ends.
 */
#include "core_lab.h"

static int group_init(struct kunit *test)
{
	test->priv = core_lab_new(test);
	return 0;
}

static void group_exit(struct kunit *test)
{
	struct core_lab *lab = test->priv;

	KUNIT_EXPECT_EQ(test, atomic_read(&lab->vn.table.nelems), 0);
	core_lab_end(lab);
}

/* What the group's callbacks saw; one test runs at a time. */
static struct {
	bool no_memory;
	struct vpnpass_control *rival;	/* joins while the group is being made */
	struct vpnpass_group *rivals;
	u16 rival_id;
	int entered, left, ended;
} seen;

static void group_enter(struct vpnpass_group *group, struct vpnpass_control *control)
{
	lockdep_assert_held(&group->lock);
	seen.entered++;
}

static void group_leave(struct vpnpass_group *group, struct vpnpass_control *control)
{
	lockdep_assert_held(&group->lock);
	seen.left++;
}

static void group_end(struct vpnpass_group *group)
{
	lockdep_assert_held(&group->lock);
	seen.ended++;
}

static struct vpnpass_group *group_alloc(void);

static const struct vpnpass_group_ops group_ops = {
	.alloc = group_alloc,
	.enter = group_enter,
	.leave = group_leave,
	.end = group_end,
};

static struct vpnpass_group *join(struct vpnpass_control *control, u8 l4proto, u16 *id)
{
	struct vpnpass_group *group;

	rcu_read_lock();
	group = vpnpass_group_join(control, l4proto, &group_ops, id);
	rcu_read_unlock();
	return group;
}

static struct vpnpass_group *group_alloc(void)
{
	struct vpnpass_control *rival = seen.rival;

	if (seen.no_memory)
		return NULL;
	seen.rival = NULL;
	if (rival)
		seen.rivals = join(rival, IPPROTO_ESP, &seen.rival_id);
	return kzalloc(sizeof(struct vpnpass_group), GFP_ATOMIC);
}

/* A control flow of client @n to server @server; joins with @id wanted. */
struct member {
	struct vpnpass_control control;
	struct vpnpass_group *group;
	u16 id;
};

static struct member *member(struct kunit *test, unsigned int n, unsigned int server)
{
	struct member *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	core_lab_control(test->priv, &m->control, n, server);
	return m;
}

static struct member *joined(struct kunit *test, unsigned int n, unsigned int server, u16 id)
{
	struct member *m = member(test, n, server);

	m->id = id;
	m->group = join(&m->control, IPPROTO_ESP, &m->id);
	KUNIT_ASSERT_FALSE(test, IS_ERR(m->group));
	return m;
}

static void leave(struct member *m)
{
	vpnpass_group_leave(m->group, &m->control, m->id);
}

static struct vpnpass_group *find(struct core_lab *lab, unsigned int server, u16 zone, u8 l4proto)
{
	struct vpnpass_key packet = {
		.src.ip = CORE_SERVER(server), .dst.ip = CORE_MAPPED, .zone = zone,
	};
	struct vpnpass_group *group;

	rcu_read_lock();
	group = vpnpass_group_find(&lab->vn, &packet, l4proto);
	rcu_read_unlock();
	return group;
}

static void seen_reset(void)
{
	memset(&seen, 0, sizeof(seen));
}

/* Clients of one server share a group under ids of their own; the last one ends it. */
static void group_members(struct kunit *test)
{
	struct core_lab *lab = test->priv;
	struct member *a, *b;

	seen_reset();
	a = joined(test, 1, 1, 0);
	b = joined(test, 2, 1, 0);
	KUNIT_EXPECT_PTR_EQ(test, a->group, b->group);
	KUNIT_EXPECT_PTR_EQ(test, a->group, find(lab, 1, 0, IPPROTO_ESP));
	KUNIT_EXPECT_EQ(test, a->id, VPNPASS_ZONE_MIN);
	KUNIT_EXPECT_EQ(test, b->id, VPNPASS_ZONE_MIN + 1);
	KUNIT_EXPECT_EQ(test, a->group->members, 2);
	KUNIT_EXPECT_EQ(test, seen.entered, 2);
	leave(a);
	KUNIT_EXPECT_EQ(test, seen.left, 1);
	KUNIT_EXPECT_EQ(test, seen.ended, 0);
	KUNIT_EXPECT_PTR_EQ(test, b->group, find(lab, 1, 0, IPPROTO_ESP));
	leave(b);
	KUNIT_EXPECT_EQ(test, seen.ended, 1);
	KUNIT_EXPECT_NULL(test, find(lab, 1, 0, IPPROTO_ESP));
}

/* Another server, zone of the ruleset, protocol or address family is another group. */
static void group_of_what(struct kunit *test)
{
	struct member *m[5] = { joined(test, 1, 1, 0), joined(test, 1, 2, 0) };
	struct core_lab *lab = test->priv;
	int i, j;

	for (i = 2; i < 5; i++)
		m[i] = member(test, 1, 1);
	m[2]->control.binding.key.zone = 7;
	m[3]->control.binding.key.kind |= VPNPASS_IPV6;
	for (i = 2; i < 5; i++)
		m[i]->group = join(&m[i]->control, i == 4 ? IPPROTO_UDP : IPPROTO_ESP, &m[i]->id);
	for (i = 0; i < 5; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_PTR_NE(test, m[i]->group, m[j]->group);
	KUNIT_EXPECT_PTR_EQ(test, m[0]->group, find(lab, 1, 0, IPPROTO_ESP));
	KUNIT_EXPECT_PTR_EQ(test, m[1]->group, find(lab, 2, 0, IPPROTO_ESP));
	KUNIT_EXPECT_PTR_EQ(test, m[2]->group, find(lab, 1, 7, IPPROTO_ESP));
	KUNIT_EXPECT_PTR_EQ(test, m[4]->group, find(lab, 1, 0, IPPROTO_UDP));
	KUNIT_EXPECT_NULL(test, find(lab, 3, 0, IPPROTO_ESP));
	for (i = 0; i < 5; i++)
		leave(m[i]);
}

/* One that was saved gets its old id back if it is free; low ones are the user's zones. */
static void group_wanted_id(struct kunit *test)
{
	struct member *a = joined(test, 1, 1, 0x9123), *b = joined(test, 2, 1, 0x9123);
	struct member *c = joined(test, 3, 1, VPNPASS_ZONE_MIN - 1);
	struct member *d = joined(test, 4, 1, VPNPASS_ZONE_MAX);

	KUNIT_EXPECT_EQ(test, a->id, 0x9123);
	KUNIT_EXPECT_EQ(test, b->id, VPNPASS_ZONE_MIN);
	KUNIT_EXPECT_EQ(test, c->id, VPNPASS_ZONE_MIN + 1);
	KUNIT_EXPECT_EQ(test, d->id, VPNPASS_ZONE_MAX);
	leave(a);
	a = joined(test, 5, 1, 0x9123);
	KUNIT_EXPECT_EQ(test, a->id, 0x9123);
	leave(a);
	leave(b);
	leave(c);
	leave(d);
}

/* As many members as there are zones, and one id that became free */
static void group_full(struct kunit *test)
{
	struct member *m = member(test, 1, 1), *late = member(test, 2, 1);
	unsigned int n, zones = VPNPASS_ZONE_MAX - VPNPASS_ZONE_MIN + 1;
	bool all = true;

	seen_reset();
	for (n = 0; n < zones; n++) {
		m->id = 0;
		m->group = join(&m->control, IPPROTO_ESP, &m->id);
		all &= !IS_ERR(m->group) && m->id == VPNPASS_ZONE_MIN + n;
	}
	KUNIT_EXPECT_TRUE(test, all);
	late->group = join(&late->control, IPPROTO_ESP, &late->id);
	KUNIT_EXPECT_EQ(test, PTR_ERR(late->group), -ENOSPC);
	KUNIT_EXPECT_EQ(test, m->group->members, zones);
	KUNIT_EXPECT_EQ(test, seen.entered, zones);
	vpnpass_group_leave(m->group, &m->control, 0xabcd);
	late->group = join(&late->control, IPPROTO_ESP, &late->id);
	KUNIT_EXPECT_PTR_EQ(test, late->group, m->group);
	KUNIT_EXPECT_EQ(test, late->id, 0xabcd);
	for (n = 0; n < zones; n++)
		vpnpass_group_leave(m->group, &m->control, VPNPASS_ZONE_MIN + n);
	KUNIT_EXPECT_EQ(test, seen.ended, 1);
}

static void group_no_memory(struct kunit *test)
{
	struct core_lab *lab = test->priv;
	struct member *m = member(test, 1, 1);

	seen_reset();
	seen.no_memory = true;
	KUNIT_EXPECT_EQ(test, PTR_ERR(join(&m->control, IPPROTO_ESP, &m->id)), -ENOMEM);
	KUNIT_EXPECT_EQ(test, seen.entered, 0);
	KUNIT_EXPECT_NULL(test, find(lab, 1, 0, IPPROTO_ESP));
}

/* Two make the same group at once: both are in the one that was first. */
static void group_made_twice(struct kunit *test)
{
	struct member *rival = member(test, 2, 1), *m;
	struct core_lab *lab = test->priv;

	seen_reset();
	seen.rival = &rival->control;
	m = joined(test, 1, 1, 0);
	KUNIT_EXPECT_PTR_EQ(test, seen.rivals, m->group);
	KUNIT_EXPECT_PTR_EQ(test, find(lab, 1, 0, IPPROTO_ESP), m->group);
	KUNIT_EXPECT_NE(test, seen.rival_id, m->id);
	KUNIT_EXPECT_EQ(test, m->group->members, 2);
	rival->group = seen.rivals;
	rival->id = seen.rival_id;
	leave(rival);
	leave(m);
	KUNIT_EXPECT_EQ(test, seen.ended, 1);
}

static bool bound_to(struct core_lab *lab, const struct vpnpass_key *key,
		     const struct vpnpass_binding *b)
{
	bool same;

	rcu_read_lock();
	same = vpnpass_lookup(&lab->vn, key) == b;
	rcu_read_unlock();
	return same;
}

/* Each part of a key tells packets apart, also those parts that the hash leaves out. */
static void table_keys(struct kunit *test)
{
	struct vpnpass_binding *b = kunit_kcalloc(test, 9, sizeof(*b), GFP_KERNEL);
	struct core_lab *lab = test->priv;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, b);
	for (i = 0; i < 9; i++)
		b[i].key = (struct vpnpass_key) {
			.src.ip = CORE_CLIENT(1), .dst.ip = CORE_SERVER(1),
			.id = cpu_to_be32(5), .zone = 3, .l4proto = IPPROTO_GRE,
		};
	b[1].key.src.ip = CORE_CLIENT(2);
	b[2].key.dst.ip = CORE_SERVER(2);
	b[3].key.id = cpu_to_be32(6);
	b[4].key.zone = 4;
	b[5].key.l4proto = IPPROTO_ESP;
	b[6].key.kind = VPNPASS_ERROR;
	b[7].key.kind = VPNPASS_IPV6;
	b[8].key.kind = VPNPASS_IPV6;
	b[8].key.dst.ip6[3] = cpu_to_be32(1);
	for (i = 0; i < 9; i++) {
		KUNIT_EXPECT_TRUE(test, bound_to(lab, &b[i].key, NULL));
		KUNIT_EXPECT_EQ(test, vpnpass_bind(&lab->vn, &b[i]), 0);
	}
	for (i = 0; i < 9; i++) {
		KUNIT_EXPECT_TRUE(test, bound_to(lab, &b[i].key, &b[i]));
		vpnpass_unbind(&lab->vn, &b[i]);
		KUNIT_EXPECT_TRUE(test, bound_to(lab, &b[i].key, NULL));
	}
	synchronize_rcu();
}

/* A key that is taken stays its first owner's. */
static void table_taken(struct kunit *test)
{
	struct vpnpass_binding *b = kunit_kcalloc(test, 2, sizeof(*b), GFP_KERNEL);
	struct core_lab *lab = test->priv;

	KUNIT_ASSERT_NOT_NULL(test, b);
	KUNIT_EXPECT_EQ(test, vpnpass_bind(&lab->vn, &b[0]), 0);
	KUNIT_EXPECT_EQ(test, vpnpass_bind(&lab->vn, &b[1]), -EEXIST);
	KUNIT_EXPECT_TRUE(test, b[0].bound);
	KUNIT_EXPECT_FALSE(test, b[1].bound);
	vpnpass_unbind(&lab->vn, &b[1]);	/* was never in */
	KUNIT_EXPECT_TRUE(test, bound_to(lab, &b[0].key, &b[0]));
	vpnpass_unbind(&lab->vn, &b[0]);
	vpnpass_unbind(&lab->vn, &b[0]);
	KUNIT_EXPECT_EQ(test, vpnpass_bind(&lab->vn, &b[1]), 0);
	vpnpass_unbind(&lab->vn, &b[1]);
	synchronize_rcu();
}

static struct kunit_case core_group_cases[] = {
	KUNIT_CASE(table_keys),
	KUNIT_CASE(table_taken),
	KUNIT_CASE(group_members),
	KUNIT_CASE(group_of_what),
	KUNIT_CASE(group_wanted_id),
	KUNIT_CASE(group_full),
	KUNIT_CASE(group_no_memory),
	KUNIT_CASE(group_made_twice),
	{}
};

static struct kunit_suite core_group_suite = {
	.name = "core_group",
	.init = group_init,
	.exit = group_exit,
	.test_cases = core_group_cases,
};

kunit_test_suite(core_group_suite);
