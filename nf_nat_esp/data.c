// SPDX-License-Identifier: GPL-2.0
/* IPsec passthrough: the data, ESP (RFC 4303). */
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/xfrm.h>
#include "esp.h"

/**
 * esp_read() - read an ESP header
 * @skb: packet
 * @off: of the header
 * @esp: filled in
 *
 * Context: any.
 * Return: ESP_WIRE_OK or why it is none.
 */
enum esp_wire_error esp_read(const struct sk_buff *skb, unsigned int off, struct esp_wire *esp)
{
	u8 _h[ESP_HEADER_LEN];
	const u8 *h;

	h = skb_header_pointer(skb, off, sizeof(_h), _h);
	if (!h)
		return ESP_WIRE_ESP_SHORT;
	return esp_wire_parse(h, sizeof(_h), esp);
}

static unsigned int esp_attach(struct sk_buff *skb, struct vpnpass_flow *flow,
			       enum ip_conntrack_dir dir)
{
	vpnpass_count(flow->control->vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_DATA);
	return vpnpass_attach(skb, flow, dir);
}

/* From client to server. */

/* It answers, maybe: that tells something of undecided SPIs. */
static noinline void esp_out_told(struct esp_peers *peers)
{
	struct esp_group *group = peers->group;

	spin_lock_bh(&group->base.lock);
	if (!peers->over)
		esp_pair_out(&group->pair, &peers->client, esp_now());
	spin_unlock_bh(&group->base.lock);
	esp_tunnel_update(peers);
}

/**
 * esp_out() - a client has sent an ESP packet to its server
 * @peers: the two
 *
 * Context: softirq, RCU read lock, no locks held.
 */
void esp_out(struct esp_peers *peers)
{
	if (unlikely(esp_pair_out_matters(&peers->client)) && !READ_ONCE(peers->group->direct))
		esp_out_told(peers);
	else
		esp_pair_out_note(&peers->client, esp_now_coarse());
}

static unsigned int esp_data_out(struct sk_buff *skb, struct esp_sa *sa)
{
	struct vpnpass_flow *flow = sa->data.flow;
	unsigned long now = jiffies;

	esp_out(esp_peers_of(flow->control));
	if (READ_ONCE(sa->last) != now)	/* keeps the cache line clean */
		WRITE_ONCE(sa->last, now);
	return esp_attach(skb, flow, IP_CT_DIR_ORIGINAL);
}

/* The first packet with an SPI. */
static unsigned int esp_data_out_new(struct sk_buff *skb, struct esp_peers *peers,
				     const struct vpnpass_key *key, const struct esp_wire *esp)
{
	struct vpnpass_tunnel *tunnel = esp_tunnel_get(peers);

	if (!tunnel)
		return NF_ACCEPT;
	esp_sa_out(peers, tunnel, key, esp->spi);
	esp_out(peers);
	esp_tunnel_update(peers);
	return esp_attach(skb, &tunnel->flow, IP_CT_DIR_ORIGINAL);
}

/* From server to client. */

static unsigned int esp_give(struct sk_buff *skb, struct esp_pair_client *client)
{
	struct esp_peers *peers = esp_client_peers(client);
	struct vpnpass_tunnel *tunnel = esp_tunnel_get(peers);

	if (unlikely(!tunnel))
		return NF_DROP;
	if (unlikely(READ_ONCE(peers->stale)))
		esp_tunnel_update(peers);
	return esp_attach(skb, &tunnel->flow, IP_CT_DIR_REPLY);
}

static void esp_give_copy(struct sk_buff *skb, const struct vpnpass_packet *pkt,
			  struct esp_pair_client *client)
{
	struct esp_peers *peers = esp_client_peers(client);
	struct vpnpass_tunnel *tunnel = esp_tunnel_get(peers);

	if (!tunnel)
		return;
	if (tunnel->state == VPNPASS_STATE_SETUP) {
		WRITE_ONCE(peers->stale, true);
		esp_tunnel_update(peers);
	}
	vpnpass_send_copy(skb, &tunnel->flow, IP_CT_DIR_REPLY, pkt->state);
}

/*
 * Carry out group->decision. Copies first, so that the packet itself is ours for as long. If
 * it may be for somebody whom we don't help, all of ours get copies and it goes on as if
 * we weren't there. group->base.lock held, released here.
 */
static unsigned int esp_carry_out(struct esp_group *group, struct sk_buff *skb,
				  const struct vpnpass_packet *pkt, bool foreign)
	__releases(&group->base.lock)
{
	const struct esp_pair_decision *d = &group->decision;
	struct esp_pair_client *first = d->to[0], **to = NULL;
	unsigned int n = d->verdict == ESP_PAIR_DELIVER ? d->n : 0, i;
	unsigned int verdict = d->verdict == ESP_PAIR_DROP && !foreign ? NF_DROP : NF_ACCEPT;

	if (n > !foreign && vpnpass_may_copy(skb, pkt->state))
		to = kmemdup(d->to, n * sizeof(*to), GFP_ATOMIC);
	spin_unlock_bh(&group->base.lock);
	if (n > !foreign && !to)
		esp_count(group->base.vn, ESP_COUNT_COPY_FAILED);
	for (i = !foreign; to && i < n; i++)
		esp_give_copy(skb, pkt, to[i]);
	kfree(to);
	return n && !foreign ? esp_give(skb, first) : verdict;
}

