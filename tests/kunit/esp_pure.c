// SPDX-License-Identifier: GPL-2.0
/*
 * The pure IPsec files once more, for the unit tests.
 */
#include "../../nf_nat_esp/wire.c"
#include "../../nf_nat_esp/ike.c"
#include "../../nf_nat_esp/judge.c"
#include "../../nf_nat_esp/own.c"
#include "../../nf_nat_esp/pair.c"
