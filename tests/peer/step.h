/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of the PPTP client. */
#ifndef PEER_STEP_H
#define PEER_STEP_H

#include "engine.h"

struct client {
	struct addr to, from;		/* from.len 0: the kernel chooses */
	int timeout_ms;
	struct peer peer;
};

/* Run a NULL-terminated list of steps ("dial 3"); true: every one succeeded. */
bool steps_run(struct client *cl, char **steps);

#endif
