#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Exact pruning of weight files; numpy reads what was written.
# bats file_tags=optimized

load helper
load weights

@test "exactly k weights of every NPY flavour become zero, the rest keep their bits" {
	py <<-'END'
		for i, dtype in enumerate(["<f4", ">f4", "<f8", ">f8", "<f2", ">f2"]):
		    a = rng.standard_normal((7, 11, 5)).astype(dtype)
		    np.save(f"{i}c.npy", a)
		    np.save(f"{i}f.npy", np.asfortranarray(a))
	END
	for f in *.npy; do
		wprune -s 0.545 "$f" -o "out.$f"
	done
	py <<-'END'
		import glob
		for f in glob.glob("[0-9]*.npy"):
		    a, b = np.load(f), np.load("out." + f)
		    k = 210    # 385 * 0.545 = 209.825
		    assert (b == 0).sum() == k, f
		    assert (b[b != 0] == a[b != 0]).all()
		    assert abs(a[b == 0]).max() <= abs(a[b != 0]).min()
		    assert a.dtype == b.dtype
		    assert a.flags.f_contiguous == b.flags.f_contiguous
	END
	cmp -n 128 0f.npy out.0f.npy
}

@test "C and Fortran files prune the same elements, ties included" {
	py <<-'END'
		a = rng.integers(1, 4, (9, 8, 7)).astype("<f4")
		np.save("c.npy", a)
		np.save("f.npy", np.asfortranarray(a))
	END
	for ties in hash hash:5 first last; do
		wprune -s 0.5 --ties $ties c.npy -o c2.npy --mask-out c.mask
		wprune -s 0.5 --ties $ties f.npy -o f2.npy --mask-out f.mask
		cmp c.mask f.mask
		wprune -m c.mask f.npy -o f3.npy
		cmp f2.npy f3.npy
		py <<-'END'
			assert (np.load("c2.npy") == np.load("f2.npy")).all()
			assert (np.load("c2.npy") == 0).sum() == 252
		END
	done
}

@test "NPY versions 2 and 3, old padding and Python 2 integers are read" {
	py <<-'END'
		import struct
		d = np.arange(1, 7, dtype="<f4").tobytes()
		h = b"{'shape': (2L, 3L), \"descr\" :'<f4', 'fortran_order': False}\n"
		for v in 2, 3:
		    open(f"{v}.npy", "wb").write(b"\x93NUMPY" + bytes([v, 0]) +
		        struct.pack("<I", len(h)) + h + d)
		open("1.npy", "wb").write(b"\x93NUMPY\x01\x00" +
		    struct.pack("<H", len(h)) + h + d + b"trailing")
	END
	for v in 1 2 3; do
		wprune -k 2 $v.npy -o out.npy
		run -0 bash -c "cmp -l $v.npy out.npy | wc -l"
		[ "$output" -eq 3 ] # 1.0 has two bytes that are not 0, 2.0 one
		[ "$(stat -c %s $v.npy)" -eq "$(stat -c %s out.npy)" ]
	done
	[ "$(tail -c 8 1.npy)" = trailing ]
}

@test "scalars and empty arrays are weights too" {
	py <<-'END'
		np.save("s.npy", np.float32(3))
		np.save("e.npy", np.zeros((0, 4), "<f4"))
	END
	wprune -s 1 s.npy -o out.npy
	[ "$(wstat out.npy | cut -d, -f6 | tail -n 1)" -eq 1 ]
	wprune -s 0.9 e.npy -o out2.npy
	cmp e.npy out2.npy
}

@test "in safetensors only float tensors of two dimensions change" {
	model
	wprune -s 9/10 m.safetensors -o out.safetensors
	py <<-'END'
		a, meta = st.load("m.safetensors")
		b, meta2 = st.load("out.safetensors")
		assert meta == meta2 and list(a) == list(b)
		for name in a:
		    want = a[name].size * 9 // 10 if name[:2] == "fc" and \
		        a[name].ndim == 2 else (a[name] == 0).sum()
		    assert (b[name] == 0).sum() == want, name
		    same = b[name] == a[name]
		    assert (same | (b[name] == 0)).all()
	END
	n=$(od -A n -t u8 -N 8 m.safetensors)
	cmp -n $((n + 8)) m.safetensors out.safetensors
}

