#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrcheck: runs that followed their schedule and runs that did not, each known
# mistake by its name, what a log may be like, and schedules found again.

load helper

HEADER=file,run,status,steps,first_step,lr,expected,max_diff,cause,by
FOUND=file,run,status,steps,origin,lr,words,call

SPEC='warmup:100 cos'

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	lrsched -n 1000 -l 0.1 "$SPEC" >good.csv
}

# The rates of good.csv as r[t], rows printed by the awk statements of $1.
logged() {
	awk -F, 'NR > 1 { r[$1] = $2 }
		END { print "step,lr"; '"$1"' }' good.csv
}

against() {
	lrcheck -s "$SPEC" -n 1000 -l 0.1 "$@"
}

MAY_COUNT_FROM_1='lrcheck: log.csv: the steps may count from 1; expected --origin 1 if so'

# Runs lrcheck against SPEC on the log that awk's $1 makes and expects the
# columns status, first_step, cause and by to be $2, and a remark if REMARK.
is_told() {
	local status
	logged "$1" >log.csv
	case $2 in
	followed,*) status=0 ;;
	*) status=1 ;;
	esac
	run "-$status" --separate-stderr against "${@:3}" log.csv
	[ "$stderr" = "${REMARK-}" ]
	[ "${lines[0]}" = "$HEADER" ]
	[ "$(echo "${lines[1]}" | cut -d, -f3,5,9,10)" = "$2" ] || {
		echo "$output"
		return 1
	}
}

