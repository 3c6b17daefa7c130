/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel, and of kmod/core.h, as kmod/icmp.c needs, for userspace: a packet of
 * exactly its bytes, an entry whose references are counted.
 */
#ifndef FUZZ_SKB_H
#define FUZZ_SKB_H

#define _VPNPASS_CORE_H		/* this one stands in for it */

#include <asm/byteorder.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;

#include "../../kmod/key.h"

#define ICMPV6_INFOMSG_MASK	0x80
#define IP_OFFSET		0x1fff

#define htons(x)	__cpu_to_be16(x)
#define htonl(x)	__cpu_to_be32(x)
#define ntohl(x)	__be32_to_cpu(x)
#define static_branch_unlikely(key)	(*(key))
#define ERR_PTR(error)	((void *)(intptr_t)(error))
#define IS_ERR(p)	((uintptr_t)(p) >= (uintptr_t)-4095)

enum ip_conntrack_info { IP_CT_RELATED = 1, IP_CT_RELATED_REPLY = 4 };
enum { IP_CT_DIR_ORIGINAL, IP_CT_DIR_REPLY };
enum {
	VPNPASS_COUNT_ERROR,
	VPNPASS_COUNT_ERROR_UNKNOWN,
	VPNPASS_COUNT_ERROR_BAD,
	VPNPASS_COUNT_DATA_NOMEM,
	VPNPASS_COUNT_MAX,
};

struct net {
	struct {
		bool sysctl_checksum;
	} ct;
};

struct nf_hook_state {
	struct net *net;
	unsigned int hook;
};

struct nf_conn {
	int refs;
};

struct sk_buff {
	u8 *data;
	unsigned int len;
	union nf_inet_addr dst;	/* as the IP header, which is not in @data, has it */
	struct nf_conn *ct;
	int ctinfo;
	bool no_memory;		/* it can't be made writable */
	unsigned int writable;
};

struct vpnpass_net;
struct vpnpass_flow;

struct vpnpass_binding {
	struct vpnpass_key key;
	struct vpnpass_flow *flow;
	__be32 id;
	u8 dir;
};

struct vpnpass_engine {
	u8 id;
	bool udp;
	struct vpnpass_binding *(*error)(struct vpnpass_net *vn, const struct sk_buff *skb,
					 unsigned int off, struct vpnpass_key *key);
	bool (*error_mangle)(struct sk_buff *skb, unsigned int off, __be32 from, __be32 to);
};

extern bool vpnpass_udp_key;
bool vpnpass_zone(const struct sk_buff *skb, u16 *zone);
const struct vpnpass_engine *vpnpass_data_engine(struct vpnpass_net *vn, u8 l4proto);
const struct vpnpass_engine *vpnpass_udp_engine(struct vpnpass_net *vn, __be16 port);
struct nf_conn *vpnpass_entry_get(struct vpnpass_flow *flow);
void vpnpass_count(struct vpnpass_net *vn, unsigned int id, unsigned int what);
struct vpnpass_net *vpnpass_pernet(const struct net *net);
unsigned int vpnpass_icmp(struct sk_buff *skb, struct vpnpass_packet *pkt);

static inline void vpnpass_packet_key(struct vpnpass_key *key, const struct sk_buff *skb,
				      const struct vpnpass_packet *pkt)
{
	(void)pkt;
	key->dst = skb->dst;
}

static inline void *skb_header_pointer(const struct sk_buff *skb, unsigned int off,
				       unsigned int len, void *buf)
{
	if (off > skb->len || len > skb->len - off)
		return NULL;
	memcpy(buf, skb->data + off, len);
	return buf;
}

static inline int skb_ensure_writable(struct sk_buff *skb, unsigned int len)
{
	if (len > skb->len || skb->no_memory)
		return -ENOMEM;
	if (len > skb->writable)
		skb->writable = len;
	return 0;
}

static inline u32 skb_sum(const u8 *p, unsigned int len, u32 sum)
{
	for (; len > 1; len -= 2, p += 2)
		sum += p[0] << 8 | p[1];
	if (len)
		sum += *p << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* 0 if the checksum is right; the pseudo header's sum is 0 here. */
static inline u16 nf_ip_checksum(struct sk_buff *skb, unsigned int hook, unsigned int off,
				 u8 protocol)
{
	(void)hook, (void)protocol;
	return skb_sum(skb->data + off, skb->len - off, 0) ^ 0xffff;
}

#define nf_ip6_checksum	nf_ip_checksum

static inline int nf_inet_addr_cmp(const union nf_inet_addr *a, const union nf_inet_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool icmp_is_err(int type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

/* RFC 1624: what takes the place of 4 bytes at an even place */
static inline void csum_replace4(uint16_t *check, __be32 from, __be32 to)
{
	u8 *c = (u8 *)check;
	u32 sum = (u16)~(c[0] << 8 | c[1]);

	from = ~from;
	sum = skb_sum((u8 *)&from, 4, sum);
	sum = skb_sum((u8 *)&to, 4, sum);
	sum = ~sum & 0xffff;
	c[0] = sum >> 8;
	c[1] = sum & 0xff;
}

static inline void nf_ct_put(struct nf_conn *ct)
{
	if (ct)
		ct->refs--;
}

static inline void nf_reset_ct(struct sk_buff *skb)
{
	nf_ct_put(skb->ct);
	skb->ct = NULL;
}

static inline void nf_ct_set(struct sk_buff *skb, struct nf_conn *ct, int info)
{
	skb->ct = ct;
	skb->ctinfo = info;
}

#endif
