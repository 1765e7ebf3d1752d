#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wstat --check, beside numpy: what holds, and where it does not.

load helper
load weights

# Groups of every kind: ranks, steps, dtypes, orders, byte orders.
groups_model() {
	py <<-'END'
		a = {}
		shapes = [(6, 8), (8,), (3, 8, 5), (2, 16, 3, 3), (4, 1024), (5, 7),
		          (1, 4, 700), (0, 8), (2, 0), (1, 8, 20000), (300, 4000)]
		for dtype in "<f4", "<f8", "<f2", "u2":
		    for i, shape in enumerate(shapes):
		        n = len(shape) > 1
		        x = rng.standard_normal(shape)
		        if x.size and shape[n] % 4 == 0:
		            g = np.moveaxis(x, n, -1)
		            g = g.reshape(*g.shape[:-1], -1, 4)
		            g *= np.argsort(np.argsort(rng.random(g.shape))) < 2
		            x = np.moveaxis(g.reshape(np.moveaxis(x, n, -1).shape),
		                            -1, n)
		            for _ in range(i % 3):  # one weight too many, or two
		                x.flat[rng.integers(x.size)] = 3
		            x.flat[rng.integers(x.size)] *= -0.0
		        x = x.astype("<f4").view("<u4") >> 16 if dtype == "u2" else x
		        a["%s.%d" % (dtype[-2:], i)] = np.ascontiguousarray(
		            x.astype(dtype.replace("u2", "<u2")))
		codes = {k: "BF16" if k[0] == "u" else st.NAMES[v.dtype.str]
		         for k, v in a.items()}
		import json, struct
		head, body = {}, b""
		for k, v in a.items():
		    head[k] = {"dtype": codes[k], "shape": v.shape,
		               "data_offsets": [len(body), len(body) + v.nbytes]}
		    body += v.tobytes()
		head = json.dumps(head).encode()
		open("m", "wb").write(struct.pack("<Q", len(head)) + head + body)
		a = {k: v for k, v in a.items() if k[0] != "u"}
		np.savez("f.npz", **{k: np.asfortranarray(v) for k, v in a.items()})
		np.savez("b.npz", **{k: v.astype(v.dtype.newbyteorder(">"))
		                     for k, v in a.items()})
	END
}

@test "nm=N:M counts the groups of wprune that have too many" {
	groups_model
	for f in m f.npz b.npz; do
		for e in nm=2:4 nm=zero:3:4 nm=keep:7:8; do
			for threads in 1 3; do
				run --separate-stderr wstat --check "$e" \
					-f json -T $threads --include '*' $f
				printf '%s\n' "${lines[@]}" >"$f.$e.$threads"
				grep -q '"holds": 0' "$f.$e.$threads" &&
					[ "$status" -eq 1 ] ||
					[ "$status" -eq 0 ]
			done
			cmp "$f.$e.1" "$f.$e.3"
			[[ ${stderr_lines[0]} == *'no whole groups: not checked'* ]]
		done
	done
	py <<-'END'
		import json
		a, _ = st.load("m")
		def broken(x, keep, of):
		    n = x.ndim > 1
		    if x.shape[n] % of:
		        return None
		    zero = (x & 0x7fff) == 0 if x.dtype.kind == "u" else x == 0
		    at = np.arange(x.size).reshape(x.shape)
		    z, at = (np.moveaxis(v, n, -1) for v in (zero, at))
		    z = (~z).reshape(-1, of).sum(1)
		    at = at.reshape(-1, of)[:, 0]
		    bad = z > keep
		    if not bad.any():
		        return None
		    k = at[bad].min()
		    return int(bad.sum()), z[at == k][0], [
		        int(i) for i in np.unravel_index(k, x.shape)]
		for f in "m", "f.npz", "b.npz":
		    for e, keep, of in (("2:4", 2, 4), ("zero:3:4", 1, 4),
		                        ("keep:7:8", 7, 8)):
		        got = {r["tensor"]: r for r in map(
		            json.loads, open("%s.nm=%s.1" % (f, e)))
		               if not r["holds"]}
		        want = {k: broken(v, keep, of) for k, v in a.items()
		                if f == "m" or k[0] != "u"}
		        want = {k: v for k, v in want.items() if v}
		        assert got.keys() == want.keys(), (f, e, got.keys(), want)
		        for k, (n, first, at) in want.items():
		            r = got[k]
		            assert (r["found"], r["holds"]) == (n, 0), (r, n)
		            assert json.loads(r["first"]) == at, (r, at)
		            assert "of %d, begins" % first in r["message"]
	END
}

