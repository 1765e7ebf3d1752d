#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the tools that read logs have in common is called the same, and takes
# the same operands.

load helper

# A range test that lrfind answers.
range_test() {
	awk 'BEGIN {
		print "step,lr,loss"
		for (i = 1; i <= 60; i++) {
			l = 2.3 - (i > 15 ? (i > 45 ? 1.5 : (i - 15) / 20) : 0)
			if (i > 45) l += (i - 45) ^ 2 / 50
			printf "%d,%g,%g\n", i, 10 ^ (-5 + i / 10), l
		}
	}'
}

@test "columns have one name in every tool" {
	range_test | tail -n +2 >bare.csv
	for tool in lrfind lrcheck lrlog "lrwatch stop,patience=99"; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr $tool --names step,lr,loss --step step \
			--sep , -i csv bare.csv
		[ "${#lines[@]}" -ge 2 ]
		run -0 "${tool%% *}" --help
		for option in names step sep re input-format quiet; do
			[[ $output == *" --$option "* || $output == *", --$option"* ]]
		done
	done
	for tool in lrfind lrcheck lrlog; do
		run -0 --separate-stderr "$tool" --names a,lr,loss --step a --run '' bare.csv
	done
	# What they were called before is told, or taken.
	run -2 lrcheck --step-column a bare.csv
	[[ $output == *"--step"* ]]
	run -0 lrfind -f value --columns step,lr,loss bare.csv
	run -0 lrfind -f value --names step,lr,loss bare.csv
}

@test "a directory is the logs in it, and a label is a name" {
	mkdir -p d/a d/b d/none
	range_test | tee d/a/x.csv >d/b/x.csv
	echo 'hello' >d/b/notes.log
	for tool in lrfind lrcheck; do
		run -0 --separate-stderr $tool -f csv d
		[[ ${lines[1]} == d/a/x.csv,* && ${lines[2]} == d/b/x.csv,* ]]
		one_message "$tool: d/b/notes.log: *; it is left out"
		run -0 --separate-stderr $tool --list-columns -f csv d
		[ "${#lines[@]}" -eq 7 ]
		one_message "$tool: d/b/notes.log: *; it is left out"
		run -0 $tool -f csv one:d/a/x.csv two:d/b/x.csv
		[[ ${lines[1]} == one,* && ${lines[2]} == two,* ]]
		run -2 --separate-stderr $tool d/none
		one_message "$tool: *"
		# Who names it has said that it is one.
		run -2 --separate-stderr $tool d/b/notes.log
		# An output is none of the inputs, also of those in a directory.
		run -2 --separate-stderr $tool -o d/a/x.csv d
		[ -s d/a/x.csv ]
	done
}

@test "a directory of event files or metrics is a run" {
	mkdir -p mlruns/0/r1/metrics tb
	printf 'artifact_uri: x\nrun_name: first\n' >mlruns/0/r1/meta.yaml
	range_test | awk -F, 'NR > 1 {
		print 1000 + $1, $2, $1 >"mlruns/0/r1/metrics/lr"
		print 1000 + $1, $3, $1 >"mlruns/0/r1/metrics/loss"
	}'
	range_test >x.csv
	run -0 lrfind -f value x.csv
	want=$output
	run -0 lrfind -f value mlruns
	[ "$output" = "$want" ]
	cp "$ROOT"/tests/events/*.tfevents tb
	run -0 lrcheck --list-columns -f csv tb
	[ "${#lines[@]}" -gt 3 ]
}

@test "a name that is asked for of numbers without names is answered with a way out" {
	printf '%s\n' '1 2.5 3' '2 2.25 4' '3 2 5' '4 1.5 6' '5 1 7' >log
	local option tool
	for option in run lr step; do
		for tool in lrlog lrfind; do
			run --separate-stderr -2 $tool --$option nope log
			[ "$stderr" = "$tool: log: numbers without names; expected a header such as step,lr,loss, or --names with those of the columns" ]
		done
	done
}
