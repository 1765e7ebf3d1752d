# SPDX-License-Identifier: MIT
# Training loops that step PyTorch's schedules otherwise than once a round, or
# set the rate beside them, and the rate of each update.
#
#   stepped.py rates             runs them with torch (1.13.1) and prints
#                                stepped.csv: case,update,lr
#   stepped.py check LRSCHED CSV holds lrsched's rows to them
import csv
import os
import subprocess
import sys
import tempfile

HEAD = """\
import torch
from torch.optim import SGD, Adam, lr_scheduler
from torch.optim.lr_scheduler import *
optimizer = SGD(net.parameters(), lr=0.4)
"""
STEP, MULTI = "StepLR(optimizer, 3, 0.5)", "MultiStepLR(optimizer, [2, 5], 0.1)"
COSINE = "CosineAnnealingLR(optimizer, 8, eta_min=0.01)"
LINEAR = "LinearLR(optimizer, 0.1, 1.0, 3)"
POLY = "PolynomialLR(optimizer, 9, 2.0)"
LAMBDA = "LambdaLR(optimizer, lambda e: 1 / (1 + e))"
TIMES = "MultiplicativeLR(optimizer, lambda e: 0.9 if e % 2 else 0.8)"
RESTARTS = "CosineAnnealingWarmRestarts(optimizer, 3, 2)"
CONSTANT = "ConstantLR(optimizer, 0.25, 3)"
EXP = "ExponentialLR(optimizer, 0.9)"
CYCLE = "OneCycleLR(optimizer, 0.4, total_steps=30)"
TRIANGLE = "CyclicLR(optimizer, 0.1, 0.4, 3, cycle_momentum=False)"
AFTER = "SequentialLR(optimizer, [%s, %s], [3])" % (LINEAR, EXP)
CHAIN = "ChainedScheduler([%s, %s])" % (CONSTANT, EXP)
ALL = (STEP, MULTI, COSINE, LINEAR, POLY, LAMBDA, TIMES, RESTARTS, CONSTANT,
       EXP, CYCLE, TRIANGLE, AFTER)
# Those whose rate hangs on the one before, and those of the step alone.
CHAINED = (STEP, MULTI, COSINE, LINEAR, POLY, LAMBDA, TIMES, CONSTANT, EXP)

LOOP = """
for epoch in range(10):
    optimizer.step()
"""
WARM = """
for epoch in range(10):
    if epoch < 3:
        for g in optimizer.param_groups:
            g['lr'] = 0.4 * (epoch + 1) / 3
    optimizer.step()
"""

cases = []


def case(name, text, made=(STEP,)):
    """TEXT with each of what may be MADE, a schedule S or a tuple of them."""
    for i, one in enumerate(made):
        one = one if isinstance(one, tuple) else (one,)
        lines = "".join("s%s = %s\n" % ("" if k == 0 else k + 1, s)
                        for k, s in enumerate(one))
        cases.append(("%s %d" % (name, i), HEAD + lines + text.lstrip("\n")))


case("some rounds", LOOP + "    if epoch % 2 == 0:\n        s.step()\n", ALL)
case("each round", LOOP + "    s.step()\n",
     tuple(s for s in ALL if s != CYCLE) + ("ChainedScheduler([%s, %s])" % (EXP, STEP),))
case("from a round on", LOOP + "    if epoch < 3:\n        continue\n"
     "    s.step()\n", ALL)
case("twice", LOOP + "    for _ in range(2):\n        s.step()\n", ALL)
case("one more", LOOP + "    s.step()\n    if epoch == 4:\n"
     "        s.step()\n", ALL)
case("before it trains", "for epoch in range(10):\n    s.step()\n"
     "    optimizer.step()\n", ALL)
case("before the loop", "for _ in range(2):\n    s.step()\n" + LOOP +
     "    s.step()\n", ALL)
case("by both branches", LOOP + "    if epoch < 3:\n        s.step()\n"
     "    else:\n        s.step()\n        s.step()\n", ALL)
case("warmed by hand", WARM + "    if epoch >= 3:\n        s.step()\n", CHAINED)
case("warmed by hand beside", WARM + "    s.step()\n", CHAINED)
case("lowered by hand", LOOP + "    s.step()\n    if epoch == 4:\n"
     "        optimizer.param_groups[0]['lr'] *= 0.1\n", CHAINED)
