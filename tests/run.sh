#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs every test on the trees BUILD and BUILD/san and ends with one line,
# "N passed, N failed[, N skipped]".  Each job writes TAP to BUILD/check/.
# Usage: run.sh BUILD [NAME...], with NAME a test file's name without suffix.
set -u
cd "$(dirname "$0")/.." || exit 2

# Relative, as a directory above may have blanks in its name.
build=$(realpath --relative-to=. "$1")
shift
all=${FULL:-$*}
out=$build/check
rm -rf "$out"
mkdir -p "$out"

# A pattern of the tests in FILE that run without sanitizers too: those that
# leave something out for them, or call what does, or all where their setup
# does or the file is tagged as a test of what the optimizer makes of loops.
unsanitized() {
	awk '
	function mark(what, name) {
		for (name in text) {
			if (name in marked || text[name] !~ what)
				continue
			marked[name]
			if (name in called)
				mark("(^|[^a-z_])" name "([^a-z_]|$)")
		}
	}
	/^@test/ { name = $0; gsub(/^@test .|. \{$/, "", name) }
	/^[a-z_]+\(\)/ { name = $1; sub(/\(.*/, "", name); called[name] }
	{ text[name] = text[name] "\n" $0 }
	/^[})]/ { name = "" }
	END {
		mark("sanitized|TRIMTAB_SAN|limited |tags=optimized")
		for (name in marked) {
			all = name == "" || name ~ /^setup/
			if (name in called && !all)
				continue
			gsub(/[^A-Za-z0-9]/, ".", name)
			list = list "|" (all ? ".*" : name)
		}
		if (list != "")
			print "^(" substr(list, 2) ")$"
	}' "$1"
}

# One line a job: its name, then its command.  In a run of everything that is
# not FULL, most of bats files is left to the sanitized tools.  What is half
# of these tools' time is left to units, corpora and fault: the search for
# leaks at their end, and making their tables known at their start; and who
# allocated is not written down.
jobs() {
	local f name pattern options=$ASAN_OPTIONS
	[ -n "$all" ] ||
		options=$options:detect_leaks=0:report_globals=0:malloc_context_size=1
	for f in tests/*.bats; do
		name=$(basename "$f" .bats)
		pattern='.*'
		case $name in
		tree | man | demo) ;; # nothing that a sanitizer could see
		*)
			echo "$name.san env TRIMTAB_SAN=1" \
				"ASAN_OPTIONS=$options" \
				"TRIMTAB_BUILD=$build/san bats --tap $f"
			[ -n "$all" ] || pattern=$(unsanitized "$f")
			;;
		esac
		[ -z "$pattern" ] || echo "$name env TRIMTAB_BUILD=$build" \
			"bats --tap --filter $pattern $f"
	done
	for f in tests/unit/test_*.c; do
		name=$(basename "$f" .c)
		echo "$name $build/san/unit/$name"
	done
	for f in tests/fuzz/fuzz_*.c; do
		name=$(basename "$f" .c)
		echo "$name $build/san/fuzz/$name" \
			"tests/fuzz/corpus/${name#fuzz_}"
	done
	[ -z "${FULL:-}" ] || jobs_tsan
}

# The tests that ask for threads, where races are seen.
jobs_tsan() {
	local f
	for f in "$build"/tsan/unit/*; do
		echo "$(basename "$f").tsan $f"
	done
	for f in tests/*.bats; do
		grep -qE -- '(-T|--threads)[ =]?[0-9]' "$f" || continue
		echo "$(basename "$f" .bats).tsan env TRIMTAB_SAN=1" \
			"TRIMTAB_BUILD=$build/tsan bats --tap $f"
	done
}

# The exit status goes to the end of the job's own file; no job needs a tenth
# of its time limit.  Tests of signals want those that nohup ignores.
# shellcheck disable=SC2317 # called through xargs
one() {
	local name=$1
	shift
	env --default-signal timeout -k 10 "${LIMIT:-900}" "$@" \
		>>"$out/$name.tap" 2>"$out/$name.err" </dev/null
	printf '\n# exit %s\n' "$?" >>"$out/$name.tap"
}
export -f one
export out
ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
ASAN_OPTIONS=$ASAN_OPTIONS:detect_stack_use_after_return=1
export ASAN_OPTIONS
export UBSAN_OPTIONS=print_stacktrace=1

wanted() {
	[ $# -eq 0 ] && exec cat
	local pattern
	pattern=$(printf '|%s' "$@")
	grep -E "^(${pattern#|})(\.t?san)? "
}

# What wants numpy asks a server that has it, which ends with this script.
numpy=$(mktemp -d)
trap 'rm -rf "$numpy"' EXIT
exec {served}> >(OPENBLAS_NUM_THREADS=1 exec \
	/usr/bin/python3 tests/numpy/server.py "$numpy/socket")
export TRIMTAB_NUMPY=$numpy/socket
export NUMPY=$PWD/$build/numpy

list=$(jobs | wanted "$@")
if [ -z "$list" ]; then
	echo "run.sh: no test is called $*" >&2
	exit 2
fi
# A job that never gets to run is missed by its file.
while read -r name _; do
	echo "# job $name" >"$out/$name.tap"
done <<<"$list"
# Two more than there are processors: many a test waits for a clock or a disk.
xargs -P $(($(nproc) + 2)) -L 1 bash -c 'one "$@"' one \
	<<<"$list" {served}>&-

# A job that died, planned nothing, or ran fewer tests than it planned, counts
# as one failure more.
awk '
function judge() {
	if (file == "" || (plan > 0 && ran == plan && (status != 0) == (bad > 0)))
		return
	print "not ok - " file " ended with status " status " after " ran \
		" of " plan " tests"
	failed++
}
FNR == 1 {
	judge()
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.tap$/, "", file)
	ran = bad = plan = 0
	status = "none"
}
/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0 }
/^ok / { ran++; if (/# skip/) skipped++; else passed++; show = 0 }
/^not ok / { ran++; bad++; failed++; show = 1; print file ": " $0 }
/^#/ && show && !/^# exit/ { print "    " $0 }
/^# exit/ { status = $3; show = 0 }
END {
	judge()
	printf "%d passed, %d failed", passed, failed
	if (skipped)
		printf ", %d skipped", skipped
	print ""
	exit failed > 0 || passed == 0
}' "$out"/*.tap >"$out/summary"
status=$?
for f in "$out"/*.err; do
	[ -s "$f" ] || continue
	echo "--- stderr of $(basename "$f" .err):"
	head -n 40 "$f"
done
cat "$out/summary"
exit $status
