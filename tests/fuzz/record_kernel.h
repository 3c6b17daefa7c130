/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel, and of kmod/core.h, as kmod/record.c and the netlink policy need, for
 * userspace: messages of a limited size, attributes, locks that are counted.
 */
#ifndef FUZZ_RECORD_KERNEL_H
#define FUZZ_RECORD_KERNEL_H

#define _VPNPASS_CORE_H		/* this one stands in for it */

#include <asm/byteorder.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#include "../../kmod/record.h"

#define htons(x)	__cpu_to_be16(x)
#define ntohs(x)	__be16_to_cpu(x)
#define htonl(x)	__cpu_to_be32(x)
#define ntohl(x)	__be32_to_cpu(x)
#define BIT(n)		(1UL << (n))
#define READ_ONCE(x)	(x)
#define WRITE_ONCE(x, val)	((x) = (val))
#define jiffies		1UL
#define MSEC_PER_SEC	1000L
#define NSEC_PER_MSEC	1000000L
#define min(a, b)	((a) < (b) ? (a) : (b))
#define div_u64(a, b)	((u64)(a) / (b))
#define ktime_get_boottime_ns()	(1ULL << 60)
#define IS_ENABLED(option)	0
#define IS_BUILTIN(option)	0
#define EXPORT_SYMBOL_GPL(symbol)

/* Locks are one number, which is to be 0 in the end. */
extern int locked;
extern int vpnpass_mutex;
#define spin_lock_bh(lock)	((void)(lock), locked++)
#define spin_unlock_bh(lock)	((void)(lock), locked--)
#define mutex_lock(lock)	((void)(lock), locked++)
#define mutex_unlock(lock)	((void)(lock), locked--)
#define rcu_read_lock()		(locked++)
#define rcu_read_unlock()	(locked--)
#define local_bh_disable()	(locked++)
#define local_bh_enable()	(locked--)
#define rcu_dereference_protected(p, condition)	(p)

struct net;
struct sock;
struct nf_conn;

struct list_head {
	struct list_head *next;
};

#define container_of(p, type, member)	((type *)((char *)(p) - offsetof(type, member)))
#define list_for_each_entry_rcu(pos, head, member) \
	for (pos = container_of((head)->next, __typeof__(*pos), member); \
	     &pos->member != (head); \
	     pos = container_of(pos->member.next, __typeof__(*pos), member))

/* Netlink */

struct sk_buff {
	struct sock *sk;
	u8 *data;
	unsigned int len, room;
};

struct netlink_ext_ack {
	const char *text;
};

struct genl_info {
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
};

struct netlink_callback {
	struct sk_buff *skb;
	const struct nlmsghdr *nlh;
	unsigned int seq;
	long args[6];
};

enum { NLA_BINARY = 1, NLA_U8, NLA_U16, NLA_U32, NLA_U64 };

struct nla_policy {
	u8 type;
	u64 max, mask;
};

#define NLA_POLICY_MAX(t, m)	{ .type = (t), .max = (m) }
#define NLA_POLICY_MASK(t, m)	{ .type = (t), .mask = (m) }

struct genl_small_ops {
	int (*doit)(struct sk_buff *skb, struct genl_info *info);
	int (*dumpit)(struct sk_buff *skb, struct netlink_callback *cb);
	u8 cmd, flags;
};

struct genl_multicast_group {
	const char *name;
};

#define NL_SET_ERR_MSG(extack, what)	((extack)->text = (what))
#define NETLINK_CB(skb)		((struct { u32 portid; }){ 7 })
#define genl_dump_check_consistent(cb, hdr)	((void)(cb), (void)(hdr))
#define genl_info_net(info)	((struct net *)(info))
#define sock_net(sk)		((struct net *)(sk))

static inline int nla_len(const struct nlattr *nla)
{
	return nla->nla_len - NLA_HDRLEN;
}

static inline void *nla_data(const struct nlattr *nla)
{
	return (u8 *)nla + NLA_HDRLEN;
}

#define NLA_GET(bits) \
static inline u##bits nla_get_u##bits(const struct nlattr *nla) \
{ \
	u##bits v; \
	memcpy(&v, nla_data(nla), sizeof(v)); \
	return v; \
}
NLA_GET(8)
NLA_GET(16)
NLA_GET(32)
NLA_GET(64)

