#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What is not a weight file is named, with the way out, and from a pipe no more
# is read than it takes to see that.

load helper
load weights

# One small file of each kind, made by its own tool where Python has one, else
# its first bytes by hand.
samples() {
	py <<-'END'
		import bz2, gzip, io, json, lzma, pickle, struct, tarfile, zipfile, zlib
		def put(name, data):
		    open(name, "wb").write(data)
		def zipped(name, *members):
		    with zipfile.ZipFile(name, "w") as z:
		        for m in members:
		            z.writestr(m, bytes(20))
		a = np.arange(6, dtype="<f4")
		np.save("good.npy", a)
		good = open("good.npy", "rb").read()
		zipped("torch.pt", "archive/data.pkl", "archive/byteorder",
		       "archive/data/0", "archive/version")
		zipped("script.pt", "net/data/0", "net/constants.pkl", "net/code/x.py")
		zipped("keras.keras", "metadata.json", "config.json",
		       "model.weights.h5")
		zipped("exported.pt2", "e/data/weights/weight_0", "e/byteorder")
		zipped("plain.zip", "README")
		# The blobs of a package: how many, version 2; then each, marked.
		put("coreml.bin", struct.pack("<II56xIIQQ40x", 1, 2, 0xdeadbeef,
		                              1, 24, 128) + good[-24:])
		for level in 0, 1, 3, 9:
		    put(f"joblib{level}.joblib", zlib.compress(pickle.dumps(a), level))
		zipped("empty.zip")
		np.savez("w.npz", a)
		np.savez_compressed("deflated.npz", a)
		old = pickle.dumps(0x1950a86a20f9469cfc6c, 2)
		put("legacy.pth", old + pickle.dumps(1001, 2))
		put("legacy4.pth", b"\x80\4" + old[2:])
		for p in 2, 3, 4, 5:
		    put(f"dict{p}.pkl", pickle.dumps({"w": [1.5, 2]}, p))
		    put(f"list{p}.pkl", pickle.dumps([1.5, 2], p))
		    put(f"object{p}.pkl", pickle.dumps(io.StringIO("x"), p))
		put("a.onnx", b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x02\x0a\x00")
		put("b.onnx", b"\x08\x03:\x02\x0a\x00B\x02\x10\x09")
		put("saved_model.pb", b"\x08\x01\x12\x84\x05\x0a\x10\x0a\x00")
		# How Saver kept a variable of so many dimensions before 2017.
		for ndim in 1, 9, 5000:
		    def field(number, x):
		        return bytes([8 * number + 2]) + var(len(x)) + x
		    def var(n):
		        return bytes([n & 127 | (n > 127) << 7]) + (var(n >> 7) if n > 127 else b"")
		    head = field(1, field(1, field(1, b"w") + field(2, field(2, b"\x08\2") * ndim)))
		    put(f"v1-{ndim}.ckpt", b"\0\0" + var(len(head)) + head + bytes(90))
		put("checkpoint", b'model_checkpoint_path: "m-9"\n')
		put("m-9.meta", b"\x0a\x8a\1\x12" + bytes(200))
		put("m-9.index", b"")
		put("coreml.mlmodel", b"\x08\x04\x12\xa4\x01\x0a\x20\x0a\x05image" + bytes(9))
		put("flax.msgpack", b"\x81\xa6params\x82\xa7Dense_0" + bytes(20))
		put("engine.trt", b"ftrt" + bytes(40))
		put("engine.plan", b"ptrt" + bytes(40))
		put("model.pte", b"\x3c\0\0\0ET12" + bytes(40))
		put("model.rten", b"RTEN\2\0\0\0" + bytes(40))
		put("data.mdb", bytes(16) + b"\xde\xc0\xef\xbe" + bytes(40))
		put("a.nc", b"CDF\1" + bytes(40))
		put("a.tif", b"II*\0\x08" + bytes(40))
		put("prog.wasm", b"\0asm\1\0\0\0" + bytes(40))
		put("lora.ggla", b"algg\1\0\0\0" + bytes(16))
		put("net.params", b"\x12\1" + bytes(14) + b"\2" + bytes(20))
		for p in 0, 1:
		    put(f"dict{p}.pkl", pickle.dumps({"w": [1.5, 2]}, p))
		put("array0.pkl", pickle.dumps(a, 0))
		put("a.tflite", b"\x1c\0\0\0TFL3" + bytes(40))
		put("a.gguf", b"GGUF\3\0\0\0" + bytes(16))
		put("old.ggml", b"tjgg\3\0\0\0" + bytes(16))
		put("a.h5", b"\x89HDF\r\n\x1a\n\0" + bytes(500))
		put("b512.h5", bytes(512) + b"\x89HDF\r\n\x1a\n" + bytes(99))
		put("b1024.h5", bytes(1024) + b"\x89HDF\r\n\x1a\n")
		put("lfs", b"version https://git-lfs.github.com/spec/v1\n"
		    b"oid sha256:" + b"0" * 64 + b"\nsize 548105171\n")
		put("page", b"\n <!DOCTYPE html>\n<html lang=en><body>404\n")
		put("page2", b"\xef\xbb\xbf<HTML>\n")
		put("xml", b"<?xml version='1.0'?><Error><Code>AccessDenied</Code>\n")
		put("model.safetensors.index.json", json.dumps({
		    "metadata": {"total_size": 24},
		    "weight_map": {"a": "model-00001-of-00002.safetensors"}},
		    indent=2).encode())
		put("config.json", b'{\n  "vocab_size": 50257\n}\n')
		put("list.json", b"[1, 2]\n")
		np.save("object.npy", np.array([{}, a], dtype=object))
		put("w.gz", gzip.compress(good))
		put("w.bz2", bz2.compress(good))
		put("w.xz", lzma.compress(good))
		put("w.zst", b"\x28\xb5\x2f\xfd\x20\x98" + bytes(20))
		put("w.lz4", b"\x04\x22\x4d\x18" + bytes(20))
		put("w.7z", b"7z\xbc\xaf\x27\x1c\0\4" + bytes(20))
		with tarfile.open("w.tar", "w") as t:
		    t.add("good.npy")
		put("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20))
		put("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(20))
		put("a.parquet", b"PAR1\x15\4" + bytes(40))
		put("a.mat", b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124))
		put("v73.mat", b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) +
		    b"\x89HDF\r\n\x1a\n")
		put("a.pdf", b"%PDF-1.7\n%\xe2\xe3\n")
		put("prog", b"\x7fELF\2\1\1" + bytes(40))
		put("numbers", b"0.5 -2 1e-3\n4 5 6\n")
		put("numbers.csv", b"0.5,-2,1e-3\n4,5,6\n")
		put("log.csv", b"step,loss\n0,2.5\n")
		put("blanks", b"01234567 {\"a\": 1}\n")
		put("object", b"abcdefgh{\"a\": 1}\n")
		put("prose", b"Entry not found\n")
		put("y", b"y\n" * 40000)
		# By chance their numbers begin as other files do.
		put("variables.data-00000-of-00001", b"\x78\x9c\x10\x3f" + bytes(60))
		put("net.onnx.data", b"\x80\2}q" + bytes(60))
		put("net.onnx_data", bytes(60))
		for name in "ov.bin", "nc.bin", "group1-shard1of2", "lone.bin":
		    put(name, b"\x81\xa1a\x3f" + bytes(range(99)))
		for name in "ov.xml", "nc.param", "model.json":
		    put(name, b"")
	END
	spzip -k good.npy
}

# A file and what its message says.
kinds() {
	cat <<-'END'
		script.pt a PyTorch file*
		keras.keras a Keras file (a zip); expected *: trimtab(7) *
		exported.pt2 an exported program *.pt2); *torch.export.load*
		plain.zip a zip file; expected NPY or safetensors: unzip *
		dict[02-5].pkl a Python pickle, *not opened*
		array0.pkl a Python pickle, *not opened*
		list[2-5].pkl a Python pickle, *not opened*
		object[2-5].pkl a Python pickle, *not opened*
		saved_model.pb a TensorFlow SavedModel; *
		v1-*.ckpt a TensorFlow checkpoint of before 2017 *load_checkpoint*
		checkpoint the note *: name that one's .index file
		coreml.mlmodel a Core ML file; *converted*
		coreml.bin the weights of a Core ML package; *converted*
		flax.msgpack a MessagePack file, as of Flax; *safetensors*
		engine.trt a TensorRT engine; *
		engine.plan a TensorRT engine; *
		model.pte an ExecuTorch program; *exported*
		model.rten an RTen model; *converted*
		data.mdb an LMDB database; *
		a.nc a netCDF file; *
		a.tif a TIFF picture; *
		prog.wasm a program (WebAssembly); *
		lora.ggla an old GGML adapter; *
		net.params an MXNet file; *
		a.tflite a TFLite file; *converted*
		old.ggml an old GGML file; *
		a.h5 an HDF5 file; *h5dump*
		b512.h5 an HDF5 file; *h5dump*
		b1024.h5 an HDF5 file; *h5dump*
		lfs a Git LFS pointer, *'git lfs pull'*
		page* an HTML page; *download*
		xml an XML text; *
		config.json JSON text; *
		list.json JSON text; *
		object.npy NPY of Python objects (a pickle), *not opened*
		w.gz gzip data; *zcat*
		w.bz2 bzip2 data; *bzcat*
		joblib[0-9].joblib zlib data, *joblib.load*
		w.xz xz data; *xzcat*
		w.zst zstd data; *zstdcat*
		w.lz4 lz4 data; *
		w.7z a 7z archive; *
		w.tar a tar archive; *tar -xf*
		a.png a PNG picture; *
		a.jpg a JPEG picture; *
		a.parquet a Parquet table; *
		a.mat a MATLAB file; *
		v73.mat a MATLAB 7.3 file, which is HDF5; *h5dump*
		a.pdf a PDF document; *
		prog a program or library (ELF); *
		numbers numbers in text; *numpy*loadtxt*
		numbers.csv numbers in text; *delimiter*
		log.csv CSV text; *
		blanks *text*
		object *text*
		prose neither NPY nor safetensors but text; expected weights
		y neither NPY nor safetensors but text; expected weights
		good.npy.spzip an spzip file; *spzcat*
	END
}

