// SPDX-License-Identifier: GPL-2.0
/* vpnpass load: let the modules know what vpnpass save wrote. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "genl.h"
#include "out.h"
#include "saved.h"
#include "vpnpass.h"

/* How it went. */
struct tally {
	size_t loaded;
	size_t known;
	size_t refused;
	json_t *list;	/* of refusals, for JSON */
};

static int read_saved(const char *name, struct recs *recs)
{
	bool stdin_wanted = !name || !strcmp(name, "-");
	const char *shown = stdin_wanted ? "standard input" : name;
	char why[SAVED_WHY];
	json_error_t error;
	json_t *root;
	int err;

	root = stdin_wanted ? json_loadf(stdin, JSON_REJECT_DUPLICATES, &error) :
			      json_load_file(name, JSON_REJECT_DUPLICATES, &error);
	if (!root && json_error_code(&error) == json_error_cannot_open_file)
		return out_fail(errno == EACCES ? VP_PERM : VP_FAILED, "cannot read %s: %s",
				shown, strerror(errno));
	if (!root)
		return out_fail(VP_FAILED, "%s: line %d: %s; nothing was loaded", shown,
				error.line, error.text);
	err = saved_parse(recs, root, why);
	json_decref(root);
	return err ? out_fail(VP_FAILED, "%s: %s; nothing was loaded", shown, why) : VP_OK;
}

/* A record in words. */
static void name_record(const struct rec *rec, size_t i, char *buf, size_t size)
{
	char proto[REC_BUF], kind[REC_BUF], client[REC_BUF], server[REC_BUF];

	snprintf(buf, size, "record %zu (%s %s, %s to %s)", i + 1,
		 rec_name(rec, VPNPASS_A_PROTO, proto), rec_name(rec, VPNPASS_A_RECORD, kind),
		 rec_addr(rec, VPNPASS_A_CLIENT, client), rec_addr(rec, VPNPASS_A_SERVER, server));
}

static void refused(struct tally *t, const struct genl *g, const struct options *opt,
		    const struct rec *rec, size_t i, int err)
{
	const char *why = *g->extack ? g->extack : strerror(-err);
	char name[512];
	json_t *obj;

	t->refused++;
	name_record(rec, i, name, sizeof(name));
	if (!opt->json) {
		out_note("%s: %s", name, why);
		return;
	}
	obj = json_object();
	json_object_set_new(obj, "record", json_integer(i + 1));
	json_object_set_new(obj, "why", json_string(why));
	json_array_append_new(t->list, obj);
}

static int load_one(struct genl *g, const struct rec *rec)
{
	char buf[REC_REQUEST] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = genl_request(g, buf, VPNPASS_CMD_RECORD_NEW, NLM_F_ACK);

	rec_put(rec, nlh);
	return genl_talk(g, nlh, NULL, NULL);
}

/* Errors that all records would have. */
static bool is_hopeless(int err)
{
	return err == -EPERM || err == -EBADMSG || err == -ENOBUFS || err == -EPROTONOSUPPORT;
}

static int load_all(struct genl *g, const struct options *opt, const struct recs *recs,
		    struct tally *t)
{
	size_t i;
	int err;

	for (i = 0; i < recs->n; i++) {
		err = load_one(g, &recs->v[i]);
		if (is_hopeless(err))
			return genl_fail(g, err, "cannot load the tunnels");
		if (err == -EOPNOTSUPP && !*g->extack)
			return out_fail(VP_ABSENT, "the loaded module is older than this tool and "
					"can't load tunnels; load the new one");
		if (!err)
			t->loaded++;
		else if (err == -EEXIST)
			t->known++;
		else
			refused(t, g, opt, &recs->v[i], i, err);
	}
	return VP_OK;
}

static int report(const struct options *opt, const struct tally *t)
{
	json_t *root;
	int rc = t->refused ? VP_FAILED : VP_OK, out;

	if (!opt->json) {
		printf("%zu records loaded, %zu known already, %zu refused\n", t->loaded, t->known,
		       t->refused);
		return rc;
	}
	root = out_json_new();
	json_object_set_new(root, "loaded", json_integer(t->loaded));
	json_object_set_new(root, "known", json_integer(t->known));
	json_object_set(root, "refused", t->list);
	out = out_json(root, false);
	return out ? out : rc;
}

int cmd_load(const struct options *opt, int argc, char **argv)
{
	struct tally t = { .list = json_array() };
	struct recs recs = { NULL, 0 };
	struct genl g = { .sock = NULL };
	int rc;

	if (argc > 1)
		rc = out_fail(VP_USAGE, "'load' takes one file, but there is '%s' too", argv[1]);
	else
		rc = read_saved(argc ? argv[0] : NULL, &recs);
	if (!rc)
		rc = genl_open_or_fail(&g);
	if (!rc)
		rc = load_all(&g, opt, &recs, &t);
	if (!rc)
		rc = report(opt, &t);
	genl_close(&g);
	recs_free(&recs);
	json_decref(t.list);
	return rc;
}
