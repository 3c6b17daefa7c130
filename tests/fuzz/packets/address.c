// SPDX-License-Identifier: GPL-2.0
/* Headers of captured packets: whose they are, their lengths and checksums. */
#include "packet.h"

#include <netinet/in.h>
#include <string.h>

#define IP6_HLEN	40

/* Protocol behind the IP header, which ends at @off; 0 if that lies beyond the packet. */
u8 packet_proto(const struct packet *p, u16 *off)
{
	*off = p->v6 ? IP6_HLEN : (p->data[0] & 15) * 4;
	if (p->len < *off + 8 || *off < 20)
		return 0;
	return p->data[p->v6 ? 6 : 9];
}

static void put_addr(u8 *ip, bool v6, bool dst, const u8 *addr)
{
	if (v6)
		memcpy(ip + (dst ? 24 : 8), addr, 16);
	else
		memcpy(ip + (dst ? 16 : 12), addr, 4);
}

static bool quotes(u8 proto, u8 type)
{
	if (proto == IPPROTO_ICMP)
		return type == 3 || type == 4 || type == 11 || type == 12;
	return proto == IPPROTO_ICMPV6 && type < 128;
}

/* An error quotes a packet of the other direction, as it was on this side. */
static void quoted_address(struct packet *p, u16 off, const struct parties *who)
{
	u8 *ip = p->data + off + 8;

	if (p->len < off + 8 + (p->v6 ? IP6_HLEN : 20))
		return;
	put_addr(ip, p->v6, false, p->wan ? who->router : who->server);
	put_addr(ip, p->v6, true, p->wan ? who->server : who->client);
	if (!p->v6) {
		put16(ip + 10, 0);
		put16(ip + 10, csum_fold(csum_add(0, ip, 20)));
	}
}

/* Give a packet to other parties than those of its capture. */
void packet_address(struct packet *p, const struct parties *who)
{
	u16 off, at;
	u8 proto = packet_proto(p, &off);

	put_addr(p->data, p->v6, false, p->wan ? who->server : who->client);
	put_addr(p->data, p->v6, true, p->wan ? who->router : who->server);
	if (proto == IPPROTO_TCP) {
		at = off + (p->wan ? 2 : 0);
		put16(p->data + at, 1024 + (get16(p->data + at) + who->port) % 64000);
	}
	if (quotes(proto, p->data[off]))
		quoted_address(p, off, who);
}

/* What IP and UDP say of the length is right. */
void packet_lengths(struct packet *p)
{
	u16 off;
	u8 proto = packet_proto(p, &off);

	if (p->len < (p->v6 ? IP6_HLEN : 20))
		return;
	if (p->v6)
		put16(p->data + 4, p->len - IP6_HLEN);
	else
		put16(p->data + 2, p->len);
	if (proto == IPPROTO_UDP)
		put16(p->data + off + 4, p->len - off);
}

static u32 pseudo_sum(const struct packet *p, u8 proto, u16 len)
{
	u32 sum = csum_add(0, p->data + (p->v6 ? 8 : 12), p->v6 ? 32 : 8);

	return sum + proto + len;
}

static void transport_checksum(struct packet *p)
{
	u16 off, at, len;
	u8 proto = packet_proto(p, &off);
	u32 sum;

	if (!proto)
		return;
	at = proto == IPPROTO_TCP ? off + 16 : proto == IPPROTO_UDP ? off + 6 :
	     proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6 ? off + 2 : 0;
	if (!at || p->len < at + 2)
		return;
	len = p->len - off;
	put16(p->data + at, 0);
	sum = proto == IPPROTO_ICMP ? 0 : pseudo_sum(p, proto, len);
	put16(p->data + at, csum_fold(csum_add(sum, p->data + off, len)));
}

/* All checksums are right, so that conntrack looks at the rest. */
void packet_checksums(struct packet *p)
{
	u16 off;

	transport_checksum(p);
	packet_proto(p, &off);
	if (p->v6 || off < 20 || p->len < off)
		return;
	put16(p->data + 10, 0);
	put16(p->data + 10, csum_fold(csum_add(0, p->data, off)));
}

/* Receivers know by it what is ours. */
void packet_mark(struct packet *p)
{
	u32 sum;

	if (p->v6) {
		p->data[0] = (p->data[0] & 0xf0) | FUZZ_TOS >> 4;
		p->data[1] &= 0x0f;
		return;
	}
	/* whether the checksum was right or wrong, it stays so (RFC 1624) */
	sum = (u16)~get16(p->data + 10) + (u16)~get16(p->data);
	p->data[1] = FUZZ_TOS;
	put16(p->data + 10, csum_fold(sum + get16(p->data)));
}
