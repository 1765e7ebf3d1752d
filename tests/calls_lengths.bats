#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls of Megatron, DeepSpeed, Paddle, MXNet, Darknet and Caffe: how long a
# table they make, and what they refuse.

load helper

rows() {
	[ "$(lrsched -l 1 -H "$2" | wc -l)" -eq "$1" ] ||
		{ lrsched -l 1 "$2" | tail -n 3; false; }
}

refused() {
	run -2 --separate-stderr lrsched -n 100 "$1"
	# shellcheck disable=SC2154 # set by run
	[[ ${stderr_lines[0]} == *": $2"* ]] || { echo "$stderr"; false; }
	[ -z "$output" ]
}

megatron() {
	echo "megatron.OptimizerParamScheduler(opt, init_lr=0, max_lr=0.1," \
		"min_lr=0, lr_warmup_steps=10, lr_decay_steps=100," \
		"start_wd=0, end_wd=0, wd_incr_steps=1, ${1-}," \
		"${2-wd_incr_style='constant'})"
}

@test "a call that knows its horizon makes a table as long" {
	local style
	for style in constant linear cosine inverse-square-root; do
		rows 100 "$(megatron "lr_decay_style='$style'")"
		rows 10 "$(megatron "lr_decay_style='$style', increment=10")"
	done
	rows 50 'deepspeed.WarmupDecayLR(total_num_steps=50, warmup_num_steps=5)'
	rows 50 'deepspeed.WarmupCosineLR(total_num_steps=50, warmup_num_steps=5)'
	rows 50 'paddle.OneCycleLR(0.1, 50)'
	rows 55 'paddle.LinearWarmup(CosineAnnealingDecay(0.1, 50), 5, 0, 0.1)'
	rows 50 'mxnet.PolyScheduler(50)'
	rows 50 'mxnet.CosineScheduler(50, warmup_steps=5)'
	rows 50 "darknet.net(policy='sgdr', sgdr_cycle=8, max_batches=50)"
	rows 50 'darknet.net(burn_in=5, max_batches=50)'
	rows 50 "caffe.SolverParameter(lr_policy='step', base_lr=.1, gamma=.1,
		stepsize=20, max_iter=50)"
}

@test "one without a horizon wants -n" {
	local call
	for call in 'deepspeed.WarmupLR()' 'paddle.StepDecay(0.1, 30)' \
		'mxnet.FactorScheduler(30)' 'darknet.net()' \
		"caffe.SolverParameter(lr_policy='fixed', base_lr=.1)"; do
		run -2 --separate-stderr lrsched "$call"
		[[ $stderr == *'no end of its own'* ]]
	done
}

@test "Megatron's steps are samples, increment of them an update" {
	lrsched "$(megatron "lr_decay_style='cosine'")" |
		awk -F, 'NR > 1 && !(($1) % 10) { print $1 / 10 "," $2 }' >want
	lrsched -H "$(megatron "lr_decay_style='cosine', increment=10")" >got
	cmp want got
}

@test "what Megatron asserts is refused" {
	refused "$(megatron "lr_decay_style='cos'")" \
		"lr_decay_style='cos'; expected lr_decay_style in ("
	refused "$(megatron "lr_decay_style='WSD'")" 'no wsd_decay_steps'
	refused "$(megatron "lr_decay_style='WSD', wsd_decay_steps=9")" \
		'no such lr_wsd_decay_style'
	refused "$(megatron "lr_decay_style='WSD', wsd_decay_steps=0,
		lr_wsd_decay_style='linear'")" 'no steps; expected wsd_decay_steps'
	refused "megatron.OptimizerParamScheduler(0, .1, 0, 10, 10, 'linear', 0,
		0, 1, 'constant')" 'lr_warmup_steps=10; expected'
	refused "megatron.OptimizerParamScheduler(0, .1, 0, 1, 10, 'linear', 0,
		0.1, 1, 'constant')" 'a constant that changes'
	refused "megatron.OptimizerParamScheduler(0, .1, 0, 1, 10, 'linear', 0,
		0.1, 0, 'linear')" 'no steps; expected wd_incr_steps'
	refused "megatron.OptimizerParamScheduler(0, .1, .2, 1, 10, 'linear', 0,
		0, 1, 'constant')" 'max_lr=0.1; expected max_lr >= min_lr'
}

