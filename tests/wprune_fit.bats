#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --target-bytes: what spzip then makes of the result.
load helper
load weights

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	py <<-'END'
		n = rng.standard_normal
		w = {"a.weight": n((300, 400)).astype("<f4"),
		     "b.weight": n((200, 300)).astype("<f2"),
		     "a.bias": n(300).astype("<f4")}
		st.save("m", w)
		np.savez("m.npz", **w)
		np.savez_compressed("z.npz", **w)
	END
}

# $1 takes $2 bytes as .spzip, or at most a thousandth less.
fits() {
	local n
	n=$(spzip -c "$1" | wc -c)
	echo "$1: $n of $2"
	((n <= $2 && n * 1000 >= $2 * 999))
}

@test "the result takes the target, or up to a thousandth less" {
	for want in 400k 150000 20kB; do
		bytes=${want/k/000} bytes=${bytes/B/}
		run -0 --separate-stderr wprune --target-bytes $want m -o out
		fits out "$bytes"
		# the sparsity that is told gives the same
		[[ $stderr =~ 'm: sparsity '([0-9.e-]+)' takes '([0-9]+)' bytes as .spzip'$ ]]
		[ "${BASH_REMATCH[2]}" = "$(spzip -c out | wc -c)" ]
		wprune -q -s "${BASH_REMATCH[1]}" m | cmp - out
	done
	for how in '--scope global' '--scope row' '--structure row' '--score random:1 -T 3' \
		'--ties first --mask-update mask.npz'; do
		# shellcheck disable=SC2086
		wprune -q --target-bytes 150k $how m -o out
		# rows, and weights of rows, are pruned in larger steps
		[[ $how == *row ]] && continue
		fits out 150000
	done
	[ "$(spzip -c out | wc -c)" -le 150000 ]
	wprune -q -m mask.npz out | cmp - out
}

@test "archives, shards, and what is converted" {
	wprune -q --target-bytes 150k m.npz -o out.npz
	fits out.npz 150000
	py <<<'import zipfile; assert zipfile.ZipFile("out.npz").testzip() is None'
	wprune -q --target-bytes 150k z.npz -o out.safetensors
	fits out.safetensors 150000
	mkdir d
	py <<-'END'
		m = st.load("m")[0]
		st.save("d/model-00001-of-00002.safetensors",
		        {k: m[k] for k in m if k[0] == "a"})
		st.save("d/model-00002-of-00002.safetensors",
		        {k: m[k] for k in m if k[0] == "b"})
	END
	wprune -q --target-bytes 150k --scope global d -o e
	n=$(for f in e/*; do spzip -c "$f"; done | wc -c)
	((n <= 150000 && n >= 149850))
	cp m same
	wprune -q --target-bytes 150k m -o out
	wprune -q --target-bytes 150k --in-place same
	cmp same out
	wprune -q --target-bytes 150k <m | cmp - out
}

@test "targets that are met at once, or never" {
	run -0 --separate-stderr wprune --target-bytes 1G m -o out
	one_message 'wprune: m: sparsity 0 takes * bytes as .spzip, less than the target'
	cmp out m
	rm out
	refused 'wprune: m: takes * bytes as .spzip with all of its weights *' \
		wprune --target-bytes 300 m -o out
	refused "wprune: --target-bytes: '50%' is not a size; *" \
		wprune --target-bytes 50% m -o out
	refused 'wprune: more than one target*' \
		wprune --target-bytes 1k -s .5 m -o out
	run -0 --separate-stderr wprune -n --target-bytes 150k m
	[[ $output == *a.weight,F32,300x400,120000,prune,150k,* ]]
	# few weights: no sparsity is near
	py <<<'np.save("w.npy", rng.standard_normal(40))'
	run -0 --separate-stderr wprune --target-bytes 350 w.npy -o w
	one_message 'wprune: w.npy: sparsity * takes * bytes as .spzip, as near as there is'
	[ "$(spzip -c w | wc -c)" -le 350 ]
	py <<<'x = np.ones((9, 9)); x[3, 3] = np.nan; np.save("nan.npy", x)'
	run -2 --separate-stderr wprune --target-bytes 100 nan.npy -o nan
	one_message 'wprune: nan.npy:data: NaN at index 30;*'
	[ ! -e nan ]
}
