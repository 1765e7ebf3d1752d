#!/bin/bash
# SPDX-License-Identifier: MIT
# Figures beside peers, in one run on one machine: ratios travel, absolute
# figures do not.  No thresholds.  Usage: bench.sh BUILD [PART...], a part being
# sched, prune, slow, look, spz, delta, sizes, cells, lines or log
#   BENCH_MB=8     size of the generated VGG-shaped weights
#   BENCH_FULL=1   56 MB, what a VGG has; as much for "sizes" and "cells"
#   NETS, CELLS    see bench_cells; CELLS_PYTHON has the peers of PyPI
#   BENCH_RUNS=3   the best of so many
#   TORCH_PYTHON   an interpreter with torch, to step the same schedule
#   PANDAS_PYTHON  one with pandas, to read the same table
set -eu -o pipefail
export LC_ALL=C
cd "$(dirname "$0")/../.."
build=$(realpath "$1")
shift
PATH=$build:$build/bench:$PATH
PYTHON=/usr/bin/python3
runs=${BENCH_RUNS:-3}
BENCH_FULL=${BENCH_FULL:-0}
BENCH_MB=${BENCH_MB:-$((BENCH_FULL ? 56 : 8))}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Seconds of the fastest of $runs runs of a shell command.
seconds() {
	local i start
	for ((i = 0; i < runs; i++)); do
		start=$(date +%s%N)
		bash -c "$1" >/dev/null
		echo $(($(date +%s%N) - start))
	done | sort -n | head -n 1 | awk '{ printf "%.4f", $1 / 1e9 }'
}

# The same in seconds of processors, which what else runs hardly changes.
cpu_seconds() {
	local i TIMEFORMAT='%U %S'
	for ((i = 0; i < runs; i++)); do
		{ time bash -c "$1" >/dev/null; } 2>&1
	done | awk '{ print $1 + $2 }' | sort -n | head -n 1
}

# Prints UNITS / SECONDS / 1e6, and how that compares with $3.
row() {
	awk -v name="$1" -v units="$2" -v s="$3" -v ours="$4" -v unit="$5" '
	BEGIN { printf "  %-28s %9.3f %s   %6.3fx of ours\n", \
		name, units / s / 1e6, unit, ours / s }'
}

# Seconds that torch takes for $1 steps of the same cosine, its rate read at
# each; $TORCH_PYTHON is an interpreter that has torch.
torch_seconds() {
	"$TORCH_PYTHON" - "$1" "$runs" <<'EOF'
import sys, time, warnings
import torch

warnings.simplefilter("ignore")

def timed(n):
    o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    s = torch.optim.lr_scheduler.CosineAnnealingLR(o, n)
    start = time.process_time()
    for _ in range(n):
        s.get_last_lr()
        o.step()
        s.step()
    return time.process_time() - start

print(min(timed(int(sys.argv[1])) for _ in range(int(sys.argv[2]))))
EOF
}

bench_sched() {
	local n=5000000 few=50000 ours words
	echo "lrsched: $n rows of step,lr, by seconds of a processor"
	ours=$(cpu_seconds "lrsched -T 1 -n $n -l 0.1 cos")
	row 'lrsched cos' $n "$ours" "$ours" Mrows/s
	for words in linear triangular,min=0.001,max=0.1,step=1000; do
		row "lrsched ${words%%,*}" $n \
			"$(cpu_seconds "lrsched -T 1 -n $n -l 0.1 $words")" \
			"$ours" Mrows/s
	done
	row 'lrsched cos -f npy' $n \
		"$(cpu_seconds "lrsched -T 1 -f npy -n $n -l 0.1 cos")" \
		"$ours" Mrows/s
	row 'seq (the step alone)' $n "$(cpu_seconds "seq 0 $((n - 1))")" \
		"$ours" Mrows/s
	row 'seq -f %.17g (one column)' $n \
		"$(cpu_seconds "seq -f %.17g 0 0.0000001 0.4999999")" "$ours" Mrows/s
	row 'awk printf %d,%.17g' $n "$(cpu_seconds "awk 'BEGIN {
		for (t = 0; t < $n; t++)
			printf \"%d,%.17g\n\", t, \
				0.05 * (1 + cos(3.141592653589793 * t / $n)) }'")" \
		"$ours" Mrows/s
	# As if it took as long for each of more steps.
	[ -z "${TORCH_PYTHON:-}" ] || row "torch, $few steps" $n \
		"$(torch_seconds $few | awk '{ print $1 * '$n/$few' }')" \
		"$ours" Mrows/s
	n=20000000
	echo "lrsched: $n rows, by the clock"
	ours=$(seconds "lrsched -T 1 -n $n -l 0.1 cos")
	row 'lrsched cos -T 1' $n "$ours" "$ours" Mrows/s
	row 'lrsched cos -T 2' $n \
		"$(seconds "lrsched -T 2 -n $n -l 0.1 cos")" "$ours" Mrows/s
}

