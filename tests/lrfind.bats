#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrfind: logs to bounds, what each status means for the exit, wrong usage and
# hostile files, and the published methods against numpy.

load helper

HEADER=run,status,stage,lr_min,lr_max,suggest,suggest_lo,suggest_hi,noise
HEADER=$HEADER,onset,lr_low,lr_div,n,confidence,method

# A range test as step,lr,loss: awk's f(x) is the loss at log10(lr) = x.
range_test() {
	awk -v n="${2:-200}" -v from="${3:--6}" -v to="${4:-1}" '
	function f(x) { return '"$1"' }
	function s(x) { return 1 / (1 + exp(-x)) }
	BEGIN {
		print "step,lr,loss"
		for (i = 0; i < n; i++) {
			x = from + (to - from) * i / (n - 1)
			printf "%d,%.9g,%.9g\n", i, exp(x * log(10)),
				f(x) + 0.01 * sin(i * i)
		}
	}'
}

GOOD='2.3 - 1.8 * s((x + 3) * 5) + 3 * s((x + 0.7) * 12)'

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	range_test "$GOOD" >good.csv
}

# Column $1 of the only row of CSV in $output.
column() {
	printf '%s\n' "$output" | awk -F, -v name="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i }
		NR == 2 { print $c }'
}

@test "a range test has bounds, as one row with the columns of the contract" {
	run -0 --separate-stderr lrfind good.csv
	[ -z "$stderr" ]
	[ "${lines[0]}" = "$HEADER" ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[1]} == good.csv,ok,* ]]
	[[ ${lines[1]} == *,200,*,centre ]]
	awk -v min="$(column lr_min)" -v max="$(column lr_max)" \
		-v s="$(column suggest)" 'BEGIN {
		exit !(min < s && s < max && max < 0.2 && max > 1.9 * s &&
			max < 4.1 * min && s > 1e-3) }'
}

