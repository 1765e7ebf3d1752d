# SPDX-License-Identifier: MIT
# "wc -c RUN/SEED-weights.safetensors[.FORM] ..." -> weights,form,bytes (means)
BEGIN {
	OFS = ","
	print "weights", "form", "bytes"
}
$2 != "total" {
	n = split($2, part, "/")
	form = part[n]
	sub(/.*\.safetensors\.?/, "", form)
	key = part[n - 1] OFS (form == "" ? "raw" : form)
	if (!(key in count))
		order[++rows] = key
	count[key]++
	sum[key] += $1
}
END {
	for (i = 1; i <= rows; i++)
		print order[i], int(sum[order[i]] / count[order[i]] + .5)
}
