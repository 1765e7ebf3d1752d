#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What stands in logs beside what is asked for, or in place of it: a value that
# is left out is told, one that is printed stands at its own step.

load helper

is() {
	[ "$1" = "$2" ] || {
		printf 'got:\n%s\nexpected:\n%s\n' "$1" "$2"
		return 1
	}
}

# $1 matches the extended regular expression $2.
like() {
	[[ $1 =~ $2 ]] || {
		printf 'got:\n%s\nexpected: %s\n' "$1" "$2"
		return 1
	}
}

# What is said where rows are counted.
counted='lrlog: <stdin>: no column of steps: rows are counted from 0; expected --step COL unless they are
'

# What lrlog prints of the lines given, each after its step.
lrlog_of() {
	printf '%s\n' "$@" | lrlog
}

@test "a step that two lines tell is one row, however few steps there are" {
	run lrlog_of '{"step":1,"loss":3}' '{"step":1,"acc":0.5}' \
		'{"step":2,"loss":2}' '{"step":2,"acc":0.6}'
	is "$output" $'step,loss,acc\n1,3,0.5\n2,2,0.6'
	printf '{"step":1,"loss":3}\n{"step":1,"acc":0.5}\n{"step":2,"acc":0.6}\n' \
		>l
	run lrlog -c acc l
	is "$output" $'step,acc\n1,0.5\n2,0.6'
}

@test "lists in a document are columns, also short or alone, if they are told" {
	run lrlog_of '{"loss":[3,2,1]}'
	is "$output" "$counted"$'step,loss\n0,3\n1,2\n2,1'
	run lrlog_of '{"loss":[3,2,1,4],"betas":[0.9,0.99]}'
	is "$output" "$counted"$'step,loss\n0,3\n1,2\n2,1\n3,4'
	run lrlog_of '{"params":{"betas":[0.9,0.99]},"history":{"loss":[3,2]}}'
	is "$output" "$counted"$'step,loss\n0,3\n1,2'
	# Of a record they are groups.
	run lrlog_of '{"step":1,"loss":2,"lr":[0.1,0.2]}'
	is "$output" $'step,loss,lr,lr#1\n1,2,0.1,0.2'
}

@test "rows with too few cells are told, whatever divides them" {
	run lrlog_of '| step | lr | loss |' '|---|---|---|' '| 1 | 0.1 | 3 |' \
		'| 2 |' '| 3 | 0.3 | 2 |'
	is "${lines[0]}" 'lrlog: <stdin>: line 4 has 1 cells under a header of 3; left out'
	is "${lines[3]}" 3,0.3,2
	for row in ,3k '2,3k' ',,4x'; do
		run lrlog_of step,lr,loss 1,0.1,3 2,0.2,2.5 "$row" 3,0.3,2
		like "${lines[0]}" "line 4(: loss is '4x'| has 2 cells under a header of 3)"
		is "${lines[-1]}" 3,0.3,2
		is "${#lines[@]}" 5
	done
}

@test "what lines without a rate and a loss tell stands at its step" {
	# Rows are counted: it is of the row before.
	run lrlog_of 'epoch 0 lr 0.1 loss 3' 'epoch 0 lr 0.2 loss 2.5' \
		'epoch 0 val_acc 0.5' 'epoch 1 lr 0.3 loss 2.2' \
		'epoch 1 lr 0.4 loss 2.1' 'epoch 1 val_acc 0.6' \
		'epoch 2 lr 0.5 loss 2'
	is "$output" "$counted"$'step,epoch,lr,loss,val_acc\n0,0,0.1,3,\n1,0,0.2,2.5,0.5\n2,1,0.3,2.2,\n3,1,0.4,2.1,0.6\n4,2,0.5,2,'
	# Counters go on: it never is of an update of another epoch.
	run lrlog_of 'epoch 0 batch 1 lr 0.1 loss 3' 'epoch 0 batch 2 lr 0.2 loss 2.5' \
		'epoch 0 batch 2 acc 0.5' 'epoch 1 batch 1 lr 0.3 loss 2.2' \
		'epoch 1 batch 2 lr 0.4 loss 2.1' 'epoch 1 batch 3 acc 0.6' \
		'epoch 2 batch 0 acc 0.65' \
		'epoch 2 batch 1 lr 0.5 loss 2' 'epoch 2 batch 2 lr 0.6 loss 1.9' \
		'epoch 2 batch 3 acc 0.7'
	is "$(grep -v '^lrlog' <<<"$output" | cut -d, -f1,4,5)" \
		$'step,loss,acc\n1,3,\n2,2.5,0.5\n3,2.2,\n4,2.1,0.65\n5,2,\n6,1.9,\n7,,0.7'
	like "$output" 'of 1 values several stand in the lines of one step; one of them is read; the first is acc'
	# A step of its own, told in the line before.
	run lrlog_of 'step 1 lr 0.1 loss 3' 'step 2 lr 0.2 loss 2.5' 'step 3' \
		'acc 0.5' 'step 4 lr 0.3 loss 2.2' 'step 5 lr 0.4 loss 2.1'
	is "${lines[3]}" 3,,,0.5
}

