#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Weights in numbers that no processor computes with: the "fnuz" floats, whose
# -0.0 is the one NaN, and integers; against what ml_dtypes and numpy say.
# bats file_tags=optimized
load helper
load weights

@test "each code of a fnuz float is the number that ml_dtypes says" {
	cat >all.py <<-'END'
		import csv, json, struct, sys
		rows = list(csv.DictReader(open(sys.argv[1])))
		header, body = {}, b""
		for i, r in enumerate(rows):
		    header["%03d" % i] = {"dtype": r["dtype"].upper(), "shape": [1],
		                          "data_offsets": [i, i + 1]}
		    body += bytes([int(r["code"])])
		text = json.dumps(header).encode()
		open("all.safetensors", "wb").write(
		    struct.pack("<Q", len(text)) + text + body)
		print("tensor,min,zeros,negzeros,nan,inf")
		for i, r in enumerate(rows):
		    x = float(r["value"])
		    print("%03d" % i, "" if x != x else repr(x).removesuffix(".0"), int(x == 0), 0,
		          int(x != x), 0, sep=",")
	END
	"$NUMPY" all.py "$ROOT/tests/weights/fnuz.csv" >want
	wstat -f csv all.safetensors >rows
	"$PYTHON" -c 'import csv
print("tensor,min,zeros,negzeros,nan,inf")
for r in csv.DictReader(open("rows")):
    print(r["tensor"], r["min"], r["zeros"], r["negzeros"], r["nan"], r["inf"],
          sep=",")' >got
	diff want got
}

@test "fnuz floats are pruned as F32 of the same values" {
	n=300
	[ -z "${FULL:-}" ] || n=3000
	sanitized && n=60
	run -0 "$NUMPY" "$ROOT/tests/wprune_numbers.py" fnuz \
		"$(command -v wprune)" $n 1
	[ "$output" = "$n of $n cases as by numpy" ]
}

@test "fnuz floats: what NaN is found, planned, compared and checked as" {
	printf '\x01\x81\x80\x7f\x00\x02\x03\x04' >a
	printf '\x01\x81\x00\x7f\x00\x02\x03\x04' >b
	raw=f8_e4m3fnuz,2,4
	refused 'wprune: a:data: NaN at index 2; *' \
		wprune --raw $raw -s 50% a -o out
	run -1 wstat --raw $raw --check finite a
	wstat --raw $raw --check finite b
	# NaN is no zero, of either sign.
	wprune --raw $raw -t 1 --nan keep a -o p
	printf '\0\0\x80\x7f\0\0\0\0' | cmp - p
	wprune --raw $raw --zeros-of b --nan keep a -o p
	printf '\x01\x81\0\x7f\0\x02\x03\x04' | cmp - p
	wprune --raw $raw --zeros-of a --nan keep b -o p
	cmp b p
	run -1 wstat --raw $raw --check nm=keep:1:4 a
	[[ $output == *'2 of 2 groups'*'the first, of 4, begins at [0,0]'* ]]
	# A plan counts as wprune does.
	wstat --raw $raw --hist b | wplan -s 50% -f csv - >plan
	wprune --raw $raw -p plan b -o q
	wprune --raw $raw -s 50% b -o p
	cmp p q
	run -1 wcmp --raw $raw -f csv a b
	[[ $output == *$'\n''data,changed,8,1,nan,nan,,"[0,2]",1'* ]]
	printf '\x02\x81\x80\x7f\x00\x02\x03\x84' >b
	run -1 wcmp --raw $raw -f csv a b
	[[ $output == *$'\n''data,changed,8,2,0.0078125,2,8,"[0,0]",2'* ]]
}

@test "fnuz floats are packed and unpacked as they were" {
	head -c 3000 /dev/urandom >a
	spzip --raw=f8_e5m2fnuz,30,100 -c a | spzip -dc | cmp - a
}

@test "integers: thresholds, N:M and masks are as by brute force" {
	n=300
	[ -z "${FULL:-}" ] || n=3000
	sanitized && n=60
	run -0 "$NUMPY" "$ROOT/tests/wprune_numbers.py" integers \
		"$(command -v wprune)" $n 2
	[ "$output" = "$n of $n cases as by numpy" ]
}

