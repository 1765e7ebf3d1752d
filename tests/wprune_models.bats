#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune on what is more than one array in one file: shards, archives, several
# inputs.  The same weights in one file say what is right.
load helper
load weights

# The tensors a to f in one.safetensors, and in three shards in d.
sharded() {
	mkdir -p d
	py <<-'END'
		import json
		w = {c: rng.standard_normal((8, 12)).astype(t) for c, t in
		     zip("abcdef", ("<f4", "<f2", "<f4", "<f8", "<f4", "<f2"))}
		w["g"] = np.arange(5)
		st.save("one.safetensors", w)
		name = "model-%05d-of-00003.safetensors"
		of = {c: name % (i // 3 + 1) for i, c in enumerate(sorted(w))}
		for f in sorted(set(of.values())):
		    st.save("d/" + f, {c: w[c] for c in of if of[c] == f})
		json.dump({"metadata": {}, "weight_map": of},
		          open("d/model.safetensors.index.json", "w"))
		open("d/config.json", "w").write("{}")
	END
}

# Says whether the shards in $1 are together the one file $2.
same() {
	py <<-END
		import glob
		one, got = st.load("$2")[0], {}
		for f in glob.glob("$1/*.safetensors"):
		    got.update(st.load(f)[0])
		assert got.keys() == one.keys()
		assert all(got[k].tobytes() == one[k].tobytes() for k in one)
	END
}

@test "shards are pruned as the one file they could be, into a directory" {
	sharded
	for how in '-s 50%' '-s 1/3 --scope global' '-s 3/4 --scope global -T 3'; do
		# shellcheck disable=SC2086
		wprune -q $how one.safetensors -o one.out \
			--mask-out one.mask --report one.csv
		# shellcheck disable=SC2086
		wprune -q $how d -o out --mask-out d.mask --report d.csv
		same out one.out
		cmp one.mask d.mask
		cmp <(cut -d, -f2- one.csv) <(cut -d, -f2- d.csv)
		[ "$(ls out)" = "$(ls d)" ]
		cmp out/config.json d/config.json
		cmp out/model.safetensors.index.json d/model.safetensors.index.json
		# the earlier result is replaced; the index names the model too
		# shellcheck disable=SC2086
		wprune -q $how d/model.safetensors.index.json -o out/
		same out one.out
		# shellcheck disable=SC2086
		wprune -q $how -m d.mask d -o masked 2>/dev/null || true
	done
	[ -z "$(compgen -G '.out*')" ]
	[ "$(stat -c %a out)" = "$(umask -S >/dev/null; printf %o $((0777 & ~$(umask))))" ]
}

@test "a directory and its shards that are replaced keep who may read them" {
	sharded
	umask 022
	wprune -q -s .5 d -o fresh
	[ "$(stat -c %a fresh fresh/*-00001-* | xargs)" = '755 644' ]
	mkdir -m 700 out
	chmod 640 d/config.json
	for s in .5 .6; do
		wprune -q -s $s d -o out
		[ "$(stat -c %a out out/*-0000[12]-* out/config.json | xargs)" = \
			"700 ${had:-644} 644 640" ]
		chmod 600 out/*-00001-*
		had=600
	done
	run -1 cmp -s out/*-00001-* fresh/*-00001-*
	[ -z "$(compgen -G '.*.??????')" ]
}

@test "shards are pruned in place, and by the mask of all" {
	sharded
	wprune -q -s 50% --scope global one.safetensors -o one.out --mask-out m
	cp -r d e
	wprune -q -s 50% --scope global --in-place d
	same d one.out
	wprune -q -m m --in-place e
	same e one.out
	wstat --check mask=m e
	wstat --check mask=@one.out e
}

@test "a directory that is something else is left alone" {
	sharded
	mkdir out
	echo mine >out/notes
	run -2 --separate-stderr wprune -s 50% d -o out
	one_message 'wprune: out: has notes, which is no file of the model*'
	[ "$(cat out/notes)" = mine ]
	rm -r out
	echo mine >out
	run -2 --separate-stderr wprune -s 50% d -o out
	one_message 'wprune: out: a file; expected a directory*'
	run -2 --separate-stderr wprune -s 50% d
	one_message 'wprune: d: a model in shards to standard output*'
	run -2 --separate-stderr wprune -s 50% d/ -o d
	one_message 'wprune: d: input and output are one directory*'
	[ -z "$(compgen -G '.out*' '.d.*')" ]
}

@test "a shard that fails leaves no directory" {
	sharded
	py <<-'END'
		w = st.load("one.safetensors")[0]
		bad = np.full((8, 12), np.nan, "<f4")
		st.save("d/model-00003-of-00003.safetensors", {"g": w["g"]})
		x = {c: w[c] for c in "def"}
		x["e"] = bad
		st.save("d/model-00002-of-00003.safetensors", x)
	END
	run -2 --separate-stderr wprune -s 50% d -o out
	one_message 'wprune: d/model-00002-of-00003.safetensors:e: NaN at *'
	[ -z "$(compgen -G 'out*' '.out*')" ]
}

@test "an NPZ file keeps all but its values and their checksums" {
	py <<-'END'
		import zipfile
		n = rng.standard_normal
		x = {"w": n((20, 30)).astype("<f4"), "a/b": n((9, 5)).astype("<f8"),
		     "fortran": np.asfortranarray(n((7, 8)).astype(">f4")),
		     "bias": n(9).astype("<f4"), "ids": np.arange(4)}
		np.savez("m.npz", **x)
		for k in x:
		    np.save(k.replace("/", "_") + ".npy", x[k])
	END
	wprune -q -s 50% m.npz -o out.npz --mask-out mask
	for k in w a_b fortran; do
		wprune -q -s 50% $k.npy -o $k.out.npy
	done
	py <<-'END'
		import zipfile
		z = zipfile.ZipFile("out.npz")
		assert z.testzip() is None
		old, new = np.load("m.npz"), np.load("out.npz")
		for k in old:
		    assert new[k].dtype == old[k].dtype
		    assert new[k].flags == old[k].flags
		    if old[k].ndim < 2 or k == "ids":
		        assert (new[k] == old[k]).all()
		    else:
		        n = old[k].size
		        assert (new[k] == 0).sum() == n // 2
		        cut = np.sort(abs(old[k]).ravel())[n // 2]
		        assert ((abs(old[k]) >= cut) == (new[k] != 0)).all()
	END
	[ "$(stat -c %s m.npz)" = "$(stat -c %s out.npz)" ]
	cp m.npz in.npz
	wprune -q -s 50% --in-place in.npz
	cmp in.npz out.npz
	wprune -q -m mask m.npz -o again.npz
	cmp again.npz out.npz
	run -2 --separate-stderr bash -c 'wprune -s 50% m.npz | cat; exit ${PIPESTATUS[0]}'
	one_message '*checksums come before*expected -o FILE'
}

@test "what is inflated to be read is written as safetensors" {
	py <<-'END'
		n = rng.standard_normal
		x = {"w": n((20, 30)).astype("<f4"), "b": n(9).astype("<f8")}
		np.savez_compressed("m.npz", **x)
		st.save("m.safetensors", x)
	END
	wprune -q -s 50% m.npz -o out.safetensors
	wprune -q -s 50% m.safetensors -o want.safetensors
	py <<-'END'
		a, b = st.load("out.safetensors")[0], st.load("want.safetensors")[0]
		assert a.keys() == b.keys()
		assert all((a[k] == b[k]).all() for k in a)
	END
	wprune -q -s 50% m.npz | cmp - out.safetensors
	# so is what is called so
	f32 1 2 3 4 >w.f32
	wprune -q -s 50% --raw f32,2,2 w.f32 -o raw.safetensors
	wprune -q -s 50% --raw f32,2,2 w.f32 | tail -c 16 | cmp - <(tail -c 16 raw.safetensors)
	wstat raw.safetensors | grep -q '^raw.safetensors,data,F32,2x2,4,2,'
	sharded
	wprune -q -s 50% d -o d.safetensors
	wprune -q -s 50% d -o d.out
	wcmp -s d.safetensors d.out
}

@test "an NPZ that is inflated to be read is one again, whole" {
	py <<-'END'
		import zipfile
		n = rng.standard_normal
		x = {"w": n((20, 30)).astype("<f4"), "big": n((6, 9)).astype(">f8"),
		     "fortran": np.asfortranarray(n((7, 8))), "none": n((0, 3)),
		     "text": np.array(["a", "bc"]), "é/b": n(5)}
		np.savez_compressed("m.npz", **x)
		np.savez("stored.npz", **x)
		for z in zipfile.ZipFile("m.npz", "a", zipfile.ZIP_DEFLATED), \
		        zipfile.ZipFile("stored.npz", "a"):
		    z.writestr("more", "of something else " * 9)
		# one array of two deflated, by a writer that cannot seek
		class Pipe:
		    def __init__(self, f):
		        self.write, self.flush = f.write, f.flush
		with open("mixed.npz", "wb") as f:
		    with zipfile.ZipFile(Pipe(f), "w") as z:
		        z.write("stored.npz", "a/stored.npz")
		        for k, how in ("w", zipfile.ZIP_DEFLATED), ("big", 0):
		            info = zipfile.ZipInfo(k + ".npy")
		            info.compress_type = how
		            with z.open(info, "w") as m:
		                np.save(m, x[k])
	END
	wprune -q -s 50% stored.npz -o want.npz
	wprune -q -s 50% m.npz -o out.npz --mask-out mask.npz
	cp m.npz in.npz
	wprune -q -s 50% --in-place in.npz
	cmp in.npz out.npz
	wprune -q -s 50% m.npz mixed.npz -O dir
	cmp dir/m.npz out.npz
	wprune -q -m mask.npz - -o piped.npz <m.npz
	cmp piped.npz out.npz
	wcmp -s want.npz out.npz
	py <<-'END'
		import zipfile
		for a, b in ("m", "want"), ("m", "out"), ("mixed", "dir/mixed"):
		    z = zipfile.ZipFile(b + ".npz")
		    assert z.testzip() is None
		    assert z.namelist() == zipfile.ZipFile(a + ".npz").namelist()
		    old, new = np.load(a + ".npz"), np.load(b + ".npz")
		    for k in old.files:
		        x, y = old[k], new[k]
		        if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
		            assert (x == y if isinstance(x, bytes) else (x == y).all())
		            continue
		        assert x.dtype == y.dtype and x.shape == y.shape
		        assert x.flags.f_contiguous == y.flags.f_contiguous
		        if x.ndim == 2 and x.size:
		            cut = np.sort(abs(x).ravel())[x.size // 2]
		            x = np.where(abs(x) < cut, 0, x)
		        assert (x == y).all(), (b, k)
	END
}

@test "transposed tensors of PyTorch come out as they are indexed" {
	wprune -q -k 0 --neg-zero keep "$ROOT/tests/weights/old.pt" -o t
	py <<-'END'
		t = st.load("t")[0]
		w = t["state_dict.weight"]
		assert (t["state_dict.turned"] == w.T).all()
		assert (t["state_dict.part"] == w[1:, 1:3]).all()
		# the same mask for both, in the order of each
		st.save("m", {"state_dict.weight": np.packbits(w > 1,
		    bitorder="little"), "state_dict.turned": np.packbits(w.T > 1,
		    bitorder="little")})
	END
	wprune -q -m m "$ROOT/tests/weights/old.pt" -o p
	wprune -q -s 1/2 --score file:"$ROOT/tests/weights/old.pt" \
		"$ROOT/tests/weights/old.pt" -o s
	py <<-'END'
		t, p, s = (st.load(x)[0] for x in "tps")
		w = t["state_dict.weight"]
		for x in p, s:
		    assert (x["state_dict.turned"] == x["state_dict.weight"].T).all()
		assert (p["state_dict.weight"] == np.where(w > 1, w, 0)).all()
		assert (s["state_dict.weight"].ravel() == np.where(
		    w.ravel() >= np.sort(w.ravel())[6], w.ravel(), 0)).all()
	END
}

@test "a name that says another format is refused before anything is made" {
	model
	py <<-'END'
		np.savez("m.npz", w=rng.standard_normal((4, 4)))
		np.save("m.npy", rng.standard_normal((4, 4)))
	END
	cp "$ROOT/tests/weights/new.pt" m.pt
	cp m.pt m.bin
	mkdir in && mv m.* in
	for how in 'safetensors npz' 'npz npy' 'npy pt' 'npy csv' 'pt pt' 'pt npz' \
		'pt bin' 'bin bin' 'safetensors h5' 'safetensors gz'; do
		set -- $how
		# of a format that has no suffix of its own only what it was
		if [ "$how" = 'pt bin' ]; then
			wprune -q -s 50% in/m.$1 -o out.$2
			rm out.$2
			continue
		fi
		refused "wprune: out.$2: would hold *, not *; expected *" \
			wprune -s 50% in/m.$1 -o out.$2
	done
	refused 'wprune: out/m.pt: would hold safetensors, not PyTorch; *' \
		wprune -s 50% in/m.pt -O out
	refused 'wprune: out.csv: would hold safetensors, not csv; *' \
		wprune -s 50% in/m.npz -o o --mask-out out.csv
	run -1 --separate-stderr spzip -k in/m.npz -o out.npz
	one_message 'spzip: out.npz: would hold spzip, not npz; *.spzip'
	spzip -k in/m.npz
	run -1 --separate-stderr spzip -d --tensor w in/m.npz.spzip -o out.npz
	one_message 'spzip: out.npz: would hold npy, not npz; *.npy'
	[ -z "$(compgen -G 'out*')" ]
	# the whole name, in any case
	wprune -q -s 50% in/m.npy -o OUT.NPY
	wprune -q -s 50% in/m.npy -o npz
}

@test "a shard that cannot be made is named as it would be called" {
	sharded
	refused 'wprune: no/p/*-00001-of-*: cannot create: No such file or directory' \
		wprune -s 50% d -o no/p
}

@test "a directory of results of which there are none is not left" {
	echo no >bad.npy
	run -2 --separate-stderr wprune -s 50% bad.npy none.npy -O out
	[ ! -e out ]
	mkdir out
	run -2 --separate-stderr wprune -s 50% bad.npy -O out
	[ -d out ]
}

@test "each of several inputs goes to its name in a directory" {
	model
	sharded
	mkdir in
	mv m.safetensors one.safetensors in
	wprune -q -s 50% in/m.safetensors in/one.safetensors d -O all
	wprune -q -s 50% in/m.safetensors -o m.want
	cmp m.want all/m.safetensors
	same all/d all/one.safetensors
	mv all/one.safetensors one.want
	# one that fails stops no other
	rm -r all
	run -2 --separate-stderr wprune -q -s 50% none in/m.safetensors -O all
	one_message 'wprune: none: cannot open*'
	cmp m.want all/m.safetensors
	run -2 --separate-stderr wprune -s 50% in/m.safetensors -O in
	[[ $stderr == *'input and output are one file'* ]]
	# a directory with its slash, and two of one name
	wprune -q -s 50% d/ -O slash
	same slash/d one.want
	mkdir -p x y
	cp in/m.safetensors x
	cp -r d y
	for two in 'in/m.safetensors x/m.safetensors' 'd y/d/' 'x/m.safetensors x//m.safetensors'; do
		# shellcheck disable=SC2086
		refused "wprune: '*' and '*' to one name in out; *" \
			wprune -q -s 50% $two -O out
	done
	run -2 --separate-stderr wprune -s 50% -O in
	run -2 --separate-stderr wprune -s 50% -O in -o x in/m.safetensors
}

@test "a mask may be bits, BOOL, or the zeros of weights" {
	py <<-'END'
		w = rng.standard_normal((9, 7)).astype("<f4")
		np.save("w.npy", w)
		keep = rng.random((9, 7)) < .5
		np.save("keep.npy", keep)
		np.savez("keep.npz", data=keep)
		st.save("bool.safetensors", {"data": keep})
		st.save("bits.safetensors", {"data": np.packbits(
		    keep.ravel(), bitorder="little")})
		np.save("zeros.npy", np.where(keep, w + 9, 0))
		np.save("want.npy", np.where(keep, w, 0))
		np.save("short.npy", keep[:8])
	END
	for m in keep.npy keep.npz bool.safetensors bits.safetensors @zeros.npy; do
		wprune -q -m $m w.npy -o out.npy
		cmp out.npy want.npy
		wstat --check mask=$m out.npy
		run -1 wstat --check mask=$m w.npy
	done
	rm out.npy
	refused 'wprune: short.npy:data: another shape*' wprune -m short.npy w.npy -o out
	refused 'wprune: w.npy:data: no mask of 63 elements*' wprune -m w.npy w.npy -o out
}

@test "a run that is killed leaves the old or the new, complete" {
	py <<-'END'
		n = rng.standard_normal
		np.save("w.npy", n(1 << 20).astype("<f4"))
		np.save("v.npy", n(1 << 20).astype("<f4"))
	END
	wprune -s 50% w.npy -o new.npy
	wprune --zeros-of new.npy w.npy -o same.npy
	cmp new.npy same.npy
	for i in 1 2 3 4 5 6 7 8 9 10; do
		cp v.npy out.npy
		cp w.npy in.npy
		wprune -s 50% w.npy -o out.npy &
		sleep 0.00$i
		kill -9 $! || true
		wait $! || true
		cmp out.npy v.npy || cmp out.npy new.npy
		wprune -s 50% --in-place in.npy &
		sleep 0.00$i
		kill -9 $! || true
		wait $! || true
		cmp in.npy w.npy || cmp in.npy new.npy
		for f in $(compgen -G '.*.npy.*'); do
			cmp "$f" v.npy || cmp "$f" w.npy || cmp "$f" new.npy
			rm "$f"
		done
	done
}

@test "what is converted keeps its empty tensors, in the file and for the mask" {
	py <<-'END'
		x = rng.standard_normal((6, 8)).astype("<f4")
		np.savez_compressed("z.npz", a=x, none=x[:0], b=x, c=x[:, :0])
	END
	run -0 --separate-stderr wprune -s 1/2 z.npz -o out --mask-out mask
	[ -z "$stderr" ]
	run -1 wcmp z.npz out
	[ "$(wcmp -a z.npz out | cut -d, -f1-3 | tail -n +2 | sort)" = \
		"$(printf '%s\n' a,changed,48 b,changed,48 c,same,0 none,same,0)" ]
	wprune -q -m mask z.npz | cmp - out
}

@test "arrays of any order become what safetensors has: C order, little-endian" {
	py <<-'END'
		x, any_ = {}, {}
		for i, t in enumerate(("f4", "f8", "f2", "i2", "u8", "c8", "?", "i1")):
		    for j, shape in enumerate(((6, 8), (3, 4, 5), (7,), (0, 3))):
		        a = (rng.standard_normal(shape) * 100).astype(t)
		        a = a + 1j * a[::-1] if t == "c8" else a
		        x[f"{t}.{j}"] = a.astype(t)
		x["large"] = rng.standard_normal((1300, 1100)).astype("f4")
		for k, a in x.items():
		    a = a.astype(a.dtype.newbyteorder(">")) if rng.random() < .5 else a
		    any_[k] = np.asfortranarray(a) if rng.random() < .5 else a
		any_["large"] = np.asfortranarray(x["large"].astype(">f4"))
		np.savez("any.npz", **any_)
		np.savez_compressed("deflated.npz", **any_)
		np.savez("plain.npz", **x)
		np.save("any.npy", any_["large"])
		np.save("plain.npy", x["large"])
	END
	for f in any.npz deflated.npz; do
		for how in '-s 1/2' '-s 0.3 --scope global --ties last' '-k 0' \
			'-s 1/4 --scope row' '--structure nm=keep:2:4' \
			'-s 1/2 --structure block=2x3' '-t 1' '-T 3 -s 1/3'; do
			wprune -q $how plain.npz -o want.safetensors --mask-out want.m
			wprune -q $how $f -o out.safetensors --mask-out m \
				--report report
			cmp out.safetensors want.safetensors
			cmp m want.m
			[ "$(grep -c ',prune,' report)" -gt 6 ]
		done
		wprune -q -m want.m $f -o out.safetensors
		cmp out.safetensors want.safetensors
	done
	wprune -q -s 1/2 plain.npy -o want.safetensors
	wprune -q -s 1/2 --mem 16MiB any.npy -o out.safetensors
	cmp out.safetensors want.safetensors
	python_same() {
		wprune -q -k 0 any.npz -o out.safetensors
		py <<-'END'
			a, x = st.load("out.safetensors")[0], np.load("plain.npz")
			assert a.keys() == set(x.files)
			for k in x.files:
			    assert a[k].shape == x[k].shape, k
			    assert (a[k] == x[k]).all(), k
		END
	}
	python_same
}