bench_prune() {
	local n=$((64 << 20)) ours
	echo "lib/prune: one core, in memory"
	command bench_prune
	echo "wprune: a file of $((n >> 20)) MiB of f32, half pruned"
	gen_weights --raw "$n" 0 >"$tmp/w.f32"
	ours=$(seconds "wprune --raw f32 -s 0.5 $tmp/w.f32 -o $tmp/out")
	row 'wprune -s 0.5' $n "$ours" "$ours" MB/s
	row 'wprune -s 0.5 -T 1' $n \
		"$(seconds "wprune -T 1 --raw f32 -s 0.5 $tmp/w.f32 -o $tmp/out")" \
		"$ours" MB/s
	row 'cp' $n "$(seconds "cp $tmp/w.f32 $tmp/out")" "$ours" MB/s
	row 'cp and sync' $n \
		"$(seconds "cp $tmp/w.f32 $tmp/out; sync $tmp/out")" \
		"$ours" MB/s
	row 'numpy.partition' $n "$("$PYTHON" - "$tmp/w.f32" "$runs" <<'EOF'
import sys, time
import numpy as np

def prune(path):
    w = np.fromfile(path, "<f4")
    key = np.abs(w)
    threshold = np.partition(key, w.size // 2)[w.size // 2]
    w[key < threshold] = 0
    w.tofile(path + ".out")

def timed():
    start = time.perf_counter()
    prune(sys.argv[1])
    return time.perf_counter() - start

print(min(timed() for _ in range(int(sys.argv[2]))))
EOF
	)" "$ours" MB/s
}

# CPU seconds of a command, the best of so many, and their ratio to $ours.
cpu_row() {
	local name=$1 best
	shift
	best=$(for ((i = 0; i < runs; i++)); do
		TIMEFORMAT='%U %S'
		{ time "$@" >/dev/null 2>&1; } 2>&1
	done | awk '{ t = $1 + $2; if (NR == 1 || t < m) m = t } END { print m }')
	printf '%-24s %8.2f s  %6.2f\n' "$name" "$best" \
		"$(awk "BEGIN { print $best / (${ours:-$best} + 1e-9) }")"
	ours=${ours:-$best}
}

# What was slow once, beside the plain case: 64 Mi weights, one thread.
bench_slow() {
	local n=$((256 << 20)) ours=
	echo "wprune: CPU seconds for $((n >> 20)) MiB of f32, one thread"
	gen_weights --raw "$n" 0 >"$tmp/w.f32"
	gen_weights --raw "$n" 0.9 >"$tmp/z.f32"
	local plain=(wprune -q -T 1 --raw f32 -o "$tmp/out")
	cpu_row '-s 50%' "${plain[@]}" -s 50% "$tmp/w.f32"
	cpu_row 'target below zeros' "${plain[@]}" -s 50% "$tmp/z.f32"
	"${plain[@]}" -s 30% --mask-out "$tmp/m" "$tmp/w.f32"
	cpu_row '-m mask' "${plain[@]}" -m "$tmp/m" "$tmp/w.f32"
	cpu_row '--mask-update' "${plain[@]}" -s 50% --mask-update "$tmp/m" \
		"$tmp/w.f32"
	cpu_row '--nan prune' "${plain[@]}" -s 50% --nan prune "$tmp/w.f32"
	cpu_row '2:4' "${plain[@]}" --structure nm=2:4 "$tmp/w.f32"
	cpu_row '4:16' "${plain[@]}" --structure nm=keep:4:16 "$tmp/w.f32"
	cpu_row 'rows of 32' wprune -q -T 1 --raw f32,2097152,32 --scope row \
		-s 50% "$tmp/w.f32" -o "$tmp/out"
	cpu_row 'as I8, 4 x, 2:4' wprune -q -T 1 --raw i8 --int-zero \
		--structure nm=keep:2:4 "$tmp/w.f32" -o "$tmp/out"
	cpu_row '4x4 blocks' "${plain[@]}" --raw f32,8192,8192 -s 50% \
		--structure block=4x4 "$tmp/w.f32"
	cpu_row 'as F8, 4 x the weights' wprune -q -T 1 --raw f8_e5m2 \
		--nan keep -s 50% "$tmp/w.f32" -o "$tmp/out"
	truncate -s 5G "$tmp/sparse"
	cpu_row '5 GB of holes, -n' wprune -q -T 1 --raw f32 -s 50% -n \
		"$tmp/sparse"
	cpu_row 'cp' cp "$tmp/w.f32" "$tmp/out"
	rm -f "$tmp/sparse" "$tmp/z.f32"
}

