# SPDX-License-Identifier: MIT
# Loaded by the tests of schedules: what lrsched makes of its words.

# Both command lines, given as words to evaluate, print the same table.
same() {
	eval "lrsched $1" >one.csv
	eval "lrsched $2" >two.csv
	cmp one.csv two.csv
}

# Status 2 and nothing on standard output, for these words.
refused() {
	run -2 --separate-stderr lrsched "$@"
	[ -z "$output" ]
}

# The same for the words behind $1, a pattern of the message's first line.
# shellcheck disable=SC2154 # stderr_lines is set by run
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

# Column two of what lrsched prints for these words, and its runs of equals.
held() {
	lrsched -H "$@" 2>err | cut -d, -f2 | uniq -c |
		awk '{ printf "%s%dx%.6g", (NR > 1 ? " " : ""), $1, $2 }'
}

# $1 rows are printed for the other words, and where they end is told.
rows() {
	local n=$1
	shift
	lrsched "$@" >"out.csv" 2>err
	[ "$(wc -l <out.csv)" -eq $((n + 1)) ] || { wc -l out.csv; cat err; false; }
	grep -q "ends after $n, as line [0-9]* trains; -n N" err
}
