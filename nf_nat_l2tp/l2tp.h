/* SPDX-License-Identifier: GPL-2.0 */
/*
 * L2TP passthrough: what the module's own files share.
 *
 * A UDP flow, or a client/server pair over IP protocol 115, is a struct l2tp_control with one
 * conntrack entry. In it are tunnels (L2TPv2) and control connections (L2TPv3), each a
 * struct l2tp_tunnel, known by the id that the client assigned; in control connections there
 * are sessions, which data of L2TPv3 names alone. An id that another client of the same
 * server has assigned too gets an alias towards the server. Sessions without a control
 * connection ("ip l2tp") hang on a tunnel that stands for there being none.
 *
 * Which client a packet from a server is for is told by the id in it, whatever port it
 * comes to: the client's own translated one, or 1701 as with servers that know no other. Ids
 * that can't be read or replaced leave a client to the kernel's translation of ports.
 *
 * Locks: control->lock, inside it group->lock, inside that vn->lock.
 */
#ifndef NF_NAT_L2TP_H
#define NF_NAT_L2TP_H

#include <linux/jiffies.h>
#include <linux/l2tp.h>	/* IPPROTO_L2TP, in kernels before 5.16 */
#include "../kmod/vpnpass.h"
#include "wire.h"

#define L2TP_SESSIONS_MAX	256	/* sessions of a control connection, L2TPv3 */
#define L2TP_SESSIONS_ALL	65536	/* of all of them */
#define L2TP_LINGER		31	/* s: a peer may repeat its farewell (RFC 2661 5.7) */
#define L2TP_FLOAT_WINDOW	60	/* s: for the first answer to come from another port */
#define L2TP_ALIAS_TRIES	64
#define L2TP_PAIR_WINDOW	HZ	/* an answer comes that soon after what it answers */
#define L2TP_GUESSES_MAX	1000	/* a second and server */
#define L2TP_STEPS_MAX		250000	/* the same, in sessions that guesses look at */
#define L2TP_PAIR_AGAIN		(2 * HZ)	/* without one so long: has its id changed? */

/* A tunnel's slot: VPNPASS_CONTROL, what the client sends to the server's other port. */
#define L2TP_TO_FLOATED		VPNPASS_ERR_TO_CLIENT

/* Parameters, after those that every protocol has. */
enum {
	L2TP_PARAM_KEEP_PORT = VPNPASS_PARAM_OWN,
	L2TP_PARAM_MAX,
};

/* Counters of the kernel side; those of the wire format follow. */
#define L2TP_COUNTS(X) \
	X(MESSAGES, "control-messages", \
	  "Control messages of helped flows that were read") \
	X(ALIAS, "id-aliased", \
	  "Ids that another client had assigned already, replaced towards the server") \
	X(TAKEN, "id-taken", \
	  "Ids that another client had assigned already, left as a digest protects them") \
	X(HIDDEN, "id-hidden", \
	  "Tunnels whose id is hidden, left to the translation of ports until it shows") \
	X(BOTH, "both-versions", \
	  "Tunnels asked for in versions 2 and 3 at once, left to the translation of ports") \
	X(FLOAT, "port-float", \
	  "Tunnels whose server answered from another port") \
	X(FLOAT_REFUSED, "port-unexpected", \
	  "Packets of known tunnels from a port that is not their server's, left to conntrack") \
	X(PAIRED, "session-paired", \
	  "Sessions that nobody negotiated, given to the likeliest client") \
	X(SESSION_CAP, "session-cap", \
	  "Sessions not helped: the control connection has too many, or all have") \
	X(GUESS_CAP, "session-guess-cap", \
	  "Packets of unknown sessions whose client was not looked for: too many in that second")

enum l2tp_count {
#define X(id, name, doc) L2TP_COUNT_##id,
	L2TP_COUNTS(X)
#undef X
	L2TP_COUNT_MAX,
};

/**
 * struct l2tp_group - all flows between a server and one of our addresses
 * @base: for the core; its lock guards this struct, and the sessions that nobody negotiated
 * @members: struct l2tp_control
 * @statics: sessions that nobody negotiated
 * @second: jiffies when the present second began
 * @guesses: how often in it somebody was looked for
 * @steps: how many sessions were looked at for that
 */
struct l2tp_group {
	struct vpnpass_group base;
	struct list_head members;
	struct list_head statics;
	unsigned long second;
	unsigned int guesses;
	unsigned int steps;
};

/**
 * struct l2tp_control - a UDP flow, or a client and its server over IP protocol 115
 * @base: for the core; base.lock guards all but what the group's lock does
 * @flow: what carries all of its tunnels
 * @back: packets that come back: VPNPASS_REPLY of a UDP flow that has a port of its own,
 *	VPNPASS_ERROR of IP protocol 115, quoted inside
 * @group: its server's
 * @member: in group->members
 * @tunnels: struct l2tp_tunnel
 * @port: the client's port, inside and outside
 * @server_port: the server's port, inside and outside
 * @id: in the group
 * @udp: over UDP
 * @watched: packets to the outside port are looked at
 * @by_port: the server has answered to the translated port
 * @unmanaged: carries sessions that nobody negotiated
 */
