#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The definitions of lib/call are Python: CPython runs them too.

load helper

@test "CPython gets the libraries' numbers from the definitions" {
	skip_if_sanitized 'runs no binary'
	"$PYTHON" -B "$ROOT/tests/py/definitions" >out || { cat out; false; }
	cat out
	# Every configuration that there is, and every value but known errors.
	[ "$(grep -c . out)" -eq 1 ]
	[ "$(cut -d' ' -f1 out)" -eq \
		"$(cat "$ROOT"/tests/golden/*.tsv | grep -vc '^config	')" ]
	grep -q ' 0 differ' out
}

@test "a wrong definition is seen by it" {
	skip_if_sanitized 'runs no binary'
	mkdir call
	cp "$ROOT"/lib/call/*.py call
	sed -i 's/return decay(base, gamma)$/return decay(base, gamma * gamma)/' \
		call/torch.py
	run -1 "$PYTHON" -B "$ROOT/tests/py/definitions" -d call torch
	[[ $output == *"torch exponential"* ]]
	rm call/torch.py
	run -1 "$PYTHON" -B "$ROOT/tests/py/definitions" -d call torch
}
