#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What every tool does alike, in one loop over all of them.

load helper

TOOLS='lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune spzip'

# The status each tool gives for trouble: spzip follows gzip.
trouble() {
	case $1 in
	spzip) echo 1 ;;
	*) echo 2 ;;
	esac
}

# Runs tool $1 on a small input that it accepts, result to standard output.
sample() {
	case $1 in
	lrsched) lrsched -n 5000 -l 0.1 cos ;;
	lrcheck) lrcheck "$BATS_FILE_TMPDIR/rates.csv" ;;
	lrfind) lrfind "$BATS_FILE_TMPDIR/test.csv" ;;
	lrlog) lrlog "$BATS_FILE_TMPDIR/test.csv" ;;
	lrwatch) lrwatch --metric loss "$BATS_FILE_TMPDIR/test.csv" ;;
	wcmp) set -- "$BATS_FILE_TMPDIR/w.f32" && wcmp -a --raw f32 "$1" "$1" ;;
	wstat) wstat --raw f32 "$BATS_FILE_TMPDIR/w.f32" ;;
	wplan) wplan -s 0.5 "$BATS_FILE_TMPDIR/hist.csv" ;;
	wprune) wprune --raw f32 -s 0.5 "$BATS_FILE_TMPDIR/w.f32" ;;
	spzip) spzip -c "$BATS_FILE_TMPDIR/w.f32" ;;
	esac
}

# The same with the input on standard input.
sample_stdin() {
	case $1 in
	lrsched) lrsched -n 5000 -l 0.1 cos ;;
	lrcheck) lrcheck - <"$BATS_FILE_TMPDIR/rates.csv" ;;
	lrfind) lrfind - <"$BATS_FILE_TMPDIR/test.csv" ;;
	lrlog) lrlog - <"$BATS_FILE_TMPDIR/test.csv" ;;
	lrwatch) lrwatch --metric loss - <"$BATS_FILE_TMPDIR/test.csv" ;;
	wcmp) wcmp -a --raw f32 - "$BATS_FILE_TMPDIR/w.f32" \
		< <(cat "$BATS_FILE_TMPDIR/w.f32") ;;
	wstat) wstat --raw f32 - <"$BATS_FILE_TMPDIR/w.f32" ;;
	wplan) wplan -s 0.5 - <"$BATS_FILE_TMPDIR/hist.csv" ;;
	wprune) wprune --raw f32 -s 0.5 - <"$BATS_FILE_TMPDIR/w.f32" ;;
	spzip) spzip - <"$BATS_FILE_TMPDIR/w.f32" ;;
	esac
}

# A command line that makes tool $1 open FILE for reading.
reads() {
	case $1 in
	lrsched) return 1 ;;
	lrcheck) echo "lrcheck $2" ;;
	lrfind) echo "lrfind $2" ;;
	lrlog) echo "lrlog $2" ;;
	lrwatch) echo "lrwatch --metric loss $2" ;;
	wcmp) echo "wcmp $2 $2" ;;
	wstat) echo "wstat $2" ;;
	wplan) echo "wplan -s 0.5 $2" ;;
	wprune) echo "wprune -s 0.5 $2 -o out" ;;
	spzip) echo "spzip -c $2" ;;
	esac
}

# A command line that makes tool $1 write FILE, and whether -o can.
writes() {
	case $1 in
	lrsched) echo "lrsched -n 10 -l 1 cos -o $2" ;;
	lrcheck) echo "lrcheck $BATS_FILE_TMPDIR/rates.csv -o $2" ;;
	lrfind) echo "lrfind $BATS_FILE_TMPDIR/test.csv -o $2" ;;
	lrlog) echo "lrlog $BATS_FILE_TMPDIR/test.csv -o $2" ;;
	lrwatch) echo "lrwatch --metric loss $BATS_FILE_TMPDIR/test.csv -o $2" ;;
	wcmp) set -- "$BATS_FILE_TMPDIR/w.f32" "$2" && echo "wcmp -a --raw f32 $1 $1 -o $2" ;;
	wstat) echo "wstat --raw f32 $BATS_FILE_TMPDIR/w.f32 -o $2" ;;
	wplan) echo "wplan -s 0.5 $BATS_FILE_TMPDIR/hist.csv -o $2" ;;
	wprune) echo "wprune --raw f32 -s 0.5 $BATS_FILE_TMPDIR/w.f32 -o $2" ;;
	spzip) echo "spzip $BATS_FILE_TMPDIR/w.f32 -o $2" ;;
	esac
}