@test "args and env say the same bounds" {
	run -0 lrfind good.csv
	min=$(column lr_min) max=$(column lr_max) suggest=$(column suggest)
	run -0 lrfind -f args good.csv
	[ "$output" = "min=$min,max=$max" ]
	run -0 lrfind -f env good.csv
	[ "$output" = "LR_MIN=$min
LR_MAX=$max
LR_SUGGEST=$suggest" ]
	eval "$output"
	[ "$LR_MAX" = "$max" ]
}

@test "--use and --ratio choose the range" {
	run -0 lrfind good.csv
	max=$(column lr_max)
	run -0 lrfind --use onecycle good.csv
	[ "$(column lr_max)" = "$max" ]
	awk -v min="$(column lr_min)" -v max="$max" \
		'BEGIN { exit !(max / min > 19.8 && max / min < 20.2) }'
	run -0 lrfind --ratio 10 good.csv
	awk -v min="$(column lr_min)" -v max="$max" \
		'BEGIN { exit !(max / min > 9.9 && max / min < 10.1) }'
	run -0 lrfind --ratio 10 --use onecycle good.csv
	awk -v min="$(column lr_min)" -v max="$max" \
		'BEGIN { exit !(max / min > 9.9 && max / min < 10.1) }'
	run -0 lrfind --use const good.csv
	[ "$(column lr_min)" = "$(column suggest)" ]
	[ "$(column lr_max)" = "$(column suggest)" ]
}

@test "report is for reading" {
	run -0 lrfind -f report good.csv
	[ "${lines[0]}" = "good.csv: ok (centre)" ]
	[[ $output == *"  lr_max "* ]]
	[[ $output == *"200 points, rates 1e-06 to 10, 28 updates per decade"* ]]
}

# status, exit status, what the advice says
no_answer() {
	run "-$2" --separate-stderr lrfind test.csv
	[ "${lines[1]}" = "test.csv,$1,range,,,,,,,,,,,,centre" ]
	one_message "lrfind: test.csv: $1: *$3*lrsched range:*,from=*,to=*"
	run "-$2" --separate-stderr lrfind -f args test.csv
	[ -z "$output" ]
	run "-$2" --separate-stderr lrfind -f env -q test.csv
	[ -z "$output$stderr" ]
	run "-$2" --separate-stderr lrfind -f report test.csv
	[ "${lines[0]}" = "test.csv: $1 (centre)" ]
}

@test "too few points is an answer of no, with the line to run" {
	range_test "$GOOD" 19 >test.csv
	no_answer too-few 1 '20 points'
}

# A test without the rates from $1 to $2 decades around that of column suggest.
holed() {
	range_test "$GOOD" 700 | awk -F, -v at="$at" -v lo="$1" -v hi="$2" '
		{ x = (log($2) - log(at)) / log(10) }
		NR == 1 || x < lo || x > hi'
}

@test "no answer lies in a gap of the rates that were tested" {
	run -0 lrfind good.csv
	at=$(column suggest)
	holed -0.2 0.2 >test.csv
	run -0 lrfind test.csv
	for side in 0.3 1; do
		holed "-$side" "$side" >test.csv
		no_answer too-few 1 'too few rates were tested around the answer'
	done
	# Where lr_max would be is a gap, too; what is far from both is none.
	holed 0.05 0.65 >test.csv
	no_answer too-few 1 'too few rates were tested around the answer'
	holed -3.5 -2.5 >test.csv
	run -0 lrfind test.csv
	# minimum is a tenth of a rate that was tested.
	range_test "$GOOD" 700 >test.csv
	run -0 lrfind -m minimum test.csv
	at=$(column suggest)
	holed -0.4 0.4 >test.csv
	run -0 --separate-stderr lrfind -m minimum test.csv
	one_message 'lrfind: test.csv: minimum suggests *, around which too few rates were tested; *'
}

@test "several runs have no answer at a rate that most did not test" {
	range_test '2.3 - 1.8 * s((x + 9) * 5) + 3 * s((x + 7) * 12)' 200 -11 -6 \
		>low.csv
	range_test "$GOOD" 200 -5 1 >good.csv
	run -1 --separate-stderr lrfind low.csv good.csv
	[[ ${lines[1]} == low.csv,ok,* && ${lines[2]} == good.csv,ok,* ]]
	[ "${lines[3]}" = "all,too-few,range,,,,,,,,,,,,centre" ]
	one_message 'lrfind: all: most runs did not test the rate in the middle of their answers; expected runs of one test'
	run -1 --separate-stderr lrfind -f value low.csv good.csv
	[ -z "$output" ]
	run -0 lrfind low.csv good.csv good.csv
}

@test "a flat loss is an answer of no" {
	range_test 2.3 >test.csv
	no_answer flat 1 'noise; expected a fall: check that the network is fresh and the rate is applied, then run'
}

@test "a loss that only rises is an answer of no: start lower" {
	range_test '2.3 + 3 * s((x + 1) * 9)' 200 -1.3 2 >test.csv
	no_answer rising 1 'lower rates'
	[[ $(lrfind -f csv test.csv 2>&1) == *from=1e-5,to=1e2* ]]
}

@test "a loss that still falls is an answer of no: end higher" {
	range_test '2.3 - 0.3 * (x + 6)' 200 -6 -2 >test.csv
	no_answer open 1 'higher rates'
	[[ $(lrfind -f csv test.csv 2>&1) == *range:300,from=1e-6,to=1e0* ]]
}

@test "losses that are as good as infinite are read as if they were" {
	range_test "$GOOD" 200 -6 1 >test.csv
	for huge in 1e308 -1e308 -1e305; do
		awk -F, -v OFS=, 'NR > 160 { $3 = "inf" } { print }' test.csv |
			lrfind - >want
		awk -F, -v OFS=, -v huge=$huge 'NR > 160 { $3 = huge } { print }' \
			test.csv | lrfind - >got
		cmp want got
	done
	grep -q ',ok,' got
}

@test "no test is advised that is shorter than the one that was run" {
	range_test 2.3 1000 -6 -2 >test.csv
	run -1 lrfind test.csv
	[[ $output == *range:3000,from=1e-6,to=1e0* ]]
	awk -F, 'NR == 1 || NR % 10 == 2' test.csv >tenth.csv
	run -1 lrfind tenth.csv
	[[ $output == *range:3050,from=1e-6,to=1e0* ]]
	awk -F, -v OFS=, 'NR > 40 { $3 = "nan" } { print }' test.csv >nan.csv
	run -1 lrfind nan.csv
	[[ $output == *range:1000,* ]]
	awk -F, -v OFS=, 'NR > 1 { $1 *= 1e300 } { print }' test.csv >far.csv
	run -1 lrfind far.csv
	[[ $output == *range:10000000,from=1e-6,to=1e0* ]]
}

@test "a test that is short, flat or still falls is to end at 1 or above" {
	range_test "$GOOD" 100 -5 -4.5 >test.csv
	run -1 lrfind test.csv
	[[ $output == *too-few:*range:250,from=1e-5,to=1e0* ]]
	range_test 2.3 100 -7 -5 >test.csv
	run -1 lrfind test.csv
	[[ $output == *range:700,from=1e-7,to=1e0* ]]
	range_test '2.3 - 0.3 * (x + 6)' 200 -8 -5 >test.csv
	run -1 lrfind test.csv
	[[ $output == *range:550,from=1e-8,to=1e0* ]]
	range_test '2.3 - 0.3 * (x + 6)' 200 -6 1 >test.csv
	run -1 lrfind test.csv
	[[ $output == *range:450,from=1e-6,to=1e3* ]]
}

@test "a loss that is never a number is said to be none" {
	awk -F, -v OFS=, 'NR > 1 { $3 = "nan" } { print }' good.csv >test.csv
	no_answer rising 1 'no finite loss from the start; expected a number there'
	head -n 11 test.csv >few.csv
	run -1 --separate-stderr lrfind few.csv
	one_message 'lrfind: few.csv: too-few: no finite loss from the start; *'
}

@test "a constant loss is flat to every method, each for its own reason" {
	range_test "2.3 - 0.01 * sin(i * i)" >test.csv
	for want in 'centre:the loss does not fall beyond its noise' \
		'minimum:the loss is constant' 'valley:the loss is constant' \
		'capel:the moving average leaves no range' \
		'smith-exp:the average loss does not fall'; do
		run -1 --separate-stderr lrfind -m "${want%%:*}" test.csv
		[ "${lines[1]}" = "test.csv,flat,range,,,,,,,,,,,,${want%%:*}" ]
		one_message "lrfind: test.csv: flat: ${want#*:}; *lrsched range:*"
	done
}

@test "a fall between the first rates of a linear test is said to be there" {
	# The loss falls by a decade of rates, of which there are two points.
	awk 'BEGIN { print "step,lr,loss"
		for (i = 0; i < 100; i++) {
			lr = 0.001 + 0.01 * i
			x = log(lr / 0.03) / log(10)
			print i "," lr "," 2.3 - 1.5 / (1 + exp(-3 * (x + 1))) + \
				(x > 0.9 ? 30 * (x - 0.9) ^ 2 : 0) + 0.05 * sin(7 * i)
		} }' >test.csv
	run -1 --separate-stderr lrfind test.csv
	[[ "${lines[1]}" == test.csv,flat,* ]]
	one_message "lrfind: test.csv: flat: the loss falls between the first rates, *; expected rates that rise geometrically, as from lrsched range:*"
	run -1 lrfind --check test.csv
	[[ "$output" == *,fall,fail,*"between the first rates"* ]]
	# One that does not fall there is flat as others are.
	awk -F, -v OFS=, 'NR > 1 { $3 = 2.3 + 0.01 * sin(7 * NR) } { print }' \
		test.csv >noise.csv
	run -1 --separate-stderr lrfind noise.csv
	one_message "*the loss does not fall beyond its noise*"
}

