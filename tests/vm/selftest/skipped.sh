# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A skipped test is no test.
echo "ok 1 - needs more luck # SKIP"
