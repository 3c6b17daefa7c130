/* SPDX-License-Identifier: GPL-2.0 */
/* The real one, by the name that the kernel's own files use. */
#include "../../../../../../include/uapi/linux/netfilter/nf_vpnpass.h"
