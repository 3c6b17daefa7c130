// SPDX-License-Identifier: GPL-2.0
/*
 * Caps: who may have how many tunnels and control flows, what is charged and given back, and
 * how refusals are told.
 */
#include "core_lab.h"

static int caps_init(struct kunit *test)
{
	test->priv = core_lab_new(test);
	return 0;
}

/* Every test ends with nothing charged, and so nobody remembered. */
static void caps_exit(struct kunit *test)
{
	struct core_lab *lab = test->priv;

	KUNIT_EXPECT_EQ(test, lab->vn.ntunnels, 0);
	KUNIT_EXPECT_EQ(test, lab->vn.ncontrols, 0);
	KUNIT_EXPECT_EQ(test, lab->vn.engines[VPNPASS_PROTO_PPTP].tunnels, 0);
	KUNIT_EXPECT_EQ(test, lab->vn.engines[VPNPASS_PROTO_PPTP].controls, 0);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 0);
	core_lab_end(lab);
}

/* A control flow and what is charged to it; caps don't ask which of its tunnels it is. */
struct caps_flow {
	struct vpnpass_control control;
	struct vpnpass_tunnel tunnel;
};

static struct caps_flow *caps_flow(struct kunit *test, unsigned int client, unsigned int server)
{
	struct caps_flow *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	core_lab_control(test->priv, &f->control, client, server);
	f->tunnel.flow.control = &f->control;
	return f;
}

static int tunnel(struct caps_flow *f)
{
	int why;

	spin_lock_bh(&f->control.vn->lock);
	why = vpnpass_charge_tunnel(&f->tunnel);
	spin_unlock_bh(&f->control.vn->lock);
	return why;
}

static void tunnels_end(struct caps_flow *f, unsigned int n)
{
	spin_lock_bh(&f->control.vn->lock);
	while (n--)
		vpnpass_uncharge_tunnel(&f->tunnel);
	spin_unlock_bh(&f->control.vn->lock);
}

static int control(struct caps_flow *f)
{
	int why;

	spin_lock_bh(&f->control.vn->lock);
	why = vpnpass_charge_control(&f->control);
	spin_unlock_bh(&f->control.vn->lock);
	return why;
}

static void controls_end(struct caps_flow *f, unsigned int n)
{
	spin_lock_bh(&f->control.vn->lock);
	while (n--)
		vpnpass_uncharge_control(&f->control);
	spin_unlock_bh(&f->control.vn->lock);
}

/* As README.md and vpnpass.conf(5) say */
static void caps_defaults(struct kunit *test)
{
	const struct vpnpass_limits *l = &((struct core_lab *)test->priv)->vn.limits;

	KUNIT_EXPECT_EQ(test, l->tunnels, 16384);
	KUNIT_EXPECT_EQ(test, l->tunnels_per_client, 256);
	KUNIT_EXPECT_EQ(test, l->tunnels_per_server, 16384);
	KUNIT_EXPECT_EQ(test, l->controls, 16384);
	KUNIT_EXPECT_EQ(test, l->controls_per_client, 256);
}

static void caps_tunnels(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1), *b = caps_flow(test, 2, 2);
	struct caps_flow *c = caps_flow(test, 3, 3);
	struct core_lab *lab = test->priv;

	lab->vn.limits.tunnels = 2;
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(b), 0);
	KUNIT_EXPECT_EQ(test, tunnel(c), VPNPASS_COUNT_CAP_TUNNELS);
	KUNIT_EXPECT_EQ(test, lab->vn.ntunnels, 2);
	KUNIT_EXPECT_EQ(test, lab->vn.engines[VPNPASS_PROTO_PPTP].tunnels, 2);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 4);	/* two clients, two servers */
	tunnels_end(b, 1);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 2);
	KUNIT_EXPECT_EQ(test, tunnel(c), 0);
	tunnels_end(a, 1);
	tunnels_end(c, 1);
}

