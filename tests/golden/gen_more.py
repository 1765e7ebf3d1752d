# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = ["torch==2.7.0", "numpy", "pytorch_warmup==0.2.0",
#     "pytorch-ignite==0.5.5", "mmengine==0.10.7", "mosaicml==0.32.1",
#     "fvcore==0.1.5.post20221221"]
# ///
"""Numbers of pytorch_warmup, ignite, mmengine, composer and fvcore, a file
each.  A call in the arguments is the string that is run here; beta2, an
argument of lrsched's only, goes to the optimizer."""
import re
import sys
import warnings
from importlib.metadata import version
from types import SimpleNamespace

import pytorch_warmup
import torch
from composer.core import Time, Timestamp
from composer.optim import scheduler as composer
from fvcore.common import param_scheduler as fvcore
from ignite.handlers import param_scheduler as ignite
from mmengine.optim import scheduler as mmengine
from torch.optim import lr_scheduler

from golden import Golden

warnings.simplefilter("ignore")


def optimizer_of(lr, beta2=0.999):
    p = torch.nn.Parameter(torch.zeros(1))
    return torch.optim.AdamW([p], lr=lr, betas=(0.9, beta2))


def sampled(values, keep=()):
    n = len(values)
    if n <= 60:
        return values
    steps = set(range(8)) | set(range(n - 6, n)) | set(range(0, n, n // 30))
    steps |= {e + d for e in keep for d in (-1, 0, 1)}
    return {t: values[t] for t in sorted(steps) if 0 <= t < n}


# pytorch_warmup
g = Golden("pytorch_warmup", version("pytorch_warmup"))


def warmup(config, call, steps, lr=0.1, scheduler=None, keep=()):
    beta2 = re.search(r", beta2=([0-9.]+)", call)
    optimizer = optimizer_of(lr, float(beta2[1]) if beta2 else 0.999)
    known = {"optimizer": optimizer, **vars(lr_scheduler)}
    inner = scheduler and eval(scheduler, known)
    w = eval(call.replace(beta2[0], "") if beta2 else call,
             {"pytorch_warmup": pytorch_warmup, **known})
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        with w.dampening():
            if inner:
                inner.step()
    g.add(config, f"-l {lr!r} " + (f"'{scheduler}' times " if scheduler else "")
          + f"'{call}'", lr=sampled(values, keep))


P = "pytorch_warmup."
warmup("linear", P + "LinearWarmup(optimizer, warmup_period=20)", 25)
warmup("linear-one", P + "LinearWarmup(optimizer, 1)", 3)
warmup("linear-list", P + "LinearWarmup(optimizer, [7])", 10)
warmup("exponential", P + "ExponentialWarmup(optimizer, warmup_period=1000)",
       3000, 3e-4)
warmup("untuned-linear", P + "UntunedLinearWarmup(optimizer)", 2050,
       keep=[1999])
warmup("untuned-linear-99",
       P + "UntunedLinearWarmup(optimizer, beta2=0.99)", 210, keep=[200])
warmup("untuned-linear-98",
       P + "UntunedLinearWarmup(optimizer, beta2=0.98)", 110, keep=[100])
warmup("untuned-exponential", P + "UntunedExponentialWarmup(optimizer)", 2000)
warmup("untuned-exponential-95",
       P + "UntunedExponentialWarmup(optimizer, beta2=0.95)", 60)
warmup("radam", P + "RAdamWarmup(optimizer)", 3000)
warmup("radam-99", P + "RAdamWarmup(optimizer, beta2=0.99)", 300)
warmup("radam-7", P + "RAdamWarmup(optimizer, beta2=0.7)", 40)
warmup("linear-cosine", P + "LinearWarmup(optimizer, 20)", 100,
       scheduler="CosineAnnealingLR(optimizer, 100)")
warmup("untuned-step", P + "UntunedExponentialWarmup(optimizer, beta2=0.98)",
       90, scheduler="MultiStepLR(optimizer, [30, 60])", keep=[30, 60])
warmup("radam-lambda", P + "RAdamWarmup(optimizer)", 100,
       scheduler="LambdaLR(optimizer, lambda t: 0.99**t)")
g.save()

# ignite
g = Golden("ignite", version("pytorch-ignite"))


def attached(config, call, steps, column="lr", keep=()):
    known = {"optimizer": optimizer_of(0.1), "ignite": ignite,
             **vars(lr_scheduler), **vars(ignite)}
    known["optimizer"].param_groups[0]["momentum"] = 0.9
    scheduler = eval(call, known)
    group, values = known["optimizer"].param_groups[0], []
    for _ in range(steps):
        scheduler(None)
        values.append(group[column])
    g.add(config, ("-l 0.1 " if "LR(" in call else "") + f"'{call}'",
          **{column: sampled(values, keep)})


COS = "ignite.CosineAnnealingScheduler(optimizer, \"lr\", "
LIN = "ignite.LinearCyclicalScheduler(optimizer, \"lr\", "
attached("cosine", COS + "1e-1, 1e-3, 25)", 80)
attached("cosine-grow", COS + "0.1, 0.0, 10, cycle_mult=2)", 200,
         keep=[10, 30, 70, 150])
attached("cosine-shrink",
         COS + "0.1, 0.01, 10, cycle_mult=3, start_value_mult=0.5)", 300,
         keep=[10, 40, 130])
attached("cosine-both", COS + "0.1, 0.01, cycle_size=8, start_value_mult=0.5, "
         "end_value_mult=0.5)", 60)
attached("cosine-rise", COS + "0.0, 0.1, 10, end_value_mult=0.8)", 50)
attached("cosine-warmup", COS + "0.1, 0.01, 10, warmup_duration=4)", 50)
attached("cosine-warmup-grow",
         COS + "0.1, 0.01, 6, cycle_mult=2, warmup_duration=3)", 80)
attached("linear", LIN + "0.001, 0.1, 20)", 60)
attached("linear-odd", LIN + "0.1, 0.001, cycle_size=7)", 40)
attached("linear-grow", LIN + "0.1, 0.02, 4, cycle_mult=2.0, "
         "start_value_mult=0.7)", 70)
attached("linear-monotonic", LIN + "0.1, 0.0, 10, monotonic=True)", 40)
attached("linear-monotonic-warmup",
         LIN + "0.1, 0.0, 10, warmup_duration=5, monotonic=True)", 50)
attached("momentum", "ignite.LinearCyclicalScheduler(optimizer, \"momentum\", "
         "0.95, 0.85, 10)", 30, "momentum")
PIECE = "PiecewiseLinear(optimizer, \"lr\", milestones_values="
attached("piecewise", PIECE + "[(10, 0.5), (20, 0.45), (21, 0.3), (30, 0.1), "
         "(40, 0.1)])", 45)
attached("piecewise-jump", PIECE + "[(0, 0.1), (8, 0.2), (8, 0.05), "
         "(16, 0.0)])", 20)
attached("piecewise-one", PIECE + "[(3, 0.2)])", 6)
attached("piecewise-warmup", PIECE + "[(0, 1e-4), (5, 0.1), (100, 0)])", 110,
         keep=[5])
attached("concat", "ignite.ConcatScheduler([LinearCyclicalScheduler(optimizer, "
         "\"lr\", 0.1, 0.5, 60), CosineAnnealingScheduler(optimizer, \"lr\", "
         "0.5, 0.01, 60)], durations=[30])", 120, keep=[30, 90])
attached("concat-three", "ignite.ConcatScheduler([CosineAnnealingScheduler("
         "optimizer, \"lr\", 0.0, 0.1, 10), PiecewiseLinear(optimizer, \"lr\", "
         "[(0, 0.1), (5, 0.05)]), LinearCyclicalScheduler(optimizer, \"lr\", "
         "0.05, 0.01, 8)], [10, 7])", 40)
W = "ignite.create_lr_scheduler_with_warmup("
attached("warmup", W + "StepLR(optimizer, step_size=3, gamma=0.5), "
         "warmup_start_value=0.0, warmup_duration=5)", 20)
attached("warmup-end", W + "ExponentialLR(optimizer, 0.8), 0.01, 4, "
         "warmup_end_value=0.1)", 20)
attached("warmup-above", W + "ExponentialLR(optimizer, gamma=0.98), 0.0, 10, "
         "warmup_end_value=0.2)", 30)
attached("warmup-short", W + "CosineAnnealingLR(optimizer, 10), 0.0, 2)", 25)
attached("warmup-poly", W + "PolynomialLR(optimizer, 15, 2), 0.02, 6)", 25)
g.save()

# mmengine
g = Golden("mmengine", version("mmengine"))


def stepped(config, call, steps, lr=0.1, keep=()):
    optimizer = optimizer_of(lr)
    scheduler = eval(call, {"optimizer": optimizer, "mmengine": mmengine})
    values = []
    for _ in range(steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        try:
            scheduler.step()
        except (ValueError, ZeroDivisionError) as e:
            print(f"{call}: step {len(values)}: {e}", file=sys.stderr)
            break
    g.add(config, f"-l {lr!r} '{call}'", lr=sampled(values, keep))


M = "mmengine."
stepped("constant", M + "ConstantLR(optimizer, factor=0.5, end=5)", 8)
stepped("constant-late", M + "ConstantLR(optimizer, 0.1, begin=3, end=9)", 12)
stepped("constant-one", M + "ConstantLR(optimizer, 0.25, begin=0, end=1)", 4)
stepped("linear", M + "LinearLR(optimizer, start_factor=0.001, by_epoch=False, "
        "begin=0, end=500)", 520, keep=[499])
stepped("linear-late", M + "LinearLR(optimizer, 0.2, 0.8, begin=4, end=10)",
        14)
stepped("linear-one", M + "LinearLR(optimizer, 0.2, end=1)", 4)
stepped("linear-two", M + "LinearLR(optimizer, 0.2, end=2)", 4)
stepped("step", M + "StepLR(optimizer, step_size=5, gamma=0.5)", 30)
stepped("step-window", M + "StepLR(optimizer, 5, begin=3, end=18)", 30)
stepped("multistep", M + "MultiStepLR(optimizer, milestones=[8, 11], "
        "gamma=0.1)", 14)
stepped("multistep-window", M + "MultiStepLR(optimizer, [2, 6, 9], begin=2, "
        "end=11)", 15)
stepped("exponential", M + "ExponentialLR(optimizer, gamma=0.9)", 40)
stepped("exponential-window", M + "ExponentialLR(optimizer, 0.8, begin=5, "
        "end=10)", 15)
stepped("cosine", M + "CosineAnnealingLR(optimizer, T_max=20)", 45)
stepped("cosine-end", M + "CosineAnnealingLR(optimizer, eta_min=1e-3, "
        "begin=5, end=25)", 30)
stepped("cosine-ratio", M + "CosineAnnealingLR(optimizer, T_max=10, end=10, "
        "eta_min_ratio=0.05)", 14)
stepped("poly", M + "PolyLR(optimizer, eta_min=1e-4, power=0.9, end=40)", 45)
stepped("poly-late", M + "PolyLR(optimizer, power=2.0, begin=3, end=12)", 15)
stepped("onecycle", M + "OneCycleLR(optimizer, eta_max=0.05, total_steps=60)",
        61)
stepped("onecycle-3", M + "OneCycleLR(optimizer, 0.05, 33, three_phase=True)",
        34)
stepped("onecycle-end", M + "OneCycleLR(optimizer, 0.05, end=20, "
        "anneal_strategy=\"linear\")", 25)
stepped("restart", M + "CosineRestartLR(optimizer, periods=[10, 20, 5], "
        "restart_weights=[1, 0.5, 0.25], eta_min=1e-3)", 40)
stepped("restart-ratio", M + "CosineRestartLR(optimizer, [8], "
        "eta_min_ratio=0.1, restart_weights=[0.5])", 12)
stepped("restart-one", M + "CosineRestartLR(optimizer, [4, 1], [1, 0.5], 0.0)",
        8)
g.save()

# composer: factors, asked for at every batch of 10 epochs of 41.
g = Golden("composer", version("mosaicml"))


def timed(config, call, steps=420, keep=(), until="10ep", wrong=""):
    scheduler = eval(call, {"composer": composer})
    values = []
    for t in range(steps):
        epoch, batch = divmod(t, 41)
        values.append(scheduler(SimpleNamespace(
            max_duration=Time.from_timestring(until), dataloader_len=41,
            timestamp=Timestamp(epoch=epoch, batch=t, batch_in_epoch=batch))))
    n = 410 if until == "10ep" else int(until[:-2])
    g.add(config, f"-e 41 -n {n} -l 1 '{call}'", wrong=wrong,
          lr=sampled(values, keep))


X = "composer."
timed("step", X + "StepScheduler(step_size=\"2ep\", gamma=0.5)", keep=[82])
timed("step-batches", X + "StepScheduler(\"100ba\")", keep=[100, 200])
timed("multistep", X + "MultiStepScheduler(milestones=[\"0.5dur\", \"8ep\"], "
      "gamma=0.2)", keep=[205, 328])
timed("multistep-cut", X + "MultiStepScheduler([\"0.333dur\"])", keep=[136])
timed("constant", X + "ConstantScheduler(alpha=0.5, t_max=\"3ep\")",
      keep=[123])
timed("constant-all", X + "ConstantScheduler()")
timed("linear", X + "LinearScheduler(alpha_f=0.1)")
timed("linear-part", X + "LinearScheduler(0.2, 0.8, \"50ba\")", keep=[50])
timed("exponential", X + "ExponentialScheduler(gamma=0.9)")
timed("exponential-half", X + "ExponentialScheduler(0.5, \"0.25dur\")",
      keep=[102])
timed("cosine", X + "CosineAnnealingScheduler(alpha_f=0.05)")
timed("cosine-part", X + "CosineAnnealingScheduler(t_max=\"7ep\")", keep=[287])
timed("restarts", X + "CosineAnnealingWarmRestartsScheduler(t_0=\"1ep\")",
      keep=[41, 82])
timed("restarts-grow", X + "CosineAnnealingWarmRestartsScheduler(\"20ba\", "
      "t_mult=2.0, alpha_f=0.1)", keep=[20, 60, 140, 300])
timed("poly", X + "PolynomialScheduler(power=2, alpha_f=0.01)")
timed("multistep-warmup", X + "MultiStepWithWarmupScheduler(t_warmup=\"1ep\", "
      "milestones=[\"20ba\", \"4ep\", \"0.9dur\"])", keep=[41, 164, 369])
timed("multistep-no-warmup", X + "MultiStepWithWarmupScheduler(\"0ba\", "
      "[\"4ep\"])", keep=[164])
timed("constant-warmup", X + "ConstantWithWarmupScheduler(\"30ba\", "
      "alpha=0.8)", until="410ba", keep=[30])
timed("linear-warmup", X + "LinearWithWarmupScheduler(t_warmup=\"1ep\", "
      "alpha_i=0.9, alpha_f=0.1)", keep=[41])
timed("cosine-warmup", X + "CosineAnnealingWithWarmupScheduler("
      "t_warmup=\"100ba\", t_max=\"1dur\", alpha_f=0.1)", until="410ba",
      keep=[100])
timed("cosine-warmup-part", X + "CosineAnnealingWithWarmupScheduler(\"0.06dur\""
      ", alpha_f=0.0)", until="410ba", keep=[24])
timed("cosine-warmup-all", X + "CosineAnnealingWithWarmupScheduler(\"10ep\")",
      keep=[409])
timed("poly-warmup", X + "PolynomialWithWarmupScheduler(\"2ep\")", keep=[82])
timed("poly-no-warmup", X + "PolynomialWithWarmupScheduler(\"0ba\", 1.5)",
      until="410ba")
g.save()

# fvcore: where = step / steps, below 1.
g = Golden("fvcore", version("fvcore"))


def where(config, call, steps, keep=()):
    f = eval(call, {"fvcore": fvcore, **vars(fvcore)})
    g.add(config, f"-n {steps} '{call}'",
          lr=sampled([f(t / steps) for t in range(steps)], keep))


F = "fvcore."
where("constant", F + "ConstantParamScheduler(0.3)", 5)
where("cosine", F + "CosineParamScheduler(0.1, 0.0001)", 90)
where("cosine-up", F + "CosineParamScheduler(0, 0.2)", 33)
where("exponential", F + "ExponentialParamScheduler(2.0, 0.02)", 50)
where("linear", F + "LinearParamScheduler(start_value=0.0001, end_value=0.01)",
      77)
where("poly", F + "PolynomialDecayParamScheduler(base_value=0.1, power=0.9)",
      60)
where("multistep", F + "MultiStepParamScheduler(values=[0.1, 0.01, 0.001, "
      "0.0001], milestones=[30, 60, 80, 120])", 120, keep=[30, 60, 80])
where("multistep-stretched", F + "MultiStepParamScheduler([1, 0.1, 0.01], "
      "milestones=[3, 6, 9])", 100, keep=[33, 34, 66, 67])
where("multistep-even", F + "MultiStepParamScheduler([1, 0.1, 0.01], "
      "num_updates=100)", 100, keep=[34, 68])
where("multistep-updates", F + "MultiStepParamScheduler([1, 0.1, 0.01], "
      "num_updates=90, milestones=[30, 60])", 45, keep=[15, 30])
where("step", F + "StepParamScheduler(values=[0.1, 0.01, 0.001, 0.0001], "
      "num_updates=120)", 120, keep=[30, 60, 90])
where("step-three", F + "StepParamScheduler(100, [0.3, 0.2, 0.1])", 100,
      keep=[33, 34, 66, 67])
where("gamma", F + "StepWithFixedGammaParamScheduler(base_value=0.1, "
      "num_decays=3, gamma=0.1, num_updates=120)", 120, keep=[30, 60, 90])
where("gamma-six", F + "StepWithFixedGammaParamScheduler(1.0, 6, 0.5, 50)",
      50)
K = ("fvcore.CompositeParamScheduler(schedulers=[%s], lengths=[%s], "
     "interval_scaling=[%s])")
where("composite", K % ("ConstantParamScheduler(0.42), CosineParamScheduler("
      "0.42, 1e-4)", "0.3, 0.7", "\"rescaled\", \"rescaled\""), 100,
      keep=[30])
where("composite-three", K % (
    "LinearParamScheduler(0.0, 0.1), PolynomialDecayParamScheduler(0.1, 2), "
    "StepParamScheduler(10, [0.02, 0.01])", "0.1, 0.6, 0.3",
    "\"rescaled\", \"rescaled\", \"rescaled\""), 77, keep=[7, 8, 53, 54])
where("composite-nested", K % (
    "fvcore.ExponentialParamScheduler(0.1, 0.5), " + K % (
        "LinearParamScheduler(0.05, 0), CosineParamScheduler(0, 0.1)",
        "0.5, 0.5", "\"rescaled\", \"rescaled\""),
    "0.25, 0.75", "\"rescaled\", \"rescaled\""), 200, keep=[50, 125])
g.save()