setup_file() {
	range_log 200 >"$BATS_FILE_TMPDIR/test.csv"
	lrsched -n 200 -l 0.1 cos >"$BATS_FILE_TMPDIR/rates.csv"
	"$NUMPY" -c 'import sys, numpy
sys.stdout.buffer.write(numpy.random.default_rng(1).standard_normal(
    100000).astype("<f4").tobytes())' >"$BATS_FILE_TMPDIR/w.f32"
	"$NUMPY" -c 'import sys, numpy
sys.stdout.buffer.write(numpy.random.default_rng(1).standard_normal(
    100000).astype("<f2").tobytes())' |
		wstat --raw f16 --hist >"$BATS_FILE_TMPDIR/hist.csv"
}

@test "--help goes to standard output with status 0" {
	for tool in $TOOLS; do
		run -0 --separate-stderr "$tool" --help
		[[ $output == *"$tool"* ]]
		[ -z "$stderr" ]
		run -0 "$tool" -h
	done
}

@test "--version names the tool and the suite" {
	for tool in $TOOLS; do
		run -0 --separate-stderr "$tool" --version
		[[ $output == "$tool (trimtab) "* ]]
		run -0 "$tool" -V
	done
}

@test "help fits 80 columns" {
	for tool in $TOOLS; do
		run bash -c "$tool --help | awk 'length > 80'"
		[ -z "$output" ] || { echo "$tool: $output"; false; }
	done
}

@test "help says each default once" {
	for t in $TOOLS; do
		"$t" --help >help
		# an option's text as one line
		awk '/^ *-|^[^ ]/ { print line; line = "" }
			{ sub(/^ +/, " "); line = line $0 }
			END { print line }' help >rows
		run -1 grep -nE '\([^()]*\)[^a-zA-Z]*\([^()]*\)$|default.*\([^()]+\)$' rows
		[ -z "$output" ]
	done
}

@test "an unknown option is one line of reason and a hint" {
	for tool in $TOOLS; do
		for option in --no-such-option -@; do
			run "-$(trouble "$tool")" --separate-stderr \
				"$tool" $option
			[ -z "$output" ]
			[ "${#stderr_lines[@]}" -eq 2 ]
			[[ ${stderr_lines[0]} == "$tool: "*"'$option'"* ]]
			[[ ${stderr_lines[1]} == "Try '$tool --help'"* ]]
		done
	done
}

@test "an option without its value says so" {
	for tool in $TOOLS; do
		run "-$(trouble "$tool")" --separate-stderr "$tool" -o
		[[ ${stderr_lines[0]} == "$tool: option '-o' lacks its value" ]]
	done
}

@test "the option at fault is named wherever it stands" {
	for tool in $TOOLS; do
		run --separate-stderr "$tool" --output=x -@x
		[ "${stderr_lines[0]}" = "$tool: unknown option '-@'" ]
		run --separate-stderr "$tool" x --help=3
		[ "${stderr_lines[0]}" = "$tool: option '--help' takes no value" ]
		run --separate-stderr "$tool" --output
		[ "${stderr_lines[0]}" = \
			"$tool: option '--output' lacks its value" ]
	done
}

@test "no message carries a control character" {
	for tool in $TOOLS; do
		run --separate-stderr "$tool" $'--\e[31m\xc2\x9b31m'
		[[ ${stderr_lines[0]} == "$tool: "*"'--\x1b[31m\u009b31m'" ]]
	done
}

@test "a missing file is named" {
	for tool in $TOOLS; do
		command=$(reads "$tool" no-such-file) || continue
		run "-$(trouble "$tool")" --separate-stderr $command
		[ -z "$output" ]
		[ "$stderr" = \
			"$tool: no-such-file: cannot open: No such file or directory" ]
		[ -z "$(ls)" ]
	done
}