@test "a run that followed its schedule has status 0 and one row" {
	run -0 --separate-stderr against good.csv
	[ -z "$stderr" ]
	[ "${lines[0]}" = "$HEADER" ]
	[ "${lines[1]}" = "good.csv,,followed,1000,,,,0,," ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "a run that left it is told from where, and by how much" {
	logged 'for (t = 0; t < 900; t++) print t "," (t < 300 ? r[t] : 0.05)' \
		>log.csv
	run -1 against log.csv
	[[ ${lines[1]} == log.csv,,differs,900,300,0.05,0.088302*,0.046* ]]
	[[ ${lines[1]} == *,, ]]
}

@test "one step late, three steps early" {
	REMARK=$MAY_COUNT_FROM_1 \
		is_told 'for (t = 1; t < 999; t++) print t "," r[t - 1]' \
		shifted,1,late,1
	is_told 'for (t = 0; t < 990; t++) print t "," r[t + 3]' \
		shifted,0,early,3
}

@test "--origin says which logged step is the schedule's first" {
	is_told 'for (t = 1; t < 999; t++) print t "," r[t - 1]' \
		followed,,, --origin 1
	is_told 'for (t = 5; t < 999; t++) print t "," r[t - 5]' \
		shifted,5,late,4 --origin 1
}

@test "a scheduler stepped once an epoch" {
	is_told 'for (t = 0; t < 2000; t++) print t "," r[int(t / 100)]' \
		differs,1,per-epoch,100
	is_told 'for (t = 0; t < 2000; t++) print t "," r[int(t / 10)]' \
		differs,1,per-epoch,10 -e 10
}

@test "a scheduler stepped once per accumulated batch" {
	is_told 'for (t = 0; t < 2000; t++) print t "," r[int(t / 8)]' \
		differs,1,accumulation,8
	is_told 'for (t = 0; t < 2000; t += 10) print t "," r[int(t / 8)]' \
		differs,10,accumulation,8
}

@test "a length that accumulation was forgotten in" {
	lrsched -n 4000 -l 0.1 warmup:400 cos | head -n 1001 >log.csv
	run -1 against log.csv
	[[ ${lines[1]} == *,accumulation,4 ]]
}

@test "a scheduler stepped by every process" {
	is_told 'for (t = 0; t < 125; t++) print t "," r[8 * t]' \
		differs,1,processes,8
}

@test "a factor on all rates" {
	is_told 'for (t = 0; t < 999; t++) print t "," 4 * r[t]' \
		differs,1,factor,4
	is_told 'for (t = 0; t < 999; t++) printf "%d,%.6g\n", t, r[t] / 3' \
		differs,1,factor,0.333333333
}

@test "a run that resumed from zero" {
	is_told 'for (t = 0; t < 900; t++) print t "," r[t < 500 ? t : t - 500]' \
		differs,500,restarted,500
	is_told 'for (t = 0; t < 900; t += 10)
		print t "," r[t < 503 ? t : t - 503]' differs,510,restarted,503
}

@test "a scheduler that was never stepped" {
	lrsched -n 50 -l 0.1 cos:50,past=hold +x const >cos.csv
	awk 'BEGIN { print "step,lr"; while (t < 40) print t++ ",.1" }' >log.csv
	run -1 --separate-stderr lrcheck -s cos:50 -l 0.1 log.csv
	[[ ${lines[1]} == log.csv,,differs,40,1,0.1,*,stuck, ]]
}

@test "digits that the log does not show are no difference" {
	is_told 'for (t = 0; t < 999; t++) printf "%d,%.6g\n", t, r[t]' \
		followed,,rounded,6
	is_told 'for (t = 0; t < 999; t++) printf "%d,%.4g\n", t, r[t]' \
		followed,,rounded,4
	is_told 'for (t = 0; t < 999; t++) printf "%d,%.5f\n", t, r[t]' \
		followed,,decimals,5
	REMARK=$MAY_COUNT_FROM_1 \
		is_told 'for (t = 1; t < 999; t++) printf "%d,%.4g\n", t, r[t - 1]' \
		shifted,1,late,1
}

@test "a log that may count from 1 is told how to be read so" {
	local from
	for from in 0 1 10; do
		lrsched -n 99 -l .1 warmup:9 cos | awk -F, -v from=$from '
			NR == 1 { print }
			NR > 1 && (from < 10 || NR % 10 == 1) {
				print $1 + (from > 0) "," $2
			}' >log.csv
		run --separate-stderr lrcheck -s 'warmup:9 cos' -n 99 -l .1 log.csv
		[ $from -gt 0 ] || [ -z "$stderr" ]
		[ $from -eq 0 ] || [ "$stderr" = "$MAY_COUNT_FROM_1" ]
	done
	run -0 lrcheck -s 'warmup:9 cos' -n 99 -l .1 --origin 1 log.csv
	[[ ${lines[1]} == log.csv,,followed,* ]]
	# One that is given is not advised again.
	lrsched -n 99 -l .1 warmup:9 cos |
		awk -F, 'NR == 1 { print } NR > 1 { print $1 + 2 "," $2 }' >log.csv
	run -1 --separate-stderr lrcheck -s 'warmup:9 cos' -n 99 -l .1 --origin 1 log.csv
	[[ ${lines[1]} == *,late,1 ]]
	[ -z "$stderr" ]
	# What has a step 0 does not count from 1.
	lrsched -n 99 -l .1 warmup:9 cos | awk -F, '
		NR < 3 { print } NR > 1 { print $1 + 1 "," $2 }' >log.csv
	run --separate-stderr lrcheck -s 'warmup:9 cos' -n 99 -l .1 log.csv
	[[ ${lines[1]} == *,late,1 ]]
	[ -z "$stderr" ]
}

@test "on a line a course so slow is one so low: both are told" {
	awk 'BEGIN { print "step,lr"
		for (t = 0; t < 800; t += 4) printf "%d,%.17g\n", t, .1 * t / 4000 }' >log.csv
	run -1 --separate-stderr lrcheck -s 'warmup:1000 cos' -n 9000 -l .1 log.csv
	[[ ${lines[1]} == log.csv,,differs,*,'accumulation or factor', ]]
	[ "${stderr_lines[0]}" = \
		'lrcheck: log.csv: the rates leave accumulation by 4, or factor; expected later steps' ]
	# Beyond it they differ.
	awk 'BEGIN { print "step,lr"
		for (t = 0; t < 8000; t += 4)
			printf "%d,%.17g\n", t, .1 * (t < 4000 ? t / 4000 : 1) }' >log.csv
	run -1 --separate-stderr lrcheck -s 'warmup:1000 constant' -n 9000 -l .1 log.csv
	[[ ${lines[1]} == log.csv,,differs,*,accumulation,4 ]]
}

@test "round numbers are exact ones" {
	printf '%s\n' step,lr 0,.1 1,.1 2,.01 3,.01 4,.001 >log.csv
	run -1 lrcheck -s step,at=2/4,by=.11 -l .1 -n 5 log.csv
	run -0 lrcheck -s step,at=2/4,by=.1 -l .1 -n 5 log.csv
}

@test "--tol is relative" {
	is_told 'for (t = 0; t < 999; t++) print t "," r[t] * 1.0005' \
		differs,1,factor,1.0005
	is_told 'for (t = 0; t < 999; t++) print t "," r[t] * 1.0005' \
		followed,,, --tol 1e-3
}

