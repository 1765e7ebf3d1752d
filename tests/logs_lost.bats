#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a log tells and a reader does not print is told: several numbers of one
# name and step, runs that resume, rows without a step or a rate.

load helper

# Whether TOOL (with options) says WORDS of the lines given, once.
says() {
	local words=$1
	shift
	run "$@" log
	[ "$(grep -cF -- "$words" <<<"$output")" = 1 ] && return
	echo "$*: no '$words' in:"
	echo "$output"
	cat log
	return 1
}

is() {
	[ "$1" = "$2" ] || {
		printf 'got:\n%s\nexpected:\n%s\n' "$1" "$2"
		return 1
	}
}

@test "several numbers of one name and step are told, whatever is read of them" {
	# Like lines: their mean.
	for i in 1 2 3 4 5 6; do
		echo "step $i loss $i lr .1"
		echo "step $i loss 3 lr .1"
	done >log
	says 'of 5 values several stand in like lines of one step; their mean is read; the first is loss' lrlog
	is "${lines[2]}" 1,2,0.1
	# Lines far apart, without a rate and a loss: the last.
	printf '%s\n' 'step 1 loss 3 lr .1' 'step 2 loss 2 lr .2' 'step 1 acc .3' \
		'step 2 acc .5' 'step 1 acc .4' 'step 3 loss 1 lr .3' >log
	says 'of 1 values several stand in the lines of one step; one of them is read; the first is acc' lrlog
	is "${lines[2]}" 1,3,0.1,0.4
	# The same number is no other.
	sed -i 's/acc .4/acc .3/' log
	run --separate-stderr lrlog log
	is "$stderr" ''
	# One line.
	printf 'step %d loss %d lr .1 gap 1 gap 2\n' 1 1 2 2 3 3 >log
	says 'of 3 values several stand in the lines of one step; one of them is read; the first is gap' lrlog
	# Lines that are not alike.
	for i in 1 2 3 4 5 6; do
		echo "step $i loss $i lr .1 acc .5"
		echo "step $i loss $i speed 3 acc .6"
	done >log
	says 'of 6 values several stand in the lines of one step; one of them is read; the first is acc' lrlog
}

@test "a run that resumed is told: later rows win" {
	for i in 0 1 2 3 4 2 3 4 5 6; do echo "$i,$i,.$i"; done >rows
	{ echo step,loss,lr && cat rows; } >log
	for tool in lrlog 'lrfind -f curve' lrcheck; do
		says '3 steps come again, as when a run resumes; the later rows are read' $tool
	done
	# A rate here and a loss there are one row, and no such thing.
	{ for i in 1 2 3 4 5 6; do echo "step $i lr .$i"; done
	  for i in 1 2 3 4 5 6; do echo "step $i loss $i"; done; } >log
	run --separate-stderr lrlog log
	is "$stderr" ''
	is "${lines[1]}" 1,0.1,1
}

@test "losses without a rate, rows without a step, and rates beside others are told" {
	{ echo step,loss,lr
	  for i in 1 2 3 4 5 6 7 8; do echo "$i,$i,.$i"; done
	  echo 9,9,; echo 10,9,; } >log
	says '2 losses have no rate; they are left out' lrfind -f curve
	{ echo step,loss,lr
	  for i in 1 2 3 4 5 6 7 8; do echo "$i,$i,.$i"; done
	  echo ,9,.9; } >log
	says '1 row has no step, as others have; it is left out' lrfind -f curve
	says '1 row has no step, as others have; it is left out' lrlog
	for i in 1 2 3 4 5 6 7 8; do
		echo "step $i lr .$i"
		echo "step $i loss $i lr 1.$i"
	done >log
	says '8 rates stand beside another of the same step; one of each is read' lrfind -f curve
}

@test "a summary of validation is of that, in its row" {
	for e in 0 1; do
		for i in 0 100 200; do
			printf 'Epoch: [%d][%3d/300]\tLoss %d.5 (3.0)\tAcc@1 %d (4)\n' $e $i $((9 - e)) $((e + i / 100))
		done
		printf 'Test: [ 0/20]\tLoss 2.5 (2.5)\tAcc@1 %d (3)\n' $((e + 1)) $((e + 3))
		printf ' *   Acc@1 %d.6\n' $((e + 7))
	done >log
	run --separate-stderr lrlog -c loss,Acc@1,val_Loss,val_Acc@1 log
	is "$output" 'step,loss,Acc@1,val_Loss,val_Acc@1
0,9.5,0,,
100,9.5,1,,
200,9.5,2,2.5,7.6
300,8.5,1,,
400,8.5,2,,
500,8.5,3,2.5,8.6'
}

