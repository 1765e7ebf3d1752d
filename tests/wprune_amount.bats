#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune --round, --min-keep: how many, against fractions of Python.
load helper
load weights

@test "counts are rounded as told, and so many are kept" {
	py <<-'END'
		st.save("m", {"t%d" % n: 1 + rng.random((1, n)).astype("<f4")
		              for n in (1, 2, 3, 5, 7, 10, 11, 100)})
	END
	for how in '-s 1/2' '-s 0.25' '-d 1/2' '-d 0.35' '-s 1' '-d 0' '-s 0.999'; do
		for round in even down up; do
			for keep in 0 1 3; do
				# shellcheck disable=SC2086
				wprune -q $how --round $round --min-keep $keep m -o out
				echo "$how $round $keep $(wstat out |
					cut -d, -f2,6 | tail -n +2 | xargs)"
			done
		done
	done >counts
	run -0 py <<-'END'
		from fractions import Fraction as F
		import math
		up = {"even": round, "down": math.floor, "up": math.ceil}
		seen = 0
		for line in open("counts"):
		    option, part, how, keep, *rows = line.split()
		    for row in rows:
		        n, k = int(row.split(",")[0][1:]), int(row.split(",")[1])
		        want = up[how](F(part) * n)
		        want = n - want if option == "-d" else want
		        assert k == max(min(want, n - int(keep)), 0), (line, row)
		        seen += 1
		print(seen)
	END
	[ "$output" = 504 ]
	rm out
	refused 'wprune: --round or --min-keep with another target *' \
		wprune -k 1 --min-keep 1 m -o out
	refused 'wprune: --min-keep with --scope global; *' \
		wprune -s 1 --scope global --min-keep 1 m -o out
}
