/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vpnpass: interface between the core (nf_vpnpass.ko) and the protocol modules.
 *
 * A protocol module registers itself as a struct vpnpass_engine. The core then calls it
 *  - for each packet of its data protocol before conntrack     (->data),
 *  - for each packet of a UDP control flow before conntrack    (->udp),
 *  - for each ICMP error that quotes such a packet             (->error),
 *  - for each packet of a control flow after source NAT        (->control),
 *  - for each data packet after source NAT that has an entry
 *    of conntrack's own making                                 (->foreign),
 *  - every few seconds for each control flow                   (->gc),
 * and the module answers with what it knows: control flows (struct
 * vpnpass_control), the tunnels that they negotiate (struct vpnpass_tunnel), and
 * the bindings by which the tunnels' packets are recognised (struct
 * vpnpass_binding).
 *
 * Names of addresses and ids. "Client" is the end that opened the control flow.
 *
 *     client ---------------- NAT ---------------- server
 *     (client  > server       )      ORIGINAL, as the client sees it
 *              (client_mapped > server_mapped)     ... as the server sees it
 *
 * Source NAT makes client and client_mapped differ, destination NAT server and
 * server_mapped, hairpin NAT both.
 *
 * Locks: control->lock guards a control flow, its tunnels and the conntrack
 * entries of these; group->lock (inside it) what the flows of a server share.
 * vn->lock (inside both) guards the lists and the caps. Packets
 * find bindings and tunnels under RCU alone.
 */
#ifndef _VPNPASS_H
#define _VPNPASS_H

#include <linux/idr.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/list.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_vpnpass.h>
#include <net/netfilter/nf_conntrack.h>
#include "compat/compat.h"
#include "counter.h"
#include "record.h"

struct vpnpass_net;
struct vpnpass_flow;
struct vpnpass_control;

#define VPNPASS_PROTOS		(VPNPASS_PROTO_IPSEC + 1)
#define VPNPASS_PARAMS_MAX	4
#define VPNPASS_PPTP_PORT	1723
#define VPNPASS_L2TP_PORT	1701
#define VPNPASS_IKE_PORT	500
#define VPNPASS_GC_INTERVAL	(2 * HZ)

/* Ids of group members are conntrack zones too: the low ones are left to users. */
#define VPNPASS_ZONE_MIN	0x8000
#define VPNPASS_ZONE_MAX	0xffff

/**
 * struct vpnpass_binding - entry of the one table
 * @node: in vpnpass_net.table
 * @key: what is looked up
 * @flow: whose packet it is; NULL for VPNPASS_GROUP, and for VPNPASS_CONTROL unless the
 *	protocol attaches control packets too
 * @id: what the packet's id becomes on the other side; equals key.id mostly
 * @dir: direction of the (quoted) packet
 * @bound: inserted in the table; changes under control->lock
 */
struct vpnpass_binding {
	struct rhash_head node;
	struct vpnpass_key key;
	struct vpnpass_flow *flow;
	__be32 id;
	u8 dir;
	bool bound;
};

/**
 * enum vpnpass_slot - a tunnel's bindings
 * @VPNPASS_TO_SERVER: data from client to server
 * @VPNPASS_TO_CLIENT: data from server to client
 * @VPNPASS_ERR_TO_SERVER: data from client to server, quoted outside
 * @VPNPASS_ERR_TO_CLIENT: data from server to client, quoted inside
 * @VPNPASS_SLOTS: how many
 *
 * The first two equal IP_CT_DIR_ORIGINAL and IP_CT_DIR_REPLY.
 */
enum vpnpass_slot {
	VPNPASS_TO_SERVER,
	VPNPASS_TO_CLIENT,
	VPNPASS_ERR_TO_SERVER,
	VPNPASS_ERR_TO_CLIENT,
	VPNPASS_SLOTS,
};

/**
 * vpnpass_packet_key() - what a data packet's addresses say
 * @key: zone, addresses and kind are filled in; of an IPv4 key the first words only, as no
 *	others are looked at
 * @skb: the packet, before NAT
 * @pkt: where its parts are
 */
static inline void vpnpass_packet_key(struct vpnpass_key *key, const struct sk_buff *skb,
				      const struct vpnpass_packet *pkt)
{
	key->zone = pkt->zone;
	if (likely(!pkt->ipv6)) {
		key->src.ip = ip_hdr(skb)->saddr;
		key->dst.ip = ip_hdr(skb)->daddr;
		key->kind = VPNPASS_DATA;
		return;
	}
	key->src.in6 = ipv6_hdr(skb)->saddr;
	key->dst.in6 = ipv6_hdr(skb)->daddr;
	key->kind = VPNPASS_DATA | VPNPASS_IPV6;
}

