// SPDX-License-Identifier: GPL-2.0
/*
 * L2TP messages on the wire (RFC 2661, RFC 3931).
 */
#include "wire.h"

/* First two bytes of a header; those not named are reserved (RFC 2661 3.1). */
#define FLAG_T		0x8000	/* control message */
#define FLAG_L		0x4000	/* has a length field */
#define FLAG_S		0x0800	/* has sequence numbers */
#define FLAG_O		0x0200	/* L2TPv2: has an offset */
#define VERSION_MASK	0x000f

#define CONTROL_LEN	12	/* control header of both versions */
#define UDP_DATA_LEN	8	/* L2TPv3 over UDP: flags, reserved, session id */
#define IP_SESSION_LEN	4	/* L2TPv3 over IP: session id, 0 before control headers */

/* First two bytes of an AVP (RFC 2661 4.1). M, 0x8000, changes nothing here. */
#define AVP_H		0x4000
#define AVP_RESERVED	0x3c00
#define AVP_LEN_MASK	0x03ff
#define AVP_HIDDEN_LEN	2	/* length before a hidden value (RFC 2661 4.3) */

/* Attributes (RFC 2661 4.4, RFC 3931 5.4). */
enum {
	ATTR_MESSAGE_TYPE = 0,
	ATTR_TUNNEL_ID = 9,
	ATTR_SESSION_ID = 14,
	ATTR_DIGEST = 59,
	ATTR_CONNECTION_ID = 61,
	ATTR_LOCAL_SESSION = 63,
	ATTR_REMOTE_SESSION = 64,
};

