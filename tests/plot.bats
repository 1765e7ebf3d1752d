#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Pictures: that labels of any bytes are shown and mean nothing to gnuplot,
# that every SVG is XML, and what stands where.

load helper

# A gnuplot that hands its script on.
fake_gnuplot() {
	mkdir -p bin
	printf '#!/bin/sh\nexec cat\n' >bin/gnuplot
	chmod +x bin/gnuplot
	PATH=$PWD/bin:$PATH
}

# The texts of SVG file $1, a line each with its height in the picture.
svg_texts() {
	"$PYTHON" - "$1" <<-'END'
		import re, sys
		import xml.etree.ElementTree as tree
		ns = "{http://www.w3.org/2000/svg}"
		for g in tree.parse(sys.argv[1]).iter(ns + "g"):
		    for t in g.findall(ns + "text"):
		        y = re.search(r"translate\([-\d.]+,([-\d.]+)\)", g.get("transform"))
		        print(y.group(1), "".join(t.itertext()))
	END
}

# What gnuplot could take for a quote, an escape, a command, a macro, markup of
# its own or of XML; what begins or ends with that; what XML cannot hold.
# shellcheck disable=SC1003 # backslashes are what is meant
LABELS=(
	"'" "''" "'a" "a'" "''a''b''" '"' '""a"' '\' 'a\' '\n\101' '`echo x`'
	'$(echo x)' '@x' '{/Bold a_2^3}' '~a{.8-}' '&amp;' '<b>&</b>' ']]>' '<!--'
	"'1" '"07' '\0\19' '%d%s' '#' ';quit' '!touch made' '|touch made' "','-' with" 'größe→😀'
)
# These are shown as others.
TAMED=(
	$'a\xff' $'a\e[31m' $'a\x9b' $'a\xc2\x9b' $'a\xc0\x80' $'a\xed\xa0\x80'
	$'a\xef\xbf\xbe' $'a\nb' $'a\tb\r' $'a\x7f\x01' $'\xe2\x80\xaea'
)

@test "labels of any bytes are what a picture shows" {
	local label
	for label in "${LABELS[@]}"; do
		lrsched --plot=out.svg -n 9 -l 1 --title "$label" cos
		svg_texts out.svg | cut -d' ' -f2- | sed 's/\xe2\x80\x8b//g' |
			grep -qxF -e "$label"
	done
	only_files out.svg
}

@test "labels that no picture can hold are shown tamed" {
	local label
	for label in "${TAMED[@]}"; do
		lrsched --plot=out.svg -n 9 -l 1 --title "$label" cos
		svg_texts out.svg | cut -d' ' -f2- | grep -q '^.*a.*\\[xuntr]\|^\\u202ea$'
		lrsched --plot -n 9 -l 1 --title "$label" cos >out.txt
		grep -q 'a.*\\[xuntr]\|\\u202ea' out.txt
		[ -z "$(tr -d '\f\n -~' <out.txt)" ]
	done
	only_files out.svg out.txt
}

@test "every format takes every label in every place" {
	local label all column
	printf -v column %s "${LABELS[@]}"
	printf -v all %s "${LABELS[@]}" "${TAMED[@]}"
	for suffix in svg png pdf; do
		# shellcheck disable=SC1003 # as above
		for label in "'" "''a" '\' '`x`' '@x' "$all" "$all$all$all"; do
			lrsched --plot=out.$suffix --title "$label" -n 9 -l 1 \
				"+${column//[, \"]/}" \
				"fn,of=(lambda t:'a'==\"'\")" vs linear
		done
	done
	svg_texts out.svg >/dev/null
	[ "$(head -c 4 out.png | tail -c 3)" = PNG ]
	[ "$(head -c 4 out.pdf)" = %PDF ]
	lrsched --plot --title "$all" -n 9 cos "+'" const,from=1 >out.txt
	only_files out.svg out.png out.pdf out.txt
}

@test "a long label loses its middle, by whole characters" {
	local i label=
	for i in {1..60}; do label+="é→$i"; done
	lrsched --plot=out.svg --title "$label" -n 9 cos
	svg_texts out.svg >texts
	grep -q ' é→1é→2.*\.\.\..*é→60$' texts
	"$PYTHON" -c 'import sys
longest = max(len(s.split(" ", 1)[1]) for s in open("texts", encoding="utf-8"))
assert longest == 101, longest'
	COLUMNS=60 lrsched --plot --title "$label" -n 9 cos >out.txt
	grep -q 'é→1.*\.\.\..*é→60 *$' out.txt
}

