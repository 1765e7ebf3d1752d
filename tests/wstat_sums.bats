#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wstat --total, --fold and --metadata, beside numpy and what was written.

load helper
load weights

@test "--total and --fold add up what numpy adds up" {
	py <<-'END'
		a = {}
		for i in 0, 1, 10, 2:
		    a["layers.%d.attn.0.w" % i] = rng.standard_normal((8, 9)).astype("<f4")
		    a["layers.%d.mlp.w" % i] = rng.standard_normal((4, 6 + i))
		    a["layers.%d.norm.weight" % i] = np.ones(5, "<f4")
		a["layers.3.mlp.w"] = np.zeros((2, 2), "<f2")
		a["conv1.w"], a["conv2.w"] = np.ones((2, 3)), -np.ones((2, 3)) * 0
		a["7"], a["8"] = np.array(np.nan), np.array(np.inf)
		a["x.1"] = np.zeros((0, 4), "<f4")
		a["x.01"] = np.ones((0, 4), "<f4")
		a["lone.5.w"] = np.ones((2, 2), "<f4")
		a["1.2.3"], a["1.4.3"], a["2.2.3"] = (np.full(2, i) for i in (1, 2, 3))
		st.save("m", a)
	END
	wstat m >each
	wstat --fold m >folded
	wstat --total m m >total
	wstat --fold -T 1 m | cmp - folded
	py <<-'END'
		import csv
		a, _ = st.load("m")
		each = list(csv.DictReader(open("each")))
		def want(names):
		    x = [a[k] for k in names]
		    v = np.concatenate([y.astype("f8").ravel() for y in x])
		    f = v[~np.isnan(v)]
		    rows = [r for r in each if r["tensor"] in names]
		    one = lambda c: {r[c] for r in rows}
		    only = lambda c: one(c).pop() if len(one(c)) == 1 else ""
		    num = lambda y, z: z if y == "" or z is None else float(y) == z
		    return dict(n=v.size, tensors=len(x), zeros=(v == 0).sum(),
		        negzeros=((v == 0) & np.signbit(v)).sum(),
		        nan=np.isnan(v).sum(), inf=np.isinf(v).sum(),
		        min=f.min() if f.size else "", max=f.max() if f.size else "",
		        l1=abs(f).sum(), l2=np.sqrt((f * f).sum()),
		        sparsity=(v == 0).sum() / v.size if v.size else "",
		        dtype=only("dtype"), shape=only("shape"),
		        decay=only("decay"), decision=only("decision"))
		def same(r, names):
		    for k, w in want(names).items():
		        if isinstance(w, str):
		            assert r[k] == w, (r, k, w)
		        else:
		            assert np.isclose(float(r[k]), float(w), rtol=1e-12), \
		                (r, k, w)
		fold = list(csv.DictReader(open("folded")))
		groups = {
		    "layers.*.attn.0.w": [k for k in a if "attn" in k],
		    "layers.*.mlp.w": [k for k in a if "mlp" in k],
		    "layers.*.norm.weight": [k for k in a if "norm" in k],
		    "conv1.w": ["conv1.w"], "conv2.w": ["conv2.w"],
		    "*": ["7", "8"], "x.*": ["x.1", "x.01"],
		    "lone.5.w": ["lone.5.w"],
		    "*.*.3": ["1.2.3", "1.4.3", "2.2.3"]}
		assert [r["tensor"] for r in fold] == list(groups)
		for r in fold:
		    same(r, groups[r["tensor"]])
		total = list(csv.DictReader(open("total")))
		assert len(total) == 2 and total[0] == total[1]
		assert total[0]["tensor"] == "" and total[0]["file"] == "m"
		same(total[0], list(a))
	END
	run -0 --separate-stderr wstat --fold -f table m
	[[ ${lines[1]} == tensor*tensors*decision ]]
}

