#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Excerpts of training scripts as they are copied: excerpts.py LRSCHED [NAME...]

Each is given to lrsched as it stands.  What it lacks has to be asked for by
one message, of all names at once; with these the rates are those of a formula,
which CPython computes here from the text's meaning, and not by lrsched's own
evaluator.  Prints what differs; the exit status is 1 if anything does.
"""
import csv, io, math, re, subprocess, sys

CASES = []


def case(name, text, rate=None, ask=(), give=None, args=(), n=40, first=0,
         note="", refuse="", asks="", tolerance=1e-9):
    """RATE(t) for N rows from FIRST on, at once or with ASK's values of GIVE;
    ASKS stands in what asks for them, NOTE in what is remarked, REFUSE in why
    there are none."""
    CASES.append(dict(name=name, text=text, rate=rate, ask=list(ask),
                      give=give or {}, args=list(args), n=n, first=first,
                      note=note, refuse=refuse, asks=asks,
                      tolerance=tolerance))


def cosine(t, warmup, total, plus=0):
    if t < warmup:
        return (t + plus) / warmup
    return 0.5 * (1 + math.cos(math.pi * (t - warmup) / (total - warmup)))


# --- which of several functions is meant -----------------------------------

case("a maker behind what only looks as if it counted", """
    def configure_optimizers(self):
        opt = Adam(self.net.parameters(), lr=0.1)
        return opt, ExponentialLR(opt, gamma=0.9)

    def train_step(self, batch: dict) -> dict:
        image = batch["image"].to(self.device)
        self.optimizer.zero_grad()

def search_lr(model, loaders):
    tuner = Tuner(model)
    return tuner.lr_find(model, loaders)
""", lambda t: 0.1 * 0.9 ** t)

case("a maker of functions before helpers that are named for rates", """
def rsqrt_schedule(warmup_steps, peak):
    def rate(now):
        if now < warmup_steps:
            return peak * now / warmup_steps
        return peak / math.sqrt(now / warmup_steps)
    return rate


