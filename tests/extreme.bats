#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Numbers at the ends of double precision: nothing overflows, and no last bit
# is lost, where weights are compared or summed.
load helper
load weights

@test "means and largest of units keep their order over all of double" {
	py <<-'END'
		def extreme(shape):
		    # few bits, so that sums of doubles are exact or far apart
		    kind = rng.integers(4)
		    m = rng.integers(1, 64, shape).astype("<f8")
		    if kind == 0:
		        return np.ldexp(m, 1018 - rng.integers(0, 3, shape))
		    if kind == 1:
		        return np.ldexp(m, -1074) * rng.integers(0, 2, shape)
		    if kind == 2:
		        return np.ldexp(m, rng.choice([-1074, 1018, 890, 0], shape))
		    return 1 + rng.integers(0, 4, shape) * 2.0**-52
		model = {}
		for i in range(60):
		    shape = (int(rng.integers(2, 9)), int(rng.integers(1, 9)))
		    x = extreme(shape) * rng.choice([-1, 1], shape)
		    model[f"l{i}.weight"] = x
		st.save("m.safetensors", model)
	END
	for how in row col row:max col:max block=2x3 block=2x3:max; do
		for scope in tensor global; do
			wprune -q -s 40% --scope $scope --structure $how \
				m.safetensors -o "$how.$scope"
		done
	done
	py <<-'END'
		from fractions import Fraction
		def units(x, how):
		    r, c = {"row": (1, x.shape[1]), "col": (x.shape[0], 1)}.get(
		        how.split(":")[0], (2, 3))
		    for i in range(0, x.shape[0], r):
		        for j in range(0, x.shape[1], c):
		            yield slice(i, i + r), slice(j, j + c)
		m = st.load("m.safetensors")[0]
		for how in "row col row:max col:max block=2x3 block=2x3:max".split():
		    for scope in "tensor", "global":
		        out = st.load(f"{how}.{scope}")[0]
		        rows = []
		        for name, x in m.items():
		            for u in units(x, how):
		                v = [Fraction(abs(float(w))) for w in x[u].flat]
		                score = max(v) if "max" in how else sum(v) / len(v)
		                gone = not out[name][u].any()
		                assert gone or (out[name][u] == x[u]).all()
		                rows.append((name, score, gone))
		        groups = [[r[1:] for r in rows if scope == "global" or r[0] == n]
		                  for n in (m if scope == "tensor" else [0])]
		        for g in groups:
		            # what was zero before counts as neither
		            gone = [s for s, b in g if b and s]
		            kept = [s for s, b in g if not b]
		            # sums are rounded, to no more than so many bits
		            assert not gone or not kept or \
		                max(gone) <= min(kept) * (1 + Fraction(1, 2**50)), \
		                (how, scope)
		            if "max" in how and gone and kept:
		                assert max(gone) <= min(kept)
	END
}

@test "scores of a file are told apart to the last bit, below zero too" {
	py <<-'END'
		n = 4096
		m = 1 + rng.permutation(n) * 2.0**-52
		st.save("w", {"w": np.ones((2, n), "<f4")})
		s = np.stack([m, -m])
		st.save("s", {"w": s})
		st.save("big", {"w": np.full((2, n), 1e200), "v": np.zeros((2, 2))})
		st.save("dense", {"w": np.full((2, n), 1e200)})
	END
	for k in 1 100 4095 4096 4097 8191; do
		wprune -k $k --score file:s w -o p$k
		wprune -k $k --score obd:s w -o o$k
	done
	py <<-'END'
		s = st.load("s")[0]["w"].ravel()
		for k in 1, 100, 4095, 4096, 4097, 8191:
		    for f in "po":
		        gone = st.load(f"{f}{k}")[0]["w"].ravel() == 0
		        assert gone.sum() == k
		        assert s[gone].max() < s[~gone].min(), (f, k)
	END
	refused 'wprune: big:w: a score beyond double precision, at index 0; *' \
		wprune -k 5 --score taylor:big dense -o out
}

@test "plans by parts of a norm do without a norm that overflows" {
	py <<-'END'
		x = rng.standard_normal((8, 16))
		st.save("m.safetensors", {
		    "a.weight": x, "b.weight": np.ldexp(x[::-1].copy(), 1021),
		    "c.weight": np.ldexp(rng.standard_normal((8, 16)), -1000)})
	END
	for alloc in normalized lamp; do
		wstat --hist m.safetensors >h
		for ((i = 0; i < 8; i++)); do
			! wplan -q --scope global --alloc $alloc -s 30% h >p ||
				break
			wstat --hist --bracket p m.safetensors >h
		done
		((i < 8))
		wprune -q -p p m.safetensors -o $alloc
	done
	py <<-'END'
		m = st.load("m.safetensors")[0]
		unit = {n: np.ldexp(x, {"a": 0, "b": -1021, "c": 1000}[n[0]])
		        for n, x in m.items()}
		for alloc in "normalized", "lamp":
		    gone = {n: (x == 0).ravel() for n, x in st.load(alloc)[0].items()}
		    assert sum(g.sum() for g in gone.values()) == 115
		    score = {}
		    for n, x in unit.items():
		        v = np.sort(abs(x).ravel())
		        tail = (v * v)[::-1].cumsum()[::-1]
		        at = np.searchsorted(v, abs(x).ravel())
		        score[n] = (v * v / tail)[at] if alloc == "lamp" else \
		            abs(x).ravel() / np.sqrt((v * v).sum())
		    assert max(score[n][gone[n]].max() for n in m) <= \
		        min(score[n][~gone[n]].min() for n in m) * (1 + 1e-12), alloc
	END
}

