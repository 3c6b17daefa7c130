/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: net.netfilter.nf_vpnpass.*, of this network namespace. */
#ifndef VPNPASS_SYSCTL_H
#define VPNPASS_SYSCTL_H

int sysctl_get(const char *name, unsigned int *value);
int sysctl_set(const char *name, unsigned int value);

#endif /* VPNPASS_SYSCTL_H */
