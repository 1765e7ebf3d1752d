#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched: what its tables look like in each format, that threads change no
# byte, and plots.  numpy and Python's json read what is written.

load helper
load schedules

SCHEDULES=(
	'-n 30000 -l 0.1 warmup:500 cos::.1x'
	'-n 9000 -k 3 -e 164 -l 1 cos +momentum linear,from=.95,to=.85'
	'-n 30000 -s 12345 -l 1e-5 rep:inf,vmul=.5 linear:700,from=.1x,to=1x end'
	'-n 4000 --accum 7 -l 1e17 exp::1e-300'
	'--rows 0 cos:5'
	'--rows 1 cos:5'
)

# --- threads ----------------------------------------------------------------

@test "threads change no byte of any format" {
	local schedule format t
	for schedule in "${SCHEDULES[@]}"; do
		for format in csv tsv json 'npy -l 1' 'csv --f32'; do
			# shellcheck disable=SC2086 # words
			lrsched -T 1 -f $format $schedule >one
			for t in 0 2 5; do
				# shellcheck disable=SC2086 # words
				lrsched -T $t -f $format $schedule | cmp - one
			done
		done
	done
}

@test "a value that is not finite ends the table in any number of threads" {
	for t in 1 2 4; do
		refuses 'lrsched: factor at step 309 is infinite; expected *' \
			-T $t -o out -n 500000 decay,by=10
	done
	[ -z "$(ls -A)" ]
}

@test "memory does not grow with the table" {
	skip_if_sanitized "address space"
	(ulimit -v 200000 && lrsched -T 4 -n 2000000 -l 1 cos | tail -n 1) >got
	[ "$(cut -d, -f1 got)" = 1999999 ]
}

# --- formats ----------------------------------------------------------------

@test "tsv is csv with tabs" {
	lrsched -e 7 -n 50 -l 0.1 -f tsv cos | tr '\t' , >got
	lrsched -e 7 -n 50 -l 0.1 cos | cmp - got
}

@test "json has an object per line with the numbers of the csv" {
	lrsched -e 7 -n 50 -l 0.1 cos '+a\b' const,from=.5 >csv
	lrsched -e 7 -n 50 -l 0.1 -f json cos '+a\b' const,from=.5 >out.json
	"$PYTHON" - <<-END
		import csv, json
		rows = [dict(zip(r, map(float, r.values())))
			for r in csv.DictReader(open("csv"))]
		assert rows == [json.loads(line) for line in open("out.json")]
		assert len(rows) == 50 and list(rows[0]) == ["step", "lr", "a\\\\b", "epoch"]
	END
	[ "$(lrsched -l 1 --rows 1 -f json cos:5)" = '{"step": 0, "lr": 1}' ]
}

@test "npy is a float64 array of the columns in order" {
	local schedule
	for schedule in '-n 1000 -e 7' '-n 7 --accum 3' '--rows 0' \
		'-n 50000 -T 2' '-n 100 -c epoch,lr -e 9' '-n 10 -c lr'; do
		# shellcheck disable=SC2086 # words
		lrsched -l 0.1 $schedule cos:999 >csv
		# shellcheck disable=SC2086 # words
		lrsched -l 0.1 $schedule -f npy cos:999 >out.npy
		"$PYTHON" -W ignore - <<-END
			import numpy as np
			a = np.load("out.npy")
			names = open("csv").readline().strip().split(",")
			b = np.loadtxt("csv", delimiter=",", skiprows=1,
				ndmin=2).reshape(-1, len(names))
			assert a.dtype == np.float64 and a.flags.c_contiguous
			assert a.shape == b.shape and (a == b).all(), (a.shape, b.shape)
			head = open("out.npy", "rb").read().index(b"\n") + 1
			assert head % 64 == 0
		END
	done
}

