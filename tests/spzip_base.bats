#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# spzip --base: what changed from one checkpoint to the next, there and back.

load helper
load weights

# Checkpoints c0 to c3 of a small network: some weights change a little.
checkpoints() {
	py <<-'END'
		n = rng.standard_normal
		w = {"w": (n((400, 300)) * 0.02).astype("<f4"),
		     "b": n(300).astype("<f4"),
		     "h": n((50, 60)).astype("<f2"),
		     "ids": np.arange(7)}
		for k in range(4):
		    st.save("c%d.safetensors" % k, w)
		    np.save("c%d.npy" % k, w["w"])
		    np.savez("c%d.npz" % k, **w)
		    w["w"].astype("<f4").tofile("c%d.raw" % k)
		    np.save("c%d.big.npy" % k, w["w"].astype(">f4"))
		    for name in "wbh":
		        x = w[name]
		        m = rng.random(x.shape) < 0.05
		        w[name] = np.where(m, np.nextafter(x, x.dtype.type(1)), x)
	END
}

size() {
	stat -c %s "$1"
}

# shellcheck disable=SC2154 # stderr is set by run
@test "a patch is small, and gives the file back with its base" {
	local f
	checkpoints
	for f in 1.safetensors 1.npy 1.npz 1.big.npy; do
		spzip --base "c${f/1/0}" "c$f"
		[ -e "c$f" ]
		spzip -k -c "c$f" >plain
		[ $((20 * $(size "c$f.spzip"))) -lt "$(size plain)" ]
		mv "c$f" want
		spzip -d --patch-from "c${f/1/0}" "c$f.spzip"
		cmp "c$f" want
		[ -e "c$f.spzip" ]
		rm "c$f"
	done
	spzip --raw=f32,400,300 --base c0.raw c1.raw
	[ $((50 * $(size c1.raw.spzip))) -lt "$(size c1.raw)" ]
	spzip -dc --base c0.raw c1.raw.spzip | cmp - c1.raw
}

@test "chains: each base is used where its CRC is asked for" {
	local k
	checkpoints
	mv c0.safetensors first
	cp c3.safetensors last
	spzip --base first c1.safetensors
	spzip --base first --base c1.safetensors.spzip c2.safetensors
	spzip --base c2.safetensors c3.safetensors
	rm c[123].safetensors
	# in any order, from pipes, and to the next that is a patch itself
	spzip -dc --base c2.safetensors.spzip --base c1.safetensors.spzip \
		--base first c3.safetensors.spzip | cmp - last
	spzip -dc --base <(cat first) --base <(cat c1.safetensors.spzip) \
		--base c2.safetensors.spzip <c3.safetensors.spzip | cmp - last
	# a directory of all of them
	spzip -dc --base . c3.safetensors.spzip | cmp - last
	for k in 1 4; do
		spzip -t -T $k --base . c?.safetensors.spzip
	done
	[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -newer last -name '.spzip*')" ]
}

@test "a checkpoint that is as the one before is no base of itself" {
	checkpoints
	cp c0.safetensors p.safetensors
	spzip --base c0.safetensors p.safetensors
	cp c0.safetensors q.safetensors
	spzip --base p.safetensors q.safetensors
	mv c1.safetensors want
	cp want r.safetensors
	spzip --base q.safetensors r.safetensors
	rm [pqr].safetensors
	# all of the first have one content, whatever order they come in
	spzip -dc --base q.safetensors.spzip --base p.safetensors.spzip \
		--base c0.safetensors r.safetensors.spzip | cmp - want
	spzip --base q.safetensors.spzip --base p.safetensors.spzip \
		--base c0.safetensors -c want |
		spzip -dc --base p.safetensors.spzip --base c0.safetensors |
		cmp - want
	spzip c0.safetensors
	spzip -dc --base q.safetensors.spzip --base p.safetensors.spzip \
		--base c0.safetensors.spzip r.safetensors.spzip | cmp - want
	# and without the first it is said what is missing
	run -1 --separate-stderr spzip -t --base q.safetensors.spzip \
		--base p.safetensors.spzip r.safetensors.spzip
	[[ $stderr == *"the base 'c0.safetensors'"* ]]
}

@test "the list says which base is needed, and what has changed" {
	checkpoints
	spzip --base c0.safetensors c1.safetensors
	run -0 spzip -lv c1.safetensors.spzip
	[[ $output == *'needs the base c0.safetensors of '*' bytes, CRC-32 '* ]]
	[[ $output =~ F32\ +delta:[45]\.[0-9]+%\ .*400x300\ w ]]
	run -0 --separate-stderr spzip -lv --json c1.safetensors.spzip
	"$PYTHON" -c 'import json, sys
rows = [json.loads(x) for x in sys.stdin]
(w,) = [r for r in rows if r["tensor"] == "w"]
assert 0.04 < w["changed"] < 0.06, w
(f,) = [r for r in rows if r["members"]]
assert f["base"] == "c0.safetensors", f' <<<"$output"
}

