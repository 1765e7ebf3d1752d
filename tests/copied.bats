#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What a copy of code brings along that is none of it, and where it was cut.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >plain.py <<-'END'
		steps = [int(60 * f) for f in (.5,
		                               .75)]
		if steps:
		    optimizer = SGD(net.parameters(), lr=0.1)
		    scheduler = MultiStepLR(optimizer, milestones=steps, gamma=0.2)
	END
	lrsched -n 60 "$(cat plain.py)" >plain.csv
}

# The text on standard input, pasted, has the rows of plain.py; a file, too.
same_rows() {
	cat >copy.txt
	lrsched -n 60 "$(cat copy.txt)" >copy.csv 2>said
	cmp plain.csv copy.csv
	[ ! -s said ]
	lrsched -n 60 @copy.txt >copy.csv
	cmp plain.csv copy.csv
}

@test "prompts of Python and of IPython are none of the text" {
	[ "$(wc -l <plain.csv)" = 61 ]
	awk 'NR == 1 || NR == 3 { print ">>> " $0; next } { print "... " $0 }' \
		plain.py | same_rows
	# As an example of a docstring has it, whose first line was marked.
	awk 'NR == 1 { print ">>> " $0; next }
		{ print "        " (NR == 3 ? ">>> " : "... ") $0 }' plain.py |
		same_rows
	awk 'NR == 1 || NR == 3 { print "In [" NR "]: " $0; next }
		{ print "   ...: " $0 }
		NR == 2 { print "Out[1]: [30, 45]" }' plain.py | same_rows
	# The first line, with the only other prompt, was not copied.
	same '-n 9 -l .1 "...     s = StepLR(opt,
...         2)
..."' '-n 9 -l .1 "StepLR(opt, 2)"'
	# An example in a text is one, and a body that is left out a body.
	{
		printf 'class Net:\n    """A net.\n\n    >>> Net()\n    """\n'
		printf '    def rest(self):\n        ...\n\n\n'
		cat plain.py
	} | same_rows
	# A mistake is told of the text, in its line.
	run -2 --separate-stderr lrsched -n 9 '>>> x = 1
>>> StepLR(optimizer, step=x)'
	[[ ${stderr_lines[0]} == 'lrsched: 2:'* ]]
	[ "${stderr_lines[1]}" = 'lrsched:   StepLR(optimizer, step=x)' ]
}

@test "a diff is what it adds and what it leaves" {
	sed 's/^/+/' plain.py | same_rows
	sed 's/^/+ /' plain.py | same_rows
	{
		echo 'diff --git a/train.py b/train.py'
		echo 'index 83db48f..f735c3d 100644'
		echo '--- a/train.py'
		echo '+++ b/train.py'
		echo '@@ -12,6 +12,7 @@ net = Net()'
		echo ' '
		echo '-scheduler = StepLR(optimizer, 7)'
		sed 's/^/+/; 1s/^+/ /' plain.py
		echo '\ No newline at end of file'
	} | same_rows
	sed 's/^/+/; 1s/^/-steps = [3]\n/' plain.py >hunk.txt
	same '-n 60 @hunk.txt' '-n 60 @plain.py'
	same '-n 9 -l .1 "+    scheduler = StepLR(optimizer, 2)"' \
		'-n 9 -l .1 "StepLR(optimizer, 2)"'
	same '-n 9 -l .1 "+self.s, _ = StepLR(self.opt, 2), 0"' \
		'-n 9 -l .1 "StepLR(opt, 2)"'
	# A column of words is none, and neither is a sum.
	[ "$(lrsched -n 2 '+wd const,from=.5' | head -n 1)" = 'step,wd' ]
	same '-n 9 -l .1 "s = StepLR(optimizer, (1
+ 2))"' '-n 9 -l .1 "StepLR(optimizer, 3)"'
}

