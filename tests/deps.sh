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
if [ "$(id -u)" -ne 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null 2>&1 || {
		echo "deps: neither root nor sudo; root has to install: $want" >&2
		exit 1
	}
fi
export DEBIAN_FRONTEND=noninteractive
# $want is a list of names, $as_root a word or nothing: both split on purpose.
# A source that cannot be reached is fatal only if it holds what is missing.
# shellcheck disable=SC2086
$as_root apt-get -q update || echo "deps: apt-get update failed" >&2
# shellcheck disable=SC2086
$as_root apt-get -q -y install --no-install-recommends $want