# Status 1 is what is expected of the command.
differs() {
	! "$@"
}

# What looks into files, beside what reads as many bytes: CPU seconds.
bench_look() {
	local n=$((256 << 20)) ours='' name
	gen_weights --raw "$n" 0 >"$tmp/w.f32"
	cp "$tmp/w.f32" "$tmp/x.f32"
	wprune -q --raw f32 --structure nm=2:4 --mask-out "$tmp/m" \
		"$tmp/w.f32" -o "$tmp/p.f32"
	echo "wstat, wcmp: CPU seconds for $((n >> 20)) MiB of f32"
	cpu_row 'dd of=/dev/null' dd if="$tmp/w.f32" of=/dev/null bs=1M
	cpu_row 'wstat' wstat --raw f32 "$tmp/w.f32"
	"$PYTHON" -c 'import numpy, sys
w = numpy.fromfile(sys.argv[1], "<u2")[1::2]
w.repeat(2).tofile(sys.argv[2])' "$tmp/w.f32" "$tmp/w.bf16"
	cpu_row 'wstat, twice as many bf16' wstat --raw bf16 "$tmp/w.bf16"
	rm "$tmp/w.bf16"
	cpu_row 'wstat --hash' wstat --raw f32 --hash "$tmp/w.f32"
	cpu_row 'sha256sum' sha256sum "$tmp/w.f32"
	for name in finite nm=2:4 "mask=$tmp/m" "zeros=$tmp/p.f32" \
		"same=$tmp/p.f32"; do
		cpu_row "wstat --check ${name%%=*}" \
			wstat --raw f32 --check "$name" "$tmp/p.f32"
	done
	cpu_row 'wcmp of the same' wcmp --raw f32 "$tmp/w.f32" "$tmp/x.f32"
	cpu_row 'cmp' cmp "$tmp/w.f32" "$tmp/x.f32"
	cpu_row 'wcmp, half differs' differs wcmp --raw f32 "$tmp/w.f32" "$tmp/p.f32"
	cpu_row 'numpy: finite' "$PYTHON" -c 'import numpy, sys
print(numpy.isfinite(numpy.fromfile(sys.argv[1], "<f4")).all())' "$tmp/w.f32"
	cpu_row 'numpy: differences' "$PYTHON" -c 'import numpy, sys
a, b = (numpy.fromfile(f, "<f4") for f in sys.argv[1:])
d = abs(b - a)
print((a.view("u4") != b.view("u4")).sum(), d.max(), (d / abs(a)).max())' \
		"$tmp/w.f32" "$tmp/p.f32"
	rm -f "$tmp"/[wxp].f32
}

# One line: sizes and speeds of a compressor on a file.
codec() {
	local name=$1 pack=$2 unpack=$3 file=$4 raw packed c d
	command -v "${name%% *}" >/dev/null || return 0
	raw=$(stat -c %s "$file")
	c=$(runs=$codec_runs seconds "$pack <$file >$tmp/packed")
	packed=$(stat -c %s "$tmp/packed")
	bash -c "$unpack <$tmp/packed" | cmp - "$file"
	d=$(seconds "$unpack <$tmp/packed")
	awk -v name="$name" -v raw="$raw" -v packed="$packed" -v c="$c" \
		-v d="$d" 'BEGIN {
		printf "  %-12s %10d bytes %8.3f : 1  in %7.1f  out %7.1f MB/s\n", \
			name, packed, raw / packed, raw / c / 1e6, raw / d / 1e6 }'
}

