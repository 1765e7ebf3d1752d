#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --structure, --scope row and --score, against numpy.
# bats file_tags=optimized
load helper
load weights

@test "structures, rows and scores prune what sorting in numpy prunes" {
	n=150
	[ -z "${FULL:-}" ] || n=3000
	sanitized && n=40
	run -0 "$NUMPY" "$ROOT/tests/wprune_units.py" "$(command -v wprune)" $n 3
	[ "$output" = "$n of $n cases as by numpy" ]
}

@test "N:M says whether N are kept or zeroed" {
	f32 1 -2 3 4 8 7 6 5 >w
	wprune --raw f32 --structure nm=keep:1:4 w -o p
	[ "$(values p)" = "0.0 0.0 0.0 4.0 8.0 0.0 0.0 0.0" ]
	wprune --raw f32 --structure nm=zero:1:4 w -o p
	[ "$(values p)" = "0.0 -2.0 3.0 4.0 8.0 7.0 6.0 0.0" ]
	wprune --raw f32 --structure nm=2:4 w -o p
	[ "$(values p)" = "0.0 0.0 3.0 4.0 8.0 7.0 0.0 0.0" ]
	rm p
	refused "wprune: --structure: '1:4' may keep or zero 1 of 4; *" \
		wprune --raw f32 --structure nm=1:4 w -o out
	for s in nm=keep:4:4 nm=keep:0:4 nm=keep:2:99 nm=keep:2 block=2 \
		block=0x2 dim=x row:sum nm=; do
		run -2 wprune --raw f32 -s 50% --structure $s w -o out
	done
	run -2 wprune --raw f32 -s 50% --structure nm=2:4 w -o out
	run -2 wprune --raw f32 --structure nm=2:4 --scope global w -o out
	[ -z "$(compgen -G 'out*')" ]
}

@test "what is no whole groups is left and remarked; NaN is found" {
	py <<-'END'
		x = rng.standard_normal((6, 10)).astype("<f4")
		st.save("m.safetensors", {"a.weight": x, "b.weight": x[:, :8]})
		x = x.copy()
		x[3, 3] = np.nan
		np.save("nan.npy", x[:, :8])
	END
	run -0 --separate-stderr wprune --structure nm=2:4 m.safetensors -o p \
		--report r.csv
	[[ $stderr == *'m.safetensors:a.weight: its inputs are no whole groups: left'* ]]
	[ "$(cut -d, -f2,6,8,9 r.csv | tail -n 2 | tr '\n' ' ')" = \
		"a.weight,skip:shape,, b.weight,prune,24,24 " ]
	rm p
	refused 'wprune: nan.npy:data: NaN at index 27; *' \
		wprune --structure nm=2:4 nan.npy -o out
	refused 'wprune: nan.npy:data: NaN at index 27; *' \
		wprune -s 50% --structure row nan.npy -o out
	# one array that nothing can be done with is trouble, which says why
	refused 'wprune: nan.npy: no tensor to prune: its inputs are no whole groups' \
		wprune --structure nm=keep:2:3 nan.npy -o out
}

@test "what is almost N:M is repaired, and what is stays" {
	f32 1 0 3 0 8 7 0 .5 >w
	run -0 --separate-stderr wprune --raw f32 --repair nm=2:4 w -o p
	[ "$(values p)" = "1.0 0.0 3.0 0.0 8.0 7.0 0.0 0.0" ]
	[ "$stderr" = "wprune: w: 1 of 1 tensors repaired; the largest magnitude set to zero is 0.5" ]
	run -0 --separate-stderr wprune --raw f32 --repair nm=2:4 p -o q
	[ "$stderr" = "wprune: p: nothing to repair" ]
	cmp p q
}