# The same of what only its name tells.
named() {
	cat <<-'END'
		variables.data-00000-of-00001 a shard of a TensorFlow checkpoint; *
		m-9.meta the graph of a TensorFlow checkpoint; *: name the .index *
		net.onnx?data external data of an ONNX model; *: name the .onnx *
		ov.bin the weights of an OpenVINO model; *converted*
		nc.bin the weights of an ncnn model; *converted*
		group1-shard1of2 a shard of a TensorFlow.js model; *converted*
	END
}

@test "numbers that another file tells the meaning of are known by their name" {
	samples
	mkdir deep
	cp -- *.bin ov.xml nc.param net.onnx_data group1-* model.json m-9.* deep
	cp variables.data-* deep
	while read -r files message; do
		for f in $files deep/$files; do
			refused "wstat: $f: $message" wstat "$f"
			[[ $stderr != *--raw* ]]
			refused "wprune: $f: $message" wprune -s .5 "$f" -o out
		done
	done < <(named)
	# What nothing lies beside is not, and what text says comes first.
	refused 'wstat: lone.bin: a MessagePack file*' wstat lone.bin
	rm ov.xml
	refused 'wstat: ov.bin: a MessagePack file*' wstat ov.bin
	cp lfs variables.data-00000-of-00001
	refused 'wstat: *: a Git LFS pointer*' wstat variables.data-00000-of-00001
	[ "$(wstat --raw f32 net.onnx_data | wc -l)" -eq 2 ]
}

