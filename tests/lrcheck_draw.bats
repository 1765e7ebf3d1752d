#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Schedules drawn at random are found again from logs with six digits: the bars
# are below what was measured, the first is the contract's.  FULL=1 draws more.

load helper

# Draws $2 schedules from seed $1, logs them as $3, and expects $4 to be
# recovered and $5 to have the constructor's own name.
recovers() {
	local recovered named
	mkdir logs
	"$PYTHON" "$ROOT/tests/match/draw" logs "$1" "$2" logs "$3"
	lrcheck logs/*.csv >rows.csv || [ $? -eq 1 ]
	run -0 "$PYTHON" "$ROOT/tests/match/draw" score "$1" "$2" rows.csv -v
	echo "$output"
	rm -r logs
	[ "${#lines[@]}" -ge 1 ]
	recovered=${lines[-1]%% *}
	named=${lines[-1]#*), }
	named=${named%% *}
	[ "$recovered" -ge "$4" ] && [ "$named" -ge "$5" ]
}

@test "of 200 schedules logged at every step 190 are found, 170 by name" {
	skip_if_sanitized 'a tenth of the speed'
	recovers 1 200 full 190 170
}

@test "as many with other draws" {
	[ -n "${FULL:-}" ] || skip 'FULL=1'
	for seed in 2 3 4 5; do
		recovers $seed 200 full 190 165
	done
}

@test "of logs with every tenth step, or the first six tenths, most are found" {
	[ -n "${FULL:-}" ] || skip 'FULL=1'
	for seed in 1 2 3 4 5; do
		recovers $seed 200 tenth 150 130
		recovers $seed 200 part 165 140
	done
}

@test "one draw of each constructor is found" {
	recovers 6 23 full 22 18
}