@test "a name that comes again behind one of validation is of that" {
	printf 'Epoch %d | Train Loss: .3 Acc: .8 | Val Loss: .4 Acc: .7\n' 1 2 3 >log
	run lrlog log
	is "${lines[0]} ${lines[1]}" 'epoch,Train Loss,Acc,Val Loss,Val Acc 1,0.3,0.8,0.4,0.7'
	printf 'Epoch %d train_loss=.3 acc=.8 val_loss=.4 acc=.7\n' 1 2 3 >log
	run lrlog log
	is "${lines[0]} ${lines[1]}" 'epoch,train_loss,acc,val_loss,val acc 1,0.3,0.8,0.4,0.7'
	printf 'Epoch %d: val loss .4 acc .7, train loss .3 acc .8\n' 1 2 3 >log
	run lrlog log
	is "${lines[0]} ${lines[1]}" 'epoch,val loss,acc,train loss,val acc 1,0.4,0.8,0.3,0.7'
}

@test "letters behind numbers count thousands, millions and billions, but of memory" {
	seq 1 30 | awk '{ printf "iteration: %d / 150 | consumed_tokens: %.1f%s | max_mem: 12%dM | GPU_mem 9.9G | lm_loss: %g | params: 1.5B\n",
		$1, $1 < 20 ? $1 * 50 : $1 / 20, $1 < 20 ? "K" : "M", $1, 3 / $1 }' >log
	run --separate-stderr lrlog -c consumed_tokens,max_mem,GPU_mem,params log
	is "$(sed -n '2p;20p;21p' <<<"$output")" '1,50000,121,9.9,1500000000
19,950000,1219,9.9,1500000000
20,1000000,1220,9.9,1500000000'
}

@test "rows stand by their steps, whatever row among them has none" {
	printf '%s\n' step,l,br,a_loss 6,1,3, -,2,2, 51,3,3, 0,1,1, >log
	run --separate-stderr lrlog log
	is "$output" 'step,l,br
0,1,1
6,1,3
51,3,3'
}

@test "lines that two handlers print are one each, where no step says so" {
	local i
	for i in 1 2 3 4 5 6; do
		echo "INFO:root:lr 0.0$i loss $((9 - i))"
		echo "2024-05-01 10:00:0$i lr 0.0$i loss $((9 - i))"
	done >two.log
	run -0 --separate-stderr lrlog -c lr,loss two.log
	[ "$output" = $'step,lr,loss\n0,0.01,8\n1,0.02,7\n2,0.03,6\n3,0.04,5\n4,0.05,4\n5,0.06,3' ]
	[ "${stderr_lines[0]}" = 'lrlog: two.log: 6 lines only stand once more, as each does; they are left out' ]
	sed 'p' two.log >four.log
	lrlog -q -c lr,loss four.log >got
	[ "$(cat got)" = "$output" ]
	run --separate-stderr lrcheck -s constant -l 1 -f rows two.log
	[[ $stderr == *"6 lines only stand once more"* ]]
	[ "${#lines[@]}" -eq 7 ]
	# Epochs are none the less epochs.
	sed 's/lr 0.0./epoch &/; s/epoch lr 0.0\(.\)/epoch \1 &/; s/ epoch lr/ lr/' \
		two.log >epochs.log
	run -0 lrlog -q -c lr,loss epochs.log
	[ "${lines[0]}" = epoch,lr,loss ]
	[ "${lines[6]}" = 6,0.06,3 ]
	# Rates that are held, and losses that come again, are lines of their own.
	for i in 1 1 2 2 2 3 3 3 3 4 4; do
		echo "lr 0.0$i loss 0.0"
	done >held.log
	run -0 lrlog -q -c lr,loss held.log
	[ "${#lines[@]}" -eq 12 ]
	# So are those of schedules, and the rows of a table.
	for i in 1 1 1 2 2 2 3 3 3 4 4 4 5 5 5; do
		echo "lr 0.0$i"
	done >rates.log
	run -0 lrlog -q -c lr rates.log
	[ "${#lines[@]}" -eq 16 ]
	(
		echo lr,loss
		for i in 1 1 2 2 3 3 4 4 5 5; do
			echo "0.01,0.$i"
		done
	) >rows.csv
	run -0 lrlog -q -c lr,loss rows.csv
	[ "${#lines[@]}" -eq 11 ]
	# Three lines are too few to tell.
	head -n 6 two.log | lrlog -q - >got
	[ "$(wc -l <got)" -eq 7 ]
}

@test "a tag of several words that ends with one for validation is of that" {
	local tag
	for tag in '[Val]' '[Diff-Val]' '[Diff-Val(normal)]' '[x-test]'; do
		for i in 1 2 3 4 5; do
			echo "10:00:00 - INFO - [Train] Epoch 00$i: loss = 0.$((9 - i))"
			echo "10:00:00 - INFO - $tag Epoch 00$i (first): loss = 1.$i"
		done >tags.log
		run -0 --separate-stderr lrlog tags.log
		is "${lines[*]}" 'epoch,loss,val_loss 1,0.8,1.1 2,0.7,1.2 3,0.6,1.3 4,0.5,1.4 5,0.4,1.5'
		[ -z "$stderr" ]
	done
}

