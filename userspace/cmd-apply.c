// SPDX-License-Identifier: GPL-2.0
/* vpnpass apply: make what runs here what the configuration file says. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "mode.h"
#include "out.h"
#include "persist.h"
#include "sysctl.h"
#include "vpnpass.h"

_Static_assert(CONFIG_PPTP == (int)VPNPASS_PROTO_PPTP && CONFIG_L2TP == (int)VPNPASS_PROTO_L2TP &&
	       CONFIG_IPSEC == (int)VPNPASS_PROTO_IPSEC && CONFIG_ALL == (int)NPROTOS &&
	       CONFIG_OFF == (int)VPNPASS_MODE_OFF && CONFIG_ON == (int)VPNPASS_MODE_ON &&
	       CONFIG_RULE == (int)VPNPASS_MODE_RULE && CONFIG_BLOCK == (int)MODE_BLOCK,
	       "the file counts as the kernel does");

/**
 * struct apply - what became of a file
 * @name: file
 * @config: what is in it
 * @before: what the keys were set to
 * @lan_before: where they were blocked, of modes
 * @done: BIT(key): it is as the file says
 * @skipped: BIT(key): there is nothing to set, as its module is not needed
 * @failed: BIT(protocol): its module cannot be had
 * @rc: exit code of the first failure
 */
struct apply {
	const char *name;
	struct config config;
	unsigned int before[CONFIG_KEYS];
	char lan_before[NPROTOS][CONFIG_LAN];
	unsigned int done;
	unsigned int skipped;
	unsigned int failed;
	int rc;
};

static bool is_set(const struct apply *a, unsigned int key)
{
	return a->config.values[key].line;
}

/* Remember the first failure. Gives whether it is no use to go on. */
static bool note(struct apply *a, int rc)
{
	if (rc && !a->rc)
		a->rc = rc;
	return rc == VP_PERM;
}

/* Before anything is set: do the modules speak our ABI, and may we look at the rules? */
static int check_system(const struct apply *a)
{
	unsigned int key, mode;
	char lan[IFNAMSIZ];

	for (key = 0; key < CONFIG_KEYS; key++)
		if (is_set(a, key))
			return mode_get(VPNPASS_PROTO_PPTP, &mode, lan);
	return VP_OK;
}

static bool load_modules(struct apply *a)
{
	unsigned int proto, mode;
	int rc;

	for (proto = 0; proto < NPROTOS; proto++) {
		mode = a->config.values[proto].value;
		if (mode != CONFIG_ON && mode != CONFIG_RULE)
			continue;
		rc = mode_need(proto);
		if (rc)
			a->failed |= 1u << proto;
		if (note(a, rc))
			return false;
	}
	return true;
}

static int fail_number(unsigned int key, unsigned int value, int err)
{
	const char *name = config_keys[key].name;

	if (err == -EACCES || err == -EPERM)
		return out_fail(VP_PERM, "cannot set %s to %u: %s; run it as root", name, value,
				strerror(-err));
	return out_fail(VP_FAILED, "cannot set %s to %u: %s; are module and tool of the same "
			"release?", name, value, strerror(-err));
}

static bool set_number(struct apply *a, unsigned int key)
{
	const struct config_key *k = &config_keys[key];
	unsigned int value = a->config.values[key].value;
	int err = sysctl_get(k->name, &a->before[key]);

	if (err == -ENOENT) {
		a->skipped |= 1u << key;
		return true;
	}
	if (!err && a->before[key] != value)
		err = sysctl_set(k->name, value);
	if (err)
		return !note(a, fail_number(key, value, err));
	a->done |= 1u << key;
	return true;
}

static bool set_mode(struct apply *a, unsigned int key)
{
	struct mode_change c = { .proto = key, .after = a->config.values[key].value };
	int rc;

	if (a->failed & 1u << key)
		return true;
	strcpy(c.lan, a->config.values[key].lan);
	rc = mode_set(&c);
	a->before[key] = c.before;
	strcpy(a->lan_before[key], c.lan_before);
	if (!rc)
		a->done |= 1u << key;
	return !note(a, rc);
}

/* Limits and timeouts first: they hold from the first packet on that is helped. */
static void set_all(struct apply *a)
{
	unsigned int key;

	for (key = NPROTOS; key < CONFIG_KEYS; key++)
		if (is_set(a, key) && !(a->failed & 1u << config_keys[key].proto) &&
		    !set_number(a, key))
			return;
	for (key = 0; key < NPROTOS; key++)
		if (is_set(a, key) && !set_mode(a, key))
			return;
}

static const char *text_now(const struct apply *a, unsigned int key, char buf[CONFIG_VALUE])
{
	const struct config_value *v = &a->config.values[key];

	return config_value_text(key, v->value, v->lan, buf);
}

static const char *text_before(const struct apply *a, unsigned int key, char buf[CONFIG_VALUE])
{
	return config_value_text(key, a->before[key],
				 config_is_mode(key) ? a->lan_before[key] : "", buf);
}

static void print_key(const struct apply *a, unsigned int key)
{
	const char *name = config_keys[key].name;
	char now[CONFIG_VALUE], before[CONFIG_VALUE];

	text_now(a, key, now);
	text_before(a, key, before);
	if (a->skipped & 1u << key)
		printf("%s: not set, the module that needs it is not loaded\n", name);
	else if (!(a->done & 1u << key))
		return;
	else if (!strcmp(now, before))
		printf("%s: %s already\n", name, now);
	else
		printf("%s: %s (was %s)\n", name, now, before);
}

static json_t *json_change(const struct apply *a, unsigned int key)
{
	unsigned int value = a->config.values[key].value;
	char now[CONFIG_VALUE], before[CONFIG_VALUE];
	bool mode = config_is_mode(key);

	text_now(a, key, now);
	text_before(a, key, before);
	return json_pack("{s:s, s:o, s:o, s:b}", "key", config_keys[key].name,
			 "value", mode ? json_string(now) : json_integer(value),
			 "before", mode ? json_string(before) : json_integer(a->before[key]),
			 "changed", strcmp(now, before));
}

static int print_json(const struct apply *a)
{
	json_t *root = out_json_new(), *list = json_array(), *skipped = json_array();
	unsigned int key;

	json_object_set_new(root, "changes", list);
	json_object_set_new(root, "skipped", skipped);
	for (key = 0; key < CONFIG_KEYS; key++) {
		if (a->skipped & 1u << key)
			json_array_append_new(skipped, json_string(config_keys[key].name));
		if (a->done & 1u << key)
			json_array_append_new(list, json_change(a, key));
	}
	return out_json(root, false);
}

int cmd_apply(const struct options *opt, int argc, char **argv)
{
	struct apply a = { .name = argc ? argv[0] : PERSIST_FILE };
	unsigned int key;
	int rc;

	if (argc > 1)
		return out_fail(VP_USAGE, "'apply' takes one file, but there is '%s' too", argv[1]);
	rc = persist_read(a.name, &a.config);
	if (!rc)
		rc = check_system(&a);
	if (!rc) {
		if (load_modules(&a))
			set_all(&a);
		for (key = 0; !opt->json && key < CONFIG_KEYS; key++)
			print_key(&a, key);
		rc = opt->json ? print_json(&a) : VP_OK;
	}
	config_free(&a.config);
	return a.rc ? a.rc : rc;
}
