#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What wstat says of a file, beside what numpy says.
# bats file_tags=optimized

load helper
load weights

@test "every column agrees with numpy" {
	"$NUMPY" - "$ROOT/tests" <<-'END'
		import sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1])
		import numpy as np, safetensors as st
		rng = np.random.default_rng(3)
		x = rng.standard_normal((60, 50)).astype("<f4")
		x[abs(x) < 0.3] = 0
		x[0, :5] = -0.0
		x[1, 1] = np.nan
		y = rng.standard_normal(700000)
		st.save("m.safetensors", {
		    "w": x, "bias": y, "half": x[2:].astype("<f2"),
		    "bytes": np.arange(256, dtype="u1"),
		    "signed": np.arange(-9, 9), "one": np.array(4.5)})
	END
	wstat m.safetensors >s.csv
	"$NUMPY" - "$ROOT/tests" <<-'END'
		import sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1])
		import csv, numpy as np, safetensors as st
		tensors, _ = st.load("m.safetensors")
		rows = list(csv.DictReader(open("s.csv")))
		assert [r["tensor"] for r in rows] == list(tensors)
		for r in rows:
		    a = tensors[r["tensor"]].astype("f8")
		    v = a[~np.isnan(a)]
		    assert r["shape"] == "x".join(map(str, a.shape)), r
		    assert int(r["n"]) == a.size
		    assert int(r["zeros"]) == (a == 0).sum()
		    assert int(r["negzeros"]) == ((a == 0) & np.signbit(a)).sum()
		    assert int(r["nan"]) == np.isnan(a).sum()
		    assert float(r["min"]) == v.min() and float(r["max"]) == v.max()
		    assert np.isclose(float(r["l1"]), abs(v).sum(), rtol=1e-12)
		    assert np.isclose(float(r["l2"]), np.sqrt((v * v).sum()), rtol=1e-12)
		    assert float(r["sparsity"]) == (a == 0).sum() / a.size
		    assert int(r["decay"]) == (a.ndim > 1)
	END
}

