// SPDX-License-Identifier: GPL-2.0
/* IPsec passthrough: SAs by their SPIs, and what the pairing wants to be provided. */
#include <linux/slab.h>
#include "esp.h"

static struct esp_group *esp_group_of(struct esp_pair_group *pair)
{
	return container_of(pair, struct esp_group, pair);
}

static struct esp_sa *esp_sa_in(struct esp_pair_in *in)
{
	return container_of(in, struct esp_sa, in);
}

static struct esp_pair_case *esp_case_alloc(struct esp_pair_group *pair)
{
	return kmalloc(sizeof(struct esp_pair_case), GFP_ATOMIC);
}

static void esp_case_free(struct esp_pair_group *pair, struct esp_pair_case *c)
{
	kfree(c);
}

static void esp_case_count(struct esp_pair_group *pair, enum esp_pair_count what, u32 n)
{
	esp_count_pair(esp_group_of(pair)->base.vn, what, n);
}

static void esp_unsure_del(struct esp_group *group, struct esp_sa *sa)
{
	if (list_empty(&sa->unsure))
		return;
	list_del_init(&sa->unsure);
	group->nunsure--;
}

/* SAs whose owner isn't certain are the first to go at the cap. */
static void esp_in_changed(struct esp_pair_group *pair, struct esp_pair_in *in)
{
	struct esp_group *group = esp_group_of(pair);
	struct esp_sa *sa = esp_sa_in(in);

	if (in->state == ESP_PAIR_UP) {
		esp_unsure_del(group, sa);
	} else if (list_empty(&sa->unsure)) {
		list_add_tail(&sa->unsure, &group->unsure);
		group->nunsure++;
	}
	if (in->owner)
		WRITE_ONCE(esp_client_peers(in->owner)->stale, true);
}

const struct esp_pair_ops esp_pair_ops = {
	.case_alloc = esp_case_alloc,
	.case_free = esp_case_free,
	.changed = esp_in_changed,
	.count = esp_case_count,
};

/**
 * esp_sa_new() - memory for an SA
 * @group: of the server
 * @packet: key of its packets
 *
 * Context: softirq.
 * Return: it, in no list and not bound; NULL is counted.
 */
struct esp_sa *esp_sa_new(struct esp_group *group, const struct vpnpass_key *packet)
{
	struct esp_sa *sa = kzalloc(sizeof(*sa), GFP_ATOMIC);

