#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The second stage: lrsched's table of probes, what lrfind takes for one, and
# what it says of them, as the page states it.

load helper

# A trainer: what is on standard input with losses beside it.  After 200
# updates a rate of 10^x has gained most near x = -2; above 10^-0.5 it diverges.
train() {
	awk -F, -v OFS=, '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print $0, "loss"; next }
	$(at["step"]) == 0 { y = 2.3; t = 0 }
	{
		x = log($(at["lr"])) / log(10)
		print $0, (x > -0.5 && t > 20) ? "nan" : y
		y = 2.3 - 2 * exp(-(x + 2) ^ 2) * (1 - exp(-++t / 30))
		y += 0.02 * sin(t * t)
	}'
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

# Column $1 of the row of run $2 in $output.
cell() {
	printf '%s\n' "$output" | awk -F, -v name="$1" -v run="$2" '
		$1 == "run" { for (i = 1; i <= NF; i++) if ($i == name) c = i }
		$1 == run { print $c }'
}

# lrsched, lrfind: arguments, the words of its one message.
refuses_probe() {
	run -2 --separate-stderr lrsched "${@:2}"
	[ -z "$output" ]
	one_message "lrsched: $1"
}

@test "probe: prints run, step and rate" {
	run -0 lrsched probe:4x2,lr=0.01
	[ "$output" = 'run,step,lr
0,0,0.0031622776601683794
0,1,0.0031622776601683794
1,0,0.01
1,1,0.01
2,0,0.0316227766016838
2,1,0.0316227766016838
3,0,0.1
3,1,0.1' ]
	run -0 lrsched probe:1x2,lr=0.5
	[ "$output" = 'run,step,lr
0,0,0.5
0,1,0.5' ]
	[ "$(lrsched probe:4x20000,lr=1 | wc -l)" = 80001 ]
}

@test "probe: takes a ratio, formats and --rates" {
	run -0 lrsched --rates probe:4x200,lr=0.01,ratio=2
	[ "${lines[*]}" = '0.005 0.01 0.02 0.04' ]
	run -0 lrsched --rates probe:1x200,lr=0.01
	[ "$output" = 0.01 ]
	run -0 lrsched -f tsv -H probe:1x1,lr=0.01
	[ "$output" = $'0\t0\t0.01' ]
	run -0 lrsched -f json --f32 probe:1x1,lr=0.1
	[ "$output" = '{"run":0,"step":0,"lr":0.1}' ]
	lrsched -o probes.tsv probe:1x1,lr=0.01
	[ "$(tail -n 1 probes.tsv)" = $'0\t0\t0.01' ]
	run -0 lrsched --explain probe:4x200,lr=0.01
	[[ ${lines[0]} == '4 runs of 200 updates, each at one rate'* ]]
	[[ $output == *'the same seed'* ]]
	run -0 lrsched --list probe
	[[ $output == probe:RUNSxSTEPS,lr=RATE* ]]
}

@test "probe: stands alone" {
	local p=probe:4x200,lr=0.1
	refuses_probe 'probe with -n; *' -n 100 $p
	refuses_probe 'probe with -e; *' -e 100 $p
	refuses_probe 'probe with -l; *' -l 0.1 $p
	refuses_probe 'probe with --at; *' --at 3 $p
	refuses_probe 'probe with -k; *' -k 3 $p
	refuses_probe 'probe with --rows; *' --rows 3 $p
	refuses_probe 'probe with --plot; *' --plot $p
	refuses_probe 'probe with -f npy; *' -f npy $p
	refuses_probe 'probe with other words; expected it alone*' $p +m cos
	refuses_probe 'probe with other words; *' warmup:5 $p
	refuses_probe '--rates is for the rates of a probe*' --rates cos:10
	refuses_probe '--rates with -f csv; *' --rates -f csv $p
}

@test "what is wrong with a probe's word is said" {
	local w
	for w in probe probe: probe:200 probe:4x,lr=1 probe:x200,lr=1 \
		probe:4x200,at=1 probe:4x200,lr=1, probe:4x200,lr \
		probe:200,lr=0.1x2; do
		refuses_probe "'$w': expected probe:RUNSxSTEPS,lr=RATE*" $w ||
			{ echo "$w: $stderr"; false; }
	done
	refuses_probe 'probe: lr= is missing; *lrfind -f value*' probe:4x200
	refuses_probe "probe: lr='' is not a number; *" probe:4x200,lr=
	refuses_probe "lr: 'x' is not a number; *" probe:4x200,lr=x
	refuses_probe 'lr: -1 is out of range; *' probe:4x200,lr=-1
	refuses_probe 'ratio: 1 is out of range; *' probe:4x200,lr=1,ratio=1
	refuses_probe 'probe: RUNS: 0 is out of range; *' probe:0x200,lr=1
	refuses_probe "probe: STEPS: '1.5' is not a*" probe:4x1.5,lr=1
	refuses_probe 'probe: lr= is there twice; *' probe:4x2,lr=1,lr=1
	refuses_probe 'probe: the rates leave what *' probe:9x2,lr=1e300,ratio=1e9
}

@test "probes are bracketed, end to end" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	run -0 --separate-stderr lrfind probes.csv
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[1]} == probes,bracketed,probe,* ]]
	[[ ${lines[1]} == *,4,medium,centre ]]
	# numpy: 10^(sum(g^64 x)/sum(g^64) - .12), to three digits
	"$NUMPY" - "$(cell suggest probes)" <<-'EOF'
		import sys
		import numpy as np
		t = np.genfromtxt("probes.csv", delimiter=",", names=True)
		x, level = [], []
		for r in range(4):
		    y = t["loss"][t["run"] == r]
		    x.append(np.log10(t["lr"][t["run"] == r][0]))
		    half = np.sort(y[100:])
		    level.append(half[20:80].mean() if np.isfinite(y).all()
		                 else np.nan)
		level = np.array(level)
		g = np.maximum(0, (2.3 - level) / (2.3 - np.nanmin(level)))
		w = np.where(np.isnan(g), 0, g) ** 64
		want = 10 ** ((w * x).sum() / w.sum() - .12)
		assert abs(float(sys.argv[1]) / want - 1) < 5e-3, want
	EOF
	awk -v s="$(cell suggest probes)" -v lo="$(cell suggest_lo probes)" \
		-v hi="$(cell suggest_hi probes)" -v max="$(cell lr_max probes)" \
		-v min="$(cell lr_min probes)" '
	function near(a, b) { return a < b * 1.01 && a > b / 1.01 }
	BEGIN { exit !(near(lo * 1.8, s) && near(hi, s * 1.8) &&
		near(max, s * 1.5) && near(min * 4, max)) }'
	[ "$(cell lr_low probes)" = "$(lrsched --rates probe:4x200,lr=0.01 |
		sed -n 2p)" ]
	[ "$(cell lr_div probes)" = "" ]
	[ "$(lrfind -f value probes.csv)" = "$(cell suggest probes)" ]
	run -0 lrfind -f args probes.csv
	[[ $output == min=*,max=* ]]
	run -0 lrfind --use const -f env probes.csv
	[ "$(cut -d= -f2 <<<"$output" | sort -u | wc -l)" = 1 ]
}

