#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes targets with clang's libFuzzer, each for SECONDS and at most RUNS
# executions (-1: no limit): run.sh SECONDS RUNS [TARGET...], default all.
# What is worth keeping goes to build/fuzz-corpus, a crash to build/fuzz-crash;
# a line for each target says how many executions there were.
set -eu
cd "$(dirname "$0")/../.."
seconds=$1 runs=$2
shift 2
sanitize='-fsanitize=address,undefined,float-cast-overflow'
sanitize="$sanitize -fno-sanitize-recover=all -fno-omit-frame-pointer"
# Small tables, digits, streams and reads, and less work that a text or a search
# may ask for: more of what is rare, in less time.
small='-DPRUNE_DIGIT_NBITS=4 -DENTROPY_FOUR_MIN=16 -DENTROPY_CLASSES_MIN=64'
small="$small -DCHUNK_HIST_LOG2=8 -DENTROPY_MEM_LEVEL=1 -DSPZ_READER_NBYTES=64"
small="$small -DLINE_CHUNK_NBYTES=64 -DPY_BUILD_STEPS=20000 -DPY_CALL_STEPS=2000"
small="$small -DFIT_ITERATIONS=1 -DFIT_DAMP_MAX=.1 -DFIT_TRIES=2"
small="$small -DFIT_LENGTHS_MAX=2 -DFIT_PAIR_STEP=111 -DCALL_NMISSING=2"
small="$small -DMODEL_EXPANDED_MAX=4096"
# Numbers that are compared lead the fuzzer to what binary formats have in them;
# elsewhere looking at them takes half the time for nothing.
see=-fsanitize-coverage=trace-cmp
out=build/libfuzzer
make -s B=$out CC=clang CPPFLAGS="$small" LDFLAGS="$sanitize" \
	CFLAGS="-O2 -g $sanitize -fsanitize=fuzzer-no-link -fno-${see#-f}" \
	BINARY_CFLAGS=$see libs tools
mkdir -p build/fuzz-crash
# shellcheck disable=SC2046 # a word for each
[ $# -gt 0 ] ||
	set -- $(basename -as .c tests/fuzz/fuzz_*.c | sed 's/^fuzz_//')
status=0
for name; do
	mkdir -p "build/fuzz-corpus/$name"
	# What a target does for itself is not to guide the fuzzer.
	# shellcheck disable=SC2086 # flags
	clang -std=c11 -g -O2 -Ilib -D_POSIX_C_SOURCE=200809L \
		-D_FILE_OFFSET_BITS=64 $small -pthread $sanitize \
		-c -o "$out/$name.o" "tests/fuzz/fuzz_$name.c"
	# shellcheck disable=SC2086
	clang -pthread $sanitize -fsanitize=fuzzer -o "$out/fuzz_$name" \
		"$out/$name.o" $out/cmd.a \
		$out/lib/*.a $out/lib/*.a $out/lib/*.a \
		-lcsv -ljansson -lz -lm
	ASAN_OPTIONS=malloc_context_size=3:quarantine_size_mb=1 \
		"$out/fuzz_$name" -max_total_time="$seconds" -runs="$runs" \
		-max_len=512 -rss_limit_mb=2048 -timeout=20 -entropic=0 \
		-verbosity=0 -print_final_stats=1 \
		-artifact_prefix="build/fuzz-crash/$name-" \
		"build/fuzz-corpus/$name" "tests/fuzz/corpus/$name" \
		>"$out/$name.log" 2>&1 || {
		status=1
		cat "$out/$name.log"
	}
	sed -n "s/^stat::number_of_executed_units: /fuzz_$name /p" \
		"$out/$name.log"
done
exit $status
