#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# spzip: byte-exact on anything, gzip's manners, and no trust in its input.

load helper

# Files of every kind the tests need, made once.
setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	"$NUMPY" - <<-'END'
	import json, struct
	import numpy as np

	r = np.random.default_rng(5)
	w = (r.standard_normal((512, 256)) * 0.02).astype("<f4")

	def prune(w, s):
	    t = np.sort(np.abs(w), axis=None)[int(w.size * s)]
	    return np.where(np.abs(w) < t, 0, w).astype(w.dtype)

	w.tofile("dense.f32")
	prune(w, 0.9).tofile("p90.f32")
	w = w[:128, :128]
	for name, dtype in (("f32", "<f4"), ("f64", "<f8"), ("f16", "<f2"),
	                    ("be", ">f4"), ("i32", "<i4"), ("u8", "|u1")):
	    a = w.astype(dtype) if dtype[1] == "f" else \
	        (w * 1000).astype(dtype)
	    np.save(name + "-dense.npy", a)
	    np.save(name + "-sparse.npy", prune(w, 0.9).astype(dtype)
	            if dtype[1] == "f" else a * (a > 20))
	np.save("fortran.npy", np.asfortranarray(prune(w, 0.5)))
	np.save("scalar.npy", np.float32(1))
	np.save("none.npy", np.zeros((0, 3), "<f4"))
	np.save("wide.npy", prune(w, 0.5).astype("<f8"))
	special = prune(w, 0.8)
	special[::7] *= np.float32(-0.0)
	bits = special.view("<u4")
	bits[3::11] = 0x7fc12345
	bits[5::13] = 0xff800000
	bits[6::17] = 0x00000001
	np.save("special.npy", special)
	np.savez("arrays.npz", a=w, b=prune(w, 0.5))
	head, data = {}, b""
	for i, a in enumerate((w, prune(w, 0.5), prune(w, 0.9)[0],
	                       w[:0], w.astype("<f2"))):
	    raw = a.tobytes()
	    head["t%d" % i] = {
	        "dtype": "F16" if a.itemsize == 2 else "F32",
	        "shape": list(a.shape),
	        "data_offsets": [len(data), len(data) + len(raw)]}
	    data += raw
	text = json.dumps(head).encode()
	open("model.safetensors", "wb").write(
	    struct.pack("<Q", len(text)) + text + data)
	open("random", "wb").write(r.bytes(100000))
	open("cut.npy", "wb").write(open("f32-sparse.npy", "rb").read()[:9999])
	open("lie.npy", "wb").write(open("f32-sparse.npy", "rb").read()
	                            .replace(b"(128,", b"(999,"))
	END
	: >empty
	printf x >one
	seq 20000 >text
	cp /bin/ls elf
	head -c 3000000 /dev/zero >zeros
}

# A directory of our own: bats keeps files in the one of the test.
setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return 1
}

# Copies files from setup_file() here.
give() {
	for f; do cp "$BATS_FILE_TMPDIR/$f" .; done
}

size() {
	stat -c %s "$1"
}

