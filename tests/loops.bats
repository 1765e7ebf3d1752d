#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Training loops that set the rate themselves, and lines of a function that
# were pasted without its head.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "a loop that sets the rate of groups is the schedule" {
	cat >group.py <<-'END'
		args = tyro.cli(Args)
		optimizer = optim.Adam(agent.parameters(), lr=2e-4, eps=1e-5)
		for iteration in range(1, 51):
		    if True:
		        frac = 1.0 - (iteration - 1.0) / 50
		        optimizer.param_groups[0]["lr"] = frac * 2e-4
		    for step in range(0, args.num_steps):
		        next_obs, reward = envs.step(action)
		    optimizer.step()
	END
	same '-n 50 @group.py' "-n 50 'lambda t: (1.0 - t / 50) * 2e-4'"
	same '@group.py' '-n 50 @group.py'
	run -2 --separate-stderr lrsched -n 60 @group.py
	[[ $stderr == *'has 50 rounds'* ]]
}

@test "variables, setattr and update set the rate as well" {
	printf '%s\n' 'opt = keras.optimizers.Adam(1e-3)' 'lr = opt.lr' \
		'for step in range(20):' '    lr.assign(1e-3 * 0.5 ** step)' \
		'    train_step()' >alias.py
	sed -e '/^lr =/d' -e 's/lr\.assign(\(.*\))/opt.learning_rate = \1/' \
		alias.py >set.py
	sed -e '/^lr =/d' -e 's/lr\.assign(/K.set_value(opt.lr, /' \
		alias.py >backend.py
	sed -e '/^lr =/d' -e 's/lr\.assign(/setattr(opt, "learning_rate", /' \
		alias.py >attr.py
	for f in alias set backend attr; do
		same "-n 20 @$f.py" "-n 20 'lambda t: 1e-3 * 0.5 ** t'"
	done
	printf '%s\n' 'for epoch in range(20):' \
		'    for g in optimizer.param_groups:' \
		'        g.update({"lr": 1e-3 * 0.5 ** epoch})' >update.py
	same '-n 20 @update.py' "-n 20 'lambda t: 1e-3 * 0.5 ** t'"
}

@test "what is set behind the training is the next round's" {
	cat >late.py <<-'END'
		max_iter = 300
		opt = SGD(net.parameters(), lr=0.01)
		iter_num = 0
		for epoch_num in tqdm(range(max_epoch), ncols=70):
		    for i, batch in enumerate(loader):
		        volume, label = batch['image'], batch['label']
		        outputs = net(volume)
		        loss = criterion(outputs, label)
		        loss.backward()
		        opt.step()
		        lr_ = 0.01 * (1.0 - iter_num / max_iter) ** 0.9
		        for g in opt.param_groups:
		            g['lr'] = lr_
		        iter_num = iter_num + 1
		        if iter_num >= max_iter:
		            break
	END
	refused -n 300 @late.py
	[[ $stderr == *"'max_epoch'"*"'loader'"* ]]
	want="lambda t: 0.01 * (1.0 - max(t - 1, 0) / 300) ** 0.9"
	same '-n 300 -D max_epoch=40 -D loader=8 @late.py' "-n 300 '$want'"
	same '-n 300 -e 8 -H -D max_epoch=40 @late.py' \
		"-n 300 -e 8 -H '$want'"
}

@test "a rate that is multiplied begins with the optimizer's" {
	cat >times.py <<-'END'
		def main():
		    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr)
		    best = None
		    for epoch in range(30):
		        loss = train(model, optimizer, epoch)
		        if loss > 4 * best:
		            break
		        if epoch in (9, 19):
		            decay(optimizer, 0.1)
		def decay(optimizer, factor):
		    for group in optimizer.param_groups:
		        group['lr'] *= factor
		main()
	END
	refused -n 30 @times.py
	[[ $stderr == *"no value for 'args.lr'"* ]]
	lrsched -H -D args.lr=0.5 --at 0,9,10,19,20,29 -n 30 @times.py >got
	printf '%s\n' 0,0.5 9,0.5 10,0.05 19,0.05 20,0.005000000000000001 \
		29,0.005000000000000001 | cmp - got
	# Without an optimizer nobody knows what it begins with.
	sed -e '/torch.optim/d' -e "s/\*= factor/= 0.1 * factor/" times.py >no.py
	refused -n 30 @no.py
	[[ $stderr == *'begins with is not known'*'-l LR'* ]]
}

@test "while loops and epochs" {
	printf '%s\n' 'optimizer = optim.SGD(net.parameters(), lr=1.0)' \
		'step = 0' 'while True:' '    for g in optimizer.param_groups:' \
		'        g["lr"] = 1.0 / (1 + step)' '    step += 1' \
		'    if step > 99: break' >while.py
	same '-n 100 @while.py' "-n 100 'lambda t: 1.0 / (1 + t)'"
	printf '%s\n' 'opt = SGD(net.parameters(), lr=1.0)' \
		'for epoch in range(12):' '    opt.lr = 0.5 ** epoch' >epoch.py
	same '-n 12 -e 3 --count epoch @epoch.py' \
		"-n 12 -e 3 --count epoch 'lambda epoch: 0.5 ** epoch'"
}

@test "a loop that sets the rate beside a schedule is followed, or told" {
	cat >both.py <<-'END'
		optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
		scheduler = CosineLRScheduler(optimizer, t_initial=90)
		for epoch in range(100):
		    if epoch < 10:
		        for g in optimizer.param_groups:
		            g["lr"] = 0.1 * (epoch + 1) / 10
		    train(epoch)
		    scheduler.step(epoch + 1)
	END
	same '-n 90 @both.py' "-n 90 'lambda t: 0.1 * (t + 1) / 10 if t < 10 else 0.05 * (1 + math.cos(math.pi * t / 90))'"
	sed -i 's/CosineLRScheduler(optimizer, t_initial=90)/NoamLR(optimizer, 64, 9)/' both.py
	run -0 --separate-stderr lrsched -n 90 @both.py
	[[ $stderr == *'a loop sets the rate, too'* ]]
}

