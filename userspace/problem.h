/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: what stands in the way of passthrough and is cheap to see. */
#ifndef VPNPASS_PROBLEM_H
#define VPNPASS_PROBLEM_H

#include "rec.h"

#define PROBLEMS_MAX	8

/**
 * struct problem - one thing that is wrong
 * @id: its name for machines
 * @text: what is wrong
 * @fix: what to do, a command where there is one
 */
struct problem {
	const char *id;
	char text[256];
	const char *fix;
};

/* What is wrong, most important first. */
struct problems {
	struct problem v[PROBLEMS_MAX];
	unsigned int n;
};

void problems_all(struct problems *p, bool core, const struct recs *protos);
void problems_find(struct problems *p, bool core, const struct recs *protos);

#endif /* VPNPASS_PROBLEM_H */
