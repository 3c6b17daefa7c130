// SPDX-License-Identifier: GPL-2.0
/* PPTP passthrough: control connections (RFC 2637), as they pass after NAT. */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_nat_helper.h>
#include "pptp.h"

/* A TCP segment of a control connection. */
struct pptp_tcp {
	struct sk_buff *skb;
	struct nf_conn *ct;
	enum ip_conntrack_info ctinfo;
	unsigned int off;		/* of the TCP header */
	struct tcphdr hdr;
	struct pptp_segment seg;
};

/* Fill @tcp; conntrack has found the header valid already, but not in this layout. */
static bool pptp_tcp_read(struct pptp_tcp *tcp)
{
	const struct tcphdr *th;
	int off = vpnpass_upper(tcp->skb, tcp->ct);
	unsigned int data;

	if (off < 0)
		return false;
	th = skb_header_pointer(tcp->skb, off, sizeof(tcp->hdr), &tcp->hdr);
	if (!th)
		return false;
	if (th != &tcp->hdr)
		tcp->hdr = *th;
	data = off + tcp->hdr.doff * 4;
	if (tcp->hdr.doff * 4 < sizeof(tcp->hdr) || data > tcp->skb->len)
		return false;
	tcp->off = off;
	tcp->seg.seq = ntohl(tcp->hdr.seq);
	tcp->seg.ack = ntohl(tcp->hdr.ack_seq);
	tcp->seg.len = tcp->skb->len - data;
	return true;
}

/**
 * pptp_control_alloc() - memory for a control connection, not known yet
 * @vn: network namespace
 * @key: of the connection
 * @next: see pptp_conn_init()
 *
 * Context: softirq.
 * Return: it, or NULL, which is counted.
 */
struct pptp_control *pptp_control_alloc(struct vpnpass_net *vn, const struct vpnpass_key *key,
					const u32 next[2])
{
	struct pptp_control *pc = kzalloc(sizeof(*pc), GFP_ATOMIC);

	BUILD_BUG_ON(offsetof(struct pptp_control, base) || offsetof(struct pptp_tunnel, base));
	if (!pc) {
		vpnpass_count(vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_NOMEM);
		return NULL;
	}
	spin_lock_init(&pc->base.lock);
	pc->base.vn = vn;
	pc->base.engine = &pptp_engine;
	pc->base.binding.key = *key;
	pc->base.last = jiffies;
	pptp_conn_init(&pc->conn, &pptp_call_ops, next);
	return pc;
}

static struct pptp_control *pptp_control_new(struct vpnpass_net *vn,
					     const struct vpnpass_key *key,
					     const struct pptp_tcp *tcp)
{
	enum ip_conntrack_dir dir = CTINFO2DIR(tcp->ctinfo);
	struct pptp_control *pc;
	u32 next[2];
	int err;

	/* the handshake's last segment, most likely: nothing has been sent yet */
	next[dir] = tcp->seg.seq;
	next[!dir] = tcp->seg.ack;
	pc = pptp_control_alloc(vn, key, next);
	if (!pc)
		return ERR_PTR(-ENOMEM);
	err = vpnpass_control_add(&pc->base, tcp->ct);
	if (err) {
		kfree(pc);
		return ERR_PTR(err);
	}
	return pc;
}

/* NULL: the connection isn't there yet. An ERR_PTR(): there's no room for it. */
static struct pptp_control *pptp_control_get(struct vpnpass_net *vn,
					     const struct vpnpass_key *key,
					     const struct pptp_tcp *tcp)
{
	struct vpnpass_control *control = vpnpass_control_find(vn, key);

	if (control)
		return container_of(control, struct pptp_control, base);
	/*
	 * Both ends have answered: nobody's mere wish takes memory. A lone ACK makes an entry
	 * that is established too (nf_conntrack_tcp_loose).
	 */
	if (tcp->ct->proto.tcp.state != TCP_CONNTRACK_ESTABLISHED ||
	    !test_bit(IPS_SEEN_REPLY_BIT, &tcp->ct->status))
		return NULL;
	return pptp_control_new(vn, key, tcp);
}

