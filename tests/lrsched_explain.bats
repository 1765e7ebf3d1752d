#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What --explain says beside the segments: advice on the length, half cycles,
# pruning and units, and which library a call was taken for.

load helper

says() {
	local line=$1
	shift
	run -0 --separate-stderr lrsched --explain "$@"
	[[ $'\n'$output$'\n' == *$'\n'"$line"$'\n'* ]] || {
		printf '%s\n%s\nexpected: %s\n' "$*" "$output" "$line"
		return 1
	}
}

silent_on() {
	local word=$1
	shift
	run -0 --separate-stderr lrsched --explain "$@"
	[[ $output != *"$word"* ]] || { echo "$output"; return 1; }
}

@test "the documents' cycles: 8 epochs of 164 steps, half of them 4 epochs" {
	cycle=(-e 5232/32 triangular2,min=.00045,max=.009,step=4ep)
	says 'advice: -n 9184 ends with cycle 7' -n 56ep "${cycle[@]}"
	says 'advice: -n 8200 ends within cycle 7; -n 7872 (48ep) or -n 9184 (56ep) would end with one' \
		-n 50ep "${cycle[@]}"
	says 'advice: the stepsize is 4 epochs, within the advised 2 to 10' \
		-n 50ep "${cycle[@]}"
	says 'advice: the stepsize is 1.5 epochs, below the advised 2 to 10' -n 9ep \
		-e 5232/32 triangular,min=0,max=1,step=1.5ep
	says 'advice: the stepsize is 11 epochs, above the advised 2 to 10' \
		-n 22ep -e 164 'CyclicLR(o, .001, .006, step_size_up=1804)'
	says 'advice: the stepsize is 4 epochs, within the advised 2 to 10' \
		-n 8ep -e 164 rep linear:4ep:.006,from=.001 linear:4ep:.001 end
	silent_on stepsize -n 9000 triangular,min=0,max=1,step=656
}

@test "k of time-based decay is per update unless it says an epoch" {
	advice='advice: k=0.002 is per update; for rates that are given by epoch write per=1ep,stair and -e, or --count epoch'
	says "$advice" -n 50 -l .1 time,k=.002
	says "$advice" -n 50 'SGD(learning_rate=.1, decay=.002)'
	says "$advice" -n 50 -l .1 warmup:5 inv,k=.002
	silent_on 'per update' -n 50ep -e 9 -l .1 time,k=.002,per=1ep
	silent_on 'per update' -n 50 --count epoch -l .1 time,k=.002
	silent_on 'per update' -n 50 -l .1 exponential,k=.002
	# and what it advises is the documents' row: .1 .0980 .0952 .0909
	run -0 lrsched -H -l .1 -e 7 --at 0,10ep,25ep,50ep time,k=.002,per=1ep,stair
	[ "$(echo "$output" | awk -F, '{ printf "%.4f ", $2 }')" = \
		'0.1000 0.0980 0.0952 0.0909 ' ]
}

@test "the last pruning step and the rate there" {
	says 'advice: the last pruning step, 80, is at rate 0.00954915, 9.55 % of the peak: already low' \
		-n 100 -l .1 cos +sparsity linear:80:.9,from=0
	says 'advice: the last pruning step, 40, is at rate 0.0654508, 65.5 % of the peak: not low yet' \
		-n 100 -l .1 cos +sparsity linear:40:.9,from=0
}

@test "a call is told with its library, and the others that have the name" {
	run -0 lrsched --explain -n 30 -l .1 'StepLR(o, 10)'
	line=$(grep '^call: ' <<<"$output")
	[[ $line == 'call: torch.StepLR; also in '* ]]
	# the others are those that --list has
	others=$(lrsched --list StepLR | sed -n 's/^\([a-z_]*\)\.StepLR(.*/\1/p' |
		grep -vx torch | paste -sd' ')
	[ "$(sed 's/.*also in //; s/,//g' <<<"$line")" = "$others" ]
	run -0 lrsched --explain -n 30 -l .1 \
		'hf.get_cosine_schedule_with_warmup(o, 3, 30)'
	[ "$(grep -c '^call: ' <<<"$output")" -eq 1 ]
}