# A log that grows, and ends, as a pipe does.
follow() {
	printf '%s\n' "$(<l)" | "$@"
}

@test "logs that grow: what does not come, or does not fit, is told" {
	{
		echo step,lr,loss
		for i in 1 2 3 4 5 6; do echo "$i,0.$i,$((9 - i))"; done
	} >l
	run follow lrlog --follow -c loss,NOPE
	is "$status" 2
	like "$output" $'lrlog: --columns: no log has .NOPE.'
	run follow lrlog --follow -c 'x*'
	is "$status" 2
	run follow lrlog --follow --step NOPE
	is "$status" 2
	# A log that ends with nothing in it is none, as it is at once.
	run lrlog --follow </dev/null
	is "$status" 2
	is "$output" "$(lrlog </dev/null 2>&1)"
	# At a stop, too: the steps of the rows were not those.
	run follow lrwatch -q --step NOPE --mode min --metric lr \
		stop,patience=1
	is "$status" 2
	like "$output" "no column 'NOPE' for the step"
	printf '7,0.7,3,4\n8,x,3\n9,0.9,y\n10,1,1\n' >>l
	for tool in "lrlog --follow" "lrwatch stop,patience=9" "lrfind --follow"; do
		# shellcheck disable=SC2086
		run follow $tool
		like "$output" 'line 8 has 4 cells under a header of 3; left out'
		like "$output" '2 cells are no numbers.*first is in line 9: lr is .x.'
	done
}

@test "rows of a log that grows say of which run they are" {
	printf 'run,step,loss\na,1,2\na,2,3\nb,1,3\n' >l
	run follow lrlog --follow
	is "$output" $'run,step,loss\na,1,2\na,2,3\nb,1,3'
	run follow lrlog --follow -c loss --run run
	is "$output" $'run,step,loss\na,1,2\na,2,3\nb,1,3'
}

@test "the place of a stop file is looked at before training is waited for" {
	printf 'step,lr,loss\n1,0.1,2\n' >l
	: >there
	for tool in "lrfind --follow" "lrwatch stop,patience=1"; do
		for f in there missing/f l ""; do
			# shellcheck disable=SC2086
			run $tool --stop-file "$f" l </dev/null
			is "$status" 2
		done
		# shellcheck disable=SC2086
		run $tool --stop-file f -o f l
		is "$status" 2
		[ ! -e f ]
	done
}

@test "what stands between a name and its value, or behind a name, is no value" {
	run lrlog_of 'Train loss 0 6.9 Grad Norm 1.5 1.23s/it' \
		'Train loss 1 6.8 Grad Norm 1.25 1.23s/it' \
		'Train loss 2 6.7 Grad Norm 1.125 1.23s/it'
	is "$(cut -d, -f1,2 <<<"$output")" $'step,Train loss\n0,6.9\n1,6.8\n2,6.7'
	# A size is no counter.
	run lrlog_of 'step 1 batch_size 32 0.5' 'step 2 batch_size 32 0.6'
	like "$output" 'batch_size'$'\n''1,32'
	# In brackets, before a bar.
	for i in 0 1 2; do
		printf 'Training Epoch: 1/3, step %d/388 completed (loss: 6.%d):   0%%|  | %d/97 [00:03<03:02,  1.95s/it]\r' \
			$i $i $i
	done >l
	run lrlog -c loss l
	is "$output" $'step,loss\n0,6\n1,6.1\n2,6.2'
	# A column without a name but a sign counts.
	run lrlog_of 'E    #       LOSS NER  SCORE ' '---  ------  --------  ------' \
		'  0       0      9.50    0.10' '  0     200      8.50    0.20' \
		'  1     400      7.50    0.30'
	is "$(cut -d, -f1,3 <<<"$output")" $'step,LOSS NER\n0,9.5\n200,8.5\n400,7.5'
}

