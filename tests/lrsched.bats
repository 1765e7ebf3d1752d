#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched: the schedules of the source documents by name, the examples of the
# word grammar, lengths and units, --explain, and what it refuses.  Oracles are
# awk and numpy, which know nothing of the tool.

load helper
load schedules

# The rows on standard input have want = EXPR (of t) in column 2, within TOL.
# follows EXPR [TOL [EPOCH_STEPS]]
follows() {
	awk -F, -v tol="${2:-1e-12}" -v E="${3:-1}" '
	function floor(x, y) { y = int(x); return x < y ? y - 1 : y }
	function ceil(x) { return -floor(-x) }
	function abs(x) { return x < 0 ? -x : x }
	function max(x, y) { return x > y ? x : y }
	function min(x, y) { return x < y ? x : y }
	function cosine(x) { return (1 + cos(atan2(0, -1) * x)) / 2 }
	NR == 1 { next }
	{
		t = $1
		want = ('"${1//$'\n'/ }"')
		if (!(abs($2 - want) <= tol)) {
			printf "step %s: %s, not %.17g\n", t, $2, want
			exit bad = 1
		}
	}
	END { exit bad || NR < 2 }'
}

# --- the schedules of the source documents ---------------------------------

@test "constant" {
	lrsched -n 50 -l 0.01 constant | follows 0.01 0
}

@test "time-based decay" {
	lrsched -n 500 -l 0.1 time,k=0.02 | follows '0.1 / (1 + 0.02 * t)'
	lrsched -n 500 -l 0.1 -e 10 time,k=0.02,per=1ep,stair |
		follows '0.1 / (1 + 0.02 * floor(t / 10))'
}

@test "step decay" {
	lrsched -n 500 -l 0.1 -e 7 step,every=10ep,by=.5 |
		follows '0.1 * 0.5 ^ floor(floor(t / 7) / 10)'
	lrsched -n 100 -l 0.1 step,at=30/60/80,by=.1 |
		follows '0.1 * 0.1 ^ ((t >= 30) + (t >= 60) + (t >= 80))'
	lrsched -n 300 step,at=101/201,values=1/.5/.1 |
		follows 't <= 100 ? 1 : t <= 200 ? 0.5 : 0.1' 0
}

@test "exponential decay" {
	lrsched -n 500 -l 0.1 exponential,k=0.1 | follows '0.1 * exp(-0.1 * t)'
	lrsched -n 500 -l 0.1 -e 10 exponential,k=0.1,per=1ep,stair |
		follows '0.1 * exp(-0.1 * floor(t / 10))'
	lrsched -n 500 -l 0.1 decay,by=.96,per=100 |
		follows '0.1 * 0.96 ^ (t / 100)'
}

TRIANGLE='0.001 + (0.006 - 0.001) *
	max(0, 1 - abs(t / 656 - 2 * floor(1 + t / 1312) + 1))'

@test "triangular" {
	lrsched -n 5000 -e 5232/32 triangular,min=.001,max=.006,step=4ep |
		follows "$TRIANGLE" 6e-15
}

@test "triangular2" {
	lrsched -n 5000 -e 164 triangular2,min=.001,max=.006,step=4ep |
		follows "0.001 + ($TRIANGLE - 0.001) / 2 ^ floor(t / 1312)" 6e-15
}

@test "exp_range" {
	lrsched -n 5000 -e 164 \
		exp_range,min=.001,max=.006,step=4ep,gamma=.9994 |
		follows "0.001 + ($TRIANGLE - 0.001) * 0.9994 ^ t" 6e-15
	lrsched -n 5000 -e 164 \
		exp_range,min=.001,max=.006,step=4ep,gamma=.9,per=cycle |
		follows "0.001 + ($TRIANGLE - 0.001) * 0.9 ^ floor(t / 1312)" \
			6e-15
}

# The documents' SGDRScheduler, as it runs: counters carried from batch to
# batch.  With late=1 it forgets to set the rate at a restart, as they do.
sgdr_callback() {
	awk -v late="$1" -v spe=11 'BEGIN {
		pi = atan2(0, -1); lo = 0.001; hi = 0.1; len = 3; next_restart = 3
		lr = hi
		for (epoch = 0; epoch < 80; epoch++) {
			for (b = 0; b < spe; b++) {
				printf "%.17g\n", lr
				since++
				lr = lo + 0.5 * (hi - lo) * \
					(1 + cos(since / (spe * len) * pi))
			}
			if (epoch + 1 == next_restart) {
				since = 0
				len *= 1.5
				len = len == int(len) ? len : int(len) + 1
				next_restart += len
				hi *= 0.9
				if (!late)
					lr = hi
			}
		}
	}'
}

same_rates() {
	paste -d, <(tail -n +2 "$1" | cut -d, -f2) "$2" | awk -F, '
	{ d = $1 - $2; if (d < -1e-13 || d > 1e-13) { print NR - 1 ": " $0; bad = 1 } }
	END { exit bad || NR < 100 }'
}

@test "SGDR with decay and growing cycles" {
	lrsched -n 80ep -e 11 sgdr,min=.001,max=.1,len=3ep,mult=1.5,decay=.9 >out
	sgdr_callback 0 >want
	same_rates out want
	# restarts at epochs 3, 8, 16, 28, 46, 73 and, further on, 114
	lrsched -n 120ep -e 11 sgdr,min=.001,max=.1,len=3ep,mult=1.5 |
		awk -F, '$2 == 0.1 { printf "%s ", $3 }' >got
	[ "$(cat got)" = '0 3 8 16 28 46 73 114 ' ]
}

@test "SGDR restarting late, as the documents' callback does" {
	lrsched -n 80ep -e 11 \
		sgdr,min=.001,max=.1,len=3ep,mult=1.5,decay=.9,restart=late >out
	sgdr_callback 1 >want
	same_rates out want
	[ "$(awk -F, '$1 == 33 { print $2 }' out)" = 0.001 ]
}

@test "linear warmup" {
	lrsched -n 100 -l 0.1 warmup:40 | follows '0.1 * min(t, 40) / 40'
	lrsched -n 10 -l 0.1 warmup:2.5 | follows '0.1 * min(t, 2.5) / 2.5'
}

@test "cosine with warmup, warmup start and hold, and zero after the end" {
	lrsched --rows 1200 -l 0.1 \
		cosine,warmup=100,start=.01,hold=50,total=1000 | follows '
		t < 100 ? 0.01 + (0.1 - 0.01) / 100 * t : t <= 150 ? 0.1 :
		t < 1000 ? 0.1 * cosine((t - 150) / 850) : 0'
	lrsched --rows 20 -l 0.1 cosine:10 | follows '
		t < 10 ? 0.1 * cosine(t / 10) : 0'
	# warmup and hold fill the total: LR0 to its end, then 0
	lrsched --rows 9 -l 0.1 cosine,warmup=4,hold=2,total=6 |
		follows 't < 4 ? 0.1 * t / 4 : t < 6 ? 0.1 : 0'
	# without warmup its start is not used
	lrsched -l 0.1 cosine,start=5,total=10 | follows '0.1 * cosine(t / 10)'
}

@test "linear batch scaling" {
	[ "$(lrsched -l 0.1 --batch 512 --ref-batch 256 --at 0 constant)" = 0.2 ]
	[ "$(lrsched -l 0.1 --batch 1024 --ref-batch 256 --scale sqrt \
		--at 0 constant)" = 0.2 ]
	refuses '*nothing in the schedule depends on it*' -l 0.1 --batch 512 \
		--ref-batch 256 triangular:10,min=.1,max=1,step=5
	refuses '*--batch without --ref-batch*' --batch 512 cos:10
}

@test "exponential range test" {
	lrsched range:500,from=1e-10,to=10,excl | follows \
		'1e-10 * exp(log(10 / 1e-10) * (t / 500))' 1e-11
	lrsched range:500,from=1e-10,to=10 | awk -F, '
		NR == 2 && $2 != 1e-10 { exit bad = 1 }
		END { exit bad || $1 != 499 || $2 != 10 }'
}