/* The connection starts: an old one of the same ports is over. */
static void pptp_control_over(struct vpnpass_net *vn, const struct vpnpass_key *key)
{
	struct vpnpass_control *control = vpnpass_control_find(vn, key);

	if (!control)
		return;
	spin_lock_bh(&control->lock);
	if (!control->dead)
		vpnpass_control_del(control);
	spin_unlock_bh(&control->lock);
}

/*
 * Both ends have forgotten a connection that conntrack remembers, and begin it anew with the same
 * ports: conntrack takes the entry for the new one at the server's answer.
 */
static bool pptp_begins_anew(const struct pptp_tcp *tcp)
{
	return tcp->hdr.syn && tcp->hdr.ack &&
	       tcp->ct->proto.tcp.state == TCP_CONNTRACK_SYN_RECV;
}

/* First packet of a connection: its entry is still ours to change. */
static unsigned int pptp_control_first(struct vpnpass_net *vn, const struct vpnpass_key *key,
				       const struct pptp_tcp *tcp)
{
	if (tcp->hdr.syn) {
		pptp_control_over(vn, key);
		if (!vpnpass_control_allowed(vn, &pptp_engine, key)) {
			vpnpass_prohibit(tcp->skb, key->kind & VPNPASS_IPV6);
			return NF_DROP;
		}
	}
	if (vpnpass_control_mark(tcp->ct))
		vpnpass_count(vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_NOMEM);
	return NF_ACCEPT;
}

static void pptp_edit(void *ctx, const struct pptp_edit *edit)
{
	struct pptp_tcp *tcp = ctx;

	/* same length and the packet is writable: this can't fail */
	__nf_nat_mangle_tcp_packet(tcp->skb, tcp->ct, tcp->ctinfo, tcp->off, edit->off, edit->len,
				   (const char *)edit->val, edit->len, false);
}

static void pptp_control_closed(struct pptp_control *pc)
{
	pc->closed = true;
	pc->closed_at = jiffies;
	pptp_conn_close(&pc->conn);
}

/*
 * A reset that its receiver won't believe, as it isn't what comes next (RFC 5961 section 3.2),
 * leaves the entry as it was; anybody can forge one.
 */
static bool pptp_reset(const struct pptp_tcp *tcp)
{
	return tcp->hdr.rst && tcp->ct->proto.tcp.state == TCP_CONNTRACK_CLOSE;
}

/* control->lock held */
static unsigned int pptp_segment(struct pptp_control *pc, struct pptp_tcp *tcp)
{
	enum ip_conntrack_dir dir = CTINFO2DIR(tcp->ctinfo);

	vpnpass_control_seen(&pc->base, tcp->ct);
	if (tcp->hdr.ack && !tcp->hdr.syn &&
	    pptp_stream_segment(&pc->conn, (enum pptp_end)dir, &tcp->seg, pptp_edit, tcp) ==
	    PPTP_DROP)
		return NF_DROP;
	if (tcp->hdr.fin)
		pc->fin |= BIT(dir);
	if (!pc->closed &&
	    (pptp_reset(tcp) || pc->fin == (BIT(IP_CT_DIR_ORIGINAL) | BIT(IP_CT_DIR_REPLY))))
		pptp_control_closed(pc);
	return NF_ACCEPT;
}

/**
 * pptp_control() - a packet of a control connection
 * @vn: network namespace
 * @skb: after NAT
 * @ct: its entry
 * @ctinfo: direction
 *
 * Context: RCU read lock.
 * Return: verdict. Dropped segments are sent again by TCP, better cut or in order.
 */
unsigned int pptp_control(struct vpnpass_net *vn, struct sk_buff *skb, struct nf_conn *ct,
			  enum ip_conntrack_info ctinfo)
{
	struct pptp_tcp tcp = { .skb = skb, .ct = ct, .ctinfo = ctinfo };
	struct pptp_control *pc;
	struct vpnpass_key key;
	unsigned int verdict = NF_ACCEPT;

