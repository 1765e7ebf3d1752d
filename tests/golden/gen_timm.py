# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["timm==1.0.31", "torch==2.7.0", "numpy==2.2.6"]
# ///
"""Rates of timm's schedulers: each call is evaluated as it stands with a real
optimizer.  The first update uses what the constructor set; update t the rate
of step(t), or step_update(t) where t_in_epochs is False."""
import math
from fractions import Fraction

import timm
import timm.scheduler
import torch

from golden import Golden, sample

gold = Golden("timm", timm.__version__)


def rates(call, n, lr):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    names = dict(vars(timm.scheduler), optimizer=optimizer, timm=timm)
    schedule = eval(call, names)
    if isinstance(schedule, tuple):
        schedule = schedule[0]
    step = schedule.step if schedule.t_in_epochs else schedule.step_update
    out = [optimizer.param_groups[0]["lr"]]
    for t in range(1, n):
        step(t)
        out.append(optimizer.param_groups[0]["lr"])
    return out, schedule


def below(s, n):
    """Steps at which t // decay_t is not that of the number as written."""
    decay_t = getattr(s, "decay_t", 1)
    if isinstance(decay_t, (int, list)) or decay_t < 1:
        return []
    return [t for t in range(n)
            if t // decay_t != t // Fraction(str(decay_t))]


def restarts(s, n):
    """Steps at which the cycle's index, a rounded logarithm, is not that of
    the cycle that the step is in."""
    mul = Fraction(getattr(s, "cycle_mul", 1))
    if mul == 1:
        return []
    bad, start, length, i = [], Fraction(0), Fraction(s.t_initial), 0
    for t in range(n):
        u = t - (s.warmup_t if s.warmup_prefix else 0)
        if u < 0 or t < s.warmup_t:
            continue
        while u >= start + length:
            start, length, i = start + length, length * mul, i + 1
        j = math.floor(math.log(1 - u / s.t_initial * (1 - s.cycle_mul),
                                s.cycle_mul))
        if i != j and min(i, j) < s.cycle_limit:
            bad.append(t)
    return bad


def add(config, call, n, lr=0.1, words=None, extra=()):
    v, s = rates(call, n, lr)
    bad = restarts(s, n)
    keep = sample(n, [*extra, *bad]) if n > 400 else range(n)
    wrong = "/".join(map(str, bad))
    if bad:
        wrong += ": the cycle is found by a logarithm that rounds down"
    elif below(s, n):
        wrong = "/".join(map(str, below(s, n)))
        wrong += f": t // {s.decay_t} is of a double above {s.decay_t}"
    gold.add(config, f"-l {lr!r} " + (words or f"'{call}'"), wrong=wrong,
             lr={t: v[t] for t in keep})


def starts(first, mul, n, warmup=0):
    at, out = warmup, []
    while at < n:
        out.append(at)
        at, first = at + first, first * mul
    return out


# cosine
f = "CosineLRScheduler"
add("cosine", f"timm.scheduler.{f}(optimizer, t_initial=300, lr_min=1e-5, "
    "warmup_t=5, warmup_lr_init=1e-6)", 310)
add("cosine-plain", f"{f}(optimizer, 50)", 60)
add("cosine-prefix", f"{f}(optimizer, t_initial=50, lr_min=1e-5, warmup_t=5, "
    "warmup_lr_init=1e-6, warmup_prefix=True)", 60)
add("cosine-updates", f"{f}(optimizer, t_initial=1000, lr_min=1e-5, "
    "warmup_t=100, t_in_epochs=False)", 1010)
add("cosine-warmup-is-total", f"{f}(optimizer, t_initial=10, lr_min=1e-3, "
    "warmup_t=10)", 20)
add("cosine-warmup-above-total", f"{f}(optimizer, t_initial=10, lr_min=1e-3, "
    "warmup_t=15, warmup_lr_init=1e-4)", 25)
add("cosine-prefix-is-total", f"{f}(optimizer, t_initial=10, warmup_t=10, "
    "warmup_prefix=True)", 30)
add("cosine-one", f"{f}(optimizer, t_initial=1, lr_min=0.01)", 5)
add("cosine-cycles", f"{f}(optimizer, t_initial=20, lr_min=1e-4, "
    "cycle_decay=0.5, cycle_limit=4)", 100)
add("cosine-cycles-mul-2", f"{f}(optimizer, t_initial=10, lr_min=1e-4, "
    "cycle_mul=2, cycle_decay=0.8, cycle_limit=5, warmup_t=3, "
    "warmup_prefix=True)", 330)
add("cosine-cycles-warmup", f"{f}(optimizer, t_initial=10, lr_min=1e-4, "
    "cycle_mul=2., cycle_decay=0.5, cycle_limit=3, warmup_t=14)", 80)
add("cosine-cycles-mul-1.5", f"{f}(optimizer, t_initial=10, lr_min=1e-3, "
    "cycle_mul=1.5, cycle_limit=6)", 230)
add("cosine-cycles-mul-3", f"{f}(optimizer, t_initial=5, lr_min=1e-3, "
    "cycle_mul=3, cycle_decay=0.9, cycle_limit=100)", 100000,
    extra=starts(5, 3, 100000))
add("cosine-cycles-mul-10", f"{f}(optimizer, t_initial=5, cycle_mul=10, "
    "cycle_decay=0.5, cycle_limit=100)", 100000, extra=starts(5, 10, 100000))
add("cosine-k", f"{f}(optimizer, t_initial=40, lr_min=1e-3, k_decay=1.5)", 45)
add("cosine-k-cycles", f"{f}(optimizer, t_initial=10, lr_min=1e-3, "
    "k_decay=0.7, cycle_mul=2, cycle_decay=0.5, cycle_limit=3)", 80)
add("cosine-limit-0", f"{f}(optimizer, t_initial=10, lr_min=1e-3, "
    "cycle_limit=0)", 9)
add("cosine-min-above", f"{f}(optimizer, t_initial=20, lr_min=0.2)", 25)
add("cosine-words", f"{f}(optimizer, t_initial=50, lr_min=1e-5, warmup_t=5, "
    "warmup_lr_init=1e-5)", 60,
    words="linear:5,from=1e-5,to=1x,over cos:50:1e-5")
add("cosine-words-prefix", f"{f}(optimizer, t_initial=50, lr_min=1e-5, "
    "warmup_t=5, warmup_lr_init=1e-5, warmup_prefix=True)", 60,
    words="linear:5,from=1e-5,to=1x cos:50:1e-5")
add("cosine-words-cycles", f"{f}(optimizer, t_initial=10, lr_min=1e-4, "
    "cycle_mul=2., cycle_decay=0.5, cycle_limit=4)", 160,
    words="cos:10:1e-4,cycles=4,tmul=2,vmul=.5")

# tanh
f = "TanhLRScheduler"
add("tanh", f"{f}(optimizer, t_initial=100, lr_min=1e-5)", 110)
add("tanh-warmup", f"{f}(optimizer, t_initial=50, lr_min=1e-5, warmup_t=5, "
    "warmup_lr_init=1e-6)", 60)
add("tanh-bounds-warmup", f"{f}(optimizer, t_initial=50, lb=-3., ub=2., "
    "lr_min=1e-3, warmup_t=20, warmup_lr_init=1e-3)", 60)
add("tanh-bounds", f"{f}(optimizer, t_initial=50, lb=-1., ub=1., "
    "lr_min=1e-3)", 60)
add("tanh-prefix", f"{f}(optimizer, 50, lb=-2, ub=2, lr_min=1e-3, warmup_t=5, "
    "warmup_lr_init=1e-4, warmup_prefix=True)", 60)
add("tanh-cycles", f"{f}(optimizer, t_initial=20, lb=-2., ub=2., lr_min=1e-4, "
    "cycle_decay=0.5, cycle_limit=3)", 70)
add("tanh-cycles-mul", f"{f}(optimizer, t_initial=10, lb=-4., ub=1., "
    "cycle_mul=2., cycle_decay=0.7, cycle_limit=4, warmup_t=5, "
    "warmup_prefix=True)", 170)
add("tanh-cycles-warmup", f"{f}(optimizer, t_initial=10, lb=-4., ub=1., "
    "cycle_mul=2., cycle_decay=0.7, cycle_limit=4, warmup_t=13)", 170)
add("tanh-warmup-above-total", f"{f}(optimizer, t_initial=10, lr_min=1e-3, "
    "warmup_t=15)", 25)
add("tanh-cycles-mul-3", f"{f}(optimizer, t_initial=5, lr_min=1e-3, "
    "cycle_mul=3, cycle_decay=0.9, cycle_limit=8)", 20000,
    extra=starts(5, 3, 20000))

# step
f = "StepLRScheduler"
add("step", f"{f}(optimizer, decay_t=30, decay_rate=0.1)", 100)
add("step-warmup", f"{f}(optimizer, decay_t=30, decay_rate=0.1, warmup_t=5, "
    "warmup_lr_init=1e-4)", 100)
add("step-no-prefix", f"{f}(optimizer, decay_t=10, decay_rate=0.5, warmup_t=5,"
    " warmup_lr_init=1e-4, warmup_prefix=False)", 50)
add("step-no-prefix-long", f"{f}(optimizer, 3, 0.5, warmup_t=8, "
    "warmup_prefix=False)", 50)
add("step-fraction", f"{f}(optimizer, decay_t=2.4, decay_rate=0.97)", 300,
    0.256)
add("step-fraction-above", f"{f}(optimizer, decay_t=7.7, decay_rate=0.5)", 90)
add("step-default", f"{f}(optimizer, 10)", 30)
add("step-words", f"{f}(optimizer, decay_t=10, decay_rate=0.5)", 50,
    words="step,every=10,by=.5")

# multistep
f = "MultiStepLRScheduler"
add("multistep", f"{f}(optimizer, decay_t=[30, 60, 80], decay_rate=0.1)", 100)
add("multistep-warmup", f"{f}(optimizer, decay_t=[30, 60], decay_rate=0.1, "
    "warmup_t=5, warmup_lr_init=1e-4)", 80)
add("multistep-no-prefix", f"{f}(optimizer, [3, 30], 0.5, warmup_t=5, "
    "warmup_prefix=False)", 50)
add("multistep-1", f"{f}(optimizer, decay_t=[1, 4], decay_rate=0.5)", 9)
add("multistep-0", f"{f}(optimizer, decay_t=[0, 1, 1, 4, 4], decay_rate=0.5)",
    9)
add("multistep-1-warmup", f"{f}(optimizer, decay_t=[1, 4], decay_rate=0.5, "
    "warmup_t=2)", 12)
add("multistep-none", f"{f}(optimizer, decay_t=[], decay_rate=0.5)", 5)
add("multistep-words", f"{f}(optimizer, decay_t=[30, 60], decay_rate=0.1)",
    80, words="step,at=29/59,by=.1")

# polynomial
f = "PolyLRScheduler"
add("poly", f"{f}(optimizer, t_initial=100, lr_min=1e-5)", 110)
add("poly-2", f"{f}(optimizer, t_initial=50, power=2, lr_min=1e-3, "
    "warmup_t=5, warmup_lr_init=1e-6)", 60)
add("poly-prefix", f"{f}(optimizer, t_initial=50, power=0.9, warmup_t=5, "
    "warmup_prefix=True)", 60)
add("poly-k", f"{f}(optimizer, t_initial=50, power=1.0, lr_min=1e-3, "
    "k_decay=2.0)", 60)
add("poly-cycles", f"{f}(optimizer, t_initial=10, power=1.5, lr_min=1e-3, "
    "cycle_mul=2, cycle_decay=0.5, cycle_limit=3, k_decay=0.5, warmup_t=4)",
    80)
add("poly-cycles-mul-3", f"{f}(optimizer, t_initial=5, power=1, lr_min=1e-3, "
    "cycle_mul=3, cycle_decay=0.9, cycle_limit=7)", 10000,
    extra=starts(5, 3, 10000))
add("poly-words", f"{f}(optimizer, t_initial=50, power=0.9, lr_min=1e-4)", 60,
    words="poly:50:1e-4,pow=.9")

# warmup, stable, decay
f = "WSDLRScheduler"
add("wsd", f"{f}(optimizer, t_initial=100, decay_t=20, lr_min=1e-4, "
    "warmup_t=5, warmup_lr_init=1e-5)", 115)
for kind in ("linear", "1-sqrt", "cosine", "power", "exp"):
    add(f"wsd-{kind}", f"{f}(optimizer, 50, 20, lr_min=1e-3, "
        f"decay_fn=\"{kind}\")", 60)
add("wsd-power-ratio", f"{f}(optimizer, 40, 40, decay_fn=\"power\", "
    "decay_power=2.0)", 45)
add("wsd-exp-ratio", f"{f}(optimizer, 40, 39, decay_fn=\"exp\", "
    "decay_ratio=0.01)", 45)
add("wsd-rsqrt", f"{f}(optimizer, 100, 30, lr_min=1e-3, stable_fn=\"rsqrt\", "
    "warmup_t=10)", 120)
add("wsd-rsqrt-timescale", f"{f}(optimizer, 100, 30, stable_fn=\"rsqrt\", "
    "stable_timescale=7.5, decay_fn=\"linear\")", 120)
add("wsd-stable-power", f"{f}(optimizer, 100, 30, lr_min=0.05, "
    "stable_fn=\"power\", stable_power=0.8, warmup_t=10, "
    "decay_fn=\"cosine\")", 120)
# by name
f = "create_scheduler_v2"
add("name-cosine", f"timm.scheduler.{f}(optimizer, sched=\"cosine\", "
    "num_epochs=100, min_lr=1e-5, warmup_epochs=5, warmup_lr=1e-6)", 110)
add("name-cosine-cycles", f"{f}(optimizer, num_epochs=20, warmup_epochs=3, "
    "warmup_prefix=True, cycle_limit=3, cycle_mul=2.0, k_decay=1.5)", 150)
add("name-cosine-updates", f"{f}(optimizer, \"cosine\", 10, min_lr=1e-4, "
    "warmup_epochs=2, step_on_epochs=False, updates_per_epoch=20)", 210)
add("name-tanh", f"{f}(optimizer, \"tanh\", 50, min_lr=1e-4, "
    "warmup_epochs=5)", 60)
add("name-step", f"{f}(optimizer, \"step\", num_epochs=300)", 310)
add("name-step-updates", f"{f}(optimizer, \"step\", decay_epochs=2.4, "
    "decay_rate=0.97, warmup_epochs=3, step_on_epochs=False, "
    "updates_per_epoch=10)", 200, 0.064)
add("name-multistep", f"{f}(optimizer, \"multistep\", warmup_epochs=5, "
    "warmup_prefix=True, decay_milestones=[30, 60])", 100)
add("name-poly", f"{f}(optimizer, \"poly\", 60, decay_rate=0.9, "
    "min_lr=1e-4)", 70)
add("name-wsd", f"{f}(optimizer, \"wsd\", 57, warmup_epochs=5, min_lr=1e-4)",
    70)
add("name-rsqrt", f"{f}(optimizer, \"rsqrt\", 60, decay_epochs=15, "
    "warmup_epochs=5, warmup_prefix=True)", 80)
add("name-constant", f"{f}(optimizer, \"constant\", 60, warmup_epochs=5)", 20)
# rare
add("step-below-1", "StepLRScheduler(optimizer, decay_t=0.4, decay_rate=0.9)",
    30)
add("poly-0", "PolyLRScheduler(optimizer, 10, power=0, lr_min=0.01)", 15)
gold.save()
