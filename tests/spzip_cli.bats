#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# spzip's manners: what becomes of files, which status is given, what is said.
# Most cases are lines of tests/spzip/manners; where gzip and xz are to do the
# same, they are run as well.

load helper

# The files that each case begins with, for the program $1 with suffix $2, in
# the directory $3; what they hold when they are not compressed is in orig.
make_files() {
	mkdir "$3" && cd "$3" || return 1
	seq 3000 >a
	seq 100 >b
	seq 10 >c
	: >e
	echo old >q
	seq 500 >p
	for f in a b c e p; do "$1" -c $f >"$f.$2"; done
	cp "p.$2" "q.$2"
	cat "p.$2" "b.$2" >"two.$2"
	(cat "p.$2" && head -c 512 /dev/zero) >"pad.$2"
	(cat "p.$2" && echo garbage) >"trail.$2"
	head -c 60 "p.$2" >"cut.$2"
	echo junk >junk
	cp junk "jk.$2"
	: >"nil.$2"
	cp a 's p'
	cp a -- -m
	ln -s a n
	ln -s none dang
	ln -s "p.$2" "lp.$2"
	cp a h1
	ln h1 h2
	mkfifo fifo
	mkdir d "dd.$2" d/sub
	cp a d
	cp b d/sub
	cp "p.$2" d
	rm "a.$2" "b.$2" "c.$2" "e.$2" p
	cd ..
}

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return 1
	mkdir orig
	seq 3000 | tee orig/a orig/n orig/h1 'orig/s p' orig/-m >orig/da
	seq 100 >orig/b
	seq 10 >orig/c
	: >orig/e
	seq 500 | tee orig/p orig/q orig/pad orig/trail >orig/lp
	(seq 500 && seq 100) >orig/two
	make_files spzip spzip spzip.files
	make_files gzip gz gzip.files
	make_files xz xz xz.files
}

@test "what becomes of files, as with gzip and xz" {
	# others do not change: with FULL=1 all of what they do
	local every=${FULL:+1}
	sanitized && every=0
	"$PYTHON" "$ROOT/tests/spzip/behave.py" "$BATS_FILE_TMPDIR" \
		"$ROOT/tests/spzip/manners" "${every:-8}" >held || { cat held; false; }
	[ "$(tail -n 1 held)" -ge 150 ]
}

@test "mode, owner and times go with the file, both ways" {
	cp "$BATS_FILE_TMPDIR/spzip.files/a" .
	for mode in 400 600 644 666 751; do
		for when in 1969-07-20 2001-02-03 2038-02-01 2200-01-01; do
			chmod $mode a
			touch -d "$when 12:34:56.123456789 UTC" a
			want=$(stat -c '%a %u %g %.Y' a)
			(umask 077 && spzip a)
			[ "$(stat -c '%a %u %g %.Y' a.spzip)" = "$want" ]
			(umask 0 && spzip -d a.spzip)
			[ "$(stat -c '%a %u %g %.Y' a)" = "$want" ]
		done
	done
	# of standard input nothing is known but the umask
	(umask 027 && spzip <a >b && spzip -o c <a)
	[ "$(stat -c %a b)" = 640 ]
	[ "$(stat -c %a c)" = 751 ] # it is a file all the same
	(umask 027 && head -c -0 a | spzip -o d)
	[ "$(stat -c %a d)" = 640 ]
	# devices keep theirs
	want=$(stat -c '%a %u %g' /dev/null)
	spzip -f a -o /dev/null
	[ "$(stat -c '%a %u %g' /dev/null)" = "$want" ]
}

@test "terminals are not written to or read from without -f" {
	cp "$BATS_FILE_TMPDIR"/spzip.files/{c,p.spzip} .
	run -1 on_terminal spzip -c c
	[[ $output == *'compressed data not written to a terminal; -f forces it'* ]]
	run -1 on_terminal sh -c 'spzip -d'
	[[ $output == *'compressed data not read from a terminal; -f forces it'* ]]
	run -1 on_terminal sh -c 'spzip -t'
	run -0 on_terminal spzip -cf c
	run -0 on_terminal spzip -dc p.spzip
	[ "${lines[499]}" = 500 ]
	run -0 on_terminal spzip -l p.spzip
	[[ $output == *p.spzip* ]]
	# no question is asked: what is in the way stays
	cp c c.spzip
	run -2 on_terminal spzip c
	cmp c c.spzip
}