@test "without a base, or with another, nothing is decoded" {
	checkpoints
	spzip --base c0.safetensors c1.safetensors
	mv c1.safetensors want
	run -2 --separate-stderr spzip -t c1.safetensors.spzip
	one_message "*c1.safetensors.spzip: the base 'c0.safetensors' (*expected --base FILE"
	run -1 --separate-stderr spzip -d c1.safetensors.spzip
	one_message "*the base 'c0.safetensors' (* is needed*"
	run -1 --separate-stderr spzip -d --base c0.npy c1.safetensors.spzip
	one_message "*'c0.safetensors'*; c0.npy has * bytes"
	run -1 --separate-stderr spzip -d --base c2.safetensors c1.safetensors.spzip
	one_message "*c2.safetensors has the CRC-32 *; expected 'c0.safetensors'*"
	run -1 --separate-stderr spzip -t --base c2.safetensors c1.safetensors.spzip
	one_message "*c2.safetensors has the CRC-32 *; expected 'c0.safetensors'*"
	run -1 --separate-stderr spzip -d --base c2.safetensors --base c3.safetensors \
		c1.safetensors.spzip
	one_message "*'c0.safetensors'*not among the 2 files*"
	[ ! -e c1.safetensors ]
	run -1 --separate-stderr spzip -d --base c0.safetensors \
		-o c0.safetensors -f c1.safetensors.spzip
	[[ $stderr == *'c0.safetensors: is a base and output at once'* ]]
	run -1 --separate-stderr spzip -d --base nothing c1.safetensors.spzip
	one_message "*nothing: cannot open*"
	run -1 spzip -l --base c0.safetensors c1.safetensors.spzip
	run -1 spzip --rm --base c0.safetensors want
}

@test "a tensor and its rows can be taken out of a patch" {
	checkpoints
	spzip --base c0.safetensors c1.safetensors
	spzip -dc --tensor 'w[10:20]' --raw --base c0.safetensors \
		c1.safetensors.spzip >rows
	py <<-'END'
		w = np.load("c1.npy")
		assert open("rows", "rb").read() == w[10:20].tobytes()
	END
	run -1 --separate-stderr spzip -dc --tensor w c1.safetensors.spzip
	[[ $stderr == *"the base 'c0.safetensors' ("* ]]
}

@test "--predict with a base is the size of the patch, to the byte" {
	local base sparsity
	checkpoints
	spzip -k c0.safetensors
	for base in c0.safetensors c0.safetensors.spzip c0.npz; do
		run -0 spzip -q --predict 0,0.5 --base "$base" c1.safetensors
		for sparsity in 0 0.5; do
			wprune -q -s $sparsity c1.safetensors |
				spzip --base "$base" | wc -c
		done >want
		printf '%s\n' "$output" | awk '{ print $2 }' | cmp - want
		spzip -c c1.safetensors | wc -c >plain
		[ $((20 * $(head -n 1 want))) -lt "$(cat plain)" ]
	done
}

# shellcheck disable=SC2016 # the name of the variable is told
@test "a base that cannot be spooled is named" {
	checkpoints
	spzip -k c0.safetensors
	TMPDIR=/nonexistent run -1 spzip -c --base c0.safetensors.spzip \
		c1.safetensors
	[ "$output" = 'spzip: c0.safetensors.spzip: cannot spool to $TMPDIR: No such file or directory' ]
}

