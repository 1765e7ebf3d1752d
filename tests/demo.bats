#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# examples/digits: the trainer, and the rules of its Makefile on a short run.
# Bad input meets a trainer built with sanitizers; training would take it long.

load helper

EXAMPLE=$ROOT/examples/digits

# Makes the experiment in directory $1 as its user does, not as a part of the
# make that runs the tests; more arguments are make's.
experiment() {
	local out=$1
	shift
	env -u MAKEFLAGS -u MAKELEVEL make -s -C "$EXAMPLE" OUT="$out" \
		TRIMTAB="$(realpath --relative-to="$EXAMPLE" "$BUILD")" "$@"
}

setup_file() {
	local warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
	experiment "$BATS_FILE_TMPDIR" CFLAGS="-O3 $warnings" \
		"$BATS_FILE_TMPDIR/train" "$BATS_FILE_TMPDIR/digits.csv"
	experiment "$BATS_FILE_TMPDIR/san" \
		CFLAGS="-O1 -g -fno-sanitize-recover=all \
			-fsanitize=address,undefined $warnings" \
		"$BATS_FILE_TMPDIR/san/train"
}

train() {
	"$BATS_FILE_TMPDIR/train" --data "$BATS_FILE_TMPDIR/digits.csv" "$@"
}

sanitized_train() {
	"$BATS_FILE_TMPDIR/san/train" --data "$BATS_FILE_TMPDIR/digits.csv" \
		"$@"
}

# The trainer reads $1 and says one message like $2, with status 2.
refuses() {
	local input=$1 message=$2
	shift 2
	run -2 --separate-stderr sanitized_train "$@" \
		< <(printf %b "$input")
	one_message "$message"
}

# Prints FIELD of the rows after the header of CSV $1.
field() {
	awk -F, -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		{ print $c[name] }' "$1"
}

@test "the trainer prints a row per row and echoes step and rate" {
	printf 'step,lr\n0,1e-2\n1,0.0200\n' | train >log
	[ "$(head -n 1 log)" = step,lr,loss ]
	[ "$(cut -d, -f1,2 log | tail -n 2)" = $'0,1e-2\n1,0.0200' ]
}

@test "a column run begins anew with each run" {
	lrsched probe:3x4,lr=0.1 >probes
	train <probes >log
	[ "$(head -n 1 log)" = run,step,lr,loss ]
	lrsched -n 4 -l 0.1 constant | train | tail -n +2 >want
	grep '^1,' log | cut -d, -f2- | cmp - want
	[ "$(grep -c ',0,.*,2[.]' log)" -eq 3 ]
	# what diverges does so for itself
	printf 'run,step,lr\na,0,1e9\na,1,1e9\na,2,1e9\nb,0,0.1\n' | train >log
	[[ $(tail -n 2 log) == *nan$'\n'b,0,0.1,[0-9]* ]]
	printf 'run,step,lr\na,0,1\na,1,1\nb,0,1\n' | sanitized_train >log
	[ "$(tail -n 1 log | cut -d, -f4)" = "$(sed -n 2p log | cut -d, -f4)" ]
	refuses 'run,step,lr\n,0,1\n' "train: <stdin>:2: run: found 0 bytes; *"
}

@test "a line that no memory is left for is not the end of the schedule" {
	local n status=2
	printf 'step,lr\n0,0.1\n%s0.2\n' "$(printf '1,%0300d' 0)" >schedule
	train <schedule >whole
	for n in $(seq 20); do
		run --separate-stderr env FAULT=malloc:fail:$n \
			LD_PRELOAD="$BUILD/fault/shim.so" \
			"$BATS_FILE_TMPDIR/train" --data \
			"$BATS_FILE_TMPDIR/digits.csv" <schedule
		[ "$status" -ne 0 ] || break
		one_message 'train: *: Cannot allocate memory'
	done
	[ "$n" -gt 2 ]
	[ "$output" = "$(cat whole)" ]
}

