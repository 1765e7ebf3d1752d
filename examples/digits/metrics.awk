# SPDX-License-Identifier: MIT
# RUN/SEED-metrics.csv ... -> one table with run and seed in front
BEGIN {
	OFS = ","
}
NR == 1 {
	print "run", "seed", $0
}
FNR == 1 {
	n = split(FILENAME, part, "/")
	run = part[n - 1]
	seed = part[n] + 0
	next
}
{
	print run, seed, $0
}
