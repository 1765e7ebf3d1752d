#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Pieces of training scripts as they are copied: what is cut off before, what
# trains behind, functions and classes that make the rates of all steps.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "the end of a function before the one that is meant is read over" {
	cat >tail.py <<-'END'
		        total += loss.item()
		    return total / n

		def get_lr(it):
		    return 0.1 * it / 20

		while True:
		    lr = get_lr(iter_num)
	END
	same '-n 9 @tail.py' "-n 9 'lambda it: 0.1 * it / 20'"
}

@test "a loop that trains until what is not followed is no endless one" {
	cat >loop.py <<-'END'
		scheduler = CosineAnnealingLR(AdamW(model.parameters(), lr=1e-3), 40)
		done = 0
		while done < 40:
		    for batch in loader:
		        if config.clip > 0:
		            clip(model)
		        loss = model(batch)
	END
	same '-n 40 @loop.py' '-n 40 -l 1e-3 "CosineAnnealingLR(opt, 40)"'
	cat >maker.py <<-'END'
		def train(model, lr, steps):
		    schedule = optax.cosine_decay_schedule(lr, steps)
		    tx = optax.adam(schedule)
		    state = tx.init(jnp.zeros_like(samples, dtype=int))
		    for i in trange(steps):
		        state, loss = update(state, batches[i])
	END
	same '-n 9 -D lr=.1 -D steps=9 @maker.py' \
		'-n 9 "optax.cosine_decay_schedule(.1, 9)"'
}

@test "a function that gives all rates at once is a table" {
	cat >table.py <<-'END'
		def cosine_scheduler(base, end, base_wd, epochs, per_ep, warmup_epochs=0):
		    w = warmup_epochs * per_ep
		    up = np.linspace(0, base, w) if w > 0 else np.array([])
		    t = np.arange(epochs * per_ep - w)
		    down = end + 0.5 * (base - end) * (1 + np.cos(np.pi * t / len(t)))
		    wd_schedule = np.full(epochs * per_ep, base_wd)
		    lr_schedule = np.concatenate((up, down))
		    return wd_schedule, lr_schedule
	END
	run -2 --separate-stderr lrsched @table.py
	[[ $stderr == *'-D base=VALUE -D end=VALUE -D epochs=VALUE -D per_ep=VALUE'* ]]
	same '-D base=.1 -D end=.01 -D epochs=6 -D per_ep=5 -D warmup_epochs=2 @table.py' \
		'-n 30 "cosine_scheduler(.1, .01, 6, 5, 2)"'
	same "-n 4 'def rates(n):
    out = []
    for i in range(n):
        out.append(i / 2)
    return out

n = 4'" "-n 4 'lambda t: t / 2'"
}

@test "of several schedules the one that is named for the rate is shown" {
	cat >dino.py <<-'END'
		lr_schedule = utils.cosine_scheduler(
		    args.lr * utils.get_world_size() / 2, 1e-6, 3, len(data_loader))
		wd_schedule = utils.cosine_scheduler(0.04, 0.4, 3, len(data_loader))
		momentum_schedule = utils.cosine_scheduler(0.9, 1, 3, len(data_loader))
	END
	run -2 --separate-stderr lrsched @dino.py
	[[ $stderr == *"-D args.lr=VALUE -D 'utils.get_world_size()=VALUE' -D data_loader=VALUE"* ]]
	same "-D args.lr=.1 -D 'utils.get_world_size()=4' -D data_loader=5 @dino.py" \
		'"cosine_scheduler(.2, 1e-6, 3, 5)"'
}

@test "what a class makes, by its method or when it is made, is its schedule" {
	cat >method.py <<-'END'
		@register("decay")
		class Decay(Base):
		    def __init__(self, optimizer, config):
		        super(Decay, self).__init__()
		        self.config = config
		        self.optimizer = optimizer

		    def get_scheduler(self):
		        decay = self.config.decay
		        def lr_lambda(step):
		            return 1 / (1 + decay * step)
		        return LambdaLR(self.optimizer, lr_lambda)
	END
	same '-n 9 -l 1 -D config.decay=.5 @method.py' \
		"-n 9 -l 1 'LambdaLR(o, lambda t: 1 / (1 + 0.5 * t))'"
	cat >init.py <<-'END'
		class Trainer(object):
		    def __init__(self, config, trans, **kwargs):
		        self.trans = trans
		        self.learning_rate = optax.linear_schedule(0.0, 0.1, 10)
		        self.tx = optax.adamw(self.learning_rate)
	END
	same '-n 9 @init.py' '-n 9 "optax.linear_schedule(0.0, 0.1, 10)"'
}

