#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# spzip killed at any moment: old or new files, and nothing else but a complete
# one that awaits its rename.  With FULL=1 200 kills of each kind, else a few.

load helper
load weights

# Kills "spzip ARGS" at moments spread over the time it takes, $1 times; before
# each, PREPARE makes the files, and after it JUDGE looks at them.
kill_often() {
	local times=$1 i pid took
	shift
	prepare
	took=$(date +%s%N)
	spzip "$@" 2>/dev/null
	took=$((($(date +%s%N) - took) / 1000 + 2000))
	for ((i = 0; i < times; i++)); do
		prepare
		spzip "$@" 2>/dev/null 3>&- &
		pid=$!
		sleep "$(printf '0.%06d' $((took * i / times)))"
		kill -KILL $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
		judge || { echo "kill $i of: spzip $*"; ls -la; return 1; }
	done
}

times() {
	if [ -n "${FULL:-}" ] && ! sanitized; then echo 200; else echo 8; fi
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	(seq 150000 && head -c 1500000 /dev/urandom) >big
	spzip -k big
	cksum <big >sum
	echo old >old
	py <<-'END'
		w = (rng.standard_normal((700, 1000)) * 0.02).astype("<f4")
		st.save("base", {"w": w})
		w[rng.random(w.shape) < 0.1] *= 1.01
		st.save("new", {"w": w})
	END
	spzip --base base new
	spzip -d --base base --tensor w -o w.npy new.spzip
}

# Nothing is here but these, and one complete file that awaits its rename.
left() {
	local f
	for f in .[!.]*; do
		[ -e "$f" ] || continue
		whole "$f" || return 1
		rm "$f"
	done
	# shellcheck disable=SC2012 # names are ours
	[ "$(ls | tr '\n' ' ')" = "$1" ]
}

# Either of the two is here, or both.
one_or_both() {
	if left 'big '; then
		whole big
	elif left 'big.spzip '; then
		whole big.spzip
	else
		left 'big big.spzip ' && whole big && whole big.spzip
	fi
}

# FILE is one that setup_file made, compressed or not.
whole() {
	local f
	for f in "$BATS_FILE_TMPDIR"/*; do
		[ -d "$f" ] || ! cmp -s "$1" "$f" || return 0
	done
	return 1
}

@test "killed while it compresses" {
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR/big" .; }
	judge() { one_or_both; }
	kill_often "$(times)" big
}

@test "killed while it decompresses" {
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR/big.spzip" .; }
	judge() { one_or_both; }
	kill_often "$(times)" -d big.spzip
}

@test "killed while it replaces an old file" {
	prepare() { cp "$BATS_FILE_TMPDIR"/{big,old} .; }
	judge() { left 'big old ' && whole big && whole old; }
	kill_often "$(times)" -f big -o old
	rm -f ./*
	prepare() { cp "$BATS_FILE_TMPDIR"/{big.spzip,old} .; }
	judge() { left 'big.spzip old ' && whole big.spzip && whole old; }
	kill_often "$(times)" -fd big.spzip -o old
}

@test "killed while it keeps its input" {
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR/big" .; }
	judge() { { left 'big ' || left 'big big.spzip '; } && whole big; }
	kill_often "$(times)" -k big
}

@test "killed while it makes a patch, and while it applies one" {
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR"/{base,new} .; }
	judge() {
		{ left 'base new ' || { left 'base new new.spzip ' &&
			whole new.spzip; }; } && whole new
	}
	kill_often "$(times)" --base base new
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR"/{base,new.spzip} .; }
	judge() {
		{ left 'base new.spzip ' || { left 'base new new.spzip ' &&
			whole new; }; } && whole new.spzip
	}
	kill_often "$(times)" -d --base base new.spzip
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR"/{base,new.spzip,old} .; }
	judge() { left 'base new.spzip old ' && whole old; }
	kill_often "$(times)" -fd --base base -o old new.spzip
}

@test "killed while it takes a tensor out" {
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR"/{base,new.spzip} .; }
	judge() {
		left 'base new.spzip ' || { left 'base new.spzip w.npy ' &&
			whole w.npy; }
	}
	kill_often "$(times)" -d --base base --tensor w -o w.npy new.spzip
}

@test "ended by a signal, the input and nothing else is left" {
	prepare() { rm -rf ./* && cp "$BATS_FILE_TMPDIR/big" .; }
	for signal in HUP INT TERM QUIT XCPU; do
		prepare
		env --default-signal="$signal" spzip -9 -T1 big 2>err 3>&- &
		pid=$!
		sleep 0.02
		kill -$signal $pid 2>/dev/null || true
		wait $pid 2>/dev/null && status=0 || status=$?
		[ "$status" -eq $((128 + $(kill -l $signal))) ] ||
			[ "$status" -eq 0 ]
		rm err
		left 'big ' || left 'big.spzip '
	done
}
