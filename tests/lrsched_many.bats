#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched's tables of other rows than a range: steps of a list (--at A,B,C), of
# a table (--at -), without end (-n inf); and of several schedules (vs).

load helper
load schedules

# The rows of table $1 whose steps are the arguments, in their order.
rows_of() {
	local table=$1 step
	shift
	head -n 1 "$table"
	for step; do
		awk -F, -v t="$step" 'NR > 1 && $1 == t' "$table"
	done
}

# --- vs ----------------------------------------------------------------------

@test "the documents' table of rates is one command" {
	run -0 --separate-stderr lrsched -l .1 --at 0,10,25,50 constant vs \
		time,k=.002 vs step,every=10,by=.5 vs exponential,k=.1
	[ -z "$stderr" ]
	[ "${lines[0]}" = 'step,constant,"time,k=.002","step,every=10,by=.5","exponential,k=.1"' ]
	echo "$output" | "$PYTHON" -c '
import csv, math, sys
rows = list(csv.reader(sys.stdin))
assert [int(r[0]) for r in rows[1:]] == [0, 10, 25, 50]
for r in rows[1:]:
    t = int(r[0])
    want = [.1, .1 / (1 + .002 * t), .1 * .5 ** (t // 10), .1 * math.exp(-.1 * t)]
    for got, w in zip(r[1:], want):
        assert abs(float(got) - w) <= 1e-15, (t, got, w)
    assert len(r) == 5'
}

@test "each schedule of vs is the column that it prints alone" {
	specs=('warmup:10 cos:90' 'step,at=30/60,by=.1' 'rep:3 cos:30 end'
		'OneCycleLR(o, 0.2, total_steps=100, cycle_momentum=False)'
		'lambda t: 0.5 ** (t / 10)' 'triangular,min=.01,max=1x,step=7')
	words=()
	for spec in "${specs[@]}"; do
		words+=(${words:+vs} "$spec")
	done
	for f in csv tsv json npy; do
		lrsched -q -n 100 -l .1 -e 7 -f $f "${words[@]}" >all.$f
	done
	i=1
	for spec in "${specs[@]}"; do
		lrsched -q -n 100 -l .1 -f npy -c lr "$spec" >one.npy ||
			lrsched -q -n 100 -l .1 -f npy -c factor "$spec" >one.npy
		"$NUMPY" - $i "$spec" <<-'END'
			import csv, json, sys
			import numpy as np
			i, spec = int(sys.argv[1]), sys.argv[2]
			want = np.load("one.npy")[:, 0]
			assert (np.load("all.npy")[:, i] == want).all()
			for name, sep in ("csv", ","), ("tsv", "\t"):
			    rows = list(csv.reader(open("all." + name), delimiter=sep))
			    assert rows[0][0] == "step" and rows[0][-1] == "epoch"
			    assert rows[0][i] == spec, rows[0][i]
			    assert [float(r[i]) for r in rows[1:]] == want.tolist()
			for line, w in zip(open("all.json"), want):
			    row = json.loads(line)
			    assert row[spec] == w and list(row)[i] == spec
		END
		i=$((i + 1))
	done
}

@test "schedules have names, their words or NAME=; columns theirs" {
	head() { run -0 --separate-stderr lrsched "$@" && [ -z "$stderr" ]; }
	head -l 1 --rows 1 a=cos:5 vs b_2.x=linear:5
	[ "${lines[0]}" = step,a,b_2.x ]
	head -l 1 --rows 1 'cos:5   hold:2  linear:3 end' vs $'StepLR(o,\n   3)'
	[ "${lines[0]}" = 'step,cos:5 hold:2 linear:3 end,"StepLR(o, 3)"' ]
	# what is no rate says what it is; a base is not given
	head --rows 1 a=cos:5 vs b=const:5,from=.1
	[ "${lines[0]}" = step,a.factor,b ]
	head -l 1 --rows 1 a=cos:5 +momentum const,from=.9 vs 'b=OneCycleLR(o, .1, 9)'
	[ "${lines[0]}" = step,a,a.momentum,b,b.momentum ]
	head -l 1 --rows 1 -c momentum,b,epoch -e 2 a=cos:5 +momentum const,from=.9 vs \
		'b=OneCycleLR(o, .1, 9)'
	[ "${lines[0]}" = a.momentum,b.momentum,b,epoch ]
	head -l 1 --rows 1 -c 'time,k=.1,step,step,every=2,by=.5' time,k=.1 vs \
		step,every=2,by=.5
	[ "${lines[0]}" = '"time,k=.1",step,"step,every=2,by=.5"' ]
	# one schedule alone is Python where it begins so
	head -l 1 --rows 1 's = StepLR(o, 3)'
	[ "${lines[0]}" = step,lr ]
	refuses "*two columns would be called 'cos:5.factor'; expected NAME=SPEC*" \
		cos:5 vs cos:5
	refuses "*two columns would be called 'step'*" -l 1 step=cos:5 vs linear:5
	refuses "*-c: no column 'x'; the first ones are step and a*" -l 1 -c x \
		a=cos:5 vs b=linear:5
	refuses '*-H: the value is a factor*expected -l LR, or -c with the columns' \
		-H a=cos:5 vs b=linear:5
	refuses "*no shape 'cosx'*" cos:5 vs cosx:5
	refuses "*'=' after the shape warmup; expected a colon: warmup:500" \
		-n 900 warmup=500 cos vs linear
	refuses '*vs stands between two schedules; expected SPEC vs SPEC' cos:5 vs
}

@test "schedules of different lengths share the longest, or -n" {
	lrsched -l 1 cos:3 vs linear:5 vs const,from=.5 >got.csv
	[ "$(wc -l <got.csv)" -eq 6 ]
	for c in 2:cos:3 3:linear:5 4:const,from=.5; do
		cut -d, -f"${c%%:*}" got.csv | sed 1d >one
		lrsched -H -c lr -l 1 -n 5 "${c#*:}" | cmp - one
	done
	# the rest of -n is the longest one's
	[ "$(lrsched -l 1 -H cos vs linear:5 | cut -d, -f2 | tr '\n' ' ')" = \
		"$(lrsched -l 1 -H -c lr -n 5 cos | tr '\n' ' ')" ]
	[ "$(lrsched -l 1 -n 8 cos:3 vs linear:5 | wc -l)" -eq 9 ]
	[ "$(lrsched -l 1 -n 2c triangular,min=0,max=1,step=2 vs rep,tmul=2 cos:4 end |
		wc -l)" -eq 13 ]
	refuses '*word 1 takes its length from the schedule*expected -n or a length' \
		cos vs linear
	refuses '*has no end of its own; expected -n' constant vs time,k=.1
	refuses '*word 1 ends at step 3 with past=error*' \
		linear:5 vs cos:3,past=error
	# --explain tells them one after the other
	run -0 lrsched --explain -l 1 a=cos:3 vs linear:5
	[[ $output == 'schedule: a'*'schedule: linear:5'* ]]
}

# --- --at A,B,C ----------------------------------------------------------------

@test "--at with a list prints those rows, in its order" {
	spec='warmup:5 cos:20 +momentum const,from=.9'
	lrsched -l .1 -n 30 -e 4 "$spec" >all.csv
	rows_of all.csv 7 0 29 7 >want.csv
	lrsched -l .1 -n 30 -e 4 --at 7,0,29,7 "$spec" | cmp - want.csv
	lrsched -l .1 -n 30 -e 4 --at 3ep,50%,1 "$spec" |
		cmp - <(rows_of all.csv 12 15 1)
	lrsched -l .1 -n 30 -e 4 --at 7,0,29,7 -f npy "$spec" >got.npy
	lrsched -l .1 -n 30 -e 4 --at 7,0,29,7 -f json "$spec" >got.json
	"$NUMPY" - <<-'END'
		import csv, json
		import numpy as np
		rows = list(csv.reader(open("want.csv")))
		want = np.array([[float(x) for x in r] for r in rows[1:]])
		assert (np.load("got.npy") == want).all()
		got = [list(json.loads(line).values()) for line in open("got.json")]
		assert (np.array(got) == want).all()
	END
	[ "$(lrsched -l 1 --at 3,5 --accum 2 -H linear:8 | tr '\n' ' ')" = \
		'3,0.625,0 3,0.625,1 5,0.375,0 5,0.375,1 ' ]
	# one step of one schedule is a value alone, of several a row
	[ "$(lrsched -l 1 --at 4 linear:8)" = 0.5 ]
	[ "$(lrsched -l 1 --at 4 a=linear:8 vs b=cos:8 | tail -n 1)" = 4,0.5,0.5 ]
	refuses "*--at: length '' is not a number*" --at 3, -l 1 cos:5
	refuses "*--at: length 'x' is not a number*" --at 3,x -l 1 cos:5
	refuses '*--at: 2.5 is 2.5 steps*' --at 1,2.5 -l 1 cos:5
	refuses '*ends at step 5 with past=error*' --at 9,1 -l 1 cos:5,past=error
	refuses '*--at says which steps*' --at 1,2 -k 2 -l 1 cos:5
}

# --- --at - --------------------------------------------------------------------

@test "--at - adds the schedule to a table, whose bytes stay" {
	cat >run.csv <<-'END'
		run,step,loss,"note, long"
		a,0,2.50,"x ""y"""
		a,3,1e-3,
		b,3.0,nan,"two
		lines"
		b,,0.1,none
		b,1e1,-0,é
	END
	lrsched -l .1 --at - cos:8 <run.csv >got.csv
	"$PYTHON" - <<-'END'
		import csv, math
		old, new = (list(csv.reader(open(f, newline=""))) for f in ("run.csv", "got.csv"))
		assert [r[:-1] for r in new] == old and new[0][-1] == "lr"
		for r in new[1:]:
		    if r[1] == "":
		        assert r[-1] == ""
		        continue
		    t = min(float(r[1]), 8)
		    assert abs(float(r[-1]) - .05 * (1 + math.cos(math.pi * t / 8))) < 1e-16
		text = open("got.csv").read()
		for line in open("run.csv").read().split("\n"):
		    assert line in text
	END
	# other separators, names of steps, line ends, marks; no newline at the end
	for sep in , ';' '\t' '|'; do
		printf "\xef\xbb\xbfloss${sep}global_step\r\n1${sep}2\r\n\r\n3${sep}4" |
			lrsched -l 1 --at - linear:8 vs x=cos:8 >got
		printf "loss${sep}global_step${sep}linear:8${sep}x\n1${sep}2${sep}0.75${sep}0.8535533905932737\n3${sep}4${sep}0.5${sep}0.5\n" |
			cmp - got
	done
}

@test "--at - names what is there already, and takes epochs with --count epoch" {
	printf 'step,lr,epoch\n0,9,0\n5,8,1\n' >run.csv
	[ "$(lrsched -l 1 -e 4 --at - linear:8 <run.csv | head -n 1)" = \
		step,lr,epoch,expected_lr ]
	[ "$(cut -d, -f1,2 run.csv | lrsched -l 1 -e 4 --at - linear:8 | tail -n 1)" = \
		5,8,0.375,1 ]
	[ "$(lrsched --at - -e 4 -l 1 --count epoch linear:8 <run.csv | tail -n 1)" = \
		5,8,1,0.875 ]
	printf 'epoch,loss\n0,1\n1.75,2\n' >epochs.csv
	[ "$(lrsched --at - -l 1 --count epoch linear:8 <epochs.csv | tail -n 1)" = \
		1.75,2,0.875 ]
	check() {
		run -2 --separate-stderr lrsched -l 1 --at - "${@:2}" <in.csv
		# shellcheck disable=SC2053
		[[ ${stderr_lines[0]} == $1 ]] || { echo "$stderr"; false; }
	}
	cp epochs.csv in.csv
	check '*<stdin>: no column is known to be the step; expected one called step, or --count epoch*' linear:8
	printf 'loss,step,step\n1,2,3\n' >in.csv
	check "*<stdin>: column 'step' twice; expected it once" linear:8
	check '*--at - and @- are both standard input*' @-
	printf 'step,lr,expected_lr\n1,2,3\n' >in.csv
	check "*the table has columns 'lr' and 'expected_lr'*" linear:8
	printf 'step\n1.5\n' >in.csv
	check '*<stdin>:2: step 1.5; expected a whole number*' linear:8
	printf 'step\n\n-1\n' >in.csv
	check '*<stdin>:3: step -1; expected a whole number*' linear:8
	printf 'step\nx\n' >in.csv
	check "*<stdin>:2: step 'x' is not a number*" linear:8
	printf 'step,b\n1\n' >in.csv
	check '*<stdin>:2: 1 cells; expected 2' linear:8
	printf 'step\n9\n' >in.csv
	check '*<stdin>:2: step 9, and the schedule ends at step 8 with past=error*' \
		linear:8,past=error
	: >in.csv
	check '*<stdin>: an empty file; expected a table with a header' linear:8
	printf 'step\n1\n' >in.csv
	check '*--at - keeps the table that it reads; expected it without*' -f json linear:8
	check "*'in.csv' is input and output*" -o in.csv linear:8
	[ "$(cat in.csv)" = $'step\n1' ]
}

@test "--at - reads on in bounded memory, and further than any table was made" {
	skip_if_sanitized "memory"
	awk 'BEGIN { print "step,x"; for (t = 0; t < 3000000; t++) print t ",abc" }' >long.csv
	(ulimit -v 60000; lrsched -l 1 --at - decay,by=.99999 <long.csv >got.csv)
	lrsched -l 1 -n 3000000 -T 1 -c lr decay,by=.99999 >want
	cut -d, -f3 got.csv | cmp - want
	# cycles that grow are made as far as steps go
	printf 'step\n5\n1000000000\n7\n' |
		lrsched --at - rep,tmul=2 linear:4:0,from=1 end >got
	[ "$(sed -n 4p got)" = "7,$(lrsched --at 7 rep,tmul=2 linear:4:0,from=1 end)" ]
	[ "$(sed -n 3p got)" = "1000000000,$(lrsched --at 1000000000 rep,tmul=2 linear:4:0,from=1 end)" ]
}

# --- -n inf --------------------------------------------------------------------

@test "-n inf goes on until the pipe closes, as a table of any length would" {
	spec='warmup:5 rep,tmul=1.5,vmul=.9 cos:7 end'
	lrsched -l .1 -n 100000 "$spec" >want.csv
	run -0 --separate-stderr bash -o pipefail -c \
		'timeout 60 lrsched -l .1 -n inf "$1" | head -n 100001 >got.csv || [ $? -eq 141 ]' - "$spec"
	[ -z "$stderr" ]
	cmp got.csv want.csv
	for T in 1 3; do
		lrsched -T $T -l .1 -n 4000000 -k 3 -s 1000 decay,by=.999999 |
			tail -n 1 >want
		timeout 60 lrsched -T $T -l .1 -n inf -k 3 -s 1000 decay,by=.999999 |
			sed '1333001!d;q' | cmp - want
	done
	[ "$(lrsched -n inf --rows 3 -l 1 linear:2 | wc -l)" -eq 4 ]
	[ "$(lrsched -n inf --at 7 -l 1 linear:8)" = 0.125 ]
	[ "$(timeout 60 lrsched -n inf -f json --accum 2 -l 1 linear:8 | sed '4!d;q')" = \
		'{"step": 1, "lr": 0.875, "micro": 1}' ]
	# there is an end to steps that doubles count
	run -2 --separate-stderr timeout 60 lrsched -H -n inf -k 1125899906842624 -c step -l 1 constant
	[ "${lines[7]}" = 7881299347898368 ] && [ "${#lines[@]}" -eq 8 ]
	[[ $stderr == *'expected steps below 2^53' ]]
	refuses '*-f npy of rows without end (-n inf); expected --rows R, or a length' \
		-n inf -f npy -l 1 linear:8
	refuses '*--plot of rows without end*' -n inf --plot linear:8
	refuses '*-o of rows without end*' -n inf -o out linear:8
	refuses '*word 1 takes its length from -n, which is inf; expected a length*' \
		-n inf cos
	refuses '*word 1 takes its length from -n, which is inf*' -n inf warmup:5% cos:5
	refuses '*ends at step 5 with past=error*' -n inf cos:5,past=error
	refuses '*-s: 50%*' -n inf -s 50% -l 1 linear:8
}
