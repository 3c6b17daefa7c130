// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: conntrack entries by ctnetlink. An entry is deleted by the attributes with
 * which it was listed, zones and id with them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ct.h"
#include "nfnl.h"
#include "vpnpass.h"

#define CT_TYPE(msg)	(NFNL_SUBSYS_CTNETLINK << 8 | (msg))
#define TRIES		5

/**
 * struct listing - entries that are being listed
 * @list: those that are kept
 * @room: for so many
 * @filter: tells which
 * @ctx: for @filter
 */
struct listing {
	struct ct_entries *list;
	size_t room;
	ct_filter filter;
	const void *ctx;
};

/**
 * ct_addr_set() - make an address of bytes
 * @addr: to be filled; no address if @len is wrong
 * @bytes: as on the wire
 * @len: how many
 *
 * Return: whether @len is that of an address.
 */
bool ct_addr_set(struct ct_addr *addr, const void *bytes, size_t len)
{
	*addr = (struct ct_addr){ .len = 0 };
	if (len != sizeof(struct in_addr) && len != sizeof(struct in6_addr))
		return false;
	addr->len = len;
	memcpy(addr->bytes, bytes, len);
	return true;
}

/**
 * ct_addr_equal() - is it the same address?
 * @a: one
 * @b: another
 *
 * Return: whether it is.
 */
