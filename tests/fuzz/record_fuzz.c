// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what the core reads of netlink, records (kmod/record.c): any attributes
 * that pass the policy. What is taken is of one family, as packets' keys are, and bounded as
 * enums and flags are; what is refused is refused with words; what is told of it, by a dump in
 * messages of any room, is read again as it was, each record once. Locks are balanced.
 *
 * Input: two bytes (the protocol that is switched off, if bit 7 is set; the room of a message)
 * and netlink attributes.
 */
#include "record_kernel.h"

#include <stdio.h>

#include "../../kmod/netlink-gen.c"
#include "../../kmod/record.c"

#define RECORDS		3	/* of the dump, all the same */
#define ROOM		1024

int locked, vpnpass_mutex;

static struct vpnpass_net vn;
static struct vpnpass_control control;
static struct vpnpass_record taken;
static unsigned int takes, told;
static u8 proto;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* What the rest of the core would do. */

struct vpnpass_net *vpnpass_pernet(const struct net *net)
{
	(void)net;
	return &vn;
}

struct nf_conn *vpnpass_entry_get(struct vpnpass_flow *flow)
{
	(void)flow;
	return NULL;
}

void nf_ct_put(struct nf_conn *ct)
{
	must(!ct, "there is no entry");
}

struct net_device *__ip_dev_find(struct net *net, __be32 addr, bool devref)
{
	static struct net_device dev = { .ifindex = 3 };

	(void)net, (void)devref;
	return addr ? &dev : NULL;
}

struct vpnpass_control *vpnpass_control_find(struct vpnpass_net *net,
					     const struct vpnpass_key *key)
{
	must(net == &vn && key, "it is ours");
	return &control;
}

void vpnpass_flow_acct(struct vpnpass_flow *flow, u64 packets[], u64 bytes[])
{
	memcpy(packets, flow->packets, sizeof(flow->packets));
	memcpy(bytes, flow->bytes, sizeof(flow->bytes));
}

int vpnpass_put_addr(struct sk_buff *msg, int attr, const struct vpnpass_key *key,
		     const union nf_inet_addr *addr)
{
	return nla_put(msg, attr, key->kind & VPNPASS_IPV6 ? 16 : 4, addr);
}

int vpnpass_put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64(msg, attr, value);
}

int vpnpass_put_acct(struct sk_buff *msg, const u64 packets[], const u64 bytes[])
{
	return vpnpass_put_u64(msg, VPNPASS_A_TX_PACKETS, packets[0]) ||
	       vpnpass_put_u64(msg, VPNPASS_A_TX_BYTES, bytes[0]) ||
	       vpnpass_put_u64(msg, VPNPASS_A_RX_PACKETS, packets[1]) ||
	       vpnpass_put_u64(msg, VPNPASS_A_RX_BYTES, bytes[1]);
}

#define NOT_HERE(name, arg) \
int name(struct sk_buff *skb, arg) \
{ \
	(void)skb, (void)p; \
	return 0; \
}
NOT_HERE(vpnpass_nl_proto_get_dumpit, struct netlink_callback *p)
NOT_HERE(vpnpass_nl_proto_set_doit, struct genl_info *p)
NOT_HERE(vpnpass_nl_tunnel_get_dumpit, struct netlink_callback *p)
NOT_HERE(vpnpass_nl_counter_get_dumpit, struct netlink_callback *p)

/* The protocol's part: a flow and a tunnel go on, and are told of. */

static bool zero_behind(const union nf_inet_addr *addr, bool ipv6)
{
	return ipv6 || (!addr->all[1] && !addr->all[2] && !addr->all[3]);
}

static void check_record(const struct vpnpass_record *rec)
{
	bool ipv6 = rec->key.kind & VPNPASS_IPV6;

	must((rec->key.kind & ~VPNPASS_IPV6) == VPNPASS_CONTROL, "keys are of control flows");
	must(zero_behind(&rec->key.src, ipv6) && zero_behind(&rec->key.dst, ipv6) &&
	     zero_behind(&rec->client_mapped, ipv6) && zero_behind(&rec->server_mapped, ipv6),
	     "zeros follow IPv4 addresses, as in packets' keys");
	must(rec->kind <= VPNPASS_RECORD_KIND_SA_IN, "kinds are known ones");
	must(!(rec->flags & ~0x7fu), "flags are known ones");
	must(!(rec->seen & ~3u), "there are two directions");
	must(!rec->key.id || rec->key.l4proto == IPPROTO_TCP || rec->key.l4proto == IPPROTO_UDP,
	     "only these have ports");
}

static int restore(struct vpnpass_net *net, const struct vpnpass_record *rec)
{
	struct vpnpass_tunnel tunnel = { .flow.control = &control, .created = 1ULL << 60 };

	must(net == &vn && locked == 3, "with locks and in our network namespace");
	check_record(rec);
	vpnpass_tunnel_restore(&tunnel, rec);
	must(tunnel.created <= 1ULL << 60 && (1ULL << 60) - tunnel.created <= 1ULL << 59,
	     "ages are bounded");
	must(tunnel.flow.had_entry && tunnel.flow.mark == rec->mark, "the flow goes on");
	taken = *rec;
	takes++;
	return 0;
}

