#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Weight files that hold several tensors and are not safetensors: NPZ, GGUF,
# PyTorch's, ONNX.
load helper
load weights

# File, tensor, dtype, shape, n and zeros of each row.
rows() {
	tail -n +2 | cut -d, -f1-6
}

# gguf NAME: tensors a (F32 2x3), q (Q8_0 2x32), h (F16 4), with padding.
gguf() {
	py <<-END
		import struct
		def text(s): return struct.pack("<Q", len(s)) + s.encode()
		kv = text("general.alignment") + struct.pack("<II", 4, 64)
		kv += text("tokens") + struct.pack("<IIQ", 9, 8, 2)
		kv += text("x") + text("yy")
		kv += text("f") + struct.pack("<If", 6, 1.5)
		head = b"GGUF" + struct.pack("<IQQ", 3, 3, 3) + kv
		head += text("a") + struct.pack("<IQQIQ", 2, 3, 2, 0, 0)
		head += text("q") + struct.pack("<IQQIQ", 2, 32, 2, 8, 64)
		head += text("h") + struct.pack("<IQIQ", 1, 4, 1, 192)
		head += bytes(-len(head) % 64)
		data = np.array([0, 1, 2, 3, 4, 5], "<f4").tobytes().ljust(64, b"\0")
		data += bytes(range(68)).ljust(128, b"\1")
		data += np.array([0, 0, 1, 2], "<f2").tobytes().ljust(64, b"\0")
		open("$1", "wb").write(head + data)
	END
}

@test "GGUF is read, block by block where it is quantised" {
	gguf m.gguf
	run -0 --separate-stderr wstat m.gguf
	rows <<<"$output" >got
	diff - got <<-'END'
		m.gguf,a,F32,2x3,6,1
		m.gguf,q,Q8_0,2x32,64,
		m.gguf,h,F16,4,4,2
	END
	wstat <m.gguf | rows | sed 's/^<stdin>/m.gguf/' | diff got -
	wstat < <(cat m.gguf) | rows | sed 's/^<stdin>/m.gguf/' | diff got -
	wprune -s 50% m.gguf -o p.gguf
	run -0 wstat p.gguf
	[[ ${lines[1]} == p.gguf,a,F32,2x3,6,3,* ]]
	[[ ${lines[3]} == p.gguf,h,F16,4,4,2,*,skip:ndim ]]
	# Twelve bytes are other ones, at most.
	[ "$(cmp -l m.gguf p.gguf | wc -l)" -le 12 ]
	spzip -k m.gguf
	spzcat m.gguf.spzip | cmp - m.gguf
}

@test "a GGUF that is cut short, or has more than it can, is refused" {
	gguf m.gguf
	for n in 8 20 30 60 100 200; do
		head -c $n m.gguf >cut.gguf
		refused 'wstat: cut.gguf: GGUF header: cut short*' wstat cut.gguf
	done
	head -c -100 m.gguf >cut.gguf
	refused 'wstat: cut.gguf:h: *bytes at byte*' wstat cut.gguf
	edit() { # FROM TO MESSAGE
		"$PYTHON" -S -c 'import sys, ast
a, b = (ast.literal_eval("b\"%s\"" % x) for x in sys.argv[1:])
s = open("m.gguf", "rb").read()
assert a in s
open("bad.gguf", "wb").write(s.replace(a, b, 1))' "$1" "$2"
		refused "wstat: bad.gguf:*$3*" limited wstat bad.gguf
	}
	edit 'GGUF\3' 'GGUF\1' 'version 1'
	edit 'GGUF\3\0\0\0' 'GGUF\0\0\0\3' 'big-endian'
	edit 'GGUF\3\0\0\0\3\0\0\0\0\0\0\0' 'GGUF\3\0\0\0\3\0\0\0\0\0\0\xff' ''
	edit '\4\0\0\0\x40\0\0\0' '\4\0\0\0\x30\0\0\0' 'power of two'
	edit '\4\0\0\0\x40\0\0\0' '\5\0\0\0\x40\0\0\0' 'no u32'
	edit 'h\1\0\0\0' 'h\5\0\0\0' 'more than 4 dimensions'
	edit 'h\1\0\0\0' 'a\1\0\0\0' 'twice'
	edit 'q\2\0\0\0\x20' 'q\2\0\0\0\x21' 'whole blocks'
	edit 'a\2\0\0\0\3\0\0\0\0\0\0\0' 'a\2\0\0\0\3\0\0\0\0\0\0\xff' 'too many'
	edit '\x40\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0h' '\x40\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0h' ''
}

