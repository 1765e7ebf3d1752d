#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --mem: what it takes, what it refuses, and that nothing else changes.
load helper
load weights

# Runs a command that may take $1 MiB of memory at most.
within() {
	"$PYTHON" -S -c 'import os, subprocess, sys
p = subprocess.Popen(sys.argv[2:])
_, status, used = os.wait4(p.pid, 0)
peak = used.ru_maxrss / 1024
if peak > float(sys.argv[1]) and "TRIMTAB_SAN" not in os.environ:
    sys.exit("%.1f MiB were taken" % peak)
sys.exit(os.waitstatus_to_exitcode(status))' "$@"
}

@test "little memory is enough, and the result is that of much" {
	py <<-'END'
		x = rng.standard_normal(1 << 19).astype("<f4")
		st.save("m", {
		    "a.weight": np.concatenate([x * (1 + i / 16) for i in range(16)])
		        .reshape(-1, 512),
		    "b.weight": x.astype("<f2").reshape(1024, -1),
		    "c.weight": np.round(x * 4).reshape(-1, 64)})
	END
	for how in '-s 50%' '-s 1/3 --scope global' '-s 90% --scope row' \
		'--structure nm=2:4' '-s 0.7 --score random:3' \
		'-s 50% --structure row'; do
		sanitized_round 2 || continue
		for threads in 1 2 16; do
			! sanitized || [ $threads -eq 2 ] || continue
			# shellcheck disable=SC2086 # words
			within 16 wprune $how -T $threads --mem 16MiB m -o p \
				--mask-out pm
			# shellcheck disable=SC2086
			within 256 wprune $how -T $threads m -o q --mask-out qm
			cmp p q
			cmp pm qm
		done
	done
}

@test "what takes more is refused with how much that is, which is enough" {
	py <<-'END'
		st.save("m", {"a.weight": rng.standard_normal((2048, 1024))
		    .astype("<f4")})
	END
	how='-s 50% --structure block=1x1 --scope global'
	for mem in 1 16MiB 20M; do
		# shellcheck disable=SC2086 # words
		refused 'wprune: m: takes * MiB of memory; expected that much at least (--mem)' \
			wprune $how --mem $mem m -o out
	done
	enough=${stderr##*takes }
	enough=${enough% MiB *}
	# shellcheck disable=SC2086
	within "$enough" wprune $how --mem "${enough}MiB" m -o p
	# shellcheck disable=SC2086
	wprune $how m -o q
	cmp p q
	for mem in 0 x -1 '' 1Q; do
		run -2 wprune -s 50% --mem "$mem" m -o out
	done
}

@test "rows and groups that lie apart are counted as they are read: whole" {
	py <<-'END'
		x = rng.standard_normal((4, 1 << 20)).astype("<f4")
		np.save("c.npy", x)
		np.save("f.npy", np.asfortranarray(x.reshape(1 << 20, 4)))
	END
	refused 'wprune: c.npy: takes * MiB of memory; *' \
		wprune -s 50% --scope row --mem 10MiB c.npy -o out
	within 64 wprune -s 50% --scope row --mem 64MiB c.npy -o p
	wprune -s 50% --scope row c.npy -o q
	cmp p q
	refused 'wprune: f.npy: takes * MiB of memory; *' \
		wprune --structure nm=2:4 --mem 12MiB f.npy -o out
	within 64 wprune --structure nm=2:4 --mem 64MiB f.npy -o p
	wprune --structure nm=2:4 f.npy -o q
	cmp p q
}

@test "a header that does not fit is refused before it is taken apart" {
	skip_if_sanitized 'they take memory of their own'
	py <<-'END'
		import json, struct
		def header(n, more):
		    h = {}
		    for i in range(n):
		        h["w%d.%s" % (i, more)] = {"dtype": "F32", "shape": [2, 2],
		            "data_offsets": [16 * i, 16 * i + 16]}
		    h = json.dumps(h).encode()
		    return struct.pack("<Q", len(h)) + h + bytes(16 * n)
		open("many", "wb").write(header(40000, "weight"))
		open("long", "wb").write(header(1000, "x" * 30000))
		st.save("small", {"w": np.ones((2, 2), "<f4")})
	END
	for f in many long; do
		refused "wprune: $f: takes * MiB of memory; expected that much at least (--mem)" \
			within 36 wprune -s 50% --mem 32MiB $f -o out
		refused "wprune: $f: takes *" \
			within 36 wprune -m $f --mem 32MiB small -o out
		within 192 wprune -q -s 50% --mem 192MiB $f -o p
		wprune -q -s 50% --mem 1GiB $f -o q
		cmp p q
	done
	# Not even read.
	refused 'wprune: long: takes 29 MiB *' \
		within 12 wprune -s 50% --mem 10MiB long -o out
}
