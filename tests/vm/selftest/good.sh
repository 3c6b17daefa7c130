# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Leaves all sorts of things behind, which is allowed: guest-init tears them down.
modprobe nf_conntrack
ip netns add left
ip netns exec left nft add table ip left
ip link add left0 type dummy
(exec -a left-behind tail -f /dev/null) &
echo "ok 1 - works"
