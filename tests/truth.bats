#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The default on tests whose good rates are known: it is what its description
# computes in numpy, and reaches its bar; tests/truth/README.md.

load helper

@test "centre, intervals and probes agree with numpy" {
	skip_if_sanitized slow
	run -0 "$NUMPY" "$ROOT/tests/truth/agree.py" "$BUILD/lrfind"
	[[ $output == *'744 of 744 agree'* ]]
}

@test "the default reaches its bar on tests whose good rates are known" {
	skip_if_sanitized slow
	[ -z "${FULL:-}" ] || skip 'the next test has it'
	run -0 "$NUMPY" "$ROOT/tests/truth/score.py" --quick "$BUILD/lrfind"
	echo "$output"
	[ "$(grep -c '^  holds: ' <<<"$output")" -eq 8 ]
}

@test "and where its constants never saw the network that is scored" {
	[ -n "${FULL:-}" ] || skip 'fits everything anew: make check-full'
	skip_if_sanitized slow
	run -0 "$NUMPY" "$ROOT/tests/truth/score.py" "$BUILD/lrfind"
	echo "$output"
	[ "$(grep -c '^  holds: ' <<<"$output")" -eq 10 ]
}

@test "raw losses are never taken for averages, those from 0 are undone" {
	skip_if_sanitized slow
	run -0 --separate-stderr "$NUMPY" "$ROOT/tests/truth/averages.py" \
		"$BUILD/lrfind" 5 3
	[ "$(grep -c '^raw .*,5,0,[0-9]*$' <<<"$output")" -eq 32 ]
	[[ $output == *$'\nema .98 from 0 whole,5,'[45],* ]]
}