@test "what decides about the rate and is not known is asked for" {
	printf '%s\n' 'optimizer = optim.SGD(net.parameters(), lr=1.0)' \
		'for it in range(9):' '    if args.anneal:' \
		'        optimizer.param_groups[0]["lr"] = 1 - it / 9' >if.py
	refused -n 9 @if.py
	[[ $stderr == *"no value for 'args.anneal'"* ]]
	same '-n 9 -D args.anneal=True @if.py' "-n 9 'lambda t: 1 - t / 9'"
	# Two loops are no schedule.
	printf '%s\n' 'optimizer = optim.SGD(net.parameters(), lr=1.0)' \
		'for i in range(9):' '    optimizer.lr = 1.0' \
		'for i in range(9):' '    optimizer.lr = 0.5' >two.py
	refused -n 9 @two.py
	[[ $stderr == *'two loops set the rate'* ]]
}

@test "lines of a function without its head" {
	cat >lines.py <<-'END'
		    progress = step / total_steps
		    if step < warmup:
		        lr = base_lr * step / warmup
		    else:
		        lr = base_lr * (1 - progress)
		    optimizer.learning_rate.assign(lr)
	END
	refused -n 9 @lines.py
	[[ $stderr == *"'total_steps'"*"'warmup'"*"'base_lr'"* ]]
	want="lambda t: 2 * t / 3 if t < 3 else 2 * (1 - t / 9)"
	args='-D total_steps=9 -D warmup=3 -D base_lr=2'
	same "-n 9 $args @lines.py" "-n 9 '$want'"
	sed '/assign/d' lines.py >value.py
	same "-n 9 $args @value.py" "-n 9 '$want'"
	printf '%s\n' 'if epoch < 5:' '    return 0.1' 'return 0.01' >return.py
	same '-n 9 @return.py' "-n 9 'lambda t: 0.1 if t < 5 else 0.01'"
	# A mistake is shown where it stands.
	printf '%s\n' 'x = step / 9' 'lr = 0.1 * other(x)' >bad.py
	refused -n 9 @bad.py
	[[ $stderr == *'bad.py:2:'*other* ]]
}

@test "a model that is called as Darknet's section is no schedule" {
	printf '%s\n' 'opt = SGD(net.parameters(), lr=1.0)' \
		'sched = torch.optim.lr_scheduler.StepLR(opt, 3)' \
		'out = net(batch)' >net.py
	same '-n 9 @net.py' "-n 9 -l 1 'StepLR(opt, 3)'"
}

@test "a function of the step beside an optimizer of a constant rate" {
	printf '%s\n' 'model.compile(optimizer=keras.optimizers.Adam(1.0))' \
		'def f(step):' '    return 0.5 ** step' >beside.py
	same '-q -n 9 @beside.py' "-n 9 'lambda t: 0.5 ** t'"
	run -0 --separate-stderr lrsched -n 9 @beside.py
	[[ $stderr == *'f(step) is taken for the rate'* ]]
	# What trains is no rate.
	sed 's/0.5 \*\* step/train(step)/' beside.py >train.py
	same '-n 9 @train.py' '-n 9 -l 1 constant'
}

@test "functions call schedules for a step" {
	cat >call.py <<-'END'
		import optax
		sched = optax.linear_schedule(1.0, 0.0, 8)
		def get_lr(step):
		    return 0.5 * sched(step)
	END
	same '-n 8 @call.py' "-n 8 'lambda t: 0.5 * (1 - t / 8)'"
	printf '%s\n' 'tx = optax.adam(get_lr)' >>call.py
	same '-n 8 @call.py' "-n 8 'lambda t: 0.5 * (1 - t / 8)'"
	cat >warm.py <<-'END'
		class WarmUp(keras.optimizers.schedules.LearningRateSchedule):
		    def __init__(self, lr, decay, steps, name=None):
		        self.lr, self.decay, self.steps = lr, decay, steps
		        self.name = name
		    def __call__(self, step):
		        with tf.name_scope(self.name or "WarmUp") as name:
		            x = tf.cast(step, tf.float32)
		            return tf.cond(x < self.steps,
		                lambda: self.lr * x / self.steps,
		                lambda: self.decay(step - self.steps), name=name)
		decay = keras.optimizers.schedules.PolynomialDecay(1.0, 8, 0.0)
		lr = WarmUp(1.0, decay, 4)
	END
	same '-n 12 @warm.py' \
		"-n 12 'lambda t: t / 4 if t < 4 else 1 - (t - 4) / 8'"
	# What computes with one is not read over.
	printf '%s\n' 'lr = tf.train.exponential_decay(1.0, global_step, 5, 0.5)' \
		'lr = tf.maximum(lr, 0.1)' 'opt = tf.train.AdamOptimizer(lr)' \
		>floor.py
	refused -n 9 @floor.py
	[[ $stderr == *'computed with'* ]]
}

@test "a method of rates of the text's last class" {
	cat >method.py <<-'END'
		class Trainer(Base):
		    def __init__(self, args):
		        self.optimizer = SGD(self.net.parameters(), lr=args.lr)
		    def adjust_lr(self, epoch):
		        x = self.other * 3
		        for g in self.optimizer.param_groups:
		            g["lr"] = 0.5 ** epoch
	END
	same '-n 9 @method.py' "-n 9 'lambda epoch: 0.5 ** epoch'"
}

@test "epochs of LearningRateScheduler are held for -e steps" {
	same "-n 12 -e 3 'LearningRateScheduler(lambda epoch: 0.5 ** epoch)'" \
		"-n 12 -e 3 'lambda t: 0.5 ** (t // 3)'"
}

@test "ESPnet's YAML, and a dict that nobody knows" {
	printf '%s\n' 'optim: adam' 'optim_conf:' '    lr: 0.002' \
		'scheduler: warmuplr' 'scheduler_conf:' '    warmup_steps: 10' >e.yaml
	same '-n 20 @e.yaml' "-n 20 -l 0.002 'espnet.WarmupLR(None, 10)'"
	run -0 --separate-stderr lrsched -n 9 \
		'TrainingArguments("o", max_steps=9, **extra)'
	[[ $stderr == *'what extra holds is not known'* ]]
}

