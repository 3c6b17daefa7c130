// SPDX-License-Identifier: GPL-2.0
/* vpnpass block: drop protocols, at once and in both directions. */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "block.h"
#include "ctend.h"
#include "mode.h"
#include "out.h"
#include "persist.h"
#include "vpnpass.h"

/**
 * struct blocking - what one protocol goes through
 * @proto: protocol
 * @mode: mode it had in the kernel
 * @before: how it was blocked
 */
struct blocking {
	unsigned int proto;
	unsigned int mode;
	struct block before;
};

static int check_lan(const char *lan)
{
	if (strchr(lan, '#'))
		return out_fail(VP_USAGE, "'%s': vpnpass.conf(5) has no place for a '#'; rename "
				"the interface for --lan", lan);
	if (!config_is_lan(lan))
		return out_fail(VP_USAGE, "'%s' is no name of an interface for --lan; \"ip link\" "
				"lists those there are", lan);
	if (!if_nametoindex(lan))
		out_note("there is no interface '%s' now; nothing is blocked until there is", lan);
	return VP_OK;
}

static bool is_changed(const struct blocking *b, const char *lan)
{
	return !b->before.there || !b->before.intact || strcmp(b->before.lan, lan) ||
	       b->mode != VPNPASS_MODE_OFF;
}

static const char *mode_before(const struct blocking *b)
{
	return mode_name(b->before.rules ? MODE_BLOCK : b->mode);
}

static void print_change(const struct blocking *b, const char *lan)
{
	bool was_lan = b->before.rules && *b->before.lan;

	printf("%s: %s%s%s", proto_name(b->proto), mode_name(MODE_BLOCK), *lan ? " on " : "", lan);
	if (is_changed(b, lan))
		printf(" (was %s%s%s)\n", mode_before(b), was_lan ? " on " : "",
		       was_lan ? b->before.lan : "");
	else
		puts(" already");
}

static int print_json(const struct blocking *list, unsigned int n, const char *lan)
{
	json_t *root = out_json_new(), *changes = json_array(), *obj;
	unsigned int i;

	json_object_set_new(root, "changes", changes);
	for (i = 0; i < n; i++) {
		obj = json_pack("{s:s, s:s, s:s, s:b}", "protocol", proto_name(list[i].proto),
				"mode", mode_name(MODE_BLOCK), "before", mode_before(&list[i]),
				"changed", is_changed(&list[i], lan));
		if (*lan)
			json_object_set_new(obj, "lan", json_string(lan));
		json_array_append_new(changes, obj);
	}
	return out_json(root, false);
}

static int dry_run(const struct options *opt, unsigned int set, const char *lan)
{
	json_t *root;
	char *text;
	int rc = VP_OK;

	blocks_print(set, lan, &text);
	if (opt->json) {
		root = out_json_new();
		json_object_set_new(root, "ruleset", json_string(text));
		rc = out_json(root, false);
	} else {
		fputs(text, stdout);
	}
	free(text);
	return rc;
}

/* Help ends, so that nothing but the rules decides. */
static int help_off(struct blocking *b)
{
	struct mode_change c = { .proto = b->proto, .after = VPNPASS_MODE_OFF };
	int rc = mode_help(&c);

	b->mode = c.before;
	return rc;
}

/* First the rules, so that nothing that ends can begin anew. Gives how many are in @list. */
static unsigned int block(unsigned int set, const char *lan, struct persist *file,
			  struct blocking list[NPROTOS], int *first)
{
	struct blocks before;
	unsigned int n = 0, proto;
	int rc;

	*first = blocks_change(set, 0, lan, &before);
	if (*first)
		return 0;
	for (proto = 0; proto < NPROTOS; proto++) {
		if (!(set & 1u << proto))
			continue;
		list[n] = (struct blocking){ .proto = proto, .before = before.of[proto] };
		rc = help_off(&list[n]);
		if (!rc)
			rc = persist_set(file, proto, MODE_BLOCK, lan);
		if (rc && !*first)
			*first = rc;
		n += !rc;
	}
	rc = ct_end(set);
	if (rc && !*first)
		*first = rc;
	return n;
}

static int block_and_tell(const struct options *opt, unsigned int set, const char *lan)
{
	struct blocking list[NPROTOS];
	struct persist file;
	unsigned int n = 0, i;
	int rc, first;

	first = persist_open(&file, opt);
	if (!first)
		first = mode_check();
	if (!first) {
		n = block(set, lan, &file, list, &first);
		for (i = 0; i < n && !opt->json; i++)
			print_change(&list[i], lan);
		rc = opt->json && (n || !first) ? print_json(list, n, lan) : VP_OK;
		first = first ? first : rc;
		rc = persist_save(&file);
		first = first ? first : rc;
	}
	persist_close(&file);
	return first;
}

static int check_persist(const struct options *opt)
{
	if (opt->persist && opt->dry_run)
		return out_fail(VP_USAGE, "--dry-run does nothing, so there is nothing to be kept; "
				"leave out --persist, or --dry-run");
	return VP_OK;
}

int cmd_block(const struct options *opt, int argc, char **argv)
{
	const char *lan = opt->lan ? opt->lan : "";
	unsigned int set = 0;
	int rc;

	rc = protos_parse(argc, argv, &set);
	if (!rc)
		rc = check_persist(opt);
	if (!rc && opt->lan)
		rc = check_lan(lan);
	if (rc)
		return rc;
	return opt->dry_run ? dry_run(opt, set, lan) : block_and_tell(opt, set, lan);
}