@test "of a page the code between its fences is read, of a reply what it quotes" {
	{
		printf '# Training\n\nThe rate = falls:\n\n```python\n'
		cat plain.py
		printf '```\n\nand so on: scheduler = StepLR(optimizer, 1)\n'
	} | same_rows
	mv copy.txt page.md
	sed "s/^/> /" page.md | same_rows
	# One of the two fences was not marked.
	{ cat plain.py; printf '```\nStepLR(optimizer, 1)\n'; } | same_rows
	{ printf '```py\n'; cat plain.py; } | same_rows
	{ printf 'So:\n```py\n'; cat plain.py; } | same_rows
	# What names a language ends none, so that no code is left out.
	{ printf '```py\nsteps = [1]\n```py\n'; cat plain.py; printf '```\n'; } |
		same_rows
	# In a text of a script a fence is its own.
	{
		printf 'def train():\n    """Trains.\n\n    ```\n    x\n    ```\n    """\n'
		cat plain.py
	} | same_rows
	# So it is where a comment or another text has three quotes.
	{
		printf '# """\nmark = "\x27\x27\x27"\ndef train():\n    """With \x27\x27\x27.\n\n'
		printf '    ```\n    x\n    ```\n    """\n'
		cat plain.py
	} | same_rows
	same '-n 9 -l .1 "\`\`\`yaml
scheduler:
  _target_: torch.optim.lr_scheduler.StepLR
  step_size: 2
\`\`\`"' '-n 9 -l .1 "StepLR(optimizer, 2)"'
	same '"\`\`\`bash
python train.py --lr .5 --lr-scheduler cosineannealinglr --epochs 5
\`\`\`"' '-l .5 "CosineAnnealingLR(optimizer, 5)"' 
}

@test "blanks and marks that no source has are blanks or nothing" {
	sed 's/    /\xc2\xa0   /g' plain.py | same_rows
	{ printf '\xef\xbb\xbf'; cat plain.py; } | same_rows
	sed 's/=/=\xe2\x80\x8b/' plain.py | same_rows
	same "-n 9 -l .1 $'\xef\xbb\xbfStepLR(optimizer, 2)'" \
		'-n 9 -l .1 "StepLR(optimizer, 2)"'
	same '-n 9 -l .1 "StepLR(optimizer, 2);"' \
		'-n 9 -l .1 "StepLR(optimizer, 2)"'
}

@test "a branch whose if was not copied is one" {
	same "-n 9 -l .1 -D args.sched=step \"elif args.sched == 'step':
            s = StepLR(optimizer, 2)
        elif args.sched == 'exp':
            s = ExponentialLR(optimizer, .9)\"" \
		'-n 9 -l .1 "StepLR(optimizer, 2)"'
	same '-n 9 -l .1 "        else:
            s = StepLR(optimizer, 2)"' '-n 9 -l .1 "StepLR(optimizer, 2)"'
	refuses "*no value for 'args.sched' (line 1*-D args.sched=VALUE" -n 9 \
		"elif args.sched == 'step':
    s = StepLR(optimizer, 2)
else:
    s = ExponentialLR(optimizer, .9)"
}

@test "a branch that alone makes a schedule is taken, and that is remarked" {
	local told="lrsched: note: the condition in line 2 is not known: its branch with the only schedule is taken"

	cat >only.py <<-'END'
		optimizer = Adam(net.parameters(), lr=0.1)
		if cfg.decay > 0:
		    scheduler = StepLR(optimizer, 2)
		else:
		    scheduler = None
	END
	run -0 --separate-stderr lrsched -n 9 @only.py
	[ "$output" = "$(lrsched -n 9 -l .1 'StepLR(optimizer, 2)')" ]
	[ "$stderr" = "$told" ]
	run -0 --separate-stderr lrsched -n 9 -D cfg.decay=1 @only.py
	[ -z "$stderr" ]
	# What else is not known is asked for alone.
	sed 's/ 2)/ cfg.every)/' only.py >asks.py
	refuses "*no value for 'cfg.every' (line 3); expected -D cfg.every=VALUE" \
		-n 9 @asks.py
	# Of two the condition says which; one behind it may be built on it.
	sed 's/None/ExponentialLR(optimizer, .5)/' only.py >two.py
	refuses "*no value for 'cfg.decay' (line 2)*" -n 9 @two.py
	sed '2i scheduler = ExponentialLR(optimizer, .5)' only.py >over.py
	refuses "*no value for 'cfg.decay' (line 3)*" -n 9 @over.py
	# A function of rates is another way, but where the schedule is given it.
	sed '1i def lr_at(epoch): return 0.1 / (1 + epoch)' only.py >other.py
	refuses "*no value for 'cfg.decay' (line 3)*" -n 9 @other.py
	sed 's/StepLR(optimizer, 2)/LambdaLR(optimizer, lr_at)/' other.py >its.py
	run -0 --separate-stderr lrsched -n 9 @its.py
	[ "$(sed -n 3p <<<"$output")" = 1,0.005000000000000001 ]
}

@test "a configuration has the rate that stands around its schedule" {
	cat >deep.yaml <<-'END'
		spec:
		  epochs: 9
		  learning_rate: 0.1
		  optimizer:
		    name: AdamW
		  scheduler:
		    name: StepLR
		    step_size: 2
	END
	same '-n 9 @deep.yaml' '-n 9 -l .1 "StepLR(optimizer, 2)"'
	# An optimizer's own goes before it, the only one anywhere behind it.
	sed 's/AdamW/AdamW\n    lr: 0.2/' deep.yaml >own.yaml
	same '-n 9 @own.yaml' '-n 9 -l .2 "StepLR(optimizer, 2)"'
	sed '/learning_rate/d' deep.yaml >far.yaml
	printf 'model:\n  base_lr: 0.3\n' >>far.yaml
	same '-n 9 @far.yaml' '-n 9 -l .3 "StepLR(optimizer, 2)"'
	printf 'other:\n  base_lr: 0.4\n' >>far.yaml
	refuses '*different rates; expected -l*' -n 9 @far.yaml
}

@test "a schedule among an optimizer's settings has their rate" {
	local plain='-n 5 "mx.lr_scheduler.FactorScheduler(2, .5, base_lr=.3)"'

	same '-n 5 "optimizer_params={\"learning_rate\": .3,
    \"lr_scheduler\": mx.lr_scheduler.FactorScheduler(2, .5)}"' "$plain"
	same '-n 5 "o = mx.optimizer.create(\"adam\", learning_rate=.3,
    lr_scheduler=mx.lr_scheduler.FactorScheduler(2, .5))"' "$plain"
	same '-n 5 "s = mx.lr_scheduler.FactorScheduler(2, .5)
t = gluon.Trainer(ps, \"sgd\", {\"learning_rate\": .3, \"lr_scheduler\": s})"' \
		"$plain"
	same '-n 5 "o = {\"learning_rate\": .3}
if args.factor < 1:
    o[\"lr_scheduler\"] = mx.lr_scheduler.FactorScheduler(2, args.factor)
" -D args.factor=.5' "$plain"
	same '-n 5 -l .3 "mx.lr_scheduler.FactorScheduler(2, .5)"' "$plain"
	# Without one the scheduler's own is shown, which is said.
	run -0 --separate-stderr lrsched -n 5 'mxnet.FactorScheduler(2, .5)'
	[ "${lines[1]}" = 0,0.01 ]
	[[ $stderr == *"own base_lr is shown, 0.01; an optimizer's"*'-l' ]]
}

@test "lengths by their method, and attributes of classes that nobody knows" {
	same '-l .1 -D loader=7 "s = CosineAnnealingLR(opt, 3 * loader.__len__())"' \
		'-l .1 "CosineAnnealingLR(opt, 21)"'
	same '-n 5 -l .1 "s = StepLR(opt, [1, 2].__len__())"' \
		'-n 5 -l .1 "StepLR(opt, 2)"'
	refused -n 5 's = StepLR(opt, (5).__len__())'
	same '-n 5 -l .1 "ACTOR.LR_SCHEDULE = StepLR(opt, 2)"' \
		'-n 5 -l .1 "StepLR(opt, 2)"'
}

@test "what only decides a remark is not asked for" {
	local flags='--learning_rate 2e-5 --lr_scheduler_type cosine
		--num_train_epochs 5 --gradient_accumulation_steps'

	lrsched -e 10 -- "$flags 1" >one.csv
	run -0 --separate-stderr lrsched -e 10 -- "$flags \$STEPS"
	[ "$output" = "$(cat one.csv)" ]
}

@test "lines of a dict or of arguments whose brackets were not copied" {
	local json='{"optimizer": {"type": "AdamW", "params": {"lr": 3e-5}},
		"scheduler": {"type": "WarmupDecayLR", "params": {
		"warmup_max_lr": 3e-5, "warmup_num_steps": 2, "total_num_steps": 9}}}'

	lrsched -n 9 "$json" >whole.csv
	sed '1s/^{//; $s/}$/,/' <<<"$json" >part.txt
	grep -c '^"optimizer"' part.txt
	lrsched -n 9 "$(cat part.txt)" | cmp - whole.csv
	# In one line, more of them in a line, or with a function's own.
	same '"lr_scheduler_type=\"cosine\", learning_rate=1e-4, max_steps=5"' \
		'"TrainingArguments(lr_scheduler_type=\"cosine\", learning_rate=1e-4, max_steps=5)"'
	same '"learning_rate=1e-4, lr_scheduler_type=\"cosine\",
    max_steps=5, warmup_steps=1, optim=\"adamw\")"' \
		'"TrainingArguments(lr_scheduler_type=\"cosine\", learning_rate=1e-4, max_steps=5, warmup_steps=1)"'
	same '-n 5 -l .1 "f=lambda t, b=.5: b ** t
s = LambdaLR(opt, f)"' '-n 5 -l .1 "ExponentialLR(opt, .5)"'
}

@test "comments of JSON's kind are none of a dict, but a division is" {
	same '-n 5 "{
  // the \"optimizer\"
  \"optimizer\": {\"type\": \"AdamW\", \"params\": {\"lr\": .1}},  // its rate
  /* and
     // more */
  \"scheduler\": {\"type\": \"StepLR\", \"params\": {\"step_size\": 2,},},
}"' '-n 5 -l .1 "StepLR(opt, 2)"'
	same "-n 5 -l .1 -D 'cfg={\"n\": 5}' \"{'at': 'http://a//b',
'scheduler': {'type': 'StepLR', 'params': {'step_size': cfg['n'] // 2}}}\"" \
		'-n 5 -l .1 "StepLR(opt, 2)"'
}

@test "a division at the begin of a line is no comment, nor what quotes tell" {
	local dict='{\"type\": \"CosineAnnealingLR\", \"T_max\": '

	same "-n 9 -l .1 \"${dict}3 * 12
    // 4}\"" '-n 9 -l .1 "CosineAnnealingLR(opt, 9)"'
	same "-n 9 -l .1 \"${dict}(36
    // 4), \\\"eta_min\\\": .01}\"" '-n 9 -l .1 "CosineAnnealingLR(opt, 9, .01)"'
	# What is no divisor is one, as an entry that was taken out.
	same "-n 9 -l .1 '{\"type\": \"CosineAnnealingLR\", // which
  \"T_max\": 9
  // \"eta_min\": .01
}'" '-n 9 -l .1 "CosineAnnealingLR(opt, 9)"'
	same "-n 9 -l .1 '{\"type\": \"CosineAnnealingLR\", \"T_max\": 9
  // all of them
}'" '-n 9 -l .1 "CosineAnnealingLR(opt, 9)"'
	refuses '*-D epochs=*' -n 9 -l .1 '{"type": "CosineAnnealingLR", "T_max": 9
  // epochs
}'
	# In a comment of Python's kind an apostrophe begins no text.
	same "-n 9 -l .1 \"{'epochs': 9,  # don't
  'at': 'http://a//b',
  'scheduler': {'type': 'StepLR', 'params': {'step_size': 2}}}\"" \
		'-n 9 -l .1 "StepLR(opt, 2)"'
}

@test "YAML that was marked from its first letter on" {
	local plain='-n 5 -l .1 "StepLR(opt, 2)"'

	same '-n 5 "optim:
    name: SGD
    lr: 0.1

  # of the run
  lr_scheduler:
    name: StepLR
    step_size: 2"' "$plain"
	same '-n 5 "learning_rate: 0.1
  scheduler:
    name: StepLR
    step_size: 2"' "$plain"
	# What has a comment, an anchor or a tag behind its name is as open.
	for behind in '  # of the run' ' &s' ' !!map' ' &s !!map # all'; do
		same "-n 5 -l .1 'scheduler:$behind
  name: StepLR
  step_size: 2'" "$plain"
	done
	same "-n 5 -l .1 -- '- name: StepLR
  step_size: 2'" "$plain"
	same "-n 5 -l .1 -- '---
  scheduler:
    name: StepLR
    step_size: 2'" "$plain"
	refuses '*indented more*' -n 5 'optim:
    lr: 0.1
  scheduler: {name: StepLR, step_size: 2}
epochs: 5'
}

@test "settings of OpenMMLab's under other names, and calls around a schedule" {
	local list='[dict(type="LinearLR", start_factor=.1, begin=0, end=2),
		dict(type="MultiStepLR", milestones=[3], begin=0, end=5)]'

	same "-n 5 -l .1 -q 'schedulers = $list'" \
		"-n 5 -l .1 -q 'param_scheduler = $list'"
	same "-n 3ep -e 2 'my = dict(policy=\"step\", step=[1, 2])
opt = dict(type=\"SGD\", lr=.1)'" \
		"-n 3ep -e 2 'lr_config = dict(policy=\"step\", step=[1, 2])
optimizer = dict(type=\"SGD\", lr=.1)'"
	# Of two neither is that.
	refuses '*no schedule is made here*' -n 5 \
		"a = $list; b = $list; optimizer = dict(type='SGD', lr=.1)"
	same "-n 3ep -e 2 'g = dict(type=\"Adam\", lr=.1)
d = dict(type=\"Adam\", lr=.2)
lr_config = dict(policy=\"step\", step=[1, 2])'" \
		"-n 3ep -e 2 'lr_config = dict(policy=\"step\", step=[1, 2])'"
	same '-n 5 "model.compile(optimizer=Adam(learning_rate=CosineDecay(.1, 5)),
loss=\"mse\")"' '-n 5 "keras.CosineDecay(.1, 5)"'
	same '-n 5 "model.compile(optimizer=Adam(CosineDecay(.1, 5)))"' \
		'-n 5 "keras.CosineDecay(.1, 5)"'
	same '-n 5 "s = paddle.optimizer.lr.StepDecay(.1, 2)
optimizer.set_lr_scheduler(s)"' '-n 5 "paddle.optimizer.lr.StepDecay(.1, 2)"'
	refuses '*WarmUp*' -n 5 's = paddle.optimizer.lr.StepDecay(.1, 2)
x = my.WarmUp(s)'
}

@test "of schedules to choose from, the one that the text picks by its key" {
	local all='CosineAnnealingLR(o, T_max=8), "step": StepLR(o, 2)'
	local plain='-n 8 -l 1 "CosineAnnealingLR(o, T_max=8)"'

	same "-n 8 -l 1 -q 's = {\"cosine\": $all}
self.scheduler = s[name]' -D name=cosine" "$plain"
	same "-n 8 -l 1 -q 's = {\"cosine\": $all}
scheduler = s.get(name)' -D name=cosine" "$plain"
	same "-n 8 -l 1 -q 'x = {\"cosine\": $all}[\"cosine\"]'" "$plain"
	same "-n 8 -l 1 -q 'def get(name):
    a = CosineAnnealingLR(o, T_max=8)
    b = StepLR(o, 2)
    return [a, b][name]
s = get(0)'" "$plain"
	lrsched -n 8 -l 1 "s = {'cosine': CosineAnnealingLR(o, T_max=8),
     'step': StepLR(o, 2)}
x = s['cosine']" >rows 2>said
	[[ $(cat said) == *'of several schedules that in line 1 is shown, as the text picks it' ]]
	# Two that are picked stand beside each other.
	lrsched -n 3 -l 1 "s = {'G': StepLR(o, 2),
     'D': ExponentialLR(o, 0.5)}
s['G'].step()
s['D'].step()" >rows 2>said
	[[ $(cat said) == *'lines 1 and 2, of which the last is shown' ]]
}

@test "flags that a name of a shell's has, alone" {
	local plain='-n 9 -- "--lr 1e-4 --lr-decay-style cosine --min-lr 1e-5"'

	same '-q -n 9 "OPTIMIZER_ARGS=(
  --lr 1e-4
  --lr-decay-style cosine

  # of the end
  --min-lr 1e-5
)"' "$plain"
	same "-q -n 9 'ARGS=\"
  --lr 1e-4
  --lr-decay-style cosine --min-lr 1e-5
\"'" "$plain"
	same "-q -n 9 'A=(--train-iters 9)
B=(
  --lr 1e-4 --lr-decay-style cosine
  --min-lr 1e-5
)'" "$plain"
}

@test "a choice and a list whose condition or items have no value" {
	local plain='-n 5 -l .1 "StepLR(o, 2)"'

	same '-q -n 5 -l .1 "s = StepLR(o, 2) if args.use else None"' "$plain"
	same '-q -n 5 -l .1 "s = None if args.no else StepLR(o, 2)"' "$plain"
	same '-q -n 5 -l .1 "s = [StepLR(o, 2) for o in optimizers]"' "$plain"
	same '-q -n 5 -l .1 "def configure_optimizers(self):
    opts = self.build()
    return opts, [StepLR(o, 2) for o in opts]"' "$plain"
	lrsched -n 5 -l .1 's = StepLR(o, 2) if args.use else None' \
		2>said >rows
	[[ $(cat said) == *'the condition in line 1 is not known: its branch'* ]]
	lrsched -n 5 -l .1 's = [StepLR(o, 2) for o in optimizers]' \
		2>said >rows
	[[ $(cat said) == *"'optimizers' has no value: one of the"* ]]
	# Two schedules are a choice.
	refuses "*'c'*-D c=VALUE" -n 5 -l .1 \
		's = StepLR(o, 2) if c else ExponentialLR(o, .5)'
	# What the text does not show may be one.
	refuses '*-D c=VALUE*' -l .1 's = StepLR(o, 2) if c else build(o)'
	refuses '*-D c=VALUE*' -l .1 \
		"lr_config = dict(policy='step', step=[3]) if c else StepLR(o, 2)"
	# What makes none is not gone over.
	refuses '*-D xs=VALUE*' -l .1 's = StepLR(o, sum([x for x in xs]))'
	# How many there are decides what they make together.
	refuses '*-D ks=VALUE*' -l .1 \
		's = ChainedScheduler([StepLR(o, 2) for o in ks])'
	refuses '*-D ks=VALUE*' -l .1 's = [StepLR(opt, 2) for k in ks]'
}

@test "of two schedules that were pasted, the one that the last line names" {
	local two='a = StepLR(o1, 2)
b = CosineAnnealingLR(o2, 50)'

	refuses "*'a' is a schedule beside*'return a' as the last line*" \
		-n 5 -l .1 "$two"
	same "-q -n 5 -l .1 '$two
return a'" '-n 5 -l .1 "StepLR(o, 2)"'
	same "-q -n 5 -l .1 '$two' 'return a'" '-n 5 -l .1 "StepLR(o, 2)"'
	same "-q -n 5 -l .1 '$two
b'" '-q -n 5 -l .1 "CosineAnnealingLR(o, 50)"'
	# One that is a part of another, too, as a function that returns it.
	same '-q -n 5 -l .1 "a = StepLR(o, 2)
b = ChainedScheduler([a, StepLR(o, 3)])
return a"' '-n 5 -l .1 "StepLR(o, 2)"'
	same '-q -n 5 "a = CosineDecay(.1, 10)
o = Adam(a)
return a"' '-q -n 5 "CosineDecay(.1, 10)"'
	same '-q -n 5 -l .1 "self.s = StepLR(self.o1, 2)
self.t = CosineAnnealingLR(self.o2, 50)
return self.s"' '-n 5 -l .1 "StepLR(o, 2)"'
}

@test "a rate of who knows what is said to be taken" {
	local text='loss:
  lr: .7
sched:
  _target_: torch.optim.lr_scheduler.StepLR
  step_size: 2'

	lrsched -n 5 "$text" >rows 2>said
	[[ $(cat said) == *"the rate of 'loss' is taken, the only one"*'-l LR' ]]
	lrsched -n 5 -l .7 "$text" | cmp - rows
	lrsched -n 5 -l .7 'StepLR(o, 2)' | cmp - rows
	# Beside the schedule's own dict, and at the top, nothing is to be said.
	lrsched -n 5 "${text/loss:/optimizer:}" 2>said | cmp - rows
	[ ! -s said ]
	refuses '*no schedule is made here*' -n 3 'else: 3'
	refuses '*no schedule is made here*' -n 3 'elif x == 1: 3'
}

@test "comments of JSON's kind, block texts, hunks that begin with context" {
	local d='{"scheduler": {"type": "WarmupLR", "params": {"warmup_min_lr": 0,
 "warmup_max_lr": 1, "warmup_num_steps": 10'

	lrsched -n 5 "$d}}}" >rows
	lrsched -n 5 "$d // the end
}}}" | cmp - rows
	lrsched -n 5 "$d /* the end */}}}" | cmp - rows
	# The same of a file, whatever it is called.
	printf '%s // the end\n}}}' "$d" >settings.txt
	lrsched -n 5 @settings.txt | cmp - rows
	cp settings.txt settings.json
	lrsched -n 5 @settings.json | cmp - rows
	# It divides where Python can read it so.
	refuses '*-D steps=VALUE*' -n 5 "$d // steps
}}}"
	lrsched -n 5 -l .1 'StepLR(o, 2)' >rows
	for text in '`x` and: more' '```'; do
		lrsched -n 5 "notes: |
  $text
  hello world
lr: .1
sched:
  _target_: torch.optim.lr_scheduler.StepLR
  step_size: 2" | cmp - rows
	done
	lrsched -n 5 ' opt = SGD(model, lr=.1)
-s = StepLR(opt, 3)
+s = StepLR(opt, 2)' | cmp - rows
	lrsched -n 5 '     opt = SGD(model, lr=.1)
+    s = StepLR(opt, 2)
     train()' | cmp - rows
	# A sum that goes on is no diff.
	lrsched -n 5 ' lr = (0.05
+ 0.05)
 s = StepLR(SGD(model, lr=lr), 2)' | cmp - rows
}