@test "float32 rates follow" {
	"$NUMPY" - <<-'EOF' >log.csv
		import numpy as np
		print("step,lr")
		for t in range(1000):
		    x = np.float32(t / 1000)
		    y = np.float32(0.1) * np.float32(0.5) * (
		        1 + np.cos(np.float32(np.pi) * x, dtype=np.float32))
		    print(f"{t},{float(np.float32(y))!r}")
	EOF
	run -0 lrcheck -s cos:1000 -l 0.1 log.csv
	run -0 lrcheck log.csv
	[[ ${lines[1]} == *",0.1,cos:1000,"* ]]
}

@test "logs begin late, end early, skip steps, are resumed" {
	is_told 'for (t = 137; t < 600; t += 50) print t "," r[t]' followed,,,
	logged 'for (t = 0; t < 600; t++) print t "," r[t]
		for (t = 500; t < 900; t++) print t "," r[t]' >log.csv
	run -0 --separate-stderr against log.csv
	one_message 'lrcheck: log.csv: 100 steps come again, as when a run resumes; the later rows are read'
	[[ ${lines[1]} == log.csv,,followed,900,* ]]
	is_told 'for (t = 990; t < 2000; t++) print t "," \
		(t < 1000 ? r[t] : 0)' followed,,,
}

@test "a run that began again is read from there, with a remark" {
	logged 'for (t = 0; t < 100; t++) print t ",7"
		for (t = 0; t < 900; t++) print t "," r[t]' >log.csv
	run -0 --separate-stderr against log.csv
	one_message 'lrcheck: log.csv: the steps begin again; expected one run, the last of 2 is read, or --run COL if one tells them apart'
	run -0 --separate-stderr against -q log.csv
	[ -z "$stderr" ]
}

@test "several runs of one table are a row each" {
	awk -F, 'NR == 1 { print "name," $0; next }
		{ print "a," $0; print "b," $1 "," $2 * 2 }' good.csv >log.csv
	run -1 against --run name log.csv
	[[ ${lines[1]} == log.csv,a,followed,1000,* ]]
	[[ ${lines[2]} == log.csv,b,differs,1000,*,factor,2 ]]
}

@test "columns are found by name or named, losses and odd cells ignored" {
	awk -F, 'NR == 1 { print "global_step;loss;Learning Rate;val"; next }
		{ print $1 ";nan;" $2 ";x"; print $1 ";2;;x" }' good.csv >log.csv
	run -0 against log.csv
	[[ ${lines[1]} == log.csv,,followed,1000,* ]]
	run -0 against --lr-column 'Learning Rate' --step global_step \
		--sep ';' log.csv
	cut -d, -f2 good.csv >log.csv
	run -0 against log.csv
}

@test "of several groups' rates the first is read, with a remark" {
	awk -F, 'NR == 1 { print "step,lr-A/pg1,lr-A/pg2"; next }
		{ print $0 "," 10 * $2 }' good.csv >log.csv
	run -0 --separate-stderr against log.csv
	one_message 'lrcheck: log.csv: 2 columns may be the rate: lr-A/pg1 is read; expected --lr-column for another'
	run -1 --separate-stderr against --lr-column lr-A/pg2 log.csv
	[ -z "$stderr" ]
	[[ ${lines[1]} == *,factor,10 ]]
}

@test "one bad log does not stop the next" {
	echo 'step,x' >bad.csv
	echo 'step,lr' >empty.csv
	run -2 --separate-stderr against bad.csv none.csv good.csv empty.csv
	[ "${lines[1]}" = bad.csv,,bad-data,,,,,,, ]
	[[ ${lines[2]} == good.csv,,followed,* ]]
	[ "${lines[3]}" = empty.csv,,bad-data,,,,,,, ]
	[ "${stderr_lines[0]}" = "lrcheck: bad.csv: nothing with a name and a number; expected a log, or a table with a header" ]
	[ "${stderr_lines[1]}" = "lrcheck: none.csv: cannot open: No such file or directory" ]
	[ "${stderr_lines[2]}" = "lrcheck: empty.csv: nothing with a name and a number; expected a log, or a table with a header" ]
	run -2 --separate-stderr lrcheck empty.csv
	[ "${lines[0]}" = "$FOUND" ]
	[ "${lines[1]}" = empty.csv,,bad-data,,,,, ]
}

