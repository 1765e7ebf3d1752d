#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrsched: what its tables look like in each format, that threads change no
# byte, and plots.  numpy and Python's json read what is written.

load helper

refuses() {
	local pattern=$1
	shift
	run -2 --separate-stderr lrsched "$@"
	# shellcheck disable=SC2053 # $pattern is one
	if [ -n "$output" ] || [[ ${stderr_lines[0]} != $pattern ]]; then
		printf 'lrsched %s\n%s\nexpected: %s\n' "$*" "$stderr" "$pattern"
		return 1
	fi
}

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
	lrsched -e 7 -n 50 -l 0.1 -f json cos '+a\b' const,from=.5 >json
	"$PYTHON" - <<-END
		import csv, json
		rows = [dict(zip(r, map(float, r.values())))
			for r in csv.DictReader(open("csv"))]
		assert rows == [json.loads(line) for line in open("json")]
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
		lrsched -l 0.1 $schedule -f npy cos:999 >npy
		"$PYTHON" -W ignore - <<-END
			import numpy as np
			a = np.load("npy")
			names = open("csv").readline().strip().split(",")
			b = np.loadtxt("csv", delimiter=",", skiprows=1,
				ndmin=2).reshape(-1, len(names))
			assert a.dtype == np.float64 and a.flags.c_contiguous
			assert a.shape == b.shape and (a == b).all(), (a.shape, b.shape)
			head = open("npy", "rb").read().index(b"\n") + 1
			assert head % 64 == 0
		END
	done
}

@test "f32 rounds to float32 and prints its shortest digits" {
	lrsched -n 3000 -l 0.1 warmup:30 exp::1e-44 >double
	lrsched -n 3000 -l 0.1 --f32 warmup:30 exp::1e-44 >float
	lrsched -n 3000 -l 0.1 --f32 -f npy warmup:30 exp::1e-44 >npy
	"$PYTHON" -W ignore - <<-'END'
		import numpy as np
		double = [line.strip().split(",")[1] for line in open("double")][1:]
		single = [line.strip().split(",")[1] for line in open("float")][1:]
		npy = np.load("npy")
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
	refuses "*-f: 'xml' is no format; expected csv, tsv, json or npy" \
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