struct l2tp_control {
	struct vpnpass_control base;
	struct vpnpass_flow flow;
	struct vpnpass_binding back;
	struct l2tp_group *group;
	struct list_head member;
	struct list_head tunnels;
	__be16 port[IP_CT_DIR_MAX];
	__be16 server_port[IP_CT_DIR_MAX];
	u16 id;
	bool udp;
	bool watched;
	bool by_port;
	bool unmanaged;
};

/**
 * struct l2tp_tunnel - a tunnel or control connection
 * @base: for the core. Of its slots, VPNPASS_TO_CLIENT is bound (VPNPASS_CONNECTION) unless
 *	the id is hidden or taken; VPNPASS_ERR_TO_SERVER once the server's id is known;
 *	L2TP_TO_FLOATED, and the flow, are used if the server's port floats
 * @list: in control->tunnels
 * @sessions: struct l2tp_session
 * @last: jiffies of the last packet that named it
 * @since: jiffies of the last SCCRQ, or of the first StopCCN
 * @own: the id that the client assigned, 0 while it is not known
 * @alias: the same as the server knows it
 * @peer: the id that the server assigned, 0 while it is not known
 * @shown: the latest session, for the tool
 * @nsessions: how many
 * @float_port: the server's other port
 * @version: 2 or 3
 * @hidden: its id is or was hidden
 * @asked: nobody has answered the SCCRQ yet
 * @floated: the server answered from @float_port
 * @unmanaged: stands for sessions without a control connection
 */
struct l2tp_tunnel {
	struct vpnpass_tunnel base;
	struct list_head list;
	struct list_head sessions;
	unsigned long last;
	unsigned long since;
	u32 own;
	u32 alias;
	u32 peer;
	u32 shown[VPNPASS_SESSION_IDS];
	u16 nsessions;
	__be16 float_port;
	u8 version;
	bool hidden;
	bool asked;
	bool floated;
	bool unmanaged;
};

/**
 * struct l2tp_session - a session of L2TPv3
 * @data: VPNPASS_SESSION: what the server sends
 * @error: VPNPASS_ERROR: what the client sent, quoted outside
 * @out: VPNPASS_SESSION: what the client sends, if nobody negotiated it
 * @list: in tunnel->sessions
 * @fixed: in group->statics if nobody negotiated it; group's lock
 * @tunnel: where it belongs
 * @last: jiffies of its end, or, if nobody negotiated it, of the client's last packet
 * @asked: jiffies of the client's first packet since the server's last one
 * @waiting: there is such a packet
 * @own: the id that the client assigned, 0 while it is not known
 * @alias: the same as the server knows it
 * @peer: the id that the server assigned, 0 while it is not known
 * @closing: one end has ended it
 * @rcu: for the end
 */
struct l2tp_session {
	struct vpnpass_binding data;
	struct vpnpass_binding error;
	struct vpnpass_binding out;
	struct list_head list;
	struct list_head fixed;
	struct l2tp_tunnel *tunnel;
	unsigned long last;
	unsigned long asked;
	bool waiting;
	u32 own;
	u32 alias;
	u32 peer;
	bool closing;
	struct rcu_head rcu;
};

/**
 * struct l2tp_packet - a packet with an L2TP message
 * @skb: the packet
 * @l4: offset of the UDP header, or of what follows the IP header, from skb->data
 * @off: offset of the message
 * @h: its header
 * @udp: over UDP
 */
struct l2tp_packet {
	struct sk_buff *skb;
	unsigned int l4;
	unsigned int off;
	struct l2tp_header h;
	bool udp;
};

extern const struct vpnpass_engine l2tp_engine;
extern const struct vpnpass_group_ops l2tp_group_ops;

static inline void l2tp_count(struct vpnpass_net *vn, enum l2tp_count what)
{
	vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_MAX + what);
}

static inline void l2tp_count_wire(struct vpnpass_net *vn, enum l2tp_wire_error why)
{
	vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_MAX + L2TP_COUNT_MAX + why - 1);
}

static inline struct l2tp_control *l2tp_control_from(struct vpnpass_control *base)
{
	return container_of(base, struct l2tp_control, base);
}

static inline struct l2tp_control *l2tp_control_of(const struct l2tp_tunnel *t)
{
	return l2tp_control_from(t->base.flow.control);
}

static inline struct l2tp_tunnel *l2tp_tunnel_from(struct vpnpass_tunnel *base)
{
	return container_of(base, struct l2tp_tunnel, base);
}

