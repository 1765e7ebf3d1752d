#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Numbers that nothing names: what a line is numbered by, values alone, and
# steps of values that no known name tells.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

is() {
	[ "$1" = "$2" ] || {
		printf 'got:\n%s\nexpected:\n%s\n' "$1" "$2"
		return 1
	}
}

counted='no column of steps: rows are counted from 0'

# Lines of FORMAT for steps 0, 10, ... 90 and a value of each.
lines() {
	local i
	for i in 0 10 20 30 40 50 60 70 80 90; do
		# shellcheck disable=SC2059
		printf "$1\n" $i 0.$((95 - i))5
	done
}

@test "a whole number with which a line begins is its step, a name right behind" {
	local form want
	want=$(lines '%d,%s')
	for form in '%d loss: %s' '%d loss %s' '%d, loss: %s' '%d loss=%s' \
		'%d train %s' '%d | loss: %s' '%d: loss %s' '%d\tcost %s'; do
		lines "$form" >log
		run -0 --separate-stderr lrlog log
		is "$(tail -n +2 <<<"$output")" "$want"
		is "$stderr" ''
	done
	# Of several losses each has the step of its line.
	printf '%s\n' '0 val 9.5' '0 train 9.25' '1 train 8.5' '2 train 8.25' \
		'2 val 8' '3 train 7.5' >log
	run -0 lrlog log
	is "$output" $'step,val,train\n0,9.5,9.25\n1,,8.5\n2,8,8.25\n3,,7.5'
	# One that does not count is none.
	for i in 5 4 3 2 1; do echo "12 loss 0.$i"; done >log
	run -0 lrlog log
	[[ $output == *"$counted"*$'\n'4,0.1 ]]
	# Nor one of two.
	for i in 1 2 3 4; do
		printf '1 %d loss 0.5\n2 %d loss 0.25\n' $i $i
	done >log
	run -0 lrlog log
	[[ $output == *"$counted"* ]]
}

@test "one number without a name in each line is a value" {
	printf '%s\n' 3.5 2.5 1.5 0.5 >log
	run -0 lrlog log
	[[ $output == *"$counted"*$'\nstep,value\n0,3.5\n1,2.5\n2,1.5\n3,0.5' ]]
	# A list that is all there is, in one line or in several.
	echo '[3.5, 2.5, 1.5, 0.5]' >list
	printf '[\n  3.5,\n  2.5,\n  1.5,\n  0.5\n]\n' >lines
	is "$(lrlog -q list)" "$(lrlog -q log)"
	is "$(lrlog -q lines)" "$(lrlog -q log)"
	run -0 lrlog -q --list list
	is "${lines[1]}" value,,4,0.5,3.5,0.5
	# Behind a counter, and a setting that is told once.
	for form in 'epoch%d\t%s' 'epoch %d: %s' 'epoch%d: %s' '%d: %s'; do
		(echo 'lr 0.1' && lines "$form") >log
		run -0 --separate-stderr lrlog -c value log
		is "$(tail -n +2 <<<"$output")" "$(lines '%d,%s')"
	done
	# Several have no order that is known; other names say what a log tells.
	printf '%s\n' '0.1 2.5' '0.2 1.5' '0.3 0.5' >log
	run -1 lrlog log
	[[ $output == *'3 lines are numbers alone, without a name'* ]]
	printf '[3.5, 2.5]\n[1.5, 0.5]\n' >log
	run -1 lrlog log
	[[ $output == *'2 lines are numbers alone, without a name'* ]]
	printf '%s\n' 'loss 3 4.5' 'loss 2 4.5' 'loss 1 4.5' >log
	run -0 lrlog -q log
	[[ $output != *value* ]]
	# No loss is guessed.
	lines '%d: %s' >log
	run ! lrfind log
}

@test "a document that was made a string is the document" {
	local want=$'step,loss,acc\n0,3.5,0.25\n1,2.5,0.5\n2,1.5,0.75'
	echo "\"{'loss': [3.5, 2.5, 1.5], 'acc': [0.25, 0.5, 0.75]}\"" >log
	is "$(lrlog -q log)" "$want"
	echo '"{\"loss\": [3.5, 2.5, 1.5],\n \"acc\": [0.25, 0.5, 0.75]}"' >log
	is "$(lrlog -q log)" "$want"
	"$PYTHON" -c 'import json
d = {"loss": [3.5, 2.5, 1.5], "acc": [0.25, 0.5, 0.75]}
json.dump(json.dumps(d, indent=1), open("a", "w"))
json.dump(str(d), open("b", "w"))
json.dump(json.dumps([{"step": i, "loss": x} for i, x in enumerate(d["loss"])]),
	open("c", "w"))'
	is "$(lrlog -q a)" "$want"
	is "$(lrlog -q b)" "$want"
	is "$(lrlog -q c)" $'step,loss\n0,3.5\n1,2.5\n2,1.5'
	# One that goes on behind its string is none.
	echo "\"{'loss': 3.5}\" step 1 and \"more\"" >log
	run lrlog -q log
	[[ $output == *3.5* ]]
}

