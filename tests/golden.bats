#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched against the numbers of the real libraries.
# bats file_tags=optimized

load helper

libraries() {
	basename -s .tsv "$ROOT"/tests/golden/*.tsv
}

@test "every value of every library is what lrsched prints" {
	local lib failed=
	for lib in $(libraries); do
		"$ROOT/tests/golden/replay" "$lib" >>summary || failed+=" $lib"
	done
	[ -z "$failed" ] || { echo "$failed"; cat summary; false; }
	# The manual says what was compared; last bits are the processor's.
	"$ROOT/tests/golden/table" <summary | sed 's/ *[^ ]*$//' >table
	sed 's/ *[^ ]*$//' "$ROOT/man/lrsched.1" >manual
	grep -vxFf manual table >missing || true
	[ ! -s missing ] || { cat missing; false; }
}

@test "at least 150 configurations of at least 10 libraries are compared" {
	[ "$(libraries | wc -l)" -ge 10 ]
	[ "$(cat "$ROOT"/tests/golden/*.tsv | wc -l)" -ge 170 ]
}

@test "the words that a call comes to give the same table" {
	skip_if_sanitized 'the same code as above, slower'
	"$PYTHON" "$ROOT/tests/golden/words" "$ROOT"/tests/golden/*.tsv >held ||
		{ cat held; false; }
	[ "$(tail -n 1 held)" -ge 930 ]
}
