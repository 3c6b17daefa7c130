// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's netfilter side for tests of the tool: one nft table "inet vpnpass", kept in
 * files below $VPNPASS_FAKE/nft so that it lasts from one run to the next, and conntrack
 * entries. In $VPNPASS_FAKE/netlink:
 *
 *   nft error ERRNO                every request about nft rules is refused
 *   nft commit ERRNO               transactions are refused
 *   nft changes N                  rules of others change before each of the first N transactions
 *   nft table FLAGS USE            the table has these flags, and so many things beside chains
 *   nft priority N                 of the chains
 *   conntrack L4 SRC SPORT DST DPORT [RSRC RSPORT [RDST [STATUS]]]    an entry; the server
 *                                  itself is RSRC, the client has the address RDST outside;
 *                                  status 0 if there was no answer
 *   conntrack-error ERRNO          every request about entries is refused
 *   address ADDR                   one of this machine's
 *   interface NAME                 there is one
 *
 * A line in $VPNPASS_FAKE/log for each transaction that was done and each entry that was
 * deleted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fake.h"

#define NFT_TYPE(msg)	(NFNL_SUBSYS_NFTABLES << 8 | (msg))
#define CT_TYPE(msg)	(NFNL_SUBSYS_CTNETLINK << 8 | (msg))
#define ENTRIES_MAX	32

unsigned int __wrap_if_nametoindex(const char *name);
int __wrap_getifaddrs(struct ifaddrs **list);
void __wrap_freeifaddrs(struct ifaddrs *list);

static unsigned int changes;

static void die(const char *what, const char *word)
{
	fprintf(stderr, "fake-nft: %s '%s'\n", what, word);
	abort();
}

/* The N-th line of the script that begins with this word; what comes behind it. */
static const char *line_of(const char *word, unsigned int n)
{
	static char line[512];
	FILE *f = fopen(fake_path("/netlink"), "r");
	size_t len = strlen(word);
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		found = !strncmp(line, word, len) && line[len] == ' ' && !n--;
	}
	if (f)
		fclose(f);
	return found ? line + len + 1 : NULL;
}

static int number_of(const char *word)
{
	const char *rest = line_of(word, 0);

	return rest ? atoi(rest) : 0;
}

static FILE *state(const char *name, const char *mode)
{
	char path[128];

	snprintf(path, sizeof(path), "/nft/%s", name);
	return fopen(fake_path(path), mode);
}

static bool exists(const char *name)
{
	FILE *f = state(name, "r");

	if (!f)
		return false;
	fclose(f);
	return true;
}

static void drop(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/nft/%s", name);
	unlink(fake_path(path));
}

static void keep(const char *name, const char *mode, const struct nlmsghdr *nlh)
{
	FILE *f = state(name, mode);

	if (!f)
		die("cannot write", name);
	if (nlh)
		fwrite(nlh, 1, MNL_ALIGN(nlh->nlmsg_len), f);
	fclose(f);
}

static unsigned int generation(void)
{
	FILE *f = state("generation", "r");
	unsigned int n = 1;

	if (f && fscanf(f, "%u", &n) != 1)
		n = 1;
	if (f)
		fclose(f);
	return n;
}

static void generation_next(void)
{
	unsigned int n = generation() + 1;
	FILE *f = state("generation", "w");

	if (!f)
		die("cannot write", "generation");
	fprintf(f, "%u\n", n);
	fclose(f);
}

static struct nlmsghdr *begin(uint16_t type, uint16_t flags, uint8_t family)
{
	struct nlmsghdr *nlh = fake_begin(type, flags);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nfg->nfgen_family = family;
	return nlh;
}

static int attr_cb(const struct nlattr *attr, void *ctx)
{
	const struct nlattr **tb = ctx;

	if (mnl_attr_get_type(attr) < 32)
		tb[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

/* Text of an attribute, "" if there is none. */
static const char *text_of(const struct nlmsghdr *nlh, unsigned int type)
{
	const struct nlattr *tb[32] = { NULL };

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), attr_cb, tb);
	return tb[type] ? mnl_attr_get_str(tb[type]) : "";
}

static unsigned int count_chains(void)
{
	return exists("block_pptp") + exists("block_l2tp") + exists("block_ipsec");
}

static void get_generation(void)
{
	struct nlmsghdr *nlh = begin(NFT_TYPE(NFT_MSG_NEWGEN), 0, AF_UNSPEC);

	mnl_attr_put_u32(nlh, NFTA_GEN_ID, htonl(generation()));
	fake_end(nlh);
	fake_error(0);
}

