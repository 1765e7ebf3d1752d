#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Plans from histograms: the same bytes as one process makes of all, and the
# same counts as numpy makes by sorting.

load helper
load weights

# The rounds of a plan of the shards m?.st, as hosts of their own would run
# them; the plan is in plan.csv.  Prints how many rounds it took.
rounds() {
	local f n bracket=()
	for ((n = 1; n < 9; n++)); do
		for f in m?.st; do
			wstat -q -T $n --hist "${bracket[@]}" "$f" -o "$f.csv"
		done
		if wplan -q "$@" m?.st.csv -o plan.csv; then
			echo $n
			return
		fi
		bracket=(--bracket plan.csv)
	done
	return 1
}

# The sparsities of $1; with sanitizers the second alone: the numbers are the
# same, and so is what the extremes go through.
some_of() {
	if sanitized; then cut -d' ' -f2 <<<"$1"; else echo "$1"; fi
}

# Shards of one dtype each ($1...), and all in one file.
shards() {
	py <<-END
		dtypes = "$*".split()
		both = {}
		for i, dtype in enumerate(dtypes):
		    x = rng.standard_normal((60, 50))
		    y = rng.standard_normal((7, 3, 20)) * 2
		    x[:9] = np.round(x[:9], 1)
		    y[0] = 0
		    y[1] = -x[0, :60].reshape(3, 20) if x.shape[1] >= 60 else -.5
		    t = {"w%d.weight" % i: x.astype(dtype),
		         "c%d.weight" % i: y.astype(dtype),
		         "b%d.bias" % i: x[0].astype(dtype)}
		    st.save("m%d.st" % i, t)
		    both.update(t)
		st.save("all", both)
	END
}

@test "the same bytes as one process, for every dtype, mixed, in shards" {
	local dtypes s n f part='0 1/3 .95' other='.1 .5 1'
	for dtypes in '<f4' '<f2' '<f8 <f2 <f4' '<f8' '<f2 <f4' '<f4 <f4 <f4'; do
		rm -f m?.st*
		shards $dtypes
		IFS='|' read -r part other <<<"$other|$part"
		for s in $(some_of "$part"); do
			wprune -q -s $s --scope global all -o want
			n=$(rounds -s $s --scope global)
			wprune -q -p plan.csv all -o got
			cmp want got || { echo "$dtypes $s"; false; }
			wprune -q -s $s all -o want
			wplan -s $s m?.st.csv -o plan.csv
			for f in m?.st; do
				wprune -q -p plan.csv "$f" -o "out"
				wprune -q -s $s "$f" | cmp - out
			done
			wprune -q -p plan.csv all | cmp - want
		done
	done
	# A second histogram is all that floats of 32 bits need.
	rm -f m?.st*
	shards '<f4' '<f4'
	[ "$(rounds -s .5 --scope global)" -eq 2 ]
	shards '<f2' '<f2'
	[ "$(rounds -s .5 --scope global)" -eq 1 ]
	for f in m?.st; do wprune -q -p plan.csv --ties last "$f" -o "$f.out"; done
	wprune -q -s .5 --scope global --ties last all -o want
	"$NUMPY" - "$ROOT/tests" <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import safetensors as st
		want = st.load("want")[0]
		for f in "m0.st.out", "m1.st.out":
		    for name, x in st.load(f)[0].items():
		        assert x.tobytes() == want[name].tobytes(), name
	END
}

@test "rounds end for tensors that are small, zero, rounded, or of F64" {
	for i in 0 1 2 3 4 5; do
		py <<-END
			rng = np.random.default_rng($i)
			x, y, z = (rng.standard_normal(n)
			           for n in ((17, 20, 12), (23, 21), (2, 27)))
			st.save("m0.st", {
			    "x.weight": (np.round(x) * 25 if $i % 2 else x).astype("<f8"),
			    "y.weight": np.round(y * 2).astype("<f4"),
			    "z.weight": z.astype("<f4"),
			    "0.weight": np.zeros((7, 28), "<f8")})
		END
		n=$(rounds --alloc lamp -s 0.$((3 + i))8)
		[ "$n" -le 5 ]
		py <<-END
			import csv
			w = {k: np.sort(abs(v.astype("f8")).ravel())
			     for k, v in st.load("m0.st")[0].items()}
			lamp = {n: v * v / np.maximum((v * v)[::-1].cumsum()[::-1], 1e-300)
			        for n, v in w.items()}
			every = np.sort(np.concatenate(list(lamp.values())))
			k = int(np.round(float("0.$((3 + i))8") * every.size))
			got = {r["tensor"]: int(r["k"])
			       for r in csv.DictReader(open("plan.csv"))}
			assert sum(got.values()) == k, (got, k)
			for n, x in lamp.items():
			    below = (x < every[k - 1] * (1 - 1e-9)).sum()
			    upto = (x <= every[k - 1] * (1 + 1e-9)).sum()
			    assert below <= got[n] <= upto, (n, below, got, upto)
		END
	done
}

