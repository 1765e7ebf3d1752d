#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Python as it stands in training scripts: pasted, or from a file.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >train.py <<-'END'
		"""Trains a thing."""
		import argparse
		import torch
		from torch.optim.lr_scheduler import LambdaLR

		parser = argparse.ArgumentParser()
		parser.add_argument("--lr", type=float, default=0.2)
		parser.add_argument("--warmup", type=int, default=4)
		args = parser.parse_args()

		model = Net().to(device)
		optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)

		def warmup(step):
		    """Linear, then flat."""
		    return min(1.0, (step + 1) / args.warmup)

		scheduler = LambdaLR(optimizer, lr_lambda=warmup)
		for epoch in range(3):
		    for x, y in loader:
		        loss = model(x, y)
		        loss.backward()
		        scheduler.step()
	END
}

@test "a script gives what it makes, with its defaults and its optimizer's rate" {
	same '-n 6 @train.py' '-n 6 -l .2 const:1,from=.25x const:1,from=.5x \
		const:1,from=.75x const,from=1x'
	same '-n 6 -D args.lr=.4 @train.py' '-n 6 -l .4 const:1,from=.25x \
		const:1,from=.5x const:1,from=.75x const,from=1x'
	same '-n 6 -l 3 @train.py' '-n 6 -D args.lr=3 @train.py'
}

@test "@FILE:NAME is a function or a schedule of the script" {
	run -0 lrsched -H -n 3 @train.py:warmup
	[ "${lines[*]}" = '0,0.25 1,0.5 2,0.75' ]
	refused -n 3 @train.py:nothing
	[[ $stderr == *"train.py:1:1: 'nothing' is not there"* ]]
	refused -n 3 @
	[[ $stderr == *"'@' names no file"* ]]
	refused -n 3 @missing.py
	[[ $stderr == *'missing.py: cannot open'* ]]
}

@test "a mistake in a file is shown with its file, line and caret" {
	printf 'import torch\nscheduler = StepLR(opt, 0)\n' >bad.py
	refused -n 3 @bad.py
	[[ ${stderr_lines[0]} == 'lrsched: bad.py:2:25: StepLR: step_size=0;'* ]]
	[ "${stderr_lines[1]}" = 'lrsched:   scheduler = StepLR(opt, 0)' ]
	[ "${stderr_lines[2]}" = 'lrsched:                           ^' ]
}

@test "defs run as Python runs them" {
	run -0 lrsched -H -n 6 'def rate(step, total=4, floor=0.5):
	    if step >= total:
	        return floor
	    best = 0
	    for k in range(step + 1):
	        if k % 2:
	            continue
	        best = max(best, 1 / (1 + k))
	    while best > 2:
	        best -= 1
	    return best if step else 1.25'
	[ "${lines[*]}" = '0,1.25 1,1 2,1 3,1 4,0.5 5,0.5' ]
	run -0 lrsched -H -n 2 'lambda e: 1 if w == 0 else e / w' -D w=0
	[ "${lines[*]}" = '0,1 1,1' ]
	run -0 lrsched -H -n 2 'lambda e: {0: 1.0, 1: 0.5}[e]'
	[ "${lines[*]}" = '0,1 1,0.5' ]
	run -0 lrsched -H -n 3 \
		'lambda e: max([0.5 ** k for k in range(3) if e >= k])'
	[ "${lines[*]}" = '0,1 1,1 2,1' ]
}

@test "Keras's function of the epoch gets the rate before" {
	run -0 lrsched -H -n 4 -l 0.5 'def f(epoch, lr):
	    return lr if epoch < 2 else lr * 0.5
	callback = tf.keras.callbacks.LearningRateScheduler(f)'
	[ "${lines[*]}" = '0,0.5 1,0.5 2,0.25 3,0.125' ]
}

@test "all names without a value are asked for at once, and then suffice" {
	refused -n 8 'CosineAnnealingLR(opt, T_max=cfg["epochs"], eta_min=a.min)'
	[[ $stderr == *"-D 'cfg[\"epochs\"]=VALUE' -D a.min=VALUE"* ]]
	same "-n 8 -l 1 -D 'cfg[\"epochs\"]=8' -D a.min=.1 \
		'CosineAnnealingLR(opt, T_max=cfg[\"epochs\"], eta_min=a.min)'" \
		'-n 8 -l 1 cos:8:.1'
}