@test "the lowest or the highest rate as the best asks for one more run" {
	local side next
	for side in low:0.05:1x200,lr=0.005 high:0.001:1x200,lr=0.0316; do
		IFS=: read -r side at next <<<"$side"
		lrsched probe:4x200,lr=$at | train >probes.csv
		run -1 --separate-stderr lrfind probes.csv
		[[ ${lines[1]} == probes,open-$side,probe,0.*,medium,centre ]]
		one_message "lrfind: probes: open-$side: *lrsched probe:$next"
		run -1 --separate-stderr lrfind -f args probes.csv
		[ -z "$output" ]
		run -1 --separate-stderr lrfind -f value -q probes.csv
		[ -z "$output$stderr" ]
		lrsched probe:$next | train >more.csv
		run -0 --separate-stderr lrfind probes.csv more.csv
		[[ ${lines[1]} == probes,bracketed,probe,*,5,medium,centre ]]
	done
}

@test "where nothing learns the lowest rate is told, and a lower one asked for" {
	printf 'run,step,lr,loss\n' >none.csv
	for run in 1 2 3; do
		for step in $(seq 0 199); do
			echo "$run,$step,$run,$((step > 5 ? 9 : 2))"
		done
	done >>none.csv
	run -1 --separate-stderr lrfind none.csv
	[ "$(cell status probes)" = open-low ]
	[ "$(cell suggest probes)" = 1 ]
	one_message '*no rate learns; *lrsched probe:1x200,lr=0.316'
	# a rate that diverged is none, even where no other learns
	sed 's/^1,\(.*\),9$/1,\1,nan/' none.csv >lowest.csv
	run -1 --separate-stderr lrfind lowest.csv
	[ "$(cell status probes)" = open-low ]
	[ "$(cell suggest probes)" = 2 ]
	[ "$(cell lr_div probes)" = 1 ]
}