const struct l2tp_wire_info l2tp_wire_info[L2TP_WIRE_MAX] = {
#define L2TP_WIRE_INFO(id, n, d) \
	[L2TP_WIRE_##id] = { .name = (n), .doc = (d) },
	L2TP_WIRE_ERRORS(L2TP_WIRE_INFO)
#undef L2TP_WIRE_INFO
};

static struct l2tp_id l2tp_id_at(const u8 *p, u32 off, u8 width)
{
	return (struct l2tp_id){
		.value = width == 2 ? l2tp_get16(p + off) : l2tp_get32(p + off),
		.off = off,
		.width = width,
		.sight = L2TP_CLEAR,
	};
}

/* Bytes up to the end of the ids; what is behind them may be missing in a quote. */
static enum l2tp_wire_error l2tp_have(u32 head, u32 len, u32 need)
{
	return head < need || len < need ? L2TP_WIRE_SHORT : L2TP_WIRE_OK;
}

/*
 * A control message of either version whose header starts @at bytes into the payload. The P
 * bit and reserved ones move nothing, so that they are left to the receiver.
 */
static enum l2tp_wire_error l2tp_control_parse(const u8 *p, u32 head, u32 len, u32 at,
					       struct l2tp_header *h)
{
	u16 flags = l2tp_get16(p + at);

	if (!(flags & FLAG_T) || !(flags & FLAG_L) || !(flags & FLAG_S))
		return L2TP_WIRE_FLAGS;
	if (h->version == 2 && (flags & FLAG_O))
		return L2TP_WIRE_FLAGS;
	if (l2tp_have(head, len, at + 8) || len < at + CONTROL_LEN)
		return L2TP_WIRE_SHORT;
	h->control = true;
	h->body = at + CONTROL_LEN;
	h->end = at + l2tp_get16(p + at + 2);
	if (h->version == 2) {
		h->tunnel = l2tp_id_at(p, at + 4, 2);
		h->session = l2tp_id_at(p, at + 6, 2);
	} else {
		h->tunnel = l2tp_id_at(p, at + 4, 4);
	}
	return h->end < h->body || h->end > len ? L2TP_WIRE_LENGTH : L2TP_WIRE_OK;
}

/* Behind the ids of a data message of L2TPv2: sequence numbers, offset, padding. */
static u32 l2tp_data2_body(const u8 *p, u32 head, u32 at, u16 flags)
{
	if (flags & FLAG_S)
		at += 4;
	if (!(flags & FLAG_O))
		return at;
	at += 2;
	return head < at ? at : at + l2tp_get16(p + at - 2);
}

static enum l2tp_wire_error l2tp_data2_parse(const u8 *p, u32 head, u32 len,
					     struct l2tp_header *h)
{
	u16 flags = l2tp_get16(p);
	u32 ids = flags & FLAG_L ? 4 : 2;

	if (l2tp_have(head, len, ids + 4))
		return L2TP_WIRE_SHORT;
	h->tunnel = l2tp_id_at(p, ids, 2);
	h->session = l2tp_id_at(p, ids + 2, 2);
	h->body = l2tp_data2_body(p, head, ids + 4, flags);
	h->end = len;
	if (h->body > len)
		return L2TP_WIRE_LENGTH;
	return h->tunnel.value ? L2TP_WIRE_OK : L2TP_WIRE_DATA_ID;
}

/* Data of L2TPv3: all of the header is the session id, @at bytes into the payload. */
static enum l2tp_wire_error l2tp_data3_parse(const u8 *p, u32 head, u32 len, u32 at,
					     struct l2tp_header *h)
{
	if (l2tp_have(head, len, at + 4))
		return L2TP_WIRE_SHORT;
	h->session = l2tp_id_at(p, at, 4);
	h->body = at + 4;
	h->end = len;
	return h->session.value ? L2TP_WIRE_OK : L2TP_WIRE_DATA_ID;
}

enum l2tp_wire_error l2tp_udp_parse(const u8 *p, u32 head, u32 len, struct l2tp_header *h)
{
	struct l2tp_header r = { .version = 0 };
	enum l2tp_wire_error err;
	u16 flags;

	if (l2tp_have(head, len, 2))
		return L2TP_WIRE_SHORT;
	flags = l2tp_get16(p);
	r.version = flags & VERSION_MASK;
	if (r.version != 2 && r.version != 3)
		return L2TP_WIRE_VERSION;
	if (flags & FLAG_T)
		err = l2tp_control_parse(p, head, len, 0, &r);
	else if (r.version == 2)
		err = l2tp_data2_parse(p, head, len, &r);
	else
		err = l2tp_data3_parse(p, head, len, UDP_DATA_LEN - 4, &r);
	if (!err)
		*h = r;
	return err;
}

enum l2tp_wire_error l2tp_ip_parse(const u8 *p, u32 head, u32 len, struct l2tp_header *h)
{
	struct l2tp_header r = { .version = 3 };
	enum l2tp_wire_error err;

	if (l2tp_have(head, len, IP_SESSION_LEN))
		return L2TP_WIRE_SHORT;
	if (l2tp_get32(p)) {
		err = l2tp_data3_parse(p, head, len, 0, &r);
	} else {
		if (l2tp_have(head, len, IP_SESSION_LEN + 2))
			return L2TP_WIRE_SHORT;
		if ((l2tp_get16(p + IP_SESSION_LEN) & VERSION_MASK) != 3)
			return L2TP_WIRE_VERSION;
		err = l2tp_control_parse(p, head, len, IP_SESSION_LEN, &r);
	}
	if (!err)
		*h = r;
	return err;
}

/* Where an attribute belongs, NULL if it is none of the ids of this version. */
static struct l2tp_id *l2tp_id_slot(struct l2tp_message *m, u8 version, u16 attr)
{
	switch (attr) {
	case ATTR_TUNNEL_ID:
		return version == 2 ? &m->assigned : NULL;
	case ATTR_SESSION_ID:
		return version == 2 ? &m->local : NULL;
	case ATTR_CONNECTION_ID:
		return version == 2 ? &m->assigned3 : &m->assigned;
	case ATTR_LOCAL_SESSION:
		return version == 3 ? &m->local : NULL;
	case ATTR_REMOTE_SESSION:
		return version == 3 ? &m->remote : NULL;
	}
	return NULL;
}

/**
 * struct l2tp_avp - one AVP
 * @value: where its value is, from the start of the payload
 * @len: bytes of value
 * @vendor: vendor id
 * @attr: attribute type
 * @flags: the bits before its length
 */
struct l2tp_avp {
	u32 value;
	u16 len;
	u16 vendor;
	u16 attr;
	u16 flags;
};

/* Read the AVP at *@at of a message that ends at @end, and step over it. */
static enum l2tp_wire_error l2tp_avp_next(const u8 *p, u32 end, u32 *at, struct l2tp_avp *avp)
{
	u16 len;

	if (end - *at < L2TP_AVP_HEADER_LEN)
		return L2TP_WIRE_AVP_END;
	avp->flags = l2tp_get16(p + *at);
	len = avp->flags & AVP_LEN_MASK;
	avp->flags &= ~AVP_LEN_MASK;
	if (len < L2TP_AVP_HEADER_LEN)
		return L2TP_WIRE_AVP_SHORT;
	if (len > end - *at)
		return L2TP_WIRE_AVP_END;
	avp->vendor = l2tp_get16(p + *at + 2);
	avp->attr = l2tp_get16(p + *at + 4);
	avp->value = *at + L2TP_AVP_HEADER_LEN;
	avp->len = len - L2TP_AVP_HEADER_LEN;
	*at += len;
	return L2TP_WIRE_OK;
}

/* The first AVP of each message; it is never hidden (RFC 2661 4.4.1, RFC 3931 5.4.1). */
static enum l2tp_wire_error l2tp_type_read(const u8 *p, const struct l2tp_avp *avp,
					   struct l2tp_message *m)
{
	if (avp->vendor || avp->attr != ATTR_MESSAGE_TYPE || avp->len != 2 || (avp->flags & AVP_H))
		return L2TP_WIRE_AVP_TYPE;
	if (avp->flags & AVP_RESERVED)
		return L2TP_WIRE_AVP_RESERVED;
	m->type = l2tp_get16(p + avp->value);
	return m->type ? L2TP_WIRE_OK : L2TP_WIRE_AVP_TYPE;
}

static enum l2tp_wire_error l2tp_id_read(const u8 *p, const struct l2tp_avp *avp,
					 struct l2tp_id *id)
{
	u8 width = avp->attr == ATTR_TUNNEL_ID || avp->attr == ATTR_SESSION_ID ? 2 : 4;

	if (avp->flags & AVP_RESERVED)
		return L2TP_WIRE_AVP_RESERVED;
	if (id->sight != L2TP_ABSENT)
		return L2TP_WIRE_AVP_TWICE;
	if (avp->flags & AVP_H) {
		if (avp->len < AVP_HIDDEN_LEN + width)
			return L2TP_WIRE_AVP_SIZE;
		id->sight = L2TP_HIDDEN;
		return L2TP_WIRE_OK;
	}
	if (avp->len != width)
		return L2TP_WIRE_AVP_SIZE;
	*id = l2tp_id_at(p, avp->value, width);
	return L2TP_WIRE_OK;
}

/* Any AVP but the first. */
static enum l2tp_wire_error l2tp_avp_read(const u8 *p, const struct l2tp_avp *avp, u8 version,
					  struct l2tp_message *m)
{
	struct l2tp_id *id;

	if (avp->vendor)
		return L2TP_WIRE_OK;
	if (avp->attr == ATTR_MESSAGE_TYPE)
		return L2TP_WIRE_AVP_TWICE;
	if (avp->attr == ATTR_DIGEST)
		m->digest = true;
	id = l2tp_id_slot(m, version, avp->attr);
	return id ? l2tp_id_read(p, avp, id) : L2TP_WIRE_OK;
}

static bool l2tp_id_is_zero(const struct l2tp_id *id)
{
	return id->sight == L2TP_CLEAR && !id->value;
}

/* Does the message assign an id that none can have? */
static bool l2tp_assigns_zero(const struct l2tp_message *m)
{
	switch (m->type) {
	case L2TP_SCCRQ:
	case L2TP_SCCRP:
		return l2tp_id_is_zero(&m->assigned) || l2tp_id_is_zero(&m->assigned3);
	case L2TP_ICRQ:
	case L2TP_ICRP:
	case L2TP_OCRQ:
	case L2TP_OCRP:
		return l2tp_id_is_zero(&m->local);
	}
	return false;
}

enum l2tp_wire_error l2tp_message_parse(const u8 *p, u32 len, const struct l2tp_header *h,
					struct l2tp_message *m)
{
	struct l2tp_message r = { .type = L2TP_ZLB };
	enum l2tp_wire_error err;
	struct l2tp_avp avp;
	u32 at = h->body;

	if (h->end > len || at > h->end)
		return L2TP_WIRE_LENGTH;
	while (at < h->end) {
		err = l2tp_avp_next(p, h->end, &at, &avp);
		if (!err)
			err = r.type ? l2tp_avp_read(p, &avp, h->version, &r) :
				       l2tp_type_read(p, &avp, &r);
		if (err)
			return err;
	}
	if (l2tp_assigns_zero(&r))
		return L2TP_WIRE_AVP_ZERO;
	*m = r;
	return L2TP_WIRE_OK;
}
