#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What wcmp says differs, beside what numpy says.
# bats file_tags=optimized

load helper
load weights

@test "every column agrees with numpy, for all dtypes, orders and threads" {
	local large=7
	! sanitized || large=3
	py <<-END
		def bf16(x):
		    return (x.astype("<f4").view("<u4") >> 16).astype("<u2")
		def random(dtype, shape):
		    if dtype == "?":
		        return rng.integers(0, 2, shape).astype(dtype)
		    if dtype[1] == "f":
		        return rng.standard_normal(shape).astype(dtype)
		    i = np.iinfo(dtype)
		    return rng.integers(i.min, i.max, shape, dtype=dtype,
		        endpoint=True)
		a, b = {}, {}
		shapes = [(), (1,), (7,), (300, 500), (3, 4, 5), (0, 3), (9, 1),
		          (1, 70000), (1100000,)]
		for i, dtype in enumerate(["<f4", "<f8", "<f2", "u1", "i1",
		                           "<i8", "?"] * 2):
		    for j, shape in enumerate(shapes):
		        if j == len(shapes) - 1 and i >= $large:
		            continue
		        x = random(dtype, shape)
		        y = x.copy()
		        share = [0, 1e-4, .5, 1][(i + j) % 4]
		        hit = rng.random(shape) < share
		        y[hit] = random(dtype, shape)[hit]
		        if x.size and dtype[1:] in ("f2", "f4", "f8") and j % 3 == 1:
		            y.flat[0], x.flat[-1] = -0.0, 0.0
		            y.flat[-1] = -0.0
		        a["%d.%d" % (i, j)], b["%d.%d" % (i, j)] = x, y
		odd = np.array([np.nan, np.inf, -np.inf, np.inf, 1, 1e-45], "<f4")
		a["nan"], b["nan"] = odd, np.array([1, np.inf, np.inf, 2, 1, 0], "<f4")
		a["inf"], b["inf"] = odd[3:], np.array([-np.inf, 1, 0], "<f4")
		a["fin"], b["fin"] = odd[4:], np.array([np.inf, -1e-45], "<f4")
		st.save("a", a)
		st.save("b", dict(reversed(list(b.items()))))
	END
	for option in "" --value; do
		run -1 --separate-stderr wcmp -a -T 1 a b $option
		echo "$output" >one$option
		run -1 --separate-stderr wcmp -a -T 5 a b $option
		echo "$output" | cmp - one$option
	done
	run -1 --separate-stderr wcmp a b
	[ "$output" = "$(grep -v ,same, one)" ]
	py <<-'END'
		import csv
		# Differences of 64 bits are exact in the 64 bits of a long double.
		assert np.finfo("g").nmant >= 63
		def ordered(x):
		    i = x.view("<i%d" % x.itemsize)
		    return np.where(i < 0, np.iinfo(i.dtype).min - i, i).astype("g")
		a, b = st.load("a")[0], st.load("b")[0]
		np.seterr(all="ignore")
		for by_value, name in (0, "one"), (1, "one--value"):
		    rows = list(csv.DictReader(open(name)))
		    assert [r["tensor"] for r in rows] == list(a)
		    for r in rows:
		        x, y = a[r["tensor"]], b[r["tensor"]]
		        u = "u%d" % x.itemsize
		        bits = x.view(u) != y.view(u)
		        if by_value:
		            bits &= ~((x == 0) & (y == 0))
		        assert int(r["n"]) == x.size
		        assert r["status"] == ("changed" if bits.any() else "same")
		        assert int(r["changed"]) == bits.sum(), r
		        if not bits.any():
		            assert [*r.values()][4:] == [""] * 5
		            continue
		        rows_ = bits.reshape(bits.shape[0] if bits.ndim else 1, -1)
		        first = np.argwhere(bits)[0].tolist()
		        assert r["first"] == str(first).replace(" ", ""), r
		        assert int(r["rows"]) == rows_.any(1).sum(), (r, rows_)
		        wide = "g" if x.dtype.kind in "iu" else "f8"
		        p, q = x[bits].astype(wide), y[bits].astype(wide)
		        d = abs(q - p).astype("f8")
		        rel = d / abs(p).astype("f8")
		        rel[(p == 0) & (q == 0)] = 0
		        # What was infinite is infinitely far from all else.
		        d[np.isinf(p)] = rel[np.isinf(p)] = np.inf
		        if np.isnan(p).any() or np.isnan(q).any():
		            assert (r["max_abs"], r["max_rel"], r["max_ulp"]) == \
		                ("nan", "nan", ""), r
		            continue
		        assert float(r["max_abs"]) == d.max(), (r, d.max())
		        assert float(r["max_rel"]) == rel.max(), (r, rel.max())
		        if x.dtype.kind == "f":
		            ulp = abs(ordered(x[bits]) - ordered(y[bits])).max()
		            assert int(r["max_ulp"]) == int(ulp), (r, ulp)
		        else:
		            assert r["max_ulp"] == ""
	END
}