@test "global scope compares dtypes by value" {
	model
	wprune -s 25% --scope global m.safetensors -o out.safetensors
	py <<-'END'
		a, b = st.load("m.safetensors")[0], st.load("out.safetensors")[0]
		names = ["fc1.weight", "fc2.weight"]
		x = np.concatenate([a[n].ravel().astype("f8") for n in names])
		y = np.concatenate([b[n].ravel().astype("f8") for n in names])
		assert (y == 0).sum() == 400
		assert abs(x[y == 0]).max() <= abs(x[y != 0]).min()
	END
}

@test "--include, --exclude and --only choose by name" {
	model
	decision() {
		wprune -s 0.5 --dry-run --report - m.safetensors "$@" |
			awk -F, 'NR > 1 { printf "%s ", $6 }'
	}
	[ "$(decision)" = "prune skip:ndim prune skip:name skip:dtype " ]
	[ "$(decision --include '*.bias')" = \
		"prune prune prune skip:name skip:dtype " ]
	[ "$(decision --exclude 'fc2*')" = \
		"prune skip:ndim skip:exclude skip:name skip:dtype " ]
	[ "$(decision --only 'embed*' --only 'fc1.b*')" = \
		"skip:only prune skip:only prune skip:dtype " ]
}

@test "k is exact where floats are not" {
	head -c 400 /dev/zero >w100
	head -c 28 /dev/zero >w7
	head -c 4000 /dev/zero >w1000
	k() {
		wprune --raw f32 -n --report - "$@" | tail -n 1 | cut -d, -f8,9
	}
	[ "$(k -s .29 w100)" = 29,29 ]
	[ "$(k -s .545 w100)" = 54,54 ]
	[ "$(k -s .555 w100)" = 56,56 ]
	[ "$(k -s .5 w7)" = 4,4 ]
	[ "$(k -d .5 w7)" = 3,3 ]
	[ "$(k -s .9995 w1000)" = 1000,1000 ]
	[ "$(k -s 1/3 w100)" = 33,33 ]
	[ "$(k -k 17 w100)" = 17,17 ]
	[ "$(k -s 0 w100)" = 0,0 ]
	[ "$(k -s 100% w100)" = 100,100 ]
}

@test "ties are settled as asked" {
	f32 5 5 5 5 5 5 5 5 5 5 >w
	pruned() {
		wprune --raw f32 -s .5 --ties "$1" w -o x
		values x
	}
	[ "$(pruned first)" = "0.0 0.0 0.0 0.0 0.0 5.0 5.0 5.0 5.0 5.0" ]
	[ "$(pruned last)" = "5.0 5.0 5.0 5.0 5.0 0.0 0.0 0.0 0.0 0.0" ]
	[ "$(pruned keep)" = "5.0 5.0 5.0 5.0 5.0 5.0 5.0 5.0 5.0 5.0" ]
	[ "$(pruned drop)" = "0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.0" ]
	pruned hash | tr ' ' '\n' | grep -c 0.0 | grep -qx 5
	pruned hash:0 >a
	[ "$(pruned hash)" = "$(cat a)" ]
	[ "$(pruned hash:1)$(pruned hash:2)" != "$(cat a)$(cat a)" ]
}

@test "pruned weights and negative zeros become +0.0" {
	f32 -1 -.5 3 4 -0.0 >w
	wprune --raw f32 -k 3 w -o x
	[ "$(od -A n -t x4 x | tr -d '\n')" = \
		" 00000000 00000000 40400000 40800000 00000000" ]
	wprune --raw f32 -k 0 w -o x
	[ "$(values x)" = "-1.0 -0.5 3.0 4.0 0.0" ]
	wprune --raw f32 -k 0 --neg-zero keep w -o x
	cmp w x
	wprune --raw f32 -k 1 --neg-zero keep w -o x
	[ "$(values x)" = "-1.0 -0.5 3.0 4.0 0.0" ]
}

