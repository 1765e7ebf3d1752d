#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls with what no library would take: the message is short, about the
# argument and in its place, and comes at once.

load helper

# The message for a call; the caret stands under $3.
refused() {
	local at
	run -2 --separate-stderr lrsched -n 100 "$1"
	# shellcheck disable=SC2154 # set by run
	[[ ${stderr_lines[0]} == *": $2"* ]] || { echo "$stderr"; false; }
	[ -z "$output" ]
	[ $# -eq 2 ] && return
	at=${stderr_lines[2]%%^*}
	[[ ${stderr_lines[1]:${#at}} == "$3"* ]] || { echo "$stderr"; false; }
}

@test "a number that no schedule can have is its argument's fault" {
	refused 'CosineAnnealingLR(T_max=10**400)' \
		'an int beyond 64 bits; expected a smaller one, or a float' '10*'
	refused 'CosineAnnealingLR(T_max=1e18)' \
		'CosineAnnealingLR: T_max=1e+18; expected at most 2^53 steps' 1e18
	refused 'CosineAnnealingLR(5, eta_min=-1)' \
		'CosineAnnealingLR: eta_min=-1; expected 0 or more' -1
	refused "StepLR(opt, 30, gamma=float('inf'))" \
		'factor at step 30 is infinite; expected a schedule that stays finite'
	refused 'keras.CosineDecay(-1, 100)' \
		'CosineDecay: initial_learning_rate=-1; expected 0 or more' -1
	refused 'keras.SGD(-0.5)' \
		'SGD: learning_rate gives -0.5; expected 0 or more' -0.5
}

@test "a name that a script makes of an argument is the argument's" {
	refused "OneCycleLR(opt, float('inf'), total_steps=10)" \
		'OneCycleLR: max_lr=inf; expected a finite number' float
	refused 'OneCycleLR(opt, 0.1, total_steps=-5)' \
		'OneCycleLR: total=-5; expected total >= 1' -5
}

@test "a lambda is wanted where the library wants one, and nowhere else" {
	refused "LambdaLR(opt, 'lambda t: 1')" \
		"LambdaLR: lr_lambda gives 'lambda t: 1'; expected a lambda" "'"
	refused 'LambdaLR(opt, [3])' \
		'LambdaLR: lr_lambda gives 3; expected a lambda' '[3]'
	refused 'CyclicLR(opt, .1, .2, scale_fn=3)' \
		'CyclicLR: 3; expected a lambda or a def'
	refused 'MultiplicativeLR(opt, 3)' 'MultiplicativeLR: lr_lambda gives 3; expected a lambda' 3
	refused 'keras.PolynomialDecay(.1, 10, end_learning_rate=lambda t: t)' \
		'PolynomialDecay: '
}

@test "strings of the user do not become words or code" {
	refused "optax.linear_schedule('0 cos:5', 1, 5)" \
		'linear_schedule: a string < an int; expected numbers' "'"
	refused "keras.LinearCosineDecay(.1, 100, beta='t')" \
		'LinearCosineDecay: a float + a string; expected numbers'
	refused 'keras.LinearCosineDecay(.1, 100, beta=[1, 2])' \
		'LinearCosineDecay: a float + a list; expected numbers'
}

@test "what is no schedule in a list of schedules is the list's fault" {
	local s
	refused 'SequentialLR([StepLR(3), 5], milestones=[4])' \
		'SequentialLR: what is no schedule in schedulers' '['
	refused 'ChainedScheduler([5])' 'ChainedScheduler: what is no schedule in schedulers' '['
	# One that is not called is none, in whatever way they are placed.
	for s in 'ChainedScheduler([CosineAnnealingWarmRestarts, StepLR])' \
		'ChainedScheduler([CosineAnnealingWarmRestarts(o, 3), StepLR])' \
		'SequentialLR(o, [StepLR, StepLR], [3])'; do
		run -2 lrsched -n 5 "$s"
		[[ ${lines[0]} == *': a constructor'*'expected calls of constructors' ]]
	done
	refused 'SequentialLR([StepLR(3), StepLR(2)], milestones=[-4])' \
		'SequentialLR: boundaries that do not ascend'
}

@test "work and memory are bounded, however short the call" {
	refused 'StepLR(opt, len([1 for x in range(10**9)]))' \
		'takes more than 64 MiB of memory'
	refused 'StepLR(opt, len([[-1 in L for x in L]
		for L in [list(range(10**5))]]))' 'takes more than 10000000 operations'
	refused "StepLR(opt, '$(printf '%9999s' b)' in '$(printf %99999s a)')" \
		'takes more than 10000000 operations'
	refused 'SequentialLR([StepLR(3)] * 2000, list(range(1999)))' \
		'SequentialLR: more than 1024 calls in one'
	refused "SWALR(.1, anneal_strategy=$(printf '[[a,a,a,a] for a in [%.0s' \
		{1..18})5$(printf ']]%.0s' {1..18}))" 'SWALR: anneal_strategy='
}

@test "and so are they whatever it is that works" {
	skip_if_sanitized 'the same bounds as above, slower'
	refused 'StepLR(opt, len([[sum(L) for x in L]
		for L in [list(range(10**5))]]))' 'takes more than 10000000 operations'
	refused 'StepLR(opt, len([[L == L for x in L]
		for L in [list(range(10**5))]]))' 'takes more than 10000000 operations'
	refused 'StepLR(opt, len([list(range(10**6)) for x in range(9)]))' \
		'takes more than 64 MiB of memory'
}

