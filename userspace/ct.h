/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: conntrack entries of the protocols. */
#ifndef VPNPASS_CT_H
#define VPNPASS_CT_H

int ct_end(unsigned int set);

#endif /* VPNPASS_CT_H */
