#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A log that comes in pieces, cut anywhere, has the rows in the end that it has
# at once; where rows were written that what came later has changed, that is
# said.

load helper

# Feeds each of logs $2... in random pieces to command $1, through a pipe or as
# a file that grows until a signal ends it, and compares with the log at once.
in_pieces() {
	"$PYTHON" - "$@" <<-'EOF2'
		import glob, os, random, signal, subprocess, sys, time

		rnd = random.Random(20)

		def pieces(data):
		    cuts = sorted(rnd.randint(0, len(data))
		                  for _ in range(rnd.randint(1, 6)))
		    for a, b in zip([0] + cuts, cuts + [len(data)]):
		        yield data[a:b]

		def piped(command, data):
		    p = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE,
		                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
		    try:
		        for piece in pieces(data):
		            p.stdin.write(piece)
		            time.sleep(rnd.choice((0, 0.01)))
		    except BrokenPipeError:
		        pass
		    out, err = p.communicate()
		    return p.returncode, out, err

		# Waits until the tool has begun: a signal before that ends no log.
		def reads(pid, name):
		    name = os.path.realpath(name)
		    for _ in range(200):
		        fds = glob.glob("/proc/%d/fd/*" % pid)
		        if any(os.path.realpath(fd) == name for fd in fds):
		            break
		        time.sleep(0.05)
		    time.sleep(0.1)

		def grown(command, data):
		    with open("grows.log", "wb", buffering=0) as f:
		        p = subprocess.Popen(command + [f.name], stdout=subprocess.PIPE,
		                             stderr=subprocess.PIPE)
		        for piece in pieces(data):
		            f.write(piece)
		            time.sleep(rnd.choice((0.01, 0.15)))
		        reads(p.pid, f.name)
		        p.send_signal(signal.SIGTERM)
		        out, err = p.communicate()
		    return p.returncode, out, err

		# Columns that are named have a header before there is a log.
		def rows(status, out):
		    head, *rest = out.split(b"\n")
		    named = "-c" in sys.argv[1].split()
		    return [head] * (not named) + sorted(rest) * (status != 2)

		whole, *logs = sys.argv[1:]
		whole = whole.split()
		bad = said = 0
		for log in logs:
		    data = open(log, "rb").read()
		    at_once = subprocess.run(whole + [log], stdout=subprocess.PIPE,
		                             stderr=subprocess.DEVNULL)
		    want = at_once.returncode, rows(at_once.returncode, at_once.stdout)
		    for feed in (piped, grown)[:2 if whole[0] == "lrlog" else 1]:
		        command = whole + ["--follow"] * (whole[0] == "lrlog")
		        status, out, err = feed(command, data)
		        if status == -signal.SIGTERM:
		            status = want[0]
		        if (status, rows(status, out)) == want:
		            continue
		        if b" has changed; " in err or b"do not name; " in err:
		            said += 1
		            continue
		        bad = 1
		        print(log, feed.__name__, status, want[0],
		              err.decode(errors="replace"))
		print(said, "said")
		sys.exit(bad)
	EOF2
}

blocks_and_wrapped() {
	for i in 1 2 3 4 5 6; do
		printf '\nphase: train\nepoch: %d\nlr: 0.0%d\nloss: 2.%d\nacc: 0.%d\n' \
			$i $i $i $i
	done >blocks.log
	for i in 1 2 3 4 5 6; do
		printf 'step %d loss: 2.%d  lr:\n    0.0%d  acc: 0.%d\n' $i $i $i $i
		printf '+------+-----+\n| vloss | 3.%d |\n| f1 | 0.%d |\n+------+-----+\n' \
			$i $i
	done >wrapped.log
	for i in 1 2 3 4 5 6; do
		echo "worker-0 | {'loss': 2.$i,"
		echo "worker-0 |  'lr': 0.0$i, 'step': $i}"
	done >dicts.log
}