npz() {
	py <<-'END'
		a = np.array([[0, 1.5, -2], [3, 0, 0]], "<f4")
		np.savez("s.npz", a=a, **{"x/b": np.asfortranarray(a.astype(">f8"))},
		         i=np.arange(4), none=np.zeros((0, 3)), c=a.astype("c16"))
		np.savez_compressed("d.npz", a=a, big=np.zeros((300, 1000), "<f2"))
	END
}

@test "NPZ is read, stored or deflated" {
	npz
	run -0 --separate-stderr wstat s.npz d.npz
	rows <<<"$output" | diff - <(cat <<-'END'
		s.npz,a,F32,2x3,6,3
		s.npz,x/b,F64,2x3,6,3
		s.npz,i,I64,4,4,1
		s.npz,none,F64,0x3,0,0
		s.npz,c,C128,2x3,6,
		d.npz,a,F32,2x3,6,3
		d.npz,big,F16,300x1000,300000,300000
	END
	)
	[ -z "$stderr" ]
	wstat s.npz | cut -d, -f2- >want
	wstat < <(cat s.npz) | cut -d, -f2- | diff want -
	for f in s.npz d.npz; do
		spzip -k $f
		spzcat $f.spzip | cmp - $f
	done
}

@test "a zip whose directory and members do not agree is refused" {
	npz
	# CODE changes the bytes s of FILE; the message is like MESSAGE.
	bad() { # FILE CODE MESSAGE
		"$PYTHON" - "$1" "$2" <<-'END'
			import sys, struct
			s = bytearray(open(sys.argv[1], "rb").read())
			end = s.rfind(b"PK\5\6")
			cd = struct.unpack_from("<I", s, end + 16)[0]
			exec(sys.argv[2])
			open("bad.npz", "wb").write(s)
		END
		refused "wstat: bad.npz:*$3*" limited wstat bad.npz
	}
	bad s.npz 's = s[:-10]' 'cut short'
	bad s.npz 's[cd + 46] = 98' 'another name'
	bad s.npz 's[cd + 10] = 8' 'not what the directory says'
	bad s.npz 's[cd + 8] = s[6] = 1' 'encrypted'
	bad d.npz 's[cd + 10] = s[8] = 9' 'another method'
	bad s.npz 's[cd + 42] += 1' 'not what the directory says'
	bad s.npz 's[cd + 45] = 255' 'behind the end'
	bad s.npz 's[cd] = 0' 'damaged'
	bad s.npz 's[end + 12] -= 1' 'damaged'
	bad s.npz 's[end + 19] = 255' 'not in it'
	bad s.npz 's[cd + 20] = 255' 'two sizes'
	bad s.npz 's[cd + 46 + 5 + 42] = s[cd + 42]' 'not what'
	bad d.npz 's[cd + 16] ^= 1' 'CRC'
	bad d.npz 's[60] ^= 255' ''
	bad d.npz 's[cd + 24] -= 1' 'longer than'
	bad d.npz 's[cd + 24] += 1' ''
	bad s.npz 's[cd + 46 + 5 + 46:cd + 46 + 5 + 47] = b"\0"' 'NUL'
}

