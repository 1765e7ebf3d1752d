# SPDX-License-Identifier: MIT
# "wc -c RUN/SEED-weights.safetensors[.FORM] ..." -> run,seed,form,bytes
BEGIN {
	OFS = ","
	print "run", "seed", "form", "bytes"
}
$2 != "total" {
	n = split($2, part, "/")
	form = part[n]
	sub(/.*\.safetensors\.?/, "", form)
	print part[n - 1], part[n] + 0, form == "" ? "raw" : form, $1
}