@test "where every run diverged there is no rate, and lower ones are asked for" {
	lrsched probe:4x200,lr=0.01 | train |
		sed 's/\(,1[0-9][0-9],.*\),.*/\1,nan/' >nan.csv
	run -1 --separate-stderr lrfind nan.csv
	[[ ${lines[1]} == probes,open-low,probe,,,,,,,,,0.00316*,4,,centre ]]
	one_message 'lrfind: probes: open-low: every run diverged; expected lower *lrsched probe:4x200,lr=0.0001'
	[ "$(lrsched --rates probe:4x200,lr=0.0001 | tail -n 1)" = 0.001 ]
	run -1 --separate-stderr lrfind -q -f report nan.csv
	[[ $output != *suggest* ]]
}

@test "runs of under 150 updates give a rate and exit 1" {
	lrsched probe:4x149,lr=0.01 | train >short.csv
	run -1 --separate-stderr lrfind short.csv
	[[ ${lines[1]} == probes,too-short,probe,0.* ]]
	one_message 'lrfind: probes: too-short: under 150 updates *lrsched probe:4x200,lr=0.01'
	lrsched probe:4x150,lr=0.01 | train >enough.csv
	run -0 lrfind enough.csv
	# too-short comes before open-high
	lrsched probe:4x149,lr=0.0003 | train >short.csv
	run -1 lrfind -q short.csv
	[ "$(cell status probes)" = too-short ]
}

@test "a run that is cut short or not finite has diverged" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	awk -F, '!($1 == 3 && $2 >= 179)' probes.csv >cut.csv
	run -0 --separate-stderr lrfind cut.csv
	[ "$(cell lr_div probes)" = 0.1 ]
	one_message 'lrfind: probes: run 3: cut short after 179 of 200 updates, which counts as diverged; *'
	awk -F, '!($1 == 3 && $2 >= 181)' probes.csv >nearly.csv
	run -0 --separate-stderr lrfind nearly.csv
	[ "$(cell lr_div probes)" = "" ]
	[ -z "$stderr" ]
	# the longest of its own file
	lrsched probe:1x160,lr=0.006 | train >more.csv
	run -0 lrfind probes.csv more.csv
	[ "$(cell lr_div probes)" = "" ]
	awk -F, -v OFS=, '$1 == 1 && $2 == 60 { $4 = "inf" } { print }' \
		probes.csv >inf.csv
	run lrfind -q inf.csv
	[ "$(cell lr_div probes)" = 0.01 ]
}

