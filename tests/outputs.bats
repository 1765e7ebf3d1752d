#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What becomes of outputs, and of inputs that are replaced: nothing is lost,
# nobody else may read, nothing is left behind, whatever comes between.

load helper
load weights

TOOLS='lrsched lrcheck lrfind lrlog wcmp wstat wplan wprune spzip'

setup_file() {
	# LD_PRELOAD cannot name a file with a blank in its path.
	export SHIM=$BATS_FILE_TMPDIR/shim.so
	cp "$BUILD/fault/shim.so" "$SHIM"
	range_log 200 >"$BATS_FILE_TMPDIR/test.csv"
	lrsched -n 200 -l 0.1 cos >"$BATS_FILE_TMPDIR/rates.csv"
	f32 1 -2 3 -4 5 -6 7 -8 >"$BATS_FILE_TMPDIR/w"
	wstat --raw f16 --hist "$BATS_FILE_TMPDIR/w" >"$BATS_FILE_TMPDIR/hist.csv"
	"$PYTHON" -c 'import sys, random
random.seed(1)
sys.stdout.buffer.write(random.randbytes(1 << 20))' >"$BATS_FILE_TMPDIR/noise"
}

# Copies of those files, to be read, replaced and removed.
give() {
	local name
	for name in "$@"; do cat "$BATS_FILE_TMPDIR/$name" >"$name"; done
}

# Runs tool $1, which writes to $2, with what follows as further options.
write() {
	local tool=$1 out=$2
	shift 2
	case $tool in
	lrsched) lrsched -n 10 -l 1 cos -o "$out" "$@" ;;
	lrcheck) lrcheck "$BATS_FILE_TMPDIR/rates.csv" -o "$out" "$@" ;;
	lrfind) lrfind "$BATS_FILE_TMPDIR/test.csv" -o "$out" "$@" ;;
	lrlog) lrlog "$BATS_FILE_TMPDIR/test.csv" -o "$out" "$@" ;;
	wstat) wstat --raw f32 "$BATS_FILE_TMPDIR/w" -o "$out" "$@" ;;
	wcmp) wcmp -a --raw f32 "$BATS_FILE_TMPDIR/w" "$BATS_FILE_TMPDIR/w" \
		-o "$out" "$@" ;;
	wplan) wplan -s 50% "$BATS_FILE_TMPDIR/hist.csv" -o "$out" "$@" ;;
	wprune) wprune --raw f32 -k 3 "$BATS_FILE_TMPDIR/w" -o "$out" "$@" ;;
	spzip) spzip -f "$BATS_FILE_TMPDIR/w" -o "$out" "$@" ;;
	esac
}

# The status each tool gives for trouble: spzip follows gzip.
trouble() {
	case $1 in
	spzip) echo 1 ;;
	*) echo 2 ;;
	esac
}

needs_root() {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
}

# Runs COMMAND as another user, who may pass through every directory.
other() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=+dac_override --ambient-caps=+dac_override "$@"
}

# Runs COMMAND with a call gone wrong: FAULT as tests/fault/shim.c has it.
fault() {
	local plan=$1
	shift
	LD_PRELOAD=$SHIM FAULT=$plan "$@"
}

# Starts COMMAND as $pid, with messages in err, and has it wait where it makes
# the call $1, CALL:N.
stop_at() {
	local call=$1
	shift
	LD_PRELOAD=$SHIM FAULT=${call%:*}:stop:${call#*:} "$@" 2>err 3>&- &
	pid=$!
	await is_in_state $pid T
}

# Lets it go on to its end, if it has not come yet; sets $status.
go_on() {
	kill -CONT $pid 2>/dev/null || :
	wait $pid && status=0 || status=$?
}

teardown() {
	[ -z "${pid:-}" ] || kill -KILL "$pid" 2>/dev/null || :
}

skip_without_shim() {
	skip_if_sanitized 'the shim is not preloaded before them'
}

# Whether a file that process $1 has open, and which has no name, is as find's
# test $2... says; $unnamed leads to it.
is_unnamed() {
	unnamed=$(find -L "/proc/$1/fd" -type f -links 0 "${@:2}" \
		2>/dev/null) && [ "$unnamed" ]
}

# Sets attribute $2 of file $1 to $3; an access list that gives user 1234 $3.
set_attribute() {
	"$PYTHON" -c 'import os, sys
os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())' "$@" ||
		skip 'no extended attributes here'
}

get_attribute() {
	"$PYTHON" -c 'import os, sys
print(os.getxattr(sys.argv[1], sys.argv[2]).decode())' "$@"
}

