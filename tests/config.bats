#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a trainer is given as SPEC: which text is what, what is asked for, what
# is refused.  The rates are held to the packages' in golden.bats.

load helper
load schedules

@test "flags are read alone, as words, in a command and in a script" {
	want="'TrainingArguments(learning_rate=2e-5, warmup_steps=10, \
		lr_scheduler_type=\"cosine\", max_steps=100)'"
	same "-- '--learning_rate 2e-5 --lr_scheduler_type cosine \
		--warmup_steps 10 --max_steps 100'" "$want"
	same "-- --learning_rate=2e-5 --lr_scheduler_type=cosine \
		--warmup_steps 10 --max-steps 100" "$want"
	same "'python -m train --learning_rate 2e-5
		--lr_scheduler_type cosine --warmup_steps 10 --max_steps 100 \
		> log.txt 2>&1'" "$want"
	cat >run.sh <<-'END'
		#!/bin/bash
		set -e   # --max_steps 7 is no flag here
		LR=2e-5
		STEPS=${STEPS:-100}
		ARGS=(
		    --lr_scheduler_type "cosine"
		    --warmup_steps 10   # updates
		)
		MORE="--max_steps $STEPS --output_dir $OUT/x"
		if [ -n "$DEBUG" ]; then
		    EXTRA=1
		fi
		cat >ds.json <<EOF
		{"--max_steps": 3}
		EOF
		export WANDB=off; cd $(dirname $0)
		torchrun --nproc_per_node=8 train.py "${ARGS[@]}" $MORE \
		    --learning_rate $LR --x "$(date +%s)" | tee log
	END
	same '@run.sh' "$want"
	same '@- <run.sh' "$want"
	want=${want/2e-5/4e-5}
	same '-D LR=4e-5 -D STEPS=50 @run.sh' "${want/100/50}"
}

@test "what only a shell knows is asked for, all at once" {
	cat >run.sh <<-'END'
		for seed in 1 2; do
		    if [ "$BIG" ]; then LR=1e-3; else LR=2e-3; fi
		    python train.py --lr $LR --sched cosine --seed $seed \
		        --epochs $1 --warmup-lr ${WLR} --min-lr $(cat min)
		done
	END
	refused -e 10 @run.sh
	[[ $stderr == *"no value for "* ]]
	for name in LR epochs WLR min_lr; do
		[[ $stderr == *" -D $name=VALUE"* ]] || { echo "$name"; false; }
	done
	same '-e 10 -D LR=.1 -D epochs=20 -D WLR=0 -D min_lr=0 @run.sh' \
		"-e 10 -- '--sched cosine --lr .1 --epochs 20 --warmup-lr 0'"
	printf 'python a.py --learning_rate 1 --max_steps 9\n' >two.sh
	printf 'python a.py --learning_rate 2 --max_steps 9\n' >>two.sh
	refused @two.sh
	[[ $stderr == *'2 commands with the flags of a schedule'* ]]
}