	if (!pptp_tcp_read(&tcp))
		return NF_ACCEPT;
	if (!vpnpass_control_key(ct, &key)) {
		if (!nf_ct_is_confirmed(ct))
			vpnpass_count(vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_USER_ZONE);
		return NF_ACCEPT;
	}
	if (!nf_ct_is_confirmed(ct)) {
		verdict = pptp_control_first(vn, &key, &tcp);
		if (verdict != NF_ACCEPT || tcp.hdr.syn)
			return verdict;
	}
	if (pptp_begins_anew(&tcp))
		pptp_control_over(vn, &key);
	pc = pptp_control_get(vn, &key, &tcp);
	if (!pc)
		return NF_ACCEPT;
	if (IS_ERR(pc))		/* calls that nobody reads could take the ids of others */
		return tcp.seg.len ? NF_DROP : NF_ACCEPT;
	if (tcp.seg.len) {
		if (skb_ensure_writable(skb, skb->len)) {
			vpnpass_count(vn, VPNPASS_PROTO_PPTP, VPNPASS_COUNT_DATA_NOMEM);
			return NF_DROP;
		}
		tcp.seg.data = skb->data + skb->len - tcp.seg.len;
	}
	spin_lock_bh(&pc->base.lock);
	if (!pc->base.dead)
		verdict = pptp_segment(pc, &tcp);
	spin_unlock_bh(&pc->base.lock);
	return verdict;
}

static bool pptp_call_over(const struct pptp_control *pc, const struct pptp_tunnel *pt)
{
	const struct vpnpass_control *control = &pc->base;
	unsigned int orphan = vpnpass_param(control->vn, VPNPASS_PROTO_PPTP, PPTP_PARAM_ORPHAN);

	switch (pt->base.state) {
	case VPNPASS_STATE_CLOSING:
		return time_after(jiffies, pt->closing_at + PPTP_GRACE);
	case VPNPASS_STATE_SETUP:
		return time_after(jiffies, pt->base.flow.last[0] + PPTP_SETUP_TIMEOUT);
	default:
		/* without its control connection a call lives as long as it talks */
		return !control->ct && time_after(jiffies, control->last + orphan * HZ) &&
		       vpnpass_tunnel_idle(&pt->base, orphan);
	}
}

/**
 * pptp_gc() - what is over on one control connection?
 * @control: it, locked
 *
 * A connection whose conntrack entry is gone may come back: after conntrack -F the next
 * segment makes a new entry. Till then its calls go on.
 *
 * Context: softirq, @control->lock held.
 * Return: false if the connection itself is over.
 */
bool pptp_gc(struct vpnpass_control *control)
{
	struct pptp_control *pc = container_of(control, struct pptp_control, base);
	unsigned int orphan = vpnpass_param(control->vn, VPNPASS_PROTO_PPTP, PPTP_PARAM_ORPHAN);
	struct pptp_call *call, *next;

	list_for_each_entry_safe(call, next, &pc->conn.calls, list)
		if (pptp_call_over(pc, pptp_tunnel(call)))
			pptp_call_end(pc, pptp_tunnel(call));
	if (pc->closed)
		return time_before(jiffies, pc->closed_at + PPTP_GRACE);
	if (control->ct || pc->conn.ncalls)
		return true;
	return time_before(jiffies, control->last + orphan * HZ);
}

/**
 * pptp_tunnels_end() - end all calls of a control connection
 * @control: it
 *
 * Context: control->lock held.
 */
void pptp_tunnels_end(struct vpnpass_control *control)
{
	struct pptp_control *pc = container_of(control, struct pptp_control, base);
	struct pptp_call *call, *next;

	list_for_each_entry_safe(call, next, &pc->conn.calls, list)
		pptp_call_end(pc, pptp_tunnel(call));
}
