#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Batches that grow (--batch-spec): their sizes, the samples before each step,
# and schedules that count samples, against sums made update by update.

load helper
load schedules

# Compares got.csv with SIZE(t, s) and RATE(t, s), of step t and samples s.
follows() {
	"$PYTHON" - "$@" <<-'END'
		import csv, math, sys
		def ramp(s, start, inc, total, end):
		    if s > total:
		        return end
		    n = (end - start) // inc
		    return start + int(s / (total / n)) * inc
		size, rate = (eval("lambda t, s: (" + x + ")") for x in sys.argv[1:3])
		rows = list(csv.DictReader(open("got.csv")))
		s = 0
		for t, row in enumerate(rows):
		    batch = math.floor(size(t, s) + .5)
		    want = [t, batch, s]
		    assert [int(row[k]) for k in ("step", "batch", "samples")] == want, (row, want)
		    lr = float(row.get("lr") or row["factor"])
		    assert abs(lr - rate(t, s)) <= 1e-12, (row, rate(t, s))
		    s += batch
		assert len(rows) > 5
		if len(sys.argv) > 3:
		    total = float(sys.argv[3])
		    assert s >= total > s - batch, (s, total)
	END
}

@test "Megatron's ramp, by its own formula; rates by samples" {
	for args in '32 32 1000 512' '16 8 3000 64' '1 1 50 7' '4 4 0 4'; do
		# shellcheck disable=SC2086
		set -- $args
		flags="--rampup-batch-size $1 $2 $3 --global-batch-size $4"
		lrsched -l 1 -n 20000s --batch-spec "$flags" \
			warmup:500s linear:15000s const >got.csv
		[ "$1" = "$4" ] && size=$4 || size="ramp(s, $1, $2, $3, $4)"
		follows "$size" 's / 500 if s < 500 else
			max(0, 1 - (s - 500) / 15000)' 20000
		# the same with =, and among other flags
		lrsched -l 1 -n 20000s --batch-spec "--lr=3 --global-batch-size=$4
			--rampup-batch-size=$1 $2 $3 --seed 1" \
			warmup:500s linear:15000s const | cmp - got.csv
	done
}

@test "sizes in words, by steps or samples, rounded to the nearest" {
	lrsched -l 1 -n 300 --batch-spec linear:100:64,from=3 linear >got.csv
	follows '3 + 61 * min(t, 100) / 100' '1 - t / 300'
	lrsched -l 1 -n 3000s --batch-spec linear:1000s:64,from=3 linear:2500s >got.csv
	follows '3 + 61 * min(s, 1000) / 1000' 'max(0, 1 - s / 2500)' 3000
	lrsched -l 1 -n 9000s --batch-spec step,at=50/100,values=8/16/64 \
		'cos:50%' >got.csv
	follows '8 if t < 50 else 16 if t < 100 else 64' \
		'(1 + math.cos(math.pi * min(1, t / (len(rows) * .5)))) / 2' 9000
	lrsched -l 1 -n 9000s --batch-spec step,at=50s/1000s,values=8/16/64 \
		warmup:10%,over step,every=900s,by=.5 >got.csv
	follows '8 if s < 50 else 16 if s < 1000 else 64' \
		'.5 ** (s // 900) if s >= 900 else s / 900' 9000
	lrsched -l 1 -n 64 --batch-spec 48 linear >got.csv
	follows 48 '1 - t / 64'
}

@test "--count sample is of calls, functions and a bare -n, too" {
	lrsched -l 1 -n 5000 --count sample --batch-spec linear:40:64,from=8 \
		'lambda s: 1 / (1 + s / 700)' >got.csv
	follows '8 + 56 * min(t, 40) / 40' '1 / (1 + s / 700)' 5000
	lrsched -l 1 -n 5000 --count sample --batch-spec linear:40:64,from=8 \
		'CosineAnnealingLR(o, T_max=5000)' >got.csv
	follows '8 + 56 * min(t, 40) / 40' '(1 + math.cos(math.pi * s / 5000)) / 2'
	lrsched -l 1 --batch-spec linear:40:64,from=8 cos:4000s >got.csv
	follows '8 + 56 * min(t, 40) / 40' \
		'(1 + math.cos(math.pi * s / 4000)) / 2' 4000
}

