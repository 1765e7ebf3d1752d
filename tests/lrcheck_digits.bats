#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the digits that a log shows can tell of its schedule, and what they
# cannot.  Rates are printed by awk and by Python.

load helper

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	lrsched -n 2000 -l 0.001 cos >cos.csv
}

# The first $1 rows of cos.csv, rates printed as $2.
printed() {
	awk -F, -v n="$1" -v f="$2" 'NR == 1 { print; next }
		NR <= n + 1 { printf "%d," f "\n", $1, $2 }' cos.csv
}

against() {
	lrcheck -s cos -n 2000 -l 0.001 "$@"
}

# lrcheck says $1, status, cause and by, of a log.
is_told() {
	local status=1
	case $1 in followed,*) status=0 ;; esac
	run "-$status" --separate-stderr against log.csv
	[ "$(echo "${lines[1]}" | cut -d, -f3,9,10)" = "$1" ] || {
		echo "$output"
		return 1
	}
}

@test "rates that are all printed alike tell nothing" {
	while read -r format says; do
		printed 20 "$format" >log.csv
		is_told "$says"
		one_message 'lrcheck: log.csv: all rates are 0.001 to *, as the schedule*'
	done <<-'END'
		%.5f undecided,decimals,5
		%.4f undecided,decimals,4
		%.2e undecided,rounded,3
		%.0e undecided,rounded,1
	END
}

@test "they tell a schedule that does not change either, or that began elsewhere" {
	awk 'BEGIN { print "step,lr"; while (t < 40) print 500 + t++ ",0.00100" }' >log.csv
	while read -r spec status; do
		run "-$status" --separate-stderr lrcheck -s "${spec//+/ }" -l 0.00100002 log.csv
		case $status in
		0) [[ ${lines[1]} == log.csv,,followed,40,*,decimals,5 && -z $stderr ]] ;;
		1) [[ ${lines[1]} == log.csv,,undecided,40,*,decimals,5 ]] ;;
		esac || return 1
	done <<-'END'
		const 0
		step,every=600,by=.5 0
		warmup:500+const 0
		warmup:500+cos:100000 0
		cos:100000 1
	END
}

@test "they may be rounded, and nothing shows it" {
	while read -r format says; do
		printed 20 "$format" >log.csv
		is_told "$says"
		one_message "lrcheck: log.csv: the rates are the schedule's if they are rounded to *"
	done <<-'END'
		%.3f undecided,decimals,3
		%.3g undecided,decimals,3
	END
	printed 59 %.17g >log.csv
	is_told followed,,
}

@test "what round() left is rounded to decimals, and has no zeros to show it" {
	while IFS='|' read -r name rates; do
		awk -v r="$rates" 'BEGIN { n = split(r, x, " ")
			print "step,lr"
			for (i = 1; i <= n; i++) print 250 * (i - 1) "," x[i] }' >log.csv
		is_told "undecided,decimals,$name"
		one_message "lrcheck: log.csv: the rates are the schedule's if they are rounded to $name decimal*"
	done <<-'END'
		5|0.001 0.00096 0.00085 0.00069 0.0005 0.00031 0.00015 4e-05 0.0
		4|0.001 0.001 0.0009 0.0007 0.0005 0.0003 0.0001 0.0 0.0
		3|0.001 0.001 0.001 0.001 0.001 0.0 0.0 0.0 0.0
	END
	# Nothing at all is left of these, with one decimal.
	awk 'BEGIN { print "step,lr"; while (t < 40) print t++ ",0.0" }' >log.csv
	is_told undecided,decimals,1
	one_message "lrcheck: log.csv: the rates are the schedule's if they are rounded to 1 decimal,*"
	# A unit off is off.
	awk 'BEGIN { print "step,lr"; n = split("0.001 0.00096 0.00085 0.00071 0.0005", x, " ")
		for (i = 1; i <= n; i++) print 250 * (i - 1) "," x[i] }' >log.csv
	run -1 --separate-stderr against log.csv
	[[ ${lines[1]} == log.csv,,differs,5,* ]]
}

@test "the same in text, JSON and with a decimal comma" {
	printed 59 %.5f |
		awk -F, 'NR > 1 { print "step " $1 " lr: " $2 " loss 2.51" }' >log.csv
	is_told undecided,decimals,5
	printed 59 %.5f |
		awk -F, 'NR > 1 { print "{\"step\": " $1 ", \"lr\": " $2 "}" }' >log.csv
	is_told undecided,decimals,5
	printed 59 %.5f |
		awk -F, 'NR > 1 { print "{\"step\": " $1 ", \"lr\": \"" $2 "\"}" }' >log.csv
	is_told undecided,decimals,5
	printed 59 %.5f | awk -F, 'NR == 1 { print "step;lr"; next }
		{ sub(/\./, ",", $2); print $1 ";" $2 }' >log.csv
	is_told undecided,decimals,5
	printed 59 %.5f | awk -F, 'NR == 1 { print; next }
		{ print "\"" $1 "\",\"" $2 "\"" }' >log.csv
	is_told undecided,decimals,5
}