@test "linear range test" {
	lrsched range:100,from=.1,to=2,lin,excl | follows '0.1 + 1.9 * t / 100'
	lrsched range:100,from=.1,to=2,lin | follows '0.1 + 1.9 * t / 99'
}

# LR at epochs 0, 10, 25 and 50, to the digits that the documents print.
at_epochs() {
	local epoch
	for epoch in 0 10 25 50; do
		lrsched -l "$1" -e 164 --at "${epoch}ep" "$2"
	done | awk '{ printf "%s%.2g", (NR > 1 ? " " : ""), $1 }'
}

@test "the documents' table of rates at epochs 0, 10, 25 and 50" {
	[ "$(at_epochs .01 constant)" = '0.01 0.01 0.01 0.01' ]
	[ "$(at_epochs .1 step,every=10ep,by=.5)" = '0.1 0.05 0.025 0.0031' ]
	[ "$(lrsched -l .1 -e 9 --at 50ep step,every=10ep,by=.5)" = 0.003125 ]
	[ "$(lrsched -l .1 -e 9 --at 49ep step,every=10ep,by=.5)" = 0.00625 ]
	[ "$(at_epochs .1 exponential,k=.1,per=1ep)" = \
		'0.1 0.037 0.0082 0.00067' ]
	[ "$(at_epochs .1 time,k=.001,per=1ep)" = '0.1 0.099 0.098 0.095' ]
	[ "$(at_epochs .1 time,k=.002,per=1ep)" = '0.1 0.098 0.095 0.091' ]
}

# --- the examples of the word grammar --------------------------------------

@test "warmup then linear, cosine, or lead cosine to a floor" {
	lrsched -n 10000 -l 5e-5 warmup:500 linear | follows \
		't < 500 ? 5e-5 * t / 500 : 5e-5 * (10000 - t) / 9500' 5e-17
	lrsched -n 10000 -l 5e-5 warmup:500 cos | follows \
		't < 500 ? 5e-5 * t / 500 : 5e-5 * cosine((t - 500) / 9500)' 5e-17
	lrsched -n 10000 -l 5e-5 warmup:500 cos::.1x | follows \
		't < 500 ? 5e-5 * t / 500 :
		5e-5 * (cosine((t - 500) / 9500) * 0.9 + 0.1)' 5e-17
	lrsched -n 10000 -l 3e-4 warmup:500,lead cos::.1x,lead | follows \
		't < 500 ? 3e-4 * (t + 1) / 500 :
		3e-4 * (cosine((t - 499) / 9500) * 0.9 + 0.1)' 3e-16
}

@test "warmup, stable, decay" {
	lrsched -n 10000 -l 3e-4 linear:500,from=.1x,to=1x const:7500 \
		sqrt:2000:.1x | follows '3e-4 * (
		t < 500 ? t / 500 * 0.9 + 0.1 : t < 8000 ? 1 :
		(1 - sqrt((t - 8000) / 2000)) * 0.9 + 0.1)' 3e-16
	lrsched -n 10000 -l 3e-4 warmup:500 const:8000 half:1500:3e-5 |
		follows 't < 500 ? 3e-4 * t / 500 : t < 8500 ? 3e-4 :
		3e-5 + (2 * 0.5 ^ ((t - 8500) / 1500) - 1) * (3e-4 - 3e-5)' \
			3e-16
}

@test "warm restarts with doubled cycles" {
	lrsched -n 300 -l 0.1 cos:10:1e-5,cycles=inf,tmul=2 | follows '
		1e-5 + (0.1 - 1e-5) * cosine(t < 10 ? t / 10 :
			t < 30 ? (t - 10) / 20 : t < 70 ? (t - 30) / 40 :
			t < 150 ? (t - 70) / 80 : (t - 150) / 160)'
	lrsched -n 5000 -l 0.1 \
		cos:1000:.1x,cycles=inf,tmul=2,vmul=.5,scale=span | follows '
		0.1 * (0.9 * 0.5 ^ ((t >= 1000) + (t >= 3000)) *
			cosine(t < 1000 ? t / 1000 : t < 3000 ?
			(t - 1000) / 2000 : (t - 3000) / 4000) + 0.1)'
}

@test "one cycle, with momentum against it" {
	lrsched -n 1000 -l 0.1 cos:30%-1,from=.04x,to=1x cos::4e-6x,incl \
		+momentum cos:30%-1,from=.95,to=.85 cos::.95,incl >out
	[ "$(head -n 1 out)" = step,lr,momentum ]
	follows 't <= 299 ? 0.1 + (0.004 - 0.1) * cosine(t / 299) :
		4e-7 + (0.1 - 4e-7) * cosine((t - 299) / 700)' <out
	cut -d, -f1,3 out | follows '
		t <= 299 ? 0.85 + (0.95 - 0.85) * cosine(t / 299) :
		0.95 + (0.85 - 0.95) * cosine((t - 299) / 700)'
}

@test "triangular2 from a repeated group is the named one" {
	lrsched -n 20000 rep:inf,vmul=.5,scale=span \
		linear:2000,from=.001,to=.006 linear:2000:.001 end |
		follows '0.001 + 0.005 * max(0, 1 - abs(t / 2000 -
			2 * floor(1 + t / 4000) + 1)) / 2 ^ floor(t / 4000)' 6e-15
	lrsched -n 20000 rep:inf,gamma=.999,scale=span \
		linear:2000,from=.001,to=.006 linear:2000:.001 end |
		follows '0.001 + 0.005 * max(0, 1 - abs(t / 2000 -
			2 * floor(1 + t / 4000) + 1)) * 0.999 ^ t' 6e-15
}

@test "a product of two tables" {
	lrsched -n 100 -l 0.1 cos:100 times warmup:20,lead | follows \
		'0.1 * cosine(t / 100) * min(1, (t + 1) / 20)'
	lrsched -n 60 -l 0.1 const:20,from=.1x const,from=1x times decay,by=.9 |
		follows '(t < 20 ? 0.01 : 0.1) * 0.9 ^ t'
	lrsched -l 0.1 rep:2 cos:10 times decay,by=.9 end |
		follows '0.1 * cosine(t % 10 / 10) * 0.9 ^ (t % 10)'
}

@test "warmup then inverse square root" {
	lrsched -n 100000 -k 7 -l 5e-4 warmup:4000 rsqrt,s=4000 | follows \
		'5e-4 * (t < 4000 ? t / 4000 : sqrt(4000 / t))' 5e-16
}

@test "epochs, milestones and linear scaling together" {
	for words in 'warmup:5e step,at=25e/55e/75e,by=.1' \
		'warmup:5e,over step,at=30e/60e/80e,by=.1'; do
		lrsched -n 90e -k 1e -e 5004 -l 0.1 --batch 1024 \
			--ref-batch 256 $words >out
		[ "$(wc -l <out)" -eq 91 ]
		follows 't / E < 5 ? 0.4 * t / E / 5 : 0.4 * 0.1 ^ ((t / E >= 30) +
			(t / E >= 60) + (t / E >= 80))' 4e-13 5004 <out
	done
}

@test "the other habitual schedulers in words" {
	lrsched -n 100 -l 0.1 decay,by=.95 | follows '0.1 * 0.95 ^ t'
	lrsched -n 90 -l 0.1 const:40,from=.5x const,from=1x |
		follows 't < 40 ? 0.05 : 0.1'
	lrsched --rows 60 -l 0.1 linear:40,from=.05x,to=1x |
		follows '0.1 * (0.05 + 0.95 * min(t, 40) / 40)'
	lrsched --rows 60 -l 0.1 poly:50,pow=.9 |
		follows 't < 50 ? 0.1 * (1 - t / 50) ^ 0.9 : 0'
	lrsched --rows 250 -l 0.1 cos:100:1e-5,past=cont |
		follows '1e-5 + (0.1 - 1e-5) * cosine(t / 100)'
	lrsched -n 100 -l 0.1 inv,k=.5,per=10 | follows '0.1 / (1 + 0.05 * t)'
	lrsched -n 100 -l 0.1 inv,k=.5,pow=.75 |
		follows '0.1 * (1 + 0.5 * t) ^ -0.75'
	lrsched -n 100 -l 0.1 warmup:10,open const |
		follows '0.1 * min(1, (t + 1) / 11)'
	lrsched -n 100 -l 0.1 linear:10,from=.01x,to=1x const:50 exp:40:.01x |
		follows 't < 10 ? 0.001 + 0.0099 * t : t < 60 ? 0.1 :
			0.1 * 0.01 ^ ((t - 60) / 40)'
	lrsched -n 100 -l 0.1 exp:100:.001,floor=.01,ceil=.05 |
		follows 'max(0.01, min(0.05, 0.1 * 0.01 ^ (t / 100)))'
}

