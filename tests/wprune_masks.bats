#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Masks that wprune writes: what numpy reads in them, and that each format says
# the same when it is read back.
load helper
load weights

# Whether the mask $1 has what the weights $2 of m.safetensors kept.
is_mask() {
	py <<-END
		m, out = st.load("m.safetensors")[0], st.load("$2")[0]
		if "$1".endswith(".npz"):
		    import zipfile
		    z = zipfile.ZipFile("$1")
		    assert z.testzip() is None
		    got = dict(np.load("$1"))
		    assert all(i.compress_type == 0 for i in z.infolist())
		else:
		    bits, meta = st.load("$1")
		    got = {k: st.unpack(v, m[k].shape) for k, v in bits.items()}
		assert sorted(got) == sorted(k for k in m if k not in ("bias", "ids"))
		for k, keep in got.items():
		    assert keep.dtype == bool and keep.shape == m[k].shape, k
		    # no weight is zero to begin with
		    assert (keep == (out[k] != 0)).all(), k
		    assert (keep == 0).sum() == round(m[k].size / 3), k
	END
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	py <<-'END'
		n = lambda *s: 1 + rng.random(s)
		st.save("m.safetensors", {
		    "a": n(5, 7).astype("<f4"), "dir/b": n(3, 0, 2).astype("<f4"),
		    "\u00e9 c": n(2, 3, 4).astype("<f8"), "bias": n(9).astype("<f2"),
		    "ids": np.arange(5), "d": n(70, 1001).astype("<f2"),
		    "e": n(0, 4).astype("<f4")})
	END
}

@test "safetensors and NPZ have what numpy finds pruned, and say the same" {
	wprune -s 1/3 m.safetensors -o p --mask-out m1
	wprune -s 1/3 -T 3 m.safetensors --mask-out m.npz | cmp - p
	is_mask m1 p
	is_mask m.npz p
	unzip -tq m.npz
	for from in m1 m.npz; do
		for to in b.safetensors b.npz; do
			wprune -q -m $from m.safetensors --mask-out $to | cmp - p
		done
		cmp b.safetensors m1
		cmp b.npz m.npz
		wstat --check mask=$from p
		run -1 wstat --check mask=$from m.safetensors
	done
}

@test "a mask that goes on keeps its format" {
	cp m.safetensors a
	cp m.safetensors b
	for s in 10% 1/3 80%; do
		wprune -q -s $s --in-place --mask-update u.npz a
		wprune -q -s $s --in-place --mask-update u.st b
		cmp a b
		wprune -q -m u.npz m.safetensors -o c --mask-out again.npz
		cmp again.npz u.npz
		wprune -q -m u.npz m.safetensors -o c --mask-out again
		cmp again u.st
		cmp a c
	done
}