static bool save(struct vpnpass_control *c, unsigned int i, struct vpnpass_record *rec)
{
	must(c == &control && locked, "it is locked");
	if (i >= RECORDS)
		return false;
	*rec = taken;
	return true;
}

static const struct vpnpass_engine engines[3] = {
	{ .id = 0, .save = save, .restore = restore },
	{ .id = 1, .save = save, .restore = restore },
	{ .id = 2, .save = save, .restore = restore },
};

/* As the kernel does before it calls us; false if it would refuse. */
static bool valid(const struct nlattr *nla)
{
	static const int least[] = { [NLA_U8] = 1, [NLA_U16] = 2, [NLA_U32] = 4, [NLA_U64] = 8 };
	unsigned int type = nla->nla_type & NLA_TYPE_MASK;
	const struct nla_policy *p;
	u64 v = 0;

	if (type > VPNPASS_A_SEEN || !vpnpass_nl_policy[type].type)
		return false;
	p = &vpnpass_nl_policy[type];
	if (p->type == NLA_BINARY)
		return true;
	if (nla_len(nla) < least[p->type])
		return false;
	memcpy(&v, nla_data(nla), least[p->type]);
	return (!p->max || v <= p->max) && (!p->mask || !(v & ~p->mask));
}

static bool parse(const u8 *p, size_t len, struct nlattr **attrs)
{
	size_t step;

	memset(attrs, 0, (VPNPASS_A_SEEN + 1) * sizeof(*attrs));
	for (; len >= NLA_HDRLEN; p += step, len -= step) {
		struct nlattr *nla = (struct nlattr *)p;

		step = NLA_ALIGN(nla->nla_len);
		if (nla->nla_len < NLA_HDRLEN || nla->nla_len > len || !valid(nla))
			return false;
		attrs[nla->nla_type & NLA_TYPE_MASK] = nla;
		if (step > len)
			step = len;
	}
	return true;
}

static int load(const u8 *p, size_t len)
{
	struct nlattr *attrs[VPNPASS_A_SEEN + 1];
	struct netlink_ext_ack extack = { NULL };
	struct genl_info info = { .attrs = attrs, .extack = &extack };
	struct sk_buff skb = { .len = 0 };
	int err;

	if (!parse(p, len, attrs))
		return -ERANGE;
	err = vpnpass_nl_record_new_doit(&skb, &info);
	must(!locked, "locks are balanced");
	must(!err == !extack.text, "a refusal says why");
	if (!err)
		proto = nla_get_u8(attrs[VPNPASS_A_PROTO]);
	return err;
}

/* Each record of one message, as load reads it. */
static void read_message(const u8 *p, unsigned int len, const struct vpnpass_record *want)
{
	u32 one;

	for (; len; p += one, len -= one) {
		must(len >= NLMSG_HDRLEN + GENL_HDRLEN, "messages are whole");
		memcpy(&one, p, sizeof(one));
		must(one <= len && one >= NLMSG_HDRLEN + GENL_HDRLEN, "messages are whole");
		must(!load(p + NLMSG_HDRLEN + GENL_HDRLEN, one - NLMSG_HDRLEN - GENL_HDRLEN),
		     "what is told is taken");
		must(!memcmp(want, &taken, sizeof(taken)), "what is told is what was taken");
		told++;
	}
}

static void dump(unsigned int room)
{
	struct nlmsghdr nlh = { .nlmsg_seq = 1 };
	struct netlink_callback cb = { .nlh = &nlh };
	struct vpnpass_record want = taken;
	struct sk_buff skb = { .room = room };
	unsigned int turns = 0;

	control = (struct vpnpass_control){ .vn = &vn, .engine = &engines[proto] };
	control.binding.key = taken.key;
	vn.controls.next = &control.list;
	control.list.next = &vn.controls;
	cb.skb = &skb;
	told = 0;
	do {
		skb.data = malloc(room);	/* exactly sized */
		must(skb.data, "there is memory");
		skb.len = 0;
		vpnpass_nl_record_get_dumpit(&skb, &cb);
		must(!locked && skb.len <= room, "locks are balanced, and it fits");
		read_message(skb.data, skb.len, &want);
		free(skb.data);
	} while (skb.len && ++turns <= RECORDS);
	must(!told || told == RECORDS, "each record is told once");
	must(told || room < ROOM, "a record fits into a page");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int i;
	u8 *attrs;
	int err;

	if (size < 2)
		return 0;
	vn = (struct vpnpass_net){ .controls.next = &vn.controls };
	control = (struct vpnpass_control){ .vn = &vn };
	for (i = 0; i < 3; i++) {
		vn.engines[i].engine = &engines[i];
		vn.engines[i].mode = data[0] & 0x80 && data[0] % 4 == i ? VPNPASS_MODE_OFF :
				     VPNPASS_MODE_ON;
	}
	attrs = malloc(size - 1);	/* exactly sized, and aligned */
	must(attrs, "there is memory");
	memcpy(attrs, data + 2, size - 2);
	takes = 0;
	err = load(attrs, size - 2);
	must(takes == !err, "what is refused is not taken");
	if (!err)
		dump(data[1] & 1 ? ROOM : 16 + data[1] * 4);
	free(attrs);
	return 0;
}
