#!/usr/bin/env bats
# SPDX-License-Identifier: MIT

load helper

@test "what a loop does to schedules and rates is followed as torch has it" {
	"$PYTHON" "$ROOT/tests/stepped.py" check "$(command -v lrsched)" \
		"$ROOT/tests/stepped.csv"
}