@test "files of the packages that people use are read as these read them" {
	cp "$ROOT"/tests/weights/* .
	mapfile -t files < <(tail -n +2 listing.csv | cut -d, -f1 | uniq)
	[ "${#files[@]}" -ge 10 ]
	run -0 --separate-stderr wstat -f csv "${files[@]}"
	[[ $stderr == 'wstat: small.onnx: '*' is left out: texts, which are no numbers' ]]
	cut -d, -f1-6,10-12 <<<"$output" | diff listing.csv -
	# Pipes, but for data in another file.
	for f in "${files[@]}"; do
		wstat "$f" | cut -d, -f2- >want
		wstat < <(cat "$f") | cut -d, -f2- | diff want -
		spzip -c "$f" | spzcat | cmp - "$f"
	done
	wcmp stored.npz deflated.npz
}

@test "a member of an NPZ that is no array is left out with a word" {
	py <<-'END'
		import zipfile
		for name, how in ("s.npz", np.savez), ("d.npz", np.savez_compressed):
		    how(name, w=np.ones((2, 2), "<f4"))
		    with zipfile.ZipFile(name, "a") as z:
		        z.writestr("notes/", b"")
		        z.writestr("notes/a.txt", b"text")
	END
	for f in s.npz d.npz; do
		run -0 --separate-stderr wprune -s 50% $f -o $f.safetensors
		[[ $stderr == *'notes/a.txt is left out: it is not an array' ]]
	done
}

@test "what ml_dtypes saves is read as what it is said to be" {
	cp "$ROOT"/tests/weights/bf16.npy .
	run -0 --separate-stderr wstat bf16.npy
	[[ ${lines[1]} == bf16.npy,data,OTHER,2x3,6,,* ]]
	one_message '*bfloat16*'
	run -0 --separate-stderr wstat --void bf16 bf16.npy
	[ -z "$stderr" ]
	[[ ${lines[1]} == bf16.npy,data,BF16,2x3,6,1,0,0,0,-1,1.5,4.5,* ]]
	# One of another size is not meant.
	run -0 --separate-stderr wstat --void f8_e4m3 bf16.npy
	[[ ${lines[1]} == bf16.npy,data,OTHER,* ]]
	wprune --void bf16 -s 50% bf16.npy -o p.npy
	run -0 wstat --void bf16 p.npy
	[[ ${lines[1]} == *,6,3,* ]]
	cmp -n 128 bf16.npy p.npy
	refused "wstat: --void: unknown dtype 'b16'*" wstat --void b16 bf16.npy
}

# Pickles of Python's own that would do something, or too much: in x.pt, as
# the data.pkl of a zip, and in y.pt, as torch.save() before 1.6.
pickled() { # CODE that sets p, the pickle
	"$PYTHON" - "$1" <<-'END'
		import io, os, pickle, struct, sys, zipfile
		class Call:
		    def __init__(self, *a): self.a = a
		    def __reduce__(self): return self.a
		def u(s): return b"X" + struct.pack("<I", len(s)) + s.encode()
		exec(sys.argv[1])
		with zipfile.ZipFile("x.pt", "w") as z:
		    z.writestr("x/data.pkl", p)
		    z.writestr("x/data/0", bytes(16))
		with open("y.pt", "wb") as f:
		    for o in 0x1950a86a20f9469cfc6c, 1001, {"little_endian": True}:
		        f.write(pickle.dumps(o, 2))
		    f.write(p + pickle.dumps(["0"], 2))
		    f.write(struct.pack("<Q", 4) + bytes(16))
	END
}

# STORAGE, and a tensor (2, 2) on it whose arguments are as given.
tensor_of='s = b"(" + u("storage") + b"ctorch\nFloatStorage\n" + u("0") + u("cpu") + b"K\4tQ"
def n(*x): return b"(" + b"".join(b"J" + struct.pack("<i", i) for i in x) + b"t"
def t(first, shape, stride):
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + s + b"J" + struct.pack("<i", first)
            + n(*shape) + n(*stride) + b"\x89ccollections\nOrderedDict\n)RtR")
'

@test "a pickle that would run code is refused by what it wants" {
	local -A want=(
		['p = pickle.dumps(Call(os.system, ("touch ran",)), 2)']='wants posix.system'
		['p = pickle.dumps(Call(os.system, ("touch ran",)), 0)']='wants posix.system'
		['p = pickle.dumps(Call(os.system, ("touch ran",)), 4)']='wants posix.system'
		['p = pickle.dumps({"a": Call(eval, ("open(\"ran\", \"w\")",))}, 2)']='wants __builtin__.eval'
		['p = pickle.dumps({"a": Call(exec, ("open(\"ran\", \"w\")",))}, 5)']='wants builtins.exec'
		['p = b"cbuiltins\ngetattr\n(cos\npath\nS\"system\"\ntR(S\"touch ran\"\ntR."']='no global'
		['p = b"(ios\nsystem\n(S\"touch ran\"\ntR."']='opcode 0x69'
		['p = b"(cos\nsystem\nS\"touch ran\"\no."']='opcode 0x6f'
		['p = b"(S\"touch ran\"\no."']='opcode 0x6f'
		['p = b"\x80\2\x82\1."']='opcode 0x82'
		['p = b"Prun\n."']='opcode 0x50'
		['p = b"c__torch_evil\nx\n)R."']='wants __torch_evil.x'
		['p = b"ctorch.serialization\nload\n(NtR."']='wants torch.serialization.load'
		['p = b"ctorch\nos.system\n)R."']='wants torch.os.system'
		['p = b"cPkg\nNet.load\n)\x81."']='wants Pkg.Net.load'
		['p = b"cpkg\n_\n)R."']='wants pkg._'
		['p = b"\x80\4\x8c\2os\x8c\6system\x93)R."']='wants os.system'
	)
	for code in "${!want[@]}"; do
		pickled "$code"
		for f in x.pt y.pt; do
			refused "wstat: $f: *${want[$code]}*" limited wstat $f
		done
		[ ! -e ran ]
	done
}

# Objects of classes that nobody has: what pickle.py makes of them, with a
# tensor for "t".
objects='import collections, types
kit = sys.modules["kit"] = types.ModuleType("kit")
def new(name, *bases, **members):
    c = type(name, bases, {"__module__": "kit", **members})
    setattr(kit, name, c)
    return c
class Parameter:
    "Is written once, and then meant."
class Pickler(pickle._Pickler):
    def save(self, x, save_persistent_id=True):
        if isinstance(x, Parameter) and id(x) in self.memo:
            self.write(self.get(self.memo[id(x)][0]))
        elif isinstance(x, Parameter):
            self.write(t(0, (2, 2), (2, 1)))
            self.memoize(x)
        elif isinstance(x, str) and x == "t":
            self.write(t(0, (2, 2), (2, 1)))
        else:
            super().save(x, save_persistent_id)
def dumps(x, protocol=2):
    to = io.BytesIO()
    Pickler(to, protocol).dump(x)
    return to.getvalue()
def put(x, **state):
    x.__dict__.update(state)
    return x
def module(x, parameters={}, modules={}, **more):
    return put(x, training=True, _parameters=parameters,
               _buffers=more.pop("buffers", {}), _modules=modules, **more)
'

@test "objects are listed by the tensors that they hold, and modules by names" {
	local -A want=(
		# Settings and lists of classes of their own, in several parts.
		['o = new("Attributes", dict)({"w": "t", "n": 1})']='w'
		['o = new("Rows", list)([0, "t"] + [1] * 1000 + ["t"])']='1 1002'
		['o = new("Both", dict)({"a": "t"}); put(o, b="t")']='a b'
		# Given to the class, kept by it, or both.
		['P = collections.namedtuple("P", "x y"); P.__module__ = "kit"; kit.P = P; o = P("t", "t")']='0 1'
		['o = {"c": put(new("Config", object)(), w=["t"], f=kit.Config)}']='c.w.0'
		# They hold each other: each is looked at once.
		['A = new("A", object); a, b = A(), A(); put(a, b=b, w="t"); put(b, a=a, v="t"); o = [a, b]']='0.b.v 0.w'
		# state_dict(): what was registered, under every name, and nothing else.
		['N = new("N", object); sub = module(N(), {"weight": "t", "bias": None}); o = module(N(), {}, {"a": sub, "b": sub}, buffers={"mean": "t", "mask": "t"}, _non_persistent_buffers_set={"mask", "none"}, up=sub, flat=["t"])']='mean a.weight b.weight'
		['N = new("N", object); o = module(N(), {}, {"a": module(N(), {"weight": "t"}, up=N)}); o.up = o']='a.weight'
		# The same of an optimizer, whose parameters are the model'"'"'s.
		['a, b, c = (Parameter() for _ in range(3)); o = {"net": [a, b, c], "opt": put(new("Adam", object)(), defaults={"lr": 1}, state={c: {"m": "t"}, a: {"step": 1, "m": "t"}}, param_groups=[{"lr": 1, "params": [a]}, {"params": [b, c], "lr": "t"}])}']='net.0 net.1 net.2 opt.state.2.m opt.state.0.m opt.param_groups.1.lr'
	)
	for code in "${!want[@]}"; do
		for protocol in 2 4; do
			pickled "$tensor_of$objects$code; p = dumps(o, $protocol)"
			for f in x.pt y.pt; do
				limited wstat $f | rows | cut -d, -f2 | xargs |
					diff - <(echo "${want[$code]}")
			done
		done
	done
	# As torch once kept modules, with the class's source.
	pickled "${tensor_of}p = (b'(' + u('module') + b'ckit\nNet\n' + u('net.py')
		+ u('class Net: pass') + b'tQ)\x81}(' + u('_parameters') + b'}'
		+ u('w') + t(0, (2, 2), (2, 1)) + b'su' + b'b.')"
	wstat y.pt | rows | diff - <(echo 'y.pt,w,F32,2x2,4,4')
	wprune -q -s 0 y.pt -o one.safetensors
	wstat one.safetensors | rows | diff - <(echo one.safetensors,w,F32,2x2,4,4)
}

@test "arrays of numpy in a pickle are tensors, as numpy has them" {
	py <<-'END'
		import collections, datetime, functools, io, os, pickle, struct, zipfile
		a = rng.standard_normal((3, 4, 5))
		o = {"f4": a.astype("<f4"), "big": a.astype(">f8"), "f2": a.astype("<f2"),
		     "turned": a.T, "strided": a[:, ::2], "u1": np.arange(256, dtype="u1"),
		     "i8": np.arange(-3, 3), "bool": a > 0, "none": np.zeros((0, 3)),
		     "one": np.array(2.5), "list": [np.ones(2, "<u2"), "text"],
		     "texts": np.array(["a", "b"]), "when": np.array(["2026-11-30"], "M8[D]"),
		     "long": np.ones(2, "g"),
		     "objects": np.array([{"in": np.ones(3)}, None], object),
		     "scalar": np.float32(1), "at": datetime.datetime(2026, 11, 30),
		     "last": collections.deque([np.ones(1)], 3),
		     "f": functools.partial(os.path.join, "x", key=np.ones((2, 1))),
		     "rng": np.random.RandomState(1), "gen": np.random.default_rng(1),
		     "seed": np.random.RandomState(2).get_state(legacy=True)}
		want = {k: v for k, v in o.items()
		        if isinstance(v, np.ndarray) and v.dtype.kind in "fiub"
		        and k != "long"}
		want.update({"list.0": o["list"][0], "last.0": o["last"][0],
		             "objects.0.in": np.ones(3), "f.2.key": np.ones((2, 1)),
		             "seed.1": o["seed"][1]})
		for protocol in 2, 3, 4, 5:
		    p = pickle.dumps(o, protocol)
		    with zipfile.ZipFile("x%d.pt" % protocol, "w") as z:
		        z.writestr("x/data.pkl", p)
		    with open("y%d.pt" % protocol, "wb") as f:
		        for x in 0x1950a86a20f9469cfc6c, 1001, {"little_endian": True}:
		            f.write(pickle.dumps(x, 2))
		        f.write(p + pickle.dumps([], 2))
		np.savez("want.npz", **want)
		np.savez("other.npz", **{k: o[k] for k in ("texts", "when", "long")})
	END
	for f in {x,y}{2..5}.pt; do
		wstat $f >/dev/null
		run -0 --separate-stderr wprune -s 0 $f -o $f.safetensors
		[[ $stderr == *"$f:texts: of a dtype that safetensors does not \
have: left out, as 3 tensors in all"* ]]
		# Those as NPZ has them, and two copies are alike.
		diff <(wstat --hash $f | grep OTHER | cut -d, -f2-) \
			<(wstat --hash other.npz | tail -n +2 | cut -d, -f2-)
		wcmp -q $f x2.pt
		spzip -c $f | spzcat | cmp - $f
	done
	py <<-'END'
		want = np.load("want.npz")
		for f in "x2", "x3", "x4", "x5", "y2", "y3", "y4", "y5":
		    got, _ = st.load(f + ".pt.safetensors")
		    rest = {k for k in got if k not in want}
		    assert rest and all(k[:3] in ("rng", "gen") for k in rest), rest
		    for k in want:
		        w = want[k]
		        assert got[k].dtype == w.dtype.newbyteorder("<"), (f, k)
		        assert got[k].shape == w.shape and (got[k] == w).all(), (f, k)
	END
}

@test "an array whose bytes are not what its shape says is refused" {
	array='def a(shape, data, dtype="f4", order="<"):
    return (b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tC\1btR(K\1"
            + shape + b"cnumpy\ndtype\n(" + u(dtype) + b"K\0K\1tR(K\3" + u(order)
            + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89" + data + b"tb")
def enc(x): return b"c_codecs\nencode\n(" + x + u("latin1") + b"tR"
p = b"\x80\2}" + u("w")
'
	local -A want=(
		['p += a(b"(K\2t", b"C\x08" + bytes(8))']=''
		['p += a(b"(K\2t", enc(b"X\x09\0\0\0\xc3\xa9" + bytes(6) + b"?"))']=''
		['p += a(b"(K\2t", b"C\x07" + bytes(7))']='more bytes or fewer'
		['p += a(b"(K\2t", b"C\x09" + bytes(9))']='more bytes or fewer'
		['p += a(b"(K\2t", b"N")']='more bytes or fewer'
		['p += a(b"(K\2t", enc(b"X\x10\0\0\0" + b"\xc4\x80" * 8))']='more bytes or fewer'
		['p += a(b"(K\2t", enc(b"X\1\0\0\0\xc3"))']='more bytes or fewer'
		['p += a(b"(J\xff\xff\xff\xfft", b"C\x00")']='a shape that no file'
		['p += a(b"N", b"C\x04" + bytes(4))']='a shape that no file'
		['p += a(b"(" + b"\x8a\x08" + b"\xff" * 7 + b"\x7f" + b"K\4t", b"C\0")']='a shape that no file'
	)
	for code in "${!want[@]}"; do
		pickled "$array$code + b's.'"
		if [ -z "${want[$code]}" ]; then
			wstat x.pt | rows | cut -d, -f2-5 | diff - <(echo w,F32,2,2)
		else
			refused "wstat: x.pt:w: a tensor with *${want[$code]}*" \
				limited wstat x.pt
		fi
	done
	# A class of ml_dtypes instead of a code; of others the size is known.
	array=${array//u(dtype)/dtype}
	pickled "$array"'p += a(b"(K\2t", b"C\4\x80\x3f\0\x40", b"cml_dtypes\nbfloat16\n") + b"s."'
	wstat x.pt | cut -d, -f2-5,10,11 | tail -n 1 | diff - <(echo w,BF16,2,2,1,2)
	int4='p += a(b"(K\2t", b"C\2ab", b"cml_dtypes\nint4\n") + b"s."'
	pickled "$array$int4"
	refused 'wstat: x.pt:w: a tensor with a dtype of numpy that is not known*' \
		wstat x.pt
	pickled "${array/'J\xff\xff\xff\xffJ'/'K\1J'}$int4"
	wstat x.pt | rows | cut -d, -f2-5 | diff - <(echo w,OTHER,2,2)
	# One array under so many names would be much to copy; a gigabyte is.
	[ -n "${FULL:-}" ] || return 0
	pickled "$array"'p = (b"\x80\2]" + a(b"J\0\0\x80\0\x85", b"B\0\0\0\2"
		+ bytes(1 << 25)) + b"q\0a" + b"h\0a" * 40 + b".")'
	refused 'wstat: x.pt:32: *more repeated elements than*' wstat x.pt
}

@test "a class that is called is named, and a name alone is nothing" {
	pickled "$tensor_of${objects}o = {'w': 't', 'f': os.system}; p = dumps(o)"
	run -0 --separate-stderr wstat x.pt
	[ -z "$stderr" ]
	for call in 'Call(new("Kind", object), "a")' 'Call(new("_Kind", object))'; do
		pickled "$tensor_of${objects}
Call.__init__ = lambda self, c, *a: setattr(self, 'a', (c, a))
o = {'k': $call, 'w': 't'}; p = dumps(o)"
		for f in x.pt y.pt; do
			run -0 --separate-stderr wstat $f
			[ "${#lines[@]}" -eq 2 ]
			one_message "wstat: $f: a pickle that calls kit.*Kind, \
which is not run; only tensors are read"
		done
	done
	[ ! -e ran ]
}

@test "a pickle that is broken, or too much, is refused" {
	local -A want=(
		['p = b""']='cut short'
		['p = b"\x80\2"']='cut short'
		['p = b"\x80\2X\xff\xff\xff\xff"']='cut short'
		['p = b"\x8d" + b"\xff" * 8']='cut short'
		['p = b"."']='nothing on the stack'
		['p = b"(."']='a mark for a value'
		['p = b"a."']='too few'
		['p = b"t."']='no mark'
		['p = b"NR."']='nothing on the stack'
		['p = b"N)R."']='no global'
		['p = b"h\0."']='nothing was put'
		['p = b"Nr\0\0\0\x7f."']='out of turn'
		['p = b"](Nu."']=''
		['p = b"}(Nu."']='without a value'
		['p = b"ctorch\nSize\nNR."']='without arguments'
		['p = b"N" * (1 << 22)']='values'
		['p = b"]" * 99 + b"a" * 98 + b"."']='deep'
		['p = b"]q\0h\0a."']='deep'
		['p = b"ckit\nA\n)\x81Na" + b"NNs."']='members for what has none'
		['p = b"]Naq\0" + b"".join(b"](h%ch%ch%ch%ceq%c" % ((i,) * 4 + (i + 1,)) for i in range(40)) + b"."']='members in all'
	)
	for code in "${!want[@]}"; do
		pickled "$code"
		refused "wstat: x.pt:*${want[$code]}*" limited wstat x.pt
		refused "wstat: y.pt:*" limited wstat y.pt
	done
}

@test "a tensor that its storage does not hold is refused" {
	local -A want=(
		['p = t(1, (2, 2), (2, 1)) + b"."']='ends 5 elements into its storage of 4'
		['p = t(0, (2, 3), (3, 1)) + b"."']='ends 6 elements'
		['p = t(-1, (2, 2), (2, 1)) + b"."']='no shape'
		['p = t(0, (2, -2), (2, 1)) + b"."']='no shape'
		['p = t(0, (2, 2), (-2, 1)) + b"."']='no shape'
		['p = t(0, (2, 2), (1,)) + b"."']='no shape'
		['p = t(0, (2**31-1, 2**31-1, 2**31-1), (0, 0, 0)) + b"."']='no file can have'
		['p = t(0, (2**31-1, 2**31-1), (0, 0)) + b"."']='repeated'
		['p = t(0, (2, 2), (2**31-1, 2**31-1)) + b"."']='ends'
		['p = t(0, (1,) * 65, (1,) * 65) + b"."']='no shape'
		['p = t(0, (2, 2), (2, 1)).replace(b"torch\nFloatStorage", b"torch\nfloat32") + b"."']=''
		['p = t(0, (2, 2), (2, 1)).replace(u("0"), u("1")) + b"."']='is not there'
		['p = t(0, (2, 2), (2, 1)).replace(u("storage"), b"N") + b"."']=''
		['p = t(0, (2, 2), (2, 1))[:-2] + b"}" + u("neg") + b"\x88stR."']='resolve_neg'
		['p = t(0, (2, 2), (2, 1))[:-2] + b"}" + u("conj") + b"\x88stR."']='resolve_conj'
	)
	for code in "${!want[@]}"; do
		pickled "$tensor_of$code"
		refused "wstat: x.pt:*${want[$code]}*" limited wstat x.pt
		refused "wstat: y.pt:*" limited wstat y.pt
	done
	# A dict by its members, by pairs as Python 2 has it, and by another.
	x='b"ccollections\nOrderedDict\n(' a='u("a") + t(0, (2, 2), (2, 1)) + b'
	for code in "b'}' + $a's.'" "$x](](\" + $a\"eetR.\"" "$x}\" + $a\"stR.\"" \
		"$x((\" + $a\"tttR.\"" "b'}(' + $a'u.'" "b'(' + $a'd.'"; do
		pickled "${tensor_of}p = $code"
		for f in x.pt y.pt; do
			wstat $f | rows | diff - <(echo "$f,a,F32,2x2,4,4")
		done
	done
	pickled "${tensor_of}p = b'}' + u('a') + b'Ns.'"
	run -0 --separate-stderr wstat x.pt
	one_message 'wstat: x.pt: no tensor is in it'
}

@test "two tensors of one name are listed, and refused where names count" {
	pickled "${tensor_of}x = t(0, (2, 2), (2, 1)); p = (
		b'}(' + u('a.b') + x + u('a') + b'}(' + u('b') + x + b'uu.')"
	wstat x.pt | rows | diff - <(printf 'x.pt,a.b,F32,2x2,4,4\n%.0s' 1 2)
	pickled "${tensor_of}p = b'}' + u('a.b') + t(0, (2, 2), (2, 1)) + b's.'"
	mv y.pt one.pt
	pickled "${tensor_of}x = t(0, (2, 2), (2, 1)); p = (
		b'}(' + u('a.b') + x + u('a') + b'}(' + u('b') + x + b'uu.')"
	for args in 'wprune -s 0 x.pt -o out' 'wcmp x.pt x.pt' 'wcmp one.pt x.pt' \
		'wstat --hist x.pt' \
		'wprune -m @x.pt one.pt -o out' \
		'wprune -s 0 --score file:x.pt one.pt -o out'; do
		refused "${args%% *}: x.pt:a.b: two tensors of this name; *" \
			limited $args
		[ ! -e out ]
	done
}

@test "an ONNX file that is broken, or leads elsewhere, is refused" {
	onnx() { # FIELDS of a tensor, MESSAGE
		"$PYTHON" - "$1" <<-'END'
			import sys
			def m(number, body):
			    return bytes([number << 3 | 2, len(body)]) + body
			def v(number, x):
			    return bytes([number << 3]) + x
			def e(k, v):
			    return m(13, m(1, k.encode()) + m(2, v.encode()))
			t = eval(sys.argv[1])
			open("x.onnx", "wb").write(
			    b"\x08\x09" + m(7, m(5, m(8, b"w") + t)))
		END
		[ $# -lt 2 ] || refused "wstat: x.onnx:*$2*" limited wstat x.onnx
	}
	onnx 'm(1, b"\2") + v(2, b"\1") + m(9, bytes(8))'
	wstat x.onnx | rows | diff - <(echo x.onnx,w,F32,2,2,2)
	onnx 'm(1, b"\2") + v(2, b"\1") + m(9, bytes(7))' 'type and shape need 8'
	# Six bits each, four in three bytes; or each in a number of its own.
	onnx 'm(1, b"\6") + v(2, b"\x1b") + m(9, b"\x41\x20\x0c\x41\2")'
	wstat --hash x.onnx >want
	[[ $(tail -n 1 want) == x.onnx,w,F6_E2M3,6,6,* ]]
	onnx 'm(1, b"\6") + v(2, b"\x1b") + m(5, b"\1\1\2\3\1\x09")'
	wstat --hash x.onnx | diff want -
	onnx 'm(1, b"\6") + v(2, b"\x1c") + m(5, b"\1\1\2\3\1")' 'need 5'
	onnx 'm(1, b"\2") + v(2, b"\x63") + m(9, bytes(8))'
	run -0 --separate-stderr wstat x.onnx
	one_message 'wstat: x.onnx: w is left out: type 99, *not known*'
	onnx 'm(1, b"\2") + v(2, b"\1")' 'need 8'
	onnx 'm(1, b"\2") + v(2, b"\1") + m(9, bytes(8)) + m(4, bytes(8))' 'two kinds'
	onnx 'm(1, b"\2") + v(2, b"\17") + v(10, b"\1")' 'size varies'
	onnx 'm(1, b"\2") + v(2, b"\1") + m(9, bytes(8)) * 2' 'two raw_data'
	onnx 'm(1, b"\2") + v(2, b"\1") + m(10, bytes(8))' "another type"
	onnx 'm(1, b"\xff" * 9 + b"\1") + v(2, b"\1")' 'negative'
	onnx 'm(1, b"\xff" * 11) + v(2, b"\1")' '64 bits'
	onnx 'm(1, b"\1" * 65) + v(2, b"\1")' '64 dimensions'
	onnx 'm(1, (b"\xff" * 8 + b"\x7f") * 2) + v(2, b"\1")' 'no file can have'
	onnx 'b"\x0a\x7f\1"' 'ends behind'
	onnx 'b"\x0b"' 'unknown kind'
	onnx 'bytes(2)' 'no number'
	onnx 'b"\x80\x80\x80\x80\x10\0"' 'no number'
	onnx 'm(8, b"a\0b")' 'NUL'
	onnx 'm(1, b"\2") + v(2, b"\7") + m(7, b"\1")' 'need 16'
	echo 12345678 >apart
	mkdir below
	echo 12345678 >below/apart
	for name in apart below/apart; do
		onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', '$name') + e('offset', '1') + e('length', '8')"
		wstat x.onnx | rows | diff - <(echo x.onnx,w,F32,2,2,0)
	done
	for name in ../apart /etc/passwd below/../apart '' below//apart 'a\\\\b' ./../x; do
		onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', '$name')" \
			'expected a file beside the model'
	done
	onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', 'apart') + e('offset', '2')" 'has 9'
	onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', 'apart') + e('offset', '-1')" 'no number'
	onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', 'apart') + e('length', '4')" 'need 8'
	onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', 'gone')"
	run -2 --separate-stderr wstat x.onnx
	one_message 'wstat: *gone: cannot open*'
	mkfifo pipe
	onnx "m(1, b'\\2') + v(2, b'\\1') + v(14, b'\\1') + e('location', 'pipe')"
	run -2 --separate-stderr wstat x.onnx
	one_message 'wstat: *pipe: is not a regular file*'
}

@test "spzip packs tensors alike, whatever they are kept in" {
	pickled "${tensor_of}p = b'}' + u('a') + t(0, (500, 400), (400, 1)) + b's.'"
	py <<-'END'
		import struct, zipfile
		a = rng.standard_normal((500, 400)).astype("<f4")
		a[abs(a) < 1.6] = 0
		np.save("a.npy", a)
		np.savez("a.npz", a=a)
		def sized(p):
		    return p.replace(b"K\4tQ", b"J" + struct.pack("<i", a.size) + b"tQ")
		p = sized(zipfile.ZipFile("x.pt").read("x/data.pkl"))
		with zipfile.ZipFile("a.pt", "w") as z:
		    z.writestr("x/data.pkl", p)
		    z.writestr("x/data/0", a.tobytes())
		y = sized(open("y.pt", "rb").read()[:-24])
		open("a-old.pt", "wb").write(y + struct.pack("<Q", a.size) + a.tobytes())
		def m(number, body):
		    n, head = len(body), bytes([number << 3 | 2])
		    while n >= 128: head += bytes([n & 127 | 128]); n >>= 7
		    return head + bytes([n]) + body
		open("a.onnx", "wb").write(b"\x08\x09" + m(7, m(5, m(8, b"a")
		    + m(1, b"\xf4\3\x90\3") + b"\x10\1" + m(9, a.tobytes()))))
		def text(s): return struct.pack("<Q", len(s)) + s.encode()
		head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0)
		head += text("a") + struct.pack("<IQQIQ", 2, 400, 500, 0, 0)
		open("a.gguf", "wb").write(head + bytes(-len(head) % 32) + a.tobytes())
		np.save("c.npy", a.view("<c8"))
		np.save("b.npy", a.astype(">f4"))
	END
	nwant=$(spzip -c a.npy | wc -c)
	for f in a.npz a.pt a-old.pt a.onnx a.gguf c.npy b.npy; do
		spzip -c $f >packed
		[ "$(wc -c <packed)" -le $((nwant + nwant / 500 + 500)) ] ||
			{ echo "$f: $(wc -c <packed); $nwant"; false; }
		spzcat packed | cmp - $f
		spzip -l -v packed | grep -q 'F32.* \(a\|data\)$'
	done
	# A file cut short, or changed while it is read, is packed all the same.
	for f in a.pt a-old.pt a.onnx a.gguf; do
		for n in 100 1000 700000; do
			head -c $n $f | spzip -c | spzcat | cmp - <(head -c $n $f)
			head -c $n $f >cut
			spzip -c cut | spzcat | cmp - cut
		done
	done
}