@test "what is not a weight file is named, and never --raw suggested" {
	samples
	while read -r files message; do
		for f in $files; do
			echo "$f"
			echo "wstat: $f: $message" >>want
		done
	done < <(kinds) >names
	mapfile -t names <names
	mapfile -t want <want
	run -2 --separate-stderr wstat "${names[@]}"
	[ -z "$output" ]
	[[ $stderr != *--raw* ]]
	[ "${#stderr_lines[@]}" -eq "${#names[@]}" ]
	told=("${stderr_lines[@]}")
	for at in "${!names[@]}"; do
		# shellcheck disable=SC2053 # a pattern
		[[ ${told[at]} == ${want[at]} ]] ||
			{ echo "${told[at]} / ${want[at]}"; false; }
		# The same from a pipe, of which nothing is spooled; an index
		# has to be a file, and the end of a zip be seen.
		[[ ${names[at]} != @(config.json|*.pt|*.pt2|*.keras|plain.zip) ]] ||
			continue
		run -2 env TMPDIR=/nonexistent wstat < <(cat "${names[at]}")
		[ "$output" = "${told[at]/${names[at]}/<stdin>}" ] ||
			{ echo "$output / ${told[at]}"; false; }
	done
}

@test "a zip without members is an NPZ of no arrays, as wprune writes masks" {
	samples
	wprune -q -s .5 empty.zip | cmp - empty.zip
	[ "$(wstat empty.zip | wc -l)" -eq 1 ]
	[ "$(cat empty.zip | wstat | wc -l)" -eq 1 ]
	py <<<'st.save("bias.safetensors", {"b": np.arange(4, dtype="<f4")})'
	wprune -q -s .5 --mask-out mask.npz bias.safetensors -o out
	py <<<'assert len(np.load("mask.npz").files) == 0'
	wprune -q -m mask.npz bias.safetensors | cmp - bias.safetensors
}