@test "JSON, YAML, dicts and assignments are the same configuration" {
	want="-n 40 -l 0.1 'StepLR(o, 15, 0.5)'"
	cat >c.json <<-'END'
		{"model": {"lr_mult": null},
		 "optimizer": {"type": "SGD", "lr": 0.1},
		 "lr_scheduler": {"type": "StepLR", "step_size": 15, "gamma": 0.5}}
	END
	cat >c.yaml <<-'END'
		# Trains a thing.
		model:
		  name: "net # 1"
		  layers: [1, 2,
		           3]
		optimizer: {_target_: torch.optim.SGD, lr: 1e-1}
		note: |
		  lr: 7
		lr_scheduler:
		  _target_: torch.optim.lr_scheduler.StepLR
		  step_size: 15   # steps
		  gamma: 0.5
		callbacks:
		- a: 1
		  b: 2
		- c
	END
	cat >c.toml <<-'END'
		# Trains a thing.
		name = "net # 1"
		[[callbacks]]
		a = 1
		[optimizer]
		type = 'SGD'
		lr = 1e-1
		betas = [ # of what
		    0.9, 0.95,
		]
		[ lr_scheduler ]   # by steps
		"type" = "StepLR"
		step_size = 1_5
		gamma = 0.5
	END
	same '-n 40 @c.json' "$want"
	same '-n 40 @c.yaml' "$want"
	same '-n 40 @c.toml' "$want"
	same '-n 40 "$(cat c.json)"' "$want"
	same '-n 40 "$(cat c.yaml)"' "$want"
	same '-n 40 "$(cat c.toml)"' "$want"
	same "-n 40 'cfg = dict(optimizer=dict(lr=0.1), lr_scheduler=dict(
		type=\"StepLR\", step_size=15, gamma=0.5))'" "$want"
	same "-n 40 \"{'optimizer': {'lr': 0.1}, 'scheduler': {'name': 'StepLR',
		'step_size': 15, 'gamma': 0.5,},}\"" "$want"
	cat >cli.yaml <<-'END'
		optimizer:
		    class_path: torch.optim.SGD
		    init_args:
		        lr: 0.1
		lr_scheduler:
		    class_path: StepLR
		    init_args:
		        step_size: 15
		        gamma: 0.5
	END
	same '-n 40 @cli.yaml' "$want"
	same "-n 40 -D lr_scheduler.step_size=15 -D optimizer.lr=.1 '{\"optimizer\":
		{\"lr\": 3}, \"lr_scheduler\": {\"type\": \"StepLR\",
		\"step_size\": 7, \"gamma\": 0.5}}'" "$want"
	refused -n 40 '{"lr_scheduler": {"type": "StepLR", "step_size": 0}}'
	[[ $stderr == *'StepLR: step_size=0; expected'* ]]
}

@test "auto and interpolations are asked for by their keys" {
	spec='{"scheduler": {"type": "WarmupDecayLR", "params":
		{"warmup_max_lr": "auto", "warmup_num_steps": 9,
		 "total_num_steps": "auto"}}}'
	refused "$spec"
	[[ $stderr == *'-D warmup_max_lr=VALUE'*'-D total_num_steps=VALUE'* ]]
	same '-D warmup_max_lr=.1 -D total_num_steps=50 "$spec"' \
		"'WarmupDecayLR(None, 50, warmup_max_lr=.1, warmup_num_steps=9)'"
	refused -n 9 'WarmupLR(o, warmup_max_lr="auto", warmup_num_steps="auto")'
	[[ $stderr == *'-D warmup_max_lr=VALUE'*'-D warmup_num_steps=VALUE'* ]]
	refused -n 9 $'lr_scheduler:\n  _target_: StepLR\n  step_size: ${n}'
	[[ $stderr == *'-D step_size=VALUE'* ]]
}

@test "lengths that differ are an error, unknown ones are asked for" {
	flags='--learning_rate 1e-4 --num_train_epochs 3 --warmup_ratio .1'
	refused -- "$flags"
	[[ $stderr == *'expected -n STEPS, or -e STEPS_PER_EPOCH'* ]]
	refused -n 200 -e 100 -- "$flags"
	[[ $stderr == *'lasts 300 steps by this, and -n 200'* ]]
	refused -n 200 -- "$flags --max_steps 100"
	[[ $stderr == *'lasts 100 steps by this, and -n 200'* ]]
	same "-n 300 -e 100 -- '$flags'" "-e 100 -- '$flags'"
	same "-D max_steps=50 -- '$flags'" "-n 50 -- '$flags'"
	run -0 lrsched --rows 5 -H -- "$flags --max_steps 100"
	[ "${#lines[@]}" -eq 5 ]
	refused 'lr_config = dict(policy="step", step=[8], warmup="linear",
		warmup_iters=500)'
	[[ $stderr == *'expected -e'* ]]
}

@test "-l and -D go before what the trainer says" {
	flags='--lr 3e-4 --min-lr 0 --lr-decay-style cosine --train-iters 100'
	same "-l 1e-3 -- '$flags'" "-- '${flags/3e-4/1e-3}'"
	same "-D lr=1e-3 -- '$flags'" "-- '${flags/3e-4/1e-3}'"
	same "-D lr_warmup_iters=10 -- '$flags'" \
		"-- '$flags --lr-warmup-iters 10'"
}

