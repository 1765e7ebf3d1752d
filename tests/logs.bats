#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs in the shapes that they really have: those of tests/logs, with what a
# perfect reader finds in them, and those of tests/lrcheck, with the verdict.
# Then what logs do that nobody expects, each kind for lrfind and for lrcheck.

load helper

SPEC='OneCycleLR(o, max_lr=0.01, epochs=20, steps_per_epoch=50)'

# lrfind must say the same of a log and of its records: $1 shape, $2 options.
reads() {
	local want got
	want=$(lrfind -q "$ROOT/tests/logs/$1.expected.csv" | sed -n '2s/^[^,]*,//p')
	# shellcheck disable=SC2086 # options are words
	got=$(lrfind -q $2 "$ROOT/tests/logs/$1.log" | sed -n '2s/^[^,]*,//p')
	if [ -z "$want" ] || [ "$got" != "$want" ]; then
		printf '%s\n%s\nexpected:\n%s\n' "$1" "$got" "$want"
		return 1
	fi
}

@test "logs of every shape are read as their records are" {
	local n=0 shape options
	while IFS=$'\t' read -r shape _ options; do
		[ "$options" != - ] || options=
		reads "$shape" "$options"
		n=$((n + 1))
	done < <(tail -n +2 "$ROOT/tests/logs/INDEX.tsv")
	[ "$n" -ge 32 ]
}

# $1 log, $2 -s, $3 options, $4 status, $5 what the row or a remark mentions
is_judged() {
	local row
	local -a args
	eval "args=($3)"
	run --separate-stderr lrcheck -s "$2" "${args[@]}" "$ROOT/tests/lrcheck/$1"
	row=${lines[1]}
	if [[ $row != *"$1,,$4,"* ]] || [[ $row$stderr != *"$5"* ]]; then
		printf '%s: %s\n%s\n%s\nexpected: %s, %s\n' "$1" "$2" "$row" \
			"$stderr" "$4" "$5"
		return 1
	fi
}

@test "runs are judged right, and the mistake is named" {
	local n=0 file spec args verdict mention what
	while IFS=$'\t' read -r file spec args verdict mention what; do
		[ "$args" != - ] || args=
		[ "$mention" != - ] || mention=
		is_judged "$file" "$spec" "$args" "$verdict" "$mention" ||
			{ echo "($what)"; return 1; }
		n=$((n + 1))
	done < <(tail -n +2 "$ROOT/tests/lrcheck/cases.tsv")
	[ "$n" -ge 29 ]
}

@test "the schedules of right runs are found without being told" {
	local file n=0
	for file in hf_linear hf_cosine10 hf_wsd20 hf_constw50 cos_ep cawr \
		cyclic20 seq_ep keras_cos optax_wc lightning groups; do
		run -0 lrcheck -q "$ROOT/tests/lrcheck/$file.csv"
		[[ ${lines[1]} == *,found,* ]] || { echo "$output"; false; }
		n=$((n + 1))
	done
	[ "$n" -eq 12 ]
}

# A log of epochs as awk's $1 makes it from the steps' rates r[t], 50 an epoch.
epochs() {
	lrsched "$SPEC" | awk -F, 'NR > 1 { r[$1] = $2 }
		END { print "epoch,lr"; '"$1"' }' >log.csv
}

# $1 status, $2 cause, $3 exit status, then lrcheck's options
is_told() {
	run "-$3" --separate-stderr lrcheck -s "$SPEC" "${@:4}" log.csv
	[ "$(echo "${lines[1]}" | cut -d, -f3,9)" = "$1,$2" ] || {
		printf '%s\n%s\n' "$output" "$stderr"
		return 1
	}
}

@test "with -e rows of epochs are held to the first step of each" {
	epochs 'for (e = 0; e < 20; e++) print e "," r[50 * e]'
	is_told followed '' 0 -e 50
	[ -z "$stderr" ]
	epochs 'for (e = 0; e < 20; e++) print e "," r[e]'
	is_told differs per-epoch 1 -e 50
	epochs 'for (e = 0; e < 19; e++) print e "," r[50 * e + 50]'
	is_told shifted early 1 -e 50
	[[ ${lines[1]} == *,early,50 ]]
	epochs 'for (e = 0; e < 20; e++) print e + 1 "," r[50 * e]'
	is_told followed '' 0 -e 50 --origin 1
	is_told shifted late 1 -e 50
	one_message 'lrcheck: log.csv: the epochs may count from 1; expected --origin 1 if so'
	epochs 'for (e = 0; e < 20; e += 2) print e "," r[50 * e]'
	is_told followed '' 0 -e 50
}

