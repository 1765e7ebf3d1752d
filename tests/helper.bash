# SPDX-License-Identifier: MIT
# Loaded by every bats file: the built tools first on PATH, a scratch
# directory as the working directory, and the words tests use.
bats_require_minimum_version 1.5.0

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BUILD=$(realpath "${TRIMTAB_BUILD:-$ROOT/build}")
PATH=$BUILD:$PATH
PYTHON=/usr/bin/python3
NUMPY=${NUMPY:-$PYTHON} # where it has numpy before it starts, see run.sh
# What loads this again stands in another directory.
TRIMTAB_BUILD=$BUILD
export LC_ALL=C PATH TRIMTAB_BUILD

# Sanitizers reserve address space without bound and change the speed.
sanitized() {
	[ -n "${TRIMTAB_SAN:-}" ]
}

skip_if_sanitized() {
	if sanitized; then skip "sanitizers: ${1:-not applicable}"; fi
}

# Of rounds that go the same ways, sanitizers see one in $1; FULL=1: each.
sanitized_round() {
	! sanitized || [ -n "${FULL:-}" ] || [ $((round++ % $1)) -eq 0 ]
}

# Runs COMMAND for at most $1 seconds of a processor, however busy it is.
within() (
	ulimit -t "$1"
	"${@:2}"
)

# Waits until COMMAND succeeds, for a minute, as a machine may be busy.
await() {
	local i
	for ((i = 0; i < 1200; i++)); do
		! "$@" || return 0
		sleep 0.05
	done
	return 1
}

# Whether file $1 is there and has $2 lines at least.
has_lines() {
	[ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ]
}

# Whether process $1 is stopped by a signal (T), or waits (S).
is_in_state() {
	[[ $(<"/proc/$1/stat") = *") $2 "* ]]
}

# The number by which process $1 has file $2 open.
fd_of() {
	local fd
	for fd in "/proc/$1/fd/"*; do
		[ "$fd" -ef "$2" ] && echo "${fd##*/}" && return
	done
	return 1
}

# Whether process $1 has read file $2 to its end.
has_read() {
	local fd
	fd=$(fd_of "$@") && grep -qx "pos:[[:blank:]]*$(stat -c %s "$2")" \
		"/proc/$1/fdinfo/$fd"
}

# How many instructions COMMAND takes; what it prints is lost.
instructions() {
	valgrind --tool=cachegrind --cache-sim=no \
		--cachegrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		awk '/refs:/ { gsub(",", ""); print $NF }'
}

# bats writes down where it stands before each command, which took a fifth of
# the time of all tests; where a test fails is known when it does.
bats_debug_trap() {
	:
}

bats_error_trap() {
	bats_check_status_from_trap
	bats_capture_stack_trace
	BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
}

# bats keeps files of its own in the directory that it gives a test.
setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
}

# Runs COMMAND where root's right to everything does not apply, but all that
# belongs to root, such as a tree under /root, can still be reached.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --bounding-set=-dac_override,-dac_read_search "$@"
	else
		"$@"
	fi
}

# The log of a range test of $1 steps whose loss falls, and rises at the end.
range_log() {
	awk -v n="$1" 'BEGIN {
		print "step,lr,loss"
		for (i = 0; i < n; i++) {
			lr = 1e-5 * exp(log(1e6) * i / (n - 1))
			loss = 2 - 1.5 / (1 + (0.01 / lr)) + lr * lr * 3
			printf "%d,%.17g,%.17g\n", i, lr, loss
		}
	}'
}

# No file but those named is in the working directory.
only_files() {
	local found want
	found=$(find . -mindepth 1 | sort)
	want=$(printf './%s\n' "$@" | sort)
	[ "$found" = "$want" ] || {
		printf 'found:\n%s\nexpected:\n%s\n' "$found" "$want"
		return 1
	}
}

# Standard error is just one line, and matches the pattern.
# shellcheck disable=SC2154 # stderr is set by 'run --separate-stderr'
one_message() {
	local lines
	lines=$(printf '%s\n' "$stderr" | grep -vc '^Try ' || true)
	# shellcheck disable=SC2053 # $1 is a pattern
	if [ "$lines" -ne 1 ] || [[ $stderr != $1 ]]; then
		printf 'stderr:\n%s\nexpected one line like: %s\n' "$stderr" "$1"
		return 1
	fi
}

# Runs COMMAND on a terminal of its own and prints what it showed there.
# "script" would want a shell's quoting of names that no shell likes.
on_terminal() {
	"$PYTHON" -c 'import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null |
		tr -d '\r'
	return "${PIPESTATUS[0]}"
}
