# SPDX-License-Identifier: MIT
# metrics.csv -> run,step,error,sd,seeds: the mean of val_error over the seeds
# and its standard deviation, per run and step.
BEGIN {
	FS = OFS = ","
	print "run", "step", "error", "sd", "seeds"
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		col[$i] = i
	next
}
{
	key = $col["run"] OFS $col["step"]
	if (!(key in count))
		order[++rows] = key
	error[key, ++count[key]] = $col["val_error"]
}
END {
	for (i = 1; i <= rows; i++) {
		key = order[i]
		n = count[key]
		sum = squares = 0
		for (k = 1; k <= n; k++)
			sum += error[key, k] / n
		for (k = 1; k <= n; k++)
			squares += (error[key, k] - sum) ^ 2
		print key, sum, (n > 1 ? sqrt(squares / (n - 1)) : 0), n
	}
}
