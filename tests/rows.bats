#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Results as CSV, JSON and a table: of the tools that have them, the same
# values in each, read by Python; and what people see on a terminal.

load helper

# Names with all that CSV, JSON and terminals have a meaning for.
setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	"$NUMPY" - "$ROOT/tests" <<-'END'
		import sys
		sys.dont_write_bytecode = True
		sys.path.insert(0, sys.argv[1])
		import csv, numpy as np, safetensors as st
		rng = np.random.default_rng(5)
		w = rng.standard_normal((300, 500)).astype("<f4")
		w[:30] = 0
		odd = np.array([[np.inf, np.nan], [-np.inf, -0.0]], "<f4")
		st.save("m.safetensors", {
		    "fc.weight": w, "\u6a21\u578b.weight": w[:4], "e\u0301": w[:3],
		    'say "x", \\ or\n\x1b[31m\u202e\x85': odd, "none": w[:0],
		    "one": np.array(4.5)})
		st.save("n.safetensors", {"v": w[1:2].astype("<f8")})
		lr = np.geomspace(1e-6, 10, 200)
		loss = 2.3 - 2 / (1 + 0.01 / lr) + np.minimum(lr * lr, 50)
		for name, run in (("run.csv", "a"), ("caf\u00e9 \x1b.csv", "\u6a21")):
		    with open(name, "w") as f:
		        out = csv.writer(f)
		        out.writerow(["step", "lr", "loss", "run"])
		        out.writerows(zip(range(200), lr, loss, [run] * 200))
	END
	printf 'lr,loss\n1,1\n' >short.csv
	lrsched -n 1000 -l .1 'warmup:100 cos' >good.csv
	lrsched -n 1000 -l .1 'warmup:101 cos' >near.csv
	printf 'step,lr\nx,y\n' >$'bad \xff.csv'
}

# The commands whose rows are compared, and their statuses.
commands() {
	cat <<-'END'
		0 wstat m.safetensors n.safetensors
		0 wstat /dev/fd/3
		2 wstat m.safetensors none n.safetensors
		0 wprune -q --nan keep -n -s .9 m.safetensors --report -
		0 wprune -q --nan keep -n -t .5 m.safetensors --only 'fc*' --report -
		0 lrfind --run run run.csv
		0 lrfind -m all run.csv
		1 lrfind run.csv caf* short.csv
		0 lrfind --list-columns run.csv caf* --loss loss --lr lr
		0 lrcheck good.csv near.csv
		1 lrcheck -q -s 'warmup:100 cos' -n 1000 -l .1 good.csv near.csv
		2 lrcheck -q -s 'warmup:100 cos' -n 1000 -l .1 good.csv bad*
	END
}

@test "JSON and CSV hold the same values" {
	local want line
	while read -r want line; do
		rm -f csv json
		run "-$want" bash -c "$line >csv 3<n.safetensors"
		run "-$want" bash -c "$line -f json >json 3<n.safetensors"
		"$PYTHON" - "$line" <<-'END'
			import csv, json, sys
			def constant(name):
			    raise ValueError(name)  # what JSON has not
			want = list(csv.DictReader(open("csv", newline="",
			    encoding="utf-8", errors="surrogateescape")))
			got = [json.loads(x, parse_constant=constant)
			       for x in open("json", encoding="utf-8", newline="\n")]
			assert len(got) == len(want) > 0, sys.argv
			for g, w in zip(got, want):
			    assert list(g) == list(w)
			    for k, v in w.items():
			        v = "".join(c if c < "\udc80" or c > "\udcff"
			            else "\\x%02x" % (ord(c) - 0xdc00) for c in v)
			        if v == "":
			            assert g[k] is None, (k, g)
			        elif isinstance(g[k], str):
			            assert g[k] == v, (k, g[k], v)
			        else:
			            assert repr(g[k]) == repr(type(g[k])(v)), (k, v)
		END
	done < <(commands)
}

@test "numbers are no strings in JSON, but infinity, and absent ones are null" {
	wstat -f json m.safetensors >s.json
	"$PYTHON" - <<-'END'
		import json
		rows = [json.loads(x) for x in open("s.json")]
		r = next(r for r in rows if "say" in r["tensor"])
		assert (r["min"], r["max"], r["l1"]) == ("-inf", "inf", "inf"), r
		assert (r["n"], r["nan"], r["inf"]) == (4, 1, 2)
		assert r["tensor"] == 'say "x", \\ or\n\x1b[31m\u202e\x85'
		r = next(r for r in rows if r["tensor"] == "none")
		assert r["min"] is None and r["sparsity"] is None and r["l2"] == 0
	END
	run -1 grep -P '[\x00-\x1f\x7f]|\xe2\x80\xae|\xc2\x85' s.json
}

