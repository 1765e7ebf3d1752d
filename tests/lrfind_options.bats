#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What lrfind's options make of a log: averages of losses undone, rates told
# late, rates that the log lacks.

load helper

# A range test of 200 updates as step,lr,loss, whose noise is that of batches.
good() {
	awk '
	function s(x) { return 1 / (1 + exp(-x)) }
	function noise(i) { i = sin(i * 12.9898) * 43758.5453
		return i - int(i) }
	BEGIN {
		print "step,lr,loss"
		for (i = 0; i < 200; i++) {
			x = -6 + 7 * i / 199
			y = 2.3 - 1.8 * s(5 * (x + 2.5)) + 3 * s(12 * (x + 0.5))
			printf "%d,%.9g,%.9g\n", i, exp(x * log(10)),
				y + 0.05 * noise(i)
		}
	}'
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	good >good.csv
}

# Prints good.csv with the loss L of its Kth row turned into awk's $1.
turned() {
	awk -F, -v OFS=, 'NR == 1 { print; next }
		{ k = NR - 1; L = $3; '"$1"'; print }' good.csv
}

MEAN='S += L; $3 = sprintf("%.9g", S / k)'
CORRECTED='a = 0.98 * a + 0.02 * L; $3 = sprintf("%.9g", a / (1 - 0.98 ^ k))'
FIRST='a = k == 1 ? L : 0.95 * a + 0.05 * L; $3 = sprintf("%.9g", a)'
LATE='a = 0.98 * a + 0.02 * L; $3 = sprintf("%.9g", a / (1 - 0.98 ^ (k + 1)))'

row() {
	printf '%s\n' "$output" | sed -n '2s/^[^,]*,//p'
}

@test "averages are undone as --loss-kind says, or by themselves with a remark" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	turned "$MEAN" >mean.csv
	turned "$CORRECTED" >corrected.csv
	turned "$FIRST" >first.csv
	turned "$LATE" >late.csv
	for how in mean.csv:epoch-mean corrected.csv:ema:0.98 \
		first.csv:ema:0.95 late.csv:ema:0.98; do
		run -0 --separate-stderr lrfind --loss-kind "${how#*:}" \
			"${how%%:*}"
		[ "$(row)" = "$want" ] || { echo "$how: $output"; false; }
		[ -z "$stderr" ]
		lrfind --loss-kind raw "${how%%:*}" >out || [ $? -eq 1 ]
		[ "$(sed -n '2s/^[^,]*,//p' out)" != "$want" ]
	done
	for how in 'mean.csv:running means of the epoch' \
		'corrected.csv:exponential averages (0.98, corrected for their start)' \
		'late.csv:exponential averages (0.98, corrected as Lightning does)'; do
		run -0 --separate-stderr lrfind "${how%%:*}"
		[ "$(row)" = "$want" ] || { echo "$how: $output"; false; }
		one_message "lrfind: ${how%%:*}: the losses look like ${how#*:}, and are undone; expected --loss-kind raw if they are not"
	done
}

