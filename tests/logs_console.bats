#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What trainers print to a terminal: settings and a model's table before the
# first step, headers above rows, bars that are drawn again, times beside
# values.

load helper

FRAMEWORKS=$ROOT/tests/frameworks

is() {
	[ "$1" = "$2" ] || {
		printf 'got:\n%s\nexpected:\n%s\n' "$1" "$2"
		return 1
	}
}

@test "the console of a real run has the losses that it trained with, by epoch" {
	run -0 --separate-stderr lrlog -c loss,mAP50 \
		"$FRAMEWORKS/ultralytics-console.log"
	is "$stderr" "lrlog: $FRAMEWORKS/ultralytics-console.log: no column is all of the loss: the sum box_loss+cls_loss+dfl_loss is read; expected --loss for another"
	is "${lines[0]}" epoch,loss,mAP50
	is "$(paste -d, <(sed 1d <<<"$output") \
		<(sed 1d "$FRAMEWORKS/ultralytics.csv") | awk -F, '
		{ d = $2 / $6 - 1; if ($1 == $4 && d * d < 1e-8) n++ }
		END { print NR, n }')" '8 8'
}

@test "a row below a header is its last bar, whatever the bar is drawn with" {
	local bar
	for bar in '%|#####     |' '% ━━━━━━────── ' '% ━━━━━╸        '; do
		for epoch in 1 2 3; do
			printf '\n  Epoch   box_loss   cls_loss  Size\n'
			for part in 9 5 1; do
				printf '\r\033[K    %s/3   0.%s%s    1.25   64: 50%s 2/4 5.0it/s 0.1s<0.4s' \
					"$epoch" "$part" "$epoch" "$bar"
			done
			printf '\n  Class   Images   P    mAP50-95): 100%s 1/1 38.1it/s 0.0s\n' "$bar"
			printf '    all        4   0.5   0.2%s\n' "$epoch"
		done >run.log
		run -0 lrlog -q -c 'box_loss,cls_loss,mAP*' run.log
		is "$output" $'epoch,box_loss,cls_loss,mAP50-95)\n1,0.11,1.25,0.21\n2,0.12,1.25,0.22\n3,0.13,1.25,0.23'
		run lrfind -q -f curve --loss box_loss \
			--lr-table <(printf 'epoch,lr\n1,1\n2,2\n3,3\n') run.log
		is "$(cut -d, -f2-4 <<<"$output" | head -n 4)" $'step,lr,raw\n1,1,0.11\n2,2,0.12\n3,3,0.13'
	done
}

@test "a number with a unit of time or of bytes is no loss, rate or step" {
	local line
	for line in 'Speed: 0.1ms preprocess, 0.5ms loss, 0.2ms postprocess' \
		'forward 3.2ms, loss 0.5ms, step: 35ms' \
		'timing: loss=12 ms epoch: 3s lr 0.2s' \
		'loss: 12.5MB, step: 3GB'; do
		for i in 1 2 3 4 5; do
			echo "step $i loss 0.$i lr 0.0$i"
			echo "$line"
		done >times.log
		run -0 --separate-stderr lrlog -c lr,loss times.log
		[ -z "$stderr" ]
		is "$output" $'step,lr,loss\n1,0.01,0.1\n2,0.02,0.2\n3,0.03,0.3\n4,0.04,0.4\n5,0.05,0.5'
	done
	run lrlog -q -c 'loss time' <<<$'loss 0.5ms\nloss 0.25ms'
	is "$output" $'step,loss time\n0,0.5\n1,0.25'
	# A rate of something is no time: nats and bits are what losses are in.
	run lrlog -q -c loss <<<$'loss 2.5 nats/token\nloss 2.25 nats/token'
	is "$output" $'step,loss\n0,2.5\n1,2.25'
}

@test "a model's table and settings before the first record are no rows" {
	local log
	printf '%s\n' 'seed=1 batch=4' '  from  n  params' '0  -1  1  464' \
		'1  -1  1  4672' '2  -1  2  7360' 'SGD(lr=0.5)' >head.log
	# shellcheck disable=SC2016
	for log in 'epoch $i loss 0.$i' 'epoch $i loss 0.$i\nepoch $i loss 1.$i' \
		'step $i loss 0.$i' 'loss 0.$i lr 0.0$i'; do
		{
			cat head.log
			for i in 1 2 3 4 5; do
				eval "printf '%b\n' \"$log\""
			done
		} >run.log
		eval "for i in 1 2 3 4 5; do printf '%b\n' \"$log\"; done" >bare.log
		is "$(lrlog -q -c loss run.log)" "$(lrlog -q -c loss bare.log)"
	done
}

