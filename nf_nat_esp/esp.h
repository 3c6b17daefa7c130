/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IPsec passthrough: what the module's own files share.
 *
 * A client/server pair is a struct esp_peers: the control flow (IKE), and one tunnel that
 * stands for all SAs between the two, with one conntrack entry. All pairs of a server and
 * one of our addresses are a group, as their inbound SPIs can be confused. Each SPI is an
 * SA with a binding; pair.h decides whose an inbound one is.
 *
 * Locks: control->lock (of the pair), inside it group->lock, inside that vn->lock.
 */
#ifndef NF_NAT_ESP_H
#define NF_NAT_ESP_H

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include "../kmod/vpnpass.h"
#include "pair.h"

#define ESP_COOKIES_MAX		8	/* IKE SAs of a pair that are told apart */
#define ESP_GUESTS_MAX		16	/* cookies of a server that nobody has answered yet */
#define ESP_GUEST_TIMEOUT	(60 * HZ)
#define ESP_GUEST_RETRY		(HZ / 2)	/* a repeated message goes to the next client */
#define ESP_OUTS_MAX		64	/* SPIs that a client may use towards a server */
#define ESP_INS_MAX		64	/* SPIs that it may own */
#define ESP_UNSURE_MAX		256	/* SPIs of a group whose owner isn't certain */
#define ESP_UNSURE_TIMEOUT	(120 * MSEC_PER_SEC)

/* Parameters, after those that every protocol has. */
enum {
	ESP_PARAM_COPIES = VPNPASS_PARAM_OWN,
	ESP_PARAM_MAX,
};

/* Counters of the kernel side; those of the pure files follow. */
#define ESP_COUNTS(X) \
	X(IKE, "ike-packets", \
	  "IKE packets on port 500 that were read") \
	X(IKE_UNKNOWN, "ike-unknown-cookie", \
	  "IKE packets from a server with an unknown cookie, given to the likeliest client") \
	X(IKE_PORT, "ike-port-translated", \
	  "Clients whose IKE port had to be translated: no conntrack zones, or the user's own") \
	X(IKE_COOKIES, "ike-cookie-taken", \
	  "IKE packets whose cookie another client of the server uses already") \
	X(COOKIE_CAP, "ike-cookie-cap", \
	  "IKE SAs of a client forgotten because it began too many") \
	X(GUEST_CAP, "ike-guest-cap", \
	  "IKE messages on unknown IKE SAs of a server that had too many of these already") \
	X(AH, "ah-packets", \
	  "AH packets, which no NAT can pass; left to conntrack") \
	X(OWN, "esp-own-sa", \
	  "Packets of SAs that end at this router; left to it") \
	X(SA_CAP, "esp-sa-cap", \
	  "SPIs forgotten or not remembered because a client or server uses too many") \
	X(COPY_FAILED, "esp-copy-failed", \
	  "Ambiguous packets that could not be copied and went to the likeliest client alone")

enum esp_count {
#define X(id, name, doc) ESP_COUNT_##id,
	ESP_COUNTS(X)
#undef X
	ESP_COUNT_MAX,
};

struct esp_group;

extern atomic64_t esp_clock_offset;	/* of jiffies from the monotonic clock, in ms */

/**
 * struct esp_cookie - an IKE SA, by its initiator's cookie
 * @binding: server and our address, a hash of the cookie as id
 * @list: in esp_peers.cookies, or in esp_group.guests while @guest
 * @cookie: all of it
 * @last: jiffies of the last message
 * @guest: it came from outside and no client has answered it yet
 * @new_sa: it begins an IKE SA: the server's wish to re-key, no message of a known one
 * @rank: of the client that got the last message, see esp_ike_guess()
 * @rcu: for the end
 *
 * The binding's flow is that of the pair that gets its messages.
 */
struct esp_cookie {
	struct vpnpass_binding binding;
	struct list_head list;
	u64 cookie;
	unsigned long last;
	bool guest;
	bool new_sa;
	u32 rank;
	struct rcu_head rcu;
};

/**
 * struct esp_sa - an SA, by its SPI
 * @data: how its packets are recognised. Outbound ones have a flow; inbound ones belong to
 *	the owner that @in has.
 * @group: where it is
 * @last: jiffies of the latest outbound packet
 * @in: inbound: what the pairing knows
 * @unsure: inbound: in esp_group.unsure while its owner isn't certain
 * @out: outbound: what the pairing knows
 * @error: outbound: how routers outside quote them
 * @rcu: for the end
 */
