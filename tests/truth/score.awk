# SPDX-License-Identifier: MIT
# Joins the truth (first file) and lrfind's answers, and prints one line of
# scores.  With BY_NET set also one per network.

FNR == 1 {
	file++
	for (i = 1; i <= NF; i++)
		column[file, $i] = i
	next
}

file == 1 {
	net[$1] = $2
	lo[$1] = $3
	hi[$1] = $4
	limit[$1] = $5
	n++
	n_net[$2]++
	next
}

$1 in net {
	s = $column[2, "suggest"]
	max = $column[2, "lr_max"]
	if (s == "")
		next
	# The rates of the grid are exact to 1e-12 only.
	e = 1 + 1e-9
	in_range = s >= lo[$1] / e && s <= hi[$1] * e
	good += in_range
	good_net[net[$1]] += in_range
	above += s > limit[$1] * e
	near += s >= lo[$1] / 2 / e && s <= hi[$1] * 2 * e
	stable += max <= limit[$1] * e
	large += max >= hi[$1] / 3 / e
}

END {
	printf "%-10s %5.1f%% %5.1f%% %5.1f%%   %14.1f%% %17.1f%%\n", method,
		100 * good / n, 100 * above / n, 100 * near / n,
		100 * stable / n, 100 * large / n
	if (BY_NET)
		for (i in n_net)
			printf "  %-24s %d of %d\n", i, good_net[i], n_net[i]
	exit method == "centre" && !(n == 135 && good >= 0.85 * n &&
		above == 0 && near >= 0.97 * n && stable >= 0.9 * n &&
		large >= 0.6 * n)
}