case("kept above", LOOP + "    s.step()\n    for g in optimizer.param_groups:\n"
     "        g['lr'] = max(g['lr'], 0.05)\n", CHAINED)
case("by its number", LOOP + "    s.step(epoch)\n",
     tuple(s for s in CHAINED if s != TIMES))
case("by parts of epochs", """
for epoch in range(8):
    for i in range(4):
        optimizer.step()
        s.step(epoch + i / 4)
""", (RESTARTS, "CosineAnnealingWarmRestarts(optimizer, 2)"))
case("by the next number", "for epoch in range(1, 11):\n    optimizer.step()\n"
     "    s.step(epoch)\n", tuple(s for s in CHAINED if s != TIMES))
TWO = tuple((a, b) for a in (LINEAR, CONSTANT, LAMBDA)
            for b in (STEP, COSINE, POLY, EXP))
case("one after the other", LOOP + "    if epoch < 3:\n        s.step()\n"
     "    else:\n        s2.step()\n", TWO)
case("one or the other", LOOP + "    (s if epoch % 2 else s2).step()\n", TWO)
case("one in place of the other", LOOP + "    s.step()\n    if epoch == 4:\n"
     "        s = s2\n", TWO)
case("a new one", LOOP + "    s.step()\n    if epoch == 4:\n"
     "        s = ExponentialLR(optimizer, 0.5)\n", CHAINED)
case("a new one of the base", LOOP + "    s.step()\n    if epoch == 4:\n"
     "        s = LambdaLR(optimizer, lambda e: 0.5 ** e)\n", CHAINED)
case("a new one of another base", LOOP + "    s.step()\n    if epoch == 4:\n"
     "        optimizer.param_groups[0]['initial_lr'] = 0.02\n"
     "        s = LambdaLR(optimizer, lambda e: 0.5 ** e)\n", CHAINED)
for _line in ("s.step()", "if epoch > 3: s.step()", "s.step(epoch)",
              "s.step()\n    s.step()", "if epoch < 3: continue\n    s.step()"):
    case("three: " + _line.replace("\n    ", "; "),
         LOOP + "    s2.step()\n    " + _line + "\n    s3.step()\n",
         ((STEP, EXP, MULTI), (POLY, STEP, LINEAR), (EXP, LAMBDA, STEP)))
case("left by the rate", LOOP + "    s.step()\n"
     "    if optimizer.param_groups[0]['lr'] < 0.1:\n        break\n",
     (STEP, EXP, COSINE))
