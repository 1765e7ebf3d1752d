#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lrcheck: each rate beside the expected one, as rows and as a picture, and
# several files as one log.

load helper

SPEC='warmup:100 cos'

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	lrsched -n 1000 -l 0.1 "$SPEC" >good.csv
	cut_out 0 599 >a.csv
	cut_out 500 999 >b.csv
}

# The rows of good.csv from step $1 to $2.
cut_out() {
	awk -F, -v from="$1" -v to="$2" \
		'NR == 1 || ($1 >= from && $1 <= to)' good.csv
}

against() {
	lrcheck -s "$SPEC" -n 1000 -l 0.1 "$@"
}

# Status of lrcheck, then status, steps, first_step and cause of its one row.
told() {
	local status=0
	against --join "$@" >row || status=$?
	[ "$(wc -l <row)" -eq 2 ]
	echo "$status,$(tail -n 1 row | cut -d, -f3-5,9)"
}

@test "-f rows has each rate beside the expected one" {
	awk -F, -v OFS=, 'NR > 1 && NR % 3 == 0 { $2 *= 1.5 } 1' good.csv |
		awk 'NR == 1 || NR % 5 == 0' >odd.csv
	run -1 against -f rows odd.csv
	echo "$output" >rows
	"$PYTHON" - <<-'END'
		import csv
		want = {r["step"]: r["lr"] for r in csv.DictReader(open("good.csv"))}
		log = list(csv.DictReader(open("odd.csv")))
		rows = list(csv.DictReader(open("rows")))
		assert len(rows) == len(log) > 100
		for r, l in zip(rows, log):
		    assert list(r) == ["run", "step", "lr", "expected"]
		    assert r["run"] == "odd.csv" and r["step"] == l["step"]
		    assert float(r["lr"]) == float(l["lr"])
		    assert r["expected"] == want[r["step"]]
	END
	run -0 against -f rows good.csv a.csv
	[ "${#lines[@]}" -eq 1601 ]
	[ "${lines[0]}" = run,step,lr,expected ]
	[ "$(cut -d, -f1 <<<"$output" | uniq -c | xargs)" = \
		'1 run 1000 good.csv 600 a.csv' ]
}

@test "-f rows of an origin, of epochs, of a run column, to a file" {
	awk -F, -v OFS=, 'NR > 1 { $1++ } 1' good.csv >from1.csv
	run -0 against -f rows --origin 1 from1.csv
	[ "${lines[1]},${lines[3]}" = \
		from1.csv,1,0,0,from1.csv,3,0.002,0.002 ]
	lrsched -n 300 -l 1 -k 100 -c lr decay,by=.5,per=100 >e
	paste -d, <(printf '%s\n' epoch 0 1 2) e >epochs.csv
	run -0 lrcheck -q -f rows -e 100 -n 300 -l 1 -s decay,by=.5,per=100 \
		epochs.csv
	[ "${lines[3]}" = epochs.csv,200,0.25,0.25 ]
	awk -F, -v OFS=, '{ print $0, NR == 1 ? "run" : "x" }' a.csv >r.csv
	run -0 against -f rows --run run r.csv
	[ "${lines[1]}" = x,0,0,0 ]
	run -0 against -f rows --run run r.csv r.csv -o out.json
	[[ $output == *'out.json holds csv'* ]]
	run -0 head -n 2 out.json
	[ "${lines[1]}" = r.csv:x,0,0,0 ]
}

@test "without -s the rows are beside what is found, or nothing" {
	run -0 lrcheck -f rows good.csv
	"$PYTHON" -c 'import csv, sys
for r in csv.DictReader(sys.stdin):
    a, b = float(r["lr"]), float(r["expected"])
    assert abs(a - b) <= 1e-9 * max(a, 1e-3), r' <<<"$output"
	awk 'BEGIN { srand(3); print "step,lr"
		for (i = 0; i < 50; i++) print i "," rand() }' >noise.csv
	run -1 --separate-stderr lrcheck -f rows noise.csv
	[ "${#lines[@]}" -eq 51 ] && [[ ${lines[9]} == noise.csv,8,*, ]]
	[[ $stderr == *'no schedule is known that explains'* ]]
}