@test "f32 rounds to float32 and prints its shortest digits" {
	lrsched -n 3000 -l 0.1 warmup:30 exp::1e-44 >double
	lrsched -n 3000 -l 0.1 --f32 warmup:30 exp::1e-44 >float
	lrsched -n 3000 -l 0.1 --f32 -f npy warmup:30 exp::1e-44 >out.npy
	"$PYTHON" -W ignore - <<-'END'
		import numpy as np
		double = [line.strip().split(",")[1] for line in open("double")][1:]
		single = [line.strip().split(",")[1] for line in open("float")][1:]
		npy = np.load("out.npy")
		for d, s, row in zip(double, single, npy):
		    f = np.float32(np.float64(d))
		    assert np.float32(s) == f == row[1] == float(row[1])
		    want = np.format_float_scientific(f, trim="-", exp_digits=1)
		    got = np.format_float_scientific(np.float64(s), trim="-", exp_digits=1)
		    assert want == got, (d, s, want)
		assert len(double) == len(single) == len(npy) == 3000
	END
	[ "$(lrsched --f32 -l 0.1 --at 0 constant)" = 0.1 ]
	[ "$(lrsched --f32 -l 0.3333333333333333 --at 0 constant)" = 0.33333334 ]
	refuses '*lr at step 0 is above what a float32 holds*' --f32 -l 1e39 cos:5
}

@test "accum prints each row once per micro-batch" {
	[ "$(lrsched -l 1 --accum 2 -n 4 -k 2 linear | tr '\n' ' ')" = \
		'step,lr,micro 0,1,0 0,1,1 2,0.5,0 2,0.5,1 ' ]
	[ "$(lrsched -l 1 --accum 2 --rows 1 -s 3 -c micro,step linear:4 |
		tr '\n' ' ')" = 'micro,step 0,3 1,3 ' ]
	lrsched -l 1 -n 5000 linear >one
	lrsched -l 1 -n 5000 --accum 1 -c step,lr linear | cmp - one
	# the rows of one update may stand in two blocks
	lrsched -l 1 -n 5000 --accum 1000 -c step,lr linear |
		uniq | cmp - one
}

@test "what a format cannot hold is refused" {
	refuses "*-f: unknown 'xml'; expected csv, tsv, json or npy" \
		-f xml cos:5
	refuses '*-H with -f json; expected csv or tsv' -H -f json -l 1 cos:5
	refuses '*-H with -f npy; expected csv or tsv' -H -f npy -l 1 cos:5
	refuses '*--at with -f json; expected csv or tsv' --at 1 -f json -l 1 cos:5
	refuses '*-f npy: the value is a factor of the base rate*' -f npy cos:5
	refuses '*--at prints one value*without --accum' --at 1 --accum 2 -l 1 cos:5
	refuses '*--accum: 0 is out of range; expected 1 to 1024' --accum 0 cos:5
	refuses '*-T: 1025 is out of range; expected 0 to 1024' -T 1025 cos:5
	refuses "*-T: 'x' is not a whole number*" -T x cos:5
}

@test "--list and --explain are text, and take no option of a table's form" {
	local what
	for what in --list --explain; do
		refuses "lrsched: $what is text for reading; expected it *" \
			$what -f json -n 5 cos
		refuses "*$what is text for reading*" $what --accum 2 -n 5 cos
	done
	refuses '*--list is text for reading*' --list --at 3 cos
}

@test "a column that does not exist is told from those that do" {
	refuses "*-c: no column 'x'; the first ones are step and lr; *" \
		-c x -l 1 cos:5
	refuses "*-c: no column 'x'; expected lr; *" --at 1 -c x -l 1 cos:5
	refuses "*column 'micro' is there already*" --accum 2 -l 1 cos:5 \
		+micro const,from=1
}

@test "json is valid whatever the columns are called" {
	refuses '*-f json: the name of column 3 is not UTF-8; expected it' \
		-f json -l 1 cos:5 +$'\xff' const,from=1
	refuses '*-f json: the name of column 3 is not UTF-8*' \
		-f json -l 1 cos:5 +$'\xed\xa0\x80' const,from=1
	refuses "*-f json: column 'lr' twice; expected it once" \
		-f json -l 1 -c lr,lr cos:5
	lrsched -f json -l 1 cos:5 "+ß→😀" const,from=1 >out
	"$PYTHON" -c 'import json
for line in open("out", encoding="utf-8"):
	assert list(json.loads(line)) == ["step", "lr", "ß→😀"]'
	[ "$(lrsched -l 1 -c lr,lr --rows 1 cos:5 | tail -n 1)" = 1,1 ]
}

