#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Training functions as they stand in whole scripts: devices, models, data and
# checkpoints are around the schedule, and only what the rate needs is asked.

load helper
load schedules

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

@test "a training function is asked only for what its rate needs" {
	cat >train.py <<-'END'
		def create_schedule(config, base, per):
		    warm = optax.linear_schedule(0.0, base, config.warm * per)
		    rest = optax.cosine_decay_schedule(base, config.epochs * per)
		    return optax.join_schedules([warm, rest], [config.warm * per])

		def train_and_evaluate(config, workdir):
		    writer = metric_writers.create_default_writer(logdir=workdir)
		    platform = jax.local_devices()[0].platform
		    if config.half_precision:
		        dtype = jnp.bfloat16 if platform == "tpu" else jnp.float16
		    else:
		        dtype = jnp.float32
		    builder = tfds.builder(config.dataset)
		    for name in builder.list():
		        logging.info(name)
		    per = builder.info.splits["train"].num_examples // config.batch
		    if config.batch % jax.device_count() > 0:
		        raise ValueError("Batch size must be divisible")
		    base = config.learning_rate * config.batch / 256.0
		    fn = create_schedule(config, base, per)
		    state = create_train_state(rng, config, model, fn)
		    return state
	END
	refused -n 20 @train.py
	for name in config.warm config.epochs config.batch config.learning_rate; do
		[[ ${stderr_lines[0]} == *"'$name'"* ]]
	done
	[ "$(grep -o -- '-D ' <<<"${stderr_lines[0]}" | wc -l)" = 5 ]
	same "-n 20 -D config.warm=2 -D config.epochs=5 -D config.batch=512 \
		-D config.learning_rate=0.1 @train.py \
		-D 'builder.info.splits[\"train\"].num_examples=1024'" \
		"-n 20 'optax.join_schedules([optax.linear_schedule(0.0, 0.2, 4),
		    optax.cosine_decay_schedule(0.2, 10)], [4])'"
}

@test "what decides which optimizer or schedule is made is asked for" {
	cat >kind.py <<-'END'
		def main(args):
		    if args.kind == "adam":
		        opt = torch.optim.Adam(net.parameters(), lr=0.5)
		    else:
		        opt = torch.optim.SGD(net.parameters(), lr=0.1)
		    return StepLR(opt, 3)
	END
	refused -n 9 @kind.py
	[[ $stderr == *"'args.kind'"*"compared with 'adam'"* ]]
	same '-n 9 -D args.kind=adam @kind.py' "-n 9 'lambda t: 0.5 * 0.1 ** (t // 3)'"
	# What such a function returns is not known: nothing else is shown.
	cat >lost.py <<-'END'
		def build(opt):
		    schedule = StepLR(opt, 3)
		    schedule = wrap.up(schedule)[0].other
		    return schedule
	END
	refused -n 9 -l 1 @lost.py
}