# Gives user 1234 the rights $2 to file $1, and no more to the group than $3;
# with "default" for new files in directory $1.
set_list() {
	"$PYTHON" - "$@" <<-'END' || skip 'no access control lists here'
		import os, struct, sys
		path, user, group = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
		kind = sys.argv[4] if len(sys.argv) > 4 else "access"
		none = 0xffffffff
		entries = [(1, 6, none), (2, user, 1234), (4, group, none),
		    (16, user | group, none), (32, 0, none)]
		os.setxattr(path, "system.posix_acl_" + kind,
		    struct.pack("<I", 2) +
		    b"".join(struct.pack("<HHI", *e) for e in entries))
	END
}

# Prints the entries of file $1's list, or nothing.
get_list() {
	"$PYTHON" - "$1" <<-'END'
		import os, struct, sys
		try:
		    x = os.getxattr(sys.argv[1], "system.posix_acl_access")
		except OSError:
		    sys.exit()
		print(*("%d:%d:%d" % (e[0], e[2] & 0xffff, e[1])
		    for e in struct.iter_unpack("<HHI", x[4:])))
	END
}

# --- unfinished outputs --------------------------------------------------------

@test "an output has no name and is closed to others until it is complete" {
	skip_if_sanitized 'too slow to be caught at work'
	umask 0
	echo old >old
	for out in new old; do
		lrsched -n 100000000 -l 0.1 cos -o $out 3>&- &
		pid=$!
		await is_unnamed $pid -size +100k
		[ "$(stat -L -c %a "$unnamed")" = 600 ]
		kill -9 $pid
		wait $pid || true
		only_files old
	done
	[ "$(cat old)" = old ]
}

@test "a kill while the disk is slow leaves nothing of any output" {
	skip_without_shim
	give w
	echo old >m
	for signal in TERM KILL; do
		stop_at fsync:1 wprune --raw f32 -k 3 --in-place w \
			--mask-out m --report new
		kill -$signal $pid
		go_on
		[ "$status" -gt 128 ]
		cmp w "$BATS_FILE_TMPDIR/w"
		[ "$(cat m)" = old ]
		rm err
		only_files m w
	done
}