@test "columns are found by name, others are ignored" {
	printf 'step,lr\n0,0.1\n1,0.2\n' | train >plain
	printf 'sparsity,lr,epoch,step\r\n\n0.5,0.1,0,0\r\n0.6,0.2,0,1\r\n' |
		train >shuffled
	cmp plain shuffled
}

@test "without a column the rate is 0.01 and the momentum 0.9" {
	printf 'step\n0\n1\n2\n' | train >default
	printf 'step,lr,momentum\n0,0.01,0.9\n1,0.01,0.9\n2,0.01,0.9\n' |
		train >explicit
	cmp default explicit
	printf 'step,lr,momentum\n0,0.01,0\n1,0.01,0\n2,0.01,0\n' |
		train >plain
	printf 'step,lr\n0,0.01\n1,0.01\n2,0.01\n' |
		train --momentum 0 >option
	cmp plain option
	run -1 cmp -s default plain
}

@test "a seed gives the same bytes every time, another seed others" {
	lrsched -n 40 -l 0.05 constant >s
	for i in 1 2; do
		train --seed 7 --save w$i --metrics m$i <s >log$i
	done
	train --seed 8 --save w3 <s >log3
	cmp w1 w2
	cmp m1 m2
	cmp log1 log2
	run -1 cmp -s w1 w3
}

# Optimization, vectors and compilers must not reorder a sum.
@test "every compiler at every level trains to the same bytes" {
	local cc level
	lrsched -n 40 -l 0.05 cos >s
	train --save w --metrics m <s >log
	for cc in gcc clang; do
		command -v $cc >/dev/null || continue
		for level in -O1 -O2 -O3; do
			experiment "$PWD/$cc$level" CC=$cc CFLAGS=$level \
				"$PWD/$cc$level/train"
			"./$cc$level/train" --save w2 --metrics m2 <s >log2 \
				--data "$BATS_FILE_TMPDIR/digits.csv"
			cmp w w2
			cmp m m2
			cmp log log2
		done
	done
}

@test "a run that stops and resumes gives the bytes of one that does not" {
	lrsched -n 50 -l 0.05 cos >s
	train --save whole --momentum-save vwhole <s >log
	head -n 24 s | train --save w --momentum-save v >log1
	{ head -n 1 s; tail -n +25 s; } | train --load w --momentum-load v \
		--save w --momentum-save v >log2
	cmp w whole
	cmp v vwhole
	{ cat log1; tail -n +2 log2; } | cmp - log
}

@test "no rows leave the weights as they were and measure them" {
	lrsched -n 38 -l 0.05 constant | train --save w --metrics m >log
	echo step,lr | train --load w --save again --metrics m0 >log0
	cmp w again
	[ "$(tail -n 1 m | cut -d, -f3-)" = "$(tail -n 1 m0 | cut -d, -f3-)" ]
	[[ $(tail -n 1 m0) == ,,* ]]
}

@test "metrics follow every epoch and the last row" {
	lrsched -n 80 -l 0.05 constant | train --metrics m >log
	[ "$(head -n 1 m)" = epoch,step,val_loss,val_error,\
worst_sensitivity,worst_specificity ]
	[ "$(cut -d, -f1,2 m | tail -n +2)" = $'0,37\n1,75\n2,79' ]
	awk -F, 'NR == 4 { exit !($4 < .2 && $5 > .3 && $6 > $5 && $6 < 1) }' m
}

