#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Training code as people paste it: what it lacks is asked for once.

load helper
load schedules

# lrsched with these arguments prints these values, blank-separated.
values() {
	local wanted=$1
	shift
	run -0 lrsched -H "$@"
	[ "$(cut -d, -f2 <<<"$output" | paste -sd ' ')" = "$wanted" ] ||
		{ echo "$output"; false; }
}

@test "names that only later steps need are asked for at once, with their lines" {
	local f='def rate_at(iter_num):
	    if iter_num < WARM:
	        return PEAK * iter_num / WARM
	    if iter_num >= LAST:
	        return FLOOR
	    return PEAK'
	refused -n 9 "$f"
	[[ $stderr == *"2:20: no value for 'WARM' (line 2), 'PEAK' (line 3), 'LAST' (line 4), 'FLOOR' (line 5); expected -D WARM=VALUE -D PEAK=VALUE -D LAST=VALUE -D FLOOR=VALUE"* ]]
	values '0 1 2 2 0.5' -D WARM=2 -D PEAK=2 -D LAST=4 -D FLOOR=.5 -n 5 "$f"
	# What no step of these comes to is not asked for.
	values '0 1 2 2' -D WARM=2 -D PEAK=2 -D LAST=4 -n 4 "$f"
}

@test "the root of what was assigned is asked for, and what a call gave by its name" {
	local f='cfg = yaml.safe_load(open(path))
	per_epoch = len(train_loader)
	total = cfg["epochs"] * per_epoch
	opt = AdamW(model.parameters(), lr=cfg["lr"], betas=(0.9, 0.95))
	s = LinearLR(opt, 1.0, 0.5, total_iters=total)'
	refused -n 3 "$f"
	[[ $stderr == *"-D train_loader=VALUE -D 'cfg[\"epochs\"]=VALUE'"* ]]
	[[ $stderr == *"-D 'cfg[\"lr\"]=VALUE'"* ]]
	values '1 0.75 0.5' -n 3 -D train_loader=1 -D 'cfg["epochs"]=2' \
		-D 'cfg["lr"]=1' "$f"
}