struct vpnpass_engine;
struct vpnpass_group;

/**
 * struct vpnpass_group_ops - what a protocol does for its groups
 * @alloc: zeroed memory for the protocol's own struct, or NULL. Softirq
 * @enter: a control flow joins; control->lock and group->lock held
 * @leave: it leaves; likewise
 * @end: nobody is left; group->lock held; optional
 */
struct vpnpass_group_ops {
	struct vpnpass_group *(*alloc)(void);
	void (*enter)(struct vpnpass_group *group, struct vpnpass_control *control);
	void (*leave)(struct vpnpass_group *group, struct vpnpass_control *control);
	void (*end)(struct vpnpass_group *group);
};

/**
 * struct vpnpass_group - the control flows between a server and one of our addresses, first
 *	member of the protocol's own
 * @binding: VPNPASS_GROUP: server and our address as packets from the server have them
 * @vn: network namespace
 * @ops: protocol
 * @lock: inside control->lock, guards what is the protocol's own
 * @ids: ids of members
 * @members: how many
 * @dead: off the table, memory freed after a grace period
 * @rcu: for the end
 */
struct vpnpass_group {
	struct vpnpass_binding binding;
	struct vpnpass_net *vn;
	const struct vpnpass_group_ops *ops;
	spinlock_t lock;	/* the protocol's own */
	struct ida ids;
	unsigned int members;
	bool dead;
	struct rcu_head rcu;
};

/**
 * struct vpnpass_control - a control flow, first member of the module's own
 * @list: in vpnpass_net.controls
 * @lock: guards this struct, its tunnels and their conntrack entries
 * @vn: network namespace
 * @engine: protocol
 * @binding: VPNPASS_CONTROL binding; key holds client, server and ports
 * @server_mapped: the server's own address
 * @client_mapped: the client's address as the server sees it
 * @ct: conntrack entry, one reference; NULL while there is none
 * @last: jiffies of the last control packet
 * @dead: taken off the list and the table, memory freed after a grace period
 * @rcu: for the end
 */
struct vpnpass_control {
	struct list_head list;
	spinlock_t lock;	/* this struct, its tunnels and their entries */
	struct vpnpass_net *vn;
	const struct vpnpass_engine *engine;
	struct vpnpass_binding binding;
	union nf_inet_addr server_mapped;
	union nf_inet_addr client_mapped;
	struct nf_conn *ct;
	unsigned long last;
	bool dead;
	struct rcu_head rcu;
};

/**
 * struct vpnpass_flow - a flow whose conntrack entry we make or find ourselves
 * @control: the control flow that it belongs to, outlives it
 * @ct: conntrack entry, one reference, taken anew when the entry is gone; read under
 *	RCU, written under control->lock
 * @zone: conntrack zone of the entry
 * @last: jiffies of the last packet in each direction
 * @seen: BIT(direction) that had a packet
 * @dead: gets no entry any more
 * @is_control: the control flow itself, which has no master
 * @had_entry: the next one is not its first
 * @kills: how many entries in a row were ended at their first packet
 * @mark: connection mark for the next entry
 * @masq_index: its interface, if its source address is that of one
 * @packets: packets of former entries, per direction
 * @bytes: bytes of former entries, per direction
 */
struct vpnpass_flow {
	struct vpnpass_control *control;
	struct nf_conn __rcu *ct;
	struct nf_conntrack_zone zone;
	unsigned long last[IP_CT_DIR_MAX];
	u8 seen;
	bool dead;
	bool is_control;
	bool had_entry;
	u8 kills;
	u32 mark;
	int masq_index;
	u64 packets[IP_CT_DIR_MAX];
	u64 bytes[IP_CT_DIR_MAX];
};

/**
 * struct vpnpass_tunnel - one tunnel, first member of the module's own
 * @list: in vpnpass_net.tunnels
 * @flow: its data packets
 * @slot: the bindings; all addresses and ids of the tunnel are in the first two
 * @state: enum vpnpass_state
 * @up: has been up: data packets pass
 * @created: boot time in ns
 * @rcu: for the end
 */
struct vpnpass_tunnel {
	struct list_head list;
	struct vpnpass_flow flow;
	struct vpnpass_binding slot[VPNPASS_SLOTS];
	u8 state;
	bool up;
	u64 created;
	struct rcu_head rcu;
};