@test "a base rate that its batch takes out of range is refused" {
	refuses '*--batch: the scaled base rate, inf, is out of range; *' \
		-n 4 -l 1e300 --batch 1e300 --ref-batch 1 cos
	refuses '*--batch: the scaled base rate, 0, is out of range; *' \
		-n 4 -l 1e-300 --batch 1e-300 --ref-batch 1 cos
}

# --- plots ------------------------------------------------------------------

# A gnuplot that hands its script on, or does what $1 says.
fake_gnuplot() {
	mkdir -p bin
	printf '#!/bin/sh\n%s\n' "${1:-exec cat}" >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PWD/bin:$PATH
}

@test "a plot without a file is text of the terminal's size" {
	for size in '80 24' '120 40' '50 12'; do
		read -r COLUMNS LINES <<<"$size"
		COLUMNS=$COLUMNS LINES=$LINES \
			lrsched --plot -n 1000 -l 0.1 warmup:100 cos >out
		[ "$(wc -l <out)" -le "$LINES" ]
		[ "$(wc -L <out)" -le "$COLUMNS" ]
		grep -q '\*\*\*warmup:100 cos' out
		grep -q ' step ' out
	done
	env -u COLUMNS -u LINES "$BUILD/lrsched" --plot cos:50 >out
	[ "$(wc -l <out)" -le 24 ]
}

@test "a plot's suffix is its format" {
	for suffix in svg png pdf; do
		lrsched --plot=out.$suffix -n 1000 -l 0.1 cos vs linear
	done
	[ "$(head -c 5 out.svg)" = '<?xml' ]
	[ "$(head -c 4 out.png | tail -c 3)" = PNG ]
	[ "$(head -c 4 out.pdf)" = %PDF ]
	grep -q '>cos<' out.svg
	grep -q '>linear<' out.svg
	only_files out.svg out.png out.pdf
}

@test "schedules are overlaid, their words or columns in the legend" {
	fake_gnuplot
	lrsched --plot -n 9 -l 1 cos vs 'warmup:2 linear' >out
	grep -q "x1y1 with lines .* title \"cos\".*, '-' axes x1y1 .* \"warmup:2 linear\"" out
	grep -q '^set ylabel "lr"$' out
	lrsched --plot -n 9 -l 1 cos +momentum const,from=.9 >out
	grep -q "title \"lr\".*, '-' axes x1y2 with lines .* title \"momentum\"" out
	grep -q '^set y2label "momentum"$' out
	lrsched --plot -n 9 -l 1 -c lr cos +momentum const,from=.9 vs linear >out
	grep -q "title \"cos +momentum const,from=.9\".*, '-' .* title \"linear\"" out
	# each of its own length
	lrsched --plot cos:3 vs linear:5 | awk '/^e$/ { n++ }
		/^[0-9]/ { rows[n + 0]++ } END { exit rows[0] != 3 || rows[1] != 5 }'
}

@test "a legend says what was typed and runs nothing" {
	# shellcheck disable=SC2016 # not for this shell
	name='a`>run1`$(>run2)'"'"'@b\n{_c}'
	lrsched --plot=out.svg -n 9 -l 1 cos "+$name" const,from=.5
	"$PYTHON" - "$name" <<-'END'
		import html, sys
		assert ">" + sys.argv[1] + "<" in html.unescape(open("out.svg").read())
	END
	only_files out.svg
}

@test "a long schedule is thinned to a few thousand points with its extremes" {
	fake_gnuplot
	lrsched --plot -n 4096 -l 1 cos | grep -c '^[0-9]' >out
	[ "$(cat out)" = 4096 ]
	lrsched --plot -n 1000000 triangular,min=.001,max=.1,step=123457 >out
	awk '/^[0-9]/ { n++; last = $1; if ($2 == 0.1) max++
			if ($2 == 0.001) min++; if (n > 1 && $1 <= before) bad = 1
			before = $1 }
		END { exit bad || n > 4096 || n < 2000 || last != 999999 ||
			max != 4 || min != 5 }' out
}

