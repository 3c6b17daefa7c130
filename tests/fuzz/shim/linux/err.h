/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's pointers that are errors, for user space. */
#ifndef SHIM_LINUX_ERR_H
#define SHIM_LINUX_ERR_H

#include <errno.h>
#include <stdint.h>

static inline void *ERR_PTR(long error)
{
	return (void *)(intptr_t)error;
}

#endif
