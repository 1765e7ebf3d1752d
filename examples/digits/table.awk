# SPDX-License-Identifier: MIT
# The closing table from metrics.csv, curves.csv, sizes.csv, zeros.csv and
# rates.csv, in this order, and the claims that it has to bear out: exit status 1
# when one does not.  zeros is the part of the weights to be pruned.  Networks of one seed are compared with each other: a claim is
# on the 95 % interval of the mean of these differences, and takes FULL seeds.
BEGIN {
	FS = ","
	FULL = 20
	IMAGE = 100 / 599 # one image, in points
	# Student's t at 97.5 %, for 1 to 30 degrees of freedom.
	split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262 2.228 " \
		"2.201 2.179 2.160 2.145 2.131 2.120 2.110 2.101 2.093 2.086 " \
		"2.080 2.074 2.069 2.064 2.060 2.056 2.052 2.048 2.045 2.042",
		student, " ")
}
FNR == 1 {
	file++
	split("", col)
	for (i = 1; i <= NF; i++)
		col[$i] = i
	next
}
file == 1 {
	key = $col["run"] SUBSEP $col["seed"]
	if (!($col["seed"] in known)) {
		known[$col["seed"]]
		seed[++seeds] = $col["seed"]
	}
	updates[$col["run"]] = $col["step"] + 1
	final[key, "error"] = 100 * $col["val_error"]
	final[key, "sensitivity"] = 100 * $col["worst_sensitivity"]
	final[key, "specificity"] = 100 * $col["worst_specificity"]
}
file == 2 && $col["run"] == "constant" && (!goal || $col["error"] < goal) {
	goal = $col["error"]
}
file == 2 {
	at[$col["run"], ++rows[$col["run"]]] = $col["error"]
	step[$col["run"], rows[$col["run"]]] = $col["step"] + 1
}
file == 3 {
	bytes[$col["run"], $col["seed"], $col["form"]] = $col["bytes"]
}
file == 4 && $col["decision"] == "prune" {
	n = split($col["file"], part, "/")
	nzero[part[n - 1], part[n] + 0] += $col["zeros"]
	weights[part[n - 1], part[n] + 0] += $col["n"]
}
file == 5 {
	stage = $col["stage"]
	lo[stage] = $col["lr_min"]
	hi[stage] = $col["lr_max"]
	suggest[stage] = $col["suggest"]
	from[stage] = $col["suggest_lo"]
	to[stage] = $col["suggest_hi"]
	size_of[stage] = $col["n"]
}

# Sets MEAN, SE and HALF, half of the 95 % interval, of sample[1] to sample[N].
function estimate(n,    i, squares) {
	mean = squares = 0
	se = half = -1
	for (i = 1; i <= n; i++)
		mean += sample[i] / n
	for (i = 1; i <= n; i++)
		squares += (sample[i] - mean) ^ 2
	if (n > 1) {
		se = sqrt(squares / (n - 1) / n)
		half = se * student[n > 31 ? 30 : n - 1]
	}
}

function of(run, measure,    i) {
	for (i = 1; i <= seeds; i++)
		sample[i] = final[run, seed[i], measure]
	estimate(seeds)
}

function between(run, other, measure,    i) {
	for (i = 1; i <= seeds; i++)
		sample[i] = final[run, seed[i], measure] - \
			final[other, seed[i], measure]
	estimate(seeds)
}

# The least part of zeros in a network of RUN.
function sparsity(run,    i, part, least) {
	least = 1
	for (i = 1; i <= seeds; i++) {
		part = weights[run, seed[i]] ? \
			nzero[run, seed[i]] / weights[run, seed[i]] : 0
		least = part < least ? part : least
	}
	return least
}

# Updates until the mean error of RUN is first at most GOAL.
function reach(run,    i) {
	for (i = 1; i <= rows[run]; i++)
		if (at[run, i] <= goal)
			return step[run, i]
	return "never"
}

function plus_minus(width) {
	return sprintf("%" width ".2f", mean) \
		(se < 0 ? "        " : sprintf(" +- %.2f", se))
}

function network(run, rate, more,    text) {
	of(run, "error")
	text = plus_minus(6)
	of(run, "sensitivity")
	text = text plus_minus(8)
	of(run, "specificity")
	printf "%-10s%-17s%7d%7.2f%s%s%13s\n", run, rate,
		updates[run] + (more ? updates[more] : 0),
		100 * sparsity(run), text, plus_minus(8), more ? "-" : reach(run)
}

