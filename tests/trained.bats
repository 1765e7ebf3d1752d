#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How long a text trains, which is the length of a schedule that has none of
# its own: loops that step it, loops that call it, Keras's and Lightning's fit.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "a loop that steps a schedule says how long it is" {
	cat >step.py <<-'END'
		epochs = 40
		opt = torch.optim.SGD(net.parameters(), lr=0.1)
		scheduler = torch.optim.lr_scheduler.StepLR(opt, 10)
		for epoch in tqdm(range(5, epochs + 1)):
		    train(net, opt)
		    if scheduler is not None:
		        scheduler.step()
	END
	rows 36 @step.py
	grep -q 'as line 4' err
	same '-n 7 @step.py' "-n 7 -l 0.1 'StepLR(o, 10)'"
	lrsched -n 7 @step.py 2>&1 >out.csv | { ! grep -q 'ends after'; }
	# ... in each batch, of which there are so many.
	sed -i -e 's/^    train.*/    for x in loader:/' \
		-e 's/^    if sched.*/        train(x)/' step.py
	rows $((36 * 7)) -D loader=7 @step.py
	rows $((36 * 7)) -e 7 @step.py
	refused @step.py
	[[ $stderr == *'expected -n'* ]]
	# What hangs on a count is not known.
	sed -i 's/^        train(x)/        if i % 4 == 0:/; s/^        sched/            sched/' step.py
	refused -e 7 @step.py
	[[ $stderr == *'expected -n'* ]]
	printf '%s\n' 's = StepLR(SGD(p, lr=1), 3)' 'for e in range(9):' \
		'    if e < 5:' '        sched.step()' >some.py
	refused @some.py
	# ... nor is it by a loop within.
	sed -i 's/^    if/    for i in range(4):\n        if/; s/^ *sched/            sched/' some.py
	refused @some.py
	sed -i 's/range(9)/epochs()/; s/if e < 5/if True/' some.py
	refused @some.py
}

@test "a loop that is left by its count says no length" {
	local line
	printf '%s\n' 's = StepLR(SGD(p, lr=1), 3)' 'for e in range(9):' \
		'    train(net)' '    sched.step()' >loop.py
	rows 9 @loop.py
	# What is left by what it learns may come to its end.
	{ cat loop.py; printf '%s\n' '    if loss < 0.1: break'; } >left.py
	rows 9 @left.py
	for line in '4a\    if e > 4: break' '2a\    if e < 3: continue'; do
		sed "$line" loop.py >left.py
		refused @left.py
		[[ $stderr == *'expected -n'* ]]
	done
	# ... of batches, too.
	printf '%s\n' 's = StepLR(SGD(p, lr=1), 3)' 'for e in range(9):' \
		'    for i, x in enumerate(loader):' '        if i == 2: break' \
		'        sched.step()' >batches.py
	refused -e 5 @batches.py
	sed -i '/break/d' batches.py
	rows 45 -e 5 @batches.py
	# ... and a loop within is left for itself.
	cat >within.py <<-'END'
		def get_lr(it):
		    return 0.1 / (1 + it)
		for step in range(70):
		    for i, x in enumerate(data):
		        if i % 4 == rank:
		            continue
		        test(x)
		    lr = get_lr(step)
		    for g in optimizer.param_groups:
		        g['lr'] = lr
	END
	rows 70 @within.py
	# ... and so is what the function returns from.
	cat >returns.py <<-'END'
		s = StepLR(SGD(p, lr=1), 3)
		def train():
		    n = 0
		    for e in range(9):
		        for i in range(20):
		            s.step()
		            n += 1
		            if n >= 50:
		                return
		train()
	END
	refused @returns.py
	sed -i 's/n >= 50/loss < 0.1/' returns.py
	rows 180 @returns.py
}