@test "a run is lost if it is cut short below a rate that learns to the end" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	local row='probes,too-short,probe,,,,,,,,,,4,,centre'
	local says='although a rate as high learns to the end'
	# the best of the others is run 2, or 1 itself is the best
	awk -F, '!($1 == 0 && $2 >= 100 || $1 == 1 && $2 >= 120)' \
		probes.csv >cut.csv
	run -1 --separate-stderr lrfind cut.csv
	[ "${lines[1]}" = "$row" ]
	[ "${#stderr_lines[@]}" -eq 3 ]
	[[ ${stderr_lines[0]} == "lrfind: probes: run 0: cut short after 100 of 200 updates, $says"* ]]
	[[ ${stderr_lines[1]} == "lrfind: probes: run 1: cut short after 120 of 200 updates, $says"* ]]
	[[ ${stderr_lines[2]} == 'lrfind: probes: too-short: '*'lrsched probe:1x200,lr=0.01' ]]
	run -1 lrfind -q -f value cut.csv
	[ -z "$output" ]
	# the run that is asked for stands in for it
	lrsched probe:1x200,lr=0.01 | train >more.csv
	run -1 --separate-stderr lrfind cut.csv more.csv
	[[ $stderr == *'lrsched probe:1x200,lr=0.00316' ]]
	lrsched probe:1x200,lr=0.00316228 | train >lower.csv
	want=$(lrfind probes.csv | sed -n '2s/,4,medium.*//p')
	run -0 --separate-stderr lrfind cut.csv more.csv lower.csv
	[ "${lines[1]}" = "$want,6,medium,centre" ]
	# beyond a whole run beside the best it decides nothing
	lrsched probe:5x200,lr=0.003 | train >five.csv
	awk -F, '!($1 == 0 && $2 >= 100)' five.csv >cut.csv
	run -0 --separate-stderr lrfind cut.csv
	[ "${lines[1]}" = "$(lrfind five.csv | tail -n 1)" ]
	one_message "*run 0: cut short after 100 of 200 updates, $says*"
	# one longer run makes the others short
	lrsched probe:1x400,lr=0.01 | train | sed 's/^0/1/' >long.csv
	awk -F, 'NR == FNR { print; next } FNR > 1 && $1 != 1' \
		long.csv probes.csv >mixed.csv
	run -1 --separate-stderr lrfind mixed.csv
	[ "$(cell suggest probes)" = "" ]
	[[ $stderr == *'run 0: cut short after 200 of 400 updates, although'* ]]
	[[ $stderr == *'run 2: cut short after 200 of 400 updates, which'* ]]
	[[ $stderr == *'lrsched probe:1x400,lr=0.00316' ]]
}

@test "runs of one rate are one, of any files" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	want=$(lrfind probes.csv | sed -n '2s/,4,medium.*//p')
	run -0 lrfind probes.csv probes.csv
	[ "${lines[1]}" = "$want,8,medium,centre" ]
	awk -F, 'NR == 1 || $1 == 3' probes.csv >d.csv
	awk -F, -v OFS=, 'NR == 1 || $1 < 3 { if ($1 != "run") $3 *= 1.0004
		print }' probes.csv >abc.csv
	run -0 lrfind probes.csv d.csv
	[ "$(cell n probes)" = 5 ]
	run -0 lrfind abc.csv probes.csv
	[ "$(cell n probes)" = 7 ]
}

@test "--stage says what inputs are, else it is found" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	run -1 lrfind -q --stage range probes.csv
	[ "$(cell status 0)" = not-a-test ]
	[ "$(cell stage all)" = range ]
	[ -z "$(cell status probes)" ]
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	run -0 lrfind range.csv
	[ "$(cell stage range.csv)" = range ]
	run -1 --separate-stderr lrfind --stage probe range.csv
	[[ ${lines[1]} == range.csv,not-a-test,probe,,,* ]]
	one_message '*the rate is not one, *'
	run -0 lrfind --stage probe probes.csv
	run -2 lrfind --stage both probes.csv
}

@test "one rate alone is not a test" {
	lrsched probe:1x200,lr=0.02 | train >one.csv
	run -1 --separate-stderr lrfind one.csv
	[[ ${lines[1]} == 0,not-a-test,range,,,* ]]
	one_message '*runs at other rates beside it, *lrsched range:*'
	run -1 --separate-stderr lrfind one.csv one.csv
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[3]} == all,not-a-test,range,,,* ]]
}