@test "a table's columns are as wide as what they show" {
	wstat -f table m.safetensors n.safetensors >t
	"$PYTHON" - <<-'END'
		import unicodedata
		def width(s):
		    return sum(0 if unicodedata.combining(c) else
		        2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
		groups = open("t", encoding="utf-8").read().split("\n\n")
		assert len(groups) == 2
		for g, name in zip(groups, ("m", "n")):
		    lines = g.rstrip("\n").split("\n")
		    assert lines[0] == name + ".safetensors:"
		    head, rows = lines[1], lines[2:]
		    assert rows and not any(r.endswith(" ") for r in lines)
		    at = head.index("decision")
		    for r in rows:
		        cut = max(r.rfind("  prune"), r.rfind("  skip:")) + 2
		        assert width(r[:cut]) == at, (r, at)
	END
	grep -q '^say "x", \\ or\\n\\x1b\[31m\\u202e\\u0085 ' t
	grep -Eq '^fc\.weight +F32 +300x500 +150k +15000 +0 +0 +0 +-[0-9.]+ +[0-9.]+ +10\.00%  prune$' t
	run -0 wstat -f table n.safetensors
	[[ ${lines[1]} != *nan* && ${lines[1]} != *inf* && ${lines[1]} != *l1* ]]
}

@test "counts and parts are rounded so that none becomes all or nothing" {
	head -c 400000 /dev/zero >w
	printf '\0\0\200\077' | dd of=w conv=notrunc bs=1 seek=40 status=none
	run -0 wstat -q -f table --raw f32 w
	[[ ${lines[2]} == *'  100k  99999 '*' 99.99%  '* ]]
	head -c 399996 /dev/zero | tr '\0' '?' >w
	printf '\0\0\0\0' >>w
	run -0 wstat -q -f table --raw f32 w
	[[ ${lines[2]} == *' 0.01%  '* ]]
	head -c 3998000 /dev/zero >w
	run -0 wstat -q -f table --raw f32 w
	[[ ${lines[2]} == *'  1.00M  1.00M '*' 100.00%  '* ]]
}

@test "a terminal is shown a table, a file and a pipe get CSV" {
	local line
	while read -r _ line; do
		[[ $line != *fd/3* ]] || continue
		on_terminal bash -c "$line" >shown || true
		bash -c "$line -f table" >want 2>/dev/null || true
		bash -c "$line" 2>/dev/null >plain || true
		bash -c "$line -f csv" >csv 2>/dev/null || true
		cmp plain csv
		grep -v -e '^lrfind:' -e '^lrcheck:' -e '^wstat:' shown | diff - want
	done < <(commands)
	on_terminal wstat -f csv m.safetensors >shown
	run -1 grep -P '\x1b' shown
	run -0 wstat -o to m.safetensors
	run -0 head -c 5 to
	[ "$output" = file, ]
}

@test "a terminal is shown names of columns tamed, a file has their bytes" {
	printf '{"step": 1, "lo\\u001b[31mss": 2, "c1\\u009b": 3}\n' >log.jsonl
	on_terminal lrlog log.jsonl >shown
	grep -F 'step,lo\x1b[31mss,c1\u009b' shown
	run -1 grep -P '\x1b|\x9b' shown
	run -0 lrlog log.jsonl
	[ "${lines[0]}" = $'step,lo\e[31mss,c1\u009b' ] ||
		[ "${lines[0]}" = $'step,lo\e[31mss,c1\xc2\x9b' ]
}

@test "a format that is none is refused, and none is taken twice" {
	for tool in wstat lrcheck lrfind 'wprune -s 1'; do
		run -2 $tool -f jsn m.safetensors
		[[ $output == *"unknown 'jsn'"*"nearest is 'json'"* ]]
	done
	run -2 wprune -s .5 -f json m.safetensors -o x
	[[ $output == *--report* ]]
	wstat -o s.json n.safetensors
	wstat -f json n.safetensors | cmp - s.json
}

@test "a file without a tensor still has a header, an empty table none" {
	"$PYTHON" -c 'import sys, struct
sys.stdout.buffer.write(struct.pack("<Q", 2) + b"{}")' >e.safetensors
	run -0 wstat e.safetensors
	[[ $output == file,* && ${#lines[@]} -eq 1 ]]
	run -0 wstat -f json e.safetensors
	[ -z "$output" ]
	run -0 wstat -f table e.safetensors
	[ -z "$output" ]
}