@test "what is not computed with is in n, and no sparsity is made up" {
	py <<-'END'
		import json, struct
		head = json.dumps({"l.0": {"dtype": "F32", "shape": [4],
		    "data_offsets": [0, 16]}, "l.1": {"dtype": "F4", "shape": [4],
		    "data_offsets": [16, 18]}, "q": {"dtype": "F4", "shape": [2],
		    "data_offsets": [18, 19]}, "z": {"dtype": "F32", "shape": [2],
		    "data_offsets": [19, 27]}}).encode()
		open("m", "wb").write(struct.pack("<Q", len(head)) + head +
		                        bytes(27))
		st.save("none", {})
	END
	run -0 --separate-stderr wstat --fold m
	[ "${lines[1]}" = 'm,l.*,,4,8,2,4,0,0,0,0,0,0,0,,0,' ]
	[ "${lines[2]}" = 'm,q,F4,2,2,1,,,,,,,,,,0,skip:dtype' ]
	[ "${lines[3]}" = 'm,z,F32,2,2,1,2,0,0,0,0,0,0,0,1,0,skip:ndim' ]
	[ "$stderr" = 'wstat: m:l.1: F4 is not computed with: 2 tensors are only in n, and no sparsity where they are' ]
	run -0 --separate-stderr wstat --total -q m none
	[ "${lines[1]}" = 'm,,,,12,4,6,0,0,0,0,0,0,0,,0,' ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "names with many numbers, or with none but signs, are folded safely" {
	py <<-'END'
		x = np.ones((2, 2), "<f4")
		long = ".".join(["1"] * 100)
		names = [long + ".1", long + ".2", "*", "1", "a*1", "\n.1", "\n.2",
		         "é1", "é2", "é.1", "é.22", "1a", "2a", "a_1", "a_2", "0x1", "."]
		st.save("m", {k: x for k in names})
	END
	run -0 wstat --fold -f json m
	"$PYTHON" - <<-END
		import json
		got = [json.loads(x) for x in r'''$output'''.splitlines()]
		long = ".".join(["1"] * 63)
		want = {long + ".*" * 38: 2, "*": 1, "1": 1, "a*1": 1, "\n.*": 2,
		        "é1": 1, "é2": 1, "é.*": 2, "1a": 1, "2a": 1, "a_*": 2, "0x1": 1,
		        ".": 1}
		assert {r["tensor"]: r["tensors"] for r in got} == want, got
	END
	for two in '--total --fold' '--fold --check finite' '--metadata --hash'; do
		run -2 --separate-stderr wstat $two m
		one_message 'wstat: --* with --*; expected one*'
	done
}

@test "--metadata has what safetensors, GGUF and ONNX say of themselves" {
	cat "$ROOT/tests/weights/small.onnx" >m.onnx
	py <<-'END'
		import json, struct
		x = np.ones((2, 2), "<f4")
		st.save("m.safetensors", {"w": x}, __metadata__={
		    "format": "pt", "a,b\n": 'x"y"\tz', "": "e", "é": "ü"})
		text = lambda s: struct.pack("<Q", len(s)) + s
		values = [
		    (b"u8", 0, b"\xff"), (b"i8", 1, b"\xff"), (b"u16", 2, b"\xff\xff"),
		    (b"i16", 3, b"\xff\xff"), (b"u32", 4, b"\xff" * 4),
		    (b"i32", 5, b"\xff" * 4), (b"f32", 6, struct.pack("<f", .1)),
		    (b"nan", 6, struct.pack("<f", np.nan)), (b"yes", 7, b"\1"),
		    (b"no", 7, b"\0"), (b"text", 8, text("a\nü".encode())),
		    (b"u64", 10, b"\xff" * 8), (b"i64", 11, b"\xff" * 8),
		    (b"f64", 12, struct.pack("<d", .1)), (b"n\0l", 8, text(b"\0")),
		    (b"list", 9, struct.pack("<IQ3i", 5, 3, -1, 0, 1)),
		    (b"words", 9, struct.pack("<IQ", 8, 2) + text(b'"\\\n') + text(b"")),
		    (b"many", 9, struct.pack("<IQ", 2, 20) + bytes(40)),
		    (b"tokens", 9, struct.pack("<IQ", 8, 17) + text(b"x") * 17),
		    (b"none", 9, struct.pack("<IQ", 0, 0)),
		    (b"general.alignment", 4, struct.pack("<I", 8))]
		head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(values))
		for k, t, v in values:
		    head += text(k) + struct.pack("<I", t) + v
		open("m.gguf", "wb").write(head)
		pair = lambda k, v: b"\x0a" + bytes([len(k)]) + k + b"\x12" + \
		    bytes([len(v)]) + v
		prop = lambda k, v: b"\x72" + bytes([len(pair(k, v))]) + pair(k, v)
		open("m.onnx", "ab").write(prop(b"author", b"A, B") + b"\x72\x00" +
		                           prop(b"run", b"7"))
		np.save("m.npy", x)
	END
	wstat --metadata m.safetensors m.gguf m.onnx m.npy >got
	py <<-'END'
		import csv
		got = list(csv.DictReader(open("got", newline="", encoding="utf-8")))
		want = {"m.safetensors": [("format", "pt"), ("a,b\n", 'x"y"\tz'),
		    ("", "e"), ("é", "ü")],
		    "m.gguf": [("u8", "255"), ("i8", "-1"), ("u16", "65535"),
		    ("i16", "-1"), ("u32", "4294967295"), ("i32", "-1"),
		    ("f32", "0.1"), ("nan", "nan"), ("yes", "true"), ("no", "false"),
		    ("text", "a\nü"), ("u64", "18446744073709551615"), ("i64", "-1"),
		    ("f64", "0.1"), ("n\ufffdl", "\ufffd"), ("list", "[-1, 0, 1]"),
		    ("words", '["\\"\\\\\\u000a", ""]'),
		    ("many", "[" + "0, " * 16 + "... 20 in all]"),
		    ("tokens", "[" + '"x", ' * 16 + "... 17 in all]"),
		    ("none", "[]"), ("general.alignment", "8")],
		    "m.onnx": [("author", "A, B"), ("", ""), ("run", "7")]}
		for f, pairs in want.items():
		    have = [(r["key"], r["value"]) for r in got if r["file"] == f]
		    assert have == pairs, (f, have)
		assert not [r for r in got if r["file"] == "m.npy"]
	END
	wstat m.gguf m.onnx m.safetensors >without
	run -0 wstat --metadata "$ROOT/tests/weights/small.gguf" -f json
	[[ ${lines[2]} == *'"key": "tokens", "value": "[\"a\", \"bb\", \"\"]"}' ]]
	# Bad values are as bad as ever.
	head -c 100 m.gguf >short
	printf 'GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\15\0\0\0' >odd
	refused 'wstat: short: GGUF header: cut short*' wstat --metadata short
	refused 'wstat: odd: GGUF header: a value of an unknown type' \
		wstat --metadata odd
}

# Summed in blocks, or one by one where one of a block is special; the sums of
# half a megabyte are those of eight lanes, to the last digit.
@test "what floats of 16 and 32 bits add up to is what numpy adds up in lanes" {
	py <<-'END'
		names = []
		for n in 1, 8, 511, 512, 513, 1600, 70001, 300007:
		    x = (rng.standard_normal(n).astype("<f4")).view("<u4")
		    some = rng.random(n)
		    sign = np.uint32(1 << 31)
		    kinds = {"plain": x, "mixed": np.where(some < .3, x & sign, x),
		        "below": x | sign, "above": x & ~sign,
		        "upto": np.where(x & sign, x, (some < .5) * sign),
		        "from": np.where(x & sign, (some < .5) * sign, x),
		        "zeros": x & sign, "plus": x & 0, "minus": x & 0 | sign,
		        "tiny": x & np.uint32(0x803f0001),
		        "nans": x | np.uint32(0x7fc00000),
		        "masked": np.where(some < .4, np.uint32(0xff800000), x),
		        "halved": np.where(some < .4, np.uint32(0x7f800000), x & sign),
		        "odd": np.where(some < .4, x | np.uint32(0x7f810000), x)}
		    for k, bits in enumerate((0x7fc10000, 0x7f800000, 0xff800000,
		                              0xffff0000, 0x7f7f0000)):
		        kinds["odd%d" % k] = x.copy()
		        kinds["odd%d" % k][n // 2::1700] = bits
		    for kind, x in kinds.items():
		        x.astype("<u4").tofile("%s.%d.f32" % (kind, n))
		        (x >> 16).astype("<u2").tofile("%s.%d.bf16" % (kind, n))
	END
	for dtype in f32 bf16; do
		wstat -q -f csv --raw $dtype ./*.$dtype
	done >got
	py <<-'END'
		import csv, math
		def total(v, run):
		    ret = 0.0
		    for i in range(0, v.size, run):
		        x = v[i:i + run]
		        x = np.concatenate([x, np.zeros(-x.size % 8)]).reshape(-1, 8)
		        part = 0.0
		        for lane in np.cumsum(x, axis=0)[-1]:
		            part += lane
		        ret += part
		    return ret
		seen = 0
		for r in csv.reader(open("got")):
		    if r[0] == "file":
		        continue
		    seen += 1
		    width = 4 if r[0].endswith(".f32") else 2
		    u = np.fromfile(r[0], "<u%d" % width).astype("<u4")
		    x = (u << (32 - 8 * width)).view("<f4")
		    nan = np.isnan(x)
		    with np.errstate(invalid="ignore", over="ignore"):
		        v = np.where(nan, 0, x).astype("f8")
		        sums = [total(y, (1 << 19) // width) for y in (abs(v), v * v)]
		    seen_v = v[~nan]
		    assert r[4:9] == [str(y) for y in (
		        u.size, (seen_v == 0).sum(),
		        (np.signbit(v) & (v == 0) & ~nan).sum(),
		        nan.sum(), np.isinf(v).sum())], r
		    if not seen_v.size:
		        continue
		    for got, want in zip(r[9:11], (seen_v.min(), seen_v.max())):
		        assert float(got) == want, r
		        if want == 0 and len(set(u[v == 0])) == 1:
		            assert (got[0] == "-") == np.signbit(v[v == 0])[0], r
		    assert [float(y) for y in r[11:13]] == [
		        sums[0], math.sqrt(sums[1])], (r, sums)
		assert seen == 2 * 8 * 19, seen
	END
}

@test "every number of half precision is summed as numpy has it" {
	py <<-'END'
		c = np.arange(65536, dtype="<u2")
		few = rng.choice(c[(c & 0x7c00) != 0x7c00], 3001)
		a = {"all": c, "twice": np.tile(c, 2), "one": c[:1], "few": few,
		    "tiny": c[c & 0x7fff < 0x400], "finite": few[few < 0x8000]}
		for k, v in a.items():
		    np.save(k + ".npy", v.view("<f2"))
		    np.save(k + "_big.npy", v.view("<f2").astype(">f2"))
	END
	wstat -- *.npy >rows.csv
	py <<-'END'
		import csv
		for r in csv.DictReader(open("rows.csv")):
		    x = np.load(r["file"]).astype("f8")
		    f = x[~np.isnan(x)]
		    with np.errstate(all="ignore"):
		        want = dict(zeros=(x == 0).sum(), nan=np.isnan(x).sum(),
		            negzeros=((x == 0) & np.signbit(x)).sum(),
		            inf=np.isinf(x).sum(), min=f.min(), max=f.max(),
		            l1=abs(f).sum(), l2=np.sqrt((f * f).sum()))
		    for k, w in want.items():
		        assert np.isclose(float(r[k]), w, rtol=1e-12, atol=0), \
		            (r, k, w)
	END
}

@test "integers of 8 and 16 bits are summed as numpy has them, from any zero" {
	py <<-'END'
		for t in "i2", "u2", "i1", "u1":
		    low, high = np.iinfo(t).min, np.iinfo(t).max
		    for n in 1, 7, 9, 3001, 40003:
		        a = rng.integers(low, high + 1, n)
		        a[n // 3:n // 2] = 9
		        a[n // 2:n // 2 + 2] = (low, high)[:n - n // 2]
		        for e in "<>":
		            np.save("%s_%d_%s.npy" % (t, n, "lb"[e == ">"]),
		                a[:n].astype(e + t))
	END
	for zero in 0 9 -7 200; do
		# Some dtypes have no such number.
		wstat --int-zero=$zero -- *.npy 2>/dev/null | sed "s/^/$zero,/" >>rows.csv
	done
	py <<-'END'
		import csv
		seen = 0
		for r in csv.reader(open("rows.csv")):
		    if r[1] == "file":
		        continue
		    seen += 1
		    x = np.load(r[1]).astype("i8")
		    f = x.astype("f8")
		    want = [(x == int(r[0])).sum(), 0, 0, 0, x.min(), x.max(),
		        abs(f).sum(), np.sqrt((f * f).sum())]
		    for got, w in zip(r[6:14], want):
		        assert np.isclose(float(got), float(w), rtol=1e-12), (r, want)
		assert seen >= 80 + 40, seen
	END
}
