# SPDX-License-Identifier: MIT
# /// script
# requires-python = "==3.11.*"
# dependencies = ["paddlepaddle==3.3.1", "numpy==2.4.6"]
# ///
"""paddle.optimizer.lr.  An optimizer that is made of a scheduler uses its rate
as constructed for the first update; the script then calls step()."""
import math
import warnings

warnings.simplefilter("ignore")
import numpy as np  # noqa: E402
import paddle  # noqa: E402

from golden import Golden, sample  # noqa: E402

g = Golden("paddle", paddle.__version__)


def rates(scheduler, n, extra=()):
    keep = set(sample(n, extra) if n > 300 else range(n))
    lr = {}
    for t in range(n):
        if t in keep:
            lr[t] = scheduler()
        if t + 1 < n:
            scheduler.step()
    return lr


def call(config, text, n, extra=(), wrong=""):
    text = "paddle.optimizer.lr." + text
    names = dict(vars(paddle.optimizer.lr), paddle=paddle, math=math, np=np)
    lr = rates(eval(text, names), n, extra)
    g.add(config, '"' + text + '"', lr=lr, wrong=wrong)


def words(config, args, scheduler, n):
    g.add(config, args, lr=rates(scheduler, n))


L = paddle.optimizer.lr
call("noam", "NoamDecay(d_model=512, warmup_steps=4000)", 20000, (4000,))
call("noam-lr", "NoamDecay(256, 10, learning_rate=2.0)", 60)
call("noam-one", "NoamDecay(d_model=16, warmup_steps=1)", 12)
call("piecewise", "PiecewiseDecay(boundaries=[3, 6, 9], "
     "values=[0.1, 0.2, 0.3, 0.4])", 15)
call("piecewise-spare-values", "PiecewiseDecay([3, 6], "
     "[0.1, 0.05, 0.01, 0.003])", 12)
call("piecewise-from-0", "PiecewiseDecay([0, 5], [0.1, 0.05, 0.01])", 10)
call("natural-exp", "NaturalExpDecay(learning_rate=0.5, gamma=0.1)", 150)
call("inverse-time", "InverseTimeDecay(learning_rate=0.5, gamma=0.1)", 150)
call("inverse-time-0", "InverseTimeDecay(0.5, 0)", 5)
call("polynomial", "PolynomialDecay(learning_rate=0.5, decay_steps=20)", 25)
call("polynomial-power", "PolynomialDecay(0.5, 100, end_lr=0.01, power=2.5)",
     105)
call("polynomial-root", "PolynomialDecay(0.5, 1000, 0.0, power=0.5)", 1003)
call("polynomial-cycle", "PolynomialDecay(learning_rate=0.5, decay_steps=20, "
     "end_lr=0.01, power=0.9, cycle=True)", 95)
call("polynomial-cycle-one", "PolynomialDecay(0.5, 1, cycle=True)", 8)
call("polynomial-upwards", "PolynomialDecay(0.01, 10, end_lr=0.5, power=2)",
     13)
call("linear-warmup", "LinearWarmup(learning_rate=0.5, warmup_steps=20, "
     "start_lr=0, end_lr=0.5)", 30)
call("linear-warmup-other", "LinearWarmup(0.3, 4, 0.05, 0.5)", 10)
call("linear-warmup-cosine", "LinearWarmup(learning_rate=CosineAnnealingDecay("
     "learning_rate=0.1, T_max=90), warmup_steps=10, start_lr=1e-3, "
     "end_lr=0.1)", 103)
call("linear-warmup-piecewise", "LinearWarmup(PiecewiseDecay([30, 60], "
     "[0.1, 0.01, 0.001]), 5, 0.0, 0.1)", 80)
call("linear-warmup-noam", "LinearWarmup(paddle.optimizer.lr.NoamDecay(64, 8), "
     "3, start_lr=0.0, end_lr=0.01)", 40)
call("linear-warmup-lambda", "LinearWarmup(LambdaDecay(0.5, "
     "lambda x: 0.95 ** x), 7, 0.1, 0.5)", 40)
call("linear-warmup-twice", "LinearWarmup(LinearWarmup(StepDecay(0.4, 6), 4, "
     "0.2, 0.4), 5, 0.0, 0.2)", 30)
