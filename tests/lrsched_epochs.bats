#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Schedules that are stepped once an epoch: --count epoch, the words hold ... end
# and MMEngine's by_epoch, held to tables that are stretched by awk.

load helper

SPEC='warmup:5 cos:10 step,at=3/8,by=.5 times decay,by=.99'

# A table of epochs with each row as often as the steps T with floor(T/$1) = it,
# $2 rows in all.
stretched() {
	awk -F, -v e="$1" -v n="$2" 'NR > 1 { r[NR - 2] = $2 }
		NR == 1 { print "step,lr,epoch" }
		END { for (t = 0; t < n; t++) {
			k = int(t / e)
			print t "," r[k] "," k
		} }'
}

schedules() {
	cat <<-'END'
		cos
		warmup:5 cos
		warmup:20% linear:70% const
		step,every=7,by=.3
		step,at=5ep/11ep,by=.1
		triangular2,min=.01,max=1x,step=3ep
		rep:3 cos:4 linear:3:1x end const
		rep:inf,tmul=1.5,vmul=.7 cos:4 end
		cos times decay,by=.95
		part:9 cos:12 end const,from=.02
		CosineAnnealingWarmRestarts(o, 4, T_mult=2)
		OneCycleLR(o, 0.2, total_steps=20, cycle_momentum=False)
		SequentialLR(o, [LinearLR(o, 0.1, total_iters=5), CosineAnnealingLR(o, 15)], [5])
		hf.get_cosine_schedule_with_warmup(o, 3, 20)
	END
}

@test "with -e each epoch's value is held for its steps" {
	while read -r spec; do
		lrsched -n 20 -e 1 -l .1 "$spec" >epochs.csv
		for e in 1 3 7.5; do
			n=$(awk -v e="$e" 'BEGIN { n = 20 * e; print n }')
			stretched "$e" "$n" <epochs.csv >want.csv
			lrsched --count epoch -n 20 -e "$e" -l .1 "$spec" |
				cmp - want.csv || { echo "$spec $e"; false; }
		done
	done < <(schedules)
}

@test "without -e rows are epochs, and the column says so" {
	while read -r spec; do
		lrsched -n 20 -e 1 -l .1 "$spec" |
			sed '1s/step/epoch/;s/,[^,]*$//' >want.csv
		lrsched --count epoch -n 20 -l .1 "$spec" | cmp - want.csv
		lrsched --count epoch -n 20ep -l .1 -c lr,epoch "$spec" >two.csv
		awk -F, -v OFS=, '{ print $2, $1 }' want.csv | cmp - two.csv
	done < <(schedules)
	run -2 --separate-stderr lrsched --count epoch -n 5 -l 1 -c step cos
	[[ $stderr == *"-c: no column 'step'"* ]]
}

@test "-s, -k, --at and --rows count steps with -e" {
	lrsched --count epoch -n 15 -e 4 -l .1 "$SPEC" >all.csv
	[ "$(wc -l <all.csv)" -eq 61 ]
	awk -F, 'NR == 1 || ($1 >= 7 && ($1 - 7) % 5 == 0)' all.csv >want.csv
	lrsched --count epoch -n 15 -e 4 -l .1 -s 7 -k 5 "$SPEC" | cmp - want.csv
	awk -F, 'NR == 1 || ($1 >= 12 && $1 % 8 == 4)' all.csv >want.csv
	lrsched --count epoch -n 15 -e 4 -l .1 -s 3ep -k 2ep "$SPEC" |
		cmp - want.csv
	head -n 4 want.csv >three.csv
	lrsched --count epoch -n 15 -e 4 -l .1 -s 3ep -k 2ep --rows 3 "$SPEC" |
		cmp - three.csv
	for t in 0 3 4 23 59 60 100; do
		want=$(lrsched -n 15 -l .1 --at $((t / 4)) "$SPEC")
		run -0 lrsched --count epoch -n 15 -e 4 -l .1 --at $t "$SPEC"
		[ "$output" = "$want" ]
	done
	[ "$(lrsched --count epoch -n 15 -l .1 --at 9ep "$SPEC")" = \
		"$(lrsched -n 15 -l .1 --at 9 "$SPEC")" ]
}