@test "formats, orders and byte orders meet by value" {
	py <<-'END'
		x = rng.standard_normal((40, 30, 20)).astype("<f4")
		y = x.copy()
		y[5, 6, 7] = y[39, 29, 19] = 9
		st.save("a", {"w": x})
		np.save("c.npy", x)
		np.save("f.npy", np.asfortranarray(x.astype(">f4")))
		np.save("g.npy", np.asfortranarray(y))
		y.tofile("y.f32")
		big = np.zeros((3000, 7000), "<f4")
		big[1234, 4321] = 1
		np.save("big.npy", big)
		big[1234, 4321] = 0
		np.save("gib.npy", np.asfortranarray(big))
	END
	for one in a c.npy f.npy; do
		for two in a c.npy f.npy; do
			wcmp -q $one $two
			wcmp -a $one $two | tail -n +2 >rows
			run -1 grep -v ,same,24000,0,,,,, rows
		done
		run -1 --separate-stderr wcmp $one g.npy
		[[ ${lines[1]} == *,changed,24000,2,*,"\"[5,6,7]\",2" ]]
	done
	run -1 --separate-stderr wcmp big.npy gib.npy
	[ "${lines[1]}" = "data,changed,21000000,1,1,1,1065353216,\"[1234,4321]\",1" ]
	wcmp -q <(cat a) f.npy
	run -1 --separate-stderr wcmp -s - g.npy <a
	[ -z "$output" ]
}

