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

/* Read a key; its line is 0 if its module is not loaded, so that there is nothing to say. */
static int get(unsigned int key, struct config_value *v)
{
	const char *name = config_keys[key].name;
	int err;

	*v = (struct config_value){ .line = 1 };
	if (config_is_mode(key))
		return mode_get(key, &v->value, v->lan);
	err = sysctl_get(name, &v->value);
	v->line = !err;
	return !err || err == -ENOENT ? VP_OK :
	       out_fail(VP_FAILED, "cannot read %s: %s", name, strerror(-err));
}

static void print_text(const struct config_value *v)
{
	char buf[CONFIG_VALUE];
	unsigned int key;

	printf("# What runs here, in the form of vpnpass.conf(5)\n");
	for (key = 0; key < CONFIG_KEYS; key++)
		if (v[key].line)
			printf("%s = %s\n", config_keys[key].name,
			       config_value_text(key, v[key].value, v[key].lan, buf));
}

static int print_json(const struct config_value *v)
{
	json_t *root = out_json_new(), *config = json_object();
	char buf[CONFIG_VALUE];
	unsigned int key;

	json_object_set_new(root, "config", config);
	for (key = 0; key < CONFIG_KEYS; key++) {
		if (!v[key].line)
			continue;
		config_value_text(key, v[key].value, v[key].lan, buf);
		json_object_set_new(config, config_keys[key].name, config_is_mode(key) ?
				    json_string(buf) : json_integer(v[key].value));
	}
	return out_json(root, false);
}

int cmd_show(const struct options *opt, int argc, char **argv)
{
	struct config_value values[CONFIG_KEYS];
	unsigned int key;
	int rc;

	(void)argc, (void)argv;
	if (!opt->config)
		return out_fail(VP_USAGE, "show what? Choose from --config");
	for (key = 0; key < CONFIG_KEYS; key++) {
		rc = get(key, &values[key]);
		if (rc)
			return rc;
	}
	if (opt->json)
		return print_json(values);
	print_text(values);
	return VP_OK;
}
