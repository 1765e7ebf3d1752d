#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format, clang's warnings, cppcheck, clang-tidy, shellcheck, mandoc:
# prints what they find, exits 1 if that is anything.
set -u
cd "$(dirname "$0")/.." || exit 2
status=0

c=$(git ls-files '*.c' '*.h' | grep -v num_pow10.h)
sh=$(git ls-files '*.sh' '.ci/run')
man=$(git ls-files 'man/*')

# The lists hold no blanks: they split on purpose.
# shellcheck disable=SC2086
{
	clang-format --dry-run --Werror $c || status=1
	make -s -j"$(nproc)" CC=clang B=build/lint CFLAGS='-O0 -Werror' \
		tests >/dev/null || status=1
	shellcheck -x $sh || status=1
	shellcheck -s bash -e SC2034 tests/*.bash || status=1
	# Tests split words on purpose, bats sets variables they read, and words
	# of theirs look like commands and lists.
	shellcheck -s bats -S warning \
		-e SC2154,SC2046,SC2086,SC2091,SC2030,SC2031,SC2016 \
		-e SC2034,SC2054,SC2238,SC2258 tests/*.bats || status=1
	mandoc -T lint -W warning $man || status=1
	cppcheck -q --error-exitcode=1 --std=c11 --enable=warning,portability \
		--inline-suppr --suppressions-list=tests/cppcheck.txt \
		-Ilib cmd lib examples || status=1
	printf '%s\n' $c | grep -E '^(cmd|lib|examples/digits)/.*\.c$' |
		xargs -n 4 -P "$(nproc)" sh -c 'clang-tidy -quiet "$@" -- \
			-std=c11 -Ilib -Ibuild/lib -D_POSIX_C_SOURCE=200809L \
			-D_FILE_OFFSET_BITS=64 -DTRIMTAB_VERSION=\"0\" \
			2>/dev/null' sh || status=1
}
exit $status