# Each body's steps, or where its rounds are followed its updates, are what
# CPython counts, or it is not said how many.
@test "what decides on a step of the schedule decides on the length" {
	cat >count.py <<-'END'
		import argparse, subprocess
		HEAD = ("s = StepLR(SGD(p, lr=1), 3)\nON, OFF = True, False\nA = argparse.Namespace(n=3)\nKIND = 'b'\n"
		        "for e in range(6):\n")
		INNER = "    for i, x in enumerate(range(5)):\n        train(x)\n"

		def count(body):
		    class Sched:
		        n = 0
		        def step(self): self.n += 1
		    s, trained = Sched(), []
		    exec(HEAD.split("\n", 1)[1] + body, {"s": s, "train": trained.append, "argparse": argparse})
		    return s.n, len(trained)

		def said(body):
		    open("job.py", "w").write(HEAD + body)
		    out = subprocess.run(["lrsched", "-H", "@job.py"], capture_output=True, text=True)
		    return len(out.stdout.split()) or None

		for known, body in [
		    (False, INNER + "        if i == 4: s.step()\n"),
		    (False, INNER + "        if i < 2: pass\n        else: s.step()\n"),
		    (False, INNER + "        if x is None: pass\n        elif i > 2: s.step()\n"),
		    (False, "    n = 0\n" + INNER + "        n += 1\n        if n > 2: s.step()\n"),
		    (False, "    train(e)\n    x = s.step() if e > 3 else None\n"),
		    (False, "    train(e)\n    e > 3 and s.step()\n"),
		    (False, "    train(e)\n    [s.step() for _ in range(4)]\n"),
		    (False, "    if e == 0: first = True\n    if first: s.step()\n    first = False\n"),
		    (False, "    if not e: E = 5\n    for j in range(E): s.step()\n    E = 2\n"),
		    (False, "    E = 5 if e < 3 else 2\n    for j in range(E): s.step()\n"),
		    (False, "    if not e: E = 5\n    if e > 3: E = 2\n    for j in range(E): s.step()\n"),
		    (False, "    def f(k):\n        if k > 3: return\n        s.step()\n    f(e)\n"),
		    (True, "    bad = train(e)\n    if not bad: s.step()\n"),
		    (True, "    train(e)\n    s.step()\n    if OFF: s.step()\n"),
		    (True, "    train(e)\n    if not OFF: s.step()\n    else: [s.step(), s.step()]\n"),
		    (True, INNER + "        if OFF: s.step()\n    if ON: s.step()\n"),
		    (True, INNER + "        s.step()\n    else:\n        s.step()\n"),
		    (True, "    train(e)\n    s.step() if s else None\n"),
		    (True, INNER + "        if KIND == 'a': s.step()\n        s.step()\n"),
		    (True, "    def one(q): q.step()\n    train(e)\n    s.step()\n    one(s)\n"),
		    (True, "    def two(z): z.step()\n    def one(n, q): two(q)\n    one(e, s)\n    two(s)\n"),
		    (True, "    train(e)\n    if A.n > 2 and ON: s.step()\n    else: [s.step(), s.step()]\n"),
		    (True, "    train(e)\n    if A.n > 5: [s.step(), s.step()]\n    elif not A.n > 4: s.step()\n"),
		]:
		    n, trained = count(body)
		    want = (n if known else None, trained)
		    assert said(body) in want, (body, said(body), want)
	END
	"$PYTHON" count.py
}

