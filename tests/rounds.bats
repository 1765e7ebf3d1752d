#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Which loop's rounds the rows are, of texts that set the rate: as CPython runs
# them, with a stand-in for torch that prints the rate of each update.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	mkdir stand # what stands beside a script is the script's own
	cat >stand/torch.py <<-'END'
		class SGD:
		    def __init__(self, parameters, lr):
		        groups = parameters if parameters else [{}]
		        self.param_groups = [{'lr': lr, **g} for g in groups]
		    def step(self):
		        print(repr(self.param_groups[0]['lr']))
	END
	cat >head.py <<-'END'
		from torch import SGD
		optimizer = SGD(None, lr=0.4)
	END
}

# The text of standard input has the rates that CPython has for it.
follows() {
	cat head.py - >t.py
	PYTHONPATH=stand "$PYTHON" t.py >want
	[ "$(wc -l <want)" -ge 8 ]
	lrsched -Hq -n "$(wc -l <want)" -c lr @t.py >out
	diff out want
}

@test "a loop that looks for the rate of a round is no round" {
	follows <<-'END'
		milestones = [4, 4, 7]
		i = 0
		for epoch in range(9):
		    while i < len(milestones) and epoch >= milestones[i]:
		        for g in optimizer.param_groups:
		            g['lr'] *= 0.1
		        i += 1
		    optimizer.step()
	END
	follows <<-'END'
		class Adjuster:
		    def __init__(self, optimizer, rates, at):
		        self.optimizer, self.rates, self.at = optimizer, rates, at
		    def __call__(self, epoch):
		        for a, rate in zip(self.at, self.rates):
		            if epoch == a:
		                self.optimizer.param_groups[0]['lr'] = rate
		adjust = Adjuster(optimizer, [0.2, 0.1], [3, 5])
		for epoch in range(9):
		    adjust(epoch)
		    optimizer.step()
	END
	follows <<-'END'
		def set_rate(rate):
		    for g in optimizer.param_groups:
		        g['lr'] = rate
		for epoch in range(9):
		    for first, rate in {0: 0.3, 4: 0.03, 6: 0.003}.items():
		        if epoch >= first:
		            set_rate(rate)
		    optimizer.step()
	END
	follows <<-'END'
		class Decay:
		    def __init__(self, optimizer):
		        self.optimizer = optimizer
		    def step(self):
		        for g in self.optimizer.param_groups:
		            g['lr'] *= 0.9
		decay = Decay(optimizer)
		for epoch in range(9):
		    optimizer.step()
		    for _ in range(epoch % 3):
		        decay.step()
	END
}

@test "a loop within that trains is the one whose rounds count" {
	follows <<-'END'
		for epoch in range(3):
		    for i in range(4):
		        optimizer.param_groups[0]['lr'] = 0.4 / (1 + epoch * 4 + i)
		        optimizer.step()
	END
	follows <<-'END'
		def train_on(i):
		    optimizer.step()
		for epoch in range(3):
		    for i in range(4):
		        optimizer.param_groups[0]['lr'] *= 0.9
		        train_on(i)
	END
}

@test "what a failing loop has in it is looked at, and its failure told" {
	cat >callbacks.py <<-'END'
		class Warm:
		    def begin(self, tr):
		        for g in tr.optimizer.param_groups:
		            g['lr'] = tr.lr * (tr.epoch + 1)
		class Trainer:
		    def __init__(self, optimizer, lr, callbacks):
		        self.optimizer, self.lr = optimizer, lr
		        self.callbacks = callbacks
		    def fit(self, epochs):
		        for self.epoch in range(epochs):
		            for cb in self.callbacks:
		                cb.begin(self)
		            self.optimizer.step()
		def main():
		    optimizer = SGD(model.parameters(), lr=0.05)
		    lr = optimizer.param_groups[0]['lr']
		    Trainer(optimizer, lr, [Warm()]).fit(12)
		main()
	END
	run lrsched -H @callbacks.py
	[ "$status" -eq 0 ] || [[ $output == 'lrsched: callbacks.py:'*expected* ]]
	# A hook that takes no logs is none that Keras would call.
	sed -i 's/begin(self/on_epoch_&/' callbacks.py
	run lrsched -H @callbacks.py
	[[ $output != *'3 arguments'* ]]
}