@test "killed at any moment, old and new files are whole, and a rerun heals" {
	skip_if_sanitized 'slow'
	local run='wprune --raw f32 --nan keep -s 1/3 w --in-place
		--mask-update m --report r'
	give noise
	cp noise w
	$run
	mkdir want
	mv w m r want
	for ms in $(seq 0 24); do
		cp noise w
		rm -f m r
		$run 3>&- &
		pid=$!
		sleep "$(printf '0.%03d' "$ms")"
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
		cmp -s w noise || cmp w want/w
		[ ! -e m ] || cmp m want/m
		[ ! -e r ] || cmp r want/r
		for left in .?*.??????; do
			name=${left#.}
			[ ! -e "$left" ] || cmp "$left" "want/${name%.*}" ||
				cmp "$left" noise
			rm -f "$left"
		done
		$run
		cmp w want/w
		cmp m want/m
	done
	only_files m noise r w want want/m want/r want/w
}

@test "without /proc an output has a temporary name, as closed to others" {
	needs_root
	skip_if_sanitized 'they want /proc'
	unshare -m true || skip 'no namespaces'
	umask 0
	cat >slow <<-'END'
		mount -t tmpfs none /proc || exit 77
		exec lrsched -n 100000000 -l 0.1 cos -o new
	END
	unshare -m sh slow 3>&- &
	pid=$!
	has_begun() {
		tmp=$(find . -name '.new.??????' -size +100k) && [ "$tmp" ]
	}
	await has_begun
	[ "$(stat -c %a "$tmp")" = 600 ]
	kill -TERM $pid
	wait $pid && status=0 || status=$?
	[ "$status" -eq 143 ]
	only_files slow
	echo old >old
	give w
	unshare -m sh -ec 'mount -t tmpfs none /proc
		lrsched -n 2 -l 1 const -o new
		lrsched -n 2 -l 1 const -o old
		spzip w'
	lrsched -n 2 -l 1 const >want
	cmp want new
	cmp want old
	[ "$(stat -c %a new)" = 666 ]
	only_files slow old new want w.spzip
	unspzip w.spzip
	cmp w "$BATS_FILE_TMPDIR/w"
}

# --- owner, mode, attributes ---------------------------------------------------

@test "what is replaced keeps its owner, group, mode and attributes" {
	needs_root
	for run in 'wprune --raw f32 -k 1 --in-place f' \
		'wprune --raw f32 -k 1 w --mask-update f -o o' \
		'wprune --raw f32 -k 1 w --report f -o o' \
		'lrsched -n 3 -l 1 cos -o f' \
		"lrfind $BATS_FILE_TMPDIR/test.csv -o f" \
		"lrcheck $BATS_FILE_TMPDIR/rates.csv -o f" \
		'wcmp -a --raw f32 w w -o f' \
		'wstat --raw f32 --check finite w -o f' \
		"wplan -s 50% $BATS_FILE_TMPDIR/hist.csv -o f" \
		'wstat --raw f32 w -o f'; do
		give w
		cp w f
		[[ $run != *update* ]] || {
			rm f
			wprune --raw f32 -k 1 w --mask-out f -o o
		}
		chown 1234:2345 f
		chmod 640 f
		set_attribute f user.note 'written by a trainer'
		before=$(stat -c %i f)
		$run
		[ "$(stat -c %i f)" != "$before" ]
		[ "$(stat -c '%u:%g %a' f)" = '1234:2345 640' ] ||
			{ echo "$run"; stat f; false; }
		[ "$(get_attribute f user.note)" = 'written by a trainer' ]
		rm f
	done
}

@test "spzip's outputs have what the input has, there and back" {
	needs_root
	give w
	chown 1234:2345 w
	chmod 604 w
	touch -d '2001-02-03 04:05:06.789' w
	set_attribute w user.note 'no others'
	want=$(stat -c '%u:%g %a %y' w)
	spzip w
	[ "$(stat -c '%u:%g %a %y' w.spzip)" = "$want" ]
	[ "$(get_attribute w.spzip user.note)" = 'no others' ]
	spzip -k -d w.spzip
	[ "$(stat -c '%u:%g %a %y' w)" = "$want" ]
	[ "$(get_attribute w user.note)" = 'no others' ]
	spzip w -o other
	[ "$(stat -c '%u:%g %a %y' other)" = "$want" ]
}

@test "an access control list is kept, and none is got from the directory" {
	give w
	chmod 600 w
	set_list . 6 6 default
	cp w with
	set_list with 4 0
	list=$(get_list with)
	[ "$list" = '1:65535:6 2:1234:4 4:65535:0 16:65535:4 32:65535:0' ]
	wprune --raw f32 -k 1 --in-place with
	[ "$(get_list with)" = "$list" ]
	[ "$(stat -c %a with)" = 640 ]
	chmod 640 w
	"$PYTHON" -c 'import os; os.removexattr("w", "system.posix_acl_access")' ||
		true
	wprune --raw f32 -k 1 --in-place w
	spzip -k w
	[ -z "$(get_list w)" ] && [ -z "$(get_list w.spzip)" ]
	[ "$(stat -c %a w.spzip)" = 640 ]
}

@test "where the owner cannot be kept nobody may do more, and -v says so" {
	needs_root
	for mode in 674:644 640:600 606:600 660:600; do
		give w
		chown 1234:2345 w
		chmod "${mode%:*}" w
		run -0 --separate-stderr setpriv --bounding-set=-chown \
			wprune --raw f32 -k 1 --in-place w
		[ -z "$stderr" ]
		[ "$(stat -c '%u:%a' w)" = "0:${mode#*:}" ]
		chown 1234:2345 w
		chmod "${mode%:*}" w
		run -0 --separate-stderr setpriv --bounding-set=-chown \
			wprune -v --raw f32 -k 1 --in-place w
		[[ ${stderr_lines[0]} == 'wprune: '*'w: the owner could not be kept'* ]]
		chown 1234:2345 w
		chmod "${mode%:*}" w
		run -0 --separate-stderr setpriv --bounding-set=-chown spzip -v w
		[[ ${stderr_lines[0]} == 'spzip: '*'w.spzip: the owner could not be kept'* ]]
		[ "$(stat -c '%u:%a' w.spzip)" = "0:${mode#*:}" ]
		rm w.spzip
	done
}

@test "a group that the writer is in is kept where the owner is not" {
	needs_root
	give w
	chown 1234:2345 w
	chmod 660 w
	chmod 777 .
	setpriv --reuid=65534 --regid=2345 --clear-groups \
		--inh-caps=+dac_override --ambient-caps=+dac_override \
		wprune --raw f32 -k 1 --in-place w
	[ "$(stat -c '%u:%g %a' w)" = '65534:2345 660' ]
}

@test "set-id bits are not handed on" {
	give w
	chmod 6755 w
	wprune --raw f32 -k 1 --in-place w
	[ "$(stat -c %a w)" = 755 ]
}

# --- inputs that change ----------------------------------------------------------

append() {
	printf more >>"$1"
}

# Other bytes, of which neither the length nor the times that can be set tell.
alter() {
	touch -r "$1" "$BATS_TEST_TMPDIR/times"
	printf X | dd of="$1" conv=notrunc status=none
	touch -r "$BATS_TEST_TMPDIR/times" "$1"
}

# Runs COMMAND, and does $1 to the file $2 where it makes the call $3.  Sets
# $status.
change_at() {
	stop_at "${@:3}"
	$1 "$2"
	go_on
}

# File $1 is file $2 with what append() appended.
is_appended() {
	{ cat "$2" && printf more; } | cmp - "$1"
}

@test "spzip does not remove what was appended to while it finished" {
	skip_without_shim
	for n in 1 2; do # of the file, of the directory
		give w
		change_at append w fsync:$n spzip w
		[ "$status" -eq 2 ]
		is_appended w "$BATS_FILE_TMPDIR/w"
		[ "$(cat err)" = 'spzip: w: changed or was replaced since it was read; not removed' ]
		spzcat w.spzip | cmp - "$BATS_FILE_TMPDIR/w"
		only_files err w w.spzip
		rm w.spzip
	done
	for n in 1 2; do
		give w
		spzip w
		cp w.spzip packed
		change_at append w.spzip fsync:$n spzip -d w.spzip
		[ "$status" -eq 2 ]
		is_appended w.spzip packed
		cmp w "$BATS_FILE_TMPDIR/w"
		only_files err packed w w.spzip
		rm w w.spzip
	done
}

@test "wprune does not replace what was appended to while it finished" {
	skip_without_shim
	give w
	change_at append w fsync:1 wprune --raw f32 -k 3 --in-place w
	[ "$status" -eq 2 ]
	is_appended w "$BATS_FILE_TMPDIR/w"
	[ "$(cat err)" = 'wprune: w: changed while it was read; expected it to stay the same' ]
	only_files err w
	give w
	wprune --raw f32 -k 2 w -o x --mask-out m
	cp m before
	change_at append m fsync:1 wprune --raw f32 -k 3 w -o x --mask-update m
	[ "$status" -eq 2 ]
	is_appended m before
	grep -q '^wprune: m: changed while it was read' err
	only_files before err m w x
}

@test "a change that puts the times back is seen before an input goes" {
	skip_without_shim
	for n in 1 2; do
		give w
		change_at alter w fsync:$n spzip w
		[ "$status" -eq 2 ]
		[ "$(head -c 1 w)" = X ]
		[ "$(cat err)" = 'spzip: w: changed or was replaced since it was read; not removed' ]
		spzcat w.spzip | cmp - "$BATS_FILE_TMPDIR/w"
		rm w.spzip
	done
	give w
	change_at alter w fsync:1 wprune --raw f32 -k 3 --in-place w
	[ "$status" -eq 2 ]
	[ "$(head -c 1 w)" = X ]
	[[ $(cat err) == 'wprune: w: changed while it was read, or its names or rights did; expected '* ]]
	only_files err w
}

@test "weights that change when their mask is in place are kept" {
	skip_without_shim
	give w
	# The third: of the directory, when the mask is in place.
	change_at append w fsync:3 wprune --raw f32 -k 3 --in-place w --mask-update m
	[ "$status" -eq 2 ]
	is_appended w "$BATS_FILE_TMPDIR/w"
	only_files err m w
	truncate -s -4 w # and the run can be repeated
	wprune --raw f32 -k 3 --in-place w --mask-update m
	cp "$BATS_FILE_TMPDIR/w" want
	wprune --raw f32 -k 3 --in-place want
	cmp w want
}

@test "many runs with one output leave one whole result and nothing else" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		lrsched -n 2000 -l 1 cos -o out 3>&- &
	done
	wait
	lrsched -n 2000 -l 1 cos | cmp - out
	only_files out
	give w
	for i in 1 2 3 4 5 6; do
		spzip w 2>err.$i 3>&- &
	done
	wait
	spzcat w.spzip | cmp - "$BATS_FILE_TMPDIR/w"
	rm err.*
	only_files out w.spzip
}

