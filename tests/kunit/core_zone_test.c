// SPDX-License-Identifier: GPL-2.0
/*
 * Zones of reply directions, and ports outside: real conntrack entries and packets, in no
 * network. And which UDP ports are looked at before conntrack.
 */
#include <linux/udp.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "core_lab.h"

#define ZONE_ID		0x8765
#define USER_ZONE	5
#define PORT		VPNPASS_IKE_PORT

/* A client's first packet, after source NAT, and its entry */
struct zone_flow {
	struct nf_conn *ct;
	struct sk_buff *skb;
};

static void zone_tuples(struct nf_conntrack_tuple *orig, struct nf_conntrack_tuple *reply,
			unsigned int client, u16 mapped)
{
	*orig = (struct nf_conntrack_tuple) {
		.src = { .u3.ip = CORE_CLIENT(client), .u.udp.port = htons(PORT),
			 .l3num = NFPROTO_IPV4 },
		.dst = { .u3.ip = CORE_SERVER(1), .u.udp.port = htons(PORT),
			 .protonum = IPPROTO_UDP, .dir = IP_CT_DIR_ORIGINAL },
	};
	*reply = (struct nf_conntrack_tuple) {
		.src = { .u3.ip = CORE_SERVER(1), .u.udp.port = htons(PORT),
			 .l3num = NFPROTO_IPV4 },
		.dst = { .u3.ip = CORE_MAPPED, .u.udp.port = htons(mapped),
			 .protonum = IPPROTO_UDP, .dir = IP_CT_DIR_REPLY },
	};
}

static struct nf_conn *zone_entry(struct kunit *test, unsigned int client, u16 mapped, u16 zone_id)
{
	struct nf_conntrack_zone zone = { .id = zone_id, .dir = NF_CT_DEFAULT_ZONE_DIR };
	struct nf_conntrack_tuple orig, reply;
	struct nf_conn *ct;

	zone_tuples(&orig, &reply, client, mapped);
	ct = nf_conntrack_alloc(&init_net, &zone, &orig, &reply, GFP_KERNEL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(ct));
	refcount_set(&ct->ct_general.use, 1);
	ct->status |= IPS_SRC_NAT;
	return ct;
}

static struct sk_buff *zone_packet(struct kunit *test, u16 mapped)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct udphdr *udp;
	struct iphdr *ip;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(sizeof(*ip) + sizeof(*udp));
	ip->saddr = CORE_MAPPED;
	ip->daddr = CORE_SERVER(1);
	udp = skb_put_zero(skb, sizeof(*udp));
	udp->source = htons(mapped);
	udp->dest = htons(PORT);
	udp->len = htons(sizeof(*udp));
	skb->protocol = htons(ETH_P_IP);
	skb_reset_network_header(skb);
	return skb;
}

/* A new flow of @client whose port NAT has made @mapped */
static struct zone_flow zone_flow(struct kunit *test, unsigned int client, u16 mapped, u16 zone_id)
{
	return (struct zone_flow) {
		.ct = zone_entry(test, client, mapped, zone_id),
		.skb = zone_packet(test, mapped),
	};
}

static void zone_flow_end(struct zone_flow *f)
{
	nf_ct_put(f->ct);
	kfree_skb(f->skb);
}

static bool late_zone(struct zone_flow *f)
{
	bool done;

	rcu_read_lock();
	done = vpnpass_late_zone(f->skb, f->ct, IP_CT_NEW, ZONE_ID);
	rcu_read_unlock();
	return done;
}

static bool move_port(struct zone_flow *f)
{
	bool done;

	rcu_read_lock();
	done = vpnpass_move_port(f->skb, f->ct, IP_CT_NEW);
	rcu_read_unlock();
	return done;
}

/* Somebody in conntrack's table who has port @mapped outside */
static struct nf_conn *occupy(struct kunit *test, unsigned int client, u16 mapped)
{
	struct nf_conn *ct = zone_entry(test, client, mapped, NF_CT_DEFAULT_ZONE_ID);

	__set_bit(IPS_CONFIRMED_BIT, &ct->status);
	ct->timeout = nfct_time_stamp + 600 * HZ;
	KUNIT_ASSERT_EQ(test, nf_conntrack_hash_check_insert(ct), 0);
	return ct;
}

static void vacate(struct nf_conn *ct)
{
	nf_ct_delete(ct, 0, 0);
	nf_ct_put(ct);
}

/* Port of the packet, and where its replies go */
static u16 packet_port(const struct zone_flow *f)
{
	return ntohs(((struct udphdr *)(f->skb->data + sizeof(struct iphdr)))->source);
}

static u16 reply_port(const struct zone_flow *f)
{
	return ntohs(f->ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u.udp.port);
}

static void expect_untouched(struct kunit *test, const struct zone_flow *f, u16 port, u16 zone_id)
{
	KUNIT_EXPECT_EQ(test, nf_ct_zone(f->ct)->id, zone_id);
	KUNIT_EXPECT_EQ(test, reply_port(f), port);
	KUNIT_EXPECT_EQ(test, packet_port(f), port);
}

/* The first client keeps its port; only the replies change zones. */
static void zone_first(struct kunit *test)
{
	struct zone_flow f = zone_flow(test, 1, PORT, NF_CT_DEFAULT_ZONE_ID);

	if (IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES)) {
		KUNIT_EXPECT_TRUE(test, late_zone(&f));
		expect_untouched(test, &f, PORT, ZONE_ID);
		KUNIT_EXPECT_EQ(test, nf_ct_zone(f.ct)->dir, NF_CT_ZONE_DIR_REPL);
		KUNIT_EXPECT_EQ(test, nf_ct_zone_id(nf_ct_zone(f.ct), IP_CT_DIR_ORIGINAL),
				NF_CT_DEFAULT_ZONE_ID);
	} else {
		KUNIT_EXPECT_FALSE(test, late_zone(&f));
		expect_untouched(test, &f, PORT, NF_CT_DEFAULT_ZONE_ID);
	}
	zone_flow_end(&f);
}

