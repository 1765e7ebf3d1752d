#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrlog: logs of every format as one table.  What the real libraries wrote is in
# tests/events and tests/frameworks, beside what they themselves read there.

load helper

EVENTS=$ROOT/tests/events
FRAMEWORKS=$ROOT/tests/frameworks

# A log as a trainer prints it, $1 steps, its loss times $2.
train() {
	awk -v n="$1" -v f="${2:-1}" 'BEGIN {
		for (t = 0; t < n; t++)
			printf "step %d | loss %.4f | lr %.6g\n", t,
				f * 2 / (1 + t / 9), 0.1 * (1 - t / n)
	}'
}

# Follows $@ into out, with none of our descriptors, and not for ever.
follow() {
	rm -f out err
	timeout -k 1 90 lrlog --follow "$@" >out 2>err \
		3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &
	follower=$!
}

teardown() {
	[ -z "${follower:-}" ] || kill "$follower" 2>/dev/null || :
}

@test "event files, W&B's and MLflow's are what their own libraries read" {
	local f
	for f in tensorboardX.tfevents torch.tfevents tensors.tfevents \
		restart.tfevents offline.wandb; do
		run -0 --separate-stderr lrlog "$EVENTS/$f"
		[ -z "$stderr" ]
		diff <(echo "$output") "$EVENTS/$f.csv"
	done
	run -0 --separate-stderr lrlog "$EVENTS/mlruns"
	[ -z "$stderr" ]
	for f in seed-1 seed-2; do
		diff <(echo "$output" | grep "^run\|^$f," | cut -d, -f2,3,4,5) \
			<(awk -F, -v OFS=, '{ print $1, $3, $2, $4 }' \
				"$EVENTS/$f.mlflow.csv")
	done
}

@test "what frameworks log is the rate and the loss that they trained with" {
	local f log
	while read -r f log; do
		run -0 --separate-stderr lrlog -q -c lr,loss "$FRAMEWORKS/$log"
		[ -z "$stderr" ]
		echo "$output" | sed 1d | awk -F, -v OFS=, -v name="$f" '
			# Of an epoch there are 20 steps where it is all there is.
			FNR == NR { t = name == "hf-stdout" ? int(20 * $1 + .5) : $1
				lr[t] = $2; loss[t] = $3; n++; next }
			FNR == 1 { next }
			{ d = lr[$1] - $2; e = loss[$1] - $3
			  if (d * d > 1e-6 * $2 * $2 || e * e > 1e-6 * $3 * $3)
				bad = bad " " $1
			  m++ }
			END { if (bad || n != m) { print name, n, m, bad; exit 1 } }
		' - "$FRAMEWORKS/$f.csv"
	done <<-'END'
		keras-csvlogger keras-csvlogger.log
		keras-lines keras-lines.log
		lightning lightning/version_0/metrics.csv
		lightning lightning/version_1
		hf-state hf-state.log
		hf-stdout hf-stdout.log
		hf-tb hf-tb
		ultralytics ultralytics.log
	END
}

@test "an event file that is cut is read as far as it goes, damage is an error" {
	local all n
	all=$(stat -c %s "$EVENTS/restart.tfevents")
	for n in 150 200 500 $((all - 1)); do
		head -c "$n" "$EVENTS/restart.tfevents" >events.tfevents
		run -0 --separate-stderr lrlog -q events.tfevents
		[ -z "$stderr" ]
	done
	run -0 --separate-stderr lrlog events.tfevents
	one_message 'lrlog: events.tfevents: ends within a record, as while training runs; *'
	head -c 12 "$EVENTS/restart.tfevents" >events.tfevents
	run -2 --separate-stderr lrlog events.tfevents
	one_message 'lrlog: events.tfevents: nothing with a name and a number*'
	cp "$EVENTS/restart.tfevents" events.tfevents
	printf x | dd of=events.tfevents bs=1 seek=600 conv=notrunc status=none
	run -2 --separate-stderr lrlog events.tfevents
	one_message 'lrlog: events.tfevents:byte *: a damaged *; expected *'
	[ -z "$output" ]
	train 3 >run.log
	run -2 --separate-stderr lrlog -i tb run.log
	one_message 'lrlog: run.log:byte 0: not an event file of TensorBoard*'
	run -2 --separate-stderr lrlog -i wandb run.log
	one_message 'lrlog: run.log:byte 0: not a run of W&B*'
}