# noted WORDS ARG... - lrsched ARG... remarks WORDS
noted() {
	local words=$1
	shift
	run -0 --separate-stderr lrsched "$@"
	[[ $stderr == *"$words"* ]] || { echo "no '$words' in: $stderr"; false; }
}

@test "what else drives the optimizer is remarked" {
	for how in 'from utils import WarmUpLR' 'class WarmUpLR(_LRScheduler):
	    def get_lr(self):
	        return [b * self.last_epoch / 9 for b in self.base_lrs]'; do
		printf '%s\n' "${how//$'\t'/}" \
			'optimizer = SGD(net.parameters(), lr=0.1)' \
			'sched = MultiStepLR(optimizer, [6, 12], 0.2)' \
			'warm = WarmUpLR(optimizer)' >two.py
		noted "'warm' is given the optimizer, too: what WarmUpLR()" \
			-n 9 @two.py
	done
	# In a function, and where it is given the schedule.
	printf '%s\n' 'class Warm:' '    def __init__(self, o, s):' \
		'        self.o, self.s = o, s' '    def step(self):' \
		'        self.s.step()' 'def main():' \
		'    optimizer = SGD(net.parameters(), lr=0.1)' \
		'    sched = CosineAnnealingLR(optimizer, 9)' \
		'    sched = Warm(optimizer, sched)' 'main()' >main.py
	noted 'what Warm() does is not shown' -n 9 @main.py
	# What is none, or does not run.
	printf '%s\n' 'optimizer = Lookahead(SGD(net.parameters(), lr=0.1))' \
		'ema_sched = Ema(model)' 'if False:' \
		'    warm = WarmUpLR(optimizer, 9)' \
		'sched = StepLR(optimizer, 3)' >one.py
	run -0 --separate-stderr lrsched -n 9 @one.py
	[ -z "$stderr" ]
}

@test "what a text steps once an epoch is remarked where -e counts steps" {
	printf '%s\n' 'optimizer = SGD(net.parameters(), lr=0.1)' \
		'sched = StepLR(optimizer, 3)' 'for EPOCH in range(9):' \
		'    for x in loader:' '        optimizer.step()' \
		'    sched.step()' >by.py
	for loop in 'epoch in range(9)' 'e in range(1, args.epochs + 1)'; do
		sed "s/EPOCH in range(9)/$loop/" by.py >epoch.py
		noted "steps 'sched' once an epoch" -e 4 -n 20 @epoch.py
		for more in '-n 9' '-n 9 -e 4 --count epoch'; do
			# shellcheck disable=SC2086 # arguments
			run -0 --separate-stderr lrsched $more @epoch.py
			[[ $stderr != *once* ]]
		done
	done
	sed 's/EPOCH/epoch/; s/^    sched/        sched/' by.py >step.py
	run -0 --separate-stderr lrsched -e 4 -n 20 @step.py
	[[ $stderr != *once* ]]
	sed 's/EPOCH.*/i in range(epochs * steps_per_epoch):/' by.py >all.py
	run -0 --separate-stderr lrsched -e 4 -n 20 @all.py
	[[ $stderr != *once* ]]
	noted "'epoch' is the step here; expected --count epoch" -e 4 -n 20 \
		'def lr(epoch): return 0.5 ** epoch'
	run -0 --separate-stderr lrsched -e 4 -n 5 --count epoch \
		'def lr(epoch): return 0.5 ** epoch'
	[ -z "$stderr" ]
}

@test "a loop of more rounds than can be run names the way out" {
	printf '%s\n' 'for it in range(600000):' \
		'    for group in optimizer.param_groups:' \
		'        group["lr"] = 0.5 * (1 - it / 600000)' \
		'    optimizer.step()' >long.py
	run -2 lrsched @long.py
	[[ $output == *'expected -n N, the first of them'* ]]
	run -0 lrsched -H -n 2 @long.py
	[ "${lines[*]}" = '0,0.5 1,0.49999916666666666' ]
}

# The oracle runs the same text: what stands for PyTorch keeps each round's rate.
@test "an object that a loop steps gives each round the rate it has" {
	cat >own.py <<-'END'
		class WarmupCosine:
		    def __init__(self, optimizer, warmup, total, base, ratio=0.1):
		        self.optimizer = optimizer
		        self.warmup, self.total, self.base = warmup, total, base
		        self.low = base * ratio
		        self.epoch = 0

		    def step(self):
		        self.epoch += 1
		        if self.epoch <= self.warmup:
		            lr = self.base * self.epoch / self.warmup
		        else:
		            part = (self.epoch - self.warmup) / max(self.total - self.warmup, 1)
		            lr = self.low + 0.5 * (self.base - self.low) * (1 + math.cos(math.pi * part))
		        for group in self.optimizer.param_groups:
		            group["lr"] = lr
		        return lr

		def train_epoch(model, loader, optimizer):
		    for batch in loader:
		        loss = model(batch)
		        loss.backward()
		        optimizer.step()

		def main():
		    cfg = {"epochs": 12, "warmup": 4, "lr": 3e-4}
		    optimizer = torch.optim.AdamW(model.parameters(), lr=cfg["lr"])
		    schedule = WarmupCosine(optimizer, cfg["warmup"], cfg["epochs"], cfg["lr"])
		    best = 0.0
		    for epoch in range(cfg["epochs"]):
		        train_epoch(model, loader, optimizer)
		        metrics = evaluate(model)
		        schedule.step()
		        if metrics["score"] > best:
		            best = metrics["score"]

		if __name__ == "__main__":
		    main()
	END
	cat >oracle.py <<-'END'
		import math, sys
		from types import SimpleNamespace as S
		rates = []
		class Opt:
		    def __init__(self, params, lr): self.param_groups = [{"lr": lr}]
		    def step(self): rates.append(self.param_groups[0]["lr"])
		torch = S(optim=S(AdamW=Opt))
		class Model:
		    def parameters(self): return []
		    def __call__(self, x): return S(backward=lambda: None)
		model, loader, evaluate = Model(), [0], lambda m: {"score": 0}
		exec(open(sys.argv[1]).read())
		for i, x in enumerate(rates): print(f"{i},{x!r}")
	END
	"$PYTHON" oracle.py own.py >wanted
	lrsched -H @own.py | cmp - wanted
	# Stepped first, a round has what that sets.
	sed -e '/^        schedule.step()/d' \
		-e 's/^        train_epoch(/        schedule.step()\n&/' own.py >first.py
	"$PYTHON" oracle.py first.py >wanted
	lrsched -H @first.py | cmp - wanted
	! cmp -s <(lrsched -H @own.py) <(lrsched -H @first.py)
}

