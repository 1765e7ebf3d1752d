#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs examples/frameworks with the frameworks that an interpreter has: real
# training of a tiny model.  The rates that its optimizer used must be those of
# the table, and those of the framework's own scheduler.  Then weight files of
# the packages that write them, and array jobs of a Slurm that it starts.
# Usage: interop.sh BUILD [PYTHON].  Ends with "N passed, N failed, N skipped".
# PYTHON is by default what 'make interop-deps' installed, else python3.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath "$1")
python=${2:-$build/interop-venv/bin/python}
[ $# -gt 1 ] || [ -x "$python" ] || python=python3
python=$(command -v "$python") || {
	echo "interop.sh: no interpreter '${2:-python3}'" >&2
	exit 2
}
# A link in a virtual environment must stay one.
[[ $python == /* ]] || python=$PWD/$python
export PATH="$build:$PATH" LC_ALL=C KERAS_BACKEND="${KERAS_BACKEND:-jax}"
export JAX_PLATFORMS=cpu CUDA_VISIBLE_DEVICES=
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2
passed=0 failed=0 skipped=0 steps=60

# NAME, then a command: a test.  What it prints is shown if it fails.
try() {
	local name=$1
	shift
	if "$@" >log 2>&1; then
		passed=$((passed + 1))
		echo "ok $((passed + failed + skipped)) - $name"
	else
		failed=$((failed + 1))
		echo "not ok $((passed + failed + skipped)) - $name"
		tail -n 15 log | sed 's/^/# /'
	fi
}

skip() {
	skipped=$((skipped + 1))
	echo "ok $((passed + failed + skipped)) - $1 # SKIP $2"
}

# The rows of a command's output: some frameworks talk there, too.
rows() {
	local to=$1
	shift
	"$@" >out || return 1
	grep -E '^(step|[0-9]+),' out >"$to"
	[ "$(wc -l <"$to")" -eq $((steps + 1)) ] && return
	cat out
	echo "$(wc -l <"$to") lines; expected $((steps + 1))"
	return 1
}

# Steps and rates of two tables agree to a part TOL of the highest rate.
same() {
	awk -F, -v tol="$1" '
	FNR == 1 { next }
	NR == FNR { want[$1] = $2; if ($2 > peak) peak = $2; next }
	{
		d = $2 - want[$1]
		if (!($1 in want) || d > tol * peak || -d > tol * peak) {
			print "step " $1 ": " $2 "; expected " want[$1]
			bad = 1
		}
	}
	END { exit bad || peak == 0 }' "$2" "$3"
}

has() {
	"$python" -c "import $1" 2>/dev/null
}

# An example in Python, and the framework's own way to the same rates.
python_example() { # MODULE SCRIPT TOL BASE CALL FRAMEWORK OWN
	local module=$1 script=$2 tol=$3 base=$4 call=$5 framework=$6 own=$7
	local name=${call%%(*}
	if ! has "$module"; then
		skip "$script on the table of $name" "$module is not installed"
		return
	fi
	try "lrsched has a table for $name" \
		lrsched -n "$steps" -l "$base" -o lr.csv "$call"
	try "$script trains on it" \
		rows run.csv "$python" "$root/examples/frameworks/$script" lr.csv
	try "$script: each update used the table's rate" \
		same "$tol" lr.csv run.csv
	try "$script: lrcheck says that the run followed $name" \
		lrcheck -n "$steps" -l "$base" -s "$call" run.csv
	try "$framework trains under its own $name" \
		rows own.csv "$python" "$root/tests/interop/own.py" \
		"$framework" "$base" "$steps" "$own"
	try "$framework: its own rates are the table's" \
		same "$tol" lr.csv own.csv
	rm -f lr.csv run.csv own.csv
}

double=1e-12 # of the peak
single=2.4e-7

torch() {
	python_example torch torch_lambda.py $double "$1" "$2" torch "$2"
}

lightning() {
	python_example lightning lightning_module.py $double "$1" "$2" \
		lightning "$2"
}

hf() {
	python_example transformers hf_trainer.py $double "$1" "$2" hf "$3"
}

keras() {
	python_example keras keras_callback.py $single 1 "$1" keras "$1"
}

optax() {
	python_example optax optax_table.py $single 1 "$1" optax "$1"
}

llmc() {
	awk -F, 'NR > 1 { print $2 "," }' lr.csv >lr_table.h
	"${CC:-cc}" -I. -o llmc "$root/examples/frameworks/llmc.c" -lm &&
		rows run.csv ./llmc && same $single lr.csv run.csv
}

plain() {
	rows run.csv sh "$root/examples/frameworks/shell.sh" lr.csv &&
		same 0 lr.csv run.csv && lrcheck "${words[@]}" run.csv
}

torch 0.1 'OneCycleLR(optimizer, max_lr=0.1, total_steps=60)'
torch 0.1 'SequentialLR(optimizer, [LinearLR(optimizer, 0.1, total_iters=5),
	CosineAnnealingLR(optimizer, 55)], milestones=[5])'
lightning 0.1 'CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2)'
hf 5e-5 'get_cosine_schedule_with_warmup(optimizer, num_warmup_steps=10,
	num_training_steps=60)' "dict(lr_scheduler_type='cosine', warmup_steps=10)"
keras 'keras.optimizers.schedules.CosineDecay(0.0, 50, warmup_target=0.1,
	warmup_steps=10)'
optax 'optax.warmup_cosine_decay_schedule(0.0, 0.1, 10, 60)'

# A range test, probes, and an answer that both support.
probes() {
	lrsched range:200,from=1e-5,to=10 >table.csv &&
		"$python" "$root/examples/frameworks/torch_probes.py" \
			<table.csv >range.csv &&
		lrsched -o table.csv \
			"probe:4x200,lr=$(lrfind -f value range.csv)" &&
		"$python" "$root/examples/frameworks/torch_probes.py" \
			<table.csv >probes.csv &&
		lrfind range.csv probes.csv | grep '^probes,bracketed,'
}

if has torch; then
	try "torch_probes.py: probes are bracketed" probes
else
	skip "torch_probes.py" "torch is not installed"
fi

words=(-n "$steps" -l 3e-4 -s 'warmup:10 cos')
lrsched -n "$steps" -l 3e-4 warmup:10 cos >lr.csv
try "llmc.c: each update used the table's rate, as a float" llmc
try "shell.sh: each update used the table's rate, as lrcheck says" plain

# What lrwatch makes of sequences, beside what each library's classes do.
watch() {
	"$python" -B "$root/tests/interop/watch.py" --check "$build/lrwatch" \
		-n "${SEQUENCES:-1000}" "$1" >out || return 1
	cat out
}

for library in torch keras lightning timm optax hf ignite fastai flax xgboost \
	lightgbm mmengine paddle; do
	if "$python" -B "$root/tests/interop/watch.py" -n 1 "$library" 2>&1 |
		grep -q 'left out'; then
		skip "lrwatch: $library" "not installed"
	else
		try "lrwatch: $library's classes, to the last bit" watch "$library"
	fi
done

# Weight files of the packages that write them, and of wheels.
shown() {
	cat out
	return "$1"
}

weights=("$python" -B "$root/tests/interop/weights.py" "$build")
while read -r name; do
	"${weights[@]}" "$name" >out 2>&1 </dev/null
	status=$?
	if [ $status -eq 77 ]; then
		skip "weights: $name" "$(tail -n 1 out)"
	else
		try "weights: $name" shown $status
	fi
done < <("${weights[@]}")

# Array jobs of Slurm.
# shellcheck source=tests/slurm.bash
. "$root/tests/slurm.bash"
missing=$(slurm_missing | xargs)
if [ -n "$missing" ]; then
	skip "Slurm prunes shards" "not installed: $missing"
else
	try "Slurm prunes shards to the bytes of one process" env \
		TRIMTAB_SLURM=1 TRIMTAB_BUILD="$build" \
		bats --tap -f Slurm "$root/tests/distributed.bats"
fi

echo "1..$((passed + failed + skipped))"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