@test "what the optimizer begins with is the rate that is given" {
	cat >defaults.py <<-'END'
		def make(optimizer, warmup, total, min_lr):
		    def lr_lambda(epoch):
		        base = optimizer.param_groups[0]['initial_lr']
		        low = min_lr / optimizer.defaults['lr']
		        return max(low, (1 - epoch / total) * base / base)
		    return optim.lr_scheduler.LambdaLR(optimizer, lr_lambda)
	END
	same '-n 9 -l .1 -D total=8 -D min_lr=.02 @defaults.py' \
		"-n 9 -l .1 'LambdaLR(o, lambda t: max(.02 / .1, (1 - t / 8)))'"
}

@test "a word that is a function's name too is a word" {
	same "-n 5 -D kind=exp 'def f(step):
    return 0.5 ** step if kind == \"exp\" else 1'" "-n 5 'lambda t: .5 ** t'"
}

@test "only what something is needed of is asked for" {
	run -2 --separate-stderr lrsched -n 5 'def make(self, params):
    c = self.cfg
    if c.warmup > 0:
        schedule = optax.linear_schedule(0., c.peak, c.warmup)
    else:
        schedule = optax.constant_schedule(c.peak)
    mask = traverse_util.path_aware_map(lambda p, _: p[-1], params)
    return optax.chain(optax.clip(c.norm), optax.scale_by_schedule(schedule))'
	[[ $stderr == *'expected -D self.cfg.warmup=VALUE -D self.cfg.peak=VALUE'*([!-]) ]]
	run -2 --separate-stderr lrsched -n 5 'def make(optimizer, config):
    kind = config.type
    if kind.lower() == "step":
        return StepLR(optimizer, 10)
    return ExponentialLR(optimizer, .9)'
	[[ $stderr == *'-D config.type=VALUE'* ]]
}

@test "a model's card is read from its heading on" {
	same "-n 9 '### Training hyperparameters

The following hyperparameters were used during training:
- learning_rate: 3e-05
- lr_scheduler_type: linear
- training_steps: 9'" "-n 9 -l 3e-5 'get_linear_schedule_with_warmup(o, 0, 9)'"
}

@test "float32 of numpy rounds once" {
	run -0 lrsched -H -n 2 'lambda step: np.float32(0.1) * (step + 1)'
	[ "$output" = $'0,0.10000000149011612\n1,0.20000000298023224' ]
	run -0 lrsched -H -n 3 'lr_schedule = np.linspace(0, 1, 3, dtype=np.float32)'
	[ "$output" = $'0,0\n1,0.5\n2,1' ]
	run -2 lrsched -n 3 'lambda step: np.float16(0.1)'
	[[ $output == *'16 bits'* ]]
}

@test "litgpt's settings are refused with what does it" {
	run -2 --separate-stderr lrsched -n 9 'train:
  micro_batch_size: 4
  lr_warmup_steps: 2000
  min_lr: 4.0e-05'
	[[ $stderr == *'counts micro-batches'*'cosine,warmup=W,total=T'* ]]
}

@test "the schedule that the optimizer is given is the rate" {
	cat >weight.py <<-'END'
		def main():
		    schedule = optax.linear_schedule(0., 4e-3, 20)
		    tx = optax.chain(optax.clip(2.), optax.adamw(learning_rate=schedule))
		    loss_weight = optax.linear_schedule(0., 5e-4, 100, 10)
	END
	same '-n 20 @weight.py' '-n 20 "optax.linear_schedule(0., 4e-3, 20)"'
	sed -e 1d -e 's/^    //' weight.py >plain.py
	same '-n 20 @plain.py' '-n 20 "optax.linear_schedule(0., 4e-3, 20)"'
}