@test "steps of values that no known name tells are rows, beside a rare loss" {
	local e b
	for e in 1 2 3; do
		for b in 0 1 2 3 4 5 6 7; do
			echo "Batch $b - Train error 0.$((9 - e))$((9 - b))"
		done
		echo "Training Epoch: $e, Loss: 0.$((9 - e))5"
	done >log
	run -0 --separate-stderr lrlog -c 'Train error' log
	is "${#lines[@]}" 25
	is "${lines[1]} ${lines[9]} ${lines[24]}" '0,0.89 8,0.79 23,0.62'
	[[ $stderr == *'the steps begin again with each epoch; they are added up'* ]]
}

@test "an epoch that does not count steps, as it comes again, is a column" {
	printf '%s\n' epoch,loss 0,3.5 1,2.5 1,2.25 2,1.5 >log
	run -0 lrlog log
	[[ $output == *"$counted"*$'\nstep,epoch,loss\n0,0,3.5\n1,1,2.5\n2,1,2.25\n3,2,1.5' ]]
	printf '%s\n' epoch,loss 0,3.5 1,2.5 2,1.5 >log
	is "$(lrlog log)" $'epoch,loss\n0,3.5\n1,2.5\n2,1.5'
}

@test "what a configuration tells once is no step and no loss" {
	local n i head
	for head in "{'lr': 0.001, 'loss': {'alpha': 0.25, 'focal_gamma': 2.0}, 'epochs': 3, 'seed': 42}" \
		"{'lr': 0.001, 'loss.alpha': 0.25, 'loss.focal_gamma': 2.0, 'epochs': 3}" \
		'lr=0.001 epochs=3 loss_weight=0.25 seed=42'; do
		for n in 3 4 5 8; do
			(echo "$head" && for ((i = 1; i <= n; i++)); do
				echo "epoch $i train error 0.$((9 - i))3 acc 0.$i"
			done) >log
			run -0 --separate-stderr lrlog -c acc log
			is "$output" "epoch,acc"$'\n'"$(
				for ((i = 1; i <= n; i++)); do echo "$i,0.$i"; done)"
			is "$stderr" ''
			run ! lrlog -c loss log
			[[ $output == *"no log has 'loss'"* ]]
		done
	done
	# A loss beside what counts is one, told ever so seldom.
	printf '%s\n' '{"step":1,"acc":0.1}' '{"step":2,"acc":0.2}' \
		'{"step":3,"acc":0.3,"train_loss":2.5}' >log
	run -0 lrlog -q -c loss log
	is "${lines[-1]}" 3,2.5
}

@test "a colon between decimals assigns nothing: it may stand in a header" {
	local sep
	for sep in , ';' $'\t' ' '; do
		printf '%s\n' epoch,train/loss,mAP_0.5,mAP_0.5:0.95 0,0.75,0.25,0.125 \
			1,0.5,0.5,0.25 2,0.25,0.75,0.375 | tr , "$sep" >log
		run -0 --separate-stderr lrlog log
		is "$output" $'epoch,train/loss,mAP_0.5,mAP_0.5:0.95\n0,0.75,0.25,0.125\n1,0.5,0.5,0.25\n2,0.25,0.75,0.375'
		is "$stderr" ''
	done
	# Behind a name it does.
	for i in 1 2 3; do echo "step $i, top1:0.$i, loss:2.$i"; done >log
	is "$(lrlog log)" $'step,top1,loss\n1,0.1,2.1\n2,0.2,2.2\n3,0.3,2.3'
}

@test "what is counted may have a number sign before its number" {
	local form
	for form in 'Iter #%d: %s img/sec' 'Epoch #%d, speed %s' 'step #%d loss=%s'; do
		lines "$form" >log
		run -0 --separate-stderr lrlog log
		is "$(tail -n +2 <<<"$output")" "$(lines '%d,%s')"
		is "$stderr" ''
	done
	# Of others it is a part of the name.
	printf 'step %d\nWorker #1: loss 3\nWorker #2: loss 4\n' 1 2 3 >log
	run lrlog -q log
	[[ $output != Worker,* ]]
}

@test "a whole number that rises before a value alone is its step" {
	local sep want=$'step,value\n0,0.95\n10,0.85\n20,0.75\n30,0.65'
	for sep in , ', ' ' ' '\t' '; '; do
		for i in 0 10 20 30; do printf "%d${sep}0.%d5\n" $i $((9 - i / 10)); done >log
		run -0 --separate-stderr lrlog log
		is "$output" "$want"
		is "$stderr" ''
	done
	for i in 0 1 2; do echo "$i, tf.Tensor($i.5, shape=(), dtype=float32)"; done >log
	run -0 lrlog log
	is "$output" $'step,value\n0,0.5\n1,1.5\n2,2.5'
	# Two that are not whole, or that do not rise, have no names.
	for i in 1 2 3; do echo "0.$i,0.5"; done >log
	run -1 --separate-stderr lrlog log
	[[ $stderr == *'3 lines are numbers alone'*'--names'* ]]
	for i in 640 480 640 480; do echo "$i 0.5"; done >log
	run -1 --separate-stderr lrlog log
	[[ $stderr == *'4 lines are numbers alone'*'--names'* ]]
}