@test "not even what was appended as the last thing before a rename is lost" {
	skip_without_shim
	for change in append replace; do
		give w
		stop_at rename:1 wprune --raw f32 -k 3 --in-place w
		case $change in
		append) printf more >>w ;;
		replace) printf other >new && mv new w ;;
		esac
		go_on
		[ "$status" -eq 2 ]
		case $change in
		append) is_appended w "$BATS_FILE_TMPDIR/w" ;;
		replace) [ "$(cat w)" = other ] ;;
		esac
		grep -qE '^wprune: w: (changed|was replaced) while it was read' err
		only_files err w
	done
}

@test "a file of several names is replaced under the one that was given" {
	give w
	ln w other
	wprune --raw f32 -k 3 --in-place w
	cmp other "$BATS_FILE_TMPDIR/w"
	run ! cmp -s w other
	echo old >out
	ln out keep
	lrsched -n 3 -l 1 cos -o out
	[ "$(cat keep)" = old ]
}

@test "a checkpoint that was saved anew is not replaced by the old one pruned" {
	skip_without_shim
	give w
	stop_at fsync:1 wprune --raw f32 -k 3 --in-place w
	f32 9 9 9 >new
	mv new w
	go_on
	[ "$status" -eq 2 ]
	[ "$(values w)" = '9.0 9.0 9.0' ]
	[ "$(cat err)" = 'wprune: w: was replaced while it was read; expected it to stay' ]
	only_files err w
}