@test "what a log says of its program is not taken for what it tells" {
	# A rate that is set, and the one that each line tells by a weaker name.
	{
		echo 'Learning Rate: 0.001, Momentum: 0.9, Decay: 0.0005'
		for i in 1 2 3 4 5 6 7 8; do
			echo "$i: 2.$((9 - i)), 2.$((9 - i)) avg loss, 0.000$i rate"
		done
	} >set.log
	run -0 --separate-stderr lrlog -q -c loss,lr set.log
	is "${lines[*]:0:3}" 'step,loss,lr 1,2.8,0.0001 2,2.7,0.0002'
	[ "${lines[8]}" = 8,2.1,0.0008 ]
	# Source code with a step that is no number, and only validation after it.
	{
		echo 'x = linspace(0, 1, steps=dim//4)'
		echo 'optimizer = SGD(params, lr=0.3)'
		for i in 0 1 2 3 4 5 6 7 8 9; do
			echo "step:$i/9 val_loss:9.${i}5 train_time:${i}ms"
		done
	} >code.log
	run -0 --separate-stderr lrlog -q -c val_loss code.log
	is "${lines[*]}" "step,val_loss $(for i in 0 1 2 3 4 5 6 7 8 9; do
		printf "%s,9.%s5 " "$i" "$i"
	done | sed 's/ $//')"
	# A run that resumes and prints its settings once more.
	{
		for i in 1 2 3 4 5; do
			echo "Epoch [$i/8] TrainLoss=1.$((9 - i)) | LR=1.00e-03"
		done
		printf '  Epochs  : 8\n  LR      : 0.1\n[Optimizer] Adam | LR=0.1\n'
		for i in 4 5 6 7 8; do
			echo "Epoch [$i/8] TrainLoss=0.$((9 - i)) | LR=1.00e-04"
		done
	} >resumed.log
	run -0 --separate-stderr lrlog -c loss,lr resumed.log
	is "${lines[*]}" 'epoch,loss,lr 1,1.8,0.001 2,1.7,0.001 3,1.6,0.001 4,0.5,0.0001 5,0.4,0.0001 6,0.3,0.0001 7,0.2,0.0001 8,0.1,0.0001'
	[[ $stderr == *'2 steps come again, as when a run resumes'* ]]
}

@test "a bar of validation, which it says it is, is full at its own total" {
	for i in 1 2 3; do
		echo "Train Epoch: [$i/3], lr: 0.0$i, Loss: 2.$i: 100%|####| 40/40 [00:02<00:00, 9.3it/s]"
		echo "Feature extracting: 100%|####| 9/9 [00:01<00:00, 9.5it/s]"
		echo "Test Epoch: [$i/3] Acc@1:7$i.5%: 100%|####| 8/8 [00:01<00:00, 9.9it/s]"
	done >log
	run -0 lrlog -q -c 'Loss,val_Acc@1' log
	is "${lines[*]}" 'epoch,Loss,val_Acc@1 1,2.1,71.5 2,2.2,72.5 3,2.3,73.5'
}

@test "what training came to, told once, is not the loss of a log of validation" {
	{
		for i in 0 1 2 3 4 5 6; do
			printf '[%d]\tvalidation_0-mlogloss:1.%d\n' $i $((9 - i))
			echo 'tree pruning end, 12 extra nodes, 0 pruned nodes'
		done
		echo 'train loss: 0.05, train acc: 0.98, dev loss: 1.42'
	} >boosted.log
	run -0 lrlog -q -c '*mlogloss' boosted.log
	is "${lines[*]}" 'step,validation_0-mlogloss 0,1.9 1,1.8 2,1.7 3,1.6 4,1.5 5,1.4 6,1.3'
}