codecs() {
	codec_runs=$runs
	codec 'spzip' 'spzip' 'spzip -d' "$1"
	codec 'spzip -T1' 'spzip -T 1' 'spzip -d -T 1' "$1"
	codec 'gzip -1' 'gzip -1' 'gzip -d' "$1"
	codec 'zstd -3' 'zstd -3' 'zstd -d' "$1"
	codec_runs=1
	codec 'gzip -9' 'gzip -9' 'gzip -d' "$1"
	codec 'zstd -19' 'zstd -19' 'zstd -d' "$1"
	codec 'xz -9' 'xz -9' 'xz -d' "$1"
}

# A line of what $1 makes of $file and back, file to file, one thread.
file_row() {
	local name=$1 pack=$2 unpack=$3 c d
	command -v "${pack%% *}" >/dev/null || return 0
	c=$(cpu_seconds "$pack <$file >$tmp/packed")
	d=$(cpu_seconds "$unpack <$tmp/packed >$tmp/back")
	cmp "$file" "$tmp/back"
	awk -v name="$name" -v raw="$(stat -c %s "$file")" -v c="$c" -v d="$d" \
		-v packed="$(stat -c %s "$tmp/packed")" 'BEGIN {
		printf "    %-18s %10d bytes  in %6.3f  out %6.3f GB/s\n", \
			name, packed, raw / (c + 1e-9) / 1e9, \
			raw / (d + 1e-9) / 1e9 }'
}

# The bytes of bench_spz as files, which are not in memory twice where that is
# what $TMPDIR is; by seconds of a processor.
bench_files() {
	local file level raw
	for file in "$tmp"/kinds/*; do
		echo "  ${file##*/}"
		raw=$(basename "${file%-*}")
		for level in 1 6; do
			file_row "spzip -$level" \
				"spzip -c -T1 --no-verify -$level --raw=$raw" \
				'spzip -dc -T1'
		done
		file_row 'zstd -1' 'zstd -q -1 --single-thread' 'zstd -qd'
		file_row 'gzip -1' 'gzip -1' 'gzip -d'
		file_row 'igzip -1' 'igzip -1 -c' 'igzip -dc'
		file_row 'libdeflate -1' 'libdeflate-gzip -1 -c' \
			'libdeflate-gzip -dc'
	done
}

bench_spz() {
	local s f
	echo "lib/chunk, and zstd -1: one core, in memory"
	mkdir -p "$tmp/kinds"
	command bench_spz 6 "$runs" "$tmp/kinds"
	echo "spzip: the same bytes, file to file, by seconds of a processor"
	bench_files
	rm -r "$tmp/kinds"
	f=$build/demo/pruned/1-weights.safetensors
	if [ -f "$f" ]; then
		echo "spzip: the demo's pruned weights"
		codecs "$f"
	else
		echo "spzip: no weights of the demo; 'make demo' makes them"
	fi
	for s in 0 0.5 0.9; do
		echo "spzip: $BENCH_MB MB of VGG-shaped f32, sparsity $s"
		gen_weights --vgg "$((BENCH_MB * 1000000))" "$s" \
			>"$tmp/vgg.safetensors"
		codecs "$tmp/vgg.safetensors"
	done
}

# A line: bytes and seconds of a processor of what $2 makes of $tmp/new, which
# $3 makes of that again.
patch_row() {
	local name=$1 c d
	c=$(cpu_seconds "$2")
	d=$(cpu_seconds "$3")
	cmp "$tmp/new" "$tmp/back"
	awk -v name="$name" -v raw="$(stat -c %s "$tmp/new")" -v c="$c" \
		-v d="$d" -v packed="$(stat -c %s "$tmp/packed")" 'BEGIN {
		printf "  %-20s %10d bytes  in %6.3f  out %6.3f GB/s\n", \
			name, packed, raw / c / 1e9, raw / d / 1e9 }'
}