@test "a directory is the runs in it, called by what tells them apart" {
	local n
	for n in 1 2 10; do
		mkdir -p "logs/tb/run$n/train" "logs/tb/run$n/validation"
		cp "$EVENTS/restart.tfevents" \
			"logs/tb/run$n/train/events.out.tfevents.1"
		cp "$EVENTS/restart.tfevents" \
			"logs/tb/run$n/validation/events.out.tfevents.1"
	done
	lrlog logs/tb | cut -d, -f1 | uniq >got
	printf '%s\n' run run{1,2,10}/{train,validation} | diff - got
	mkdir -p logs/csv/{a,b}/v0
	train 5 >logs/csv/a/v0/train.log
	train 4 >logs/csv/b/v0/train.log
	echo 'no numbers' >logs/csv/b/notes.log
	echo x >logs/csv/b/README
	ln -s ../a logs/csv/b/again
	run -0 --separate-stderr lrlog logs/csv
	[ "$(echo "$output" | cut -d, -f1 | uniq -c | tr -s ' \n' ' ')" = \
		' 1 run 5 a/v0/train.log 4 b/v0/train.log ' ]
	one_message 'lrlog: logs/csv/b/notes.log: *; it is left out'
	run -0 lrlog -q X:logs/csv/a Y:logs/csv/b/v0/train.log
	[ "$(echo "$output" | cut -d, -f1 | uniq | tr '\n' ' ')" = \
		'run X/v0/train.log Y ' ]
	mkdir empty
	run -2 --separate-stderr lrlog empty
	one_message 'lrlog: empty: a directory without logs; expected *'
}

@test "files of one run are read in the order of their times, the last counts" {
	mkdir run
	cp "$EVENTS/restart.tfevents" run/events.out.tfevents.100
	lrlog run >one
	lrlog "$EVENTS/restart.tfevents" | diff - one
	cp "$EVENTS/torch.tfevents" run/events.out.tfevents.99
	run -0 lrlog -c train/loss,loss run
	[ "${lines[1]}" = 0,2.299999952316284,2.299999952316284 ]
}

# As its pages export them, names with the blanks that stand between.
@test "W&B's exports are a run for each of their columns" {
	cat >export.csv <<-'END'
		"Step","gpt2 - train/loss","gpt2 - train/loss__MIN","gpt2 - train/loss__MAX","a - b - lr","a - b - lr__MIN","a - b - lr__MAX","a - b - train/loss","a - b - train/loss__MIN","a - b - train/loss__MAX"
		"0","10.95404052734375","10.95404052734375","10.95404052734375","0.1","0.1","0.1","9.5","9.5","9.5"
		"1","6.684843063354492","6.684843063354492","6.684843063354492","0.2","0.2","0.2","8","8","8"
		"2","","","","0.3","0.3","0.3","7.5","7","8"
	END
	run -0 --separate-stderr lrlog -c lr,loss export.csv
	[ -z "$stderr" ]
	[ "$output" = $'run,step,lr,loss\ngpt2,0,,10.95404052734375\ngpt2,1,,6.684843063354492\na - b,0,0.1,9.5\na - b,1,0.2,8\na - b,2,0.3,7.5' ]
	# Columns that are only called so are no runs.
	sed 's/__MIN/_low/g' export.csv >other.csv
	run -0 lrlog -q other.csv
	[[ ${lines[0]} == 'step,gpt2 - train/loss,gpt2 - train/loss_low,'* ]]
}