@test "what begins an epoch belongs to the steps that follow" {
	local e
	cd "$BATS_TEST_TMPDIR" || return 1
	# Keras: the rate is told where a bar is full, losses in between, too.
	for e in 1 2 3; do
		printf 'Epoch %d: LearningRateScheduler setting learning rate to 0.00%d.\n' \
			"$e" "$e"
		printf 'Epoch %d/3\n' "$e"
		printf '%2d/20 [===>...] - ETA: 3s - loss: %d.%02d\n' \
			1 "$e" 1 10 "$e" 10
		printf '20/20 [=====] - 12s 30ms/step - loss: %d.2 - lr: 0.00%d\n' \
			"$e" "$e"
	done >keras.log
	run -0 --separate-stderr lrlog -c 'Epoch,Learn*,loss,lr' keras.log
	[ "${lines[*]:1}" = '1,1,0.001,1.01, 10,,,1.1, 20,,,1.2,0.001 21,2,0.002,2.01, 30,,,2.1, 40,,,2.2,0.002 41,3,0.003,3.01, 50,,,3.1, 60,,,3.2,0.003' ]
	[[ $stderr == *'added up'* ]]
	# Steps that have a name; and epochs that are told when they end.
	printf '%s\n' 'Epoch 1' 'step 1: loss 3' 'step 2: loss 2' 'Epoch 2' \
		'step 3: loss 1.5' 'step 4: loss 1' >named.log
	run -0 --separate-stderr lrlog -c Epoch,loss named.log
	[ "${lines[*]:1}" = '1,1,3 2,,2 3,2,1.5 4,,1' ]
	printf '%s\n' 'step 1: loss 3' 'step 2: loss 2' 'Epoch 1 done' \
		'step 3: loss 1.5' 'step 4: loss 1' 'Epoch 2 done' >ends.log
	run -0 --separate-stderr lrlog -c Epoch,loss ends.log
	[ "${lines[*]:1}" = '1,,3 2,1,2 3,,1.5 4,2,1' ]
}

@test "a word for training with a counter behind it names the counter" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3 4 5 6 7 8; do
		printf 'train (%d/8) loss: 0.%d | lr: 0.0%d | momentum: 0.9\n' "$i" "$i" "$i"
		printf 'valid (%d/8) loss: 1.%d | lr: 0.0%d | momentum: 0.9\n' "$i" "$i" "$i"
		printf '* Epoch (%d/8) lr: 0.0%d | momentum: 0.9\n' "$i" "$i"
	done >run.log
	run -0 --separate-stderr lrlog -c loss,val_loss,lr run.log
	[ "${lines[*]:0:3}" = 'step,loss,val_loss,lr 1,0.1,1.1,0.01 2,0.2,1.2,0.02' ]
	[ "${#lines[@]}" -eq 9 ]
	# The rates too have the steps that are counted so.
	run -0 --separate-stderr lrcheck -f csv -s 'lambda step: step / 100' run.log
	[[ ${lines[1]} == run.log,,followed,8,* ]]
}

@test "what stands behind the loss of validation, first in a line, is of that" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 0 1 2 3 4 5; do
		printf 'Epoch %d/5\n----------\n' "$i"
		printf 'train Loss: 0.%d Acc: 0.7%d\n' "$i" "$i"
		printf 'val Loss: 1.%d Acc: 0.8%d\n\n' "$i" "$i"
	done >run.log
	run -0 --separate-stderr lrlog run.log
	[ -z "$stderr" ]
	[ "${lines[*]:0:2}" = 'epoch,train Loss,Acc,val Loss,val_Acc 0,0,0.7,1,0.8' ]
	# A rate, and a loss of training, are not.
	for i in 1 2 3 4 5; do
		echo "val loss 0.$i lr 0.0$i step $i"
	done >run.log
	is "$(lrlog -c lr,val_loss run.log | sed -n 2p)" 1,0.01,0.1
	for i in 1 2 3 4 5; do
		echo "step $i"
		echo "val loss 0.$i loss 0.0$i"
	done >run.log
	is "$(lrlog -c loss,val_loss run.log | sed -n 2p)" 1,0.01,0.1
}

@test "of two counters with lines of their own the first one counts" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3 4 5; do
		printf '%s  %s\n' Diagnostics/Iteration "${i}00" \
			Diagnostics/CumSteps "${i}3200" lossAverage "0.$i"
	done >run.log
	run -0 --separate-stderr lrlog -c loss run.log
	[ "${lines[*]}" = 'step,loss 100,0.1 200,0.2 300,0.3 400,0.4 500,0.5' ]
}

@test "of a unit that comes twice in a line nothing is said" {
	cd "$BATS_TEST_TMPDIR" || return 1
	run -0 --separate-stderr lrlog "$ROOT/tests/logs/50-timm-stdout.log"
	is "$stderr" "lrlog: $ROOT/tests/logs/50-timm-stdout.log: the steps begin again with each epoch; they are added up"
}

