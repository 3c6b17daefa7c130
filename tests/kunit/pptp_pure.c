// SPDX-License-Identifier: GPL-2.0
/*
 * The pure PPTP files once more, for the unit tests.
 */
#include "../../nf_nat_pptp/wire.c"
#include "../../nf_nat_pptp/call.c"
#include "../../nf_nat_pptp/stream.c"