@test "directories that cannot be written or read" {
	mkdir ro no
	cp "$BATS_FILE_TMPDIR"/spzip.files/{c,p.spzip} ro
	cp ro/c no
	chmod 555 ro
	chmod 0 no
	for args in ro/c '-d ro/p.spzip' '-f ro/c' 'ro/c -o ro/x' 'no/c' \
		'-c no/c' '-t no/c' '-l no/c'; do
		run -1 --separate-stderr eval "as_nobody spzip $args"
		one_message 'spzip: *: Permission denied'
	done
	as_nobody spzip -kc ro/c | spzip -d | cmp - ro/c
	as_nobody spzip -t ro/p.spzip
	run -1 --separate-stderr as_nobody spzip -r .
	# shellcheck disable=SC2154 # set by 'run --separate-stderr'
	[[ $stderr == *'spzip: ./no'*': Permission denied'* ]]
	chmod 755 ro no
	[ "$(find . -type f | sort | tr '\n' ' ')" = './no/c ./ro/c ./ro/p.spzip ' ]
}

@test "a full disk: the input stays, and nothing else is left" {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	mkdir disk
	mount -t tmpfs -o size=300k none disk 2>/dev/null || skip 'no mount(2)'
	head -c 250000 /dev/urandom >disk/r
	head -c 400000 /dev/zero | tr '\0' x | spzip >disk/x.spzip
	sum=$(cat disk/* | cksum)
	for args in disk/r '-9 disk/r' '-d disk/x.spzip' '-dk disk/x.spzip' \
		'-d --keep-damaged disk/x.spzip' 'disk/r -o disk/y' \
		'-dc disk/x.spzip >disk/y'; do
		eval "spzip $args" 2>err && status=0 || status=$?
		rm -f disk/y
		[ "$status" -eq 1 ] && grep -q 'No space left on device' err &&
			[ "$(cat disk/* | cksum)" = "$sum" ] ||
			{ umount disk; echo "$args: $status"; cat err; false; }
	done
	[ "$(find disk -type f | sort | tr '\n' ' ')" = 'disk/r disk/x.spzip ' ] ||
		{ umount disk; false; }
	umount disk
}

@test "a file that may not grow, a pipe that is closed" {
	seq 400000 >big
	head -c 3000000 /dev/urandom >r
	spzip -k big
	sum=$(cksum <r)
	run -1 --separate-stderr bash -c 'ulimit -f 500; spzip r'
	one_message 'spzip: r.spzip: cannot write: File too large'
	run -1 --separate-stderr bash -c 'ulimit -f 500; spzip -d -o x big.spzip'
	one_message 'spzip: x: cannot write: File too large'
	only_files big big.spzip r
	[ "$(cksum <r)" = "$sum" ]
	for args in 'spzip -c r' 'spzip -dc big.spzip' 'spzip -c r big'; do
		# ended by the signal, or an error where it is ignored
		run -0 bash -c "$args 2>err | true; echo \${PIPESTATUS[0]}"
		[ "$output" -eq 141 ] && [ ! -s err ]
		run -0 bash -c "trap '' PIPE; $args 2>err | true; echo \${PIPESTATUS[0]}"
		[ "$output" -eq 1 ]
		grep -q '<stdout>: cannot write: Broken pipe' err
	done
}

@test "what is written is the same for every -T, and the next second" {
	head -c 3000000 /dev/urandom >r
	seq 700000 >>r
	head -c 9000000 /dev/zero >>r
	spzip -T1 -c r >one
	for n in 0 2 3 7 16; do
		spzip -T$n -c r | cmp - one
		spzip -T$n -dc one | cmp - r
	done
	touch -d 2001-01-01 r
	spzip -c r | cmp - one
}

@test "the input is removed when the output is on disk under its name" {
	command -v strace >/dev/null || skip 'no strace(1)'
	skip_if_sanitized ptrace
	for act in a '-d p.spzip'; do
		cp "$BATS_FILE_TMPDIR"/spzip.files/{a,p.spzip} .
		eval "strace -f -o log -e trace=fsync,linkat,rename,unlink spzip $act"
		# file, name, directory, and only then
		run sed -n 's/^[0-9]* *\([a-z]*\)(.*/\1/p' log
		[ "${lines[*]}" = 'fsync linkat fsync unlink' ] ||
			{ cat log; false; }
	done
}

@test "good files decode, bad ones are damaged, unsupported ones say so" {
	"$NUMPY" - "$ROOT/tests" <<-'END'
	import sys
	sys.path.insert(0, sys.argv[1])
	import numpy as np, safetensors
	r = np.random.default_rng(8)
	def prune(*shape):
	    w = r.standard_normal(shape).astype("<f4")
	    return np.where(abs(w) < 1.2, 0, w).astype("<f4")
	safetensors.save("w", {"a": prune(60, 50), "b": prune(50, 40),
	                       "c": prune(3000).astype("<f2")})
	END
	spzip -k w
	mkdir files
	"$PYTHON" -B "$ROOT/tests/spzip/corpus.py" w.spzip files
	local n=0 f want
	for f in files/*; do
		n=$((n + 1))
		spzip -t "$f" 2>err && status=0 || status=$?
		case $f in
		*/good*) want='0 ' ;;
		*/bad*) want='1 damaged' ;;
		*) want='1 unsupported' ;;
		esac
		got="$status $(sed -n '1s/.*\(newer spzip\|draft\).*/unsupported/p
			t; 1s/.*/damaged/p' err)"
		[ "$got" = "$want" ] || { echo "$f: $got"; cat err; false; }
		# neither does anything else make something of it
		if [ "$status" -ne 0 ]; then
			run -1 spzip -dc "$f"
			run -1 spzip -dc --keep-damaged "$f"
			run ! spzip -dc --tensor nope "$f"
		fi
		if [ "$status" -eq 0 ]; then
			spzip -lv "$f" >list
		else
			run ! spzip -d "$f" -o out
		fi
		[ ! -e out ] || { echo "$f makes a file"; false; }
	done
	[ "$n" -gt 60 ]
	spzcat files/good-twice.spzip | cmp - <(cat w w)
	spzcat files/good-zeros-between.spzip | cmp - <(cat w w)
	spzcat files/good-unknown-dtype.spzip | cmp - w
	PYTHONPATH=$ROOT/examples PYTHONDONTWRITEBYTECODE=1 "$NUMPY" - <<-'END'
	import glob
	import spzip

	for name in sorted(glob.glob("files/*")):
	    try:
	        spzip.decode(open(name, "rb").read())
	        good = True
	    except ValueError:
	        good = False
	    assert good == ("good" in name), name
	END
}