@test "names of files are free of what names in scripts are not" {
	local name
	for name in "a'b" 'a"b' 'a\b' "''" 'a b' '$(x)' $'a\xffb' '@a`b`' $'a\nb'; do
		lrsched "--plot=$name.svg" -n 9 cos
		svg_texts "$name.svg" >/dev/null
		rm -- "$name.svg"
	done
	[ -z "$(ls)" ]
}

@test "the title stands over the legend, the legend over the picture" {
	lrsched --plot=out.svg --title Title -n 9 -l 1 cos vs linear
	svg_texts out.svg >texts
	awk '$2 == "Title" { title = $1 } $2 == "cos" { legend = $1 }
		$2 == "1" { top = $1 } $2 == "step" { bottom = $1 }
		END { exit !(title && title < legend && legend < top && top < bottom) }' texts
	lrsched --plot=out.svg -n 9 -l 1 cos
	[ "$(svg_texts out.svg | grep -c Title)" = 0 ]
	run -2 --separate-stderr lrsched --title x cos:5
	one_message 'lrsched: --title without --plot; expected both*'
}

# The range of axis $1 in the script on standard input.
range() {
	sed -n "s/^set $1range \\[\\(.*\\):\\(.*\\)\\]\$/\\1 \\2/p"
}

@test "there is room above the highest value, and below where it is not 0" {
	fake_gnuplot
	lrsched --plot -n 9 -l 1 cos +m linear,from=.95,to=.85 >out
	range y <out | awk '{ exit !($1 == 0 && $2 > 1.02 && $2 < 1.1) }'
	range y2 <out | awk '{ exit !($1 < .86 && $1 > .8 && $2 > .95 && $2 < 1) }'
	lrsched --plot -n 9 -l 1 const,from=3 |
		range y | awk '{ exit !($1 < 3 && $2 > 3) }'
	lrsched --plot -n 9 -l 1 const,from=0 |
		range y | awk '{ exit !($1 < 0 && $2 > 0) }'
	lrsched --plot --log -n 9 -l 1 exp::1e-4 |
		range y | awk '{ exit !($1 > 0 && $1 < 3e-4 && $2 > 1 && $2 < 10) }'
	lrsched --plot -n 9 -l 1e308 const,from=-1e308 const,from=1e308 |
		range y | awk '{ exit !($1 <= -1e308 && $2 >= 1e308) }'
}

@test "with -e the picture is over epochs, whole ones" {
	fake_gnuplot
	lrsched --plot -n 32ep -e 10 -l 1 cos >out
	grep -q '^set xlabel "epoch"' out
	[ "$(range x <out)" = '0 32' ]
	grep -q '^1 0.99759' out
	lrsched --plot -n 100 -l 1 cos >out
	grep -q '^set xlabel "step"' out
	[ "$(range x <out)" = '0 100' ]
	lrsched --plot -n 100 -s 20 -k 10 -l 1 cos | grep -q '^set xrange \[20:100\]'
	lrsched --plot -n 100 -l 1 cos vs cos:50 | grep -q '^set xrange \[0:100\]'
}

@test "more curves than the legend has room for are counted in it" {
	local i schedules=("const,from=1")
	for i in {2..40}; do schedules+=(vs "const,from=$i"); done
	lrsched --plot=out.svg -n 9 -l 1 "${schedules[@]}"
	svg_texts out.svg >texts
	[ "$(grep -c 'const,from' texts)" = 23 ]
	grep -q ' and 17 more$' texts
}

@test "gnuplot is told nothing by the user's environment or files" {
	echo 'set title "mine"' >.gnuplot
	HOME=$PWD GNUTERM=png lrsched --plot=out.svg -n 9 cos
	run -1 grep -q mine out.svg
	grep -q '<svg' out.svg
}

# --- lrfind -------------------------------------------------------------------

# The log of a range test of run $1, as a quoted cell has it, best near the rate $2.
write_run() {
	name=$1 best=$2 awk 'BEGIN { srand(7)
		for (i = 0; i < 200; i++) {
			x = 10 ^ (-6 + 7 * i / 199); y = x / ENVIRON["best"]
			printf "\"%s\",%d,%.6g,%.6g\n", ENVIRON["name"], i, x,
				2.3 - 1.8 * y / (0.03 + y) + (y / 10) ^ 2 + .05 * rand() } }'
}

