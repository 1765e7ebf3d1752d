#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# wprune that is killed, has no room, or reads what changes: the old files or
# the new ones, never neither, and nothing left.  FULL=1 kills 200 times each.
load helper
load weights

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	py <<-'END'
		import json, os
		n = lambda: rng.standard_normal(1 << 18).astype("<f4").reshape(512, -1)
		w = {c: n() for c in "abcd"}
		st.save("one", w)
		os.mkdir("d")
		for i, c in enumerate("abcd"):
		    st.save("d/model-%05d-of-00004.safetensors" % (i + 1), {c: w[c]})
		json.dump({"metadata": {}, "weight_map": {c:
		    "model-%05d-of-00004.safetensors" % (i + 1)
		    for i, c in enumerate("abcd")}},
		    open("d/model.safetensors.index.json", "w"))
		open("d/config.json", "w").write("{}")
	END
	wprune -q -s 50% one -o one.new
	wprune -q -s 20% one -o one.old
	wprune -q -s 50% d -o d.new
	wprune -q -s 20% d -o d.old
}

# Kills "wprune $@" after a while that grows with the turn $i.
killed() {
	wprune -q "$@" &
	sleep "0.0$(printf %03d $((i * 37 % 80)))"
	kill -9 $! 2>/dev/null || true
	wait $! 2>/dev/null || true
}

# What is left beside names is complete, or a directory that is filled or taken
# away, whose files are; it goes.
no_rest() {
	local f part
	for f in $(compgen -G '.*.??????'; compgen -G 'O/.*.??????'); do
		echo "left: $f" >>rest
		for part in "$f"/*; do
			[ -e "$part" ] || continue
			cmp -s "$part" "d.new/${part##*/}" ||
				cmp "$part" "d.old/${part##*/}"
		done
		[ -d "$f" ] || cmp "$f" one || cmp "$f" one.new ||
			cmp "$f" one.old
		rm -r "$f"
	done
	! compgen -G '.*.??????-*'
}

@test "ended while its directory is put together, there is nothing of it" {
	skip_if_sanitized 'the shim is not preloaded before them'
	local shim
	shim=$(dirname "$(command -v wprune)")/fault/shim.so
	for signal in TERM HUP; do
		# of the links the first four are of shards
		LD_PRELOAD=$shim FAULT=linkat:stop:5 \
			wprune -q -s 50% d -o out 3>&- &
		await is_in_state $! T
		compgen -G '.out.??????/model-*4.safetensors'
		kill -$signal $!
		kill -CONT $!
		wait $! && status=0 || status=$?
		[ "$status" -gt 128 ]
		[ ! -e out ]
		[ -z "$(compgen -G '.out*')" ]
	done
	wprune -q -s 50% d -o out
	diff -r out d.new
}

@test "a signal that is ignored ends nothing while a directory is put together" {
	skip_if_sanitized 'the shim is not preloaded before them'
	local shim
	shim=$(dirname "$(command -v wprune)")/fault/shim.so
	(
		trap '' HUP
		LD_PRELOAD=$shim FAULT=linkat:stop:5 \
			exec wprune -q -s 50% d -o out 3>&-
	) &
	await is_in_state $! T
	compgen -G '.out.??????/model-*4.safetensors'
	kill -HUP $!
	kill -CONT $!
	wait $!
	diff -r out d.new
}

@test "killed at any moment: the old or the new, and nothing else" {
	for ((i = 0; i < ${FULL:+194} + 6; i++)); do
		cp one.old out
		killed -s 50% one -o out
		cmp -s out one.old || cmp out one.new
		killed -s 50% one -o fresh
		[ ! -e fresh ] || cmp fresh one.new
		mkdir -p O
		killed -s 50% one d -O O
		[ ! -e O/one ] || cmp O/one one.new
		[ ! -e O/d ] || diff -rq O/d d.new
		cp one in
		killed -s 50% --in-place in
		cmp -s in one || cmp in one.new
		rm -rf to
		[ $((i % 2)) -eq 0 ] || cp -r d.old to
		killed -s 50% d -o to
		[ ! -e to ] || diff -rq to d.new || diff -rq to d.old
		[ $((i % 2)) -eq 0 ] || [ -e to ]
		rm -rf here
		cp -r d here
		killed -s 50% --in-place here
		for f in here/*; do
			cmp -s "$f" "d/${f##*/}" || cmp "$f" "d.new/${f##*/}"
		done
		wprune -q -s 50% --in-place here
		rm -f here/.*.??????
		diff -rq here d.new
		no_rest
		rm -rf O fresh
	done
}