@test "what is set of a schedule, and is lost, is told" {
	cat >set.py <<-'END'
		def main():
		    optimizer = SGD(model.parameters(), lr=0.4)
		    scheduler = LambdaLR(optimizer, lambda e: 0.5 ** e)
		    scheduler.base_lrs = [rate(x) for x in scheduler.base_lrs]
		    for epoch in range(9):
		        optimizer.step()
		        scheduler.step()
		main()
	END
	run -0 --separate-stderr lrsched -H @set.py
	[[ $stderr == *"'base_lrs' is set later to what is not known"* ]]
}

@test "groups of an optimizer have its rate before the first step" {
	follows <<-'END'
		class Warm:
		    def __init__(self, inner, n):
		        self.inner, self.n, self.i = inner, n, 0
		        self.first = inner.param_groups[0]['lr']
		    def step(self):
		        self.i += 1
		        for g in self.inner.param_groups:
		            g['lr'] = self.first * min(1.0, self.i / self.n)
		        self.inner.step()
		optimizer = Warm(optimizer, 5)
		for epoch in range(9):
		    optimizer.step()
	END
	follows <<-'END'
		first = [g['lr'] for g in optimizer.param_groups]
		for epoch in range(9):
		    for g, lr in zip(optimizer.param_groups, first):
		        g['lr'] = lr * 0.5 ** (epoch // 3)
		    optimizer.step()
	END
	# What a text keeps in them beside the rate is kept.
	follows <<-'END'
		for i, g in enumerate(optimizer.param_groups):
		    g['first'] = g['lr']
		    g['scale'] = 0.5
		for epoch in range(9):
		    for g in optimizer.param_groups:
		        g['lr'] = g['first'] * g['scale'] / (1 + epoch)
		    optimizer.step()
	END
	follows <<-'END'
		def rate(optimizer):
		    for g in optimizer.param_groups:
		        return g['lr']
		first = rate(optimizer)
		for epoch in range(9):
		    optimizer.param_groups[0]['lr'] = first * (1 - epoch / 9)
		    optimizer.step()
	END
	# A rate that is set is none that is read; -l is the optimizer's.
	follows <<-'END'
		for g in optimizer.param_groups:
		    g['lr'] = 0.2
		first = optimizer.param_groups[0]['lr']
		for epoch in range(9):
		    optimizer.param_groups[0]['lr'] = first * (1 - epoch / 9)
		    optimizer.step()
	END
	sed -i '/^for g/,+1d' t.py
	[ "$(lrsched -H -n 1 -l 7 @t.py)" = 0,7 ]
	# Once a schedule is made it has changed the rate.
	{
		cat head.py
		echo 's = LinearLR(optimizer, 0.1)'
		sed '1,2d' t.py
	} >made.py
	run -0 --separate-stderr lrsched -n 5 @made.py
	[[ $stderr == *'a loop sets the rate, too, beside the schedule'* ]]
}

@test "groups of each optimizer are its own before the first step" {
	follows <<-'END'
		other = SGD(None, lr=0.9)
		optimizer.param_groups[0]['scale'] = 0.5
		first = other.param_groups[0]['lr']
		other.param_groups[0]['scale'] = 0.3
		optimizer.param_groups[0]['lr'] = first / 2
		for epoch in range(9):
		    optimizer.step()
		    g = optimizer.param_groups[0]
		    g['lr'] = g['scale'] * 0.5 ** epoch
	END
	# What began otherwise than the rate that is set is what it began with.
	follows <<-'END'
		for g in optimizer.param_groups:
		    g['initial_lr'] = g['lr']
		    g['lr'] = 0.01
		for epoch in range(9):
		    optimizer.step()
		    for g in optimizer.param_groups:
		        g['lr'] = g['initial_lr'] * 0.5 ** epoch
	END
	follows <<-'END'
		optimizer = SGD([{'n': 1}, {'n': 2, 'lr': 0.1}], lr=0.4)
		last = optimizer.param_groups[-1]['lr']
		for epoch in range(9):
		    optimizer.step()
		    optimizer.param_groups[0]['lr'] = last * 0.5 ** epoch
	END
	# Set by another name, which groups that were asked for have, too.
	follows <<-'END'
		before = optimizer.param_groups[0]['lr']
		group = optimizer.param_groups[0]
		group['lr'] = before / 8
		first = optimizer.param_groups[0]['lr']
		for epoch in range(9):
		    optimizer.step()
		    optimizer.param_groups[0]['lr'] = first * 0.5 ** epoch
	END
}

# The text of standard input, and a loop, has no rate that is said silently.
loses() {
	{
		cat head.py -
		printf '%s\n' 'for epoch in range(9):' '    optimizer.step()' \
			'    optimizer.param_groups[0]["lr"] *= 0.5'
	} >t.py
	run -2 --separate-stderr lrsched -n 9 @t.py
	[ -n "$stderr" ]
}

@test "what is done to groups and is not followed is no rate" {
	# A name that a loop leaves has a group still; so has a function.
	loses <<-'END'
		for g in optimizer.param_groups:
		    pass
		g['lr'] = 0.3
	END
	loses <<-'END'
		now = [lambda: g['lr'] for g in optimizer.param_groups]
		optimizer.param_groups[0]['lr'] = 0.2
		optimizer.param_groups[0]['lr'] = now[0]() / 2
	END
	loses <<-'END'
		def set_rate(group, lr):
		    group['lr'] = lr
		for g in optimizer.param_groups:
		    set_rate(g, 0.3)
	END
	# Statements that cannot be run, or take another way to a group.
	loses <<<"optimizer.param_groups[0]['lr'] = optimizer.saved[0] * 2"
	loses <<-'END'
		for g in optimizer.param_groups:
		    if optimizer.saved[0] > 2:
		        g['lr'] = 0.3
	END
	loses <<-'END'
		for i, (g, lr) in enumerate(zip(optimizer.param_groups, [0.1])):
		    g['lr'] = lr
	END
	loses <<<"optimizer.param_groups[0] = {'lr': 0.25}"
	loses <<<"optimizer.param_groups = [{'lr': 0.25}]"
	# How many there are is not always seen.
	loses <<-'END'
		n = len(optimizer.param_groups)
		optimizer.param_groups[0]['lr'] = 0.3 / n
	END
	loses <<-'END'
		total = sum(g['lr'] for g in optimizer.param_groups)
		optimizer.param_groups[0]['lr'] = total
	END
	follows <<-'END'
		rates = [0.3] * len(optimizer.param_groups)
		for i in range(len(optimizer.param_groups)):
		    optimizer.param_groups[i]['lr'] = rates[i]
		for epoch in range(9):
		    optimizer.step()
		    optimizer.param_groups[0]['lr'] *= 0.5
	END
	# The base is what -l says, and not what a text makes of groups.
	printf '%s\n' 'opt = SGD(p, lr=0.4)' 'for g in opt.param_groups:' \
		"    g['lr'] *= 0.5" 's = LinearLR(opt, 0.5)' >base.py
	[ "$(lrsched -qH -n 1 @base.py)" = 0,0.1 ]
	run -0 --separate-stderr lrsched -n 1 -l 7 @base.py
	[[ $stderr == *'sets the rate of groups before: the base is -l LR'* ]]
}

@test "methods of the object whose method trains set the rate of its rounds" {
	follows <<-'END'
		class Trainer:
		    def __init__(self, optimizer):
		        self.optimizer, self.slow = optimizer, 5
		    def tune(self, i):
		        for g in self.optimizer.param_groups:
		            g['lr'] = 0.4 / (i + self.slow)
		    def one(self, i):
		        self.tune(i)
		        self.optimizer.step()
		    def fit(self, n):
		        for i in range(n):
		            self.one(i)
		def main():
		    Trainer(optimizer).fit(9)
		main()
	END
	follows <<-'END'
		class Base:
		    def fit(self, n):
		        for self.epoch in range(n):
		            self.begin()
		            self.optimizer.step()
		    def begin(self):
		        pass
		class Warm(Base):
		    def begin(self):
		        lr = 0.4 * min(1, (self.epoch + 1) / 4)
		        self.optimizer.param_groups[0]['lr'] = lr
		warm = Warm()
		warm.optimizer = optimizer
		warm.fit(9)
	END
}

@test "a group that a name has is set by that in rounds" {
	follows <<-'END'
		group = optimizer.param_groups[0]
		for epoch in range(9):
		    group['lr'] = 0.4 / (1 + epoch)
		    optimizer.step()
	END
	# Of which optimizer it is has to be known.
	sed -i '3i other = SGD(None, lr=0.1)' t.py
	run lrsched -H -n 9 -c lr @t.py
	[ "$status" -eq 2 ] || diff <(echo "$output") want
	run -0 --separate-stderr lrsched -n 9 'opt = SGD(p, lr=1)
s = StepLR(opt, 3)
opt.param_groups[0]["lr"] *= 0.5'
	[[ $stderr == *'sets the rate behind the schedule'* ]]
}

@test "texts of many lines are looked at for so long, and that is told" {
	awk 'BEGIN {
		print "def rate(e):\n    x = 1"
		for (i = 0; i < 3000; i++) print "    x = x + a" i " * 0"
		print "    return 0.9 ** e"
		for (i = 0; i < 3000; i++) print "a" i " = 1"
		print "s = LambdaLR(SGD(p, lr=1), rate)\nfor epoch in range(9):"
		for (i = 0; i < 3000; i++) print "    b" i " = epoch"
		print "    optimizer.step()\n    s.step()"
	}' >long.py
	run -0 --separate-stderr lrsched -n 3 @long.py
	[[ $stderr == *'the text is long: whether'* ]]
}

