#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Constructors by their names: that each is there, which library a name means,
# and what users paste around those that tests/golden has the numbers of.

load helper

refused() {
	run -2 --separate-stderr lrsched "${@:1:$#-1}"
	[ -z "$output" ]
	[[ $stderr == *"${!#}"* ]] || { echo "$stderr"; false; }
}

@test "every definition is listed under its library" {
	local f name
	lrsched --list >list
	for f in "$ROOT"/lib/call/*.py; do
		sed -n "s/^def \([A-Za-z]\w*\)(.*/$(basename "$f" .py).\1(/p" "$f"
	done | sort >defined
	grep -o '^[a-z_0-9]*\.\w*(' list | sort >listed
	diff defined listed
	# As the README says.
	[ "$(wc -l <defined)" -ge 280 ]
	[ "$(cut -d. -f1 defined | sort -u | wc -l)" -gt 40 ]
	for name in NoamLR GradualWarmupScheduler WarmupMultiStepLR SGDRScheduler \
		CosineAnnealingWarmupRestarts LinearWarmupCosineAnnealingLR \
		CustomSchedule CosWithWarmup NoamHoldAnnealing cosine_decay_restarts; do
		lrsched --list "$name" | grep -q "\.$name("
	done
}

@test "what a constructor is stands below its signature" {
	run -0 lrsched --list StepLR
	[[ $output == *$'\n    The rate times gamma every step_size epochs.\n'* ]]
	run -0 lrsched --list
	[[ $output != *'The rate times gamma every'* ]]
}

@test "every constructor says in a sentence what it is" {
	cd "$ROOT/lib/call"
	run -0 "$PYTHON" - <<-'END'
		import ast, glob
		for f in glob.glob("*.py"):
		    with open(f) as text:
		        tree = ast.parse(text.read())
		    for d in tree.body:
		        if isinstance(d, ast.FunctionDef) and d.name[0] != "_" \
		                and f != "shared.py" \
		                and not ast.get_docstring(d):
		            print(f, d.name)
	END
	[ -z "$output" ] || { echo "$output"; false; }
	cd "$BATS_TEST_TMPDIR"
	run -0 lrsched --list olmo_core.WSD
	[[ $output == *$'\n    A warmup, constant, then a line down at the end.'* ]]
}

@test "every library has numbers to be held to" {
	local f
	for f in "$ROOT"/lib/call/*.py; do
		f=$(basename "$f" .py)
		# Three are settings, which config has; one is no library.
		[[ $f == torch@(titan|vision) || $f == ultralytics || $f == shared ]] ||
			[ -s "$ROOT/tests/golden/$f.csv" ] || { echo "$f"; false; }
	done
}

@test "of the libraries that a path may name the one that has it is meant" {
	lrsched 'tf.keras.optimizers.schedules.CosineDecay(0.1, 10)' >keras.csv
	lrsched 'tf.compat.v1.train.cosine_decay(0.1, global_step, 10)' |
		cmp - keras.csv
	lrsched 'tf.train.cosine_decay(0.1, tf.train.get_global_step(), 10)' |
		cmp - keras.csv
	refused 'tf.train.noisy_linear_cosine_decay(0.1, step, 10)' 'random noise'
	# Two libraries have it: the first, and the one that is named.
	[ "$(lrsched -l 1 --at 10 'WarmupMultiStepLR(o, [9])')" != \
		"$(lrsched -l 1 --at 10 'detectron2.WarmupMultiStepLR(o, [9])')" ]
}

# CALL without a library's name is LIBRARY's.
is_of() {
	lrsched --explain -l .1 "$2" | grep -qE "^call: $1\.${2%%(*}(;|$)"
}

@test "a name of several libraries means the one that has the arguments" {
	is_of deepspeed 'WarmupCosineLR(o, 100)'
	is_of detectron2 'WarmupCosineLR(o, max_iters=60, warmup_iters=10)'
	is_of espnet 'NoamLR(o, 64, 10)'
	is_of allennlp 'NoamLR(o, model_size=64, warmup_steps=10, factor=2.0)'
	is_of segmentation 'PolyLR(o, max_iters=30, power=0.9)'
	is_of tfmot 'PolynomialDecay(initial_sparsity=0, final_sparsity=.5, begin_step=0, end_step=9)'
	is_of torch 'CyclicLR(base_lr=0.001, max_lr=0.006, step_size=20.)'
	[ "$(lrsched --rows 1 'CyclicLR(base_lr=.1, max_lr=.2, step_size=9.)' |
		head -n 1)" = step,lr ]
	# No one has it: the first says what it has; a library that is named, too.
	refused 'StepLR(o, zork=3)' 'of StepLR(optimizer, step_size'
	refused 'deepspeed.WarmupCosineLR(o, max_iters=60)' 'total_num_steps'
}

@test "a scheduler wraps another, with its base" {
	cat >train.py <<-'END'
		optim = torch.optim.SGD(model.parameters(), lr=0.4)
		cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optim, 20)
		scheduler = GradualWarmupScheduler(
		    optim, multiplier=1, total_epoch=5, after_scheduler=cosine)
	END
	lrsched --rows 20 @train.py >got.csv
	lrsched --rows 20 -l 0.4 linear:5,from=0,to=1x const:1 cos:20 >want.csv
	cmp got.csv want.csv
	# What it multiplies, and not the optimizer's rate, is the other's base.
	sed -i 's/multiplier=1/multiplier=8/; s/lr=0.4/lr=0.01/' train.py
	lrsched -q --rows 20 @train.py | tail -n +8 >got.csv
	lrsched --rows 20 -l 0.08 const:6 cos:20 | tail -n +8 | cmp - got.csv
	refused 'GradualWarmupScheduler(o, 1, 5, ReduceLROnPlateau(o))' 'metric'
	lrsched -l 0.4 --rows 20 'LambdaLR(o, linear_warmup_decay(5, 20))' >got.csv
	lrsched -l 0.4 --rows 20 poly:5,from=0,to=1x cos:15,past=cont >want.csv
	cmp got.csv want.csv
}

@test "a callback finds the names of the script around it" {
	cat >train.py <<-'END'
		min_learning_rate = 1e-3
		max_learning_rate = 1e-1
		cycle_lr = CycleLearningRate(model, policy="triangular2")
	END
	lrsched -e 5 --rows 90 @train.py >got.csv
	lrsched -e 5 --rows 90 triangular2,min=1e-3,max=1e-1,step=20 >want.csv
	cmp got.csv want.csv
	refused -e 5 'CycleLearningRate(model)' \
		'-D min_learning_rate=VALUE -D max_learning_rate=VALUE'
	refused -D min_learning_rate=1 -D max_learning_rate=0 -e 5 \
		'CycleLearningRate(model)' 'min_learning_rate is above'
	refused -D min_learning_rate=0 -D max_learning_rate=1 \
		'CycleLearningRate(model)' 'expected -e'
	refused 'SGDRScheduler(1e-5, 1e-2)' 'expected -e'
}

@test "the callback of SGDR restarts late, as the word can" {
	lrsched -e 4 --rows 150 'SGDRScheduler(min_lr=1e-5, max_lr=1e-2,
		lr_decay=0.9, cycle_length=3, mult_factor=1.5)' >got.csv
	lrsched -e 4 --rows 150 \
		sgdr,min=1e-5,max=1e-2,len=3ep,mult=1.5,decay=.9,restart=late >want.csv
	cmp got.csv want.csv
}

@test "a schedule of so many steps has no row after its last one" {
	[ "$(lrsched -H --rows 101 'OneCycleLR(o, 0.1, 100)' | wc -l)" -eq 101 ]
	refused --rows 102 'OneCycleLR(o, 0.1, 100)' 'past=error'
	refused --rows 13 'OneCycleLR(o, .05, 11, pct_start=.57, three_phase=True)' \
		'past=error'
	refused -l 1 --rows 5 \
		'ChainedScheduler([CosineAnnealingLR(o, 3), LinearLR(o)])' 'past=error'
	lrsched -l 1 --rows 9 'ChainedScheduler([CosineAnnealingLR(o, 3)])'
}

@test "what no table can hold is refused by name, with what to do" {
	refused 'olmo.MaxScheduler(None, None, None, a, b)' 'higher of two'
	refused 'CosWithWarmup(warmup_steps=10)' 'expected -n'
	refused -n 9 'CosWithWarmup(warmup=1, warmup_fraction=.1)' 'one of them'
	refused 'nemo.SquareAnnealing(o, 10, warmup_ratio=.1, warmup_steps=2)' \
		'steps and a ratio'
	refused 'SequentialLR(o, [ChainedScheduler([ExponentialLR(o, .9)]),
		StepLR(o, 3)], [4])' 'versions of torch start otherwise'
	refused 'OneCycleLR(o, .1, 10, pct_start=1)' 'pct_start=1.0'
}
