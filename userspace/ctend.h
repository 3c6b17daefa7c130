/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: the end of the protocols' conntrack entries. */
#ifndef VPNPASS_CTEND_H
#define VPNPASS_CTEND_H

int ct_end(unsigned int set);

#endif /* VPNPASS_CTEND_H */
