# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["transformers==5.23.0", "torch==2.7.0", "numpy==2.2.6"]
# ///
"""Rates of Transformers' schedules: each call is evaluated as it stands with a
real optimizer, which is then stepped."""
import math
import warnings
from fractions import Fraction

import torch
import transformers
import transformers.optimization

from golden import Golden, sample

warnings.simplefilter("ignore")
gold = Golden("hf", transformers.__version__)


def rates(call, n, lr):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    names = dict(vars(transformers.optimization), optimizer=optimizer,
                 transformers=transformers, hf=transformers.optimization)
    schedule = eval(call, names)
    out = []
    for _ in range(n):
        out.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return out


def add(config, call, n, lr=0.1, words=None, exact=None, extra=()):
    """WORDS: the same in words; EXACT(t): the rate without rounding of the
    position, to find where the library's own rounding picks another cycle."""
    v = rates(call, n, lr)
    args = f"-l {lr!r} " + (words or f"'{call}'")
    wrong = ""
    if exact:
        bad = [t for t in range(n) if abs(exact(t) * lr - v[t]) > 1e-9 * lr]
        if bad:
            wrong = "/".join(map(str, bad)) + ": " + \
                "the position in cycles is rounded below a whole number"
    if n > 120:
        v = {t: v[t] for t in sample(n, extra)}
    gold.add(config, args, wrong=wrong, lr=v)


def restarts(warmup, total, cycles):
    def at(t):
        if t < warmup:
            return t / max(1, warmup)
        x = Fraction(t - warmup, max(1, total - warmup))
        if x >= 1:
            return 0.0
        return .5 * (1 + math.cos(math.pi * float(x * cycles % 1)))
    return at


# constant, constant with warmup
add("constant", "get_constant_schedule(optimizer)", 20)
add("constant-warmup", "get_constant_schedule_with_warmup(optimizer, "
    "num_warmup_steps=7)", 20, 3e-4)
add("constant-warmup-0", "get_constant_schedule_with_warmup(optimizer, 0)", 9)
add("constant-warmup-1", "get_constant_schedule_with_warmup(optimizer, 1)", 9)

# linear
f = "get_linear_schedule_with_warmup"
add("linear", f"{f}(optimizer, num_warmup_steps=100, num_training_steps=1000)",
    1010, 5e-5)
add("linear-warmup-0", f"transformers.{f}(optimizer, 0, 50)", 55)
add("linear-total-is-warmup", f"{f}(optimizer, 20, 20)", 30)
add("linear-total-below-warmup", f"{f}(optimizer, 20, 10)", 30)
add("linear-one-step", f"{f}(optimizer, 3, 4)", 9)
add("linear-warmup-fraction", f"{f}(optimizer, 0.03 * 250, 250)", 260, 2e-5)
add("linear-long", f"{f}(optimizer, num_warmup_steps=2000, "
    "num_training_steps=100_000)", 100010, 6e-4, extra=(2000, 100000))
add("linear-words", f"{f}(optimizer, 50, 500)", 510, 5e-5,
    words="warmup:50 linear:450")

# cosine
f = "get_cosine_schedule_with_warmup"
add("cosine", f"{f}(optimizer, num_warmup_steps=100, num_training_steps=1000)",
    1050, 5e-5)
add("cosine-warmup-0", f"hf.{f}(optimizer, 0, 100)", 230)
add("cosine-cycles-1", f"{f}(optimizer, 10, 100, num_cycles=1)", 150)
add("cosine-cycles-2.5", f"{f}(optimizer, 10, 100, num_cycles=2.5)", 150)
add("cosine-cycles-7/16", f"{f}(optimizer, 10, 100, num_cycles=7/16)", 300)
add("cosine-cycles-0", f"{f}(optimizer, 10, 100, num_cycles=0)", 110)
add("cosine-total-is-warmup", f"{f}(optimizer, 10, 10)", 30)
add("cosine-total-below-warmup", f"{f}(optimizer, 10, 5)", 30)
add("cosine-words", f"{f}(optimizer, 50, 500)", 500, 5e-5,
    words="warmup:50 cos:450")
add("cosine-words-past", f"{f}(optimizer, 50, 500, 1.5)", 700, 5e-5,
    words="warmup:50 cos:450,waves=1.5,past=cont")
add("cosine-long", f"{f}(optimizer, 1000, 100000)", 100100, 3e-4,
    extra=(1000, 100000))

