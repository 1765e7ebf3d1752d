#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Outputs that are an input of the same command: refused before the first
# input is read, also where a good one stands before it.

load helper

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return 1
	lrsched -n 1000 -l 0.1 cos >good.csv
	head -c 4096 /dev/zero >w.raw
	head -c 300000 /dev/urandom >big.raw
	spzip -k w.raw
	mkdir dir
	cp big.raw dir/a
	cp w.raw dir/b
}

# $1 is the file, the rest a command that appends to it.
keeps() {
	local before
	before=$(md5sum "$1")
	run -"$2" --separate-stderr bash -c "$3 >>'$1'"
	one_message "*'$4' is input and output; expected two files*"
	[ "$(md5sum "$1")" = "$before" ]
}

@test "what is appended to an input is refused before the other inputs" {
	keeps w.raw 1 'spzip -c big.raw w.raw' w.raw
	keeps dir/b 1 'spzip -rc dir' dir/b
	keeps w.raw 1 'spzip -c big.raw - <w.raw' '<stdin>'
	keeps w.raw.spzip 1 'spzip -dc w.raw.spzip w.raw.spzip' w.raw.spzip
	cp w.raw.spzip only.spzip
	keeps only.spzip 1 'spzip -dc only' only.spzip
	keeps w.raw.spzip 1 'spzip -lv w.raw.spzip' w.raw.spzip
	keeps w.raw 2 'wstat --raw u8 big.raw w.raw' w.raw
	keeps w.raw 2 'wstat --raw u8 big.raw - <w.raw' '<stdin>'
	cp good.csv b.csv
	keeps b.csv 2 'lrcheck good.csv b.csv' b.csv
	keeps b.csv 2 'lrcheck -f rows good.csv b.csv' b.csv
	keeps b.csv 2 'lrfind --list-columns good.csv b.csv' b.csv
	keeps b.csv 2 'lrfind --lr-table b.csv good.csv' b.csv
	keeps b.csv 2 'lrlog good.csv b.csv' b.csv
	ln -s b.csv link
	keeps b.csv 2 'lrcheck good.csv link' link
}

@test "a script or definitions that are read are not written to" {
	local script=torch.optim.lr_scheduler.StepLR tool
	echo "$script(opt, 30)" >t.py
	echo 'EarlyStopping(patience=3)' >p.py
	echo 'size = 30' >d.py
	keeps t.py 2 'lrsched -l 1 -n 3 @t.py' t.py
	keeps t.py 2 'lrsched -l 1 -n 3 const vs @t.py' t.py
	keeps d.py 2 "lrsched -l 1 -n 3 -D @d.py '$script(opt, size)'" d.py
	keeps t.py 2 'lrcheck -l 1 --spec @t.py good.csv' t.py
	keeps d.py 2 "lrcheck -l 1 -D @d.py --spec '$script(opt, size)' \
		good.csv" d.py
	keeps t.py 2 'lrfind -l 1 -n 9 --lr-spec @t.py good.csv' t.py
	keeps p.py 2 'lrwatch @p.py good.csv' p.py
	keeps t.py 2 'lrwatch -n 9 --scale @t.py stop,patience=3 good.csv' t.py
	cp t.py t.csv
	cp t.py t.svg
	for tool in 'lrsched -l 1 -n 3 @t.csv -o t.csv' \
		'lrsched -l 1 -n 3 @t.svg --plot=t.svg' \
		'lrcheck -l 1 --spec @t.csv good.csv -o t.csv' \
		'lrcheck -l 1 --spec @t.svg good.csv --plot=t.svg'; do
		# shellcheck disable=SC2086
		run -2 --separate-stderr $tool
		one_message "*'t.*' is input and output; expected two files*"
		cmp t.csv t.py
		cmp t.svg t.py
	done
}

@test "a file in a directory of logs is not written to either" {
	mkdir -p run/metrics/val board
	seq 0 40 | awk '{ print 1700000000000 + $1, 2 - $1 / 50, $1 }' |
		tee run/metrics/loss run/metrics/val/loss >/dev/null
	echo 'run_name: a' >run/meta.yaml
	cp "$(find "$ROOT/tests/events" -name '*tfevents*' -size -20k | head -n 1)" \
		board/events.out.tfevents.1700000000.host
	cp good.csv run/metrics/lr.svg
	tar c run board | sha256sum >before
	for out in run/metrics/loss run/metrics/val/loss \
		board/events.out.tfevents.1700000000.host; do
		for tool in lrlog lrcheck lrfind; do
			run -2 --separate-stderr "$tool" -f csv "${out%%/*}" -o "$out"
			one_message "*'$out' is input and output; expected two files*"
		done
	done
	run -2 --separate-stderr lrlog run --plot=run/metrics/lr.svg
	one_message "*'run/metrics/lr.svg' is input and output; *"
	run -2 bash -c 'lrlog run >>run/metrics/val/loss'
	[[ $output == *"'run/metrics/val/loss' is input and output; "* ]]
	tar c run board | sha256sum | cmp - before
	# Where a directory cannot be listed, the others are read.
	rm run/metrics/lr.svg
	chmod 0 run/metrics/val
	run -2 --separate-stderr as_nobody lrlog good.csv run
	one_message '*run/metrics/val*'
	chmod 755 run/metrics/val
	[ "${#lines[@]}" -gt 10 ]
}

@test "what only looks so works" {
	spzip -c big.raw w.raw >both.spzip
	spzip -dc both.spzip | cmp - <(cat big.raw w.raw)
	spzip -k -f big.raw w.raw >>w.raw
	[ "$(stat -c %s w.raw)" -eq 4096 ]
	spzip -t w.raw.spzip >>w.raw.spzip
	run -2 spzip -c big.raw dir
	[[ $output == *'is a directory; skipped'* ]]
	[ "$(grep -c 'is a directory' <<<"$output")" -eq 1 ]
	run -1 --separate-stderr spzip -c none
	one_message '*none*No such file*'
	run -0 bash -c 'lrcheck good.csv good.csv >>new && grep -c found new'
	[ "$output" -eq 2 ]
}

@test "help that cannot be written is trouble" {
	local tool status
	for tool in lrsched lrcheck lrfind lrlog wstat wprune spzip; do
		for what in --help --version '--completion bash'; do
			status=2
			[ $tool != spzip ] || status=1
			run -$status bash -c "$tool $what >/dev/full"
			[[ $output == *'<stdout>: cannot write'* ]]
		done
	done
}