def put_lr(optimizer, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr


def lr_for_size(model):
    return 0.003 - 0.0001 * math.log(sum(p.numel() for p in model.parameters()))
""", lambda t: 0.1 * t / 5 if t < 5 else 0.1 / math.sqrt(t / 5),
     ["warmup_steps", "peak"], {"warmup_steps": "5", "peak": ".1"})

case("of two functions the one that counts no batches", """
def adjust_rate(args, optimizer, epoch):
    lr = args.base
    if epoch >= args.drop:
        lr = lr * 0.1
    for g in optimizer.param_groups:
        g['lr'] = lr

def warmup_rate(args, epoch, batch_id, nbatch, optimizer):
    if epoch <= args.warm:
        for g in optimizer.param_groups:
            g['lr'] = args.base * (batch_id + epoch * nbatch) / nbatch
""", lambda t: 0.1 if t < 20 else 0.1 * 0.1, ["args.base", "args.drop"],
     {"args.base": ".1", "args.drop": "20"}, note="warmup_rate() sets the rate")

case("the function that an optimizer is given, beside schedules", """
ramp = optax.linear_schedule(0.0, 1.0, 10)
def held(step):
    return step if hold is None else jnp.minimum(step, hold)
fast = lambda step: 2e-4 * ramp(held(step))
tx = optax.lion(learning_rate=fast, weight_decay=0.1)
""", lambda t: 2e-4 * min(t, 7, 10) / 10, ["hold"], {"hold": "7"})

# --- names ------------------------------------------------------------------

case("what a function makes of what is not known is given by its name", """
def fit(net, data, epochs=4, lr=1e-2):
    cut = int(0.8 * len(data))
    part, rest = random_split(data, [cut, len(data) - cut])
    loader = DataLoader(part, batch_size=8)
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    sched = OneCycleLR(opt, max_lr=lr, steps_per_epoch=len(loader), epochs=epochs)
""", lambda t: 1e-2 * (
         1 / 25 + (1 - 1 / 25) * 0.5 * (1 - math.cos(math.pi * t / 11))
         if t <= 11 else
         4e-6 + (1 - 4e-6) * 0.5 * (1 + math.cos(math.pi * (t - 11) / 28))),
     [], {"data": "400", "loader": "10"})

case("a rate is asked for that an optimizer is named in", """
class Net(LightningModule):
    def configure_optimizers(self):
        opt = torch.optim.Adam(self.parameters(), lr=main_optimizer_lr)
        def halve(epoch): return 0.5 ** epoch
        return [opt], [LambdaLR(opt, lr_lambda=halve)]
""", lambda t: 0.1 * 0.5 ** t, ["main_optimizer_lr"],
     {"main_optimizer_lr": ".1"})

case("type() is that of Python", """
if type(kind) == str and kind == "drop":
    s = StepLR(SGD(net.parameters(), lr=0.1), 10)
elif type(kind) is str:
    s = ExponentialLR(SGD(net.parameters(), lr=0.1), 0.5)
""", lambda t: 0.1 * 0.1 ** (t // 10), ["kind"], {"kind": "drop"}, n=10)

# --- where it is cut, and where it begins ------------------------------------

case("heads at the end have their lines behind what was copied", """
def get_lr(it):
    return 0.1 / (1 + it)

class Keeper:
""", lambda t: 0.1 / (1 + t))

case("a step that only fails at 0", """
def noam(step, hp):
    d = hp.width
    return 2.0 * d ** -0.5 * min(step ** -0.5, step * hp.warm ** -1.5)
""", lambda t: 2 * 64 ** -0.5 * min(t ** -0.5, t * 10 ** -1.5),
     ["hp.width", "hp.warm"], {"hp.width": "64", "hp.warm": "10"},
     ["-s", "1"], first=1)

case("a step that is refused at 0", """
def lr_at(it: int, top: float):
    if it <= 0:
        raise ValueError(f"{it} is too early")
    return top / it
""", lambda t: 0.1 / t, ["top"], {"top": ".1"}, ["-s", "1"], first=1)

case("the same without -s", """
def lr_at(it):
    if it <= 0:
        raise ValueError(f"{it} is too early")
    return 1 / it
""", refuse="0 is too early (at step 0; -s 1 begins after it)")

# --- branches -----------------------------------------------------------------

case("strings that choose branches are named, and what all branches need", """
def make(self):
    if self.kind == 'adam':
        opt = torch.optim.AdamW(self.parameters(), lr=self.rate)
    elif self.kind == 'sgd':
        opt = torch.optim.SGD(self.parameters(), lr=self.rate)
    else:
        raise KeyError
    name = self.config.get("sched")
    if name in ("steps", "none"):
        sched = MultiStepLR(opt, milestones=self.at, gamma=0.1)
    elif name.lower() == "cos":
        sched = CosineAnnealingLR(opt, self.trainer.max_epochs)
    else:
        raise KeyError
    return [opt], [sched]
""", lambda t: 0.1 * 0.1 ** ((t >= 10) + (t >= 20)),
     ["self.kind", "self.rate", "self.config['sched']", "self.at",
      "self.trainer.max_epochs"],
     {"self.kind": "adam", "self.rate": ".1", 'self.config["sched"]': "steps",
      "self.at": "[10,20]"},
     asks="'self.config['sched']' (line 9, compared with 'steps', 'none', "
          "'cos')")

case("what a branch gives a value is not asked for", """
opt = AdamW(net.parameters(), lr=rate)
if plan.cosine:
    def down(epoch):
        return 0.5 * (1 + math.cos(math.pi * epoch / plan.epochs))
    main = LambdaLR(opt, down)
    if plan.warm > 0:
        up = LinearLR(opt, start_factor=plan.start, total_iters=plan.warm)
        sched = SequentialLR(opt, [up, main], milestones=[plan.warm])
    else:
        sched = main
""", lambda t: 0.1 * (0.2 + 0.8 * t / 4) if t < 4 else
     0.05 * (1 + math.cos(math.pi * (t - 4) / 50)),
     ["rate", "plan.cosine", "plan.warm", "plan.start", "plan.epochs"],
     {"rate": ".1", "plan.cosine": "True", "plan.warm": "4",
      "plan.start": ".2", "plan.epochs": "50"})

case("what a method gives is not asked for", """
def train_one_epoch(net, opt, loader, epoch, every):
    meters = tools.Meters(delimiter=" ")
    if epoch == 0:
        sched = LinearLR(opt, start_factor=0.5, total_iters=len(loader) - 1)
    for image, target in meters.log(loader, every):
        loss = net(image)
        sched.step()
        meters.update(lr=opt.param_groups[0]["lr"])
""", lambda t: 0.1 * (0.5 + 0.5 * t / 39), ["epoch", "loader"],
     {"epoch": "0", "loader": "40"}, args=["-l", ".1"])

# --- what is given a schedule -----------------------------------------------

case("a class that nobody knows makes another of a schedule", """
s = After(opt, 4, StepLR(opt, 3))
for e in range(9):
    s.step()
""", refuse="After: no such constructor")

case("one that trains with it does not", """
learner = Learner(net, StepLR(opt, 3), metrics=2)
learner.train_model(9)
""", lambda t: 0.1 ** (t // 3), args=["-l", "1"])

case("an optimizer of its own class is given a schedule", """
rate = tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
opt = AdamWithDecay(learning_rate=rate, decay=0.01)
""", lambda t: 0.1 * 0.5 ** (t / 10))

case("optax multiplies a schedule by a constant rate", """
s = optax.linear_schedule(1.0, 0.0, 40)
parts = [optax.clip(1.0), optax.adamw(1e-3)]
parts.append(optax.scale_by_schedule(s))
tx = optax.chain(*parts)
""", lambda t: 1e-3 * (1 - t / 40))

case("optax is given another rate than the schedule", """
s = optax.linear_schedule(1.0, 0.0, 40)
tx = optax.adam(1e-3)
""", lambda t: 1 - t / 40, note="none is given the schedule")

case("optax steps by a schedule alone", """
s = optax.linear_schedule(1.0, 0.0, 40)
tx = optax.chain(optax.scale_by_adam(), optax.scale_by_schedule(s))
""", lambda t: 1 - t / 40)

case("what is made of a rate where it is called is remarked", """
def get_lr(it):
    return 0.1 / (1 + it)

for it in range(40):
    lr = 2 * get_lr(it)
    for g in optimizer.param_groups:
        g["lr"] = lr
""", lambda t: 0.1 / (1 + t), note="get_lr() is shown, and not what is made")

case("what follows a metric may be misspelt beside a schedule", """
model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse")
def fall(epoch, lr):
    return lr * 0.5
step = keras.callbacks.LearningRateScheduler(fall)
stall = keras.callbacks.ReduceLROnPlateau(moniter="val_loss", factor=0.5)
""", lambda t: 0.1 * 0.5 ** (t + 1), note="which is not shown")

case("epochs of a loop of transformers without a Trainer", """
num_epochs: 4
learning_rate: 2.0e-05
lr_scheduler: cosine
num_warmup_steps: 5
effective_batch_size: 16
""", lambda t: 2e-5 * cosine(t, 5, 40), args=["-e", "10"])

case("settings that begin otherwise are not misspelt", """
args = TrainingArguments(output_dir="x", learning_rate=1e-3, max_steps=40,
                         save_steps=20, eval_steps=20, logging_steps=1)
""", lambda t: 1e-3 * (1 - t / 40))

case("what a maker lacks of its object is asked for at once", """
    def make_sched(self, optimizer, spe, total):
        warm = spe * self.cfg.warm
        a = LinearLR(optimizer, start_factor=0.5, total_iters=warm)
        b = CosineAnnealingLR(optimizer, T_max=total - warm, eta_min=self.cfg.low)
        return SequentialLR(optimizer, schedulers=[a, b], milestones=[warm])
""", lambda t: 0.1 * (0.5 + 0.5 * t / 4) if t < 4 else
     0.01 + 0.09 * 0.5 * (1 + math.cos(math.pi * (t - 4) / 36)),
     ["spe", "total", "self.cfg.warm", "self.cfg.low"],
     {"spe": "4", "total": "40", "self.cfg.warm": "1", "self.cfg.low": ".01"},
     args=["-l", ".1"])

case("parts of what is not known are called by their own names", """
def run(cfg, lr, parts):
    (a, b), (c, d) = parts
    n, size, epochs = a.size(0), cfg["batch"], cfg["epochs"]
    opt = Adam(net.parameters(), lr=lr)
    sched = LambdaLR(opt, lambda t: 1 - t / (epochs * math.ceil(n / size)))
    for epoch in range(epochs):
        perm = torch.randperm(n)
        for i in range(0, n, size):
            net(perm[i:i + size])
""", lambda t: 0.1 * (1 - t / 40), ["lr", "cfg['batch']", "cfg['epochs']", "n"],
     {"lr": ".1", 'cfg["batch"]': "10", 'cfg["epochs"]': "4", "n": "100"})

# --- classes and libraries ----------------------------------------------------

case("a class of a schedule, behind what only says that there is one", """
    def create(self) -> optax.Schedule: ...


@dataclasses.dataclass(frozen=True)
class RootSchedule(Config):
    warm: int = 10
    peak: float = 0.1

    def create(self) -> optax.Schedule:
        return optax.join_schedules(
            [optax.linear_schedule(0.0, self.peak, self.warm),
             lambda step: self.peak / jnp.sqrt(1 + step)], [self.warm])
""", lambda t: 0.1 * t / 10 if t < 10 else 0.1 / math.sqrt(1 + t - 10))

case("MLX's module is called optim", """
up = optim.linear_schedule(0.0, 0.1, steps=10)
down = optim.cosine_decay(0.1, decay_steps=30, end=0.0)
rate = optim.join_schedules([up, down], [10])
""", lambda t: 0.1 * t / 10 if t < 10 else
     0.05 * (1 + math.cos(math.pi * (t - 10) / 30)))

case("flags of a script that calls epochs so", """torchrun -m train \\
  --batch_size 4 --learning_rate 1e-3 --num_epochs 4 \\
  --lr_scheduler_type cosine --warmup_ratio 0.1 "$@"
""", lambda t: 1e-3 * cosine(t, 4, 40), args=["-e", "10"],
     note="num_epochs is taken for num_train_epochs")

case("a count that -D begins goes on in a loop", """
for epoch in range(epochs):
    for image, mask in enumerate(loader):
        rate = base * (1.0 - it / total) ** 0.9
        for g in optimizer.param_groups:
            g['lr'] = rate
        it = it + 1
""", lambda t: 0.1 * (1 - t / 40) ** 0.9,
     ["epochs", "loader", "base", "total", "it"],
     {"epochs": "4", "loader": "10", "base": ".1", "total": "40", "it": "0"},
     args=["-l", ".1"])

case("a word that -D gives is made lower", """
args.kind = args.kind.lower()
if args.kind == "steplr":
    sched = StepLR(opt, 10, 0.5)
elif args.kind == "lambda":
    sched = LambdaLR(opt, lambda t: 1 / (1 + t))
else:
    raise NotImplementedError(args.kind)
""", lambda t: 0.1 * 0.5 ** (t // 10), ["args.kind"],
     {"args.kind": "StepLR"}, args=["-l", ".1"])

case("lambda may be such a word", """
if policy == "lambda":
    sched = LambdaLR(opt, lambda t: 1 / (1 + t))
elif policy == "step":
    sched = StepLR(opt, 3)
""", lambda t: 0.1 / (1 + t), ["policy"], {"policy": "lambda"},
     args=["-l", ".1"])

case("a class that steps the groups of its optimizer", """
class Warm:
    def __init__(self, optimizer, warm, base):
        self.optimizer, self.warm, self.base = optimizer, warm, base
        self.now = 0

    def step(self):
        self.now += 1
        lr = self.base * min(1, self.now / self.warm)
        for g in self.optimizer.param_groups:
            g['lr'] = lr
        return lr

def train_epoch(net, loader, epoch, cfg):
    for batch in loader:
        net(batch)
""", lambda t: 0.1 * min(1, (t + 1) / 5), ["warm", "base"],
     {"warm": "5", "base": ".1"})

case("a function of a class alone", """
class Tools(object):
    @staticmethod
    def lr_at(lr, factor, epoch_now, drops):
        return lr * np.power(factor, sum(epoch_now >= d for d in drops))
""", lambda t: 0.1 * 0.5 ** ((t >= 10) + (t >= 20)), ["lr", "factor", "drops"],
     {"lr": ".1", "factor": ".5", "drops": "[10,20]"})

case("what is left of training is no step", """
def lr_schedule(progress_remaining):
    return 0.1 * progress_remaining

agent = PPO("MlpPolicy", env, learning_rate=lr_schedule)
""", refuse="no argument that counts steps")

# --- which is meant, where several might be ----------------------------------

case("the function that a loop uses, before the last one", """
def linear_lr(step, total=40):
    return 0.1 * (1 - step / total)

def cosine_lr(step, total=40):
    return 0.05 * (1 + math.cos(math.pi * step / total))

optimizer = SGD(model.parameters(), lr=0.1)
for step in range(40):
    for g in optimizer.param_groups:
        g['lr'] = linear_lr(step)
    optimizer.step()
""", lambda t: 0.1 * (1 - t / 40))

case("a loop that uses two functions is run", """
def warmup_lr(step):
    return 0.1 * (step + 1) / 10

def decay_lr(step):
    return 0.1 * 0.95 ** (step - 10)

for step in range(40):
    lr = warmup_lr(step) if step < 10 else decay_lr(step)
    for g in optimizer.param_groups:
        g['lr'] = lr
    optimizer.step()
""", lambda t: 0.1 * (t + 1) / 10 if t < 10 else 0.1 * 0.95 ** (t - 10))

case("of functions that nothing uses another is remarked", """
def linear_lr(step):
    return 0.1 * (1 - step / 40)

def inverse_lr(step):
    return 0.1 / (1 + step)
""", lambda t: 0.1 / (1 + t), note="not 'linear_lr'")

case("a function made of another one is alone", """
def warm_lr(step):
    return min(1, (step + 1) / 10)

def both(step):
    return warm_lr(step) * 0.5 ** (step // 20)

def get_lr(step):
    return 0.3 * both(step)
""", lambda t: 0.3 * min(1, (t + 1) / 10) * 0.5 ** (t // 20))

case("functions of other quantities behind that of the rate", """
def lr_schedule(step):
    return 0.1 * (1 - step / 40)

def momentum_schedule(step):
    return 0.9 - 0.1 * step / 40

def beta_schedule(step):
    return 0.4 + 0.6 * step / 40

def ema_decay(step):
    return min(0.999, (1 + step) / (10 + step))
""", lambda t: 0.1 * (1 - t / 40))

case("a function that another one made is alone", """
def lr_with_warmup(base, warm):
    def fn(step):
        return base * min(1, (step + 1) / warm)
    return fn

lr_fn = lr_with_warmup(0.2, 5)
""", lambda t: 0.2 * min(1, (t + 1) / 5))

case("tables that a function makes, behind it", """
def cosine_scheduler(base_value, final_value, epochs, niter_per_ep):
    iters = np.arange(epochs * niter_per_ep)
    return final_value + 0.5 * (base_value - final_value) * (
        1 + np.cos(np.pi * iters / len(iters)))

lr_schedule = cosine_scheduler(0.1, 0.01, 8, 5)
wd_schedule = cosine_scheduler(0.04, 0.4, 8, 5)
momentum_schedule = cosine_scheduler(0.996, 1, 8, 5)
""", lambda t: 0.01 + 0.09 * cosine(t, 0, 40))

case("the only table, whose name says that it is of something else", """
momentum_schedule = np.linspace(0.9, 0.1, 40)
""", lambda t: 0.9 - 0.8 * t / 39, note="none of the rate")

case("a function of something else beside an optimizer", """
eps_by_frame = lambda frame_idx: 0.01 + 0.99 * math.exp(-frame_idx / 500)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
""", lambda t: 0.01 + 0.99 * math.exp(-t / 500), note="optimizer's")

case("two optimizers of Keras", """
generator_optimizer = tf.keras.optimizers.Adam(1e-4)
discriminator_optimizer = tf.keras.optimizers.Adam(4e-4)
""", lambda t: 4e-4, note="several optimizers")

case("two optimizers with schedules of their own", """
g_lr = tf.keras.optimizers.schedules.InverseTimeDecay(1e-4, 10, 0.9)
d_lr = tf.keras.optimizers.schedules.InverseTimeDecay(4e-4, 10, 0.5)
generator_optimizer = tf.keras.optimizers.Adam(g_lr, beta_1=0.5)
discriminator_optimizer = tf.keras.optimizers.Adam(d_lr, beta_1=0.5)
""", lambda t: 4e-4 / (1 + 0.5 * t / 10), note="several optimizers",
     tolerance=1e-6)

case("a sweep of rates", """
for lr in [0.1, 0.01]:
    opt = torch.optim.SGD(net.parameters(), lr=lr)
    scheduler = StepLR(opt, step_size=20, gamma=0.5)
""", lambda t: 0.01 * 0.5 ** (t // 20), note="several schedules")

case("folds make the same again", """
for fold in range(5):
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    scheduler = StepLR(opt, step_size=20, gamma=0.5)
""", lambda t: 0.1 * 0.5 ** (t // 20))

case("a function that is chosen by name", """
def first_lr(step): return 0.1 / (1 + step)

def second_lr(step): return 0.1 * 0.9 ** step

lr_fn = {"first": first_lr, "second": second_lr}["first"]
""", lambda t: 0.1 / (1 + t))

# --- loops over several optimizers -------------------------------------------

PAIR = """
opt_g = torch.optim.Adam(g.parameters(), 1e-4)
opt_d = torch.optim.Adam(d.parameters(), 4e-4)
"""

case("the rate of one optimizer is not changed by another's", PAIR + """
for epoch in range(40):
    if epoch in (10, 20):
        for group in opt_g.param_groups: group["lr"] /= 2
        for group in opt_d.param_groups: group["lr"] /= 2
    opt_g.step()
""", lambda t: 4e-4 / 2 ** ((t >= 10) + (t >= 20)), note="several optimizers")

case("the optimizer that is set first, beside one with the same rate",
     PAIR.replace("4e-4", "1e-4") + """
for epoch in range(40):
    for group in opt_g.param_groups: group["lr"] *= 0.9
    for group in opt_d.param_groups: group["lr"] *= 0.9
    opt_g.step()
""", lambda t: 1e-4 * 0.9 ** (t + 1))

case("rates by turns, of which the first is shown", PAIR + """
for update in range(1, 41):
    frac = 1 - (update - 1) / 40
    opt_g.param_groups[0]["lr"] = frac * 1e-4
    opt_d.param_groups[0]["lr"] = frac * 4e-4
    opt_g.step()
""", lambda t: 1e-4 * (1 - t / 40), note="several optimizers")

for over in ["o in (opt_g, opt_d)", "i, o in enumerate([opt_g, opt_d])",
             "o in list((opt_g, opt_d))"]:
    case("a loop over optimizers is no round: " + over, PAIR + """
for it in range(40):
    for %s:
        for group in o.param_groups:
            group["lr"] = 0.1 * 0.9 ** it
    opt_g.step()
""" % over, lambda t: 0.1 * 0.9 ** t)

# --- where an optimizer's rate stands ----------------------------------------

for first in ["p", "[w, b]", "groups", "filter(f, net.parameters())",
              "(p for p in net.parameters() if p.requires_grad)"]:
    case("the second of SGD(%s, ...)" % first, """
opt = SGD(%s, 0.1, 0.9)
sched = StepLR(opt, 10)
""" % first, lambda t: 0.1 * 0.1 ** (t // 10))

case("the second of a class that is an optimizer by its name", """
opt = bnb.optim.AdamW8bit(p, 0.2)
sched = StepLR(opt, 10)
""", lambda t: 0.2 * 0.1 ** (t // 10))

case("groups that are called params", """
opt = torch.optim.SGD(params=[
    {'params': model.backbone.parameters(), 'lr': 0.1 * opts.lr},
    {'params': model.classifier.parameters(), 'lr': opts.lr},
], lr=opts.lr, momentum=0.9)
sched = StepLR(opt, 10)
""", lambda t: 0.03 * 0.1 ** (t // 10), ["opts.lr"], {"opts.lr": "0.3"},
     note="the first's 0.03 is shown, and not 0.3 (-l LR)")

case("a rate that is not known, before a momentum", """
opt = SGD(my_lr, 0.9)
sched = StepLR(opt, 10)
""", lambda t: 0.4 * 0.1 ** (t // 10), ["my_lr"], {"my_lr": "0.4"})

# --- what stands around a schedule ------------------------------------------

case("arguments that are computed, of a schedule in a dict", """
        opt = SGD(self.parameters(), lr=self.hp.rate)
        made = {'scheduler': StepLR(opt, step_size=self.rows // self.hp.size),
                'interval': 'step'}
        return [opt], [made]

    def train_dataloader(self):
        return 1
""", lambda t: 0.2 * 0.1 ** (t // 6), ["self.hp.rate", "self.rows", "self.hp.size"],
     {"self.hp.rate": ".2", "self.rows": "50", "self.hp.size": "8"})

case("names that math has, and the text does not import", """
opt = SGD(p, lr=0.1)
sched = StepLR(opt, dist, gamma)
""", lambda t: 0.1 * 0.5 ** (t // 4), ["dist", "gamma"],
     {"dist": "4", "gamma": ".5"})

case("a name of math's that is called, or imported", """
from math import e
rate = lambda epoch: 0.1 * e ** -epoch + exp(-epoch)
""", lambda t: 0.1 * math.e ** -t + math.exp(-t))

case("arguments of a call whose head is cut", """
        seed=7,
        learning_rate=2e-4, # peak
        lr_scheduler_type='constant_with_warmup',
        warmup_steps=8,
        bf16=True,
    )
""", lambda t: 2e-4 * min(1, t / 8))

case("flags of arrays whose command is cut", """
DATA=(--data-path "$CORPUS" --split 99,1,0)
RATES=(
  --lr 4e-4
  --lr-decay-style linear
  --min-lr 0
)
RATES+=(--lr-decay-iters 40 --lr-warmup-iters 4)
""", lambda t: 4e-4 * (t / 4 if t <= 4 else (40 - t) / 36),
     note="no command is given the flags")

# --- loops beside a function ------------------------------------------------

STAIRS = """
def adjust_lr(optimizer, epoch):
    if epoch %% 10 == 0:
        for group in optimizer.param_groups:
            group['lr'] = group['lr'] * 0.5
for epoch in range(1, last):
    %s
    adjust_lr(optimizer, epoch)
    adjust_lr(optimizer_d, epoch)
"""

case("a rate that goes on where the text's loop begins", STAIRS % "x = epoch",
     lambda t: 0.5 ** ((t + 1) // 10), ["last"], {"last": "41"}, ["-l", "1"])

case("the same, set when a round has trained", STAIRS % "train(epoch)",
     lambda t: 0.5 ** (t // 10), ["last"], {"last": "41"}, ["-l", "1"])

case("rates that two optimizers have by what they are called", """
def set_lr(self, step):
    for g in self.opt_a.param_groups:
        g['lr'] = g['lr'] * 0.9
    for g in self.opt_b.param_groups:
        g['lr'] = g['lr'] * 0.5
""", lambda t: 0.9 ** (t + 1), args=["-l", "1"],
     note="the rates of several optimizers are set")

for shown, told in (("it + 1", "is called with 'it + 1'"),
                    ("it", "the text's loop counts from 3")):
    case("what a loop gives a function: " + shown, """
def get_lr(it):
    return 0.9 ** it
for it in tqdm(range(%d, 90)):
    for g in optimizer.param_groups:
        g['lr'] = get_lr(%s)
    optimizer.step()
""" % (3 * (shown == "it"), shown), lambda t: 0.9 ** t, note=told)

case("a function of rates that is called behind the training", """
def get_lr(it):
    return 0.9 ** it
for it in range(90):
    optimizer.step()
    for g in optimizer.param_groups:
        g['lr'] = get_lr(it)
""", lambda t: 0.9 ** t, note="is called behind the training of a round")

case("a function of rates that is called before the training", """
def schedule(epoch):
    return 0.9 ** epoch
for epoch in range(90):
    lr = schedule(epoch)
    tools.adjust_learning_rate(optimizer, lr)
    result = tools.train_epoch(loaders, model, optimizer)
""", lambda t: 0.9 ** t)

for told, made in ((True, """
    for g in optimizer.param_groups:
        g['lr'] = g['initial_lr'] * share"""), (True, """
    lr = 3e-4 * share
    for g in optimizer.param_groups:
        g['lr'] = lr"""), (True, """
    set_lr(optimizer, 3e-4 * share)"""), (False, """
    set_lr(optimizer, share)"""), (False, """
    for g in optimizer.param_groups:
        g['lr'] = share
        g['weight_decay'] = 0.1 * share""")):
    case("a function whose value is kept, and changed or not:" + made, """
scheduled = True
share = 3
lr = share * 2
def get_lr_share(it):
    share = 0.9 ** it
    lr = share * 1
    return lr
for it in range(90):
    share = get_lr_share(it) if scheduled else 1.0%s
    optimizer.step()
""" % made, lambda t: 0.9 ** t, args=["-l", ".1"] if told else [],
         note="-D @FILE 'LambdaLR(opt, get_lr_share)'" if told else "")

case("a loop over trange()", """
from tqdm import trange
for it in trange(1, 41, desc="training"):
    for group in optimizer.param_groups:
        group["lr"] = 0.5 ** it
    optimizer.step()
""", lambda t: 0.5 ** (t + 1))

for before in "loss.backward()", "reward = env.step(action)", "wd_sched.step()":
    case("a rate between the gradient, or a game, and the update: " + before,
         """
optimizer = SGD(model.parameters(), lr=0.5)
for it in range(40):
    %s
    for group in optimizer.param_groups:
        group["lr"] = 0.1 * (1 - it / 40)
    optimizer.step()
""" % before, lambda t: 0.1 * (1 - t / 40))

    case("a function of rates between them: " + before, """
def get_lr(it):
    return 0.1 * (1 - it / 40)
for it in range(40):
    %s
    lr = get_lr(it)
    for group in optimizer.param_groups:
        group["lr"] = lr
    optimizer.step()
""" % before, lambda t: 0.1 * (1 - t / 40))

for update in "loss.backward()", "optimizer.step()":
    case("a first round with a rate that is not known: " + update, """
for it in range(40):
    %s
    for group in optimizer.param_groups:
        group["lr"] = 0.1 * (1 - it / 40)
""" % update, refuse="the rate that this loop begins with is not known")

# --- what is cut --------------------------------------------------------------

case("the body of a function whose head is cut, and another", '''
    """The rate falls by ten twice."""
    if epoch < 6:
        rate = opts.peak
    else:
        rate = opts.peak * 0.1
    opt.param_groups[0]['lr'] = rate
    return rate

def shares(count):
    first = 1
    return first, 0.1 * count
''', lambda t: 0.4 if t < 6 else 0.4 * 0.1, ["opts.peak"], {"opts.peak": ".4"})

case("a dict that is cut behind the schedule", """
    settings = {
        "optimizer": {"type": "AdamW", "params": {"lr": opts.lr}},
        "scheduler": {
            "type": "WarmupLR",
            "params": {"warmup_max_lr": opts.lr, "warmup_num_steps": 4,
                       "warmup_type": "linear"},
        },
        "bf16": {
            "enabled": opts.half,
""", lambda t: 0.2 * min(max(0, t - 1), 4) / 4, ["opts.lr"], {"opts.lr": ".2"},
     note="the text ends in a dict or a list")

# --- several of equal rank --------------------------------------------------

case("two functions that make a schedule", """
def build_one(opt):
    return StepLR(opt, 10, 0.5)
def build_two(opt):
    return StepLR(opt, 5, 0.5)
""", lambda t: 0.5 ** (t // 5), args=["-l", "1"],
     note="'build_two' is shown, and not 'build_one'")

case("two classes that make a schedule", """
class Coarse(LightningModule):
    def configure_optimizers(self):
        opt = Adam(self.parameters(), lr=0.1)
        return [opt], [StepLR(opt, 10, 0.5)]
class Fine(LightningModule):
    def configure_optimizers(self):
        opt = Adam(self.parameters(), lr=0.2)
        return [opt], [StepLR(opt, 5, 0.5)]
""", lambda t: 0.2 * 0.5 ** (t // 5), note="'Fine' is shown, and not 'Coarse'")

# --- objects that are stepped -------------------------------------------------

for where in ("for g in self.opt.param_groups:\n            g['lr'] = lr",
              "self.put(lr)\n    def put(self, lr):\n"
              "        for g in self.opt.param_groups:\n"
              "            g['lr'] = lr"):
    case("a class whose step() sets the rate: " + where[:8], """
class Ramp:
    def __init__(self, opt, steps, top):
        self.opt, self.steps, self.top, self.n = opt, steps, top, 0
    def step(self):
        self.n += 1
        lr = self.top * min(1, self.n / self.steps)
        %s
opt = Adam(net.parameters(), lr=1e-3)
ramp = Ramp(opt, 8, 1e-3)
for x, y in loader:
    loss(net(x), y).backward()
    opt.step()
    ramp.step()
""" % where, lambda t: 1e-3 * min(1, (t + 1) / 8),
         note="one trains before it steps this")

# --- optax ------------------------------------------------------------------

case("a schedule below 0, as scale_by_schedule has it", """
tx = optax.chain(optax.scale_by_adam(), optax.scale_by_schedule(
    optax.cosine_decay_schedule(-peak, 40)))
""", lambda t: 0.3 * cosine(t, 0, 40), ["peak"], {"peak": ".3"}, tolerance=1e-6)

case("a schedule that multiplies a rate without a value", """
tx = optax.chain(optax.adam(rates["a"]), optax.scale_by_schedule(
    optax.cosine_decay_schedule(-1.0, 40)))
""", lambda t: 0.01 * cosine(t, 0, 40), ['rates["a"]'], {'rates["a"]': ".01"})

# --- cut further --------------------------------------------------------------

case("a branch whose lines are cut, in a method that makes a schedule", """
    def create(self):
        if self.policy == 'step':
            ends = [self.rows * k for k in self.drops]
            self.sched = MultiStepLR(self.optimizer, ends, gamma=0.5)
        else:
""", lambda t: 0.5 ** ((t >= 10) + (t >= 20)),
     ["self.rows", "self.drops"],
     {"self.rows": "5", "self.drops": "[2, 4]"}, args=["-l", "1"],
     note="the condition in line 3 is not known")

case("what a later step compares with, in a list", """
def get_lr(epoch):
    if epoch < 5:
        return 0.3
    ends = [opts.drop, 2 * opts.drop]
    rate = 0.3
    for end in ends:
        if epoch >= end:
            rate *= 0.1
    return rate
""", lambda t: 0.3 * 0.1 ** ((t >= 8) + (t >= 16)), ["opts.drop"],
     {"opts.drop": "8"})

case("the end of a function before the text's own lines", """
        if alone:
            return answers[0]
        return answers

opt = SGD(net.parameters(), lr=0.2)
sched = StepLR(opt, 7, 0.5)
""", lambda t: 0.2 * 0.5 ** (t // 7))

case("a return of a schedule with arguments that are computed", """
    return [StepLR(opt, rows * epochs, 0.5)]

def other(x):
    return 1
""", lambda t: 0.5 ** (t // 6), ["rows", "epochs"],
     {"rows": "3", "epochs": "2"}, ["-l", "1"])

# --- what a value that is given goes on from ---------------------------------

for change, by in (("opts.lr = opts.lr * gpus", 4), ("opts.lr *= gpus", 4),
                   ("much = opts.lr * gpus / 2\nopts.lr = much", 2)):
    case("a rate that is given and then scaled: " + change[:12], """
gpus = 4
%s
sched = StepLR(SGD(net.parameters(), lr=opts.lr), 3, 0.5)
""" % change, lambda t, by=by: by * 0.1 * 0.5 ** (t // 3),
         args=["-D", "opts.lr=.1"])

# --- what is not shown is remarked ------------------------------------------

case("groups of parameters, of which some share a rate", """
optimizer = torch.optim.AdamW([{"params": stem}, {"params": head, "lr": 1e-2},
                               {"params": gate, "lr": 2e-2}, {"params": tail}],
                              lr=1e-3)
scheduler = LambdaLR(optimizer, lambda e: 0.9 ** e)
""", lambda t: 1e-3 * 0.9 ** t, note="0.001 is shown, and not 0.01, 0.02 (-l")

case("groups that share a rate are not remarked", """
optimizer = AdamW([{"params": decayed, "weight_decay": 0.1},
                   {"params": others, "weight_decay": 0.0}], lr=1e-3)
scheduler = LambdaLR(optimizer, lambda e: 0.9 ** e)
""", lambda t: 1e-3 * 0.9 ** t)

case("groups of a schedule that sets all of them", """
optimizer = SGD([{"params": a, "lr": 1.0}, {"params": b, "lr": 2.0}], lr=3)
scheduler = CyclicLR(optimizer, 0.1, 0.5, step_size_up=4, cycle_momentum=False)
""", lambda t: 0.1 + 0.4 * (1 - abs(t % 8 / 4 - 1)))

case("a group that is added", """
optimizer = torch.optim.SGD(backbone.parameters(), lr=0.5)
optimizer.add_param_group({"params": head.parameters(), "lr": 5.0})
scheduler = ExponentialLR(optimizer, 0.9)
""", lambda t: 0.5 * 0.9 ** t, note="add_param_group() gives parameters a rate")

case("groups by number", """
def adjust_learning_rate(optimizer, epoch):
    lr = 0.3 * 0.9 ** epoch
    optimizer.param_groups[0]["lr"] = lr
    optimizer.param_groups[2]["lr"] = lr * 10
""", lambda t: 0.3 * 0.9 ** t, note="are given rates of their own")

case("groups by number, that have one rate", """
def adjust_learning_rate(optimizer, epoch):
    lr = 0.3 * 0.9 ** epoch
    optimizer.param_groups[0]["lr"] = lr
    optimizer.param_groups[1]["lr"] = lr
""", lambda t: 0.3 * 0.9 ** t)

for _loop in ("for k, g in enumerate(optimizer.param_groups):\n"
              "        g['lr'] = lr if k == 0 else lr * 10",
              "for k, g in enumerate(optimizer.param_groups):\n"
              "        if k > 0:\n            g['lr'] = lr * 10\n"
              "        else:\n            g['lr'] = lr",
              "optimizer.param_groups[0]['lr'] = lr\n"
              "    for k in range(1, len(optimizer.param_groups)):\n"
              "        optimizer.param_groups[k]['lr'] = lr * 10",
              "optimizer.param_groups[0]['lr'] = lr\n"
              "    for g in optimizer.param_groups[1:]:\n"
              "        g['lr'] = lr * 10",
              "for g in optimizer.param_groups:\n"
              "        if 'scale' in g:\n"
              "            g['lr'] = lr * g['scale']\n"
              "        else:\n            g['lr'] = lr"):
    case("groups in a loop: " + _loop, """
def adjust_learning_rate(optimizer, epoch):
    lr = 0.3 * 0.9 ** epoch
    """ + _loop + "\n", lambda t: 0.3 * 0.9 ** t,
         note="are given rates of their own")

case("groups that a loop goes on from", """
optimizer = SGD([dict(params=a, lr=0.2), dict(params=b, lr=0.4)], lr=0.1)
for epoch in range(40):
    for g in optimizer.param_groups:
        g["lr"] *= 0.9
    train(epoch)
""", lambda t: 0.2 * 0.9 ** (t + 1), note="0.2 is shown, and not 0.4 (-l")

case("a rate beside a function that gives rates", "lambda t: 0.9 ** t",
     lambda t: 0.9 ** t, args=["-l", "0.1"],
     note="the rate that is given is not used")

case("a rate beside a function that goes on from it", """
def decay(epoch, lr):
    return lr * 0.9
""", lambda t: 0.1 * 0.9 ** (t + 1), args=["-l", "0.1"])

for _begin, _note in (("it = 1", "counts from 1"), ("it = 0", ""),
                      ("it = 3", "counts from 3")):
    case("a counter of a while loop: " + _begin, """
def get_lr(it):
    return 0.2 * 0.99 ** it

""" + _begin + """
while True:
    lr = get_lr(it)
    for g in optimizer.param_groups:
        g["lr"] = lr
    optimizer.step()
    it += 1
    if it > 30:
        break
""", lambda t: 0.2 * 0.99 ** t, note=_note)

case("a counter that goes on before it is used", """
def get_lr(it):
    return 0.2 * 0.99 ** it

done = 0
for batch in loader:
    done += 1
    set_lr(optimizer, get_lr(done))
    optimizer.step()
""", lambda t: 0.2 * 0.99 ** t, note="counts from 1")

for _steps, _note, _of in (
        ("        scheduler.step()\n    scheduler.step()", "in 2 places",
         lambda t: t),
        ("        pass\n    scheduler.step()\n    scheduler.step()", "",
         lambda t: 2 * t),
        ("        scheduler.step()", "", lambda t: t),
        ("        pass\n    if epoch % 2 == 0:\n        scheduler.step()", "",
         lambda t: (t + 1) // 2),
        ("        pass\n    if epoch < 3:\n        warm()\n"
         "    else:\n        scheduler.step()", "", lambda t: max(0, t - 3)),
        ("        if i % accum == 0:\n            optimizer.step()\n"
         "            scheduler.step()", "", lambda t: t),
        ("        pass\n    if scheduler is not None:\n"
         "        scheduler.step()", "", lambda t: t)):
    case("how a loop steps a schedule: " + _steps, """
optimizer = SGD(model.parameters(), lr=0.5)
scheduler = StepLR(optimizer, 10, 0.5)
for epoch in range(90):
    for i, batch in enumerate(loader):
        loss(batch).backward()
""" + _steps + "\n", lambda t, of=_of: 0.5 * 0.5 ** (of(t) // 10),
         note=_note)

case("Lightning's frequency", """
    def configure_optimizers(self):
        opt = Adam(self.parameters(), lr=0.5)
        return {"optimizer": opt, "lr_scheduler": {
            "scheduler": StepLR(opt, 10, 0.5), "interval": "step",
            "frequency": 2}}
""", lambda t: 0.5 * 0.5 ** (t // 10), note="stepped every 2 steps")

case("documents that a line divides", """
lr_scheduler_type: linear
learning_rate: 0.5
---
max_steps: 40
""", lambda t: 0.5 * (1 - t / 40), note="several documents")

case("maps that are merged twice: of what both have the last counts", """
small: &small
  learning_rate: 0.25
  max_steps: 40
large: &large
  learning_rate: 0.5
<<: *small
<<: *large
lr_scheduler_type: linear
""", lambda t: 0.5 * (1 - t / 40), note="'<<' is given more than once")

# --- settings as they are shown and cut --------------------------------------

def warm_line(t, warmup, total):
    return t / warmup if t < warmup else (total - t) / (total - warmup)


case("YAML that a fence ends", """
training:
  batch_size: 4
  learning_rate: 2e-3
  lr_scheduler: linear
  num_train_epochs: 2
  warmup_steps: 5
```

What is told of it: two epochs.
""", lambda t: 2e-3 * warm_line(t, 5, 40), args=["-e", "20"],
     note="lr_scheduler is taken for lr_scheduler_type")

case("YAML of one's own, with epochs under another name", """
learning_rate: 2e-3
warmup_ratio: 0.1
lr_scheduler: linear
max_epochs: 4
""", lambda t: 2e-3 * warm_line(t, 4, 40), args=["-e", "10"],
     note="max_epochs is taken for num_train_epochs")

case("lines in a dict in a dict, whose head is cut", """
            "reduce": True,
            "contiguous": True,
        },
        "optimizer": {"type": "AdamW", "params": {"lr": "auto"}},
        "scheduler": {
            "type": "WarmupLR",
            "params": {
                "warmup_min_lr": 0.0,
                "warmup_max_lr": "auto",
                "warmup_num_steps": 8,
                "warmup_type": "linear",
            }
        },
        "steps_per_print": 100
    }

    def train(self, loader,
""", lambda t: 0.5 * min(max(t - 1, 0) / 8, 1), ["warmup_max_lr"],
     {"warmup_max_lr": "0.5"}, first=0, n=40)

case("a dict that is cut behind a comment", """
ds_config = {
  "optimizer": {"type": "AdamW", "params": {"lr": 0.5}},
  "scheduler": {"type": "WarmupLR", "params": {
      "warmup_max_lr": 0.5, "warmup_num_steps": 8, "warmup_type": "linear"}},
#   "stage
""", lambda t: 0.5 * min(max(t - 1, 0) / 8, 1), note="ends in a dict")

case("a call of settings that is cut", """
args = TrainingArguments(
    output_dir="out",
    learning_rate=0.5,
    max_steps=40,
    lr_scheduler_type="linear",
""", lambda t: 0.5 * (1 - t / 40), note="the text ends in a call")

case("arguments of settings without their call", """
    num_train_epochs=2,
    learning_rate=0.5,
    lr_scheduler_type="linear",
""", lambda t: 0.5 * (1 - t / 40), args=["-e", "20"])

case("settings of a configuration that are computed", """
cfg = get_cfg()
cfg.OUTPUT_DIR = where
cfg.SOLVER.MAX_ITER = int(iterations)
cfg.SOLVER.BASE_LR = 0.5
cfg.SOLVER.WARMUP_ITERS = 0
cfg.SOLVER.STEPS = (int(iterations * 0.5), int(iterations * 0.75))
cfg.SOLVER.GAMMA = 0.5
""", lambda t: 0.5 * 0.5 ** ((t >= 20) + (t >= 30)), ["iterations"],
     {"iterations": "40"})

case("what parts are asked of is not asked for itself", """
def make_scheduler(optimizer, config, total):
    warm = config.warm if hasattr(config, "warm") else 0
    if config.kind == "linear":
        return LambdaLR(optimizer, lambda t: t / warm if t < warm
                        else (total - t) / (total - warm))
""", lambda t: 0.5 * warm_line(t, 5, 40),
     ["config.warm", "config.kind", "total"],
     {"config.warm": "5", "config.kind": "'linear'", "total": "40"},
     args=["-l", "0.5"])

case("a part that is asked whether it is there", """
    if hasattr(cfg, "plan") and cfg.plan is not None:
        scheduler = StepLR(optimizer, step_size=cfg.plan["every"])
    else:
        scheduler = None
""", lambda t: 0.5 * 0.1 ** (t // 10), ["cfg.plan['every']"],
     {"cfg.plan['every']": "10"}, args=["-l", "0.5"],
     note="the condition in line 2 is not known")

case("lines of a dict, before a schedule", """
        "alpha": 1.0,
        "beta": 2.0,
    }
    optimizer = SGD(net.parameters(), lr=0.5)
    scheduler = StepLR(optimizer, 10)
""", lambda t: 0.5 * 0.1 ** (t // 10))

case("Lightning's hyperparameters, by default", """
class Net(pl.LightningModule):
    def __init__(self, width=64, lr=0.5, t_max=20, **kwargs):
        super().__init__()
        self.save_hyperparameters()

    def configure_optimizers(self):
        opt = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        return [opt], [CosineAnnealingLR(opt, self.hparams["t_max"])]
""", lambda t: 0.25 * (1 + math.cos(math.pi * t / 20)))

case("Lightning's hyperparameters, of a dict", """
class Net(pl.LightningModule):
    def __init__(self, hparams):
        super().__init__()
        self.save_hyperparameters(hparams)

    def configure_optimizers(self):
        opt = torch.optim.Adam(self.parameters(), lr=self.hparams.lr)
        return [opt], [StepLR(opt, self.hparams["every"])]

net = Net({"lr": 0.5, "every": 10})
""", lambda t: 0.5 * 0.1 ** (t // 10))

case("a method that makes a schedule, of a class of any name", """
class Trainer:
    def __init__(self, cfg):
        self.cfg = cfg

    def prepare(self):
        cfg = self.cfg
        self.opt = SGD(self.net.parameters(), lr=cfg.lr)
        self.scheduler = StepLR(self.opt, cfg.every)
""", lambda t: 0.5 * 0.1 ** (t // 10), give={"cfg.lr": "0.5",
                                            "cfg.every": "10"})

case("Keras's schedule beside an optimizer of a constant rate", """
learning_rate = tf.keras.optimizers.schedules.PolynomialDecay(0.5, 40, 0.0)
optimizer = tf.keras.optimizers.SGD(learning_rate=0.01)
model.compile(optimizer=optimizer, loss="mse")
""", lambda t: 0.5 * (1 - t / 40), tolerance=1e-6,
     note="an optimizer is given a constant rate")

# --- loops of more rounds than can be run ------------------------------------

for _head, _tail in (("it = 0\nwhile True:", "    it += 1\n"
                      "    if it > total:\n        break\n"),
                     ("for it in range(total):", "")):
    case("a function that a long loop calls: " + _head, """
total = 600000
decay = True

def get_lr(it):
    if it < 100:
        return 0.5 * (it + 1) / 101
    return 0.5 * (1 - it / total)

""" + _head + """
    lr = get_lr(it) if decay else 0.5
    for group in optimizer.param_groups:
        group["lr"] = lr
    for micro in range(8):
        loss = model(batch)
    scaler.step(optimizer)
""" + _tail, lambda t: 0.5 * (t + 1) / 101)

case("a long loop that sets the rate, its first rounds", """
total = 600000
for it in range(total):
    for group in optimizer.param_groups:
        group["lr"] = 0.5 * (1 - it / total)
    optimizer.step()
""", lambda t: 0.5 * (1 - t / 600000))

# --- running ------------------------------------------------------------------


def lrsched(c, given):
    args = [sys.argv[1], "-n", str(c["n"]), *c["args"]]
    for k, v in given.items():
        args += ["-D", "%s=%s" % (k, v)]
    p = subprocess.run([*args, "@-"], input=c["text"], text=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return p.returncode, p.stdout, p.stderr


def asked(message):
    return [n.strip("'").replace('"', "'") for n in
            re.findall(r"-D ('[^']*?|[^\s']\S*?)=VALUE", message)]


def wrong(c, out):
    """The first row of OUT that is not as it should be; None."""
    rows = list(csv.DictReader(io.StringIO(out)))
    want = [c["rate"](t) for t in range(c["first"], c["n"])]
    peak = max(map(abs, want))
    if len(rows) != len(want):
        return "%d rows, not %d" % (len(rows), len(want))
    for r, w in zip(rows, want):
        v = float(r.get("lr") or r.get("factor"))
        if abs(v - w) > c["tolerance"] * peak:
            return "step %s: %r, not %r" % (r["step"], v, w)
    return None


def check(c):
    """What is wrong with case C; None."""
    status, out, err = lrsched(c, {})
    if c["refuse"]:
        return None if status == 2 and c["refuse"] in err else err or out
    if c["give"]:
        names = asked(err)
        if status != 2 or not names:
            return "does not ask: " + (err or out)
        if c["ask"] and sorted(names) != sorted(
                n.replace('"', "'") for n in c["ask"]):
            return "asks for %s" % names
        if c["asks"] not in err:
            return err
        given = {k: v for k, v in c["give"].items()
                 if k.replace('"', "'") in names}
        status, out, err = lrsched(c, given)
    if status != 0:
        return err
    return wrong(c, out) or (
        None if c["note"] in err and (c["note"] or not err) else
        "remarks: " + err)


def main():
    bad = 0
    for c in CASES:
        if len(sys.argv) > 2 and c["name"] not in sys.argv[2:]:
            continue
        what = check(c)
        if what:
            bad += 1
            print("%s: %s" % (c["name"], what))
    return 1 if bad else 0


sys.exit(main())
