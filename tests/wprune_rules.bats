#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --rules: how much by patterns of names, against numpy and wplan.
load helper
load weights

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	printf '%s\n' pattern,sparsity,min,max 'a.1*,1/3,,' 'a.*,,60%,0.9' \
		'b.*,,,.1' 'c.*,0,,' '*.0.weight,.5,,' >rules
	py <<-'END'
		x = lambda *n: np.round(rng.standard_normal(n) * 9).astype("<f4")
		st.save("m.st", {n + ".weight": x(7, i + 5) for i, n in enumerate(
		    ["a.0", "a.1", "a.12", "b.0", "b.1", "c.0", "d.0", "d.1"])} |
		    {"a.0.bias": x(9), "a.embed": x(5, 8)})
	END
}

@test "each tensor has its rule's count, the smallest of its weights" {
	for s in 0 .5 0.95; do
		wprune -q --rules rules -s $s m.st -o p$s
	done
	wprune -q --rules rules m.st -o p
	wprune -q --rules rules -d 1/2 m.st -o pd
	cmp p.5 pd
	run -0 py <<-'END'
		import math
		from fractions import Fraction as F
		def count(name, n, s):
		    at = round(F(s or "0") * n)
		    if ".bias" in name or "embed" in name: return None
		    if name.startswith("a.1"): return round(F(1, 3) * n)
		    if name.startswith("a."):
		        return min(max(at, math.ceil(F("0.6") * n)),
		                   math.floor(F("0.9") * n))
		    if name.startswith("b."): return min(at, n // 10)
		    if name.startswith("c."): return 0
		    if name.endswith(".0.weight"): return round(F(1, 2) * n)
		    return at if s else None
		m, seen = st.load("m.st")[0], 0
		for s in "", "0", ".5", "0.95":
		    p = st.load("p" + s)[0]
		    for name, w in m.items():
		        q, k = p[name].ravel(), count(name, w.size, s)
		        gone = q.view("<u4") != w.ravel().view("<u4")
		        if k is None:
		            assert not gone.any(), (s, name)
		            continue
		        order = np.sort(abs(w.ravel()))
		        assert (q == 0).sum() == max(k, (w == 0).sum()), (s, name)
		        kept = np.sort(abs(q))[(q == 0).sum():]
		        assert (kept == order[(q == 0).sum():]).all(), (s, name)
		        seen += 1
		print(seen)
	END
	[ "$output" = 31 ]
}

@test "rules here and rules of wplan give the same bytes" {
	wstat --hist m.st >h
	wplan -q -s 80% --rules rules h -o plan || {
		wstat --hist --bracket plan m.st >h2
		wplan -q -s 80% --rules rules h2 -o plan
	}
	wprune -q -p plan m.st -o a
	wprune -q -s 80% --rules rules m.st -o b
	cmp a b
}

@test "the report has the pattern; what decides about nothing is remarked" {
	printf '%s\n' pattern,sparsity,min,max 'a.0*,50%,,' 'a.0.*,90%,,' >r
	run -0 --separate-stderr wprune -n --rules r m.st
	[[ "$stderr" == *"wprune: r: the pattern 'a.0.*' decides about no tensor"* ]]
	[[ "$output" == *a.0.weight,*,prune,,18,18,*,"a.0*: by a rule"* ]]
	[[ "$output" == *a.1.weight,*,skip:only,*"without a rule"* ]]
}

@test "rules that cannot be kept are refused" {
	refused "wprune: --rules with -k*" wprune -k 3 --rules rules m.st -o out
	refused "wprune: --rules with --scope global; *" \
		wprune -s .5 --scope global --rules rules m.st -o out
	refused "wprune: --rules with --scope row*" \
		wprune -s .5 --scope row --rules rules m.st -o out
	printf '%s\n' pattern,min,max 'a*,.6,.5' >bad
	refused "wprune: bad:*" wprune --rules bad m.st -o out
	refused "wprune: none:*" wprune --rules none m.st -o out
	echo 'np.save("one.npy", np.ones((3, 4)))' | py
	refused "wprune: one.npy: no tensor to prune: without a rule" \
		wprune --rules rules one.npy -o out
	run -2 wprune -s .5 --rules rules m.st -o rules
	head -1 rules | grep -q ^pattern
}