@test "a change of the last digit is told" {
	printed 200 %.5f >log.csv
	is_told followed,decimals,5
	awk 'BEGIN { print "step,lr"; while (t < 200) print t++ ",0.00100" }' >log.csv
	run -1 --separate-stderr against log.csv
	[[ ${lines[1]} == log.csv,,differs,200,*,"stuck or"* ]]
	awk 'BEGIN { print "step,lr"; while (t < 2000) print t++ ",0.001" }' >log.csv
	is_told differs,stuck,
}

@test "what rounded rates leave open is said" {
	awk -F, 'NR == 1 { print; next }
		NR % 10 == 2 { printf "%d,%.4f\n", NR + 48, $2 }' cos.csv >log.csv
	run -1 --separate-stderr against log.csv
	[[ ${lines[1]} == log.csv,,shifted,200,*,late, ]]
	[[ $stderr =~ 'leave late by '([0-9]+)' to '([0-9]+) ]]
	[ "${BASH_REMATCH[1]}" -le 50 ]
	[ "${BASH_REMATCH[2]}" -ge 50 ]
}

@test "what cannot be told apart is not found" {
	printed 59 %.5f >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,59,0,0.001,constant,* ]]
	one_message 'lrcheck: log.csv: the digits shown do not tell constant from such as a slope *'
	printed 259 %.5f >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,259,0,0.001,* ]]
	printed 20 %.3f >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,found,20,0,0.001,constant,* ]]
	one_message 'lrcheck: log.csv: its rates may be rounded, and are then *'
	printed 2000 %.3e >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,found,2000,0,0.001,cos:2000,* ]]
	[ -z "$stderr" ]
}

@test "a fit to two rates, and stairs between larger jumps, are not found" {
	printed 14 %.4g >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,14,* ]]
	awk -F, 'NR == 1 { print; next }
		NR <= 702 && NR % 5 == 2 { printf "%d,%.5f\n", $1, $2; lr[NR] = $2 }
		END { for (i = 2; i <= 100; i += 5) printf "%d,%.5f\n", i + 703, lr[i] }' \
		cos.csv >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,161,* ]]
	# Of an exponential, whose every row is a unit below the one before.
	awk 'BEGIN { print "step,lr"; for (t = 0; t < 90; t += 10)
		print t "," 0.1 - t / 1e4 }' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,found,9,0,0.1,linear:1000,* ]]
	one_message 'lrcheck: log.csv: its rates may be rounded, and are then *'
	# Of a cosine: five changes, which three numbers can follow by chance.
	awk 'BEGIN { print "step,lr"; for (t = 29; t < 80; t += 10)
		print t "," (t < 49 ? 0.00029 : 0.00028 - (t - 49) / 1e6) }' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,found,6,0,0.00029,const:39\ linear:290,* ]]
	one_message 'lrcheck: log.csv: its rates may be rounded, and are then *'
}

@test "one digit may be all that was printed, of a rate alone or of many" {
	local form
	for form in %.1f %.1g; do
		lrsched -n 1000 -l 0.1 linear | head -n 101 | awk -F, -v f="$form" '
			NR == 1 { print; next } { printf "%d," f "\n", $1, $2 }' >log.csv
		run -1 --separate-stderr lrcheck -s linear -n 1000 -l 0.1 log.csv
		[[ ${lines[1]} == log.csv,,undecided,100,* ]]
		# What the digits tell is still found.
		awk 'BEGIN { print "step,lr"; while (t < 800) print t++ ",0.1" }' >log.csv
		run -1 --separate-stderr lrcheck -s linear -n 1000 -l 0.1 log.csv
		[[ ${lines[1]} == log.csv,,differs,800,*,stuck, ]]
	done
	lrsched -n 1000 -l 0.1 linear | awk -F, '
		NR == 1 { print; next } { printf "%d,%.1g\n", $1, $2 }' >log.csv
	run -1 --separate-stderr lrcheck -s linear -n 1000 -l 0.1 log.csv
	[[ ${lines[1]} == log.csv,,undecided,1000,*,rounded,1 ]]
	# Stairs that were typed are exact.
	awk 'BEGIN { print "step,lr"; for (t = 0; t < 90; t++)
		print t "," 10 ^ -(1 + int(t / 30)) }' >log.csv
	run -0 lrcheck -s step,every=30,by=.1 -l 0.1 log.csv
	run -1 --separate-stderr lrcheck -s step,every=29,by=.1 -l 0.1 log.csv
	[[ ${lines[1]} == log.csv,,differs,90,* ]]
}

