// SPDX-License-Identifier: GPL-2.0
/* IPsec passthrough: pairs of a client and a server, and the tunnel between them. */
#include <linux/slab.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "esp.h"

/**
 * esp_peers_key() - the key of a pair
 * @ct: conntrack entry of its IKE or of its ESP
 * @key: filled in
 *
 * IKE entries have a zone of ours in the reply direction, where the user has none.
 *
 * Context: any.
 * Return: false if the user's zones differ between the directions.
 */
bool esp_peers_key(const struct nf_conn *ct, struct vpnpass_key *key)
{
	const struct nf_conntrack_tuple *t = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_zone *zone = nf_ct_zone(ct);

	if (zone->dir != NF_CT_DEFAULT_ZONE_DIR &&
	    (zone->dir != NF_CT_ZONE_DIR_REPL || zone->id < VPNPASS_ZONE_MIN))
		return false;
	*key = (struct vpnpass_key) {
		.src = t->src.u3,
		.dst = t->dst.u3,
		.zone = zone->dir == NF_CT_DEFAULT_ZONE_DIR ? zone->id : NF_CT_DEFAULT_ZONE_ID,
		.l4proto = IPPROTO_ESP,
		.kind = VPNPASS_CONTROL |
			(t->src.l3num == NFPROTO_IPV6 ? VPNPASS_IPV6 : 0),
	};
	return true;
}

/**
 * esp_peers_find() - the pair of a packet from client to server
 * @vn: network namespace
 * @packet: its addresses, zone and family
 *
 * Context: RCU read lock.
 * Return: the pair, a member of its group, or NULL.
 */
struct esp_peers *esp_peers_find(struct vpnpass_net *vn, const struct vpnpass_key *packet)
{
	struct vpnpass_key key = *packet;
	struct vpnpass_control *control;
	struct esp_peers *peers;

	key.id = 0;
	key.l4proto = IPPROTO_ESP;
	key.kind = VPNPASS_CONTROL | (packet->kind & VPNPASS_IPV6);
	control = vpnpass_control_find(vn, &key);
	if (!control)
		return NULL;
	peers = esp_peers_of(control);
	/* pairs with esp_peers_add() */
	return smp_load_acquire(&peers->group) ? peers : NULL;
}

static void esp_ike_init(struct esp_peers *peers)
{
	vpnpass_flow_init(&peers->ike, &peers->base);
	peers->ike.is_control = true;
	peers->ike_binding.flow = &peers->ike;
	peers->ike_binding.dir = IP_CT_DIR_ORIGINAL;
	INIT_LIST_HEAD(&peers->cookies);
}

/* Replies of IKE are told apart by zone, unless the user's packets have zones already. */
static void esp_ike_zone(struct esp_peers *peers, const struct esp_group *group)
{
	if (group->direct || peers->ike.zone.id != NF_CT_DEFAULT_ZONE_ID ||
	    !IS_ENABLED(CONFIG_NF_CONNTRACK_ZONES))
		return;
	peers->ike.zone.id = peers->id;
	peers->ike.zone.dir = NF_CT_ZONE_DIR_REPL;
}

/* control->lock held */
static int esp_peers_add(struct esp_peers *peers, struct nf_conn *ct)
{
	int err = vpnpass_control_add(&peers->base, ct);
	struct vpnpass_group *group;

	if (err)
		return err;
	group = vpnpass_group_join(&peers->base, IPPROTO_ESP, &esp_group_ops, &peers->id);
	if (IS_ERR(group)) {
		vpnpass_control_del(&peers->base);
		vpnpass_count(peers->base.vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_NOMEM);
		return 0;	/* freed */
	}
	esp_ike_zone(peers, esp_group_from(group));
	/* pairs with esp_peers_find() */
	smp_store_release(&peers->group, esp_group_from(group));
	return 0;
}

