// SPDX-License-Identifier: GPL-2.0
/* IPsec passthrough: IKE on port 500, and ESP without it, as they pass after NAT. */
#include <linux/udp.h>
#include <net/netfilter/nf_conntrack_acct.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include "esp.h"

/**
 * esp_ike_read() - read an IKE header
 * @skb: packet
 * @off: of the UDP payload
 * @ike: filled in
 *
 * Context: any.
 * Return: ESP_WIRE_OK or why it is none.
 */
enum esp_wire_error esp_ike_read(const struct sk_buff *skb, unsigned int off,
				 struct esp_ike *ike)
{
	u8 _h[ESP_IKE_HEADER_LEN];
	const u8 *h;

	h = skb_header_pointer(skb, off, sizeof(_h), _h);
	if (!h)
		return ESP_WIRE_IKE_SHORT;
	return esp_ike_parse(h, skb->len - off, ike);
}

static bool esp_ike_port(const struct nf_conn *ct)
{
	return ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u.udp.port ==
	       htons(VPNPASS_IKE_PORT);
}

/*
 * Ports of the flow, for the day that its entry has to be made anew. A client behind another
 * router may have flows from other ports beside; conntrack needs no help with them.
 */
static void esp_ports_note(struct esp_peers *peers, const struct nf_conn *ct)
{
	const struct nf_conntrack_tuple *orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	const struct nf_conntrack_tuple *reply = &ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (peers->port[0] && !esp_ike_port(ct))
		return;
	peers->port[0] = orig->src.u.udp.port;
	peers->port[1] = reply->dst.u.udp.port;
	peers->server_port[0] = orig->dst.u.udp.port;
	peers->server_port[1] = reply->src.u.udp.port;
}

/* The entry is the packet's own still. */
static void esp_ike_prepare(struct esp_peers *peers, struct sk_buff *skb, struct nf_conn *ct,
			    enum ip_conntrack_info ctinfo)
{
	if (esp_ike_port(ct) && !peers->group->direct)
		vpnpass_late_zone(skb, ct, ctinfo, peers->id);
	if (ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u.all !=
	    ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u.all)
		esp_count(peers->base.vn, ESP_COUNT_IKE_PORT);
}

static void esp_ike_told(struct esp_peers *peers, const struct esp_ike *ike,
			 enum esp_ike_end from)
{
	struct esp_group *group = peers->group;
	struct esp_ike_event event;

	spin_lock_bh(&group->base.lock);
	if (peers->over || (from == ESP_IKE_CLIENT && !esp_cookie_use(peers, ike)))
		goto unlock;
	event = esp_ike_message(&peers->ike_flow, from, ike, esp_now());
	esp_pair_ike(&group->pair, &peers->client, &event);
	if (event.what != ESP_IKE_NONE)
		peers->active = ++group->serial;
	WRITE_ONCE(peers->stale, true);
unlock:
	spin_unlock_bh(&group->base.lock);
}

static void esp_ike_seen(struct esp_peers *peers, struct nf_conn *ct,
			 enum ip_conntrack_dir dir)
{
	struct vpnpass_control *control = &peers->base;

	spin_lock_bh(&control->lock);
	if (control->dead)
		goto unlock;
	esp_ports_note(peers, ct);
	vpnpass_control_seen(control, ct);
	if (nf_ct_is_confirmed(ct) && esp_ike_port(ct))
		vpnpass_flow_use(&peers->ike, ct);
	peers->ike.last[dir] = jiffies;
	peers->ike.seen |= BIT(dir);
unlock:
	spin_unlock_bh(&control->lock);
}

/*
 * Is this flow to be known? Not one whose port alone is translated: of the router itself, as
 * like as not. What comes from outside, once our side has answered it.
 */
