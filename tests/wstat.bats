#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What wstat says of a file, beside what numpy says.

load helper

@test "every column agrees with numpy" {
	"$PYTHON" - "$ROOT/tests" <<-'END'
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
	"$PYTHON" - "$ROOT/tests" <<-'END'
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
	"$PYTHON" - <<-'END'
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
	[ "${lines[4]}" = "./d.npy,data,OTHER,2x3,6,,,,,,,,,,1,skip:dtype" ]
	[ "${lines[5]}" = "./e.npy,data,F32,0x3,0,0,0,0,0,,,0,0,,1,prune" ]
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
	"$PYTHON" - "$ROOT/tests" <<-'END'
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
	"$PYTHON" -c 'import numpy
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
		one_message 'wstat: w: input and output are one file; *'
	done
	run -2 bash -c 'wstat --raw f32 <w >>w'
	cmp w copy
	only_files w copy s h
}

@test "wrong usage is refused" {
	for args in '--raw' '--raw f5' '--raw f32,-1' '-T x' '-T -1' '--check x'; do
		run -2 --separate-stderr wstat $args
		[ -z "$output" ]
		one_message 'wstat: *'
	done
}