@test "integers are pruned only when asked to, and what is no weight not" {
	py <<-'END'
		n = lambda *shape: rng.integers(-9, 10, shape).astype("i1")
		st.save("m.safetensors", {
		    "fc.weight": n(4, 8), "fc.qweight": n(4, 8),
		    "fc.qzeros": n(4, 8), "fc.g_idx": n(4, 8),
		    "position_ids": n(1, 8), "fc.bias": n(8),
		    "mask": n(2, 2) > 0, "f.weight": np.ones((2, 2), "<f4")})
	END
	wprune -t 5 --int-zero m.safetensors -o p.safetensors --report r.csv
	"$PYTHON" -c 'import csv
for r in csv.DictReader(open("r.csv")):
    print(r["tensor"], r["decision"])' | sort >got
	cat >want <<-'END'
		f.weight prune
		fc.bias skip:ndim
		fc.g_idx skip:name
		fc.qweight skip:name
		fc.qzeros skip:name
		fc.weight prune
		mask skip:dtype
		position_ids skip:name
	END
	diff want got
	wprune -t 5 m.safetensors -o p.safetensors --report r.csv
	grep ',fc.weight,.*,skip:dtype,' r.csv
	rm p.safetensors
	for s in '-s 50%' '-d 1/2' '-k 3' '-s 50% --structure row'; do
		# shellcheck disable=SC2086 # words
		refused 'wprune: --int-zero with another target than *' \
			wprune $s --int-zero m.safetensors -o out
	done
	refused 'wprune: m.safetensors:fc.weight: I8, which has no 200; *' \
		wprune -t 5 --int-zero=200 m.safetensors -o out
	for z in x 1.5 99999999999999999999 ''; do
		run -2 wprune -t 5 --int-zero="$z" m.safetensors -o out
	done
	# A mask of integers.
	wprune -t 5 --int-zero --only fc.weight m.safetensors -o q.safetensors \
		--mask-out mask
	refused 'wprune: mask:fc.weight: masks I8; expected a float dtype, --int-zero *' \
		wprune -m mask m.safetensors -o out
	py <<-'END'
		st.save("b", {"mask": np.zeros(1, "u1")})
	END
	refused 'wprune: b:mask: masks BOOL; expected a float dtype, or *' \
		wprune -m b --int-zero m.safetensors -o out
	wprune -m mask --exclude fc.weight m.safetensors -o out
	cmp m.safetensors out
	wprune -m mask --int-zero m.safetensors -o out
	cmp q.safetensors out
	# An operand is no zero, whatever it is called.
	cp m.safetensors 7
	wprune -t 5 --int-zero m.safetensors -o q.safetensors
	wprune -t 5 --int-zero 7 -o out
	cmp q.safetensors out
	rm out
	refused 'wprune: --int-zero: *-9223372036854775808 to *' \
		wprune -t 5 --int-zero=-9223372036854775809 m.safetensors -o out
}

@test "integers: a zero that other weights cannot have is none of theirs" {
	py <<-'END'
		np.save("w.npy", np.array([[44, 300, -56, 200]], "<i2"))
		np.save("u.npy", np.array([[44, 1, 200, 0]], "u1"))
		np.save("i.npy", np.array([[-56, 1, 44, 0]], "i1"))
		np.save("f.npy", np.array([[1, 0, 44, -0.0]], "<f4"))
	END
	refused 'wprune: u.npy:data: U8, which has no 300; *' \
		wprune --zeros-of u.npy --int-zero=300 w.npy -o out
	refused 'wprune: i.npy:data: I8, which has no 200; *' \
		wprune --zeros-of i.npy --int-zero=200 w.npy -o out
	wprune --zeros-of u.npy --int-zero=200 w.npy -o out
	tail -c 8 out | cmp - <(printf '\54\0\54\1\310\0\310\0')
	wprune --zeros-of f.npy --int-zero=200 w.npy -o out
	tail -c 8 out | cmp - <(printf '\54\0\310\0\310\377\310\0')
}

@test "integers: what is as far as 64 bits can be is below larger thresholds" {
	py <<-'END'
		i = np.iinfo("i8")
		np.save("u.npy", np.array([[0, 2**64 - 1, 2**64 - 2]], "<u8"))
		np.save("i.npy", np.array([[i.min, i.max, i.max - 1]], "<i8"))
		np.save("U.npy", np.zeros((1, 3), "<u8"))
		np.save("I.npy", np.full((1, 3), i.min, "<i8"))
	END
	for ties in hash first; do
		for t in 18446744073709551616 1e30; do
			wprune -t $t --ties $ties --int-zero u.npy -o out
			cmp out U.npy
			wprune -t $t --ties $ties \
				--int-zero=-9223372036854775808 i.npy -o out
			cmp out I.npy
		done
	done
}

@test "integers: a hole of zeros is not a hole of what counts as zero" {
	truncate -s 4M a
	printf '\x05' | dd of=a bs=1 seek=3000000 conv=notrunc status=none
	wprune --raw u8 -t 1 --int-zero=5 a -o p
	cmp a p
	wprune --raw u8 -t 6 --int-zero=5 a -o p -T 1
	[ "$(tr -d '\005' <p | wc -c)" -eq 0 ]
	[ "$(wc -c <p)" -eq 4194304 ]
	wprune --raw u8 -t 6 --int-zero=5 a -o p --report r.csv
	grep -E ',4194304,5$|,4194304,5,' r.csv
}

