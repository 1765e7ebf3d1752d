# SPDX-License-Identifier: MIT
# /// script
# requires-python = "==3.11.*"
# dependencies = ["mxnet==1.9.1", "numpy==1.23.5"]
# ///
"""mxnet.lr_scheduler.  An optimizer counts its update before it asks for the
rate, so the first update (step 0 of a table) uses scheduler(1)."""
import mxnet as mx
from mxnet import lr_scheduler
from mxnet.lr_scheduler import (CosineScheduler, FactorScheduler,
                                MultiFactorScheduler, PolyScheduler)

from golden import Golden, sample

g = Golden("mxnet", mx.__version__)


def call(config, args, n, extra=(), head=""):
    s = eval(args.replace("mxnet.", ""), globals())
    keep = sample(n, extra) if n > 300 else range(n)
    keep = set(keep)
    lr = {}
    for t in range(n):
        v = s(t + 1)
        if t in keep:
            lr[t] = v
    g.add(config, head + '"' + args + '"', lr=lr)


def words(config, args, scheduler, n):
    g.add(config, args, lr=[scheduler(t + 1) for t in range(n)])


# A real optimizer's rates are the ones taken here.
s = FactorScheduler(2, .5, base_lr=.1)
opt = mx.optimizer.SGD(lr_scheduler=s)
seen = []
for _ in range(5):
    opt._update_count(0)
    seen.append(opt._get_lr(0))
assert seen == [.1, .1, .05, .05, .025], seen

P = "mxnet.lr_scheduler."
call("factor", P + "FactorScheduler(step=10, factor=0.5, base_lr=0.1)", 64)
call("factor-defaults", P + "FactorScheduler(7)", 30)
call("factor-stop", P + "FactorScheduler(5, 0.1, stop_factor_lr=1e-4, "
     "base_lr=0.05)", 60)
call("factor-one", P + "FactorScheduler(1, 0.9, base_lr=1.0)", 250)
call("factor-warmup", P + "FactorScheduler(step=20, factor=0.5, base_lr=0.4, "
     "warmup_steps=15, warmup_begin_lr=0.01)", 100)
call("factor-warmup-past-steps", P + "FactorScheduler(step=10, factor=0.5, "
     "base_lr=0.4, warmup_steps=25)", 60)
call("factor-warmup-constant", P + "FactorScheduler(step=8, factor=0.7, "
     "base_lr=0.4, warmup_steps=5, warmup_begin_lr=0.1, "
     "warmup_mode='constant')", 40)
call("factor-base-below-stop", P + "FactorScheduler(step=3, factor=1, "
     "base_lr=1e-9)", 12)
call("factor-zero", P + "FactorScheduler(4, 0, base_lr=0.1)", 12)
call("multifactor", P + "MultiFactorScheduler(step=[30, 60, 90], factor=0.1, "
     "base_lr=0.1)", 120)
call("multifactor-one", P + "MultiFactorScheduler([1], 0.5)", 6)
call("multifactor-warmup", P + "MultiFactorScheduler(step=[10, 12, 40], "
     "factor=0.3, base_lr=0.2, warmup_steps=11, warmup_begin_lr=0.002, "
     "warmup_mode='linear')", 60)
call("multifactor-warmup-one", P + "MultiFactorScheduler(step=[2, 4], "
     "factor=0.5, base_lr=1, warmup_steps=1)", 10)
call("poly", P + "PolyScheduler(max_update=100, base_lr=0.1)", 104)
call("poly-warmup", P + "PolyScheduler(max_update=1000, base_lr=0.1, pwr=0.9, "
     "final_lr=1e-4, warmup_steps=100, warmup_begin_lr=1e-3)", 1004,
     (100, 1000))
call("poly-warmup-one", P + "PolyScheduler(50, 0.2, 1, warmup_steps=1)", 53)
call("poly-warmup-two", P + "PolyScheduler(50, 0.2, 1, warmup_steps=2)", 53)
call("poly-one", P + "PolyScheduler(1, base_lr=0.1, final_lr=0.01)", 4)
call("poly-warmup-beyond", P + "PolyScheduler(10, base_lr=0.1, "
     "warmup_steps=20)", 25)
call("cosine", P + "CosineScheduler(max_update=100, base_lr=0.1)", 104)
call("cosine-warmup", P + "CosineScheduler(max_update=20000, base_lr=0.8, "
     "final_lr=0.001, warmup_steps=500, warmup_begin_lr=0.1)", 20004,
     (500, 20000))
call("cosine-warmup-constant", P + "CosineScheduler(40, base_lr=0.8, "
     "final_lr=0.1, warmup_steps=4, warmup_begin_lr=0.2, "
     "warmup_mode='constant')", 44)
call("cosine-one-left", P + "CosineScheduler(6, base_lr=0.5, warmup_steps=5)",
     9)
words("words-multifactor", "-l 0.1 step,at=30/60/90,by=.1",
      MultiFactorScheduler([30, 60, 90], .1, base_lr=.1), 100)
words("words-poly", "-l 0.1 poly:100,pow=2,lead",
      PolyScheduler(100, .1, 2), 103)
g.save()
