#!/bin/sh
# SPDX-License-Identifier: MIT
# Plain shell: a loop over the rows of the table, one update each.
#
#	lrsched -n 60 -l 0.1 warmup:10 cos >lr.csv
#	sh shell.sh lr.csv >run.csv
#
# What stands in for a trainer is one step of gradient descent in awk; yours is
# a program that takes a rate.  For a single rate, say of an epoch or a resumed
# job: train --lr "$(lrsched --at 42 -n 60 -l 0.1 warmup:10 cos)".
set -eu

train() { # --lr RATE: moves $weight towards the minimum of (w - 3)^2
	weight=$(awk -v w="$weight" -v lr="$2" \
		'BEGIN { printf "%.17g\n", w - lr * 2 * (w - 3) }')
}

weight=0
echo step,lr,weight
{
	read -r header
	[ "$header" = step,lr ] || echo "shell.sh: columns $header" >&2
	while IFS=, read -r step lr; do
		train --lr "$lr"
		echo "$step,$lr,$weight"
	done
} <"$1"
