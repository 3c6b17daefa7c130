// SPDX-License-Identifier: GPL-2.0
/*
 * IPsec passthrough: IKE from a server to port 500 of our address, before conntrack. All
 * clients have that port; the initiator's cookie tells whose it is (RFC 2408 2.5.3, RFC 7296
 * 2.6). Cookies are learned from what clients send.
 */
#include <linux/jhash.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include "esp.h"

static u32 esp_cookie_seed __read_mostly;

/**
 * esp_cookie_init() - choose how cookies are hashed
 *
 * Context: process, once.
 */
void esp_cookie_init(void)
{
	esp_cookie_seed = get_random_u32();
}

static void esp_cookie_key(struct vpnpass_key *key, const union nf_inet_addr *server,
			   const union nf_inet_addr *mapped, const struct vpnpass_key *like,
			   u64 cookie)
{
	*key = (struct vpnpass_key) {
		.src = *server,
		.dst = *mapped,
		.id = (__force __be32)jhash_2words(cookie, cookie >> 32, esp_cookie_seed),
		.zone = like->zone,
		.l4proto = IPPROTO_UDP,
		.kind = VPNPASS_DATA | (like->kind & VPNPASS_IPV6),
	};
}

static struct esp_cookie *esp_cookie_find(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	struct vpnpass_binding *b = vpnpass_lookup(vn, key);

	return b ? container_of(b, struct esp_cookie, binding) : NULL;
}