# Formulas as the libraries have them.
@test "PyTorch's habitual schedulers in words" {
	set -- -n 100 -l 0.1
	lrsched "$@" step,every=30,by=.1 | follows '0.1 * 0.1 ^ floor(t / 30)'
	lrsched "$@" linear:5,from=.1x,to=1x cos:95 | follows '
		t < 5 ? 0.1 * (0.1 + 0.9 * t / 5) : 0.1 * cosine((t - 5) / 95)'
	# OneCycleLR(three_phase=True): phases end at 29, 58 and 99
	lrsched "$@" cos:30%-1,from=.04x,to=1x cos:30%-1,to=.04x cos::4e-6x,incl |
		follows 't <= 29 ? 0.1 + (0.004 - 0.1) * cosine(t / 29) :
		t <= 58 ? 0.004 + (0.1 - 0.004) * cosine((t - 29) / 29) :
		4e-7 + (0.004 - 4e-7) * cosine((t - 58) / 41)'
	# CyclicLR(base, max, 30, 70, mode='exp_range', gamma=.999)
	lrsched -n 1000 rep:inf,gamma=.999,scale=span linear:30,from=.01,to=.1 \
		linear:70:.01 end | follows '0.01 + (0.1 - 0.01) * (
		t % 100 / 100 <= 0.3 ? t % 100 / 30 : (t % 100 / 100 - 1) / (0.3 - 1)
		) * 0.999 ^ t'
	# its momentum runs against it, by the same scale
	lrsched -n 1000 rep:inf,gamma=.999,scale=drop linear:30,from=.9,to=.8 \
		linear:70:.9 end | follows '0.9 - (0.9 - 0.8) * (
		t % 100 / 100 <= 0.3 ? t % 100 / 30 : (t % 100 / 100 - 1) / (0.3 - 1)
		) * 0.999 ^ t'
}

@test "Keras' habitual schedules in words" {
	lrsched -n 5000 -l 0.1 decay,by=.96,per=1000,stair |
		follows '0.1 * 0.96 ^ floor(t / 1000)'
	lrsched --rows 1200 -l 0.1 poly:1000:.01,pow=.5 |
		follows '(0.1 - 0.01) * (1 - min(t, 1000) / 1000) ^ 0.5 + 0.01'
	lrsched -n 10000 -l 0.1 warmup:500 cos:9500 | follows '
		t < 500 ? 0.1 * t / 500 : 0.1 * cosine((t - 500) / 9500)'
	lrsched -n 1000 -l 0.1 inv,k=1e-4 | follows '0.1 / (1 + 1e-4 * t)'
}

@test "the habitual schedules of Transformers, timm and others in words" {
	# cosine_with_restarts(num_cycles=3) of 1000 steps, 100 of them warmup
	lrsched --rows 1100 -l 0.1 warmup:100 cos:300,cycles=3 | follows '
		t < 100 ? 0.1 * t / 100 : t >= 1000 ? 0 :
		0.1 * cosine((t - 100) % 300 / 300)'
	lrsched --rows 1100 -l 0.1 warmup:100 poly:900:1e-7,pow=2 | follows '
		t < 100 ? 0.1 * t / 100 : t >= 1000 ? 1e-7 :
		(0.1 - 1e-7) * (1 - (t - 100) / 900) ^ 2 + 1e-7'
	# timm, warmup_prefix=True and False
	lrsched --rows 400 -l 0.1 warmup:5,from=1e-5 cos:300:1e-5 | follows '
		t < 5 ? 1e-5 + t * (0.1 - 1e-5) / 5 :
		1e-5 + (0.1 - 1e-5) * cosine(min(300, t - 5) / 300)'
	lrsched --rows 400 -l 0.1 warmup:5,from=1e-5,over cos:300:1e-5 |
		follows 't < 5 ? 1e-5 + t * (0.1 - 1e-5) / 5 :
		1e-5 + (0.1 - 1e-5) * cosine(min(300, t) / 300)'
	# nanoGPT; llm.c
	lrsched --rows 700 -l 0.1 warmup:100,open cos:500:.1x | follows '
		t < 100 ? 0.1 * (t + 1) / 101 :
		0.01 + cosine(min(500, t - 100) / 500) * (0.1 - 0.01)'
	lrsched --rows 500 -l 0.1 warmup:100,lead const:300 sqrt:100 | follows '
		t < 100 ? 0.1 * (t + 1) / 100 : t < 400 ? 0.1 :
		0.1 * (1 - sqrt((t - 400) / 100))'
	# darknet burn_in, absolute steps after it
	lrsched -n 900 -l 0.1 poly:100:1x,from=0,pow=4,flip,over \
		step,at=400/800,by=.1 | follows 't < 100 ? 0.1 * (t / 100) ^ 4 :
		0.1 * 0.1 ^ ((t >= 400) + (t >= 800))'
	# allennlp SlantedTriangular(cut_frac=.1, ratio=32)
	lrsched -n 1000 -l 0.1 linear:10%,from=.03125x,to=1x linear::.03125x |
		follows '0.1 * (1 + 31 * (t < 100 ? t / 100 :
		1 - (t - 100) / 900)) / 32'
	# the ramp of fastai's finder
	lrsched -n 100 exp:100,from=1e-7,to=10 |
		follows '1e-7 * exp(log(1e8) * t / 100)' 1e-11
}

@test "presets of range tests emit what their framework does" {
	lrsched range,preset=fastai |
		follows '1e-7 * exp(log(1e8) * t / 100)' 1e-11
	lrsched range,preset=lightning |
		follows 't ? 1e-8 * exp(log(1e8) * (t + 1) / 100) : 1e-8' 1e-12
	lrsched -l 1e-5 range,preset=torch-lr-finder |
		follows '1e-5 * exp(log(1e6) * t / 99)' 1e-11
	lrsched -l 1e-5 -n 50 range,preset=ignite |
		follows '1e-5 * exp(log(1e6) * (t + 1) / 50)' 1e-11
	lrsched range:50,preset=keras,from=1e-5,to=1 |
		follows '1e-5 * exp(log(1e5) * t / 50)'
	lrsched range,preset=deepspeed | follows '1e-3 * (1 + t / 2000)'
	refuses "*no preset 'fastia'; nearest is 'fastai'" range,preset=fastia
}

# --- rows, lengths, columns ---------------------------------------------------

@test "where rows start, how far apart they are, and --at are lengths" {
	set -- -n 10ep -e 1000/64 -l 1 linear
	[ "$(lrsched --at 50% "$@")" = 0.5 ]
	[ "$(lrsched -H -s 50% -c step "$@" | head -n 1)" = 80 ]
	[ "$(lrsched -H -s 5ep -c step "$@" | head -n 1)" = 80 ]
	[ "$(lrsched -H -k 1ep -c epoch,lr "$@" | tail -n 1)" = 9,0.1 ]
	lrsched --help | grep -q 'START, EVERY and STEP are steps, 50%.* or 5ep'
}

@test "any step can be asked for alone" {
	set -- -n 3000 -l 0.1 warmup:500,lead \
		rep:3,tmul=1.5,vmul=.7 cos:200:.01 linear:99,to=.05 end poly::.001
	lrsched "$@" >all
	for step in 0 1 499 500 701 1234 2900 2999; do
		[ "$(lrsched --at $step "$@")" = \
			"$(awk -F, -v s=$step '$1 == s { print $2 }' all)" ]
	done
	lrsched -s 7 -k 13 "$@" >some
	awk -F, 'NR == 1 || $1 % 13 == 7' all | cmp - some
}

