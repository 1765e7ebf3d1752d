#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What wplan estimates that spzip will need, on weights that chose no constant
# of the estimate: Laplace's, evenly spread ones, rounded ones.
load helper
load weights

@test "packed is what spzip makes of 24 models: within 1 %, of small tensors more" {
	sanitized && skip "as it is plain"
	py <<-'END'
		st.NAMES["<u2"] = "BF16"  # numpy has no name for it
		draw = {"laplace": lambda n: rng.laplace(0, .01, n),
		        "even": lambda n: rng.uniform(-.05, .05, n)}
		for kind, of in draw.items():
		    for dtype in "F32", "BF16", "F16":
		        for n, count in (64, 16), (512, 2):
		            model = {}
		            for i in range(count):
		                x = of(n * n).reshape(n, n).astype(
		                    "<f2" if dtype == "F16" else "<f4")
		                if dtype == "BF16":
		                    x = (x.view("<u4") >> 16).astype("<u2")
		                model["layer.%d.weight" % i] = x
		            st.save("%s.%s.%d" % (kind, dtype, n), model)
	END
	n=0
	for f in laplace.* even.*; do
		for s in 50% 90%; do
			wstat --hist "$f" >h
			until wplan -s $s -f csv h >plan; do
				wstat --hist --bracket plan "$f" >finer
				mv finer h
			done
			wprune -q -p plan "$f" -o p
			"$PYTHON" -c 'import csv, sys
print(*sys.argv[1:], 190 + sum(int(r["packed"]) for r in
                               csv.DictReader(open("plan"))))' \
				"$f" $s "$(spzip -c p | wc -c)" >>said
			n=$((n + 1))
		done
	done
	[ "$n" -eq 24 ]
	# Small tensors may pack better as a run, which no plan of one can see.
	# shellcheck disable=SC2016 # a program of awk
	run -0 awk '{
		off = $4 / $3 - 1
		if (off < -.02 || off > ($1 ~ /512$/ ? .01 : .14)) {
			print
			bad = 1
		}
	} END { exit bad }' said
	[ -z "$output" ]
}