# One update on all images, in double: the gradient, the loss, the metrics.
@test "an update, its loss and the metrics are what numpy computes" {
	echo step,lr | train --save w0 >log
	printf 'step,lr\n0,0.5\n' | train --batch 1198 --load w0 --save w1 \
		--metrics m >log
	"$NUMPY" - "$BATS_FILE_TMPDIR/digits.csv" <<'PY'
import json, struct, sys
import numpy as np

def weights(name):
    b = open(name, 'rb').read()
    n, = struct.unpack('<Q', b[:8])
    return {k: np.frombuffer(b[8 + n:], '<f4')[slice(*(
        x // 4 for x in t['data_offsets']))].reshape(t['shape']).astype(float)
        for k, t in json.loads(b[8:8 + n]).items()}

def forward(w, x):
    acts = [x]
    for i in 1, 2, 3:
        y = acts[-1] @ w[f'fc{i}.weight'].T + w[f'fc{i}.bias']
        acts.append(np.maximum(y, 0) if i < 3 else y)
    p = np.exp(acts[-1] - acts[-1].max(1, keepdims=True))
    return acts, p / p.sum(1, keepdims=True)

d = np.loadtxt(sys.argv[1], delimiter=',')
x, y = d[:, :64] / 16, d[:, 64].astype(int)
check = np.arange(len(d)) % 3 == 2
w0, w1 = weights('w0'), weights('w1')
t, tx = y[~check], x[~check]
acts, p = forward(w0, tx)
log = open('log').read().split()[-1].split(',')
loss = -np.log(p[np.arange(len(t)), t]).mean()
assert abs(float(log[2]) - loss) < 1e-5, (log, loss)
err = (p - np.eye(10)[t]) / len(t)
for i in 3, 2, 1:
    for name, g in (f'fc{i}.weight', err.T @ acts[i - 1]), \
            (f'fc{i}.bias', err.sum(0)):
        assert abs(w1[name] - (w0[name] - .5 * g)).max() < 1e-6, name
    err = err @ w0[f'fc{i}.weight'] * (acts[i - 1] > 0)
_, p = forward(w1, x[check])
v, hit = y[check], p.argmax(1) == y[check]
m = [float(f) for f in open('m').read().split()[-1].split(',')]
guess = p.argmax(1)
sensitivity = min((guess[v == c] == c).mean() for c in range(10))
specificity = min((guess[v != c] != c).mean() for c in range(10))
want = [-np.log(p[np.arange(len(v)), v]).mean(), 1 - hit.mean(),
        sensitivity, specificity]
assert np.allclose(m[2:], want, atol=1e-5), (m, want)
PY
}

@test "masked weights and their momentum stay zero, the others move" {
	echo step,lr | train --save w0 >log
	wprune -s 0.8 --mask-out mask w0 -o p
	lrsched -n 10 -l 0.1 constant >s
	train --load p --mask mask --save w --momentum-save v <s >log
	for f in w v; do
		wprune -m mask "$f" -o "$f.masked"
		cmp "$f" "$f.masked"
	done
	[ "$(wstat w | awk -F, '$2 == "fc2.weight" { print $6 }')" -eq 26214 ]
	# A bias has no mask, and no weight is left where it was.
	run -1 cmp -s w p
	train --load w0 --mask mask --save from_dense <s >log2
	cmp w from_dense
	head -n 2 s | sanitized_train --load p --mask mask --save san >log2
	head -n 2 s | train --load p --mask mask --save plain >log2
	cmp san plain
}

@test "divergence is logged as nan, not an error" {
	printf 'step,lr\n0,1e6\n1,1e6\n2,1e6\n' | train --metrics m >log
	[ "$(tail -n 1 log)" = 2,1e6,nan ]
	[[ $(tail -n 1 m) == 0,2,nan,0.8*,0,0 ]]
}

@test "wrong usage is one message and status 2" {
	refuses '' "*--bogus'" --bogus
	refuses '' "*: option '--save' requires an argument" --save
	refuses '' "train: unexpected argument 'x'; try --help" x
	refuses '' "train: --batch: found '0'; expected a whole*1 to 4096" \
		--batch 0
	refuses '' "train: --seed: found '-1'; expected*" --seed -1
	refuses '' "train: --momentum: found '1.5'; expected*" --momentum 1.5
	run -0 train --help
	[[ $output == Usage:* ]]
}

@test "a bad schedule is one message with its line, and status 2" {
	refuses '' "train: <stdin>: found nothing; expected a header*"
	refuses 'lr\n0\n' "train: <stdin>:1: found no column 'step'*"
	refuses 'step,step\n' "train: <stdin>:1: found two columns 'step'*"
	refuses 'step,lr\n0,.1\n1\n' "train: <stdin>:3: found 1 field;*"
	refuses 'step,lr\n0,nan\n' "train: <stdin>:2: lr: found 'nan';*"
	refuses 'step,lr\n0,-1\n' "train: <stdin>:2: lr: found '-1';*"
	refuses 'step,lr\n0,\n' "train: <stdin>:2: lr: found '';*"
	refuses 'step,lr\n0,0x1\n' "train: <stdin>:2: lr: found '0x1';*"
	refuses 'step,lr\n1.5,1\n' "train: <stdin>:2: step: found '1.5';*"
	refuses 'step,lr\n99999999999999999999,1\n' "train: <stdin>:2: step:*"
	refuses 'step,lr\n0\0,1\n' "train: <stdin>:2: found a NUL byte*"
}

@test "bad images are one message with their line, and status 2" {
	local rows
	rows=$(head -n 3 "$BATS_FILE_TMPDIR/digits.csv")
	bad() {
		printf '%s\n' "$1" >bad.csv
		refuses 'step\n' "$2" --data bad.csv
	}
	refuses '' "train: none.csv: No such file*" --data none.csv
	refuses '' "train: .: Is a directory" --data .
	bad "" "train: bad.csv: found 0 images; expected at least 3"
	bad "1,2" "train: bad.csv:1: found 2 fields; expected 65"
	bad "$rows"$'\n'"${rows//13/17}" \
		"train: bad.csv:4: pixel: found '17'; expected*"
	bad "$rows"$'\n'"${rows%?}x" "train: bad.csv:6: digit: found 'x';*"
}

@test "bad weights and masks are one message and status 2" {
	echo step,lr | sanitized_train --save w >log
	head -c 1000 w >short
	{ cat w; echo; } >long
	sed 's/fc1/fc9/' w >renamed
	refuses 'step\n' "train: none: No such file or directory" --load none
	refuses 'step\n' "train: short: found 1000 bytes; expected*" --load short
	refuses 'step\n' "train: long: more than * bytes; expected*" --load long
	refuses 'step\n' "train: renamed: the header is not*" --load renamed
	refuses 'step\n' "train: /dev/null: the header*" --momentum-load /dev/null

	# safetensors of JSON header $1 and $2 zero bytes
	mask() {
		"$PYTHON" -c 'import struct, sys
h = sys.argv[1].encode()
sys.stdout.buffer.write(struct.pack("<Q", len(h)) + h
    + bytes(int(sys.argv[2])))' "$1" "$2" >mask
	}
	local t='"dtype":"U8","shape":[2],"data_offsets"'
	refuses 'step\n' "train: /dev/null: not a safetensors*" --mask /dev/null
	mask '[]' 0
	refuses 'step\n' "train: mask: the header is not JSON" --mask mask
	mask '{"fc1.weight":{' 0
	refuses 'step\n' "train: mask: the header is malformed" --mask mask
	mask '{"fc1.weight":{"shape":[99999999999999999999]}}' 0
	refuses 'step\n' "train: mask: the header is malformed" --mask mask
	mask "{\"fc3.bias\":{$t:[0,999]}}" 2
	refuses 'step\n' "train: mask:fc3.bias: lies outside*" --mask mask
	mask "{\"fc3.bias\":{$t:[0,1]}}" 1
	refuses 'step\n' "train: mask:fc3.bias: found 1 byte*" --mask mask
	mask "{\"other\":{$t:[0,2]}}" 2
	refuses 'step\n' "train: mask:other: found an unknown*" --mask mask
	mask '{"fc3.bias":{"dtype":"F32","shape":[],"data_offsets":[0,2]}}' 2
	refuses 'step\n' "train: mask:fc3.bias: found F32*" --mask mask
	mask '{}' 0
	echo step,lr | sanitized_train --mask mask --save same >log
	cmp w same
}

@test "output that cannot be written is one message and status 2" {
	lrsched -n 2 -l 0.1 constant >s
	run -2 --separate-stderr bash -c '"$@" <s >/dev/full' - \
		"$BATS_FILE_TMPDIR/train" --data "$BATS_FILE_TMPDIR/digits.csv"
	one_message "train: <stdout>: No space left on device"
	refuses 'step\n0\n' "train: /dev/full: No space*" --save /dev/full
	refuses 'step\n0\n' "train: /dev/full: No space*" --metrics /dev/full
	[ -c /dev/full ]
	refuses 'step\n0\n' "train: no/w: No such file*" --save no/w
}

# The table's text without its figures.
words() {
	sed -E 's/-?[0-9]+(\.[0-9]+)?|never/#/g; s/[[:blank:]]+/ /g; s/ $//
		s/^(open|holds|FAILS): */: /; s/; # of # seeds$//' "$@"
}

# The README's copy of the table, as the demo prints it.
readme_table() {
	awk '/^    Handwritten digits/ { on = 1 }
		on && /^[^ ]/ { exit }
		on && NF { print blank substr($0, 5); blank = ""; next }
		on { blank = blank "\n" }' "$ROOT/README.md"
}

# The experiment, in small: four epochs, two seeds.
@test "the experiment's rules work from range test to table and pictures" {
	local small=(experiment "$PWD/out" SEEDS='1 2' LENGTH=4ep
		RETRAIN='const:3ep cos' "SPARSITY=poly:3ep:0.9,from=0,pow=3")
	"${small[@]}" >printed
	tail -n "$(wc -l <out/table.txt)" printed | cmp - out/table.txt
	[ "$(wc -l <out/pruned/2-log.csv)" -eq 153 ]
	[ "$(field out/pruned/2-log.csv step | sort -n | uniq | wc -l)" -eq 152 ]
	[ "$(field out/pruned/2-metrics.csv epoch | xargs)" = "0 1 2 3" ]
	[ "$(awk -F, '/pruned/ && /prune$/ { n += $5; z += $6 }
		END { printf "%.3f", z / n }' out/zeros.csv)" = 0.900 ]
	[ ! -e out/pruned/1-part.csv ]
	[ "$(grep -c '^open: .*; 2 of 20 seeds$' out/table.txt)" -eq 5 ]
	[ "$(grep -c '^holds: ' out/table.txt)" -eq 2 ]
	diff <(words out/table.txt) <(readme_table | words)
	for picture in range schedule training; do
		[[ $(head -c 99 out/$picture.svg) == '<?xml '* ]]
		[ "$(grep -c '</svg>' out/$picture.svg)" -eq 1 ]
		[ "$(stat -c %s "$EXAMPLE/$picture.svg")" -lt 60000 ]
	done
	# Nothing is stale, so nothing is made again.
	"${small[@]}" -q "$PWD/out/table.txt"
}

@test "README's range test is what the experiment draws" {
	experiment "$PWD/out" "$PWD/out/range.svg" >/dev/null
	same_picture range
}

# Is picture $1 the one that is kept?  Other gnuplots draw in other ways.
same_picture() {
	grep -q "$(gnuplot --version | sed 's/gnuplot/GNUPLOT/')" \
		"$EXAMPLE/$1.svg" || return 0
	cmp "out/$1.svg" "$EXAMPLE/$1.svg"
}

@test "README shows what the experiment prints and draws" {
	[ -n "${FULL:-}" ] || skip "trains a hundred networks: make check-full"
	experiment "$PWD/out" -j"$(nproc)" >printed
	diff out/table.txt <(readme_table)
	for picture in range schedule training; do
		same_picture $picture
	done
}

@test "a failing tool fails its target and leaves no file there" {
	mkdir bin
	printf '#!/bin/sh\necho half\nexit 3\n' >bin/lrsched
	chmod +x bin/lrsched
	BUILD=$PWD/bin run -2 experiment "$PWD/out" "$PWD/out/constant.csv"
	[ ! -e out/constant.csv ]
}

@test "no seeds are no experiment" {
	run -2 experiment "$PWD/out" SEEDS=
	[[ $output == *"SEEDS is empty; expected whole numbers"* ]]
}

# Inputs of table.awk for $1 seeds: the error of each network is a base plus a
# deviation of the seed, the same for all networks but for a tenth of it.
inputs() {
	"$NUMPY" - "$1" <<-'EOF'
		import sys
		import numpy as np
		rng = np.random.default_rng(7)
		n = int(sys.argv[1])
		base = {"constant": 4, "suggested": 3, "probed": 3, "found": 3,
		        "cyclical": 3, "dense": 3, "pruned": 3.5}
		seeds = rng.standard_normal(n)
		m = open("metrics", "w")
		c = open("curves", "w")
		s = open("sizes", "w")
		z = open("zeros", "w")
		print("run,seed,epoch,step,val_loss,val_error,worst_sensitivity,"
		      "worst_specificity", file=m)
		print("run,step,error,sd,seeds", file=c)
		print("run,seed,form,bytes", file=s)
		print("file,tensor,n,zeros,decision", file=z)
		for run, b in base.items():
		    own = seeds + rng.standard_normal(n) / 10
		    for i, e in enumerate(b + (own - own.mean()) / 2):
		        for step, more in (4, 1), (9, 0):
		            print(f"{run},{i + 3},0,{step},1,{(e + more) / 100!r},"
		                  f"{.9 - e / 100!r},{.99 - e / 100!r}", file=m)
		        zeros = 900 if run == "pruned" else 0
		        print(f"o/{run}/{i + 3}-w,fc,1000,{zeros},prune", file=z)
		        print(f"o/{run}/{i + 3}-w,bias,50,0,keep", file=z)
		    print(f"{run},4,{(b + 1) / 100},0,{n}", file=c)
		    print(f"{run},9,{b / 100},0,{n}", file=c)
		print("stage,lr_min,lr_max,suggest,suggest_lo,suggest_hi,n\n"
		      "range,.1,.2,.1,.05,.3,400\nprobe,.1,.2,.1,.06,.2,4",
		      file=open("rates", "w"))
		for i in range(n):
		    for k, form in enumerate("raw gz xz 9e.xz spzip".split()):
		        for run in "dense", "pruned":
		            print(f"{run},{i + 3},{form},{400 - 50 * k + i}", file=s)
	EOF
}

table() {
	awk -v zeros=0.9 -f "$EXAMPLE/table.awk" \
		metrics curves sizes zeros rates
}

@test "the table's means, errors and intervals are what numpy computes" {
	local n
	for n in 2 3 20 31 32; do
		inputs $n
		table >printed
		"$NUMPY" - $n printed <<-'EOF'
			import csv, math, re, sys
			import numpy as np
			n = int(sys.argv[1])
			text = open(sys.argv[2]).read()
			last = {}
			for r in csv.DictReader(open("metrics")):
			    last[r["run"], int(r["seed"])] = np.array([100 * float(
			        r[k]) for k in ("val_error", "worst_sensitivity",
			        "worst_specificity")])
			def of(run):
			    return np.array([last[run, i + 3] for i in range(n)])
			def student(df):  # by bisection of an integral
			    c = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(
			        df / 2)) / math.sqrt(df * math.pi)
			    def cdf(t):
			        x = np.linspace(0, t, 20001)
			        y = c * (1 + x * x / df) ** (-(df + 1) / 2)
			        return .5 + ((y[1:] + y[:-1]) / 2).sum() * (x[1])
			    lo, hi = 0., 20.
			    for _ in range(40):
			        mid = (lo + hi) / 2
			        lo, hi = (mid, hi) if cdf(mid) < .975 else (lo, mid)
			    return lo
			t = student(min(n - 1, 30))
			def found(label, want):
			    line = re.search(f"^{re.escape(label)}  .*", text, re.M)
			    got = re.findall(r"-?\d+\.\d\d", line.group())[-len(want):]
			    assert np.allclose([float(g) for g in got], want,
			        atol=.0051), (label, got, want)
			for run in "dense", "pruned":
			    x = of(run)
			    se = x.std(0, ddof=1) / math.sqrt(n)
			    found(run, np.array([x.mean(0), se]).T.ravel())
			for pair in (("found", "constant"), ("cyclical", "constant"),
			        ("probed", "suggested"), ("cyclical", "found"),
			        ("pruned", "dense")):
			    d = (of(pair[0]) - of(pair[1]))[:, :2]
			    m, se = d.mean(0), d.std(0, ddof=1) / math.sqrt(n)
			    found(" - ".join(pair), np.array(
			        [m, se, m - t * se, m + t * se]).T.ravel())
		EOF
	done
}

# Moves the error of RUN $1 by $2 points for all seeds.
shift_error() {
	awk -F, -v run="$1" -v by="$2" 'BEGIN { OFS = "," }
		$1 == run { $6 += by / 100 } { print }' metrics >moved
	mv moved metrics
}

# Edits file $1 by sed's $2; the table then fails just the claim $3.
fails() {
	cp "$1" kept
	sed -i "$2" "$1"
	run -1 table
	mv kept "$1"
	[ "$(grep -c '^FAILS' <<<"$output")" -eq 1 ]
	[[ $output == *"FAILS: "$3* ]] || { echo "$output"; false; }
}

@test "the closing table fails for each claim whose interval does not bear it" {
	inputs 20
	run -0 table
	[ "$(grep -c '^holds' <<<"$output")" -eq 7 ]
	[[ $output == *"4.00 after"*constant*" 10"*found*" 5"* ]]
	[[ $output == *"4 probes of 200 updates "*"suggests .1, within .06 and .2"* ]]

	# The means say what is claimed, their intervals do not.
	local claims=("constant -0.99:the found rate errs less*held constant"
		"cyclical -0.14:cycles gain" "pruned 0.48:90 % zeros cost less")
	for claim in "${claims[@]}"; do
		cp metrics kept
		shift_error ${claim%%:*}
		run -1 table
		cp kept metrics
		[[ $output == *"FAILS: "${claim#*:}* ]] ||
			{ echo "$output"; false; }
	done
	cp metrics kept
	shift_error constant -0.99
	run -1 table
	[ "$(grep -c '^FAILS' <<<"$output")" -eq 3 ] # probed and in cycles, too
	cp kept metrics

	fails metrics '/^pruned/s/,9,/,8,/' "90 % zeros cost less"
	fails zeros '/pruned.5-w,fc/s/900/899/' "every pruned network"
	fails zeros '/pruned.5-w,fc/d' "every pruned network"
	fails sizes '/^pruned,5,spzip/s/,[0-9]*$/,302/' "spzip is smaller"
	fails sizes '/^pruned,5,spzip/s/,[0-9]*$/,352/' "spzip is smaller"
	fails sizes '/^pruned,5,spzip/d' "spzip is smaller"
}

@test "fewer seeds than a claim takes leave it open" {
	inputs 19
	shift_error found 5
	run -0 table
	[ "$(grep -c '^open: .*; 19 of 20 seeds$' <<<"$output")" -eq 5 ]
	inputs 1
	run -0 table
	[[ $output != *nan* && $output != *" to 4."* ]]
}