@test "the length is -n, epochs, cycles, or the schedule's own" {
	[ "$(lrsched -H -l 1 cos:10 | wc -l)" -eq 10 ]
	[ "$(lrsched -H -l 1 cos:10 linear:5,from=1 | wc -l)" -eq 15 ]
	[ "$(lrsched -H -l 1 cos:10 times constant | wc -l)" -eq 10 ]
	[ "$(lrsched -H -l 1 -n 7 cos:10 | wc -l)" -eq 7 ]
	[ "$(lrsched -H -l 1 -n 2ep -e 5232/32 constant | wc -l)" -eq 328 ]
	[ "$(lrsched -H -l 1 -n 2e -e 5232//32 constant | wc -l)" -eq 326 ]
	[ "$(lrsched -H -l 1 -n 4c triangular,min=0,max=1,step=5 | wc -l)" -eq 40 ]
	[ "$(lrsched -H -l 1 -n 3c sgdr,min=0,max=1,len=3,mult=1.5 | wc -l)" -eq 16 ]
	[ "$(lrsched -H -l 1 -n 2c warmup:5 rep cos:10 end | wc -l)" -eq 25 ]
	[ "$(lrsched -H -l 1 --rows 30 -s 5 -k 2 cos:10 | tail -n 1)" = 63,0 ]
	refuses '*has no end of its own; expected -n*' constant
	refuses '*no segment has 4 cycles*' -n 4c cos:10
	refuses '*no segment has 4 cycles*' -n 4c rep:3 cos:10 end
	refuses '*word 1 takes its length from *-n*' cos
	refuses '*word 1 takes its length from *-n*' warmup:10% const
	[ "$(lrsched -n 4 -s 9 -H -l 1 constant)" = '' ]
}

@test "% and ep and their offsets" {
	lrsched -n 200 -l 1 linear:25%,from=0,to=1x const:2ep-1 cos -e 30 |
		follows 't < 50 ? t / 50 : t < 109 ? 1 : cosine((t - 109) / 91)' \
			1e-12
	# 30% of 10 is 3, not 3.0000000000000004
	[ "$(lrsched -n 10 --at 3 -l 1 linear:30%:.25 const)" = 0.25 ]
	[ "$(lrsched -n 29 --at 29 -l 1 linear:100%:.25)" = 0.25 ]
	[ "$(lrsched -n 10 -e 4 --at 4 linear:1ep+2,from=0,to=6)" = 4 ]
}

@test "the rate's column is called factor when it depends on an unknown base" {
	[ "$(lrsched cos:5 | head -n 1)" = step,factor ]
	[ "$(lrsched -l 1 cos:5 | head -n 1)" = step,lr ]
	[ "$(lrsched cos:5,from=.1 | head -n 1)" = step,lr ]
	[ "$(lrsched cos:5:.5x,from=.1 | head -n 1)" = step,factor ]
	[ "$(lrsched -n 5 triangular,min=0,max=1,step=2 | head -n 1)" = step,lr ]
	[ "$(lrsched -n 5 triangular,min=0,max=1x,step=2 | head -n 1)" = \
		step,factor ]
	[ "$(lrsched range:5,from=.1,to=1 | head -n 1)" = step,lr ]
	[ "$(lrsched range:5,from=.1,to=1 times cos:5 | head -n 1)" = step,lr ]
	[ "$(lrsched -e 2 cos:5 +m const,from=.9 | head -n 1)" = \
		step,factor,m,epoch ]
}

@test "a factor is printed only where its name is, or was asked for" {
	set -- -n 10000 warmup:500 cos
	want='the value is a factor of the base rate; expected -l LR, or -c factor'
	refuses "lrsched: --at: $want" --at 1234 "$@"
	refuses "lrsched: -H: $want" -H "$@"
	refuses "lrsched: --at: $want" --at 1234 --batch 2 --ref-batch 1 "$@"
	factor=$(lrsched --at 1234 -c factor "$@")
	[[ $factor == 0.985* ]]
	[ "$(lrsched --at 1234 -l 1 "$@")" = "$factor" ]
	[ "$(lrsched -H -c factor "$@" | sed -n 1235p)" = "$factor" ]
	lrsched --explain -H "$@"
	[ "$(lrsched --at 5 triangular,min=0,max=1,step=10)" = 0.5 ]
}

@test "columns, header and separator can be chosen" {
	run -0 lrsched -l 1 -e 2 -H -c epoch,lr -f tsv linear:4 +m const,from=.9
	[ "${lines[0]}" = "$(printf '0\t1')" ]
	[ "${lines[3]}" = "$(printf '1\t0.25')" ]
	[ "$(lrsched --at 3 -c m cos:4 +m const,from=.9)" = 0.9 ]
	[ "$(lrsched --at 1 -e 2 -l 1 linear:4)" = 0.75 ]
	refuses "*-c: no column 'mm'*" -c mm cos:4 +m const
	refuses "*column 'm' again*" cos:4 +m const +m const
	refuses "*column 'lr' is there already*" cos:4 +lr const
	refuses '*expected +COLUMN*' cos:4 + const
}

@test "after the end the last value holds, or what past= says" {
	[ "$(lrsched --at 99 -l 1 linear:10:.25)" = 0.25 ]
	[ "$(lrsched --at 99 -l 1 linear:10:.25,past=zero)" = 0 ]
	[ "$(lrsched --at 15 -l 1 linear:10:.5,past=cont)" = 0.25 ]
	[ "$(lrsched --at 99 -l 1 rep:2,past=zero linear:10:.5 end)" = 0 ]
	[ "$(lrsched --at 99 -l 1 rep:2 linear:10:.5 end)" = 0.5 ]
	[ "$(lrsched --at 9 -l 1 linear:10,past=error)" = 0.1 ]
	refuses '*word 1 ends at step 10 with past=error*' --at 10 \
		linear:10,past=error
	refuses "*'cos:5,past=zero' has past=*" cos:5,past=zero const
}

@test "a part is a schedule of its own, for its length or as long as it is" {
	# torch's SequentialLR: each from its own base, in steps of its own
	lrsched -n 60 -l 1 part:3 const:9,from=.1x end part:20 decay,by=.9 end \
		part step,at=10/20,by=.1 end | follows '
		t < 3 ? 0.1 : t < 23 ? 0.9 ^ (t - 3) :
		0.1 ^ ((t >= 33) + (t >= 43))'
	# a shorter one holds, goes on or is 0, as its own past= says
	lrsched -l 1 part:9 linear:4:.5 end part:9 cos:4,past=cont end \
		part:9 cos:4:.5,past=zero end | follows '
		t < 9 ? 1 - 0.125 * min(t, 4) : t < 18 ? cosine((t - 9) / 4) :
		t < 22 ? 0.5 + 0.5 * cosine((t - 18) / 4) : 0'
	# the next segment joins where it was cut
	lrsched -l 1 part:5 linear:10 end linear:5 | follows '1 - t / 10'
	# past its length a last one may go on
	lrsched --rows 30 -l 1 const:5 part:5,past=cont linear:20 end |
		follows 't < 5 ? 1 : max(0, 1 - (t - 5) / 20)'
	# its last segment may take the rest of it
	lrsched -n 60 -l 1 part:30 warmup:10 cos end part linear end |
		follows 't < 10 ? t / 10 : t < 30 ? cosine((t - 10) / 20) :
			1 - (t - 30) / 30'
	lrsched -l 1 rep:3,vmul=.5 part:4 linear:8 end const:1,from=0 end |
		follows '(t % 5 < 4 ? 1 - t % 5 / 8 : 0) * 0.5 ^ floor(t / 5)'
	lrsched -n 30 -l 1 warmup:5 part rep:2 part:3 linear:6 end end end |
		follows 't < 5 ? t / 5 : t < 11 ? 1 - (t - 5) % 3 / 6 : 0.5'
	lrsched -n 20 part cos:20 times linear:10 end |
		follows 'cosine(t / 20) * max(0, 1 - t / 10)'
	[ "$(lrsched -n 3c part:50 triangular,min=0,max=1,step=5 end | wc -l)" \
		-eq 31 ]
	refuses '*no segment has 5 cycles*' -n 5c part:30 rep cos:10 end end
}

