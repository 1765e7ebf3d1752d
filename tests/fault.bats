#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls that fail, fall short or come late: tests/fault/sweep.c over every tool.
# With FULL=1 each call of each command is struck, else some of them.

load helper

# The shim stands before the sanitizer, which does not like that.
export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0

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

@test "no call that fails makes a wrong answer, a torn file or a temporary" {
	local points
	if [ -n "${FULL:-}" ]; then
		points=
	elif sanitized; then
		points='-k 1'
	else
		points='-k 5'
	fi
	"$ROOT/tests/fault/inputs.sh" "$BUILD" in
	run sweep "$ROOT/tests/fault/commands" $points
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ ${lines[-1]} == *' runs, 0 failed' ]]
	[ "$(echo "${lines[-1]}" | cut -d' ' -f1)" -ge 70 ]
}
