#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched against the numbers of the real libraries.

load helper

@test "every value of every library is what lrsched prints" {
	local tsv lib
	for tsv in "$ROOT"/tests/golden/*.tsv; do
		lib=$(basename "$tsv" .tsv)
		"$ROOT/tests/golden/replay" "$lib" || failed="$failed $lib"
	done
	[ -z "$failed" ]
}
