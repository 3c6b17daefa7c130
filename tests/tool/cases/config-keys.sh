# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the configuration file may set, and from where to where, is what the modules take.

params() { # SED PATTERN: of the modules' parameters, in one line each
	cat "$TOP"/nf_nat_*/main.c | tr '\n' ' ' |
		grep -oE '\.name = "[a-z0-9_]+", \.def = [0-9]+, \.min = [0-9]+, \.max = [0-9]+' |
		sed -E 's/\.name = "(.*)", \.def = (.*), \.min = (.*), \.max = (.*)/'"$1"'/'
}

keys_of_tool() {
	sed -nE 's/^\t\{ "([a-z0-9_]+)", CONFIG_[A-Z0-9]+, (.*), (.*) \},$/\1 \2 \3/p' "$TOP/userspace/config.c" |
		sed 's/CONFIG_OFF CONFIG_BLOCK/mode/; s/10 \* DAY/864000/; s/DAY/86400/; s/LIMIT_MAX/1048576/' | sort
}

limits() { # SED REPLACEMENT
	sed -nE 's/^\tVPNPASS_LIMIT\(([a-z_]+)\),$/max_\1/p' "$TOP/kmod/sysctl.c" | sed "s/\$/ $1/"
}

keys_of_modules() {
	{
		printf '%s mode\n' pptp l2tp ipsec
		params '\1 \3 \4'
		limits '1 1048576'
	} | sort
}

same_keys() {
	grep -q 'vpnpass_one = 1;' "$TOP/kmod/sysctl.c" && grep -q 'vpnpass_limit_max = 1 << 20;' "$TOP/kmod/sysctl.c" &&
		[ "$(keys_of_modules | wc -l)" -ge 17 ] && diff <(keys_of_modules) <(keys_of_tool)
}
check "the configuration file has the keys of the modules" same_keys

# A line for each in vpnpass.conf(5), with its range
keys_in_manual() {
	local key range page=$TOP/userspace/man/vpnpass.conf.5
	grep -q '^These five from 1 to 1048576\.$' "$page" || return 1
	while read -r key range; do
		grep -qE "^\.It Va (.*, Va )?$key( ,|\$)" "$page" || { echo "$key is missing"; return 1; }
		case $key in
		pptp | l2tp | ipsec | max_* | *_keep_port) ;;
		*) grep -A6 "^\.It Va $key\$" "$page" | grep -q "^From ${range/ / to }\.\$" || { echo "$key: not from ${range/ / to }"; return 1; } ;;
		esac
	done < <(keys_of_tool)
}
check "vpnpass.conf(5) knows all keys and their ranges" keys_in_manual

# The file that is installed shows each key, with the value that it has without it
defaults() {
	printf '%s = off\n' pptp l2tp ipsec
	params '\1 = \2'
	sed -nE 's/^\t+\.((tunnels|controls)[a-z_]*) = ([0-9]+),$/max_\1 = \3/p' "$TOP/kmod/limit.c"
}

shows_defaults() {
	diff <(defaults | sort) <(sed -n 's/^#\([a-z0-9_]* = \)/\1/p' "$TOP/userspace/vpnpass.conf" | sort)
}
check "vpnpass.conf shows the defaults" shows_defaults

fixture <<-END
	family 40 1 7
END
exits 0 "vpnpass.conf as it is installed" apply "$TOP/userspace/vpnpass.conf"
check "vpnpass.conf as it is installed changes nothing" [ ! -s "$OUT" ]