@test "metrics of MLflow that were logged without a step are counted" {
	mkdir -p run/metrics/train run/params
	touch run/meta.yaml
	printf '17958661604%02d %d 0\n' 1 5 2 4 3 3 >run/metrics/train/loss
	printf '1795866160401 0.1 0\n1795866160402 0.2' >run/metrics/lr
	run -0 --separate-stderr lrlog -c train/loss run
	[ "$output" = $'step,train/loss\n0,5\n1,4\n2,3' ]
	one_message 'lrlog: run: ends within a record*'
	run -0 lrlog run/metrics/train/loss
	[ "${lines[0]}" = step,train/loss ]
	echo 'not a metric' >>run/metrics/lr
	run -2 --separate-stderr lrlog run
	one_message 'lrlog: run/metrics/lr:2: not a line of MLflow*'
}

@test "a label is one only where no file is called so" {
	train 3 >run.log
	train 2 2 >a:run.log
	run -0 --separate-stderr lrlog a:run.log b:run.log
	[ "$(echo "$output" | cut -d, -f1,3 | grep ',2$\|,4$')" = \
		$'a:run.log,4\nb,2' ]
	run -2 --separate-stderr lrlog c:none
	one_message 'lrlog: c:none: cannot open: No such file or directory'
	run -0 lrlog -c loss in:- b:run.log <run.log
	[ "${lines[1]}" = in,0,2 ]
}

@test "each format has the same numbers, nan among them" {
	{ train 3; echo 'step 3 | loss nan | lr 0.01'; } >run.log
	lrlog run.log >run.csv
	[ "$(tail -n 1 run.csv)" = 3,nan,0.01 ]
	run -0 lrlog -f json run.log
	[ "${lines[3]}" = '{"step": 3, "loss": "nan", "lr": 0.01}' ]
	run -0 lrlog -f table run.log
	[[ ${lines[4]} =~ ^\ *3\ +nan\ +0\.01$ ]]
	lrlog run.log -o run.npy
	lrlog run.log A:run.log -o two.npy
	"$NUMPY" - <<-'END'
		import csv, numpy
		a = numpy.load("run.npy")
		rows = list(csv.reader(open("run.csv")))
		assert a.dtype.names == tuple(rows[0]), a.dtype
		want = numpy.array([[float(x) for x in r] for r in rows[1:]])
		got = numpy.array([list(r) for r in a])
		assert numpy.array_equal(got, want, equal_nan=True)
		b = numpy.load("two.npy")
		assert list(b["run"]) == ["run.log"] * 4 + ["A"] * 4, b["run"]
		assert numpy.array_equal(b["loss"][:4], b["loss"][4:], equal_nan=True)
	END
}

@test "columns are chosen by name, by pattern, or by the part they play" {
	printf '{"global_step": %d, "train/loss": %d, "train/acc": 1, "val/acc": 2, "learning_rate": 0.%d}\n' \
		0 5 1 1 4 2 2 3 4 3 2 5 4 1 6 >run.jsonl
	run -0 --separate-stderr lrlog -c val/acc,train/loss run.jsonl
	[ "${lines[0]},${lines[1]}" = step,val/acc,train/loss,0,2,5 ]
	run -0 lrlog -c 'train/*,lr' run.jsonl
	[ "${lines[0]},${lines[1]}" = step,train/loss,train/acc,lr,0,5,1,0.1 ]
	# A pattern may fit what is a column already, followed or not.
	run -0 lrlog -c 'train/loss,train/l*' run.jsonl
	[ "${lines[0]},${lines[1]}" = step,train/loss,0,5 ]
	run -0 lrlog --follow -c 'train/loss,train/l*' < <(cat run.jsonl)
	[ "${lines[0]},${lines[1]}" = step,train/loss,0,5 ]
	run -2 lrlog --follow -c 'train/loss,train/x*' < <(cat run.jsonl)
	[[ $output == *"no log has 'train/x*'"* ]]
	train 2 >run.log
	run -0 lrlog -c lr,loss run.jsonl run.log
	[ "${lines[0]}" = run,step,lr,loss ]
	[ "${lines[1]}" = run.jsonl,0,0.1,5 ]
	[ "${lines[6]}" = run.log,0,0.1,2 ]
	run -2 --separate-stderr lrlog -c train/los run.jsonl
	one_message "lrlog: --columns: no log has 'train/los'; expected *'train/loss'*"
	# A loss that is told in parts is their sum, and that is said.
	printf 'step,lr,a_loss,b_loss\n0,.1,1,2\n1,.2,3,4\n2,.3,5,7\n3,.4,6,1\n4,.5,2,9\n' \
		>parts.csv
	run -0 --separate-stderr lrlog -c loss parts.csv
	[ "${lines[1]}${lines[5]}" = 0,34,11 ]
	one_message 'lrlog: parts.csv: no column is all of the loss: the sum a_loss+b_loss is read; expected --loss*'
	printf 'step,a,b\n0,1,\n1,,2\n' >sparse.csv
	run -0 lrlog -c b sparse.csv
	[ "$output" = $'step,b\n1,2' ]
}

