# SPDX-License-Identifier: MIT
# /// script
# requires-python = ">=3.10"
# dependencies = ["torch==2.7.0", "numpy<2.3", "typeguard", "packaging"]
# ///
"""Numbers of packages that have schedulers beside much else, to be installed
without what they depend on, as only a file of each is read:

pip install --no-deps espnet==202511 allennlp==2.10.1 nemo-toolkit==3.0.0 \\
    ai2-olmo-core==3.0.0 ai2-olmo==0.6.0 lightning-bolts==0.7.0 monai==1.6.1 \\
    warmup-scheduler==0.3

cosine_annealing_warmup is ESPnet's copy of katsura-jp's scheduler, whose own
package is not on PyPI."""
import abc
import contextlib
import dataclasses
import enum
import importlib.util
import io
import math
import os
import sys
import types
import typing
import warnings

import torch
from torch.optim import lr_scheduler

from golden import Golden

warnings.simplefilter("ignore")
# A file asks for modules that it does not need here.
torch.optim.lr_scheduler._LRScheduler = lr_scheduler.LRScheduler


def place_of(package, *path):
    root = next(p for p in sys.path if os.path.isdir(os.path.join(p, package)))
    return os.path.join(root, package, *path)


def load(name, path, **known):
    """The module of the file PATH, with KNOWN in the place of imports."""
    parts = name.split(".")
    for i in range(1, len(parts)):
        sys.modules.setdefault(".".join(parts[:i]),
                               types.ModuleType(".".join(parts[:i])))
    for other, module in known.items():
        sys.modules[other.replace("__", ".")] = module
    spec = importlib.util.spec_from_file_location(name, path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stub(**names):
    module = types.ModuleType("stub")
    vars(module).update(names)
    return module


def optimizer_of(lr):
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)


