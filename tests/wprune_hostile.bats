#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Wrong usage and hostile files: one message, status 2, nothing left behind.

load helper
load weights

@test "wrong usage is refused before anything is read" {
	f32 1 2 >w
	refused 'wprune: no target*' wprune w -o out
	refused 'wprune: more than one target*' wprune -s .5 -k 1 w -o out
	refused 'wprune: *1.5*' wprune -s 1.5 w -o out
	refused 'wprune: *-0.5*' wprune -s -0.5 w -o out
	refused 'wprune: *x*' wprune -s x w -o out
	refused 'wprune: *nan*' wprune -t nan w -o out
	refused 'wprune: --ties: unknown*' wprune -s 0 --ties x w -o out
	refused 'wprune: --scope: unknown*' wprune -s 0 --scope x w -o out
	refused 'wprune: --raw: unknown dtype*' wprune -s 0 --raw f31 w -o out
	refused 'wprune: *dimension*' wprune -s 0 --raw f32,x w -o out
	refused 'wprune: more than one input*' wprune -s 0 w w -o out
	refused 'wprune: --in-place*' wprune -s 0 --in-place -o out w
	refused 'wprune: --in-place*' wprune -s 0 --in-place
	refused 'wprune: *--mask-update*' \
		wprune -s 0 --mask-out a --mask-update b w -o out
	refused 'wprune: *--mask-update*' wprune -m a --mask-update b w -o out
	refused 'wprune: two results*' wprune -s 0 w -o out --report out
	refused 'wprune: two results*' wprune -s 0 w --report -
	refused 'wprune: w:data: 2 weights; asked to prune 3' \
		wprune --raw f32 -k 3 w -o out
	only_files w
}

@test "output over input is refused, also through links" {
	f32 1 2 >w
	ln -s w s
	ln w h
	for to in w s h ./w; do
		run -2 wprune --raw f32 -s .5 w -o $to
		[[ $output == "wprune: w: input and output are one file"* ]]
	done
	run -2 bash -c 'wprune --raw f32 -s .5 w >>w'
	run -2 wprune --raw f32 -s .5 w -o out --mask-out h
	f32 1 2 | cmp - w
	only_files w s h
}

@test "output over the mask that is read is refused" {
	f32 1 2 >w
	wprune --raw f32 -k 1 w -o x --mask-out m
	cp m copy
	ln -s m s
	for to in '-o m' '-o s' '-o out --mask-out m' '-o out --report s'; do
		refused 'wprune: m: mask and output are one file; *' \
			wprune --raw f32 -m m w $to
	done
	refused 'wprune: x: mask and output are one file; *' \
		wprune --raw f32 -m @x w -o x
	cmp m copy
	only_files w x m copy s
}

