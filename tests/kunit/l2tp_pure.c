// SPDX-License-Identifier: GPL-2.0
/*
 * The pure L2TP files once more, for the unit tests.
 */
#include "../../nf_nat_l2tp/wire.c"