@test "rows of epochs that were logged at the end of each are told as such" {
	epochs 'for (e = 0; e < 20; e++) print e "," r[50 * e + 49]'
	is_told shifted early 1 -e 50
	[[ ${lines[1]} == *,early,49 ]]
	one_message "lrcheck: log.csv: the rates may be those of the epochs' last steps; expected --origin -0.98 if so"
	is_told followed '' 0 -e 50 --origin -.98
	epochs 'for (e = 0; e < 20; e++) print e + 1 "," r[50 * e + 49]'
	is_told shifted late 1 -e 50
	[[ ${lines[1]} == *,late,1 ]]
	one_message 'lrcheck: log.csv: the epochs may count from 1, and *; expected --origin 0.02 if so'
	is_told followed '' 0 -e 50 --origin .02
	# beside the one that is given
	is_told shifted early 1 -e 50 --origin 1
	one_message "lrcheck: *last steps; expected --origin 0.02 if so"
	epochs 'for (e = 0; e < 19; e++) print e "," r[50 * e + 50]'
	is_told shifted early 1 -e 50
	one_message 'lrcheck: *after *; expected --origin -1 if so'
	epochs 'for (e = 0; e < 20; e++) print e "," r[50 * e + 20]'
	is_told shifted early 1 -e 50
	[[ ${lines[1]} == *,early,20 && -z $stderr ]]
}

# The oracle shifts the schedule by each number of steps, and prints it so.
@test "digits leave several shifts within an epoch, however long it is" {
	skip_if_sanitized 'long, and no more seen than in shorter ones'
	local SPEC='OneCycleLR(o, max_lr=0.01, epochs=20, steps_per_epoch=5000)'
	local logged='for (e = 0; e < 20; e++) printf "%d,%.1e\n", e, r[5000 * e + AT]'
	epochs "${logged/AT/3000}"
	range=$(lrsched "$SPEC" | awk -F, 'NR == FNR { rate[$1] = $2; next }
		FNR > 1 { r[$1] = $2 }
		END { for (k = 1; k < 5000; k++) {
			for (e = 0; e < 20; e++)
				if (sprintf("%.1e", r[5000 * e + k]) != rate[e])
					break
			if (e < 20)
				continue
			low = low ? low : k
			high = k
		}
		print low " to " high }' log.csv -)
	is_told shifted early 1 -e 5000
	[[ ${lines[1]} == *,early, ]]
	one_message "lrcheck: log.csv: the digits shown leave early by $range"
	# Of several shifts one may be as logs are known to be.
	epochs "${logged/AT/4999}"
	is_told shifted early 1 -e 5000
	[[ ${lines[1]} == *,early, ]]
	[[ ${stderr_lines[0]} == *' leave early by 49'??' to 5000' ]]
	[ "${stderr_lines[1]}" = "lrcheck: log.csv: the rates may be those of the epochs' last steps; expected --origin -0.9998 if so" ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	is_told followed rounded 0 -e 5000 --origin -.9998
}

@test "without -e the epoch is the unit, and that is said" {
	epochs 'for (e = 0; e < 20; e++) print e "," r[e]'
	is_told followed '' 0
	one_message 'lrcheck: log.csv: rows are epochs, and each is one step of the schedule; expected -e E *'
	lrsched -n 90 -l 0.1 cos | sed 1s/step/epoch/ >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == *,found,90,0,0.1,cos:90,* ]]
	one_message 'lrcheck: log.csv: rows are epochs, *'
	run -0 --separate-stderr lrcheck -q log.csv
	[ -z "$stderr" ]
}