call("linear-warmup-one", "LinearWarmup(ExponentialDecay(0.5, 0.9), 1, 0.0, "
     "0.5)", 12)
call("exponential", "ExponentialDecay(learning_rate=0.5, gamma=0.9)", 120)
call("multistep", "MultiStepDecay(learning_rate=0.5, milestones=[2, 4, 6], "
     "gamma=0.8)", 12)
call("multistep-defaults", "MultiStepDecay(0.5, (30, 60, 90))", 100)
call("multistep-none", "MultiStepDecay(0.5, [])", 4)
call("multistep-0", "MultiStepDecay(0.5, [3, 5], gamma=0.0)", 8)
call("step", "StepDecay(learning_rate=0.5, step_size=5, gamma=0.8)", 60)
call("step-defaults", "StepDecay(0.5, 30)", 100)
call("step-0", "StepDecay(0.5, 3, gamma=0)", 8)
call("lambda", "LambdaDecay(learning_rate=0.5, lr_lambda=lambda x: 0.95 ** x)",
     100)
call("lambda-warmup", "LambdaDecay(0.1, lambda e: (e + 1) / 10 if e < 10 else "
     "0.5 * (1 + math.cos(math.pi * (e - 10) / 90)))", 104)
call("lambda-constant", "LambdaDecay(0.1, lambda e: 0.5)", 5)
call("multiplicative", "MultiplicativeDecay(learning_rate=0.5, "
     "lr_lambda=lambda x: 0.95)", 60)
call("multiplicative-growing", "MultiplicativeDecay(0.5, "
     "lambda e: 1 - 1 / (e + 10))", 60)
call("cosine", "CosineAnnealingDecay(learning_rate=0.5, T_max=10)", 45)
call("cosine-eta-min", "CosineAnnealingDecay(0.5, 1000, eta_min=0.01)", 2200,
     (1000, 2000))
call("cosine-one", "CosineAnnealingDecay(0.5, 1, 0.1)", 8)
call("onecycle", "OneCycleLR(max_learning_rate=1.0, total_steps=100)", 101)
call("onecycle-linear", "OneCycleLR(max_learning_rate=0.1, total_steps=250, "
     "divide_factor=10, end_learning_rate=0.001, phase_pct=0.25, "
     "anneal_strategy='linear')", 250)
call("onecycle-three-phase", "OneCycleLR(max_learning_rate=1.0, "
     "total_steps=100, divide_factor=20.0, three_phase=True)", 101)
call("onecycle-three-phase-linear", "OneCycleLR(0.5, 33, 5, 0.0, 0.4, "
     "'linear', True)", 33)
call("onecycle-fractional", "OneCycleLR(0.5, 101, phase_pct=0.37)", 102)
call("onecycle-fractional-three", "OneCycleLR(0.5, 101, phase_pct=0.37, "
     "three_phase=True)", 101)
call("onecycle-long", "OneCycleLR(3e-4, 100000, end_learning_rate=0)", 100001,
     (29999, 100000))
call("onecycle-pct-0", "OneCycleLR(0.5, 10, phase_pct=0.0)", 10)
call("onecycle-all-up", "OneCycleLR(0.5, 10, phase_pct=1.0)", 10)
call("onecycle-pct-above-0", "OneCycleLR(0.5, 10, phase_pct=0.15, "
     "anneal_strategy='linear')", 11)
call("onecycle-three-above-0", "OneCycleLR(0.5, 10, phase_pct=0.17, "
     "three_phase=True)", 11)
call("onecycle-three-0", "OneCycleLR(0.5, 10, phase_pct=0.05, "
     "anneal_strategy='linear', three_phase=True)", 10)
call("onecycle-nearly-all-up", "OneCycleLR(0.5, 10, phase_pct=0.95)", 10)
call("onecycle-one", "OneCycleLR(0.5, 1)", 1)
call("cyclic", "CyclicLR(base_learning_rate=0.5, max_learning_rate=1.0, "
     "step_size_up=15, step_size_down=5)", 100)
call("cyclic-symmetric", "CyclicLR(0.001, 0.006, 2000)", 20000,
     (2000, 4000, 6000))
call("cyclic-triangular2", "CyclicLR(0.001, 0.006, 20, 13, "
     "mode='triangular2')", 300)
