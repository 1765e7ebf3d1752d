#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many tensors of few elements: as exact as large ones, and in no more time.

load helper
load weights

@test "a histogram of few elements is that of one more, with one zero less" {
	py <<-'END'
		def odd(dtype):
		    x = rng.standard_normal(1024).astype(dtype)
		    x[:40] = 0
		    x[40:60], x[60:70] = x[100], -x[100]
		    x[70:90] = np.round(x[70:90])
		    x[90], x[91], x[92], x[93] = np.nan, np.inf, -np.inf, -0.0
		    x[94], x[95] = np.finfo(dtype).tiny, np.finfo(dtype).max
		    return x
		few, more = {}, {}
		for dtype in "<f4", "<f8", "<f2", ">f4", ">f8", ">f2":
		    few[dtype] = odd(dtype)
		    more[dtype] = np.append(few[dtype], few[dtype][:1])
		    few[dtype + ".0d"] = few[dtype][100]
		    few[dtype + ".none"] = few[dtype][:0]
		np.savez("few.npz", **few)
		np.savez("more.npz", **more)
		bits = few["<f4"].view("<u4") >> 16
		for name, extra in ("few", []), ("more", [0]):
		    np.save(name + ".bf.npy", np.append(bits, extra).astype("<u2").view("V2"))
		    np.save(name + ".f8.npy", np.append(bits >> 8, extra).astype("u1").view("V1"))
	END
	for f in few more; do
		wstat --hist --include '*' $f.npz >$f
		wstat --hist --void bf16 $f.bf.npy >>$f
		wstat --hist --void f8_e4m3 $f.f8.npy >>$f
		wplan -q -s 60% <(wstat --hist --only '?f?' $f.npz) --nan keep >plan || [ $? -eq 1 ]
		wstat --hist --only '?f?' --bracket plan $f.npz >>$f
	done
	[ "$(grep -c ,0x few)" -gt 3000 ]
	py <<-'END'
		import csv
		def read(name):
		    rows = [r for r in csv.DictReader(open(name)) if r["n"] != "n"
		            and r["tensor"][-1] not in "de"]
		    for r in rows:
		        r["file"] = r["n"] = ""
		        if r["key"] == "0x0" and r["shift"] == "0":
		            r["count"] = int(r["count"]) - (name == "more")
		        r["count"] = int(r["count"] or 0)
		        del r["shape"]
		    return rows
		few, more = read("few"), read("more")
		assert len(few) > 3000
		for a, b in zip(few, more):
		    assert a == b, (a, b)
		assert len(few) == len(more)
	END
}

@test "a hundred thousand tensors take seconds, whatever is asked" {
	skip_if_sanitized slow
	py <<-'END'
		import json, struct
		n = 100000
		x = rng.standard_normal((n, 4)).astype("<f4").tobytes()
		head = json.dumps({"layers.%d.w" % i: {"dtype": "F32", "shape": [1, 4],
		    "data_offsets": [16 * i, 16 * i + 16]} for i in range(n)}).encode()
		open("m", "wb").write(struct.pack("<Q", len(head)) + head + x)
	END
	for how in '' --hist --fold --hash '--check finite --check same=m'; do
		# shellcheck disable=SC2086 # words
		(ulimit -t 10 && wstat $how m >out)
	done
	(ulimit -t 10 && wcmp -s m m)
}