@test "any file comes back byte for byte, and grows by hardly anything" {
	for f in "$BATS_FILE_TMPDIR"/*; do
		spzip -c "$f" >packed
		spzip -dc <packed | cmp - "$f" || { echo "$f"; false; }
		[ "$(size packed)" -le $(($(size "$f") * 10005 / 10000 + 120)) ] ||
			{ echo "$f grows to $(size packed)"; false; }
	done
}

@test "every level gives the same bytes back" {
	for f in text elf special.npy arrays.npz; do
		for level in 1 9; do
			spzip -c -$level "$BATS_FILE_TMPDIR/$f" | spzip -dc |
				cmp - "$BATS_FILE_TMPDIR/$f"
		done
	done
}

@test "an empty file costs 72 bytes, one byte 95" {
	[ "$(printf '' | spzip | wc -c)" -eq 72 ]
	[ "$(printf x | spzip | wc -c)" -eq 95 ]
}

@test "a file and a pipe, and any number of threads, give the same frames" {
	head -c 1500000 /dev/urandom >big
	cat "$BATS_FILE_TMPDIR/model.safetensors" >>big
	for f in big "$BATS_FILE_TMPDIR/model.safetensors"; do
		spzip -T1 -c "$f" >one
		spzip -T4 -c "$f" | cmp - one
		spzip -T4 -dc <one | cmp - "$f"
		# a pipe's length is not in the header
		head -c -0 "$f" | spzip | tail -c +29 | head -c -44 >pipe
		tail -c +29 one | head -c -44 | cmp - pipe
	done
}

@test "pruned weights are smaller than with gzip and xz, near the limit" {
	give dense.f32 p90.f32
	xz=$(xz -9e <p90.f32 | wc -c)
	gz=$(gzip -9 <p90.f32 | wc -c)
	packed=$(spzip --raw f32 <p90.f32 | wc -c)
	[ "$packed" -lt "$gz" ]
	[ "$packed" -lt "$xz" ]
	# Gaussian, 90 %: 11.35 : 1 is the limit; one small chunk has one table
	[ $((packed * 1100)) -lt $((100 * $(size p90.f32))) ]
	[ $((100 * $(spzip --raw f32 <dense.f32 | wc -c))) -lt \
		$((84 * $(size dense.f32))) ]
}

@test "headerless numbers are recognised by their width" {
	give p90.f32
	told=$(spzip --raw f32 <p90.f32 | wc -c)
	guessed=$(spzip <p90.f32 | wc -c)
	[ "$guessed" -le "$told" ]
}

@test "elements that begin at any byte, and either byte order, cost the same" {
	give p90.f32 f32-sparse.npy
	first=$(spzip <p90.f32 | wc -c)
	for k in 1 2 3; do
		(head -c $k /dev/zero; cat p90.f32) >shifted
		spzip <shifted >packed
		[ "$(size packed)" -le $((first + 4)) ] ||
			{ echo "$k: $(size packed), not $first"; false; }
		spzcat <packed | cmp - shifted
	done
	"$NUMPY" -c 'import numpy
w = numpy.load("f32-sparse.npy")
numpy.save("big.npy", w.astype(">f4"))'
	[ "$(spzip <big.npy | wc -c)" -eq "$(spzip <f32-sparse.npy | wc -c)" ]
}

@test "arrays in an NPZ are packed as arrays of a safetensors file are" {
	"$NUMPY" - "$ROOT/tests" <<-'END'
	import io, sys, zipfile
	sys.path.insert(0, sys.argv[1])
	sys.dont_write_bytecode = True
	import numpy as np, safetensors

	r = np.random.default_rng(1)
	w = {}
	for i in range(6):
	    a = (r.standard_normal((300, 250 + i)) * 0.02).astype("<f4")
	    w["layer.%d" % i] = np.where(abs(a) < 0.03, 0, a).astype("<f4")
	safetensors.save("w.safetensors", w)
	np.savez("w.npz", **w)
	np.savez_compressed("deflated.npz", **w)
	big = {k: a.astype(">f4", order="F") for k, a in w.items()}
	np.savez("big.npz", **big)

	class Pipe(io.RawIOBase):
	    """Not seekable: sizes stand behind the members."""
	    def __init__(self, f): self.f = f
	    def writable(self): return True
	    def write(self, b): return self.f.write(b)

	with open("piped.npz", "wb") as f, \
	        zipfile.ZipFile(Pipe(f), "w") as z:
	    for name, a in w.items():
	        b = io.BytesIO()
	        np.save(b, a)
	        z.writestr(name + ".npy", b.getvalue())
	data = open("w.npz", "rb").read()
	open("cut.npz", "wb").write(data[:len(data) * 2 // 3])
	open("lie.npz", "wb").write(
	    data.replace(b"(300, 251)", b"(999, 251)"))
	open("joined.npz", "wb").write(b"PK\7\x08" + data)
	END
	first=$(spzip <w.safetensors | wc -c)
	for f in *.npz; do
		spzip -T2 -c $f >packed
		spzip -t packed
		spzcat packed | cmp - $f
		head -c -0 $f | spzip | tail -c +29 | head -c -44 >pipe
		tail -c +29 packed | head -c -44 | cmp - pipe
	done
	for f in w big; do
		# within 1 %, with a local header and an entry for each of six
		packed=$(spzip <$f.npz | wc -c)
		[ $((packed * 100)) -le $((first * 101 + 6 * 20000)) ] ||
			{ echo "$f: $packed, not $first"; false; }
	done
	spzip -c w.npz | spzip -lv >list
	grep -q ' F32 .* 300x255 layer.5$' list
	spzip -c cut.npz | spzip -lv | grep -q ' F32 .* 300x253 layer.3$'
	spzip -c big.npz | spzip -lv | grep -q ' F32 .* 300x255 layer.5$'
}

@test "integers in bytes take no sign bit, at any level" {
	"$NUMPY" -c 'import numpy
r = numpy.random.default_rng(1)
w = (r.standard_normal(1 << 19) * 20).round().clip(-127, 127)
w.astype("i1").tofile("w.i8")
p = numpy.bincount((w + 127).astype(int)) / w.size
p = p[p > 0]
print(int((-p * numpy.log2(p)).sum() * w.size / 8))' >entropy
	for level in 1 6 9; do
		packed=$(spzip -$level --raw i8 <w.i8 | wc -c)
		[ $((packed * 1000)) -lt $((1010 * $(cat entropy))) ] ||
			{ echo "-$level: $packed, $(cat entropy)"; false; }
	done
}

@test "f32 kept as f64 costs no more than f32" {
	give wide.npy fortran.npy
	[ "$(spzip <wide.npy | wc -c)" -le "$(($(spzip <fortran.npy | wc -c) + 200))" ]
}

@test "a file is replaced, with its mode and time, and restored" {
	give p90.f32
	chmod 640 p90.f32
	touch -d '2001-02-03 04:05:06' p90.f32
	spzip p90.f32
	only_files p90.f32.spzip
	[ "$(stat -c '%a %Y' p90.f32.spzip)" = "640 $(date -d '2001-02-03 04:05:06' +%s)" ]
	spzip -d p90.f32.spzip
	only_files p90.f32
	[ "$(stat -c '%a %Y' p90.f32)" = "640 $(date -d '2001-02-03 04:05:06' +%s)" ]
	cmp p90.f32 "$BATS_FILE_TMPDIR/p90.f32"
}

@test "-k, -c and -o keep the input" {
	give one
	spzip -k one
	only_files one one.spzip
	spzip -c one | cmp - one.spzip
	spzip one -o two
	cmp two one.spzip
	rm one
	spzip -dk one.spzip
	only_files one one.spzip two
	spzip -d two -o three
	cmp one three
	spzcat one.spzip | cmp - one
	only_files one one.spzip two three
}

@test "unspzip and spzcat are spzip -d and spzip -dc" {
	give text
	spzip -k text
	spzcat text.spzip | cmp - text
	mv text was
	unspzip text.spzip
	cmp text was
	only_files text was
}

@test "options combine as letters, and the last action wins" {
	give text
	spzip -zkv9 text 2>err
	grep -q '^spzip: text: 108894 -> ' err
	rm text
	spzip -zdk text.spzip
	cmp text "$BATS_FILE_TMPDIR/text"
	run -0 spzip -dt text.spzip
	run -1 spzip -10 text
	run -1 spzip -T x text
	run -1 spzip -T 2000 text
	only_files text text.spzip err
}

@test "an existing output needs -f" {
	give text one
	cp one text.spzip
	run -2 --separate-stderr spzip text
	one_message 'spzip: text.spzip: exists already; -f overwrites it'
	cmp one text.spzip
	run -2 --separate-stderr spzip -q text
	[ -z "$stderr" ]
	run -2 spzip one -o text.spzip
	spzip -f text
	spzcat text.spzip | cmp - "$BATS_FILE_TMPDIR/text"
	only_files one text.spzip
}

@test "no output goes to a part of a model that is looked at later" {
	"$PYTHON" - <<-'EOF'
		import json, struct
		for i in "12":
		    head = json.dumps({i: {"dtype": "F32", "shape": [20, 20],
		                           "data_offsets": [0, 1600]}}).encode()
		    with open(i + ".safetensors", "wb") as f:
		        f.write(struct.pack("<Q", len(head)) + head)
		        f.write(struct.pack("<400f", *range(400)))
		with open("m.index.json", "w") as f:
		    json.dump({"weight_map": {i: i + ".safetensors"
		                              for i in "12"}}, f)
	EOF
	cp 1.safetensors other.safetensors
	cp 2.safetensors before
	for order in 'other.safetensors m.index.json' \
		'm.index.json other.safetensors'; do
		# shellcheck disable=SC2086 # two words
		run -1 --separate-stderr sh -c "spzip --predict .5 $order >>2.safetensors"
		[[ $stderr == 'spzip: m.index.json: is input and output at once'* ]]
		cmp before 2.safetensors
	done
	spzip --predict .5 other.safetensors m.index.json >>table
	[ "$(wc -l <table)" -eq 4 ]
}

@test "input and output may not be the same file" {
	give text
	run -1 --separate-stderr spzip -f text -o text
	[[ $stderr == 'spzip: text: is input and output at once'* ]]
	# nor is it told to overwrite it
	said=$stderr
	run -1 --separate-stderr spzip text -o text
	[ "$stderr" = "$said" ]
	ln -s text link
	run -1 spzip -f text -o link
	cmp text "$BATS_FILE_TMPDIR/text"
}

@test "a file with the suffix is left alone, without it not decompressed" {
	give one
	spzip one
	run -2 --separate-stderr spzip one.spzip
	one_message 'spzip: one.spzip: already has suffix .spzip; left unchanged'
	cp one.spzip odd
	run -2 --separate-stderr spzip -d odd
	one_message 'spzip: odd: unknown suffix; expected .spzip, skipped'
	run -2 spzip -df odd
	only_files one.spzip odd
	spzip -dc odd | cmp - "$BATS_FILE_TMPDIR/one"
	spzip -f one.spzip
	only_files one.spzip.spzip odd
}

@test "decompressing tries the name with the suffix" {
	give one
	spzip one
	spzip -t one
	spzip -d one
	only_files one
}

@test "standard input is not a file called -.spzip" {
	echo mine >text
	spzip <text >piped
	echo another | spzip >./-.spzip
	[ "$(spzip -dc <piped)" = mine ]
	[ "$(spzip -dc - <piped)" = mine ]
	run -0 spzip -l <piped
	[[ $output != *'-.spzip'* ]]
}

@test "-S sets the suffix" {
	give one
	spzip -S .x one
	only_files one.x
	run -2 spzip -d one.x
	spzip -d -S .x one.x
	only_files one
	run -1 spzip -S '' one
	run -1 spzip -S a/b one
	only_files one
}

@test "what is no plain file is skipped with a warning" {
	give one
	mkdir dir
	mkfifo fifo
	ln -s one link
	ln one hard
	for f in dir fifo link one; do
		run -2 --separate-stderr spzip $f
		one_message "spzip: $f: *; skipped*"
		run -2 --separate-stderr spzip -q $f
		[ -z "$stderr" ]
	done
	run -2 spzip -f dir
	run -2 spzip -c dir
	run -2 spzip -t dir
	run -2 spzip -l dir
	run -2 spzip -f fifo
	only_files one dir fifo link hard
	spzip -f link
	only_files one dir fifo hard link.spzip
	spzip -f hard
	only_files one dir fifo hard.spzip link.spzip
	for f in hard link; do spzcat $f | cmp - one; done
	chmod +t one
	run -2 --separate-stderr spzip one
	one_message 'spzip: one: is sticky; skipped'
}

@test "what stands in the output's place is not written through" {
	give one text
	cp one keep
	cp text was
	for made in 'mkfifo text.spzip' 'ln -s keep text.spzip' \
		'ln -s /dev/null text.spzip' 'ln -s none text.spzip'; do
		$made
		run -2 --separate-stderr spzip text
		one_message 'spzip: text.spzip: exists already; *'
		spzip -f text
		[ "$(stat -c %F text.spzip)" = 'regular file' ]
		spzip -d text.spzip
		only_files keep one text was
		cmp text was
	done
	cmp keep one
	spzip one
	mv one.spzip -- -.spzip
	spzip -d -- -.spzip
	only_files - keep text was
}

@test "an input is not appended to itself" {
	give text
	run -1 --separate-stderr bash -c 'spzip -c text >>text'
	one_message "spzip: 'text' is input and output; *"
	cmp text "$BATS_FILE_TMPDIR/text"
}

@test "a file whose group cannot be kept is not opened to another one" {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	give one
	chmod 674 one
	chown 12345:12345 one
	setpriv --bounding-set=-chown spzip one
	[ "$(stat -c %a one.spzip)" = 644 ]
}

# Begins to compress a file that takes a while, and stops in the middle; $tmp
# leads to what it has written, which has no name.
begin() {
	seq 600000 >text
	sum=$(cksum <text)
	spzip -9 -T1 text 2>err 3>&- &
	pid=$!
	has_begun() {
		tmp=$(find -L /proc/$pid/fd -links 0 -size +100k) && [ "$tmp" ]
	}
	await has_begun
	kill -STOP $pid
	[ -e "$tmp" ]
}

# Lets it go on; it has to fail with that status and leave the input alone.
go_on() {
	kill -CONT $pid
	wait $pid && status=0 || status=$?
	[ "$status" -eq "$1" ]
	rm err
	only_files text
}

@test "ended in the middle, it leaves the input and nothing else" {
	begin
	kill -TERM $pid
	go_on 143
	[ "$(cksum <text)" = "$sum" ]
}

@test "an output that was damaged is not taken for the input" {
	begin
	printf 'x' | dd of="$tmp" bs=1 seek=5000 conv=notrunc status=none
	go_on 1 || { cat err; false; }
	[ "$(cksum <text)" = "$sum" ]
}

@test "an input that changes is not removed" {
	begin
	echo more >>text
	go_on 1
	[ "$(cksum <text)" = "$( (seq 600000 && echo more) | cksum)" ]
}

@test "an input that is touched is not removed, and named once" {
	begin
	touch text
	kill -CONT $pid
	wait $pid && status=0 || status=$?
	[ "$status" -eq 1 ]
	[ "$(cat err)" = \
		'spzip: text: changed while it was read; expected it to stay the same' ]
	rm err
	only_files text
}

@test "an input that another file replaces is not removed" {
	begin
	echo other >new
	mv new text
	kill -CONT $pid
	wait $pid && status=0 || status=$?
	[ "$status" -eq 2 ]
	[ "$(cat err)" = \
		'spzip: text: changed or was replaced since it was read; not removed' ]
	[ "$(cat text)" = other ]
	[ "$(spzcat text.spzip | cksum)" = "$sum" ]
}

@test "-r enters directories" {
	mkdir -p d/e
	give one text
	cp one text d
	cp one d/e
	run -0 spzip -r d
	[ "$(find d -type f | sort | tr '\n' ' ')" = \
		'd/e/one.spzip d/one.spzip d/text.spzip ' ]
	echo plain >d/plain
	run -0 --separate-stderr spzip -tr d
	[ -z "$stderr" ]
	run -0 --separate-stderr spzip -dr d
	[ -z "$stderr" ]
	cmp d/e/one one
	cmp d/text text
	spzip -r d
	run -0 --separate-stderr spzip -r d
	[ -z "$stderr" ]
	run -2 spzip -r d d/text.spzip
	run -0 bash -c 'spzip -lr d d/plain.spzip | grep -c compressed'
	[ "$output" -eq 1 ]
}

@test ".spz is known as what it was called once, and as another format" {
	give text
	spzip -c text >text.spz
	mv text was
	spzip -tv text.spz
	run -0 spzip -d text.spz
	cmp text was
	only_files text was
	printf 'NGSP\2\0\0\0' >splat
	gzip -c splat >splat.spz
	for f in splat splat.spz; do
		run -1 --separate-stderr spzip -dc $f
		one_message "spzip: $f: a Gaussian splat file, *"
	done
	gzip -c text >text.gz
	run -1 --separate-stderr spzip -dc text.gz
	one_message 'spzip: text.gz: not in spzip format'
	# as an input it is a file like others, and nothing that -r looks for
	mkdir d
	mv splat.spz d
	run -0 spzip -dr d
	spzip -r d
	only_files text was splat text.gz d d/splat.spz.spzip
	spzcat d/splat.spz.spzip | gzip -dc | cmp - splat
}

@test "file(1) names compressed files by the entry that is installed" {
	command -v file >/dev/null || skip 'no file(1)'
	give text
	spzip text
	run -0 file -b -m "$ROOT/cmd/spzip.magic" text.spzip
	[ "$output" = 'spzip compressed data, format version 1, original size 108894' ]
}

@test "several files: a bad one does not stop the others" {
	give one text
	run -1 --separate-stderr spzip one missing text
	one_message 'spzip: missing: cannot open: No such file or directory'
	only_files one.spzip text.spzip
	echo junk >junk.spzip
	run -1 --separate-stderr spzip -d one.spzip junk.spzip text.spzip
	one_message 'spzip: junk.spzip: not in spzip format'
	only_files one text junk.spzip
	mkdir dir
	run -1 spzip dir missing
	run -2 spzip dir one
	spzip -c text one.spzip | spzip -dc | head -c 108894 | cmp - text
}

@test "standard input among files" {
	give one text
	spzip -k one text
	cat one text one >want
	spzip -dc one.spzip - one.spzip <text.spzip | cmp - want
}

@test "a file named like an option comes after --" {
	give one
	mv one -- -d
	spzip -- -d
	only_files -d.spzip
	spzip -d -- -d.spzip
	only_files -d
}

@test "joined files, zeros between and after them" {
	give one text
	for f in one text; do
		spzip -c "$f"
		head -c 1000 /dev/zero
	done >both
	cat one text >want
	run -0 spzip -t both
	spzip -dc <both | cmp - want
}

@test "garbage after compressed data is a warning, and the output is kept" {
	give text
	spzip text
	echo garbage >>text.spzip
	run -2 --separate-stderr spzip -t text.spzip
	one_message 'spzip: text.spzip: trailing garbage ignored'
	run -2 spzip -d text.spzip
	cmp text "$BATS_FILE_TMPDIR/text"
	(spzip -c text; echo garbage) >text.spzip
	run -2 --separate-stderr spzip -l text.spzip
	one_message 'spzip: text.spzip: trailing garbage ignored'
}

@test "-dcf copies what is not compressed" {
	give text one
	spzip -k one
	run -1 spzip -dc text
	spzip -dcf text | cmp - text
	spzip -dcf one.spzip text | cmp - <(cat one text)
	printf '' | spzip -dcf | cmp - /dev/null
	printf '\323S' | spzip -dcf | cmp - <(printf '\323S')
	# also what stands behind a member, as gzip does
	cat one.spzip text >mixed
	run -0 --separate-stderr spzip -dcf mixed
	[ -z "$stderr" ]
	spzip -dcf mixed | cmp - <(cat one text)
	head -c 20 one.spzip | cat one.spzip - >short
	run -1 spzip -dcf short
}

@test "-t tells what is wrong, and where" {
	give model.safetensors
	spzip model.safetensors
	run -0 --separate-stderr spzip -tv model.safetensors.spzip
	[ "$stderr" = 'spzip: model.safetensors.spzip: OK' ]
	printf '\377' | dd of=model.safetensors.spzip bs=1 seek=40000 \
		conv=notrunc status=none
	run -1 --separate-stderr spzip -t model.safetensors.spzip
	one_message 'spzip: model.safetensors.spzip:*: frame is damaged: wrong CRC'
	[ -z "$output" ]
	run -1 spzip -d model.safetensors.spzip
	only_files model.safetensors.spzip
}

@test "a damaged row is named with its tensor" {
	"$NUMPY" -c 'import numpy
w = numpy.random.default_rng(1).standard_normal((3000, 250)).astype("<f4")
numpy.save("w.npy", w)'
	spzip w.npy
	truncate -s -300000 w.npy.spzip
	run -1 --separate-stderr spzip -d w.npy.spzip
	one_message 'spzip: w.npy.spzip:data\[2096:\]: unexpected end of file*'
	only_files w.npy.spzip
}

@test "hostile files are one message, status 1 and no output" {
	give p90.f32
	spzip p90.f32
	mkdir bad
	: >bad/empty.spzip
	printf '\323' >bad/short.spzip
	head -c 20 p90.f32.spzip >bad/header.spzip
	head -c 5000 p90.f32.spzip >bad/cut.spzip
	tail -c +2 p90.f32.spzip >bad/shifted.spzip
	head -c -1 p90.f32.spzip >bad/end.spzip
	gzip -c p90.f32.spzip >bad/gzip.spzip
	"$PYTHON" - <<-'END'
	import struct, zlib

	good = open("p90.f32.spzip", "rb").read()

	def header(data):
	    return data[:24] + struct.pack("<I", zlib.crc32(data[:24])) + \
	        data[28:]

	def frame(kind, payload, n=None):
	    n = len(payload) if n is None else n
	    f = struct.pack("<BxxxI", kind, n) + payload
	    return f + struct.pack("<I", zlib.crc32(f))

	def put(name, data):
	    open("bad/" + name + ".spzip", "wb").write(data)

	put("version", header(good[:8] + b"\0" + good[9:]))
	put("version2", good[:8] + b"\2" + good[9:])
	put("flags", header(good[:10] + b"\1" + good[11:]))
	put("chunk", header(good[:12] + b"\x40" + good[13:]))
	put("claim", good[:28] + frame(2, b"12345", 0xffffffff))
	put("segment", good[:28] + frame(1, bytes(8) + b"x"))
	put("dims", good[:28] + frame(
	    1, struct.pack("<BBBBHHQQ", 14, 0, 2, 4, 0, 0, 1 << 63, 4)))
	put("ndim", good[:28] + frame(
	    1, struct.pack("<BBBBHH", 14, 0, 255, 4, 0, 0) + bytes(8 * 255)))
	put("bomb", good[:28] + frame(
	    2, struct.pack("<IIBB", 1 << 24, 0, 1, 1)))
	put("type", good[:28] + frame(9, b""))
	put("index", good[:28] + frame(3, bytes(16)))
	put("noend", good[:-44])
	put("noheader", good[28:])
	END
	for f in bad/*.spzip; do
		for action in -d -t '-l -q'; do
			run -1 --separate-stderr spzip $action "$f"
			# A place of damage each, nothing else.
			[ "${#stderr_lines[@]}" -gt 0 ]
			for line in "${stderr_lines[@]}"; do
				[[ $line == "spzip: $f"*': '* ]]
			done
			[ -z "$output" ]
		done
	done
	run -1 --separate-stderr spzip -t bad/version.spzip
	[[ $stderr == *'draft 0'*'spzip that wrote it'* ]]
	run -1 --separate-stderr spzip -t bad/version2.spzip
	[[ $stderr == *'version 2'*'newer spzip'* ]]
	PYTHONPATH=$ROOT/examples PYTHONDONTWRITEBYTECODE=1 "$NUMPY" - <<-'END'
	import os
	import spzip

	for name in os.listdir("bad"):
	    try:
	        spzip.decode(open("bad/" + name, "rb").read())
	    except ValueError:
	        continue
	    raise SystemExit("spzip.py accepts " + name)
	END
	run find bad ! -name '*.spzip' -type f
	[ -z "$output" ]
}

@test "--max-size bounds what comes out" {
	give zeros
	spzip zeros
	run -0 spzip -t --max-size 3000000 zeros.spzip
	run -1 --separate-stderr spzip -d --max-size 2999999 zeros.spzip
	[[ $stderr == *'more than 2999999 bytes'* ]]
	only_files zeros.spzip
}

@test "a container that lies about its size is only bytes" {
	give lie.npy cut.npy
	for f in lie.npy cut.npy; do
		spzip -k $f
		spzcat $f.spzip | cmp - $f
	done
}

@test "-l lists what gzip lists, and totals" {
	give text zeros
	spzip -k text zeros
	run -0 spzip -l text.spzip zeros.spzip
	[ "${#lines[@]}" -eq 4 ]
	[ "$(echo "${lines[0]}" | tr -s ' ')" = \
		' compressed uncompressed ratio name' ]
	read -r packed raw _ name <<<"${lines[1]}"
	[ "$packed $raw $name" = "$(size text.spzip) 108894 text.spzip" ]
	read -r packed raw _ name <<<"${lines[3]}"
	[ "$raw $name" = '3108894 (totals)' ]
	run -0 bash -c 'cat text.spzip zeros.spzip | spzip -lq'
	[[ $output == *' 3108894 '*' <stdin>' ]]
	: >empty
	spzip empty
	run -0 spzip -lq empty.spzip
	[[ $output == *'72'*' 0 '*' 0.0% '* ]]
}

@test "-lv shows tensors" {
	give model.safetensors special.npy
	spzip model.safetensors special.npy
	run -0 spzip -lv model.safetensors.spzip
	[[ $output == *' 90.0'*' F32 '*' gaps '*'128x128'* ]] ||
		[[ $output == *' 50.00%'*' F32 '*' bitmap '*'128x128 t1'* ]]
	[[ $output == *' 0.00%'*' F32 '*' dense '*'128x128 t0'* ]]
	[[ $output == *' F16 '*'128x128 t4'* ]]
}

@test "compressed data does not go to a terminal" {
	command -v script >/dev/null || skip 'no script(1)'
	give text
	run -1 script -qec 'spzip <text' /dev/null
	[[ $output == *'not written to a terminal'* ]]
}

@test "an output directory that cannot be written keeps the input" {
	mkdir ro
	give one
	cp one ro
		chmod 555 ro
	run -1 --separate-stderr as_nobody spzip ro/one
	one_message 'spzip: ro/one.spzip: cannot create: Permission denied'
	[ "$(ls ro)" = one ]
	chmod 755 ro
}

@test "a full device keeps the input" {
	give random
	spzip -c random >/dev/full 2>err && status=0 || status=$?
	[ "$status" -eq 1 ]
	grep -q '^spzip: <stdout>: cannot write: No space left' err
	run -1 --separate-stderr spzip random -o /dev/full
	one_message 'spzip: /dev/full: cannot write: No space left*'
	cmp random "$BATS_FILE_TMPDIR/random"
}

@test "memory does not grow with a piped input" {
	skip_if_sanitized 'address space'
	head -c 200000000 /dev/zero | (ulimit -v 300000; spzip -T 2) >zeros.spzip
	(ulimit -v 300000; spzip -T 2 -dc <zeros.spzip) | wc -c >n
	[ "$(cat n)" -eq 200000000 ]
	[ "$(size zeros.spzip)" -lt 20000 ]
}

@test "usage errors are status 1 and touch nothing" {
	give one text
	run -1 spzip -c -o x one
	run -1 spzip -t -o x one
	run -1 spzip -o x one text
	run -1 spzip -r -o x one
	run -1 spzip --raw q7 one
	run -1 spzip --raw f32,x one
	run -1 spzip --raw f32,100 one
	run -1 --separate-stderr bash -c 'head -c 404 text | spzip --raw f32,100'
	one_message 'spzip: <stdin>: 404 bytes; the shape given needs 400'
	run -1 bash -c 'head -c 396 text | spzip --raw f32,100'
	run -0 bash -c 'head -c 400 text | spzip --raw f32,100 | spzip -t'
	only_files one text
}

@test "examples/spzip.py decodes every file as spzip does" {
	mkdir packed
	for f in "$BATS_FILE_TMPDIR"/*; do
		spzip -c "$f" >"packed/$(basename "$f")"
	done
	spzip -c9 "$BATS_FILE_TMPDIR/special.npy" >>packed/special.npy
	PYTHONPATH=$ROOT/examples PYTHONDONTWRITEBYTECODE=1 "$NUMPY" - \
		"$BATS_FILE_TMPDIR" <<-'END'
	import os
	import sys
	import spzip

	for name in sorted(os.listdir("packed")):
	    want = open(os.path.join(sys.argv[1], name), "rb").read()
	    if name == "special.npy":
	        want += want
	    got = spzip.decode(open("packed/" + name, "rb").read())
	    assert got == want, name
	END
}

@test "examples/spzip.py refuses what is damaged" {
	give text
	spzip text
	printf 'x' | dd of=text.spzip bs=1 seek=300 conv=notrunc status=none
	run -1 "$NUMPY" "$ROOT/examples/spzip.py" text.spzip
	[[ $output == *'frame is damaged' ]]
}
