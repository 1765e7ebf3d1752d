#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages named as arguments, if any is missing.
set -eu

missing() {
	for p; do
		case $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) in
		installed) ;;
		*) printf '%s ' "$p" ;;
		esac
	done
}

if ! command -v apt-get >/dev/null 2>&1; then
	echo "deps: this system has no apt-get; install what it calls these:" >&2
	printf '  %s\n' "$@" >&2
	exit 1
fi

want=$(missing "$@")
[ -n "$want" ] || exit 0

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
export DEBIAN_FRONTEND=noninteractive
# $want is a list of names, $as_root a word or nothing: both split on purpose.
# shellcheck disable=SC2086
$as_root apt-get -q update
# shellcheck disable=SC2086
$as_root apt-get -q -y install --no-install-recommends $want
