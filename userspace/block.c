// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: which protocols our nft rules block, and changing that. There is a table
 * "inet vpnpass" with a chain for each blocked protocol. What changes does so in one
 * transaction, which the kernel refuses if anything changed since we looked.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/gen.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include "block.h"
#include "blockrule.h"
#include "nfnl.h"
#include "out.h"
#include "vpnpass.h"

#define CHAIN_TYPE	"filter"
#define BATCH_SIZE	65536
#define TRIES		20

/**
 * struct reading - our table while it is read
 * @n: socket
 * @b: what is known by now
 * @chains: so many things in it have not been found to be chains of ours
 * @proto: protocol whose chain is being read
 * @odd: rules of it that differ from what we would write
 */
struct reading {
	struct nfnl *n;
	struct blocks *b;
	unsigned int chains;
	unsigned int proto;
	unsigned int odd;
};

static int on_generation(const struct nlmsghdr *nlh, void *ctx)
{
	struct nftnl_gen *gen = nftnl_gen_alloc();
	struct reading *r = ctx;
	int err = 0;

	if (!gen)
		abort();
	if (nftnl_gen_nlmsg_parse(nlh, gen) < 0)
		err = -EBADMSG;
	else
		r->b->generation = nftnl_gen_get_u32(gen, NFTNL_GEN_ID);
	nftnl_gen_free(gen);
	return err;
}

/* Our chains are counted later on: there must be nothing else. */
static int on_table(const struct nlmsghdr *nlh, void *ctx)
{
	struct nftnl_table *t = nftnl_table_alloc();
	struct reading *r = ctx;
	int err = 0;

	if (!t)
		abort();
	if (nftnl_table_nlmsg_parse(nlh, t) < 0) {
		err = -EBADMSG;
	} else {
		r->b->table = true;
		r->chains = nftnl_table_get_u32(t, NFTNL_TABLE_USE);
		if (nftnl_table_get_u32(t, NFTNL_TABLE_FLAGS))
			r->b->foreign = "it has flags (dormant, or owned by a program)";
	}
	nftnl_table_free(t);
	return err;
}

static bool is_our_chain(const struct nftnl_chain *c)
{
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);

	return type && !strcmp(type, CHAIN_TYPE) &&
	       nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM) == NF_INET_FORWARD &&
	       nftnl_chain_get_s32(c, NFTNL_CHAIN_PRIO) == BLOCK_PRIORITY &&
	       nftnl_chain_get_u32(c, NFTNL_CHAIN_POLICY) == NF_ACCEPT;
}

static int on_chain(const struct nlmsghdr *nlh, void *ctx)
{
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct reading *r = ctx;
	int err = 0;

	if (!c)
		abort();
	if (nftnl_chain_nlmsg_parse(nlh, c) < 0)
		err = -EBADMSG;
	else if (!is_our_chain(c))
		r->b->foreign = "a chain in it is none of the kind that blocks";
	else
		r->b->of[r->proto].there = true;
	nftnl_chain_free(c);
	return err;
}

static bool is_as_we_would(const struct nftnl_rule *rule, unsigned int proto, const char *lan,
			   unsigned int n)
{
	char form[BLOCKRULE_FORM], want[BLOCKRULE_FORM];
	struct nftnl_rule *ours;

	if (n >= blockrule_count(proto, lan))
		return false;
	ours = blockrule_new(proto, lan, n);
	blockrule_form(rule, form);
	blockrule_form(ours, want);
	nftnl_rule_free(ours);
	return !strcmp(form, want);
}

static void look_at_rule(struct reading *r, const struct nftnl_rule *rule)
{
	struct block *b = &r->b->of[r->proto];
	char lan[IFNAMSIZ];

	if (blockrule_parse(rule, lan) != (int)r->proto) {
		r->b->foreign = "a rule in it has no comment of ours";
		return;
	}
	if (!b->rules)
		strcpy(b->lan, lan);
	if (strcmp(b->lan, lan) || !is_as_we_would(rule, r->proto, lan, b->rules))
		r->odd++;
	b->rules++;
	blockrule_counted(rule, &b->packets, &b->bytes);
}

static int on_rule(const struct nlmsghdr *nlh, void *ctx)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct reading *r = ctx;
	int err = 0;

	if (!rule)
		abort();
	if (nftnl_rule_nlmsg_parse(nlh, rule) < 0)
		err = -EBADMSG;
	else
		look_at_rule(r, rule);
	nftnl_rule_free(rule);
	return err;
}

