# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.11"
# dependencies = ["fastai==2.8.12", "torch==2.15.0", "numpy==2.4.6"]
# ///
"""Rates and momenta of fastai's fit methods: each call is evaluated as it
stands with a real Learner of a tiny model, and every batch records what its
update used.  Positions pass through float32 tensors, so f32."""
import math
import warnings
from fractions import Fraction

warnings.simplefilter("ignore")

import fastai
import fastai.callback.schedule
from fastai.basics import Callback
from fastai.test_utils import synth_learner

from golden import Golden, sample

gold = Golden("fastai", fastai.__version__, "f32")


class Record(Callback):
    order, run_valid = 70, False

    def __init__(self):
        self.lr, self.mom = [], []

    def after_batch(self):
        self.lr.append(self.opt.hypers[-1]["lr"])
        self.mom.append(self.opt.hypers[-1]["mom"])


combine_scheds = fastai.callback.schedule.combine_scheds
parts = []


def remember(pcts, scheds):
    parts.append((pcts, scheds))
    return combine_scheds(pcts, scheds)


fastai.callback.schedule.combine_scheds = remember


def exact(t, n, pcts, scheds):
    """The value that combine_scheds would have without float32."""
    starts = [Fraction(0)]
    for pct in pcts:
        starts.append(starts[-1] + Fraction(pct).limit_denominator(10 ** 6))
    i = max(i for i in range(len(pcts)) if Fraction(t, n) >= starts[i])
    pos = (Fraction(t, n) - starts[i]) / (starts[i + 1] - starts[i])
    return float(scheds[i](float(pos))[-1])


def rounded(lr):
    """The steps where rounding the position to float32 moves the rate by more
    than the rounding of a rate would, and why."""
    off = [abs(v - exact(t, len(lr), *parts[0])) for t, v in enumerate(lr)]
    unit = 2. ** math.floor(math.log2(max(lr)))
    bad = [t for t, d in enumerate(off) if d > 2 * unit * 2 ** -23]
    why = "float32 rounds the position"
    if any(off[t] > .5 * max(lr) for t in bad):
        why += ", a restart comes a step late"
    return "/".join(map(str, bad)) + ": " + why if bad else ""


def add(config, call, epoch, options="", words=None, momentum=True, lr=None,
        fits=1):
    """A CALL with EPOCH batches an epoch, which fits FITS times."""
    parts.clear()
    record = Record()
    learn = synth_learner(n_trn=epoch, n_val=1, cbs=record)
    if lr is not None:
        learn.lr = lr
    with learn.no_bar(), learn.no_logging():
        eval(call, {"learn": learn, "slice": slice})
    columns = {"lr": record.lr}
    if momentum:
        columns["momentum"] = record.mom
    n = len(record.lr)
    wrong = rounded(record.lr) if fits == 1 else ""
    keep = sample(n) if n > 400 else range(n)
    columns = {k: {t: v[t] for t in keep} for k, v in columns.items()}
    options += f"-e {epoch}"
    if lr is not None:
        options += f" -l {lr!r}"
    gold.add(config, f"{options} " + (words or f"'{call}'"), wrong=wrong,
             **columns)


def function(config, call, n):
    """A schedule CALL as a function of position, over N steps."""
    f = eval(call, vars(fastai.callback.schedule))
    gold.add(config, f"-n {n} '{call}'", lr=[f(t / n) for t in range(n)])


f = "learn.fit_one_cycle"
add("one-cycle", f"{f}(3, 1e-3)", 100)
add("one-cycle-keywords", f"{f}(5, lr_max=1e-2, div=10, div_final=1e3, "
    "pct_start=0.3, moms=(0.9, 0.8, 0.95))", 33)
add("one-cycle-learner-lr", f"{f}(n_epoch=2)", 50, lr=4e-3)
add("one-cycle-half", f"{f}(1, 0.1, pct_start=0.5)", 101)
add("one-cycle-fraction", f"{f}(7, 0.1, pct_start=0.37, wd=0.1)", 13)
add("one-cycle-0", f"{f}(2, 0.1, pct_start=0)", 20)
add("one-cycle-1", f"{f}(2, 0.1, pct_start=1.)", 20)
add("one-cycle-short", f"{f}(1, 0.1)", 2)
add("one-cycle-one-step", f"{f}(1, 0.1)", 1)
add("one-cycle-slice", f"{f}(2, slice(1e-5, 1e-3))", 25)
add("one-cycle-slice-stop", f"{f}(2, slice(1e-3))", 25)
add("one-cycle-long", f"{f}(20, 3e-3)", 164)
add("one-cycle-words", f"{f}(4, 0.1)", 25, words="-l 0.1 cos:25%,from=.04x,"
    "to=1x cos::1e-5x +momentum cos:25%,from=.95,to=.85 cos::.95 -n 100")
f = "learn.fit_flat_cos"
add("flat-cos", f"{f}(4, 1e-3)", 50, momentum=False)
add("flat-cos-keywords", f"{f}(n_epoch=3, lr=0.1, div_final=100, "
    "pct_start=0.5)", 21, momentum=False)
add("flat-cos-0", f"{f}(2, 0.1, pct_start=0.)", 20, momentum=False)
add("flat-cos-1", f"{f}(2, 0.1, pct_start=1)", 20, momentum=False)
add("flat-cos-learner-lr", f"{f}(2)", 20, momentum=False, lr=2e-3)
add("flat-cos-words", f"{f}(4, 0.1)", 25, momentum=False,
    words="-l 0.1 const:75% cos::1e-5x -n 100")
f = "learn.fit_sgdr"
add("sgdr", f"{f}(3, 1, lr_max=0.1)", 30, momentum=False)
add("sgdr-long", f"{f}(4, 2, 0.01)", 24, momentum=False)
add("sgdr-mult-3", f"{f}(n_cycles=3, cycle_len=1, lr_max=0.1, cycle_mult=3)",
    20, momentum=False)
add("sgdr-one", f"{f}(1, 5)", 20, momentum=False, lr=2e-3)
f = "learn.fine_tune"
add("fine-tune", f"{f}(3)", 40, fits=2)
add("fine-tune-keywords", f"{f}(2, base_lr=1e-2, freeze_epochs=3, "
    "pct_start=0.5, div=10)", 30, fits=2)

function("sched-lin", "SchedLin(0.1, 1e-3)", 50)
function("sched-cos", "SchedCos(1e-3, 0.1)", 50)
function("sched-no", "SchedNo(0.1, 0.2)", 10)
function("sched-exp", "SchedExp(1e-7, 10)", 100)
function("sched-poly", "SchedPoly(0.1, 1e-3, 2)", 50)
function("sched-poly-half", "SchedPoly(0.1, 1e-3, 0.5)", 50)
function("combined-cos", "combined_cos(0.25, 0.5, 1., 0.)", 100)
function("combined-cos-.3", "combined_cos(0.3, 0.004, 0.1, 1e-6)", 64)
gold.save()