@test "parts of epochs are steps where they have the digits for it" {
	epochs 'for (t = 0; t < 1000; t += 10) printf "%.17g,%s\n", t / 50, r[t]'
	is_told followed '' 0 -e 50
	epochs 'for (t = 0; t < 1000; t += 10) printf "%.1f,%s\n", t / 50, r[t]'
	is_told followed '' 0 -e 50
	epochs 'for (t = 0; t < 1000; t += 7) printf "%.2f,%s\n", t / 50, r[t]'
	is_told followed '' 0 -e 50
	epochs 'for (t = 0; t < 1000; t += 7) printf "%.1f,%s\n", t / 50, r[t]'
	is_told bad-data '' 2 -e 50
	one_message 'lrcheck: log.csv: parts of epochs with 1 decimal do not tell the steps of -e 50; expected --step COL'
}

@test "rows of an epoch are steps only if there are as many" {
	epochs 'for (t = 0; t < 1000; t++) print int(t / 50) "," r[t]'
	is_told followed '' 0 -e 50
	[ -z "$stderr" ]
	epochs 'for (t = 0; t < 1000; t += 10) print int(t / 50) "," r[t]'
	is_told bad-data '' 2 -e 50
	one_message 'lrcheck: log.csv: 5 rows an epoch of 50 steps, *--step COL'
	is_told differs processes 1
	[[ ${stderr_lines[0]} == *'no column of steps: rows count as steps from 0; '* ]]
}

@test "a table of rates by epoch is for logs of epochs" {
	range_test
	sed 1s/step/epoch/ good.csv >log.csv
	cut -d, -f1,2 log.csv >lr.csv
	cut -d, -f1,3 log.csv >loss.csv
	run -0 --separate-stderr lrfind --lr-table lr.csv loss.csv
	want=${lines[1]}
	sed 1s/epoch/step/ loss.csv >steps.csv
	run -2 --separate-stderr lrfind --lr-table lr.csv steps.csv
	one_message 'lrfind: steps.csv: rows that are no epochs, and a table of rates by epoch; *'
	run -0 --separate-stderr lrfind log.csv
	[ "${lines[1]#*,}" = "${want#*,}" ]
	one_message 'lrfind: log.csv: rows are epochs, *'
}

# A range test as step,lr,loss.
range_test() {
	awk 'function s(x) { return 1 / (1 + exp(-x)) }
	function f(x) { return 2.3 - 1.8 * s((x + 3) * 5) + 3 * s((x + 0.7) * 12) }
	BEGIN { print "step,lr,loss"
		for (i = 0; i < 200; i++) {
			x = -6 + 7 * i / 199
			printf "%d,%.9g,%.9g\n", i, exp(x * log(10)),
				f(x) + 0.01 * sin(i * i)
		}
	}' >good.csv
}

suggestion() {
	lrfind -q "$@" | awk -F, 'NR == 2 { print $5 }'
}

# lrfind's suggestion on $1 is within 10 % of that on good.csv; one remark: $2
is_read() {
	local want
	want=$(suggestion good.csv)
	run -0 --separate-stderr lrfind "${@:3}" "$1"
	one_message "lrfind: $1: $2"
	awk -v a="$(echo "${lines[1]}" | cut -d, -f5)" -v b="$want" \
		'BEGIN { exit !(a < 1.1 * b && b < 1.1 * a) }'
}

@test "losses that are not finite, here and there, are gaps" {
	range_test
	local odd
	for odd in nan inf -inf NaN Infinity; do
		awk -F, -v OFS=, 'NR > 1 && $1 % 40 == 30 { $3 = "'"$odd"'" } 1' \
			good.csv >log.csv
		is_read log.csv '5 points have no rate above 0 or no finite loss; they are left out'
	done
	awk -F, -v OFS=, 'NR > 1 && $1 % 40 == 30 { $2 = "0" } 1' good.csv >log.csv
	is_read log.csv '5 points have no rate *'
}

@test "steps have many names" {
	range_test
	local name
	for name in NumIters it n_iter num_iter iters Iterations iter_num \
		train_step GlobalStep 'Training Step' train/global_step _step; do
		awk -F, -v OFS=, 'NR == 1 { $1 = "'"$name"'" }
			NR > 1 { $1 = 20 * $1 } 1' good.csv >log.csv
		sed "1s/^[^,]*/step/" log.csv >step.csv
		run -0 --separate-stderr lrfind log.csv
		[ -z "$stderr" ]
		[ "${lines[1]#*,}" = "$(lrfind step.csv | sed -n '2s/^[^,]*,//p')" ]
	done
}

