#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# examples/deltas on a short run.

load helper

@test "checkpoints are rebuilt from the first and the patches" {
	skip_if_sanitized "the tools are tested elsewhere"
	export PATH=$BUILD:/usr/bin:$PATH
	cp -r "$ROOT/examples/deltas" .
	run -0 make -s -C deltas STEPS=3 WARMUP=2 RATE=1e-5 TRIMTAB="$BUILD"
	[[ $output =~ ^a\ step\ changes\ [0-9.]+\ %\ of\ the\ weights ]]
	[ -e deltas/out/rebuilt ]
	"$PYTHON" - <<-'END'
	import csv

	rows = list(csv.DictReader(open("deltas/out/table.csv")))
	assert len(rows) == 3
	for r in rows:
	    limit, ours, best = (int(r[k]) for k in ("entropy", "spzip", "spzip9"))
	    assert 0 < float(r["changed"]) < 1 and limit > 0
	    assert best <= ours < int(r["index_value"]) / 2, r
	    assert ours < 1.3 * limit + 2000 and best < 1.05 * limit + 1500, r
	    if r["gap_value"]:
	        assert ours < min(int(r["gap_value"]), int(r["patch_from"])), r
	END
}
