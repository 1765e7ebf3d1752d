#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls of frameworks as schedules: binding, names, places of mistakes.  What
# each constructor computes is held to the libraries by golden.bats.

load helper
load schedules

# The message for a call is the first line, the caret stands under a place.
refused() {
	run -2 --separate-stderr lrsched -n 100 "$1"
	[[ ${stderr_lines[0]} == *"$2"* ]] || { echo "$stderr"; false; }
	[ -z "$output" ]
}

@test "arguments are bound by position and by name, in the library's order" {
	same "-n 90 'StepLR(opt, 30, 0.5)'" "-n 90 step,every=30,by=.5"
	same "-n 90 'StepLR(opt, gamma=.5, step_size=30)'" \
		"-n 90 step,every=30,by=.5"
	same "-n 90 'StepLR(optimizer=opt, step_size=30)'" \
		"-n 90 step,every=30,by=.1"
}

@test "the optimizer is any name or call, or is left out" {
	local first
	for first in '' 'opt, ' 'self.optimizers[0], ' \
		'torch.optim.SGD(net.parameters()), '; do
		same "-n 90 \"StepLR(${first}30)\"" "-n 90 step,every=30,by=.1"
	done
}

@test "the optimizer's rate is the base rate, unless -l says another" {
	local first
	for first in 'SGD(net.parameters(), lr=0.3)' 'SGD(net.parameters(), 3e-1)' \
		'torch.optim.AdamW(ps, weight_decay=1e-2, lr=3/10)' \
		'optimizer=Adam(learning_rate=lr0)'; do
		set -- -D lr0=.3 -n 90
		same "$* 'StepLR($first, step_size=30)'" \
			"-n 90 -l .3 step,every=30,by=.1"
		same "$* -l .7 'StepLR($first, step_size=30)'" \
			"-n 90 -l .7 step,every=30,by=.1"
	done
	same "-n 9 'SequentialLR(o, [LinearLR(SGD(ps, lr=.3), .5, 1., 3),
		StepLR(o, 2)], [3])'" \
		"-n 9 -l .3 'SequentialLR(o, [LinearLR(o, .5, 1., 3),
		StepLR(o, 2)], [3])'"
	# A rate that is not known leaves the factor.
	run -0 lrsched -n 2 'StepLR(SGD(ps, lr=args.lr), 30)'
	[ "${lines[0]}" = step,factor ]
}

@test "old Keras calls the rate of an optimizer lr" {
	same "-n 9 'SGD(lr=0.1, decay=.02)'" \
		"-n 9 'SGD(learning_rate=0.1, decay=.02)'"
	same "-n 9 'Adam(lr=0.1, decay=.02)'" \
		"-n 9 'Adam(learning_rate=0.1, decay=.02)'"
}

@test "-D takes values of Python, and a line may assign one" {
	local wanted='-n 9 step,at=2/4,by=.2'
	same "-n 9 -D ms=[2,4] -D g=1/5 'MultiStepLR(o, ms, gamma=g)'" "$wanted"
	same "-n 9 -D n=2 -D ms=[n,2*n] 'MultiStepLR(o, ms, gamma=.2)'" \
		"$wanted"
	same "-n 9 -D 'c={\"m\": (2, 4), \"g\": .2}' \
		'MultiStepLR(o, c[\"m\"], gamma=c[\"g\"])'" "$wanted"
	same "-n 9 -D 'm=\"cos\"' 'OneCycleLR(o, .1, 9, anneal_strategy=m)'" \
		"-n 9 'OneCycleLR(o, .1, 9)'"
	same "-n 9 'ms = [2,
		2 * 2]  # epochs
	g = 1 / 5
	scheduler = MultiStepLR(o, ms, gamma=g)'" "$wanted"
}

@test "dotted paths are accepted and name the module" {
	same "-n 90 'torch.optim.lr_scheduler.StepLR(opt, 30)'" \
		"-n 90 step,every=30,by=.1"
	same "-n 90 'lr_scheduler.StepLR(opt, 30)'" "-n 90 step,every=30,by=.1"
	lrsched --explain -n 90 \
		'tf.keras.optimizers.schedules.ExponentialDecay(.1, 10, .5)' |
		grep -q '^call: keras\.ExponentialDecay'
}