@test "settings that may matter are remarked, others are not" {
	run -0 --separate-stderr lrsched -- '--learning_rate 1e-4 --max_steps 9
		--seed 3 --bf16 True --warmup_step 4 --backbone_lr 1e-5 --x_lr 0'
	[[ $stderr == *"note: 'warmup_step' is not read; nearest is 'warmup_steps'"* ]]
	[[ $stderr == *"note: 'backbone_lr' is not read"* ]]
	[ "$(wc -l <<<"$stderr")" -eq 2 ]
	run -0 --separate-stderr lrsched -q -- '--learning_rate 1e-4
		--max_steps 9 --backbone_lr 1e-5'
	[ -z "$stderr" ]
	# Another trainer's settings: the rate would be wrong.
	refused -e 10 -- '--lr 1e-3 --warmup_ratio 0.1 --num_train_epochs 3'
	[[ $stderr == *"'lr' is not a setting of TrainingArguments"* ]]
	refused -e 10 -- '--learning_rate 1e-3 --warmup_ratio 0.1 --epochs 3'
	[[ $stderr == *"'epochs' is not a setting of TrainingArguments"* ]]
	refused -n 9 -- '--lr 0.1 --epochs 5 --warmup 3'
	[[ $stderr == *"no trainer's settings that are known: lr, epochs, warmup"* ]]
	refused -n 9 -- '--lr 0.1 --epochs 5 --batch-size 3'
	[[ $stderr == *'-D trainer=timm'* ]]
	same "-n 50 -D trainer=timm -- '--lr .1 --epochs 50'" \
		"-n 50 -- '--sched cosine --lr .1 --epochs 50'"
}

@test "trainers that count epochs hold their values with -e" {
	flags='--lr .1 --epochs 4 --lr-scheduler steplr --lr-step-size 2'
	run -0 --separate-stderr lrsched -H -- "$flags"
	[ "${lines[*]}" = '0,0.1 1,0.1 2,0.010000000000000002 3,0.010000000000000002' ]
	[[ $stderr == *'rows are epochs; with -e they are steps'* ]]
	run -0 --separate-stderr lrsched -H -e 3 -c lr -s 4 -k 4 -- "$flags"
	[ "${lines[*]}" = '0.1 0.010000000000000002' ]
	[ -z "$stderr" ]
	same "-H --count epoch -- '$flags'" "-H -- '$flags'"
}

@test "a script's settings are read where no function is" {
	printf 'learning_rate = 1e-3\nmax_iters = 50\nlr_decay_iters = 50\n' >c.py
	printf 'warmup_iters = 5\nmin_lr = learning_rate / 10\n' >>c.py
	same '@c.py' "'nanogpt.get_lr(1e-3, 5, 50, 1e-4)'"
	printf 'def get_lr(it):\n    return learning_rate / (1 + it)\n' >>c.py
	same '-n 50 @c.py' "-n 50 'time,k=1' -l 1e-3"
	# A configuration that cannot be anything else comes first.
	printf 'def f(step):\n    return 1\nparam_scheduler = dict(type="StepLR",
	    step_size=3, by_epoch=False)\n' >m.py
	same '-n 9 @m.py' "-n 9 'mmengine.StepLR(o, 3, by_epoch=False)'"
}

@test "--explain says whose settings they were taken for" {
	lrsched --explain -n 9 -e 3 'lr_config = dict(policy="step", step=[2])' |
		grep -qx 'call: MMCVConfig'
	lrsched --explain -- '--learning_rate 1 --max_steps 9' |
		grep -qx 'call: TrainingArguments'
}

@test "lrcheck holds a log to a configuration" {
	flags='--learning_rate 2e-5 --lr_scheduler_type cosine --max_steps 100'
	lrsched -- "$flags" >log.csv
	run -0 lrcheck -f csv -s "$flags" log.csv
	[[ $output == *followed* ]]
	run -0 lrcheck -f csv -s 'TrainingArguments(learning_rate=2e-5,
		lr_scheduler_type="cosine", max_steps=100)' log.csv
	[[ $output == *followed* ]]
	run -1 lrcheck -f csv -s "${flags/100/120}" log.csv
	[[ $output == *max_steps=100* ]]
}