@test "what wprune has made N:M is so" {
	groups_model
	wprune -q --structure nm=2:4 m -o x
	wstat -q --check nm=2:4 --check nm=keep:2:4 x
	wprune -q --structure nm=zero:3:4 --include '*' f.npz -o y.npz
	wstat -q --check nm=zero:3:4 --check finite --include '*' y.npz
	run -1 --separate-stderr wstat --check nm=zero:3:4 x
	[[ ${stderr_lines[-1]} == 'wstat: x:f4.0: '*' of 12 groups have more than 1 of 4 weights that are not zero, the first, of 2, begins at [0,0]; expected none; '*' more tensors fail' ]]
	run -2 --separate-stderr wstat --check nm=1:4 x
	one_message "wstat: --check: '1:4' may keep or zero 1 of 4; *"
}

@test "finite says how many are not, and where the first is, in all orders" {
	py <<-'END'
		a = {}
		for i, dtype in enumerate(["<f4", "<f8", "<f2"]):
		    x = rng.standard_normal((5, 70, 40)).astype(dtype)
		    a["fine%d" % i] = x
		    for odd in np.nan, np.inf, -np.inf:
		        x = x.copy()
		        x.flat[rng.integers(x.size, size=3)] = odd
		        a["%d%s" % (i, odd)] = x
		a["0d"], a["none"] = np.array(np.nan, "<f4"), np.zeros((0, 2), "<f4")
		a["big"] = rng.standard_normal(3000000).astype("<f2")
		a["big"][2345678] = np.nan
		a["int"] = np.arange(5)
		st.save("m", a)
		np.savez("f.npz", **{k: np.asfortranarray(v) if v.ndim > 1 else v
		                     for k, v in a.items()})
		np.savez("b.npz", **{k: v.astype(v.dtype.newbyteorder(">"))
		                     for k, v in a.items()})
		st.save("fine", {k: v for k, v in a.items()
		                 if np.isfinite(v.astype("f8")).all()})
	END
	for f in m f.npz b.npz; do
		run -1 --separate-stderr wstat --check finite -f json \
			--only none $f
		printf '%s\n' "${lines[@]}" >"$f.json"
		one_message "wstat: $f:*; 10 more tensors fail"
		run -1 --separate-stderr wstat --check finite --per-tensor $f
		[ "${#stderr_lines[@]}" -eq 11 ]
	done
	wstat --check finite fine
	wstat --check finite m --exclude '*nan' --exclude '*inf' \
		--exclude 0d --exclude big
	py <<-'END'
		import json
		a, _ = st.load("m")
		for f in "m", "f.npz", "b.npz":
		    got = {r["tensor"]: r for r in map(json.loads,
		                                       open(f + ".json"))}
		    bad = {k: ~np.isfinite(v.astype("f8")) for k, v in a.items()}
		    bad = {k: v for k, v in bad.items() if v.any()}
		    assert got.keys() == bad.keys()
		    for k, v in bad.items():
		        assert got[k]["found"] == v.sum()
		        at = np.argwhere(v)[0]
		        assert json.loads(got[k]["first"]) == at.tolist()
		        odd = str(a[k][tuple(at)]).replace("np.", "")
		        assert "the first, %s, at" % odd in got[k]["message"]
	END
}

