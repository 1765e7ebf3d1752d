#!/bin/sh
# SPDX-License-Identifier: MIT
# Prunes and retrains along a table: before every epoch wprune brings the
# weights to the sparsity of the table's row, then the trainer takes the
# epoch's rows with the pruned weights held at zero.
#
#	prune.sh TABLE FROM TO TRAIN...
#
# TABLE is step,lr,epoch,sparsity from lrsched (by name, in any order but step
# first); FROM- and TO- are the prefixes of the weights to start from and of
# the files to write; TRAIN is the trainer with its options.
set -eu
table=$1 from=$2 to=$3
shift 3

weights=$to-weights.safetensors
momentum=$to-momentum.safetensors
part=$to-part
trap 'rm -f "$part" "$part".*' EXIT

cp "$from-weights.safetensors" "$weights"
cp "$from-momentum.safetensors" "$momentum"
rm -f "$to-mask.safetensors" "$to-log.csv" "$to-metrics.csv"
skip=1

# The rows that open an epoch, with the step that the next one opens with.
awk -F, '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	int($col["epoch"]) != epoch || NR == 2 {
		if (NR > 2)
			print start, $1, sparsity
		start = $1; sparsity = $col["sparsity"]
		epoch = int($col["epoch"])
	}
	END { print start, $1 + 1, sparsity }
' "$table" > "$part.epochs"

while read -r start end sparsity; do
	wprune -s "$sparsity" --mask-update "$to-mask.safetensors" \
		"$weights" -o "$part.weights"
	awk -F, -v start="$start" -v end="$end" \
		'NR == 1 || ($1 >= start && $1 < end)' "$table" > "$part.csv"
	"$@" --load "$part.weights" --save "$weights" \
		--momentum-load "$momentum" --momentum-save "$momentum" \
		--mask "$to-mask.safetensors" --metrics "$part.metrics" \
		< "$part.csv" > "$part.log"
	for log in log metrics; do
		tail -n "+$skip" "$part.$log" >> "$to-$log.csv"
	done
	skip=2 # later parts come without their header
done < "$part.epochs"
