/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of the IPsec world. */
#ifndef PEER_IPSEC_STEP_H
#define PEER_IPSEC_STEP_H

#include "ipsec.h"

#define WORDS	6

struct args {
	char *word[WORDS];	/* behind the step's name, "" if absent */
	struct link *link[LINKS_MAX];
	u32 links;		/* of the first word, if the step takes links */
	long n[WORDS];		/* words as numbers, 0 if they are none */
};

struct step {
	const char *name;	/* NULL ends a table */
	bool takes_links;
	const char *what;
	bool (*run)(struct world *w, const struct args *a);
};

extern const struct step ike_steps[], data_steps[];

#endif
