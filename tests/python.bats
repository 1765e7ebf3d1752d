#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Random programs: what lib/py makes of them is what CPython makes of them.

load helper

# Whether this is the Python, and the numpy, whose values are compared.
pinned() {
	"$NUMPY" -c 'import sys, numpy
sys.exit(sys.version_info[:2] != (3, 11) or numpy.__version__[:5] != "1.24.")'
}

@test "random programs have CPython's values" {
	local count=400 seeds=1 seed
	[ -z "${FULL:-}" ] || count=10000 seeds=10
	! sanitized || count=100
	pinned || skip 'the values are those of Python 3.11 and numpy 1.24'
	for seed in $(seq "$seeds"); do
		"$PYTHON" "$ROOT/tests/py/programs" "$seed" "$count" \
			"$BUILD/unit/test_python" answers >out || { cat out; false; }
	done
	grep -q ' alike ' out
}

# Functions as people write them: lambdas, tables of numpy, classes.
@test "rate functions have the values of CPython and numpy" {
	pinned || skip 'the values are those of Python 3.11 and numpy 1.24'
	"$PYTHON" "$ROOT/tests/py/programs" "$ROOT/tests/py/rates" - \
		"$BUILD/unit/test_python" answers >out || { cat out; false; }
	grep -q ' alike ' out
}