static bool esp_ike_wanted(const struct nf_conn *ct)
{
	if ((ct->status & IPS_SRC_NAT) &&
	    !nf_inet_addr_cmp(&ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple.src.u3,
			      &ct->tuplehash[IP_CT_DIR_REPLY].tuple.dst.u3))
		return true;
	return (ct->status & IPS_DST_NAT) && test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
}

/* The key of a pair, if it can be helped. What can't is counted once for each flow. */
static bool esp_helpable(struct vpnpass_net *vn, const struct nf_conn *ct,
			 struct vpnpass_key *key)
{
	if (esp_peers_key(ct, key))
		return true;
	if (!nf_ct_is_confirmed(ct))
		vpnpass_count(vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_USER_ZONE);
	return false;
}

/**
 * esp_control() - an IKE packet
 * @vn: network namespace
 * @skb: after NAT
 * @ct: its entry
 * @ctinfo: direction
 *
 * Context: RCU read lock.
 * Return: verdict. Nothing is ever changed in a packet but its port.
 */
unsigned int esp_control(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			 enum ip_conntrack_info ctinfo)
{
	int off = vpnpass_upper(skb, ct);
	enum esp_wire_error why;
	struct esp_peers *peers;
	struct vpnpass_key key;
	struct esp_ike ike;

	if (off < 0 || !esp_ike_wanted(ct))
		return NF_ACCEPT;
	if (!esp_helpable(vn, ct, &key))
		return NF_ACCEPT;
	if (!nf_ct_is_confirmed(ct)) {
		if (!esp_peers_find(vn, &key) &&
		    !vpnpass_control_allowed(vn, &esp_engine, &key)) {
			vpnpass_prohibit(skb, key.kind & VPNPASS_IPV6);
			return NF_DROP;
		}
		if (vpnpass_control_mark(ct))
			vpnpass_count(vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_NOMEM);
	}
	peers = esp_peers_get(vn, &key, ct);
	if (!peers)
		return NF_ACCEPT;
	if (!nf_ct_is_confirmed(ct))
		esp_ike_prepare(peers, skb, ct, ctinfo);
	esp_ike_seen(peers, ct, CTINFO2DIR(ctinfo));
	why = esp_ike_read(skb, off + sizeof(struct udphdr), &ike);
	if (why != ESP_WIRE_OK) {
		esp_count_wire(vn, why);
		return NF_ACCEPT;
	}
	esp_count(vn, ESP_COUNT_IKE);
	if (!READ_ONCE(peers->group->direct))
		esp_ike_told(peers, &ike, CTINFO2DIR(ctinfo) == IP_CT_DIR_ORIGINAL ?
					  ESP_IKE_CLIENT : ESP_IKE_SERVER);
	return NF_ACCEPT;
}

/**
 * esp_known() - is this the IKE flow of a pair?
 * @vn: network namespace
 * @ct: conntrack entry without a helper
 *
 * One whose entry we made has no helper that a rule picked.
 *
 * Context: softirq, RCU.
 * Return: true if it is.
 */
bool esp_known(struct vpnpass_net *vn, const struct nf_conn *ct)
{
	struct vpnpass_key key;

	return esp_peers_key(ct, &key) && esp_peers_find(vn, &key);
}

/**
 * esp_foreign_entry() - has somebody else a flow that a packet from a server may be for?
 * @vn: network namespace
 * @skb: the packet
 * @pkt: where its parts are
 * @key: its addresses
 *
 * The router itself, or a client that no rule picked or that was refused. What the server
 * began at our address is such a flow if it is IKE and was answered: by the router itself, or
 * by a gateway behind it.
 *
 * Context: RCU read lock.
 * Return: true if so.
 */
