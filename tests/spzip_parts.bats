#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# spzip: tensors and rows out of a file, what is said to programs, and files
# that are damaged in several places.

load helper

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	"$NUMPY" - "$ROOT/tests" <<-'END'
	import sys
	sys.path.insert(0, sys.argv[1])
	import numpy as np, safetensors

	r = np.random.default_rng(8)
	w = {"fc1.weight": r.standard_normal((1500, 256)).astype("<f4"),
	     "fc1.bias": r.standard_normal(30).astype("<f4"),
	     "fc2.weight": r.standard_normal((512, 300)).astype("<f2"),
	     "odd[0:2]": r.standard_normal((9000,)).astype("<f8"),
	     "ids": np.arange(20000, dtype="<i8").reshape(2, 100, 100),
	     "norm": np.zeros(10, "<f4"), "one": np.array([7], "<i8")}
	safetensors.save("m.safetensors", w)
	np.savez("w.npz", **w)
	np.savez_compressed("deflated.npz", **w)
	np.save("be.npy", w["fc1.weight"].astype(">f4"))
	np.save("fortran.npy", np.asfortranarray(w["fc1.weight"]))
	np.save("scalar.npy", np.float32(7))
	np.save("ids.npy", np.arange(5000))
	END
	spzip -k m.safetensors w.npz deflated.npz be.npy fortran.npy scalar.npy
}