@test "counts are those of numpy: lamp, normalized, energy, er, erk, bounds" {
	shards '<f4' '<f2' '<f4'
	for s in .3 .8; do
		for how in lamp normalized er erk; do
			rounds --alloc $how -s $s >/dev/null
			cp plan.csv $how.$s
		done
		rounds --scope global -s $s --min-sparsity .2 --max-sparsity .85 >/dev/null
		cp plan.csv bounds.$s
		rounds --alloc energy=$s >/dev/null
		cp plan.csv energy.$s
	done
	py <<-'END'
		import csv
		from fractions import Fraction
		w = {k: np.sort(abs(v.astype("f8")).ravel()) for k, v in
		     st.load("all")[0].items() if v.ndim > 1}
		shape = {k: v.shape for k, v in st.load("all")[0].items()}
		total = sum(v.size for v in w.values())
		def check(name, s, count, slack=0):
		    rows = [r for r in csv.DictReader(open("%s.%s" % (name, s)))
		            if r["decision"] == "prune"]
		    got = {r["tensor"]: int(r["k"]) for r in rows}
		    assert all(r["exact"] == "1" for r in rows)
		    for k in count:
		        assert abs(got[k] - count[k]) <= slack, (name, s, k, got, count)
		    return got
		def smallest(scores, k):
		    names = np.repeat(list(scores), [v.size for v in scores.values()])
		    order = np.argsort(np.concatenate(list(scores.values())),
		                       kind="stable")[:k]
		    names = names[order]
		    return {n: (names == n).sum() for n in scores}
		for s in ".3", ".8":
		    k = round(Fraction(s) * total)
		    # The paper's score, as its authors compute it: sorted, each
		    # weight's square over what is left of the sum.
		    lamp = {n: v * v / (v * v)[::-1].cumsum()[::-1]
		            for n, v in w.items()}
		    got = check("lamp", s, smallest(lamp, k), 1)
		    assert sum(got.values()) == k
		    norm = {n: v / np.sqrt((v * v).sum()) for n, v in w.items()}
		    got = check("normalized", s, smallest(norm, k), 30)
		    assert sum(got.values()) == k
		    # As get_sparsities_erdos_renyi of google-research/rigl has it.
		    for how in "er", "erk":
		        raw = {n: sum(d) / np.prod(d) for n, d in
		               ((n, shape[n] if how == "erk" else shape[n][:2])
		                for n in w)}
		        dense = set()
		        while True:
		            rhs = sum((0 if n in dense else (1 - float(s))) *
		                      w[n].size for n in w) - sum(
		                      float(s) * w[n].size for n in dense)
		            eps = rhs / sum(raw[n] * w[n].size for n in w
		                            if n not in dense)
		            top = max(raw[n] for n in w if n not in dense)
		            if top * eps <= 1:
		                break
		            dense |= {n for n in w if raw[n] == top}
		        want = {n: 0 if n in dense else
		                (1 - eps * raw[n]) * w[n].size for n in w}
		        got = check(how, s, want, 1)
		        assert sum(got.values()) == k
		    got = check("bounds", s, {})
		    assert sum(got.values()) == k
		    for n in w:
		        assert .2 * w[n].size <= got[n] <= .85 * w[n].size
		    for n, v in w.items():
		        exact = [Fraction(float(x)) ** 2 for x in v]
		        limit, sum_, c = sum(exact) * (1 - Fraction(s)), 0, 0
		        while c < len(exact) and sum_ + exact[c] <= limit:
		            sum_ += exact[c]
		            c += 1
		        check("energy", s, {n: c})
	END
}