@test "where the first line was marked from its first letter on" {
	lrsched -n 5 -D 'plan=[[2, .1], [9, .01]]' 'def lr_schedule(epoch, logs):
            for e, v in plan:
                if epoch < e:
                    break
            return v

        return LambdaCallback(on_epoch_begin=lr_schedule)' >rows
	printf 'step,lr\n0,0.1\n1,0.1\n2,0.01\n3,0.01\n4,0.01\n' | cmp - rows
	lrsched -n 4 '"num_train_epochs": 1,
                "learning_rate": 2.0e-5,
                "lr_scheduler_type": "cosine",
                "warmup_steps": 1,' >rows
	lrsched -n 4 'TrainingArguments(learning_rate=2e-5, warmup_steps=1,
lr_scheduler_type="cosine")' | cmp - rows
}

@test "a step that is written as a number does not move" {
	local f='tf.compat.v1.train.exponential_decay(.01,'

	lrsched -n 3 "lr = $f 0, 5, 0.5)" >rows 2>said
	printf 'step,lr\n0,0.01\n1,0.01\n2,0.01\n' | cmp - rows
	[[ $(cat said) == *'global_step is a number, 0: the rate is that of'* ]]
	lrsched -q -n 2 'tf.train.piecewise_constant(5, [3], [.1, .2])' >rows
	printf 'step,lr\n0,0.2\n1,0.2\n' | cmp - rows
	lrsched -q -n 3 "lr = $f global_step, 5, 0.5)" >rows
	same "-q -n 3 'for i in range(10):
    lr = $f i, 5, .5)
    train(lr)'" "-q -n 3 '$f step, 5, .5)'"
}