@test "epochs of stages are rounds, one after the other" {
	follows <<-'END'
		for epochs, lr in ((4, 0.3), (3, 0.2), (2, 0.1)):
		    for g in optimizer.param_groups:
		        g['lr'] = lr
		    for epoch in range(epochs):
		        optimizer.step()
	END
	follows <<-'END'
		stages = [dict(lr=0.3, n=4), dict(lr=0.1, n=5)]
		for i, stage in enumerate(stages):
		    optimizer.param_groups[0]['lr'] = stage['lr']
		    for epoch in range(stage['n']):
		        optimizer.step()
		        optimizer.param_groups[0]['lr'] *= 0.9
	END
}

@test "what a schedule's function uses of what the training sets is told" {
	cat >state.py <<-'END'
		class State: epoch = 0
		scheduler = LambdaLR(SGD(p, lr=0.4), lambda _: 0.5 ** State.epoch)
		for epoch in range(9):
		    State.epoch = epoch
		    optimizer.step()
		    scheduler.step()
		    note(scheduler)
	END
	run -0 --separate-stderr lrsched @state.py
	[[ $stderr == *"uses 'State.epoch', which the training sets"* ]]
	sed -i 's/    State.epoch = epoch/    state = epoch/' state.py
	run -0 --separate-stderr lrsched -n 9 @state.py
	[[ $stderr != *'which the training sets'* ]]
	# A step of another is not followed, and one before the loop is told.
	refuses "*'step' changes what is made already*" -n 9 \
		's = StepLR(SGD(p, lr=1), 3)
s.step = lambda: None'
	printf '%s\n' 'opt = SGD(p, lr=1)' 's = StepLR(opt, 3)' 'opt.step()' \
		's.step()' 'for epoch in range(9):' '    opt.step()' \
		'    s.step()' >early.py
	same '-n 9 @early.py' '-n 9 "lambda t: 0.1 ** ((t + 1) // 3)"'
}

