// SPDX-License-Identifier: GPL-2.0
/* vpnpass status: modes, load, counters and what stands in the way. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "block.h"
#include "kmod.h"
#include "out.h"
#include "problem.h"
#include "rec.h"
#include "vpnpass.h"

#define NAME_WIDTH	22
#define VALUE_WIDTH	12

/**
 * struct status - all that is shown
 * @core: the core module answers
 * @version: of its ABI
 * @protos: what it says about the protocols whose modules are loaded
 * @counters: and about what they counted
 * @blocks: what nft rules drop
 * @see_blocks: we may see that
 * @problems: what stands in the way
 */
struct status {
	bool core;
	unsigned int version;
	struct recs protos;
	struct recs counters;
	struct blocks blocks;
	bool see_blocks;
	struct problems problems;
};

static const struct column columns[] = {
	{ "PROTOCOL", false, false },
	{ "MODE", false, false },
	{ "MODULE", false, false },
	{ "TUNNELS", true, false },
	{ "CONTROLS", true, false },
};

static void add_count(struct table *t, const struct rec *rec, unsigned int attr)
{
	if (rec && rec_has(rec, attr))
		table_add(t, OUT_PLAIN, "%" PRIu64, rec_num(rec, attr));
	else
		table_add(t, OUT_PLAIN, "-");
}

static void add_mode(struct table *t, const struct status *s, unsigned int proto,
		     const struct rec *rec)
{
	bool helped = rec && rec_num(rec, VPNPASS_A_MODE) != VPNPASS_MODE_OFF;
	char buf[REC_BUF];

	if (s->blocks.of[proto].rules)
		table_add(t, OUT_WARN, "%s", mode_name(MODE_BLOCK));
	else
		table_add(t, helped ? OUT_GOOD : OUT_PLAIN, "%s",
			  rec ? rec_name(rec, VPNPASS_A_MODE, buf) : "-");
}

static void add_proto(struct table *t, const struct status *s, unsigned int proto)
{
	const struct rec *rec = recs_of_proto(&s->protos, proto);

	table_add(t, OUT_PLAIN, "%s", proto_name(proto));
	add_mode(t, s, proto, rec);
	table_add(t, OUT_PLAIN, rec ? "loaded" : "not loaded");
	add_count(t, rec, VPNPASS_A_TUNNELS);
	add_count(t, rec, VPNPASS_A_CONTROLS);
}

static void print_protos(const struct status *s)
{
	struct table t = { .columns = columns, .ncolumns = ARRAY_SIZE(columns) };
	unsigned int proto;

	for (proto = 0; proto < rec_attrs[VPNPASS_A_PROTO].nnames; proto++)
		add_proto(&t, s, proto);
	table_print(&t);
	table_free(&t);
}

static bool is_counter_of(const struct rec *rec, unsigned int proto)
{
	return rec_has(rec, VPNPASS_A_PROTO) && rec_num(rec, VPNPASS_A_PROTO) == proto;
}

static void print_counter(const struct rec *rec)
{
	const char *name = rec_text(rec, VPNPASS_A_NAME);
	int len;

	len = printf("  %-*s %*" PRIu64 "  ", NAME_WIDTH, name, VALUE_WIDTH,
		     rec_num(rec, VPNPASS_A_VALUE));
	out_wrapped(rec_text(rec, VPNPASS_A_DOC), len, NAME_WIDTH + VALUE_WIDTH + 5);
}

static void print_counters(const struct status *s, unsigned int proto)
{
	bool any = false;
	size_t i;

	for (i = 0; i < s->counters.n; i++) {
		const struct rec *rec = &s->counters.v[i];

		if (!is_counter_of(rec, proto) || !rec_num(rec, VPNPASS_A_VALUE))
			continue;
		if (!any)
			printf("\n%s has counted:\n", rec_attrs[VPNPASS_A_PROTO].names[proto]);
		any = true;
		print_counter(rec);
	}
}

static void print_blocks(const struct status *s)
{
	const struct block *b;
	unsigned int proto;
	bool any = false;

	for (proto = 0; proto < NPROTOS; proto++) {
		b = &s->blocks.of[proto];
		if (!b->rules)
			continue;
		printf("%s%s is blocked%s%s: %" PRIu64 " packets dropped (%" PRIu64 " bytes)\n",
		       any ? "" : "\n", proto_name(proto), *b->lan ? " on " : "", b->lan,
		       b->packets, b->bytes);
		any = true;
	}
}

static void print_problems(const struct problems *p)
{
	unsigned int i;

	for (i = 0; i < p->n; i++) {
		putchar('\n');
		out_colored(OUT_BAD, "problem:");
		putchar(' ');
		out_wrapped(p->v[i].text, 9, 9);
		printf("     do: %s\n", p->v[i].fix);
	}
}

static int print_text(const struct status *s)
{
	unsigned int proto;

	print_protos(s);
	for (proto = 0; proto < rec_attrs[VPNPASS_A_PROTO].nnames; proto++)
		print_counters(s, proto);
	print_blocks(s);
	if (!s->see_blocks)
		printf("\nOnly root can see whether a protocol is blocked.\n");
	print_problems(&s->problems);
	return VP_OK;
}