@test "broken and hostile texts end with a message" {
	local text texts=(
		'--' '--x' '-- --' '--lr' "--lr '3e-4" '--lr "3e-4' '--lr $' '--lr ${'
		'--lr ${x' '--lr $(' '--lr `' '--a=(' '{' '[' '{"a": ' '{"a": 1, "a": 2}'
		'{"scheduler": {"type": "WarmupLR"}}' '{"scheduler": {"type": 3}}'
		'{"param_scheduler": 3}' '{"lr_config": {}}' '{"SOLVER": {}}'
		'{"scheduler": {"name": "cosine_with_warmup"}}' '[1, 2]' '[{}]'
		'[{"type": "StepLR"}]' $'a:\n  b: [1, 2\n' $'a: 1\n    b: 2\n'
		$'a:\n- b\n c\n' $'lr0: x\nlrf: {}\n' 'SOLVER.BASE_LR x'
		'--sched x --lr .1' '--lr-scheduler x --warmup-updates 3 --lr 1'
		'--lr 1 --train-iters 0' '--lr 1 --train-iters -5' '--lr x --train-iters 9'
		'--lr 1 --train-samples 10 --rampup-batch-size 1 1 5 --global-batch-size 0'
		'--lr 1 --train-samples 10 --rampup-batch-size 1 0 5 --global-batch-size 4'
		'--learning_rate 1e999 --max_steps 3 --lr_scheduler_type cosine'
	)
	text=$(printf 'A=1\n'; for i in {1..60}; do echo 'A=$A$A$A'; done)
	texts+=("export X=1
$text
python t.py --lr \$A --sched x" "$(printf '[%.0s' {1..400})"
		"$(printf -- '- %.0s' {1..400})x: 1" "$(printf 'a: %.0s{' {1..300})"
		"[a.b]
x = $(printf '[%.0s' {1..400})" "[$(printf 'a.%.0s' {1..400})a]
x = 1" "$(printf '[[a.b]]\n%.0s' {1..9999})" '[a]
x = "' "$(printf '[a]\nx = {y = "\\'; printf '{z = %.0s' {1..99})")
	for text in "${texts[@]}"; do
		run within 20 lrsched -n 9 -- "$text"
		[ "$status" -le 2 ] && [[ $output != *Sanitizer* ]] ||
			{ echo "$status: $text: $output" | head -c 2000; false; }
		[ -n "$output" ]
	done
}

@test "texts without a file's name are known by how they look" {
	want="-n 300 'SFTConfig(learning_rate=1e-4, warmup_ratio=.1)'"
	flags='--learning_rate 1e-4 --warmup_ratio .1'
	same "-n 300 './run.sh 4 data $flags'" "$want"
	same "-n 300 'GPUS=\$1
		ARGS=\"$flags\"
		python train.py \$ARGS'" "$want"
	same "-n 300 '# Starts it.
		lr=1e-4
		srun python train.py \\
		    --learning_rate \${lr} --warmup_ratio .1'" "$want"
	same "-n 300 'learning_rate=1e-4 warmup_ratio=.1 x.y=3'" "$want"
	same "-n 300 '# of a file
		learning_rate: 1e-4  # (SGD=1E-2)
		warmup_ratio: .1'" "$want"
	same "-n 300 'args = SFTConfig(f\"{name}-x\", learning_rate=1e-4,
		num_train_epochs=E, warmup_ratio=.1, per_device=b)'" "$want"
	same "-n 300 'args = SFTConfig(learning_rate=1e-4, warmup_ratio=.1,
		lr_scheduler_type=transformers.SchedulerType.LINEAR)'" "$want"
	# An argparse script with a docstring and TeX is Python.
	cat >train.py <<-'END'
		"""Usage: train.py --lr 0.1"""
		parser.add_argument("--lr", default=0.1)
		plt.xlabel("$t$")
		scheduler = StepLR(SGD(p, lr=.1), 5)
	END
	same '-n 20 @- <train.py' "-n 20 -l .1 'StepLR(o, 5)'"
}