static inline int nla_put(struct sk_buff *skb, int type, int len, const void *data)
{
	struct nlattr nla = { .nla_len = NLA_HDRLEN + len, .nla_type = type };
	unsigned int all = NLA_ALIGN(nla.nla_len);

	if (all > skb->room - skb->len)
		return -EMSGSIZE;
	memset(skb->data + skb->len, 0, all);
	memcpy(skb->data + skb->len, &nla, sizeof(nla));
	memcpy(skb->data + skb->len + NLA_HDRLEN, data, len);
	skb->len += all;
	return 0;
}

#define NLA_PUT(bits) \
static inline int nla_put_u##bits(struct sk_buff *skb, int type, u##bits v) \
{ \
	return nla_put(skb, type, sizeof(v), &v); \
}
NLA_PUT(8)
NLA_PUT(16)
NLA_PUT(32)
NLA_PUT(64)

struct genl_family;

static inline void *genlmsg_put(struct sk_buff *skb, u32 portid, u32 seq,
				const struct genl_family *family, int flags, u8 cmd)
{
	unsigned int len = NLMSG_HDRLEN + GENL_HDRLEN;
	u8 *p = skb->data + skb->len;

	(void)portid, (void)seq, (void)family, (void)flags, (void)cmd;
	if (len > skb->room - skb->len)
		return NULL;
	memset(p, 0, len);
	skb->len += len;
	return p;
}

static inline void genlmsg_cancel(struct sk_buff *skb, void *hdr)
{
	skb->len = (u8 *)hdr - skb->data;
}

static inline void genlmsg_end(struct sk_buff *skb, void *hdr)
{
	u32 len = skb->data + skb->len - (u8 *)hdr;

	memcpy(hdr, &len, sizeof(len));
}

/* The core */

struct net_device {
	int ifindex;
};

struct vpnpass_control;
struct vpnpass_net;

struct vpnpass_engine {
	u8 id;
	bool (*save)(struct vpnpass_control *control, unsigned int i, struct vpnpass_record *rec);
	int (*restore)(struct vpnpass_net *vn, const struct vpnpass_record *rec);
};

struct vpnpass_net {
	struct net *net;
	unsigned int changes;
	unsigned long walk;
	struct list_head controls;
	struct vpnpass_engine_net {
		const struct vpnpass_engine *engine;
		unsigned int mode;
	} engines[3];
};

struct vpnpass_control {
	struct list_head list;
	int lock;
	struct vpnpass_net *vn;
	const struct vpnpass_engine *engine;
	struct {
		struct vpnpass_key key;
	} binding;
	union nf_inet_addr server_mapped, client_mapped;
	bool dead;
};

struct vpnpass_flow {
	struct vpnpass_control *control;
	u8 seen;
	bool had_entry;
	u32 mark;
	int masq_index;
	u64 packets[IP_CT_DIR_MAX], bytes[IP_CT_DIR_MAX];
};

struct vpnpass_tunnel {
	struct vpnpass_flow flow;
	u64 created;
};

typedef int (*vpnpass_restore_fn)(struct vpnpass_control *control,
				  const struct vpnpass_record *rec);

extern struct genl_family vpnpass_family;
struct vpnpass_net *vpnpass_pernet(const struct net *net);
struct nf_conn *vpnpass_entry_get(struct vpnpass_flow *flow);
void nf_ct_put(struct nf_conn *ct);
struct net_device *__ip_dev_find(struct net *net, __be32 addr, bool devref);
struct vpnpass_control *vpnpass_control_find(struct vpnpass_net *vn, const struct vpnpass_key *key);
void vpnpass_flow_acct(struct vpnpass_flow *flow, u64 packets[], u64 bytes[]);
int vpnpass_put_addr(struct sk_buff *msg, int attr, const struct vpnpass_key *key,
		     const union nf_inet_addr *addr);
int vpnpass_put_u64(struct sk_buff *msg, int attr, u64 value);
int vpnpass_put_acct(struct sk_buff *msg, const u64 packets[], const u64 bytes[]);

#endif
