# SPDX-License-Identifier: GPL-2.0
# bash completion for vpnpass
# shellcheck shell=bash

_vpnpass_netns() {
	local n
	for n in /run/netns/*; do
		[ -e "$n" ] && printf '%s\n' "${n##*/}"
	done
}

_vpnpass_interfaces() {
	local i
	for i in /sys/class/net/*; do
		printf '%s\n' "${i##*/}"
	done
}

# The first word that is neither an option nor an option's value
_vpnpass_command() {
	local i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-n | --netns | --config-file | --lan | --client | --server) ((i++)) ;;
		-*) ;;
		*)
			printf '%s' "${COMP_WORDS[i]}"
			return
			;;
		esac
	done
}

_vpnpass() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words
	local options='-j --json -n --netns -h --help -V --version'
	case $prev in
	-n | --netns) words=$(_vpnpass_netns) ;;
	--lan) words=$(_vpnpass_interfaces) ;;
	--config-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	*)
		case $(_vpnpass_command) in
		'') words="status enable disable block tunnels doctor events apply show save load completion help version $options" ;;
		enable) words="pptp l2tp ipsec all --rule --persist --config-file $options" ;;
		disable) words="pptp l2tp ipsec all --persist --config-file $options" ;;
		block) words="pptp l2tp ipsec all --lan --dry-run --persist --config-file $options" ;;
		doctor) words="pptp l2tp ipsec all --client --server $options" ;;
		tunnels) words="--watch $options" ;;
		apply | save | load) words="$options $(compgen -f -- "$cur")" ;;
		show) words="--config $options" ;;
		completion) words="bash $options" ;;
		*) words=$options ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}

complete -F _vpnpass vpnpass