@test "a column run, run_id or trial is --run, unless --run is empty" {
	lrsched probe:4x200,lr=0.01 | train >run.csv
	want=$(lrfind run.csv)
	for name in run_id trial; do
		sed "1s/run/$name/" run.csv >other.csv
		[ "$(lrfind other.csv)" = "$want" ]
	done
	sed '1s/run/seed/' run.csv >other.csv
	run lrfind -q other.csv
	[ -z "$(cell status probes)" ]
	[ "$(lrfind --run seed other.csv)" = "$want" ]
	run lrfind -q --run '' run.csv
	[ -z "$(cell status probes)" ]
	# files of one run each need no column
	for run in 0 1 2 3; do
		awk -F, -v run=$run 'NR == 1 || $1 == run' run.csv |
			cut -d, -f2- >$run.csv
	done
	[ "$(lrfind [0-3].csv)" = "$want" ]
}

@test "runs of one rate in a log with other runs are told" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	lrsched range:200,from=1e-5,to=10 | train |
		awk -F, 'NR > 1 { print "9," $0 }' | cat probes.csv - >all.csv
	run -1 --separate-stderr lrfind all.csv
	[[ $stderr == 'lrfind: all.csv: 4 of 5 runs hold one rate each; expected a log of their own, where they are probes'* ]]
	[ "$(cell status 9)" = ok ]
	# one alone would be no probes
	awk -F, '$1 == "run" || $1 == 2 || $1 == 9' all.csv >two.csv
	run -1 --separate-stderr lrfind two.csv
	[[ $stderr != *'a log of their own'* ]]
}

@test "the range test's answer counts where both agree" {
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	run -0 lrfind probes.csv
	probe=$(cell suggest probes)
	run -0 lrfind range.csv probes.csv
	[[ ${lines[1]} == range.csv,ok,range,* ]]
	[[ ${lines[2]} == probes,bracketed,probe,* ]]
	[ "${#lines[@]}" -eq 3 ]
	awk -v p="$probe" -v r="$(cell suggest range.csv)" \
		-v s="$(cell suggest probes)" '
		BEGIN { exit !(r / p < 3 && p / r < 3 && r != p &&
			s ^ 2 / (r * p) < 1.01 && s ^ 2 / (r * p) > 0.99) }'
	[ "$(lrfind -f value range.csv probes.csv)" = "$(cell suggest probes)" ]
	both=$(cell suggest probes)
	[ "$(lrfind probes.csv range.csv | awk -F, '/^probes/ { print $6 }')" = \
		"$both" ]
	# another method's is not measured with probes
	run lrfind -q -m valley range.csv probes.csv
	[ "$(cell suggest probes)" = "$probe" ]
	# far from them it does not count
	awk -F, -v OFS=, 'NR > 1 { $2 /= 100 } { print }' range.csv >far.csv
	run lrfind -q far.csv probes.csv
	[ "$(cell suggest probes)" = "$probe" ]
	# nor does one without an answer, which is not what the exit tells
	awk -F, -v OFS=, 'NR > 1 { $3 = 2.3 + sin(NR * NR) } { print }' \
		range.csv >flat.csv
	run -0 lrfind flat.csv probes.csv
	[ "$(cell status flat.csv)" = flat ]
	[ "$(cell suggest probes)" = "$probe" ]
	# of several it is that of all
	run -0 lrfind range.csv range.csv probes.csv
	[ "$(cell suggest probes)" = "$both" ]
	[ "$(cell stage all)" = range ]
}

@test "a probe's suggestion is a rate between those that were trained" {
	lrsched probe:4x200,lr=0.1 | train >probes.csv
	run lrfind -q probes.csv
	awk -v s="$(cell suggest probes)" 'BEGIN { exit !(s >= 0.0316 && s <= 1) }'
}