@test "what an unknown function got may hold values as deep as loops make them" {
	local v

	ulimit -S -s 4096
	for v in '[d]' "{'a': d}" "{'a': [d]}" 'argparse.Namespace(a=d)'; do
		printf '%s\n' 'import argparse' 'd = argparse.Namespace()' \
			'for i in range(100000):' "    d = $v" 'foo(d)' \
			's = CosineAnnealingLR(SGD(p, lr=.1), 50)' >deep.py
		run -0 lrsched -qn 50 @deep.py
	done
}

@test "what nests too deep is refused where it does" {
	refused "StepLR(opt, $(printf '(%.0s' {1..5000}))" 'more than 200 in one another' '('
	refused "$(printf 'SequentialLR([%.0s' {1..5000})" 'more than 200 in one another'
	refused "StepLR(opt, $(printf -- '-%.0s' {1..5000})3)" 'more than 200 in one another' -
	refused "LambdaLR(opt, $(printf 'lambda t: %.0s' {1..500})3)" \
		'more than 200 in one another' lambda
	printf '%s\n' 'opt = SGD(net, lr=.1)' 's = OneCycleLR(opt, .5, 9)' \
		'for i in range(90000):' ' s = PolynomialWarmUp(s, 5)' >deep.py
	ulimit -S -s 4096
	run -2 lrsched @deep.py
	[[ ${lines[0]} == *'more than 1024 calls in one; expected fewer' ]]
}

@test "a name of -D or a number computed is no optimizer" {
	run -0 lrsched -n 4 -D n=3 'StepLR(n)'
	[ "${lines[4]}" = 3,0.1 ]
	run -0 lrsched -n 4 'StepLR(int(3.5))'
	[ "${lines[4]}" = 3,0.1 ]
	run -0 lrsched -n 4 -D optimizer=2 'StepLR(optimizer, 3)'
	[ "${lines[4]}" = 3,0.1 ]
}

@test "names of -D hide neither parameters nor functions" {
	run -0 lrsched -n 4 -D lr=3 -D steps=2 \
		'StepLR(opt, steps + len([lr]))'
	[ "${lines[3]}" = 2,1 ]
	[ "${lines[4]}" = 3,0.1 ]
	run -0 --separate-stderr lrsched -n 2 -D e=3 'LambdaLR(opt, lambda e: e)'
	[ "${lines[2]}" = 1,1 ]
	run -0 lrsched -n 2 -D pi=3 'LambdaLR(opt, lambda e: pi)'
	[ "${lines[1]}" = 0,3 ]
}

@test "a method of a schedule is no schedule" {
	refused 'StepLR(opt, 3).step()' 'step: a method of a value' StepLR
	refused 'SequentialLR([StepLR(3).get_last_lr()], [])' \
		'get_last_lr: a method of a value' StepLR
}

@test "a backslash continues a line" {
	run -0 lrsched -n 4 $'StepLR(opt, \\\n\t3)'
	[ "${lines[4]}" = 3,0.1 ]
}

@test "messages show whole characters and none that controls" {
	refused 'StepLR(opt, é)' "no value for 'é'; expected -D é=VALUE" é
	refused $'StepLR(opt, \x1b[31m)' "'\\x1b' is not a character of Python's"
	refused $'StepLR(opt, \xc2\x9b31m)' "no value for '\\u009b31m'"
	[ -z "$(LC_ALL=C tr -d '\n -~' <<<"$stderr")" ]
	refused $'SWALR(.1, anneal_strategy="\x1b[31m")' \
		"SWALR: anneal_strategy='\\x1b[31m'"
}