@test "the loss of validation is val_loss, whatever it is called" {
	for name in valid/loss eval_loss 'Validation Loss' dev_loss; do
		printf 'step,train_loss,%s,%s\n1,3,3.5,9\n2,2,2.5,8\n' "$name" other >l
		run lrlog -c loss,val_loss l
		is "$output" $'step,loss,val_loss\n1,3,3.5\n2,2,2.5'
	done
	run lrlog -c val_loss <(printf 'step %d | train: loss %d\nstep %d | valid: loss %d.5\n' \
		1 3 1 3 2 2 2 2)
	is "$output" $'step,val_loss\n1,3.5\n2,2.5'
	printf 'step,val_loss,eval_loss\n1,3,4\n' >l
	run lrlog -c val_loss l
	is "$output" $'step,val_loss\n1,3'
	printf 'step,loss\n1,3\n' >l
	run lrlog -c val_loss l
	is "$status" 2
}

@test "Trainer's lines have epochs alone, whose steps -e tells" {
	# logging_steps=10, 40 steps an epoch, a rate that falls to 0 in 100.
	for k in 10 20 30 40 50 60 70 80 90; do
		awk -v k=$k 'BEGIN { printf "{\047loss\047: %.4f, \047learning_rate\047: %.10g, \047epoch\047: %.2f}\n",
			2.5 - k / 100, 5e-5 * (1 - k / 100), k / 40 }'
	done >hf.log
	printf "{'eval_loss': 1.75, 'eval_runtime': 3.2, 'epoch': 2.25}\n" >>hf.log
	lrcheck() { command lrcheck -s linear -n 100 -l 5e-5 "$@"; }
	run -0 --separate-stderr lrcheck -e 40 hf.log
	[ -z "$stderr" ]
	[[ $output == *$'\nhf.log,,followed,9,'* ]]
	# Another length of an epoch is no excuse.
	run -1 --separate-stderr lrcheck -e 50 hf.log
	[[ $output == *$'\nhf.log,,differs,'* ]]
	run -2 --separate-stderr lrcheck hf.log
	[[ $stderr == *'parts of epochs and no column of steps; expected -e E, the steps of an epoch, or --step COL'* ]]
	# Or the settings that stand before them, if all epochs were run.
	{
		printf '***** Running training *****\n  Num Epochs = 3\n'
		printf '  Total optimization steps = 120\n'
		sed '$d' hf.log
	} >settings.log
	run -2 lrcheck settings.log
	printf "{'train_runtime': 12.5, 'epoch': 3.0}\n" >>settings.log
	run -0 --separate-stderr lrcheck settings.log
	[[ $stderr == *'40 steps an epoch, as the log says of all steps and epochs; expected -e E if that is not so' ]]
	run --separate-stderr command lrcheck hf.log
	[[ $stderr == *'; expected -s SPEC with -e E or --step COL'* ]]
	# The state that it saves has the steps by name.
	sed '$d; s/}$/&,/' hf.log | tr \' \" | awk '{
		sub(/}/, ", \"step\": " 10 * NR "}"); print }' >rows
	printf '{"logging_steps": 10, "max_steps": 100, "log_history": [%s]}\n' \
		"$(tr -d '\n' <rows | sed 's/,$//')" >trainer_state.json
	run -0 --separate-stderr lrcheck trainer_state.json
	[ -z "$stderr" ]
	run lrlog -c lr trainer_state.json
	is "$(sed -n '2p;$p' <<<"$output")" $'10,4.5e-05\n90,5e-06'
}

@test "nanoGPT's loss is that of its iterations, where it is the estimate's too" {
	for i in 0 1 2 3; do
		[ $((i % 2)) -eq 1 ] ||
			echo "step $i: train loss 4.${i}874, val loss 4.${i}999"
		echo "iter $i: loss 4.${i}874, time 20.12ms, mfu -100.00%"
	done >nano.log
	run lrlog -c loss,val_loss nano.log
	is "$output" $'step,loss,val_loss\n0,4.0874,4.0999\n1,4.1874,\n2,4.2874,4.2999\n3,4.3874,'
	# The same for all tools, as seldom as the estimates come.
	lrsched range:60,from=1e-5,to=1 >lr.csv
	for every in 2 3 20; do
		for ((i = 0; i < 60; i++)); do
			[ $((i % every)) -ne 0 ] ||
				echo "step $i: train loss 5.${i}1, val loss 5.${i}9"
			echo "iter $i: loss 4.${i}8, time 20.12ms"
		done >nano.log
		run lrfind -q --list-columns --lr-table lr.csv nano.log
		is "$(grep ',loss,' <<<"$output")" 'nano.log,loss,loss,60,4.08,4.98'
		run lrlog --list nano.log
		is "$(grep ',loss,' <<<"$output")" 'loss,loss,60,4.08,4.98,4.598'
	done
}

