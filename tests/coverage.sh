#!/bin/bash
# SPDX-License-Identifier: MIT
# Line coverage of each folder under lib/, by unit tests, fuzz corpora and the
# bats files named (default: all), of a build with gcc --coverage in BUILD:
# coverage.sh BUILD [NAME...].  Lines that no test reaches: BUILD/unreached.
set -u
cd "$(dirname "$0")/.." || exit 2
build=$(realpath "$1")
shift
find "$build" -name '*.gcda' -delete
for test in "$build"/unit/test_*; do
	"$test" >/dev/null 2>&1 || echo "coverage: $test fails" >&2
done
for test in "$build"/fuzz/fuzz_*; do
	name=$(basename "$test")
	"$test" "tests/fuzz/corpus/${name#fuzz_}" >/dev/null 2>&1 ||
		echo "coverage: $test fails" >&2
done
if [ $# -eq 0 ]; then
	# shellcheck disable=SC2046 # a word for each
	set -- $(basename -as .bats tests/*.bats)
fi
for name; do
	case $name in
	tree | man | demo | none) continue ;;
	esac
	# Slower than the tools that are tested: a limit of time may be passed.
	TRIMTAB_SAN=1 TRIMTAB_BUILD=$build bats "tests/$name.bats" >/dev/null ||
		echo "coverage: $name.bats fails" >&2
done

# A line for each of a file: "FILE:LINE:COUNT", of which headers have several.
find "$build/lib" -name '*.gcda' -exec gcov -t -r -s "$PWD" {} \; 2>/dev/null |
	awk -F: '
	$2 + 0 == 0 && $3 == "Source" { file = $4; next }
	$2 + 0 > 0 && file ~ /^lib\// {
		count = $1
		gsub(/[ *]/, "", count)
		if (count == "-")
			next
		key = file ":" $2 + 0
		hit[key] += count !~ /[#=]/
	}
	END {
		for (key in hit) {
			split(key, part, "/")
			n[part[2]]++
			reached[part[2]] += hit[key] > 0
			if (!hit[key])
				print key >unreached
		}
		for (room in n)
			printf "lib/%-8s %6.2f %% of %5d lines\n", room,
				100 * reached[room] / n[room], n[room]
	}' unreached="$build/unreached" | sort
sort -t: -k1,1 -k2n -o "$build/unreached" "$build/unreached"
