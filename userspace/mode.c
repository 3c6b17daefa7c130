// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: protocols on the command line, and the mode that one has in the kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "block.h"
#include "ctend.h"
#include "genl.h"
#include "kmod.h"
#include "mode.h"
#include "out.h"
#include "rec.h"
#include "vpnpass.h"

/* Name of a protocol. */
const char *proto_name(unsigned int proto)
{
	return rec_attrs[VPNPASS_A_PROTO].names[proto];
}

/* Name of a mode, as the kernel counts them, or of MODE_BLOCK. */
const char *mode_name(unsigned int mode)
{
	if (mode == MODE_BLOCK)
		return "block";
	return mode < rec_attrs[VPNPASS_A_MODE].nnames ?
	       rec_attrs[VPNPASS_A_MODE].names[mode] : "unknown";
}

/* What else people call the protocols, or their halves. */
static const struct {
	const char *word;
	unsigned int proto;
} nicknames[] = {
	{ "ike", VPNPASS_PROTO_IPSEC },	/* so the "ct helper" is called */
	{ "ikev1", VPNPASS_PROTO_IPSEC },
	{ "ikev2", VPNPASS_PROTO_IPSEC },
	{ "esp", VPNPASS_PROTO_IPSEC },
	{ "gre", VPNPASS_PROTO_PPTP },
	{ "l2tpv2", VPNPASS_PROTO_L2TP },
	{ "l2tpv3", VPNPASS_PROTO_L2TP },
};

static int fail_proto(const char *word)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nicknames); i++)
		if (!strcasecmp(word, nicknames[i].word))
			return out_fail(VP_USAGE, "there is no protocol '%s'; the one that it is "
					"part of is called %s here", word,
					proto_name(nicknames[i].proto));
	return out_fail(VP_USAGE, "there is no protocol '%s'; choose from pptp, l2tp, ipsec, all",
			word);
}

/**
 * protos_parse() - turn words into a set of protocols
 * @argc: how many words
 * @argv: the words
 * @set: BIT(protocol) is set for each that they name
 *
 * Return: VP_OK, or VP_USAGE after saying what is wrong.
 */
int protos_parse(int argc, char **argv, unsigned int *set)
{
	int i, proto;

	if (!argc)
		return out_fail(VP_USAGE, "which protocol? Choose from pptp, l2tp, ipsec, all");
	for (i = 0; i < argc; i++) {
		proto = rec_lookup(VPNPASS_A_PROTO, argv[i]);
		if (!strcmp(argv[i], "all"))
			*set |= (1u << NPROTOS) - 1;
		else if (proto >= 0)
			*set |= 1u << proto;
		else
			return fail_proto(argv[i]);
	}
	return VP_OK;
}

/* Open the family and read the mode of one protocol. -ENOENT: its module is not loaded. */
static int read_mode(struct genl *g, unsigned int proto, unsigned int *mode)
{
	struct recs protos = { NULL, 0 };
	const struct rec *rec;
	int err;

	err = genl_open(g);
	if (!err)
		err = recs_dump(&protos, g, VPNPASS_CMD_PROTO_GET);
	if (!err) {
		rec = recs_of_proto(&protos, proto);
		if (!rec)
			err = -ENOENT;
		else
			*mode = rec_num(rec, VPNPASS_A_MODE);
	}
	recs_free(&protos);
	return err;
}