@test "what is no step does not slow the sweep down" {
	range_test
	awk -F, -v OFS=, 'NR == 1 { $1 = "epoch" }
		NR > 1 { $1 = 0.02 * ($1 + 1) } 1' good.csv >log.csv
	is_read log.csv 'epochs are no updates: each row counts as one; *'
	is_read log.csv 'epochs are no updates: *' --step epoch
	awk -F, -v OFS=, 'NR == 1 { $1 = "k_step" }
		NR > 1 { $1 = 0.001 * $1 } 1' good.csv >log.csv
	is_read log.csv 'the steps cannot be updates: points count *' --step k_step
	cut -d, -f2,3 good.csv >log.csv
	is_read log.csv 'no column of steps: each row counts as one update; *'
}

@test "a last line without its newline is left out, wherever it was cut" {
	range_test
	local n all
	all=$(wc -c <good.csv)
	want=$(head -n -1 good.csv | lrfind | sed 1d)
	for n in $(seq 1 25); do
		head -c "$((all - n))" good.csv >log.csv
		[ "$(tail -n 1 log.csv | cut -d, -f1)" = 199 ] || break
		[[ $(tail -c 1 log.csv) == [0-9] ]] || continue
		run -0 --separate-stderr lrfind <log.csv
		[ "${lines[1]}" = "$want" ]
		one_message 'lrfind: <stdin>: the last line has no newline at its end: its last value is left out; *'
	done
	[ "$n" -ge 15 ]
	cut -d, -f1,2 good.csv >lr.csv
	lrsched -n 100 -l 0.1 cos | head -c -3 >log.csv
	run -0 --separate-stderr lrcheck -s cos:100 -l 0.1 log.csv
	[[ ${lines[1]} == log.csv,,followed,99,* ]]
	one_message 'lrcheck: log.csv: the last line has no newline *'
	head -c -2 lr.csv >cut.csv
	run -2 --separate-stderr lrfind --lr-table cut.csv good.csv
	one_message 'lrfind: cut.csv:201: the last line has no end; expected all of the table'
	printf 'step,lr,loss\n0,1,2' >log.csv
	run -2 --separate-stderr lrfind log.csv
	one_message 'lrfind: log.csv: no step has both a rate and a loss; *'
}

@test "rows of validation are told by their phase and left out" {
	range_test
	local name value
	for name in phase split mode Stage; do
		for value in val valid Validation eval test dev val/0; do
			awk -F, -v OFS=, 'NR == 1 { print $0, "'"$name"'"; next }
				{ print $0, "train"
				  print $1, $2, 9, "'"$value"'" }' good.csv >log.csv
			is_read log.csv '200 rows of validation are left out; *'
		done
	done
	awk -F, -v OFS=, 'NR == 1 { print "step,lr,phase"; next }
		{ print $1, 0.1, "train" } $1 % 10 == 9 { print $1, 7, "val" }' \
		good.csv >log.csv
	run -0 --separate-stderr lrcheck -s constant -l 0.1 log.csv
	one_message 'lrcheck: log.csv: 20 rows of validation are left out; *'
	sed -i 's/train/val/' log.csv
	run -2 --separate-stderr lrcheck log.csv
	one_message 'lrcheck: log.csv: all rows are of validation; expected some of training'
}

@test "several losses of one step are averaged, and that is said" {
	range_test
	awk -F, -v OFS=, 'NR > 1 { print $1, $2, $3 - 0.3; print $1, $2, $3 - 0.1
		$3 += 0.4 } 1' good.csv >log.csv
	is_read log.csv '200 steps have several losses; expected one each, their mean is read'
	awk -F, 'NR > 1 { print } 1' good.csv >log.csv
	run -0 --separate-stderr lrfind log.csv
	[ -z "$stderr" ]
}

@test "rates that are held do not make a fast sweep" {
	range_test
	awk -F, -v OFS=, 'NR == 1 { print; next }
		{ print n++, $2, $3 }
		$1 == 120 { for (k = 0; k < 90; k++) print n++, $2, $3 }' \
		good.csv >log.csv
	awk -v a="$(suggestion log.csv)" -v b="$(suggestion good.csv)" \
		'BEGIN { exit !(a < 2 * b && b < 2 * a) }'
}

