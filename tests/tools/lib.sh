# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by every host-side script: paths, messages, locks, root, Debian mirror.

set -euo pipefail

# shellcheck disable=SC2034 # the scripts that source this use them
{
	TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
	CACHE=${VPNPASS_CACHE:-$HOME/.cache/vpnpass}
	KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
}
export LC_ALL=C
umask 022
mkdir -p "$CACHE/lock"

say() {
	printf '# %s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	printf '%s: error: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# as_root CMD...: run as root, through sudo where we are not
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "'$1' needs root: run as root or install sudo"
	fi
}

# locked NAME CMD...: one at a time among all processes that share the cache
locked() {
	local fd rc=0 name=$1
	shift
	exec {fd}>"$CACHE/lock/$name"
	if ! flock -n "$fd"; then
		say "waiting for another process that works on $name"
		flock "$fd"
	fi
	"$@" || rc=$?
	exec {fd}>&-
	return "$rc"
}

# quietly LOG CMD...: output goes to LOG, shown only on failure
quietly() {
	local log=$1
	shift
	mkdir -p "$(dirname "$log")"
	if ! "$@" >"$log" 2>&1; then
		tail -n 40 "$log" >&2
		die "'$*' failed; the whole output is in $log"
	fi
}

# Print the base URL of the Debian archive (label Debian or Debian-Security)
# that this machine's own apt is set up with, in whatever format.
apt_site() {
	local label=$1 uri
	uri=$(apt-get indextargets --format "\$(LABEL)|\$(REPO_URI)" 'Identifier: Packages' |
		awk -F'|' -v l="$label" '$1 == l { print $2; exit }')
	case $uri in
	mirror+file:*) # a list of mirrors: take the first
		uri=$(awk '/^[a-z]/ { print $1; exit }' "${uri#mirror+file:}") ;;
	esac
	printf '%s' "${uri%/}"
}

# Set MIRROR and SECURITY_MIRROR.
find_mirror() {
	[ -z "${MIRROR:-}" ] || return 0
	MIRROR=$(apt_site Debian)
	if [ -z "$MIRROR" ]; then # package lists were never fetched or were cleaned away
		as_root apt-get update -q >&2
		MIRROR=$(apt_site Debian)
	fi
	[ -n "$MIRROR" ] || die "apt knows no Debian archive; check /etc/apt/sources.list*"
	SECURITY_MIRROR=$(apt_site Debian-Security)
	: "${SECURITY_MIRROR:=${MIRROR%/debian}/debian-security}"
}

# source_line SUITE: the apt source for one suite
source_line() {
	case $1 in
	*-security) echo "deb $SECURITY_MIRROR $1 main" ;;
	*) echo "deb $MIRROR $1 main" ;;
	esac
}

# The machine's apt proxy settings, one "Option value" a line, for use inside chroots
apt_proxies() {
	apt-config dump | grep -E '^Acquire::(http|https)::Proxy' || true
}