struct esp_sa {
	struct vpnpass_binding data;
	struct esp_group *group;
	unsigned long last;
	union {
		struct {
			struct esp_pair_in in;
			struct list_head unsure;
		};
		struct {
			struct esp_pair_out out;
			struct vpnpass_binding error;
		};
	};
	struct rcu_head rcu;
};

/**
 * struct esp_group - all pairs of one server and one of our addresses
 * @base: for the core; its lock guards this struct, its members' @client, @ike_flow, SAs
 *	and cookies
 * @pair: the pairing
 * @unsure: inbound SAs whose owner isn't certain, oldest first
 * @nunsure: how many
 * @guests: cookies of the server that nobody has answered yet, oldest first
 * @nguests: how many
 * @serial: last rank given
 * @aged: jiffies of the last look at what is over
 * @decision: for the one packet that is being looked at
 * @direct: its pairs' client isn't translated, so that all from the server is for it; several
 *	pairs are the client by several of our addresses
 */
struct esp_group {
	struct vpnpass_group base;
	struct esp_pair_group pair;
	struct list_head unsure;
	unsigned int nunsure;
	struct list_head guests;
	unsigned int nguests;
	u32 serial;
	unsigned long aged;
	struct esp_pair_decision decision;
	bool direct;
};

/**
 * struct esp_peers - a client and its server
 * @base: the control flow; its key has no ports, and is of ESP
 * @group: where the client is a member
 * @client: what the pairing knows
 * @ike: the IKE flow's entry
 * @ike_binding: what ICMP errors about IKE are given, not in the table
 * @port: the IKE flow's port at the client, and as the server sees it
 * @server_port: the server's, as the client knows it, and its own
 * @ike_flow: what its IKE messages have told
 * @cookies: its IKE SAs, oldest first
 * @tunnel: the ESP data; NULL until there is any. RCU
 * @born: rank of its latest IKE SA
 * @active: rank of its latest IKE message that told something
 * @id: what makes the reply tuples of its entries unique, and their zone
 * @ncookies: length of @cookies
 * @nouts: outbound SAs
 * @over: it has left its group
 * @stale: the tunnel's state is to be looked at again
 */
struct esp_peers {
	struct vpnpass_control base;
	struct esp_group *group;
	struct esp_pair_client client;
	struct vpnpass_flow ike;
	struct vpnpass_binding ike_binding;
	__be16 port[2];
	__be16 server_port[2];
	struct esp_ike_flow ike_flow;
	struct list_head cookies;
	struct vpnpass_tunnel __rcu *tunnel;
	u32 born;
	u32 active;
	u16 id;
	u8 ncookies;
	u8 nouts;
	bool over;
	bool stale;
};

static inline struct esp_peers *esp_peers_of(struct vpnpass_control *control)
{
	return container_of(control, struct esp_peers, base);
}

static inline struct esp_group *esp_group_from(struct vpnpass_group *base)
{
	return container_of(base, struct esp_group, base);
}

static inline struct esp_peers *esp_client_peers(struct esp_pair_client *client)
{
	return container_of(client, struct esp_peers, client);
}

static inline struct esp_sa *esp_sa_of(struct vpnpass_binding *data)
{
	return container_of(data, struct esp_sa, data);
}

static inline void esp_count(struct vpnpass_net *vn, enum esp_count what)
{
	vpnpass_count(vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_MAX + what);
}

static inline void esp_count_wire(struct vpnpass_net *vn, enum esp_wire_error why)
{
	vpnpass_count(vn, VPNPASS_PROTO_IPSEC, VPNPASS_COUNT_MAX + ESP_COUNT_MAX + why - 1);
}

static inline void esp_count_pair(struct vpnpass_net *vn, enum esp_pair_count what, u32 n)
{
	this_cpu_add(vn->engines[VPNPASS_PROTO_IPSEC].stats[VPNPASS_COUNT_MAX + ESP_COUNT_MAX +
							    ESP_WIRE_MAX - 1 + what], n);
}