@test "what Python would refuse is refused in its place" {
	refused 'StepLR(*args)' "no value for 'args' (a list); expected -D args=" \
		args
	refused 'StepLR(opt, **args)' "no value for 'args'; expected -D args=" \
		args
	run -0 lrsched -n 9 'StepLR(opt, (n := 3))'
	refused "StepLR(opt, f'{x}')" "no value for 'x'; expected -D x=VALUE"
	refused 'LambdaLR(opt, lambda: 1)' \
		'LambdaLR: () was given 1 arguments by position; expected 0'
	refused 'LambdaLR(opt, lambda a, b: 1)' \
		"LambdaLR: () lacks the argument 'b'"
	refused 'StepLR(opt, class)' "'class'; expected" class
	refused 'StepLR(opt, None=3)' "'='; expected" =
	refused 'StepLR(opt, 3, gamma=.1, gamma=.2)' "StepLR: argument 'gamma'"
	refused "StepLR(opt, 'abc)" "''' begins a string that does not end" "'"
}

@test "a call that never ends and has a follower is named" {
	refused 'torch.StepLR(opt, 3) cos' \
		"'torch.StepLR' never ends, so nothing can follow it; expected"
	run -0 lrsched -n 5 'part:4 torch.StepLR(opt, 3) end cos'
	[ "${lines[4]}" = 3,0.1 ]
}

# One hostile value for one parameter of every constructor at a time, by turns,
# others with sanitizers than without; FULL=1 tries all of them.  Prints what was
# neither a table nor a message.
@test "no constructor turns a hostile argument into a crash or a wrong cell" {
	lrsched --list >list
	FULL=${FULL:-} TURN=$(sanitized && echo 9) "$PYTHON" - >odd <<-'EOF'
	import os, re, subprocess
	hostile = ["-1", "0", "None", "'x'", "[]", "float('nan')", "1e308",
	           "lambda t: t", "{}", "-0.0", "0.3", "2**60", "[3, 2]"]
	turn = int(os.environ["TURN"] or 0)
	for line in open("list"):
	    m = re.match(r"([a-z_]+\.\w+)\((.*)\)$", line)
	    if not m:
	        continue
	    params = [p.strip() for p in re.split(r",(?![^(\[{]*[)\]}])", m[2])]
	    names = [p.split("=")[0].strip() for p in params if p]
	    given = [p for p in params if p and "=" not in p and p != "optimizer"]
	    for name in names:
	        for value in hostile:
	            turn += 1
	            if turn % 18 and not os.environ["FULL"]:
	                continue
	            args = ", ".join([f"{g}=10" for g in given if g != name] +
	                             [f"{name}={value}"])
	            r = subprocess.run(["lrsched", "-q", "--rows", "30", "-n", "30",
	                                "-l", ".1", f"{m[1]}({args})"],
	                               capture_output=True, text=True, timeout=60)
	            if (r.returncode not in (0, 2) or "nan" in r.stdout
	                    or "inf" in r.stdout
	                    or (r.returncode == 2) != bool(r.stderr)
	                    or r.returncode == 2 and r.stdout):
	                print(m[1], args, r.returncode, r.stderr, r.stdout[:200])
	EOF
	[ ! -s odd ] || { head -n 20 odd; false; }
	[ "$(grep -c '(' list)" -gt 200 ]
}

# A text twice as long as another, PART of it N times, takes not much more than
# twice the instructions.  HEAD stands before it, what follows N behind it.
is_linear() {
	local head=$1 part=$2 n=$3 i once twice
	for i in "$n" $((2 * n)); do
		printf '%s\n' "$head" >"$i.py"
		seq "$i" | sed "s/.*/$part/" >>"$i.py"
		printf '%s\n' "${@:4}" >>"$i.py"
	done
	once=$(instructions lrsched -qn 20 "@$n.py")
	twice=$(instructions lrsched -qn 20 "@$((2 * n)).py")
	echo "$part: $once, then $twice"
	[ "$once" -gt 0 ] && [ "$twice" -lt $((once * 5 / 2)) ]
}