bool ct_addr_equal(const struct ct_addr *a, const struct ct_addr *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

static uint16_t get_port(const struct nlattr *attr)
{
	return mnl_attr_get_payload_len(attr) == sizeof(uint16_t) ?
	       ntohs(mnl_attr_get_u16(attr)) : 0;
}

static int ip_attr(const struct nlattr *attr, void *ctx)
{
	unsigned int type = mnl_attr_get_type(attr);
	struct ct_tuple *t = ctx;
	struct ct_addr *addr;

	if (type < CTA_IP_V4_SRC || type > CTA_IP_V6_DST)
		return MNL_CB_OK;
	addr = type == CTA_IP_V4_SRC || type == CTA_IP_V6_SRC ? &t->src : &t->dst;
	ct_addr_set(addr, mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	return MNL_CB_OK;
}

static int proto_attr(const struct nlattr *attr, void *ctx)
{
	struct ct_tuple *t = ctx;

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

static int entry_attr(const struct nlattr *attr, void *ctx)
{
	const struct nlattr **tb = ctx;

	if (mnl_attr_get_type(attr) <= CTA_ZONE)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static bool is_replied(const struct nlattr *status)
{
	return status && mnl_attr_get_payload_len(status) == sizeof(uint32_t) &&
	       ntohl(mnl_attr_get_u32(status)) & IPS_SEEN_REPLY;
}

/* Take over an entry, and the message that it was in. */
static int keep(struct listing *l, const struct ct_entry *e, const struct nlmsghdr *nlh)
{
	struct ct_entries *list = l->list;
	size_t room = l->room ? 2 * l->room : 16;
	struct ct_entry *v;

	if (list->n == l->room) {
		v = reallocarray(list->v, room, sizeof(*v));
		if (!v)
			return -ENOMEM;
		list->v = v;
		l->room = room;
	}
	list->v[list->n] = *e;
	/* libmnl reads attributes up to the next multiple of four */
	list->v[list->n].msg = calloc(1, MNL_ALIGN((size_t)nlh->nlmsg_len));
	if (!list->v[list->n].msg)
		return -ENOMEM;
	memcpy(list->v[list->n++].msg, nlh, nlh->nlmsg_len);
	return 0;
}

static int on_entry(const struct nlmsghdr *nlh, void *ctx)
{
	const struct nlattr *tb[CTA_ZONE + 1] = { NULL };
	struct ct_entry e = { .msg = NULL };
	struct listing *l = ctx;

	if (mnl_attr_parse(nlh, sizeof(struct nfgenmsg), entry_attr, tb) < 0)
		return -EBADMSG;
	if (!tb[CTA_TUPLE_ORIG] || !tb[CTA_TUPLE_REPLY])
		return 0;
	mnl_attr_parse_nested(tb[CTA_TUPLE_ORIG], tuple_attr, &e.orig);
	mnl_attr_parse_nested(tb[CTA_TUPLE_REPLY], tuple_attr, &e.reply);
	e.replied = is_replied(tb[CTA_STATUS]);
	return l->filter(&e, l->ctx) ? keep(l, &e, nlh) : 0;
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

static int list_once(struct nfnl *n, struct ct_entries *list, ct_filter filter, const void *ctx)
{
	struct listing l = { .list = list, .filter = filter, .ctx = ctx };
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(n, buf, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC);

	ct_free(list);
	return nfnl_talk(n, nlh, nlh->nlmsg_len, on_entry, &l);
}

/* To ask for entries would load the module. */
static bool has_conntrack(void)
{
	FILE *f = fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");

	if (!f)
		return false;
	fclose(f);
	return true;
}

/**
 * ct_read() - get entries of this network namespace, of both families and in all zones
 * @list: to be filled; ct_free() it whatever the outcome
 * @filter: tells which
 * @ctx: for @filter
 *
 * Where there is no connection tracking there are no entries.
 *
 * Return: 0; -EPERM; -EINVAL, -EOPNOTSUPP or -EPROTONOSUPPORT if the kernel has no ctnetlink;
 * another negative errno.
 */
int ct_read(struct ct_entries *list, ct_filter filter, const void *ctx)
{
	struct nfnl n;
	int tries = TRIES, err;

	*list = (struct ct_entries){ .n = 0 };
	if (!has_conntrack())
		return 0;
	err = nfnl_open(&n);
	if (!err) {
		do {
			err = list_once(&n, list, filter, ctx);
		} while (err == -EINTR && --tries);
	}
	nfnl_close(&n);
	return err;
}

static void copy_attr(struct nlmsghdr *nlh, const struct nlattr *attr, size_t len)
{
	if (attr && mnl_attr_get_payload_len(attr) == len)
		mnl_attr_put(nlh, attr->nla_type, len, mnl_attr_get_payload(attr));
}

static int delete_one(struct nfnl *n, const struct ct_entry *e)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(e->msg);
	const struct nlattr *tb[CTA_ZONE + 1] = { NULL };
	struct nlmsghdr *nlh;
	size_t len;

	mnl_attr_parse(e->msg, sizeof(*nfg), entry_attr, tb);
	len = mnl_attr_get_payload_len(tb[CTA_TUPLE_ORIG]);
	if (len > NFNL_REQUEST_SIZE / 2)
		return -EBADMSG;
	nlh = request(n, buf, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, nfg->nfgen_family);
	copy_attr(nlh, tb[CTA_TUPLE_ORIG], len);
	copy_attr(nlh, tb[CTA_ID], sizeof(uint32_t));
	copy_attr(nlh, tb[CTA_ZONE], sizeof(uint16_t));
	return nfnl_talk(n, nlh, nlh->nlmsg_len, NULL, NULL);
}

/**
 * ct_delete() - delete entries
 * @list: from ct_read()
 *
 * That one is gone already is as good.
 *
 * Return: 0 or a negative errno, with which the first that could not be deleted ended it.
 */
int ct_delete(const struct ct_entries *list)
{
	struct nfnl n;
	size_t i;
	int err;

	if (!list->n)
		return 0;
	err = nfnl_open(&n);
	for (i = 0; i < list->n && !err; i++) {
		err = delete_one(&n, &list->v[i]);
		if (err == -ENOENT)
			err = 0;
	}
	nfnl_close(&n);
	return err;
}

/**
 * ct_free() - forget what ct_read() gave
 * @list: empty afterwards
 */
void ct_free(struct ct_entries *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->v[i].msg);
	free(list->v);
	*list = (struct ct_entries){ .n = 0 };
}
