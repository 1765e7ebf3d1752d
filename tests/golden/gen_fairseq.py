# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["omegaconf==2.3.1"]
# ///
"""Rates of fairseq's schedulers: the library's own modules, without the parents
they are imported from, which need a compiler and torch.  A configuration is
written as a call with the fields of the scheduler's dataclass; its scheduler is
driven as fairseq's trainer does.  Install fairseq itself with "--no-deps
fairseq==0.12.2"."""
import importlib
import importlib.metadata
import importlib.util
import logging
import math
import os
import sys
import types
from argparse import Namespace
from dataclasses import fields
from fractions import Fraction

from golden import Golden, sample

logging.disable(logging.CRITICAL)
gold = Golden("fairseq", importlib.metadata.version("fairseq"))
CONFIG, SCHEDULER = {}, {}


class Optimizer:
    def set_lr(self, lr):
        self.lr = lr

    def get_lr(self):
        return self.lr


def register(name, dataclass=None):
    def keep(cls):
        SCHEDULER[name], CONFIG[name] = cls, dataclass
        return cls
    return keep


def package(name, path=(), **names):
    module = types.ModuleType(name)
    module.__path__ = list(path)
    vars(module).update(names)
    sys.modules[name] = module
    return module


def load():
    spec = importlib.machinery.PathFinder.find_spec("fairseq")
    here = os.path.join(spec.submodule_search_locations[0], "optim",
                        "lr_scheduler")
    package("fairseq")
    package("fairseq.dataclass", FairseqDataclass=object)
    package("fairseq.dataclass.utils", gen_parser_from_dataclass=None)
    package("fairseq.optim", FairseqOptimizer=Optimizer)
    parent = package("fairseq.optim.lr_scheduler", [here],
                     register_lr_scheduler=register)
    base = importlib.import_module(
        "fairseq.optim.lr_scheduler.fairseq_lr_scheduler")
    parent.FairseqLRScheduler = base.FairseqLRScheduler
    parent.LegacyFairseqLRScheduler = base.LegacyFairseqLRScheduler
    for file in sorted(os.listdir(here)):
        if file.endswith(".py") and file[0] != "_" and "plateau" not in file:
            importlib.import_module("fairseq.optim.lr_scheduler." + file[:-3])


def scheduler(name):
    def make(**values):
        if CONFIG[name]:
            given = {f.name for f in fields(CONFIG[name])}
            assert set(values) <= given, (name, values)
            config = CONFIG[name]()
        else:
            config = Namespace(epoch2lr="{}", update2lr="{}")
        for key, value in values.items():
            if key == "lr" and not isinstance(value, (list, tuple)):
                value = [value]
            if key.endswith("2lr"):
                value = repr(value)
            setattr(config, key, value)
        return SCHEDULER[name](config, Optimizer())
    return make