bool esp_foreign_entry(struct vpnpass_net *vn, const struct sk_buff *skb,
		       const struct vpnpass_packet *pkt, const struct vpnpass_key *key)
{
	const struct nf_conntrack_zone zone = { .id = key->zone, .dir = NF_CT_DEFAULT_ZONE_DIR };
	const struct nf_conntrack_tuple *orig;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	struct nf_conn *ct;
	bool foreign;

	if (!nf_ct_get_tuplepr(skb, skb_network_offset(skb), pkt->state->pf, vn->net, &tuple))
		return false;
	h = nf_conntrack_find_get(vn->net, &zone, &tuple);
	if (!h)
		return false;
	ct = nf_ct_tuplehash_to_ctrack(h);
	orig = &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
	if (NF_CT_DIRECTION(h) == IP_CT_DIR_ORIGINAL)
		foreign = orig->dst.protonum == IPPROTO_UDP &&
			  test_bit(IPS_SEEN_REPLY_BIT, &ct->status);
	else
		foreign = nf_inet_addr_cmp(&orig->dst.u3, &key->src) && !esp_known(vn, ct);
	nf_ct_put(ct);
	return foreign;
}

/* Give the replies of a new entry a tuple of their own, and the tool its figures. */
static void esp_make_ours(const struct esp_peers *peers, struct nf_conn *ct)
{
	struct nf_conntrack_tuple reply = ct->tuplehash[IP_CT_DIR_REPLY].tuple;

	if (!vpnpass_ct_sole_owner(ct))
		return;
	reply.dst.u.all = htons(peers->id);
	nf_conntrack_alter_reply(ct, &reply);
	if (!nf_conn_acct_find(ct))
		nf_ct_ext_add(ct, NF_CT_EXT_ACCT, GFP_ATOMIC);
}

/* Remember the packet's SPI. Its entry, if conntrack has it, becomes the tunnel's. */
static void esp_foreign_tunnel(struct esp_peers *peers, const struct sk_buff *skb,
			       struct nf_conn *ct, enum ip_conntrack_info ctinfo)
{
	struct vpnpass_control *control = &peers->base;
	struct vpnpass_tunnel *tunnel = esp_tunnel_get(peers);
	struct vpnpass_key key = control->binding.key;
	int off = vpnpass_upper(skb, ct);
	struct esp_wire esp;

	if (!tunnel)
		return;
	if (nf_ct_is_confirmed(ct)) {
		spin_lock_bh(&control->lock);
		if (!control->dead)
			vpnpass_flow_use(&tunnel->flow, ct);
		spin_unlock_bh(&control->lock);
	} else {
		esp_make_ours(peers, ct);
	}
	if (off < 0 || CTINFO2DIR(ctinfo) != IP_CT_DIR_ORIGINAL ||
	    esp_read(skb, off, &esp) != ESP_WIRE_OK)
		return;
	key.id = htonl(esp.spi);
	key.kind = VPNPASS_DATA | (key.kind & VPNPASS_IPV6);
	esp_sa_out(peers, tunnel, &key, esp.spi);
	esp_out(peers);
}

/**
 * esp_foreign() - an ESP packet with an entry of conntrack's own making
 * @vn: network namespace
 * @skb: after NAT
 * @ct: its entry
 * @ctinfo: direction
 *
 * Keys set by hand, IKE with NAT traversal that does not use it for data, or a tunnel that
 * is older than this module. NAT has chosen the client's address.
 *
 * Context: RCU read lock.
 * Return: verdict.
 */
unsigned int esp_foreign(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			 enum ip_conntrack_info ctinfo)
{
	struct vpnpass_tunnel *tunnel;
	struct esp_peers *peers;
	struct vpnpass_key key;

	if (!(ct->status & IPS_SRC_NAT))
		return NF_ACCEPT;
	if (!esp_helpable(vn, ct, &key))
		return NF_ACCEPT;
	peers = esp_peers_get(vn, &key, ct);
	if (!peers)
		return NF_ACCEPT;
	tunnel = rcu_dereference(peers->tunnel);
	if (!tunnel || rcu_access_pointer(tunnel->flow.ct) != ct)
		esp_foreign_tunnel(peers, skb, ct, ctinfo);
	return NF_ACCEPT;
}