@test "wprune names them as wstat does, and spzip packs them all the same" {
	samples
	refused 'wprune: keras.keras: a Keras file*' wprune -s .5 keras.keras -o out
	refused 'wprune: lfs: a Git LFS pointer*' wprune -t 1 lfs -o out
	refused 'wprune: y: neither*' wprune -s .5 --in-place y
	for f in torch.pt w.npz object.npy model.safetensors.index.json lfs; do
		spzip -c "$f" | spzcat | cmp - "$f"
	done
}

@test "a mask that is none is named, too" {
	samples
	while read -r file message; do
		refused "wprune: $message*" wprune -m "$file" good.npy -o out
		[[ $stderr != *--raw* ]]
	done <<-'END'
		torch.pt torch.pt: a byteorder that is neither
		w.npz w.npz:arr_0: masks a tensor that good.npy has not
		legacy.pth legacy.pth: pickle: cut short
		a.onnx good.npy: no tensor that the mask names
		lfs lfs: a Git LFS pointer, not the file itself; expected a mask in
		model.safetensors.index.json model-00001-of-00002.safetensors: cannot open
		numbers.csv numbers.csv: numbers in text; expected a mask in
		log.csv log.csv: CSV text; expected a mask in
		prose prose: text; expected a mask in
		good.npy good.npy:data: no mask of 6 elements; expected U8
	END
	head -c 99 /dev/zero >zeros
	refused 'wprune: zeros: not a safetensors file; expected a mask*' \
		wprune -m zeros good.npy -o out
	: >nothing
	refused 'wprune: nothing: an empty file; expected a mask*' \
		wprune -m nothing good.npy -o out
	# The zeros of what is no weight file are no mask either.
	refused 'wprune: a.h5: an HDF5 file; expected NPY*' \
		wprune -m @a.h5 good.npy -o out
	refused 'wstat: lfs: a Git LFS pointer*' wstat --check mask=lfs good.npy
}