@test "a table of accuracies is told how it is read" {
	awk -F, -v OFS=, 'NR == 1 { $3 = "accuracy" } NR > 1 { $3 = 1 - $3 / 9 } { print }' \
		good.csv >acc.csv
	run -2 --separate-stderr lrfind acc.csv
	one_message "lrfind: acc.csv: no column is known to be the loss: *; expected --loss with one of them, or --higher-is-better for an accuracy"
	run -0 lrfind -q --higher-is-better acc.csv
}

@test "a rule of four times the best does not blame the number of points" {
	awk -F, -v OFS=, 'NR > 1 { $3 -= 100 } { print }' good.csv >test.csv
	for method in minimum valley smith-exp; do
		run -1 --separate-stderr lrfind -m $method test.csv
		[ "${lines[1]}" = "test.csv,too-few,range,,,,,,,,,,,,$method" ]
		one_message "*exceeds a multiple of its best*losses above 0*lrsched range:*"
	done
	run -0 lrfind test.csv
}

@test "a dip before the fall moves the answer by little, and down" {
	run -0 lrfind good.csv
	want=$(column suggest)
	range_test "$GOOD - 1.7 * exp(-((x + 5) * 4) ^ 2)" >dip.csv
	run -0 lrfind dip.csv
	awk -v got="$(column suggest)" -v want="$want" -v onset="$(column onset)" \
		'BEGIN { exit !(got < want && got > want / 2 &&
			onset > 1e-4) }'
}