@test "the start of an epoch is one, and counters below it are its own" {
	local e i
	cd "$BATS_TEST_TMPDIR" || return 1
	for e in 0 1 2; do
		printf '\nStart of epoch %d\n' "$e"
		for i in 0 200 400; do
			echo "Training loss (for one batch) at step $i: 2.$e$i"
			echo "Seen so far: $((i * 64 + 64)) samples"
		done
	done >run.log
	run -0 --separate-stderr lrlog -c epoch,loss run.log
	[ "${lines[*]}" = 'step,epoch,loss 0,0,2 200,,2.02 400,,2.04 600,1,2.1 800,,2.12 1000,,2.14 1200,2,2.2 1400,,2.22 1600,,2.24' ]
	[[ $stderr == *'begin again with each epoch; they are added up' ]]
}

@test "a rate told once an epoch leaves the steps between as rows" {
	local e i
	cd "$BATS_TEST_TMPDIR" || return 1
	for e in 1 2 3; do
		echo "learning rate 0.000$e -> 0.0000$e"
		for i in 1 2 3 4; do
			echo "(epoch: $e, iters: ${i}00, time: 0.1) G_L1: $e.$i D_real: 0.5"
		done
		printf 'End of epoch %d / 9 \t Time Taken: 1%d sec\n' "$e" "$e"
	done >run.log
	run -0 --separate-stderr lrlog -c G_L1 run.log
	[ "${lines[*]}" = 'step,G_L1 100,1.1 200,1.2 300,1.3 400,1.4 500,2.1 600,2.2 700,2.3 800,2.4 900,3.1 1000,3.2 1100,3.3 1200,3.4' ]
	[[ $stderr == *'begin again with each epoch; they are added up' ]]
}

@test "a bar is what its epoch ends with, and a message may stand in its line" {
	local e glue
	cd "$BATS_TEST_TMPDIR" || return 1
	for glue in '' $'\n'; do
		for e in 1 2 3; do
			[ "$e$glue" = 1 ] || echo "Epoch $e/9"
			printf '80/90 [=======>..] - ETA: 0s - loss: 0.%d5%sEpoch 0000%d: val_loss did not improve from 0.26\n' \
				"$e" "$glue" "$e"
			echo "90/90 [==========] - 0s 7us/sample - loss: 0.${e}1 - val_loss: 0.${e}2"
		done >run.log
		run -0 --separate-stderr lrlog -c loss,val_loss run.log
		[ "${lines[*]}" = 'epoch,loss,val_loss 1,0.11,0.12 2,0.21,0.22 3,0.31,0.32' ]
		[ -z "$stderr" ]
	done
	run -0 --separate-stderr lrfind --list-columns run.log
	[[ $output == *loss,loss,* ]]
}

@test "an epoch whose bar is never full keeps what it shows" {
	local e
	cd "$BATS_TEST_TMPDIR" || return 1
	for e in 1 2 3; do
		echo "Epoch $e/9"
		echo "80/90 [=======>..] - ETA: 0s - loss: 0.${e}5"
	done >run.log
	run -0 lrlog -c loss run.log
	[ "${lines[*]}" = 'epoch,loss 1,0.15 2,0.25 3,0.35' ]
}

@test "the unit of a number is not the begin of the next name" {
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 50 100 150; do
		echo "[INFO] Epoch[0] Batch [$i]	Speed: 70.5 samples/sec 1900.25 tokens/sec 6.25 updates/sec	perplexity=9.$i accuracy=0.$i"
	done >run.log
	run -0 --separate-stderr lrlog -c perplexity,accuracy run.log
	[ "${lines[*]}" = 'step,perplexity,accuracy 50,9.5,0.5 100,9.1,0.1 150,9.15,0.15' ]
}

@test "where the first epoch tells one step, the next is as far as others are" {
	local e i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 0,300 1,100 1,200 1,300 2,100 2,200; do
		echo "Epoch[${i%,*}] Batch [${i#*,}] loss=$((i)).5"
	done >run.log
	run -0 --separate-stderr lrlog -c loss run.log
	[ "$(cut -d, -f1 <<<"$output" | xargs)" = 'step 300 400 500 600 700 800' ]
}

@test "what stands before the first step is not of that step" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	{
		echo "'learning_rate': 0.5}"
		for i in 1 2; do
			echo "INFO:x:Step ${i}00 per-step time 1.2s"
			printf "'loss': 2.%d,\n'learning_rate': 0.%d}\n" "$i" "$i"
		done
	} >run.log
	run -0 --separate-stderr lrlog -c lr,loss run.log
	[ "${lines[*]}" = 'step,lr,loss 100,0.1,2.1 200,0.2,2.2' ]
}

