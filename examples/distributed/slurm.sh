#!/bin/sh
# SPDX-License-Identifier: MIT
# The same as array jobs of Slurm, a task a shard, each step after the one
# before.  IN and OUT are on a file system that all hosts share.
# Usage: slurm.sh IN OUT S
set -eu
in=$1 out=$2 s=$3
mkdir -p "$out"
(cd "$in" && ls ./*.safetensors) >"$out/shards"
last=$(($(wc -l <"$out/shards") - 1))
shard="\$(sed -n \"\$((SLURM_ARRAY_TASK_ID + 1))p\" '$out/shards')"

# after JOB COMMAND...: submits it and prints its number.  Where JOB fails,
# what is after it is taken from the queue.
after() {
	dep=${1:+--dependency=afterok:$1}
	shift
	# shellcheck disable=SC2086 # nothing, where there is no dependency
	sbatch --parsable $dep --kill-on-invalid-dep=yes \
		-o "$out/slurm-%A_%a.log" "$@"
}

one=$(after '' --array="0-$last" --wrap "f=$shard; wstat -q --hist '$in'/\$f -o '$out'/\$f.1.csv")
plan=$(after "$one" --wrap "wplan -q -s '$s' --scope global '$out'/*.1.csv -o '$out/plan.1.csv' || [ \$? -eq 1 ]")
two=$(after "$plan" --array="0-$last" --wrap "f=$shard; wstat -q --hist --bracket '$out/plan.1.csv' '$in'/\$f -o '$out'/\$f.2.csv")
plan=$(after "$two" --wrap "wplan -s '$s' --scope global '$out'/*.2.csv -o '$out/plan.csv'")
after "$plan" --array="0-$last" --wrap "f=$shard; wprune -q -p '$out/plan.csv' '$in'/\$f -o '$out'/\$f"
