# SPDX-License-Identifier: MIT
# /// script
# requires-python = "==3.11.*"
# dependencies = ["deepspeed==0.19.8", "torch"]
# ///
"""deepspeed.runtime.lr_schedules, stepped as DeepSpeed's engine does: once
after every update, from an index of -1.  So the second update sees index 0."""
import logging

import torch
import deepspeed
from deepspeed.runtime import lr_schedules

from golden import Golden, sample

logging.disable(logging.WARNING)
g = Golden("deepspeed", deepspeed.__version__)


def rates(text, n, lr, extra=()):
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=lr,
                                 betas=(.9, .99))
    group = optimizer.param_groups[0]
    scheduler = eval(text, dict(vars(lr_schedules), optimizer=optimizer,
                                deepspeed=deepspeed))
    keep = set(sample(n, extra) if n > 300 else range(n))
    rate, momentum = {}, {}
    for t in range(n):
        if t in keep:
            rate[t], momentum[t] = group["lr"], group["betas"][0]
        scheduler.step()
    return rate, momentum if getattr(scheduler, "cycle_momentum", 0) else None


def call(config, text, n, lr=None, extra=(), prefix="deepspeed."):
    rate, momentum = rates(text, n, lr or .1, extra)
    columns = dict(lr=rate)
    if momentum:
        columns["momentum"] = momentum
    g.add(config, (f"-l {lr} " if lr else "") + f'"{prefix}{text}"', **columns)


def words(config, args, text, n, lr):
    g.add(config, args, lr=rates(text, n, lr)[0])


call("range", "LRRangeTest(optimizer)", 5000, extra=(2000, 4000))
call("range-steps", "LRRangeTest(optimizer, lr_range_test_min_lr=1e-4, "
     "lr_range_test_step_size=20, lr_range_test_step_rate=5.0)", 100)
call("range-stairs", "LRRangeTest(optimizer, 0.001, 20, 2, "
     "lr_range_test_staircase=True)", 100)
call("onecycle", "OneCycle(optimizer, cycle_min_lr=0.0001, "
     "cycle_max_lr=0.001, cycle_first_step_size=100)", 230)
call("onecycle-defaults", "OneCycle(optimizer, 0.01, 0.1)", 4100,
     extra=(2000, 4000))
call("onecycle-decay", "OneCycle(optimizer, cycle_min_lr=0.01, "
     "cycle_max_lr=0.1, decay_lr_rate=0.5, cycle_first_step_size=40, "
     "cycle_second_step_size=25, decay_step_size=10, decay_mom_rate=0.01, "
     "cycle_min_mom=0.85, cycle_max_mom=0.95)", 120)
call("onecycle-no-momentum", "OneCycle(optimizer, 0.01, 0.1, "
     "decay_lr_rate=0.001, cycle_first_step_size=10, decay_step_size=1, "
     "cycle_momentum=False)", 60)
call("onecycle-stairs", "OneCycle(optimizer, 0.01, 0.1, "
     "cycle_first_step_size=50, cycle_second_step_size=30, "
     "cycle_first_stair_count=5, cycle_second_stair_count=7)", 90)
call("onecycle-stairs-one", "OneCycle(optimizer, 0.01, 0.1, "
     "cycle_first_step_size=9, cycle_first_stair_count=3)", 25)
call("onecycle-stairs-first", "OneCycle(optimizer, 0.01, 0.1, "
     "cycle_first_step_size=10, cycle_first_stair_count=4, "
     "cycle_second_stair_count=0, cycle_momentum=False)", 25)
call("onecycle-no-second", "OneCycle(optimizer, 0.01, 0.1, "
     "cycle_first_step_size=10, cycle_second_step_size=0, "
     "decay_lr_rate=0.1, decay_step_size=4)", 30)
call("onecycle-no-decay-size", "OneCycle(optimizer, 0.01, 0.1, 0.5, 10, "
     "decay_mom_rate=0.5)", 30)
call("warmup", "WarmupLR(optimizer, warmup_min_lr=0, warmup_max_lr=0.001, "
     "warmup_num_steps=100)", 130)
call("warmup-linear", "WarmupLR(optimizer, warmup_min_lr=0.1, "
     "warmup_max_lr=1.0, warmup_num_steps=4, warmup_type='linear')", 10)
call("warmup-defaults", "WarmupLR(optimizer)", 1100, lr=.05, extra=(1000,))
call("warmup-from-min", "WarmupLR(optimizer, 1e-4, None, 30, 'linear')", 40,
     lr=.01)
call("warmup-one", "WarmupLR(optimizer, 0.0, 0.1, warmup_num_steps=1, "
     "warmup_type='linear')", 8)
call("warmup-two", "WarmupLR(optimizer, 0.0, 0.1, warmup_num_steps=2)", 8)
call("warmup-down", "WarmupLR(optimizer, 0.5, 0.1, 10)", 15)
call("decay", "WarmupDecayLR(optimizer, total_num_steps=1000, "
     "warmup_min_lr=1e-6, warmup_max_lr=3e-4, warmup_num_steps=100)", 1005,
     extra=(100, 1000))
call("decay-linear", "WarmupDecayLR(optimizer, 100, 0.0, 0.001, 10, "
     "'linear')", 105)
call("decay-unprefixed", "WarmupDecayLR(optimizer, total_num_steps=50, "
     "warmup_num_steps=5)", 55, prefix="")
call("decay-total-is-warmup", "WarmupDecayLR(optimizer, 10, 0.01, 0.1, 10, "
     "'linear')", 15)
call("decay-total-below-warmup", "WarmupDecayLR(optimizer, 6, 0.01, 0.1, 10, "
     "'linear')", 15)
call("decay-one-left", "WarmupDecayLR(optimizer, 11, 0.01, 0.1, 10)", 15)
call("decay-warmup-one", "WarmupDecayLR(optimizer, 20, 0.01, 0.1, 1)", 24)
call("cosine", "WarmupCosineLR(optimizer, total_num_steps=1000, "
     "warmup_num_steps=100)", 1005, lr=.1, extra=(100, 1000))
call("cosine-linear", "WarmupCosineLR(optimizer, 100, warmup_min_ratio=0.2, "
     "warmup_num_steps=10, cos_min_ratio=0.05, warmup_type='linear')", 105,
     lr=.02)
call("cosine-short", "WarmupCosineLR(optimizer, 8, 0.1, 4, 0.0, 'linear')",
     12, lr=1.)
call("cosine-total-is-warmup", "WarmupCosineLR(optimizer, 10, "
     "warmup_num_steps=10)", 15, lr=.1)
call("cosine-total-below-warmup", "WarmupCosineLR(optimizer, 5, 0.5, 10, "
     "0.25, 'linear')", 15, lr=.1)
words("words-warmup", "-l 0.001 const:1,from=.1x linear:10,from=.1x,to=1x",
      "WarmupLR(optimizer, 0.0001, None, 10, 'linear')", 15, .001)
words("words-cosine", "-l 0.02 const:1,from=0 linear:10,from=0,to=1x "
      "cos:90:1e-4x,lead", "WarmupCosineLR(optimizer, 100, "
      "warmup_num_steps=10, warmup_type='linear')", 105, .02)
words("words-range", "linear:20,from=1e-4,to=6e-4,past=cont",
      "LRRangeTest(optimizer, 1e-4, 20, 5.0)", 60, .1)
g.save()
