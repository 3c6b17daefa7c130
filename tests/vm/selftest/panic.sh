# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernel dies.
echo "ok 1 - works"
echo c >/proc/sysrq-trigger
tail -f /dev/null
