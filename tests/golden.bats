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
	local config version arith args wrong options rows spec held=0
	skip_if_sanitized 'the same code as above, slower'
	while IFS=$'\t' read -r config version arith args wrong; do
		[ "$config" != config ] || continue
		eval "set -- $args"
		options=()
		rows=(--rows 40)
		while [[ $1 == -* ]]; do
			options+=("$1" "$2")
			shift 2
		done
		# Some end in an error, which they are not asked for.
		lrsched "${options[@]}" "${rows[@]}" "$@" >want.csv 2>/dev/null || {
			rows=()
			lrsched "${options[@]}" "$@" >want.csv
		}
		mapfile -t spec < <(lrsched "${options[@]}" --explain "$@" |
			sed -n 's/^  words: //p')
		# A column without words is one that they cannot say.
		[ "${#spec[@]}" -eq "$(head -n 1 want.csv | tr -dc , | wc -c)" ] ||
			continue
		held=$((held + 1))
		lrsched "${options[@]}" "${rows[@]}" "${spec[@]}" >got.csv
		# Words are absolute, so that no column of theirs is a factor.
		[ "$(wc -l <want.csv)" -gt 1 ] &&
			cmp <(tail -n +2 want.csv) <(tail -n +2 got.csv) ||
			{ echo "$config ($version $arith $wrong): $args"; false; }
	done < <(cat "$ROOT"/tests/golden/*.tsv)
	[ "$held" -ge 800 ]
}