@test "what DeepSpeed refuses is refused, and a resumed schedule" {
	refused 'deepspeed.WarmupLR(warmup_num_steps=0)' \
		'warmup_num_steps=0; expected'
	refused 'deepspeed.LRRangeTest(last_batch_iteration=4)' \
		'no table can hold a resumed schedule'
	refused 'deepspeed.OneCycle(.1, .2, cycle_first_step_size=0)' \
		'cycle_first_step_size=0; expected'
	refused 'deepspeed.OneCycle(.1, .2, cycle_second_step_size=-1)' \
		'a second half below 0'
}

@test "what Paddle refuses is refused" {
	refused 'paddle.ReduceOnPlateau(0.1)' 'no table can hold what follows'
	refused 'paddle.StepDecay(0.1, 30, last_epoch=3)' \
		'no table can hold a resumed schedule'
	refused 'paddle.OneCycleLR(0.5, 10, phase_pct=0.1)' \
		'a first phase of no length, which the library divides by'
	refused 'paddle.OneCycleLR(0.5, 10, phase_pct=0.6, three_phase=True)' \
		'no third phase'
	refused 'paddle.PiecewiseDecay([], [1])' 'no boundaries'
	refused 'paddle.PiecewiseDecay([1], [1])' 'too few values'
	refused 'paddle.MultiStepDecay(0.5, [4, 3])' 'milestones that do not'
	refused "paddle.CyclicLR(0.5, .6, 4, mode='x')" 'no such mode'
	refused 'paddle.CyclicLR(0.5, .6, 4, 0)' 'step_size_down below 1'
	refused 'paddle.ExponentialDecay(0.5, 1.0)' 'gamma=1.0; expected gamma < 1'
	refused 'paddle.LinearWarmup(0.5, 3, 0.5, 0.5)' 'end_lr=0.5; expected'
}

@test "what MXNet refuses is refused, and what it divides by" {
	refused 'mxnet.PolyScheduler(10, warmup_steps=10)' 'all of max_update'
	refused 'mxnet.MultiFactorScheduler([], .5)' 'no steps'
	refused 'mxnet.MultiFactorScheduler([0, 5], .5)' 'a step below 1'
	refused 'mxnet.MultiFactorScheduler([5, 5], .5)' 'steps that do not'
	refused 'mxnet.FactorScheduler(5, 1.5)' 'factor=1.5; expected factor <= 1'
	refused 'mxnet.CosineScheduler(9, warmup_begin_lr=1)' \
		'warmup_begin_lr=1; expected'
}

@test "what Darknet and Caffe cannot do, or draw by lot, is refused" {
	refused "darknet.net(policy='random')" 'no table can hold random numbers'
	refused "darknet.net(policy='linear')" "policy='linear'; expected"
	refused "darknet.net(policy='steps')" 'no steps or scales'
	refused "darknet.net(policy='steps', steps=[1, 2], scales=[1])" \
		'fewer scales than steps'
	refused "darknet.net(policy='step', step=0)" 'no steps; expected step'
	refused "darknet.net(policy='step', scale=0)" 'no scale'
	refused "darknet.net(policy='exp', gamma=0)" 'no gamma'
	refused "darknet.net(policy='poly')" 'no length; expected max_batches'
	refused "darknet.net(policy='poly', power=0, max_batches=9)" 'no power'
	refused "darknet.net(burn_in=9, power=0)" 'a burn-in of no power'
	refused "darknet.net(policy='sgdr')" 'no cycle'
	refused "darknet.net(policy='sgdr', sgdr_cycle=9, sgdr_mult=0)" \
		'cycles that shrink to 0'
	local caffe="caffe.SolverParameter(base_lr=.1, lr_policy="
	refused "$caffe'plateau')" 'no table can hold what follows a metric'
	refused "$caffe'poly')" 'no length; expected max_iter'
	refused "$caffe'poly', max_iter=9, power=-1)" 'power below 0'
	refused "$caffe'inv', power=-1)" 'power below 0'
	refused "$caffe'step', gamma=.1)" 'no steps; expected stepsize'
	refused "$caffe'step', gamma=-1, stepsize=3)" 'gamma=-1; expected'
	refused "$caffe'sigmoid')" 'no middle; expected stepsize'
}
