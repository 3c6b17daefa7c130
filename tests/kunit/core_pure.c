// SPDX-License-Identifier: GPL-2.0
/*
 * The core's table, groups, caps, ports and zones once more, for the unit tests. What they
 * call elsewhere in the core is in core_lab.c.
 */
#include <linux/export.h>

#undef EXPORT_SYMBOL_GPL
#define EXPORT_SYMBOL_GPL(symbol)

#include "../../kmod/bind.c"
#include "../../kmod/group.c"
#include "../../kmod/limit.c"
#include "../../kmod/port.c"
#include "../../kmod/zone.c"
