/* SPDX-License-Identifier: GPL-2.0 */
/* PPTP passthrough: what the module's own files share. */
#ifndef NF_NAT_PPTP_H
#define NF_NAT_PPTP_H

#include "../kmod/vpnpass.h"
#include "call.h"

#define PPTP_GRACE		(5 * HZ)	/* an ended call's late packets pass */
#define PPTP_SETUP_TIMEOUT	(120 * HZ)	/* the callee may have to dial */

/* Parameters, after those that every protocol has. */
enum {
	PPTP_PARAM_ORPHAN = VPNPASS_PARAM_OWN,
	PPTP_PARAM_MAX,
};

/**
 * struct pptp_control - a control connection
 * @base: for the core
 * @conn: calls and the state of the stream
 * @fin: BIT(direction) of FINs seen
 * @closed: ended by both ends or by a reset, at @closed_at
 * @closed_at: jiffies
 */
struct pptp_control {
	struct vpnpass_control base;
	struct pptp_conn conn;
	u8 fin;
	bool closed;
	unsigned long closed_at;
};

/**
 * struct pptp_tunnel - a call
 * @base: for the core
 * @call: its ids and state
 * @closing_at: jiffies when it ended
 */
struct pptp_tunnel {
	struct vpnpass_tunnel base;
	struct pptp_call call;
	unsigned long closing_at;
};

static inline struct pptp_tunnel *pptp_tunnel(struct pptp_call *call)
{
	return container_of(call, struct pptp_tunnel, call);
}

/* calls.c */
extern const struct pptp_ops pptp_call_ops;
int pptp_rebind(struct pptp_tunnel *pt, enum pptp_end end);
void pptp_call_end(struct pptp_control *pc, struct pptp_tunnel *pt);

/* control.c */
struct pptp_control *pptp_control_alloc(struct vpnpass_net *vn, const struct vpnpass_key *key,
					const u32 next[2]);
unsigned int pptp_control(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			  enum ip_conntrack_info ctinfo);
bool pptp_gc(struct vpnpass_control *control);
void pptp_tunnels_end(struct vpnpass_control *control);

/* gre.c */
unsigned int pptp_data(struct vpnpass_net *vn, struct sk_buff *skb,
		       const struct vpnpass_packet *pkt);
void pptp_tuple(const struct vpnpass_flow *flow, enum ip_conntrack_dir dir,
		struct nf_conntrack_tuple *t);
struct vpnpass_binding *pptp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
				   unsigned int off, struct vpnpass_key *key);
bool pptp_error_mangle(struct sk_buff *skb, unsigned int off, __be32 from, __be32 to);

/* save.c */
bool pptp_save(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec);
int pptp_restore(struct vpnpass_net *vn, const struct vpnpass_record *rec);

/* main.c */
extern const struct vpnpass_engine pptp_engine;

#endif /* NF_NAT_PPTP_H */
