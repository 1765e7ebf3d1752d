#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched against the numbers of the real libraries.

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
	local config version arith args wrong options spec
	skip_if_sanitized 'the same code as above, slower'
	while IFS=$'\t' read -r config version arith args wrong; do
		[ "$config" != config ] || continue
		eval "set -- $args"
		options=(--rows 40)
		while [[ $1 == -* ]]; do
			options+=("$1" "$2")
			shift 2
		done
		lrsched "${options[@]}" "$@" | tail -n +2 >want.csv
		lrsched "${options[@]:2}" --explain "$@" |
			sed -n 's/^  words: //p' >words
		mapfile -t spec <words
		lrsched "${options[@]}" "${spec[@]}" | tail -n +2 >got.csv
		[ -s want.csv ] && cmp want.csv got.csv ||
			{ echo "$config ($version $arith $wrong): $args"; false; }
	done < <(cat "$ROOT"/tests/golden/*.tsv)
}