call("cyclic-exp-range", "CyclicLR(0.001, 0.006, 50, mode='exp_range', "
     "exp_gamma=0.995)", 300)
call("cyclic-scale-cycle", "CyclicLR(0.001, 0.006, 10, 4, "
     "scale_fn=lambda x: 1 / (5 ** (x * 0.1)), scale_mode='cycle')", 150)
call("cyclic-scale-iterations", "CyclicLR(0.001, 0.006, 10, "
     "scale_fn=lambda x: 0.5 * (1 + math.sin(x * math.pi / 2.)), "
     "scale_mode='iterations')", 150)
call("cyclic-downwards", "CyclicLR(0.1, 0.01, 5, 3)", 30)
call("cyclic-downwards-triangular2", "CyclicLR(0.1, 0.01, 5, 3, "
     "mode='triangular2')", 40)
call("cyclic-downwards-exp-range", "CyclicLR(0.1, 0.01, 5, 3, 'exp_range', "
     "0.95)", 40)
call("linear", "LinearLR(learning_rate=0.5, total_steps=5)", 12)
call("linear-to-0", "LinearLR(0.5, 100, start_factor=1.0, end_factor=0.0)",
     104)
call("linear-partly", "LinearLR(0.5, total_steps=40, start_factor=0.05, "
     "end_factor=0.7)", 45)
call("linear-one", "LinearLR(0.5, 1)", 5)
call("restarts", "CosineAnnealingWarmRestarts(learning_rate=0.5, T_0=1)", 6)
call("restarts-10-2", "CosineAnnealingWarmRestarts(0.5, 10, 2, "
     "eta_min=0.001)", 300)
call("restarts-3", "CosineAnnealingWarmRestarts(0.5, T_0=10, T_mult=3)",
     100001, (40, 130, 400, 1210, 3640, 10930, 32800, 98410))
call("restarts-10", "CosineAnnealingWarmRestarts(0.5, 5, T_mult=10, "
     "eta_min=1e-5)", 100001, (55, 555, 5555, 55555))
call("restarts-warmup", "LinearWarmup(CosineAnnealingWarmRestarts(0.5, 7, 2), "
     "4, 0, 0.5)", 120)
# In a warmup the scheduler is asked for an epoch, and takes a logarithm.
call("restarts-warmup-3", "LinearWarmup(CosineAnnealingWarmRestarts(0.5, 10, "
     "3), 4, 0, 0.5)", 1300, (1214,),
     wrong="1214: log(243, 3) is below 5, so the restart is a step late")
words("words-step", "-l 0.5 step,every=30,by=.1", L.StepDecay(.5, 30), 100)
words("words-multistep", "-l 0.5 step,at=30/60,by=.1",
      L.MultiStepDecay(.5, [30, 60]), 100)
words("words-exponential", "-l 0.5 decay,by=.95",
      L.ExponentialDecay(.5, .95), 100)
words("words-natural-exp", "-l 0.5 exponential,k=.1",
      L.NaturalExpDecay(.5, .1), 100)
words("words-inverse-time", "-l 0.5 inv,k=.1", L.InverseTimeDecay(.5, .1), 100)
words("words-linear", "-l 0.5 linear:40,from=.05x,to=1x",
      L.LinearLR(.5, 40, .05), 45)
words("words-cosine", "-l 0.5 cos:100:1e-5,past=cont",
      L.CosineAnnealingDecay(.5, 100, 1e-5), 150)
words("words-restarts", "-l 0.5 cos:10:1e-5,cycles=inf,tmul=2",
      L.CosineAnnealingWarmRestarts(.5, 10, 2, 1e-5), 300)
words("words-noam", "-l 0.01 warmup:16 rsqrt,s=16",
      L.NoamDecay(1, 16, .04), 100)
words("words-onecycle", "-l 1 cos:29,from=.04x,to=1x cos:71:.001,incl",
      L.OneCycleLR(1.0, 100, end_learning_rate=.001), 100)
words("words-triangular2", "rep:inf,vmul=.5,scale=span "
      "linear:20,from=.001,to=.006 linear:20:.001 end",
      L.CyclicLR(.001, .006, 20, mode="triangular2"), 200)
g.save()