def sampled(values, keep=()):
    n = len(values)
    if n <= 70:
        return values
    steps = set(range(8)) | set(range(n - 6, n)) | set(range(0, n, n // 40))
    steps |= {e + d for e in keep for d in (-1, 0, 1)}
    return {t: values[t] for t in sorted(steps) if 0 <= t < n}


def stepped(g, config, call, steps, known, lr=0.1, wrong="", args=""):
    """CALL, stepped after every update."""
    optimizer = optimizer_of(lr)
    with contextlib.redirect_stdout(io.StringIO()):
        s = eval(call, {**vars(lr_scheduler), **known, "optimizer": optimizer})
        values = []
        for _ in range(steps):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            s.step()
    g.add(config, f"{args}-l {lr!r} '{call}'", wrong=wrong, lr=sampled(values))


# --- ESPnet -----------------------------------------------------------------

abstract = load("espnet2.schedulers.abs_scheduler",
                place_of("espnet2", "schedulers", "abs_scheduler.py"))
espnet = types.SimpleNamespace()
for file in ("noam_lr", "warmup_lr", "warmup_step_lr",
             "piecewise_linear_warmup_lr", "exponential_decay_warmup",
             "cosine_anneal_warmup_restart"):
    vars(espnet).update({k: v for k, v in vars(load(
        "espnet2.schedulers." + file,
        place_of("espnet2", "schedulers", file + ".py"))).items()
        if isinstance(v, type)})
g = Golden("espnet", "202511")
for config, call, steps in (
        ("noam", "NoamLR(optimizer, model_size=256, warmup_steps=20)", 60),
        ("noam-default", "NoamLR(optimizer)", 40),
        ("noam-fraction", "NoamLR(optimizer, 512, 7.5)", 30),
        ("noam-at-once", "NoamLR(optimizer, 64, warmup_steps=1)", 8),
        ("warmup", "WarmupLR(optimizer, warmup_steps=20)", 60),
        ("warmup-half", "WarmupLR(optimizer, 0.5)", 8),
        ("warmup-step", "WarmupStepLR(optimizer, warmup_steps=10, "
         "steps_per_epoch=6, step_size=2, gamma=0.5)", 60),
        ("warmup-step-early", "WarmupStepLR(optimizer, 5, 20, 1, 0.1)", 70),
        ("piecewise", "PiecewiseLinearWarmupLR(optimizer, "
         "warmup_steps_list=[0, 5, 20], warmup_lr_list=[0.0, 0.02, 0.05])",
         50),
        ("piecewise-late", "PiecewiseLinearWarmupLR(optimizer, [3, 9], "
         "[0.01, 0.1])", 30),
        ("exponential", "ExponentialDecayWarmup(optimizer, max_lr=0.2, "
         "min_lr=0.002, total_steps=40, warmup_steps=8)", 50),
        ("exponential-from-zero", "ExponentialDecayWarmup(optimizer, 0.2, "
         "0.002, 40, 8, warm_from_zero=True)", 50),
        ("exponential-only", "ExponentialDecayWarmup(optimizer, 0.2, 0.002, "
         "30)", 34)):
    stepped(g, config, "espnet." + call, steps, {"espnet": espnet})
g.save()

g = Golden("cosine_annealing_warmup", "2.0")
NAME = "CosineAnnealingWarmupRestarts"
for config, call, steps in (
        ("same", "(optimizer, first_cycle_steps=20, cycle_mult=1.0, "
         "max_lr=0.1, min_lr=0.001, warmup_steps=5, gamma=0.5)", 70),
        ("default", "(optimizer, 15)", 40),
        ("twice", "(optimizer, 10, 2.0, 0.1, 0.0, 3)", 70),
        ("twice-shape", "(optimizer, 8, 2, 0.1, 1e-4, 0, 0.8)", 64),
        ("fraction", "(optimizer, 10, cycle_mult=1.5, warmup_steps=2, "
         "gamma=0.9)", 70)):
    stepped(g, config, NAME + call, steps, vars(espnet))
g.save()

# --- lightning-bolts, MONAI, warmup_scheduler -------------------------------

bolts = load("pl_bolts_schedulers",
             place_of("pl_bolts", "optimizers", "lr_scheduler.py"),
             pl_bolts=stub(), pl_bolts__utils=stub(),
             pl_bolts__utils__stability=stub(
                 under_review=lambda: lambda c: c))
g = Golden("bolts", "0.7.0")
for config, call, steps in (
        ("cosine", "(optimizer, warmup_epochs=10, max_epochs=40)", 40),
        ("cosine-on", "(optimizer, 5, 20, warmup_start_lr=0.01, "
         "eta_min=0.001)", 50),
        ("cosine-one", "(optimizer, 1, 12)", 12),
        ("cosine-none", "(optimizer, 0, 12, warmup_start_lr=0.05)", 12)):
    stepped(g, config, "LinearWarmupCosineAnnealingLR" + call, steps,
            vars(bolts))
for config, call in (
        ("function", "linear_warmup_decay(5, 30)"),
        ("function-linear", "linear_warmup_decay(5, 30, cosine=False, "
         "linear=True)"),
        ("function-flat", "linear_warmup_decay(4, 30, False)")):
    stepped(g, config, f"LambdaLR(optimizer, {call})", 30, vars(bolts))
g.save()

monai = load("monai_schedulers",
             place_of("monai", "optimizers", "lr_scheduler.py"))
g = Golden("monai", "1.6.1")
for config, call, steps in (
        ("warmup-cosine", "monai.WarmupCosineSchedule(optimizer, "
         "warmup_steps=10, t_total=50)", 60),
        ("warmup-cosine-end", "WarmupCosineSchedule(optimizer, 4, 30, "
         "end_lr=0.02, warmup_multiplier=0.1)", 36),
        ("warmup-cosine-waves", "WarmupCosineSchedule(optimizer, 0, 40, "
         "cycles=1.5)", 44),
        ("warmup-cosine-all", "WarmupCosineSchedule(optimizer, 60, 40)", 44),
        ("linear", "monai.optimizers.LinearLR(optimizer, end_lr=1.0, "
         "num_iter=20)", 22),
        ("exponential", "monai.optimizers.ExponentialLR(optimizer, 10.0, "
         "20)", 22)):
    stepped(g, config, call, steps, {
        **vars(monai), "monai": types.SimpleNamespace(
            **vars(monai), optimizers=monai)})
g.save()

ildoonet = load("ildoonet", place_of("warmup_scheduler", "scheduler.py"))
g = Golden("warmup_scheduler", "0.3")
for config, call, steps in (
        ("alone", "(optimizer, multiplier=1, total_epoch=5)", 12),
        ("times", "(optimizer, multiplier=8.0, total_epoch=10)", 16),
        ("cosine", "(optimizer, 1, 5, "
         "after_scheduler=CosineAnnealingLR(optimizer, 20))", 40),
        ("cosine-times", "(optimizer, multiplier=4, total_epoch=5, "
         "after_scheduler=CosineAnnealingLR(optimizer, 20, eta_min=1e-3))",
         30),
        ("step", "(optimizer, 1.0, 4, StepLR(optimizer, 6, 0.5))", 30),
        ("exponential", "(optimizer, 2, 4, ExponentialLR(optimizer, 0.9))",
         20),
        ("multistep", "(optimizer, 1, 3, MultiStepLR(optimizer, [4, 9]))",
         20)):
    stepped(g, config, "GradualWarmupScheduler" + call, steps, vars(ildoonet))
g.save()

# --- NeMo -------------------------------------------------------------------

with open(place_of("nemo", "core", "optim", "lr_scheduler.py")) as f:
    text = f.read()
# Its imports reach all of NeMo; the classes use none of them.
begin = text.index("class WarmupPolicy(")
end = text.index("\ndef register_scheduler")
known = {"_LRScheduler": lr_scheduler.LRScheduler, "math": math,
         "warnings": warnings}
exec(compile(text[begin:end], "lr_scheduler.py", "exec"), known)
nemo = types.SimpleNamespace(**known)
g = Golden("nemo", "3.0.0")
for config, call, steps in (
        ("cosine", "CosineAnnealing(optimizer, max_steps=40, "
         "warmup_steps=8, min_lr=1e-3)", 46),
        ("cosine-ratio", "CosineAnnealing(optimizer, max_steps=50, "
         "warmup_ratio=0.1)", 54),
        ("cosine-constant", "CosineAnnealing(optimizer, max_steps=60, "
         "warmup_steps=10, constant_steps=15, min_lr=0.01)", 66),
        ("cosine-only", "CosineAnnealing(optimizer, max_steps=20)", 24),
        ("noam", "NoamAnnealing(optimizer, d_model=512, warmup_steps=10, "
         "min_lr=1e-6)", 60),
        ("noam-floor", "NoamAnnealing(optimizer, d_model=64, warmup_steps=4, "
         "min_lr=4e-3)", 40),
        ("noam-only", "NoamAnnealing(optimizer, d_model=16)", 20),
        ("noam-hold", "NoamHoldAnnealing(optimizer, max_steps=60, "
         "warmup_steps=6, hold_steps=10, min_lr=0.03)", 66),
        ("noam-hold-fast", "NoamHoldAnnealing(optimizer, max_steps=60, "
         "decay_rate=1.0, warmup_ratio=0.1, hold_ratio=0.3)", 66),
        ("noam-hold-none", "NoamHoldAnnealing(optimizer, max_steps=40, "
         "warmup_steps=5)", 44),
        ("square", "SquareAnnealing(optimizer, max_steps=40, "
         "warmup_steps=5)", 46),
        ("square-root", "SquareRootAnnealing(optimizer, max_steps=40, "
         "warmup_steps=5)", 46),
        ("square-root-only", "SquareRootAnnealing(optimizer, max_steps=20, "
         "min_lr=0.03)", 24),
        ("polynomial", "PolynomialDecayAnnealing(optimizer, max_steps=40, "
         "power=2.0, min_lr=1e-3, warmup_steps=5)", 46),
        ("polynomial-cycle", "PolynomialDecayAnnealing(optimizer, "
         "max_steps=30, cycle=True)", 34),
        ("polynomial-hold", "PolynomialHoldDecayAnnealing(optimizer, "
         "max_steps=50, power=1.5, warmup_steps=5, hold_steps=10)", 54),
        ("inverse-root", "InverseSquareRootAnnealing(optimizer, "
         "max_steps=50, warmup_steps=8)", 54),
        ("t5", "T5InverseSquareRootAnnealing(optimizer, max_steps=50, "
         "constant_steps=9)", 54),
        ("warmup-annealing", "WarmupAnnealing(optimizer, max_steps=30, "
         "warmup_steps=5, min_lr=0.02)", 34),
        ("warmup-policy", "WarmupPolicy(optimizer, warmup_steps=5, "
         "max_steps=20, min_lr=0.01)", 24),
        ("warmup-hold", "WarmupHoldPolicy(optimizer, warmup_steps=4, "
         "hold_steps=8, max_steps=20)", 24),
        ("hold-linear", "WarmupHoldAnnealLinear(optimizer, max_steps=40, "
         "warmup_steps=5, hold_steps=10, min_lr=0.01)", 44),
        ("hold-linear-none", "WarmupHoldAnnealLinear(optimizer, "
         "max_steps=40, warmup_steps=5)", 44),
        ("hold-root", "WarmupHoldAnnealOneMinusSquareRoot(optimizer, "
         "max_steps=40, warmup_steps=5, hold_ratio=0.25, min_lr=0.01)",
         44)):
    stepped(g, config, "nemo." + call, steps, {"nemo": nemo})
g.save()

# --- OLMo -------------------------------------------------------------------


class Registrable:
    @classmethod
    def register(cls, name):
        return lambda c: c


class Plain:
    pass


def counted(g, config, call, steps, known, lr=0.1):
    """The trainers count an update before they ask for its rate."""
    s = eval(call, known)
    values = [s.get_lr(lr, t + 1, steps) for t in range(steps)]
    g.add(config, f"-n {steps} -l {lr!r} '{call}'", lr=sampled(values))


core = load("olmo_core.optim.scheduler",
            place_of("olmo_core", "optim", "scheduler.py"),
            olmo_core__config=stub(Config=Plain, Registrable=Registrable,
                                   StrEnum=enum.Enum),
            olmo_core__distributed=stub(),
            olmo_core__distributed__utils=stub(get_rank=lambda: 0),
            olmo_core__exceptions=stub(OLMoConfigurationError=ValueError),
            olmo_core__optim=stub(),
            olmo_core__optim__config=stub(INITIAL_LR_FIELD="initial_lr",
                                          LR_FIELD="lr"))
g = Golden("olmo_core", "3.0.0")
for config, call, steps in (
        ("cosine", "CosWithWarmup(warmup_steps=10)", 60),
        ("cosine-part", "CosWithWarmup(warmup_fraction=0.1, alpha_f=0.0, "
         "t_max=50)", 60),
        ("cosine-only", "CosWithWarmup(warmup=0)", 30),
        ("linear", "LinearWithWarmup(warmup=10, alpha_f=0.05, "
         "warmup_min_lr=0.01)", 60),
        ("constant", "ConstantWithWarmup(warmup=10)", 30),
        ("inverse-root", "InvSqrtWithWarmup(warmup=10)", 60),
        ("wsd", "WSD(warmup=10)", 60),
        ("wsd-steps", "WSD(warmup_steps=5, decay_steps=20, "
         "decay_fraction=None, decay_min_lr=0.001)", 60),
        ("power", "PowerLR(warmup=10)", 60),
        ("power-steep", "PowerLR(b=-0.8, warmup_fraction=0.1, decay=15, "
         "decay_fraction=None, decay_min_lr=1e-3)", 60),
        ("half-cosine", "HalfCosWithWarmup(warmup=8)", 50),
        ("cosine-linear", "CosWithWarmupAndLinearDecay(warmup=8)", 60),
        ("cosine-linear-longer", "CosWithWarmupAndLinearDecay(warmup=8, "
         "t_max=100, decay=12, decay_fraction=None)", 60),
        ("wsds", "WSDS(period_lengths=[30, 20, 10], warmup=6, "
         "decay_fraction=0.2)", 60),
        ("wsds-factors", "WSDS(period_lengths=[20, 20], "
         "period_lr_multipliers=[1.0, 0.5], warmup=4, decay=8, "
         "decay_min_lr=0.01)", 40),
        ("exponential", "olmo_core.optim.ExponentialScheduler(lr_min=1e-6)",
         40),
        ("constant-always", "olmo_core.optim.ConstantScheduler()", 8)):
    counted(g, config, call, steps, {**vars(core), "olmo_core":
                                     types.SimpleNamespace(optim=core)})
g.save()

with open(place_of("olmo", "optim.py")) as f:
    text = f.read()
begin = text.index("@dataclass\nclass Scheduler(")
end = text.index("\nPARAM_GROUP_FIELDS")
known = {**vars(math), **vars(dataclasses), **vars(abc), **vars(typing),
         "__name__": "olmo_optim"}
sys.modules["olmo_optim"] = stub()
exec(compile(text[begin:end], "optim.py", "exec"), known)
olmo = types.SimpleNamespace(**known)
g = Golden("olmo", "0.6.0")
CLIP = "grad_clip_warmup_steps=None, grad_clip_warmup_factor=None, "
for config, call, steps in (
        ("cosine", f"CosWithWarmup({CLIP}warmup_min_lr=None, "
         "warmup_steps=10)", 60),
        ("cosine-t-max", f"CosWithWarmup({CLIP}warmup_min_lr=0.0, "
         "warmup_steps=5, alpha_f=0.2, t_max=40)", 60),
        ("linear", "LinearWithWarmup(None, None, None, 10, alpha_f=0.0)", 60),
        ("inverse-root", "InvSqrtWithWarmup(None, None, 0.01, 10)", 60),
        ("constant", "ConstantWithWarmupScheduler(None, None, None, 10)", 30),
        ("envelope", "CosLinearEnvelope(None, None, None, 10)", 60),
        ("bolt-on", "BoltOnWarmupScheduler(None, None, None, "
         "olmo.CosWithWarmup(None, None, None, 5), 10, 20)", 60)):
    counted(g, config, "olmo." + call, steps, {"olmo": olmo})
g.save()

# --- AllenNLP ---------------------------------------------------------------

# Its trainer: step_batch() after each update, step() after each epoch.
training = place_of("allennlp", "training")
scheduler = load("allennlp.training.scheduler", training + "/scheduler.py",
                 allennlp__common__registrable=stub(Registrable=Registrable),
                 allennlp__common=stub(Registrable=Registrable),
                 allennlp__common__checks=stub(ConfigurationError=ValueError))
NAME = "allennlp.training.learning_rate_schedulers"


class Base(scheduler.Scheduler):
    register = Registrable.register

    def __init__(self, optimizer, last_epoch=-1):
        super().__init__(optimizer, "lr", last_epoch)


for package in (NAME, NAME + ".learning_rate_scheduler"):
    sys.modules[package] = stub(LearningRateScheduler=Base)
allennlp = types.SimpleNamespace()
for file in ("slanted_triangular", "noam", "polynomial_decay",
             "linear_with_warmup", "cosine"):
    vars(allennlp).update({k: v for k, v in vars(load(
        f"{NAME}.{file}", os.path.join(
            training, "learning_rate_schedulers", file + ".py"))).items()
        if isinstance(v, type)})
    vars(sys.modules[NAME]).update(vars(allennlp))
g = Golden("allennlp", "2.10.1")
for config, call, epochs, per in (
        ("slanted", "SlantedTriangular(optimizer, num_epochs=10, "
         "num_steps_per_epoch=20)", 10, 20),
        ("slanted-half", "SlantedTriangular(optimizer, 4, 25, cut_frac=0.5, "
         "ratio=10)", 4, 25),
        ("slanted-cut", "SlantedTriangular(optimizer, 3, 11, 0.35)", 3, 11),
        ("slanted-no-rise", "SlantedTriangular(optimizer, 2, 30, "
         "cut_frac=0.0)", 2, 30),
        ("slanted-one", "SlantedTriangular(optimizer, 1, 16)", 1, 16),
        ("noam", "NoamLR(optimizer, model_size=256, warmup_steps=20, "
         "factor=2.0)", 3, 20),
        ("polynomial", "PolynomialDecay(optimizer, 3, 20, power=2.0, "
         "warmup_steps=10, end_learning_rate=0.001)", 3, 22),
        ("linear", "LinearWithWarmup(optimizer, num_epochs=3, "
         "num_steps_per_epoch=20, warmup_steps=15)", 3, 20),
        ("cosine", "CosineWithRestarts(optimizer, t_initial=5, "
         "eta_min=0.001, eta_mul=0.5)", 18, 1),
        ("cosine-longer", "CosineWithRestarts(optimizer, 4, t_mul=2)", 30,
         1)):
    call = "allennlp." + call
    optimizer = optimizer_of(0.1)
    s = eval(call, {"allennlp": allennlp, "optimizer": optimizer})
    values, done = [], 0
    for epoch in range(epochs):
        for _ in range(per):
            values.append(optimizer.param_groups[0]["lr"])
            done += 1
            s.step_batch(done)
        s.step()
    g.add(config, f"-l 0.1 '{call}'", lr=sampled(values))
g.save()
