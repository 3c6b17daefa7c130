// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: conntrack entries of the protocols, and their end. An entry is deleted by
 * the attributes with which it was listed, zones and id with them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ct.h"
#include "mode.h"
#include "nfnl.h"
#include "out.h"
#include "vpnpass.h"

#define CT_TYPE(msg)	(NFNL_SUBSYS_CTNETLINK << 8 | (msg))
#define TRIES		5

/* Which entries belong to a protocol: by port, or all but those of plain GRE. */
static const struct {
	unsigned int proto;
	uint8_t l4;
	uint16_t port;
} kinds[] = {
	{ VPNPASS_PROTO_PPTP, IPPROTO_TCP, 1723 },
	{ VPNPASS_PROTO_PPTP, IPPROTO_GRE, 0 },
	{ VPNPASS_PROTO_L2TP, IPPROTO_UDP, 1701 },
	{ VPNPASS_PROTO_L2TP, 115, 0 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, 500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_TCP, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_ESP, 0 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_AH, 0 },
};

/**
 * struct tuple - one direction of an entry
 * @src: source address, of 4 or 16 bytes
 * @src_len: its length
 * @l4: what the IP header says it is
 * @sport: source port, or GRE's call id
 * @dport: likewise
 */
struct tuple {
	const void *src;
	size_t src_len;
	uint8_t l4;
	uint16_t sport;
	uint16_t dport;
};

/**
 * struct ending - entries that are to be deleted
 * @set: BIT(protocol) for each that ends
 * @local: this router's addresses
 * @n: socket
 * @msgs: requests to delete them, one behind the other
 * @len: length of them all
 */
struct ending {
	unsigned int set;
	struct ifaddrs *local;
	struct nfnl n;
	char *msgs;
	size_t len;
};

static uint16_t get_port(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == sizeof(uint16_t) ?
	       ntohs(mnl_attr_get_u16(attr)) : 0;
}

static int ip_attr(const struct nlattr *attr, void *ctx)
{
	unsigned int type = mnl_attr_get_type(attr);
	struct tuple *t = ctx;

	if (type == CTA_IP_V4_SRC || type == CTA_IP_V6_SRC) {
		t->src = mnl_attr_get_payload(attr);
		t->src_len = mnl_attr_get_payload_len(attr);
	}
	return MNL_CB_OK;
}

static int proto_attr(const struct nlattr *attr, void *ctx)
{
	struct tuple *t = ctx;

	switch (mnl_attr_get_type(attr)) {
	case CTA_PROTO_NUM:
		if (mnl_attr_get_payload_len(attr) == sizeof(uint8_t))
			t->l4 = mnl_attr_get_u8(attr);
		break;
	case CTA_PROTO_SRC_PORT:
		t->sport = get_port(attr);
		break;
	case CTA_PROTO_DST_PORT:
		t->dport = get_port(attr);
		break;
	}
	return MNL_CB_OK;
}

static int tuple_attr(const struct nlattr *attr, void *ctx)
{
	switch (mnl_attr_get_type(attr)) {
	case CTA_TUPLE_IP:
		return mnl_attr_parse_nested(attr, ip_attr, ctx);
	case CTA_TUPLE_PROTO:
		return mnl_attr_parse_nested(attr, proto_attr, ctx);
	}
	return MNL_CB_OK;
}

/* Attributes of an entry that tell it from others. */
static int entry_attr(const struct nlattr *attr, void *ctx)
{
	const struct nlattr **tb = ctx;

	if (mnl_attr_get_type(attr) <= CTA_ZONE)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static bool has_port(const struct tuple *t, uint16_t port)
{
	return t->sport == port || t->dport == port;
}

/* A PPTP call without any id looks like plain GRE; its packets meet the rules anyway. */
static bool is_plain_gre(const struct tuple *t)
{
	return t->l4 == IPPROTO_GRE && !t->sport && !t->dport;
}

static bool is_meant(const struct ending *e, const struct tuple *orig, const struct tuple *reply)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!(e->set & 1u << kinds[i].proto) || kinds[i].l4 != orig->l4)
			continue;
		if (kinds[i].port ? has_port(orig, kinds[i].port) || has_port(reply, kinds[i].port)
				  : !is_plain_gre(orig) || !is_plain_gre(reply))
			return true;
	}
	return false;
}

static bool is_local(const struct ending *e, const struct tuple *t)
{
	const struct ifaddrs *a;
	const void *addr;

	for (a = e->local; a; a = a->ifa_next) {
		if (!a->ifa_addr)
			continue;
		if (a->ifa_addr->sa_family == AF_INET && t->src_len == sizeof(struct in_addr))
			addr = &((const struct sockaddr_in *)(void *)a->ifa_addr)->sin_addr;
		else if (a->ifa_addr->sa_family == AF_INET6 &&
			 t->src_len == sizeof(struct in6_addr))
			addr = &((const struct sockaddr_in6 *)(void *)a->ifa_addr)->sin6_addr;
		else
			continue;
		if (!memcmp(addr, t->src, t->src_len))
			return true;
	}
	return false;
}