@test "a name that several libraries have is the first one's, and said" {
	lrsched --explain 'PolynomialDecay(0.1, 1000)' |
		grep -q '^call: keras\.PolynomialDecay'
	lrsched --explain 'tfmot.PolynomialDecay(0, .5, 0, 1000)' |
		grep -q '^call: tfmot\.PolynomialDecay'
}

@test "a line is pasted with its assignment, newlines and comments" {
	same "-n 90 'scheduler = StepLR(
		opt,  # the optimizer
		step_size=30,
	)'" "-n 90 step,every=30,by=.1"
}

@test "of two assignments none is taken for the other's beginning" {
	refused 'warmup = LinearLR(opt, total_iters=5)
		scheduler = CosineAnnealingLR(opt, 85)' "'warmup' is a schedule beside the last one"
}

@test "a comment may follow a pasted call" {
	same "-n 90 'StepLR(opt, 30)  # decays (slowly), every 30'" \
		"-n 90 step,every=30,by=.1"
}

@test "methods of everyday names are no constructors" {
	refused 'scheduler.step()' 'no such constructor'
	refused 'SequentialLR(opt, [LinearLR(opt), SWALR(opt, .05)], [10])' \
		'SWALR among others'
}

@test "-D takes dotted names, and a length for what has one" {
	same "-n 90 -D args.step=30 'StepLR(opt, args.step)'" \
		"-n 90 step,every=30,by=.1"
	same "-D train_loader=50 'OneCycleLR(opt, .1, 2 * len(train_loader))'" \
		"'OneCycleLR(opt, .1, 100)'"
}

@test "arguments are arithmetic over names of -D" {
	same "-D spe=652 'OneCycleLR(opt, 0.1, epochs=10, steps_per_epoch=spe)'" \
		"'OneCycleLR(opt, 0.1, total_steps=6520)'"
	same "-n 90 -D k=3 'StepLR(opt, k * 2**3 + 7 // 2 + 3)'" \
		"-n 90 step,every=30,by=.1"
	same "-n 90 'MultiStepLR(opt, [int(90 * f) for f in (.5, .75)])'" \
		"-n 90 step,at=45/67,by=.1"
	same "-n 90 -D g=.95 'LambdaLR(opt, lambda e: g ** e)'" \
		"-n 90 decay,by=.95"
}

@test "a call among words is a part with its own base and steps" {
	same "-l .1 warmup:5 'CosineAnnealingLR(T_max=85)'" \
		"-l .1 warmup:5 cos:85,from=1x"
	same "-n 100 -l .1 const:20,from=.01 'StepLR(opt, 30)'" \
		"-n 100 -l .1 const:20,from=.01 step,every=30,by=.1"
}

@test "one that cycles momentum adds a column, but not among words" {
	run -0 lrsched 'OneCycleLR(opt, 0.1, total_steps=100)'
	[ "${lines[0]}" = step,lr,momentum ]
	run -0 lrsched const:5 'OneCycleLR(opt, 0.1, total_steps=100)'
	[ "${lines[0]}" = step,lr ] || [ "${lines[0]}" = step,factor ]
}

@test "sparsity has its own name and says when masks are made" {
	run -0 lrsched 'tfmot.PolynomialDecay(0, 0.5, 0, 1000, frequency=100)'
	[ "${lines[0]}" = step,sparsity,prune ]
	[ "${lines[1]}" = 0,0,1 ]
	[[ ${lines[2]} == 1,*,0 ]]
	[[ ${lines[101]} == 100,*,1 ]]
}

@test "the calls of the man page and the README's aim work as pasted" {
	lrsched 'torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=1000)' >/dev/null
	lrsched -D spe=652 'OneCycleLR(opt, 0.1, epochs=10, steps_per_epoch=spe)' >/dev/null
	lrsched -n 90 -l 0.1 'torch.SequentialLR([LinearLR(0.1, 1.0, 5), CosineAnnealingLR(85)], milestones=[5])' >/dev/null
	lrsched 'keras.CosineDecay(0.0, 9500, warmup_target=0.1, warmup_steps=500)' >/dev/null
	lrsched -n 8000 'tfa.CyclicalLearningRate(1e-3, 1e-1, step_size=4*163, scale_fn=lambda x: 1/(2.**(x-1)))' >/dev/null
	lrsched -l 5e-5 'hf.get_cosine_schedule_with_warmup(num_warmup_steps=500, num_training_steps=10000)' >/dev/null
	lrsched -n 10000 'optax.join_schedules([optax.linear_schedule(0, 1e-3, 500), optax.cosine_decay_schedule(1e-3, 9500)], [500])' >/dev/null
	lrsched -n 300 -l 0.1 'timm.CosineLRScheduler(t_initial=300, lr_min=1e-5, warmup_t=5, warmup_lr_init=1e-6)' >/dev/null
	lrsched 'tfmot.PolynomialDecay(initial_sparsity=0, final_sparsity=0.5, begin_step=0, end_step=1000, frequency=100)' >/dev/null
}

