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
	'%d%s' '#' ';quit' '!touch made' '|touch made' "','-' with" 'größe→😀'
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
	[ "$(grep -c 'const,from' texts)" = 15 ]
	grep -q ' and 25 more$' texts
}

@test "gnuplot is told nothing by the user's environment or files" {
	echo 'set title "mine"' >.gnuplot
	HOME=$PWD GNUTERM=png lrsched --plot=out.svg -n 9 cos
	run -1 grep -q mine out.svg
	grep -q '<svg' out.svg
}