@test "rows, epochs and formats by samples" {
	args=(-l 1 -n 6ep -e 1000s --batch-spec 'linear:40:64,from=8')
	lrsched "${args[@]}" warmup:1ep,over step,every=2ep,by=.5 >got.csv
	follows '8 + 56 * min(t, 40) / 40' \
		's / 1000 if s < 1000 else .5 ** (s // 2000)' 6000
	lrsched "${args[@]}" cos:6000s >all.csv
	"$PYTHON" - <<-'END'
		import csv
		for r in csv.DictReader(open("all.csv")):
		    assert int(r["epoch"]) == int(r["samples"]) // 1000
		assert 6000 - 64 <= int(r["samples"]) < 6000
	END
	[ "$(lrsched "${args[@]}" --at 2ep -c samples cos:6000s)" -ge 2000 ]
	[ "$(lrsched "${args[@]}" -s 2ep --rows 1 -H -c step,samples cos:6000s)" = \
		"$(awk -F, 'NR > 1 && $4 >= 2000 { print $1 "," $4; exit }' OFS=, <(
			cut -d, -f1,2,3,4 all.csv))" ]
	lrsched "${args[@]}" -f npy cos:6000s >all.npy
	lrsched "${args[@]}" -f json cos:6000s >all.json
	lrsched "${args[@]}" -T 3 cos:6000s | cmp - all.csv
	printf 'step,x\n3,a\n90,b\n' | lrsched "${args[@]}" --at - cos:6000s |
		sed 1d >joined
	"$NUMPY" - <<-'END'
		import csv, json
		import numpy as np
		rows = list(csv.reader(open("all.csv")))
		want = np.array([[float(x) for x in r] for r in rows[1:]])
		assert (np.load("all.npy") == want).all()
		assert [json.loads(x) for x in open("all.json")] == [
		    dict(zip(rows[0], map(float, r))) for r in rows[1:]]
		for line in open("joined"):
		    r = line.strip().split(",")
		    assert r[2:] == rows[1 + int(r[0])][1:], (r, rows[1 + int(r[0])])
	END
	lrsched "${args[@]}" cos:6000s vs b=linear:6000s | cut -d, -f1,2,4- |
		sed 1d | cmp - <(sed 1d all.csv)
	lrcheck -s cos:6000s "${args[@]}" all.csv
	run -0 lrsched "${args[@]}" --explain cos:6000s
	[[ $output == *'samples'*'by the samples before each step'* ]]
	# far out, in integers
	[ "$(lrsched -l 1 --batch-spec linear:40:64,from=8 --at 100000000000000 \
		-c samples cos:6000s)" = "$("$PYTHON" -c 'import math
print(sum(math.floor(8.5 + 56 * t / 40) for t in range(40)) + 64 * (10 ** 14 - 40))')" ]
}

@test "sizes and lengths without meaning are refused" {
	b=(-n 100 -l 1 --batch-spec)
	refuses '*--batch-spec: the batch of step 0 has 0 samples; expected 1 to*' \
		"${b[@]}" linear:10:8,from=0 cos
	refuses '*--batch-spec: the batch size never stays*' "${b[@]}" \
		step,every=10,by=2,from=1 cos
	refuses '*--batch-spec: the batch size never stays*' "${b[@]}" \
		'fn,from=1,of=(lambda t:1+t)' cos
	refuses '*--batch-spec: the batch size still changes after 10000000 steps*' \
		"${b[@]}" linear:1e9:2,from=1 cos
	refuses '*--batch-spec: sizes that are multiples of a base*' "${b[@]}" \
		linear:10:8 cos
	refuses '*--batch-spec: word 1 has no length*' "${b[@]}" linear::8,from=1 cos
	refuses '*--batch-spec: word 2 counts steps and word 1 samples*' "${b[@]}" \
		'linear:10s:8,from=1 linear:10:9' cos
	refuses '*--batch-spec:word 1, column 1: *cosx*' "${b[@]}" cosx:3 cos
	refuses '*--batch-spec: flags without a batch size*' "${b[@]}" --lr=3 cos
	refuses '*--batch-spec: a ramp from 32 by 32 to 500; expected a whole*' \
		"${b[@]}" '--rampup-batch-size 32 32 100 --global-batch-size 500' cos
	refuses '*word 2 has a length in steps and word 1 one in samples*' \
		"${b[@]}" 8 warmup:10s cos:50
	refuses '*-e: 100/8 beside --batch-spec*expected 100s' "${b[@]}" 8 -e 100/8 cos
	refuses '*--count sample without --batch-spec*' -n 9 --count sample cos
	refuses '*--count epoch with -e in samples; expected it in steps' \
		"${b[@]}" 8 -e 100s --count epoch cos
	refuses "*two columns would be called 'batch'; expected another name after +" \
		"${b[@]}" 8 cos +batch const
	refuses "*unit 's'; expected 10" -n 100 warmup:10s cos
	refuses "*-k: unit 's'; expected 10" "${b[@]}" 8 -k 10s cos
}