@test "a wrong name shows the nearest, a wrong argument the signature" {
	refused 'StpLR(opt, 30)' "no such constructor; nearest is 'StepLR'"
	refused 'optax.StepLR(opt, 30)' 'no such constructor in optax'
	refused 'Zork(3)' 'lrsched --list shows all'
	refused 'StepLR(opt, stepsize=3)' \
		"no argument 'stepsize'; nearest is 'step_size' of StepLR("
	refused 'SGD(base_lr=.1)' "no argument 'base_lr'; nearest is 'lr' of SGD("
	refused 'StepLR(opt)' 'no step_size; expected StepLR('
	refused 'StepLR(opt, 1, 2, 3, 4, 5, 6)' 'more arguments than it has'
	refused 'StepLR(opt, 30, step_size=3)' "argument 'step_size' again"
}

@test "a value that cannot be shows the condition it breaks" {
	refused 'StepLR(opt, 0)' 'step_size=0; expected step_size >= 1'
	refused 'StepLR(opt, None)' 'None >= an int; expected numbers'
	refused 'StepLR(opt, spe)' "no value for 'spe'"
	refused 'StepLR(opt, 1/0)' 'division by zero'
	refused 'StepLR(opt, 30' "expected ',' or ')'"
	refused 'StepLR(opt, 30)+1' 'a schedule + an int; expected numbers'
	refused 'ReduceLROnPlateau(opt)' "expected lrwatch -l LR 'ReduceLROnPlateau(opt)' LOG"
}

@test "the caret stands under the argument that is wrong" {
	run -2 --separate-stderr lrsched -n 9 'StepLR(opt, gamma=.5, step_size=0)'
	# shellcheck disable=SC2154 # set by run
	[ "${stderr_lines[0]%%:*}" = lrsched ]
	[[ ${stderr_lines[0]} == 'lrsched: word 1, column '* ]]
	[ "${stderr_lines[1]}" = 'lrsched:   StepLR(opt, gamma=.5, step_size=0)' ]
	[ "${stderr_lines[2]}" = 'lrsched:                                   ^' ]
}

@test "a lambda may go to where Python would raise only with an error" {
	run -2 --separate-stderr lrsched -n 9 'LambdaLR(opt, lambda e: 1 / (e - 3))'
	[[ $stderr == *'step 3'* ]]
}

@test "a schedule by name takes the arguments of the one it names" {
	same "'get_scheduler(\"polynomial\", opt, 10, 99, {\"power\": 2.0})'" \
		"'get_polynomial_decay_schedule_with_warmup(opt, 10, 99, power=2)'"
	same "'get_scheduler(\"cosine_with_restarts\", opt, 10, 100,
			scheduler_specific_kwargs=dict(num_cycles=3))'" \
		"warmup:10 cos:30,cycles=3,past=zero"
	same "'create_scheduler_v2(opt, \"step\", decay_epochs=30)' -n 90" \
		"step,every=30,by=.1 -n 90"
	refused 'get_scheduler("linear", opt, 10, 99, {"power": 2.0})' \
		"no argument 'power'; expected those of get_linear_schedule"
	refused 'get_scheduler("polynomial", opt, 10, 99, {"lr_end": 2})' \
		'lr_end is not below the base rate'
	[[ ${stderr_lines[0]} == 'lrsched: word 1, column 42: '* ]]
	refused 'get_scheduler("cosine", opt, 10, 99, {1: 2})' \
		'scheduler_specific_kwargs: a key that is not a name'
	refused 'get_scheduler("cosine", opt, 10, 99, 5)' \
		'**an int; expected a dict'
}