@test "the [net] section of darknet's files, as it stands" {
	local net='policy="steps", learning_rate=.00261, burn_in=10,
max_batches=90, steps=[40, 60], scales=[.1, .5]'

	cat >yolo.cfg <<-'END'
		[net]
		# Testing
		#batch=1
		batch=64
		hue=.1
		learning_rate = 0.00261
		burn_in=10
		max_batches = 90 # of all
		policy=steps
		steps=40, 60
		scales=.1,.5

		[convolutional]
		filters=32

		[convolutional]
		filters=64
	END
	lrsched "darknet.net($net)" >rows
	lrsched @yolo.cfg | cmp - rows
	lrsched "$(cat yolo.cfg)" | cmp - rows
	[ "$(wc -l <rows)" = 91 ]
	# TOML stays what it is.
	refuses "*no value of TOML's*" '[train]
learning_rate = .1'
}

@test "what only sets the rate that it is given makes none" {
	lrsched -n 5 -D lr_ori=.1 -D epochs=50 'def set_lr(optimizer, lr):
    for g in optimizer.param_groups:
        g["lr"] = lr

class CosineScheduler:
    def __init__(self, lr_ori, epochs):
        self.lr_ori = lr_ori
        self.epochs = epochs

    def adjust_lr(self, optimizer, epoch):
        ratio = 0.5 * (1 + math.cos(math.pi * epoch / self.epochs))
        set_lr(optimizer, self.lr_ori * ratio)' >rows
	lrsched -q -n 5 -l .1 'CosineAnnealingLR(o, 50)' >want
	awk -F, 'NR == FNR { v[$1] = $2; next } FNR > 1 {
		d = v[$1] - $2; if (d < 0) d = -d; if (d > 1e-15) exit 1 }' \
		want rows
}

