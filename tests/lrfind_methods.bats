#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The published methods of lrfind against the real functions, whose answers on
# the curves of tests/curves are in reference.csv, and what is said of answers
# that their own code would not have given if it had looked.

load helper

CURVES=$ROOT/tests/curves

# got.csv: what every method says of every curve of $1, in run,method,... rows.
ask() {
	run lrfind -q -m all --run run -f csv "$1"
	[ "$status" -le 1 ]
	printf '%s\n' "$output" | awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
		{ print $1 "," $NF "," $at["status"] "," $at["suggest"] "," \
			$at["lr_min"] "," $at["lr_max"] }' >got.csv
}

@test "every published method picks the rate that its real function picks" {
	ask "$CURVES/curves.csv"
	# A test of fewer than 20 points has no answer here, whatever it has
	# there: what all methods refuse.
	awk -F, -v SHORT=short-12 '
	NR == FNR { status[$1 "," $2] = $3; rate[$1 "," $2] = $4; next }
	FNR == 1 { next }
	{
		key = $1 "," $2
		curve[$1]
		method[$2]++
		if ($1 == SHORT)
			good = status[key] == "too-few"
		else if ($4 == "")
			good = status[key] != "ok" && status[key] != ""
		else
			good = status[key] == "ok" &&
				(rate[key] - $4) ^ 2 <= (1e-12 * $4) ^ 2
		if (!good) {
			print key, "got", status[key], rate[key], "want", $4
			bad++
		}
	}
	END {
		for (c in curve)
			ncurve++
		for (m in method) {
			nmethod++
			bad += method[m] != ncurve
		}
		print nmethod, "methods on", ncurve, "curves,", bad + 0, "differ"
		exit bad || nmethod != 10 || ncurve < 30
	}' got.csv "$CURVES/reference.csv"
}

@test "the two ranges of Smith that are published as text agree with numpy" {
	"$NUMPY" "$ROOT/tests/truth/oracle.py" log.csv want.csv
	ask log.csv
	awk -F, '
	function near(a, b) { return a == b || (a - b) ^ 2 <= (1e-9 * b) ^ 2 }
	NR == FNR { key = $1 "," $2; status[key] = $3
		min[key] = $5; max[key] = $6; next }
	{
		key = $1 "," $2
		n++
		if ($3 == "none")
			good = status[key] != "ok"
		else
			good = near(min[key], $3) && near(max[key], $4)
		if (!good) {
			print key, "got", status[key], min[key], max[key], \
				"want", $0
			bad = 1
		}
	}
	END { exit bad || n != 120 }' got.csv want.csv
}

# A test of 100 points: awk's f(x) is the loss at log10(lr) = x, point i.
range_test() {
	awk '
	function f(x, i) { return '"$1"' }
	BEGIN {
		print "step,lr,loss"
		for (i = 0; i < 100; i++) {
			x = -6 + 7 * i / 99
			printf "%d,%.9g,%s\n", i, exp(x * log(10)), f(x, i)
		}
	}'
}