@test "output over scores, a plan or rules is refused, and over a check's file" {
	py <<-'END'
		x = rng.standard_normal((4, 6)).astype("<f4")
		for name in "m", "scores", "other":
		    st.save(name, {"a": x})
	END
	wstat --hist m | wplan -s 1/2 - -o plan
	printf 'pattern,sparsity,min,max\n*,1/2,,\n' >rules
	ln -s scores s
	cp -r . ../copy
	for run in '-s 1/2 --score file:scores' '-p plan' '--rules rules'; do
		file=${run##*[ :]}
		for to in "-o $file" "-o out --mask-out $file" \
			"-o out --report $file -f csv" "-n --report $file -f csv" \
			"-O ."; do
			in=m
			if [ "$to" = "-O ." ]; then
				mkdir -p from
				cp m "from/$file"
				in=from/$file
			fi
			# shellcheck disable=SC2086
			refused "wprune: *$file*expected *" wprune $run $in $to
		done
	done
	refused "wprune: s: scores and output are one file; *" \
		wprune -s 1/2 --score file:s m -o scores
	for check in same=other zeros=other mask=@other; do
		refused "wstat: 'other' is input and output; *" \
			wstat --check $check -f csv m -o other
	done
	for f in m scores other plan rules; do
		cmp $f ../copy/$f
	done
	# in place is what was asked for
	wprune -s 1/2 --score file:scores --in-place scores
}

@test "two results to one place under two names are refused" {
	f32 1 2 >w
	mkdir d
	ln -s d e
	touch old
	ln old hard
	for to in '-o new --mask-out ./new' '-o d/new --report e/new' \
		'-o old --mask-out hard' '--report /dev/stdout'; do
		refused 'wprune: two results to one place; *' \
			wprune --raw f32 -k 1 w $to
	done
	wprune --raw f32 -k 1 w -o d/new --mask-out new
	[ -s new ] && [ -s d/new ]
}

@test "a disk that is full leaves the old mask with the old weights" {
	py <<-'END'
		st.save("w", {"a": np.ones((100, 400), "<f4"),
		              "b": np.ones((100, 100), "<f4")})
	END
	wprune -k 5 w -o x --mask-out m
	cp m copy
	rm x
	# All but the end of the weights fits.
	run -2 --separate-stderr bash -c 'ulimit -f 180
		wprune -k 9 --mask-update m w -o x'
	one_message 'wprune: x: cannot write: File too large'
	cmp m copy
	only_files w m copy
}

@test "hostile NPY files give one message and nothing else" {
	py <<-'END'
		import struct
		def npy(name, header, data=b"\0" * 24, version=b"\1\0", length=None):
		    h = header.encode("latin1")
		    open(name, "wb").write(b"\x93NUMPY" + version + struct.pack(
		        "<H", len(h) if length is None else length) + h + data)
		good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"
		npy("good", good)
		npy("lies", good.replace("2, 3", "4294967296, 1"))
		npy("overflow", good.replace("2, 3", "18446744073709551615, 2, 2"))
		npy("toobig", good.replace("2, 3", "99999999999999999999,"))
		npy("negative", good.replace("2, 3", "-2, -3"))
		npy("pickle", good.replace("<f4", "|O"))
		npy("structured", good.replace("'<f4'", "[('a', '<f4')]"))
		npy("code", good.replace("(2, 3)", "(__import__('os'),)"))
		npy("nokey", "{'descr': '<f4', 'shape': (2, 3), }\n")
		npy("twice", good.replace("'<f4',", "'<f4', 'descr': '<f8',"))
		npy("extra", good.replace("{", "{'x': 1, "))
		npy("kind", good.replace("<f4", "<\x004"))
		npy("int", good.replace("<f4", "<i4"))
		npy("bfloat", good.replace("<f4", "<V2"), b"\0" * 12)
		npy("version", good, version=b"\7\0")
		npy("minor", good, version=b"\1\1")
		npy("long", good, length=60000)
		npy("open", good.replace("}", ""))
		npy("after", good + "1")
		npy("short", good, b"\0" * 23)
		npy("nest", "{" * 9000)
		open("magic", "wb").write(b"\x93NUMPY")
		open("empty", "wb")
		open("text", "w").write("hello, world\n")
		open("head", "wb").write(b"\x93NUMPY\2\0\xff\xff\xff\xff{}" * 7)
	END
	for f in *; do
		[ "$f" = good ] && continue
		run -2 --separate-stderr limited wprune -s .5 "$f" -o ../out
		one_message "wprune: $f: *"
		[ ! -e ../out ]
		if [[ $f != @(int|bfloat|structured) ]]; then
			run -2 --separate-stderr wstat "$f"
			[ -z "$output" ]
			one_message "wstat: $f: *"
		fi
	done
	wprune -s .5 good | cmp - good
}

@test "hostile safetensors files give one message and nothing else" {
	py <<-'END'
		import json, struct
		def raw(name, text, data=b"\0" * 8, n=None):
		    text = text.encode() if isinstance(text, str) else text
		    open(name, "wb").write(struct.pack(
		        "<Q", len(text) if n is None else n) + text + data)
		def t(dtype="F32", shape=(1, 2), offsets=(0, 8), **more):
		    return dict(dtype=dtype, shape=shape, data_offsets=offsets, **more)
		def doc(name, data=b"\0" * 8, **tensors):
		    raw(name, json.dumps(tensors), data)
		doc("good", a=t(), b=t("U8", [0], [8, 8]), c=t("F64", [0, 2**40], [8, 8], x=1))
		raw("leading", "\t\n " + json.dumps({"a": t()}) + "  ")
		raw("twice", '{"a":%s,"a":%s}' % ((json.dumps(t()),) * 2))
		doc("hole", bytes(12), a=t(offsets=[4, 12]))
		doc("overlap", bytes(12), a=t(), b=t(offsets=[4, 12]))
		doc("trailing", bytes(9), a=t())
		doc("cut", bytes(7), a=t())
		doc("size", a=t(shape=[3]))
		doc("overflow", a=t(shape=[2, 2**64 - 2]))
		doc("wrap", a=t(shape=[2**62, 4]))
		doc("big", a=t(shape=[2**31, 2**31]))
		doc("huge", a=t(offsets=[0, 2**64]))
		doc("back", a=t(offsets=[8, 0]))
		doc("float", a=t(shape=[1.0, 2]))
		doc("negative", a=t(shape=[-1, -2]))
		doc("dtype", a=t("F31"))
		doc("lower", a=t("f32"))
		doc("nodtype", a={"shape": [2], "data_offsets": [0, 8]})
		doc("metadata", a=t(), __metadata__={"x": 1})
		doc("list", a=[1, 2])
		raw("array", "[]")
		raw("nul", '{"a\\u0000b":%s}' % json.dumps(t()))
		raw("utf8", b'{"\xff\xfe": {}}')
		raw("deep", '{"a":' * 5000)
		raw("claims", "{}", n=2**63)
		raw("four", "{" + " " * 90, b"", n=2**32)
		raw("limit", "{}", n=100000001)
		raw("past", "{}", n=11)
		raw("dims", json.dumps({"a": t(shape=[1] * 65)}))
		open("eight", "wb").write(struct.pack("<Q", 2))
	END
	for f in *; do
		case $f in good | leading) continue ;; esac
		run -2 --separate-stderr limited wprune -s .5 "$f" -o ../out
		one_message "wprune: $f:*"
		[ ! -e ../out ]
		run -2 --separate-stderr wstat "$f"
		one_message "wstat: $f:*"
	done
	wprune -s .5 good | cmp - good
	wprune -s .5 leading | cmp - leading
}