@test "of numbers that few have in full it is not known that they are rounded" {
	# Two of twelve have four digits, which the others may have as well.
	{
		echo step,lr
		for i in 0 1 2 3 4 5 6 7 8 9; do echo "$i,0.0$((90 - i))"; done
		printf '10,0.07996\n11,0.07904\n'
	} >log.csv
	run -1 --separate-stderr lrcheck -s linear:90 -l 0.09 log.csv
	[[ ${lines[1]} != *followed* ]]
}

@test "a line that was stepped once in eight steps is one" {
	awk 'BEGIN { print "step,lr"; for (t = 0; t < 60; t++)
		printf "%d,%.6f\n", t, 0.1 * (1 - int(t / 8) / 250) }' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == 'log.csv,,found,60,0,0.1,hold:8 linear:250 end,'* ]]
	# Five plateaus of five digits are a line or an exponential.
	awk 'BEGIN { print "step,lr"; for (t = 0; t < 40; t++)
		printf "%d,%.5f\n", t, 0.1 * (1 - int(t / 8) / 250) }' >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,40,* ]]
	# An exponential in stairs is what it was.
	awk 'BEGIN { print "step,lr"; for (t = 0; t < 300; t++)
		printf "%d,%.17g\n", t, 0.1 * 0.9 ^ int(t / 30) }' >log.csv
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == 'log.csv,,found,300,0,0.1,"step,every=30,by=0.9"'* ]]
}

# Its oracle is on the exact rates; see there.
@test "no verdict on printed rates is false" {
	local n=30
	! sanitized || n=8
	run -0 "$PYTHON" "$BATS_TEST_DIRNAME/lrcheck_digits.py" $n 1
}

@test "stairs of two jumps by two units are no finding" {
	# A cosine of 43 steps that is stepped once in 8, in five decimals.
	awk 'BEGIN { print "step,lr"; pi = atan2(0, -1)
		for (t = 0; t < 26; t++)
			printf "%d,%.5f\n", t, .003 * (1 + cos(pi * int(t / 8) / 43)) / 2 }' >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,* ]]
	one_message 'lrcheck: log.csv: the digits shown do not tell step,at=16/24,by=0.99? from such as a slow slope that was stepped seldom; *'
	# Jumps that are large tell enough.
	awk 'BEGIN { print "step,lr"
		for (t = 0; t < 26; t++)
			printf "%d,%.5f\n", t, t < 16 ? .003 : t < 24 ? .0003 : .00003 }' >log.csv
	run -0 lrcheck log.csv
	[[ ${lines[1]} == *'step,at=16/24,by=0.1'* ]]
}

@test "steps of one row each, with a number each, are no finding" {
	# A cosine behind a warmup, logged once in 50 steps, in two digits.
	printf '%s\n' step,lr 0,0 50,4.2e-05 100,9.6e-05 150,1.2e-04 \
		200,1.2e-04 250,1.2e-04 300,1.2e-04 350,1.2e-04 >log.csv
	run -1 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == log.csv,,undecided,* ]]
	one_message 'lrcheck: log.csv: the digits shown do not tell step,at=30/80/130,* from such as a slope that was logged seldom; *'
	# One more row of a step shows that it is one.
	printf '%s\n' step,lr 0,0 50,4.2e-05 75,4.2e-05 100,9.6e-05 125,9.6e-05 \
		150,1.2e-04 200,1.2e-04 250,1.2e-04 300,1.2e-04 350,1.2e-04 >log.csv
	run -0 lrcheck log.csv
	[[ ${lines[1]} == *step,at=* ]]
}

@test "a row after the end of one cycle is no rival of a warm-up" {
	lrsched -n 301 -l 6e-4 'warmup:15 cos:285' |
		awk -F, 'NR == 1 { print } NR % 50 == 2 { printf "%d,%.3e\n", $1, $2 }' >log.csv
	[ "$(wc -l <log.csv)" = 8 ]
	run -0 --separate-stderr lrcheck log.csv
	[[ ${lines[1]} == 'log.csv,,found,7,0,0.0006,warmup:15 cos:285,'* ]]
}