@test "the loop may be in a function or a method, and be made anew by fold" {
	cat >fold.py <<-'END'
		class CFG:
		    epochs = 18
		    n_fold = 5
		def train_loop(fold):
		    def get_scheduler(optimizer):
		        return ExponentialLR(optimizer, gamma=0.9)
		    optimizer = Adam(model.parameters(), lr=1e-2)
		    scheduler = get_scheduler(optimizer)
		    for epoch in range(CFG.epochs):
		        train_fn(model, optimizer)
		        scheduler.step()
		for fold in range(CFG.n_fold):
		    train_loop(fold)
	END
	rows 18 @fold.py
	cat >trainer.py <<-'END'
		class Trainer:
		    def __init__(self, epochs, sched):
		        self.epochs = epochs
		        self.sched = sched
		    def one(self, epoch):
		        self.model.run()
		        for x in self.loader:
		            self.train(x)
		        self.sched.step()
		    def run(self):
		        for epoch in range(1, self.epochs + 1):
		            self.one(epoch)
		optimizer = SGD(model.parameters(), lr=0.5)
		Trainer(25, ExponentialLR(optimizer, gamma=0.9)).run()
	END
	rows 25 @trainer.py
}

@test "a loop that calls a function of the step says how long it is" {
	cat >calls.py <<-'END'
		def get_lr(step):
		    return 1e-3 * 0.5 ** (step // 50)
		for step in range(200):
		    opt.learning_rate.assign(get_lr(step))
		    train(step)
	END
	rows 200 @calls.py
	same '@calls.py' "-n 200 'lambda t: 1e-3 * 0.5 ** (t // 50)'"
	# Rows are what it is given: to the last, which counts from 1.
	sed -i 's/range(200)/range(1, 200)/' calls.py
	rows 200 @calls.py
	cat >while.py <<-'END'
		max_iters = 90
		it = 0
		def get_lr(it):
		    return 0.1 / (1 + it)
		while True:
		    lr = get_lr(it)
		    for g in optimizer.param_groups:
		        g['lr'] = lr
		    it += 1
		    if it > max_iters:
		        break
	END
	rows 91 @while.py
}

@test "a loop that is too long to be run is not, and what it counts is known" {
	skip_if_sanitized 'long, and no more seen than in shorter ones'
	cat >long.py <<-'END'
		it = 0
		def get_lr(it):
		    return 0.1 / (1 + it)
		while True:
		    lr = get_lr(it)
		    for g in optimizer.param_groups:
		        g['lr'] = lr
		    for micro in range(20000):
		        x = get_batch(micro)
		    it += 1
		    if it > 500:
		        break
	END
	rows 501 @long.py
}

@test "fit(epochs=) and Trainer(max_epochs=) say how long it is" {
	cat >keras.py <<-'END'
		def schedule(epoch, lr):
		    return lr * 0.9
		model.compile(optimizer=keras.optimizers.Adam(1e-2))
		model.fit(x, y, epochs=50, callbacks=[LearningRateScheduler(schedule)])
	END
	rows 50 @keras.py
	cat >steps.py <<-'END'
		lr = keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9)
		model.compile(optimizer=keras.optimizers.SGD(learning_rate=lr))
		model.fit(ds, epochs=9, steps_per_epoch=30)
	END
	rows 270 @steps.py
	sed -i 's/, steps_per_epoch=30//' steps.py
	refused @steps.py
	rows 180 -e 20 @steps.py
	cat >lit.py <<-'END'
		class Lit(pl.LightningModule):
		    def configure_optimizers(self):
		        opt = torch.optim.SGD(self.parameters(), lr=0.1)
		        return [opt], [ExponentialLR(opt, gamma=0.9)]
		trainer = pl.Trainer(max_epochs=12, devices=1)
		trainer.fit(Lit())
	END
	rows 12 @lit.py
	sed -i 's/\[ExponentialLR(opt, gamma=0.9)\]/[{"scheduler": ExponentialLR(opt, gamma=0.9), "interval": "step"}]/' lit.py
	refused @lit.py
	rows 60 -e 5 @lit.py
	# Nor does what is no number of steps.
	local n
	for n in 0.5 1e17 1e300 'float("inf")'; do
		printf '%s\n' 's = StepLR(SGD(p, lr=1), 3)' \
			"pl.Trainer(max_steps=$n)" >odd.py
		refused @odd.py
		[[ $stderr == *'expected -n'* ]]
	done
	# Two that differ say nothing.
	printf '%s\n' 'model.fit(ds, epochs=3)' >>keras.py
	refused @keras.py
}