@test "infinity masked is 0, and NaN is refused, kept or zeroed" {
	f32 inf 1 2 nan >w
	refused 'wprune: w:data: NaN at index 3; expected numbers*' \
		wprune --raw f32 -s .5 w -o out
	wprune --raw f32 -k 2 --nan keep w -o x
	[ "$(values x)" = "inf 0.0 0.0 nan" ]
	wprune --raw f32 -k 3 --nan keep w -o x
	[ "$(values x)" = "0.0 0.0 0.0 nan" ]
	wprune --raw f32 -k 1 --nan prune w -o x
	[ "$(values x)" = "inf 1.0 2.0 0.0" ]
}

@test "-t prunes what is below the threshold, by exact value" {
	f32 0.1 0.25 -0.25 0.24 -3 >w
	wprune --raw f32 -t 0.25 w -o x
	[ "$(values x)" = "0.0 0.25 -0.25 0.0 -3.0" ]
	# 0.1 as f32 is above 0.1.
	wprune --raw f32 -t 0.1 w -o x
	cmp w x
	wprune --raw f32 -t 0.11 w -o x
	[ "$(values x)" = "0.0 0.25 -0.25 0.24 -3.0" ]
	wprune --raw f32 -t 0 w | cmp - w
}

@test "16- and 8-bit floats are pruned by magnitude" {
	# bf16 1, -2, 0.5, -0.25; e4m3 -1, -2^-9, 2, 0.5
	printf '\200\77\0\300\0\77\200\276' >w.bf16
	wprune --raw bf16 -k 2 w.bf16 | od -A n -t x2 | grep -qx ' 3f80 c000 0000 0000'
	printf '\270\201\100\60' >w.f8
	wprune --raw f8_e4m3 -k 2 w.f8 | od -A n -t x1 | grep -qx ' b8 00 40 00'
}

@test "pruning twice is the identity, for every order of ties and scope" {
	py <<-'END'
		a = rng.integers(-3, 4, (50, 40)).astype("<f4")
		b = rng.integers(-5, 6, (30, 20)).astype("<f8")
		st.save("m", {"a": a, "b": b})
	END
	for scope in tensor global; do
		for ties in hash first last keep drop; do
			for s in 0.05 0.3 0.8; do
				wprune -s $s --scope $scope --ties $ties m -o x
				wprune -s $s --scope $scope --ties $ties x -o y
				cmp x y
			done
		done
	done
}

@test "the result does not depend on the number of threads" {
	py <<-'END'
		rng.integers(-900, 900, 3000000).astype("<f2").tofile("w")
	END
	wprune --raw f16 -s .5 -T 1 w --mask-out m1 -o x1
	wprune --raw f16 -s .5 -T 4 w --mask-out m4 -o x4
	cmp x1 x4
	cmp m1 m4
	run bash -c "wstat --raw f16 -T 1 x1; wstat --raw f16 -T 3 x4"
	[[ ${lines[1]} == x1,data,F16,3000000,3000000,1500000,* ]]
	[ "${lines[1]#x1}" = "${lines[3]#x4}" ]
}

@test "a mask holds what was kept, and applies to other weights" {
	model
	wprune -s 0.7 m.safetensors -o p.safetensors --mask-out k.safetensors
	py <<-'END'
		a, p = st.load("m.safetensors")[0], st.load("p.safetensors")[0]
		k, meta = st.load("k.safetensors")
		assert sorted(k) == ["fc1.weight", "fc2.weight"]
		assert meta["shape:fc1.weight"] == "40,30"
		for n in k:
		    keep = st.unpack(k[n], a[n].shape)
		    assert (p[n] == np.where(keep, a[n], 0)).all()
		    a[n] = a[n] + 1
		st.save("n.safetensors", a)
	END
	wprune -m k.safetensors n.safetensors -o q.safetensors --mask-out k2
	cmp k2 k.safetensors
	py <<-'END'
		n, q = st.load("n.safetensors")[0], st.load("q.safetensors")[0]
		k = st.load("k.safetensors")[0]
		for x in n:
		    keep = st.unpack(k[x], n[x].shape) if x in k else True
		    assert (q[x] == np.where(keep, n[x], 0)).all()
	END
	wprune -m @p.safetensors n.safetensors --only 'fc?.weight' -o r.safetensors
	py <<-'END'
		n, r = st.load("n.safetensors")[0], st.load("r.safetensors")[0]
		p = st.load("p.safetensors")[0]
		assert all((r[x] == np.where(p[x] != 0, n[x], 0)).all()
		           for x in ("fc1.weight", "fc2.weight"))
	END
}