case("batches and epochs", """
w = LambdaLR(optimizer, lambda e: (1 + e) / 6)
for epoch in range(5):
    for i in range(3):
        optimizer.step()
        if epoch < 2:
            w.step()
    if epoch >= 2:
        s.step()
""", (STEP, EXP, COSINE))
case("accumulated", """
for epoch in range(4):
    for i in range(6):
        loss(i).backward()
        if (i + 1) % 2 == 0:
            optimizer.step()
            s.step()
""", tuple(s for s in ALL if s != CYCLE))
case("each in a condition of its own", """
for i in range(12):
    loss(i).backward()
    if i % 2 == 1:
        optimizer.step()
        optimizer.zero_grad()
    if i % 2 == 1:
        s.step()
""", (STEP, EXP, COSINE))
case("a function that says whether it trained", """
def update(opt, i):
    if i % 3 == 2:
        opt.step()
        return True
    return False
for i in range(18):
    loss(i).backward()
    if update(optimizer, i):
        s.step()
""", (STEP, EXP, COSINE))
case("a def", """
def train(opt, sched, epoch):
    for i in range(3):
        opt.step()
        if epoch > 0:
            sched.step()
for epoch in range(4):
    train(optimizer, s, epoch)
""", (STEP, EXP, COSINE, AFTER))
case("a method", """
class Trainer:
    def __init__(self, optimizer, scheduler):
        self.optimizer, self.scheduler = optimizer, scheduler
    def warm(self, i):
        for g in self.optimizer.param_groups:
            g['lr'] = 0.4 * (i + 1) / 4
    def epoch(self, n):
        if n < 4:
            self.warm(n)
        self.optimizer.step()
        if n >= 4:
            self.scheduler.step()
    def fit(self):
        for n in range(10):
            self.epoch(n)
Trainer(optimizer, s).fit()
""", CHAINED)
WARMUP = """
class WarmUpLR(LRScheduler):
    def __init__(self, optimizer, total_iters, last_epoch=-1):
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)
    def get_lr(self):
        return [b * self.last_epoch / self.total_iters for b in self.base_lrs]
"""
case("a class of the text's before a schedule",
     WARMUP.replace("(LR", "(lr_scheduler._LR") + """
w = WarmUpLR(optimizer, 4)
for epoch in range(1, 5):
    if epoch > 1:
        s.step(epoch)
    for i in range(4):
        optimizer.step()
        if epoch <= 1:
            w.step()
""", (STEP, MULTI, EXP, COSINE))
case("a class of the text's alone",
     WARMUP.replace("(LR", "(lr_scheduler._LR") + """
w = WarmUpLR(optimizer, 6)
for epoch in range(10):
    optimizer.step()
    if epoch % 3 != 1:
        w.step()
""", ((),))
case("a class of the text's that steps a schedule", """
class Warm:
    def __init__(self, optimizer, sched, n):
        self.optimizer, self.sched, self.n, self.k = optimizer, sched, n, 0
    def step(self):
        self.k += 1
        if self.k < self.n:
            for g in self.optimizer.param_groups:
                g['lr'] = 0.4 * self.k / self.n
        else:
            self.sched.step()
w = Warm(optimizer, s, 4)
for epoch in range(10):
    optimizer.step()
    if epoch % 3 != 2:
        w.step()
""", CHAINED)
case("a method of another object", """
class Hook:
    def __init__(self, sched):
        self.sched = sched
    def end(self, n):
        if n >= 3:
            self.sched.step()
hook = Hook(s)
for n in range(10):
    optimizer.step()
    hook.end(n)
""", ALL)
case("a class of the text's that warms up another", """
class Gradual(LRScheduler):
    def __init__(self, optimizer, multiplier, total, after):
        self.multiplier, self.total, self.after = multiplier, total, after
        self.finished = False
        super().__init__(optimizer)
    def get_lr(self):
        if self.last_epoch <= self.total:
            return [b * ((self.multiplier - 1.) * self.last_epoch / self.total
                         + 1.) for b in self.base_lrs]
        if not self.finished:
            self.after.base_lrs = [b * self.multiplier for b in self.base_lrs]
            self.finished = True
        return self.after.get_last_lr()
    def step(self, epoch=None):
        if self.finished:
            self.after.step()
            self._last_lr = self.after.get_last_lr()
        else:
            super().step()
w = Gradual(optimizer, 2.0, 3, s)
for epoch in range(10):
    optimizer.step()
    w.step()
""".replace("(LR", "(lr_scheduler._LR"), CHAINED)
case("a dict that a def gives", """
def build():
    o = SGD(net.parameters(), lr=0.4)
    return {'optimizer': o, 'schedule': getattr(lr_scheduler, 'StepLR')(o, 2)}
made = build()
optimizer = made['optimizer']
for epoch in range(10):
    optimizer.step()
    if epoch % 2 == 0:
        made['schedule'].step()
""", ((),))
case("pairs of a list", """
for until, each in [(4, s), (10, s2)]:
    for epoch in range(until):
        optimizer.step()
        each.step()
""", ((STEP, EXP), (COSINE, LAMBDA)))
case("a default of a def in a def", """
def train():
    def end(n, of=s):
        if n % 3:
            of.step()
    for n in range(10):
        optimizer.step()
        end(n)
train()
""", (STEP, EXP, COSINE))
case("a class of the text's that asks for rates when it is made", """
class Warm:
    def __init__(self, optimizer, n, after):
        self.optimizer, self.n, self.after, self.k = optimizer, n, after, 0
        self.first = [g['lr'] for g in optimizer.param_groups]
    def step(self):
        self.k += 1
        if self.k > self.n:
            self.after.step()
            return
        for g, lr in zip(self.optimizer.param_groups, self.first):
            g['lr'] = lr * self.k / self.n
w = Warm(optimizer, 3, s)
for epoch in range(10):
    optimizer.step()
    w.step()
""", CHAINED)
case("by what it was before the loop", """
last = s.get_last_lr()[0]
for epoch in range(10):
    optimizer.step()
    s.step()
    now = s.get_last_lr()[0]
    if now != last and epoch < 5:
        optimizer.param_groups[0]['lr'] = last
    last = now
""", CHAINED)
case("set by hand before the loop", """
optimizer.param_groups[0]['lr'] = 0.15
for epoch in range(10):
    optimizer.step()
    s.step()
""", CHAINED)
case("stepped before another is made", """
for _ in range(2):
    s.step()
""" + "t = " + EXP + LOOP + "    s.step()\n    t.step()\n", CHAINED)
case("its count set before the loop", "s.last_epoch = 2" + LOOP +
     "    s.step()\n", CHAINED)