@test "a directory is not a file" {
	mkdir dir
	for tool in lrcheck lrfind lrlog lrwatch wprune wstat; do
		run -2 --separate-stderr $(reads "$tool" dir)
		one_message "$tool: dir: a directory without *"
		only_files dir
	done
}

@test "an unreadable file is trouble" {
	echo x >secret
	chmod 000 secret
	for tool in lrcheck lrfind lrlog lrwatch wcmp wstat wplan; do
		run -2 --separate-stderr as_nobody $(reads "$tool" secret)
		one_message "$tool: secret: cannot open: Permission denied"
	done
}

@test "a link that leads to itself, or out of sight, is named" {
	ln -s loop loop
	mkdir -m 0 shut
	for tool in $TOOLS; do
		command=$(reads "$tool" loop) || continue
		status=$(trouble "$tool")
		run "-$status" --separate-stderr $command
		one_message "$tool: loop: cannot open: Too many levels of symbolic links"
		run "-$status" --separate-stderr as_nobody $(reads "$tool" shut/x)
		one_message "$tool: shut/x: cannot open: Permission denied"
	done
}

@test "- is standard input, and gives the same bytes as the file" {
	for tool in $TOOLS; do
		sample "$tool" | sed 's/^[^,]*,//' >file
		sample_stdin "$tool" | sed 's/^[^,]*,//' >stdin
		cmp file stdin
		[ -s file ]
	done
}

@test "a full device is trouble, for results and for help" {
	for tool in $TOOLS; do
		sample "$tool" >/dev/full 2>err && status=0 || status=$?
		[ "$status" -eq "$(trouble "$tool")" ] || { echo "$tool"; false; }
		grep -q "^$tool: <stdout>: cannot write: No space left" err
		"$tool" --help >/dev/full 2>err && status=0 || status=$?
		[ "$status" -eq "$(trouble "$tool")" ]
	done
}

@test "a closed standard output is trouble" {
	for tool in $TOOLS; do
		sample "$tool" >&- 2>err && status=0 || status=$?
		[ "$status" -eq "$(trouble "$tool")" ] || { echo "$tool"; false; }
		grep -q "^$tool: " err
	done
}

@test "a closed standard input is trouble for what reads it" {
	for tool in lrcheck lrfind lrlog lrwatch wcmp wstat wplan spzip; do
		case $tool in
		wcmp) set -- --raw f32 "$BATS_FILE_TMPDIR/w.f32" ;;
		wstat) set -- --raw f32 ;;
		wplan) set -- -s 0.5 ;;
		*) set -- ;;
		esac
		"$tool" "$@" - <&- >out 2>err && status=0 || status=$?
		[ "$status" -eq "$(trouble "$tool")" ] || { echo "$tool"; false; }
		grep -q "^$tool: <stdin>: cannot " err
	done
}

@test "files opened while standard streams are closed are not mistaken for them" {
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune; do
		$(writes "$tool" out) <&- >&- 2>&-
		$(writes "$tool" ref)
		cmp out ref
		rm out ref
	done
}

@test "a closed pipe ends a tool quietly" {
	for tool in $TOOLS; do
		run --separate-stderr bash -c "
			$(declare -f sample)
			BATS_FILE_TMPDIR='$BATS_FILE_TMPDIR'
			sample $tool | head -c 1 >/dev/null
			echo \${PIPESTATUS[0]}"
		[ -z "$stderr" ] || { echo "$tool: $stderr"; false; }
		[ "$output" -eq 141 ] || [ "$output" -eq 0 ]
	done
}

@test "-o writes the same bytes as standard output" {
	for tool in $TOOLS; do
		$(writes "$tool" out)
		$(writes "$tool" -) >ref
		cmp out ref
		[ -s out ]
		rm out ref
	done
}

@test "-o keeps the old file's mode and follows a symlink" {
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune; do
		echo old >target
		chmod 640 target
		ln -s target link
		$(writes "$tool" link)
		[ -L link ]
		[ "$(stat -c %a target)" = 640 ]
		[ "$(cat target)" != old ]
		rm link target
	done
}