@test "a raw file of the wrong size is refused" {
	f32 1 2 3 >w
	refused 'wprune: w: 12 bytes; expected a multiple of 8' \
		wprune --raw f64 -s 0 w -o out
	refused 'wprune: w: 12 bytes; the shape given needs 16' \
		wprune --raw f32,2,2 -s 0 w -o out
	refused 'wprune: w: dtype I32; expected a float dtype, or --int-zero' \
		wprune --raw i32 -s 0 w -o out
	refused 'wprune: w: the shape is too large' \
		wprune --raw f32,18446744073709551615,2 -s 0 w -o out
}

@test "a directory that cannot be written leaves no result, mask or report" {
	f32 1 2 3 >w
	chmod 644 w
	mkdir ro rw
	chmod 555 ro
	chmod 777 rw .
	for where in '-o ro/x' '-o rw/x --mask-out ro/m' \
		'-o rw/x --mask-out rw/m --report ro/r'; do
		run -2 --separate-stderr as_nobody wprune --raw f32 -k 1 w $where
		one_message 'wprune: ro/?: cannot create: Permission denied'
		only_files ro rw w
	done
}

@test "nothing is left when the weights turn out bad at the end" {
	f32 1 2 nan >w
	refused 'wprune: w:data: NaN*' wprune --raw f32 -k 1 w -o out.w \
		--mask-out out.m --report out.r
	echo old >keep
	run -2 wprune --raw f32 -k 1 w -o keep
	[ "$(cat keep)" = old ]
	only_files w keep
}

@test "a directory that masks, scores or rules are read from is not replaced" {
	py <<-'END'
		import json, os
		for d in "model", "scores":
		    os.mkdir(d)
		    for name in "a", "b":
		        st.save(d + "/" + name + ".safetensors", {name + ".weight":
		            rng.standard_normal((4, 6)).astype("<f4")})
		    json.dump({"weight_map": {n + ".weight": n + ".safetensors"
		        for n in "ab"}}, open(d + "/model.safetensors.index.json", "w"))
	END
	cp -r scores copy
	for run in '-s 50% --score file:scores' '--zeros-of scores'; do
		# shellcheck disable=SC2086
		refused "wprune: scores: * and output are one directory; *" \
			wprune $run model -o scores
	done
	printf 'pattern,sparsity,min,max\n*,1/2,,\n' >scores/rules
	cp scores/rules model
	refused "wprune: scores: rules and output are one directory; *" \
		wprune --rules scores/rules model -o scores
	rm scores/rules
	diff -r scores copy
	wprune -s 50% --score file:scores model -o out
	# An earlier result is.
	wprune --rules model/rules model -o out
}