static inline struct vpnpass_tunnel *vpnpass_tunnel_of(struct vpnpass_flow *flow)
{
	return container_of(flow, struct vpnpass_tunnel, flow);
}

/**
 * struct vpnpass_param - a per-netns parameter of a protocol, shown as sysctl
 * @name: sysctl below net.netfilter.nf_vpnpass
 * @def: default
 * @min: smallest value allowed
 * @max: largest value allowed
 */
struct vpnpass_param {
	const char *name;
	unsigned int def;
	unsigned int min;
	unsigned int max;
};

/* Parameters every protocol has, in seconds, by index; its own follow. */
enum {
	VPNPASS_PARAM_TIMEOUT_UNREPLIED,
	VPNPASS_PARAM_TIMEOUT,
	VPNPASS_PARAM_OWN,
};

/**
 * struct vpnpass_engine - a protocol module
 * @id: enum vpnpass_proto
 * @name: as in sysctl, tool and counters
 * @helper: name of the "ct helper" type that picks control flows
 * @control_l4proto: IPPROTO_TCP or IPPROTO_UDP
 * @control_port: port that mode "on" picks, in either the client's or the
 *	server's view
 * @data_l4proto: IP protocol of the data packets
 * @default_mode: mode of a network namespace before anybody sets it
 * @pernet: calls vpnpass_engine_net_init() and _exit() for each network namespace
 * @owner: the module
 * @params: parameters, VPNPASS_PARAM_OWN common ones first
 * @nparams: how many, at most VPNPASS_PARAMS_MAX
 * @counters: the protocol's own counters
 * @ncounters: how many
 * @tuple: what conntrack is to see of a flow of ours in one direction. Process or
 *	softirq, control->lock held.
 * @carrier: the flow that has a tunnel's packets, where it is shared with others; optional
 * @sessions: the latest session of a tunnel: ids that the client assigned, as the client
 *	and as the server know it, and that the server assigned; 0 if not known; optional
 * @data: a packet of @data_l4proto before conntrack, RCU, BH off. Gives a verdict.
 * @udp: a UDP packet to @control_port, or to a port of vpnpass_port_watch(), before
 *	conntrack, likewise; optional
 * @error: the binding of the packet quoted in an ICMP error, whose header is at @off;
 *	src, dst and l4proto of @key are filled in, id becomes the quoted one. NULL if
 *	the flow is unknown, an ERR_PTR() if the packet is none of the protocol's.
 * @error_mangle: write @id into the quoted header at @off; the ICMP checksum is
 *	the caller's; false if the packet could not be made writable; optional
 * @control: a packet of a control flow after NAT, before it is confirmed. Gives
 *	a verdict.
 * @known: is this flow, which no rule picked, known already? optional
 * @foreign: a packet of @data_l4proto after NAT whose entry isn't ours, in mode "on".
 *	Gives a verdict. Optional.
 * @gc: look at one control flow, control->lock held; false ends it
 * @tunnels_end: end all tunnels of a control flow, control->lock held
 * @save: say what there is to say of a control flow, one record a call: @i counts from 0, the
 *	flow's own first; key, mapped addresses and ports inside are filled in.
 *	control->lock held. False: there are no more.
 * @restore: make known what a record says; the mode isn't off. Process, BH off, RCU read
 *	lock, no locks held. 0; -EEXIST: known already; -ENOENT: what it belongs to is
 *	not; -EADDRINUSE: its id is another's; -EINVAL; -ENOSPC; -ENOMEM.
 */
struct vpnpass_engine {
	u8 id;
	const char *name;
	const char *helper;
	u8 control_l4proto;
	__be16 control_port;
	u8 data_l4proto;
	const unsigned int *default_mode;
	struct pernet_operations *pernet;
	struct module *owner;
	const struct vpnpass_param *params;
	unsigned int nparams;
	const struct vpnpass_counter *counters;
	unsigned int ncounters;

