// SPDX-License-Identifier: GPL-2.0
/* Control messages of L2TPv2 (RFC 2661) and L2TPv3 (RFC 3931): built and taken apart. */
#include "l2tp.h"

#include <stdio.h>
#include <string.h>

#define VENDOR		0xfde8
#define VENDOR_MAGIC	0x56504c32	/* "VPL2" */

enum {
	A_TYPE = 0, A_RESULT = 1, A_PROTO = 2, A_FRAMING = 3, A_HOST = 7, A_TUNNEL = 9,
	A_WINDOW = 10, A_SESSION = 14, A_SERIAL = 15, A_FRAME_TYPE = 19, A_SPEED = 24,
	A_RANDOM = 36, A_DIGEST = 59, A_ROUTER = 60, A_CCID = 61, A_PW_CAPS = 62, A_LOCAL = 63, A_REMOTE = 64,
	A_COOKIE = 65, A_END_ID = 66, A_PW_TYPE = 68,
};

/* Octets before the flags of an L2TPv3 control message over IP */
static size_t lead(const struct tunnel *t)
{
	return t->over_ip ? 4 : 0;
}

static void put_header(struct tunnel *t, int who, u8 *p, size_t len, u16 session, u16 ns)
{
	struct half *h = &t->h[who];

	memset(p, 0, lead(t));
	p += lead(t);
	put16(p, 0xc800 | t->version);
	put16(p + 2, len - lead(t));
	if (t->version == 3) {
		put32(p + 4, h->peer);
	} else {
		put16(p + 4, h->peer);
		put16(p + 6, session);
	}
	put16(p + 8, ns);
	put16(p + 10, h->nr);
}

/* Who it is for. Behind all else: a router finds the ids first. */
static void put_owner(struct avps *a, struct tunnel *t, int who, struct session *s)
{
	u8 v[16];

	put32(v, VENDOR_MAGIC);
	put32(v + 4, t->uid);
	put32(v + 8, s ? s->uid : 0);
	put32(v + 12, who);
	avp_put(a, VENDOR, 1, v, sizeof(v), false);
}

static void put_id(struct avps *a, struct tunnel *t, u16 type2, u16 type3, u32 id)
{
	a->hide = t->hidden;
	if (t->version == 3)
		avp_put32(a, type3, id);
	else
		avp_put16(a, type2, id);
	a->hide = false;
}

static void put_tunnel(struct avps *a, struct tunnel *t, int who)
{
	static const u8 any[4] = { 0, 0, 0, 3 };
	u8 pw[2] = { 0, 5 }, proto[2] = { 1, 0 };
	char name[32];

	if (t->version == 2) {
		avp_put(a, 0, A_PROTO, proto, 2, false);
		avp_put(a, 0, A_FRAMING, any, 4, false);
	}
	snprintf(name, sizeof(name), "%s%u", who == CLIENT ? "client" : "server",
		 t->link->end[who]->index);
	avp_put(a, 0, A_HOST, name, strlen(name), false);
	if (t->version == 3)
		avp_put32(a, A_ROUTER, t->link->end[who]->index);
	put_id(a, t, A_TUNNEL, A_CCID, t->h[who].own);
	if (t->version == 3)
		avp_put(a, 0, A_PW_CAPS, pw, 2, false);
	avp_put16(a, A_WINDOW, 8);
}

static void put_session(struct avps *a, struct tunnel *t, int who, enum msg_type type,
			struct session *s)
{
	if (t->version == 3) {
		put_id(a, t, 0, A_LOCAL, s->id[who]);
		put_id(a, t, 0, A_REMOTE, s->told[who]);
	} else if (type != ICCN && type != OCCN) {
		put_id(a, t, A_SESSION, 0, s->id[who]);
	}
	if (type == ICRQ || type == OCRQ)
		avp_put32(a, A_SERIAL, s->uid);
	if (t->version == 2 && (type == ICCN || type == OCCN)) {
		avp_put32(a, A_SPEED, 10000000);
		avp_put32(a, A_FRAME_TYPE, 1);
	}
	if (t->version == 3 && (type == ICRQ || type == OCRQ)) {
		avp_put16(a, A_PW_TYPE, 5);
		avp_put32(a, A_END_ID, s->uid);
	}
	if (t->version == 3 && type != CDN && t->link->world->set.cookie)
		avp_put(a, 0, A_COOKIE, s->cookie[who], t->link->world->set.cookie, t->hidden);
}