# Checkpoints beside what else makes patches, and what compresses one alone.
bench_delta() {
	local old=$tmp/old new=$tmp/new packed=$tmp/packed back=$tmp/back
	echo "lib/chunk: differences from a base, one core, in memory"
	command bench_delta
	echo "spzip --base: files, by seconds of a processor"
	"$PYTHON" - "$((BENCH_MB * 500000))" "$old" "$new" <<'EOF'
import sys
import numpy as np

def bf16(w):
    u = w.view("<u4")
    return ((u + 0x7fff + (u >> 16 & 1)) >> 16).astype("<u2")

rng = np.random.default_rng(1)
n = int(sys.argv[1])
w = rng.standard_normal(n, dtype="f4") * np.float32(0.02)
step = np.tanh(rng.standard_normal(n, dtype="f4") * np.float32(0.6))
bf16(w).tofile(sys.argv[2])
bf16(w - np.float32(1e-6) * step).tofile(sys.argv[3])
EOF
	patch_row 'spzip --base' \
		"spzip -T1 -c --raw bf16 --base $old $new >$packed" \
		"spzip -T1 -dc --base $old $packed >$back"
	command -v zstd >/dev/null || return 0
	patch_row 'zstd -3 --patch-from' \
		"zstd -qf -3 --long=30 --patch-from=$old $new -o $packed 2>&1" \
		"zstd -qfd --long=30 --patch-from=$old $packed -o $back"
	patch_row 'zstd -1' "zstd -qf -1 $new -o $packed" \
		"zstd -qfd $packed -o $back"
}

# A line: the bytes of a file of F32 of which $2 are zeros, packed.
size_row() {
	gen_weights --vgg "$1" "$2" >"$tmp/w"
	printf '  %-8s %10d %10d %10d %10d\n' "$2" "$(stat -c %s "$tmp/w")" \
		"$(gzip -c "$tmp/w" | wc -c)" "$(xz -c -T1 "$tmp/w" | wc -c)" \
		"$(spzip -c --no-verify "$tmp/w" | wc -c)"
}

# The sizes that are told of a VGG of 14.7 million weights, 56.19 MiB: zip
# makes 51.42 of the dense ones and 38.33 "at 50 %", which is what gzip makes of
# a third of zeros.
bench_sizes() {
	local n=$((BENCH_FULL ? 58920000 : 8000000)) s
	echo "bytes of $((n / 1000000)) MB of VGG-shaped f32, by sparsity"
	printf '  %-8s %10s %10s %10s %10s\n' zeros raw gzip xz spzip
	for s in 0 0.332 0.5; do
		size_row $n "$s"
	done
}

# A table per dtype, of real nets as well where $NETS has those that nets.py
# extracts; $CELLS has more options, of which nets (-k), dtypes (-d) and kinds
# of pruning (-p) make it shorter, and -q leaves out what is slowest.
bench_cells() {
	local n=$((BENCH_FULL ? 56 : 2))
	# shellcheck disable=SC2086
	"${CELLS_PYTHON:-$PYTHON}" tests/bench/cells.py "$build/spzip" \
		${NETS:-} -n "$n" ${CELLS:--q -p 0,50,90}
}

# Seconds that pandas takes to read the table $1; $PANDAS_PYTHON has it.
pandas_seconds() {
	"$PANDAS_PYTHON" - "$1" "$runs" <<'EOF'
import sys, time
import pandas

def timed():
    start = time.process_time()
    pandas.read_csv(sys.argv[1])
    return time.process_time() - start

print(min(timed() for _ in range(int(sys.argv[2]))))
EOF
}

# Rows of how fast the log $1 is read, beside what else reads it.
bench_one_log() {
	local size ours
	size=$(stat -c %s "$1")
	ours=$(cpu_seconds "lrlog $1")
	command bench_lines "$1"
	row 'lrlog' "$size" "$ours" "$ours" MB/s
	row 'lrlog -c loss' "$size" "$(cpu_seconds "lrlog -c loss $1")" \
		"$ours" MB/s
	row 'lrlog --list' "$size" "$(cpu_seconds "lrlog --list $1")" \
		"$ours" MB/s
	row 'lrlog --follow -c loss' "$size" \
		"$(cpu_seconds "cat $1 | lrlog --follow -c loss")" "$ours" MB/s
	row 'lrfind' "$size" "$(cpu_seconds "lrfind -q $1 || :")" "$ours" MB/s
	row 'grep -c loss' "$size" "$(cpu_seconds "grep -c loss $1 | cat")" \
		"$ours" MB/s
	row 'wc -l' "$size" "$(cpu_seconds "wc -l $1")" "$ours" MB/s
	! command -v mawk >/dev/null || row 'mawk, a sum' "$size" \
		"$(cpu_seconds "mawk '{ s += \$3 } END { print s }' $1")" \
		"$ours" MB/s
}

