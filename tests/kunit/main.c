// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests of vpnpass: the module itself. The suites are in the *_test.c files.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("KUnit tests of VPN passthrough");
MODULE_LICENSE("GPL");
