// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: walks a packet's way and says what stands in it. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "doctor.h"
#include "out.h"
#include "ruleset.h"

static const char *const severities[] = {
	[SEV_OK] = "ok",
	[SEV_INFO] = "info",
	[SEV_WARN] = "warn",
	[SEV_FAIL] = "fail",
};

static const enum out_color colors[] = {
	[SEV_OK] = OUT_GOOD,
	[SEV_INFO] = OUT_PLAIN,
	[SEV_WARN] = OUT_WARN,
	[SEV_FAIL] = OUT_BAD,
};

/* In the order of a packet's way; those that concern all protocols come first. */
static const struct check {
	bool each;
	void (*run)(struct doctor *d, unsigned int proto);
} checks[] = {
	{ false, doctor_module },
	{ false, doctor_problems },
	{ false, doctor_recipe },
	{ false, doctor_reverse_path },
	{ false, doctor_mtu },
	{ false, doctor_rules },
	{ true, doctor_mode },
	{ true, doctor_protocol_rules },
	{ true, doctor_caps },
	{ true, doctor_counters },
	{ true, doctor_tunnels },
	{ true, doctor_natt },
	{ true, doctor_client },
};

static char *format(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	return text;
}

/**
 * found() - say what a check has found
 * @d: the doctor
 * @proto: protocol, or DOCTOR_ALL
 * @severity: how bad it is
 * @id: its name for machines
 * @fmt: what it is, in whole sentences
 */
void found(struct doctor *d, unsigned int proto, enum severity severity, const char *id,
	   const char *fmt, ...)
{
	va_list ap;

	d->v = reallocarray(d->v, d->n + 1, sizeof(*d->v));
	if (!d->v)
		abort();
	d->v[d->n] = (struct finding){ .id = id, .proto = proto, .severity = severity };
	va_start(ap, fmt);
	d->v[d->n++].text = format(fmt, ap);
	va_end(ap);
}

/**
 * mend() - say what mends that which was found last
 * @d: the doctor
 * @fmt: a command, where there is one
 */
void mend(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	d->v[d->n - 1].command = format(fmt, ap);
	va_end(ap);
}

/* Is this protocol one to look at? */
bool doctor_looks_at(const struct doctor *d, unsigned int proto)
{
	return d->protos & 1u << proto;
}

/* Is help for this protocol switched on? */
bool doctor_helped(const struct doctor *d, unsigned int proto)
{
	const struct rec *rec = recs_of_proto(&d->states, proto);

	return rec && rec_num(rec, VPNPASS_A_MODE) != VPNPASS_MODE_OFF;
}

static const char *subject(unsigned int proto)
{
	return proto == DOCTOR_ALL ? "general" : proto_name(proto);
}

static void print_text(const struct doctor *d)
{
	unsigned int last = DOCTOR_ALL + 1;
	size_t i;

	for (i = 0; i < d->n; i++) {
		const struct finding *f = &d->v[i];

		if (f->proto != last)
			printf("%s%s\n", i ? "\n" : "", subject(f->proto));
		last = f->proto;
		fputs("  ", stdout);
		out_colored(colors[f->severity], severities[f->severity]);
		printf("%*s", f->severity == SEV_OK ? 3 : 1, "");
		out_wrapped(f->text, 7, 7);
		if (f->command)
			printf("       do: %s\n", f->command);
	}
}

static int print_json(const struct doctor *d, bool clear)
{
	json_t *root = out_json_new(), *list = json_array();
	size_t i;

	json_object_set_new(root, "clear", json_boolean(clear));
	json_object_set_new(root, "findings", list);
	for (i = 0; i < d->n; i++) {
		const struct finding *f = &d->v[i];

		json_array_append_new(list, json_pack("{s:s, s:s, s:s?, s:s, s:s?}", "id", f->id,
						      "severity", severities[f->severity],
						      "protocol", f->proto == DOCTOR_ALL ? NULL :
						      proto_name(f->proto), "text", f->text,
						      "command", f->command));
	}
	return out_json(root, false);
}