/* NAT moved the second client's port, as the first has it: it gets it too. */
static void zone_port_given_back(struct kunit *test)
{
	struct nf_conn *first = occupy(test, 1, PORT);
	struct zone_flow f = zone_flow(test, 2, 1024, NF_CT_DEFAULT_ZONE_ID);

	if (IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES)) {
		KUNIT_EXPECT_TRUE(test, late_zone(&f));
		expect_untouched(test, &f, PORT, ZONE_ID);
	} else {
		KUNIT_EXPECT_FALSE(test, late_zone(&f));
		expect_untouched(test, &f, 1024, NF_CT_DEFAULT_ZONE_ID);
	}
	zone_flow_end(&f);
	vacate(first);
}

/* NAT moved a port that was free: a rule of the user's wanted that. */
static void zone_port_by_rule(struct kunit *test)
{
	struct zone_flow f = zone_flow(test, 1, 4500, NF_CT_DEFAULT_ZONE_ID);

	KUNIT_EXPECT_FALSE(test, late_zone(&f));
	expect_untouched(test, &f, 4500, NF_CT_DEFAULT_ZONE_ID);
	zone_flow_end(&f);
}

static void zone_of_user(struct kunit *test)
{
	struct zone_flow f = zone_flow(test, 1, PORT, USER_ZONE);
	u16 zone = IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES) ? USER_ZONE : NF_CT_DEFAULT_ZONE_ID;

	KUNIT_EXPECT_FALSE(test, late_zone(&f));
	expect_untouched(test, &f, PORT, zone);
	zone_flow_end(&f);
}

/* Somebody else (a queue, a copy of the packet) holds the entry: hands off. */
static void zone_shared_entry(struct kunit *test)
{
	struct zone_flow f = zone_flow(test, 1, PORT, NF_CT_DEFAULT_ZONE_ID);

	nf_conntrack_get(&f.ct->ct_general);
	KUNIT_EXPECT_FALSE(test, late_zone(&f));
	KUNIT_EXPECT_FALSE(test, move_port(&f));
	expect_untouched(test, &f, PORT, NF_CT_DEFAULT_ZONE_ID);
	nf_ct_put(f.ct);
	zone_flow_end(&f);
}

/* Any unprivileged port that nobody has, in entry and packet alike */
static void zone_move_port(struct kunit *test)
{
	struct zone_flow f = zone_flow(test, 1, PORT, NF_CT_DEFAULT_ZONE_ID);

	KUNIT_EXPECT_TRUE(test, move_port(&f));
	KUNIT_EXPECT_GE(test, reply_port(&f), 1024);
	KUNIT_EXPECT_EQ(test, packet_port(&f), reply_port(&f));
	KUNIT_EXPECT_EQ(test, nf_ct_zone(f.ct)->id, NF_CT_DEFAULT_ZONE_ID);
	zone_flow_end(&f);
}

static int port_watch(u16 port)
{
	return vpnpass_port_watch(htons(port));
}

/* A port is looked at until the last one that asked for it lets go. */
static void port_users(struct kunit *test)
{
	static const u16 ports[] = { 0, 1, 63, 64, 65535 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ports); i++) {
		KUNIT_EXPECT_FALSE(test, vpnpass_port_watched(htons(ports[i])));
		KUNIT_EXPECT_EQ(test, port_watch(ports[i]), 0);
		KUNIT_EXPECT_TRUE(test, vpnpass_port_watched(htons(ports[i])));
	}
	KUNIT_EXPECT_FALSE(test, vpnpass_port_watched(htons(2)));
	KUNIT_EXPECT_EQ(test, port_watch(64), 0);
	KUNIT_EXPECT_EQ(test, port_watch(64), 0);
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		vpnpass_port_unwatch(htons(ports[i]));
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		KUNIT_EXPECT_EQ(test, vpnpass_port_watched(htons(ports[i])), ports[i] == 64);
	vpnpass_port_unwatch(htons(64));
	KUNIT_EXPECT_TRUE(test, vpnpass_port_watched(htons(64)));
	vpnpass_port_unwatch(htons(64));
	KUNIT_EXPECT_FALSE(test, vpnpass_port_watched(htons(64)));
}

static void port_defaults(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, vpnpass_port_init(), 0);
	KUNIT_EXPECT_TRUE(test, vpnpass_port_watched(htons(500)));
	KUNIT_EXPECT_TRUE(test, vpnpass_port_watched(htons(1701)));
	KUNIT_EXPECT_EQ(test, bitmap_weight(vpnpass_ports, 65536), 2);
	vpnpass_port_unwatch(htons(500));
	vpnpass_port_unwatch(htons(1701));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(vpnpass_ports, 65536));
	vpnpass_port_exit();
}

static struct kunit_case core_zone_cases[] = {
	KUNIT_CASE(zone_first),
	KUNIT_CASE(zone_port_given_back),
	KUNIT_CASE(zone_port_by_rule),
	KUNIT_CASE(zone_of_user),
	KUNIT_CASE(zone_shared_entry),
	KUNIT_CASE(zone_move_port),
	KUNIT_CASE(port_users),
	KUNIT_CASE(port_defaults),
	{}
};

static struct kunit_suite core_zone_suite = {
	.name = "core_zone",
	.test_cases = core_zone_cases,
};

kunit_test_suite(core_zone_suite);