static struct nlmsghdr *begin(struct nfnl *n, char *buf, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(buf, type, NFPROTO_INET, flags, ++n->seq);
}

/* Names of a table, of a chain and of a rule's chain, as attributes. */
static void put_table(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, BLOCK_TABLE);
}

static void put_chain(struct nlmsghdr *nlh, unsigned int proto)
{
	mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, BLOCK_TABLE);
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, blockrule_chain(proto));
}

static void put_rule_chain(struct nlmsghdr *nlh, unsigned int proto)
{
	mnl_attr_put_strz(nlh, NFTA_RULE_TABLE, BLOCK_TABLE);
	mnl_attr_put_strz(nlh, NFTA_RULE_CHAIN, blockrule_chain(proto));
}

static int read_rules(struct reading *r)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct block *b = &r->b->of[r->proto];
	struct nlmsghdr *nlh = begin(r->n, buf, NFT_MSG_GETRULE, NLM_F_DUMP);
	int err;

	put_rule_chain(nlh, r->proto);
	r->odd = 0;
	err = nfnl_talk(r->n, nlh, nlh->nlmsg_len, on_rule, r);
	b->intact = !r->odd && b->rules == blockrule_count(r->proto, b->lan);
	return err;
}

/* The chain of one protocol, if there is one. */
static int read_chain(struct reading *r)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = begin(r->n, buf, NFT_MSG_GETCHAIN, NLM_F_ACK);
	int err;

	put_chain(nlh, r->proto);
	err = nfnl_talk(r->n, nlh, nlh->nlmsg_len, on_chain, r);
	if (err)
		return err == -ENOENT ? 0 : err;
	if (!r->b->of[r->proto].there)
		return 0;
	r->chains--;
	return read_rules(r);
}

static int read_table(struct reading *r)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = begin(r->n, buf, NFT_MSG_GETTABLE, NLM_F_ACK);
	int err;

	put_table(nlh);
	err = nfnl_talk(r->n, nlh, nlh->nlmsg_len, on_table, r);
	if (err)
		return err == -ENOENT ? 0 : err;
	for (r->proto = 0; !err && !r->b->foreign && r->proto < NPROTOS; r->proto++)
		err = read_chain(r);
	if (!r->b->foreign && r->chains)
		r->b->foreign = "there is more in it than the chains block_pptp, block_l2tp, block_ipsec";
	return err;
}