@test "no room: old files stay, and nothing else is left" {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	mkdir disk
	mount -t tmpfs -o size=6m none disk 2>/dev/null || skip 'no mount(2)'
	cp one disk/one
	before=$(cksum <disk/one)
	bad=
	for how in '--in-place disk/one' 'one -o disk/x' 'd -o disk/x' \
		'one d -O disk/x' 'one -o /dev/null --mask-out disk/x.npz --report disk/r' \
		'one -o disk/one'; do
		[ "${how#one -o /dev/null}" = "$how" ] || head -c 1900000 /dev/zero >disk/fill
		# shellcheck disable=SC2086
		wprune -q -s 50% $how 2>err && bad+=" none:$how"
		grep -q 'No space left on device' err || bad+=" $how: $(cat err)"
		# by the names that were asked for
		! grep XXXXXX err || bad+=" temporary:$how"
		rm -f disk/fill
		rmdir disk/x 2>/dev/null || true
		[ "$(cksum <disk/one)" = "$before" ] || bad+=" changed:$how"
		[ "$(ls -A disk)" = one ] || bad+=" $(ls -A disk):$how"
	done
	umount disk
	[ -z "$bad" ] || { echo "$bad"; false; }
}

@test "inputs that change during the run are refused" {
	wprune -q -s 30% one -o p --mask-out mask
	py <<<'m = st.load("one")[0]; st.save("score", {k: abs(v) for k, v in m.items()})'
	mkfifo fifo
	day=0
	for what in 'one -s 50%' 'mask -m mask' 'score -s 50% --score file:score' \
		'score -s 20% --scope global --score file:score'; do
		# the run waits for a reader once all inputs are open
		# shellcheck disable=SC2086
		wprune -q ${what#* } one -o out --report fifo 2>err &
		pid=$!
		await fd_of $pid "${what%% *}"
		await is_in_state $pid S
		touch -d "2001-01-0$((++day))" "${what%% *}"
		timeout 20 cat fifo >/dev/null
		wait $pid && status=0 || status=$?
		[ "$status" -eq 2 ] || { echo "$what: $status"; cat err; false; }
		grep -q 'changed while it was read' err || { echo "$what"; cat err; false; }
		[ ! -e out ]
	done
}

@test "an earlier result that changes during the run stays as it is" {
	mkfifo fifo
	cp -r d.old to
	cp -r d.old same
	for what in edit touch remove none; do
		wprune -q -s 50% d -o to --mask-out fifo 2>err &
		pid=$!
		# it waits in the middle of its mask, which no pipe holds
		exec 5<fifo
		head -c 9 <&5 >/dev/null
		case $what in
		edit) echo '{"mine": 1}' >to/config.json ;;
		touch) touch -d 2001-01-01 to/model-00001-of-00004.safetensors ;;
		remove) rm to/model-00002-of-00004.safetensors ;;
		esac
		cp -r to before
		timeout 20 cat <&5 >/dev/null
		exec 5<&-
		wait $pid && status=0 || status=$?
		if [ $what = none ]; then
			[ "$status" -eq 0 ]
			diff -r to d.new
			break
		fi
		[ "$status" -eq 2 ] || { echo "$what: $status"; cat err; false; }
		grep -q 'wprune: to: .* changed while its successor was made; ' err
		diff -r to before
		[ -z "$(compgen -G '.to*')" ]
		rm -rf before to
		cp -r same to
	done
}

@test "holes of the input are holes of the output" {
	py <<-'END'
		import struct
		text = b'{"a.weight":{"dtype":"F32","shape":[512,4096],"data_offsets":[0,8388608]}}'
		text += b" " * (4088 - len(text))
		with open("thin", "wb") as f:
		    f.write(struct.pack("<Q", 4088) + text)
		    f.write(np.arange(1, 2**18 + 1, dtype="<f4").tobytes())
		    f.truncate(4096 + 8388608)
	END
	cp --sparse=never thin thick
	[ "$(stat -c %b thin)" -lt "$(stat -c %b thick)" ] || skip 'no holes here'
	wprune -q -s 90% thin -o p
	wprune -q -s 90% thick -o q
	cp --sparse=always thin same
	wprune -q -s 90% --in-place same
	wprune -q -s 90% thin >piped
	for f in p same piped; do
		cmp $f q
		[ "$(stat -c %b $f)" -le "$(stat -c %b thin)" ]
	done
	[ "$(stat -c %b q)" -eq "$(stat -c %b thick)" ]
}
