#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes each target for SECONDS with clang's libFuzzer; what it finds worth
# keeping goes to build/fuzz-corpus, a crash to build/fuzz-crash.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1
export CC=clang
sanitize='-fsanitize=address,undefined -fno-sanitize-recover=all'
make -s B=build/libfuzzer CC=clang LDFLAGS="$sanitize" \
	CFLAGS="-O1 -g $sanitize -fsanitize=fuzzer-no-link" libs
mkdir -p build/fuzz-crash
for source in tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	short=${name#fuzz_}
	mkdir -p "build/fuzz-corpus/$short"
	# shellcheck disable=SC2086 # two flags
	clang -std=c11 -g -O1 -Ilib -D_POSIX_C_SOURCE=200809L \
		-D_FILE_OFFSET_BITS=64 -pthread \
		$sanitize -fsanitize=fuzzer \
		-o "build/libfuzzer/$name" "$source" \
		build/libfuzzer/lib/*.a build/libfuzzer/lib/*.a \
		build/libfuzzer/lib/*.a -lcsv -ljansson -lz -lm
	echo "== $name"
	"build/libfuzzer/$name" -max_total_time="$seconds" -max_len=8192 \
		-rss_limit_mb=1024 -verbosity=0 \
		-artifact_prefix="build/fuzz-crash/$short-" \
		"build/fuzz-corpus/$short" "tests/fuzz/corpus/$short"
done
