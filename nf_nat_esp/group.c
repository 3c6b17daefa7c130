// SPDX-License-Identifier: GPL-2.0
/* IPsec passthrough: all clients of one server behind one of our addresses. */
#include <linux/slab.h>
#include "esp.h"

static struct vpnpass_group *esp_group_alloc(void)
{
	const struct esp_pair_limits limits = ESP_PAIR_LIMITS_DEFAULT;
	struct esp_group *group = kzalloc(sizeof(*group), GFP_ATOMIC);

	BUILD_BUG_ON(offsetof(struct esp_group, base));
	if (!group)
		return NULL;
	INIT_LIST_HEAD(&group->unsure);
	INIT_LIST_HEAD(&group->guests);
	group->aged = jiffies;
	esp_pair_init(&group->pair, &esp_pair_ops, &limits);
	return &group->base;
}

static void esp_group_enter(struct vpnpass_group *base, struct vpnpass_control *control)
{
	bool direct = nf_inet_addr_cmp(&control->client_mapped, &control->binding.key.src);
	struct esp_group *group = esp_group_from(base);

	group->direct = direct && (base->members == 1 || group->direct);
	esp_pair_client_add(&group->pair, &esp_peers_of(control)->client);
}

static void esp_group_leave(struct vpnpass_group *base, struct vpnpass_control *control)
{
	struct esp_peers *peers = esp_peers_of(control);

	esp_sa_end_outs(peers);
	esp_cookies_end(peers);
	esp_pair_client_del(&esp_group_from(base)->pair, &peers->client);
}

static void esp_group_end(struct vpnpass_group *base)
{
	struct esp_group *group = esp_group_from(base);

	esp_guests_age(group, true);
	esp_sa_end(group);
}

const struct vpnpass_group_ops esp_group_ops = {
	.alloc = esp_group_alloc,
	.enter = esp_group_enter,
	.leave = esp_group_leave,
	.end = esp_group_end,
};

/**
 * esp_group_find() - the group that a packet from a server is for
 * @vn: network namespace
 * @packet: its addresses, zone and family
 *
 * Context: RCU read lock.
 * Return: the group, to be locked and its @dead tested, or NULL.
 */
struct esp_group *esp_group_find(struct vpnpass_net *vn, const struct vpnpass_key *packet)
{
	struct vpnpass_group *group = vpnpass_group_find(vn, packet, IPPROTO_ESP);

	return group ? esp_group_from(group) : NULL;
}

/**
 * esp_group_age() - let time take what is over
 * @group: the group
 *
 * Context: any but hard interrupts, group->base.lock held.
 */
void esp_group_age(struct esp_group *group)
{
	if (time_before(jiffies, group->aged + VPNPASS_GC_INTERVAL / 2))
		return;
	group->aged = jiffies;
	esp_pair_age(&group->pair, esp_now());
	esp_guests_age(group, false);
	esp_sa_age(group);
}