# cosine with hard restarts
f = "get_cosine_with_hard_restarts_schedule_with_warmup"
for w, total, cycles in ((10, 100, 1), (10, 100, 3), (10, 101, 3), (0, 49, 7),
                         (5, 705, 7), (100, 1000, 10), (20, 20, 2),
                         (20, 10, 1)):
    add(f"restarts-{w}-{total}-{cycles}", f"{f}(optimizer, "
        f"num_warmup_steps={w}, num_training_steps={total}, "
        f"num_cycles={cycles})", total + 15, exact=restarts(w, total, cycles))
add("restarts-default", f"{f}(optimizer, 10, 60)", 70)
add("restarts-2.5", f"{f}(optimizer, 10, 110, 2.5)", 120,
    exact=restarts(10, 110, 2.5))
add("restarts-long", f"{f}(optimizer, 1000, 100000, 11)", 100010, 3e-4,
    exact=restarts(1000, 100000, 11), extra=[1000 + 9000 * i
                                             for i in range(12)])
add("restarts-words", f"{f}(optimizer, 10, 100, 3)", 110,
    words="warmup:10 cos:30,cycles=3,past=zero")

# polynomial
f = "get_polynomial_decay_schedule_with_warmup"
add("polynomial", f"{f}(optimizer, num_warmup_steps=100, "
    "num_training_steps=1000)", 1010, 5e-5)
add("polynomial-2", f"{f}(optimizer, 10, 100, lr_end=1e-3, power=2)", 110)
add("polynomial-.5", f"{f}(optimizer, 0, 100, 0.01, 0.5)", 110)
add("polynomial-0", f"{f}(optimizer, 0, 100, 0.01, 0.0)", 110)
add("polynomial-end-0", f"{f}(optimizer, 5, 100, lr_end=0.0, power=3.0)", 110)
add("polynomial-total-below-warmup", f"{f}(optimizer, 20, 10, 0.01)", 30)
add("polynomial-words", f"{f}(optimizer, 10, 100, lr_end=1e-3, power=2.0)",
    110, words="warmup:10 poly:90:1e-3,pow=2")

# inverse square root
f = "get_inverse_sqrt_schedule"
add("inverse-sqrt", f"{f}(optimizer, num_warmup_steps=50)", 1000, 1e-3)
add("inverse-sqrt-0", f"{f}(optimizer, 0)", 300, 1e-3)
add("inverse-sqrt-timescale", f"{f}(optimizer, 10, timescale=1000)", 500)
add("inverse-sqrt-long", f"{f}(optimizer, num_warmup_steps=4000)", 100000,
    5e-4, extra=(4000,))
add("inverse-sqrt-words", f"{f}(optimizer, 40)", 400,
    words="warmup:40 rsqrt,s=40")

# cosine to a floor
f = "get_cosine_with_min_lr_schedule_with_warmup"
add("min-lr", f"{f}(optimizer, num_warmup_steps=10, num_training_steps=100, "
    "min_lr=0.01)", 130)
add("min-lr-rate", f"{f}(optimizer, 10, 100, min_lr_rate=0.1)", 130, 3e-4)
add("min-lr-cycles", f"{f}(optimizer, 0, 100, num_cycles=1.5, "
    "min_lr_rate=0.25)", 130)
add("min-lr-total-is-warmup", f"{f}(optimizer, 9, 9, min_lr=0.02)", 20)
f = "get_cosine_with_min_lr_schedule_with_warmup_lr_rate"
add("warmup-min-lr", f"{f}(optimizer, num_warmup_steps=10, "
    "num_training_steps=100, min_lr_rate=0.1)", 130, 3e-4)
add("warmup-min-lr-0", f"{f}(optimizer, 0, 50, min_lr=1e-3)", 60)
add("warmup-min-lr-rate", f"{f}(optimizer, 10, 100, min_lr_rate=0.1, "
    "warmup_lr_rate=0.2)", 130)
add("warmup-min-lr-rate-1", f"{f}(optimizer, 1, 100, min_lr=0.005, "
    "warmup_lr_rate=0.2)", 130)
add("warmup-min-lr-rate-2", f"{f}(optimizer, 2, 20, 1.5, min_lr=0.005, "
    "warmup_lr_rate=0.0)", 60)
add("warmup-min-lr-total-is-warmup", f"{f}(optimizer, 10, 10, "
    "min_lr_rate=0.1)", 20)
add("warmup-min-lr-words", f"{f}(optimizer, 10, 100, min_lr_rate=0.1)", 100,
    words="warmup:10,lead cos:90:.1x,lead")