@test "rows and units count exactly, and what a mask has pruned stays" {
	py <<-'END'
		np.save("w.npy", rng.standard_normal((12, 20)).astype("<f4"))
	END
	wprune -s 50% --scope row w.npy -o p.npy --report r.csv
	[ "$(tail -n 1 r.csv | cut -d, -f8,9)" = 120,120 ]
	wprune -s 50% --structure block=4x4 w.npy -o p.npy --report r.csv
	[ "$(tail -n 1 r.csv | cut -d, -f8,9)" = 128,128 ]
	for s in 20% 40% 60%; do
		wprune -s $s --scope row --mask-update m w.npy -o p.npy
		wstat --check mask=m p.npy
	done
	[ "$(wstat p.npy | tail -n 1 | cut -d, -f6)" = 144 ]
	wprune -s 50% --score random:5 w.npy -o a.npy
	wprune -s 50% --score random:5 -T 1 w.npy -o b.npy
	wprune -s 50% --score random:6 w.npy -o c.npy
	cmp a.npy b.npy
	run -1 cmp -s a.npy c.npy
	[ "$(wstat a.npy | tail -n 1 | cut -d, -f6)" = 120 ]
	refused 'wprune: w.npy:data: 12 weights (units of them); asked to prune 13' \
		wprune -k 13 --structure row w.npy -o out
}

@test "scores are found by name and must fit" {
	py <<-'END'
		x = rng.standard_normal((6, 8)).astype("<f4")
		st.save("m.safetensors", {"a.weight": x, "b.weight": x})
		st.save("s.safetensors", {"a.weight": x})
		st.save("t.safetensors", {"a.weight": x, "b.weight": x.T})
		np.savez("n.npz", **{"a.weight": x[0], "b.weight": x[:, 0]})
		x = x.copy()
		x[2, 1] = np.nan
		st.save("u.safetensors", {"a.weight": x, "b.weight": x})
	END
	refused 'wprune: s.safetensors:b.weight: no scores; *' \
		wprune -s 50% --score file:s.safetensors m.safetensors -o out
	refused 'wprune: t.safetensors:b.weight: scores of another shape *' \
		wprune -s 50% --score taylor:t.safetensors m.safetensors -o out
	refused 'wprune: n.npz:b.weight: 6 norms; expected one for each of 8 inputs' \
		wprune -s 50% --score wanda:n.npz m.safetensors -o out
	refused 'wprune: u.safetensors:a.weight: a score that is NaN, at index 17; *' \
		wprune -s 50% --score obd:u.safetensors m.safetensors -o out
	run -2 wprune -s 50% --score other m.safetensors -o out
	# among all tensors as well
	wprune -s 50% --scope global --score file:m.safetensors m.safetensors -o p
	[ "$(wstat p | tail -n +2 | cut -d, -f6 | paste -sd+ | bc)" = 48 ]
}

@test "libraries' counts and ties are theirs, in 96 cases of each, of F8 and NaN too" {
	sanitized && skip "as it is plain"
	run -0 "$NUMPY" "$ROOT/tests/compat/check.py" "$(command -v wprune)"
	[ "$(wc -l <<<"$output")" = 5 ]
	[[ $output != *differs* ]]
	f32 1 2 3 4 >w
	run -2 wprune --raw f32 --compat torch -k 2 w -o out
	run -2 wprune --raw f32 --compat other -s 50% w -o out
}

@test "masks of rows and groups that end within a byte go on in it" {
	py <<-'END'
		x = rng.standard_normal((95, 6007)).astype("<f4")
		st.save("m.safetensors", {"a.weight": x, "b.weight": x[:, :6006]})
		keep = rng.random((95, 6006)) > .25
		bits = np.packbits(keep, bitorder="little")
		st.save("prev.safetensors", {"b.weight": bits})
	END
	wprune -q --structure nm=keep:2:7 m.safetensors -o p --mask-out n.mask
	cp prev.safetensors u.mask
	wprune -s 1/2 --scope row m.safetensors -o r --mask-out r.mask
	wprune -q -s 1/2 --scope row --mask-update u.mask m.safetensors -o u \
		--only b.weight -T 3
	py <<-'END'
		def tensors(f):
		    return st.load(f)[0]
		def kept(mask, name, w):
		    return st.unpack(tensors(mask)[name], w.shape)
		m, p, r, u = (tensors(f) for f in ("m.safetensors", *"pru"))
		prev = kept("prev.safetensors", "b.weight", m["b.weight"])
		assert (kept("n.mask", "b.weight", m["b.weight"]) ==
			(p["b.weight"] != 0)).all()
		for name in m:
		    assert (kept("r.mask", name, m[name]) == (r[name] != 0)).all()
		b = u["b.weight"] != 0
		assert not (b & ~prev).any() and (b.sum(1) == 3003).all()
		assert (kept("u.mask", "b.weight", b) == b).all()
		w = abs(m["b.weight"])
		for i in range(95):
		    assert w[i][b[i]].min() > w[i][~b[i] & prev[i]].max()
	END
}