@test "--raw does not prune a file to pieces that has a format" {
	samples
	for f in torch.pt w.npz a.h5 a.gguf a.tflite a.png w.zst w.tar v1-1.ckpt; do
		cp "$f" before
		run -2 --separate-stderr wprune --raw f32 -s .5 --in-place "$f"
		one_message "wprune: $f: a*; expected plain numbers*" ||
			one_message "wprune: $f: zstd data; expected plain numbers*"
		cmp "$f" before
	done
}

# Writes blocks of $1 (Python) after a header, and to "count" how much was
# taken.
endless() {
	"$PYTHON" -S -c 'import os, struct, sys
block, n = eval(sys.argv[1]), 0
sys.stdout.flush()
try:
    while n < 1 << 28:
        n += os.write(1, block)
except BrokenPipeError:
    pass
open("count", "w").write(str(n))' "$1"
}

# Refused, with little of the pipe taken and nothing spooled.
little() {
	local message=$1 block=$2
	shift 2
	run -2 --separate-stderr timeout 20 env TMPDIR=/nonexistent "$@" \
		< <(endless "$block")
	one_message "$message"
	await [ -s count ]
	[ "$(cat count)" -lt 400000 ] || { cat count; false; }
	rm count
}

@test "a pipe that cannot be weights is refused on its first bytes" {
	little '*but text*' 'b"y\n" * 2000' wstat
	little '*but text*' 'b"y\n" * 2000' wprune -s .5 -o out
	little '*neither*' 'bytes(5000)' wstat
	little '*neither*' 'os.urandom(5000)' wstat
	little '*gzip*' 'b"\x1f\x8b\x08\0" * 2000' wprune -t 1
	little '*NPY version 9*' 'b"\x93NUMPY\x09\0" * 1000' wstat
	little '*NPY header of 4294967295*' \
		'b"\x93NUMPY\2\0\xff\xff\xff\xff{}".ljust(999)' wstat
	little '*safetensors header of*' \
		'struct.pack("<Q", 1 << 40) + b"{\"a\": ".ljust(999)' wstat
	echo 'np.save("a.npy", np.ones(4))' | py
	little '*expected a mask*' 'bytes(5000)' wprune -m /dev/stdin -o out a.npy
	run -2 --separate-stderr timeout 20 env TMPDIR=/nonexistent \
		wstat /dev/zero /dev/urandom
	[ "${#stderr_lines[@]}" -eq 2 ]
	[ -z "$(compgen -G 'out*')" ]
}

# Runs the rest where at most 1 MB can be spooled.
bounded() {
	bash -c 'ulimit -f 1000; exec timeout 20 "$@"' - "$@"
}

@test "a pipe is spooled as far as its header says, then refused if it goes on" {
	f32 1 2 3 4 5 6 >six
	py <<-'END'
		a = rng.standard_normal((40, 50)).astype("<f4")
		np.save("a.npy", a)
		st.save("a.st", {"a": a})
		np.save("small.npy", a[:2, :3])
	END
	for f in a.npy a.st small.npy; do
		wstat "$f" | tail -n +2 >want
		bounded wstat < <(cat "$f") | tail -n +2 >got
		[ "${want#*,}" = "${got#*,}" ]
		wprune -s .5 "$f" >want
		wprune -s .5 < <(cat "$f") | cmp - want
		for more in 'printf x' yes 'cat a.npy' 'cat /dev/zero'; do
			run -2 --separate-stderr bounded wprune -s .5 -o out \
				< <(cat "$f"; $more 2>/dev/null)
			one_message 'wprune: <stdin>: goes on where*'
		done
		run -2 --separate-stderr wprune -s .5 -o out \
			< <(head -c -1 "$f")
		one_message 'wprune: <stdin>: * bytes of data; *promises*'
	done
	run -0 wstat --raw f32,2,3 < <(cat six)
	run -2 --separate-stderr bounded wstat --raw f32,2,3 < <(yes)
	one_message 'wstat: <stdin>: goes on where*'
	run -2 --separate-stderr bounded wstat --raw f32,2,4 < <(cat six)
	one_message 'wstat: <stdin>: 24 bytes; the shape given needs 32'
	[ -z "$(compgen -G 'out*')" ]
	# Without a shape there is no bound but the room in TMPDIR.
	run -2 --separate-stderr bounded wstat --raw f32 < <(yes)
	one_message 'wstat: <stdin>: cannot spool to $TMPDIR: *'
}

