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
	local layer allowed
	while read -r layer allowed; do
		run foreign_includes "$layer" "$layer|$allowed"
		[ -z "$output" ] || { echo "$output"; false; }
	done <<-END
		base base
		file base
		text syntax|file|base
		object base
		builtin object|base
		syntax builtin|object|base
		py syntax|builtin|object|base
		numpy py|base
		sched py|base
		words sched|numpy|py|base
		settings py|text|file|base
		making sched|numpy|py|text|base
		optim making|sched|numpy|py|base
		call optim|making|sched|numpy|py|text|base
		skim call|optim|making|sched|py|base
		config call|optim|making|settings|sched|py|base
		stepper skim|call|optim|making|settings|sched|py|base
		script stepper|skim|config|call|optim|making|settings|sched|py|base
		spec script|call|words|sched|numpy|py|file|base
		event file|base
		pair base
		form pair|base
		line form|pair|text|file|base
		source line|event|pair|file|base
		tape source|line|pair|file|base
		role tape|source|pair|text|base
		log role|tape|source|line|pair|text|base
		match spec|sched|base
		fit match|words|sched|py|base
		curve base
		watch log|numpy|py|text|base
		tensor text|file|base
		format tensor|text|file|base
		pickle base
		model pickle|format|tensor|text|file|base
		select tensor|file|base
		choice select|model|format|tensor|text|file|base
		stat choice|select|tensor|file|base
		prune stat|choice|select|tensor|text|file|base
		check stat|choice|select|tensor|base
		plan choice|select|tensor|text|file|base
		entropy base
		chunk entropy|base
		spz chunk|entropy|format|tensor|base
	END
}