@test "rounds of a plan end where all of a tensor are subnormal" {
	local alloc s want n
	py <<-'END'
		st.save("m0.st", {
		    "a.weight": np.array([[.5, 1, 2, 3]] * 2, "<f2"),
		    "b.weight": np.arange(1, 9, dtype="<u4").view("<f4").reshape(1, 8)})
		st.save("m1.st", {
		    "a.weight": np.array([[.5, 1, 2, 3]] * 2, "<f2"),
		    "b.weight": np.arange(1, 9, dtype="<u8").view("<f8").reshape(1, 8)})
	END
	# by hand: the parts of the norms are 0.09, 0.19, 0.37 and 0.56, each
	# twice, and 0.07 to 0.56 in even steps
	for m in m0.st m1.st; do
		while read -r alloc s want; do
			wstat -q --hist $m >h
			for ((n = 0; n < 5; n++)); do
				! wplan -q --alloc "$alloc" -s "$s" h >p || break
				wstat -q --hist --bracket p $m >h
			done
			((n < 5))
			[ "$(cut -d, -f10 p | xargs)" = "k $want" ]
		done <<-'END'
			normalized 1/4 2 2
			normalized 3/4 6 6
			lamp 1/2 4 4
			lamp 3/4 6 6
		END
	done
}

@test "a part of a norm that is next to nothing still comes after zero" {
	local n
	py <<-'END'
		st.save("m0.st", {"a.weight": np.array([[1e-200] * 3 + [1e150]]),
		                  "b.weight": np.array([[0, 0, 0, 1]], "<f4")})
	END
	wstat -q --hist m0.st >h
	for ((n = 0; n < 5; n++)); do
		! wplan -q --alloc lamp -s 3/8 h >p || break
		wstat -q --hist --bracket p m0.st >h
	done
	[ "$(cut -d, -f10 p | xargs)" = 'k 0 3' ]
}

@test "l2 is that of exact numbers where squares leave double precision" {
	py <<-'END'
		model, n = {}, 1500
		for i, e in enumerate([0, 400, 508, 510, 600, 900, 1010, -380, -405,
		                       -500, -520, -700, -1000, -1040]):
		    for mixed in 0, 1:
		        x = np.ldexp(rng.standard_normal(n), e)
		        if mixed:
		            x = np.where(rng.random(n) < .01, x, rng.choice([0, 1e-170,
		                         1e-310, 1, 1e140, 1e160][:i % 6 + 1], n))
		        model[f"{e}.{mixed}"] = x[:n - i]
		model["one"], model["most"] = np.array([5e-324]), np.array([1.7e308])
		st.save("m", model)
	END
	wstat -f json m >out
	py <<-'END'
		import json, math
		from fractions import Fraction
		m = st.load("m")[0]
		for row in map(json.loads, open("out")):
		    s = sum(Fraction(float(x)) ** 2 for x in m[row["tensor"]])
		    # the root of an integer, to 20 digits
		    root = Fraction(math.isqrt(int(s * 4**1200)), 2**1200)
		    assert abs(Fraction(row["l2"]) - root) <= \
		        max(root / 10**13, Fraction(5e-324) / 2), row
	END
}

@test "wanda prunes nothing where its threshold is NaN, which is refused" {
	py <<-'END'
		x = np.arange(1, 61, dtype="<f4").reshape(12, 5)
		x[0, :3] = np.nan
		np.save("w.npy", x)
	END
	refused 'wprune: w.npy:data: so many are asked for that NaN *' \
		wprune -q -s 95% --compat wanda --nan keep w.npy -o out
	refused 'wprune: w.npy:data: NaN, among which tfmot sorts in no order; *' \
		wprune -q -s 50% --compat tfmot --nan keep w.npy -o out
	wprune -q -s 50% --compat tfmot --nan prune w.npy -o p.npy
	wprune -q -s 94% --compat wanda --nan keep w.npy -o p.npy
	wprune -q -s 95% --compat torch --nan keep w.npy -o q.npy
	py <<-'END'
		assert (np.load("p.npy") == 0).sum() == 57
		assert (np.load("q.npy") == 0).sum() == 57
	END
}