@test "of a slice of rates the last one counts, the head's" {
	same "-e 20 'learn.fit_one_cycle(2, slice(1e-5, 1e-3), wd=0.1)'" \
		"-e 20 'learn.fit_one_cycle(2, lr_max=1e-3, cbs=[Cb(k=1)])'"
}

# fastai 1.0.61, callbacks/one_cycle.py: a1 = int(n * pct_start) updates up.
@test "fit_one_cycle(max_lr=) is fastai 1's, whose phases are others" {
	cat >one.py <<-'END'
		import math, sys
		def between(a, b, x): return b + (a - b) / 2 * (math.cos(math.pi * x) + 1)
		e, n, pct, div, last, peak = map(float, sys.argv[1:])
		n *= e
		a = int(n * pct)
		rows = sys.stdin.read().split()[1:]
		assert len(rows) == n, len(rows)
		for t, row in enumerate(rows):
		    lr, m = map(float, row.split(",")[1:3])
		    up, x = t <= a, t / a if t <= a else (t - a) / (n - a)
		    want = between(peak / div, peak, x) if up else between(
		        peak, peak / last, x)
		    assert abs(lr - want) <= 1e-12 * peak, (t, lr, want)
		    want = between(.95, .85, x) if up else between(.85, .95, x)
		    assert abs(m - want) <= 1e-12, (t, m, want)
	END
	lrsched -c step,lr,momentum -e 7 'learn.fit_one_cycle(3, max_lr=slice(1e-3))' |
		"$PYTHON" one.py 7 3 .3 25 25e4 1e-3
	lrsched -c step,lr,momentum -e 9 'learn.fit_one_cycle(cyc_len=4,
	    max_lr=slice(1e-5, 1e-2), div_factor=10, pct_start=.45, final_div=50)' |
		"$PYTHON" one.py 9 4 .45 10 50 1e-2
	lrsched -c step,lr,momentum -e 5 'learn.fit_one_cycle(6, 1e-2, (.95, .85))' |
		"$PYTHON" one.py 5 6 .3 25 25e4 1e-2
	refused 'learn.fit_one_cycle(3, max_lr=.1)' 'no steps per epoch; expected -e'
	refused 'learn.fit_one_cycle(3, max_lr=.1, start_epoch=2)' 'resumed'
}

@test "arguments have the names that they had in older versions" {
	old='CosineLRScheduler(o, 300, lr_min=1e-5, warmup_t=5, warmup_lr_init=1e-6'
	for limit in 1 3; do
		lrsched -n 900 -l 0.1 "$old, cycle_limit=$limit, t_mul=2., decay_rate=1.)" >old.csv
		lrsched -n 900 -l 0.1 "$old, cycle_limit=$limit, cycle_mul=2.)" | cmp - old.csv
	done
	refused "$old, t_mul=2., cycle_mul=2.)" 'expected one of them'
	# It lowered the least rate of each cycle as well.
	refused "$old, decay_rate=.5)" 'lowers lr_min, too; expected cycle_decay'
}

@test "what the libraries refuse, or no table holds, is refused by name" {
	refused 'hf.get_greedy_schedule(opt)' 'waits for a metric'
	refused 'get_scheduler("greedy", opt)' 'waits for a metric'
	refused "timm.PlateauLRScheduler(opt, mode='min')" "lrwatch -l LR \"timm.PlateauLRScheduler(opt, mode='min')\" LOG"
	refused 'fairseq.reduce_lr_on_plateau(lr=.1)' 'waits for a metric'
	refused 'fairseq.pass_through()' "the optimizer's own"
	refused 'timm.CosineLRScheduler(opt, 9, noise_range_t=3)' \
		'random noise'
	refused 'get_constant_schedule(opt, last_epoch=4)' '(use -s)'
	refused 'learn.fit_one_cycle(3)' 'no steps per epoch; expected -e'
	refused 'get_polynomial_decay_schedule_with_warmup(opt, 9, 9)' \
		'num_training_steps=9; expected'
	refused 'fairseq.inverse_sqrt(lr=.1, warmup_updates=0)' \
		'warmup_updates=0; expected warmup_updates > 0'
	refused 'fairseq.tri_stage(lr=.1, phase_ratio=(.5, .6, .1), max_update=9)' \
		'sum(phase_ratio) == 1'
}