@test "a directory that masks or reports are written to is not replaced" {
	py <<-'END'
		import json, os
		os.mkdir("model")
		for name in "a", "b":
		    st.save("model/" + name + ".safetensors", {name + ".weight":
		        rng.standard_normal((4, 6)).astype("<f4")})
		json.dump({"weight_map": {n + ".weight": n + ".safetensors"
		    for n in "ab"}}, open("model/model.safetensors.index.json", "w"))
	END
	wprune -s 50% model -o result
	cp -r result copy
	ln -s result link
	ln -s result/m m.link
	for beside in '--mask-out result/m' '--mask-update ./result/m' \
		'--mask-out link/m' '--mask-out m.link' '--mask-out m --report result/r'; do
		for to in result link; do
			# shellcheck disable=SC2086 # several words
			refused "wprune: result: * and output are one directory; *" \
				wprune -s 75% $beside model -o "$to"
		done
	done
	diff -r result copy
	[ -z "$(compgen -G '.[a-z]*')" ]
	# What goes to standard output is nowhere.
	(cd result && wprune -s 50% ../model -o "$OLDPWD/result" --report - >../r)
	diff -r result copy
}

@test "a link to a directory is followed, and what it leads to replaced" {
	py <<-'END'
		import json, os
		os.mkdir("model")
		st.save("model/a.safetensors", {"a.weight": np.ones((4, 6), "<f4")})
		st.save("model/b.safetensors", {"b.weight": np.ones((4, 6), "<f4")})
		json.dump({"weight_map": {n + ".weight": n + ".safetensors"
		    for n in "ab"}}, open("model/model.safetensors.index.json", "w"))
	END
	wprune -s 50% model -o want
	mkdir deep
	ln -s deep/p link
	ln -s link/ again
	ln -s loop loop
	wprune -s 0 model -o link
	for out in link again again/; do
		wprune -s 50% model -o $out
		[ -L "${out%/}" ] && [ ! -L deep/p ]
		diff -r deep/p want
		wprune -s 0 model -o deep/p
		wstat --check 'sparsity>=0' deep/p
	done
	[ -z "$(compgen -G '.[a-z]*')" ] && [ -z "$(compgen -G 'deep/.[a-z]*')" ]
	refused 'wprune: loop: *' wprune -s 50% model -o loop
	ln -s model self
	refused 'wprune: *model: input and output are one directory; *' \
		wprune -s 50% model -o self
}

# Nothing that was in a directory is lost with it, nor brought unseen.
@test "hidden files, FIFOs and links to nowhere beside shards" {
	py <<-'END'
		import os
		os.mkdir("model")
		for n in "ab":
		    st.save("model/%s.safetensors" % n,
		            {n + ".weight": np.ones((4, 6), "<f4")})
	END
	echo attributes >model/.gitattributes
	wprune -s 50% model -o new
	[ "$(ls -A new | tr '\n' ' ')" = '.gitattributes a.safetensors b.safetensors ' ]
	mkdir model/.git
	run -0 --separate-stderr wprune -s 50% model -o new
	one_message 'wprune: model/: only files are brought along, not .git'
	mkfifo model/fifo
	ln -s nowhere model/link
	run -0 --separate-stderr wprune -s 50% model -o new
	one_message 'wprune: model/: only files are brought along, not .git and 2 more'
	[ "$(ls -A new | tr '\n' ' ')" = '.gitattributes a.safetensors b.safetensors ' ]
	# What only the result has.
	cp -r new want
	for made in 'echo mine >new/.hidden' 'mkdir new/.git' 'mkfifo new/fifo' \
		'ln -s nowhere new/link' 'mkdir new/.gitattributes'; do
		rm -rf new
		cp -r want new
		rm -f new/.gitattributes
		eval "$made"
		refused 'wprune: new: has *, which is no file of the model*' \
			wprune -s 75% model -o new
		[ "$(ls -A new | wc -l)" -eq 3 ]
		cmp want/a.safetensors new/a.safetensors
	done
	[ -z "$(compgen -G '.new*')" ]
	# A shard that is no file is not passed over where no index names it.
	mkfifo model/c.safetensors
	refused 'wstat: model/c.safetensors: is not a regular file*' wstat model
	rm model/c.safetensors
	ln -s nowhere model/c.safetensors
	refused 'wstat: model/c.safetensors: cannot open: No such*' wstat model
	mv model/c.safetensors model/._c.safetensors
	wstat model
}

@test "a directory is replaced by its name, keeps its set-gid bit, and not by ." {
	py <<-'END'
		import os
		os.mkdir("m")
		st.save("m/a.safetensors", {"a": np.ones((4, 6), "<f4")})
	END
	wprune -s 50% m -o out
	chmod 3750 out
	wprune -s 75% m -o out
	[ "$(stat -c %a out)" = 3750 ]
	cd out
	for to in . ./ ../out/.; do
		run -2 --separate-stderr wprune -s 50% ../m -o $to
		one_message "wprune: $to: a directory cannot be replaced by this name; *"
	done
	wprune -s 50% ../m -o ../out
}