@test "a text beside the losses of a step keeps none out of their mean" {
	printf 'epoch=1 loss=%s clip=%s\n' 1 0 2 off 6 0 4 off 7 0 >log
	run -0 --separate-stderr lrlog -q -c loss --step epoch log
	[ "$output" = $'step,loss\n1,4' ]
}

@test "a loss that a line of validation tells twice counts once" {
	printf '%s\n' 'step: 1 loss: 3' 'val: step: 2 loss: 1 val_loss: 9' \
		'step: 3 loss: 2' 'val: step: 4 loss: 0.5 val_loss: 9' >log
	run -0 --separate-stderr lrlog -q --list -f csv log
	[ "${lines[2]}" = val_loss,val_loss,2,0.5,1,0.5 ]
}

@test "memory does not grow with lines that have no value" {
	skip_if_sanitized 'counts address space'
	local line
	for line in y '{}' 'a b c' '"a' x,y '| a |'; do
		yes "$line" | head -c 2000000 >many
		run -2 --separate-stderr bash -c 'ulimit -v 16000; lrlog many'
		one_message 'lrlog: many: nothing with a name and a number; *'
	done
}

# As jq and Python have it; the 2nd line of a kind is learned, later ones known.
@test "of two members of one name the later one counts" {
	for ((i = 0; i < 40; i++)); do
		printf '{"step": %d, "lr": 9, "loss": 7.5, "lr": 0.%03d, "loss": 2.%02d}\n' \
			"$i" "$((i + 1))" "$i"
	done >log.jsonl
	run -0 --separate-stderr lrlog -q -c lr,loss log.jsonl
	[ "${#lines[@]}" -eq 41 ]
	[ "${lines[1]}" = 0,0.001,2 ]
	[ "${lines[40]}" = 39,0.04,2.39 ]
}

@test "a number before its share of all counts steps" {
	for ((i = 0; i < 40; i++)); do
		printf '%d (%d.%d0%%)   123.4 ms   1 m, 3 s   33.2 K   loss 2.%02d  lr 3.%02de-04\n' \
			"$((10 * i))" "$((i / 10))" "$((i % 10))" "$i" "$i"
	done >log
	run -0 --separate-stderr lrlog -q -c loss log
	[ "${lines[0]}" = step,loss ]
	[ "${lines[2]}" = 10,2.01 ]
	[ "${lines[40]}" = 390,2.39 ]
}

@test "a run that resumed is no counter that began again, whatever its rate" {
	local i rate want
	cd "$BATS_TEST_TMPDIR" || return 1
	for rate in '0.1 * (1 - s / 100)' '0.1' '0.001 * (1 + s)'; do
		for i in 5 0; do
			awk -v i="$i" 'BEGIN { print "step,loss,lr"
				for (s = 0; s < 10; s++) print s ",2," '"$rate"'
				for (s = i; s < 15; s++) print s ",1," '"$rate"' }' \
				>resumed.csv
			# A constant rate says nothing of it; one that begins
			# again is of a run of its own.
			want='15 14'
			[ $i != 0 ] || want='25 2,14'
			[ "$i $rate" != '0 0.1' ] || want='25 24'
			run -0 --separate-stderr lrlog -c loss resumed.csv
			[ "$((${#lines[@]} - 1)) ${lines[-1]%,*}" = "$want" ]
		done
	done
}

@test "runs are called after their logs, whether all of these are found or not" {
	mkdir none
	printf '%s\n' run,step,loss a,0,3 b,0,2 >runs.csv
	for missing in none missing.csv; do
		run -2 --separate-stderr lrlog runs.csv "$missing"
		is "$output" 'run,step,loss
runs.csv:a,0,3
runs.csv:b,0,2'
	done
}

@test "lines of marks or of names alone take no square of their length" {
	local log nmark=1000000
	# What stands for strncmp() and the like there looks at all of a line.
	sanitized && nmark=10000
	"$PYTHON" - $nmark <<-'EOF'
		import sys
		steps = "".join("step %d loss 2\n" % i for i in range(1, 9))
		open("marks", "w").write("#011" * int(sys.argv[1]) + "\n" + steps)
		open("names", "w").write("name of it\n" * 100000 + steps)
	EOF
	# The marks took four minutes, and what is left is less than a second.
	for log in marks names; do
		run -0 --separate-stderr within 20 lrlog -c loss $log
		[ "${lines[1]}" = 1,2 ]
	done
}

