// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: the nft rules that drop a protocol, as objects of libnftnl and as text.
 * Each has a counter, and a comment that names the protocol.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <libnftnl/expr.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "blockrule.h"
#include "mode.h"
#include "vpnpass.h"

/* What the comments begin with. */
#define COMMENT		"block "
#define COMMENT_ON	" on "

#define SPORT_OFFSET	0
#define DPORT_OFFSET	2

enum what { ALL, SPORT, DPORT, GRE_PPP };

/*
 * struct match - packets of a protocol
 * @proto: protocol
 * @l4: what the IP header says it is
 * @l4_name: the same for nft, a number where its word needs /etc/protocols
 * @what: which of them
 * @port: with SPORT or DPORT, the port
 */
static const struct match {
	unsigned int proto;
	uint8_t l4;
	const char *l4_name;
	enum what what;
	uint16_t port;
} matches[] = {
	{ VPNPASS_PROTO_PPTP, IPPROTO_TCP, "tcp", DPORT, 1723 },
	{ VPNPASS_PROTO_PPTP, IPPROTO_TCP, "tcp", SPORT, 1723 },
	{ VPNPASS_PROTO_PPTP, IPPROTO_GRE, "47", GRE_PPP, 0 },
	{ VPNPASS_PROTO_L2TP, IPPROTO_UDP, "udp", DPORT, 1701 },
	{ VPNPASS_PROTO_L2TP, IPPROTO_UDP, "udp", SPORT, 1701 },
	{ VPNPASS_PROTO_L2TP, 115, "115", ALL, 0 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, "udp", DPORT, 500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, "udp", SPORT, 500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, "udp", DPORT, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, "udp", SPORT, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_TCP, "tcp", DPORT, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_TCP, "tcp", SPORT, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_ESP, "50", ALL, 0 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_AH, "51", ALL, 0 },
};

/* The keyed GRE of PPTP: version 1 with PPP in it. Bytes 1 to 3 of its header. */
static const uint8_t gre_mask[] = { 0x07, 0xff, 0xff };
static const uint8_t gre_ppp[] = { 0x01, 0x88, 0x0b };

/* Chains of rules. A word of nft's, as ipsec is one, would not be read as a chain's name. */
static const char *const chains[] = {
	[VPNPASS_PROTO_PPTP] = "block_pptp",
	[VPNPASS_PROTO_L2TP] = "block_l2tp",
	[VPNPASS_PROTO_IPSEC] = "block_ipsec",
};

/**
 * blockrule_chain() - the chain that holds the rules of a protocol
 * @proto: protocol
 *
 * Return: its name.
 */
const char *blockrule_chain(unsigned int proto)
{
	return chains[proto];
}

static const struct match *match_of(unsigned int proto, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(matches); i++)
		if (matches[i].proto == proto && !n--)
			return &matches[i];
	return NULL;
}

/**
 * blockrule_count() - how many rules block a protocol
 * @proto: protocol
 * @lan: interface to which they are narrowed, "" for none
 *
 * Return: the number. With an interface there are two for each match, one for what comes
 * from it and one for what goes to it.
 */
unsigned int blockrule_count(unsigned int proto, const char *lan)
{
	unsigned int n = 0;

	while (match_of(proto, n))
		n++;
	return *lan ? 2 * n : n;
}

static struct nftnl_expr *add_expr(struct nftnl_rule *rule, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc(name);

	if (!e)
		abort();
	nftnl_rule_add_expr(rule, e);
	return e;
}