	if (!sa) {
		vpnpass_count(group->base.vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	sa->group = group;
	if (packet->kind & VPNPASS_IPV6) {
		sa->data.key = *packet;
	} else {	/* the other words were never set */
		sa->data.key.src.ip = packet->src.ip;
		sa->data.key.dst.ip = packet->dst.ip;
		sa->data.key.id = packet->id;
		sa->data.key.zone = packet->zone;
		sa->data.key.l4proto = packet->l4proto;
		sa->data.key.kind = packet->kind;
	}
	sa->data.id = packet->id;
	sa->last = jiffies;
	return sa;
}

/* Outbound SAs. */

static void esp_sa_del_out(struct esp_peers *peers, struct esp_sa *sa)
{
	struct vpnpass_net *vn = peers->base.vn;

	vpnpass_unbind(vn, &sa->data);
	vpnpass_unbind(vn, &sa->error);
	esp_pair_out_del(&sa->out);
	peers->nouts--;
	kfree_rcu(sa, rcu);
}

static struct esp_sa *esp_sa_idlest_out(struct esp_peers *peers)
{
	struct esp_sa *sa, *idlest = NULL;

	list_for_each_entry(sa, &peers->client.outs, out.list)
		if (!idlest || time_before(READ_ONCE(sa->last), READ_ONCE(idlest->last)))
			idlest = sa;
	return idlest;
}

/* How routers outside quote its packets. */
static void esp_sa_bind_error(struct esp_peers *peers, struct esp_sa *sa)
{
	const struct vpnpass_control *control = &peers->base;

	sa->error.key = sa->data.key;
	sa->error.key.src = control->client_mapped;
	sa->error.key.dst = control->server_mapped;
	sa->error.key.kind = VPNPASS_ERROR | (sa->data.key.kind & VPNPASS_IPV6);
	sa->error.id = sa->data.id;
	sa->error.dir = IP_CT_DIR_ORIGINAL;
	sa->error.flow = sa->data.flow;
	vpnpass_bind(control->vn, &sa->error);
}

/* group->base.lock held */
static void esp_sa_bind_out(struct esp_peers *peers, struct esp_sa *sa, u32 spi)
{
	struct esp_group *group = sa->group;

	if (group->base.dead || vpnpass_bind(group->base.vn, &sa->data)) {
		kfree(sa);	/* another CPU was faster */
		return;
	}
	esp_sa_bind_error(peers, sa);
	if (peers->nouts >= ESP_OUTS_MAX) {
		esp_count(group->base.vn, ESP_COUNT_SA_CAP);
		esp_sa_del_out(peers, esp_sa_idlest_out(peers));
	}
	peers->nouts++;
	esp_pair_out_add(&group->pair, &peers->client, &sa->out, spi, esp_now());
	WRITE_ONCE(peers->stale, true);
}

/**
 * esp_sa_out() - a client uses an SPI for the first time
 * @peers: the client and its server
 * @tunnel: their tunnel
 * @packet: key of the packet
 * @spi: its SPI
 *
 * Without memory the SPI is not remembered, and its packets come here again.
 *
 * Context: softirq, RCU read lock.
 */
void esp_sa_out(struct esp_peers *peers, struct vpnpass_tunnel *tunnel,
		const struct vpnpass_key *packet, u32 spi)
{
	struct esp_group *group = peers->group;
	struct esp_sa *sa = esp_sa_new(group, packet);

	if (!sa)
		return;
	sa->data.flow = &tunnel->flow;
	sa->data.dir = IP_CT_DIR_ORIGINAL;
	spin_lock_bh(&group->base.lock);
	if (peers->over)
		kfree(sa);
	else
		esp_sa_bind_out(peers, sa, spi);
	spin_unlock_bh(&group->base.lock);
}

/**
 * esp_sa_end_outs() - forget all outbound SAs of a pair
 * @peers: the client and its server
 *
 * Context: softirq, group->base.lock held.
 */
void esp_sa_end_outs(struct esp_peers *peers)
{
	struct esp_sa *sa, *next;

	list_for_each_entry_safe(sa, next, &peers->client.outs, out.list)
		esp_sa_del_out(peers, sa);
	peers->over = true;
}

/* Inbound SAs. */

/* Forget an inbound SA. Context: group->base.lock held. */
static void esp_sa_del_in(struct esp_group *group, struct esp_sa *sa)
{
	esp_unsure_del(group, sa);
	vpnpass_unbind(group->base.vn, &sa->data);
	esp_pair_in_del(&group->pair, &sa->in);
	kfree_rcu(sa, rcu);
}

static struct esp_sa *esp_sa_idlest_in(const struct esp_pair_client *client)
{
	struct esp_pair_in *in, *idlest = NULL;

	list_for_each_entry(in, &client->ins, list)
		if (!idlest || READ_ONCE(in->last) < READ_ONCE(idlest->last))
			idlest = in;
	return esp_sa_in(idlest);
}

/**
 * esp_sa_trim() - no more SAs of a client than it can have
 * @group: group
 * @client: client; the idlest of its SAs go
 *
 * To be called when an SA has become one of its own: @client->ins is walked.
 *
 * Context: softirq, group->base.lock held.
 */
void esp_sa_trim(struct esp_group *group, struct esp_pair_client *client)
{
	struct esp_pair_in *in;
	unsigned int n = 0;

	list_for_each_entry(in, &client->ins, list)
		n++;
	for (; n > ESP_INS_MAX; n--) {
		esp_count(group->base.vn, ESP_COUNT_SA_CAP);
		esp_sa_del_in(group, esp_sa_idlest_in(client));
	}
}

/**
 * esp_sa_keep_in() - an inbound SA that the pairing has accepted stays
 * @group: its group
 * @sa: the SA
 *
 * Context: softirq, group->base.lock held.
 * Return: 0, or an error: the SA is gone.
 */
int esp_sa_keep_in(struct esp_group *group, struct esp_sa *sa)
{
	int err;

	if (group->nunsure > ESP_UNSURE_MAX) {
		esp_count(group->base.vn, ESP_COUNT_SA_CAP);
		esp_sa_del_in(group, list_first_entry(&group->unsure, struct esp_sa, unsure));
	}
	err = vpnpass_bind(group->base.vn, &sa->data);
	if (err) {
		esp_pair_in_del(&group->pair, &sa->in);
		esp_sa_drop_in(group, sa);
	} else if (sa->in.owner) {
		esp_sa_trim(group, sa->in.owner);
	}
	return err;
}

/**
 * esp_sa_drop_in() - an inbound SA that nobody has seen yet is not kept
 * @group: group
 * @sa: freed
 *
 * Context: softirq, group->base.lock held.
 */
void esp_sa_drop_in(struct esp_group *group, struct esp_sa *sa)
{
	esp_unsure_del(group, sa);
	kfree(sa);
}

/* The outbound SA that was taken for the other half. */
static void esp_sa_pair(struct esp_peers *peers, struct esp_pair_in *in, u32 spi)
{
	struct esp_pair_out *out;

	list_for_each_entry(out, &peers->client.outs, list) {
		if (out->spi != spi || out->mate)
			continue;
		out->mate = in;
		in->mate = out;
		return;
	}
}

/**
 * esp_sa_own() - an inbound SPI is known to be a client's
 * @peers: the client and its server
 * @sa: from esp_sa_new()
 * @esp: SPI and highest sequence number
 * @mate: SPI of the other half, or 0
 *
 * Context: softirq, group->base.lock held. The caller binds it with esp_sa_keep_in().
 */
void esp_sa_own(struct esp_peers *peers, struct esp_sa *sa, const struct esp_wire *esp, u32 mate)
{
	struct esp_pair_in *in = &sa->in;

	memset(in, 0, sizeof(*in));
	INIT_LIST_HEAD(&sa->unsure);
	in->spi = esp->spi;
	in->state = ESP_PAIR_UP;
	in->how = ESP_PAIR_ONLY;
	in->owner = &peers->client;
	in->first = esp_now();
	in->last = in->first;
	in->high = esp->seq;
	list_add_tail(&in->list, &peers->client.ins);
	if (mate)
		esp_sa_pair(peers, in, mate);
	WRITE_ONCE(peers->stale, true);
}

static void esp_sa_end_list(struct esp_group *group, struct list_head *list)
{
	struct esp_pair_in *in, *next;

	list_for_each_entry_safe(in, next, list, list)
		esp_sa_del_in(group, esp_sa_in(in));
}

/**
 * esp_sa_end() - forget all inbound SAs of a group without clients
 * @group: group
 *
 * Context: softirq, group->base.lock held.
 */
void esp_sa_end(struct esp_group *group)
{
	esp_sa_end_list(group, &group->pair.lost);
	esp_sa_end_list(group, &group->pair.open);
}

static void esp_sa_age_list(struct esp_group *group, struct list_head *list, u64 limit)
{
	struct esp_pair_in *in, *next;
	u64 now = esp_now();

	list_for_each_entry_safe(in, next, list, list)
		if (esp_since(READ_ONCE(in->last), now) > limit)
			esp_sa_del_in(group, esp_sa_in(in));
}

/**
 * esp_sa_age() - forget inbound SAs that are silent for long
 * @group: group
 *
 * Context: softirq, group->base.lock held.
 */
void esp_sa_age(struct esp_group *group)
{
	unsigned int secs = vpnpass_param(group->base.vn, VPNPASS_PROTO_IPSEC,
					  VPNPASS_PARAM_TIMEOUT);
	struct esp_pair_client *client;

	esp_sa_age_list(group, &group->pair.lost, ESP_UNSURE_TIMEOUT);
	esp_sa_age_list(group, &group->pair.open, ESP_UNSURE_TIMEOUT);
	list_for_each_entry(client, &group->pair.clients, list) {
		esp_sa_age_list(group, &client->ins, secs * (u64)MSEC_PER_SEC);
		esp_sa_trim(group, client);	/* time may have settled some */
	}
}

/**
 * esp_sa_age_outs() - forget outbound SAs of a pair that are silent for long
 * @peers: the client and its server
 *
 * Context: softirq, group->base.lock held.
 */
void esp_sa_age_outs(struct esp_peers *peers)
{
	unsigned int secs = vpnpass_param(peers->base.vn, VPNPASS_PROTO_IPSEC,
					  VPNPASS_PARAM_TIMEOUT);
	struct esp_sa *sa, *next;

	list_for_each_entry_safe(sa, next, &peers->client.outs, out.list)
		if (time_after(jiffies, READ_ONCE(sa->last) + secs * HZ))
			esp_sa_del_out(peers, sa);
}