@test "shards are paired by the names of tensors" {
	py <<-'END'
		n = rng.standard_normal
		w = {"l%d" % k: n((50, 80)).astype("<f4") for k in range(6)}
		import os
		os.mkdir("old"), os.mkdir("new")
		keys = list(w)
		st.save("old/a.safetensors", {k: w[k] for k in keys[:2]})
		st.save("old/b.safetensors", {k: w[k] for k in keys[2:]})
		open("old/model.safetensors.index.json", "w").write("{}")
		for k in w:
		    w[k][7, 9] += 1
		st.save("new/a.safetensors", {k: w[k] for k in keys[:3]})
		st.save("new/b.safetensors", {k: w[k] for k in keys[3:]})
	END
	cp -r new want
	spzip -r --base old/model.safetensors.index.json new
	[ "$(cat new/*.spzip | wc -c)" -lt 2000 ]
	rm new/*.safetensors
	spzip -dr --base old new
	cmp new/a.safetensors want/a.safetensors
	cmp new/b.safetensors want/b.safetensors
}

@test "what has no pair is coded as without a base" {
	checkpoints
	py <<-'END'
		n = rng.standard_normal
		st.save("other.safetensors", {"w": n((400, 300)).astype("<f4")})
		st.save("names.safetensors", {"x": n((400, 300)).astype("<f4")})
	END
	spzip -kc other.safetensors >plain
	spzip --base c0.safetensors -c other.safetensors >patch.spzip
	[ "$(size patch.spzip)" -le $(($(size plain) * 10005 / 10000 + 120)) ]
	spzip -dc patch.spzip --base c0.safetensors | cmp - other.safetensors
	# neither needs a base that does not help
	spzip --base c0.safetensors -c names.safetensors | spzip -dc |
		cmp - names.safetensors
	run -0 --separate-stderr spzip --base "$ROOT/README.md" -c c0.npy
	one_message '*README.md: no tensors are known in it*'
	# the same file
	cp c0.safetensors same.safetensors
	spzip --base c0.safetensors same.safetensors
	[ "$(size same.safetensors.spzip)" -lt 900 ]
	spzip -dc --base c0.safetensors same.safetensors.spzip |
		cmp - c0.safetensors
}

@test "examples/spzip.py decodes patches" {
	checkpoints
	spzip --base c0.safetensors c1.safetensors
	spzip -9 --base c0.big.npy c1.big.npy
	"$NUMPY" "$ROOT/examples/spzip.py" c1.safetensors.spzip \
		c3.npy c0.safetensors | cmp - c1.safetensors
	"$NUMPY" "$ROOT/examples/spzip.py" c1.big.npy.spzip c0.big.npy |
		cmp - c1.big.npy
	run -1 "$NUMPY" "$ROOT/examples/spzip.py" c1.safetensors.spzip
	[[ $output == *'a base is needed'* ]]
}

# Frames that no flipped bit makes, since their CRCs are right.
@test "what a member says of its bases and chunks is held to spzip(5)" {
	local name parts want
	checkpoints
	spzip --base c0.safetensors c1.safetensors
	"$PYTHON" - <<-'END'
		import struct, zlib

		def crc(b):
		    return b + struct.pack("<I", zlib.crc32(b))

		data = open("c1.safetensors.spzip", "rb").read()
		frames, at = [], 28
		while at < len(data):
		    n = struct.unpack_from("<I", data, at + 4)[0]
		    frames.append((data[at], data[at + 8:at + 8 + n]))
		    at += 12 + n

		def write(name, change, head=data[:28]):
		    with open(name + ".spzip", "wb") as f:
		        f.write(head)
		        for kind, p in frames:
		            p = change(kind, bytearray(p))
		            f.write(crc(struct.pack("<II", kind, len(p)) + p))

		def base(change):
		    return lambda kind, p: change(p) if kind == 5 else p

		def put(p, at, x):
		    p[at:at + len(x)] = x
		    return p

		def segment(kind, p):
		    if kind == 1 and p[1] & 4:
		        put(p, 8 + 8 * p[2] + 8, b"\1\0\0\0")
		    return p

		write("same", lambda kind, p: p)
		write("reserved", base(lambda p: put(p, 14, b"\1")))
		write("longer", base(lambda p: put(p, 12, b"\x40")))
		write("short", base(lambda p: p[:10]))
		write("named", base(lambda p: p + bytes(300)))
		write("unknown", segment)
		write("chunk", lambda kind, p: p,
		      crc(data[:12] + bytes([10]) + data[13:24]))
	END
	cmp same.spzip c1.safetensors.spzip
	mv c1.safetensors want
	# decoding tells the parts that are lost, a list what is wrong
	while IFS=: read -r name parts want; do
		run -1 --separate-stderr spzip -d --base c0.safetensors \
			"$name.spzip"
		[[ $stderr == *"$name.spzip:w["*": $parts"* ]] ||
			{ echo "$name: $stderr"; false; }
		[ ! -e "$name" ]
		run -1 --separate-stderr spzip -l "$name.spzip"
		[ -z "$output" ]
		one_message "spzip: $name.spzip: $want*"
	done <<-'END'
	reserved:a difference from nothing:base frame is malformed
	longer:a difference from nothing:base frame is malformed
	short:a difference from nothing:base frame of 10 bytes
	named:a difference from nothing:frame of type 5 has 330 bytes
	unknown:a difference in a segment without a base:a segment has an unknown base
	chunk:frame of type 2 has:frame of type 2 has
	END
}