@test "memory is bounded, whatever a file is" {
	skip_if_sanitized 'address space'
	head -c 40000000 /dev/urandom >noise
	head -c 150000000 /dev/zero | spzip -T2 -o zeros.spzip
	for args in '-T2 -c noise' '-T2 -9c noise' '-T2 -dc zeros.spzip' \
		'-T2 -t zeros.spzip' '-lv zeros.spzip'; do
		eval "prlimit --as=250000000 spzip $args" >/dev/null ||
			{ echo "$args"; false; }
	done
	spzip -T2 noise
	head -c 20000000 noise.spzip >cut.spzip
	run -1 prlimit --as=250000000 spzip -T2 -t cut.spzip
	run -1 prlimit --as=250000000 spzip -T2 -d --keep-damaged cut.spzip
	[ -f cut ]
}

@test "ten gigabytes of holes go in and come out" {
	[ -n "${FULL:-}" ] || skip 'FULL=1'
	skip_if_sanitized 'time'
	truncate -s 10G s
	printf x | dd of=s bs=1 seek=7000000000 conv=notrunc status=none
	spzip -k s
	[ "$(stat -c %s s.spzip)" -lt 1000000 ]
	spzip -l s.spzip | grep -q 10737418240
	spzip -d -o t s.spzip
	[ "$(stat -c %s t)" -eq 10737418240 ]
	[ "$(stat -c %b t)" -lt 1000 ]
	tail -c +7000000001 t | head -c 1 | grep -q x
}