@test "--follow has the rows of the log at once, wherever it is cut" {
	blocks_and_wrapped
	run -0 in_pieces lrlog blocks.log wrapped.log dicts.log \
		"$ROOT"/tests/logs/*.log
	[ "$output" = '0 said' ]
	# A log that is of one piece is of no other records.
	lrlog -c loss,lr blocks.log >want
	[ "$(wc -l <want)" -eq 7 ]
	lrlog --follow -c loss,lr < <(cat blocks.log) | tail -n +2 |
		diff <(tail -n +2 want) -
}

@test "--follow -c writes rows early, and says which the rest has changed" {
	blocks_and_wrapped
	run -0 in_pieces 'lrlog -c lr,loss' blocks.log wrapped.log dicts.log \
		"$ROOT"/tests/logs/*.log
	# The whole is what it is compared with: a run that resumed.
	printf 'step,lr,loss\n1,.1,9\n2,.2,8\n3,.3,7\n' >run.csv
	mkfifo pipe
	lrlog --follow -c loss pipe >out 2>err 3>&- &
	exec 4>pipe
	cat run.csv >&4
	await has_lines out 4
	printf '2,.2,6\n3,.3,5\n4,.4,4\n' >&4
	exec 4>&-
	wait $!
	[ "$(<out)" = $'step,loss\n1,9\n2,8\n3,7\n2,6\n3,5\n4,4' ]
	grep -q '2 rows were written that what came later has changed' err
}

@test "lrwatch has the same rows, wherever a log is cut" {
	blocks_and_wrapped
	run -0 in_pieces 'lrwatch -q --mode min --metric loss' blocks.log \
		wrapped.log dicts.log "$ROOT"/tests/logs/*.log
	[ "$output" = '0 said' ]
}

@test "--follow: a reader that waits does not put off the rows to come" {
	awk 'BEGIN {
		for (i = 0; i < 20000; i++)
			print "step " i " loss: " 1 / (i + 1)
	}' >run.log
	mkfifo rows
	(sleep 3 && exec cat) <rows >out 3>&- &
	timeout -k 1 150 lrlog --follow -c loss run.log >rows 3>&- &
	await has_lines out 20001
	[ "$(tail -n 1 out)" = 19999,5e-05 ]
	echo 'step 20000 loss: 7' >>run.log
	await has_lines out 20002
	[ "$(tail -n 1 out)" = 20000,7 ]
	kill $!
	wait $! || [ $? -eq 143 ]
}

@test "--follow of a file that becomes shorter says so once, and ends" {
	printf 'step 1 loss: 3\nstep 2 loss: 2\n' >run.log
	timeout -k 1 90 lrlog --follow -c loss run.log >out 2>err 3>&- &
	await has_lines out 3
	echo 'step 1 loss: 3' >run.log
	wait $! || [ $? -eq 2 ]
	[[ $(<err) = 'lrlog: run.log: became shorter while it was followed; '* ]]
	[ "$(wc -l <err)" -eq 1 ]
}

@test "--follow of a file that is written anew says so, however long it is then" {
	local tool
	has_seen() { # which shows in rows, or in where the tool stands
		has_lines out 3 || has_read "$1" run.log
	}
	for tool in 'lrlog --follow -c loss' 'lrfind --follow'; do
		rm -f out
		printf 'step,lr,loss\n1,.1,3\n2,.2,2\n' >run.log
		$tool run.log >out 2>err 3>&- &
		await has_seen $!
		# What copytruncate and a trainer leave between two looks, of
		# which none is to see the file empty.
		printf 'step,lr,loss\n1,.1,4\n2,.2,5\n3,.3,6\n' |
			dd of=run.log conv=notrunc status=none
		wait $! || [ $? -eq 2 ]
		[[ $(<err) = "${tool%% *}: run.log: was written anew while it was followed; "* ]]
		[ "$(wc -l <err)" -eq 1 ]
		! grep -q '^3,' out
	done
}

@test "a run behind a second header is one of its own, wherever the log is cut" {
	# The rate rises where it begins, as in a counter of each epoch, but for
	# the header; columns may be others, or stand elsewhere.
	local head
	for head in step,lr,loss loss,step,lr step,lr,loss,acc; do
		{
			echo step,lr,loss
			for i in 0 1 2 3 4 5; do
				echo "$i,0.0$((9 - i)),3.$((9 - i))"
			done
			echo "$head"
			for i in 0 1 2 3; do
				case $head in
				loss*) echo "2.$((9 - i)),$i,0.$((9 - i))" ;;
				*acc) echo "$i,0.$((9 - i)),2.$((9 - i)),0.$i" ;;
				*) echo "$i,0.$((9 - i)),2.$((9 - i))" ;;
				esac
			done
		} >"two$head.csv"
		run -0 --separate-stderr lrlog -c lr,loss "two$head.csv"
		[ "$(grep -v ^1, <<<"$output")" = $'run,step,lr,loss\n2,0,0.9,2.9\n2,1,0.8,2.8\n2,2,0.7,2.7\n2,3,0.6,2.6' ]
		[[ $stderr == *'the steps begin again; 2 runs are read'* ]]
	done
	run -0 in_pieces lrlog two*.csv
	[[ $output =~ ^[0-9]+\ said$ ]]
	run -0 in_pieces 'lrlog -c lr,loss' two*.csv
	# On a screen the header stands above each epoch.
	tr , '\t' <twostep,lr,loss.csv | expand >screen.log
	run -0 --separate-stderr lrlog screen.log
	[[ $stderr == *'begin again with each epoch; they are added up'* ]]
	[ "${#lines[@]}" -eq 11 ]
}

@test "--follow of a file that is moved has its last rows, says so, and ends" {
	printf 'step 1 loss: 3\nstep 2 loss: 2\n' >run.log
	timeout -k 1 90 lrlog --follow -c loss run.log >out 2>err 3>&- &
	await has_lines out 3
	mv run.log run.log.1
	sleep 0.5 # who has it open writes on
	echo 'step 3 loss: 1' >>run.log.1
	echo 'step 4 loss: 1' >run.log
	wait $!
	[ "$(tail -n 1 out)" = 3,1 ]
	[[ $(<err) = 'lrlog: run.log: it was moved, and another log has its name; '* ]]
	[ "$(wc -l <err)" -eq 1 ]
}

@test "what writes a pipe goes on where there is no room for it" {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	mkdir disk
	mount -t tmpfs -o size=256k none disk 2>/dev/null || skip 'no mount(2)'
	{ seq 50000 | sed 's/.*/step & loss &/' && touch ended; } |
		TMPDIR=$PWD/disk lrlog --follow -c loss - >rows 2>err &&
		status=0 || status=$?
	umount disk
	[ "$status" -eq 2 ]
	[ -e ended ]
	[ "$(wc -l <err)" -eq 1 ]
	grep -x 'lrlog: .*: cannot .*: No space left on device; no more rows, .*' err
	[ "$(head -n 2 rows)" = $'step,loss\n1,1' ]
}