case("averaging at the end", """
a = torch.optim.swa_utils.SWALR(optimizer, 0.05, 3, anneal_strategy='%s')
for epoch in range(12):
    optimizer.step()
    if epoch < 6:
        s.step()
    else:
        a.step()
""" % "cos", CHAINED)
case("averaging on a line", """
a = torch.optim.swa_utils.SWALR(optimizer, [0.05], 2, 'linear')
for epoch in range(12):
    optimizer.step()
    (s if epoch < 6 else a).step()
""", CHAINED)
case("another optimizer from a round on", """
for epoch in range(12):
    if epoch == 5:
        optimizer = SGD(net.parameters(), lr=0.1)
        s = ExponentialLR(optimizer, 0.8)
    optimizer.step()
    s.step()
""", CHAINED)
case("a class of the text's from a round on", WARMUP.replace(
    "(LR", "(lr_scheduler._LR") + """
for epoch in range(12):
    if epoch == 5:
        s = WarmUpLR(optimizer, 4)
    optimizer.step()
    s.step()
""", (STEP, EXP, COSINE))
case("a product", LOOP + "    if epoch % 2 == 0:\n        s.step()\n", (CHAIN,))
# The rates of SGD are those that count.
OTHER = "other_optimizer = Adam(net.parameters(), lr=0.01)\n"
case("beside another optimizer", OTHER + "for epoch in range(10):\n"
     "    other_optimizer.step()\n    optimizer.step()\n    s.step()\n",
     (STEP, EXP, COSINE, CHAIN))
case("some rounds beside another optimizer", OTHER +
     "for epoch in range(10):\n    other_optimizer.step()\n"
     "    optimizer.step()\n    if epoch % 2 == 0:\n        s.step()\n",
     (STEP, EXP, COSINE, CHAIN))
case("with another optimizer in some rounds", OTHER +
     "for epoch in range(20):\n    other_optimizer.step()\n"
     "    if epoch % 4 == 0:\n        optimizer.step()\n        s.step()\n",
     (STEP, EXP, CHAIN))
case("an optimizer that a def is given", OTHER + """
def train(a, b, sched, n):
    a.step()
    if n % 3 == 0:
        b.step()
        sched.step()
for n in range(12):
    train(other_optimizer, optimizer, s, n)
""".replace("a.", "a_opt.").replace("b.", "b_opt.").replace(
    "(a, b,", "(a_opt, b_opt,"), (STEP, EXP))
