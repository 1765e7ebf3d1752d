#!/bin/sh
# SPDX-License-Identifier: MIT
# The same with GNU parallel, here or, with -S hosts among PARALLEL, elsewhere.
# Usage: parallel.sh IN OUT S
set -eu
in=$1 out=$2 s=$3
mkdir -p "$out"
shards=$(cd "$in" && ls ./*.safetensors)
each() { printf '%s\n' "$shards" | parallel --will-cite "$@"; }

each wstat -q -T 1 --hist "$in"/{} -o "$out"/{}.1.csv
wplan -q -s "$s" --scope global "$out"/*.1.csv -o "$out/plan.1.csv" ||
	[ $? -eq 1 ]
each wstat -q -T 1 --hist --bracket "$out/plan.1.csv" "$in"/{} -o "$out"/{}.2.csv
wplan -s "$s" --scope global "$out"/*.2.csv -o "$out/plan.csv"
each wprune -q -T 1 -p "$out/plan.csv" "$in"/{} -o "$out"/{}