static json_t *counters_json(const struct status *s, unsigned int proto)
{
	json_t *obj = json_object();
	size_t i;

	for (i = 0; i < s->counters.n; i++) {
		const struct rec *rec = &s->counters.v[i];

		if (is_counter_of(rec, proto))
			json_object_set_new(obj, rec_text(rec, VPNPASS_A_NAME),
					    json_integer(rec_num(rec, VPNPASS_A_VALUE)));
	}
	return obj;
}

static json_t *block_json(const struct block *b)
{
	json_t *obj = json_pack("{s:I, s:I}", "packets", (json_int_t)b->packets, "bytes",
				(json_int_t)b->bytes);

	if (*b->lan)
		json_object_set_new(obj, "lan", json_string(b->lan));
	return obj;
}

static json_t *proto_json(const struct status *s, unsigned int proto)
{
	const struct rec *rec = recs_of_proto(&s->protos, proto);
	json_t *obj = json_object();

	json_object_set_new(obj, "protocol",
			    json_string(rec_attrs[VPNPASS_A_PROTO].names[proto]));
	json_object_set_new(obj, "module", json_string(kmod_of(proto)));
	json_object_set_new(obj, "loaded", json_boolean(rec));
	if (rec) {
		rec_json(rec, obj);
		json_object_set_new(obj, "counters", counters_json(s, proto));
	}
	if (s->blocks.of[proto].rules) {
		json_object_set_new(obj, "mode", json_string(mode_name(MODE_BLOCK)));
		json_object_set_new(obj, "block", block_json(&s->blocks.of[proto]));
	}
	return obj;
}

static json_t *problems_json(const struct problems *p)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < p->n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "id", p->v[i].id, "text",
						      p->v[i].text, "fix", p->v[i].fix));
	return list;
}

static int print_json(const struct status *s)
{
	json_t *root = out_json_new(), *list = json_array();
	unsigned int proto;

	json_object_set_new(root, "loaded", json_boolean(s->core));
	json_object_set_new(root, "abi", s->core ? json_integer(s->version) : json_null());
	json_object_set_new(root, "protocols", list);
	for (proto = 0; proto < rec_attrs[VPNPASS_A_PROTO].nnames; proto++)
		json_array_append_new(list, proto_json(s, proto));
	json_object_set_new(root, "block-known", json_boolean(s->see_blocks));
	json_object_set_new(root, "problems", problems_json(&s->problems));
	return out_json(root, false);
}

/* Ask the module. That it is absent is no failure here, but something to show. */
static int ask(struct status *s)
{
	struct genl g;
	int err, rc = VP_OK;

	err = genl_open(&g);
	s->core = !err;
	s->version = g.version;
	if (!err)
		err = recs_dump(&s->protos, &g, VPNPASS_CMD_PROTO_GET);
	if (!err)
		err = recs_dump(&s->counters, &g, VPNPASS_CMD_COUNTER_GET);
	if (err && (s->core || err != -ENOENT))
		rc = genl_fail(&g, err, "cannot read the module's state");
	genl_close(&g);
	return rc;
}

/* What nft rules drop, for those who may see it. */
static int ask_nft(struct status *s)
{
	int err = blocks_read(&s->blocks);

	s->see_blocks = !err;
	return err && err != -EPERM ? blocks_fail(err, "cannot read which protocols nft rules block")
				    : VP_OK;
}

static struct problem *add_problem(struct problems *p, const char *id)
{
	struct problem *new = &p->v[p->n < PROBLEMS_MAX ? p->n++ : PROBLEMS_MAX - 1];

	new->id = id;
	return new;
}

static void find_odd_rules(struct problems *p, const struct blocks *b)
{
	static const char *const fixes[NPROTOS] = {
		[VPNPASS_PROTO_PPTP] = "vpnpass block pptp (or: enable, disable)",
		[VPNPASS_PROTO_L2TP] = "vpnpass block l2tp (or: enable, disable)",
		[VPNPASS_PROTO_IPSEC] = "vpnpass block ipsec (or: enable, disable)",
	};
	struct problem *new;
	unsigned int proto;

	if (b->foreign) {
		new = add_problem(p, "block-table");
		new->fix = "nft list table inet vpnpass; rename or delete it";
		snprintf(new->text, sizeof(new->text), "The nft table \"inet vpnpass\" is not this "
			 "tool's (%s); nothing can be blocked.", b->foreign);
	}
	for (proto = 0; proto < NPROTOS; proto++) {
		if (!b->of[proto].there || b->of[proto].intact)
			continue;
		new = add_problem(p, "block-rules");
		new->fix = fixes[proto];
		snprintf(new->text, sizeof(new->text), "The nft rules that block %s are not those "
			 "that this tool writes; some of it may pass.", proto_name(proto));
	}
}

int cmd_status(const struct options *opt, int argc, char **argv)
{
	struct status s = { .core = false };
	int rc;

	(void)argc, (void)argv;
	rc = ask(&s);
	if (!rc)
		rc = ask_nft(&s);
	if (!rc) {
		problems_find(&s.problems, s.core, &s.protos);
		find_odd_rules(&s.problems, &s.blocks);
		rc = opt->json ? print_json(&s) : print_text(&s);
		if (!rc && !s.core)
			rc = VP_ABSENT;
	}
	recs_free(&s.protos);
	recs_free(&s.counters);
	return rc;
}