@test "a log of ordinary training is not a test" {
	awk 'BEGIN { print "step,lr,loss"
		for (i = 0; i < 100; i++) print i "," 0.1 / (1 + i) ",1" }' \
		>test.csv
	no_answer not-a-test 1 'range test'
	sed 's/,[^,]*,/,0.1,/;1s/.*/step,lr,loss/' good.csv >test.csv
	no_answer not-a-test 1 'range test'
}

@test "a test from the highest rate down is to be turned round" {
	awk 'BEGIN { print "step,lr,loss"
		for (i = 0; i < 200; i++)
			printf "%d,%.6g,%.4f\n", i, 10 ^ (-1 - 5 * i / 199), 2 + exp(-i / 50)
	}' >down.csv
	run -1 --separate-stderr lrfind down.csv
	[[ ${lines[1]} == down.csv,not-a-test,range,,* ]]
	[[ $stderr == *'the rate falls, '*'lrsched range:250,from=1e-6,to=1e-1' ]]
	run -1 --separate-stderr lrfind -m all down.csv
	[ "${#stderr_lines[@]}" -eq 1 ]
	# A schedule that falls is that of a training.
	awk 'BEGIN { print "step,lr,loss"
		for (i = 0; i < 200; i++)
			printf "%d,%.6g,2\n", i, 5e-4 * (1 + cos(3.14159 * i / 200)) + 1e-8
	}' >cosine.csv
	run -1 --separate-stderr lrfind cosine.csv
	[[ $stderr == *'the rate does not rise; '* ]]
}

@test "rates printed as 0 are bad data, and --lr-table mends it" {
	awk -F, 'NR == 1 { print; next } { printf "%d,%.1f,%s\n", $1, $2, $3 }' \
		good.csv >test.csv
	run -2 --separate-stderr lrfind test.csv
	[ "${lines[1]}" = "test.csv,bad-data,range,,,,,,,,,,,,centre" ]
	one_message "lrfind: test.csv: most rates are not above 0; *--lr-table*"
	cut -d, -f1,2 good.csv >lr.csv
	run -0 lrfind --lr-table lr.csv test.csv
	[ "${lines[1]#*,}" = "$(lrfind good.csv | sed -n '2s/^[^,]*,//p')" ]
}

@test "the table of rates is read strictly" {
	printf 'step,lr\n0,0.1\n0,0.2\n' >lr.csv
	run -2 --separate-stderr lrfind --lr-table lr.csv good.csv
	[ -z "$output" ]
	one_message "lrfind: lr.csv:3: step 0 after 0; expected rising steps"
	printf 'step,rate\n0,0.1\n' >lr.csv
	run -2 --separate-stderr lrfind --lr-table lr.csv good.csv
	one_message "lrfind: lr.csv:1: 0 columns named lr; expected one"
	run -2 --separate-stderr lrfind --lr-table none.csv good.csv
	one_message "lrfind: none.csv: cannot open*"
}

@test "separators, column order, CRLF, BOM and blank lines do not matter" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	awk -F, '{ print $3 ";" $1 ";x;" $2 }' good.csv >a
	awk -F, -v OFS='\t' '{ print $2, $3, $1 }' good.csv >b
	awk -F, '{ printf "%s | %s|%s\r\n\r\n", $1, $2, $3 }' good.csv >c
	{ printf '\357\273\277'; cat good.csv; } >d
	sed '50s/.*/&\nstep,lr,loss/' good.csv >e
	for f in a b c d e; do
		run -0 lrfind "$f"
		[ "${lines[1]#*,}" = "$want" ] || { echo "$f: $output"; false; }
	done
}

@test "Lightning's sparse rows are merged by step" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	awk -F, 'NR == 1 { print "epoch,lr-Adam,step,train_loss,val_loss"; next }
		{ printf "0,%s,%s,,\r\n0,,%s,%s,\r\n0,,%s,,9\r\n", $2, $1, $1,
			$3, $1 }' good.csv >metrics.csv
	run -0 lrfind metrics.csv
	[ "${lines[1]#*,}" = "$want" ]
	for rows in '$1 "," $2 ",nan\n" $1 ",nan," $3' \
		'$1 ",nan," $3 "\n" $1 "," $2 ",nan"'; do
		awk -F, 'NR == 1 { print; next } { print '"$rows"' }' \
			good.csv >pandas.csv
		run -0 lrfind pandas.csv
		[ "${lines[1]#*,}" = "$want" ]
	done
}

