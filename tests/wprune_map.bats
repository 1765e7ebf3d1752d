#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --map: what an optimizer remembers of a weight has the weight's mask.
# bats file_tags=optimized
load helper
load weights

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	py <<-'END'
		n = rng.standard_normal
		w, s, shape = {}, {}, {"fc1": (40, 32), "zz.fc2": (24, 16),
		                       "a.embed": (9, 8)}
		for k, v in shape.items():
		    # whole numbers, many of them zero: ties and zeros
		    w[k + ".weight"] = np.round(n(v)).astype("<f4")
		    w[k + ".bias"] = n(v[0]).astype("<f4")
		    for t in "weight", "bias":
		        shape_ = v if t == "weight" else v[:1]
		        s[f"{k}.{t}.exp_avg"] = n(shape_).astype("<f4")
		        s[f"{k}.{t}.exp_avg_sq"] = abs(n(shape_)).astype("<f2")
		s["step"] = np.arange(3)
		st.save("w", w)
		st.save("s", s)
		both = w | {"optim." + k: v for k, v in s.items()}
		# weights before and after their states
		st.save("both", dict(sorted(both.items(), key=lambda x: x[0][::-1])))
	END
}

# Says whether the states in $1, named with $2 before, are those of "both" where
# the mask $3 keeps the weight, and 0 elsewhere; and that none of another is.
masked() {
	py <<-END
		old, got = st.load("both")[0], st.load("$1")[0]
		mask = st.load("$3")[0]
		n = 0
		for k, v in got.items():
		    x = old[k if k in old else "optim." + k]
		    if "exp_avg" not in k:
		        continue
		    of = k.removeprefix("$2").rsplit(".", 1)[0]
		    keep = (st.unpack(mask[of], x.shape) if of in mask
		            else np.ones(x.shape, bool))
		    assert v.tobytes() == np.where(keep, x, x.dtype.type(0)).tobytes(), k
		    n += of in mask and not keep.all()
		assert n == 4, n
	END
}

@test "states in one file with the weights share what is decided" {
	i=0
	for how in '-s 1/2' '-s 60% --scope global' '--structure nm=2:4' \
		'-s 1/4 --structure row' '-s 40% --scope row -T 3' '-t 1' \
		'-s 1/2 --score random:3' '-k 100 --ties last'; do
		# shellcheck disable=SC2086
		wprune -q $how --map '*=optim.*.exp_avg,optim.*.exp_avg_sq' both \
			-o out$i --mask-out m$i --report r$i.csv
		masked out$i optim. m$i
		# the weights are pruned as they are without
		# shellcheck disable=SC2086
		wprune -q $how w -o alone --mask-out m
		py <<-END
			a, b = st.load("alone")[0], st.load("out$i")[0]
			assert all(b[k].tobytes() == a[k].tobytes() for k in a)
			a, b = st.load("m")[0], st.load("m$i")[0]
			assert all(b[k].tobytes() == a[k].tobytes() for k in a)
		END
		i=$((i + 1))
	done
	grep -q 'optim.fc1.weight.exp_avg,F32,40x32,1280,mask,.*fc1.weight: whose mask it shares' r0.csv
	grep -q 'optim.a.embed.weight.exp_avg,F32,9x8,72,skip:only,.*a.embed.weight: which has no mask' r0.csv
	wprune -q -n -s 1/2 --map '*=optim.*.exp_avg,optim.*.exp_avg_sq' both --report n.csv
	cmp n.csv r0.csv
}

@test "a mask of the weights masks the states in a file of their own" {
	wprune -q -s 1/2 w -o p --mask-out m
	for mask in m m.npz; do
		wprune -q -s 1/2 w -o p --mask-out $mask
		wprune -q -m $mask --map '*=*.exp_avg,*.exp_avg_sq' s -o out
		masked out '' m
	done
	# zeros of pruned weights are a mask, as well, where weights are pruned
	wprune -q --zeros-of p --map '*=*.exp_avg,*.exp_avg_sq' s -o z
	py <<-'END'
		p, z, s = (st.load(x)[0] for x in ("p", "z", "s"))
		for k in s:
		    of = p.get(k.rsplit(".", 1)[0])
		    keep = np.ones(s[k].shape, bool)
		    if of is not None and of.ndim > 1 and "embed" not in k:
		        keep = of != 0
		    assert (z[k] == np.where(keep, s[k], 0)).all(), k
	END
}

