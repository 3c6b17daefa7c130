// SPDX-License-Identifier: GPL-2.0
/* vpnpass tunnels: one row per tunnel. */
#include <stdlib.h>
#include <string.h>
#include "out.h"
#include "rec.h"
#include "vpnpass.h"

static const struct column columns[] = {
	{ "PROTO", false, false },
	{ "CLIENT", false, false },
	{ "SERVER", false, false },
	{ "IDS", false, true },
	{ "STATE", false, true },
	{ "AGE", true, true },
	{ "IDLE", true, false },
	{ "TX", true, true },
	{ "RX", true, false },
};

static int compare_attr(const struct rec *a, const struct rec *b, unsigned int attr)
{
	const struct rec_value *x = &a->v[attr], *y = &b->v[attr];

	if (rec_attrs[attr].type != REC_ADDR)
		return (x->num > y->num) - (x->num < y->num);
	if (x->len != y->len)
		return x->len - y->len;
	return memcmp(x->addr, y->addr, x->len);
}

static int compare(const void *a, const void *b)
{
	static const unsigned int keys[] = {
		VPNPASS_A_PROTO, VPNPASS_A_CLIENT, VPNPASS_A_SERVER,
		VPNPASS_A_CLIENT_ID, VPNPASS_A_SERVER_ID,
		VPNPASS_A_CLIENT_SESSION, VPNPASS_A_SERVER_SESSION,
	};
	unsigned int i;
	int diff = 0;

	for (i = 0; !diff && i < ARRAY_SIZE(keys); i++)
		diff = compare_attr(a, b, keys[i]);
	return diff;
}

static enum out_color state_color(const struct rec *rec)
{
	return rec_num(rec, VPNPASS_A_STATE) == VPNPASS_STATE_UP ? OUT_GOOD : OUT_WARN;
}

static void add_span(struct table *t, const struct rec *rec, unsigned int attr)
{
	char buf[OUT_NUMBER];

	table_add(t, OUT_PLAIN, "%s",
		  rec_has(rec, attr) ? out_span(rec_num(rec, attr), buf) : "-");
}

static void add_traffic(struct table *t, const struct rec *rec, unsigned int packets,
			unsigned int bytes)
{
	char p[OUT_NUMBER], b[OUT_NUMBER];

	if (!rec_has(rec, packets) || !rec_has(rec, bytes))
		table_add(t, OUT_PLAIN, "-");
	else
		table_add(t, OUT_PLAIN, "%s/%s", out_human(rec_num(rec, packets), p),
			  out_human(rec_num(rec, bytes), b));
}

static void add_row(struct table *t, const struct rec *rec)
{
	char buf[REC_BUF];

	table_add(t, OUT_PLAIN, "%s", rec_name(rec, VPNPASS_A_PROTO, buf));
	table_add(t, OUT_PLAIN, "%s", rec_addr(rec, VPNPASS_A_CLIENT, buf));
	table_add(t, OUT_PLAIN, "%s", rec_addr(rec, VPNPASS_A_SERVER, buf));
	table_add(t, OUT_PLAIN, "%s", rec_ids(rec, buf));
	table_add(t, state_color(rec), "%s", rec_name(rec, VPNPASS_A_STATE, buf));
	add_span(t, rec, VPNPASS_A_AGE);
	add_span(t, rec, VPNPASS_A_IDLE);
	add_traffic(t, rec, VPNPASS_A_TX_PACKETS, VPNPASS_A_TX_BYTES);
	add_traffic(t, rec, VPNPASS_A_RX_PACKETS, VPNPASS_A_RX_BYTES);
}

static int print_table(const struct recs *tunnels)
{
	struct table t = { .columns = columns, .ncolumns = ARRAY_SIZE(columns) };
	size_t i;

	for (i = 0; i < tunnels->n; i++)
		add_row(&t, &tunnels->v[i]);
	table_print(&t);
	table_free(&t);
	return VP_OK;
}

static int print_json(const struct recs *tunnels)
{
	json_t *root = out_json_new(), *list = json_array(), *obj;
	size_t i;

	json_object_set_new(root, "tunnels", list);
	for (i = 0; i < tunnels->n; i++) {
		obj = json_object();
		rec_json(&tunnels->v[i], obj);
		json_array_append_new(list, obj);
	}
	return out_json(root, false);
}

int cmd_tunnels(const struct options *opt, int argc, char **argv)
{
	struct recs tunnels = { NULL, 0 };
	struct genl g;
	int rc, err;

	(void)argc, (void)argv;
	rc = genl_open_or_fail(&g);
	if (!rc) {
		err = recs_dump(&tunnels, &g, VPNPASS_CMD_TUNNEL_GET);
		if (err)
			rc = genl_fail(&g, err, "cannot list the tunnels");
	}
	if (!rc) {
		if (tunnels.n)
			qsort(tunnels.v, tunnels.n, sizeof(*tunnels.v), compare);
		rc = opt->json ? print_json(&tunnels) : print_table(&tunnels);
	}
	recs_free(&tunnels);
	genl_close(&g);
	return rc;
}