/* One client at its cap is no matter of another's, and leaves nobody behind. */
static void caps_tunnels_per_client(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1), *b = caps_flow(test, 2, 1);
	struct caps_flow *elsewhere = caps_flow(test, 1, 2);
	struct core_lab *lab = test->priv;

	lab->vn.limits.tunnels_per_client = 2;
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(a), VPNPASS_COUNT_CAP_TUNNELS_CLIENT);
	KUNIT_EXPECT_EQ(test, tunnel(elsewhere), VPNPASS_COUNT_CAP_TUNNELS_CLIENT);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 2);	/* not the other server */
	KUNIT_EXPECT_EQ(test, tunnel(b), 0);
	tunnels_end(a, 1);
	KUNIT_EXPECT_EQ(test, tunnel(elsewhere), 0);
	tunnels_end(a, 1);
	tunnels_end(b, 1);
	tunnels_end(elsewhere, 1);
}

/* A server is who it really is, whatever destination NAT shows to the clients. */
static void caps_tunnels_per_server(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1), *b = caps_flow(test, 2, 1);
	struct caps_flow *other = caps_flow(test, 3, 2);
	struct core_lab *lab = test->priv;

	b->control.binding.key.dst.ip = CORE_SERVER(9);
	lab->vn.limits.tunnels_per_server = 1;
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(b), VPNPASS_COUNT_CAP_TUNNELS_SERVER);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 2);	/* not the second client */
	KUNIT_EXPECT_EQ(test, tunnel(other), 0);
	tunnels_end(a, 1);
	tunnels_end(other, 1);
}

/* An address may be one's client and another's server: two parties. */
static void caps_client_and_server(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1), *b = caps_flow(test, 2, 2);
	struct core_lab *lab = test->priv;

	b->control.server_mapped.ip = CORE_CLIENT(1);
	lab->vn.limits.tunnels_per_client = 1;
	lab->vn.limits.tunnels_per_server = 1;
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(b), 0);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 4);
	tunnels_end(a, 1);
	tunnels_end(b, 1);
}

static void caps_controls(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1), *b = caps_flow(test, 2, 1);
	struct core_lab *lab = test->priv;

	lab->vn.limits.controls = 3;
	lab->vn.limits.controls_per_client = 2;
	KUNIT_EXPECT_EQ(test, control(a), 0);
	KUNIT_EXPECT_EQ(test, control(a), 0);
	KUNIT_EXPECT_EQ(test, control(a), VPNPASS_COUNT_CAP_CONTROLS_CLIENT);
	KUNIT_EXPECT_EQ(test, control(b), 0);
	KUNIT_EXPECT_EQ(test, control(b), VPNPASS_COUNT_CAP_CONTROLS);
	KUNIT_EXPECT_EQ(test, lab->vn.ncontrols, 3);
	KUNIT_EXPECT_EQ(test, lab->vn.engines[VPNPASS_PROTO_PPTP].controls, 3);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 2);
	controls_end(b, 1);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 1);
	controls_end(a, 2);
}

/* A refused newcomer is not remembered; one with a tunnel is until that ends too. */
static void caps_parties(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1);
	struct core_lab *lab = test->priv;

	lab->vn.limits.controls_per_client = 0;
	KUNIT_EXPECT_EQ(test, control(a), VPNPASS_COUNT_CAP_CONTROLS_CLIENT);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 0);
	lab->vn.limits.controls_per_client = 1;
	KUNIT_EXPECT_EQ(test, control(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 2);
	controls_end(a, 1);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 2);
	tunnels_end(a, 1);
}

/* What runs is not touched by a lower cap, but nothing new comes until it is under it. */
static void caps_lowered(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1);
	struct core_lab *lab = test->priv;
	int i;

	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	lab->vn.limits.tunnels_per_client = 3;
	KUNIT_EXPECT_EQ(test, tunnel(a), VPNPASS_COUNT_CAP_TUNNELS_CLIENT);
	tunnels_end(a, 2);
	KUNIT_EXPECT_EQ(test, tunnel(a), VPNPASS_COUNT_CAP_TUNNELS_CLIENT);
	tunnels_end(a, 1);
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	tunnels_end(a, 3);
}

