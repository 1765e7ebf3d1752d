#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --strip: pairs of torch.nn.utils.prune merged, against what
# prune.remove() makes of them and against numpy.
load helper
load weights

@test "what torch itself saved becomes what prune.remove() leaves" {
	cp "$ROOT"/tests/compat/{pairs,removed}.pt .
	run -0 --separate-stderr wprune --strip pairs.pt -o out --mask-out m
	[ -z "$stderr" ]
	wcmp --value removed.pt out
	# the mask has the plain names, and holds
	wprune -m m out | cmp - out
	wprune -q --strip <pairs.pt | cmp - out
}

@test "a pair's mask may be in another order than what it masks" {
	py <<-'END'
		F, x = np.asfortranarray, rng.standard_normal((60, 70)).astype(">f4")
		m = rng.random((60, 70)) < .5
		np.savez("any.npz", a_orig=F(x), a_mask=m, b_orig=x,
		         b_mask=F(m.astype(">i4")), c_orig=F(x), c_mask=F(m))
		st.save("want", {k: np.where(m, x, 0).astype("<f4") for k in "abc"})
	END
	wprune -q --strip any.npz -o out.safetensors
	wcmp want out.safetensors
}

@test "masks of any dtype, NaN and -0.0 that are kept, and the metadata" {
	py <<-'END'
		x = rng.standard_normal((6, 7)).astype("<f4")
		x[0, :5] = np.nan, -0.0, np.inf, -np.inf, 0
		keep = rng.random((6, 7)) < .6
		keep[0, :4] = True
		keep[1, :2] = False
		x[1, :2] = np.nan, -np.inf
		m, want = {}, {}
		for i, t in enumerate(("?", "u1", "i1", "<i8", "<f2", "<f4", "<f8")):
		    m |= {f"l{i}.w_orig": x, f"l{i}.w_mask": keep.astype(t)}
		    want[f"l{i}.w"] = np.where(keep, x, np.float32(0))
		m |= {"l0.b": x[0], "n_orig": x[:0], "n_mask": x[:0], "ids": np.arange(3)}
		want |= {"l0.b": x[0], "n": x[:0], "ids": np.arange(3)}
		meta = {"format": "pt", "odd \"\\\n": "\u00e9\u0001"}
		st.save("m", m, __metadata__=meta)
		st.save("want", want, __metadata__=meta)
	END
	run -0 --separate-stderr wprune --strip m -o out
	[ -z "$stderr" ]
	same() {
		py <<-'END'
			a, b = st.load("out"), st.load("want")
			assert a[1] == b[1] and a[0].keys() == b[0].keys()
			for k in a[0]:
			    assert a[0][k].tobytes() == b[0][k].tobytes(), k
			    assert a[0][k].shape == b[0][k].shape
		END
	}
	same
	cp m out
	wprune --strip --in-place out
	same
	# nothing is left to do
	run -0 --separate-stderr wprune --strip out -o twice
	one_message 'wprune: out: no pair X_orig and X_mask among 10 tensors, copied as it is'
	cmp out twice
}

@test "shards go into one file" {
	mkdir d
	py <<-'END'
		x = rng.standard_normal((6, 7)).astype("<f4")
		keep = (rng.random((6, 7)) < .6).astype("<f4")
		st.save("d/model-00001-of-00002.safetensors", {"a_orig": x, "b": x})
		st.save("d/model-00002-of-00002.safetensors", {"a_mask": keep})
		st.save("want", {"a": np.where(keep, x, np.float32(0)), "b": x})
	END
	wprune --strip d -o out
	wcmp --value want out
	mkdir there
	run -2 --separate-stderr wprune --strip d -o there
	one_message 'wprune: d: shards, whose pairs go into one file; expected -o OUT.safetensors'
}

@test "what is not a pair is told" {
	py <<-'END'
		x = np.ones((2, 3), "<f4")
		st.save("lone", {"a_orig": x, "a_mask": x, "b_orig": x,
		                 "attn_mask": x})
		st.save("soft", {"c.a_orig": x, "c.a_mask": x / 2})
		st.save("nan", {"a_orig": x, "a_mask": x * np.nan})
		st.save("two", {"a_orig": x, "a_mask": x, "a": x})
		st.save("shape", {"a_orig": x, "a_mask": x[:1]})
		st.save("ints", {"a_orig": np.arange(3), "a_mask": np.arange(3)})
		np.save("w.npy", x)
	END
	run -0 --separate-stderr wprune --strip lone -o kept
	one_message 'wprune: lone:b_orig: not a pair of X_orig and X_mask, left as it is, as more are'
	[ "$(wstat kept | cut -d, -f2 | sort | xargs)" = "a attn_mask b_orig tensor" ]
	refused 'wprune: soft:c.a_orig: has a mask that is not all 0 and 1; *' \
		wprune --strip soft -o out
	refused 'wprune: nan:a_orig: has a mask that is not all 0 and 1; *' \
		wprune --strip nan -o out
	refused 'wprune: two:a_orig: cannot be merged: *' wprune --strip two -o out
	refused 'wprune: shape:a_orig: has a mask of another shape*' \
		wprune --strip shape -o out
	refused 'wprune: ints:a_orig: is not of a float dtype*' \
		wprune --strip ints -o out
	refused 'wprune: w.npy: one array; *' wprune --strip w.npy -o out
	refused 'wprune: more than one target*' wprune --strip -s 1/2 lone -o out
	refused 'wprune: --strip with *' wprune --strip --structure row lone -o out
	for x in c.a c.a_orig; do
		wprune -q --strip --exclude $x soft -o left
		cmp left soft
	done
}