@test "what comes to be where something new was to be made stays" {
	skip_without_shim
	give w
	stop_at fsync:1 spzip w
	echo theirs >w.spzip
	go_on
	[ "$status" -eq 1 ]
	[ "$(cat w.spzip)" = theirs ]
	cmp w "$BATS_FILE_TMPDIR/w"
	[ "$(cat err)" = 'spzip: w.spzip: cannot create: File exists' ]
	stop_at fsync:1 wprune --raw f32 -k 1 w -o x --mask-update m
	echo theirs >m
	go_on
	[ "$status" -eq 2 ]
	[ "$(cat m)" = theirs ]
	[ "$(cat err)" = 'wprune: m: cannot create: File exists' ]
	only_files err m w w.spzip
}

# --- several outputs ---------------------------------------------------------------

@test "no output takes its place before all are complete and on disk" {
	skip_without_shim
	give w
	for n in 1 2 3; do
		for name in x m r; do echo old >$name; done
		run -2 --separate-stderr fault fsync:fail:$n wprune --raw f32 \
			-k 3 w -o x --mask-out m --report r
		one_message 'wprune: ?: cannot sync: *'
		[ "$(cat x m r)" = $'old\nold\nold' ]
		only_files m r w x
	done
}

@test "weights come last: a run that failed between mask and weights can be repeated" {
	skip_without_shim
	give w
	local run='wprune --raw f32 -k 3 --in-place w --mask-update m'
	wprune --raw f32 -k 1 --in-place w --mask-update m
	cp w w1
	cp m m1
	$run
	mkdir want
	mv w m want
	cp w1 w
	cp m1 m
	# Report, mask and weights are linked in this order.
	run -2 --separate-stderr fault linkat:fail:3 $run --report r
	one_message 'wprune: w: cannot create: *'
	cmp m want/m
	cmp w w1
	[ -s r ]
	$run
	cmp w want/w
	cmp m want/m
}

@test "two outputs in one place are refused before anything is made" {
	mkdir dir
	ln -s dir same
	ln -s new dangling
	ln -s dangling chain
	ln -s ../new dir/back
	echo old >one
	ln one two
	ln -s one link
	give w
	for pair in 'new new' 'new ./new' 'new dir/../new' 'new dangling' \
		'chain new' 'chain dangling' 'dir/new same/new' 'dir/back new' \
		'same/back chain' "$PWD/new new" 'one two' 'one ./one' 'link two' \
		'- /dev/stdout' '/dev/fd/1 -' '/proc/self/fd/1 /dev/stdout'; do
		set -- $pair
		for args in "-o $1 --mask-out $2" "-o $1 --report $2" \
			"-o x --mask-out $1 --report $2"; do
			run -2 --separate-stderr wprune --raw f32 -k 1 w $args
			[[ ${stderr_lines[0]} == 'wprune: two results to one place'* ]] ||
				{ echo "$args: $stderr"; false; }
			[ -z "$output" ]
			[ ! -e new ] && [ ! -e dir/new ] && [ ! -e x ]
		done
	done
	run -2 wprune --raw f32 -k 1 w --in-place --mask-out ./w
	run -2 wprune --raw f32 -k 1 w -o m --mask-update dir/../m
	run -2 bash -c \
		'wprune --raw f32 -k 1 w -o - --report /dev/fd/4 4>>one >>one'
	[ "$(cat one)" = old ]
	cmp w "$BATS_FILE_TMPDIR/w"
}

