#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs of runs that went wrong, or that several processes wrote: the schedule is
# still held to what one run did, and what was wrong with it is named.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	lrsched -n 200 -l 0.01 cos |
		awk -F, 'NR > 1 { printf "step %d loss %.4f lr %.8g\n", $1, 4 - $1 / 100, $2 }' >right.log
}

# lrcheck says $1, status, cause and by, of the log that is read.
is_told() {
	run --separate-stderr lrcheck -s cos -n 200 -l 0.01 -
	[ "$(cut -d, -f3,9,10 <<<"${lines[1]}")" = "$1" ] || {
		echo "got: ${lines[1]}"
		echo "$stderr"
		return 1
	}
	[[ $stderr == *"${2-}"* ]]
}

@test "a run that several processes log is one" {
	is_told followed,, <right.log
	awk '{ for (r = 1; r >= 0; r--) print "[rank" r "] " $0 }' right.log |
		is_told followed,, '200 lines of other processes are left out'
	# Each with losses of its own, and no word for which is which.
	awk '{ print; sub(/loss /, "loss 1"); print }' right.log |
		is_told followed,,
	awk '{ print "{\"rank\": " NR % 2 ", \"step\": " $2 ", \"lr\": " $6 ", \"loss\": " $4 "}" }' right.log |
		is_told followed,, 'lines of other processes are left out'
}

@test "what a crash left is no part of the run that went on" {
	# Begun again, resumed from step 50, and cut in a number.
	{ head -n 60 right.log && cat right.log; } |
		is_told followed,, 'the steps begin again'
	{ head -n 80 right.log && tail -n +51 right.log; } | is_told followed,,
	{ cat right.log && printf 'step 200 loss 2.0 lr 0.0'; } |
		is_told followed,, 'its last value is left out'
	{ head -n 99 right.log && echo 'Traceback (most recent call last):' &&
		echo 'RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB' &&
		tail -n +91 right.log; } | is_told followed,,
}

@test "what a run did otherwise is named, whoever logs it" {
	awk '{ $6 = $6 * 4; print "[rank" 0 "] " $0; print "[rank1] " $0 }' right.log |
		is_told differs,factor,4
	{ cat right.log && awk 'NR > 100 { $2 = NR - 1; $6 = lr[NR - 100]; print }
		{ lr[NR] = $6 }' right.log; } >twice.log
	is_told differs,restarted,100 <twice.log
	awk '{ $6 = 0.01; print }' right.log | is_told differs,stuck,
	awk '{ lr[NR] = $6; $6 = lr[int((NR - 1) / 4) + 1]; print }' right.log |
		is_told differs,accumulation,4
	# From a checkpoint, with another base from then on.
	awk 'NR > 100 { $6 = $6 / 10 } { print }' right.log |
		is_told differs,,
}