static void get_table(void)
{
	const char *rest = line_of("nft table", 0);
	unsigned int flags = 0, use = 0;
	struct nlmsghdr *nlh;

	if (rest)
		sscanf(rest, "%u %u", &flags, &use);
	if (!rest && !exists("table")) {
		fake_error(ENOENT);
		return;
	}
	nlh = begin(NFT_TYPE(NFT_MSG_NEWTABLE), 0, NFPROTO_INET);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, "vpnpass");
	mnl_attr_put_u32(nlh, NFTA_TABLE_FLAGS, htonl(flags));
	mnl_attr_put_u32(nlh, NFTA_TABLE_USE, htonl(use + count_chains()));
	fake_end(nlh);
	fake_error(0);
}

static void get_chain(const char *name)
{
	const char *priority = line_of("nft priority", 0);
	struct nlmsghdr *nlh;
	struct nlattr *hook;

	if (!exists(name)) {
		fake_error(ENOENT);
		return;
	}
	nlh = begin(NFT_TYPE(NFT_MSG_NEWCHAIN), 0, NFPROTO_INET);
	mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, "vpnpass");
	mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, name);
	hook = mnl_attr_nest_start(nlh, NFTA_CHAIN_HOOK);
	mnl_attr_put_u32(nlh, NFTA_HOOK_HOOKNUM, htonl(NF_INET_FORWARD));
	mnl_attr_put_u32(nlh, NFTA_HOOK_PRIORITY, htonl(priority ? atoi(priority) : -10));
	mnl_attr_nest_end(nlh, hook);
	mnl_attr_put_u32(nlh, NFTA_CHAIN_POLICY, htonl(NF_ACCEPT));
	mnl_attr_put_strz(nlh, NFTA_CHAIN_TYPE, "filter");
	fake_end(nlh);
	fake_error(0);
}

/* The rules as they came. */
static void get_rules(const char *chain)
{
	FILE *f = state(chain, "r");
	char buf[2048] __attribute__((aligned(8)));
	const struct nlmsghdr *kept = (void *)buf;
	struct nlmsghdr *nlh;
	size_t len;

	while (f && fread(buf, sizeof(*kept), 1, f) == 1) {
		len = MNL_ALIGN(kept->nlmsg_len) - sizeof(*kept);
		if (fread(buf + sizeof(*kept), 1, len, f) != len)
			break;
		nlh = fake_begin(NFT_TYPE(NFT_MSG_NEWRULE), NLM_F_MULTI);
		memcpy(mnl_nlmsg_put_extra_header(nlh, len), buf + sizeof(*kept), len);
		fake_end(nlh);
	}
	if (f)
		fclose(f);
	fake_done();
}

static void get(const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type & 0xff) {
	case NFT_MSG_GETGEN:
		get_generation();
		break;
	case NFT_MSG_GETTABLE:
		get_table();
		break;
	case NFT_MSG_GETCHAIN:
		get_chain(text_of(nlh, NFTA_CHAIN_NAME));
		break;
	case NFT_MSG_GETRULE:
		get_rules(text_of(nlh, NFTA_RULE_CHAIN));
		break;
	default:
		die("no such request", "");
	}
}

/* One message of a transaction; its name goes to the log. */
static void commit_one(const struct nlmsghdr *nlh, FILE *log)
{
	const char *chain = text_of(nlh, NFTA_CHAIN_NAME);
	const char *rules = text_of(nlh, NFTA_RULE_CHAIN);

	switch (nlh->nlmsg_type) {
	case NFT_TYPE(NFT_MSG_NEWTABLE):
		keep("table", "w", NULL);
		fputs(" newtable", log);
		break;
	case NFT_TYPE(NFT_MSG_DELTABLE):
		drop("table");
		fputs(" deltable", log);
		break;
	case NFT_TYPE(NFT_MSG_NEWCHAIN):
		keep(chain, "w", NULL);
		fprintf(log, " newchain=%s", chain);
		break;
	case NFT_TYPE(NFT_MSG_DELCHAIN):
		drop(chain);
		fprintf(log, " delchain=%s", chain);
		break;
	case NFT_TYPE(NFT_MSG_NEWRULE):
		keep(rules, "a", nlh);
		fputs(" newrule", log);
		break;
	case NFT_TYPE(NFT_MSG_DELRULE):
		keep(rules, "w", NULL);
		fprintf(log, " flush=%s", rules);
		break;
	case NFNL_MSG_BATCH_BEGIN:
	case NFNL_MSG_BATCH_END:
		break;
	default:
		die("unexpected in a transaction", "");
	}
}

static bool is_for(const struct nlmsghdr *nlh, unsigned int gen)
{
	const struct nlattr *tb[32] = { NULL };

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), attr_cb, tb);
	return tb[NFNL_BATCH_GENID] && ntohl(mnl_attr_get_u32(tb[NFNL_BATCH_GENID])) == gen;
}