	void (*tuple)(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
		      struct nf_conntrack_tuple *t);
	struct vpnpass_flow *(*carrier)(struct vpnpass_tunnel *tunnel);
	void (*sessions)(const struct vpnpass_tunnel *tunnel, u32 ids[VPNPASS_SESSION_IDS]);
	unsigned int (*data)(struct vpnpass_net *vn, struct sk_buff *skb,
			     const struct vpnpass_packet *pkt);
	unsigned int (*udp)(struct vpnpass_net *vn, struct sk_buff *skb,
			    const struct vpnpass_packet *pkt);
	struct vpnpass_binding *(*error)(struct vpnpass_net *vn, const struct sk_buff *skb,
					 unsigned int off, struct vpnpass_key *key);
	bool (*error_mangle)(struct sk_buff *skb, unsigned int off, __be32 from,
			     __be32 to);
	unsigned int (*control)(struct vpnpass_net *vn, struct sk_buff *skb,
				struct nf_conn *ct, enum ip_conntrack_info ctinfo);
	bool (*known)(struct vpnpass_net *vn, const struct nf_conn *ct);
	unsigned int (*foreign)(struct vpnpass_net *vn, struct sk_buff *skb,
				struct nf_conn *ct, enum ip_conntrack_info ctinfo);
	bool (*gc)(struct vpnpass_control *control);
	void (*tunnels_end)(struct vpnpass_control *control);
	bool (*save)(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec);
	int (*restore)(struct vpnpass_net *vn, const struct vpnpass_record *rec);
};

/**
 * struct vpnpass_engine_net - one protocol in one network namespace
 * @engine: NULL while the module is not loaded
 * @mode: enum vpnpass_mode
 * @param: parameters, as described by vpnpass_engine.params
 * @tunnels: how many there are, under vn->lock
 * @controls: how many there are, under vn->lock
 * @sessions: how many there are, where these are counted
 * @stats: per-CPU counters
 * @sysctl: registered table
 * @table: its memory
 */
struct vpnpass_engine_net {
	const struct vpnpass_engine __rcu *engine;
	unsigned int mode;
	unsigned int param[VPNPASS_PARAMS_MAX];
	unsigned int tunnels;
	unsigned int controls;
	atomic_t sessions;
	u64 __percpu *stats;
	struct ctl_table_header *sysctl;
	struct ctl_table *table;
};

/**
 * struct vpnpass_limits - caps of one network namespace
 * @tunnels: all tunnels
 * @tunnels_per_client: tunnels of one client address
 * @tunnels_per_server: tunnels to one server address
 * @controls: all control flows
 * @controls_per_client: control flows of one client address
 */
struct vpnpass_limits {
	unsigned int tunnels;
	unsigned int tunnels_per_client;
	unsigned int tunnels_per_server;
	unsigned int controls;
	unsigned int controls_per_client;
};

/**
 * struct vpnpass_net - all that the core knows in one network namespace
 * @net: the namespace
 * @table: bindings
 * @parties: clients and servers, for the caps
 * @lock: guards lists, caps and @parties
 * @tunnels: all tunnels, RCU
 * @controls: all control flows, RCU
 * @ntunnels: length of @tunnels
 * @ncontrols: length of @controls
 * @changes: how often @controls has changed, so that a dump can tell
 * @limits: caps
 * @engines: protocols
 * @hooked: the hooks are registered
 * @walk: jiffies when vpnpass_strays() is due
 * @gc: garbage collector
 * @log: rate of messages and events about refusals
 * @sysctl: caps as sysctls
 * @ctl_table: their memory
 */
struct vpnpass_net {
	struct net *net;
	struct rhashtable table;
	struct rhashtable parties;
	spinlock_t lock;	/* lists, caps and parties */
	struct list_head tunnels;
	struct list_head controls;
	unsigned int ntunnels;
	unsigned int ncontrols;
	unsigned int changes;
	struct vpnpass_limits limits;
	struct vpnpass_engine_net engines[VPNPASS_PROTOS];
	bool hooked;
	unsigned long walk;
	struct delayed_work gc;
	struct ratelimit_state log;
	struct ctl_table_header *sysctl;
	struct ctl_table *ctl_table;
};

/* engine.c */
int vpnpass_engine_register(const struct vpnpass_engine *engine);
void vpnpass_engine_unregister(const struct vpnpass_engine *engine);
int vpnpass_engine_net_init(struct net *net, const struct vpnpass_engine *engine);
void vpnpass_engine_net_exit(struct net *net, const struct vpnpass_engine *engine);

/**
 * vpnpass_count() - count one event of a protocol
 * @vn: network namespace
 * @id: enum vpnpass_proto
 * @what: enum vpnpass_count, or VPNPASS_COUNT_MAX plus the protocol's own
 *
 * Context: any, while the protocol is registered.
 */
static inline void vpnpass_count(struct vpnpass_net *vn, unsigned int id,
				 unsigned int what)
{
	this_cpu_inc(vn->engines[id].stats[what]);
}

