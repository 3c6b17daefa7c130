// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what vpnpass load reads: any bytes. What is refused is refused with words
 * that fit a terminal; what is taken has all that a record needs, fits into a request, comes out of
 * that again as it was, and as JSON is taken again.
 */
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../userspace/saved.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}


static void same(const struct rec *a, const struct rec *b, const char *what)
{
	unsigned int n;

	must(a->has == b->has, what);
	for (n = 0; n <= VPNPASS_A_MAX; n++)
		if (rec_has(a, n) && rec_attrs[n].type == REC_ADDR)
			must(a->v[n].len == b->v[n].len &&
			     !memcmp(a->v[n].addr, b->v[n].addr, a->v[n].len), what);
		else if (rec_has(a, n))
			must(a->v[n].num == b->v[n].num, what);
}

static void by_netlink(const struct rec *rec)
{
	char buf[REC_REQUEST] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rec again;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	rec_put(rec, nlh);
	must(nlh->nlmsg_len <= sizeof(buf), "a record fits into a request");
	must(!rec_parse(&again, nlh), "a request can be read");
	same(rec, &again, "a request says what the record does");
	rec_free(&again);
}

static void by_json(const struct rec *rec)
{
	json_t *obj = json_object();
	char why[REC_WHY];
	struct rec again;

	must(!rec_json(rec, obj), "there is memory");
	must(!rec_from_json(&again, obj, why), "what is written can be read");
	same(rec, &again, "what is written is what was read");
	json_decref(obj);
}

static void refused(const char *why)
{
	must(*why, "a refusal says why");
	for (; *why; why++)
		must(*why >= ' ' && *why <= '~', "it fits a terminal");
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct recs recs = { NULL, 0 };
	char why[SAVED_WHY] = "";
	json_error_t error;
	json_t *root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error);
	size_t i;

	if (!root)
		return 0;
	if (saved_parse(&recs, root, why)) {
		refused(why);
	} else {
		for (i = 0; i < recs.n; i++) {
			must(rec_has(&recs.v[i], VPNPASS_A_CLIENT), "a record has a client");
			by_netlink(&recs.v[i]);
			by_json(&recs.v[i]);
		}
	}
	recs_free(&recs);
	json_decref(root);
	return 0;
}