@test "the schedule is that of a new run, and a checkpoint's branch is not taken" {
	cat >resume.py <<-'END'
		def main(args):
		    start = 0
		    opt = SGD(net.parameters(), lr=0.1)
		    if os.path.exists(args.path):
		        ckpt = torch.load(args.path)
		        opt.load_state_dict(ckpt["opt"])
		        start = ckpt["epoch"]
		    for epoch in range(start, 6):
		        for g in opt.param_groups:
		            g["lr"] = 0.1 * 0.5 ** (epoch // 2)
		        train(epoch)
		main(args)
	END
	run -0 --separate-stderr lrsched @resume.py
	[ "$(tail -n 1 <<<"$output")" = 5,0.025 ]
	[[ $stderr == *'that of a new run'* ]]
	# The other branch is the new run's.
	cat >other.py <<-'END'
		def main(args):
		    if not os.path.exists(args.path):
		        start = 1
		    else:
		        net.load_state_dict(torch.load(args.path))
		        start = 99
		    return StepLR(SGD(net.parameters(), lr=0.1), start + 2)
	END
	same '-n 9 @other.py' "-n 9 'StepLR(SGD(p, lr=0.1), 3)'"
	# One that makes something is asked for.
	sed 's/start = 99/opt = SGD(p, lr=5.0)/' other.py >made.py
	refused -n 9 @made.py
}

@test "mp.spawn(main, args=...) runs main, with what it is given" {
	cat >spawn.py <<-'END'
		def worker(rank, world, opt):
		    torch.cuda.set_device(rank)
		    optimizer = SGD(net.parameters(), lr=opt.lr * 8)
		    for epoch in range(opt.epochs):
		        for batch in tqdm(loader):
		            optimizer.param_groups[0]["lr"] = opt.lr / (1 + epoch)

		def main():
		    parser = argparse.ArgumentParser()
		    parser.add_argument("--lr", default=0.5, type=float)
		    parser.add_argument("--epochs", default=3, type=int)
		    opt = parser.parse_args()
		    world = torch.cuda.device_count()
		    mp.spawn(worker, args=(world, opt), nprocs=world, join=True)

		if __name__ == "__main__":
		    main()
	END
	same '-D loader=2 @spawn.py' "-n 6 'lambda t: 0.5 / (1 + t // 2)'"
	cat >app.py <<-'END'
		flags.DEFINE_float("lr", 0.5, "rate")
		flags.DEFINE_integer("steps", 7, "steps")
		def make_optimizer():
		    schedule = optax.linear_schedule(FLAGS.lr, 0.0, FLAGS.steps)
		    return optax.chain(optax.clip(1.0), optax.adamw(schedule))
		def main(argv):
		    opt = make_optimizer()
		    for step in range(FLAGS.steps):
		        state = update(state, next(it))
		if __name__ == "__main__":
		    app.run(main)
	END
	same '-n 7 @app.py' "-n 7 'optax.linear_schedule(0.5, 0.0, 7)'"
	sed -i '/^if/,$d; s/flags.*rate.*/FLAGS = argparse.Namespace(lr=0.5, steps=7)/' app.py
	same '-n 7 @app.py' "-n 7 'optax.linear_schedule(0.5, 0.0, 7)'"
}

@test "a trainer that main() makes has what main() knows" {
	cat >trainer.py <<-'END'
		class Trainer:
		    def __init__(self, model, loader, args, device):
		        self.model = model.to(device)
		        self.loader = loader
		        self.optimizer = AdamW(self.model.parameters(), lr=args.lr)
		        if args.compile:
		            self.model = torch.compile(self.model)
		        total = len(loader) * args.epochs
		        self.scheduler = OneCycleLR(self.optimizer, args.lr, total)
		    def fit(self):
		        for epoch in range(self.args.epochs):
		            self.train(epoch)
		def main():
		    p = argparse.ArgumentParser()
		    p.add_argument("--lr", type=float, default=0.5)
		    p.add_argument("--epochs", type=int, default=4)
		    p.add_argument("--data", required=True)
		    args = p.parse_args()
		    loader = DataLoader(load(args.data))
		    trainer = Trainer(Net(), loader, args, torch.device("cuda"))
		    trainer.fit()
		main()
	END
	refused @trainer.py
	[[ ${stderr_lines[0]} == *': no value for '\''loader'\'' (line 19); expected -D loader=VALUE' ]]
	same '-D loader=5 @trainer.py' "'OneCycleLR(SGD(p, lr=0.5), 0.5, 20)'"
}

@test "what nobody knows takes keywords from settings, and leaves the others" {
	cat >keys.py <<-'END'
		args = argparse.Namespace(lr=0.5, every=3)
		def train(args):
		    if args.arch in zoo.__dict__:
		        net = zoo.__dict__[args.arch](rate=args.drop_path)
		        net = hub.load("a", args.arch, width=args.width)
		    sched = StepLR(SGD(net.parameters(), lr=args.lr), args.every)
		train(args)
	END
	same '-n 9 @keys.py' "-n 9 'StepLR(SGD(p, lr=0.5), 3)'"
	cat >env.py <<-'END'
		rank = int(os.getenv("RANK", -1))
		every = 3 if rank == -1 else 4
		sched = StepLR(SGD(p, lr=0.5), every)
	END
	same '-n 9 @env.py' "-n 9 'StepLR(SGD(p, lr=0.5), 3)'"
}

@test "a name is of rates by its words: generate and allreduce are not" {
	for name in generate_one allreduce_all separate iterate; do
		run -2 --separate-stderr lrsched "optimizer = Adam(net.parameters())
def $name(ranges, length):
    out = []
    for i in range(length):
        out.append(random.uniform(*ranges[i]))
    return out"
		[[ $stderr == *'no schedule is made here'* ]]
	done
	for name in get_learningrate base_lr newlr LRnow my_rate; do
		same "-n 3 'def $name(step): return 0.5 ** step'" \
			"-n 3 'lambda step: 0.5 ** step'"
	done
}

@test "what trains elsewhere, and callbacks made elsewhere, are named" {
	cat >elsewhere.py <<-'END'
		from utils import train_val
		def train_net(name):
		    data = Data(f"{root}/{name}")
		    optimizer = optim.AdamW(net.parameters(), lr=ph.learning_rate)
		    warm = np.arange(1e-7, ph.learning_rate, 1e-3)
		    for epoch in range(ph.epochs):
		        net, optimizer = train_val(net=net, optimizer=optimizer)
		train_net("a")
	END
	refused @elsewhere.py
	[[ $stderr == *"7:26: no schedule is made here, and 'train_val' is not in the text"* ]]
	cat >callbacks.py <<-'END'
		from snapshot import Builder
		snapshot = Builder(100, 5, 0.1)
		model.fit(x, y, callbacks=snapshot.get_callbacks("a"), epochs=100)
	END
	refused @callbacks.py
	[[ $stderr == *"'Builder' is not in the text"* ]]
	# A module of the user's that has a library's name is said.
	run -0 --separate-stderr lrsched -n 3 'import utils
s = utils.StepLR(SGD(p, lr=0.1), 3)'
	[[ $stderr == *"'utils.StepLR' is imported, and is taken for torch.StepLR"* ]]
}

@test "where a text is no Python, that is the place if nothing else is found" {
	printf '%s\n' 'import os' 'parser.add_argument("--lr", default=0.1' \
		'parser.add_argument("--wd", default=1)' 'args = parser.parse_args()' \
		's = StepLR(SGD(p, lr=args.lr), 3)' >open.py
	refused -n 9 @open.py
	[[ $stderr == *"3:1: no schedule is made here, and this is no Python: "*"expected ',' or ')'"* ]]
}

@test "of several functions that make a schedule, the others are named" {
	cat >several.py <<-'END'
		def rate(step, size, factor, warmup):
		    step = max(step, 1)
		    return factor * size ** -0.5 * min(step ** -0.5, step * warmup ** -1.5)
		def example_learning_schedule():
		    rates = []
		    for example in [[512, 1, 4000], [256, 1, 4000]]:
		        opt = Adam(net.parameters(), lr=1)
		        sched = LambdaLR(opt, lr_lambda=lambda step: rate(step, *example))
		        for step in range(20):
		            opt.step()
		            sched.step()
		example_learning_schedule()
		def simple():
		    opt = Adam(net.parameters(), lr=0.5)
		    sched = LambdaLR(opt, lambda step: rate(step, 512, 1.0, 400))
		def worker(config):
		    opt = Adam(net.parameters(), lr=config["lr"])
		    sched = LambdaLR(opt, lambda step: rate(step, 512, 1, config["w"]))
	END
	run -0 --separate-stderr lrsched -n 5 @several.py
	[[ $stderr == *'of example_learning_schedule(), line 8, is shown, and not that of simple(), line 15; expected @FILE:simple for that'* ]]
	want='0.5 * 512 ** -0.5 * min(max(e, 1) ** -0.5, max(e, 1) * 400 ** -1.5)'
	same '-n 9 @several.py:simple' '-n 9 "lambda e: $want"'
	refused -n 9 @several.py:worker
	[[ ${stderr_lines[0]} == *"-D 'config[\"lr\"]=VALUE' -D 'config[\"w\"]=VALUE'" ]]
	# A helper that is called, or calls it, is no other one.
	cat >helper.py <<-'END'
		def warm(opt):
		    return LinearLR(opt, 0.1, 1.0, 3)
		def make(opt):
		    return SequentialLR(opt, [warm(opt), StepLR(opt, 4)], [3])
		s = make(SGD(p, lr=0.1))
	END
	run -0 --separate-stderr lrsched -n 5 @helper.py
	[ -z "$stderr" ]
}

@test "a training loop that may return is read over like any other" {
	cat >stop.py <<-'END'
		def train(loader, epochs=4, accum=2):
		    total = len(loader) * epochs // accum
		    opt = AdamW(net.parameters(), lr=0.5)
		    sched = OneCycleLR(opt, 0.5, total)
		    for epoch in range(epochs):
		        bar = tqdm(loader, desc=f"{epoch}")
		        for i, batch in enumerate(bar):
		            many = len(batch) > 6
		            if (i + 1) % accum == 0:
		                sched.step()
		        if stopper(epoch):
		            return net
		    return net
	END
	same '-D loader=10 @stop.py' "'OneCycleLR(SGD(p, lr=0.5), 0.5, 20)'"
}

@test "a maker that makes a maker is followed" {
	cat >twice.py <<-'END'
		def make_train(config):
		    config["updates"] = config["total"] // config["envs"]
		    def schedule(count):
		        return config["lr"] * (1.0 - (count // 4) / config["updates"])
		    def train(rng):
		        net = Net(env.action_space(params).n)
		        if config["anneal"]:
		            tx = optax.chain(optax.clip(1.0), optax.adam(learning_rate=schedule))
		        else:
		            tx = optax.adam(config["lr"])
		        state = State.create(apply_fn=net.apply, tx=tx)
		        return {"state": state}
		    return train
		if __name__ == "__main__":
		    config = {"lr": 0.5, "total": 80, "envs": 4, "anneal": True}
		    out = jax.jit(make_train(config))(rng)
	END
	same '-n 80 @twice.py' "-n 80 'lambda t: 0.5 * (1.0 - (t // 4) / 20)'"
}

@test "what is made elsewhere is named before any name is asked for" {
	cat >made.py <<-'END'
		from utils.lr_scheduler import LRScheduler
		class SFT:
		    def build(self):
		        args = self.args
		        self.scheduler = LRScheduler(schedule=args.kind, lr=args.lr)
		    def train(self):
		        for epoch in range(self.start_epoch, self.args.epochs):
		            for batch in self.train_loader:
		                for g in self.optimizer.param_groups:
		                    g["lr"] = self.scheduler(self.step)
	END
	refused @made.py
	[[ ${stderr_lines[0]} == *"made.py:5:26: no schedule is made here, and 'LRScheduler' is not in the text; expected the file that defines it, by -D @FILE" ]]
	cat >stepped.py <<-'END'
		class SimCLR:
		    def __init__(self, **kwargs):
		        self.optimizer = kwargs["optimizer"]
		        self.scheduler = kwargs["scheduler"]
		    def train(self, loader):
		        for epoch in range(9):
		            if epoch >= 10:
		                self.scheduler.step()
	END
	refused @stepped.py
	[[ $stderr == *"8:17: no schedule is made here, and 'self.scheduler' is not in the text"* ]]
	printf '%s\n' 'from .base import (model,' '    lr_multiplier, train)' \
		'train.max_iter *= 2' \
		'lr_multiplier.scheduler.num_updates = train.max_iter' >lazy.py
	refused @lazy.py
	[[ $stderr == *"'.base.lr_multiplier' is not in the text"* ]]
	# What libraries make is none of these.
	refused 'import optax
def build(args):
    return optax.cosine_decay_schedule(args.learning_rate, args.epochs)'
	[[ $stderr == *"no value for 'args.learning_rate'"*"'args.epochs'"* ]]
}

@test "parts of what has no value are given away, and the object stays" {
	cat >own.py <<-'END'
		class Trainer:
		    def __init__(self, config):
		        self.config = config
		        self.every = 3
		        assert jax.local_devices(backend=self.config.device)
		        if self.config.amp and self.config.device == "tpu":
		            self.policy = Policy(jmp.half_dtype())
		    def make_optimizer(self, params):
		        schedule = optax.exponential_decay(self.config.lr, self.every, 0.5)
		        return optax.inject_hyperparams(optax.adamw)(learning_rate=schedule)
	END
	refused -n 9 @own.py
	[[ ${stderr_lines[0]} == *"no value for 'config.lr' (line 9); expected -D config.lr=VALUE" ]]
	same '-n 9 -D config.lr=0.5 @own.py' "-n 9 'optax.exponential_decay(0.5, 3, 0.5)'"
}

@test "a rate of another optimizer than the schedule's is remarked" {
	local made
	for made in 'opt = build_optimizer(cfg)' 'opt = lib.Shampoo(net.parameters())' \
		$'if args.big:\n    opt = build(5.0)'; do
		run -0 --separate-stderr lrsched -n 4 "import lib
first = opt = SGD(p, lr=0.1)
$made
s = StepLR(opt, 3)"
		[[ $stderr == *'the rate of the optimizer that '*'() makes is not known, and that of another one is shown; expected -l LR' ]]
		run -0 --separate-stderr lrsched -n 4 -l 2 "import lib
first = opt = SGD(p, lr=0.1)
$made
s = StepLR(opt, 3)"
		[ -z "$stderr" ]
		[ "$(head -n 2 <<<"$output" | tail -n 1)" = 0,2 ]
	done
	# What wraps one has its rate.
	for made in 'opt = wrap(opt)' 'opt = Lookahead(SGD(p, lr=0.1))' \
		$'base = opt\nopt = wrap(base)' 'opt = hvd.DistributedOptimizer(opt)' \
		'net, opt = accelerator.prepare(net, opt)' \
		$'if args.fp16:\n    opt = wrap(net, opt)'; do
		run -0 --separate-stderr lrsched -n 4 "opt = SGD(p, lr=0.1)
$made
s = StepLR(opt, 3)"
		[ -z "$stderr" ]
		[ "$(head -n 2 <<<"$output" | tail -n 1)" = 0,0.1 ]
	done
}

@test "a function that makes nothing asks for what kept it from that" {
	# An object that is not made, for want of what its own method asks for.
	cat >runner.py <<-'END'
		import torch
		from torch.optim.lr_scheduler import StepLR
		from project import settings, Logger
		class Runner:
		    def __init__(self, conf):
		        self.conf = conf
		        self.setup(Logger(conf))
		    def setup(self, log):
		        if log.verbose > 1:
		            return
		        self.opt = torch.optim.SGD([torch.zeros(1)], lr=0.1)
		        self.sched = StepLR(self.opt, self.conf.every)
		    def step(self):
		        self.opt.step()
		        self.sched.step()
		def main():
		    runner = Runner(settings())
		    for epoch in range(30):
		        runner.step()
		if __name__ == "__main__":
		    main()
	END
	refused @runner.py
	[[ ${stderr_lines[0]} == *"9:12: no value for 'project.Logger.verbose' (line 9), 'project.settings.every' (line 12); expected -D"* ]]
	same '-n 30 -D project.Logger.verbose=0 -D project.settings.every=4 @runner.py' \
		"-n 30 -l 0.1 'StepLR(o, 4)'"
	# A branch in main() itself that makes an object of the text's.
	cat >branch.py <<-'END'
		import sys
		from project import load, Model
		class DecayRate:
		    def __init__(self, peak, total):
		        self.peak, self.total = peak, total
		    def __call__(self, step):
		        return self.peak * (1 - step / self.total)
		def main():
		    conf = load()
		    if conf.total <= 1:
		        rate = lambda step: conf.peak
		    else:
		        total = min(conf.total, 1000)
		        rate = DecayRate(peak=conf.peak, total=total)
		    model = Model()
		    for step in range(conf.total):
		        model.update(rate(step))
		    return 0
		if __name__ == "__main__":
		    raise SystemExit(main())
	END
	same '-n 30 -D conf.total=30 -D conf.peak=0.5 @branch.py' \
		"-n 30 'lambda step: 0.5 * (1 - step / 30)'"
}

@test "a function that returns where there is no checkpoint loads none" {
	cat >restore.py <<-'END'
		import os, torch
		from torch.optim.lr_scheduler import StepLR
		def restore(path, opt, state):
		    if not os.path.isfile(path):
		        return
		    kept = torch.load(path)
		    opt.load_state_dict(kept["opt"])
		    for k in state:
		        state[k] = kept[k]
		opt = torch.optim.SGD([torch.zeros(1)], lr=0.1)
		state = {"epoch": 0, "gamma": 0.5}
		restore(os.path.join("a", "b"), opt, state)
		s = StepLR(opt, 4, gamma=state["gamma"])
		for epoch in range(state["epoch"], 12):
		    opt.step()
		    s.step()
	END
	run -0 --separate-stderr lrsched @restore.py
	[[ $stderr == *"the schedule is that of a new run, and not of one that goes on from a checkpoint in line 6"* ]]
	same '-n 12 @restore.py' "-n 12 -l 0.1 'StepLR(o, 4, gamma=0.5)'"
	# What makes a schedule behind it decides nothing.
	sed 's/    kept = /    s = StepLR(opt, 2)\n&/' restore.py >makes.py
	refused @makes.py
}

@test "settings in HParams() are what it is given, and no optimizer" {
	cat >hparams.py <<-'END'
		import torch
		import tensorflow as tf
		def create():
		    return tf.contrib.training.HParams(
		        learning_rate=0.5, epochs=12, every=3)
		def main():
		    hp = create()
		    opt = torch.optim.Adam(net.parameters(), lr=hp.learning_rate)
		    s = torch.optim.lr_scheduler.StepLR(opt, hp.every)
		    for epoch in range(hp.epochs):
		        opt.step()
		        s.step()
		main()
	END
	same '@hparams.py' "-n 12 -l 0.5 'StepLR(o, 3)'"
}

@test "an object keeps what it has where an attribute that it lacks is given away" {
	cat >model.py <<-'END'
		import torch
		from torch.optim import lr_scheduler, Adam
		from base import Base, build
		class Model(Base):
		    def __init__(self, opt):
		        super().__init__(opt)
		        self.net = build(opt)
		        self.every = 3
		        if opt["ema"] > 0:
		            self.ema = self.net.to(self.device)
		    def define_optimizer(self):
		        self.optimizer = Adam(self.net.parameters(), lr=0.5)
		    def define_scheduler(self):
		        self.schedulers.append(
		            lr_scheduler.StepLR(self.optimizer, self.every, gamma=0.5))
	END
	same '-n 12 -l 0.5 @model.py' "-n 12 -l 0.5 'StepLR(o, 3, gamma=0.5)'"
	# The object itself, or what a property gives, is lost.
	for given in self self.whole; do
		sed "s/self.device/$given/; s/^    def define_opt/    @property\n    def whole(self):\n        return self\n&/" \
			model.py >lost.py
		run -2 lrsched -n 12 -l 0.5 @lost.py
	done
	# What a library is known to make is not asked for by a file.
	sed 's/self.every, /self.other[0], /' model.py >other.py
	run -2 lrsched -n 12 -l 0.5 @other.py
	[[ $output != *'not in the text'* ]]
}

@test "what a maker was given stays what it was, whatever asks for it" {
	cat >made.py <<-'END'
		def make(terms='constant * warm * root', base=0.5, warm=4):
		    terms = [t.strip() for t in terms.split('*')]
		    def rate(step):
		        value = 1.0
		        for term in terms:
		            if term == 'constant':
		                value *= base
		            elif term == 'warm':
		                value *= min(1.0, step / warm)
		            elif term == 'root':
		                value /= max(step, warm) ** 0.5
		            else:
		                other = base
		        return value
		    return rate
		def plain(base, twice):
		    def rate(step):
		        if step >= 0:
		            first = base
		            first += twice
		        return first / (1 + step)
		    return rate
	END
	for call in 'make(base=0.25)' "make('constant * root', 0.25, 9)" 'plain(0.25, 3.0)'; do
		printf '%s\n' 'import optax' 'from made import make, plain' \
			"lr_fn = $call" 'tx = optax.adamw(lr_fn)' >t.py
		python3 -c "
from made import *
rate = $call
for step in range(12): print(repr(rate(step)))" | sed 's/\.0$//' >want
		run -0 lrsched -Hq -n 12 -c lr @t.py
		diff <(echo "$output") want
		{ cat made.py; tail -n 2 t.py; } >whole.py
		run -0 lrsched -Hq -n 12 -c lr @whole.py
		diff <(echo "$output") want
	done
}

@test "what only later rounds need is asked for with the rest" {
	cat >later.py <<-'END'
		import torch
		def train(config):
		    lr = config.first
		    optimizer = torch.optim.Adam(Net().parameters(), config.first)
		    for i in range(config.rounds):
		        optimizer.step()
		        if (i + 1) % 10 == 0 and i > 15:
		            lr -= config.first / float(config.decay)
		            for group in optimizer.param_groups:
		                group['lr'] = lr
	END
	refuses "*no value for 'config.first' (line 4), 'config.rounds' (line 5), 'config.decay' (line 8); *" -n 40 @later.py
	python3 -c '
lr = 0.5
for i in range(40):
    print(repr(lr))
    if (i + 1) % 10 == 0 and i > 15: lr -= 0.5 / 8.0' >want
	run -0 lrsched -Hq -n 40 -c lr -D config.first=0.5 -D config.decay=8 -D config.rounds=40 @later.py
	diff <(echo "$output") want
}

@test "what no number does for is asked for as a list" {
	cat >steps.py <<-'END'
		import numpy as np
		def adjust_learning_rate(optimizer, epoch, steps, gamma):
		    lr = 0.5 * gamma ** sum(epoch >= np.array(steps))
		    for group in optimizer.param_groups:
		        group['lr'] = lr
	END
	refuses "*no value for 'steps' (line 2, a list), 'gamma' (line 2); expected -D steps=VALUE -D gamma=VALUE*" -n 9 @steps.py
	run -0 lrsched -Hq -n 6 -c lr -D 'steps=[2, 4]' -D gamma=0.5 @steps.py
	[ "$output" = $'0.5\n0.5\n0.25\n0.25\n0.125\n0.125' ]
}

@test "what the text computes of other names is not asked for" {
	cat >train.py <<-'END'
		tot = len(loader) * args.epochs
		warm = int(tot * 0.05)
		def rule(s):
		    if s < warm:
		        return s / warm
		    return (tot - s) / (tot - warm)
		optimizer = torch.optim.SGD(net.parameters(), lr=args.lr)
		scheduler = LambdaLR(optimizer, rule)
	END
	refuses "*no value for 'loader' (line 1), 'args.epochs' (line 1), 'args.lr' (line 7); expected -D loader=VALUE -D args.epochs=VALUE -D args.lr=VALUE" \
		-n 40 @train.py
	lrsched -n 200 -D loader=20 -D args.epochs=10 -D args.lr=.5 @train.py >got.csv
	lrsched -n 200 -l .5 linear:10,from=0,to=1x linear:190,from=1x,to=0 >want.csv
	cmp got.csv want.csv
	# One needs to be below another.
	cat >cycle.py <<-'END'
		half = len(loader) * n
		optimizer = torch.optim.SGD(net.parameters(), lr=low)
		scheduler = CyclicLR(optimizer, base_lr=low, max_lr=high, step_size_up=int(half))
	END
	refuses "*no value for 'loader' (line 1), 'n' (line 1), 'low' (line 3), 'high' (line 3); *" \
		-n 40 @cycle.py
	# What a call that is not known gives is asked for all the same.
	cat >call.py <<-'END'
		steps = settings.whole('epochs') * (len(data) // settings.whole('size'))
		rate = keras.optimizers.schedules.CosineDecay(0.1, steps)
	END
	refuses "*'steps'; expected *-D steps=VALUE" @call.py
}

@test "names of a function that made a schedule are gone with its call" {
	cat >state.py <<-'END'
		def create_state(c):
		    warm = optax.linear_schedule(init_value=0., end_value=c.peak, transition_steps=c.w)
		    down = optax.cosine_decay_schedule(init_value=c.peak, decay_steps=c.n - c.w)
		    rate = optax.join_schedules([warm, down], [c.w])
		    tx = optax.chain(optax.clip(c.clip), optax.adamw(learning_rate=rate, weight_decay=c.wd))
		    return c, tx.init(c.params), tx
	END
	lrsched -q -n 30 -D c.peak=.5 -D c.n=30 -D c.w=10 @state.py >got.csv
	lrsched -n 30 -l .5 linear:10,from=0,to=1x cos:20 | cmp - got.csv
	sed -i 's/    rate = .*/    rates = {"learning_rate": c.wd}\n    rates["s"] = warm/
		s/=rate,/=rates["s"],/' state.py
	lrsched -q -n 9 -D c.peak=.5 -D c.n=30 -D c.w=10 @state.py || [ $? -eq 2 ]
}
