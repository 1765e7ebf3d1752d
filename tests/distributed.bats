#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The shards of a model, pruned by many jobs: the bytes of one process.

load helper
load weights
load slurm

teardown() {
	slurm_stop "$BATS_TEST_TMPDIR/slurm"
}

model_in_shards() {
	mkdir in
	py <<-'END'
		both = {}
		for i in range(4):
		    t = {"w%d.weight" % i: rng.standard_normal((90, 70))
		         .astype(("<f4", "<f2")[i % 2]) * (i + 1),
		         "b%d.bias" % i: np.ones(9, "<f4")}
		    st.save("in/m-%d.safetensors" % i, t)
		    both.update(t)
		st.save("all", both)
	END
	wprune -q -s 60% --scope global all -o want
}

same_as_one() {
	py <<-'END'
		import glob
		want = st.load("want")[0]
		got = {}
		for f in glob.glob("out/*.safetensors"):
		    got.update(st.load(f)[0])
		assert got.keys() == want.keys()
		for k in want:
		    assert got[k].tobytes() == want[k].tobytes(), k
	END
}

@test "make" {
	model_in_shards
	make -s -j3 -f "$ROOT/examples/distributed/Makefile" IN=in OUT=out S=60%
	same_as_one
}

@test "GNU parallel" {
	command -v parallel >/dev/null || skip 'GNU parallel is not installed'
	model_in_shards
	"$ROOT/examples/distributed/parallel.sh" in out 60%
	same_as_one
}

@test "Slurm's steps, by a stand-in that runs them at once" {
	model_in_shards
	mkdir bin
	cat >bin/sbatch <<-'END'
		#!/bin/bash
		last=0
		while [ $# -gt 0 ]; do
			case $1 in
			--array=*) last=${1##*-} ;;
			--wrap) command=$2 && shift ;;
			esac
			shift
		done
		for ((i = 0; i <= last; i++)); do
			SLURM_ARRAY_TASK_ID=$i sh -c "$command" >&2 || exit
		done
		echo 1
	END
	chmod +x bin/sbatch
	PATH=$PWD/bin:$PATH "$ROOT/examples/distributed/slurm.sh" in out 60%
	same_as_one
}

@test "Slurm itself" {
	[ -n "${TRIMTAB_SLURM:-}" ] || skip "'make interop' starts Slurm"
	model_in_shards
	slurm_start "$BATS_TEST_TMPDIR/slurm"
	"$ROOT/examples/distributed/slurm.sh" in out 60%
	slurm_wait
	same_as_one
}

@test "after a step of Slurm that fails, none is run and none waits" {
	[ -n "${TRIMTAB_SLURM:-}" ] || skip "'make interop' starts Slurm"
	model_in_shards
	head -c 100 in/m-2.safetensors >part
	mv part in/m-2.safetensors
	slurm_start "$BATS_TEST_TMPDIR/slurm"
	"$ROOT/examples/distributed/slurm.sh" in out 60%
	slurm_wait
	! ls out/*.safetensors out/plan.csv || return 1
	grep -q m-2.safetensors out/slurm-*.log
}
