// SPDX-License-Identifier: GPL-2.0
/* L2TP passthrough: control messages (RFC 2661 4 to 6, RFC 3931 5), read and edited. */
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include "l2tp.h"

/**
 * l2tp_read() - read a header
 * @p: packet; header filled in
 *
 * Context: any.
 * Return: L2TP_WIRE_OK or why it is none.
 */
enum l2tp_wire_error l2tp_read(struct l2tp_packet *p)
{
	unsigned int len = p->skb->len > p->off ? p->skb->len - p->off : 0;
	unsigned int head = min_t(unsigned int, len, L2TP_HEADER_READ);
	u8 _b[L2TP_HEADER_READ];
	const u8 *b = skb_header_pointer(p->skb, p->off, head, _b);

	if (!b)
		return L2TP_WIRE_SHORT;
	return p->udp ? l2tp_udp_parse(b, head, len, &p->h) : l2tp_ip_parse(b, head, len, &p->h);
}

/**
 * l2tp_read_message() - read the AVPs of a control message
 * @vn: network namespace
 * @p: packet with its header
 * @m: filled in
 *
 * Context: softirq.
 * Return: false if it can't be read, and counted.
 */
bool l2tp_read_message(struct vpnpass_net *vn, struct l2tp_packet *p, struct l2tp_message *m)
{
	enum l2tp_wire_error why;

	if (!pskb_may_pull(p->skb, p->off + p->h.end)) {
		vpnpass_count(vn, VPNPASS_PROTO_L2TP, VPNPASS_COUNT_DATA_NOMEM);
		return false;
	}
	why = l2tp_message_parse(p->skb->data + p->off, p->skb->len - p->off, &p->h, m);
	if (why != L2TP_WIRE_OK) {
		l2tp_count_wire(vn, why);
		return false;
	}
	l2tp_count(vn, L2TP_COUNT_MESSAGES);
	return true;
}