@test "different places are not taken for one" {
	mkdir dir
	give w
	for pair in 'new dir/new' './dir/x new' '/dev/null /dev/null' \
		'new /dev/stdout'; do
		set -- $pair
		wprune --raw f32 -k 1 w -o "$1" --report "$2" >out
		rm -f new dir/*
	done
	head -n 1 out | grep -q '^file,tensor,'
}

# --- inputs that are outputs --------------------------------------------------------

@test "appending a result to its own input is refused by every tool" {
	for tool in lrcheck lrfind lrlog wcmp wstat wplan wprune spzip; do
		case $tool in
		lrcheck) give rates.csv && set -- rates.csv lrcheck ;;
		lrfind) give test.csv && set -- test.csv lrfind ;;
		lrlog) give test.csv && set -- test.csv lrlog ;;
		wcmp) give w && set -- w wcmp --raw f32 \
			"$BATS_FILE_TMPDIR/w" ;;
		wstat) give w && set -- w wstat --raw f32 ;;
		wplan) give hist.csv && set -- hist.csv wplan -s 50% ;;
		wprune) give w && set -- w wprune --raw f32 -k 1 ;;
		spzip) give w && set -- w spzip -c ;;
		esac
		file=$1
		shift
		for reading in "$file" "./$file" -; do
			# shellcheck disable=SC2094 # that is the mistake
			"$@" $reading <"$file" >>"$file" 2>err &&
				status=0 || status=$?
			[ "$status" -eq "$(trouble $tool)" ] ||
				{ echo "$tool $reading: $status"; false; }
			cmp "$file" "$BATS_FILE_TMPDIR/$file"
			grep -qE "^$tool: .*(input and output|one file)" err
		done
		# shellcheck disable=SC2094
		"$@" "$file" -o /dev/fd/4 4>>"$file" 2>err && status=0 ||
			status=$?
		[ "$tool" = spzip ] || [ "$status" -eq 2 ]
		cmp "$file" "$BATS_FILE_TMPDIR/$file"
	done
	give rates.csv
	# shellcheck disable=SC2094
	lrsched -n 200 -l 1 cos --at - <rates.csv >>rates.csv 2>err &&
		status=0 || status=$?
	[ "$status" -eq 2 ]
	[ "$(head -1 err)" = "lrsched: '<stdin>' is input and output; expected two files" ]
	cmp rates.csv "$BATS_FILE_TMPDIR/rates.csv"
	# shellcheck disable=SC2094
	lrwatch --metric loss 'stop,patience=3' <rates.csv >>rates.csv 2>err &&
		status=0 || status=$?
	[ "$status" -eq 2 ]
	cmp rates.csv "$BATS_FILE_TMPDIR/rates.csv"
}

# Every command with standard output appended to $file.
refuse_to_append() {
	local want
	want=$(sum)
	while read -ra words; do
		"${words[@]}" >>"$file" 2>err && status=0 || status=$?
		[ "$status" -eq "$(trouble ${words[0]})" ] ||
			{ echo "${words[*]} >>$file: $status"; false; }
		[ "$(sum)" = "$want" ] || { echo "${words[*]} >>$file"; cat err; false; }
		grep -qE "^${words[0]}: .*(input|replace|one file)" err || { cat err; false; }
	done
}

sum() {
	cat model/* "$file" | cksum
}

@test "nor is one part of a model replaced or appended to" {
	mkdir model
	cp "$BATS_TEST_DIRNAME/weights/all.safetensors" model/only.safetensors
	cp "$BATS_TEST_DIRNAME"/weights/{external.*,fortran.npy} .
	/usr/bin/python3 - <<-'END'
		import json, struct
		f = open("model/only.safetensors", "rb")
		head = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
		names = [k for k in head if k != "__metadata__"]
		json.dump({"weight_map": {k: "only.safetensors" for k in names}},
		          open("model/m.safetensors.index.json", "w"))
	END
	for file in model/only.safetensors model/m.safetensors.index.json; do
		refuse_to_append <<-'END'
			wstat model
			wstat model/m.safetensors.index.json
			wstat --hist model
			wstat fortran.npy model
			wstat --check same=model model/only.safetensors
			wstat --check zeros=model model/only.safetensors
			wcmp model model
			wcmp model/only.safetensors model
			wprune -n -s .5 model --report -
			spzip --predict .5 model/m.safetensors.index.json
		END
	done
	file=external.data
	refuse_to_append <<-'END'
		wstat external.onnx
		wcmp external.onnx external.onnx
	END
	want=$(sum)
	run -2 wstat model -o model/m.safetensors.index.json
	run -2 wcmp model model -o model/m.safetensors.index.json
	run -2 wprune -n -s .5 model --report model/m.safetensors.index.json
	run -2 wstat external.onnx -o external.data
	[ "$(sum)" = "$want" ]
}

# --- descriptors ------------------------------------------------------------------

@test "every spelling of a descriptor is written to where it stands" {
	ln -s /dev/stdout standard
	ln -s /proc/self/fd/4 four
	ln -s four chain
	for tool in $TOOLS; do
		write "$tool" want
		for name in /dev/fd/4 /proc/self/fd/4 /proc/thread-self/fd/4 \
			//dev/fd/4 /dev/../dev/fd/4 /dev/fd/../fd/4 four chain; do
			echo before >file
			inode=$(stat -c %i file)
			{
				write "$tool" $name
				echo after >&4
			} 4>>file
			{ echo before; cat want; echo after; } | cmp - file ||
				{ echo "$tool $name"; false; }
			[ "$(stat -c %i file)" = "$inode" ]
		done
		for name in /dev/stdout standard /dev/fd/1 /proc/self/fd/1; do
			{ write "$tool" $name && echo after; } >file
			{ cat want; echo after; } | cmp - file
			write "$tool" $name | cmp - want
		done
		write "$tool" /dev/stderr 2>file
		cmp file want
		: >file
		write "$tool" /dev/stdin 0<>file
		cmp file want
		rm want
	done
	[ "$(readlink four)" = /proc/self/fd/4 ]
}

@test "a descriptor that was not given is refused, also one that the tool opens" {
	for tool in $TOOLS; do
		for fd in 3 4 5 6 7 8 9 300 999999999; do
			run "-$(trouble "$tool")" --separate-stderr \
				write "$tool" /dev/fd/$fd \
				3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
			one_message "$tool: /dev/fd/$fd: cannot open: Bad file descriptor"
		done
	done
	[ -z "$(ls)" ]
}

@test "another process's descriptor is not replaced, and nothing in it is lost" {
	echo before >file
	sleep 100 5>>file 3>&- &
	pid=$!
	await [ -e /proc/$pid/fd/5 ]
	inode=$(stat -c %i file)
	lrsched -n 2 -l 1 const -o /proc/$pid/fd/5
	kill $pid
	[ "$(stat -c %i file)" = "$inode" ]
	{ echo before; lrsched -n 2 -l 1 const; } | cmp - file
	wait $pid || true
}

# --- traps -----------------------------------------------------------------------

@test "a link that another user planted in a sticky directory is not followed" {
	needs_root
	mkdir sticky
	chmod 1777 sticky
	echo precious >file
	for target in file new /dev/null /dev/stdout; do
		ln -s "$PWD/$target" sticky/out
		[[ $target != /dev/* ]] || ln -sf $target sticky/out
		ln -s sticky/out through
		chown -h 1234 sticky/out
		for tool in $TOOLS; do
			for out in sticky/out through; do
				run "-$(trouble "$tool")" --separate-stderr \
					write "$tool" $out
				one_message "$tool: $out: is a link of another user*"
				[ -z "$output" ]
			done
		done
		ln -s "$PWD/$target" sticky/out.svg
		chown -h 1234 sticky/out.svg
		run -2 --separate-stderr lrsched -n 9 -l 1 cos \
			--plot=sticky/out.svg
		one_message 'lrsched: sticky/out.svg: is a link of another user*'
		run -2 --separate-stderr other lrsched -n 9 -l 1 cos -o sticky/out
		one_message 'lrsched: sticky/out: is a link of another user*'
		rm sticky/* through
	done
	[ "$(cat file)" = precious ]
	[ ! -e new ]
}

@test "nor is one where a directory is meant" {
	needs_root
	mkdir sticky theirs
	chmod 1777 sticky
	give w
	ln -s "$PWD/theirs" sticky/out
	chown -h 1234 sticky/out
	for out in sticky/out sticky/out/; do
		run -2 --separate-stderr wprune --raw f32 -k 3 -O $out w
		one_message "wprune: $out: is a link of another user*"
	done
	[ -z "$(ls theirs)" ]
	chown -h 0 sticky/out # one's own
	wprune --raw f32 -k 3 -O sticky/out/ w
	[ -s theirs/w ]
}

@test "links that are one's own, or not in such a directory, are followed" {
	needs_root
	mkdir sticky shared plain
	chmod 1777 sticky
	chown 1234 sticky
	chmod 777 shared
	chmod 755 plain
	for case in sticky:0 sticky:1234 shared:1234 plain:1234; do
		ln -s "$PWD/file" ${case%:*}/link
		chown -h ${case#*:} ${case%:*}/link
		for tool in $TOOLS; do
			write "$tool" ${case%:*}/link
			[ -s file ] && rm file
		done
		rm ${case%:*}/link
	done
	ln -s "$PWD/file" sticky/link
	chown -h 65534 sticky/link
	chmod 777 .
	other lrsched -n 9 -l 1 cos -o sticky/link
	[ "$(stat -c %u file)" -eq 65534 ]
}

@test "what another user put in a sticky directory is not written or replaced" {
	needs_root
	mkdir sticky
	chmod 1777 sticky
	for make in 'touch' 'mkfifo'; do
		$make sticky/out
		chmod 666 sticky/out
		chown 1234 sticky/out
		for tool in $TOOLS; do
			run "-$(trouble "$tool")" --separate-stderr \
				timeout 20 bash -c "
				$(declare -f write)
				BATS_FILE_TMPDIR='$BATS_FILE_TMPDIR'
				write $tool sticky/out"
			one_message "$tool: sticky/out: belongs to another user*"
		done
		rm sticky/out
	done
	# What is read there may be replaced: it stays its owner's.
	give w
	cp w sticky/w
	chown 1234 sticky/w
	wprune --raw f32 -k 3 --in-place sticky/w
	[ "$(stat -c %u sticky/w)" -eq 1234 ]
	run ! cmp -s w sticky/w
}

@test "a name that cannot be had in a sticky directory is refused before the work" {
	needs_root
	mkdir sticky
	chmod 1777 sticky
	give w
	cp w sticky/w
	chmod 666 sticky/w
	run -2 --separate-stderr other timeout 20 \
		lrsched -n 1000000000 -l 1 cos -o sticky/w
	one_message 'lrsched: sticky/w: belongs to another user *'
	run -2 --separate-stderr other wprune --raw f32 -k 1 --in-place sticky/w
	one_message 'wprune: sticky/w: belongs to another user *'
	cmp w sticky/w
	chown 65534 sticky/w
	other wprune --raw f32 -k 1 --in-place sticky/w
	run ! cmp -s w sticky/w
	only_files sticky sticky/w w
}

# --- trouble ------------------------------------------------------------------------

@test "a command that ends in trouble leaves its old output, and makes no new one" {
	give test.csv rates.csv w
	echo 'step,lr' >bad
	echo old >old
	for out in old new; do
		for run in "lrfind test.csv bad" "lrfind bad test.csv" \
			"lrfind none test.csv" "lrfind --list-columns test.csv none" \
			"lrlog test.csv bad" "lrlog none test.csv" "lrlog --list bad" \
			"lrcheck rates.csv bad" "lrcheck bad rates.csv" \
			"lrcheck -s cos -n 200 -l .1 rates.csv bad" \
			"lrcheck none rates.csv" "wstat --raw f32 w none" \
			"lrsched -n 10 nonsense" "spzip -fd w" \
			"wprune --raw f32 -k 100 w"; do
			$run -o $out 2>err && status=0 || status=$?
			[ "$status" -eq "$(trouble "${run%% *}")" ] ||
				{ echo "$run: $status"; false; }
			[ "$(cat old)" = old ]
			[ ! -e new ] || { echo "$run"; false; }
		done
	done
	# An answer that is no is an answer.
	lrfind test.csv | sed 's/,ok,.*//' >/dev/null
	run -1 lrcheck -s const,from=1 rates.csv -o old
	[ "$(head -n 1 old | cut -d, -f1)" = file ]
}

@test "a picture that fails leaves the old one" {
	mkdir bin
	printf '#!/bin/sh\ncat >/dev/null\nprintf half\nexit 1\n' >bin/gnuplot
	chmod +x bin/gnuplot
	echo old >p.svg
	PATH=$PWD/bin:$PATH
	run -2 lrsched -n 10 -l 1 cos --plot=p.svg
	[ "$(cat p.svg)" = old ]
	only_files bin bin/gnuplot p.svg
}
