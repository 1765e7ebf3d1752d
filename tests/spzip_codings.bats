#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What spzip makes of weights: the limit that -lv tells, by numpy, and sizes by
# level.
# bats file_tags=optimized

load helper

# Weights of every dtype and kind as a safetensors file, and what -lv --json
# should tell of each as limits.json.
setup_file() {
	"$NUMPY" - "$BATS_FILE_TMPDIR" <<-'END'
	import json
	import sys
	import numpy as np

	r = np.random.Generator(np.random.PCG64(3))

	def weights(zeros, shape=(120, 64, 3)):
	    w = r.standard_normal(shape) * 0.02
	    w *= np.exp(r.normal(0, 1, (shape[0], 1, 1)))
	    w[r.random(shape) < zeros] = 0
	    return w.astype("<f4")

	def bf16(w):
	    return (w.view("<u4") >> 16).astype("<u2")

	def int8(w):
	    most = np.abs(w).max(axis=(1, 2), keepdims=True)
	    return np.rint(w / most * 127).astype("i1")

	def entropy(x):
	    n = np.unique(x, return_counts=True)[1].astype("f8")
	    return -(n * np.log2(n / n.sum())).sum()

	def limit(a, mantissa):
	    if not mantissa:
	        return entropy(a) / 8
	    u = a.view("<u%d" % a.itemsize).reshape(-1)
	    u = u & ((1 << 8 * a.itemsize - 1) - 1)
	    kept = u[u != 0]
	    return (entropy(u != 0) + kept.size * (mantissa - 2) +
	            entropy(kept >> mantissa - 3)) / 8

	tensors = {}
	for zeros in (0, 0.5, 0.9):
	    w = weights(zeros)
	    for dtype, a, mantissa in (
	            ("F32", w, 23), ("BF16", bf16(w), 7),
	            ("F16", w.astype("<f2"), 10), ("F64", w.astype("<f8"), 52),
	            ("I8", int8(w), 0), ("I32", int8(w).astype("<i4"), None)):
	        tensors["%s.%g" % (dtype, zeros)] = dtype, a, None \
	            if mantissa is None else limit(a, mantissa)
	head, data = {}, b""
	for name, (dtype, a, _) in tensors.items():
	    head[name] = {"dtype": dtype, "shape": a.shape, "data_offsets": [
	        len(data), len(data) + a.nbytes]}
	    data += a.tobytes()
	head = json.dumps(head).encode()
	to = sys.argv[1]
	with open(to + "/w.safetensors", "wb") as f:
	    f.write(len(head).to_bytes(8, "little") + head + data)
	with open(to + "/limits.json", "w") as f:
	    json.dump({k: v[2] for k, v in tensors.items()}, f)
	with open(to + "/zeros.json", "w") as f:
	    json.dump({k: float((v[1] == 0).mean() if v[0] != "BF16" else
	                        (v[1] << 1 == 0).mean())
	               for k, v in tensors.items()}, f)
	END
	for level in 1 6 9; do
		spzip -c -$level "$BATS_FILE_TMPDIR/w.safetensors" \
			>"$BATS_FILE_TMPDIR/w$level.spzip"
	done
}

@test "-lv counts the zeros of every dtype, at every level" {
	cd "$BATS_FILE_TMPDIR"
	for level in 1 6 9; do
		spzip -lv --json w$level.spzip >list$level
	done
	"$PYTHON" - <<-'END'
	import json

	want = json.load(open("zeros.json"))
	for level in "169":
	    got = {x["tensor"]: x["zeros"] for x in map(
	        json.loads, open("list" + level)) if x.get("tensor")}
	    for name, zeros in want.items():
	        # where it has no limit, nothing but a mask tells
	        if got[name] is None and name.startswith("I32"):
	            continue
	        assert abs(got[name] - zeros) < 1e-9, (name, got[name], zeros)
	END
}

@test "-lv tells the limit of every dtype, as numpy counts it" {
	cd "$BATS_FILE_TMPDIR"
	spzip -lv --json w6.spzip >list
	"$PYTHON" - <<-'END'
	import json

	want = json.load(open("limits.json"))
	rows = [json.loads(line) for line in open("list")]
	got = {x["tensor"]: x for x in rows if x["dtype"] not in (None, "opaque")}
	assert got.keys() == want.keys(), got.keys() ^ want.keys()
	for name, limit in want.items():
	    x = got[name]
	    if limit is None:
	        assert x["limit"] is None, x
	        continue
	    assert abs(x["limit"] - limit) < 1e-6 * limit, (x, limit)
	    assert x["compressed"] < 1.03 * limit + 500, (x, limit)
	END
	spzip -lv w6.spzip >list
	grep -q '/limit' list
	[ "$(grep -c ' 1\.[0-9]\{4\}  \| 0\.9[0-9]\{3\}  ' list)" -ge 12 ]
}