@test "out of order, a log is judged as in order" {
	lrsched -n 1000 -l 0.1 warmup:100 cos >good.csv
	{ head -n 1 good.csv; tail -n +2 good.csv | tac; } >newest.csv
	{ head -n 1 good.csv; tail -n +2 good.csv | sort -t, -k2; } >mixed.csv
	awk -F, 'NR == 1 || $1 >= 500' good.csv >halves.csv
	awk -F, 'NR > 1 && $1 < 500' good.csv >>halves.csv
	for f in newest mixed halves; do
		run -0 --separate-stderr lrcheck -s 'warmup:100 cos' -n 1000 \
			-l 0.1 $f.csv
		[[ ${lines[1]} == $f.csv,,followed,1000,* ]]
		one_message "lrcheck: $f.csv: the rows are not in the order of their steps; they are read in it"
		run -1 lrcheck -q -s 'warmup:200 cos' -n 1000 -l 0.1 $f.csv
		run -0 lrcheck -q $f.csv
		[[ ${lines[1]} == *,found,1000,0,0.1,*warmup:100\ cos:900* ]]
	done
}

@test "a counter that begins again with each epoch is added up" {
	lrsched -n 200 -l .1 cos | awk -F, 'NR == 1 { print "epoch,batch,lr"; next }
		{ print int($1 / 50) "," $1 % 50 "," $2 }' >every.csv
	awk -F, 'NR == 1 || $2 % 10 == 0' every.csv >tenth.csv
	awk -F, 'NR == 1 || $2 % 10 == 0 || $2 == 49' every.csv >last.csv
	for f in every tenth; do
		run -0 --separate-stderr lrcheck -s cos:200 -l .1 $f.csv
		[[ ${lines[1]} == $f.csv,,followed,* ]]
		one_message "lrcheck: $f.csv: the steps begin again with each epoch; they are added up"
		run -0 lrcheck -q $f.csv
		[[ ${lines[1]} == *,0.1,cos:200,* ]]
	done
	for f in every tenth last; do
		run -0 lrcheck -q -s cos:200 -l .1 -e 50 $f.csv
		awk -F, -v OFS=, 'NR > 1 { $2++ } 1' $f.csv >one.csv
		run -0 lrcheck -q -s cos:200 -l .1 -e 50 --origin 1 one.csv
		[[ ${lines[1]} == one.csv,,followed,* ]]
	done
}

@test "a phase that all rows share, or that only ends in a word, drops none" {
	range_test
	awk -F, -v OFS=, 'NR == 1 { print $0, "stage"; next }
		{ print $0, "lr_range_test" }' good.csv >log.csv
	run -0 --separate-stderr lrfind log.csv
	[ -z "$stderr" ]
}

@test "steps that nothing can count are refused" {
	for step in 1e300 -1e300 1e17; do
		printf 'step,lr\n0,1\n1,.5\n2,.25\n%s,.125\n' "$step" >log.csv
		for args in '' '-s triangular,min=0,max=1x,step=5 -l 1'; do
			run -2 --separate-stderr lrcheck -q $args log.csv
			one_message 'lrcheck: log.csv: steps from * to *; expected whole numbers below 2^53'
		done
	done
	printf 'epoch,lr\n0,1\n1,.5\n2,.25\n1e15,.125\n' >log.csv
	run -2 lrcheck -q -s cos:50 -l 1 -e 50 log.csv
	run -1 lrcheck -q -s cos:50 -l 1 log.csv
}

@test "a row of a log takes no more than its numbers" {
	skip_if_sanitized 'counts address space'
	lrsched range:1000000,from=1e-6,to=10 | awk -F, '
		NR == 1 { print "step,lr,loss"; next }
		{ x = log($2) / log(10)
		  y = 2.3 - 1.8 / (1 + exp(-(x + 3) * 5))
		  printf "%s,%.9g\n", $0, y + 3 / (1 + exp(-(x + 0.7) * 12))
		}' >million.csv
	run -0 --separate-stderr bash -c 'ulimit -v 45000; lrfind million.csv'
	[[ ${lines[1]} == million.csv,ok,*,500000,*,centre ]]
	one_message 'lrfind: million.csv: of very many records the means of 2 each are read'
	run -0 bash -c 'ulimit -v 55000
		lrcheck -s range:1000000,from=1e-6,to=10 million.csv'
	run -0 bash -c 'ulimit -v 55000; lrcheck million.csv'
}