@test "every format and thread prints the same" {
	lrsched --count epoch -n 15 -e 4 -l .1 "$SPEC" >want.csv
	lrsched --count epoch -n 15 -e 4 -l .1 -f json "$SPEC" |
		sed 's/[{}" a-z]*: *//g;s/}//' | diff - <(sed 1d want.csv)
	lrsched --count epoch -n 15 -l .1 -f json "$SPEC" | head -n 1 |
		grep -q '^{"epoch": 0, "lr": '
	lrsched --count epoch -n 15 -e 4 -l .1 -f npy -o out.npy "$SPEC"
	"$NUMPY" - <<-'EOF'
		import numpy as np
		got = np.load("out.npy")
		want = np.loadtxt("want.csv", delimiter=",", skiprows=1)
		assert got.shape == (60, 3) and (got == want).all()
	EOF
	lrsched --count epoch -n 3000 -e 700 -l .1 -T 1 warmup:50 cos >one.csv
	lrsched --count epoch -n 3000 -e 700 -l .1 -T 3 warmup:50 cos | cmp - one.csv
}

@test "the length is the schedule's own, or of whole cycles, in epochs" {
	[ "$(lrsched --count epoch -e 4 -l .1 cos:15 | wc -l)" -eq 61 ]
	[ "$(lrsched --count epoch -l .1 cos:15 | wc -l)" -eq 16 ]
	[ "$(lrsched --count epoch -e 4 -n 2c -l .1 \
		triangular,min=0,max=1x,step=3 | wc -l)" -eq 49 ]
	[ "$(lrsched --count epoch -e 10/4 -n 5 -l .1 cos | wc -l)" -eq 16 ]
	run -2 --separate-stderr lrsched --count epoch -e 4 --rows 61 -l 1 \
		cos:15,past=error
	[[ $stderr == *'ends at step 60 with past=error'* ]]
	run -2 --separate-stderr lrsched --count hour cos:5
	one_message "lrsched: --count: unknown 'hour'; expected step, epoch or sample*"
}

@test "--explain says what is held, in words that give the same" {
	while read -r spec; do
		lrsched --count epoch -n 20 -e 3 -l .1 "$spec" >want.csv
		run -0 lrsched --count epoch -n 20 -e 3 -l .1 --explain "$spec"
		[[ $output == *'each value for 3 steps, which count as one in'* ]]
		words=$(printf '%s\n' "$output" | sed -n 's/^  words: //p')
		[[ $words == 'hold:3 '*' end' ]]
		lrsched -n 60 -e 3 -l .1 "$words" | cmp - want.csv
	done < <(schedules)
	run -0 lrsched --count epoch -n 10 -e 3 -l .1 --explain \
		triangular,min=0,max=1x,step=2
	[[ $output == *'advice: -n 10 ends within cycle 3; -n 8 (8ep) or -n 12 (12ep) would'* ]]
	[[ $output == *'advice: the stepsize is 2 epochs, within'* ]]
}