@test "a part with past=cont goes on past its length" {
	lrsched --rows 9 -l 1 part:5,past=cont step,every=2,by=.5 end | follows '
		.5 ^ int(t / 2)'
	[ "$(lrsched -H -l 1 part:5,past=cont decay,by=.9 end | wc -l)" -eq 5 ]
	lrsched --explain -l 1 part:5,past=cont decay,by=.9 end |
		grep -q 'after that: the formula goes on'
}

@test "past=error in a part counts only where the part comes to it" {
	[ "$(lrsched -H -l 1 part:5 cos:9,past=error end cos:2 | wc -l)" -eq 7 ]
	[ "$(lrsched -H -l 1 part cos:5,past=error end cos:2 | wc -l)" -eq 7 ]
	refuses '*word 2 ends at step 5 with past=error*' \
		part:7 cos:5,past=error end cos:2
	refuses '*word 3 ends at step 7 with past=error*' --rows 8 \
		cos:2 part cos:5,past=error end
	refuses '*word 2 ends at step 5 with past=error*' --rows 6 \
		part:3,past=cont cos:5,past=error end
	refuses '*word 4 ends at step 7 with past=error*' \
		cos:2 rep:2 part:7 cos:5,past=error end end
}

@test "a first column with a name is no rate" {
	lrsched -n 20 -l .1 +sparsity poly:10:.5,from=0,pow=3 +prune const >out
	[ "$(head -n 1 out)" = step,sparsity,prune ]
	follows '0.5 * (1 - (1 - min(t, 10) / 10) ^ 3)' <out
	[ "$(lrsched -H -c w --at 3 +w linear:4)" = 0.25 ]
	refuses '*nothing in the schedule depends on it*' -l .1 --batch 2 \
		--ref-batch 1 +w cos:5
	refuses "*column 'w' again*" +w cos:4 +w const
}

@test "--explain shows parts in absolute steps, and only what is played" {
	run -0 lrsched --explain -n 50 -l 1 const:5,from=.1x \
		part:10 linear:20 end part:10 cos:5,past=cont end part cos end
	[ "${lines[3]}" = '  step 0 to 5: const 0.1 -> 0.1' ]
	[ "${lines[4]}" = '  step 5 to 15: linear 1 -> 0.5' ]
	[ "${lines[5]}" = '  step 15 to 20: cos 1 -> 0' ]
	[ "${lines[6]}" = '  step 20 to 25: the formula goes on' ]
	[ "${lines[7]}" = '  step 25 to 50: cos 1 -> 0' ]
	[ "${lines[8]}" = '  after that: 0' ]
}

@test "functions of the step, their product, and factors of cycles" {
	lrsched -n 90 -l 0.1 'fn,of=(lambda e: 0.95 ** e)' |
		follows '0.1 * 0.95 ^ t'
	lrsched -n 90 -l 0.1 -D spe=30 'fn,of=(lambda t: .5 ** (t // spe))' |
		follows '0.1 * 0.5 ^ floor(t / 30)'
	lrsched -n 90 -l 0.1 'prod,of=(lambda e: 0.9 if e % 10 == 0 else 1)' |
		follows '0.1 * 0.9 ^ floor(t / 10)'
	# constant, so it needs no table
	[ "$(lrsched -n 1e9 --at 1 -l 1 'prod,of=(lambda e: .5)')" = 0.5 ]
	[ "$(lrsched -n 1e9 --at 3 -l 1 'part:5 prod,of=(lambda e:e) end')" = 6 ]
	lrsched -n 90 -l 0.1 'rep,vfn=(lambda c: 1/c) linear:10 end' |
		follows '0.1 / (1 + floor(t / 10)) * (1 - t % 10 / 10)'
	lrsched -n 90 -l 0.1 'rep,tfn=(lambda t: 1/(1+t)) linear:10 end' |
		follows '0.1 / (1 + t) * (1 - t % 10 / 10)'
}

@test "words may come as one argument" {
	lrsched -n 100 warmup:10 cos >a
	lrsched -n 100 ' warmup:10  cos ' >b
	cmp a b
}