@test "NaN ends the test: it diverged" {
	awk -F, -v OFS=, 'NR > 165 { $3 = "nan" } { print }' good.csv >nan.csv
	run -0 lrfind nan.csv
	[ "$(column n)" = 164 ]
	awk -F, 'NR > 1 { $3 = "nan" } { print $1 "," $2 "," $3 }' good.csv \
		>test.csv
	run -1 --separate-stderr lrfind test.csv
	[ "${lines[1]}" = "test.csv,rising,range,,,,,,,,,,,,centre" ]
}

@test "an accuracy is read upside down with --higher-is-better" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	awk -F, 'NR == 1 { print "step,lr,accuracy"; next }
		{ printf "%s,%s,%.9g\n", $1, $2, -$3 }' good.csv >acc.csv
	run -0 lrfind --higher-is-better acc.csv
	[ "${lines[1]#*,}" = "$want" ]
	for name in acc train_acc train/acc top1_acc acc1 Acc@1 top1; do
		sed "1s,accuracy,$name," acc.csv >other.csv
		run -0 lrfind --higher-is-better other.csv
		[ "${lines[1]#*,}" = "$want" ] || { echo "$name"; false; }
	done
	run -2 --separate-stderr lrfind --higher-is-better good.csv
	one_message 'lrfind: good.csv: no column is known to be an accuracy: step, lr, loss; expected --loss with one of them'
}

@test "--list-columns shows what columns are taken for" {
	printf '%s\n' 'step,lr-Adam,lr-SGD,"a, b",loss,val_loss' 0,.1,.1,x,3,nan \
		1,.2,.1,x,2,7 >l.csv
	run -0 lrfind --list-columns l.csv
	[ "$output" = 'file,column,role,n,min,max
l.csv,step,step,2,0,1
l.csv,lr-Adam,lr,2,0.1,0.2
l.csv,lr-SGD,,2,0.1,0.1
l.csv,"a, b",,0,,
l.csv,loss,loss,2,2,3
l.csv,val_loss,,2,7,7' ]
}

@test "--list-columns knows sums and the table of rates, and has one header" {
	printf '%s\n' step,lr,a_loss,b_loss 0,1,2,3 >l.csv
	echo 'step,lr' >lr.csv
	cp l.csv m.csv
	run -0 lrfind --list-columns --loss a_loss+b_loss --lr-table lr.csv \
		l.csv m.csv
	[ "$output" = 'file,column,role,n,min,max
l.csv,step,step,1,0,0
l.csv,lr,,1,1,1
l.csv,a_loss,loss,1,2,2
l.csv,b_loss,loss,1,3,3
m.csv,step,step,1,0,0
m.csv,lr,,1,1,1
m.csv,a_loss,loss,1,2,2
m.csv,b_loss,loss,1,3,3' ]
}

@test "of two candidates the better is read, with a remark, or what is asked" {
	awk -F, 'NR == 1 { print "step,lr-A,lr-B,loss"; next }
		{ print $1 "," 1 / (1 + $1) "," $2 "," $3 }' good.csv >two.csv
	run -0 --separate-stderr lrfind two.csv
	one_message 'lrfind: two.csv: 2 columns may be the rate: lr-B is read; expected --lr for another'
	[ "${lines[1]#*,}" = "$(lrfind good.csv | sed -n '2s/^[^,]*,//p')" ]
	run -1 --separate-stderr lrfind --lr lr-A two.csv
	run -2 --separate-stderr lrfind --lr lr-C two.csv
	one_message "lrfind: two.csv: no column 'lr-C' for the lr: *"
}

@test "losses are added with --loss A+B" {
	awk -F, 'NR == 1 { print "step,lr,box_loss,cls_loss"; next }
		{ printf "%s,%s,%.9g,%.9g\n", $1, $2, $3 - 1, 1 }' good.csv \
		>sum.csv
	run -0 lrfind --loss box_loss+cls_loss sum.csv
	[ "${lines[1]#*,}" = "$(lrfind good.csv | sed -n '2s/^[^,]*,//p')" ]
	run -2 --separate-stderr lrfind --loss box_loss+cls sum.csv
	one_message "lrfind: sum.csv: no column 'cls' for the loss: *"
}

@test "several files are rows in order, and a row for all of them" {
	range_test "$GOOD + 0.01 * cos(i * 7)" >b.csv
	run -0 lrfind good.csv b.csv
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[1]} == good.csv,ok,* ]]
	[[ ${lines[2]} == b.csv,ok,* ]]
	[[ ${lines[3]} == all,ok,*,400,*,centre ]]
	run -0 lrfind -f args good.csv good.csv
	[ "$output" = "$(lrfind -f args good.csv)" ]
}

