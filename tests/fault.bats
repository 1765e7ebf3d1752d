#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls that fail, fall short or come late: tests/fault/sweep.c over every tool.
# With FULL=1 each call of each command is struck, or so many of those that are
# made more often; else a few.

load helper

# The shim stands before the sanitizer, which does not like that; leaks are where
# things fail.
export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0:detect_leaks=1

# LD_PRELOAD cannot name a file with a blank in its path.
sweep() {
	cp "$BUILD/fault/shim.so" "$BATS_TEST_TMPDIR"
	"$BUILD/fault/sweep" "${@:2}" "$BATS_TEST_TMPDIR/shim.so" "$1" in
}

@test "the sweep finds each kind of mistake" {
	skip_if_sanitized "a tool of its own"
	local mistake
	mkdir in bin
	seq 1 20 >in/in
	echo old >in/out
	ln -s "$BUILD/fault/clumsy" bin/wstat
	PATH=$PWD/bin:$PATH
	echo wstat none >list
	run -0 sweep list
	for mistake in mute reason nameless chatty status silent torn \
		temporary short interrupted unread lost crash; do
		echo "wstat $mistake" >list
		run -1 sweep list
		[[ $output == *"FAULT="*" wstat $mistake"* ]]
	done
}

# Strikes a call of each kind, with FULL up to 2000, of the commands that match
# $1, of which there are $2 or more: of every third command, with sanitizers,
# which are slow, of every ninth.
sweep_commands() {
	local points=1 every=3
	! sanitized || every=9
	if [ -n "${FULL:-}" ]; then
		every=1 points=2000
		! sanitized || points=41
	fi
	grep -E -- "$1" "$ROOT/tests/fault/commands" | sed -n "1~${every}p" >list
	"$ROOT/tests/fault/inputs.sh" "$BUILD" in
	run sweep list -k "$points"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	echo "# ${lines[-1]}" >&3
	[[ ${lines[-1]} == *' runs, 0 failed' ]]
	[ "$(echo "${lines[-1]}" | cut -d' ' -f1)" -ge $(($2 / every)) ]
}

@test "no call that fails makes a wrong answer, a torn file or a temporary" {
	sweep_commands '^[^#]' 163
}

# Libraries that lack memory do not always say so, and a sample of calls misses
# it: each malloc() of a command fails, until forty in a row make no difference.
holds_without_memory() {
	local i same=0
	cp "$BUILD/fault/shim.so" .
	"$@" >want
	for ((i = 1; i < 3000 && same < 40; i++)); do
		if LD_PRELOAD=./shim.so FAULT=malloc:fail:$i "$@" >got 2>err; then
			cmp want got
			same=$((same + 1))
		else
			same=0
			grep -q '^[a-z]*: .*no memory for ' err
			[ "$(wc -l <err)" -eq 1 ]
		fi
	done
	[ "$same" -eq 40 ] && [ "$i" -gt 60 ]
}

@test "no letter of a JSON text is lost where memory is short" {
	skip_if_sanitized "the same code"
	# jansson goes on where a text could not grow
	holds_without_memory lrsched -n 5 -l .1 '{"scheduler": {
		"type": "WarmupLR", "params": {
		"warmup_max_lr": 0.00123456789012345678,
		"warmup_num_steps": 10}}}'
}

@test "no line of a log is lost where memory is short" {
	skip_if_sanitized "the same code"
	# glibc's regexec() takes that for no match
	for i in 1 2 3 4 5; do echo "at $i lr=.$i loss=2.$i"; done >log
	holds_without_memory lrlog log \
		--re 'at (?<step>[0-9]+) lr=(?<lr>.*) loss=(?<loss>.*)'
}

@test "no run of an export is lost where memory is short" {
	skip_if_sanitized "the same code"
	# a name that could not be made once was for one that is not there
	printf '%s\n' 'Step,a - loss,a - loss__MIN,a - loss__MAX,b - lr,b - lr__MIN,b - lr__MAX' \
		0,2.5,2.5,2.5,.1,.1,.1 1,2.25,2.25,2.25,.2,.2,.2 >export.csv
	run -0 lrlog export.csv
	[ "${lines[0]}" = run,step,loss,lr ]
	holds_without_memory lrlog export.csv
}

@test "no row of weights is lost where memory is short" {
	skip_if_sanitized "the same code"
	"$ROOT/tests/fault/inputs.sh" "$BUILD" in
	# what rows lack is told by who writes them, a table in the end
	for format in csv json table; do
		holds_without_memory wstat -T 1 -f $format \
			in/m.safetensors in/w.npy
	done
}

# What makes files, by the ways that other file systems need; of pictures, which
# take their time, one.
WRITERS='-o |^lrsched.*--plot=|-place|^spzip -T . (w|-[fk]|-rv)|^each spzip|^.[mw]'

@test "nor where no file can be without a name" {
	skip_if_sanitized "the same code but for a few lines"
	export FAULT_WITHOUT=tmpfile
	sweep_commands "$WRITERS" 40
}

@test "nor where there are no links either" {
	skip_if_sanitized "the same code but for a few lines"
	export FAULT_WITHOUT=links
	sweep_commands "$WRITERS" 40
}
