#!/bin/sh
# SPDX-License-Identifier: MIT
# Probes around the rate that a range test suggests: four short runs at constant
# rates, then one more at an end as long as the best rate is there.
#
#	probe.sh RANGE PREFIX TRAIN...
#
# RANGE is the log of the range test, PREFIX what the names of the logs of
# probes begin with; TRAIN is the trainer with its options.
set -eu
range=$1 prefix=$2
shift 2

rm -f "$prefix"-*.csv
word=probe:4x200,lr=$(lrfind -f value "$range")

for round in 1 2 3 4 5 6; do
	lrsched "$word" | "$@" > "$prefix-$round.csv"
	# Where lrfind wants another run, its message ends with the word for it.
	if said=$(lrfind -f value "$range" "$prefix"-*.csv 2>&1); then
		exit 0
	fi
	word=${said##* }
done
echo "probe.sh: still $said" >&2
exit 1