@test "the row for all is ok if more than half of the runs are" {
	range_test 2.3 >flat.csv
	run -1 --separate-stderr lrfind -f args good.csv flat.csv good.csv
	[ "$output" = "$(lrfind -f args good.csv)" ]
	one_message 'lrfind: flat.csv: flat: *'
	run -1 --separate-stderr lrfind good.csv flat.csv
	[ "${lines[3]}" = all,flat,range,,,,,,,,,,,,centre ]
	[ "${stderr_lines[1]}" = 'lrfind: all: 1 of 2 runs are ok; expected more than half' ]
	run -1 lrfind -q -f args good.csv flat.csv
	[ -z "$output" ]
}

@test "args and env say nothing if an input was not read" {
	range_test "$GOOD" >zero.csv
	sed -i 's/,[^,]*,/,0,/;1s/.*/step,lr,loss/' zero.csv
	echo 'step,lr' >corrupt.csv
	echo old >out
	for bad in corrupt.csv none.csv zero.csv; do
		for format in args env; do
			run -2 --separate-stderr lrfind -f $format \
				good.csv $bad good.csv
			[ -z "$output" ]
			one_message "lrfind: $bad*"
			run -2 lrfind -f $format -o out $bad good.csv
			[ "$(cat out)" = old ]
		done
	done
}

@test "--run splits a file by a column" {
	awk -F, 'NR == 1 { print "seed," $0; next }
		{ print "a," $0; print "b," $0 }' good.csv >runs.csv
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	run -0 lrfind --run seed runs.csv
	[ "${lines[1]}" = "a,$want" ]
	[ "${lines[2]}" = "b,$want" ]
	[[ ${lines[3]} == all,ok,* ]]
}

@test "a run that begins again is said to, and the last is read" {
	{ head -n 150 good.csv; tail -n +2 good.csv; } >again.csv
	run -0 --separate-stderr lrfind again.csv
	[ "${lines[1]#*,}" = "$(lrfind good.csv | sed -n '2s/^[^,]*,//p')" ]
	one_message 'lrfind: again.csv: the steps begin again; expected one run, the last of 2 is read, or --run COL if one tells them apart'
	awk 'NR == 1 { print "run," $0; next } { print "a," $0 }' again.csv >b
	run -0 --separate-stderr lrfind --run run b
	one_message 'lrfind: b:a: the steps begin again; *'
}

@test "rows in another order than their steps are read in it, with a remark" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	{ head -n 1 good.csv; tail -n +2 good.csv | tac; } >new.csv
	{ head -n 1 good.csv; tail -n +2 good.csv | sort; } >sorted.csv
	for f in new sorted; do
		run -0 --separate-stderr lrfind $f.csv
		[ "${lines[1]#*,}" = "$want" ]
		one_message "lrfind: $f.csv: the rows are not in the order of their steps; *"
	done
}

@test "a message is one line whatever the run is called" {
	range_test 2.3 >"$(printf 'a\nb\033[31m')"
	run -1 --separate-stderr lrfind a*
	one_message 'lrfind: a\\nb\\x1b\[31m: flat: *'
}

@test "a bad file does not stop the next" {
	echo 'step,lr' >bad.csv
	run -2 --separate-stderr lrfind none.csv bad.csv good.csv
	[ "${lines[1]}" = bad.csv,bad-data,range,,,,,,,,,,,,centre ]
	[[ ${lines[2]} == good.csv,ok,* ]]
	[ "${#lines[@]}" -eq 3 ]
	[ "${#stderr_lines[@]}" -eq 2 ]
}

@test "-m all has a row for each method" {
	run -0 lrfind -m all good.csv
	[ "$(printf '%s\n' "${lines[@]:1}" | awk -F, '{ print $NF }' | xargs)" = \
		"centre valley slide minimum steep lightning lightning-2.5.2 torch-lr-finder ignite keras ktrain smith capel smith-exp" ]
}