@test "every message about a log has its cause" {
	printf 'lr,step,rate2_lr,x_lr\n' >log.csv
	run -0 lrcheck --lr-column nope /dev/null || true
	while IFS='|' read -r text message args; do
		printf '%b' "$text" >log.csv
		run -2 --separate-stderr lrcheck $args log.csv
		one_message "lrcheck: log.csv$message"
	done <<-'END'
		|: nothing with a name and a number; expected a log, or a table with a header
		step,x\n0,1\n|: no column is known to be the lr: step, x; expected --lr-column with one of them
		step,lr\n0,1\n|: no column 'x' for the lr: step, lr; expected one of these, which are all it has|--lr-column x
		step,lr\n0,1\n|: no column 'x' for the run: step, lr; expected one of these, which are all it has|--run x
		step,lr\n0,1\n|: no column 'x' for the step: step, lr; expected one of these, which are all it has|--step x
		0,1\n|: numbers without names; expected a header *, or --names with those of the columns
		step,lr\n0,x\n|:2: lr is 'x'; expected a number
		step,lr\n0,\n|: no step has a rate; expected numbers in both columns
		step,lr\n0,nan\n|: no step has a rate; expected numbers in both columns
	END
}

@test "wrong usage says why" {
	while IFS='|' read -r args message; do
		run -2 --separate-stderr bash -c "lrcheck $args good.csv"
		[ -z "$output" ]
		[ "${stderr_lines[0]}" = "lrcheck: $message" ] || {
			echo "$stderr"
			false
		}
	done <<-'END'
		-n 5|-n without -s; expected -s SPEC, which it is about
		-l 5|-l without -s; expected -s SPEC, which it is about
		-e 5|-e without -s; expected -s SPEC, which it is about
		-D a=5|-D without -s; expected -s SPEC, which it is about
		--batch 5|--batch without -s; expected -s SPEC, which it is about
		--ref-batch 5|--ref-batch without -s; expected -s SPEC, which it is about
		--scale sqrt|--scale without -s; expected -s SPEC, which it is about
		--sep xx|--sep is 'xx'; expected one character, not a quote, or tab
		--tol 2|--tol: 2 is out of range; expected 0 to 1
		--origin x|--origin: 'x' is not a number; expected -9.0072e+15 to 9.0072e+15
		-s cos -n 5|the schedule depends on the base rate; expected -l LR
		-s cos -l 1|word 1 takes its length from the schedule's; expected -n or a length
		-s cos:5,from=1 -l 1 --batch 2 --ref-batch 1|--batch scales the base rate, and nothing in the schedule depends on it; expected values in x
		-s const,from=1 -o good.csv|'good.csv' is input and output; expected two files
	END
	run -2 --separate-stderr lrcheck -s 'warmup:5 coz:9' -l 1 good.csv
	[[ ${stderr_lines[0]} == 'lrcheck: word 2, column 1:'* ]]
	[ "${stderr_lines[2]#*: }" = '  ^' ] || [ -n "${stderr_lines[2]}" ]
}

@test "schedules are found in the words and numbers they were written with" {
	while IFS='|' read -r n lr words; do
		lrsched -n "$n" -l "$lr" "$words" >log.csv
		run -0 --separate-stderr lrcheck log.csv
		[ "${lines[0]}" = "$FOUND" ]
		[[ ${lines[1]} == "log.csv,,found,$n,0,$lr,$words,"* ]] ||
			[[ ${lines[1]} == "log.csv,,found,$n,0,$lr,\"$words\","* ]] || {
			echo "$words: ${lines[1]}"
			false
		}
	done <<-'END'
		50|0.03|constant
		1000|0.1|warmup:100 cos:900
		1000|0.1|cos:1000
		800|0.003|warmup:100,from=0.0001 cos:900:1e-05
		1000|0.1|linear:700
		900|0.1|warmup:30,lead cos:870
		900|0.1|warmup:50 const
		500|0.1|step,every=90,by=0.3
		500|0.1|step,at=100/300/417,by=0.1
		500|0.1|step,at=100/300,values=0.1/0.07/0.02
		700|0.2|decay,by=0.995
		900|0.1|poly:1000,pow=2
		900|0.1|warmup:77 rsqrt,s=77
		900|0.1|warmup:50 const:600 sqrt:250
		1000|0.1|cos:100,cycles=inf,tmul=2
		1000|0.006|triangular,min=0.001,max=1x,step=111
		1000|0.006|triangular2,min=0.001,max=1x,step=111
		1000|0.006|exp_range,min=0.001,max=1x,step=111,gamma=0.999
		500|0.1|rep:inf linear:40,from=0.001,to=1x linear:70:0.001 end
		300|0.1|cos:29,from=0.004,to=1x cos:271:4e-07,incl
		300|0.1|cos:89,from=0.004,to=1x cos:89:0.004 cos:122:4e-07,incl
		400|0.1|cos:300:0.001,past=cont
		400|0.1|warmup:20 cos:70,cycles=4
		400|0.1|cos:10:0.001,cycles=inf,tmul=2,vmul=0.8
		400|0.1|warmup:20,from=0.01x step,every=70,by=0.3
		400|0.1|warmup:20 step,at=70/200,by=0.3
		400|0.1|inv,k=0.5,per=30,stair
		400|0.1|decay,by=0.96,per=30
		100|1|range:100,from=1e-05,to=1x
		400|0.1|warmup:20 linear:380
	END
}

