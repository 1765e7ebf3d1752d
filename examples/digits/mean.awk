# SPDX-License-Identifier: MIT
# Means over the seeds of RUN/SEED-metrics.csv, per run and step.
BEGIN {
	FS = OFS = ","
	print "run", "step", "val_error", "worst_recall", "seeds"
}
FNR == 1 {
	for (i = 1; i <= NF; i++)
		col[$i] = i
	n = split(FILENAME, part, "/")
	run = part[n - 1]
	next
}
{
	key = run OFS $col["step"]
	if (!(key in count))
		order[++rows] = key
	count[key]++
	error[key] += $col["val_error"]
	recall[key] += $col["worst_recall"]
}
END {
	for (i = 1; i <= rows; i++) {
		key = order[i]
		print key, error[key] / count[key], recall[key] / count[key],
			count[key]
	}
}