@test "what is given and changes from step to step is refused" {
	run -2 --separate-stderr lrsched -n 9 -l .1 -D 'self.opt["lr"]=.1' \
		'def adjust_lr(self, epoch):
    if epoch % 3 == 0 and self.opt["lr"] > .01:
        for g in self.optimizer.param_groups:
            g["lr"] = g["lr"] * .5
        self.opt["lr"] = self.opt["lr"] * .5'
	[[ $stderr == *'changes from call to call'* ]]
}

@test "a schedule that is named for something else is none of the rate" {
	local other='wd_schedule = optax.linear_schedule(0.04, 0.4, 30)'
	same "-n 5 'def get_lr(it):
    return 0.1 / (it + 1)
$other'" "-n 5 'lambda it: 0.1 / (it + 1)'"
	local own=$'learning_rate = 1e-3\nmax_iters = 50\nlr_decay_iters = 50
warmup_iters = 5\nmin_lr = 1e-4\n'
	same "'$own$other'" "'$own'"
	run -2 --separate-stderr lrsched -n 5 "$other
momentum_schedule = optax.linear_schedule(0.9, 1, 30)"
	[[ $stderr == *'none is of the rate; expected @FILE:NAME'* ]]
	run -0 --separate-stderr lrsched -n 30 "$other"
	[[ $stderr == *'the only schedule is shown'*'none of the rate' ]]
}

@test "of what a class makes by choice, what an optimizer is given is shown" {
	cat >choice.py <<-'END'
		class Learner:
		    def __init__(self, config):
		        self.config = config
		        make = {"adam": optax.adam, "sgd": optax.sgd}[config.kind]
		        schedule = {
		            "slow": optax.exponential_decay(1., 1, .9),
		            "fast": optax.exponential_decay(1., 1, .5),
		            "none": None,
		        }[self.config.schedule]
		        if schedule:
		            self.tx = make(schedule)
		        else:
		            self.tx = make(learning_rate=self.config.lr)
	END
	local set='-D config.kind=adam -D config.lr=3'
	same "-n 4 $set -D config.schedule=slow @choice.py" \
		"-n 4 'optax.exponential_decay(1., 1, .9)'"
	same "-n 4 $set -D config.schedule=fast @choice.py" \
		"-n 4 'optax.exponential_decay(1., 1, .5)'"
	same "-n 4 -D config.schedule=slow @choice.py" \
		"-n 4 'optax.exponential_decay(1., 1, .9)'"
	run -2 --separate-stderr eval \
		"lrsched -n 4 $set -D config.schedule=none @choice.py"
	[[ $stderr == *'nothing says which is meant'* ]]
}

@test "a function that trains goes over a loader that is given by its length" {
	cat >train.py <<-'END'
		def train(model, optimizer, loader, epochs):
		    schedule = get_linear_schedule_with_warmup(
		        optimizer, 2, len(loader) * epochs)
		    for epoch in range(epochs):
		        for i, batch in enumerate(tqdm(loader, desc=f"Epoch {epoch}")):
		            optimizer.step()
		            schedule.step()
		    return model
	END
	same '-l .1 -D loader=3 -D epochs=2 @train.py' \
		'-l .1 "get_linear_schedule_with_warmup(o, 2, 6)"'
	sed -i 's/enumerate(tqdm(loader.*/zip(loader, loader):/; s/i, batch/a, b/' train.py
	same '-l .1 -D loader=3 -D epochs=2 @train.py' \
		'-l .1 "get_linear_schedule_with_warmup(o, 2, 6)"'
}

@test "of several schedules that a function makes it is said that one is shown" {
	local two='def make(g, d):
    a = StepLR(SGD(g, lr=.1), 2)
    b = StepLR(SGD(d, lr=.4), 3)
    return a, b'
	run -0 --separate-stderr lrsched -n 4 "$two"
	[[ $stderr == *'several schedules are made, in lines 2 and 3, of which the last is shown' ]]
	run -0 --separate-stderr lrsched -n 4 "actor = optax.adam(optax.linear_schedule(1., 0., 4))
critic = optax.adam(optax.linear_schedule(2., 0., 4))"
	[[ $stderr == *'several schedules are made, in lines 1 and 2, of which the last is shown' ]]
	run -0 --separate-stderr lrsched -n 4 'def f(lr):
    s = StepLR(SGD(p, lr=lr), 2)
f(.1)
f(.2)'
	[[ $stderr == *'several schedules are made, all in line 2, of which the last is shown' ]]
	run -0 --separate-stderr lrsched -n 4 "${two/a, b/b}"
	[ -z "$stderr" ]
	run -0 --separate-stderr lrsched -n 4 'for fold in range(3):
    s = StepLR(SGD(p, lr=.1), 2)'
	[ -z "$stderr" ]
}