@test "hold is a word like others" {
	run -0 lrsched -H -l .1 warmup:2 hold:3 linear:2 end linear:2:1x
	[ "$(echo "$output" | cut -d, -f2 | xargs)" = \
		"0 0.05 0.1 0.1 0.1 0.05 0.05 0.05 0 0.05" ]
	[ "$(lrsched -H -e 3 -l .1 hold:1ep linear:2ep end | cut -d, -f2 | xargs)" = \
		"0.1 0.1 0.1 0.05 0.05 0.05" ]
	[ "$(lrsched -H -n 6 -l .1 hold:3 linear end | cut -d, -f2 | xargs)" = \
		"0.1 0.1 0.1 0.05 0.05 0.05" ]
	[ "$(lrsched -H -n 12 -l 1 rep:2 hold:2 linear:3 end end | cut -d, -f2 |
		cut -c1-4 | xargs)" = "1 1 0.66 0.66 0.33 0.33 1 1 0.66 0.66 0.33 0.33" ]
	for words in 'hold cos:5 end' 'hold:0 cos:5 end' 'hold:3:1 cos:5 end' \
		'hold:3,by=2 cos:5 end' 'hold:3 cos:5' 'hold:3 cos' 'hold:3 end' \
		'hold:nan cos:5 end' 'hold:inf cos:5 end'; do
		run -2 --separate-stderr lrsched -l 1 "$words"
		[ -z "$output" ]
		[[ ${stderr_lines[0]} == lrsched:\ word* ]] || {
			echo "$words: $stderr"
			false
		}
	done
}

@test "mmengine counts epochs unless by_epoch is False" {
	calls=(
		'mmengine.CosineAnnealingLR(o, T_max=8, eta_min=1e-3'
		'mmengine.MultiStepLR(o, milestones=[3, 6], gamma=0.1'
		'mmengine.LinearLR(o, start_factor=0.1, begin=1, end=5'
		'mmengine.ConstantLR(o, factor=0.1, end=5'
		'mmengine.StepLR(o, 3'
		'mmengine.ExponentialLR(o, 0.9'
		'mmengine.PolyLR(o, power=0.9, end=8'
		'mmengine.OneCycleLR(o, eta_max=0.2, total_steps=8'
		'mmengine.CosineRestartLR(o, periods=[3, 5], restart_weights=[1, 0.5], eta_min=0'
	)
	for call in "${calls[@]}"; do
		lrsched -l .1 -n 8 "$call)" >epochs.csv
		stretched 5 40 <epochs.csv >want.csv
		for by in '' ', by_epoch=True'; do
			run -0 --separate-stderr lrsched -l .1 -n 8ep -e 5 "$call$by)"
			[ -z "$stderr" ]
			echo "$output" | cmp - want.csv || { echo "$call"; false; }
		done
		lrsched -l .1 -n 8 "$call, by_epoch=False)" | cmp - epochs.csv
		lrsched -l .1 -n 8 -e 5 "$call, by_epoch=False)" |
			sed 's/,[^,]*$//' | cmp - epochs.csv
		lrsched -l .1 -n 8 -e 5 --count epoch "$call)" | cmp - want.csv
		run -2 --separate-stderr lrsched -l .1 -n 8 -e 5 --count epoch \
			"$call, by_epoch=False)"
		[[ $stderr == *'steps where all else counts epochs'* ]]
		run -0 --separate-stderr lrsched -l .1 -n 8 "$call)"
		one_message 'lrsched: note: mmengine counts epochs where by_epoch is not False; expected -e E, or --count epoch *'
		run -0 --separate-stderr lrsched -l .1 -n 8 --count epoch "$call)"
		[ -z "$stderr" ]
	done
}

@test "a call that is as long as there are epochs is doubted" {
	doubt="the call's own length is the number of epochs, and it is taken as steps; expected --count epoch if it is stepped once an epoch"
	run -0 --separate-stderr lrsched -l .1 -n 90ep -e 391 \
		'CosineAnnealingLR(opt, T_max=90)'
	one_message "lrsched: note: $doubt"
	run -0 lrsched -l .1 -n 90ep -e 391 --explain \
		'CosineAnnealingLR(opt, T_max=90)'
	[[ $output == *"advice: $doubt"* ]]
	for args in '-n 90ep -e 391 --count epoch' '-n 91ep -e 391' '-n 90' \
		'-n 90 -e 1' '-e 391'; do
		# shellcheck disable=SC2086 # args are words
		run -0 --separate-stderr lrsched -l .1 $args \
			'CosineAnnealingLR(opt, T_max=90)'
		[[ $stderr != *"$doubt"* ]] || { echo "$args: $stderr"; false; }
	done
	lrsched -n 90 -l .1 --count epoch cos >epochs.csv
	run -0 --separate-stderr lrcheck -s 'CosineAnnealingLR(opt, T_max=90)' \
		-l .1 -n 90ep -e 391 --count epoch epochs.csv
	[ -z "$stderr" ]
	run -1 --separate-stderr lrcheck -s 'CosineAnnealingLR(opt, T_max=90)' \
		-l .1 -n 90ep -e 391 epochs.csv
	[ "${stderr_lines[0]}" = "lrcheck: note: $doubt" ]
}

