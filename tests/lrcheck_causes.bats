#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The number of a schedule that a log was made with instead of the given one,
# and runs that were stepped or resumed in other ways.  The rates are awk's, by
# the libraries' formulas.

load helper

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	cat >rates.awk <<-'END'
		function cosine(t, n, lo, hi) {
			return lo + (hi - lo) * (1 + cos(3.14159265358979323846 * t / n)) / 2
		}
		function warmed(t, w, n, hi) { # transformers'
			if (t < w)
				return hi * t / w
			return hi * (t > n ? 0 : cosine(t - w, n - w, 0, 1))
		}
		function prefixed(t, w, d, lo, hi) { # Keras', optax'
			return t < w ? hi * t / w : cosine(t - w > d ? d : t - w, d, lo, hi)
		}
		function timm(t, w, n, from, lo, hi) {
			return t < w ? from + t * (hi - from) / w : cosine(t, n, lo, hi)
		}
	END
}

# log N EVERY FORMAT EXPRESSION: rows of t.
logged() {
	printf '%s\nBEGIN { print "step,lr"; for (t = 0; t < %d; t += %d)\n%s }\n' \
		"$(cat rates.awk)" "$1" "$2" \
		"printf \"%d,$3\\n\", t, $4" >log.awk
	awk -f log.awk
}

@test "the number that was another is named as the user wrote it" {
	while IFS='|' read -r rate spec args want; do
		sanitized_round 4 || continue
		# shellcheck disable=SC2086 # words
		logged 1000 5 %.6g "$rate" >log.csv
		# shellcheck disable=SC2086
		run -1 --separate-stderr lrcheck -s "$spec" $args log.csv
		[[ "$stderr" == *"the log follows the same schedule with $want"* ]] || {
			echo "$spec: expected $want: ${lines[1]} $stderr"
			false
		}
	done <<-'END'
		warmed(t, 100, 4000, 2e-4)|get_cosine_schedule_with_warmup(o, 100, 1000)|-l 2e-4|num_training_steps=4000
		warmed(t, 100, 1001, 2e-4)|get_cosine_schedule_with_warmup(o, 100, 1000)|-l 2e-4|num_training_steps=1001
		warmed(t, 0, 1000, 2e-4)|get_cosine_schedule_with_warmup(o, 100, 1000)|-l 2e-4|num_warmup_steps=0
		warmed(t, 30, 1000, 2e-4)|hf.get_cosine_schedule_with_warmup(opt, num_warmup_steps=100, num_training_steps=1000)|-l 2e-4|num_warmup_steps=30
		cosine(t, 1000, 0, .1)|CosineAnnealingLR(o, 1000, eta_min=1e-3)|-l .1|eta_min=0
		cosine(t, 1000, 1e-5, .1)|CosineAnnealingLR(o, T_max=1000)|-l .1|eta_min=1e-05
		cosine(t, 999, 1e-3, .1)|CosineAnnealingLR(o, 1000, eta_min=1e-3)|-l .1|T_max=999
		cosine(t, 1000, 1e-3, .03)|CosineAnnealingLR(o, 1000, eta_min=1e-3)|-l .1|-l 0.03
		prefixed(t, 50, 475, 0, 1e-3)|keras.CosineDecay(0.0, 950, warmup_target=1e-3, warmup_steps=50)|-n 1000|decay_steps=475
		prefixed(t, 50, 1950, 0, 3e-4)|optax.warmup_cosine_decay_schedule(0.0, 3e-4, 50, 1000)|-n 1000|decay_steps=2000
		.1 * .5 ^ int(t / 90)|StepLR(o, 90, gamma=0.1)|-l .1|gamma=0.5
		.1 * .1 ^ ((t >= 300) + (t >= 600))|MultiStepLR(o, milestones=[30, 60], gamma=0.1)|-l .1|milestones times 10
		.1 * .5 ^ ((t >= 400) + (t >= 638))|MultiStepLR(o, [400, 700], gamma=.5)|-l .1|milestones[1]=640, or any from 636 to 640
		cosine(t % 48, 48, 0, .05)|CosineAnnealingWarmRestarts(o, T_0=60)|-l .05|T_0=48
		prefixed(t, 50, 400, .01, .1)|warmup:50 cos:800:0.01|-l .1|cos:400:0.01
		prefixed(t, 50, 800, .02, .1)|warmup:50 cos:800:0.01|-l .1|cos:800:0.02
		prefixed(t, 50, 250, 0, .1)|warmup:5% cos:50%|-l .1 -n 1000|cos:25%
	END
}