@test "an array has an NPY mask, in its own order" {
	py <<-'END'
		x = 1 + rng.random((4, 3, 5)).astype("<f4")
		np.save("c.npy", x)
		np.save("f.npy", np.asfortranarray(x))
		np.save("s.npy", x[0, 0, 0])
		np.save("v.npy", x[0, 0])
	END
	for f in c f s v; do
		wprune -q -s 1/2 $f.npy -o $f.out.npy --mask-out $f.mask.npy
		wprune -q -m $f.mask.npy $f.npy -o again.npy --mask-out bits
		cmp again.npy $f.out.npy
		wprune -q -m bits $f.npy -o again.npy --mask-out again.mask.npy
		cmp again.npy $f.out.npy
		cmp again.mask.npy $f.mask.npy
		py <<-END
			m, x = np.load("$f.mask.npy"), np.load("$f.out.npy")
			assert m.dtype == bool and m.shape == x.shape
			assert np.isfortran(m) == np.isfortran(x)
			assert (m == (x != 0)).all()
		END
	done
	cmp <(tail -c +129 c.mask.npy) <(py <<<'import os
os.write(1, np.ascontiguousarray(np.load("f.mask.npy")).tobytes())')
	wprune -q --raw f32,60 -s 1/2 <(tail -c +129 c.npy) -o raw --mask-out r.npy
	wprune -q --raw f32,60 -m r.npy <(tail -c +129 c.npy) | cmp - raw
}

@test "several tensors in Fortran order, large and small, have masks of bits" {
	py <<-'END'
		x = {k: np.asfortranarray(1 + rng.random(s).astype("<f4"))
		     for k, s in (("a", (50, 70)), ("b", (5, 7)), ("d", (61, 91)))}
		np.savez("f.npz", **x, c=1 + rng.random((5, 7)))
	END
	wprune -s 1/3 f.npz -o out.npz --mask-out m
	wprune -q -s 1/3 f.npz -o same.npz --mask-out m.npz
	cmp out.npz same.npz
	for m in m m.npz; do
		wprune -q -m $m f.npz -o again.npz --mask-out n
		cmp again.npz out.npz
		cmp n m
		wstat --check mask=$m out.npz
	done
	py <<-'END'
		m, bits = dict(np.load("out.npz")), st.load("m")[0]
		for k, x in m.items():
		    assert (st.unpack(bits[k], x.shape) == (x != 0)).all()
		    assert (x == 0).sum() == round(x.size / 3)
	END
}

@test "masks, other weights and scores may be in another order" {
	local rows=900
	! sanitized || rows=90
	py <<-END
		F, n = np.asfortranarray, ($rows, 700)
		w = rng.standard_normal(n).astype("<f4")
		keep = rng.random(n) < .5
		other = np.where(keep, rng.standard_normal(n), 0).astype(">f2")
		other[keep & (other == 0)] = 1
		score = rng.integers(0, 50, n).astype(">f4")
		norm = rng.random((7, 100)).astype("<f8")
		for name, a in ("w", w), ("keep", keep), ("other", other), \
		    ("score", score):
		    np.savez(f"{name}.c.npz", w=a)
		    np.savez(f"{name}.f.npz", w=F(a))
		np.savez("norm.c.npz", w=norm)
		np.savez("norm.f.npz", w=F(norm))
		np.save("want", np.where(keep, w, 0))
	END
	for a in c f; do
		for b in c f; do
			for how in "-m keep.$b.npz" "--zeros-of other.$b.npz"; do
				wprune -q $how w.$a.npz -o out.npz
				py <<-'END'
					assert (np.load("out.npz")["w"] == np.load("want.npy")).all()
				END
			done
			wstat --check mask=keep.$b.npz out.npz
			wstat --check zeros=other.$b.npz out.npz
			run -1 wstat --check mask=keep.$b.npz w.$a.npz
			for how in "taylor:score" "file:score" "wanda:norm"; do
				for scope in tensor row; do
					wprune -q -s 1/3 --scope $scope \
						--score $how.$b.npz w.$a.npz \
						-o out.npz --mask-out m.$how.$a$b.$scope
					cmp m.$how.$a$b.$scope m.$how.cc.$scope
				done
			done
			cp keep.$b.npz now.npz
			wprune -q -s 0.8 --mask-update now.npz w.$a.npz \
				-o out.$a$b.npz
			wcmp out.$a$b.npz out.cc.npz
		done
	done
}

@test "rows of an array in Fortran order are pruned as those in C order" {
	py <<-'END'
		for name, shape in ("long", (40, 50000)), ("high", (50000, 40)), \
		    ("four", (300, 7, 8, 9)):
		    a = rng.integers(-9, 9, shape).astype("<f4")
		    np.save(f"{name}.c", a)
		    np.save(f"{name}.f", np.asfortranarray(a))
	END
	for f in long high four; do
		for ties in hash first last keep drop; do
			sanitized_round 4 || continue
			wprune -q -s 0.4 --scope row --ties $ties $f.c.npy \
				-o out.c.npy --mask-out m.c
			wprune -q -s 0.4 --scope row --ties $ties -T 3 --mem 24MiB \
				$f.f.npy -o out.f.npy --mask-out m.f
			cmp m.c m.f
			wcmp out.c.npy out.f.npy
		done
		py <<-'END'
			a = np.load("out.f.npy")
			assert a.flags.f_contiguous
		END
	done
	# a cut for each row takes memory, which is counted
	py <<<'np.save("rows", np.asfortranarray(rng.random((900000, 2))))'
	rm -f out*
	refused 'wprune: rows.npy: takes * MiB of memory; *' \
		wprune -s 1/2 --scope row --mem 24MiB rows.npy -o out.npy
}

@test "masks that a format cannot hold are refused" {
	refused 'wprune: out.npy: an NPY file holds one array *' \
		wprune -s 1/2 m.safetensors -o out --mask-out out.npy
	mkfifo fifo.npz
	refused 'wprune: fifo.npz: NPZ, whose checksums *' \
		timeout 20 bash -c 'cat fifo.npz >/dev/null &
			wprune -s 1/2 m.safetensors -o out --mask-out fifo.npz; s=$?
			wait; exit $s'
	refused 'wprune: m.csv: would hold safetensors, not csv; *' \
		wprune -s 1/2 m.safetensors -o out --mask-out m.csv
}

@test "the report says what a mask did, and what it does not name" {
	py <<-'END'
		x = rng.standard_normal((4, 6)).astype("<f4")
		st.save("m", {"a.weight": x, "b.weight": x, "c.bias": x[0]})
		x[2] = 0
		st.save("z", {"b.weight": x})
	END
	wprune -s 50% --only a.weight m -o p --mask-out mask
	wprune -m mask m -o q --report r
	cmp p q
	run -0 cut -d , -f 2,6- r
	[ "${lines[1]}" = 'a.weight,mask,,,12,,' ]
	[ "${lines[2]}" = 'b.weight,skip:mask,,,,,not in the mask' ]
	[ "${lines[3]}" = 'c.bias,skip:ndim,,,,,fewer than two dimensions' ]
	wprune --zeros-of z m -o q --report r
	run -0 cut -d , -f 2,6- r
	[ "${lines[1]}" = 'a.weight,skip:mask,,,,,not in the mask' ]
	[ "${lines[2]}" = 'b.weight,mask,,,6,,' ]
}