@test "--list tells what is there" {
	train 5 >run.log
	run -0 --separate-stderr lrlog --list run.log
	[ -z "$stderr" ]
	[ "$output" = $'name,role,n,min,max,last\nloss,loss,5,1.3846,2,1.3846\nlr,lr,5,0.02,0.1,0.02' ]
	run -0 lrlog --list -f table run.log "$EVENTS/restart.tfevents"
	[ "${lines[0]}" = run.log: ]
}

@test "what was logged stands beside what was meant" {
	lrsched -n 50 -l 0.1 warmup:5 cos | awk -F, 'NR > 1 {
		printf "[%d/50] loss=%.3f lr=%s\n", $1, 2 / $1, $2 }' >run.log
	lrlog -c lr run.log | lrsched -n 50 -l 0.1 --at - warmup:5 cos >both
	[ "$(wc -l <both)" -eq 51 ]
	awk -F, 'NR > 1 && ($2 - $3) ^ 2 > 1e-24 { exit 1 }' both
	lrlog "$EVENTS/torch.tfevents" | lrsched -n 50 -l 0.1 --at - cos >more
	[ "$(head -n 1 more)" = step,train/loss,lr,val/loss,cos ] ||
		head -n 1 more | grep -q '^step,train/loss,lr,val/loss,'
}

@test "--follow writes rows as they come, and ends with its input" {
	mkfifo pipe
	follow -c loss pipe
	exec 4>pipe
	train 2 >&4
	await has_lines out 2
	[ "$(head -n 2 out)" = $'step,loss\n0,2' ]
	exec 4>&-
	wait "$follower"
	[ "$(wc -l <out)" -eq 3 ]
	[ ! -s err ]
	train 3 | lrlog --follow >out
	[ "$(head -n 2 out)" = $'step,loss,lr\n0,2,0.1' ]
	train 3 | lrlog --follow -c 'l*' -f json | head -n 1 |
		grep -qF '{"step": 0, "loss": 2, "lr": 0.1}'
}

@test "--follow of a file waits for more, and a signal ends it quietly" {
	train 2 >run.log
	follow -c loss run.log
	await has_lines out 2
	train 9 | tail -n 3 >>run.log
	await has_lines out 5
	[ "$(tail -n 1 out | cut -d, -f1)" -ge 7 ]
	kill "$follower"
	wait "$follower" && false
	[ ! -s err ]
	# A signal to the tool itself, not to what watches over it: the log ends.
	rm out
	lrlog --follow -c loss run.log >out 3>&- &
	await has_lines out 1
	kill $!
	status=0
	wait $! || status=$?
	[ "$status" -eq 143 ]
	[ "$(<out)" = "$(lrlog -c loss run.log)" ]
}