# warmup, stable, decay
f = "get_wsd_schedule"
for kind in ("linear", "cosine", "1-sqrt"):
    add(f"wsd-{kind}", f"{f}(optimizer, num_warmup_steps=10, "
        f"num_decay_steps=30, num_stable_steps=50, warmup_type=\"{kind}\", "
        f"decay_type=\"{kind}\")", 100, 3e-4)
    add(f"wsd-{kind}-min", f"{f}(optimizer, 13, 17, 100, "
        f"warmup_type=\"{kind}\", decay_type=\"{kind}\", min_lr_ratio=0.1)",
        110)
add("wsd-cycles", f"{f}(optimizer, 5, 40, num_stable_steps=5, "
    "min_lr_ratio=0.05, num_cycles=1.25)", 60)
add("wsd-warmup-0", f"{f}(optimizer, 0, 20, 100, decay_type=\"1-sqrt\")", 110)
add("wsd-stable-0", f"{f}(optimizer, 10, 20, num_stable_steps=0)", 40)
add("wsd-decay-0", f"{f}(optimizer, 10, 0, num_stable_steps=20, "
    "min_lr_ratio=0.3)", 40)
add("wsd-overlap", f"{f}(optimizer, 20, 50, num_training_steps=60, "
    "decay_type=\"linear\")", 70)
for kind in ("linear", "cosine", "1-sqrt"):
    add(f"wsd-late-{kind}", f"{f}(optimizer, 5, 50, num_training_steps=40, "
        f"decay_type=\"{kind}\", min_lr_ratio=0.1)", 50)
add("wsd-late-cycles-0", f"{f}(optimizer, 5, 50, num_training_steps=40, "
    "num_cycles=0, min_lr_ratio=0.1)", 50)
add("wsd-late-all", f"{f}(optimizer, 20, 50, 10, min_lr_ratio=0.1)", 50)
add("wsd-total", f"{f}(optimizer, num_warmup_steps=100, "
    "num_decay_steps=200, num_training_steps=1000)", 1010, 3e-4)
add("wsd-words", f"{f}(optimizer, 10, 30, num_stable_steps=50, "
    "decay_type=\"1-sqrt\", min_lr_ratio=0.1)", 100,
    words="linear:10,from=.1x,to=1x const:50 sqrt:30:.1x")

add("wsd-cycles-0", f"{f}(optimizer, 5, 10, num_stable_steps=5, "
    "min_lr_ratio=0.05, num_cycles=0)", 30)
add("min-lr-cycles-0", "get_cosine_with_min_lr_schedule_with_warmup("
    "optimizer, 5, 20, 0, min_lr=0.01)", 30)
add("restarts-0", "get_cosine_with_hard_restarts_schedule_with_warmup("
    "optimizer, 5, 20, 0)", 30)
add("restarts-short", "get_cosine_with_hard_restarts_schedule_with_warmup("
    "optimizer, 5, 20, 17)", 30)

# by name
add("name-linear", "get_scheduler(\"linear\", optimizer, "
    "num_warmup_steps=10, num_training_steps=100)", 110)
add("name-keywords", "get_scheduler(name=\"cosine\", optimizer=optimizer, "
    "num_warmup_steps=0, num_training_steps=100)", 130)
add("name-restarts", "get_scheduler(\"cosine_with_restarts\", optimizer, 10, "
    "100, scheduler_specific_kwargs={\"num_cycles\": 3})", 110)
add("name-polynomial", "get_scheduler(\"polynomial\", optimizer, 10, 100, "
    "{\"lr_end\": 1e-3, \"power\": 2.0})", 110)
add("name-constant", "get_scheduler(\"constant\", optimizer)", 10)
add("name-constant-warmup", "get_scheduler(\"constant_with_warmup\", "
    "optimizer, num_warmup_steps=5)", 20)
add("name-inverse-sqrt", "transformers.get_scheduler(\"inverse_sqrt\", "
    "optimizer, 10, scheduler_specific_kwargs={\"timescale\": 77})", 200)
add("name-min-lr", "get_scheduler(\"cosine_with_min_lr\", optimizer, 10, 100, "
    "{\"min_lr\": 0.01})", 130)
add("name-warmup-min-lr", "get_scheduler(\"cosine_warmup_with_min_lr\", "
    "optimizer, 10, 100, {\"min_lr_rate\": 0.1, \"warmup_lr_rate\": 0.3})",
    130)
add("name-wsd", "get_scheduler(\"warmup_stable_decay\", optimizer, 10, 100, "
    "{\"num_decay_steps\": 20, \"decay_type\": \"linear\"})", 110)
gold.save()