@test "outside libraries are included in their own rooms only" {
	run bash -c "grep -rnE '#include <(csv|jansson)\.h>' lib cmd |
		grep -v '^lib/text/'"
	[ -z "$output" ] || { echo "$output"; false; }
	run bash -c "grep -rn '#include <zlib.h>' lib cmd |
		grep -vE '^lib/(base/zip|entropy/deflate|spz/reader)\.c'"
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "the library does not print, exit or read the environment" {
	run grep -rnE '\b(printf|fprintf|puts|putchar|perror|exit|_exit|abort|getenv|getopt_long)\(' \
		lib --include='*.c' --include='*.h'
	[ "$status" -eq 1 ] || { echo "$output"; false; }
}

# Some messages name a command that helps: of our tools, or of the shell's; one
# is made for the user, with what he gave.
@test "messages of the library name no options, and every remedy has words" {
	local option='"([^"]*[ (;,])?--?[a-zD]+[])" ,;.]'
	local command='line/kind|format/foreign|model/shards|(lrsched|wstat) --'
	command+='|call/blame.c.*LOG|settings/command.c.*"-v"|strchr\('
	grep -qE "$option" <<<'"12 NaN; expected numbers (or --nan keep)"'
	run bash -c 'grep -rnE "$1" lib --include="*.c" --include="*.py" |
		grep -vE "$2"' - "$option" "$command|The rate times exp|:[0-9]+:[/ ]\\*"
	[ -z "$output" ] || { echo "$output"; false; }
	run bash -c "grep -rhoE 'diag_remedy\(.*\"(.*)\"' lib | cut -d'\"' -f2 |
		sort -u"
	[ -n "$output" ]
	[ "$output" = "$(sed -n 's/^\t{"\([^"]*\)", .*/\1/p' cmd/remedy.c)" ]
}

@test "unchecked, unbounded and locale-dependent calls are not made" {
	run grep -rnE '\b(atoi|atol|atof|strcpy|strcat|sprintf|gets|setlocale|alloca)\(' \
		lib cmd examples tests --include='*.c' --include='*.h'
	[ "$status" -eq 1 ] || { echo "$output"; false; }
	run grep -rnE '\bmmap\(' lib cmd examples
	[ "$status" -eq 1 ] || { echo "$output"; false; }
}

@test "every symbol an archive exports carries its module's name" {
	local layer allowed
	for layer in lib/*/; do
		layer=$(basename "$layer")
		case $layer in
		base) allowed='array|diag|hash|names|num|buf|near' &&
			allowed+='|pool|zip|utf8|tame|pattern|str|crc32c|wire' ;;
		file) allowed='attr|dir|input|output|path|place|unnamed' ;;
		text) allowed='csv|formula|json|npy|table' ;;
		# Rooms of one language.
		object | builtin | syntax) allowed=py ;;
		# Rooms of what one call comes to.
		making | optim | skim) allowed=call ;;
		*) allowed=$layer ;;
		esac
		run bash -o pipefail -c "nm -g --defined-only \
			'$BUILD/lib/$layer.a' | awk 'NF == 3 { print \$3 }' |
			grep -vE '^($allowed)_'"
		[ -z "$output" ] || { echo "$layer: $output"; false; }
	done
}

# Headers of other systems show more of the C library than those of this one.
@test "no function has the name of one of the C library" {
	run comm -12 <(ctags -x --c-kinds=f --_xformat=%N -R lib cmd | sort -u) \
		<(nm -D --defined-only "$(gcc -print-file-name=libc.so.6)" \
			"$(gcc -print-file-name=libm.so.6)" |
			sed -n 's/.* [TWi] \(.*\)@@.*/\1/p' | sort -u)
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "no symbol is exported that no other file uses" {
	local used defined
	# Units may be there with sanitizers only: their words are used.
	used=$({
		find "$BUILD/lib" "$BUILD/cmd" -name '*.o' -exec nm -u {} + |
			awk 'NF == 2 { print $2 }'
		grep -ohE '\w+' tests/unit/*.c
	} | sort -u)
	defined=$(nm -g --defined-only "$BUILD"/lib/*.a |
		awk 'NF == 3 { print $3 }' | sort -u)
	run comm -13 <(echo "$used") <(echo "$defined")
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "rooms of the library are as small as rooms are to be" {
	run -0 "$PYTHON" tests/rooms.py "$BUILD"
}

@test "every tool has a word for what messages tell to give" {
	gcc -E -D_GNU_SOURCE -Ilib -Icmd cmd/schedule_opts.c lib/sched/host.c |
		"$PYTHON" -c '
import re, sys
text = re.sub(r"(?m)^#.*", "", sys.stdin.read())
members = re.search(r"struct sched_names \{(.*?)\};", text, re.S)[1]
members = set(re.findall(r"\*(\w+)", members))
tables = re.findall(r"const struct sched_names (\w+) = \{(.*?)\};", text, re.S)
assert len(members) > 10 and len(tables) == 5, (members, tables)
for name, table in tables:
    lacks = members - set(re.findall(r"\.(\w+) =", table))
    assert not lacks, (name, lacks)'
}

@test "files have at most 900 lines and no function more than 100" {
	run bash -c "wc -l lib/*/*.[ch] cmd/*.[ch] |
		awk '\$2 !~ /num_pow10.h|total/ && \$1 > 900'"
	[ -z "$output" ] || { echo "$output"; false; }
	run bash -c "ctags -x --c-kinds=f --_xformat='%N %F %n %{end}' -R lib cmd |
		awk '\$4 - \$3 >= 100 { print }'"
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "a header stands alone, and the system's are included before ours" {
	local header
	for header in lib/*/*.h cmd/*.h; do
		gcc -std=c11 -D_GNU_SOURCE -Ilib -Icmd -fsyntax-only -w -x c "$header"
	done
	run awk 'FNR == 1 { own = deep = 0 } /^#if/ { deep++ } /^#endif/ { deep-- }
		!deep && /^#include "/ { own = 1 }
		!deep && /^#include </ && own { print FILENAME ": " $0 }' \
		lib/*/*.[ch] cmd/*.[ch]
	[ "$status" -eq 0 ]
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "every file opens with its licence and its duty" {
	run awk 'FNR == 1 && $0 != "/* SPDX-License-Identifier: MIT */" ||
		FNR == 2 && !/^\/\*/ { print FILENAME ": " $0 }' \
		lib/*/*.[ch] cmd/*.[ch] tests/*/*.[ch] examples/*/*.[ch]
	[ "$status" -eq 0 ]
	[ -z "$output" ] || { echo "$output"; false; }
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

@test "every room of the library has a place in the README" {
	local room
	for room in lib/*/; do
		room=$(basename "$room")
		sed -n '/^    lib\/ /,/^    tests\/ /p' README.md |
			grep -qE "  $room  " || { echo "$room"; false; }
	done
}

@test "README begins with what a fresh machine is told" {
	run awk '/^    / { sub(/ *#.*/, ""); print $0; on = 1; next }
		on { exit }' README.md
	[ "${lines[0]}" = "    apt-get install -y git make" ]
	[ "${lines[1]}" = "    make deps demo" ]
	[ "${lines[2]}" = "    make deps check" ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "what README and the examples show is there" {
	local at
	for at in README.md examples/*/README.md; do
		grep -oE '\]\([^):]+\)' "$at" | tr -d ']()' |
			(cd "$(dirname "$at")" && xargs -r ls -d) >/dev/null
	done
}

@test "man pages are clean" {
	mandoc -T lint -W warning man/*.[157]
}

@test "the table of powers of ten is what its script prints" {
	"$PYTHON" lib/base/num_pow10.py | cmp - lib/base/num_pow10.h
}

@test "the runner counts a test that dies, plans nothing or says nothing" {
	local name
	cd "$BATS_TEST_TMPDIR"
	mkdir -p tests/unit tests/fuzz build/san/unit build/san/fuzz
	cp -r "$ROOT/tests/run.sh" "$ROOT/tests/numpy" tests
	printf '@test "x" { true; }\n' >tests/good.bats
	printf '@test "(y)" {\nfalse sanitized\n}\n@test "y" {\nfalse\n}\n' \
		>tests/some.bats
	printf '@test "x" { if; }\n# sanitized\n' >tests/syntax.bats
	printf '#!/bin/sh\n%s\n' 'echo ok 1; echo 1..1' >good
	printf '#!/bin/sh\n%s\n' 'echo ok 1; kill -SEGV $$' >crash
	printf '#!/bin/sh\n%s\n' 'echo ok 1; echo 1..1; kill -ABRT $$' >late
	printf '#!/bin/sh\n%s\n' 'echo ok 1; echo 1..3' >short
	printf '#!/bin/sh\n%s\n' '' >silent
	for name in good crash late short silent missing; do
		touch "tests/unit/test_$name.c"
		[ ! -f $name ] || cp $name "build/san/unit/test_$name"
	done
	touch tests/fuzz/fuzz_good.c
	cp good build/san/fuzz/fuzz_good
	chmod +x build/san/*/*
	run -1 env -u BATS_TMPDIR tests/run.sh build
	for name in crash late short silent missing; do
		[[ $output == *"not ok - test_$name ended with"* ]]
	done
	# syntax fails with and without sanitizers, as two jobs.
	[[ $output == *"syntax.san: not ok"*"not ok - syntax ended"* ]]
	# Without them, only what leaves something out.
	[[ $output == *"some.san: not ok 2 y"* && $output == *"some: not ok 1 (y)"* &&
		$output != *"some: "*" y"* ]]
	[ "${lines[-1]%%,*}" = "6 passed" ] || { echo "$output"; false; }
	run -0 tests/run.sh build test_good
	[ "${lines[-1]}" = "1 passed, 0 failed" ] || { echo "$output"; false; }
	run -2 tests/run.sh build no-such-test
}

# What "make WORD..." in a tree of its own would write to its config.
config() {
	env -u MAKEFLAGS make -s B="$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/b/config" "$@"
}

@test "a changed compiler or flag rebuilds everything, the same one nothing" {
	local file=$BATS_TEST_TMPDIR/b/config
	config
	touch -d 2001-01-01 "$file"
	config
	[ "$(stat -c %Y "$file")" -lt 1000000000 ]
	for change in CC=other CFLAGS=-O1 CPPFLAGS=-DX LDFLAGS=-s SAN=1; do
		touch -d 2001-01-01 "$file"
		config "$change"
		[ "$(stat -c %Y "$file")" -gt 1000000000 ]
		config
	done
	touch -d 2001-01-01 "$file"
	CFLAGS=-O1 config
	[ "$(stat -c %Y "$file")" -gt 1000000000 ]
}

@test "an archive is made anew when a file has left its folder" {
	env -u MAKEFLAGS make -np B="$BATS_TEST_TMPDIR/b" "$BATS_TEST_TMPDIR/b/lib/base.a" |
		grep -qE '/lib/base\.a:.* lib/base( |$)'
}

@test "a knob of the environment reaches a make within make as it was" {
	run -0 bash -c "printf '%s\n' 'include Makefile' \
			'show: ; @echo \$\$CFLAGS' |
		env -u MAKEFLAGS CFLAGS=-O3 make -s -f - show"
	[ "$output" = -O3 ]
}

@test "deps installs what is missing and no more, and says what it cannot" {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	run -1 env PATH="$bin" /bin/sh tests/deps.sh one two
	[ "${lines[1]}" = "  one" ] && [ "${lines[2]}" = "  two" ]
	printf '#!/bin/sh\necho apt-get "$@"\n[ $2 != update ]\n' >"$bin/apt-get"
	printf '#!/bin/sh\n[ $4 = here ] && echo installed\n' >"$bin/dpkg-query"
	printf '#!/bin/sh\necho 0\n' >"$bin/id"
	chmod +x "$bin"/*
	run -0 env PATH="$bin" /bin/sh tests/deps.sh here
	[ -z "$output" ]
	run -0 env PATH="$bin" /bin/sh tests/deps.sh here one here two
	[[ ${lines[-1]} == "apt-get "*" install "*" one two" ]] ||
		{ echo "$output"; false; }
}

@test "a build directory that make cannot name is refused" {
	run -2 make B='a b'
	[[ $output == *'must be one word'* ]]
}

@test "install puts everything under PREFIX and uninstall leaves nothing" {
	local to=(DESTDIR="$BATS_TEST_TMPDIR/d" PREFIX=/usr
		B="$(realpath --relative-to=. "$BUILD")")
	make -s install "${to[@]}"
	[ -x "$BATS_TEST_TMPDIR/d/usr/bin/unspzip" ]
	[ -f "$BATS_TEST_TMPDIR/d/usr/share/man/man7/trimtab.7" ]
	[ -x "$BATS_TEST_TMPDIR/d/usr/share/doc/trimtab/examples/h5/h5.sh" ]
	make -s uninstall "${to[@]}"
	run find "$BATS_TEST_TMPDIR/d" ! -type d
	[ -z "$output" ]
}

@test "the top level holds what it is to hold" {
	run git ls-files
	[ "$status" -eq 0 ] || skip 'no repository'
	run -0 sort -u <(printf '%s\n' "${lines[@]%%/*}")
	[ "${lines[*]}" = "$(printf '%s\n' .ci .clang-format \
		.clang-tidy .gitignore LICENSE Makefile README.md cmd examples \
		lib man tests | sort | paste -sd ' ')" ]
}