@test "a header that a pipe cuts short is told as a file's" {
	py <<-'END'
		np.save("a.npy", np.ones((4, 5), "<f4"))
		st.save("a.st", {"a": np.ones((4, 5), "<f4")})
	END
	for f in a.npy a.st; do
		for ((n = 0; n < 130; n += 7)); do
			head -c $n $f >begin
			run -2 --separate-stderr wstat begin
			file=${stderr#wstat: begin: }
			run -2 --separate-stderr wstat < <(cat begin)
			one_message "wstat: <stdin>: *"
			[ "${stderr#wstat: <stdin>: }" = "$file" ] ||
				{ echo "$n: $stderr / $file"; false; }
		done
	done
}

@test "bytes after the array of an NPY file are remarked and kept" {
	py <<-'END'
		a = np.arange(1, 7, dtype="<f4")
		np.save("one.npy", a)
		one = open("one.npy", "rb").read()
		open("rest.npy", "wb").write(one + b"trailing")
		with open("two.npy", "wb") as f:
		    np.save(f, a); np.save(f, a)
	END
	run -0 --separate-stderr wprune -k 3 rest.npy -o x
	[ "$stderr" = "wprune: rest.npy: 8 bytes follow the array; they are left as they are" ]
	[ "$(tail -c 8 x)" = trailing ]
	run -0 --separate-stderr wprune -k 3 two.npy -o x
	[[ $stderr == "wprune: two.npy: 152 bytes follow the array, and are a second one; "* ]]
	cmp <(tail -c 152 x) one.npy
	run -0 --separate-stderr wstat two.npy rest.npy one.npy
	[ "${#stderr_lines[@]}" -eq 2 ] && [ "${#lines[@]}" -eq 4 ]
	run -0 --separate-stderr wstat -q two.npy
	[ -z "$stderr" ]
}

@test "bfloat16 and float8 in NPY are named, and the way out works" {
	py <<-'END'
		a = rng.standard_normal((4, 5)).astype("<f4")
		np.save("b.npy", (a.view("<u4") >> 16).astype("<u2").view("V2"))
		np.save("f8.npy", np.zeros((2, 2), "V1"))
		np.save("a.npy", a)
		np.save("v8.npy", np.zeros((2, 2), "V8"))
		np.save("c.npy", a.astype("c8"))
	END
	sed 's/|V1/<f1/' f8.npy >f1.npy
	run -0 --separate-stderr wstat b.npy f8.npy f1.npy v8.npy c.npy
	[ "${#stderr_lines[@]}" -eq 2 ]
	[[ ${stderr_lines[0]} == 'wstat: b.npy: '*bfloat16*ml_dtypes* ]]
	[[ ${stderr_lines[1]} == 'wstat: f8.npy: '*float8*ml_dtypes* ]]
	[[ $output == *f1.npy,data,F8_E5M2,* ]]
	[[ $stderr != *--raw* ]]
	refused 'wprune: b.npy: *bfloat16*trimtab(7)*' wprune -s .5 b.npy -o out
	refused 'wprune: c.npy: dtype C*' wprune -s .5 c.npy -o out
	# The recipe of trimtab(7).
	"$NUMPY" -c 'import numpy as n
a = n.load("b.npy").view("<u2").astype("<u4") << 16
n.save("OUT.npy", a.view("<f4"))'
	wprune -s .5 OUT.npy -o x
	py <<-'END'
		a, b = np.load("a.npy"), np.load("OUT.npy")
		assert a.shape == b.shape and abs(a - b).max() < 0.02
	END
}
