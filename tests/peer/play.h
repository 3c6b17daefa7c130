/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A world of clients and servers that one process plays, and the steps that it is told to do.
 * Each peer has a struct world and a struct link of its own.
 */
#ifndef PEER_PLAY_H
#define PEER_PLAY_H

#include "util.h"

#define CLIENTS_MAX	128
#define SERVERS_MAX	4
#define LINKS_MAX	(CLIENTS_MAX * SERVERS_MAX)

struct world;
struct link;

/* What the world has to offer. */
u32 world_clients(const struct world *w);
u32 world_servers(const struct world *w);
/* Of a client and a server, from 1. */
struct link *world_link(struct world *w, u32 client, u32 server);
/* Handle what happens until @done says true; false after @ms. NULL: just that long. */
bool world_run(struct world *w, u64 ms, bool (*done)(struct world *w));

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

extern const struct step shell_steps[];
extern const struct step *const step_tables[];	/* the peer's, NULL ends them */

bool play_steps(struct world *w, char **steps);

#endif
