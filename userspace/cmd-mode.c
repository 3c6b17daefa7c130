// SPDX-License-Identifier: GPL-2.0
/* vpnpass enable, vpnpass disable: set the mode of protocols. */
#include <stdio.h>
#include "mode.h"
#include "out.h"
#include "persist.h"
#include "vpnpass.h"

static void print_change(const struct mode_change *c)
{
	if (c->before == c->after)
		printf("%s: %s already\n", proto_name(c->proto), mode_name(c->after));
	else
		printf("%s: %s (was %s)\n", proto_name(c->proto), mode_name(c->after),
		       mode_name(c->before));
}

static int print_json(const struct mode_change *changes, unsigned int n)
{
	json_t *root = out_json_new(), *list = json_array();
	unsigned int i;

	json_object_set_new(root, "changes", list);
	for (i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:b}",
						      "protocol", proto_name(changes[i].proto),
						      "mode", mode_name(changes[i].after),
						      "before", mode_name(changes[i].before),
						      "changed",
						      changes[i].before != changes[i].after));
	return out_json(root, false);
}

static int set_all(const struct options *opt, int argc, char **argv, unsigned int mode)
{
	struct mode_change changes[NPROTOS];
	unsigned int chosen = 0, n = 0, proto;
	struct persist file;
	int rc, first;

	first = protos_parse(argc, argv, &chosen);
	if (first)
		return first;
	first = persist_open(&file, opt);
	if (first) {
		persist_close(&file);
		return first;
	}
	for (proto = 0; proto < NPROTOS; proto++) {
		if (!(chosen & 1u << proto))
			continue;
		changes[n] = (struct mode_change){ .proto = proto, .after = mode };
		rc = mode_set(&changes[n]);
		if (!rc)
			rc = persist_set(&file, proto, mode, "");
		if (rc && !first)
			first = rc;
		if (!rc && !opt->json)
			print_change(&changes[n]);
		n += !rc;
	}
	rc = opt->json ? print_json(changes, n) : VP_OK;
	first = first ? first : rc;
	rc = persist_save(&file);
	persist_close(&file);
	return first ? first : rc;
}

int cmd_enable(const struct options *opt, int argc, char **argv)
{
	return set_all(opt, argc, argv, opt->rule ? VPNPASS_MODE_RULE : VPNPASS_MODE_ON);
}

int cmd_disable(const struct options *opt, int argc, char **argv)
{
	return set_all(opt, argc, argv, VPNPASS_MODE_OFF);
}