static inline unsigned int vpnpass_param(const struct vpnpass_net *vn,
					 unsigned int id, unsigned int param)
{
	return READ_ONCE(vn->engines[id].param[param]);
}

/* bind.c */
struct vpnpass_binding *vpnpass_lookup(struct vpnpass_net *vn,
				       const struct vpnpass_key *key);
int vpnpass_bind(struct vpnpass_net *vn, struct vpnpass_binding *binding);
void vpnpass_unbind(struct vpnpass_net *vn, struct vpnpass_binding *binding);

/* control.c */
int vpnpass_upper(const struct sk_buff *skb, const struct nf_conn *ct);
bool vpnpass_control_key(const struct nf_conn *ct, struct vpnpass_key *key);
bool vpnpass_control_allowed(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
			     const struct vpnpass_key *key);
int vpnpass_control_add(struct vpnpass_control *control, struct nf_conn *ct);
void vpnpass_control_del(struct vpnpass_control *control);
void vpnpass_control_seen(struct vpnpass_control *control, struct nf_conn *ct);
struct vpnpass_control *vpnpass_control_find(struct vpnpass_net *vn,
					     const struct vpnpass_key *key);
int vpnpass_control_mark(struct nf_conn *ct);

/* tunnel.c */
int vpnpass_tunnel_add(struct vpnpass_tunnel *tunnel, struct vpnpass_control *control);
void vpnpass_tunnel_up(struct vpnpass_tunnel *tunnel);
void vpnpass_tunnel_closing(struct vpnpass_tunnel *tunnel);
void vpnpass_tunnel_del(struct vpnpass_tunnel *tunnel);
void vpnpass_tunnel_save(struct vpnpass_tunnel *tunnel, struct vpnpass_record *rec);
void vpnpass_tunnel_restore(struct vpnpass_tunnel *tunnel, const struct vpnpass_record *rec);
bool vpnpass_tunnel_idle(const struct vpnpass_tunnel *tunnel, unsigned int secs);

/* attach.c */
unsigned int vpnpass_attach(struct sk_buff *skb, struct vpnpass_flow *flow,
			    enum ip_conntrack_dir dir);
void vpnpass_flow_init(struct vpnpass_flow *flow, struct vpnpass_control *control);
void vpnpass_flow_use(struct vpnpass_flow *flow, struct nf_conn *ct);
void vpnpass_flow_gc(struct vpnpass_flow *flow);
bool vpnpass_flow_idle(const struct vpnpass_flow *flow, unsigned int secs);
void vpnpass_flow_end(struct vpnpass_flow *flow);
void vpnpass_flow_save(struct vpnpass_flow *flow, struct vpnpass_record *rec);
void vpnpass_flow_restore(struct vpnpass_flow *flow, const struct vpnpass_record *rec);

/* group.c */
struct vpnpass_group *vpnpass_group_find(struct vpnpass_net *vn,
					 const struct vpnpass_key *packet, u8 l4proto);
struct vpnpass_group *vpnpass_group_join(struct vpnpass_control *control, u8 l4proto,
					 const struct vpnpass_group_ops *ops, u16 *id);
void vpnpass_group_leave(struct vpnpass_group *group, struct vpnpass_control *control, u16 id);

/* port.c */
int vpnpass_port_watch(__be16 port);
void vpnpass_port_unwatch(__be16 port);

/* zone.c */
bool vpnpass_late_zone(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo,
		       u16 id);
bool vpnpass_move_port(struct sk_buff *skb, struct nf_conn *ct, enum ip_conntrack_info ctinfo);

/* record.c */
typedef int (*vpnpass_restore_fn)(struct vpnpass_control *control,
				  const struct vpnpass_record *rec);
int vpnpass_restore_part(struct vpnpass_net *vn, const struct vpnpass_record *rec,
			 vpnpass_restore_fn restore);

/* hooks.c */
bool vpnpass_may_copy(const struct sk_buff *skb, const struct nf_hook_state *state);
void vpnpass_send_copy(struct sk_buff *skb, struct vpnpass_flow *flow,
		       enum ip_conntrack_dir dir, const struct nf_hook_state *state);

/* limit.c */
void vpnpass_refused(struct vpnpass_net *vn, const struct vpnpass_engine *engine,
		     unsigned int why, const struct vpnpass_key *key);
void vpnpass_prohibit(struct sk_buff *skb, bool ipv6);

#endif /* _VPNPASS_H */