@test "sizes and keys that a file tells in two ways are refused" {
	py <<-'END'
		import pickle, struct, zipfile
		def key(name, x):
		    return struct.pack("<Q", len(name)) + name + struct.pack("<II", 4, x)
		def gguf(*keys):
		    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(keys)) + b"".join(keys)
		    head += struct.pack("<Q1sIQIQ", 1, b"w", 1, 8, 0, 0)
		    return head + bytes(-len(head) % 32) + bytes(32)
		open("good.gguf", "wb").write(gguf(key(b"a", 1), key(b"ab", 2)))
		open("bad.gguf", "wb").write(
		    gguf(key(b"a", 1), key(b"b", 2), key(b"a", 3)))
		def torch(path, says, has):
		    # a pickle as torch.save() writes it: a view of 6 in a storage
		    def text(x):
		        return b"X" + struct.pack("<I", len(x)) + x.encode()
		    p = (b"\x80\x02}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n"
		         b"((" + text("storage") + b"ctorch\nFloatStorage\n" + text("0") +
		         text("cpu") + b"K" + bytes([says]) + b"tQK\0K\6\x85K\1\x85\x89"
		         b"ccollections\nOrderedDict\n)RtRs.")
		    with zipfile.ZipFile(path, "w") as z:
		        z.writestr("m/data.pkl", p)
		        z.writestr("m/byteorder", "little")
		        z.writestr("m/data/0", np.ones(has, "<f4").tobytes())
		        z.writestr("m/version", "3")
		torch("good.pt", 6, 6)
		torch("more.pt", 6, 9)
		torch("less.pt", 4, 6)
		torch("cut.pt", 9, 6)
	END
	wstat good.gguf good.pt more.pt >out
	run -2 --separate-stderr wstat bad.gguf
	one_message 'wstat: bad.gguf: GGUF header: key a twice; *'
	run -2 --separate-stderr wstat less.pt
	one_message 'wstat: less.pt:*a tensor that ends 6 elements into its storage of 4'
	run -2 --separate-stderr wstat cut.pt
	one_message 'wstat: cut.pt:*a storage that is cut short*'
}

@test "more shards than files may be open unasked" {
	py <<-'END'
		import os
		os.mkdir("model")
		for i in range(150):
		    st.save("model/m%d.safetensors" % i,
		            {"w%d" % i: np.ones((2, 2), "<f4")})
	END
	(ulimit -S -n 100 && wprune -s 50% model -o new && wcmp -s new new)
	[ "$(ls new | wc -l)" -eq 150 ]
	(ulimit -n 100 && refused 'wstat: model/m*.safetensors: cannot open: Too many open files; *ulimit -n*' \
		wstat model)
}

@test "the result whose directory is not there is the one that is named" {
	f32 1 2 >w
	mkdir d
	refused 'wprune: no/x: cannot create: No such file*' \
		wprune --raw f32 -s 50% w -o d/x --report no/x
	refused 'wprune: no/x: cannot create: No such file*' \
		wprune --raw f32 -s 50% w -o no/x --mask-out d/x
	[ -z "$(ls d)" ]
}

@test "a member of an NPZ file that goes on behind its array is remarked" {
	py <<-'END'
		import io, zipfile
		b = io.BytesIO()
		np.save(b, np.ones((2, 3), "<f4"))
		for name, how in ("s", 0), ("d", 8):
		    with zipfile.ZipFile(name + ".npz", "w", how) as z:
		        z.writestr("w.npy", b.getvalue() + bytes(1000))
	END
	for f in s.npz d.npz; do
		run -0 --separate-stderr wstat $f
		one_message "wstat: $f: 1000 bytes follow the array of w.npy; *"
		[ "${#lines[@]}" -eq 2 ]
		[[ ${lines[1]} == "$f,w,F32,2x3,6,0,"* ]]
	done
}

@test "a packed member of bfloat16 before others says what it may be" {
	py <<-'END'
		import io, zipfile
		b = io.BytesIO()
		np.save(b, np.zeros(6, "V2"))
		with zipfile.ZipFile("d.npz", "w", 8) as z:
		    z.writestr("a.npy", b.getvalue())
		    z.writestr("b.npy", b.getvalue())
	END
	run -0 --separate-stderr wstat d.npz
	[ "${#lines[@]}" -eq 3 ]
	[[ ${stderr_lines[0]} == 'wstat: d.npz: a dtype that NPY cannot name, '* ]]
}
