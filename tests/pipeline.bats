#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The tools joined as users join them.

load helper

# A trainer in one line of awk: rates in, rates and losses out.  The loss falls
# around 1e-2 and explodes past 1.
train() {
	awk -F, 'BEGIN { OFS = ","; srand(1) }
	NR == 1 { print "step", "lr", "loss"; next }
	{ print $1, $2, 2.3 - 2 / (1 + 0.01 / $2) + $2 * $2 + 0.02 * rand() }'
}

# 40 x 50 weights, standard normal, as a little-endian f32 NPY.
weights() {
	"$NUMPY" -c 'import numpy, sys
numpy.save(sys.argv[1], numpy.random.default_rng(int(sys.argv[2]))
    .standard_normal((40, 50)).astype("<f4"))' "$1" "${2:-1}"
}

@test "a range test becomes the bounds of a cyclical schedule" {
	lrsched range:400,from=1e-5,to=10 | train >test.csv
	args=$(lrfind -f args test.csv)
	[[ $args == min=*,max=* ]]
	lrsched -n 1600 "triangular2,$args,step=200" >sched.csv
	min=${args#min=} min=${min%,*} max=${args#*max=}
	[ "$(sed -n 2p sched.csv)" = "0,$min" ]
	[ "$(sed -n 202p sched.csv)" = "200,$max" ]
}

@test "no answer from lrfind makes no schedule" {
	lrsched range:400,from=1e-5,to=10 |
		awk -F, 'NR == 1 { print "step,lr,loss"; next }
			{ print $1 "," $2 ",1" }' >flat.csv
	run -1 --separate-stderr lrfind -f args flat.csv
	[ -z "$output" ]
	run -2 --separate-stderr lrsched -n 1600 "triangular2,$output,step=200"
	[ -z "$output" ]
	run -2 lrsched -n 1600 "triangular2,min=,max=,step=200"
}

@test "lrfind takes the rate from lrsched where the log lacks it" {
	lrsched range:400,from=1e-5,to=10 >rates.csv
	train <rates.csv >full.csv
	cut -d, -f1,3 full.csv >short.csv
	lrfind -f csv full.csv | cut -d, -f2- >with
	lrfind -f csv --lr-table rates.csv short.csv | cut -d, -f2- >joined
	cmp with joined
}

@test "prune and pack in one pipe gives what files give" {
	weights w.npy
	wprune -s 0.9 w.npy -o p.npy
	spzip -k p.npy
	wprune -s 0.9 <w.npy | spzip >piped.spzip
	spzcat piped.spzip | cmp - p.npy
	spzcat p.npy.spzip | cmp - p.npy
	spzcat p.npy.spzip | wstat | cut -d, -f2- >from_pipe
	wstat p.npy | cut -d, -f2- >from_file
	cmp from_pipe from_file
}

@test "numpy sees the sparsity that was asked for" {
	weights w.npy
	for s in 0 0.29 0.5 90% 1999/2000 1; do
		wprune -s "$s" w.npy -o p.npy
		"$NUMPY" - "$s" <<-'EOF'
			import sys
			from fractions import Fraction
			import numpy as np
			text = sys.argv[1]
			s = (Fraction(text[:-1]) / 100 if text.endswith("%")
			     else Fraction(text))
			w, p = np.load("w.npy"), np.load("p.npy")
			k = round(s * w.size)
			assert (p == 0).sum() == k, (text, (p == 0).sum(), k)
			order = np.sort(np.abs(w).ravel())
			if 0 < k < w.size:
			    assert np.abs(w[p == 0]).max() == order[k - 1]
			    assert (w[p != 0] == p[p != 0]).all()
		EOF
	done
}

@test "a sparsity schedule drives pruning, and masks only grow" {
	weights w.npy
	cp w.npy now.npy
	lrsched -n 5 poly:5,from=0,to=0.9,pow=3,incl | tail -n +2 |
		while IFS=, read -r _ s; do
			wprune -s "$s" --mask-update mask.safetensors \
				now.npy -o next.npy
			"$NUMPY" - <<-'EOF'
				import numpy as np
				a, b = np.load("now.npy"), np.load("next.npy")
				assert (b[a == 0] == 0).all()
			EOF
			mv next.npy now.npy
		done
	"$NUMPY" -c 'import numpy
assert (numpy.load("now.npy") == 0).sum() == 1800'
}

@test "a mask that was written prunes another file alike" {
	weights w.npy 1
	weights v.npy 2
	wprune -s 0.5 --mask-out m.safetensors w.npy -o pw.npy
	wprune -m m.safetensors v.npy -o pv.npy
	"$NUMPY" -c 'import numpy
w, v = numpy.load("pw.npy"), numpy.load("pv.npy")
assert ((w == 0) == (v == 0)).all()'
}

@test "every table reads back in Python's csv module" {
	weights w.npy
	lrsched -n 50 -l 0.1 -e 10 cos +momentum const,from=0.9 >a.csv
	lrsched range:400,from=1e-5,to=10 | train >test.csv
	run lrfind -m all test.csv -o b.csv
	[ "$status" -le 1 ]
	wstat w.npy -o c.csv
	"$PYTHON" - <<-'EOF'
		import csv
		for name in "abc":
		    rows = list(csv.reader(open(name + ".csv", newline="")))
		    assert len(rows) > 1, name
		    assert len({len(r) for r in rows}) == 1, name
		    raw = open(name + ".csv", "rb").read()
		    assert b"\r" not in raw and raw.endswith(b"\n"), name
	EOF
}