@test "-m all is one table for people, and the probes to run below it" {
	for f in table report; do
		run -0 --separate-stderr lrfind -m all -f "$f" good.csv good.csv
		[ "$(grep -c '^run  *status  *stage ' <<<"$output")" -eq 1 ]
		[[ ${lines[0]} == *' method' ]]
		[[ ${lines[-1]} == 'to be surer: lrsched probe:4x200,lr='* ]]
		# The same methods in the same order as in csv.
		[ "$(sed '1d;$d' <<<"$output" | awk '{ print $1, $2, $NF }')" \
			= "$(lrfind -q -m all good.csv good.csv |
				awk -F, 'NR > 1 { print $1, $2, $NF }')" ]
	done
}

@test "-m all names the method in a message, unless all say the same" {
	range_test "2.3 - 0.01 * sin(i * i)" >test.csv
	run -1 --separate-stderr lrfind -m all test.csv
	[[ $stderr == *'lrfind: test.csv: centre: flat: '* ]]
	[[ $stderr == *'lrfind: test.csv: smith-exp: flat: '* ]]
	awk -F, -v OFS=, 'NR > 1 { $3 = "nan" } { print }' good.csv >test.csv
	run -1 --separate-stderr lrfind -m all test.csv
	[ "${#lines[@]}" -eq 15 ]
	one_message 'lrfind: test.csv: rising: *'
	sed 's/,[^,]*,/,0,/;1s/.*/step,lr,loss/' good.csv >test.csv
	run -2 --separate-stderr lrfind -m all test.csv
	one_message 'lrfind: test.csv: most rates are not above 0; *'
}

@test "-m all exits with what the default method says" {
	awk -F, -v OFS=, 'NR > 1 { $3 -= 100 } { print }' good.csv >test.csv
	run -0 --separate-stderr lrfind -m all test.csv
	[[ ${lines[1]} == test.csv,ok,*,centre ]]
	[[ $stderr == *'lrfind: test.csv: valley: too-few: '* ]]
	run -1 lrfind -q -m valley test.csv
}

@test "--skip-start and --skip-end leave points out" {
	run -0 lrfind --skip-start 10 --skip-end 5% good.csv
	[ "$(column n)" = 180 ]
	head -n 101 good.csv >hundred.csv
	run lrfind -f report --skip-start 29% hundred.csv
	[[ $output == *" 71 points"* ]]
	run -1 lrfind -q --skip-start 100% good.csv
	[[ ${lines[1]} == good.csv,too-few,* ]]
}

@test "-o writes the file at once, or not at all" {
	run -0 lrfind -o out.csv good.csv
	[ -z "$output" ]
	lrfind good.csv | cmp - out.csv
	echo old >out.csv
	echo bad >bad.csv
	run -2 lrfind -o out.csv none.csv
	[ "$(cat out.csv)" = old ]
	run -2 --separate-stderr lrfind -o good.csv good.csv
	one_message "lrfind: 'good.csv' is input and output*"
	[ "$(head -n 1 good.csv)" = step,lr,loss ]
	cut -d, -f1,2 good.csv >lr.csv
	run -2 --separate-stderr lrfind --lr-table lr.csv -o lr.csv good.csv
	one_message "lrfind: 'lr.csv' is input and output*"
	[ "$(wc -l <lr.csv)" -eq 201 ]
	[ -z "$(find . -name 'out.csv?*')" ]
}

@test "-o leaves a file as it was where args and env have no answer" {
	range_test 2.3 >flat.csv
	for format in args env; do
		lrfind -f $format -o out good.csv
		lrfind -f $format good.csv | cmp - out
		run -1 --separate-stderr lrfind -f $format -o out flat.csv
		one_message 'lrfind: flat.csv: flat: *'
		lrfind -f $format good.csv | cmp - out
		run -1 lrfind -f $format -o new flat.csv
		[ ! -e new ]
	done
	run -1 lrfind -f csv -o out flat.csv
	[[ $(cat out) == *flat.csv,flat,* ]]
	[ -z "$(find . -name 'out?*' -o -name 'new?*')" ]
}

@test "wrong usage says what is right" {
	for args in '-f xml' '-m best' '--use sgd' '--ratio 0.5' '--ratio x' \
		'--skip-start -1' '--skip-end 101%' '--sep ab' '-i xml' \
		'-f args -m all' '--use const --ratio 2' '--use clr --nope' \
		'--ratio 2 --use const' \
		'--lr a --lr-table good.csv'; do
		run -2 --separate-stderr lrfind $args good.csv
		[ -z "$output" ]
		one_message 'lrfind: *' || { echo "$args"; false; }
		[[ $stderr == *"Try 'lrfind --help'"* ]] || { echo "$args"; false; }
	done
}

