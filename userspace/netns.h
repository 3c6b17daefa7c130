/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: look at another network namespace. */
#ifndef VPNPASS_NETNS_H
#define VPNPASS_NETNS_H

int netns_enter(const char *name);

#endif /* VPNPASS_NETNS_H */