@test "several targets are a table, and a bracket is no plan" {
	shards '<f4'
	wstat --hist m0.st -o h
	run -0 wplan -s .5 -s 90% -s 1 h
	[ "${#lines[@]}" -eq 4 ]
	[[ ${lines[1]} == .5,uniform,3420,1710,0.5,1,0.9*,0,* ]]
	[[ ${lines[3]} == 1,uniform,3420,3420,1,1,0,2,540 ]]
	run -1 --separate-stderr wplan -s .5 --scope global h -o p
	one_message 'wplan: not exact yet: *'
	refused 'wprune: m0.st:*: p is not exact yet; *' wprune -p p m0.st -o out
	wplan -q -s .5 h -o p
	py <<-'END'
		st.save("other", {"x.weight": np.ones((2, 2), "<f4")})
		st.save("short", {"w0.weight": np.ones((2, 2), "<f4")})
	END
	refused 'wprune: other:x.weight: p has no row for it' \
		wprune -p p other -o out
	refused 'wprune: short:w0.weight: p was made for another*' \
		wprune -p p short -o out
	refused 'wprune: --plan with --scope*' wprune -p p --scope global m0.st -o out
	refused 'wprune: more than one target*' wprune -p p -s .5 m0.st -o out
	refused 'wplan: no target*' wplan h -o out
	refused 'wplan: --scope tensor with*' wplan --scope tensor --alloc er -s 1 h -o out
	refused 'wplan: 1710 weights to prune; the bounds allow at most 0' \
		wplan -s .5 --scope global --max-sparsity 0 h -o out
}

@test "histograms that do not go together, or are no histograms" {
	shards '<f2'
	wstat --hist m0.st -o h
	wstat --hist --exclude c0.weight m0.st -o rules
	py <<-'END'
		x = np.ones((2, 2), "<f4")
		x[0, 0] = np.nan
		st.save("nan", {"x.weight": x})
	END
	wstat --hist nan -o nan.csv
	refused 'wplan: nan:x.weight: 1 NaN; *' wplan -s .5 nan.csv -o out
	wplan -s .5 --nan keep nan.csv -o p
	wprune -q -p p --nan keep nan | cmp - <(wprune -q -s .5 --nan keep nan)
	refused 'wplan: *: counted twice, of *' wplan -s .5 h h -o out
	refused "wplan: rules:*: rules '*'; expected those of the rows before*" \
		wplan -s .5 h rules -o out
	bad() {
		"$PYTHON" -c 'import csv, sys
rows = list(csv.DictReader(open("h")))
'"$1"'
w = csv.DictWriter(open("bad", "w"), rows[0].keys() if rows else ["x"])
w.writeheader()
w.writerows(rows)'
		refused "$2" wplan -s .5 bad -o out
	}
	bad 'rows[5]["count"] = "99999"' "wplan: bad:*: count '99999'; expected*"
	bad 'rows[5]["count"] = "-1"' "wplan: bad:*: count '-1'; *"
	bad 'rows[5]["count"] = "0"' "wplan: bad:*: count '0'; *"
	bad 'del rows[5]' 'wplan: bad:*weight: counts come to *; expected n*'
	bad 'rows[5]["key"] = "0xffff"' "wplan: bad:*: key '0xffff'; *"
	bad 'rows[5]["key"] = rows[4]["key"]' "wplan: bad:*: key *rise*"
	bad 'rows[5]["shift"] = "64"' "wplan: bad:*: shift '64'; *"
	bad 'rows[0]["decision"] = "skip:ndim"
rows[0]["nan"] = "1"' "wplan: bad:*: nan '1'; *"
	bad 'rows[5]["n"] = "x"
rows[5]["tensor"] = "y"' "wplan: bad:*: n 'x'; *"
	bad 'rows[0]["shape"] = "3x"' "wplan: bad:2: shape '3x'; *"
	bad 'rows[0]["shape"] = "18446744073709551615x2"' 'wplan: bad:2: shape *'
	bad 'rows[0]["decision"] = "maybe"' "wplan: bad:2: decision 'maybe'; *"
	bad 'rows[0]["version"] = "2"' "wplan: bad:2: version '2'; *"
	bad '[r.pop("key") for r in rows]' "wplan: bad:1: no column 'key'; expected a histogram, as 'wstat --hist' prints it"
	refused "wplan: m0.st: * byte; expected a histogram, as 'wstat --hist' prints it" \
		wplan -s .5 m0.st -o out
	refused "wstat: h:1: no column 'k'*" wstat --hist --bracket h m0.st -o out
	: >empty
	refused 'wplan: empty: empty*' wplan -s .5 empty -o out
}