case("an object's optimizer beside one that it is given", OTHER + """
class Trainer:
    def __init__(self, optimizer):
        self.optimizer = optimizer
    def train(self, b_opt):
        b_opt.step()
        self.optimizer.step()
trainer = Trainer(optimizer)
for n in range(9):
    trainer.train(other_optimizer)
    if n % 2:
        s.step()
""", (STEP, EXP))
case("a class of the text's in a def that trains first", """
class Rise:
    def __init__(self, optimizer):
        self.optimizer, self.k = optimizer, 0
    def step(self):
        self.k += 1
        for g in self.optimizer.param_groups:
            g['lr'] = 0.1 * min(1, self.k / 7)
def train(o, s):
    o.step()
    s.step()
s = Rise(optimizer)
for epoch in range(9):
    train(optimizer, s)
""", ((),))
case("a def that trains first sets the rate", """
def train(o, n):
    o.step()
    for g in o.param_groups:
        g['lr'] = 0.4 / (n + 2)
for epoch in range(9):
    train(optimizer, epoch)
""", ((),))
case("steps in clauses", OTHER + """
held = [{'optimizer': optimizer}, {'optimizer': other_optimizer}]
for n in range(9):
    [each['optimizer'].step() for each in held]
    if n % 2:
        s.step()
""", (STEP, EXP))
case("names of a def that its caller has not", """
def step(of, a=1, b=2, c=3):
    x, y, z, o = a, b, c, of
    o.step()
def train():
    for n in range(9):
        step(optimizer)
        if n % 2:
            s.step()
train()
""", (STEP, EXP))
case("an optimizer that a dict has", """
made = {'optimizer': optimizer, 'lr_scheduler': s}
for n in range(9):
    made['optimizer'].step()
    if n > 1:
        made['lr_scheduler'].step()
""", (STEP, EXP, COSINE))
case("a def that is given one of two optimizers", OTHER + """
def build(opt):
    return StepLR(opt, 3, 0.5)
s = build(optimizer)
for n in range(12):
    other_optimizer.step()
    if n % 3 == 0:
        optimizer.step()
        s.step()
""", ((),))
# What steps them is found in the rounds that run, and by no name of theirs.
case("hooks of a list", """
hooks = [lambda: s.step(), lambda: None]
for n in range(8):
    optimizer.step()
    if n % 2:
        [hook() for hook in hooks]
""", (STEP, EXP))
case("a method by its name", """
for n in range(8):
    optimizer.step()
    if n % 2:
        getattr(s, 'st' + 'ep')()
""", (STEP, EXP))
case("a name for its step", """
tick = s.step
for n in range(8):
    optimizer.step()
    if n != 1:
        tick()
""", (STEP, EXP))
case("an item that the round chooses", """
of = {'made': optimizer, 'a': s}
for n in range(8):
    optimizer.step()
    for key in ['a']:
        if n > 1:
            of[key].step()
""", (STEP, EXP))
case("events of a trainer", """
class Events:
    def __init__(self):
        self.by = {}

    def on(self, name):
        def add(f):
            self.by.setdefault(name, []).append(f)
            return f
        return add

    def fire(self, name, *given):
        for f in self.by.get(name, []):
            f(*given)
events = Events()

@events.on('end')
def _(n):
    if n % 2:
        s.step()
for n in range(8):
    optimizer.step()
    events.fire('end', n)
""", (STEP, EXP))
PLAN = """
class Plan:
    def __init__(self, optimizer):
        self.optimizer, self.n = optimizer, 1

    def step(self):
        self.n += 1
        for g in self.optimizer.param_groups:
            g['lr'] = 0.4 / self.n
"""
case("an object of the text's in a list", PLAN + """
plans = {'end': [Plan(optimizer)]}
for n in range(8):
    optimizer.step()
    if n % 2:
        for f in plans['end']:
            f.step()
""", ((),))
case("an optimizer of another name, of a rate with one", """
def main(rate):
    o = SGD(net.parameters(), lr=rate)
    made = {'scheduler': StepLR(o, 2, 0.5)}
    for n in range(8):
        o.step()
        if n > 2:
            made['scheduler'].step()
main(0.4)
""", ((),))
case("updates of an optimizer of another name", """
rate = 0.4
solver = SGD(net.parameters(), lr=rate)
s = ExponentialLR(solver, 0.5)
for epoch in range(2):
    for i in range(10):
        loss(i).backward()
        if (i + 1) % 4 == 0 or i == 9:
            solver.step()
            s.step()
""", ((),))
# To step it is to train, at the rate before or behind that.
for when, calls in (("before", ("self.optimizer.step()", "self.rate()")),
                    ("after", ("self.rate()", "self.optimizer.step()"))):
    WRAP = """
class Wrap:
    def __init__(self, optimizer):
        self.optimizer, self.n = optimizer, 0

    def step(self):
        %s
        %s

    def rate(self):
        self.n += 1
        for g in self.optimizer.param_groups:
            g['lr'] = 0.4 * 0.9 ** self.n
wrap = Wrap(optimizer)
""" % calls
    case("an object that trains %s it sets the rate" % when, WRAP + """
for n in range(6):
    wrap.step()
""", ((),))
    case("an object that trains %s it does, in two loops" % when, WRAP + """
for n in range(2):
    for k in [1, 2, 3]:
        wrap.step()
""", ((),))
case("a name for the step of an object", PLAN + """
plan = Plan(optimizer)
tick = plan.step
for n in range(8):
    optimizer.step()
    if n % 2:
        tick()
""", ((),))
OWN = """
class Own(lr_scheduler._LRScheduler):
    def get_lr(self):
        return [base * min(1, self.last_epoch / 6) for base in self.base_lrs]
s = Own(optimizer)
"""
case("a class of the text's that is stepped before", OWN + "s.step()\n" + LOOP +
     "    s.step()\n", ((),))
case("a class of the text's whose count is set before", OWN +
     "s.last_epoch = 2\n" + LOOP + "    s.step()\n", ((),))