static inline bool l2tp_tunnel_bound(const struct l2tp_tunnel *t)
{
	return t->base.slot[VPNPASS_TO_CLIENT].bound;
}

/* control.c */
void l2tp_key(struct vpnpass_binding *b, const struct l2tp_control *c,
	      const union nf_inet_addr *src, const union nf_inet_addr *dst, u8 kind);
void l2tp_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
		struct nf_conntrack_tuple *t);
unsigned int l2tp_control(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			  enum ip_conntrack_info ctinfo);
unsigned int l2tp_foreign(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			  enum ip_conntrack_info ctinfo);
struct l2tp_control *l2tp_control_new(struct vpnpass_net *vn, const struct vpnpass_key *key);
int l2tp_control_add(struct l2tp_control *c, struct nf_conn *ct);
void l2tp_zone_note(struct l2tp_control *c);
void l2tp_back_bind(struct l2tp_control *c);
void l2tp_back_retry(struct l2tp_control *c);
bool l2tp_gc(struct vpnpass_control *control);
void l2tp_tunnels_end(struct vpnpass_control *control);

/* tunnel.c */
int l2tp_bind(struct l2tp_control *c, struct vpnpass_binding *b, u32 own, u8 width, bool fixed);
struct l2tp_tunnel *l2tp_tunnel_new(struct l2tp_control *c, u8 version);
struct l2tp_tunnel *l2tp_tunnel_ask(struct l2tp_control *c, const struct l2tp_header *h,
				    const struct l2tp_message *m);
struct l2tp_tunnel *l2tp_tunnel_by_peer(struct l2tp_control *c, u32 peer);
struct l2tp_tunnel *l2tp_tunnel_by_own(struct l2tp_control *c, u32 own);
struct l2tp_tunnel *l2tp_tunnel_hidden(struct l2tp_control *c);
void l2tp_tunnel_show_own(struct l2tp_tunnel *t, u32 own);
void l2tp_tunnel_answered(struct l2tp_tunnel *t, u32 peer);
bool l2tp_tunnel_float(struct l2tp_tunnel *t, __be16 port);
void l2tp_tunnel_close(struct l2tp_tunnel *t);
void l2tp_tunnel_del(struct l2tp_tunnel *t);
int l2tp_tunnel_restore(struct l2tp_control *c, const struct vpnpass_record *rec);
void l2tp_tunnel_gc(struct l2tp_tunnel *t);
struct vpnpass_flow *l2tp_carrier(struct vpnpass_tunnel *tunnel);
void l2tp_sessions(const struct vpnpass_tunnel *tunnel, u32 ids[VPNPASS_SESSION_IDS]);

/* session.c */
struct l2tp_session *l2tp_session_by_own(struct l2tp_tunnel *t, u32 own);
struct l2tp_session *l2tp_session_by_alias(struct l2tp_tunnel *t, u32 alias);
void l2tp_session_client(struct l2tp_tunnel *t, const struct l2tp_message *m);
void l2tp_session_server(struct l2tp_tunnel *t, const struct l2tp_message *m);
void l2tp_session_del(struct l2tp_session *s);
int l2tp_session_restore(struct l2tp_control *c, const struct vpnpass_record *rec);
void l2tp_sessions_gc(struct l2tp_tunnel *t);
void l2tp_static_new(struct l2tp_control *c, u32 id);
void l2tp_static_out(struct l2tp_session *s);
struct l2tp_session *l2tp_static_in(struct l2tp_group *group, u32 id, __be16 port);

/* message.c */
enum l2tp_wire_error l2tp_read(struct l2tp_packet *p);
bool l2tp_read_message(struct vpnpass_net *vn, struct l2tp_packet *p, struct l2tp_message *m);
bool l2tp_write(struct l2tp_packet *p, const struct l2tp_id *id, u32 value);
bool l2tp_message_out(struct l2tp_control *c, struct l2tp_packet *p,
		      const struct l2tp_message *m);
bool l2tp_message_in(struct l2tp_control *c, struct l2tp_tunnel *t, struct l2tp_packet *p);

/* group.c */
struct l2tp_group *l2tp_group_find(struct vpnpass_net *vn, const struct vpnpass_key *packet,
				   bool udp);
struct l2tp_control *l2tp_group_only(struct l2tp_group *group);

/* data.c */
bool l2tp_arrived(struct l2tp_control *c, __be16 port);
unsigned int l2tp_udp(struct vpnpass_net *vn, struct sk_buff *skb,
		      const struct vpnpass_packet *pkt);
unsigned int l2tp_data(struct vpnpass_net *vn, struct sk_buff *skb,
		       const struct vpnpass_packet *pkt);
struct vpnpass_binding *l2tp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
				   unsigned int off, struct vpnpass_key *key);

/* save.c */
bool l2tp_save(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec);
int l2tp_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec);

#endif