/* The UDP checksum follows a change at @off of the message; none stays none. */
static void l2tp_checksum(struct l2tp_packet *p, u32 off, const u8 *from, const u8 *to, int len)
{
	struct udphdr *uh = (struct udphdr *)(p->skb->data + p->l4);
	__wsum diff;

	if (p->skb->ip_summed == CHECKSUM_PARTIAL)
		return;
	if (!uh->check) {
		p->skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	diff = csum_sub(csum_partial(to, len, 0), csum_partial(from, len, 0));
	if (off & 1)
		diff = (__force __wsum)ror32((__force u32)diff, 8);
	uh->check = csum_fold(csum_add(diff, ~csum_unfold(uh->check)));
	if (!uh->check)
		uh->check = CSUM_MANGLED_0;
}

/**
 * l2tp_write() - replace an id
 * @p: packet
 * @id: the id as it was read
 * @value: what it becomes
 *
 * Context: softirq.
 * Return: false if the packet could not be made writable.
 */
bool l2tp_write(struct l2tp_packet *p, const struct l2tp_id *id, u32 value)
{
	unsigned int at = p->off + id->off;
	u8 from[4], to[4], *b;

	if (id->sight != L2TP_CLEAR || id->value == value)
		return true;
	if (skb_ensure_writable(p->skb, at + id->width))
		return false;
	b = p->skb->data + at;
	memcpy(from, b, id->width);
	if (id->width == 2) {
		to[0] = value >> 8;
		to[1] = value;
	} else {
		to[0] = value >> 24;
		to[1] = value >> 16;
		to[2] = value >> 8;
		to[3] = value;
	}
	memcpy(b, to, id->width);
	if (p->udp)
		l2tp_checksum(p, id->off, from, to, id->width);
	else if (p->skb->ip_summed == CHECKSUM_COMPLETE)
		p->skb->ip_summed = CHECKSUM_NONE;
	return true;
}

/* The tunnel of a client's message, whose header names it by the server's id. */
static struct l2tp_tunnel *l2tp_tunnel_of_client(struct l2tp_control *c,
						 const struct l2tp_header *h,
						 const struct l2tp_message *m)
{
	struct l2tp_tunnel *t;

	if (m->type == L2TP_SCCRQ)
		return l2tp_tunnel_ask(c, h, m);
	t = l2tp_tunnel_by_peer(c, h->tunnel.value);
	if (!t)
		t = l2tp_tunnel_by_own(c, m->assigned.value);
	if (!t && h->tunnel.value) {
		t = l2tp_tunnel_hidden(c);
		if (t)
			l2tp_tunnel_answered(t, h->tunnel.value);
	}
	return t;
}

static bool l2tp_edit_out(struct l2tp_tunnel *t, struct l2tp_packet *p,
			  const struct l2tp_message *m)
{
	struct l2tp_session *s;

	if (m->digest)
		return true;
	if (m->assigned.value == t->own && !l2tp_write(p, &m->assigned, t->alias))
		return false;
	if (t->version == 2)
		return true;
	s = l2tp_session_by_own(t, m->local.value);
	return !s || l2tp_write(p, &m->local, s->alias);
}

/**
 * l2tp_message_out() - a client's control message
 * @c: control flow
 * @p: packet with its header; ids that it assigns become what the server is to know
 * @m: message
 *
 * Context: softirq, control->lock held, a member of its group.
 * Return: false if it could not be edited.
 */
bool l2tp_message_out(struct l2tp_control *c, struct l2tp_packet *p, const struct l2tp_message *m)
{
	struct l2tp_tunnel *t;

	c->base.last = jiffies;
	t = l2tp_tunnel_of_client(c, &p->h, m);
	if (!t)
		return true;
	WRITE_ONCE(t->last, jiffies);
	if (m->type == L2TP_STOPCCN)
		l2tp_tunnel_close(t);
	else if (m->type && p->h.tunnel.value && t->base.state == VPNPASS_STATE_SETUP)
		vpnpass_tunnel_up(&t->base);
	l2tp_session_client(t, m);
	return l2tp_edit_out(t, p, m);
}

static bool l2tp_edit_in(struct l2tp_tunnel *t, struct l2tp_packet *p,
			 const struct l2tp_message *m)
{
	struct l2tp_session *s;

	if (t->version == 2 || m->digest)
		return true;
	s = l2tp_session_by_alias(t, m->remote.value);
	return !s || l2tp_write(p, &m->remote, s->own);
}

/*
 * Does a server's farewell mean the tunnel that it names? It repeats the id that the server
 * assigned (RFC 2661 4.4.3, RFC 3931 5.4.3): one of an earlier tunnel, under an id that the client
 * has used again, has another.
 */
static bool l2tp_is_this(const struct l2tp_tunnel *t, const struct l2tp_message *m)
{
	return !t->peer || m->assigned.sight != L2TP_CLEAR || m->assigned.value == t->peer;
}

/**
 * l2tp_message_in() - a server's control message
 * @c: control flow
 * @t: the tunnel that it names, or NULL if it names none that is known
 * @p: packet with its header; the client's ids in it become what the client knows
 *
 * Context: softirq, control->lock held.
 * Return: false if it could not be edited.
 */
bool l2tp_message_in(struct l2tp_control *c, struct l2tp_tunnel *t, struct l2tp_packet *p)
{
	bool known = t;
	struct l2tp_message m;

	c->base.last = jiffies;
	if (!l2tp_read_message(c->base.vn, p, &m))
		goto header;
	if (!t && m.type == L2TP_SCCRP)
		t = l2tp_tunnel_hidden(c);
	if (!t)
		return true;
	WRITE_ONCE(t->last, jiffies);
	if (!t->own)
		l2tp_tunnel_show_own(t, p->h.tunnel.value);
	if (m.type == L2TP_SCCRP && (t->asked || !t->peer)) {
		t->asked = false;
		l2tp_tunnel_answered(t, m.assigned.value);
	} else if (m.type == L2TP_STOPCCN && l2tp_is_this(t, &m)) {
		l2tp_tunnel_close(t);
	}
	l2tp_session_server(t, &m);
	if (!l2tp_edit_in(t, p, &m))
		return false;
header:
	return !known || l2tp_write(p, &p->h.tunnel, t->own);
}
