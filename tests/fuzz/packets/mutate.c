// SPDX-License-Identifier: GPL-2.0
/* What is done to a packet before it is sent. */
#include "packet.h"

#include <netinet/in.h>
#include <string.h>

#define IP6_HLEN	40

static u64 state = 1;

void roll_seed(u64 seed)
{
	state = seed ? seed : 1;
}

u32 roll(u32 n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (u32)((state * 0x2545f4914f6cdd1dULL) >> 33) % n;
}

bool chance(u32 percent)
{
	return roll(100) < percent;
}

static u16 header_len(const struct packet *p)
{
	return p->v6 ? IP6_HLEN : 20;
}

/* Mostly behind the IP header. */
static u16 place(const struct packet *p, u16 width)
{
	u16 from = chance(10) ? 0 : header_len(p);

	if (p->len < from + width)
		from = 0;
	/* ids and lengths are at the front */
	if (chance(70) && p->len > from + 64)
		return from + roll(64 - width);
	return from + roll(p->len - from - width + 1);
}

static void flip_bits(struct packet *p)
{
	u32 n = 1 + roll(8);

	while (n--)
		p->data[place(p, 1)] ^= 1 << roll(8);
}

static void set_bytes(struct packet *p)
{
	static const u8 values[] = { 0, 1, 2, 0x7f, 0x80, 0xc8, 0xff };

	p->data[place(p, 1)] = chance(50) ? values[roll(ARRAY_SIZE(values))] : roll(256);
}

/* As if any two bytes were a length. */
static void set_length(struct packet *p)
{
	const u16 values[] = { 0, 1, 5, 6, 7, 12, p->len - 1, p->len + 1, 0x7fff, 0x8000, 0xffff,
			       1023, 1024, p->len - header_len(p), p->len - header_len(p) - 8 };
	u16 at = place(p, 2);

	if (chance(50))
		put16(p->data + at, values[roll(ARRAY_SIZE(values))]);
	else
		put16(p->data + at, get16(p->data + at) + roll(17) - 8);
}

/* The fields that say how long something is, each in its place. */
static void set_known_length(struct packet *p)
{
	u16 off, at;
	u8 proto = packet_proto(p, &off);

	switch (roll(4)) {
	case 0:
		at = p->v6 ? 4 : 2;
		break;
	case 1:
		if (p->v6 || proto == IPPROTO_ICMPV6)
			return set_length(p);
		p->data[0] = 0x40 | roll(16);
		return;
	case 2:
		at = off + 4;	/* UDP */
		break;
	default:
		/* UDP's payload: L2TP's length, its first AVP's; IKE's */
		at = off + 8 + (chance(40) ? 2 : chance(50) ? 12 : 26);
		if (proto == IPPROTO_TCP)
			at = off + (p->data[off + 12] >> 4) * 4;
	}
	if (at + 2 > p->len)
		return set_length(p);
	put16(p->data + at, chance(50) ? roll(65536) : get16(p->data + at) + roll(33) - 16);
}

static void truncate_packet(struct packet *p)
{
	u16 head = header_len(p);

	if (p->len > head)
		p->len = head + roll(p->len - head);
	if (chance(70))
		packet_lengths(p);
}

static void extend(struct packet *p)
{
	u16 more = 1 + roll(chance(80) ? 64 : 1400), i;

	for (i = 0; i < more && p->len < 1500; i++)
		p->data[p->len++] = roll(256);
	if (chance(70))
		packet_lengths(p);
}

/* The rest is that of another packet. */
static void splice(struct packet *p, const struct packet *other)
{
	u16 at = place(p, 1), from;

	if (other->len <= header_len(other))
		return;
	from = chance(50) && at < other->len ? at :
	       header_len(other) + roll(other->len - header_len(other));
	if (at + other->len - from > 1500)
		return;
	memcpy(p->data + at, other->data + from, other->len - from);
	p->len = at + other->len - from;
	packet_lengths(p);
}

/* Take out or repeat bytes in the middle, as of AVPs and messages. */
static void cut_or_repeat(struct packet *p)
{
	u16 at = place(p, 1), n = 1 + roll(chance(50) ? 8 : 64);

	if (n > p->len - at)
		n = p->len - at;
	if (chance(50)) {
		memmove(p->data + at, p->data + at + n, p->len - at - n);
		p->len -= n;
	} else if (p->len + n <= 1500) {
		memmove(p->data + at + n, p->data + at, p->len - at);
		p->len += n;
	}
	packet_lengths(p);
}

