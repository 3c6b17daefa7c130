// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: commands that run until they are interrupted. */
#include <stddef.h>
#include "signals.h"
#include "vpnpass.h"

static volatile sig_atomic_t stopped;

static const int ours[] = { SIGINT, SIGTERM, SIGWINCH };

static void on_signal(int sig)
{
	if (sig != SIGWINCH)
		stopped = 1;
}

/**
 * signals_catch() - from here on signals come only while we wait
 * @waiting: becomes the mask for ppoll(), which ends with EINTR on SIGINT, SIGTERM and when
 * the window's size changes
 */
void signals_catch(sigset_t *waiting)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t block;
	unsigned int i;

	sigemptyset(&block);
	for (i = 0; i < ARRAY_SIZE(ours); i++)
		sigaddset(&block, ours[i]);
	sigprocmask(SIG_BLOCK, &block, waiting);
	for (i = 0; i < ARRAY_SIZE(ours); i++) {
		sigdelset(waiting, ours[i]);
		sigaction(ours[i], &sa, NULL);
	}
}

/* Has SIGINT or SIGTERM come? */
bool signals_stopped(void)
{
	return stopped;
}