@test "so is one whose cycle is, or that is over as soon" {
	local e='-l .1 -n 90ep -e 391' call
	for call in 'CosineAnnealingWarmRestarts(opt, T_0=90)' \
		'CyclicLR(opt, .01, .1, step_size_up=45)'; do
		run -0 --separate-stderr lrsched $e "$call"
		one_message "lrsched: note: the call's own length is the number *"
		run -0 --separate-stderr lrsched $e --count epoch "$call"
		[ -z "$stderr" ]
	done
	for call in 'LambdaLR(opt, lambda epoch: 0.95 ** epoch)' \
		'ExponentialLR(opt, .95)'; do
		run -0 --separate-stderr lrsched $e "$call"
		one_message 'lrsched: note: the rate is next to 0 from step 703 of -n 90ep on; --count epoch if *'
		run -0 --separate-stderr lrsched $e --count epoch "$call"
		[ -z "$stderr" ]
	done
	for call in 'CosineAnnealingWarmRestarts(opt, T_0=89)' \
		'ExponentialLR(opt, .9999)' \
		'LambdaLR(opt, lambda t: 0.5 ** (t % 500))'; do
		run -0 --separate-stderr lrsched $e "$call"
		[ -z "$stderr" ]
	done
	call='OneCycleLR(opt, max_lr=.1, total_steps=90)'
	run -2 --separate-stderr lrsched $e "$call"
	[[ $stderr == *', or --count epoch if it is stepped once an epoch'* ]]
	run -0 --separate-stderr lrsched $e --count epoch "$call"
	[ -z "$stderr" ]
}

@test "lrcheck --count epoch holds logs of any unit to it" {
	args=(-s 'CosineAnnealingLR(o, 20)' -l .1 --count epoch)
	lrsched -n 20 -l .1 --count epoch cos >epochs.csv
	lrsched -n 20 -l .1 --count epoch -e 7 cos >all.csv
	cut -d, -f1,2 all.csv >steps.csv
	awk -F, 'NR == 1 || $1 % 5 == 3' steps.csv >some.csv
	cut -d, -f2 epochs.csv >rows.csv
	awk -F, 'NR == 1 { print "epoch,lr"; next }
		{ printf "%.15g,%s\n", $1 / 7, $2 }' steps.csv >parts.csv
	for log in epochs steps all some rows parts; do
		run -0 --separate-stderr lrcheck "${args[@]}" -e 7 $log.csv
		[ -z "$stderr" ]
		[[ ${lines[1]} == $log.csv,,followed,* ]]
	done
	for log in epochs rows parts; do
		run -0 --separate-stderr lrcheck "${args[@]}" $log.csv
		[ -z "$stderr" ]
	done
	run -2 --separate-stderr lrcheck "${args[@]}" steps.csv
	one_message 'lrcheck: steps.csv: a column of steps, and --count epoch; expected -e E'
	lrsched -n 20 -l .1 cos >fast.csv
	run -1 lrcheck -q "${args[@]}" -e 7 fast.csv
	[[ ${lines[1]} == fast.csv,,differs,*,processes,7 ]]
	run -2 --separate-stderr lrcheck --count epoch epochs.csv
	[[ $stderr == *'--count without -s; expected -s SPEC'* ]]
}