@test "what sets the rate of an optimizer is called for each epoch in order" {
	local f='def adjust(optimizer, epoch, args):
	    lr = args.lr * args.gamma ** (epoch // 2)
	    for group in optimizer.param_groups:
	        group["lr"] = lr'
	refused -n 4 "$f"
	[[ $stderr == *'-D args.lr=VALUE -D args.gamma=VALUE'* ]]
	values '1 1 0.5 0.5' -n 4 -D args.lr=1 -D args.gamma=.5 "$f"
	values '8 8 4 4 2' -l 8 -n 5 'def decay(optimizer, epoch):
	    if epoch % 2 == 0 and epoch:
	        for g in optimizer.param_groups:
	            g["lr"] *= 0.5'
	values '4 2 1' -l 8 -n 3 'def on_epoch_begin(self, epoch, logs=None):
	    lr = K.get_value(self.model.optimizer.lr)
	    K.set_value(self.model.optimizer.lr, lr / 2)'
}

@test "the optimizer's rate is asked for where it makes a difference" {
	local f='o = getattr(optim, cfg.name)(net.parameters(), lr=cfg.lr)
	s = %s'
	# shellcheck disable=SC2059 # f is a format
	refused -n 3 "$(printf "$f" 'StepLR(o, 1, 0.5)')"
	[[ $stderr == *'-D cfg.lr=VALUE'* ]]
	# shellcheck disable=SC2059
	values '1 0.5' -D cfg.lr=1 -n 2 "$(printf "$f" 'StepLR(o, 1, 0.5)')"
	# shellcheck disable=SC2059
	values '3 1.5' -l 3 -n 2 "$(printf "$f" 'StepLR(o, 1, 0.5)')"
	# shellcheck disable=SC2059
	run -0 lrsched -n 4 "$(printf "$f" 'OneCycleLR(o, 1.0, total_steps=4)')"
}

@test "a def that makes the schedule is called, one that makes a function too" {
	values '0 0.5 1 1' -l 1 -D warm=2 -n 4 'def build(optimizer, warm, name="lin"):
	    def f(step):
	        return step / warm if name == "lin" and step < warm else 1.0
	    return LambdaLR(optimizer, f)'
	values '0 0.5 1' -D total=2 -n 3 'def make_rate(total):
	    return lambda it: it / total'
	refused -n 3 'def build(optimizer, warm, total):
	    return LinearLR(optimizer, 1 / warm, 1.0, total)'
	[[ $stderr == *'-D warm=VALUE -D total=VALUE'* ]]
	values '0.5 0.5 0.25' -n 3 'def configure_optimizers(self):
	    opt = SGD(self.net.parameters(), lr=0.5)
	    sched = StepLR(opt, 2, 0.5)
	    return [opt], [{"scheduler": sched, "interval": "step"}]'
}

@test "the step is found by how a parameter is used, or said with @step" {
	values '0 1 2' -D c.k=1 -n 3 'def f(c, cur_iter): return c.k * cur_iter'
	values '0 2 4' -n 3 -D b=2 'def f(a, b): return a * b'
	refused -n 3 'def f(a, b): return a * b'
	[[ $stderr == *'-D NAME=@step'* ]]
	values '0 2 4' -n 3 -D b=@step -D a=2 'def f(a, b): return a * b'
	values '0 3 6' -n 3 -D self.n=@step 'def f(self): return 3 * self.n'
}

@test "a schedule that follows from the rate before ends with an error" {
	skip_if_sanitized 'four million steps of one kind'
	refused --at 5000000 -l 1 'def f(epoch, lr): return lr'
	[[ $stderr == *'is kept for 4194304 steps'* ]]
}

@test "a file of definitions is known by its names, and beaten by -D" {
	cd "$BATS_TEST_TMPDIR"
	cat >mine.py <<-'END'
		WARM = 2
		def Ramp(optimizer, warm=WARM):
		    def f(step):
		        return min(1, (step + 1) / warm)
		    return LambdaLR(optimizer, f)
		def both(opt):
		    return SequentialLR(opt, [Ramp(opt), StepLR(opt, 1, 0.5)], [2])
	END
	values '0.5 1 1 0.5' -l 1 -n 4 -D @mine.py 'both(o)'
	values '0.25 0.5 0.75 1' -l 1 -n 4 -D @mine.py 'Ramp(o, warm=4)'
	values '0.25 0.5' -l 1 -n 2 -D @mine.py -D WARM=4 'Ramp(o)'
	refused -n 2 -D @none.py 'Ramp(o)'
	[[ $stderr == *'none.py: cannot open'* ]]
	printf 'def f(:\n' >bad.py
	refused -n 2 -D @mine.py 'Ramp(o, wram=4)'
	[[ $stderr == *"no argument 'wram'"* ]]
}

@test "numbers that a script makes for each step are its schedule, and end" {
	cd "$BATS_TEST_TMPDIR"
	echo 'lr_schedule = [0.5] * 2 + [0.25]' >a.py
	values '0.5 0.5 0.25' @a.py
	values '0.5 0.5' -n 2 @a.py:lr_schedule
	refused -n 4 @a.py
	[[ $stderr == *'ends at step 3'* ]]
}

@test "what is left out is said: defaults, names that nothing uses" {
	run -0 --separate-stderr lrsched -n 2 -D wram=3 'w = cfg.get("warm", 4)
	f = lambda step: w * step'
	[[ $stderr == *"'cfg['warm']' is not given: its default, 4, is taken"* ]]
	[[ $stderr == *"-D wram is not used; nearest is 'warm'"* ]]
	run -0 --separate-stderr lrsched -q -n 2 -D wram=3 step,every=1,by=.5
	[ -z "$stderr" ]
}

@test "-D beats the part of a name that the text makes, however it is read" {
	local d text
	for text in 'config = {"lr": 0.1}' 'config = dict(lr=0.1)' 'config = {}
	config["lr"] = 0.1'; do
		for d in 'config["lr"]' "config['lr']" config.lr; do
			values '0.5 0.5 0.25' -n 3 -D "$d=0.5" "$text
	s = StepLR(SGD(p, lr=config['lr']), 2, 0.5)"
		done
	done
	text='def build(c):
	    return StepLR(SGD(p, lr=c.lr), 2, 0.5)
	s = build('
	values '0.5 0.5 0.25' -n 3 -D CFG.lr=0.5 "class CFG:
	    lr = 0.1
	${text}CFG)"
	values '0.5 0.5 0.25' -n 3 -D cfg.lr=0.5 "@dataclass
	class C:
	    lr: float = 0.1
	cfg = C()
	${text}cfg)"
	values '0.5 0.5' -n 2 -D cfg.optim.lr=0.5 'cfg = {"optim": {"lr": 0.1}}
	def build(c):
	    return StepLR(SGD(p, lr=c["optim"]["lr"]), 2)
	s = build(cfg)'
	values '0.5 0.5' -n 2 -D args.lr=0.5 'p = argparse.ArgumentParser()
	p.add_argument("--lr", type=float, default=0.1)
	args = p.parse_args()
	config = vars(args)
	s = StepLR(SGD(m, lr=config["lr"]), 2)'
}