@test "what only one has, other shapes and dtypes" {
	py <<-'END'
		x = np.ones((2, 3), "<f4")
		st.save("a", {"one": x, "both": x, "shape": x, "dtype": x, "u": x})
		st.save("b", {"both": x, "two": x[:1], "dtype": x.astype("<f8"),
		    "shape": x.T.copy(), "u": x, "also": x})
	END
	run -1 --separate-stderr wcmp a b
	[ "$output" = "tensor,status,n,changed,max_abs,max_rel,max_ulp,first,rows
one,only-a,6,,,,,,
shape,shape,6,,,,,,
dtype,dtype,6,,,,,,
two,only-b,3,,,,,,
also,only-b,6,,,,,," ]
	[ "$stderr" = "wcmp: shape: F32 2x3 in a; F32 3x2 in b
wcmp: dtype: F32 2x3 in a; F64 2x3 in b" ]
	run -1 --separate-stderr wcmp -s a b
	[ -z "$output$stderr" ]
	run -1 --separate-stderr wcmp -f json a b
	[ "${lines[0]}" = '{"tensor": "one", "status": "only-a", "n": 6, "changed": null, "max_abs": null, "max_rel": null, "max_ulp": null, "first": null, "rows": null}' ]
	run -1 --separate-stderr wcmp -f table a b
	[[ ${lines[0]} == tensor*rows ]]
}

@test "dtypes that are not computed with are compared by their bytes" {
	py <<-'END'
		def save(name, body):
		    import json, struct
		    head = json.dumps({"q": {"dtype": "F4", "shape": [4, 6],
		        "data_offsets": [0, 12]}, "c": {"dtype": "C64",
		        "shape": [2, 2], "data_offsets": [12, 44]}}).encode()
		    open(name, "wb").write(struct.pack("<Q", len(head)) + head + body)
		save("a", bytes(44))
		save("b", bytes(5) + b"\x10" + bytes(6) + bytes(15) + b"\1" + bytes(16))
	END
	run -1 --separate-stderr wcmp a b
	[ "${lines[1]}" = 'q,changed,24,1,,,,[5],1' ]
	[ "${lines[2]}" = 'c,changed,4,1,,,,"[0,1]",1' ]
	run -0 wcmp -q a a
}

@test "trouble is told, and is no difference" {
	f32 1 2 3 >w
	echo hello, everyone >bad
	refused 'wcmp: none: cannot open*' wcmp --raw f32 none w -o out
	refused 'wcmp: bad: neither*' wcmp bad bad -o out
	refused 'wcmp: none: cannot open*' wcmp -q --raw f32 w none
	refused 'wcmp: 1 file; expected two*' wcmp w
	refused 'wcmp: standard input twice*' wcmp - -
	refused 'wcmp: --output with --quiet*' wcmp -q -o out w w
	refused "wcmp: 'w' is input and output; *" wcmp --raw f32 w w -o w
	head -c 1000000 /dev/zero >a.f32
	limited wcmp -q --raw f32 a.f32 a.f32
}

@test "the first difference is told with both values, and bits where alike" {
	py <<-'END'
		import json, struct
		def save(name, what):
		    head, body = {}, b""
		    for dtype, shape, x in what:
		        x = x.tobytes()
		        head[dtype] = {"dtype": dtype, "shape": shape,
		            "data_offsets": [len(body), len(body) + len(x)]}
		        body += x
		    head = json.dumps(head).encode()
		    open(name, "wb").write(struct.pack("<Q", len(head)) + head + body)
		def both(name, dtype, shape, a, b):
		    save("a." + name, [(dtype, shape, a)])
		    save("b." + name, [(dtype, shape, b)])
		f = np.array([[1, 2, .1], [3, 4, 5]], "<f4")
		g = f.copy()
		g[0, 2] = np.nextafter(g[0, 2], np.float32(1))
		both("f32", "F32", [2, 3], f, g)
		nan = np.array([0x7fc00000, 1], "<u4"), np.array([0x7fc00001, 1], "<u4")
		both("nan", "F32", [2], *nan)
		both("zero", "F64", [1], np.array([0.]), np.array([-0.]))
		i = np.array([1, -2**63, 5])
		both("i64", "I64", [3], i, np.array([1, 2**63 - 1, 5]))
		both("u64", "U64", [1], np.array([2**64 - 1], "<u8"), np.array([0], "<u8"))
		both("c64", "C64", [2], np.array([1, 1 - 2j], "<c8"),
		     np.array([1, .5 + 1j], "<c8"))
		both("cnan", "C64", [1], np.array([0x3f800000, 0xffc00000], "<u4"),
		     np.array([0x3f800000, 0x80000000], "<u4"))
		both("bf16", "BF16", [2], np.array([0x3dcd, 0x8000], "<u2"),
		     np.array([0x3dce, 0], "<u2"))
		both("f8", "F8_E4M3", [1], np.array([0x38], "u1"), np.array([0x39], "u1"))
		both("f4", "F4", [4], np.array([0x38, 1], "u1"), np.array([0x38, 2], "u1"))
		both("0d", "F16", [], np.array([1.5], "<f2"), np.array([2.5], "<f2"))
		both("\x1b", "F32", [2, 3], f, g)
		np.save("w.npy", np.asfortranarray(g.astype(">f4")))
	END
	first() {
		run -1 --separate-stderr wcmp "a.$1" "${2:-b.$1}"
		[ "${stderr/: the first difference is/}" = "wcmp: $3" ] ||
			{ echo "$stderr"; false; }
	}
	first f32 '' 'F32 at [0,2]: 0.1 in a.f32; 0.10000001 in b.f32'
	first f32 w.npy 'F32 at [0,2]: 0.1 in a.f32; 0.10000001 in w.npy'
	first nan '' 'F32 at [0]: nan = 0x7fc00000 in a.nan; nan = 0x7fc00001 in b.nan'
	first zero '' 'F64 at [0]: 0 in a.zero; -0 in b.zero'
	first i64 '' 'I64 at [1]: -9223372036854775808 in a.i64; 9223372036854775807 in b.i64'
	first u64 '' 'U64 at [0]: 18446744073709551615 in a.u64; 0 in b.u64'
	first c64 '' 'C64 at [1]: 1-2j in a.c64; 0.5+1j in b.c64'
	first cnan '' 'C64 at [0]: 1+nanj in a.cnan; 1-0j in b.cnan'
	first bf16 '' 'BF16 at [0]: 0.100097656 in a.bf16; 0.10058594 in b.bf16'
	first f8 '' 'F8_E4M3 at [0]: 1 in a.f8; 1.125 in b.f8'
	first f4 '' 'F4 at [1]: 0x01 in a.f4; 0x02 in b.f4'
	first 0d '' 'F16 at []: 1.5 in a.0d; 2.5 in b.0d'
	run -1 --separate-stderr wcmp $'a.\e' $'b.\e'
	[[ $stderr != *$'\e'* ]]
	run -1 --separate-stderr wcmp -s a.f32 b.f32
	[ -z "$stderr" ]
}

@test "narrow floats differ by what their codes are worth" {
	# A tensor for each code, beside all codes that are numbers.
	cat >narrow.py <<-'END'
		import numpy as np
		def value(dtype, code):
		    sign, nbits, nmant = {"F8_E4M3": (7, 8, 3), "F8_E5M2": (7, 8, 2),
		        "BF16": (15, 16, 7)}[dtype]
		    nexp = nbits - 1 - nmant
		    key = code & ((1 << sign) - 1)
		    e, m = key >> nmant, key & ((1 << nmant) - 1)
		    bias, top = 2 ** (nexp - 1) - 1, 2 ** nexp - 1
		    if dtype == "F8_E4M3":
		        v = float("nan") if key == 0x7f else None
		    else:
		        v = None if e < top else float("nan") if m else float("inf")
		    if v is None:
		        v = (m + (1 << nmant if e else 0)) * 2. ** (max(e, 1) - bias - nmant)
		    return -v if code >> sign & 1 else v
		codes = {"F8_E4M3": range(256), "F8_E5M2": range(256), "BF16":
		    [0, 1, 0x7f, 0x80, 0x3f80, 0x7f7f, 0x7f80, 0x7f81, 0x8000, 0x8001,
		     0xbf80, 0xff7f, 0xff80, 0xffc0, 0x1234, 0x9876]}
		bits = {"F8_E4M3": 7, "F8_E5M2": 7, "BF16": 15}
		def pairs():
		    for dtype, all_ in codes.items():
		        ok = [c for c in all_ if np.isfinite(value(dtype, c))]
		        for a in all_:
		            yield "%s.%d" % (dtype, a), dtype, [a] * len(ok), ok
	END
	PYTHONPATH=. py <<-'END'
		import json, struct
		from narrow import *
		for f, side in ("a", 0), ("b", 1):
		    head, body = {}, b""
		    for name, dtype, *x in pairs():
		        x = np.array(x[side], "u1" if dtype[0] == "F" else "<u2")
		        head[name] = {"dtype": dtype, "shape": x.shape,
		            "data_offsets": [len(body), len(body) + x.nbytes]}
		        body += x.tobytes()
		    head = json.dumps(head).encode()
		    open(f, "wb").write(struct.pack("<Q", len(head)) + head + body)
	END
	run -1 --separate-stderr wcmp -a a b
	echo "$output" >got
	PYTHONPATH=. py <<-'END'
		import csv
		from narrow import *
		got = {r["tensor"]: r for r in csv.DictReader(open("got"))}
		n = 0
		for name, dtype, x, y in pairs():
		    r, a = got[name], value(dtype, x[0])
		    other = [c for c in y if c != x[0]]
		    assert int(r["changed"]) == len(other)
		    if np.isnan(a) or any(np.isnan(value(dtype, c)) for c in other):
		        assert (r["max_abs"], r["max_rel"], r["max_ulp"]) == \
		            ("nan", "nan", ""), r
		        continue
		    b = [value(dtype, c) for c in other]
		    d = [np.inf if np.isinf(a) else abs(v - a) for v in b]
		    assert float(r["max_abs"]) == max(d), r
		    rel = [0 if v == a == 0 else np.inf if a == 0 or np.isinf(a)
		           else e / abs(a) for e, v in zip(d, b)]
		    assert float(r["max_rel"]) == max(rel), (r, max(rel))
		    mid = 1 << bits[dtype]
		    step = lambda c: c if c < mid else mid - c
		    assert int(r["max_ulp"]) == max(abs(step(c) - step(x[0]))
		                                    for c in other), r
		    n += 1
		assert n > 500
	END
}

@test "blocks of floats are compared as numpy does, whatever rows and values" {
	py <<-'END'
		def model(i):
		    m = {}
		    for dtype in "<f8", "<f4", "<f2":
		        for rows in 1, 3, 40, 700, 3000, 6000:
		            x = rng.standard_normal((rows, 6000 // rows)).astype(dtype)
		            m[f"{dtype}.{rows}"] = x
		    return m
		a, b = model(0), {}
		for n, x in a.items():
		    y = x.copy()
		    at = rng.random(x.shape) < rng.choice([.001, .5, 1])
		    y[at] = rng.choice([0, -1, 1 + 2.0**-10], x.shape)[at] * x[at]
		    x[rng.random(x.shape) < .1] = 0
		    y[rng.random(x.shape) < .05] *= -1
		    b[n] = y
		a["<f4.inf"] = np.zeros((4, 1500), "<f4")
		b["<f4.inf"] = a["<f4.inf"].copy()
		a["<f4.inf"][2, 3], b["<f4.inf"][2, 3] = 1, np.inf
		b["<f4.inf"][1:, ::7] = 3
		a["<f8.far"] = np.full((2, 1500), -1.5e308)
		b["<f8.far"] = -a["<f8.far"]
		st.save("a", a)
		st.save("b", b)
	END
	for value in '' --value; do
		run -1 --separate-stderr wcmp $value -f json a b
		echo "$output" >out$value
	done
	py <<-'END'
		import json
		np.seterr(all="ignore")
		a, b = st.load("a")[0], st.load("b")[0]
		def order(x):
		    bits = x.view("<i%d" % x.itemsize).astype(object)
		    sign = 1 << 8 * x.itemsize - 1
		    return np.where(bits < 0, -(bits + sign), bits)
		for opt in "", "--value":
		    rows = {r["tensor"]: r for r in map(json.loads, open("out" + opt))}
		    for n, x in a.items():
		        y, r = b[n], rows[n]
		        bits = "<u%d" % x.itemsize
		        c = (x != y) if opt else (x.view(bits) != y.view(bits))
		        d = abs(y.astype("f8") - x.astype("f8"))
		        rel = np.where(d > 0, d / abs(x.astype("f8")), 0)
		        if n == "<f8.far":
		            rel = np.array(2.0)
		        want = (c.sum(), c.any(1).sum(), d.max(), rel.max(),
		                abs(order(y) - order(x)).max(),
		                "[%d,%d]" % tuple(np.argwhere(c)[0]))
		        got = (r["changed"], r["rows"], float(r["max_abs"]),
		               float(r["max_rel"]), r["max_ulp"], r["first"])
		        assert want == got, (opt, n, want, got)
	END
}

@test "holes in both files are not read, those of one are zeros" {
	for f in a b c; do
		truncate -s 64G $f || skip 'no such files here'
		printf '\1\2\3\4' | dd of=$f bs=1 seek=30000000000 conv=notrunc
	done
	head -c 3000000 /dev/zero | dd of=b bs=1M seek=100 conv=notrunc
	head -c 3000000 /dev/zero | dd of=c bs=1M seek=100 conv=notrunc
	printf '\1' | dd of=c bs=1 seek=105000001 conv=notrunc
	printf '\1' | dd of=c bs=1 seek=60000000001 conv=notrunc
	# 128 GiB at the speed of memory take longer
	timeout 20 wcmp -s --raw f32 a b
	run -1 --separate-stderr timeout 20 wcmp -f json --raw f32 a c
	[[ $output == *'"changed": 2,'*'"first": "[26250000]", "rows": 2'* ]]
}

@test "large tensors in any order, and holes, compare as numpy has it" {
	py <<-'END'
		a = rng.standard_normal((1500, 1000)).astype("<f4")
		b = a.copy()
		b[1200, 77] += 1
		b[3, 10:20] += 1
		b[1499, 999] = 9
		for k, x in ("a", a), ("b", b):
		    np.save(k + "_c.npy", x)
		    np.save(k + "_f.npy", np.asfortranarray(x))
		    np.save(k + "_big.npy", np.asfortranarray(x.astype(">f4")))
		x = np.zeros((8, 300, 300, 2), "<f4")
		x[:, ::4] = 1
		np.save("good.npy", x)
		x[5, 1:3, 299, 1] = 1
		np.save("bad_c.npy", x)
		np.save("bad_f.npy", np.asfortranarray(x))
		for k in "hole", "other":
		    with open(k + ".raw", "wb") as f:
		        f.truncate(1 << 24)
		        f.seek(5 << 20)
		        f.write(b"\0\0\0\1" if k == "other" else b"")
	END
	for t in 1 4; do
		for x in c f big; do
			for y in c f big; do
				wcmp -T $t a_$x.npy a_$y.npy
				run -1 --separate-stderr wcmp -T $t a_$x.npy b_$y.npy
				[[ ${lines[1]} == data,changed,1500000,12,*,'"[3,10]",3' ]]
			done
		done
		run -1 --separate-stderr wcmp -T $t --raw f32 hole.raw other.raw
		[[ ${lines[1]} == data,changed,4194304,1,*,'[1310720]',1 ]]
		wcmp -T $t -q --raw f32 hole.raw hole.raw
		wstat -T $t --check nm=2:4 good.npy
		for x in c f; do
			run -1 wstat -T $t --check nm=2:4 bad_$x.npy
			[[ $output == *' 1 of 360000 groups '*' of 3, begins at [5,0,299,1]'* ]]
		done
	done
	crc=$("$PYTHON" -S -c 'import zlib; print("%08x" % zlib.crc32(open("other.raw", "rb").read()))')
	[ "$(wstat --hash --raw f32 other.raw | tail -n 1)" = "other.raw,data,F32,4194304,4194304,$crc" ]
}