static void copy_attr(struct nlmsghdr *nlh, const struct nlattr *attr)
{
	if (attr)
		mnl_attr_put(nlh, attr->nla_type, mnl_attr_get_payload_len(attr),
			     mnl_attr_get_payload(attr));
}

static struct nlmsghdr *request(struct nfnl *n, void *buf, uint16_t msg, uint16_t flags,
				uint8_t family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = CT_TYPE(msg);
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++n->seq;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->nfgen_family = family;
	nfg->version = NFNETLINK_V0;
	return nlh;
}

/* Note down how to delete it. It gets its number later. */
static int remember(struct ending *e, uint8_t family, const struct nlattr **tb)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8))) = { 0 }, *msgs;
	struct nlmsghdr *nlh = request(&e->n, buf, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, family);

	e->n.seq--;
	if (mnl_attr_get_payload_len(tb[CTA_TUPLE_ORIG]) > NFNL_REQUEST_SIZE / 2)
		return -EBADMSG;
	copy_attr(nlh, tb[CTA_TUPLE_ORIG]);
	if (tb[CTA_ID] && mnl_attr_get_payload_len(tb[CTA_ID]) == sizeof(uint32_t))
		copy_attr(nlh, tb[CTA_ID]);
	if (tb[CTA_ZONE] && mnl_attr_get_payload_len(tb[CTA_ZONE]) == sizeof(uint16_t))
		copy_attr(nlh, tb[CTA_ZONE]);
	msgs = realloc(e->msgs, e->len + MNL_ALIGN(nlh->nlmsg_len));
	if (!msgs)
		return -ENOMEM;
	memcpy(msgs + e->len, buf, MNL_ALIGN(nlh->nlmsg_len));
	e->msgs = msgs;
	e->len += MNL_ALIGN(nlh->nlmsg_len);
	return 0;
}

/* What begins or ends at this router itself is not forwarded, and stays. */
static int on_entry(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *tb[CTA_ZONE + 1] = { NULL };
	struct tuple orig = { .l4 = 0 }, reply = { .l4 = 0 };
	struct ending *e = ctx;

	if (mnl_attr_parse(nlh, sizeof(*nfg), entry_attr, tb) < 0)
		return -EBADMSG;
	if (!tb[CTA_TUPLE_ORIG] || !tb[CTA_TUPLE_REPLY])
		return 0;
	mnl_attr_parse_nested(tb[CTA_TUPLE_ORIG], tuple_attr, &orig);
	mnl_attr_parse_nested(tb[CTA_TUPLE_REPLY], tuple_attr, &reply);
	if (!is_meant(e, &orig, &reply) || is_local(e, &orig) || is_local(e, &reply))
		return 0;
	return remember(e, nfg->nfgen_family, tb);
}

static int find(struct ending *e)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int tries = TRIES, err;

	do {
		e->len = 0;
		nlh = request(&e->n, buf, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC);
		err = nfnl_talk(&e->n, nlh, nlh->nlmsg_len, on_entry, e);
	} while (err == -EINTR && --tries);
	return err;
}

/* That one is gone already is as good. */
static int delete(struct ending *e)
{
	struct nlmsghdr *nlh;
	size_t at;
	int err;

	for (at = 0; at < e->len; at += MNL_ALIGN(nlh->nlmsg_len)) {
		nlh = (void *)(e->msgs + at);
		nlh->nlmsg_seq = ++e->n.seq;
		err = nfnl_talk(&e->n, nlh, nlh->nlmsg_len, NULL, NULL);
		if (err && err != -ENOENT)
			return err;
	}
	return 0;
}

static int fail(int err)
{
	const char *what = "the nft rules are in place, but conntrack entries of running tunnels "
			   "could not be deleted";

	if (err == -EPERM)
		return out_fail(VP_PERM, "%s: %s; run it as root", what, strerror(-err));
	if (err == -EINVAL || err == -EOPNOTSUPP || err == -EPROTONOSUPPORT)
		return out_fail(VP_ABSENT, "%s: this kernel has no ctnetlink; see what \"modprobe "
				"nf_conntrack_netlink\" says", what);
	return out_fail(VP_FAILED, "%s: %s; try again", what, strerror(-err));
}

/* Where there is none there are no entries. */
static bool has_conntrack(void)
{
	FILE *f = fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");

	if (f)
		fclose(f);
	return f;
}

/**
 * ct_end() - delete the conntrack entries of protocols
 * @set: BIT(protocol) for each
 *
 * Entries of both families and in all zones, but those of this router's own connections.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int ct_end(unsigned int set)
{
	struct ending e = { .set = set };
	int err;

	if (!has_conntrack())
		return VP_OK;
	if (getifaddrs(&e.local))
		return fail(-errno);
	err = nfnl_open(&e.n);
	if (!err)
		err = find(&e);
	if (!err)
		err = delete(&e);
	nfnl_close(&e.n);
	freeifaddrs(e.local);
	free(e.msgs);
	return err ? fail(err) : VP_OK;
}
