#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Logs in shapes that people paste into issues, against the rows in them.

load helper

@test "logs in shapes that people paste are read as their rows" {
	local csv cols
	cd "$BATS_TEST_TMPDIR" || return 1
	"$PYTHON" "$ROOT/tests/logs/shapes.py" .
	# What it calls its loss is not known to be one.
	run -2 --separate-stderr lrlog -c loss refinenet.log
	[[ $stderr == *"no log has 'loss'"* ]]
	cp refinenet.csv refinenet.rows
	for csv in *.csv; do
		cols=$(head -n 1 "$csv")
		[ -e "${csv%.csv}.rows" ] ||
			lrlog -q -c "${cols#step,}" "${csv%.csv}.log" \
				>"${csv%.csv}.rows" || [ -s "${csv%.csv}.rows" ]
		# The first line, and how a number is written, may differ.
		awk -F, 'FNR == 1 { next } NR == FNR { want[FNR] = $0; next }
			{ split(want[FNR], w)
			  for (i = 1; i <= NF; i++) if (w[i] + 0 != $i + 0) bad++ }
			END { if (bad || NR != 2 * FNR || FNR != 41) {
				print FILENAME, bad, FNR; exit 1 } }
		' "$csv" "${csv%.csv}.rows"
	done
	set -- ./*.csv
	[ $# -eq 40 ]
}
