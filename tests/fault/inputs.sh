#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the files that the commands of tests/fault/commands read, in DIR.
# usage: inputs.sh BUILD DIR
set -eu
PATH=$(realpath "$1"):$PATH
tests=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$2"
cd "$2"

# Logs: range tests, runs that followed a schedule and runs that did not.
train() {
	awk -F, -v seed="$1" 'BEGIN { OFS = ","; srand(seed) }
	NR == 1 { print "step", "lr", "loss"; next }
	{ print $1, $2, 2.3 - 2 / (1 + 0.01 / $2) + $2 * $2 + 0.02 * rand() }'
}
for i in 1 2 3; do
	lrsched range:200,from=1e-5,to=10 | train $i >test$i.csv
done
awk -F, 'NR == 1 { print "run,step,lr,loss"; next }
	{ print (NR % 2 ? "a,b" : "c") "," $0 }' test1.csv |
	sed 's/^a,b/"a,b"/' >runs.csv
lrsched range:200,from=1e-5,to=10 >rates.csv
cut -d, -f1,3 test1.csv >norate.csv
awk -F, 'NR == 1 { print; next } { print $1 "," $2 ",1" }' test1.csv >flat.csv
lrsched -n 150 -l 0.1 warmup:10 cos >cos.csv
awk -F, 'NR == 1 { print; next } { print $1 "," $2 * ($1 > 50 ? 2 : 1) }' \
	cos.csv >twice.csv
awk -F, 'NR == 1 { print; next } { printf "%s,%.4g\n", $1, $2 }' cos.csv \
	>rounded.csv
lrsched -n 150 -l 0.1 step,at=60/90,by=.1 >stairs.csv
lrsched -n 150 -l 0.1 triangular2,min=.01,max=.1,step=20 >cycles.csv
lrsched -n 150 -l 0.1 decay,by=.97 >decay.csv
lrsched -n 150 -l 0.1 constant >constant.csv
awk 'BEGIN { print "step,lr"; srand(1)
	for (i = 0; i < 150; i++) print i "," rand() }' >noise.csv
{ head -n 1 cos.csv; tail -n +2 cos.csv | tac; } >newest.csv
lrsched -n 150 -l 0.1 cos:30 | awk -F, '
	NR == 1 { print "epoch,batch,lr"; next }
	{ print int($1 / 5) "," $1 % 5 "," $2 }' >resumed.csv
awk -F, -v OFS=, 'NR == 1 { print $0, "phase"; next }
	{ print $1, $2, NR % 30 ? $3 : "nan", "train"
	  print $1, $2, 9, "val" }' test1.csv >odd.csv
printf 'step,lr\n0,x\n' >bad.csv
mkdir -p events/b
cp "$tests/events/restart.tfevents" events/events.out.tfevents.1
cp "$tests/events/tensors.tfevents" events/b/events.out.tfevents.2

# Weights: of every format, whole, pruned, and their masks.
/usr/bin/python3 -B - "$tests" <<'END'
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np, safetensors as st
rng = np.random.default_rng(7)
n = rng.standard_normal
np.save("w.npy", n((40, 50)).astype("<f4"))
np.save("h.npy", n((30, 50)).astype("<f2"))
n((16, 25)).astype("<f4").tofile("w.raw")
st.save("m.safetensors", {
    "fc1.weight": n((40, 30)).astype("<f4"), "fc1.bias": n(40).astype("<f4"),
    "fc2.weight": n((10, 40)).astype("<f8"), "ids": np.arange(5)},
    __metadata__={"a": "b"})
np.save("f.npy", np.asfortranarray(np.load("w.npy")))
np.save("big.npy", n((300, 1000)).astype("<f4"))
END
wprune -s .5 w.npy -o pruned.npy --mask-out mask.npy
wprune -s .5 m.safetensors -o pruned.safetensors --mask-out mask.safetensors
wprune -s .95 big.npy -o sparse.npy
wstat --hist m.safetensors >hist.csv
wstat --hist w.npy | wplan -s 50% -o plan.csv || [ $? -eq 1 ]
printf '%s\n' pattern,sparsity,min,max 'fc1*,0.5,,' >rules.csv
spzip -k pruned.npy pruned.safetensors sparse.npy
seq 1 2000 >text
spzip -k text
# a chain of two patches
for k in 1 2; do
	cp m.safetensors m$k
	printf 12 | dd of=m$k bs=1 seek=$((1000 * k)) conv=notrunc status=none
done
spzip -c --base m.safetensors m1 >m1.spzip
spzip -c --base m1 m2 >m2.spzip
rm m1 m2
cp text.spzip lone.spzip
head -c 100 text.spzip >cut.spzip
cat text.spzip pruned.npy.spzip >two.spzip

cp "$tests"/weights/{new.pt,old.pt,stored.npz} .
mkdir shards
cp m.safetensors shards/model-00001-of-00001.safetensors
echo '{"weight_map": {"fc1.weight": "model-00001-of-00001.safetensors",
	"fc1.bias": "model-00001-of-00001.safetensors",
	"fc2.weight": "model-00001-of-00001.safetensors",
	"ids": "model-00001-of-00001.safetensors"}}' \
	>shards/model.safetensors.index.json

# What commands are told to replace.
for f in old.csv old.npy old.npz old.safetensors old.npy.spzip old.svg; do
	echo old >$f
done
ln -s old.csv link.csv
mkdir dir
cp text dir/one
cp w.npy dir/two.npy