@test "names that other libraries share, and settings that several have" {
	same '-q -n 5 "if data:
    cb = K.callbacks.LearningRateScheduler(lambda epoch: .1 / (1 + epoch))"' \
		'-n 5 "lambda epoch: .1 / (1 + epoch)"'
	same '-n 5 "opt = AdamW(net.parameters(), lr=.008)
s = paddle.optimizer.lr.CosineAnnealingDecay(T_max=5,
    learning_rate=opt.get_lr())"' \
		'-n 5 -l .008 "CosineAnnealingLR(o, 5)"'
	same '-q -n 90 -- "--warmup_steps 9 --min_lr_rate 0.1
--learning_rate 1e-3 --lr_scheduler_type cosine_with_min_lr"' \
		'-q -n 90 -- "--warmup_steps 9 --learning_rate 1e-3
--lr_scheduler_type cosine_with_min_lr
--lr_scheduler_kwargs {\"min_lr_rate\":0.1}"'
	# Whose a warmup is that is not said, nobody knows.
	for text in '@dataclass
class' class; do
		refuses '*no lr_warmup_steps*-D lr_warmup_steps=N' -n 9 \
			"$text TrainingConfig:
    num_epochs = 50
    learning_rate = 1e-4
    lr_scheduler = 'cosine'"
	done
	same "-n 9 -D lr_warmup_steps=0 '@dataclass
class TrainingConfig:
    learning_rate = 1e-4
    lr_scheduler = \"cosine\"'" '-n 9 -l 1e-4 "CosineAnnealingLR(o, 9)"'
}

@test "branches that train alike say the length, and vars by another name" {
	local text='if not FLAGS.augmentation:
    model.fit(x, y, epochs=epochs, callbacks=[a])
else:
    datagen.fit(x)
    model.fit_generator(datagen, epochs=6, callbacks=[a])'

	text="epochs = 6
a = LearningRateScheduler(lambda epoch: .1 / (1 + epoch))
$text"
	lrsched "$text" 2>said >rows
	grep -q 'ends after 6, as line 4 trains' said
	lrsched -n 6 'lambda epoch: .1 / (1 + epoch)' | cmp - rows
	refuses '*no end of its own*' "${text/epochs = 6/epochs = 7}"
	refuses '*no end of its own*' "${text/epochs = 6/epochs = who()}"
	lrsched 'parser = argparse.ArgumentParser()
parser.add_argument("--lr", default=.1, type=float)
parser.add_argument("--at", type=int, nargs="+", default=[2, 3])
args = parser.parse_args()
state = {k: v for k, v in args._get_kwargs()}
def adjust_learning_rate(optimizer, epoch):
    if epoch in args.at:
        state["lr"] *= .5
        for g in optimizer.param_groups:
            g["lr"] = state["lr"]
optimizer = optim.SGD(model.parameters(), lr=args.lr)
for epoch in range(5):
    adjust_learning_rate(optimizer, epoch)' >rows
	lrsched -n 5 -l .1 'MultiStepLR(o, [2, 3], .5)' | cmp - rows
}