@test "averages of some updates alone are undone to the means between them" {
	for start in 0:a/1 0:'a/(1-0.9^k)' L:a/1; do
		for rows in 'k % 5 == 0' 'k % 5 == 1' 'k % 5 == 3'; do
			# A: what the average has of the rows since the one before.
			turned "if (k == 1) a = ${start%%:*}
				if (k > 1 || !a) a = 0.9 * a + 0.1 * L
				A = 0.9 * A + 0.1 * L; n++; \$3 = ${start#*:} + 0
				if (!($rows)) next
				\$4 = A / (1 - 0.9 ^ n); A = n = 0" >fifth.csv
			sed 's/^\([^,]*,[^,]*,[^,]*\),.*/\1/' fifth.csv >in.csv
			run -0 --separate-stderr lrfind --loss-kind ema:0.9 \
				-f curve in.csv
			printf '%s\n' "$output" | paste -d, - fifth.csv | awk -F, '
			function far(a, b) { return (a - b) ^ 2 > 1e-4 }
			# How much the first of an average has, may be said twice.
			NR > 5 && far($4, $9) { print; bad = 1 }
			END { exit bad || NR < 40 }' ||
				{ echo "$start $rows: $output"; false; }
		done
	done
}

@test "which average losses from 0 are is what makes them likeliest" {
	for beta in 0.9 0.95 0.98 0.99; do
		turned "a = $beta * a + (1 - $beta) * L; \$3 = a" >zero.csv
		run -0 --separate-stderr lrfind zero.csv
		one_message "lrfind: zero.csv: the losses look like exponential averages ($beta, from 0), and are undone; *"
		awk 'NR % 4 == 1' zero.csv >fourth.csv
		run -0 --separate-stderr lrfind fourth.csv
		one_message "lrfind: fourth.csv: the losses look like exponential averages ($beta, from 0), and are undone; *"
	done
}

@test "-e makes steps of the epochs of a log whose rates are by step" {
	# Every tenth update of a test of 2000, as epochs of 10.
	lrsched -n 2000 range:2000,from=1e-6,to=10 >lr.csv
	awk -F, 'NR > 1 && ($1 % 10 == 0) { x = $2 / 0.003; y = $2 / 0.2
		printf "%d,%.9g,%.9g\n", $1, $2,
			2.3 - 1.8 * x / (1 + x) + y * y + 0.01 * sin($1) }' lr.csv |
		sed '1i step,lr,loss' >steps.csv
	awk -F, -v OFS=, 'NR == 1 { print "epoch,loss"; next }
		{ print $1 / 10, $3 }' steps.csv >epochs.csv
	want=$(lrfind steps.csv | sed -n '2s/^[^,]*,//p')
	[[ $want == ok,* ]]
	run -0 --separate-stderr lrfind --lr-spec range:2000,from=1e-6,to=10 \
		-e 10 epochs.csv
	[ "$(row)" = "$want" ] && [ -z "$stderr" ]
	run -0 --separate-stderr lrfind -n 2000 -e 10 epochs.csv --lr-spec \
		'LambdaLR(opt, lambda step: 1e-6 * 1e7 ** (step / 1999))' -l 1
	[ "$(row)" = "$want" ]
}

@test "what is not read of a log is said: other rises, and what is skipped" {
	{ cat good.csv && awk -F, -v OFS=, 'NR > 1 { $1 += 200; print }' \
		good.csv; } >twice.csv
	run -0 --separate-stderr lrfind twice.csv
	[ "$(row)" = "$(lrfind good.csv | sed -n '2s/^[^,]*,//p')" ]
	one_message 'lrfind: twice.csv: the rate begins again: 200 points before or behind its longest rise are not read; *'
	run -1 --separate-stderr lrfind --skip-start 90% good.csv
	[[ $stderr == 'lrfind: good.csv: --skip-start and --skip-end leave 20 of 200 points'* ]]
}

@test "averages that are not known widen the interval, with a remark" {
	turned "$FIRST" >first.csv
	run -0 --separate-stderr lrfind -f json --loss-kind raw first.csv
	raw=$output
	run -0 --separate-stderr lrfind -f json first.csv
	one_message 'lrfind: first.csv: the losses look averaged, *the interval is wider; expected --loss-kind, *'
	"$PYTHON" - "$raw" "$output" <<-'END'
		import json, sys
		raw, wide = map(json.loads, sys.argv[1:])
		assert wide["suggest"] == raw["suggest"]
		assert wide["suggest_lo"] < 0.5 * raw["suggest_lo"]
		assert wide["suggest_hi"] > raw["suggest_hi"]
		assert wide["confidence"] == "low"
	END
}

@test "raw losses are left as they are" {
	run -0 --separate-stderr lrfind good.csv
	[ -z "$stderr" ]
	[ "$output" = "$(lrfind --loss-kind raw good.csv)" ]
}