bench_log() {
	local n=1000000
	awk -v n=$n 'BEGIN { print "step,lr,loss,grad_norm"
		for (t = 0; t < n; t++)
			printf "%d,%.9g,%.9g,%.6g\n", t, 0.1 * (1 - t / n),
				2 / (1 + t / 999), 3 + sin(t) }' >"$tmp/log.csv"
	echo "lrlog: a numeric table of $n rows"
	bench_one_log "$tmp/log.csv"
	local size ours
	size=$(stat -c %s "$tmp/log.csv")
	ours=$(cpu_seconds "lrlog $tmp/log.csv")
	[ -z "${PANDAS_PYTHON:-}" ] || row 'pandas.read_csv' "$size" \
		"$(pandas_seconds "$tmp/log.csv")" "$ours" MB/s
	! command -v mlr >/dev/null || row 'mlr --icsv --ocsv cat' "$size" \
		"$(cpu_seconds "mlr --icsv --ocsv cat $tmp/log.csv")" \
		"$ours" MB/s
	echo "lrlog: lines of text, the same numbers"
	awk -F, 'NR > 1 {
		printf "step %d | loss %s | lr %s | grad norm %s | 412 ms\n",
			$1, $3, $2, $4 }' "$tmp/log.csv" >"$tmp/run.log"
	bench_one_log "$tmp/run.log"
	echo "lrlog: JSON lines, the same numbers"
	awk -F, 'NR > 1 { printf "{\"step\": %d, \"loss\": %s, \"lr\": %s, " \
		"\"grad_norm\": %s}\n", $1, $3, $2, $4 }' "$tmp/log.csv" >"$tmp/run.jsonl"
	bench_one_log "$tmp/run.jsonl"
	! command -v mlr >/dev/null || row 'mlr --inidx cat' \
		"$(stat -c %s "$tmp/run.log")" \
		"$(cpu_seconds "mlr --inidx --ifs ' ' --ocsv cat $tmp/run.log")" \
		"$(cpu_seconds "lrlog $tmp/run.log")" MB/s
}

bench_lines() {
	local n=500000
	awk -v n=$n 'BEGIN { print "step,lr,loss,grad_norm"
		for (t = 0; t < n; t++)
			printf "%d,%.9g,%.9g,%.6g\n", t, 0.1 * (1 - t / n),
				2 / (1 + t / 999), 3 + sin(t) }' >"$tmp/lines.csv"
	echo "lib/log: a numeric table of $n rows"
	command bench_lines "$tmp/lines.csv"
	echo "lib/log: text as Megatron prints it"
	awk -F, 'NR > 1 {
		printf " [2025-04-13 23:41:12] iteration %8d/  500000 | " \
			"consumed samples: %12d | elapsed time per iteration " \
			"(ms): 1147.6 | learning rate: %.6E | lm loss: %.6E | " \
			"loss scale: 131072.0 | grad norm: %.3f |\n",
			$1, 16 * $1, $2, $3, $4 }' "$tmp/lines.csv" >"$tmp/lines.log"
	command bench_lines "$tmp/lines.log"
	echo "lib/log: text as timm prints it"
	awk -F, 'NR > 1 {
		printf "Train: 0 [%4d/10009 (  0%%)]  Loss:  %.6f (%.4f)  " \
			"Time: 1.462s,   87.53/s  (1.896s,   67.51/s)  " \
			"LR: %.3e  Data: 0.026 (0.199)\n",
			$1, $3, $3, $2 }' "$tmp/lines.csv" >"$tmp/lines.log"
	command bench_lines "$tmp/lines.log"
	echo "lib/log: dicts as Python prints them"
	awk -F, 'NR > 1 {
		printf "{'\''loss'\'': %.4f, '\''grad_norm'\'': %.17g, " \
			"'\''learning_rate'\'': %.17g, '\''epoch'\'': %.2f}\n",
			$3, $4, $2, $1 / 1000 }' "$tmp/lines.csv" >"$tmp/lines.log"
	command bench_lines "$tmp/lines.log"
}

[ $# -gt 0 ] || set -- sched prune slow look spz delta sizes cells lines log
for part; do
	"bench_$part"
done