@test "an array is the rates only where something is named so" {
	cat >array.py <<-'END'
		def evaluate(n):
		    thresholds = np.linspace(0, 1, n)
		    return thresholds
		n = 4
	END
	run -2 --separate-stderr lrsched @array.py
	[[ $stderr == *'no argument that counts steps'* ]]
	same '@array.py:evaluate' "-n 4 'lr = np.linspace(0, 1, 4)'"
	sed -i 's/thresholds/lrs/' array.py
	same '@array.py' "-n 4 'lr = np.linspace(0, 1, 4)'"
}

@test "a script goes on behind the end of a function" {
	same "-n 6 '        total.append(loss)
    return total

o = SGD(p, lr=.1)
s = StepLR(o, 2)'" "-n 6 -l .1 'StepLR(o, 2)'"
}

# The oracle is the product as optax's documentation has it: each of a chain
# multiplies the step that the one before it has made.
@test "a chain of optax's multiplies a schedule by its constants" {
	local i chain=('optax.adam(3e-4), optax.scale_by_schedule(s)'
		'optax.scale_by_schedule(s), optax.scale(-3e-4)'
		'optax.scale_by_adam(), optax.scale_by_schedule(s), optax.scale_by_learning_rate(3e-4)'
		'optax.adamw(learning_rate=3e-4), optax.clip(1.), optax.scale_by_schedule(s)'
		'optax.adamw(learning_rate=s), optax.scale(3e-4)'
		'optax.chain(optax.adam(3e-4), optax.clip(1.)), optax.scale_by_schedule(s)')
	for i in "${!chain[@]}"; do
		printf '%s\n' 'import optax' \
			's = optax.linear_schedule(1., 0.25, 8)' \
			"opt = optax.chain(optax.clip_by_global_norm(1.0), ${chain[i]})" \
			'state = opt.init(params)' >chain.py
		same '-n 12 @chain.py' \
			"-n 12 'lambda t: max(1 - .75 * t / 8, .25) * 3e-4'" ||
			{ echo "${chain[i]}"; false; }
		sed -e '/^opt/{s/optax.chain(\(.*\))$/\1/;s/^opt = /parts = [/;s/$/]/;a opt = optax.chain(*parts)' \
			-e '}' chain.py >list.py
		same '-n 12 @list.py' '-n 12 @chain.py'
	done
	sed 's/3e-4/rate/' chain.py >rate.py
	refused -n 12 @rate.py
	[[ $stderr == *'-D rate=VALUE'* ]]
	same '-n 12 -D rate=3e-4 @rate.py' '-n 12 @chain.py'
	# A sign is the direction of a step.
	same "-n 9 'opt = optax.chain(optax.scale_by_schedule(optax.linear_schedule(1., 0., 9)), optax.scale(-1.0))'" \
		"-n 9 'optax.linear_schedule(1., 0., 9)'"
	refused -n 9 's = optax.linear_schedule(1., 0., 9)
	opt = optax.chain(optax.adam(s), optax.scale_by_schedule(optax.linear_schedule(2., 0., 9)))'
	[[ $stderr == *'two schedules are multiplied'* ]]
}

@test "groups of optax's with a constant beside a schedule are told" {
	printf '%s\n' 's = optax.linear_schedule(1., 0., 9)' \
		'tx = optax.multi_transform({"a": optax.adam(s), "b": optax.adam(0.5)}, labels)' \
		>groups.py
	run -0 --separate-stderr lrsched -n 9 @groups.py
	[[ $stderr == *'not the constant 0.5'* ]]
	sed -i 's/0\.5/head_lr/' groups.py
	run -0 --separate-stderr lrsched -n 9 @groups.py
	[[ $stderr == *"not 'head_lr'"* ]]
}