@test "a part that is so many times the schedule has a rounder cause" {
	linear='hi * (t < w ? t / w : (1200 - t) / (1200 - w))'
	logged 1200 4 %.6g "${linear//w/50}" >log.csv
	awk -v hi=3e-4 -f log.awk | sed 2,70d >log.csv
	run -1 --separate-stderr lrcheck \
		-s 'get_linear_schedule_with_warmup(o, 100, 1200)' -l 3e-4 log.csv
	[[ "${lines[1]}" == *,num_warmup_steps=50,50 ]]
	awk -v hi=6e-4 -f log.awk | sed 2,70d >log.csv
	run -1 --separate-stderr lrcheck \
		-s 'get_linear_schedule_with_warmup(o, 50, 1200)' -l 3e-4 log.csv
	[[ "${lines[1]}" == *,factor,2 ]]
}

@test "a number is found in few digits too" {
	while IFS='|' read -r format want; do
		sanitized_round 3 || continue
		logged 1000 1 "$format" 'warmed(t, 100, 2000, 2e-4)' >log.csv
		run -1 --separate-stderr lrcheck \
			-s 'get_cosine_schedule_with_warmup(o, 100, 1000)' \
			-l 2e-4 log.csv
		[[ "${lines[1]}" == *,num_training_steps=2000,2000 ]]
	done <<-'END'
		%.2e
		%.4g
		%.7f
		%.17g
	END
}

@test "a number of a script is named too" {
	logged 500 1 %.6g 'cosine(t, 213, 0, .1)' >log.csv
	cat >train.py <<-'END'
		epochs = 50
		opt = torch.optim.SGD(model.parameters(), lr=0.1)
		sched = CosineAnnealingLR(opt, T_max=epochs * 10)
	END
	run -1 --separate-stderr lrcheck -q -s @train.py -n 500 log.csv
	[[ "${lines[1]}" == *,T_max=213,213 ]]
	logged 500 1 %.6g 'prefixed(t, 30, 470, 6e-5, 6e-4)' >log.csv
	cat >train.py <<-'END'
		lr, min_lr = 6e-4, 6e-5
		warmup_iters = 100
		lr_decay_iters = 500
		def get_lr(it):
		    if it < warmup_iters:
		        return lr * it / warmup_iters
		    x = (it - warmup_iters) / (lr_decay_iters - warmup_iters)
		    return min_lr + 0.5 * (1 + math.cos(math.pi * x)) * (lr - min_lr)
	END
	run -1 --separate-stderr lrcheck -q -s @train.py:get_lr -n 500 log.csv
	[[ "${lines[1]}" == *',warmup_iters = 30,30' ]]
	run -1 --separate-stderr lrcheck -q -s @train.py -n 500 \
		-D warmup_iters=50 log.csv
	[[ "${lines[1]}" == *',-D warmup_iters=30,30' ]]
}

@test "what lrsched takes as a schedule can be held to a log" {
	logged 500 1 %.6g 'warmed(t, 50, 500, .1)' >log.csv
	printf '%s\n' 'o = SGD(model.parameters(), lr=0.1)' \
		's = get_cosine_schedule_with_warmup(o, 50, 500)' >train.py
	cat >ds.json <<-'END'
		{"optimizer": {"type": "SGD", "params": {"lr": 0.1}},
		 "scheduler": {"type": "WarmupLR", "params": {
		  "warmup_min_lr": 0, "warmup_max_lr": 0.1,
		  "warmup_num_steps": 50, "warmup_type": "linear"}}}
	END
	def='lambda t: 0.1 * (t / 50 if t < 50 else'
	def+=' (1 + math.cos(math.pi * (t - 50) / 450)) / 2)'
	for spec in 'warmup:50 cos:450,to=0' @train.py "$(cat train.py)" "$def" \
		'transformers.get_cosine_schedule_with_warmup(o, 50, 500)'; do
		case $spec in
		*SGD* | @* | lambda*) base= ;;
		*) base='-l .1' ;;
		esac
		# shellcheck disable=SC2086 # words
		run -0 --separate-stderr lrcheck -s "$spec" -n 500 $base log.csv
		[[ "${lines[1]}" == *,followed,* ]]
	done
	logged 500 1 %.6g 't < 2 ? 0 : t < 51 ? .1 * (t - 1) / 50 : .1' >log.csv
	run -0 --separate-stderr lrcheck -s @ds.json -n 500 log.csv
	[[ "${lines[1]}" == *,followed,* ]]
}