@test "hostile files are one message and status 2" {
	: >empty
	printf 'step,lr,loss\n' >header
	printf 'step,lr,loss\n1,2,"3' >quote
	printf 'step,lr,loss\n1,2,3,4,5\n' >wide
	printf '\377\376s\0t\0' >utf16
	printf 'step,lr,loss\n1,2,x\n' >text
	printf '1,2,3\n4,5,6\n' >headless
	head -c 3000 "$BUILD/lrfind" >elf
	awk 'BEGIN { for (i = 0; i < 20000; i++) printf "c%d,", i; print "x" }' \
		>columns
	for f in empty header quote wide utf16 text headless elf columns; do
		run -2 --separate-stderr lrfind "$f"
		[ "${lines[1]}" = "$f,bad-data,range,,,,,,,,,,,,centre" ] ||
			{ echo "$f: $output"; false; }
		one_message "lrfind: $f: *" || one_message "lrfind: $f:[0-9]*: *"
		run -2 --separate-stderr lrfind -f args "$f"
		[ -z "$output" ]
	done
}

@test "a line of more than 64 MiB is refused, not kept" {
	skip_if_sanitized slow
	run -2 --separate-stderr bash -c \
		'head -c 70000000 /dev/zero | tr "\0" x | lrfind'
	one_message 'lrfind: <stdin>:1: a line of more than 64 MiB*'
}

@test "memory does not grow with columns that are not used" {
	skip_if_sanitized 'counts address space'
	awk -F, 'BEGIN { for (i = 0; i < 5000; i++) pad = pad ",abcdefgh" }
		{ print $0 pad }' good.csv >wide.csv
	run -0 bash -c "ulimit -v 30000; lrfind wide.csv"
	[ "${lines[1]#*,}" = "$(lrfind good.csv | sed -n '2s/^[^,]*,//p')" ]
}

@test "the losses of a progress bar are said to be perhaps means so far" {
	# A bar that prints the mean of the epoch so far, and the losses it is of.
	awk 'BEGIN {
		print "step,lr,loss" >"own.csv"
		for (i = 1; i <= 100; i++) {
			lr = 1e-5 * exp(log(1e6) * (i - 1) / 99)
			loss = 2.3 - 1.8 / (1 + (0.01 / lr) ^ 1.5) + 30 * lr * lr
			loss += sin(i * i) / 20
			if (loss > 9) loss = 9
			sum += loss
			printf "%d,%.6g,%.9g\n", i, lr, loss >"own.csv"
			printf "%d/100 [=====>....] - ETA: 3s - loss: %.6f - lr: %.6g\r", \
				i, sum / i, lr
		}
		print ""
	}' >bar.log
	run -0 --separate-stderr lrfind bar.log
	[[ $stderr == *'those of a progress bar, which may be means of the epoch'* ]]
	run -0 --separate-stderr lrfind --loss-kind raw bar.log
	[ -z "$stderr" ]
	run -0 --separate-stderr lrfind own.csv
	[ -z "$stderr" ]
	# As means they are undone: the suggestion is that of the losses.
	awk -v a="$(lrfind -f value --loss-kind epoch-mean bar.log)" \
		-v b="$(lrfind -f value own.csv)" \
		-v c="$(lrfind -q -f value bar.log)" \
		'BEGIN { exit !(a < 1.05 * b && b < 1.05 * a && c > 1.5 * b) }'
}

@test "raw losses whose first stands out are not taken for averages" {
	awk 'BEGIN {
		print "step,lr,loss"
		for (i = 0; i < 200; i++) {
			lr = 1e-5 * exp(log(1e6) * i / 199)
			loss = 2 - 1.5 / (1 + 0.01 / lr) + lr * lr / 9
			printf "%d,%.9g,%.6g\n", i, lr,
				loss + sin(i * i) / 20 + 5 * (i == 0)
		}
	}' >first.csv
	run -0 --separate-stderr lrfind first.csv
	[[ $stderr != *average* && $stderr != *undone* ]]
	[ "$output" = "$(lrfind --loss-kind raw first.csv)" ]
	[[ $output == *,ok,* ]]
}
