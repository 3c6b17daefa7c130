#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's netfilter selftests on the kernel as Debian built it.
. "$(dirname "$0")/guest.sh"

selftests
equal "none of our modules is loaded" "" "$(lsmod | grep -E 'vpnpass|nf_nat_l2tp|nf_nat_esp')"