@test "what one number does not explain has no such cause" {
	logged 1000 5 %.6g 'warmed(t, 50, 700, 3e-4)' >log.csv
	run -1 --separate-stderr lrcheck -l 2e-4 \
		-s 'get_cosine_schedule_with_warmup(o, 100, 1000)' log.csv
	[[ "${lines[1]}" == log.csv,,differs,200,5,*,, ]]
	[[ "$stderr" != *'same schedule'* ]]
	awk 'BEGIN { srand(4); print "step,lr"
		for (t = 0; t < 300; t++) print t "," rand() }' >log.csv
	run -1 --separate-stderr lrcheck -s 'cos:300' -l 1 log.csv
	[[ "${lines[1]}" == log.csv,,differs,300,0,*,, ]]
	[ -z "$stderr" ]
}

@test "a run that resumed is found at its step, at any number of digits" {
	while IFS='|' read -r format every rate spec from to; do
		logged 1000 "$every" "$format" "$rate" >log.csv
		run -1 --separate-stderr lrcheck -s "$spec" -l .1 log.csv
		[[ "${lines[1]}" == *,restarted,* ]]
		by=${lines[1]##*,}
		[ "$by" -ge "$from" ] && [ "$by" -le "$to" ] || {
			echo "$spec: ${lines[1]}"
			false
		}
	done <<-'END'
		%.6g|1|warmed(t < 500 ? t : t - 500, 100, 1000, .1)|warmup:100 cos:900|500|500
		%.2e|1|warmed(t < 500 ? t : t - 500, 100, 1000, .1)|warmup:100 cos:900|500|500
		%.6g|7|warmed(t < 500 ? t : t - 500, 100, 1000, .1)|warmup:100 cos:900|498|504
		%.6g|1|warmed(t < 300 ? t : t < 700 ? t - 300 : t - 700, 100, 1000, .1)|warmup:100 cos:900|300|300
		%.3g|1|t < 450 ? cosine(t, 1000, 0, .1) : cosine(t - 450, 1000, 0, cosine(450, 1000, 0, .1))|cos:1000|448|452
		%.6g|1|t < 450 ? cosine(t, 1000, .01, .1) : cosine(t - 450, 1000, .01, cosine(450, 1000, .01, .1))|cos:1000:0.01|450|450
		%.6g|5|.1 * .1 ^ ((t < 500 ? t : t - 500) >= 400)|step,at=400,by=.1|496|500
	END
}

@test "a run that resumed twice is told by the first time" {
	# Rows 20 apart: from 281 to 300 there is none.
	logged 1000 20 %.6g 't < 288 ? cosine(t, 1000, 1e-7, 2e-5) : t < 701 ? cosine(t - 288, 1000, 1e-7, 2e-5) : cosine(t - 701, 1000, 1e-7, 2e-5)' >log.csv
	run -1 --separate-stderr lrcheck -l 2e-5 \
		-s 'CosineAnnealingLR(o, T_max=1000, eta_min=1e-7)' log.csv
	[[ "${lines[1]}" == *,restarted,288 ]]
	# Late by one is no restart in the second row.
	logged 1000 10 %.6g 'cosine(t ? t - 1 : 0, 1000, 0, 2e-5)' >log.csv
	run -1 --separate-stderr lrcheck -l 2e-5 -s 'CosineAnnealingLR(o, 1000)' \
		log.csv
	[[ "${lines[1]}" == *,shifted,*,late,1 ]]
	# Nor is a cosine that counts from 1 early by two periods less one.
	logged 101 1 %.6g 't ? cosine(t - 1, 100, 1e-4, .01) : .01' >log.csv
	run -1 --separate-stderr lrcheck -l .01 \
		-s 'CosineAnnealingLR(o, 100, eta_min=1e-4)' log.csv
	[[ "${lines[1]}" == *,shifted,*,late,1 ]]
}

@test "a length that was forgotten is that, and not a run that is early" {
	logged 1000 5 %.6g 'prefixed(t, 0, 900, 0, 1e-3)' >log.csv
	run -1 --separate-stderr lrcheck -n 1000 -s 'keras.CosineDecay(0.0, 900, warmup_target=1e-3, warmup_steps=100)' log.csv
	[[ "${lines[1]}" == *,differs,*,warmup_steps=0,0 ]]
	# What is early by some of its steps is.
	logged 900 5 %.6g 'prefixed(t + 40, 100, 900, 0, 1e-3)' >log.csv
	run -1 --separate-stderr lrcheck -n 1000 -s 'keras.CosineDecay(0.0, 900, warmup_target=1e-3, warmup_steps=100)' log.csv
	[[ "${lines[1]}" == *,shifted,*,early,40 ]]
}

@test "a factor is told where digits end in a tie, or show less than all" {
	logged 2001 1 %.6g '(.8 - .0008) * (1 - t / 2000) ^ 2 + .0008' >log.csv
	run -1 --separate-stderr lrcheck -n 2000 -s 'keras.PolynomialDecay(0.1, 2000, end_learning_rate=0.0001, power=2)' log.csv
	[[ "${lines[1]}" == *,factor,8 ]]
	logged 601 10 %.6g '.04 * .9 ^ int(t / 100)' >log.csv
	run -1 --separate-stderr lrcheck -n 600 -s 'optax.exponential_decay(0.01, 100, 0.9, staircase=True)' log.csv
	[[ "${lines[1]}" == *,factor,4 ]]
}

@test "a number is found where one row lies on both sides of it, or ten times" {
	while IFS='|' read -r rate every args spec want; do
		sanitized_round 3 || continue
		logged 1000 "$every" %.17g "$rate" >log.csv
		# shellcheck disable=SC2086 # words
		run -1 --separate-stderr lrcheck $args -s "$spec" log.csv
		[[ "${lines[1]}" == *,"$want" ]] || {
			echo "$spec: ${lines[1]}"
			false
		}
	done <<-'END'
		t < 10 ? 5e-5 * t / 10 : (5e-5 - 1e-7) * (1 - (t - 10) / 4990) ^ 2 + 1e-7|10|-l 5e-5|get_polynomial_decay_schedule_with_warmup(o, 500, 5000, lr_end=1e-7, power=2)|num_warmup_steps=10,10
		t < 500 ? 3e-4 * t / 500 : 3e-4|10||--lr 3e-4 --min-lr 3e-5 --lr-decay-style cosine --lr-warmup-iters 500 --lr-decay-iters 5000 --train-iters 5000|min_lr=0.0003,0.0003
		t <= 249 ? 1e-3 - .00048 * (1 + cos(3.14159265358979323846 * t / 249)) : 4e-9 + (1e-3 - 4e-9) / 2 * (1 + cos(3.14159265358979323846 * (t - 249) / 750))|9||OneCycleLR(o, max_lr=1e-3, total_steps=1000, pct_start=0.2)|pct_start=0.25,0.25
		.001 * .8 ^ (t / 100)|1||optax.exponential_decay(0.001, 100, 0.9)|decay_rate=0.8,0.8
	END
}

# $1 bits: each rate of the log rounded to so many, as printf's $2 prints it.
rounded_to_bits() {
	"$PYTHON" - "$1" "$2" <<-'END'
		import csv, math, sys
		bits, form = int(sys.argv[1]), sys.argv[2]
		print("step,lr")
		for row in csv.DictReader(open("log.csv")):
		    m, e = math.frexp(float(row["lr"]))
		    x = math.ldexp(round(math.ldexp(m, bits)), e - bits)
		    print(row["step"] + "," + form % x)
	END
}

@test "rates that were kept as half floats are as exact as those are" {
	local bits form
	for bits in 8 11; do
		for form in %.6g %r; do
			logged 1000 5 %.17g 'warmed(t, 100, 1000, 2e-4)' >log.csv
			rounded_to_bits $bits $form >half.csv
			run -0 --separate-stderr lrcheck -l 2e-4 -s 'get_cosine_schedule_with_warmup(o, 100, 1000)' half.csv
			[[ "${lines[1]}" == *,followed,*,bits,$bits ]]
			run -1 --separate-stderr lrcheck -l 2e-4 -s 'get_cosine_schedule_with_warmup(o, 100, 2000)' half.csv
			[[ "${lines[1]}" == *,differs,*,num_training_steps=* ]]
			run -0 --separate-stderr lrcheck half.csv
			[[ "${lines[1]}" == *,found,*,'warmup:100 cos:900',* ]]
		done
	done
	# A line of few rates has few bits of itself: it is exact.
	logged 129 1 %.17g 'cosine(0, 1, 0, t / 128)' >log.csv
	run -1 --separate-stderr lrcheck -s 'linear:128:1,from=.002' log.csv
	[[ "${lines[1]}" == *,differs,* && "${lines[1]}" != *bits* ]]
}

@test "schedules are found that were stepped once an epoch or resumed" {
	while IFS='|' read -r format rate words; do
		logged 2000 1 "$format" "$rate" >log.csv
		run -0 --separate-stderr lrcheck log.csv
		[[ "${lines[1]}" == *"$words"* ]] || {
			echo "$words: ${lines[1]}"
			false
		}
	done <<-'END'
		%.6g|timm(t, 50, 2000, 1e-6, 1e-5, 1e-3)|warmup:50,from=1e-06,over cos:2000:1e-05
		%.6g|timm(int(t / 20), 5, 100, 1e-6, 1e-5, 1e-3)|hold:20 warmup:5,from=1e-06,over cos:100:1e-05 end
		%.6g|cosine(int(t / 39), 90, 0, .1)|hold:39 cos:90 end
		%.6g|warmed(t < 700 ? t : t - 700, 100, 1500, .1)|part:700 warmup:100 cos:1400 end part warmup:100 cos:1400 end
		%.1e|warmed(t, 100, 2000, .1)|warmup:100 cos:1900
		%.6g|warmed(t + 1, 100, 2000, .1)|found,2000,-1,0.1,warmup:100 cos:1900
		%.6g|t < 101 ? (t ? .1 * (t - 1) / 100 : 0) : .1 * (1 - (t - 101) / 2900)|found,2000,1,0.1,"warmup:100,from=0 linear:2900"
		%.6g|t < 100 ? .1 * t / 100 : 1999 < t ? 0 : cosine((t - 100) * 3 % 1900, 1900, 0, .1)|num_warmup_steps=100, num_training_steps=2000, num_cycles=3)
		%.6g|t < 199 ? .1 - .048 * (1 + cos(3.14159265358979323846 * t / 198.9)) : 4e-7 + (.1 - 4e-7) / 2 * (1 + cos(3.14159265358979323846 * (t - 198.9) / 1799.1))|total_steps=1999, pct_start=0.1,
	END
	logged 2000 1 %.6g 'cosine(int(t / 39), 90, 0, .1)' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ "$stderr" == *'stepped once in 39 steps' ]]
	[[ "${lines[1]}" == *',torch.CosineAnnealingLR(T_max=90)' ]]
}

