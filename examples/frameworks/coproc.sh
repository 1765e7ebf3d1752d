#!/bin/bash
# SPDX-License-Identifier: MIT
# A trainer in shell whose rate falls on plateaus and which ends when a policy
# says so: lrwatch as a coprocess, a line out and a line in for each epoch.
# The loss is made up: it falls until it is as large as the rate.
# Usage: coproc.sh [POLICY...]
set -eu
lr=0.1 loss=2
[ $# -gt 0 ] || set -- 'ReduceLROnPlateau(opt, factor=0.5, patience=2)' \
	'stop,patience=8,min_delta=1e-4'

coproc WATCH { lrwatch -q -l "$lr" --metric loss "$@" || :; }
exec {rows}<&"${WATCH[0]}" {log}>&"${WATCH[1]}"
eval "exec ${WATCH[0]}<&- ${WATCH[1]}>&-"
read -r header <&"$rows"
echo "epoch,$header"
echo epoch,loss >&"$log"
for epoch in {0..199}; do
	loss=$(awk -v l="$loss" -v r="$lr" \
		'BEGIN { print 0.7 * l + 0.3 * (0.05 + r) }')
	echo "$epoch,$loss" >&"$log"
	IFS=, read -r step metric best lr event <&"$rows"
	echo "$epoch,$step,$metric,$best,$lr,$event"
	# Here the weights of a row with "best" would be kept.
	[[ " $event " != *' stop '* ]] || exit 0
done
