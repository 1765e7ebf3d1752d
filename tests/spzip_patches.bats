#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# spzip --base: bases of any format, bases that do not help or are not there,
# and many of them.

# shellcheck disable=SC2154 # stderr is set by run
load helper
load weights

# The array "a" as it was and as it is, in every format, as old.X and new.X.
checkpoints() {
	py <<-'END'
		import struct, zipfile

		def pickled(n, shape):
		    """What torch.save({"a": tensor}) pickles."""
		    def word(s): return b"X" + struct.pack("<I", len(s)) + s.encode()
		    def num(k): return b"J" + struct.pack("<i", k)
		    storage = (b"(" + word("storage") + b"ctorch\nFloatStorage\n"
		               + word("0") + word("cpu") + num(n) + b"tQ")
		    sizes = b"(" + b"".join(map(num, shape)) + b"t"
		    strides = b"(" + num(shape[1]) + num(1) + b"t"
		    return (b"\x80\x02}(" + word("a")
		            + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage
		            + num(0) + sizes + strides + b"\x89"
		            + b"ccollections\nOrderedDict\n)RtRu.")

		def onnx(a):
		    def m(number, body):
		        n, head = len(body), bytes([number << 3 | 2])
		        while n >= 128:
		            head += bytes([n & 127 | 128]); n >>= 7
		        return head + bytes([n]) + body
		    return b"\x08\x09" + m(7, m(5, m(8, b"a") +
		        m(1, b"\xf4\3\x90\3") + b"\x10\1" + m(9, a.tobytes())))

		def gguf(a):
		    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 0)
		    head += struct.pack("<Q", 1) + b"a"
		    head += struct.pack("<IQQIQ", 2, 400, 500, 0, 0)
		    return head + bytes(-len(head) % 32) + a.tobytes()

		old = (rng.standard_normal((500, 400)) * 0.02).astype("<f4")
		some = rng.random(old.shape) < 0.02
		new = np.where(some, np.nextafter(old, np.float32(1)), old)
		for name, a in ("old", old), ("new", new):
		    st.save(name + ".safetensors", {"a": a})
		    np.savez(name + ".npz", a=a)
		    open(name + ".onnx", "wb").write(onnx(a))
		    open(name + ".gguf", "wb").write(gguf(a))
		    with zipfile.ZipFile(name + ".pt", "w") as z:
		        z.writestr("x/data.pkl", pickled(a.size, a.shape))
		        z.writestr("x/data/0", a.tobytes())
		    np.save(name + ".complex.npy", a.view("<c8"))
		    np.save(name + ".npy", a)
	END
}

size() {
	stat -c %s "$1"
}

@test "tensors are paired across formats" {
	local old new best
	checkpoints
	spzip -c --base old.safetensors new.safetensors >packed
	best=$(size packed)
	[ $((best * 50)) -lt "$(size new.safetensors)" ]
	for old in safetensors npz onnx gguf pt; do
		for new in safetensors npz onnx gguf pt; do
			spzip -c --base old.$old new.$new >packed
			[ "$(size packed)" -lt $((best + 700)) ] ||
				{ echo "$old $new: $(size packed)"; false; }
			spzip -dc --base old.$old packed | cmp - new.$new
		done
	done
}

@test "complex numbers are differences in pairs" {
	checkpoints
	spzip -c --base old.complex.npy new.complex.npy >packed
	[ $(($(size packed) * 50)) -lt "$(size new.complex.npy)" ]
	spzip -dc --base old.complex.npy packed | cmp - new.complex.npy
}

@test "it is said if nothing has a pair" {
	checkpoints
	run -0 --separate-stderr spzip -c --base old.npy new.safetensors
	[ "$stderr" = 'spzip: note: new.safetensors: none of its tensors has the name, dtype and shape of one in old.npy; it is coded without a base' ]
	run -0 --separate-stderr spzip -c --base old.npy --base old.npz \
		new.complex.npy
	[[ $stderr == *' in old.npy or the other bases; '* ]]
	run -0 --separate-stderr spzip -c --base "$ROOT/README.md" new.npy
	[[ $stderr == *'README.md: no tensors are known in it; '* ]]
	run -0 --separate-stderr spzip -qc --base old.npy new.safetensors
	[ -z "$stderr" ]
	run -0 --separate-stderr spzip -c --base old.npz new.safetensors
	[ -z "$stderr" ]
}

@test "nothing is written of a patch whose base is not there" {
	local new base
	checkpoints
	for new in safetensors npz gguf; do
		spzip -k --base old.$new new.$new
		for base in '' --base=new.safetensors; do
			status=0
			spzip -dc $base new.$new.spzip >out 2>err || status=$?
			[ $status -eq 1 ] && [ ! -s out ] && grep -q "'old.$new'" err
		done
	done
	# of a pipe, too, that begins as patches do
	for base in '' --base=new.safetensors; do
		status=0
		spzip -dc $base <new.safetensors.spzip >out 2>err || status=$?
		[ $status -eq 1 ] && [ ! -s out ]
		status=0
		spzip -dc $base < <(cat new.safetensors.spzip) >out 2>err ||
			status=$?
		[ $status -eq 1 ] && [ ! -s out ] && grep -q "'old.safetensors'" err
	done
	spzip -dc --base old.safetensors < <(cat new.safetensors.spzip) |
		cmp - new.safetensors
	# a base of the right length is read before it is believed
	py <<-'END'
		b = bytearray(open("old.safetensors", "rb").read())
		b[-1] ^= 1
		open("other", "wb").write(b)
	END
	run -1 --separate-stderr spzip -dc --base other new.safetensors.spzip
	[ -z "$output" ]
	[[ $stderr == *': the base other has the CRC-32 '*"; expected 'old.safetensors' of CRC-32 "* ]]
	# pairs that do not help need no base
	py <<-'END'
		st.save("far.safetensors",
		    {"a": rng.laplace(size=(500, 400)).astype("<f4")})
	END
	spzip -c --base old.safetensors far.safetensors >packed
	spzip -dc packed | cmp - far.safetensors
	spzip -dc <packed | cmp - far.safetensors
	spzip -t packed
}

@test "a directory of more files than may be open at once" {
	local k
	checkpoints
	mkdir many
	for k in {1..150}; do
		printf %s "$k" >many/"$k"
	done
	cp old.safetensors many/x
	(ulimit -S -n 100 && spzip -k --base many new.safetensors &&
		spzip -dc --base many new.safetensors.spzip | cmp - new.safetensors)
	(ulimit -n 100 && ! spzip -c --base many new.safetensors >out 2>err)
	grep -q '151 bases are too many .* 100 are allowed; ulimit -n ' err
}