@test "an object may set the rate by a method of any name" {
	cat >object.py <<-'END'
		class LR:
		    def __init__(self, optimizer, base):
		        self.optimizer, self.base, self.n = optimizer, base, 0
		    def update(self):
		        self.n += 1
		        for group in self.optimizer.param_groups:
		            group["lr"] = self.base / (1 + 0.5 * self.n)
		optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
		adjuster = LR(optimizer, 0.1)
		for epoch in range(8):
		    for x in loader:
		        criterion(model(x)).backward()
		        optimizer.step()
		    adjuster.update()
	END
	same '@object.py' "-n 8 'lambda t: 0.1 / (1 + 0.5 * t)'"
	# One that asks for what is not known leaves the rate alone: it is told.
	cat >main.py <<-'END'
		class LR:
		    def __init__(self, optimizer):
		        self.optimizer, self.n = optimizer, 0
		        self.base = [g["lr"] for g in optimizer.param_groups]
		        self.put()
		    def put(self):
		        for group, base in zip(self.optimizer.param_groups, self.base):
		            group["lr"] = base / (1 + self.n)
		    def step(self):
		        self.n += 1
		        self.put()
		def main():
		    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
		    adjuster = LR(optimizer)
		    for epoch in range(8):
		        train()
		        adjuster.step()
		main()
	END
	lrsched @main.py >out.csv 2>err
	cut -d, -f2 out.csv | grep -q 0.05 || grep -q 'leaves the rate as it is' err
}

@test "what a def does is not done where it stands" {
	cat >fit.py <<-'END'
		class Trainer:
		    def __init__(self, lr):
		        self.opt = SGD(net.parameters(), lr=lr)
		        self.sched = StepLR(self.opt, 3)
		    def fit(self):
		        for epoch in range(9):
		            self.run()
		            self.sched.step()
		    def run(self):
		        for x in loader:
		            loss(x).backward()
		            self.opt.step()
		Trainer(0.1).fit()
	END
	lrsched -n 9 @fit.py 2>&1 >out.csv | { ! grep -q 'before it trains'; }
	sed -i -e '/^            self.sched/d' \
		-e 's/^            self.run()/            self.sched.step(); self.opt.step()/' fit.py
	same '-n 9 @fit.py' '-n 9 "lambda t: 0.1 * 0.1 ** ((t + 1) // 3)"'
}

@test "a schedule that a round steps early or late is told" {
	local at
	printf '%s\n' 'opt = SGD(m.parameters(), lr=0.1)' \
		's = StepLR(opt, 3)' 'for epoch in range(9):' '    s.step()' \
		'    for x in loader:' '        opt.step()' >top.py
	same '-n 9 @top.py' '-n 9 "lambda t: 0.1 * 0.1 ** ((t + 1) // 3)"'
	printf '%s\n' 'def make(o):' '    return CosineLRScheduler(o, 10)' \
		'opt = SGD(m.parameters(), lr=0.1)' 's = make(opt)' \
		'for epoch in range(10):' '    for x in loader:' \
		'        opt.step()' '    s.step(epoch)' >late.py
	same '-n 10 @late.py' "-n 10 'lambda t: 0.05 * (1 + math.cos(math.pi * max(0, t - 1) / 10))'"
	for at in 's/step(epoch)/step(epoch + 1)/' 's/range(10)/range(1, 11)/'; do
		sed "$at" late.py >on.py
		run -0 --separate-stderr lrsched -n 10 @on.py
		[ -z "$stderr" ]
	done
}

# The loop gives the function what it needs, from the round that it begins with.
@test "a condition that nobody knows on a round's step is told" {
	printf '%s\n' 'opt = SGD(net.parameters(), lr=0.1)' 's = StepLR(opt, 2)' \
		'best = 0' 'for epoch in range(9):' \
		'    for x in loader:' '        opt.step()' \
		'    if evaluate(net) > best:' '        s.step()' >t.py
	run lrsched -c lr -H -n 3 @t.py
	[ "$status" -eq 0 ]
	[[ $output == *"whether line 7 steps the schedule in a round is not known: rows are its steps"* ]]
	# One that may train as well says nothing of the schedule alone.
	sed -i 's/^        s.step()/        opt.step(); s.step()/; /for x/,+1d' t.py
	run lrsched -c lr -H -n 3 @t.py
	[ "$status" -eq 0 ]
	[[ $output != *"whether line"* ]]
}

@test "what rounds do that rows do not show is told" {
	local over made='opt = SGD(net.parameters(), lr=0.1)
s = StepLR(opt, 2)'
	printf '%s\n' "$made" 'for epoch in range(3):' '    opt.step()' \
		'for epoch in range(8):' '    opt.step()' '    s.step()' >before.py
	noted 'the loop in line 3 trains before, with no rows' @before.py
	for over in 'i in range(8)' 'i, x in enumerate(loader)'; do
		printf '%s\n' "$made" "for $over:" '    loss.backward()' \
			'    if (i + 1) % 2 == 0:' '        opt.step()' '    s.step()' >some.py
		noted "line 5 trains in some rounds only: rows are the schedule's steps" -n 8 @some.py
	done
	printf '%s\n' 'a = SGD(net.parameters(), 0.1)' 'b = Adam(net.parameters())' \
		's = StepLR(a, 2)' 'for i in range(8):' '    b.step()' '    s.step()' >other.py
	noted "no round of the loop in line 4 steps the schedule's optimizer" @other.py
	printf '%s\n' "$made" 'best = opt.state_dict()' 'for i in range(8):' \
		'    opt.step()' '    s.step()' '    if i == 4:' \
		'        opt.load_state_dict(best)' >load.py
	noted 'line 8 loads a state in a round, which is not followed' @load.py
	printf '%s\n' "$made" 't = OneCycleLR(opt, 0.1, 20)' \
		't2 = OneCycleLR(opt, 0.1, 20)' 'for i in range(8):' \
		'    opt.step()' '    for each in [t, t2]:' \
		'        each.step()' | grep -v StepLR >several.py
	noted 'several schedules are stepped, which is not followed' -n 8 @several.py
}

