# SPDX-License-Identifier: MIT
# dev.jsonl to two tables: LOG gets run,step,lr,loss, standard output gets
# run,net,good_lo,good_hi,limit.  A test that ends early did so because the
# next loss was not finite: it gets a row that says so.

function field(name,   s) {
	s = $0
	if (!sub(".*\"" name "\": *\"?", "", s)) {
		print "no " name " in line " NR > "/dev/stderr"
		exit 1
	}
	sub(/[,}"\]].*/, "", s)
	return s
}

BEGIN {
	OFS = ","
	print "run,net,good_lo,good_hi,limit"
	print "run,step,lr,loss" > LOG
}

{
	net = field("net") "/" field("opt")
	print NR, net, field("good_lo"), field("good_hi"), field("limit")
	lo = field("lo")
	step = log(field("hi") / lo) / (field("N") - 1)
	s = $0
	sub(/.*"loss": *\[/, "", s)
	sub(/\].*/, "", s)
	n = split(s, loss, / *, */)
	for (i = 1; i <= n; i++)
		printf "%d,%d,%.17g,%s\n", NR, i - 1,
			lo * exp((i - 1) * step), loss[i] > LOG
	if (n < field("N"))
		printf "%d,%d,%.17g,nan\n", NR, n, lo * exp(n * step) > LOG
}
