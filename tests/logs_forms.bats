#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs whose records are not lines, or stand behind prefixes, against the rows
# in them.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	"$PYTHON" "$ROOT/tests/logs/forms.py" .
}

@test "blocks, boxes and lines of several processes are read as their records" {
	local log bad=0
	for log in *.log; do
		lrlog -q "$log" | "$PYTHON" "$ROOT/tests/logs/forms.py" . "${log%.log}" ||
			bad=1
	done
	[ "$bad" = 0 ]
	set -- ./*.log
	[ $# -eq 13 ]
}

@test "rates and losses of such logs are paired by lrfind, too" {
	local log
	for log in box results block srun mpirun sagemaker logging journal container hook; do
		lrfind -q -f curve $log.log >got.csv || [ -s got.csv ]
		"$PYTHON" - $log.rows got.csv <<-'EOF'
			import csv, json, sys
			rows = [list(r[1].values()) for r in json.load(open(sys.argv[1]))]
			got = list(csv.DictReader(open(sys.argv[2])))
			assert len(got) == len(rows), (len(got), len(rows))
			for g, (loss, lr, *_) in zip(got, rows):
			    assert abs(float(g["raw"]) - loss) <= 1e-3, (g, loss)
			    assert abs(float(g["lr"]) - lr) <= 1e-6, (g, lr)
		EOF
	done
}

@test "numbers without a name are told where nothing reads them" {
	printf 'foo 3\n1 2.5 .1\n2 2.4 .2\n3 2.2 .3\n' >log
	run --separate-stderr lrlog log
	[ "${stderr_lines[0]}" = 'lrlog: log: 3 lines are numbers alone, without a name; they are left out; expected a header, or --names' ]
	[ "${stderr_lines[1]}" = 'lrlog: log: no column of steps: rows are counted from 0; expected --step COL unless they are' ]
	[ ${#stderr_lines[@]} -eq 2 ]
}

@test "series of a document are called as what they stand in" {
	cd "$BATS_TEST_TMPDIR" || return 1
	"$PYTHON" - >want.csv <<-'EOF'
		import json
		step = list(range(0, 120, 20))
		lr = [i / 1000 for i in range(6)]
		loss = [3 - i / 4 for i in range(6)]
		print("step,lr,loss")
		for row in zip(step, lr, loss):
		    print(*("%g" % x for x in row), sep=",")
		def series(x, y, values):
		    return {"name": "series", x: step, y: values}
		json.dump({"lr": {"series": series("x", "y", lr)},
		    "loss": {"train": series("x", "y", loss)}}, open("a.json", "w"))
		json.dump({"training.lr": series("steps", "values", lr),
		    "training.loss": series("steps", "values", loss)},
		    open("b.json", "w"))
	EOF
	[ "$(lrlog -c lr,loss a.json)" = "$(cat want.csv)" ]
	[ "$(lrlog -c lr,loss b.json)" = "$(cat want.csv)" ]
	[ "$(lrlog a.json | head -n 1)" = step,lr/series,loss/train ]
	# Where nothing is around them they have their own names.
	echo '{"x": [1, 2, 3, 4], "y": [0.1, 0.2, 0.3, 0.4]}' >c.json
	[ "$(lrlog -q c.json | sed -n 2p)" = 0,1,0.1 ]
}

@test "cells that are blank stand below their names, at one of their ends" {
	local side
	cd "$BATS_TEST_TMPDIR" || return 1
	for side in '-' ''; do
		"$PYTHON" - "$side" >log 3>want.csv <<-'EOF2'
			import os, sys
			row = "  ".join(["%" + sys.argv[1] + "16s"] * 5)
			want = os.fdopen(3, "w")
			names = ["epoch", "iteration", "main/loss", "validation/loss", "lr"]
			print(row % tuple(names))
			print("step,lr,main/loss,validation/loss", file=want)
			for i in range(1, 13):
			    val = "%g" % (3 - i / 10) if i % 4 == 0 else ""
			    loss = "%g" % (2.5 - i / 10) if i != 6 else ""
			    print(row % (i // 4, i * 100, loss, val, i / 1000))
			    print(i * 100, i / 1000, loss, val, sep=",", file=want)
		EOF2
		[ "$(lrlog -c lr,main/loss,validation/loss log)" = "$(cat want.csv)" ]
	done
	# What stands below no name, or ends nowhere, is no row.
	printf '%s\n' 'step  loss  lr' '1     2.5   .1' '2           .2' \
		'3   2.2' '4     2.1   .4' >log
	[ "$(lrlog -q log | tr '\n' ' ')" = 'step,loss,lr 1,2.5,0.1 2,,0.2 4,2.1,0.4 ' ]
}

@test "lines of a log in the cells of an export are read as lines" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	{
		echo timestamp,message
		echo '16,"Starting ""train.py"" with 4 GPUs"'
		for i in 1 2 3 4 5 6; do
			echo "1600$i,\"[$i/6] loss: 1.$i, \"\"lr\"\": 0.0$i, img/s: 31\""
			echo "1600$i,no numbers here"
		done
	} >export.csv
	run -0 --separate-stderr lrlog -c lr,loss export.csv
	[ "${lines[*]}" = 'step,lr,loss 1,0.01,1.1 2,0.02,1.2 3,0.03,1.3 4,0.04,1.4 5,0.05,1.5 6,0.06,1.6' ]
	# Other texts are none.
	printf 'step,loss,prompt\n1,2.5,"loss: 7, step: 3"\n2,2.25,lr=1\n' >notes.csv
	[ "$(lrlog notes.csv | tr '\n' ' ')" = 'step,loss 1,2.5 2,2.25 ' ]
}

@test "a loss beside the rate is read before one of no known time" {
	local i
	# The rate and the loss of an epoch, below bars that tell the last batch's.
	for i in 1 2 3 4 5 6 7 8; do
		printf '\r 50%%|##  | 95/190 [01:31<01:33, 1.01it/s, train_loss=7.%d]\n' $i
		printf 'epoch: %d, lr: %de-03 - train loss: 1.%d - valid loss: 2.5\n' \
			$i $i $i
	done >bars.log
	# A value and its average beside the rate, between lines of a layer.
	for i in 1 2 3 4 5 6 7 8; do
		printf ' %d: 1.%d, 3.%d avg loss, 0.00%d rate, 2.5 seconds\n' \
			$i $i $i $i
		printf 'Region 30 Avg (IOU: 0.4), class_loss = 1, total_loss = 7.%d\n' $i
	done >layers.log
	for i in 1 2 3 4 5 6 7 8; do
		echo "$i,0.00$i,1.$i"
	done >want
	for i in bars layers; do
		run --separate-stderr lrlog -c lr,loss $i.log
		[ "$status" -eq 0 ]
		printf '%s\n' "${lines[@]:1}" >got
		cmp want got
		[[ $stderr == *'columns may be the loss: '*' is read; expected --loss for another'* ]]
	done
	# One that a line of its own tells with the step has a time, too.
	for i in 1 2 3 4 5 6 7 8; do
		printf 'step %d loss %d.5\nstep %d lr 0.00%d avg_loss 9.%d\n' \
			$i $i $i $i $i
	done >steps.log
	lrlog -q -c loss steps.log | tail -n 1 >got
	[ "$(cat got)" = 8,8.5 ]
}

@test "batches behind their epochs are steps, also below lines of validation" {
	local i
	for i in 0 100 200 1000 1100 1200 2000 2100 2200; do
		printf 'DEBUG TRAIN Batch %d/%d loss %d.5 lr 0.00%d rank 0\n' \
			$((i / 1000)) $((i % 1000)) $i $((9 - i / 300))
		[ $((i % 1000)) -lt 200 ] ||
			printf 'DEBUG CV Batch %d/0 loss 9.5 rank 0\n' $((i / 1000))
	done >log
	lrlog -q -c loss log >got
	printf 'step,loss\n' >want
	i=0
	for loss in 0 100 200 1000 1100 1200 2000 2100 2200; do
		echo "$((100 * i++)),$loss.5"
	done >>want
	cmp got want
	# A speed is no rate.
	for i in 1 2 3 4 5 6; do
		echo "step $i rate: $((20 - i)).5it/s loss 2.$i"
	done >speed
	run lrlog -c lr speed
	[ "$status" -eq 2 ]
	[[ $output == *"no log has 'lr'"* ]]
}

@test "a table of cells that are lines, and names above names, are tables" {
	local i
	printf '%s\n' 'Step' 'Training Loss' >cells
	printf 'average    since     example\nloss       last      counter\n' >names
	printf 'step,loss\n' >want
	for i in 10 20 30 40 50 60; do
		printf '%s\n' $i 2.$i >>cells
		printf '2.%d 9.%d %9d\n' $i $i $i >>names
		printf '%s\n' "$i,2.${i%0}" >>want
	done
	lrlog -c loss cells >got
	cmp want got
	lrlog -q -c example_counter,loss names | cut -d, -f2- >got
	tail -n +2 want | cmp - <(tail -n +2 got)
	# As they come, too.
	cat cells | lrlog --follow -c loss | tail -n +2 >got
	tail -n +2 want | cmp - got
}

@test "an export's column of contexts says what is of validation" {
	local i
	echo 'run.hash,metric.name,metric.context,step,epoch,value' >log.csv
	echo 'step,lr,loss' >want
	for i in 10 20 30 40 50 60; do
		echo "5f0c,lr,{},$i,0,0.0$i" >>log.csv
		echo "5f0c,loss,\"{\"\"subset\"\": \"\"train\"\"}\",$i,0,2.$i" >>log.csv
		echo "5f0c,loss,\"{\"\"subset\"\": \"\"val\"\"}\",$i,0,9.$i" >>log.csv
		echo "$i,0.0${i%0},2.${i%0}" >>want
	done
	lrlog -c lr,loss log.csv >got
	cmp want got
	lrlog -q -c val_loss log.csv >got
	[ "$(tail -n 1 got)" = 60,9.6 ]
}

@test "numbers in thousands are what they are in full" {
	for k in 1.005 2.3 4.35 8.2 16.1 16.2; do
		echo "step ${k}k loss 1.4 lr .1 tokens ${k}M"
	done >log
	run -0 --separate-stderr lrlog log
	[ "$output" = "step,loss,lr,tokens
1005,1.4,0.1,1005000
2300,1.4,0.1,2300000
4350,1.4,0.1,4350000
8200,1.4,0.1,8200000
16100,1.4,0.1,16100000
16200,1.4,0.1,16200000" ]
}

@test "records of a name and a value tell what is named" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3; do
		echo "{\"metricName\": \"train_loss\", \"metricValue\": \"2.$i\", \"step\": $i, \"epoch\": null},"
		echo "{\"metricName\": \"learning_rate\", \"metricValue\": \"0.00$i\", \"step\": $i, \"epoch\": null},"
	done | sed '1s/^/[/; $s/,$/]/' >run.json
	run -0 --separate-stderr lrlog -c lr,loss run.json
	[ "${lines[*]}" = 'step,lr,loss 1,0.001,2.1 2,0.002,2.2 3,0.003,2.3' ]
	[ -z "$stderr" ]
	for i in 1 2 3; do
		echo ":::MLLOG {\"namespace\": \"\", \"time_ms\": 170$i, \"key\": \"train_loss\", \"value\": 2.$i, \"metadata\": {\"lineno\": 7, \"step_num\": $i}}"
	done >run.log
	run -0 lrlog -c loss run.log
	[ "${lines[*]}" = 'step,loss 1,2.1 2,2.2 3,2.3' ]
	# A name that is no text, or has no value beside it, names nothing.
	printf '{"step": %s, "name": "a", "loss": 2.%s}\n' 1 5 2 4 3 3 >run.log
	run -0 lrlog -c loss run.log
	[ "${lines[*]}" = 'step,loss 1,2.5 2,2.4 3,2.3' ]
}

@test "a record's name is that of its value where that is all there is" {
	local json
	# of what stands deeper, too
	printf '%s\n' '{"name": "loss", "data": {"epoch": 0.01, "step": 1, "value": 3.9, "timestamp": "2023-09-26T19:25:18"}}' \
		'{"name": "loss", "data": {"epoch": 0.02, "step": 2, "value": 4.4, "timestamp": "2023-09-26T19:25:19"}}' >deep.jsonl
	[ "$(lrlog -q -c loss deep.jsonl)" = $'step,loss\n1,3.9\n2,4.4' ]
	# ... and not of a run, nor of one number among those that name themselves
	for json in '{"name": "run1", "value": 0.6, "step": 1}' \
		'{"name": "lr_test", "value": 0.6, "loss": 0.5, "step": 1}' \
		'{"name": "lr_test", "lr": 0.1, "value": 0.6, "step": 1}'; do
		printf '%s\n%s\n' "$json" "${json/1\}/2\}}" >record.jsonl
		lrlog -q record.jsonl >got
		[[ $(head -n 1 got) == *value* && $(head -n 1 got) != *run* && $(head -n 1 got) != *test* ]]
	done
}

@test "lists with names, and nothing else, are columns" {
	local i
	# As fastai's recorder is printed, or dumped.
	{
		printf 'learn.recorder.lrs = [1e-05'
		for i in 2 3 4 5 6; do printf ', %se-05' $i; done
		printf ']\n\nlearn.recorder.losses: [TensorBase(2.1)'
		for i in 2 3 4 5 6; do printf ',\n  TensorBase(2.%s)' $i; done
		printf ']\n'
	} >lists.txt
	run -0 --separate-stderr lrlog -q -c lr,loss lists.txt
	[ "${lines[1]}" = 0,1e-05,2.1 ]
	[ "${lines[6]}" = 5,6e-05,2.6 ]
	[ "${#lines[@]}" -eq 7 ]
	# Settings, a list that comes again, and a text with lists are none.
	printf 'betas: [0.9, 0.99]\nmilestones: [30, 60]\n' >settings.txt
	run lrlog -c milestones settings.txt
	[ "${lines[1]}" != 1,60 ]
	for i in 1 2 3; do echo "lr: [0.$i, 0.$i, 0.$i, 0.$i]"; done >again.txt
	run -0 lrlog -q -c lr again.txt
	[ "${lines[*]}" = 'step,lr 0,0.1 1,0.2 2,0.3' ]
	{ cat lists.txt; echo 'step 1 loss 2.5'; } >text.txt
	run lrlog -q -c loss text.txt
	[[ "$output" != *2.6* ]]
}
