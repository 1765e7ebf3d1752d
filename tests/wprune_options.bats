#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune's options together: targets, scopes, --compat, --rules, --map, masks,
# zeros, N:M, names, NaN, in every format that is written, by shards, threads
# and memory.
# bats file_tags=optimized
load helper

@test "options together prune what brute force prunes, in every format" {
	n=70
	[ -z "${FULL:-}" ] || n=3000
	sanitized && n=15
	run -0 "$NUMPY" "$ROOT/tests/wprune_options.py" \
		"$(command -v wprune)" $n 5
	[ "$output" = "$n of $n cases as by brute force" ]
}