@test "-o into a directory that cannot be written leaves nothing" {
	mkdir ro
	chmod 555 ro
	for tool in lrsched lrcheck lrfind lrlog lrwatch; do
		run -2 --separate-stderr as_nobody $(writes "$tool" ro/out)
		one_message "$tool: ro/out: cannot create: Permission denied"
		only_files ro
	done
}

@test "-o to a full device says so" {
	for tool in $TOOLS; do
		[ "$tool" = spzip ] && continue
		run -2 --separate-stderr $(writes "$tool" /dev/full)
		one_message "$tool: /dev/full: cannot write: No space left*"
	done
}

@test "-o follows a dangling link and refuses a loop and a directory" {
	mkdir dir
	ln -s dir/new dangling
	ln -s loop loop
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune; do
		$(writes "$tool" dangling)
		[ -L dangling ] && [ -s dir/new ]
		rm dir/new
		run -2 --separate-stderr $(writes "$tool" loop)
		one_message "$tool: loop: cannot create: Too many levels*"
		run -2 --separate-stderr $(writes "$tool" dir)
		one_message "$tool: dir: cannot open: Is a directory"
	done
	only_files dangling dir loop
}

@test "-o takes the longest name there is, and a longer one fails at once" {
	name=$(printf 'n%.0s' $(seq 255))
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune; do
		$(writes "$tool" "$name")
		[ -s "$name" ]
		run -2 --separate-stderr $(writes "$tool" "${name}n")
		one_message '*: cannot create: File name too long'
	done
	only_files "$name"
}

@test "-o /dev/stdout and /dev/fd are what they are for any other program" {
	for tool in lrsched lrcheck lrfind lrlog lrwatch wcmp wstat wplan wprune; do
		$(writes "$tool" ref)
		echo first >out
		$(writes "$tool" /dev/stdout) >>out
		{ echo first; cat ref; } | cmp - out
		$(writes "$tool" /dev/stdout) | cmp - ref
		$(writes "$tool" /dev/fd/3) 3> >(cmp - ref >difference 2>&1)
		rm ref
	done
	[ ! -s difference ]
}

@test "a FIFO is written, not replaced, and a signal ends the wait for it" {
	mkfifo fifo
	lrsched -n 10 -l 1 cos -o fifo &
	cat fifo >out
	wait $!
	[ "$(wc -l <out)" -eq 11 ]
	run -124 timeout 0.3 lrsched -n 10 -l 1 cos -o fifo
	[ -p fifo ]
}

@test "a file that may not grow leaves no temporary" {
	run -2 --separate-stderr bash -c \
		'ulimit -f 1; lrsched -n 5000 -l 1 cos -o out'
	one_message 'lrsched: out: cannot write: File too large'
	[ -z "$(ls)" ]
}

# Whether process $1 has written something.
has_written() {
	[ "$(sed -n 's/^wchar: //p' "/proc/$1/io")" -gt 0 ]
}

@test "a killed tool leaves the old file and no temporary" {
	skip_if_sanitized 'too slow to be caught at work'
	echo old >out
	for signal in TERM HUP PIPE; do
		lrsched -n 100000000 -l 0.1 cos -o out &
		pid=$!
		await has_written $pid
		kill -$signal $pid
		wait $pid && status=0 || status=$?
		[ "$status" -gt 128 ]
		[ "$(cat out)" = old ]
		only_files out
	done
}

@test "kill -9 leaves the old file" {
	skip_if_sanitized 'too slow to be caught at work'
	echo old >out
	lrsched -n 100000000 -l 0.1 cos -o out &
	pid=$!
	await has_written $pid
	kill -9 $pid
	wait $pid || true
	[ "$(cat out)" = old ]
	only_files out
}

@test "children are waited for, even if who started us ignores how they end" {
	lrsched -n 300 -l 0.1 -f npy cos -o w.npy
	"$PYTHON" - <<-'END'
	import signal, subprocess
	for line in ("spzip --predict 0.5 w.npy",
	             "wprune --target-bytes 1k w.npy -o out.npy",
	             "lrsched -n 10 -l 0.1 --plot=rates.svg cos"):
	    subprocess.run(line.split(), check=True, timeout=60, preexec_fn=
	        lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
	END
}