@test "twice the text takes twice the work" {
	skip_if_sanitized 'under valgrind'
	command -v valgrind >/dev/null || skip 'no valgrind'
	is_linear "$(printf '%s\n' 'def mk(o):' \
		'    sched = CosineAnnealingLR(o, 50)' '    return sched' \
		'opt = SGD(x, lr=.1)')" 's& = mk(opt)' 300
	is_linear "$(printf '%s\n' 'opt = SGD(x, lr=.1)')" \
		's& = CosineAnnealingLR(opt, 50)' 200
	is_linear "$(printf '%s\n' 'opt = SGD(x, lr=.1)' \
		'sched = CosineAnnealingLR(opt, 50)' 'for epoch in range(4):')" \
		'    sched.step(); opt.step()' 100
	is_linear "$(printf '%s\n' 'opt = SGD(x, lr=.1)' \
		'sched = CosineAnnealingLR(opt, 50)')" \
		'for i in range(3): sched.step()' 250
	is_linear 'import torch' 'def fit&(a, b):\n    for x in a:\n        b.step()\n        s.step()' 150
	is_linear 'opt = SGD(x, lr=.1)' 'parser.add_argument("--a&", default=1)' \
		1200 'parser = make()' 'sched = StepLR(opt, 2)'
}

@test "a loop is not asked about in each of its rounds" {
	skip_if_sanitized 'under valgrind'
	command -v valgrind >/dev/null || skip 'no valgrind'
	printf '%s\n' 'class S:' '    def __init__(self, o):' \
		'        self.o = o' '    def step(self):' \
		'        while True:' '            pass' \
		'opt = SGD(x, lr=0.1)' 's = S(opt)' \
		'for i in range(10):' '    s.step()' >endless.py
	run -2 lrsched -n 20 @endless.py
	[[ ${lines[0]} == *'takes more than 10000000 operations' ]]
	# 10,000,000 operations, each of a few dozens
	n=$(instructions lrsched -n 20 @endless.py)
	echo "$n"
	[ "$n" -gt 0 ] && [ "$n" -lt 2000000000 ]
}

@test "calls without arguments in a loop are not taken for settings" {
	skip_if_sanitized 'under valgrind'
	command -v valgrind >/dev/null || skip 'no valgrind'
	printf '%s\n' 'opt = SGD(x, lr=.1)' \
		'sched = CosineAnnealingLR(opt, 50)' 'for i in range(ROUNDS):' \
		'    sched.step()' >loop.py
	few=$(instructions lrsched -qn 50 -D ROUNDS=100 @loop.py)
	more=$(instructions lrsched -qn 50 -D ROUNDS=1100 @loop.py)
	# each round is run twice
	echo "$few, $more"
	[ "$few" -gt 0 ] && [ $(((more - few) / 2000)) -lt 15000 ]
}

# They are 24^4 calls, each a walk of the text.
@test "calls in calls are looked into for so long, and say no length then" {
	local d body
	body=$(seq 24 | sed 's/.*/    fN(x)/')
	for d in 1 2 3 4; do
		printf 'def f%d(x):\n%s\n' $d "${body//fN/f$((d + 1))}"
	done >deep.py
	printf '%s\n' 'def f5(x):' '    pass' 'opt = SGD(p, lr=0.1)' \
		'sched = StepLR(opt, 3)' 'for i in range(3):' '    if len(""):' \
		"${body//    fN/        f1}" '    sched.step()' >>deep.py
	run -2 lrsched -q @deep.py
	[[ $output == *'expected -n'* ]]
	run -0 lrsched -qn 3 @deep.py
}

@test "a loop within rounds is not looked into in each of them" {
	skip_if_sanitized 'under valgrind'
	command -v valgrind >/dev/null || skip 'no valgrind'
	{ seq 300 | sed 's/.*/def g&(x):\n    return x + 1/'
	  printf '%s\n' 'opt = SGD(p, lr=1)' 'for i in range(ROUNDS):' \
		'    for j in range(2):' '        prepare(j)' \
		'sched = StepLR(opt, 3)' 'for i in range(4):' \
		'    sched.step()'; } >inner.py
	run -0 lrsched -q -D ROUNDS=2000 @inner.py
	[ "${#lines[@]}" -eq 5 ]
	few=$(instructions lrsched -q -D ROUNDS=100 @inner.py)
	more=$(instructions lrsched -q -D ROUNDS=1100 @inner.py)
	echo "$few, $more"
	# its text has thousands of nodes: a few calls in each round do not pass
	# over them
	[ "$few" -gt 0 ] && [ $(((more - few) / 1000)) -lt 1000000 ]
}