/* group->base.lock held */
static struct esp_cookie *esp_cookie_new(struct esp_group *group, const struct vpnpass_key *key,
					 u64 cookie)
{
	struct esp_cookie *c = kzalloc(sizeof(*c), GFP_ATOMIC);

	if (!c) {
		vpnpass_count(group->base.vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	c->binding.key = *key;
	c->binding.dir = IP_CT_DIR_REPLY;
	c->cookie = cookie;
	c->last = jiffies;
	INIT_LIST_HEAD(&c->list);
	return c;
}

static void esp_cookie_del(struct vpnpass_net *vn, struct esp_cookie *c)
{
	vpnpass_unbind(vn, &c->binding);
	list_del(&c->list);
	kfree_rcu(c, rcu);
}

static void esp_cookie_own(struct esp_peers *peers, struct esp_cookie *c)
{
	list_add_tail(&c->list, &peers->cookies);
	peers->born = ++peers->group->serial;
	if (peers->ncookies++ < ESP_COOKIES_MAX)
		return;
	esp_count(peers->base.vn, ESP_COUNT_COOKIE_CAP);
	esp_cookie_del(peers->base.vn, list_first_entry(&peers->cookies, struct esp_cookie, list));
	peers->ncookies--;
}

static int esp_cookie_learn(struct esp_peers *peers, const struct vpnpass_key *key, u64 cookie)
{
	struct esp_cookie *c = esp_cookie_new(peers->group, key, cookie);
	int err;

	if (!c)
		return -ENOMEM;
	c->binding.flow = &peers->ike;
	err = vpnpass_bind(peers->base.vn, &c->binding);
	if (err)
		kfree(c);
	else
		esp_cookie_own(peers, c);
	return err;
}

/**
 * esp_cookie_restore() - an IKE SA goes on
 * @peers: the client and its server
 * @cookie: of its initiator, and of its responder if that is known
 *
 * Context: softirq, group->base.lock held.
 * Return: 0, -EEXIST, -ENOMEM, or -EADDRINUSE if another client has used it since.
 */
int esp_cookie_restore(struct esp_peers *peers, const u64 cookie[2])
{
	struct vpnpass_control *control = &peers->base;
	struct esp_ike_flow *flow = &peers->ike_flow;
	struct vpnpass_key key;
	struct esp_cookie *c;
	int err;

	esp_cookie_key(&key, &control->server_mapped, &control->client_mapped,
		       &control->binding.key, cookie[0]);
	c = esp_cookie_find(control->vn, &key);
	if (c)
		return c->binding.flow == &peers->ike ? -EEXIST : -EADDRINUSE;
	err = esp_cookie_learn(peers, &key, cookie[0]);
	if (err)
		return err;
	peers->active = ++peers->group->serial;
	if (cookie[1])
		memcpy(flow->sa[flow->sas++ % ESP_IKE_SAS], cookie, sizeof(flow->sa[0]));
	return 0;
}

/**
 * esp_cookie_use() - a client has sent an IKE message
 * @peers: the client and its server
 * @ike: header of the message
 *
 * Context: softirq, group->base.lock held.
 * Return: false if it only refuses what the server has begun, and so tells nothing of the two.
 */
bool esp_cookie_use(struct esp_peers *peers, const struct esp_ike *ike)
{
	struct vpnpass_control *control = &peers->base;
	struct vpnpass_key key;
	struct esp_cookie *c;

	esp_cookie_key(&key, &control->server_mapped, &control->client_mapped,
		       &control->binding.key, ike->cookie[0]);
	c = esp_cookie_find(control->vn, &key);
	if (!c) {
		esp_cookie_learn(peers, &key, ike->cookie[0]);
	} else if (c->guest && c->cookie == ike->cookie[0]) {
		c->last = jiffies;	/* the server may ask it once more, in other words */
		if (!esp_ike_accepts(ike, c->new_sa))
			return false;
		c->guest = false;
		peers->group->nguests--;
		list_del(&c->list);
		WRITE_ONCE(c->binding.flow, &peers->ike);
		esp_cookie_own(peers, c);
	} else if (c->binding.flow != &peers->ike || c->cookie != ike->cookie[0]) {
		esp_count(control->vn, ESP_COUNT_IKE_COOKIES);
	} else {
		c->last = jiffies;
		list_move_tail(&c->list, &peers->cookies);
	}
	return true;
}

/**
 * esp_cookies_end() - forget all cookies of a pair, and what was guessed
 * @peers: the client and its server
 *
 * Context: softirq, group->base.lock held.
 */
void esp_cookies_end(struct esp_peers *peers)
{
	struct esp_group *group = peers->group;
	struct esp_cookie *c, *next;

	list_for_each_entry_safe(c, next, &peers->cookies, list)
		esp_cookie_del(group->base.vn, c);
	peers->ncookies = 0;
	list_for_each_entry_safe(c, next, &group->guests, list) {
		if (c->binding.flow != &peers->ike)
			continue;
		esp_cookie_del(group->base.vn, c);
		group->nguests--;
	}
}

/**
 * esp_guests_age() - forget cookies of a server that nobody answers
 * @group: group
 * @all: young ones too
 *
 * Context: softirq, group->base.lock held.
 */
void esp_guests_age(struct esp_group *group, bool all)
{
	struct esp_cookie *c, *next;

	list_for_each_entry_safe(c, next, &group->guests, list) {
		if (!all && time_before(jiffies, c->last + ESP_GUEST_TIMEOUT))
			continue;
		esp_cookie_del(group->base.vn, c);
		group->nguests--;
	}
}

/*
 * Whose may it be? A message that begins an IKE SA: of the one whose IKE SA is the oldest.
 * Another, on an IKE SA that a client has not used yet: of the one that has negotiated last.
 * Repeated messages go to the next client, and the next, until one answers.
 */
static struct esp_peers *esp_ike_next(struct esp_group *group, const struct esp_cookie *c,
				      u32 *rank)
{
	struct esp_peers *peers, *best = NULL;
	struct esp_pair_client *client;
	u32 r;

	*rank = U32_MAX;
	list_for_each_entry(client, &group->pair.clients, list) {
		peers = esp_client_peers(client);
		if (!peers->ncookies)
			continue;
		r = c->new_sa ? peers->born : U32_MAX - peers->active;
		if (r <= c->rank || r >= *rank)
			continue;
		*rank = r;
		best = peers;
	}
	return best;
}

static bool esp_ike_guess(struct esp_group *group, struct esp_cookie *c)
{
	struct esp_peers *peers;
	u32 rank;

	peers = esp_ike_next(group, c, &rank);
	if (!peers && c->rank) {
		c->rank = 0;	/* once around: begin anew */
		peers = esp_ike_next(group, c, &rank);
	}
	if (!peers)
		return false;
	c->rank = rank;
	c->last = jiffies;
	WRITE_ONCE(c->binding.flow, &peers->ike);
	return true;
}

/* Nothing that comes from outside unasked makes more than these few. */
static bool esp_guest_room(struct esp_group *group)
{
	struct esp_cookie *oldest;

	if (group->nguests < ESP_GUESTS_MAX)
		return true;
	oldest = list_first_entry(&group->guests, struct esp_cookie, list);
	if (time_before(jiffies, oldest->last + 4 * ESP_GUEST_RETRY))
		return false;
	esp_cookie_del(group->base.vn, oldest);
	group->nguests--;
	return true;
}

static struct esp_cookie *esp_guest_new(struct esp_group *group, const struct vpnpass_key *key,
					const struct esp_ike *ike)
{
	struct esp_cookie *c;

	if (!esp_guest_room(group)) {
		esp_count(group->base.vn, ESP_COUNT_GUEST_CAP);
		return NULL;
	}
	c = esp_cookie_new(group, key, ike->cookie[0]);
	if (!c)
		return NULL;
	c->guest = true;
	c->new_sa = !ike->cookie[1];
	if (!esp_ike_guess(group, c) || vpnpass_bind(group->base.vn, &c->binding)) {
		kfree(c);
		return NULL;
	}
	list_add_tail(&c->list, &group->guests);
	group->nguests++;
	return c;
}

/* group->base.lock held. Return: who is to get it, or NULL. */
static struct vpnpass_flow *esp_ike_unknown(struct esp_group *group,
					    const struct vpnpass_key *key,
					    const struct esp_ike *ike)
{
	struct esp_cookie *c = esp_cookie_find(group->base.vn, key);

	if (group->base.dead || (c && c->cookie != ike->cookie[0]))
		return NULL;
	if (!c)
		c = esp_guest_new(group, key, ike);
	else if (c->guest && time_after(jiffies, c->last + ESP_GUEST_RETRY))
		esp_ike_guess(group, c);
	return c ? c->binding.flow : NULL;
}

/*
 * Can a message on an unknown IKE SA be the server's wish? One that answers, or IKEv1's that
 * names a responder, is on an SA that somebody here has begun.
 */
static bool esp_ike_begins(const struct esp_ike *ike)
{
	return ike->version == 1 ? !ike->cookie[1] : !(ike->flags & ESP_IKE2_RESPONSE);
}

/* Not IKE, or cut short: nobody's, unless there is just one client. */
static struct vpnpass_flow *esp_ike_only(struct esp_group *group)
{
	struct vpnpass_flow *flow = NULL;

	spin_lock_bh(&group->base.lock);
	if (!group->base.dead && group->base.members == 1)
		flow = &esp_client_peers(list_first_entry(&group->pair.clients,
							  struct esp_pair_client, list))->ike;
	spin_unlock_bh(&group->base.lock);
	return flow;
}

static struct vpnpass_flow *esp_ike_find(struct vpnpass_net *vn, const struct sk_buff *skb,
					 const struct vpnpass_packet *pkt,
					 const struct vpnpass_key *packet,
					 struct esp_group *group)
{
	struct vpnpass_flow *flow;
	struct esp_cookie *c;
	struct vpnpass_key key;
	struct esp_ike ike;

	if (esp_ike_read(skb, pkt->off + sizeof(struct udphdr), &ike) != ESP_WIRE_OK)
		return esp_ike_only(group);
	esp_cookie_key(&key, &packet->src, &packet->dst, packet, ike.cookie[0]);
	c = esp_cookie_find(vn, &key);
	if (c && !READ_ONCE(c->guest) && c->cookie == ike.cookie[0])
		return READ_ONCE(c->binding.flow);
	if (!esp_ike_begins(&ike) || esp_foreign_entry(vn, skb, pkt, packet))
		return NULL;
	esp_count(vn, ESP_COUNT_IKE_UNKNOWN);
	spin_lock_bh(&group->base.lock);
	flow = esp_ike_unknown(group, &key, &ike);
	spin_unlock_bh(&group->base.lock);
	return flow;
}

/**
 * esp_udp() - a UDP packet to port 500, before conntrack
 * @vn: network namespace
 * @skb: the packet
 * @pkt: where its parts are
 *
 * Packets of clients to their servers come here too, and pass.
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int esp_udp(struct vpnpass_net *vn, struct sk_buff *skb,
		     const struct vpnpass_packet *pkt)
{
	struct vpnpass_key key = {};
	struct vpnpass_flow *flow;
	struct esp_group *group;

	if (pkt->state->hook != NF_INET_PRE_ROUTING)
		return NF_ACCEPT;
	vpnpass_packet_key(&key, skb, pkt);
	group = esp_group_find(vn, &key);
	if (!group || READ_ONCE(group->direct))
		return NF_ACCEPT;
	flow = esp_ike_find(vn, skb, pkt, &key, group);
	/* the user's zones leave the kernel's translation of ports in force */
	if (!flow || flow->zone.dir == NF_CT_DEFAULT_ZONE_DIR)
		return NF_ACCEPT;
	return vpnpass_attach(skb, flow, IP_CT_DIR_REPLY);
}

/**
 * esp_ike_quoted() - whose IKE message an ICMP error quotes
 * @vn: network namespace
 * @skb: ICMP error
 * @off: of the quoted UDP header
 * @key: addresses of the quoted packet, which our side has sent
 *
 * By its cookie, if the router that complains quotes more than the 8 bytes that RFC 792
 * asks for; else only if the server has one client here.
 *
 * Context: RCU read lock.
 * Return: its binding, NULL if that can't be told, ERR_PTR() if it is none of ours.
 */
struct vpnpass_binding *esp_ike_quoted(struct vpnpass_net *vn, const struct sk_buff *skb,
				       unsigned int off, const struct vpnpass_key *key)
{
	struct vpnpass_key back = { .src = key->dst, .dst = key->src, .zone = key->zone,
				    .kind = key->kind & VPNPASS_IPV6 };
	struct esp_group *group = esp_group_find(vn, &back);
	struct vpnpass_flow *flow;
	struct vpnpass_key ckey;
	struct esp_cookie *c;
	const u8 *p;
	u8 _p[8];

	if (!group || READ_ONCE(group->direct))
		return ERR_PTR(-ENOENT);
	p = skb_header_pointer(skb, off + sizeof(struct udphdr), sizeof(_p), _p);
	if (!p) {
		flow = esp_ike_only(group);
	} else {
		esp_cookie_key(&ckey, &back.src, &back.dst, &back, esp_get64(p));
		c = esp_cookie_find(vn, &ckey);
		flow = c && c->cookie == esp_get64(p) ? READ_ONCE(c->binding.flow) : NULL;
	}
	return flow ? &esp_peers_of(flow->control)->ike_binding : NULL;
}