@test "an item of a list that was another is the cause" {
	local steps='MultiStepLR(opt, milestones=[300, 600, 800], gamma=.1)'
	while IFS='|' read -r cause rate; do
		sanitized_round 3 || continue
		logged 1000 1 %.6g "$rate" >log.csv
		run -1 --separate-stderr lrcheck -l .1 -s "$steps" log.csv
		[[ "${lines[1]}" == *",differs,"*",$cause" ]] || {
			echo "$cause: ${lines[1]}"
			false
		}
	done <<-'END'
		milestones[0]=200,200|.1 * 10 ^ -((t >= 200) + (t >= 600) + (t >= 800))
		milestones[1]=500,500|.1 * 10 ^ -((t >= 300) + (t >= 500) + (t >= 800))
		milestones[2]=900,900|.1 * 10 ^ -((t >= 300) + (t >= 600) + (t >= 900))
		gamma=0.2,0.2|.1 * .2 ^ ((t >= 300) + (t >= 600) + (t >= 800))
	END
	# A run that resumed at its rate, 437 steps on, has no round milestone.
	logged 1000 1 %.6g '.1 * 10 ^ -((t >= 300) + (t >= 737))' >log.csv
	run -1 --separate-stderr lrcheck -l .1 -s 'MultiStepLR(opt, [300, 600], .1)' log.csv
	[[ "${lines[1]}" == *,restarted,* ]]
	# Nor of two that come later.
	logged 1000 1 %.6g '.1 * 10 ^ -((t >= 300) + (t >= 650) + (t >= 750) + (t >= 850))' >log.csv
	run -1 --separate-stderr lrcheck -l .1 -s 'MultiStepLR(opt, [300, 400, 500], .1)' log.csv
	[[ "${lines[1]}" == *,restarted,* ]]
	logged 1000 1 %.6g 't <= 300 ? .1 : t <= 600 ? .02 : .005' >log.csv
	run -1 --separate-stderr lrcheck -s 'PiecewiseConstantDecay([300, 600], [.1, .02, .001])' log.csv
	[[ "${lines[1]}" == *',values[2]=0.005,0.005' ]]
}