void msg_build(struct tunnel *t, int who, enum msg_type type, struct session *s, struct msg *m)
{
	static const u8 zero[16], result[2] = { 0, 1 };
	struct avps a = { .buf = m->buf + lead(t) + 12 };
	u8 rv[8];

	m->type = type;
	avp_put16(&a, A_TYPE, type);
	if (t->digest) {
		u8 v[17] = { 1 };

		memcpy(v + 1, zero, 16);
		avp_put(&a, 0, A_DIGEST, v, sizeof(v), false);
	}
	if (t->hidden) {
		put32(rv, roll32());
		put32(rv + 4, roll32());
		avp_put(&a, 0, A_RANDOM, rv, sizeof(rv), false);
	}
	if (type == STOPCCN || type == CDN)
		avp_put(&a, 0, A_RESULT, result, 2, false);
	if (type == SCCRQ || type == SCCRP)
		put_tunnel(&a, t, who);
	if (type == STOPCCN)
		put_id(&a, t, A_TUNNEL, A_CCID, t->h[who].own);
	if (s)
		put_session(&a, t, who, type, s);
	put_owner(&a, t, who, s);
	m->len = lead(t) + 12 + a.len;
	put_header(t, who, m->buf, m->len, s ? s->told[who] : 0, m->ns);
}

size_t ack_build(struct tunnel *t, int who, u8 *buf)
{
	size_t len = lead(t) + 12;

	put_header(t, who, buf, len, 0, t->h[who].ns);
	return len;
}

void msg_finish(struct tunnel *t, int who, struct msg *m)
{
	u8 *p = m->buf + lead(t);

	put16(p + 10, t->h[who].nr);
	/* type AVP, then the header of the digest's and its kind */
	if (t->digest)
		digest(p, m->len - lead(t), 12 + 8 + 7, p + 12 + 8 + 7);
}

static bool check_digest(const u8 *p, size_t len)
{
	u8 want[16];

	if (len < 12 + 8 + 23 || get16(p + 20 + 4) != A_DIGEST)
		return true;
	digest(p, len, 27, want);
	return !memcmp(want, p + 27, 16);
}

bool control_parse(const struct packet *in, struct control *c)
{
	const u8 *p = in->p;
	size_t len = in->len;
	u8 v[16];

	if (in->over_ip) {
		p += 4;
		len -= 4;
	}
	if (len < 12 || (get16(p) & 0xfff0) != 0xc800 || get16(p + 2) < 12 || get16(p + 2) > len)
		return false;
	memset(c, 0, sizeof(*c));
	len = get16(p + 2);
	c->version = p[1] & 15;
	if (c->version != 2 && c->version != 3)
		return false;
	c->id = c->version == 3 ? get32(p + 4) : get16(p + 4);
	c->session = c->version == 3 ? 0 : get16(p + 6);
	c->ns = get16(p + 8);
	c->nr = get16(p + 10);
	c->avps = p + 12;
	c->len = len - 12;
	if (!c->len)
		return true;
	if (!avps_valid(c->avps, c->len) ||
	    avp_get(c->avps, c->len, 0, A_TYPE, v, sizeof(v)) != 2)
		return false;
	c->type = get16(v);
	c->digest_wrong = c->version == 3 && !check_digest(p, len);
	if (avp_get(c->avps, c->len, VENDOR, 1, v, sizeof(v)) != 16 || get32(v) != VENDOR_MAGIC)
		return false;
	c->tunnel_uid = get32(v + 4);
	c->session_uid = get32(v + 8);
	c->from = get32(v + 12) & 1;
	return true;
}

u32 control_id(const struct control *c, u16 type2, u16 type3)
{
	u8 v[16];

	if (c->version == 3)
		return avp_get(c->avps, c->len, 0, type3, v, sizeof(v)) == 4 ? get32(v) : 0;
	return avp_get(c->avps, c->len, 0, type2, v, sizeof(v)) == 2 ? get16(v) : 0;
}
