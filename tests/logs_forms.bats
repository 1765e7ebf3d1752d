#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs whose records are not lines, or stand behind prefixes, against the rows
# in them.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	"$PYTHON" "$ROOT/tests/logs/forms.py" .
}

@test "blocks, boxes and lines of several processes are read as their records" {
	local log bad=0
	for log in *.log; do
		lrlog -q "$log" | "$PYTHON" "$ROOT/tests/logs/forms.py" . "${log%.log}" ||
			bad=1
	done
	[ "$bad" = 0 ]
	set -- ./*.log
	[ $# -eq 13 ]
}

@test "rates and losses of such logs are paired by lrfind, too" {
	local log
	for log in box results block srun mpirun sagemaker logging journal container hook; do
		lrfind -q -f curve $log.log >got.csv || [ -s got.csv ]
		"$PYTHON" - $log.rows got.csv <<-'EOF'
			import csv, json, sys
			rows = [list(r[1].values()) for r in json.load(open(sys.argv[1]))]
			got = list(csv.DictReader(open(sys.argv[2])))
			assert len(got) == len(rows), (len(got), len(rows))
			for g, (loss, lr, *_) in zip(got, rows):
			    assert abs(float(g["raw"]) - loss) <= 1e-3, (g, loss)
			    assert abs(float(g["lr"]) - lr) <= 1e-6, (g, lr)
		EOF
	done
}

@test "numbers without a name are told where nothing reads them" {
	printf 'foo 3\n1 2.5 .1\n2 2.4 .2\n3 2.2 .3\n' >log
	run --separate-stderr lrlog log
	[ "$stderr" = 'lrlog: log: 3 lines are numbers alone, without a name; they are left out; expected a header, or --names' ]
}