@test "integers: wstat --check finds what wprune left, of any zero" {
	py <<-'END'
		for name, dtype, zero in ("u1", "u1", 128), ("i2", ">i2", -3), \
		        ("u8", "<u8", 1), ("i4", "<i4", 0):
		    x = rng.integers(zero - 9 if zero else -9, zero + 10, (6, 8))
		    np.save(name + ".npy", np.abs(x).astype(dtype) if zero == 1
		        else x.astype(dtype))
	END
	for of in u1,128 i2,-3 u8,1 i4,0; do
		in=${of%,*}.npy z=--int-zero=${of#*,}
		wprune --structure nm=2:4 "$z" "$in" -o p.npy --mask-out m.npy
		wstat --check nm=2:4 --check mask=m.npy --check zeros=p.npy \
			"$z" p.npy
		# A mask of BOOL has zeros of its own.
		wprune -m m.npy "$z" "$in" -o q.npy
		cmp p.npy q.npy
		run -1 wstat --check nm=2:4 "$z" "$in"
		run -1 wstat --check mask=m.npy "$z" "$in"
		# How many, and where the first is.
		wstat --check mask=m.npy "$z" -f csv "$in" >got || [ $? -eq 1 ]
		"$NUMPY" - "$in" "${of#*,}" <<-'END' >want
			import sys, numpy as np
			x, m = np.load(sys.argv[1]), np.load("m.npy")
			at = np.argwhere((x != int(sys.argv[2])) & ~m)
			print(len(at), "[%d,%d]" % tuple(at[0]))
		END
		"$PYTHON" -c 'import csv
for r in csv.DictReader(open("got")): print(r["found"], r["first"])' | diff want -
		refused 'wstat: m.npy:data: masks *; expected a float dtype, --int-zero *' \
			wstat --check mask=m.npy p.npy
		rm p.npy m.npy
	done
	# A tensor of floats beside does not hide it.
	py <<-'END'
		st.save("f", {"a": np.zeros((2, 4), "<f4"), "b": np.ones((2, 4), "i1")})
		st.save("fm", {"a": np.zeros(1, "u1"), "b": np.zeros(1, "u1")})
	END
	refused 'wstat: fm:b: masks I8; *' wstat --check mask=fm f
	wstat --check mask=fm --exclude b f
	run -1 wstat --check mask=fm --int-zero f
	wstat --check mask=fm --int-zero=1 --exclude a f
	refused 'wstat: f:b: I8, which has no 128; *' \
		wstat --check mask=fm --int-zero=128 f
	refused 'wstat: f:b: I8, which has no 128; *' \
		wstat --check nm=2:4 --int-zero=128 --only b f
	wstat --check 'sparsity>=1' --int-zero=1 f
	wstat --check 'sparsity>=1/2' --int-zero f
	run -1 wstat --check 'sparsity>=1/2' --per-tensor --int-zero f
	refused 'wstat: f:b: I8, which has no 128; *' \
		wstat --check 'sparsity>=0' --int-zero=128 f
	for mode in hash hist metadata; do
		refused "wstat: --int-zero with --$mode; *" \
			wstat --int-zero --$mode f
	done
}

@test "integers: wstat counts what --int-zero says is zero" {
	py <<-'END' >want
		import itertools
		for dtype, n in itertools.product(
		        ["i1", "u1", "<i2", ">u2", "<i4", ">i4", "<u4", "<i8", "<u8"],
		        [7, 1200, 40000]):
		    x = rng.integers(0, 5, n).astype(dtype)
		    if dtype[-2:] in ("i8", "u8"):
		        x[::97] = np.iinfo(dtype).max
		    name = "%s.%d.npy" % (dtype.strip("<>") + ("b" if dtype[0] == ">"
		        else ""), n)
		    np.save(name, x)
		    for z in 0, 3, -1, 200, 70000:
		        i = np.iinfo(dtype)
		        print(name, z, int((x == z).sum()) if i.min <= z <= i.max
		            else 0, n)
	END
	while read -r name z zeros n; do
		wstat --int-zero="$z" "$name" | tail -n 1 |
			cut -d, -f5,6 >got
		echo "$n,$zeros" | diff - got
	done <want
	[ "$(wstat --int-zero=3 i8.7.npy u1.1200.npy | tail -n 2 | cut -d, -f16 |
		sort -u)" = prune ]
	# All of --total and --fold as well.
	wstat --int-zero=3 --total i1.1200.npy | tail -n 1 | cut -d, -f5,7 |
		diff - <(awk '$1 == "i1.1200.npy" && $2 == 3 {
			print $4 "," $3 }' want)
}

@test "a zero point beside integers is remarked" {
	py <<-'END'
		st.save("q", {"fc.weight": np.full((2, 4), 3, "i1"),
		    "fc.weight_zero_point": np.array([3], "i1")})
		st.save("r", {"fc.weight": np.full((2, 4), 3, "<f4"),
		    "fc.weight_zero_point": np.array([3], "i1")})
	END
	for mode in -fcsv --total --fold; do
		run -0 --separate-stderr wstat $mode q
		one_message 'wstat: q:fc.weight_zero_point: a zero point; *--int-zero=Z*'
	done
	for say in 'wstat -q q' 'wstat --int-zero=3 q' 'wstat r' \
		'wstat --check finite q' 'wstat --hash q'; do
		run -0 --separate-stderr $say
		[ -z "$stderr" ]
	done
}
