#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Models in several files: an index, a directory, and what is wrong with them.
load helper
load weights

# Two shards and their index in d.
sharded() {
	mkdir -p d
	py <<-'END'
		import json
		w = "model-%05d-of-00002.safetensors"
		st.save("d/" + w % 1, {"a": np.arange(6, dtype="<f4").reshape(2, 3)})
		st.save("d/" + w % 2, {"b": np.zeros((3, 2), "<f2"),
		                       "c": np.ones(4, "<f4")})
		json.dump({"metadata": {"total_size": 52}, "weight_map": {
		    "a": w % 1, "c": w % 2, "b": w % 2}},
		    open("d/model.safetensors.index.json", "w"))
	END
}

rows() {
	tail -n +2 | cut -d, -f1-6 | tr '\n' ' '
}

@test "an index is read with its shards, a directory as what it has" {
	sharded
	want='d,a,F32,2x3,6,1 d,b,F16,3x2,6,6 d,c,F32,4,4,0 '
	[ "$(wstat d | rows)" = "$want" ]
	[ "$(wstat d/ | rows)" = "${want//d,/d\/,}" ]
	idx=d/model.safetensors.index.json
	[ "$(wstat $idx | rows)" = "${want//d,/$idx,}" ]
	[ "$(cd d && wstat model.safetensors.index.json | rows)" = \
		"${want//d,/model.safetensors.index.json,}" ]
	rm $idx
	[ "$(wstat d | rows)" = "$want" ]
	run -0 wstat --check 'sparsity>=7/16' --include '*' d
	run -1 wstat --check 'sparsity>=8/16' --include '*' d
}

@test "a directory has PyTorch's files by their index, or GGUF's" {
	mkdir t
	cp "$ROOT/tests/weights/new.pt" t/pytorch_model-1.bin
	cp "$ROOT/tests/weights/one.pt" t/pytorch_model-2.bin
	echo 'no weights' >t/training_args.bin
	cp "$ROOT/tests/weights/small.gguf" t/odd.gguf
	(cd t && wstat -f csv pytorch_model-[12].bin) | cut -d, -f2- >want
	"$PYTHON" - <<-'END'
		import csv, json
		json.dump({"weight_map": {
		    r["tensor"]: r["file"] for r in csv.DictReader(
		        __import__("subprocess").run(
		            "cd t && wstat -f csv pytorch_model-[12].bin",
		            shell=True, text=True, check=True,
		            stdout=-1).stdout.splitlines())}},
		    open("t/pytorch_model.bin.index.json", "w"))
	END
	wstat -f csv t | cut -d, -f2- | diff want -
	rm t/*.json
	wstat t | cut -d, -f2- >got
	wstat t/odd.gguf | cut -d, -f2- | diff - got
	wprune -q -s .5 t -o pruned
	wprune -q -s .5 t/odd.gguf | cmp - pruned/odd.gguf
	cp t/odd.gguf t/even.gguf
	refused 'wstat: t:*: is in even.gguf and odd.gguf*' wstat t
}

@test "a directory without an index lacks no part" {
	sharded
	rm d/*.json
	mv d/model-00002-of-00002.safetensors model-00003-of-00003.safetensors
	refused 'wstat: d: model-00002-of-00002.safetensors is not there*' \
		wstat d
	mv d/model-00001-of-00002.safetensors d/model-00001-of-00003.safetensors
	mv model-00003-of-00003.safetensors d
	refused 'wprune: d: model-00002-of-00003.safetensors is not there*' \
		wprune -s .5 d -o out
	rm d/model-00001-*
	refused 'wstat: d: model-00002-of-00003.safetensors is not there*' \
		wstat --hist d
	mkdir g
	cp "$ROOT/tests/weights/small.gguf" g/q-00001-of-00002.gguf
	refused 'wstat: g: q-00002-of-00002.gguf is not there*' wstat g
	mv g/q-00001-of-00002.gguf g/q-00001-of-00001.gguf
	wstat g >out
	# A file that is named is read alone.
	wstat d/model-00003-of-00003.safetensors >out
}

@test "shards that links lead to are read, as a cache of downloads has them" {
	sharded
	mkdir blobs s
	mv d/*-00001-* blobs/1
	mv d/*-00002-* blobs/2
	ln -s ../blobs/1 d/model-00001-of-00002.safetensors
	ln -s ../blobs/2 d/model-00002-of-00002.safetensors
	[ "$(wstat d | rows)" = 'd,a,F32,2x3,6,1 d,b,F16,3x2,6,6 d,c,F32,4,4,0 ' ]
}

@test "an index leads to no file but those beside it" {
	sharded
	idx=d/model.safetensors.index.json
	cp $idx good
	for name in ../x.safetensors /etc/passwd sub/x .. . '' 'a\\b'; do
		"$PYTHON" - "$name" <<-'END'
			import json, sys
			i = json.load(open("good"))
			i["weight_map"]["a"] = sys.argv[1].replace("\\\\", "\\")
			json.dump(i, open("d/model.safetensors.index.json", "w"))
		END
		refused "wstat: $idx:a: shard '*'; expected a file beside the index*" \
			wstat d
	done
	mkfifo d/fifo
	sed 's/model-00001-of-00002.safetensors/fifo/' good >$idx
	refused 'wstat: d/fifo: is not a regular file*' wstat d
	sed 's/"model-00001-of-00002.safetensors"/7/' good >$idx
	refused "wstat: $idx:a: no text; expected the name of a shard" wstat d
}

@test "what the index and the shards do not agree on is named" {
	sharded
	idx=d/model.safetensors.index.json
	cp $idx good
	sed 's/"c"/"e"/' good >$idx
	refused 'wstat: d:c: is in model-00002-of-00002.safetensors and not in *' \
		wstat d
	sed 's/"c"/"e": "model-00002-of-00002.safetensors", &/' good >$idx
	refused 'wstat: d:e: is not there, though the index says so; expected it in model-00002-*' \
		wstat d
	sed 's/"a": "model-00001/"a": "model-00002/' good >$idx
	refused 'wstat: d:a: *expected it in model-00002*' wstat d
	cp good $idx
	cp d/*-00001-* d/model-00002-of-00002.safetensors
	refused 'wstat: d:a: is in *-00001-* and *-00002-*' wstat d
	rm d/*-00002-*
	refused 'wstat: d/model-00002-of-00002.safetensors: cannot open: No such *' \
		wstat d
	echo '{"weight_map": {}}' >$idx
	refused "wstat: $idx: a weight_map without tensors*" wstat d
	echo '{"weight": {}}' >$idx
	refused "wstat: $idx: JSON text; *weight_map" wstat d
	cp good d/other.safetensors.index.json
	refused 'wstat: d: a directory with two indexes*' wstat d
	mkdir empty
	refused 'wstat: empty: a directory without \*.safetensors*' wstat empty
	touch empty/.metadata empty/__0_0.distcp
	refused 'wstat: empty: a distributed checkpoint*dcp_to_torch*' wstat empty
}