@test "long logs are written as they are compared" {
	lrsched -n 200000 -l 1 cos >long.csv
	run -0 bash -c 'lrcheck -f rows -s cos -n 200000 -l 1 long.csv |
		awk -F, "NR > 1 && \$3 != \$4 { bad++ } END { print NR, bad + 0 }"'
	[ "$output" = '200001 0' ]
	run -2 bash -c 'lrcheck -f rows -s cos -n 200000 -l 1 long.csv >/dev/full'
	[[ $output == *'cannot write'* ]]
}

@test "files of one run are one log, and the later one counts" {
	[ "$(told a.csv b.csv)" = 0,followed,1000,, ]
	[ "$(told b.csv a.csv)" = 0,followed,1000,, ]
	# What the first file did after the checkpoint is not what became of it.
	awk -F, -v OFS=, 'NR > 1 && $1 >= 500 { $2 = 9 } 1' a.csv >lost.csv
	[ "$(told lost.csv b.csv)" = 0,followed,1000,, ]
	[ "$(told b.csv lost.csv)" = 1,differs,1000,500, ]
	# One that began again from its warmup.
	{ echo step,lr; paste -d, <(seq 600 999) <(awk -F, 'NR > 1 && NR < 402 {
		print $2 }' good.csv); } >again.csv
	[ "$(told a.csv again.csv)" = 1,differs,1000,600,restarted ]
	run -0 lrcheck --join a.csv b.csv
	[[ ${lines[1]} == a.csv+b.csv,,found,1000,0,0.1,warmup:100\ cos:900,* ]]
	# Separately, the second has no beginning: each still follows.
	run -0 against a.csv b.csv
	[ "${#lines[@]}" -eq 3 ]
	cut_out 0 299 >1.csv
	cut_out 300 699 >2.csv
	cut_out 700 999 >3.csv
	[ "$(told 3.csv 1.csv 2.csv)" = 0,followed,1000,, ]
}

@test "runs are joined by name, rows by number, other units not at all" {
	awk -F, -v OFS=, 'NR == 1 { print $0, "run"; next }
		{ print $0, "x"; print $1, 2 * $2, "y" }' a.csv >a2.csv
	awk -F, -v OFS=, 'NR == 1 { print $0, "run"; next }
		{ print $1, 2 * $2, "y"; print $0, "x" }' b.csv >b2.csv
	run -1 against --join --run run a2.csv b2.csv
	[ "${lines[1]}" = a2.csv+b2.csv,x,followed,1000,,,,0,, ]
	[[ ${lines[2]} == a2.csv+b2.csv,y,differs,1000,1,*,factor,2 ]]
	cut -d, -f2 a.csv >ra.csv
	{ echo lr; cut_out 600 999 | sed 1d | cut -d, -f2; } >rb.csv
	run -0 against -q --join ra.csv rb.csv
	[[ ${lines[1]} == *,followed,1000,* ]]
	printf 'epoch,lr\n0,.1\n1,.1\n' >e.csv
	run -2 --separate-stderr against -q --join a.csv e.csv
	one_message 'lrcheck: e.csv: --join: *'
	[ -z "$output" ]
	run -2 against --join a.csv none.csv
	[ "${#lines[@]}" -eq 1 ]
}

@test "--plot draws what was logged over what was expected" {
	awk -F, -v OFS=, 'NR > 301 { $2 = 0.05 } 1' good.csv >left.csv
	run -1 --separate-stderr against --plot left.csv
	[[ ${lines[0]} == file*status*first_step* && ${lines[1]} == left.csv* ]]
	[[ $output == *'left.csv, expected'*'left.csv, differs from here'* ]]
	[[ $output == *step* ]]
	run -1 against --plot=p.svg --title 'A & B' left.csv good.csv -e 10 -q
	[ "${#lines[@]}" -eq 3 ]
	"$PYTHON" - <<-'END'
		import re, xml.etree.ElementTree as et
		text = "".join(et.parse("p.svg").getroot().itertext())
		for s in ("A & B", "left.csv, expected", "good.csv, expected",
		          "left.csv, differs from here", "epoch"):
		    assert s in text, s
		assert "good.csv, differs" not in text
	END
	lrcheck --plot=found.png good.csv
	[ "$(head -c 4 found.png | tail -c 3)" = PNG ]
	run -2 against --plot -f csv good.csv
	run -2 against --title x good.csv
	run -2 against --plot=x.doc good.csv
	run -2 against --plot=good.svg -o good.svg good.csv
	ln good.csv in.svg
	run -2 against --plot=in.svg good.csv
	[[ $output == *'input and output'* ]]
	run -2 against --plot=new.svg good.csv none.csv
	[ ! -e new.svg ]
}

@test "a schedule that is not finite where the run was is told" {
	local spec
	for spec in 'lambda e: math.nan if e == 700 else .1' \
		'lambda e: math.inf if e == 700 else .1' \
		'lambda e: -math.inf if e >= 700 else .1'; do
		run -2 --separate-stderr lrcheck -q -s "$spec" -n 1000 good.csv
		one_message 'lrcheck: good.csv: the schedule is *n*[nf] at step 700; *'
		[ "${lines[1]}" = good.csv,,bad-data,,,,,,, ]
		# Where nothing was logged nothing is asked.
		run -1 lrcheck -q -s "$spec" -n 1000 a.csv
	done
}

@test "a run that passes by is judged as one that is kept, as parts are" {
	local log how
	lrsched -n 60 -l .1 cos >plain.csv
	sed '$s/,.*/,0.5/' plain.csv >last.csv
	awk -F, -v OFS=, 'NR > 1 { $1 += 7 } 1' plain.csv >later.csv
	sed '30s/,.*/,nan/' plain.csv >nan.csv
	sed '30s/,.*/,/' plain.csv >empty.csv
	sed '30p' plain.csv >twice.csv
	(cat plain.csv; sed -n '31,$p' plain.csv) >resumed.csv
	awk 'NR == 1 { print; next } { a[NR] = $0 }
		END { for (i = NR; i > 1; i--) print a[i] }' plain.csv >back.csv
	head -n 4 plain.csv >few.csv
	awk -F, 'NR > 1 { print "saved: a.pt"
		printf "step %d | lr %s | loss %g\n", $1, $2, 1 / NR
		if (NR % 9 == 0) printf "step %d | val loss %g\n", $1, NR }' \
		plain.csv >run.log
	awk -F, 'NR > 1 { printf "step %d | %s\n", $1,
		NR % 7 ? "lr " $2 : "loss 1" }' plain.csv >gaps.log
	awk -F, 'NR > 1 { printf "step %d lr %.4f\n", $1, $2 }' plain.csv >cut.log
	for how in '' '-s cos' '-s cos --origin 7' '-s linear' '-s cos --tol 0.3' \
		'-s cos -e 6' '-s cos --count epoch -e 6'; do
		for log in *.csv *.log; do
			# shellcheck disable=SC2086
			lrcheck $how ${how:+-n 60 -l .1} "$log" >got 2>got.err &&
				got=0 || got=$?
			# shellcheck disable=SC2086
			lrcheck $how ${how:+-n 60 -l .1} --join "$log" >want \
				2>want.err && want=0 || want=$?
			diff got want
			diff got.err want.err
			[ "$got" = "$want" ]
		done
	done
}

@test "a run that followed its schedule is not kept" {
	skip_if_sanitized 'counts address space'
	lrsched -n 3000000 -l 1 cos >long.csv
	run -0 bash -c 'ulimit -v 60000; lrcheck -s cos -n 3000000 -l 1 long.csv'
	[ "${lines[1]}" = long.csv,,followed,3000000,,,,0,, ]
	sed -i '$s/,.*/,0.25/' long.csv
	run -1 lrcheck -s cos -n 3000000 -l 1 long.csv
	[[ ${lines[1]} == long.csv,,differs,3000000,2999999,0.25,*,0.2499*,, ]]
}