# What lrfind says after one of the stages.
function rate(stage, what) {
	printf "%-27s suggests %s, within %s and %s\n", what, suggest[stage],
		from[stage], to[stage]
}

function interval() {
	return sprintf("%18s", se < 0 ? "" : \
		sprintf("%.2f to %.2f", mean - half, mean + half))
}

function difference(run, other,    text) {
	between(run, other, "error")
	text = plus_minus(9) interval()
	between(run, other, "sensitivity")
	printf "%-20s%s%s%s\n", run " - " other, text, plus_minus(9), interval()
}

function size(run, form,    i) {
	for (i = 1; i <= seeds; i++)
		sample[i] = bytes[run, seed[i], form]
	estimate(seeds)
	return mean
}

function sizes(run) {
	printf "%-20s%10d%10d%10d%10d%10d\n", run, size(run, "raw"),
		size(run, "gz"), size(run, "xz"), size(run, "9e.xz"),
		size(run, "spzip")
}

# Seeds whose pruned weights spzip does not make smaller than gzip and xz.
function larger(    i, packed, n) {
	for (i = 1; i <= seeds; i++) {
		packed = bytes["pruned", seed[i], "spzip"]
		n += !packed || packed >= bytes["pruned", seed[i], "gz"] || \
			packed >= bytes["pruned", seed[i], "xz"]
	}
	return n
}

function claim(holds, text) {
	printf "%s: %s\n", holds ? "holds" : "FAILS", text
	failed += !holds
}

# The interval of the difference in error lies between LEAST and MOST.
function errs(run, other, least, most, text) {
	between(run, other, "error")
	if (seeds < FULL)
		print "open:  " text "; " seeds " of " FULL " seeds"
	else
		claim(updates[run] == updates[other] && rows[run] && \
			mean - half > least && mean + half < most, text)
}

END {
	print "Handwritten digits, means over " seeds " seeds +- standard " \
		"errors, in percent\n"
	printf "%-10s%-17s%7s%7s%14s%16s%16s%13s\n", "network", "rate",
		"updates", "zeros", "error", "sensitivity", "specificity",
		sprintf("%.2f after", 100 * goal)
	network("constant", "0.01")
	network("suggested", suggest["range"])
	network("probed", suggest["probe"])
	network("found", hi["range"])
	network("cyclical", lo["range"] " to " hi["range"])
	network("dense", hi["range"] ", falling", "cyclical")
	network("pruned", hi["range"] ", falling", "cyclical")
	print ""
	rate("range", "the curve of " size_of["range"] " updates")
	rate("probe", size_of["probe"] " probes of 200 updates")
	print "\nsuggested, probed: what these suggest, held constant"
	print "found: the highest rate that the curve supports, held constant"
	print "dense, pruned: the cyclical networks trained on, pruned on the way"
	print "sensitivity, specificity: each of the class where it is lowest"
	printf "%.2f after: updates until the mean error is as low as that " \
		"of constant ever is\n", 100 * goal
	printf "\n%-20s%17s%18s%17s%18s\n", "paired differences", "error",
		"95 % interval", "sensitivity", "95 % interval"
	difference("found", "constant")
	difference("probed", "suggested")
	difference("cyclical", "constant")
	difference("cyclical", "found")
	difference("pruned", "dense")
	printf "\n%-20s%10s%10s%10s%10s%10s\n", "bytes of weights", "raw",
		"gzip -9", "xz -9", "xz -9e", "spzip"
	sizes("dense")
	sizes("pruned")
	print ""
	errs("found", "constant", -100, 0,
		"the found rate errs less than the default, held constant")
	errs("probed", "constant", -100, 0,
		"the probed rate errs less than the default, held constant")
	errs("cyclical", "constant", -100, 0,
		"the found rate errs less than the default, in cycles")
	errs("cyclical", "found", -IMAGE, 100,
		"cycles gain nothing over it: less than one image of 599")
	errs("pruned", "dense", -100, 1,
		100 * zeros " % zeros cost less than one point of error")
	claim(sparsity("pruned") > zeros - 1e-4,
		"every pruned network has them")
	claim(larger() == 0, "spzip is smaller than gzip -9 and xz -9 on " \
		"every one of these")
	exit failed > 0
}