@test "--follow: scalars that come late are remarked, names that come late wait" {
	mkfifo pipe
	for o in '' '-c late'; do
		# shellcheck disable=SC2086
		follow $o pipe
		exec 4>pipe
		train 1100 >&4
		if [ "$o" ]; then
			await grep -qs 'so far' err
		else
			await has_lines out 1100
		fi
		echo 'step 1100 | late 5 | loss 2 | f1 3' >&4
		exec 4>&-
		wait "$follower"
		stderr=$(<err)
		if [ "$o" ]; then
			[ "$(<out)" = $'step,late\n1100,5' ]
			one_message "lrlog: *: [0-9]* lines so far: *no log has 'late'*"
		else
			[ "$(head -n 1 out)" = step,loss,lr ]
			[ "$(tail -n 1 out)" = 1100,2, ]
			stderr=$(head -n 1 err)
			one_message "lrlog: 'late' came after the first 1000 *"
			stderr=$(tail -n +2 err)
			one_message "lrlog: 'f1' came after the first 1000 *"
		fi
	done
}

@test "--plot draws runs over each other, seeds as a band" {
	local s
	command -v gnuplot || skip 'no gnuplot'
	mkdir a b
	for s in 1 2 3; do
		train 30 "1.$s" >a/seed$s.log
		train 30 "2.$s" >b/seed$s.log
	done
	run -0 --separate-stderr lrlog --plot=p.svg a b
	[ -z "$output$stderr" ]
	grep -q 'a.log, mean of 3' p.svg
	grep -q 'b.log, mean of 3' p.svg
	lrlog --plot=p.svg -c loss,lr X:a/seed1.log Y:b/seed1.log
	grep -q 'X: loss' p.svg
	grep -q 'Y: lr' p.svg
	COLUMNS=70 LINES=20 lrlog --plot a/seed1.log >text
	grep -q loss text
	run -2 --separate-stderr lrlog --plot=p.svg -o x a/seed1.log
	run -2 --separate-stderr lrlog --plot=p.svg a/seed1.log none
	one_message 'lrlog: none: cannot open*'
	# The band is where the seeds are, and the mean between.
	printf 'gnuplot() { cat >script; }\n' >/dev/null
	mkdir bin
	printf '#!/bin/sh\ntee script\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PWD/bin:$PATH lrlog --plot=p.svg -c loss a >/dev/null
	grep -qx '0[ ,]*2\.2[ ,]*2\.6' script || grep -q '2.2.*2.6' script
}

@test "names are anybody's, and a table of them is one" {
	printf 'step,"a,b","c""d",e\303\251 f,\\,%s\n0,1,2,3,4,5\n1,1,2,3,4,5\n' \
		"it's" >odd.csv
	run -0 --separate-stderr lrlog odd.csv -o odd.npy
	lrlog odd.csv >out.csv
	lrlog -f json odd.csv >out.json
	"$NUMPY" - <<-'END'
		import csv, json, numpy
		a = numpy.load("odd.npy")
		rows = list(csv.reader(open("out.csv", newline="")))
		assert len(a.dtype.names) == len(rows[0]) == 6, a.dtype
		assert [list(r) for r in a] == [[0, 1, 2, 3, 4, 5], [1, 1, 2, 3, 4, 5]]
		for line in open("out.json"):
		    assert len(json.loads(line)) == 6
	END
}

@test "no two columns have one name" {
	for _ in 1 2 3; do echo 'step 1 | loss 2 | step.1 3'; done >run.log
	run -0 lrlog -q run.log
	[ "${lines[0]}" = step,step.1.1,loss,step.1 ]
	run -0 lrlog -q run.log A:run.log
	[ "${lines[0]}" = run,step,step.1.1,loss,step.1 ]
}

@test "a hundred thousand columns are columns" {
	local n=100000
	sanitized && n=3000
	seq -s , 1 $n | sed 's/^/step,c/; s/,\([0-9]\)/,c\1/g' >wide.csv
	for t in 0 1 2; do seq -s , 0 $n | sed "s/^0/$t/"; done >>wide.csv
	lrlog wide.csv | cmp - wide.csv
	run -0 lrlog -c "c$n" wide.csv
	[ "${lines[1]}" = "0,$n" ]
	# As the manual says, in KiB of address space.
	sanitized && return 0
	run -0 bash -c 'ulimit -v 100000; lrlog -c c1 wide.csv'
	run --separate-stderr bash -c 'ulimit -v 60000; lrcheck wide.csv'
	[[ $stderr == 'lrcheck: wide.csv: '*'; expected --lr'* ]]
}