static void esp_limits(struct esp_group *group)
{
	group->pair.limits.rounds = vpnpass_param(group->base.vn, VPNPASS_PROTO_IPSEC,
						  ESP_PARAM_COPIES);
}

/* A packet of a known SPI that tells something. group->base.lock held, released here. */
static unsigned int esp_data_in_known(struct esp_group *group, struct esp_sa *sa,
				      struct sk_buff *skb, const struct vpnpass_packet *pkt,
				      u32 seq, bool foreign)
	__releases(&group->base.lock)
{
	struct esp_pair_client *owner = sa->in.owner;
	u8 state = sa->in.state;

	esp_limits(group);
	esp_pair_in(&group->pair, &sa->in, seq, esp_now(), &group->decision);
	if (sa->in.owner && (sa->in.owner != owner || sa->in.state != state))
		esp_sa_trim(group, sa->in.owner);
	/* what is settled is nobody else's */
	return esp_carry_out(group, skb, pkt, foreign && sa->in.state != ESP_PAIR_UP);
}

static unsigned int esp_data_in(struct sk_buff *skb, const struct vpnpass_packet *pkt,
				struct esp_sa *sa, const struct esp_wire *esp)
{
	struct esp_group *group = sa->group;
	struct esp_pair_client *client;
	bool foreign;

	client = esp_pair_in_known(&sa->in, esp->seq, esp_now_coarse());
	if (likely(client))
		return esp_give(skb, client);
	foreign = READ_ONCE(sa->in.state) != ESP_PAIR_UP &&
		  esp_foreign_entry(group->base.vn, skb, pkt, &sa->data.key);
	spin_lock_bh(&group->base.lock);
	if (!group->base.dead && sa->data.bound)
		return esp_data_in_known(group, sa, skb, pkt, esp->seq, foreign);
	spin_unlock_bh(&group->base.lock);
	return NF_DROP;
}

/* The SA ends here: the router is an IPsec gateway itself. */
static bool esp_is_own(struct vpnpass_net *vn, const struct sk_buff *skb,
		       const struct vpnpass_key *key)
{
#ifdef CONFIG_XFRM
	struct xfrm_state *x;

	x = xfrm_state_lookup(vn->net, skb->mark, (const xfrm_address_t *)&key->dst, key->id,
			      IPPROTO_ESP, key->kind & VPNPASS_IPV6 ? AF_INET6 : AF_INET);
	if (!x)
		return false;
	xfrm_state_put(x);
	esp_count(vn, ESP_COUNT_OWN);
	return true;
#else
	return false;
#endif
}

/* How long ago a client has sent something, in ms. */
static u64 esp_silent(struct esp_pair_client *client, u64 now)
{
	const struct vpnpass_flow *ike = &esp_client_peers(client)->ike;
	u64 esp = esp_since(READ_ONCE(client->out_last), now);
	unsigned long ticks = jiffies - READ_ONCE(ike->last[IP_CT_DIR_ORIGINAL]);

	if (!(READ_ONCE(ike->seen) & BIT(IP_CT_DIR_ORIGINAL)))
		return esp;
	return min_t(u64, esp, jiffies_to_msecs(ticks));
}

/* All that the server sends is for the group's only client: by our address that it uses now. */
static void esp_pair_direct(struct esp_group *group, struct esp_sa *sa,
			    const struct esp_wire *esp)
{
	struct esp_pair_client *client, *each;
	u64 now = esp_now_coarse();

	client = list_first_entry(&group->pair.clients, struct esp_pair_client, list);
	list_for_each_entry(each, &group->pair.clients, list)
		if (esp_silent(each, now) < esp_silent(client, now))
			client = each;
	esp_sa_own(esp_client_peers(client), sa, esp, 0);
	group->decision.verdict = ESP_PAIR_DELIVER;
	group->decision.n = 1;
	group->decision.to[0] = client;
}

/* group->base.lock held, released here */
static unsigned int esp_data_in_first(struct esp_group *group, struct esp_sa *sa,
				      struct sk_buff *skb, const struct vpnpass_packet *pkt,
				      const struct esp_wire *esp, bool foreign)
	__releases(&group->base.lock)
{
	esp_limits(group);
	if (group->direct)
		esp_pair_direct(group, sa, esp);
	else
		esp_pair_in_add(&group->pair, &sa->in, esp, esp_now(), &group->decision);
	if (group->decision.verdict != ESP_PAIR_DELIVER)
		esp_sa_drop_in(group, sa);
	else if (esp_sa_keep_in(group, sa))
		group->decision.verdict = ESP_PAIR_DROP;
	return esp_carry_out(group, skb, pkt, foreign);
}