@test "a loop over a model's parameters may not be known" {
	cat >lit.py <<-'END'
		class Lit(pl.LightningModule):
		    def configure_optimizers(self):
		        decay, no_decay = [], []
		        for n, p in self.named_parameters():
		            if not p.requires_grad:
		                continue
		            if p.ndim == 1:
		                no_decay.append(p)
		            else:
		                decay.append(p)
		        opt = torch.optim.SGD([{"params": decay, "weight_decay": 0.1},
		            {"params": no_decay, "weight_decay": 0.0}], lr=0.3)
		        return StepLR(opt, 4)
	END
	same '-n 9 @lit.py' "-n 9 -l 0.3 'StepLR(o, 4)'"
	cat >groups.py <<-'END'
		def make_optimizer(lr, model):
		    params = []
		    for key, value in model.named_parameters():
		        if "bias" in key:
		            lr = lr * 2
		        params += [{"params": [value], "lr": lr}]
		    return torch.optim.SGD(params, 0.2)
		scheduler = StepLR(make_optimizer(0.2, model), 4)
	END
	same '-n 9 @groups.py' "-n 9 -l 0.2 'StepLR(o, 4)'"
	lrsched -n 9 @groups.py 2>&1 >out.csv | grep -q 'groups rates, which are not read'
}

@test "schedulers that are stepped side by side count one round each" {
	cat >gan.py <<-'END'
		opts = [Adam(net.parameters(), lr=0.0002) for net in (G, D)]
		def rule(epoch):
		    return 1.0 - max(0, epoch - 40) / float(60 + 1)
		schedulers = [LambdaLR(o, lr_lambda=rule) for o in opts]
		for epoch in range(1, 101):
		    train(G, D)
		    for scheduler in schedulers:
		        scheduler.step()
	END
	rows 100 @gan.py
	"$PYTHON" -c '
for e in range(100): print(f"{e},{0.0002 * (1 - max(0, e - 40) / 61)!r}")' \
		>want.csv
	sed 1d out.csv | diff - want.csv
	cat >three.py <<-'END'
		class Rule:
		    def __init__(self, n, begin):
		        self.n = n
		        self.begin = begin
		    def step(self, epoch):
		        return 1.0 - max(0, epoch - self.begin) / (self.n - self.begin)
		opt_G = Adam(g.parameters(), lr=0.0002)
		opt_D = Adam(d.parameters(), lr=0.0002)
		sched_G = LambdaLR(opt_G, lr_lambda=Rule(90, 30).step)
		sched_D = LambdaLR(opt_D, lr_lambda=Rule(90, 30).step)
		for epoch in range(90):
		    train(g, d)
		    sched_G.step()
		    sched_D.step()
	END
	rows 90 @three.py
	"$PYTHON" -c '
for e in range(90): print(f"{e},{0.0002 * (1 - max(0, e - 30) / 60)!r}")' \
		>want.csv
	sed 1d out.csv | diff - want.csv
	# What differs, late or by its optimizer, is still several.
	sed 's/Rule(90, 30).step)$/Rule(90, 31).step)/;t' three.py |
		sed '/^sched_G/s/31/30/' >late.py
	refused @late.py
	[[ $stderr == *"'sched_G' is a schedule beside the last one"* ]]
	sed '/^opt_D/s/0.0002/0.0004/' three.py >rates.py
	refused @rates.py
	[[ $stderr == *"'sched_G' is a schedule beside the last one"* ]]
	# How often is not known where they are not stepped as often.
	sed 's/^    sched_D/    for x in range(3):\n        sched_D/' three.py >often.py
	refused @often.py
	[[ $stderr == *'expected -n'* ]]
}