/* That of a table which is not ours says nothing about what we block. */
static int read_once(struct nfnl *n, struct blocks *b)
{
	char buf[NFNL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = begin(n, buf, NFT_MSG_GETGEN, NLM_F_ACK);
	struct reading r = { .n = n, .b = b };
	int err;

	*b = (struct blocks){ .table = false };
	err = nfnl_talk(n, nlh, nlh->nlmsg_len, on_generation, &r);
	/* so says nfnetlink where nf_tables is not */
	if (err == -EINVAL || err == -EOPNOTSUPP)
		return -EPROTONOSUPPORT;
	if (!err)
		err = read_table(&r);
	if (b->foreign)
		memset(b->of, 0, sizeof(b->of));
	return err;
}

/* Those of others may change all the time, and then the kernel says EINTR. */
static int read_all(struct nfnl *n, struct blocks *b)
{
	int tries = TRIES, err;

	do {
		err = read_once(n, b);
	} while (err == -EINTR && --tries);
	return err;
}

/**
 * blocks_read() - see which protocols are blocked
 * @b: to be filled; none if the kernel has no nf_tables
 *
 * Return: 0 or a negative errno.
 */
int blocks_read(struct blocks *b)
{
	struct nfnl n;
	int err;

	memset(b, 0, sizeof(*b));
	err = nfnl_open(&n);
	if (!err)
		err = read_all(&n, b);
	nfnl_close(&n);
	return err == -EPROTONOSUPPORT ? 0 : err;
}

/**
 * blocks_fail() - say why nft rules could not be read or written
 * @err: negative errno
 * @what: "cannot ..."
 *
 * Return: exit code.
 */
int blocks_fail(int err, const char *what)
{
	switch (err) {
	case -EPERM:
	case -EACCES:
		return out_fail(VP_PERM, "%s: %s; run it as root", what, strerror(-err));
	case -EPROTONOSUPPORT:
	case -EAFNOSUPPORT:
	case -EOPNOTSUPP:
		return out_fail(VP_ABSENT, "%s: this kernel has no nf_tables for the family inet; "
				"see what \"modprobe nf_tables\" says", what);
	case -ENOENT:
		return out_fail(VP_ABSENT, "%s: this kernel's nf_tables lacks chains of type filter, "
				"or one of the expressions meta, payload, bitwise, cmp, counter",
				what);
	case -ERESTART:
	case -EEXIST:
	case -EINTR:
		return out_fail(VP_FAILED, "%s: somebody else changes nft rules all the time; try "
				"again", what);
	case -EBADMSG:
		return out_fail(VP_FAILED, "%s: the kernel's answer makes no sense to this tool",
				what);
	}
	return out_fail(VP_FAILED, "%s: %s", what, strerror(-err));
}

static int fail_foreign(const struct blocks *b)
{
	return out_fail(VP_FAILED, "the nft table \"inet " BLOCK_TABLE "\" is not this tool's (%s), "
			"and is left alone; look at it with \"nft list table inet " BLOCK_TABLE
			"\", rename or delete it, and try again", b->foreign);
}

/**
 * struct batch - a transaction that is being written
 * @n: socket
 * @buf: messages
 * @len: how long they are
 * @last: the last one
 */
struct batch {
	struct nfnl *n;
	char *buf;
	size_t len;
	struct nlmsghdr *last;
};

static struct nlmsghdr *batch_msg(struct batch *b, uint16_t type, uint16_t flags)
{
	if (b->len + 2 * NFNL_REQUEST_SIZE > BATCH_SIZE)
		abort();
	b->last = begin(b->n, b->buf + b->len, type, flags);
	return b->last;
}

static void batch_put(struct batch *b, const struct nlmsghdr *nlh)
{
	b->len += MNL_ALIGN(nlh->nlmsg_len);
}

static void batch_begin(struct batch *b, uint32_t generation)
{
	struct nlmsghdr *nlh = nftnl_batch_begin(b->buf, ++b->n->seq);

	mnl_attr_put_u32(nlh, NFNL_BATCH_GENID, htonl(generation));
	batch_put(b, nlh);
}

static void batch_table(struct batch *b, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = batch_msg(b, type, flags);

	put_table(nlh);
	batch_put(b, nlh);
}

static void batch_empty_chain(struct batch *b, unsigned int proto)
{
	struct nlmsghdr *nlh = batch_msg(b, NFT_MSG_DELRULE, 0);

	put_rule_chain(nlh, proto);
	batch_put(b, nlh);
}

static void batch_del_chain(struct batch *b, unsigned int proto)
{
	struct nlmsghdr *nlh = batch_msg(b, NFT_MSG_DELCHAIN, 0);

	put_chain(nlh, proto);
	batch_put(b, nlh);
}

static void batch_new_chain(struct batch *b, unsigned int proto)
{
	struct nlmsghdr *nlh = batch_msg(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE | NLM_F_EXCL);
	struct nftnl_chain *c = nftnl_chain_alloc();

	if (!c)
		abort();
	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, BLOCK_TABLE);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, blockrule_chain(proto));
	nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, CHAIN_TYPE);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, NF_INET_FORWARD);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, BLOCK_PRIORITY);
	nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	nftnl_chain_nlmsg_build_payload(nlh, c);
	nftnl_chain_free(c);
	batch_put(b, nlh);
}

