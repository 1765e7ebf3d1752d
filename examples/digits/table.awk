# SPDX-License-Identifier: MIT
# The closing table from curves.csv, sizes.csv and zeros.csv, in this order, and
# the claims that it has to bear out: exit status 1 when one does not.  lo and
# hi are the bounds of the rate, zeros the part of the weights to be pruned.
BEGIN {
	FS = ","
}
FNR == 1 {
	file++
	for (i = 1; i <= NF; i++)
		col[$i] = i
	next
}
file == 1 {
	if (!($1 in rows) || $3 < best[$1])
		best[$1] = $3
	n = ++rows[$1]
	updates[$1] = step[$1, n] = $2 + 1
	error[$1] = at[$1, n] = $3
	recall[$1] = $4
	seeds = $5
}
file == 2 {
	bytes[$1, $2] = $3
}
file == 3 && $col["decision"] == "prune" {
	n = split($col["file"], part, "/")
	nzero[part[n - 1]] += $col["zeros"]
	weights[part[n - 1]] += $col["n"]
}

function sparsity(run) {
	return weights[run] ? nzero[run] / weights[run] : 0
}

# Updates until the mean error of RUN is first at most GOAL.
function reach(run, goal,    i) {
	for (i = 1; i <= rows[run]; i++)
		if (at[run, i] <= goal)
			return step[run, i]
	return "never"
}

function percent(x) {
	return sprintf("%.2f %%", 100 * x)
}

function line(name, a, b, c) {
	printf "%-26s %12s %14s %12s\n", name, a, b, c
}

function claim(holds, text) {
	printf "%s: %s\n", holds ? "holds" : "FAILS", text
	failed += !holds
}

function sizes(run) {
	printf "%-26s %9d %9d %9d %9d %9d\n", run ", bytes",
		bytes[run, "raw"], bytes[run, "gz"], bytes[run, "xz"],
		bytes[run, "9e.xz"], bytes[run, "spz"]
}

END {
	goal = best["constant"]
	printf "Handwritten digits, means over %d seeds\n\n", seeds
	line("", "constant", "cyclical", "pruned")
	line("learning rate", "0.01", lo " to " hi, hi)
	line("updates", updates["constant"], updates["cyclical"],
		"+" updates["pruned"])
	line("weights at zero", percent(sparsity("constant")),
		percent(sparsity("cyclical")), percent(sparsity("pruned")))
	line("validation error", percent(error["constant"]),
		percent(error["cyclical"]), percent(error["pruned"]))
	line("worst class recall", percent(recall["constant"]),
		percent(recall["cyclical"]), percent(recall["pruned"]))
	line("updates to reach " percent(goal), reach("constant", goal),
		reach("cyclical", goal), "")
	printf "\n%-26s %9s %9s %9s %9s %9s\n", "weights", "raw", "gzip -9",
		"xz -9", "xz -9e", "spzip"
	sizes("constant")
	sizes("cyclical")
	sizes("pruned")
	print ""
	claim(rows["constant"] && updates["cyclical"] == updates["constant"] &&
		error["cyclical"] <= error["constant"],
		"cyclical errs no more than constant after as many updates")
	claim(rows["pruned"] && sparsity("pruned") > zeros - 1e-4 &&
		error["pruned"] <= error["cyclical"] + .01,
		"pruned to " 100 * zeros " % stays within one percentage " \
		"point of cyclical")
	spz = bytes["pruned", "spz"]
	claim(spz && spz < bytes["pruned", "gz"] && spz < bytes["pruned", "xz"],
		"spzip is smaller than gzip -9 and xz -9 on pruned weights")
	exit failed > 0
}