case("a class of the text's whose base is set before", OWN +
     "s.base_lrs = [1.2]\n" + LOOP + "    s.step()\n", ((),))
case("a class of the text's behind which the rate is set", OWN +
     "optimizer.param_groups[0]['lr'] = 0.7\n" + LOOP + "    s.step()\n",
     ((),))
case("a class of the text's over an optimizer of a short name", OWN.replace(
    "(optimizer)", "(o)").replace("class", "o = optimizer\nclass", 1) + """
after = ExponentialLR(o, 0.9)
for epoch in range(12):
    o.step()
    if epoch < 6:
        s.step()
    else:
        after.step()
""", ((),))
case("a class of the text's that is asked before", OWN + "s.step()\n" """
first = s.get_last_lr()[0]
for epoch in range(9):
    optimizer.step()
    if s.get_last_lr()[0] < 4 * first:
        s.step()
""", ((),))
case("an object that is stepped before and sets rates itself", """
class Own:
    def __init__(self, optimizer):
        self.optimizer = optimizer
        self.n = 0
    def step(self):
        self.n += 1
        for group in self.optimizer.param_groups:
            group["lr"] = 0.4 * min(1, self.n / 6)
s = Own(optimizer)
s.step()
""" + LOOP + "    s.step()\n", ((),))
case("a function of what the training sets", """
class State:
    epoch = 0
s = LambdaLR(optimizer, lambda _: 0.5 ** State.epoch)
for epoch in range(9):
    State.epoch = epoch
    optimizer.step()
    s.step()
""", ((),))


# What sets the rate in a product, and what rises from where others have left
# it; CyclicLR, made first, has made its base_lr that of all.
SETS = ("LambdaLR(optimizer, lambda e: 1 / (1 + e))", RESTARTS,
        "CosineAnnealingWarmRestarts(optimizer, 4, 1, 0.02)", COSINE)
case("a product with what is no factor", LOOP + "    s.step()\n", [
    "ChainedScheduler([%s, %s])" % pair for a in SETS
    for b in (LINEAR, STEP, POLY) for pair in ((a, b), (b, a))])
case("a sequence with triangles", LOOP + "    s3.step()\n", [
    (a, b, "SequentialLR(optimizer, [%s], [4])" % order)
    for a in (LINEAR, COSINE.replace("8", "6")) for b in (TRIANGLE,)
    for a, b in ((a, b), (b, a)) for order in ("s, s2", "s2, s")])


def rates(text):
    import torch

    said = []

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.zeros(1))

    class Loss:
        def __init__(self, *_):
            pass

        def backward(self):
            pass

    torch.optim.SGD.step = lambda self: said.append(
        self.param_groups[0]["lr"])
    exec(compile(text, "text", "exec"),  # pylint: disable=exec-used
         {"net": Net(), "loss": Loss})
    return said


def write():
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["case", "update", "lr"])
    for name, text in cases:
        for i, lr in enumerate(rates(text)):
            out.writerow([name, i, repr(float(lr))])


def wrong(tool, text, want):
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "train.py")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        p = subprocess.run([tool, "-H", "-c", "lr", "@" + path], check=False,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           text=True)
    got = [float(x) for x in p.stdout.split()]
    said = [s for s in p.stderr.splitlines()
            if "note: ends after" not in s and "their product" not in s]
    if p.returncode or said or len(got) != len(want):
        return "status %d, %d rows of %d: %s" % (
            p.returncode, len(got), len(want), p.stderr)
    for i, (a, b) in enumerate(zip(got, want)):
        if abs(a - b) > 1e-9 * abs(b) + 1e-15:
            return "update %d: %r, not %r" % (i, a, b)
    return None


def check(tool, path):
    want = {}
    with open(path, newline="", encoding="utf-8") as f:
        for row in csv.DictReader(f):
            want.setdefault(row["case"], []).append(float(row["lr"]))
    bad = 0
    for name, text in cases:
        why = wrong(tool, text, want[name])
        if why:
            bad += 1
            print("%s: %s\n%s" % (name, why, text))
    if sorted(want) != sorted(n for n, _ in cases):
        sys.exit("other cases than %s has" % path)
    if bad:
        sys.exit("%d of %d cases differ" % (bad, len(cases)))


if sys.argv[1:] == ["rates"]:
    write()
else:
    check(sys.argv[2], sys.argv[3])