@test "the step of a table is one that its rows have, or they are told" {
	# Before the first update there is none.
	{
		echo time/iterations,rollout/ep_rew_mean,time/total_timesteps,train/n_updates,train/loss
		echo 1,-20.5,2048,,
		for i in 2 3 4 5; do echo "$i,-1$((9 - i)).5,$((2048 * i)),$((10 * i - 10)),0.$i"; done
	} >progress.csv
	run -0 --separate-stderr lrlog -c train/loss,rollout/ep_rew_mean progress.csv
	is "${lines[*]}" "step,train/loss,rollout/ep_rew_mean 2048,,-20.5 4096,0.2,-17.5 6144,0.3,-16.5 8192,0.4,-15.5 10240,0.5,-14.5"
	[ -z "$stderr" ]
	run -0 --separate-stderr lrlog --step train/n_updates progress.csv
	[ "${#lines[@]}" -eq 5 ]
	[[ $stderr == *'1 row has no step, as others have; it is left out'* ]]
	# The same in boxes.
	for i in 1 2 3 4 5; do
		printf -- '---------\n| rollout/ | |\n|    ep_rew_mean | -%d.5 |\n|    total_timesteps | %d |\n' $i $((77 * i))
		[ $i -eq 1 ] || printf '|    loss | 0.%d |\n|    n_updates | %d |\n' $i $((56 * i))
		printf -- '---------\n\n'
	done >boxes.log
	run -0 --separate-stderr lrlog -c loss,ep_rew_mean boxes.log
	is "${lines[*]}" 'step,loss,ep_rew_mean 77,,-1.5 154,0.2,-2.5 231,0.3,-3.5 308,0.4,-4.5 385,0.5,-5.5'
	# What a step takes is none.
	printf 'time/step,loss\n1,3\n2,2\n3,1\n' >times.csv
	run -0 --separate-stderr lrlog times.csv
	[[ ${lines[1]} == 0,1,3 && $stderr == *'rows are counted'* ]]
}

# Keras with a callback that says so when an epoch is over: $1 stands before
# what the full bar of the epoch tells again.
saved() {
	local i
	for i in 1 2 3 4; do
		echo "Epoch $i/4"
		[ $1$i != 1002 ] || echo "64/100 [===>..] - ETA: 1s - loss: 0.95"
		echo "$1/100 [====] - 1s - loss: 0.9$i"
		echo "Epoch 0000$i: val_loss improved from 2.0 to 0.80000, saving model to m.h5"
		echo "100/100 [====] - 2s - loss: 0.8$i - val_loss: 0.7$i"
	done
}

@test "a bar that is drawn again behind what is said of its epoch is one" {
	local n
	for n in 98 100; do
		saved $n >keras.log
		run -0 --separate-stderr lrlog -c loss,val_loss keras.log
		is "${lines[*]}" 'epoch,loss,val_loss 1,0.81,0.71 2,0.82,0.72 3,0.83,0.73 4,0.84,0.74'
		[[ $stderr != *'no column of steps'* ]]
		# What is told behind the last epoch is an evaluation.
		{
			saved $n
			echo 'Restoring model weights from the end of the best epoch: 2.'
			echo '100/100 [====] - 1s - loss: 0.06'
			echo '19/19 [====] - 1s - loss: 0.21'
		} >evaluated.log
		run -0 --separate-stderr lrlog -c loss,val_loss evaluated.log
		is "${lines[*]}" 'epoch,loss,val_loss 1,0.81,0.71 2,0.82,0.72 3,0.83,0.73 4,0.84,0.74'
	done
}

@test "a number in few of the lines is no step of the others" {
	{
		for i in 0 1 2 3 4 5 6; do echo "[$i] device found, memory: 1$i"; done
		for i in {1..600}; do echo "0.1% |W0 |Ep_r: -2$((i % 9)).5"; done
	} >agents.log
	run -0 --separate-stderr lrlog -c Ep_r agents.log
	[ "${#lines[@]}" -eq 601 ]
	[[ $stderr == *'rows are counted from 0'* ]]
}

@test "lines of validation that all tell one step tell how long it is" {
	for i in 1 2 3 4 5 6; do
		echo "{\"mode\": \"train\", \"epoch\": $((i / 2)), \"iter\": ${i}0, \"lr\": 0.01, \"loss\": 0.$i}"
		[ $((i % 2)) -eq 1 ] ||
			echo "{\"mode\": \"val\", \"epoch\": $((i / 2)), \"iter\": 64, \"lr\": 0.01, \"mIoU\": 0.7$i}"
	done >None.log.json
	run -0 lrlog -q -c loss,val_mIoU None.log.json
	is "${lines[*]}" 'step,loss,val_mIoU 10,0.1, 20,0.2,0.72 30,0.3, 40,0.4,0.74 50,0.5, 60,0.6,0.76'
	# One that goes on is the step.
	sed 's/"iter": 64\(.*mIoU": 0.7\)\(.\)/"iter": \20\1\2/' None.log.json >steps.json
	run -0 lrlog -q -c loss,val_mIoU steps.json
	is "${lines[*]}" 'step,loss,val_mIoU 10,0.1, 20,0.2,0.72 30,0.3, 40,0.4,0.74 50,0.5, 60,0.6,0.76'
}

@test "a name that has words alone is no step of a table" {
	{
		echo '    batch_fn = get_next(iterator)'
		for i in 1 2 3; do
			printf 'Epoch %d/3\n66/66 [====] - 18s 229ms/step - loss: 2.%d\n' $i $i
		done
	} >traced.log
	run -0 lrlog -q -c loss traced.log
	is "${lines[*]}" 'epoch,loss 1,2.1 2,2.2 3,2.3'
}