@test "a schedule that rounds make anew is told, whatever makes it" {
	local made
	for made in 'StepLR(optimizer, 2)' "getattr(lr_scheduler, 'StepLR')(optimizer, 2)"; do
		cat >anew.py <<-END
			optimizer = SGD(p, lr=0.4)
			for phase in range(2):
			    scheduler = $made
			    for epoch in range(5):
			        optimizer.step()
			        scheduler.step()
		END
		run -0 --separate-stderr lrsched @anew.py
		[[ $stderr == *'each round of line 2 makes the schedule anew'* ]]
	done
}

# What timm's documentation says: the rate of the number that one is given.
@test "timm's schedules have the rate of the number that they are given" {
	local given lr
	lr='0.001 + (0.1 - 0.001) * t / 5 if t < 5 else 1e-4 + (0.1 - 1e-4) * (1 + math.cos(math.pi * t / 40)) / 2'
	for given in 'step(epoch + 1):t' 'step(epoch):max(0, t - 1)' \
		'step(epoch + 1, loss):t' 'step(2 * epoch):max(0, 2 * t - 2)'; do
		cat >train.py <<-END
			optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
			s = timm.scheduler.CosineLRScheduler(optimizer, t_initial=40,
			    warmup_t=5, warmup_lr_init=1e-3, lr_min=1e-4)
			for epoch in range(20):
			    for x, y in loader:
			        loss = net(x, y)
			        loss.backward()
			        optimizer.step()
			    s.${given%:*}
		END
		lrsched @train.py >got.csv
		"$PYTHON" -c "import math
rule = lambda t: $lr
for line in list(open('got.csv'))[1:]:
    t, got = int(line.split(',')[0]), float(line.split(',')[1])
    assert abs(got - rule(${given#*:})) < 1e-12, (t, got)"
	done
}