@test "a mean of some updates is put in their middle, and so are medians" {
	awk -F, -v OFS=, 'NR == 1 { print; next }
		{ s += $3 } NR % 5 == 1 { $3 = s / 5; s = 0; print }' good.csv \
		>fifth.csv
	run -0 lrfind -f json good.csv
	good=$output
	run -0 lrfind -f json --loss-kind raw fifth.csv
	raw=$output
	for kind in mean median; do
		run -0 lrfind -f json --loss-kind $kind:5 fifth.csv
		"$PYTHON" - "$good" "$raw" "$output" <<-'END'
			import json, math, sys
			good, raw, mean = map(json.loads, sys.argv[1:])
			def off(x):
			    return abs(math.log10(x["suggest"] / good["suggest"]))
			assert off(mean) < 0.05 and off(mean) <= off(raw)
			assert mean["suggest_lo"] < raw["suggest_lo"]
		END
	done
}

@test "--shift moves losses to the rates before" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	# The loss beside the rate of the next update, as some loggers tell it.
	awk -F, -v OFS=, 'NR > 2 { print step, $2, loss } NR > 1 {
		step = $1; loss = $3; next } { print }' good.csv >late.csv
	run -0 lrfind -f json --skip-start 1 --skip-end 1 good.csv
	want=$(printf '%s\n' "$output" | sed 's/"run": *"[^"]*"//')
	run -0 lrfind -f json --shift 1 late.csv
	[ "$(printf '%s\n' "$output" | sed 's/"run": *"[^"]*"//')" = "$want" ]
}

@test "wrong kinds say which there are" {
	for kind in mean ema ema:1 ema:x raw:3 means:3 median:0 auto: epoch-mean:x ''; do
		run -2 --separate-stderr lrfind --loss-kind "$kind" good.csv
		one_message 'lrfind: --loss-kind *; expected *' ||
			{ echo "$kind"; false; }
	done
	run -2 --separate-stderr lrfind --shift x good.csv
	one_message 'lrfind: --shift*'
}

@test "--lr-spec gives the rates of a log that lacks or rounds them" {
	want=$(lrfind good.csv | sed -n '2s/^[^,]*,//p')
	cut -d, -f1,3 good.csv >nolr.csv
	run -0 --separate-stderr lrfind --lr-spec range:200,from=1e-6,to=10 \
		nolr.csv
	[ -z "$stderr" ]
	[ "$(row)" = "$want" ]
	awk -F, 'NR == 1 { print; next } { printf "%d,%.2f,%s\n", $1, $2, $3 }' \
		good.csv >rounded.csv
	run -0 lrfind --lr-spec range:200,from=1e-6,to=10 rounded.csv
	[ "$(row)" = "$want" ]
	# the same as a lambda, and from a base rate
	run -0 lrfind --lr-spec 'lambda s: 1e-6 * 10 ** (7 * s / 199)' nolr.csv
	[ "$(row)" = "$want" ]
	run -0 lrfind -l 10 --lr-spec range:200,from=1e-7x,to=1x nolr.csv
	[ "$(row)" = "$want" ]
}

@test "a schedule that cannot be is said to be, and so are odd options" {
	run -2 --separate-stderr lrfind --lr-spec range:200,frm=1e-6 good.csv
	[[ $stderr == *"range takes no key 'frm'; nearest is 'from'"* ]]
	[ -z "$output" ]
	run -2 --separate-stderr lrfind --lr-spec range:200,from=1e-7x,to=1 \
		good.csv
	one_message 'lrfind: --lr-spec depends on the base rate; expected -l LR*'
	for args in '-n 5' '-l 1' '-e 3' '-D a=1' \
		'--lr-spec cos --lr-table good.csv' '--lr-spec cos --lr lr'; do
		run -2 --separate-stderr lrfind $args good.csv
		one_message 'lrfind: *; expected *' || { echo "$args"; false; }
	done
}

@test "-f curve has every point, raw and smoothed" {
	run -0 --separate-stderr lrfind -f curve good.csv
	[ "${lines[0]}" = run,step,lr,raw,smoothed ]
	[ "${#lines[@]}" -eq 201 ]
	printf '%s\n' "${lines[@]}" | awk -F, 'NR == FNR { want[FNR] = $0; next }
		{ bad += $2 "," $3 "," $4 != want[FNR] && FNR > 1 }
		FNR > 1 { d = $5 - $4; bad += d > 0.6 || d < -0.6 || $5 == "" }
		END { exit bad > 0 }' good.csv -
	# also where the answer is no, and of accuracies as they were logged
	awk -F, -v OFS=, 'NR == 1 { $3 = "acc" } NR > 1 { $3 = 10 - $3 } 1' \
		good.csv >acc.csv
	run -0 lrfind --higher-is-better -f curve acc.csv
	[[ ${lines[1]} == acc.csv,0,*,7.7*,7.* ]]
	head -n 12 good.csv >short.csv
	run -1 --separate-stderr lrfind -f curve short.csv
	[ "${#lines[@]}" -eq 12 ]
	[[ ${lines[1]} == short.csv,0,1e-06,2.29999995, ]]
}

@test "--check says what makes a range test, and what does not" {
	run -0 --separate-stderr lrfind --check good.csv
	[ -z "$stderr" ]
	[ "${lines[0]}" = run,check,verdict,found ]
	[ "$(printf '%s\n' "${lines[@]}" | cut -d, -f2 | xargs)" = \
		'check rates decades points steps losses start fall end' ]
	[ "$(printf '%s\n' "${lines[@]:1}" | cut -d, -f3 | sort -u)" = ok ]
	[ "${lines[1]}" = 'good.csv,rates,ok,"from 1e-06 to 10, geometrically"' ]
	run -0 lrfind --check -f table good.csv
	[[ $output == *'rates'*'ok'*'geometrically'* ]]
	[[ $output != *probe* ]]
	awk -F, -v OFS=, 'NR > 1 { $2 = 0.1 } 1' good.csv >held.csv
	run -1 --separate-stderr lrfind --check held.csv
	[ "${lines[1]}" = 'held.csv,rates,fail,the rate does not rise' ]
	[ "${#lines[@]}" -eq 2 ]
	head -n 120 good.csv >open.csv
	run -1 lrfind -q --check open.csv
	[[ $output == *',end,fail,the loss still falls at the last rate'* ]]
	head -n 100 good.csv | awk 'NR == 1 || NR % 3 == 2' >few.csv
	run lrfind -q --check few.csv
	[[ $output == *',points,note,"33 points, 9.7'* ]]
	[[ $output == *',steps,note,one point in about 3 updates'* ]]
	turned "$MEAN" >mean.csv
	run -0 lrfind --check mean.csv
	[[ $output == *',losses,note,"running means of the epoch, which are undone"'* ]]
	for args in '-f args' '-m all' '--plot=a.svg' '--list-columns'; do
		run -2 --separate-stderr lrfind --check $args good.csv
		one_message 'lrfind: *--check*; expected *'
	done
}

@test "--follow ends once the loss is lost, and the stop file says so" {
	run -0 --separate-stderr lrfind --loss-kind raw --follow \
		--stop-file stop - <good.csv
	n=$(printf '%s\n' "${lines[1]}" | cut -d, -f13)
	[ "$n" -gt 140 ]
	[ "$n" -lt 190 ]
	grep -q '^lrfind: the test is over at rate 0\.' stop
	[ "${#lines[@]}" -eq 2 ]
	# a file that grows, and a trainer that stops for the file
	: >run.csv
	timeout 60 lrfind --loss-kind raw --follow --stop-file enough run.csv \
		>out 2>err &
	follower=$!
	head -n 120 good.csv >>run.csv
	sleep 0.3
	[ ! -e enough ]
	tail -n +121 good.csv >>run.csv
	wait "$follower"
	[ -e enough ]
	[ "$(tail -n 1 out)" = "run.csv,${lines[1]#*,}" ]
	# a pipe that ends is a test that ends
	head -n 150 good.csv >short.csv
	run lrfind --loss-kind raw --follow --stop-file none - < <(cat short.csv)
	[ "${lines[1]#*,}" = "$(lrfind -q --loss-kind raw short.csv |
		sed -n '2s/^[^,]*,//p')" ]
	[ ! -e none ]
}

@test "--follow of what is lost at once is diverged" {
	awk -F, -v OFS=, 'NR > 12 { $3 = "nan" } 1' good.csv >bad.csv
	run -1 --separate-stderr lrfind --follow --stop-file stop bad.csv
	[ "${lines[1]}" = bad.csv,diverged,range,,,,,,,,,,,,centre ]
	one_message 'lrfind: bad.csv: diverged: *lower rates*lrsched range:*'
	[ -e stop ]
	run -1 lrfind -q -f value --follow bad.csv
	[ -z "$output" ]
}

@test "--follow is of one log, and its stop file is not there yet" {
	echo >stop
	for args in '--follow a b' '--stop-file x a' '--follow --run r a' \
		'--follow --stop-file stop good.csv' '--follow --list-columns a'; do
		run -2 --separate-stderr lrfind $args
		one_message 'lrfind: *; expected *' || { echo "$args"; false; }
	done
	run -2 --separate-stderr lrfind --follow none.csv
	one_message 'lrfind: none.csv: cannot open*'
}

@test "--loss is arithmetic over columns" {
	awk -F, -v OFS=, 'NR == 1 { print "step", "lr", "train/a", "ce-loss", "l1" }
		NR > 1 { print $1, $2, $3 / 2, $3 / 4, $3 * 2.5 }' good.csv >parts.csv
	want=$(lrfind -q good.csv | sed -n '2s/^[^,]*,//p')
	for loss in '"train/a"+"ce-loss"+0.1*l1' 'l1/2.5' \
		"max('ce-loss', l1) - 0 - 1.5*l1/2.5" '2*train_a'; do
		[ "$(lrfind -q --loss "$loss" parts.csv |
			sed -n '2s/^[^,]*,//p')" = "$want" ]
	done
	# a name is a name before it is a difference
	[ "$(lrfind -q -f value --loss ce-loss parts.csv)" = \
		"$(lrfind -q -f value good.csv)" ]
	# higher is better, of what is to be kept low
	[ "$(lrfind -q -f value --higher-is-better --loss '1-l1' parts.csv)" = \
		"$(lrfind -q -f value good.csv)" ]
	# a sign before or behind a name is none of its punctuation
	for loss in -l1 '-(l1)' '- "ce-loss"' '-"train/a"-l1'; do
		run -1 lrfind -q -f curve --loss "$loss" parts.csv
		printf '%s\n' "$output" | sed 1d | paste -d, - <(sed 1d good.csv) |
			awk -F, '$4 >= 0 || ($3 - $7) ^ 2 > 1e-12 { exit 1 }' ||
			{ echo "$loss: $output"; false; }
	done
	for loss in l1+ '*l1' '/l1' 'l1-' -ce_loss- '"l1"+'; do
		run -2 --separate-stderr lrfind --loss "$loss" parts.csv
		[[ $stderr == "lrfind: parts.csv: no column '"*"expected one of these"* ]] ||
			{ echo "$loss: $stderr"; false; }
	done
	run -2 --separate-stderr lrfind --lr -lr parts.csv
	one_message "lrfind: parts.csv: no column '-lr' for the lr:*"
	run -2 --separate-stderr lrfind --loss 'l1*nope' parts.csv
	one_message "lrfind: parts.csv: no column 'nope' for the loss:*"
	run -2 --separate-stderr lrfind --loss '1+2*3' parts.csv
	[[ $stderr == "lrfind: the loss '1+2*3' has no column; expected one"* ]]
	run -2 --separate-stderr lrlog --loss 'l1*2' -c loss parts.csv
}