@test "usage is told" {
	train 2 >run.log
	while IFS='|' read -r args what; do
		# shellcheck disable=SC2086 # options are words
		run -2 --separate-stderr timeout 20 lrlog $args run.log
		one_message "lrlog: $what"
	done <<-'END'
		--title x|--title without --plot*
		--plot --list|--plot with --list*
		--plot --follow|--plot with --follow*
		--list --follow|--list with --follow*
		--follow -o x|--follow with -o*
		--follow run.log|--follow with 2 logs*
		--follow -f table|a table is written when all of it is known*
		--list -f npy|--list has names in it*
		--plot -f csv|--plot prints no rows*
		--list -c loss|--list shows all columns*
		--re x -i csv|--re with another -i*
	END
	run -2 --separate-stderr timeout 20 lrlog --follow "$EVENTS/restart.tfevents"
	one_message 'lrlog: --follow of what is not text*'
	mkdir d
	cp run.log d
	cp run.log d/two.log
	run -2 --separate-stderr timeout 20 lrlog --follow d
	one_message 'lrlog: --follow with a directory*'
}

@test "lines of more shapes than are told apart are read like others" {
	local n=17000
	awk -v n=$n 'BEGIN {
		for (t = 0; t < n; t++)
			printf "step %d loss %d lr %d k%d=%d\n",
				t, n - t, t + 1, t, t
	}' >odd.log
	run -0 lrlog -c loss,lr,k16390 odd.log
	awk -v n=$n 'BEGIN {
		OFS = ","; print "step", "loss", "lr", "k16390"
		for (t = 0; t < n; t++)
			print t, n - t, t + 1, t == 16390 ? t : ""
	}' | cmp - <(echo "$output")
	lrlog --list odd.log | tail -1 | grep -x "k$((n - 1)),,1,.*"
	diff <(lrfind -f curve <odd.log) <(sed 's/ k.*//' odd.log | lrfind -f curve)
	[ "$(lrfind -f curve <odd.log | wc -l)" -gt 100 ]
}

@test "every step of its own has a row, also one without a rate and a loss" {
	local want format
	want=$'step,loss,lr,val_loss\n1,3,0.1,\n2,,,9\n3,1,0.2,\n4,,,8'
	printf '%s\n' "$want" >run.csv
	lrlog -f json run.csv >run.json
	awk -F, -v n='step,loss,lr,val_loss' 'BEGIN { split(n, name) } NR > 1 {
		for (i = 1; i <= NF; i++)
			if ($i != "") printf "%s=%s ", name[i], $i
		print ""
	}' run.csv >run.log
	for format in csv json log; do
		run -0 --separate-stderr lrlog -c loss,lr,val_loss run.$format
		[ "$output" = "$want" ]
		[ -z "$stderr" ]
	done
	run -0 lrlog -c val_loss run.csv
	[ "$output" = $'step,val_loss\n2,9\n4,8' ]
	# Its record may come before or behind, in any run, and twice.
	run -0 lrlog --run run - <<-'END'
		run,step,loss,acc,f1
		a,5,,7,
		a,2,,9,
		b,1,3,,
		a,2,,,6
		a,3,1,,
		a,3,,4,
		b,0,,8,
	END
	[ "$output" = 'run,step,loss,acc,f1
a,2,,9,6
a,3,1,4,
a,5,,7,
b,0,,8,
b,1,3,,' ]
}

@test "a configuration without a step is no row" {
	run -0 --separate-stderr lrlog - <<-'END'
		batch_size=32 hidden=64
		step=1 loss=2 lr=0.1
		step=2 loss=1 lr=0.1
	END
	echo "$output" | sed 1d | cut -d, -f1 | diff - <(printf '1\n2\n')
}

