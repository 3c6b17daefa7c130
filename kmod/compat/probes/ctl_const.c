// SPDX-License-Identifier: GPL-2.0
/* proc_handler takes a constant table. */
#include <linux/sysctl.h>

int handler(const struct ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos);
extern proc_handler *probe;
proc_handler *probe = handler;