static void batch_rules(struct batch *b, unsigned int proto, const char *lan)
{
	unsigned int i, count = blockrule_count(proto, lan);
	struct nftnl_rule *rule;
	struct nlmsghdr *nlh;

	for (i = 0; i < count; i++) {
		rule = blockrule_new(proto, lan, i);
		nlh = batch_msg(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
		nftnl_rule_nlmsg_build_payload(nlh, rule);
		nftnl_rule_free(rule);
		batch_put(b, nlh);
	}
}

static int batch_send(struct batch *b)
{
	struct nlmsghdr *end;

	b->last->nlmsg_flags |= NLM_F_ACK;
	end = nftnl_batch_end(b->buf + b->len, ++b->n->seq);
	batch_put(b, end);
	return nfnl_talk(b->n, b->buf, b->len, NULL, NULL);
}

static bool is_as_asked(const struct block *b, const char *lan)
{
	return b->there && b->intact && !strcmp(b->lan, lan);
}

/* From what there is to what was asked for, in one transaction. */
static int change(struct nfnl *n, const struct blocks *now, unsigned int add, unsigned int del,
		  const char *lan)
{
	char *buf = calloc(1, BATCH_SIZE);
	struct batch b = { .n = n, .buf = buf };
	unsigned int proto, left = 0;
	int err;

	if (!buf)
		abort();
	batch_begin(&b, now->generation);
	if (add && !now->table)
		batch_table(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	for (proto = 0; proto < NPROTOS; proto++) {
		bool there = now->of[proto].there;

		if (there && (add | del) & 1u << proto)
			batch_empty_chain(&b, proto);
		if (there && del & 1u << proto)
			batch_del_chain(&b, proto);
		if (!there && add & 1u << proto)
			batch_new_chain(&b, proto);
		if (add & 1u << proto)
			batch_rules(&b, proto, lan);
		left += add & 1u << proto || (there && !(del & 1u << proto));
	}
	if (!left)
		batch_table(&b, NFT_MSG_DELTABLE, 0);
	err = batch_send(&b);
	free(buf);
	return err;
}

/* Leave what is as it shall be out of @add and @del. */
static void reduce(const struct blocks *now, unsigned int *add, unsigned int *del,
		   const char *lan)
{
	unsigned int proto;

	for (proto = 0; proto < NPROTOS; proto++) {
		if (is_as_asked(&now->of[proto], lan))
			*add &= ~(1u << proto);
		if (!now->of[proto].there)
			*del &= ~(1u << proto);
	}
}

/* VP_OK, another exit code after saying what is wrong, or a negative errno. */
static int change_once(struct nfnl *n, unsigned int add, unsigned int del, const char *lan,
		       struct blocks *before)
{
	int err = read_all(n, before);

	if (err)
		return err;
	if (before->foreign)
		return add ? fail_foreign(before) : 0;
	reduce(before, &add, &del, lan);
	return add | del ? change(n, before, add, del, lan) : 0;
}

/* If others change nft rules at the same time we look again and do what is left to do. */
static int change_all(struct nfnl *n, unsigned int add, unsigned int del, const char *lan,
		      struct blocks *before)
{
	struct blocks now;
	int tries = TRIES, err;

	err = change_once(n, add, del, lan, before);
	now = *before;
	while ((err == -ERESTART || err == -EEXIST) && --tries)
		err = change_once(n, add, del, lan, &now);
	return err;
}

/**
 * blocks_change() - block protocols and let others through, all or none of it
 * @add: BIT(protocol) for each to block
 * @del: BIT(protocol) for each to let through
 * @lan: block only what comes from or goes to this interface, "" for everything
 * @before: to be filled with what there was
 *
 * What is as it shall be stays as it is.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int blocks_change(unsigned int add, unsigned int del, const char *lan, struct blocks *before)
{
	struct nfnl n;
	int err;

	memset(before, 0, sizeof(*before));
	err = nfnl_open(&n);
	if (!err)
		err = change_all(&n, add, del, lan, before);
	nfnl_close(&n);
	if (err == -EPROTONOSUPPORT && !add)
		return VP_OK;
	if (err < 0)
		return blocks_fail(err, add ? "cannot write the nft rules that block" :
				   "cannot find and delete the nft rules that block");
	return err;
}

/**
 * blocks_print() - the rules that would block, as nft reads them
 * @set: BIT(protocol) for each to block
 * @lan: only what comes from or goes to this interface, "" for everything
 * @text: to be set to the text, for the caller to free
 */
void blocks_print(unsigned int set, const char *lan, char **text)
{
	char rule[BLOCKRULE_TEXT];
	unsigned int proto, i;
	size_t size;
	FILE *f = open_memstream(text, &size);

	if (!f)
		abort();
	fputs("table inet " BLOCK_TABLE " {\n", f);
	for (proto = 0; proto < NPROTOS; proto++) {
		if (!(set & 1u << proto))
			continue;
		fprintf(f, "\tchain %s {\n\t\ttype " CHAIN_TYPE " hook forward priority filter - "
			"%d; policy accept;\n", blockrule_chain(proto), -BLOCK_PRIORITY);
		for (i = 0; i < blockrule_count(proto, lan); i++) {
			blockrule_text(proto, lan, i, rule);
			fprintf(f, "\t\t%s\n", rule);
		}
		fputs("\t}\n", f);
	}
	fputs("}\n", f);
	if (fclose(f))
		abort();
}