@test "a while loop says by its count how far a function is called" {
	cat >orders.py <<-'END'
		import itertools, subprocess, sys
		class Opt:
		    param_groups = [{}]
		    def step(self): pass
		class Loss:
		    def backward(self): pass
		n, most = 0, int(sys.argv[2])
		for order in itertools.permutations(range(3)):
		    for op, cond, start in itertools.product(
		            (">", ">=", "=="), ("True", "it < 7", "it <= 6"), (0, 1)):
		        if (cond != "True" and op != ">") or start > most:
		            continue
		        end = "    if it %s 9:\n        break" % op
		        part = ["    lr = get_lr(it)", "    it += 1",
		                end if cond == "True" else "    pass"]
		        text = "\n".join(
		            ["def get_lr(t):", "    return 0.1 / (t + 1)",
		             "it = %d" % start, "opt = SGD(p, lr=0.1)",
		             "while %s:" % cond] + [part[i] for i in order] +
		            ["    for g in opt.param_groups:", "        g['lr'] = lr",
		             "    for micro in range(4000):",
		             "        loss.backward()", "    opt.step()", ""])
		        seen = []
		        host = {"SGD": lambda *a, **k: Opt(), "p": 0, "loss": Loss(),
		                "seen": seen, "lr": 0}
		        exec(text.replace("    return", "    seen.append(t); return"),
		             host)
		        got = subprocess.run([sys.argv[1], "-qH", text],
		                             capture_output=True, text=True)
		        want = ["%d,%r" % (t, 0.1 / (t + 1))
		                for t in range(max(seen) + 1)]
		        assert got.stdout.split() == want, (text, got, want)
		        n += 1
		assert n == 30 * (most + 1)
	END
	"$PYTHON" orders.py "$BUILD/lrsched" "$(sanitized && echo 0 || echo 1)"
}

@test "a while loop that is too long to be run says by its count how far" {
	skip_if_sanitized 'long, and no more seen than in shorter ones'
	cat >nano.py <<-'END'
		max_iters = 320
		decay_lr = True
		eval_only = False
		def get_lr(it):
		    return 6e-4 * (it + 1) / 20 if it < 19 else 6e-4
		iter_num = 0
		optimizer = model.configure_optimizers(0.1, 6e-4, device)
		while True:
		    lr = get_lr(iter_num) if decay_lr else 6e-4
		    for group in optimizer.param_groups:
		        group['lr'] = lr
		    if iter_num == 0 and eval_only:
		        break
		    for micro_step in range(40000):
		        with ctx:
		            loss = model(X, Y)
		        scaler.scale(loss).backward()
		    scaler.step(optimizer)
		    iter_num += 1
		    if iter_num > max_iters:
		        break
	END
	rows 321 @nano.py
	grep -q 'as line 8 trains' err
	# What may not count, or counts otherwise, is asked for.
	sed 's/^    iter_num += 1/    if bad:\n        continue\n&/' nano.py >skip.py
	refused @skip.py
	[[ $stderr == *'expected -n'* ]]
	sed 's/^            loss = /            iter_num = load()\n&/' nano.py >load.py
	refused @load.py
	[[ $stderr == *'-n'* ]]
}

@test "a while loop that steps, how often nobody knows, says no length" {
	local while
	for while in 'w < 5' 'busy()'; do
		printf '%s\n' 's = LambdaLR(SGD(p, lr=1), lambda e: .9 ** e)' \
			'w = 1' "while $while:" '    w += 1' '    s.step()' \
			'for i in range(3):' '    s.step()' >both.py
		refused @both.py
		[[ $stderr == *'expected -n'* ]]
	done
	sed '/^while/,+2d' both.py >one.py
	[ "$(lrsched -qH @one.py | wc -l)" -eq 3 ]
}