@test "rates of few bits are seen where they are one number and its halves" {
	# 210 / 2^22: 5e-5 as bfloat16 has it.
	logged 12 1 %.17g '210 / 4194304 * 2 ^ -t' >log.csv
	run -0 --separate-stderr lrcheck -l 5e-5 -s 'ExponentialLR(opt, .5)' log.csv
	[[ "${lines[1]}" == *,followed,*,bits,8 ]]
	run -1 --separate-stderr lrcheck -l 1e-4 -s 'ExponentialLR(opt, .5)' log.csv
	[[ "${lines[1]}" == *,differs,* ]]
	# Halves of what is typed are exact.
	logged 12 1 %.17g '2 ^ -t' >log.csv
	run -1 --separate-stderr lrcheck -l 1.002 -s 'ExponentialLR(opt, .5)' log.csv
	[[ "${lines[1]}" == *,differs,* && "${lines[1]}" != *bits* ]]
}

@test "rates of few bits are seen where few of them are printed in full" {
	# .1, .02, .004 and .0008 as bfloat16 has them.
	rates='t < 33 ? 205 / 2048 : t < 66 ? 164 / 8192 : t < 99 ? 131 / 32768 : 210 / 262144'
	logged 100 1 %.17g "$rates" >log.csv
	run -0 --separate-stderr lrcheck -l .1 -s 'StepLR(opt, 33, .2)' log.csv
	[[ "${lines[1]}" == *,followed,*,bits,8 ]]
	run -1 lrcheck -q -l .1 -s 'StepLR(opt, 33, .21)' log.csv
	# Rates that somebody types have few bits, too, and are exact.
	logged 100 1 %.17g 't < 33 ? .375 : t < 66 ? .1875 : .09375' >log.csv
	run -1 --separate-stderr lrcheck -l .3755 -s 'StepLR(opt, 33, .5)' log.csv
	[[ "${lines[1]}" == *,differs,* && "${lines[1]}" != *bits* ]]
}

