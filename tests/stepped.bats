#!/usr/bin/env bats
# SPDX-License-Identifier: MIT

load helper

@test "what a loop does to schedules and rates is followed as torch has it" {
	"$PYTHON" "$ROOT/tests/stepped.py" check "$(command -v lrsched)" \
		"$ROOT/tests/stepped.csv"
}

@test "as many schedules as a text may make need no more stack" {
	cat >"$BATS_TEST_TMPDIR/many.py" <<-'END'
		optimizer = SGD(net.parameters(), lr=0.4)
		for i in range(20000):
		    s = ExponentialLR(optimizer, 0.9)
		for epoch in range(10):
		    optimizer.step()
		    if epoch > 3:
		        s.step()
	END
	sanitized || ulimit -s 512
	run -0 --separate-stderr lrsched -n 9 "@$BATS_TEST_TMPDIR/many.py"
	[[ $stderr == *"only where 'epoch > 3'"* ]]
}
