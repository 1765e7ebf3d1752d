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
		prefixed(t, 50, 400, .01, .1)|warmup:50 cos:800:0.01|-l .1|cos:400:0.01
		prefixed(t, 50, 800, .02, .1)|warmup:50 cos:800:0.01|-l .1|cos:800:0.02
		prefixed(t, 50, 250, 0, .1)|warmup:5% cos:50%|-l .1 -n 1000|cos:25%
	END
}

@test "a number is found in few digits too" {
	while IFS='|' read -r format want; do
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
	END
	logged 2000 1 %.6g 'cosine(int(t / 39), 90, 0, .1)' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ "$stderr" == *'stepped once in 39 steps' ]]
	[[ "${lines[1]}" == *',torch.CosineAnnealingLR(T_max=90)' ]]
}
