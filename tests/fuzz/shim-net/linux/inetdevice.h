/* SPDX-License-Identifier: GPL-2.0 */
/* What kmod/record.c needs of <linux/inetdevice.h> is in tests/fuzz/record_kernel.h. */
#ifndef SHIM_LINUX_INETDEVICE_H
#define SHIM_LINUX_INETDEVICE_H
#endif