@test "rates far apart widen the interval" {
	{
		lrsched probe:4x200,lr=0.01,ratio=30 | train
	} >wide.csv
	run -0 lrfind wide.csv
	[ "$(cell confidence probes)" = low ]
	run -1 --separate-stderr lrfind --strict wide.csv
	[[ ${lines[1]} == probes,low-confidence,probe,,,* ]]
	one_message '*low-confidence: *lrsched probe:1x200,lr=*'
}

# Four rates, of which 1e-4 and $1 learn alike.
two_best() {
	echo run,step,lr,loss
	for run in 0,1e-5,2.2 1,1e-4,0.5 "2,$1,0.5" 3,1,2.29; do
		awk -v r="$run" 'BEGIN {
			split(r, a, ",")
			for (i = 0; i < 200; i++)
				printf "%s,%d,%s,%.5f\n", a[1], i, a[2],
					a[3] + (2.3 - a[3]) * exp(-i / 20)
		}'
	done
}

@test "that no rate near the answer was tried is said" {
	two_best 1e-1 >probes.csv
	run -0 --separate-stderr lrfind probes.csv
	[ "$(cell suggest probes)" = 0.0024 ]
	one_message 'lrfind: probes: bracketed: no rate within half a decade of the answer was tried; expected the log of one beside these, as from lrsched probe:1x200,lr=0.00316'
	two_best 1e-3 >probes.csv
	run -0 --separate-stderr lrfind probes.csv
	[ -z "$stderr" ]
}

@test "a warm-up before a constant rate is said" {
	lrsched -n 400 -l 0.1 warmup:50 const >a.csv
	lrsched -n 400 -l 0.01 warmup:50 const >b.csv
	lrsched -n 400 -l 0.001 warmup:50 const >c.csv
	for f in a b c; do train <$f.csv >$f.log; done
	run -0 --separate-stderr lrfind a.log b.log c.log
	[ "$(cell status probes)" = bracketed ]
	[ "$(grep -c "held after 5[01] points" <<<"$stderr")" -eq 3 ]
	[[ $stderr == *'without a warm-up'* ]]
}