@test "what is added to a loss, or measured of an objective, is not the loss" {
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3 4 5 6; do
		echo "{'objective/kl': 1$i.5, 'objective/entropy': 9$i.5, 'loss/policy_avg': -0.0$i, 'loss/value_avg': 0.1$i, 'lr': 2e-0$i, 'epoch': 0.$i}"
	done >run.log
	run -0 --separate-stderr lrlog -c loss run.log
	[ "${lines[1]}" = 0.1,-0.01 ]
	is "$stderr" 'lrlog: run.log: 2 columns may be the loss: loss/policy_avg is read; expected --loss for another'
	for i in 1 2 3 4 5 6; do
		echo "step:$i - actor/entropy:0.3$i - actor/kl_loss:0.00$i - actor/pg_loss:-0.01$i - actor/lr:1e-0$i - critic/vf_loss:0.8$i"
	done >run.log
	run -0 lrlog --list run.log
	[[ $output == *"actor/pg_loss,loss,"* ]]
	printf 'losses/entropy,losses/value_loss,step\n0.7,%s,%s\n' 3.5 1 3.25 2 \
		3 3 2.5 4 2.25 5 >run.csv
	run -0 lrlog --list run.csv
	[[ $output == *"losses/value_loss,loss,"* ]]
	printf 'step,cross_entropy,lr\n%s,2.%s,0.1\n' 1 5 2 4 3 3 >run.csv
	run -0 lrlog --list run.csv
	[[ $output == *"cross_entropy,loss,"* ]]
}

@test "a loss may be told for each sample, and in ranges of minibatches" {
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3; do
		echo " Epoch[ 1 of 9]-Minibatch[ ${i}01- ${i}50, 1${i}.02%]: SamplesSeen = 500; TrainLossPerSample =  2.$i; EvalErr[0]PerSample = 0.2$i; SamplesPerSecond = 180.$i"
	done >run.log
	run -0 --separate-stderr lrlog -c loss run.log
	[ "${lines[*]}" = 'step,loss 150,2.1 250,2.2 350,2.3' ]
	[ -z "$stderr" ]
}

@test "what is told twice in an epoch beside its loss divides no record" {
	local e
	cd "$BATS_TEST_TMPDIR" || return 1
	for e in 0 1 2; do
		printf 'Epoch %d\nCurrent learning rate: 0.0%d\n' "$e" "$((9 - e))"
		[ $e != 0 ] || printf 'using pin_memory on device 0\n%.0s' 1 2
		printf 'train_loss 0.%d5\nval_loss 0.%d6\nEpoch time: 148.5 s\n' "$e" "$e"
	done >run.log
	run -0 --separate-stderr lrlog -c lr,loss,val_loss run.log
	[ "${lines[*]}" = 'epoch,lr,loss,val_loss 0,0.09,0.05,0.06 1,0.08,0.15,0.16 2,0.07,0.25,0.26' ]
	[ -z "$stderr" ]
}

@test "a counter that is full each time is no step" {
	local e
	cd "$BATS_TEST_TMPDIR" || return 1
	for e in 7 8; do
		echo "epoch $e - iter 1/1 - loss 15.$e - samples/sec: 30.5"
		echo "EPOCH $e done: lr 0.00$e"
	done >run.log
	run -0 --separate-stderr lrlog -c lr,loss run.log
	[ "${lines[*]}" = 'epoch,lr,loss 7,0.007,15.7 8,0.008,15.8' ]
}

@test "steps told now and then do not put parts of epochs together" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3 4 5 6 7 8; do
		[ $((i % 4)) != 0 ] ||
			echo " 8%|# | ${i}99/999 [1:52<2:27, 3.3s/it][INFO] [logging.py:69:log_dist] [Rank 0] step=${i}00, skipped=5, lr=[0.00$i, 0.00$i], mom=[0.0, 0.0]"
		echo "{'loss': 2.$i, 'learning_rate': 0.00$i, 'epoch': 0.0$i}"
	done >run.log
	run -0 --separate-stderr lrlog -c learning_rate,loss run.log
	[ "${lines[2]}" = 0.02,0.002,2.2 ]
	[ "${#lines[@]}" = 9 ]
}

@test "the loss of a set is called so with an apostrophe" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3; do
		echo "[LightGBM] [Info] Iteration:$i, training's auc: 0.9$i"
		echo "[LightGBM] [Info] Iteration:$i, training's log loss: 0.0$i"
	done >run.log
	run -0 lrlog -c loss run.log
	[ "${lines[*]}" = 'step,loss 1,0.01 2,0.02 3,0.03' ]
}

@test "below a word for times names are of times" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 34 35 36; do
		echo "step $i | lm loss: 1.1${i}E+01 | lr: 2.$i"
		echo "[INFO] [logging.py:96:log_dist] [Rank 0] rank=0 time (ms) | forward: 65.$i | loss: 10.$i | step: 1172"
	done >run.log
	run -0 lrlog -c loss,'step time','loss time' run.log
	[ "${lines[*]}" = 'step,loss,step time,loss time 34,11.34,1172,10.34 35,11.35,1172,10.35 36,11.36,1172,10.36' ]
	run -0 lrlog --list run.log
	[[ $output == *'lm loss,loss,'* ]]
}