@test "finite says of what it cannot look into that it did not" {
	py <<-'END'
		import json, struct
		head = json.dumps({"c": {"dtype": "C64", "shape": [2],
		    "data_offsets": [0, 16]}, "q": {"dtype": "F4", "shape": [2],
		    "data_offsets": [16, 17]}}).encode()
		open("odd", "wb").write(struct.pack("<Q", len(head)) + head +
		                        bytes(17))
		st.save("m", {"w": np.ones((2, 2), "<f4")})
	END
	refused 'wstat: odd: no tensor to check for finite' \
		wstat -q --check finite odd
	run -0 --separate-stderr wstat --check finite odd m
	[ "${stderr_lines[0]}" = 'wstat: odd:c: C64 is not looked into by finite: not checked, as 2 tensors in all' ]
}

@test "same=FILE is what wcmp says, with the first difference" {
	py <<-'END'
		x = rng.standard_normal((9, 8, 7)).astype("<f4")
		y = x.copy()
		y[3, 4, 5], y[8, 0, 0] = .25, np.nan
		a = {"w": x, "head": x, "ids": np.arange(4), "z": np.zeros(3, "<f4")}
		st.save("a", a)
		np.savez("f.npz", **{k: np.asfortranarray(v) if v.ndim > 1 else v
		                     for k, v in a.items()})
		st.save("b", dict(a, w=y))
		st.save("c", {"w": x, "ids": a["ids"].astype("<f8"), "z": -a["z"],
		              "head": x[:8], "more": x})
		np.save("w.npy", x)
		st.save("one", {"w": x})
		print(repr(float(x[3, 4, 5])), file=open("was", "w"))
	END
	wstat --check same=f.npz a
	wstat --check same=a f.npz
	wstat --check same=w.npy one
	wstat --check same=w.npy --check finite w.npy
	was=$("$PYTHON" -c 'print("%.9g" % float(open("was").read()))')
	run -1 --separate-stderr wstat --check same=f.npz b
	[[ $stderr == 'wstat: b:w: 2 of 504 elements differ from f.npz, the first at [3,4,5]: 0.25; expected '* ]]
	"$NUMPY" -c 'import numpy, sys
assert numpy.float32(sys.argv[1]) == numpy.float32(sys.argv[2])' \
		"${stderr##* }" "$was"
	wstat --check same=f.npz b --exclude w
	wstat --check same=c a --only head --exclude head --include w
	run -1 --separate-stderr wstat --check same=a --per-tensor c
	[ "$stderr" = 'wstat: c:ids: F64 4; expected I64 4 as in a
wstat: c:z: 3 of 3 elements differ from a, the first at [0]: -0; expected 0
wstat: c:head: F32 8x8x7; expected F32 9x8x7 as in a
wstat: c:more: a tensor that a does not have; expected the same' ]
	run -1 --separate-stderr wstat --check same=c a -f csv --only more
	[ "${lines[1]}" = "a,same=c,more,0,,,,\"missing; expected it, for c has it\"" ]
	run -2 --separate-stderr wstat --check same=none a
	one_message 'wstat: none: cannot open*'
}

@test "zeros=FILE holds where all that is zero there is zero" {
	py <<-'END'
		x = rng.standard_normal((20, 30)).astype("<f4")
		z = x * (rng.random(x.shape) < .3)
		st.save("base", {"w": z, "b": z[0]})
		st.save("tuned", {"w": (z * 3).astype("<f2"), "b": x[0]})
		y = z.copy()
		hit = np.argwhere(z == 0)
		y[tuple(hit[7])] = y[tuple(hit[9])] = 1
		st.save("bad", {"w": y, "b": x[0]})
		print(str(hit[7].tolist()).replace(" ", ""), file=open("at", "w"))
	END
	wstat --check zeros=base tuned
	wstat --check mask=@base tuned
	run -1 --separate-stderr wstat --check zeros=base bad
	[ "$stderr" = "wstat: bad:w: 2 weights are not zero though base prunes them, the first at $(cat at); expected none" ]
}

@test "checks are repeated, and any that fails is a violation" {
	py <<-'END'
		x = np.zeros((4, 8), "<f4")
		x[:, ::4] = 1
		st.save("m", {"w": x})
		st.save("other", {"ids": np.arange(3)})
	END
	wstat --check finite --check nm=2:4 --check 'sparsity>=3/4' --check same=m m
	run -1 --separate-stderr wstat --check finite --check nm=keep:1:8 \
		--check 'sparsity>=.8' --check 'sparsity>=.7' -f json m
	"$PYTHON" - <<-END
		import json
		got = [json.loads(x) for x in '''$output'''.splitlines()]
		assert [(r["check"], r["holds"], r["found"], r["expected"],
		         r["tensor"], r["first"]) for r in got] == [
		    ("finite", 1, 0, 0, None, None),
		    ("nm=keep:1:8", 0, 4, 0, "w", "[0,0]"),
		    ("sparsity>=.8", 0, 24, 26, None, None),
		    ("sparsity>=.7", 1, 24, 22, None, None)], got
	END
	[ "${#stderr_lines[@]}" -eq 2 ]
	# A file may be without a tensor to check, but not all of them.
	run -0 --separate-stderr wstat --check nm=2:4 --check finite other m
	one_message 'wstat: other: no tensor of whole groups to check'
	run -2 --separate-stderr wstat --check nm=2:4 --check finite other other
	[ "${stderr_lines[-1]}" = 'wstat: nm=2:4: no tensor to check in any file; the column decision shows why' ]
	refused 'wstat: other: no tensor of whole groups*' \
		wstat --check nm=2:4 --check finite other
	# The first trouble of a file ends its checks; the next is looked at.
	run -2 --separate-stderr wstat --check mask=none --check 'sparsity>=.8' m
	one_message 'wstat: none: cannot open*'
	run -2 wstat --check finite --check same=m missing m
	wstat --check finite m -o out.json
	[ "$(cat out.json)" = '{"file": "m", "check": "finite", "tensor": null, "holds": 1, "found": 0, "expected": 0, "first": null, "message": null}' ]
	run -1 wstat --check 'sparsity>=.8' m -o out2.csv
	[ "$(wc -l <out2.csv)" -eq 2 ]
}

@test "hostile names and the wrong words of a check" {
	py <<-'END'
		x = np.full((2, 4), np.nan, "<f4")
		st.save("m", {"a\x1b[31m\nb": x, "%s%n" * 90: x})
	END
	run -1 --separate-stderr wstat --check finite --check nm=2:4 m
	[ "${#stderr_lines[@]}" -eq 2 ]
	[[ $stderr != *$'\e'* ]]
	for e in finite= finite,x nm= nm=2 nm=4:2 nm=2:65 nm=2:4x same= zeros= \
		'sparsity>=' 'sparsity>=2' sparsity=.5 '' Finite; do
		run -2 --separate-stderr wstat --check "$e" m
		one_message 'wstat: --check*'
	done
}

@test "what wprune has pruned to a sparsity has it, by tensor and of all" {
	py <<-'END'
		for i in range(6):
		    sizes = rng.integers(1, 60, (3 * i + 1, 2))
		    st.save("m%d" % i, {"t%d.w" % k: rng.standard_normal(x).astype(
		        "<f4") for k, x in enumerate(sizes)})
	END
	for f in m?; do
		for s in 1/3 2/3 .9 45.5% .999 1/7; do
			for scope in tensor global; do
				wprune -q -s $s --scope $scope $f -o x.$scope
			done
			wstat --check "sparsity>=$s" x.tensor x.global
			wstat --check "sparsity>=$s" --per-tensor x.tensor
			# As many are asked for as the fewer of both.
			wstat -q --check "sparsity>=$s" -f json x.tensor x.global |
				tr -d ',' >both || true
			awk '{ for (i = 1; i < NF; i++) {
					if ($i == "\"found\":") f = $(i + 1)
					if ($i == "\"expected\":") e = $(i + 1)
				}
				if (NR == 1 || f < least) least = f }
				END { exit least != e }' both
		done
	done
}
