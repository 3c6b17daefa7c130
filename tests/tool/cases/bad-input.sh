# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Each command where it can't do its work: the exit code says why, so does a message, and
# nothing is half done.

CONF=$TMP/bad-input.conf
mkdir -p "$TMP/bad-input"
printf 'pptp = on\nl2tp = block\nmax_tunnels = 7\n' >"$CONF"
ALL=("status" "enable pptp" "enable --rule all" "disable all" "block all" "tunnels" "doctor" "events" "apply $CONF"
	"show --config" "save $TMP/bad-input.saved" "load $HERE/golden/saved")
CHANGES=("enable pptp" "enable --rule all" "disable all" "block all" "apply $CONF" "load $HERE/golden/saved")

# system FAMILY-LINE [LINE...]: modules that answer like this
system() {
	{
		printf '%s\n' "$@"
		for proto in pptp l2tp ipsec; do
			echo "proto-get reply protocol=$proto mode=rule tunnels=0 controls=0"
		done
	} | fixture
	mkdir -p "$FAKE/proc/sys/net/netfilter/nf_vpnpass"
	sysctl_is netfilter/nf_vpnpass/max_tunnels 16384
	sysctl_is netfilter/nf_conntrack_count 1
	echo 'pptp = rule' >"$TMP/bad-input/kept"
}

REFUSED= # what is asked for, but refused
nothing_done() { # NAME
	check "$1: nothing is done" eval "! grep -E '^proto-set|^record-new|^nft|^conntrack-delete|^modprobe' '$FAKE/log' |
		grep -vE '^(${REFUSED:-nothing}) '"
	check "$1: no sysctl is set" [ "$(cat "$FAKE/proc/sys/net/netfilter/nf_vpnpass/max_tunnels")" = 16384 ]
	check "$1: no tunnels are saved" [ ! -e "$TMP/bad-input.saved" ]
	check "$1: the file is as it was" [ "$(cd "$TMP/bad-input" && cat "$(ls -A)")" = "pptp = rule" ]
}

# fails CODE TEXT NAME COMMAND
fails() {
	local code=$1 text=$2 name=$3
	read -ra words <<<"$4"
	exits "$code" "$name: $4" "${words[@]}"
	complains "$name: $4: says why" "$text"
	nothing_done "$name: $4"
}

persistent() { # COMMAND: with --persist, if it takes that
	case $1 in
	enable* | disable* | block*) echo "$1 --persist --config-file $TMP/bad-input/kept" ;;
	*) echo "$1" ;;
	esac
}

# Words
system "family 40 1 7"
for command in "${ALL[@]}"; do
	fails 2 "'fro/b'" "a wrong word" "$command fro/b"
	fails 2 "'--frob'" "a wrong option" "$command --frob"
	fails 2 "'-n' needs a value" "half an option" "$command -n"
done

# A netns that is not there
for command in "${ALL[@]}"; do
	fails 1 "'no/where'" "no such netns" "-n no/where $(persistent "$command")"
	fails 1 "'nowhere'" "no such netns by name" "-n nowhere $(persistent "$command")"
done

# Another ABI
for version in 0 2 255; do
	system "family 40 $version 7"
	for command in "${ALL[@]}"; do
		case $command in
		doctor)
			exits 1 "ABI $version: doctor" doctor
			says "ABI $version: doctor says so" "speaks ABI version $version"
			;;
		*) fails 3 "ABI version $version" "ABI $version" "$(persistent "$command")" ;;
		esac
	done
done

# Rights: the kernel refuses, to see rules, to set anything
REFUSED="proto-set|record-new"
system "family 40 1 7" "proto-set error 1" "tunnel-get error 1" "record-get error 1" "record-new error 1" "nft error 1"
for command in "${CHANGES[@]}" "tunnels" "show --config" "save $TMP/bad-input.saved"; do
	fails 4 "run it as root" "not permitted" "$(persistent "$command")"
done
REFUSED=
# or the module is not loaded and only root could do that
fixture </dev/null
installed
mkdir -p "$FAKE/proc/sys/net/netfilter/nf_vpnpass"
sysctl_is netfilter/nf_vpnpass/max_tunnels 16384
for command in "enable pptp" "enable --rule all" "apply $CONF"; do
	VPNPASS_FAKE_UID=1000 fails 4 "root" "not loaded, not root" "$(persistent "$command")"
done

# No modules
for command in "enable pptp" "enable --rule all" tunnels events "save $TMP/bad-input.saved" "load $HERE/golden/saved"; do
	rm -f "$FAKE/lib/modules/6.1.0-test/modules.dep"
	fails 3 "make && make install" "not installed" "$(persistent "$command")"
done

# A file in which something is wrong, or that is not there
system "family 40 1 7"
printf 'pptp = on\nfrob\nl2tp = 1\n' >"$TMP/bad-input.errors"
fails 1 "$TMP/bad-input.errors:2: there is no '='" "errors in the file" "apply $TMP/bad-input.errors"
for command in "enable pptp" "disable all" "block all"; do
	fails 1 "$TMP/bad-input.errors:3: l2tp: '1'" "errors in the file" "$command --persist --config-file $TMP/bad-input.errors"
	fails 1 "cannot change $TMP/no/where" "no such folder" "$command --persist --config-file $TMP/no/where"
done
check "errors in the file: it is as it was" [ "$(tr '\n' , <"$TMP/bad-input.errors")" = "pptp = on,frob,l2tp = 1," ]
