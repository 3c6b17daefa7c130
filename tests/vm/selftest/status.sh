# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Fails without saying what.
echo "ok 1 - works"
exit 3