setup() {
	mkdir "$BATS_TEST_TMPDIR/work"
	cd "$BATS_TEST_TMPDIR/work" || return 1
	ln -s "$BATS_FILE_TMPDIR"/* .
}

@test "--tensor: what it writes is what NumPy has in those rows" {
	"$NUMPY" - <<-'END'
	import io, subprocess
	import numpy as np

	def take(*args, file="m.safetensors.spzip"):
	    return subprocess.run(["spzip", "-dc", *args, file], check=True,
	                          stdout=subprocess.PIPE).stdout

	def load(*args, **kw):
	    f = io.BytesIO(take(*args, **kw))
	    a = []
	    while f.tell() < len(f.getvalue()):
	        a.append(np.load(f))
	    return a

	def same(got, want):
	    assert [(g.dtype, g.shape) for g in got] == \
	        [(w.dtype, w.shape) for w in want], got
	    assert all((g == w).all() for g, w in zip(got, want))

	w = np.load("w.npz")
	for name in ("fc1.weight", "fc1.bias", "fc2.weight", "ids"):
	    a = w[name]
	    same(load("--tensor", name), [a])
	    for rows, part in (("[1:2]", a[1:2]), ("[1:]", a[1:]),
	                       ("[:1]", a[:1]), ("[:]", a), ("[1:1]", a[1:1])):
	        same(load("--tensor", name + rows), [part])
	        assert take("--raw", "--tensor", name + rows) == part.tobytes()
	big = w["fc1.weight"]
	same(load("--tensor", "fc1.weight[1020:1030]"), [big[1020:1030]])
	same(load("--tensor", "fc*[3:7]"),
	     [big[3:7], w["fc1.bias"][3:7], w["fc2.weight"][3:7]])
	same(load("--tensor", "fc?.weight"), [big, w["fc2.weight"]])
	same(load("--tensor", r"re:fc\d\.(weight|bias)$[3:7]"),
	     [big[3:7], w["fc1.bias"][3:7], w["fc2.weight"][3:7]])
	same(load("--tensor", "re:fc2"), [w["fc2.weight"]])
	same(load("--tensor", "odd[0:2]"), [w["odd[0:2]"]])
	same(load("--tensor", "odd[0:2][5:9]"), [w["odd[0:2]"][5:9]])
	# other containers, and all that "wstat" lists, however small
	same(load("--tensor", "fc2.weight[7:9]", file="w.npz.spzip"),
	     [w["fc2.weight"][7:9]])
	for f in ("w.npz", "deflated.npz", "m.safetensors"):
	    names = subprocess.run(["wstat", "-f", "csv", f], check=True,
	                           stdout=subprocess.PIPE).stdout.decode()
	    names = [x.split(",")[1] for x in names.splitlines()[1:]]
	    assert sorted(names) == sorted(w.files), names
	    for name in names:
	        same(load("--tensor", name, file=f + ".spzip"), [w[name]])
	same(load("--tensor", "data[7:9]", file="be.npy.spzip"),
	     [big[7:9].astype(">f4")])
	same(load("--tensor", "data", file="fortran.npy.spzip"), [big])
	same(load("--tensor", "data", file="scalar.npy.spzip"),
	     [np.array(7, "<f4")])
	END
}

@test "--tensor: from a pipe, to a file, as plain numbers, BF16" {
	spzip -dc --tensor 'fc1.weight[3:5]' m.safetensors.spzip >want
	spzcat --tensor 'fc1.weight[3:5]' <m.safetensors.spzip | cmp - want
	head -c -0 m.safetensors.spzip |
		spzip -dc --tensor 'fc1.weight[3:5]' | cmp - want
	spzip -d --tensor 'fc1.weight[3:5]' m.safetensors.spzip -o out.npy
	cmp out.npy want
	run -1 --separate-stderr spzip -d --tensor 'fc1.weight[3:5]' \
		m.safetensors.spzip -o out.npy
	one_message 'spzip: out.npy: cannot create: File exists'
	spzip -fd --tensor 'fc1.weight[4:5]' m.safetensors.spzip -o out.npy
	[ "$(stat -c %s out.npy)" -eq $((128 + 1024)) ]
	"$NUMPY" -c 'import numpy as np
w = np.random.default_rng(1).standard_normal(2048).astype("<f4")
(w.view("<u4") >> 16).astype("<u2").tofile("b.raw")'
	spzip --raw bf16,64,32 -c b.raw >b.spzip
	run -0 --separate-stderr spzip -dc --tensor 'data[3:5]' b.spzip
	one_message 'spzip: note: data: NumPy has no BF16; the array*V2'
	spzip -dcq --tensor 'data[3:5]' b.spzip | tail -c 128 |
		cmp - <(tail -c +193 b.raw | head -c 128)
	spzip -dc --tensor 'data[3:5]' --raw b.spzip |
		cmp - <(tail -c +193 b.raw | head -c 128)
	# a value of --raw may stand behind it or be joined
	spzip --raw=bf16,64,32 -c b.raw | cmp - b.spzip
}

# A command, and what it has to say, in pairs of lines.
@test "--tensor: what is wrong is said, with what there is" {
	local args want
	while read -r args && read -r want; do
		eval "run -1 --separate-stderr spzip $args"
		one_message "spzip: $want" || { echo "$args"; false; }
		[ -z "$output" ]
	done <<-'END'
	-dc --tensor fc1.wieght m.safetensors.spzip
	m.safetensors.spzip: no tensor 'fc1.wieght'; nearest is 'fc1.weight'; there are fc1.weight, fc1.bias, *
	-dc --tensor 'layers.*[1:2]' m.safetensors.spzip
	m.safetensors.spzip: no tensor 'layers.\*'; there are fc1.weight, *
	-dc --tensor 're:fc1(' m.safetensors.spzip
	m.safetensors.spzip: 're:fc1(': *
	-dc --tensor 're:nothing' m.safetensors.spzip
	m.safetensors.spzip: no tensor 're:nothing'; there are fc1.weight, *
	-dc --tensor 'fc1.weight[5:1501]' m.safetensors.spzip
	m.safetensors.spzip: fc1.weight has 1500 rows; expected some within \[0:1500\]*
	-dc --tensor 'fc1.weight[7:5]' m.safetensors.spzip
	m.safetensors.spzip: fc1.weight has 1500 rows; expected some within \[0:1500\]*
	-dc --tensor 'fc1.weight[99999999999999999999:]' m.safetensors.spzip
	m.safetensors.spzip: fc1.weight has 1500 rows; expected some within \[0:1500\]*
	-dc --tensor 'fc*[40:41]' m.safetensors.spzip
	m.safetensors.spzip: fc1.bias has 30 rows; expected some within \[0:30\]*
	-dc --tensor 'data[0:2]' fortran.npy.spzip
	fortran.npy.spzip: data is in Fortran order, its rows are not together; expected its name without rows*
	-dc --tensor 'data[0:2]' scalar.npy.spzip
	scalar.npy.spzip: data has no rows; expected its name without rows*
	-dc --tensor x m.safetensors
	m.safetensors: not in spzip format
	-dc --max-size 1000 --tensor fc1.weight m.safetensors.spzip
	m.safetensors.spzip: decodes to more than 1000 bytes, the limit
	-c --tensor x m.safetensors
	--tensor takes from a compressed file; expected -d as well*
	-d --tensor x m.safetensors.spzip
	--tensor replaces no file; expected -c for standard output, or -o FILE*
	-dc --tensor x --tensor y m.safetensors.spzip
	--tensor 'x' and 'y'; expected one, which may be a pattern*
	-dc --tensor x --raw=f32 m.safetensors.spzip
	--raw with --tensor takes no dtype; expected --raw alone*
	--raw m.safetensors
	--raw lacks its value; expected a dtype, *
	-t --keep-damaged m.safetensors.spzip
	--keep-damaged is about what is written; expected -d as well*
	--json m.safetensors
	--json: nothing is printed; expected -l, -t or --predict*
	END
	seq 1000 | spzip >text.spzip
	run -1 --separate-stderr spzip -dc --tensor x text.spzip
	one_message "spzip: text.spzip: no tensor 'x': the file has none, only bytes"
	run find . -type f
	[ "$output" = ./text.spzip ]
}

@test "--tensor reads what it needs and no more" {
	command -v strace >/dev/null || skip 'no strace(1)'
	skip_if_sanitized 'ptrace'
	read_by() {
		strace -f -e trace=read,pread64 -o log spzip "$@" >out &&
			awk '/m.safetensors.spzip/ { next }
			/= [0-9]+$/ && /pread64/ { n += $NF }
			END { print n + 0 }' log
	}
	all=$(stat -L -c %s m.safetensors.spzip)
	part=$(read_by -dc --tensor 'fc2.weight[3:5]' m.safetensors.spzip)
	[ "$part" -gt 0 ] && [ $((part * 4)) -lt "$all" ]
}

# Damages FILE at each OFFSET.
hurt() {
	local at
	for at in "${@:2}"; do
		printf '\377\0\252' |
			dd of="$1" bs=1 seek="$at" conv=notrunc status=none
	done
}

@test "all that is damaged is told, by tensor and rows, and the rest is kept" {
	cp m.safetensors.spzip d.spzip
	hurt d.spzip 500000 1400000
	run -1 --separate-stderr spzip -t d.spzip
	[ "$stderr" = 'spzip: d.spzip:fc1.weight[0:1024]: frame is damaged: wrong CRC
spzip: d.spzip:fc2.weight[0:512]: frame is damaged: wrong CRC' ]
	run -1 --separate-stderr spzip -t --json d.spzip m.safetensors.spzip
	"$PYTHON" - "$output" <<-'END'
	import json, sys
	a, b, c = map(json.loads, sys.argv[1].splitlines())
	assert a["status"] == b["status"] == "damaged"
	assert (a["tensor"], a["row"], a["row_end"]) == ("fc1.weight", 0, 1024)
	assert a["byte_end"] - a["byte"] == 1024 * 1024
	assert b["tensor"] == "fc2.weight" and "CRC" in b["message"]
	assert c["status"] == "ok" and c["file"] == "m.safetensors.spzip"
	END
	run -1 --separate-stderr spzip -d d.spzip
	# shellcheck disable=SC2154 # set by 'run --separate-stderr'
	[ "${#stderr_lines[@]}" -eq 2 ]
	[ ! -e d ]
	run -1 --separate-stderr spzip -d --keep-damaged d.spzip
	[ "${stderr_lines[2]}" = \
		'spzip: d.spzip: damaged; zeros stand for what was lost in d' ]
	[ -f d.spzip ]
	run -1 spzip -dc --keep-damaged - <d.spzip
	spzip -dc --keep-damaged <d.spzip 2>/dev/null | cmp - d
	head -c -0 d.spzip | spzip -dc --keep-damaged 2>/dev/null | cmp - d
	"$PYTHON" - <<-'END'
	got, want = open("d", "rb").read(), open("m.safetensors", "rb").read()
	assert len(got) == len(want)
	bad = {i // 4096 for i in range(len(got)) if got[i] != want[i]}
	assert len(bad) * 4096 < (1024 * 1024 + 2 * 512 * 300) * 1.01
	assert all(g == 0 for g, w in zip(got, want) if g != w)
	END
	# rows that are not hit can be had
	spzip -dc --tensor 'fc1.weight[1024:1500]' d.spzip |
		cmp - <(spzip -dc --tensor 'fc1.weight[1024:1500]' m.safetensors.spzip)
	run -1 --separate-stderr spzip -dc --tensor 'fc1.weight[1023:1500]' d.spzip
	one_message 'spzip: d.spzip:fc1.weight\[0:1024\]: frame is damaged: *'
	# with the original's own header gone, large tensors still have names
	cp m.safetensors.spzip e.spzip
	hurt e.spzip 60
	run -0 spzip -dc --tensor 'fc1.weight[1:2]' e.spzip
	run -1 --separate-stderr spzip -dc --tensor 'fc*' e.spzip
	one_message 'spzip: e.spzip: the header that names *is damaged; expected *'
	run -1 --separate-stderr spzip -dc --tensor fc1.bias e.spzip
	one_message 'spzip: e.spzip: the header that names *'
	# nothing to keep, nothing said
	run -0 --separate-stderr spzip -dc --keep-damaged m.safetensors.spzip
	[ -z "$stderr" ]
	spzip -dc --keep-damaged m.safetensors.spzip | cmp - m.safetensors
	run -1 --separate-stderr spzip -dc --keep-damaged m.safetensors
	one_message 'spzip: m.safetensors: not in spzip format'
}

@test "what leads to the content may be damaged, and all of it is kept" {
	"$PYTHON" - <<-'END'
	import struct
	b = open("m.safetensors.spzip", "rb").read()
	at, seen = 28, {}
	while at < len(b):
	    n, = struct.unpack_from("<I", b, at + 4)
	    seen[b[at]] = at  # the last of each type
	    at += n + 12
	assert {1, 2, 3, 4} <= set(seen)
	# the header; in a SEGMENT reserved bits, length, content; INDEX; END
	for at in (0, 8, 16, seen[1] + 1, seen[1] + 5, seen[1] + 9,
	           seen[3] + 1, seen[3] + 9, seen[4] + 2, seen[4] + 9):
	    bad = bytearray(b)
	    bad[at] ^= 64
	    open("hit%d.spzip" % at, "wb").write(bad)
	# and a second member of which nothing is left
	open("hit-last.spzip", "wb").write(b + b[:20])
	END
	for f in hit*.spzip; do
		run -1 --separate-stderr spzip -d --keep-damaged "$f"
		[[ ${stderr_lines[0]} == "spzip: $f:"* ]]
		[[ ${stderr_lines[1]} == "spzip: $f: damaged; "* ]]
		cmp "${f%.spzip}" m.safetensors
		[ -f "$f" ]
	done
	run -1 --separate-stderr spzip -dc --keep-damaged hit8.spzip
	[ "${stderr_lines[1]}" = \
		'spzip: hit8.spzip: damaged; all that was found of it is whole' ]
}

@test "of a file cut short, what is there is kept" {
	head -c 1200000 m.safetensors.spzip >cut.spzip
	run -1 --separate-stderr spzip -d --keep-damaged cut.spzip
	[[ ${stderr_lines[0]} == 'spzip: cut.spzip:fc1.weight[1024:]: unexpected end of file; it was cut short' ]]
	[ "$(stat -c %s cut)" -eq "$(stat -L -c %s m.safetensors)" ]
	cmp -n $((1024 * 1024)) cut m.safetensors
	# nor is more made up than was allowed
	run -1 --separate-stderr spzip -dc --max-size 2000000 --keep-damaged cut.spzip
	[ -z "$output" ]
	[[ $stderr == *'the limit is 2000000'* ]]
	run -1 --separate-stderr spzip -df --tensor 'fc1.weight[0:9]' cut.spzip -o cut.spzip
	[[ $stderr == 'spzip: cut.spzip: is input and output at once'* ]]
	run -1 --separate-stderr spzip -t cut.spzip
	one_message 'spzip: cut.spzip:fc1.weight\[1024:\]: unexpected end *'
}

@test "-l tells nothing of a bad file, to people or programs" {
	head -c 1000 m.safetensors.spzip >cut.spzip
	for how in -l -lv '-l --json' '-lv --json'; do
		run -1 --separate-stderr eval "spzip $how cut.spzip"
		[ -z "$output" ]
		one_message 'spzip: cut.spzip: *cut short'
		run -1 --separate-stderr eval "spzip $how cut.spzip be.npy.spzip"
		[[ $output == *be.npy* && $output != *cut* ]]
	done
	run -0 spzip -lv --json m.safetensors.spzip
	"$PYTHON" - "$output" <<-'END'
	import json, os, sys
	*tensors, whole = map(json.loads, sys.argv[1].splitlines())
	raw = os.path.getsize("m.safetensors")
	assert whole["tensor"] is None and whole["members"] == 1
	assert whole["uncompressed"] == raw
	assert whole["compressed"] == os.path.getsize("m.safetensors.spzip")
	assert abs(whole["saved"] - 1 + whole["compressed"] / raw) < 1e-9
	assert sum(t["uncompressed"] for t in tensors) == raw
	fc1, = [t for t in tensors if t["tensor"] == "fc1.weight"]
	assert fc1["dtype"] == "F32" and fc1["shape"] == "1500x256"
	assert fc1["zeros"] == 0 and 20 < fc1["bits_per_nonzero"] < 32
	END
}

@test "names with control characters are tamed in lists and messages" {
	cp be.npy.spzip $'a\033[1mb\n.spzip'
	run -0 --separate-stderr spzip -l a*
	[[ $output == *'a\x1b[1mb\n.spzip' ]]
	[ "${#lines[@]}" -eq 2 ]
	head -c 1000 be.npy.spzip >$'a\033[1mb\n.spzip'
	run -1 --separate-stderr spzip -l a*
	one_message 'spzip: a\\x1b\[1mb\\n.spzip*'
	"$NUMPY" - "$ROOT/tests" <<-'END'
	import sys
	sys.path.insert(0, sys.argv[1])
	import numpy as np, safetensors
	safetensors.save("n", {"x\x1b[2J\ny": np.ones((5000, 7), "<f4") * 3.3})
	END
	spzip n
	run -0 spzip -lv n.spzip
	[[ $output == *'5000x7 x\x1b[2J\ny'* ]]
	run -0 spzip -lv --json n.spzip
	[[ $output == *'"x\u001b[2J\u000ay"'* ]]
	run -1 --separate-stderr spzip -dc --tensor no n.spzip
	[[ $stderr == *'x\x1b[2J\ny'* ]]
}

@test "--predict is the size of what wprune makes, to the byte" {
	"$NUMPY" - "$ROOT/tests" <<-'END'
	import sys
	sys.path.insert(0, sys.argv[1])
	import numpy as np, safetensors
	r = np.random.default_rng(4)
	w = r.standard_normal((400, 300)).astype("<f4") * np.float32(.02)
	np.save("gauss.npy", w)
	# as of trained nets: rows and columns of their own scales, heavy tails
	t = r.standard_t(4, (400, 300)) * np.exp(r.normal(0, .6, (400, 1)) +
	                                         r.normal(0, .4, (1, 300)))
	t = t.astype("<f4")
	safetensors.save("real.st", {"fc.weight": t, "fc.bias": t[0],
	                             "half": t.astype("<f2"),
	                             "ids": np.arange(500)})
	(t.view("<u4") >> 16).astype("<u2").tofile("real.bf16")
	t[7, 7] = np.nan
	np.save("nan.npy", t)
	END
	sum=$(cat ./*.npy real.* | cksum)
	while read -r file options; do
		run -0 --separate-stderr eval \
			"spzip --predict 0.5,4/5,90% $options $file"
		[ -z "$stderr" ]
		[ "${#lines[@]}" -eq 4 ]
		for i in 1 2 3; do
			sparsity=$(echo "0.5 0.8 0.9" | cut -d' ' -f$i)
			read -r _ size raw _ <<<"${lines[i]}"
			want=$(eval "wprune -q -s $sparsity ${options/-9/} \
				$file -o p && spzip -c $options p" | wc -c)
			[ "$size" -eq "$want" ] ||
				{ echo "$file $sparsity: $size, $want"; false; }
			[ "$raw" -eq "$(stat -c %s "$file")" ]
			rm p
		done
	done <<-'END'
	gauss.npy
	gauss.npy -9
	real.st
	real.bf16 --raw bf16,400,300
	END
	head -c -0 real.st | spzip --predict .9 - >pipe
	spzip --predict .9 real.st | sed 's/real.st/<stdin>/' | cmp - pipe
	run -0 spzip --json --predict .9 real.st gauss.npy
	"$PYTHON" - "$output" <<-'END'
	import json, sys
	a, b = map(json.loads, sys.argv[1].splitlines())
	assert (a["file"], a["sparsity"]) == ("real.st", .9)
	assert 0 < a["compressed"] < a["uncompressed"] / 5
	assert b["file"] == "gauss.npy"
	END
	run -0 spzip -q --predict .99999 gauss.npy
	[[ $output == ' 99.999% '* ]]
	[ "$sum" = "$(cat ./*.npy real.* | cksum)" ]
}

@test "--predict says what cannot be predicted, and goes on" {
	seq 100 >text
	run -1 --separate-stderr spzip --predict 0.5 text
	one_message 'spzip: text: *'
	run -1 --separate-stderr spzip --predict 0.5 ids.npy be.npy
	one_message 'spzip: ids.npy: no tensor that would be pruned; *'
	[ "${#lines[@]}" -eq 2 ]
	for bad in '' 1.5 0.5,x 0.5,,0.6 "$(seq -s, 0 0.01 0.5)"; do
		run -1 --separate-stderr spzip --predict "$bad" be.npy
		[[ $stderr == *'--predict'* ]]
	done
	run -1 spzip --predict .5 -o x be.npy
	run -1 spzip --predict .5 -d be.npy
	run -1 bash -c 'spzip --predict .5 be.npy >/dev/full'
	cp be.npy nan.npy
	printf '\177\377\377\377' | dd of=nan.npy bs=1 seek=128 conv=notrunc \
		status=none
	run -1 --separate-stderr spzip --predict 0.5 nan.npy
	[[ $stderr == *nan.npy*NaN* ]]
}

# Blocks that FILE has on disk, each of half a kibibyte.
blocks() {
	stat -c %b "$1"
}

@test "blocks of zeros that are decompressed are holes, but where they cannot be" {
	truncate -s 20M s
	printf x | dd of=s bs=1 seek=9000001 conv=notrunc status=none
	truncate -s +5000 s # ends in less than a block
	spzip -k s
	spzip -d -o a s.spzip
	spzip -dc s.spzip >b
	(printf head && spzip -dc s.spzip) >c
	printf 'what was here is overwritten' >d
	spzip -dfo d s.spzip
	spzip -d --sparse -o e s.spzip
	for f in a b d e; do
		cmp s $f
		[ "$(blocks $f)" -lt 100 ] || { echo "$f: $(blocks $f)"; false; }
	done
	tail -c +5 c | cmp - s
	[ "$(blocks c)" -lt 100 ]
	spzip -d --no-sparse -o f s.spzip
	cmp s f
	[ "$(blocks f)" -gt 40000 ]
	# what is there is not to show through
	head -c 30000000 /dev/urandom >g
	cp g h
	spzip -dc s.spzip 1<>g
	head -c "$(stat -c %s s)" g | cmp - s
	tail -c +"$(($(stat -c %s s) + 1))" h | cmp - \
		<(tail -c +"$(($(stat -c %s s) + 1))" g)
	printf head >i
	spzip -dc s.spzip >>i
	tail -c +5 i | cmp - s
	spzip -dc s.spzip | cmp - s
	truncate -s 8192 z
	spzip -k z
	spzip -d -o zz z.spzip
	cmp z zz
	[ "$(blocks zz)" -eq 0 ]
	spzip -dc --tensor data "$BATS_FILE_TMPDIR/be.npy.spzip" >j
	[ "$(stat -c %s j)" -eq "$(stat -c %s "$BATS_FILE_TMPDIR/be.npy")" ]
}

# The kernel has Landlock, and it is on.
has_landlock() {
	"$PYTHON" -c 'import ctypes
raise SystemExit(ctypes.CDLL(None).syscall(444, None, 0, 1) < 1)'
}

# What a program could still do at its end that was taken over by its input:
# make a file elsewhere, read one.
could() {
	LD_PRELOAD=./escape.so ESCAPE_MAKE=elsewhere/new ESCAPE_READ=/etc/passwd \
		"$@" 2>&1 >out | grep '^could' | tr '\n' ' ' || true
	rm -f elsewhere/new out
}

@test "who reads strangers' files can make no others, nor read any at last" {
	skip_if_sanitized 'preloads'
	has_landlock || skip 'no Landlock'
	cp "$(dirname "$(command -v spzip)")/fault/escape.so" .
	mkdir elsewhere d
	both='could make could read '
	[ "$(could spzip -c m.safetensors)" = "$both" ]
	while read -r want how; do
		got=$(eval "could $how")
		[ "$got" = "$([ "$want" = - ] || echo "could $want ")" ] ||
			{ echo "$how: $got"; false; }
		rm -rf d/*
	done <<-'END'
	- spzip -dc m.safetensors.spzip
	- spzip -t m.safetensors.spzip
	- spzip -l m.safetensors.spzip
	- spzip -dc --tensor fc1.bias m.safetensors.spzip
	- spzcat <m.safetensors.spzip
	read spzip -t m.safetensors.spzip be.npy.spzip
	read spzip -d m.safetensors.spzip -o d/x
	read spzip -d m.safetensors.spzip -o "$PWD/d/y"
	END
	# an output through a link, and files below a directory
	ln -s ../d/z elsewhere/link
	spzip -d m.safetensors.spzip -o elsewhere/link
	cmp m.safetensors d/z
	cp m.safetensors.spzip d
	spzip -dr d
	cmp d/m.safetensors m.safetensors
	# privileges cannot be got by running something
	mkfifo pipe
	spzip -t pipe &
	exec 4>pipe
	grep -q '^NoNewPrivs:.1' /proc/$!/status
	cat m.safetensors.spzip >&4
	exec 4>&-
	wait $!
}

@test "an index that would lie within the header is none" {
	"$PYTHON" - <<-'END'
	import struct, zlib

	def frame(kind, p):
	    p = struct.pack("<B3xI", kind, len(p)) + p
	    return p + struct.pack("<I", zlib.crc32(p))

	for kind in 1, 2, 5:
	    index = b"\xd3" + frame(3, struct.pack("<QQ", kind << 56 | 1000, 0))
	    end = struct.pack("<QQQI", 100 * (kind == 2), len(index) + 44, 1, 0)
	    open(f"in{kind}.spzip", "wb").write(index + frame(4, end + b"SPZ."))
	END
	for kind in 1 2 5; do
		run -1 --separate-stderr spzip -t "in$kind.spzip"
		one_message "spzip: in$kind.spzip: not in spzip format"
		run -1 --separate-stderr spzip -dc --tensor x "in$kind.spzip"
		[[ $stderr == "spzip: in$kind.spzip: "*tensor* ]]
	done
}