void packet_mutate(struct packet *p, const struct packet *other)
{
	u32 n = chance(70) ? 1 : 1 + roll(4);

	while (n-- && p->len > header_len(p) + 4) {
		switch (roll(10)) {
		case 0: case 1: case 2:
			flip_bits(p);
			break;
		case 3:
			set_bytes(p);
			break;
		case 4:
			set_length(p);
			break;
		case 5:
			set_known_length(p);
			break;
		case 6:
			truncate_packet(p);
			break;
		case 7:
			extend(p);
			break;
		case 8:
			splice(p, other);
			break;
		default:
			cut_or_repeat(p);
		}
	}
}

static void error_header(struct packet *e, const u8 *src, const u8 *dst)
{
	memset(e->data, 0, header_len(e) + 8);
	if (e->v6) {
		e->data[0] = 0x60;
		e->data[6] = IPPROTO_ICMPV6;
		e->data[7] = 64;
		memcpy(e->data + 8, src, 16);
		memcpy(e->data + 24, dst, 16);
		return;
	}
	e->data[0] = 0x45;
	e->data[8] = 64;
	e->data[9] = IPPROTO_ICMP;
	memcpy(e->data + 12, src, 4);
	memcpy(e->data + 16, dst, 4);
}

/* Type, code and what follows, at random among those that are errors. */
static void error_kind(u8 *icmp, bool v6)
{
	static const u8 types4[] = { 3, 3, 3, 4, 5, 11, 12 }, types6[] = { 1, 2, 3, 4, 100 };

	icmp[0] = v6 ? types6[roll(ARRAY_SIZE(types6))] : types4[roll(ARRAY_SIZE(types4))];
	icmp[1] = chance(30) ? 4 : roll(16);
	put16(icmp + 6, chance(50) ? 1280 : roll(65536));
}

bool packet_error(struct packet *error, const struct packet *about, const struct parties *who)
{
	u16 head = about->v6 ? IP6_HLEN : 20, room = about->len < 600 ? about->len : 600;

	if (about->len < head + 8)
		return false;
	*error = (struct packet){ .wan = !about->wan, .v6 = about->v6 };
	error_header(error, error->wan ? who->server : who->client,
		     error->wan ? who->router : who->server);
	error_kind(error->data + head, error->v6);
	/* RFC 792 asks for 8 bytes of the payload, others quote more */
	if (chance(50))
		room = head + 8 < room ? head + 8 : room;
	memcpy(error->data + head + 8, about->data, room);
	if (error->wan)	/* as the outside saw it */
		memcpy(error->data + head + 8 + (error->v6 ? 8 : 12), who->router,
		       error->v6 ? 16 : 4);
	error->len = head + 8 + room;
	packet_lengths(error);
	return true;
}

static void put_fragment(struct packet *f, const struct packet *p, u16 at, u16 len, bool more,
			 u32 id)
{
	u16 head = header_len(p), extra = p->v6 ? 8 : 0;

	*f = (struct packet){ .wan = p->wan, .v6 = p->v6, .len = head + extra + len };
	memcpy(f->data, p->data, head);
	memcpy(f->data + head + extra, p->data + head + at, len);
	if (p->v6) {
		f->data[head] = p->data[6];
		f->data[6] = IPPROTO_FRAGMENT;
		put16(f->data + head + 2, at | more);
		put32(f->data + head + 4, id);
		put16(f->data + 4, len + extra);
		return;
	}
	put16(f->data + 2, head + len);
	put16(f->data + 4, id);
	put16(f->data + 6, at / 8 | (more ? 0x2000 : 0));
	put16(f->data + 10, 0);
	put16(f->data + 10, csum_fold(csum_add(0, f->data, head)));
}

unsigned int packet_fragments(const struct packet *p, struct packet *v, unsigned int max)
{
	u16 head = header_len(p), total, at = 0, len;
	u32 id = roll(65536);
	unsigned int n = 0;

	if (p->len < head + 17 || (!p->v6 && p->data[0] != 0x45))
		return 0;
	total = p->len - head;
	while (at < total && n < max) {
		len = 8 * (1 + roll(1 + total / 16));
		if (n + 1 == max)
			len = total - at;
		if (len > total - at)
			len = total - at;
		if (!chance(5))
			put_fragment(&v[n++], p, at, len, at + len < total, id);
		at += len;
		if (at < total && at >= 8 && chance(5))
			at -= 8;	/* overlap */
	}
	return n;
}
