/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: commands that run until they are interrupted. */
#ifndef VPNPASS_SIGNALS_H
#define VPNPASS_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

void signals_catch(sigset_t *waiting);
bool signals_stopped(void);

#endif /* VPNPASS_SIGNALS_H */
