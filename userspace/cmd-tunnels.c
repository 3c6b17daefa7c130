// SPDX-License-Identifier: GPL-2.0
/* vpnpass tunnels: one row per tunnel, once or again and again. */
#include <stdlib.h>
#include "tunnels.h"

#define SECONDS_MIN	0.1
#define SECONDS_MAX	86400

static int print_json(const struct recs *tunnels)
{
	json_t *root = out_json_new();

	json_object_set_new(root, "tunnels", tunnels_json(tunnels, NULL));
	return out_json(root, false);
}

static int show(struct genl *g, const struct options *opt)
{
	struct recs tunnels = { NULL, 0 };
	int rc = VP_OK, err;

	err = recs_dump(&tunnels, g, VPNPASS_CMD_TUNNEL_GET);
	if (err)
		rc = genl_fail(g, err, "cannot list the tunnels");
	if (!rc) {
		tunnels_sort(&tunnels);
		if (opt->json)
			rc = print_json(&tunnels);
		else
			tunnels_print(&tunnels, NULL, 0, 0);
	}
	recs_free(&tunnels);
	return rc;
}

/* How often to look, in milliseconds. */
static int parse_seconds(const char *word, unsigned int *ms)
{
	char *end;
	double s;

	s = strtod(word, &end);
	if (!*word || *end || !(s >= SECONDS_MIN && s <= SECONDS_MAX))
		return out_fail(VP_USAGE, "'%s' is no number of seconds for --watch; give one from "
				"%g to %d", word, SECONDS_MIN, SECONDS_MAX);
	*ms = s * 1000;
	return VP_OK;
}

int cmd_tunnels(const struct options *opt, int argc, char **argv)
{
	unsigned int ms = 2000;
	struct genl g;
	int rc = VP_OK;

	if (opt->watch && (argc || opt->seconds))
		rc = parse_seconds(argc ? argv[0] : opt->seconds, &ms);
	if (rc)
		return rc;
	rc = genl_open_or_fail(&g);
	if (!rc)
		rc = opt->watch ? tunnels_watch(&g, opt, ms) : show(&g, opt);
	genl_close(&g);
	return rc;
}