write_test() {
	echo 'run,step,lr,loss'
	write_run one 0.03
}

@test "the picture of a range test has both curves, the answer and its bounds" {
	write_test >run.csv
	row=$(lrfind --plot=out.svg run.csv)
	[ "$row" = "$(lrfind run.csv)" ]
	IFS=, read -r _ _ _ min max suggest _ < <(tail -n 1 <<<"$row")
	svg_texts out.svg >texts
	for text in "lr_min $min to lr_max $max" "suggest $suggest" loss smoothed \
		one 'learning rate' 1e-6 1e1; do
		grep -q " $text\$" texts || { echo "$text"; cat texts; false; }
	done
	fake_gnuplot
	lrfind --plot=out.svg run.csv >/dev/null
	grep -q '^set logscale x$' out.svg
	# what diverges leaves by the upper edge
	range y <out.svg | awk '{ exit !($1 > 0.3 && $1 < 0.6 && $2 > 2.4 && $2 < 4) }'
	grep -q "^$suggest [0-9.]*\$" out.svg
	grep -q "^$min 0[0-9.]* [0-9.]*\$" out.svg
	# 200 raw points and as many smoothed ones
	[ "$(grep -c '^[0-9.e-]* [0-9.]*$' out.svg)" -ge 400 ]
}

@test "a text picture stands below the report, as wide as the terminal" {
	write_test >run.csv
	for size in '80 24' '120 40'; do
		read -r COLUMNS LINES <<<"$size"
		COLUMNS=$COLUMNS LINES=$LINES lrfind --plot run.csv >out
		[ "$(wc -L <out)" -le "$COLUMNS" ]
		sed '/^to be surer/q' out >top
		lrfind -f report run.csv | cmp - top
		grep -q 'suggest 0\.' out
		grep -q 'learning rate' out
	done
	lrfind --plot -o out run.csv
	[ "$(head -n 1 out)" = 'one: ok (centre)' ]
}

@test "several runs are a curve each, with the answer for all" {
	write_test >run.csv
	write_run 'two ""quoted""' 0.003 >>run.csv
	write_run "'''" 0.3 >>run.csv
	lrfind --run run --plot=out.svg run.csv >rows
	IFS=, read -r all _ _ min max suggest _ < <(tail -n 1 rows)
	[ "$all" = all ]
	svg_texts out.svg >texts
	for text in one 'two "quoted"' "'''" "lr_min $min to lr_max $max" \
		"suggest $suggest"; do
		grep -q " $text\$" texts || { echo "$text"; cat texts; false; }
	done
	[ "$(grep -c smoothed texts)" = 0 ]
	lrfind --run run --plot=out.svg --title 'Three runs' run.csv >rows
	svg_texts out.svg | grep -q ' Three runs$'
	lrfind -m all --plot=out.svg <(write_test) >rows
	svg_texts out.svg >texts
	lrfind -m all -f csv <(write_test) | awk -F, '$2 == "ok" && $6 { print $15 }' |
		sort -u >methods
	[ "$(wc -l <methods)" -ge 10 ]
	while read -r method; do
		grep -q " $method [0-9.]" texts || { echo "$method"; false; }
	done <methods
	run -1 grep -q ' more$' texts
	fake_gnuplot
	lrfind --run run --plot=out.svg run.csv >rows
	[ "$(grep -o 'with points' out.svg | wc -l)" = 3 ]
	[ "$(grep -o 'with lines lw 1 ' out.svg | wc -l)" = 3 ]
	for i in {4..27}; do
		write_run "run $i" 0.0$i >>run.csv
	done
	lrfind --run run --plot=out.svg run.csv >rows
	[ "$(grep -o 'with lines lw 2.5' out.svg | wc -l)" = 28 ]
	[ "$(grep -o 'with lines lw 1 ' out.svg | wc -l)" = 0 ]
	grep -q "title 'and 7 more'" out.svg
}