@test "what does not fit the header is left out, and told" {
	printf 'step,loss,acc\n0,1,2\n1,2,2,7\n2,3,2,9\n3,1,1\n' >odd.csv
	run -0 --separate-stderr lrlog odd.csv
	[ "$output" = $'step,loss,acc\n0,1,2\n3,1,1' ]
	[[ "$stderr" = *"2 rows have another number of cells"*"line 3 with 4 under a header of 3" ]]
	printf 'step,loss,acc\n0,1,2\n1,3k,4\n2,5,6\n' >odd.csv
	run -0 --separate-stderr lrlog odd.csv
	[ "$output" = $'step,loss,acc\n0,1,2\n1,,4\n2,5,6' ]
	[ "$stderr" = "lrlog: odd.csv: line 3: loss is '3k'; expected a number; left out" ]
}

@test "more than waits in memory is as it was written, also where a file goes on" {
	awk 'BEGIN { print "step,loss,lr"; for (i = 0; i < 750000; i++)
		printf "%d,%d.25,0.5%04d1\n", i, i % 997, i % 9973 }' >long.csv
	# 18 MB of doubles, and rows that are read once more, from the first.
	lrlog -q long.csv | cmp - long.csv
	[ "$(lrlog -q -c loss long.csv | wc -l)" -eq 750001 ]
}

@test "lines that tell other things in turn are rows with the same columns" {
	awk 'BEGIN {
		for (t = 0; t < 40; t++) {
			print "note: begin"
			printf "step=%d", t
			if (t % 2) printf " loss=%.3f", 9 / (t + 1)
			if (t % 3) printf " acc=%d", t * 2
			if (t % 5) printf " lr=%.11g", 1 / (t + 3)
			printf "\n"
		}
	}' >run.log
	awk 'BEGIN {
		print "step,loss,acc,lr"
		for (t = 0; t < 40; t++) {
			if (t % 2 == 0 && t % 3 == 0 && t % 5 == 0) continue
			printf "%d,%s,%s,%s\n", t,
				t % 2 ? sprintf("%.3f", 9 / (t + 1)) : "",
				t % 3 ? t * 2 : "",
				t % 5 ? sprintf("%.11g", 1 / (t + 3)) : ""
		}
	}' | sed -E ':a;s/(\.[0-9]*)0(,|$)/\1\2/;ta;s/\.(,|$)/\1/' >want
	run -0 --separate-stderr lrlog -c loss,acc,lr run.log
	diff <(echo "$output") want
	awk -F, -v OFS=, '{ print $1, $4, $2 }' want |
		grep -v ',,$' >want2
	run -0 --separate-stderr lrlog -c lr,loss run.log
	diff <(echo "$output") want2
	# A line that comes twice is one row, and all else is as before.
	awk 'NR == 42 { print } { print }' run.log >again.log
	run -0 --separate-stderr lrlog -c loss,acc,lr again.log
	diff <(echo "$output") want
}

@test "what a line tells twice under one name is told first, in any number of lines" {
	awk 'BEGIN {
		for (t = 0; t < 3000; t++)
			printf "Train: 0 [%d/3000]  Loss: %.4f  Time: 1.4s, " \
				"%.2f/s  (1.8s, %.2f/s)  LR: %.3e\n", t,
				2 / (t + 1), 80 + t % 7, 60 - t % 5, .1 - t / 1e5
	}' >run.log
	run -0 --separate-stderr lrlog -c '/s,s' run.log
	diff <(echo "$output") <(awk 'BEGIN { print "step,/s,s"
		for (t = 0; t < 3000; t++) print t "," 80 + t % 7 ",1.8" }')
	run -0 --separate-stderr lrlog --list run.log
	[[ $output == *'/s,,3000,80,86,83'* ]]
	# Beside others the numbers stand as they come, first and second.
	(sed -n 1,20p run.log; echo 'Train: 0 [20/3000]  Loss: 1'
		sed -n 22,60p run.log) | lrlog -c '/s' - >got
	diff got <(awk 'BEGIN { print "step,/s"
		for (t = 0; t < 60; t++) if (t != 20) print t "," 80 + t % 7 }')
}
