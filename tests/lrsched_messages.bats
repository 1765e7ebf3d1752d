#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mistakes that new users made with lrsched, one by one: what is said is what is
# wrong and what to write.  Those that are taken as they were meant give numbers.

load helper

# STATUS, then parts of standard error, then -- and the command's arguments.
says() {
	local status=$1 parts=()
	shift
	while [ "$1" != -- ]; do
		parts+=("$1")
		shift
	done
	shift
	run "-$status" --separate-stderr lrsched "$@"
	for part in "${parts[@]}"; do
		[[ $stderr == *"$part"* ]] || {
			printf 'lrsched %s\n%s\nexpected: %s\n' "$*" "$stderr" "$part"
			return 1
		}
	done
}

@test "lengths and numbers" {
	says 2 "'=' after the shape warmup" 'warmup:500' -- -n 900 warmup=500 cos
	says 2 "'0,1'" 'expected 0.1' -- -n 9 -l 0,1 cos
	says 2 "unit 'k'; expected 10000" -- -n 10k cos
	says 2 'two dashes; expected --lr or -l LR' -- -lr 0.1 cos:9
}

@test "epochs where steps are counted" {
	says 0 '-n 30 is in steps, fewer than the 163.5 of one epoch' '-n 30ep' -- \
		-n 30 -e 163.5 cos:5ep
	says 0 'over at step 80 of -n 9000' 'write 80ep and -e' -- \
		-n 9000 step,at=30/60/80,by=.1
	says 0 '-n 1000 ends before the schedule' '-n 2500' -- \
		-n 1000 warmup:500 cos:2000
	says 0 'one step an epoch' '-e 5232/32' -- -e 32/5232 cos:9
	says 0 '-n 8 is in steps' '-n 8ep' -- -e 5232/32 -n 8 \
		triangular,min=0,max=1,step=4ep
}

@test "names of other libraries" {
	says 2 "no key 'base_lr'; nearest is 'min'" -- -n 9 \
		triangular,base_lr=.1,max_lr=.2,step_size=4
	for name in OneCycleLR onecycle; do
		says 2 "no shape '$name'; nearest is a constructor" \
			'OneCycleLR(optimizer, max_lr, total_steps=None, ' -- -n 9 $name
		[[ $stderr != *'\n'* ]]
	done
	says 2 "nearest is 'poly'" -- -n 9 polynomial
	says 2 "nearest is 'cos'" -- -n 9 COS
}

@test "a shape that is misspelt is named, whatever is written beside it" {
	says 2 "no shape 'coss'; nearest is 'cos'" -- -n 9 coss,to=.1
	says 2 "no shape 'Cos'; nearest is 'cos'" -- -n 9 Cos,to=.1,pow=2
	says 2 "no shape 'polynomial'; nearest is 'poly'" -- -n 9 polynomial,power=2
	says 2 "no shape 'onecycle'; nearest is a constructor" -- -n 9 \
		onecycle,max_lr=.1,pct_start=.3
	says 2 "nearest is 'warmup'" -- -n 9 warmpu=5 cos
	says 2 "no shape 'stp'" -- -n 9 stp,at=3 warmup:2
	run -2 lrcheck -s coss,to=.1 <(lrsched -n 9 cos)
	[[ $output == *"nearest is 'cos'"* ]]
	# and names that get several values are Python still
	run -0 --separate-stderr lrsched -n 4 --at 3 \
		'a,b=.1,.5; s = StepLR(SGD(p, lr=a), 3, b)'
	[ "$output" = 0.05 ] || [[ $output == *,0.05* ]]
	run -0 --separate-stderr lrsched -n 4 --at 3 'step = 3' \
		's = StepLR(SGD(p, lr=.1), step, .5)'
	[[ $output == *0.05* ]]
}

@test "what is pasted is taken: rates of optimizers, lines, quotients" {
	[ "$(lrsched -n 9 --at 5 'SGD(lr=0.1, decay=.002)')" = \
		"$(lrsched -n 9 -l .1 --at 5 time,k=.002)" ]
	run -0 --separate-stderr lrsched -n 90 'StepLR(SGD(params, lr=0.1), 30)'
	[ "${lines[0]}" = step,lr ] && [ "${lines[1]}" = 0,0.1 ]
	lrsched -n 6 -l 1 $'milestones = [2,4]\nMultiStepLR(opt, milestones=milestones)' \
		>one.csv
	lrsched -n 6 -l 1 'milestones = [2,4]' \
		'MultiStepLR(opt, milestones=milestones)' | cmp - one.csv
	[ "$(sed -n 4p one.csv)" = 2,0.1 ]
	[ "$(lrsched -n 9 -D decay_rate=0.1/50 --at 5 'SGD(.1, decay=decay_rate)')" = \
		"$(lrsched -n 9 -l .1 --at 5 time,k=.002)" ]
	lrsched -n 9 -l 1 -o lr.npy cos
	[ "$("$NUMPY" -c 'import numpy; print(numpy.load("lr.npy").shape)')" = '(9, 2)' ]
}
