#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Excerpts of training scripts against rates that CPython computes.

load helper

@test "excerpts ask once for what they lack, and have the rates of CPython" {
	"$PYTHON" "$ROOT/tests/excerpts.py" "$(command -v lrsched)"
}