@test "holes stay whole where pieces of a file meet within a page" {
	py <<-'END'
		import numpy as np
		with open("w.npy", "wb") as f:
		    np.lib.format.write_array_header_1_0(f, {"descr": "<f4",
		        "fortran_order": False, "shape": (10, 1 << 20)})
		    f.truncate(f.tell() + (40 << 20))
	END
	wprune -q -t 0.5 w.npy -o p.npy
	cmp w.npy p.npy
	spzip -k w.npy
	spzip -dc w.npy.spzip >q.npy
	cmp w.npy q.npy
	py <<-'END'
		import os
		# the header's page, and the last, which is cut
		for name in "p.npy", "q.npy":
		    assert os.stat(name).st_blocks * 512 <= 16384, name
	END
}

@test "holes are zeros, whatever was read before them" {
	local dtypes='F32 BF16 F64 F8_E5M2'
	! sanitized || dtypes=F32 # the same loops for the others
	py <<-'END'
		import json, os, struct
		# data, holes that grow, and those of odd sizes, in shards of 1 KiB
		kinds = [("a", 768, 1), ("b", 128, 0), ("c", 2048, 0), ("d", 3, 1),
		         ("e", 65, 0), ("f", 600, 1), ("g", 1030, 0), ("h", 77, 1)]
		for dtype, width in ("F32", 4), ("BF16", 2), ("F64", 8), ("F8_E5M2", 1):
		    header, at = {}, 0
		    for name, n, _ in kinds:
		        header[name + ".weight"] = {"dtype": dtype, "shape": [n, 1024],
		            "data_offsets": [at, at + n * 1024 * width]}
		        at += n * 1024 * width
		    text = json.dumps(header).encode()
		    text += b" " * (4096 - 8 - len(text))
		    for path in "holes." + dtype, "solid." + dtype:
		        with open(path, "wb") as f:
		            f.write(struct.pack("<Q", len(text)) + text)
		            for name, n, data in kinds:
		                size = n * 1024 * width
		                if data:
		                    f.write(bytes(range(1, 65)) * (size // 64))
		                elif path[0] == "s":
		                    f.write(bytes(size))
		                else:
		                    f.seek(size, 1)
		            f.truncate(4096 + at)
		assert os.stat("holes.F64").st_blocks < os.stat("solid.F64").st_blocks
	END
	for dtype in $dtypes; do
		mv holes.$dtype w
		for run in old new; do
			for threads in 1 3; do
				wstat -T $threads w >stat.$threads.$run
				wstat -T $threads --hash w >hash.$threads.$run
				wstat -T $threads --hist w >hist.$threads.$run
				wstat -T $threads --check nm=2:4 -f json w \
					>nm.$threads.$run || [ $? -eq 1 ]
				for how in '-s 70%' '-s 80% --scope global' '-t .1' \
					'-s 70% --structure row' '-s 70% --score random:3'; do
					# shellcheck disable=SC2086 # words
					wprune -q -T $threads $how w -o "p$how" --mask-out "m$how"
				done
				cat p-* m-* | cksum >sum.$threads.$run
			done
			[ $run = new ] || mv solid.$dtype w
		done
		for f in stat hash hist nm sum; do
			for threads in 1 3; do
				cmp $f.$threads.old $f.$threads.new
				cmp $f.1.new $f.$threads.new
			done
		done
		rm ./w p-* m-*
	done
}

@test "a threshold of scores may be below zero, one of magnitudes may not" {
	py <<-'END'
		w = rng.standard_normal((6, 8)).astype("<f4")
		s = np.round(rng.standard_normal((6, 8)) * 4) / 4
		h = np.round(rng.standard_normal((6, 8)) * 4).astype("<f4")
		st.save("w", {"a.weight": w})
		st.save("s", {"a.weight": s.astype("<f4")})
		st.save("h", {"a.weight": h})
	END
	for t in -0.5 -1 -0 0 -0.75 .25; do
		wprune -q -t $t --score file:s w -o p
		wprune -q -t $t --score obd:h w -o q
		wprune -q -t $t --score file:s --structure row w -o r
		T=$t py <<-'END'
			import os
			t = float(os.environ["T"])
			w, s, h = (st.load(f)[0]["a.weight"] for f in "wsh")
			p, q, r = (st.load(f)[0]["a.weight"] for f in "pqr")
			assert (p == np.where(s < t, 0, w)).all()
			assert (q == np.where(w.astype(float) ** 2 * h < t, 0, w)).all()
			mean = s.astype(float).mean(1, keepdims=True)
			assert (r == np.where(mean < t, 0, w)).all()
		END
	done
	for how in '' '--score taylor:s' '--score random:1'; do
		refused 'wprune: -t below zero, *' wprune -t -1 $how w -o out
	done
}