static void commit(const struct nlmsghdr *nlh, int len)
{
	int err = number_of("nft commit");
	FILE *log;

	mkdir(fake_path("/nft"), 0777);
	if (changes++ < (unsigned int)number_of("nft changes"))
		generation_next();
	if (err || !is_for(nlh, generation())) {
		fake_error(err ? err : ERESTART);
		return;
	}
	log = fopen(fake_path("/log"), "a");
	fputs("nft", log);
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		commit_one(nlh, log);
		if (nlh->nlmsg_flags & NLM_F_ACK) {
			fake_seq(nlh->nlmsg_seq);
			fake_error(0);
		}
	}
	if (len)
		die("a transaction of a wrong length", "");
	fputc('\n', log);
	fclose(log);
	generation_next();
}

static void put_tuple(struct nlmsghdr *nlh, uint16_t type, uint8_t l4, const char *src,
		      unsigned int sport, const char *dst, unsigned int dport)
{
	struct nlattr *tuple = mnl_attr_nest_start(nlh, type), *nest;
	bool six = strchr(src, ':');
	char addr[16];

	nest = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);
	inet_pton(six ? AF_INET6 : AF_INET, src, addr);
	mnl_attr_put(nlh, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, six ? 16 : 4, addr);
	inet_pton(six ? AF_INET6 : AF_INET, dst, addr);
	mnl_attr_put(nlh, six ? CTA_IP_V6_DST : CTA_IP_V4_DST, six ? 16 : 4, addr);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, l4);
	if (sport || dport) {
		mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(sport));
		mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, htons(dport));
	}
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, tuple);
}

static void put_entry(const char *text, unsigned int id)
{
	char src[64], dst[64], rsrc[64], rdst[64];
	unsigned int l4, sport, dport, rsport, status;
	struct nlmsghdr *nlh;
	int n = sscanf(text, "%u %63s %u %63s %u %63s %u %63s %u", &l4, src, &sport, dst, &dport,
		       rsrc, &rsport, rdst, &status);

	if (n < 5)
		die("no entry", text);
	nlh = begin(CT_TYPE(IPCTNL_MSG_CT_NEW), NLM_F_MULTI, strchr(src, ':') ? AF_INET6 : AF_INET);
	put_tuple(nlh, CTA_TUPLE_ORIG, l4, src, sport, dst, dport);
	put_tuple(nlh, CTA_TUPLE_REPLY, l4, n > 5 ? rsrc : dst, n > 6 ? rsport : dport,
		  n > 7 ? rdst : src, sport);
	mnl_attr_put_u32(nlh, CTA_STATUS, htonl(n > 8 ? status : IPS_SEEN_REPLY | IPS_CONFIRMED));
	mnl_attr_put_u32(nlh, CTA_ID, htonl(id));
	fake_end(nlh);
}

static void delete_entry(const struct nlmsghdr *nlh)
{
	const struct nlattr *tb[32] = { NULL };
	FILE *log = fopen(fake_path("/log"), "a");

	mnl_attr_parse(nlh, sizeof(struct nfgenmsg), attr_cb, tb);
	if (!tb[CTA_TUPLE_ORIG] || !tb[CTA_ID])
		die("deletes any entry", "");
	fprintf(log, "conntrack-delete %u\n", ntohl(mnl_attr_get_u32(tb[CTA_ID])));
	fclose(log);
	fake_error(0);
}

static void conntrack(const struct nlmsghdr *nlh)
{
	int err = number_of("conntrack-error");
	const char *text;
	unsigned int i;

	if (err) {
		fake_error(err);
	} else if (nlh->nlmsg_type == CT_TYPE(IPCTNL_MSG_CT_DELETE)) {
		delete_entry(nlh);
	} else {
		for (i = 0; i < ENTRIES_MAX && (text = line_of("conntrack", i)); i++)
			put_entry(text, i + 1);
		fake_done();
	}
}

/* Take in what was sent to netfilter, and answer. */
void fake_nft(const struct nlmsghdr *nlh, size_t size)
{
	int err = number_of("nft error");

	fake_seq(nlh->nlmsg_seq);
	if (nlh->nlmsg_type >> 8 == NFNL_SUBSYS_CTNETLINK)
		conntrack(nlh);
	else if (err)
		fake_error(err);
	else if (nlh->nlmsg_type == NFNL_MSG_BATCH_BEGIN)
		commit(nlh, size);
	else
		get(nlh);
}

/* The C library's interface from here on */

unsigned int __wrap_if_nametoindex(const char *name)
{
	const char *text;
	unsigned int i;

	for (i = 0; (text = line_of("interface", i)); i++)
		if (!strcmp(text, name))
			return i + 1;
	return 0;
}

int __wrap_getifaddrs(struct ifaddrs **list)
{
	static struct ifaddrs a;
	static struct sockaddr_in sin = { .sin_family = AF_INET };
	const char *text = line_of("address", 0);

	*list = NULL;
	if (!text)
		return 0;
	inet_pton(AF_INET, text, &sin.sin_addr);
	a.ifa_addr = (void *)&sin;
	*list = &a;
	return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *list)
{
	(void)list;
}