@test "a function that only its loop gives its values is called by that" {
	cat >decay.py <<-'END'
		def parse():
		    parser = argparse.ArgumentParser()
		    parser.add_argument("--epochs", type=int, default=12)
		    parser.add_argument("--rate", type=float, default=0.06)
		    parser.add_argument("--falls", default="5,8")
		    opt = parser.parse_args()
		    opt.falls = [int(x) for x in opt.falls.split(",")]
		    return opt

		def adjust_learning_rate(epoch, opt, optimizer):
		    lr = opt.rate
		    for at in opt.falls:
		        lr *= 0.2 if epoch >= at else 1.0
		    for group in optimizer.param_groups:
		        group["lr"] = lr

		def main():
		    opt = parse()
		    optimizer = optim.SGD(model.parameters(), lr=opt.rate)
		    for epoch in range(1, opt.epochs + 1):
		        adjust_learning_rate(epoch, opt, optimizer)
		        train_one_epoch(loader, model, optimizer)

		main()
	END
	same '-n 12 @decay.py' \
		"'lambda t: .06 * .2 ** ((t + 1 >= 5) + (t + 1 >= 8))' -n 12"
	# The end of a name is another name.
	sed 's/optimizer/my_opt/g' decay.py >ends.py
	same '-n 12 @ends.py' '-n 12 @decay.py'
	cat >long.py <<-'END'
		def get_lr(peak, it, warmup, total):
		    if it < warmup:
		        return peak * it / warmup
		    return peak * 0.5 * (1 + math.cos(math.pi * (it - warmup) / (total - warmup)))

		optimizer = AdamW(ps, lr=0.5)
		for step in range(3000):
		    lr = get_lr(optimizer.defaults["lr"], step, 100, 3000)
		    for group in optimizer.param_groups:
		        group["lr"] = lr
		    for micro in range(8):
		        loss = model(next(batches))
		        loss.backward()
		    optimizer.step()
	END
	same '-n 3000 @long.py' \
		"-n 3000 'lambda t: .5 * t / 100 if t < 100 else .5 * .5 * (1 + math.cos(math.pi * (t - 100) / 2900))'"
}

@test "what takes long in each round, and sets no rate, is left in time" {
	skip_if_sanitized 'long, and no more seen than in shorter ones'
	cat >inner.py <<-'END'
		optimizer = Adam(ps, lr=0.5)
		for update in range(1, 1001):
		    optimizer.param_groups[0]["lr"] = (1.0 - (update - 1.0) / 1000) * 0.5
		    for step in range(2000):
		        seen = step
		        while step > 10**9: step -= 1
		    for epoch in range(4):
		        for start in range(0, 4096, 64):
		            optimizer.step()
	END
	same '-n 1000 @inner.py' "-n 1000 'lambda t: (1.0 - t / 1000) * 0.5'"
	# What it would have counted is not known then.
	sed -i -e '1i n = 0' -e 's/seen = step/n += 1/; s/(update - 1.0)/n/' inner.py
	refused -n 1000 @inner.py
}