def rates(call, n, epoch):
    s = eval(call, {"fairseq": Namespace(
        **{name: scheduler(name) for name in SCHEDULER})})
    s.step_update(0)
    out = []
    for t in range(n):
        if t % epoch == 0:
            s.step_begin_epoch(1 + t // epoch)
        s.step_update(t)
        out.append(s.optimizer.get_lr())
    return out, s


def restarts(s, n):
    """Steps at which the cycle's index, a rounded logarithm, is not that of
    the cycle that the step is in."""
    mul = Fraction(getattr(s, "t_mult", 1))
    if mul == 1:
        return []
    bad, start, length, i = [], Fraction(0), Fraction(s.period), 0
    for t in range(n - s.warmup_updates):
        while t >= start + length:
            start, length, i = start + length, length * mul, i + 1
        j = math.floor(math.log(1 - t / s.period * (1 - s.t_mult), s.t_mult))
        if i != j:
            bad.append(t + s.warmup_updates)
    return bad


def add(config, call, n, epoch=None, words=None, extra=()):
    v, s = rates(call, n, epoch or n)
    bad = restarts(s, n)
    keep = sample(n, [*extra, *bad]) if n > 400 else range(n)
    wrong = "/".join(map(str, bad))
    if bad:
        wrong += ": the cycle is found by a logarithm that rounds down"
    options = f"-e {epoch} " if epoch else ""
    gold.add(config, options + (words or f"'{call}'"), wrong=wrong,
             lr={t: v[t] for t in keep})


def starts(first, mul, n, warmup=0):
    at, out = warmup, []
    while at < n:
        out.append(at)
        at, first = at + first, first * mul
    return out


load()

f = "fairseq.cosine"
add("cosine", f"{f}(lr=0.1, warmup_updates=50, max_update=500)", 560)
add("cosine-warmup-0", f"{f}(lr=[5e-4], max_update=100, min_lr=1e-5)", 110)
add("cosine-init", f"{f}(lr=1e-3, warmup_updates=10, warmup_init_lr=1e-7, "
    "min_lr=1e-5, lr_period_updates=90, max_update=1000)", 320)
add("cosine-cycles", f"{f}(lr=[1.0], warmup_updates=20, warmup_init_lr=1e-7, "
    "min_lr=1e-4, t_mult=2, lr_period_updates=40, lr_shrink=0.75)", 400)
add("cosine-shrink-1", f"{f}(lr=0.1, lr_period_updates=30, lr_shrink=1.0)",
    100)
add("cosine-mult-1.5", f"{f}(lr=0.1, t_mult=1.5, lr_period_updates=10, "
    "lr_shrink=0.9)", 200)
add("cosine-mult-3", f"{f}(lr=0.1, min_lr=1e-3, warmup_updates=7, t_mult=3, "
    "lr_period_updates=5, lr_shrink=0.8)", 100000,
    extra=starts(5, 3, 100000, 7))
add("cosine-mult-10", f"{f}(lr=0.1, min_lr=1e-3, t_mult=10, "
    "lr_period_updates=5, lr_shrink=1)", 100000,
    extra=starts(5, 10, 100000))
add("cosine-period-fraction", f"{f}(lr=0.1, lr_period_updates=12.5)", 60)
add("cosine-words", f"{f}(lr=0.1, warmup_updates=10, min_lr=1e-3, t_mult=2, "
    "lr_period_updates=20, lr_shrink=0.5)", 200, words="-l 0.1 linear:10,"
    "from=1e-3,to=1x cos:20:1e-3,cycles=inf,tmul=2,vmul=.5,scale=all")

f = "fairseq.fixed"
add("fixed", f"{f}(lr=0.25)", 10)
add("fixed-warmup", f"{f}(lr=[0.1], warmup_updates=8)", 20)
add("fixed-list", f"{f}(lr=[0.1, 0.05, 0.01])", 50, 10)
add("fixed-list-warmup", f"{f}(lr=[0.1, 0.05, 0.01], warmup_updates=15)", 50,
    10)
add("fixed-anneal", f"{f}(lr=0.1, force_anneal=3, lr_shrink=0.5)", 70, 10)
add("fixed-anneal-1", f"{f}(lr=0.1, force_anneal=1, lr_shrink=0.5)", 40, 10)
add("fixed-anneal-list", f"{f}(lr=[0.1, 0.2, 0.05], force_anneal=4, "
    "lr_shrink=0.1, warmup_updates=5)", 70, 8)
add("fixed-anneal-short", f"{f}(lr=[0.1, 0.2, 0.05], force_anneal=2)", 50, 8)
add("fixed-words", f"{f}(lr=0.1, warmup_updates=10)", 30,
    words="-l 0.1 warmup:10,lead")

f = "fairseq.inverse_sqrt"
add("inverse-sqrt", f"{f}(lr=5e-4, warmup_updates=100)", 600)
add("inverse-sqrt-default", f"{f}(lr=[5e-4], warmup_init_lr=1e-7)", 20000,
    extra=(4000,))
add("inverse-sqrt-1", f"{f}(lr=1e-3, warmup_updates=1)", 20)
add("inverse-sqrt-long", f"{f}(lr=7e-4, warmup_updates=4000, "
    "warmup_init_lr=0.0)", 300000, extra=(4000,))
add("inverse-sqrt-words", f"{f}(lr=5e-4, warmup_updates=100)", 300,
    words="-l 5e-4 warmup:100 rsqrt,s=100")

f = "fairseq.polynomial_decay"
add("polynomial", f"{f}(lr=0.1, warmup_updates=10, total_num_update=100)",
    110)
add("polynomial-2", f"{f}(lr=[0.1], total_num_update=100, power=2.0, "
    "end_learning_rate=1e-3)", 110)
add("polynomial-epochs", f"{f}(lr=0.1, warmup_updates=10, "
    "total_num_update=100)", 110, 10)
add("polynomial-total-is-warmup", f"{f}(lr=0.1, warmup_updates=20, "
    "total_num_update=20, end_learning_rate=0.01)", 30)
add("polynomial-total-below-warmup", f"{f}(lr=0.1, warmup_updates=20, "
    "total_num_update=10)", 30)
add("polynomial-one-step", f"{f}(lr=0.1, warmup_updates=4, "
    "total_num_update=5)", 9)
add("polynomial-0", f"{f}(lr=0.1, warmup_updates=4, total_num_update=20, "
    "power=0.0, end_learning_rate=0.01)", 30)
add("polynomial-words", f"{f}(lr=0.1, warmup_updates=10, "
    "total_num_update=100, end_learning_rate=1e-3, power=0.5)", 110,
    words="-l 0.1 warmup:10 poly:90:1e-3,pow=.5")

f = "fairseq.step"
add("step", f"{f}(lr=0.1, lr_deacy_period=10, lr_decay=0.5)", 60)
add("step-warmup", f"{f}(lr=[0.1], warmup_updates=7, warmup_init_lr=1e-3, "
    "lr_deacy_period=10, lr_decay=0.3, min_lr=2e-3)", 80)
add("step-warmup-min", f"{f}(lr=0.1, warmup_updates=7, min_lr=0.01, "
    "lr_deacy_period=10)", 60)
add("step-default", f"{f}(lr=0.1)", 60000, extra=(25000, 50000))
add("step-words", f"{f}(lr=0.1, warmup_updates=5, lr_deacy_period=10, "
    "min_lr=0.01)", 60,
    words="-l 0.1 linear:5,from=0.01,to=1x step,every=10,by=.5,floor=0.01")

f = "fairseq.tri_stage"
add("tri-stage", f"{f}(lr=5e-4, warmup_steps=50, hold_steps=100, "
    "decay_steps=150)", 310)
add("tri-stage-ratio", f"{f}(lr=[1e-3], phase_ratio=(0.1, 0.4, 0.5), "
    "max_update=200, init_lr_scale=0.05, final_lr_scale=0.02)", 210)
add("tri-stage-ratio-fraction", f"{f}(lr=1e-3, phase_ratio=[0.3, 0.4, 0.3], "
    "max_update=77.0)", 90)
add("tri-stage-warmup-0", f"{f}(lr=1e-3, hold_steps=10, decay_steps=20)", 40)
add("tri-stage-hold-0", f"{f}(lr=1e-3, warmup_steps=10, decay_steps=20, "
    "init_lr_scale=0.0)", 40)
add("tri-stage-decay-1", f"{f}(lr=1e-3, warmup_steps=4, hold_steps=3, "
    "decay_steps=1)", 12)
add("tri-stage-final-1", f"{f}(lr=1e-3, warmup_steps=4, decay_steps=5, "
    "final_lr_scale=1.0)", 12)
add("tri-stage-words", f"{f}(lr=5e-4, warmup_steps=20, hold_steps=30, "
    "decay_steps=50)", 110, words="-l 5e-4 linear:20,from=.01x,to=1x const:30 "
    "exp:50:.01x")

f = "fairseq.triangular"
add("triangular", f"{f}(lr=0.01, max_lr=0.1, lr_period_updates=20)", 100)
add("triangular-min", f"{f}(lr=[0.01], max_lr=0.1, lr_period_updates=20, "
    "lr_shrink=0.5, shrink_min=True)", 100)
add("triangular-odd", f"{f}(lr=0.001, max_lr=0.1, lr_period_updates=7, "
    "lr_shrink=0.9)", 60)
add("triangular-float", f"{f}(lr=0.001, max_lr=0.1, lr_period_updates=9.5, "
    "lr_shrink=1)", 60)
add("triangular-default", f"{f}(lr=1e-3, max_lr=0.1)", 20000,
    extra=[2500 * i for i in range(9)])
add("triangular-words", f"{f}(lr=0.01, max_lr=0.1, lr_period_updates=20, "
    "lr_shrink=0.5)", 100, words="rep:inf,vmul=.5,scale=top linear:10,"
    "from=0.01,to=0.1 linear:10:0.01 end")

f = "fairseq.manual"
add("manual", f"{f}(lr=0.1, update2lr={{\"10\": 0.05, \"20\": 0.01}})", 30)
add("manual-0", f"{f}(lr=0.1, update2lr={{\"0\": 0.2, \"4\": 0.01}})", 9)
add("manual-1", f"{f}(lr=0.1, update2lr={{\"1\": 0.2, \"4\": 0.01}})", 9)
add("manual-epochs", f"{f}(lr=[0.1], epoch2lr={{\"1\": 0.2, \"3\": 0.05, "
    "\"4\": 0.1})", 60, 10)
add("manual-epochs-late", f"{f}(lr=0.1, epoch2lr={{\"2\": 0.05}})", 30, 10)
add("manual-both", f"{f}(lr=0.1, epoch2lr={{\"1\": 0.2, \"3\": 0.05}}, "
    "update2lr={\"25\": 0.3, \"33\": 0.4})", 60, 10)
gold.save()