@test "settings are found in sections, attributes and a trainer's call" {
	want='SOLVER.BASE_LR 0.02 SOLVER.MAX_ITER 300 SOLVER.STEPS (200,)'
	same "'cfg = get_cfg()
cfg.SOLVER.BASE_LR = 0.02
cfg.SOLVER.MAX_ITER = 300  # short
cfg.SOLVER.STEPS = [200]
cfg.OUTPUT_DIR = path'" "'$want'"
	same "'SOLVER:
  STEPS: (200,)
  BASE_LR: 0.02
  MAX_ITER: 300
TEST:
  X: 3'" "'$want'"
	refused $'_BASE_: x.yaml\nSOLVER:\n  MAX_ITER: 9'
	[[ $stderr == *'-D SOLVER.BASE_LR=VALUE -D SOLVER.STEPS=VALUE'* ]]
	same "-D SOLVER.BASE_LR=.02 -D 'SOLVER.STEPS=(200,)' '_BASE_: x.yaml
SOLVER:
  MAX_ITER: 300'" "'$want'"
	same "-e 50 'results = YOLO(\"n.pt\").train(data=d, epochs=9, lr0=0.02)'" \
		"-e 50 'yolo train epochs=9 lr0=0.02'"
	same "-e 50 'model.train(data=d, epochs=9, lr0=0.02)'" \
		"-e 50 'yolo train epochs=9 lr0=0.02'"
	same "-e 40 'optimizer: {_component_: torch.optim.AdamW, lr: 3e-4}
lr_scheduler:
  _component_: torchtune.training.get_cosine_schedule_with_warmup
  num_warmup_steps: 10
epochs: 2'" "-l 3e-4 'get_cosine_schedule_with_warmup(o, 10, 80)' -e 40"
	same "-n 100 'trainer: {max_steps: 100}
model:
  optim:
    lr: 1e-3
    sched: {name: CosineAnnealing, warmup_steps: 9, min_lr: 1e-5}'" \
		"-n 100 -l 1e-3 'nemo.CosineAnnealing(o, 100, 1e-5, warmup_steps=9)'"
	same "'class Config:
    learning_rate = 1e-3
    warmup_iters = 5
    max_iters = lr_decay_iters = 50
    min_lr = 1e-4'" "'nanogpt.get_lr(1e-3, 5, 50, 1e-4)'"
	refused 'python train.py config/x.py --learning_rate 1 --max_iters 9'
	[[ $stderr == *'another file of settings'* ]]
}