/* IPv6 addresses whose first word is alike, or is somebody's IPv4 address */
static void caps_ipv6(struct kunit *test)
{
	struct caps_flow *v4 = caps_flow(test, 1, 1), *a = caps_flow(test, 1, 1);
	struct caps_flow *b = caps_flow(test, 1, 1);
	struct core_lab *lab = test->priv;

	a->control.binding.key.src.ip6[3] = cpu_to_be32(1);
	a->control.server_mapped.ip6[3] = cpu_to_be32(1);
	b->control.binding.key.src.ip6[3] = cpu_to_be32(2);
	b->control.server_mapped.ip6[3] = cpu_to_be32(2);
	lab->vn.limits.tunnels_per_client = 1;
	lab->vn.limits.tunnels_per_server = 1;
	KUNIT_EXPECT_EQ(test, tunnel(v4), 0);
	KUNIT_EXPECT_EQ(test, tunnel(a), 0);
	KUNIT_EXPECT_EQ(test, tunnel(b), 0);
	KUNIT_EXPECT_EQ(test, tunnel(b), VPNPASS_COUNT_CAP_TUNNELS_CLIENT);
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 6);
	tunnels_end(v4, 1);
	tunnels_end(a, 1);
	tunnels_end(b, 1);
}

/* Asked before a control flow is made known: nothing is charged, a refusal is told. */
static void caps_allowed(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1), *b = caps_flow(test, 2, 1);
	struct core_lab *lab = test->priv;

	lab->vn.limits.controls_per_client = 1;
	KUNIT_EXPECT_TRUE(test, vpnpass_control_allowed(&lab->vn, &lab->engine,
							&a->control.binding.key));
	KUNIT_EXPECT_EQ(test, core_lab_parties(lab), 0);
	KUNIT_EXPECT_EQ(test, control(a), 0);
	KUNIT_EXPECT_EQ(test, lab->notified, 0);
	KUNIT_EXPECT_FALSE(test, vpnpass_control_allowed(&lab->vn, &lab->engine,
							 &a->control.binding.key));
	KUNIT_EXPECT_EQ(test, core_lab_count(lab, VPNPASS_COUNT_CAP_CONTROLS_CLIENT), 1);
	KUNIT_EXPECT_EQ(test, lab->notified, 1);
	KUNIT_EXPECT_STREQ(test, lab->why, "cap-controls-client");
	KUNIT_EXPECT_TRUE(test, vpnpass_control_allowed(&lab->vn, &lab->engine,
							&b->control.binding.key));
	lab->vn.limits.controls = 1;
	KUNIT_EXPECT_FALSE(test, vpnpass_control_allowed(&lab->vn, &lab->engine,
							 &b->control.binding.key));
	KUNIT_EXPECT_STREQ(test, lab->why, "cap-controls");
	controls_end(a, 1);
}

/* Each refusal is counted; log and listeners hear of the first few in an interval only. */
static void caps_refusals_are_rate_limited(struct kunit *test)
{
	struct caps_flow *a = caps_flow(test, 1, 1);
	struct core_lab *lab = test->priv;
	int i;

	lab->vn.log.interval = 3600 * HZ;
	a->control.binding.key.kind |= VPNPASS_IPV6;
	for (i = 0; i < 50; i++)
		vpnpass_refused(&lab->vn, &lab->engine, VPNPASS_COUNT_CAP_TUNNELS_SERVER,
				&a->control.binding.key);
	KUNIT_EXPECT_EQ(test, core_lab_count(lab, VPNPASS_COUNT_CAP_TUNNELS_SERVER), 50);
	KUNIT_EXPECT_EQ(test, lab->notified, 5);
	KUNIT_EXPECT_STREQ(test, lab->why, "cap-tunnels-server");
}

static struct kunit_case core_caps_cases[] = {
	KUNIT_CASE(caps_defaults),
	KUNIT_CASE(caps_tunnels),
	KUNIT_CASE(caps_tunnels_per_client),
	KUNIT_CASE(caps_tunnels_per_server),
	KUNIT_CASE(caps_client_and_server),
	KUNIT_CASE(caps_controls),
	KUNIT_CASE(caps_parties),
	KUNIT_CASE(caps_lowered),
	KUNIT_CASE(caps_ipv6),
	KUNIT_CASE(caps_allowed),
	KUNIT_CASE(caps_refusals_are_rate_limited),
	{}
};

static struct kunit_suite core_caps_suite = {
	.name = "core_caps",
	.init = caps_init,
	.exit = caps_exit,
	.test_cases = core_caps_cases,
};

kunit_test_suite(core_caps_suite);