@test "a stair whose last rates alone are rounded has been followed" {
	local n base
	# Of seven rates only the last has more digits than %.4g prints.
	for base in .1 .01 .001; do
		logged 120 1 %.4g "$base * .4 ^ int(t / 17)" >log.csv
		run -0 --separate-stderr lrcheck -l $base -s 'StepLR(opt, 17, gamma=.4)' log.csv
		[ -z "$stderr" ]
		[[ "${lines[1]}" == *,followed,*,rounded,4 ]]
	done
	# Where fewer digits are printed another rate may be as near.
	logged 60 1 %.2g '.1 * .4 ^ int(t / 17)' >log.csv
	run -1 --separate-stderr lrcheck -l .1 -s 'StepLR(opt, 17, gamma=.401)' log.csv
	[[ "${lines[1]}" == *,undecided,* || "${lines[1]}" == *,differs,* ]]
	# What is as long as it is printed is another rate.
	logged 120 1 %.4g '.1 * .401 ^ int(t / 17)' >log.csv
	run -1 lrcheck -q -l .1 -s 'StepLR(opt, 17, gamma=.4)' log.csv
}

@test "a base is as round as its rates allow" {
	# Rounded to five digits, the slopes of this one say .00060000215.
	logged 3500 1 %.4e \
		't < 500 ? .0006 * t / 500 : .0006 * (5000 - t) / 4500' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ "${lines[1]}" == *,found,3500,0,0.0006,* ]]
	run -0 lrcheck -s 'warmup:500 poly:4500' -l .0006 log.csv
}

@test "restarts whose cycles are no whole steps are found where a log is cut" {
	local w n k cut part
	while read -r w n k cut; do
		part="((t - $w) * $k / ($n - $w))"
		logged "$cut" 1 %.6g "t < $w ? 3e-4 * t / $w : 1.5e-4 * (1 + \
			cos(3.14159265358979 * ($part - int($part + 1e-12))))" >log.csv
		run -0 --separate-stderr lrcheck log.csv
		[[ "${lines[1]}" == *,found,$cut,0,0.0003,*"num_training_steps=$n, num_cycles=$k"* ]] || {
			echo "$w $n $k $cut: ${lines[1]}"
			false
		}
	done <<-'END'
		50 1000 3 650
		100 3000 7 1412
		500 2000 7 816
		50 5000 7 4808
	END
}
