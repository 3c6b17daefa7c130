// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: tunnels as rows and as JSON. */
#include <stdlib.h>
#include <string.h>
#include "tunnels.h"

/* The last two are the rates. */
#define NCOLUMNS	9
#define NRATES		2

static const struct column columns[NCOLUMNS + NRATES] = {
	{ "PROTO", false, false },
	{ "CLIENT", false, false },
	{ "SERVER", false, false },
	{ "IDS", false, true },
	{ "STATE", false, true },
	{ "AGE", true, true },
	{ "IDLE", true, false },
	{ "TX", true, true },
	{ "RX", true, false },
	{ "TX B/s", true, true },
	{ "RX B/s", true, false },
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

/**
 * tunnels_compare() - by protocol, addresses and ids
 * @a: a tunnel
 * @b: a tunnel
 *
 * Return: below, above or 0 as @a stands before, behind or for the same as @b.
 */
int tunnels_compare(const struct rec *a, const struct rec *b)
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

static int compare(const void *a, const void *b)
{
	return tunnels_compare(a, b);
}

/* Bring tunnels into the order in which they are shown. */
void tunnels_sort(struct recs *tunnels)
{
	if (tunnels->n)
		qsort(tunnels->v, tunnels->n, sizeof(*tunnels->v), compare);
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

static void add_rate(struct table *t, const struct rates *r, uint64_t rate)
{
	char buf[OUT_NUMBER];

	table_add(t, OUT_PLAIN, "%s", r->known ? out_human(rate, buf) : "-");
}

static void add_row(struct table *t, const struct rec *rec, const struct rates *rates)
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
	if (rates) {
		add_rate(t, rates, rates->tx_bytes);
		add_rate(t, rates, rates->rx_bytes);
	}
}

static void make_table(struct table *t, const struct recs *tunnels, const struct rates *rates)
{
	size_t i;

	t->ncolumns = rates ? NCOLUMNS + NRATES : NCOLUMNS;
	for (i = 0; i < tunnels->n; i++)
		add_row(t, &tunnels->v[i], rates ? &rates[i] : NULL);
}

/**
 * tunnels_print() - one row per tunnel
 * @tunnels: sorted
 * @rates: of each, NULL for none; left out if a row would not fit with them
 * @width: columns there are, 0 for the usual
 * @height: lines there are, 0 for any number
 */
void tunnels_print(const struct recs *tunnels, const struct rates *rates, unsigned int width,
		   unsigned int height)
{
	struct table t = { .columns = columns, .width = width, .height = height };

	make_table(&t, tunnels, rates);
	if (rates && !table_fits(&t)) {
		table_free(&t);
		make_table(&t, tunnels, NULL);
	}
	table_print(&t);
	table_free(&t);
}

static void add_rates(json_t *obj, const struct rates *r)
{
	json_object_set_new(obj, "tx-packets-per-s", json_integer(r->tx_packets));
	json_object_set_new(obj, "tx-bytes-per-s", json_integer(r->tx_bytes));
	json_object_set_new(obj, "rx-packets-per-s", json_integer(r->rx_packets));
	json_object_set_new(obj, "rx-bytes-per-s", json_integer(r->rx_bytes));
}

/**
 * tunnels_json() - tunnels for machines
 * @tunnels: sorted
 * @rates: of each, NULL for none
 *
 * Return: an array.
 */
json_t *tunnels_json(const struct recs *tunnels, const struct rates *rates)
{
	json_t *list = json_array(), *obj;
	size_t i;

	for (i = 0; i < tunnels->n; i++) {
		obj = json_object();
		rec_json(&tunnels->v[i], obj);
		if (rates && rates[i].known)
			add_rates(obj, &rates[i]);
		json_array_append_new(list, obj);
	}
	return list;
}
