#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs of many kinds, in the bytes that files have, against the records that are
# in them; then what is no log, which must never give an answer.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# The rows of tool $1 on what files of suffix $2 hold, by their names.
rows() {
	"${@:3}" -- *."$2" | sed "s/\.$2[^,]*,/,/" >"$1.$2.rows"
}

# Tool $1, with its options, finds the same in logs and in their records.
finds_the_same() {
	rows "$1" log "$@" -q || [ -s "$1.log.rows" ]
	rows "$1" csv "$@" -q || [ -s "$1.csv.rows" ]
	cmp "$1.log.rows" "$1.csv.rows" || {
		diff "$1.csv.rows" "$1.log.rows" | head -n 20
		false
	}
}

@test "logs of 110 kinds are read as their records, whatever bytes they are in" {
	"$NUMPY" "$ROOT/tests/logs/kinds.py" .
	finds_the_same lrfind
	[ "$(grep -c ',ok,' lrfind.log.rows)" -eq 661 ]
	# One reader reads for both.
	! sanitized || return 0
	# Of groups lrcheck reads the first rate, lrfind the one that rises.
	rm groups\ as\ columns*
	# What tells parts of epochs alone is no step to lrcheck.
	rm axolotl* dicts\ and\ bars*
	finds_the_same lrcheck -s constant -l 1 -f rows
	[ "$(wc -l <lrcheck.log.rows)" -eq $((107 * 6 * 40 + 1)) ]
}

# Each line of the logs here behind $2, whose %d is its number, to directory $1.
behind() {
	local file
	mkdir "$1"
	for file in *.log; do
		awk -v as="$2" '{ n = as; sub(/%d/, 10 + NR % 50, n); print n $0 }' \
			"$file" >"$1/$file"
	done
}

