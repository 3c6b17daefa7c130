// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: what vpnpass save wrote. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "out.h"
#include "saved.h"

/* What no record lacks. */
static const unsigned int needed[] = {
	VPNPASS_A_PROTO, VPNPASS_A_RECORD, VPNPASS_A_L4PROTO, VPNPASS_A_CLIENT,
	VPNPASS_A_CLIENT_MAPPED, VPNPASS_A_SERVER, VPNPASS_A_SERVER_MAPPED,
};

static int parse_record(struct rec *rec, json_t *obj, char why[REC_WHY])
{
	unsigned int i;

	if (rec_from_json(rec, obj, why))
		return -EINVAL;
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (rec_has(rec, needed[i]))
			continue;
		snprintf(why, REC_WHY, "'%s' is missing", rec_attrs[needed[i]].key);
		return -EINVAL;
	}
	return 0;
}

/**
 * saved_parse() - read what vpnpass save wrote
 * @recs: to be filled; recs_free() it whatever the outcome
 * @root: the file's JSON
 * @why: what is wrong with it, in words
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int saved_parse(struct recs *recs, json_t *root, char why[SAVED_WHY])
{
	json_t *list = json_object_get(root, "records");
	json_t *version = json_object_get(root, "version");
	char what[REC_WHY];
	size_t i;

	if (!json_is_integer(version) || !json_is_array(list)) {
		snprintf(why, SAVED_WHY, "was not written by vpnpass save");
		return -EINVAL;
	}
	if (json_integer_value(version) != OUT_JSON_VERSION) {
		snprintf(why, SAVED_WHY, "is of version %lld, this tool reads version %d",
			 (long long)json_integer_value(version), OUT_JSON_VERSION);
		return -EINVAL;
	}
	recs->v = calloc(json_array_size(list) + 1, sizeof(*recs->v));
	if (!recs->v) {
		snprintf(why, SAVED_WHY, "is too long");
		return -ENOMEM;
	}
	for (i = 0; i < json_array_size(list); i++) {
		if (parse_record(&recs->v[i], json_array_get(list, i), what)) {
			snprintf(why, SAVED_WHY, "record %zu: %s", i + 1, what);
			return -EINVAL;
		}
		recs->n++;
	}
	return 0;
}