@test "a schedule of any length is drawn at once" {
	skip_if_sanitized "16 million steps"
	fake_gnuplot
	timeout 60 lrsched --plot -n 1e15 cos |
		awk '/^[0-9]/ { n++; last = $1 }
			END { exit n > 4096 || n < 2000 || last < 999e12 }'
}

@test "gnuplot that is missing or fails is said so, and no file is left" {
	mkdir none
	run -2 --separate-stderr env PATH=none "$BUILD/lrsched" --plot=out.svg cos:5
	one_message 'lrsched: --plot: no gnuplot on PATH; expected it there*'
	fake_gnuplot 'cat >/dev/null; echo >&2; echo "  line 1: no." >&2; exit 1'
	refuses 'lrsched: --plot: gnuplot failed: line 1: no.; expected *' \
		--plot=out.svg cos:5
	# it ends before it has read its script
	fake_gnuplot 'exit 1'
	refuses '*gnuplot failed: without a word; expected *' \
		--plot=out.svg -n 100000 cos
	fake_gnuplot 'cat >/dev/null'
	refuses '*gnuplot failed: without a word; expected *' --plot cos:5
	fake_gnuplot 'echo half; kill -KILL $$'
	refuses '*gnuplot failed*' --plot=out.svg cos:5
	[ ! -e out.svg ]
}

@test "a plot is written whole or not at all, and wants no place of its own" {
	run -2 --separate-stderr bash -c 'lrsched --plot cos:5 >/dev/full'
	one_message 'lrsched: <stdout>: cannot write: No space left on device'
	run -2 --separate-stderr bash -c 'lrsched --plot cos:5 >&-'
	one_message 'lrsched: <stdout>: cannot write: Bad file descriptor'
	run bash -c 'lrsched --plot=- cos:5'
	[ "$status" -eq 2 ]
	lrsched --plot -n 100000 -l 1 cos | true
	mkdir closed
	chmod a-w closed
	(cd closed && as_nobody env TMPDIR=/nonexistent "$BUILD/lrsched" \
		--plot cos:50 >../out)
	[ -s out ]
	echo old >out.svg
	refuses '*' --plot=out.svg decay,by=10 -n 500
	[ "$(cat out.svg)" = old ]
}

@test "a plot's options go together or are refused" {
	lrsched --plot --log -n 100 -l 1 decay,by=.8 >out
	fake_gnuplot
	lrsched --plot --log -n 100 -l 1 decay,by=.8 | grep -q '^set logscale y$'
	refuses "*'out.gif' has no suffix of a picture; expected .svg*" \
		--plot=out.gif cos:5
	refuses "*'svg' has no suffix of a picture*" --plot=svg cos:5
	refuses '*--plot: no steps to draw; expected some' --plot --rows 0 cos:5
	refuses '*--plot: no column of values to draw*' --plot -c step cos:5
	refuses '*vs stands between*' --plot vs cos:6
	refuses '*vs stands between*' --plot cos:6 vs
	refuses '*vs stands between*' --plot cos:6 vs vs cos:7
	refuses '*vs stands between two schedules*' vs
	refuses '*--log without --plot; expected both' --log cos:5
	refuses "*--log: no value of 'const,from=0' is above 0*" \
		--plot --log -n 5 const,from=0
	refuses '*--plot draws; expected it without*' --plot -f json cos:5
	refuses '*--plot=FILE and -o; expected one of them' --plot=a.svg -o b cos:5
	refuses "*no shape 'cosx'*" --plot cos:5 vs cosx:5
	lrsched --plot -o out cos:5
	grep -q '^set terminal dumb' out
}

# Products inside of parts, as deep and as wide as they may be.
@test "the deepest schedule is emitted by threads as by none" {
	local words=cos:100 factors i
	factors=$(printf ' times const:9%.0s' {2..32})
	for _ in {1..32}; do words="part $words end$factors"; done
	lrsched -T 1 -n 30000 "$words" >one
	lrsched -T 4 -n 30000 "$words" >four
	cmp one four
	[ "$(wc -l <one)" -eq 30001 ]
}