@test "logs of 110 kinds are the same behind what is written before each line" {
	local name prefix
	"$NUMPY" "$ROOT/tests/logs/kinds.py" .
	rm -f ./*{' crlf',' bom',' utf-16',' colours',' blank lines'}.log
	lrfind -q -- *.log >plain || [ -s plain ]
	[ "$(grep -c ',ok,' plain)" -eq 111 ]
	while IFS='=' read -r name prefix; do
		sanitized_round 4 || continue
		behind "$name" "${prefix//\~/ }"
		(cd "$name" && lrfind -q -- *.log) >got || [ -s got ]
		cmp plain got || {
			echo "$name"
			diff plain got | head -n 20
			false
		}
	done <<-'END'
		rank=[rank0]:~
		launcher=rank0:~
		mpirun=[1,0]<stdout>:
		kubernetes=2024-05-01T10:00:%d.123456789Z stdout F~
		kubectl=2024-05-01T10:00:%d.123456789Z~
		pod=[pod/train-0/pytorch]~
		compose=trainer-1  |~
		syslog=May  1 10:00:%d gpu01 python3[1234]:~
		hydra=[2024-05-01 10:00:%d,123][__main__][INFO] -~
		logging=INFO:trainer:
		ray=(RayTrainWorker pid=4211, ip=10.0.0.5)~
		glog=I0501 10:00:%d.123456 140001 train.py:88]~
		loguru=2024-05-01 10:00:%d.123 | INFO     | __main__:train:42 -~
		dsh=gpu-01:~
		quotes=>~
	END
}

@test "a word before each line that may tell something is a part of the log" {
	local line name
	while IFS='|' read -r name line; do
		for i in 1 2 3 4 5; do
			echo "${line//\~/ }0.$i lr 0.0$i"
		done >words.log
		lrlog -q words.log >got
		[[ $(head -n 1 got) == *"$name"* ]] || {
			echo "$line"
			head -n 2 got
			false
		}
	done <<-'END'
		reward|reward:~
		G|G:~
		reward|2024-05-01 10:00:00 reward:~
		reward|INFO:trainer:reward:~
		loss|[rank0]: train: loss~
		gpu-01|gpu-01:~
	END
	# Lines of nothing else, also at the end of all.
	echo 10:00:00 step,loss,lr >empty.log
	for i in 1 2 3 4; do
		printf '10:00:0%d %d,0.%d,0.1\n10:00:0%d\n' "$i" "$i" "$i" "$i"
	done >>empty.log
	[ "$(lrlog -q -c loss empty.log)" = $'step,loss\n1,0.1\n2,0.2\n3,0.3\n4,0.4' ]
	# The time is a column, and no more than what it says.
	printf 'time step lr\n10:00:0%d %d 0.%d\n' 1 1 1 >table.log
	for i in 2 3 4; do
		printf '10:00:0%d %d 0.%d\n' $i $i $i
	done >>table.log
	[ "$(lrlog -q -c lr table.log)" = $'step,lr\n1,0.1\n2,0.2\n3,0.3\n4,0.4' ]
}

@test "what is no log is one message each, and no answer" {
	local tool n
	local -a files=("$ROOT"/lib/{log,curve,sched,match}/*.c "$ROOT"/cmd/*.[ch]
		"$ROOT"/man/*.[157] "$ROOT"/{README.md,LICENSE,Makefile}
		"$ROOT"/tests/*.py "$BUILD"/{lrfind,cmd/lrfind.o,lib/log.a})
	# Excerpts of scripts have so many lines of lr = X that they may be one.
	for n in "${!files[@]}"; do
		[ "${files[n]}" != "$ROOT/tests/excerpts.py" ] || unset "files[n]"
	done
	n=${#files[@]}
	[ "$n" -ge 80 ]
	for tool in lrfind lrcheck; do
		run -2 --separate-stderr "$tool" -q "${files[@]}"
		[ "$(grep -c ,bad-data, <<<"$output")" -eq "$n" ] || {
			grep -v ,bad-data, <<<"$output"
			false
		}
		[ "${#stderr_lines[@]}" -eq "$n" ]
		[ -z "$(grep -v '; expected ' <<<"$stderr")" ]
	done
}

@test "what a log lacks is said, with the names it has and the way out" {
	seq 1 9 | awk '{ print "step " $1 " loss " 9 - $1 " acc " $1 }' >loss.log
	run -2 --separate-stderr lrfind loss.log
	one_message 'lrfind: loss.log: no column is known to be the lr: step, loss, acc; expected --lr with one of them, or --lr-table FILE'
	seq 1 9 | awk '{ print "step " $1 " loss " 9 - $1 " lr 0.1" }' >constant.log
	# ... but a rate by its own name may be that of a probe
	run -1 --separate-stderr lrfind constant.log
	[[ ${lines[1]} == constant.log,not-a-test,* ]]
	sed 's/lr/rate/' constant.log >weak.log
	run -2 --separate-stderr lrfind weak.log
	one_message 'lrfind: weak.log: n*; expected --lr *'
	run -0 lrcheck -s constant -l 0.1 constant.log
	seq 1 9 | awk '{ print $1, 9 - $1, 2 ^ $1 }' >numbers.log
	run -2 --separate-stderr lrfind numbers.log
	one_message 'lrfind: numbers.log: numbers without names; expected *--names*'
	run -1 --separate-stderr lrfind --names step,loss,lr numbers.log
	[[ ${lines[1]} == numbers.log,too-few,* ]]
	run -1 --separate-stderr lrfind -v --re \
		'^(?<step>[0-9]+) (?<loss>[0-9]+) (?<lr>[0-9]+)' numbers.log
	[ "${stderr_lines[0]}" = 'lrfind: numbers.log: step: step; lr: lr; loss: loss' ]
	run -2 --separate-stderr lrfind -i re numbers.log
	one_message 'lrfind: -i re without --re; *'
}

@test "each choice and each thing that is left out makes a remark" {
	local line i # which the lines mention
	while IFS='|' read -r line want; do
		# shellcheck disable=SC2034
		for i in 1 2 3 4 5 6 7 8 9; do
			eval "printf '%b' \"$line\""
		done >odd.log
		run --separate-stderr lrfind odd.log
		[[ ${stderr_lines[0]} == "lrfind: odd.log: $want"* ]] || {
			printf '%s\n' "$line" "$stderr"
			false
		}
	done <<-'END'
		step $i loss_D $i loss_G 9$i lr $i\n|2 columns may be the loss: loss_D is read; expected --loss for another
		step $i box_loss $i cls_loss 9$i lr $i\n|no column is all of the loss: the sum box_loss+cls_loss is read; expected --loss
		[rank0] step $i loss $i lr $i\n[rank1] step $i loss 3 lr $i\n|9 lines of other processes are left out
		step $i loss $i lr $i\nstep $i loss 3 lr $i\n|8 steps have several losses; expected one each, their mean is read
		val: step $i loss 3\nstep $i loss $i lr $i\n|9 rows of validation are left out
		$([ $i = 1 ] && echo step 0 lr 1)\nstep $i loss $i\n$([ $i = 5 ] && echo step 6 lr 2)\n|8 losses have no rate of their own; the one before them is read
		lr-A/pg1,lr-A/pg2\nstep $i lr-A $((10 - i)) lr-B $i loss $i\n|2 columns may be the rate: lr-B is read; expected --lr for another
	END
}

# Whatever tool is given a name, $1 as what and $2 that is not there.
lacks() {
	run -2 --separate-stderr "${@:3}"
	one_message "*: no column '$2' for the $1: *; expected one of these, which are all it has"
	[[ $output != *1,0.2* ]]
}

@test "a name that is given and not there is refused by every tool" {
	local tool role
	printf '%s\n' group,step,loss,lr a,0,3,0.1 b,0,2,0.1 a,1,2.9,0.2 \
		b,1,1.9,0.2 a,2,2.8,0.3 b,2,1.8,0.3 >two.csv
	seq 0 9 | awk '{ print "step " $1 " loss " 9 - $1 / 8 " lr 0." $1 }' >lines.log
	printf '"Step","a - train/loss"\n0,3\n1,2.5\n2,2.4\n' >wandb.csv
	for tool in lrlog lrfind; do
		for role in run step loss lr; do
			lacks "$role" nosuch "$tool" --"$role" nosuch two.csv
			lacks "$role" nosuch "$tool" --"$role" nosuch lines.log
		done
		lacks loss nosuch "$tool" --loss loss+nosuch two.csv
	done
	for option in run step lr-column; do
		lacks "${option%-*}" nosuch lrcheck --"$option" nosuch two.csv
	done
	lacks run swift lrlog --run swift wandb.csv
	lacks step nosuch lrlog --step nosuch wandb.csv
	lacks step nosuch bash -c 'cat lines.log | lrlog --follow --step nosuch'
	lacks run nosuch bash -c 'cat lines.log | lrlog --follow --run nosuch'
	run -2 --separate-stderr lrwatch --step nosuch --metric loss two.csv
	[[ $stderr == *"lrwatch: two.csv: no column 'nosuch' for the step: group, step, loss, lr; expected one of these, which are all it has" ]]
	# What is there may be called otherwise.
	lrlog --run GROUP --step Step two.csv | tail -n 1 >got
	[ "$(cat got)" = b,2,1.8,0.3 ]
}

@test "a number that is called as phases are is a scalar" {
	seq 0 9 | awk '{ print "step " $1 " data 0.00" $1 " loss " 9 - $1 }' >data.log
	lrlog data.log | sed -n '1p;$p' >got
	printf 'step,data,loss\n0,0,9\n9,0.009,0\n' | sed -n '1p;$p' | cmp - got
	# Beside it the phase is told in words.
	seq 0 19 | awk '{ printf "{\"data\": %d, \"mode\": \"%s\", \"step\": %d, \"loss\": %d}\n", \
		$1, $1 % 2 ? "val" : "train", $1 / 2, 30 - $1 }' >mode.jsonl
	lrlog mode.jsonl | sed -n '1p;$p' >got
	printf 'step,data,loss,val_data,val_loss\n9,18,12,19,11\n' | cmp - got
}

# $1 the format of a record's number, rate and loss.
stamped() {
	awk -v f="$1" 'BEGIN { for (i = 0; i < 40; i++)
		printf f, 1714557600 + 3 * i, i, 10 ^ (i / 10 - 5), 5 - i / 10 }'
}

# The logs $1 and $2 have the same columns, of forty rows, or $3.
same_rows() {
	local want
	run -0 lrlog -q -c '*' "$1"
	want=$output
	run -0 lrlog -q -c '*' "$2"
	[ "$output" = "$want" ]
	[ "${#lines[@]}" -eq $((${3:-40} + 1)) ]
}

@test "seconds since 1970 before each line are no number of it" {
	local form
	for form in ' %d: %.6g, 2.2 avg, %.6g rate, 11.2 seconds\n' \
		' step %d lr %.6g loss %.6g\n'; do
		stamped "%d.123$form" >with.log
		sed -E 's/^ //; s/^[0-9]{10}\.123 //' with.log >without.log
		same_rows without.log with.log
	done
	# In a table they are a column.
	{ echo time,step,lr,loss && stamped '%d,%d,%.6g,%.6g\n'; } >with.log
	run -0 lrlog -q -c time with.log
	[ "${lines[40]}" = 39,1714557717 ]
}

@test "a name before lines that all begin with a counter is no name of it" {
	local form
	for form in '%d/40 (epoch 0.5), train_loss = %.6g, lr = %.6g\n' \
		'%d: %.6g, 2.2 avg, %.6g rate\n'; do
		awk -v f="$form" 'BEGIN { for (i = 0; i < 40; i++)
			printf f, i, 5 - i / 10, 10 ^ (i / 10 - 5) }' >plain.log
		sed 's/^/gpu-01: /' plain.log >named.log
		same_rows plain.log named.log
	done
}

# Epochs of 20 batches: $1 is how much the losses are more, $2 the first record,
# $3 how many.
of_epochs() {
	awk -v more="$1" -v n="$2" -v count="$3" 'BEGIN {
		for (i = n; i < n + count; i++)
			printf "Epoch: [%d][%2d/20]\tLoss %.4f (9.0)\tlr: %.6g\n",
				int(i / 20), i % 20, 5 - i / 50 + more, 1e-4 * (i + 1) }'
}

@test "a run of epochs that begins again, or resumes at one, is that" {
	of_epochs 0 0 80 >whole.log
	run -0 lrlog -q -c lr,loss whole.log
	whole=$output
	[ "${#lines[@]}" -eq 81 ]
	# Within an epoch, and at the end of one.
	for n in 27 40; do
		{ of_epochs 1 0 $n && of_epochs 0 0 80; } >again.log
		run -0 --separate-stderr lrlog -c lr,loss again.log
		[ "$(grep -c ^1, <<<"$output")" -eq $n ]
		[ "$(sed -n 's/^run,//p; s/^2,//p' <<<"$output")" = "$whole" ]
		[[ $stderr == *'the steps begin again; 2 runs are read, called 1 to 2,'* ]]
		# A curve is of one.
		run --separate-stderr lrfind again.log
		[[ $stderr == *'the steps begin again; expected one run, the last of 2 is read'* ]]
	done
	# At the begin of epoch 1, and of epoch 2 of which there were 13 rows.
	for from in 20 40; do
		{ of_epochs 1 0 53 && of_epochs 0 $from $((80 - from)); } >resumed.log
		{ of_epochs 1 0 $from && of_epochs 0 $from $((80 - from)); } >want.log
		run -0 --separate-stderr lrlog -c lr,loss resumed.log
		[[ $stderr == *"$((53 - from)) steps come again, as when a run resumes"* ]]
		got=$output
		run -0 lrlog -q -c lr,loss want.log
		[ "$output" = "$got" ]
		[ "${#lines[@]}" -eq 81 ]
	done
}

@test "what is infinite twice in a step is" {
	awk 'BEGIN { print "step,lr,loss"; for (i = 0; i < 9; i++)
		for (k = 0; k < 2; k++)
			print i "," 2 ^ i "," (i < 8 ? 9 - i : "inf") }' >odd.log
	run -0 lrlog -q -c loss odd.log
	[ "${lines[9]}" = 8,inf ]
}

# 12 rows of a table, whose cells $1 divides.
table() {
	awk -v s="$1" 'BEGIN { print "step" s "lr" s "loss"
		for (i = 1; i <= 12; i++)
			print i s 10 ^ (i / 4 - 5) s 5 - i / 10 }'
}

@test "a line between a header and its first row is no end of the table" {
	for s in , ';' $'\t' '|'; do
		table "$s" >plain.log
		run -0 lrlog -q plain.log
		want=$output
		[ "${#lines[@]}" -eq 13 ]
		{ head -1 plain.log && echo 'Saving the model...' && tail -n +2 plain.log; } >one.log
		# A word that is taken back before each line.
		sed 's/^/wait\x08\x08\x08\x08/' plain.log >each.log
		for f in one each; do
			run -0 lrlog -q $f.log
			[ "$output" = "$want" ]
		done
	done
	# The nearer of two headers has the rows.
	{ echo a,b,c && table ,; } >two.log
	run -0 lrlog -q -c loss two.log
	[ "${lines[1]}" = 1,4.9 ]
}

@test "what is said before lines that all begin alike begins otherwise" {
	table , >plain.log
	awk '{ printf "2024-05-01 10:00:%02d INFO trainer: %s\n", NR, $0 }' plain.log >stamped.log
	{ printf 'Container started\nNode gpu-01\n' && cat stamped.log; } >banner.log
	same_rows plain.log banner.log 12
	# A header without what rows begin with is no such line.
	awk 'NR == 1 { print "time," $0; next }
		{ printf "2024-05-01 10:00:%02d,%s\n", NR, $0 }' plain.log >timed.log
	run -0 lrlog -q -c lr,loss timed.log
	[ "${lines[1]}" = 1,1.77828e-05,4.9 ]
	[ "${#lines[@]}" -eq 13 ]
}

@test "a header that a cell in quotes wraps is not cut there" {
	printf '"Step","loss","c\nd"\n"0","1","2"\n"1","2","3"\n' >quoted.log
	run -2 --separate-stderr lrlog quoted.log
	[ -z "$output" ]
	# What is written between is no part of it.
	printf '"Step","loss","c"\nd\n"0","1","2"\n"1","2","3"\n' >quoted.log
	run -0 lrlog -q quoted.log
	[ "${lines[0]}" = step,loss,c ]
	[ "${lines[2]}" = 1,2,3 ]
}

@test "numbers of tasks, as srun -l writes them, are no counters" {
	{ echo 'loading the data' && table ,; } >plain.log
	for width in 1 3; do
		awk -v w=$width '{ printf "%*d: %s\n", w, 0, $0 }' plain.log >task.log
		same_rows plain.log task.log 12
	done
	# Behind them stands what other programs write.
	awk '{ printf "0: 2024-05-01 10:00:%02d %s\n", NR, $0 }' plain.log >task.log
	same_rows plain.log task.log 12
	# Of several the first is read.
	awk '{ printf "1: %s\n0: %s\n", $0, $0 }' plain.log >tasks.log
	run -0 --separate-stderr lrlog -c lr,loss tasks.log
	[[ $stderr == *'12 lines of other processes are left out'* ]]
	want=$output
	run -0 lrlog -q -c lr,loss plain.log
	[ "$output" = "$want" ]
	# Counters are none.
	awk 'BEGIN { print "0: warming up"; for (i = 1; i < 12; i++)
		printf "%d: loss %g lr %g\n", i, 5 - i / 10, i / 100 }' >counted.log
	run -0 lrlog -q -c loss counted.log
	[ "${lines[1]}" = 1,4.9 ]
	[ "${lines[11]}" = 11,3.9 ]
	# Nor where each has several lines, some without a number, up to 17.
	for n in 1 2 16; do
		awk -v n=$n 'BEGIN { for (i = 1; i < 12; i++) {
			printf "%d: loss %g lr %g\n", i, 5 - i / 10, i / 100
			for (k = 0; k < n; k++) printf "%d: saved\n", i } }' >counted.log
		run -0 --separate-stderr lrlog -c loss counted.log
		[ "${lines[1]}" = 1,4.9 ]
		[ "${lines[11]}" = 11,3.9 ]
		[ -z "$stderr" ]
	done
}

@test "a setting that is called lr is not the rate that -c lr asks for" {
	{
		echo 'Namespace(lr=0.5, epochs=3)'
		awk 'BEGIN { for (i = 1; i < 9; i++)
			printf "step %d learning_rate %g loss %g\n", i, i / 100, 5 - i / 10 }'
	} >set.log
	run -0 --separate-stderr lrlog -c lr,loss set.log
	[ "${lines[1]}" = 1,0.01,4.9 ]
	[ "${#lines[@]}" -eq 9 ]
	[[ $stderr != *'called so'* ]]
	# Told twice it is a column like others.
	echo 'lr=0.25' >>set.log
	run -0 --separate-stderr lrlog -c lr set.log
	[[ $stderr == *"lr is the column that is called so; expected 'learning_rate'"* ]]
}

@test "a block of entries between blank lines is one record" {
	awk 'BEGIN { for (i = 1; i < 9; i++) for (v = 0; v < 2; v++)
		printf "phase: %s\nstep: %d\nlr: %g\nbox_loss: %g\ncls_loss: %g\n\n",
			v ? "val" : "train", i, i / 100, 5 - i / 10 + v, 1 }' >block.log
	run -0 --separate-stderr lrlog -c lr,loss block.log
	[ "${lines[1]}" = 1,0.01,5.9 ]
	[ "${lines[8]}" = 8,0.08,5.2 ]
	[ "${#lines[@]}" -eq 9 ]
	# Entries that no blank line ends may be of the one before.
	{ printf 'loss: 9\nlr: 9\nacc: 1\n' && awk 'BEGIN { for (i = 1; i < 9; i++)
		printf "step: %d\nloss: %g\nlr: %g\n", i, 5 - i / 10, i / 100 }'; } >cut.log
	run -0 lrlog -q -c loss,lr cut.log
	[ "${lines[-1]}" = 8,4.2,0.08 ]
	[[ $output == *$'\n1,4.9,0.01\n'* ]]
}

@test "a line that is wrapped before a number goes on in the next" {
	awk 'BEGIN { for (i = 1; i < 9; i++)
		printf "Train: 0 [%d/8] Loss: %g LR:\n    %g Data: 0.1\n", i, 5 - i / 10, i / 100 }' >colon.log
	awk 'BEGIN { for (i = 1; i < 9; i++)
		printf "step=%d loss=%g lr=[%g,\n    0.5], mom=[0.9, 0.9]\n", i, 5 - i / 10, i / 100 }' >list.log
	for f in colon list; do
		run -0 lrlog -q -c lr,loss $f.log
		[ "${lines[1]}" = 1,0.01,4.9 ]
		[ "${lines[8]}" = 8,0.08,4.2 ]
	done
}

@test "a log that is cut within an epoch tells so of its first row and last bar" {
	awk 'BEGIN { for (i = 7; i < 12; i++) { if (i > 7) print "Epoch " i "/20"
		printf "50/50 [====] - 2s - loss: %g - val_loss: 3\n", 5 - i / 10 } }' >first.log
	run -0 --separate-stderr lrlog -c loss first.log
	[ "${lines[1]}" = 7,4.3 ]
	[ "${#lines[@]}" -eq 6 ]
	[[ $stderr == *'1 row stands before all steps; it has the step before the first of those'* ]]
	# Before the first epoch there was none, and not before one that is told irregularly.
	sed 's/Epoch 8/Epoch 1/;s/Epoch 9/Epoch 2/;s/Epoch 10/Epoch 3/;s/Epoch 11/Epoch 4/' first.log >begin.log
	sed 's/Epoch 11/Epoch 12/' first.log >odd.log
	for f in begin odd; do
		run -0 --separate-stderr lrlog -c loss $f.log
		[ "${#lines[@]}" -eq 5 ]
		[[ $stderr == *'1 row has no step'* ]]
	done
	{ cat first.log && printf 'Epoch 12/20\n20/50 [==>..] - ETA: 2s - loss: 3.5\n'; } >last.log
	run -0 --separate-stderr lrlog -c loss last.log
	[[ $stderr == *'1 bar, of the last epoch, is not full; it is left out'* ]]
	[ "${#lines[@]}" -eq 6 ]
}

@test "a loss whose name is written in one with what it is of is one" {
	awk 'BEGIN { for (i = 1; i < 9; i++)
		printf "iter %d: aeloss_step=%g discloss_step=0.0\n", i, 1e5 + i }' >glued.log
	run -0 lrlog -q glued.log
	[ "${lines[0]}" = step,aeloss_step,discloss_step ]
	[ "${lines[8]}" = 8,100008,0 ]
	# Of validation it is none.
	sed -E 's/aeloss_step/recloss/; s/discloss_step/valrecloss/' glued.log >val.log
	run -0 lrlog -q -c loss val.log
	[ "${lines[8]}" = 8,100008 ]
}

@test "a rate that settings tell is not the one that lines do" {
	local first i
	for first in 'Params: 3, LR: 0.1' 'Learning Rate: 0.1' 'config: lr=0.1 bs=8'; do
		{
			echo "$first"
			for i in 0 1 2 3 4 5 6 7; do
				echo "step $i | learning_rate 0.0$((9 - i)) | loss 2.$i"
			done
		} >lines.log
		{
			echo "$first"
			echo step,lr,loss
			for i in 0 1 2 3 4 5 6 7; do
				echo "$i,0.0$((9 - i)),2.$i"
			done
		} >rows.log
		for log in lines.log rows.log; do
			run -0 lrlog -q -c lr,loss $log
			[ "${lines[1]}" = 0,0.09,2 ]
			[ "${#lines[@]}" -eq 9 ]
			run -0 lrcheck -q -l .09 -s \
				'LambdaLR(opt, lambda t: 1 - t / 9)' $log
		done
	done
}

@test "a rate that varies by the epoch is none of the settings" {
	local i
	for i in $(seq 0 59); do
		echo "step $i loss: 2.$((99 - i)) backbone_lr: 1.$((99 - i))e-05"
		[ $((i % 10)) -lt 9 ] ||
			echo "epoch $((i / 10)) done: lr: 0.0$((9 - i / 10))"
	done >run.log
	# Of the rate's six lines the first is of step 9.
	run -1 lrcheck -q -l .09 -s 'LambdaLR(opt, lambda t: 1 - t / 9)' run.log
	[[ ${lines[1]} = run.log,,differs,6,9,0.09,* ]]
}

@test "the time of a step is no step, whatever its unit" {
	local unit i
	for unit in ns us µs ms s min h; do
		for i in 1 2 3; do
			echo "Epoch $i/3"
			echo "120/200 [====>...] - ETA: 0s - loss: 0.9$i"
			echo "200/200 [=====] - 0s 73$i$unit/step - loss: 0.3$i - lr: 0.0$i"
		done >run.log
		run -0 lrlog -q -c lr,loss run.log
		[ "${lines[*]}" = "epoch,lr,loss 1,0.01,0.31 2,0.02,0.32 3,0.03,0.33" ]
	done
}

@test "a block of nested entries below a title is one record" {
	local i
	for i in 1 2 3 4; do
		cat <<-END
			Result for DQN_ab12_00000:
			  custom_metrics: {}
			  date: 2022-04-22_01-29-1$i
			  done: false
			  episode_reward_mean: -$i.5
			  info:
			    learner:
			      default:
			        cur_lr: 0.000$i
			        td_error:
			        - 0.25
			        - -0.75
			      other:
			        cur_lr: 0.001
			    num_steps_trained: ${i}00
			  perf:
			    cpu_util_percent: 8.75
			  training_iteration: $i
			  trial_id: ab12_00000

			== Status ==
		END
	done >ray.log
	run -0 --separate-stderr lrlog ray.log
	[ "$(cut -d, -f2-5 <<<"$output")" = "step,episode_reward_mean,\
info.learner.default.cur_lr,info.learner.other.cur_lr
1,-1.5,0.0001,0.001
2,-2.5,0.0002,0.001
3,-3.5,0.0003,0.001
4,-4.5,0.0004,0.001" ]
	[ -z "$stderr" ]
	# Settings in one level are lines, as they were.
	printf '%s\n' 'Result:' '  alpha: 3' '  beta: 0.5' '  gamma: 1' '' \
		'step: 1 loss: 2' 'step: 2 loss: 1' >flat.log
	run -0 lrlog -q flat.log
	[[ $output == step,alpha,beta,gamma,loss* ]]
}

@test "two words above a label and a value are a header, if the second is told" {
	local label
	for label in 10:00:0 x run-; do
		{
			echo 'time loss'
			for i in 1 2 3; do echo "$label$i 0.$i"; done
		} >two.log
		[ "$(lrlog -q two.log)" = $'step,loss\n0,0.1\n1,0.2\n2,0.3' ]
		[ "$(lrwatch -q --metric loss 'keras.EarlyStopping(monitor="loss")' two.log |
			cut -d, -f2 | head -n 2)" = $'metric\n0.1' ]
	done
	# A sentence is none, nor is a name.
	printf 'Training loss\nEpoch 1\nloss 0.5\nEpoch 2\nloss 0.25\n' >two.log
	[ "$(lrlog -q two.log)" = $'epoch,loss\n1,0.5\n2,0.25' ]
}

@test "what begins again may have a column that tells its runs apart" {
	printf 'seed,step,loss\n%d,%d,0.%d\n%d,%d,0.%d\n%d,%d,0.%d\n%d,%d,0.%d\n' \
		1 0 9 1 1 8 2 0 7 2 1 6 >seeds.csv
	run -0 --separate-stderr lrlog seeds.csv
	[ "$(cut -d, -f1,2,4 <<<"$output")" = $'run,step,loss\n1,0,0.9\n1,1,0.8\n2,0,0.7\n2,1,0.6' ]
	[[ $stderr == *'2 runs are read, called 1 to 2, or as --run COL'* ]]
	# Rows may be there before there is another run.
	run -0 --separate-stderr bash -c 'cat seeds.csv | lrlog --follow -c loss'
	[ "$output" = $'step,loss\n0,0.9\n1,0.8\n0,0.7\n1,0.6' ]
	[[ $stderr == *'it tells of 2 runs, which rows do not name'* ]]
	run -0 --separate-stderr lrlog --run seed seeds.csv
	[ "$output" = $'run,step,loss\n1,0,0.9\n1,1,0.8\n2,0,0.7\n2,1,0.6' ]
	[ -z "$stderr" ]
}
