#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a trainer is given as SPEC where a plain reading would print a number
# that the run does not have: asked for, refused or remarked, never taken.

load helper

# shellcheck disable=SC2016,SC2154 # scripts are texts; run sets stderr
command='python train.py --lr_scheduler_type linear --max_steps 100'

# The script $1 with a command of that rate behind it, and options.
script() {
	printf '%s\n' "$1" "$command ${2:---learning_rate \$LR}" >run.sh
	shift $(($# > 1 ? 2 : 1))
	run --separate-stderr lrsched -H --at 0 "$@" @run.sh
}

# The script's rate at step 0 is $2, as bash has it.
rate() {
	script "$1"
	[ "$status" -eq 0 ]
	[ "$output" = "$2" ]
	bash -c "python() { :; }; $1
		[ \"\$LR\" = '$2' ]" 2>bash.err
}

asks() {
	script "$@"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == *"-D LR=VALUE"* ]]
}

refused() {
	run -2 --separate-stderr lrsched "${@:2}"
	[ -z "$output" ]
	[[ $stderr == *"$1"* ]]
}

@test "an assignment that may not be run is asked for" {
	asks 'LR=1; [ "$BIG" = 1 ] && LR=5'
	asks 'LR=1; [ "$BIG" ] || LR=5'
	asks 'LR=1; false && LR=5'
	asks 'LR=1; ((BIG)) && LR=5'
	asks 'LR=1; [ "$BIG" ] && X=1 && LR=5'
	asks $'LR=1; [ "$BIG" ] &&\n\tLR=5'
	asks 'LR=1; [ "$BIG" ] && { X=1; LR=5; }'
	asks 'LR=1; f() { LR=5; }; f'
	asks 'f() { LR=5; }; LR=1; f'
	asks 'LR=1; function f { LR=5; }; f'
	asks 'LR=1; [ "$BIG" ] && LR=5' '--learning_rate ${LR:-3}'
	asks 'f() { LR=5; }; [ "$BIG" ] && f' '--learning_rate ${LR:-3}'
	script 'LR=1; [ "$BIG" ] && LR=5' '--learning_rate $LR' -D LR=3
	[ "$output" = 3 ]
}

@test "an assignment of another shell, or of a command, ends with it" {
	rate 'LR=1; ( LR=5 )' 1
	rate 'LR=1; ( X=3; ( LR=5 ); LR=4 )' 1
	rate 'LR=1; LR=5 & wait' 1
	rate 'LR=1; LR=5 | cat; true | LR=6' 1
	rate 'LR=1; LR=5 python other.py' 1
	rate 'LR=1; declare -i LR=4' 4
	rate 'cd . && LR=3 && export LR' 3
	rate $'main() {\nLR=2\n}\nmain' 2
}

@test "values that a command gives are asked for, files are remarked" {
	asks 'LR=1; eval "LR=3"'
	asks 'LR=1; printf -v LR 5'
	asks 'LR=1; read LR <file'
	asks 'LR=1; unset LR'
	asks 'LR=1; ((LR *= 2))'
	rate 'LR=1; if (( LR == 4 )); then :; fi' 1
	script 'LR=1; source env.sh; source venv/bin/activate; . ~/.bashrc'
	[ "$output" = 1 ]
	[[ $stderr == *"'env.sh', which is sourced, is not read"* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	printf '%s\n' 'python t.py --max_steps 9 \' '# --warmup_steps 3 \' \
		'--learning_rate 1' >run.sh
	run -0 --separate-stderr lrsched @run.sh
	[[ $stderr == *'a comment behind'* ]]
}

@test "what is appended is read, what may be flags is asked for" {
	lrsched -- '--learning_rate 1 --max_steps 9 --warmup_steps 5' >want
	cat >run.sh <<-'END'
		ARGS="--learning_rate 1 --max_steps 9"
		ARGS+=" --warmup_steps 5"
		python train.py $ARGS
	END
	lrsched @run.sh >got
	cmp want got
	f='python train.py --learning_rate 1 --max_steps 9'
	echo "$f \$EXTRA" >run.sh
	refused '-D EXTRA=VALUE' @run.sh
	lrsched -D 'EXTRA="--warmup_steps 5"' @run.sh >got
	cmp want got
	echo "ARGS=(--seed 3); [ x ] && ARGS+=(--warmup_steps 5)
		$f --output_dir x \"\${ARGS[@]}\"" >run.sh
	refused "the flags in 'ARGS' are not known" @run.sh
	lrsched -D 'ARGS="--warmup_steps 5"' @run.sh >got
	cmp want got
	# shellcheck disable=SC2016
	echo 'ARGS=`cat f`; python train.py $ARGS' >run.sh
	refused "the flags in '\$ARGS' are not known" @run.sh
	echo "$f --output_dir x \$EXTRA" >run.sh
	run -0 --separate-stderr lrsched @run.sh
	[[ $stderr == *"'EXTRA' has no value; it may be more flags"* ]]
	echo "$f \"\$@\"" >run.sh
	run -0 --separate-stderr lrsched @run.sh
	[[ $stderr == *'may be more flags'* ]]
}

@test "a setting without its value, or with another kind of, is refused" {
	f='--max_steps 100 --lr_scheduler_type linear'
	refused "'learning_rate' has no value" -- "--learning_rate $f"
	refused "'learning_rate' has no value" -- "--learning_rate= $f"
	refused "'lr' has no value" -- '--lr --train-iters 100'
	refused "'warmup_steps' has no value" -- \
		"--learning_rate 1 --warmup_steps $f"
	refused "'lr_scheduler_kwargs' has no value" -- \
		"--learning_rate 1 $f --lr_scheduler_kwargs min_lr=1e-4"
	lrsched -- "--learning_rate 1 $f --output_dir= --bf16" >/dev/null
	yaml=$'learning_rate: 1e-4\nmax_steps: 9\nwarmup_steps: '
	refused "'warmup_steps' is '0x10'; expected a number" "${yaml}0x10"
	refused "'warmup_steps' is 'maybe'; expected a number" "${yaml}maybe"
	refused "'decay_lr' is 'never'; expected true or false" \
		"$yaml"$'\ndecay_lr: never\nmax_iters: 9' -D trainer=nanogpt
}

@test "what runs in place of a trainer's schedule is refused or remarked" {
	refused "'deepspeed' has a scheduler" 'TrainingArguments("x",
		max_steps=9, deepspeed={"scheduler": {"type": "WarmupLR"}})'
	run -0 --separate-stderr lrsched \
		'TrainingArguments("x", max_steps=9, deepspeed="ds.json")'
	[[ $stderr == *"what 'deepspeed' names is not read"* ]]
	run -0 --separate-stderr lrsched -- \
		'--learning_rate 1 --max_steps 9 --deepspeed ds.json'
	[[ $stderr == *"what 'deepspeed' names is not read"* ]]
	yaml=$'base_model: x\nlearning_rate: 1e-4\nmax_steps: 9\nlr_scheduler: cosine\n'
	lrsched "${yaml}relora: false" >/dev/null
	refused ReLoRA "${yaml}relora: true"
	refused ReLoRA "${yaml}relora_steps: 50"
	refused restarts "${yaml}jagged_restart_steps: 50"
}

@test "what Megatron asserts is refused" {
	f='--lr 1 --train-iters 100 --lr-decay-style cosine'
	refused 'expected lr_warmup_iters' -- "$f --lr-warmup-samples 10"
	refused 'expected lr_decay_iters' -- "$f --lr-decay-samples 10"
	refused 'expected one' -- \
		"$f --lr-warmup-iters 5 --lr-warmup-fraction .1"
	f='--lr 1 --train-samples 100 --global-batch-size 10'
	refused 'expected lr_warmup_samples' -- "$f --lr-warmup-iters 5"
	refused 'expected lr_decay_samples' -- "$f --lr-decay-iters 5"
}

@test "OLMo's YAML is not composer's, and two rates are asked for" {
	cat >olmo.yaml <<-'END'
		optimizer:
		  name: adamw
		  learning_rate: 6.0e-4
		scheduler:
		  name: cosine_with_warmup
		  t_warmup: 200
		  alpha_f: 0.1
		max_duration: 2000
	END
	lrsched -H --at 0,99,199,1099,1999 @olmo.yaml >got
	# Its trainer asks at step 1 first; a warmup begins at a tenth.
	python3 - got <<-'END'
		import math, sys
		for line in open(sys.argv[1]):
		    t, x = line.split(",")
		    t = int(t) + 1
		    want = (6e-5 + 5.4e-4 * t / 200 if t < 200 else 6e-5 +
		            2.7e-4 * (1 + math.cos(math.pi * (t - 200) / 1800)))
		    assert math.isclose(float(x), want, rel_tol=1e-12), (t, x)
	END
	[ "$(wc -l <got)" -eq 5 ]
	sed 's/alpha_f.*/units: tokens/' olmo.yaml >tokens.yaml
	refused 'tokens' @tokens.yaml
	yaml=$'g_optim:\n  lr: 0.01\nd_optim:\n  lr: 0.5\nlr_scheduler:\n  _target_: StepLR\n  step_size: 3'
	refused 'several optimizers' -n 9 "$yaml"
	run -0 lrsched -H --at 0 -l .5 -n 9 "$yaml"
	[ "$output" = 0.5 ]
	run -0 lrsched -H --at 0 -n 9 "${yaml/0.01/0.5}"
	[ "$output" = 0.5 ]
}
