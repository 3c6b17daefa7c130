// SPDX-License-Identifier: GPL-2.0
/*
 * AVPs of RFC 2661 and RFC 3931. Hiding and the message digest have the form of the RFCs but
 * ciphers of our own: to those who lack the secret it is all the same.
 */
#include "l2tp.h"

#include <string.h>

#define SECRET	0x6c327470

static u32 mix(u32 h, u8 v)
{
	h = (h ^ v) * 16777619;
	return h ^ h >> 15;
}

/* Octet @i of what hides an attribute's value */
static u8 mask(u16 type, u32 i)
{
	u32 h = SECRET;

	h = mix(h, type >> 8);
	h = mix(h, type & 0xff);
	h = mix(h, i);
	return mix(h, 0x5a) >> 8;
}

void avp_put(struct avps *a, u16 vendor, u16 type, const void *value, size_t len, bool hide)
{
	u8 *p = a->buf + a->len;
	bool mandatory = !vendor;
	size_t i;

	put16(p + 2, vendor);
	put16(p + 4, type);
	if (hide) {
		put16(p + 6, len);
		memcpy(p + 8, value, len);
		for (i = len; i < len + 7; i++)		/* the length is nobody's business */
			p[8 + i] = 0x77;
		len += 9;
		for (i = 0; i < len; i++)
			p[6 + i] ^= mask(type, i);
	} else if (len) {
		memcpy(p + 6, value, len);
	}
	put16(p, (mandatory ? 0x8000 : 0) | (hide ? 0x4000 : 0) | (6 + len));
	a->len += 6 + len;
}

void avp_put16(struct avps *a, u16 type, u16 value)
{
	u8 buf[2];

	put16(buf, value);
	avp_put(a, 0, type, buf, 2, a->hide);
}

void avp_put32(struct avps *a, u16 type, u32 value)
{
	u8 buf[4];

	put32(buf, value);
	avp_put(a, 0, type, buf, 4, a->hide);
}

static u16 avp_len(const u8 *p)
{
	return get16(p) & 0x3ff;
}

bool avps_valid(const u8 *p, size_t len)
{
	while (len >= 6) {
		if (avp_len(p) < 6 || avp_len(p) > len)
			return false;
		len -= avp_len(p);
		p += avp_len(p);
	}
	return !len;
}

static int reveal(const u8 *p, u16 type, u8 *value, size_t room)
{
	u8 plain[64];
	u16 len = avp_len(p) - 6, want;
	u32 i;

	if (len < 2 || len > sizeof(plain))
		return -1;
	for (i = 0; i < len; i++)
		plain[i] = p[6 + i] ^ mask(type, i);
	want = get16(plain);
	if (want > len - 2 || want > room)
		return -1;
	memcpy(value, plain + 2, want);
	return want;
}

int avp_get(const u8 *p, size_t len, u16 vendor, u16 type, u8 *value, size_t room)
{
	size_t want;

	for (; len >= 6 && avp_len(p) >= 6 && avp_len(p) <= len; p += avp_len(p)) {
		want = avp_len(p) - 6;
		if (get16(p + 2) == vendor && get16(p + 4) == type) {
			if (p[0] & 0x40)
				return reveal(p, type, value, room);
			if (want > room)
				return -1;
			memcpy(value, p + 6, want);
			return want;
		}
		len -= avp_len(p);
	}
	return -1;
}

void digest(const u8 *p, size_t len, size_t at, u8 out[16])
{
	u32 h[4] = { SECRET, SECRET + 1, SECRET + 2, SECRET + 3 };
	size_t i;
	int k;

	for (i = 0; i < len; i++) {
		for (k = 0; k < 4; k++)
			h[k] = mix(h[k], i >= at && i < at + 16 ? 0 : p[i]);
	}
	for (k = 0; k < 4; k++)
		put32(out + 4 * k, h[k]);
}