@test "NaN: as wprune -s has them, kept or pruned, in shards" {
	py <<-'END'
		nan = {"<f4": (0x7fc00000, 0xffc00001, 0x7f800001), "<f2":
		       (0x7e00, 0xfe01, 0x7c01), "<f8": (0x7ff8 << 48,)}
		for tag, dtypes in ("f4", ["<f4", "<f4"]), ("f2", ["<f2", "<f2"]), \
		        ("mix", ["<f2", "<f4"]), ("f8", ["<f8", "<f4"]):
		    both = {}
		    for i, dtype in enumerate(dtypes):
		        x = rng.standard_normal((20, 15)).astype(dtype)
		        x[3] = 0 if i else -0.0
		        u = x.ravel().view("<u" + dtype[2])
		        for j, bits in enumerate(nan[dtype] * 4):
		            u[11 * j + 5 * i] = bits
		        x[4, 0] = np.inf
		        t = {"w%d" % i: x, "b%d" % i: x[0]}
		        st.save("%s.%d" % (tag, i), t)
		        both.update(t)
		    st.save(tag + ".all", both)
		# Nothing but NaN, and no small weight for them to join.
		x = np.full((4, 4), np.nan, "<f4")
		st.save("none.0", {"w0": x})
		st.save("none.1", {"w1": np.ones((4, 4), "<f4")})
		st.save("none.all", {"w0": x, "w1": np.ones((4, 4), "<f4")})
	END
	local tag nan s f part='0 .07 .9' other='.02 .5 1'
	for tag in f4 f2 mix f8 none; do
		cp $tag.0 m0.st
		cp $tag.1 m1.st
		for nan in keep prune; do
			IFS='|' read -r part other <<<"$other|$part"
			for s in $(some_of "$part"); do
				if [ $tag$nan$s = nonekeep.9 ]; then continue; fi
				wprune -q -s $s --scope global --nan $nan $tag.all -o want
				rounds -s $s --scope global --nan $nan >/dev/null
				wprune -q -p plan.csv --nan $nan $tag.all -o got
				cmp want got || { echo "$tag $nan $s"; false; }
				wprune -q -s $s --nan $nan $tag.all -o want
				wplan -s $s --nan $nan m?.st.csv -o plan.csv
				wprune -q -p plan.csv --nan $nan $tag.all | cmp - want
			done
		done
	done
	cp f4.0 m0.st
	cp f4.1 m1.st
	for f in m?.st; do wstat --hist $f -o $f.csv; done
	refused 'wplan: 594 weights to prune, of which 17 are some of the NaN of 2*' \
		wplan -s .99 --scope global --nan keep m?.st.csv -o out
	refused 'wplan: m0.st:w0: 12 NaN; *' wplan -s .5 m?.st.csv -o out
}