@test "numpy reads the table" {
	lrsched -n 1000 -l 0.1 -e 100 cos +m const,from=.9 >t.csv
	"$NUMPY" - <<-'END'
	import numpy as np
	t = np.genfromtxt("t.csv", delimiter=",", names=True)
	assert t.dtype.names == ("step", "lr", "m", "epoch")
	x = np.arange(1000)
	assert (t["step"] == x).all() and (t["epoch"] == x // 100).all()
	assert np.abs(t["lr"] - 0.05 * (1 + np.cos(np.pi * x / 1000))).max() < 1e-13
	END
}

@test "the last step of 2^53 is as good as the first" {
	[ "$(lrsched --at 9007199254740990 -l 1 rep cos:2:0,from=1 end)" = 1 ]
	[ "$(lrsched --at 9007199254740990 -l 1 \
		triangular,min=0,max=1,step=2)" = 1 ]
	refuses '*--at: 9007199254740992 is *' --at 9007199254740992 constant
	refuses '*2^53*' -n 9007199254740993 constant
}

# --- explain and list ---------------------------------------------------------

@test "--explain begins a part where an overlay ends, skips what it hides" {
	run -0 lrsched --explain -l 1 warmup:5,over part linear:3:.5x cos:20 end
	[[ ${lines[4]} == '  step 5 to 23: cos 0.48776412'*' -> 0' ]]
	run -0 lrsched --explain -l 1 warmup:5,over cos:4 linear:4,from=1x
	[ "${lines[3]}" = '  step 0 to 5: warmup 0 -> 1' ]
	[ "${lines[4]}" = '  step 5 to 8: linear 0.75 -> 0' ]
}

@test "--explain gives absolute bounds and values" {
	run -0 lrsched --explain -n 90e -e 10 -l .4 warmup:5e \
		step,at=25e/55e/75e,by=.1
	[ "${lines[0]}" = 'length: 900 steps (90ep), 10 steps per epoch' ]
	[ "${lines[3]}" = '  step 0 (epoch 0) to 50 (epoch 5): warmup 0 -> 0.4' ]
	[[ ${lines[4]} == '  step 50 (epoch 5) on: step 0.4, at step 899 '* ]]
	[[ ${lines[5]} == '    at step 300 (epoch 30): 0.04'* ]]
	[[ ${lines[6]} == '    at step 600 (epoch 60): 0.004'* ]]
	run -0 lrsched --explain -n 1000 -l 0.1 cosine,warmup=100,hold=50
	[[ $output == *'at step 100: 0.1'*'at step 150: 0.1'* ]]
}

@test "--explain keeps past=error, alone, of a group and of a factor" {
	for words in linear:10,past=error rep:2,past=error\ linear:5\ end \
		cos:5\ times\ linear:10,past=error; do
		run -0 lrsched --explain -l 1 $words
		[[ $output == *'after that: an error'*'words: '*,past=error* ]]
		refuses '*ends at step 10 with past=error*' --rows 11 \
			$(sed -n 's/^  words: //p' <<<"$output")
	done
}

@test "--explain points at a ramp that stays at 0" {
	run -0 lrsched --explain -n 100 cos:20 linear
	[[ $output == *'advice: linear runs from 0 to 0; cos ended at 0, give it an end (cos:20:V)' ]]
	for words in cos:20:.1\ linear cos:20\ linear::.1 cos:20\ const \
		cos:20\ linear,from=1 'warmup:20 linear'; do
		run -0 lrsched --explain -n 100 $words
		[[ $output != *advice* ]]
	done
}

@test "--explain says whether pruning ends where the rate is low" {
	set -- --explain -n 1000 -l 0.1
	run -0 lrsched "$@" cos +sparsity poly:900:.9,from=0,pow=3
	[[ ${lines[-1]} == 'advice: the last pruning step, 900, is at rate '* ]]
	[[ ${lines[-1]} == *'0.00244717, 2.45 % of the peak: already low' ]]
	run -0 lrsched "$@" cos +sparsity poly:900:.9,from=0,pow=3 \
		+prune const:500,from=1 const,from=0
	[[ ${lines[-1]} == *'step, 499, is at rate 0.0501571, 50.2 % of the peak: not low yet' ]]
	run -0 lrsched "$@" cos +sparsity step,at=100/300,values=0/.5/.7
	[[ ${lines[-1]} == *'step, 300, is at rate 0.0793893, 79.4 % of the peak: not low yet' ]]
	for words in '+sparsity poly:900:.9,from=0' 'cos +sparsity const,from=.5'; do
		run -0 lrsched "$@" $words
		[[ $output != *pruning* ]]
	done
}

@test "--explain's words of all columns are the same table" {
	lrsched -n 60 -l 0.1 cos +m linear:9 const +w part:5 cos:9 end const >a
	lrsched -n 60 $(lrsched --explain -n 60 -l 0.1 cos +m linear:9 const \
		+w part:5 cos:9 end const | sed -n 's/^  words: //p') >b
	cmp a b
}

@test "--explain says whether the length ends with a cycle" {
	set -- triangular2,min=.001,max=.006,step=4ep -e 5232/32 --explain
	run -0 lrsched "$@" -n 9000
	[[ $output == *'-n 9000 ends within cycle 7; -n 7872 (48ep) or -n 9184 (56ep)'* ]]
	[[ $output == *'the stepsize is 4 epochs, within the advised 2 to 10'* ]]
	[[ $output == *'cycle 1 ends at step 1312 (epoch 8)'* ]]
	run -0 lrsched "$@" -n 6c
	[[ $output == *'-n 7872 ends with cycle 6'* ]]
	run -0 lrsched -n 100 -e 10 triangular,min=0,max=1,step=1ep --explain
	[[ $output == *'1 epochs, below the advised'* ]]
	run -0 lrsched -n 500 -e 10 triangular,min=0,max=1,step=11ep --explain
	[[ $output == *'11 epochs, above the advised'* ]]
}

@test "the words that --explain prints are the same schedule" {
	while read -r words; do
		lrsched -n 500 -e 10 -l .1 $words >a
		equal=$(lrsched --explain -n 500 -e 10 -l .1 $words |
			sed -n 's/^  words: //p')
		lrsched -n 500 -e 10 $equal | cut -d, -f2 >b
		cut -d, -f2 a | sed '1s/.*/lr/' | cmp - <(sed '1s/.*/lr/' b) ||
			{ echo "$words"; echo "$equal"; false; }
	done <<-'END'
	warmup:5ep cos::.1x,lead
	linear:30%-1,from=.04x,to=1x cos::4e-6x,incl
	rep:3,tmul=1.5,vmul=.7,scale=span cos:20 linear:9.5:.02,open end const:7,from=.3 half:50:.01,past=zero
	sgdr,min=.001,max=.1,len=3ep,mult=1.5,decay=.9,restart=late
	exp_range,min=.001,max=.006,step=2ep,gamma=.9,per=cycle
	step:100,at=30/50,values=1/.5/.2 poly:50:.001,pow=3 const
	warmup:5e,over step,every=13,by=.5,floor=.01 times cos:400,cycles=2,gamma=.999 times decay,by=.99,per=7,stair
	cosine,warmup=2ep,start=.01,hold=3ep,total=40ep
	range:500,from=1e-6,to=1,preset=lightning
	rep:7 cos:10 times decay,by=.9 end rep,tmul=1.5 constant times linear:20 end
	inv:100,k=.1,pow=2 exp:300:1e-5,ceil=.05 rsqrt,s=50
	time,k=.1,per=1ep,stair
	exponential,k=.01
	rex:100,d=.5,flip tanh:50,lb=-4,ub=5,from=.1 cos:60,waves=1.5,k=2,pow=.5 poly:60,from=.1,k=2
	sat:60,tau=3ep sigmoid,k=.1,mid=20ep,from=.1
	rep,vmul=.5,scale=drop linear:40:.8,from=.9 linear:60:.9 end
	part:5ep warmup:2ep cos end part:9 cos:5,past=zero end part step,at=40/60,by=.1 end
	rep:9,vmul=.9 part:5 cos:9 end part linear:7 times decay,by=.9 end end part rep,tmul=2 cos:3 end end
	END
}

@test "--list shows shapes with their keys" {
	run -0 lrsched --list
	for shape in const linear cos poly exp inv decay constant time step \
		exponential triangular triangular2 exp_range sgdr warmup cosine \
		range rex tanh sigmoid sat; do
		grep -q "^${shape}\[" <<<"$output"
	done
	run -0 lrsched --list sgdr
	[[ ${lines[0]} == 'sgdr[:LEN],min=VALUE,max=VALUE,len=STEPS'* ]]
	refuses "*no shape or constructor has 'xyz'*" --list xyz
	run -0 lrsched --list StepLR
	[[ ${lines[0]} == 'torch.StepLR(optimizer, step_size,'* ]]
}

@test "--list shows what joins shapes, the keys of all, and the presets" {
	run -0 lrsched --list
	for line in 'rep\[:COUNT\]' 'WORD... times' 'part\[:LEN' '\[+COLUMN\] WORD' keys; do
		[ "$(grep -c "^$line" <<<"$output")" -eq 1 ]
	done
	for key in from to excl incl lead open over flip floor ceil past cycles tmul \
		vmul gamma scale; do
		run -0 lrsched --list $key
		grep -q "\\<$key\\>" <<<"$output"
	done
	[[ $(lrsched --list fastai) == \
		*preset=fastai*'from: 1e-07; to: 10; LEN: 100, or '* ]]
	[[ $(lrsched --list keras) == *'preset=keras,from=VALUE,to=VALUE'* ]]
	[[ $(lrsched --list torch-lr) == *'from: the base; to: 10; LEN: 100'* ]]
	[[ $(lrsched --list ignite) == *'from: the base; to: 10; LEN: the rest'* ]]
}

# --- what is refused ----------------------------------------------------------

@test "a mistake is shown with a caret and the nearest name" {
	run -2 --separate-stderr lrsched -n 10 -l 1 warmup:5 cosin:5
	[ "${stderr_lines[0]}" = \
		"lrsched: word 2, column 1: no shape 'cosin'; nearest is 'cosine'" ]
	[ "${stderr_lines[1]}" = 'lrsched:   cosin:5' ]
	[ "${stderr_lines[2]}" = 'lrsched:   ^' ]
	[ "${#stderr_lines[@]}" -eq 3 ]
	refuses "*no shape 'train.py', which may be a file; expected @train.py" \
		-n 5 train.py
	run -2 --separate-stderr lrsched -n 10 triangular,min=0,mxa=1,step=5
	[ "${stderr_lines[0]}" = "lrsched: word 1, column 18: \
triangular takes no key 'mxa'; nearest is 'max'" ]
	[ "${stderr_lines[2]}" = 'lrsched:                    ^' ]
	# columns count characters, not bytes
	refuses 'lrsched: word 1, column 7: *' 'é:5,é,=1'
}

@test "the nearest key is near, or means the same" {
	set -- -n 900
	refuses "*warmup takes no key 'start'; nearest is 'from'" "$@" \
		warmup:100,start=.01
	refuses "*; nearest is 'from'" "$@" cos,init=1
	refuses "*; nearest is 'to'" "$@" cos,end=1
	refuses "*; nearest is 'by'" "$@" step,every=3,gamma=.1
	refuses "*; nearest is 'floor'" "$@" cos,flor=1
	refuses '*; expected cos:LENGTH' "$@" cos,steps=100
	refuses '*; expected linear:LENGTH' "$@" linear,total=100
	refuses '*; lrsched --list cos and --list keys show all' "$@" cos,wd=1
}

@test "an empty answer of lrfind is an error and not a default" {
	set -- -n 9000 -e 164
	refuses '*word 1, column 13: an empty key*' "$@" triangular2,,step=4ep
	refuses '*triangular2 without min=*' "$@" triangular2,step=4ep
	run -0 lrsched "$@" triangular2,min=0.00045,max=0.009,step=4ep
	[ "${lines[657]}" = 656,0.009,4 ]
}

@test "a counted group has its end also when -n or a row's distance cuts it" {
	[ "$(lrsched -H -l 1 -n 2 -k 9 rep:5,tmul=2 cos:4 end const:100)" = 0,1 ]
	[ "$(lrsched -H -l 1 -n 2 -k 9 cos:4,cycles=5,tmul=2 const:100)" = 0,1 ]
	[ "$(lrsched -n 10 --at 124 -l 1 rep:5,tmul=2 linear:4:.5 end \
		const:9,from=.25)" = 0.25 ]
	[ "$(lrsched -H -l 1 -n 9 -k 1e12 cos:10,cycles=inf,tmul=1.0000001)" = 0,1 ]
	# cycles that shrink to one unit stay there
	[ "$(lrsched --at 2000000 -n 3e6 sgdr,min=0,max=1,len=9,mult=.5)" = 1 ]
	refuses '*cycle 5 is 0.625 steps; expected one step or more*' \
		rep:10,tmul=.5 cos:10 end
	refuses '*cycle 5 is 0.625 steps*' -n 20 rep,tmul=.5 cos:10 end
	[ "$(lrsched --at 15 -n 18 -l 1 rep,tmul=.5 linear:10 end)" = 1 ]
}

@test "whole numbers of steps are found from decimals of a unit" {
	[ "$(lrsched -H -l 1 -n 1.1ep -e 110 constant | wc -l)" -eq 121 ]
	[ "$(lrsched --at 121 -e 110 -l 1 step,at=1.1ep,by=.5)" = 0.5 ]
	[ "$(lrsched --at 121 -e 110 -l 1 warmup:1.1ep)" = 1 ]
}

@test "boundaries in a stretched cycle are met at whole steps" {
	set -- -H -n 200 rep,tmul=1.1 const:50,from=1 const:5,from=2 end
	[ "$(lrsched "$@" | awk -F, '$2 == 2 { printf "%s ", $1 }' | cut -c 1-40)" \
		= '50 51 52 53 54 110 111 112 113 114 115 1' ]
	# cycles of 55 and 60.5 steps, each of 11 smaller ones
	lrsched -n 115 -l 1 rep,tmul=1.1 rep:11 step:5,every=2,by=.5 end end |
		follows '.5 ^ floor((t < 55 ? t % 5 : 10 * (t - 55) % 55 / 11) / 2)'
}

@test "ramps between the ends of what a double holds stay finite" {
	[ "$(lrsched --at 1 -l 1e308 cos:3)" = 7.5e+307 ]
	[ "$(lrsched --at 1 range:3,from=1e-300,to=1e300)" = 1 ]
	[ "$(lrsched --at 1 range:3,from=1e300,to=1e-20)" = 1e+140 ]
}

@test "an output that is standard output, or has no name" {
	lrsched cos:3 >want
	lrsched -o /dev/stdout cos:3 | cmp - want
	lrsched -o - cos:3 | cmp - want
	refuses '*an empty name for the output*' -o '' cos:3
	only_files want
}

@test "messages about lengths in options name the option" {
	refuses "lrsched: -n: unit 'k'; expected *" -n 5k constant
	refuses 'lrsched: -s: a length in epochs; expected the steps per epoch too (-e)' -n 5 -s 1ep const
	refuses "lrsched: --at: length 'y' is not a number; *" --at y constant
	refuses 'lrsched: -n: length 1e300 is above 2^53 steps; *' -n 1e300 const
	refuses 'lrsched: -n: no segment has 4 cycles; *' -n 4c cos:10
	refuses "lrsched: -n: '1.5c' is not a whole number of cycles; *" \
		-n 1.5c rep cos:9 end
	refuses 'lrsched: -s: 2.5 is 2.5 steps; *' -n 9 -s 2.5 constant
	refuses 'lrsched: -n: 9007199254740992 is out of range; *below 2^53' \
		-n 9007199254740992 constant
}

@test "--explain finds cycles without -n and no length that -n cannot have" {
	run -0 lrsched --explain rep,tmul=2 cos:4 end
	[[ $output == *'cycle 2 ends at step 12'*'cycle 8 ends at step 1020'* ]]
	[[ $output == *'  step 0 on: cycles (tmul=2) of'* ]]
	run -0 lrsched --explain 'rep:3,vfn=(lambda c:1/c),scale=all cos:4 end'
	[[ $output == *': 3 cycles (vfn=(lambda c:1/c),scale=all) of'* ]]
	run -0 lrsched --explain rep:3 cos:4 end
	[[ $output == *': 3 cycles of'* ]]
	run -0 lrsched --explain -n 50 sgdr,min=0,max=1,len=3,mult=1e308
	[[ $output == *'ends within cycle 2; -n 3 would end with one' ]]
	run -0 lrsched --explain -n 50 triangular,min=0,max=1,step=9e15
	[[ $output == *'ends within cycle 1' ]]
}

@test "wrong words are refused" {
	refuses '*no schedule*'
	refuses '*an empty schedule*' ''
	refuses '*no shape; expected a name' ':5'
	refuses "*no shape 'xyzzy'; lrsched --list*" xyzzy:5
	refuses "*takes no key 'bogus'*" cos:5,bogus=1
	refuses "*key 'from' again*" cos:5,from=1,from=2
	refuses '*to= beside an end value*' cos:5:1,to=2
	refuses '*total= beside a length*' cosine:5,total=6
	refuses "*key 'from' without a value*" cos:5,from
	refuses "*key 'from' without a value*" cos:5,from=
	refuses "*key 'lead' takes no value*" cos:5,lead=1
	refuses '*a second grid key*' cos:5,lead,incl
	refuses "*takes no key 'lead'*" -n 5 decay,by=.5,lead
	refuses '*step has no end value*' -n 5 step:5:1,every=2,by=.5
	refuses '*const with an end value keeps its start until then; *from=0.9' \
		-n 5 cos +m const::0.9
	refuses "*const takes no key 'to'*" const:5,to=.9
	refuses '*a third colon*' cos:5:1:2
	refuses '*nothing after the colon*' cos:5:
	refuses '*rep without end*' rep:2 cos:5
	refuses '*part without end*' part:2 cos:5
	refuses '*end without rep, part or hold*' cos:5 end
	refuses '*part has a length and past=cont, nothing else*' \
		part:5,past=zero cos end
	refuses '*part has a length and past=cont, nothing*' part:5:1 cos end
	refuses '*past=cont without a length; expected part:LENGTH,past=cont' \
		part,past=cont cos:5 end
	refuses "*'part:5,past=cont' has past= and is not the last*" \
		part:5,past=cont cos:5 end cos:5
	refuses '*part is 0.5 steps; expected one step or more*' part:.5 cos end
	refuses "*'part' never ends*" -n 9 part cos end cos:3
	refuses '*groups inside groups too deep; expected at most 32' \
		"$(printf 'part %.0s' {1..33})"
	refuses '*no segment here*' rep:2 end
	refuses '*no segment here*' part end
	refuses '*no segment here*' cos:5 times
	refuses '*no segment here*' times cos:5
	refuses '*no segment here*' cos:5 +m
}

@test "words that do not go together are refused" {
	refuses '*cycles= beside over; expected one' cos:5,cycles=2,over
	refuses '*cycles= beside past=cont; expected one' cos:5,cycles=2,past=cont
	refuses '*cycles= without a length*' -n 9 const,cycles=2
	refuses '*over without a length*' -n 9 const,over
	refuses '*floor= is above ceil=; expected floor <= ceil' cos:5,floor=2,ceil=1
	refuses '*preset= beside a grid key*' range:5,lead,preset=fastai
	refuses '*values= beside by=; expected at=' -n 9 step,at=3,values=1/2,by=2
	refuses '*past= inside rep; expected it on rep itself' \
		rep:2 cos:5,past=zero end
	refuses '*past=cont of rep; expected hold, zero or error' \
		rep:2,past=cont cos:5 end
	refuses "*key 'past' without a value*" rep:2,past cos:5 end
	refuses '*rep has no end value; expected rep:COUNT' rep:2:.1 cos:5 end
	refuses "*rep takes no key 'by'; expected tmul=*" rep:2,by=2 cos:5 end
	refuses '*the segment before ends at infinity; expected from=' \
		-n 9 decay:5000,by=10 cos:5
	refuses '*the segment before ends below 0; expected from=' \
		part:9 linear:5,past=cont end cos:5
	refuses '*a geometric ramp that starts at 0*' exp:5:1,from=0
	refuses '*more than 16 keys; expected fewer' \
		"cos:5$(printf ',k%s=1' {1..17})"
	refuses '*too many factors; expected at most 32' \
		"cos:5$(printf ' times cos:%s' {1..32})"
	refuses '*cycles inside rep too deep; expected at most 32' \
		"$(printf 'rep:1 %.0s' {1..32})cos:5,cycles=2"
	refuses "*a comma, quote or control character in a column's name; expected none" cos:5 +a,b const
}

@test "wrong lengths are refused" {
	refuses "*'y' after the length; expected +K or -K" -n 9 cos:50%y
	refuses "*'k' after the length; expected nothing" -n 9 cos:5+1k
	refuses '*x is for values; expected a length in steps*' cos:5x
	refuses "*'x' after the number; expected nothing (by is a plain number)" \
		-n 9 decay,by=.5x
	refuses '*-s: 50% needs the number of steps; expected -n' -s 50% \
		--rows 5 constant
	refuses '*length is 0 steps; expected one step or more*' cos:0
	refuses '*length is 0.5 steps*5ep-1*' cos:5e-1
	refuses '*length is -5 steps*' cos:-5
	refuses '*is not a number*' cos:nan
	refuses '*is not a number*' cos:inf
	refuses '*after the number*' -n 9 cos:5,from=0x1p3
	refuses "*unit 'k'*" cos:5k
	refuses '*in epochs; expected the steps per epoch too (-e)*' cos:5ep
	refuses '*is too large*' cos:1e999
	refuses '*above 2^53*' cos:1e300
	refuses "*'cos' never ends*" -n 100 cos linear
	refuses "*'constant' never ends*" -n 100 constant linear
	refuses '*without a length inside rep*' -n 100 rep:2 cos end
	refuses '*never ends inside rep*' -n 100 rep:2 constant end
	refuses '*never ends inside rep*' -n 100 rep:2 rep cos:5 end end
	refuses '*never ends inside rep*' -n 9 rep:2 constant times constant end
	refuses '*rep 0; expected a whole number*' rep:0 cos:5 end
	refuses '*rep 1.5; expected a whole number*' rep:1.5 cos:5 end
	refuses '*cycles 0; expected a whole number*' cos:5,cycles=0
	refuses '*no step is left for linear*' -n 500 warmup:500 linear
	refuses '*warmup and hold take 700 of 600 steps*' \
		cosine,warmup=500,hold=200,total=600
	refuses '*start=0.5 is above the base rate 0.1*' -l .1 \
		cosine,warmup=5,start=.5,total=10
	refuses '*more than 1000000 cycles*' -n 1e15 \
		rep,tmul=1.000000001 cos:1 end
}

@test "segments longer than -n are cut" {
	[ "$(lrsched -n 3 -l 1 linear:10 const:5 | tail -n 1)" = 2,0.8 ]
	[ "$(lrsched -n 4 -l 1 warmup:4 | tail -n 1)" = 3,0.75 ]
}

@test "one cycle whose first phase is one step has defined values" {
	# pct * total == 1: torch divides by zero here
	refuses '*length is 0 steps*' -n 10 -l 1 cos:10%-1,from=.04x cos::0,incl
	[ "$(lrsched -n 1 -l 1 -H linear:1,incl)" = 0,1 ]
}

@test "numbers without meaning are refused" {
	refuses '*end value is negative*' cos:5:-1
	refuses '*k=-1; expected 0 or more*' -n 5 time,k=-1
	refuses '*by=0; expected a number above 0*' -n 5 decay,by=0
	refuses '*by=-1; expected a number above 0*' -n 5 decay,by=-1
	refuses '*step=0; expected one step or more*' -n 5 \
		triangular,min=0,max=1,step=0
	refuses '*min=2 is above max=1*' -n 5 triangular,min=2,max=1,step=2
	refuses "*max 'nan' is not a number*" -n 5 triangular,min=0,max=nan,step=2
	refuses '*expected to= above 0*' exp:5,to=0
	refuses '*exp without to; expected to=VALUE*' exp:5
	refuses '*range without from*' range:5,to=1
	refuses '*at= goes down*' -n 5 step,at=3/2,by=.5
	refuses '*no every= and no at=*' -n 5 step,by=.5
	refuses '*both every= and at=*' -n 5 step,every=2,at=3,by=.5
	refuses '*2 values for 2 steps*' -n 5 step,at=1/2,values=1/2
	refuses '*no by=*' -n 5 step,every=2
	refuses '*pow=0; expected*' poly:5,pow=0
	refuses '*vmul=0; expected*' rep:2,vmul=0 cos:5 end
	refuses '*the segment before ends at no number; expected from=' \
		'prod:3,of=(lambda t:1/(t-2)) linear:5'
	refuses '*of=3 is no lambda; expected of=(lambda t:...)' -n 5 fn,of=3
	refuses '*fn without of=*' -n 5 fn
	refuses "*column 17: *'spe'*" -n 5 'fn,of=(lambda t:spe)'
	refuses '*ends here; expected a value*' -n 5 'fn,of=(lambda t:t+'
	refuses '*prod of more than 4194304 steps; expected fewer*' -n 4194305 \
		'prod,of=(lambda t:1+t)'
	refuses "*key 'vfn' without a value*" 'rep:3,vfn= cos:3 end'
	refuses '*a key of repetition without cycles=*' \
		'cos:5,vfn=(lambda c:1)'
	refuses '*at step 3 is not a number*' -n 5 'fn,of=(lambda t:1/(t-3))'
	refuses '*d=1; expected less than 1' rex:5,d=1
	refuses '*waves=0; expected*' cos:5,waves=0
	refuses '*sigmoid without mid=*' -n 5 sigmoid,k=1
	refuses '*sat without tau=*' -n 5 sat
	refuses '*flip beside past=cont*' cos:5,flip,past=cont
	refuses "*exp takes no key 'flip'*" exp:5:.1,flip
	refuses '*scale=low; expected one of top|span|all|drop' \
		rep:2,scale=low cos:5 end
	refuses '*without cycles=*' cos:5,tmul=2
	refuses '*past=maybe; expected one of*' cos:5,past=maybe
	refuses '*factor at step 3* is infinite*' -n 5000 decay,by=10
}

@test "wrong options are refused" {
	for option in -n -s -k -l -e --rows --at --batch; do
		refuses "*$option*" $option nan cos:5
		refuses "*$option*" $option -1 cos:5
		refuses "*$option*" $option '' cos:5
	done
	for option in -n -k -l -e --batch; do
		refuses "*$option*" $option 0 cos:5
	done
	refuses "*-D '5': names nothing; expected NAME=VALUE" -D 5 cos:5
	refuses "*-D 'a-b=5': names nothing*" -D a-b=5 cos:5
	refuses "*-D 'a=': no value; expected a=VALUE" -D a= cos:5
	refuses "*-D 'a=1/0': division by zero" -D a=1/0 cos:5
	refuses "*-D 'a=x+1': *'x'*" -D a=x+1 cos:5
	refuses '*-D more than 64 times; expected that many at most' $(printf -- '-D a=%d ' {1..65}) cos:5
	refuses '*-e: 5//32 is no whole batch*' -e 5//32 cos:5
	refuses '*-e BATCH*' -e 5/0 cos:5
	refuses "*--scale: unknown 'cube'; expected linear or sqrt*" --scale cube cos:5
	refuses "*-f: unknown 'xml'; expected csv*" -f xml cos:5
	refuses '*--at says which steps*' --at 5 -s 2 cos:5
}

@test "a mistake leaves no output file" {
	refuses '*' -o out cosx:5
	refuses '*' -o out -n 5000 decay,by=10
	[ -z "$(find . -name '*out*')" ]
}
