# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Never ends.
echo "ok 1 - works"
tail -f /dev/null
