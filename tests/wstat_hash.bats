#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wstat --hash, beside zlib's of the bytes that numpy has.

load helper
load weights

@test "--hash is zlib's of the elements, in every format and order" {
	py <<-'END'
		import zlib
		a = {"w": rng.standard_normal((300, 70)).astype("<f4"),
		     "d": rng.standard_normal((9, 8, 7)), "one": np.array(2, "<f2"),
		     "none": np.zeros((0, 3), "<f4"),
		     "long": rng.integers(-9, 9, 1300001).astype("i1"),
		     "i": rng.integers(-9, 9, (5, 6))}
		st.save("a.safetensors", a)
		np.savez("a.npz", **a)
		np.savez_compressed("z.npz", **a)
		np.savez("f.npz", **{k: np.asfortranarray(v) if v.ndim > 1 else v
		                     for k, v in a.items()})
		np.savez("be.npz", **{k: v.astype(v.dtype.newbyteorder(">"))
		                      for k, v in a.items()})
		with open("want", "w") as f:
		    for k in sorted(a):
		        print(k, "x".join(map(str, a[k].shape)), a[k].size,
		              "%08x" % zlib.crc32(a[k].tobytes()), file=f)
	END
	for f in a.safetensors a.npz z.npz f.npz be.npz; do
		run -0 --separate-stderr wstat --hash "$f"
		[ "${lines[0]}" = file,tensor,dtype,shape,n,hash ]
		printf '%s\n' "${lines[@]:1}" | cut -d, -f2,4- | tr , ' ' | sort |
			cmp - want
	done
	run -0 wstat --hash -f json a.safetensors
	[[ ${lines[0]} == *'"hash"'* ]]
}

@test "big-endian numbers of several parts are turned part by part" {
	py <<-'END'
		import zlib
		c = rng.standard_normal((5, 6)) + 1j * rng.standard_normal((5, 6))
		for name, x in ("c64", c.astype("<c8")), ("c128", c), \
		    ("text", np.array([["one", "two"], ["three", "\u00e9"]])), \
		    ("long", c.astype("<c16").astype(np.clongdouble)), \
		    ("bytes", np.array([b"ab", b"c"])), ("time", np.array(
		        ["2001-02-03", "1999-01-01"], "<M8[s]")):
		    np.save(name + ".npy", x)
		    np.save(name + ".be.npy", np.asfortranarray(
		        x.astype(x.dtype.newbyteorder(">"))))
		    print("%08x" % zlib.crc32(x.tobytes()), file=open(name, "w"))
	END
	for f in c64 c128 text long bytes time; do
		for x in $f.npy $f.be.npy; do
			[ "$(wstat -q --hash $x | tail -1 | cut -d, -f6)" = "$(cat $f)" ] ||
				{ echo $x; false; }
		done
		wcmp -s $f.npy $f.be.npy
	done
}

@test "--hash goes with no other table" {
	f32 1 2 >a
	for how in --hist '--check sparsity>=.5'; do
		run -2 --separate-stderr wstat --raw f32 --hash $how a
		[[ ${stderr_lines[0]} == 'wstat: --'*' with --'*'; expected one' ]]
	done
}

