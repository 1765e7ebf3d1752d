#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What architecture.md of any C project promises and time erodes: layers,
# prefixes, forbidden calls, sizes.  A promise here is a test.

load helper

setup() {
	cd "$ROOT" || return 1
}

# Prints "FILE: HEADER" for each include of another layer that $1 (a folder
# under lib/) may not make; $2 is the pattern of layers it may include.
foreign_includes() {
	grep -nE '^#include "[a-z]+/' "lib/$1"/*.[ch] |
		grep -vE "\"($2)/" || true
}

@test "no layer includes one that it may not" {
	run foreign_includes base 'base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes text 'text|base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes sched 'sched|text|base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes log 'log|text|base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes curve 'curve|base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes tensor 'tensor|text|base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes prune 'prune|tensor|text|base'
	[ -z "$output" ] || { echo "$output"; false; }
	run foreign_includes spz 'spz|tensor|base'
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "outside libraries are included in their own rooms only" {
	run bash -c "grep -rnE '#include <(csv|jansson)\.h>' lib cmd |
		grep -v '^lib/text/'"
	[ -z "$output" ] || { echo "$output"; false; }
	run bash -c "grep -rn '#include <zlib.h>' lib cmd |
		grep -vE '^lib/(base/zip\.c|spz/)'"
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "the library does not print, exit or read the environment" {
	run grep -rnE '\b(printf|fprintf|puts|putchar|perror|exit|_exit|abort|getenv|getopt_long)\(' \
		lib --include='*.c' --include='*.h'
	[ "$status" -eq 1 ] || { echo "$output"; false; }
}

@test "unchecked, unbounded and locale-dependent calls are not made" {
	run grep -rnE '\b(atoi|atol|atof|strcpy|strcat|sprintf|gets|setlocale|mmap|alloca)\(' \
		lib cmd examples tests --include='*.c' --include='*.h'
	[ "$status" -eq 1 ] || { echo "$output"; false; }
}

@test "every symbol an archive exports carries its module's name" {
	local layer allowed
	for layer in base text sched log curve tensor prune spz; do
		case $layer in
		base) allowed='diag|num|buf|input|output|pool|zip' ;;
		text) allowed='csv|json|py' ;;
		*) allowed=$layer ;;
		esac
		run bash -o pipefail -c "nm -g --defined-only \
			'$BUILD/lib/$layer.a' | awk 'NF == 3 { print \$3 }' |
			grep -vE '^($allowed)_'"
		[ -z "$output" ] || { echo "$layer: $output"; false; }
	done
}

@test "no symbol is exported that nobody else uses" {
	local used defined
	used=$(find "$BUILD/lib" "$BUILD/cmd" "$BUILD/tests" -name '*.o' \
		-exec nm -u {} + | awk 'NF == 2 { print $2 }' | sort -u)
	defined=$(nm -g --defined-only "$BUILD"/lib/*.a |
		awk 'NF == 3 { print $3 }' | sort -u)
	run comm -13 <(echo "$used") <(echo "$defined")
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "files have at most 400 lines and no function more than 100" {
	run bash -c "wc -l lib/*/*.[ch] cmd/*.[ch] |
		awk '\$2 !~ /num_pow10.h|total/ && \$1 > 400'"
	[ -z "$output" ] || { echo "$output"; false; }
	run bash -c "ctags -x --c-kinds=f --_xformat='%N %F %n %{end}' -R lib cmd |
		awk '\$4 - \$3 >= 100 { print }'"
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "every file opens with its licence and its duty" {
	local f
	for f in lib/*/*.[ch] cmd/*.[ch] tests/*/*.[ch] examples/*/*.[ch]; do
		[ "$(head -n 1 "$f")" = "/* SPDX-License-Identifier: MIT */" ] ||
			{ echo "$f"; false; }
		[[ $(sed -n 2p "$f") == '/*'* ]] || { echo "$f"; false; }
	done
}

@test "every tool has a man page, a bats file and a place in the README" {
	local tool
	for tool in $(grep -lE '^int main\(' cmd/*.c | xargs basename -s .c); do
		[ -f "man/$tool.1" ]
		[ -f "tests/$tool.bats" ]
		grep -q "$tool" README.md
		grep -q "Xr $tool 1" man/trimtab.7
	done
}

@test "man pages are clean" {
	mandoc -T lint -W warning man/*.[157]
}

@test "the table of powers of ten is what its script prints" {
	"$PYTHON" lib/base/num_pow10.py | cmp - lib/base/num_pow10.h
}

@test "install puts everything under PREFIX and uninstall leaves nothing" {
	make -s install DESTDIR="$BATS_TEST_TMPDIR/d" PREFIX=/usr B="$BUILD"
	[ -x "$BATS_TEST_TMPDIR/d/usr/bin/unspzip" ]
	[ -f "$BATS_TEST_TMPDIR/d/usr/share/man/man7/trimtab.7" ]
	make -s uninstall DESTDIR="$BATS_TEST_TMPDIR/d" PREFIX=/usr B="$BUILD"
	run find "$BATS_TEST_TMPDIR/d" ! -type d
	[ -z "$output" ]
}