@test "a function has what the loop's call of it gives, not its defaults" {
	cat >call.py <<-'END'
		total = 40
		def get_lr(step, total_steps=1000, base=1e-3, power=1):
		    return base * (1 - step / total_steps) ** power
		opt = torch.optim.Adam(m.parameters(), lr=5e-4)
		for step in range(total):
		    lr = get_lr(step, total, base=5e-4)
		    for g in opt.param_groups:
		        g["lr"] = lr
		    loss.backward()
		    opt.step()
	END
	same '-n 40 @call.py' "-n 40 'lambda t: 5e-4 * (1 - t / 40)'"
	same '-n 40 -D base=1 -D power=2 @call.py' \
		"-n 40 'lambda t: (1 - t / 40) ** 2'"
	sed 's/total_steps=1000, base=1e-3/total_steps, base/' call.py >need.py
	same '-n 40 @need.py' '-n 40 @call.py'
	cat >set.py <<-'END'
		def adjust_lr(optimizer, base, epoch, gamma=0.1, every=30):
		    lr = base * gamma ** (epoch // every)
		    for g in optimizer.param_groups:
		        g["lr"] = lr
		optimizer = torch.optim.SGD(m.parameters(), lr=0.4)
		def main():
		    for epoch in range(90):
		        adjust_lr(optimizer, 0.4, epoch, 0.5, every=20)
		        train(model, optimizer)
	END
	same '-n 90 @set.py' "-n 90 'lambda t: 0.4 * 0.5 ** (t // 20)'"
}

@test "what only the place of a call knows is asked for, not a default" {
	local from
	cat >local.py <<-'END'
		def get_lr(step, total=1000):
		    return 1e-3 * (1 - step / total)
		def main(length):
		    for step in range(length):
		        lr = get_lr(step, total=length)
		        for g in opt.param_groups:
		            g["lr"] = lr
		        loss.backward()
		        opt.step()
	END
	sed -e 's/^def main.*/length = 8\nif True:/' -e '$a\
        length += 1' local.py >grows.py
	sed -e 's/^def main.*/if True:/' -e 's/(length)/(8)/' \
		-e 's/=length/=ask(8)/' local.py >call.py
	for from in local grows call; do
		run -2 --separate-stderr lrsched -n 8 "@$from.py"
		[[ $stderr == *'expected -D total=VALUE'* ]]
		same "-n 8 -D total=16 @$from.py" \
			"-n 8 'lambda t: 1e-3 * (1 - t / 16)'"
	done
}

@test "an optimizer that a round makes has its own rate from there on" {
	cat >anew.py <<-'END'
		for epoch in range(1, 31):
		    if epoch == 1: optimizer = optim.SGD(ps, lr=0.05)
		    elif epoch == 11: optimizer = optim.SGD(ps, lr=0.01)
		    elif epoch == 21:
		        for g in optimizer.param_groups: g['lr'] /= 10
		    for x in loader: optimizer.step()
	END
	[ "$(held @anew.py)" = "10x0.05 10x0.01 10x0.001" ]
	grep -q 'made anew in rounds of a loop' err
	# -l is of what begins before.
	[ "$(held -l 0.3 -D loader=7 @anew.py)" = "10x0.05 10x0.01 10x0.001" ]
	cat >goes.py <<-'END'
		opt = SGD(ps, lr=0.4)
		for epoch in range(30):
		    if epoch in (10, 20): opt = SGD(ps, lr=opt.param_groups[0]["lr"] * 0.1)
		    for x in loader: opt.step()
	END
	[ "$(held @goes.py)" = "10x0.4 10x0.04 10x0.004" ]
	[ "$(held -l 0.2 @goes.py)" = "10x0.2 10x0.02 10x0.002" ]
	# ... behind the training it is the next round's.
	cat >late.py <<-'END'
		opt = SGD(ps, lr=0.4)
		for epoch in range(30):
		    for x in loader:
		        loss(x).backward()
		        opt.step()
		    if epoch == 9: opt = SGD(ps, lr=0.04)
	END
	[ "$(held @late.py)" = "10x0.4 20x0.04" ]
	sed -i 's/lr=0.04/lr=args.low/' late.py
	refused @late.py
	[[ $stderr == *"-D args.low=VALUE"* ]]
	[ "$(held -D args.low=0.2 @late.py)" = "10x0.4 20x0.2" ]
}

@test "stages and folds that make optimizers follow one another" {
	cat >stage.py <<-'END'
		for lr, n in [(1e-3, 10), (1e-4, 5)]:
		    opt = Adam(model.parameters(), lr=lr)
		    for epoch in range(n):
		        train(model, opt)
	END
	[ "$(held @stage.py)" = "10x0.001 5x0.0001" ]
	grep -q 'made anew' err
	cat >fold.py <<-'END'
		def run(fold, lr=.1):
		    model = Net()
		    opt = SGD(model.parameters(), lr=lr)
		    for epoch in range(10):
		        if epoch == 5:
		            for g in opt.param_groups: g['lr'] = g['lr'] / 2
		        train(model, opt)
		for fold in range(2):
		    run(fold)
	END
	[ "$(held @fold.py)" = "5x0.1 5x0.05 5x0.1 5x0.05" ]
	# One rate alone is no schedule, which is said.
	sed -i '/epoch == 5/,/for g/d' fold.py
	[ "$(held @fold.py)" = 20x0.1 ]
	grep -q 'no schedule is made here' err
}

@test "an optimizer of another name in a round does not take its place" {
	cat >meta.py <<-'END'
		optimizer = optim.Adam(model.parameters(), lr=0.1)
		for it in range(20):
		    inner = optim.SGD(copy.parameters(), lr=0.5)
		    for g in optimizer.param_groups: g['lr'] = 0.1 * 0.5 ** (it // 10)
		    for x in loader: inner.step()
		    optimizer.step()
	END
	[ "$(held @meta.py)" = "10x0.1 10x0.05" ]
	grep -q 'several optimizers are made' err
}

@test "what a round calls with parameters and a number is no optimizer" {
	cat >clip.py <<-'END'
		opt = torch.optim.Adam(net.parameters(), lr=0.2)
		for epoch in range(8):
		    for g in opt.param_groups: g['lr'] = 0.2 / (1 + epoch // 4)
		    for x in range(3):
		        loss(x).backward()
		        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
		        norm = nn.utils.clip_grad_norm_(net.parameters(), 0.7)
		        ema = EMA(net.parameters(), 0.99)
		        opt.step()
	END
	[ "$(held @clip.py)" = "4x0.2 4x0.1" ]
	[ ! -s err ]
}

@test "a function has what its calls give it, wherever they are" {
	local call want="-n 50 'lambda t: 0.5 * 0.5 ** (t // 10)'"
	printf '%s\n' 'def get_lr(epoch, base=0.1, every=5):' \
		'    return base * 0.5 ** (epoch // every)' >def.py
	for call in 'print(get_lr(3, 0.5, 10))' \
		'y = list(map(lambda e: get_lr(e, every=10, base=0.5), x))' \
		'for epoch in range(50): use(get_lr(epoch, 0.5, every=10))'; do
		{ cat def.py; printf '%s\n' "$call"; } >one.py
		lrsched -n 50 @one.py >one.csv 2>err
		eval "lrsched $want" | cmp - one.csv
		! grep -q 'other values' err
	done
	cat >method.py <<-'END'
		class Trainer:
		    def adjust_lr(self, opt, epoch, base=0.1, every=5):
		        lr = base * 0.5 ** (epoch // every)
		        for g in opt.param_groups: g['lr'] = lr
		    def fit(self):
		        for epoch in range(50):
		            self.adjust_lr(self.opt, epoch, every=10, base=0.5)
		            self.train()
	END
	same '-n 50 @method.py' "$want"
	# Calls that differ are told, and none is where optimizers differ alone.
	{ cat def.py; printf '%s\n' 'for epoch in range(50):' \
		'    a = get_lr(epoch, 0.5, 10)' \
		'    b = get_lr(epoch, 0.2, 10)'; } >two.py
	lrsched -n 50 @two.py 2>err >two.csv
	grep -q 'with other values as well' err
	# What is unpacked is no default.
	{ cat def.py; printf '%s\n' 'for epoch in range(50):' \
		'    lr = get_lr(epoch, *cfg)'; } >star.py
	refused -n 50 @star.py
	[[ $stderr == *"-D base=VALUE -D every=VALUE"* ]]
	same '-n 50 -D base=0.5 -D every=10 @star.py' "$want"
	sed -i 's/\*cfg/base=0.5, **cfg/' star.py
	refused -n 50 @star.py
	[[ $stderr == *"expected -D every=VALUE"* ]]
}

@test "what rounds keep in inner loops leaves memory for all rounds" {
	cat >rollout.py <<-'END'
		def parse_args():
		    parser = argparse.ArgumentParser()
		    parser.add_argument("--learning-rate", type=float, default=2.5e-4)
		    parser.add_argument("--total-timesteps", type=int, default=200000)
		    parser.add_argument("--num-envs", type=int, default=4)
		    parser.add_argument("--num-steps", type=int, default=128)
		    parser.add_argument("--anneal-lr", type=lambda x: bool(strtobool(x)), default=True, nargs="?", const=True)
		    parser.add_argument("--update-epochs", type=int, default=4)
		    args = parser.parse_args()
		    args.batch_size = int(args.num_envs * args.num_steps)
		    args.minibatch_size = int(args.batch_size // 4)
		    return args


		if __name__ == "__main__":
		    args = parse_args()
		    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
		    envs = gym.vector.SyncVectorEnv([lambda: gym.make(args.gym_id) for i in range(args.num_envs)])
		    agent = Agent(envs).to(device)
		    optimizer = optim.Adam(agent.parameters(), lr=args.learning_rate, eps=1e-5)

		    obs = torch.zeros((args.num_steps, args.num_envs))
		    global_step = 0
		    next_obs = torch.Tensor(envs.reset()).to(device)
		    num_updates = args.total_timesteps // args.batch_size

		    for update in range(1, num_updates + 1):
		        if args.anneal_lr:
		            frac = 1.0 - (update - 1.0) / num_updates
		            lrnow = frac * args.learning_rate
		            optimizer.param_groups[0]["lr"] = lrnow

		        for step in range(0, args.num_steps):
		            global_step += 1 * args.num_envs
		            obs[step] = next_obs
		            with torch.no_grad():
		                action, logprob, _, value = agent.get_action_and_value(next_obs)
		            next_obs, reward, done, info = envs.step(action.cpu().numpy())

		        b_inds = np.arange(args.batch_size)
		        for epoch in range(args.update_epochs):
		            np.random.shuffle(b_inds)
		            for start in range(0, args.batch_size, args.minibatch_size):
		                end = start + args.minibatch_size
		                mb_inds = b_inds[start:end]
		                loss = compute(agent, mb_inds)
		                optimizer.zero_grad()
		                loss.backward()
		                nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
		                optimizer.step()
		    envs.close()
	END
	same @rollout.py "-n 390 'lambda t: (1.0 - t / 390) * 2.5e-4'"
}

@test "what makes a schedule has no default where a call says otherwise" {
	local call
	cat >def.py <<-'END'
		def train(model, lr=0.1, epochs=5):
		    opt = SGD(model.parameters(), lr=lr)
		    sched = CosineAnnealingLR(opt, epochs)
	END
	for call in 'for fold in folds: train(net, lr=0.01 * fold.n, epochs=8)' \
		'for lr in rates: train(net, lr, 8)' \
		'def objective(trial): return train(net, pick(trial), epochs=8)'; do
		{ cat def.py; printf '%s\n' "$call"; } >one.py
		refused @one.py
		[[ $stderr == *'expected -D lr=VALUE'* ]]
		same '-D lr=0.3 @one.py' "-l 0.3 'CosineAnnealingLR(o, 8)'"
	done
	# What the text says is taken, and -D goes before it.
	{ cat def.py; printf '%s\n' 'n = 12' \
		'def main(): train(make(), lr=0.2, epochs=n)'; } >main.py
	same @main.py "-l 0.2 'CosineAnnealingLR(o, 12)'"
	same '-D epochs=7 @main.py' "-l 0.2 'CosineAnnealingLR(o, 7)'"
	lrsched @main.py 2>&1 >one.csv | { ! grep -q 'other values'; }
	printf '%s\n' 'def other(): train(make(), lr=0.4)' >>main.py
	lrsched @main.py 2>&1 >one.csv | grep -q 'train() with other values as well'
	# What is unpacked is asked for.
	{ cat def.py; printf '%s\n' 'def main(c): train(make(), **c)'; } >star.py
	refused @star.py
	same '-D lr=0.3 -D epochs=6 @star.py' "-l 0.3 'CosineAnnealingLR(o, 6)'"
}

@test "a function that may have ended before gives no value that is known" {
	local k round='def main():
    f = lambda t: 1 / (1 + t)
    for e in range(5):
        k = pick(e)
        opt.param_groups[0]["lr"] = f(e) * k
main()'

	local -A is=([2]='    if dl.bad(e):
        return 3
    return 2' [3]='    for p in [1, 2, 3]:
        if dl.bad(p):
            break
        best = p
    return best' [1]='    return 1 + dl.bad(e)')

	for k in 1 2 3; do
		printf 'def pick(e):\n%s\n%s\n' "${is[$k]}" "$round" >round.py
		refused @round.py
		[[ $stderr == *'expected -D '*dl.bad*=VALUE* ]]
		same "-D 'dl.bad=lambda e: 0' @round.py" \
			"-n 5 'lambda e: 1 / (1 + e) * $k'"
	done
	# None is no value of what failed, whatever asks for it.
	printf 'class B:
    def __init__(self, d): self.dl = Loader(d)
    def it(self): return (x for x in self.dl)
def pick(e): return 7 if B(data).it() is None else 9\n%s\n' "$round" >none.py
	refused @none.py
	[[ $stderr == *'expected -D Loader=VALUE'* ]]
	# What it does but shows and steps is as it was.
	printf '%s\n' 'def train(net, loader, opt, s):' '    loss = 0' \
		'    for x, y in loader:' '        if args.dry: break' \
		'        loss += net(x).item()' '        opt.step()' \
		'    s.step()' '    if loss.foo > 2: return 1' '    return loss' \
		'def main():' '    opt = SGD(net.parameters(), lr=.1)' \
		'    s = StepLR(opt, 2)' '    for e in range(5):' \
		'        l = train(net, loader, opt, s)' \
		'        if l < best: best = l' >step.py
	same @step.py "-n 5 -l .1 'StepLR(o, 2)'"
}

@test "batches that nobody knows are numbered as enumerate() says" {
	local over
	for over in 'enumerate(loader)' 'enumerate(loader, 1)' \
		'enumerate(loader, start=first + 1)' \
		'enumerate(tqdm(loader), start=5)'; do
		cat >count.py <<-END
			first = 2
			optimizer = SGD(p, lr=0.1)
			for step, batch in $over:
			    for g in optimizer.param_groups:
			        g['lr'] = 0.1 * (1 - step / 64)
			    optimizer.step()
		END
		python3 - >want <<-END
			loader, first, tqdm = [0] * 20, 2, lambda x: x
			for step, batch in $over:
			    print(repr(0.1 * (1 - step / 64)))
		END
		lrsched -Hq -n 20 -c lr -D loader=20 @count.py >out
		diff out want
	done
	sed -i 's/^for.*/for step, batch in enumerate(loader, start=args.first):/' count.py
	refused -n 20 -D loader=20 @count.py
	[[ $stderr == *"no value for 'args.first'"* ]]
}

@test "what a function of the step is given first is told as far as it is said" {
	local over
	cat >rate.py <<-'END'
		def get_lr(step):
		    return 0.1 * (1 - step / 64)
		begin = 1
		optimizer = SGD(p, lr=0.1)
	END
	for over in 'range(start + 1, 31)' 'range(begin, 31)' 'range(1, 31)' \
		'range(start + begin, 31)'; do
		{ cat rate.py; printf '%s\n' "for step in $over:" \
			'    lr = get_lr(step)' \
			'    for g in optimizer.param_groups: g["lr"] = lr' \
			'    optimizer.step()'; } >given.py
		run -0 --separate-stderr lrsched -n 3 @given.py
		# Either the rounds are followed, or it is told that they are not.
		[[ ${lines[1]} == 0,0.0984375 ||
			$stderr == *"which the text's loop counts from 1"* ]]
	done
}

@test "a loop over what is not known ends by what counts its rounds" {
	cat >endless.py <<-'END'
		from torch.optim import SGD
		from data import make_loader
		def train(optimizer, path, most=40):
		    updates = 0
		    loader = make_loader(path, 32)
		    for it, batch in enumerate(loader):
		        if it >= most:
		            break
		        if updates <= 10:
		            for group in optimizer.param_groups:
		                group['lr'] = 0.5 * updates / 10
		        batch.backward()
		        if (it + 1) % 3 == 0:
		            optimizer.step()
		            updates += 1
		def main():
		    train(SGD(None, lr=0.5), 'a')
		main()
	END
	run -0 lrsched -Hq -n 40 -c lr @endless.py
	[ "$output" = "$(python3 -c 'for i in range(40): print(repr(0.5 * min(i // 3, 10) / 10))' | sed 's/\.0$//')" ]
	# The round that the break leaves before it trains is no row.
	run -0 lrsched -Hq -c lr @endless.py
	[ "${#lines[@]}" = 40 ]
	# One that is left behind the training is.
	cat >behind.py <<-'END'
		opt = SGD(net.parameters(), lr=0.5)
		for epoch in range(40):
		    opt.param_groups[0]['lr'] = 0.5 / (1 + epoch)
		    train(net)
		    opt.step()
		    if epoch == 9:
		        break
	END
	run -0 lrsched -Hq -c lr @behind.py
	[ "${#lines[@]}" = 10 ]
	[ "${lines[9]}" = 0.05 ]
	# What a call with arguments gives may be said, as a length.
	run -0 lrsched -Hq -c lr -D data.make_loader=7 @endless.py
	[ "${#lines[@]}" = 7 ]
	# One in another loop begins again: how long it is decides the rate.
	sed '/enumerate/,/updates +=/s/^/    /; /loader =/a \    for epoch in range(2):' endless.py >inner.py
	python3 -m py_compile inner.py
	run -2 lrsched -n 40 @inner.py
}

# An optimizer of the text's around others, whose step() is called in a loop
# that sets the rate of these: wrapped ROUNDS WORK SET.
wrapped() {
	cat <<-END
		import torch
		class Outer(torch.optim.Optimizer):
		    def __init__(self, params, inner):
		        super().__init__(params, {})
		        self.inner_optimizer = inner
		        self.it = 0
		    def get_lr_share(self):
		        return self.inner_optimizer[0].param_groups[0]['lr'] / 2
		    def step(self):
		        for i in range($2):
		            self.last = (i * 3 + 1) % 7
		        if isinstance(self.inner_optimizer, list):
		            for opt in self.inner_optimizer:
		                opt.step()
		        else:
		            self.inner_optimizer.step()
		        self.it += 1
		optimizers = [torch.optim.AdamW(net.parameters(), lr=0.5)]
		optimizers = [Outer([p for p in net.blocks.parameters()], optimizers)]
		for opt in optimizers[0].inner_optimizer:
		    for group in opt.param_groups:
		        group['first'] = group['lr']
		def _lr(step, first, power):
		    return min(first, power * (60 - step))
		def $3(step):
		    for opt in optimizers[0].inner_optimizer:
		        for group in opt.param_groups:
		            group['lr'] = _lr(step, group['first'], 0.01)
		for opt in optimizers:
		    opt.last = 0
		for step in range($1):
		    $3(step)
		    for opt in optimizers:
		        opt.step()
	END
}

@test "what an optimizer of the text's is given may have no value" {
	wrapped 60 9 set_hparams >wrap.py
	python3 -c '
for step in range(60):
    print(repr(min(0.5, 0.01 * (60 - step))))' >want
	run -0 --separate-stderr lrsched -H -n 60 -c lr @wrap.py
	diff <(echo "$output") want
}

@test "a loop that takes long is not read over where it sets the rate itself" {
	wrapped 600 9000 set_hparams >wrap.py
	python3 -c '
for step in range(300):
    print(repr(min(0.5, 0.01 * (60 - step))))' >want
	run -0 --separate-stderr lrsched -H -n 300 -c lr @wrap.py
	python3 - <<-END
		want = [float(x) for x in open("want")]
		assert [float(x) for x in """$output""".split()] == want
	END
}