@test "NPY of any order and byte order is read by value" {
	"$NUMPY" - <<-'END'
		import numpy as np
		a = np.arange(-3, 3, dtype="<f4").reshape(2, 3)
		np.save("a.npy", a)
		np.save("b.npy", np.asfortranarray(a.astype(">f8")))
		np.save("c.npy", a.astype(">i2"))
		np.save("d.npy", a.astype("c8"))
		np.save("e.npy", np.zeros((0, 3), "<f4"))
	END
	run -0 wstat ./*.npy
	[ "${#lines[@]}" -eq 6 ]
	tail='2x3,6,1,0,0,0,-3,2,9,4.358898943540674,0.16666666666666666,1'
	[ "${lines[1]}" = "./a.npy,data,F32,$tail,prune" ]
	[ "${lines[2]}" = "./b.npy,data,F64,$tail,prune" ]
	[ "${lines[3]}" = "./c.npy,data,I16,$tail,skip:dtype" ]
	[ "${lines[4]}" = "./d.npy,data,C64,2x3,6,,,,,,,,,,1,skip:dtype" ]
	[ "${lines[5]}" = "./e.npy,data,F32,0x3,0,0,0,0,0,,,0,0,,1,prune" ]
}

@test "plain numbers may look like the beginning of a header" {
	printf '\5\0\0\0\0\0\0\0{\7\0\0\0\0\0\0' >w
	run -0 wstat --raw i8 w
	[[ ${lines[1]} == w,data,I8,16,16,13,* ]]
}

@test "a bad file does not stop the next, and spoils the status" {
	printf '\0\0\200\77' >w
	echo hello, everyone >bad
	run -2 --separate-stderr wstat --raw f32 missing w bad/x w
	[ "${#lines[@]}" -eq 3 ]
	[ "${#stderr_lines[@]}" -eq 2 ]
	run -2 --separate-stderr wstat bad
	[ -z "$output" ]
	one_message 'wstat: bad: neither NPY nor safetensors*'
	run -2 --separate-stderr wstat --raw f32 w missing -o out
	[ ! -e out ]
}

@test "odd names are quoted, and patterns choose" {
	"$NUMPY" - "$ROOT/tests" <<-'END'
		import sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1])
		import numpy as np, safetensors as st
		x = np.ones((2, 2), "<f4")
		st.save("m", {'a,"b"': x, "\u00e9\n": x, "lm_head.weight": x})
	END
	wstat m --exclude '*b*' --include 'lm*' >s.csv
	run -0 "$PYTHON" -c 'import csv
for row in csv.DictReader(open("s.csv", newline="", encoding="utf-8")):
    print(ascii(row["tensor"]), row["decision"])'
	[ "${lines[0]}" = "'a,\"b\"' skip:exclude" ]
	[ "${lines[1]}" = "'\\xe9\\n' prune" ]
	[ "${lines[2]}" = "'lm_head.weight' prune" ]
}

@test "the same bytes for every number of threads" {
	"$NUMPY" -c 'import numpy
numpy.random.default_rng(5).standard_normal(2000000).astype("<f4").tofile("w")'
	wstat --raw f32 -T 1 w >one
	wstat --raw f32 -T 2 w >two
	wstat --raw f32 -T 7 w >seven
	cmp one two
	cmp one seven
}

@test "output over input is refused, also through links" {
	printf '\0\0\200\77' >w
	cp w copy
	ln -s w s
	ln w h
	for to in w s h ./w; do
		run -2 --separate-stderr wstat --raw f32 copy w -o $to
		one_message "wstat: 'w' is input and output; *"
	done
	run -2 bash -c 'wstat --raw f32 <w >>w'
	cmp w copy
	only_files w copy s h
}

# Three layers at 50, 0 and 90 %, and a bias without zeros; masks of the first.
pruned_model() {
	"$NUMPY" - "$ROOT/tests" <<-'END'
		import sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1])
		import numpy as np, safetensors as st
		a, b, c = (np.ones((10, 10), "<f4") for _ in "abc")
		a[:5] = -0.0
		c[:9] = 0
		st.save("m", {"a": a, "b": b, "c": c, "bias": b[0]})
		np.save("a.npy", a)
		np.save("f.npy", np.asfortranarray(a))
		a[2, 3] = a[4, 1] = 7
		np.save("bad.npy", np.asfortranarray(a))
	END
}

@test "--check 'sparsity>=X' holds of what wprune prunes, or says where not" {
	pruned_model
	run -0 --separate-stderr wstat --check 'sparsity>=140/300' m
	[ -z "$output$stderr" ]
	run -1 --separate-stderr wstat --check 'sparsity>=47%' m
	[ -z "$output" ]
	one_message "wstat: m: 140 of 300 weights are zero; expected 141 for sparsity>=47%"
	run -1 --separate-stderr wstat --check 'sparsity>=.5' --per-tensor m
	one_message 'wstat: m:b: 0 of 100 weights are zero; expected 50 for *'
	wstat --check 'sparsity>=.5' --per-tensor --exclude b m
	run -1 wstat --check 'sparsity>=0.5' --include bias --per-tensor -q \
		--only bias m
	[ -z "$output" ]
	# What was pruned by S passes for S, also where it is rounded down.
	for s in 1/2 .545 99.9% 1e-3; do
		wprune -s $s --include '*' m -o x
		wstat --check "sparsity>=$s" --include '*' --per-tensor x
	done
}

@test "--check mask=M holds where all that M prunes is zero" {
	pruned_model
	wprune -k 50 a.npy -o x --mask-out k
	for f in a.npy f.npy; do
		wstat --check mask=k $f
	done
	wstat --check mask=@f.npy f.npy
	run -1 --separate-stderr wstat --check mask=k a.npy bad.npy a.npy
	[ -z "$output" ]
	one_message 'wstat: bad.npy:data: 2 weights are not zero though k prunes them, the first at \[2,3\]; *'
	run -1 wstat -q --check mask=@f.npy bad.npy
	[ -z "$output" ]
	wprune -s .5 m -o y --mask-out k2
	wstat --check mask=k2 y
	run -1 wstat --check mask=k2 m
	[ "${#lines[@]}" -eq 1 ]
	wstat --check mask=k2 --exclude b m
	# A bias of zeros in another file is no mask.
	wprune -s 1 --include bias m -o zeros
	run -1 --separate-stderr wstat --check mask=@zeros --exclude '[ac]' m
	one_message 'wstat: m:b: 100 weights are not zero*'
	wprune -m @zeros m -o n
	wstat --check mask=@zeros n
}

@test "--check is in trouble where there is nothing to check" {
	pruned_model
	wprune -k 50 a.npy -o x --mask-out k
	trouble() {
		run -2 --separate-stderr wstat "${@:2}"
		[ -z "$output" ]
		one_message "$1"
	}
	trouble 'wstat: k:data: masks a tensor that m has not' --check mask=k m
	trouble 'wstat: m: no tensor to check; *' \
		--check 'sparsity>=0' --only none m
	trouble 'wstat: m: no tensor that the mask names' \
		--check mask=@a.npy m
	trouble 'wstat: none: cannot open*' --check mask=none m
	trouble 'wstat: *more than all*' --check 'sparsity>=1.1' m
	trouble 'wstat: --check: sparsity*' --check 'sparsity>=x' m
	trouble "wstat: --check: 'mask='*" --check mask= m
	trouble 'wstat: --per-tensor*' --per-tensor m
	only_files m a.npy f.npy bad.npy x k
	# Trouble with one file outweighs a violation in another.
	run -2 wstat --check 'sparsity>=1' missing m
	run -2 wstat --check 'sparsity>=1' m missing
}

@test "wrong usage is refused" {
	for args in '--raw' '--raw f5' '--raw f32,-1' '-T x' '-T -1' '--check x'; do
		run -2 --separate-stderr wstat $args
		[ -z "$output" ]
		one_message 'wstat: *'
	done
}

@test "numbers that lie the other way are summed alike" {
	py <<-'END'
		x = rng.standard_normal((70, 100)) * 1000
		for t in "f4", "f8", "f2", "i4", "u4", "i8", "u8", "i2":
		    a = x.astype(t)
		    if t[0] == "f":
		        # in blocks of their own, and in the last, which is cut
		        a[9, 9], a[30, 1], a[50, 50], a[69, 99] = -0.0, np.nan, \
		            np.inf, np.finfo(t).smallest_subnormal
		    np.save(t + ".le.npy", a.astype("<" + t))
		    np.save(t + ".be.npy", a.astype(">" + t))
	END
	for t in f4 f8 f2 i4 u4 i8 u8 i2; do
		wstat -f csv $t.le.npy | sed 's/\.le\././' >le
		wstat -f csv $t.be.npy | sed 's/\.be\././' >be
		cmp le be
	done
}