@test "one schedule is wanted" {
	refused -n 3 'x = 3'
	[[ $stderr == *'no schedule is made here'* ]]
	refused -n 9 'a = StepLR(opt, 3)
	b = StepLR(opt, 4)'
	[[ $stderr == *"'a' is a schedule beside the last one"* ]]
	# One that is part of another, or replaced, is none beside it.
	same "-n 9 'a = LinearLR(opt, .5, 1., 3)
	b = StepLR(opt, 4)
	s = SequentialLR(opt, [a, b], [3])'" \
		"-n 9 'SequentialLR(opt, [LinearLR(opt, .5, 1., 3), StepLR(opt, 4)], [3])'"
	same "-n 9 'a = StepLR(opt, 3)
	a = StepLR(opt, 4)'" "-n 9 step,every=4,by=.1"
}

@test "schedules that the same rounds step are chained, as torch does" {
	cat >chained.py <<-'END'
		opt = SGD(net.parameters(), lr=0.5)
		a = StepLR(opt, 3, 0.5)
		b = ExponentialLR(opt, 0.9)
		c = MultiStepLR(opt, [4, 5], 0.25)
		for e in range(9):
		    train()
		    c.step()
		    a.step()
		    b.step()
	END
	rows 9 @chained.py
	cp out.csv chained.csv
	grep -q '3 schedules are stepped in the same rounds: their product is shown' err
	"$PYTHON" -c '
for e in range(9):
    print(e, .5 * .5 ** (e // 3) * .9 ** e * .25 ** ((e >= 4) + (e >= 5)))' >want
	sed '1d; s/,/ /' out.csv | paste -d' ' - want |
		awk '$1 != $3 || $2 / $4 - 1 > 1e-14 || 1 - $2 / $4 > 1e-14 { exit 1 }'
	# Of another optimizer, of one of the same name, behind the rounds:
	# nothing is chained (in other rounds, by a number: tests/stepped.py).
	for edit in '/^b/s/opt/other/' '/^    a/d;$aa.step()' \
		'/^b/iopt = Adam(net.parameters(), lr=0.1)'; do
		sed "$edit" chained.py >beside.py
		refused -n 9 @beside.py
		[[ $stderr == *"is a schedule beside the last one"* ]]
	done
	# One more where the inner of two loops goes on, and one where both wait.
	sed '/^    a/i\    for x in e, 1:\n        if x: continue' chained.py >inner.py
	rows 9 @inner.py
	sed '1d; s/,/ /' out.csv | cmp - <(sed '1d; s/,/ /' chained.csv)
	sed 's/^    [abc].step/    &/; /train/a\    if e > 3:' chained.py >some.py
	run -0 --separate-stderr lrsched -n 9 @some.py
	[ -z "$stderr" ]
	# What cannot be chained is stepped all the same: it sets the rate.
	sed '/^a/s/=.*/= LambdaLR(opt, lambda e: 0.9 ** e)/; /^ *b/d' \
		chained.py >sets.py
	same '-n 9 @sets.py' '-n 9 "lambda e: 0.5 * 0.9 ** e"'
}

@test "with, try and main() are run as where nothing fails" {
	run -0 lrsched -H -n 3 'lr = .5
	try:
	    with tf.device("gpu") as d, x:
	        lr = .1
	except ImportError as e:
	    lr = 7
	finally:
	    lr = lr * 2
	def main():
	    s = ExponentialDecay(lr, 1, .5)
	    for x in loader:
	        s.step()
	if __name__ == "__main__":
	    main()'
	[ "${lines[*]}" = '0,0.2 1,0.1 2,0.05' ]
}

# What is not known to be changed, or how, has no value from there on.
@test "what a statement that is read over may change is not taken as it was" {
	local i spec=("if torch.cuda.is_available(): ms.append(9)"
		"for k in overrides(): ms[0] = k"
		$'match x:\n    case 1:\n        ms = [7]' "ms, _ = load(), 1 / 0")
	for i in "${!spec[@]}"; do
		run lrsched -n 9 "ms = [2, 3]"$'\n'"${spec[i]}"$'\n''MultiStepLR(opt, ms)'
		[ "$status" -eq 2 ] || { echo "${spec[i]}"; false; }
	done
	refused -n 3 'cfg = {"lr": .1}
	if resume: cfg["lr"] = .2
	StepLR(SGD(ps, lr=cfg["lr"]), 2)'
	same "-n 3 -D 'cfg[\"lr\"]=.5' 'cfg = {\"lr\": .1}
	if resume: cfg[\"lr\"] = .2
	StepLR(SGD(ps, lr=cfg[\"lr\"]), 2)'" "-n 3 'StepLR(SGD(ps, lr=.5), 2)'"
	run -0 lrsched -H -n 3 'a = np.zeros(9)
	for e in range(9): a[e] = e
	f = lambda step: a[step]'
	[ "${lines[*]}" = '0,0 1,1 2,2' ]
	refused -n 3 'x = 1
	@warmup(4)
	def f(step): return step
	LambdaLR(opt, f)'
}

@test "an optimizer's first group and a function named for rates are meant" {
	same "-n 9 'StepLR(SGD([{\"params\": a, \"lr\": .01}], lr=.1), 2)'" \
		"-n 9 'StepLR(SGD(ps, lr=.01), 2)'"
	run -0 lrsched -H -n 1 'def lr_at(step): return .1
	def wd_at(step): return .2'
	[ "$output" = 0,0.1 ]
	printf 'lr = 0.3\nf = lambda step: lr\n' >number.py
	refused @number.py:lr
	[[ $stderr == *"'lr' is a number; expected a function"* ]]
}

@test "programs without an end are stopped" {
	refused -n 3 'def f(step):
	    while True:
	        step += 1'
	refused -n 3 'def f(step): return f(step + 1)'
	refused -n 3 'x = [0]
	while True: x = x + x'
}

@test "no schedule is made within a step" {
	local t='lambda step: .1 if step < 1 else (.1 if StepLR(None, 1) else 0)'
	refused -n 9 "$t"
	refused -n 400000 -T 4 "$t"
	[[ $stderr == *'lr at step 1 is not a number: '* ]]
}

@test "lrcheck holds a log to a script" {
	lrsched -n 20 @train.py >log.csv
	lrcheck -s @train.py log.csv | grep -q ,followed,20,
}

@test "settings are what was set last; a schedule is not changed unremarked" {
	local a='args = TrainingArguments("x", max_steps=100, learning_rate=1e-3)
	' s='s = StepLR(SGD(p, lr=0.1), 10)
	' w='TrainingArguments("x", max_steps=' k v
	for k in 'args.learning_rate = 5e-3' 'args.learning_rate *= 5' \
		'setattr(args, "learning_rate", 5e-3)'; do
		same "'$a$k'" "'${w}100, learning_rate=5e-3)'"
	done
	same "'${a}args.warmup_steps = 30'" \
		"'${w}100, learning_rate=1e-3, warmup_steps=30)'"
	same "'${a}args.max_steps = 300'" "'${w}300, learning_rate=1e-3)'"
	for k in 'args = args.set_lr_scheduler(name="cosine")' \
		'args = dataclasses.replace(args, learning_rate=1e-2)'; do
		refused "$a$k"
		[[ $stderr == *'expected it in the call of TrainingArguments'* ]]
	done
	for k in last_epoch=4 base_lrs=[1] 'base_lrs[0]=1' step_size=4 \
		'gamma *= 2'; do
		refused -n 30 "${s}s.$k"
		[[ $stderr == *'expected it in the call of StepLR'* ]]
	done
	refused "${a}args.learning_rate *= bs"
	[[ $stderr == *"-D bs=VALUE"* ]]
	for k in 'last_epoch = start' 'load_state_dict(torch.load(f))'; do
		run -0 --separate-stderr lrsched -n 30 "${s}s.$k"
		[[ $stderr == *"${k%%[ (]*}"*' the schedule is shown '* ]]
	done
	same "-n 30 '${s}s.last_epoch = 0'" "-n 30 '${s}'"
}

@test "a rate that is set before the schedule is made is what it begins with" {
	local o='o = SGD(p, lr=0.1)
	' s='s = StepLR(o, 3)'
	same "-n 9 '${o}o.param_groups[0][\"lr\"] = 0.05
	$s'" "-n 9 'StepLR(SGD(p, lr=0.05), 3)'"
	same "-n 9 '$o$s
	o.param_groups[0][\"lr\"] = 0.05'" "-n 9 'StepLR(SGD(p, lr=0.1), 3)'"
	same "-n 9 '${o}for g in o.param_groups:
	    g[\"lr\"] = 0.05
	$s'" "-n 9 'StepLR(SGD(p, lr=0.05), 3)'"
	refused -n 9 "${o}for g in o.param_groups:
	    g['lr'] = scaled(g)
	$s"
	[[ $stderr == *'rates of param_groups were set before'* ]]
	same "-n 9 '${o}for g in o.param_groups:
	    g.setdefault(\"initial_lr\", 0.1)
	$s'" "-n 9 'StepLR(SGD(p, lr=0.1), 3)'"
	same "-n 9 'a = argparse.ArgumentParser()
	a.add_argument(\"--g\", default=0.5)
	args = a.parse_args([])
	s = StepLR(SGD(p, lr=0.1), 3, args.g)'" \
		"-n 9 'StepLR(SGD(p, lr=0.1), 3, 0.5)'"
	refused -n 9 'def make(n):
	    if dist.get_rank() == 0:
	        n = 2
	    return StepLR(None, n)
	s = make(3)'
	[[ $stderr == *'no value for '*dist.get_rank* ]]
	same "-n 9 -D dist.get_rank=1 'def make(n):
	    if dist.get_rank() == 0:
	        n = 2
	    return StepLR(None, n)
	s = make(3)'" "-n 9 'StepLR(None, 3)'"
}

@test "a function that the text says is not called is not the rate" {
	local t='learning_rate = 0.1
	def get_lr(it): return learning_rate * it
	for iter_num in range(3):
	    lr = get_lr(iter_num) if decay_lr else learning_rate
	'
	same "-n 9 'decay_lr = True
	$t'" "-n 9 'lambda it: 0.1 * it'"
	same "-n 9 -D decay_lr=True 'decay_lr = False
	$t'" "-n 9 'lambda it: 0.1 * it'"
	refused -n 9 "decay_lr = False
	$t"
	[[ $stderr == *"get_lr() is not called, as 'decay_lr' is false"* ]]
}

@test "a class over one of PyTorch's schedulers is stepped as that is" {
	local c o='o = torch.optim.SGD(p, lr=0.1)
	' of
	while IFS='|' read -r c of; do
		lrsched -f tsv -n 40 "${o}class Mine(torch.optim.lr_scheduler.$c):
	    pass
	s = Mine($of)" vs "closed=$o$c($of)" >both.tsv
		[ "$(wc -l <both.tsv)" = 41 ]
		awk -v c="$c" 'NR > 1 && ($2 - $3) ^ 2 > (1e-12 * $3) ^ 2 {
			print c ": " $0; bad = 1 } END { exit bad }' both.tsv
	done <<-'END'
		LambdaLR|o, lambda e: 0.9 ** e
		MultiplicativeLR|o, lambda e: 0.95
		StepLR|o, 7, gamma=0.5
		MultiStepLR|o, [5, 9, 9, 20], gamma=0.5
		ExponentialLR|o, 0.9
		ConstantLR|o, factor=0.25, total_iters=6
		LinearLR|o, start_factor=0.1, total_iters=12
		PolynomialLR|o, total_iters=20, power=2.0
		CosineAnnealingLR|o, 15, eta_min=0.001
		CosineAnnealingWarmRestarts|o, 5, T_mult=2
	END
}

@test "a class over a scheduler may change what that gives, and step another" {
	cat >floor.py <<-'END'
		class Floor(ExponentialLR):
		    def __init__(self, optimizer, gamma, low):
		        self.low = low
		        super().__init__(optimizer, gamma)
		    def get_lr(self):
		        return [max(self.low, lr) for lr in super().get_lr()]
		s = Floor(torch.optim.SGD(p, lr=0.1), 0.5, 0.01)
	END
	same '-n 40 @floor.py' "-n 40 'lambda t: max(0.1 * 0.5 ** t, 0.01)'"
	cat >warm.py <<-'END'
		class Warm(LambdaLR):
		    def __init__(self, optimizer, n):
		        self.n = n
		        super().__init__(optimizer, self.factor)
		    def factor(self, step):
		        return min(1, step / self.n)
		s = Warm(torch.optim.SGD(p, lr=0.5), 8)
	END
	same '-n 40 @warm.py' "-n 40 'lambda t: 0.5 * min(1, t / 8)'"
	cat >after.py <<-'END'
		class After(_LRScheduler):
		    def __init__(self, optimizer, n, then):
		        self.n, self.then = n, then
		        super().__init__(optimizer)
		    def get_lr(self):
		        if self.last_epoch < self.n:
		            return [b * (self.last_epoch + 1) / self.n for b in self.base_lrs]
		        return self.then.get_last_lr()
		    def step(self, epoch=None):
		        if self.last_epoch < self.n - 1:
		            super().step(epoch)
		        else:
		            self.last_epoch += 1
		            self.then.step()
		o = torch.optim.SGD(p, lr=0.5)
		s = After(o, 4, StepLR(o, 10, gamma=0.5))
	END
	same '-n 40 @after.py' \
		"-n 40 'lambda t: 0.5 * (t + 1) / 4 if t < 4 else 0.5 * 0.5 ** ((t - 3) // 10)'"
}

@test "a class over PyTorch's scheduler that cannot be resumed is refused" {
	refused -n 9 'class A(StepLR):
	    pass
	s = A(torch.optim.SGD(p, lr=0.1), 3, last_epoch=5)'
	[[ $stderr == *'a resumed schedule'* ]]
}

@test "a long string is gone over in time that is its length" {
	skip_if_sanitized 'time'
	cat >chars.py <<-'END'
		s = "aé" * 100000
		n = 0
		for c in s:
		    n += 1
		first, *others = "é" * 1000
		def lr(step): return n + len(others)
	END
	[ "$(within 20 lrsched -H -n 1 @chars.py)" = 0,200999 ]
	for n in 's[i] == "a" for i in range(len(s))' 'len(s) for i in s' \
		'c == "a" for c in reversed(s)'; do
		run within 20 lrsched -n 1 "s = 'aé' * 200000
n = sum($n)
def lr(step): return n"
		[ "$status" -eq 2 ]
	done
}

@test "a long loop that trains behind a schedule is read over" {
	printf '%s\n' 'opt = SGD(net.parameters(), lr=0.1)' \
		'sched = CosineAnnealingLR(opt, 600000)' \
		'for it in range(600000):' '    loss = model(x)' \
		'    loss.backward()' '    opt.step()' '    sched.step()' >long.py
	run -0 lrsched -qn 3 @long.py
	[ "${lines[*]}" = "$(lrsched -qn 3 -l 0.1 \
		'CosineAnnealingLR(opt, 600000)' | paste -sd' ')" ]
	# what it would have changed has no value then
	sed -e '3i n = 0' -e 's/    sched.step()/&\n    n += 1/' \
		-e '$a sched = StepLR(opt, n)' long.py >after.py
	run -2 lrsched -qn 3 @after.py
	[[ $output == *"'n'"* ]]
	# and one that is short has
	sed 's/range(600000)/range(2)/' after.py >short.py
	run -0 lrsched -qn 3 @short.py
	[ "${lines[3]}" = 2,0.010000000000000002 ]
}

@test "what is forgotten within a try does not take it for many" {
	printf '%s\n' 'opt = SGD(net.parameters(), lr=0.1)' try: \
		'    if nobody_knows():' '        print("x")' \
		'except Exception:' '    pass' 'y = int("abc")' \
		'sched = StepLR(opt, 2)' >try.py
	run -0 lrsched -qn 3 @try.py
	[ "${lines[3]}" = 2,0.010000000000000002 ]
	sed -i 's/    if nobody_knows():/    y = nobody_knows().x + 1\n&/' try.py
	run -0 lrsched -qn 3 @try.py
	[ "${lines[3]}" = 2,0.010000000000000002 ]
}

@test "what a comment says of an optimizer is done to none" {
	printf '%s\n' 'class Halving:' '    def __init__(self, base):' \
		'        self.base = base' '    def step(self):' \
		'        # no optimizer.param_groups are set, no optimizer.step()' \
		'        return "optimizer.param_groups"' \
		'    def __call__(self, t):' \
		'        return self.base * 0.5 ** t' 's = Halving(0.1)' >halving.py
	run -0 lrsched -Hqn 3 @halving.py
	[ "${lines[*]}" = '0,0.1 1,0.05 2,0.025' ]
}

@test "rates that are only drawn or printed are the rates" {
	cat >drawn.py <<-'END'
		import math
		import matplotlib.pyplot as plt
		def f(e):
		    return 0.05 * (1 + math.cos(math.pi * e / 50))
		lrs = [f(e) for e in range(50)]
		fig, ax = plt.subplots()
		ax.plot(lrs, label="lr")
		plt.scatter(range(50), lrs)
		plt.title("rates")
		print(lrs)
		plt.savefig("x.png")
	END
	"$PYTHON" -c '
import math
for e in range(50): print(f"{e},{0.05 * (1 + math.cos(math.pi * e / 50))!r}")' \
		>want.csv
	lrsched -H @drawn.py | diff - want.csv
	cat >grown.py <<-'END'
		import matplotlib.pyplot as plt
		lrs = []
		for e in range(30):
		    lrs.append(0.1 * 0.95 ** e)
		plt.semilogy(lrs)
	END
	"$PYTHON" -c 'for e in range(30): print(f"{e},{0.1 * 0.95 ** e!r}")' >want.csv
	lrsched -H @grown.py | diff - want.csv
	# What nobody knows may have changed them.
	sed 's/plt.semilogy/other.smooth/' grown.py >smooth.py
	run -2 lrsched @smooth.py
	[[ $output == *"no value for 'lrs'"* ]]
}

@test "a wrapper of an optimizer sets the rate by its own count of steps" {
	cat >wrapper.py <<-'END'
		import argparse
		import torch.optim as optim
		class ScheduledOptim():
		    def __init__(self, optimizer, lr_mul, d_model, n_warmup_steps):
		        self._optimizer = optimizer
		        self.lr_mul = lr_mul
		        self.d_model = d_model
		        self.n_warmup_steps = n_warmup_steps
		        self.n_steps = 0
		    def step_and_update_lr(self):
		        self._update_learning_rate()
		        self._optimizer.step()
		    def zero_grad(self):
		        self._optimizer.zero_grad()
		    def _get_lr_scale(self):
		        n, w = self.n_steps, self.n_warmup_steps
		        return (self.d_model ** -0.5) * min(n ** (-0.5), n * w ** (-1.5))
		    def _update_learning_rate(self):
		        self.n_steps += 1
		        lr = self.lr_mul * self._get_lr_scale()
		        for group in self._optimizer.param_groups:
		            group['lr'] = lr
		def train(model, data, optimizer, opt):
		    for epoch in range(opt.epoch):
		        for batch in data:
		            optimizer.zero_grad()
		            model(batch).backward()
		            optimizer.step_and_update_lr()
		def main():
		    parser = argparse.ArgumentParser()
		    parser.add_argument('-epoch', type=int, default=10)
		    parser.add_argument('-d_model', type=int, default=512)
		    parser.add_argument('-n_warmup_steps', type=int, default=40)
		    parser.add_argument('-lr_mul', type=float, default=2.0)
		    opt = parser.parse_args()
		    model = Transformer(opt.d_model)
		    optimizer = ScheduledOptim(
		        optim.Adam(model.parameters(), betas=(0.9, 0.98)),
		        opt.lr_mul, opt.d_model, opt.n_warmup_steps)
		    train(model, data, optimizer, opt)
		if __name__ == '__main__':
		    main()
	END
	"$PYTHON" -c '
for n in range(1, 101):
    rate = 2.0 * (512 ** -0.5 * min(n ** -0.5, n * 40 ** -1.5))
    print(f"{n - 1},{rate!r}")' >want.csv
	lrsched -H -n 100 @wrapper.py | diff - want.csv
	# Its values are what the text or -D says.
	sed -n 1,9p want.csv | "$PYTHON" -c '
import sys
for line in sys.stdin:
    n, rate = line.split(",")
    print(f"{n},{2 * float(rate)!r}")' >twice.csv
	lrsched -H -n 9 -D opt.lr_mul=4 @wrapper.py | diff - twice.csv
}

# The rates of a linear warmup and decay, as Transformers documents them.
linear() {
	"$PYTHON" - "$@" <<-'END'
		import sys
		lr, warm, n = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
		got = [float(x.split(",")[1]) for x in open("out.csv").read().split()[1:]]
		assert len(got) == n, len(got)
		for t, v in enumerate(got):
		    f = t / warm if t < warm else max(0, (n - t) / (n - warm))
		    assert abs(v - lr * f) < 1e-15, (t, v, lr * f)
	END
}

@test "a function that a statement calls is a part of the text, as main() is" {
	cat >main.py <<-'END'
		import argparse
		def loaders(accelerator, batch):
		    def collate(x):
		        return tokenizer.pad(x)
		    train_loader = DataLoader(data["train"], collate_fn=collate)
		    return train_loader, DataLoader(data["test"])
		def training(config, args):
		    accelerator = Accelerator(cpu=args.cpu)
		    lr, epochs = config["lr"], int(config["epochs"])
		    accum = 1
		    if config["batch"] > 99 and accelerator.kind != Kind.TPU:
		        accum = config["batch"] // 16
		    if accelerator.kind == Kind.TPU:
		        padding = 128
		    train_loader, test_loader = loaders(accelerator, 8)
		    optimizer = AdamW(params=model.parameters(), lr=lr)
		    sched = get_linear_schedule_with_warmup(optimizer=optimizer,
		        num_warmup_steps=10,
		        num_training_steps=(len(train_loader) * epochs) // accum)
		    model, optimizer, train_loader, sched = accelerator.prepare(
		        model, optimizer, train_loader, sched)
		    for epoch in range(epochs):
		        for batch in train_loader:
		            optimizer.step()
		            sched.step()
		def main():
		    parser = argparse.ArgumentParser()
		    parser.add_argument("--cpu", action="store_true")
		    parser = framework.more_arguments(parser)
		    args = parser.parse_args()
		    config = {"lr": 2e-5, "epochs": 3, "batch": 16}
		    training(config, args)
		if __name__ == "__main__":
		    main()
	END
	# One name is asked for, and no other.
	refused @main.py
	[[ $stderr == *"no value for 'train_loader' (line 5); expected -D train_loader=VALUE"* ]]
	lrsched -q -D train_loader=40 @main.py >out.csv
	linear 2e-5 10 120
}

@test "timm's schedule of a script's own flags" {
	cat >flags.py <<-'END'
		import argparse
		from timm.scheduler import create_scheduler
		from timm.optim import create_optimizer
		def get_args_parser():
		    parser = argparse.ArgumentParser(add_help=False)
		    parser.add_argument('--epochs', default=30, type=int)
		    parser.add_argument('--sched', default='cosine')
		    parser.add_argument('--lr', type=float, default='1e-3')
		    parser.add_argument('--warmup-epochs', type=int, default=5)
		    parser.add_argument('--warmup-lr', type=float, default=1e-6)
		    parser.add_argument('--min-lr', type=float, default=1e-5)
		    parser.add_argument('--cooldown-epochs', type=int, default=0)
		    parser.add_argument('--kind', type=Kind, default='plain')
		    return parser
		def main(args):
		    utils.init_distributed_mode(args)
		    args.lr = args.lr * utils.get_world_size() / 2.0
		    optimizer = create_optimizer(args, model)
		    lr_scheduler, _ = create_scheduler(args, optimizer)
		    for epoch in range(args.epochs):
		        train_one_epoch(model, optimizer)
		        lr_scheduler.step(epoch)
		if __name__ == '__main__':
		    parser = argparse.ArgumentParser(parents=[get_args_parser()])
		    args = parser.parse_args()
		    main(args)
	END
	refused @flags.py
	[[ $stderr == *"expected -D 'utils.get_world_size()=VALUE'"* ]]
	lrsched -q -D 'utils.get_world_size()=4' @flags.py >out.csv
	"$PYTHON" - <<-'END'
		import math
		got = [float(x.split(",")[1]) for x in open("out.csv").read().split()[1:]]
		def at(e):
		    if e < 5:
		        return 1e-6 + e * (2e-3 - 1e-6) / 5
		    return 1e-5 + (2e-3 - 1e-5) / 2 * (1 + math.cos(math.pi * e / 30))
		assert len(got) == 30
		for e, v in enumerate(got):
		    assert abs(v - at(e)) < 1e-15, (e, v, at(e))
	END
}

@test "DeepSpeed's configuration in a script" {
	cat >engine.py <<-'END'
		def get_config(args):
		    return {"optimizer": {"type": "Adam", "params": {"lr": 0.01}},
		        "scheduler": {"type": "WarmupLR", "params": {
		            "warmup_min_lr": 0, "warmup_max_lr": 0.001,
		            "warmup_num_steps": 1000}}}
		def main(args):
		    config = get_config(args)
		    engine, optimizer, loader, __ = deepspeed.initialize(args=args,
		        model=net, model_parameters=params, config=config)
		    for epoch in range(args.epochs):
		        engine.step()
		if __name__ == "__main__":
		    args = parser.parse_args()
		    main(args)
	END
	same '-n 1200 @engine.py' \
		"-n 1200 'deepspeed.WarmupLR(o, 0, 0.001, 1000)'"
	# One that has no scheduler is none.
	cat >both.py <<-'END'
		opt = Adam(net.parameters(), lr=0.5)
		s = StepLR(opt, 3)
		engine, *_ = deepspeed.initialize(model=net, lr_scheduler=s, config=c)
		other, *_ = deepspeed.initialize(model=ref, config=d)
	END
	same '-n 9 @both.py' "-n 9 -l 0.5 'StepLR(o, 3)'"
}

@test "what is not in the text is named, with the file that it is asked for by" {
	cat >away.py <<-'END'
		from mine.sched import StepLR
		from util import adjust_learning_rate
		def train(loader, optimizer, epoch):
		    for i, x in enumerate(loader):
		        optimizer.step()
		def main():
		    optimizer = make(model, 0.5)
		    for epoch in range(9):
		        adjust_learning_rate(optimizer, epoch)
		        train(loader, optimizer, epoch)
		if __name__ == '__main__':
		    main()
	END
	refused @away.py
	[[ $stderr == *"9:9: no schedule is made here, and 'adjust_learning_rate' is not in the text; expected the file that defines it, by -D @FILE"* ]]
	# A name in common with a library's is told.
	echo 's = StepLR(SGD(p, lr=0.5), 3)' >>away.py
	lrsched -n 4 @away.py 2>err >out.csv
	grep -q "'mine.sched.StepLR' is imported, and is taken for torch.StepLR" err
	sed -i 's/^from mine.sched/from torch.optim.lr_scheduler/' away.py
	lrsched -n 4 @away.py 2>err >out.csv
	! grep 'is imported' err
}

@test "a length is asked for together with the names that lack a value" {
	cat >make.py <<-'END'
		def make(total, warm):
		    def f(step):
		        return min(1, step / warm) * (1 - step / total)
		    return f
	END
	refused @make.py
	[[ $stderr == *'expected -D total=VALUE -D warm=VALUE, and -n N'* ]]
	refused -n 9 @make.py
	[[ $stderr != *'-n N'* ]]
	refused --at 3 @make.py
	[[ $stderr != *'-n N'* ]]
	printf 'step,lr\n0,1\n' >log.csv
	run -2 --separate-stderr lrcheck -s @make.py log.csv
	[[ $stderr == *'-D warm=VALUE'* && $stderr != *'-n N'* ]]
	# A schedule with an end, or a text that says one, needs none.
	printf 's = LinearLR(SGD(p, lr=1), total_iters=k)\n' >ends.py
	refused @ends.py
	[[ $stderr == *'-D k=VALUE'* && $stderr != *'-n N'* ]]
}

@test "an argument with a default counts no steps beside one without" {
	cat >adjust.py <<-'END'
		def adjust_learning_rate(opt, epoch, step=10):
		    lr = 0.1 * 0.5 ** (epoch // step)
		    for g in opt.param_groups:
		        g["lr"] = lr
	END
	same '-n 25 @adjust.py' "-n 25 'lambda t: 0.1 * 0.5 ** (t // 10)'"
}

@test "rounds of main() that fail are not run on" {
	cat >rounds.py <<-'END'
		def main():
		    s = CosineAnnealingLR(SGD(p, lr=1), len(loader) * 100000)
		    for epoch in range(100000):
		        train(loader, model, s, epoch)
		        acc = validate(loader, model)
		        best = acc > best
		        save({"epoch": epoch + 1, "best": best})
		def train(loader, model, s, epoch):
		    meter = Meter()
		    for i, (x, y) in enumerate(loader):
		        out = model(x.cuda())
		        meter.update(accuracy(out, y)[0])
		        s.step()
		if __name__ == "__main__":
		    main()
	END
	(ulimit -t 10; lrsched --at 7 -D loader=5 @rounds.py)
}

@test "names of a comprehension that fails are its own" {
	printf '%s\n' 'archs = sorted(name for name in models.__dict__' \
		'    if name.islower() and not name.startswith("__")' \
		'    and callable(models.__dict__[name]))' \
		'def main():' \
		'    ps = {n: p.size() for n, p in net.named() if p.grad()}' \
		'    return [x.cuda() for x in make(ps) for y in x.parts()]' \
		'main()' 's = StepLR(SGD(p, lr=0.5), 3)' >own.py
	same '-n 9 @own.py' "-n 9 -l 0.5 'StepLR(o, 3)'"
}

@test "what raises is caught by the classes that Python has it in" {
	cat >caught.py <<-'END'
		def f(step):
		    try:
		        if step == 0: raise FileNotFoundError("x")
		        if step == 1: raise KeyboardInterrupt("x")
		        if step == 2: raise SystemExit("x")
		        if step == 3: raise RecursionError("x")
		        if step == 4: raise ModuleNotFoundError("x")
		        if step == 5: raise EOFError("x")
		        if step == 6: raise KeyError("x")
		    except KeyboardInterrupt: return 1
		    except LookupError: return 2
		    except RuntimeError: return 3
		    except OSError: return 4
		    except ImportError: return 5
		    except Exception: return 6
		    except BaseException: return 7
		    return 8
	END
	lrsched -q -n 8 @caught.py:f >out.csv
	"$PYTHON" - <<-'END'
		exec(open("caught.py").read())
		got = [float(x.split(",")[1]) for x in open("out.csv").read().split()[1:]]
		assert got == [f(i) for i in range(8)], (got, [f(i) for i in range(8)])
	END
}