@test "an excerpt cut within its first record and behind its last step says so" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	{
		echo '    train/CE loss=2.0'
		for i in 1 2 3 4 5; do
			echo "2024-11-20 12:0$i:01	host:0	INFO	[step=${i}0/90,epoch=1]"
			printf '    optim/LR (group 0)=0.00%d\n    train/CE loss=2.%d\n' "$i" "$i"
		done
		echo '2024-11-20 12:09:01	host:0	INFO	[step=60/90,epoch=1]'
	} >run.log
	# The rate says that steps stand before what is told of them.
	run -0 --separate-stderr lrlog -c lr,loss run.log
	[ "${lines[1]}" = 10,0.001,2.1 ]
	is "$stderr" 'lrlog: run.log: 1 row has no step, as others have; it is left out'
	# Losses alone may be of either.
	grep -v LR run.log >loss.log
	run -0 --separate-stderr lrlog -c loss loss.log
	[ "${lines[1]}" = 10,2 ]
	is "$stderr" 'lrlog: loss.log: it begins with a loss and ends with a step: steps are read as of the lines before them; expected whole records if they are of those behind'
}

@test "a system's logger says its program and process before a line" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3; do
		echo "May  1 10:00:0$i gpu01 python3[12345]: Epoch $i/9"
		echo "May  1 10:00:0$i gpu01 python3[12345]: 32/32 - 1s - loss: 2.$i - lr: 0.00$i"
	done >run.log
	run -0 --separate-stderr lrlog -c lr,loss run.log
	[ "${lines[*]}" = 'epoch,lr,loss 1,0.001,2.1 2,0.002,2.2 3,0.003,2.3' ]
	[ -z "$stderr" ]
	# A name of what is counted is none of a program.
	for i in 100 200 300; do
		echo "Iter[$i]: loss 2.$i lr 0.1"
	done >run.log
	run -0 lrlog -c loss run.log
	[ "${lines[*]}" = 'step,loss 100,2.1 200,2.2 300,2.3' ]
}

@test "a sentence that is glued to a number is not its unit" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3; do
		echo "At iteration ${i}600/${i}600/2741, Mean rms=4.$i%, New best char error = 101.02Previous test incomplete wrote checkpoint."
	done | sed '2s/Prev.*/At iteration 2200, stage 0, Eval Char error rate=100.3/' >run.log
	run -0 lrlog -c 'Mean rms' run.log
	[ "${lines[*]}" = 'step,Mean rms 1600,4.1 2600,4.2 3600,4.3' ]
	for i in 1 2 3; do
		echo "step $i loss 2.$i mem: 1.5GiB used"
	done >run.log
	run -0 lrlog -c mem run.log
	[ "${lines[1]}" = 1,1.5 ]
}

@test "a column that is called as what another one is, is said to be one" {
	local i
	cd "$BATS_TEST_TMPDIR" || return 1
	for i in 1 2 3 4 5 6; do
		echo "[Rank 0] step=$i, skipped=0, lr=[5e-05, 5e-05]"
		echo "iteration $i/9 | learning rate: 2.${i}11E-06 | lm loss: 1.$i"
	done >run.log
	run -0 --separate-stderr lrlog -c lr,loss run.log
	is "$stderr" "lrlog: run.log: lr is the column that is called so; expected 'learning rate' for what lrfind reads"
	run -0 --separate-stderr lrlog -c lr,'learning rate' run.log
	[ -z "$stderr" ]
}