/* The pairing's time: milliseconds of any clock, never 0. Cheap, up to one jiffy late. */
static inline u64 esp_now_coarse(void)
{
#if MSEC_PER_SEC % HZ
	return jiffies64_to_msecs(get_jiffies_64());
#else
	return get_jiffies_64() * (MSEC_PER_SEC / HZ);
#endif
}

/* The same to the millisecond: how soon a client answers is what tells clients apart. */
static inline u64 esp_now(void)
{
	u64 ms = div_u64(ktime_get_ns(), NSEC_PER_MSEC), was = atomic64_read(&esp_clock_offset);
	u64 offset = esp_clock(was, ms, esp_now_coarse());

	if (unlikely(offset != was))
		atomic64_set(&esp_clock_offset, offset);
	return ms + offset;
}

/* main.c */
extern const struct vpnpass_engine esp_engine;

/* peers.c */
bool esp_peers_key(const struct nf_conn *ct, struct vpnpass_key *key);
struct esp_peers *esp_peers_find(struct vpnpass_net *vn, const struct vpnpass_key *packet);
struct esp_peers *esp_peers_get(struct vpnpass_net *vn, const struct vpnpass_key *key,
				struct nf_conn *ct);
int esp_peers_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec);
struct vpnpass_tunnel *esp_tunnel_get(struct esp_peers *peers);
void esp_tunnel_update(struct esp_peers *peers);
void esp_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
	       struct nf_conntrack_tuple *t);
bool esp_gc(struct vpnpass_control *control);
void esp_tunnels_end(struct vpnpass_control *control);

/* group.c */
extern const struct vpnpass_group_ops esp_group_ops;
struct esp_group *esp_group_find(struct vpnpass_net *vn, const struct vpnpass_key *packet);
void esp_group_age(struct esp_group *group);

/* sa.c */
extern const struct esp_pair_ops esp_pair_ops;
struct esp_sa *esp_sa_new(struct esp_group *group, const struct vpnpass_key *packet);
void esp_sa_out(struct esp_peers *peers, struct vpnpass_tunnel *tunnel,
		const struct vpnpass_key *packet, u32 spi);
void esp_sa_end_outs(struct esp_peers *peers);
int esp_sa_keep_in(struct esp_group *group, struct esp_sa *sa);
void esp_sa_own(struct esp_peers *peers, struct esp_sa *sa, const struct esp_wire *esp, u32 mate);
void esp_sa_drop_in(struct esp_group *group, struct esp_sa *sa);
void esp_sa_trim(struct esp_group *group, struct esp_pair_client *client);
void esp_sa_end(struct esp_group *group);
void esp_sa_age(struct esp_group *group);
void esp_sa_age_outs(struct esp_peers *peers);

/* cookie.c */
void esp_cookie_init(void);
int esp_cookie_restore(struct esp_peers *peers, const u64 cookie[2]);
bool esp_cookie_use(struct esp_peers *peers, const struct esp_ike *ike);
void esp_cookies_end(struct esp_peers *peers);
void esp_guests_age(struct esp_group *group, bool all);
unsigned int esp_udp(struct vpnpass_net *vn, struct sk_buff *skb,
		     const struct vpnpass_packet *pkt);
struct vpnpass_binding *esp_ike_quoted(struct vpnpass_net *vn, const struct sk_buff *skb,
				       unsigned int off, const struct vpnpass_key *key);

/* control.c */
enum esp_wire_error esp_ike_read(const struct sk_buff *skb, unsigned int off,
				 struct esp_ike *ike);
unsigned int esp_control(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			 enum ip_conntrack_info ctinfo);
bool esp_foreign_entry(struct vpnpass_net *vn, const struct sk_buff *skb,
		       const struct vpnpass_packet *pkt, const struct vpnpass_key *key);
bool esp_known(struct vpnpass_net *vn, const struct nf_conn *ct);
unsigned int esp_foreign(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			 enum ip_conntrack_info ctinfo);

/* data.c */
enum esp_wire_error esp_read(const struct sk_buff *skb, unsigned int off, struct esp_wire *esp);
void esp_out(struct esp_peers *peers);
unsigned int esp_data(struct vpnpass_net *vn, struct sk_buff *skb,
		      const struct vpnpass_packet *pkt);
struct vpnpass_binding *esp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
				  unsigned int off, struct vpnpass_key *key);

/* save.c */
bool esp_save(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec);
int esp_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec);

#endif /* NF_NAT_ESP_H */