static int write_mode(struct genl *g, unsigned int proto, unsigned int mode)
{
	char buf[GENL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = genl_request(g, buf, VPNPASS_CMD_PROTO_SET, NLM_F_ACK);
	char what[64];
	int err;

	mnl_attr_put_u8(nlh, VPNPASS_A_PROTO, proto);
	mnl_attr_put_u8(nlh, VPNPASS_A_MODE, mode);
	err = genl_talk(g, nlh, NULL, NULL);
	snprintf(what, sizeof(what), "cannot set the mode of %s to %s", proto_name(proto),
		 mode_name(mode));
	return err ? genl_fail(g, err, what) : VP_OK;
}

/* modprobe may have found the kernel's own module of the same name instead of ours. */
static int fail_foreign(const char *module)
{
	if (kmod_is_intree(module) && kmod_intree_loaded())
		return out_fail(VP_ABSENT, "modprobe %s loaded the kernel's own module instead of "
				"ours; run depmod, see that ours is in /lib/modules/%s/updates, "
				"and try again", module, kmod_release());
	return out_fail(VP_ABSENT, "%s is loaded but does not answer in this network namespace; "
			"install module and tool of the same release", module);
}

/* Get the module of @proto in and ask again. */
static int load(struct genl *g, unsigned int proto, unsigned int *mode)
{
	const char *module = kmod_of(proto);
	int err, rc;

	rc = kmod_load(module);
	if (rc)
		return rc;
	genl_close(g);
	err = read_mode(g, proto, mode);
	if (err == -ENOENT)
		return fail_foreign(module);
	return err ? genl_fail(g, err, "cannot talk to the module") : VP_OK;
}

/* MODE_BLOCK, whatever the mode in the kernel, if our rules drop the protocol. */
static int look_for_block(unsigned int proto, unsigned int *mode, char lan[IFNAMSIZ])
{
	struct blocks b;
	int err = blocks_read(&b);

	if (err)
		return blocks_fail(err, "cannot read which protocols nft rules block");
	if (b.of[proto].rules) {
		*mode = MODE_BLOCK;
		strcpy(lan, b.of[proto].lan);
	}
	return VP_OK;
}

/**
 * mode_get() - the mode of a protocol in this network namespace
 * @proto: protocol
 * @mode: to be set; off if its module is not loaded, MODE_BLOCK if nft rules drop it
 * @lan: to be set to the interface that it is blocked at, "" if it is everywhere, or not
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int mode_get(unsigned int proto, unsigned int *mode, char lan[IFNAMSIZ])
{
	struct genl g;
	int err = read_mode(&g, proto, mode);
	int rc = VP_OK;

	*lan = '\0';
	if (err == -ENOENT)
		*mode = VPNPASS_MODE_OFF;	/* no module, no help */
	else if (err)
		rc = genl_fail(&g, err, "cannot talk to the module");
	genl_close(&g);
	return rc ? rc : look_for_block(proto, mode, lan);
}

/**
 * mode_check() - can the modules be talked to, if they are loaded?
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int mode_check(void)
{
	unsigned int mode;
	struct genl g;
	int err = read_mode(&g, VPNPASS_PROTO_PPTP, &mode);
	int rc = VP_OK;

	if (err && err != -ENOENT)
		rc = genl_fail(&g, err, "cannot talk to the module");
	genl_close(&g);
	return rc;
}

/**
 * mode_need() - have the module of a protocol loaded
 * @proto: protocol
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int mode_need(unsigned int proto)
{
	unsigned int mode;
	struct genl g;
	int err = read_mode(&g, proto, &mode);
	int rc = VP_OK;

	if (err == -ENOENT)
		rc = load(&g, proto, &mode);
	else if (err)
		rc = genl_fail(&g, err, "cannot talk to the module");
	genl_close(&g);
	return rc;
}

/**
 * mode_help() - set how the kernel helps one protocol, loading its module if need be
 * @c: protocol and mode that it shall have; the mode that it had is filled in
 *
 * Nothing is done if it is as it shall be, nor anything about rules that drop it.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int mode_help(struct mode_change *c)
{
	struct genl g;
	int err, rc = VP_OK;

	err = read_mode(&g, c->proto, &c->before);
	if (err == -ENOENT && c->after == VPNPASS_MODE_OFF)
		c->before = VPNPASS_MODE_OFF;	/* no module, no help */
	else if (err == -ENOENT)
		rc = load(&g, c->proto, &c->before);
	else if (err)
		rc = genl_fail(&g, err, "cannot talk to the module");
	if (!rc && c->before != c->after)
		rc = write_mode(&g, c->proto, c->after);
	genl_close(&g);
	return rc;
}

/* Let a protocol through again. */
static int unblock(struct mode_change *c)
{
	struct blocks before;
	int rc = blocks_change(0, 1u << c->proto, "", &before);

	if (before.of[c->proto].rules) {
		c->before = MODE_BLOCK;
		strcpy(c->lan_before, before.of[c->proto].lan);
	}
	return rc;
}

/* First the rules, so that nothing that ends can begin anew. */
static int block(struct mode_change *c)
{
	struct mode_change off = { .proto = c->proto, .after = VPNPASS_MODE_OFF };
	struct blocks before;
	int rc;

	rc = blocks_change(1u << c->proto, 0, c->lan, &before);
	if (!rc)
		rc = mode_help(&off);
	c->before = off.before;
	if (before.of[c->proto].rules) {
		c->before = MODE_BLOCK;
		strcpy(c->lan_before, before.of[c->proto].lan);
	}
	return rc ? rc : ct_end(1u << c->proto);
}

/**
 * mode_set() - set the mode of one protocol, loading its module if need be
 * @c: protocol and mode that it shall have, of the kernel's or MODE_BLOCK; the mode that it
 *     had is filled in
 *
 * Nothing is done if it is as it shall be.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int mode_set(struct mode_change *c)
{
	int rc;

	if (c->after == MODE_BLOCK)
		return block(c);
	rc = mode_help(c);
	return rc ? rc : unblock(c);
}