@test "chance is as fair to small units as to large ones, and has a scale" {
	py <<-'END'
		np.save("w.npy", rng.standard_normal((400, 1100)).astype("<f4"))
	END
	for seed in 1 2; do
		wprune -s 1/2 --structure block=1x1000 --score random:$seed w.npy -o p.npy
		wprune -t .9 --score random:$seed w.npy -o q.npy
		py <<-'END'
			x = np.load("p.npy") == 0
			assert x[:, 0].sum() + x[:, -1].sum() == 400
			# five standard deviations of a fair coin
			assert abs(x[:, -1].sum() - 200) < 50, x[:, -1].sum()
			x = np.load("q.npy") == 0
			assert abs(x.mean() - .9) < .01, x.mean()
		END
	done
}

@test "units whose score is no number are the largest, and all alike" {
	py <<-'END'
		x = np.ones((5, 3), "<f4")
		st.save("m", {"w": x})
		s = np.ones((5, 3), "<f8")
		s[1, 0], s[1, 2], s[2, 1], s[2, 2] = np.inf, -np.inf, -np.inf, np.inf
		s[3, 0] = np.inf
		st.save("s", {"w": s})
		x = x.view("<u4").copy()
		x[0, 1], x[1, 1], x[2, 0], x[3, 2] = (
		    0x7fffffff, 0xffc00001, 0xffffffff, 0x7f800001)
		st.save("n", {"w": x.view("<f4")})
	END
	# by sums of scores: 1, nan, nan, inf, 1
	for k in 1:1 2:1,5 3:1,4,5 4:1,2,4,5; do
		wprune -k ${k%:*} --structure row --score file:s --ties first m -o p
		[ "$(py <<<'print(*np.nonzero((st.load("p")[0]["w"] == 0).all(1))[0] + 1, sep=",")')" = "${k#*:}" ]
	done
	# wherever in a unit, or in the file, it is
	py <<-'END'
		for shape in (3, 4), (4, 3), (3000, 400):
		    for axis in 0, 1:
		        x = rng.random(shape).astype("<f4")
		        n = shape[axis]
		        gone = rng.permutation(n)[:n // 2]
		        for i in set(range(n)) - set(gone):
		            at = [int(rng.integers(k)) for k in shape]
		            at[axis] = i
		            x[tuple(at)] = np.nan
		        np.save(f"x{shape[0]}.{axis}.npy", x)
		        np.save(f"f{shape[0]}.{axis}.npy", np.asfortranarray(x))
	END
	for f in [xf]*.npy; do
		what=row
		[[ $f != *.1.npy ]] || what=col
		for by in '' :max; do
			wprune -s 1/2 --round down --nan keep --structure $what$by \
				"$f" -o "p$by.$f"
		done
	done
	py <<-'END'
		import glob
		out = glob.glob("p*.npy")
		assert len(out) == 24, out
		for p in out:
		    x, y = np.load(p.split(".", 1)[1]), np.load(p)
		    axis = 1 - int(p[-5])
		    assert ((y == 0).all(axis) == ~np.isnan(x).any(axis)).all(), p
	END
	for k in 1:5 2:1,5 3:1,2,5; do
		wprune -k ${k%:*} --structure row --nan keep --ties first n -o p
		[ "$(py <<<'print(*np.nonzero((st.load("p")[0]["w"] == 0).all(1))[0] + 1, sep=",")')" = "${k#*:}" ]
	done
}
