/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: what vpnpass save wrote. */
#ifndef VPNPASS_SAVED_H
#define VPNPASS_SAVED_H

#include "rec.h"

#define SAVED_WHY	(REC_WHY + 64)

int saved_parse(struct recs *recs, json_t *root, char why[SAVED_WHY]);

#endif /* VPNPASS_SAVED_H */