static void ask(struct doctor *d)
{
	struct genl g;

	d->err = genl_open(&g);
	d->version = g.version;
	if (!d->err)
		d->err = recs_dump(&d->states, &g, VPNPASS_CMD_PROTO_GET);
	if (!d->err)
		d->err = recs_dump(&d->counters, &g, VPNPASS_CMD_COUNTER_GET);
	d->tunnels_err = d->err;
	if (!d->err)
		d->tunnels_err = recs_dump(&d->tunnels, &g, VPNPASS_CMD_TUNNEL_GET);
	genl_close(&g);
}

/* Without a word: those that are switched on, and all if none is. */
static void choose(struct doctor *d)
{
	unsigned int proto;

	if (d->protos)
		return;
	for (proto = 0; proto < NPROTOS; proto++)
		if (doctor_helped(d, proto))
			d->protos |= 1u << proto;
	if (!d->protos)
		d->protos = (1u << NPROTOS) - 1;
}

static void examine(struct doctor *d)
{
	unsigned int proto, i;

	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (!checks[i].each)
			checks[i].run(d, DOCTOR_ALL);
	for (proto = 0; proto < NPROTOS; proto++)
		for (i = 0; i < ARRAY_SIZE(checks); i++)
			if (checks[i].each && doctor_looks_at(d, proto))
				checks[i].run(d, proto);
}

static void release(struct doctor *d)
{
	size_t i;

	for (i = 0; i < d->n; i++) {
		free(d->v[i].text);
		free(d->v[i].command);
	}
	free(d->v);
	recs_free(&d->states);
	recs_free(&d->counters);
	recs_free(&d->tunnels);
}

static int parse_addr(const char *option, const char *word, struct ct_addr *addr)
{
	static const struct ct_addr nobody;
	struct in6_addr in;

	if (inet_pton(AF_INET, word, &in) == 1)
		ct_addr_set(addr, &in, sizeof(struct in_addr));
	else if (inet_pton(AF_INET6, word, &in) == 1)
		ct_addr_set(addr, &in, sizeof(in));
	if (!memcmp(addr->bytes, nobody.bytes, sizeof(nobody.bytes)))
		return out_fail(VP_USAGE, "'%s' is no IP address, which %s needs", word, option);
	return VP_OK;
}

static int parse_connection(struct doctor *d)
{
	const struct options *opt = d->opt;
	int rc;

	if (!opt->client && !opt->server)
		return VP_OK;
	if (!opt->client || !opt->server)
		return out_fail(VP_USAGE, "a connection has two ends: there is no --%s",
				opt->client ? "server" : "client");
	rc = parse_addr("--client", opt->client, &d->client);
	if (!rc)
		rc = parse_addr("--server", opt->server, &d->server);
	if (!rc && d->client.len != d->server.len)
		rc = out_fail(VP_USAGE, "'%s' and '%s' are no ends of one connection: one is of "
			      "IPv4, the other of IPv6", opt->client, opt->server);
	return rc;
}

int cmd_doctor(const struct options *opt, int argc, char **argv)
{
	struct doctor d = { .opt = opt, .named = argc };
	struct ruleset rules;
	bool clear = true;
	size_t i;
	int rc;

	rc = parse_connection(&d);
	if (!rc && argc)
		rc = protos_parse(argc, argv, &d.protos);
	if (rc)
		return rc;
	ask(&d);
	ruleset_read(&rules);
	d.rules = &rules;
	choose(&d);
	examine(&d);
	for (i = 0; i < d.n; i++)
		clear = clear && d.v[i].severity != SEV_FAIL;
	if (opt->json)
		rc = print_json(&d, clear);
	else
		print_text(&d);
	release(&d);
	ruleset_free(&rules);
	return rc ? rc : clear ? VP_OK : VP_FAILED;
}
