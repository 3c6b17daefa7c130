# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernel complains.
echo "ok 1 - works"
echo "WARNING: CPU: 0 PID: 1 at selftest" >/dev/kmsg
