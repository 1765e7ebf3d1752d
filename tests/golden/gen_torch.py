# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = ["torch==2.15.0", "numpy"]
# ///
"""Numbers of torch.optim.lr_scheduler: the rate and the momentum (or beta1)
that every update of a real optimizer sees, scheduler.step() following
optimizer.step().  A call in the arguments is the string that is run here."""
import math
import sys
import warnings

import numpy as np
import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import SWALR

from golden import Golden

warnings.simplefilter("ignore")
g = Golden("torch", torch.__version__.split("+")[0])


def sample(n, keep):
    """About sixty of N steps: the ends, powers of two, KEEP and beside."""
    steps = set(range(min(n, 8))) | set(range(max(0, n - 6), n))
    steps |= {2 ** k + d for k in range(3, 20) for d in (-1, 0)}
    steps |= {math.floor(e) + d for e in keep for d in (-1, 0, 1, 2)}
    steps |= set(range(0, n, max(1, n // 25)))
    return sorted(k for k in steps if 0 <= k < n)


def run(call, steps, lr, adam=False, names={}):
    """The rates and momenta of STEPS updates; fewer where torch raises."""
    p = torch.nn.Parameter(torch.zeros(1))
    optimizer = (torch.optim.AdamW([p], lr=lr) if adam else
                 torch.optim.SGD([p], lr=lr, momentum=0.9))
    known = {"optimizer": optimizer, "opt": optimizer, "torch": torch,
             "lr_scheduler": lr_scheduler, "math": math, "np": np,
             **vars(lr_scheduler), "SWALR": SWALR, **names}
    scheduler = eval(call, known)
    group, rates, momenta = optimizer.param_groups[0], [], []
    for t in range(steps):
        rates.append(group["lr"])
        momenta.append(group["betas"][0] if adam else group["momentum"])
        optimizer.step()
        try:
            scheduler.step()
        except (ValueError, ZeroDivisionError) as e:
            print(f"{call}: step {t + 1}: {e}", file=sys.stderr)
            break
    return rates, momenta


def case(config, call, steps, lr=0.1, momentum=False, keep=(), adam=False,
         names={}, words=None, args="", wrong="", typed=None):
    """CALL with -l LR (None: no rate of the optimizer matters) for STEPS
    updates; of longer runs a sample with KEEP.  WORDS are compared instead of
    the call, or TYPED, the call as users may also write it."""
    rates, momenta = run(call, steps, 0.1 if lr is None else lr, adam, names)
    columns = {"lr": rates}
    if momentum:
        columns["momentum"] = momenta
    if len(rates) > 50:
        kept = sample(len(rates), keep)
        columns = {k: {t: v[t] for t in kept} for k, v in columns.items()}
    args = args and args + " "
    if lr is not None:
        args += f"-l {lr!r} "
    args += "".join(f"-D {k}={v!r} " for k, v in names.items())
    args += words or f"'{typed or call}'"
    g.add(config, args, wrong=wrong, **columns)


# Functions of the step.
case("lambda-power", "LambdaLR(optimizer, lr_lambda=lambda e: 0.95**e)", 101)
case("lambda-floor",
     "lr_scheduler.LambdaLR(optimizer, lambda epoch: epoch // 30)", 100)
case("lambda-yolo", "LambdaLR(optimizer, lr_lambda=lambda x: "
     "((1 + math.cos(x * math.pi / 300)) / 2) * (1 - 0.1) + 0.1)", 302, .01)
case("lambda-if", "LambdaLR(optimizer, lambda step: min((step + 1) / 20, 1.0) "
     "if step < 100 else 0.5)", 120)
case("lambda-noam", "LambdaLR(optimizer, lambda s: 512**-0.5 * "
     "min((s + 1)**-0.5, (s + 1) * 4000**-1.5))", 20000, 1.0, keep=[4000])
case("lambda-list", "LambdaLR(optimizer, [lambda e: 0.5**(e // 10)])", 51)
case("lambda-names", "LambdaLR(opt, lambda t: 1 - t / total if t < total "
     "else floor)", 60, names={"total": 50, "floor": .001})
case("lambda-numpy", "LambdaLR(optimizer, lr_lambda=lambda t: "
     "0.5 * (1 + np.cos(np.pi * t / 40)))", 81, 3e-4)
case("multiplicative",
     "MultiplicativeLR(optimizer, lr_lambda=lambda epoch: 0.95)", 101)
case("multiplicative-if", "MultiplicativeLR(optimizer, "
     "lambda e: 0.1 if e == 30 or e == 60 else 1)", 90)
case("multiplicative-varying",
     "MultiplicativeLR(optimizer, lambda e: 1 - 1 / (e + 1)**2)", 150)

# Constant and linear.
case("constant", "ConstantLR(optimizer)", 8)
case("constant-half", "ConstantLR(optimizer, factor=0.5, total_iters=4)", 10)
case("constant-for-ever", "ConstantLR(optimizer, 0.5, 0)", 6)
case("constant-not-whole", "ConstantLR(optimizer, 0.5, 2.5)", 6)
case("constant-one", "ConstantLR(optimizer, 1, 3)", 6)
case("linear", "LinearLR(optimizer)", 8)
case("linear-warmup", "LinearLR(optimizer, 0.05, 1, 40)", 60)
case("linear-down",
     "LinearLR(optimizer, start_factor=1.0, end_factor=0, total_iters=100)",
     103)
case("linear-one", "LinearLR(optimizer, 0.25, total_iters=1)", 4)
case("linear-for-ever", "LinearLR(optimizer, 0.25, 0.75, 0)", 4)
case("linear-flat", "LinearLR(optimizer, 0.5, 0.5, 3)", 6)
case("linear-long", "LinearLR(optimizer, 1e-3, total_iters=500)", 502, 6e-4)

# Steps, powers, polynomials.
case("step", "StepLR(optimizer, 30)", 121)
case("step-dotted", "torch.optim.lr_scheduler.StepLR(optimizer, step_size=7, "
     "gamma=0.5)", 50)
case("step-every", "StepLR(optimizer, 1, gamma=0.97)", 80)
case("step-up", "StepLR(optimizer, 3, gamma=2)", 20, 1e-4)
case("step-zero", "StepLR(optimizer, 4, gamma=0)", 9)
case("multistep", "MultiStepLR(optimizer, milestones=[30, 80], gamma=0.1)",
     101)
case("multistep-unsorted", "MultiStepLR(optimizer, [80, 30, 30], 0.2)", 90)
case("multistep-zero", "MultiStepLR(optimizer, [0, 5])", 10)
case("multistep-none", "MultiStepLR(optimizer, [])", 4)
case("multistep-not-whole", "MultiStepLR(optimizer, [2.5, 5.0, -3])", 8)
case("multistep-list",
     "MultiStepLR(optimizer, [20 * i for i in range(1, 4)], gamma=0.3)", 70)
case("exponential", "ExponentialLR(optimizer, gamma=0.95)", 200)
case("exponential-long", "ExponentialLR(optimizer, 0.999)", 5000)
case("exponential-one", "ExponentialLR(optimizer, 1.0)", 5)
case("exponential-zero", "ExponentialLR(optimizer, 0)", 4)
case("polynomial", "PolynomialLR(optimizer)", 8)
case("polynomial-power", "PolynomialLR(optimizer, total_iters=50, power=0.9)",
     53)
case("polynomial-square", "PolynomialLR(optimizer, 30, power=2)", 33)
case("polynomial-one", "PolynomialLR(optimizer, 1)", 4)
case("polynomial-none", "PolynomialLR(optimizer, 0)", 4)
case("polynomial-power-zero", "PolynomialLR(optimizer, 3, 0)", 6)

# Cosines.
case("cosine", "CosineAnnealingLR(optimizer, T_max=100)", 101)
case("cosine-past", "CosineAnnealingLR(optimizer, 50, 1e-5)", 160)
case("cosine-one", "CosineAnnealingLR(optimizer, 1, eta_min=0.01)", 6)
case("cosine-real", "CosineAnnealingLR(optimizer, T_max=12.5)", 30)
case("cosine-long", "CosineAnnealingLR(optimizer, 10000)", 10001, 3e-4)
case("cosine-up", "CosineAnnealingLR(optimizer, 20, eta_min=0.5)", 43)
case("restarts", "CosineAnnealingWarmRestarts(optimizer, 10)", 35)
case("restarts-1", "CosineAnnealingWarmRestarts(optimizer, T_0=1000)", 10 ** 5,
     keep=[1000 * k for k in (1, 2, 50, 99)])
case("restarts-2", "CosineAnnealingWarmRestarts(optimizer, T_0=10, T_mult=2, "
     "eta_min=1e-5)", 10 ** 5, keep=[10 * (2 ** k - 1) for k in range(14)])
case("restarts-3", "CosineAnnealingWarmRestarts(optimizer, 10, 3)", 10 ** 5,
     keep=[5 * (3 ** k - 1) for k in range(10)])
case("restarts-10", "CosineAnnealingWarmRestarts(optimizer, 7, T_mult=10)",
     10 ** 5, keep=[7 * (10 ** k - 1) / 9 for k in range(6)])
case("restarts-short", "CosineAnnealingWarmRestarts(optimizer, 1, 1)", 4)
case("restarts-grow", "CosineAnnealingWarmRestarts(optimizer, 1, 2, 0.001)",
     70)

# Cycles.
CYCLIC = "CyclicLR(optimizer, base_lr=0.001, max_lr=0.1"
case("cyclic", CYCLIC + ")", 12001, None, True, keep=[2000, 4000, 8000])
case("cyclic-uneven", CYCLIC + ", step_size_up=4, step_size_down=7)", 40,
     None, True)
case("cyclic-2", CYCLIC + ", step_size_up=20, mode=\"triangular2\")", 201,
     None, True)
case("cyclic-exp",
     CYCLIC + ", step_size_up=25, mode=\"exp_range\", gamma=0.99)", 300, None,
     True)
case("cyclic-exp-long", "CyclicLR(optimizer, 1e-4, 1e-2, 500, 1500, "
     "\"exp_range\", 0.9999, cycle_momentum=False)", 20001, None,
     keep=[500, 2000, 2500])
case("cyclic-adam", CYCLIC + ", step_size_up=10, base_momentum=0.85, "
     "max_momentum=0.95)", 45, None, True, adam=True)
case("cyclic-alone", CYCLIC + ", step_size_up=10, cycle_momentum=False)", 45,
     None)
case("cyclic-fn-cycle", CYCLIC + ", step_size_up=5, step_size_down=10, "
     "scale_fn=lambda x: 1 / (5**(x * 0.1)), scale_mode=\"cycle\")", 91, None,
     True)
case("cyclic-fn-iterations", CYCLIC + ", step_size_up=15, "
     "scale_fn=lambda x: 0.99**x, scale_mode=\"iterations\")", 91, None, True)
case("cyclic-fn-mode", CYCLIC + ", step_size_up=6, mode=\"triangular2\", "
     "scale_fn=lambda x: 1 / x)", 50, None, True)
case("cyclic-mode-scale", CYCLIC + ", step_size_up=6, mode=\"triangular2\", "
     "scale_mode=\"iterations\")", 50, None, True)
case("cyclic-down", "CyclicLR(optimizer, 0.1, 0.001, 8, mode=\"triangular2\", "
     "base_momentum=0.95, max_momentum=0.85)", 50, None, True)
case("cyclic-saw", CYCLIC + ", step_size_up=5, step_size_down=0)", 21, None,
     True)
case("cyclic-real", CYCLIC + ", step_size_up=2.5, step_size_down=1.75)", 40,
     None, True)
case("cyclic-one", CYCLIC + ", step_size_up=1)", 7, None, True)

# One cycle; one update more than its length is what torch accepts.
case("onecycle",
     "torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, "
     "total_steps=1000)", 1001, None, True, keep=[299, 300, 999, 1000])
case("onecycle-epochs",
     "OneCycleLR(opt, 0.1, epochs=10, steps_per_epoch=spe)", 6521, None, True,
     names={"spe": 652}, keep=[1955])
for total, pct in ((100, .3), (33, .3), (101, .25), (7, .4), (5, .5), (5, .3),
                   (2, .3), (3, .9), (10, .05), (10, .0), (4, 1.0), (1, .3),
                   (12, .35), (1001, .101)):
    for strategy, phases in (("cos", False), ("linear", False),
                             ("cos", True), ("linear", True)):
        if phases and (pct == .0 or pct == 1.0 or total > 1000):
            continue
        case(f"onecycle-{total}-{pct}-{strategy}-{3 if phases else 2}",
             f"OneCycleLR(optimizer, 0.05, {total}, pct_start={pct}"
             + (", anneal_strategy=\"linear\"" if strategy == "linear" else "")
             + (", three_phase=True" if phases else "") + ")",
             total + 1, None, True, keep=[pct * total - 1])
case("onecycle-factors", "OneCycleLR(optimizer, max_lr=0.01, total_steps=60, "
     "div_factor=10, final_div_factor=100, base_momentum=0.8, "
     "max_momentum=0.9)", 61, None, True)
case("onecycle-adam",
     "OneCycleLR(optimizer, [1e-3], total_steps=50, three_phase=True)", 51,
     None, True, adam=True)
case("onecycle-alone",
     "OneCycleLR(optimizer, 0.1, 50, cycle_momentum=False)", 51, None)
case("onecycle-late", "OneCycleLR(optimizer, 0.1, 40, pct_start=0.5, "
     "three_phase=True)", 41, None, True)
case("onecycle-later", "OneCycleLR(optimizer, 0.1, 40, pct_start=0.7, "
     "three_phase=True)", 41, None, True)
case("onecycle-no-third", "OneCycleLR(optimizer, 0.1, 10, pct_start=0.55, "
     "three_phase=True)", 11, None, True)
case("onecycle-long", "OneCycleLR(optimizer, 3e-4, 10**5, pct_start=0.1)",
     10 ** 5 + 1, None, True, keep=[9999, 10 ** 5])

# Sequences and products.
S = "SequentialLR(optimizer, "
case("sequential", S + "schedulers=[LinearLR(optimizer, 0.1, 1, 5), "
     "CosineAnnealingLR(optimizer, 95)], milestones=[5])", 101)
case("sequential-pasted", S + "[LinearLR(optimizer, 0.1, 1.0, 5), "
     "CosineAnnealingLR(optimizer, 85)], milestones=[5])", 91,
     typed="torch.SequentialLR([LinearLR(0.1, 1.0, 5), CosineAnnealingLR(85)],"
     " milestones=[5])")
case("sequential-cut", S + "[ConstantLR(optimizer, 0.1), "
     "ExponentialLR(optimizer, 0.9)], [3])", 20)
case("sequential-three", S + "[LinearLR(optimizer, 0.01, total_iters=10), "
     "ConstantLR(optimizer, 1, 0), PolynomialLR(optimizer, 20, 2.0)], "
     "milestones=[10, 30])", 60)
case("sequential-restarts", S + "[LinearLR(optimizer, 0.2, total_iters=4), "
     "CosineAnnealingWarmRestarts(optimizer, 5, 2, 1e-3)], [4])", 60)
case("sequential-steps", S + "[StepLR(optimizer, 3, 0.5), "
     "MultiStepLR(optimizer, [0, 4, 6])], [10])", 25)
case("sequential-lambdas", S + "[LambdaLR(optimizer, lambda t: (t + 1) / 8), "
     "LambdaLR(optimizer, lambda t: 0.9**t)], [8])", 30)
case("sequential-cyclic", S + "[ConstantLR(optimizer, 0.5, 2), "
     "CyclicLR(optimizer, 0.01, 0.3, 4, mode=\"triangular2\")], [3])", 40)
case("sequential-twice", S + "[ConstantLR(optimizer, 0.5, 2), "
     "LinearLR(optimizer, 0.5), ExponentialLR(optimizer, 0.9)], [4, 4])", 12)
case("sequential-at-0", S + "[ConstantLR(optimizer, 0.5, 2), "
     "ExponentialLR(optimizer, 0.9)], [0])", 12)
case("sequential-rise", S + "[CosineAnnealingLR(optimizer, 6), "
     "CosineAnnealingLR(optimizer, 10, 0.02)], [9])", 50)
case("sequential-multiplicative", S + "[MultiplicativeLR(optimizer, "
     "lambda t: 0.8), StepLR(optimizer, 2)], [4])", 9)
case("sequential-one", S + "[StepLR(optimizer, 2)], [])", 9)
C = "ChainedScheduler("
case("chained", C + "[ConstantLR(optimizer, 0.1, 20), "
     "ExponentialLR(optimizer, 0.9)])", 60)
case("chained-linear", C + "[LinearLR(optimizer, 0.1, total_iters=5), "
     "MultiStepLR(optimizer, [30, 60])], optimizer=optimizer)", 80)
case("chained-cosine", C + "[LinearLR(optimizer, 0.01, 1.0, 10), "
     "CosineAnnealingLR(optimizer, 50)])", 50)
case("chained-three", C + "[StepLR(optimizer, 4, 0.5), ConstantLR(optimizer, "
     "0.5, 3), PolynomialLR(optimizer, 20)])", 30)
case("chained-nested", C + "[ConstantLR(optimizer, 0.5, 2), ChainedScheduler("
     "[StepLR(optimizer, 2), LinearLR(optimizer, 0.5, 1, 8)])])", 20)
case("chained-multiplicative", C + "[ConstantLR(optimizer, 0.5, 2), "
     "MultiplicativeLR(optimizer, lambda e: 1 - 1 / (e + 1)**2)])", 20)
case("chained-one", C + "[CosineAnnealingWarmRestarts(optimizer, 5)])", 12)
case("chained-groups", C + "[StepLR(optimizer, 5), ExponentialLR(optimizer, "
     "gamma=0.9)], optimizer)", 20)
case("sequential-nested", S + "[SequentialLR(optimizer, [LinearLR(optimizer, "
     "0.25, 1, 4), ConstantLR(optimizer, 0.5, 2), StepLR(optimizer, 3)], "
     "[5, 9]), PolynomialLR(optimizer, 12)], [20])", 35)
case("sequential-chained", S + "[ChainedScheduler([ConstantLR(optimizer, 0.5, "
     "2), StepLR(optimizer, 3)]), StepLR(optimizer, 2)], [6])", 12)
# A milestone takes the closed form, which differs from a start at step 0.
for config, parts, milestones in (
        ("constant-zero", "ExponentialLR(optimizer, 0.9), "
         "ConstantLR(optimizer, 0.1, 0)", "[3]"),
        ("constant-fraction", "StepLR(optimizer, 2), "
         "ConstantLR(optimizer, 0.1, 2.5)", "[3]"),
        ("constant-below", "StepLR(optimizer, 2), "
         "ConstantLR(optimizer, 0.25, -1), ConstantLR(optimizer, 0.5, 2)",
         "[2, 6]"),
        ("constant-first", "StepLR(optimizer, 2), "
         "ConstantLR(optimizer, 0.1, 0)", "[0]"),
        ("multistep-below", "LinearLR(optimizer, total_iters=2), "
         "MultiStepLR(optimizer, [5, -1, 0, 2], gamma=0.5)", "[1]"),
        ("at-once", "StepLR(optimizer, 2), ExponentialLR(optimizer, 0.5), "
         "LinearLR(optimizer, 0.1, total_iters=3)", "[3, 3]"),
        ("first-skipped", "ExponentialLR(optimizer, 0.5), "
         "PolynomialLR(optimizer, 4), CosineAnnealingLR(optimizer, 3)",
         "[0, 2]")):
    case("sequential-" + config, S + f"[{parts}], {milestones})", 14)
case("sequential-chained-steps", S + "[ChainedScheduler([MultiStepLR("
     "optimizer, [0, 2, 2]), LinearLR(optimizer, total_iters=3)]), "
     "PolynomialLR(optimizer, 3)], [6])", 12)
case("chained-alone", "ChainedScheduler([CosineAnnealingLR(optimizer, 5, "
     "eta_min=0.01)])", 14)
case("chained-cosine-end", "ChainedScheduler([LinearLR(optimizer, "
     "total_iters=4), CosineAnnealingLR(optimizer, 6)])", 7)
case("multistep-edges", "MultiStepLR(optimizer, [5, 0, 3, 3, 2.5, -1], "
     "gamma=2)", 9)
case("multistep-nothing", "MultiStepLR(optimizer, [2, 4], gamma=0)", 7)
case("cyclic-fractions", "CyclicLR(optimizer, 0.01, 0.1, 2.5, 3.75, "
     "mode=\"triangular2\")", 20, momentum=True)
case("one-cycle-third-backwards", "OneCycleLR(optimizer, .05, 11, "
     "pct_start=.57, three_phase=True, anneal_strategy='linear')", 13,
     typed='OneCycleLR(optimizer, .05, 11, pct_start=.57, three_phase=True, '
     'anneal_strategy="linear")')
case("swa", "torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.05)", 14)
case("swa-linear", "SWALR(optimizer, 0.2, 4, anneal_strategy=\"linear\")", 8)
case("swa-at-once", "SWALR(optimizer, [0.05], anneal_epochs=0)", 4)
case("swa-after", S + "[CosineAnnealingLR(optimizer, 20), "
     "LambdaLR(optimizer, lambda t: 0.3)], milestones=[15])", 25)

# The same in words.
case("words-step", "StepLR(optimizer, 30)", 121, words="step,every=30,by=.1")
case("words-multistep", "MultiStepLR(optimizer, [30, 60, 80])", 100,
     words="step,at=30/60/80,by=.1")
case("words-exponential", "ExponentialLR(optimizer, 0.95)", 100,
     words="decay,by=.95")
case("words-constant", "ConstantLR(optimizer, 0.5, 40)", 50,
     words="const:40,from=.5x const,from=1x")
case("words-linear", "LinearLR(optimizer, 0.05, 1, 40)", 50,
     words="linear:40,from=.05x,to=1x")
case("words-polynomial", "PolynomialLR(optimizer, 50, 0.9)", 55,
     words="poly:50,pow=.9")
case("words-cosine", "CosineAnnealingLR(optimizer, 100, 1e-5)", 250,
     words="cos:100:1e-5,past=cont")
case("words-restarts", "CosineAnnealingWarmRestarts(optimizer, 10, 2, 1e-5)",
     300, words="cos:10:1e-5,cycles=inf,tmul=2")
case("words-restarts-3", "CosineAnnealingWarmRestarts(optimizer, 10, 3)",
     10 ** 5, words="cos:10,cycles=inf,tmul=3",
     keep=[5 * (3 ** k - 1) for k in range(10)])
case("words-cyclic", CYCLIC + ", step_size_up=200)", 1000, None,
     words="triangular,min=.001,max=.1,step=200")
case("words-cyclic-2", CYCLIC + ", step_size_up=20, mode=\"triangular2\")",
     201, None, words="triangular2,min=.001,max=.1,step=20")
case("words-cyclic-exp",
     CYCLIC + ", step_size_up=20, mode=\"exp_range\", gamma=0.99)", 201, None,
     words="exp_range,min=.001,max=.1,step=20,gamma=.99")
case("words-cyclic-group", "CyclicLR(optimizer, 0.001, 0.006, 20, 30, "
     "\"exp_range\", 0.999)", 301, None,
     words="-n 301 rep:inf,gamma=.999,scale=span linear:20,from=.001,to=.006 "
     "linear:30:.001 end")
case("words-onecycle", "OneCycleLR(optimizer, 0.1, 1000)", 1000, 0.1, True,
     args="-n 1000", words="cos:30%-1,from=.04x,to=1x cos::4e-6x,incl "
     "+momentum cos:30%-1,from=.95,to=.85 cos::.95,incl")
case("words-onecycle-3", "OneCycleLR(optimizer, 0.1, 33, three_phase=True)",
     33, 0.1, args="-n 33", words="cos:30%-1,from=.04x,to=1x "
     "cos:30%-1,to=.04x cos::4e-6x,incl")
case("words-onecycle-linear",
     "OneCycleLR(optimizer, 0.1, 101, anneal_strategy=\"linear\")", 101, 0.1,
     args="-n 101", words="linear:30%-1,from=.04x,to=1x linear::4e-6x,incl")
case("words-sequential", S + "[LinearLR(optimizer, 0.1, 1, 5), "
     "CosineAnnealingLR(optimizer, 95)], [5])", 100,
     words="linear:5,from=.1x,to=1x cos:95")
case("words-chained", C + "[ConstantLR(optimizer, 0.1, 20), "
     "ExponentialLR(optimizer, 0.9)])", 60,
     words="const:20,from=.1x const,from=1x times decay,by=.9")
case("words-milestones-after-warmup", C + "[LinearLR(optimizer, 0.001, 1, 5), "
     "MultiStepLR(optimizer, [30, 60, 80])])", 90,
     words="linear:5,from=.001x,to=1x step,at=25/55/75,by=.1")
case("words-epochs", "StepLR(optimizer, 3 * 164)", 2000,
     args="-e 5232/32", words="step,every=3ep,by=.1", keep=[492, 984])
g.save()