static struct esp_peers *esp_peers_alloc(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	struct esp_peers *peers = kzalloc(sizeof(*peers), GFP_ATOMIC);

	BUILD_BUG_ON(offsetof(struct esp_peers, base));
	/* there are many of them: what kmalloc rounds up to */
	BUILD_BUG_ON(IS_ENABLED(CONFIG_64BIT) && !IS_ENABLED(CONFIG_PROVE_LOCKING) &&
		     (sizeof(struct esp_peers) > 1024 || sizeof(struct esp_sa) > 256));
	if (!peers) {
		vpnpass_count(vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	spin_lock_init(&peers->base.lock);
	peers->base.vn = vn;
	peers->base.engine = &esp_engine;
	peers->base.binding.key = *key;
	peers->base.last = jiffies;
	esp_ike_init(peers);
	return peers;
}

static int esp_peers_enter(struct esp_peers *peers, struct nf_conn *ct)
{
	int err;

	spin_lock_bh(&peers->base.lock);
	err = esp_peers_add(peers, ct);
	spin_unlock_bh(&peers->base.lock);
	if (err)
		kfree(peers);
	return err;
}

static struct esp_peers *esp_peers_new(struct vpnpass_net *vn, const struct vpnpass_key *key,
				       struct nf_conn *ct)
{
	struct esp_peers *peers = esp_peers_alloc(vn, key);
	int err;

	if (!peers)
		return NULL;
	err = esp_peers_enter(peers, ct);
	return err && err != -EEXIST ? NULL : esp_peers_find(vn, key);
}

/**
 * esp_peers_restore() - a pair goes on
 * @vn: network namespace
 * @rec: what was said of it
 *
 * Context: softirq, RCU read lock.
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int esp_peers_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec)
{
	struct esp_peers *peers = esp_peers_alloc(vn, &rec->key);
	int dir, err;

	if (!peers)
		return -ENOMEM;
	peers->base.client_mapped = rec->client_mapped;
	peers->base.server_mapped = rec->server_mapped;
	peers->id = rec->member;
	for (dir = 0; dir < IP_CT_DIR_MAX; dir++) {
		peers->port[dir] = rec->client_port[dir];
		peers->server_port[dir] = rec->server_port[dir];
	}
	vpnpass_flow_restore(&peers->ike, rec);
	err = esp_peers_enter(peers, NULL);
	return err || esp_peers_find(vn, &rec->key) ? err : -ENOMEM;
}

/* Does the pair still leave by the address that this entry has? */
static bool esp_peers_fit(const struct esp_peers *peers, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	return nf_inet_addr_cmp(&peers->base.client_mapped, &reply->dst.u3) &&
	       nf_inet_addr_cmp(&peers->base.server_mapped, &reply->src.u3);
}

/**
 * esp_peers_get() - find the pair of an entry, or make it known
 * @vn: network namespace
 * @key: from esp_peers_key()
 * @ct: conntrack entry of its IKE or ESP, translated
 *
 * Where NAT gives the client another address than before, the old pair is over.
 *
 * Context: softirq, RCU read lock.
 * Return: the pair, or NULL: refused, and counted.
 */
struct esp_peers *esp_peers_get(struct vpnpass_net *vn, const struct vpnpass_key *key,
				struct nf_conn *ct)
{
	struct esp_peers *peers = esp_peers_find(vn, key);

	if (!peers)
		return esp_peers_new(vn, key, ct);
	if (likely(esp_peers_fit(peers, ct)))
		return peers;
	spin_lock_bh(&peers->base.lock);
	if (!peers->base.dead)
		vpnpass_control_del(&peers->base);
	spin_unlock_bh(&peers->base.lock);
	return esp_peers_new(vn, key, ct);
}

/**
 * esp_tuple() - what conntrack sees of a pair's flow in one direction
 * @flow: IKE or ESP of the pair
 * @dir: direction
 * @t: filled in
 *
 * In the original direction ESP has the tuple that conntrack gives it anyway. Several
 * clients' replies look the same, so these have an id that is in no packet. At the server's
 * end there is none, or NAT would look the packet's way up once more.
 *
 * Context: see struct vpnpass_engine.
 */
void esp_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
	       struct nf_conntrack_tuple *t)
{
	const struct esp_peers *peers = esp_peers_of(flow->control);
	const struct vpnpass_control *control = &peers->base;

	if (dir == IP_CT_DIR_ORIGINAL) {
		t->src.u3 = control->binding.key.src;
		t->dst.u3 = control->binding.key.dst;
	} else {
		t->src.u3 = control->server_mapped;
		t->dst.u3 = control->client_mapped;
	}
	t->dst.protonum = flow->is_control ? IPPROTO_UDP : IPPROTO_ESP;
	if (flow->is_control) {
		t->src.u.udp.port = dir == IP_CT_DIR_ORIGINAL ? peers->port[0] :
								peers->server_port[1];
		t->dst.u.udp.port = dir == IP_CT_DIR_ORIGINAL ? peers->server_port[0] :
								peers->port[1];
	} else if (dir == IP_CT_DIR_REPLY) {
		t->dst.u.all = htons(peers->id);
	}
}

static void esp_tunnel_key(struct vpnpass_binding *b, const struct vpnpass_control *control,
			   const union nf_inet_addr *src, const union nf_inet_addr *dst, u8 kind)
{
	b->key.src = *src;
	b->key.dst = *dst;
	b->key.zone = control->binding.key.zone;
	b->key.kind = kind | (control->binding.key.kind & VPNPASS_IPV6);
}

/* control->lock held */
static struct vpnpass_tunnel *esp_tunnel_new(struct esp_peers *peers)
{
	struct vpnpass_control *control = &peers->base;
	struct vpnpass_tunnel *tunnel = kzalloc(sizeof(*tunnel), GFP_ATOMIC);
	const struct vpnpass_key *ck = &control->binding.key;
	struct vpnpass_binding *error;

	if (!tunnel) {
		vpnpass_count(control->vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	if (vpnpass_tunnel_add(tunnel, control)) {
		kfree(tunnel);
		return NULL;
	}
	esp_tunnel_key(&tunnel->slot[VPNPASS_TO_SERVER], control, &ck->src, &ck->dst,
		       VPNPASS_DATA);
	esp_tunnel_key(&tunnel->slot[VPNPASS_TO_CLIENT], control, &control->server_mapped,
		       &control->client_mapped, VPNPASS_DATA);
	/* inside, what is quoted names the client: all SPIs are its own */
	error = &tunnel->slot[VPNPASS_ERR_TO_CLIENT];
	esp_tunnel_key(error, control, &ck->dst, &ck->src, VPNPASS_ERROR);
	error->key.l4proto = IPPROTO_ESP;
	vpnpass_bind(control->vn, error);
	rcu_assign_pointer(peers->tunnel, tunnel);
	return tunnel;
}

/**
 * esp_tunnel_get() - the tunnel of a pair, made known with its first packet
 * @peers: the pair
 *
 * Context: softirq, RCU read lock, no locks held.
 * Return: it, or NULL: refused, and counted.
 */
struct vpnpass_tunnel *esp_tunnel_get(struct esp_peers *peers)
{
	struct vpnpass_tunnel *tunnel = rcu_dereference(peers->tunnel);
	struct vpnpass_control *control = &peers->base;

	if (likely(tunnel))
		return tunnel;
	spin_lock_bh(&control->lock);
	tunnel = rcu_dereference_protected(peers->tunnel, lockdep_is_held(&control->lock));
	if (!tunnel && !control->dead)
		tunnel = esp_tunnel_new(peers);
	spin_unlock_bh(&control->lock);
	return tunnel;
}

/* What a row of the tool says. Context: group->base.lock held. */
static u8 esp_tunnel_state(const struct esp_pair_client *client)
{
	const struct esp_pair_in *in;
	bool up = false, pairing = client->tentative;

	list_for_each_entry(in, &client->ins, list) {
		up |= in->state == ESP_PAIR_UP;
		pairing |= in->state == ESP_PAIR_PAIRING;
	}
	if (up && !client->needs)
		return VPNPASS_STATE_UP;
	if (pairing)
		return VPNPASS_STATE_PAIRING;
	if (up)
		return VPNPASS_STATE_UP;
	return client->watched ? VPNPASS_STATE_AMBIGUOUS : VPNPASS_STATE_SETUP;
}

/* The latest SPI of each direction, for the tool to show. Context: group->base.lock held. */
static void esp_tunnel_ids(struct vpnpass_tunnel *tunnel, const struct esp_pair_client *client)
{
	struct vpnpass_binding *b;

	if (!list_empty(&client->outs)) {
		b = &tunnel->slot[VPNPASS_TO_SERVER];
		b->key.id = htonl(list_last_entry(&client->outs, struct esp_pair_out, list)->spi);
		b->id = b->key.id;
		b->key.l4proto = IPPROTO_ESP;
	}
	if (!list_empty(&client->ins)) {
		b = &tunnel->slot[VPNPASS_TO_CLIENT];
		b->key.id = htonl(list_last_entry(&client->ins, struct esp_pair_in, list)->spi);
		b->id = b->key.id;
		b->key.l4proto = IPPROTO_ESP;
	}
}

/* control->lock held */
static void esp_tunnel_look(struct esp_peers *peers)
{
	struct vpnpass_tunnel *tunnel = rcu_dereference_protected(peers->tunnel,
						lockdep_is_held(&peers->base.lock));
	u8 state;

	if (!tunnel || peers->base.dead)
		return;
	spin_lock_bh(&peers->group->base.lock);
	WRITE_ONCE(peers->stale, false);
	state = esp_tunnel_state(&peers->client);
	esp_tunnel_ids(tunnel, &peers->client);
	spin_unlock_bh(&peers->group->base.lock);
	if (state == VPNPASS_STATE_UP && !tunnel->up)
		vpnpass_tunnel_up(tunnel);
	WRITE_ONCE(tunnel->state, state);
}

/**
 * esp_tunnel_update() - show what the pairing has found out
 * @peers: the pair
 *
 * Context: any but hard interrupts, no locks held.
 */
void esp_tunnel_update(struct esp_peers *peers)
{
	if (!READ_ONCE(peers->stale))
		return;
	spin_lock_bh(&peers->base.lock);
	esp_tunnel_look(peers);
	spin_unlock_bh(&peers->base.lock);
}

/**
 * esp_gc() - is a pair over?
 * @control: its control flow, locked
 *
 * Neither end says so in clear text: it is over when IKE and ESP have been silent for long,
 * or sooner if the server never answered.
 *
 * Context: softirq, @control->lock held.
 * Return: false if it is.
 */
bool esp_gc(struct vpnpass_control *control)
{
	struct esp_peers *peers = esp_peers_of(control);
	struct esp_group *group = peers->group;
	unsigned int param = VPNPASS_PARAM_TIMEOUT_UNREPLIED;
	struct vpnpass_tunnel *tunnel;
	unsigned int secs;

	if (!group)
		return true;	/* about to join it */
	tunnel = rcu_dereference_protected(peers->tunnel, lockdep_is_held(&control->lock));
	vpnpass_flow_gc(&peers->ike);
	spin_lock_bh(&group->base.lock);
	esp_sa_age_outs(peers);
	esp_group_age(group);
	spin_unlock_bh(&group->base.lock);
	esp_tunnel_look(peers);
	if ((peers->ike.seen & BIT(IP_CT_DIR_REPLY)) ||
	    (tunnel && (tunnel->flow.seen & BIT(IP_CT_DIR_REPLY))))
		param = VPNPASS_PARAM_TIMEOUT;
	secs = vpnpass_param(control->vn, VPNPASS_PROTO_IPSEC, param);
	return !vpnpass_flow_idle(&peers->ike, secs) ||
	       (tunnel && !vpnpass_flow_idle(&tunnel->flow, secs));
}

/**
 * esp_tunnels_end() - end all that a pair has
 * @control: its control flow
 *
 * Context: any but hard interrupts, control->lock held.
 */
void esp_tunnels_end(struct vpnpass_control *control)
{
	struct esp_peers *peers = esp_peers_of(control);
	struct vpnpass_tunnel *tunnel;

	tunnel = rcu_dereference_protected(peers->tunnel, lockdep_is_held(&control->lock));
	if (peers->group)
		vpnpass_group_leave(&peers->group->base, control, peers->id);
	vpnpass_flow_end(&peers->ike);
	if (tunnel)
		vpnpass_tunnel_del(tunnel);
	RCU_INIT_POINTER(peers->tunnel, NULL);
}