static void add_meta(struct nftnl_rule *rule, uint32_t key)
{
	struct nftnl_expr *e = add_expr(rule, "meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, NFT_REG_1);
}

static void add_payload(struct nftnl_rule *rule, uint32_t offset, uint32_t len)
{
	struct nftnl_expr *e = add_expr(rule, "payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, NFT_PAYLOAD_TRANSPORT_HEADER);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
}

static void add_mask(struct nftnl_rule *rule, const uint8_t *mask, uint32_t len)
{
	static const uint8_t zero[16];
	struct nftnl_expr *e = add_expr(rule, "bitwise");

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, len);
}

static void add_equal(struct nftnl_rule *rule, const void *data, uint32_t len)
{
	struct nftnl_expr *e = add_expr(rule, "cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, NFT_REG_1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, NFT_CMP_EQ);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
}

static void add_lan(struct nftnl_rule *rule, const char *lan, bool in)
{
	char name[IFNAMSIZ] = "";

	strncpy(name, lan, sizeof(name) - 1);
	add_meta(rule, in ? NFT_META_IIFNAME : NFT_META_OIFNAME);
	add_equal(rule, name, sizeof(name));
}

/*
 * The payload of GRE is looked at first: "nft list" of nftables 1.0.6 aborts on raw
 * payload behind "meta l4proto gre".
 */
static void add_match(struct nftnl_rule *rule, const struct match *m)
{
	uint16_t port = htons(m->port);

	if (m->what == GRE_PPP) {
		add_payload(rule, 1, sizeof(gre_ppp));
		add_mask(rule, gre_mask, sizeof(gre_mask));
		add_equal(rule, gre_ppp, sizeof(gre_ppp));
	}
	add_meta(rule, NFT_META_L4PROTO);
	add_equal(rule, &m->l4, sizeof(m->l4));
	if (m->what == SPORT || m->what == DPORT) {
		add_payload(rule, m->what == SPORT ? SPORT_OFFSET : DPORT_OFFSET, sizeof(port));
		add_equal(rule, &port, sizeof(port));
	}
}

static void add_drop(struct nftnl_rule *rule)
{
	struct nftnl_expr *e;

	add_expr(rule, "counter");
	e = add_expr(rule, "immediate");
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NF_DROP);
}

static void comment_text(unsigned int proto, const char *lan, char buf[BLOCKRULE_TEXT])
{
	snprintf(buf, BLOCKRULE_TEXT, COMMENT "%s%s%s", proto_name(proto), *lan ? COMMENT_ON : "",
		 lan);
}

static void add_comment(struct nftnl_rule *rule, unsigned int proto, const char *lan)
{
	struct nftnl_udata_buf *udata = nftnl_udata_buf_alloc(NFT_USERDATA_MAXLEN);
	char text[BLOCKRULE_TEXT];

	comment_text(proto, lan, text);
	if (!udata || !nftnl_udata_put_strz(udata, NFTNL_UDATA_RULE_COMMENT, text))
		abort();
	nftnl_rule_set_data(rule, NFTNL_RULE_USERDATA, nftnl_udata_buf_data(udata),
			    nftnl_udata_buf_len(udata));
	nftnl_udata_buf_free(udata);
}

/**
 * blockrule_new() - one of the rules that block a protocol
 * @proto: protocol
 * @lan: interface to which they are narrowed, "" for none
 * @n: which one, less than blockrule_count()
 *
 * Return: the rule, for the caller to free.
 */
struct nftnl_rule *blockrule_new(unsigned int proto, const char *lan, unsigned int n)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();

	if (!rule)
		abort();
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, BLOCK_TABLE);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, blockrule_chain(proto));
	if (*lan)
		add_lan(rule, lan, n % 2 == 0);
	add_match(rule, match_of(proto, *lan ? n / 2 : n));
	add_drop(rule);
	add_comment(rule, proto, lan);
	return rule;
}

static void match_text(const struct match *m, char *buf, size_t size)
{
	switch (m->what) {
	case SPORT:
	case DPORT:
		snprintf(buf, size, "%s %s %u", m->l4_name, m->what == SPORT ? "sport" : "dport",
			 m->port);
		break;
	case GRE_PPP:
		snprintf(buf, size, "@th,8,24 & 0x07ffff == 0x01880b meta l4proto %s", m->l4_name);
		break;
	case ALL:
		snprintf(buf, size, "meta l4proto %s", m->l4_name);
		break;
	}
}

/**
 * blockrule_text() - one of the rules that block a protocol, as nft reads it
 * @proto: protocol
 * @lan: interface to which they are narrowed, "" for none
 * @n: which one, less than blockrule_count()
 * @buf: memory for it
 */
void blockrule_text(unsigned int proto, const char *lan, unsigned int n,
		    char buf[BLOCKRULE_TEXT])
{
	char match[BLOCKRULE_TEXT / 3], dev[BLOCKRULE_TEXT / 6] = "", comment[BLOCKRULE_TEXT];

	if (*lan)
		snprintf(dev, sizeof(dev), "%s \"%s\" ", n % 2 ? "oifname" : "iifname", lan);
	match_text(match_of(proto, *lan ? n / 2 : n), match, sizeof(match));
	comment_text(proto, lan, comment);
	snprintf(buf, BLOCKRULE_TEXT, "%s%s counter drop comment \"%.*s\"", dev, match, 48, comment);
}