# A model as .pt (both kinds), safetensors, shards and NPZ, of the same values,
# one of them strided and two views of one storage; and what zlib says.
everywhere() {
	py <<-'END'
		import io, json, os, pickle, struct, sys, types, zipfile, zlib
		# What torch's pickles name, made of nothing.
		torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
		sys.modules.update({"torch": torch, "torch._utils": utils})
		def rebuild(*a): pass
		rebuild.__module__, rebuild.__qualname__ = "torch._utils", \
		    "_rebuild_tensor_v2"
		utils._rebuild_tensor_v2 = rebuild
		kinds = {"<f4": "FloatStorage", "<f8": "DoubleStorage",
		         "<i8": "LongStorage", "<f2": "HalfStorage",
		         "bf16": "BFloat16Storage", "|u1": "ByteStorage"}
		for k in kinds.values():
		    c = type(k, (), {"__module__": "torch"})
		    setattr(torch, k, c)
		import collections
		class Storage:
		    def __init__(self, key, kind, bytes_, n):
		        self.id = ("storage", getattr(torch, kind), key, "cpu", n)
		        self.bytes = bytes_
		class Tensor:
		    def __init__(self, storage, first, shape, stride):
		        self.a = (storage, first, shape, stride, False,
		                  collections.OrderedDict())
		    def __reduce__(self): return rebuild, self.a
		class Pickler(pickle.Pickler):
		    def persistent_id(self, x):
		        return x.id if isinstance(x, Storage) else None
		def write_pt(path, tensors, storages):
		    f = io.BytesIO()
		    Pickler(f, 2).dump(tensors)
		    with zipfile.ZipFile(path, "w") as z:
		        z.writestr("m/data.pkl", f.getvalue())
		        z.writestr("m/byteorder", "little")
		        for s in storages:
		            z.writestr("m/data/" + s.id[2], s.bytes)
		def write_old(path, tensors, storages):
		    with open(path, "wb") as f:
		        for o in 0x1950a86a20f9469cfc6c, 1001, {
		            "little_endian": True, "protocol_version": 1001}:
		            f.write(pickle.dumps(o, 2))
		        for s in storages:
		            s.id += (None,)
		        Pickler(f, 2).dump(tensors)
		        f.write(pickle.dumps([s.id[2] for s in storages], 2))
		        for s in storages:
		            f.write(struct.pack("<Q", s.id[4]) + s.bytes)
		x = rng.standard_normal((30, 40)).astype("<f4")
		bf = (x.view("<u4") >> 16).astype("<u2")
		a = {"w": x, "t": np.ascontiguousarray(x.T), "v": x[3:5].copy(),
		     "d": rng.standard_normal((3, 4, 5)), "i": np.arange(7),
		     "s": np.array(2.5, "<f2"), "bf": bf, "u": bf.view("u1").ravel()}
		s = [Storage("0", "FloatStorage", x.tobytes(), 1200),
		     Storage("1", "DoubleStorage", a["d"].tobytes(), 60),
		     Storage("2", "LongStorage", a["i"].tobytes(), 7),
		     Storage("3", "HalfStorage", a["s"].tobytes(), 1),
		     Storage("4", "BFloat16Storage", bf.tobytes(), 1200),
		     Storage("5", "ByteStorage", a["u"].tobytes(), 2400)]
		t = {"w": Tensor(s[0], 0, (30, 40), (40, 1)),
		     "t": Tensor(s[0], 0, (40, 30), (1, 40)),
		     "v": Tensor(s[0], 120, (2, 40), (40, 1)),
		     "d": Tensor(s[1], 0, (3, 4, 5), (20, 5, 1)),
		     "i": Tensor(s[2], 0, (7,), (1,)), "s": Tensor(s[3], 0, (), ()),
		     "bf": Tensor(s[4], 0, (30, 40), (40, 1)),
		     "u": Tensor(s[5], 0, (2400,), (1,))}
		write_pt("m.pt", t, s)
		write_old("old.pt", t, s)
		codes = {k: "BF16" if k == "bf" else st.NAMES[v.dtype.str.replace("|", "")]
		         for k, v in a.items()}
		def write_st(path, names, codes=codes):
		    head, body = {}, b""
		    for k in names:
		        head[k] = {"dtype": codes[k], "shape": a[k].shape,
		            "data_offsets": [len(body), len(body) + a[k].nbytes]}
		        body += a[k].tobytes()
		    head = json.dumps(head).encode()
		    open(path, "wb").write(struct.pack("<Q", len(head)) + head + body)
		write_st("m.safetensors", a)
		write_st("f8.safetensors", ["u"], {"u": "F8_E4M3"})
		os.mkdir("shards")
		for n, names in enumerate((["u", "w"], ["t", "bf", "i"], ["s", "d", "v"])):
		    write_st("shards/m-%d.safetensors" % n, names)
		json.dump({"weight_map": {k: "m-%d.safetensors" % n for n, names in
		    enumerate((["u", "w"], ["t", "bf", "i"], ["s", "d", "v"]))
		    for k in names}}, open("shards/model.safetensors.index.json", "w"))
		for k in "w", "d":
		    np.save(k + ".npy", np.asfortranarray(a[k].astype(
		        a[k].dtype.newbyteorder(">"))))
		np.save("bf.npy", bf.view("V2"))
		np.save("u.npy", a["u"].view("V1"))
		with open("want", "w") as f:
		    for k in sorted(a):
		        print(k, codes[k], "x".join(map(str, a[k].shape)),
		              "%08x" % zlib.crc32(a[k].tobytes()), file=f)
	END
}

hashes() {
	run -0 --separate-stderr wstat --hash "$@"
	printf '%s\n' "${lines[@]:1}" | cut -d, -f2,3,4,6 | tr , ' ' | sort
}

@test "one model has one hash in .pt, old .pt, safetensors, shards and NPY" {
	everywhere
	for f in m.pt old.pt m.safetensors shards \
		shards/model.safetensors.index.json; do
		hashes $f | diff want -
	done
	for k in w d; do
		[ "$(hashes $k.npy)" = "data $(grep "^$k " want | cut -d' ' -f2-)" ]
	done
	[ "$(hashes --void bf16 bf.npy)" = "data $(grep '^bf ' want | cut -d' ' -f2-)" ]
	u=$(grep '^u ' want | cut -d' ' -f3-)
	[ "$(hashes --void f8_e4m3 u.npy)" = "data F8_E4M3 $u" ]
	[ "$(hashes f8.safetensors)" = "u F8_E4M3 $u" ]
	# And so are the elements.
	for f in m.pt old.pt shards; do
		wcmp -s $f m.safetensors
		wstat --check same=m.safetensors --check finite $f
	done
}

@test "a hash does not depend on threads, and is remarked on and refused as all" {
	py <<-'END'
		import zlib
		x = rng.integers(0, 256, 30000017).astype("u1")
		x.tofile("w")
		np.save("t.npy", np.zeros(3, "V2"))
		print("%08x" % zlib.crc32(x), file=open("want", "w"))
	END
	for t in 1 2 7; do
		[ "$(wstat --raw u8 --hash -T $t w | tail -1 | cut -d, -f6)" = "$(cat want)" ]
	done
	printf x >>t.npy
	run -0 --separate-stderr wstat --hash t.npy
	[ "${#stderr_lines[@]}" -eq 2 ]
	run -2 --separate-stderr wstat --raw u8 --hash w none w
	[ "${#lines[@]}" -eq 3 ]
	one_message 'wstat: none: cannot open*'
	head -c 1000 t.npy >cut.npy
	head -c 150 <t.npy | head -c 130 >cut.npy
	refused 'wstat: cut.npy: *' wstat --hash cut.npy
}
