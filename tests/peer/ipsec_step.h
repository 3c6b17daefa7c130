/* SPDX-License-Identifier: GPL-2.0 */
/* Steps of the IPsec world. */
#ifndef PEER_IPSEC_STEP_H
#define PEER_IPSEC_STEP_H

#include "ipsec.h"

extern const struct step ike_steps[], data_steps[];

#endif