/* The comment of a rule, NULL if it has none. */
static const char *comment_of(const struct nftnl_rule *rule)
{
	const struct nftnl_udata *attr;
	const char *data, *text;
	uint32_t len, left;

	if (!nftnl_rule_is_set(rule, NFTNL_RULE_USERDATA))
		return NULL;
	data = nftnl_rule_get_data(rule, NFTNL_RULE_USERDATA, &left);
	while (data && left >= 2) {
		attr = (const void *)data;
		len = nftnl_udata_len(attr);
		if (len + 2 > left)
			return NULL;
		text = nftnl_udata_get(attr);
		if (nftnl_udata_type(attr) == NFTNL_UDATA_RULE_COMMENT)
			return len && !text[len - 1] ? text : NULL;
		data += len + 2;
		left -= len + 2;
	}
	return NULL;
}

/**
 * blockrule_parse() - is this a rule of ours?
 * @rule: rule as the kernel has it
 * @lan: set to the interface that it is narrowed to, "" for none
 *
 * Return: the protocol that it blocks, by its comment; -1 if it is somebody else's.
 */
int blockrule_parse(const struct nftnl_rule *rule, char lan[IFNAMSIZ])
{
	const char *text = comment_of(rule), *name, *on;
	unsigned int proto;
	size_t len;

	*lan = '\0';
	if (!text || strncmp(text, COMMENT, strlen(COMMENT)))
		return -1;
	text += strlen(COMMENT);
	for (proto = 0; proto < NPROTOS; proto++) {
		name = proto_name(proto);
		len = strlen(name);
		if (strncmp(text, name, len))
			continue;
		on = text + len;
		if (!*on)
			return proto;
		if (strncmp(on, COMMENT_ON, strlen(COMMENT_ON)) ||
		    strlen(on + strlen(COMMENT_ON)) >= IFNAMSIZ)
			return -1;
		strcpy(lan, on + strlen(COMMENT_ON));
		return proto;
	}
	return -1;
}

/* Hands each expression of the rule to @cb. */
static void each_expr(const struct nftnl_rule *rule,
		      void (*cb)(const struct nftnl_expr *e, const char *name, void *ctx),
		      void *ctx)
{
	struct nftnl_expr_iter *iter = nftnl_expr_iter_create(rule);
	const struct nftnl_expr *e;

	if (!iter)
		abort();
	while ((e = nftnl_expr_iter_next(iter)))
		cb(e, nftnl_expr_get_str(e, NFTNL_EXPR_NAME), ctx);
	nftnl_expr_iter_destroy(iter);
}

static void form_expr(const struct nftnl_expr *e, const char *name, void *ctx)
{
	char *buf = ctx, text[128] = "";
	size_t len = strlen(buf);

	if (strcmp(name, "counter"))
		nftnl_expr_snprintf(text, sizeof(text), e, NFTNL_OUTPUT_DEFAULT, 0);
	snprintf(buf + len, BLOCKRULE_FORM - len, "[%s %s]", name, text);
}

/**
 * blockrule_form() - what a rule does, without what it has counted
 * @rule: rule
 * @buf: memory for it
 *
 * Two rules do the same if their forms are equal.
 */
void blockrule_form(const struct nftnl_rule *rule, char buf[BLOCKRULE_FORM])
{
	*buf = '\0';
	each_expr(rule, form_expr, buf);
}

/* What a rule has counted. */
struct counted {
	uint64_t packets;
	uint64_t bytes;
};

static void counted_expr(const struct nftnl_expr *e, const char *name, void *ctx)
{
	struct counted *c = ctx;

	if (strcmp(name, "counter"))
		return;
	c->packets += nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_PACKETS);
	c->bytes += nftnl_expr_get_u64(e, NFTNL_EXPR_CTR_BYTES);
}

/**
 * blockrule_counted() - add what a rule has counted
 * @rule: rule
 * @packets: grows by its packets
 * @bytes: grows by its bytes
 */
void blockrule_counted(const struct nftnl_rule *rule, uint64_t *packets, uint64_t *bytes)
{
	struct counted c = { 0, 0 };

	each_expr(rule, counted_expr, &c);
	*packets += c.packets;
	*bytes += c.bytes;
}