static unsigned int esp_data_in_new(struct esp_group *group, struct sk_buff *skb,
				    const struct vpnpass_packet *pkt,
				    const struct vpnpass_key *key, const struct esp_wire *esp)
{
	struct vpnpass_net *vn = group->base.vn;
	struct vpnpass_binding *b;
	struct esp_sa *sa;
	bool foreign;

	if (esp_is_own(vn, skb, key))
		return NF_ACCEPT;
	foreign = esp_foreign_entry(vn, skb, pkt, key);
	sa = esp_sa_new(group, key);
	if (!sa)
		return NF_DROP;
	sa->data.dir = IP_CT_DIR_REPLY;
	INIT_LIST_HEAD(&sa->unsure);
	spin_lock_bh(&group->base.lock);
	b = vpnpass_lookup(vn, key);
	if (!b && !group->base.dead)
		return esp_data_in_first(group, sa, skb, pkt, esp, foreign);
	kfree(sa);
	/* another CPU was faster */
	if (!group->base.dead && b->dir == IP_CT_DIR_REPLY && esp_sa_of(b)->group == group)
		return esp_data_in_known(group, esp_sa_of(b), skb, pkt, esp->seq, foreign);
	spin_unlock_bh(&group->base.lock);
	return NF_DROP;
}

/* An SPI that is not known. */
static noinline unsigned int esp_data_new(struct vpnpass_net *vn, struct sk_buff *skb,
					  const struct vpnpass_packet *pkt,
					  const struct vpnpass_key *key,
					  const struct esp_wire *esp)
{
	struct esp_peers *peers = esp_peers_find(vn, key);
	struct esp_group *group;

	if (peers)
		return esp_data_out_new(skb, peers, key, esp);
	group = esp_group_find(vn, key);
	if (group)
		return esp_data_in_new(group, skb, pkt, key, esp);
	vpnpass_count(vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_DATA_UNKNOWN);
	return NF_ACCEPT;
}

/**
 * esp_data() - an ESP or AH packet before conntrack
 * @vn: network namespace
 * @skb: the packet
 * @pkt: where its parts are
 *
 * The router's own packets pass. So does AH, whose checksum covers the addresses: no NAT can
 * help it (RFC 3715, 2.1).
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int esp_data(struct vpnpass_net *vn, struct sk_buff *skb,
		      const struct vpnpass_packet *pkt)
{
	struct vpnpass_binding *b;
	enum esp_wire_error why;
	struct vpnpass_key key;
	struct esp_wire esp;

	if (unlikely(pkt->state->hook != NF_INET_PRE_ROUTING))
		return NF_ACCEPT;
	if (unlikely(pkt->l4proto == IPPROTO_AH)) {
		esp_count(vn, ESP_COUNT_AH);
		return NF_ACCEPT;
	}
	why = esp_read(skb, pkt->off, &esp);
	if (unlikely(why != ESP_WIRE_OK)) {
		esp_count_wire(vn, why);
		return NF_ACCEPT;
	}
	key.l4proto = IPPROTO_ESP;
	vpnpass_packet_key(&key, skb, pkt);
	key.id = htonl(esp.spi);
	b = vpnpass_lookup(vn, &key);
	if (unlikely(!b))
		return esp_data_new(vn, skb, pkt, &key, &esp);
	if (b->dir == IP_CT_DIR_ORIGINAL)
		return esp_data_out(skb, esp_sa_of(b));
	return esp_data_in(skb, pkt, esp_sa_of(b), &esp);
}

/**
 * esp_error() - find the flow of a packet quoted in an ICMP error
 * @vn: network namespace
 * @skb: ICMP error
 * @off: of the quoted ESP or UDP header
 * @key: addresses of the quoted packet
 *
 * Of ESP the 8 bytes that RFC 792 asks for are enough: they hold the SPI.
 *
 * Context: RCU read lock.
 * Return: its binding; NULL if it is not known, ERR_PTR() if it is none of ours.
 */
struct vpnpass_binding *esp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
				  unsigned int off, struct vpnpass_key *key)
{
	struct vpnpass_binding *b;
	struct esp_wire esp;

	if (key->l4proto == IPPROTO_UDP)
		return esp_ike_quoted(vn, skb, off, key);
	if (key->l4proto != IPPROTO_ESP || esp_read(skb, off, &esp) != ESP_WIRE_OK)
		return ERR_PTR(-EPROTO);
	key->id = htonl(esp.spi);
	b = vpnpass_lookup(vn, key);
	if (b)
		return b;
	key->id = 0;	/* quoted inside, where the client is named */
	return vpnpass_lookup(vn, key);
}
