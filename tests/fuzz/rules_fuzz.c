// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what the tool does with "nft -j list ruleset": any JSON. Packets are sent
 * through the rules, and doctor's findings are made. Each finding and its command is a line that
 * fits a terminal; without chains nothing is dropped, and without rules nothing is translated.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../userspace/doctor.h"
#include "../../userspace/ruleset.h"
#include "../../userspace/sysfs.h"

static unsigned int mode;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* What the rest of the tool would say. */
const char *proto_name(unsigned int proto)
{
	static const char *const names[] = { "pptp", "l2tp", "ipsec" };

	must(proto < NPROTOS, "a protocol is one of them");
	return names[proto];
}

const struct rec *recs_of_proto(const struct recs *recs, unsigned int proto)
{
	(void)proto;
	return recs->v;
}

long sysfs_number(const char *fmt, ...)
{
	(void)fmt;
	return 1;
}

unsigned int routes_read(struct route routes[ROUTES_MAX])
{
	strcpy(routes->dev, "wan0");
	return 1;
}

const struct route *routes_find(const struct route *routes, unsigned int n, uint32_t addr)
{
	(void)addr;
	return n ? routes : NULL;
}

bool route6_out(char dev[IFNAMSIZ])
{
	strcpy(dev, "wan0");
	return true;
}

static char *text_of(const char *fmt, va_list ap)
{
	char *text, *p;

	must(vasprintf(&text, fmt, ap) > 0, "there is a text");
	for (p = text; *p; p++)
		must((unsigned char)*p >= ' ' && *p != 0x7f, "texts do no harm to a terminal");
	return text;
}

void found(struct doctor *d, unsigned int proto, enum severity severity, const char *id,
	   const char *fmt, ...)
{
	va_list ap;

	must(proto <= DOCTOR_ALL, "a finding is about something");
	d->v = reallocarray(d->v, d->n + 1, sizeof(*d->v));
	must(d->v, "there is memory");
	d->v[d->n] = (struct finding){ .id = id, .proto = proto, .severity = severity };
	va_start(ap, fmt);
	d->v[d->n++].text = text_of(fmt, ap);
	va_end(ap);
}

void mend(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	must(d->n && !d->v[d->n - 1].command, "one command for a finding");
	va_start(ap, fmt);
	d->v[d->n - 1].command = text_of(fmt, ap);
	va_end(ap);
}

static bool has(const json_t *list, const char *kind)
{
	const json_t *obj;
	size_t i;

	json_array_foreach(list, i, obj)
		if (json_object_get(obj, kind))
			return true;
	return false;
}

static void walk(const struct ruleset *rs)
{
	static const char *const hooks[] = { "prerouting", "forward", "postrouting" };
	struct packet p = { .l4 = IPPROTO_UDP, .dport = 500, .state = "new", .iif = "lan0",
			    .oif = "wan0", .saddr = 0xc0a8010a, .daddr = 0xcb007105 };
	unsigned int i;
	struct fate f;

	for (i = 0; i < 2 * ARRAY_SIZE(hooks); i++) {
		p.ip6 = i & 1;
		ruleset_fate(rs, hooks[i / 2], &p, &f);
		must(!f.drop || f.chain, "a chain drops");
		must(has(rs->list, "chain") || (!f.drop && !f.nat && !f.notrack), "chains do it");
		must(has(rs->list, "rule") || (!f.nat && !f.notrack && !f.rule), "rules do it");
		must(!f.notrack || f.notrack_rule, "a rule excludes");
	}
}

static void examine(struct ruleset *rs, const struct recs *states)
{
	struct doctor d = { .rules = rs, .states = *states, .protos = 7 };
	unsigned int proto;
	size_t i;

	if (mode) {
		d.client = (struct ct_addr){ .len = 4, .bytes = { 192, 168, 1, 10 } };
		d.server = (struct ct_addr){ .len = 4, .bytes = { 203, 0, 113, 5 } };
	}
	doctor_rules(&d, DOCTOR_ALL);
	for (proto = 0; proto < NPROTOS; proto++)
		doctor_protocol_rules(&d, proto);
	for (i = 0; i < d.n; i++) {
		free(d.v[i].text);
		free(d.v[i].command);
	}
	free(d.v);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct ruleset rs = { .legacy = false };
	struct rec rec = { 0 };
	struct recs states = { .v = &rec, .n = 1 };

	rs.root = json_loadb((const char *)data, size, 0, NULL);
	rs.list = json_object_get(rs.root, "nftables");
	if (rs.list)
		walk(&rs);
	for (mode = VPNPASS_MODE_OFF; rs.list && mode <= VPNPASS_MODE_RULE; mode += 2) {
		rec.v[VPNPASS_A_MODE].num = mode;
		rec.has = 1u << VPNPASS_A_MODE;
		examine(&rs, &states);
	}
	ruleset_free(&rs);
	return 0;
}