@test "--mask-update only ever adds zeros, and counts on all weights" {
	py <<-'END'
		np.save("w.npy", rng.standard_normal((50, 20)).astype("<f4"))
	END
	before=0
	for s in 10% 40% 40% 70%; do
		wprune -s $s --mask-update m --in-place w.npy
		[ "$(wstat w.npy | tail -n 1 | cut -d, -f6)" -eq \
			$((${s%\%} * 10)) ]
		# What training does: every weight moves, pruned or not.
		py <<-END
			w, m = np.load("w.npy"), st.load("m")[0]["data"]
			gone = ~st.unpack(m, w.shape)
			assert gone.sum() >= $before
			assert (w[gone] == 0).all()
			np.save("old.npy", gone)
			np.save("w.npy", (w + rng.standard_normal(w.shape)).astype("<f4"))
		END
		before=$((${s%\%} * 10))
	done
	# A target below what is gone keeps it gone.
	wprune -s 10% --mask-update m w.npy -o x.npy
	[ "$(wstat x.npy | tail -n 1 | cut -d, -f6)" -eq 700 ]
	only_files m old.npy w.npy x.npy
}

@test "a mask that does not fit is refused" {
	model
	f32 1 2 3 4 5 6 7 8 9 >w
	f32 1 2 3 4 5 6 7 8 >v
	wprune --raw f32 -s .5 w -o x --mask-out k
	refused 'wprune: k:data: no mask of 8 elements*' \
		wprune --raw f32 -m k v -o out
	refused 'wprune: k:data: masks a tensor that m.safetensors has not*' \
		wprune -m k m.safetensors -o out
	refused 'wprune: ./@w: cannot open*' wprune --raw f32 -m ./@w v -o out
	refused 'wprune: w:data: another shape*' \
		wprune --raw f32 -m @w v -o out
	refused 'wprune: w: *' wprune --raw f32 -m w v -o out
}

@test "--exclude takes a tensor from -m, but not from --mask-update" {
	model
	wprune -s 0.5 m.safetensors -o p.safetensors --mask-out k.safetensors
	achieved() {
		wprune "$@" m.safetensors -n --report - --exclude 'fc2*' |
			awk -F, 'NR > 1 { printf "%s ", $6 ":" $9 }'
	}
	[ "$(achieved -m k.safetensors)" = \
		"mask:600 skip:ndim: skip:exclude: skip:name: skip:dtype: " ]
	[ "$(achieved -s 0.6 --mask-update k.safetensors)" = \
		"prune:720 skip:ndim: mask:200 skip:name: skip:dtype: " ]
}

@test "an excluded tensor may have another shape than in the mask" {
	py <<-'END'
		one = np.ones
		st.save("a", {"body": 1 - np.eye(3), "head": one((2, 3))})
		st.save("b", {"body": one((3, 3)), "head": one((5, 3))})
	END
	refused 'wprune: a:head: another shape*' wprune -m @a b -o out
	wprune -m @a --exclude head b -o x
	[ "$(wstat x | cut -d, -f2,6 | tail -n 2 | paste -s -d ' ')" = \
		"body,3 head,0" ]
	wprune -s .5 --only '*' a -o y --mask-out m
	refused 'wprune: m:head: no mask of 15*' wprune -m m b -o out
	wprune -m m --only body b -o z
}