@test "a -D that nothing asked for is remarked" {
	local k spec
	spec=(lr 'c = {"lr": 1}
	s = StepLR(SGD(p, lr=c["lr"]), 2)' args.lr 'p = argparse.ArgumentParser()
	p.add_argument("--lr", default=0.1)
	opt = p.parse_args()
	s = StepLR(SGD(m, lr=opt.lr), 2)' n 'def f(k):
	    n = 6 * k
	    return StepLR(None, n)
	s = f(1)' total 'def f(e, total=20): return 1 - e / total
	s = LambdaLR(o, lambda e: f(e, 9))' learning_rate \
		'TrainingArguments("x", learning_rate=1e-3, max_steps=9)')
	for ((k = 0; k < ${#spec[@]}; k += 2)); do
		run -0 --separate-stderr lrsched -D "${spec[k]}=3" \
			-n 9 "${spec[k + 1]}"
		[[ $stderr == *"-D ${spec[k]} is not used; expected"* ]]
	done
	for spec in 'n = 5
	s = StepLR(None, n)' 'StepLR(None, n)' 'lambda step: step / n' 'k = {"a": n}
	def f(step): return step / k["a"]' 'def f(step, n=3): return step / n'; do
		run -0 --separate-stderr lrsched -n 3 -D n=2 "$spec"
		[ -z "$stderr" ] || { echo "$spec: $stderr"; false; }
	done
	run -0 --separate-stderr lrsched -n 3 -D m=2 -D n=m 'StepLR(None, n)'
	[ -z "$stderr" ]
}

@test "a text without its indentation is told so" {
	refused -n 3 $'def f(epoch):\nrate = 0.1\nreturn rate'
	[[ $stderr == *'2:1: an indented block is expected here'* ]]
	refused -n 3 $'opt = SGD(p, lr=0.1)\nsched = FancyLR(opt, 10)'
	[[ $stderr == *'2:'*': FancyLR: no such constructor'* ]]
	refused -n 3 -D step=7 'lambda step: step'
	[[ $stderr == *"'step' counts the steps, and is given a value"* ]]
}

@test "a class of PyTorch's or Keras's kind is stepped as its library does" {
	local base='class Ramp(torch.optim.lr_scheduler._LRScheduler):
	    def __init__(self, optimizer, warm, last_epoch=-1):
	        self.warm = warm
	        super().__init__(optimizer, last_epoch)
	    def get_lr(self):
	        if self.last_epoch < self.warm:
	            return [b * (self.last_epoch + 1) / self.warm for b in self.base_lrs]
	        return [g["lr"] / 2 for g in self.optimizer.param_groups]'
	values '0.5 1 0.5 0.25' -n 4 -l 1 "$base
	sched = Ramp(opt, 2)"
	refused -n 4 "$base"
	[[ $stderr == *'-D warm=VALUE'* ]]
	values '1 2 1' -n 3 -l 2 -D warm=2 "$base"
	values '0.25 0.5 0.5' -n 3 'class S(keras.optimizers.schedules.LearningRateSchedule):
	    def __init__(self, peak, warm=4):
	        self.peak = tf.cast(peak, tf.float32)
	        self.warm = warm
	    def __call__(self, step):
	        step = tf.cast(step, tf.float32)
	        return self.peak * tf.math.minimum((step + 1) / self.warm, 0.5)
	optimizer = tf.keras.optimizers.Adam(S(1), beta_1=0.9)'
	refused -n 3 'class Count(Base):
	    def get_lr(self):
	        return self.lr
	    lr = 3'
	[[ $stderr == *'expected a list of rates'* ]]
}

@test "callbacks that count batches are run batch by batch" {
	values '0.5 0.75 1 0.75 0.5 0.625' -n 6 'per_epoch = 1
	low, high = 0.5, 1.0
	class Cycle(tf.keras.callbacks.Callback):
	    def __init__(self, model, policy="triangular"):
	        super(Cycle, self).__init__()
	        self.model = model
	        self.n = 0
	        self.history = {}
	        self.half = 2 * per_epoch
	        if policy == "triangular":
	            self.scale = lambda x: 1.
	        else:
	            self.scale = lambda x: 1 / (2. ** (x - 1))
	    def rate_now(self):
	        cycle = np.floor(1 + self.n / (2 * self.half))
	        x = np.abs(self.n / self.half - 2 * cycle + 1)
	        return low + (high - low) * np.maximum(0, (1 - x)) * self.scale(cycle)
	    def on_train_begin(self, logs={}):
	        tf.keras.backend.set_value(self.model.optimizer.lr, low)
	    def on_batch_end(self, batch, logs=None):
	        logs = logs or {}
	        self.n += 1
	        self.history.setdefault("lr", []).append(K.get_value(self.model.optimizer.lr))
	        for k, v in logs.items():
	            self.history.setdefault(k, []).append(v)
	        tf.keras.backend.set_value(self.model.optimizer.lr, self.rate_now())
	cycle = Cycle(make_model(), policy="triangular2")
	optimizer = SGD(lr=low, momentum=0.9)
	model.fit(x, callbacks=[cycle])'
	values '1 0.5 0.25' --count epoch -n 3 -l 2 'class Halve(keras.callbacks.Callback):
	    def on_epoch_begin(self, epoch, logs=None):
	        self.model.optimizer.lr = K.get_value(self.model.optimizer.lr) / 2'
	refused -n 3 'class Losses(keras.callbacks.Callback):
	    def on_epoch_end(self, epoch, logs=None):
	        print(epoch)'
	[[ $stderr == *'sets no rate in these steps'* ]]
}

@test "an optimizer that steps itself, methods as defs, lambdas of objects" {
	local noam='class Noam:
	    def __init__(self, d, warm, optimizer):
	        self.optimizer, self.d, self.warm, self._step = optimizer, d, warm, 0
	    def step(self):
	        self._step += 1
	        for p in self.optimizer.param_groups:
	            p["lr"] = self.rate()
	        self.optimizer.step()
	    def rate(self, step=None):
	        if step is None:
	            step = self._step
	        return self.d ** -0.5 * min(step ** -0.5, step * self.warm ** -1.5)'
	values '0.0625 0.125 0.1875 0.25' -n 4 "$noam
	opt = Noam(4, 4, torch.optim.Adam(model.parameters(), lr=0, betas=(0.9, 0.98)))"
	cd "$BATS_TEST_TMPDIR"
	echo "$noam" | sed 's/^	//' >n.py
	values '0 0.0625 0.125' -n 3 -D self.d=4 -D self.warm=4 -D step=@step \
		'def rate(self, step): return self.d ** -0.5 * step * self.warm ** -1.5'
	values '0 2 4' -n 3 $'class C:\n    def f(self): return 2 * self.n\nC.f' -D self.n=@step
	values '1 0.5' -l 1 -n 2 'class D:
	    def __init__(self, k): self.k = k
	    def step(self, epoch): return self.k ** epoch
	s = LambdaLR(opt, lr_lambda=D(0.5).step)'
}

@test "an item without a value does not take that of the others" {
	local f='groups = [{"params": [p for n, p in named if not any(d in n for d in skip)],
	           "lr": cfg.own}, {"params": rest}]
	s = StepLR(AdamW(groups, lr=cfg.lr), 1, 0.5)'
	refused -n 2 "$f"
	[[ $stderr == *'-D cfg.own=VALUE'* && $stderr != *cfg.lr* ]]
	values '8 4' -n 2 -D cfg.own=8 "$f"
}

@test "settings of absl, attribute dicts and classes have their values" {
	values '0 0.25' -n 2 'from absl import flags
	FLAGS = flags.FLAGS
	flags.DEFINE_float("lr", 0.5, "rate")
	flags.DEFINE_integer("warm", 2, "steps")
	f = lambda step: FLAGS.lr * step / FLAGS.warm'
	values '0 0.25' -n 2 'c = OmegaConf.create({"lr": 0.5, "s": {"warm": 2}})
	f = lambda step: c.lr * step / c.s.warm'
	values '0 0.125' -n 2 '
	@dataclass
	class Args:
	    peak: float = 0.5
	    total: int = 4
	args = tyro.cli(Args)
	f = lambda step: args.peak * step / args.total'
	# An item of a dict of the text is what -D says.
	values '0 4' -n 2 -D 'cfg["lr"]=4' 'cfg = {"lr": 0.5}
	f = lambda step: cfg["lr"] * step'
	values '0 0.5' -n 2 -D loader=2 'def f(step, loader):
	    return step / len(loader)'
	values '0 2' -n 2 'def f(step): return step.item() * 2'
	run -0 --separate-stderr lrsched -n 2 -l 1 \
		'LambdaLR(o, [lambda e: 0.5 ** e, lambda e: 1])'
	[[ $stderr == *"the first group's are taken"* ]]
}

@test "names within comprehensions are asked for from their own scopes" {
	refused -n 3 'def f(step):
	    a = [k * scale for k in range(step) if k < last]
	    b = sum(x * w for x in vals(step) for y in [x])
	    return sum(a) + b + len({q for q in a})'
	[[ $stderr == *'-D scale=VALUE -D last=VALUE -D w=VALUE'* ]]
}

@test "a comprehension under a condition has names of its own" {
	run -0 lrsched -H -n 4 'def lr_lambda(step):
    epoch = step // 2
    if len([m for m in [1, 6] if int(epoch) >= m]) > 0:
        return 0.5
    return 1'
	[ "$output" = $'0,1\n1,1\n2,0.5\n3,0.5' ]
}

@test "functions of tensorflow may be named, those of numpy not" {
	run -0 lrsched -H -n 2 'lambda t: tf.where(t > 0, 1.0, 2.0, name="lr")'
	[ "$output" = $'0,2\n1,1' ]
	run -2 lrsched -n 2 'lambda t: np.where(t > 0, 1.0, 2.0, name="lr")'
	[[ $output == *"no argument 'name'"* ]]
}

@test "of several functions the one that makes rates of steps is meant" {
	run -0 lrsched -H -n 3 -D peak=2 'def rate_at(step, peak):
    return peak * step


def set_lr(optimizer, lr):
    for g in optimizer.param_groups:
        g["lr"] = lr'
	[ "$output" = $'0,0\n1,2\n2,4' ]
	run -0 lrsched -H -n 3 'def ramp_schedule(t, top):
    return top * t

f = lambda step: ramp_schedule(step / 2, 8)'
	[ "$output" = $'0,0\n1,4\n2,8' ]
	run -0 lrsched -H -n 2 'def decay_at(epoch):
    return 0.5 ** epoch

def reset_lr():
    return

def train(epoch):
    loss = fit(decay_at(epoch))
    return epoch * 7'
	[ "$output" = $'0,1\n1,0.5' ]
	run -2 lrsched -n 2 'def set_lr(optimizer, lr):
    for g in optimizer.param_groups:
        g["lr"] = lr'
	[[ $output == *"no schedule is made here"* ]]
}

# A schedule of a class with a state of its own, stepped WHERE in a round.
write_stateful() {
	cat <<-'END'
		import torch
		from torch.optim.lr_scheduler import _LRScheduler
		class Falls(_LRScheduler):
		    def __init__(self, optimizer):
		        self.fell = False
		        super().__init__(optimizer)
		    def get_lr(self):
		        self.fell = self.fell or self.last_epoch > 5
		        return [b * (.01 if self.fell else 1) for b in self.base_lrs]
		optimizer = torch.optim.SGD(model.parameters(), lr=1)
		scheduler = Falls(optimizer)
		for epoch in range(12):
	END
	printf '    %s\n' "$@"
}

@test "an object that rounds step begins as it was made" {
	local step='scheduler.step()' train='optimizer.step()'
	write_stateful "$train" "$step" >behind.py
	write_stateful "$step" "$train" >before.py
	run -0 lrsched -q -H @behind.py
	[ "$output" = "$(for i in {0..11}; do
		[ "$i" -gt 5 ] && echo "$i,0.01" || echo "$i,1"; done)" ]
	# The first update has the rate of the first step then.
	run -0 lrsched -q -H @before.py
	[ "$output" = "$(for i in {0..11}; do
		[ "$i" -gt 4 ] && echo "$i,0.01" || echo "$i,1"; done)" ]
}

@test "a warmup over another schedule asks for its class" {
	local is
	for is in 'type(self.after) != ReduceLROnPlateau' \
		'not isinstance(self.after, ReduceLROnPlateau)' \
		'type(self.after) == CosineAnnealingLR' \
		'isinstance(self.after, torch.optim.lr_scheduler.CosineAnnealingLR)'; do
		cat >warm.py <<-END
			import torch
			from torch.optim.lr_scheduler import *
			class Warm(LRScheduler):
			    def __init__(self, optimizer, n, after):
			        self.n, self.after, self.over = n, after, False
			        super().__init__(optimizer)
			    def get_lr(self):
			        if self.last_epoch > self.n:
			            self.over = True
			            return self.after.get_lr()
			        return [b * self.last_epoch / self.n for b in self.base_lrs]
			    def step(self, epoch=None, metrics=None):
			        if $is:
			            if self.over:
			                self.after.step()
			            else:
			                super().step(epoch)
			        else:
			            self.of_metrics(metrics)
			optimizer = torch.optim.SGD(model.parameters(), lr=.5)
			after = CosineAnnealingLR(optimizer, 8)
			scheduler = Warm(optimizer, 4, after)
			for epoch in range(10):
			    optimizer.step()
			    scheduler.step()
		END
		lrsched -q -H @warm.py >rows
		"$PYTHON" - <<-'END'
			from math import cos, pi
			for row in open("rows"):
			    i, lr = row.split(",")
			    t = int(i)
			    due = t / 8 if t < 5 else (1 + cos(pi * (t - 5) / 8)) / 4
			    assert abs(float(lr) - due) < 1e-12, (t, lr, due)
			assert t == 9
		END
	done
}

@test "one constructor is the same whenever it is asked for" {
	run -0 lrsched -q -H -n 1 'C = torch.optim.lr_scheduler.StepLR
from torch.optim.lr_scheduler import StepLR, ExponentialLR
lr = 1 if C is StepLR and C == torch.optim.lr_scheduler.StepLR else 2
lr = lr if C != ExponentialLR and C is not ExponentialLR else 3
optimizer = torch.optim.SGD(model.parameters(), lr=lr)
scheduler = C(optimizer, 2)'
	[ "$output" = 0,1 ]
}

@test "an object gives items by its own method" {
	cat >item.py <<-'END'
		class Line:
		    def __init__(self, base, final, total):
		        self.base, self.final, self.total = base, final, total
		    def __getitem__(self, i):
		        if i >= self.total:
		            return self.final
		        return self.base + (self.final - self.base) * i / self.total
		def build(cfg):
		    lr = dict(base=cfg.optim["lr"], final=0.25, total=4)
		    return Line(**lr)
		def train(cfg):
		    optimizer = torch.optim.SGD(model.parameters())
		    line = build(cfg)
		    for i in range(6):
		        for g in optimizer.param_groups:
		            g["lr"] = line[i]
		        optimizer.step()
		train(setup())
	END
	run -0 lrsched -q -H -D 'setup.optim["lr"]=1.25' @item.py
	[ "$output" = $'0,1.25\n1,1\n2,0.75\n3,0.5\n4,0.25\n5,0.25' ]
	# Arguments that are not known are asked for, and not left out.
	run -2 lrsched -n 6 @item.py
	[[ $output == *"no value for 'setup.optim['lr']'"* ]]
}

@test "a dataclass becomes a dict of its fields" {
	run -0 lrsched -q -H -n 3 'from dataclasses import dataclass, asdict, field
@dataclass
class Rate:
    lr: float = .5
@dataclass
class Config:
    rate: Rate = field(default_factory=Rate)
    n: int = 3
    def __post_init__(self):
        self.other = 7
config = asdict(Config(n=1))
optimizer = torch.optim.SGD(model.parameters(), lr=config["rate"]["lr"])
scheduler = StepLR(optimizer, config["n"], .5 if "other" in config else .1)'
	[ "$output" = $'0,0.5\n1,0.05\n2,0.005000000000000001' ]
}

@test "the top of a project is where its repository begins" {
	mkdir -p top/.git top/lib/rates top/examples/one
	printf 'from .falls import Falls\n' >top/lib/rates/__init__.py
	: >top/lib/__init__.py
	cat >top/lib/rates/falls.py <<-'END'
		from torch.optim.lr_scheduler import StepLR
		def Falls(optimizer, total):
		    return StepLR(optimizer, total // 2, 0.5)
	END
	: >top/examples/one/setup.py
	cat >top/examples/one/train.py <<-'END'
		from lib.rates import Falls
		optimizer = torch.optim.SGD(model.parameters(), lr=1)
		scheduler = Falls(optimizer, total=4)
		for epoch in range(4):
		    optimizer.step()
		    scheduler.step()
	END
	run -0 lrsched -q -H @top/examples/one/train.py
	[ "$output" = $'0,1\n1,1\n2,0.5\n3,0.5' ]
}

@test "diffusers' get_scheduler() takes cycles and power" {
	local of='"%s", optimizer=opt, num_warmup_steps=2, num_training_steps=20'
	cd "$BATS_TEST_TMPDIR"
	# shellcheck disable=SC2059
	same() {
		diff <(lrsched -q -n 20 -l 1 "get_scheduler($(printf "$of" "$1"), $2)") \
			<(lrsched -q -n 20 -l 1 "$3")
	}
	same cosine_with_restarts num_cycles=3,power=2 \
		'get_cosine_with_hard_restarts_schedule_with_warmup(opt, 2, 20, 3)'
	same polynomial num_cycles=3,power=2 \
		'get_polynomial_decay_schedule_with_warmup(opt, 2, 20, power=2)'
	same linear num_cycles=3,power=2 \
		'get_linear_schedule_with_warmup(opt, 2, 20)'
}

@test "what stops a run is not taken where nobody knows whether it does" {
	cat >guard.py <<-'END'
		import sys
		def build(cfg, model):
		    if cfg.size > model.size:
		        raise ValueError(f"{cfg.size} is too much")
		    if not cfg.path.exists():
		        print("no such file")
		        sys.exit(1)
		    if cfg.kind == model.kind:
		        rate = 0.5
		    else:
		        raise NotImplementedError
		    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
		    return torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
		scheduler = build(load(), net)
	END
	run -0 lrsched -q -H -n 3 @guard.py
	[ "$output" = $'0,0.5\n1,0.5\n2,0.25' ]
	# What goes on otherwise is not known.
	sed 's/        raise NotImplementedError/        rate = 0.25/' guard.py \
		>either.py
	run -2 lrsched -n 3 @either.py
	[[ $output == *'load.kind'* ]]
}

@test "a function is asked for what its rate hangs on alone" {
	cat >engine.py <<-'END'
		import torch
		from logs import Meters
		def loss_of(model, x):
		    return model(x) / scale_of_losses
		def train_one_epoch(model, loader, optimizer, epoch, start, rates):
		    meters = Meters(window=width_of_window)
		    for i, x in enumerate(loader):
		        it = start + i
		        if it % every == 0:
		            for g in optimizer.param_groups:
		                g["lr"] = top * it / 4
		        loss = loss_of(model, x)
		        if not isfinite(loss.item()):
		            raise FloatingPointError(loss)
		        loss.backward()
		        meters.update(loss=loss.item(), seen=count_of(x))
		        optimizer.step()
		    meters.synchronize()
	END
	run -2 lrsched -n 3 @engine.py
	[[ $output == *"'top'"* && $output == *"'every'"* ]]
	[[ $output != *scale_of_losses* && $output != *width_of_window* ]]
	[[ $output != *loss* && $output != *count_of* ]]
	run -0 lrsched -q -H -n 3 -D loader=3 -D top=2 -D every=1 -D start=0 @engine.py
	[ "$output" = $'0,0\n1,0.5\n2,1' ]
}

@test "configargparse's arguments have their defaults" {
	run -0 lrsched -q -H -n 2 'import configargparse
parser = configargparse.ArgumentParser()
parser.add_argument("--config", is_config_file=True, help="a file")
parser.add_argument("--lrate", type=float, default=0.5)
args = parser.parse_args()
optimizer = torch.optim.SGD(model.parameters(), lr=args.lrate)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)'
	[ "$output" = $'0,0.5\n1,0.25' ]
}

@test "a phase that does not train is no row" {
	local step
	for step in 'if phase == "train": scheduler.step()' \
		'if phase != "train": scheduler.step()'; do
		cat >phases.py <<-END
			import torch
			def train(model, optimizer, scheduler, loaders, epochs):
			    for epoch in range(epochs):
			        for phase in ["train", "val"]:
			            for x, y in loaders[phase]:
			                optimizer.zero_grad()
			                with torch.set_grad_enabled(phase == "train"):
			                    loss = model(x)
			                    if phase == "train":
			                        loss.backward()
			                        optimizer.step()
			            $step
			optimizer = torch.optim.SGD(net.parameters(), lr=1)
			scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)
			train(net, optimizer, scheduler, loaders, epochs=6)
		END
		run -0 lrsched -q -H @phases.py
		[ "$output" = $'0,1\n1,1\n2,0.5\n3,0.5\n4,0.25\n5,0.25' ]
	done
}

@test "a function that nothing uses is not shown where a loop sets the rate" {
	cat >unused.py <<-'END'
		import torch
		def get_lr(step):
		    return 1 - step / 10
		def main():
		    optimizer = torch.optim.SGD(model.parameters(), lr=1)
		    for step in range(3):
		        for g in optimizer.param_groups:
		            g["lr"] = 0.5 + step
		        optimizer.step()
		main()
	END
	run -0 lrsched -q -H @unused.py
	[ "$output" = $'0,0.5\n1,1.5\n2,2.5' ]
	sed 's/0.5 + step/get_lr(step)/' unused.py >used.py
	run -0 lrsched -q -H @used.py
	[ "$output" = $'0,1\n1,0.9\n2,0.8' ]
}
