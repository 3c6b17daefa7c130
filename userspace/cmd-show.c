// SPDX-License-Identifier: GPL-2.0
/* vpnpass show --config: what runs here, as a configuration file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "config.h"
#include "mode.h"
#include "out.h"
#include "sysctl.h"
#include "vpnpass.h"

/* Read a key; @known is false if its module is not loaded, so that there is nothing to say. */
static int get(unsigned int key, unsigned int *value, bool *known)
{
	const char *name = config_keys[key].name;
	bool loaded;
	int err;

	*known = true;
	if (config_is_mode(key))
		return mode_get(key, value, &loaded);
	err = sysctl_get(name, value);
	*known = !err;
	return !err || err == -ENOENT ? VP_OK :
	       out_fail(VP_FAILED, "cannot read %s: %s", name, strerror(-err));
}

static void print_text(const unsigned int *values, const bool *known)
{
	char buf[CONFIG_VALUE];
	unsigned int key;

	printf("# What runs here, in the form of vpnpass.conf(5)\n");
	for (key = 0; key < CONFIG_KEYS; key++)
		if (known[key])
			printf("%s = %s\n", config_keys[key].name,
			       config_value_text(key, values[key], buf));
}

static int print_json(const unsigned int *values, const bool *known)
{
	json_t *root = out_json_new(), *config = json_object();
	char buf[CONFIG_VALUE];
	unsigned int key;

	json_object_set_new(root, "config", config);
	for (key = 0; key < CONFIG_KEYS; key++)
		if (known[key] && config_is_mode(key))
			json_object_set_new(config, config_keys[key].name,
					    json_string(config_value_text(key, values[key], buf)));
		else if (known[key])
			json_object_set_new(config, config_keys[key].name,
					    json_integer(values[key]));
	return out_json(root, false);
}

int cmd_show(const struct options *opt, int argc, char **argv)
{
	unsigned int key, values[CONFIG_KEYS];
	bool known[CONFIG_KEYS];
	int rc;

	(void)argc, (void)argv;
	if (!opt->config)
		return out_fail(VP_USAGE, "show what? Choose from --config");
	for (key = 0; key < CONFIG_KEYS; key++) {
		rc = get(key, &values[key], &known[key]);
		if (rc)
			return rc;
	}
	if (opt->json)
		return print_json(values, known);
	print_text(values, known);
	return VP_OK;
}