@test "a report does not end with what a message has told" {
	lrsched probe:2x200,lr=0.0001 | train >high.csv
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	run -1 --separate-stderr lrfind -f report high.csv
	[[ $stderr == *'open-high: '*'as from lrsched probe:1x200,lr='* ]]
	[[ $output != *'to be surer'* ]]
	next=${stderr##*as from }
	# It is said once: there, where no message is wanted.
	run -1 --separate-stderr lrfind -q -f report high.csv
	[ -z "$stderr" ]
	[ "${lines[-1]}" = "to be surer: $next" ]
	# A message that tells of another test leaves it alone.
	awk -F, -v OFS=, 'NR > 1 { $3 = 2.3 + sin(NR * NR) } { print }' \
		range.csv >flat.csv
	run -1 --separate-stderr lrfind -f report flat.csv
	[[ $stderr == *'flat: '*'lrsched range:'* ]]
	[[ ${lines[-1]} == 'to be surer: lrsched probe:4x200,lr='* ]]
}

@test "a report ends with the probes to run" {
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	run -0 lrfind -f report range.csv
	[[ $output == *'for 8 to 9 of 10 networks'* ]]
	[ "${lines[-1]}" = "to be surer: lrsched probe:4x200,lr=$(lrfind -f value \
		range.csv)" ]
	run -0 lrfind -f report --ci 80 range.csv
	[[ $output == *'for 7 to 8 of 10 networks'* ]]
	awk -F, -v OFS=, 'NR > 1 { $3 = 2.3 + sin(NR * NR) } { print }' \
		range.csv >flat.csv
	run -1 lrfind -q -f report flat.csv
	[[ ${lines[-1]} == 'to be surer: lrsched probe:4x200,lr='* ]]
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	run -0 lrfind -f report range.csv probes.csv
	[[ $output == *'probes: bracketed'*'short runs of small networks'* ]]
	[[ ${lines[-1]} != *lrsched* ]]
}

@test "a picture has the probes, alone or over the curve of a range test" {
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	for range in "" range.csv; do
		# shellcheck disable=SC2086
		run -0 --separate-stderr lrfind --plot=out.svg $range probes.csv
		IFS=, read -r _ _ _ _ _ suggest lo hi _ < <(tail -n 1 <<<"$output")
		for text in "suggest $suggest" "interval: $lo to $hi" probes; do
			grep -q ">[^<]*$text<" out.svg || { echo "$text"; false; }
		done
		[ -z "$range" ] || grep -q '>[^<]*smoothed<' out.svg
	done
	# The points are the rates that were run; what diverged is there, too.
	awk -F, -v OFS=, 'NR > 700 { $4 = "nan" } { print }' probes.csv >nan.csv
	mkdir bin
	printf '#!/bin/sh\ncat\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PWD/bin:$PATH lrfind --plot=out.svg nan.csv >rows || true
	[ "$(grep -o 'with points' out.svg | wc -l)" -eq 2 ]
	[ "$(grep -cE '^(0.00316|0.01|0.0316|0.1|0.00316[0-9]*|0.0316[0-9]*) [0-9.]+$' \
		out.svg)" -eq 4 ]
}

@test "probes have no curve, and no method of range tests" {
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	run -2 --separate-stderr lrfind -f curve probes.csv
	[ -z "$output" ]
	one_message 'lrfind: -f curve is of range tests, and probes have no curve; *'
	run -0 --separate-stderr lrfind -f curve range.csv probes.csv
	[ "$(cut -d, -f1 <<<"$output" | sort -u | paste -sd ' ')" = 'range.csv run' ]
	run -0 --separate-stderr lrfind -m valley probes.csv
	[ "${lines[1]}" = "$(lrfind probes.csv | tail -n 1)" ]
	one_message 'lrfind: probes: -m valley is of range tests, *'
	run -0 --separate-stderr lrfind -m centre probes.csv
	[ -z "$stderr" ]
}

@test "probes need no steps; held rates without a run are told" {
	lrsched range:200,from=1e-5,to=10 | train >range.csv
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	cut -d, -f1,3,4 probes.csv >rows.csv
	run -0 --separate-stderr lrfind range.csv rows.csv
	[ -z "$stderr" ]
	[ "$output" = "$(lrfind range.csv probes.csv)" ]
	awk -F, -v OFS=, '{ print NR == 1 ? "step" : NR - 2, $3, $4 }' \
		probes.csv >turns.csv
	run -1 --separate-stderr lrfind turns.csv
	[[ $stderr == *'turns.csv: 4 rates are held in turn; expected a column run, '* ]]
	# neither a sweep nor one rate is that
	awk -F, -v OFS=, 'NR > 1 { $3 = 2.3 + sin(NR * NR) } { print }' \
		range.csv >flat.csv
	awk -F, 'NR < 202' turns.csv >one.csv
	run -1 --separate-stderr lrfind flat.csv one.csv
	[[ $stderr != *'in turn'* ]]
}

@test "probe: is no schedule, and says so where one is expected" {
	lrsched probe:4x200,lr=0.01 | train >probes.csv
	run -2 --separate-stderr lrfind --lr-spec probe:4x200,lr=.1 probes.csv
	[[ $stderr == *'probe: is a table of its own and no schedule; expected it as the only word of lrsched'* ]]
	run -2 --separate-stderr lrsched -n 9 'cos:5 probe:4x2,lr=1'
	[[ $stderr == *'word 2, column 1: probe: is a table of its own'* ]]
	refuses_probe 'probe with other words; *' 'probe:4x2,lr=.1 cos'
	refuses_probe '--rates with -f json; *' --rates -f json probe:2x2,lr=.1
	refuses_probe '--rates with --explain; *' --rates --explain probe:2x2,lr=1
	refuses_probe '--rates is for *' --rates -f json cos:10
}