@test "rules by pattern: counts are those of a search over all thresholds" {
	py <<-'END'
		# Distinct magnitudes, so that every count can be reached.
		v = rng.permutation(np.arange(1, 4001)).astype("<f4") / 7
		v *= rng.choice([-1, 1], v.size).astype("<f4")
		shape = {"a.0": (30, 31), "a.1": (25, 25), "b.0": (40, 20),
		         "b.1": (15, 15), "c": (11, 9)}
		t, at = {}, 0
		for n, s in shape.items():
		    t[n] = v[at:at + s[0] * s[1]].reshape(s)
		    at += s[0] * s[1]
		st.save("m0.st", {n: t[n] for n in list(t)[:2]})
		st.save("m1.st", {n: t[n] for n in list(t)[2:]})
		st.save("all", t)
	END
	printf '%s\n' pattern,sparsity,min,max 'a.*,,1/3,0.61' b.0,37.5%,, \
		'b.*,,,.1' 'b.1,1,,' >rules
	printf '%s\n' max,min,sparsity,note,pattern 0.9,,,x,'*' >loose
	for s in .35 1/2 .4; do
		for r in rules loose; do
			rounds --rules $r --scope global --min-sparsity .05 -s $s >/dev/null
			mv plan.csv $r-global-${s/\//:}
			wplan -q --rules $r -s $s m?.st.csv -o $r-tensor-${s/\//:}
			wplan -q --rules $r --alloc erk -s $s m?.st.csv -o $r-erk-${s/\//:}
		done
	done
	wplan -q --rules rules m?.st.csv -o rules-tensor-0
	py <<-'END'
		import csv, glob
		from fractions import Fraction as F
		from math import ceil, floor
		w = {n: np.sort(abs(x).ravel()) for n, x in st.load("all")[0].items()}
		total = sum(x.size for x in w.values())
		def bounds(rules, n, low):
		    size = w[n].size
		    if rules == "loose":
		        return ceil(low * size), floor(F(9, 10) * size)
		    if n == "b.0":
		        return (round(F(375, 1000) * size),) * 2
		    lo, hi = {"a": (F(1, 3), F(61, 100)), "b": (low, F(1, 10)),
		              "c": (low, 1)}[n[0]]
		    return ceil(lo * size), floor(hi * size)
		files = glob.glob("rules-*") + glob.glob("loose-*")
		assert len(files) == 19
		for f in files:
		    rules, how, s = f.split("-")
		    s = F(s.replace(":", "/"))
		    got = {r["tensor"]: int(r["k"]) for r in csv.DictReader(open(f))}
		    low = F(1, 20) if how == "global" else F(0)
		    b = {n: bounds(rules, n, low) for n in w}
		    if how == "tensor":
		        want = {n: min(max(round(s * w[n].size), b[n][0]), b[n][1])
		                for n in w}
		        assert got == want, (f, got, want)
		        continue
		    assert sum(got.values()) == round(s * total), f
		    assert all(b[n][0] <= got[n] <= b[n][1] for n in w), (f, got, b)
		    if how == "erk":
		        continue
		    for t in np.sort(np.concatenate(list(w.values()))):
		        want = {n: min(max(int((w[n] <= t).sum()), b[n][0]), b[n][1])
		                for n in w}
		        if sum(want.values()) >= round(s * total):
		            break
		    assert got == want, (f, got, want)
	END
	run -0 --separate-stderr wplan --rules rules m?.st.csv
	[ "$stderr" = "wplan: rules: the pattern 'b.1' decides about no tensor" ]
	refused 'wplan: no target*' wplan --scope global --rules rules m?.st.csv -o out
	refused 'wplan: --min-sparsity above *' wplan -s 1 --min-sparsity .5 \
		--max-sparsity .4 m?.st.csv -o out
	refused 'wplan: * weights to prune; the bounds allow at most *' \
		wplan -q -s .99 --scope global --rules rules m?.st.csv -o out
	bad() {
		printf '%s\n' "$1" "$2" >bad
		refused "wplan: bad:$3" wplan --rules bad -s .5 m?.st.csv -o out
	}
	bad pattern,sparsity,min x,1,0 "1: no column 'max'*"
	bad pattern,sparsity,min,max 'x,1.5,,' "2: sparsity '1.5'; *"
	bad pattern,sparsity,min,max 'x,,nan,' "2: min 'nan'; *"
	bad pattern,sparsity,min,max 'x,.5,.1,' "2: sparsity '.5'; *beside*"
	bad pattern,sparsity,min,max 'x,,.5,.4' "2: max '.4'; *"
	bad pattern,sparsity,min,max ',.5,,' "2: pattern ''; *"
	bad pattern,sparsity,min,max 'x,.5,' '2: 3 columns; *'
}

@test "memory is that of the rows" {
	skip_if_sanitized "they need memory of their own"
	py <<-'END'
		# Just above a power of two, where a doubled array has most to spare.
		with open("h", "w") as f:
		    f.write("version,rules,file,tensor,dtype,shape,n,decision,nan,"
		            "shift,key,count,squares\n")
		    for i in range(400):
		        for key in range(1030):
		            f.write("1,default,f,w%d,F32,1030x1,1030,prune,0,16,"
		                    "0x%x,1,0x400000000000\n" % (i, 0x3c00 + key))
	END
	# 400 x 1030 rows of 64 bytes, and as much as a process has anyway.
	(
		ulimit -v $((400 * 1030 * 64 / 1024 + 14000))
		wplan -q -s .5 h -o p
	)
	[ "$(wc -l <p)" -eq 401 ]
	# 88 bytes each, with what a plan of them takes
	refused "wplan: h: more than 411926 rows in all, which take 34 MiB of memory; *" \
		wplan --mem 36249500 -s .5 h -o out
	wplan -q --mem 36256000 -s .5 h -o q
	cmp p q
	for mem in 0 -1 x; do
		run -2 wplan --mem "$mem" -s .5 h
	done
}
