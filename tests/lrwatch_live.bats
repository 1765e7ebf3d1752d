#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A trainer that writes a line and waits for its row: each comes before the
# next line is written, whatever the lines are.

load helper

# Starts each of commands $@ as a coprocess and writes lines of every kind to
# it, each only when what came before has been answered.
converse() {
	"$PYTHON" - "$@" <<-'EOF'
		import itertools, json, select, subprocess, sys

		def values(i):
		    return {"epoch": i, "val_loss": round(1 - i / 10, 1)}

		def more(i, **others):
		    return json.dumps({**values(i), **others})

		kinds = {
		    "json": lambda i: json.dumps(values(i)),
		    "crlf": lambda i: json.dumps(values(i)) + "\r",
		    "dict": lambda i: str(values(i)),
		    "dict in text": lambda i: "INFO " + str(values(i)),
		    "nested": lambda i: more(i, eval={"f1": i, "auc": 1}),
		    "list": lambda i: more(i, betas=[0.9, 0.999]),
		    "lists": lambda i: more(i, a=[1, 2, 3, 4], b=[1, 2, 3, 4]),
		    "groups": lambda i: more(
		        i, groups=[{"wd": 0, "n": 1}, {"wd": 0.1, "n": 2}]),
		    "by number": lambda i: json.dumps(
		        {"layers": {"0": {"w": 1}, "1": {"w": 2}}, **values(i)}),
		    "pretty": lambda i: json.dumps(values(i), indent=1),
		    "text": lambda i: "epoch %d val_loss %.1f" % (i, 1 - i / 10),
		}

		def answer(p):
		    if not select.select([p.stdout], [], [], 10)[0]:
		        return None
		    return p.stdout.readline()

		def talk(command, kind):
		    p = subprocess.Popen(command, bufsize=0, stdin=subprocess.PIPE,
		                         stdout=subprocess.PIPE)
		    head = answer(p)
		    assert head in (b"step,metric,best,lr,event\n",
		                    b"step,val_loss\n"), head
		    for i in range(1, 4):
		        p.stdin.write((kinds[kind](i) + "\n").encode())
		        row = answer(p)
		        if not row:
		            p.kill()
		            return "no answer to line %d" % i
		        if row.strip().split(b",")[:2] != [b"%d" % i, b"%.1f" % (1 - i / 10)]:
		            p.kill()
		            return "line %d: %r" % (i, row)
		    p.stdin.close()
		    rest = p.stdout.read()
		    return rest or p.wait() and "status %d" % p.returncode

		bad = 0
		for command, kind in itertools.product(sys.argv[1:], kinds):
		    if "json" in command and kind == "text":
		        continue
		    wrong = talk(command.split(), kind)
		    if wrong:
		        print(command, kind, wrong, sep=": ")
		        bad = 1
		sys.exit(bad)
	EOF
}

@test "each line has its row before the next comes" {
	run -0 converse 'lrwatch -q --metric val_loss' \
		'lrwatch -q -i json --metric val_loss' \
		'lrlog -q --follow -c val_loss' \
		'lrlog -q --follow -i json -c val_loss'
}

@test "a document is one on a pipe, too" {
	echo '{"val_loss":[4,3,2,1],"loss":[8,7,6,5]}' >columns.json
	"$PYTHON" -m json.tool --indent 1 >state.json <<-'EOF'
		{"best": 1, "log_history": [{"epoch": 1, "val_loss": 4},
		 {"epoch": 2, "val_loss": 3}], "steps": 2}
	EOF
	for log in columns.json state.json; do
		lrwatch -q --metric val_loss $log >want
		[ "$(wc -l <want)" -ge 3 ]
		run -0 diff want <(cat $log | lrwatch -q --metric val_loss)
		run -0 diff <(lrlog -c val_loss $log | cut -d, -f2) \
			<(cat $log | lrlog --follow -c val_loss | cut -d, -f2)
	done
}

@test "a document in one line that looks like a record is said to be none" {
	log='{"best":1,"log_history":[{"step":1,"best":4},{"step":2,"best":3}]}'
	run -2 --separate-stderr lrwatch -q --mode min --metric best < <(printf '%s\n' "$log")
	one_message 'lrwatch: <stdin>:1: a JSON document in one line*in a file*'
	# a file is known to be whole
	printf '%s\n' "$log" >log.json
	run -0 lrwatch -q --mode min --metric best log.json
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[2]} == 2,3,3,* ]]
}

@test "what is wrong in a log is said with its name" {
	"$PYTHON" -c 'import sys; b = bytearray(open(sys.argv[1], "rb").read())
b[80] ^= 255; open("bad.tfevents", "wb").write(b)' \
		"$ROOT/tests/events/restart.tfevents"
	run -2 --separate-stderr lrwatch bad.tfevents
	one_message 'lrwatch: bad.tfevents:byte *CRC*'
}