@test "the threshold is that of the target, not of the mask" {
	f32 8 7 6 5 >w
	wprune --raw f32 -k 2 w -o x --mask-out m
	threshold() {
		wprune --raw f32 "$@" --mask-update m -n --report - w |
			tail -n 1 | cut -d, -f9,10
	}
	[ "$(threshold -t 1)" = 2, ]
	[ "$(threshold -k 1)" = 2, ]
	[ "$(threshold -k 3)" = 3,7 ]
}

@test "--report says what was asked and what was done" {
	model
	run -0 wprune -s 0.5 m.safetensors -o x --report -
	[ "${lines[0]}" = \
		file,tensor,dtype,shape,n,decision,requested,k,achieved,threshold,reason ]
	[[ ${lines[1]} == m.safetensors,fc1.weight,F32,40x30,1200,prune,0.5,600,600,0.* ]]
	[ "${lines[2]}" = \
		'm.safetensors,fc1.bias,F32,40,40,skip:ndim,,,,,fewer than two dimensions' ]
	run -0 wprune -t 0.1 m.safetensors -o x --report -
	[[ ${lines[1]} == *,prune,0.1,,*,0.0* ]]
}

@test "--in-place replaces the file, keeping its mode" {
	f32 1 2 3 4 >w
	chmod 640 w
	wprune --raw f32 -k 2 --in-place w
	[ "$(values w)" = "0.0 0.0 3.0 4.0" ]
	[ "$(stat -c %a w)" = 640 ]
	only_files w
}

@test "a pipe is pruned like a file" {
	f32 4 3 2 1 >w
	wprune --raw f32 -k 2 < <(cat w) | cat >x
	[ "$(values x)" = "4.0 3.0 0.0 0.0" ]
	{ head -c 4 >/dev/null; wprune --raw f32 -k 1 >x; } <w
	[ "$(values x)" = "3.0 2.0 0.0" ]
}

@test "--dry-run writes nothing but the report" {
	f32 1 2 3 4 >w
	run -0 --separate-stderr wprune --raw f32 -k 2 -n -v w --mask-out m
	[ "${lines[1]}" = "w,data,F32,4,4,prune,2,2,2,2," ]
	[ "$stderr" = "wprune: w: 2 of 4 weights would be pruned in 1 tensors" ]
	only_files w
}

@test "memory does not grow with the file" {
	skip_if_sanitized 'they reserve address space'
	truncate -s 400M w
	f32 1 2 3 | dd of=w conv=notrunc status=none
	(
		ulimit -v 250000
		wprune --raw f32 -k 104857599 w -n --report r --mask-out m
		wstat --raw f32 w >s
	)
	[ "$(tail -n 1 r | cut -d, -f9,10)" = 104857599,2 ]
	[ "$(tail -n 1 s | cut -d, -f6)" -eq 104857597 ]
}

@test "a pattern that no tensor matches is remarked on" {
	f32 1 2 3 4 >w
	run -0 --separate-stderr wprune --raw f32 -k 2 --exclude 'fc9*' w -o p
	[ "$stderr" = "wprune: w: no tensor matches the pattern 'fc9*'" ]
	[ "$(values p)" = "0.0 0.0 3.0 4.0" ]
	run -0 --separate-stderr wprune -q --raw f32 -k 2 --exclude 'fc9*' w -o p
	[ -z "$stderr" ]
}

@test "a structured file is not read as plain numbers, a foreign one is named" {
	"$NUMPY" -c 'import numpy; numpy.save("w.npy", numpy.ones(4, "f4"))'
	printf '\x89HDF\r\n\x1a\n%0500d' 0 >w.h5
	cp w.npy before
	run -2 --separate-stderr wprune --raw f32 -k 2 --in-place w.npy
	one_message 'wprune: w.npy: an NPY file; expected plain numbers*'
	cmp w.npy before
	run -2 --separate-stderr wprune -k 2 w.h5 -o p
	one_message 'wprune: w.h5: an HDF5 file; expected *'
	only_files before w.h5 w.npy
}