@test "a framework's name is given to what explains the log" {
	while IFS='|' read -r n lr call; do
		lrsched -c lr -n "$n" -l "$lr" "$call" |
			awk 'NR > 1 { $1 = NR - 2 "," sprintf("%.6g", $1) }
				NR == 1 { $1 = "step,lr" } 1' >log.csv
		run -0 --separate-stderr lrcheck log.csv
		[[ ${lines[1]} == *,"$call" ]] ||
			[[ ${lines[1]} == *,"\"$call\"" ]] || {
			echo "$call: ${lines[1]}"
			false
		}
	done <<-'END'
		400|0.1|hf.get_cosine_schedule_with_warmup(num_warmup_steps=20, num_training_steps=400)
		500|0.1|keras.CosineDecay(0.0, 380, warmup_target=0.1, warmup_steps=20)
		400|0.1|torch.OneCycleLR(max_lr=0.1, total_steps=400, pct_start=0.25, div_factor=25, final_div_factor=10000)
		400|0.1|torch.MultiStepLR(milestones=[100, 250], gamma=0.1)
		400|0.1|torch.CyclicLR(base_lr=0.01, max_lr=0.1, step_size_up=30, step_size_down=50, mode='triangular2')
		400|0.1|torch.SequentialLR([LinearLR(start_factor=0.1, total_iters=5), StepLR(step_size=90, gamma=0.5)], milestones=[5])
		400|0.1|keras.ExponentialDecay(0.1, 30, 0.96)
	END
}

@test "a log that counts from 1 is told from one that begins late" {
	logged 'for (t = 0; t < 900; t++) print t + 1 "," r[t]' >log.csv
	run -0 lrcheck log.csv
	[[ ${lines[1]} == log.csv,,found,900,1,0.1,warmup:100\ cos:900,* ]]
	logged 'for (t = 1; t < 900; t++) print t "," r[t]' >log.csv
	run -0 lrcheck log.csv
	[[ ${lines[1]} == log.csv,,found,899,0,0.1,warmup:100\ cos:900,* ]]
	logged 'for (t = 0; t < 900; t++) print t + 7 "," r[t]' >log.csv
	run -0 lrcheck --origin 7 log.csv
	[[ ${lines[1]} == log.csv,,found,900,7,0.1,warmup:100\ cos:900,* ]]
}

@test "what no schedule explains is none, with status 1" {
	logged 'srand(1); for (t = 0; t < 500; t++) print t "," rand()' >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[ "${lines[1]}" = log.csv,,none,500,,,, ]
	printf '%s\n' step,lr 0,.1 1,.2 >log.csv
	run -1 lrcheck log.csv
}

@test "hostile numbers do no harm" {
	while read -r rows; do
		printf 'step,lr\n' >log.csv
		printf '%s\n' $rows >>log.csv
		run lrcheck log.csv
		[ "$status" -le 2 ]
		run lrcheck -s 'cos:10 rep:inf linear:3:1 end' -l 1 log.csv
		[ "$status" -le 2 ]
	done <<-'END'
		0,1
		0,nan 1,inf 2,-inf 3,1 4,1 5,1 6,1
		0,-1 1,-2 2,-3 3,-4 4,-5
		0,0 1,0 2,0 3,0 4,0
		-5,1 -4,2 -3,3 -2,4 -1,5
		0,1 0,2 0,3 0,4 0,5
		0,1 0,1 0,1 0,1 0,1
		1e300,1 1.1e300,2 1.2e300,3 1.3e300,4
		0.5,1 0.75,2 0.8,1 0.9,2 1,1
		0,1e308 1,1e308 2,-1e308 3,1e308 4,1e-320
		0,1e-320 1,2e-320 2,3e-320 3,4e-320
		9007199254740990,1 9007199254740991,2 9007199254740992,3 9007199254740993,4
	END
}