@test "a loss that falls on where the smoothed one rises stays in the picture" {
	awk 'BEGIN { print "step,lr,loss"; for (i = 0; i < 200; i++) {
		lr = 1e-5 * 10^(i / 40); loss = 2.3 - 2 / (1 + .01 / lr)
		print i "," lr "," (lr < .15 ? loss : loss + 60 * (lr - .15)) }
	}' >late.csv
	fake_gnuplot
	lrfind --plot=script.svg late.csv >/dev/null
	low=$(awk -F, 'NR == 2 || $3 < m { m = $3 } END { print m }' late.csv)
	range y <script.svg | awk -v low="$low" '{ exit !($1 < low) }'
}

@test "a test without an answer is drawn, and a spike does not flatten it" {
	write_test | awk -F, -v OFS=, 'NR == 40 { $4 *= 1e6 }
		NR > 190 { $4 = "nan" } { print }' >spike.csv
	lrfind --plot=out.svg spike.csv >/dev/null
	fake_gnuplot
	lrfind --plot=script.svg spike.csv >/dev/null
	range y <script.svg | awk '{ exit !($2 < 5) }'
	for n in 2 3 10 100; do
		head -n $n spike.csv >short.csv
		run -1 lrfind -q --plot=short.svg short.csv
		grep -q "title \"loss\"" short.svg
	done
	printf 'step,lr,loss\n0,1e-3,nan\n1,1e-2,nan\n' >nan.csv
	run -2 --separate-stderr lrfind -q --plot=nan.svg nan.csv
	one_message '*--plot: no finite loss at a rate above 0; expected some*'
	[ ! -e nan.svg ]
	# rates that fall, in a log too long to draw every point of
	awk 'BEGIN { print "step,lr,loss"; for (i = 0; i < 20000; i++)
		print i "," 1 / (i + 1) "," (i == 9999 ? 9 : 2) }' >fall.csv
	run -1 lrfind -q --plot=fall.svg fall.csv
	grep -q '^0.0001 9$' fall.svg
	[ "$(grep -c '^[0-9]' fall.svg)" -le 4096 ]
}

@test "an accuracy is drawn as it was logged" {
	awk 'BEGIN { print "step,lr,accuracy"; for (i = 0; i < 200; i++) {
		x = 10 ^ (-6 + 7 * i / 199)
		print i "," x "," .1 + .8 * x / (1e-3 + x) / (1 + (x / .3) ^ 2) } }' >acc.csv
	fake_gnuplot
	lrfind --higher-is-better --plot=out.svg acc.csv >/dev/null
	grep -q '^set ylabel "accuracy"$' out.svg
	range y <out.svg | awk '{ exit !($1 > -0.5 && $1 < 0.1 && $2 > 0.85 && $2 < 1) }'
}

@test "a picture beside rows: kept on trouble, refused over what is read" {
	write_test >run.csv
	cp run.csv run.svg
	echo old >out.svg
	run -2 --separate-stderr lrfind --plot=out.svg run.csv missing.csv
	one_message '*missing.csv: cannot open*'
	[ "$(cat out.svg)" = old ]
	run -2 --separate-stderr lrfind --plot=run.svg run.svg
	one_message "*'run.svg' is input and output; expected two files*"
	cmp run.csv run.svg
	run -2 --separate-stderr lrfind -q -f csv --plot=out.svg \
		-o ./out.svg run.csv
	one_message '*--plot=FILE and -o are one place; expected two*'
	run -2 --separate-stderr lrfind --plot -f csv run.csv
	one_message '*--plot without a file is text for reading; expected *'
	run -2 --separate-stderr lrfind --plot=out.gif run.csv
	one_message "*--plot: 'out.gif' has no suffix of a picture; expected *"
	run -2 --separate-stderr lrfind --title x run.csv
	one_message '*--title without --plot; expected both*'
	run -2 --separate-stderr lrfind --plot --list-columns run.csv
	one_message '*--plot with --list-columns; expected one*'
	# the rows do not need gnuplot
	mkdir none
	run -2 --separate-stderr env PATH=none "$BUILD/lrfind" --plot=out.svg run.csv
	one_message 'lrfind: --plot: no gnuplot on PATH; expected it there*'
	[ "${#lines[@]}" = 2 ]
	[ "$(cat out.svg)" = old ]
	lrfind --plot=out.svg -o out.csv run.csv
	[ "$(wc -l <out.csv)" = 2 ]
	grep -q '<svg' out.svg
	only_files run.csv run.svg out.svg out.csv none
}