@test "a phase in brackets behind a name says of what the line is" {
	local i
	for i in 0 1 2; do
		echo "[2024-05-01 10:00:0$i,741] $i * Epoch (train) metrics: base/data_time: 0.005 | lr: 0.0$i | loss: 1.$i"
		echo "[2024-05-01 10:00:0$i,741] $i * Epoch (valid) metrics: base/data_time: 0.004 | lr: 0.0$i | loss: 2.$i"
	done >phases.log
	run -0 lrlog -q -c lr,loss,val_loss phases.log
	is "$output" $'step,lr,loss,val_loss\n0,0,1,2\n1,0.01,1.1,2.1\n2,0.02,1.2,2.2'
	[[ $(lrlog -q phases.log | head -n 1) != *#* ]]
}

@test "a number of many digits that is glued to a name is a value before it" {
	printf '%s\n' '0:      learn 0.6355974416passed: 17.4 sec      total: 3m 13s' \
		'1:      learn 0.5855715797passed: 17.5 sec      total: 3m 30s' \
		'2:      learn 0.5421632176passed: 17 sec        total: 3m 47s' >glued.log
	run -0 lrlog -q -c learn glued.log
	is "$output" $'step,learn\n0,0.6355974416\n1,0.5855715797\n2,0.5421632176'
	# Few digits, or none behind the point, begin a name.
	seq 1 5 | awk '{ print "step " $1 " loss 3d_loss: 0." $1 " conf .5R: 2" }' >names.log
	[ "$(lrlog -q names.log | head -n 1)" = 'step,loss 3d_loss,conf .5R' ]
}

@test "names in single quotes are names, and a letter is no step without a number" {
	printf '%s\n' "'Validation error', 'Training error', 'Epoch', 'D/T'" \
		'0.58, 0.59, 1, 2019-10-14/15:15:27' '0.57, 0.58, 2, 2019-10-14/15:45:11' \
		'0.56, 0.57, 3, 2019-10-14/16:14:50' >quoted.csv
	run -0 --separate-stderr lrlog quoted.csv
	is "$output" $'epoch,Validation error,Training error\n1,0.58,0.59\n2,0.57,0.58\n3,0.56,0.57'
	[ -z "$stderr" ]
	# One that is said to be the step has to be one.
	printf 'step,loss\nx,1\ny,2\n' >text.csv
	run -2 --separate-stderr lrfind --loss loss --lr loss text.csv
	[[ $stderr == *"step is 'x'; expected a number"* ]]
}

@test "a batch of no batches beside an epoch is one of that epoch" {
	local i
	for i in 0 1 2 3 4; do
		echo "Epoch 3, Batch $((10 * i))/0, loss 0.$i"
	done >zero.log
	run -0 lrlog -q zero.log
	is "${lines[0]} ${lines[5]}" 'step,Epoch,loss 40,3,0.4'
	sed 's/Epoch 3, //; s,/0,,; s,Batch ,Batch 0/,' zero.log >nested.log
	run -0 lrlog -q -c loss nested.log
	is "${lines[5]}" 40,0.4
}

@test "a column that says whether a row is of training says it by True" {
	local i
	printf '%s\n' epoch,train,loss 0,True,0.9 0,False,1.1 1,True,0.8 \
		1,False,1.0 2,True,0.7 2,False,0.9 >flag.csv
	run -0 lrlog -q -c loss,val_loss flag.csv
	is "$output" $'epoch,loss,val_loss\n0,0.9,1.1\n1,0.8,1\n2,0.7,0.9'
	for i in 1 2 3; do
		echo "{\"step\": $i, \"val\": false, \"loss\": 0.$i}"
		echo "{\"step\": $i, \"val\": true, \"loss\": 0.9$i}"
	done >flag.jsonl
	run -0 lrlog -q -c loss,val_loss flag.jsonl
	is "$output" $'step,loss,val_loss\n1,0.1,0.91\n2,0.2,0.92\n3,0.3,0.93'
}

@test "a rank that is no whole number is a value, and what goes on is the step" {
	local i
	for i in 1 2 3 4 5; do
		echo "{'loss': 0.$i, 'rank': 14.5$i, 'updates': $((17 + i % 3)), 'lr': 0.0$i, 'total_train_updates': $((18 * i + 1))}"
	done >ranks.log
	run -0 --separate-stderr lrlog -c lr,loss ranks.log
	is "$output" $'step,lr,loss\n19,0.01,0.1\n37,0.02,0.2\n55,0.03,0.3\n73,0.04,0.4\n91,0.05,0.5'
	[ -z "$stderr" ]
}

@test "a loss may be told as a call of one number" {
	printf 'loss(x, y) = param(0.0%d)\naccuracy(m, x) = 0.%d\n' 9 1 8 2 7 3 >calls.log
	run -0 lrlog -q -c loss calls.log
	is "$output" $'step,loss\n0,0.09\n1,0.08\n2,0.07'
}

@test "a header holds where one other line was written behind it" {
	printf '%s\n' '   Epoch   gpu_mem     box     obj    total  labels' \
		'              all      787    2054   0.736' \
		'  32/49     55.1G   0.054   0.010   0.1019      26' \
		'  33/49     70.1G   0.050   0.010   0.0981      14' >apart.log
	run -0 lrlog -q -c total,box apart.log
	is "$(cut -d, -f2- <<<"$output")" $'total,box\n0.1019,0.054\n0.0981,0.05'
	# Five words apart, and a sentence, are no header of what comes later.
	printf '%s\n' 'We  train  this  network  for  long' 'and then' \
		'1 2 3 4 5 6' 'step 1 loss 0.5' 'step 2 loss 0.4' >prose.log
	run -0 lrlog -q -c loss prose.log
	is "$output" $'step,loss\n1,0.5\n2,0.4'
}

@test "a name of two counters is two: epoch/iter: 52/13673" {
	local i
	for i in 1 2 3; do
		echo "[04/14 11:48:2$i events]:  eta: 0:10:21  epoch/iter: 5$((i / 2))/$((13673 + 126 * i))  total_loss: 7.$i  lr: 4.5$i""e-05"
	done >two.log
	run -0 lrlog -q two.log
	is "$output" $'step,total_loss,lr,epoch\n13799,7.1,4.51e-05,50\n13925,7.2,4.52e-05,51\n14051,7.3,4.53e-05,51'
	for i in 1 2 3; do
		echo "step/epoch: $i/30 loss: 0.$i"
	done >per.log
	run -0 lrlog -q -c loss per.log
	is "$(cut -d, -f2 <<<"$output")" $'loss\n0.1\n0.2\n0.3'
}

@test "a loss that is infinite may end a sentence" {
	printf 'Iteration %d. Loss is %s. Current rate is 0.1.\n' 7 1.25 8 Infinity 9 nan >ends.log
	run -0 lrlog -q -c loss ends.log
	is "$output" $'step,loss\n7,1.25\n8,inf\n9,nan'
}

@test "what is printed behind a bar is of the step that it tells" {
	local i
	{
		printf '  0%%|          | 0/60 [00:00<?, ?it/s]Starting, iters: 60\n'
		for i in 1 2 3 4 5 6; do
			printf 'Iter %d: Train loss 3.%d, LR 0.%d\n' ${i}0 $i $i
			printf ' %d%%|#  | %d/60 [00:32<53:42,  3.25s/it, Loss=3.%d]' \
				$i ${i}0 $i
		done
		echo
	} >run.log
	run -0 lrlog -q -c Loss,'Train loss' run.log
	[ "${lines[1]}" = 10,3.1,3.1 ]
	[ "${lines[5]}" = 50,3.5,3.5 ]
	[ "${#lines[@]}" -eq 7 ]
	# Where that tells none, it is of the bar's.
	for i in 1 2 3 4 5 6; do
		printf ' %d%%|#  | %d/60 [00:32<53:42,  3.25s/it]G: 2.%d | D: 0.%d\n' \
			$i ${i}0 $i $i
	done >gan.log
	run -0 lrlog -q -c G,D gan.log
	[ "${lines[1]}" = 10,2.1,0.1 ]
	[ "${lines[6]}" = 60,2.6,0.6 ]
}

@test "a bar that is called validation is of that" {
	local name want=$'0,3,\n1,2,8\n2,1,\n3,0.5,6'
	bar() {
		echo "$1  50%|##  | 1/2 [00:01<00:01, 1s/it, loss=$2]"
		echo "$1 100%|####| 2/2 [00:01<00:01, 1s/it, loss=$3]"
	}
	for name in validating: validating...: Validation: 'Val epoch 1:' test: \
		'Evaluating ...:' 'Validation DataLoader 0:'; do
		{
			bar 'Epoch 1:' 3 2
			bar "$name" 9 8
			bar 'Epoch 2:' 1 .5
			bar "$name" 7 6
		} >log
		run -0 lrlog -q -c loss,val_loss log
		[ "$(tail -n +2 <<<"$output")" = "$want" ] || {
			echo "$name: $output"
			return 1
		}
	done
	# Of another name, which was cut, dots are a part.
	for i in 1 2 3; do echo "step $i | param_noise_di..: 0.$i"; done >log
	run -0 lrlog log
	[ "${lines[0]}" = step,param_noise_di. ]
}

# Rows of an epoch of $1 steps, of loss $2 and higher by 0.125 each step.
rows() {
	local i
	for ((i = 1; i <= $1; i++)); do
		echo "step $i/$1 - loss: $(bc <<<"$2 + ($i - 1) * 0.125") - 3s/step"
	done
}

@test "rows below a line of words that says so are of validation" {
	local want=$'1\n1.125\n1.25\n3\n3.125\n3.25\n5\n5.125\n5.25' heading n
	for heading in 'Eval begin...' Evaluating 'Running validation:' \
		'12:00:01 INFO start to evaluate'; do
		# Of another total, and of the same.
		for n in 2 3; do
			local end=.$((n == 2 ? 125 : 25))
			for i in 1 3 5; do
				echo "Epoch $(((i + 1) / 2))/3"
				rows 3 $i
				echo "$heading"
				echo 'values are means of a batch.'
				rows $n $((i + 1))
				echo 'Eval samples: 11219'
			done >log
			run -0 lrlog -q -c loss log
			is "$(cut -d, -f2 <<<"$output" | grep '[0-9]')" "$want"
			# Each ends where its epoch does.
			run -0 lrlog -q -c val_loss log
			is "$(grep ',[0-9]' <<<"$output")" \
				"$(printf '%s\n' 3,2$end 6,4$end 9,6$end)"
		done
	done
	# Within an epoch, which goes on behind it; the total is reached there.
	{
		for ((i = 1; i <= 6; i++)); do
			echo "step $i/6 - loss: 1.$i"
			((i % 2 || i > 5)) || { echo Evaluating...; rows 6 7; }
		done
	} >log
	run -0 lrlog -q -c loss log
	is "$output" $'step,loss\n1,1.1\n2,1.2\n3,1.3\n4,1.4\n5,1.5\n6,1.6'
}

@test "rows below such a line that go on as before are of training" {
	{
		echo 'Loading the validation set'
		rows 3 1
		echo 'Loading the test set'
		rows 3 2
		echo 'Evaluation:'
		echo 'mean loss of validation 0.5'
		rows 4 3
	} >log
	run -0 lrlog -q -c loss log
	is "$(cut -d, -f2 <<<"$output")" \
		$'loss\n1\n1.125\n1.25\n2\n2.125\n2.25\n3\n3.125\n3.25\n3.375'
	# A bar that draws something else tells what is of training no more.
	{
		echo 'Map:  50%|##  | 50/100 [00:01<00:01, 50it/s]'
		echo 'Map: 100%|####| 100/100 [00:02<00:00, 50it/s]'
		echo 'Loading the validation set'
		for i in 1 2 3; do
			echo " $((33 * i))%|#  | $i/3 [00:01<00:02, 1s/it, loss=0.$i]"
		done
	} >log
	run -0 lrlog -q -c loss log
	is "$(cut -d, -f2 <<<"$output" | tail -n 3)" $'0.1\n0.2\n0.3'
}

@test "words in a bracket name the number behind it" {
	for i in 1 2 3; do
		echo "Iter $i - time: 1 - [train]: 0.$i - [valid loss]: 1.$i - [lr]=0.0$i"
	done >log
	run -0 lrlog log
	is "$output" $'step,time,train,valid loss,lr\n1,1,0.1,1.1,0.01\n2,1,0.2,1.2,0.02\n3,1,0.3,1.3,0.03'
	# A level names nothing.
	printf '[INFO]: %d loss: 0.5\n' 1 2 >log
	run -0 lrlog log
	[[ $output != *INFO* ]]
}

@test "an evaluation behind the last epoch is no row" {
	local n want=$'epoch,loss\n1,0.75\n2,0.5\n3,0.25'
	local said='1 row comes again behind the last epoch'
	for n in 100 313; do
		{
			for i in 1 2 3; do
				echo "Epoch $i/3"
				echo "100/100 [====] - 8s - loss: $(bc <<<"1 - $i / 4" -l)"
			done
			echo "$n/$n [====] - 1s - loss: 0.875"
		} >keras.log
		run -0 --separate-stderr lrlog -c loss keras.log
		is "$(sed 's/0*$//' <<<"${output//,./,0.}")" "$want"
		[[ $stderr == *"$said"* ]]
	done
	# Rows of epochs that each have two are rows.
	for i in 1 2 3; do
		printf 'Epoch %d/3\n1/1 - loss: 0.5\n1/1 - loss: 0.25\n' $i
	done >log
	run -0 lrlog log
	[[ $output != *'behind the last epoch'* && $output == *$'\n'5,0.25* ]]
}

@test "epochs that begin again are another run, which is said" {
	for run in 1 2 3; do
		for i in 1 2; do echo "Epoch $i/2 | loss 0.$run$i"; done
	done >log
	run -0 --separate-stderr lrlog log
	[[ $stderr == *'the epochs begin again; 3 runs are read, called 1 to 3,'* ]]
	is "$output" "$(printf '%s\n' run,epoch,loss 1,1,0.11 1,2,0.12 2,1,0.21 2,2,0.22 3,1,0.31 3,2,0.32)"
}

@test "more lines before the first step than rows are said to be left out" {
	{
		for i in {1..120}; do echo "Reward: $i.5"; done
		for i in 1 2 3; do echo "step: $i loss: 0.$i"; done
	} >log
	run -0 --separate-stderr lrlog log
	[[ $stderr == *' lines, more than rows, stand before the first step'* ]]
}

@test "bars of epochs may go to another total in another run" {
	local total want=''
	{
		echo '100%|####| 60000/60000 [00:04<00:00, 15.3MB/s]'
		for total in 40 30; do
			for i in 1 2 3; do
				echo "Epoch $i/3"
				echo "100%|####| $total/$total [00:02<00:00, 9it/s, loss=$total.$i]"
				# The bar of its validation, which nothing names.
				echo "100%|####| 8/8 [00:01<00:00, 9it/s, loss=0.$i]"
				want+=$'\n'$total.$i
			done
		done
		echo ' 50%|##  | 15/30 [00:01<00:01, 9it/s, loss=9]'
	} >log
	run -0 lrlog -q -c loss log
	is "$(cut -d, -f3 <<<"$output")" "loss$want"
	is "$(cut -d, -f1 <<<"$output" | uniq | xargs)" 'run 1 2'
}

@test "a bar in brackets stands for of, and a word may be glued to a time" {
	for i in 0 1 2 3 4 5 6 7; do
		echo "Epoch:[ $((i / 4)) | 1 ]  Batch:[ $((i % 4 * 100)) | 400 ]  loss: 0.$i"
	done >log
	run -0 lrlog -q -c loss log
	is "$(cut -d, -f1 <<<"$output")" $'step\n0\n100\n200\n300\n400\n500\n600\n700'
	for i in 1 2 3; do
		echo "2019-11-08 23:3$i:35iters:  ${i}0, loss:2.$i, acc:0.$i"
	done >log
	run -0 --separate-stderr lrlog log
	is "$output" $'step,loss,acc\n10,2.1,0.1\n20,2.2,0.2\n30,2.3,0.3'
	is "$stderr" ''
}