@test "a round that trains for several epochs is said to be one row" {
	cat >fits.py <<-'END'
		model.compile(optimizer=SGD(learning_rate=0.1), loss='mse')
		for k in range(3):
		    model.optimizer.learning_rate = 0.1 / (k + 1)
		    model.fit(x, y, epochs=EPOCHS)
	END
	run -0 --separate-stderr lrsched -D EPOCHS=4 @fits.py
	[ "${lines[*]:1}" = "0,0.1 1,0.05 2,$("$PYTHON" -c 'print(.1 / 3)')" ]
	[[ $stderr == *'trains for 4 epochs: a row is a round'* ]]
	run -0 --separate-stderr lrsched -D EPOCHS=1 @fits.py
	[[ $stderr != *'a row is a round'* ]]
}

# torch's schedulers by their documentation, and what each step() of the
# optimizer trains with: the oracle runs the text as it stands.
oracle() {
	cat >oracle.py <<-'END'
		import math, sys, types
		rates = []
		class SGD:
		    def __init__(self, params, lr):
		        self.param_groups = [{"lr": lr}]
		    def step(self):
		        rates.append(self.param_groups[0]["lr"])
		class Base:
		    def __init__(self, opt, *args, **kw):
		        self.opt, self.base, self.t = opt, opt.param_groups[0]["lr"], 0
		        self.setup(*args, **kw)
		        self.put()
		    def put(self):
		        self.opt.param_groups[0]["lr"] = self.base * self.at(self.t)
		    def step(self, t=None):
		        self.t = self.t + 1 if t is None else t
		        self.put()
		class StepLR(Base):
		    def setup(self, n, gamma=0.1):
		        self.at = lambda t: gamma ** (t // n)
		class LambdaLR(Base):
		    def setup(self, f):
		        self.at = f
		class CosineAnnealingLR(Base):
		    def setup(self, n):
		        self.at = lambda t: (1 + math.cos(math.pi * t / n)) / 2
		torch = types.ModuleType("torch")
		torch.optim = types.ModuleType("optim")
		torch.optim.SGD = SGD
		torch.optim.lr_scheduler = types.SimpleNamespace(StepLR=StepLR,
		    LambdaLR=LambdaLR, CosineAnnealingLR=CosineAnnealingLR)
		sys.modules.update({"torch": torch, "torch.optim": torch.optim})
		exec(open(sys.argv[1]).read(), {"params": []})
		got = [float(x.split(",")[1]) for x in sys.stdin.read().split()[1:]]
		assert len(got) == len(rates), (len(got), len(rates))
		for i, (a, b) in enumerate(zip(got, rates)):
		    assert abs(a - b) <= 1e-12, (i, a, b)
	END
}

# The text t.py, whose loops of $2, $3 ... rounds step torch's schedule $1.
text() {
	local n
	printf '%s\n' 'import torch' 'opt = torch.optim.SGD(params, lr=0.1)' \
		"s = torch.optim.lr_scheduler.$1" >t.py
	for n in "${@:2}"; do
		printf '%s\n' "for epoch in range($n):" '    opt.step()' \
			'    s.step()' >>t.py
	done
}

trains() {
	lrsched @t.py 2>err >out.csv || { cat err; return 1; }
	"$PYTHON" oracle.py t.py <out.csv
}

@test "what is stepped is a schedule by what it is, not by its name" {
	oracle
	text 'StepLR(opt, 3)' 11
	trains
	grep -q 'ends after 11, as line 4' err
}

@test "a schedule ends with the training, if that goes on behind its end" {
	oracle
	text 'CosineAnnealingLR(opt, 8)' 11
	trains
	grep -q 'ends after 11, as line 4' err
	# The rows of one that would go on are shown, with a remark.
	sed -i 's/range(11)/range(5)/' t.py
	lrsched @t.py 2>err >out.csv
	[ "$(wc -l <out.csv)" -eq 9 ]
	grep -q "line 4 trains for 5 of the schedule's 8 rows$" err
	lrsched -q -n 5 @t.py | "$PYTHON" oracle.py t.py
	# One that has no value behind its end cannot go on.
	text 'OneCycleLR(opt, 0.1, total_steps=8)' 11
	lrsched @t.py 2>err >out.csv
	[ "$(wc -l <out.csv)" -eq 9 ]
	grep -q "line 4 trains for 11 of the schedule's 8 rows, behind which" err
}

@test "loops one behind another train one schedule on" {
	oracle
	text 'StepLR(opt, 2)' 4 3
	trains
	grep -q 'ends after 7, as line 7' err
	# A loop that steps alone goes on to where one resumes.
	sed -i '5d' t.py
	trains
	# Another schedule is another training.
	sed -i '5a\s = torch.optim.lr_scheduler.StepLR(opt, 3)' t.py
	refused @t.py
	[[ $stderr == *'expected -n'* ]]
	# ... and so is a function that is called with other lengths.
	cat >t.py <<-'END'
		def train(lr, epochs):
		    opt = torch.optim.SGD(params, lr=lr)
		    s = torch.optim.lr_scheduler.StepLR(opt, 2)
		    for epoch in range(epochs):
		        opt.step()
		        s.step()
		train(0.1, 5)
		train(0.1, 7)
	END
	refused @t.py
	[[ $stderr == *'expected -n'* ]]
}

@test "rows that are no rounds are remarked, whatever is counted" {
	local line
	cat >t.py <<-'END'
		opt = torch.optim.SGD(params, lr=0.1)
		s = torch.optim.lr_scheduler.LambdaLR(opt, lambda t: 1 / (1 + t))
		step = 100
		for epoch in range(3):
		    for i, x in enumerate(loader):
		        opt.step()
		        step += 1
		        s.step(step)
	END
	remark() {
		sed "s|^        s.step(step)|        $1|" t.py >u.py
		lrsched -n 9 @u.py 2>err >out.csv
		grep -qF -- "$2" err || { cat err; false; }
	}
	remark 's.step(step)' "rows are what 's' is stepped with, which the text's loop counts from 101"
	remark 's.step(epoch + i / 9)' "the text steps 's' with 'epoch + i / 9': rows are what that is, and no rounds"
	remark 'if step % 5 == 0: s.step()' "the text steps 's' only where 'step % 5 == 0'"
	remark 'if step > 105: s.step()' "the text steps 's' only where 'step > 105'"
	# What decides may be an expression, an else, or stand before; the count is
	# that of any loop around.
	remark 'if epoch > 1: s.step()' "only where 'epoch > 1'"
	remark 'if epoch == 0: y = 1\n        elif epoch > 1: s.step()' "only where 'epoch > 1'"
	remark 'if epoch == 0: y = 1\n        else: s.step()' "unless 'epoch == 0'"
	remark 's.step() if epoch > 1 else None' "only where 'epoch > 1'"
	remark 'epoch > 1 and s.step()' "only where 'epoch > 1'"
	remark 'epoch < 2 or s.step()' "unless 'epoch < 2'"
	remark 'if step % 5: continue\n        s.step()' "the text steps 's' unless 'step % 5'"
	# Unless it decides of the training, too: rows are the optimizer's steps.
	sed -e '/opt.step()/i\        if step % 5: continue' -e 's/s.step(step)/s.step()/' t.py >u.py
	lrsched -n 9 @u.py 2>err >out.csv
	[ ! -s err ] || { cat err; false; }
	remark 'for _ in range(2): s.step()' "the text steps 's' in a loop of its own, in line 8"
	# A def steps what it is given, and counts by what it is given.
	for line in 'if e > 1: q.step()' 'if e > 1: q.step()\n    else: pass' \
		'e > 1 and q.step()'; do
		sed "1i def after(q, e=0):\\n    $line" t.py >d.py
		sed 's/s.step(step)/after(s, epoch)/' d.py >u.py
		lrsched -n 9 @u.py 2>err >out.csv
		grep -qF "the text steps 'q' only where 'e > 1'" err || { cat u.py err; false; }
		sed 's/s.step(step)/after(s, e=2)/' d.py >u.py
		lrsched -n 9 @u.py 2>err >out.csv
		[ ! -s err ] || { cat u.py err; false; }
	done
	sed 's/s.step(step)/after(s, e=epoch)/' d.py >u.py
	lrsched -n 9 @u.py 2>err >out.csv
	grep -qF "the text steps 'q' only where 'e > 1'" err
	sed -e '1i def after(q, e):\n    if e < 2: return\n    q.step()' \
		-e 's/s.step(step)/after(s, epoch)/' t.py >u.py
	lrsched -n 9 @u.py 2>err >out.csv
	grep -qF "the text steps 'q' unless 'e < 2'" err
	# The count of the rounds themselves is no matter.
	sed -i 's/step = 100/step = 0/' t.py
	lrsched -n 9 @t.py 2>err >out.csv
	[ ! -s err ]
	# Where the rounds that end so have trained, they are rounds.
	remark 'if epoch == 0:\n            opt.step()\n            continue\n        opt.step()\n        s.step()' \
		"the text steps 's' unless 'epoch == 0'"
	# A rate that is set behind the training is another's, or the schedule.
	sed -e 's/s.step(step)/s.step()/' \
		-e '3i opt.param_groups[0]["lr"] = 0.01' t.py >u.py
	lrsched -n 9 @u.py 2>err >out.csv
	grep -q 'the text sets the rate behind the schedule, too' err
	for line in 'for g in opt.param_groups: g["lr"] = 0.005' \
		'for g in opt.param_groups: g["lr"] *= 0.5'; do
		{ sed 's/s.step(step)/s.step()/' t.py; echo "$line"; } >u.py
		lrsched -n 9 @u.py 2>err >out.csv
		grep -q 'the text sets the rate behind the schedule, too' err
	done
}

@test "a rule that gives no rate is told, and keeps the one there is" {
	cat >fit.py <<-'END'
		def rule(epoch, lr):
		    if epoch > 3:
		        return lr * 0.5
		keras.callbacks.LearningRateScheduler(rule)
	END
	lrsched -n 6 -l 1 @fit.py >out.csv 2>err
	grep -q 'rule gives None at 0, and no rate' err
	sed -i 's/^    if .*/    if True:/' fit.py
	lrsched -n 6 -l 1 @fit.py >out.csv 2>err
	[ ! -s err ]
}

@test "fit() that begins with a later epoch asks no rule before it" {
	cat >fit.py <<-'END'
		model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.1))
		def rule(epoch, lr):
		    return lr * 0.5 if epoch % 2 else lr
		cb = keras.callbacks.LearningRateScheduler(rule)
		model.fit(x, y, epochs=12, initial_epoch=7, callbacks=[cb])
	END
	rows 12 @fit.py
	grep -q 'line 5 trains from epoch 7 on' err
	"$PYTHON" - <<-'END'
		import sys
		got = [float(x.split(",")[1]) for x in open("out.csv").read().split()[1:]]
		lr = 0.1
		for epoch in range(7, 12):
		    lr = lr * 0.5 if epoch % 2 else lr
		    assert got[epoch] == lr, (epoch, got[epoch], lr)
		assert got[:7] == [0.1] * 7
	END
}

@test "what other functions step is looked at by its name alone" {
	cat >other.py <<-'END'
		def one(x, y, z, u, v, w):
		    for i in range(3):
		        q = [k.step() for k in (x, y)]
		        w.step()
		        v.update_lr()
		        s.step()
		s = StepLR(SGD(p, lr=1), 3)
		def main(epochs):
		    for epoch in range(epochs):
		        one(1, 2, 3, 4, 5, 6)
		main(4)
	END
	lrsched -n 5 @other.py
	run -0 --separate-stderr lrsched -H @other.py
	[ "${#lines[@]}" = 12 ]
}