@test "smith ends the range at the lowest loss, and suggests half of that" {
	range_test '(x + 1) ^ 2' >test.csv
	low=$(awk -F, 'NR > 1 && (!n++ || $3 < y) { y = $3; lr = $2 }
		END { print lr }' test.csv)
	run -0 lrfind -m smith --use onecycle -f json test.csv
	awk -v low="$low" -v got="$(jq_number lr_max)" \
		-v half="$(jq_number suggest)" -v min="$(jq_number lr_min)" '
		function near(a, b) { return (a / b - 1) ^ 2 < 1e-4 }
		BEGIN { exit !(near(got, low) && near(half, low / 2) &&
			near(min, low / 20)) }'
}

# The number $1 of the JSON line in $output.
jq_number() {
	printf '%s\n' "$output" | sed -n "s/.*\"$1\": *\\([^,}]*\\).*/\\1/p"
}

@test "a suggestion that was not tested is said to be none" {
	range_test '2.3 - 1.8 / (1 + exp(-(x + 5) * 9)) + (x > -5 ? x + 5 : 0)' \
		>low.csv
	tail -n +30 low.csv | sed '1i step,lr,loss' >test.csv
	range_test '2.3 - 1.8 / (1 + exp(-(x + 3) * 9)) + exp(x * 9)' >good.csv
	run -0 --separate-stderr lrfind -m minimum test.csv
	one_message 'lrfind: test.csv: minimum suggests *, a rate that was not tested; *'
	# A program that would take it without looking gets none.
	for format in value args env; do
		run -1 --separate-stderr lrfind -m minimum -f $format test.csv
		[ -z "$output" ]
		one_message 'lrfind: test.csv: minimum suggests *, a rate that was not tested; *'
	done
	run -0 --separate-stderr lrfind -m minimum -f value good.csv
	[ -n "$output" ]
}

@test "a suggestion beside nan is said to be one, where its code gives it" {
	range_test 'i < 70 ? 3 - i / 50 : "nan"' >test.csv
	run -0 --separate-stderr lrfind -m torch-lr-finder test.csv
	one_message 'lrfind: test.csv: torch-lr-finder suggests * beside a loss that is not finite; *'
	run -0 --separate-stderr lrfind -m valley test.csv
	[ -z "$stderr" ]
}

@test "what a method drops may leave it nothing, which is said" {
	range_test '2.3 - 1.8 / (1 + exp(-(x + 3) * 5)) - 100' >test.csv
	for m in valley slide minimum steep lightning lightning-2.5.2 \
		torch-lr-finder keras ktrain smith-exp; do
		run -1 --separate-stderr lrfind -m $m test.csv
		one_message "lrfind: test.csv: too-few: the loss exceeds a multiple of its best too soon for the method; *"
	done
	range_test '2.3 - 1.8 / (1 + exp(-(x + 3) * 5))' |
		awk 'NR == 1 || NR % 5 == 2' >test.csv
	run -1 --separate-stderr lrfind -m slide test.csv
	one_message 'lrfind: test.csv: too-few: the method drops too many of the points; *'
}

@test "scaling the losses moves no method, but for those with thresholds" {
	range_test '2.3 - 1.8 / (1 + exp(-(x + 3) * 5)) + 3 / (1 + exp(-(x + 0.7) * 12)) + 0.05 * sin(i * i)' >a.csv
	awk -F, -v OFS=, 'NR > 1 { $3 *= 8 } { print }' a.csv >b.csv
	run -0 lrfind -q -m all a.csv
	printf '%s\n' "$output" | sed 's/^[^,]*//' >a
	run -0 lrfind -q -m all b.csv
	printf '%s\n' "$output" | sed 's/^[^,]*//' >b
	run diff <(grep -v ',slide$' a) <(grep -v ',slide$' b)
	[ -z "$output" ]
}

@test "args, env and value that print nothing end with status 1, and say why" {
	for lin in '' ,lin; do
		lrsched "range:400,from=1e-5,to=10$lin" | awk -F, -v OFS=, '
			NR == 1 { print "step,lr,loss"; next }
			{ print $1, $2, 2.3 - 2 / (1 + .01 / $2) + $2 * $2 }' \
			>"test$lin.csv"
	done
	silent=
	for m in $(lrfind --help | sed '1,/^Methods:/d; s/^ *//; s/ .*//'); do
		for f in args env value; do
			for log in test.csv test,lin.csv; do
				run --separate-stderr lrfind -f $f -m "$m" $log
				if [ -n "$output" ]; then
					[ "$status" -eq 0 ] && continue
				elif [ "$status" -eq 1 ] && [ -n "$stderr" ]; then
					silent+=" $m-$f"
					continue
				fi
				echo "$m -f $f $log: $status, $output, $stderr"
				false
			done
		done
	done
	[[ $silent == *" capel-value"*" smith-exp-value"* ]]
	run -1 --separate-stderr lrfind -f value -m capel test,lin.csv
	one_message 'lrfind: capel gives a range and suggests no single rate; expected -f args*'
	# several runs have one answer, too, and a file is not made for none
	run -1 --separate-stderr lrfind -o value -f value -m smith-exp \
		test.csv test.csv
	one_message 'lrfind: smith-exp gives a range*'
	[ ! -e value ]
}