@test "states of a weight that is left out of a mask are left as it is" {
	wprune -q -s 1/2 w -o p --mask-out m
	# beside the weights and in a file of their own, by either kind of mask
	for out in "--exclude fc1.weight" "--only *fc2.weight"; do
		for mask in m @p; do
			wprune -q -m $mask $out both -o o \
				--map '*=optim.*.exp_avg,optim.*.exp_avg_sq'
			wprune -q -m $mask $out s -o t \
				--map '*=*.exp_avg,*.exp_avg_sq'
			py <<-'END'
				o, was, t, s, w = (st.load(x)[0]
				                   for x in ("o", "both", "t", "s", "p"))
				for a, b, pre in (o, was, "optim."), (t, s, ""):
				    for k, v in a.items():
				        fc2 = "zz.fc2.weight" in k
				        keep = np.ones(v.shape, bool)
				        if fc2:
				            keep = w["zz.fc2.weight"] != 0
				        assert (v == np.where(keep, b[k], 0)).all(), k
			END
		done
	done
}

@test "a schedule masks weights and states alike, step by step" {
	cp both x
	for s in 20% 50% 80%; do
		wprune -q -s $s --map '*=optim.*.exp_avg,optim.*.exp_avg_sq' \
			--mask-update m --in-place x
		masked x optim. m
	done
	[ "$(wstat x | grep ',fc1.weight,' | cut -d, -f6)" -ge 1024 ]
}

@test "ends of names, several maps, and what cannot be" {
	py <<-'END'
		x = rng.standard_normal((4, 6)).astype("<f4")
		st.save("n", {"fc.weight": x, "fc.exp_avg": x[::-1] + 9, "fc.v": x + 9,
		              "weight": x, "exp_avg": x + 9, "aweight": x,
		              "aexp_avg": x + 9})
		st.save("t", {"fc.weight": x, "fc.m": x[:2]})
	END
	wprune -q -s 1/2 --map weight=exp_avg --map weight=v --exclude 'a*' n -o o
	py <<-'END'
		o = st.load("o")[0]
		for a, b in (("fc.weight", "fc.exp_avg"), ("fc.weight", "fc.v"),
		             ("weight", "exp_avg")):
		    assert ((o[a] == 0) == (o[b] == 0)).all() and (o[a] == 0).sum() == 12
		assert (o["aexp_avg"] != 0).all()
	END
	refused 'wprune: t:fc.m: has another shape than fc.weight, *' \
		wprune -s 1/2 --map weight=m t -o out
	for bad in weight weight= =m 'weight=m,' weight=weight 'a*=b' '*a*=b*c*'; do
		refused "wprune: --map: '*'; expected WEIGHT=STATE*" \
			wprune -s 1/2 --map "$bad" t -o out
	done
	run -0 --separate-stderr wprune -s 1/2 --map weight=none --exclude '*.m' t -o o
	[[ $stderr == *"wprune: t: no tensor has the name 'none' that 'weight=none' maps 'weight' to"* ]]
}

@test "a mate of a mate, rings of them and slips in names are no silence" {
	py <<-'END'
		x = rng.standard_normal((4, 6)).astype("<f4")
		st.save("c", {"fc.w": x, "fc.m": x + 9, "fc.v": x + 9, "aa": x})
	END
	for maps in '--map w=m --map m=v' '--map v=m --map w=v' \
		'--map w=m --map m=w' '--map a*=*a'; do
		# shellcheck disable=SC2086
		refused "wprune: c:*: '*' gives it the mask of *, which is mapped as well; *" \
			wprune -s 1/2 $maps c -o out
		# shellcheck disable=SC2086
		refused "wprune: c:*: '*' gives it the mask of *, which is mapped as well; *" \
			wprune --zeros-of c $maps c -o out
	done
	# of two maps the one that gives nothing is told, also of the second file
	cp c d
	run -0 --separate-stderr wprune -s 1/2 --map w=m --map ww=v -O o c d
	[ "$(grep -c "fc.ww: has no mask, nor has another weight of --map 'ww=v'; " <<<"$stderr")" = 2 ]
	[ "$(wc -l <<<"$stderr")" = 2 ]
	rm -r o
	run -0 --separate-stderr wprune -s 1/2 --map w=m,x -O o c d
	[ "$(grep -c "no tensor has the name 'x' that 'w=m,x' maps 'w' to" <<<"$stderr")" = 2 ]
}