@test "only what makes the rate may be asked for" {
	want="-n 300 'SFTConfig(learning_rate=1e-4, warmup_ratio=.1)'"
	same "-n 300 'args = SFTConfig(str(out), learning_rate=1e-4,
		weight_decay=a.wd * 2, n=len(b), warmup_ratio=.1)'" "$want"
	same "-n 300 'SFTConfig(str(out), x=a.b * 2, learning_rate=1e-4,
		warmup_ratio=.1)'" "$want"
	refused -n 30 'args = SFTConfig(output_dir=str(out), learning_rate=a.lr * 2,
		lr_scheduler_type=a.kind, weight_decay=a.wd, n=len(b))'
	[[ $stderr == *'expected -D a.lr=VALUE'* && $stderr != *a.wd* ]]
	# Variables beside a configuration are no settings.
	same "-n 40 'max_epochs = 40
		lr = 3
		vis = dict(type=\"Vis\")
		param_scheduler = dict(type=\"StepLR\", step_size=9)'" \
		"-n 40 'mmengine.StepLR(o, 9)'"
	# A class with functions is a script's, not a section of settings.
	refused -n 30 'class Noam(Base):
	    warmup_lr = 3
	    def get_lr(self):
	        return self.warmup_lr'
	[[ $stderr == *'get_lr() gives'*'expected a list of rates'* ]]
}

# The runner's rule, stepped as MMEngine's schedulers are: what has no end of
# its own acts until the training ends.
@test "a scheduler of MMEngine without an end acts as long as one trains" {
	cat >ended.py <<-'END'
		import math, sys
		def run(kind, n, begin, lr):
		    total, out = n - begin, []
		    for epoch in range(n):
		        t = epoch - begin
		        if t < 0:
		            out.append(lr)
		            continue
		        if kind == "CosineAnnealingLR" and t > 0:
		            lr = 1e-3 + (1 + math.cos(math.pi * t / total)) / (
		                1 + math.cos(math.pi * (t - 1) / total)) * (lr - 1e-3)
		        if kind == "PolyLR" and t > 0:
		            lr *= 1 - 1 / (total - 1 - t + 1)
		        if kind == "LinearLR":
		            lr *= 0.25 if t == 0 else 1 + 0.75 / (
		                (total - 1) * 0.25 + (t - 1) * 0.75)
		        if kind == "ConstantLR":
		            lr *= 0.25 if t == 0 else 4 if t == total - 1 else 1
		        out.append(lr)
		    return out
		got = [float(x.split(",")[1]) for x in sys.stdin.read().split()[1:]]
		want = run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), 0.1)
		assert len(got) == len(want), (len(got), len(want))
		for i, (a, b) in enumerate(zip(got, want)):
		    assert abs(a - b) <= 1e-12, (i, a, b)
	END
	local kind begin more
	for kind in CosineAnnealingLR PolyLR LinearLR ConstantLR; do
		case $kind in
		Cos*) more=', eta_min=1e-3' ;;
		Poly*) more= ;;
		Lin*) more=', start_factor=0.25' ;;
		*) more=', factor=0.25' ;;
		esac
		for begin in 0 3; do
			echo "param_scheduler = [dict(type='$kind', begin=$begin$more)]
				optimizer = dict(lr=0.1)" | tr -d '\t' >c.py
			echo "$kind $begin"
			lrsched -q -n 12 @c.py | "$PYTHON" ended.py $kind 12 $begin
			echo 'train_cfg = dict(max_epochs=12)' >>c.py
			lrsched -q @c.py | "$PYTHON" ended.py $kind 12 $begin
		done
	done
	# Steps, where the training is said in epochs.
	sed -i "s/begin=3/begin=0, by_epoch=False/" c.py
	refused '@c.py'
	[[ $stderr == *'steps (by_epoch) of max_epochs; expected -e'* ]]
	lrsched -q -e 4 @c.py | sed 's/,[0-9]*$//' | "$PYTHON" ended.py ConstantLR 48 0
}

