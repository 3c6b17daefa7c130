# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# enable and disable: what they ask of the kernel and of modprobe.

in_mode() { # MODE
	fixture <<-END
		family 40 1 7
		proto-get reply protocol=pptp mode=$1 tunnels=0 controls=0
	END
}

in_mode off
exits 0 "enable" enable pptp
logged "enable: the mode is set" "proto-set pptp on"
says "enable: says what changed" "pptp: on (was off)"
silent enable
exits 0 "enable --rule" enable --rule pptp
logged "enable --rule: the mode is set" "proto-set pptp rule"
exits 0 "enable -j" -j enable pptp
json changes "enable -j"
golden enable-json

in_mode on
exits 0 "enable what is enabled" enable pptp
not_logged "enable what is enabled: nothing is set" proto-set
says "enable what is enabled: says so" "pptp: on already"
exits 0 "from on to rule" enable pptp --rule
logged "from on to rule: the mode is set" "proto-set pptp rule"
exits 0 "disable" disable pptp
logged "disable: the mode is set" "proto-set pptp off"
says "disable: says what changed" "pptp: off (was on)"
exits 0 "disable all" disable all
says "disable all: the others are off anyway" "l2tp: off already"
exits 3 "one of two fails" enable l2tp pptp
says "one of two fails: the other one is done" "pptp: on already"

fixture <<-END
	family 40 1 7
	proto-get reply protocol=pptp mode=off tunnels=0 controls=0
	proto-get reply protocol=l2tp mode=off tunnels=0 controls=0
	proto-get reply protocol=ipsec mode=off tunnels=0 controls=0
END
exits 0 "enable all" enable all
silent "enable all"
for proto in pptp l2tp ipsec; do
	logged "enable all: $proto" "proto-set $proto on"
done
exits 0 "enable two" enable --rule ipsec l2tp
logged "enable two: one" "proto-set l2tp rule"
logged "enable two: and the other" "proto-set ipsec rule"
not_logged "enable two: no third" "proto-set pptp rule"

in_mode off
echo 'proto-set error 1 not for you' >>"$FAKE/netlink"
exits 4 "not permitted" enable pptp
complains "not permitted: what, the kernel's words, what to do" \
	"cannot set the mode of pptp to on: Operation not permitted: not for you; run it as root"
in_mode off
echo 'proto-set error 22 connection tracking could not be turned on' >>"$FAKE/netlink"
exits 1 "refused by the kernel" enable pptp
complains "refused by the kernel: its words" \
	"Invalid argument: connection tracking could not be turned on"
in_mode off
echo 'proto-set error 2' >>"$FAKE/netlink"
exits 3 "module goes away meanwhile" enable pptp