@test "twice the names take twice the work" {
	local n line once twice
	skip_if_sanitized 'under valgrind'
	command -v valgrind >/dev/null || skip 'no valgrind'
	for line in 'loss_x&y 0.5 step &' 'step_x&y_step: & a&b: 0.5 loss 0.5 lr 0.1' \
		'{"val_loss_&": 0.5, "lr_&": 1, "step": &}'; do
		for n in 500 1000; do
			seq "$n" | sed "s/.*/$line/" >names.log
			twice=$(instructions lrlog -q --list names.log)
			[ "$n" = 1000 ] || once=$twice
		done
		echo "$line: $once, then $twice"
		[ "$once" -gt 0 ] && [ "$twice" -lt $((once * 5 / 2)) ]
	done
}

@test "long lines are not held for what they all begin with" {
	skip_if_sanitized 'counts address space'
	local i
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18; do
		printf '10:00:00 {"step": %d, "lr": 0.1, "text": "%*s"}\n' $i 3000000 x
	done | (ulimit -v 40000 && lrlog -q -) >got
	[ "$(sed -n '1p;$p' got)" = $'step,lr\n18,0.1' ]
	[ "$(wc -l <got)" -eq 19 ]
}

@test "a name takes some 300 bytes, in whatever form a log tells it" {
	skip_if_sanitized 'counts address space'
	local form
	for form in rows pairs json; do
		awk -v form=$form 'BEGIN {
			split("step lr loss", name); n = 400000
			for (i = 4; i <= n; i++) name[i] = "c" i
			for (k = form != "rows"; k <= 2; k++)
				for (i = 1; i <= n; i++) {
					x = k ? i + k : name[i]
					if (form == "pairs") x = name[i] "=" x
					if (form == "json")
						x = (i > 1 ? "" : "{") "\"" name[i] "\":" x
					printf "%s%s", x, i < n ? \
						form == "pairs" ? " " : "," : \
						form == "json" ? "}\n" : "\n"
				}
		}' >wide
		(ulimit -v 170000 && lrlog -q wide) >got
		awk -F, 'NR == 1 { bad = NF != 400000 || $1 $4 $NF != "stepc4c400000" }
			NR > 1 { for (i = 1; i <= NF; i++) bad += $i != i + NR - 1 }
			END { exit bad || NR != 3 }' got
	done
}

@test "a call among rows that blanks separate is no header of theirs" {
	{
		echo step lr loss
		for ((i = 0; i < 40; i++)); do
			echo "$i 0.0$((10 + i)) 2.$((10 + i))"
			((i % 9)) || echo '  warnings.warn("Detected call", UserWarning)'
		done
	} >log
	run -0 --separate-stderr lrlog -c lr,loss log
	[ "${#lines[@]}" -eq 41 ]
	[ "${lines[2]}" = 1,0.011,2.11 ]
	[ "${lines[40]}" = 39,0.049,2.49 ]
	# One of names alone is.
	sed '20s/.*/step loss lr/' log >other.log
	run -0 --separate-stderr lrlog -q -c loss other.log
	[ "${lines[39]}" = 39,0.049 ]
}

@test "a counter that begins again has the total of its own run" {
	# A run of 3 epochs of 9 batches, in a log where one of 40 broke off.
	epochs() {
		local e b
		for e in 1 2 3; do
			[ "$1" = bare ] || echo "Epoch $e/3"
			for b in 2 4 6 8; do
				echo "Batch $b/9 | loss: 0.$((9 - e))$((9 - b))"
			done
		done
	}
	epochs >alone.log
	(printf 'Epoch 1/3\nBatch 10/40 | loss: 0.95\nBatch 20/40 | loss: 0.94\n' &&
		epochs) >both.log
	lrlog -q -c loss alone.log >want
	is "$(tail -n 1 want | cut -d, -f1)" 26
	lrlog -q -c loss both.log >got
	is "$(grep ^1 got)" $'1,10,0.95\n1,20,0.94'
	sed -n 's/^run,//p; s/^2,//p' got | cmp want
	# Nothing but the total says that an epoch is over.
	epochs bare >alone.log
	is "$(lrlog -q alone.log | tail -n 1 | cut -d, -f1)" 26
	(epochs bare && echo 'Batch 2/40 | loss: 0.95') >both.log
	is "$(lrlog -q both.log | sed -n 13p | cut -d, -f1)" 26
}