# Each scheduler acts on the rate that the others have left: MMEngine's own
# recurrences, those of steps before those of epochs.
@test "schedulers of MMEngine at the same time act on one rate" {
	cat >together.py <<-'END'
		import math, sys
		cos = math.cos
		def linear(lr, k): return lr * (0.25 if k == 0 else 1 + 0.75 / (
		    7 * 0.25 + (k - 1) * 0.75)) if k < 8 else lr
		def cosine(lr, k, low=1e-3, T=5):
		    if k == 0 or k >= 7: return lr
		    if (k - 1 - T) % (2 * T) == 0:
		        return lr + (0.1 - low) * (1 - cos(math.pi / T)) / 2
		    return (1 + cos(math.pi * k / T)) / (1 + cos(
		        math.pi * (k - 1) / T)) * (lr - low) + low
		def poly(lr, k):
		    k -= 2
		    return lr if k <= 0 or k >= 5 else (
		        lr - 0.01) * (1 - 1 / (5 - 1 - k + 1)) ** 2 + 0.01
		def steps(lr, k): return lr * 0.5 if k > 0 and k % 3 == 0 else lr
		of = dict(linear=linear, cosine=cosine, poly=poly, steps=steps)
		e, lr, want = int(sys.argv[1]), 0.1, []
		for t in range(7 * e):
		    for name in sys.argv[2].split(","):
		        lr = of[name](lr, t)
		    for name in sys.argv[3].split(",") if t % e == 0 else ():
		        lr = of[name](lr, t // e)
		    want.append(lr)
		got = [float(x.split(",")[1]) for x in sys.stdin.read().split()[1:]]
		assert len(got) == len(want), (len(got), len(want))
		for i, (a, b) in enumerate(zip(got, want)):
		    assert abs(a - b) <= 1e-12, (i, a, b)
	END
	local linear="dict(type='LinearLR', start_factor=0.25, end=8, by_epoch=False)"
	local steps="dict(type='StepLR', step_size=3, gamma=0.5, by_epoch=False)"
	local cosine="dict(type='CosineAnnealingLR', T_max=5, end=7, eta_min_ratio=0.01)"
	local poly="dict(type='PolyLR', begin=2, end=7, power=2, eta_min=0.01)"
	printf 'optimizer = dict(lr=0.1)\nparam_scheduler = [%s, %s]\n' \
		"$cosine" "$linear" >c.py
	lrsched -q -e 5 -n 35 @c.py | sed 's/,[0-9]*$//' |
		"$PYTHON" together.py 5 linear cosine
	sed -i "s/\[.*/[$poly, $steps, $cosine, $linear]/" c.py
	lrsched -q -e 5 -n 35 @c.py | sed 's/,[0-9]*$//' |
		"$PYTHON" together.py 5 steps,linear poly,cosine
	sed -i "s/$cosine/dict(type='OneCycleLR', eta_max=1, total_steps=9)/" c.py
	refused -e 5 -n 35 @c.py
	[[ $stderr == *'OneCycleLR at the same time as others'* ]]
}

@test "of several schedules in a file of settings the one of a part is chosen" {
	cat >gan.yaml <<-'END'
		gen:
		  optimizer: {_target_: torch.optim.SGD, lr: 0.5}
		  lr_scheduler: {_target_: StepLR, step_size: 3}
		nets:
		  disc: {_target_: CosineAnnealingLR, T_max: 9}
	END
	refused -n 9 @gan.yaml
	[[ $stderr == *'expected one, as @FILE:KEY'* ]]
	same '-n 9 @gan.yaml:gen' '-n 9 -l 0.5 step,every=3,by=0.1'
	same '-n 9 -l 1 @gan.yaml:nets.disc' '-n 9 -l 1 cos:9'
	refused -n 9 @gan.yaml:nets.gen
	[[ $stderr == *"'gen' is no part of these settings"* ]]
	printf '{"a": {"lr": 0.5, "scheduler": {"_target_": "StepLR", "step_size": 3}}, "b": {"_target_": "StepLR", "step_size": 5}}' >two.json
	same '-n 9 -l 0.5 @two.json:a' '-n 9 -l 0.5 step,every=3,by=0.1'
	refused -n 9 @two.json
}

@test "GRPO's num_iterations is no other trainer's length" {
	local text='learning_rate: 1e-06
	lr_scheduler_type: constant_with_warmup
	max_steps: -1
	num_iterations: 1
	num_train_epochs: 1
	per_device_train_batch_size: 2'
	text=${text//$'\n\t'/$'\n'}
	run -0 --separate-stderr lrsched -n 2 "$text"
	[ "$output" = $'step,lr\n0,1e-06\n1,1e-06' ]
	[ -z "$stderr" ]
	run -0 --separate-stderr lrsched -n 2 "${text/iterations: 1/iterations: 2}"
	[[ $stderr = *"num_iterations trains with each batch again"* ]]
}

@test "what a card has behind its settings is read over" {
	local card='### Training hyperparameters

- learning_rate: 3e-05
- optimizer: Adam with betas=(0.9,0.999) and epsilon=1e-08
- lr_scheduler_type: linear
- training_steps: 9

### Training results

| Training Loss | Epoch | Step |
|:-------------:|:-----:|:----:|
| 1.7397        | 0.5   | 4    |'
	local versions='

### Framework versions

- Transformers 4.36.2
- learning_rate: 1'
	lrsched -n 9 -l 3e-5 'get_linear_schedule_with_warmup(o, 0, 9)' >card.csv
	lrsched -q -n 9 "$card" | cmp - card.csv
	lrsched -q -n 9 "${card%%### Training results*}$versions" | cmp - card.csv
	lrsched -q -n 9 "$card$versions" | cmp - card.csv
	# Without settings before it, it is no card.
	run -2 --separate-stderr lrsched -n 9 $'- Transformers 4.36.2\n- learning_rate: 1'
}