@test "the limit of big-endian numbers is that of the same numbers" {
	cd "$BATS_FILE_TMPDIR"
	"$NUMPY" -c 'import numpy as np
r = np.random.Generator(np.random.PCG64(4))
w = r.standard_normal((100, 200)).astype("f4")
np.save("little.npy", w)
np.save("big.npy", w.astype(">f4"))'
	for i in little big; do
		spzip -c $i.npy >$i.spzip
		spzip -lv $i.spzip | awk '/F32/ { print $6 }' >$i.limit
	done
	cmp little.limit big.limit
	grep -q '^1\.0' little.limit
}

@test "-l of damage within a chunk passes; -lv, which decodes, tells of it" {
	cd "$BATS_FILE_TMPDIR"
	cp w6.spzip bad.spzip
	printf X | dd of=bad.spzip bs=1 seek=200000 conv=notrunc status=none
	run -0 --separate-stderr spzip -l bad.spzip
	run -1 --separate-stderr spzip -lv bad.spzip
	[ -z "$output" ]
	[[ $stderr == *bad.spzip*damaged* ]]
}

@test "level 1 loses no more than 1 % of level 6, and level 9 gains" {
	cd "$BATS_FILE_TMPDIR"
	local one six nine
	one=$(stat -c %s w1.spzip)
	six=$(stat -c %s w6.spzip)
	nine=$(stat -c %s w9.spzip)
	[ $((one * 100)) -le $((six * 101)) ]
	[ "$nine" -le "$six" ]
	for i in 1 6 9; do
		spzip -dc w$i.spzip | cmp - w.safetensors
		PYTHONDONTWRITEBYTECODE=1 "$NUMPY" \
			"$ROOT/examples/spzip.py" w$i.spzip | cmp - w.safetensors
	done
}

@test "small tensors are kept together where that is smaller" {
	cd "$BATS_TEST_TMPDIR"
	"$NUMPY" - <<-'END'
	import json, struct
	import numpy as np
	r = np.random.Generator(np.random.PCG64(5))
	def save(name, arrays):
	    head, at = {}, 0
	    for k, a in enumerate(arrays):
	        head["layer%d.bias" % k] = {"dtype": "F32", "shape": [a.size],
	                                    "data_offsets": [at, at + a.nbytes]}
	        at += a.nbytes
	    text = json.dumps(head).encode()
	    with open(name, "wb") as f:
	        f.write(struct.pack("<Q", len(text)) + text)
	        f.writelines(a.tobytes() for a in arrays)
	save("zeros", [np.zeros(256, "<f4")] * 100)
	dense = [(r.standard_normal(500) * 0.02).astype("<f4")
	         for _ in range(100)]
	save("dense", dense)
	pruned = [np.where(np.abs(a) > 0.033, a, 0).astype("<f4") for a in dense]
	save("pruned", pruned)
	np.savez("npz", **{"layer%d.bias" % k: a for k, a in enumerate(pruned)})
	END
	mv npz.npz npz
	for f in zeros dense pruned npz; do
		for i in 1 6 9; do
			spzip -$i -c $f >$f.$i
			spzip -dc $f.$i | cmp - $f
			PYTHONDONTWRITEBYTECODE=1 "$NUMPY" \
				"$ROOT/examples/spzip.py" $f.$i | cmp - $f
			# which takes them together, and has no frames
			[ "$(stat -c %s $f.$i)" -lt \
				$(($(gzip -$i -c $f | wc -c) + 200)) ]
		done
	done
	[ $(($(stat -c %s dense.9) * 100)) -lt $(($(stat -c %s dense.6) * 99)) ]
	for i in 1 6 9; do
		spzip -dc --tensor layer7.bias --raw dense.$i |
			cmp - <(tail -c +$((8 + $(head -c 2 dense | od -An -tu2) + \
				2000 * 7 + 1)) dense | head -c 2000)
	done
}

@test "bytes are no larger than as deflate has them" {
	cd "$BATS_TEST_TMPDIR"
	# rows of int8 that differ in scale: codes of one mebibyte suit no row
	"$NUMPY" - <<-'END'
	import numpy as np
	w = np.random.Generator(np.random.PCG64(1)).standard_normal((512, 4096))
	scale = np.abs(w).max(1, keepdims=True) / 127
	np.save("w.npy", np.rint(w / scale).astype("i1"))
	END
	spzip -9 -c w.npy >w.spzip
	spzip -dc w.spzip | cmp - w.npy
	[ "$(stat -c %s w.spzip)" -lt "$(gzip -9 -c w.npy | wc -c)" ]
}
